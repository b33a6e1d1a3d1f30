"""The heads: scikit-learn's contract, and Keras, SciPy and LinearSVC as oracles."""

import numpy as np
import pytest
from scipy import sparse
from scipy.special import log_softmax
from sklearn.base import clone
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

import kit

TWO_AND_MORE = pytest.mark.parametrize("classes", [2, 4])
FLAT_AND_LAYERED = pytest.mark.parametrize("shape", [(64, 10), (64, 3, 10)])


def features(rng, shape, classes=2):
    """Features <float>[n, d] or [n, 3, d], and classes <int>[n] that show in them."""
    X = rng.normal(size=shape).astype(np.float32)
    shown = X.reshape(len(X), -1, shape[-1])[:, :, 0].mean(1)
    return X, np.searchsorted(
        np.quantile(shown, np.arange(1, classes) / classes), shown
    )


@parametrize_with_checks([kit.DenseHead(units=16, epochs=30, learning_rate=0.01)])
def test_the_head_keeps_scikit_learns_contract(estimator, check):
    check(estimator)


def keras_twin(head, X, tiny, classes):
    """The end-to-end model's layers behind the encoder, as a model on features."""
    kit.tensorflow()
    import keras

    inputs = keras.Input(X.shape[1:])
    if X.ndim == 2:
        return kit.head_model(inputs, inputs, head.learning_rate, classes)
    layer = kit.ElmoEmbeddingLayer(tiny["elmo_tf1"])

    class Mix(keras.layers.Layer):
        """ElmoEmbeddingLayer's call, on means that are there already."""

        def build(self, shape):
            layer.elmo = type("Means", (), {"layer_means": staticmethod(lambda x: x)})
            self.layer_weights = self.add_weight(shape=(3,), initializer="zeros")
            self.gamma = self.add_weight(shape=(), initializer="ones")

        def call(self, means):
            return layer.mix(means, self.layer_weights, self.gamma)

    return kit.head_model(inputs, Mix()(inputs), head.learning_rate, classes)


@TWO_AND_MORE
@FLAT_AND_LAYERED
def test_the_head_takes_the_same_steps_as_keras(tiny, shape, classes):
    X, y = features(np.random.default_rng(0), shape, classes)
    head = kit.DenseHead(epochs=4, batch_size=64, random_state=1, centred=False)
    start = clone(head).set_params(epochs=0).fit(X, y).weights_
    model = keras_twin(kit.DenseHead(), X, tiny, classes)
    model.set_weights(start)
    theirs = model.fit(X, y, batch_size=64, epochs=4, shuffle=False, verbose=0).history
    head.fit(X, y)  # one batch: order is nothing
    for ours, weights in zip(head.weights_, model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, weights, atol=2e-5)
    for name in ("loss", "accuracy"):
        np.testing.assert_allclose(head.history_[name], theirs[name], atol=1e-5)


@TWO_AND_MORE
@FLAT_AND_LAYERED
def test_where_the_features_lie_changes_nothing_but_the_bias(shape, classes):
    X, y = features(np.random.default_rng(0), shape, classes)
    X -= X.mean(axis=0)
    centred, plain = (kit.DenseHead(random_state=1, centred=c) for c in (True, False))
    expected = plain.fit(X, y, validation_data=(X[:9], y[:9])).predict_proba(X)
    moved = X + np.float32(3)
    centred.fit(moved, y, validation_data=(moved[:9], y[:9]))
    np.testing.assert_allclose(centred.predict_proba(moved), expected, atol=1e-3)
    for name, values in plain.history_.items():
        np.testing.assert_allclose(centred.history_[name], values, atol=1e-3)
    assert abs(plain.fit(moved, y).predict_proba(moved) - expected).max() > 0.01


@TWO_AND_MORE
@FLAT_AND_LAYERED
def test_equal_weights_give_equal_probabilities(tiny, shape, classes):
    X, y = features(np.random.default_rng(1), shape, classes)
    head = kit.DenseHead(random_state=0, epochs=40, learning_rate=0.003).fit(X, y)
    model = keras_twin(head, X, tiny, classes)
    model.set_weights(head.weights_)
    expected = np.array(model(X))
    expected = np.hstack([1 - expected, expected]) if classes == 2 else expected
    np.testing.assert_allclose(head.predict_proba(X), expected, atol=1e-5)
    assert head.score(X, y) > 0.9  # it has learnt for all that


@pytest.mark.parametrize("classes, outputs", [(2, 1), (3, 3), (20, 20)])
def test_two_classes_share_one_output_and_more_have_one_each(classes, outputs):
    y = np.arange(40) % classes
    X = np.random.default_rng(0).normal(size=(40, 1024))
    counts = [w.size for w in kit.DenseHead(epochs=1).fit(X, y).weights_]
    assert counts[:2] == [1024 * 256, 256]
    assert sum(counts[2:]) == 257 * outputs  # the article's 257 for two classes


@pytest.mark.parametrize("names", [("no", "yes"), ("c", "a", "b"), (7, -1, 3)])
def test_classes_keep_their_names_and_order(names):
    X, y = features(np.random.default_rng(5), (90, 6), len(names))
    head = kit.DenseHead(random_state=0, epochs=60, learning_rate=0.01)
    head.fit(X, np.array(names)[y])
    assert head.classes_.tolist() == sorted(names)
    assert (head.predict(X) == np.array(names)[y]).mean() > 0.9
    said = head.classes_[head.predict_proba(X).argmax(axis=1)]
    assert (said == head.predict(X)).all()
    np.testing.assert_allclose(head.predict_proba(X).sum(axis=1), 1, rtol=1e-5)


def test_the_scalars_of_elmo_move_to_the_layer_that_knows():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(400, 3, 8)).astype(np.float32)
    y = (X[:, 2, 0] > 0).astype(int)
    head = kit.DenseHead(epochs=40, learning_rate=0.01, random_state=0).fit(X, y)
    assert np.argmax(kit.softmax(head.weights_[0])) == 2


@TWO_AND_MORE
def test_gradients_are_those_of_the_loss(classes):
    rng = np.random.default_rng(3)
    X, y = features(rng, (12, 3, 5), classes)
    head = kit.DenseHead(units=7, epochs=1, random_state=0).fit(X, y)
    head.weights_ = [  # in double precision, and away from the start
        np.array(w + rng.normal(size=w.shape) / 10, float) for w in head.weights_
    ]
    targets = np.eye(classes)[y] if classes > 2 else y[:, None]
    logits, gradients = head._gradients(X, targets)

    def loss():
        logits = head._forward(X)[2]
        if classes == 2:
            logits = np.hstack([np.zeros_like(logits), logits])
        return -log_softmax(logits, axis=1)[np.arange(12), y].mean()

    assert loss() == pytest.approx(head._losses(logits, targets).mean())
    for weights, gradient in zip(head.weights_, gradients, strict=True):
        for place in {tuple(rng.integers(weights.shape)) for _ in range(3)}:
            losses = []
            for step in (1e-5, -1e-5):
                weights[place] += step
                losses.append(loss())
                weights[place] -= step
            slope = (losses[0] - losses[1]) / 2e-5
            got = np.asarray(gradient)[place]
            assert got == pytest.approx(slope, rel=1e-3, abs=1e-6)


@TWO_AND_MORE
def test_held_out_data_are_recorded_and_change_nothing(classes):
    X, y = features(np.random.default_rng(4), (60, 5), classes)
    y = np.array(list("dcba"))[y]
    plain = kit.DenseHead(random_state=0).fit(X, y)
    watched = kit.DenseHead(random_state=0).fit(X, y, validation_data=(X[:9], y[:9]))
    assert len(watched.history_["val_accuracy"]) == watched.epochs
    assert watched.history_["val_accuracy"][-1] == pytest.approx(
        watched.score(X[:9], y[:9])
    )
    column = np.searchsorted(watched.classes_, y[:9])
    said = watched.predict_proba(X[:9])[np.arange(9), column]
    assert watched.history_["val_loss"][-1] == pytest.approx(
        -np.log(said).mean(), rel=1e-4
    )
    for one, other in zip(plain.weights_, watched.weights_):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("names", [("no", "yes"), ("up", "down", "none")])
def test_a_fine_tuned_bert_is_a_classifier(tiny, texts, names):
    words, labels = texts[0], np.array(names)[np.arange(40) % len(names)]
    held_out = np.flatnonzero(labels != "down")[:9]  # a class may be missing there
    model = kit.FineTunedBert(tiny["bert_dict"], 1, epochs=2, learning_rate=0.01)
    there = [words[row] for row in held_out], labels[held_out]
    model.fit(words, labels, validation_data=there)
    said = model.predict_proba(words)
    assert said.shape == (40, len(names))
    np.testing.assert_allclose(said.sum(axis=1), 1, rtol=1e-5)
    assert (model.predict(words) == np.array(sorted(names))[said.argmax(axis=1)]).all()
    assert len(model.history_["val_accuracy"]) == 2
    assert model.history_["val_accuracy"][-1] == pytest.approx(model.score(*there))
    shares = said[held_out, np.searchsorted(sorted(names), labels[held_out])]
    loss = -np.log(shares).mean()
    assert model.history_["val_loss"][-1] == pytest.approx(loss, rel=1e-3)


def test_a_fine_tuned_bert_reads_as_many_word_pieces_as_its_limit(tiny, texts):
    words, labels = texts
    model = kit.FineTunedBert(
        tiny["bert_dict"], 1, max_seq_length=5, epochs=1, learning_rate=0.01
    )
    model.fit(words, labels)
    longer = [f"{text} and much more" for text in words]
    np.testing.assert_array_equal(
        model.predict_proba(longer), model.predict_proba(words)
    )
    pieces = kit.shared_module(kit.BertModule, tiny["bert_dict"]).word_pieces
    triplet = list(pieces.triplet(words, 5))
    layers = kit.build_bert_model(5, tiny["bert_dict"], 1)
    for variable, weight in zip(layers.trainable_variables, model.weights_):
        variable.assign(weight)
    said = np.array(layers(triplet))[:, 0]
    np.testing.assert_allclose(model.predict_proba(words)[:, 1], said, atol=1e-6)


def test_fine_tuning_starts_from_the_head_on_the_frozen_encoder(tiny, texts):
    words, labels = texts[0], np.arange(40) % 3
    model = kit.FineTunedBert(
        tiny["bert_dict"], 1, epochs=1, learning_rate=1e-9, random_state=3
    )
    said = model.fit(words, labels).predict_proba(words)  # hardly a step was made
    encoder = kit.BertFeatures(tiny["bert_dict"], max_seq_length=64)  # what it can read
    frozen = encoder.fit_transform(words)
    head = kit.DenseHead(random_state=3).fit(frozen, labels)
    np.testing.assert_allclose(said, head.predict_proba(frozen), atol=1e-5)


def test_fine_tuned_models_of_one_kind_share_the_encoder_and_not_their_weights(
    tiny, texts
):
    words, labels = texts
    kit.trainable_bert.cache_clear()
    first = kit.FineTunedBert(tiny["bert_dict"], 1, learning_rate=0.01, epochs=2)
    said = first.fit(words, labels).predict_proba(words)
    untrained = kit.FineTunedBert(tiny["bert_dict"], 1, epochs=0).fit(words, labels)
    assert kit.trainable_bert.cache_info().misses == 1
    np.testing.assert_array_equal(first.predict_proba(words), said)
    own = kit.BertModule(tiny["bert_dict"]).top_variables(1, pooler=False)
    for moved, begun, variable in zip(first.weights_, untrained.weights_, own):
        np.testing.assert_array_equal(begun, variable)  # not where the first one ended
        assert np.abs(moved - begun).max() > 1e-3


def test_the_rate_of_fine_tuning_rises_and_falls_and_goes_by_the_width(
    tiny, texts, monkeypatch
):
    parts = [kit.warmed_up(step, 100) for step in range(100)]
    assert parts[0] == pytest.approx(0.1) and parts[9] == max(parts) == 1
    assert (np.diff(parts[:10]) > 0).all() and (np.diff(parts[11:]) < 0).all()
    assert 0 < parts[-1] < 0.02
    rates = []
    model = kit.FineTunedBert(tiny["bert_dict"], 1, epochs=2, batch_size=4)
    keras_model, _ = kit.trainable_bert(tiny["bert_dict"], 1, "mean", 2, False)
    real = keras_model.train_on_batch

    def watched(*arguments, **options):
        rates.append(float(keras_model.optimizer.learning_rate.numpy()))
        return real(*arguments, **options)

    monkeypatch.setattr(keras_model, "train_on_batch", watched)
    model.fit(*texts)
    peak = 5e-5 * 768 / kit.BertModule(tiny["bert_dict"]).width
    expected = [peak * kit.warmed_up(step, 20) for step in range(20)]
    np.testing.assert_allclose(rates, expected, rtol=1e-5)


def test_all_layers_means_the_vectors_of_words_too(tiny):
    module = kit.BertModule(tiny["bert_dict"])
    names = {v.name for v in module.top_variables("all", pooler=False)}
    assert names == {f"transformer/layer_{i}/kernel:0" for i in range(3)} | {
        f"{name}/embeddings:0" for name in (
            "word_embeddings", "position_embedding", "type_embeddings")}
    model = kit.build_bert_model(8, tiny["bert_dict"], "all")
    pieces = module.word_pieces.triplet(["the film", "a camera"] * 8, 8)
    before = [weight.numpy() for weight in model.trainable_variables]
    model.fit(list(pieces), np.array([0, 1] * 8), epochs=1, verbose=0)
    after = [weight.numpy() for weight in model.trainable_variables]
    assert all((old != new).any() for old, new in zip(before, after))


def word_presence(rng, n, classes, seen=40):
    """Which words texts have <float>[n, seen] (sparse); each class has its own."""
    y = rng.integers(0, classes, n)
    likely = np.full((classes, seen), 0.2)
    for c in range(classes):
        likely[c, c::classes][:4] = 0.6
    return sparse.csr_matrix((rng.random((n, seen)) < likely[y]).astype(float)), y


def wang_and_manning(X, of_class, C, alpha):
    """Log-count ratios, and LinearSVC on X times them, as in the paper."""
    p = alpha + X[of_class].sum(axis=0).A1
    q = alpha + X[~of_class].sum(axis=0).A1
    ratios = np.log((p / p.sum()) / (q / q.sum()))
    svm = LinearSVC(C=C, random_state=0).fit(X.multiply(ratios).tocsr(), of_class)
    return lambda X: svm.decision_function(X.multiply(ratios).tocsr())


@pytest.mark.parametrize("C, alpha", [(1.0, 1.0), (0.1, 0.5)])
def test_nbsvm_is_a_linear_svm_on_features_times_log_count_ratios(C, alpha):
    X, y = word_presence(np.random.default_rng(0), 200, 2)
    model = kit.NaiveBayesSVM(C, alpha, random_state=0).fit(X, np.array(["b", "a"])[y])
    oracle = wang_and_manning(X, y == 0, C, alpha)
    np.testing.assert_allclose(model.decision_function(X), oracle(X), atol=1e-9)
    assert model.coef_.shape == (1, 40)
    assert (model.predict(X) == np.where(oracle(X) > 0, "b", "a")).all()
    assert (model.predict(X) == np.array(["b", "a"])[y]).mean() > 0.8


def test_nbsvm_of_more_classes_is_one_against_the_rest():
    X, y = word_presence(np.random.default_rng(1), 300, 3)
    names = np.array(["x", "z", "y"])[y]
    model = kit.NaiveBayesSVM(random_state=0).fit(X, names)
    expected = [wang_and_manning(X, names == c, 1.0, 1.0)(X) for c in ("x", "y", "z")]
    np.testing.assert_allclose(
        model.decision_function(X), np.transpose(expected), atol=1e-9
    )
    assert model.classes_.tolist() == ["x", "y", "z"] and model.coef_.shape == (3, 40)
    best = np.array(["x", "y", "z"])[np.argmax(expected, axis=0)]
    assert (model.predict(X) == best).all() and (best == names).mean() > 0.7
