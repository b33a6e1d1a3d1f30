"""The Keras layers, on tiny encoders in every format and on a real BERT."""

import re

import numpy as np
import pytest

import kit

STRINGS = ["the film", "a long story about an actor and a camera in the street", "x"]
BERTS = ["bert_dict", "bert_list", "bert_tf1"]


def signature_outputs(path, name="default", **inputs):
    tf = kit.tensorflow()
    module = tf.saved_model.load(str(path), tags=[] if "tf1" in str(path) else None)
    inputs = {key: tf.constant(value) for key, value in inputs.items()}
    return {key: np.array(v) for key, v in module.signatures[name](**inputs).items()}


@pytest.mark.parametrize("name", ["elmo_tf1", "elmo_tf2"])
def test_elmo_layer_gives_each_document_the_modules_own_vector(tiny, name):
    layer = kit.ElmoEmbeddingLayer(elmo_path=tiny[name])
    got = np.array(layer(np.array(STRINGS)))
    for row, text in enumerate(STRINGS):  # alone in its batch, the module is right
        alone = signature_outputs(tiny[name], strings=[text])["default"][0]
        np.testing.assert_allclose(got[row], alone, atol=1e-6)


def test_the_modules_own_mean_depends_on_the_batch_and_ours_does_not(tiny):
    alone = signature_outputs(tiny["elmo_tf1"], strings=STRINGS[:1])["default"][0]
    together = signature_outputs(tiny["elmo_tf1"], strings=STRINGS)["default"][0]
    assert np.abs(alone - together).max() > 0.01  # else this test proves nothing
    layer = kit.ElmoEmbeddingLayer(elmo_path=tiny["elmo_tf1"])
    np.testing.assert_allclose(
        layer(np.array(STRINGS))[0], layer(np.array(STRINGS[:1]))[0], atol=1e-6
    )


def test_elmo_layer_bears_empty_strings_and_runs_of_blanks(tiny):
    layer = kit.ElmoEmbeddingLayer(elmo_path=tiny["elmo_tf1"])
    got = np.array(layer(np.array([["the  film \n"], ["the film"], [""]])))
    np.testing.assert_allclose(got[0], got[1], atol=1e-6)
    assert np.isfinite(got).all()


def test_elmo_model_has_the_articles_parameters_and_trains_its_four_scalars(
    tiny, capfd
):
    model = kit.build_elmo_model(elmo_path=tiny["elmo_tf1"], learning_rate=0.05)
    counts = [layer.count_params() for layer in model.layers]
    assert counts[1:] == [4, 12 * 256 + 256, 257]  # as 4, 262,400, 257 at width 1024
    before = [w.copy() for w in model.layers[1].get_weights()]
    strings = kit.tensorflow().constant(STRINGS * 8)[:, None]
    model.fit(strings, np.array([0, 1, 1] * 8), epochs=3, batch_size=6, verbose=0)
    for old, new in zip(before, model.layers[1].get_weights()):
        assert np.all(old != new)
    said = "".join(capfd.readouterr())
    assert "reference variable" not in said


@pytest.mark.parametrize("name", BERTS)
@pytest.mark.parametrize("pooling", ["mean", "first", "layers"])
def test_bert_layer_pools_what_the_module_gives(tiny, name, pooling):
    module = kit.shared_module(kit.BertModule, tiny[name])
    ids, masks, segments = module.word_pieces.triplet(
        ["the film", "a scene, walked"], 12
    )
    layer = kit.BertLayer(0, pooling, bert_path=tiny[name])
    # TensorFlow 2.18's signatures take no NumPy arrays.
    tensors = map(kit.tensorflow().constant, (ids, masks, segments))
    first, sequence, layers = module.call(*tensors, False)
    if pooling == "layers" and name != "bert_dict":
        with pytest.raises(kit.KitError, match="gives no encoder_outputs"):
            layer([ids, masks, segments])
        return
    got = np.array(layer([ids, masks, segments]))
    shown = layers if pooling == "layers" else [sequence]
    for row in range(2):  # the oracle: the mean of the rows that are no padding
        means = [np.array(one)[row, : masks[row].sum()].mean(0) for one in shown]
        expected = np.array(first)[row] if pooling == "first" else np.concatenate(means)
        np.testing.assert_allclose(got[row], expected, atol=1e-5)
    width = 8 * len(shown)  # the width is the module's
    assert got.shape == (2, width) == layer.compute_output_shape([(2, 12)])


def fitted_bert(path, n_fine_tune_layers, pooling):
    model = kit.build_bert_model(16, path, n_fine_tune_layers, pooling, 0.01)
    layer = next(layer for layer in model.layers if hasattr(layer, "bert"))
    before = {v.name: v.numpy() for v in layer.bert.variables if v.dtype != bool}
    triplet = layer.bert.word_pieces.triplet(["the film", "a camera"] * 8, 16)
    model.fit(list(triplet), np.array([0, 1] * 8), epochs=2, verbose=0)
    after = {v.name: v.numpy() for v in layer.bert.variables if v.dtype != bool}
    return model, {n for n in before if not np.array_equal(before[n], after[n])}


@pytest.mark.parametrize(
    "name, layers, pooling, expected",
    [
        ("bert_dict", 0, "mean", set()),
        ("bert_list", 1, "mean", {"transformer/layer_2/kernel:0"}),
        ("bert_dict", 2, "first", {f"transformer/layer_{i}/kernel:0" for i in (1, 2)}
         | {"pooler_transform/kernel:0"}),
        ("bert_dict", 9, "mean", {f"transformer/layer_{i}/kernel:0" for i in range(3)}),
    ],
)  # fmt: skip
def test_fine_tuning_moves_exactly_the_layers_asked_for(
    tiny, name, layers, pooling, expected
):
    model, changed = fitted_bert(tiny[name], layers, pooling)
    assert changed == expected
    head = 8 * 256 + 256 + 257
    trainable = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    assert trainable == head + 64 * len(expected)


@pytest.mark.parametrize("layers", [0, 2])
def test_a_summary_counts_the_encoders_own_parameters(tiny, layers):
    model = kit.build_bert_model(16, tiny["bert_dict"], layers)
    encoder = sum(int(np.prod(v.shape)) for v in kit.BertModule(
        tiny["bert_dict"]).variables)  # fmt: skip
    assert model.count_params() == encoder + 8 * 256 + 256 + 257
    trained = sum(int(np.prod(v.shape)) for v in model.trainable_weights)
    assert trained == layers * 64 + 8 * 256 + 256 + 257


def test_variables_are_shared_also_by_a_keras_that_copies_them(tiny, monkeypatch):
    """Keras 3.5 to 3.9 copied what a keras.Variable was made from."""
    import keras

    class Copying(keras.Variable):
        def __init__(self, value, **options):
            super().__init__(value.numpy(), **options)

    monkeypatch.setattr(keras, "Variable", Copying)
    _, changed = fitted_bert(tiny["bert_dict"], 1, "mean")
    assert changed == {"transformer/layer_2/kernel:0"}


def test_fine_tuning_leaves_the_shared_frozen_encoder_alone(tiny):
    frozen = kit.shared_module(kit.BertModule, tiny["bert_dict"].resolve())
    before = [v.numpy() for v in frozen.variables]
    fitted_bert(tiny["bert_dict"], 2, "first")
    for old, new in zip(before, frozen.variables):
        np.testing.assert_array_equal(old, new.numpy())


def test_training_reaches_the_encoder_only_where_it_trains(tiny):
    triplet = kit.shared_module(kit.BertModule, tiny["bert_dict"]).word_pieces.triplet(
        ["the film and the camera"], 16
    )
    for layers, differs in ((0, False), (1, True)):
        layer = kit.BertLayer(layers, "mean", bert_path=tiny["bert_dict"])
        calm, dropped = layer(list(triplet)), layer(list(triplet), training=True)
        assert np.allclose(calm, dropped) != differs  # dropout is what training does


@pytest.mark.parametrize("encoder", ["elmo_tf1", "bert_dict"])
def test_a_model_of_many_classes_gives_each_its_probability_and_learns(tiny, encoder):
    path, words = tiny[encoder], ["film", "actor", "camera", "street"] * 8
    kit.tensorflow().keras.utils.set_random_seed(0)  # some starts need more epochs
    if encoder.startswith("elmo"):
        model = kit.build_elmo_model(path, 0.05, classes=4)
        inputs = kit.tensorflow().constant(words)[:, None]
    else:
        model = kit.build_bert_model(8, path, learning_rate=0.02, classes=4)
        bert = kit.shared_module(kit.BertModule, path)
        inputs = list(bert.word_pieces.triplet(words, 8))
    assert model.layers[-1].count_params() == 257 * 4
    model.fit(inputs, np.arange(32) % 4, epochs=60, batch_size=32, verbose=0)
    said = np.array(model(inputs))
    assert said.shape == (32, 4)
    np.testing.assert_allclose(said.sum(axis=1), 1, rtol=1e-5)
    assert (said.argmax(axis=1) == np.arange(32) % 4).all()


def test_fine_tuning_a_tf1_module_is_refused_with_the_reason(tiny):
    with pytest.raises(kit.KitError, match="TF1 format.*n_fine_tune_layers=0"):
        kit.build_bert_model(16, tiny["bert_tf1"], n_fine_tune_layers=1)


@pytest.mark.parametrize("bad", [{"pooling": "max"}, {"n_fine_tune_layers": -1}])
def test_wrong_parameters_of_bert_layer_are_named(bad):
    with pytest.raises(ValueError, match=str(next(iter(bad.values())))):
        kit.BertLayer(**bad)


@pytest.mark.parametrize("layers", [0, 2])
def test_a_saved_bert_model_predicts_the_same(tiny, tmp_path, layers):
    import keras

    model, _ = fitted_bert(tiny["bert_dict"], layers, "mean")
    pieces = kit.shared_module(kit.BertModule, tiny["bert_dict"]).word_pieces
    triplet = list(pieces.triplet(["the film", "an actor walked"], 16))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again(triplet), model(triplet), atol=1e-6)


def test_a_saved_elmo_model_predicts_the_same(tiny, tmp_path):
    import keras

    model = kit.build_elmo_model(tiny["elmo_tf1"])
    model.layers[1].set_weights([np.array([0.5, -1, 2]), np.array(1.5)])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    strings = kit.tensorflow().constant(STRINGS)[:, None]
    np.testing.assert_allclose(again(strings), model(strings), atol=1e-6)


@pytest.mark.slow
def test_a_real_bert_counts_and_moves_as_in_the_article(shared):
    path = shared / "models" / "minilm-l6-uncased"
    model = kit.build_bert_model(24, path, n_fine_tune_layers=0)
    trainable = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    assert trainable == 384 * 256 + 256 + 257  # as 197,121 at width 768
    _, changed = fitted_bert(path, 2, "first")
    names = {re.sub(r"/(?!layer_).*", "", name) for name in changed}
    assert names == {"transformer/layer_4", "transformer/layer_5", "pooler_transform"}
