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
Evaluation; Tuning; Result files; Tables and figures; Errors and word weights; Audit;
Command line.
"""

import argparse
import contextlib
import csv
import email
import functools
import gzip
import hashlib
import heapq
import html
import importlib.metadata
import io
import itertools
import json
import os
import platform
import re
import shlex
import sqlite3
import sys
import tarfile
import tempfile
import threading
import time
import unicodedata
import urllib.error
import urllib.request
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from joblib.externals.loky.process_executor import TerminatedWorkerError
from scipy import stats
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import (
    ENGLISH_STOP_WORDS,
    CountVectorizer,
    HashingVectorizer,
)
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    roc_auc_score,
    roc_curve,
)
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    StratifiedKFold,
    cross_val_score,
    train_test_split,
)
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC, LinearSVC
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, has_fit_parameter, validate_data
from threadpoolctl import threadpool_limits

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


def user_cache():
    """The user's folder for caches, or the temporary one of a user without a home."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return Path(tempfile.gettempdir())


def cache_folder():
    """Where downloads, parsed corpora and features are kept: $KIT_CACHE, ~/.cache."""
    folder = Path(os.environ.get("KIT_CACHE") or user_cache() / "transfer-kit")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a read-only home, as in some containers
        folder = Path(tempfile.gettempdir()) / "transfer-kit"
        folder.mkdir(exist_ok=True)
    return folder


def kagglehub_cache():
    """Where the library kagglehub keeps its downloads."""
    return Path(os.environ.get("KAGGLEHUB_CACHE") or user_cache() / "kagglehub")


def write_atomically(path, content):
    """Write bytes so that a killed run leaves the old file or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
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
    except (OSError, EOFError, ValueError, zlib.error):
        return None


LARGE_FILE = 1 << 28  # bytes: of a corpus' file above 256 MiB, parts make its digest


def file_digest(path, whole=True):
    """SHA-256 of a file; if not whole, of a large one's size and 64 MiB spread over it.

    emails.csv is 1.4 GB: reading it twice would double the time of a first start.
    """
    size = os.path.getsize(path)
    with open(path, "rb") as stream:
        if whole or size <= LARGE_FILE:
            return hashlib.file_digest(stream, "sha256").hexdigest()
        digest = hashlib.sha256(str(size).encode())
        for place in np.linspace(0, size - (1 << 20), 64).astype(int).tolist():
            stream.seek(place)
            digest.update(stream.read(1 << 20))
    return digest.hexdigest()


def content_digest(*paths, whole=True):
    """SHA-256 of what files, and the files below folders, contain and are called there.

    Reading 1.4 GB takes seconds, so the digest is remembered with the sizes and times
    of the files, and computed again when one of them has changed.
    """
    files = []
    for path in map(Path, paths):
        inside = (file for file in path.rglob("*") if file.is_file())
        below = sorted(inside) if path.is_dir() else [path]
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
            digest.update(f"{name} {file_digest(file, whole)}\n".encode())
        known[where] = [stamp, digest.hexdigest()]
        keep_in_cache(memory, json.dumps(known).encode())
    return known[where][1]


FORMAT = 1  # of what the caches hold: raise it when a reader or an encoder pass changes


def cached(name, read):
    """What read() returns (JSON data), from the cache after the first time."""
    path = cache_folder() / "corpora" / f"{name}-{FORMAT}.json.gz"
    content = read_json(path)
    if content is None:
        content = read()
        packed = gzip.compress(json.dumps(content).encode(), compresslevel=1)
        keep_in_cache(path, packed)
    return content


def find_below(root, is_it, depth=6):
    """The first path at most depth folders below root for which is_it(path) holds."""
    root = Path(root)
    for folder, folders, files in os.walk(
        root, followlinks=True
    ):  # mounts may be links
        folder = Path(folder)
        if len(folder.relative_to(root).parts) >= depth:
            folders.clear()
        folders.sort()
        for name in sorted(files) + folders:
            if is_it(folder / name):
                return folder / name
    return None


@functools.cache
def reachable(host, seconds=3):
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

    @property
    def digest(self):
        """SHA-256 of ids, labels and texts."""
        content = json.dumps([self.ids, self.labels.tolist(), self.texts])
        return hashlib.sha256(content.encode()).hexdigest()

    def take(self, rows):
        """The data set of these rows (indices) only."""
        return Dataset(
            self.name, self.source, self.classes,
            [self.texts[i] for i in rows], self.labels[rows],
            [self.ids[i] for i in rows], self.dropped,
        )  # fmt: skip


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


FOLD = CharacterTable(lambda c, category: c if c.isalnum() else " ")


def folded(text):
    """A short key of the text's words, blind to case, white space and punctuation."""
    words = " ".join(text.casefold().translate(FOLD).split())
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
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise KitError(
            f"{path} is not a whole archive ({error}); fetch it again."
        ) from error
    return documents


def imdb_from_folder(path):
    """Documents (id, label, text) of the training part of a folder aclImdb."""
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
        raise KitError(
            f"{path} needs the columns review and sentiment: {error}."
        ) from error
    table = table.dropna()
    labels = table.sentiment.str.strip().str.lower().map({"negative": 0, "positive": 1})
    if labels.isna().any():
        raise KitError(f"{path}: sentiment must be positive or negative.")
    rows = zip(table.index, labels.astype(int), table.review)
    return [(f"row {row}", label, text) for row, label, text in rows]


def with_keys(documents):
    """Documents (id, label, text, folded key), free of what UTF-8 cannot write."""
    clean = (
        (name.encode("utf-8", "replace").decode(), label,
         text.encode("utf-8", "replace").decode())
        for name, label, text in documents
    )  # fmt: skip
    return [(*document, folded(document[2])) for document in clean]


def read_imdb(paths, size, seed, payload):
    """All labelled reviews of an archive, folder or table; no sample is needed."""
    (path,) = paths
    if path.is_dir():
        key = content_digest(path / "train" / "neg", path / "train" / "pos")
        read = imdb_from_folder
    else:
        key = content_digest(path)
        read = imdb_from_csv if ".csv" in path.suffixes else imdb_from_archive
    return cached(f"imdb-{key[:24]}", lambda: with_keys(read(path)))


def csv_records(stream, block_size=1 << 22):
    """The records of a CSV stream as raw bytes, each with the newline that ends it.

    Only quotes are looked for, and newlines between them: for the reader who wants few
    of the records, faster than any parser of all the fields.
    """
    rest = b""
    while block := stream.read(block_size):
        block = rest + block
        quotes = np.flatnonzero(np.frombuffer(block, np.uint8) == ord('"'))
        # Outside of quotes: up to the first, and from each second one to the next.
        begins = np.append(0, quotes[1::2] + 1)
        ends = np.append(quotes[::2], len(block))[: len(begins)]
        some = begins < ends
        start = 0
        for begin, end in zip(begins[some].tolist(), ends[some].tolist()):
            while (newline := block.find(b"\n", begin, end)) >= 0:
                yield block[start : newline + 1]
                start = begin = newline + 1
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
    csv.field_size_limit(2**31 - 1)  # some messages are longer than csv's 128 KiB
    text = record.decode("utf-8", "surrogateescape")
    return next(csv.reader(io.StringIO(text, newline="")), [])


HEADER_LINE = re.compile(rb"[!-9;-~]+:|[ \t]")  # or the continuation of one


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


TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(\s[^<>]*)?/?>")  # not <john@enron.com>


def html_text(markup):
    """The text that a browser would show of an HTML document."""
    from bs4 import BeautifulSoup
    from bs4.exceptions import ParserRejectedMarkup

    try:
        soup = BeautifulSoup(markup, "html.parser")
    except ParserRejectedMarkup:
        return TAG.sub(" ", markup)
    for element in soup(["script", "style", "head"]):
        element.decompose()
    return soup.get_text(" ")


HTML_DOCUMENT = re.compile(r"\s*<(!doctype|html|head|body)\b", re.IGNORECASE)


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


def message_body(raw):
    """The text that a reader of the message (bytes) sees, and no header of it.

    The plain parts, else the HTML as text; transfer encodings undone; an attachment,
    or nothing, gives "". No message is too broken for an answer: where the e-mail
    library gives up, it is all that follows the first blank line.
    """
    try:
        parts = [
            part
            for part in parsed_message(raw).walk()
            if not part.is_multipart()
            and part.get_content_disposition() != "attachment"
        ]
        for kind in ("text/plain", "text/html"):
            texts = [part_text(p) for p in parts if p.get_content_type() == kind]
            body = "\n".join(filter(None, map(str.strip, texts)))
            if body:
                return body
    except (ValueError, RecursionError):
        return re.split(rb"\r?\n\r?\n", raw + b"\n\n", maxsplit=1)[1].decode("latin-1")
    return ""


def naive_payload(raw):
    """What the article takes for a message's text: str() of its payload.

    Of a multipart message that is a list of Python objects: a leak, see --audit.
    """
    return str(email.message_from_bytes(raw).get_payload())


def whole_message(raw):
    """The message with its headers, which give its mailbox away: another leak."""
    return raw.decode("latin-1")


PAYLOADS = {"text": message_body, "naive": naive_payload, "raw": whole_message}


def read_enron(path, size, seed, text_of):
    """Documents (id, 0, text_of(message)) of a sample of Kaggle's emails.csv."""
    header, records = sample_records(path, size, seed)
    columns = csv_fields(header.removeprefix(b"\xef\xbb\xbf"))
    if not {"file", "message"} <= set(columns):
        raise KitError(f"{path} needs the columns file and message, not {columns}.")
    name, message = columns.index("file"), columns.index("message")
    rows = [row for row in map(csv_fields, records) if len(row) == len(columns)]
    return [
        (row[name], 0, text_of(row[message].encode("utf-8", "surrogateescape")))
        for row in rows
    ]


# A letter of the 419 file begins at such a line. The words "From r" alone also stand
# inside letters, and some separators name an address: the date, and a header in the
# next line, tell a separator.
SEPARATOR = re.compile(
    rb"^From \S+ +[A-Z][a-z]{2},? +[A-Z][a-z]{2} +\d+ +\d+:\d+:\d+[^\n]*\d{4}[^\n]*"
    rb"\r?\n"
    rb"(?=[!-9;-~]+:)",
    re.MULTILINE,
)


def read_fraud(path, text_of):
    """Documents (id, 1, text_of(letter)) of fradulent_emails.txt (so it is spelt)."""
    letters = SEPARATOR.split(path.read_bytes())[1:]
    if not letters:
        raise KitError(f'{path} has no line "From r  <date>" before a header.')
    return [(f"letter {i}", 1, text_of(raw)) for i, raw in enumerate(letters)]


def read_email(paths, size, seed, payload):
    """A sample of Enron's messages, and all the letters."""
    enron, fraud = paths
    text_of = PAYLOADS[payload]
    digests = (content_digest(enron, whole=False), content_digest(fraud))
    key = hashlib.sha256(repr((digests, size, seed)).encode()).hexdigest()
    return cached(
        f"email-{payload}-{key[:24]}",
        lambda: with_keys(
            read_enron(enron, size, seed, text_of) + read_fraud(fraud, text_of)
        ),
    )


def is_demo(path):
    """Whether a file lies beside the generator of the kit's synthetic corpora."""
    return path.with_name("make_demo.py").exists()


@dataclass(frozen=True)
class Need:
    """One file or folder of a corpus: its possible names, and who publishes it.

    The last name is the one in the Kaggle data set `kaggle` ("owner/slug"); `url` is
    the publisher's own file, with its checksum; `begins_with` stands in its first 512
    bytes, and not in a file of the same name in other data sets.
    """

    names: tuple
    kaggle: str
    url: str = ""
    known_hash: str = ""
    begins_with: bytes = b""

    def is_it(self, path):
        """Whether a path is this file, or a folder aclImdb with reviews in it."""
        if path.name in self.names and os.path.isfile(path):
            with open(path, "rb") as file:
                return self.begins_with in file.read(512)
        reviews = [path / "train" / name for name in ("neg", "pos")]
        return "aclImdb" in self.names and all(
            os.path.isdir(folder)
            and any(name.endswith(".txt") for name in os.listdir(folder))
            for folder in reviews
        )

    def find(self, roots, demo):
        """The first such path at or below the roots; the demo only if asked for."""

        def fits(path):
            return (demo or not is_demo(path)) and self.is_it(path)

        here = (root for root in roots if fits(root))
        below = (find_below(root, fits) for root in roots)
        return next((path for path in chain(here, below) if path), None)

    def fetch(self):
        """Download it from its publisher or Kaggle; None where neither answers."""
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

    read(paths, size, seed, payload) gives documents (id, label, text, folded key); a
    corpus too large to read whole is sampled, `size` documents by `seed`. payload names
    one of PAYLOADS where the documents are e-mail.
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
ENRON_FILE = Need(
    ("emails.csv",), "wcukierski/enron-email-dataset", begins_with=b"message"
)
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


def how_to_get(corpus, roots):
    """One message for somebody without data: what to attach, or to put where."""
    slugs = " and ".join(need.kaggle for need in corpus.needs)
    put = " and ".join(
        str(Path("data", need.names[0]).resolve()) for need in corpus.needs
    )
    return (
        f"{corpus.title}: {corpus.wanted} not found in {', '.join(map(str, roots))}, "
        f"and not to be downloaded. Ways out: on Kaggle attach {slugs} (Add Input) "
        f"or switch the internet on; elsewhere put {put} there, or name another place "
        f"with --data PATH; or try the small corpus that ships with the kit, --demo."
    )


def find_data(name, data):
    """The paths of a corpus' files, and the words that name their source.

    data: "auto" (Kaggle's mounts, ./data, the cache, the original download), "demo",
    or the path of a folder that holds the files, or of the one file there is.
    """
    corpus = CORPORA[name]
    kept = [cache_folder() / "downloads", kagglehub_cache() / "datasets"]
    special = {
        "demo": [home() / "demo"],
        "auto": [KAGGLE_INPUT, Path("data"), *kept],
    }
    roots = special.get(data, [Path(data)])
    if data not in special and not roots[0].exists():
        raise KitError(f"--data {data} is not there; {name} needs {corpus.wanted}.")
    if roots[0].is_file() and len(corpus.needs) == 1:
        paths = roots
    else:
        paths = [need.find(roots, demo=data != "auto") for need in corpus.needs]
    if data == "auto":
        paths = [path or need.fetch() for path, need in zip(paths, corpus.needs)]
    if None in paths:
        raise KitError(how_to_get(corpus, roots))
    source = data if data != "auto" else " + ".join(map(str, paths))
    return paths, DEMO_SOURCE if any(map(is_demo, paths)) else str(source)


ALL_NSAMP = 4000  # about as many letters as there are: "all" e-mail is a sample, too


def load(name, data="auto", nsamp=1000, seed=0, keep_duplicates=False, payload="text"):
    """The Dataset `name` of CORPORA, without duplicates unless they are to be kept.

    nsamp: how many documents per class will be drawn at most, None for all; a corpus
    too large to be read whole gives a sample of six times as many (of 24,000 for all),
    since half of a mailbox is copies. payload: what of an e-mail is its text, one of
    PAYLOADS.
    """
    corpus = CORPORA[name]
    paths, source = find_data(name, data)
    documents = corpus.read(paths, 6 * (nsamp or ALL_NSAMP), seed, payload)
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


TEST_SHARE = 0.3  # the article's split


def draw(dataset, nsamp=1000, seed=0, repeat=0):
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
        rows,
        test_size=TEST_SHARE,
        stratify=dataset.labels[rows],
        random_state=random_state,
    )
    return dataset.take(train), dataset.take(test)


def curve_sizes(nsamp):
    """Documents per class along a learning curve: 100, 200, 500, 1000 ... and nsamp."""
    sizes = (digit * 10**power for power in range(2, 9) for digit in (1, 2, 5))
    return [*itertools.takewhile(lambda size: size < nsamp, sizes), nsamp]


def part_of(train, share):
    """The first `share` of each class: a larger part contains the smaller ones."""
    rows = [np.flatnonzero(train.labels == label) for label in (0, 1)]
    rows = [of_class[: round(share * len(of_class))] for of_class in rows]
    return train.take(np.sort(np.concatenate(rows)))


# -------------------------------------------------------------------- Texts to tokens


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
    """Excerpts to counts <float>[n, v] (sparse) of tokens seen min_count times or more.

    The count is over all texts, as in the article: a token that one text repeats is in.
    """

    def __init__(self, min_count=2):
        self.min_count = min_count

    def fit(self, X, y=None):
        """Learn the vocabulary."""
        counts = Counter(chain.from_iterable(text.split() for text in X))
        vocabulary = sorted(t for t, n in counts.items() if n >= self.min_count)
        if not vocabulary:
            raise ValueError(
                f"no token occurs {self.min_count} times in {len(X)} texts"
            )
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


class LogCountRatios(TransformerMixin, BaseEstimator):
    """Texts to <float>[n, v] (sparse): which words and pairs of words they have, each
    weighted by naive Bayes' log-count ratio between the two classes.

    Wang and Manning, "Baselines and Bigrams" (ACL 2012), the features of its NBSVM.
    alpha: the count that every feature has beforehand. ratios_: <float>[v].
    """

    def __init__(self, ngram_range=(1, 2), alpha=1.0):
        self.ngram_range = ngram_range
        self.alpha = alpha

    def fit(self, X, y):
        """Learn vocabulary and ratios; y has two classes."""
        self.vectorizer_ = CountVectorizer(
            ngram_range=self.ngram_range,
            binary=True,
            token_pattern=r"\w+|[^\w\s]",
            dtype=np.float64,
        )
        found = self.vectorizer_.fit_transform(X)
        upper = np.asarray(y) == np.unique(y)[-1]
        totals = [np.asarray(found[rows].sum(axis=0))[0] for rows in (upper, ~upper)]
        shares = [(self.alpha + t) / (self.alpha + t).sum() for t in totals]
        self.ratios_ = np.log(shares[0] / shares[1])
        return self

    def transform(self, X):
        """The weighted features, one row per text."""
        return self.vectorizer_.transform(X).multiply(self.ratios_).tocsr()

    def get_feature_names_out(self, input_features=None):
        """The words and pairs <str>[v], in the order of the columns."""
        return self.vectorizer_.get_feature_names_out()


# ------------------------------------------------------------------------ Word pieces


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


def padded_triplet(ids, length):
    """Ids (lists) padded with 0 to length: input_ids, input_masks, segment_ids."""
    input_ids = np.zeros((len(ids), length), np.int32)
    input_masks = np.zeros_like(input_ids)
    for row, pieces in enumerate(ids):
        input_ids[row, : len(pieces)] = pieces
        input_masks[row, : len(pieces)] = 1
    return input_ids, input_masks, np.zeros_like(input_ids)


def full_tokenizer(vocab_file, do_lower_case):
    """texts -> ids by bert-tensorflow: the reference, a hundred times slower."""
    from absl import flags
    from bert.tokenization import FullTokenizer

    if not flags.FLAGS.is_parsed():  # it reads a flag that nobody else defines
        flags.FLAGS.mark_as_parsed()
    tokenizer = FullTokenizer(str(vocab_file), do_lower_case)
    convert = tokenizer.convert_tokens_to_ids
    return lambda texts: [convert(tokenizer.tokenize(text)) for text in texts]


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
        """Ids <int> of each text with [CLS] and [SEP], at most limit of them.

        limit: one for all texts (None: no limit), or a list with one for each.
        """
        limits = limit if isinstance(limit, list) else [limit] * len(texts)
        rooms = [None if limit is None else max(limit - 2, 0) for limit in limits]
        pieces = self._encode([self.words(text) for text in texts])
        return [[self.cls, *ids[:room], self.sep] for ids, room in zip(pieces, rooms)]

    def triplet(self, texts, max_seq_length):
        """input_ids, input_masks, segment_ids, each <int32>[n, max_seq_length]."""
        return padded_triplet(self.ids(texts, max_seq_length), max_seq_length)


# ------------------------------------------------------ Encoders in the hub's formats

# The article's two encoders, as Kaggle names them (owner/model/framework/variation/
# version; the version matters: others are other checkpoints), and their old addresses.
ELMO = "google/elmo/tensorFlow1/elmo/3"
BERT = "tensorflow/bert/tensorFlow2/en-uncased-l-12-h-768-a-12/4"
TFHUB_URLS = {
    ELMO: "https://tfhub.dev/google/elmo/3",
    BERT: "https://tfhub.dev/tensorflow/bert_en_uncased_L-12_H-768_A-12/4",
}
ENCODERS = {
    "full": {"elmo": ELMO, "bert": BERT},
    "mini": {"elmo": "encoders/elmo-mini", "bert": "encoders/bert-mini"},
}
KAGGLE_HANDLE = re.compile(
    r"(?:https://www\.kaggle\.com/models/)?((?:[\w-]+/){4}\d+)/?$"
)


def encoder_name(handle):
    """What tables call an encoder: a folder's name, or the whole handle."""
    handle = str(handle)
    return handle if KAGGLE_HANDLE.match(handle) else handle.rstrip("/").split("/")[-1]


def is_saved_model(folder):
    """Whether a folder holds a SavedModel. Broken downloads leave folders without."""
    return Path(folder, "saved_model.pb").is_file()


def cached_encoders(kaggle, url):
    """Where tensorflow_hub, kagglehub and we ourselves would have kept a model."""
    temporary = Path(tempfile.gettempdir(), "tfhub_modules")
    name = hashlib.sha1(url.encode()).hexdigest()  # tensorflow_hub's naming
    return (
        Path(os.environ.get("TFHUB_CACHE_DIR") or temporary, name),
        kagglehub_cache() / "models" / kaggle,
        cache_folder() / "encoders" / name,
    )


def fetch_encoder(kaggle, url):
    """Download a SavedModel from Kaggle or its URL; None where neither answers."""
    if kaggle and reachable(KAGGLE_SITE):
        import kagglehub

        try:
            path = kagglehub.model_download(kaggle)
            if not is_saved_model(path):  # broken off earlier, or cleaned by half
                path = kagglehub.model_download(kaggle, force_download=True)
            return Path(path)
        except Exception as error:  # kagglehub's errors have no common class
            say("encoder", f"Kaggle did not give {kaggle}: {error}")
    if not url.startswith("http") or not reachable(url):
        return None
    packed = download(f"{url}?tf-hub-format=compressed")
    folder = cached_encoders(kaggle, url)[-1]
    with tempfile.TemporaryDirectory(dir=cache_folder()) as temporary:
        try:
            with tarfile.open(packed) as archive:
                archive.extractall(Path(temporary, "model"), filter="data")
        except (tarfile.TarError, EOFError) as error:
            packed.unlink()
            raise KitError(f"{url} gave no packed SavedModel: {error}") from error
        folder.parent.mkdir(exist_ok=True)
        os.replace(Path(temporary, "model"), folder)
    return folder


@functools.cache  # walking through 100,000 mounted files takes seconds
def mounted_encoder(kaggle, root):
    """The folder of a model attached to a Kaggle kernel, in either layout of mounts."""
    tail = kaggle.lower().split("/")[1:]
    found = find_below(
        root,
        lambda path: (
            path.name == "saved_model.pb"
            and [part.lower() for part in path.parent.parts[-4:]] == tail
        ),
    )
    return found and found.parent


def find_encoder(handle):
    """The folder of the SavedModel that a handle names.

    handle: a path (from here or from this file), a Kaggle handle, or the URL of a
    packed SavedModel. Searched in this order: the path, Kaggle's mounted models, the
    caches of tensorflow_hub, kagglehub and the kit, Kaggle's models, tfhub.dev.
    """
    handle = str(handle)
    for path in (Path(handle), home() / handle):
        if is_saved_model(path):
            return path.resolve()
        if path.is_dir():
            raise KitError(
                f"{path} is no SavedModel: there is no saved_model.pb in it."
            )
    match = KAGGLE_HANDLE.match(handle)
    kaggle = match[1] if match else ""
    url = TFHUB_URLS.get(kaggle, handle)
    kept = (mounted_encoder(kaggle, KAGGLE_INPUT), *cached_encoders(kaggle, url))
    for path in kept:
        if path and is_saved_model(path):
            return path
    path = fetch_encoder(kaggle, url)
    if path is None:
        raise KitError(
            f"Encoder {handle} is not here and no download was possible. On Kaggle, "
            f"attach it (Add Input, Models: {kaggle or handle}) or switch the internet "
            "on; elsewhere unpack its SavedModel in a folder and name that with --elmo "
            "or --bert; or take the small encoders of the kit: --encoders mini."
        )
    return path


def encoder_digest(path):
    """SHA-256 of what makes a SavedModel: graph, variables, assets."""
    parts = (Path(path, part) for part in ("saved_model.pb", "variables", "assets"))
    return content_digest(*(part for part in parts if part.exists()))


@contextlib.contextmanager
def quiet_stderr():
    """Keep back what native code writes to the error stream unless an error comes."""
    with tempfile.TemporaryFile() as kept:
        sys.stderr.flush()
        stderr = os.dup(2)
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except BaseException:
            kept.seek(0)
            os.write(stderr, kept.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


@functools.cache
def tensorflow():
    """TensorFlow with Keras 3 on it, imported at first use: it takes 5 to 8 seconds."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with quiet_stderr():  # some lines about oneDNN and CUDA heed no log level
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
    if tf.keras.config.backend() != "tensorflow":
        raise KitError(
            "The hub layers need Keras on TensorFlow: KERAS_BACKEND=tensorflow."
        )
    for gpu in gpus:
        try:  # leave room for whoever shares the card
            tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:  # somebody has used it already
            pass
    return tf


def load_module(path):
    """The SavedModel in a folder, as hub.load would give it.

    This is all that hub.load does once it has the folder, and spares the user
    tensorflow_hub's import, which breaks where setuptools or tf_keras do not match.
    """
    tf = tensorflow()
    tags = [] if Path(path, "tfhub_module.pb").exists() else None
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("ERROR")  # else a warning for each variable of a TF1-format module
    try:
        # Outside of any graph and name scope: Keras builds layers inside of both, and
        # the names of the variables tell the encoder's layers.
        with quiet_stderr(), tf.init_scope(), tf.compat.v1.name_scope(None):
            return tf.saved_model.load(str(path), tags)
    except (OSError, ValueError, RuntimeError) as error:
        raise KitError(f"{path} cannot be loaded as a SavedModel: {error}") from error
    finally:
        logger.setLevel(level)


@functools.cache
def shared_module(kind, path):
    """The ElmoModule or BertModule of a folder, one for all who do not train it."""
    return kind(path)


class ElmoModule:
    """ELMo from TF1-format and TF2 SavedModels: strings to its layers' masked means."""

    def __init__(self, path):
        self.module = load_module(path)  # the signatures do not keep it alive
        signatures = self.module.signatures
        name = "default" if "default" in signatures else "serving_default"
        if (
            name not in signatures
            or "word_emb" not in signatures[name].structured_outputs
        ):
            raise KitError(f"{path} is no ELMo module: no signature gives word_emb.")
        self.signature = signatures[name]
        self.argument = next(iter(self.signature.structured_input_signature[1]))
        shapes = self.signature.structured_outputs
        self.width = shapes["lstm_outputs1"].shape[-1]
        self.copies = self.width // shapes["word_emb"].shape[-1]
        tf = tensorflow()
        self.batch_means = tf.function(
            self.layer_means, input_signature=[tf.TensorSpec([None], tf.string)]
        )

    def layer_means(self, strings):
        """Mean over the words of each of the three layers, <float>[n, 3, width].

        strings: <string>[n], words separated by white space; an empty one counts as
        ".". The mean is taken here, since versions 1 and 2 of the module average the
        padding in, so that their own mean depends on the rest of the batch.
        """
        tf = tensorflow()
        strings = tf.strings.strip(tf.strings.regex_replace(strings, r"\s+", " "))
        strings = tf.where(strings == "", ".", strings)
        outputs = self.signature(**{self.argument: strings})
        lengths = tf.strings.split(strings, " ").row_lengths()
        length = tf.shape(outputs["word_emb"])[1]
        mask = tf.sequence_mask(lengths, length, tf.float32)[..., None]  # [n, T, 1]
        words = tf.tile(outputs["word_emb"], [1, 1, self.copies])  # [n, T, width]
        layers = (words, outputs["lstm_outputs1"], outputs["lstm_outputs2"])
        means = [
            tf.reduce_sum(layer * mask, 1) / tf.reduce_sum(mask, 1) for layer in layers
        ]
        return tf.stack(means, 1)


class BertModule:
    """BERT from the three forms of SavedModels in which it is published.

    TF2 with a dict in and out (versions 3 and 4), TF2 with a list [word ids, mask, type
    ids] in and [pooled, sequence] out (1 and 2), and TF1-format with signatures.
    """

    def __init__(self, path):
        self.path = path
        self.module = load_module(path)
        self.is_tf1 = "tokens" in self.module.signatures
        if not self.is_tf1 and not getattr(self.module, "vocab_file", None):
            raise KitError(f"{path} is no BERT encoder: it has no vocab_file.")
        if self.is_tf1:
            self.call, outputs = self.tf1_form()
        else:
            self.call, outputs = self.tf2_form()
        self.width = outputs[0].shape[-1]
        tf = tensorflow()
        tokens = tf.TensorSpec([None, None], tf.int32)
        self.batch_means = tf.function(self.pooled, input_signature=[tokens, tokens])

    def tf1_form(self):
        """(call, outputs' specs) of a TF1-format module."""
        tokens = self.module.signatures["tokens"]

        def call(ids, mask, segments, training):
            outputs = tokens(input_ids=ids, input_mask=mask, segment_ids=segments)
            return outputs["pooled_output"], outputs["sequence_output"]

        shapes = tokens.structured_outputs
        return call, (shapes["pooled_output"], shapes["sequence_output"])

    def tf2_form(self):
        """(call, outputs' specs) of a TF2 SavedModel."""
        function = self.module.__call__.concrete_functions[0]
        takes_dict = isinstance(function.structured_input_signature[0][0], dict)
        takes_training = "training" in function.function_type.parameters
        shapes = function.structured_outputs

        def outputs(values):
            if isinstance(values, dict):
                return values["pooled_output"], values["sequence_output"]
            return tuple(values)

        def call(ids, mask, segments, training):
            names = ("input_word_ids", "input_mask", "input_type_ids")
            inputs = [ids, mask, segments]
            inputs = dict(zip(names, inputs)) if takes_dict else inputs
            options = {"training": training} if takes_training else {}
            return outputs(self.module(inputs, **options))

        return call, outputs(shapes)

    def pooled(self, ids, mask, segments=None, training=False):
        """The last layer's masked mean and the pooled output, <float>[n, width]."""
        tf = tensorflow()
        ids, mask = tf.cast(ids, tf.int32), tf.cast(mask, tf.int32)
        segments = (
            tf.zeros_like(ids) if segments is None else tf.cast(segments, tf.int32)
        )
        first, sequence = self.call(ids, mask, segments, training)
        weights = tf.cast(mask, sequence.dtype)[..., None]  # [n, T, 1]
        total = tf.maximum(tf.reduce_sum(weights, 1), 1e-10)
        return {"mean": tf.reduce_sum(sequence * weights, 1) / total, "first": first}

    @functools.cached_property
    def word_pieces(self):
        """The tokenizer with the module's own vocabulary and casing."""
        if self.is_tf1:
            info = self.module.signatures["tokenization_info"]()
            vocab_file, do_lower_case = info["vocab_file"], info["do_lower_case"]
        else:
            vocab_file = self.module.vocab_file.asset_path
            do_lower_case = self.module.do_lower_case
        return WordPieces(vocab_file.numpy().decode(), bool(do_lower_case))

    @functools.cached_property
    def max_length(self):
        """How many word pieces the encoder can read: the rows of its position table."""
        shapes = (v.shape for v in self.variables if "position_embedding" in v.name)
        return next((shape[0] for shape in shapes), 512)  # TF1-format hides it: BERT's

    def ids(self, texts):
        """Ids of the word pieces of excerpts, within their limits and the module's."""
        limits = [getattr(text, "limit", None) or self.max_length for text in texts]
        limits = [min(limit, self.max_length) for limit in limits]
        return self.word_pieces.ids(texts, limits)

    @property
    def variables(self):
        """The module's variables; none of a TF1-format one can be seen."""
        return list(getattr(self.module, "variables", []))

    def top_variables(self, n_layers, pooler):
        """The variables of the encoder's top n layers, and the pooler's if asked."""
        if self.is_tf1:
            raise KitError(
                f"{self.path} is in TF1 format, whose variables cannot be trained in "
                "TensorFlow 2. Fine-tune a TF2 SavedModel, or set n_fine_tune_layers=0."
            )
        layer_of = {
            v.ref(): re.search(r"(?:^|/)layer_(\d+)/", v.name) for v in self.variables
        }
        numbers = sorted({int(match[1]) for match in layer_of.values() if match})
        if not numbers:
            raise KitError(
                f"{self.path} has no variables named layer_<i>/ to fine-tune."
            )
        top = numbers[-n_layers:] if n_layers else []
        return [
            v for v in self.variables
            if (layer_of[v.ref()] and int(layer_of[v.ref()][1]) in top)
            or (pooler and "pooler" in v.name)
        ]  # fmt: skip


# --------------------------------------------------------------------- Keras layers


class ElmoEmbedding:
    """The body of ElmoEmbeddingLayer, a Keras 3 layer: <string>[n, 1] or [n] to
    <float>[n, d], the mean over the words of gamma * sum softmax(w)_i layer_i.

    elmo_path: a handle or path, as find_encoder takes them. The three w and gamma are
    its weights; the module itself stays as it is.
    """

    def __init__(self, elmo_path=ELMO, **kwargs):
        super().__init__(**kwargs)
        self.supports_jit = False  # XLA, Keras' default on a GPU, knows no strings
        self.elmo_path = str(elmo_path)

    def build(self, input_shape):
        """Load the module and make the 4 scalars, as untrained as ELMo's own."""
        self.elmo = shared_module(ElmoModule, find_encoder(self.elmo_path))
        self.layer_weights = self.add_weight(
            shape=(3,), initializer="zeros", name="layer_weights"
        )
        self.gamma = self.add_weight(shape=(), initializer="ones", name="gamma")

    def call(self, inputs):
        """The embedding of each string, <float>[n, d]."""
        tf = tensorflow()
        means = tf.stop_gradient(self.elmo.layer_means(tf.reshape(inputs, [-1])))
        return self.mix(means, self.layer_weights, self.gamma)

    @staticmethod
    def mix(means, layer_weights, gamma):
        """gamma * sum softmax(layer_weights)_l means_l: <float>[n, 3, d] to [n, d]."""
        tf = tensorflow()
        shares = tf.nn.softmax(tf.convert_to_tensor(layer_weights))
        return gamma * tf.einsum("nld,l->nd", means, shares)

    def compute_output_shape(self, input_shape):
        """(n, d), with d read from the module."""
        return (input_shape[0], self.elmo.width)

    def get_config(self):
        """The parameters; the module is loaded from its path again."""
        return {**super().get_config(), "elmo_path": self.elmo_path}


class BertEmbedding:
    """The body of BertLayer, a Keras 3 layer: the triplet [input_ids, input_masks,
    segment_ids], each <int32>[n, T], to <float>[n, d].

    n_fine_tune_layers: how many layers of the encoder train, from the top; with
    pooling="first" the pooler, too, if any does. pooling: "mean" of the last layer
    over the mask, or "first", the pooled output. bert_path: as find_encoder takes it.
    """

    def __init__(self, n_fine_tune_layers=10, pooling="mean", bert_path=BERT, **kwargs):
        super().__init__(**kwargs)
        if pooling not in ("mean", "first"):
            raise ValueError(f'pooling must be "mean" or "first", not {pooling!r}')
        if n_fine_tune_layers < 0:
            raise ValueError(f"n_fine_tune_layers is {n_fine_tune_layers}, less than 0")
        self.supports_jit = False  # nor any module's graph, whatever is in it
        self.n_fine_tune_layers = n_fine_tune_layers
        self.pooling = pooling
        self.bert_path = str(bert_path)

    def build(self, input_shape):
        """Load the module, a copy of our own if it trains, and register what trains."""
        path = find_encoder(self.bert_path)
        if not self.n_fine_tune_layers:
            self.bert = shared_module(BertModule, path)
            return
        import keras

        self.bert = BertModule(path)
        pooler = self.pooling == "first"
        for variable in self.bert.top_variables(self.n_fine_tune_layers, pooler):
            # A keras.Variable around a tf.Variable shares its value: the optimizer
            # then moves the SavedModel's own weights.
            name = variable.name.split(":")[0].replace("/", "_")
            self._track_variable(keras.Variable(variable, name=name))

    def call(self, inputs, training=None):
        """The embedding of each triplet, <float>[n, d]."""
        training = bool(training) and self.n_fine_tune_layers > 0
        return self.bert.pooled(*inputs, training=training)[self.pooling]

    def compute_output_shape(self, input_shape):
        """(n, d), with d read from the module."""
        return (input_shape[0][0], self.bert.width)

    def get_config(self):
        """The parameters; the module is loaded from its path again."""
        return {
            **super().get_config(),
            "n_fine_tune_layers": self.n_fine_tune_layers,
            "pooling": self.pooling,
            "bert_path": self.bert_path,
        }


@functools.cache
def keras_layer(name):
    """The Keras layer class of that name: its body, and keras.layers.Layer."""
    tensorflow()
    import keras

    body = {"ElmoEmbeddingLayer": ElmoEmbedding, "BertLayer": BertEmbedding}[name]
    members = {"__module__": body.__module__, "__doc__": body.__doc__}
    layer = type(name, (body, keras.layers.Layer), members)
    return keras.saving.register_keras_serializable(package="kit")(layer)


def __getattr__(name):
    """kit.ElmoEmbeddingLayer and kit.BertLayer, made (with TensorFlow) at first use."""
    if name in ("ElmoEmbeddingLayer", "BertLayer"):
        return keras_layer(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


if __name__ == "__main__":  # pasted into a cell, where nobody asks __getattr__

    def ElmoEmbeddingLayer(*arguments, **options):
        """An ElmoEmbeddingLayer."""
        return keras_layer("ElmoEmbeddingLayer")(*arguments, **options)

    def BertLayer(*arguments, **options):
        """A BertLayer."""
        return keras_layer("BertLayer")(*arguments, **options)


HEAD_UNITS = 256  # the article's one hidden layer


def head_model(inputs, embedding, learning_rate):
    """The article's head on an embedding, compiled: Dense 256 relu, Dense 1 sigmoid."""
    import keras

    hidden = keras.layers.Dense(HEAD_UNITS, activation="relu")(embedding)
    output = keras.layers.Dense(1, activation="sigmoid")(hidden)
    model = keras.Model(inputs=inputs, outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate)
    model.compile(optimizer, loss="binary_crossentropy", metrics=["accuracy"])
    return model


def build_elmo_model(elmo_path=ELMO, learning_rate=1e-3):
    """The article's Listing 2: a Keras model, <string>[n, 1] to <float>[n, 1].

    Give its fit and predict a tf.constant of strings: Keras 3 refuses NumPy's.
    """
    layer = keras_layer("ElmoEmbeddingLayer")(elmo_path)
    import keras

    strings = keras.Input((1,), dtype="string", name="strings")
    return head_model(strings, layer(strings), learning_rate)


def build_bert_model(
    max_seq_length,
    bert_path=BERT,
    n_fine_tune_layers=0,
    pooling="mean",
    learning_rate=1e-3,
):
    """The article's Listing 4: a Keras model of triplets <int>[n, max_seq_length] x 3.

    max_seq_length=None takes triplets of any length.
    """
    layer = keras_layer("BertLayer")(n_fine_tune_layers, pooling, bert_path)
    import keras

    names = ("input_ids", "input_masks", "segment_ids")
    triplet = [
        keras.Input((max_seq_length,), dtype="int32", name=name) for name in names
    ]
    return head_model(triplet, layer(triplet), learning_rate)


# -------------------------------------------------------------------- Frozen features


class FeatureStore:
    """Feature vectors by key: in memory, and in a SQLite file if a path is given.

    SQLite survives a killed kernel and serves several processes; where the disk is
    full or the file broken, memory alone has to do. `written` counts the new vectors.
    """

    def __init__(self, path=None):
        self.memory = {}
        self.written = 0
        self.database = path and self._open(Path(path))

    def _open(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        for second_try in (False, True):
            try:
                database = sqlite3.connect(path, timeout=60)
                database.execute(
                    "CREATE TABLE IF NOT EXISTS features "
                    "(key BLOB PRIMARY KEY, shape TEXT, value BLOB)"
                )
                return database
            except sqlite3.DatabaseError as error:
                if second_try or isinstance(error, sqlite3.OperationalError):
                    return self._without_disk(error)
                os.replace(path, f"{path}.broken")
        return None

    def _without_disk(self, error):
        say("cache", f"features are kept in memory only: {error}")
        self.database = None

    def get(self, keys):
        """A dict of the vectors that are known among the keys <bytes>."""
        absent = [key for key in dict.fromkeys(keys) if key not in self.memory]
        for start in range(0, len(absent), 500):  # SQLite allows 999 marks a query
            some = absent[start : start + 500]
            marks = ",".join("?" * len(some))
            query = f"SELECT key, shape, value FROM features WHERE key IN ({marks})"
            try:
                rows = self.database.execute(query, some) if self.database else ()
                for key, shape, value in rows:
                    vector = np.frombuffer(value, np.float32)
                    self.memory[key] = vector.reshape(json.loads(shape))
            except sqlite3.DatabaseError as error:
                self._without_disk(error)
        return {key: self.memory[key] for key in keys if key in self.memory}

    def put(self, vectors):
        """Keep a dict of vectors <float32>, on disk at once."""
        self.memory.update(vectors)
        self.written += len(vectors)
        rows = [
            (key, json.dumps(vector.shape), vector.tobytes())
            for key, vector in vectors.items()
        ]
        try:
            if self.database:
                with self.database:
                    insert = "INSERT OR REPLACE INTO features VALUES (?, ?, ?)"
                    self.database.executemany(insert, rows)
        except sqlite3.DatabaseError as error:
            self._without_disk(error)


@functools.cache
def feature_store(path=None):
    """The one FeatureStore of this process for a path."""
    return FeatureStore(path)


# Tokens of a batch, padding included. ELMo's character convolutions take about 369 KB
# a token (tensorflow/models #1993), so this is 3 GB there; a card with less gets less.
BATCH_TOKENS = 8192


class FrozenEncoder(TransformerMixin, BaseEstimator):
    """Excerpts <str>[n] to features <float32>[n, ...]; each text is encoded only once.

    path: the encoder's handle or folder; store: the SQLite file of the features, None
    for memory only. The features are kept by the encoder's content, the limit and the
    text, so epochs, folds, grids, repeats and later runs cost no pass.
    """

    def __init__(self, path, store=None):
        self.path = path
        self.store = store

    def fit(self, X, y=None):
        """Find the encoder; a frozen one has nothing to learn."""
        self.folder_ = find_encoder(self.path)
        self.identity_ = encoder_digest(self.folder_)
        return self

    def transform(self, X):
        """Features, one row per text."""
        store = feature_store(self.store)
        keys = [self._key(text) for text in X]
        known = store.get(keys)
        missing = {key: text for key, text in zip(keys, X) if key not in known}
        if missing:
            known |= self._encode_missing(missing, store)
        return np.stack([known[key] for key in keys])

    def _key(self, text):
        limit = getattr(text, "limit", None)
        name = repr((FORMAT, self.identity_, self._variant(), limit, str(text)))
        return hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=16).digest()

    def _encode_missing(self, missing, store):
        """Encode texts by key, longest first; the store gets each batch at once."""
        keys = list(missing)
        items, sizes = self._prepare(list(missing.values()))
        what = f"encoding {encoder_name(self.path)}"
        found = {}
        with progress_bar(len(keys), what) as bar:
            for rows, features in self._batches(items, np.array(sizes)):
                vectors = {keys[row]: vector for row, vector in zip(rows, features)}
                store.put(vectors)
                found |= vectors
                bar.update(len(rows))
        return found

    def _batches(self, items, sizes):
        """Yield (rows, features) of batches alike in size, smaller if memory ends."""
        out_of_memory = tensorflow().errors.ResourceExhaustedError
        budget = BATCH_TOKENS
        todo = np.argsort(-sizes, kind="stable")
        while len(todo):
            count = min(max(budget // sizes[todo[0]], 1), len(todo))
            try:
                features = self._encode([items[row] for row in todo[:count]])
            except out_of_memory:
                if count == 1:
                    raise
                budget = sizes[todo[0]] * (count // 2)
                say("memory", f"{count} texts do not fit, going on with {count // 2}")
                continue
            yield todo[:count], features
            todo = todo[count:]


class ElmoFeatures(FrozenEncoder):
    """Means over the words of ELMo's three layers, <float32>[n, 3, d]."""

    def _variant(self):
        return "layer means"

    def _prepare(self, texts):
        """Items to encode, and the number of tokens of each."""
        return [str(text) for text in texts], [max(len(t.split()), 1) for t in texts]

    def _encode(self, items):
        tf = tensorflow()
        module = shared_module(ElmoModule, self.folder_)
        return module.batch_means(tf.constant(items)).numpy()


class BertFeatures(FrozenEncoder):
    """BERT's embedding <float32>[n, d]: pooling "mean" over the mask, or "first"."""

    def __init__(self, path, store=None, pooling="mean"):
        super().__init__(path, store)
        self.pooling = pooling

    def _variant(self):
        return self.pooling

    def _prepare(self, texts):
        """Items (ids of word pieces) to encode, and the number of tokens of each."""
        items = shared_module(BertModule, self.folder_).ids(texts)
        return items, [len(ids) for ids in items]

    def _encode(self, items):
        module = shared_module(BertModule, self.folder_)
        ids, masks, _ = padded_triplet(items, max(map(len, items)))
        return module.batch_means(ids, masks)[self.pooling].numpy()


# ------------------------------------------------------------------------------ Heads


def sigmoid(logits):
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * logits))


def softmax(values):
    """Shares that sum to 1."""
    exponents = np.exp(values - values.max())
    return exponents / exponents.sum()


def cross_entropy(logits, y):
    """Binary cross-entropy of each logit."""
    return np.logaddexp(0, logits) - y * logits


class DenseHead(ClassifierMixin, BaseEstimator):
    """The article's head: Dense(units, relu), Dense(1, sigmoid), Adam, cross-entropy.

    X: features <float>[n, d], or <float>[n, 3, d] of ELMo's layers, which the 4 scalars
    (softmax weights and gamma) mix first, trained with the rest. The function, its
    start and its steps are those of the Keras models above, written in NumPy: on
    features that are computed already, Keras spends its time on building the graph.

    weights_: as in the Keras model: [layer_weights, gamma,] kernel, bias, kernel, bias.
    history_: loss and accuracy of each epoch; with validation_data also val_loss and
    val_accuracy, which are recorded and never used.
    """

    def __init__(
        self,
        units=HEAD_UNITS,
        epochs=5,
        batch_size=32,
        learning_rate=1e-3,
        random_state=None,
    ):
        self.units = units
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state

    def fit(self, X, y, validation_data=None):
        """Train for the epochs; validation_data (X, y) is only scored after each."""
        X, y = validate_data(self, X, y, allow_nd=True, dtype=np.float32)
        check_classification_targets(y)
        self.classes_, y = np.unique(y, return_inverse=True)
        if len(self.classes_) > 2:
            kind = type_of_target(y)
            raise ValueError(
                f"Only binary classification is supported. The type of the target is "
                f"{kind}."
            )
        if len(self.classes_) < 2:
            raise ValueError(
                "DenseHead needs two classes; the labels are of one class."
            )
        rng = check_random_state(self.random_state)
        self.weights_ = self._initial_weights(X.shape, rng)
        self.history_ = {"loss": [], "accuracy": []}
        # Threads cost more than they save on matrices of this size.
        with threadpool_limits(1):
            self._train(X, y.astype(np.float32), rng, validation_data)
        return self

    def _initial_weights(self, shape, rng):
        """Keras' start: Glorot-uniform kernels, zero biases; equal shares, gamma 1."""

        def kernel(rows, columns):
            limit = np.sqrt(6 / (rows + columns))
            return rng.uniform(-limit, limit, (rows, columns)).astype(np.float32)

        dense = [kernel(shape[-1], self.units), np.zeros(self.units, np.float32)]
        dense += [kernel(self.units, 1), np.zeros(1, np.float32)]
        if len(shape) == 2:
            return dense
        return [np.zeros(shape[1], np.float32), np.ones((), np.float32), *dense]

    def _train(self, X, y, rng, validation_data):
        """Adam as in Keras: moments without bias correction, the rate corrected."""
        moments = [(np.zeros_like(w), np.zeros_like(w)) for w in self.weights_]
        step = 0
        for _ in range(self.epochs):
            order = rng.permutation(len(X))
            losses, hits = 0.0, 0
            for start in range(0, len(X), self.batch_size):
                rows = order[start : start + self.batch_size]
                logits, gradients = self._gradients(X[rows], y[rows])
                losses += cross_entropy(logits, y[rows]).sum()
                hits += np.sum((logits > 0) == (y[rows] > 0.5))
                step += 1
                rate = self.learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
                for i, ((m, v), gradient) in enumerate(zip(moments, gradients)):
                    m += 0.1 * (gradient - m)
                    v += 0.001 * (gradient**2 - v)
                    self.weights_[i] -= np.float32(rate) * m / (np.sqrt(v) + 1e-7)
            self.history_["loss"].append(float(losses / len(X)))
            self.history_["accuracy"].append(float(hits / len(X)))
            self._record(validation_data)

    def _record(self, validation_data):
        """Score the held-out part after an epoch."""
        if validation_data is None:
            return
        X, y = validation_data
        y = (np.asarray(y) == self.classes_[1]).astype(np.float32)
        logits = self.decision_function(X)
        loss, accuracy = (
            cross_entropy(logits, y).mean(),
            np.mean((logits > 0) == (y > 0.5)),
        )
        self.history_.setdefault("val_loss", []).append(float(loss))
        self.history_.setdefault("val_accuracy", []).append(float(accuracy))

    def _forward(self, X):
        """Input of the head [n, d], hidden layer [n, units], logits [n]."""
        *scalars, kernel, bias, kernel_out, bias_out = self.weights_
        if scalars:
            layer_weights, gamma = scalars
            X = gamma * np.einsum("nld,l->nd", X, softmax(layer_weights))
        hidden = np.maximum(X @ kernel + bias, 0)
        return X, hidden, (hidden @ kernel_out + bias_out)[:, 0]

    def _gradients(self, X, y):
        """Logits [n] and the mean loss's gradient for each of the weights."""
        *scalars, kernel, _, kernel_out, _ = self.weights_
        embedding, hidden, logits = self._forward(X)
        error = ((sigmoid(logits) - y) / len(y))[:, None]  # [n, 1]
        behind = (error @ kernel_out.T) * (hidden > 0)  # [n, units]
        dense = [embedding.T @ behind, behind.sum(0), hidden.T @ error, error.sum(0)]
        if not scalars:
            return logits, dense
        shares, gamma = softmax(scalars[0]), scalars[1]
        by_layer = np.einsum(
            "nld,nd->l", X, behind @ kernel.T
        )  # d loss / d share / gamma
        by_share = gamma * (by_layer - shares @ by_layer)
        return logits, [shares * by_share, shares @ by_layer, *dense]

    def decision_function(self, X):
        """The logit of class classes_[1], <float>[n]."""
        check_is_fitted(self)
        X = validate_data(self, X, allow_nd=True, dtype=np.float32, reset=False)
        return self._forward(X)[2]

    def predict_proba(self, X):
        """Probabilities <float>[n, 2]."""
        positive = sigmoid(self.decision_function(X))
        return np.stack([1 - positive, positive], axis=1)

    def predict(self, X):
        """The likelier class of each row."""
        likelier = (self.decision_function(X) > 0).astype(int)
        return self.classes_[likelier]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags


class FineTunedBert(ClassifierMixin, BaseEstimator):
    """The article's BERT model trained end to end: excerpts <str>[n] to two classes.

    The head starts as one trained on the frozen encoder, since a random one would
    distort the encoder before it has learnt anything (Kumar et al. 2022), and learn
    little itself at the encoder's rate. Parameters as in build_bert_model and
    DenseHead. model_ is the Keras model, history_ its history.
    """

    def __init__(
        self, path, n_fine_tune_layers=2, pooling="mean", epochs=5, batch_size=32,
        learning_rate=5e-5, random_state=None,
    ):  # fmt: skip
        self.path = path
        self.n_fine_tune_layers = n_fine_tune_layers
        self.pooling = pooling
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate  # Adam's 1e-3 would destroy the encoder
        self.random_state = random_state

    def fit(self, X, y, validation_data=None):
        """Train encoder and head; validation_data (X, y) is only scored each epoch."""
        tensorflow()
        import keras

        keras.utils.set_random_seed(self.random_state or 0)
        self.classes_, y = np.unique(y, return_inverse=True)
        self.model_ = build_bert_model(
            None, self.path, self.n_fine_tune_layers, self.pooling, self.learning_rate
        )
        features = BertFeatures(self.path, pooling=self.pooling).fit_transform(X)
        head = DenseHead(random_state=self.random_state).fit(features, y).weights_
        for layer, start in zip(self.model_.layers[-2:], (head[:2], head[2:])):
            layer.set_weights(start)
        if validation_data is not None:
            held_out, labels = validation_data
            labels = (np.asarray(labels) == self.classes_[1]).astype(int)
            validation_data = (self._triplet(held_out), labels)
        history = self.model_.fit(
            self._triplet(X), y, self.batch_size, self.epochs,
            verbose=0, validation_data=validation_data,
        )  # fmt: skip
        self.history_ = history.history
        return self

    def _triplet(self, texts):
        ids = shared_module(BertModule, find_encoder(self.path)).ids(texts)
        return padded_triplet(ids, max(map(len, ids)))

    def predict_proba(self, X):
        """Probabilities <float>[n, 2]."""
        positive = self.model_.predict(self._triplet(X), self.batch_size, verbose=0)[
            :, 0
        ]
        return np.stack([1 - positive, positive], axis=1)

    def predict(self, X):
        """The likelier class of each text."""
        return self.classes_[(self.predict_proba(X)[:, 1] > 0.5).astype(int)]


# ------------------------------------------------------------------------- Algorithms


@dataclass(frozen=True)
class Settings:
    """What one column and row of the table is made with. See the command line's help.

    maxtokens, maxtokenlen: the article's limits, in words and characters.
    text: what the encoders read, "article" or "natural".
    svm: parameters of SVC, the one that differs between the article's problems.
    store: the SQLite file of the features; None keeps them in memory only.
    """

    maxtokens: int = 50
    maxtokenlen: int = 20
    text: str = "article"
    svm: dict = field(default_factory=lambda: {"C": 1, "kernel": "linear"})
    elmo: str = ELMO
    bert: str = BERT
    pooling: str = "mean"
    n_fine_tune_layers: int = 0
    epochs: int = 5
    batch_size: int = 32
    seed: int = 0
    store: str | None = None

    @property
    def label(self):
        """The row of the table, as in the article: tokens/length."""
        return f"{self.maxtokens}/{self.maxtokenlen}"


@dataclass(frozen=True)
class Algorithm:
    """A column of the table: its title, and the steps after `tokens` of its pipeline.

    steps(settings) gives [(step name, estimator), ...]; encoder(settings) the handle of
    what reads the text, "" for none. What has no encoder reads its own recipe of the
    text, whatever the settings say. in_article: a column of its tables, on by default.
    param_grid: what --tune tries; it may name any step, tokens__maxtokens, too.
    resource: what successive halving gives more of, documents or one of the grid's.
    """

    title: str
    steps: Callable
    param_grid: dict = field(default_factory=dict)
    resource: str = "n_samples"
    encoder: Callable = lambda settings: ""
    recipe: str = "article"
    in_article: bool = True

    def text(self, settings):
        """The recipe of tokens."""
        return settings.text if self.encoder(settings) else self.recipe


def counts_and(make_classifier):
    """Steps of a baseline: token counts and the classifier for the settings."""
    return lambda settings: [
        ("features", TokenCounts()),
        ("classifier", make_classifier(settings)),
    ]


def nbsvm_steps(settings):
    """The strong simple opponent: log-count ratios of bigrams and a linear SVM."""
    return [
        ("features", LogCountRatios()),
        ("classifier", LinearSVC(C=1, random_state=settings.seed)),
    ]


def frozen_head(settings):
    """The head over frozen features."""
    return DenseHead(
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        random_state=settings.seed,
    )


def elmo_steps(settings):
    """ELMo's layers, encoded once, and the head that mixes them."""
    features = ElmoFeatures(settings.elmo, settings.store)
    return [("features", features), ("classifier", frozen_head(settings))]


def bert_steps(settings):
    """BERT's embedding, encoded once, and the head; or all of it trained together."""
    if settings.n_fine_tune_layers:
        classifier = FineTunedBert(
            settings.bert, settings.n_fine_tune_layers, settings.pooling,
            settings.epochs, settings.batch_size, random_state=settings.seed,
        )  # fmt: skip
        return [("classifier", classifier)]
    features = BertFeatures(settings.bert, settings.store, settings.pooling)
    return [("features", features), ("classifier", frozen_head(settings))]


REGULARIZATION = [0.01, 0.1, 1, 10]  # two decades below the default, one above
HEAD_GRID = {
    "classifier__units": [64, 256],  # a smaller head may do for 1,400 documents
    "classifier__epochs": [3, 5, 10],  # the article reads the best epoch off a figure
    "classifier__learning_rate": [3e-4, 1e-3, 3e-3],
}

# Add an algorithm here. The forest has 10 trees and the SVM C=1, as in the article, and
# the forest's grid is the article's.
ALGORITHMS = {
    "lr": Algorithm(
        "LR",
        counts_and(lambda s: LogisticRegression(max_iter=1000)),
        {"classifier__C": REGULARIZATION},
    ),
    "svm": Algorithm(
        "SVM",
        counts_and(lambda s: SVC(**s.svm)),
        {
            "classifier__C": REGULARIZATION,
            "classifier__kernel": ["linear", "rbf"],
            "classifier__gamma": ["scale"],  # auto is weak on sparse counts
        },
    ),
    "rf": Algorithm(
        "RF",
        counts_and(
            lambda s: RandomForestClassifier(n_estimators=10, random_state=s.seed)
        ),
        {
            "classifier__min_samples_leaf": [1, 2, 3],
            "classifier__min_samples_split": [2, 6, 10],
            "classifier__n_estimators": [10, 100, 1000],
        },
        resource="classifier__n_estimators",  # 1,000 trees are slow on few documents
    ),
    "gbm": Algorithm(
        "GBM",
        counts_and(lambda s: GradientBoostingClassifier(random_state=s.seed)),
        {
            "classifier__n_estimators": [100, 300],
            "classifier__learning_rate": [0.05, 0.1, 0.2],
            "classifier__max_depth": [2, 4],
        },
    ),
    "elmo": Algorithm("ELMo", elmo_steps, HEAD_GRID, encoder=lambda s: s.elmo),
    "bert": Algorithm("BERT", bert_steps, HEAD_GRID, encoder=lambda s: s.bert),
    "nbsvm": Algorithm(
        "NBSVM",
        nbsvm_steps,
        {"classifier__C": REGULARIZATION},
        recipe="natural",
        in_article=False,
    ),
    "dummy": Algorithm(
        "dummy",
        counts_and(lambda s: DummyClassifier(strategy="most_frequent")),
        in_article=False,
    ),
}


TUNED = "_tuned"  # ends a column's name where the model is the best of a search


def pipeline(name, settings=None):
    """The scikit-learn Pipeline tokens, features, classifier of an algorithm."""
    settings = settings or Settings()
    algorithm = ALGORITHMS[name]
    tokens = Tokens(settings.maxtokens, settings.maxtokenlen, algorithm.text(settings))
    return Pipeline([("tokens", tokens), *algorithm.steps(settings)])


def title_of(column, settings):
    """A column's title; an encoder other than the article's is named in it."""
    name = column.removesuffix(TUNED)
    if name != column:
        return f"{title_of(name, settings)} tuned"
    algorithm = ALGORITHMS[name]
    encoder = algorithm.encoder(settings)
    if encoder == ENCODERS["full"].get(name, ""):
        return algorithm.title
    return f"{algorithm.title} ({encoder_name(encoder).removeprefix(f'{name}-')})"


# ------------------------------------------------------------------------- Evaluation


@dataclass(frozen=True)
class Result:
    """What one model did on one split. Times in seconds; scores 0..1.

    predicted <int>[n_test], score <float>[n_test]: the larger, the more likely class 1.
    params: the parameters of the steps. history: by epoch, if any. search: the Search
    that chose the parameters, if any.
    """

    accuracy: float
    f1: float
    roc_auc: float
    encode_seconds: float
    fit_seconds: float
    predict_seconds: float
    predicted: np.ndarray
    score: np.ndarray
    params: dict
    history: dict
    search: object = None


def shown_params(model):
    """The parameters of a pipeline's steps that JSON can hold."""
    return {
        name: value
        for name, value in sorted(model.get_params().items())
        if "__" in name and isinstance(value, (str, int, float, bool, type(None)))
        and not name.endswith("__store")
    }  # fmt: skip


def evaluate(model, train, test):
    """Fit a pipeline on the training part and score it on the test part, once."""
    encoder, classifier = model[:-1], model[-1]
    times = [time.perf_counter()]
    X_train = encoder.fit_transform(train.texts, train.labels)
    X_test = encoder.transform(test.texts)
    times.append(time.perf_counter())
    record = has_fit_parameter(classifier, "validation_data")
    held_out = {"validation_data": (X_test, test.labels)} if record else {}
    classifier.fit(X_train, train.labels, **held_out)
    times.append(time.perf_counter())
    predicted = classifier.predict(X_test)
    times.append(time.perf_counter())
    score = (
        classifier.decision_function(X_test) if hasattr(classifier, "decision_function")
        else classifier.predict_proba(X_test)[:, 1]
    )  # fmt: skip
    encode_seconds, fit_seconds, predict_seconds = np.diff(times).tolist()
    return Result(
        accuracy=accuracy_score(test.labels, predicted),
        f1=f1_score(test.labels, predicted, zero_division=0),
        roc_auc=roc_auc_score(test.labels, score),
        encode_seconds=encode_seconds,
        fit_seconds=fit_seconds,
        predict_seconds=predict_seconds,
        predicted=predicted,
        score=score,
        params=shown_params(model),
        history=getattr(classifier, "history_", {}),
    )


def corrected_error(values, test_share):
    """Standard error of a mean over repeated random splits (Nadeau and Bengio 2003).

    The training sets overlap, so the variance of the mean is (1/R + n_test/n_train)
    times that of one value. test_share: n_test / n_train.
    """
    return np.std(values, ddof=1) * np.sqrt(1 / len(values) + test_share)


def corrected_interval(values, test_share, level=0.95):
    """(lowest, highest) of the mean's interval by the corrected resampled t."""
    quantile = stats.t.ppf(0.5 + level / 2, len(values) - 1)
    half = quantile * corrected_error(values, test_share)
    return np.mean(values) - half, np.mean(values) + half


def corrected_t_test(differences, test_share):
    """Two-sided p value of paired differences by the corrected resampled t."""
    error = corrected_error(differences, test_share)
    if error == 0:
        return 1.0 if np.mean(differences) == 0 else 0.0
    t = abs(np.mean(differences)) / error
    return float(2 * stats.t.sf(t, len(differences) - 1))


def mcnemar_test(correct_a, correct_b):
    """Exact two-sided p value of two models' hits <bool>[n] on the same documents."""
    only_a, only_b = np.sum(correct_a & ~correct_b), np.sum(~correct_a & correct_b)
    if only_a + only_b == 0:
        return 1.0
    return float(stats.binomtest(int(only_a), int(only_a + only_b)).pvalue)


def holm(p_values):
    """Holm's correction for several tests at once: adjusted p values, in order."""
    p_values = np.asarray(p_values, float)
    order = np.argsort(p_values)
    steps = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


FEWEST_DRAWS = 5  # for a t test, which with 3 draws misses even 12 points


def paired_p_value(accuracies, hits, test_share):
    """Two-sided p value of two models' difference on the same splits.

    accuracies: a pair of <float>[R]; hits: a pair of <bool>[R * n_test], right or wrong
    of each test document. McNemar's test for one draw; the corrected t test for
    FEWEST_DRAWS or more; between them the deviation of so few draws says little, and
    that of a draw is taken from its documents, with the same correction.
    """
    draws = len(accuracies[0])
    if draws == 1:
        return mcnemar_test(*hits)
    if draws >= FEWEST_DRAWS:
        return corrected_t_test(accuracies[0] - accuracies[1], test_share)
    differences = (hits[0].astype(float) - hits[1]).reshape(draws, -1)
    variance = differences.var(axis=1).mean() / differences.shape[1]  # of one draw
    if variance == 0:
        return float(differences.mean() == 0)
    error = np.sqrt((1 / draws + test_share) * variance)
    return float(2 * stats.norm.sf(abs(differences.mean()) / error))


def best_and_equals(accuracies, hits, test_share, level=0.05):
    """The models of a row that are its best, or cannot be told from it.

    accuracies: model -> <float>[R], hits: model -> <bool>[R * n_test]. All models saw
    the same splits, so the tests are paired; Holm's correction over the row.
    """
    best = max(accuracies, key=lambda model: np.mean(accuracies[model]))
    others = [model for model in accuracies if model != best]
    p_values = [
        paired_p_value(
            (accuracies[best], accuracies[other]),
            (hits.get(best), hits.get(other)),
            test_share,
        )
        for other in others
    ]
    equals = {m for m, p in zip(others, holm(p_values)) if p >= level}
    return {best} | equals


# ----------------------------------------------------------------------------- Tuning

TUNING_COLUMNS = (
    "place", "model", "search", "point", "fold", "resource", "score", "seconds",
)  # fmt: skip
FOLDS = 3  # as in the article
BUDGET = 20  # points of a random search or of HyperOpt, unless --budget says otherwise
ENDLESS = 5000  # points, where the budget is a time


class BudgetSpent(Exception):
    """The time that a search may take is over."""


def read_rows(path):
    """The rows of a CSV file as dicts, less a last one that a kill cut short."""
    if not path.exists():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if None not in row and None not in row.values()]


def write_rows(path, columns, rows):
    """Write dicts as a CSV file with a header, whole or not at all."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    write_atomically(path, text.getvalue().encode())


class RememberedScore(ClassifierMixin, BaseEstimator):
    """A model whose scores in cross-validation are kept in a file and computed once.

    scikit-learn's searches fit and score it like any model. path: tuning.csv; place:
    what tells this search's rows there from others'; names: the parameters that the
    search varies; resource: the parameter that halving gives more of, or n_samples;
    deadline: a time after which fit raises BudgetSpent.
    """

    def __init__(
        self, model, path, place=(), names=(), resource="n_samples", deadline=None
    ):
        self.model = model
        self.path = path
        self.place = place
        self.names = names
        self.resource = resource
        self.deadline = deadline

    def fit(self, X, y):
        """Fit the model unless the score of these parameters and texts is known."""
        self.classes_ = np.unique(y)
        if self.deadline and time.time() > self.deadline:
            raise BudgetSpent
        params = self.model.get_params()
        point = json.dumps({name: params[name] for name in self.names}, sort_keys=True)
        texts = hashlib.blake2b("\0".join(X).encode("utf-8", "replace"), digest_size=8)
        row = (*self.place, point, texts.hexdigest())
        self.row_ = dict(zip(TUNING_COLUMNS, row))
        same = (r for r in read_rows(self.path) if self.row_.items() <= r.items())
        self.known_ = next((float(r["score"]) for r in same), None)
        started = time.perf_counter()
        if self.known_ is None:
            self.model_ = clone(self.model).fit(X, y)
        self.fitted_, self.seconds_ = len(X), time.perf_counter() - started
        return self

    def score(self, X, y):
        """The accuracy, from the file, or from the model and then to the file."""
        if self.known_ is not None:
            return self.known_
        score = self.model_.score(X, y)
        documents = self.fitted_ + len(X)
        given = self.model.get_params().get(self.resource, documents)
        facts = {"resource": given, "score": score, "seconds": self.seconds_}
        line = io.StringIO(newline="")
        csv.DictWriter(line, TUNING_COLUMNS).writerow(self.row_ | facts)
        with open(self.path, "a", encoding="utf-8", newline="") as file:
            file.write(line.getvalue())  # one write: other processes write here, too
        return score


def continuous(values):
    """The range of a grid's values as (kind, lowest, highest); ("choice", values)."""
    if not all(isinstance(value, (int, float)) for value in values):
        return "choice", values
    kind = "integer" if all(isinstance(value, int) for value in values) else "log"
    return kind, min(values), max(values)


def scipy_distributions(param_grid):
    """The continuous space of a grid for RandomizedSearchCV."""
    make = {"choice": list, "log": stats.loguniform,
            "integer": lambda low, high: stats.randint(low, high + 1)}  # fmt: skip
    spaces = {name: continuous(values) for name, values in param_grid.items()}
    return {name: make[kind](*bounds) for name, (kind, *bounds) in spaces.items()}


def hyperopt_space(param_grid):
    """The same space for HyperOpt."""
    from hyperopt import hp

    make = {
        "choice": hp.choice,
        "log": lambda name, low, high: hp.loguniform(name, np.log(low), np.log(high)),
        "integer": hp.uniformint,
    }
    spaces = {name: continuous(values) for name, values in param_grid.items()}
    return {name: make[kind](name, *bounds) for name, (kind, *bounds) in spaces.items()}


def search_with_hyperopt(scored, param_grid, train, cv, points, seed, jobs):
    """Tree-structured Parzen estimators over the continuous space."""
    try:
        from hyperopt import fmin, tpe
    except ImportError as error:  # 0.2.7 also needs an older setuptools
        raise KitError(
            f'--search hyperopt: {error}. pip install "hyperopt>=0.3" mends that.'
        ) from error

    def loss(point):
        point = {
            k: int(v) if isinstance(v, np.integer) else v for k, v in point.items()
        }
        model = clone(scored.model).set_params(**point)
        tried = clone(scored).set_params(model=model)
        scores = cross_val_score(
            tried, train.texts, train.labels, cv=cv, n_jobs=jobs, error_score="raise"
        )
        return -scores.mean()

    fmin(loss, hyperopt_space(param_grid), tpe.suggest, points, show_progressbar=False,
         rstate=np.random.default_rng(seed))  # fmt: skip


HALVING_FACTOR = 3  # of all points, a third goes on with three times the resource


def halving_options(scored, param_grid):
    """The grid and the options of successive halving for a model's resource.

    More documents for most; where it is a parameter (trees), its largest value is for
    the winner alone, which needs no judging, and the last round gets a ninth: that
    chose as well as a third and as the whole grid, on five draws of e-mail.
    """
    resource = scored.resource
    if resource == "n_samples":
        return param_grid, {"resource": resource}
    rest = {name: v for name, v in param_grid.items() if name != resource}
    most = max(param_grid[resource]) // HALVING_FACTOR**2
    return rest, {"resource": f"model__{resource}", "max_resources": most}


def search_with_sklearn(how, scored, param_grid, train, cv, points, seed, jobs):
    """Grid, random search or successive halving."""
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingGridSearchCV

    def prefixed(grid):
        return {f"model__{name}": values for name, values in grid.items()}

    common = {"cv": cv, "refit": False, "n_jobs": jobs, "error_score": "raise"}
    if how == "grid":
        search = GridSearchCV(scored, prefixed(param_grid), **common)
    elif how == "halving":
        grid, options = halving_options(scored, param_grid)
        search = HalvingGridSearchCV(
            scored, prefixed(grid), factor=HALVING_FACTOR, random_state=seed,
            return_train_score=False,  # else these scores would be among ours
            **options, **common,
        )  # fmt: skip
    else:
        space = prefixed(scipy_distributions(param_grid))
        search = RandomizedSearchCV(
            scored, space, n_iter=points, random_state=seed, **common
        )
    search.fit(train.texts, train.labels)


@dataclass(frozen=True)
class Search:
    """What a search found, and what it cost.

    model: the pipeline with the best parameters, not fitted; params: these; accuracy:
    their mean over the folds, 0..1; points: how many were tried in all folds; seconds:
    of this run; ended: "done", "budget spent" or "interrupted".
    """

    model: Pipeline
    how: str
    params: dict
    accuracy: float
    points: int
    seconds: float
    ended: str


def point_scores(rows):
    """Mean accuracy by (resource, point) of the points that all folds have scored."""
    scores = {}
    for row in rows:
        key = (int(row["resource"]), row["point"])
        scores.setdefault(key, []).append(float(row["score"]))
    return {key: np.mean(s) for key, s in scores.items() if len(s) >= FOLDS}


def best_point(rows):
    """(parameters, mean accuracy, points tried) of the best point with all its folds.

    Of successive halving only the last round counts, with most of the resource.
    """
    scores = point_scores(rows)
    if not scores:
        return None
    most = max(resource for resource, _ in scores)
    last = {point: s for (resource, point), s in scores.items() if resource == most}
    point = min(last, key=lambda point: (-last[point], point))
    return json.loads(point), last[point], len({point for _, point in scores})


def run_search(how, scored, param_grid, train, points, seed, jobs):
    """Search until it is done; how it ended."""
    cv = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    try:
        if how == "hyperopt":
            search_with_hyperopt(scored, param_grid, train, cv, points, seed, jobs)
        else:
            search_with_sklearn(how, scored, param_grid, train, cv, points, seed, jobs)
    except KeyboardInterrupt:
        return "interrupted"
    except BudgetSpent:
        return "budget spent"
    return "done"


def tune(
    model, param_grid, train, path, place, how="grid", budget=None, seed=0, jobs=1,
    resource="n_samples",
):  # fmt: skip
    """The Search of a pipeline's best parameters, on the training part only.

    how: grid, random, hyperopt or halving; budget: points <int>, or seconds as "60s";
    resource: what halving gives more of, n_samples or a parameter of the grid, of which
    the winner gets the most. Every score goes to `path` (tuning.csv), and none there is
    computed again. Ctrl-C and a spent budget end the search; the best point so far is
    taken.
    """
    timed = str(budget or "").endswith("s")
    deadline = time.time() + float(budget[:-1]) if timed else None
    points = ENDLESS if timed else int(budget or BUDGET)
    place = (*place, how)
    resource = resource if how == "halving" else "n_samples"
    scored = RememberedScore(model, path, place, tuple(param_grid), resource, deadline)
    # Anew, without a line that a kill cut short: the next would be joined to it.
    write_rows(path, TUNING_COLUMNS, read_rows(path))
    started = time.monotonic()
    ended = run_search(how, scored, param_grid, train, points, seed, jobs)
    names = TUNING_COLUMNS[: len(place)]
    rows = [r for r in read_rows(path) if tuple(r[name] for name in names) == place]
    best = best_point(rows)
    if best is None and ended == "interrupted":
        raise KeyboardInterrupt
    if best is None:
        raise KitError(
            f"--budget {budget} was spent before one point had its {FOLDS} folds."
        )
    params, accuracy, tried = best
    if resource in param_grid:
        params[resource] = max(param_grid[resource])
    seconds = time.monotonic() - started
    say(
        "tune",
        f"{how}, {ended}: {tried} points in {seconds:.1f} s, best {params}, "
        f"{100 * accuracy:.1f} % in {FOLDS} folds",
    )
    tuned = clone(model).set_params(**params)
    return Search(tuned, how, params, accuracy, tried, seconds, ended)


# ----------------------------------------------------------------------- Result files

SCORES = ("accuracy", "f1", "roc_auc")  # the names of Result's fields, too
SECONDS = ("encode_seconds", "fit_seconds", "predict_seconds")
RESULT_COLUMNS = (
    "dataset", "source", "nsamp", "maxtokens", "maxtokenlen", "text", "model",
    "encoder", "repeat", "seed", "n_train", "n_test", *SCORES, *SECONDS, "params",
    "error",
)  # fmt: skip
PREDICTION_COLUMNS = (
    "dataset", "maxtokens", "maxtokenlen", "repeat", "doc", "label", "model",
    "predicted", "score",
)  # fmt: skip
HISTORY_COLUMNS = (
    "dataset", "source", "maxtokens", "maxtokenlen", "repeat", "model", "epoch", "loss",
    "accuracy", "val_loss", "val_accuracy",
)  # fmt: skip
SEARCH_COLUMNS = (
    "dataset", "source", "maxtokens", "maxtokenlen", "repeat", "model", "search",
    "ended", "points", "seconds", "accuracy_in_folds", "best",
)  # fmt: skip
CURVE_FILE = "learning_curve.csv"
# What a run may write beside its tables, and what is moved when another one starts.
SHOWN_FILES = ("table", "tuning", "learning_curve", "errors", "audit")  # .md
FIGURE_FILES = ("history_*", "accuracy", "roc", "confusion", "tuning_*",
                "learning_curve")  # fmt: skip


@dataclass(frozen=True)
class Task:
    """One model at one setting on one draw: one row of results.csv.

    column: the model's name, followed by TUNED for the best of its search. nsamp: the
    documents per class that were drawn; size: those it learns from, before the split,
    which are fewer on a learning curve only.
    """

    column: str
    settings: Settings
    repeat: int
    nsamp: int
    size: int

    @property
    def model(self):
        """The name in ALGORITHMS."""
        return self.column.removesuffix(TUNED)

    @property
    def is_tuned(self):
        """Whether a search chooses its parameters."""
        return self.column != self.model

    @property
    def key(self):
        """What tells its rows from others' in the files of results."""
        settings = self.settings
        return (settings.maxtokens, settings.maxtokenlen, self.column, self.repeat)

    @property
    def file(self):
        """The file of its row."""
        return "results.csv" if self.size == self.nsamp else CURVE_FILE


def key_of(row):
    """The key of the task that wrote a row of one of the files."""
    place = (int(row["maxtokens"]), int(row["maxtokenlen"]), row["model"])
    return (*place, int(row["repeat"]))


class ResultFiles:
    """The result files of one run, current after every model.

    asked: whatever makes two runs the same, as JSON data. A run that did not finish is
    taken up again by the same asked; another run's files are moved to a folder beside.
    """

    def __init__(self, folder, asked):
        self.folder = Path(folder)
        self.tables = {
            "results.csv": RESULT_COLUMNS,
            "predictions.csv": PREDICTION_COLUMNS,
            "history.csv": HISTORY_COLUMNS,
        }
        if asked.get("tune") is not None:
            self.tables["searches.csv"] = SEARCH_COLUMNS
        if asked.get("learning_curve"):
            self.tables[CURVE_FILE] = RESULT_COLUMNS
        self.rows = {name: {} for name in self.tables}  # by setting and column
        self.finished = set()  # (a task's key, its size)
        self.about = {"asked": asked, "finished": False, "started": time.time()}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise KitError(
                f"--out {folder} is no folder to write to: {error}"
            ) from error
        earlier = read_json(self.folder / "run.json") or {}
        asked = json.loads(json.dumps(asked))
        if earlier.get("asked") == asked and not earlier.get("finished"):
            self._resume()
        else:
            self._set_aside()
        for name, columns in self.tables.items():
            write_rows(self.folder / name, columns, self.all(name))
        self.describe()

    def _resume(self):
        """Take over what was finished; a search that was interrupted goes on."""
        read = {name: read_rows(self.folder / name) for name in self.tables}
        searches = read.get("searches.csv", [])
        cut = {key_of(row) for row in searches if row["ended"] == "interrupted"}
        kept = {key_of(row) for row in read["results.csv"] if not row["error"]} - cut
        for name, rows in read.items():
            self._remember(name, [
                row for row in rows
                if (key_of(row) in kept if name != CURVE_FILE else not row["error"])
            ])  # fmt: skip
        for row in self.all("results.csv") + self.all(CURVE_FILE):
            self.finished.add((key_of(row), int(row["nsamp"])))
        if self.finished:
            say(
                "resume",
                f"{len(self.finished)} results of {self.folder} are there already",
            )

    def _set_aside(self):
        ours = [*self.tables, "searches.csv", CURVE_FILE, "run.json", "tuning.csv"]
        ours += [f"{name}.md" for name in SHOWN_FILES]
        ours += [f"{name}.png" for name in FIGURE_FILES]
        files = sorted({file for name in ours for file in self.folder.glob(name)})
        if not files:
            return
        moment = time.strftime(
            "%Y%m%d-%H%M%S", time.localtime(files[0].stat().st_mtime)
        )
        aside = Path(tempfile.mkdtemp(prefix=f"earlier-{moment}-", dir=self.folder))
        for file in files:
            os.replace(file, aside / file.name)
        say("results", f"an earlier run's files are now in {aside}")

    def _remember(self, name, rows):
        for row in rows:
            self.rows[name].setdefault(key_of(row)[:3], []).append(row)

    def all(self, name):
        """All rows of a file."""
        return list(chain.from_iterable(self.rows.get(name, {}).values()))

    def append(self, name, rows):
        """Add rows (dicts) to a file and flush it."""
        self._remember(name, rows)
        with open(self.folder / name, "a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, self.tables[name]).writerows(rows)

    def done(self, task):
        """Whether the task has its result, and its search was not cut short."""
        return (task.key, task.size) in self.finished

    def describe(self, **facts):
        """Write run.json with these facts beside what it says already."""
        self.about |= facts
        write_atomically(
            self.folder / "run.json",
            json.dumps(self.about, indent=1, default=str).encode(),
        )

    def add(self, task, dataset, parts, seed, result):
        """Write a task's result (a Result, or the reason why there is none).

        parts: (train, test) as the model was given them.
        """
        failed = isinstance(result, str)
        settings, algorithm = task.settings, ALGORITHMS[task.model]
        place = {
            "dataset": dataset.name, "maxtokens": settings.maxtokens,
            "maxtokenlen": settings.maxtokenlen, "repeat": task.repeat,
            "model": task.column,
        }  # fmt: skip
        train, test = parts
        row = place | {
            "source": dataset.source, "nsamp": task.size,
            "text": algorithm.text(settings), "encoder": algorithm.encoder(settings),
            "seed": seed, "n_train": len(train), "n_test": len(test),
            "error": result if failed else "", "params": "{}",
        }  # fmt: skip
        if not failed:
            row |= {name: getattr(result, name) for name in SCORES + SECONDS}
            row["params"] = json.dumps(result.params)
            if task.file == "results.csv":
                self._add_details(place, test, result)
            if not (result.search and result.search.ended == "interrupted"):
                self.finished.add((task.key, task.size))
        self.append(task.file, [row])

    def _add_details(self, place, test, result):
        """Rows of a result in the files beside results.csv."""
        documents = zip(test.ids, test.labels, result.predicted, result.score)
        names = ("doc", "label", "predicted", "score")
        self.append("predictions.csv", [place | dict(zip(names, d)) for d in documents])
        epochs = [dict(zip(result.history, e)) for e in zip(*result.history.values())]
        source = {"source": test.source}
        epochs = [
            place | source | {"epoch": i} | epoch for i, epoch in enumerate(epochs, 1)
        ]
        self.append("history.csv", epochs)
        if result.search:
            search = result.search
            self.append("searches.csv", [place | source | {
                "search": search.how, "ended": search.ended, "points": search.points,
                "seconds": search.seconds, "accuracy_in_folds": search.accuracy,
                "best": json.dumps(search.params),
            }])  # fmt: skip

    def of(self, name, model, settings):
        """The rows of a file that a model wrote at a setting, by repeat."""
        place = (settings.maxtokens, settings.maxtokenlen, model)
        rows = self.rows.get(name, {}).get(place, [])
        rows = [row for row in rows if not row.get("error")]
        return sorted(rows, key=lambda row: int(row["repeat"]))

    def by_repeat(self, model, settings):
        """Accuracies of a model at a setting, {repeat: accuracy} in order."""
        rows = self.of("results.csv", model, settings)
        return {int(row["repeat"]): float(row["accuracy"]) for row in rows}

    def accuracies(self, model, settings):
        """The same as <float>[R]."""
        return np.array(list(self.by_repeat(model, settings).values()))

    def hits(self, model, settings):
        """Whether a model was right <bool>[n] on each test document of the repeats."""
        rows = self.of("predictions.csv", model, settings)
        return np.array([int(r["label"]) == int(r["predicted"]) for r in rows], bool)


# ----------------------------------------------------------------- Tables and figures

SWEEP = ((50, 20), (100, 100), (200, 100))  # the article's maxtokens and maxtokenlen
# Accuracies in %: Azunre, Transfer Learning for NLP (Manning, 2021), tables 3.1 and
# 3.2; one run per cell, 1,000 documents per class, 70/30 split; in the order of SWEEP.
PUBLISHED_NSAMP = 1000
PUBLISHED_MODELS = tuple(name for name in ALGORITHMS if ALGORITHMS[name].in_article)
PUBLISHED = {
    "email": (
        (97.7, 70.2, 94.5, 94.2, 97.3, 98.3),
        (99.2, 72.3, 97.2, 97.3, 98.2, 98.8),
        (98.7, 90.0, 97.7, 97.2, 99.7, 98.8),
    ),
    "imdb": (
        (69.1, 66.0, 63.9, 67.0, 69.7, 71.0),
        (74.3, 72.5, 70.0, 72.0, 75.2, 79.1),
        (79.0, 78.3, 67.2, 77.5, 77.7, 81.0),
    ),
}
LEGEND = (
    "* the best of its row, and all that a paired test on the same splits cannot tell "
    "from it (5 %, Holm's correction)"
)
INTERVAL_LEGEND = "95 %: interval of the mean, corrected for overlapping training parts"
TEST_TO_TRAIN = TEST_SHARE / (1 - TEST_SHARE)


def published(dataset, nsamp, settings):
    """The article's accuracies by model where it has the setting, else {}."""
    place = (settings.maxtokens, settings.maxtokenlen)
    rows = PUBLISHED.get(dataset.name, ())
    comparable = nsamp == PUBLISHED_NSAMP and dataset.source != DEMO_SOURCE
    if not rows or not comparable or place not in SWEEP:
        return {}
    return dict(zip(PUBLISHED_MODELS, rows[SWEEP.index(place)]))


def cell_text(accuracies, marked):
    """An accuracy in %: mean, deviation where there are several, and the mark."""
    if not len(accuracies):
        return "-"
    text = f"{100 * np.mean(accuracies):.1f}"
    if len(accuracies) > 1:
        text += f" ±{100 * np.std(accuracies, ddof=1):.1f}"
    return f"{text} *" if marked else text


def interval_text(accuracies, bounds=(0, 100)):
    """The 95 % interval of a mean accuracy, or of a mean difference, in %."""
    if len(accuracies) < 2:
        return ""
    ends = np.clip(corrected_interval(100 * accuracies, TEST_TO_TRAIN), *bounds)
    return f"{ends[0]:.1f} to {ends[1]:.1f}"


def setting_rows(files, dataset, nsamp, settings, models):
    """The table's rows of one setting: ours, and the article's where it has one."""
    scores = {model: files.accuracies(model, settings) for model in models}
    repeats = {model: list(files.by_repeat(model, settings)) for model in models}
    whole = max(repeats.values(), key=len)  # only the same splits are compared
    compared = {m: scores[m] for m in models if whole and repeats[m] == whole}
    marked = set()
    if len(compared) > 1:
        hits = {model: files.hits(model, settings) for model in compared}
        marked = best_and_equals(compared, hits, TEST_TO_TRAIN)
    rows = [
        [
            settings.label,
            *(cell_text(scores[model], model in marked) for model in models),
        ]
    ]
    if len(whole) > 1:
        cells = [interval_text(scores[model]) for model in models]
        rows.append(["  95 %", *cells])
    article = published(dataset, nsamp, settings)
    if article:
        rows.append(["  article", *(str(article.get(model, "")) for model in models)])
    return rows


def seconds_row(files, models, rows_settings):
    """The table's last row: a model's mean seconds to encode, fit and predict."""
    cells = []
    for model in models:
        rows = [files.of("results.csv", model, settings) for settings in rows_settings]
        seconds = [
            sum(float(row[name]) for name in SECONDS)
            for row in chain.from_iterable(rows)
        ]
        cells.append(f"{np.mean(seconds):.1f}" if seconds else "")
    return ["seconds", *cells]


def as_markdown(header, rows):
    """An aligned Markdown table."""
    header, *rows = [
        [" ".join(cell.replace("|", "\\|").replace("<", "\\<").splitlines())
         for cell in row]
        for row in (header, *rows)
    ]  # fmt: skip
    widths = [max(map(len, column)) for column in zip(header, *rows)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
        for row in (header, *rows)
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def as_html(header, rows):
    """The same as HTML for a notebook; marked cells are bold."""

    def line(cells, tag):
        styled = (f"<b>{cell}</b>" if cell.endswith("*") else cell for cell in cells)
        return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in styled) + "</tr>"

    body = "".join(line([html.escape(cell) for cell in row], "td") for row in rows)
    return f"<table>{line(map(html.escape, header), 'th')}{body}</table>"


@dataclass(frozen=True)
class Table:
    """A heading, rows <str> under a header, and notes."""

    heading: str
    header: list
    rows: list
    notes: list

    def markdown(self):
        """As text that is readable as it stands."""
        notes = "\n".join(f"- {note}" for note in self.notes)
        table = as_markdown(self.header, self.rows) if self.rows else ""
        return "\n\n".join(filter(None, [self.heading, table, notes]))

    def html(self):
        """For a notebook."""
        items = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        table = as_html(self.header, self.rows) if self.rows else ""
        return f"<p>{html.escape(self.heading)}</p>{table}<ul>{items}</ul>"


def show_tables(tables, path):
    """Write tables as Markdown to a file, and show them here."""
    text = "\n\n".join(table.markdown() for table in tables)
    write_atomically(path, f"{text}\n".encode())
    if in_notebook():
        from IPython.display import HTML, display

        display(HTML("".join(table.html() for table in tables)))
    else:
        print(f"\n{text}\n", flush=True)


# Okabe and Ito's colours, in an order in which neighbours differ in grey, too.
COLOURS = ("#0072B2", "#E69F00", "#000000", "#CC79A7", "#D55E00", "#56B4E9", "#009E73",
           "#999999")  # fmt: skip
MARKERS = "osv^DPX*"
DASHES = (
    "-",
    "--",
    "-.",
    ":",
    (0, (5, 1)),
    (0, (3, 1, 1, 1)),
    (0, (1, 1)),
    (0, (8, 2)),
)


def style_of(column):
    """Colour, marker and dashes of a model, the same in all figures."""
    number = list(ALGORITHMS).index(column.removesuffix(TUNED))
    look = {
        kind: values[number % len(values)]
        for kind, values in (("color", COLOURS), ("marker", MARKERS),
                             ("linestyle", DASHES))
    }  # fmt: skip
    return look | {"fillstyle": "none" if column.endswith(TUNED) else "full"}


def new_figure(title, rows=1, columns=1, size=(7, 4.5), **options):
    """(figure, axes [rows, columns]) without a display or any global state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title, fontsize="medium")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def fullest_legend(panels):
    """Handles and labels of the panel with the most of them."""
    legends = [axes.get_legend_handles_labels() for axes in panels]
    return max(legends, key=lambda legend: len(legend[0]))


def show_figure(figure, path):
    """Write a figure, and show it in a notebook."""
    figure.savefig(path, dpi=110)
    if in_notebook():
        from IPython.display import Image, display

        display(Image(filename=str(path)))


def history_figure(path, title, rows):
    """Draw training and held-out accuracy by epoch, a colour and marker per setting.

    rows: dicts of history.csv, of one model; the repeats are averaged.
    """
    figure, [[axes]] = new_figure(title)
    table = pd.DataFrame(rows, columns=HISTORY_COLUMNS)
    numbers = ["maxtokens", "maxtokenlen", "epoch", "accuracy", "val_accuracy"]
    table[numbers] = table[numbers].apply(pd.to_numeric)
    groups = table.groupby(["maxtokens", "maxtokenlen"])
    looks = itertools.cycle(zip(COLOURS, MARKERS))
    for ((tokens, length), group), (colour, marker) in zip(groups, looks):
        means = 100 * group.groupby("epoch")[["accuracy", "val_accuracy"]].mean()
        axes.plot(
            means.accuracy, "--", color=colour, marker=marker, fillstyle="none",
            label=f"{tokens}/{length} training",
        )  # fmt: skip
        axes.plot(
            means.val_accuracy, color=colour, marker=marker,
            label=f"{tokens}/{length} held out",
        )  # fmt: skip
    axes.set(xlabel="epoch", ylabel="accuracy in %")
    axes.set_xticks(sorted(table.epoch.unique()))
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right center", title="tokens/length")
    show_figure(figure, path)


def interval_of(accuracies, n_test):
    """The 95 % interval (lowest, highest) of an accuracy; of one draw, Wilson's."""
    if len(accuracies) > 1:
        return corrected_interval(accuracies, TEST_TO_TRAIN)
    right = int(round(accuracies[0] * n_test))
    return stats.binomtest(right, n_test).proportion_ci(method="wilson")


def accuracy_figure(path, title, files, titles, rows_settings, article):
    """Draw accuracy by setting and model with 95 % intervals, and the article's.

    titles: by column; article: the article's accuracies by setting and column.
    """
    width = max(7, 1.5 + 0.3 * len(titles) * len(rows_settings))
    figure, [[axes]] = new_figure(title, size=(width, 4.5))
    places = np.linspace(-0.36, 0.36, len(titles)) if len(titles) > 1 else [0]
    for place, (column, name) in zip(places, titles.items()):
        points = []  # place, mean, and how far the interval reaches down and up
        for i, settings in enumerate(rows_settings):
            accuracies = files.accuracies(column, settings)
            if len(accuracies):
                n_test = int(files.of("results.csv", column, settings)[0]["n_test"])
                mean, ends = accuracies.mean(), interval_of(accuracies, n_test)
                reach = np.abs(np.clip(ends, 0, 1) - mean)
                points.append((i + place, 100 * mean, *(100 * reach)))
        x, y, low, high = zip(*points)
        look = style_of(column) | {"linestyle": "none"}
        axes.errorbar(x, y, [low, high], label=name, capsize=3, **look)
    published_points = [
        (i + place, row[column])
        for i, row in enumerate(article)
        for place, column in zip(places, titles) if column in row
    ]  # fmt: skip
    if published_points:
        axes.plot(*zip(*published_points), "_", color="0.45", markersize=14,
                  label="the article's")  # fmt: skip
    labels = [settings.label for settings in rows_settings]
    axes.set_xticks(range(len(labels)), labels)
    axes.set(
        xlabel="tokens/length", ylabel="accuracy in %", xlim=(-0.5, len(labels) - 0.5)
    )
    axes.grid(alpha=0.3, axis="y")
    figure.legend(loc="outside right center")
    show_figure(figure, path)


def roc_curve_of(rows):
    """The mean over the repeats of true positive rates, on 101 false positive rates."""
    table = pd.DataFrame(rows)[["repeat", "label", "score"]].astype(float)
    grid = np.linspace(0, 1, 101)
    curves = []
    for _, repeat in table.groupby("repeat"):
        false, true, _ = roc_curve(repeat.label, repeat.score)
        curves.append(np.interp(grid, false, true))
    return grid, np.mean(curves, axis=0)


def roc_figure(path, title, files, titles, rows_settings):
    """Draw the ROC curves of all models, a panel for each setting."""
    count = len(rows_settings)
    size = (3.2 * count + 2.2, 3.8)
    figure, [panels] = new_figure(title, 1, count, size, sharey=True)
    for axes, settings in zip(panels, rows_settings):
        for column, name in titles.items():
            rows = files.of("predictions.csv", column, settings)
            if rows:
                look = style_of(column) | {"markevery": 10, "markersize": 4}
                axes.plot(*roc_curve_of(rows), label=name, linewidth=1.2, **look)
        axes.plot([0, 1], [0, 1], color="0.8", zorder=0)
        axes.set(title=settings.label, xlabel="false positive rate", aspect="equal")
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("true positive rate")
    figure.legend(*fullest_legend(panels), loc="outside right center")
    show_figure(figure, path)


def confusion_figure(path, title, files, titles, rows_settings, classes):
    """Draw what share of each class is taken for which, by setting and model."""
    count = len(rows_settings)
    size = (1.35 * len(titles) + 1.2, 1.6 * count + 0.9)
    figure, panels = new_figure(title, count, len(titles), size)
    for axes, name in zip(panels[0], titles.values()):
        axes.set_title(name, fontsize="small")
    for line, settings in zip(panels, rows_settings):
        for axes, column in zip(line, titles):
            axes.set(xticks=[], yticks=[])
            rows = files.of("predictions.csv", column, settings)
            if not rows:
                continue
            pairs = pd.DataFrame(rows)[["label", "predicted"]].astype(int)
            shares = confusion_matrix(
                pairs.label, pairs.predicted, labels=[0, 1], normalize="true"
            )
            axes.imshow(shares, cmap="Blues", vmin=0, vmax=2)
            for i, j in np.ndindex(2, 2):
                axes.text(j, i, f"{100 * shares[i, j]:.0f}", ha="center", va="center")
        line[0].set_yticks([0, 1], classes, fontsize="small")
        line[0].set_ylabel(settings.label)
    for axes in panels[-1]:
        axes.set_xticks([0, 1], classes, fontsize="small", rotation=30)
    figure.supxlabel("said, in % of the class", fontsize="small")
    figure.supylabel("is", fontsize="small")
    show_figure(figure, path)


def short(name):
    """A parameter's name without its step."""
    return name.split("__")[-1]


def tuning_points(rows):
    """A table of a model's points: each parameter, and the mean accuracy in % of the
    folds over all of its searches. Of halving, with each point's most documents.
    """
    searches = {}
    for row in rows:
        searches.setdefault((row["place"], row["search"]), []).append(row)
    points = []
    for one in searches.values():
        scores = sorted(point_scores(one).items())
        best = {point: 100 * accuracy for (_, point), accuracy in scores}
        points += [json.loads(p) | {"accuracy": a} for p, a in best.items()]
    return pd.DataFrame(points)


def grid_surface(axes, part, x, y, limits):
    """Draw one panel of a grid: the mean accuracy by two parameters.

    limits: the lowest and the highest accuracy of all panels.
    """
    surface = part.pivot_table(index=y, columns=x, values="accuracy", aggfunc="mean")
    axes.set_xticks(range(len(surface.columns)), map(str, surface.columns))
    axes.set_yticks(range(len(surface.index)), map(str, surface.index))
    axes.set(xlabel=short(x), ylabel=short(y))
    image = axes.imshow(surface.values, cmap="Blues", aspect="auto")
    lowest, highest = limits
    image.set_clim(lowest, 2 * highest - lowest + 1)  # light, for the numbers' sake
    for (i, j), value in np.ndenumerate(surface.values):
        text = "" if np.isnan(value) else f"{value:.1f}"
        axes.text(j, i, text, ha="center", va="center")


def tuning_figure(path, title, rows, param_grid):
    """Draw the accuracy in the folds over the points that a model's searches tried.

    A search of two or three parameters on a grid: a surface by two of them, a panel for
    each value of the third. Others: a panel for each parameter.
    """
    table = tuning_points(rows)
    names = sorted(param_grid, key=lambda name: -table[name].nunique())
    on_grid = all(set(table[name]) <= set(param_grid[name]) for name in names)
    if on_grid and len(names) in (2, 3):
        *others, y, x = sorted(names, key=lambda name: table[name].nunique())
        values = sorted(table[others[0]].unique()) if others else [None]
        size = (3.4 * len(values) + 1, 3.6)
        figure, [panels] = new_figure(title, 1, len(values), size)
        for axes, value in zip(panels, values):
            part = table[table[others[0]] == value] if others else table
            grid_surface(axes, part, x, y, table.accuracy.agg(["min", "max"]))
            if others:
                axes.set_title(f"{short(others[0])} = {value}")
    else:
        size = (2.9 * len(names) + 1, 3.4)
        figure, [panels] = new_figure(title, 1, len(names), size, sharey=True)
        for axes, name in zip(panels, names):
            values = table[name]
            axes.plot(values, table.accuracy, "o", color=COLOURS[0], fillstyle="none")
            numeric = pd.api.types.is_numeric_dtype(values)
            if numeric and values.min() > 0 and values.max() / values.min() > 20:
                axes.set_xscale("log")
            axes.set_xlabel(short(name))
            axes.grid(alpha=0.3)
        panels[0].set_ylabel("accuracy in the folds in %")
    show_figure(figure, path)


def curve_of(files, column, settings):
    """Accuracies in % by size, {size: <float>[R]}, along a model's learning curve."""
    rows = files.of(CURVE_FILE, column, settings)
    rows += files.of("results.csv", column, settings)
    curve = {}
    for row in rows:
        curve.setdefault(int(row["nsamp"]), []).append(100 * float(row["accuracy"]))
    return {size: np.array(curve[size]) for size in sorted(curve)}


def learning_curve_table(files, heading, titles, settings):
    """The Table of accuracy by documents per class, and what the last step brought."""
    curves = {column: curve_of(files, column, settings) for column in titles}
    sizes = sorted(set().union(*curves.values()))
    rows = [
        [str(size), *(cell_text(curves[c].get(size, np.array([])) / 100, False)
                      for c in titles)]
        for size in sizes
    ]  # fmt: skip
    if len(sizes) > 1:
        ends = [[curve.get(size) for size in sizes[-2:]] for curve in curves.values()]
        gains = [
            "" if a is None or b is None else f"{b.mean() - a.mean():+.1f}"
            for a, b in ends
        ]
        rows.append([f"{sizes[-2]} to {sizes[-1]}", *gains])
    notes = [
        "documents per class before the split: 70 % of them are learnt from",
        "all sizes of a draw are judged on its same test part, and a larger training "
        "part contains the smaller ones",
        "the last row: would more labels pay?",
    ]
    heading = f"Learning curve. {heading}, tokens/length {settings.label}"
    return Table(heading, ["documents per class", *titles.values()], rows, notes)


def learning_curve_figure(path, title, files, titles, rows_settings):
    """Draw accuracy by documents per class with a band of the repeats' deviation."""
    count = len(rows_settings)
    size = (3.4 * count + 2.4, 4)
    figure, [panels] = new_figure(title, 1, count, size, sharey=True)
    for axes, settings in zip(panels, rows_settings):
        sizes = set()
        for column, name in titles.items():
            curve = curve_of(files, column, settings)
            if not curve:
                continue
            means = np.array([values.mean() for values in curve.values()])
            spread = np.array([v.std(ddof=len(v) > 1) for v in curve.values()])
            look = style_of(column)
            axes.plot(list(curve), means, label=name, markersize=5, **look)
            axes.fill_between(list(curve), means - spread, means + spread,
                              color=look["color"], alpha=0.12, linewidth=0)  # fmt: skip
            sizes |= curve.keys()
        axes.set_xscale("log")
        axes.set_xticks(sorted(sizes), list(map(str, sorted(sizes))))
        axes.minorticks_off()
        axes.set(title=settings.label, xlabel="documents per class")
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("accuracy in %")
    figure.legend(*fullest_legend(panels), loc="outside right center")
    show_figure(figure, path)


def counted_params(points):
    """Parameters of several searches in words: each value and how often it was best."""
    words = []
    for name in points[0]:
        values = Counter(json.dumps(point[name]).strip('"') for point in points)
        seen = ", ".join(
            value + (f" (x{n})" if len(points) > 1 else "")
            for value, n in values.most_common()
        )
        words.append(f"{short(name)} {seen}")
    return "; ".join(words)


def tuning_table(files, heading, columns, rows_settings):
    """The Table of every tuned model before and after, with its best parameters."""
    rows = []
    for settings, column in itertools.product(rows_settings, columns):
        searches = files.of("searches.csv", column, settings)
        plain = column.removesuffix(TUNED)
        both = [files.by_repeat(name, settings) for name in (plain, column)]
        common = sorted(both[0].keys() & both[1].keys())
        if not common:
            continue
        before, after = (np.array([one[repeat] for repeat in common]) for one in both)
        gain = 100 * (after - before)
        seconds = np.mean([float(row["seconds"]) for row in searches])
        points = np.mean([int(row["points"]) for row in searches])
        best = counted_params([json.loads(row["best"]) for row in searches])
        rows.append([
            settings.label, title_of(plain, settings),
            cell_text(before, False), cell_text(after, False), f"{gain.mean():+.1f}",
            interval_text(gain / 100, bounds=(-100, 100)), f"{points:.0f}",
            f"{seconds:.1f}", best,
        ])  # fmt: skip
    how = {row["search"] for row in files.all("searches.csv")}
    header = ["tokens/length", "model", "before", "after", "gain", "95 %", "points",
              "seconds", "best parameters"]  # fmt: skip
    notes = [
        f"search: {', '.join(sorted(how))}; {FOLDS} folds of the training part, the "
        "test part is scored once; points and seconds are a search's mean, seconds "
        "since it was last taken up"
    ]
    return Table(f"Tuning. {heading}", header, rows, notes)


# ----------------------------------------------------------- Errors and word weights


def most_missed(files, columns, settings, count):
    """The test documents that most models miss: dicts, the most missed first.

    Of each: doc, label, wrong and all judgements (over models and repeats), and the
    scores of each column. Equally many misses: first where the scores rank it farther
    on the wrong side. Models that always say the same do not count.
    """
    judged = {}
    for column in columns:
        rows = files.of("predictions.csv", column, settings)
        if len({row["predicted"] for row in rows}) < 2:
            continue
        ranks = stats.rankdata([float(row["score"]) for row in rows]) / len(rows)
        for row, rank in zip(rows, ranks):
            label = int(row["label"])
            new = {
                "doc": row["doc"],
                "label": label,
                "wrong": 0,
                "far": [],
                "scores": {},
            }
            entry = judged.setdefault(row["doc"], new)
            entry["wrong"] += int(row["predicted"]) != label
            entry["far"].append(1 - rank if label else rank)
            entry["scores"].setdefault(column, []).append(float(row["score"]))

    def badly(entry):
        return entry["wrong"] / len(entry["far"]), np.mean(entry["far"])

    ranked = sorted(judged.values(), key=badly, reverse=True)
    return [entry for entry in ranked[:count] if entry["wrong"]]


def errors_table(files, dataset, titles, settings, count):
    """The Table of the documents that most models miss, with scores and beginnings."""
    texts = dict(zip(dataset.ids, dataset.texts))
    rows = []
    for entry in most_missed(files, titles, settings, count):
        scores = ", ".join(
            f"{titles[column]} {np.mean(values):.2f}"
            for column, values in entry["scores"].items()
        )
        beginning = " ".join(texts[entry["doc"]].split())[:160]
        rows.append([
            entry["doc"], dataset.classes[entry["label"]],
            f"{entry['wrong']} of {len(entry['far'])}", scores, beginning,
        ])  # fmt: skip
    probable = [
        title for column, title in titles.items()
        if not hasattr(pipeline(column.removesuffix(TUNED), settings)[-1],
                       "decision_function")
    ]  # fmt: skip
    notes = [
        f"data: {dataset.source}",
        f"the larger a score, the more likely {dataset.classes[1]}: distances from the "
        f"border at 0, and probabilities of {', '.join(probable) or 'no model here'}",
    ]
    return Table(
        f"Errors. {CORPORA[dataset.name].title}, tokens/length {settings.label}: the "
        "test documents most often missed",
        ["document", "is", "missed by", "scores", "begins"],
        rows,
        notes,
    )


def word_weights(model):
    """Weights <float> by word of a fitted pipeline, positive for class 1; None if its
    features have no names or its classifier no weights.

    Of trees the importance, of log-count ratios the weight of the word itself.
    """
    features, classifier = model[-2], model[-1]
    if not hasattr(features, "get_feature_names_out"):
        return None
    if hasattr(classifier, "coef_"):
        weights = classifier.coef_
        weights = weights.toarray() if hasattr(weights, "toarray") else weights
        weights = weights[0]
    elif hasattr(classifier, "feature_importances_"):
        weights = classifier.feature_importances_
    else:
        return None
    weights = weights * getattr(features, "ratios_", 1)
    return pd.Series(weights, features.get_feature_names_out())


def signed(weights, model, train):
    """Importances with the sign of the class whose share of documents is larger."""
    if (weights < 0).any():
        return weights
    found = model[:-1].transform(train.texts) > 0
    shares = [
        np.asarray(found[train.labels == label].mean(axis=0))[0] for label in (0, 1)
    ]
    return weights * np.sign(shares[1] - shares[0])


def words_table(train, titles, settings, count=12):
    """The Table of the words that weigh most for each class, model by model.

    titles: of models that can be fitted to train; settings: with the seed they had.
    """
    rows = []
    for column, name in titles.items():
        if ALGORITHMS[column].encoder(settings):
            continue
        model = pipeline(column, settings).fit(train.texts, train.labels)
        weights = word_weights(model)
        if weights is None:
            continue
        weights = signed(weights, model, train).sort_values(kind="stable")
        ends = (weights[weights < 0][:count], weights[weights > 0][::-1][:count])
        for label, end in enumerate(ends):
            rows.append([name, train.classes[label], ", ".join(end.index)])
    return Table(
        f"Words that weigh most, tokens/length {settings.label}, first draw",
        ["model", "for class", "heaviest first"], rows, [f"data: {train.source}"],
    )  # fmt: skip


# ------------------------------------------------------------------------------ Audit

COPY_LIMIT = 0.01  # share of the test part that also stands in the training part,
CHANCE_COPIES = 2  # if these are more
TRACE_LIMIT = 0.01  # by how much a trace's shares of the classes differ
NEAR = 0.5  # cosine of two texts' sets of three-word phrases: about half are the same
RULE_LIMIT = 0.9  # accuracy of a rule of one word that is too good to be the content
ONE_SIDED = 0.05  # share of a class that has a word which the other never has,
BY_CHANCE = 12  # in more documents than these: fewer can be chance among many words
SHOWN_WORDS = 12
TRACES = {
    'printed Python objects, "emailmessagemessage" when cleaned': re.compile(
        r"<[\w.]+ object at 0x[0-9a-f]+>"
    ),
    "mail headers": re.compile(
        r"^(Message-ID|Return-Path|Received|MIME-Version|X-[\w-]+): ", re.I | re.M
    ),
    "HTML tags": TAG,
    "encoded blocks": re.compile(r"^[A-Za-z0-9+/=]{60,}\s*$", re.M),
}
# Function words tell a language; those that two of these share are left out.
LANGUAGES = {
    "English": "the and of to is that it with was i you not have this".split(),
    "French": "le les des et est pour vous dans une je nous au".split(),
    "Spanish": "el los las y por con del su una es lo".split(),
    "German": "der das und ist nicht mit ein ich zu den sie".split(),
    "Portuguese": "os dos não uma com em é mais seu ao".split(),
    "Italian": "il di che è gli della sono ho mia non".split(),
}


def language_of(text):
    """The language whose function words are most frequent in a text's beginning."""
    words = Counter(re.findall(r"\w+", text.casefold())[:300])
    hits = {
        name: sum(words[word] for word in marks) for name, marks in LANGUAGES.items()
    }
    best = max(hits, key=hits.get)
    return best if hits[best] else "none known"


def share_text(part, whole):
    """Number and share in words."""
    return f"{part} of {whole} ({100 * part / max(whole, 1):.1f} %)"


def near_copies(texts, others=None):
    """Which texts <bool>[n] share half of their three-word phrases with one of others.

    others=None: with another one of the texts. Cosine of the sets, by scikit-learn's
    nearest neighbours.
    """
    phrases = HashingVectorizer(
        ngram_range=(3, 3), token_pattern=r"\w+", binary=True, alternate_sign=False,
        n_features=2**22, dtype=np.float32,
    )  # fmt: skip
    found = phrases.transform(texts)
    among = found if others is None else phrases.transform(others)
    index = NearestNeighbors(metric="cosine").fit(among)
    distances, _ = (
        index.kneighbors(n_neighbors=1) if others is None
        else index.kneighbors(found, n_neighbors=1)
    )  # fmt: skip
    return 1 - distances[:, 0] >= NEAR


def one_word_rules(texts, labels):
    """How well the presence of each word alone tells the classes.

    A table by word, the best first: share of class 0 and of class 1 with it, how many
    texts have it, and the accuracy of the rule "with it, one class; without it, the
    other", the classes weighing the same.
    """
    words = CountVectorizer(analyzer=str.split, binary=True, dtype=np.float64)
    found = words.fit_transform(texts)
    shares = [np.asarray(found[labels == c].mean(axis=0))[0] for c in (0, 1)]
    table = pd.DataFrame(dict(zip((0, 1), shares)), words.get_feature_names_out())
    table["texts"] = np.asarray(found.sum(axis=0))[0]
    table["accuracy"] = 0.5 + abs(table[1] - table[0]) / 2
    longest = table.index.str.len()  # of equals, since "0700" says less than a name
    order = np.lexsort((-longest, -table.accuracy))
    return table.iloc[order]


def class_table(dataset):
    """The Table of each class' size, empty texts, lengths and languages."""
    rows = []
    for label, name in enumerate(dataset.classes):
        texts = [t for t, c in zip(dataset.texts, dataset.labels) if c == label]
        lengths = np.percentile([len(text.split()) for text in texts], (5, 50, 95))
        languages = Counter(map(language_of, texts)).most_common()
        foreign = [
            np.mean([ord(c) > 127 for c in text] or [0]) > 0.05 for text in texts
        ]
        rows.append([
            name, str(len(texts)), str(sum(not folded(text) for text in texts)),
            " / ".join(f"{length:.0f}" for length in lengths),
            ", ".join(f"{language} {n}" for language, n in languages),
            str(sum(foreign)),
        ])  # fmt: skip
    header = ["class", "texts", "empty", "words: 5 % / median / 95 %", "language",
              "over 5 % non-ASCII"]  # fmt: skip
    notes = ["the language is told by frequent function words, so roughly"]
    return Table("The classes", header, rows, notes)


def all_copies(dataset, train, test, settings):
    """Rows (what, number, of how many) of texts that occur twice, in four meanings."""
    keys = [folded(text) for text in dataset.texts]
    labels = {}
    for key, label in zip(keys, dataset.labels.tolist()):
        labels.setdefault(key, set()).add(label)
    two_labels = sum(len(labels[key]) > 1 for key in keys if key)
    repeats = len(list(filter(None, keys))) - len(set(filter(None, keys)))
    in_train = {folded(text) for text in train.texts} - {""}
    across = sum(folded(text) in in_train for text in test.texts)
    near = near_copies(train.texts + test.texts)
    near_across = near_copies(test.texts, train.texts)
    whole, tested = len(dataset), len(test)
    rows = [
        ("texts that repeat an earlier one", repeats, whole),
        ("texts that stand in both classes", two_labels, whole),
        ("texts of the first draw with a near copy in it", near.sum(), len(near)),
        ("test texts that stand in the training part", across, tested),
        ("test texts with a near copy in the training part", near_across.sum(), tested),
    ]
    for s in settings:
        tokens = Tokens(s.maxtokens, s.maxtokenlen)
        seen = set(tokens.transform(train.texts))
        same = sum(text in seen for text in tokens.transform(test.texts))
        what = f"test texts that the article's recipe at {s.label}"
        rows.append((f"{what} makes equal to a training text", same, tested))
    return rows


def traces_table(dataset):
    """The Table of how many texts of each class show traces of how they were got."""
    rows = []
    for what, pattern in TRACES.items():
        shows = np.array([bool(pattern.search(text)) for text in dataset.texts])
        shares = [100 * shows[dataset.labels == label].mean() for label in (0, 1)]
        rows.append([what, *(f"{share:.1f}" for share in shares)])
    header = ["what", *(f"in % of {name}" for name in dataset.classes)]
    return Table("Traces of how the texts were got", header, rows, [])


def rules_table(dataset, rules, heading, settings):
    """The Table of some one-word rules."""
    rows = [
        [word, *(f"{100 * share:.1f}" for share in rule[[0, 1, "accuracy"]])]
        for word, rule in rules.iterrows()
    ]
    header = ["word", *(f"in % of {name}" for name in dataset.classes), "accuracy in %"]
    place = f"{settings.maxtokens} words"
    return Table(f"{heading}, in the first {place}", header, rows, [])


def traps(dataset, copies, traces, best, one_sided):
    """What is wrong with a data set, in sentences; what to look at."""
    found = [
        f"TRAP: {share_text(number, whole)} {what}"
        for what, number, whole in copies
        if (what.startswith("test") and number > max(COPY_LIMIT * whole, CHANCE_COPIES))
        or (what.endswith("both classes") and number)
    ]
    for what, low, high in traces.rows:
        gap = abs(float(low) - float(high)) / 100
        if gap > TRACE_LIMIT:
            found.append(
                f"{'TRAP' if gap > ONE_SIDED else 'LOOK'}: {what} in {low} % of "
                f"{dataset.classes[0]} and {high} % of {dataset.classes[1]}"
            )
    tells = [
        f"{word} ({100 * rule.accuracy:.1f} %)"
        for word, rule in best.iterrows() if rule.accuracy >= RULE_LIMIT
    ]  # fmt: skip
    if tells:
        found.append(f"TRAP: one word alone tells the class: {', '.join(tells)}")
    words = [
        f"{word} ({100 * max(rule[0], rule[1]):.0f} % of "
        f"{dataset.classes[int(rule[1] > rule[0])]})"
        for word, rule in one_sided.iterrows()
        if max(rule[0], rule[1]) >= ONE_SIDED and rule.texts > BY_CHANCE
    ]
    if words:
        found.append(
            "LOOK: never in the other class: " + ", ".join(words) + "; content, or a "
            "trace of how the texts were got?"
        )
    return found or ["no trap found"]


def words_as_read(texts, settings):
    """The words of each text's beginning, as they stand and as baselines read them.

    Joined by spaces, for one_word_rules.
    """
    natural = Tokens(settings.maxtokens, text="natural").transform(texts)
    article = Tokens(settings.maxtokens, settings.maxtokenlen).transform(texts)
    return [
        " ".join([*re.findall(r"\w+", plain.casefold()), cleaned])
        for plain, cleaned in zip(natural, article)
    ]


def audit(dataset, train, test, settings):
    """The traps of a data set in numbers, as Tables, before any model runs.

    train, test: a split of it as draw() gives. settings: the table's rows, Settings.
    """
    first = settings[0]
    drawn = words_as_read(train.texts + test.texts, first)
    rules = one_word_rules(drawn, np.concatenate([train.labels, test.labels]))
    best = rules[:SHOWN_WORDS]
    one_sided = rules[rules[[0, 1]].min(axis=1) == 0][:SHOWN_WORDS]
    copies, traces = all_copies(dataset, train, test, settings), traces_table(dataset)
    dropped = ", ".join(f"{n} {reason}" for reason, n in dataset.dropped.items() if n)
    notes = [
        f"data: {dataset.source}; {len(dataset)} texts",
        f"dropped before: {dropped or 'nothing'}",
        *traps(dataset, copies, traces, best, one_sided),
    ]
    copy_rows = [[what, share_text(number, whole)] for what, number, whole in copies]
    thresholds = [
        f"a near copy shares half of its three-word phrases (cosine {NEAR} or more)",
        f"traps: copies above {COPY_LIMIT:.0%} of the test part, texts in both "
        f"classes, traces that differ by {ONE_SIDED:.0%}, a word that is right on "
        f"{RULE_LIMIT:.0%} of the first draw",
        f"to be looked at: a word in {ONE_SIDED:.0%} of one class only, in more than "
        f"{BY_CHANCE} texts; traces that differ by {TRACE_LIMIT:.0%}",
    ]
    return [
        Table(f"Audit of {CORPORA[dataset.name].title}", [], [], notes),
        class_table(dataset),
        Table("Copies", ["what", "how many"], copy_rows, thresholds),
        traces,
        rules_table(dataset, best, "The words that alone tell most", first),
        rules_table(dataset, one_sided, "The words of one class only", first),
    ]


# ----------------------------------------------------------------------- Command line


def parse_models(words, option="--models"):
    """Names of ALGORITHMS, in its order, from words with spaces or commas."""
    names = [name for word in words for name in re.split(r"[\s,]+", word) if name]
    unknown = [name for name in names if name not in ALGORITHMS]
    if unknown or not names:
        raise KitError(
            f"{option}: {', '.join(unknown) or 'nothing'} is none of "
            f"{', '.join(ALGORITHMS)}."
        )
    return [name for name in ALGORITHMS if name in names]


def columns_of(models, tune):
    """The table's columns: the models, each followed by its tuned self if asked for."""
    tuned = [] if tune is None else parse_models(tune, "--tune") if tune else models
    if set(tuned) - set(models):
        raise KitError(f"--tune {' '.join(tuned)}: only models that --models has.")
    if tune is not None and not any(ALGORITHMS[m].param_grid for m in tuned):
        raise KitError(f"--tune: there is nothing to tune in {', '.join(tuned)}.")
    columns = [[m, m + TUNED] if m in tuned and ALGORITHMS[m].param_grid else [m]
               for m in models]  # fmt: skip
    return list(chain.from_iterable(columns))


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are KitErrors, in one sentence."""

    def error(self, message):
        """Raise a KitError in place of usage lines and an exit."""
        raise KitError(f"{message[0].upper()}{message[1:]}. See --help.")


def at_least(lowest):
    """A type for argparse: whole numbers from lowest on."""

    def whole_number(text):
        if not re.fullmatch(r"\d+", text) or int(text) < lowest:
            raise argparse.ArgumentTypeError(f"{text} is no whole number >= {lowest}")
        return int(text)

    return whole_number


def documents_per_class(text):
    """A type for argparse: whole numbers from 4 on, or None for all."""
    return None if text == "all" else at_least(4)(text)


def points_or_seconds(text):
    """A type for argparse: points <int>, or seconds as in 60s."""
    if not re.fullmatch(r"[1-9]\d*s?", text):
        raise argparse.ArgumentTypeError(f"{text} is neither points nor seconds as 60s")
    return text


# What both run scripts understand: the option, and argparse's words for it.
OPTIONS = {
    "--data": dict(default="auto", help="auto, demo, or a path"),
    "--models": dict(
        nargs="+",
        default=[name for name in ALGORITHMS if ALGORITHMS[name].in_article],
        help=f"columns to compute, of {', '.join(ALGORITHMS)}",
    ),
    "--nsamp": dict(
        type=documents_per_class, default=1000, help="documents per class, or all"
    ),
    "--maxtokens": dict(type=at_least(1), help="words of a document (default: 50)"),
    "--maxtokenlen": dict(
        type=at_least(1),
        help="characters of a token (default: 20, and 100 for more than 50 tokens)",
    ),
    "--sweep": dict(action="store_true", help="the article's three settings"),
    "--repeats": dict(type=at_least(1), default=1, help="fresh draws and splits"),
    "--seed": dict(type=at_least(0), default=0, help="same seed, same numbers"),
    "--encoders": dict(
        choices=ENCODERS, default="full", help="originals or small ones"
    ),
    "--elmo": dict(help="handle or path of ELMo (default: by --encoders)"),
    "--bert": dict(help="handle or path of BERT (default: by --encoders)"),
    "--pooling": dict(choices=("mean", "first"), default="mean", help="BertLayer's"),
    "--n-fine-tune-layers": dict(type=at_least(0), default=0, help="BertLayer's"),
    "--epochs": dict(type=at_least(1), default=5, help="of the head"),
    "--batch-size": dict(type=at_least(1), default=32, help="of the head"),
    "--text": dict(
        choices=("article", "natural"),
        default="article",
        help="what the encoders read: the article's tokens, or words as they stand",
    ),
    "--tune": dict(
        nargs="*", help="tune these models (none named: all chosen), beside the plain"
    ),
    "--search": dict(
        choices=("grid", "random", "hyperopt", "halving"),
        default="grid",
        help="how --tune searches",
    ),
    "--budget": dict(
        type=points_or_seconds,
        help=f"of random and hyperopt, in points ({BUDGET}); or of any, as in 60s",
    ),
    "--learning-curve": dict(
        action="store_true", help="accuracy over documents per class, from 100 on"
    ),
    "--audit": dict(
        action="store_true", help="first show the traps of the data in numbers"
    ),
    "--errors": dict(
        type=at_least(1), metavar="N", help="show the N texts that most models miss"
    ),
    "--payload": dict(
        choices=PAYLOADS,
        default="text",
        help="of an e-mail: its text, what the article took, or all with headers",
    ),
    "--keep-duplicates": dict(action="store_true", help="as the article: with leaks"),
    "--jobs": dict(type=at_least(1), default=os.cpu_count(), help="parallel workers"),
    "--out": dict(help="folder of the results (default: results/, Kaggle's output)"),
    "--demo": dict(action="store_true", help="--data demo --encoders mini"),
}


def make_parser(name):
    """The parser of one run script."""
    corpus = CORPORA[name]
    parser = Parser(
        prog=f"run_{name}.py",
        description=f"{corpus.title}: do ELMo and BERT beat simple baselines? The data "
        f"are {corpus.wanted}.",
        allow_abbrev=False,
    )
    for option, words in OPTIONS.items():
        default = words.get("default")
        shown = f" (default: {default})" if type(default) in (str, int) else ""
        parser.add_argument(option, **words | {"help": words["help"] + shown})
    return parser


def command_words(argv):
    """The words after the command: of a list, a string, or the shell.

    In a notebook sys.argv holds the kernel's own options, which are not for us, unless
    %run has put the script's name there.
    """
    if argv is None:
        from_kernel = os.path.basename(sys.argv[0]).endswith("kernel_launcher.py")
        return [] if from_kernel else sys.argv[1:]
    return shlex.split(argv) if isinstance(argv, str) else [str(word) for word in argv]


def parse_options(name, argv):
    """The options as a namespace, with the defaults that depend on others filled in."""
    options = make_parser(name).parse_args(command_words(argv))
    options.command = [f"run_{name}.py", *command_words(argv)]
    options.models = parse_models(options.models)
    options.columns = columns_of(options.models, options.tune)
    if options.n_fine_tune_layers and "bert" + TUNED in options.columns:
        raise KitError(
            "--tune searches heads over a frozen BERT: leave out --n-fine-tune-layers, "
            "or name other models after --tune."
        )
    if options.tune is None and (options.budget or options.search != "grid"):
        raise KitError("--search and --budget say how --tune searches: add --tune.")
    counted = options.budget and not options.budget.endswith("s")
    if counted and options.search in ("grid", "halving"):
        raise KitError(
            f"--budget {options.budget}: {options.search} tries all its points; "
            "give seconds, as in 60s, or search by random or hyperopt."
        )
    curve_start = curve_sizes(10**6)[0]
    if options.learning_curve and (options.nsamp or curve_start) < curve_start:
        raise KitError(
            f"--learning-curve starts at {curve_start} documents per class, and "
            f"--nsamp is {options.nsamp}."
        )
    if options.sweep and (options.maxtokens or options.maxtokenlen):
        raise KitError(
            "--sweep runs the article's three settings: leave out --maxtokens and "
            "--maxtokenlen, or leave out --sweep."
        )
    options.maxtokens = options.maxtokens or 50
    if options.maxtokenlen is None:  # the article's pairs
        options.maxtokenlen = 20 if options.maxtokens <= 50 else 100
    if options.demo:
        options.data, options.encoders = "demo", "mini"
    if options.out is None:
        options.out = str(KAGGLE_WORKING) if on_kaggle() else "results"
    for encoder, handle in ENCODERS[options.encoders].items():
        if getattr(options, encoder) is None:
            setattr(options, encoder, handle)
    return options


def settings_of(options, svm):
    """The Settings of each row of the table."""
    pairs = SWEEP if options.sweep else [(options.maxtokens, options.maxtokenlen)]
    names = (
        "text",
        "elmo",
        "bert",
        "pooling",
        "n_fine_tune_layers",
        "epochs",
        "batch_size",
    )
    common = {name: getattr(options, name) for name in names}
    store = str(cache_folder() / "features.sqlite")
    return [Settings(*pair, **common, svm=svm, store=store) for pair in pairs]


def attempt(task, train, test, search=None):
    """evaluate() of a task, or the reason <str> why it gave no result.

    search: tune()'s options, for a tuned column.
    """
    try:
        model = pipeline(task.model, task.settings)
        if not search:
            return evaluate(model, train, test)
        algorithm = ALGORITHMS[task.model]
        place = json.dumps([train.source, *task.key[:2], task.repeat])
        found = tune(
            model, algorithm.param_grid, train, place=(place, task.model),
            resource=algorithm.resource, **search,
        )  # fmt: skip
        return replace(evaluate(found.model, train, test), search=found)
    except KitError as error:
        return str(error)
    except Exception as error:  # one model's failure must not cost the others' results
        return f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"


def execute(tasks, parts_of, files, options):
    """Yield (task, outcome) of all tasks, the plain baselines first and on all cores.

    An encoder uses all cores, or the card, by itself, and so does a search.
    parts_of(task) gives its (train, test).
    """

    def alone(task):
        return task.is_tuned or bool(ALGORITHMS[task.model].encoder(task.settings))

    baselines = [task for task in tasks if not alone(task)]
    # Other processes cannot import what was pasted into a cell; threads need not.
    backend = "threading" if __name__ == "__main__" else "loky"
    workers = joblib.Parallel(
        min(options.jobs, len(baselines) or 1), backend=backend, return_as="generator"
    )
    calls = (joblib.delayed(attempt)(task, *parts_of(task)) for task in baselines)
    started = 0
    try:
        for task, outcome in zip(baselines, workers(calls)):
            started += 1
            yield task, outcome
    except TerminatedWorkerError as error:  # killed, mostly for memory
        reason = f"a worker died ({' '.join(str(error).split())[:200]}); try --jobs 1"
        yield from ((task, reason) for task in baselines[started:])
    for task in filter(alone, tasks):
        search = None
        if task.is_tuned:
            encoder = ALGORITHMS[task.model].encoder(task.settings)
            search = {
                "path": files.folder / "tuning.csv", "how": options.search,
                "budget": options.budget, "seed": task.settings.seed,
                "jobs": 1 if encoder else options.jobs,  # heads: faster than workers
            }  # fmt: skip
        yield task, attempt(task, *parts_of(task), search)


def announce_searches(options, settings):
    """Say of each model to tune what it could be tuned in, and what is tried."""
    for name in (c.removesuffix(TUNED) for c in options.columns if c.endswith(TUNED)):
        algorithm = ALGORITHMS[name]
        available = shown_params(pipeline(name, settings))
        words = ", ".join(f"{key}={value}" for key, value in available.items())
        say("tune", f"{algorithm.title} has the parameters {words}")
        grid = algorithm.param_grid
        points = np.prod([len(values) for values in grid.values()])
        tried = ", ".join(f"{key} {values}" for key, values in grid.items())
        continuous_space = options.search in ("random", "hyperopt")
        kind = (
            "points within the grid" if continuous_space else f"grid of {points} points"
        )
        say("tune", f"{algorithm.title} {kind}, {options.search} search: {tried}")


def report(task, outcome, files):
    """Say in one line what a task gave."""
    settings = task.settings
    if isinstance(outcome, str):
        text = f"failed: {outcome}"
    else:
        text = (
            f"accuracy {100 * outcome.accuracy:5.1f} %   encode "
            f"{outcome.encode_seconds:6.1f} s   fit {outcome.fit_seconds:6.1f} s"
        )
        if task.is_tuned:
            plain = files.of("results.csv", task.model, settings)
            before = [r for r in plain if int(r["repeat"]) == task.repeat]
            text += "".join(
                f"   before {100 * float(r['accuracy']):.1f} %" for r in before
            )
    size = f", {task.size} per class" if task.size < task.nsamp else ""
    title = f"{title_of(task.column, settings)}{size}"
    say(settings.label, f"repeat {task.repeat + 1:<3} {title:<12} {text}")


def hardware():
    """The processor's cores, memory, and cards (if TensorFlow was used)."""
    facts = {"cores": os.cpu_count(), "machine": platform.machine()}
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        facts["memory_gib"] = round(pages / 2**30, 1)
    tf = sys.modules.get("tensorflow")
    if tf:
        gpus = tf.config.list_physical_devices("GPU")
        details = (tf.config.experimental.get_device_details(gpu) for gpu in gpus)
        facts["gpus"] = [detail.get("device_name", "GPU") for detail in details]
    return facts


def versions():
    """Versions of Python and of the packages whose numbers could differ."""
    names = (
        "numpy",
        "scipy",
        "pandas",
        "scikit-learn",
        "tensorflow",
        "keras",
        "tokenizers",
    )
    found = {"python": platform.python_version()}
    for name in names:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def encoder_facts(files):
    """Handle and SHA-256 of each encoder that gave a result."""
    rows = files.all("results.csv")
    handles = {row["encoder"] for row in rows if not row["error"]}
    facts = {}
    for handle in sorted(handles - {""}):
        with contextlib.suppress(KitError):  # gone since a run that is taken up again
            facts[handle] = encoder_digest(find_encoder(handle))
    return facts


def failures(files):
    """A note for each reason why a model failed."""
    reasons = {
        (row["model"], row["error"]): None
        for row in files.all("results.csv") + files.all(CURVE_FILE) if row["error"]
    }  # fmt: skip
    return [f"{model} failed: {reason}" for model, reason in reasons]


def main_table(files, dataset, options, heading, titles, rows_settings, seconds):
    """The article's table, ours beside its numbers."""
    models = list(titles)
    rows = [
        row
        for settings in rows_settings
        for row in setting_rows(files, dataset, options.nsamp, settings, models)
    ]
    rows.append(seconds_row(files, models, rows_settings))
    notes = [
        f"data: {dataset.source}",
        *(
            f"{title}: {handle}, text {options.text}"
            for model, title in titles.items()
            if model in ALGORITHMS
            and (handle := ALGORITHMS[model].encoder(rows_settings[0]))
        ),
        LEGEND,
        *([INTERVAL_LEGEND] if options.repeats > 1 else []),
        "seconds: a model's mean to encode, fit and predict; texts encoded before cost "
        f"nothing; {seconds:.0f} s in all",
        *failures(files),
    ]
    return Table(heading, ["tokens/length", *titles.values()], rows, notes)


def plain_of(titles):
    """The titles of the columns that no search has chosen."""
    return {c: title for c, title in titles.items() if not c.endswith(TUNED)}


def draw_figures(files, dataset, options, titles, rows_settings):
    """Write all figures of a run, and show them in a notebook."""
    about = f"{CORPORA[dataset.name].title}, {dataset.source}"
    for column, title in titles.items():
        rows = [files.of("history.csv", column, settings) for settings in rows_settings]
        history = list(chain.from_iterable(rows))
        if history:
            path = files.folder / f"history_{column}.png"
            history_figure(path, f"{title}, {about}", history)
    done = {
        column: title
        for column, title in titles.items()
        if any(len(files.accuracies(column, settings)) for settings in rows_settings)
    }
    if not done:
        return
    article = [published(dataset, options.nsamp, s) for s in rows_settings]
    shown = (files, done, rows_settings)
    accuracy_figure(
        files.folder / "accuracy.png",
        f"Accuracy and 95 % intervals, {about}",
        *shown,
        article,
    )
    roc_figure(files.folder / "roc.png", f"ROC, {about}", *shown)
    confusion_figure(
        files.folder / "confusion.png", f"Confusion, {about}", *shown, dataset.classes
    )
    tuned = read_rows(files.folder / "tuning.csv")
    for column in (column for column in done if column.endswith(TUNED)):
        name = column.removesuffix(TUNED)
        path = files.folder / f"tuning_{name}.png"
        rows = [row for row in tuned if row["model"] == name]
        tuning_figure(
            path, f"{done[column]}, {about}", rows, ALGORITHMS[name].param_grid
        )
    if options.learning_curve:
        path = files.folder / "learning_curve.png"
        learning_curve_figure(
            path, f"Learning curve, {about}", files, plain_of(done), rows_settings
        )


def show_results(files, dataset, splits, options, rows_settings, seconds):
    """Print the tables that were asked for, write them, draw the figures."""
    heading = (
        f"{CORPORA[dataset.name].title}: accuracy in %, {options.nsamp} documents per "
        f"class, {options.repeats} draw(s), 70/30 split"
    )
    titles = {column: title_of(column, rows_settings[0]) for column in options.columns}
    table = main_table(files, dataset, options, heading, titles, rows_settings, seconds)
    show_tables([table], files.folder / "table.md")
    data_note = f"data: {dataset.source}"
    tuned = [column for column in titles if column.endswith(TUNED)]
    if tuned and files.all("searches.csv"):
        table = tuning_table(files, f"{heading}; {data_note}", tuned, rows_settings)
        show_tables([table], files.folder / "tuning.md")
    if options.learning_curve:
        tables = [
            learning_curve_table(
                files, f"{heading}; {data_note}", plain_of(titles), settings
            )
            for settings in rows_settings
        ]
        show_tables(tables, files.folder / "learning_curve.md")
    if options.errors:
        first = seed_of_repeat(options.seed, 0)
        tables = []
        for settings in rows_settings:
            tables.append(
                errors_table(files, dataset, titles, settings, options.errors)
            )
            fitted = {column: title for column, title in plain_of(titles).items()
                      if 0 in files.by_repeat(column, settings)}  # fmt: skip
            as_drawn = replace(settings, seed=first)
            tables.append(words_table(splits[0][0], fitted, as_drawn))
        show_tables(tables, files.folder / "errors.md")
    draw_figures(files, dataset, options, titles, rows_settings)


def compute(tasks, parts_of, files, dataset, options):
    """Compute the tasks without a result and write each; False if interrupted."""
    todo = [task for task in tasks if not files.done(task)]
    try:
        for task, outcome in execute(todo, parts_of, files, options):
            files.add(task, dataset, parts_of(task), options.seed, outcome)
            report(task, outcome, files)
    except KeyboardInterrupt:
        return False
    return True


def all_tasks(options, rows_settings):
    """All tasks of a run; a learning curve's smaller sizes for the plain columns."""
    sizes = curve_sizes(options.nsamp) if options.learning_curve else [options.nsamp]
    return [
        Task(
            column,
            replace(settings, seed=seed_of_repeat(options.seed, repeat)),
            repeat,
            options.nsamp,
            size,
        )
        for settings in rows_settings
        for repeat in range(options.repeats)
        for column in options.columns
        for size in sizes
        if size == options.nsamp or not column.endswith(TUNED)
    ]


def load_asked(name, options):
    """The Dataset that the options ask for; "all" is the smaller class from here on."""
    try:
        dataset = load(
            name, options.data, options.nsamp, options.seed, options.keep_duplicates,
            options.payload,
        )  # fmt: skip
    except OSError as error:
        raise KitError(f"--data {options.data} cannot be read: {error}") from error
    options.nsamp = options.nsamp or int(np.bincount(dataset.labels).min())
    dropped = ", ".join(f"{n} {reason}" for reason, n in dataset.dropped.items())
    dropped = dropped or "nothing (--keep-duplicates)"
    say("data", f"{len(dataset)} documents from {dataset.source}; dropped: {dropped}")
    return dataset


def run(name, options, svm):
    """One run of the command line: load, compute what is not there yet, show, write."""
    started = time.monotonic()
    dataset = load_asked(name, options)
    repeats = range(options.repeats)
    splits = [draw(dataset, options.nsamp, options.seed, repeat) for repeat in repeats]
    rows_settings = settings_of(options, svm)
    tasks = all_tasks(options, rows_settings)

    def parts_of(task):
        train, test = splits[task.repeat]
        whole = task.size == task.nsamp
        return train if whole else part_of(train, task.size / task.nsamp), test

    asked = {
        k: v for k, v in vars(options).items() if k not in ("jobs", "out", "command")
    }
    asked |= {"dataset": name, "svm": svm, "content": dataset.digest}
    files = ResultFiles(options.out, asked)
    files.describe(
        command=options.command, source=dataset.source, versions=versions(),
        dropped=dataset.dropped,
    )  # fmt: skip
    if options.audit:
        tables = audit(dataset, *splits[0], rows_settings)
        show_tables(tables, files.folder / "audit.md")
    announce_searches(options, rows_settings[0])
    whole = compute(tasks, parts_of, files, dataset, options)
    seconds = time.monotonic() - started
    show_results(files, dataset, splits, options, rows_settings, seconds)
    finished = all(map(files.done, tasks))
    facts = {"hardware": hardware(), "encoders": encoder_facts(files)}
    files.describe(finished=finished, seconds=seconds, **facts)
    say("files", f"results.csv, predictions.csv, table.md and more in {files.folder}")
    cut = [row for row in files.all("searches.csv") if row["ended"] == "interrupted"]
    if not whole or cut:
        raise KeyboardInterrupt
    return 0 if finished else 1


def command_line(name, argv=None, svm=None):
    """Run one of CORPORA with the options in argv (list, string, or the shell's).

    svm: SVC's parameters for this problem. Returns the exit code: 0 if every model
    gave a result, 1 if one failed or the run was interrupted, 2 for a wrong option or
    missing data.
    """
    for stream in (sys.stdout, sys.stderr):  # a terminal may not know ±
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        return run(name, parse_options(name, argv), svm or Settings().svm)
    except KitError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except SystemExit:  # --help
        return 0
    except KeyboardInterrupt:
        print(
            "Interrupted. What was finished is written, and the same command goes on "
            "from there.",
            file=sys.stderr,
        )
        return 1
    except OSError as error:  # a full disk, a folder that may not be written
        place = f": {error.filename}" if error.filename else ""
        print(f"error: {error.strerror or error}{place}", file=sys.stderr)
        return 1


def leave(code):
    """End a script with an exit code; a notebook's cell just ends."""
    if not in_notebook():
        sys.exit(code)
