"""blend: what several models say, put together by learnt weights."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline

import kit
from conftest import BAD, GOOD, PLAIN


def simple(*names):
    settings = kit.Settings(maxtokens=30)
    return [(name, kit.Column(name).pipeline(settings)) for name in names]


def reviews(n, seed=0, classes=2, told=0.75):
    """Texts of n documents in which a word or two tell the class, mostly."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % classes
    words = [GOOD, BAD, ["early", "late"], ["north", "south"]]
    said = np.where(rng.random(n) < told, y, rng.integers(0, classes, n))
    return [" ".join([*rng.choice(PLAIN, 8), *rng.choice(words[c], 2)])
            for c in said], y  # fmt: skip


def test_weights_are_a_logistic_regressions_on_scores_for_texts_not_learnt_from():
    texts, y = reviews(120)
    members = simple("lr", "nbsvm")
    blend = kit.Blend(members, C=0.5, random_state=3).fit(texts, y)
    folds = StratifiedKFold(kit.FOLDS, shuffle=True, random_state=3)
    scores = np.stack([cross_val_predict(member, texts, y, cv=folds,
                                         method="decision_function")
                       for _, member in members], axis=1)  # fmt: skip
    scores /= scores.std(axis=0)  # of s and -s the mean is 0
    scores = 2 * scores / np.sqrt(1 + (scores.mean(axis=0)) ** 2)
    oracle = LogisticRegression(C=0.5, fit_intercept=False, tol=1e-8).fit(scores, y)
    assert (oracle.coef_ > 0).all()  # else this test proves nothing
    expected = oracle.coef_[0] / oracle.coef_.sum()
    np.testing.assert_allclose(list(blend.shares_.values()), expected, atol=2e-3)
    assert list(blend.shares_) == ["lr", "nbsvm"]


def test_a_member_that_knows_nothing_weighs_nothing_and_none_weighs_less():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 900)
    right = np.eye(3)[y]
    said = np.stack([right + rng.normal(size=right.shape), rng.normal(size=right.shape),
                     rng.normal(size=right.shape) - 0.5 * right])  # fmt: skip
    weights = kit.Blend()._weights(said, y)
    assert weights[0] > 0.9 and weights[1] < 0.1 and weights[2] == 0


def test_many_classes_have_one_weight_a_member_and_a_score_each():
    texts, y = reviews(160, classes=4)
    names = np.array(["a", "b", "c", "d"], object)[y]
    blend = kit.Blend(simple("lr", "nbsvm"), random_state=0).fit(texts, names)
    assert blend.weights_.shape == (2,) and (blend.weights_ >= 0).all()
    scores = kit.scores_of(blend, texts)
    assert scores.shape == (160, 4)
    parts = [kit.scores_of(member, texts) for member in blend.members_]
    expected = np.tensordot(blend.weights_, parts, 1)
    np.testing.assert_allclose(scores, expected, rtol=1e-5)
    assert (blend.predict(texts) == blend.classes_[scores.argmax(axis=1)]).all()
    assert (blend.predict(texts) == names).mean() > 0.7


def test_what_two_members_know_of_different_texts_is_put_together():
    """Each member sees one of two words that tell the class, which noise hides."""
    rng = np.random.default_rng(1)

    def drawn(n):
        y = rng.integers(0, 2, n)
        signs = np.where(rng.random((2, n)) < 0.75, y, 1 - y)
        texts = [f"x{a} y{b}" for a, b in signs.T]
        return texts, y

    class Sees(kit.TokenCounts):
        def __init__(self, letter="x"):
            super().__init__()
            self.letter = letter

        def fit(self, X, y=None):
            return super().fit(self._cut(X))

        def transform(self, X):
            return super().transform(self._cut(X))

        def _cut(self, X):
            return [" ".join(w for w in t.split() if w[0] == self.letter) for t in X]

    members = [(k, make_pipeline(Sees(k), LogisticRegression())) for k in "xy"]
    train, test = drawn(600), drawn(2000)
    blend = kit.Blend(members, random_state=0).fit(*train)
    assert 0.35 < blend.shares_["x"] < 0.65
    # Where both agree they are right in nine of ten cases, and the blend knows it.
    agree = np.array([text[1] == text[4] for text in test[0]])
    chance = 1 / (1 + np.exp(-np.abs(blend.decision_function(test[0]))))
    assert 0.85 < chance[agree].mean() < 0.95 > chance[~agree].mean() + 0.2


def test_a_class_that_a_fold_has_not_learnt_does_no_harm():
    texts, y = reviews(60)
    y[:2] = 2  # of which one fold learns one text, and one none at all
    blend = kit.Blend(simple("lr", "nbsvm"), random_state=0).fit(texts, y)
    assert np.isfinite(blend.weights_).all() and set(blend.classes_) == {0, 1, 2}
    assert kit.scores_of(blend, texts).shape == (60, 3)


def test_no_test_text_reaches_the_weights():
    texts, y = reviews(100)
    frame = pd.DataFrame({"text": texts, "label": np.array(["no", "yes"])[y]})
    train, test = kit.load(frame).draw(repeat=0)
    strange = test.frame.assign(text=["dreadful " + t for t in test.frame.text[::-1]])
    other = kit.replace(test, frame=strange)
    model = kit.Pipeline([("tokens", "passthrough"),
                          ("classifier", kit.Blend(simple("lr", "nbsvm"), 1, 0))])
    ours, theirs = kit.evaluate(model, train, test), kit.evaluate(model, train, other)
    shares = [{k: v for k, v in outcome.params.items() if k.startswith("share__")}
              for outcome in (ours, theirs)]  # fmt: skip
    assert shares[0] == shares[1] and set(shares[0]) == {"share__lr", "share__nbsvm"}
    assert sum(shares[0].values()) == pytest.approx(1, abs=1e-3)
    assert ours.measures != theirs.measures


@pytest.fixture(scope="module")
def compared(tiny, tmp_path_factory):
    """A run with both tiny encoders, and how many features it kept."""
    texts, y = reviews(120)
    frame = pd.DataFrame({"text": texts, "label": np.array(["no", "yes"])[y]})

    def run(models, **options):
        kit.feature_store.cache_clear()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("KIT_CACHE", str(tmp_path_factory.mktemp("cache")))
            results = kit.compare(
                kit.load(frame), models=models, elmo=str(tiny["elmo_tf1"]),
                bert=str(tiny["bert_dict"]), maxtokens=30, repeats=2, **options)
            store = kit.feature_store(str(kit.cache_folder() / "features.sqlite"))
            return results, store.written

    return run


def test_a_blend_stands_in_the_table_with_its_members_weights(compared):
    _, written = compared("lr nbsvm elmo bert")
    both, same = compared("lr nbsvm elmo bert blend")
    assert written == same > 0  # no text is encoded for it
    rows = both.frame("results")
    assert (rows.error == "").all() and list(rows.model.unique())[-1] == "blend"
    blend = rows[rows.model == "blend"].iloc[0]
    assert blend.encoder.count(" + ") == 1
    shares = {k: v for k, v in json.loads(blend.params).items() if "share" in k}
    assert list(shares) == [f"share__{m}" for m in ("lr", "elmo", "bert", "nbsvm")]
    table = both.table()
    assert table.header[-1].startswith("blend (") and table.header[-1].count(",") == 1
    (note,) = [note for note in table.notes if " is " in note and "% NBSVM" in note]
    assert note.startswith(table.header[-1])
    encoders, plain = both.report.opponents(both.report.columns)
    assert kit.Column("blend") in encoders and kit.Column("lr") in plain


def test_a_blend_takes_the_members_of_the_run_or_all():
    def members(models):
        texts, y = reviews(60)
        dataset = kit.load(pd.DataFrame({"text": texts, "label": y}))
        return kit.Options(models=models).settings(dataset)[0].members

    assert members("lr svm bert blend") == ("lr", "bert")
    assert members("blend") == members("rf lr blend") == ("lr", "elmo", "bert", "nbsvm")


def test_an_encoder_that_is_not_there_is_left_out_of_the_blend(compared, tmp_path):
    results, _ = compared("lr nbsvm elmo bert blend")
    texts, y = reviews(120)
    dataset = kit.load(pd.DataFrame({"text": texts, "label": y}))
    elmo = results.report.settings[0].elmo
    common = dict(models="lr nbsvm elmo bert blend", bert=str(tmp_path / "none"))
    results = kit.compare(dataset, **common, elmo=elmo, maxtokens=30)
    rows = results.frame("results").set_index("model")
    assert rows.error["bert"] and rows.error["blend"] == "" == rows.error["elmo"]
    assert "share__bert" not in rows.params["blend"]
    assert rows.encoder["blend"] == elmo
    results = kit.compare(dataset, **common, elmo=str(tmp_path / "no"), maxtokens=30)
    rows = results.frame("results").set_index("model")
    assert rows.error["blend"] in (rows.error["bert"], rows.error["elmo"]) != ("", "")


def test_a_blend_is_tuned_like_any_column(compared):
    results, _ = compared("lr nbsvm blend", tune="blend")
    found = results.frame("searches")
    assert list(found.model) == ["blend_tuned"] * 2
    assert set(json.loads(found.best[0])) == {"classifier__C"}
    assert len(results.frame("tuning")) == 2 * 4 * kit.FOLDS
