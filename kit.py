"""Does transfer learning pay on this text-classification problem?

A kit for readers of "Getting started with baselines" (P. Azunre, Transfer Learning
for Natural Language Processing, chapters 2 and 3): four baselines, ELMo and BERT on
the article's two problems, in one table with honest numbers.

From a shell, with run_imdb.py and run_email.py beside this file:

    python run_imdb.py --demo                       # all six, nothing to download
    python run_imdb.py --models lr,svm,rf,gbm --sweep --repeats 5
    python run_email.py --maxtokens 200 --text natural

In a notebook, imported or pasted into a cell:

    command_line("imdb", "--models lr,bert --maxtokens 200")

In a program of your own:

    data = load_imdb("aclImdb_v1.tar.gz")
    model = pipeline("bert", Settings(maxtokens=200))
    train, test = draw(data, nsamp=1000, seed=0)
    print(evaluate(model, train, test).accuracy)

Contents: Words to the user; Places; Corpora; Texts to tokens; Word pieces;
Encoders in the hub's formats; Keras layers; Frozen features; Heads; Algorithms;
Evaluation; Result files; Tables and figures; Command line.
"""

import csv
import email
import functools
import gzip
import hashlib
import heapq
import html
import io
import json
import os
import re
import sys
import tarfile
import tempfile
import threading
import time
import unicodedata
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer
from sklearn.model_selection import train_test_split

# ------------------------------------------------------------------ Words to the user


class KitError(Exception):
    """A sentence for the person who can put it right: what is wrong, and the fix."""


def in_notebook():
    """Whether a notebook (Jupyter, Kaggle, Colab) shows what we print."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return type(shell).__name__ in ("ZMQInteractiveShell", "Shell")  # Colab: "Shell"


def say(event, text):
    """Print one aligned line: the time, what happens, and to what."""
    print(f"{time.strftime('%H:%M:%S')}  {event:<8}  {text}", flush=True)


class PlainBar:
    """The part of tqdm's interface that we use, in plain lines at most every 15 s."""

    seconds_between_lines = 15  # a Kaggle log keeps every line: few are enough

    def __init__(self, total, what):
        self.total, self.what, self.done = total, what, 0
        self.started = self.last_line = time.monotonic()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def update(self, amount):
        self.done += amount
        now = time.monotonic()
        if now - self.last_line > self.seconds_between_lines and self.total:
            left = (now - self.started) * (self.total - self.done) / self.done
            say("...", f"{self.what} {self.done / self.total:.0%}, {left:.0f} s left")
            self.last_line = now


def progress_bar(total, what, **tqdm_options):
    """A bar to `update`: tqdm's where one can be drawn, plain lines elsewhere."""
    if not (in_notebook() or sys.stderr.isatty()):
        return PlainBar(total, what)
    from tqdm.auto import tqdm

    return tqdm(total=total, desc=what, leave=False, **tqdm_options)


# ---------------------------------------------------------------------------- Places

KAGGLE_INPUT = Path("/kaggle/input")  # both layouts of mounts lie below it
KAGGLE_SITE = "https://www.kaggle.com"
KAGGLE_WORKING = Path("/kaggle/working")  # the folder that Kaggle keeps as output
DEMO_SOURCE = "demo corpus (synthetic)"  # stands in every file made from it


def on_kaggle():
    """Whether this is a Kaggle kernel. Colab's variables are set there, too."""
    return "KAGGLE_KERNEL_RUN_TYPE" in os.environ


def home():
    """The folder of this file, or the current one when it was pasted into a cell."""
    return Path(globals().get("__file__", "kit.py")).resolve().parent


def cache_folder():
    """Where downloads, parsed corpora and features are kept: $KIT_CACHE, ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(os.environ.get("KIT_CACHE") or Path(base) / "transfer-kit")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a read-only home, as in some containers
        folder = Path(tempfile.gettempdir()) / "transfer-kit"
        folder.mkdir(exist_ok=True)
    return folder


def write_atomically(path, content):
    """Write bytes so that a killed run leaves the old file or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def keep_in_cache(path, content):
    """Write bytes to the cache; on a full disk say so and go on without."""
    try:
        write_atomically(path, content)
    except OSError as error:
        say("cache", f"could not keep {path.name}: {error.strerror}")


def read_json(path):
    """What a JSON file says; None where it is missing, broken or half written."""
    try:
        content = path.read_bytes()
        return json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
    except (OSError, EOFError, ValueError):
        return None


def content_digest(*paths):
    """SHA-256 of what files, and the files below folders, contain and are called there.

    Reading 1.4 GB takes seconds, so the digest is remembered with the sizes and times
    of the files, and computed again when one of them has changed.
    """
    files = []
    for path in map(Path, paths):
        below = sorted(f for f in path.rglob("*") if f.is_file()) or [path]
        files += [(file, file.relative_to(path).as_posix()) for file in below]
    stats = [(name, os.stat(file)) for file, name in files]
    stamp = [f"{name} {s.st_size} {s.st_mtime_ns}" for name, s in stats]
    stamp = hashlib.sha256("\n".join(stamp).encode()).hexdigest()
    where = " ".join(str(Path(path).resolve()) for path in paths)
    memory = cache_folder() / "digests.json"
    known = read_json(memory) or {}
    if known.get(where, [None])[0] != stamp:
        digest = hashlib.sha256()
        for file, name in files:
            with open(file, "rb") as stream:
                content = hashlib.file_digest(stream, "sha256").hexdigest()
            digest.update(f"{name} {content}\n".encode())
        known[where] = [stamp, digest.hexdigest()]
        keep_in_cache(memory, json.dumps(known).encode())
    return known[where][1]


def cached(name, read):
    """What read() returns (JSON data), from the cache after the first time."""
    path = cache_folder() / "corpora" / f"{name}.json.gz"
    content = read_json(path)
    if content is None:
        content = read()
        packed = gzip.compress(json.dumps(content).encode(), compresslevel=1)
        keep_in_cache(path, packed)
    return content


def find_below(root, is_it, depth=6):
    """The first path at most depth folders below root for which is_it(path) holds."""
    root = Path(root)
    for folder, folders, files in os.walk(root):
        folder = Path(folder)
        if len(folder.relative_to(root).parts) >= depth:
            folders.clear()
        folders.sort()
        for name in sorted(files) + folders:
            if is_it(folder / name):
                return folder / name
    return None


@functools.lru_cache(maxsize=None)
def reachable(host, seconds=4):
    """Whether a host (or URL) answers within the seconds; asked once.

    In a thread, since looking up a name has no time limit of its own, and a kernel
    without internet would otherwise wait for it.
    """
    url = host if "://" in host else f"https://{host}"
    answered = threading.Event()

    def ask():
        try:
            urllib.request.urlopen(url, timeout=seconds).close()
            answered.set()
        except urllib.error.HTTPError:  # an answer, if not a friendly one
            answered.set()
        except (OSError, ValueError):
            pass
        finally:
            asked.set()

    asked = threading.Event()
    threading.Thread(target=ask, daemon=True).start()
    asked.wait(seconds)
    return answered.is_set()


def resuming(part):
    """A downloader for pooch that goes on with what an earlier try left in `part`."""

    def fetch(url, output_file, _):
        import requests

        have = part.stat().st_size if part.exists() else 0
        headers = {"Range": f"bytes={have}-"} if have else {}
        with requests.get(url, headers=headers, stream=True, timeout=30) as reply:
            if reply.status_code == 416:  # nothing is left to fetch
                reply.close()
            else:
                reply.raise_for_status()
                append = reply.status_code == 206
                left = int(reply.headers.get("Content-Length", 0))
                with (
                    open(part, "ab" if append else "wb") as file,
                    progress_bar(left, part.stem, unit="B", unit_scale=True) as bar,
                ):
                    for block in reply.iter_content(1 << 20):
                        file.write(block)
                        bar.update(len(block))
        os.replace(part, output_file)

    return fetch


def download(url, known_hash=None):
    """Fetch a file once into the cache: resumed, tried again, checked, put in whole."""
    import pooch

    pooch.get_logger().setLevel("WARNING")
    name = url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    folder = cache_folder() / "downloads" / hashlib.sha256(url.encode()).hexdigest()[:8]
    fetcher = pooch.create(
        folder, "", registry={name: known_hash}, urls={name: url}, retry_if_failed=3
    )
    say("download", f"{url} to {folder / name}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        downloader = resuming(folder / f"{name}.part")
        return Path(fetcher.fetch(name, downloader=downloader))
    except (OSError, ValueError) as error:  # requests' errors are OSErrors
        raise KitError(f"The download of {url} failed: {error}") from error


# --------------------------------------------------------------------------- Corpora

@dataclass(frozen=True)
class Dataset:
    """Texts of two classes: texts <str>[n], labels <int>[n] of 0 or 1, ids <str>[n].

    `source` names where the texts come from, `classes` the two labels, and `dropped`
    says how many texts were left out, by reason.
    """

    name: str
    source: str
    classes: tuple
    texts: list
    labels: np.ndarray
    ids: list
    dropped: dict

    def __len__(self):
        return len(self.texts)

    def take(self, rows):
        """The data set of these rows (indices) only."""
        return Dataset(
            self.name, self.source, self.classes,
            [self.texts[i] for i in rows], self.labels[rows],
            [self.ids[i] for i in rows], self.dropped,
        )  # fmt: skip


def folded(text):
    """A short key of the text's words, blind to case, white space and punctuation."""
    words = " ".join(re.findall(r"\w+", text.casefold().replace("_", " ")))
    return hashlib.blake2b(words.encode(), digest_size=8).hexdigest() if words else ""


def without_duplicates(documents):
    """Documents (id, label, text, folded key) less empty, repeated and two-label ones.

    Returns the documents kept and the number dropped for each reason.
    """
    labels = {}
    for _, label, _, key in documents:
        labels.setdefault(key, set()).add(label)
    dropped = Counter({"empty": 0, "duplicate": 0, "both labels": 0})
    kept = {}
    for document in documents:
        key = document[3]
        if not key:
            dropped["empty"] += 1
        elif len(labels[key]) > 1:
            dropped["both labels"] += 1
        elif key in kept:
            dropped["duplicate"] += 1
        else:
            kept[key] = document
    return list(kept.values()), dict(dropped)


IMDB_FILE = re.compile(r"(?:^|/)train/(pos|neg)/([^/]+\.txt)$")


def imdb_from_archive(path):
    """Documents (id, label, text) of the training part of aclImdb_v1.tar.gz.

    The archive is read as a stream, up to the first file after both classes: the
    unlabelled part behind them is most of it.
    """
    documents, labels = [], set()
    try:
        with tarfile.open(path, "r|*") as archive:
            for member in archive:
                labelled = IMDB_FILE.search(member.name)
                if labelled and member.isfile():
                    text = archive.extractfile(member).read()
                    labels.add(labelled[1])
                    label = int(labelled[1] == "pos")
                    document = (f"train/{labelled[1]}/{labelled[2]}", label)
                    documents.append((*document, text.decode("utf-8", "replace")))
                elif len(labels) == 2 and member.isfile():
                    break
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise KitError(f"{path} is not a whole archive ({error}); fetch it again.")
    return documents


def imdb_from_folder(path):
    """Documents (id, label, text) of the training part of an unpacked aclImdb folder."""
    return [
        (f"train/{name}/{file.name}", label, file.read_text("utf-8", "replace"))
        for label, name in enumerate(("neg", "pos"))
        for file in sorted((path / "train" / name).glob("*.txt"))
    ]


def imdb_from_csv(path):
    """Documents (id, label, text) of Kaggle's "IMDB Dataset.csv"."""
    try:
        table = pd.read_csv(path, usecols=["review", "sentiment"], dtype=str)
    except ValueError as error:
        raise KitError(f"{path} needs the columns review and sentiment: {error}.")
    table = table.dropna()
    labels = table.sentiment.str.strip().str.lower().map({"negative": 0, "positive": 1})
    if labels.isna().any():
        raise KitError(f"{path}: sentiment must be positive or negative.")
    rows = zip(table.index, labels.astype(int), table.review)
    return [(f"row {row}", label, text) for row, label, text in rows]


def read_imdb(paths, size, seed):
    """All labelled reviews of one archive, folder or table; size and seed are unused."""
    (path,) = paths
    if path.is_dir():
        key = content_digest(path / "train" / "neg", path / "train" / "pos")
        read = imdb_from_folder
    else:
        key = content_digest(path)
        read = imdb_from_csv if ".csv" in path.suffixes else imdb_from_archive
    return cached(f"imdb-{key[:24]}", lambda: with_keys(read(path)))


def with_keys(documents):
    """Documents (id, label, text, folded key)."""
    return [(*document, folded(document[2])) for document in documents]


def csv_records(stream, block_size=1 << 24):
    """The records of a CSV stream as raw bytes, each ending at an unquoted newline.

    Three times as fast as parsing the fields, for the reader who wants few of them.
    """
    rest = b""
    while block := stream.read(block_size):
        block = rest + block
        codes = np.frombuffer(block, np.uint8)
        newlines = np.flatnonzero(codes == ord("\n"))
        quotes = np.flatnonzero(codes == ord('"'))
        unquoted = np.searchsorted(quotes, newlines) % 2 == 0  # an even number before it
        start = 0
        for end in (newlines[unquoted] + 1).tolist():
            yield block[start:end]
            start = end
        rest = block[start:]
    if rest.strip():
        yield rest


def sample_records(path, size, seed):
    """The header and a uniform sample of at most size records, in the file's order.

    One pass: every record draws a number, and the smallest `size` numbers stay. Memory
    holds the sample and one block, whatever the file's size.
    """
    rng = np.random.default_rng(seed)
    kept = []  # a heap of (-number, position, record): the largest number on top
    total = os.path.getsize(path)
    with open(path, "rb") as stream, progress_bar(total, "sampling e-mail") as bar:
        records = csv_records(stream)
        header, scanned = next(records, b""), 0
        for position, record in enumerate(records):
            item = (-rng.random(), position, record)
            if len(kept) < size:
                heapq.heappush(kept, item)
            elif item > kept[0]:
                heapq.heapreplace(kept, item)
            if position % 1000 == 0:
                bar.update(stream.tell() - scanned)
                scanned = stream.tell()
    return header, [record for _, _, record in sorted(kept, key=lambda item: item[1])]


def csv_fields(record):
    """The fields of one raw CSV record; stray bytes survive as surrogates."""
    csv.field_size_limit(sys.maxsize)  # some messages are longer than csv's 128 KiB
    text = record.decode("utf-8", "surrogateescape")
    return next(csv.reader(io.StringIO(text, newline="")), [])


def read_enron(path, size, seed):
    """Documents (id, 0, body) of a sample of Kaggle's emails.csv."""
    header, records = sample_records(path, size, seed)
    columns = csv_fields(header.removeprefix(b"\xef\xbb\xbf"))
    if not {"file", "message"} <= set(columns):
        raise KitError(f"{path} needs the columns file and message, not {columns}.")
    name, message = columns.index("file"), columns.index("message")
    rows = [row for row in map(csv_fields, records) if len(row) == len(columns)]
    return [
        (row[name], 0, message_body(row[message].encode("utf-8", "surrogateescape")))
        for row in rows
    ]


# A letter of the 419 file begins at such a line. The words "From r" alone also stand
# inside letters, and some separators name an address: the date, and a header in the
# next line, tell a separator.
SEPARATOR = re.compile(
    rb"^From \S+ +[A-Z][a-z]{2},? +[A-Z][a-z]{2} +\d+ +\d+:\d+:\d+[^\n]*\d{4}[^\n]*\r?\n"
    rb"(?=[!-9;-~]+:)",
    re.MULTILINE,
)


def read_fraud(path):
    """Documents (id, 1, body) of Kaggle's fradulent_emails.txt (so it is spelt)."""
    letters = SEPARATOR.split(path.read_bytes())[1:]
    if not letters:
        raise KitError(f'{path} has no line "From r  <date>" before a header.')
    return [(f"letter {i}", 1, message_body(raw)) for i, raw in enumerate(letters)]


HEADER_LINE = re.compile(rb"[!-9;-~]+:")
HTML_DOCUMENT = re.compile(r"\s*<(!doctype|html|head|body)\b", re.IGNORECASE)


def message_body(raw):
    """The text that a reader of the message (bytes) sees, and no header of it.

    The plain parts, else the HTML as text; transfer encodings undone; an attachment,
    or nothing, gives "". No message is too broken for an answer.
    """
    message = parsed_message(raw)
    parts = [
        part for part in message.walk()
        if not part.is_multipart() and part.get_content_disposition() != "attachment"
    ]  # fmt: skip
    for kind in ("text/plain", "text/html"):
        texts = [part_text(part) for part in parts if part.get_content_type() == kind]
        body = "\n".join(filter(None, map(str.strip, texts)))
        if body:
            return body
    return ""


def parsed_message(raw):
    """The message parsed, with two frequent breaks of its structure mended first."""
    message = email.message_from_bytes(raw)
    defects = {type(defect).__name__ for defect in message.defects}
    if "MissingHeaderBodySeparatorDefect" in defects:
        message = email.message_from_bytes(without_stray_lines(raw))
    lost_parts = message.get_content_maintype() == "multipart"
    if lost_parts and not message.is_multipart():  # no boundary, or a wrong one
        payload = message.get_payload(decode=True) or b""
        boundary = re.search(rb"^--([^\s\"]+)\s*$", payload, re.MULTILINE)
        kind = (
            b'multipart/mixed; boundary="%b"' % boundary[1] if boundary
            else b"text/plain"
        )  # fmt: skip
        message = email.message_from_bytes(b"Content-Type: %b\n\n%b" % (kind, payload))
    return message


def without_stray_lines(raw):
    """The message with those lines gone that broke its headers off.

    The parser takes the rest of the headers for the body there. What stands after the
    last header line of the first paragraph is the body.
    """
    head, *body = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)
    lines = head.splitlines()
    is_header = [bool(HEADER_LINE.match(line)) for line in lines]
    last = max((i for i, header in enumerate(is_header) if header), default=-1)
    headers = [line for line, header in zip(lines, is_header) if header]
    text = lines[last + 1 :]
    return b"\n\n".join([b"\n".join(headers), b"\n".join(text), *body])


def part_text(part):
    """A MIME part as text: its charset, or the likeliest where that is wrong."""
    payload = part.get_payload(decode=True) or b""
    for charset in (part.get_content_charset(), "utf-8", "cp1252"):
        try:
            text = payload.decode(charset or "utf-8")
            break
        except (LookupError, ValueError):  # unknown, not a text's, or not this one
            text = payload.decode("latin-1")
    if part.get_content_type() == "text/html" or HTML_DOCUMENT.match(text):
        text = html_text(text)
    return text


def html_text(markup):
    """The text that a browser would show of an HTML document."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(markup, "html.parser")
    for element in soup(["script", "style", "head"]):
        element.decompose()
    return soup.get_text(" ")


def read_email(paths, size, seed):
    """A sample of Enron's messages, and all the letters."""
    enron, fraud = paths
    key = hashlib.sha256(
        f"{content_digest(enron)} {content_digest(fraud)} {size} {seed}".encode()
    ).hexdigest()
    return cached(
        f"email-{key[:24]}",
        lambda: with_keys(read_enron(enron, size, seed) + read_fraud(fraud)),
    )


@dataclass(frozen=True)
class Need:
    """One file or folder of a corpus: its possible names, and who publishes it.

    The last name is the one in the Kaggle data set `kaggle` ("owner/slug"); `url` is
    the publisher's own file, with its checksum.
    """

    names: tuple
    kaggle: str
    url: str = ""
    known_hash: str = ""

    def is_it(self, path):
        """Whether a path is this file; a folder only with the reviews in it."""
        if path.is_dir():
            return "aclImdb" in self.names and (path / "train" / "pos").is_dir()
        return path.name in self.names

    def find(self, roots):
        """The first such path at or below the roots; None if there is none."""
        here = (root for root in roots if self.is_it(root))
        below = (find_below(root, self.is_it) for root in roots)
        return next((path for path in chain(here, below) if path), None)

    def fetch(self):
        """Download it, from the publisher or from Kaggle; None where neither answers."""
        if self.url and reachable(self.url):
            return download(self.url, self.known_hash)
        if not reachable(KAGGLE_SITE):
            return None
        import kagglehub

        try:
            return Path(kagglehub.dataset_download(self.kaggle, path=self.names[-1]))
        except Exception as error:  # kagglehub's errors have no common class
            raise KitError(f"Kaggle did not give {self.kaggle}: {error}") from error


@dataclass(frozen=True)
class Corpus:
    """A data set: title, names of the classes 0 and 1, files it needs, their reader.

    read(paths, size, seed) gives documents (id, label, text, folded key); a corpus too
    large to read whole is sampled, `size` documents by `seed`.
    """

    title: str
    classes: tuple
    needs: tuple
    read: Callable

    @property
    def wanted(self):
        """The files in words."""
        return " and ".join(" or ".join(need.names) for need in self.needs)


IMDB_FILES = Need(
    ("aclImdb_v1.tar.gz", "aclImdb", "IMDB Dataset.csv"),
    "lakshmi25npathi/imdb-dataset-of-50k-movie-reviews",
    "http://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
    "md5:7c2ac02c03563afcf9b574c7e56c153a",  # of 84,125,825 bytes
)
ENRON_FILE = Need(("emails.csv",), "wcukierski/enron-email-dataset")
FRAUD_FILE = Need(("fradulent_emails.txt",), "rtatman/fraudulent-email-corpus")

# Add a data set here, and a run script that says what is special about it.
CORPORA = {
    "imdb": Corpus("IMDB reviews", ("neg", "pos"), (IMDB_FILES,), read_imdb),
    "email": Corpus(
        "Enron e-mail and 419 letters",
        ("enron", "fraud"),
        (ENRON_FILE, FRAUD_FILE),
        read_email,
    ),
}


def find_data(name, data):
    """The paths of a corpus' files, and the words that name their source.

    data: "auto" (Kaggle's mounts, ./data, the cache, the original download), "demo",
    or the path of a folder that holds the files, or of the one file there is.
    """
    corpus = CORPORA[name]
    special = {"demo": [home() / "demo"], "auto": [KAGGLE_INPUT, Path("data")]}
    roots = special.get(data, [Path(data)])
    if data not in special and not roots[0].exists():
        raise KitError(f"--data {data} is not there; {name} needs {corpus.wanted}.")
    if roots[0].is_file() and len(corpus.needs) == 1:
        paths = roots
    else:
        paths = [need.find(roots) for need in corpus.needs]
    if data == "auto":
        paths = [path or need.fetch() for path, need in zip(paths, corpus.needs)]
    if None in paths:
        raise KitError(how_to_get(corpus, roots))
    source = data if data != "auto" else " + ".join(map(str, paths))
    return paths, DEMO_SOURCE if data == "demo" else str(source)


def how_to_get(corpus, roots):
    """One message for somebody without data: what to attach, or to put where."""
    slugs = " and ".join(need.kaggle for need in corpus.needs)
    put = " and ".join(str(Path("data", need.names[0]).resolve()) for need in corpus.needs)
    return (
        f"{corpus.title}: {corpus.wanted} not found in {', '.join(map(str, roots))}, "
        f"and no download was possible. Ways out: on Kaggle attach {slugs} (Add Input), "
        f"or switch the internet on; elsewhere put {put} there, or name another place "
        f"with --data PATH; or try the small corpus that ships with the kit, --demo."
    )


def load(name, data="auto", nsamp=1000, seed=0, keep_duplicates=False):
    """The Dataset `name` of CORPORA, without duplicates unless they are to be kept.

    nsamp: how many documents per class will be drawn at most; a corpus too large to be
    read whole gives a sample of ten times as many, since half of a mailbox is copies.
    """
    corpus = CORPORA[name]
    paths, source = find_data(name, data)
    documents = corpus.read(paths, 10 * nsamp, seed)
    dropped = {}
    if not keep_duplicates:
        documents, dropped = without_duplicates(documents)
    ids, labels, texts, _ = map(list, zip(*documents)) if documents else [[]] * 4
    labels = np.array(labels, int)
    if set(labels) != {0, 1}:
        raise KitError(f"{source} has no texts of both classes {corpus.classes}.")
    return Dataset(name, source, corpus.classes, texts, labels, ids, dropped)


def load_imdb(data="auto", **options):
    """IMDB reviews: aclImdb_v1.tar.gz, a folder aclImdb or "IMDB Dataset.csv"."""
    return load("imdb", data, **options)


def load_email(data="auto", **options):
    """Enron e-mail and 419 letters, from a folder above both files."""
    return load("email", data, **options)


def seed_of_repeat(seed, repeat):
    """A seed for one repeat, independent of all others whatever the seed."""
    return int(np.random.SeedSequence([seed, repeat]).generate_state(1)[0])


def draw(dataset, nsamp=1000, seed=0, repeat=0, test_size=0.3):
    """Draw nsamp documents per class and split them: (train, test), stratified."""
    random_state = seed_of_repeat(seed, repeat)
    rng = np.random.default_rng(random_state)
    rows = []
    for label, name in enumerate(dataset.classes):
        of_class = np.flatnonzero(dataset.labels == label)
        if len(of_class) < nsamp:
            raise KitError(
                f"--nsamp {nsamp} is more than the {len(of_class)} documents of class "
                f"{name} in {dataset.source}."
            )
        rows.append(rng.choice(of_class, nsamp, replace=False))
    rows = np.concatenate(rows)
    train, test = train_test_split(
        rows, test_size=test_size, stratify=dataset.labels[rows], random_state=random_state
    )
    return dataset.take(train), dataset.take(test)


# -------------------------------------------------------------------- Texts to tokens

TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(\s[^<>]*)?/?>")  # not <john@enron.com>


class Excerpt(str):
    """What a model is given of a document: a text, and how long it may be for BERT.

    `limit` is the number of word pieces with the two special ones; None leaves it to
    the encoder.
    """

    limit = None

    @classmethod
    def limited(cls, text, limit):
        """An excerpt with a limit."""
        excerpt = cls(text)
        excerpt.limit = limit
        return excerpt


class Tokens(TransformerMixin, BaseEstimator):
    """Texts <str>[n] to excerpts <Excerpt>[n] of at most maxtokens words.

    text="article" is the article's recipe: split on single spaces, keep the first
    maxtokens, drop stop words (before lower-casing, so "The" stays, as in its
    notebooks), lower-case, remove non-word characters and digits, cut each token to
    maxtokenlen characters. text="natural" keeps the first maxtokens words as they
    stand, without markup, and lets an encoder read all their word pieces.
    """

    def __init__(self, maxtokens=50, maxtokenlen=20, text="article"):
        self.maxtokens = maxtokens
        self.maxtokenlen = maxtokenlen
        self.text = text

    def fit(self, X, y=None):
        """Check the parameters; there is nothing to learn."""
        if self.text not in ("article", "natural"):
            raise ValueError(f"text must be article or natural, not {self.text!r}")
        if self.maxtokens < 1 or self.maxtokenlen < 1:
            raise ValueError("maxtokens and maxtokenlen must be at least 1")
        return self

    def transform(self, X):
        """Excerpts, each with its words separated by single spaces."""
        excerpt = self._article if self.text == "article" else self._natural
        return [excerpt(text) for text in X]

    def _article(self, text):
        words = text.split(" ")[: self.maxtokens]
        kept = " ".join(word for word in words if word not in ENGLISH_STOP_WORDS)
        cleaned = re.sub(r"[^\w ]|\d", "", kept.lower()).split()
        tokens = " ".join(token[: self.maxtokenlen] for token in cleaned)
        return Excerpt.limited(tokens, self.maxtokens)

    def _natural(self, text):
        words = html.unescape(TAG.sub(" ", text)).split()
        return Excerpt(" ".join(words[: self.maxtokens]))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.requires_fit = False
        return tags


class TokenCounts(TransformerMixin, BaseEstimator):
    """Excerpts to counts <float>[n, v] (sparse) of tokens seen at least min_count times.

    The count is over all texts, as in the article: a token that one text repeats is in.
    """

    def __init__(self, min_count=2):
        self.min_count = min_count

    def fit(self, X, y=None):
        """Learn the vocabulary."""
        counts = Counter(chain.from_iterable(text.split() for text in X))
        vocabulary = sorted(t for t, n in counts.items() if n >= self.min_count)
        if not vocabulary:
            raise ValueError(f"no token occurs {self.min_count} times in {len(X)} texts")
        # Floats, since every classifier behind this would make a float copy.
        self.vectorizer_ = CountVectorizer(
            analyzer=str.split, vocabulary=vocabulary, dtype=np.float64
        )
        return self

    def transform(self, X):
        """Counts, one row per text."""
        return self.vectorizer_.transform(X)

    def get_feature_names_out(self, input_features=None):
        """The tokens <str>[v], in the order of the columns."""
        return self.vectorizer_.get_feature_names_out()


# ------------------------------------------------------------------------ Word pieces


class CharacterTable(dict):
    """A table for str.translate that asks `rule` about a character once.

    rule(character, its Unicode category) gives the replacement.
    """

    def __init__(self, rule):
        super().__init__()
        self.rule = rule

    def __missing__(self, code):
        character = chr(code)
        self[code] = self.rule(character, unicodedata.category(character))
        return self[code]


# The blocks that BERT takes for Chinese, whose characters are words of their own.
CJK = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


def clean_character(character, category):
    """BERT's cleaning: white space to blanks, control gone, Chinese set apart."""
    if character in "\t\n\r" or category == "Zs":
        return " "
    if character in "\0\ufffd" or category in ("Cc", "Cf"):
        return ""
    if any(first <= ord(character) <= last for first, last in CJK):
        return f" {character} "
    return character


def split_character(character, category):
    """BERT's splitting: punctuation set apart; ASCII symbols are punctuation, too."""
    symbol = "!" <= character <= "~" and not character.isalnum()
    return f" {character} " if symbol or category.startswith("P") else character


def unaccented_character(character, category):
    """split_character, after accents (of decomposed characters) are gone."""
    return "" if category == "Mn" else split_character(character, category)


CLEAN = CharacterTable(clean_character)
SPLIT = CharacterTable(split_character)
UNACCENT = CharacterTable(unaccented_character)


class WordPieces:
    """Texts to ids of word pieces, equal to bert-tensorflow's FullTokenizer.

    The words are found here, with Python's own Unicode tables as FullTokenizer does
    (the Rust library's differ from them in rare characters); the pieces by the library
    `tokenizers`, or by FullTokenizer itself where that is missing.
    """

    def __init__(self, vocab_file, do_lower_case):
        self.do_lower_case = do_lower_case
        self.vocabulary = {}
        with open(vocab_file, encoding="utf-8") as lines:
            for line in lines:
                self.vocabulary.setdefault(line.strip(), len(self.vocabulary))
        self.cls, self.sep = (self.vocabulary[mark] for mark in ("[CLS]", "[SEP]"))
        try:
            from tokenizers import Tokenizer
            from tokenizers.models import WordPiece
            from tokenizers.pre_tokenizers import WhitespaceSplit
        except ImportError:
            self._encode = full_tokenizer(vocab_file, do_lower_case)
            return
        model = WordPiece(
            self.vocabulary, unk_token="[UNK]", max_input_chars_per_word=200
        )
        tokenizer = Tokenizer(model)
        tokenizer.pre_tokenizer = WhitespaceSplit()
        self._encode = lambda texts: [
            encoding.ids for encoding in tokenizer.encode_batch(list(texts))
        ]

    def words(self, text):
        """The text with its words and punctuation separated by single spaces."""
        text = text.translate(CLEAN)
        if self.do_lower_case:
            text = unicodedata.normalize("NFD", text.lower()).translate(UNACCENT)
        else:
            text = text.translate(SPLIT)
        return " ".join(text.split())

    def ids(self, texts, limit=None):
        """Ids <int> of each text with [CLS] and [SEP], at most limit of them."""
        room = None if limit is None else max(limit - 2, 0)
        pieces = self._encode([self.words(text) for text in texts])
        return [[self.cls, *ids[:room], self.sep] for ids in pieces]

    def triplet(self, texts, max_seq_length):
        """BERT's input_ids, input_masks, segment_ids, each <int32>[n, max_seq_length]."""
        return padded_triplet(self.ids(texts, max_seq_length), max_seq_length)


def full_tokenizer(vocab_file, do_lower_case):
    """texts -> ids by bert-tensorflow: the reference, a hundred times slower."""
    from absl import flags
    from bert.tokenization import FullTokenizer

    if not flags.FLAGS.is_parsed():  # it reads a flag that nobody else defines
        flags.FLAGS.mark_as_parsed()
    tokenizer = FullTokenizer(str(vocab_file), do_lower_case)
    convert = tokenizer.convert_tokens_to_ids
    return lambda texts: [convert(tokenizer.tokenize(text)) for text in texts]


def padded_triplet(ids, length):
    """Ids (lists) padded with 0 to length: input_ids, input_masks, segment_ids."""
    input_ids = np.zeros((len(ids), length), np.int32)
    input_masks = np.zeros_like(input_ids)
    for row, pieces in enumerate(ids):
        input_ids[row, : len(pieces)] = pieces
        input_masks[row, : len(pieces)] = 1
    return input_ids, input_masks, np.zeros_like(input_ids)
