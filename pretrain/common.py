"""Texts to read, windows of them, and the training loop that both students share.

Nothing to run here: see README.md for the commands, in their order.

Contents: Documents; Windows; Targets; First vectors; Training; Export; Options.
"""

import argparse
import io
import itertools
import json
import sys
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.feature_extraction.text import TfidfVectorizer
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


def mail_bodies(folder):
    """Bodies of Enron's mail and of the 419 letters, each once, without the labels."""
    return kit.load_email(str(folder), nsamp=2000).texts


# --------------------------------------------------------------------------- Windows

SHORTEST, LONGEST = 24, 160  # words; the kit's 50 and 200 lie around the middle
MAIL_SHARE = 0.15  # mail is the easy problem, and half of it is tables
OPENING_SHARE = 0.3  # the kit reads openings, which are unlike the rest of a review


def window(text, rng):
    """A slice of the text between single spaces, of a length that is log-uniform."""
    words = text.split(" ")
    length = int(np.exp(rng.uniform(np.log(SHORTEST), np.log(LONGEST))))
    last = max(len(words) - length, 0)
    start = 0 if rng.random() < OPENING_SHARE else rng.integers(last + 1)
    return " ".join(words[start : start + length])


def shuffled_forever(items, rng):
    """The items in random order, again and again, each once before one comes twice."""
    while True:
        for i in rng.permutation(len(items)):
            yield items[i]


def draw_windows(reviews, mail, count, seed):
    """`count` windows in random order: (number in reviews + mail, text)."""
    rng = np.random.default_rng(seed)
    documents = reviews + mail
    numbers = np.split(np.arange(len(documents)), [len(reviews)])
    sources = [shuffled_forever(corpus, rng) for corpus in numbers]
    windows = []
    while len(windows) < count:
        document = int(next(sources[int(rng.random() < MAIL_SHARE)]))
        text = window(documents[document], rng)
        if len(text.split()) >= SHORTEST // 2:  # a mail can be two words long
            windows.append((document, text))
    return windows


def kept(path, make):
    """What make() returns (JSON data), computed once and kept in a file."""
    content = kit.read_json(path)
    if content is None:
        content = make()
        kit.write_atomically(path, json.dumps(content).encode())
    return content


def kept_documents(options):
    """All texts: [reviews <str>[n], mail <str>[m]]."""

    def read():
        kit.say("texts", f"reading {options.imdb} and {options.mail}")
        return [unlabelled_reviews(options.imdb), mail_bodies(options.mail)]

    return kept(options.work / "documents.json", read)


def kept_windows(options):
    """Windows [n] of the documents: (number in reviews + mail, text)."""

    def draw():
        return draw_windows(*kept_documents(options), options.windows, options.seed)

    return kept(options.work / "windows.json", draw)


def two_views(windows):
    """Windows as the kit shows them to an encoder: natural, and the article's way."""
    natural = kit.Tokens(LONGEST + 40, text="natural")  # mail has words over lines
    article = kit.Tokens(LONGEST + 40, 100, text="article")
    return natural.transform(windows), article.transform(windows)


def openings(reviews, lengths=(50, 100, 200), count=300):
    """Beginnings of `count` reviews, as long as the kit takes them, in both views."""
    texts = [
        " ".join(text.split(" ")[:length])
        for length in lengths
        for text in reviews[:count]
    ]
    return list(itertools.chain(*two_views(texts)))


# --------------------------------------------------------------------------- Targets

TOPICS = 128  # of a document; with more of them the last ones are noise
TOPIC_WEIGHT = 1.0  # as much as the teacher's layers together
CLIP = 5.0  # standard deviations; tables and signatures in mail reach beyond
HELD_OUT = 1000  # windows that no student learns from


def shard_path(work, start):
    """Where the teacher's targets of the windows from `start` on are kept."""
    return Path(work) / f"targets-{start:06d}.npy"


def document_topics(options):
    """Latent topics <float32>[m, TOPICS] of whole documents: SVD of TF-IDF.

    What the rest of a review says is known here, and a window has to guess it.
    """
    path = options.work / "topics.npy"
    if not path.exists():
        documents = sum(kept_documents(options), [])
        kit.say("topics", f"of {len(documents)} documents")
        vectorizer = TfidfVectorizer(
            min_df=20, max_features=60_000, ngram_range=(1, 2), sublinear_tf=True,
            token_pattern=r"\w+|[!?]", dtype=np.float32,
        )  # fmt: skip
        texts = kit.Tokens(10**6, text="natural").transform(documents)
        counts = vectorizer.fit_transform(texts)
        left, values, _ = randomized_svd(counts, TOPICS, n_iter=3, random_state=0)
        save_array(path, (left * values).astype(np.float32))
    return np.load(path)


def save_array(path, array):
    """Write an array so that a kill leaves no half of it."""
    buffer = io.BytesIO()
    np.save(buffer, array)
    kit.write_atomically(Path(path), buffer.getvalue())


@dataclass
class Lessons:
    """What a student learns from: windows in two views, and targets <float16>[n, t].

    Lesson i is view i // n of window i % n; both views have the same target, since the
    article's view shall mean what the natural one does.
    """

    views: tuple
    targets: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray
    weight: np.ndarray

    def __len__(self):
        return 2 * len(self.targets)

    def text(self, i):
        """The text of lesson i."""
        return self.views[i // len(self.targets)][i % len(self.targets)]

    def target(self, rows):
        """Standardised targets <float32>[len(rows), t] of lessons."""
        raw = self.targets[np.asarray(rows) % len(self.targets)].astype(np.float32)
        return np.clip((raw - self.mean) / self.deviation, -CLIP, CLIP)


def load_lessons(options):
    """Lessons of the windows that the teacher has read so far."""
    windows = kept_windows(options)
    topics = document_topics(options)
    shards, start = [], 0
    while shard_path(options.work, start).exists():
        shards.append(np.load(shard_path(options.work, start)))
        start += len(shards[-1])
    windows = windows[:start]
    topics = topics[[document for document, _ in windows]].astype(np.float16)
    teacher = np.concatenate(shards)
    targets = np.concatenate([teacher, topics], axis=1)
    sample = targets[:20_000].astype(np.float32)
    weight = np.full(targets.shape[1], 1 / teacher.shape[1], np.float32)
    weight[teacher.shape[1] :] = TOPIC_WEIGHT / TOPICS
    views = two_views([text for _, text in windows])
    return Lessons(views, targets, sample.mean(0), sample.std(0) + 1e-6, weight)


# --------------------------------------------------------------------- First vectors


def co_occurrences(ids, size, reach=5):
    """How often piece a stands at most `reach` before b: <float32>[size, size]."""
    stream = np.concatenate([np.asarray(i, np.int64) for i in ids])
    counts = np.zeros(size * size, np.float32)
    for distance in range(1, reach + 1):
        pairs = stream[:-distance] * size + stream[distance:]
        counts += np.bincount(pairs, minlength=size * size) / distance
    return counts.reshape(size, size)


def company_vectors(ids, size, width):
    """Vectors <float32>[size, width] of pieces or words from their company.

    SVD of their PPMI: a start where those of like use are near, found in a minute;
    random vectors take most of the training to get there.
    """
    counts = co_occurrences(ids, size)
    counts += counts.T
    total = counts.sum(1) + 1
    context = total**0.75  # against the pull of rare pieces
    expected = total[:, None] * (context / context.sum())
    ppmi = np.log(np.maximum(counts / expected, 1))
    left, values, _ = randomized_svd(ppmi, width, n_iter=4, random_state=0)
    vectors = left * np.sqrt(values)
    random = np.random.default_rng(0).normal(size=vectors.shape)
    return (vectors / vectors.std() + 0.1 * random).astype(np.float32) * 0.05


# -------------------------------------------------------------------------- Training

BATCH = 64
BUCKET = 50 * BATCH  # lessons sorted by length together: little padding, much chance


def plan(lengths, lessons, seed):
    """Batches (rows) of lessons of like length, in an order that the seed fixes."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(lessons)
    batches = []
    for start in range(0, len(order), BUCKET):
        bucket = order[start : start + BUCKET]
        bucket = bucket[np.argsort(lengths[bucket], kind="stable")]
        batches += [bucket[i : i + BATCH] for i in range(0, len(bucket), BATCH)]
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
        gram = white.T @ white / len(white) + self.ridge * np.eye(len(values))
        kernel = np.linalg.solve(
            gram, white.T @ (targets - targets.mean(0)) / len(white)
        )
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
        mean = tf.reduce_mean(error, axis=0)
        spread = tf.reduce_mean(tf.reduce_sum(weight * (error - mean) ** 2, axis=1))
        return spread, tf.sqrt(tf.reduce_sum(weight * mean**2) + 1e-6)


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


class Trainer:
    """One student, its optimizer, its checkpoints and its log.

    A student is a tf.Module with warm_up(documents), its start; prepare(texts) -> items
    that have a length; inputs(items) -> tensors; matches, {name: (width of a feature,
    weight of its loss)}; and read(inputs) -> features by name, other losses by name.
    """

    every = 25  # steps per row of the log
    save_every = 100  # steps per checkpoint: a minute of work to lose
    calibration = 80  # batches, before the first step

    def __init__(self, name, student, lessons, options):
        self.name, self.student = name, student
        self.lessons, self.options = lessons, options
        self.items = student.prepare([lessons.text(i) for i in range(len(lessons))])
        lengths = np.array([len(item) for item in self.items])
        windows = len(lessons) // 2
        held_out = np.arange(len(lessons)) % windows >= windows - HELD_OUT
        seen = np.flatnonzero(~held_out)
        passes = [plan(lengths, seen, options.seed + i) for i in range(options.passes)]
        self.batches = list(itertools.chain(*passes))[: options.steps]
        self.held_out = plan(lengths, np.flatnonzero(held_out), 0)
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

    def losses(self, inputs, targets):
        """All losses of a batch by name, weighted: training makes their sum small."""
        features, losses = self.student.read(inputs)
        for name, match in self.matches.items():
            pair = match.losses(features[name], targets, self.lessons.weight)
            scale = self.student.matches[name][1]
            losses[name] = scale * pair[0]
            losses[f"{name} offset"] = scale * OFFSET_WEIGHT * pair[1]
        return losses

    def _update(self, inputs, targets):
        variables = self.learner.trainable_variables
        with tf.GradientTape() as tape:
            losses = self.losses(inputs, targets)
            total = tf.add_n(list(losses.values()))
        gradients = tape.gradient(total, variables)
        self.optimizer.apply_gradients(zip(gradients, variables))
        return losses

    def tensors(self, rows):
        """Inputs and targets of a batch of lessons."""
        inputs = self.student.inputs([self.items[row] for row in rows])
        return inputs, tf.constant(self.lessons.target(rows))

    def features(self, batches):
        """The student's features by name, <float>[n, d], of the batches' lessons."""
        read = tf.function(self.student.read, reduce_retracing=True)
        rows = [read(self.tensors(rows)[0])[0] for rows in batches]
        return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}

    def held_out_losses(self):
        """Mean losses over the held-out windows."""
        return mean_losses([self.judge(*self.tensors(rows)) for rows in self.held_out])

    def begin(self):
        """Give the student its first vectors, and the maps theirs."""
        kit.say("start", "vectors of words from their company")
        documents = sum(kept_documents(self.options), [])
        self.student.warm_up(documents[::2])  # half of them is enough
        batches = self.batches[: self.calibration]
        features = self.features(batches)
        targets = self.lessons.target(np.concatenate(batches))
        for name, match in self.matches.items():
            match.calibrate(features[name], targets)
        kit.say("start", f"held-out losses {self.held_out_losses()}")

    def restore(self):
        """Go on from the last checkpoint, or begin; returns their manager."""
        checkpoint = tf.train.Checkpoint(
            learner=self.learner, optimizer=self.optimizer, step=self.step
        )
        folder = self.options.work / self.name
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
        kit.say("train", f"{steps} batches of {BATCH}, from step {start}")
        log, recent = Log(LOGS / f"{self.name}.log.csv", start), []
        with kit.progress_bar(steps - start, self.name) as bar:
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


class FullPrecision(tf.saved_model.experimental.TrackableResource):
    """Fills variables from float16 copies of them when a SavedModel is loaded."""

    def __init__(self, variables, halves):
        super().__init__()
        self.pairs = list(zip(variables, halves))

    def _create_resource(self):
        return tf.constant(0)  # there must be one

    def _initialize(self):
        for variable, half in self.pairs:
            variable.assign(tf.cast(half, tf.float32))


def save_half_size(encoder, variables, path, signatures=None):
    """Save a trackable with its variables: float16 on disk, float32 once loaded.

    The loader runs the initializers of resources after it has read the checkpoint, so
    the variables themselves need not be in it. Fine-tuning wants them in float32:
    Adam's squares of gradients are zero in float16.
    """
    encoder.variables = encoder.trainable_variables = list(variables)
    encoder.halves = [
        tf.Variable(tf.cast(variable, tf.float16), trainable=False)
        for variable in variables
    ]
    encoder.full_precision = FullPrecision(encoder.variables, encoder.halves)
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
    parser.add_argument("--windows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", type=Path, default=WORK, help="shards, checkpoints")
    return parser


def training_arguments(description):
    """A parser of the options that both students have."""
    parser = arguments(description)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--passes", type=int, default=1, help="over all lessons")
    parser.add_argument("--steps", type=int, help="fewer batches than that")
    return parser
