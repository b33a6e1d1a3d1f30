"""Let a teacher read windows of unlabelled text, and keep what it makes of them.

    pip install openvino
    python pretrain/teach.py --imdb aclImdb_v1.tar.gz --mail MAILFOLDER \\
        --broad BROAD.jsonl.xz --teacher MODELFOLDER

The teacher is a BERT in TF Hub's TF2 format. Its masked means of some layers over the
natural text are the targets of both students, and so are those of the vocabulary's
pieces, each read alone. One shard of targets after the other is written to the work
folder; the same command goes on after a kill, and the students can learn from the
shards that are there. OpenVINO reads in bfloat16 where the processor has it: twice
TensorFlow's tokens per second, and features that correlate with its by 0.99999.
"""

import functools
import tempfile

import numpy as np
import tensorflow as tf

import common
from common import kit

SHARD = 4000  # windows: about 20 seconds on two cores
BATCH = 2048  # pieces
LAYERS = (1, 3, 5, 6)  # of 6: the early ones know words, the last one the sentence
MAX_PIECES = 288  # 160 words of a review are 210 pieces; tables in mail are cut
STEP = 8  # pieces: lengths are rounded up to it, since each new shape is compiled


class Teacher:
    """A BERT that is compiled to the masked means of its LAYERS."""

    def __init__(self, folder):
        import openvino

        self.module = tf.saved_model.load(folder)
        vocabulary = self.module.vocab_file.asset_path.numpy().decode()
        self.pieces = kit.WordPieces(vocabulary, True)
        spec = tf.TensorSpec([None, None], tf.int32)
        means = tf.function(self.masked_means, input_signature=[spec, spec])
        with tempfile.TemporaryDirectory() as temporary:
            tf.saved_model.save(self.module, temporary, signatures=means)
            model = openvino.convert_model(temporary)
        # A stream a core: they need not wait for each other, as threads of one do.
        compiled = openvino.compile_model(model, "CPU", {"PERFORMANCE_HINT": "THROUGHPUT"})
        self.width = compiled.output(0).partial_shape[1].get_length()
        self.queue = openvino.AsyncInferQueue(compiled)
        self.queue.set_callback(lambda request, keep: keep(request.get_output_tensor(0)))

    def masked_means(self, ids, mask):
        """The layers' means over the pieces: <int32>[n, T] to <float32>[n, 4 * d]."""
        inputs = dict(
            input_word_ids=ids, input_mask=mask, input_type_ids=tf.zeros_like(ids)
        )
        layers = self.module(inputs, training=False)["encoder_outputs"]
        means = [common.masked_mean(layers[i - 1], mask) for i in LAYERS]
        return {"means": tf.concat(means, axis=1)}

    def read(self, texts, bar):
        """Targets <float16>[n, 4 * d] of texts, read in order of their length."""
        ids = self.pieces.ids(texts, MAX_PIECES)
        order = np.argsort([-len(i) for i in ids], kind="stable")
        targets = np.zeros([len(ids), self.width], np.float16)

        def keep(rows, found):
            targets[rows] = found.data
            bar.update(len(rows))

        while len(order):
            longest = -(-len(ids[order[0]]) // STEP) * STEP
            rows, order = np.split(order, [max(BATCH // longest, 1)])
            words, mask, _ = kit.padded_triplet([ids[row] for row in rows], longest)
            inputs = {"ids": words, "mask": mask}
            self.queue.start_async(inputs, functools.partial(keep, rows))
        self.queue.wait_all()
        return targets


def main(argv=None):
    """Write the shards that are still missing."""
    parser = common.arguments(__doc__.split("\n")[0])
    parser.add_argument("--teacher", required=True, help="a TF2 SavedModel of BERT")
    options = parser.parse_args(argv)
    windows = common.NATURAL.transform(common.windows(options).text)
    starts = range(0, len(windows), SHARD)
    todo = {
        common.shard_path(options, start): windows[start : start + SHARD]
        for start in starts
    }
    if options.course == 1:
        words = common.pieces_as_words(common.vocabulary(options))
        todo = {options.work / common.WORDS: words} | todo
    todo = {path: texts for path, texts in todo.items() if not path.exists()}
    kit.say("teacher", f"{len(todo)} shards to read")
    teacher = Teacher(options.teacher)
    with kit.progress(sum(map(len, todo.values())), "teacher") as bar:
        for path, texts in todo.items():
            common.save_array(path, teacher.read(texts, bar))


if __name__ == "__main__":
    main()
