"""Readers of the corpora: original formats, broken ones, samples, duplicates, draws."""

import base64
import io
import shutil
import tarfile

import numpy as np
import pandas as pd
import pytest
from conftest import SEPARATOR, enron_message, letter, review, write_emails_csv
from scipy import stats

import kit


def test_the_archive_gives_its_training_part_with_labels(imdb_archive):
    data = kit.load_imdb(imdb_archive)
    assert len(data) == 120 and data.labels.sum() == 60
    assert data.texts[0] == review(0, "train0") and data.ids[0] == "train/neg/0_2.txt"
    assert data.classes == ("neg", "pos") and data.source == str(imdb_archive)


def test_archive_folder_and_table_give_the_same_reviews(imdb_archive, tmp_path):
    with tarfile.open(imdb_archive) as archive:
        archive.extractall(tmp_path, filter="data")
    packed = kit.load_imdb(imdb_archive)
    for place in (tmp_path, tmp_path / "aclImdb"):
        unpacked = kit.load_imdb(place)
        assert sorted(unpacked.texts) == sorted(packed.texts)
    sentiment = np.where(packed.labels, "positive", "negative")
    table = pd.DataFrame({"review": packed.texts, "sentiment": sentiment})
    table.to_csv(tmp_path / "IMDB Dataset.csv", index=False)
    from_table = kit.load_imdb(tmp_path / "IMDB Dataset.csv")
    assert from_table.texts == packed.texts
    assert (from_table.labels == packed.labels).all()


def test_the_archive_is_read_no_further_than_needed(imdb_archive, tmp_path):
    content = imdb_archive.read_bytes()
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        members = archive.getmembers()
    unlabelled = next(m.offset for m in members if "unsup/4" in m.name)
    import gzip

    raw = gzip.decompress(content)
    path = tmp_path / "aclImdb_v1.tar.gz"
    broken = raw[:unlabelled] + b"\xff" * 600  # garbage where nobody needs to look
    path.write_bytes(gzip.compress(broken))
    assert len(kit.load_imdb(path)) == 120
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(kit.KitError, match="not a whole archive"):
        kit.load_imdb(path)


def test_wrong_tables_and_places_are_named(tmp_path):
    (tmp_path / "a.csv").write_text("text,label\nx,1\n")
    with pytest.raises(kit.KitError, match="review and sentiment"):
        kit.load_imdb(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("review,sentiment\nx,neutral\n")
    with pytest.raises(kit.KitError, match="positive or negative"):
        kit.load_imdb(tmp_path / "b.csv")
    with pytest.raises(kit.KitError, match="not there"):
        kit.load_imdb(tmp_path / "nowhere")
    with pytest.raises(kit.KitError, match="emails.csv and fradulent_emails.txt"):
        kit.load_email(tmp_path)


@pytest.mark.parametrize("layout", ["{}", "datasets/owner/{}"])
def test_kaggles_mounts_are_searched(email_folder, tmp_path, monkeypatch, layout):
    for folder in ("enron-email-dataset", "fraudulent-email-corpus"):
        target = tmp_path / layout.format(folder)
        shutil.copytree(email_folder / folder, target)
    monkeypatch.setattr(kit, "KAGGLE_INPUT", tmp_path)
    data = kit.load_email(nsamp=20)
    assert str(tmp_path) in data.source and data.labels.sum() == 60


def test_bodies_come_without_headers(email_folder):
    data = kit.load_email(email_folder)
    assert len(data) == 120
    for text in data.texts:
        assert not any(
            word in text for word in ("JavaMail", "X-", "Subject", "Return-")
        )
    assert '"Quoted, text"' in data.texts[0]


def test_letters_are_split_at_separators_only():
    inside = b"From r someone else\nI write From r  Thu Oct 31 2002 to you"
    odd = b"From R@T  Fri May 14 07:49:12 2004\nReturn-Path: <x>\n\nthird\n"
    quoted = SEPARATOR + b"is a line that I quote\n"
    content = (
        letter(b"first " + inside + b"\n" + quoted) + letter(b"sec\xf1ond\x00") + odd
    )
    bodies = [kit.message_body(raw) for raw in kit.SEPARATOR.split(content)[1:]]
    assert len(bodies) == 3
    assert inside.decode() in bodies[0] and "I quote" in bodies[0]
    assert bodies[1].startswith("secñond") and bodies[2] == "third"


def mime(kind, body, encoding="8bit", extra=""):
    return (
        f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n{extra}\n"
    ).encode() + body


TWO_PARTS = (
    b'Content-Type: multipart/alternative; boundary="B"\n\npreamble\n--B\n'
    + mime("text/html; charset=utf-8", b"<p>Rich</p>")
    + b"\n--B\n"
    + mime("text/plain; charset=utf-8", b"Plain text")
    + b"\n--B--\n"
)
MESSAGES = {
    "plain part before HTML": (TWO_PARTS, "Plain text"),
    "HTML as text": (
        mime("text/html", b"<html><style>p{}</style><body>Dear&nbsp;<b>friend</b></body>"),
        "Dear\xa0 friend",
    ),
    "quoted-printable": (
        mime("text/plain; charset=utf-8", b"caf=C3=A9 a=\nb", "quoted-printable"),
        "café ab",
    ),
    "base64": (mime("text/plain", base64.b64encode(b"hidden words"), "base64"), "hidden words"),
    "an unknown charset": (mime("text/plain; charset=x-unknown", b"caf\xe9"), "café"),
    "a wrong charset": (mime("text/plain; charset=us-ascii", "naïve".encode()), "naïve"),
    "a charset that is a codec": (mime("text/plain; charset=base64", b"words"), "words"),
    "a NUL in the charset": (mime('text/plain; charset="a\0b"', b"words"), "words"),
    "attachment only": (
        mime("application/pdf", b"JVBERi0=", "base64", "Content-Disposition: attachment\n"),
        "",
    ),
    "attached text": (
        mime("text/plain", b"a file", extra="Content-Disposition: attachment\n"),
        "",
    ),
    "empty": (b"Subject: nothing\n\n", ""),
    "nothing at all": (b"", ""),
    "no end boundary": (TWO_PARTS.replace(b"--B--", b""), "Plain text"),
    "boundary not declared": (TWO_PARTS.replace(b'; boundary="B"', b""), "Plain text"),
    "boundary declared wrong": (TWO_PARTS.replace(b'"B"', b'"C"'), "Plain text"),
    "broken headers": (
        b"Return-Path: <x>\nthis line is no header\nX-Sieve: cmu\n folded\n\nThe body",
        "The body",
    ),
    "no blank line": (b"Subject: hi\nDear friend, send money", "Dear friend, send money"),
    "HTML called plain": (
        mime("text/plain", b"<HTML><BODY>Dear <i>Sir</i></BODY></HTML>"),
        "Dear  Sir",
    ),
    "a forwarded message": (
        b'Content-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: message/rfc822'
        b"\n\nSubject: inner\nX-Folder: secret\n\nInner text\n--B--\n",
        "Inner text",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MESSAGES)
def test_a_body_is_what_its_reader_sees(case):
    raw, expected = MESSAGES[case]
    body = kit.message_body(raw)
    assert body == expected
    assert "object at 0x" not in body and "email.message" not in body


@pytest.mark.parametrize(
    "raw, word",
    [
        (mime("text/html", b"<p>before</p><![xyz]><b>after</b>"), "after"),
        (b"Content-Type: text/plain; charset*=utf-\0 8''x\n\nstill text", "still text"),
        (b"Content-Type: message/rfc822\n\n" * 1500 + b"deep", ""),
    ],
)
def test_what_the_libraries_refuse_is_text_all_the_same(raw, word):
    assert word in kit.message_body(raw)


def test_no_text_is_left_that_utf8_cannot_write():
    odd = kit.message_body(mime("text/plain; charset=utf-7", b"a+2AA-b"))
    ((name, _, text, _),) = kit.with_keys([("id\udcff", 0, odd + "\ud800")])
    assert (name + text).encode()


def test_folders_and_files_of_other_data_sets_are_passed_over(
    imdb_archive, email_folder, tmp_path, monkeypatch
):
    (tmp_path / "INRIA" / "train" / "pos").mkdir(parents=True)
    (tmp_path / "a-spam-set").mkdir()
    (tmp_path / "a-spam-set" / "emails.csv").write_text("text,spam\nhello,1\n")
    shutil.copytree(kit.home() / "demo", tmp_path / "a-kit" / "demo")
    (tmp_path / "imdb").mkdir()
    shutil.copy(imdb_archive, tmp_path / "imdb")
    shutil.copytree(email_folder, tmp_path / "mail")
    monkeypatch.setattr(kit, "KAGGLE_INPUT", tmp_path)
    assert "imdb" in kit.load_imdb(nsamp=9).source
    assert kit.load_email(nsamp=9).source.count(str(tmp_path / "mail")) == 2
    assert kit.load_imdb(tmp_path / "a-kit").source == kit.DEMO_SOURCE


def test_no_bytes_are_too_broken_for_a_body():
    rng = np.random.default_rng(0)
    pieces = [b"\n", b"\n\n", b"--B\n", b"Content-Type: multipart/mixed; boundary=B\n"]
    pieces += [
        b"Content-Type: text/html; charset=\xff\n",
        b"=E9=\n",
        b"X: \xf0\x9f\n",
        b" y\n",
    ]
    pieces += [
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Disposition: \xe9;=\n",
        b"<b",
    ]
    for _ in range(2000):
        raw = b"".join(rng.choice(pieces, size=rng.integers(1, 12)))
        assert isinstance(kit.message_body(raw), str)


def write_numbers(path, count):
    return write_emails_csv(
        path, [f"number {i}," * 3 + '\n"x"\n' for i in range(count)]
    )


def test_records_are_those_of_a_csv_reader(tmp_path):
    import csv

    path = write_numbers(tmp_path / "emails.csv", 300)
    with open(path, newline="") as file:
        expected = list(csv.reader(file))
    for size in (50, 1000, 1 << 24):  # also where blocks end inside of a field
        with open(path, "rb") as stream:
            records = list(kit.csv_records(stream, size))
        assert [kit.csv_fields(record) for record in records] == expected


def test_the_sample_is_uniform_by_seed_and_grows_with_its_size(tmp_path):
    path = write_numbers(tmp_path / "emails.csv", 200)
    header, everything = kit.sample_records(path, 10_000, 0)
    assert len(everything) == 200 and header.startswith(b'"file"')
    drawn = [
        record for seed in range(60) for record in kit.sample_records(path, 20, seed)[1]
    ]
    counts = [drawn.count(record) for record in everything]
    assert sum(counts) == 1200 and stats.chisquare(counts).pvalue > 0.001
    small, large = (set(kit.sample_records(path, size, 1)[1]) for size in (20, 50))
    assert small < large


def test_emails_csv_with_other_columns_or_long_fields(tmp_path):
    path = tmp_path / "emails.csv"
    frame = pd.DataFrame(
        {"message": [enron_message("long " * 60_000)], "file": ["a/1."]}
    )
    frame.to_csv(path)  # an index first, and quotes only where needed
    assert kit.read_enron(path, 10, 0, kit.message_body) == [
        ("a/1.", 0, ("long " * 60_000).strip())
    ]
    path.write_text("spam,text\n1,hello\n")
    with pytest.raises(kit.KitError, match="columns file and message"):
        kit.read_enron(path, 10, 0, kit.message_body)


def documents(*rows):
    return kit.with_keys(
        [(str(i), label, text) for i, (label, text) in enumerate(rows)]
    )


def test_duplicates_contradictions_and_empty_texts_are_dropped_and_counted():
    kept, dropped = kit.without_duplicates(
        documents(
            (0, "One text."), (0, "one  TEXT!"), (1, "Both say so"), (0, "both say so..."),
            (1, ""), (1, " --- "), (1, "Another"),
        )
    )  # fmt: skip
    assert [text for _, _, text, _ in kept] == ["One text.", "Another"]
    assert dropped == {"empty": 2, "duplicate": 1, "both labels": 2}


def test_duplicates_can_be_kept(tmp_path):
    rows = [(review(i % 2, i), "positive" if i % 2 else "negative") for i in range(10)]
    table = pd.DataFrame(rows * 2, columns=["review", "sentiment"])
    table.to_csv(tmp_path / "x.csv", index=False)
    assert len(kit.load_imdb(tmp_path / "x.csv")) == 10
    assert len(kit.load_imdb(tmp_path / "x.csv", keep_duplicates=True)) == 20


def test_draws_are_stratified_repeatable_and_fresh(imdb_archive):
    data = kit.load_imdb(imdb_archive)
    train, test = kit.draw(data, 50, seed=1, repeat=0)
    assert (len(train), len(test)) == (70, 30)
    assert train.labels.sum() == 35 and test.labels.sum() == 15
    assert not set(train.ids) & set(test.ids)
    again, _ = kit.draw(data, 50, seed=1, repeat=0)
    other, _ = kit.draw(data, 50, seed=1, repeat=1)
    assert again.ids == train.ids and other.ids != train.ids
    with pytest.raises(kit.KitError, match="nsamp 61 is more than the 60"):
        kit.draw(data, 61)


def test_a_second_start_reads_no_archive(imdb_archive, tmp_path, monkeypatch):
    path = shutil.copy(imdb_archive, tmp_path / "copy.tar.gz")
    first = kit.load_imdb(path)
    moved = shutil.copy(path, tmp_path / "elsewhere.tar.gz")
    monkeypatch.setattr(kit.tarfile, "open", None)  # opening one would fail
    assert kit.load_imdb(moved).texts == first.texts
