"""The run scripts as people call them: tables, files, exit codes, resuming."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

import kit
import run_email
import run_imdb

SMALL = ["--nsamp", "50", "--jobs", "1"]


@pytest.fixture
def imdb(imdb_archive, tmp_path):
    """The options of a small run on the toy archive, results in tmp_path/out."""
    return ["--data", str(imdb_archive), "--out", str(tmp_path / "out"), *SMALL]


@pytest.fixture
def encoders(tiny):
    return ["--elmo", str(tiny["elmo_tf1"]), "--bert", str(tiny["bert_dict"])]


def results(tmp_path, name="results.csv"):
    return pd.read_csv(tmp_path / "out" / name, keep_default_na=False)


def test_all_six_make_one_table_and_the_files_of_the_contract(
    imdb, encoders, tmp_path, capsys
):
    assert run_imdb.main([*imdb, *encoders, "--repeats", "2"]) == 0
    table = results(tmp_path)
    assert tuple(table.columns) == kit.RESULT_COLUMNS and len(table) == 12
    assert list(table.model.unique()) == list(kit.PUBLISHED_MODELS)
    assert table.accuracy.between(0, 1).all() and (table.error == "").all()
    assert (table.n_train == 70).all() and (table.n_test == 30).all()
    assert all(isinstance(json.loads(text), dict) for text in table.params)
    predictions = results(tmp_path, "predictions.csv")
    assert tuple(predictions.columns) == kit.PREDICTION_COLUMNS
    hits = predictions.assign(hit=predictions.label == predictions.predicted)
    accuracy = hits.groupby(["model", "repeat"]).hit.mean()
    for row in table.itertuples():
        assert accuracy[row.model, row.repeat] == pytest.approx(row.accuracy)
    shown = capsys.readouterr().out
    assert (tmp_path / "out" / "table.md").read_text() in shown
    assert "ELMo (elmo_tf1)" in shown and "±" in shown
    for name in ("history_elmo.png", "history_bert.png"):
        assert (tmp_path / "out" / name).read_bytes().startswith(b"\x89PNG")
    about = json.loads((tmp_path / "out" / "run.json").read_text())
    assert about["finished"] and len(about["encoders"]) == 2
    assert about["versions"]["scikit-learn"] and about["hardware"]["cores"]


def test_the_email_script_runs_the_articles_svm(email_folder, tmp_path):
    options = ["--data", str(email_folder), "--out", str(tmp_path / "out"), *SMALL]
    assert run_email.main([*options, "--models", "svm", "lr"]) == 0
    params = json.loads(results(tmp_path).set_index("model").params["svm"])
    assert (
        params["classifier__gamma"] == "auto" and params["classifier__kernel"] == "rbf"
    )


def test_the_sweep_shows_the_articles_numbers_under_ours(
    imdb_archive, tmp_path, capsys
):
    rows = kit.load_imdb(imdb_archive)
    settings = kit.Settings(100, 100)
    assert kit.published(rows, 1000, settings)["bert"] == 79.1
    assert kit.published(rows, 500, settings) == {}
    assert kit.published(rows, 1000, kit.Settings(60, 100)) == {}
    options = ["--data", str(imdb_archive), "--out", str(tmp_path / "out"), *SMALL]
    assert run_imdb.main([*options, "--sweep", "--models", "lr"]) == 0
    shown = capsys.readouterr().out
    assert [re.search(place, shown) is not None for place in ("50/20", "200/100")]
    assert list(results(tmp_path).maxtokens) == [50, 100, 200]


def test_published_numbers_are_those_of_the_article(shared):
    article = json.loads((shared / "published.json").read_text())
    for name, rows in kit.PUBLISHED.items():
        for row, place, ours in zip(article[name], kit.SWEEP, rows):
            assert (row["maxtokens"], row["maxtokenlen"]) == place
            assert tuple(row[model] for model in kit.PUBLISHED_MODELS) == ours


@pytest.mark.parametrize(
    "words, settings",
    [
        ("", (50, 20)),
        ("--maxtokens 200", (200, 100)),
        ("--maxtokens 200 --maxtokenlen 7", (200, 7)),
        ("--maxtokens 30", (30, 20)),
    ],
)
def test_maxtokenlen_goes_with_maxtokens_unless_given(words, settings):
    options = kit.parse_options("imdb", words)
    assert (options.maxtokens, options.maxtokenlen) == settings


def test_defaults_are_those_of_the_contract():
    options = kit.parse_options("email", [])
    assert options.models == ["lr", "svm", "rf", "gbm", "elmo", "bert"]
    expected = dict(
        data="auto", nsamp=1000, repeats=1, seed=0, encoders="full", pooling="mean",
        n_fine_tune_layers=0, epochs=5, batch_size=32, text="article", out="results",
        elmo=kit.ELMO, bert=kit.BERT, jobs=os.cpu_count(), sweep=False, demo=False,
    )  # fmt: skip
    assert {name: getattr(options, name) for name in expected} == expected
    demo = kit.parse_options("email", "--demo")
    assert (demo.data, demo.bert) == ("demo", "encoders/bert-mini")
    commas = kit.parse_options("imdb", "--models bert,lr svm")
    assert commas.models == ["lr", "svm", "bert"]


@pytest.mark.parametrize(
    "words, told",
    [
        ("--models lr xgb", "xgb is none of lr, svm"),
        ("--text raw", "article"),
        ("--nsamp many", "whole number"),
        ("--epochs 0", ">= 1"),
        ("--frobnicate", "frobnicate"),
        ("--sweep --maxtokens 50", "leave out"),
        ("--data nowhere", "not there"),
        ("--nsamp 900", "more than the 60"),
    ],
)
def test_a_wrong_option_is_told_in_one_sentence(
    imdb_archive, tmp_path, capsys, words, told
):
    data = [] if "--data" in words else ["--data", str(imdb_archive)]
    code = run_imdb.main([*data, "--out", str(tmp_path / "out"), *words.split()])
    said = capsys.readouterr().err
    assert code == 2 and told in said
    assert len(said.splitlines()) == 1 and "Traceback" not in said
    assert not (tmp_path / "out").exists()


def test_without_data_the_message_names_every_way(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(kit, "KAGGLE_INPUT", tmp_path / "no mount")
    monkeypatch.setattr(kit, "KAGGLE_SITE", "http://127.0.0.1:9")
    need = kit.CORPORA["imdb"].needs[0]
    far = kit.replace(need, url="http://127.0.0.1:9/aclImdb_v1.tar.gz")
    corpus = kit.replace(kit.CORPORA["imdb"], needs=(far,))
    monkeypatch.setitem(kit.CORPORA, "imdb", corpus)
    started = time.monotonic()
    assert run_imdb.main([]) == 2
    assert time.monotonic() - started < 10
    said = capsys.readouterr().err
    for way in (
        need.kaggle,
        str(tmp_path / "data" / need.names[0]),
        "--data",
        "--demo",
    ):
        assert way in said


def test_a_failed_model_keeps_its_row_and_the_others_their_results(
    imdb, tmp_path, capsys
):
    code = run_imdb.main([*imdb, "--models", "lr,bert", "--bert", str(tmp_path)])
    assert code == 1
    table = results(tmp_path).set_index("model")
    assert table.error["lr"] == "" and "saved_model.pb" in table.error["bert"]
    shown = capsys.readouterr().out
    assert "bert failed" in shown


def count_fits(monkeypatch, stop_after=None):
    """Count evaluations; the one after stop_after is interrupted."""
    real, calls = kit.evaluate, []

    def counted(*arguments):
        if len(calls) == stop_after:
            raise KeyboardInterrupt
        calls.append(1)
        return real(*arguments)

    monkeypatch.setattr(kit, "evaluate", counted)
    return calls


def test_an_interrupted_run_goes_on_where_it_stopped(
    imdb, tmp_path, monkeypatch, capsys
):
    options = [*imdb, "--models", "lr,rf", "--repeats", "2"]
    with monkeypatch.context() as patch:
        count_fits(patch, stop_after=3)
        assert run_imdb.main(options) == 1
    assert "goes on from there" in capsys.readouterr().err
    assert len(results(tmp_path)) == 3
    with open(tmp_path / "out" / "results.csv", "a") as file:
        file.write("imdb,cut off he")  # as a kill may leave it
    calls = count_fits(monkeypatch)
    assert run_imdb.main(options) == 0
    assert len(calls) == 1 and len(results(tmp_path)) == 4
    assert len(results(tmp_path, "predictions.csv")) == 4 * 30


def test_a_finished_run_is_set_aside_not_overwritten(imdb, tmp_path, monkeypatch):
    calls = count_fits(monkeypatch)
    for _ in range(2):
        assert run_imdb.main([*imdb, "--models", "lr"]) == 0
    assert len(calls) == 2 and len(results(tmp_path)) == 1
    (earlier,) = (tmp_path / "out").glob("earlier-*")
    old = pd.read_csv(earlier / "results.csv")
    assert old.accuracy[0] == results(tmp_path).accuracy[0]


def test_a_killed_run_has_lost_nothing_that_was_finished(imdb, tmp_path):
    command = [sys.executable, kit.home() / "run_imdb.py", *imdb, "--models", "lr"]
    command += ["--repeats", "400"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        path = tmp_path / "out" / "results.csv"
        while time.monotonic() < deadline:
            if path.exists() and path.read_bytes().count(b"\n") > 4:
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    rows = kit.read_rows(path)
    predictions = kit.read_rows(tmp_path / "out" / "predictions.csv")
    assert len(rows) >= 3
    for row in rows:
        mine = [p for p in predictions if kit.key_of(p) == kit.key_of(row)]
        hits = sum(p["label"] == p["predicted"] for p in mine)
        assert hits / len(mine) == pytest.approx(float(row["accuracy"]))


def test_parallel_workers_give_the_same_numbers(imdb, tmp_path):
    options = [*imdb, "--models", "lr,rf", "--repeats", "2"]
    assert run_imdb.main(options) == 0
    alone = results(tmp_path)
    assert run_imdb.main([*options, "--jobs", "2"]) == 0
    pd.testing.assert_series_equal(alone.accuracy, results(tmp_path).accuracy)


def test_the_demo_names_itself_in_every_file(tmp_path):
    options = ["--data", "demo", "--out", str(tmp_path / "out"), "--models", "lr"]
    assert run_imdb.main(options) == 0
    assert (results(tmp_path).source == kit.DEMO_SOURCE).all()
    assert kit.DEMO_SOURCE in (tmp_path / "out" / "table.md").read_text()


def test_a_download_of_an_earlier_run_is_found(imdb_archive, own_cache, monkeypatch):
    monkeypatch.setattr(kit, "KAGGLE_INPUT", own_cache / "no mount")
    kept = own_cache / "downloads" / "0123" / "aclImdb_v1.tar.gz"
    kept.parent.mkdir(parents=True)
    kept.symlink_to(imdb_archive)
    assert kit.load_imdb().source == str(kept)


def test_on_kaggle_results_go_to_its_output_folder(monkeypatch):
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Batch")
    monkeypatch.setenv("COLAB_RELEASE_TAG", "set there, too")
    assert kit.parse_options("imdb", []).out == "/kaggle/working"


def test_the_kernels_own_words_are_not_options(monkeypatch):
    for launcher in ("ipykernel_launcher.py", "colab_kernel_launcher.py"):
        monkeypatch.setattr(sys, "argv", [f"/usr/lib/{launcher}", "-f", "kernel.json"])
        assert kit.command_words(None) == []
    monkeypatch.setattr(sys, "argv", ["run_imdb.py", "--nsamp", "9"])
    assert kit.command_words(None) == ["--nsamp", "9"]
