"""The public function: a DataFrame in; a table, an answer and frames out."""

import dataclasses
import json
import os
import random
import re
import subprocess
import sys
import threading

import joblib
import numpy as np
import pandas as pd
import pytest
from conftest import PLAIN
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold

import kit
import run_own

TOPICS = {
    "billing": "invoice refund charge payment card price".split(),
    "returns": "return broken exchange size wrong box".split(),
    "shipping": "parcel courier late address delivery tracking".split(),
    "technical": "login password screen crash update install".split(),
}
MEASURES = ["accuracy", "f1", "roc_auc", "balanced_accuracy"]


def teams(per_class=40, classes=tuple(TOPICS), **sizes):
    """A frame of mail to some teams, whose name shows in some of its words.

    sizes: how many of a class there are, where that is not per_class.
    """
    rng = random.Random(0)
    every = [word for words in TOPICS.values() for word in words]
    rows = []
    for team in classes:
        own = TOPICS.get(team, [team])
        for _ in range(sizes.get(team, per_class)):
            words = rng.choices(PLAIN, k=12) + rng.choices(own, k=2)
            words += rng.choices(every, k=2) + [f"ticket{len(rows)}"]
            rng.shuffle(words)
            rows.append((" ".join(words).capitalize() + ".", team, len(rows) % 3))
    rng.shuffle(rows)
    return pd.DataFrame(rows, columns=["body", "team", "urgency"])


def loaded(frame=None):
    """The Dataset of a frame of mail to four teams."""
    frame = teams() if frame is None else frame
    return kit.load(frame, text="body", label="team")


def measures(results):
    """What a run measured, without its seconds, by model and repeat."""
    rows = results.frame("results") if isinstance(results, kit.Results) else results
    rows = rows.astype({"model": object} | dict.fromkeys(MEASURES, float))
    return rows.set_index(["model", "repeat"]).sort_index()[MEASURES]


def run_script(script, *options, **environment):
    """A finished process of one of the run scripts."""
    command = [sys.executable, str(kit.home() / script), *map(str, options)]
    return subprocess.run(command, env=os.environ | environment, timeout=120,
                          capture_output=True, text=True)  # fmt: skip


@pytest.fixture(scope="module")
def compared(tiny, tmp_path_factory):
    """The Results of README's three lines, their options, the cache and the cwd."""
    folder, cache = (tmp_path_factory.mktemp(name) for name in ("cwd", "cache"))
    options = dict(models=["lr", "nbsvm", "bert"], maxtokens=100, nsamp=30, repeats=5,
                   bert=str(tiny["bert_dict"]))  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIT_CACHE", str(cache))
        patch.chdir(folder)
        results = kit.compare(
            kit.load(teams(), text="body", label="team"), out=None, **options
        )
    return results, options, cache, folder


def test_a_frame_of_four_classes_gives_a_table_and_an_answer(compared):
    results, *_ = compared
    table = results.table()
    rows = results.frame("results")
    means = 100 * rows.groupby("model").accuracy.mean()
    frame = table.frame().set_index("tokens/length")
    shown = {name: float(cell.split()[0].rstrip("*"))
             for name, cell in frame.loc["100/100"].items()}  # fmt: skip
    assert shown == {
        "LR": round(means["lr"], 1), "NBSVM": round(means["nbsvm"], 1),
        "BERT (bert_dict)": round(means["bert"], 1),
    }  # fmt: skip
    assert "4 classes" in table.heading and "5 draw" in table.heading
    best = max(("LR", "NBSVM"), key=shown.get)
    assert results.verdict().startswith("At 100 words ")
    assert "BERT (bert_dict) is " in results.verdict() and best in results.verdict()
    distance = abs(means["bert"] - max(means["lr"], means["nbsvm"]))
    assert f"{distance:.1f} points" in results.verdict()
    assert str(table).startswith(table.heading) and "<table" in table._repr_html_()
    assert repr(table) == str(table)  # in a notebook, what is not HTML


def test_without_a_folder_nothing_is_written_near(compared):
    results, *_, folder = compared
    assert list(folder.iterdir()) == [] and results.folder is None


def test_the_frames_are_tidy_and_agree_with_scikit_learn(compared):
    results, *_ = compared
    rows, said = results.frame("results"), results.frame("predictions")
    assert len(rows) == 3 * 5 and (rows.error == "").all()
    assert (rows.n_train == 84).all() and (rows.n_test == 36).all()
    classes = [f"score_{name}" for name in sorted(TOPICS)]
    assert list(said.columns)[-4:] == classes and len(said) == 15 * 36
    parts = said.groupby(["model", "repeat"])
    for (model, repeat), part in parts:
        y, predicted, scores = part.label, part.predicted, part[classes].to_numpy()
        expected = [
            metrics.accuracy_score(y, predicted),
            metrics.f1_score(y, predicted, average="macro"),
            np.mean([metrics.roc_auc_score(y == c, scores[:, c]) for c in range(4)]),
            metrics.balanced_accuracy_score(y, predicted),
        ]
        found = measures(results).loc[model, repeat]
        np.testing.assert_allclose(found, expected, rtol=1e-12)
        np.testing.assert_array_equal(part.score, scores[np.arange(36), predicted])
        np.testing.assert_array_equal(predicted, scores.argmax(axis=1))
    splits = said.groupby(["model", "repeat"]).doc.apply(tuple)
    assert splits.groupby("repeat").nunique().eq(1).all()  # all models see the same
    assert splits["lr"].nunique() == 5
    assert {len(results.frame(name)) for name in ("searches", "tuning")} == {0}
    assert len(results.frame("history")) == 5 * 5  # BERT's epochs


@pytest.fixture(scope="module")
def commanded(compared, tmp_path_factory):
    """(finished process, folder of results) of the same run on the command line.

    In a terminal that knows ASCII only, and without TensorFlow: the features are in
    the cache already.
    """
    _, options, cache, _ = compared
    folder = tmp_path_factory.mktemp("commanded")
    teams().to_csv(folder / "mail.csv", index=False)
    (folder / "tensorflow.py").write_text("raise ImportError('TensorFlow is needed')")
    done = run_script(
        "run_own.py", "--data", folder / "mail.csv", "--text-column", "body",
        "--label-column", "team", "--models", "lr,nbsvm,bert", "--maxtokens", 100,
        "--nsamp", 30, "--repeats", 5, "--bert", options["bert"], "--jobs", 1,
        "--out", folder / "out", KIT_CACHE=str(cache), PYTHONIOENCODING="ascii",
        PYTHONPATH=str(folder))  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done, folder / "out"


def test_the_command_line_gives_the_same_numbers(compared, commanded):
    results, (done, out) = compared[0], commanded
    rows = pd.read_csv(out / "results.csv")
    pd.testing.assert_frame_equal(measures(rows), measures(results), rtol=1e-15)
    about = json.loads((out / "run.json").read_text())
    assert about["classes"] == sorted(TOPICS) and about["finished"]
    for part in (results.verdict().split(", at ")[0], "text: body; label: team, 4"):
        assert part in done.stdout
    assert about["verdict"][0].split(", at ")[0] in results.verdict()
    said = pd.read_csv(out / "predictions.csv", dtype={"doc": str})
    key = ["model", "repeat", "doc"]
    said, ours = (
        frame.astype({"model": object, "doc": object}).drop(columns="dataset")
        .sort_values(key, ignore_index=True)
        for frame in (said, results.frame("predictions")))  # fmt: skip
    pd.testing.assert_frame_equal(said, ours, rtol=1e-15)


def test_a_terminal_that_knows_ascii_only_sees_the_table(commanded):
    done, out = commanded
    page = (out / "table.md").read_text(encoding="utf-8")
    assert "Traceback" not in done.stderr and "±" in page
    assert page.replace("±", "?").strip() in done.stdout


def test_every_keyword_is_an_option_and_the_other_way_round(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "200")
    assert run_own.main("--help") == 0
    words = capsys.readouterr().out
    flags = set(re.findall(r"^  --([a-z-]+)", words, re.MULTILINE))
    fields = {f.name.replace("_", "-") for f in dataclasses.fields(kit.Options)}
    places = {"data", "demo", "out", "text-column", "label-column", "id-column",
              "predict", "model", "submit", "overwrite"}
    assert flags == fields | places
    for told in ("(default: 200)", "(default: natural)", "nbsvm dummy blend)",
                 "--data reviews.csv"):  # fmt: skip
        assert told in words, told
    for one in dataclasses.fields(kit.Options):
        assert f"--{one.name.replace('_', '-')}" in words and one.metadata["help"]


def test_own_texts_have_defaults_that_suit_them():
    options = kit.Options().suiting(loaded())
    assert options.text == "natural"
    assert (options.maxtokens, options.maxtokenlen) == (200, 100)
    assert {"nbsvm", "dummy", "lr", "elmo", "bert"} <= set(options.models)
    assert options.nsamp == 40  # of the default 1000, what is there


def test_the_readme_mentions_every_option():
    readme = (kit.home() / "README.md").read_text(encoding="utf-8")
    flags = [f"--{f.name.replace('_', '-')}" for f in dataclasses.fields(kit.Options)]
    flags += ["--data", "--demo", "--out", "--help", "--text-column", "--label-column",
              "--id-column"]  # fmt: skip
    assert [flag for flag in flags if not re.search(rf"{flag}(?![\w-])", readme)] == []
    assert "--payload" not in readme


@pytest.mark.parametrize("option, told", [
    (dict(repeat=3), "no option 'repeat'. Did you mean repeats?"),
    (dict(models="lr nbsvn"), "nbsvn is none of .* Did you mean nbsvm?"),
    (dict(models="nothing"), "nothing is none of"),
    (dict(models=[]), "--models"),
    (dict(metric="accurancy"), "accurancy is none of .* Did you mean accuracy?"),
    (dict(nsamp=0), "0 is no whole number"),
    (dict(maxtokens=10**30), "0 is no whole number"),
    (dict(repeats=2.5), "2.5 is no whole number"),
    (dict(time_limit="soon"), "soon is no time"),
    (dict(tune="svm"), "only models that --models has"),
])  # fmt: skip
def test_a_wrong_keyword_is_told_before_anything_runs(option, told, capsys):
    with pytest.raises(kit.KitError, match=told):
        kit.compare(loaded(), **dict(models="lr") | option)
    assert "repeat 1" not in capsys.readouterr().out


@pytest.mark.parametrize("backend", ["loky", "threading", None])
@pytest.mark.parametrize("classes", [2, 4])
def test_numbers_are_the_same_whoever_does_the_work(
    backend, classes, monkeypatch, expected_of_workers
):
    fits, real = [], LogisticRegression.fit

    def counted(self, *arguments, **options):
        fits.append(threading.current_thread() is threading.main_thread())
        return real(self, *arguments, **options)

    monkeypatch.setattr(LogisticRegression, "fit", counted)
    options = dict(models="lr rf nbsvm svm", nsamp=20, repeats=2)
    data = loaded(teams(25, tuple(TOPICS)[:classes]))
    if backend:
        with joblib.parallel_config(backend=backend):
            results = kit.compare(data, jobs=2, **options)
    else:
        results = kit.compare(data, jobs=1, **options)
    # Other processes, other threads, and this one.
    assert fits == {"loky": [], "threading": [False] * 2, None: [True] * 2}[backend]
    scores = results.frame("predictions").drop(columns="dataset")
    scores = scores.sort_values(["model", "repeat", "doc"], ignore_index=True)
    known = expected_of_workers.setdefault(classes, scores)
    pd.testing.assert_frame_equal(scores, known, check_exact=True)


def test_the_number_of_workers_is_the_users_too(monkeypatch):
    fits, real = [], LogisticRegression.fit

    def counted(self, *arguments, **options):
        fits.append(threading.current_thread() is threading.main_thread())
        return real(self, *arguments, **options)

    monkeypatch.setattr(LogisticRegression, "fit", counted)
    with joblib.parallel_config(backend="threading", n_jobs=1):
        kit.compare(loaded(), "lr", repeats=3)
    assert fits == [True] * 3


@pytest.fixture(scope="module")
def expected_of_workers():
    """What the first of several backends found, by the number of classes."""
    return {}


@pytest.mark.parametrize("metric", ["f1", "balanced_accuracy", "roc_auc"])
def test_the_metric_changes_table_tests_search_and_answer(metric, monkeypatch):
    """On 100 texts of one class and 14 of the other, accuracy hardly moves."""
    grid = {"classifier__C": [0.1, 10]}
    algorithm = dataclasses.replace(kit.ALGORITHMS["lr"], param_grid=grid)
    monkeypatch.setitem(kit.ALGORITHMS, "lr", algorithm)
    monkeypatch.setattr(kit, "RESAMPLES", 10)  # others test the deviation
    frame = teams(classes=("billing", "returns"), billing=100, returns=14)
    options = dict(models="lr nbsvm dummy", repeats=5, tune="lr", jobs=1)
    results = kit.compare(loaded(frame), metric=metric, **options)
    report, (settings,) = results.report, results.report.settings
    rows, table = results.frame("results"), results.table()
    assert metric.replace("_", " ") in table.heading
    shown = table.frame().iloc[0]
    means = 100 * rows.groupby("model")[metric].mean()
    for title, model in (("LR", "lr"), ("LR tuned", "lr_tuned"), ("NBSVM", "nbsvm")):
        assert shown[title].startswith(f"{means[model]:.1f} ")
    assert abs(means["nbsvm"] - 100 * rows.accuracy[rows.model == "nbsvm"].mean()) > 1
    lr, _, nbsvm, _ = report.columns
    pair = report.paired(lr, nbsvm, settings)
    values = rows.pivot(index="repeat", columns="model", values=metric)
    difference = values.lr - values.nbsvm
    assert pair.mean == pytest.approx(difference.mean())
    assert pair.variance == pytest.approx(difference.var())
    column = max(report.columns, key=lambda column: values[column.name].mean())
    assert column in report.marked(settings)
    means = results.frame("tuning").groupby(["repeat", "point"]).score.mean()
    best = results.frame("searches").set_index("repeat").score_in_folds
    np.testing.assert_allclose(best, means.groupby("repeat").max())
    train, _ = report.dataset.draw(1000)
    seed = kit.seed_of_repeat(0, 0)
    search = GridSearchCV(
        lr.pipeline(settings), lr.algorithm.param_grid, scoring=metric,
        cv=StratifiedKFold(3, shuffle=True, random_state=seed))  # fmt: skip
    assert best[0] == pytest.approx(search.fit(train.texts, train.y).best_score_)


def test_two_classes_have_the_score_of_the_second_one():
    frame = teams(classes=("returns", "billing"))
    said = kit.compare(loaded(frame), "lr", jobs=1).frame("predictions")
    assert list(said.columns) == list(kit.FILES["predictions"])
    np.testing.assert_array_equal(said.predicted, said.score > 0)


def test_a_time_limit_ends_a_column_and_the_others_finish(tiny):
    frame = teams(30, [f"team{a}{b}" for a in "abcdef" for b in "vwxyz"])
    results = kit.compare(
        loaded(frame), "dummy gbm bert", time_limit="1s", jobs=2, epochs=10**7,
        bert=str(tiny["bert_dict"]))  # fmt: skip
    rows = results.frame("results").set_index("model")
    assert rows.error["dummy"] == ""  # though its worker took longer to start
    for name in ("gbm", "bert"):
        assert rows.error[name] == "not finished after 1 s (--time-limit)"
    assert "- gbm, bert failed: not finished after 1 s" in str(results.table())
    assert not results.about["finished"]


def test_a_time_limit_ends_a_search_and_is_named(tiny):
    results = kit.compare(loaded(), "bert", tune=True, time_limit="0.001s", jobs=1,
                          bert=str(tiny["bert_dict"]))  # fmt: skip
    told = set(results.frame("results").error)
    assert told == {"not finished after 0.001 s (--time-limit)"}


def test_what_will_take_long_is_said_before_it_starts(monkeypatch, capsys):
    results = kit.compare(loaded(), "lr svm", jobs=1)
    assert "cost" not in capsys.readouterr().out
    monkeypatch.setattr(kit, "COSTLY", 100)
    monkeypatch.setattr(kit, "WORTH_TELLING", 0)
    again = kit.compare(loaded(), "lr svm", jobs=1)
    lines = capsys.readouterr().out.splitlines()
    costs = [i for i, line in enumerate(lines) if line[10:].startswith("cost ")]
    starts = [i for i, line in enumerate(lines) if "repeat 1" in line]
    assert len(costs) == 1 and costs[0] < starts[0]
    told = r"SVM: about \d+ s for each fit on 112 texts .*--time-limit"
    assert re.search(told, lines[costs[0]])
    pd.testing.assert_frame_equal(measures(results), measures(again))


def test_duplicates_are_left_out_unless_they_are_kept(capsys):
    frame = teams(20)
    copies = pd.concat([frame, frame.assign(body=frame.body.str.upper())])
    clean, kept = (kit.compare(loaded(copies), "lr", keep_duplicates=keep, jobs=1)
                   for keep in (False, True))  # fmt: skip
    assert (len(clean.report.dataset), len(kept.report.dataset)) == (80, 160)
    assert "80 duplicate" in capsys.readouterr().out
    accuracy = [results.frame("results").accuracy[0] for results in (clean, kept)]
    assert accuracy[0] < accuracy[1] - 0.05  # they leak


def test_an_encoder_that_is_not_there_fails_once_before_any_model_runs(
    tmp_path, capsys
):
    results = kit.compare(loaded(), "lr bert", repeats=3, jobs=1, bert=str(tmp_path))
    rows = results.frame("results")
    failed = (rows.error != "").groupby(rows.model).sum()
    assert failed.to_dict() == {"bert": 3, "lr": 0}
    lines = capsys.readouterr().out.splitlines()
    told = [i for i, line in enumerate(lines) if "saved_model.pb" in line]
    ran = [i for i, line in enumerate(lines) if "repeat" in line]
    assert len(told) == 1 and len(ran) == 3 and told[0] < ran[0]  # those of LR
    notes = [note for note in results.table().notes if "saved_model.pb" in note]
    assert len(notes) == 1 and notes[0].startswith("bert failed: ")
    assert "this run has no column with an encoder" in results.verdict()


def test_matplotlib_is_needed_by_nobody_who_draws_nothing(tmp_path):
    teams().to_csv(tmp_path / "mail.csv", index=False)
    code = """
import sys
sys.modules["matplotlib"] = None
import kit
results = kit.compare("mail.csv", "lr nbsvm dummy", tune="lr", budget="1s", jobs=1,
                      learning_curve=False, audit=True, errors=3)
print(results.table(), results.verdict(), sorted(results.pages))
print([m for m in ("tensorflow", "hyperopt", "dask") if m in sys.modules])
"""
    environment = os.environ | {"PYTHONPATH": str(kit.home())}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, text=True,
        capture_output=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "['audit', 'confusion', 'errors', 'measures', 'table', 'tuning']" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
    assert [path.name for path in tmp_path.iterdir()] == ["mail.csv"]


def test_a_path_or_frame_is_loaded_with_its_columns_guessed(tmp_path, capsys):
    frame = teams()[["body", "team"]]
    frame.to_csv(tmp_path / "mail.csv", index=False)
    found = [kit.compare(what, "lr", jobs=1) for what in
             (frame, str(tmp_path / "mail.csv"), loaded(frame))]  # fmt: skip
    assert capsys.readouterr().out.count("text: body; label: team, 4 classes") == 3
    for results in found[1:]:
        pd.testing.assert_frame_equal(measures(results), measures(found[0]))
