"""Measure the exported encoders as the kit uses them: frozen, a small head on top.

    python pretrain/measure.py --imdb aclImdb_v1.tar.gz --mail MAILFOLDER

Prints a table, mean and deviation of 5 draws of 1,000 documents per class, 70/30: the
head of the article (Dense(256, relu), one output, 5 epochs of Adam) and logistic
regression on the same features, and the kit's logistic regression on counts.
"""

import time
import warnings

import numpy as np
import tensorflow as tf
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import common
from common import kit

DRAWS = 5
SETTINGS = ((50, 20), (200, 100))  # maxtokens, maxtokenlen
BATCH_TOKENS = 8192


def batches(lengths):
    """Rows in order of length, cut so that a padded batch has BATCH_TOKENS at most."""
    rows = []
    for row in np.argsort(lengths, kind="stable"):
        if rows and (len(rows) + 1) * lengths[row] > BATCH_TOKENS:
            yield np.array(rows)
            rows = []
        rows.append(row)
    yield np.array(rows)


class Bert:
    """Texts to the masked means <float>[n, d] of the last layer."""

    def __init__(self, path):
        self.model = tf.saved_model.load(str(path))
        vocabulary = self.model.vocab_file.asset_path.numpy().decode()
        self.pieces = kit.WordPieces(vocabulary, bool(self.model.do_lower_case))

    def features(self, texts):
        """Features, and how many pieces were read for them."""
        ids = [
            self.pieces.ids([text], min(text.limit or 512, 512))[0] for text in texts
        ]
        features = [None] * len(ids)
        for rows in batches([len(i) for i in ids]):
            batch = [ids[row] for row in rows]
            words, mask, types = map(
                tf.constant, kit.padded_triplet(batch, max(map(len, batch)))
            )
            inputs = dict(input_word_ids=words, input_mask=mask, input_type_ids=types)
            last = self.model(inputs, training=False)["sequence_output"]
            for row, mean in zip(rows, common.masked_mean(last, mask).numpy()):
                features[row] = mean
        return np.stack(features), sum(map(len, ids))


class Elmo:
    """Texts to the masked means <float>[n, d] of the three layers' equal mix."""

    def __init__(self, path):
        self.model = tf.saved_model.load(str(path))
        self.read = self.model.signatures["default"]

    def features(self, texts):
        """Features, and how many words were read for them."""
        lengths = [text.count(" ") + 1 for text in texts]
        features = [None] * len(texts)
        for rows in batches(lengths):
            means = self.read(tf.constant([str(texts[row]) for row in rows]))["default"]
            for row, mean in zip(rows, means.numpy()):
                features[row] = mean
        return np.stack(features), sum(lengths)


READERS = {"bert-mini": Bert, "elmo-mini": Elmo}


def count_score(train, test):
    """Accuracy of logistic regression on the kit's counts of (texts, labels)."""
    model = make_pipeline(kit.TokenCounts(), LogisticRegression(max_iter=1000))
    return model.fit(*train).score(*test)


def head_score(train, test, seed):
    """Accuracy of the article's head."""
    head = MLPClassifier((256,), max_iter=5, batch_size=32, alpha=0, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 5 epochs are meant
        return head.fit(*train).score(*test)


def linear_score(train, test):
    """Accuracy of logistic regression on standardised features."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.02, max_iter=1000))
    return model.fit(*train).score(*test)


def all_features(encoder, excerpts):
    """Features by document, of {id: excerpt}, and the tokens read per second."""
    start = time.monotonic()
    features, tokens = encoder.features(list(excerpts.values()))
    return dict(zip(excerpts, features)), tokens / (time.monotonic() - start)


def of_part(values, part):
    """The values of a part's documents, and its labels."""
    return [values[i] for i in part.ids], part.labels


def cell(scores):
    """Mean and deviation in per cent."""
    return f"{100 * np.mean(scores):5.1f}±{100 * np.std(scores):.1f}"


def measure(encoders, data, tokens):
    """Print the rows of one data set, setting and kind of text."""
    draws = [kit.draw(data, 1000, 0, repeat) for repeat in range(DRAWS)]
    excerpts = {}
    for part in (part for draw in draws for part in draw):
        excerpts.update(zip(part.ids, tokens.transform(part.texts)))
    setting = f"{data.name:5} {tokens.text:7} {tokens.maxtokens:3}"
    pairs = [[of_part(excerpts, part) for part in draw] for draw in draws]
    scores = [count_score(*pair) for pair in pairs]
    print(f"{setting}  {'counts':9}  linear {cell(scores)}", flush=True)
    for name, encoder in encoders.items():
        features, speed = all_features(encoder, excerpts)
        pairs = [[of_part(features, part) for part in draw] for draw in draws]
        heads = [head_score(*pair, seed) for seed, pair in enumerate(pairs)]
        linear = [linear_score(*pair) for pair in pairs]
        print(
            f"{setting}  {name:9}  linear {cell(linear)}  head {cell(heads)}"
            f"  {speed:6.0f} tokens/s",
            flush=True,
        )


def main(argv=None):
    """Both encoders, both data sets, both kinds of text, both settings."""
    parser = common.arguments(__doc__.split("\n")[0])
    parser.add_argument("--only", choices=READERS, help="one of the encoders")
    options = parser.parse_args(argv)
    names = [options.only] if options.only else READERS
    encoders = {name: READERS[name](common.ENCODERS / name) for name in names}
    for data in (kit.load_imdb(options.imdb), kit.load_email(options.mail)):
        for text in ("natural", "article"):
            for setting in SETTINGS:
                measure(encoders, data, kit.Tokens(*setting, text))


if __name__ == "__main__":
    main()
