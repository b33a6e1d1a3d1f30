"""Frozen features: once per text, kept in memory and on disk, equal to the layers."""

import inspect
import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import kit


def counting(features, calls):
    """The encoder with its real pass counted."""
    encode = features._encode

    def counted(items):
        calls.append(len(items))
        return encode(items)

    features._encode = counted
    return features


@pytest.mark.parametrize("name", ["elmo_tf1", "elmo_tf2"])
def test_elmo_features_and_the_layer_are_one_function(tiny, texts, name):
    tf, words = kit.tensorflow(), texts[0]
    features = kit.ElmoFeatures(tiny[name]).fit_transform(words)
    assert features.shape == (40, 3, 12)
    head = kit.DenseHead(random_state=0).fit(features, texts[1])
    model = kit.build_elmo_model(tiny[name])
    model.set_weights(head.weights_)
    end_to_end = model.predict(tf.constant(words)[:, None], verbose=0)[:, 0]
    np.testing.assert_allclose(
        head.predict_proba(features)[:, 1], end_to_end, atol=1e-5
    )


@pytest.mark.parametrize("name", ["bert_dict", "bert_list", "bert_tf1"])
@pytest.mark.parametrize("pooling", ["mean", "first"])
def test_bert_features_and_the_layer_are_one_function(tiny, texts, name, pooling):
    words = texts[0]
    encoder = kit.BertFeatures(tiny[name], pooling=pooling, max_seq_length=24)
    features = encoder.fit_transform(words)
    head = kit.DenseHead(random_state=0).fit(features, texts[1])
    model = kit.build_bert_model(24, tiny[name], 0, pooling)
    for variable, weight in zip(model.trainable_variables, head.weights_, strict=True):
        variable.assign(weight)
    bert = kit.shared_module(kit.BertModule, encoder.folder_)
    triplet = bert.word_pieces.triplet(words, 24)
    end_to_end = np.array(model(list(triplet)))[:, 0]
    np.testing.assert_allclose(
        head.predict_proba(features)[:, 1], end_to_end, atol=1e-5
    )


def test_a_text_is_encoded_once_in_memory_and_over_runs(tiny, tmp_path, texts):
    store, calls = str(tmp_path / "features.sqlite"), []
    words = texts[0][:9] * 2  # each twice
    first = counting(kit.BertFeatures(tiny["bert_dict"], store), calls)
    expected = first.fit_transform(words)
    assert sum(calls) == 9
    kit.feature_store.cache_clear()  # as in a new process: only the disk is left
    again = counting(kit.BertFeatures(tiny["bert_dict"], store), calls)
    np.testing.assert_array_equal(again.fit_transform(words), expected)
    assert sum(calls) == 9


def test_encoder_limit_and_pooling_are_part_of_the_key(tiny, tmp_path):
    store, calls = str(tmp_path / "features.sqlite"), []
    text = "the film and the actor in a long scene"
    for path, limit, pooling in (
        ("bert_dict", None, "mean"),
        ("bert_dict", 6, "mean"),
        ("bert_dict", 6, "first"),
        ("bert_list", 6, "mean"),
    ):
        features = kit.BertFeatures(tiny[path], store, pooling, limit)
        counting(features, calls).fit_transform([text])
    assert len(calls) == 4


def test_what_it_does_not_know_is_refused_and_half_a_character_is_a_piece(tiny):
    for odd in (dict(precision="float64"), dict(engine="x")):
        with pytest.raises(ValueError, match="is none of"):
            kit.BertFeatures(tiny["bert_dict"], **odd).fit([])
    pieces = kit.shared_module(kit.BertModule, tiny["bert_dict"]).word_pieces
    ids = pieces.ids(["film \ud800 actor", "film actor"])
    assert ids[0] == [*ids[1][:2], pieces.unknown, *ids[1][2:]]


def test_the_limit_counts_word_pieces_with_the_two_special_ones(tiny):
    text = "the film and the actor"
    pieces = kit.shared_module(kit.BertModule, tiny["bert_dict"]).ids([text])[0]
    for limit in (3, len(pieces) - 1, len(pieces), len(pieces) + 5):
        features = kit.BertFeatures(tiny["bert_dict"], max_seq_length=limit)
        items, sizes = features.fit([text])._prepare([text])
        kept = min(limit, len(pieces))
        assert items == [pieces[: kept - 1] + pieces[-1:]] and sizes == [kept]


def test_a_broken_or_forbidden_store_costs_no_result(tiny, tmp_path, texts, capsys):
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"no database " * 1000)
    expected = kit.BertFeatures(tiny["bert_dict"]).fit_transform(texts[0])
    got = kit.BertFeatures(tiny["bert_dict"], str(broken)).fit_transform(texts[0])
    np.testing.assert_allclose(got, expected, atol=1e-6)
    assert (
        sqlite3.connect(broken).execute("SELECT count(*) FROM features").fetchone()[0]
    )
    folder = tmp_path / "folder.sqlite"
    folder.mkdir()  # no database can be opened there
    got = kit.BertFeatures(tiny["bert_dict"], str(folder)).fit_transform(texts[0])
    np.testing.assert_allclose(got, expected, atol=1e-6)
    assert "memory only" in capsys.readouterr().out


def test_a_full_disk_costs_no_result(tiny, tmp_path, texts, capsys):
    store = kit.feature_store(str(tmp_path / "full.sqlite"))
    store.database.execute("PRAGMA max_page_count = 3")  # SQLite's own full disk
    features = kit.BertFeatures(tiny["bert_dict"], str(tmp_path / "full.sqlite"))
    many = [f"{text} {number}" for number in range(10) for text in texts[0]]
    assert len(features.fit_transform(many)) == 400
    assert "memory only" in capsys.readouterr().out


def test_a_store_serves_the_threads_of_a_process(tmp_path):
    path = tmp_path / "features.sqlite"
    store = kit.feature_store(str(path))  # opened here, used elsewhere

    def work(number):
        for i in range(10):
            key = b"%d %d" % (number, i)
            store.put({key: np.full((2, 3), number * 100 + i, np.float32)})
            assert store.get([key, b"none"])[key][1, 2] == number * 100 + i

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert store.written == 60
    assert store.database and not store.memory  # all of it is on the disk
    kept = kit.FeatureStore(path).get(
        [b"%d %d" % (number, i) for number in range(6) for i in range(10)]
    )
    assert len(kept) == 60
    for key, vector in kept.items():
        number, i = map(int, key.split())
        np.testing.assert_array_equal(vector, np.full((2, 3), number * 100 + i))


def write_in_turn(store, name):
    """Put what only this writer has, and what the other one puts at the same time."""
    for i in range(50):
        store.put({f"{name} {i}".encode(): np.full(4, i, np.float32)})
        store.put({b"shared %d" % i: np.full(4, i, np.float32)})
    assert store.database  # it has not turned to memory


def test_two_processes_write_to_one_store_at_once(tmp_path):
    path = str(tmp_path / "features.sqlite")
    code = "import sys, numpy as np, kit\n" + inspect.getsource(write_in_turn)
    code += (
        "store = kit.FeatureStore(sys.argv[1])\nprint('open', flush=True)\ninput()\n"
    )
    code += "write_in_turn(store, 'one')\n"
    other = subprocess.Popen(
        [sys.executable, "-c", code, path],
        env=os.environ | {"PYTHONPATH": str(kit.home())},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout.readline() == "open\n"
    store = kit.FeatureStore(path)
    other.stdin.write("\n")
    other.stdin.flush()
    write_in_turn(store, "two")
    other.communicate(timeout=60)
    assert other.returncode == 0
    names = ("one", "two", "shared")
    keys = [f"{name} {i}".encode() for name in names for i in range(50)]
    found = kit.FeatureStore(path).get(keys)
    assert [found[key][3] for key in keys] == [*range(50)] * 3


def test_more_keys_than_sqlite_takes_in_a_query_are_found(tmp_path):
    path = tmp_path / "features.sqlite"
    vectors = {b"%d" % i: np.full(2, i, np.float32) for i in range(1203)}
    kit.FeatureStore(path).put(vectors)
    found = kit.FeatureStore(path).get([*vectors, b"7", b"nobody"])
    assert found.keys() == vectors.keys() and found[b"1202"][0] == 1202


def test_a_batch_that_does_not_fit_is_halved(tiny, texts):
    tf = kit.tensorflow()
    features = kit.BertFeatures(tiny["bert_dict"])
    expected = features.fit_transform(texts[0])
    small = kit.BertFeatures(tiny["bert_dict"])
    encode, sizes = small._encode, []

    def fits_seven(items):
        if len(items) > 7:
            raise tf.errors.ResourceExhaustedError(None, None, "out of memory")
        sizes.append(len(items))
        return encode(items)

    small._encode = fits_seven
    kit.feature_store.cache_clear()
    np.testing.assert_allclose(small.fit_transform(texts[0]), expected, atol=1e-6)
    assert sum(sizes) == 40 and max(sizes) <= 7


def test_of_longer_texts_than_the_encoder_reads_windows_are_averaged(tiny, capsys):
    words = np.random.default_rng(0).choice("the film camera actor".split(), 150)
    encoder = kit.BertFeatures(tiny["bert_dict"])  # 64 positions
    got = encoder.fit_transform([" ".join(words), "film"])
    pieces = [" ".join(part) for part in np.array_split(words, 3)]  # of 50 and marks
    parts = kit.BertFeatures(tiny["bert_dict"]).fit_transform(pieces)
    np.testing.assert_allclose(got[0], parts.mean(axis=0), atol=1e-6)
    assert np.abs(parts[0] - parts[1]).max() > 0.01  # else this test proves nothing
    said = capsys.readouterr().out
    assert "1 of 2 texts have more than the 64 word pieces" in said


def test_windows_count_as_much_as_they_are_long(tiny):
    module = kit.BertModule(tiny["bert_dict"])
    ids = module.word_pieces.ids(["film actor camera " * 42])[0][:127]  # 125 and marks
    windows = module.windows(ids)
    assert [len(window) for window in windows] == [44, 44, 43]
    assert sum((list(window[1:-1]) for window in windows), []) == ids[1:-1]
    encoder = kit.BertFeatures(tiny["bert_dict"]).fit([])
    alone = np.concatenate([encoder._encode([window]) for window in windows])
    np.testing.assert_allclose(encoder._encode([ids, windows[0]]), [
        np.average(alone, axis=0, weights=[44, 44, 43]), alone[0]], atol=1e-6)


def test_all_layers_take_half_the_room_and_are_the_same_when_read_again(tiny, tmp_path):
    store, texts = tmp_path / "features.sqlite", ["the film", "a camera walked"]
    encoder = kit.BertFeatures(tiny["bert_dict"], store, pooling="layers")
    first = encoder.fit_transform(texts)
    assert first.shape == (2, 3 * 8) and first.dtype == np.float32
    kit.feature_store.cache_clear()
    np.testing.assert_array_equal(encoder.transform(texts), first)
    with sqlite3.connect(store) as database:
        (size,), *_ = database.execute("SELECT length(value) FROM features")
    assert size == 2 * 3 * 8
    last = kit.BertFeatures(tiny["bert_dict"]).fit_transform(texts)
    np.testing.assert_allclose(first[:, -8:], last, rtol=1e-3, atol=1e-3)


def test_elmo_features_do_not_depend_on_the_batch(tiny, texts):
    alone = [
        kit.ElmoFeatures(tiny["elmo_tf1"]).fit_transform([t])[0] for t in texts[0][:5]
    ]
    kit.feature_store.cache_clear()
    together = kit.ElmoFeatures(tiny["elmo_tf1"]).fit_transform(texts[0])
    np.testing.assert_allclose(together[:5], alone, atol=1e-6)


def damage(path, change):
    """Change the rows of a store's file by an SQL statement."""
    with sqlite3.connect(path) as database:
        database.execute(change)
    database.close()


DAMAGES = {
    "a flipped byte": "UPDATE features SET value = zeroblob(4) || substr(value, 5)",
    "no finite number": "UPDATE features SET value = replace(value, substr(value, 1, 4)"
    ", x'0000c07f')",
    "swapped vectors": "UPDATE features SET value = (SELECT value FROM features AS o "
    "WHERE o.key > features.key ORDER BY key LIMIT 1)",
    "another shape": "UPDATE features SET shape = '[2, 4]'",
    "no JSON": "UPDATE features SET shape = x'ff00fe'",
    "numbers for bytes": "UPDATE features SET value = 7, shape = 8, digest = 9",
    "cut": "UPDATE features SET value = substr(value, 1, 7)",
    "nothing": "UPDATE features SET value = NULL",
    "no digest": "UPDATE features SET digest = NULL",
}


@pytest.mark.parametrize("case", DAMAGES)
def test_a_damaged_row_is_encoded_anew_and_said(tiny, tmp_path, texts, capsys, case):
    store, calls = str(tmp_path / "features.sqlite"), []
    words = texts[0][:6]
    expected = kit.BertFeatures(tiny["bert_dict"], store).fit_transform(words)
    for known in (0, 6):
        if not known:
            damage(store, DAMAGES[case])
        kit.feature_store.cache_clear()
        again = counting(kit.BertFeatures(tiny["bert_dict"], store), calls)
        np.testing.assert_allclose(again.fit_transform(words), expected, atol=1e-6)
        assert sum(calls) == 6  # once, and they are whole again
        said = "6 features in" in capsys.readouterr().out
        assert said == (not known)


def test_a_store_without_digests_is_used_on(tmp_path):
    path = tmp_path / "features.sqlite"
    vector = np.arange(4, dtype=np.float32)
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE features (key BLOB PRIMARY KEY, shape TEXT, value BLOB)")
        database.execute("INSERT INTO features VALUES (?, '[4]', ?)",
                         (b"old", vector.tobytes()))  # fmt: skip
    database.close()
    store = kit.FeatureStore(path)
    assert store.get([b"old"]) == {} and store.damaged == 1
    store.put({b"old": vector, b"new": vector + 1})
    found = kit.FeatureStore(path).get([b"old", b"new"])
    np.testing.assert_array_equal(found[b"old"] + 1, found[b"new"])
    assert not path.with_name("features.sqlite.broken").exists()


@pytest.mark.parametrize("columns", ["a, b", "key, shape, value, other"])
def test_a_file_with_another_table_is_put_aside(tmp_path, columns):
    path = tmp_path / "features.sqlite"
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE features ({columns})")
    database.close()
    store = kit.FeatureStore(path)
    store.put({b"1": np.ones(3, np.float32)})
    assert store.database and len(kit.FeatureStore(path).get([b"1"])) == 1


def test_a_file_that_breaks_while_it_is_read_is_put_aside(tmp_path, capsys):
    path = tmp_path / "features.sqlite"
    vectors = {b"%d" % i: np.full(400, i, np.float32) for i in range(300)}
    kit.FeatureStore(path).put(vectors)
    content = bytearray(path.read_bytes())
    content[8192:] = bytes(255 - byte for byte in content[8192:])
    path.write_bytes(content)
    store = kit.FeatureStore(path)
    for key, vector in store.get(list(vectors)).items():
        np.testing.assert_array_equal(vector, vectors[key])
    store.put(vectors)
    assert len(kit.FeatureStore(path).get(list(vectors))) == 300


def test_what_is_not_finite_is_never_kept(tiny, tmp_path, capsys):
    store = kit.FeatureStore(tmp_path / "features.sqlite")
    store.put({b"a": np.float32([1, np.nan]), b"b": np.float32([1, 2]),
               b"c": np.float16([np.inf, 1])})  # fmt: skip
    assert store.get([b"a", b"b", b"c"]).keys() == {b"b"}
    encoder = kit.BertFeatures(tiny["bert_dict"]).fit([])
    encoder._encode = lambda items: np.full((len(items), 8), np.nan, np.float32)
    assert np.isnan(encoder.transform(["one", "two"])).all()
    assert "no finite features for 2 of 2 texts" in capsys.readouterr().out


def test_word_pieces_of_some_texts_at_a_time_are_in_memory(tiny, monkeypatch):
    texts = ["good film", "bad", "good film", "a good old film", "so bad", "bad", "x"]
    whole = kit.BertFeatures(tiny["bert_dict"]).fit_transform(texts)
    encoder, asked = kit.BertFeatures(tiny["bert_dict"]).fit([]), []
    monkeypatch.setattr(kit, "SORTED_AT_ONCE", 2)
    prepare = encoder._prepare
    encoder._prepare = lambda some: asked.append(len(some)) or prepare(some)
    encoder._key = lambda text: text.encode()  # not those that are known already
    np.testing.assert_allclose(encoder.transform(texts), whole, atol=1e-6)
    assert asked == [2, 2, 1]


@pytest.mark.parametrize("place", [None, "features.sqlite"])
def test_memory_has_a_limit(tmp_path, monkeypatch, place):
    monkeypatch.setattr(kit.FeatureStore, "MEMORY", 40_000)
    store = kit.FeatureStore(place and tmp_path / place)
    for number in range(100):
        store.put({b"%d" % number: np.full(1000, number, np.float32)})
    kept = sum(vector.nbytes for vector in store.memory.values())
    assert kept == store.size <= 40_000
    found = store.get([b"%d" % number for number in range(100)])
    assert len(found) == (100 if place else 10) and found[b"99"][0] == 99
