"""Small worlds for the tests: toy corpora in the original formats, tiny encoders.

Every test has a cache of its own, and no test needs the network or ../shared.
"""

import csv
import functools
import http.server
import io
import os
import random
import signal
import sys
import tarfile
import threading
from pathlib import Path

import pandas as pd
import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # two workers, two cores
    os.environ.setdefault(name, "1")

import kit  # noqa: E402

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as behind nohup and &: our runs
    signal.signal(signal.SIGINT, signal.default_int_handler)  # would inherit it

SHARED = HERE.parent.parent / "shared"
GOOD = "wonderful superb moving delightful brilliant charming".split()
BAD = "dreadful dull clumsy boring awful pointless".split()
PLAIN = "film story actor scene camera music plot ending hour street letter".split()


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """Each test starts with an empty cache, no features and no mounts."""
    kit.feature_store.cache_clear()
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("KIT_CACHE", str(folder))
    monkeypatch.setenv("TFHUB_CACHE_DIR", str(folder / "hub"))
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(folder / "kagglehub"))
    for name in ("KAGGLE_KERNEL_RUN_TYPE", "COLAB_RELEASE_TAG"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture(autouse=True)
def without_figures(request, monkeypatch):
    """To draw takes half of a small run's time: only tests marked `figures` do it here,
    and the runs in processes of their own."""
    if not request.node.get_closest_marker("figures"):
        monkeypatch.setattr(kit.Figures, "all", lambda figures: {})


@pytest.fixture(scope="session")
def shared():
    """The folder of real corpora and models beside the checkout, where it is there."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared")
    return SHARED


def review(label, number):
    """A review whose class shows in some of its words, after plain ones."""
    rng = random.Random(f"{label} {number}")
    words = rng.choices(PLAIN, k=20) + rng.choices(GOOD if label else BAD, k=4)
    words += rng.choices(GOOD + BAD, k=2) + [f"number{number}"]
    rng.shuffle(words)
    return " ".join(words).capitalize() + ".<br /><br />"


def topics(**sizes):
    """A frame text, label: so many texts of each class, with some words of its own."""
    rows = []
    for name, size in sizes.items():
        for number in range(size):
            rng = random.Random(f"{name} {number}")
            words = rng.choices(PLAIN, k=12) + [f"{name}{rng.randrange(4)}"] * 2
            rows.append((" ".join([*words, f"number{number}"]), name))
    return pd.DataFrame(rows, columns=["text", "label"])


def add_file(archive, name, text):
    """Add a text file to an open tar archive."""
    data = text.encode()
    info = tarfile.TarInfo(name)
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))


def write_imdb_archive(path, per_class=60):
    """A small aclImdb_v1.tar.gz in the original order: test, train, unsup."""
    with tarfile.open(path, "w:gz") as archive:
        add_file(archive, "aclImdb/README", "about")
        for part, count in (("test", 5), ("train", per_class)):
            for label, name in enumerate(("neg", "pos")):
                for number in range(count):
                    place = f"aclImdb/{part}/{name}/{number}_{9 if label else 2}.txt"
                    add_file(archive, place, review(label, f"{part}{number}"))
        for number in range(5):
            add_file(archive, f"aclImdb/train/unsup/{number}_0.txt", "nobody knows")
    return path


@pytest.fixture(scope="session")
def imdb_archive(tmp_path_factory):
    """60 reviews per class in an archive."""
    return write_imdb_archive(tmp_path_factory.mktemp("imdb") / "aclImdb_v1.tar.gz")


def enron_message(body, number=0):
    """A raw message in Enron's style; its headers give the class away."""
    return (
        f"Message-ID: <{number}.JavaMail.evans@thyme>\n"
        "Date: Mon, 14 May 2001 16:39:00 -0700 (PDT)\nFrom: a@enron.com\n"
        "Mime-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n"
        "X-Folder: \\A\\'Sent Mail\nX-FileName: a.nsf\n\n" + body
    )


def write_emails_csv(path, bodies):
    """Kaggle's emails.csv: every field quoted, messages over many lines."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(["file", "message"])
        for number, body in enumerate(bodies):
            row = [f"allen-p/_sent_mail/{number}.", enron_message(body, number)]
            writer.writerow(row)
    return path


SEPARATOR = b"From r  Thu Oct 31 08:11:39 2002\n"


def letter(body, headers=b"Subject: URGENT\nX-Sieve: cmu-sieve 2.0\n"):
    """One letter of the 419 file, with its separator."""
    return SEPARATOR + b"Return-Path: <a@b.c>\n" + headers + b"\n" + body + b"\n\n"


@pytest.fixture(scope="session")
def email_folder(tmp_path_factory):
    """60 documents per class, laid out as Kaggle mounts the two data sets."""
    root = tmp_path_factory.mktemp("email")
    for folder in ("enron-email-dataset", "fraudulent-email-corpus"):
        (root / folder).mkdir()
    bodies = [f'{review(0, n)}\n"Quoted, text"\n\n-- \nA {n}\n' for n in range(60)]
    write_emails_csv(root / "enron-email-dataset" / "emails.csv", bodies)
    letters = [letter(f"Dear friend, {review(1, n)}".encode()) for n in range(60)]
    fraud = root / "fraudulent-email-corpus" / "fradulent_emails.txt"
    fraud.write_bytes(b"".join(letters))
    return root


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder's files, and breaks the first `breaks` answers off half-way."""

    breaks = 0
    requests = []

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        content = path.read_bytes() if path.is_file() else b""
        type(self).requests.append(self.path)
        self.send_response(200 if path.is_file() else 404)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        broken = type(self).breaks > 0
        type(self).breaks -= broken
        self.wfile.write(content[: len(content) // 2] if broken else content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    """(folder served, its URL, the handler class) of a local HTTP server."""
    # A machine under load may need more than the three seconds that a host has.
    monkeypatch.setattr(kit.reachable.__wrapped__, "__defaults__", (60,))
    folder = tmp_path / "served"
    folder.mkdir()
    handler = type("OwnHandler", (Handler,), {"requests": [], "breaks": 0})
    serve = functools.partial(handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as running:
        threading.Thread(target=running.serve_forever, args=[0.02], daemon=True).start()
        yield folder, f"http://127.0.0.1:{running.server_port}", handler
        running.shutdown()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """Paths of tiny encoders in each of the hub's formats, by name."""
    import tiny_encoders

    folder = tmp_path_factory.mktemp("encoders")
    makers = {
        "elmo_tf1": tiny_encoders.save_elmo_tf1,
        "elmo_tf2": tiny_encoders.save_elmo_tf2,
        "bert_dict": tiny_encoders.save_bert_dict,
        "bert_list": tiny_encoders.save_bert_list,
        "bert_tf1": tiny_encoders.save_bert_tf1,
    }
    for name, save in makers.items():
        save(folder / name)
    return {name: folder / name for name in makers}


@pytest.fixture(scope="session")
def texts():
    """Texts of both classes, and their labels."""
    labels = [number % 2 for number in range(40)]
    return [review(label, i) for i, label in enumerate(labels)], labels


__all__ = ["kit"]
