"""Archives, tables of mail and mails that are damaged, odd or hostile."""

import bz2
import csv
import gzip
import io
import itertools
import lzma
import os
import tarfile
import threading
import time

import pandas as pd
import pytest
from conftest import add_file, enron_message, letter, review

import kit

PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress,
           "tar": bytes}  # fmt: skip


def members(per_class=20):
    """(name, text) of a small aclImdb, in its order."""
    for part, (label, name) in itertools.product(
        ("test", "train"), enumerate(("neg", "pos"))
    ):
        for number in range(per_class if part == "train" else 3):
            rating = 9 if label else 2
            yield f"aclImdb/{part}/{name}/{number}_{rating}.txt", review(label, number)
    for number in range(3):
        yield f"aclImdb/train/unsup/{number}_0.txt", "nobody knows"


def tar(files):
    """The bytes of a tar archive of files (name, text)."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, text in files:
            add_file(archive, name, text)
    return packed.getvalue()


def write(path, content):
    path.write_bytes(content)
    return path


def texts_by_id(path):
    frame = kit.read_imdb_archive(path)
    assert frame.id.is_unique
    return dict(zip(frame.id, frame.text))


WHOLE = {name.removeprefix("aclImdb/"): text for name, text in members()
         if "train/neg" in name or "train/pos" in name}  # fmt: skip


@pytest.mark.parametrize("kind", PACKERS)
def test_a_cut_archive_is_an_error_wherever_it_is_cut(tmp_path, kind):
    whole = PACKERS[kind](tar(members()))
    path = tmp_path / "reviews"
    assert texts_by_id(write(path, whole)) == WHOLE
    for part in (0.1, 0.5, 0.7, 0.9, 0.99):
        size = int(len(whole) * part)
        if kind == "tar":
            size -= size % 512  # between two members nothing looks cut
        if kind == "tar" and not whole[size:].strip(b"\0"):
            continue  # but the zeros behind the last one
        with pytest.raises(kit.KitError, match="not a whole archive|reviews"):
            kit.read_imdb_archive(write(path, whole[:size]))


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
def test_a_flipped_bit_changes_no_review_in_silence(tmp_path, kind):
    whole, refused = PACKERS[kind](tar(members())), 0
    for place in range(3, len(whole), len(whole) // 60):
        bad = bytearray(whole)
        bad[place] ^= 4
        path = write(tmp_path / "reviews", bad)
        try:
            assert texts_by_id(path) == WHOLE  # as in gzip's time stamp
        except kit.KitError:
            refused += 1
    assert refused > 50


def test_order_and_foreign_files_change_nothing(tmp_path):
    files = list(members())
    foreign = [("aclImdb/train/pos/.DS_Store", "x"), ("aclImdb/train/neg/notes", "y"),
               ("aclImdb/train/pos/._3_9.txt", "macOS's"), ("__MACOSX/._a", "z"),
               ("aclImdb/train/pos/about.txt", "v")]  # fmt: skip
    mixed = [file for pair in itertools.zip_longest(files[::2], files[1::2][::-1])
             for file in pair if file]  # fmt: skip
    for number, order in enumerate((files, files[::-1], mixed)):
        path = write(tmp_path / str(number), tar(foreign[:2] + order + foreign))
        assert texts_by_id(path) == WHOLE
    for name, text in files + foreign:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    frame = kit.load("imdb", tmp_path / "aclImdb").frame
    assert dict(zip(frame.id, frame.text)) == WHOLE


def test_missing_reviews_are_counted_by_their_numbers(tmp_path):
    files = [file for file in members() if "pos/7_" not in file[0]]
    with pytest.raises(kit.KitError, match="19 of 20 reviews in train/pos"):
        kit.read_imdb_archive(write(tmp_path / "a", tar(files)))
    files = [file for file in members() if "train/neg" not in file[0]]
    with pytest.raises(kit.KitError, match="0 of 20 reviews in train/neg"):
        kit.read_imdb_archive(write(tmp_path / "a", tar(files)))


def test_two_reviews_of_a_number_are_an_error(tmp_path):
    files = list(members())
    (third,) = (file for file in files if "train/neg/3_" in file[0])
    for more in (("aclImdb/train/neg/3_7.txt", "x"), third, ("copy/" + third[0], "x")):
        path = write(tmp_path / "a", tar([*files, more]))
        with pytest.raises(kit.KitError, match="of one number, such as train/neg/3_"):
            kit.read_imdb([path], 0, 0)
    for name, text in [*files, ("aclImdb/train/pos/3_7.txt", "other")]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    with pytest.raises(kit.KitError, match="two reviews of one number, such as pos/3_"):
        kit.load("imdb", tmp_path / "aclImdb")


def test_a_corpus_of_another_size_is_noted_each_time(tmp_path, monkeypatch, capsys):
    path = write(tmp_path / "aclImdb_v1.tar.gz", tar(members()))
    for _ in range(2):  # read, and from the cache
        kit.load("imdb", path)
        assert "has 40 texts; the whole corpus has 25,000" in capsys.readouterr().out
    known = kit.replace(kit.CORPORA["imdb"], whole=(40,))
    monkeypatch.setitem(kit.CORPORA, "imdb", known)
    kit.load("imdb", path)
    assert "whole corpus" not in capsys.readouterr().out


@pytest.mark.parametrize("kind, content, count", [
    (b"x", b"99999999999999999999 a=b\n", 1), (b"x", b"", 3000), (b"L", b"", 3000),
])  # fmt: skip
def test_headers_that_no_program_writes_are_told(tmp_path, kind, content, count):
    info = tarfile.TarInfo("header")
    info.type, info.size = kind, len(content)
    header = info.tobuf() + content + b"\0" * (-len(content) % 512)
    path = write(tmp_path / "a", gzip.compress(header * count + tar(members())))
    with pytest.raises(kit.KitError, match="not a whole archive"):
        kit.read_imdb_archive(path)


@pytest.mark.parametrize("content", [
    b"", b"\x1f\x8b\x08", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"no archive " * 99,
    gzip.compress(b""), gzip.compress(b"no archive " * 99), b"\0" * 1024,
], ids=range(9))  # gzip's time stamp is no name  # fmt: skip
def test_what_is_no_archive_is_told(tmp_path, content):
    with pytest.raises(kit.KitError, match="not a whole archive|of 1 reviews"):
        kit.read_imdb_archive(write(tmp_path / "a", content))


def bomb(kind, size):
    """An archive of one member, or header, that says it unpacks to so many zeros."""
    info = tarfile.TarInfo("aclImdb/train/pos/0_9.txt")
    info.size, info.type = size, {"file": tarfile.REGTYPE, "header": b"x"}[kind]
    return gzip.compress(info.tobuf() + b"\0" * (1 << 20))


@pytest.mark.parametrize("kind", ["file", "header"])
def test_a_bomb_is_refused_before_it_takes_memory(tmp_path, kind):
    path = write(tmp_path / "a", bomb(kind, 2 << 30))
    with pytest.raises(kit.KitError, match="trusted|so large"):
        kit.read_imdb_archive(path)


def test_many_small_members_have_a_limit_in_all(tmp_path, monkeypatch):
    monkeypatch.setattr(kit, "UNPACKED_AT_ONCE", 1 << 16)
    zeros = [(f"aclImdb/{number}", "\0" * 60_000) for number in range(400)]
    path = write(tmp_path / "a", gzip.compress(tar(zeros)))
    with pytest.raises(kit.KitError, match="far more than texts"):
        kit.read_imdb_archive(path)


@pytest.mark.parametrize("name", ["t.csv.gz", "t.csv.zip"])
def test_a_packed_table_has_a_limit_too(tmp_path, monkeypatch, name):
    monkeypatch.setattr(kit, "UNPACKED_AT_ONCE", 1 << 16)
    table = pd.DataFrame({"text": ["x" * 1000] * 9000, "label": [0, 1] * 4500})
    table.to_csv(tmp_path / name, index=False)
    with pytest.raises(kit.KitError, match="far more than texts"):
        kit.load(tmp_path / name)


# ------------------------------------------------------------------------- emails.csv


def by_csv(path):
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        header, *rows = csv.reader(file)
    return [row[:2] for row in rows if row]


@pytest.mark.parametrize("rows", [
    'a/1.,"Subject: x\n\nbody, ""quoted"""\na/2.,plain\n',
    'a/1.,a 5" disk\na/2.,"a 5" disk"\na/3.,"x" y\na/4.,"z"\n',
    'a/1.,"a\rb"\ra/2.,c\ra/3.,d\r\n\r\na/4.,"e\r\nf"\r\n',
    'a/1.,"a\0b"\na/2.,\na/3.,""\n', 'a/1.,"not closed\nat all', "",
    'a/1.,caf\udce9\na/2.,"\u2028 \x85 \x0c"\n',
])  # fmt: skip
def test_records_are_those_of_pythons_csv_module(tmp_path, rows):
    path = tmp_path / "emails.csv"
    path.write_bytes(("file,message\n" + rows).encode("utf-8", "surrogateescape"))
    table = kit.MailTable(path)
    assert [list(record) for record in table] == by_csv(path)
    assert table.odd == [] and table.dropped() == {}
    assert len(kit.read_enron(path, 99, 0)) == len(by_csv(path))


def test_odd_rows_are_left_out_counted_and_said(tmp_path, capsys):
    good = [f"a/{number}.,{enron_message('body', number)!r}" for number in range(40)]
    rows = [*good[:9], "short", *good[9:20], "a/1.,x,y,z", *good[20:]]
    (tmp_path / "emails.csv").write_text("\n".join(["file,message", *rows]))
    (tmp_path / "fradulent_emails.txt").write_bytes(letter(b"Dear") * 3)
    for said in ("2 of", ""):  # read, and from the cache
        data = kit.load("email", tmp_path)
        assert (data.y == 0).sum() == 40 and data.dropped["odd row"] == 2
        assert ("odd rows" in capsys.readouterr().out) == bool(said)
    assert "2 odd row" in data.left_out


def test_a_quote_that_nothing_closes_costs_no_mail_in_silence(tmp_path, capsys):
    path = tmp_path / "emails.csv"
    lines = [f"a/{n}.,Message-ID: <{n}>" for n in range(100)]
    lines[10] = 'a/10.,"5 inch disk'
    path.write_text("\n".join(["file,message", *lines, ""]))
    frame = kit.read_enron(path, 1000, 0)
    assert len(frame) == 10 and frame.id.iloc[-1] == "a/9."
    assert frame.attrs["dropped"] == {"odd row": 1, "inside of odd rows": 89}
    assert "89 mails stand inside of them" in capsys.readouterr().out


def test_a_field_that_never_ends_costs_neither_memory_nor_the_rest(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(kit, "LONGEST_FIELD", 10_000)
    path = tmp_path / "emails.csv"
    rows = ['a/1.,"one"', 'a/2.,"' + "word\n" * 9000 + '"', 'a/3.,"three"']
    path.write_text("\n".join(["file,message", *rows, ""]))
    frame = kit.read_enron(path, 1000, 0)
    assert set(frame.id) <= {"a/1.", "a/3."} and "a/1." in set(frame.id)
    assert frame.attrs["dropped"]["odd row"] > 1


# ------------------------------------------------------------------------------ Mails


def spent(call, *arguments):
    """(what a call returns, its seconds of this process' own)."""
    started = time.process_time()
    return call(*arguments), time.process_time() - started


MULTIPART = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"
HOSTILE = {
    "a TypeError of the library": b"Content-Type: text/plain; a*=x; a*0=y\n\nhello",
    "many parameters": b"Content-Type: text/plain" + b";" * 100_000 + b"\n\nhello",
    "many quotes": b"Content-Type: text/plain" + b';a="' * 9000 + b"\n\nhello",
    "many parts": b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n"
    + b"--b\n\n" * 200_000,
    "nested parts": b"".join(MULTIPART % (i, i) for i in range(100)) + b"\nhello\n"
    + b"\n" * 500_000,
    "deep": b"Content-Type: message/rfc822\n\n" * 30_000 + b"\n\nhello",
    "a slow charset": b"Content-Type: text/plain; charset=punycode\n\nhello-"
    + b"a9" * 200_000,
    "a long mail": b"Subject: x\n\nhello " + b"word " * 3_000_000,
    "a long header": b"Subject: " + b"x" * 900_000 + b"\n\nhello",
    "tags in many parts": MULTIPART % (1, 1)
    + b"Content-Type: text/html\n\nhello\n%b\n--b1\n" % (b"<p>x" * 200) * 1100,
    "a mail of headers": b"a: b\n" * 150_000 + b"\nhello",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_any_mail_is_text_within_a_second(case):
    text, seconds = spent(kit.Mail(HOSTILE[case]).text)
    assert "hello" in text and len(text) <= kit.LONGEST
    assert seconds < 3  # most take 0.1; the machine may have much else to do


def test_whatever_the_library_raises_a_mail_is_text(monkeypatch):
    for error in (TypeError, AttributeError, IndexError, MemoryError, KeyError):
        def fails(*arguments, error=error, **options):
            raise error("of the library")

        monkeypatch.setattr(kit.email, "message_from_bytes", fails)
        assert kit.Mail(b"Subject: x\n\nhello").text() == "hello\n\n"


@pytest.mark.parametrize("piece", [
    "<a ", "<!-- >", "<b>", "&#", '<a href="x>', "<a b='", "</", "<?", "<![CDATA[",
    "<p><i>", "<script>", "-->", "<a a a a>", "</b", "&bogus;", "<table><tr>", "&",
])  # fmt: skip
def test_html_takes_linear_time(piece):
    text, seconds = spent(kit.html_text, "hello " + piece * (300_000 // len(piece)))
    assert "hello" in text and seconds < 3


def test_what_a_parser_does_is_counted_over_the_parts_of_a_mail(monkeypatch):
    monkeypatch.setattr(kit, "MOST_TAGS", 8)
    part = b"Content-Type: text/html\n\n<style>one</style> & two\n--b1\n"
    assert kit.Mail(MULTIPART % (1, 1) + part * 5).text().count("one") == 2
    assert kit.html_text("&amp;" * 9 * kit.ENTITIES).startswith("&amp;")


def test_html_in_which_much_is_open_is_text_without_tags():
    assert kit.html_text("<p>one</p>" + "<a " * 6000).startswith(" one ")
    assert kit.html_text("&#" + "1" * 5000 + "; <b>one</b>").split()[-1] == "one"


def test_a_number_too_long_for_a_character_is_none():
    text = "&#65; &#" + "1" * 5000 + "; &#x42;"
    assert kit.Tokens(text="natural").transform([text]) == ["A \ufffd B"]


def test_separators_are_found_in_linear_time():
    line = b"From r  Thu Oct 31 08:11:" + b"1" * 100_000 + b"\n\n"
    pieces, seconds = spent(kit.SEPARATOR.split, line * 3)
    assert len(pieces) == 1 and seconds < 1
    odd = b"From R@T  Fri May 14 07:49:1 x2004 y\r\nA: b\n"
    assert len(kit.SEPARATOR.split(odd * 2 + b"From r  Fri May 14 07:49:12 200\nA: b")
               ) == 3  # fmt: skip


# ------------------------------------------------------------------------------ Files


def in_time(call, seconds=20):
    """What a call returns or raises, or a failure if it never ends."""
    said = []

    def run():
        try:
            said.append(call())
        except kit.KitError as error:
            said.append(str(error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    assert said, "it never ends"
    return said[0]


@pytest.fixture
def pipe():
    """A function that makes a named pipe to which nobody writes."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("the system has no named pipes")
    return os.mkfifo


def test_a_pipe_among_the_files_hangs_nothing(tmp_path, pipe):
    for name in ("neg", "pos"):
        (tmp_path / "train" / name).mkdir(parents=True)
        for number in range(3):
            (tmp_path / "train" / name / f"{number}_5.txt").write_text(f"{number}")
        pipe(tmp_path / "train" / name / "9_5.txt")
    pipe(tmp_path / "README")
    assert len(in_time(lambda: kit.read_folder(tmp_path / "train"))) == 6
    assert len(in_time(lambda: kit.load("imdb", tmp_path))) == 6
    pipe(tmp_path / "t.csv")
    assert "no regular file" in in_time(lambda: kit.load(tmp_path / "t.csv"))


def test_a_document_that_is_too_long_is_cut_and_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(kit, "LONGEST", 1000)
    for name in "ab":
        (tmp_path / name).mkdir()
        for number in range(12):
            (tmp_path / name / f"{number}.txt").write_text(f"{name} {number} long")
    (tmp_path / "a" / "3.txt").write_text("é" * 5000)
    data = kit.load(tmp_path)
    assert "a/3.txt" in capsys.readouterr().out
    assert max(map(len, data.texts)) == 1000 and len(data) == 24
    frame = pd.DataFrame({"text": ["x" * 1001, *"abcdefghi"], "label": [0, 1] * 5})
    assert len(kit.load(frame).texts[0]) == 1000


def test_a_long_mail_is_read_to_its_limit_and_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(kit, "LONGEST", 1000)
    path = tmp_path / "emails.csv"
    rows = ["a/1.,Subject: x", 'b/2.,"Subject: x\n\n' + "word " * 900 + '"', ""]
    path.write_text("\n".join(["file,message", *rows]))
    (tmp_path / "fradulent_emails.txt").write_bytes(letter(b"Dear " * 400))
    frame = kit.read_email([path, tmp_path / "fradulent_emails.txt"], 9, 0)
    assert max(frame.text.str.len()) < 1000 and len(frame) == 3
    said = capsys.readouterr().out
    assert "b/2." in said and "letter 0" in said and "a/1." not in said


def test_a_table_whose_texts_are_all_missing_is_told(tmp_path):
    pd.DataFrame({"text": [None] * 8, "label": [0, 1] * 4}).to_csv(tmp_path / "t.csv")
    with pytest.raises(kit.KitError):
        kit.compare(tmp_path / "t.csv", models="dummy")
