"""The intervals of means: how often they are right, how wide, and how they narrow.

The small world: texts are points around two centres, a model is the line between the
means of what it has learnt from, so what it is worth can be computed.
"""

import numpy as np
import pytest
from scipy import stats
from test_verdict import HERE, SIMPLE, hits_of, made_of_documents, report_of

import kit

DRAWS = (1, 2, 3, 5, 10)
WORLDS = {  # accuracy, and how much of what it sees a model keeps (less is unsteady)
    "easy": {"apart": 2.4},
    "usual": {"apart": 0.9},
    "hard": {"apart": 0.3},
    "unsteady": {"apart": 1.4, "kept": 0.4, "spread": True},
}


def draws_of_a_world(rng, apart, size, pool, kept=1.0, spread=False, width=12):
    """(hits <bool>[10, n], true accuracies <float>[10]) of ten draws of a pool."""
    centre = np.full(width, apart / np.sqrt(width)) if spread else np.eye(width)[0] * apart
    train = round(0.7 * size)
    first, second = (  # <float>[10, size, width]: each draw is of its own order
        (rng.normal(size=(pool, width)) + sign * centre)[
            rng.random((10, pool)).argsort(axis=1)[:, :size]] for sign in (1, -1))
    line = first[:, :train].mean(axis=1) - second[:, :train].mean(axis=1)
    line = line * (rng.random(line.shape) < kept)
    right, left = (np.einsum("dtw,dw->dt", some[:, train:], line)
                   for some in (first, second))
    hits = np.concatenate([right > 0, left < 0], axis=1)
    length = np.maximum(np.linalg.norm(line, axis=1), 1e-9)
    return hits, stats.norm.cdf(line @ centre / length)


def coverage(runs, pool, size=60, seed=0, **world):
    """By number of draws how often an interval holds the truth, and its mean width."""
    rng, found = np.random.default_rng(seed), {draws: [] for draws in DRAWS}
    worlds = [draws_of_a_world(rng, size=size, pool=pool, **world) for _ in range(runs)]
    truth = np.mean([true for _, true in worlds])
    for hits, _ in worlds:
        n = hits.shape[1]
        share = (hits.sum(axis=1) + 2) / (n + 4)
        for draws in DRAWS:
            documents = (share * (1 - share) / n)[:draws].mean()
            estimate = kit.Estimate.steadied(hits[:draws].mean(axis=1), documents)
            low, high = estimate.interval()
            found[draws].append((low <= truth <= high, high - low))
    return {draws: np.mean(pairs, axis=0) for draws, pairs in found.items()}


@pytest.mark.parametrize("pool", [60, 600])  # all draws of the same texts, or of others
@pytest.mark.parametrize("world", WORLDS)
def test_intervals_of_few_and_many_draws_hold_the_truth_and_narrow(world, pool):
    found = coverage(150, pool, **WORLDS[world])
    held, widths = np.array([found[draws] for draws in DRAWS]).T
    assert held.min() >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 150) - 1e-9, dict(
        zip(DRAWS, held))  # fmt: skip
    assert (np.diff(widths) < 0).all(), dict(zip(DRAWS, widths))


@pytest.mark.slow
@pytest.mark.parametrize("pool", [60, 600])
@pytest.mark.parametrize("world", WORLDS)
def test_intervals_hold_the_truth_in_95_percent(world, pool):
    found = coverage(800, pool, seed=1, **WORLDS[world])
    assert min(held for held, _ in found.values()) >= 0.94, found


def width(report, column):
    """How wide the interval of a column's mean is, 0..1."""
    low, high = report.estimate(column, HERE).interval()
    return high - low


def test_every_draw_more_makes_an_interval_narrower():
    widths = [width(made_of_documents({SIMPLE[0]: 0.8}, draws), SIMPLE[0])
              for draws in (1, 2, 3, 4, 5, 10)]  # fmt: skip
    assert (np.diff(widths) < 0).all()
    assert widths[1] > 0.7 * widths[0]  # and not by a leap


def test_intervals_of_a_row_are_comparable():
    """Two draws that are equal by chance are not surer than two that are not."""
    y, place = np.arange(600) % 2, np.arange(600)
    judged = {SIMPLE[0]: [hits_of(y, place < 480)] * 2,
              SIMPLE[1]: [hits_of(y, place < 470), hits_of(y, place < 490)]}  # fmt: skip
    accuracies = {column: [np.mean(a == b) for a, b, _ in draws]
                  for column, draws in judged.items()}  # fmt: skip
    report = report_of(accuracies, judged)
    same, other = (width(report, column) for column in SIMPLE)
    assert 0.8 < same / other < 1


def test_what_was_all_right_five_times_is_not_certain():
    y = np.arange(300) % 2
    judged = {SIMPLE[0]: [hits_of(y, y >= 0)] * 5}
    low, high = report_of({SIMPLE[0]: [1.0] * 5}, judged).estimate(
        SIMPLE[0], HERE).interval()  # fmt: skip
    assert 0.98 < low < 0.995 and high > 1


@pytest.mark.parametrize("metric", ["accuracy", "f1", "roc_auc", "balanced_accuracy"])
def test_no_measure_is_certain_where_all_was_right(metric):
    y = np.arange(60) % 2
    scores = np.stack([1.0 - y, y], axis=1) * 2 - 1
    column = SIMPLE[0]
    report = report_of({column: np.ones(3)}, {column: [(y, y, scores)] * 3},
                       metric=metric)  # fmt: skip
    error = np.sqrt(report.document_variance([column], HERE))
    assert 0.01 < error < 0.04  # of 2 in 64: 0.022
