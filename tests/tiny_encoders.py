"""Tiny encoders in the formats of the hub: ELMo and BERT, TF1 and TF2.

The TF1-format ones have reference variables, loops of TensorFlow 1 and the marker file
of a hub module, which is what makes the originals hard to load today.
"""

import contextlib
from pathlib import Path

import kit

tf = kit.tensorflow()
v1 = tf.compat.v1

WORDS, WIDTH = 97, 6  # buckets of words; width of word_emb, half of the layers'
VOCABULARY = (
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    + [chr(code) for code in range(ord("a"), ord("z") + 1)]
    + ["##" + chr(code) for code in range(ord("a"), ord("z") + 1)]
    + list("0123456789.,!?") + "film story actor scene camera the ##ing ##ed".split()
)  # fmt: skip
DEPTH, LAYERS, LONGEST = 8, 3, 64  # BERT's width, layers and positions


@contextlib.contextmanager
def old_loops():
    """While loops as TensorFlow 1 wrote them into graphs."""
    v1.disable_control_flow_v2()
    try:
        yield
    finally:
        v1.enable_control_flow_v2()


def reference_variable(name, shape, seed):
    """A variable of TensorFlow 1's kind, which TensorFlow 2 cannot see."""
    start = v1.random_normal_initializer(stddev=0.6, seed=seed)
    return v1.get_variable(name, shape, initializer=start, use_resource=False)


def recurrence(inputs, kernel, mask):
    """h_t = tanh((x_t + h_{t-1}) kernel) over the words, zero where the mask is."""
    steps = tf.shape(inputs)[1]

    def step(t, state, outputs):
        state = tf.tanh(tf.matmul(inputs[:, t] + state, kernel)) * mask[:, t, None]
        return t + 1, state, outputs.write(t, state)

    start = (0, tf.zeros_like(inputs[:, 0]), tf.TensorArray(tf.float32, steps))
    _, _, outputs = v1.while_loop(lambda t, *_: t < steps, step, start)
    return tf.transpose(outputs.stack(), [1, 0, 2])


def elmo_outputs(tokens, lengths, table, kernels, scalars, gamma):
    """ELMo's outputs of padded tokens <string>[n, T]; `default` averages padding in."""
    mask = tf.sequence_mask(lengths, tf.shape(tokens)[1], tf.float32)
    words = tf.gather(table, tf.strings.to_hash_bucket_fast(tokens, WORDS))
    layers, layer = [tf.concat([words, words], -1)], words
    for forward, backward in (kernels[:2], kernels[2:]):
        there = recurrence(layer, forward, mask)
        back = tf.reverse(
            recurrence(tf.reverse(layer, [1]), backward, tf.reverse(mask, [1])), [1]
        )
        layers.append(tf.concat([there, back], -1))
        layer = there + back
    shares = tf.unstack(tf.nn.softmax(scalars))
    elmo = gamma * tf.add_n([s * layer for s, layer in zip(shares, layers)])
    return {
        "word_emb": words,
        "lstm_outputs1": layers[1],
        "lstm_outputs2": layers[2],
        "elmo": elmo,
        "default": tf.reduce_mean(elmo, 1),
    }


def split_words(strings):
    """Strings <string>[n] to padded words [n, T] and their numbers."""
    ragged = tf.strings.split(strings, " ")
    return ragged.to_tensor(""), ragged.row_lengths()


def save_tf1(path, build_signatures):
    """Save a graph in the TF1 hub format; build_signatures() -> {name: (in, out)}."""
    with old_loops(), tf.Graph().as_default(), v1.Session() as session:
        signatures = build_signatures()
        session.run(v1.global_variables_initializer())
        builder = v1.saved_model.Builder(str(path))
        builder.add_meta_graph_and_variables(
            session,
            tags=[],
            signature_def_map={
                name: v1.saved_model.build_signature_def(
                    *(
                        {
                            key: v1.saved_model.build_tensor_info(t)
                            for key, t in part.items()
                        }
                        for part in (inputs, outputs)
                    )
                )
                for name, (inputs, outputs) in signatures.items()
            },
            assets_collection=v1.get_collection(v1.GraphKeys.ASSET_FILEPATHS),
        )
        builder.save()
    (Path(path) / "tfhub_module.pb").write_bytes(b"\x08\x03")


def save_elmo_tf1(path):
    """ELMo with signatures `default` (strings) and `tokens`."""

    def build():
        table = reference_variable("module/words", [WORDS, WIDTH], 1)
        kernels = [
            reference_variable(f"module/k{i}", [WIDTH, WIDTH], i) for i in range(4)
        ]
        scalars = reference_variable("module/aggregation/weights", [3], 5) * 0
        gamma = reference_variable("module/aggregation/scaling", [], 6) * 0 + 1
        weights = (table, kernels, scalars, gamma)
        strings = v1.placeholder(tf.string, [None])
        tokens = v1.placeholder(tf.string, [None, None])
        lengths = v1.placeholder(tf.int32, [None])
        return {
            "default": (
                {"strings": strings},
                elmo_outputs(*split_words(strings), *weights),
            ),
            "tokens": (
                {"tokens": tokens, "sequence_len": lengths},
                elmo_outputs(tokens, lengths, *weights),
            ),
        }

    save_tf1(path, build)


def save_elmo_tf2(path):
    """The same interface as a TF2 SavedModel."""
    module = tf.Module()
    start = tf.random.Generator.from_seed(3)
    module.table = tf.Variable(start.normal([WORDS, WIDTH]))
    module.kernels = [tf.Variable(start.normal([WIDTH, WIDTH]) / 2) for _ in range(4)]

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def default(strings):
        scalars, gamma = tf.zeros(3), tf.ones([])
        words, lengths = split_words(strings)
        return elmo_outputs(
            words, lengths, module.table, module.kernels, scalars, gamma
        )

    module.default = default
    tf.saved_model.save(module, str(path), signatures={"default": default})


def bert_outputs(weights, ids, mask, segments, drop=None):
    """A toy of BERT's shape: (pooled [n, d], sequence [n, T, d], layers)."""
    mask = tf.cast(mask, tf.float32)[..., None]
    x = tf.gather(weights["words"], ids) + tf.gather(weights["types"], segments)
    x += weights["positions"][: tf.shape(ids)[1]]
    layers = []
    for kernel in weights["layers"]:
        context = tf.reduce_sum(x * mask, 1, keepdims=True) / tf.reduce_sum(
            mask, 1, keepdims=True
        )
        x = x + tf.tanh(tf.tensordot(x + context, kernel, 1))
        x = drop(x) if drop else x
        layers.append(x)
    return tf.tanh(tf.matmul(x[:, 0], weights["pooler"])), x, layers


def vocabulary_file(folder):
    """Write the vocabulary where a module's asset is copied from."""
    Path(folder).parent.mkdir(parents=True, exist_ok=True)
    path = Path(folder).parent / "vocab.txt"
    path.write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
    return str(path)


class TinyBert(tf.train.Checkpoint):
    """BERT's variables, vocabulary and casing, named as the published ones are."""

    def __init__(self, vocabulary):
        super().__init__()
        random = tf.random.Generator.from_seed(7)
        self.variables = []

        def variable(name, *shape):
            self.variables.append(tf.Variable(random.normal(shape) * 0.5, name=name))
            return self.variables[-1]

        self.weights = {
            "words": variable("word_embeddings/embeddings", len(VOCABULARY), DEPTH),
            "positions": variable("position_embedding/embeddings", LONGEST, DEPTH),
            "types": variable("type_embeddings/embeddings", 2, DEPTH),
            "layers": [
                variable(f"transformer/layer_{i}/kernel", DEPTH, DEPTH)
                for i in range(LAYERS)
            ],
            "pooler": variable("pooler_transform/kernel", DEPTH, DEPTH),
        }
        self.vocab_file = tf.saved_model.Asset(vocabulary)
        self.do_lower_case = tf.Variable(True, trainable=False)


def save_bert_dict(path):
    """TF2, versions 3 and 4: a dict in, a dict out, dropout where it trains."""
    module = TinyBert(vocabulary_file(path))

    def call(inputs, training=False):
        drop = (lambda x: tf.nn.dropout(x, 0.5)) if training else None
        names = ("input_word_ids", "input_mask", "input_type_ids")
        pooled, sequence, layers = bert_outputs(
            module.weights, *(inputs[name] for name in names), drop
        )
        return {
            "pooled_output": pooled,
            "sequence_output": sequence,
            "encoder_outputs": layers,
            "default": pooled,
        }

    call = tf.function(call)
    names = ("input_word_ids", "input_mask", "input_type_ids")
    spec = {name: tf.TensorSpec([None, None], tf.int32, name) for name in names}
    for training in (False, True):
        call.get_concrete_function(spec, training=training)
    module.__call__ = call
    tf.saved_model.save(module, str(path))


def save_bert_list(path):
    """TF2, versions 1 and 2: a list in, [pooled, sequence] out."""
    module = TinyBert(vocabulary_file(path))
    spec = [tf.TensorSpec([None, None], tf.int32)] * 3
    module.__call__ = tf.function(
        lambda inputs: list(bert_outputs(module.weights, *inputs)[:2]),
        input_signature=[spec],
    )
    tf.saved_model.save(module, str(path))


def save_bert_tf1(path):
    """TF1 format: signatures `tokens` and `tokenization_info`."""

    def build():
        kernels = [
            reference_variable(f"module/bert/encoder/layer_{i}/k", [DEPTH, DEPTH], i)
            for i in range(LAYERS)
        ]
        table = reference_variable("module/bert/words", [len(VOCABULARY), DEPTH], 8)
        weights = {
            "words": table,
            "positions": reference_variable(
                "module/bert/positions", [LONGEST, DEPTH], 9
            ),
            "types": reference_variable("module/bert/types", [2, DEPTH], 10),
            "layers": kernels,
            "pooler": reference_variable("module/bert/pooler/k", [DEPTH, DEPTH], 11),
        }
        names = ("input_ids", "input_mask", "segment_ids")
        inputs = {name: v1.placeholder(tf.int32, [None, None]) for name in names}
        pooled, sequence, _ = bert_outputs(weights, *inputs.values())
        asset = tf.constant(vocabulary_file(path))
        v1.add_to_collection(v1.GraphKeys.ASSET_FILEPATHS, asset)
        info = {"vocab_file": asset, "do_lower_case": tf.constant(True)}
        return {
            "tokens": (inputs, {"pooled_output": pooled, "sequence_output": sequence}),
            "tokenization_info": ({}, info),
        }

    save_tf1(path, build)
