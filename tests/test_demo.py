"""What ships with the kit: the demo corpora, their generator, the mini encoders."""

import gzip
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import write_imdb_archive

import kit
import run_email
import run_imdb
import run_own

DEMO = kit.home() / "demo"
FILES = ("emails.csv", "fradulent_emails.txt", "aclImdb_v1.tar.gz")
MINI = kit.ENCODERS["mini"]


def accuracy(data, *place, repeats=2):
    """The mean accuracy of LR in % at some maxtokens and maxtokenlen."""
    model = kit.Column("lr").pipeline(
        kit.Settings(maxtokens=place[0], maxtokenlen=place[1])
    )
    draws = (data.draw(1000, 0, repeat) for repeat in range(repeats))
    found = [kit.evaluate(model, *draw).measures["accuracy"] for draw in draws]
    return 100 * np.mean(found)


@pytest.mark.parametrize("name", ["imdb", "email"])
def test_the_demo_has_a_thousand_documents_per_class(name):
    data = kit.load(name, "demo").cleaned()
    assert np.bincount(data.y).min() >= 1200
    assert data.source == kit.DEMO_SOURCE


def test_the_demo_is_as_hard_as_the_real_thing():
    reviews, mail = (kit.load(name, "demo").cleaned() for name in ("imdb", "email"))
    assert 62 <= accuracy(reviews, 50, 20) <= 80
    assert accuracy(reviews, 50, 20) + 4 <= accuracy(reviews, 200, 100) <= 92
    assert 94 <= accuracy(mail, 50, 20) <= 99.5


def test_a_copy_of_the_demo_does_not_pass_for_real_data(tmp_path, monkeypatch):
    for file in FILES:
        shutil.copy(DEMO / file, tmp_path / file)
    for name in ("imdb", "email"):
        assert kit.load(name, str(tmp_path)).source == kit.DEMO_SOURCE
    (tmp_path / "data").mkdir()
    shutil.move(tmp_path / FILES[2], tmp_path / "data" / FILES[2])
    monkeypatch.chdir(tmp_path)
    for need in (*kit.CORPORA["imdb"].needs, *kit.CORPORA["email"].needs):
        roots = [tmp_path, tmp_path / "data"]
        assert need.find(roots, True) and not need.find(roots, False)


@pytest.mark.parametrize("place", ["working/demo", "input/datasets/me/my-kit/demo"])
def test_the_demo_is_found_here_and_in_mounted_data_sets(tmp_path, monkeypatch, place):
    for name in ("code", "working", "input/imdb"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setattr(kit, "home", lambda: tmp_path / "code")
    monkeypatch.setattr(kit, "KAGGLE_INPUT", tmp_path / "input")
    monkeypatch.chdir(tmp_path / "working")
    write_imdb_archive(tmp_path / "input" / "imdb" / FILES[2])  # is no demo
    for name in ("imdb", "email"):
        with pytest.raises(kit.KitError, match="folder demo/ has to come along") as no:
            kit.load(name, "demo")
        assert "--demo" not in str(no.value) and "internet" not in str(no.value)
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).symlink_to(DEMO)
    for name in ("imdb", "email"):
        assert kit.load(name, "demo", nsamp=20).source == kit.DEMO_SOURCE


def test_the_generator_writes_the_same_bytes_again(tmp_path):
    command = [sys.executable, str(DEMO / "make_demo.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    for name in FILES:
        made, shipped = (tmp_path / name).read_bytes(), (DEMO / name).read_bytes()
        if name.endswith(".gz"):  # zlib's versions pack differently
            made, shipped = map(gzip.decompress, (made, shipped))
        assert made == shipped
    assert sum((DEMO / name).stat().st_size for name in FILES) < 6e6


@pytest.mark.slow
@pytest.mark.parametrize("script", [run_imdb, run_email])
def test_the_demo_gives_all_six_columns(script, tmp_path):
    assert script.main(["--demo", "--out", str(tmp_path), "--nsamp", "100"]) == 0
    rows = pd.read_csv(tmp_path / "results.csv", keep_default_na=False)
    assert set(rows.model) == {"lr", "svm", "rf", "gbm", "elmo", "bert"}
    assert set(rows.encoder) - {""} == set(MINI.values())
    assert rows.accuracy.max() > 0.6  # 140 texts to learn from
    assert (rows.source == kit.DEMO_SOURCE).all()


def test_own_texts_have_a_demo_too(tmp_path, capsys):
    options = ["--demo", "--models", "lr dummy", "--nsamp", "50", "--jobs", "1"]
    assert run_own.main([*options, "--out", str(tmp_path)]) == 0
    assert kit.DEMO_SOURCE in capsys.readouterr().out


@pytest.mark.parametrize("handle", MINI.values())
def test_a_mini_encoder_is_small_and_has_its_card(handle):
    folder = kit.Encoder(handle).find()
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    assert size <= 16e6
    assert "Limits" in (folder / "README.md").read_text()


def test_elmo_mini_has_elmos_interface():
    tf = kit.tensorflow()
    elmo = kit.shared_module(kit.ElmoModule, kit.Encoder(MINI["elmo"]).find())
    texts = ["a film", "a film that nobody should miss at all", ""]
    batch = {k: v.numpy() for k, v in elmo.signature(tf.constant(texts)).items()}
    for name in ("word_emb", "lstm_outputs1", "lstm_outputs2", "elmo"):
        alone = elmo.signature(tf.constant(texts[:1]))[name].numpy()[0, :2]
        np.testing.assert_allclose(batch[name][0, :2], alone, atol=1e-5)
        assert np.isfinite(batch[name]).all()
    mean = batch["elmo"][1].mean(0)
    np.testing.assert_allclose(batch["default"][1], mean, atol=1e-5)


def test_bert_mini_fine_tunes_like_any_bert():
    model = kit.build_bert_model(16, MINI["bert"], 1, learning_rate=1e-3)
    layer = next(layer for layer in model.layers if hasattr(layer, "bert"))
    before = {v.name: v.numpy() for v in layer.bert.variables}
    triplet = layer.bert.word_pieces.triplet(["good", "bad"] * 8, 16)
    model.fit(list(triplet), np.array([1, 0] * 8), epochs=1, verbose=0)
    moved = [
        v.name for v in layer.bert.variables if not np.array_equal(before[v.name], v)
    ]
    assert moved and all("/layer_2/" in name for name in moved)


def test_bert_mini_gives_a_summary_beside_what_it_is_made_from():
    layer = kit.BertLayer(n_fine_tune_layers=0, bert_path=MINI["bert"])
    module = kit.shared_module(kit.BertModule, kit.Encoder(MINI["bert"]).find())
    triplet = module.word_pieces.triplet(["a fine old film", "an old film"], 16)
    given = np.asarray(layer(list(triplet)))
    assert given.shape == layer.compute_output_shape([part.shape for part in triplet])
    summary, inside = np.split(given, [256], axis=1)
    assert inside.shape[1] == 1024 and inside.min() >= -0.171  # GELU's least value
    values = {v.name.removesuffix(":0"): v.numpy() for v in module.variables}
    ids, mask = (np.asarray(part, np.float32) for part in triplet[:2])
    _, _, layers = module.call(*map(np.int32, triplet), training=False)
    last = (np.asarray(layers[-1]) * mask[..., None]).sum(1) / mask.sum(1)[:, None]
    expected = np.hstack([last, inside]) @ values["summary/kernel"]
    # Less what the length and the share of frequent pieces tell of it.
    log = np.log(mask.sum(1) / 100)
    frequent = values["text_statistics/frequent"][ids.astype(int)]
    share = (frequent * mask).sum(1) / mask.sum(1)
    told = np.stack([log, share, log**2, share**2, log * share], 1)
    expected += values["summary/bias"] - told @ values["text_statistics/kernel"]
    np.testing.assert_allclose(summary, expected, atol=1e-4)


def test_tensorflow_hub_loads_the_mini_encoders_alike():
    hub = pytest.importorskip("tensorflow_hub")
    path = kit.Encoder(MINI["bert"]).find()
    inputs = {
        name: np.array(
            [[2, 7, 3]] if name == "input_word_ids" else [[1, 1, 1]], np.int32
        )
        for name in ("input_word_ids", "input_mask")
    } | {"input_type_ids": np.zeros((1, 3), np.int32)}
    ours = kit.shared_module(kit.BertModule, path).module(inputs, training=False)
    theirs = hub.load(str(path))(inputs, training=False)
    for name in ("sequence_output", "pooled_output"):
        # Threads share a product out as they are free: its last bits can differ.
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-4, atol=1e-5)
