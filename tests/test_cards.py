"""Several cards, smaller numbers, batches that find their size, other engines."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from conftest import HERE

import kit

# Each logical device alone, and two and four of them together; argv: BERT, ELMo.
CARDS = """
import sys, numpy as np, conftest, kit
tf = kit.tensorflow()
one = tf.config.LogicalDeviceConfiguration()
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [one] * 4)
texts = [conftest.review(number % 2, number) for number in range(60)]
kinds = (kit.BertFeatures, kit.BertModule), (kit.ElmoFeatures, kit.ElmoModule)
for (kind, module), path in zip(kinds, sys.argv[1:]):
    kind.batch_tokens, encode, find_lanes = 100, kind._encode, kind._lanes
    encoder = kind(path).fit([])
    items, sizes = encoder._prepare(texts)
    lanes = encoder._lanes()
    alone = [lane.encode(items)[0] for lane in lanes]
    for count in (2, 4):
        used = set()
        kind._encode = lambda self, items: used.add(self.lane_) or encode(self, items)
        kind._lanes = lambda self: find_lanes(self)[:count]
        kit.feature_store.cache_clear()
        together = encoder.transform(texts)
        assert used == {lane.lane_ for lane in lanes[:count]} and len(used) == count, used
        for features in alone:
            np.testing.assert_allclose(features, together, atol=1e-6)
    modules = {kit.shared_module(module, encoder.folder_, False, lane.lane_)
               for lane in lanes}
    assert len(modules) == 4
    if kind is kit.BertFeatures:
        print(*sorted(m.variables[0].device[-5:] for m in modules))
"""


@pytest.mark.slow
def test_all_cards_read_at_once_and_give_the_same(tiny):
    """On logical devices that TensorFlow makes of one CPU."""
    paths = [str(tiny[name]) for name in ("bert_dict", "elmo_tf1")]
    environment = os.environ | {"PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"}
    done = subprocess.run(
        [sys.executable, "-c", CARDS, *paths], capture_output=True, text=True,
        env=environment, timeout=300)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].split() == [f"CPU:{i}" for i in range(4)]


def test_batches_grow_while_that_reads_more_and_the_size_is_remembered():
    def found(rate_of, tokens=512):
        pace, sizes = kit.Pace("an encoder", tokens, True), []
        while pace.grows:
            sizes.append(pace.tokens)
            pace.judge(pace.tokens, pace.tokens / rate_of(pace.tokens))
        return pace.tokens, sizes

    best, sizes = found(lambda tokens: min(tokens, 4000))
    assert best == 4096 and sizes == [512, 512, 1024, 1024, 2048, 2048, 4096, 4096,
                                      8192, 8192]  # fmt: skip
    again = kit.Pace("an encoder", 512, True)
    assert again.tokens == 4096 and not again.grows
    assert kit.Pace("another one", 512, True).tokens == 512
    again.settle(700)  # memory ended
    assert kit.Pace("an encoder", 512, True).tokens == 700


SIZES = '"abc"', "0", "-1", "1.5", "1e300", "true", "null", "[1]", "9" * 30, "9" * 5000


@pytest.mark.parametrize("kept", [
    "[]", "[" * 99_999, '"an encoder"', *('{"an encoder": %s}' % one for one in SIZES),
], ids=range(13))  # fmt: skip
def test_a_damaged_size_of_batches_is_as_if_it_were_not_there(kept):
    kit.cache_folder().joinpath("batches.json").write_text(kept)
    pace = kit.Pace("an encoder", 512, True)
    assert pace.tokens == 512 and pace.grows
    pace.settle(700)
    assert kit.Pace("an encoder", 512, True).tokens == 700


def test_a_slow_start_is_not_held_against_a_size():
    pace = kit.Pace("an encoder", 512, True)
    pace.judge(512, 100)  # the first batches compile
    pace.judge(512, 1)
    assert pace.tokens == 1024 and pace.grows


def test_a_cpu_reads_the_same_batches_every_time(tiny, texts):
    encoder, read = kit.BertFeatures(tiny["bert_dict"]).fit([]), []
    real = encoder._encode
    encoder._encode = lambda items: read.append(items) or real(items)
    encoder.batch_tokens = 120
    first = encoder.transform(texts[0])
    assert len(read) > 5
    kit.feature_store.cache_clear()
    np.testing.assert_array_equal(encoder.transform(texts[0]), first)
    half = len(read) // 2  # cores take them as they are free
    assert sorted(read[:half]) == sorted(read[half:])
    assert not kit.cache_folder().joinpath("batches.json").exists()


def test_cores_read_batches_at_the_same_time_and_give_the_same(tiny, texts):
    encoder = kit.BertFeatures(tiny["bert_dict"]).fit([])
    encoder.batch_tokens, encoder.cpu_lanes = 120, 1
    alone = encoder.transform(texts[0])
    kit.feature_store.cache_clear()
    real, met = encoder._encode, threading.Barrier(2, timeout=60)
    first = iter([met.wait] * 2)  # these two wait for each other

    def meet(items):
        next(first, int)()
        return real(items)

    encoder.cpu_lanes, encoder._encode = 2, meet
    np.testing.assert_array_equal(encoder.transform(texts[0]), alone)
    assert next(first, None) is None and not met.broken


def test_what_is_ready_within_a_second_is_kept_together(monkeypatch):
    now = iter([0, 0.5, 1.2, 1.2, 1.3])
    monkeypatch.setattr(kit.time, "monotonic", lambda: next(now))
    batches = [(np.array([i]), np.array([[i * 10.0]])) for i in (4, 2, 7)]
    kept = [(rows.tolist(), v.tolist()) for rows, v in kit.by_second(iter(batches))]
    assert kept == [([4, 2], [[40.0], [20.0]]), ([7], [[70.0]])]


def test_on_a_card_batches_grow_and_the_features_stay(tiny, texts, monkeypatch):
    expected = kit.BertFeatures(tiny["bert_dict"]).fit_transform(texts[0])
    encoder, sizes = kit.BertFeatures(tiny["bert_dict"]).fit([]), []
    real, encoder.cpu_lanes = encoder._encode, 1
    encoder._encode = lambda items: sizes.append(len(items)) or real(items)
    monkeypatch.setattr(encoder, "_pace", lambda away: kit.Pace("a card", 300, True))
    monkeypatch.setattr(kit, "WAVE", 1)
    monkeypatch.setattr(kit.Pace, "judge", lambda pace, *_: setattr(
        pace, "tokens", 2 * pace.tokens))  # fmt: skip
    kit.feature_store.cache_clear()
    np.testing.assert_allclose(encoder.transform(texts[0]), expected, atol=1e-6)
    assert sizes[0] < sizes[1] < sizes[2]


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", ["bert_dict", "bert_list"])
def test_smaller_products_change_a_features_hundredth_at_most(
    tiny, texts, precision, name
):
    whole = kit.BertFeatures(tiny[name], max_seq_length=24).fit_transform(texts[0])
    encoder = kit.BertFeatures(tiny[name], max_seq_length=24, precision=precision)
    small = encoder.fit_transform(texts[0])  # the store has kept them apart
    error = np.linalg.norm(small - whole) / np.linalg.norm(whole)
    assert 0 < error < 1e-2


def test_in_tf1_format_products_stay_as_they_are(tiny):
    assert kit.precision_here("auto", tiny["bert_tf1"]) == "float32"
    encoder = kit.BertFeatures(tiny["bert_tf1"], precision="float16")
    with pytest.raises(kit.KitError, match="needs TF2's"):
        encoder.fit_transform(["film"])


def test_engine_and_precision_are_part_of_the_key_but_the_usual_ones():
    keys = set()
    for engine in kit.ENGINES:
        for precision in kit.PRECISIONS[1:]:
            encoder = kit.BertFeatures("x", precision=precision, engine=engine)
            encoder.identity_, encoder.precision_ = "1", precision
            keys.add(encoder._key("text"))
    assert len(keys) == 6
    usual = kit.BertFeatures("x")
    usual.identity_, usual.precision_ = "1", "float32"
    assert usual._key("text") in keys


def test_precision_shows_in_the_title_and_reaches_the_encoder():
    settings = kit.Settings(precision="bfloat16", engine="openvino")
    column = kit.Column("bert")
    assert column.title(settings) == "BERT (bfloat16)"
    features = column.pipeline(settings).named_steps["features"]
    assert (features.precision, features.engine) == ("bfloat16", "openvino")
    assert column.title(kit.Settings()) == "BERT"


def test_without_openvino_its_engine_is_a_sentence(tiny, monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    encoder = kit.BertFeatures(tiny["bert_dict"], engine="openvino").fit([])
    with pytest.raises(kit.KitError, match="pip install"):
        encoder.transform(["film"])


def test_openvino_gives_the_same_features(tiny, texts):
    pytest.importorskip("openvino")
    whole = kit.BertFeatures(tiny["bert_dict"]).fit_transform(texts[0])
    for pooling in kit.POOLINGS:
        expected = kit.BertFeatures(tiny["bert_dict"], None, pooling).fit_transform(
            texts[0])  # fmt: skip
        found = kit.BertFeatures(
            tiny["bert_dict"], None, pooling, engine="openvino"
        ).fit_transform(texts[0])
        np.testing.assert_allclose(found, expected, atol=1e-3 if "l" in pooling else 2e-6)
    with pytest.raises(kit.KitError, match="TF1"):
        kit.BertFeatures(tiny["bert_tf1"], engine="openvino").fit_transform(["film"])
    assert whole.shape == (40, 8)
