"""Kinds of cases, each with an oracle: what the kit may make of a broken input.

A case is a kind, a seed and a number, and the same three make the same case anywhere.
make(rng) gives its content; check(content) raises where the kit does what it may not:
any error but a KitError, or, worse, other numbers without a word.
"""

import bz2
import contextlib
import csv
import functools
import gzip
import io
import json
import lzma
import os
import random
import shutil
import sqlite3
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent), str(HERE.parent)]

import kit  # noqa: E402
from conftest import SHARED, add_file, review  # noqa: E402


class Silent(AssertionError):
    """Other numbers, or other texts, than the undisturbed ones, without a word."""


def mutated(rng, content, others, tokens):
    """Bytes after some random edits: bits, slices, lines, tokens, other contents."""
    content = bytearray(content)
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 5, 8, 20])):
        at, end = sorted(rng.randrange(len(content) + 1) for _ in range(2))
        end = min(end, at + int(10 ** rng.uniform(0, 4)))
        token = rng.choice(tokens)
        how = rng.randrange(9)
        if how == 0 and at < len(content):
            content[at] ^= 1 << rng.randrange(8)
        elif how == 1 and at < len(content):
            content[at] = rng.randrange(256)
        elif how == 2:
            del content[at:end]
        elif how == 3:
            content[at:at] = content[at:end] * rng.choice([1, 1, 2, 50])
        elif how == 4:
            content[at:at] = token
        elif how == 5:
            times = int(10 ** rng.uniform(0, 5))
            content[at:at] = token * min(times, 1 + 300_000 // len(token))
        elif how == 6:
            other = rng.choice(others)
            content[at:end] = other[rng.randrange(len(other) + 1) :][:5000]
        elif how == 7 and rng.random() < 0.3:
            del content[at:]
        else:
            lines = content.splitlines(keepends=True) or [b""]
            i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
            lines[i : i + 1] = rng.choice([[], [lines[j]], [lines[i], lines[j]]])
            content = bytearray(b"".join(lines))
    return bytes(content)


class Kind:
    """What the kinds have in common: a folder of their own, for files and the cache."""

    suffix = ".bin"  # of a case that is kept

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="faults-"))
        self.said = ""
        self.prepare()

    def prepare(self):
        """What all cases are made of."""

    def close(self):
        """Leave nothing behind."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def case(self, seed, number):
        """The content of a case."""
        return self.make(random.Random(f"{type(self).__name__} {seed} {number}"))

    @contextlib.contextmanager
    def listening(self):
        """Keep what the kit says in the block."""
        with contextlib.redirect_stdout(io.StringIO()) as out:
            try:
                yield
            finally:
                self.said = out.getvalue()


# ----------------------------------------------------------------------------- Mails
MAIL_TOKENS = [
    b"\n\n", b"\r\n", b"\r", b"\n", b";", b"=", b"*", b"\"", b"<", b">", b"&#", b"--",
    b"=?utf-8?B?", b"?=", b"=\n", b"\0", b"\x80", b"\xff\xfe", b"From r  ", b"0", b"a:",
    b"Content-Type: text/plain; a*=x; a*0=y\n", b"Content-Type: text/html\n\n",
    b"Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\n", b"\n--b\n", b"\n--b--\n",
    b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n",
    b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: x-uuencode\n",
    b"Content-Transfer-Encoding: quoted-printable\n", b"charset=utf-7", b"charset=\"\"",
    b"Content-Type: text/plain; charset=punycode\n", b"charset=unicode_escape", b" ",
    b"Content-Disposition: attachment; filename*0*=''x\n", b"<a ", b"<!--", b"<![CDATA[",
    b"<div>", b"</div>", b"<script>", b"&lt;", b"<p a=b ", b"&#9999999999;", b"<?", b"<!",
    b"From r  Thu Oct 31 08:11:39 2002\nA: b\n", b"Thu Oct 31 08:11:39", b"\x1b[", b"(",
]  # fmt: skip


class Mails(Kind):
    """Raw messages. Any of them has a text, or ""; no cost grows faster than it."""

    suffix = ".eml"

    def prepare(self):
        """Some hundred real mails and letters, or the demo's."""
        root = SHARED / "data" / "kaggle" / "input"
        demo = kit.home() / "demo"
        mails = root / "enron-email-dataset" / "emails.csv"
        letters = root / "fraudulent-email-corpus" / "fradulent_emails.txt"
        with open(mails if mails.is_file() else demo / mails.name, newline="") as file:
            rows = [row for _, row in zip(range(300), csv.reader(file))]
        self.mails = [row[1].encode() for row in rows[1:]]
        with open(letters if letters.is_file() else demo / letters.name, "rb") as file:
            self.mails += kit.SEPARATOR.split(file.read(1_500_000))[1:300]

    def make(self, rng):
        """A mutated message."""
        return mutated(rng, rng.choice(self.mails), self.mails, MAIL_TOKENS)

    def check(self, content):
        """A text that can be written; and the file of letters is split as well."""
        text = kit.Mail(content).text()
        if not isinstance(text, str):
            raise Silent(f"a mail's text is a {type(text).__name__}")
        kit.writable(text).encode()
        kit.SEPARATOR.split(content)


# ---------------------------------------------------------------------------- Tables
TABLE_TOKENS = [
    b",", b";", b"\t", b"|", b"\"", b"\"\"", b"\n", b"\r", b"\r\n", b"\\", b"'", b"\0",
    b"\"\n", b"\n\"", b"a 5\" disk", b"\xef\xbb\xbf", b"\xff", b"\xe9", b" ", b"NA", b"1",
]  # fmt: skip


def blank(row):
    """Whether nothing stands in a row."""
    return not any(cell.strip() for cell in row)


def same_cell(cell, field):
    """Whether a frame's cell is what csv reads as a field <str>."""
    if isinstance(cell, str):
        return cell == field
    if cell is None or cell != cell:
        return field == ""
    with contextlib.suppress(ValueError):
        return float(field) == float(cell)
    return str(cell).lower() == field.strip().lower()


class Tables(Kind):
    """CSV files. A KitError, or the rows that Python's csv module reads, in order; rows
    that do not fit the header may go if it is said."""

    suffix = ".csv"

    def make(self, rng):
        """A table as some program might write it, in most cases mutated."""
        width, rows = rng.randrange(2, 5), rng.randrange(3, 40)
        words = "film story ünique 5\" a,b x;y tab\there l\nine 'q' a|b".split(" ")
        table = [[f"column {i}" for i in range(width)]]
        table += [[" ".join(rng.choices(words, k=rng.randrange(1, 6)))
                   for _ in range(width)] for _ in range(rows)]  # fmt: skip
        out = io.StringIO(newline="")
        csv.writer(
            out,
            delimiter=rng.choice(kit.SEPARATORS),
            quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
            lineterminator=rng.choice(["\n", "\r\n"]),
        ).writerows(table)
        encoding = rng.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16"])
        content = out.getvalue().encode(encoding)
        if rng.random() < 0.3:
            return content
        return mutated(rng, content, [content], TABLE_TOKENS)

    @staticmethod
    def expected(content):
        """Header and rows <str> by Python's csv module, of the kit's own separator."""
        utf16 = content.startswith(kit.UTF16)
        for encoding in ("utf-16",) if utf16 else kit.ENCODINGS:
            with contextlib.suppress(UnicodeDecodeError):
                text = content.decode(encoding).removeprefix("\ufeff")
                break
        sample = content[: 1 << 16].decode(encoding, "replace").lstrip("\ufeff")
        csv.field_size_limit(2**31 - 1)
        reader = csv.reader(io.StringIO(text, newline=""),
                            delimiter=kit.TableFile._separator(sample))  # fmt: skip
        header, *rows = [row for row in reader if not blank(row)] or [[]]
        return header, rows

    def check(self, content):
        """Row by row, cell by cell."""
        path = self.folder / f"table{self.suffix}"
        path.write_bytes(content)
        with contextlib.suppress(kit.KitError):
            with self.listening():
                frame = kit.TableFile(path).frame()
            got = [row for row in frame.astype(object).itertuples(index=False)
                   if any(c == c and str(c).strip() for c in row)]  # fmt: skip
            header, rows = self.expected(content)
            fitting = [row for row in rows if len(row) <= len(header)]
            padded = [row + [""] * (len(header) - len(row)) for row in fitting]
            same = len(got) == len(padded) and all(
                len(a) == len(b) and all(map(same_cell, a, b))
                for a, b in zip(got, padded))  # fmt: skip
            if not same and not (len(got) < len(rows) and self.said):
                raise Silent(f"{len(got)} rows, csv reads {len(padded)}")


class Mailboxes(Mails):
    """Kaggle's emails.csv: each record that Python's csv module reads is there with its
    text, or counted among those that are left out."""

    suffix = ".csv"

    def make(self, rng):
        """A table of some mails, in most cases mutated."""
        out = io.StringIO(newline="")
        quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
        writer = csv.writer(out, quoting=quoting, lineterminator="\n")
        writer.writerow(["file", "message"])
        mails = [raw[:600].decode("latin-1") for raw in rng.choices(self.mails, k=8)]
        writer.writerows([f"box-{i}/sent/{i}.", mail] for i, mail in enumerate(mails))
        content = out.getvalue().encode()
        if rng.random() < 0.2:
            return content
        return mutated(rng, content, [content], TABLE_TOKENS)

    def check(self, content):
        """The records in order; none is lost without a word."""
        path = self.folder / "emails.csv"
        path.write_bytes(content)
        with contextlib.suppress(kit.KitError):
            with self.listening():
                frame = kit.read_enron(path, 10**6, 0)
            csv.field_size_limit(2**31 - 1)
            text = content.decode("utf-8", "surrogateescape")
            header, *records = csv.reader(io.StringIO(text, newline=""))
            records = [record for record in records if record]
            odd = frame.attrs["dropped"].get("odd row", 0)
            if len(frame) + odd != len(records) or (odd and "left out" not in self.said):
                raise Silent(f"{len(frame)} of {len(records)} records, {odd} told")
            places = [header.index(name) for name in ("file", "message")]
            there = iter([record[place] for place in places] for record in records
                         if len(record) == len(header))  # fmt: skip
            for name, found in zip(frame.id, frame.text):
                for file, message in there:
                    raw = message.encode("utf-8", "surrogateescape")
                    if (kit.writable(file) == name
                            and kit.writable(kit.Mail(raw).text()) == found):
                        break
                else:
                    raise Silent(f"{name} has another text than its record")


# -------------------------------------------------------------------------- Archives
PACKERS = {"gz": functools.partial(gzip.compress, mtime=0), "bz2": bz2.compress,
           "xz": lzma.compress, "": bytes}  # fmt: skip


class Archives(Kind):
    """aclImdb_v1.tar.gz: a KitError, or exactly the undisturbed documents."""

    suffix = ".tar.gz"

    def prepare(self):
        """The members of a small archive, and the documents that they hold."""
        self.members = [("aclImdb/README", "about")]
        for part, count in (("test", 3), ("train", 12)):
            for label, name in enumerate(("neg", "pos")):
                self.members += [
                    (f"aclImdb/{part}/{name}/{i}_{9 if label else 2}.txt",
                     review(label, f"{part}{i}")) for i in range(count)]  # fmt: skip
        self.members += [(f"aclImdb/train/unsup/{i}_0.txt", "nobody") for i in range(5)]
        self.documents = {(name.removeprefix("aclImdb/"), text, name.split("/")[2])
                          for name, text in self.members
                          if "/train/pos" in name or "/train/neg" in name}  # fmt: skip
        self.packed = {name: pack(self.tar(self.members))
                       for name, pack in PACKERS.items() if name}  # fmt: skip

    @staticmethod
    def tar(members, odd=()):
        """The bytes of a tar archive of (name, text), and of what else is in it."""
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            for name, text in members:
                add_file(archive, name, text)
            for info in odd:
                archive.addfile(info)
        return out.getvalue()

    def make(self, rng):
        """An archive with broken bytes, or a sound one with odd members."""
        if rng.random() < 0.6:
            packed = self.packed[rng.choice([*self.packed])]
            token = bytes(rng.randrange(256) for _ in range(9))
            return mutated(rng, packed, [*self.packed.values()], [token, b"\0" * 512])
        members = list(self.members)
        how = rng.randrange(5)
        if how == 0:
            rng.shuffle(members)
        elif how == 1:  # what macOS and others leave behind
            name, _ = rng.choice(members)
            odd = rng.choice(["._{}", ".DS_Store", "{}~", "Thumbs.db", "PaxHeader/{}"])
            at = rng.randrange(len(members))
            place, base = name.rsplit("/", 1)
            members.insert(at, (f"{place}/{odd.format(base)}", "no review"))
        elif how == 2:
            del members[rng.randrange(len(members))]
        elif how == 3:
            members = [(f"./{name}", text) for name, text in members]
        infos = []
        if how == 4:
            info = tarfile.TarInfo("aclImdb/train/pos/5_9.txt")
            info.type = rng.choice([tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE,
                                    tarfile.CHRTYPE, tarfile.DIRTYPE])  # fmt: skip
            info.linkname = rng.choice(["/etc/passwd", "aclImdb/README", "5_9.txt"])
            infos = [info]
        return PACKERS[rng.choice([*PACKERS])](self.tar(members, infos))

    def check(self, content):
        """The documents as a set."""
        path = self.folder / "aclImdb_v1.tar.gz"
        path.write_bytes(content)
        with contextlib.suppress(kit.KitError), self.listening():
            frame = kit.read_imdb_archive(path)
            found = set(frame.astype(str).itertuples(index=False, name=None))
            if found != self.documents:
                raise Silent(f"{len(found)} of {len(self.documents)} documents")


# ---------------------------------------------------------------------------- Caches
class StubEncoder(kit.FrozenEncoder):
    """An encoder of no TensorFlow: a vector that only the text tells."""

    def fit(self, X, y=None):
        """There is nothing to find."""
        self.folder_, self.identity_ = "", "stub"
        return self

    @staticmethod
    def vector(text):
        """A text's vector <float32>[5]."""
        return np.random.default_rng(len(text)).random(5, np.float32) + len(text)

    def _encode_missing(self, missing, store):
        found = {key: self.vector(text) for key, text in missing.items()}
        store.put(found)
        yield found


class Caches(Kind):
    """The cache of features and that of corpora: the same numbers as without one."""

    def prepare(self):
        """A store and a kept frame that are whole."""
        self.texts = [review(i % 2, i) + "x" * i for i in range(30)]
        self.expected = np.stack([*map(StubEncoder.vector, self.texts)])
        self.store = self.folder / "whole.sqlite"
        StubEncoder("stub", str(self.store)).fit_transform(self.texts)
        kit.feature_store.cache_clear()
        rows = [(f"id {i}", text, "ab"[i % 2]) for i, text in enumerate(self.texts)]
        self.frame = kit.labelled(rows, ["a", "b"])
        self.whole = self.folder / "whole"
        with self.cache(self.whole):
            kit.cached_frame("corpus", 1, lambda: self.frame)

    @staticmethod
    @contextlib.contextmanager
    def cache(folder):
        """Let the kit have its cache in a folder."""
        before = os.environ.get("KIT_CACHE")
        os.environ["KIT_CACHE"] = str(folder)
        try:
            yield
        finally:
            del os.environ["KIT_CACHE"]
            if before is not None:
                os.environ["KIT_CACHE"] = before

    def make(self, rng):
        """("features" or "frame", how to damage it, a seed of the damage)."""
        kind = rng.choice(["features", "frame"])
        hows = {"features": ["bytes", "cell", "swap", "delete", "cut"],
                "frame": ["bytes", "half", "labels", "shape", "cut"]}  # fmt: skip
        return json.dumps([kind, rng.choice(hows[kind]), rng.random()]).encode()

    def check(self, content):
        """Damage a copy, and ask it."""
        kind, how, seed = json.loads(content)
        rng = random.Random(seed)
        with self.listening():
            (self.check_features if kind == "features" else self.check_frame)(how, rng)

    def damaged_bytes(self, path, how, rng):
        """A file with other bytes, or fewer."""
        whole = path.read_bytes()
        if how == "cut":
            path.write_bytes(whole[: rng.randrange(len(whole))])
        else:
            path.write_bytes(mutated(rng, whole, [whole], [b"\0" * 9, b"\xff" * 9]))

    def check_features(self, how, rng):
        """The vectors of all texts are those that the encoder gives."""
        path = self.folder / "store.sqlite"
        for old in self.folder.glob("store.sqlite*"):
            old.unlink()
        shutil.copy(self.store, path)
        if how in ("bytes", "cut"):
            self.damaged_bytes(path, how, rng)
        else:
            self.edit(path, how, rng)
        kit.feature_store.cache_clear()
        got = StubEncoder("stub", str(path)).fit_transform(self.texts)
        if not np.array_equal(got, self.expected):
            rows = (got != self.expected).any(axis=1).sum()
            raise Silent(f"{rows} of {len(got)} vectors are others ({how})")

    @staticmethod
    def edit(path, how, rng):
        """Change what stands in the rows of the database, which stays whole."""
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type='table'")
            (table,) = rng.choice(tables.fetchall())
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            ids = [row[0] for row in database.execute(f"SELECT rowid FROM {table}")]
            column, some = rng.choice(columns), rng.sample(ids, 2)
            if how == "delete":
                database.execute(f"DELETE FROM {table} WHERE rowid < ?", some[:1])
                return
            values = [database.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", [i]
                      ).fetchone()[0] for i in some][::-1]  # fmt: skip
            if how == "cell":
                odd = [b"", b"\0" * 20, b"\xff" * 20, b"\0\0\xc0\x7f" * 5, "", "[]", "[5]",
                       "[0]", "[-1]", "[1e9]", "{", None, 7, 1.5, "[2, 2]"]  # fmt: skip
                values = rng.choices(odd, k=2)
            if column == "key":  # unique
                database.execute(f"UPDATE {table} SET key = ? WHERE rowid = ?",
                                 [b"none", some[0]])  # fmt: skip
                values = [values[0]] if how == "swap" else []
                some = some[1:] if how == "swap" else []
                if how == "swap":  # the second row's vector under the first one's key
                    database.execute(f"DELETE FROM {table} WHERE key = ?", [values[0]])
            for value, rowid in zip(values, some):
                with contextlib.suppress(sqlite3.IntegrityError):
                    database.execute(
                        f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [value, rowid])

    def check_frame(self, how, rng):
        """The frame is the one that is read anew."""
        folder = self.folder / "cache"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.whole, folder)
        (path,) = (folder / "corpora").iterdir()
        frame = self.frame
        others = {
            "half": frame[: len(frame) // 2],
            "labels": frame.assign(label=frame.label.to_numpy()[::-1]),
            "shape": pd.DataFrame({"other": [1, 2]}),
        }
        if how in others:
            others[how].to_parquet(path, index=False)
        else:
            self.damaged_bytes(path, how, rng)
        with self.cache(folder):
            got = kit.cached_frame("corpus", 1, lambda: frame)
        same = got.shape == frame.shape and got.astype(str).equals(frame.astype(str))
        if not same:
            raise Silent(f"a frame of {got.shape} for one of {frame.shape} ({how})")


# -------------------------------------------------------------------- Result folders
class Folders(Kind):
    """A folder of a run that was cut off, and then damaged: the resumed run ends with
    the rows of an undisturbed one, but for its seconds, whatever it has set aside."""

    FILES = ("results.csv", "predictions.csv", "run.json", "searches.csv", "tuning.csv")
    COMMON = {"models": "lr nbsvm dummy", "repeats": 2, "jobs": 1, "maxtokens": 30}

    def prepare(self):
        """A run that ended, one of another seed, and how the first one's rows look."""
        rows = [(review(i % 2, i), "ab"[i % 2]) for i in range(40)]
        self.frame = pd.DataFrame(rows, columns=["text", "label"])
        self.drawn = vars(kit.Figures)["all"]
        kit.Figures.all = lambda figures: {}  # they take most of the time
        self.expected, _ = self.run(self.folder / "whole", 0), self.run(
            self.folder / "other", 1)  # fmt: skip

    def close(self):
        """Figures are drawn again."""
        kit.Figures.all = self.drawn
        super().close()

    def run(self, out, seed):
        """(results, predictions) as tuples of strings, by what the run holds at last
        and by what its files say."""
        with Caches.cache(self.folder / "cache"), self.listening():
            results = kit.compare(self.frame, out=out, seed=seed, **self.COMMON)
        found = []
        for name in ("results", "predictions"):
            frames = results.frame(name), pd.read_csv(out / f"{name}.csv")
            for frame in frames:
                timed = [*kit.SECONDS, "check"]  # a digest, of the seconds, too
                frame = frame.drop(columns=timed, errors="ignore").astype(object)
                frame = frame.where(frame.notna(), "")
                found.append(sorted(
                    tuple(f"{cell:.9g}" if isinstance(cell, float) else str(cell)
                          for cell in row) for row in frame.itertuples(index=False)))
        return found

    def make(self, rng):
        """(the file, the damage, its seed), up to three of them."""
        hows = ("drop lines", "double lines", "garbage", "header", "cut", "empty", "gone",
                "half lines", "other run's", "shuffled", "zeros", "latin", "digit")
        damages = [(rng.choice(self.FILES[:3]), rng.choice(hows), rng.random())
                   for _ in range(rng.choice([1, 1, 2, 3]))]  # fmt: skip
        return json.dumps(damages).encode()

    def check(self, content):
        """Damage a copy that says it is not finished, and go on with it."""
        out = self.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(self.folder / "whole", out)
        about = json.loads((out / "run.json").read_bytes()) | {"finished": False}
        (out / "run.json").write_text(json.dumps(about))
        for name, how, seed in json.loads(content):
            if (out / name).exists():
                self.damage(out / name, how, random.Random(seed))
        for part, got, expected in zip(("results", "its file", "predictions", "its file"),
                                       self.run(out, 0), self.expected):  # fmt: skip
            if got != expected:
                raise Silent(f"{part}: {len(got)} rows, {len(expected)} undisturbed; "
                             f"{len({*got} ^ {*expected})} differ")  # fmt: skip

    def damage(self, path, how, rng):
        """Break a file in one way."""
        whole = path.read_bytes()
        if not whole: return  # it was emptied before
        lines = whole.splitlines(keepends=True)
        i = rng.randrange(len(lines))
        some = sorted(rng.sample(range(1, len(lines)), min(3, len(lines) - 1)))
        if how == "drop lines":
            lines = [line for n, line in enumerate(lines) if n not in some]
        elif how == "double lines":
            lines[i:i] = [lines[n] for n in some]
        elif how == "garbage":
            lines[i:i] = [rng.randbytes(40) + b"\n", b",,,,\n", b"1,2,3\n", b'"\n'][
                : rng.randrange(1, 5)]  # fmt: skip
        elif how == "header":
            lines = lines[1:]
        elif how == "half lines":
            lines[i] = lines[i][: len(lines[i]) // 2]
        elif how == "shuffled":
            rest = lines[1:]
            rng.shuffle(rest)
            lines[1:] = rest
        elif how == "other run's":
            other = (self.folder / "other" / path.name).read_bytes().splitlines(True)
            lines[1 + i :] = other[1 + i :]
        content = b"".join(lines)
        if how == "cut":
            content = whole[: rng.randrange(len(whole))]
        elif how == "zeros":
            at = rng.randrange(len(whole))
            content = whole[:at] + b"\0" * rng.choice([1, 600]) + whole[at:]
        elif how == "latin":
            at = rng.randrange(len(whole))
            content = whole[:at] + b"\xe9" + whole[at:]
        elif how == "digit":
            places = [n for n, byte in enumerate(whole) if byte in b"0123456789"]
            at, digit = rng.choice(places), b"%d" % rng.randrange(10)
            content = whole[:at] + digit + whole[at + 1 :]
        elif how == "empty":
            content = b""
        path.unlink() if how == "gone" else path.write_bytes(content)


KINDS = {"mails": Mails, "tables": Tables, "mailboxes": Mailboxes,
         "archives": Archives, "caches": Caches, "folders": Folders}  # fmt: skip
