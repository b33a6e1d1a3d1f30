"""Does transfer learning pay on your text-classification problem?

A kit for readers of "Getting started with baselines" (P. Azunre, Transfer Learning
for Natural Language Processing, chapters 2 and 3): simple baselines against ELMo and
BERT, on your own texts or on the article's two problems, with honest numbers and an
answer in one sentence.

From a shell, with the run scripts beside this file:

    python run_own.py --data reviews.csv            # your table, or a folder a class
    python run_imdb.py --demo                       # all six, nothing to download
    python run_email.py --maxtokens 200 --text natural

In a notebook or a program, imported or pasted into a cell:

    results = kit.compare(kit.load("reviews.csv"), models="lr nbsvm bert", repeats=5)
    print(results.table(), results.verdict())

Contents: Words to the user; Places; Tables and folders; E-mail; Corpora; Datasets;
Texts to tokens; Word pieces; Encoders in the hub's formats; Keras layers; Workers;
Frozen features; Classifiers; Algorithms; Evaluation; Tuning; Results; Statistics;
Tables; Figures; Word weights; Audit; Page; Kept models; Handing in; Comparison;
Command line.
"""

# What a notebook had before this was pasted into a cell: see the last lines.
_before = dict(globals())

import argparse, base64, bisect, bz2, codecs, contextlib, copy, csv, ctypes
import dataclasses, difflib, email, email.policy, functools, gzip, hashlib, heapq, html
import http.client, importlib.metadata, importlib.util, io, itertools, json, logging
import lzma, os, platform, queue, re, shlex, shutil, signal, sqlite3, sys, tarfile
import tempfile, textwrap, threading, time, urllib.error, urllib.request, warnings
import weakref, zipfile, zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import joblib, numpy as np, pandas as pd
from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.backend import get_context
from joblib.externals.loky.process_executor import TerminatedWorkerError
from scipy import optimize, stats
from scipy.special import softmax
from sklearn import metrics
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import (ENGLISH_STOP_WORDS, CountVectorizer,
                                             HashingVectorizer)
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (ParameterGrid, ParameterSampler, StratifiedKFold,
                                     train_test_split)
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC, LinearSVC
from sklearn.utils import check_random_state, get_tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, has_fit_parameter, validate_data
from threadpoolctl import threadpool_limits

# Not BertLayer and ElmoEmbeddingLayer: for them `import *` would import TensorFlow.
__all__ = ["load", "compare", "command_line", "Dataset", "Column", "Settings",
           "Results", "Report", "KitError", "evaluate", "tune", "Tokens", "DenseHead",
           "build_elmo_model", "build_bert_model", "save", "restore"]

# ------------------------------------------------------------------ Words to the user
# user:password@ of a URL, if need be with / ? # in the password, which is no port; and
# what its query calls a token or such.
SECRET = re.compile(
    r"(?<=://)(?:[^/\s?#]*|[^/\s?#:@]+:(?!\d*[/?#])[^\s\"<>]{,200})@(?!sha256:)"
    r"|(?<=[?&])(?:[\w-]*(?:token|secret|signature|passw(?:or)?d)|api[_-]?key)="
    r"[^\s\"<>&#]*", re.I)

def without_secrets(text):
    """A text whose URLs have lost their names and passwords."""
    return SECRET.sub("", text)

class KitError(Exception):
    """A sentence for the person who can put it right: what is wrong, and the fix."""

    def __init__(self, sentence=""):
        super().__init__(without_secrets(str(sentence)))

def one_line(error, limit=500):
    """An exception's words in one line, for a sentence or a cell."""
    return without_secrets(" ".join(str(error).split()))[:limit]

def writable(text):
    """A text less what UTF-8 cannot write, lone surrogates."""
    return text.encode("utf-8", "replace").decode()

# What moves a terminal's cursor, colours it, or turns the order of letters round.
CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# What Markdown, GitHub's included, takes for a border, an image, a link, HTML, code or
# stress; a star that stands alone is a mark of ours.
MARKUP = re.compile(
    r"[\\|<`\[]|&(?=#?\w+;)|(?<=:)/(?=/)|(?<=www)\.|(?<![^\W_])_|_(?![^\W_])"
    r"|[*~](?=\S)|(?<=\S)[*~]")

def plain(text):
    """A text in one line for a terminal, with nothing in it that the terminal obeys."""
    return CONTROLS.sub(" ", writable(without_secrets(str(text))))

def as_html(text):
    """A text as one line of HTML, with nothing in it that a browser obeys."""
    return html.escape(plain(text))

def markdown(text, alone=False):
    """A text as one line of Markdown that shows it as it stands, whatever is in it.
    alone: as a paragraph, and no heading, quotation, list or rule."""
    text = MARKUP.sub(r"\\\g<0>", plain(text))
    if not alone: return text
    return re.sub(r"^(\d+)(?=[.)](?:\s|$))|^(?=[#>+=*-])", r"\1\\", text.lstrip())

@contextlib.contextmanager
def told(sentence, *errors):
    """Errors of these kinds in the block become KitErrors: the sentence, and theirs."""
    try:
        yield
    except errors as error:
        # A ValueError, but, where it is not named, it asks for another encoding.
        if type(error) is UnicodeDecodeError and type(error) not in errors: raise
        raise KitError(f"{sentence}: {one_line(error)}") from error

def in_notebook():
    """Whether a notebook (Jupyter, Kaggle, Colab) shows what we print."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return type(shell).__name__ in ("ZMQInteractiveShell", "Shell")  # Colab: "Shell"

def say(event, text):
    """Print one aligned line: the time, what happens, and to what."""
    print(f"{time.strftime('%H:%M:%S')}  {event:<8}  {plain(text)}", flush=True)

LOG_PACE = 15  # seconds between a log's lines of progress

class OneLine:
    """Where a bar writes in a notebook: one line of the cell, that goes when it ends,
    so that no bar stands still in a notebook that was saved."""

    def __init__(self):
        self.handle = None

    def write(self, text):
        """Show a line in place of the one before."""
        from IPython.display import display
        line = {"text/plain": text.strip()}
        if self.handle:
            self.handle.update(line, raw=True)
        elif text.strip():
            self.handle = display(line, raw=True, display_id=True)

    def flush(self):
        """Nothing is kept back."""

class LogLines:
    """Where a bar writes in a log, which keeps every line."""

    def write(self, text):
        """Print a line of its own."""
        if text.strip(): say("progress", text.strip())

    def flush(self):
        """Nothing is kept back."""

def progress(total, what, **options):
    """tqdm's bar to `update`; in a log a line every 15 s, and so in what Kaggle runs as
    a batch ("Save version"), whose log shows a cell's lines only."""
    from tqdm import tqdm
    notebook = in_notebook() and os.environ.get("KAGGLE_KERNEL_RUN_TYPE") != "Batch"
    if notebook:
        pace = {"file": OneLine(), "ncols": 80, "mininterval": 0.5}
    elif sys.stderr.isatty() and not in_notebook():
        pace = {}
    else:
        pace = {"file": LogLines(), "ncols": 0, "mininterval": LOG_PACE,
                "maxinterval": LOG_PACE, "delay": LOG_PACE}
    return tqdm(total=total, desc=what, leave=False, **pace, **options)

def nearest(word, words):
    """A question for somebody who wrote a name a little differently; "" if none is."""
    known = {str(name).lower(): name for name in words}
    close = difflib.get_close_matches(str(word).lower(), known, n=1)
    return f" Did you mean {known[close[0]]}?" if close else ""

def nearest_file(path):
    """The same question about a path that is not there, of what lies beside it."""
    with contextlib.suppress(OSError):
        return nearest(Path(path).name, os.listdir(Path(path).parent))
    return ""

PIP_NAMES = {"bs4": "beautifulsoup4"}  # where pip calls a package otherwise

def is_installed(package):
    """Whether a package can be imported; it is not, since some take seconds."""
    with contextlib.suppress(ImportError, ValueError):
        return importlib.util.find_spec(package) is not None
    return False

def require(what, *packages):
    """A KitError with the line for pip, if what needs a package that is not there."""
    absent = [package for package in packages if not is_installed(package)]
    if absent:
        raise KitError(f"{what} needs what is not installed here: pip install "
                       f"{' '.join(PIP_NAMES.get(name, name) for name in absent)}")

# ---------------------------------------------------------------------------- Places
KAGGLE_INPUT = Path("/kaggle/input")  # both layouts of mounts lie below it
KAGGLE_SITE = "https://www.kaggle.com"
KAGGLE_WORKING = Path("/kaggle/working")  # the folder that Kaggle keeps as output

def home():
    """The folder of this file, or the current one where there is no file."""
    return Path(globals().get("__file__", "kit.py")).resolve().parent

def user_cache(name, variable):
    """A program's folder for caches: the variable's, ~/.cache, or a temporary one."""
    below = Path(tempfile.gettempdir())
    with contextlib.suppress(RuntimeError):  # a user without a home
        below = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get(variable) or below / name)

def cache_folder():
    """Where downloads, parsed corpora and features are kept: $KIT_CACHE, ~/.cache."""
    folder = user_cache("transfer-kit", "KIT_CACHE")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a read-only home, as in some containers
        folder = Path(tempfile.gettempdir()) / "transfer-kit"
        folder.mkdir(exist_ok=True)
    return folder

@contextlib.contextmanager
def written_whole(path):
    """A file <bytes> to write, which is at its path once the block has ended well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(temporary, "wb") as file: yield file
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise

def write_atomically(path, content):
    """Write bytes so that a killed run leaves the old file or the new, never half."""
    with written_whole(path) as file: file.write(content)

@functools.cache
def content_digest(path, stamp):
    """SHA-256 of a folder's files, read once a process and stamp (see times_of)."""
    digest = hashlib.sha256()
    for name, *_ in stamp:
        with open(Path(path, name), "rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
        digest.update(f"{name} {content}\n".encode())
    return digest.hexdigest()

def times_of(path):
    """((name, size, time of change), ...) of a file, or of the files in a folder."""
    path = Path(path)
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    facts = [(file.relative_to(path), file.stat()) for file in files if file.is_file()]
    return tuple((name.as_posix(), s.st_size, s.st_mtime_ns) for name, s in facts)

FORMAT = 2  # of what the caches hold: raise it when a reader or an encoder pass changes

def cached_frame(name, made_of, read):
    """The frame that read() returns; kept as Parquet, by all that it is made_of. The
    file's name tells the digest of its bytes: another content is read anew."""
    key = hashlib.sha256(repr((FORMAT, made_of)).encode()).hexdigest()[:24]
    folder = cache_folder() / "corpora"
    def named(content):
        digest = hashlib.sha256(key.encode() + content).hexdigest()[:16]
        return folder / f"{name}-{key}-{digest}.parquet"
    kept = sorted(folder.glob(f"{name}-{key}*.parquet"))
    for path in kept:
        with contextlib.suppress(ImportError, OSError, ValueError):  # as pyarrow's
            content = path.read_bytes()
            if path == named(content): return pd.read_parquet(io.BytesIO(content))
            say("cache", f"{path.name} has no digest or another: {name} is read anew")
    frame = read()
    try:
        require("A cache of the texts", "pyarrow")
        content = frame.to_parquet(index=False)
        write_atomically(named(content), content)
        for path in {*kept} - {named(content)}:
            path.unlink(missing_ok=True)
    except (KitError, OSError) as error:  # no library, a full disk
        say("cache", f"could not keep {name}: {one_line(error, 120)}")
    return frame

def leads_out(path, root):
    """Whether a path below root is a link out of it. One right below root may be, and
    whatever is below KAGGLE_INPUT, since Kaggle's mounts are links."""
    if not path.is_symlink() or root.is_relative_to(KAGGLE_INPUT): return False
    first, target = root / path.relative_to(root).parts[0], path.resolve()
    return path != first and not any(
        target.is_relative_to(place.resolve()) for place in (root, first))

def find_below(root, is_it, depth=6):
    """The first path at most depth folders below root for which is_it(path) holds."""
    root, seen = Path(root), {}
    for folder, folders, files in os.walk(root, followlinks=True):  # mounts are links
        folder = Path(folder)
        deep, place = len(folder.relative_to(root).parts), os.stat(folder)
        # Links can lead round in a circle: a folder counts once, where it is highest.
        place = place.st_dev, place.st_ino
        if seen.get(place, deep + 1) <= deep:
            folders.clear()
            continue
        seen[place] = deep
        if deep >= depth:
            folders.clear()
        folders[:] = sorted(n for n in folders if not leads_out(folder / n, root))
        for name in sorted(files) + folders:
            path = folder / name
            if is_it(path) and not leads_out(path, root): return path
    return None

def in_either_layout(path):
    """A path below Kaggle's mounts, where it is: they are /kaggle/input/SLUG, or lie
    one or two folders deeper, with the kind and the owner."""
    path = Path(path)
    with told(f"{str(path)[:100]} cannot be read", OSError):  # such as of a long name
        if path.exists() or not path.is_relative_to(KAGGLE_INPUT): return path
    tail = path.relative_to(KAGGLE_INPUT)
    for folder in (*KAGGLE_INPUT.glob("datasets/*"), KAGGLE_INPUT / "competitions"):
        if (folder / tail).exists(): return folder / tail
    return path

@functools.cache
def reachable(url, seconds=3):
    """Whether a URL's host answers within the seconds; asked once, and in a thread, as
    looking up a name has no time limit of its own in a kernel without internet."""
    answered = []
    def ask():
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            # An HTTPError is an answer, if not a friendly one.
            with contextlib.suppress(urllib.error.HTTPError):
                url_alone = without_secrets(url)  # urllib takes them for the port
                urllib.request.urlopen(url_alone, timeout=seconds).close()
            answered.append(True)
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    return bool(answered)

def download(url, known_hash=None):
    """Fetch a file once into the cache: tried again, checked, put in whole."""
    require(f"A download of {url}", "pooch")
    import pooch
    pooch.get_logger().setLevel("WARNING")
    public = without_secrets(url)
    name = public.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    folder = cache_folder() / "downloads" / hashlib.sha256(url.encode()).hexdigest()[:8]
    fetcher = pooch.create(
        folder, "", registry={name: known_hash}, urls={name: url}, retry_if_failed=3)
    downloader = pooch.HTTPDownloader(progressbar=progress(0, name, unit_scale=True))
    say("download", f"{url} to {folder / name}")
    with told(f"The download of {url} failed", OSError, ValueError):  # as requests' are
        host, said = (urllib.parse.urlsplit(one).hostname for one in (url, public))
        if host != said:
            raise KitError(f"In the password for {url}, write / ? # as %2F %3F %23.")
        return Path(fetcher.fetch(name, downloader=downloader))

# ---------------------------------------------------------------- Tables and folders
SEPARATORS = ",;\t|"
ENCODINGS = ("utf-8", "cp1252", "latin-1")  # the last one takes any byte
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
NO_TABLES = (".tar", ".tgz", ".tar.gz", ".xlsx", ".xls", ".pdf", ".docx", ".7z", ".rar")
# Columns of these names are what their names say, if they look like it.
TEXT_NAMES = ("text body content review comment comment_text message sentence tweet "
              "question question_text phrase description document abstract").split()
LABEL_NAMES = "label class target category sentiment topic intent team author emotion y"
ID_NAMES = ("id", "textid", "doc", "qid", "phraseid")
MOST_CLASSES = 500  # more different values are ids or free text
LONGEST_LABEL = 100  # characters
NO_NUMBER = re.compile(r"\s*[+-]?(0\d|\d{16})")  # a number would not give it back
# Characters of a document: no model reads on, and what is made of it takes time and
# memory. The longest of Enron's mails has 2 million, attachments included.
LONGEST = 1_000_000
MOST_UNPACKED = 100  # times the packed size: texts have 3 to 20, zeros 1,000
UNPACKED_AT_ONCE = 1 << 28  # bytes: of one file in an archive, and of any packed file
LONGEST_FIELD = 10 * LONGEST  # of a CSV file: csv's own limit is below some documents
PACKED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}

def read_start(path):
    """The text of a file, or as much of it as a document can have."""
    with open(path, "rb") as file:  # of at most 4 bytes a character
        return file.read(4 * (LONGEST + 1)).decode("utf-8", "replace")

def say_cut(names):
    """Say which documents were longer than LONGEST."""
    if names:
        say("cut", f"{len(names)} documents have more than {LONGEST:,} characters, and "
            f"are read up to there: {', '.join(map(str, names[:5]))}")

class Unpacked(io.RawIOBase):
    """The bytes of a packed file (.gz, .bz2, .xz, or none of them), read forwards, with
    all checksums that its format has. A KitError where they are far more than texts
    would be, or more are asked for at once than memory should hold."""

    def __init__(self, path):
        self.path, self.count, self.last = path, 0, b""
        with open(path, "rb") as file:
            begin = file.read(6)
        opener = next((PACKED[b] for b in PACKED if begin.startswith(b)), open)
        self.stream = opener(path, "rb")
        size = os.path.getsize(path)
        self.most = max(MOST_UNPACKED * size, UNPACKED_AT_ONCE)

    def readable(self):
        """It can be read."""
        return True

    def readinto(self, buffer):
        """Read as many bytes as the buffer holds; fewer only at the end."""
        if len(buffer) > UNPACKED_AT_ONCE or self.count > self.most:
            raise KitError(f"{self.path} unpacks to far more than texts would: it is "
                           "no archive to be trusted.")
        self.last = self.stream.read(len(buffer))
        buffer[: len(self.last)] = self.last
        self.count += len(self.last)
        return len(self.last)

    def tell(self):
        """How many bytes were read."""
        return self.count

    def seek(self, place, whence=0):
        """Read on to a place."""
        if place < self.count: raise OSError("it is not in the order of reading")
        while self.count < place and self.read(min(place - self.count, 1 << 16)): pass
        return self.count

    def close(self):
        """Close the file, too."""
        self.stream.close()
        super().close()

@contextlib.contextmanager
def whole_archive(path):
    """A tar archive, packed or not, to be read forwards. It is read as a stream, to its
    end, where its checksums stand, since a damaged archive can look like a shorter one:
    tarfile ends at what is no header."""
    # The last two kinds of errors come of headers that no program writes.
    with (told(f"{path} is not a whole archive; fetch it again", tarfile.TarError,
               lzma.LZMAError, zlib.error, EOFError, OSError, ValueError, OverflowError,
               RecursionError),
          Unpacked(path) as stream, tarfile.open(fileobj=stream, mode="r:") as archive):
        yield archive
        end = [stream.last, *iter(lambda: stream.read(1 << 16), b"")]
        if not end[0] or any(map(bytes.strip, end, itertools.repeat(b"\0"))):
            raise KitError(f"{path} is not a whole archive: it breaks off, or goes on "
                           "behind its end; fetch it again.")

class TableFile:
    """A table on disk as a frame: CSV or TSV, JSON Lines, Parquet; packed or not."""

    def __init__(self, path):
        self.path, self.separator, self.lines = Path(path), "", 0
        name = self.path.name.lower()
        self.name = name.removesuffix(".gz").removesuffix(".zip")
        self.engine = "c"
        if name.endswith(NO_TABLES):
            raise KitError(f"{path} is no table: give CSV, TSV, JSON Lines, Parquet, "
                           "or a folder with a subfolder of .txt files a class.")

    def frame(self, **options):
        """The whole table; of CSV only empty fields are missing, not "NA" or "null".
        options: pandas', of CSV."""
        self._check_kind()
        if self.is_parquet:
            with self._parquet() as file: return self._of_arrow(file.read())
        with self._told_damage():
            sample, encodings = self._sampled()
            read = self._json if self.is_json else self._csv
            for encoding in encodings:
                with contextlib.suppress(UnicodeDecodeError), self._opened() as stream:
                    return read(stream, encoding, sample.decode(encoding, "replace"),
                                **options)
        raise KitError(f"{self.path} is no text in {' or '.join(encodings)}.")

    def chunks(self, rows):
        """Yield the table in frames of at most so many rows, in memory that does not
        grow with it; fields of CSV as they stand there, strings."""
        self._check_kind()
        if self.is_parquet:
            with self._parquet() as file:
                for batch in file.iter_batches(rows): yield self._of_arrow(batch)
            return
        with self._told_damage():
            sample, encodings = self._sampled()
            encoding = next(filter(self._decodes, encodings), None)
            if not encoding:
                raise KitError(f"{self.path} is no text in {' or '.join(encodings)}.")
            sample = sample.decode(encoding, "replace")
            with self._opened() as stream:
                read = self._json_chunks if self.is_json else self._csv_chunks
                yield from read(stream, encoding, sample, rows)

    def _check_kind(self):
        if self.path.exists() and not self.path.is_file():  # a pipe would wait for ever
            raise KitError(f"{self.path} is no regular file.")

    @property
    def is_parquet(self):
        """Whether its name says so."""
        return self.name.endswith((".parquet", ".pq"))

    @property
    def is_json(self):
        """Whether its name, or that of the file in a .zip, says so."""
        return self.name.endswith((".jsonl", ".ndjson", ".json"))

    @contextlib.contextmanager
    def _parquet(self):
        require(f"To read {self.path}", "pyarrow")
        from pyarrow.parquet import ParquetFile
        with (told(f"{self.path} is no Parquet", OSError, ValueError, KeyError,
                   TypeError, UnicodeDecodeError),
              ParquetFile(self.path, page_checksum_verification=True) as file):
            yield file

    @staticmethod
    def _of_arrow(data):
        data.validate(full=True)  # or what is no UTF-8 shows when a text is looked at
        return data.to_pandas()

    @contextlib.contextmanager
    def _told_damage(self):
        with (told(f"{self.path} is damaged; fetch it again", zipfile.BadZipFile,
                   EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile),
              # A .zip with a password, or packed otherwise.
              told(f"{self.path} cannot be unpacked", RuntimeError)):
            yield

    def _sampled(self):
        """The first bytes, and the encodings that they may be in. A KitError where a
        zero stands anywhere: pandas before 3 would end its field there."""
        with self._opened() as stream:
            sample = block = stream.read(1 << 16)
            if not sample.strip(): raise KitError(f"{self.path} is empty.")
            encodings = ("utf-16",) if sample.startswith(UTF16) else ENCODINGS
            width = 1 if encodings is ENCODINGS else 2
            empty, last = "\r\r".encode("utf-16-le" if width == 2 else "ascii"), b""
            while block:
                # After such an empty line pandas' fast engine loses an empty field.
                if b"\r" in block and empty in last + block: self.engine = "python"
                last = block[-2 * width :]
                self.lines += block.count(b"\n")
                if b"\0" in block and not np.frombuffer(
                        block, f"u{width}", len(block) // width).all():
                    raise KitError(f"{self.path} is no table of texts: it has zero "
                                   "bytes.")
                block = stream.read(1 << 20)
        return sample, encodings

    def _decodes(self, encoding):
        """Whether the whole file is in an encoding: its last row may be the first that
        is not, when all others have been handed out."""
        decoder = codecs.getincrementaldecoder(encoding)()
        with contextlib.suppress(UnicodeDecodeError), self._opened() as stream:
            while block := stream.read(1 << 20): decoder.decode(block)
            decoder.decode(b"", final=True)
            return True
        return False

    def _opened(self):
        """A stream of the file's bytes, out of a .gz, or of a .zip of one file."""
        kind = self.path.suffix.lower()
        if kind == ".gz": return io.BufferedReader(Unpacked(self.path))
        if kind != ".zip": return open(self.path, "rb")
        archive = zipfile.ZipFile(self.path)
        names = [name for name in archive.namelist()
                 if not (name.startswith("__MACOSX") or name.endswith("/"))]
        if len(names) == 1:
            self.name, size = names[0].lower(), archive.getinfo(names[0]).file_size
            if size > max(MOST_UNPACKED * self.path.stat().st_size, UNPACKED_AT_ONCE):
                raise KitError(f"{self.path} says that it unpacks to {size:,} bytes, "
                               "far more than texts would: it is not to be trusted.")
            return archive.open(names[0])
        raise KitError(f"{self.path} holds {len(names)} files "
                       f"({', '.join(names[:5])}); unpack it and name the one to read.")

    @staticmethod
    def _separator(sample):
        """What cuts the first records of a sample <str> into equally many fields."""
        best = ",", 0
        for separator in SEPARATORS:
            records = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
            with contextlib.suppress(csv.Error):
                widths = [len(record) for record in itertools.islice(records, 50)]
                alike = sum(width == widths[0] for width in widths)
                if widths and widths[0] > 1 and alike > best[1]:
                    best = separator, alike
        return best[0]

    def _csv(self, stream, encoding, sample, **options):
        """What pandas reads of it, a frame or, with a chunksize, a reader of frames."""
        csv.field_size_limit(LONGEST_FIELD)
        sample, path = sample.lstrip("\ufeff"), self.path
        separator = self.separator = self._separator(sample)
        header = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
        for name, times in Counter(filter(None, next(header, []))).most_common(1):
            if times > 1:
                raise KitError(f"{path} has two columns named {name!r}; rename one.")
        with (told(f"{path} is no regular table", ValueError),  # as pandas' errors
              warnings.catch_warnings()):
            # Of columns of mixed types: labels and texts are looked at one by one.
            warnings.simplefilter("ignore", pd.errors.DtypeWarning)
            # The path: pandas is faster on it than on a stream.
            packed = path.suffix.lower() in (".gz", ".zip")
            frame = pd.read_csv(stream if packed else path, sep=separator,
                                encoding=encoding, keep_default_na=False,
                                na_values=[""], engine=self.engine, **options)
        return frame if options else self._regular(frame)

    def _csv_chunks(self, stream, encoding, sample, rows):
        reader = self._csv(stream, encoding, sample, chunksize=rows, dtype=object)
        with reader, told(f"{self.path} is no regular table", ValueError):
            for frame in reader: yield self._regular(frame)

    def _regular(self, frame):
        """The frame, if its rows have no more fields than the header."""
        if not isinstance(frame.index, pd.RangeIndex):  # pandas' guess for such rows
            raise KitError(f"{self.path}: the rows have more fields than the header "
                           "has names; put texts with separators in quotes.")
        return frame

    def _json(self, stream, encoding, sample):
        return pd.DataFrame(list(self._objects(stream, encoding, sample)))

    def _json_chunks(self, stream, encoding, sample, rows):
        objects = self._objects(stream, encoding, sample)
        while some := [*itertools.islice(objects, rows)]: yield pd.DataFrame(some)

    def _objects(self, stream, encoding, sample):
        """Yield the objects on lines, or in one list."""
        lines = io.TextIOWrapper(stream, encoding.replace("utf-8", "utf-8-sig"))
        number, is_list = 0, re.match(r"\ufeff?\s*\[\s*[{\]]", sample)
        try:
            for number, line in enumerate([lines.read()] if is_list else lines):
                for row in (json.loads(line or "[]") if is_list else
                            [json.loads(line)] if line.strip() else []):
                    if not isinstance(row, dict):
                        raise KitError(f"{self.path} must hold an object with names on "
                                       "each line.")
                    yield {writable(name): writable(v) if isinstance(v, str) else v
                           for name, v in row.items()}
        except UnicodeDecodeError: raise  # asks for another encoding
        except (ValueError, RecursionError) as error:  # long numbers, many brackets
            in_line = getattr(error, "lineno", 0 if is_list else 1)
            line = f", line {number + in_line}" if in_line else ""
            raise KitError(f"{self.path}{line} is no JSON: "
                           f"{getattr(error, 'msg', one_line(error))}.") from error

class Columns:
    """Which columns of a frame are text, label, id ("" for none): named or guessed. A
    label of None is not looked for: what is to be predicted has none."""
    separator = ""  # of a CSV file that has more lines than rows

    def __init__(self, frame, text="", label="", id=""):
        self.frame, self.names = frame, ", ".join(map(str, frame))
        self.text, self.label, self.id = text, label, id
        for name, what in ((text, "text"), (label, "label"), (id, "id")):
            if name not in ("", None) and name not in frame:
                many = " A text has one label here." if "," in str(name) else ""
                raise KitError(f"There is no column {name!r} for the "
                               f"{what}.{many or nearest(name, frame)} The columns "
                               f"are: {self.names}; name one with --{what}-column.")
        if text == label != "": raise KitError(f"{text!r} cannot be text and label.")
        self.text = self._guess_text() if text == "" else text
        self.label = self._guess_label() if label == "" else label
        self.id = self._guess_id() if id == "" else id

    def _left(self, names):
        """The columns that are nothing yet, and those of them that are called so."""
        left = [c for c in self.frame if c not in (self.text, self.label, self.id)]
        return left, [column for column in left if str(column).lower() in names]

    def _unclear(self, what, likely):
        return KitError(f"Which column is the {what}? The columns are: {self.names}; "
                        f"likely: {', '.join(map(str, likely)) or 'none'}. Name it "
                        f"with --{what}-column NAME (in a program: {what}=...).")

    def _guess_text(self):
        """By its name, or as the one of strings whose values are far longest."""
        left, called = self._left(TEXT_NAMES)
        lengths = {}
        for column in left:
            values = self.frame[column].head(1000).dropna()
            if len(values) and all(isinstance(value, str) for value in values):
                lengths[column] = values.str.len().mean()
        named = [column for column in called if column in lengths]
        longest = sorted(lengths, key=lengths.get, reverse=True)
        if len(named or called) == 1:
            return (named or called)[0]  # if it holds no texts, that will be said
        if longest[1:] and lengths[longest[0]] > 3 * lengths[longest[1]]:
            longest = longest[:1]  # far longer than all others
        if len(longest) != 1: raise self._unclear("text", named or longest)
        return longest[0]

    def _guess_label(self):
        """By its name, or as the only one with few values."""
        frame, (left, named) = self.frame, self._left(LABEL_NAMES.split())
        if len(named) == 1: return named[0]
        kinds = {}
        for column in left:
            with contextlib.suppress(TypeError):  # lists in the cells
                kinds[column] = frame[column].nunique()
        most = min(MOST_CLASSES, len(frame) / 5)
        few = [column for column, n in kinds.items() if 2 <= n <= most]
        flags = [c for c in few
                 if set(map(str, frame[c].dropna().unique())) <= set("01")]
        if len(flags) > 2 and not named:
            raise KitError(f"{', '.join(map(str, flags))} look like several labels of "
                           "one text, which this kit does not compare; name one of "
                           "them with --label-column.")
        if named or len(few) != 1: raise self._unclear("label", named or few)
        return few[0]

    def _guess_id(self):
        """One that is called so and differs in every row."""
        _, named = self._left(ID_NAMES)
        return next((column for column in named if self.frame[column].is_unique), "")

def as_labels(values, column):
    """Labels as an ordered category <category>[n], numbers by size, words by letter;
    missing and blank ones stay missing. A KitError if they are no labels of classes."""
    with told(f"Column {column!r} holds lists, not words or numbers", TypeError):
        codes, kinds = pd.factorize(values)
    names = [str(int(k) if isinstance(k, (float, np.floating))
                 and float(k).is_integer() else k).strip() for k in kinds]
    classes = pd.Series(sorted(set(names) - {""}), dtype=object)
    numbers = pd.to_numeric(classes, errors="coerce")
    classes = list(classes if numbers.isna().any() else classes[np.argsort(numbers)])
    number = {name: i for i, name in enumerate(classes)}
    found = np.array([*(number.get(name, -1) for name in names), -1])
    labels = pd.Categorical.from_codes(found[codes], classes)
    known = int((labels.codes >= 0).sum())
    if len(classes) < 2:
        have = f"one class only, {classes[0]!r}" if classes else "no labels"
        raise KitError(f"Column {column!r} has {have}; two classes are needed.")
    longest = max(classes, key=len)
    most = min(MOST_CLASSES, max(known / 2, 2))
    if len(classes) > most or len(longest) > LONGEST_LABEL:
        amounts = numbers.notna().all() and (numbers % 1 > 0).any()
        kind = "amounts, no classes" if amounts else "an id or free text, no label"
        raise KitError(f"Column {column!r} has {len(classes)} different values in "
                       f"{known} rows, such as {longest[:40]!r}: {kind}. Name another "
                       "one with --label-column.")
    return labels

def columns_of(table, text="", label="", id=""):
    """The Columns of a table, a path or a DataFrame, guessed if they are not named."""
    file = None if isinstance(table, pd.DataFrame) else TableFile(table)
    frame = file.frame() if file else table
    if not len(frame):
        raise KitError(f"{'The table' if frame is table else table} has no rows.")
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise KitError(f"The table has two columns named {twice!r}; rename one.")
    columns = Columns(frame, text, label, id)
    if not file or not file.separator: return columns
    if file.lines > 1 + len(frame): columns.separator = file.separator
    label = columns.label
    if pd.api.types.is_numeric_dtype(frame[label]):
        words = file.frame(usecols=[label], dtype=str)[label]
        if any(map(NO_NUMBER.match, words.dropna().unique())): frame[label] = words
    return columns

def say_swallowed(columns, classes):
    """Say how many texts of a CSV file hold a row of it, as behind a quote that nothing
    closes: a line with a class where rows have their label, and no blank beside it."""
    names, mark = list(columns.frame), re.escape(columns.separator)
    place, other = names.index(columns.label), rf"[^{mark}\n]*"
    label = rf'"?(?:{"|".join(map(re.escape, classes))})"?'
    row = re.compile(
        rf"\n(?:{other}{mark}){{{place}}}{label}{mark}(?!\s)"
        if place < names.index(columns.text) else
        rf"{mark}{label}(?:{mark}{other}){{{len(names) - 1 - place}}}\r?\n")
    if odd := [*filter(row.search, columns.frame[columns.text].dropna())]:
        say("quotes", f"{len(odd)} texts hold rows of the table, as where a quote is "
            f"not closed: see the one that begins {one_line(odd[0], 40)!r}")

def texts_in(frame, column):
    """The texts of a frame's column; missing ones stay so. A KitError for numbers."""
    texts = frame[column]
    strange = [v for v in texts.dropna() if not isinstance(v, str)] if (
        pd.api.types.infer_dtype(texts) != "string") else []
    if strange:
        raise KitError(f"Column {column!r} holds {type(strange[0]).__name__} "
                       f"values such as {one_line(strange[0], 40)}, no texts. Name "
                       "another one with --text-column.")
    return texts.map(writable, na_action="ignore") if texts.dtype == object else texts

def documents(columns):
    """The frame id, text, label of a table's Columns, which are said; the default id is
    a row's number."""
    frame = columns.frame
    labels = as_labels(frame[columns.label], columns.label)
    texts = texts_in(frame, columns.text)
    if columns.separator: say_swallowed(columns, labels.categories)
    named = f"; id: {columns.id}" if columns.id != "" else ""
    say("columns", f"text: {columns.text}; label: {columns.label}, "
        f"{len(labels.categories)} classes{named}")
    ids = np.arange(len(frame)) if columns.id == "" else frame[columns.id].array
    return pd.DataFrame({"id": ids, "text": texts.array, "label": labels})

def the_table_in(path):
    """The one table in a folder without subfolders; else the path itself."""
    if not path.is_dir(): return path
    found = [file for file in path.iterdir() if file.is_dir() or file.suffix.lower() in
             (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".pq", ".gz", ".zip")]
    return found[0] if len(found) == 1 and found[0].is_file() else path

def read_table(table, text="", label="", id=""):
    """The frame id, text, label of a table, a path or a DataFrame. text, label, id: its
    columns, guessed (and said) if not named."""
    return documents(columns_of(table, text, label, id))

def labelled(rows, classes):
    """The frame id, text, label <category> of rows of these."""
    frame = pd.DataFrame(rows, columns=["id", "text", "label"])
    return frame.assign(label=pd.Categorical(frame.label, classes))

def read_folder(folder, classes=(), like=re.compile(r"(?!\._)")):
    """The frame id, text, label of a folder with a subfolder of .txt files a class.
    classes: the subfolders to read, all with texts unless they are named; like: how
    their files' names begin, all but macOS's own ._files if not said."""
    folders = [path for path in sorted(Path(folder).iterdir()) if path.is_dir()]
    files = [(writable(path.name), file) for path in folders for file in sorted(
        path.glob("*.txt")) if (not classes or path.name in classes)
        and like.match(file.name) and file.is_file()]  # a pipe would wait for ever
    inside = [pair for pair in files if not leads_out(pair[1], Path(folder))]
    if len(inside) < len(files):
        say("links", f"{len(files) - len(inside)} links out of {folder} are not read")
    files = inside
    found = list(dict.fromkeys(name for name, _ in files))
    if len(found) < 2:
        raise KitError(f"{folder} needs two or more subfolders of .txt "
                       "files, one for each class; with texts there are: "
                       f"{', '.join(found) or 'none'}.")
    return labelled([(f"{name}/{writable(file.name)}", read_start(file), name)
                     for name, file in files], classes or found)

# ---------------------------------------------------------------------------- E-mail
HEADER_LINE = re.compile(rb"[!-9;-~]+:|[ \t]")  # or the continuation of one
TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(\s[^<>]*)?/?>")  # not <john@enron.com>
HTML_DOCUMENT = re.compile(r"\s*<(!doctype|html|head|body)\b", re.IGNORECASE)
CLOSED_TAG = re.compile(r"<[^<>!?][^<>]*>")
MOST_TAGS = 20_000  # of which a tree is built, 1 KB and 20 microseconds each
ENTITIES = 16  # such as &amp; take as long as a tag
MOST_WORK = 5_000_000  # characters times open tags, each of which the parser reads anew
LONG_NUMBER = re.compile("&#[0-9]{4000,};?")

def html_work(markup):
    """What part of the time that a mail may take a parser takes of HTML, 1 for all."""
    tags = markup.count("<")
    open_tags = tags - len(CLOSED_TAG.findall(markup))
    return ((tags + markup.count("&") / ENTITIES) / MOST_TAGS
            + open_tags * len(markup) / MOST_WORK)

def html_text(markup, work=None):
    """The text that a browser would show of an HTML document. Where a parser would take
    seconds, and where it gives up, it is the text without what looks like tags. work:
    html_work() of it and of what its mail has besides, if that is known."""
    from bs4 import BeautifulSoup
    if (html_work(markup) if work is None else work) > 1: return TAG.sub(" ", markup)
    try:
        soup = BeautifulSoup(markup, "html.parser")
        for element in soup(["script", "style", "head"]):
            element.decompose()
        return soup.get_text(" ")
    except Exception:  # of any class, Python's and the library's own
        return TAG.sub(" ", markup)

class ShortHeaders(email.policy.Compat32):
    """Headers no longer than any real one of MIME's: what the e-mail library does with
    their parameters takes the square or cube of their length."""

    def header_source_parse(self, sourcelines):
        """The (name, value) of a header's lines, the value cut."""
        name, value = super().header_source_parse(sourcelines)
        return name, ";".join(value[:1000].split(";")[:20])

class Mail:
    """A raw message (bytes) and the text that its reader sees, no header of it. Of a
    message of more than LONGEST bytes, the first ones."""
    NO_CHARSETS = ("punycode", "idna", "undefined")  # of domain names, and slow
    MOST_PARTS, MOST_WORK = 5000, 3_000_000  # parts; lines times parts that hold parts

    def __init__(self, raw):
        self.raw = raw[:LONGEST]

    def text(self):
        """The plain parts, else the HTML as text, decoded; "" for none. What the e-mail
        library gives up on, or would take seconds for, is all that follows the first
        blank line."""
        self.work = 0  # of its HTML
        holders = len(re.findall(rb"multipart/", self.raw, re.IGNORECASE))
        work = holders * self.raw.count(b"\n")
        if self.raw.count(b"\n--") > self.MOST_PARTS or work > self.MOST_WORK:
            return self._after_headers()
        try:
            parts = [part for part in self._parsed().walk() if not part.is_multipart()
                     and part.get_content_disposition() != "attachment"]
            for kind in ("text/plain", "text/html"):
                found = [self._decoded(p) for p in parts
                         if kind == p.get_content_type()]
                body = "\n".join(filter(None, map(str.strip, found)))
                if body: return body
        except Exception:  # The library raises errors of many classes, TypeErrors, too,
            return self._after_headers()  # and one mail must not end a run of 500,000.
        return ""

    def _after_headers(self):
        body = re.split(rb"\r?\n\r?\n", self.raw + b"\n\n", maxsplit=1)[1]
        return body.decode("latin-1")

    def _parsed(self):
        """The message parsed, two frequent breaks of its structure mended first."""
        read = functools.partial(email.message_from_bytes, policy=ShortHeaders())
        message = read(self.raw)
        defects = {type(defect).__name__ for defect in message.defects}
        if "MissingHeaderBodySeparatorDefect" in defects:
            message = read(self._without_stray_lines())
        is_multipart = message.get_content_maintype() == "multipart"
        if is_multipart and not message.is_multipart():  # no boundary, or a wrong one
            body = message.get_payload(decode=True) or b""
            # A line of dashes is none, nor a rule above a name: a part has headers.
            found = re.search(rb"^--([^\s\"]+)[ \t\r]*\n(?=content-)", body,
                              re.MULTILINE | re.IGNORECASE)
            kind = b"text/plain"
            if found:
                kind = b'multipart/mixed; boundary="%b"' % found[1]
            message = read(b"Content-Type: %b\n\n%b" % (kind, body))
        return message

    def _without_stray_lines(self):
        """The message without those lines that broke its headers off: the parser takes
        the rest of the headers for the body there. What stands after the last header
        line of the first paragraph is the body."""
        head, *body = re.split(rb"\r?\n\r?\n", self.raw, maxsplit=1)
        lines = head.splitlines()
        is_header = [bool(HEADER_LINE.match(line)) for line in lines]
        last = max((i for i, header in enumerate(is_header) if header), default=-1)
        headers = itertools.compress(lines, is_header)
        return b"\n\n".join([b"\n".join(headers), b"\n".join(lines[last + 1 :]), *body])

    def _decoded(self, part):
        """A MIME part as text: its charset, or the likeliest where that is wrong."""
        payload = part.get_payload(decode=True) or b""
        for charset in (part.get_content_charset(), "utf-8", "cp1252", "latin-1"):
            # A charset may be unknown, not a text's, or not this one.
            with contextlib.suppress(LookupError, ValueError):
                if charset and codecs.lookup(charset).name in self.NO_CHARSETS: continue
                text = payload.decode(charset or "utf-8")
                break
        is_html = part.get_content_type() == "text/html" or HTML_DOCUMENT.match(text)
        if not is_html: return text
        self.work += html_work(text)
        return html_text(text, self.work)

class MailTable:
    """The records of Kaggle's emails.csv as Python's csv module reads them. odd: the
    lines where one does not fit the header, or is too long, or has swallowed others,
    by a quote that nothing closes; swallowed: how many of those there are."""
    NAMES = ["file", "message"]
    BEGIN = re.compile(r'[\r\n]"?[^\s",]+/[^\s",]+"*,"*[A-Z][A-Za-z-]*: ')  # of a mail

    def __init__(self, path):
        self.path, self.odd, self.swallowed = path, [], 0

    def __iter__(self):
        """Yield (file, message), both <str>; stray bytes survive as surrogates."""
        csv.field_size_limit(LONGEST_FIELD)
        with open(self.path, encoding="utf-8", errors="surrogateescape",
                  newline="") as stream:
            reader = csv.reader(stream)
            header = next(reader, [])
            if not {*self.NAMES} <= {*header}:
                raise KitError(f"{self.path} needs the columns file and message.")
            places = [header.index(name) for name in self.NAMES]
            while (record := self._next(reader)) is not None:
                if not record: continue  # an empty line
                others = len(self.BEGIN.findall(",".join(record)))
                if len(record) == len(header) and not others:
                    yield tuple(record[place] for place in places)
                else:
                    self.odd.append(reader.line_num)
                    self.swallowed += others

    @staticmethod
    def _next(reader):
        """The next record <list>; None at the end. Behind a field that is too long the
        reader goes on with the next line."""
        try:
            return next(reader, None)
        except csv.Error:
            return ["too long"]

    def dropped(self):
        """How many records were left out, by reason; said, too."""
        if not self.odd: return {}
        say("odd rows", f"{len(self.odd)} of {self.path} are left out, the first ends "
            f"in line {self.odd[0]}; {self.swallowed} mails stand inside of them, "
            "behind a quote that is not closed")
        return {"odd row": len(self.odd), "inside of odd rows": self.swallowed}

def read_enron(path, size, seed):
    """A uniform sample of at most size messages of Kaggle's emails.csv, in its order.
    In one pass: every record draws a number, and the smallest stay, so that memory
    holds the sample alone of the 1.4 GB. attrs["dropped"]: what was left out."""
    rng, kept, table = np.random.default_rng(seed), [], MailTable(path)
    with progress(None, "sampling e-mail", unit=" mails") as bar:
        for number, (name, message) in enumerate(table):
            row = -rng.random(), number, name, message[: LONGEST + 1]
            if len(kept) < size:
                heapq.heappush(kept, row)
            elif row > kept[0]:
                heapq.heapreplace(kept, row)
            bar.update()
    kept = sorted((row[1:] for row in kept))  # by their numbers
    say_cut([name for _, name, message in kept if len(message) > LONGEST])
    rows = [(writable(name), writable(Mail(message.encode(
        "utf-8", "surrogateescape")).text())) for _, name, message in kept]
    frame = pd.DataFrame(rows, columns=["id", "text"]).assign(label="enron")
    frame.attrs["dropped"] = table.dropped()
    return frame

# A letter of the 419 file begins at such a line. The words "From r" alone also stand
# inside letters, and some separators name an address: the date, and a header in the
# next line, tell a separator. (A lookahead is not tried again: this takes linear time.)
SEPARATOR = re.compile(
    rb"^From \S+ +[A-Z][a-z]{2},? +[A-Z][a-z]{2} +\d+ +\d+:\d+:\d(?=[^\n]*\d{4})"
    rb"[^\n]*\n(?=[!-9;-~]+:)",
    re.MULTILINE)

def read_email(paths, size, seed):
    """The frame id, text, label of a sample of Enron's messages, and all letters."""
    require("To read HTML mail", "bs4")  # told before a gigabyte is read
    enron, fraud = paths
    letters = SEPARATOR.split(fraud.read_bytes())[1:]
    if not letters:
        raise KitError(f'{fraud} has no line "From r  <date>" before a header.')
    say_cut([f"letter {i}" for i, m in enumerate(letters) if len(m) > LONGEST])
    letters = [(f"letter {i}", writable(Mail(m).text()), "fraud")
               for i, m in enumerate(letters)]
    mails = read_enron(enron, size, seed)
    frame = labelled([*mails.itertuples(index=False), *letters], ["enron", "fraud"])
    frame.attrs.update(mails.attrs)
    return frame

# --------------------------------------------------------------------------- Corpora
IMDB_NAME = r"(\d{1,9})_\d+\.txt$"  # <number>_<rating>.txt: no ._files, no .DS_Store
IMDB_FILE = re.compile(rf"(?:^|/)train/(pos|neg)/({IMDB_NAME})")
IMDB_CLASSES = ["neg", "pos"]
SYNTHETIC = re.compile(rb"synthetic demo corpus", re.I)  # begins the demo's files

def read_imdb_archive(path):
    """The labelled training reviews of aclImdb_v1.tar.gz, in their order there. None
    may be missing: the reviews of a class are numbered from 0 on, and both classes have
    as many."""
    rows, numbers = [], {label: set() for label in IMDB_CLASSES}
    with whole_archive(path) as archive:
        for member in iter(archive.next, None):
            archive.members.clear()  # which keeps all, 100,000 here
            found = IMDB_FILE.search(member.name)
            if found and member.isreg() and member.size <= UNPACKED_AT_ONCE:
                text = archive.extractfile(member).read(4 * (LONGEST + 1))
                label, name, number = found.groups()
                numbers[label].add(int(number))
                rows.append((f"train/{label}/{name}", text.decode("utf-8", "replace"),
                             label))
            elif member.size > UNPACKED_AT_ONCE:
                raise KitError(f"{path} holds {member.name[:100]} of {member.size:,} "
                               "bytes; no file of the reviews' archive is so large.")
    whole = max(chain.from_iterable(numbers.values()), default=0) + 1
    for label, found in numbers.items():
        if len(found) < whole:
            raise KitError(f"{path} has {len(found):,} of {whole:,} reviews in train/"
                           f"{label}, by their numbers; fetch it again.")
    return labelled(rows, IMDB_CLASSES)

def read_imdb(paths, size, seed):
    """All labelled reviews of an archive, folder or table; no sample is needed."""
    (path,) = paths
    if path.is_dir() or ".csv" not in path.suffixes:
        frame = (read_folder(path / "train", IMDB_CLASSES, re.compile(IMDB_NAME))
                 if path.is_dir() else read_imdb_archive(path))
        twice = frame.id[frame.id.str.rsplit("_", n=1).str[0].duplicated()]
        if len(twice):
            raise KitError(f"{path} has two reviews of one number, such as "
                           f"{twice.iloc[0]}; fetch it again.")
        return frame.assign(id="train/" + frame.id.str.removeprefix("train/"))
    frame = read_table(path, "review", "sentiment")
    names = {"negative": "neg", "positive": "pos"}
    labels = frame.label.astype(object).str.lower().map(names)
    if (labels.isna() & frame.label.notna()).any():
        raise KitError(f"{path}: sentiment must be positive or negative.")
    return frame.assign(label=pd.Categorical(labels, IMDB_CLASSES))

def is_synthetic(path):
    """Whether a path is one of the kit's demo corpora or a copy, by its first words."""
    path = path / "README" if path.is_dir() else path
    if not path.is_file(): return False
    try:
        with open(path, "rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with (gzip.open if packed else open)(path, "rb") as file:
            return bool(SYNTHETIC.search(file.read(1 << 14)))
    except (OSError, EOFError, zlib.error):
        return False

@dataclass(frozen=True)
class Need:
    """One file or folder of a corpus: its possible names, the last that in the Kaggle
    data set `kaggle` ("owner/slug"); url, known_hash: of the publisher's own file;
    begins_with: what no file of the same name in other data sets begins with."""
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
        folders = [path / "train" / name for name in IMDB_CLASSES]
        return "aclImdb" in self.names and all(any(f.glob("*.txt")) for f in folders)

    def find(self, roots, synthetic=None):
        """The first such path at or below the roots. synthetic: whether it must be of
        the demo (True), must not (False), or may be (None)."""
        def fits(path):
            return self.is_it(path) and synthetic in (None, is_synthetic(path))
        here = (root for root in roots if fits(root))
        below = (find_below(root, fits) for root in roots)
        return next((path for path in chain(here, below) if path), None)

    def fetch(self):
        """Download it from its publisher or Kaggle; None where neither answers."""
        if self.url and reachable(self.url):
            return download(self.url, self.known_hash)
        if not reachable(KAGGLE_SITE): return None
        require(f"A download of {self.kaggle}", "kagglehub")
        import kagglehub
        with told(f"Kaggle did not give {self.kaggle}", Exception):  # of any class
            return Path(kagglehub.dataset_download(self.kaggle, path=self.names[-1]))

ARTICLE_MODELS = ("lr", "svm", "rf", "gbm", "elmo", "bert")
SWEEP = ((50, 20), (100, 100), (200, 100))  # the article's maxtokens and maxtokenlen
PUBLISHED_NSAMP = 1000

@dataclass(frozen=True)
class Corpus:
    """What is special about a data set, and its defaults. needs: its files; read(paths,
    size, seed): their frame id, text, label, of a corpus too large a sample of `size`;
    svm: SVC's parameters; balanced: whether each class gives nsamp documents, or up to
    so many; as_it_is: whether it gives so many on average, by its share; whole: how
    many texts its known files have; published: the article's accuracies in % by model,
    for each of SWEEP."""
    title: str = "own texts"
    needs: tuple = ()
    read: Callable | None = None
    svm: dict = field(default_factory=lambda: {"C": 1, "kernel": "linear"})
    balanced: bool = False
    as_it_is: bool = False
    whole: tuple = ()
    published: tuple = ()
    models: tuple = (*ARTICLE_MODELS, "nbsvm", "dummy", "blend")
    maxtokens: int = 200
    text: str = "natural"

    @property
    def wanted(self):
        """The files in words."""
        return " and ".join(" or ".join(need.names) for need in self.needs)

    def find(self, data):
        """The paths of its files. data: "auto" (Kaggle's mounts, ./data, the cache, the
        original download), "demo" (beside this file, here, in a data set mounted by
        Kaggle), or the path of their folder, or of the one."""
        kagglehub = user_cache("kagglehub", "KAGGLEHUB_CACHE") / "datasets"
        roots, synthetic = {
            "demo": ([home() / "demo", Path("demo"), KAGGLE_INPUT], True),
            "auto": ([KAGGLE_INPUT, Path("data"), cache_folder() / "downloads",
                      kagglehub], False)}.get(data, ([in_either_layout(data)], None))
        if synthetic is None and not roots[0].exists():
            raise KitError(f"--data {data} is not there.{nearest_file(data)} "
                           f"Needed: {self.wanted}.")
        if roots[0].is_file() and len(self.needs) == 1: return roots
        paths = [need.find(roots, synthetic) for need in self.needs]
        if data == "auto":
            paths = [path or need.fetch() for path, need in zip(paths, self.needs)]
        if None not in paths: return paths
        missing = replace(self, needs=tuple(
            need for path, need in zip(paths, self.needs) if not path))
        raise KitError(missing._not_found(data, roots))

    def _not_found(self, data, roots):
        """What to do where its files are in none of the roots, a sentence or two."""
        if data == "demo":
            return ("The demo is not here: the folder demo/ has to come along with "
                    f"kit.py. Put it beside kit.py ({home()}) or into the working "
                    f"folder ({Path.cwd()}), or on Kaggle attach a data set that holds "
                    "it (Add Input).")
        if data != "auto":
            return (f"{self.title}: {self.wanted} not found in {data}. Name the place "
                    "with --data PATH.")
        slugs = " and ".join(need.kaggle for need in self.needs)
        put = [str(Path("data", need.names[0]).resolve()) for need in self.needs]
        return (f"{self.title}: {self.wanted} not found in "
                f"{', '.join(map(str, roots))}, and not to be downloaded. Ways out: on "
                f"Kaggle attach {slugs} (Add Input) or switch the internet on; "
                f"elsewhere put {' and '.join(put)} there, or name another place with "
                "--data PATH; or try the small corpus that comes with the kit, --demo.")

    def article(self, settings):
        """The article's accuracies 0..1 by model at its settings, {} at others."""
        known = self.published if settings.nsamp == PUBLISHED_NSAMP else ()
        place = settings.maxtokens, settings.maxtokenlen
        row = dict(zip(SWEEP, known)).get(place, {})
        return {model: share / 100 for model, share in row.items()}

OWN = Corpus()
AS_IN_ARTICLE = dict(balanced=True, models=ARTICLE_MODELS, maxtokens=50, text="article")
# Add a data set here, and a run script. Accuracies: P. Azunre, Transfer Learning for
# NLP (Manning, 2021), tables 3.1 and 3.2; one run per cell, 70/30 split. So are the
# SVMs: C=1 in both, linear for reviews, rbf with gamma="auto" for e-mail.
CORPORA = {
    "imdb": Corpus(
        "IMDB reviews",
        (Need(("aclImdb_v1.tar.gz", "aclImdb", "IMDB Dataset.csv"),
              "lakshmi25npathi/imdb-dataset-of-50k-movie-reviews",
              "http://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
              "md5:7c2ac02c03563afcf9b574c7e56c153a"),),  # of 84,125,825 bytes
        read_imdb, **AS_IN_ARTICLE, whole=(25_000, 50_000), published=(
            dict(lr=69.1, svm=66.0, rf=63.9, gbm=67.0, elmo=69.7, bert=71.0),
            dict(lr=74.3, svm=72.5, rf=70.0, gbm=72.0, elmo=75.2, bert=79.1),
            dict(lr=79.0, svm=78.3, rf=67.2, gbm=77.5, elmo=77.7, bert=81.0))),
    "email": Corpus(
        "Enron e-mail and 419 letters",
        (Need(("emails.csv",), "wcukierski/enron-email-dataset", "", "", b"message"),
         Need(("fradulent_emails.txt",), "rtatman/fraudulent-email-corpus")),
        read_email, svm={"C": 1, "gamma": "auto"}, **AS_IN_ARTICLE, published=(
            dict(lr=97.7, svm=70.2, rf=94.5, gbm=94.2, elmo=97.3, bert=98.3),
            dict(lr=99.2, svm=72.3, rf=97.2, gbm=97.3, elmo=98.2, bert=98.8),
            dict(lr=98.7, svm=90.0, rf=97.7, gbm=97.2, elmo=99.7, bert=98.8)))}

# -------------------------------------------------------------------------- Datasets
DEMO_SOURCE = "demo corpus (synthetic)"  # stands in every file made from it
TEST_SHARE = 0.3  # the article's split
TEST_TO_TRAIN = TEST_SHARE / (1 - TEST_SHARE)  # n_test / n_train
FEWEST = 10  # texts of a class: fewer leave no more than two to test it by
ALL_NSAMP = 4000  # about as many letters as there are: "all" e-mail is a sample, too
NO_WORD = re.compile(r"[\W_]+")

def folded(texts):
    """Keys <uint64>[n] of texts, blind to case and punctuation; 0 without words."""
    words = [NO_WORD.sub(" ", text.casefold()).strip() for text in texts]
    keys = pd.util.hash_array(np.array([*words, ""], dtype=object), categorize=False)
    return np.where(keys[:-1] == keys[-1], np.uint64(0), keys[:-1])

def seed_of_repeat(seed, repeat):
    """A seed for one repeat, independent of all others whatever the seed."""
    return int(np.random.SeedSequence([seed, repeat]).generate_state(1)[0])

@dataclass(frozen=True, eq=False)
class Dataset:
    """Texts and their classes: the frame has the columns id, text, label <category>.
    name, title: for files, tables and figures; source: where the texts come from;
    dropped: how many were left out, by reason; corpus: what is special about it;
    columns: what text, label and id are called in the table that they come from."""
    frame: pd.DataFrame
    name: str = "own"
    title: str = "own texts"
    source: str = "a DataFrame"
    dropped: dict = field(default_factory=dict)
    corpus: Corpus = OWN
    columns: dict = field(default_factory=dict)

    def __len__(self):
        return len(self.frame)

    def __getstate__(self):
        """The fields alone, since a worker's copy is pickled in another thread, while
        the properties below are being remembered."""
        return {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}

    @property
    def classes(self):
        """The names of the classes, in the order of their numbers."""
        return tuple(self.frame.label.cat.categories)

    @functools.cached_property
    def texts(self):
        """The texts <str>[n]."""
        return self.frame.text.tolist()

    @functools.cached_property
    def y(self):
        """The classes' numbers <int>[n]."""
        return self.frame.label.cat.codes.to_numpy(int)

    @functools.cached_property
    def digest(self):
        """SHA-256 of ids, labels and texts."""
        digest = hashlib.sha256(repr(self.classes).encode())
        for name in ("id", "label", "text"):
            values = self.frame[name].astype(object).to_numpy()
            digest.update(pd.util.hash_array(values, categorize=False).tobytes())
        return digest.hexdigest()

    def take(self, rows):
        """The data set of these rows (positions) only."""
        return replace(self, frame=self.frame.iloc[rows])

    def shortened(self):
        """Itself with no text longer than LONGEST; which were is said."""
        if not len(self): return self  # a column of nothing has no strings' methods
        text, size = self.frame.text, len(self)  # of objects str.len() is slow
        lengths = (np.fromiter(map(len, text), int, size) if text.dtype == object else
                   text.str.len().to_numpy())
        long = lengths > LONGEST
        if not long.any(): return self
        say_cut(self.frame.id[long].tolist())
        text = self.frame.text.astype(object).str.slice(0, LONGEST)
        return replace(self, frame=self.frame.assign(text=text))

    @property
    def left_out(self):
        """What was dropped, in words."""
        counts = (f"{n} {reason}" for reason, n in self.dropped.items() if n)
        return ", ".join(counts) or "none"

    def cleaned(self, keep_duplicates=False):
        """Itself without copies, empty texts, texts of two labels, small classes."""
        cleaned = self if keep_duplicates else self._without_copies()
        return cleaned if self.corpus.balanced else cleaned._without_small_classes()

    def _less(self, reasons):
        """Itself less the rows <bool>[n] of each reason, which are counted."""
        gone = np.logical_or.reduce([np.zeros(len(self), bool), *reasons.values()])
        counts = {reason: self.dropped.get(reason, 0) + int(rows.sum())
                  for reason, rows in reasons.items()}
        frame = self.frame[~gone] if gone.any() else self.frame
        return replace(self, frame=frame, dropped=self.dropped | counts)

    def _without_copies(self):
        key = pd.Series(folded(self.texts))
        kinds = pd.DataFrame({"key": key, "label": self.y}).drop_duplicates()
        empty = key == 0
        both = key.isin(kinds.key[kinds.key.duplicated()]) & ~empty
        copies = key.duplicated() & ~both & ~empty
        reasons = {"empty": empty, "duplicate": copies, "both labels": both}
        return self._less({reason: rows.array for reason, rows in reasons.items()})

    def _without_small_classes(self):
        sizes = self.frame.label.value_counts(sort=False)
        small = sizes[sizes < FEWEST]
        if len(sizes) - len(small) < 2:
            counts = ", ".join(f"{name} {n}" for name, n in sizes.items())
            raise KitError(f"Two classes of {FEWEST} or more different texts are "
                           f"needed; there are: {counts}; left out: {self.left_out}.")
        left = self._less({f"of class {name} (fewer than {FEWEST})":
                           self.frame.label == name for name in small.index})
        label = left.frame.label.cat.remove_unused_categories()
        return replace(left, frame=left.frame.assign(label=label))

    def sizes(self, nsamp=None):
        """How many documents of each class a draw has, <int>[K]."""
        there = np.bincount(self.y, minlength=len(self.classes))
        if not nsamp: return there
        if not self.corpus.as_it_is: return np.minimum(there, nsamp)
        share = min(nsamp * len(there) / len(self), 1)
        return np.minimum(np.maximum(np.rint(share * there).astype(int), FEWEST), there)

    def draw(self, nsamp=1000, seed=0, repeat=0):
        """(train, test), split 70/30, stratified, of nsamp documents per class (None:
        all); of own texts a class may give fewer."""
        random_state, sizes = seed_of_repeat(seed, repeat), self.sizes(nsamp)
        for size, name in zip(sizes, self.classes):
            if self.corpus.balanced and size < (nsamp or 0):
                raise KitError(
                    f"--nsamp {nsamp} is more than the {size} documents of class "
                    f"{name} in {self.source}; left out: {self.left_out}.")
        rng = np.random.default_rng(random_state)
        rows = np.concatenate([rng.choice(np.flatnonzero(self.y == c), size, False)
                               for c, size in enumerate(sizes)])
        with told(f"{len(rows)} documents of {self.source} are too few to be split "
                  f"70/30 by class; left out: {self.left_out}", ValueError):
            parts = train_test_split(rows, test_size=TEST_SHARE, stratify=self.y[rows],
                                     random_state=random_state)
        return tuple(map(self.take, parts))

    def part(self, share):
        """The first `share` of each class: a larger part contains the smaller ones."""
        rows = [np.flatnonzero(self.y == c) for c in range(len(self.classes))]
        rows = [of_class[: max(round(share * len(of_class)), 1)] for of_class in rows]
        return self.take(np.sort(np.concatenate(rows)))

def load_corpus(name, data, nsamp, seed):
    """The Dataset of one of CORPORA, read from its cache after the first time."""
    corpus = CORPORA[name]
    paths = [Path(path) for path in corpus.find(data)]
    size = 6 * (nsamp or ALL_NSAMP)  # since half of a mailbox is copies
    made_of = [str(path.resolve()) for path in paths], [*map(times_of, paths)]
    frame = cached_frame(name, (made_of, size, seed), lambda: corpus.read(
        paths, size, seed).astype({"id": str}).reset_index(drop=True))
    source = data if data != "auto" else " + ".join(map(str, paths))
    source = DEMO_SOURCE if any(map(is_synthetic, paths)) else writable(str(source))
    if corpus.whole and len(frame) not in corpus.whole and source != DEMO_SOURCE:
        sizes = " or ".join(f"{size:,}" for size in corpus.whole)
        say("data", f"{source} has {len(frame):,} texts; the whole corpus has {sizes}")
    dropped = dict(frame.attrs.pop("dropped", {}))
    return Dataset(frame, name, corpus.title, source, dropped, corpus)

def load(source, data="auto", text="", label="", id="", nsamp=1000, seed=0):
    """The Dataset of a name in CORPORA, a path, or a DataFrame. data: where a corpus'
    files are (a path, "auto", "demo"); nsamp, seed: of the sample of a large one; text,
    label, id: a table's columns. Rows without text or label go."""
    columns, path = {}, "" if isinstance(source, pd.DataFrame) else the_table_in(
        in_either_layout(source))
    is_table = not path or path.exists() and not path.is_dir()  # a pipe is told there
    if is_table and str(source) not in CORPORA:
        table = columns_of(path or source, text, label, id)
        columns = {what: getattr(table, what) for what in ("text", "label", "id")}
    if not path:
        dataset = Dataset(documents(table), columns=columns)
    elif str(source) in CORPORA:
        dataset = load_corpus(str(source), data, nsamp, seed)
    elif path.exists():
        frame = documents(table) if columns else read_folder(path)
        name = writable(path.name)
        dataset = Dataset(frame, name.split(".")[0], name, writable(str(path)),
                          columns=columns)
    else:
        meant = nearest(source, CORPORA) or nearest_file(source)
        raise KitError(f"{source} is not there.{meant} Give a file, a folder "
                       "with a subfolder a class, a DataFrame, or one of "
                       f"{', '.join(CORPORA)}.")
    frame = dataset.frame
    dataset = dataset._less(
        {"no text": frame.text.isna(), "no label": frame.label.isna()})
    return dataset.shortened()

# -------------------------------------------------------------------- Texts to tokens
class Tokens(TransformerMixin, BaseEstimator):
    """Texts <str>[n] to excerpts <str>[n] of at most maxtokens words.

    text="article" is the article's recipe: split on single spaces, keep the first
    maxtokens, drop stop words (before lower-casing, so "The" stays, as in its
    notebooks), lower-case, remove non-word characters and digits, cut each token to
    maxtokenlen characters. text="natural" keeps the first maxtokens words as they
    stand, without markup, and lets an encoder read all their word pieces."""

    def __init__(self, maxtokens=50, maxtokenlen=20, text="article"):
        self.maxtokens, self.maxtokenlen, self.text = maxtokens, maxtokenlen, text

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
        words = text.split(" ", self.maxtokens)[: self.maxtokens]
        kept = " ".join(word for word in words if word not in ENGLISH_STOP_WORDS)
        cleaned = re.sub(r"[^\w ]|\d", "", kept.lower()).split()
        return " ".join(token[: self.maxtokenlen] for token in cleaned)

    def _natural(self, text):
        # A number of more digits than Python reads is no character.
        text = html.unescape(LONG_NUMBER.sub("\ufffd", TAG.sub(" ", text)))
        return " ".join(text.split(None, self.maxtokens)[: self.maxtokens])

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.requires_fit = False
        return tags

class TokenCounts(TransformerMixin, BaseEstimator):
    """Excerpts to counts <float>[n, v] (sparse) of tokens that the texts together have
    min_count times or more, as in the article: a token that one text repeats is in."""

    def __init__(self, min_count=2):
        self.min_count = min_count

    def fit(self, X, y=None):
        """Learn the vocabulary."""
        counts = Counter(chain.from_iterable(text.split() for text in X))
        vocabulary = sorted(t for t, n in counts.items() if n >= self.min_count)
        if not vocabulary:
            raise ValueError(f"no token occurs {self.min_count} times in the texts")
        # Floats, since every classifier behind this would make a float copy.
        self.vectorizer_ = CountVectorizer(token_pattern=r"\S+", lowercase=False,
                                           vocabulary=vocabulary, dtype=np.float64)
        return self

    def transform(self, X):
        """Counts, one row per text."""
        return self.vectorizer_.transform(X)

    def get_feature_names_out(self, input_features=None):
        """The tokens <str>[v], in the order of the columns."""
        return self.vectorizer_.get_feature_names_out()

# ------------------------------------------------------------------------ Word pieces
def padded_triplet(ids, length):
    """Ids (lists) padded with 0 to length: input_ids, input_masks, segment_ids."""
    input_ids = np.zeros((len(ids), length), np.int32)
    input_masks = np.zeros_like(input_ids)
    for row, pieces in enumerate(ids):
        input_ids[row, : len(pieces)] = pieces
        input_masks[row, : len(pieces)] = 1
    return input_ids, input_masks, np.zeros_like(input_ids)

class WordPieces:
    """Texts to ids of word pieces, as FullTokenizer of bert-tensorflow gives them (but
    rare code points), by the library `tokenizers`, a hundred times faster."""
    # Of private use, or half a character, which the library does not take.
    PRIVATE = re.compile("[\ud800-\uf8ff\U000f0000-\U0010ffff]")

    def __init__(self, vocab_file, do_lower_case):
        from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
        self.vocabulary = {}
        with open(vocab_file, encoding="utf-8") as lines:
            for line in lines:
                self.vocabulary.setdefault(line.strip(), len(self.vocabulary))
        self.cls, self.sep, self.unknown = (
            self.vocabulary.get(mark) for mark in ("[CLS]", "[SEP]", "[UNK]"))
        self.tokenizer = Tokenizer(models.WordPiece(
            self.vocabulary, unk_token="[UNK]", max_input_chars_per_word=200))
        self.tokenizer.normalizer = normalizers.BertNormalizer(lowercase=do_lower_case)
        self.tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()

    def ids(self, texts, limit=None):
        """Ids <int> of each text with [CLS] and [SEP], at most limit of them."""
        room = None if limit is None else max(limit - 2, 0)
        texts = [self.PRIVATE.sub("\ua000", text) for text in texts]  # else dropped
        found = self.tokenizer.encode_batch(texts)
        return [[self.cls, *encoding.ids[:room], self.sep] for encoding in found]

    def fit_to(self, texts):
        """(pieces per word, share of unknown pieces) of the words of letters in texts:
        how well the vocabulary knows their language."""
        words = [" ".join(re.findall(r"[^\W\d_]+", text)) for text in texts]
        pieces = np.array([*chain.from_iterable(i[1:-1] for i in self.ids(words))])
        count = max(sum(len(text.split()) for text in words), 1)
        return len(pieces) / count, np.mean(pieces == self.unknown) if count > 1 else 0

    def triplet(self, texts, max_seq_length):
        """input_ids, input_masks, segment_ids, each <int32>[n, max_seq_length]."""
        return padded_triplet(self.ids(texts, max_seq_length), max_seq_length)

# ------------------------------------------------------ Encoders in the hub's formats
# The article's two encoders, as Kaggle names them (owner/model/framework/variation/
# version; the version matters: others are other checkpoints), and their old addresses.
ELMO = "google/elmo/tensorFlow1/elmo/3"
BERT = "tensorflow/bert/tensorFlow2/en-uncased-l-12-h-768-a-12/4"
TFHUB_URLS = {ELMO: "https://tfhub.dev/google/elmo/3",
              BERT: "https://tfhub.dev/tensorflow/bert_en_uncased_L-12_H-768_A-12/4"}
ENCODERS = {"full": {"elmo": ELMO, "bert": BERT},
            "mini": {"elmo": "encoders/elmo-mini", "bert": "encoders/bert-mini"}}
KAGGLE_HANDLE = re.compile(
    r"(?:https://www\.kaggle\.com/models/)?((?:[\w-]+/){4}\d+)/?$")
# What says nothing of a model at the end of its path: a version, a framework.
NAMELESS = re.compile(r"v?\d*|tensor-?flow-?[12]?|tf-?[12]|keras|default|base|"
                      r"variation-?\d*|saved_?model", re.IGNORECASE)

PIN = "@sha256:"

class Encoder:
    """The SavedModel that a handle names: a path (from here, or from this file), a
    Kaggle handle, or a URL of a packed one; with @sha256:<its digest> behind, it and no
    other. name: what tables call it; kaggle: its name there, or ""; ships: whether it
    comes with the kit; url: where it can be downloaded packed, if anything tells, with
    a password if the handle has one."""

    def __init__(self, handle):
        whole, _, self.pin = str(handle).partition(PIN)
        match = KAGGLE_HANDLE.match(whole)
        self.handle, self.kaggle = without_secrets(whole), match[1] if match else ""
        self.ships = self.handle in ENCODERS["mini"].values()
        telling = [part for part in re.split(r"[/\\]", self.handle)
                   if not NAMELESS.fullmatch(part)]
        self.name = (telling or [self.handle])[-1]
        self.url = TFHUB_URLS.get(self.kaggle, whole)
        public = without_secrets(self.url)
        self.key = hashlib.sha1(public.encode()).hexdigest()  # as tensorflow_hub

    @staticmethod
    def is_in(folder):
        """Whether a folder holds a SavedModel; a broken download leaves it without."""
        return os.path.isfile(Path(folder, "saved_model.pb"))  # any name is asked for

    @staticmethod
    @functools.cache  # walking through 100,000 mounted files takes seconds
    def mounted(tail, root):
        """The folder mounted by Kaggle, in either layout, whose path ends in a tail of
        small letters. A LookupError, which no cache keeps, until it is attached."""
        found = find_below(root, lambda path: path.name == "saved_model.pb" and [
            part.lower() for part in path.parent.parts[-len(tail):]] == [*tail])
        if not found: raise LookupError
        return found.parent

    def _from_kaggle(self):
        """Download it by kagglehub; None, and a line, where Kaggle does not give it."""
        import kagglehub
        try:
            path = kagglehub.model_download(self.kaggle)
            if self.is_in(path):
                return Path(path)  # else broken off earlier, or cleaned by half
            return Path(kagglehub.model_download(self.kaggle, force_download=True))
        except Exception as error:  # kagglehub's errors have no common class
            say("encoder", f"Kaggle did not give {self.kaggle}: {error}")
            return None

    def _from_url(self, folder):
        """Download and unpack it; of what is damaged, or none, nothing is kept."""
        packed = download(f"{self.url}?tf-hub-format=compressed")
        with tempfile.TemporaryDirectory(dir=cache_folder()) as temporary:
            model = Path(temporary, "model")
            try:
                with whole_archive(packed) as archive:
                    archive.extractall(model, filter="data")
                if not self.is_in(model): raise KitError("it has no saved_model.pb")
            except KitError as error:
                packed.unlink()
                raise KitError(
                    f"{self.url} gave no packed SavedModel: {error}") from error
            folder.parent.mkdir(exist_ok=True)
            if not self.is_in(folder):  # by now, another process may have been here
                shutil.rmtree(folder, ignore_errors=True)
                os.replace(model, folder)
        return folder

    def find(self, download=True):
        """Its folder, wherever it is; a KitError if it is not what the handle pins."""
        path = self._found(download)
        if self.pin and self.pin.lower() != (digest := self.digest_of(path)):
            raise KitError(f"{path} is not the encoder that was asked for: its digest "
                           f"is {digest}, not {self.pin}. Fetch it again, or, if it is "
                           f"the one you mean, name it as {self.handle}{PIN}{digest}.")
        return path

    def _found(self, download):
        """Its folder: the path itself, else Kaggle's mounts, caches, Kaggle, a URL."""
        for path in (Path(self.handle), home() / self.handle):
            if self.is_in(path): return path.resolve()
            if os.path.isdir(path):
                below = find_below(path, lambda path: self.is_in(path))
                hint = f" Did you mean {below}?" if below else ""
                raise KitError(
                    f"{path} is no SavedModel: it has no saved_model.pb.{hint}")
        tail = self.kaggle.lower().split("/")[1:]
        if self.ships: tail = [self.name]
        with contextlib.suppress(LookupError):
            if tail: return self.mounted(tuple(tail), KAGGLE_INPUT)
        # Where tensorflow_hub, kagglehub and we ourselves would have it.
        temporary = Path(tempfile.gettempdir(), "tfhub_modules")
        ours = cache_folder() / "encoders" / self.key
        for path in (Path(os.environ.get("TFHUB_CACHE_DIR") or temporary, self.key),
                     user_cache("kagglehub", "KAGGLEHUB_CACHE") / "models" /
                     self.kaggle, ours):
            if self.is_in(path): return path
        site = download and self.kaggle and reachable(KAGGLE_SITE)
        path = self._from_kaggle() if site and is_installed("kagglehub") else None
        if download and not path and self.url.startswith("http") and reachable(
                self.url):
            path = self._from_url(ours)
        if path and not self.pin:
            say("encoder", f"downloaded; to have this one and no other, name it as "
                f"{self.handle}{PIN}{self.digest_of(path)}")
        if not path and site: require(f"A download of {self.kaggle}", "kagglehub")
        if not path: raise KitError(self._not_found())
        return path

    def _not_found(self):
        """What to do where it is nowhere and cannot be fetched, a sentence or two."""
        if self.ships:
            return (f"{self.handle} is not here: the folder encoders/ has to come "
                    f"along with kit.py. Put it beside kit.py ({home()}) or into the "
                    f"working folder ({Path.cwd()}), or on Kaggle attach a data set "
                    "that holds it (Add Input).")
        if not self.url.startswith("http"):
            return (f"Encoder {self.handle} is not here: there is no such folder."
                    f"{nearest(self.handle, TFHUB_URLS) or nearest_file(self.handle)} "
                    "Give the folder of a SavedModel, a Kaggle handle as in "
                    f"{BERT}, or a URL.")
        return (f"Encoder {self.handle} is not here and no download was possible. On "
                "Kaggle, attach it (Add Input, Models: "
                f"{self.kaggle or self.handle}) or switch the internet on; elsewhere "
                "unpack its SavedModel in a folder and name that with --elmo or "
                "--bert; or take the small encoders that come with the kit: "
                "--encoders mini.")

    def digest(self):
        """SHA-256 of what makes the SavedModel: graph, variables, assets."""
        return self.digest_of(self.find())

    @staticmethod
    def digest_of(folder):
        """The same of a folder."""
        parts = "saved_model.pb", "variables", "assets"
        stamp = tuple(f for f in times_of(folder) if f[0].split("/")[0] in parts)
        return content_digest(folder, stamp)

def once(function):
    """functools.cache for threads: who comes second waits for the first one's value."""
    lock, kept = threading.RLock(), functools.cache(function)
    @functools.wraps(function)
    def waiting(*arguments):
        with lock: return kept(*arguments)
    waiting.cache_clear = kept.cache_clear
    return waiting

@contextlib.contextmanager
def quiet_stderr():
    """Keep back what native code writes to stderr: some lines heed no log level."""
    with tempfile.TemporaryFile() as kept:
        stderr = os.dup(2)
        os.dup2(kept.fileno(), 2)
        try: yield
        except BaseException:
            os.write(stderr, os.pread(kept.fileno(), 1 << 20, 0))
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)

@contextlib.contextmanager
def hushed(tf):
    """Keep back TensorFlow's warnings: of each variable of a TF1-format module, and of
    every function that it traces again."""
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("ERROR")
    try: yield
    finally: logger.setLevel(level)

@once
def tensorflow():
    """TensorFlow with Keras 3 on it, imported at first use: it takes 5 to 8 seconds."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with quiet_stderr():
        import tensorflow as tf
        gpus = tf.config.list_physical_devices("GPU")
    if tf.keras.config.backend() != "tensorflow":
        raise KitError("The encoders need Keras with KERAS_BACKEND=tensorflow.")
    for gpu in gpus:  # leave room for whoever shares the card
        with contextlib.suppress(RuntimeError):  # somebody has used it already
            tf.config.experimental.set_memory_growth(gpu, True)
    return tf

# A SavedModel is a program. Of the ops with a state or an effect these stay inside the
# process: variables, calls, tests, tables (read from the module's own assets), arrays,
# random numbers; and what reads and writes checkpoints, see below.
STATEFUL = re.compile(
    r"Var(iable(V2|Shape)?|HandleOp|IsInitializedOp)|DisableCopyOnRead|GuaranteeConst|"
    r"(Read|Assign|AssignAdd|AssignSub)VariableOp|If|While|Case|StatefulPartitionedCall"
    r"|Resource(Gather|Scatter|Sparse|Apply|Strided)\w*|Assert|CheckNumerics(V2)?|"
    r"(Anonymous|Mutable|Dense)*HashTable(OfTensors)?(V2)?|LookupTable\w+|"
    r"InitializeTable(FromTextFile)?V2|TensorArray\w+|Stack(Push|Pop|Close)?(V2)?|"
    r"Random(Uniform(Int)?|StandardNormal|Shuffle|Gamma|Poisson(V2)?)|Multinomial|"
    r"(Parameterized)?TruncatedNormal|Stateful(Uniform|Standard|Truncated)\w+|Rng\w+|"
    r"StatelessRandomGetAlg|CudnnRNN\w*|RestoreV2|SaveV2|MergeV2Checkpoints")
# Of the others all but these, which read files, call Python, carry a graph or an
# address in an argument, or end the process.
REACHING = re.compile(
    r"\w*(ReadFile|MatchingFiles|Vocab|Reader|Dataset|Iterator|PyFunc|Proto|Debug|Xla|"
    r"TPU|Tpu|Mlir)\w*|ImmutableConst|Copy(Host|Op)?|Abort|_.*|.*>.*")
# Every SavedModel can save itself by these; what is loaded here cannot any more, since
# too much could make it do so: signatures, initializers, graph optimizers.
SAVES = {"SaveV2", "MergeV2Checkpoints"}
# Which input names the file that an op reads, or may be kept to name one. A name that a
# graph makes up could carry a text to the network, as in "gs://BUCKET/TEXT"; the names
# of the module's own files come from ops of GIVEN.
NAMING = {"RestoreV2": 0, "InitializeTableFromTextFileV2": 1, "AssignVariableOp": 1}
GIVEN = re.compile(r"Const|Placeholder|VarHandleOp|ReadVariableOp|\w*HashTable\w*")
STRING = 7  # DT_STRING

def saved_model(path):
    """The protocol buffer of the SavedModel in a folder."""
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
    with told(f"{path} holds no SavedModel", DecodeError):
        return SavedModel.FromString(Path(path, "saved_model.pb").read_bytes())

def is_given(name, nodes):
    """Whether an input of a graph or function, by its nodes {name: node}, is a constant
    or handed in. Of a chain without end nothing is."""
    for _ in range(100):
        node = nodes.get(name.split(":")[0])
        if not node: return True  # an argument
        if node.op not in ("Identity", "PlaceholderWithDefault"):
            return GIVEN.fullmatch(node.op) and b"://" not in node.SerializeToString()
        name = node.input[0]
    return False

def makes_up_names(graph):
    """The ops <str> and functions of a graph <GraphDef> that read a file whose name it
    computes."""
    def called(node):
        own = (value.func.name for value in node.attr.values())
        some = (f.name for value in node.attr.values() for f in value.list.func)
        return {node.op, *own, *some}
    def asked(node):
        if node.op in NAMING:
            kept = node.op != "AssignVariableOp" or node.attr["dtype"].type == STRING
            return [node.input[NAMING[node.op]]] * kept
        return [i for i in node.input if i[0] != "^"] if called(node) & naming else []
    bodies = {f.signature.name: f.node_def for f in graph.library.function}
    naming = set()  # the functions that need such an op
    while more := {name for name, nodes in bodies.items()
                   if any(map(asked, nodes))} - naming:
        naming |= more
    found = set()
    for nodes in (graph.node, *bodies.values()):
        named = {node.name: node for node in nodes}
        found |= {node.op for node in nodes
                  if not all(is_given(name, named) for name in asked(node))}
    return found

def reaching_ops(path):
    """The ops <str>, sorted, by which the SavedModel in a folder could reach files, the
    network, Python or code that is not TensorFlow's own: all that is not known to stay
    inside. Every graph and function is looked through, also what nobody calls."""
    from tensorflow.python.framework import op_def_registry
    found = set()
    for meta_graph in saved_model(path).meta_graphs:
        graph = meta_graph.graph_def
        functions = {f.signature.name: f.node_def for f in graph.library.function}
        for op in {node.op for node in chain(graph.node, *functions.values())}:
            known = op_def_registry.get(op)
            if not known:
                inside = op in functions
            elif known.is_stateful:
                inside = STATEFUL.fullmatch(op)
            else:
                inside = not REACHING.fullmatch(op)
            found |= set() if inside else {op}
        found |= makes_up_names(graph)
    return sorted(found)

def without_saves(path):
    """A new folder with the SavedModel of another one, less the ops of SAVES; links
    lead to all else that it needs."""
    model, folder = saved_model(path), Path(tempfile.mkdtemp(prefix="kit-"))
    for meta_graph in model.meta_graphs:
        graph = meta_graph.graph_def
        bodies = (function.node_def for function in graph.library.function)
        for node in chain(graph.node, *bodies):
            if node.op in SAVES:
                node.op = "NoOp"
                del node.input[:]
                node.attr.clear()
    (folder / "saved_model.pb").write_bytes(model.SerializeToString())
    for name in ("variables", "assets", "tfhub_module.pb"):
        if Path(path, name).exists():
            (folder / name).symlink_to(Path(path, name).resolve())
    return folder

def load_module(path, trust_encoder=False):
    """The SavedModel in a folder: all that hub.load does once it has the folder,
    without tensorflow_hub's import, which breaks where setuptools or tf_keras do not
    match. One that could reach out of the process is refused, unless it is trusted."""
    tf = tensorflow()
    if not trust_encoder and (reaching := reaching_ops(path)):
        raise KitError(
            f"{path} could reach files, the network or other programs, by "
            f"{', '.join(reaching)}. A SavedModel is a program: if you trust whoever "
            "made it, say so by --trust-encoder (in a program trust_encoder=True).")
    tags = [] if Path(path, "tfhub_module.pb").exists() else None
    # Outside of any graph and name scope: Keras builds layers inside of both, and the
    # names of the variables tell the encoder's layers.
    with (told(f"{path} cannot be loaded as a SavedModel", OSError, ValueError,
               RuntimeError), quiet_stderr(), hushed(tf), tf.init_scope(),
          tf.compat.v1.name_scope(None), contextlib.ExitStack() as ends):
        if not trust_encoder:
            path = without_saves(path)
            ends.callback(shutil.rmtree, path, True)
        module = tf.saved_model.load(str(path), tags)
        weakref.finalize(module, ends.pop_all().close)
        return module

@once
def module_on(kind, path, trust_encoder, card):
    """The ElmoModule or BertModule of a folder with its weights on a card, by the name
    that TensorFlow gives it; None for the first."""
    with tensorflow().device(card): return kind(path, trust_encoder)

def shared_module(kind, path, trust_encoder=False, card=None):
    """The module of a folder, one a card for all who do not train it."""
    return module_on(kind, path, trust_encoder, card)

class ElmoModule:
    """ELMo from TF1-format and TF2 SavedModels: strings to its layers' masked means."""

    def __init__(self, path, trust_encoder=False):
        # The signatures do not keep it alive.
        self.module = load_module(path, trust_encoder)
        signatures = self.module.signatures
        signature = signatures.get("default") or signatures.get("serving_default")
        shapes = signature.structured_outputs if signature else {}
        if "word_emb" not in shapes:
            raise KitError(f"{path} is no ELMo module: no signature gives word_emb.")
        self.signature = signature
        self.argument = next(iter(signature.structured_input_signature[1]))
        self.width = shapes["lstm_outputs1"].shape[-1]
        self.copies = self.width // shapes["word_emb"].shape[-1]
        tf = tensorflow()
        strings = tf.TensorSpec([None], tf.string)
        self.batch_means = tf.function(self.layer_means, input_signature=[strings])

    def layer_means(self, strings):
        """Mean over the words of each of the three layers, <float>[n, 3, width].
        strings: <string>[n], words separated by white space; an empty one counts as
        ".". The mean is taken here, since versions 1 and 2 of the module average the
        padding in, so that their own mean depends on the rest of the batch."""
        tf = tensorflow()
        strings = tf.strings.strip(tf.strings.regex_replace(strings, r"\s+", " "))
        strings = tf.where(strings == "", ".", strings)
        outputs = self.signature(**{self.argument: strings})
        lengths = tf.strings.split(strings, " ").row_lengths()
        length = tf.shape(outputs["word_emb"])[1]
        mask = tf.sequence_mask(lengths, length, tf.float32)[..., None]  # [n, T, 1]
        words = tf.tile(outputs["word_emb"], [1, 1, self.copies])  # [n, T, width]
        layers = (words, outputs["lstm_outputs1"], outputs["lstm_outputs2"])
        return tf.stack([tf.reduce_sum(layer * mask, 1) / tf.reduce_sum(mask, 1)
                         for layer in layers], 1)

POOLINGS = "mean", "first", "layers"  # how BERT's vectors of words become one

class BertModule:
    """BERT from the three forms of SavedModels in which it is published. TF2 with a
    dict in and out (versions 3 and 4), TF2 with a list [word ids, mask, type ids] in
    and [pooled, sequence] out (1 and 2), and TF1-format with signatures."""

    def __init__(self, path, trust_encoder=False):
        self.path, self.module = path, load_module(path, trust_encoder)
        self.is_tf1 = "tokens" in self.module.signatures
        self.variables = list(getattr(self.module, "variables", []))  # TF1's are hidden
        # How many word pieces it reads: the rows of its position table, or as BERT.
        self.max_length = next((v.shape[0] for v in self.variables
                                if "position_embedding" in v.name), 512)
        if not self.is_tf1 and not getattr(self.module, "vocab_file", None):
            raise KitError(f"{path} is no BERT encoder: it has no vocab_file.")
        self.function = (self.module.signatures["tokens"] if self.is_tf1 else
                         self.module.__call__.concrete_functions[0])
        first, last, layers = self._outputs(self.function.structured_outputs)
        self.width, self.layers = first.shape[-1], len(layers)
        self.last_width = last.shape[-1]  # may have more beside the last layer
        tf = tensorflow()
        tokens = tf.TensorSpec([None, None], tf.int32)
        self.embed = {how: tf.function(functools.partial(self.pooled, pooling=how),
                                       input_signature=[tokens, tokens])
                      for how in POOLINGS}

    @staticmethod
    def _outputs(values):
        """(pooled, sequence, all layers) of what the module gives, a dict or the first
        two; no layers if it does not tell them."""
        if isinstance(values, (list, tuple)): return *values, []
        return (values["pooled_output"], values["sequence_output"],
                values.get("encoder_outputs", []))

    def embedding_width(self, pooling):
        """How wide pooled() is."""
        if pooling == "mean": return self.last_width
        if pooling == "first": return self.width
        if self.layers: return self.layers * self.width
        raise KitError(f"{self.path} gives no encoder_outputs, which pooling layers "
                       "needs: TF Hub's TF2 encoders from version 3 on have them.")

    def call(self, ids, mask, segments, training):
        """The module's (pooled, sequence, all layers), whatever its form."""
        if self.is_tf1:
            return self._outputs(self.function(
                input_ids=ids, input_mask=mask, segment_ids=segments))
        inputs, options = [ids, mask, segments], {}
        if isinstance(self.function.structured_input_signature[0][0], dict):
            names = ("input_word_ids", "input_mask", "input_type_ids")
            inputs = dict(zip(names, inputs))
        if "training" in self.function.function_type.parameters:
            options = {"training": training}
        return self._outputs(self.module(inputs, **options))

    def pooled(self, ids, mask, segments=None, pooling="mean", training=False):
        """One vector a text, <float>[n, d]: the mean of the last layer over the mask,
        the means of all layers side by side, or the pooled output ("first")."""
        tf = tensorflow()
        ids, mask = tf.cast(ids, tf.int32), tf.cast(mask, tf.int32)
        segments = tf.cast(ids * 0 if segments is None else segments, tf.int32)
        first, sequence, layers = self.call(ids, mask, segments, training)
        if pooling == "first": return first
        weights = tf.cast(mask, sequence.dtype)[..., None]  # [n, T, 1]
        total = tf.maximum(tf.reduce_sum(weights, 1), 1e-10)
        return tf.concat([tf.reduce_sum(layer * weights, 1) / total for layer in (
            layers if pooling == "layers" else [sequence])], 1)

    def windows(self, ids):
        """A text's ids as pieces of like length that the module can read at once."""
        cls, *pieces, sep = ids
        count = max(-(-len(pieces) // (self.max_length - 2)), 1)
        return [[cls, *part, sep] for part in np.array_split(pieces, count)]

    @functools.cached_property
    def word_pieces(self):
        """The tokenizer with the module's own vocabulary and casing."""
        if self.is_tf1:
            info = self.module.signatures["tokenization_info"]()
            vocab_file, do_lower_case = info["vocab_file"], info["do_lower_case"]
        else:
            vocab_file = self.module.vocab_file.asset_path
            do_lower_case = self.module.do_lower_case
        # A TF1-format module may name the file that its own asset was copied from.
        place = Path(self.path, "assets", Path(vocab_file.numpy().decode()).name)
        if not place.is_file():
            raise KitError(f"{self.path} has no vocabulary {place.name} in its assets.")
        return WordPieces(place, bool(do_lower_case))

    def ids(self, texts, limit=None):
        """Ids of the word pieces of texts, within the limit and the module's own."""
        return self.word_pieces.ids(texts, min(limit or 10**9, self.max_length))

    def top_variables(self, n_layers, pooler):
        """The variables of the encoder's top n layers ("all": and its embeddings), and
        the pooler's if asked."""
        if self.is_tf1:
            raise KitError(f"{self.path} is in TF1 format, whose variables cannot be "
                           "trained in TensorFlow 2. Fine-tune a TF2 SavedModel, or "
                           "set n_fine_tune_layers=0.")
        found = ((v, re.search(r"(?:^|/)layer_(\d+)/", v.name)) for v in self.variables)
        layer_of = {v.ref(): int(match[1]) for v, match in found if match}
        if not layer_of:
            raise KitError(f"{self.path} has no variables layer_<i>/ to fine-tune.")
        whole, layers = n_layers == "all", sorted(set(layer_of.values()))
        top = layers if whole else layers[-n_layers:]
        return [v for v in self.variables if layer_of.get(v.ref()) in top
                or (pooler and "pooler" in v.name) or (whole and "embedding" in v.name)]

# --------------------------------------------------------------------- Keras layers
class ElmoEmbedding:
    """The body of ElmoEmbeddingLayer, a Keras 3 layer: <string>[n, 1] or [n] to
    <float>[n, d], the mean over the words of gamma * sum softmax(w)_i layer_i.
    elmo_path: a handle or path, as Encoder takes them; trust_encoder: see load_module,
    not saved with a model. The three w and gamma are its weights; the module itself
    stays as it is."""

    def __init__(self, elmo_path=ELMO, trust_encoder=False, **kwargs):
        super().__init__(**kwargs)
        self.trust_encoder = trust_encoder
        self.supports_jit = False  # XLA, Keras' default on a GPU, knows no strings
        self.elmo_path = str(elmo_path)

    def build(self, input_shape):
        """Load the module and make the 4 scalars, as untrained as ELMo's own."""
        path = Encoder(self.elmo_path).find()
        self.elmo = shared_module(ElmoModule, path, self.trust_encoder)
        self.layer_weights = self.add_weight((3,), "zeros", name="layer_weights")
        self.gamma = self.add_weight((), "ones", name="gamma")

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
    segment_ids], each <int32>[n, T], to <float>[n, d]. n_fine_tune_layers: how many
    layers of the encoder train, from the top ("all": and its embeddings); with
    pooling="first" the pooler, too, if any does. pooling: "mean" of the last layer
    over the mask, "layers", the means of all layers, or "first", the pooled output.
    bert_path: as Encoder takes it; trust_encoder: see load_module, not saved with a
    model."""

    def __init__(self, n_fine_tune_layers=10, pooling="mean", bert_path=BERT,
                 trust_encoder=False, **kwargs):
        super().__init__(**kwargs)
        if pooling not in POOLINGS:
            raise ValueError(f"pooling must be one of {POOLINGS}, not {pooling!r}")
        if n_fine_tune_layers != "all" and n_fine_tune_layers < 0:
            raise ValueError(f"n_fine_tune_layers is {n_fine_tune_layers}, less than 0")
        self.supports_jit = False  # nor any module's graph, whatever is in it
        self.n_fine_tune_layers, self.pooling = n_fine_tune_layers, pooling
        self.bert_path, self.trust_encoder = str(bert_path), trust_encoder

    def build(self, input_shape):
        """Load the module, a copy of our own if it trains, and register its weights."""
        import keras
        path, top = Encoder(self.bert_path).find(), []
        if self.n_fine_tune_layers:
            self.bert = BertModule(path, self.trust_encoder)
            pooler = self.pooling == "first"
            top = self.bert.top_variables(self.n_fine_tune_layers, pooler)
        else:
            self.bert = shared_module(BertModule, path, self.trust_encoder)
        self.bert.embedding_width(self.pooling)  # or a sentence
        trained = {variable.ref() for variable in top}
        for variable in self.bert.variables:
            # A keras.Variable around a tf.Variable shares its value (by itself from
            # Keras 3.10 on): the optimizer then moves the SavedModel's own weights.
            name = variable.name.split(":")[0].replace("/", "_")
            shared = keras.Variable(
                variable, trainable=variable.ref() in trained, name=name)
            shared._value = variable
            self._track_variable(shared)

    def call(self, inputs, training=None):
        """The embedding of each triplet, <float>[n, d]."""
        training = bool(training) and self.n_fine_tune_layers != 0
        return self.bert.pooled(*inputs, pooling=self.pooling, training=training)

    def compute_output_shape(self, input_shape):
        """(n, d), with d read from the module."""
        return (input_shape[0][0], self.bert.embedding_width(self.pooling))

    def get_config(self):
        """The parameters; the module is loaded from its path again."""
        return {**super().get_config(), "n_fine_tune_layers": self.n_fine_tune_layers,
                "pooling": self.pooling, "bert_path": self.bert_path}

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
    if name in ("ElmoEmbeddingLayer", "BertLayer"): return keras_layer(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

HEAD_UNITS = 256  # the article's one hidden layer

def head_model(inputs, embedding, learning_rate, classes):
    """The article's head on an embedding, compiled: Dense 256 relu, and the output. For
    two classes one sigmoid, as in the article; for more a softmax of each."""
    import keras
    units, activation, loss = (
        (1, "sigmoid", "binary_crossentropy") if classes == 2 else
        (classes, "softmax", "sparse_categorical_crossentropy"))
    hidden = keras.layers.Dense(HEAD_UNITS, activation="relu")(embedding)
    output = keras.layers.Dense(units, activation=activation)(hidden)
    model = keras.Model(inputs=inputs, outputs=output)
    model.compile(keras.optimizers.Adam(learning_rate), loss=loss, metrics=["accuracy"])
    return model

def build_elmo_model(elmo_path=ELMO, learning_rate=1e-3, classes=2,
                     trust_encoder=False):
    """The article's Listing 2: a Keras model, <string>[n, 1] to <float>[n, 1 or K].
    Give its fit and predict a tf.constant of strings: Keras 3 refuses NumPy's."""
    layer = keras_layer("ElmoEmbeddingLayer")(elmo_path, trust_encoder)
    import keras
    strings = keras.Input((1,), dtype="string", name="strings")
    return head_model(strings, layer(strings), learning_rate, classes)

def build_bert_model(max_seq_length, bert_path=BERT, n_fine_tune_layers=0,
                     pooling="mean", learning_rate=1e-3, classes=2,
                     trust_encoder=False):
    """The article's Listing 4: a Keras model of triplets <int>[n, max_seq_length] x 3.
    max_seq_length=None takes triplets of any length."""
    layer = keras_layer("BertLayer")(
        n_fine_tune_layers, pooling, bert_path, trust_encoder)
    import keras
    triplet = [keras.Input((max_seq_length,), dtype="int32", name=name)
               for name in ("input_ids", "input_masks", "segment_ids")]
    return head_model(triplet, layer(triplet), learning_rate, classes)

# --------------------------------------------------------------------------- Workers
class ClusterLost(KitError):
    """The scheduler of a cluster is gone: the run ends with what is finished."""

def elsewhere():
    """Whether calls go to other machines: to a backend that is none of joblib's own."""
    backend, _ = joblib.parallel.get_active_backend()
    return type(backend).__module__ != "joblib._parallel_backends"

def dask_client():
    """Dask's client where `joblib.parallel_config` names Dask, else None."""
    return getattr(joblib.parallel.get_active_backend()[0], "client", None)

def versions_of(packages):
    """The versions <str> of those packages in a line that are installed, by name."""
    versions = {}
    for name in packages.split():
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    return versions

@functools.cache
def computed_with():
    """What numbers hang on: versions of libraries, and the digest of this file."""
    names = "numpy scipy scikit-learn tensorflow tokenizers openvino"
    source = Path(globals().get("__file__", "kit.py"))
    with told("A cluster needs kit.py as a file: upload it, and import kit", OSError):
        digest = hashlib.sha256(source.read_bytes()).hexdigest()[:12]
    return versions_of(names) | {source.name: digest}

def called_there(asked, call, own, places, *shared):
    """A call on a worker, if it computes with what the asking machine does: others may
    give other numbers. own: its own arguments by place; shared: those at `places`."""
    for name, version in asked.items():
        # What is not installed there is told by the call, if that needs it.
        if (found := computed_with().get(name, version)) != version:
            raise KitError(f"A worker on {platform.node()} has {name} {found}, and "
                           f"this machine {version}: make them the same.")
    arguments = own | dict(zip(places, shared))
    return call(*(arguments[place] for place in sorted(arguments)))

@functools.cache
def supplied(client):
    """Give a Dask cluster this file, and workers that come later, too. In a process of
    ours it would be loaded anew, and the old classes were no more those of the new."""
    import distributed
    path = str(Path(globals().get("__file__", "kit.py")).resolve())
    with told(f"The Dask cluster cannot load {path}", ImportError, OSError):
        if client.run_on_scheduler(os.getpid) != os.getpid():
            client.upload_file(path)
        elif os.getpid() not in client.run(os.getpid).values():
            client.register_plugin(distributed.diagnostics.plugin.UploadFile(path),
                                   name=f"kit {computed_with()}")

def stop_calls(keys, dask_worker):
    """On a worker of Dask: raise KitError in the threads that compute these calls. What
    runs in C (an SVM) hears it at its end."""
    with dask_worker.active_threads_lock:
        for thread, key in dask_worker.active_threads.items():
            if key in keys:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread), ctypes.py_object(KitError))

@contextlib.contextmanager
def lasting(client):
    """What fails in the block since Dask's scheduler is gone becomes ClusterLost."""
    from distributed import CancelledError
    from distributed.comm import CommClosedError
    known = CancelledError, CommClosedError  # others may be a call's own
    try:
        yield
    except (*known, OSError) as error:
        if not isinstance(error, known) and client.status == "running": raise
        raise ClusterLost("The Dask scheduler is gone. What was finished is kept: start"
                          " it again, and the same command goes on.") from error

SHARED = Dataset, BaseEstimator, tuple, np.ndarray  # what many calls have in common

def submitted(client, calls):
    """Yield Dask's futures of calls. A large argument goes there once for all calls in
    turn that have it, as a result of its own, which Dask makes again where a worker
    dies; `scatter` would lose it."""
    sent = {}  # by id: the value, which keeps its id its own, and its future
    for function, *arguments in calls:
        large = {i: one for i, one in enumerate(arguments) if isinstance(one, SHARED)}
        for one in large.values():  # the last used stands last
            value = functools.partial(copy.copy, one)  # itself, made there
            sent[id(one)] = sent.pop(id(one), None) or (
                one, client.submit(value, pure=False))
        while len(sent) > 16 + len(large): del sent[next(iter(sent))]
        # Hidden in a partial, or Dask would look for futures in every list of lists.
        own = {i: one for i, one in enumerate(arguments) if i not in large}
        call = functools.partial(called_there, computed_with(), function, own)
        # Dask learns how long a call takes from those with the same word before "-".
        key = f"{getattr(function, '__name__', 'call')}-{os.urandom(16).hex()}"
        yield client.submit(call, [*large], *(sent[id(one)][1] for one in
                                              large.values()), key=key, pure=False)

def dealt_out(client, calls):
    """Yield (number, result) of calls as Dask's workers finish them. joblib's own
    backend for Dask would not do: it tells nothing before all is done, keeps what calls
    share on one worker, and what nobody waits for any more goes on there."""
    from distributed import KilledWorker, as_completed
    with lasting(client): supplied(client)
    lost, running = None, {}  # by key: the number of a call, and its future
    waiting = as_completed(loop=client.loop)
    futures = enumerate(submitted(client, calls))
    def add(count):
        with warnings.catch_warnings(), lasting(client):
            warnings.filterwarnings("ignore", "Sending large graph")  # texts, once
            for number, future in itertools.islice(futures, count):
                running[future.key] = number, future
                waiting.add(future)
    try:
        with lasting(client): threads = sum(client.ncores().values())
        add(2 * threads)  # so that no worker waits for us, and none at the end
        for future in waiting:
            number, _ = running[future.key]
            try:
                with lasting(client): result = future.result()
            except KilledWorker as error:  # not the first worker, and not the last
                lost = error
            else:
                yield number, result
            del running[future.key]
            add(1)
    finally:
        if running and client.status == "running":
            with contextlib.suppress(OSError):  # it is ending by itself
                client.cancel([future for _, future in running.values()])
                client.run(stop_calls, set(running), on_error="ignore")
    if lost: raise TerminatedWorkerError(one_line(lost)) from lost

@contextlib.contextmanager
def deaf_to_interrupts():
    """Processes that start in the block hear no Ctrl-C, which a terminal sends them,
    too: they would print where they stood. Ours hears it, and ends them."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try: yield
    finally: signal.pthread_sigmask(signal.SIG_SETMASK, before)

def numbered(number, call, *arguments):
    """(number, result) of a call."""
    return number, call(*arguments)

def in_waves(calls, jobs=None, threads=False):
    """Yield (number, result) of pure calls (function, *arguments) as they are finished,
    in any order. The only caller of workers: joblib's own processes, or whatever
    `joblib.parallel_config` names: threads, Dask, Ray; they take calls as they need
    them. jobs: how many work on this machine, None for all there are, 1 for this thread
    alone, whatever is named; threads: calls that must stay in this process."""
    if jobs == 1:
        for number, call in enumerate(calls): yield numbered(number, *call)
        return
    if not threads and (client := dask_client()):
        yield from dealt_out(client, calls)
        return
    backend, _ = joblib.parallel.get_active_backend()
    as_they_come = threads or getattr(backend, "supports_return_generator", False)
    users = getattr(getattr(joblib.parallel, "_backend", None), "config", None)
    jobs = jobs if threads else joblib.effective_n_jobs(jobs or (None if users else -1))
    calls = enumerate(calls)  # maybe endless ones
    first = list(itertools.islice(calls, jobs))
    workers = joblib.Parallel(
        max(len(first), 1), backend="threading" if threads else None,
        return_as="generator_unordered" if as_they_come else "list")
    # A backend that gives all at the end does all of it in this call.
    with deaf_to_interrupts() if as_they_come else contextlib.nullcontext():
        results = workers(joblib.delayed(numbered)(number, *call)
                          for number, call in chain(first, calls))
    yield from results

def connected(stack, address, workers):
    """Dask's client of a cluster; the stack ends it. See cluster()."""
    require("--cluster", "distributed")
    import dask, distributed
    address = without_secrets(address)  # Dask takes none, and would print them
    if local := address == "local":
        stack.enter_context(dask.config.set({  # nobody sees it, and it costs 6 %
            "distributed.worker.profile.enabled": False}))
        address = stack.enter_context(distributed.LocalCluster(
            n_workers=workers or os.cpu_count(), threads_per_worker=1,
            dashboard_address=None, silence_logs="ERROR"))
    with told(f"--cluster {address}: no Dask scheduler with workers answers there; "
              "give local, or an address as tcp://HOST:8786", OSError, ValueError):
        # What it logs of a scheduler that is gone, we say in a sentence.
        logger = logging.getLogger("distributed.client")
        stack.callback(logger.setLevel, logger.level)
        logger.setLevel("CRITICAL")
        if not local:  # a Client of what is no address would never be closed
            distributed.comm.resolve_address(address)
        client = stack.enter_context(
            distributed.Client(address, timeout=10, set_as_default=False))
        client.wait_for_workers(1, timeout=60)
    threads = client.ncores().values()
    say("cluster", f"{len(threads)} worker(s), {sum(threads)} thread(s) "
        f"{'on this machine' if local else f'of {address}'}")
    return client

@contextlib.contextmanager
def cluster(address, workers=None):
    """Send calls to a Dask scheduler, "tcp://HOST:PORT"; or to "local", a cluster of so
    many workers of one thread (None: one a core) on this machine; None: to neither.
    Yields what ends it (by close()) before the block does."""
    with contextlib.ExitStack() as stack:
        if address:
            stack.enter_context(joblib.parallel_config(
                backend="dask", client=connected(stack, address, workers)))
        yield stack

class TimeSpent(KitError):
    """The time that a search or a column may take is over."""

def in_time(seconds, function, *arguments):
    """A call in a process of its own, to end models that never look at a clock."""
    if not seconds: return function(*arguments)
    # Dask's workers are daemons, which may have no children; ours ends in any case.
    get_context().current_process().daemon = False
    pool = ProcessPoolExecutor(1)
    try:
        with deaf_to_interrupts(): started = pool.submit(one_line, "")
        started.result()  # its start, with imports, is not counted
        future = pool.submit(function, *arguments)
        while not (future.running() or future.done()):  # loky cannot end it before
            time.sleep(1e-3)
        return future.result(timeout=seconds)
    except TimeoutError as error:
        raise (error if future.done() else TimeSpent) from error  # it can be its own
    finally:
        pool.shutdown(wait=True, kill_workers=True)

@contextlib.contextmanager
def time_limit(seconds):
    """Raise TimeSpent in the block after so many seconds, where the system can (in the
    main thread of Linux and macOS): for work that stays here, as an encoder's."""
    can = threading.current_thread() is threading.main_thread()
    if not (seconds and can and hasattr(signal, "setitimer")):
        yield
        return
    def ring(*_):
        raise TimeSpent
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

# -------------------------------------------------------------------- Frozen features
class FeatureStore:
    """Feature vectors by key, in a SQLite file if a path is given, which survives a
    killed kernel and serves several processes and threads. Where the disk is full or
    the file broken, and without a path, the last MEMORY bytes stay in memory. A row
    that does not fit its digest is as good as absent. written: how many new vectors it
    got; damaged: how many rows did not fit."""
    MEMORY = 1 << 29
    COLUMNS = ["key", "shape", "value", "digest"]

    def __init__(self, path=None):
        self.memory, self.size, self.lock = {}, 0, threading.RLock()
        self.written = self.damaged = 0
        self.path = path and Path(path)
        self.database = path and self._open()

    def _open(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for second_try in (False, True):
            try:
                database = sqlite3.connect(self.path, timeout=60,
                                           check_same_thread=False)
                database.execute("CREATE TABLE IF NOT EXISTS features (key BLOB "
                                 "PRIMARY KEY, shape TEXT, value BLOB, digest BLOB)")
                rows = database.execute("PRAGMA table_info(features)")
                columns = [name for _, name, *_ in rows]
                if columns == self.COLUMNS[:3]:  # of a kit that had no digests
                    with contextlib.suppress(sqlite3.OperationalError):  # another did
                        database.execute("ALTER TABLE features ADD COLUMN digest BLOB")
                elif columns != self.COLUMNS:
                    raise sqlite3.DatabaseError("its table has other columns")
                database.text_factory = bytes  # whatever stands there can be read
                return database
            except sqlite3.DatabaseError as error:
                if second_try or isinstance(error, sqlite3.OperationalError):
                    return self._without_disk(error)
                os.replace(self.path, f"{self.path}.broken")
        return None

    def _without_disk(self, error):
        say("cache", f"features are kept in memory only: {error}")
        self.database = None

    def _after(self, error):
        """Go on after an error: with a new file in place of a broken one, or without
        one."""
        self._without_disk(error)
        if not isinstance(error, sqlite3.OperationalError):
            with contextlib.suppress(OSError):  # of Windows, where others have it open
                os.replace(self.path, f"{self.path}.broken")
                self.database = self._open()

    @staticmethod
    def _digest(*row):
        digest = hashlib.blake2b(digest_size=8)
        for part in row:
            digest.update(part if isinstance(part, bytes) else repr(part).encode())
        return digest.digest()

    def _rows(self, keys):
        """The rows of keys in the file, if there is one."""
        marks = ",".join("?" * len(keys))
        query = f"SELECT {','.join(self.COLUMNS)} FROM features WHERE key IN ({marks})"
        if not self.database: return ()
        try:
            return self.database.execute(query, keys).fetchall()
        except sqlite3.DatabaseError as error:
            self._after(error)
            return ()

    def get(self, keys):
        """A dict of the vectors that are known among the keys <bytes>."""
        with self.lock:
            found = {key: self.memory[key] for key in keys if key in self.memory}
            absent = [key for key in dict.fromkeys(keys) if key not in found]
            for start in range(0, len(absent), 500):  # SQLite allows 999 marks a query
                for key, shape, value, digest in self._rows(
                        absent[start : start + 500]):
                    if digest != self._digest(key, shape, value):
                        self.damaged += 1
                        continue
                    shape = json.loads(shape)  # and floats of 2 or 4 bytes
                    width = len(value) // int(np.prod(shape))
                    found[key] = np.frombuffer(value, f"f{width}").reshape(shape)
            return found

    def put(self, vectors):
        """Keep a dict of vectors <float32 or float16>, on disk at once; what is not
        finite is never kept."""
        vectors = {key: v for key, v in vectors.items() if np.isfinite(v).all()}
        rows = [(key, json.dumps(v.shape).encode(), v.tobytes())
                for key, v in vectors.items()]
        rows = [(*row, self._digest(*row)) for row in rows]
        with self.lock:
            self.written += len(vectors)
            try:
                if self.database:
                    with self.database:
                        self.database.executemany(
                            "INSERT OR REPLACE INTO features VALUES (?, ?, ?, ?)", rows)
                    return
            except sqlite3.DatabaseError as error:
                self._after(error)
            for key, vector in vectors.items():
                self.memory[key] = vector = vector.copy()  # not the batch it is of
                self.size += vector.nbytes
            while self.size > self.MEMORY and self.memory:
                oldest = next(iter(self.memory))
                self.size -= self.memory.pop(oldest).nbytes

@functools.cache
def feature_store(path=None):
    """The one FeatureStore of this process for a path."""
    return FeatureStore(path)

class Pace:
    """How many tokens, padding included, a batch of an encoder has on a device. Where
    it grows it doubles as long as that reads a tenth more tokens a second; where memory
    ends it shrinks. What it came to is kept in the cache, by name."""

    def __init__(self, name, tokens, grows):
        self.name, self.path = name, cache_folder() / "batches.json"
        known = self._kept().get(name)
        self.tokens, self.grows = known or tokens, grows and not known
        self.best, self.rate, self.is_warm = self.tokens, 0, False

    def _kept(self):
        """The sizes that are kept; what cannot be one is as if it were not there."""
        with contextlib.suppress(OSError, ValueError, RecursionError, AttributeError):
            return {name: size for name, size in json.loads(
                self.path.read_bytes()).items() if type(size) is int
                and 0 < size <= 1 << 24}  # of BERT's vectors that takes 50 GB
        return {}

    def settle(self, tokens):
        """Stay at this size, and remember it."""
        self.tokens, self.grows = max(int(tokens), 1), False
        with contextlib.suppress(OSError):  # it is found again, then
            kept = json.dumps(self._kept() | {self.name: self.tokens}, indent=1)
            write_atomically(self.path, kept.encode())

    def judge(self, tokens, seconds):
        """Learn from some batches, how many tokens were read in how many seconds."""
        if not self.grows: return
        if not self.is_warm:  # the first ones of a size also compile
            self.is_warm = True
        elif tokens / seconds > 1.1 * self.rate:
            self.rate, self.best = tokens / seconds, self.tokens
            self.tokens, self.is_warm = 2 * self.tokens, False
        else:
            self.settle(self.best)

def threads_here():
    """How many threads a call may use: those of a worker of Dask, else None for all."""
    with contextlib.suppress(KeyError, ValueError):  # no Dask, or no worker of it
        return sys.modules["distributed"].get_worker().state.nthreads

def check_same(handle, found, identity):
    """Whether an encoder of this digest was found; a KitError if it is another one."""
    if found and found != identity:
        raise KitError(f"A worker on {platform.node()} has another encoder than this "
                       f"machine at {handle} ({found[:8]}, not {identity[:8]}).")
    return bool(found)

@once
def encoder_here(handle, identity):
    """The folder of an encoder on a worker: as it was sent, or found by its handle."""
    name, folder = f"encoder-{identity[:16]}", None
    with contextlib.suppress(KeyError, ValueError):
        sent = Path(sys.modules["distributed"].get_worker().local_directory, name)
        if sent.with_suffix(".zip").exists():
            with zipfile.ZipFile(sent.with_suffix(".zip")) as packed:
                packed.extractall(sent)
            folder = sent
    folder = folder or Encoder(handle).find()
    check_same(handle, Encoder(folder).digest(), identity)
    return folder

def has_encoder(handle, identity):
    """On a worker: whether an encoder is found by its handle; a KitError if another."""
    found = ""
    with contextlib.suppress(KitError): found = Encoder(handle).digest()
    return check_same(handle, found, identity)

@functools.cache
def encoder_sent(client, handle, identity):
    """Send an encoder that lies in a folder to Dask's workers, once to each, if any of
    them does not find it; those of a handle or URL they find themselves."""
    import distributed
    encoder = Encoder(handle)
    if encoder.kaggle or "://" in encoder.handle: return
    supplied(client)
    if all(client.run(has_encoder, handle, identity).values()): return
    folder = encoder.find()
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary, f"encoder-{identity[:16]}.zip")
        with zipfile.ZipFile(path, "w") as packed:
            for name, *_ in times_of(folder): packed.write(folder / name, name)
        say("cluster", f"{encoder.name} goes to each worker, "
            f"{path.stat().st_size / 1e6:.0f} MB")
        client.register_plugin(distributed.diagnostics.plugin.UploadFile(
            str(path), load=False), name=path.stem)

def encoded_there(encoder, batches):
    """What encode() gives of each batch on a worker, by the same encoder, which is
    found there."""
    if threads := threads_here():
        with contextlib.suppress(RuntimeError):  # TensorFlow has begun already
            config = tensorflow().config.threading
            config.set_intra_op_parallelism_threads(threads)
            config.set_inter_op_parallelism_threads(threads)
    encoder = copy.copy(encoder)
    encoder.folder_ = encoder_here(encoder.path, encoder.identity_)
    return list(map(encoder.encode, batches))

def encoded_in_turn(free, items):
    """What encode() gives, by that encoder of a queue, one a card, which is free."""
    encoder = free.get()
    try: return encoder.encode(items)
    finally: free.put(encoder)

WAVE = 16  # batches to each card, after which the size of the next ones is judged
SORTED_AT_ONCE = 50_000  # texts, whose word pieces are in memory then
WAVE_ELSEWHERE = 2000  # batches: as many as keep all workers busy, and no more texts
CALL_ELSEWHERE = 8  # batches: to deal out a call takes Dask as long as a short batch

def by_second(batches):
    """Yield (rows, features) of batches that are ready within a second as one, since to
    keep a batch on disk takes about as long however large it is."""
    ready, since = [], time.monotonic()
    def together():
        return tuple(np.concatenate(part) for part in zip(*ready))
    for batch in batches:
        ready.append(batch)
        if time.monotonic() > since + 1:
            yield together()
            ready, since = [], time.monotonic()
    if ready: yield together()

class FrozenEncoder(TransformerMixin, BaseEstimator):
    """Excerpts <str>[n] to features <float32>[n, ...], kept by the encoder's content,
    the limit and the text, so that each is encoded only once. path: the encoder's
    handle; store: the SQLite file of the features, None for memory only;
    trust_encoder: see load_module."""
    pooling = "layer means"
    max_seq_length = None  # word pieces, where the encoder reads such
    # Tokens of a batch. ELMo's character convolutions take about 369 KB a token
    # (tensorflow/models #1993), so this is 3 GB there; a card with less gets less.
    batch_tokens = card_tokens = 8192
    cpu_lanes = 1  # batches that a CPU reads at the same time
    lane_ = None  # what reads: the name of a card, None for the first

    def __init__(self, path, store=None, trust_encoder=False):
        self.path, self.store, self.trust_encoder = path, store, trust_encoder

    def fit(self, X, y=None):
        """Find the encoder; a frozen one has nothing to learn."""
        encoder = Encoder(self.path)
        self.folder_, self.identity_ = encoder.find(), encoder.digest()
        return self

    def transform(self, X):
        """Features, one row per text."""
        texts, places, features = {}, {}, None
        first = []  # each row's, the one where its text stands for the first time
        for row, text in enumerate(X):
            key = self._key(text)
            texts.setdefault(key, text)
            first.append(places.setdefault(key, row))
        for vectors in self._vectors(texts):
            for key, vector in vectors.items():
                if features is None:  # the one array of all, and memory holds no more
                    features = np.empty((len(first), *vector.shape), np.float32)
                features[places[key]] = vector
        first = np.array(first)
        again = np.flatnonzero(first != np.arange(len(first)))
        features[again] = features[first[again]]
        return features

    def _vectors(self, texts):
        """Yield dicts of the vectors of texts (a dict by key): what is kept, some at a
        time, then what is encoded now."""
        store, missing, keys = feature_store(self.store), {}, list(texts)
        damaged = store.damaged
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            known = store.get(some)
            missing |= {key: texts[key] for key in some if key not in known}
            yield known
        if damaged := store.damaged - damaged:
            say("cache", f"{damaged} features in {store.path} have no digest, or "
                "another than when they were kept: they are encoded anew")
        if missing: yield from self._encode_missing(missing, store)

    def _key(self, text):
        what = (FORMAT, self.identity_, self.pooling, self.max_seq_length, text,
                *self._kind())
        content = repr(what).encode("utf-8", "replace")
        return hashlib.blake2b(content, digest_size=16).digest()

    def _kind(self):
        """What tells its features from others of the same encoder."""
        return ()

    def _encode_missing(self, missing, store):
        """Encode texts by key, the longest of some first; the store gets each batch at
        once."""
        every, lost, name = list(missing), 0, Encoder(self.path).name
        with progress(len(every), f"encoding {name}") as bar:
            for start in range(0, len(every), SORTED_AT_ONCE):
                keys = every[start : start + SORTED_AT_ONCE]
                items, sizes = self._prepare([missing[key] for key in keys])
                for rows, features in by_second(self._batches(items, np.array(sizes))):
                    vectors = {keys[row]: vector for row, vector in zip(rows, features)}
                    store.put(vectors)
                    lost += len(features) - int(np.isfinite(features).reshape(
                        len(features), -1).all(axis=1).sum())
                    yield vectors
                    bar.update(len(rows))
        if lost:
            say("encoder", f"{name} gives no finite features for {lost} of "
                f"{len(every)} texts: they are not kept")

    def _batches(self, items, sizes):
        """Yield (rows, features) of batches alike in size, as cards or other machines
        finish them; they are the same batches whoever reads them."""
        todo, away = np.argsort(-sizes, kind="stable"), elsewhere()
        lanes = [] if away else self._lanes()
        pace, most = self._pace(away), WAVE_ELSEWHERE if away else WAVE * len(lanes)
        while len(todo):
            wave, started = [], time.perf_counter()
            while len(todo) and len(wave) < most:
                count = max(pace.tokens // sizes[todo[0]], 1)
                wave.append(todo[:count])
                todo = todo[count:]
            batches = [[items[row] for row in rows] for rows in wave]
            for number, (features, fits) in self._read(batches, lanes):
                yield wave[number], features
                if fits < len(batches[number]):
                    pace.settle(min(pace.tokens, fits * sizes[wave[number][0]]))
            pace.judge(sum(len(rows) * sizes[rows[0]] for rows in wave),
                       time.perf_counter() - started)

    def _read(self, batches, lanes):
        """Yield (number, what encode() gives) of batches, by lanes, else elsewhere."""
        if not lanes:
            if client := dask_client(): encoder_sent(client, self.path, self.identity_)
            starts = range(0, len(batches), CALL_ELSEWHERE)
            for call, encoded in in_waves(
                    (encoded_there, self, batches[start : start + CALL_ELSEWHERE])
                    for start in starts):
                yield from enumerate(encoded, starts[call])
            return
        free = queue.SimpleQueue()
        for lane in lanes: free.put(lane)
        calls = ((encoded_in_turn, free, items) for items in batches)
        yield from in_waves(calls, len(lanes), threads=True)

    def _pace(self, away):
        """The Pace of its batches. Those of a CPU and of other machines do not grow: to
        the last digit a text's features hang on its batch, and the same seed is to give
        the same numbers."""
        gpus = [] if away else tensorflow().config.list_physical_devices("GPU")
        device = "CPU"
        if gpus:
            details = tensorflow().config.experimental.get_device_details(gpus[0])
            device = details.get("device_name", "GPU")
        tokens = self.card_tokens if gpus else self.batch_tokens
        name = " ".join((self.identity_[:16], device, *self._kind()))
        return Pace(name, tokens, bool(gpus))

    def _lanes(self):
        """What reads at the same time: itself, and a copy for each further card; on a
        CPU alone itself several times."""
        config = tensorflow().config
        cards = config.list_logical_devices("GPU")
        if not cards:
            cards = config.list_logical_devices("CPU")
            if len(cards) == 1: return [self] * self.cpu_lanes
        return [self, *(self._with(card.name) for card in cards[1:])]

    def _with(self, lane):
        copied = copy.copy(self)
        copied.lane_ = lane
        return copied

    def encode(self, items):
        """(features of a batch, how many texts of it fit into memory at once)."""
        try:
            return self._encode(items), len(items)
        except tensorflow().errors.ResourceExhaustedError:
            if len(items) == 1: raise
        half = -(-len(items) // 2)
        say("memory", f"{len(items)} texts do not fit, going on with {half}")
        parts = [self.encode(items[:half]), self.encode(items[half:])]
        return np.concatenate([f for f, _ in parts]), min(fits for _, fits in parts)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False  # nothing is learnt from the texts
        return tags

class ElmoFeatures(FrozenEncoder):
    """Means over the words of ELMo's three layers, <float32>[n, 3, d]."""

    def _prepare(self, texts):
        """Items to encode, and the number of tokens of each."""
        return texts, [max(len(text.split()), 1) for text in texts]

    def _encode(self, items):
        tf = tensorflow()
        module = shared_module(
            ElmoModule, self.folder_, self.trust_encoder, self.lane_)
        with tf.device(self.lane_):
            return module.batch_means(tf.constant(items)).numpy()

PRECISIONS = "auto", "float32", "float16", "bfloat16"
ENGINES = "tensorflow", "openvino"
PRODUCTS = "MatMul", "BatchMatMulV2", "Einsum"  # TensorFlow's names of what takes time

def precision_here(asked, folder):
    """The precision of a BERT's products: as asked; "auto" is float16 if all cards have
    tensor cores for it (from Nvidia's 7.0 on) and it is in TF2 format, else float32."""
    if asked != "auto": return asked
    # Without TensorFlow where there is no card: features may all be kept already.
    if not Path("/proc/driver/nvidia/version").exists() or Path(
            folder, "tfhub_module.pb").exists(): return "float32"
    config = tensorflow().config
    details = [config.experimental.get_device_details(card)
               for card in config.list_physical_devices("GPU")]
    able = details and all(d.get("compute_capability", (0, 0))[0] >= 7 for d in details)
    return "float16" if able else "float32"

def with_smaller_products(function, kind):
    """A concrete function of tensors with its variables frozen and the factors of its
    products of a smaller type; what lies between, softmax and norms, stays float32."""
    tf = tensorflow()
    from tensorflow.python.framework import convert_to_constants
    frozen = convert_to_constants.convert_variables_to_constants_v2(function)
    graph, small = frozen.graph.as_graph_def(), getattr(tf, kind).as_datatype_enum
    float32 = tf.float32.as_datatype_enum
    def cast(name, source, *types):
        node = graph.node.add(name=name, op="Cast", input=[source])
        for key, value in zip(("SrcT", "DstT"), types): node.attr[key].type = value
    for node in [n for n in graph.node if n.op in PRODUCTS]:
        if node.attr["T"].type != float32: continue
        name, node.name = node.name, f"{node.name}/small"
        node.attr["T"].type = small
        for place, source in enumerate(node.input):
            if not source.startswith("^"):
                cast(f"{name}/factor{place}", source, float32, small)
                node.input[place] = f"{name}/factor{place}"
        cast(name, node.name, small, float32)
    imported = tf.compat.v1.wrap_function(
        lambda: tf.graph_util.import_graph_def(graph, name=""), [])
    return imported.prune([t.name for t in frozen.inputs], frozen.outputs[0].name)

@once
def bert_reader(module, pooling, precision, card):
    """BERT's pooled() by TensorFlow: (ids, mask) to <float32>[n, d]."""
    tf, embed = tensorflow(), module.embed[pooling]
    if precision != "float32":
        if module.is_tf1:
            raise KitError(f"{module.path} is in TF1 format, whose variables cannot be "
                           f"frozen: --precision {precision} needs TF2's.")
        with hushed(tf), tf.device(card):
            embed = with_smaller_products(embed.get_concrete_function(), precision)
    def read(ids, mask):
        with tf.device(card): return embed(tf.constant(ids), tf.constant(mask)).numpy()
    return read

@once
def openvino_bert(module, pooling, precision):
    """BERT's pooled() compiled by OpenVINO, which takes seconds: a stream a core, so
    that it keeps its speed beside other work."""
    require("--engine openvino", "openvino")
    import openvino
    if module.is_tf1:
        raise KitError(f"{module.path} is in TF1 format; --engine openvino reads TF2.")
    core = openvino.Core()
    kind = {"float32": "FP32", "bfloat16": "BF16", "float16": "FP16"}[precision]
    if kind not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise KitError(f"--precision {precision}: OpenVINO does not multiply in it on "
                       "this processor.")
    tf = tensorflow()
    spec = tf.TensorSpec([None, None], tf.int32)
    pooled = functools.partial(module.pooled, pooling=pooling)
    signature = tf.function(lambda ids, mask: {"pooled": pooled(ids, mask)},
                            input_signature=[spec, spec])
    options = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT":
               kind.lower().replace("fp", "f")}
    if threads := threads_here(): options["INFERENCE_NUM_THREADS"] = threads
    # Threads that hand it their first arrays at once can wait for each other for ever.
    openvino.Tensor(np.zeros(1))
    with tempfile.TemporaryDirectory() as folder, quiet_stderr(), hushed(tf):
        tf.saved_model.save(module.module, folder, signatures=signature)
        return core.compile_model(core.read_model(folder), "CPU", options)

class BertFeatures(FrozenEncoder):
    """BERT's embedding <float32>[n, d]: pooling as BertLayer's, of at most
    max_seq_length word pieces with the two special ones (None: all). Of a text longer
    than the encoder reads, windows are averaged. precision: of the products in it, one
    of PRECISIONS; engine: who computes it, one of ENGINES. Features of each are kept
    apart."""
    batch_tokens = 1024  # a CPU's caches hold what a layer makes of them, which is
    cpu_lanes = joblib.cpu_count()  # too small to be shared out among its cores

    def __init__(self, path, store=None, pooling="mean", max_seq_length=None,
                 trust_encoder=False, precision="float32", engine="tensorflow"):
        super().__init__(path, store, trust_encoder)
        self.pooling, self.max_seq_length = pooling, max_seq_length
        self.precision, self.engine = precision, engine

    def fit(self, X, y=None):
        """Find the encoder, and what "auto" means here."""
        for value, kinds in ((self.precision, PRECISIONS), (self.engine, ENGINES)):
            if value not in kinds:
                raise ValueError(f"{value!r} is none of {', '.join(kinds)}")
        super().fit(X, y)
        self.precision_ = precision_here(self.precision, self.folder_)
        return self

    def _module(self, card=None):
        return shared_module(BertModule, self.folder_, self.trust_encoder, card)

    def _kind(self):
        """What tells its features from those of other engines and precisions."""
        kind = self.engine, self.precision_
        return () if kind == ("tensorflow", "float32") else kind

    def _lanes(self):
        if self.engine == "tensorflow": return super()._lanes()
        compiled = openvino_bert(self._module(), self.pooling, self.precision_)
        count = compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")
        return [self._with(compiled.create_infer_request()) for _ in range(count)]

    def _prepare(self, texts):
        """Items (ids of word pieces) to encode, and the number of tokens of each."""
        module = self._module()
        module.embedding_width(self.pooling)  # or a sentence, before anything is read
        items = module.word_pieces.ids(texts, self.max_seq_length)
        sizes = np.array(list(map(len, items)))
        if long := int((sizes > module.max_length).sum()):
            say("windows", f"{long} of {len(texts)} texts have more than the "
                f"{module.max_length} word pieces that {Encoder(self.path).name} "
                "reads at once: windows of them are averaged")
        return items, sizes

    def _pooled(self, parts):
        """Vectors <float32>[n, d], and masks, of windows of ids."""
        longest = max(map(len, parts))
        if self.engine == "tensorflow":
            ids, masks, _ = padded_triplet(parts, longest)
            read = bert_reader(self._module(self.lane_), self.pooling,
                               self.precision_, self.lane_)
            return read(ids, masks), masks
        # OpenVINO compiles for each new shape: few lengths are few shapes.
        ids, masks, _ = padded_triplet(parts, -(-longest // 8) * 8)
        request = self.lane_ or openvino_bert(
            self._module(), self.pooling, self.precision_).create_infer_request()
        return np.array(request.infer({"ids": ids, "mask": masks})["pooled"]), masks

    def _encode(self, items):
        module = self._module()
        windows = [module.windows(ids) for ids in items]
        parts = list(chain.from_iterable(windows))
        found, masks = self._pooled(parts)
        if len(parts) > len(items):  # each window counts as much as it is long
            first = np.cumsum([0, *map(len, windows)])[:-1]
            sizes = masks.sum(axis=1, keepdims=True).astype(np.float32)
            total = np.add.reduceat(sizes, first)
            found = np.add.reduceat(found * sizes, first) / total
        # Many layers take much room, and half of it holds them well enough.
        return found.astype(np.float16) if self.pooling == "layers" else found

# ----------------------------------------------------------------------- Classifiers
def scores_of(model, X):
    """How likely a fitted model finds each class, <float>[n, K]: distances or logits,
    else probabilities. Of two classes the first column is the second's negative."""
    if not hasattr(model, "decision_function"): return model.predict_proba(X)
    scores = model.decision_function(X)
    return np.stack([-scores, scores], axis=1) if scores.ndim == 1 else scores

class Likeliest(ClassifierMixin, BaseEstimator):
    """A classifier that says the class with the highest score."""

    def predict(self, X):
        """The likeliest class of each row."""
        best = scores_of(self, X).argmax(axis=1)
        return self.classes_[best]

def sigmoid(logits):
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * logits))

class DenseHead(Likeliest):
    """The article's head: Dense(units, relu), the output, Adam, cross-entropy.

    Two classes have one sigmoid, as in the article; more a softmax of one output each.
    X: features <float>[n, d], or <float>[n, 3, d] of ELMo's layers, which the 4 scalars
    (softmax weights and gamma) mix first, trained with the rest. The function, its
    start and its steps are those of the Keras models above, written in NumPy: on
    features that are computed already, Keras spends its time on building the graph.
    centred: features are taken from their mean over the training part, which the first
    bias holds at the end: that of a domain's texts lies far from an encoder's zero, and
    5 epochs are short to unlearn it.

    weights_: as in the Keras model: [layer_weights, gamma,] kernel, bias, kernel, bias.
    history_: loss and accuracy of each epoch; with validation_data also val_loss and
    val_accuracy, which are recorded and never used."""

    def __init__(self, units=HEAD_UNITS, epochs=5, batch_size=32, learning_rate=1e-3,
                 random_state=None, centred=True):
        self.units, self.epochs, self.batch_size = units, epochs, batch_size
        self.learning_rate, self.random_state = learning_rate, random_state
        self.centred = centred

    def fit(self, X, y, validation_data=None):
        """Train for the epochs; validation_data (X, y) is only scored after each."""
        X, y = validate_data(self, X, y, allow_nd=True, dtype=np.float32)
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        if len(self.classes_) < 2:
            raise ValueError("DenseHead needs two classes; it got one class.")
        rng = check_random_state(self.random_state)
        self.weights_ = self._initial_weights(X.shape, rng)
        self.history_ = {"loss": [], "accuracy": []}
        mean = X.mean(axis=0, keepdims=True) * np.float32(self.centred)
        if validation_data is not None:
            held_out, names = validation_data
            validation_data = np.asarray(held_out) - mean, names
        with threadpool_limits(1):  # more cost more than they save at this size
            self._train(X - mean, self._targets(y), rng, validation_data)
        kernel, bias = self.weights_[-4:-2]
        bias -= self._forward(mean)[0][0] @ kernel
        return self

    def _targets(self, y):
        """What the outputs should be: <float>[n, 1] for two classes, else [n, K]."""
        one_hot = (np.asarray(y)[:, None] == self.classes_).astype(np.float32)
        return one_hot[:, -1:] if len(self.classes_) == 2 else one_hot

    def _initial_weights(self, shape, rng):
        """Keras' start: Glorot-uniform kernels, zero biases; equal shares, gamma 1."""
        outputs = 1 if len(self.classes_) == 2 else len(self.classes_)
        dense = []
        for rows, columns in ((shape[-1], self.units), (self.units, outputs)):
            limit = np.sqrt(6 / (rows + columns))
            kernel = rng.uniform(-limit, limit, (rows, columns)).astype(np.float32)
            dense += [kernel, np.zeros(columns, np.float32)]
        if len(shape) == 2: return dense
        return [np.zeros(shape[1], np.float32), np.ones((), np.float32), *dense]

    def _train(self, X, targets, rng, validation_data):
        """Adam as in Keras: moments without bias correction, the rate corrected."""
        moments = [(np.zeros_like(w), np.zeros_like(w)) for w in self.weights_]
        step = 0
        for _ in range(self.epochs):
            order = rng.permutation(len(X))
            loss, hits = 0.0, 0
            for start in range(0, len(X), self.batch_size):
                rows = order[start : start + self.batch_size]
                logits, gradients = self._gradients(X[rows], targets[rows])
                loss += self._losses(logits, targets[rows]).sum()
                hits += self._hits(logits, targets[rows]).sum()
                step += 1
                rate = self.learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
                for i, ((m, v), gradient) in enumerate(zip(moments, gradients)):
                    m += 0.1 * (gradient - m)
                    v += 0.001 * (gradient**2 - v)
                    self.weights_[i] -= np.float32(rate) * m / (np.sqrt(v) + 1e-7)
            said = {"loss": loss / len(X), "accuracy": hits / len(X)}
            if validation_data is not None:
                held_out, y = validation_data
                logits, y = self._forward(held_out)[2], self._targets(y)
                said |= {"val_loss": self._losses(logits, y).mean(),
                         "val_accuracy": self._hits(logits, y).mean()}
            for name, value in said.items():
                self.history_.setdefault(name, []).append(float(value))

    @staticmethod
    def _by_class(outputs):
        """Logits or targets [n, K], also of one sigmoid: 0 for the first class."""
        one = outputs.shape[1] == 1
        return np.hstack([np.zeros_like(outputs), outputs]) if one else outputs

    @classmethod
    def _losses(cls, logits, targets):
        """Cross-entropy of each row."""
        whole = np.logaddexp.reduce(cls._by_class(logits), axis=1)
        return whole - (targets * logits).sum(axis=1)

    @classmethod
    def _hits(cls, logits, targets):
        """Whether the likeliest class of each row is the right one."""
        said, right = (cls._by_class(v).argmax(axis=1) for v in (logits, targets))
        return said == right

    def _forward(self, X):
        """Input of the head [n, d], hidden layer [n, units], logits [n, 1 or K]."""
        *scalars, kernel, bias, kernel_out, bias_out = self.weights_
        if scalars:
            layer_weights, gamma = scalars
            X = gamma * np.einsum("nld,l->nd", X, softmax(layer_weights))
        hidden = np.maximum(X @ kernel + bias, 0)
        return X, hidden, hidden @ kernel_out + bias_out

    def _gradients(self, X, targets):
        """Logits [n, 1 or K] and the mean loss's gradient for each of the weights."""
        *scalars, kernel, _, kernel_out, _ = self.weights_
        embedding, hidden, logits = self._forward(X)
        said = sigmoid(logits) if logits.shape[1] == 1 else softmax(logits, axis=1)
        error = (said - targets) / len(targets)  # [n, 1 or K]
        behind = (error @ kernel_out.T) * (hidden > 0)  # [n, units]
        dense = [embedding.T @ behind, behind.sum(0), hidden.T @ error, error.sum(0)]
        if not scalars: return logits, dense
        shares, gamma = softmax(scalars[0]), scalars[1]
        by_layer = np.einsum("nld,nd->l", X, behind @ kernel.T)  # d loss / d share
        by_share = gamma * (by_layer - shares @ by_layer)
        return logits, [shares * by_share, shares @ by_layer, *dense]

    def decision_function(self, X):
        """The logits: of classes_[1] <float>[n], or of each class <float>[n, K]."""
        check_is_fitted(self)
        X = validate_data(self, X, allow_nd=True, dtype=np.float32, reset=False)
        logits = self._forward(X)[2]
        return logits[:, 0] if logits.shape[1] == 1 else logits

    def predict_proba(self, X):
        """Probabilities <float>[n, K]."""
        logits = self.decision_function(X)
        if logits.ndim == 2: return softmax(logits, axis=1)
        positive = sigmoid(logits)
        return np.stack([1 - positive, positive], axis=1)

@functools.cache
def trainable_bert(path, n_fine_tune_layers, pooling, classes, trust_encoder=False):
    """(Keras model, the weights that it starts from): one of its kind in a process, for
    all fits in turn, since what TensorFlow builds around a SavedModel to train it is
    never freed: 1 GB for each of BERT-base's."""
    model = build_bert_model(None, path, n_fine_tune_layers, pooling, classes=classes,
                             trust_encoder=trust_encoder)
    model.optimizer.build(model.trainable_variables)
    return model, [weight.numpy() for weight in model.trainable_variables]

def warmed_up(step, total, share=0.1):
    """What part of the learning rate a step gets, 0..1: it rises in a share of all
    steps, and falls to 0 in the rest, as in BERT's own recipe (Devlin et al. 2019)."""
    return min((step + 1) / (share * total), (total - step) / ((1 - share) * total), 1)

class FineTunedBert(Likeliest):
    """The article's BERT model trained end to end: excerpts <str>[n] to K classes. Its
    head starts as one trained on the frozen encoder, since a random one would distort
    it (Kumar et al. 2022), and learn little itself at its rate. Texts are cut to what
    the encoder can read at once. Where it has dropout of its own, two runs differ a
    little. Parameters as in build_bert_model, BertFeatures and DenseHead; learning_rate
    None: 5e-5 for an encoder as wide as BERT-base, 768, and more for a narrower one in
    proportion (Turc et al. 2019 take up to 3e-4 for small BERTs; Adam's 1e-3 would
    destroy them). weights_: of what was trained; history_: as DenseHead's."""

    def __init__(self, path, n_fine_tune_layers=2, pooling="mean", max_seq_length=None,
                 epochs=5, batch_size=32, learning_rate=None, random_state=None,
                 trust_encoder=False):
        self.path, self.pooling, self.max_seq_length = path, pooling, max_seq_length
        self.trust_encoder = trust_encoder
        self.n_fine_tune_layers = n_fine_tune_layers
        self.epochs, self.batch_size = epochs, batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state

    def fit(self, X, y, validation_data=None):
        """Train encoder and head; validation_data (X, y) is only scored each epoch."""
        import keras
        cards = tensorflow().config.list_logical_devices("GPU")
        if cards[1:]:  # MirroredStrategy gives the whole of such a batch to every card
            say("cards", f"fine-tuning uses one of {len(cards)} cards: Keras deals out "
                "the batches of fit(), not ours of like length")
        with hushed(tensorflow()):
            keras.utils.set_random_seed(self.random_state or 0)
            self.classes_, y = np.unique(y, return_inverse=True)
            model, start = self._model()
            self._assign([*start[:-4], *self._head(X, y)])
            for variable in model.optimizer.variables:
                variable.assign(np.zeros(variable.shape, variable.dtype))
            self.history_ = {}
            self._train(model, self._ids(X), y, validation_data)
            self.weights_ = [weight.numpy() for weight in model.trainable_variables]
        return self

    def _model(self):
        """The Keras model that this one shares, and the weights that it starts from."""
        return trainable_bert(self.path, self.n_fine_tune_layers, self.pooling,
                              len(self.classes_), self.trust_encoder)

    def _assign(self, weights):
        for variable, weight in zip(self._model()[0].trainable_variables, weights):
            variable.assign(weight)

    def _head(self, X, y):
        """Weights of a head that was trained on the frozen encoder."""
        limit = min(self.max_seq_length or 10**9, self._module().max_length)
        frozen = BertFeatures(self.path, None, self.pooling, limit, self.trust_encoder)
        head = DenseHead(random_state=self.random_state)
        return head.fit(frozen.fit_transform(X), y).weights_

    def _module(self):
        path = Encoder(self.path).find()
        return shared_module(BertModule, path, self.trust_encoder)

    def _ids(self, X):
        """Ids of the texts' word pieces, cut to what the encoder can read."""
        return self._module().ids(X, self.max_seq_length)

    def _train(self, model, ids, y, validation_data):
        """The epochs, in batches of like length, in an order of their own each."""
        rng, done = np.random.default_rng(self.random_state), 0
        peak = self.learning_rate or 5e-5 * 768 / self._module().width
        total = self.epochs * -(-len(ids) // self.batch_size)
        with progress(self.epochs * len(ids), "fine-tuning", unit=" texts") as bar:
            for _ in range(self.epochs):
                model.reset_metrics()
                for rows in self._batches(ids, rng):
                    rate = peak * warmed_up(done, total)
                    model.optimizer.learning_rate.assign(rate)
                    said = model.train_on_batch(
                        self._triplet(ids, rows), y[rows], return_dict=True)
                    bar.update(len(rows))
                    done += 1
                if validation_data is not None:
                    said |= self._held_out(model, *validation_data)
                for name, value in said.items():
                    self.history_.setdefault(name, []).append(float(value))

    def _batches(self, ids, rng):
        """Rows of texts of like length together, in random order."""
        lengths = np.array(list(map(len, ids)))
        near = np.argsort(lengths * rng.uniform(0.8, 1.25, len(ids)), kind="stable")
        batches = [near[i : i + self.batch_size]
                   for i in range(0, len(near), self.batch_size)]
        return [batches[i] for i in rng.permutation(len(batches))]

    @staticmethod
    def _triplet(ids, rows):
        some = [ids[row] for row in rows]
        return padded_triplet(some, max(map(len, some)))

    def _held_out(self, model, X, y):
        """Loss and accuracy <float> of texts that are not learnt from."""
        said = self._said(model, self._ids(X))
        y = np.searchsorted(self.classes_, y)
        right = np.maximum(said[np.arange(len(y)), y], 1e-7)
        return {"val_loss": -np.log(right).mean(),
                "val_accuracy": (said.argmax(axis=1) == y).mean()}

    def _said(self, model, ids):
        """Probabilities <float>[n, K] by the model as it is."""
        order = np.argsort([-len(i) for i in ids], kind="stable")
        said = np.zeros((len(ids), len(self.classes_)), np.float32)
        for start in range(0, len(order), self.batch_size):
            rows = order[start : start + self.batch_size]
            shares = np.asarray(model.predict_on_batch(self._triplet(ids, rows)))
            said[rows] = (np.hstack([1 - shares, shares])
                          if shares.shape[1] == 1 else shares)
        return said

    def predict_proba(self, X):
        """Probabilities <float>[n, K]."""
        check_is_fitted(self)
        with hushed(tensorflow()):
            self._assign(self.weights_)
            return self._said(self._model()[0], self._ids(X))

class NaiveBayesSVM(Likeliest):
    """A linear SVM on features weighted by naive Bayes' log-count ratios (Wang and
    Manning, "Baselines and Bigrams", ACL 2012). X: the words and pairs of words of each
    text, <float>[n, v] (sparse); alpha: the count that every feature has beforehand.
    More than two classes: one against the rest. coef_: <float>[1 or K, v]."""

    def __init__(self, C=1.0, alpha=1.0, random_state=None):
        self.C, self.alpha, self.random_state = C, alpha, random_state

    def fit(self, X, y):
        """Learn ratios and weights."""
        self.classes_ = np.unique(y)
        kinds = self.classes_ if len(self.classes_) > 2 else self.classes_[1:]
        fitted = [self._against_rest(X, np.asarray(y) == kind) for kind in kinds]
        self.coef_ = np.vstack([coef for coef, _ in fitted])
        self.intercept_ = np.array([intercept for _, intercept in fitted])
        return self

    def _against_rest(self, X, of_class):
        """Weights <float>[v] and intercept for one class."""
        totals = [np.asarray(X[rows].sum(axis=0))[0] for rows in (of_class, ~of_class)]
        shares = [(self.alpha + t) / (self.alpha + t).sum() for t in totals]
        ratios = np.log(shares[0] / shares[1])
        svm = LinearSVC(C=self.C, random_state=self.random_state)
        with warnings.catch_warnings():  # a margin short of the best one serves as well
            warnings.simplefilter("ignore", ConvergenceWarning)
            svm.fit(X.multiply(ratios).tocsr(), of_class)
        return svm.coef_[0] * ratios, svm.intercept_[0]

    def decision_function(self, X):
        """Distances from the border: <float>[n] of classes_[1], or <float>[n, K]."""
        distances = X @ self.coef_.T + self.intercept_
        return distances[:, 0] if distances.shape[1] == 1 else distances

FOLDS = 3  # of the training part, as in the article

class Blend(Likeliest):
    """What several models say of raw texts <str>[n], put together: the class with the
    highest weighted sum of their scores, one weight a model. The weights are those of a
    logistic regression (of many classes McFadden's conditional logit) that knows no
    negative ones, on scores for texts that the models had not learnt from: FOLDS folds
    of what fit() gets. members: [(name, Pipeline), ...]; C: as LogisticRegression's.
    shares_: by member, how much of a score's deviation is its; members_: fitted."""

    def __init__(self, members=(), C=1.0, random_state=None):
        self.members, self.C, self.random_state = members, C, random_state

    def fit(self, X, y):
        """Fit the members in each fold, weigh them, and fit them to all texts."""
        self.classes_, y = np.unique(y, return_inverse=True)
        said = np.zeros((len(self.members), len(y), len(self.classes_)), np.float32)
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=self.random_state)
        with warnings.catch_warnings():  # some class can be smaller than FOLDS
            warnings.simplefilter("ignore", UserWarning)
            parts = list(folds.split(y, y))
        for learnt, judged in parts:
            fitted = self._fitted([X[i] for i in learnt], y[learnt])
            said[:, judged] = self._said(fitted, [X[i] for i in judged])
        spread = np.maximum(said.std(axis=(1, 2)), 1e-9)
        weights = self._weights(said / spread[:, None, None], y)
        self.weights_, total = weights / spread, max(weights.sum(), 1e-9)
        names = [name for name, _ in self.members]
        self.shares_ = dict(zip(names, (weights / total).tolist()))
        self.members_ = self._fitted(X, y)
        return self

    def _fitted(self, X, y):
        return [clone(member).fit(X, y) for _, member in self.members]

    def _said(self, fitted, X):
        """Scores <float>[members, n, K]; the least there is for a class not learnt."""
        found = []
        for member in fitted:
            scores = scores_of(member, X)
            if not hasattr(member, "decision_function"):  # probabilities
                scores = np.log(np.maximum(scores, 1e-7))
            whole = np.full((len(X), len(self.classes_)), scores.min())
            whole[:, member.classes_] = scores
            found.append(whole)
        return np.array(found)

    def _weights(self, said, y):
        """Weights <float>[members] of standardised scores [members, n, K]."""
        right = np.eye(said.shape[2])[y]
        def loss(weights):
            logits = np.tensordot(weights, said, 1)  # [n, K]
            whole = np.logaddexp.reduce(logits, axis=1)
            error = softmax(logits, axis=1) - right
            return (self.C * (whole.sum() - (logits * right).sum()) + weights @ weights
                    / 2, self.C * np.tensordot(said, error, 2) + weights)
        start = np.full(len(said), 1 / len(said))
        bounds = [(0, None)] * len(said)
        return optimize.minimize(loss, start, jac=True, bounds=bounds).x

    def decision_function(self, X):
        """Weighted sums: <float>[n] of classes_[1] less the other's, or <float>[n, K].
        Their softmax (of two classes sigmoid) is a probability."""
        check_is_fitted(self)
        logits = np.tensordot(self.weights_, self._said(self.members_, X), 1)
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits

# ------------------------------------------------------------------------- Algorithms
@dataclass(frozen=True)
class Settings:
    """What one row of the table is made with; see the command line's help. nsamp:
    documents per class; maxtokens, maxtokenlen: the article's limits, in words and
    characters; text: what the encoders read, "article" or "natural"; svm: parameters of
    SVC; store: the SQLite file of the features, None for memory only; members: the
    models that blend puts together; trust_encoder: see load_module."""
    nsamp: int = 1000
    maxtokens: int = 50
    maxtokenlen: int = 20
    text: str = "article"
    svm: dict = field(default_factory=lambda: {"C": 1, "kernel": "linear"})
    elmo: str = ELMO
    bert: str = BERT
    pooling: str = "mean"
    precision: str = "auto"
    engine: str = "tensorflow"
    n_fine_tune_layers: int | str = 0
    epochs: int = 5
    batch_size: int = 32
    seed: int = 0
    store: str | None = None
    members: tuple = ("lr", "elmo", "bert", "nbsvm")
    trust_encoder: bool = False

    @property
    def label(self):
        """The row of the table, as in the article: tokens/length."""
        return f"{self.maxtokens}/{self.maxtokenlen}"

@dataclass(frozen=True)
class Algorithm:
    """A model of the table. steps(settings): [(step name, estimator), ...] after
    `tokens`; encoders(settings): handles of what reads the text; recipe: of tokens, for
    who has none, "" for the whole text as it stands; param_grid: what --tune tries, of
    any step, tokens__maxtokens, too; resource: what successive halving gives more of,
    documents or one of the grid's; growth: with which power of the texts its seconds
    grow, if it can take long; judged: whether it is an opponent at all; trained(
    settings): what of its encoder is trained, in words; blended: if blend takes it;
    packages(settings): which it needs beyond those that kit.py imports; about: what it
    is, in --help."""
    title: str
    steps: Callable
    param_grid: dict = field(default_factory=dict)
    resource: str = "n_samples"
    encoders: Callable = lambda settings: ()
    recipe: str = "article"
    growth: float = 0
    judged: bool = True
    trained: Callable = lambda settings: ""
    blended: bool = False
    packages: Callable = lambda settings: ()
    about: str = ""

    def encoder(self, settings):
        """The handles of its encoders in one, as in results.csv; "" for none."""
        return " + ".join(map(without_secrets, self.encoders(settings)))

    def text(self, settings):
        """The recipe of tokens."""
        return settings.text if self.encoder(settings) else self.recipe

def steps(features, classifier):
    """The steps of a pipeline after its tokens."""
    return [("features", features), ("classifier", classifier)]

def nbsvm_steps(settings):
    """The strong simple opponent: which words and pairs there are, NBSVM."""
    return steps(CountVectorizer(ngram_range=(1, 2), binary=True,
                                 token_pattern=r"\w+|[^\w\s]", dtype=np.float64),
                 NaiveBayesSVM(random_state=settings.seed))

def features_and_head(features, settings):
    """Steps of an encoder: its features, computed once, and the head."""
    return steps(features,
                 DenseHead(epochs=settings.epochs, batch_size=settings.batch_size,
                           random_state=settings.seed))

def bert_steps(settings):
    """BERT's embedding, encoded once, and the head; or all of it trained together."""
    limit = settings.maxtokens if settings.text == "article" else None  # word pieces
    if settings.n_fine_tune_layers:
        classifier = FineTunedBert(
            settings.bert, settings.n_fine_tune_layers, settings.pooling, limit,
            settings.epochs, settings.batch_size, random_state=settings.seed,
            trust_encoder=settings.trust_encoder)
        return [("classifier", classifier)]
    features = BertFeatures(settings.bert, settings.store, settings.pooling, limit,
                            settings.trust_encoder, settings.precision, settings.engine)
    return features_and_head(features, settings)

REGULARIZATION = [0.01, 0.1, 1, 10]  # two decades below the default, one above
HEAD_GRID = {
    "classifier__units": [64, 256],  # a smaller head may do for 1,400 documents
    "classifier__epochs": [3, 5, 10],  # the article reads the best epoch off a figure
    "classifier__learning_rate": [3e-4, 1e-3, 3e-3]}

# Add an algorithm here. The forest has 10 trees and the SVM C=1, as in the article, and
# the forest's grid is the article's.
ALGORITHMS = {
    "lr": Algorithm(
        "LR", lambda s: steps(TokenCounts(), LogisticRegression(max_iter=1000)),
        {"classifier__C": REGULARIZATION}, blended=True,
        about="logistic regression on how often each word occurs"),
    "svm": Algorithm(
        "SVM", lambda s: steps(TokenCounts(), SVC(**s.svm)),
        {"classifier__C": REGULARIZATION, "classifier__kernel": ["linear", "rbf"],
         "classifier__gamma": ["scale"]},  # auto is weak on sparse counts
        growth=2, about="support vector machine on the same"),
    "rf": Algorithm(
        "RF", lambda s: steps(
            TokenCounts(), RandomForestClassifier(10, random_state=s.seed)),
        {"classifier__min_samples_leaf": [1, 2, 3],
         "classifier__min_samples_split": [2, 6, 10],
         "classifier__n_estimators": [10, 100, 1000]},
        resource="classifier__n_estimators",  # 1,000 trees are slow on few documents
        about="random forest, 10 decision trees"),
    "gbm": Algorithm(
        "GBM", lambda s: steps(
            TokenCounts(), GradientBoostingClassifier(random_state=s.seed)),
        {"classifier__n_estimators": [100, 300], "classifier__learning_rate":
         [0.05, 0.1, 0.2], "classifier__max_depth": [2, 4]},
        growth=1,  # but a hundred trees for each class
        about="gradient boosting, 100 small trees, each mending the ones before"),
    "elmo": Algorithm(
        "ELMo", lambda s: features_and_head(
            ElmoFeatures(s.elmo, s.store, s.trust_encoder), s),
        HEAD_GRID, encoders=lambda s: (s.elmo,), blended=True,
        packages=lambda s: ("tensorflow",),
        about="encoder of 2018 that reads letters, and a small network on it"),
    "bert": Algorithm(
        "BERT", bert_steps, HEAD_GRID, encoders=lambda s: (s.bert,), blended=True,
        trained=lambda s: f"{s.n_fine_tune_layers} layers trained" if
        s.n_fine_tune_layers else s.precision if s.precision in PRECISIONS[2:] else "",
        packages=lambda s: (s.engine, "tensorflow", "tokenizers"),
        about="encoder that reads pieces of words, and a small network on it"),
    "nbsvm": Algorithm(
        "NBSVM", nbsvm_steps, {"classifier__C": REGULARIZATION}, recipe="natural",
        blended=True, about="words and pairs of words, weighed by class: the simple "
                            "model to beat"),
    "dummy": Algorithm(
        "dummy", lambda s: steps(
            TokenCounts(), DummyClassifier(strategy="most_frequent")), judged=False,
        about="always the largest class: what no model may fall below")}

@dataclass(frozen=True)
class Column:
    """A column of the table: a model, plain or the best of a search."""
    model: str
    tuned: bool = False

    @property
    def algorithm(self):
        """Its entry in ALGORITHMS."""
        return ALGORITHMS[self.model]

    @property
    def name(self):
        """What the result files call it."""
        return f"{self.model}_tuned" if self.tuned else self.model

    def encoder(self, settings):
        """The handle of the encoder that it reads with, "" for none."""
        return self.algorithm.encoder(settings)

    def title(self, settings):
        """What tables call it; an encoder other than the article's is named in it."""
        algorithm, usual = self.algorithm, ENCODERS["full"].values()
        others = [handle for handle in algorithm.encoders(settings)
                  if Encoder(handle).handle not in usual]
        of_models = re.compile(f"({'|'.join(ALGORITHMS)})-")
        names = [of_models.sub("", Encoder(handle).name, 1) for handle in others]
        details = filter(None, dict.fromkeys([*names, algorithm.trained(settings)]))
        title = f"{algorithm.title} ({', '.join(details)})".replace(" ()", "")
        return f"{title} tuned" if self.tuned else title

    def pipeline(self, settings=None):
        """The scikit-learn Pipeline tokens, features, classifier on raw texts."""
        settings = settings or Settings()
        text = self.algorithm.text(settings)
        tokens = (Tokens(settings.maxtokens, settings.maxtokenlen, text)
                  if self.algorithm.recipe else "passthrough")
        return Pipeline([("tokens", tokens), *self.algorithm.steps(settings)])

def blend_steps(settings):
    """The members' pipelines on raw texts, and their weights."""
    members = [(model, Column(model).pipeline(settings)) for model in settings.members]
    return [("classifier", Blend(members, random_state=settings.seed))]

ALGORITHMS["blend"] = Algorithm(
    "blend", blend_steps, {"classifier__C": REGULARIZATION}, recipe="",
    encoders=lambda s: tuple(chain.from_iterable(
        ALGORITHMS[model].encoders(s) for model in s.members)),
    packages=lambda s: tuple(chain.from_iterable(
        ALGORITHMS[model].packages(s) for model in s.members)),
    about="lr, elmo, bert and nbsvm together, by learnt weights")

# ------------------------------------------------------------------------- Evaluation
def area_under_roc(y, predicted, scores, **weights):
    """Of class 1; of more classes the mean of one against the rest, if y has both."""
    kinds = range(scores.shape[1]) if scores.shape[1] > 2 else [1]
    weight = weights.get("sample_weight", np.ones(len(y)))
    areas = [metrics.roc_auc_score(y == c, scores[:, c], **weights) for c in kinds
             if 0 < weight[y == c].sum() < weight.sum()]
    return float(np.mean(areas)) if areas else float("nan")

def weighing(labels, weights):
    """The different ones of labels <int>[n] that have a weight."""
    return np.unique(labels[weights.get("sample_weight", labels + 1) > 0])

# Measures of (y, predicted, scores), 0..1: columns of results.csv, values of --metric.
MEASURES = {
    "accuracy": lambda y, p, s, **w: metrics.accuracy_score(y, p, **w),
    "f1": lambda y, p, s, **w: metrics.f1_score(
        y, p, zero_division=0, **w, **({} if s.shape[1] == 2 else {
            "average": "macro", "labels": np.union1d(weighing(y, w), weighing(p, w))})),
    "roc_auc": area_under_roc,
    "balanced_accuracy": lambda y, p, s, **w: metrics.recall_score(
        y, p, labels=weighing(y, w), average="macro", zero_division=0, **w)}

@dataclass(frozen=True)
class Outcome:
    """What one model did on one split. Times in seconds; measures 0..1; predicted
    <int>[n_test]; scores <float>[n_test, K]; params: the parameters of the steps;
    history: by epoch, if any; search: the Search that chose the parameters."""
    measures: dict
    encode_seconds: float
    fit_seconds: float
    predict_seconds: float
    predicted: np.ndarray
    scores: np.ndarray
    params: dict
    history: dict
    search: object = None

def evaluate(model, train, test):
    """Fit a pipeline on the training part and score it on the test part, once."""
    encoder, classifier = model[:-1], model[-1]
    times = [time.perf_counter()]
    X_train = encoder.fit_transform(train.texts, train.y)
    X_test = encoder.transform(test.texts)
    times.append(time.perf_counter())
    record = has_fit_parameter(classifier, "validation_data")
    held_out = {"validation_data": (X_test, test.y)} if record else {}
    classifier.fit(X_train, train.y, **held_out)
    times.append(time.perf_counter())
    predicted = classifier.predict(X_test)
    times.append(time.perf_counter())
    scores = scores_of(classifier, X_test)
    params = {  # those of the steps that JSON can hold
        name: without_secrets(value) if isinstance(value, str) else value
        for name, value in sorted(model.get_params().items())
        if "__" in name and isinstance(value, (str, int, float, bool, type(None)))
        and not name.endswith(("__store", "__trust_encoder"))}
    shares = getattr(classifier, "shares_", {})
    params |= {f"share__{name}": round(share, 4) for name, share in shares.items()}
    return Outcome(
        {name: of(test.y, predicted, scores) for name, of in MEASURES.items()},
        *np.diff(times).tolist(), predicted, scores, params,
        getattr(classifier, "history_", {}))

# ----------------------------------------------------------------------------- Tuning
BUDGET = 20  # points of a random search or of HyperOpt, unless --budget says otherwise
ENDLESS = 5000  # points, where the budget is a time
HALVING_FACTOR = 3  # of all points, a third goes on with three times the resource

@dataclass(frozen=True)
class Search:
    """What a search found, and what it cost. model: the best pipeline, not fitted;
    score: its mean over the folds, 0..1; points: how many were tried in all folds;
    seconds: of this run; ended: "done", "budget spent" or "interrupted"."""
    model: Pipeline
    how: str
    params: dict
    score: float
    points: int
    seconds: float
    ended: str

def score_point(model, params, learnt, judged, metric):
    """(score, seconds) of a model with these parameters in one fold. learnt, judged:
    (X, y) that it is fitted to, and that it is judged by."""
    started = time.perf_counter()
    model = clone(model).set_params(**params).fit(*learnt)
    X, y = judged
    for _, step in model.steps[:-1]: X = step.transform(X)  # once
    said = model[-1].predict(X), scores_of(model[-1], X)
    return float(MEASURES[metric](y, *said)), time.perf_counter() - started

class Trials:
    """The scores of a search by point, fold and resource; none is computed twice. Its
    kinds are methods. features: the first steps, which it does not vary: a fold's are
    made once; model: the others; rows: dicts of tuning.csv that are known already;
    record(row) keeps a new one; deadline: time.monotonic() after which TimeSpent is
    raised."""
    KINDS = ("grid", "random", "hyperopt", "halving")
    WHOLE = ("grid", "halving")  # look at all points, unless they are cut short

    def __init__(self, features, model, grid, X, y, seed, metric, jobs, rows, record,
                 deadline, bar):
        self.features, self.model, self.param_grid = features, model, grid
        self.X, self.y, self.made = X, y, {}
        self.seed, self.metric, self.jobs = seed, metric, jobs
        self.record, self.deadline, self.bar = record, deadline, bar
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
        self.folds = [[self._sample_first(part) for part in parts]
                      for parts in folds.split(np.zeros(len(y)), y)]
        self.known = {(row["point"], int(row["fold"]),
                       int(row["resource"])): row["score"] for row in rows}

    def _sample_first(self, rows):
        """Rows in an order whose beginnings are stratified samples with all classes."""
        rows = np.random.default_rng(self.seed).permutation(rows)
        by_class = pd.Series(self.y[rows]).groupby(self.y[rows])
        place = by_class.cumcount() / by_class.transform("size")
        return rows[np.argsort(place.to_numpy(), kind="stable")]

    def scores(self, points, resource=None, varied=None):
        """Mean scores of points (dicts) over the folds. resource: how many documents
        (None: all), or the value of the parameter `varied`."""
        resource = resource or len(self.y)
        share = 1 if varied else resource / len(self.y)
        # Python's own numbers, as JSON wants them.
        points = [{name: v.item() if isinstance(v, np.generic) else v
                   for name, v in point.items()} for point in points]
        names = [json.dumps(point, sort_keys=True) for point in points]
        todo = {(name, fold, resource): point | ({varied: resource} if varied else {})
                for name, point in zip(names, points) for fold in range(FOLDS)
                if (name, fold, resource) not in self.known}
        self._check_time()
        calls = ((score_point, self.model, params, *self._parts(fold, share),
                  self.metric) for (_, fold, _), params in todo.items())
        keys = list(todo)
        for number, (score, seconds) in in_waves(calls, self.jobs):
            self.known[keys[number]] = score
            row = dict(zip(("point", "fold", "resource"), keys[number]))
            self.record(row | {"score": score, "seconds": seconds})
            self.bar.update()
            self._check_time()
        self.bar.update(len(names) * FOLDS - len(todo))  # known before
        return [np.mean([self.known[name, fold, resource] for fold in range(FOLDS)])
                for name in names]

    def _parts(self, fold, share):
        """((X, y) to fit, (X, y) to judge by) of the first `share` of a fold's rows."""
        if (fold, share) not in self.made:
            self.made = {key: one for key, one in self.made.items() if key[1] == share}
            parts = [np.sort(rows[: round(share * len(rows))])
                     for rows in self.folds[fold]]
            X = [[self.X[row] for row in rows] if isinstance(self.X, list)
                 else self.X[rows] for rows in parts]
            y = [self.y[rows] for rows in parts]
            if len(self.features):
                features = clone(self.features)
                X = features.fit_transform(X[0], y[0]), features.transform(X[1])
            self.made[fold, share] = tuple(zip(X, y))
        return self.made[fold, share]

    def _check_time(self):
        if self.deadline and time.monotonic() > self.deadline: raise TimeSpent

    def grid(self, **_):
        """Every point of the grid."""
        points = list(ParameterGrid(self.param_grid))
        self.bar.total = len(points) * FOLDS
        self.scores(points)

    def _space(self, choice, log, integer):
        """The continuous space that the grid spans, of what makes its three kinds."""
        space = {}
        for name, values in self.param_grid.items():
            if not all(isinstance(v, (int, float)) for v in values):
                space[name] = choice(name, values)
            else:
                kind = integer if all(isinstance(v, int) for v in values) else log
                space[name] = kind(name, min(values), max(values))
        return space

    def random(self, points, **_):
        """Random points of the continuous space."""
        space = self._space(lambda name, values: list(values),
                            lambda name, low, high: stats.loguniform(low, high),
                            lambda name, low, high: stats.randint(low, high + 1))
        sampler = iter(ParameterSampler(space, points, random_state=self.seed))
        while batch := [*itertools.islice(sampler, BUDGET)]: self.scores(batch)

    def hyperopt(self, points, **_):
        """Tree-structured Parzen estimators over the same space."""
        # Kaggle's, 0.2.7, imports what setuptools 82 has dropped, for what is not used.
        lost = [] if is_installed("pkg_resources") else ["pkg_resources"]
        sys.modules |= {name: type(sys)(name) for name in lost}
        with told("hyperopt cannot be imported; pip install --upgrade hyperopt",
                  ImportError):
            from hyperopt import fmin, hp, tpe
        for name in lost: del sys.modules[name]  # others ask whether it is there
        space = self._space(hp.choice, lambda name, *ends: hp.loguniform(
            name, *np.log(ends)), hp.uniformint)
        fmin(lambda point: -self.scores([point])[0], space, tpe.suggest, points,
             show_progressbar=False, rstate=np.random.default_rng(self.seed))

    def halving(self, resource, **_):
        """Successive halving: the best third goes on with three times the resource,
        documents for most. Of a parameter (trees), the last round gets a ninth of the
        largest value: that chose as well as the whole grid, on five draws of e-mail."""
        grid = dict(self.param_grid)
        values = grid.pop(resource, None)
        most = max(values) // HALVING_FACTOR**2 if values else len(self.y)
        least = 1 if values else min(2 * FOLDS * len(np.unique(self.y)), most)
        points = list(ParameterGrid(grid))
        rounds = 1 + int(np.log(len(points)) / np.log(HALVING_FACTOR) + 1e-9)
        sizes = itertools.accumulate(
            range(rounds - 1), lambda size, _: -(-size // HALVING_FACTOR),
            initial=len(points))
        self.bar.total = sum(sizes) * FOLDS
        for number in range(rounds - 1, -1, -1):
            given = max(most // HALVING_FACTOR**number, least)
            scores = self.scores(points, given, resource if values else None)
            best = np.argsort(scores, kind="stable")[::-1]
            points = [points[i] for i in best[: -(-len(points) // HALVING_FACTOR)]]

    def best(self):
        """(parameters, mean score, points tried) of the best point with all folds."""
        scores = {}
        for (point, _, resource), score in sorted(self.known.items()):
            scores.setdefault((resource, point), []).append(score)
        whole = {key: np.mean(s) for key, s in scores.items() if len(s) == FOLDS}
        if not whole: return None
        most = max(resource for resource, _ in whole)
        last = {point: s for (resource, point), s in whole.items() if resource == most}
        point = min(last, key=lambda point: (-last[point], point))
        return json.loads(point), last[point], len({point for _, point in whole})

def tune(model, param_grid, train, how="grid", budget=None, seed=0, metric="accuracy",
         resource="n_samples", jobs=None, rows=(), record=lambda row: None):
    """The Search of a pipeline's best parameters, on the training part only. how: one
    of Trials.KINDS; budget: points <int>, or seconds as "60s"; resource: what halving
    gives more of, n_samples or a parameter, of which the winner gets the most; rows:
    known scores (of tuning.csv); record(row): keeps a new one. Ctrl-C and a spent
    budget end the search with the best point so far."""
    timed, started = str(budget or "").endswith("s"), time.monotonic()
    # The first steps that learn nothing and are not searched make the same of a text in
    # every fold: they do it once, so that workers need neither encoder nor TensorFlow.
    # Those that follow and are not searched do it once a fold.
    searched = {name.split("__")[0] for name in param_grid} | {model.steps[-1][0]}
    varied = next(i for i, (name, _) in enumerate(model.steps) if name in searched)
    first = next(i for i, (_, step) in enumerate(model.steps) if i == varied
                 or step != "passthrough" and get_tags(step).requires_fit)
    X = model[:first].fit_transform(train.texts) if first else train.texts
    deadline = started + float(budget[:-1]) if timed else None
    points, ended = ENDLESS if timed else int(budget or BUDGET), "done"
    bar = progress(None if timed else points * FOLDS, f"{how} search", unit=" fits")
    trials = Trials(model[first:varied], model[varied:], param_grid, X, train.y, seed,
                    metric, jobs, rows, record, deadline, bar)
    try:
        with bar:
            getattr(trials, how)(points=points, resource=resource)
    except KeyboardInterrupt:
        ended = "interrupted"
    except TimeSpent:
        ended = "budget spent"
    best = trials.best()
    if best is None and ended == "interrupted": raise KeyboardInterrupt
    if best is None:
        raise TimeSpent(f"--budget {budget} ended before a point had all its folds.")
    params, score, tried = best
    if how == "halving" and resource in param_grid:
        params = params | {resource: max(param_grid[resource])}
    found = clone(model).set_params(**params)
    return Search(found, how, params, score, tried, time.monotonic() - started, ended)

# --------------------------------------------------------------------------- Results
SETTING = {"maxtokens": int, "maxtokenlen": int}
SECONDS = ("encode_seconds", "fit_seconds", "predict_seconds")
KEY = ("maxtokens", "maxtokenlen", "model", "repeat")  # whose row it is, in all files
# The result files: their columns and types, the same while running and read again.
RESULT_COLUMNS = {
    "dataset": object, "source": object, "nsamp": int, **SETTING, "text": object,
    "model": object, "encoder": object, "repeat": int, "seed": int, "n_train": int,
    "n_test": int, "accuracy": float, "f1": float, "roc_auc": float,
    **dict.fromkeys(SECONDS, float), "params": object, "error": object,
    "balanced_accuracy": float, "check": object}
FILES = {
    "results": RESULT_COLUMNS,
    "predictions": {
        "dataset": object, **SETTING, "repeat": int, "doc": object, "label": int,
        "model": object, "predicted": int, "score": float},
    "history": {
        "dataset": object, "source": object, **SETTING, "repeat": int, "model": object,
        "epoch": int, "loss": float, "accuracy": float, "val_loss": float,
        "val_accuracy": float},
    "searches": {
        "dataset": object, "source": object, **SETTING, "repeat": int, "model": object,
        "search": object, "ended": object, "points": int, "seconds": float,
        "score_in_folds": float, "best": object},
    "tuning": {
        **SETTING, "repeat": int, "model": object, "search": object, "point": object,
        "fold": int, "resource": int, "score": float, "seconds": float,
        "check": object},
    "learning_curve": RESULT_COLUMNS}
DETAILS = ("predictions", "history", "searches")  # what a row of results vouches for
# What a report writes beside them.
WRITTEN = ("report.html table.md measures.md tuning.md learning_curve.md errors.md "
           "audit.md confusion.md "
           "accuracy.png roc.png confusion.png learning_curve.png history_*.png "
           "tuning_*.png submission.csv model/card.json model/model.skops "
           "model/vocabulary.json.gz").split()
ASIDE = re.compile(r"earlier-\d{8}-\d{6}-\w{8}")  # the folder of an earlier run

def typed(rows, columns):
    """Rows (dicts, or a frame) as a frame of these types, less those cut short."""
    given, made = pd.DataFrame(rows, columns=list(columns)), {}
    for name, kind in columns.items():
        values = given[name]
        if kind is object:
            made[name] = values.astype(object).where(values.notna(), "")
            continue
        if values.dtype.kind not in "fiu":  # text: by way of Python's float, which
            values = values.astype(object)  # reads what to_csv writes to the digit
            readable = pd.to_numeric(values, errors="coerce").notna()
            values = values.where(readable, np.nan)
        made[name] = values.astype(float)
    frame = pd.DataFrame(made, given.index)
    whole = [name for name, kind in columns.items() if kind is int]
    fits = (frame[whole].abs() < 2**53).all(axis=1)  # which holds for none that lacks
    return frame[fits].astype(dict.fromkeys(whole, "int64"))

def csv_text(frame, **options):
    """A frame as CSV, without its index. All is in quotes where a return stands, which
    csv leaves bare before Python 3.13: the row would end there."""
    write = functools.partial(frame.to_csv, index=False, lineterminator="\n", **options)
    text = write()
    return write(quoting=csv.QUOTE_ALL) if "\r" in text else text

def row_hashes(frame):
    """What the rows of a typed frame hold, <uint64>[n], their check left out."""
    content = frame.drop(columns="check", errors="ignore")
    return pd.util.hash_pandas_object(content, index=False, categorize=False).to_numpy()

@dataclass(frozen=True)
class Task:
    """One model at one setting on one draw: a row of results.csv. Below `drawn`,
    settings.nsamp is a size of a learning curve."""
    column: Column
    settings: Settings
    repeat: int
    drawn: int

    @property
    def place(self):
        """The columns of KEY, which tell its rows from others' in all files."""
        return {"maxtokens": self.settings.maxtokens,
                "maxtokenlen": self.settings.maxtokenlen,
                "model": self.column.name, "repeat": self.repeat}

    @property
    def file(self):
        """The file of its row."""
        return "results" if self.settings.nsamp == self.drawn else "learning_curve"

    def part(self, train):
        """What it learns from, of the training part of its draw."""
        share = self.settings.nsamp / self.drawn
        return train if share == 1 else train.part(share)

class Results:
    """What a run found: tidy frames, each also a CSV file if there is a folder. asked:
    what makes two runs the same, as JSON data: the same unfinished run is taken up
    again, another one's files are moved aside, or go if they may be overwritten.
    report: what tables and figures take, once it is over; pages: all there is to read;
    figures: SVG by name, if drawn; interrupted: whether by Ctrl-C; model: the
    KeptModel, if one was asked for; encoders: {handle: digest}, where another digest
    makes another run, of those that are here now. The folder is locked until close().
    A row's `check` is a digest of the run, the row and what the files beside
    results.csv say of it."""

    def __init__(self, folder=None, asked=None, classes=(), overwrite=False,
                 encoders=None):
        self.folder = folder and Path(folder)
        self.interrupted, self.report, self.pages, self.figures = False, None, {}, {}
        self.model = None
        self.columns = dict(FILES)
        if len(classes) > 2:
            scores = {f"score_{name}": float for name in classes}
            self.columns["predictions"] = FILES["predictions"] | scores
        self.parts = {name: [] for name in self.columns}
        asked = json.loads(without_secrets(json.dumps(asked)))
        self.about = {"asked": asked, "finished": False,
                      "started": time.time(), "classes": list(classes),
                      "encoders": {
                          without_secrets(h): d for h, d in (encoders or {}).items()},
                      "process": {"pid": os.getpid(), "host": platform.node()}}
        self.lock = None
        if self.folder:
            self._open(overwrite)

    def frame(self, name):
        """The frame of a result file: results, predictions, tuning, ... See FILES."""
        parts = self.parts[name]
        if len(parts) != 1:
            whole = [part for part in parts if len(part)]
            parts[:] = [pd.concat(whole, ignore_index=True)
                        if whole else typed([], self.columns[name])]
        return parts[0]

    def table(self):
        """The table of the run; it prints as Markdown and shows in a notebook."""
        return self.report.table()

    def verdict(self):
        """Whether transfer pays, a sentence for each setting."""
        return "\n".join(map(str, self.report.verdicts()))

    def done(self, task):
        """Whether the task has its result, and its search was not cut short."""
        return (task.file, tuple(task.place.values()), task.settings.nsamp) in self.kept

    @functools.cached_property
    def kept(self):
        """What is finished: {(file, key, nsamp)}."""
        cut, kept = self.frame("searches"), set()
        cut = set(cut[cut.ended == "interrupted"][list(KEY)].itertuples(index=False))
        for file in ("results", "learning_curve"):
            rows = self.frame(file)
            rows = rows[rows.error == ""]
            keys = map(tuple, rows[list(KEY)].itertuples(index=False))
            kept |= {(file, k, n) for k, n in zip(keys, rows.nsamp) if k not in cut}
        return kept

    @contextlib.contextmanager
    def unfinished(self):
        """In the block the run is not over: cut off there, it is taken up again."""
        finished = self.about["finished"]
        self.describe(finished=False)
        yield
        self.describe(finished=finished)

    def _earlier(self):
        """What run.json says <dict>; {} for none, or half of one."""
        with contextlib.suppress(OSError, ValueError, RecursionError):
            about = json.loads((self.folder / "run.json").read_bytes())
            if isinstance(about, dict): return about
        return {}

    def _open(self, overwrite):
        """Take up the same run, or move another one's files to a folder beside."""
        with told(f"--out {self.folder} is no folder to write to", OSError, ValueError):
            self.folder.mkdir(parents=True, exist_ok=True)
        for odd in self._files(self.folder):
            if not odd.is_file():  # a pipe would wait for ever
                raise KitError(f"{odd} is no regular file; name another --out.")
        self._take()
        earlier, files = self._earlier(), self._files(self.folder)
        known, now = earlier.get("encoders"), self.about["encoders"]
        known = known if isinstance(known, dict) else {}
        changed = [name for name in now if known.get(name, now[name]) != now[name]]
        for name in changed: say("results", f"encoder {name} is not what it was")
        if (earlier.get("asked") == self.about["asked"] and not changed
                and not earlier.get("finished")):
            self.about["encoders"] = known | now
            self.describe()
            self._resume()
        elif files:
            aside = self._set_aside(files, "earlier")
            self._clear(() if overwrite else (aside,))
            if not overwrite:
                say("results", f"an earlier run's files are now in {aside}")
        self.describe()

    @staticmethod
    def _files(folder):
        """The files <Path> that a run has written to a folder."""
        ours = [f"{name}.csv" for name in FILES] + ["run.json", *WRITTEN]
        return sorted({file for name in ours for file in folder.glob(name)})

    def _clear(self, kept):
        """Remove the folders of earlier runs but those kept: Kaggle would keep them all
        as output. What somebody has put there besides stays, and its folder."""
        for folder in self.folder.glob("earlier-*"):
            ours = ASIDE.fullmatch(folder.name) and not folder.is_symlink()
            if folder in kept or not ours: continue
            for file in self._files(folder):
                file.unlink()
            for place in (folder / "model", folder):
                with contextlib.suppress(OSError):  # it is not empty
                    place.rmdir()

    def _take(self):
        """Lock the folder, so that no second run writes there. The system ends a lock
        with the process that has it, however that ends."""
        try:
            from filelock import FileLock
            lock = FileLock(self.folder / ".lock", timeout=1, thread_local=False)
            lock.acquire()
            self.lock = lock
        except TimeoutError as error:  # filelock's Timeout
            about = self._earlier()
            who = about.get("process") or {"pid": "unknown", "host": "this machine"}
            since = time.strftime("%Y-%m-%d %H:%M:%S",
                                  time.localtime(about.get("started")))
            raise KitError(
                f"Another run writes to --out {self.folder}: process {who['pid']} on "
                f"{who['host']}, since {since}. Wait until it is over, or name another "
                "folder.") from error
        except (ImportError, OSError, NotImplementedError) as error:
            # No library, or a disk that knows no locks.
            say("lock", f"{self.folder} cannot be locked: see that no second run "
                f"writes there ({one_line(error, 80)})")

    def close(self):
        """Let other runs have the folder."""
        if self.lock: self.lock.release()

    def _set_aside(self, files, what):
        """Move files to a new folder beside them; its path."""
        moment = time.localtime(files[0].stat().st_mtime)
        name = time.strftime(f"{what}-%Y%m%d-%H%M%S-", moment)
        # By its name, since from Python 3.12 on a relative folder's comes as absolute.
        aside = self.folder / Path(tempfile.mkdtemp(prefix=name, dir=self.folder)).name
        for file in files:
            to = aside / file.relative_to(self.folder)
            to.parent.mkdir(exist_ok=True)
            os.replace(file, to)
        return aside

    @functools.cached_property
    def _run(self):
        """The run's identity, <bytes>: a digest of what was asked."""
        asked = json.dumps(self.about["asked"], sort_keys=True)
        return hashlib.blake2b(asked.encode()).digest()

    def check(self, *hashes):
        """Eight letters for hashes <uint64>[n] of rows that this run vouches for."""
        digest = hashlib.blake2b(self._run, digest_size=4)
        for some in hashes:
            digest.update(np.asarray(some, np.uint64).tobytes())
        return digest.hexdigest()

    def _read(self, name):
        """(the rows of a file that can be read, how many others it has)."""
        columns = self.columns[name]
        try:
            text = (self.folder / f"{name}.csv").read_bytes().decode("utf-8", "replace")
            csv.field_size_limit(LONGEST_FIELD)
            header, *rows = csv.reader(io.StringIO(text, newline=""))
        except FileNotFoundError: return typed([], columns), 0
        except (OSError, ValueError, csv.Error): return typed([], columns), 1
        if header != list(columns): return typed([], columns), len(rows) + 1
        frame = typed([row for row in rows if len(row) == len(header)], columns)
        return frame, len(rows) - len(frame)

    def _vouched(self, frames):
        """The rows of frames (by name) that are whole and this run's: what a row of
        results has beside it is so with that row, others by themselves."""
        hashes = {name: row_hashes(frame) for name, frame in frames.items()}
        beside = {name: frames[name].groupby(list(KEY)).indices for name in DETAILS}
        none, whole = np.array([], int), {}
        def keys(frame):
            return frame[list(KEY)].itertuples(index=False, name=None)
        for name in ("results", "learning_curve", "tuning"):
            frame, fits = frames[name], []
            for key, one, *row in zip(keys(frame), hashes[name], frame.check, frame.get(
                    "error", frame.model)):
                said = [] if name != "results" or row[1] else [
                    hashes[detail][beside[detail].get(key, none)] for detail in DETAILS]
                fits.append(row[0] == self.check([one], *said))
            same = frame.columns.intersection([
                *KEY, "nsamp", "error", "search", "point", "fold", "resource"])
            whole[name] = frame[np.array(fits, bool) & ~frame.duplicated(list(same))]
        vouched = set(keys(whole["results"]))
        for name in DETAILS:
            rows = [key in vouched for key in keys(frames[name])]
            whole[name] = frames[name][np.array(rows, bool)]
        return whole

    def _resume(self):
        """Take over what is whole, but no failed models or cut searches; what is
        damaged, or no row of this run, is set aside, and said."""
        read = {name: self._read(name) for name in self.columns}
        whole = self._vouched({name: frame for name, (frame, _) in read.items()})
        odd = {name: len(frame) + others - len(whole[name])
               for name, (frame, others) in read.items()}
        if damaged := [name for name in odd if odd[name]]:
            files = [self.folder / f"{name}.csv" for name in damaged]
            aside = self._set_aside(files, "damaged")
            rows = ", ".join(f"{odd[name]} of {name}.csv" for name in damaged)
            say("resume", f"rows that are damaged, or not of this run: {rows}; the "
                f"files as they were are now in {aside}, and what lacks is computed")
        self.parts = {name: [whole[name]] for name in self.columns}
        keys = {key for file, key, _ in self.kept if file == "results"}
        for name in self.columns:
            rows = self.frame(name)
            if name not in ("tuning", "learning_curve"):
                mine = [key in keys for key in rows[list(KEY)].itertuples(index=False)]
                rows = rows[np.array(mine, bool)]
            rows = rows[rows.error == ""] if "error" in rows else rows
            self.parts[name] = [rows]
            self._write(name, rows, "w")
            if not len(rows): (self.folder / f"{name}.csv").unlink(missing_ok=True)
        if self.kept:
            say("resume", f"{len(self.kept)} results of {self.folder} are there")

    def _write(self, name, rows, mode):
        """Write rows to a file: anew, whole or not at all ("w"), or behind others."""
        if not self.folder or not len(rows): return
        path = self.folder / f"{name}.csv"
        anew = mode == "w" or not path.exists()
        text = csv_text(rows, header=anew).encode()
        if anew:
            write_atomically(path, text)
        else:
            with open(path, "ab") as file:
                file.write(text)

    def append(self, name, rows, beside=()):
        """Add rows (dicts, or a frame) to a frame and its file, and flush it. Returns
        their hashes; beside: those of the rows that they vouch for."""
        count, rows = len(rows), typed(rows, self.columns[name])
        if len(rows) < count:  # lost, and nobody would miss them
            raise KitError(f"A row of {name} lacks a whole number, or has one of 2**53 "
                           "or more.")
        hashes = row_hashes(rows)
        if "check" in rows:
            checks = [self.check([row], *beside) for row in hashes]
            rows["check"] = pd.Series(checks, rows.index, object)  # no str of pandas 3
        self.parts[name].append(rows)
        self._write(name, rows, "a")
        return hashes

    def sort(self, tasks):
        """Put rows, which came as workers finished, in the order of their tasks: so
        that runs of the same numbers leave the same files."""
        places = dict.fromkeys(tuple(task.place.values()) for task in tasks)
        place = {key: number for number, key in enumerate(places)}
        for name in self.columns:
            rows = self.frame(name)
            order = np.array([place.get(key, len(place)) for key in rows[list(
                KEY)].itertuples(index=False)], int)
            size = rows.nsamp if name == "learning_curve" else np.zeros(len(rows))
            order = np.lexsort([size, order])
            if (order != np.arange(len(rows))).any():
                self.parts[name] = [rows.iloc[order].reset_index(drop=True)]
                self._write(name, self.parts[name][0], "w")

    def describe(self, **facts):
        """Write run.json with these facts beside what it says already, unless another
        run has the folder by now."""
        self.about |= facts
        if self.folder:
            text = without_secrets(json.dumps(self.about, indent=1, default=str))
            lock = self.lock or contextlib.nullcontext()
            with contextlib.suppress(TimeoutError), lock:
                write_atomically(self.folder / "run.json", text.encode())

    def add(self, task, seed, train, test, outcome):
        """Keep a task's result (an Outcome, or the reason <str> why there is none). The
        row of results.csv comes last: it tells that the others are whole."""
        failed = isinstance(outcome, str)
        algorithm, settings = task.column.algorithm, task.settings
        place = task.place | {"dataset": test.name, "source": test.source}
        row = place | {
            "nsamp": settings.nsamp, "text": algorithm.text(settings),
            "encoder": algorithm.encoder(settings), "seed": seed, "n_train": len(train),
            "n_test": len(test), "params": "{}", "error": outcome if failed else ""}
        beside = []
        if not failed:
            row |= outcome.measures | {name: getattr(outcome, name) for name in SECONDS}
            row["params"] = json.dumps(outcome.params)
            if task.file == "results":
                details = self._details(place, test, outcome)
                beside = [self.append(name, details[name])
                          for name in DETAILS if name in details]
            if not (outcome.search and outcome.search.ended == "interrupted"):
                self.kept.add((task.file, tuple(task.place.values()), settings.nsamp))
        self.append(task.file, [row], beside)

    def _details(self, place, test, outcome):
        """Rows of a result in the files beside results.csv, by their names."""
        scores, said, search = outcome.scores, outcome.predicted, outcome.search
        judged = pd.DataFrame({"doc": test.frame.id.astype(str).tolist(),
                               "label": test.y, "predicted": said})
        if scores.shape[1] == 2:
            judged["score"] = scores[:, 1]
        else:
            judged["score"] = scores[np.arange(len(said)), said]
            judged[[f"score_{name}" for name in test.classes]] = scores
        details = {"predictions": judged.assign(**place)}
        if outcome.history:
            epochs = pd.DataFrame(outcome.history)
            details["history"] = epochs.assign(**place, epoch=epochs.index + 1)
        if search:
            details["searches"] = [place | {
                "search": search.how, "ended": search.ended, "points": search.points,
                "seconds": search.seconds, "score_in_folds": search.score,
                "best": json.dumps(search.params)}]
        return details

    def of(self, name, column, settings):
        """The rows of a frame that a column wrote at a setting, without failed ones."""
        rows = self.frame(name)
        rows = rows[(rows.model == column.name) & (rows.maxtokens == settings.maxtokens)
                    & (rows.maxtokenlen == settings.maxtokenlen)]
        return rows[rows.error == ""] if "error" in rows else rows

# ------------------------------------------------------------------------ Statistics
LEVEL = 0.95  # of all intervals
ROPE = 0.01  # region of practical equivalence: a point more or less is no difference
FEWEST_DRAWS = 5  # for a t, which with 3 draws misses even 12 points
RESAMPLES = 100  # of the test documents, for the deviation of measures but accuracy
# What the test documents say of a mean's deviation counts as much as so many draws
# more: then 1 to 10 draws of models up to half as unsteady again cover 95 %.
DOCUMENTS_COUNT = 10

@dataclass(frozen=True)
class Estimate:
    """A mean over repeated random splits, and how sure it is. variance: of one draw's
    value; degrees: of freedom, infinite if it is from test documents alone. As training
    parts overlap, the mean's variance is (1/R + n_test/n_train) times that of one value
    (Nadeau and Bengio 2003; the correlated t of Benavoli et al., JMLR 18, 2017)."""
    mean: float
    variance: float
    draws: int
    degrees: float

    @classmethod
    def of(cls, values, document_variance):
        """Of values, or differences, <float>[R] by repeat. document_variance(): that of
        one draw, asked for where the draws are too few to tell a deviation."""
        mean, draws = float(np.mean(values)), len(values)
        if draws < FEWEST_DRAWS: return cls(mean, document_variance(), draws, np.inf)
        return cls(mean, float(np.var(values, ddof=1)), draws, draws - 1)

    @classmethod
    def steadied(cls, values, document_variance):
        """Of values <float>[R] whose own deviation says little, or nothing of one draw:
        it is put together with that of the test documents, as limma does with genes
        (Smyth 2004), so that intervals narrow with every draw and are alike in a row.
        """
        draws, degrees = len(values), DOCUMENTS_COUNT + len(values) - 1
        squares = float(np.sum((values - np.mean(values)) ** 2))
        variance = (DOCUMENTS_COUNT * document_variance + squares) / degrees
        return cls(float(np.mean(values)), variance, draws, degrees)

    @property
    def error(self):
        """The standard error of the mean."""
        return np.sqrt((1 / self.draws + TEST_TO_TRAIN) * self.variance)

    def interval(self, level=LEVEL):
        """(lowest, highest) of the mean."""
        half = stats.t.ppf(0.5 + level / 2, self.degrees) * self.error
        return self.mean - half, self.mean + half

    @property
    def p_value(self):
        """Two-sided, of a true mean of 0."""
        if self.error == 0: return float(self.mean == 0)
        return float(2 * stats.t.sf(abs(self.mean) / self.error, self.degrees))

    def with_draws(self, draws):
        """What to expect of so many draws with the same mean and variance."""
        return replace(self, draws=draws, degrees=draws - 1)

def mcnemar_test(correct_a, correct_b):
    """Exact two-sided p value of two models' hits <bool>[n] on the same documents."""
    only_a, only_b = np.sum(correct_a & ~correct_b), np.sum(~correct_a & correct_b)
    if only_a + only_b == 0: return 1.0
    return float(stats.binomtest(int(only_a), int(only_a + only_b)).pvalue)

def holm(p_values):
    """Holm's correction for several tests at once: adjusted p values, in order."""
    p_values = np.asarray(p_values, float)
    order = np.argsort(p_values)
    scaled = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1)
    return adjusted

@dataclass(frozen=True)
class Verdict:
    """Whether transfer pays at a setting: the best column with an encoder against the
    best without, by title. difference, low, high: how far it is above, and the interval
    (see Report.advantage), 0..1; cost: the ratio of their seconds; draws: how many
    there were; enough: how many would tell, None if a thousand would not."""
    maxtokens: int
    encoder: str
    simple: str
    difference: float
    low: float
    high: float
    cost: float
    draws: int
    enough: int | None = None

    @property
    def answer(self):
        """pays, does not pay, or cannot be told."""
        if self.low > ROPE: return "pays"
        return "does not pay" if self.high < ROPE else "cannot be told"

    def __str__(self):
        ends = 100 * self.low, 100 * self.high
        low, high = (0.0 if abs(end) < 0.05 else end for end in ends)  # no -0.0
        place = f"At {self.maxtokens} words"
        distance = f"{abs(100 * self.difference):.1f} points"
        side = "above" if self.difference >= 0 else "below"
        cost = f"{self.cost:,.0f}" if self.cost >= 9.5 else f"{self.cost:.2g}"
        rest = (f"({100 * LEVEL:.0f} %: {low:.1f} to {high:.1f}), "
                f"at {cost} times its seconds.")
        if self.answer == "pays":
            return (f"{place} transfer pays: {self.encoder} is {distance} above "
                    f"{self.simple} {rest}")
        if self.answer == "does not pay":
            most = (f"at most {high:.1f} points above" if high > 0 else
                    f"at least {abs(high):.1f} points below")
            return (f"{place} transfer does not pay: {self.encoder} is {most} "
                    f"{self.simple}, {distance} {side} it on average {rest}")
        more = (f"about {self.enough} would do" if self.enough else
                "more draws of these texts would not tell either")
        left = "draw leaves" if self.draws == 1 else "draws leave"
        return (f"{place} it cannot be told whether transfer pays: {self.encoder} is "
                f"{distance} {side} {self.simple}, and {self.draws} {left} {low:.1f} "
                f"to {high:.1f}; {more}.")

# ---------------------------------------------------------------------------- Tables
CUT = "†"  # behind a number that is of less than was asked for
NUMBER = re.compile(r"-?|[-+]?[\d,]*\.?\d+")
LEGEND = ("* the best of its row, and all that a paired test on the same splits "
          "cannot tell from it (5 %, Holm's correction)")
INTERVAL_LEGEND = ("95 %: interval of the mean, by the deviation of draws and test "
                   "documents, corrected for overlapping training parts")

def percent(value, digits=1):
    """A share 0..1 as it is shown, in %; a missing one as nothing."""
    return "" if value is None or np.isnan(value) else f"{100 * value:.{digits}f}"

def mean_text(values, marks="", digits=1):
    """A measure in %: mean, deviation where there are several, and marks."""
    if not len(values): return "-"
    text = percent(np.mean(values), digits)
    if len(values) > 1:
        text += f" ±{percent(np.std(values, ddof=1), digits)}"
    return f"{text} {marks}".rstrip()

def interval_text(interval, bounds=(0, 1)):
    """An interval in %, cut at the bounds of what it is of."""
    low, high = np.clip(interval, *bounds)
    return f"{percent(low)} to {percent(high)}"

def wrapped(text, width, indent=""):
    """A text in lines of at most so many characters, but no word in two."""
    return textwrap.fill(text, width, subsequent_indent=indent,
                         break_long_words=False, break_on_hyphens=False)

@dataclass(frozen=True)
class Table:
    """A heading, rows <str> under a header, and notes."""
    heading: str
    header: list
    rows: list = field(default_factory=list)
    notes: list = field(default_factory=list)

    def frame(self):
        """The rows as a DataFrame of strings."""
        return pd.DataFrame(self.rows, columns=self.header)

    def __str__(self):  # Markdown that is readable as it stands
        cells = [[*map(markdown, row)] for row in (self.header, *self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells)]
        cells.insert(1, ["-" * width for width in widths])
        lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in cells]
        lines[1] = lines[1].replace(" ", "-")
        table = "\n".join(lines) if self.rows else ""
        notes = "\n".join(f"- {markdown(note)}" for note in self.notes)
        heading = markdown(self.heading, alone=True)
        return "\n\n".join(filter(None, [heading, table, notes]))

    __repr__ = __str__  # what a notebook keeps as its text

    def fitted(self, width):
        """The text for a terminal of so many columns: long lines and cells wrapped, and
        columns that do not go side by side in blocks, each led by the first column."""
        cells = ([textwrap.wrap(cell, max(width // 2, 20)) or [""] for cell in row]
                 for row in self.rows)
        rows = [line for row in cells
                for line in itertools.zip_longest(*row, fillvalue="")]
        sizes = [max(len(markdown(cell)) for cell in column) + 3
                 for column in zip(self.header, *rows)]
        blocks, left = [], 0
        for number, size in enumerate(sizes[1:], 1):
            if not blocks or size > left:
                blocks.append([0])
                left = width - 1 - sizes[0]
            blocks[-1].append(number)
            left -= size
        tables = [Table("", *([[row[i] for i in block] for row in part]
                              for part in ([self.header], rows))) for block in blocks]
        tables = [str(replace(table, header=table.header[0])) for table in tables]
        notes = "\n".join(wrapped(f"- {plain(note)}", width, "  ")
                          for note in self.notes)
        heading = wrapped(plain(self.heading), width)
        return "\n\n".join(filter(None, [heading, *tables, notes]))

    def _repr_html_(self):
        """The same as HTML; columns of nothing but numbers are flush right."""
        sides = ["right" if self.rows and all(map(NUMBER.fullmatch, column)) else "left"
                 for column in zip(*self.rows or [self.header])]
        def line(cells, kind):
            about, short = " class='sub'" * cells[0].startswith(" "), "class='short'"
            cells = "".join(
                f"<{kind} {short * (len(cell) < 24)} style='text-align: {side}'>"
                f"{as_html(cell)}</{kind}>" for cell, side in zip(cells, sides))
            return f"<tr{about}>{cells}</tr>"
        body = "".join(line(row, "td") for row in self.rows)
        table = (f"<div class='wide' tabindex='0'><table><thead>"
                 f"{line(self.header, 'th')}</thead><tbody>{body}</tbody></table></div>"
                 if self.rows else "")
        notes = "".join(f"<li>{as_html(note)}</li>" for note in self.notes)
        notes = f"<ul>{notes}</ul>" if notes else ""
        return f"<p>{as_html(self.heading)}</p>{table}{notes}"

def page_text(parts):
    """Tables and sentences as Markdown, which a terminal shows as well."""
    return "\n\n".join(str(part) if isinstance(part, Table)
                       else markdown(part, alone=True) for part in parts)

def curve_sizes(nsamp):
    """Documents per class along a learning curve: 100, 200, 500, 1000 ... and nsamp."""
    sizes = (digit * 10**power for power in range(2, 9) for digit in (1, 2, 5))
    return [*itertools.takewhile(lambda size: size < nsamp, sizes), nsamp]

@dataclass(eq=False)
class Report:
    """A finished run, as every table and figure takes it. metric: what tables, tests
    and verdict go by; seconds: of the whole run; notes: what its reader must know;
    draws: how many were asked for."""
    results: Results
    dataset: Dataset
    columns: tuple
    settings: tuple
    metric: str = "accuracy"
    seconds: float = 0
    notes: tuple = ()
    draws: int = 0

    def __post_init__(self):
        self.titles = {c: c.title(self.settings[0]) for c in self.columns}
        self.plain = [column for column in self.columns if not column.tuned]
        self.data_note = f"data: {self.dataset.source}"
        self._known = {}  # paired tests and test documents come again and again

    @property
    def heading(self):
        """What was measured on what."""
        draws = self.results.frame("results").repeat.nunique()
        nsamp = self.settings[0].nsamp
        corpus = self.dataset.corpus
        count = f"{'' if corpus.balanced or corpus.as_it_is else 'up to '}{nsamp}"
        count += " (on average)" * corpus.as_it_is
        metric = self.metric.replace("_", " ")
        return (f"{self.dataset.title}: {metric} in %, {len(self.dataset.classes)} "
                f"classes, {count} documents per class, {draws} draw(s), 70/30 split")

    def values(self, column, settings):
        """The metric by repeat, <float>[R] indexed by repeat."""
        key = (column, settings.label, "values")
        if key not in self._known:
            rows = self.results.of("results", column, settings)
            self._known[key] = rows.set_index("repeat")[self.metric].sort_index()
        return self._known[key]

    def judged(self, column, settings):
        """[(y, predicted, scores <float>[n, K])] of a column's repeats, in order."""
        key = (column, settings.label)
        if key not in self._known:
            names = [f"score_{name}" for name in self.dataset.classes]
            rows = self.results.of("predictions", column, settings)
            if len(names) == 2:
                sure = ((rows.score > 0) == rows.predicted).all()  # else probabilities
                rows = rows.assign(**{names[0]: (0 if sure else 1) - rows.score,
                                      names[1]: rows.score}).round(12)  # 1 - 0.7 is 0.3
            self._known[key] = [(part.label.to_numpy(), part.predicted.to_numpy(),
                                 part[names].to_numpy())
                                for _, part in rows.groupby("repeat")]
        return self._known[key]

    @staticmethod
    def doubted(y, said, scores):
        """A draw's documents and four more, two of them taken wrongly, as Agresti and
        Coull add them: no measure is certain where all documents are right."""
        a, b = np.argsort(np.bincount(y, minlength=scores.shape[1]), kind="stable")[-2:]
        best, worst = scores.argmax(axis=0), scores.argmin(axis=0)
        like = [best[a], best[b], worst[a], worst[b]]
        return (np.append(y, [a, b, a, b]), np.append(said, [a, b, b, a]),
                np.vstack([scores, scores[like]]))

    def document_variance(self, columns, settings):
        """The variance of one draw's value, or difference of two columns, from its
        test documents: in closed form for accuracy, else by resampling them."""
        rng, measure = np.random.default_rng(0), MEASURES[self.metric]
        variances, enough = [], FEWEST_DRAWS - 1  # draws tell it; resampling is slow
        draws = zip(*(self.judged(column, settings)[:enough] for column in columns))
        for draw in draws:
            if self.metric != "accuracy" and not columns[1:]:
                draw = [self.doubted(*draw[0])]
            signed, n = list(zip((1, -1), draw)), len(draw[0][0])
            if self.metric == "accuracy":
                hits = sum(s * (y == said).astype(float) for s, (y, said, _) in signed)
                share = (hits.sum() + 2) / (n + 4)  # as Agresti and Coull: never 0
                alone = share * (1 - share)
                variances.append((np.var(hits) if columns[1:] else alone) / n)
            else:  # NaN where a resampling has nobody of a class
                weights = rng.multinomial(n, np.full(n, 1 / n), RESAMPLES)
                values = [sum(s * measure(*one, sample_weight=w) for s, one in signed)
                          for w in weights]
                variances.append(np.nanvar(values))
        return float(np.mean(variances))

    def estimate(self, column, settings):
        """The Estimate of a column's mean."""
        key = (column, settings.label, "mean")
        if key not in self._known:
            self._known[key] = Estimate.steadied(
                self.values(column, settings),
                self.document_variance([column], settings))
        return self._known[key]

    def paired(self, a, b, settings):
        """The Estimate of how far a column is above another."""
        key = (a, b, settings.label)
        if key not in self._known:
            differences = self.values(a, settings) - self.values(b, settings)
            self._known[key] = Estimate.of(
                differences, lambda: self.document_variance([a, b], settings))
        return self._known[key]

    def compared(self, settings):
        """The columns that have a result for the most draws: the same splits."""
        repeats = {c: tuple(self.values(c, settings).index) for c in self.columns}
        whole = max(repeats.values(), key=len)
        return [column for column in self.columns if whole and repeats[column] == whole]

    def marked(self, settings):
        """The best column of a row, and those that paired tests with Holm's correction
        (for one draw and accuracy McNemar's exact test) cannot tell from it."""
        columns = self.compared(settings)
        if len(columns) < 2: return set()
        best = max(columns, key=lambda column: self.values(column, settings).mean())
        others = [column for column in columns if column != best]
        if self.metric == "accuracy" and len(self.values(best, settings)) == 1:
            first = {column: self.judged(column, settings)[0] for column in columns}
            hits = {column: y == said for column, (y, said, _) in first.items()}
            p_values = [mcnemar_test(hits[best], hits[other]) for other in others]
        else:
            p_values = [self.paired(best, c, settings).p_value for c in others]
        level = 1 - LEVEL
        return {best, *(c for c, p in zip(others, holm(p_values)) if p >= level)}

    def cut(self, column, settings):
        """Why a column has found less than was asked for, in words, or ""."""
        searches, draws = self.results.of("searches", column, settings), len(
            self.values(column, settings))
        short = searches[(searches.ended == "interrupted") | (
            (searches.ended != "done") & searches.search.isin(Trials.WHOLE))]
        reasons = [f"search ended after {n} point(s)" for n in sorted(short.points)[:1]]
        if 0 < draws < self.draws:
            reasons.append(f"{draws} of {self.draws} draws")
        return ", ".join(reasons)

    def cuts(self):
        """A note on all that was cut short, in a list; an empty one if nothing was."""
        cells = itertools.product(self.settings, self.columns)
        found = [f"{self.titles[column]} at {settings.label} ({why})"
                 for settings, column in cells if (why := self.cut(column, settings))]
        return [f"{CUT} cut short: {'; '.join(found)}"] if found else []

    def table(self):
        """The Table of the run: a row a setting, with intervals and the article's; the
        mean seconds of each column; notes, also of why a model failed."""
        rows = list(chain.from_iterable(map(self.setting_rows, self.settings)))
        found = self.results.frame("results")
        seconds = found[found.error == ""].set_index("model")[list(SECONDS)].sum(axis=1)
        rows.append(["seconds",
                     *(f"{seconds[column.name].mean():.1f}"
                       if column.name in seconds else "" for column in self.columns)])
        encoders = [f"{self.titles[column]}: {handle}, text {self.settings[0].text}"
                    for column in self.plain
                    if (handle := column.encoder(self.settings[0]))]
        encoders += filter(None, map(self.shares_note, self.columns))
        cost = ("seconds: a model's mean to encode, fit and predict; texts encoded "
                f"before cost nothing; {self.seconds:.0f} s in all")
        found = pd.concat([found, self.results.frame("learning_curve")])
        found = found[found.error != ""].groupby("error", sort=False).model.unique()
        failed = [f"{', '.join(names)} failed: {error}"
                  for error, names in found.items()]
        return Table(self.heading, ["tokens/length", *self.titles.values()], rows,
                     [self.data_note, *encoders, LEGEND, INTERVAL_LEGEND, *self.cuts(),
                      cost, *self.notes, *failed])

    def shares_note(self, column):
        """How much each member of a blend weighs, in words; "" of other columns."""
        params = self.results.of("results", column, self.settings[-1]).params
        shares = pd.DataFrame(map(json.loads, params)).filter(regex="^share__").mean()
        if not len(shares): return ""
        return f"{self.titles[column]} at {self.settings[-1].label} is " + ", ".join(
            f"{percent(share, 0)} % {ALGORITHMS[name.removeprefix('share__')].title}"
            for name, share in shares.items())

    def marks(self, settings):
        """What stands behind each column's mean, <str>: * and †."""
        marked = self.marked(settings)
        return [" ".join(["*"] * (c in marked) + [CUT] * bool(self.cut(c, settings)))
                for c in self.columns]

    def setting_rows(self, settings):
        """The table's rows of one setting: ours, and the article's where it has one."""
        article = self.article(settings)
        values = {column: self.values(column, settings) for column in self.columns}
        rows = [
            [settings.label, *map(mean_text, values.values(), self.marks(settings))],
            ["  95 %", *(interval_text(self.estimate(c, settings).interval())
                         if len(v) else "" for c, v in values.items())]]
        if article:
            rows.append(["  article", *("" if c.tuned else percent(article.get(c.model))
                                        for c in self.columns)])
        return rows

    def article(self, settings):
        """The article's accuracies by model, where ours can be compared with them."""
        real = self.dataset.source != DEMO_SOURCE and self.metric == "accuracy"
        return self.dataset.corpus.article(settings) if real else {}

    def opponents(self, columns):
        """(columns with an encoder, simple columns)."""
        judged = [column for column in columns if column.algorithm.judged]
        encoders = [c for c in judged if c.encoder(self.settings[0])]
        return encoders, [column for column in judged if column not in encoders]

    def best(self, settings):
        """The best column with an encoder and the best without, if there are such."""
        groups = self.opponents(self.compared(settings))
        return [max(group, key=lambda c: self.values(c, settings).mean())
                for group in groups if group]

    def advantage(self, settings):
        """The Estimate of how far the best encoder is above the best simple model, and
        its interval. As the best of several looks too good, both are chosen, for each
        draw, on the others; of one draw the interval is Bonferroni's for all pairs."""
        groups = self.opponents(self.compared(settings))
        pair = self.paired(*self.best(settings), settings)
        if pair.draws == 1:
            return pair, pair.interval(1 - (1 - LEVEL) / np.prod([*map(len, groups)]))
        def chosen_elsewhere(group):
            values = np.array([self.values(column, settings) for column in group])
            others = values.sum(axis=1, keepdims=True) - values  # [columns, draws]
            return values[others.argmax(axis=0), np.arange(pair.draws)]
        difference = Estimate.of(
            np.subtract(*map(chosen_elsewhere, groups)),
            lambda: self.document_variance(self.best(settings), settings))
        return difference, difference.interval()

    def verdict(self, settings):
        """The Verdict of one setting, or a sentence why there is none."""
        groups = self.opponents(self.compared(settings))
        if not all(groups):
            lacking = "simple model" if groups[0] else "column with an encoder"
            return (f"At {settings.maxtokens} words it is not said whether transfer "
                    f"pays: this run has no {lacking} with a result.")
        best = self.best(settings)
        difference, interval = self.advantage(settings)
        costs = [self.results.of("results", column, settings)[list(SECONDS)]
                 .sum(axis=1).mean() for column in best]
        verdict = Verdict(
            settings.maxtokens, *(c.title(settings) for c in best), difference.mean,
            *interval, costs[0] / max(costs[1], 1e-9), difference.draws)
        if verdict.answer != "cannot be told": return verdict
        for draws in range(max(difference.draws + 1, FEWEST_DRAWS), 1000):
            low, high = difference.with_draws(draws).interval()
            if low > ROPE or high < ROPE: return replace(verdict, enough=draws)
        return verdict

    def curve(self, column, settings):
        """The metric along a learning curve: a Series of <float>[R] by size."""
        rows = pd.concat([self.results.of("learning_curve", column, settings),
                          self.results.of("results", column, settings)])
        return rows.groupby("nsamp")[self.metric].apply(np.array)

    def curves(self, settings):
        """({plain column: its curve}, all sizes in order)."""
        curves = {column: self.curve(column, settings) for column in self.plain}
        return curves, sorted(set().union(*(curve.index for curve in curves.values())))

    def saving(self, settings):
        """What transfer saves in labels, by the means of the learning curves, or "".
        Between two sizes the curve is taken for a line over their logarithms."""
        curves = [{column.title(settings): curve.map(np.mean) for column in group
                   if len(curve := self.curve(column, settings)) > 1}
                  for group in self.opponents(self.plain)]
        if not all(curves): return ""
        (encoder, ours), (simple, theirs) = (
            max(group.items(), key=lambda item: item[1].iloc[-1]) for group in curves)
        place, most = f"At {settings.maxtokens} words", f"{theirs.index[-1]:,}"
        goal, size, few = theirs.iloc[-1], ours.index, " or fewer"
        reached = np.flatnonzero(ours >= goal)
        if not len(reached):
            return (f"{place} no number of labels tried makes {encoder} as good as "
                    f"{simple} with {most} a class.")
        needed, last = size[reached[0]], reached[0] - 1
        if last >= 0:
            share = (goal - ours.iloc[last]) / (ours.iloc[last + 1] - ours.iloc[last])
            needed, few = round(size[last] * (needed / size[last]) ** share), ""
        return (f"{place} {encoder} with {needed:,}{few} labels a class is as good as "
                f"{simple} with {most}.")

    def verdicts(self):
        """The answer: a Verdict for each setting, and what transfer saves in labels."""
        savings = filter(None, map(self.saving, self.settings))
        return [*map(self.verdict, self.settings), *savings]

    def learning_curve_table(self, settings):
        """The Table of the metric by documents per class, and the last step's gain."""
        curves, sizes = self.curves(settings)
        rows = [[str(size), *(mean_text(c.get(size, ())) for c in curves.values())]
                for size in sizes]
        if len(sizes) > 1:
            ends = [[curve.get(size, np.array([np.nan])).mean() for size in sizes[-2:]]
                    for curve in curves.values()]
            gains = [f"{100 * (b - a):+.1f}".replace("+nan", "") for a, b in ends]
            rows.append([f"{sizes[-2]} to {sizes[-1]}", *gains])
        notes = [
            self.data_note,
            "documents per class before the split: 70 % of them are learnt from",
            "all sizes of a draw are judged on its same test part, and a larger "
            "training part contains the smaller ones",
            "the last row: would more labels pay?"]
        heading = f"Learning curve. {self.heading}, tokens/length {settings.label}"
        header = ["documents per class", *map(self.titles.get, curves)]
        return Table(heading, header, rows, notes)

    @staticmethod
    def _counted(points):
        """Parameters of several searches: each value and how often it was best."""
        words = []
        for name, values in pd.DataFrame(map(json.loads, points)).items():
            counts = values.astype(str).value_counts().items()
            shown = (f"{value} x{n}" if n > 1 else value for value, n in counts)
            words.append(f"{name.split('__')[-1]} {', '.join(shown)}")
        return "; ".join(words)

    def tuning_table(self):
        """The Table of every tuned model before and after, with its best parameters."""
        rows = []
        tuned = [column for column in self.columns if column.tuned]
        for settings, column in itertools.product(self.settings, tuned):
            plain = replace(column, tuned=False)
            searches = self.results.of("searches", column, settings)
            before, after = (self.values(c, settings) for c in (plain, column))
            common = before.index.intersection(after.index)
            if not len(common): continue
            gain = self.paired(column, plain, settings)
            rows.append(
                [settings.label, plain.title(settings), mean_text(before[common]),
                 mean_text(after[common], CUT * bool(self.cut(column, settings))),
                 f"{100 * gain.mean:+.1f}", interval_text(
                     gain.interval(), (-1, 1)), f"{searches.points.mean():.0f}",
                 f"{searches.seconds.mean():.1f}", self._counted(searches.best)])
        how = ", ".join(sorted(self.results.frame("searches").search.unique()))
        header = ["tokens/length", "model", "before", "after", "gain", "95 %", "points",
                  "seconds", "best parameters"]
        note = (f"search: {how}; {FOLDS} folds of the training part, the test part is "
                "scored once; points and seconds are a search's mean, seconds since "
                "it was last taken up")
        return Table(f"Tuning. {self.heading}", header, rows,
                     [self.data_note, note, *self.cuts()])

    def measures_table(self):
        """The Table of the measures that the others leave out, by setting."""
        measures = [name for name in MEASURES if name != self.metric]
        rows = [[f"{settings.label} {name.replace('_', ' ')}", *(
            mean_text(self.results.of("results", column, settings)[name], digits=2)
            for column in self.columns)]
            for settings in self.settings for name in measures]
        note = f"f1 is that of class {self.dataset.classes[1]}"
        if len(self.dataset.classes) > 2:
            note = "f1 and ROC AUC: means over the classes, for AUC against the rest"
        return Table(f"Other measures, in %. {self.dataset.title}", [
            "tokens/length", *self.titles.values()], rows, [self.data_note, note])

    def confusion(self, column, settings):
        """How many test documents of each class were taken for which, <int>[K, K]."""
        known = range(len(self.dataset.classes))
        return sum(metrics.confusion_matrix(y, said, labels=known)
                   for y, said, _ in self.judged(column, settings))

    def confusion_table(self, settings, most=20):
        """The Table of the pairs of classes that most columns confuse."""
        classes, shares = self.dataset.classes, {}
        for column in self.columns:
            if column.algorithm.judged and self.judged(column, settings):
                counts = self.confusion(column, settings)
                shares[column] = counts / np.maximum(counts.sum(1, keepdims=True), 1)
        mean = np.mean([*shares.values()], axis=0) if shares else np.zeros((1, 1))
        mean[np.diag_indices_from(mean)] = 0
        pairs = np.argsort(-mean, axis=None, kind="stable")[:most]
        rows = [[classes[i], classes[j], *(percent(s[i, j]) for s in shares.values())]
                for i, j in zip(*np.unravel_index(pairs, mean.shape)) if mean[i, j] > 0]
        header = ["true class", "predicted", *map(self.titles.get, shares)]
        heading = f"Classes most often confused, tokens/length {settings.label}"
        return Table(heading, header, rows, [self.data_note, "in % of the true class"])

    def most_missed(self, settings, count):
        """The test documents that most models miss, most missed first: a frame of doc,
        label, wrong and times (over models and repeats), far (on the wrong side, 0..1),
        said (instead, by title). Models that always say the same do not count."""
        rows, classes = [], np.array(self.dataset.classes, dtype=object)
        for column in self.columns:
            found = self.results.of("predictions", column, settings)
            if found.predicted.nunique() < 2: continue
            own = np.concatenate([scores[np.arange(len(y)), y]
                                  for y, _, scores in self.judged(column, settings)])
            found = found.sort_values("repeat", kind="stable")
            rows.append(found[["doc", "label", "predicted"]].assign(
                far=1 - stats.rankdata(own) / len(own), title=self.titles[column]))
        if not rows:
            return pd.DataFrame(columns=["doc", "label", "wrong", "times", "said"])
        rows = pd.concat(rows)
        rows["wrong"] = rows.predicted != rows.label
        said = rows.title + " " + classes[rows.predicted]
        rows["said"] = said.where(rows.wrong, "")
        grouped = rows.groupby(["doc", "label"], sort=False, as_index=False).agg(
            wrong=("wrong", "sum"), times=("wrong", "size"), far=("far", "mean"),
            said=("said", lambda said: ", ".join(dict.fromkeys(filter(None, said)))),
            share=("wrong", "mean"))
        order = grouped.sort_values(["share", "far"], ascending=False, kind="stable")
        return order[order.wrong > 0].head(count)

    def errors_table(self, settings, count):
        """The Table of the documents that most models miss, and what they said."""
        missed, frame = self.most_missed(settings, count), self.dataset.frame
        ids = frame.id.astype(str)
        known = ids.isin(missed.doc)
        texts = dict(zip(ids[known], frame.text[known]))
        rows = [[row.doc, self.dataset.classes[row.label],
                 f"{row.wrong} of {row.times}", row.said,
                 " ".join(texts[row.doc].split())[:160]] for row in missed.itertuples()]
        heading = (f"Errors. {self.dataset.title}, tokens/length {settings.label}: the "
                   "test documents most often missed")
        header = ["document", "true class", "missed by", "said", "begins"]
        return Table(heading, header, rows, [self.data_note])

# --------------------------------------------------------------------------- Figures
# Okabe and Ito's colours, in an order in which neighbours differ in grey, too.
COLOURS = ("#0072B2 #E69F00 #000000 #CC79A7 #D55E00 #56B4E9 #009E73 #999999 "
           "#882255").split()  # and one of Tol's
MARKERS = "osv^DPX*h"
DASHES = ("-", "--", "-.", ":", *((0, dashes) for dashes in (
    (5, 1), (3, 1, 1, 1), (1, 1), (8, 2), (2, 3))))
NARROWEST = 5.5  # inches of a figure, for its title's sake
READABLE_CLASSES = 20  # in a confusion matrix; more are told in a table
SMALL_MATRIX = 4  # classes, up to which there is a panel for every column
LONGEST_TICK = 20  # characters of a class: more leave no room for the matrix
# Sides of the corner of a ROC figure that is shown: three times the error at which the
# middle one of the curves has as many false positives as false negatives.
CORNERS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1)

def unformatted(text):
    """A text as matplotlib shows it as it stands: no formulas, nothing unprintable."""
    text = "".join(c if c.isprintable() else " " for c in str(text))
    return text.replace("$", r"\$")

def shortened(text, fits):
    """A text, less as much of its middle as it takes until fits(text) <bool>."""
    def without_middle(size):
        return f"{text[: size // 2]}…{text[len(text) - size // 2 :]}"
    sizes = range(8, len(text))
    too_long = bisect.bisect_left(
        sizes, True, key=lambda size: not fits(without_middle(size)))
    return text if fits(text) else without_middle(sizes[max(too_long - 1, 0)])

def bulk(values):
    """(lowest, highest) of columns' values ([<float>[n], ...]), less at most a third of
    the columns, so low that without each the others have less than half the range."""
    values = sorted(map(np.asarray, values), key=np.min)
    for _ in range(len(values) // 3):
        whole, rest = (np.ptp(np.concatenate(part)) for part in (values, values[1:]))
        if whole > 2 * rest: values = values[1:]
    together = np.concatenate(values)
    return together.min(), together.max()

class Figures:
    """The figures of a report: all() draws those that there is something for."""

    def __init__(self, report):
        self.report, self.titles = report, report.titles
        self.rows, self.columns = report.settings, report.columns

    def all(self):
        """Figures by the name of their file; none without matplotlib."""
        if not is_installed("matplotlib"): return {}
        found = {f"history_{c.name}": self.history(c) for c in self.columns}
        if any(len(self.report.values(c, s)) for c in self.columns for s in self.rows):
            found |= dict(accuracy=self.accuracy(), roc=self.roc(),
                          confusion=self.confusion())
        found |= {f"tuning_{c.model}": self.tuning(c) for c in self.columns if c.tuned}
        if len(self.report.results.frame("learning_curve")):
            found["learning_curve"] = self.learning_curve()
        return {name: figure for name, figure in found.items() if figure}

    @staticmethod
    def style(column):
        """Colour, marker and dashes of a model, the same in all figures."""
        number = list(ALGORITHMS).index(column.model)
        looks = {"color": COLOURS, "marker": MARKERS, "linestyle": DASHES}
        return {name: kinds[number % len(kinds)] for name, kinds in looks.items()} | {
            "fillstyle": "none" if column.tuned else "full"}

    def _new(self, title, rows=1, columns=1, size=(7, 4.5), note="", **options):
        """(figure, axes [rows, columns]) without a display or any global state: a title
        of one line that fits; in small print the sources, a note, what was cut."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        report, width = self.report, max(size[0], NARROWEST)
        figure = Figure(figsize=(width, size[1]), layout="constrained")
        renderer = FigureCanvasAgg(figure).get_renderer()
        small = "; ".join(filter(None, [note, *report.cuts(), report.data_note]))
        below = {"x": 0.01, "ha": "left", "color": "0.35", "fontsize": "x-small"}
        for shown, start, rest in (
                (figure.suptitle("", fontsize="medium"), title,
                 f", {report.dataset.title}"),
                (figure.supxlabel("", **below), "", small)):
            fits = functools.partial(self._fits, shown, renderer)
            rest = shortened(rest, lambda text: fits(start + text))
            shown.set_text(unformatted(shortened(start + rest, fits)))
        axes = figure.subplots(rows, columns, squeeze=False, **options)
        for panel in axes.flat:
            panel.grid(alpha=0.3)
        return figure, axes

    @staticmethod
    def _fits(shown, renderer, text):
        """Whether a text in the font of `shown` is no wider than its figure."""
        shown.set_text(unformatted(text))
        return shown.get_window_extent(renderer).width < 0.97 * shown.figure.bbox.width

    @staticmethod
    def _legend(figure, panels):
        """Give a figure the legend of the panel with most entries, beside them."""
        legends = (axes.get_legend_handles_labels() for axes in panels)
        legend = max(legends, key=lambda legend: len(legend[0]))
        figure.legend(*legend, loc="outside right center")
        return figure

    def history(self, column):
        """Accuracy in training and held out by epoch of a head; None without epochs."""
        rows = self.report.results.frame("history")
        rows = rows[rows.model == column.name]
        if not len(rows): return None
        figure, [[axes]] = self._new(self.titles[column])
        looks = itertools.cycle(zip(COLOURS, MARKERS))
        groups = rows.groupby(["maxtokens", "maxtokenlen"])
        for ((tokens, length), group), (colour, marker) in zip(groups, looks):
            means = 100 * group.groupby("epoch")[["accuracy", "val_accuracy"]].mean()
            look, label = {"color": colour, "marker": marker}, f"{tokens}/{length}"
            dashed = look | {"linestyle": "--", "fillstyle": "none"}
            axes.plot(means.accuracy, label=f"{label} training", **dashed)
            axes.plot(means.val_accuracy, label=f"{label} held out", **look)
        axes.set(xlabel="epoch", ylabel="accuracy in %", xticks=sorted(set(rows.epoch)))
        return self._legend(figure, [axes])

    def accuracy(self):
        """The metric by setting and model with 95 % intervals, and the article's; the
        marks of the table. What lies far below all others is told at the lower edge."""
        report, columns, rows = self.report, self.columns, self.rows
        metric, title = report.metric.replace("_", " "), f"and {LEVEL:.0%} intervals"
        size = (max(7, 1.5 + 0.3 * len(columns) * len(rows)), 4.5)
        figure, [[axes]] = self._new(f"{metric} {title}", size=size)
        axes.grid(False, axis="x")
        places = dict(zip(columns, np.linspace(-0.36, 0.36, len(columns))))
        points = {c: found for c in columns if len(found := self._points(c, places[c]))}
        for column, found in points.items():
            look = self.style(column) | {"linestyle": "none", "capsize": 3}
            reach = np.abs(found[["low", "high"]].sub(found["mean"], axis=0)).T
            axes.errorbar(found.x, found["mean"], reach.to_numpy(),
                          label=unformatted(self.titles[column]), **look)
        published = pd.concat(points.values()).dropna(subset="article")
        if len(published):
            look = {"color": "0.45", "markersize": 14, "label": "the article's"}
            axes.plot(published.x, published.article, "_", **look)
        self._focus(axes, points)
        axes.set_xticks(range(len(rows)), [settings.label for settings in rows])
        axes.set(xlabel="tokens/length", ylabel=f"{metric} in %",
                 xlim=(-0.5, len(rows) - 0.5))
        return self._legend(figure, [axes])

    def _points(self, column, place):
        """A column's points of the accuracy figure: x, mean, low, high, article, in %,
        and marks."""
        report, points = self.report, []
        for i, settings in enumerate(self.rows):
            if len(report.values(column, settings)):
                found = report.estimate(column, settings)
                article = {} if column.tuned else report.article(settings)
                ends = np.clip(found.interval(), 0, 1)
                marks = dict(zip(self.columns, report.marks(settings)))
                points.append((i + place, 100 * found.mean, *(100 * ends), 100 *
                               article.get(column.model, np.nan), marks[column]))
        names = ["x", "mean", "low", "high", "article", "marks"]
        return pd.DataFrame(points, columns=names)

    @staticmethod
    def _focus(axes, points):
        """Limit an axis to the bulk of the columns, and write marks above the points;
        a mean that is left out is a number at the lower edge."""
        ends = ("low", "high", "mean", "article")
        low, high = bulk([np.concatenate([found[end].dropna() for end in ends])
                          for found in points.values()])
        space = max(0.06 * (high - low), 0.5)
        axes.set_ylim(low - 2 * space, high + 1.5 * space)
        look = {"ha": "center", "textcoords": "offset points", "fontsize": "small"}
        for point in pd.concat(points.values()).itertuples():
            if point.mean < low:
                axes.annotate(f"↓ {point.mean:.1f} {point.marks}".rstrip(),
                              (point.x, low - 2 * space), (0, 3), **look)
            elif point.marks:
                axes.annotate(point.marks, (point.x, point.high), (0, 1), **look)

    @staticmethod
    def roc_curve(judged):
        """Mean (false, true) positive rates <float>[1001] over repeats and classes."""
        grid, curves = np.linspace(0, 1, 1001), []
        for y, _, scores in judged:
            for c in range(scores.shape[1]) if scores.shape[1] > 2 else [1]:
                if 0 < np.sum(y == c) < len(y):
                    false, true, _ = metrics.roc_curve(y == c, scores[:, c])
                    curves.append(np.interp(grid, false, true))
        return grid, np.mean(curves, axis=0)

    def roc(self):
        """The ROC curves of all models, a panel for each setting: of all the corner in
        which the curves differ. The legend tells the areas, one a panel."""
        many = ", one class against the rest" * (len(self.report.dataset.classes) > 2)
        curves = {(s.label, c): self.roc_curve(judged) for s in self.rows
                  for c in self.columns if (judged := self.report.judged(c, s))}
        side = self.corner(curves)
        title = f"ROC{many}" + f", corner of {side:g}" * (side < 1)
        size = (3.2 * len(self.rows) + 2.8, 3.8)
        figure, [panels] = self._new(title, 1, len(self.rows), size, sharey=True)
        for axes, settings in zip(panels, self.rows):
            for column in self.columns:
                look = self.style(column) | {"markevery": 0.1, "markersize": 4}
                curve = curves.get((settings.label, column), ((), ()))
                axes.plot(*curve, label=self._area(column), **look)
            axes.plot([0, 1], [0, 1], color="0.8", zorder=0)
            axes.set(title=settings.label, xlabel="false positive rate", aspect="equal",
                     xlim=(-0.02 * side, side), ylim=(1 - side, 1 + 0.02 * side))
        panels[0].set_ylabel("true positive rate")
        return self._legend(figure, panels)

    def _area(self, column):
        """A column's title, and its ROC AUC in % at each setting that has one."""
        of = [self.report.results.of("results", column, row) for row in self.rows]
        areas = " ".join(percent(rows.roc_auc.mean()) or "-" for rows in of)
        return f"{unformatted(self.titles[column])}: AUC {areas}"

    @staticmethod
    def corner(curves):
        """The side of the corner that shows what differs between ROC curves, by
        (label, column): one bad column does not count, nor what knows nothing."""
        errors = [np.maximum(false, 1 - true).min() for (_, column), (false, true)
                  in curves.items() if column.algorithm.judged]
        wanted = 3 * np.median(errors) if errors else 1
        return next((side for side in CORNERS if side >= wanted), 1)

    def confusion(self):
        """What share of each class is taken for which, in %. A panel for every setting
        and column for a few classes; for more the best column with an encoder and the
        best without, at the last setting; None for too many."""
        report, rows, columns, angle = self.report, self.rows, self.columns, 45
        classes = [unformatted(shortened(name, lambda text: len(text) <= LONGEST_TICK))
                   for name in report.dataset.classes]
        if len(classes) > SMALL_MATRIX:
            rows, columns, angle = rows[-1:], report.best(rows[-1]), 90
        if not columns or len(classes) > READABLE_CLASSES: return None
        side = 0.9 + 0.33 * len(classes)
        many = len(rows), len(columns)
        size = (side * many[1] + 1.2, (side + 0.2) * many[0] + 0.9)
        figure, panels = self._new("Confusion in % of the class", *many, size)
        cells = itertools.product(rows, columns)
        for axes, (settings, column) in zip(panels.flat, cells):
            axes.set_title(unformatted(f"{self.titles[column]} {settings.label}"),
                           fontsize="small")
            axes.grid(False)
            if report.judged(column, settings):
                counts = report.confusion(column, settings)
                shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
                shown = metrics.ConfusionMatrixDisplay(shares, display_labels=classes)
                shown.plot(ax=axes, cmap="Blues", values_format=".0f", colorbar=False,
                           im_kw={"vmin": 0, "vmax": 200}, xticks_rotation=angle,
                           text_kw={"color": "black", "fontsize": "small"})
            axes.set(xlabel="predicted", ylabel="true class")
            axes.tick_params(labelsize="small")
            axes.label_outer()
        return figure

    def tried(self, column):
        """A frame of a column's points: parameters, the mean score in %, the round of
        halving that gave it, and whether the search chose it (chosen)."""
        rows = self.report.results.frame("tuning")
        rows = rows[rows.model == column.model]
        place = ["maxtokens", "maxtokenlen", "repeat", "search", "point"]
        means = rows.groupby([*place, "resource"], as_index=False).agg(
            score=("score", "mean"), folds=("fold", "nunique"))
        means = means[means.folds == FOLDS].sort_values("resource")
        means["round"] = means.groupby(place[:-1]).resource.rank("dense").astype(int)
        means = means.drop_duplicates(place, keep="last").reset_index(drop=True)
        points = [json.loads(point) for point in means.point]
        found = self.report.results.frame("searches")
        found = found[found.model == column.name].set_index(place[:3]).best
        best = {key: json.loads(point).items() for key, point in found.items()}
        keys = means[place[:3]].itertuples(index=False, name=None)
        chosen = [point.items() <= best.get(key, {}.items())
                  for point, key in zip(points, keys)]
        return pd.DataFrame(points).assign(
            score=100 * means.score, round=means["round"], chosen=chosen)

    def tuning(self, column):
        """The score in the folds over the points that a column's searches tried: of two
        or three parameters on a grid a surface by two of them, a panel for each value
        of the third; of others a panel for each parameter. What a search chose is
        framed, and the rounds of halving, whose scores do not compare, are told."""
        table, grid = self.tried(column), column.algorithm.param_grid
        names = table.columns.drop(["score", "round", "chosen"])
        names = sorted(names, key=lambda name: table[name].nunique())
        if not len(table): return None
        title = f"{self.titles[column]}: {self.report.metric} in the folds in %"
        note = "framed: chosen" * bool(table.chosen.any())
        on_grid = all(set(table[name]) <= set(grid[name]) for name in names)
        if not on_grid or len(names) not in (2, 3):
            size = (2.9 * len(names) + 1, 3.4)
            figure, [panels] = self._new(
                title, 1, len(names), size, note, sharey=True)
            for axes, name in zip(panels, names):
                self._scatter(axes, table, name)
            rounds = table["round"].nunique() > 1
            return self._legend(figure, panels) if rounds else figure
        *others, y, x = names
        parts = list(table.groupby(others[0])) if others else [("", table)]
        size = (3.4 * len(parts) + 1, 3.8)
        figure, [panels] = self._new(title, 1, len(parts), size, note)
        for axes, (value, part) in zip(panels, parts):
            self._surface(axes, part, x, y, table.score.agg(["min", "max"]))
            axes.set_title(f"{others[0].split('__')[-1]} = {value}" if others else "")
        return figure

    @staticmethod
    def _scatter(axes, table, name):
        """One panel: the scores by a parameter, a colour and marker for each round."""
        for number, part in table.groupby("round"):
            look = {"color": COLOURS[number - 1], "marker": MARKERS[number - 1]}
            axes.plot(part[name], part.score, label=f"round {number}", linestyle="none",
                      fillstyle="none", **look)
        best = table[table.chosen]
        axes.plot(best[name], best.score, "s", color=COLOURS[4], fillstyle="none",
                  markersize=13, label="chosen")
        axes.set_xlabel(name.split("__")[-1])
        if pd.api.types.is_numeric_dtype(table[name]) and table[name].min() > 0:
            axes.set_xscale("log")

    @staticmethod
    def _surface(axes, part, x, y, limits):
        """One panel: the mean score by two parameters; limits: those of all panels."""
        from matplotlib.patches import Rectangle
        surface, rounds, chosen = (
            part.pivot_table(index=y, columns=x, values=what, aggfunc=how)
            for what, how in (("score", "mean"), ("round", "mean"), ("chosen", "sum")))
        several = bool(part["round"].max() > 1)
        axes.grid(False)
        axes.set_xticks(range(len(surface.columns)), map(str, surface.columns))
        axes.set_yticks(range(len(surface.index)), map(str, surface.index))
        axes.set(xlabel=x.split("__")[-1], ylabel=y.split("__")[-1])
        image = axes.imshow(surface.values, cmap="Blues", aspect="auto")
        lowest, highest = limits
        image.set_clim(lowest, 2 * highest - lowest + 1)  # light, for the numbers' sake
        for (i, j), value in np.ndenumerate(surface.values):
            if np.isnan(value): continue
            told = f"\nround {rounds.values[i, j]:.2g}" * several
            axes.text(j, i, f"{value:.1f}{told}", ha="center", va="center")
            if times := chosen.values[i, j]:
                axes.add_patch(Rectangle((j - 0.47, i - 0.47), 0.94, 0.94, fill=False,
                                         linewidth=1.5 + times / 2, color=COLOURS[4]))

    def learning_curve(self):
        """The metric by documents per class with a band of the repeats' deviation."""
        n = len(self.rows)
        size = (3.4 * n + 2.4, 4)
        figure, [panels] = self._new("Learning curve", 1, n, size, sharey=True)
        for axes, settings in zip(panels, self.rows):
            curves, sizes = self.report.curves(settings)
            for column, curve in curves.items():
                mean = 100 * curve.map(np.mean)
                spread = 100 * curve.map(lambda v: v.std(ddof=len(v) > 1))
                look = self.style(column) | {"label": unformatted(self.titles[column])}
                axes.plot(mean.index, mean, markersize=5, **look)
                axes.fill_between(mean.index, mean - spread, mean + spread, alpha=0.12,
                                  color=look["color"], linewidth=0)
            axes.set_xscale("log")
            axes.set_xticks(sizes, list(map(str, sizes)))
            axes.minorticks_off()
            axes.set(title=settings.label, xlabel="documents per class")
        panels[0].set_ylabel(f"{self.report.metric} in %")
        return self._legend(figure, panels)

# ---------------------------------------------------------------------- Word weights
SHOWN_WORDS = 12

def shares_by_class(found, y, classes):
    """The share of each of `classes` (their number) texts that has each word,
    <float>[K, v], of counts or marks `found` [n, v] (sparse)."""
    found, y = found > 0, np.asarray(y)
    return np.vstack([np.asarray(found[y == c].mean(0))[0] for c in range(classes)])

def word_weights(model, train):
    """Words' weights for each class, a frame [K, v], or None of a model without. Trees
    tell importances: each counts for the class that has the word most."""
    features, classifier, classes = model[-2], model[-1], len(train.classes)
    if not hasattr(features, "get_feature_names_out"): return None
    if hasattr(classifier, "coef_"):
        weights = classifier.coef_
        weights = weights.toarray() if hasattr(weights, "toarray") else weights
        if len(weights) == 1:
            weights = np.vstack([-weights, weights])
        if len(weights) != classes:  # SVC's are of pairs of classes
            return None
    elif hasattr(classifier, "feature_importances_"):
        shares = shares_by_class(model[:-1].transform(train.texts), train.y, classes)
        most = shares.argmax(axis=0) == np.arange(classes)[:, None]
        weights = classifier.feature_importances_ * most
    else:
        return None
    return pd.DataFrame(weights, columns=features.get_feature_names_out())

def words_table(report, train, settings):
    """The Table of the words that weigh most for each class, model by model. train:
    what the simple columns are fitted to once more; settings: as they were then."""
    rows = []
    for column in report.plain:
        if (column.encoder(settings) or not column.algorithm.judged
                or not len(report.values(column, report.settings[0]))):
            continue
        model = column.pipeline(settings).fit(train.texts, train.y)
        weights = word_weights(model, train)
        lines = () if weights is None else weights.to_numpy()
        for name, line in zip(train.classes, lines):
            order = np.argsort(-line, kind="stable")[:SHOWN_WORDS]
            words = weights.columns[order[line[order] > 0]]
            rows.append([report.titles[column], name, ", ".join(words)])
    heading = f"Words that weigh most, tokens/length {settings.label}, first draw"
    header = ["model", "for class", "heaviest first"]
    return Table(heading, header, rows, [report.data_note])

# ------------------------------------------------------------------------------ Audit
COPY_LIMIT = 0.01  # share of the test part that also stands in the training part,
CHANCE_COPIES = 2  # if these are more
TRACE_LIMIT = 0.01  # by how much a trace's shares of two classes differ
NEAR = 0.5  # cosine of two texts' sets of three-word phrases: about half are the same
RULE_LIMIT = 0.9  # accuracy of a rule of one word that is too good to be the content
ONE_SIDED = 0.05  # share of a class that has a word which no other ever has,
BY_CHANCE = 12  # in more documents than these: fewer can be chance among many words
ALIKE = 0.95  # cosine of two classes' words: they hardly differ
TRACES = {
    'printed Python objects, "emailmessagemessage" when cleaned': re.compile(
        r"<[\w.]+ object at 0x[0-9a-f]+>"),
    "mail headers": re.compile(
        r"^(Message-ID|Return-Path|Received|MIME-Version|X-[\w-]+): ", re.I | re.M),
    "HTML tags": TAG,
    "encoded blocks": re.compile(r"^[A-Za-z0-9+/=]{60,}\s*$", re.M)}

def near_copies(texts, others=None):
    """The text most alike to each one, <int>[n] (a position among others, or the texts
    themselves), -1 where under half of the three-word phrases are the same (cosine)."""
    phrases = HashingVectorizer(
        ngram_range=(3, 3), token_pattern=r"\w+", binary=True, alternate_sign=False,
        n_features=2**22, dtype=np.float32)
    found = phrases.transform(texts)
    among = found if others is None else phrases.transform(others)
    index = NearestNeighbors(n_neighbors=1, metric="cosine").fit(among)
    distances, positions = index.kneighbors(None if others is None else found)
    return np.where(1 - distances[:, 0] >= NEAR, positions[:, 0], -1)

def one_word_rules(texts, y, classes):
    """How well the presence of each word alone tells one class from the rest. A frame
    by word, the best first: the class (its number) that it tells best, the share of
    that class with it (inside) and of the rest (outside), how many texts have it, and
    the accuracy of the rule, class and rest weighing the same."""
    words = CountVectorizer(
        token_pattern=r"\S+", lowercase=False, binary=True, dtype=np.float64)
    found = words.fit_transform(texts)
    shares = shares_by_class(found, y, classes)  # [K, v]
    sizes = np.bincount(y, minlength=classes)[:, None]
    rest = ((shares * sizes).sum(axis=0) - shares * sizes) / (len(y) - sizes)
    best, each = (shares - rest).argmax(axis=0), np.arange(shares.shape[1])
    table = pd.DataFrame(
        {"class": best, "inside": shares[best, each], "outside": rest[best, each],
         "texts": np.asarray(found.sum(axis=0))[0]}, words.get_feature_names_out())
    table["accuracy"] = 0.5 + (table.inside - table.outside) / 2
    longest = table.index.str.len()  # of equals, since "0700" says less than a name
    return table.iloc[np.lexsort((-longest, -table.accuracy))]

class Audit:
    """The traps of a data set in numbers, before any model runs (`tables`)."""

    def __init__(self, dataset, train, test, settings):
        self.dataset, self.train, self.test = dataset, train, test
        self.settings, self.classes = settings, dataset.classes
        # The words of each beginning, as they stand and as the simple models read them.
        texts, first = train.texts + test.texts, settings[0]
        natural = Tokens(first.maxtokens, text="natural").transform(texts)
        article = Tokens(first.maxtokens, first.maxtokenlen).transform(texts)
        drawn = [" ".join([*re.findall(r"\w+", plain.casefold()), cleaned])
                 for plain, cleaned in zip(natural, article)]
        self.y = np.concatenate([train.y, test.y])
        rules = one_word_rules(drawn, self.y, len(self.classes))
        self.best = rules[:SHOWN_WORDS]
        self.one_sided = rules[rules.outside == 0][:SHOWN_WORDS]
        self.copies, self.traces = self._copies(), self._traces()
        self.alike = self._alike(drawn)
        self.tables = self._tables()

    @staticmethod
    def share(part, whole):
        """Number and share in words."""
        return f"{part} of {whole} ({percent(part / max(whole, 1))} %)"

    def _copies(self):
        """Rows (what, number, of how many, whether any is a trap)."""
        dataset, train, test = self.dataset, self.train, self.test
        keys = pd.Series(folded(dataset.texts))
        keys, whole = keys[keys != 0], len(dataset)
        labels = pd.Series(dataset.y)[keys.index].groupby(keys).transform("nunique")
        near = near_copies(train.texts + test.texts)
        other_label = (near >= 0) & (self.y != self.y[near])
        seen = set(folded(train.texts))
        across = sum(key in seen for key in folded(test.texts) if key)
        near_test = (near_copies(test.texts, train.texts) >= 0).sum()
        drawn, n, n_test = "texts of the first draw with a near copy", *map(
            len, (near, test))
        rows = [
            ("texts that repeat an earlier one", keys.duplicated().sum(), whole, 0),
            ("texts that stand in two classes", (labels > 1).sum(), whole, 1),
            (f"{drawn} in it", (near >= 0).sum(), n, 0),
            (f"{drawn} of another class", other_label.sum(), n, 0),
            ("test texts that stand in the training part", across, n_test, 1),
            ("test texts with a near copy in the training part", near_test, n_test, 1)]
        for settings in self.settings:
            tokens = Tokens(settings.maxtokens, settings.maxtokenlen)
            known = set(tokens.transform(train.texts))
            same = sum(text in known for text in tokens.transform(test.texts))
            rows.append((f"test texts that the article's recipe at {settings.label} "
                         "makes equal to a training text", same, n_test, 1))
        return rows

    def _traces(self):
        """By trace the share of each class that shows it, <float>[K]."""
        y, texts, found = self.dataset.y, self.dataset.texts, {}
        classes = range(len(self.classes))
        for what, pattern in TRACES.items():
            shows = np.array([bool(pattern.search(text)) for text in texts])
            found[what] = np.array([shows[y == c].mean() for c in classes])
        return found

    def _alike(self, drawn):
        """Pairs of classes (first, second, cosine), the most alike in their words
        first, of three or more, less what all classes have alike."""
        classes = self.classes
        if len(classes) == 2: return []
        words = CountVectorizer(token_pattern=r"\S+", lowercase=False, binary=True)
        shares = shares_by_class(words.fit_transform(drawn), self.y, len(classes))
        shares -= shares.mean(axis=0)
        shares /= np.maximum(np.linalg.norm(shares, axis=1, keepdims=True), 1e-12)
        first, second = np.triu_indices(len(classes), 1)
        cosines = (shares @ shares.T)[first, second]
        order = np.argsort(-cosines, kind="stable")[:SHOWN_WORDS]
        return [(classes[first[i]], classes[second[i]], cosines[i]) for i in order]

    def traps(self):
        """What is wrong with the data set, in sentences; what to look at."""
        found, classes = [], self.classes
        for what, number, whole, is_trap in self.copies:
            chance = what.startswith("test") * max(COPY_LIMIT * whole, CHANCE_COPIES)
            if is_trap and number > chance:
                found.append(f"TRAP: {self.share(number, whole)} {what}")
            elif what.endswith("another class") and number > CHANCE_COPIES:
                found.append(
                    f"LOOK: {self.share(number, whole)} {what}: "
                             "which label is right?")
        for what, shares in self.traces.items():
            least, most = shares.argmin(), shares.argmax()
            gap = shares[most] - shares[least]
            if gap > TRACE_LIMIT:
                found.append(f"{'TRAP' if gap > ONE_SIDED else 'LOOK'}: {what} in "
                             f"{percent(shares[least])} % of {classes[least]} and "
                             f"{percent(shares[most])} % of {classes[most]}")
        tells = [f"{word} ({percent(rule.accuracy)} %)"
                 for word, rule in self.best.iterrows() if rule.accuracy >= RULE_LIMIT]
        words = [
            f"{word} ({percent(rule.inside, 0)} % of {classes[int(rule['class'])]})"
            for word, rule in self.one_sided.iterrows() if rule.inside >= ONE_SIDED
            and rule.texts > BY_CHANCE]
        pairs = [f"{a} and {b}" for a, b, cosine in self.alike if cosine >= ALIKE]
        if tells:
            found.append(f"TRAP: one word alone tells a class: {', '.join(tells)}")
        if words:
            found.append(f"LOOK: in no other class: {', '.join(words)}; content, or a "
                         "trace of how the texts were got?")
        if pairs:
            found.append(f"LOOK: hardly differ in their words: {'; '.join(pairs)}")
        return found or ["no trap found"]

    def _class_table(self):
        """The Table of each class' size, empty texts and lengths."""
        rows, all_texts = [], np.array(self.dataset.texts, dtype=object)
        for number, name in enumerate(self.classes):
            texts = all_texts[self.dataset.y == number].tolist()
            lengths = np.percentile([len(text.split()) for text in texts], (5, 50, 95))
            foreign = np.mean([np.mean([ord(c) > 127 for c in text[:1000]] or [0])
                               > 0.05 for text in texts])
            rows.append([name, str(len(texts)), str(np.sum(folded(texts) == 0)),
                         " / ".join(f"{length:.0f}" for length in lengths),
                         percent(foreign)])
        return Table("The classes",
                     ["class", "texts", "empty", "words: 5 % / median / 95 %",
                      "over 5 % non-ASCII, in %"], rows)

    def _rules_table(self, heading, rules):
        rows = [[word, self.classes[int(rule["class"])],
                 *(percent(rule[name]) for name in ("inside", "outside", "accuracy"))]
                for word, rule in rules.iterrows()]
        heading += f", in the first {self.settings[0].maxtokens} words"
        return Table(heading, ["word", "class", "in % of it", "in % of the rest",
                               "accuracy in %"], rows)

    def _tables(self):
        dropped = [f"{n} {reason}" for reason, n in self.dataset.dropped.items() if n]
        notes = [f"data: {self.dataset.source}; {len(self.dataset)} texts",
                 f"dropped before: {', '.join(dropped) or 'nothing'}", *self.traps()]
        thresholds = [
            "a near copy shares half of its three-word phrases (cosine "
            f"{NEAR} or more)",
            f"traps: copies above {COPY_LIMIT:.0%} of the test part, texts in two "
            f"classes, traces that differ by {ONE_SIDED:.0%}, a word that is right on "
            f"{RULE_LIMIT:.0%} of the first draw",
            f"to be looked at: a word in {ONE_SIDED:.0%} of one class only, in more "
            f"than {BY_CHANCE} texts; traces that differ by {TRACE_LIMIT:.0%}; classes "
            f"whose words have a cosine of {ALIKE} or more; near copies of another "
            "class"]
        copies = [[what, self.share(n, whole)] for what, n, whole, _ in self.copies]
        traces = [[what, *(f"{percent(shares[i])} ({self.classes[i]})"
                           for i in (shares.argmax(), shares.argmin()))]
                  for what, shares in self.traces.items()]
        alike = [[a, b, f"{cosine:.2f}"] for a, b, cosine in self.alike]
        shown = ["what", "in % of the class with most", "in % of the class with least"]
        return [
            Table(f"Audit of {self.dataset.title}", [], [], notes), self._class_table(),
            Table("Copies", ["what", "how many"], copies, thresholds),
            Table("Traces of how the texts were got", shown, traces), Table(
                "Classes most alike in their words", ["class", "class", "cosine"],
                alike), self._rules_table("The words that alone tell most", self.best),
            self._rules_table("The words of one class only", self.one_sided)]

# ------------------------------------------------------------------------------- Page
# The parts of a page in order: the name of Results.pages, the heading, and the
# beginnings of the figures' names that stand there. Others follow under their names.
PAGE_PARTS = (
    ("table", "Result", ("accuracy", "roc")), ("measures", "Other measures", ()),
    ("confusion", "What is taken for what", ("confusion",)),
    ("learning_curve", "Would more labels pay?", ("learning_curve",)),
    ("tuning", "Tuning", ("tuning_",)), ("history", "Training by epoch", ("history_",)),
    ("errors", "Errors, and words that weigh", ()), ("audit", "The data's traps", ()))
# "&" is the page itself: three times, to weigh more than a notebook's own style, which
# it must neither take nor change.
PAGE = ".kit-page" * 3
STYLE = """
& { --ink: #1b1b1b; --soft: #595959; --line: #d8d8d8; --paper: #fff; --tint: #f2f5f9;
  --pays: #00664a; --not: #a33c00; --open: #4f4f4f; color-scheme: light;
  background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif;
  max-width: 70rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
& h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; color: inherit }
& h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; padding-bottom: .2rem;
  border-bottom: 1px solid var(--line); color: inherit }
& p, & li, & dd, & dt { color: inherit; font-size: 1em }
& p { margin: .6rem 0 } & ul { margin: .5rem 0; padding-left: 1.1rem }
& li { color: var(--soft); font-size: .85rem; margin: .1rem 0 }
& .verdict { border-left: .35rem solid var(--open); background: var(--tint);
  padding: .6rem .9rem; font-size: 1.05rem }
& .verdict.pays { border-color: var(--pays) }
& .verdict.not { border-color: var(--not) }
& .warning { border: 1px solid var(--not); padding: .5rem .9rem; color: var(--not) }
& .wide { overflow-x: auto; max-width: 100% }
& table { border-collapse: collapse; font-size: .85rem; margin: .4rem 0; width: auto;
  font-variant-numeric: tabular-nums; border: 0; color: inherit; table-layout: auto }
& tr, & th, & td { background: none; color: inherit }
& th, & td { padding: .3rem .6rem; vertical-align: top; border: 0; max-width: 30rem;
  border-bottom: 1px solid var(--line); overflow-wrap: normal; min-width: 3rem }
& th { font-weight: 600; white-space: normal; border-bottom: 2px solid var(--line) }
& td.short { white-space: nowrap }
& tr.sub td { color: var(--soft); font-size: .78rem; padding-top: 0 }
& th:first-child, & td:first-child { position: sticky; left: 0;
  background: var(--paper) }
& figure { margin: 1rem 0 } & img { max-width: 100%; height: auto; background: #fff;
  border-radius: 4px; display: block; padding: 4px; box-sizing: border-box }
& dl { display: grid; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr);
  gap: .25rem 1rem; font-size: .85rem; margin: .5rem 0 }
& dt { color: var(--soft); font-weight: normal; margin: 0 } & dd { margin: 0 }
& code { font: .9em ui-monospace, monospace; background: none; color: inherit;
  padding: 0; overflow-wrap: anywhere; white-space: pre-wrap }
@media (prefers-color-scheme: dark) { & { --ink: #e6e6e6; --soft: #a8a8a8;
  --line: #3c3c3c; --paper: #16181b; --tint: #20252c; --pays: #3fc79a; --not: #ff9d5c;
  --open: #b5b5b5; color-scheme: dark } & img { background: #e9e9e9 } }
@media (max-width: 30rem) { & { padding: .7rem; font-size: 15px }
  & dl { grid-template-columns: 1fr; gap: 0 } & dd { margin-bottom: .4rem }
  & th, & td { padding: .25rem .4rem }
  & figure { overflow-x: auto } & img { max-width: 36rem } }
@media print { & { --ink: #000; --soft: #444; --line: #bbb; --paper: #fff;
  --tint: #f4f4f4; --pays: #00664a; --not: #a33c00; --open: #4f4f4f; padding: 0;
  max-width: none; font-size: 10pt; color-scheme: light } & img { background: #fff }
  & .wide { overflow: visible } & table, & tr.sub td { font-size: 7.5pt }
  & td.short { white-space: normal } & th, & td { padding: 1.5pt 3pt; min-width: 0 }
  & tr, & figure { break-inside: avoid } & h2 { break-after: avoid }
  & img { max-height: 23cm; padding: 0 }
  & th:first-child, & td:first-child { position: static } }
""".replace("&", PAGE)
# Nothing of a document can run or be fetched, whatever it says.
HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title>
<style>body {{ margin: 0 }} @media (prefers-color-scheme: dark)
{{ body {{ background: #16181b }} }} @media print {{ body {{ background: #fff }} }}
</style></head><body>
{page}
</body></html>
"""

def as_svg(figure):
    """A figure as SVG text: lines stay sharp, and letters are the reader's own."""
    from matplotlib import rc_context
    stream = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "kit"}):
        figure.savefig(stream, format="svg", bbox_inches="tight",
                       metadata={"Date": None, "Creator": None})
    return stream.getvalue()

class Page:
    """All of a run on one page: no other file, no script, nothing from elsewhere."""

    def __init__(self, results):
        self.results, self.report = results, results.report
        self.dataset, self.about = self.report.dataset, results.about

    def document(self):
        """The page as a file of its own."""
        title = f"{self.dataset.title}: does transfer learning pay?"
        return HEAD.format(title=as_html(title), page=self.fragment())

    def fragment(self):
        """The page as an element that a notebook can show among others."""
        pages, figures = dict(self.results.pages), dict(self.results.figures)
        parts = []
        for name, heading, starts in PAGE_PARTS:
            drawn = [one for one in figures if starts and one.startswith(starts)]
            drawn = {one: figures.pop(one) for one in drawn}
            parts.append(self._part(heading, pages.pop(name, ()), drawn))
        parts += [self._part(name.capitalize().replace("_", " "), page, {})
                  for name, page in pages.items()]
        title = as_html(self.dataset.title)
        return (f'<div class="kit-page"><style>{STYLE}</style>'
                f"<h1>Does transfer learning pay on {title}?</h1>"
                f"{self._warning()}{self._verdicts()}{''.join(parts)}"
                f"{self._part('Other figures', (), figures)}{self._facts()}</div>")

    def _warning(self):
        """What a reader must know first of a run that is not whole."""
        if self.about["finished"]: return ""
        cause = ("was interrupted" if self.results.interrupted else
                 "is not whole: some models failed")
        note = as_html("; ".join([f"This run {cause}", *self.report.cuts()]))
        return f'<p class="warning">{note}.</p>'

    def _verdicts(self):
        """The answer in sentences, each in the colour of what it says."""
        kinds = {"pays": "pays", "does not pay": "not"}
        return "".join(
            f'<p class="verdict {kinds.get(getattr(one, "answer", ""), "open")}">'
            f"{as_html(one)}</p>" for one in self.report.verdicts())

    @staticmethod
    def _part(heading, page, figures):
        """A heading with its tables and figures; "" if there are none."""
        tables = [part._repr_html_() for part in page if isinstance(part, Table)]
        images = []
        for name, svg in figures.items():
            data = base64.b64encode(svg.encode()).decode()
            images.append(f'<figure><img alt="{as_html(name.replace("_", " "))}" '
                          f'src="data:image/svg+xml;base64,{data}"></figure>')
        if not tables + images: return ""
        return f"<h2>{as_html(heading)}</h2>" + "".join(tables + images)

    def _facts(self):
        """What the numbers were made from, with and by."""
        about, dataset = self.about, self.dataset
        sizes = dataset.frame.label.value_counts(sort=False)
        dropped = [f"{n} {reason}" for reason, n in dataset.dropped.items() if n]
        started = time.strftime("%Y-%m-%d %H:%M", time.localtime(about["started"]))
        asked = [f"{name}={value}" for name, value in (about["asked"] or {}).items()
                 if value not in (None, False) and name not in ("content", "dataset")]
        facts = {
            "data": dataset.source,
            "texts": f"{len(dataset)}; left out: {', '.join(dropped) or 'none'}",
            "classes": ", ".join(f"{name} ({n})" for name, n in sizes.items()),
            "content, SHA-256": dataset.digest,
            **{f"encoder {handle}": f"SHA-256 {digest}"
               for handle, digest in about["encoders"].items()},
            "command": shlex.join(about.get("command", ["kit.compare(...)"])),
            "options": "; ".join(asked),
            "seconds": f"{self.report.seconds:.0f}, started {started}",
            "versions": ", ".join(f"{name} {version}"
                                  for name, version in about["versions"].items()),
            "machine": ", ".join(f"{name} {value}"
                                 for name, value in about["hardware"].items() if value)}
        rows = "".join(
            f"<dt>{as_html(name)}</dt><dd><code>{as_html(value)}</code></dd>"
            for name, value in facts.items())
        return f"<h2>How it was made</h2><dl>{rows}</dl>"

def write_page(results):
    """Write report.html where a run has a folder: once more, when it knows more."""
    if results.folder:
        page = Page(results).document().encode()
        write_atomically(results.folder / "report.html", page)

# ----------------------------------------------------------------------- Kept models
KEPT_FORMAT = 1  # of a kept model's folder: raise it when older kits cannot read it
BEST = "best"  # the column with the highest mean, where none is named
# What may stand in a kept file beside what skops trusts by itself (scikit-learn's
# estimators, NumPy's arrays): the kit's own estimators, and what scikit-learn's SVMs,
# trees and boosting hold inside: numbers, and the losses that older skops do not know.
# No function, and no class of anybody else.
TRUSTED = (
    *(f"kit.{kind.__name__}" for kind in (
        Tokens, TokenCounts, ElmoFeatures, BertFeatures, DenseHead, FineTunedBert,
        NaiveBayesSVM, Blend)),
    "scipy.sparse._csr.csr_matrix", "sklearn.tree._tree.Tree",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    *(f"sklearn._loss.link.{name}" for name in (
        "Interval", "LogitLink", "MultinomialLogit")),
    *(f"sklearn._loss.loss.{name}" for name in (
        "HalfBinomialLoss", "HalfMultinomialLoss")), "_loss.CyHalfMultinomialLoss")
CARD = {"classes": list, "factor": float, "encoders": dict, "files": dict,
        "versions": dict}  # what every card says, and how
VOCABULARIES = "vocabulary", "vocabulary_"  # of CountVectorizer, a list or a dict
CALIBRATED = ("softmax of the model's distances times a factor that was fitted to the "
              "run's test documents")
UNCALIBRATED = "softmax of the model's distances, not calibrated: an order, no chances"

def skops_io():
    """skops' module io, which keeps estimators without pickle."""
    with told('To keep models takes pip install "skops>=0.11"', ImportError):
        import skops.io
    return skops.io

def versions_here():
    """The versions <str> of Python and of the libraries that make numbers, by name."""
    return {"python": platform.python_version()} | versions_of(
        "numpy scipy pandas scikit-learn tensorflow keras tokenizers")

@dataclass(frozen=True, eq=False)
class KeptModel:
    """A fitted Pipeline on raw texts, and its card: a dict of classes, settings,
    encoders (SHA-256 by handle), versions, what accuracy to expect, and more."""
    model: Pipeline
    card: dict

    def __repr__(self):
        return f"KeptModel({self.card.get('title', 'own')}; {', '.join(self.classes)})"

    @property
    def classes(self):
        """The names of the classes, in the order of predict_proba's columns."""
        return tuple(self.card["classes"])

    def predict_proba(self, texts):
        """Probabilities <float>[n, K] of texts <str>[n]; the card says how they come:
        a model that only knows distances gets their softmax, times a factor."""
        if isinstance(texts, str):
            raise KitError("Give a list of texts, not one text.")
        texts = list(texts)
        for number, text in enumerate(texts):
            if not isinstance(text, str):
                raise KitError(f"Text {number} is no text but {text!r:.40}.")
        if not texts: return np.zeros((0, len(self.classes)))
        if hasattr(self.model, "predict_proba"):
            return np.asarray(self.model.predict_proba(texts), float)
        scores = scores_of(self.model, texts)
        return softmax(self.card["factor"] * scores, axis=1)

    def predict(self, texts):
        """The name <str>[n] of each text's likeliest class."""
        best = self.predict_proba(texts).argmax(axis=1)
        return np.array(self.classes, dtype=object)[best]

    def in_chunks(self, texts, rows=2000):
        """Yield predict_proba of so many texts <str>[n] at a time, with a progress
        line. (2,000 rows of all of BERT's layers are 80 MB.)"""
        with progress(len(texts), "predicting", unit=" texts") as bar:
            for start in range(0, len(texts), rows):
                yield self.predict_proba(texts[start : start + rows])
                bar.update(len(texts[start : start + rows]))

def parts_of(model):
    """Yield an estimator and all that it holds, in an order that is always the same."""
    if isinstance(model, BaseEstimator):
        yield model
        model = [value for _, value in sorted(vars(model).items())]
    held = model.values() if isinstance(model, dict) else model
    for value in held if isinstance(model, (list, tuple, dict)) else ():
        if isinstance(value, (list, tuple, dict, BaseEstimator)):
            yield from parts_of(value)

def encoders_in(parts):
    """Those of some estimators that read with an encoder."""
    return [p for p in parts if isinstance(p, (FrozenEncoder, FineTunedBert))]

def factor_of(draws):
    """The factor on scores whose softmax makes the true classes likeliest ("temperature
    scaling", Guo et al. 2017), of draws [(y, predicted, scores <float>[n, K])]. Nobody
    is sure: as Platt's, the targets are those of a Laplace prior."""
    y = np.concatenate([y for y, _, _ in draws])
    scores = np.concatenate([scores for _, _, scores in draws])
    n, classes = scores.shape
    targets = np.full(scores.shape, 1 / (n + classes))
    targets[np.arange(n), y] += n / (n + classes)
    def loss(log_factor):
        logits = np.exp(log_factor) * scores
        return (np.logaddexp.reduce(logits, axis=1) - (targets * logits).sum(1)).mean()
    return float(np.exp(optimize.minimize_scalar(loss, bounds=(-8, 8)).x))

def to_keep(report, name=BEST):
    """The Column of that name, or the best, at the last row of a report."""
    settings, named = report.settings[-1], {c.name: c for c in report.columns}
    if name != BEST and name not in named:
        raise KitError(f"There is no column {name!r}, only {', '.join(named)}."
                       f"{nearest(name, named)}")
    columns = report.compared(settings) if name == BEST else [named[name]]
    columns = [c for c in columns if len(report.values(c, settings))]
    if not columns:
        raise KitError(f"{'No model' if name == BEST else name} has a result.")
    means = {c: report.values(c, settings).mean() for c in columns}
    best = max(columns, key=lambda c: (c.algorithm.judged, means[c]))
    above = [c for c in columns if not c.algorithm.judged and means[c] > means[best]]
    if above:
        say("keep", f"{best.title(settings)} is below {above[0].title(settings)}, "
            "which always says the same")
    return best

def expected(report, column):
    """{measure: {mean, low, high}} of a column at the last row: the report's metric,
    and accuracy. They are those of models fitted to fewer texts."""
    found = {}
    for metric in dict.fromkeys([report.metric, "accuracy"]):
        estimate = replace(report, metric=metric).estimate(column, report.settings[-1])
        low, high = np.clip(estimate.interval(), 0, 1).tolist()
        found[metric] = {"mean": estimate.mean, "low": low, "high": high}
    return found

def card_of(report, column, params, model):
    """What a column's card says of a model that is fitted, as JSON data."""
    settings, dataset = report.settings[-1], report.dataset
    draws = report.judged(column, settings)
    own = hasattr(model, "predict_proba")
    known = {name: v for name, v in vars(settings).items() if name != "store"}
    card = {
        "model": column.name, "title": column.title(settings),
        "classes": dataset.classes, "settings": known, "params": params,
        "probabilities": "the model's own" if own else CALIBRATED,
        "factor": 1.0 if own else factor_of(draws), "metric": report.metric,
        "expected": expected(report, column), "expected_of": report.heading,
        "chosen_among": [c.name for c in report.columns], "dataset": {
            "name": dataset.name, "title": dataset.title, "source": dataset.source,
            "texts": len(dataset), "sha256": dataset.digest,
            "texts_of_classes": dict(zip(dataset.classes, dataset.sizes().tolist())),
            "in_a_draw": dict(zip(dataset.classes,
                                  dataset.sizes(settings.nsamp).tolist())),
            "columns": dataset.columns}}
    return json.loads(without_secrets(json.dumps(card, default=str)))

OTHER_SHARES = 0.02  # of a class, from which on it is said

def refitted(report, name=BEST, limit=None):
    """The KeptModel of the best column of a report, or of the one named, fitted to all
    texts of its data set: at its last row; of a tuned column with the point that most
    draws chose. limit: seconds that it may take."""
    settings, dataset = report.settings[-1], report.dataset
    column = to_keep(report, name)
    searches = report.results.of("searches", column, settings)
    points = searches.groupby("best").score_in_folds.agg(["size", "mean"])
    params = json.loads(max(points.index, key=lambda p: tuple(points.loc[p]))
                        if len(points) else "{}")
    model = column.pipeline(settings).set_params(**params)
    rows = report.results.of("results", column, settings)
    growth = (len(dataset) / rows.n_train.mean()) ** max(column.algorithm.growth, 1)
    say("keep", f"{column.title(settings)}, now fitted to all {len(dataset)} texts: "
        f"about {rows.fit_seconds.mean() * growth:.0f} s")
    there, drawn = dataset.sizes(), dataset.sizes(settings.nsamp)
    if np.abs(there / there.sum() - drawn / drawn.sum()).max() > OTHER_SHARES:
        say("keep", "the classes have other shares in all texts than in the draws: a "
            "model of all says the common ones more often than the accuracy is of, "
            "which --nsamp all would measure as they are")
    try:
        if column.encoder(settings):
            with time_limit(limit): model.fit(dataset.texts, dataset.y)
        else:
            model = in_time(limit, model.fit, dataset.texts, dataset.y)
    except TimeSpent as error:
        raise KitError(f"{column.title(settings)} was not fitted to all texts after "
                       f"{limit:g} s (--time-limit); keep another one.") from error
    for part in encoders_in(parts_of(model)):
        vars(part).update({"store": None} if hasattr(part, "store") else {})
    return KeptModel(model, card_of(report, column, params, model))

@contextlib.contextmanager
def portable(parts, handles):
    """In the block estimators are without what only this machine has (the place of the
    features, an encoder's, trust), and name encoders by handles {path: handle}. Yields
    their vocabularies {"number attribute": words}, which are not in them, either: as an
    object in skops' file, each word would take 5 KB of memory."""
    before, words = [dict(vars(part)) for part in parts], {}
    try:
        for number, part in enumerate(parts):
            for name in VOCABULARIES:
                if isinstance(vars(part).get(name), (list, dict)):
                    words[f"{number} {name}"] = vars(part)[name]
                    setattr(part, name, None)
        for part in encoders_in(parts):
            part.path, part.trust_encoder = handles[part.path], False
            vars(part).update({"store": None} if hasattr(part, "store") else {})
            vars(part).pop("folder_", None)
        yield words
    finally:
        for part, state in zip(parts, before):
            vars(part).clear()
            vars(part).update(state)

def plain_card(model, classes):
    """The card of a Pipeline that comes from no run."""
    own = hasattr(model, "predict_proba")
    return {"classes": [str(name) for name in classes], "factor": 1.0,
            "probabilities": "the model's own" if own else UNCALIBRATED}

def sealed(card):
    """SHA-256 of a card, by which one sees that it was changed."""
    content = {name: value for name, value in card.items() if name != "seal"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

def save(model, folder, classes=()):
    """Keep a model in a folder: card.json, model.skops, vocabulary.json.gz. model: a
    KeptModel, or a fitted Pipeline on raw texts of the kit's own estimators and most of
    scikit-learn's; classes: the names of its classes, if it does not know them."""
    skops, folder = skops_io(), Path(folder)
    if not isinstance(model, KeptModel):
        with told("Only a fitted classifier can be kept", AttributeError, TypeError,
                  ValueError):
            check_is_fitted(model)
            model = KeptModel(model, plain_card(model, classes or model.classes_))
    if len(model.classes) != len(model.model.classes_):
        raise KitError(f"The model has {len(model.model.classes_)} classes, and "
                       f"{len(model.classes)} names were given.")
    parts = [*parts_of(model.model)]
    # A restored model reads from some folder here; its handle is what is kept.
    known = {digest: name for name, digest in model.card.get("encoders", {}).items()}
    digests = {p.path: Encoder(p.path).digest() for p in encoders_in(parts)}
    handles = {path: known.get(digest, Encoder(path).handle)
               for path, digest in digests.items()}
    with portable(parts, handles) as words, told("It cannot be kept", Exception):
        content = skops.dumps(model.model, compression=zipfile.ZIP_DEFLATED)
        words = json.dumps(words, default=int).encode()
    strange = set(skops.get_untrusted_types(data=content)) - set(TRUSTED)
    if strange:
        raise KitError(
            f"Nobody could restore this model, for its {', '.join(sorted(strange))}: "
            "only the kit's own classes and most of scikit-learn's are kept, the kit's "
            "from an imported kit.py (begin a pasted cell with %%writefile kit.py).")
    files = {"model.skops": content, "vocabulary.json.gz": gzip.compress(words, 1)}
    card = {"format": KEPT_FORMAT, **model.card, "versions": versions_here(),
            "encoders": {handles[path]: digests[path] for path in digests},
            "kept": time.strftime("%Y-%m-%d %H:%M:%S"), "files": {
                name: hashlib.sha256(part).hexdigest() for name, part in files.items()}}
    card |= {"seal": sealed(card)}
    files["card.json"] = json.dumps(card, indent=1).encode()  # last: all else is there
    for name, part in files.items(): write_atomically(folder / name, part)
    say("keep", f"{folder}, {sum(map(len, files.values())) / 1e6:.2f} MB")

def read_card(path):
    """The dict in a card.json, whole and unchanged, of a format that is known."""
    with told(f"{path.parent} is no kept model", OSError): content = path.read_bytes()
    broken = KitError(f"{path} was changed or cut since the model was kept; take a "
                      "whole copy, or keep the model again.")
    try:
        card = json.loads(content)
        newer = int(card["format"]) > KEPT_FORMAT
        whole = newer or card["seal"] == sealed(card) and all(
            isinstance(card[name], kind) for name, kind in CARD.items())
        if not whole: raise broken
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise broken from error
    if newer:
        raise KitError(f"{path.parent} was kept by a newer kit, in format "
                       f"{card['format']}; this one reads up to {KEPT_FORMAT}: take "
                       "the newer kit.py.")
    return card

def kept_encoder(handle, digest, places):
    """The folder of the encoder with this digest: one of the places (as Encoder takes
    them) that the user names, or where its handle leads. Somebody's file makes the kit
    download nothing but the article's encoders."""
    usual, found = handle in ENCODERS["full"].values(), []
    for place in (*places, handle):
        with contextlib.suppress(KitError):
            folder = Encoder(place).find(place != handle or usual)
            found.append(Encoder(folder).digest())
            if found[-1] == digest: return str(folder)
    why = ("another one is there: its digest differs" if found else
           "it is not here: name its folder or handle with --elmo or --bert (in a "
           "program: encoders=[...])")
    raise KitError(f"The model was fitted on the encoder {handle} with SHA-256 "
                   f"{digest[:12]}…, and {why}.")

def restore(folder, encoders=(), trust_encoder=False):
    """The KeptModel of a folder that save() wrote. encoders: paths, handles or URLs of
    its encoders, if they are not where they were; trust_encoder: see load_module. A
    KitError for what was changed, for unknown types, and for another encoder."""
    skops, folder = skops_io(), Path(folder)
    card, contents = read_card(folder / "card.json"), []
    for name in ("model.skops", "vocabulary.json.gz"):
        with told(f"{folder} is not whole", OSError):
            contents.append((folder / name).read_bytes())
        if hashlib.sha256(contents[-1]).hexdigest() != card["files"].get(name):
            raise KitError(f"{folder / name} was changed or cut since the model was "
                           "kept; take a whole copy, or keep the model again.")
    here, there = (versions.get("scikit-learn", "?")
                   for versions in (versions_here(), card["versions"]))
    if here.split(".")[:2] != there.split(".")[:2]:
        say("restore", f"kept with scikit-learn {there}, here is {here}: probabilities "
            "can differ a little")
    with (told(f"{folder} holds what is not trusted or not known here, with "
               f"scikit-learn {here} (kept with {there})", Exception),
          warnings.catch_warnings()):
        warnings.simplefilter("ignore")  # of other versions: that is said above
        model = skops.loads(contents[0], trusted=list(TRUSTED))
        parts = [*parts_of(model)]
        for place, words in json.loads(gzip.decompress(contents[1])).items():
            number, name = place.split()
            vars(parts[int(number)])[{n: n for n in VOCABULARIES}[name]] = words
        readers = [(part, card["encoders"][part.path]) for part in encoders_in(parts)]
        if len(model.classes_) != len(card["classes"]): raise ValueError("its classes")
    for part, digest in readers:
        part.path = kept_encoder(part.path, digest, encoders)
        part.trust_encoder = trust_encoder
        if isinstance(part, FrozenEncoder):
            part.store = None  # what is predicted is not kept
            part.fit(())
    return KeptModel(model, card)

# ------------------------------------------------------------------------- Handing in
def predict_table(kept, table, out, text="", id=""):
    """Write predicted.csv to the folder out: id, label, and the probability of each
    class, for every row of a table, of any size; returns its path. text, id: columns,
    those of the training table or guessed if not named."""
    path, columns, done = Path(out) / "predicted.csv", None, 0
    names = [f"probability_{name}" for name in kept.classes]
    known = kept.card.get("dataset", {}).get("columns", {})
    with (written_whole(path) as file,
          progress(None, "predicting", unit=" texts") as bar):
        for chunk in TableFile(table).chunks(2000):
            if columns is None:
                named = {what: name or (known.get(what) in chunk and known[what]) or ""
                         for what, name in (("text", text), ("id", id))}
                columns = columns_of(chunk, label=None, **named)
                say("columns", f"text: {columns.text}"
                    + f"; id: {columns.id}" * (columns.id != ""))
            # All JSON objects of a chunk can lack what is empty.
            chunk = chunk.reindex(columns=[*{columns.text, columns.id} - {""}])
            texts = texts_in(chunk, columns.text)
            shares = kept.predict_proba(texts.astype(object).fillna("").astype(str))
            numbers = np.arange(done, done + len(chunk))
            rows = pd.DataFrame({
                "id": numbers if columns.id == "" else chunk[columns.id].array,
                "label": np.array(kept.classes, object)[shares.argmax(axis=1)]})
            rows[names] = shares
            file.write(csv_text(rows, header=not done).encode())
            done += len(chunk)
            bar.update(len(chunk))
        if columns is None: raise KitError(f"{table} has no rows.")
    say("predict", f"{done} texts of {table} in {path}")
    return path

TABLE_FILE = re.compile(
    r"(.+?)(\.(csv|tsv|txt|jsonl?|ndjson|parquet))?(\.(zip|gz))?",
    re.IGNORECASE | re.DOTALL)

@dataclass(frozen=True, eq=False)
class Competition:
    """A Kaggle competition's frames, fields of test and sample as they stand in the
    files. id: the column of the sample that tells the texts of test, "" if only their
    order does; targets: the columns to be filled; file: train's."""
    folder: Path
    train: pd.DataFrame
    test: pd.DataFrame
    sample: pd.DataFrame
    id: str
    targets: tuple
    file: Path

    @staticmethod
    def part_of(path):
        """Which part a file is by its name: train, test, sample, or "" for none."""
        found = TABLE_FILE.fullmatch(path.name)
        if not found or not (found[2] or found[4]): return ""
        name = re.sub(r"[\W_]", "", found[1].lower())
        if "sample" in name or ("submission" in name and name != "submission"):
            return "sample"  # submission.csv is what we write ourselves
        name = name.removeprefix("labeled")  # labeledTrainData, of word2vec's
        return next((part for part in ("train", "test") if name.startswith(part)), "")

    @staticmethod
    def as_names(values):
        """Labels as they name classes: 1.0 as "1", as in as_labels."""
        values = pd.Series(values).astype(str).str.strip()
        numbers = pd.to_numeric(values, errors="coerce")
        whole = numbers.notna() & (numbers % 1 == 0) & values.str.fullmatch(r"[-+\d.]+")
        return [str(int(n)) if w else v for v, n, w in zip(values, numbers, whole)]

    @classmethod
    def read(cls, folder, id=""):
        """Find and read train, test and sample_submission in or below a folder. id: the
        column that tells the texts, the first that can if it is not named."""
        folder = in_either_layout(folder)
        if not folder.is_dir():
            what = "a file: unpack it" if folder.exists() else "not there"
            raise KitError(f"--submit needs the folder of a competition; {folder} is "
                           f"{what}.{nearest_file(folder) * (not folder.exists())}")
        below = [path for path in folder.rglob("*") if path.is_file()
                 and len(path.relative_to(folder).parts) <= 3]
        # train before train_extra, and in the folder before below it.
        below.sort(key=lambda p: (len(TABLE_FILE.fullmatch(p.name)[1]), len(p.parts),
                                  p))
        files = {part: path for path in reversed(below) if (part := cls.part_of(path))}
        lacking = [part for part in ("train", "test", "sample") if part not in files]
        if lacking:
            names = ", ".join(sorted({p.name for p in below})[:10]) or "nothing"
            words = " and ".join(lacking).replace("sample", "sample_submission")
            raise KitError("--submit needs the files train, test and sample_submission "
                           f"(CSV, TSV, JSON, also zipped); in {folder} there is no "
                           f"{words}, but {names}. Unpack what is packed together, "
                           "or copy the files, so named, to a folder of your own.")
        train = TableFile(files["train"]).frame()
        test, sample = (pd.concat(TableFile(files[part]).chunks(100_000), ignore_index
                                  =True) for part in ("test", "sample"))
        alike = {str(column).lower(): column for column in test}
        common = [column for column in sample if str(column).lower() in alike]
        unique = [c for c in common if test[alike[str(c).lower()]].is_unique]
        id = id if id in common else [*unique, *common, ""][0]
        if id:  # JSON's and Parquet's are numbers, and a CSV's are words
            test = test.rename(columns={alike[id.lower()]: id}).astype({id: str})
            sample = sample.astype({id: str})
        # Some samples show all of test, or who sees the score ("Usage").
        left = [c for c in sample if c not in (id or sample.columns[0], "Usage")]
        targets = tuple([c for c in left if c not in test] or left)
        found = cls(folder, train, test, sample, id, targets, files["train"])
        found._check()
        return found

    def _check(self):
        """Raise a KitError if the sample does not fit to the test."""
        if not self.targets:
            raise KitError(f"The sample submission in {self.folder} has no column to "
                           f"fill beside {self.sample.columns[0]}.")
        if not self.id and len(self.sample) != len(self.test):
            raise KitError("Nothing tells which text a row of the sample submission is "
                           f"for: no column of it ({', '.join(self.sample)}) is in "
                           f"test ({', '.join(self.test)}), and their lengths differ.")
        if not self.id: return
        missing = ~self.sample[self.id].isin(self.test[self.id])
        if missing.any():
            raise KitError(f"{missing.sum()} of {len(missing)} ids of the sample "
                           "submission are not in test, such as "
                           f"{self.sample[self.id][missing].iloc[0]}.")
        if self.test[self.id].duplicated().any():
            raise KitError(f"Column {self.id} of test has the same id twice.")

    def _label(self):
        """The column of train that the sample asks for; "" where it must be guessed."""
        own = [column for column in self.train if column not in self.test]
        asked = [column for column in self.targets if column in self.train]
        if len(asked) > 1:
            raise KitError(
                f"The sample submission asks for {len(asked)} labels of each text "
                f"({', '.join(asked[:6])}), and this kit gives a text one: compare one "
                f"of them with --data {shlex.quote(str(self.file))} --label-column "
                f"{shlex.quote(asked[0])}, without --submit.")
        if len(self.targets) == 1 and asked: return asked[0]
        if not own: raise KitError(f"train in {self.folder} has no column that test "
                                   "lacks, so no label.")
        return own[0] if len(own) == 1 else ""

    def dataset(self, text="", label="", id=""):
        """The Dataset of train: its text a column that test has, too."""
        label = label or self._label()
        id = id or (self.id if self.id in self.train else "")
        shared = [c for c in self.train if c in self.test and c != label]
        if not shared:
            raise KitError(f"train and test in {self.folder} have no column in common.")
        with told("Of the columns that train and test both have (test: "
                  f"{', '.join(self.test)})", KitError):
            known = id if str(id).lower() not in TEXT_NAMES else ""  # it may be both
            text = text or columns_of(self.train[shared], label=None, id=known).text
        if text not in self.test:
            raise KitError(f"There is no column {text!r} in test: "
                           f"{', '.join(self.test)}.")
        own = [c for c in self.train if c in (text, label, id) or c not in self.test]
        dataset = load(self.train[own], text=text, label=label, id=id)
        name = self.folder.resolve().name
        dataset = replace(dataset, name=name, title=name, source=str(self.folder),
                          corpus=replace(OWN, as_it_is=True))
        self.form(dataset)  # or a sentence, before anything runs
        return dataset

    def form(self, dataset):
        """How the sample is to be filled: ("probability of each class", {column:
        class}), ("class", {class: what stands for it}), or ("probability", class)."""
        if self.targets[1:]:
            return "probability of each class", self._by_column(dataset)
        values = self.sample[self.targets[0]].dropna().astype(str).str.strip()
        numbers = pd.to_numeric(values, errors="coerce")
        numeric = len(values) > 0 and numbers.notna().all()
        if numeric and values.str.contains("[.]").any():  # 0.5, or 0.0
            return self._by_number(dataset, {*self.as_names(values)})
        whole = pd.to_numeric(pd.Series(dataset.classes), errors="coerce").notna().all()
        if numeric and not whole:  # 0/1 for False/True, ham/spam
            meant = self._meant_by_one(dataset)
            return "class", {name: str(int(name == meant)) for name in dataset.classes}
        if whole and not numeric and len(values):
            raise KitError(f"The sample submission has words ({values.iloc[0]}) and "
                           f"train has numbers ({', '.join(dataset.classes[:6])}): "
                           "nothing tells which is which.")
        return "class", {name: name for name in dataset.classes}

    def _by_number(self, dataset, names):
        """form() of a sample with such fractions in one column."""
        label = self.train[dataset.columns["label"]]
        as_float = pd.api.types.is_float_dtype(label) and label.notna().all()
        if names <= {*dataset.classes} and as_float:
            return "class", {name: str(float(name)) for name in dataset.classes}
        return "probability", self._meant_by_one(dataset)

    def _meant_by_one(self, dataset):
        """Which of two classes a 1 stands for, or a probability near 1."""
        classes, target = dataset.classes, self.targets[0]
        if len(classes) > 2:
            raise KitError("The sample submission asks for one number "
                           f"({self.sample[target].iloc[0]}) of each text, and "
                           f"there are {len(classes)} classes: this kit fills in "
                           "classes, or a probability for each.")
        named = [name for name in classes if name.lower() == str(target).lower()]
        ones = [name for name in classes if name.lower() in ("1", "true", "yes")]
        if not named + ones:
            raise KitError(f"The sample submission asks for a number, {target}, of "
                           f"each text, and nothing tells whether 1 is {classes[0]} or "
                           f"{classes[1]}: call its column like that class.")
        return (named + ones)[0]

    def _by_column(self, dataset):
        """{column of the sample: class}: called alike, but for case and a prefix."""
        prefix = len(os.path.commonprefix(self.targets))
        for cut in (0, prefix):
            known = {name.lower(): name for name in dataset.classes}
            found = {c: known.get(c[cut:].lower()) for c in self.targets}
            if set(found.values()) - {None} == set(dataset.classes): return found
        raise KitError(f"The sample submission's columns {', '.join(self.targets[:6])} "
                       f"are not the classes of column {dataset.columns['label']!r}: "
                       f"{', '.join(dataset.classes[:6])}.")

    def submission(self, kept, dataset):
        """The sample with the model's answers <str or float> in place of its own."""
        test = self.test
        if self.id: test = test.set_index(self.id, drop=False).loc[self.sample[self.id]]
        texts = test[dataset.columns["text"]].fillna("").astype(str).tolist()
        shares = np.vstack([*kept.in_chunks(texts)])
        kind, meaning = self.form(dataset)
        filled, said = self.sample.copy(), np.array(kept.classes, object)
        if kind == "class":
            said = [meaning[name] for name in said[shares.argmax(axis=1)]]
            filled[self.targets[0]] = said
            return filled
        wanted = meaning if kind != "probability" else {self.targets[0]: meaning}
        for column, name in wanted.items():  # a class too small to be learnt gets 0
            number = kept.classes.index(name) if name in kept.classes else None
            filled[column] = 0.0 if number is None else shares[:, number]
        return filled

    def hand_in(self, kept, dataset, out):
        """Write submission.csv to the folder out, and say what it is."""
        path, (kind, _) = Path(out) / "submission.csv", self.form(dataset)
        content = csv_text(self.submission(kept, dataset))
        write_atomically(path, content.encode())
        say("submit", f"{path}: {len(self.sample)} rows {', '.join(self.sample)}, the "
            f"{kind}, by {kept.card['title']}")
        if len(self.sample) < len(self.test):
            say("submit", f"{len(self.test) - len(self.sample)} texts of test are left "
                "out, as in the sample submission")

# ------------------------------------------------------------------------ Comparison
def option(default, words, **rest):
    """A field of Options: its default, its help, and argparse's words for it."""
    return field(default=default, metadata={"help": words} | rest)

# The groups of --help, by the first option of each.
GROUPS = {
    "models": "the table: which models, on how many texts",
    "keep_duplicates": "the texts",
    "encoders": "encoders: large networks that others have trained on much text, and "
                "that turn yours into numbers",
    "tune": "tuning: try other settings of a model, and keep the best",
    "learning_curve": "a closer look", "time_limit": "time and machine",
    "save": "keep and hand in"}

@dataclass(frozen=True)
class Options:
    """What can be asked of a comparison: the keywords of compare(), and the options of
    the command line. None stands for what suits the data set, see Corpus."""
    models: tuple = option(None, "columns of the table, any of the models below, by "
                           "spaces or commas", nargs="+", metavar="MODEL")
    nsamp: int = option(1000, "texts per class, or all", lowest=4)
    maxtokens: int = option(None, "words read of a text", lowest=1)
    maxtokenlen: int = option(None, "characters read of a word by the simple models "
                              "(default: 20 up to 50 words, else 100)", lowest=1)
    sweep: bool = option(
        False, "the article's three settings, 50/20, 100/100, 200/100, as one table")
    repeats: int = option(1, "how often all is done again on other texts, drawn and "
                          "split afresh: 5 or more tell skill from luck", lowest=1)
    seed: int = option(0, "of what is drawn: same seed, same numbers", lowest=0)
    metric: str = option("accuracy", "what the table, the tuning and the answer go by",
                         choices=tuple(MEASURES))
    keep_duplicates: bool = option(
        False, "leave copies of a text in, as the article did; they make all models "
        "look better than they are")
    text: str = option(None, "what the encoders read: the words as they stand "
                       "(natural), or less stop words, digits and punctuation "
                       "(article)", choices=("article", "natural"))
    encoders: str = option("full", "the article's large ELMo and BERT, or the small "
                           "ones that come with the kit", choices=tuple(ENCODERS))
    elmo: str = option(None, "another ELMo: a folder, Kaggle's name of it, or a URL",
                       metavar="PLACE")
    bert: str = option(None, "another BERT: a folder, Kaggle's name of it, or a URL",
                       metavar="PLACE")
    trust_encoder: bool = option(
        False, "use an encoder though its graph could reach files, the network or "
        "other programs")
    pooling: str = option("mean", "how BERT's numbers for each word become those of a "
                          "text: their mean, the means in all its layers, or what it "
                          "makes of the opening mark [CLS]", choices=POOLINGS)
    precision: str = option("auto", "numbers that BERT computes in unless it learns; "
                            "auto is float16 on a card with tensor cores, else float32",
                            choices=PRECISIONS)
    engine: str = option("tensorflow", "what runs BERT unless it learns; openvino is "
                          "faster on a CPU, in float32 and twice so in bfloat16",
                          choices=ENGINES)
    n_fine_tune_layers: int = option(0, "so many layers of BERT, from the top, or all, "
                                     "learn from your texts, too (slow without a GPU)",
                                     lowest=0, also=("all",))
    epochs: int = option(5, "how often the network on an encoder sees each text",
                         lowest=1)
    batch_size: int = option(32, "texts that it learns from at once", lowest=1)
    tune: tuple = option(None, "of these models (none named: of all in the table)",
                         nargs="*", metavar="MODEL")
    search: str = option("grid", "which settings to try", choices=Trials.KINDS)
    budget: str = option(None, "how many settings random and hyperopt try (default: "
                         f"{BUDGET}), or how long any search takes, as 60s",
                         metavar="N or TIME")
    learning_curve: bool = option(False, "the table again with 100, 200, 500 ... texts "
                                  "per class: would more labels pay?")
    audit: bool = option(False, "before all, what could deceive in the data: copies, "
                         "words that give the class away")
    errors: int = option(None, "the N texts that most models miss, and the words that "
                         "count most for each model", lowest=1)
    time_limit: str = option(None, "end a model's training, or its tuning, after so "
                             "long, as 300s", metavar="TIME")
    jobs: int = option(None, "how many cores to use (default: all)", lowest=1)
    cluster: str = option(None, "a Dask scheduler whose workers do the work, as "
                          "tcp://HOST:8786, or local: one with --jobs workers here",
                          metavar="ADDRESS")
    save: str = option(
        None, "keep the best model of the run, or the named, fitted to all labelled "
        "texts, in the folder model of --out", nargs="?", const=BEST, metavar="MODEL",
        choices=(BEST, *(Column(m, tuned).name for m, one in ALGORITHMS.items()
                         for tuned in (False, True) if one.param_grid or not tuned)))

    def __post_init__(self):
        """Read words as values, and refuse what cannot be, in a sentence."""
        for one in dataclasses.fields(self):
            object.__setattr__(self, one.name, self._read(one, getattr(self, one.name)))
        timed, start = str(self.budget or "").endswith("s"), curve_sizes(10**6)[0]
        if self.budget:
            read = self._seconds if timed else self._whole
            read(self.budget, "--budget")
        for wrong, sentence in (
            (self.tune is None and (self.budget or self.search != "grid"),
             "--search and --budget say how --tune searches: add --tune."),
            (self.budget and not timed and self.search not in ("random", "hyperopt"),
             f"--budget {self.budget}: {self.search} tries all its points; give "
             "seconds, as in 60s, or search by random or hyperopt."),
            (self.limit == 0, "--time-limit 0s leaves no time."),
            (self.sweep and (self.maxtokens or self.maxtokenlen), "--sweep runs the "
             "article's three settings: leave out --maxtokens and --maxtokenlen."),
            (self.learning_curve and (self.nsamp or start) < start, "--learning-curve "
             f"starts at {start} documents per class, and there are {self.nsamp}.")):
            if wrong: raise KitError(sentence)
        if self.save: skops_io()  # or a sentence, before anything runs

    @classmethod
    def _read(cls, one, value):
        """The value of a field, of what a person or the shell wrote for it."""
        flag, about = f"--{one.name.replace('_', '-')}", one.metadata
        if value is None or (one.name == "nsamp" and str(value).lower() == "all"):
            return None
        if one.name == "tune" and (value is True or not value):
            return None if value is False else ()  # all models of the table
        if one.name == "save" and isinstance(value, bool):
            return BEST if value else None
        if str(value).lower() in about.get("also", ()): return str(value).lower()
        if "lowest" in about: return cls._whole(value, flag, about["lowest"])
        if "choices" in about: value = str(value).lower()
        kinds, values = about.get("choices", (value,)), (value,)
        if one.name in ("models", "tune"):  # a list, or a string with spaces or commas
            words = value if isinstance(value, str) else " ".join(map(str, value))
            kinds, values = ALGORITHMS, words.lower().replace(",", " ").split()
        wrong = [w for w in values or ["nothing"] if not values or w not in kinds]
        if wrong:
            raise KitError(f"{flag}: {wrong[0]} is none of "
                           f"{', '.join(kinds)}.{nearest(wrong[0], kinds)}")
        return tuple(k for k in kinds if k in values) if kinds is ALGORITHMS else value

    @staticmethod
    def _whole(value, flag, lowest=1):
        """A whole number from lowest on, of a number or its digits: of so few that the
        result files hold it, see typed()."""
        whole = re.fullmatch(r"\d{1,15}", str(value)) and not isinstance(value, bool)
        if not whole or int(value) < lowest:
            raise KitError(f"{flag}: {value} is no whole number from {lowest} on of at "
                           "most 15 digits.")
        return int(value)

    @property
    def limit(self):
        """--time-limit in seconds <float>, or None."""
        return self.time_limit and self._seconds(self.time_limit, "--time-limit")

    @staticmethod
    def _seconds(text, flag):
        if not re.fullmatch(r"\d+(\.\d+)?s?", str(text)):
            raise KitError(f"{flag}: {text} is no time; give seconds, as in 300s.")
        return float(str(text).removesuffix("s"))

    def suiting(self, dataset):
        """These options with what suits the data set in the places left open."""
        corpus, handles = dataset.corpus, ENCODERS[self.encoders]
        maxtokens = self.maxtokens or corpus.maxtokens
        sizes = np.bincount(dataset.y, minlength=len(dataset.classes))
        most = int(sizes.min() if corpus.balanced else sizes.max())
        nsamp = self.nsamp or most
        return replace(self, models=self.models or corpus.models, maxtokens=maxtokens,
                       maxtokenlen=self.maxtokenlen or (20 if maxtokens <= 50 else 100),
                       text=self.text or corpus.text, sweep=False, elmo=self.elmo
                       or handles["elmo"], bert=self.bert or handles["bert"],
                       nsamp=nsamp if corpus.balanced else min(nsamp, most))

    def settings(self, dataset):
        """The Settings of each row of the table."""
        suiting = self.suiting(dataset)
        pairs = SWEEP if self.sweep else [(suiting.maxtokens, suiting.maxtokenlen)]
        ours = {one.name for one in dataclasses.fields(Settings)}
        blended = [name for name, one in ALGORITHMS.items() if one.blended]
        members = [model for model in suiting.models if model in blended]
        common = {name: v for name, v in vars(suiting).items() if name in ours} | {
            "svm": dataset.corpus.svm, "store": str(cache_folder() / "features.sqlite"),
            "members": tuple(members if members[1:] else blended)}
        return tuple(Settings(**common | {"maxtokens": tokens, "maxtokenlen": length})
                     for tokens, length in pairs)

    def columns(self, dataset):
        """The Columns: the models, each followed by its tuned self if asked for."""
        models = self.suiting(dataset).models
        asked = models if self.tune == () else self.tune or ()
        tuned = [model for model in asked if ALGORITHMS[model].param_grid]
        if set(asked) - set(models):
            raise KitError(f"--tune {' '.join(asked)}: only models that --models has.")
        if self.tune is not None and not tuned:
            raise KitError("--tune: there is nothing to tune in these models.")
        settings = self.settings(dataset)[0]
        for column in map(Column, tuned):
            known = column.pipeline(settings).get_params()
            if column.algorithm.param_grid.keys() - known.keys():
                raise KitError(
                    f"--tune {column.model}: its grid is that of a head on a frozen "
                    "encoder; leave out --n-fine-tune-layers, or name other models.")
        pairs = itertools.product(models, (False, True))
        columns = [Column(m, best) for m, best in pairs if not best or m in tuned]
        names = [BEST, *(column.name for column in columns)]
        if self.save and self.save not in names:
            raise KitError(f"--save {self.save}: only what the table will have: "
                           f"{', '.join(names)}.")
        return tuple(columns)

def outcome_of(call, limit=None):
    """What call() returns, or the reason <str> why it failed: the others go on."""
    try:
        return call()
    except ClusterLost: raise
    except KitError as error:
        late = limit and isinstance(error, TimeSpent)
        return f"not finished after {limit:g} s (--time-limit)" if late else str(error)
    except Exception as error:
        return f"{type(error).__name__}: {one_line(error)}"

def attempt(task, train, test, limit=None):
    """The Outcome of a task, or why there is none: a pure call, for workers."""
    return outcome_of(lambda: in_time(
        limit, evaluate, task.column.pipeline(task.settings), task.part(train), test),
        limit)

# An English vocabulary cuts a word of other languages into more pieces than this, or
# does not know so many of them; it makes 1.0 to 1.15 of English words (five sets, from
# tweets to questions), 1.4 and more of French and German ones, and knows all.
FOREIGN_PIECES, FOREIGN_UNKNOWN = 1.4, 0.05
COSTLY = 4000  # training texts, above which a model's cost is told before it starts
CLASSES_COSTLY = 10  # or classes, of which each has trees of its own
WORTH_TELLING = 30  # seconds

DRAWS_KEPT = 32  # of --repeats, in memory: all settings of a sweep have the same ones

class Run:
    """One comparison: all models see the same documents, split the same way."""

    def __init__(self, dataset, options, out, overwrite=False):
        self.dataset, self.options = dataset, options
        self.rows, self.columns = options.settings(dataset), options.columns(dataset)
        self._require_packages(out)
        self.drawn = self.rows[0].nsamp
        # Drawn when they are needed: 100,000 repeats begin at once, too.
        self.split = functools.lru_cache(DRAWS_KEPT)(functools.partial(
            dataset.draw, self.drawn, options.seed))
        self.split(0)  # refused before anything is written
        asked = vars(options.suiting(dataset)) | {
            "jobs": None, "cluster": None, "trust_encoder": None,
            "sweep": options.sweep, "dataset": dataset.name,
            "svm": dataset.corpus.svm, "content": dataset.digest}
        del asked["save"]  # it changes no result
        self.told = set()  # why models failed
        self.notes, self.lost = [], self.lost_encoders()
        encoders = {h: Encoder(h).digest() for h in self.handles() - self.lost.keys()}
        self.results = Results(out, asked, dataset.classes, overwrite, encoders)

    def _require_packages(self, out):
        """Ask for what pip has to install before anything runs; only figures may do
        without."""
        for column in self.columns:
            require(column.title(self.rows[0]),
                    *dict.fromkeys(column.algorithm.packages(self.rows[0])))
        if self.options.tune is not None and self.options.search == "hyperopt":
            require("--search hyperopt", "hyperopt")
        if out and not is_installed("matplotlib"):
            say("figures", "none will be drawn: pip install matplotlib")

    def tasks(self):
        """Yield all tasks of a run; a learning curve's sizes for the plain columns."""
        options, drawn = self.options, self.drawn
        sizes = curve_sizes(drawn) if options.learning_curve else [drawn]
        for settings, repeat in itertools.product(self.rows, range(options.repeats)):
            seeded = replace(settings, seed=seed_of_repeat(options.seed, repeat))
            for column, size in itertools.product(self.columns, sizes):
                if size == drawn or not column.tuned:
                    yield Task(column, replace(seeded, nsamp=size), repeat, drawn)

    def parts_of(self, task):
        """(train, test) of a task."""
        train, test = self.split(task.repeat)
        return task.part(train), test

    def keep(self, task, outcome):
        """Keep what a task gave, and say it in one line."""
        settings, metric = task.settings, self.options.metric
        self.results.add(task, self.options.seed, *self.parts_of(task), outcome)
        failed = isinstance(outcome, str)
        text = "failed for the same reason" if failed and outcome in self.told else (
            f"failed: {outcome}") if failed else (
            f"{metric} {percent(outcome.measures[metric]):>5} %   encode "
            f"{outcome.encode_seconds:6.1f} s   fit {outcome.fit_seconds:6.1f} s")
        if not failed and outcome.search and outcome.search.ended == "interrupted":
            text += f"   cut short after {outcome.search.points} point(s)"
        size = f", {settings.nsamp} per class" if settings.nsamp < task.drawn else ""
        title = f"{task.column.title(settings)}{size}"
        self.told |= {outcome} if failed else set()
        say(settings.label, f"repeat {task.repeat + 1:<3} {title:<12} {text}")

    def forecast(self):
        """Say what slow models will cost, by a fit on a tenth of the texts."""
        train, settings = self.split(0)[0], self.rows[-1]
        if len(train) < COSTLY and len(train.classes) < CLASSES_COSTLY: return
        part = train.part(0.1)
        for column in self.columns:
            growth = column.algorithm.growth
            if column.tuned or not growth: continue
            started = time.perf_counter()
            column.pipeline(settings).fit(part.texts, part.y)
            seconds = time.perf_counter() - started
            seconds *= (len(train) / len(part)) ** growth
            if seconds > WORTH_TELLING:
                say("cost", f"{column.title(settings)}: about {seconds:.0f} s for "
                    f"each fit on {len(train)} texts at {settings.label}, by a fit on "
                    f"{len(part)}; --time-limit 300s would end it")

    def handles(self):
        """The handles of all encoders that the run reads with, a set."""
        return {h for c in self.columns for h in c.algorithm.encoders(self.rows[0])}

    def lost_encoders(self):
        """Why an encoder is not to be had, by handle. A blend of others goes without,
        if an encoder is left to it."""
        found, first = {}, self.rows[0]
        for handle in self.handles():
            found[handle] = outcome_of(lambda: Encoder(handle).find())
        lost = {handle: why for handle, why in found.items() if isinstance(why, str)}
        for why in dict.fromkeys(lost.values()): say("encoder", why)
        members = tuple(model for model in first.members if not lost.keys() & set(
            ALGORITHMS[model].encoders(first)))
        if any(ALGORITHMS[model].encoders(first) for model in members):
            self.rows = tuple(replace(row, members=members) for row in self.rows)
        return lost

    def note_language(self, lost):
        """Note which encoders, but lost ones, seem to know another language."""
        if not is_installed("tokenizers"): return  # which only some encoders need
        texts = self.split(0)[0].texts[:1000]
        texts = Tokens(self.rows[-1].maxtokens, text="natural").transform(texts)
        for handle in sorted(self.handles() - lost.keys()):
            # The assets alone, since features that are kept need no TensorFlow.
            for vocabulary in Path(Encoder(handle).find(), "assets").glob("*vocab*"):
                pieces, unknown = WordPieces(vocabulary, True).fit_to(texts)
                if pieces > FOREIGN_PIECES or unknown > FOREIGN_UNKNOWN:
                    self.notes.append(
                        f"{Encoder(handle).name} seems to know another language than "
                        f"that of these texts: {pieces:.1f} pieces a word, "
                        f"{unknown:.0%} of them unknown (of its own 1.1, and 0 %)")
                    say("language", self.notes[-1])

    def fit_and_score(self):
        """Compute what has no result yet, till Ctrl-C: simple plain columns first, on
        all workers; encoders and searches one by one."""
        options, lost = self.options, self.lost
        def missing(task):
            handles = task.column.algorithm.encoders(task.settings)
            return next((lost[handle] for handle in handles if handle in lost), None)
        def stays(task):
            return task.column.tuned or bool(task.column.encoder(task.settings))
        def left(here):
            return (task for task in self.tasks() if stays(task) == here
                    and not missing(task) and not self.results.done(task))
        try:
            for task in self.tasks() if lost else ():
                if missing(task) and not self.results.done(task):  # it has been said
                    self.results.add(
                        task, options.seed, *self.parts_of(task), missing(task))
            if any(left(here=False)):
                self.forecast()
                self._spread(left(here=False))
            if any(left(here=True)): self.note_language(lost)
            for task in left(here=True):
                self.keep(task, self._here(task))
        except KeyboardInterrupt:
            self.results.interrupted = True
        except ClusterLost as error:
            say("cluster", error)
            self.results.interrupted = True

    def _spread(self, tasks):
        """Compute tasks on the workers, which are given them as they need them."""
        limit, asked = self.options.limit, {}
        def calls():
            for number, task in enumerate(tasks):
                asked[number] = task
                yield attempt, task, *self.split(task.repeat), limit
        try:
            for number, outcome in in_waves(calls(), self._jobs()):
                self.keep(asked.pop(number), outcome)
        except TerminatedWorkerError as error:  # killed, mostly for memory
            for task in chain(asked.values(), tasks):
                self.keep(task, f"a worker died ({one_line(error, 200)}); try --jobs 1")

    def _jobs(self):
        """How many workers: --jobs is about this machine's."""
        return None if elsewhere() else self.options.jobs

    def _here(self, task):
        """Compute a task in this process."""
        limit, (train, test) = self.options.limit, self.parts_of(task)
        def call():
            model, search = task.column.pipeline(task.settings), None
            if task.column.tuned:
                search = self._search(task, model, train)
                model = search.model
            if limit and task.column.encoder(task.settings):
                tensorflow()  # its import is not counted
            with time_limit(limit):
                outcome = evaluate(model, train, test)
            self.results.interrupted |= bool(search) and search.ended == "interrupted"
            return replace(outcome, search=search)
        return outcome_of(call, limit)

    def _search(self, task, model, train):
        """The Search of a tuned column, with the scores that a killed run has left."""
        options, algorithm = self.options, task.column.algorithm
        place = task.place | {"model": task.column.model, "search": options.search}
        rows = self.results.frame("tuning")
        mine = (rows[list(place)] == list(place.values())).all(axis=1)
        # Heads are faster here than in workers, and a blend has its encoders here.
        here = algorithm.encoder(task.settings) and not (
            elsewhere() and "features" in model.named_steps)
        return tune(model, algorithm.param_grid, train, options.search,
                    options.budget or (options.limit and f"{options.limit}s"),
                    task.settings.seed, options.metric, algorithm.resource,
                    1 if here else self._jobs(), rows[mine].to_dict("records"),
                    lambda row: self.results.append("tuning", [place | row]))

    def pages(self, report):
        """What there is to read, by name of the file: lists of Tables, sentences."""
        options, settings = self.options, report.settings
        pages = {"table": [report.table(), *map(str, report.verdicts())],
                 "measures": [report.measures_table()]}
        if len(report.results.frame("searches")):
            pages["tuning"] = [report.tuning_table()]
        if options.learning_curve:
            pages["learning_curve"] = [*map(report.learning_curve_table, settings)]
        if len(report.dataset.classes) > 2:
            pages["confusion"] = [*map(report.confusion_table, settings)]
        if options.errors:
            seed, train = seed_of_repeat(options.seed, 0), self.split(0)[0]
            pages["errors"] = list(chain.from_iterable(
                (report.errors_table(row, options.errors), words_table(
                    report, train, replace(row, seed=seed))) for row in settings))
        return pages

    def facts(self, report):
        """What run.json says of a run that is over."""
        encoders = {}
        hardware = {"cores": os.cpu_count(), "machine": platform.machine()}
        if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
            memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
            hardware["memory_gib"] = round(memory / 2**30, 1)
        tf = sys.modules.get("tensorflow")
        gpus = tf.config.list_physical_devices("GPU") if tf else []
        details = (tf.config.experimental.get_device_details(gpu) for gpu in gpus)
        hardware["gpus"] = [detail.get("device_name", "GPU") for detail in details]
        rows = report.results.frame("results")
        used = " + ".join(set(rows.encoder[rows.error == ""])).split(" + ")
        for handle in sorted({*used} - {""}):
            with contextlib.suppress(KitError):  # gone since it was resumed
                encoders[handle] = Encoder(handle).digest()
        verdicts = report.verdicts()
        answers = [vars(v) | {"answer": v.answer} for v in verdicts
                   if isinstance(v, Verdict)]
        return {"verdict": [*map(str, verdicts)], "answers": answers,
                "versions": versions_here(), "hardware": hardware, "encoders": encoders,
                "seconds": report.seconds, "source": report.dataset.source,
                "dropped": report.dataset.dropped}

    def finish(self, seconds):
        """Make the report of what is there, and write it if there is a folder."""
        results, options = self.results, self.options
        results.sort(self.tasks())
        notes = self.notes + [
            "interrupted: not all models or draws are there"] * results.interrupted
        report = Report(results, self.dataset, self.columns, self.rows, options.metric,
                        seconds, notes, options.repeats)
        results.report = report
        results.pages |= self.pages(report)
        if results.folder:
            for name, parts in results.pages.items():
                text = f"{page_text(parts)}\n"
                write_atomically(results.folder / f"{name}.md", text.encode())
            for name, figure in Figures(report).all().items():
                path = results.folder / f"{name}.png"
                figure.savefig(path, dpi=110, bbox_inches="tight")
                figure.set_layout_engine("none")  # each thing has its place by now
                results.figures[name] = as_svg(figure)
        finished = all(map(results.done, self.tasks()))
        results.describe(finished=finished, **self.facts(report))
        write_page(results)
        if options.save:
            with results.unfinished(): self.keep_model(report)

    def keep_model(self, report):
        """Fit the model that --save asks for to all texts, and keep it in the folder
        model; or say why not."""
        results, folder = self.results, self.results.folder
        if results.interrupted:
            return say("keep", "no model is kept, as the run was interrupted")
        try:
            results.model = refitted(report, self.options.save, self.options.limit)
        except KitError as error:
            return say("keep", f"no model is kept: {error}")
        if folder: save(results.model, folder / "model")

def compare(dataset, models=None, out=None, overwrite=False, **options):
    """Fit and score models on repeated draws of a data set: the Results. dataset: a
    Dataset, or what load() takes; models: names of ALGORITHMS; out: a folder for the
    result files, None for none; overwrite: what an earlier run has left there, in place
    of keeping it in a folder beside; options: the fields of Options, as on the command
    line. The same call takes a run up again that was cut off."""
    started = time.monotonic()
    known = Options.__dataclass_fields__
    for name in options.keys() - known.keys():
        raise KitError(f"compare() knows no option {name!r}.{nearest(name, known)}")
    options = Options(models=models, **options)
    # Load, and leave out what would leak or says nothing.
    dataset = dataset if isinstance(dataset, Dataset) else load(dataset)
    dataset = dataset.cleaned(options.keep_duplicates)
    say("data", f"{len(dataset)} documents of {len(dataset.classes)} classes from "
        f"{dataset.source}; left out: {dataset.left_out}")
    # Draw.
    with contextlib.ExitStack() as ends:
        ends.enter_context(warnings.catch_warnings())  # after Ctrl-C, or a spent budget
        warnings.filterwarnings("ignore", r"\d+ tasks (have been|which were)")
        machines = ends.enter_context(cluster(options.cluster, options.jobs))
        run = Run(dataset, options, out, overwrite)
        ends.enter_context(contextlib.closing(run.results))
        if options.audit:
            run.results.pages["audit"] = Audit(dataset, *run.split(0), run.rows).tables
        # Fit, score, compare.
        run.fit_and_score()
        machines.close()
        run.finish(time.monotonic() - started)
    return run.results

# ---------------------------------------------------------------------- Command line
class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are KitErrors, in one sentence."""

    def error(self, message):
        """Raise a KitError in place of usage lines and an exit."""
        wrong = re.search(r"arguments: (.*)", message)
        flags = [flag for action in self._actions for flag in action.option_strings]
        meant = nearest(wrong[1].split()[0], flags) if wrong else ""
        if wrong and os.path.exists(wrong[1]):
            meant = f" Did you mean --data {wrong[1]}?"
        raise KitError(f"{message[0].upper()}{message[1:]}.{meant} See --help.")

EXAMPLES = """models:
{models}

examples:
python run_{name}.py {data}
python run_{name}.py {data} --models lr,nbsvm,bert --encoders mini --repeats 5
python run_{name}.py {data} --learning-curve --audit --errors 10 --tune --search halving
"""

def add_option(group, one, corpus):
    """A field of Options as an option of the command line."""
    words, about = one.metadata["help"], {key: one.metadata[key] for key in (
        "nargs", "metavar", "const") if key in one.metadata}
    default = getattr(corpus, one.name, one.default) or one.default
    if "choices" in one.metadata and one.default is not None:
        words += f": {', '.join(one.metadata['choices'])}"
    if one.default is False:
        about["action"] = "store_true"
    else:
        about.setdefault("metavar", "N" if "lowest" in one.metadata else "NAME")
    if one.default is not False and default is not None:
        shown = " ".join(default) if isinstance(default, tuple) else default
        words += f" (default: {shown})"
    group.add_argument(f"--{one.name.replace('_', '-')}", default=argparse.SUPPRESS,
                       help=words.replace("%", "%%"), **about)

def make_parser(name):
    """The parser of one run script: Options, and where the data are."""
    corpus = CORPORA.get(name, OWN)
    own = corpus is OWN
    wanted = ("a table (CSV, TSV, JSON Lines, Parquet, also packed), or a folder with "
              "a subfolder of .txt files for each class" if own else corpus.wanted)
    models = "\n".join(f"  {name:<6} {one.about}" for name, one in ALGORITHMS.items())
    parser = Parser(
        prog=f"run_{name}.py", usage="%(prog)s [options]", allow_abbrev=False,
        formatter_class=functools.partial(
            argparse.RawDescriptionHelpFormatter, max_help_position=26),
        description=f"Does transfer learning pay on {corpus.title}?\n"
        f"The data: {wanted}.", epilog=EXAMPLES.format(
            models=models, name=name, data="--data reviews.csv" if own else "--demo"))
    place = parser.add_argument_group("data and results")
    place.add_argument("--data", default="auto", metavar="PLACE", help=(
        "the table or folder" if own else "auto (Kaggle's mounts, ./data, a download), "
        "demo, or a path (default: auto)"))
    place.add_argument("--demo", action="store_true", help="try it on a small corpus "
                       "that comes with the kit, with the small encoders")
    for what in ("text", "label", "id") if own else ():
        place.add_argument(f"--{what}-column", default="", metavar="NAME",
                           help="of the table (default: guessed, and said)")
    place.add_argument("--out", metavar="FOLDER", help="of the results (default: "
                       "results/, or Kaggle's output)")
    place.add_argument("--overwrite", action="store_true", help="the files of an "
                       "earlier run there, in place of moving them to earlier-...")
    for one in dataclasses.fields(Options):
        if one.name in GROUPS:
            group = parser.add_argument_group(GROUPS[one.name])
        add_option(group, one, corpus)
    group.add_argument("--predict", metavar="TABLE", help="no run: predict the texts "
                       "of a table by the model of --model, in predicted.csv of --out")
    group.add_argument("--model", metavar="FOLDER", help="what --save has kept")
    if own:
        group.add_argument("--submit", action="store_true", help="--data is the folder "
                           "of a Kaggle competition: write submission.csv, by the best "
                           "model fitted to all of train (5 draws choose it, unless "
                           "--repeats says otherwise)")
    return parser

def command_words(argv):
    """The words after the command: of lists and strings, or the shell's; but not a
    notebook kernel's own sys.argv, unless %run has put the script's name there."""
    if all(part is None for part in argv):
        from_kernel = os.path.basename(sys.argv[0]).endswith("kernel_launcher.py")
        return [] if from_kernel else sys.argv[1:]
    words = []
    for part in argv:
        if isinstance(part, str) and not os.path.exists(part):  # with spaces in it
            with told(part, ValueError):  # a quote that is not closed
                words += shlex.split(part)
        elif isinstance(part, (list, tuple)):
            words += part
        elif part is not None:
            words.append(part)
    return list(map(str, words))

def show(results):
    """Print the pages of a run, in a terminal as wide as that is; in a notebook show
    its one page, and to what keeps a log of it (as "Save version" does) the text."""
    parts = [*chain.from_iterable(results.pages.values())]
    if in_notebook():
        from IPython.display import display
        shown = {"text/html": Page(results).fragment(), "text/plain": page_text(parts)}
        display(shown, raw=True)
        return
    shown = [page_text(parts)]
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        shown = [part.fitted(width) if isinstance(part, Table) else
                 wrapped(plain(part), width) for part in parts]
    print("", *shown, "", sep="\n\n", flush=True)

def predict_words(given, out):
    """--predict TABLE --model FOLDER of the command line, all words of it in given."""
    predict, model = given.get("predict"), given.get("model")
    meant = {*re.split("[, ]+", str(model).lower())} <= ALGORITHMS.keys()
    for lacking, flag in ((predict, "--predict TABLE"), (model, "--model FOLDER")):
        if not lacking:
            raise KitError("To predict takes both, --predict TABLE and --model FOLDER "
                           f"(see --save); {flag} is missing."
                           f"{' Did you mean --models?' * meant}")
    if not Path(predict).is_file(): raise KitError(f"--predict: {predict} is no file.")
    used = "predict model text_column id_column elmo bert trust_encoder".split()
    idle = [f"--{name.replace('_', '-')}" for name, value in given.items()
            if name not in used and value not in ("auto", "", None, False)]
    if idle: raise KitError(f"--predict makes no run: leave out {', '.join(idle)}.")
    places = [given[name] for name in ("elmo", "bert") if name in given]
    columns = {what: given.get(f"{what}_column", "") for what in ("text", "id")}
    kept = restore(model, places, given.get("trust_encoder", False))
    predict_table(kept, predict, out, **columns)
    return 0

def problem_of(name, argv):
    """(name of the problem, words of its command) of what command_line() is given."""
    name, *options = command_words([name]) or [""]  # "imdb --demo" is both
    words, name = command_words((options, *argv) if options else argv), name.lower()
    problems = (*CORPORA, "own")
    if name in problems: return name, words
    if name in ("-h", "--help"):
        print(f"{__doc__.splitlines()[0]}\n\npython kit.py PROBLEM [options]: PROBLEM "
              f"is {', '.join(problems)}. Its options: python kit.py own --help")
        raise SystemExit
    raise KitError(f"Which problem? {name or 'Nothing'} is none of "
                   f"{', '.join(problems)}.{nearest(name, problems)} Begin with its "
                   "name, as in imdb --demo.")

def run_problem(name, words):
    """One run of the command line: parse, load, compare, show; the exit code."""
    given = vars(make_parser(name).parse_args(words))
    # Colab sets some of Kaggle's variables, too, but not this one.
    kaggle = "KAGGLE_KERNEL_RUN_TYPE" in os.environ
    out = given.pop("out") or (str(KAGGLE_WORKING) if kaggle else "results")
    if given["predict"] or given["model"]: return predict_words(given, out)
    data, overwrite = given.pop("data"), given.pop("overwrite")
    if given.pop("demo"):
        data = "demo"
        given.setdefault("encoders", "mini")
    columns = {what: given.pop(f"{what}_column") for what in ("text", "label", "id")
               if f"{what}_column" in given}
    *_, submit = (given.pop(what, None) for what in ("predict", "model", "submit"))
    if submit: given.setdefault("repeats", FEWEST_DRAWS)
    options = Options(**given)  # refused before anything is read
    if name == "own" and data == "auto":
        raise KitError("Which texts? Name your table or folder: --data reviews.csv; "
                       "with --submit a competition's folder.")
    with told("The data cannot be read", OSError):
        if submit:
            competition = Competition.read(data, columns["id"])
            dataset = competition.dataset(**columns)
        elif name == "own" and data != "demo":
            dataset = load(data, **columns)
        else:
            corpus = name if name in CORPORA else "imdb"  # whose demo will do
            dataset = load(corpus, data, nsamp=options.nsamp, seed=options.seed)
    results = compare(dataset, out=out, overwrite=overwrite, **given)
    results.describe(command=[f"run_{name}.py", *words])
    write_page(results)
    show(results)
    say("files", f"report.html, table.md, results.csv and more in {out}")
    if results.interrupted: raise KeyboardInterrupt
    if submit:
        try:
            with results.unfinished():
                kept = results.model or refitted(results.report, limit=options.limit)
                competition.hand_in(kept, dataset, out)
        except KitError as error:  # of a model; the data were looked at before
            say("submit", f"nothing is handed in: {error}")
            return 1
    return 0 if results.about["finished"] and (
        results.model or not options.save) else 1

class ExitCode(int):
    """An exit code that a notebook does not show under the cell."""

    def _ipython_display_(self):
        """Show nothing."""

def unshown(command):
    """A command with an ExitCode: it returns the plain number."""
    @functools.wraps(command)
    def coded(*words, **named):
        return ExitCode(command(*words, **named))
    return coded

@unshown
def command_line(name="", *argv):
    """Run one of CORPORA, or "own", with options as strings, lists, or the shell's.
    Returns the exit code: 0 if every model gave a result, 1 if one failed or the run
    was interrupted, 2 for a wrong option or missing data."""
    for stream in (sys.stdout, sys.stderr):  # a terminal may not know ±
        if hasattr(stream, "reconfigure"): stream.reconfigure(errors="replace")
    try:
        return run_problem(*problem_of(name, argv))
    except KitError as error:
        print(f"error: {plain(error)}", file=sys.stderr)
        return 2
    except SystemExit: return 0  # --help
    except KeyboardInterrupt:
        print("Interrupted. What was finished is written, and the same command goes on "
              "from there.", file=sys.stderr)
        return 1
    except OSError as error:  # a full disk, a folder that may not be written
        place = f": {error.filename}" if error.filename else ""
        print(f"error: {plain(f'{error.strerror or error}{place}')}", file=sys.stderr)
        return 1

def leave(code):
    """End a script with an exit code; a notebook's cell just ends."""
    if not in_notebook(): sys.exit(code)

def import_pasted(source, before, names):
    """Import a pasted cell's source as a file; leave the notebook its names before."""
    folder = cache_folder() / "pasted" / hashlib.md5(source.encode()).hexdigest()[:12]
    write_atomically(folder / "kit.py", source.encode())
    sys.path.insert(0, str(folder))
    sys.modules.pop("kit", None)
    module = importlib.import_module("kit")
    for name in set(names) - set(before):
        del names[name]
    names.update(before)
    names.update({name: getattr(module, name) for name in module.__all__}, kit=module)

START, END = '"""Does transfer learning pay', "# The end of the kit"
if __name__ == "__main__" and "get_ipython" in _before:
    _source = _before["get_ipython"]().user_ns["In"][-1]
    if START in _source and END in _source:
        _source = _source[_source.index(START) : _source.rindex(END)]
        import_pasted(_source, _before, globals())
elif __name__ == "__main__":  # python kit.py imdb --demo, where it came alone
    import kit  # a module, since workers find nothing of __main__
    kit.leave(kit.command_line(" ".join(sys.argv[1:2]), sys.argv[2:]))
# The end of the kit: what follows in a cell is the user's.
