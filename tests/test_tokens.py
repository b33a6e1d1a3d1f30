"""The article's recipe, the natural one, the counts, and NBSVM on them."""

import re

import numpy as np
import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sklearn.model_selection import GridSearchCV
from sklearn.svm import LinearSVC

import kit


def articles_recipe(text, maxtokens, maxtokenlen):
    """The notebooks' steps, word by word."""
    tokens = text.split(" ")[:maxtokens]
    tokens = [token for token in tokens if token not in ENGLISH_STOP_WORDS]
    tokens = [re.sub(r"[\W\d]", "", token.lower())[:maxtokenlen] for token in tokens]
    return [token for token in tokens if token]


def test_tokens_follow_the_articles_recipe(texts):
    nasty = [
        "The  the THE\nnew line, 42nd!",
        "a_b Ünïcode² ΟΔΟΣ x\u00a0y",
        "",
        "  ",
        "of",
    ]
    for maxtokens, maxtokenlen in ((1, 1), (5, 4), (50, 20)):
        tokens = kit.Tokens(maxtokens, maxtokenlen).fit_transform(texts[0] + nasty)
        for text, got in zip(texts[0] + nasty, tokens):
            assert got.split() == articles_recipe(text, maxtokens, maxtokenlen)
            assert type(got) is str


def test_natural_text_keeps_words_as_they_stand():
    text = (
        "It's <br /><br />GOOD &amp; <b class='x'>short</b>, mail <john@enron.com> < 4"
    )
    (got,) = kit.Tokens(7, 2, text="natural").fit_transform([text])
    assert got == "It's GOOD & short , mail <john@enron.com>"
    assert type(got) is str


@pytest.mark.parametrize("bad", [{"text": "raw"}, {"maxtokens": 0}, {"maxtokenlen": 0}])
def test_wrong_parameters_are_named(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        kit.Tokens(**bad).fit(["x"])


def test_counts_are_of_tokens_seen_at_least_twice_in_all():
    counts = kit.TokenCounts().fit(["a b b", "a c", "d"])
    assert list(counts.get_feature_names_out()) == ["a", "b"]
    np.testing.assert_array_equal(counts.transform(["b b a d"]).toarray(), [[1, 2]])
    with pytest.raises(ValueError, match="no token occurs 2 times"):
        kit.TokenCounts().fit(["a", "b"])


def test_counts_are_those_of_a_counter(texts):
    excerpts = kit.Tokens().fit_transform(texts[0])
    counts = kit.TokenCounts(min_count=3).fit(excerpts)
    words = " ".join(excerpts).split()
    expected = sorted(word for word in set(words) if words.count(word) >= 3)
    assert list(counts.get_feature_names_out()) == expected and len(expected) > 10
    table = [[text.split().count(word) for word in expected] for text in excerpts]
    np.testing.assert_array_equal(counts.transform(excerpts).toarray(), table)


def test_the_vocabulary_is_learnt_inside_each_fold(texts):
    model = kit.Column("lr").pipeline()
    model.fit(texts[0][:20], texts[1][:20])
    words = set(" ".join(kit.Tokens().fit_transform(texts[0][:20])).split())
    assert set(model["features"].get_feature_names_out()) <= words
    later = set(" ".join(kit.Tokens().fit_transform(texts[0][20:])).split())
    assert later - words


def test_maxtokens_is_a_parameter_like_any_other(texts):
    grid = {"tokens__maxtokens": [1, 30], "tokens__maxtokenlen": [20]}
    search = GridSearchCV(kit.Column("lr").pipeline(), grid, cv=2).fit(*texts)
    assert search.best_params_["tokens__maxtokens"] == 30


def test_each_model_reads_its_own_recipe_of_the_text():
    settings = kit.Settings(maxtokens=7, maxtokenlen=3, text="natural")
    for model in kit.ALGORITHMS.keys() - {"blend"}:  # whose members have their own
        tokens = kit.Column(model).pipeline(settings)["tokens"]
        natural = model in ("nbsvm", "elmo", "bert")
        assert tokens.text == ("natural" if natural else "article"), model
        assert (tokens.maxtokens, tokens.maxtokenlen) == (7, 3)


FILMS = [
    "good film", "good good", "bad film", "bad plot", "a wooden film", "plot, plot!",
    "wooden", "good plot", "bad bad film", "neither good nor bad",
]  # fmt: skip


def test_nbsvm_weighs_words_by_their_log_count_ratios():
    labels = np.array([1, 1, 0, 0, 0, 1, 0, 1, 0, 1])
    model = kit.Column("nbsvm").pipeline().fit(FILMS, labels)
    features, svm = model["features"], model["classifier"]
    names = features.get_feature_names_out()
    assert {"good", "good film", ",", "plot ,"} <= set(names)
    has = features.transform(FILMS).toarray()
    assert has.max() == 1  # which words there are, not how often
    up, down = (has[labels == label].sum(0) + 1 for label in (1, 0))
    ratios = np.log(up / up.sum() / (down / down.sum()))
    alone = LinearSVC(random_state=0).fit(has * ratios, labels)
    expected = alone.decision_function(has * ratios)
    np.testing.assert_allclose(svm.decision_function(has), expected)
    np.testing.assert_array_equal(model.predict(FILMS), alone.predict(has * ratios))


def test_nbsvm_of_more_classes_is_one_against_the_rest():
    labels = np.array(["b", "a", "c", "c", "b", "a", "b", "a", "c", "a"])
    model = kit.Column("nbsvm").pipeline().fit(FILMS, labels)
    scores = model.decision_function(FILMS)
    for number, name in enumerate("abc"):
        alone = kit.Column("nbsvm").pipeline().fit(FILMS, labels == name)
        np.testing.assert_allclose(scores[:, number], alone.decision_function(FILMS))
    best = np.array(["a", "b", "c"])[scores.argmax(1)]
    np.testing.assert_array_equal(model.predict(FILMS), best)
