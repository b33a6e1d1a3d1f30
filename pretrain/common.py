"""Texts to read, windows of them, and the training loop that both students share.

Nothing to run here: see README.md for the commands, in their order.

Contents: Documents; Windows; Vocabulary; Targets; First vectors; Training; Export;
Options.
"""

import argparse
import functools
import io
import itertools
import json
import lzma
import sys
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.utils.extmath import randomized_svd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import kit  # noqa: E402  (it lies in the folder above)

LOGS = Path(__file__).resolve().parent
WORK = LOGS / "work"  # git-ignored
ENCODERS = LOGS.parent / "encoders"

# ------------------------------------------------------------------------- Documents


def unlabelled_reviews(archive):
    """The 50,000 texts of train/unsup in aclImdb_v1.tar.gz, read as a stream."""
    texts = []
    with tarfile.open(archive, "r|*") as members:
        for member in members:
            if "/train/unsup/" in member.name and member.isfile():
                raw = members.extractfile(member).read()
                texts.append(raw.decode("utf-8", "replace"))
    return texts


def broad_texts(path):
    """The texts of a .jsonl.xz with an object with "text" a line, in their order."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def kept_frame(path, make):
    """The frame that make() returns, computed once and kept as Parquet."""
    if not path.exists():
        kit.write_atomically(path, make().to_parquet(index=False))
    return pd.read_parquet(path)


def documents(options):
    """The frame text, kind (review, mail, broad) of all documents, without labels."""

    def read():
        kit.say("texts", f"reading {options.imdb}, {options.mail}, {options.broad}")
        texts = {
            "review": unlabelled_reviews(options.imdb),
            "mail": kit.load("email", data=options.mail, nsamp=2000).texts,
            "broad": broad_texts(options.broad),
        }
        rows = [(text, kind) for kind in texts for text in texts[kind]]
        return pd.DataFrame(rows, columns=["text", "kind"])

    return kept_frame(options.work / "documents.parquet", read)


# --------------------------------------------------------------------------- Windows

LENGTHS = {True: (5, 30), False: (24, 160)}  # words: as tweets and questions; as reviews
OPENING_SHARE = 0.3  # the kit reads openings, which are unlike the rest of a review


@dataclass(frozen=True)
class Course:
    """What is read in one go: {kind: (short windows, long windows)}, how many windows a
    batch has at most, and what each of the teacher's LAYERS weighs."""

    windows: dict
    most: int
    weights: tuple


COURSES = {
    # Reviews have a large part since IMDB is the kit's first example.
    1: Course(
        dict(review=(48_000, 48_000), mail=(9_600, 9_600), broad=(62_400, 62_400)),
        128, (1.0, 1.0, 1.0, 1.0),
    ),  # fmt: skip
    # Most short texts of the broad ones, of which the first course sees a sixth; and
    # more of what the first course has learnt least, the teacher's last layer.
    2: Course(
        dict(review=(50_000, 45_000), mail=(3_000, 5_000), broad=(240_000, 25_000)),
        256, (0.5, 0.5, 1.0, 2.0),
    ),  # fmt: skip
    # Other windows again, since those of the second were learnt by heart when read more
    # often; more of them long, as news and posts are.
    3: Course(
        dict(review=(40_000, 40_000), mail=(3_000, 5_000), broad=(260_000, 40_000)),
        256, (0.5, 0.5, 1.0, 2.0),
    ),  # fmt: skip
}


def window(words, lengths, rng):
    """A slice of the words, of log-uniform length; it begins at a sentence or there."""
    low, high = np.log(lengths)
    length = int(np.exp(rng.uniform(low, high)))
    last = max(len(words) - length, 0)
    starts = [i + 1 for i in range(last) if words[i].endswith((".", "!", "?"))]
    start = int(rng.choice(starts)) if starts and rng.random() > OPENING_SHARE else 0
    return " ".join(words[start : start + length])


def shuffled_forever(items, rng):
    """The items in random order, again and again, each once before one comes twice."""
    while True:
        yield from rng.permutation(items)


def draw_windows(frame, counts, seed):
    """The frame document (its row), text of windows, in random order.

    counts: {kind: (short windows, long windows)}."""
    rng = np.random.default_rng(seed)
    long_enough = frame.text.str.count(" ") >= LENGTHS[False][0]
    rows = []
    for kind, pair in counts.items():
        for short, count in zip((True, False), pair):
            fit = np.flatnonzero((frame.kind == kind) & (short | long_enough))
            for document in itertools.islice(shuffled_forever(fit, rng), count):
                words = frame.text[document].split(" ")
                whole = short and len(words) <= LENGTHS[True][1]
                text = " ".join(words) if whole else window(words, LENGTHS[short], rng)
                rows.append((int(document), text))
    return pd.DataFrame(rows, columns=["document", "text"]).sample(
        frac=1, random_state=seed, ignore_index=True
    )


def course_folder(options):
    """Where the windows and targets of the course lie."""
    return options.work / f"course-{options.course}"


def windows(options):
    """The windows, drawn once: a row each, its document and text."""
    counts = COURSES[options.course].windows
    return kept_frame(
        course_folder(options) / "windows.parquet",
        lambda: draw_windows(documents(options), counts, options.seed + options.course),
    )


LONGEST = LENGTHS[False][1]
NATURAL = kit.Tokens(LONGEST + 40, text="natural")  # mail has words over lines
ARTICLE = kit.Tokens(LONGEST + 40, 100, text="article")


def openings(frame, lengths=(10, 25, 50, 100, 200), count=150):
    """Beginnings of `count` reviews in both views, and of as many other long texts."""
    long = frame[frame.text.str.count(" ") > max(lengths)]
    cut = {
        kind: [
            " ".join(text.split(" ")[:length])
            for length in lengths
            for text in long.text[long.kind == kind][:count]
        ]
        for kind in ("review", "broad")
    }
    return sum((NATURAL.transform(texts) for texts in cut.values()), []) + (
        ARTICLE.transform(cut["review"])
    )


# ------------------------------------------------------------------------ Vocabulary

VOCABULARY = 30_000  # as many as BERT's; 8 bits a weight make room for them


def learn_vocabulary(path, texts):
    """Write a lower-case WordPiece vocabulary of the texts, one piece a line."""
    from tokenizers import BertWordPieceTokenizer

    tokenizer = BertWordPieceTokenizer(lowercase=True)
    tokenizer.train_from_iterator(
        texts, VOCABULARY, min_frequency=5, limit_alphabet=150, show_progress=False,
        special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
    )  # fmt: skip
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    lines = "".join(f"{piece}\n" for piece, _ in pieces)
    kit.write_atomically(path, lines.encode())
    path.chmod(0o644)  # it is exported


def vocabulary(options):
    """The path of the vocabulary, learnt from all documents the first time."""
    path = options.work / "vocab.txt"
    if not path.exists():
        kit.say("pieces", "learning the vocabulary")
        learn_vocabulary(path, documents(options).text)
    return path


def pieces_as_words(path):
    """The vocabulary's pieces as words to read: without the ## of a continuation."""
    lines = path.read_text().splitlines()
    return [line.removeprefix("##") or line for line in lines]


# --------------------------------------------------------------------------- Targets

TOPICS = 128  # of a document; with more of them the last ones are noise
TOPIC_WEIGHT = 1.0  # as much as the teacher's layers together
CLIP = 5.0  # standard deviations; tables and signatures in mail reach beyond
HELD_OUT = 1000  # windows that no student learns from
ARTICLE_SHARE = 0.5  # of the reviews' and mails' windows are shown that way, too
WORDS = "targets-words.npy"  # the teacher's of the vocabulary's pieces alone


def shard_path(options, start):
    """Where the teacher's targets of the windows from `start` on are kept."""
    return course_folder(options) / f"targets-{start:06d}.npy"


def document_topics(options):
    """Latent topics <float32>[m, TOPICS] of whole documents: SVD of TF-IDF.

    What the rest of a review or mail says is known here, and a window has to guess it.
    Most other documents are one window: theirs are missing.
    """
    path = options.work / "topics.npy"
    if not path.exists():
        frame = documents(options)
        known = (frame.kind != "broad").to_numpy()
        kit.say("topics", f"of {known.sum()} documents")
        vectorizer = TfidfVectorizer(
            min_df=20, max_features=60_000, ngram_range=(1, 2), sublinear_tf=True,
            token_pattern=r"\w+|[!?]", dtype=np.float32,
        )  # fmt: skip
        texts = kit.Tokens(10**6, text="natural").transform(frame.text[known])
        counts = vectorizer.fit_transform(texts)
        left, values, _ = randomized_svd(counts, TOPICS, n_iter=3, random_state=0)
        topics = np.full([len(frame), TOPICS], np.nan, np.float32)
        topics[known] = left * values
        save_array(path, topics)
    return np.load(path)


def save_array(path, array):
    """Write an array so that a kill leaves no half of it."""
    buffer = io.BytesIO()
    np.save(buffer, array)
    kit.write_atomically(Path(path), buffer.getvalue())


def principal_axes(targets, width):
    """The axes <float32>[t, width] along which targets vary most, the scales evened."""
    values, vectors = np.linalg.eigh(np.cov(targets.T))
    values, vectors = values[::-1][:width], vectors[:, ::-1][:, :width]
    return (vectors / values**0.25).astype(np.float32)


@dataclass
class Lessons:
    """What a student learns from: texts [m], and the targets <float16>[n, t] of the
    windows, one for each text; a window in the article's view has the same target,
    since that shall mean what the natural one does. NaN where there is no target.
    """

    texts: list
    window: np.ndarray  # <int>[m], of each text
    targets: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray
    weight: np.ndarray  # <float32>[t]

    def __len__(self):
        return len(self.texts)

    def standardised(self, raw):
        """Targets as deviations from the mean, within CLIP; NaN stays."""
        return np.clip((raw.astype(np.float32) - self.mean) / self.deviation, -CLIP, CLIP)

    def target(self, rows):
        """Standardised targets <float32>[len(rows), t], and their weights."""
        target = self.standardised(self.targets[self.window[rows]])
        return np.nan_to_num(target), self.weight * ~np.isnan(target)

    def axes(self, width):
        """Axes <float32>[t, width] of standardised targets along which they vary most,
        by their weights, the scales evened."""
        scale = np.sqrt(self.weight)
        rows = np.arange(min(20_000, len(self.targets)))
        return scale[:, None] * principal_axes(self.target(rows)[0] * scale, width)


def load_lessons(options):
    """Lessons of the windows that the teacher has read so far."""
    frame, kinds = windows(options), documents(options).kind
    shards, start = [], 0
    while shard_path(options, start).exists():
        shards.append(np.load(shard_path(options, start)))
        start += len(shards[-1])
    frame = frame[:start]
    teacher = np.concatenate(shards)
    topics = document_topics(options)[frame.document].astype(np.float16)
    targets = np.concatenate([teacher, topics], axis=1)
    sample = targets[:20_000].astype(np.float32)
    layers = COURSES[options.course].weights
    weight = np.repeat(layers, teacher.shape[1] // len(layers)) / teacher.shape[1]
    weight = np.append(weight, np.full(TOPICS, TOPIC_WEIGHT / TOPICS)).astype(np.float32)
    rng = np.random.default_rng(options.seed)
    twice = (kinds[frame.document] != "broad").to_numpy()
    twice = np.flatnonzero(twice & (rng.random(start) < ARTICLE_SHARE))
    texts = NATURAL.transform(frame.text) + ARTICLE.transform(frame.text.iloc[twice])
    return Lessons(
        texts, np.concatenate([np.arange(start), twice]), targets,
        np.nanmean(sample, 0), np.nanstd(sample, 0) + 1e-6, weight,
    )  # fmt: skip


# --------------------------------------------------------------------- First vectors

RIDGE = 0.02  # pulls rare pieces to zero
STEPS = 25  # of the conjugate gradients; more fit what is rare in the windows
SAMPLE = 100_000  # windows
WORD_ROW = 0.5  # the weight of a piece alone: it decides where windows say little


def conjugate_gradients(rows, goal, steps, ridge):
    """X <float32>[v, w] that makes |rows X - goal|² + ridge |X|² small; rows sparse."""
    x = np.zeros([rows.shape[1], goal.shape[1]], np.float32)
    columns = rows.T.tocsr()
    residual = columns @ goal
    direction, old = residual.copy(), (residual**2).sum(0)
    for _ in range(steps):
        image = columns @ (rows @ direction) + ridge * direction
        step = old / np.maximum((direction * image).sum(0), 1e-12)
        x += step * direction
        residual -= step * image
        new = (residual**2).sum(0)
        direction = residual + (new / np.maximum(old, 1e-12)) * direction
        old = new
    return x


def first_vectors(lessons, ids, word_ids, word_targets, size, width):
    """Vectors <float32>[size, width] whose means over a text come nearest its targets.

    ids: those of the lessons' texts; word_ids, word_targets: of pieces that the teacher
    read alone. It is the best that a model without word order can do, found in two
    minutes; random vectors take most of the training to get there.
    """
    count = min(SAMPLE, len(lessons.targets) - HELD_OUT)
    natural, _ = lessons.target(np.arange(count))
    alone = np.zeros([len(word_targets), natural.shape[1]], np.float32)
    teacher = word_targets.shape[1]
    alone[:, :teacher] = lessons.standardised(
        np.pad(word_targets, [(0, 0), (0, natural.shape[1] - teacher)])
    )[:, :teacher]
    axes = lessons.axes(width)
    goal = np.vstack([natural @ axes, WORD_ROW * (alone @ axes)])
    lists = [*ids[:count], *word_ids]
    share = np.concatenate([np.full(len(i), 1 / max(len(i), 1)) for i in lists])
    share[sum(map(len, ids[:count])) :] *= WORD_ROW
    starts = np.concatenate([[0], np.cumsum([*map(len, lists)])])
    rows = sparse.csr_matrix(
        (share.astype(np.float32), np.concatenate(lists), starts), [len(lists), size]
    )
    vectors = conjugate_gradients(rows, goal, STEPS, RIDGE)
    left = 1 - ((rows @ vectors - goal)[:count] ** 2).mean() / (goal[:count] ** 2).mean()
    kit.say("start", f"means of first vectors: {left:.0%} of the targets' variance")
    return vectors / vectors.std()


# -------------------------------------------------------------------------- Training

BATCH, FEWEST = 4096, 32  # words or pieces, and lessons, of a batch
BUCKET = 4000  # lessons sorted by length together: little padding, much chance


def plan(lengths, lessons, seed, most):
    """Batches (rows) of lessons of like length, in an order that the seed fixes."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(lessons)
    batches = []
    for start in range(0, len(order), BUCKET):
        bucket = order[start : start + BUCKET]
        bucket = bucket[np.argsort(-lengths[bucket], kind="stable")]
        while len(bucket):  # the first is the longest
            size = int(np.clip(BATCH // lengths[bucket[0]], FEWEST, most))
            batches.append(bucket[:size])
            bucket = bucket[size:]
    return [batches[i] for i in rng.permutation(len(batches))]


def learning_rate(step, steps, peak, warmup=100):
    """Linear warm-up, then half a cosine down to a hundredth."""
    if step < warmup:
        return peak * (step + 1) / warmup
    done = (step - warmup) / max(steps - warmup, 1)
    return peak * (0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * done)))


def masked_mean(states, mask):
    """Means [n, d] over the words: states <float>[n, T, d], mask <int32>[n, T]."""
    weight = tf.cast(mask, states.dtype)[:, :, None]  # [n, T, 1]
    total = tf.maximum(tf.reduce_sum(weight, axis=1), 1)
    return tf.reduce_sum(states * weight, axis=1) / total


OFFSET_WEIGHT = 0.2


class Match(tf.Module):
    """A linear map of features [n, d] to the targets [n, t], and its squared error.

    It begins as the best map of the untrained features, which are whitened for it: a
    map that starts from zero learns more slowly than the encoder behind it.
    """

    ridge = 0.1  # of the variance of a whitened feature

    def __init__(self, width, targets):
        super().__init__()
        self.whitening = tf.Variable(tf.eye(width), trainable=False)
        self.kernel = tf.Variable(tf.zeros([width, targets]))
        self.bias = tf.Variable(tf.zeros([targets]))

    def calibrate(self, features, targets):
        """Whiten the features, and fit the map to the targets of the same lessons."""
        centred = features - features.mean(0)
        values, vectors = np.linalg.eigh(centred.T @ centred / len(features))
        values = np.maximum(values, values.mean() / 10)  # steps must not be magnified
        whitening = vectors / np.sqrt(values)
        white = centred @ whitening  # [n, d], uncorrelated, variance 1 or less
        kernel = Ridge(alpha=self.ridge * len(white)).fit(white, targets).coef_.T
        self.whitening.assign(whitening)
        self.kernel.assign(kernel)
        self.bias.assign(targets.mean(0) - features.mean(0) @ whitening @ kernel)

    def losses(self, features, targets, weight):
        """Weighted squared error, 1.5 or so for a constant, and the batch's offset.

        The error is centred in the batch: a step moves the features of all texts
        together, which would drown the differences between them. The offset is its
        mean, as a length whose pull does not grow. Batches are of one length; without
        it features of short and long texts drift apart, which costs a head a point.
        """
        error = features @ self.whitening @ self.kernel + self.bias - targets  # [n, t]
        count = tf.maximum(tf.math.count_nonzero(weight, 0, dtype=tf.float32), 1)
        mean = tf.reduce_sum(error * tf.sign(weight), axis=0) / count
        spread = tf.reduce_mean(tf.reduce_sum(weight * (error - mean) ** 2, axis=1))
        pull = tf.reduce_mean(weight, axis=0)
        return spread, tf.sqrt(tf.reduce_sum(pull * mean**2) + 1e-6)


class Log:
    """The loss curve as a CSV file; rows after the step resumed from are dropped."""

    def __init__(self, path, step):
        self.path = path
        rows = pd.read_csv(path).to_dict("records") if path.exists() and step else []
        self.rows = [row for row in rows if row["step"] <= step]
        self.seconds = self.rows[-1]["seconds"] if self.rows else 0.0
        self.started = time.monotonic()

    def last_row(self):
        """The newest row in words."""
        return ", ".join(f"{name} {value:g}" for name, value in self.rows[-1].items())

    def add(self, step, losses):
        """A row: step, seconds of training in all runs, and the losses by name."""
        seconds = self.seconds + time.monotonic() - self.started
        losses = {name: round(float(loss), 4) for name, loss in losses.items()}
        self.rows.append({"step": step, "seconds": round(seconds, 1), **losses})
        text = pd.DataFrame(self.rows).to_csv(index=False)
        kit.write_atomically(self.path, text.encode())


def mean_losses(losses):
    """The means by name of a list of dicts of scalars."""
    rows = [{name: float(loss) for name, loss in row.items()} for row in losses]
    return pd.DataFrame(rows).mean().to_dict()


def take_over(weights, folder):
    """Give weights {name: variable} the values of an exported encoder. One that it does
    not have keeps its start."""
    saved = tf.saved_model.load(str(folder)).variables
    theirs = {variable.name.removesuffix(":0"): variable for variable in saved}
    for name in weights.keys() & theirs.keys():
        weights[name].assign(theirs[name])


class Trainer:
    """One student, its optimizer, its checkpoints and its log.

    A student is a tf.Module with warm_up(lessons, items, word_targets), its start;
    settle(features, lessons, rows), what it solves before the first step, and the
    features after that;
    weights, its variables by name; prepare(texts) -> items that have a length;
    inputs(items) -> tensors; matches, {name: (width of a feature, weight of its loss)};
    and read(inputs) -> features by name.
    """

    every = 50  # steps per row of the log
    save_every = 100  # steps per checkpoint: a minute of work to lose
    calibration = 160  # batches, before the first step

    def __init__(self, name, student, lessons, options):
        self.name, self.student = name, student
        self.lessons, self.options = lessons, options
        if options.bfloat16:
            kind = "auto_mixed_precision_onednn_bfloat16"
            tf.config.optimizer.set_experimental_options({kind: True})
        self.items = student.prepare(lessons.texts)
        lengths = np.array([max(len(item), 1) for item in self.items])
        held_out = lessons.window >= len(lessons.targets) - HELD_OUT
        seen = np.flatnonzero(~held_out)
        most = COURSES[options.course].most
        self.batches = [
            batch
            for i in range(options.passes)
            for batch in plan(lengths, seen, options.seed + i, most)
        ][: options.steps]
        self.held_out = plan(lengths, np.flatnonzero(held_out), 0, most)
        targets = lessons.targets.shape[1]
        self.matches = {
            k: Match(width, targets) for k, (width, _) in student.matches.items()
        }
        self.learner = tf.Module()
        self.learner.parts = [student, self.matches]
        self.optimizer = keras.optimizers.AdamW(
            learning_rate=0.0, weight_decay=0.01, beta_2=0.98, global_clipnorm=1.0
        )
        self.optimizer.build(list(self.learner.trainable_variables))
        self.step = tf.Variable(0, dtype=tf.int64)
        self.update = tf.function(self._update, reduce_retracing=True)
        self.judge = tf.function(self.losses, reduce_retracing=True)

    def losses(self, inputs, targets, weight):
        """All losses of a batch by name, weighted: training makes their sum small."""
        features, losses = self.student.read(inputs), {}
        for name, match in self.matches.items():
            pair = match.losses(features[name], targets, weight)
            scale = self.student.matches[name][1]
            losses[name] = scale * pair[0]
            losses[f"{name} offset"] = scale * OFFSET_WEIGHT * pair[1]
        return losses

    def _update(self, *batch):
        variables = self.learner.trainable_variables
        with tf.GradientTape() as tape:
            losses = self.losses(*batch)
            total = tf.add_n(list(losses.values()))
        gradients = tape.gradient(total, variables)
        self.optimizer.apply_gradients(zip(gradients, variables))
        return losses

    def tensors(self, rows):
        """Inputs, targets and their weights of a batch of lessons."""
        inputs = self.student.inputs([self.items[row] for row in rows])
        return inputs, *map(tf.constant, self.lessons.target(rows))

    def features(self, batches):
        """The student's features by name, <float>[n, d], of the batches' lessons."""
        read = tf.function(self.student.read, reduce_retracing=True)
        rows = [read(self.tensors(rows)[0]) for rows in batches]
        return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}

    def held_out_losses(self):
        """Mean losses over the held-out windows."""
        return mean_losses([self.judge(*self.tensors(rows)) for rows in self.held_out])

    def begin(self):
        """Give the student its first vectors or those of --start, and the maps theirs."""
        if self.options.start:
            take_over(self.student.weights, self.options.start)
        else:
            words = np.load(self.options.work / WORDS)
            self.student.warm_up(self.lessons, self.items, words)
        batches = self.batches[: self.calibration]
        rows = np.concatenate(batches)
        features = self.student.settle(self.features(batches), self.lessons, rows)
        targets, _ = self.lessons.target(rows)
        for name, match in self.matches.items():
            match.calibrate(features[name], targets)
        kit.say("start", f"held-out losses {self.held_out_losses()}")

    def restore(self):
        """Go on from the last checkpoint, or begin; returns their manager."""
        checkpoint = tf.train.Checkpoint(
            learner=self.learner, optimizer=self.optimizer, step=self.step
        )
        folder = course_folder(self.options) / self.name
        manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
        if manager.latest_checkpoint:
            checkpoint.restore(manager.latest_checkpoint).assert_consumed()
        else:
            self.begin()
            manager.save()
        return manager

    def take_step(self, step):
        """One update; its losses."""
        rate = learning_rate(step, len(self.batches), self.options.learning_rate)
        self.optimizer.learning_rate.assign(rate)
        losses = self.update(*self.tensors(self.batches[step]))
        self.step.assign(step + 1)
        return losses

    def run(self):
        """Train from the last checkpoint to the end; returns the held-out losses."""
        manager = self.restore()
        start, steps = int(self.step), len(self.batches)
        kit.say("train", f"{steps} batches of {BATCH} words, from step {start}")
        log, recent = Log(LOGS / f"{self.name}-{self.options.course}.log.csv", start), []
        with kit.progress(steps - start, self.name) as bar:
            for step in range(start, steps):
                recent.append(self.take_step(step))
                bar.update(1)
                if (step + 1) % self.every == 0 or step + 1 == steps:
                    log.add(step + 1, mean_losses(recent))
                    kit.say("step", log.last_row())
                    recent = []
                if (step + 1) % self.save_every == 0 or step + 1 == steps:
                    manager.save()
        return self.held_out_losses()


# ---------------------------------------------------------------------------- Export


# The deviation of the features that are exported. With 1 the article's head, which is
# trained for 5 epochs, overfits: an early bert-mini had 71.8 % on IMDB at 50 tokens,
# 74.1 % with 0.1. The later one is less choosy, and best between 0.1 and 0.25.
SPREAD = 0.15


def text_statistics(length, share):
    """What tells how long texts are and how they were cleaned: <float>[B, 5].

    length: in words or pieces; share: of those that the article's recipe removes.
    """
    log = tf.math.log(tf.maximum(length, 1) / 100)
    return tf.stack([log, share, log**2, share**2, log * share], 1)


def level_fit(features, statistics):
    """What text_statistics predict of features: (mean [d], slopes [5, d], residuals).

    Features move with the length of a text and with its view. Without levelling, the
    article's head, which never sees another length, has to unlearn an offset in its 5
    epochs: that cost it a point at 200 words.
    """
    design = np.hstack([np.ones([len(features), 1]), statistics])
    fit, *_ = np.linalg.lstsq(design, features)
    return fit[0], fit[1:], features - design @ fit


TABLE = 4096  # rows and more are a table of vectors: 8 bits a weight


def packed(variable):
    """Variables whose product is the variable's: of a table bytes and a scale a row, of
    anything else its float16."""
    value = variable.numpy()
    if value.ndim < 2 or len(value) < TABLE:
        return [tf.Variable(value.astype(np.float16), trainable=False)]
    scale = np.abs(value).max(1, keepdims=True) / 127 + 1e-12
    whole = np.round(value / scale).astype(np.int8)
    return [
        tf.Variable(whole, trainable=False),
        tf.Variable(scale.astype(np.float32), trainable=False),
    ]


class FullPrecision(tf.saved_model.experimental.TrackableResource):
    """Fills variables from packed copies of them when a SavedModel is loaded."""

    def __init__(self, variables, packs):
        super().__init__()
        self.pairs = list(zip(variables, packs))

    def _create_resource(self):
        return tf.constant(0)  # there must be one

    def _initialize(self):
        for variable, parts in self.pairs:
            factors = [tf.cast(part, tf.float32) for part in parts]
            variable.assign(functools.reduce(tf.multiply, factors))


def save_packed(encoder, variables, path, signatures=None):
    """Save a trackable with its variables: packed on disk, float32 once loaded.

    The loader runs the initializers of resources after it has read the checkpoint, so
    the variables themselves need not be in it. Fine-tuning wants them in float32:
    Adam's squares of gradients are zero in float16.
    """
    encoder.variables = encoder.trainable_variables = list(variables)
    encoder.packed = [packed(variable) for variable in variables]
    encoder.full_precision = FullPrecision(encoder.variables, encoder.packed)
    for variable in variables:
        variable._serialize_to_tensors = dict  # nothing of it goes into the checkpoint
    tf.saved_model.save(encoder, str(path), signatures)
    files = [file for file in Path(path).rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files) / 1e6
    kit.say("export", f"{path}, {size:.1f} MB")


# --------------------------------------------------------------------------- Options


def arguments(description):
    """A parser of the options that all scripts have."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--imdb", help="aclImdb_v1.tar.gz")
    parser.add_argument("--mail", help="a folder above both mail files")
    parser.add_argument("--broad", help="unlabelled texts of many kinds, .jsonl.xz")
    parser.add_argument("--course", type=int, default=1, choices=COURSES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", type=Path, default=WORK, help="shards, checkpoints")
    return parser


def training_arguments(description):
    """A parser of the options that both students have."""
    parser = arguments(description)
    parser.add_argument("--start", type=Path, help="an exported encoder to go on with")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--bfloat16", action="store_true", help="for the products")
    parser.add_argument("--passes", type=int, default=1, help="over all lessons")
    parser.add_argument("--steps", type=int, help="fewer batches than that")
    return parser
