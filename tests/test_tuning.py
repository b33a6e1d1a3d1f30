"""Searches: scikit-learn's own scores, nothing computed twice, nothing lost."""

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
    tuned = kit.tune(kit.pipeline("lr"), GRID, train, path, ("x", "lr"), seed=1)
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
    tuned = kit.tune(model, GRID, train, path, ("x", "lr"), how, budget="8", seed=0)
    assert tuned.get_params()["tokens__maxtokens"] > 5
    assert model.get_params()["tokens__maxtokens"] == 50  # the plain one stays plain
    points = {row["point"] for row in kit.read_rows(path)}
    assert len(points) <= (8 if how != "halving" else 4)


def test_a_repeated_search_computes_nothing(train, path, monkeypatch):
    calls = count_fits(monkeypatch)
    one = kit.tune(kit.pipeline("lr"), GRID, train, path, ("x", "lr"))
    assert len(calls) == 12
    two = kit.tune(kit.pipeline("lr"), GRID, train, path, ("x", "lr"))
    assert len(calls) == 12 and len(kit.read_rows(path)) == 12
    assert one.get_params()["classifier__C"] == two.get_params()["classifier__C"]


def test_ctrl_c_keeps_the_best_so_far_and_a_new_start_goes_on(
    train, path, monkeypatch, capsys
):
    with monkeypatch.context() as patch:
        count_fits(patch, stop_after=7)
        tuned = kit.tune(kit.pipeline("lr"), GRID, train, path, ("x", "lr"))
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
    assert "budget is spent" in capsys.readouterr().out
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
