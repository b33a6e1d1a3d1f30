"""The run scripts as people call them: tables, files, exit codes, resuming."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from test_compare import teams

import kit
import run_email
import run_imdb
import run_own

SMALL = ["--nsamp", "50", "--jobs", "1"]
CONTRACT = (
    "dataset source nsamp maxtokens maxtokenlen text model encoder repeat seed n_train "
    "n_test accuracy f1 roc_auc encode_seconds fit_seconds predict_seconds params error"
).split()
PREDICTIONS = "dataset maxtokens maxtokenlen repeat doc label model predicted score"


@pytest.fixture
def imdb(imdb_archive, tmp_path):
    """The options of a small run on the toy archive, results in tmp_path/out."""
    return ["--data", str(imdb_archive), "--out", str(tmp_path / "out"), *SMALL]


@pytest.fixture
def own(tmp_path):
    """The same on a table of four classes."""
    teams().to_csv(tmp_path / "mail.csv", index=False)
    return ["--data", str(tmp_path / "mail.csv"), "--text-column", "body", *SMALL,
            "--label-column", "team", "--out", str(tmp_path / "out")]  # fmt: skip


@pytest.fixture
def encoders(tiny):
    return ["--elmo", str(tiny["elmo_tf1"]), "--bert", str(tiny["bert_dict"])]


def results(tmp_path, name="results.csv"):
    path = tmp_path / "out" / name
    return pd.read_csv(path, keep_default_na=False, float_precision="round_trip")


def about(tmp_path):
    return json.loads((tmp_path / "out" / "run.json").read_text())


@pytest.mark.figures
def test_all_six_make_one_table_and_the_files_of_the_contract(
    imdb, encoders, tmp_path, capsys
):
    assert run_imdb.main([*imdb, *encoders, "--repeats", "2"]) == 0
    table = results(tmp_path)
    assert list(table.columns)[: len(CONTRACT)] == CONTRACT and len(table) == 12
    assert set(table.model) == {"lr", "svm", "rf", "gbm", "elmo", "bert"}
    assert table.accuracy.between(0, 1).all() and (table.error == "").all()
    assert (table.n_train == 70).all() and (table.n_test == 30).all()
    assert all(isinstance(json.loads(text), dict) for text in table.params)
    predictions = results(tmp_path, "predictions.csv")
    assert list(predictions.columns) == PREDICTIONS.split()
    hits = predictions.assign(hit=predictions.label == predictions.predicted)
    accuracy = hits.groupby(["model", "repeat"]).hit.mean()
    for row in table.itertuples():
        assert accuracy[row.model, row.repeat] == pytest.approx(row.accuracy)
    shown = capsys.readouterr().out
    assert (tmp_path / "out" / "table.md").read_text().strip() in shown
    header = shown[shown.index("| tokens/length") :].splitlines()[0]
    titles = [cell.strip() for cell in header.split("|")[2:-1]]
    named = ["ELMo (elmo_tf1)", "BERT (bert_dict)"]
    assert titles == ["LR", "SVM", "RF", "GBM", *named]
    for name in ("history_elmo", "history_bert", "accuracy", "roc", "confusion"):
        assert (tmp_path / "out" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    run = about(tmp_path)
    assert run["finished"] and len(run["encoders"]) == 2
    assert run["classes"] == ["neg", "pos"]
    assert len(run["verdict"]) == 1 and run["verdict"][0] in shown
    assert run["versions"]["scikit-learn"] and run["hardware"]["cores"]


def test_own_texts_of_many_classes_have_a_score_of_each(own, tmp_path, capsys):
    assert run_own.main([*own, "--models", "lr,nbsvm,dummy", "--errors", "3"]) == 0
    said, run = results(tmp_path, "predictions.csv"), about(tmp_path)
    names = [f"score_{name}" for name in run["classes"]]
    assert list(said.columns) == PREDICTIONS.split() + names and len(names) == 4
    own_score = said[names].to_numpy()[range(len(said)), said.predicted]
    assert (own_score == said.score).all()
    label = teams().team[said.doc.astype(str).str.extract(r"(\d+)")[0].astype(int)]
    assert [run["classes"][number] for number in said.label] == label.tolist()
    shown = capsys.readouterr().out
    assert "text: body; label: team, 4 classes" in shown
    for page in ("table.md", "confusion.md", "errors.md"):
        assert (tmp_path / "out" / page).read_text().strip() in shown


def test_the_email_script_runs_the_articles_svm(email_folder, imdb, tmp_path):
    options = ["--data", str(email_folder), "--out", str(tmp_path / "out"), *SMALL]
    assert run_email.main([*options, "--models", "svm", "lr"]) == 0
    params = json.loads(results(tmp_path).set_index("model").params["svm"])
    kernel = {n: params[f"classifier__{n}"] for n in ("C", "gamma", "kernel")}
    assert kernel == {"C": 1, "gamma": "auto", "kernel": "rbf"}
    assert run_imdb.main([*imdb, "--models", "svm"]) == 0
    params = json.loads(results(tmp_path).params[0])
    assert (params["classifier__C"], params["classifier__kernel"]) == (1, "linear")


def test_the_sweep_shows_the_articles_numbers_under_ours(imdb, tmp_path, capsys):
    assert run_imdb.main([*imdb, "--sweep", "--models", "lr"]) == 0
    shown = capsys.readouterr().out
    for place in ("50/20", "100/100", "200/100"):
        assert re.search(rf"^\| {place} ", shown, re.M)
    assert list(results(tmp_path).maxtokens) == [50, 100, 200]
    assert "article  " not in shown  # 50 documents a class are not the article's 1,000
    data = kit.load("imdb", imdb[1])
    rows = kit.Options(sweep=True, models="lr").settings(replace(
        data, frame=pd.concat([data.frame] * 20, ignore_index=True)))  # fmt: skip
    found = kit.Results()
    report = kit.Report(found, data, (kit.Column("lr"), kit.Column("bert")), rows)
    article = [report.article(settings)["bert"] for settings in rows]
    assert article == pytest.approx([0.71, 0.791, 0.81])
    assert report.setting_rows(rows[1])[-1] == ["  article", "74.3", "79.1"]
    f1 = replace(report, metric="f1")
    demo = replace(report, dataset=replace(data, source=kit.DEMO_SOURCE))
    few = replace(rows[0], nsamp=500)
    other = replace(rows[0], maxtokens=60)
    assert f1.article(rows[0]) == demo.article(rows[0]) == {}
    assert report.article(few) == report.article(other) == {}


def test_published_numbers_are_those_of_the_article(shared):
    article = json.loads((shared / "published.json").read_text())
    for name, corpus in kit.CORPORA.items():
        for row, place, ours in zip(article[name], kit.SWEEP, corpus.published):
            assert (row["maxtokens"], row["maxtokenlen"]) == place
            assert {model: row[model] for model in ours} == ours and len(ours) == 6


def settings_of(name, words, dataset):
    """The Settings that a run script makes of its words."""
    given = vars(kit.make_parser(name).parse_args(words.split()))
    known = {f: given[f] for f in kit.Options.__dataclass_fields__ if f in given}
    return kit.Options(**known).settings(dataset)[0]


@pytest.mark.parametrize(
    "words, settings",
    [
        ("", (50, 20)),
        ("--maxtokens 200", (200, 100)),
        ("--maxtokens 200 --maxtokenlen 7", (200, 7)),
        ("--maxtokenlen 7", (50, 7)),
        ("--maxtokens 30", (30, 20)),
    ],
)
def test_maxtokenlen_goes_with_maxtokens_unless_given(imdb_archive, words, settings):
    made = settings_of("imdb", words, kit.load("imdb", imdb_archive))
    assert (made.maxtokens, made.maxtokenlen) == settings


def test_defaults_are_those_of_the_contract(email_folder):
    data, options = kit.load("email", email_folder), kit.Options()
    suiting = options.suiting(data)
    assert suiting.models == ("lr", "svm", "rf", "gbm", "elmo", "bert")
    expected = dict(
        nsamp=1000, repeats=1, seed=0, encoders="full", pooling="mean", tune=None,
        n_fine_tune_layers=0, epochs=5, batch_size=32, text="article", sweep=False,
        maxtokens=50, maxtokenlen=20, elmo=kit.ELMO, bert=kit.BERT, jobs=None,
        search="grid", keep_duplicates=False, learning_curve=False, time_limit=None,
        metric="accuracy",
    )  # fmt: skip
    assert {name: getattr(suiting, name) for name in expected} == expected
    parsed = vars(kit.make_parser("email").parse_args([]))
    assert (parsed["data"], parsed["demo"]) == ("auto", False)
    commas = kit.Options(models=("bert,lr", "svm")).models
    assert commas == kit.Options(models="SVM bert, lr").models == ("lr", "svm", "bert")


@pytest.mark.parametrize(
    "words, told",
    [
        ("--models lr xgb", "xgb is none of lr, svm"),
        ("--models nbsmv", "Did you mean nbsvm?"),
        ("--text raw", "article"),
        ("--nsamp many", "whole number"),
        ("--nsamp 3", "whole number from 4 on"),
        ("--epochs 0", "whole number from 1 on"),
        ("--seed 9007199254740993", "of at most 15 digits"),
        ("--maxtokens 100000000000000000", "of at most 15 digits"),
        ("--frobnicate", "frobnicate"),
        ("--modles lr", "Did you mean --models?"),
        ("--payload raw", "payload"),
        ("--sweep --maxtokens 50", "leave out"),
        ("--metric auc", "auc is none of accuracy"),
        ("--time-limit 5m", "give seconds, as in 300s"),
        ("--data nowhere", "not there"),
        ("--nsamp 900", "more than the 60"),
        ("--model lr", "Did you mean --models?"),
        ("--Modles lr", "Did you mean --models?"),
        ("–sweep", "Did you mean --sweep?"),
        ("--metric acuracy", "Did you mean accuracy?"),
        ("--encoders mni", "Did you mean mini?"),
        ("README.md", "Did you mean --data README.md?"),
        ('--models "lr', "No closing quotation"),
    ],
)
def test_a_wrong_option_is_told_in_one_sentence(
    imdb_archive, tmp_path, monkeypatch, capsys, words, told
):
    monkeypatch.chdir(kit.home())
    data = [] if "--data" in words else ["--data", str(imdb_archive)]
    code = run_imdb.main([*data, "--out", str(tmp_path / "out")], words)
    said = capsys.readouterr().err
    assert code == 2 and told in said
    assert len(said.splitlines()) == 1 and "Traceback" not in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words, told",
    [
        ("", "--data reviews.csv"),
        ("--data nowhere.csv", "nowhere.csv is not there"),
        ("--data mails.csv", "Did you mean mail.csv?"),
        ("--data mail.csv --text-column bodi", "Did you mean body?"),
        ("--data mail.csv --label-column body", "an id or free text, no label"),
        ("--data two.csv", "likely: desk, urgency. Name it with --label-column"),
    ],
)
def test_wrong_data_of_ones_own_are_told_in_one_sentence(
    own, tmp_path, monkeypatch, capsys, words, told
):
    monkeypatch.chdir(tmp_path)
    teams().rename(columns={"team": "desk"}).to_csv("two.csv", index=False)
    code = run_own.main(["--models", "lr", *words.split()])
    said = capsys.readouterr().err
    assert code == 2 and told in said
    assert len(said.splitlines()) == 1 and "Traceback" not in said
    assert {path.name for path in tmp_path.iterdir()} == {"mail.csv", "two.csv"}


def test_a_script_leaves_with_the_exit_code_and_no_traceback(tmp_path):
    def leave(*words):
        command = [sys.executable, str(kit.home() / "run_own.py"), *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    done = leave("--data", "nowhere.csv")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert done.stdout == "" and list(tmp_path.iterdir()) == []


def test_without_data_the_message_names_every_way(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(kit, "KAGGLE_INPUT", tmp_path / "no mount")
    monkeypatch.setattr(kit, "KAGGLE_SITE", "http://127.0.0.1:9")
    need = kit.CORPORA["imdb"].needs[0]
    far = replace(need, url="http://127.0.0.1:9/aclImdb_v1.tar.gz")
    corpus = replace(kit.CORPORA["imdb"], needs=(far,))
    monkeypatch.setitem(kit.CORPORA, "imdb", corpus)
    started = time.monotonic()
    assert run_imdb.main([]) == 2
    assert time.monotonic() - started < 10
    said = capsys.readouterr().err
    wanted = str(tmp_path / "data" / need.names[0])
    for way in (need.kaggle, wanted, "--data", "--demo"):
        assert way in said


def test_a_failed_model_keeps_its_row_and_the_others_their_results(
    imdb, tmp_path, capsys
):
    code = run_imdb.main([*imdb, "--models", "lr,bert", "--bert", str(tmp_path)])
    assert code == 1
    table = results(tmp_path).set_index("model")
    assert table.error["lr"] == "" and "saved_model.pb" in table.error["bert"]
    shown = capsys.readouterr().out
    assert "bert failed" in shown and not about(tmp_path)["finished"]


def test_an_encoder_that_is_not_there_is_told_once_before_anything_runs(
    imdb, tmp_path, capsys
):
    options = ["--models", "lr,bert,blend", "--repeats", "3", "--bert", "no/bert"]
    assert run_imdb.main([*imdb, *options, "--elmo", "no/elmo", "--sweep"]) == 1
    log, table = capsys.readouterr().out.split("accuracy in %")
    assert log.count("no/bert is not here") == 1
    assert log.index("no/bert is not here") < log.index("repeat 1")
    assert "internet" not in log and "internet" not in table
    rows = results(tmp_path)
    assert (rows[rows.model == "bert"].error != "").sum() == 9


@pytest.mark.parametrize("models", ["lr,bert", "bert"])
def test_the_same_command_does_a_failed_model_again(imdb, tiny, tmp_path, models):
    place = tmp_path / "bert"
    options = [*imdb, "--models", models, "--bert", str(place)]
    assert run_imdb.main(options) == 1
    seconds = results(tmp_path).set_index("model").fit_seconds
    place.symlink_to(tiny["bert_dict"])
    assert run_imdb.main(options) == 0
    table = results(tmp_path).set_index("model")
    assert sorted(table.index) == sorted(models.split(","))
    assert (table.error == "").all() and about(tmp_path)["finished"]
    if "lr" in models:  # not computed again
        assert float(table.fit_seconds["lr"]) == float(seconds["lr"])


def count_fits(monkeypatch, stop_after=None):
    """Count the fits of LR and RF; the one after stop_after is interrupted."""
    calls = []

    def counted(real):
        def fit(self, *arguments, **options):
            if len(calls) == stop_after:
                raise KeyboardInterrupt
            calls.append(1)
            return real(self, *arguments, **options)

        return fit

    for kind in (LogisticRegression, RandomForestClassifier):
        monkeypatch.setattr(kind, "fit", counted(kind.fit))
    return calls


def test_an_interrupted_run_goes_on_where_it_stopped(
    imdb, tmp_path, monkeypatch, capsys
):
    options = [*imdb, "--models", "lr,rf", "--repeats", "2"]
    with monkeypatch.context() as patch:
        count_fits(patch, stop_after=3)
        assert run_imdb.main(options) == 1
    assert "goes on from there" in capsys.readouterr().err
    assert len(results(tmp_path)) == 3 and not about(tmp_path)["finished"]
    assert "interrupted" in (tmp_path / "out" / "table.md").read_text()
    with open(tmp_path / "out" / "results.csv", "a") as file:
        file.write("imdb,cut off he")  # as a kill may leave it
    calls = count_fits(monkeypatch)
    assert run_imdb.main(options) == 0
    assert len(calls) == 1 and len(results(tmp_path)) == 4
    assert len(results(tmp_path, "predictions.csv")) == 4 * 30
    assert "interrupted" not in (tmp_path / "out" / "table.md").read_text()


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory, imdb_archive):
    """(options, folder) of a run that is over."""
    folder = tmp_path_factory.mktemp("whole")
    options = ["--data", str(imdb_archive), *SMALL]
    options += ["--models", "lr,rf", "--repeats", "2"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        assert run_imdb.main(options, ["--out", str(folder / "out")]) == 0
    return options, folder


@pytest.mark.parametrize("column", ["accuracy", "fit_seconds", "params", "error"])
def test_a_row_that_a_kill_cut_short_costs_only_itself(
    whole_run, tmp_path, monkeypatch, column
):
    options, before = whole_run
    shutil.copytree(before / "out", tmp_path / "out")
    whole, path = results(before), tmp_path / "out" / "results.csv"
    *lines, last = path.read_text().splitlines(keepends=True)
    value = str(whole[column].iloc[-1]).replace('"', '""')
    end = last.index(value) + len(value) // 2 if value else last.rindex("}") + 3
    path.write_text("".join(lines) + last[:end])
    run = about(tmp_path) | {"finished": False}
    (tmp_path / "out" / "run.json").write_text(json.dumps(run))
    calls = count_fits(monkeypatch)
    assert run_imdb.main(options, ["--out", str(tmp_path / "out")]) == 0
    assert len(calls) == 1
    key = ["model", "repeat"]
    again, whole = (frame.set_index(key).sort_index()[["accuracy", "f1", "roc_auc"]]
                    for frame in (results(tmp_path), whole))  # fmt: skip
    pd.testing.assert_frame_equal(again, whole, check_exact=True)
    assert len(results(tmp_path, "predictions.csv")) == 4 * 30


def test_frames_are_the_same_after_a_resume_to_the_last_digit(own, tmp_path, tiny):
    data = kit.load(tmp_path / "mail.csv", text="body", label="team")
    options = dict(models="lr nbsvm bert dummy", nsamp=20, jobs=1, tune="lr",
                   bert=str(tiny["bert_dict"]), out=tmp_path / "out")  # fmt: skip
    first = kit.compare(data, **options)
    run = about(tmp_path)
    assert run["finished"]
    (tmp_path / "out" / "run.json").write_text(json.dumps(run | {"finished": False}))
    again = kit.compare(data, **options)
    assert again is not first and not list((tmp_path / "out").glob("earlier-*"))
    for name, columns in kit.FILES.items():
        one, two = first.frame(name), again.frame(name)
        assert len(one) or name == "learning_curve"
        assert list(one.columns)[: len(columns)] == list(columns)
        pd.testing.assert_frame_equal(one, two, check_exact=True)
        for column, kind in columns.items():
            assert one[column].dtype == {int: "int64", float: "float64"}.get(kind, "O")
    assert str(first.table()).split("- seconds")[0] == str(
        again.table()).split("- seconds")[0]  # fmt: skip
    assert first.verdict() == again.verdict()


@pytest.mark.figures
def test_a_finished_run_is_set_aside_not_overwritten(imdb, tmp_path, monkeypatch):
    calls = count_fits(monkeypatch)
    for _ in range(2):
        assert run_imdb.main([*imdb, "--models", "lr"]) == 0
    assert len(calls) == 2 and len(results(tmp_path)) == 1
    (earlier,) = (tmp_path / "out").glob("earlier-*")
    old = pd.read_csv(earlier / "results.csv")
    assert old.accuracy[0] == results(tmp_path).accuracy[0]
    names = {path.name for path in earlier.iterdir()}
    assert {"run.json", "table.md", "accuracy.png", "predictions.csv"} <= names


def kept(tmp_path):
    """The seeds of the runs that were moved aside, the oldest first."""
    folders = sorted((tmp_path / "out").glob("earlier-*"))
    asked = (json.loads((f / "run.json").read_text())["asked"] for f in folders)
    return [about["seed"] for about in asked]


def test_only_the_last_of_earlier_runs_is_kept_or_none(imdb, tmp_path):
    options = [*imdb, "--models", "dummy"]
    for seed in range(3):
        assert run_imdb.main([*options, "--seed", str(seed)]) == 0
        assert kept(tmp_path) == [seed - 1] * (seed > 0)
    (earlier,) = (tmp_path / "out").glob("earlier-*")
    (earlier / "notes.txt").write_text("the user's own")
    (tmp_path / "out" / "earlier-talks").mkdir()
    assert run_imdb.main([*options, "--overwrite"]) == 0
    assert about(tmp_path)["asked"]["seed"] == 0
    left = {path.relative_to(tmp_path / "out").as_posix()
            for path in (tmp_path / "out").glob("earlier-*/*")}  # fmt: skip
    assert left == {f"{earlier.name}/notes.txt"}
    assert (tmp_path / "out" / "earlier-talks").is_dir()


def test_overwriting_still_goes_on_with_a_run_that_was_cut_off(
    imdb, tmp_path, monkeypatch
):
    options = [*imdb, "--models", "lr,rf", "--repeats", "2", "--overwrite"]
    with monkeypatch.context() as patch:
        count_fits(patch, stop_after=3)
        assert run_imdb.main(options) == 1
    calls = count_fits(monkeypatch)
    assert run_imdb.main(options) == 0 and len(calls) == 1


def start(*options):
    """A run script in a process, once results.csv of its --out has three rows."""
    command = [sys.executable, str(kit.home() / "run_imdb.py"), *options]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    path = os.path.join(options[options.index("--out") + 1], "results.csv")
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and process.poll() is None:
        if os.path.exists(path) and open(path, "rb").read().count(b"\n") > 4:
            break
        time.sleep(0.02)
    return process


def test_a_killed_run_has_lost_nothing_that_was_finished(imdb, tmp_path):
    process = start(*imdb, "--models", "lr", "--repeats", "150")
    process.kill()
    process.communicate()
    for path in (tmp_path / "out").glob("*.csv"):  # the last line may be half
        path.write_text(path.read_text().rpartition("\n")[0])
    rows, said = results(tmp_path), results(tmp_path, "predictions.csv")
    assert 3 <= len(rows) < 150
    said = said.assign(hit=said.label == said.predicted)
    hits = said.groupby("repeat").hit.mean()
    for row in rows.itertuples():
        assert hits[row.repeat] == pytest.approx(float(row.accuracy))


def test_ctrl_c_of_a_terminal_ends_a_run_with_what_is_finished(imdb, tmp_path):
    process = start(*imdb, "--jobs", "2", "--models", "lr,dummy", "--repeats", "150")
    os.killpg(process.pid, signal.SIGINT)  # all of them get it, workers, too
    said = process.communicate(timeout=240)[1]
    assert process.returncode == 1
    (sentence,) = said.splitlines()
    assert "goes on from there" in sentence
    rows = results(tmp_path)
    assert 4 <= len(rows) < 300 and (rows.error == "").all()
    assert not about(tmp_path)["finished"]
    table = (tmp_path / "out" / "table.md").read_text()
    assert "interrupted" in table and "50/20" in table


def test_parallel_workers_give_the_same_numbers(imdb, tmp_path):
    options = [*imdb, "--models", "lr,rf", "--repeats", "2"]
    assert run_imdb.main(options) == 0
    alone = results(tmp_path)
    assert run_imdb.main([*options, "--jobs", "2"]) == 0
    pd.testing.assert_series_equal(alone.accuracy, results(tmp_path).accuracy)


def test_the_demo_names_itself_in_every_file(tmp_path):
    options = ["--data", "demo", "--out", str(tmp_path / "out"), "--models", "lr"]
    assert run_imdb.main([*options, *SMALL]) == 0
    assert (results(tmp_path).source == kit.DEMO_SOURCE).all()
    assert kit.DEMO_SOURCE in (tmp_path / "out" / "table.md").read_text()
    assert about(tmp_path)["source"] == kit.DEMO_SOURCE


def test_a_download_of_an_earlier_run_is_found(imdb_archive, own_cache, monkeypatch):
    monkeypatch.setattr(kit, "KAGGLE_INPUT", own_cache / "no mount")
    monkeypatch.chdir(own_cache)
    kept = own_cache / "downloads" / "0123" / "aclImdb_v1.tar.gz"
    kept.parent.mkdir(parents=True)
    shutil.copy(imdb_archive, kept)
    assert kit.load("imdb").source == str(kept)


def test_on_kaggle_results_go_to_its_output_folder(imdb, tmp_path, monkeypatch):
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Batch")
    monkeypatch.setenv("COLAB_RELEASE_TAG", "set there, too")
    monkeypatch.setattr(kit, "KAGGLE_WORKING", tmp_path / "working")
    options = [*imdb[:2], *SMALL, "--models", "dummy"]
    assert run_imdb.main(options) == 0
    assert (tmp_path / "working" / "results.csv").exists()


def test_the_kernels_own_words_are_not_options(monkeypatch):
    for launcher in ("ipykernel_launcher.py", "colab_kernel_launcher.py"):
        monkeypatch.setattr(sys, "argv", [f"/usr/lib/{launcher}", "-f", "kernel.json"])
        assert kit.command_words(()) == []
    monkeypatch.setattr(sys, "argv", ["run_imdb.py", "--nsamp", "9"])
    assert kit.command_words(()) == ["--nsamp", "9"]
    assert kit.command_words(("--nsamp 9", ["--models", "lr"], [])) == [
        "--nsamp", "9", "--models", "lr",
    ]  # fmt: skip
    assert kit.command_words(("",)) == kit.command_words(([],)) == []


def test_words_come_as_strings_lists_numbers_and_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my reviews.csv").touch()
    words = ["--data", "my reviews.csv", "--nsamp", "50", "--sweep"]
    assert kit.command_words(("--data", "my reviews.csv", "--nsamp 50 --sweep")) == words
    assert kit.command_words(("--data 'my reviews.csv'", "--nsamp", 50, None,
                              ("--sweep",))) == words  # fmt: skip
    path = tmp_path / "my reviews.csv"
    assert kit.command_words(("--data", path)) == ["--data", str(path)]


@pytest.mark.parametrize("form", [
    ("imdb", "--models lr", "--jobs", "1"), ("IMDB --models lr", ["--jobs", 1]),
    ("imdb --models LR --jobs 1",)])  # fmt: skip
def test_all_forms_of_a_command_run_the_same(imdb, tmp_path, form, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["ignored.py", "--models", "rf"])
    name, *words = form
    assert kit.command_line(f"{name} --nsamp 50", *imdb[:4], *words) == 0
    assert results(tmp_path).model.tolist() == ["lr"]


@pytest.mark.parametrize("name, told", [
    ("imbd", "Did you mean imdb?"), ("", "as in imdb --demo"), ('imdb "', "quotation"),
    ("--demo", "as in imdb --demo"), (None, "none of imdb, email, own")])  # fmt: skip
def test_a_problem_that_there_is_not_is_told(capsys, name, told):
    assert kit.command_line(name, "--models lr") == 2
    said = capsys.readouterr().err
    assert told in said and len(said.splitlines()) == 1


def test_names_are_blind_to_case():
    options = kit.Options(models="LR Bert", metric="F1", text="Natural", tune="LR",
                          encoders="MINI", search="Halving", pooling="First")  # fmt: skip
    said = options.models, options.metric, options.text, options.encoders
    assert said == (("lr", "bert"), "f1", "natural", "mini")
    assert (options.search, options.pooling) == ("halving", "first")


def test_the_demo_takes_the_encoders_that_are_asked_for(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(kit, "compare", lambda *_, **given: asked.append(given) or 1 / 0)
    for words in ("--demo --encoders full", "--demo"):
        with pytest.raises(ZeroDivisionError):
            kit.command_line("imdb", words)
    assert [given["encoders"] for given in asked] == ["full", "mini"]


def test_help_is_grouped_with_three_examples_and_every_model(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("imdb", "email", "own"):
        assert kit.command_line(name, "--help") == 0
        said = capsys.readouterr().out
        usage, *groups = re.findall(r"^\S.*:(?=\n)|^usage: .*", said, re.M)
        assert usage == f"usage: run_{name}.py [options]" and len(groups) >= 9
        examples = said.split("examples:\n")[1].splitlines()
        assert len(examples) == 3 and all(one.startswith("python") for one in examples)
        for model in kit.ALGORITHMS:
            assert re.search(rf"^  {model} +\w", said, re.M)
        assert not re.search("None|SUPPRESS|BertLayer|the head|handle", said)
        for line in examples:  # they are understood as they stand
            words = line.split(".py ")[1].split()
            given = vars(kit.make_parser(name).parse_args(words))
            known = kit.Options.__dataclass_fields__.keys() & given.keys()
            kit.Options(**{option: given[option] for option in known})


def test_help_without_a_problem_names_the_problems(capsys):
    for words in (("--help",), ("-h", ["--models", "lr"])):
        assert kit.command_line(*words) == 0
        said, wrong = capsys.readouterr()
        assert said.startswith(kit.__doc__.splitlines()[0]) and wrong == ""
        assert "PROBLEM is imdb, email, own. Its options: python kit.py own" in said
