"""Kept models: the same probabilities elsewhere, and one sentence for what is wrong."""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import HERE, review, topics
from scipy.special import softmax
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import kit
import run_own

SIMPLE = ("lr", "svm", "rf", "gbm", "nbsvm", "dummy")
ELSEWHERE = """
import json, sys
sys.path.insert(0, sys.argv[1])
import kit
texts = json.load(open(sys.argv[2], encoding="utf-8"))
found = {folder: kit.restore(folder).predict_proba(texts).tolist()
         for folder in sys.argv[3:]}
print(json.dumps(found))
print("tensorflow" in sys.modules)
"""


def two_classes(n=60):
    return pd.DataFrame({"text": [review(i % 2, i) for i in range(n)],
                         "label": ["good" if i % 2 else "bad" for i in range(n)]})


def elsewhere(tmp_path, folders, texts):
    """What another process says of texts by the models in folders, and whether it
    imported TensorFlow."""
    (tmp_path / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    away = tmp_path / "away"
    away.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(HERE.parent), str(tmp_path / "texts.json"),
         *map(str, folders)], capture_output=True, text=True, cwd=away, timeout=300,
        env=os.environ | {"KIT_CACHE": str(away / "cache")})  # fmt: skip
    assert done.returncode == 0, done.stderr
    *_, found, with_tensorflow = done.stdout.splitlines()
    return json.loads(found), with_tensorflow == "True"


def reseal(folder, **changes):
    """Change a card, and the digests of the files, as somebody with a purpose would."""
    card = json.loads((folder / "card.json").read_text()) | changes
    card["files"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
                     for name in card["files"]}
    card["seal"] = kit.sealed(card)
    (folder / "card.json").write_text(json.dumps(card))


@pytest.fixture
def kept(tmp_path):
    """(folder, its KeptModel, texts) of a small NBSVM of two classes."""
    data = kit.load(two_classes())
    model = kit.Column("nbsvm").pipeline().fit(data.texts, data.y)
    kit.save(model, tmp_path / "kept", data.classes)
    return tmp_path / "kept", kit.restore(tmp_path / "kept"), data.texts


def simple_models():
    """Unfitted models without encoders, by name."""
    settings = kit.Settings(members=("lr", "nbsvm"))
    columns = [kit.Column(name) for name in (*SIMPLE, "blend")]
    models = {c.name: c.pipeline(settings) for c in columns}
    models["gbm"].set_params(classifier__n_estimators=9)
    models["rf_tuned"] = models["rf"].__sklearn_clone__().set_params(
        classifier__min_samples_leaf=2, classifier__n_estimators=30)
    models["own"] = make_pipeline(TfidfVectorizer(), LogisticRegression())
    models["trees"] = make_pipeline(TfidfVectorizer(), TruncatedSVD(5),
                                    HistGradientBoostingClassifier(max_iter=3))
    return models


def test_simple_models_say_the_same_in_another_process(tmp_path):
    said, texts = {}, None
    for classes, frame in ("two", two_classes()), ("three", topics(a=30, b=30, c=30)):
        data = kit.load(frame)
        texts = texts or data.texts
        for name, model in simple_models().items():
            folder = tmp_path / f"{name}_{classes}"
            model.fit(data.texts, data.y)
            before = kit.scores_of(model, data.texts[:9])
            kit.save(model, folder, data.classes)
            assert np.array_equal(kit.scores_of(model, data.texts[:9]), before)
            shares = kit.restore(folder).predict_proba(texts).tolist()
            if hasattr(model, "predict_proba"):
                assert shares == model.predict_proba(texts).tolist()
            said[str(folder)] = shares
    found, with_tensorflow = elsewhere(tmp_path, said, texts)
    assert found == said and len(found) == 20 and not with_tensorflow


def test_models_with_encoders_say_the_same_in_another_process(tiny, tmp_path):
    data = kit.load(topics(a=12, b=12, c=12))
    store = str(tmp_path / "store" / "features.sqlite")
    settings = kit.Settings(elmo=str(tiny["elmo_tf1"]), bert=str(tiny["bert_dict"]),
                            store=store, epochs=1, members=("lr", "elmo", "bert"))
    rows = {"elmo": settings, "bert": settings, "blend": settings,
            "layers": replace(settings, pooling="layers"),
            "tuned": replace(settings, n_fine_tune_layers=1, epochs=2)}
    said = {}
    for name, row in rows.items():
        column = kit.Column(name if name in kit.ALGORITHMS else "bert")
        model = column.pipeline(row).fit(data.texts, data.y)
        kit.save(model, tmp_path / name, data.classes)
        said[str(tmp_path / name)] = softmax(
            kit.scores_of(model, data.texts), axis=1).tolist() if name == "blend" else (
            model.predict_proba(data.texts).tolist())  # fmt: skip
        with zipfile.ZipFile(tmp_path / name / "model.skops") as archive:
            assert "sqlite" not in archive.read("schema.json").decode()
        if name == "blend":  # it goes on with its own store
            assert model[-1].members_[1][1].store == store
    found, with_tensorflow = elsewhere(tmp_path, said, data.texts)
    assert found == said and with_tensorflow
    card = json.loads((tmp_path / "blend" / "card.json").read_text())
    assert card["encoders"] == {
        str(path): kit.Encoder(path).digest()
        for path in (tiny["elmo_tf1"], tiny["bert_dict"])}  # fmt: skip


def test_what_is_restored_names_its_classes(kept):
    folder, model, texts = kept
    shares = model.predict_proba(texts)
    assert model.classes == ("bad", "good") and shares.shape == (60, 2)
    assert np.allclose(shares.sum(axis=1), 1)
    assert model.predict(texts).tolist() == [
        model.classes[best] for best in shares.argmax(axis=1)]  # fmt: skip
    assert model.predict_proba([]).shape == (0, 2)
    assert model.predict(pd.Series(texts[:3])).tolist() == model.predict(
        texts[:3]).tolist()  # fmt: skip
    assert "not calibrated" in model.card["probabilities"]
    assert repr(model) == "KeptModel(own; bad, good)"  # not the whole card
    for wrong in ("one text", ["a", 3], ["a", None]):
        with pytest.raises(kit.KitError, match="list of texts|no text but"):
            model.predict(wrong)
    kit.save(model, folder.parent / "again")  # and what was restored can be kept
    again = kit.restore(folder.parent / "again")
    assert np.array_equal(again.predict_proba(texts), shares)


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("name", ["model.skops", "vocabulary.json.gz", "card.json"])
@pytest.mark.parametrize("how", ["flipped", "cut", "gone"])
def test_what_was_changed_or_cut_is_refused_in_a_sentence(kept, name, how):
    path = kept[0] / name
    if how == "flipped":
        flip(path)
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:-9])
    else:
        path.unlink()
    words = "not whole|no kept model" if how == "gone" else "changed or cut"
    with pytest.raises(kit.KitError, match=words):
        kit.restore(kept[0])


def test_a_card_that_is_edited_or_of_a_newer_kit_is_refused(kept):
    path = kept[0] / "card.json"
    text = path.read_text()
    for broken in (text.replace('"good"', '"evil"'), "[]", "{}", '{"format": "x"}',
                   '{"format": 1}', "null", "[" * 100_000):  # fmt: skip
        path.write_text(broken)
        with pytest.raises(kit.KitError, match="changed or cut"):
            kit.restore(kept[0])
    path.write_text(text.replace('"format": 1', '"format": 2'))
    with pytest.raises(kit.KitError, match="newer kit, in format 2; .* up to 1"):
        kit.restore(kept[0])


@pytest.mark.parametrize("changes", [
    {"versions": None}, {"classes": ["a"]}, {"classes": None}, {"files": []},
    {"encoders": None}, {"factor": "1"}], ids=str)  # fmt: skip
def test_a_card_that_says_too_little_is_refused_though_it_is_sealed(kept, changes):
    path = kept[0] / "card.json"
    card = {**json.loads(path.read_text()), **changes}
    card = {name: value for name, value in card.items() if value is not None}
    path.write_text(json.dumps(card | {"seal": kit.sealed(card)}))
    with pytest.raises(kit.KitError, match="was changed or cut|its classes"):
        kit.restore(kept[0])


@pytest.mark.parametrize("model", [
    make_pipeline(TfidfVectorizer(), LogisticRegression()), {"a": 1}, None, kit.Tokens,
    make_pipeline(TfidfVectorizer()).fit(["a text"])], ids=range(5))  # fmt: skip
def test_what_is_no_fitted_classifier_is_not_kept(model, tmp_path):
    with pytest.raises(kit.KitError, match="Only a fitted classifier can be kept: "):
        kit.save(model, tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


class Stranger(kit.Tokens):
    """A class of somebody else's."""


def test_types_of_nobody_knows_whom_are_neither_kept_nor_restored(kept, tmp_path):
    import skops.io

    folder, model, texts = kept
    evil = make_pipeline(Stranger(text="natural"), *model.model[1:])
    with pytest.raises(kit.KitError, match="test_kept.Stranger: only the kit's own"):
        kit.save(evil, tmp_path / "evil", ["a", "b"])
    assert not (tmp_path / "evil").exists()
    (folder / "model.skops").write_bytes(skops.io.dumps(evil))
    reseal(folder)
    with pytest.raises(kit.KitError, match="not trusted or not known.*Stranger"):
        kit.restore(folder)
    # Nor does a function of a module that anybody could name.
    with zipfile.ZipFile(folder / "model.skops", "w") as archive:
        archive.writestr("schema.json", json.dumps({
            "__class__": "system", "__module__": "os", "__loader__": "FunctionNode",
            "content": {"module_path": "os", "function": "system"}, "protocol": 2,
            "_skops_version": "0.11"}))  # fmt: skip
    reseal(folder)
    with pytest.raises(kit.KitError, match="not trusted or not known"):
        kit.restore(folder)


def test_a_kit_that_is_no_module_of_that_name_keeps_nothing(kept, tmp_path):
    _, model, _ = kept
    pasted = type("Tokens", (kit.Tokens,), {"__module__": "__main__"})
    sys.modules["__main__"].Tokens = pasted
    try:
        alien = make_pipeline(pasted(text="natural"), *model.model[1:])
        with pytest.raises(kit.KitError, match="__main__.Tokens.*%%writefile kit.py"):
            kit.save(alien, tmp_path / "alien", ["a", "b"])
    finally:
        del sys.modules["__main__"].Tokens


def test_vocabularies_of_a_changed_file_set_nothing_else(kept):
    words = json.dumps({"0 transform": [], "1 vocabulary_": {}}).encode()
    (kept[0] / "vocabulary.json.gz").write_bytes(gzip.compress(words))
    reseal(kept[0])
    with pytest.raises(kit.KitError, match="not trusted or not known"):
        kit.restore(kept[0])


def test_a_changed_or_moved_encoder_is_told_and_can_be_named(tiny, tmp_path):
    here, moved = tmp_path / "bert", tmp_path / "elsewhere"
    shutil.copytree(tiny["bert_dict"], here)
    data = kit.load(two_classes(20))
    settings = kit.Settings(bert=str(here), epochs=1)
    model = kit.Column("bert").pipeline(settings).fit(data.texts, data.y)
    kit.save(model, tmp_path / "kept", data.classes)
    shutil.copytree(here, moved)
    flip(here / "assets" / "vocab.txt")
    with pytest.raises(kit.KitError, match="another one is there: its digest differs"):
        kit.restore(tmp_path / "kept")
    with pytest.raises(kit.KitError, match="digest differs"):
        kit.restore(tmp_path / "kept", [tiny["bert_list"]])
    shutil.rmtree(here)
    with pytest.raises(kit.KitError, match="not here: name its folder .* with --elmo"):
        kit.restore(tmp_path / "kept")
    found = kit.restore(tmp_path / "kept", [tiny["elmo_tf1"], moved])
    assert np.array_equal(found.predict_proba(data.texts),
                          model.predict_proba(data.texts))  # fmt: skip
    kit.save(found, tmp_path / "again")  # under the name that it had
    card = json.loads((tmp_path / "again" / "card.json").read_text())
    assert list(card["encoders"]) == [str(here)]


def test_a_kept_model_makes_nobody_download_an_encoder(monkeypatch):
    asked = []
    monkeypatch.setattr(kit, "reachable", lambda url: asked.append(url))
    for handle in ("https://evil.example/bert", "somebody/bert/tensorFlow2/x/1"):
        with pytest.raises(kit.KitError, match="name its folder"):
            kit.kept_encoder(handle, "0" * 64, ())
    assert asked == []
    with pytest.raises(kit.KitError, match="name its folder"):
        kit.kept_encoder(kit.BERT, "0" * 64, ())
    assert asked  # the article's own


def test_a_kept_model_brings_no_trust_in_its_encoder(tiny, tmp_path):
    import skops.io

    data = kit.load(two_classes(20))
    settings = kit.Settings(bert=str(tiny["bert_dict"]), trust_encoder=True, epochs=1)
    model = kit.Column("bert").pipeline(settings).fit(data.texts, data.y)
    kit.save(model, tmp_path / "kept", data.classes)
    assert model[1].trust_encoder and not kit.restore(tmp_path / "kept").model[
        1].trust_encoder  # fmt: skip
    assert kit.restore(tmp_path / "kept", trust_encoder=True).model[1].trust_encoder
    del model[1].folder_
    (tmp_path / "kept" / "model.skops").write_bytes(skops.io.dumps(model))
    reseal(tmp_path / "kept")
    assert not kit.restore(tmp_path / "kept").model[1].trust_encoder


def test_the_factor_makes_probabilities_of_distances():
    rng = np.random.default_rng(0)
    for true in (0.3, 3.0):
        scores = rng.normal(size=(4000, 3)) * 2
        shares = softmax(true * scores, axis=1)
        y = (shares.cumsum(axis=1) > rng.random((4000, 1))).argmax(axis=1)
        halves = (slice(1000), slice(1000, None))
        parts = [(y[rows], y[rows], scores[rows]) for rows in halves]
        assert kit.factor_of(parts) == pytest.approx(true, rel=0.1)
    sure = np.array([[1.0, -1], [-1, 1]] * 50)  # nobody is wrong, and yet it ends
    y = np.arange(100) % 2
    assert 1 < kit.factor_of([(y, y, sure)]) < 10


def test_save_keeps_the_best_of_a_run_fitted_to_all_its_texts(tmp_path):
    frame = topics(a=40, b=40, c=25)
    results = kit.compare(kit.load(pd.concat([frame, frame[:9]])), models="dummy lr rf",
                          nsamp=20, repeats=2, save=True, out=tmp_path / "out", jobs=1)
    model = kit.restore(tmp_path / "out" / "model")
    assert model.card["model"] == "lr" and model.card["dataset"]["texts"] == 105
    values = results.frame("results").set_index("model").accuracy["lr"]
    expected = model.card["expected"]["accuracy"]
    assert expected["mean"] == values.mean()
    assert expected["low"] <= expected["mean"] <= expected["high"] <= 1
    assert "20 documents per class, 2 draw(s)" in model.card["expected_of"]
    assert model.card["versions"]["scikit-learn"] and model.card["chosen_among"] == [
        "lr", "rf", "dummy"]  # fmt: skip
    again = kit.Column("lr").pipeline(results.report.settings[-1])
    again.fit(results.report.dataset.texts, results.report.dataset.y)
    assert np.array_equal(again.predict_proba(frame.text.tolist()),
                          model.predict_proba(frame.text))  # fmt: skip
    assert np.array_equal(results.model.predict_proba(frame.text),
                          model.predict_proba(frame.text))  # fmt: skip
    assert "store" not in model.card["settings"]


def test_a_tuned_column_is_kept_with_the_point_that_most_draws_chose(tmp_path):
    results = kit.compare(kit.load(topics(a=40, b=40)), models="lr", tune="lr",
                          repeats=1, save="lr_tuned", jobs=1)
    best = json.loads(results.frame("searches").best[0])
    assert results.model.card["params"] == best and len(best) == 1
    assert results.model.model[-1].C == best["classifier__C"]
    row = results.frame("searches").iloc[0].to_dict()
    for repeat, best in enumerate(['{"classifier__C": 7}'] * 2, start=1):
        results.append("searches", [row | {"repeat": repeat, "best": best}])
    assert kit.refitted(results.report, "lr_tuned").model[-1].C == 7


def test_distances_of_a_run_become_calibrated_probabilities(tmp_path):
    results = kit.compare(kit.load(two_classes(200)), models="lr nbsvm svm", repeats=3,
                          nsamp=60, jobs=1)
    for name in ("nbsvm", "svm"):
        model = kit.refitted(results.report, name)
        assert model.card["factor"] != 1 and "fitted" in model.card["probabilities"]
        fresh = [review(i % 2, f"new {i}") for i in range(400)]
        shares = model.predict_proba(fresh)
        raw = softmax(kit.scores_of(model.model, fresh), axis=1)
        y = np.arange(400) % 2
        loss, before = (-np.log(s[np.arange(400), y]).mean() for s in (shares, raw))
        assert loss < before, name
    assert kit.refitted(results.report, "lr").card["factor"] == 1


def test_save_is_refused_before_anything_runs(tmp_path, capsys, monkeypatch):
    topics(a=20, b=20).to_csv(tmp_path / "t.csv", index=False)
    run = ["--data", str(tmp_path / "t.csv"), "--out", str(tmp_path / "out"), "--jobs",
           "1", "--models", "lr,dummy"]  # fmt: skip
    for words, told in ((["--save", "nbsvm"], "only what the table will have: best, lr"),
                        (["--save", "lrr"], "lrr is none of .* Did you mean lr")):
        assert run_own.main([*run, *words]) == 2
        said = capsys.readouterr().err
        assert re.search(told, said) and "dummy_tuned" not in said  # there is none
    monkeypatch.setitem(sys.modules, "skops", None)
    monkeypatch.setitem(sys.modules, "skops.io", None)
    assert run_own.main([*run, "--save"]) == 2
    assert 'pip install "skops>=0.11"' in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert run_own.main(["--predict", str(tmp_path / "t.csv"), "--model", "x"]) == 2
    assert 'pip install "skops>=0.11"' in capsys.readouterr().err
    assert run_own.main([*run]) == 0  # and who keeps nothing needs no skops


def test_an_interrupted_run_keeps_nothing_and_says_so(tmp_path, capsys, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt
    monkeypatch.setattr(kit.Run, "_spread", interrupted)
    results = kit.compare(kit.load(topics(a=20, b=20)), models="lr", save=True,
                          out=tmp_path / "out")
    assert results.interrupted and results.model is None
    assert "no model is kept, as the run was interrupted" in capsys.readouterr().out
    assert not (tmp_path / "out" / "model").exists()


@pytest.mark.parametrize("nsamp, told", [(40, True), (None, False)])
def test_other_shares_than_the_draws_have_are_said(tmp_path, capsys, nsamp, told):
    frame = topics(a=300, b=60)
    results = kit.compare(kit.load(frame), models="lr", nsamp=nsamp, jobs=1, save=True,
                          out=tmp_path)  # fmt: skip
    kept = results.model.card["dataset"]
    assert kept["texts_of_classes"] == {"a": 300, "b": 60} and kept["texts"] == 360
    assert kept["in_a_draw"] == ({"a": 40, "b": 40} if told else {"a": 300, "b": 60})
    assert ("other shares in all texts" in capsys.readouterr().out) == told


def test_files_of_an_earlier_model_and_submission_are_moved_with_its_run(tmp_path):
    frame = topics(a=20, b=20)
    kit.compare(kit.load(frame), models="lr", jobs=1, save=True, out=tmp_path)
    (tmp_path / "submission.csv").write_text("id,label\n1,a\n")
    kit.compare(kit.load(frame), models="lr", jobs=1, seed=1, out=tmp_path)
    assert not (tmp_path / "submission.csv").exists()
    assert not (tmp_path / "model" / "card.json").exists()
    (aside,) = tmp_path.glob("earlier-*")
    assert kit.restore(aside / "model").classes == ("a", "b")
