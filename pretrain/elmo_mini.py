"""Train elmo-mini, a two-layer bidirectional LSTM encoder, and export it.

    python pretrain/elmo_mini.py --imdb aclImdb_v1.tar.gz --mail MAILFOLDER \\
        --broad BROAD.jsonl.xz

Needs the shards of teach.py in the work folder. Words are read by themselves and by
their character n-grams, and by a forward and a backward LSTM; the masked mean of the
three layers' mix learns to match the teacher's layers and the topics of the whole
document (see common.py). The same command goes on after a kill. Export:
encoders/elmo-mini, a TF2 SavedModel with ELMo's signatures.
"""

import itertools

import numpy as np
import tensorflow as tf

import common
from common import kit

WIDTH = 160  # of the word embedding and of each LSTM; ELMo has 512
WORD_ROWS, GRAM_ROWS = 32_768, 16_384  # hashed, so that no vocabulary is needed
MAX_CHARACTERS = 50  # ELMo's limit
MAX_WORDS = 200
WARM_UP_STEPS, WARM_UP_WORDS = 600, 2000
EDGES = r"^[\pP\pS]+|[\pP\pS]+$"  # punctuation around a word


# ----------------------------------------------------------------------------- Words


def bare(words):
    """Words <string>[n] in lower case without the punctuation around them."""
    lower = tf.strings.lower(words, encoding="utf-8")
    core = tf.strings.regex_replace(lower, EDGES, "")
    return tf.where(core == "", lower, core)


def word_rows(words):
    """Two rows of the word table for each word <string>[n]: <int>[n, 2].

    Two words rarely share both.
    """
    core = bare(words)
    return tf.stack(
        [tf.strings.to_hash_bucket_fast(core + mark, WORD_ROWS) for mark in ("", "#")],
        1,
    )


def gram_rows(words):
    """Rows of the table of character 3- to 5-grams, <int>[n, ragged]."""
    lower = tf.strings.lower(words, encoding="utf-8")
    characters = tf.strings.unicode_split(lower, "UTF-8")[:, :MAX_CHARACTERS]
    edge = tf.fill([tf.size(words), 1], "|")
    grams = tf.strings.ngrams(tf.concat([edge, characters, edge], 1), [3, 4, 5], "")
    return tf.strings.to_hash_bucket_fast(grams, GRAM_ROWS)


# ----------------------------------------------------------------------------- Model


class ElmoMini(tf.Module):
    """Hashed n-grams and two bidirectional LSTM layers; outputs as ELMo's."""

    parts = ("scale", "shift", "level")  # of each layer; the last once standardised

    def __init__(self, seed=0):
        super().__init__()
        self.random = tf.random.Generator.from_seed(seed)
        self.weights = {}
        self.make("words/table", [WORD_ROWS, WIDTH], 0.05)
        self.make("grams/table", [GRAM_ROWS, WIDTH], 0.05)
        self.make("words/inner", [WIDTH, 2 * WIDTH], WIDTH**-0.5)
        self.make("words/outer", [2 * WIDTH, WIDTH], 0.02)
        for layer, way in itertools.product((1, 2), ("forward", "backward")):
            self.make(f"lstm_{layer}/{way}/kernel", [2 * WIDTH, 4 * WIDTH], 0.08)
            self.make(f"lstm_{layer}/{way}/bias", [4 * WIDTH], 0.0)
        for layer, width in enumerate((WIDTH, 2 * WIDTH, 2 * WIDTH)):
            self.make(
                f"layer_{layer}/scale", [width], 0.0, mean=1.0 if layer == 0 else 3.0
            )
            self.make(f"layer_{layer}/shift", [width], 0.0)
        self.make("aggregation/weights", [3], 0.0, trainable=False)  # the kit learns
        self.make("aggregation/scaling", [], 0.0, mean=1.0, trainable=False)  # these

    def make(self, name, shape, deviation, mean=0.0, trainable=True):
        """One variable."""
        value = self.random.normal(shape, mean, deviation)
        self.weights[name] = tf.Variable(value, trainable, name=name)

    def embed(self, words):
        """Vectors <float>[n, w] of words <string>[n]."""
        weights = self.weights
        whole = tf.reduce_sum(tf.gather(weights["words/table"], word_rows(words)), 1)
        grams = gram_rows(words)
        table = tf.gather(weights["grams/table"], grams.values)
        total = tf.math.unsorted_segment_mean(
            table, grams.value_rowids(), grams.nrows()
        )
        x = whole + total  # [n, w]
        x += tf.nn.relu(x @ weights["words/inner"]) @ weights["words/outer"]
        # Short vectors, those of "the" and "of", stay shorter than the others.
        return x * tf.math.rsqrt(tf.reduce_mean(x**2, axis=1, keepdims=True) + 1)

    def lstm(self, name, x):
        """One LSTM over the time: x <float>[B, T, w] to [B, T, w]."""
        batch, length = tf.shape(x)[0], tf.shape(x)[1]
        none, zeros = tf.zeros([WIDTH]), tf.zeros([batch, WIDTH])
        states = tf.raw_ops.BlockLSTM(  # one kernel for the whole loop
            seq_len_max=tf.cast(length, tf.int64), x=tf.transpose(x, [1, 0, 2]),
            cs_prev=zeros, h_prev=zeros, w=self.weights[f"{name}/kernel"],
            wci=none, wcf=none, wco=none, b=self.weights[f"{name}/bias"],
            forget_bias=1.0, cell_clip=-1.0, use_peephole=False,
        ).h  # fmt: skip
        return tf.transpose(states, [1, 0, 2])

    def states(self, tokens, lengths):
        """Word vectors [B, T, w], and two layers of (forward, backward) [B, T, w].

        tokens <string>[B, T], lengths <int32>[B]. The backward LSTMs read each text
        from its own end, so padding changes nothing.
        """
        words, places = tf.unique(tf.reshape(tokens, [-1]))
        x = tf.gather(self.embed(words), tf.reshape(places, tf.shape(tokens)))

        def turned(y):
            return tf.reverse_sequence(y, lengths, seq_axis=1, batch_axis=0)

        ahead1 = self.lstm("lstm_1/forward", x)
        ahead2 = self.lstm("lstm_2/forward", ahead1) + ahead1
        back1 = self.lstm("lstm_1/backward", turned(x))
        back2 = self.lstm("lstm_2/backward", back1) + back1
        return x, ((ahead1, turned(back1)), (ahead2, turned(back2)))

    def layers(self, x, states, lengths, statistics=None):
        """The three layers as ELMo gives them: [B, T, w], [B, T, 2w], [B, T, 2w].

        statistics <float>[B, 5]: what they predict is taken off.
        """
        mask = tf.sequence_mask(lengths, tf.shape(x)[1], x.dtype)[:, :, None]
        layers = []
        for i, y in enumerate([x, *(tf.concat(pair, 2) for pair in states)]):
            part = {k: self.weights.get(f"layer_{i}/{k}") for k in self.parts}
            y = y * part["scale"] + part["shift"]
            if statistics is not None:
                y -= (statistics @ part["level"])[:, None]
            layers.append(y * mask)
        return layers

    def statistics(self, tokens, lengths):
        """The text_statistics <float>[B, 5], with the share of words that are not bare.

        The article's recipe leaves no capital and no punctuation.
        """
        mask = tf.sequence_mask(lengths, tf.shape(tokens)[1])
        words, places = tf.unique(tf.reshape(tokens, [-1]))
        dressed = tf.gather(tf.cast(bare(words) != words, tf.float32), places)
        dressed = tf.reshape(dressed, tf.shape(tokens))[:, :, None]
        share = common.masked_mean(dressed, mask)[:, 0]
        return common.text_statistics(tf.cast(lengths, tf.float32), share)

    def mix(self, layers):
        """ELMo's weighted sum of the layers, [B, T, 2w]."""
        share = tf.unstack(tf.nn.softmax(self.weights["aggregation/weights"]))
        doubled = [tf.concat([layers[0]] * 2, -1), *layers[1:]]
        total = tf.add_n([a * layer for a, layer in zip(share, doubled)])
        return self.weights["aggregation/scaling"] * total

    def standardise(self, features, statistics):
        """Give the masked means of the levelled mix mean 0 and a deviation of SPREAD.

        features: <float>[n, w or 2w] of the three layers, statistics <float>[n, 5]: of
        the same texts, by the encoder as it is.
        """
        fits = [common.level_fit(layer, statistics) for layer in features]
        residuals = [residual for _, _, residual in fits]
        mix = self.mix([tf.constant(r, tf.float32) for r in residuals]).numpy()
        deviation = mix.std(0) / common.SPREAD
        half = (deviation[:WIDTH] + deviation[WIDTH:]) / 2  # word_emb is there twice
        for i, (mean, slopes, _) in enumerate(fits):
            factor = half if i == 0 else np.tile(half, 2)
            scale = self.weights[f"layer_{i}/scale"]
            shift = self.weights[f"layer_{i}/shift"]
            scale.assign(scale / factor)
            shift.assign((shift - mean) / factor)
            level = tf.constant(slopes / factor, tf.float32)
            self.weights[f"layer_{i}/level"] = tf.Variable(level, name="level")

    def outputs(self, tokens, lengths):
        """All of ELMo's outputs."""
        statistics = self.statistics(tokens, lengths)
        layers = self.layers(*self.states(tokens, lengths), lengths, statistics)
        elmo = self.mix(layers)
        mask = tf.sequence_mask(lengths, tf.shape(tokens)[1])
        return {
            "word_emb": layers[0],
            "lstm_outputs1": layers[1],
            "lstm_outputs2": layers[2],
            "elmo": elmo,
            "default": common.masked_mean(elmo, mask),
        }


# -------------------------------------------------------------------------- Training


class Student(tf.Module):
    """The encoder and what it learns, for common.Trainer."""

    matches = {"match": (2 * WIDTH, 1.0)}

    def __init__(self, options):
        super().__init__()
        self.options = options
        self.elmo = ElmoMini(options.seed)
        self.weights = self.elmo.weights

    def prepare(self, texts):
        """Numbers of the texts' words in self.words, a list of all words."""
        texts = [text.split(" ")[:MAX_WORDS] for text in texts]
        self.words = sorted(set(itertools.chain.from_iterable(texts)))
        number = {word: i for i, word in enumerate(self.words)}
        self.words = np.array([word.encode() for word in self.words], object)
        return [np.array([number[word] for word in words], np.int32) for words in texts]

    def inputs(self, items):
        """Tokens <string>[B, T], lengths <int32>[B]."""
        lengths = np.array([len(item) for item in items], np.int32)
        inside = np.arange(lengths.max()) < lengths[:, None]
        tokens = np.full(inside.shape, b"", object)
        tokens[inside] = self.words[np.concatenate(items)]
        return tf.constant(tokens), tf.constant(lengths)

    def warm_up(self, lessons, items, word_targets):
        """Fit the embedding to the best vectors for a model without word order."""
        pieces = common.vocabulary(self.options).read_text().splitlines()
        known = {
            piece: row for row, piece in enumerate(pieces) if piece.isalpha()
        }  # words that the teacher has read alone, and the rows of its targets
        rank = {word.encode(): i for i, word in enumerate(known)}
        cores = bare(tf.constant(self.words)).numpy()
        number = np.array([rank.get(core, -1) for core in cores])
        ids = [number[item] for item in items]
        ids = [i[i >= 0] for i in ids]
        alone = [[i] for i in range(len(rank))]
        targets = word_targets[list(known.values())]
        vectors = common.first_vectors(lessons, ids, alone, targets, len(rank), WIDTH)
        vectors *= (1 + (vectors**2).mean(1, keepdims=True)) ** -0.5  # as embed() does
        loss = self.fit_embedding(tf.constant([*rank]), tf.constant(vectors))
        share = 1 - loss / (vectors**2).mean()
        kit.say("words", f"{share:.0%} of the word vectors' variance")

    def fit_embedding(self, words, vectors):
        """Fit the tables to vectors <float>[n, w] of words <string>[n]; the error."""
        weights = self.elmo.weights
        tables = [weights["words/table"], weights["grams/table"]]
        optimizer = common.keras.optimizers.Adam(1e-2)

        @tf.function
        def fit(rows):
            with tf.GradientTape() as tape:
                error = self.elmo.embed(tf.gather(words, rows))
                error -= tf.gather(vectors, rows)
                loss = tf.reduce_mean(error**2)
            optimizer.apply_gradients(zip(tape.gradient(loss, tables), tables))
            return loss

        rng = np.random.default_rng(0)
        optimizer.build(tables)
        for _ in range(WARM_UP_STEPS):
            loss = fit(rng.integers(len(words), size=WARM_UP_WORDS))
        return float(loss)

    def settle(self, features, lessons, rows):
        """There is nothing to solve: the kit mixes the layers."""
        return features

    def read(self, inputs):
        """Masked means of the mix, and of the layers."""
        tokens, lengths = inputs
        layers = self.elmo.layers(*self.elmo.states(tokens, lengths), lengths)
        mask = tf.sequence_mask(lengths, tf.shape(tokens)[1])
        features = {"match": common.masked_mean(self.elmo.mix(layers), mask)}
        for i, layer in enumerate(layers):
            features[f"layer {i}"] = common.masked_mean(layer, mask)
        return features


READ_AT_ONCE = 64  # texts


def level(student, documents):
    """Standardise the encoder on openings of the documents, short and long."""
    items = sorted(student.prepare(common.openings(documents)), key=len)
    read = tf.function(student.read, reduce_retracing=True)
    features, statistics = [], []
    for start in range(0, len(items), READ_AT_ONCE):
        inputs = student.inputs(items[start : start + READ_AT_ONCE])
        found = read(inputs)
        features.append([found[f"layer {i}"] for i in range(3)])
        statistics.append(student.elmo.statistics(*inputs))
    features = [np.concatenate(layer) for layer in zip(*features)]
    student.elmo.standardise(features, np.concatenate(statistics))


# ---------------------------------------------------------------------------- Export


def export(elmo, path):
    """Write the encoder as a SavedModel with ELMo's two signatures."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "strings")])
    def default(strings):
        words = tf.strings.split(strings, " ")
        return elmo.outputs(words.to_tensor(""), tf.cast(words.row_lengths(), tf.int32))

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None], tf.string, "tokens"),
            tf.TensorSpec([None], tf.int32, "sequence_len"),
        ]
    )
    def tokens(tokens, sequence_len):
        return elmo.outputs(tokens, sequence_len)

    encoder = tf.train.Checkpoint()
    encoder.elmo = elmo
    signatures = {"default": default, "tokens": tokens}
    common.save_packed(encoder, elmo.weights.values(), path, signatures)


def main(argv=None):
    """Train, level, export."""
    options = common.training_arguments(__doc__.split("\n")[0]).parse_args(argv)
    lessons = common.load_lessons(options)
    student = Student(options)
    trainer = common.Trainer("elmo-mini", student, lessons, options)
    kit.say("result", trainer.run())
    level(student, common.documents(options))
    export(student.elmo, common.ENCODERS / "elmo-mini")


if __name__ == "__main__":
    main()
