"""Models, measures and workers: scikit-learn's own numbers as oracles."""

import contextlib
import json
import os
import random
import re
import threading
import time
import warnings
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from joblib.externals.loky.process_executor import TerminatedWorkerError
from scipy import stats
from sklearn import metrics
from sklearn.preprocessing import label_binarize

import kit

OWN_WORDS = {
    "angry": "refund broken twice".split(),
    "happy": "thanks lovely perfect".split(),
    "lost": "parcel where tracking".split(),
    "new": "register invite welcome".split(),
}
COMMON_WORDS = "the order shop letter friend week price door street home".split()


def letters(classes, each=40):
    """A Dataset of short letters whose class shows in two of their words."""
    rng, rows = random.Random(7), []
    for name in list(OWN_WORDS)[:classes]:
        for number in range(each):
            others = rng.choice(list(OWN_WORDS.values())[:classes])
            words = rng.choices(COMMON_WORDS, k=12) + rng.choices(OWN_WORDS[name], k=2)
            words += [rng.choice(others), f"number{number}"]
            rng.shuffle(words)
            rows.append({"body": " ".join(words), "team": name})
    return kit.load(pd.DataFrame(rows), text="body", label="team")


def settings(tiny, **changes):
    encoders = {"elmo": str(tiny["elmo_tf1"]), "bert": str(tiny["bert_dict"])}
    return kit.Settings(**encoders | {"maxtokens": 20} | changes)


@pytest.fixture(scope="module")
def splits():
    """(train, test) by number of classes."""
    return {classes: letters(classes).draw(40) for classes in (2, 4)}


# What scikit-learn itself gives for one label of two, or of more.
ORACLES = {
    "accuracy": lambda y, said, scores: metrics.accuracy_score(y, said),
    "f1": lambda y, said, scores: metrics.f1_score(
        y, said, average="binary" if scores.shape[1] == 2 else "macro", zero_division=0
    ),
    "balanced_accuracy": lambda y, said, scores: metrics.balanced_accuracy_score(
        y, said
    ),
    "roc_auc": lambda y, said, scores: (
        metrics.roc_auc_score(y, scores[:, 1])
        if scores.shape[1] == 2
        else metrics.roc_auc_score(
            label_binarize(y, classes=range(scores.shape[1])), scores, average="macro"
        )
    ),
}


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("name", kit.ALGORITHMS)
def test_every_algorithm_gives_a_result_that_scikit_learn_confirms(
    tiny, splits, name, classes
):
    train, test = splits[classes]
    model = kit.Column(name).pipeline(settings(tiny))
    found = kit.evaluate(model, train, test)
    assert found.measures.keys() == ORACLES.keys() == kit.MEASURES.keys()
    for measure, oracle in ORACLES.items():
        expected = oracle(test.y, found.predicted, found.scores)
        assert found.measures[measure] == pytest.approx(expected, abs=1e-12), measure
    assert (model.predict(test.texts) == found.predicted).all()
    assert found.scores.shape == (len(test), classes)
    np.testing.assert_array_equal(found.scores, kit.scores_of(model, test.texts))
    if name != "svm":  # which votes by pairs of classes
        assert (found.scores.argmax(axis=1) == found.predicted).all()
    if name != "dummy":
        assert found.measures["roc_auc"] > (0.5 if name in ("elmo", "bert") else 0.7)
    assert min(found.encode_seconds, found.fit_seconds, found.predict_seconds) >= 0
    assert json.loads(json.dumps(found.params)) == found.params
    assert all(len(values) == 5 for values in found.history.values())  # epochs


@pytest.mark.parametrize("name", ["lr", "rf", "gbm", "nbsvm", "elmo", "bert"])
def test_the_same_seed_gives_the_same_numbers(tiny, splits, name):
    def scores(seed):
        model = kit.Column(name).pipeline(settings(tiny, seed=seed))
        return kit.evaluate(model, *splits[4]).scores

    np.testing.assert_array_equal(scores(3), scores(3))
    if name in ("rf", "elmo", "bert"):  # the others have nothing to draw
        assert not np.array_equal(scores(3), scores(4))


@pytest.mark.parametrize("classes", [2, 4])
def test_the_toy_problem_is_learnt(splits, classes):
    found = kit.evaluate(kit.Column("lr").pipeline(), *splits[classes])
    assert found.measures["accuracy"] > 0.8


def test_the_held_out_part_changes_no_model(tiny, splits):
    train, test = splits[4]
    one, two = (kit.Column("bert").pipeline(settings(tiny)) for _ in range(2))
    whole = kit.evaluate(one, train, test)
    part = kit.evaluate(two, train, test.take(np.arange(6)))
    # The last bits of features can differ: threads share a product out as they are free.
    for w, v in zip(one[-1].weights_, two[-1].weights_):
        np.testing.assert_allclose(w, v, atol=1e-5)
    np.testing.assert_allclose(whole.scores[:6], part.scores, atol=1e-5)
    assert whole.history["val_accuracy"] != part.history["val_accuracy"]


def test_a_class_that_the_test_part_lacks_is_left_out_of_its_measures(splits):
    train, test = splits[4]
    rest = test.take(np.flatnonzero(test.y != 1))
    assert rest.classes == test.classes
    found = kit.evaluate(kit.Column("nbsvm").pipeline(), train, rest)
    there = [0, 2, 3]
    expected = [metrics.roc_auc_score(rest.y == c, found.scores[:, c]) for c in there]
    assert found.scores.shape == (len(rest), 4)
    assert found.measures["roc_auc"] == pytest.approx(np.mean(expected))
    assert found.measures["accuracy"] == np.mean(found.predicted == rest.y)


def judgements(classes, n=60, seed=0):
    """Made-up (y, predicted, scores) of a model that knows a little."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % classes
    scores = rng.normal(size=(n, classes)) + np.eye(classes)[y]
    scores = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return y, scores.argmax(axis=1), scores


def measured(judged, **weights):
    return {name: measure(*judged, **weights) for name, measure in kit.MEASURES.items()}


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_measures_are_scikit_learns(classes):
    y, said, scores = judgements(classes)
    expected = {name: oracle(y, said, scores) for name, oracle in ORACLES.items()}
    assert measured((y, said, scores)) == pytest.approx(expected, abs=1e-12)
    if classes > 2:  # and by its own name of this average, which wants probabilities
        auc = metrics.roc_auc_score(y, scores, multi_class="ovr", average="macro")
        assert kit.MEASURES["roc_auc"](y, said, scores) == pytest.approx(auc)


def test_a_column_of_scores_belongs_to_the_class_of_its_number():
    y, said, scores = judgements(3)
    perfect = np.eye(3)[y]
    assert kit.MEASURES["roc_auc"](y, y, perfect) == 1
    assert kit.MEASURES["roc_auc"](y, y, perfect[:, [1, 2, 0]]) < 0.5
    turned = measured(((y + 1) % 3, (said + 1) % 3, scores[:, [2, 0, 1]]))
    assert turned == pytest.approx(measured((y, said, scores)))
    y, said, scores = judgements(2)
    assert kit.MEASURES["roc_auc"](y, said, -scores) < 0.5


def test_a_measure_of_a_class_that_is_not_there_is_scikit_learns():
    y, said, scores = judgements(4)
    y = np.where(y == 2, 3, y)  # which is predicted for all that
    found = measured((y, said, scores))
    with warnings.catch_warnings(action="ignore"):
        assert found["f1"] == metrics.f1_score(y, said, average="macro")
        expected = metrics.balanced_accuracy_score(y, said)
    areas = [metrics.roc_auc_score(y == c, scores[:, c]) for c in (0, 1, 3)]
    assert found["roc_auc"] == pytest.approx(np.mean(areas))
    assert found["balanced_accuracy"] == pytest.approx(expected)
    alone = measured((np.ones(5, int), np.ones(5, int), scores[:5, :2]))
    assert np.isnan(alone["roc_auc"]) and alone["accuracy"] == 1


@pytest.mark.parametrize("classes", [2, 4])
def test_a_weight_counts_a_document_that_often(classes):
    judged = judgements(classes)
    weights = np.random.default_rng(1).integers(0, 4, 60)
    repeated = [np.repeat(part, weights, axis=0) for part in judged]
    found = measured(judged, sample_weight=weights)
    assert found == pytest.approx(measured(repeated), abs=1e-12)


@pytest.mark.parametrize("elsewhere", [True, False])
def test_a_class_whose_documents_weigh_nothing_is_left_out(elsewhere):
    y, said, scores = judgements(4)
    rest = y != 2
    if not elsewhere:  # nor is it said of the others
        said = np.where(rest & (said == 2), y, said)
    found = measured((y, said, scores), sample_weight=rest.astype(float))
    assert found == pytest.approx(measured((y[rest], said[rest], scores[rest])))
    assert not np.isnan(found["roc_auc"])


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("name", ["lr", "rf", "nbsvm", "bert"])
def test_a_run_remembers_what_a_model_said(tiny, splits, name, classes):
    (train, test), column = splits[classes], kit.Column(name)
    here = settings(tiny, nsamp=40)
    results = kit.Results(classes=test.classes)
    for repeat in range(2):
        found = kit.evaluate(column.pipeline(here), train, test)
        results.add(kit.Task(column, here, repeat, 40), 0, train, test, found)
    report = kit.Report(results, test, (column,), (here,))
    for y, said, scores in report.judged(column, here):
        np.testing.assert_array_equal(y, test.y)
        np.testing.assert_array_equal(said, found.predicted)
        np.testing.assert_array_equal(scores.argmax(axis=1), said)
        np.testing.assert_array_equal(
            stats.rankdata(scores), stats.rankdata(found.scores)
        )
        again = metrics.roc_auc_score(y == 1, scores[:, 1])
        assert again == metrics.roc_auc_score(y == 1, found.scores[:, 1])


# Columns and settings


def test_baselines_read_the_articles_text_and_encoders_what_is_asked(tiny):
    def recipes(text):
        here = settings(tiny, text=text, maxtokens=70, maxtokenlen=9)
        tokens = {n: kit.Column(n).pipeline(here)["tokens"] for n in kit.ALGORITHMS
                  if n != "blend"}  # whose members have their own
        assert {(t.maxtokens, t.maxtokenlen) for t in tokens.values()} == {(70, 9)}
        return {name: step.text for name, step in tokens.items()}

    natural, article = recipes("natural"), recipes("article")
    assert natural["elmo"] == natural["bert"] == "natural"
    assert article["elmo"] == article["bert"] == "article"
    assert natural["nbsvm"] == article["nbsvm"] == "natural"
    for name in ("lr", "svm", "rf", "gbm", "dummy"):
        assert natural[name] == article[name] == "article"


def test_bert_reads_as_many_word_pieces_as_the_article_and_all_of_natural_text(tiny):
    for tuning in (0, 1):
        step = "classifier" if tuning else "features"
        limits = [
            kit.Column("bert")
            .pipeline(
                settings(tiny, text=text, maxtokens=30, n_fine_tune_layers=tuning)
            )[step]
            .max_seq_length
            for text in ("article", "natural")
        ]
        assert limits == [30, None]


def test_fine_tuning_is_a_setting_of_the_bert_column(tiny, splits):
    here = settings(tiny, n_fine_tune_layers=1, epochs=1)
    model = kit.Column("bert").pipeline(here)
    assert [name for name, _ in model.steps] == ["tokens", "classifier"]
    found = kit.evaluate(model, *splits[4])
    assert found.scores.shape == (len(splits[4][1]), 4)
    np.testing.assert_allclose(found.scores.sum(axis=1), 1, rtol=1e-5)
    assert found.history.keys() >= {"accuracy", "val_accuracy"}


def test_settings_reach_the_steps(tiny):
    here = settings(
        tiny, svm={"C": 7}, pooling="first", epochs=3, batch_size=8, seed=5, store="s"
    )
    bert = kit.Column("bert").pipeline(here)
    assert (bert["features"].pooling, bert["features"].store) == ("first", "s")
    assert bert["features"].path == here.bert
    head = bert["classifier"]
    assert (head.epochs, head.batch_size, head.random_state) == (3, 8, 5)
    assert kit.Column("elmo").pipeline(here)["features"].path == here.elmo
    assert kit.Column("svm").pipeline(here)["classifier"].C == 7
    assert kit.Column("rf").pipeline(here)["classifier"].random_state == 5
    assert kit.Column("lr").pipeline()["tokens"].maxtokens == 50  # the article's
    assert kit.Settings(maxtokens=100, maxtokenlen=30).label == "100/30"


def test_titles_name_the_encoder_unless_it_is_the_articles(tiny):
    article, mini = kit.Settings(), kit.Settings(**kit.ENCODERS["mini"])
    assert kit.Column("bert").title(article) == "BERT"
    assert kit.Column("lr").title(article) == kit.Column("lr").title(mini) == "LR"
    assert kit.Column("elmo").title(mini) == "ELMo (mini)"
    assert kit.Column("bert").title(settings(tiny)) == "BERT (bert_dict)"
    assert kit.Column("bert", tuned=True).title(mini) == "BERT (mini) tuned"


def test_a_column_has_a_name_of_its_own_and_equals_its_like():
    columns = [kit.Column(name, t) for name in kit.ALGORITHMS for t in (False, True)]
    assert len({column.name for column in columns}) == len(columns)
    assert kit.Column("rf").name == "rf" and kit.Column("rf", True).name == "rf_tuned"
    assert kit.Column("rf") in {kit.Column("rf")}
    assert kit.Column("rf") != kit.Column("rf", tuned=True)
    here = kit.Settings()
    with_encoder = {c.model for c in columns if c.encoder(here)}
    assert with_encoder == {"elmo", "bert", "blend"}
    assert kit.Column("bert").encoder(here) == here.bert


# Workers


@pytest.mark.parametrize("backend", ["loky", "threading", "sequential"])
def test_all_workers_give_the_same_with_the_number_of_the_call(backend):
    def late_square(number):
        time.sleep(0.09 - 0.01 * number)  # the first ones are the latest
        return number**2

    calls = [(late_square, number) for number in range(9)]
    with joblib.parallel_config(backend=backend):
        assert sorted(kit.in_waves(calls, 2)) == [(n, n**2) for n in range(9)]
        assert list(kit.in_waves([(pow, 2, 5)])) == [(0, 32)]
        assert list(kit.in_waves([])) == []
        with pytest.raises(ValueError, match="invalid literal"):
            list(kit.in_waves([(int, "1"), (int, "x")], 2))


def test_the_workers_are_those_that_parallel_config_names():
    for backend, here in (("threading", True), ("loky", False)):
        with joblib.parallel_config(backend=backend):
            found = {pid for _, pid in kit.in_waves([(os.getpid,)] * 4, 2)}
        assert (found == {os.getpid()}) == here


def test_as_many_workers_as_asked_for_work_at_once():
    def most_at_once(jobs):
        running, most = [], []

        def work():
            running.append(1)
            most.append(len(running))
            time.sleep(0.05)
            running.pop()

        with joblib.parallel_config(backend="threading"):
            list(kit.in_waves([(work,)] * 6, jobs))
        return max(most)

    assert [most_at_once(jobs) for jobs in (1, 3)] == [1, 3]


def test_a_result_comes_as_soon_as_it_is_there():
    waiting = threading.Event()
    with joblib.parallel_config(backend="threading"):
        results = kit.in_waves([(pow, 2, 2), (waiting.wait, 60)], 2)
        started = time.monotonic()
        assert next(results) == (0, 4) and time.monotonic() - started < 30
        waiting.set()
        assert list(results) == [(1, True)]


def test_a_killed_worker_is_told():
    with joblib.parallel_config(backend="loky"):
        with pytest.raises(TerminatedWorkerError):
            list(kit.in_waves([(pow, 2, 2), (os._exit, 9), (pow, 2, 3)], 2))
        again = kit.in_waves([(pow, 2, 5)] * 2, 2)  # new ones came
        assert sorted(again) == [(0, 32), (1, 32)]


def children():
    """The processes that this one has started, where the system tells."""
    found = set()
    for path in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):  # the thread has ended since
            found |= set(path.read_text().split())
    return found


def test_a_call_that_never_returns_ends_in_time_with_its_process():
    assert kit.in_time(60, pow, 2, 5) == 32  # and what watches over workers is there
    before, started = children(), time.monotonic()
    with pytest.raises(kit.TimeSpent):  # in C, holding the lock, deaf to signals
        kit.in_time(0.5, re.match, r"(a+)+$", "a" * 60 + "b")
    assert time.monotonic() - started < 30
    assert children() <= before


def test_what_a_call_in_time_raises_comes_through():
    def wait_for_a_server():
        raise TimeoutError("a server's")

    with pytest.raises(TimeoutError, match="a server's"):  # it is not our own
        kit.in_time(60, wait_for_a_server)
    with pytest.raises(TerminatedWorkerError):
        kit.in_time(60, os._exit, 9)


def test_a_block_of_this_process_ends_in_time():
    before = kit.signal.getsignal(kit.signal.SIGALRM)
    started = time.monotonic()

    def work():  # Python 3.13.0 loses what a signal raises in a with's own empty loop
        while time.monotonic() < started + 30:
            pass

    with pytest.raises(kit.TimeSpent), kit.time_limit(0.2):
        work()
    assert time.monotonic() - started < 10
    for seconds in (30, None):
        with kit.time_limit(seconds):
            done = True
    with pytest.raises(ValueError), kit.time_limit(0.2):
        int("x")
    time.sleep(0.3)  # nothing rings after the block
    assert done and kit.signal.getsignal(kit.signal.SIGALRM) == before


def test_in_another_thread_a_block_has_no_limit_and_no_error():
    done = []

    def work():
        with kit.time_limit(0.05):
            time.sleep(0.1)
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done


# Tests of differences


def test_holms_correction_is_the_textbooks():
    np.testing.assert_allclose(kit.holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06])
    np.testing.assert_allclose(kit.holm([0.9, 0.8]), [1, 1])
    assert len(kit.holm([])) == 0


def test_mcnemar_counts_the_documents_that_differ():
    a = np.array([1] * 10 + [0] * 90, bool)
    b = np.array([0] * 10 + [0] * 90, bool)
    assert kit.mcnemar_test(a, b) == kit.mcnemar_test(b, a)
    assert kit.mcnemar_test(a, b) == pytest.approx(2 * 0.5**10)
    assert kit.mcnemar_test(a, a) == 1


def never():
    raise AssertionError("the documents need not be asked")


def test_the_corrected_t_widens_the_plain_one():
    values = np.array([0.02, 0.03, 0.01, 0.025, 0.015])
    plain = stats.ttest_1samp(values, 0)
    found = kit.Estimate.of(values, never)
    # Nadeau and Bengio: 1/R becomes 1/R + n_test/n_train, here 1/5 + 3/7.
    t = plain.statistic * np.sqrt((1 / 5) / (1 / 5 + 3 / 7))
    assert found.p_value == pytest.approx(2 * stats.t.sf(t, 4))
    assert found.p_value > plain.pvalue
    # Benavoli et al.: the same with a correlation of draws rho = n_test/n = 0.3.
    scale = np.sqrt((1 / 5 + 0.3 / 0.7) * values.var(ddof=1))
    expected = stats.t(4, values.mean(), scale).interval(0.95)
    assert found.interval() == pytest.approx(expected)
    assert found.interval(0.5) == pytest.approx(stats.t(4, 0.02, scale).interval(0.5))


def test_draws_that_are_all_alike_leave_no_doubt():
    assert kit.Estimate.of(np.zeros(5), never).p_value == 1
    sure = kit.Estimate.of(np.full(5, 0.25), never)
    assert sure.p_value == 0 and sure.interval() == (0.25, 0.25)


def test_the_interval_ends_where_the_test_turns():
    values = np.array([0.78, 0.81, 0.79, 0.80, 0.77])
    low, high = kit.Estimate.of(values, never).interval()
    for end in (low, high):  # a difference from there has p = 5 %
        p_value = kit.Estimate.of(values - end, never).p_value
        assert p_value == pytest.approx(0.05)
    assert (low + high) / 2 == pytest.approx(values.mean())


@pytest.mark.parametrize("draws", [1, 2, 4, 5, 9])
def test_documents_are_asked_for_a_variance_below_five_draws_only(draws):
    values, asked = np.linspace(0.1, 0.2, draws), []

    def document_variance():
        asked.append(True)
        return 0.0004

    found = kit.Estimate.of(values, document_variance)
    assert len(asked) == (draws < 5)
    if asked:  # and then it is a z, not a t
        error = 0.02 * np.sqrt(1 / draws + 3 / 7)
        assert found.interval() == pytest.approx(
            stats.norm(values.mean(), error).interval(0.95)
        )


def test_more_draws_narrow_an_interval_down_to_what_the_overlap_leaves():
    found = kit.Estimate.of(np.linspace(0.1, 0.2, 6), never)
    widths = [np.ptp(found.with_draws(draws).interval()) for draws in (6, 12, 10**6)]
    assert widths[0] == pytest.approx(np.ptp(found.interval()))
    assert widths[0] > widths[1] > widths[2]
    least = 2 * stats.norm.ppf(0.975) * np.sqrt(3 / 7 * found.variance)
    assert widths[2] == pytest.approx(least, rel=1e-4)


def test_equal_models_are_told_apart_in_at_most_five_percent():
    rng = np.random.default_rng(0)
    wrong = right = 0
    for _ in range(400):  # 10 overlapping splits: a shared part, and one of their own
        shared, own = rng.normal(0, 0.012, 2), rng.normal(0, 0.012, (2, 10))
        same = own + shared[:, None] * np.sqrt(3 / 7)
        wrong += kit.Estimate.of(same[0] - same[1], never).p_value < 0.05
        right += kit.Estimate.of(same[0] - same[1] + 0.03, never).p_value < 0.05
    assert wrong / 400 <= 0.05 and right / 400 > 0.5
