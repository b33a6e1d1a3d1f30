"""Caches, digests, downloads from a local server, and what a closed network says."""

import contextlib
import gzip
import hashlib
import io
import os
import random
import shutil
import socket
import tarfile
import tempfile
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

import kit


@pytest.fixture
def saved_model(tmp_path):
    """A folder that looks like a SavedModel to whoever only finds and digests it."""
    folder = tmp_path / "made" / "model"
    for name in ("saved_model.pb", "variables/variables.index", "assets/vocab.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"what is in {name}")
    return folder


def test_a_download_is_checked_and_placed_whole(server):
    folder, url, handler = server
    content = os.urandom(3_000_000)
    (folder / "data.bin").write_bytes(content)
    known = "md5:" + hashlib.md5(content).hexdigest()
    path = kit.download(f"{url}/data.bin", known)
    assert path.read_bytes() == content
    assert [p.name for p in path.parent.iterdir()] == ["data.bin"]
    assert kit.download(f"{url}/data.bin", known) == path
    assert handler.requests == ["/data.bin"]  # once


def test_a_download_that_breaks_off_is_tried_again(server):
    folder, url, handler = server
    content = os.urandom(4_000_000)
    (folder / "data.bin").write_bytes(content)
    handler.breaks = 1
    assert kit.download(f"{url}/data.bin").read_bytes() == content
    assert len(handler.requests) == 2


def test_what_cannot_be_downloaded_is_told_and_leaves_nothing(
    server, own_cache, monkeypatch
):
    folder, url, _ = server
    monkeypatch.setattr(time, "sleep", lambda seconds: None)  # between the trials
    (folder / "data.bin").write_bytes(b"not what the publisher said")
    with pytest.raises(kit.KitError, match="data.bin failed: .*hash"):
        kit.download(f"{url}/data.bin", "md5:" + "0" * 32)
    with pytest.raises(kit.KitError, match="gone.bin failed: 404"):
        kit.download(f"{url}/gone.bin")
    assert not [path for path in own_cache.rglob("*") if path.is_file()]


def test_an_encoder_is_fetched_from_its_url_and_kept(server, saved_model):
    folder, url, handler = server
    with tarfile.open(folder / "encoder", "w:gz") as archive:
        archive.add(saved_model, arcname=".")
    encoder = kit.Encoder(f"{url}/encoder")
    first = encoder.find()
    assert encoder.is_in(first) and encoder.name == "encoder"
    count = len(handler.requests)
    assert encoder.find() == first and len(handler.requests) == count
    assert encoder.digest() == kit.Encoder(str(saved_model)).digest()


def test_a_broken_packed_encoder_is_fetched_again_next_time(server, saved_model):
    folder, url, _ = server
    (folder / "encoder").write_bytes(b"an error page")
    with pytest.raises(kit.KitError, match="gave no packed SavedModel"):
        kit.Encoder(f"{url}/encoder").find()
    with tarfile.open(folder / "encoder", "w:gz") as archive:
        archive.add(saved_model, arcname=".")
    assert (kit.Encoder(f"{url}/encoder").find() / "saved_model.pb").is_file()


def packed(*files):
    """A tar archive of (name, bytes)."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return whole.getvalue()


def damaged_packings():
    """What a server may give in place of an encoder's archive, by what is wrong."""
    weights = random.Random(0).randbytes(9000)
    whole = packed(("saved_model.pb", b"graph"), ("variables/data", weights))
    flipped, crc = bytearray(gzip.compress(whole)), bytearray(gzip.compress(whole))
    flipped[len(flipped) // 2] ^= 4
    crc[-6] ^= 1
    zeros = gzip.compress(packed(("saved_model.pb", b"0" * 999_999)))
    outside = packed(("saved_model.pb", b"graph"), ("../x", b"1"))
    return {"a bit": bytes(flipped), "its checksum": bytes(crc), "a bomb": zeros,
            "no model": packed(("other.txt", b"hello")), "its end": whole[:5120],
            "a file outside": outside}  # fmt: skip


@pytest.mark.parametrize("case", damaged_packings())
def test_a_damaged_encoder_is_never_kept(server, saved_model, monkeypatch, case):
    folder, url, _ = server
    monkeypatch.setattr(kit, "UNPACKED_AT_ONCE", 1 << 16)
    (folder / "encoder").write_bytes(damaged_packings()[case])
    for _ in range(2):
        with pytest.raises(kit.KitError, match="gave no packed SavedModel"):
            kit.Encoder(f"{url}/encoder").find()
    encoder = kit.Encoder(f"{url}/encoder")
    (kit.cache_folder() / "encoders" / encoder.key).mkdir(parents=True)  # left by half
    (kit.cache_folder() / "encoders" / encoder.key / "other.txt").touch()
    with tarfile.open(folder / "encoder", "w:gz") as archive:
        archive.add(saved_model, arcname=".")
    assert encoder.digest() == kit.Encoder(str(saved_model)).digest()


def test_an_encoder_is_found_where_others_keep_it(
    saved_model, own_cache, tmp_path, monkeypatch
):
    encoder = kit.Encoder(kit.BERT)
    for layout in ("bert/tensorflow2", "models/tensorflow/bert/tensorflow2"):
        mount = tmp_path / layout.replace("/", "_")
        place = mount / layout / "en-uncased-l-12-h-768-a-12" / "4"
        place.parent.mkdir(parents=True)
        place.symlink_to(saved_model)
        monkeypatch.setattr(kit, "KAGGLE_INPUT", mount)
        assert encoder.find() == place
    monkeypatch.setattr(kit, "KAGGLE_INPUT", tmp_path / "nothing")
    hub = own_cache / "hub" / hashlib.sha1(encoder.url.encode()).hexdigest()
    hub.mkdir(parents=True)  # a cleaner has left an empty folder: it is passed over
    kagglehub = own_cache / "kagglehub" / "models" / kit.BERT
    kagglehub.parent.mkdir(parents=True)
    kagglehub.symlink_to(saved_model)
    assert encoder.find() == kagglehub


@pytest.mark.parametrize(
    "handle, name",
    [
        ("encoders/elmo-mini/", "elmo-mini"),
        (kit.BERT, "en-uncased-l-12-h-768-a-12"),
        ("/kaggle/input/bert/tensorflow2/small-l-4/1", "small-l-4"),
        ("/kaggle/input/models/me/my-bert/tensorFlow2/default/3/", "my-bert"),
        ("https://tfhub.dev/google/elmo/3", "elmo"),
        ("https://example.com/models/talking", "talking"),
        ("exports/reviews/1712345678", "reviews"),
        ("7", "7"),
        ("/kaggle/input/gemma/keras/base/2", "gemma"),
        ("/kaggle/input/my-bert/tensorflow2/variation-1/3", "my-bert"),
    ],
)
def test_an_encoder_is_called_as_a_person_would_call_it(handle, name):
    assert kit.Encoder(handle).name == name
    title = kit.Column("bert").title(kit.Settings(bert=handle))
    assert title in ("BERT", f"BERT ({name.removeprefix('elmo-')})")


def test_kaggles_names_of_encoders_are_known():
    address = kit.Encoder(f"https://www.kaggle.com/models/{kit.ELMO}")
    assert address.kaggle == kit.ELMO and address.url == kit.TFHUB_URLS[kit.ELMO]
    assert kit.Encoder("models/of/mine").kaggle == ""


def test_a_path_counts_from_here_or_from_the_kit(tmp_path, monkeypatch, saved_model):
    monkeypatch.chdir(saved_model.parent)
    assert kit.Encoder("model").find() == saved_model
    mini = kit.ENCODERS["mini"]["bert"]
    assert kit.Encoder(mini).find() == kit.home() / mini


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """(a folder with kit.py alone, the working folder, Kaggle's mounts), all empty."""
    folders = [tmp_path / name for name in ("code", "working", "input")]
    for folder in folders:
        folder.mkdir()
    monkeypatch.setattr(kit, "home", lambda: folders[0])
    monkeypatch.setattr(kit, "KAGGLE_INPUT", folders[2])
    monkeypatch.chdir(folders[1])
    return folders


@pytest.mark.parametrize("place", [
    "working/encoders/bert-mini", "input/my-kit/encoders/bert-mini",
    "input/datasets/me/small-encoders/bert-mini"])  # fmt: skip
def test_small_encoders_are_found_here_and_in_mounted_data_sets(
    alone, tmp_path, saved_model, place
):
    encoder = kit.Encoder(kit.ENCODERS["mini"]["bert"])
    with pytest.raises(kit.KitError):  # and that is not remembered
        encoder.find()
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).symlink_to(saved_model)
    assert encoder.find().samefile(saved_model)


def test_small_encoders_that_are_not_there_are_told_without_a_circle(alone):
    with pytest.raises(kit.KitError) as caught:
        kit.Encoder(kit.ENCODERS["mini"]["elmo"]).find()
    said = str(caught.value)
    for way in ("the folder encoders/", *map(str, alone[:2]), "attach a data set"):
        assert way in said
    assert "--encoders mini" not in said and "internet" not in said


def test_a_folder_without_a_saved_model_is_named(tmp_path):
    with pytest.raises(kit.KitError, match=f"{tmp_path} .*no saved_model.pb.$"):
        kit.Encoder(str(tmp_path)).find()


def test_a_folder_above_a_saved_model_names_it(tmp_path, saved_model):
    with pytest.raises(kit.KitError, match=f"Did you mean {saved_model}?"):
        kit.Encoder(str(tmp_path)).find()


@pytest.fixture
def closed_network(monkeypatch, tmp_path):
    """Addresses nobody answers at, in place of Kaggle's and the hub's; no mounts."""
    monkeypatch.setattr(kit, "KAGGLE_SITE", "http://127.0.0.1:9")
    monkeypatch.setattr(kit, "TFHUB_URLS", {kit.BERT: "http://127.0.0.1:9/bert"})
    monkeypatch.setattr(kit, "KAGGLE_INPUT", tmp_path)


def test_a_closed_network_is_told_with_the_ways_out(closed_network):
    started = time.monotonic()
    with pytest.raises(kit.KitError) as caught:
        kit.Encoder(kit.BERT).find()
    assert time.monotonic() - started < 10
    for way in (kit.BERT, "attach", "--bert", "--encoders mini"):
        assert way in str(caught.value)


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path_that_is_not_there_is_named(closed_network, tmp_path, kind):
    (tmp_path / "noware").touch()
    with pytest.raises(kit.KitError, match="nowhere is not here") as caught:
        kit.Encoder(kind(tmp_path / "nowhere")).find()
    said = str(caught.value)
    assert "Did you mean noware?" in said
    assert "internet" not in said and "attach" not in said


@pytest.mark.parametrize("dripping", [False, True])
def test_a_host_that_never_answers_costs_seconds_only(dripping):
    over = threading.Event()

    def drip():  # a byte of an answer now and then, which no time limit of a read ends
        connection, _ = silent.accept()
        with connection, contextlib.suppress(OSError):
            while not over.wait(0.2):
                connection.send(b"H")

    with socket.socket() as silent:  # listens, accepts, says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        if dripping:
            threading.Thread(target=drip, daemon=True).start()
        started = time.monotonic()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert not kit.reachable(url, seconds=1)
        assert time.monotonic() - started < 5
        over.set()


def test_a_name_too_long_for_a_file_is_a_sentence():
    for call in (kit.load, kit.CORPORA["imdb"].find, lambda p: kit.Encoder(p).find()):
        with pytest.raises(kit.KitError, match="xxx.* (is not here|cannot be read)"):
            call("x" * 5000)


def test_a_refusal_is_an_answer(server):
    assert kit.reachable(f"{server[1]}/nothing-here")


def test_a_digest_follows_the_content_and_not_the_place(saved_model, tmp_path):
    copy = shutil.copytree(saved_model, tmp_path / "copy")
    digest = kit.Encoder(str(saved_model)).digest()
    assert kit.Encoder(str(copy)).digest() == digest
    (copy / "README").write_text("no part of the encoder")
    assert kit.Encoder(str(copy)).digest() == digest
    vocabulary = copy / "assets" / "vocab.txt"
    vocabulary.write_text("other words")
    assert kit.Encoder(str(copy)).digest() != digest
    shutil.copy(saved_model / "assets" / "vocab.txt", vocabulary)
    assert kit.Encoder(str(copy)).digest() == digest
    vocabulary.rename(copy / "assets" / "words.txt")
    assert kit.Encoder(str(copy)).digest() != digest


def test_a_folder_is_digested_once_a_process(saved_model):
    stamp = kit.times_of(saved_model)
    digest = kit.content_digest(saved_model, stamp)
    (saved_model / "saved_model.pb").unlink()  # reading it again would fail
    assert kit.content_digest(saved_model, stamp) == digest


FRAME = pd.DataFrame(
    {
        "id": ["a", "b"],
        "text": ["Zürich, 北京\n", None],
        "label": pd.Categorical(["pos", "neg"], ["pos", "neg", "none"]),
    }
)


def test_the_cache_reads_once_and_survives_a_broken_file(own_cache):
    calls = []

    def read():
        calls.append(1)
        return FRAME

    for _ in range(2):
        pd.testing.assert_frame_equal(kit.cached_frame("thing", 1, read), FRAME)
    assert len(calls) == 1
    (path,) = (own_cache / "corpora").iterdir()
    whole = path.read_bytes()
    for broken in (whole[:-9], whole[: len(whole) // 2], b"text", b""):
        calls.clear()
        path.write_bytes(broken)
        pd.testing.assert_frame_equal(kit.cached_frame("thing", 1, read), FRAME)
        assert len(calls) == 1 and path.read_bytes() == whole


def test_the_cache_believes_no_other_content(own_cache, capsys):
    other = FRAME.assign(label=FRAME.label[::-1].array)
    kit.cached_frame("thing", 1, lambda: FRAME)
    kit.cached_frame("thing", 2, lambda: other)
    capsys.readouterr()
    one, two = sorted((own_cache / "corpora").iterdir(), key=lambda p: p.stat().st_mtime)
    whole = one.read_bytes()
    contents = [two.read_bytes(), other.to_parquet(index=False), b"[]",
                FRAME[:1].to_parquet(index=False), FRAME[["id"]].to_parquet(),
                whole[:200] + bytes([whole[200] ^ 1]) + whole[201:]]  # fmt: skip
    for content in contents:
        one.write_bytes(content)
        pd.testing.assert_frame_equal(kit.cached_frame("thing", 1, lambda: FRAME), FRAME)
        assert "thing is read anew" in capsys.readouterr().out
        assert one.read_bytes() == whole
    two.rename(one.with_name(one.name.replace(one.name[:30], two.name[:30])))
    pd.testing.assert_frame_equal(kit.cached_frame("thing", 2, lambda: other), other)


def test_a_cache_file_without_a_digest_is_replaced(own_cache):
    kit.cached_frame("thing", 1, lambda: FRAME)
    (path,) = (own_cache / "corpora").iterdir()
    path.rename(path.with_name(path.name.rpartition("-")[0] + ".parquet"))  # as before
    assert len(kit.cached_frame("thing", 1, lambda: FRAME[:1])) == 1
    (path,) = (own_cache / "corpora").iterdir()


def test_the_cache_reads_again_what_is_made_of_something_else(monkeypatch):
    def frame(made_of, name="thing"):
        read = lambda: FRAME.assign(id=str(made_of))  # noqa: E731
        return kit.cached_frame(name, made_of, read).id[0]

    assert (frame(1), frame(2), frame((1, "x"))) == ("1", "2", "(1, 'x')")
    assert kit.cached_frame("thing", 1, lambda: FRAME[:0]).id[0] == "1"
    assert len(kit.cached_frame("other", 1, lambda: FRAME[:0])) == 0
    monkeypatch.setattr(kit, "FORMAT", kit.FORMAT + 1)
    assert len(kit.cached_frame("thing", 1, lambda: FRAME[:0])) == 0


def test_a_cache_that_cannot_be_written_is_told_and_nothing_more(own_cache, capsys):
    (own_cache / "corpora").write_text("a file where a folder should be")
    assert kit.cached_frame("thing", 1, lambda: FRAME) is FRAME
    assert "could not keep thing" in capsys.readouterr().out


def test_a_cache_without_a_home_is_a_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "file").touch()
    monkeypatch.setenv("KIT_CACHE", str(tmp_path / "file" / "cache"))
    assert kit.cache_folder() == tmp_path / "transfer-kit"
    monkeypatch.delenv("KIT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert kit.cache_folder() == tmp_path / "xdg" / "transfer-kit"


def test_what_lies_too_deep_or_later_is_not_found_below(tmp_path):
    names = ("b/it", "a/2/it", "a/1/2/3/4/5/6/it")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()

    def found():
        return kit.find_below(tmp_path, lambda path: path.name == "it")

    assert found() == tmp_path / "a/2/it"
    (tmp_path / "a/2/it").unlink()
    assert found() == tmp_path / "b/it"
    (tmp_path / "b/it").unlink()
    assert found() is None
    (tmp_path / "link").symlink_to(tmp_path / "a" / "1")
    assert found() == tmp_path / "link/2/3/4/5/6/it"


def test_writing_is_all_or_nothing(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(TypeError):
        kit.write_atomically(path, "no bytes")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    kit.write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o077 == 0o644 & 0o077 & ~os_umask()


def os_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_links_in_circles_cost_a_folder_once(tmp_path):
    for number in range(8):
        (tmp_path / f"link{number}").symlink_to(".")
        (tmp_path / "deep" / "er").mkdir(parents=True, exist_ok=True)
        (tmp_path / "deep" / "er" / f"up{number}").symlink_to("..")
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "it").touch()
    looked = []

    def is_it(path):
        looked.append(path)
        return path.name == "it"

    assert kit.find_below(tmp_path, is_it) == tmp_path / "z" / "it"
    assert len(looked) < 100
