"""Caches, digests, downloads from a local server, and what a closed network says."""

import functools
import gzip
import hashlib
import http.server
import json
import os
import tarfile
import threading
import time

import pytest

import kit


class RangeHandler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, honours Range, breaks the first `breaks` answers off half-way."""

    breaks = 0
    requests = []

    def do_GET(self):
        content = open(self.translate_path(self.path), "rb").read()
        begin = int(self.headers.get("Range", "bytes=0-")[6:-1])
        type(self).requests.append(begin)
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        part = content[begin:]
        if type(self).breaks:
            type(self).breaks -= 1
            part = part[: len(part) // 2]
        self.wfile.write(part)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(tmp_path):
    """(folder served, its URL, the handler class) of a local HTTP server."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = type("Handler", (RangeHandler,), {"requests": [], "breaks": 0})
    serve = functools.partial(handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{running.server_port}", handler
        running.shutdown()


def test_a_download_is_checked_and_placed_whole(server):
    folder, url, _ = server
    content = os.urandom(3_000_000)
    (folder / "data.bin").write_bytes(content)
    known = "md5:" + hashlib.md5(content).hexdigest()
    path = kit.download(f"{url}/data.bin", known)
    assert path.read_bytes() == content
    assert [p.name for p in path.parent.iterdir()] == ["data.bin"]


def test_a_broken_download_goes_on_where_it_stopped(server):
    folder, url, handler = server
    content = os.urandom(4_000_000)
    (folder / "data.bin").write_bytes(content)
    handler.breaks = 1
    known = "md5:" + hashlib.md5(content).hexdigest()
    assert kit.download(f"{url}/data.bin", known).read_bytes() == content
    assert handler.requests[0] == 0 and handler.requests[1] > 0


def test_a_file_with_another_checksum_is_refused(server):
    folder, url, _ = server
    (folder / "data.bin").write_bytes(b"not what the publisher said")
    with pytest.raises(kit.KitError, match="hash"):
        kit.download(f"{url}/data.bin", "md5:" + "0" * 32)


def test_an_encoder_is_fetched_from_its_url_and_kept(server, tiny):
    folder, url, handler = server
    with tarfile.open(folder / "encoder", "w:gz") as archive:
        archive.add(tiny["bert_dict"], arcname=".")
    first = kit.find_encoder(f"{url}/encoder")
    assert kit.is_saved_model(first)
    count = len(handler.requests)
    assert kit.find_encoder(f"{url}/encoder") == first
    assert len(handler.requests) == count
    assert kit.encoder_digest(first) == kit.encoder_digest(tiny["bert_dict"])


def test_an_encoder_is_found_where_others_keep_it(
    tiny, own_cache, tmp_path, monkeypatch
):
    for layout in ("bert/tensorflow2", "models/tensorflow/bert/tensorflow2"):
        mount = tmp_path / layout.replace("/", "_")
        place = mount / layout / "en-uncased-l-12-h-768-a-12" / "4"
        place.parent.mkdir(parents=True)
        place.symlink_to(tiny["bert_dict"])
        monkeypatch.setattr(kit, "KAGGLE_INPUT", mount)
        assert kit.find_encoder(kit.BERT) == place
    monkeypatch.setattr(kit, "KAGGLE_INPUT", tmp_path / "nothing")
    hub = (
        own_cache / "hub" / hashlib.sha1(kit.TFHUB_URLS[kit.BERT].encode()).hexdigest()
    )
    hub.mkdir(parents=True)  # a cleaner has left an empty folder: it is passed over
    kagglehub = own_cache / "kagglehub" / "models" / kit.BERT
    kagglehub.parent.mkdir(parents=True)
    kagglehub.symlink_to(tiny["bert_dict"])
    assert kit.find_encoder(kit.BERT) == kagglehub


def test_a_folder_without_a_saved_model_is_named(tmp_path):
    with pytest.raises(kit.KitError, match="no saved_model.pb"):
        kit.find_encoder(tmp_path)


@pytest.fixture
def closed_network(monkeypatch):
    """Addresses nobody answers at, in place of Kaggle's and the hub's."""
    monkeypatch.setattr(kit, "KAGGLE_SITE", "http://127.0.0.1:9")
    monkeypatch.setattr(kit, "TFHUB_URLS", {kit.BERT: "http://127.0.0.1:9/bert"})
    kit.reachable.cache_clear()


def test_a_closed_network_is_told_with_the_ways_out(
    closed_network, monkeypatch, tmp_path
):
    monkeypatch.setattr(kit, "KAGGLE_INPUT", tmp_path)
    started = time.monotonic()
    with pytest.raises(kit.KitError) as caught:
        kit.find_encoder(kit.BERT)
    assert time.monotonic() - started < 10
    for way in (kit.BERT, "attach", "--bert", "--encoders mini"):
        assert way in str(caught.value)


def test_a_host_that_never_answers_costs_seconds_only(monkeypatch):
    import socket

    with socket.socket() as silent:  # listens, accepts, says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        started = time.monotonic()
        assert not kit.reachable(
            f"http://127.0.0.1:{silent.getsockname()[1]}", seconds=1
        )
        assert time.monotonic() - started < 3


def test_a_digest_follows_the_content_and_not_the_place(tmp_path):
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("same")
    two.write_text("same")
    assert kit.content_digest(one) == kit.content_digest(two)
    before = kit.content_digest(one)
    one.write_text("other!")
    assert kit.content_digest(one) != before


def test_a_huge_file_is_digested_by_parts_of_it(tmp_path, monkeypatch):
    path = tmp_path / "huge"
    content = bytearray(os.urandom(3 << 20))
    path.write_bytes(content)
    monkeypatch.setattr(kit, "LARGE_FILE", 1 << 20)
    whole, parts = kit.file_digest(path), kit.file_digest(path, whole=False)
    assert whole == hashlib.sha256(content).hexdigest() != parts
    content[-1] ^= 1
    path.write_bytes(content)
    assert kit.file_digest(path, whole=False) != parts


def test_the_cache_reads_once_and_survives_a_broken_file(own_cache):
    calls = []

    def read():
        calls.append(1)
        return [["id", 1, "text"]]

    assert kit.cached("thing", read) == kit.cached("thing", read) == [["id", 1, "text"]]
    assert len(calls) == 1
    (path,) = (own_cache / "corpora").iterdir()
    whole = gzip.compress(json.dumps([1, 2]).encode())
    for broken in (whole[:-9], whole[:12] + b"\xff" + whole[13:], b"text"):
        calls.clear()
        path.write_bytes(broken)
        assert kit.cached("thing", read) == [["id", 1, "text"]]
        assert len(calls) == 1


def test_writing_is_all_or_nothing(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(TypeError):
        kit.write_atomically(path, "no bytes")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    kit.write_atomically(path, b"new")
    assert path.stat().st_mode & 0o077 == 0o644 & 0o077 & ~os_umask()


def os_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
