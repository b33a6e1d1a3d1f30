"""Let a teacher read windows of unlabelled text, and keep what it makes of them.

    python pretrain/teach.py --imdb aclImdb_v1.tar.gz --mail MAILFOLDER \\
        --teacher MODELFOLDER

The teacher is a BERT in TF Hub's TF2 format. Its masked means of some layers over the
natural text are the targets of both students. One shard of targets after the other is
written to the work folder; the same command goes on after a kill, and the students can
learn from the shards that are there.
"""

import numpy as np
import tensorflow as tf

import common
from common import kit

SHARD = 2000  # windows: about half a minute on two cores
BATCH = 64
LAYERS = (1, 3, 5, 6)  # of 6: the early ones know words, the last one the sentence
MAX_PIECES = 288  # 160 words of a review are 210 pieces; tables in mail are cut


def masked_means(model, ids):
    """The layers' means over the words: ids <list of int>[n] to <float16>[n, 4 * d]."""
    words, mask, types = kit.padded_triplet(ids, max(map(len, ids)))
    inputs = dict(input_word_ids=words, input_mask=mask, input_type_ids=types)
    layers = model({k: tf.constant(v) for k, v in inputs.items()}, training=False)
    weight = tf.cast(mask, tf.float32)[:, :, None]  # [n, T, 1]
    weight /= tf.reduce_sum(weight, axis=1, keepdims=True)
    chosen = [layers["encoder_outputs"][layer - 1] for layer in LAYERS]
    means = [tf.reduce_sum(layer * weight, axis=1) for layer in chosen]  # 4 of [n, d]
    return tf.concat(means, axis=1).numpy().astype(np.float16)


def teach(model, ids, bar):
    """Targets <float16>[n, 4 * d] of texts' ids, read in order of their length."""
    order = np.argsort([len(i) for i in ids])
    targets = [None] * len(ids)
    for start in range(0, len(ids), BATCH):
        rows = order[start : start + BATCH]
        means = masked_means(model, [ids[row] for row in rows])
        for row, mean in zip(rows, means):
            targets[row] = mean
        bar.update(len(rows))
    return np.stack(targets)


def main(argv=None):
    """Write the shards that are still missing."""
    parser = common.arguments(__doc__.split("\n")[0])
    parser.add_argument("--teacher", required=True, help="a TF2 SavedModel of BERT")
    options = parser.parse_args(argv)
    windows = [text for _, text in common.kept_windows(options)]
    model = tf.saved_model.load(options.teacher)
    pieces = kit.WordPieces(model.vocab_file.asset_path.numpy().decode(), True)
    starts = range(0, len(windows), SHARD)
    missing = [s for s in starts if not common.shard_path(options.work, s).exists()]
    kit.say("teacher", f"{len(missing)} of {len(starts)} shards to read")
    with kit.progress_bar(len(missing) * SHARD, "teacher") as bar:
        for start in missing:
            texts, _ = common.two_views(windows[start : start + SHARD])
            targets = teach(model, pieces.ids(texts, MAX_PIECES), bar)
            common.save_array(common.shard_path(options.work, start), targets)


if __name__ == "__main__":
    main()
