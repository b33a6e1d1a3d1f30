"""Searches: scikit-learn's own scores, nothing computed twice, nothing lost."""

import itertools
import json
import sys

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, StratifiedKFold

import kit
import run_imdb

GRID = {"classifier__C": [0.01, 1.0], "tokens__maxtokens": [2, 30]}


@pytest.fixture
def train(imdb_archive):
    return kit.draw(kit.load_imdb(imdb_archive), 60)[0]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "tuning.csv"


def count_fits(monkeypatch, stop_after=None):
    """Count the fits of LogisticRegression; the one after stop_after is interrupted."""
    real, calls = kit.LogisticRegression.fit, []

    def counted(self, *arguments, **options):
        if len(calls) == stop_after:
            raise KeyboardInterrupt
        calls.append(1)
        return real(self, *arguments, **options)

    monkeypatch.setattr(kit.LogisticRegression, "fit", counted)
    return calls


def test_grid_scores_are_those_of_scikit_learn(train, path):
    tuned = kit.tune(kit.pipeline("lr"), GRID, train, path, ("x", "lr"), seed=1).model
    folds = StratifiedKFold(3, shuffle=True, random_state=1)
    search = GridSearchCV(kit.pipeline("lr"), GRID, cv=folds, refit=False)
    search.fit(train.texts, train.labels)
    ours = {}
    for row in kit.read_rows(path):
        ours.setdefault(row["point"], []).append(float(row["score"]))
    theirs = zip(search.cv_results_["params"], search.cv_results_["mean_test_score"])
    for params, mean in theirs:
        scores = ours[kit.json.dumps(params, sort_keys=True)]
        assert len(scores) == 3 and np.mean(scores) == pytest.approx(mean)
    best = max(np.mean(scores) for scores in ours.values())
    chosen = {name: tuned.get_params()[name] for name in GRID}
    assert np.mean(ours[kit.json.dumps(chosen, sort_keys=True)]) == best


@pytest.mark.parametrize("how", ["random", "hyperopt", "halving"])
def test_every_search_finds_the_parameter_that_matters(train, path, how):
    model = kit.pipeline("lr")
    tuned = kit.tune(
        model, GRID, train, path, ("x", "lr"), how, budget="8", seed=0
    ).model
    assert tuned.get_params()["tokens__maxtokens"] > 5
    assert model.get_params()["tokens__maxtokens"] == 50  # the plain one stays plain
    points = {row["point"] for row in kit.read_rows(path)}
    assert len(points) <= (8 if how != "halving" else 4)


def test_a_repeated_search_computes_nothing(train, path, monkeypatch):
    calls = count_fits(monkeypatch)
    one = kit.tune(kit.pipeline("lr"), GRID, train, path, ("x", "lr")).model
    assert len(calls) == 12
    two = kit.tune(kit.pipeline("lr"), GRID, train, path, ("x", "lr")).model
    assert len(calls) == 12 and len(kit.read_rows(path)) == 12
    assert one.get_params()["classifier__C"] == two.get_params()["classifier__C"]


def test_ctrl_c_keeps_the_best_so_far_and_a_new_start_goes_on(
    train, path, monkeypatch, capsys
):
    with monkeypatch.context() as patch:
        count_fits(patch, stop_after=7)
        tuned = kit.tune(kit.pipeline("lr"), GRID, train, path, ("x", "lr")).model
    assert "interrupted: 2 points" in capsys.readouterr().out
    assert {n: tuned.get_params()[n] for n in GRID}["classifier__C"] == 0.01
    calls = count_fits(monkeypatch)
    kit.tune(kit.pipeline("lr"), GRID, train, path, ("x", "lr"))
    assert len(calls) == 12 - 7


def test_a_line_that_a_kill_cut_short_costs_only_itself(train, path, monkeypatch):
    kit.tune(kit.pipeline("lr"), GRID, train, path, ("x", "lr"))
    whole = kit.read_rows(path)
    *lines, last = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines) + last[: last.rindex(b",")])  # in the score
    calls = count_fits(monkeypatch)
    kit.tune(kit.pipeline("lr"), GRID, train, path, ("x", "lr"))
    assert len(calls) == 1
    again = kit.read_rows(path)
    assert [row["score"] for row in again] == [row["score"] for row in whole]


def test_a_budget_too_small_for_one_point_is_told(train, path):
    with pytest.raises(kit.KitError, match="spent before one point"):
        kit.tune(kit.pipeline("lr"), GRID, train, path, ("x", "lr"), budget="0.0001s")


def test_a_spent_budget_ends_the_search(train, path, capsys):
    grid = {"classifier__C": list(np.geomspace(0.01, 10, 400))}
    kit.tune(kit.pipeline("lr"), grid, train, path, ("x", "lr"), budget="1s")
    assert "budget spent" in capsys.readouterr().out
    assert 3 <= len(kit.read_rows(path)) < 1200


def test_the_forests_grid_is_the_articles():
    grid = kit.ALGORITHMS["rf"].param_grid
    assert {name.removeprefix("classifier__"): v for name, v in grid.items()} == {
        "min_samples_leaf": [1, 2, 3],
        "min_samples_split": [2, 6, 10],
        "n_estimators": [10, 100, 1000],
    }


def test_every_grid_fits_its_pipeline():
    for name, algorithm in kit.ALGORITHMS.items():
        assert set(algorithm.param_grid) <= set(kit.pipeline(name).get_params())


def test_the_command_line_shows_each_model_before_and_after(
    imdb_archive, tiny, tmp_path, capsys
):
    options = ["--data", str(imdb_archive), "--nsamp", "40", "--models", "lr", "bert"]
    options += ["--bert", str(tiny["bert_dict"]), "--out", str(tmp_path / "out")]
    code = run_imdb.main([*options, "--tune", "--search", "random", "--budget", "3"])
    assert code == 0
    rows = kit.read_rows(tmp_path / "out" / "results.csv")
    assert {row["model"] for row in rows} == {"lr", "lr_tuned", "bert", "bert_tuned"}
    assert "LR tuned" in capsys.readouterr().out
    store = kit.feature_store(str(kit.cache_folder() / "features.sqlite"))
    assert store.written == 80  # the search has cost no encoder pass
    assert run_imdb.main([*options, "--tune", "svm"]) == 2
    assert "only models that --models has" in capsys.readouterr().err


def interrupted_after(monkeypatch, fits):
    """LogisticRegression.fit raises KeyboardInterrupt once, after so many fits."""
    real, calls = kit.LogisticRegression.fit, []

    def fit(self, *arguments, **options):
        calls.append(1)
        if len(calls) == fits + 1:
            raise KeyboardInterrupt
        return real(self, *arguments, **options)

    monkeypatch.setattr(kit.LogisticRegression, "fit", fit)
    return calls


def test_an_interrupted_search_is_shown_and_goes_on_with_the_same_command(
    imdb_archive, tmp_path, monkeypatch, capsys
):
    out = tmp_path / "out"
    options = ["--data", str(imdb_archive), "--nsamp", "40", "--models", "lr"]
    options += ["--tune", "--jobs", "1", "--out", str(out)]
    with monkeypatch.context() as patch:
        interrupted_after(patch, 1 + 7)  # the plain model, two points, and one fold
        assert run_imdb.main(options) == 1
    first = kit.read_rows(out / "searches.csv")
    assert [(row["ended"], row["points"]) for row in first] == [("interrupted", "2")]
    assert "LR tuned" in (out / "table.md").read_text()  # the best so far
    calls = count_fits(monkeypatch)
    assert run_imdb.main(options) == 0
    assert len(calls) == 12 - 7 + 1  # the other folds, and the best on all
    (row,) = kit.read_rows(out / "searches.csv")
    assert row["ended"] == "done" and row["points"] == "4"
    assert len(kit.read_rows(out / "results.csv")) == 2
    assert not list(out.glob("earlier-*"))


def test_tuning_shows_parameters_grid_best_and_both_accuracies(
    imdb_archive, tmp_path, capsys
):
    out = tmp_path / "out"
    options = ["--data", str(imdb_archive), "--nsamp", "40", "--models", "lr", "rf"]
    options += ["--tune", "lr", "--repeats", "2", "--out", str(out)]
    assert run_imdb.main(options) == 0
    said = capsys.readouterr().out
    assert "LR has the parameters" in said and "classifier__tol=0.0001" in said
    assert "LR grid of 4 points, grid search: classifier__C [0.01, 0.1, 1, 10]" in said
    assert "before" in said
    rows = kit.read_rows(out / "results.csv")
    means = {
        column: np.mean([float(r["accuracy"]) for r in rows if r["model"] == column])
        for column in ("lr", "lr_tuned")
    }
    table = (out / "tuning.md").read_text()
    (line,) = [line for line in table.splitlines() if line.startswith("| 50/20")]
    cells = [cell.strip() for cell in line.split("|")]
    assert cells[2] == "LR" and float(cells[3].split()[0]) == round(
        100 * means["lr"], 1
    )
    gain = 100 * (means["lr_tuned"] - means["lr"])
    assert float(cells[5]) == pytest.approx(gain, abs=0.051)
    assert cells[7] == "4" and cells[9].startswith("C ")
    assert (out / "tuning_lr.png").stat().st_size > 5000


@pytest.mark.parametrize(
    "points",
    [
        {"classifier__C": [0.1, 1.0]},
        {"classifier__C": [0.1, 1.0], "classifier__kernel": ["rbf", "linear"]},
        {"a__x": [1, 2], "a__y": [3, 4], "a__z": ["u", "v"]},
        {"a__x": [0.11, 0.5], "a__y": [3, 4], "a__z": ["u", "v"]},  # not on the grid
    ],
)
def test_every_search_has_a_surface(tmp_path, points):
    grid = {name: [0.1, 1.0] if 0.11 in v else v for name, v in points.items()}
    rows = []
    for i, values in enumerate(itertools.product(*points.values())):
        point = json.dumps(dict(zip(points, values)))
        row = {"place": "p", "search": "s", "point": point, "resource": "60"}
        rows += [row | {"score": str(0.5 + 0.01 * i + 0.1 * fold)} for fold in range(3)]
    table = kit.tuning_points(rows)
    expected = [60 + i for i in range(len(table))]
    assert sorted(table.accuracy) == pytest.approx(expected)
    kit.tuning_figure(tmp_path / "tuning.png", "title", rows, grid)
    assert (tmp_path / "tuning.png").stat().st_size > 5000


def test_halving_counts_its_last_round_only():
    def rows(point, n, score):
        return [{"point": point, "resource": str(n), "score": str(score)}] * 3

    found = rows('{"C": 1}', 100, 0.9) + rows('{"C": 2}', 100, 0.8)
    found += rows('{"C": 2}', 300, 0.85)
    assert kit.best_point(found) == ({"C": 2}, 0.85, 2)


def test_halving_a_forest_gives_more_trees_and_the_winner_all(train, path):
    grid = kit.ALGORITHMS["rf"].param_grid | {"classifier__n_estimators": [2, 162]}
    found = kit.tune(kit.pipeline("rf"), grid, train, path, ("x", "rf"), "halving",
                     resource="classifier__n_estimators")  # fmt: skip
    rows = kit.read_rows(path)
    points = {row["point"]: int(row["resource"]) for row in rows}
    assert sorted(points.values()) == [2] * 9 + [6] * 3 + [18]
    (last,) = [json.loads(point) for point, trees in points.items() if trees == 18]
    assert found.params == last | {"classifier__n_estimators": 162}
    assert found.model.get_params()["classifier__n_estimators"] == 162


@pytest.mark.parametrize("name", ["lr", "rf"])
def test_halving_chooses_what_scikit_learn_chooses(train, path, name):
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingGridSearchCV

    grid = {"lr": {"classifier__C": [0.001, 0.01, 0.1, 1.0, 10.0, 100.0]},
            "rf": {"classifier__min_samples_leaf": [1, 2, 3]}}[name]  # fmt: skip
    model = kit.pipeline(name, kit.Settings(maxtokens=8))  # hard enough to be wrong
    found = kit.tune(model, grid, train, path, ("x", name), "halving", seed=3)
    search = HalvingGridSearchCV(
        model, grid, cv=StratifiedKFold(3, shuffle=True, random_state=3),
        random_state=3, refit=False,
    ).fit(train.texts, train.labels)  # fmt: skip
    assert found.accuracy == pytest.approx(search.best_score_) and found.accuracy < 1
    last = search.cv_results_["iter"] == search.n_iterations_ - 1
    fits = 3 * len(search.cv_results_["params"])
    assert len(kit.read_rows(path)) == fits  # none of them a training score
    equals = [
        params for params, score, of_last in zip(
            search.cv_results_["params"], search.cv_results_["mean_test_score"], last
        ) if of_last and score == pytest.approx(search.best_score_)
    ]  # fmt: skip
    assert found.params in equals


def test_a_budget_of_time_is_no_budget_of_points(train, path, monkeypatch):
    monkeypatch.setattr(kit, "BUDGET", 2)
    found = kit.tune(kit.pipeline("lr"), {"classifier__C": [0.01, 10.0]}, train, path,
                     ("x", "lr"), "random", budget="3s")  # fmt: skip
    assert found.ended == "budget spent" and found.points > kit.BUDGET


@pytest.mark.parametrize(
    "options, reason",
    [
        (["--models", "dummy", "--tune"], "nothing to tune in dummy"),
        (["--search", "random"], "add --tune"),
        (["--budget", "9"], "add --tune"),
        (["--tune", "nothing"], "--tune: nothing is none of"),
    ],
)
def test_what_would_tune_nothing_is_refused(options, reason, capsys):
    assert run_imdb.main(options) == 2
    assert reason in capsys.readouterr().err


def test_a_missing_hyperopt_is_told_with_the_way_out(train, path, monkeypatch):
    monkeypatch.setitem(sys.modules, "hyperopt", None)  # as if not installed
    with pytest.raises(kit.KitError, match="pip install"):
        kit.tune(kit.pipeline("lr"), GRID, train, path, ("x", "lr"), "hyperopt")
