"""The answer: whether transfer pays, how sure that is, and how often it is wrong."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

import kit

HERE = kit.Settings(nsamp=1000, maxtokens=50, **kit.ENCODERS["mini"])
FEW = kit.Column("bert"), kit.Column("nbsvm")
# Several of each, as in a run with --tune: the best of them is lucky, too.
ENCODERS = [kit.Column(*c) for c in (("elmo",), ("bert",), ("elmo", 1), ("bert", 1))]
SIMPLE = [kit.Column("lr"), kit.Column("nbsvm")]


def rows(accuracies, **changes):
    """Rows of results.csv: a dict of accuracies <float>[R] by column, one each."""
    place = {"maxtokens": 50, "maxtokenlen": 20, "nsamp": 1000, "seed": 0}
    place |= {"n_train": 1400, "n_test": 600, "encode_seconds": 0, "fit_seconds": 1}
    return [
        place
        | {"predict_seconds": 0, "model": column.name, "repeat": repeat}
        | {"accuracy": value}
        | changes
        for column, values in accuracies.items()
        for repeat, value in enumerate(values)
    ]


def report_of(accuracies, judged=None, classes=("no", "yes"), metric="accuracy"):
    """A Report of made-up results, in memory.

    judged: by column one (y, predicted, scores <float>[n, K]) for each repeat.
    """
    frame = pd.DataFrame({"id": classes, "text": classes})
    frame["label"] = pd.Categorical(classes, classes)
    results = kit.Results(classes=classes)
    results.append("results", rows(accuracies))
    for column, draws in (judged or {}).items():
        for repeat, (y, said, scores) in enumerate(draws):
            part = pd.DataFrame({"label": y, "predicted": said})
            part["score"] = scores[:, 1]
            part[[f"score_{name}" for name in classes]] = scores
            place = {"maxtokens": 50, "maxtokenlen": 20, "repeat": repeat}
            results.append("predictions", part.assign(model=column.name, **place))
    return kit.Report(results, kit.Dataset(frame), tuple(accuracies), (HERE,), metric)


def around(means, spread=0.01, draws=10, seed=0):
    """Accuracies that are exactly the means on average, with noise of a spread."""
    noise = np.random.default_rng(seed).normal(0, spread, (len(means), draws))
    noise -= noise.mean(axis=1, keepdims=True)
    return {c: mean + one for (c, mean), one in zip(means.items(), noise)}


# The three answers, and their words


@pytest.mark.parametrize(
    "low, high, answer",
    [
        (0.011, 0.05, "pays"),
        (0.009, 0.05, "cannot be told"),
        (-0.02, 0.02, "cannot be told"),
        (-0.02, 0.009, "does not pay"),
        (0.001, 0.009, "does not pay"),  # better, but not by a point
        (-0.05, -0.02, "does not pay"),
    ],
)
def test_an_answer_is_where_the_interval_lies_beside_one_point(low, high, answer):
    found = kit.Verdict(50, "BERT", "LR", (low + high) / 2, low, high, 8, 10)
    assert found.answer == answer
    words = {"cannot be told": "it cannot be told whether transfer pays:"}
    assert f"At 50 words {words.get(answer, f'transfer {answer}:')} " in str(found)


def test_the_sentences_say_who_how_much_how_sure_and_at_what_cost():
    def sentence(difference, low, high, cost=8.04, draws=10, enough=None):
        return str(
            kit.Verdict(
                100, "BERT (mini)", "NBSVM", difference, low, high, cost, draws, enough
            )
        )

    assert sentence(0.034, 0.012, 0.056) == (
        "At 100 words transfer pays: BERT (mini) is 3.4 points above NBSVM "
        "(95 %: 1.2 to 5.6), at 8 times its seconds."
    )
    assert sentence(0.002, -0.004, 0.008) == (
        "At 100 words transfer does not pay: BERT (mini) is at most 0.8 points above "
        "NBSVM, 0.2 points above it on average (95 %: -0.4 to 0.8), at 8 times its "
        "seconds."
    )
    below = sentence(-0.03, -0.04, -0.02)
    assert "at least 2.0 points below NBSVM, 3.0 points below it on average" in below
    few = sentence(0.012, -0.019, 0.042, draws=3, enough=12)
    assert few == (
        "At 100 words it cannot be told whether transfer pays: BERT (mini) is 1.2 "
        "points above NBSVM, and 3 draws leave -1.9 to 4.2; about 12 would do."
    )
    assert "1 draw leaves -1.9" in sentence(0.012, -0.019, 0.042, draws=1)
    assert "more draws of these texts would not tell" in sentence(0, -0.1, 0.1)


@pytest.mark.parametrize("cost", [0.004, 0.25, 12, 149.6, 2860])
def test_a_cost_is_a_number_that_people_read(cost):
    words = str(kit.Verdict(50, "BERT", "LR", 0.05, 0.03, 0.07, cost, 10))
    shown = re.search(r"at ([\d.,]+) times its seconds", words)
    assert shown and float(shown[1].replace(",", "")) == pytest.approx(cost, rel=0.1)


@pytest.mark.parametrize(
    "difference, low, high", [(-0.0001, -0.02, -0.0002), (-0.0001, -0.0004, 0.05)]
)
def test_nothing_is_minus_nothing(difference, low, high):
    words = str(kit.Verdict(50, "BERT", "LR", difference, low, high, 2, 10))
    assert "-0.0" not in words


# The interval


def test_of_one_model_each_it_is_the_corrected_ts_interval():
    report = report_of(around(dict(zip(FEW, (0.84, 0.80)))))
    bert, nbsvm = (report.values(column, HERE).to_numpy() for column in FEW)
    apart = bert - nbsvm
    error = np.sqrt((1 / 10 + 3 / 7) * apart.var(ddof=1))
    low, high = stats.t(9, apart.mean(), error).interval(0.95)
    found = report.verdict(HERE)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.difference == pytest.approx(0.04) and found.draws == 10
    assert found.answer == "pays" and found.enough is None
    assert (found.encoder, found.simple) == ("BERT (mini)", "NBSVM")


def chosen_on_other_draws(values):
    """Of columns <float>[..., columns, R] the best one of the other draws: [..., R]."""
    chosen = []
    for draw in range(values.shape[-1]):
        best = np.delete(values, draw, axis=-1).mean(axis=-1).argmax(axis=-1)
        best = np.expand_dims(best, -1)
        chosen.append(np.take_along_axis(values[..., draw], best, axis=-1)[..., 0])
    return np.stack(chosen, axis=-1)


def intervals(differences):
    """(low, high) <float>[...] of differences <float>[..., R] by the corrected t."""
    draws = differences.shape[-1]
    half = stats.t.ppf(0.975, draws - 1) * np.sqrt(
        (1 / draws + 3 / 7) * differences.var(axis=-1, ddof=1)
    )
    return differences.mean(axis=-1) - half, differences.mean(axis=-1) + half


def worlds(runs, gap=0, draws=6, spread=0.01, overlap=0.3, seed=0):
    """Made-up accuracies <float>[runs, 6, draws] of ENCODERS and SIMPLE.

    Each of both is as good as its like, the encoders better by the gap. A draw is
    easier or harder for all; `overlap` is the share of a model's variance that all
    draws have in common, 0.3 of them where the training parts overlap.
    """
    rng = np.random.default_rng(seed)
    draw = rng.normal(0, 0.02, (runs, 1, draws))
    common = rng.normal(0, spread * np.sqrt(overlap), (runs, 6, 1))
    own = rng.normal(0, spread * np.sqrt(1 - overlap), (runs, 6, draws))
    return 0.8 + gap * np.array([1, 1, 1, 1, 0, 0])[:, None] + draw + common + own


def by_hand(values, choose=chosen_on_other_draws):
    """(difference, low, high) <float>[3, runs]: kit's rule in NumPy."""
    differences = choose(values[:, :4]) - choose(values[:, 4:])
    return np.array([differences.mean(axis=-1), *intervals(differences)])


def looking_best(values):
    """The naive choice: whose mean of the same draws is highest, <float>[runs, R]."""
    best = values.mean(axis=2).argmax(axis=1)
    return values[np.arange(len(values)), best]


@pytest.mark.parametrize("draws, gap", [(5, 0), (9, 0), (6, 0.02), (6, -0.02)])
def test_of_several_the_best_are_chosen_on_other_draws_than_they_are_judged_by(
    draws, gap
):
    for values in worlds(6, gap, draws):
        report = report_of(dict(zip([*ENCODERS, *SIMPLE], values)))
        found = report.verdict(HERE)
        here = found.difference, found.low, found.high
        assert here == pytest.approx(by_hand(values[None])[:, 0])
        groups = zip((ENCODERS, SIMPLE), (values[:4], values[4:]))
        best = [group[v.mean(axis=1).argmax()].title(HERE) for group, v in groups]
        assert [found.encoder, found.simple] == best
        difference, interval = report.advantage(HERE)
        assert (difference.mean, *interval) == here


# How often it is wrong: by the rule in NumPy, which the test above finds to be kit's


def test_the_luck_of_the_best_of_several_is_not_taken_for_an_advantage():
    values = worlds(4000, spread=0.03, overlap=0)  # all six are equally good
    ours, naive = by_hand(values), by_hand(values, looking_best)
    error = ours[0].std() / np.sqrt(len(values))
    assert abs(ours[0].mean()) < 3 * error
    assert naive[0].mean() > 10 * error  # the best of four has more luck than of two
    assert np.mean(ours[1] > kit.ROPE) <= np.mean(naive[1] > kit.ROPE) + 0.05 / 2


@pytest.mark.parametrize("draws", [5, 10])
@pytest.mark.parametrize("spread", [0.01, 0.02, 0.04, 0.08])
def test_pays_is_wrong_in_at_most_five_percent(draws, spread):
    _, low, high = by_hand(worlds(4000, 0, draws, spread))
    assert np.mean(low > kit.ROPE) <= 0.05
    assert np.mean(high < -kit.ROPE) <= 0.05  # nor is transfer said to harm


def test_a_point_is_told_from_none_as_rarely():
    """At the border, where a difference of one point does not pay, or just does."""
    for border in (0.01, -0.01):
        _, low, high = by_hand(worlds(4000, border, 10, 0.02))
        assert np.mean(low > 0.01) <= 0.05 and np.mean(high < -0.01) <= 0.05


@pytest.mark.parametrize("draws, power", [(5, 0.6), (10, 0.8), (20, 0.9)])
def test_five_points_are_seen_and_three_below_as_well(draws, power):
    assert np.mean(by_hand(worlds(2000, 0.05, draws, 0.012))[1] > kit.ROPE) > power
    assert np.mean(by_hand(worlds(2000, -0.03, draws, 0.012))[2] < kit.ROPE) > power


# Few draws: the test documents tell how sure a difference is


def hits_of(y, right):
    """(y, predicted, scores) of a model that is right where <bool>[n] says."""
    said = np.where(right, y, 1 - y)
    return y, said, np.eye(2)[said]


def made_of_documents(shares, draws=1, n=600, seed=0):
    """A Report of columns that are right on such shares of the documents."""
    rng = np.random.default_rng(seed)
    y, judged = np.arange(n) % 2, {column: [] for column in shares}
    for _ in range(draws):
        ease = rng.random(n)  # the same documents are easy for all
        for column, share in shares.items():
            judged[column].append(hits_of(y, ease + rng.normal(0, 0.1, n) < share))
    accuracies = {
        column: [np.mean(y == said) for y, said, _ in parts]
        for column, parts in judged.items()
    }
    return report_of(accuracies, judged)


def test_few_draws_take_their_deviation_from_the_documents():
    y, place = np.arange(600) % 2, np.arange(600)
    judged = {c: [hits_of(y, place < n)] * 3 for c, n in zip(FEW, (480, 450))}
    report = report_of(dict(zip(FEW, ([0.8] * 3, [0.75] * 3))), judged)
    # 30 of 600 documents differ: 0.05 on average, variance 0.05 - 0.05 ** 2
    error = np.sqrt((1 / 3 + 3 / 7) * 0.0475 / 600)
    found = report.verdict(HERE)
    assert found.difference == pytest.approx(0.05)
    assert (found.low, found.high) == pytest.approx(
        stats.norm(0.05, error).interval(0.95)
    )
    alone = report.estimate(FEW[0], HERE)
    share = (480 + 2) / (600 + 4)  # as Agresti and Coull
    variance = 10 * share * (1 - share) / 600 / 12  # three draws that are the same
    error = np.sqrt((1 / 3 + 3 / 7) * variance)
    assert alone.interval() == pytest.approx(stats.t(12, 0.8, error).interval(0.95))
    turned = report.paired(*FEW[::-1], HERE)
    assert turned.p_value == report.paired(*FEW, HERE).p_value < 1e-6
    assert report.paired(FEW[0], FEW[0], HERE).p_value == 1


def test_one_draw_is_corrected_for_all_pairs_it_could_have_picked():
    shares = dict(zip([*ENCODERS, *SIMPLE], (0.86, 0.84, 0.8, 0.8, 0.8, 0.78)))
    report = made_of_documents(shares)
    means = {column: report.values(column, HERE).mean() for column in shares}
    best = max(ENCODERS, key=means.get), max(SIMPLE, key=means.get)
    found = report.verdict(HERE)
    assert found.difference == pytest.approx(means[best[0]] - means[best[1]])
    pair = report.paired(*best, HERE)
    wide = stats.norm(pair.mean, pair.error).interval(1 - 0.05 / 8)  # 4 times 2 pairs
    assert (found.low, found.high) == pytest.approx(wide)
    assert "1 draw leaves" in str(found) or found.answer != "cannot be told"
    few = made_of_documents({column: shares[column] for column in best})
    narrow = few.verdict(HERE)
    assert narrow.high - narrow.low < 0.9 * (found.high - found.low)


@pytest.mark.parametrize("draws", [1, 3])
def test_few_draws_of_equal_models_rarely_seem_to_pay(draws):
    columns = [*ENCODERS[:2], SIMPLE[0]]
    wrong = 0
    for seed in range(12):
        report = made_of_documents(dict.fromkeys(columns, 0.8), draws, 150, seed)
        wrong += report.advantage(HERE)[1][0] > kit.ROPE
    assert wrong <= 1


@pytest.mark.parametrize("metric", ["f1", "roc_auc", "balanced_accuracy"])
def test_few_draws_of_any_metric_are_resampled_to_its_own_deviation(metric):
    rng = np.random.default_rng(0)
    y = np.arange(400) % 2
    scores = rng.normal(size=(2, 400)) + np.array([[1.5], [0.5]]) * (2 * y - 1)
    judged = {
        column: [(y, (one > 0).astype(int), np.stack([-one, one], axis=1))]
        for column, one in zip(FEW, scores)
    }
    values = {c: [kit.MEASURES[metric](*parts[0])] for c, parts in judged.items()}
    report = report_of(values, judged, metric=metric)
    table = report.results.frame("results")
    table[metric] = table["accuracy"]  # where rows() has put them
    spreads = []
    for _ in range(200):  # the bootstrap's oracle: fresh documents, drawn with return
        again = rng.integers(0, 400, 400)
        one, other = (
            kit.MEASURES[metric](*(part[again] for part in judged[column][0]))
            for column in FEW
        )
        spreads.append(one - other)
    error = np.std(spreads) * np.sqrt(1 + 3 / 7)
    found = report.paired(*FEW, HERE)
    assert found.mean == pytest.approx(values[FEW[0]][0] - values[FEW[1]][0])
    assert found.error == pytest.approx(error, rel=0.25)


def test_a_class_of_few_test_documents_leaves_a_finite_interval():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], (60, 60, 3))  # a resampling often has none of the last
    judged, values = {}, {}
    for column in FEW:
        scores = rng.normal(size=(123, 3)) + np.eye(3)[y]
        judged[column] = [(y, scores.argmax(axis=1), scores)]
        values[column] = [roc_auc_score(y == 0, scores[:, 0])]
    report = report_of(values, judged, ("a", "b", "c"), "roc_auc")
    table = report.results.frame("results")
    table["roc_auc"] = table["accuracy"]
    found = report.verdict(HERE)
    assert np.isfinite([found.low, found.high]).all() and "nan" not in str(found)


# Which columns are compared, and which are marked


def test_the_best_and_its_equals_are_marked():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.01, 10)
    good, same, bad = kit.Column("lr"), kit.Column("svm"), kit.Column("rf")
    values = {
        good: 0.8 + noise,
        same: 0.799 + noise + rng.normal(0, 0.01, 10),
        bad: 0.6 + noise + rng.normal(0, 0.01, 10),
    }
    assert report_of(values).marked(HERE) == {good, same}
    single = made_of_documents({good: 0.8, same: 0.795, bad: 0.6})
    assert single.marked(HERE) == {good, same}


def test_more_columns_need_more_to_be_told_from_the_best():
    one = np.array([1, -1, 1, -1, 1, -1, 0.0, 0, 0, 0]) / 100
    columns = [kit.Column(name) for name in ("lr", "svm", "rf", "gbm", "nbsvm")]
    values = {columns[0]: np.full(10, 0.8)} | {c: 0.783 + one for c in columns[1:]}
    report = report_of(values)
    p_value = report.paired(columns[0], columns[1], HERE).p_value
    assert 0.05 / 4 < p_value < 0.05  # told apart alone, not among four
    assert report.marked(HERE) == set(columns)
    pair = report_of({c: values[c] for c in columns[:2]})
    assert pair.marked(HERE) == {columns[0]}


def test_one_draw_is_marked_by_mcnemars_test():
    y, place = np.arange(600) % 2, np.arange(600)
    best, other = kit.Column("lr"), kit.Column("rf")
    for other_alone, p_value in ((8, 0.036), (9, 0.061)):  # and 20 the best one alone
        said = stats.binomtest(20, 20 + other_alone).pvalue
        assert said == pytest.approx(p_value, abs=0.001)
        hits = place < 480, (place >= 20) & (place < 480 + other_alone)
        judged = {c: [hits_of(y, right)] for c, right in zip((best, other), hits)}
        report = report_of({c: [h.mean()] for c, h in zip(judged, hits)}, judged)
        assert (report.marked(HERE) == {best}) == (p_value < 0.05)


def test_only_columns_with_the_same_draws_are_compared():
    lr, rf, bert = kit.Column("lr"), kit.Column("rf"), kit.Column("bert")
    report = report_of({lr: [0.9, 0.9], rf: [], bert: []})
    later = [row | {"repeat": row["repeat"] + 1} for row in rows({rf: [0.8, 0.8]})]
    report.results.append("results", later)
    report.results.append("results", rows({bert: [0.7]}))
    assert report.compared(HERE) == [lr]
    assert report.marked(HERE) == set()
    assert "column with an encoder" in report.verdict(HERE)


def test_dummy_is_no_opponent_and_other_settings_are_not_mixed_in():
    values = around({FEW[0]: 0.84, FEW[1]: 0.8, kit.Column("dummy"): 0.95})
    report = report_of(values)
    report.results.append("results", rows({FEW[1]: [0.99] * 10}, maxtokens=100))
    report.results.append("results", rows({FEW[1]: [0.99] * 10}, maxtokenlen=7))
    found = report.verdict(HERE)
    assert found.simple == "NBSVM" and found.difference == pytest.approx(0.04)


@pytest.mark.parametrize(
    "columns, lacking",
    [
        (("bert", "elmo"), "simple model"),
        (("bert", "dummy"), "simple model"),
        (("lr", "nbsvm"), "column with an encoder"),
    ],
)
def test_without_an_opponent_a_sentence_says_so(columns, lacking):
    report = report_of(around(dict.fromkeys(map(kit.Column, columns), 0.8)))
    words = report.verdict(HERE)
    assert words.startswith("At 50 words it is not said whether transfer pays")
    assert lacking in words and words.endswith(".")
    assert report.verdicts() == [words]


def test_a_run_without_any_result_has_a_sentence_too():
    report = report_of({FEW[0]: [], FEW[1]: []})
    assert "not said whether transfer pays" in str(report.verdict(HERE))
    assert report.marked(HERE) == set() and report.saving(HERE) == ""


def test_the_cost_is_that_of_the_two_best_with_all_their_seconds():
    report = report_of({})
    for column, accuracy, encode, fit in (
        (kit.Column("elmo"), 0.7, 500, 500),
        (kit.Column("bert"), 0.9, 10, 6),
        (kit.Column("lr"), 0.6, 100, 100),
        (kit.Column("nbsvm"), 0.8, 0, 2),
    ):
        values = next(iter(around({column: accuracy}).values()))
        seconds = {"encode_seconds": encode, "fit_seconds": fit}
        report.results.append("results", rows({column: values}, **seconds))
    columns = [kit.Column(name) for name in ("elmo", "bert", "lr", "nbsvm")]
    report = kit.replace(report, columns=tuple(columns))
    assert report.verdict(HERE).cost == pytest.approx(16 / 2)


# How many draws would tell


@pytest.mark.parametrize("gap", [0.03, -0.01])
def test_the_draws_that_are_enough_would_tell_and_one_less_would_not(gap):
    values = around(dict(zip(FEW, (0.8 + gap, 0.8))), spread=0.016, draws=5)
    found = report_of(values).verdict(HERE)
    assert found.answer == "cannot be told" and 6 <= found.enough < 100
    apart = values[FEW[0]] - values[FEW[1]]

    def told(draws):  # with the same mean and deviation
        error = np.sqrt((1 / draws + 3 / 7) * apart.var(ddof=1))
        low, high = stats.t(draws - 1, apart.mean(), error).interval(0.95)
        return low > 0.01 or high < 0.01

    assert told(found.enough)
    assert found.enough == 6 or not told(found.enough - 1)
    assert f"about {found.enough} would do" in str(found)


def test_where_the_overlap_alone_hides_a_gap_no_draws_are_promised():
    values = around(dict(zip(FEW, (0.82, 0.8))), spread=0.03, draws=6)
    found = report_of(values).verdict(HERE)
    assert found.answer == "cannot be told" and found.enough is None


def test_from_few_draws_on_at_least_five_are_asked_for():
    y, place = np.arange(200) % 2, np.arange(200)
    judged = {c: [hits_of(y, place < n)] * 2 for c, n in zip(FEW, (166, 160))}
    report = report_of(dict(zip(FEW, ([0.83] * 2, [0.8] * 2))), judged)
    found = report.verdict(HERE)
    assert found.answer == "cannot be told" and found.draws == 2
    variance = (0.03 - 0.03**2) / 200  # of the documents, and then of five draws' t
    enough = next(
        draws
        for draws in range(5, 99)
        if 0.03
        - stats.t.ppf(0.975, draws - 1) * np.sqrt((1 / draws + 3 / 7) * variance)
        > 0.01
    )
    assert found.enough == enough > 5


# What transfer saves in labels


def curve(points, other, **titles):
    """The sentence of a Report with learning curves {size: accuracies} of FEW."""
    report = report_of({})
    for column, sizes in zip(FEW, (points, other)):
        for size, values in sizes.items():
            file = "results" if size == 1000 else "learning_curve"
            values = np.atleast_1d(values)
            report.results.append(file, rows({column: values}, nsamp=size))
    return kit.replace(report, columns=FEW).saving(HERE)


def test_a_saving_is_where_the_curve_passes_the_simple_models_last_point():
    simple = {100: 0.6, 200: 0.65, 500: 0.7, 1000: 0.75}
    assert curve({100: 0.7, 200: 0.75, 500: 0.8, 1000: 0.85}, simple) == (
        "At 50 words BERT (mini) with 200 labels a class is as good as NBSVM with 1,000."
    )
    # Half way between 100 and 400 in accuracy is half way in their logarithms.
    between = curve({100: 0.7, 400: 0.8, 1000: 0.9}, simple)
    assert "with 200 labels a class" in between
    least = curve({100: 0.8, 200: 0.85, 1000: 0.9}, simple)
    assert "with 100 or fewer labels a class is as good as" in least
    never = curve({100: 0.5, 200: 0.6, 1000: 0.74}, simple)
    assert never.startswith("At 50 words no number of labels tried makes BERT (mini)")
    assert never.endswith("as good as NBSVM with 1,000 a class.")


def test_a_saving_goes_by_the_means_of_the_draws():
    simple = {100: (0.6, 0.7), 1000: (0.70, 0.80)}
    ours = {100: (0.6, 0.7), 400: (0.78, 0.82), 1000: (0.9, 0.9)}
    share = (0.75 - 0.65) / (0.80 - 0.65)
    assert f"with {round(100 * 4**share)} labels" in curve(ours, simple)


def test_without_two_curves_nothing_is_said_of_a_saving():
    one, two = {1000: 0.8}, {100: 0.7, 1000: 0.8}
    assert curve(one, two) == curve(two, one) == curve({}, two) == ""


def test_the_best_of_each_kind_stands_for_it_in_a_saving():
    report = report_of({})
    heights = {"elmo": 0.1, "bert": 0.2, "lr": 0.0, "nbsvm": 0.05, "dummy": 0.9}
    for name, height in heights.items():
        for size, value in ((100, 0.6), (1000, 0.7)):
            file = "results" if size == 1000 else "learning_curve"
            values = rows({kit.Column(name): [value + height]}, nsamp=size)
            report.results.append(file, values)
    tuned = kit.Column("lr", tuned=True)  # has no curve
    report.results.append("results", rows({tuned: [0.99]}))
    columns = (*map(kit.Column, heights), tuned)
    found = kit.replace(report, columns=columns).saving(HERE)
    assert "BERT (mini) with 100 or fewer labels" in found
    assert found.endswith("as good as NBSVM with 1,000.")


def test_a_report_has_a_verdict_for_each_setting_and_then_the_savings():
    more = kit.replace(HERE, maxtokens=100)
    report = report_of(around(dict(zip(FEW, (0.84, 0.80)))))
    worse = around(dict(zip(FEW, (0.70, 0.80))))
    report.results.append("results", rows(worse, maxtokens=100))
    curves = rows(dict.fromkeys(FEW, [0.75]), nsamp=100)
    report.results.append("learning_curve", curves)
    report = kit.replace(report, settings=(HERE, more))
    found = report.verdicts()
    assert [v.answer for v in found[:2]] == ["pays", "does not pay"]
    assert [v.maxtokens for v in found[:2]] == [50, 100]
    assert found[2:] == [report.saving(HERE)] and found[2]
