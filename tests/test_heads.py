"""The head in NumPy: scikit-learn's contract, and Keras as the oracle."""

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

import kit


def features(rng, *shape):
    X = rng.normal(size=shape).astype(np.float32)
    return X, (X.reshape(len(X), -1, shape[-1])[:, :, 0].mean(1) > 0).astype(int)


@parametrize_with_checks([kit.DenseHead(units=16, epochs=30, learning_rate=0.01)])
def test_the_head_keeps_scikit_learns_contract(estimator, check):
    check(estimator)


def keras_twin(head, X, tiny):
    """The end-to-end model's layers behind the encoder, as a model on features."""
    kit.tensorflow()
    import keras

    inputs = keras.Input(X.shape[1:])
    if X.ndim == 2:
        return kit.head_model(inputs, inputs, head.learning_rate)
    layer = kit.ElmoEmbeddingLayer(tiny["elmo_tf1"])

    class Mix(keras.layers.Layer):
        """ElmoEmbeddingLayer's call, on means that are there already."""

        def build(self, shape):
            layer.elmo = type("Means", (), {"layer_means": staticmethod(lambda x: x)})
            self.layer_weights = self.add_weight(shape=(3,), initializer="zeros")
            self.gamma = self.add_weight(shape=(), initializer="ones")

        def call(self, means):
            return layer.mix(means, self.layer_weights, self.gamma)

    return kit.head_model(inputs, Mix()(inputs), head.learning_rate)


@pytest.mark.parametrize("shape", [(64, 10), (64, 3, 10)])
def test_the_head_takes_the_same_steps_as_keras(tiny, shape):
    X, y = features(np.random.default_rng(0), *shape)
    head = kit.DenseHead(units=256, epochs=1, batch_size=64)
    start = head._initial_weights(X.shape, np.random.RandomState(1))
    model = keras_twin(head, X, tiny)
    model.set_weights(start)
    model.fit(X, y, batch_size=64, epochs=4, shuffle=False, verbose=0)
    head.set_params(epochs=4, random_state=1).fit(X, y)  # one batch: order is nothing
    for ours, theirs in zip(head.weights_, model.get_weights()):
        np.testing.assert_allclose(ours, theirs, atol=2e-5)


@pytest.mark.parametrize("shape", [(80, 6), (80, 3, 6)])
def test_equal_weights_give_equal_probabilities(tiny, shape):
    X, y = features(np.random.default_rng(1), *shape)
    head = kit.DenseHead(random_state=0, epochs=20).fit(X, y)
    model = keras_twin(head, X, tiny)
    model.set_weights(head.weights_)
    expected = model.predict(X, verbose=0)[:, 0]
    np.testing.assert_allclose(head.predict_proba(X)[:, 1], expected, atol=1e-5)
    assert head.score(X, y) > 0.9  # it has learnt for all that


def test_the_scalars_of_elmo_move_to_the_layer_that_knows():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(400, 3, 8)).astype(np.float32)
    y = (X[:, 2, 0] > 0).astype(int)
    head = kit.DenseHead(epochs=40, learning_rate=0.01, random_state=0).fit(X, y)
    assert np.argmax(kit.softmax(head.weights_[0])) == 2


def test_gradients_are_those_of_the_loss():
    rng = np.random.default_rng(3)
    X, y = features(rng, 12, 3, 5)
    head = kit.DenseHead(units=7)
    head.weights_ = [
        np.array(w + rng.normal(size=w.shape) / 10)
        for w in head._initial_weights(X.shape, np.random.RandomState(0))
    ]
    _, gradients = head._gradients(X, y)
    for weights, gradient in zip(head.weights_, gradients):
        place = tuple(rng.integers(size) for size in weights.shape)
        losses = []
        for step in (1e-5, -1e-5):
            weights[place] += step
            losses.append(kit.cross_entropy(head._forward(X)[2], y).mean())
            weights[place] -= step
        slope = (losses[0] - losses[1]) / 2e-5
        assert np.asarray(gradient)[place] == pytest.approx(slope, rel=1e-3, abs=1e-6)


def test_held_out_data_are_recorded_and_change_nothing():
    X, y = features(np.random.default_rng(4), 60, 5)
    plain = kit.DenseHead(random_state=0).fit(X, y)
    watched = kit.DenseHead(random_state=0).fit(X, y, validation_data=(X[:9], y[:9]))
    assert len(watched.history_["val_accuracy"]) == watched.epochs
    assert watched.history_["val_accuracy"][-1] == watched.score(X[:9], y[:9])
    for one, other in zip(plain.weights_, watched.weights_):
        np.testing.assert_array_equal(one, other)


def test_a_fine_tuned_bert_is_a_classifier(tiny, texts):
    words, labels = texts
    model = kit.FineTunedBert(tiny["bert_dict"], 1, epochs=2, learning_rate=0.01)
    model.fit(words, labels, validation_data=(words[:8], labels[:8]))
    assert model.predict_proba(words).shape == (40, 2)
    assert set(model.predict(words)) <= {0, 1}
    assert len(model.history_["val_accuracy"]) == 2
