"""Models in one table: scores against scikit-learn's, tests against theory."""

import json

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

import kit


def settings(tiny, **changes):
    return kit.Settings(
        elmo=str(tiny["elmo_tf1"]), bert=str(tiny["bert_dict"]), **changes
    )


@pytest.fixture
def split(imdb_archive):
    return kit.draw(kit.load_imdb(imdb_archive), 60)


@pytest.mark.parametrize("name", kit.ALGORITHMS)
def test_every_algorithm_gives_a_result_that_scikit_learn_confirms(tiny, split, name):
    train, test = split
    model = kit.pipeline(name, settings(tiny))
    result = kit.evaluate(model, train, test)
    assert result.accuracy == accuracy_score(test.labels, result.predicted)
    assert result.f1 == f1_score(test.labels, result.predicted)
    assert result.roc_auc == roc_auc_score(test.labels, result.score)
    assert (model.predict(test.texts) == result.predicted).all()
    assert min(result.encode_seconds, result.fit_seconds, result.predict_seconds) >= 0
    json.dumps(result.params)


@pytest.mark.parametrize("name", ["lr", "rf", "gbm", "nbsvm", "elmo", "bert"])
def test_the_same_seed_gives_the_same_numbers(tiny, split, name):
    scores = [
        kit.evaluate(kit.pipeline(name, settings(tiny, seed=3)), *split).score
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*scores)


def test_the_toy_problem_is_learnt(split):
    assert kit.evaluate(kit.pipeline("lr"), *split).accuracy > 0.8


def test_the_held_out_part_changes_no_model(tiny, split):
    train, test = split
    other = test.take(np.arange(6))
    one = kit.pipeline("bert", settings(tiny))
    two = kit.pipeline("bert", settings(tiny))
    kit.evaluate(one, train, test)
    kit.evaluate(two, train, other)
    for w, v in zip(one[-1].weights_, two[-1].weights_):
        np.testing.assert_array_equal(w, v)


def test_baselines_read_the_articles_text_and_encoders_what_is_asked(tiny):
    natural = settings(tiny, text="natural")
    texts = {
        name: kit.pipeline(name, natural)["tokens"].text for name in kit.ALGORITHMS
    }
    assert texts["lr"] == texts["svm"] == "article"
    assert texts["elmo"] == texts["bert"] == "natural"
    assert kit.pipeline("nbsvm", settings(tiny))["tokens"].text == "natural"


def test_fine_tuning_is_a_setting_of_the_bert_column(tiny, split):
    model = kit.pipeline("bert", settings(tiny, n_fine_tune_layers=1, epochs=1))
    assert [name for name, _ in model.steps] == ["tokens", "classifier"]
    assert len(kit.evaluate(model, *split).predicted) == 36


def test_titles_name_the_encoder_unless_it_is_the_articles(tiny):
    assert kit.title_of("bert", kit.Settings()) == "BERT"
    assert kit.title_of("lr", kit.Settings()) == "LR"
    mini = kit.Settings(**kit.ENCODERS["mini"])
    assert kit.title_of("elmo", mini) == "ELMo (mini)"
    assert kit.title_of("bert", settings(tiny)) == "BERT (bert_dict)"


def test_holms_correction_is_the_textbooks():
    np.testing.assert_allclose(kit.holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06])
    np.testing.assert_allclose(kit.holm([0.9, 0.8]), [1, 1])
    assert len(kit.holm([])) == 0


def test_mcnemar_counts_the_documents_that_differ():
    a = np.array([1] * 10 + [0] * 90, bool)
    b = np.array([0] * 10 + [0] * 90, bool)
    assert kit.mcnemar_test(a, b) == pytest.approx(2 * 0.5**10)
    assert kit.mcnemar_test(a, a) == 1


def test_the_corrected_t_test_widens_the_plain_one():
    differences = np.array([0.02, 0.03, 0.01, 0.025, 0.015])
    plain = stats.ttest_1samp(differences, 0).pvalue
    assert kit.corrected_t_test(differences, 0.0) == pytest.approx(plain)
    assert kit.corrected_t_test(differences, 3 / 7) > plain
    assert kit.corrected_t_test(np.zeros(4), 0.4) == 1
    assert kit.corrected_t_test(np.full(4, 0.1), 0.4) == 0


def test_the_interval_ends_where_the_test_turns():
    values = np.array([0.78, 0.81, 0.79, 0.80, 0.77])
    low, high = kit.corrected_interval(values, 3 / 7)
    for end in (low, high):  # a difference from there has p = 5 %
        assert kit.corrected_t_test(values - end, 3 / 7) == pytest.approx(0.05)
    assert (low + high) / 2 == pytest.approx(values.mean())


def test_equal_models_are_told_apart_in_at_most_five_percent():
    rng = np.random.default_rng(0)
    wrong = right = 0
    for _ in range(400):  # 10 overlapping splits: a shared part, and one of their own
        shared, own = rng.normal(0, 0.012, 2), rng.normal(0, 0.012, (2, 10))
        same = own + shared[:, None] * np.sqrt(3 / 7)
        wrong += kit.corrected_t_test(same[0] - same[1], 3 / 7) < 0.05
        right += kit.corrected_t_test(same[0] - same[1] + 0.03, 3 / 7) < 0.05
    assert wrong / 400 <= 0.05 and right / 400 > 0.5


def test_few_draws_take_their_deviation_from_the_documents():
    right = np.arange(600)
    hits = [np.tile(right < count, 3) for count in (480, 450)]
    accuracies = [one.reshape(3, -1).mean(axis=1) for one in hits]
    # 30 of 600 documents differ: 0.05 on average, variance 0.05 - 0.05 ** 2
    z = 0.05 / np.sqrt((1 / 3 + 3 / 7) * 0.0475 / 600)
    p_value = kit.paired_p_value(accuracies, hits, 3 / 7)
    assert p_value == pytest.approx(2 * stats.norm.sf(z))
    assert kit.paired_p_value(accuracies[::-1], hits[::-1], 3 / 7) == p_value
    assert kit.paired_p_value(accuracies[:1] * 2, hits[:1] * 2, 3 / 7) == 1
    right, wrong = np.ones(1200, bool), np.zeros(1200, bool)
    assert kit.paired_p_value([[1, 1], [0, 0]], [right, wrong], 3 / 7) == 0
    one = [one[:600] for one in hits]
    assert kit.paired_p_value([[0.8], [0.75]], one, 3 / 7) == kit.mcnemar_test(*one)


def test_many_draws_are_compared_by_the_corrected_t_test():
    ten = [np.linspace(0.80, 0.82, 10), np.linspace(0.79, 0.78, 10)]
    by_t = kit.corrected_t_test(ten[0] - ten[1], 3 / 7)
    assert kit.paired_p_value(ten, [None, None], 3 / 7) == by_t


def rejections(gap, experiments, draws):
    """How often two models are told apart whose true accuracies are `gap` apart.

    Both see the same overlapping draws of 4,000 documents, each right on a document by
    its ease and by chance; they differ on 14 % of them, as real ones do.
    """
    rng = np.random.default_rng(0)
    told = 0
    for _ in range(experiments):
        ease = rng.beta(0.6, 0.15, 4000)  # 80 % on average
        documents = [rng.choice(4000, 600, replace=False) for _ in range(draws)]
        hits = [
            [rng.random(600) < ease[drawn] * share for drawn in documents]
            for share in (1, 1 - gap / 0.8)
        ]
        accuracies = [np.mean(one, axis=1) for one in hits]
        hits = [np.concatenate(one) for one in hits]
        told += kit.paired_p_value(accuracies, hits, 3 / 7) < 0.05
    return told / experiments


@pytest.mark.parametrize("draws", [1, 2, 3, 10])
def test_equal_models_are_rarely_told_apart_on_simulated_documents(draws):
    assert rejections(0, 200, draws) <= 0.07  # 5 %, and the luck of 200 experiments


def test_three_points_are_seen_with_ten_draws():
    assert rejections(0.03, 50, 10) > 0.5


def test_the_best_and_its_equals_are_marked():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.01, 10)
    accuracies = {
        "good": 0.8 + noise,
        "same": 0.799 + noise + rng.normal(0, 0.01, 10),
        "bad": 0.6 + noise + rng.normal(0, 0.01, 10),
    }
    assert kit.best_and_equals(accuracies, {}, 3 / 7) == {"good", "same"}
    single = {name: values[:1] for name, values in accuracies.items()}
    right = np.arange(600)
    hits = {"good": right < 480, "same": right < 478, "bad": right < 360}
    assert kit.best_and_equals(single, hits, 3 / 7) == {"good", "same"}


def test_only_models_with_the_same_draws_are_compared(split, tmp_path, monkeypatch):
    train, test = split
    files = kit.ResultFiles(tmp_path / "out", {"nsamp": 60})
    one = kit.evaluate(kit.pipeline("lr"), train, test)
    for repeat, column in ((0, "lr"), (1, "lr"), (0, "rf"), (2, "rf"), (0, "dummy")):
        task = kit.Task(column, kit.Settings(), repeat, 60, 60)
        files.add(task, train, split, 0, one)
    rows = kit.setting_rows(files, train, 60, kit.Settings(), ["lr", "rf", "dummy"])
    marks = [cell.endswith("*") for cell in rows[0][1:]]
    assert marks == [False, False, False]  # nobody has the first one's draws
