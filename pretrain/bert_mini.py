"""Train bert-mini, a BERT of 3 layers and 10 million parameters, and export it.

    python pretrain/bert_mini.py --imdb aclImdb_v1.tar.gz --mail MAILFOLDER \\
        --broad BROAD.jsonl.xz

Needs the shards of teach.py in the work folder. The masked mean of its summary, a
linear map of the last layer and of what is active inside of it, learns to match the
teacher's layers and the topics of the whole document (see common.py). The same command
goes on after a kill. Export: encoders/bert-mini, a TF2 SavedModel in TF Hub's format,
whose sequence output is that summary with what is active inside beside it.
"""

import numpy as np
import tensorflow as tf
from sklearn.linear_model import Ridge

import common
from common import kit

WIDTH, LAYERS, HEADS, INNER = 256, 3, 4, 1024
POSITIONS = 512
BRANCH = 0.2  # so that the vectors of the pieces shine through at first
DROPOUT = 0.1  # only for who fine-tunes: pretraining sees no text twice
MAX_PIECES = 288
RIDGE = 0.02  # of the summary's first map, in variances of what is active
FREQUENT = 150  # pieces: stop words, punctuation, endings


# ----------------------------------------------------------------------------- Model


def sinusoids(length, width):
    """The Transformer's sine and cosine positions <float32>[length, width]."""
    rates = 10_000 ** (-np.arange(0, width, 2) / width)
    angles = np.arange(length)[:, None] * rates  # [length, width / 2]
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)


class BertMini(tf.Module):
    """A BERT encoder whose variables have the names of TF Hub's."""

    def __init__(self, size, seed=0):
        super().__init__()
        self.random = tf.random.Generator.from_seed(seed)
        self.weights = {}
        self.make("word_embeddings/embeddings", np.zeros([size, WIDTH], np.float32))
        positions = 0.01 * sinusoids(POSITIONS, WIDTH)  # a fifth of the pieces' vectors
        self.make("position_embedding/embeddings", positions)
        # What all pieces share, so that the norm keeps short vectors (those of "the",
        # "of") shorter than the others.
        shared = 0.05 * np.resize([1, -1], [2, WIDTH]).astype(np.float32)
        self.make("type_embeddings/embeddings", shared)
        self.make_norm("embeddings/layer_norm")
        for i in range(LAYERS):
            layer = f"transformer/layer_{i}"
            for part in ("query", "key", "value"):
                self.make_dense(f"{layer}/self_attention/{part}", WIDTH, WIDTH)
            attended = f"{layer}/self_attention/attention_output"
            self.make_dense(attended, WIDTH, WIDTH, BRANCH)
            self.make_norm(f"{layer}/self_attention_layer_norm")
            self.make_dense(f"{layer}/intermediate", WIDTH, INNER)
            self.make_dense(f"{layer}/output", INNER, WIDTH, BRANCH)
            self.make_norm(f"{layer}/output_layer_norm")
        self.make_dense("pooler_transform", WIDTH, WIDTH)
        self.make_dense("summary", WIDTH + INNER, WIDTH)

    def make(self, name, value):
        """One variable."""
        self.weights[name] = tf.Variable(value, name=name, dtype=tf.float32)

    def make_dense(self, name, inputs, outputs, gain=1.0):
        """Kernel [inputs, outputs] and bias of a dense layer."""
        kernel = self.random.normal([inputs, outputs], stddev=gain * inputs**-0.5)
        self.make(f"{name}/kernel", kernel)
        self.make(f"{name}/bias", tf.zeros([outputs]))

    def make_norm(self, name):
        """Gamma and beta of a layer norm."""
        self.make(f"{name}/gamma", tf.ones([WIDTH]))
        self.make(f"{name}/beta", tf.zeros([WIDTH]))

    def dense(self, name, x):
        """x [..., inputs] to [..., outputs]."""
        kernel = self.weights[f"{name}/kernel"]
        flat = tf.reshape(x, [-1, kernel.shape[0]])  # one large product is faster
        y = tf.nn.bias_add(flat @ kernel, self.weights[f"{name}/bias"])
        return tf.reshape(y, tf.concat([tf.shape(x)[:-1], [kernel.shape[1]]], 0))

    def norm(self, name, x):
        """Layer norm over the last axis."""
        mean, variance = tf.nn.moments(x, axes=[-1], keepdims=True)
        gamma, beta = self.weights[f"{name}/gamma"], self.weights[f"{name}/beta"]
        return tf.nn.batch_normalization(x, mean, variance, beta, gamma, 1e-12)

    def attention(self, layer, x, bias, drop):
        """Self-attention: x <float>[B, T, d], bias <float>[B, 1, 1, T] to [B, T, d]."""
        batch, length = tf.shape(x)[0], tf.shape(x)[1]

        def heads(part):  # [B, heads, T, d / heads]
            y = self.dense(f"{layer}/self_attention/{part}", x)
            y = tf.reshape(y, [batch, length, HEADS, WIDTH // HEADS])
            return tf.transpose(y, [0, 2, 1, 3])

        scores = tf.matmul(heads("query"), heads("key"), transpose_b=True)
        scores = tf.nn.softmax(scores * (WIDTH // HEADS) ** -0.5 + bias)  # [B, h, T, T]
        mixed = tf.transpose(tf.matmul(drop(scores), heads("value")), [0, 2, 1, 3])
        mixed = tf.reshape(mixed, [batch, length, WIDTH])
        return self.dense(f"{layer}/self_attention/attention_output", mixed)

    def layer(self, i, x, bias, drop):
        """One layer of the encoder: x <float>[B, T, d] to [B, T, d], and what is
        active inside <float>[B, T, INNER]."""
        name = f"transformer/layer_{i}"
        attended = drop(self.attention(name, x, bias, drop))
        x = self.norm(f"{name}/self_attention_layer_norm", x + attended)
        inner = tf.nn.gelu(self.dense(f"{name}/intermediate", x), approximate=True)
        output = drop(self.dense(f"{name}/output", inner))
        return self.norm(f"{name}/output_layer_norm", x + output), inner

    def encode(self, ids, mask, types, training=False):
        """All layers <float>[B, T, d] of ids, mask and types <int32>[B, T], and the last
        one with what is active inside of it <float>[B, T, d + INNER]."""

        def drop(x):
            return tf.nn.dropout(x, DROPOUT) if training else x

        weights = self.weights
        positions = weights["position_embedding/embeddings"]
        x = tf.gather(weights["word_embeddings/embeddings"], ids)
        x += positions[: tf.shape(ids)[1]]
        x += tf.gather(weights["type_embeddings/embeddings"], types)
        x = drop(self.norm("embeddings/layer_norm", x))
        bias = (tf.cast(mask, tf.float32)[:, None, None, :] - 1) * 1e4  # [B, 1, 1, T]
        layers = []
        for i in range(LAYERS):
            x, inner = self.layer(i, x, bias, drop)
            layers.append(x)
        return layers, tf.concat([x, inner], axis=2)

    def summary(self, inside):
        """What matches the teacher <float>[..., d]: a linear map of the last layer and
        of what is active inside of it, which holds more than its 256 numbers."""
        return self.dense("summary", inside)

    def statistics(self, ids, mask):
        """The text_statistics <float>[B, 5], with the share of frequent pieces."""
        length = tf.reduce_sum(tf.cast(mask, tf.float32), 1)
        frequent = tf.gather(self.weights["text_statistics/frequent"], ids)
        share = common.masked_mean(frequent[:, :, None], mask)[:, 0]
        return common.text_statistics(length, share)

    def levelled(self, summary, ids, mask):
        """The summary <float>[B, T, d] without what the statistics predict of it."""
        predicted = self.statistics(ids, mask) @ self.weights["text_statistics/kernel"]
        return summary - predicted[:, None]

    def standardise(self, features, statistics):
        """Give the masked means of the levelled summary mean 0, deviation SPREAD.

        features <float>[n, d], statistics <float>[n, 5]: of the same texts, by
        the encoder as it is.
        """
        mean, slopes, residuals = common.level_fit(features, statistics)
        deviation = residuals.std(0) / common.SPREAD
        kernel, bias = (self.weights[f"summary/{k}"] for k in ("kernel", "bias"))
        kernel.assign(kernel / deviation)
        bias.assign((bias - mean) / deviation)
        self.make("text_statistics/kernel", slopes / deviation)  # for levelled()

    def pooled(self, last):
        """The pooled output [B, d]: a dense layer over the first piece."""
        return tf.tanh(self.dense("pooler_transform", last[:, 0]))


# -------------------------------------------------------------------------- Training


class Student(tf.Module):
    """The encoder and what it learns, for common.Trainer."""

    matches = {"match": (WIDTH, 1.0), "pooler": (WIDTH, 0.1)}

    def __init__(self, vocabulary, seed=0):
        super().__init__()
        self.pieces = kit.WordPieces(vocabulary, do_lower_case=True)
        self.bert = BertMini(len(self.pieces.vocabulary), seed)
        self.weights = self.bert.weights

    def warm_up(self, lessons, items, word_targets):
        """Begin with the pieces' best vectors for a model without word order."""
        size = len(self.pieces.vocabulary)
        ids = [item[1:-1] for item in items]  # less [CLS] and [SEP]
        alone = [[i] for i in range(size)]
        vectors = common.first_vectors(lessons, ids, alone, word_targets, size, WIDTH)
        self.bert.weights["word_embeddings/embeddings"].assign(0.05 * vectors)

    def settle(self, features, lessons, rows):
        """Begin with the summary that comes nearest the targets of the lessons."""
        inside, goal = features["inside"], lessons.target(rows)[0] @ lessons.axes(WIDTH)
        deviation = inside.std(0) + 1e-6
        fit = Ridge(alpha=RIDGE * len(inside)).fit(inside / deviation, goal)
        self.weights["summary/kernel"].assign(fit.coef_.T / deviation[:, None])
        self.weights["summary/bias"].assign(fit.intercept_)
        return features | {"match": self.bert.summary(inside).numpy()}

    def prepare(self, texts):
        """Ids of the texts' pieces."""
        return [np.array(i, np.int32) for i in self.pieces.ids(texts, MAX_PIECES)]

    def inputs(self, items):
        """Ids and mask <int32>[B, T], padded to the batch."""
        ids, mask, _ = kit.padded_triplet(items, max(map(len, items)))
        return tf.constant(ids), tf.constant(mask)

    def read(self, inputs):
        """The masked mean of the summary, the pooled output, and the masked mean that
        the summary is made from: a linear map of the mean is the mean of the map."""
        ids, mask = inputs
        layers, inside = self.bert.encode(ids, mask, tf.zeros_like(ids))
        inside, pooled = common.masked_mean(inside, mask), self.bert.pooled(layers[-1])
        return {"match": self.bert.summary(inside), "pooler": pooled, "inside": inside}


READ_AT_ONCE = 64  # texts


def level(student, documents):
    """Standardise the encoder on openings of the documents, short and long."""
    items = sorted(student.prepare(common.openings(documents)), key=len)
    pieces = np.concatenate(items)
    counts = np.bincount(pieces, minlength=len(student.pieces.vocabulary))
    frequent = counts >= np.sort(counts)[-FREQUENT]
    student.bert.make("text_statistics/frequent", frequent.astype(np.float32))
    read = tf.function(student.read, reduce_retracing=True)
    features, statistics = [], []
    for start in range(0, len(items), READ_AT_ONCE):
        inputs = student.inputs(items[start : start + READ_AT_ONCE])
        features.append(read(inputs)["match"])
        statistics.append(student.bert.statistics(*inputs))
    student.bert.standardise(np.concatenate(features), np.concatenate(statistics))


# ---------------------------------------------------------------------------- Export


def export(bert, vocabulary, path):
    """Write the encoder as a TF2 SavedModel with TF Hub's interface."""

    @tf.function
    def call(inputs, training=False):
        names = ("input_word_ids", "input_mask", "input_type_ids")
        ids, mask, types = (inputs[name] for name in names)
        layers, inside = bert.encode(ids, mask, types, training)
        pooled = bert.pooled(layers[-1])
        levelled = bert.levelled(bert.summary(inside), ids, mask)
        return {
            "pooled_output": pooled,
            "sequence_output": tf.concat([levelled, inside[:, :, WIDTH:]], axis=2),
            "encoder_outputs": layers,
            "default": pooled,
        }

    encoder = tf.train.Checkpoint()
    encoder.vocab_file = tf.saved_model.Asset(str(vocabulary))
    encoder.do_lower_case = tf.Variable(True, trainable=False, name="do_lower_case")
    encoder.__call__ = call
    for training in (False, True):
        call.get_concrete_function({
            name: tf.TensorSpec([None, None], tf.int32, name)
            for name in ("input_word_ids", "input_mask", "input_type_ids")
        }, training)  # fmt: skip
    common.save_packed(encoder, bert.weights.values(), path)


def main(argv=None):
    """Train, level, export."""
    options = common.training_arguments(__doc__.split("\n")[0]).parse_args(argv)
    vocabulary = common.vocabulary(options)
    lessons = common.load_lessons(options)
    student = Student(vocabulary, options.seed)
    trainer = common.Trainer("bert-mini", student, lessons, options)
    kit.say("result", trainer.run())
    level(student, common.documents(options))
    export(student.bert, vocabulary, common.ENCODERS / "bert-mini")


if __name__ == "__main__":
    main()
