"""The article's recipe, the natural one, and the counts."""

import re

import numpy as np
import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

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
            assert got.limit == maxtokens


def test_natural_text_keeps_words_as_they_stand():
    text = "It's <br /><br />GOOD &amp; <b class='x'>short</b>, mail <john@enron.com> 3 < 4"
    (got,) = kit.Tokens(7, 2, text="natural").fit_transform([text])
    assert got == "It's GOOD & short , mail <john@enron.com>"
    assert got.limit is None


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


def test_the_vocabulary_is_learnt_inside_each_fold(texts):
    model = kit.pipeline("lr")
    model.fit(texts[0][:20], texts[1][:20])
    words = set(" ".join(kit.Tokens().fit_transform(texts[0][:20])).split())
    assert set(model["features"].get_feature_names_out()) <= words


def test_maxtokens_is_a_parameter_like_any_other(texts):
    from sklearn.model_selection import GridSearchCV

    grid = {"tokens__maxtokens": [1, 30], "tokens__maxtokenlen": [20]}
    search = GridSearchCV(kit.pipeline("lr"), grid, cv=2).fit(*texts)
    assert search.best_params_["tokens__maxtokens"] == 30


def test_log_count_ratios_are_naive_bayes():
    texts, labels = ["good film", "good good", "bad film", "bad plot"], [1, 1, 0, 0]
    features = kit.LogCountRatios(ngram_range=(1, 1)).fit(texts, labels)
    words = list(features.get_feature_names_out())
    assert words == ["bad", "film", "good", "plot"]
    # once each at the start; good is in both of the positive texts, film in one of each
    upper, lower = np.array([1, 2, 3, 1]) / 7, np.array([3, 2, 1, 2]) / 8
    np.testing.assert_allclose(features.ratios_, np.log(upper / lower))
    row = features.transform(["bad bad unknown"]).toarray()[0]
    np.testing.assert_allclose(row, [np.log(8 / 21), 0, 0, 0])
