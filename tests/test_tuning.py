"""Searches: scikit-learn's own scores, nothing computed twice, nothing lost."""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline
from test_compare import teams

import kit
import run_imdb

GRID = {"classifier__C": [0.01, 1.0], "tokens__maxtokens": [2, 30]}


@pytest.fixture
def train(imdb_archive):
    return kit.load("imdb", imdb_archive).draw(60)[0]


def pipeline(name="lr", **settings):
    return kit.Column(name).pipeline(kit.Settings(**settings))


def searched(train, how="grid", grid=GRID, model=None, rows=(), jobs=1, **options):
    """(Search, all of its rows) in this process, where fits can be counted."""
    kept = list(rows)
    found = kit.tune(model or pipeline(), grid, train, how, jobs=jobs, rows=rows,
                     record=kept.append, **options)  # fmt: skip
    return found, kept


def points_of(rows):
    """Mean score by point of rows that have all folds."""
    frame = pd.DataFrame(rows)
    assert not frame.duplicated(["point", "fold", "resource"]).any()
    assert (frame.groupby(["point", "resource"]).fold.nunique() == 3).all()
    return frame.groupby("point").score.mean()


def count_fits(monkeypatch, stop_after=None):
    """Count the fits of LogisticRegression; the one after stop_after is interrupted."""
    real, calls = LogisticRegression.fit, []

    def counted(self, *arguments, **options):
        if len(calls) == stop_after:
            raise KeyboardInterrupt
        calls.append(1)
        return real(self, *arguments, **options)

    monkeypatch.setattr(LogisticRegression, "fit", counted)
    return calls


def scores_of_scikit_learn(model, grid, train, scoring, seed):
    """Mean score by point as GridSearchCV finds it."""
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    search = GridSearchCV(model, grid, cv=folds, refit=False, scoring=scoring)
    results = search.fit(train.texts, train.y).cv_results_
    names = [json.dumps(point, sort_keys=True) for point in results["params"]]
    return pd.Series(results["mean_test_score"], names)


@pytest.mark.parametrize("metric", ["accuracy", "f1", "roc_auc", "balanced_accuracy"])
def test_grid_scores_are_those_of_scikit_learn(train, metric):
    found, rows = searched(train, seed=1, metric=metric)
    ours = points_of(rows)
    theirs = scores_of_scikit_learn(pipeline(), GRID, train, metric, 1)
    np.testing.assert_allclose(ours, theirs[ours.index], rtol=1e-12)
    chosen = {name: found.model.get_params()[name] for name in GRID}
    assert (
        chosen == found.params
        and found.score == ours.max() == ours[json.dumps(chosen, sort_keys=True)]
    )
    assert (found.how, found.points, found.ended) == ("grid", 4, "done")


@pytest.mark.parametrize(
    "metric, scoring",
    [("f1", "f1_macro"), ("roc_auc", "roc_auc_ovr"),
     ("balanced_accuracy", "balanced_accuracy")],
)  # fmt: skip
def test_scores_of_many_classes_are_those_of_scikit_learn(metric, scoring):
    train, _ = kit.load(teams(), text="body", label="team").draw(25)
    grid = {"classifier__min_samples_leaf": [1, 9]}
    _, rows = searched(train, "grid", grid, pipeline("rf"), metric=metric)
    ours = points_of(rows)
    theirs = scores_of_scikit_learn(pipeline("rf"), grid, train, scoring, 0)
    np.testing.assert_allclose(ours, theirs[ours.index], rtol=1e-12)


@pytest.mark.parametrize("how", ["random", "hyperopt", "halving"])
def test_every_search_finds_the_parameter_that_matters(train, how):
    model = pipeline()
    found, rows = searched(train, how, model=model, budget="8", seed=0)
    assert found.model.get_params()["tokens__maxtokens"] > 5
    assert model.get_params()["tokens__maxtokens"] == 50  # the plain one stays plain
    points = {row["point"] for row in rows}
    assert len(points) == (4 if how == "halving" else 8) == found.points
    if how != "halving":
        values = [json.loads(point) for point in points]
        assert all(0.01 <= v["classifier__C"] <= 1 for v in values)
        assert len({v["classifier__C"] for v in values}) > 2  # not the grid's only


def test_a_repeated_search_computes_nothing(train, monkeypatch):
    calls = count_fits(monkeypatch)
    one, rows = searched(train)
    assert len(calls) == len(rows) == 12
    two, again = searched(train, rows=rows)
    assert len(calls) == 12 and again == rows
    assert (one.params, one.score) == (two.params, two.score)


def test_ctrl_c_keeps_the_best_so_far_and_a_new_start_goes_on(train, monkeypatch):
    with monkeypatch.context() as patch:
        count_fits(patch, stop_after=7)
        found, rows = searched(train)
    assert (found.ended, found.points) == ("interrupted", 2) and len(rows) == 7
    assert found.params["classifier__C"] == 0.01  # the other has no point with 3 folds
    calls = count_fits(monkeypatch)
    found, rows = searched(train, rows=rows)
    assert len(calls) == 12 - 7 and len(rows) == 12 and found.ended == "done"


def test_ctrl_c_before_any_point_is_an_interruption(train, monkeypatch):
    count_fits(monkeypatch, stop_after=2)
    with pytest.raises(KeyboardInterrupt):
        searched(train)


def test_a_budget_too_small_for_one_point_is_told(train):
    with pytest.raises(kit.KitError, match="0.0001s ended before a point"):
        searched(train, budget="0.0001s")


def test_a_spent_budget_ends_the_search(train):
    grid = {"classifier__C": list(np.geomspace(0.01, 10, 400))}
    started = time.monotonic()
    found, rows = searched(train, grid=grid, budget="1s")
    assert found.ended == "budget spent" and 3 <= len(rows) < 1200
    assert time.monotonic() - started < 10 and found.points == len(rows) // 3


def test_a_budget_of_time_is_no_budget_of_points(train, monkeypatch):
    monkeypatch.setattr(kit, "BUDGET", 1)
    grid = {"classifier__C": [0.01, 10.0]}
    found, _ = searched(train, "random", grid, budget="2s")
    assert found.ended == "budget spent" and found.points > 1
    assert searched(train, "random", grid)[0].points == 1


PASSES = []


class Letters(TransformerMixin, BaseEstimator):
    """An encoder that learns nothing, and counts the texts that it reads."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        PASSES.append(len(X))
        return np.array([[text.count(letter) for letter in "aeiou"] for text in X])

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags


class LearntLetters(Letters):
    """The same, if it had something to learn."""

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def __sklearn_tags__(self):
        return BaseEstimator.__sklearn_tags__(self)


@pytest.mark.parametrize("kind, grid, passes", [
    (Letters, {"classifier__C": [0.1, 1.0]}, {84: 1}),  # once, outside of the folds
    (Letters, {"tokens__maxtokens": [9, 30]}, {56: 6, 28: 6}),
    (LearntLetters, {"classifier__C": [0.1, 1.0]}, {56: 3, 28: 3}),  # once a fold
])  # fmt: skip
def test_what_learns_nothing_reads_each_text_once(train, kind, grid, passes):
    classifier = LogisticRegression(max_iter=1000)
    model = Pipeline([("tokens", kit.Tokens()), ("features", kind()),
                      ("classifier", classifier)])  # fmt: skip
    PASSES.clear()
    _, rows = searched(train, grid=grid, model=model)
    assert Counter(PASSES) == passes
    ours = points_of(rows)
    theirs = scores_of_scikit_learn(model, grid, train, "accuracy", 0)
    np.testing.assert_allclose(ours, theirs[ours.index])


def loaded_modules(_):
    """Whether a worker has imported TensorFlow, and which process it is."""
    time.sleep(0.2)
    return "tensorflow" in sys.modules, os.getpid()


def test_workers_give_the_same_scores_and_need_no_tensorflow(train, tiny):
    model = pipeline("bert", bert=str(tiny["bert_dict"]))
    grid = {"classifier__units": [2, 16], "classifier__epochs": [1, 30]}
    writers = set()
    found, alone = searched(train, grid=grid, model=model)
    rows = []
    both = kit.tune(model, grid, train, jobs=2, record=lambda row: (
        rows.append(row), writers.add(os.getpid())))  # fmt: skip
    assert writers == {os.getpid()}  # the parent alone keeps them
    pd.testing.assert_series_equal(points_of(alone), points_of(rows))
    assert (both.params, both.score) == (found.params, found.score)
    workers = joblib.Parallel(2)(joblib.delayed(loaded_modules)(i) for i in range(4))
    assert not any(loaded for loaded, _ in workers)
    assert os.getpid() not in {process for _, process in workers}


def test_the_forests_grid_is_the_articles():
    grid = kit.ALGORITHMS["rf"].param_grid
    assert {name.removeprefix("classifier__"): v for name, v in grid.items()} == {
        "min_samples_leaf": [1, 2, 3],
        "min_samples_split": [2, 6, 10],
        "n_estimators": [10, 100, 1000],
    }


def test_every_grid_and_resource_fits_its_pipeline():
    for name, algorithm in kit.ALGORITHMS.items():
        assert set(algorithm.param_grid) <= set(pipeline(name).get_params())
        assert algorithm.resource in ("n_samples", *algorithm.param_grid)


def test_halving_counts_its_last_round_only(train, monkeypatch):
    calls = count_fits(monkeypatch)
    scores = {(28, 0.1): 0.9, (28, 1.0): 0.8, (28, 10.0): 0.7, (84, 0.1): 0.75}
    known = [
        {"point": json.dumps({"classifier__C": c}), "resource": size, "fold": fold,
         "score": score}
        for (size, c), score in scores.items() for fold in range(3)]  # fmt: skip
    grid = {"classifier__C": [0.1, 1.0, 10.0]}
    found, _ = searched(train, "halving", grid, rows=known)
    assert not calls and (found.params, found.points) == ({"classifier__C": 0.1}, 3)
    assert found.score == pytest.approx(0.75)


def test_halving_a_forest_gives_more_trees_and_the_winner_all(train):
    grid = kit.ALGORITHMS["rf"].param_grid | {"classifier__n_estimators": [2, 162]}
    found, rows = searched(train, "halving", grid, pipeline("rf"),
                           resource="classifier__n_estimators")  # fmt: skip
    frame = pd.DataFrame(rows)
    trees = frame.groupby("resource").point.nunique()
    assert trees.to_dict() == {2: 9, 6: 3, 18: 1}
    last = json.loads(frame.point[frame.resource == 18].iloc[0])
    assert found.params == last | {"classifier__n_estimators": 162}
    assert found.model.get_params()["classifier__n_estimators"] == 162


@pytest.mark.parametrize(
    "name, grid",
    [("lr", {"classifier__C": [0.001, 0.01, 0.1, 1.0, 10.0, 100.0]}),
     ("rf", {"classifier__min_samples_leaf": [1, 2, 3]})],
)  # fmt: skip
def test_halving_goes_the_way_of_scikit_learns(train, name, grid):
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingGridSearchCV

    model = pipeline(name, maxtokens=8)  # hard enough to be wrong
    found, rows = searched(train, "halving", grid, model, seed=3)
    folds = StratifiedKFold(3, shuffle=True, random_state=3)
    search = HalvingGridSearchCV(model, grid, cv=folds, random_state=3, refit=False)
    search.fit(train.texts, train.y)
    rows = pd.DataFrame(rows)
    rounds = rows.groupby("resource").point.nunique()
    assert rounds.index.tolist() == search.n_resources_
    assert rounds.tolist() == search.n_candidates_
    assert len(rows) == 3 * sum(search.n_candidates_)  # none of them a training score
    means = rows.groupby(["resource", "point"]).score.mean()
    for size, larger in itertools.pairwise(rounds.index):  # the best of a round go on
        out = means[size].drop(means[larger].index)
        assert means[size][means[larger].index].min() >= out.max()
    whole = scores_of_scikit_learn(model, grid, train, "accuracy", 3)
    last = whole[means[rounds.index[-1]].index]  # with all documents
    assert found.score == pytest.approx(last.max()) and found.score < 1
    assert last[json.dumps(found.params)] == last.max()


def test_halving_starts_with_samples_of_every_class():
    train, _ = kit.load(teams(), text="body", label="team").draw(40)
    seen = []

    class Labels(LogisticRegression):
        def fit(self, X, y):
            seen.append(np.bincount(y, minlength=4).tolist())
            return super().fit(X, y)

    model = Pipeline([("tokens", kit.Tokens()), ("features", kit.TokenCounts()),
                      ("classifier", Labels(max_iter=1000))])  # fmt: skip
    searched(train, "halving", {"classifier__C": [0.01, 0.1, 1.0, 10.0]}, model)
    assert min(map(min, seen)) > 0 and min(map(sum, seen)) < max(map(sum, seen)) / 2
    assert all(max(counts) - min(counts) <= 1 for counts in seen)


@pytest.mark.parametrize(
    "options, reason",
    [
        (["--models", "dummy", "--tune"], "nothing to tune"),
        (["--models", "lr", "--tune", "svm"], "only models that --models has"),
        (["--search", "random"], "add --tune"),
        (["--budget", "9"], "add --tune"),
        (["--tune", "nothing"], "--tune: nothing is none of"),
        (["--tune", "--budget", "9"], "tries all its points"),
        (["--tune", "--budget", "soon", "--search", "random"], "soon is no"),
        (["--tune", "--search", "halfing"], "Did you mean halving?"),
    ],
)
def test_what_would_tune_nothing_is_refused(
    imdb_archive, tmp_path, options, reason, capsys
):
    small = ["--data", str(imdb_archive), "--nsamp", "40", "--out", str(tmp_path / "o")]
    small += [] if "--models" in options else ["--models", "lr"]
    assert run_imdb.main(small, options) == 2
    assert reason in capsys.readouterr().err and not (tmp_path / "o").exists()


def test_hyperopt_does_without_what_setuptools_has_dropped(tmp_path):
    code = """
import sys
sys.modules["pkg_resources"] = None  # as where setuptools is 82, or is not there
import kit
from conftest import topics
train = kit.load(topics(tax=30, sport=30)).draw(30)[0]
model = kit.Column("lr").pipeline(kit.Settings())
found = kit.tune(model, {"classifier__C": [0.01, 1.0]}, train, "hyperopt", 3, jobs=1)
print(found.points, "pkg_resources" in sys.modules)
"""
    paths = os.pathsep.join([str(kit.home()), str(kit.home() / "tests")])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          env=os.environ | {"PYTHONPATH": paths}, cwd=tmp_path)  # fmt: skip
    assert done.stdout.splitlines()[-1:] == ["3 False"], done.stderr


def test_a_missing_hyperopt_is_told_with_the_way_out(train, monkeypatch):
    monkeypatch.setitem(sys.modules, "hyperopt", None)  # as if not installed
    with pytest.raises(kit.KitError, match="pip install"):
        searched(train, "hyperopt")


# From here on as people call it: tuning.csv, tuning.md, the figures, Ctrl-C.


def tuning_rows(out):
    """tuning.csv with every digit."""
    frame = pd.read_csv(out / "tuning.csv", dtype=str)
    assert list(frame.columns) == list(kit.FILES["tuning"])
    return frame.assign(score=frame.score.map(float))


def test_the_command_line_shows_each_model_before_and_after(
    imdb_archive, tiny, tmp_path, capsys
):
    out = tmp_path / "out"
    options = ["--data", str(imdb_archive), "--nsamp", "40", "--models", "lr", "bert"]
    options += ["--bert", str(tiny["bert_dict"]), "--out", str(out), "--jobs", "1"]
    options += ["--tune", "--search", "random"]
    assert run_imdb.main([*options, "--budget", "3"]) == 0
    rows = pd.read_csv(out / "results.csv").set_index("model")
    assert set(rows.index) == {"lr", "lr_tuned", "bert", "bert_tuned"}
    assert "LR tuned" in capsys.readouterr().out
    store = kit.feature_store(str(kit.cache_folder() / "features.sqlite"))
    assert store.written == 80  # the search has cost no encoder pass
    tuning = tuning_rows(out)
    assert tuning.groupby("model").size().to_dict() == {"lr": 9, "bert": 9}
    searches = pd.read_csv(out / "searches.csv").set_index("model")
    for name in ("lr", "bert"):
        scores = points_of(tuning[tuning.model == name])
        search = searches.loc[f"{name}_tuned"]
        assert search.points == 3 and search.ended == "done"
        assert search.score_in_folds == pytest.approx(scores.max())
        best, used = json.loads(search.best), json.loads(rows.params[f"{name}_tuned"])
        assert best == json.loads(scores.idxmax())
        assert best == {name: used[name] for name in best}
        assert set(best) == set(kit.ALGORITHMS[name].param_grid)


@pytest.mark.figures
def test_tuning_shows_parameters_best_and_both_measures(imdb_archive, tmp_path):
    out = tmp_path / "out"
    options = ["--data", str(imdb_archive), "--nsamp", "40", "--models", "lr", "rf"]
    options += ["--tune", "lr", "--repeats", "2", "--out", str(out), "--jobs", "1"]
    assert run_imdb.main(options) == 0
    means = pd.read_csv(out / "results.csv").groupby("model").accuracy.mean()
    table = (out / "tuning.md").read_text()
    (line,) = [line for line in table.splitlines() if line.startswith("| 50/20")]
    cells = [cell.strip() for cell in line.split("|")]
    before, after = (float(cell.split()[0]) for cell in cells[3:5])
    assert cells[2] == "LR" and before == round(100 * means["lr"], 1)
    assert after == round(100 * means["lr_tuned"], 1)
    gain = 100 * (means["lr_tuned"] - means["lr"])
    assert float(cells[5]) == pytest.approx(gain, abs=0.051)
    assert cells[7] == "4" and cells[9].startswith("C ")
    points = {json.loads(point)["classifier__C"] for point in tuning_rows(out).point}
    assert points == set(kit.ALGORITHMS["lr"].param_grid["classifier__C"])
    assert (out / "tuning_lr.png").read_bytes().startswith(b"\x89PNG")
    assert not (out / "tuning_rf.png").exists()


def test_ctrl_c_in_a_search_is_shown_and_the_same_command_goes_on(
    imdb_archive, tmp_path
):
    out = tmp_path / "out"
    options = ["--data", str(imdb_archive), "--nsamp", "50", "--models", "lr,dummy"]
    options += ["--tune", "lr", "--search", "random", "--budget", "40", "--jobs", "1"]
    options += ["--out", str(out)]
    command = [sys.executable, str(kit.home() / "run_imdb.py"), *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True) as process:  # fmt: skip
        deadline, path = time.monotonic() + 240, out / "tuning.csv"
        while time.monotonic() < deadline and process.poll() is None:
            if path.exists() and path.read_bytes().count(b"\n") > 12:
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=240)[1]
    assert process.returncode == 1
    assert "goes on from there" in said and "Traceback" not in said
    first, search = tuning_rows(out), pd.read_csv(out / "searches.csv").iloc[0]
    assert 12 <= len(first) < 120 and search.ended == "interrupted"
    assert search.points == len(first) // 3
    about = json.loads((out / "run.json").read_text())
    assert not about["finished"]
    assert "LR tuned" in (out / "table.md").read_text()  # the best so far
    *lines, last = path.read_bytes().splitlines(keepends=True)
    score = str(first.score.iloc[-1]).encode()
    path.write_bytes(b"".join(lines) + last[: last.rindex(score) + 3])  # by a kill
    assert run_imdb.main(options) == 0
    again = tuning_rows(out)
    assert len(again) == 120  # seconds would differ if a fold were computed again
    pd.testing.assert_frame_equal(again[: len(first) - 1], first[:-1], check_exact=True)
    key = ["point", "fold", "score"]
    assert first[key].iloc[-1].tolist() in again[key].values.tolist()
    (search,) = pd.read_csv(out / "searches.csv").itertuples()
    assert (search.ended, search.points) == ("done", 40)
    assert len(pd.read_csv(out / "results.csv")) == 3
    assert not list(out.glob("earlier-*"))


def report_of(rows, monkeypatch, grid):
    """The Report of a run that has found nothing but these rows of tuning.csv."""
    lr = replace(kit.ALGORITHMS["lr"], param_grid=grid)
    monkeypatch.setitem(kit.ALGORITHMS, "lr", lr)
    results = kit.Results()
    place = {"maxtokens": 50, "maxtokenlen": 20, "repeat": 0, "model": "lr",
             "search": "grid", "seconds": 0.1}  # fmt: skip
    results.append("tuning", [place | row for row in rows])
    dataset = kit.load(teams(), text="body", label="team")
    columns = (kit.Column("lr"), kit.Column("lr", tuned=True))
    return kit.Report(results, dataset, columns, (kit.Settings(),))


@pytest.mark.parametrize(
    "points, panels, cells",
    [
        ({"a__C": [0.1, 1.0]}, ["C"], 0),
        ({"a__C": [0.1, 1.0], "a__kernel": ["rbf", "linear"]}, ["kernel"], 4),
        ({"a__x": [1, 2], "a__y": [3, 4], "a__z": ["u", "v"]}, ["z", "z"], 8),
        ({"a__x": [0.11, 0.5], "a__y": [3, 4], "a__z": ["u", "v"]},  # not on the grid
         ["x", "y", "z"], 0),
    ],
)  # fmt: skip
def test_every_search_has_a_surface(monkeypatch, tmp_path, points, panels, cells):
    grid = {name: [0.1, 1.0] if 0.11 in v else v for name, v in points.items()}
    rows = []
    for i, values in enumerate(itertools.product(*points.values())):
        row = {"point": json.dumps(dict(zip(points, values))), "resource": 60}
        rows += [row | {"fold": fold, "score": 0.5 + 0.01 * i + 0.1 * fold}
                 for fold in range(3)]  # fmt: skip
    rows.append(row | {"resource": 70, "fold": 0, "score": 0.99})  # not all its folds
    figures = kit.Figures(report_of(rows, monkeypatch, grid))
    column = figures.report.columns[1]
    expected = [60 + i for i in range(len(rows) // 3)]
    assert sorted(figures.tried(column).score) == pytest.approx(expected)
    figure = figures.tuning(column)
    assert len(figure.axes) == len(panels)
    shown = sorted(float(t.get_text()) for axes in figure.axes for t in axes.texts)
    assert shown == (pytest.approx(expected) if cells else [])
    if not cells:
        assert [axes.get_xlabel() for axes in figure.axes] == panels
        drawn = [sorted(axes.lines[0].get_ydata()) for axes in figure.axes]
        assert drawn == [pytest.approx(expected)] * len(panels)
    figure.savefig(tmp_path / "tuning.png")


@pytest.mark.parametrize("grid, made", [
    ({"classifier__C": [0.01, 0.1, 1.0]}, 3),  # once a fold
    ({"classifier__C": [0.1, 1.0], "features__min_count": [1, 2]}, 12),
])  # fmt: skip
def test_features_that_a_search_does_not_vary_are_made_once_a_fold(
    train, monkeypatch, grid, made
):
    real, fits = kit.TokenCounts.fit, []
    monkeypatch.setattr(
        kit.TokenCounts, "fit", lambda self, X, y=None: fits.append(1) or real(self, X)
    )
    searched(train, grid=grid)
    assert len(fits) == made


def test_a_search_shows_its_progress_in_lines_where_a_log_is_kept(
    train, monkeypatch, capsys
):
    monkeypatch.setattr(kit, "LOG_PACE", 0)
    grid = {"classifier__C": [0.1, 1, 10]}
    for how, fits in (("grid", 9), ("halving", 9 + 3), ("random", 6)):
        budget = 2 if how == "random" else None
        kit.tune(kit.Column("lr").pipeline(), grid, train, how, budget, jobs=1)
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) > 3 and all("  progress  " in line for line in lines)
        assert f"{how} search" in lines[-1] and f"/{fits}" in lines[-1]


def test_the_chosen_point_is_framed_and_rounds_are_told_apart(monkeypatch):
    points = {"a__x": [1, 2], "a__y": [3, 4]}
    rows = [{"point": json.dumps({"a__x": x, "a__y": y}), "resource": resource,
             "fold": fold, "score": 0.5 + 0.1 * x}
            for x, y in itertools.product(*points.values()) for fold in range(3)
            for resource in (20, 60) if resource == 20 or x == 2]  # fmt: skip
    report = report_of(rows, monkeypatch, points)
    report.results.append("searches", [{
        "maxtokens": 50, "maxtokenlen": 20, "repeat": 0, "model": "lr_tuned",
        "search": "halving", "ended": "done", "points": 4, "seconds": 1,
        "score_in_folds": 0.7, "best": json.dumps({"a__x": 2, "a__y": 3})}])  # fmt: skip
    figures, column = kit.Figures(report), report.columns[1]
    table = figures.tried(column)
    assert table[table.chosen][["a__x", "a__y"]].values.tolist() == [[2, 3]]
    assert table.groupby("a__x")["round"].first().to_dict() == {1: 1, 2: 2}
    figure = figures.tuning(column)
    (axes,) = figure.axes
    assert len(axes.patches) == 1 and figure.get_supxlabel().startswith("framed: chosen")
    shown = sorted(text.get_text() for text in axes.texts)
    assert shown == ["60.0\nround 1"] * 2 + ["70.0\nround 2"] * 2
