"""Readers of the corpora, and what a Dataset drops and draws."""

import base64
import csv
import dataclasses
import hashlib
import re
import shutil
import tarfile

import numpy as np
import pandas as pd
import pytest
from conftest import SEPARATOR, enron_message, letter, review, topics, write_emails_csv
from scipy import stats

import kit


def test_the_archive_gives_its_training_part_with_labels(imdb_archive):
    data = kit.load("imdb", imdb_archive)
    assert len(data) == 120 and data.y.sum() == 60
    assert data.texts[0] == review(0, "train0")
    assert data.frame.id[0] == "train/neg/0_2.txt"
    assert data.classes == ("neg", "pos") and data.source == str(imdb_archive)
    assert data.title == "IMDB reviews"
    assert data.dropped == {"no text": 0, "no label": 0}


def test_archive_folder_and_table_give_the_same_reviews(imdb_archive, tmp_path):
    with tarfile.open(imdb_archive) as archive:
        archive.extractall(tmp_path, filter="data")
    packed = kit.load("imdb", imdb_archive)
    known = packed.frame.set_index("id").sort_index()
    for place in (tmp_path, tmp_path / "aclImdb"):
        unpacked = kit.load("imdb", place)
        assert unpacked.classes == packed.classes
        frame = unpacked.frame.set_index("id").sort_index()
        pd.testing.assert_frame_equal(frame, known)
    for names in (("negative", "positive"), ("Negative", "POSITIVE")):
        sentiment = np.take(names, packed.y)
        table = pd.DataFrame({"review": packed.texts, "sentiment": sentiment})
        table.to_csv(tmp_path / "IMDB Dataset.csv", index=False)
        from_table = kit.load("imdb", tmp_path / "IMDB Dataset.csv")
        assert from_table.texts == packed.texts and from_table.classes == packed.classes
        assert (from_table.y == packed.y).all()


def test_a_review_without_words_in_the_table_is_counted(tmp_path):
    rows = [(review(i % 2, i), "positive" if i % 2 else "negative") for i in range(10)]
    table = pd.DataFrame([*rows, ("", "negative")], columns=["review", "sentiment"])
    table.to_csv(tmp_path / "IMDB Dataset.csv", index=False)
    data = kit.load("imdb", tmp_path)
    assert data.texts == [text for text, _ in rows] and data.dropped["no text"] == 1


def test_wrong_tables_and_places_are_named(tmp_path):
    (tmp_path / "a.csv").write_text("text,label\nx,1\ny,2\n")
    with pytest.raises(kit.KitError, match="no column 'review' .* are: text, label"):
        kit.load("imdb", tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("review,sentiment\nx,neutral\ny,positive\n")
    with pytest.raises(kit.KitError, match="positive or negative"):
        kit.load("imdb", tmp_path / "b.csv")
    with pytest.raises(kit.KitError, match="nowhere is not there"):
        kit.load("imdb", tmp_path / "nowhere")
    with pytest.raises(kit.KitError, match="emails.csv and fradulent_emails.txt"):
        kit.load("email", tmp_path)
    write_emails_csv(tmp_path / "emails.csv", ["body"])
    (tmp_path / "fradulent_emails.txt").write_text("From r to you: no separator")
    with pytest.raises(kit.KitError, match="fradulent_emails.txt has no line"):
        kit.load("email", tmp_path)


@pytest.mark.parametrize("layout", ["{}", "datasets/owner/{}"])
def test_kaggles_mounts_are_searched(email_folder, tmp_path, monkeypatch, layout):
    for folder in ("enron-email-dataset", "fraudulent-email-corpus"):
        target = tmp_path / layout.format(folder)
        shutil.copytree(email_folder / folder, target)
    monkeypatch.setattr(kit, "KAGGLE_INPUT", tmp_path)
    data = kit.load("email", nsamp=20)
    assert data.source.count(str(tmp_path)) == 2 and data.y.sum() == 60
    assert data.classes == ("enron", "fraud")


@pytest.fixture
def imdb_address(monkeypatch, tmp_path):
    """A function that says where IMDB's archive is published; nothing lies anywhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(kit, "KAGGLE_INPUT", tmp_path / "no-mounts")
    monkeypatch.setattr(kit, "KAGGLE_SITE", "http://127.0.0.1:9")
    corpus = kit.CORPORA["imdb"]

    def publish(url, known_hash):
        (need,) = corpus.needs
        need = dataclasses.replace(need, url=url, known_hash=known_hash)
        moved = dataclasses.replace(corpus, needs=(need,))
        monkeypatch.setitem(kit.CORPORA, "imdb", moved)

    return publish


def test_a_corpus_is_fetched_once_from_its_publisher(
    server, imdb_archive, imdb_address
):
    folder, url, handler = server
    shutil.copy(imdb_archive, folder / "aclImdb_v1.tar.gz")
    digest = hashlib.md5(imdb_archive.read_bytes()).hexdigest()
    imdb_address(f"{url}/aclImdb_v1.tar.gz", f"md5:{digest}")
    data = kit.load("imdb")
    assert len(data) == 120 and data.source.endswith("aclImdb_v1.tar.gz")
    count = len(handler.requests)
    assert kit.load("imdb").texts == data.texts and len(handler.requests) == count


def test_a_closed_network_is_told_with_the_ways_to_the_corpus(imdb_address):
    imdb_address("http://127.0.0.1:9/aclImdb_v1.tar.gz", "")
    with pytest.raises(kit.KitError) as caught:
        kit.load("imdb")
    ways = "lakshmi25npathi/imdb", "Add Input", "data/aclImdb", "--data", "--demo"
    for way in ways:
        assert way in str(caught.value)


def test_bodies_come_without_headers(email_folder):
    data = kit.load("email", email_folder)
    assert len(data) == 120
    headers = ("JavaMail", "X-", "Subject", "Return-")
    assert not [text for text in data.texts for word in headers if word in text]
    assert '"Quoted, text"' in data.texts[0]


def test_letters_are_split_at_separators_only(tmp_path):
    inside = b"From r someone else\nI write From r  Thu Oct 31 2002 to you"
    odd = b"From R@T  Fri May 14 07:49:12 2004\nReturn-Path: <x>\n\nthird\n"
    quoted = SEPARATOR + b"is a line that I quote\n"
    first, second = b"first " + inside + b"\n" + quoted, b"sec\xf1ond\x00"
    path = tmp_path / "fradulent_emails.txt"
    path.write_bytes(letter(first) + letter(second) + odd)
    mails = write_emails_csv(tmp_path / "emails.csv", [])
    frame = kit.read_email([mails, path], 10, 0)
    assert frame.label.tolist() == ["fraud"] * 3
    assert frame.id.tolist() == ["letter 0", "letter 1", "letter 2"]
    bodies = frame.text.tolist()
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
        mime("text/html", b"<html><style>p{}</style>Dear&nbsp;<b>friend</b></html>"),
        "Dear\xa0 friend",
    ),
    "quoted-printable": (
        mime("text/plain; charset=utf-8", b"caf=C3=A9 a=\nb", "quoted-printable"),
        "café ab",
    ),
    "base64": (
        mime("text/plain", base64.b64encode(b"hidden words"), "base64"), "hidden words",
    ),
    "an unknown charset": (mime("text/plain; charset=x-unknown", b"caf\xe9"), "café"),
    "a wrong charset": (
        mime("text/plain; charset=us-ascii", "naïve".encode()), "naïve",
    ),
    "a charset that is a codec": (
        mime("text/plain; charset=base64", b"words"), "words",
    ),
    "a NUL in the charset": (mime('text/plain; charset="a\0b"', b"words"), "words"),
    "attachment only": (
        mime("image/gif", b"JVBERi0=", "base64", "Content-Disposition: attachment\n"),
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
    "a rule, and no boundary": (
        b"Content-Type: multipart/mixed\n\nDear all\n------\nJohn\n",
        "Dear all\n------\nJohn",
    ),
    "a rule, and a wrong boundary": (
        b'Content-Type: multipart/mixed; boundary="C"\n\nDear all\n------\n',
        "Dear all\n------",
    ),
    "broken headers": (
        b"Return-Path: <x>\nthis line is no header\nX-Sieve: cmu\n folded\n\nThe body",
        "The body",
    ),
    "no blank line": (b"Subject: hi\nDear friend, send me", "Dear friend, send me"),
    "HTML called plain": (
        mime("text/plain", b"<HTML><BODY>Dear <i>Sir</i></BODY></HTML>"),
        "Dear  Sir",
    ),
    "a forwarded message": (
        b'Content-Type: multipart/mixed; boundary="B"\n\n--B\n'
        b"Content-Type: message/rfc822\n\n"
        b"Subject: inner\nX-Folder: secret\n\nInner text\n--B--\n",
        "Inner text",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MESSAGES)
def test_a_body_is_what_its_reader_sees(case):
    raw, expected = MESSAGES[case]
    body = kit.Mail(raw).text()
    assert body == expected
    assert "object at 0x" not in body and "email.message" not in body


@pytest.mark.parametrize(
    "raw, word",
    [
        (mime("text/html", b"<p>before</p><![xyz]><b>after</b>"), "after"),
        (b"Content-Type: text/plain; charset*=utf-\0 8''x\n\nstill text", "still text"),
        (b"Content-Type: text/plain; charset*=utf-\0 8''x", ""),
        (b"Content-Type: message/rfc822\n\n" * 1500 + b"deep", ""),
    ],
)
def test_what_the_libraries_refuse_is_text_all_the_same(raw, word):
    assert word in kit.Mail(raw).text()


def test_no_bytes_are_too_broken_for_a_body():
    rng = np.random.default_rng(0)
    pieces = [
        b"\n", b"\n\n", b"--B\n", b"Content-Type: multipart/mixed; boundary=B\n",
        b"Content-Type: text/html; charset=\xff\n", b"=E9=\n", b"X: \xf0\x9f\n",
        b"Content-Transfer-Encoding: base64\n", b"Content-Disposition: \xe9;=\n",
        b" y\n", b"<b",
    ]  # fmt: skip
    for _ in range(2000):
        raw = b"".join(rng.choice(pieces, size=rng.integers(1, 12)))
        assert isinstance(kit.Mail(raw).text(), str)


def test_no_text_is_left_that_utf8_cannot_write(tmp_path):
    surrogate = letter(b"a+2AA-b", b"Content-Type: text/plain; charset=utf-7\n")
    (tmp_path / "fradulent_emails.txt").write_bytes(surrogate)
    stray = b'file,message\nid\xff.,"Subject: x\n\nstray \xe9 byte"\n'
    (tmp_path / "emails.csv").write_bytes(stray)
    for _ in range(2):  # read, and from the cache
        data = kit.load("email", tmp_path)
        assert data.texts == ["stray é byte", "a?b"]
        assert data.frame.id.tolist() == ["id?.", "letter 0"]


def test_folders_and_files_of_other_data_sets_are_passed_over(
    imdb_archive, email_folder, tmp_path, monkeypatch
):
    (tmp_path / "INRIA" / "train" / "pos").mkdir(parents=True)
    (tmp_path / "a-spam-set").mkdir()
    (tmp_path / "a-spam-set" / "emails.csv").write_text("text,spam\nhello,1\n")
    (tmp_path / "imdb").mkdir()
    shutil.copy(imdb_archive, tmp_path / "imdb")
    shutil.copytree(email_folder, tmp_path / "mail")
    monkeypatch.setattr(kit, "KAGGLE_INPUT", tmp_path)
    assert "imdb" in kit.load("imdb", nsamp=9).source
    assert kit.load("email", nsamp=9).source.count(str(tmp_path / "mail")) == 2


@pytest.mark.parametrize("unpacked", [False, True])
def test_demo_files_are_known_by_their_content_wherever_they_lie(
    tmp_path, monkeypatch, imdb_archive, email_folder, unpacked
):
    demo, copied, real = kit.home() / "demo", tmp_path / "a-copy", tmp_path / "real"
    copied.mkdir()
    for name in ("emails.csv", "fradulent_emails.txt"):
        shutil.copy(demo / name, copied)
    if unpacked:
        wanted = re.compile(r"README|train/(neg|pos)/\d_")
        with tarfile.open(demo / "aclImdb_v1.tar.gz") as archive:
            few = [member for member in archive if wanted.search(member.name)]
            archive.extractall(copied, few, filter="data")
    else:
        shutil.copy(demo / "aclImdb_v1.tar.gz", copied)
    for name in ("imdb", "email"):  # by its path it is taken, and called what it is
        data = kit.load(name, copied)
        assert data.source == kit.DEMO_SOURCE and "synthetic" in data.source
    shutil.copytree(email_folder, real / "mail")
    shutil.copy(imdb_archive, real)
    monkeypatch.setattr(kit, "KAGGLE_INPUT", tmp_path)
    for name in ("imdb", "email"):  # else it is passed over
        assert str(real) in kit.load(name).source


def test_the_demo_is_taken_when_it_is_asked_for():
    data = kit.load("imdb", "demo")
    assert data.source == kit.DEMO_SOURCE and len(data) > 2000


def test_real_files_are_not_called_synthetic(imdb_archive, email_folder, tmp_path):
    with tarfile.open(imdb_archive) as archive:
        archive.extractall(tmp_path, filter="data")
    files = [path for path in email_folder.rglob("*") if path.is_file()]
    for path in (imdb_archive, tmp_path / "aclImdb", tmp_path / "none", *files):
        assert not kit.is_synthetic(path)


def write_numbers(path, count):
    return write_emails_csv(
        path, [f"number {i}," * 3 + '\n"x"\n' for i in range(count)]
    )


def test_messages_are_those_of_a_csv_reader(tmp_path):
    path = write_numbers(tmp_path / "emails.csv", 300)
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    frame = kit.read_enron(path, 1000, 0)
    assert frame.id.tolist() == [row["file"] for row in rows]
    raws = [row["message"].encode() for row in rows]
    assert frame.text.tolist() == [kit.Mail(raw).text() for raw in raws]
    assert frame.text[7] == 'number 7,number 7,number 7,\n"x"'


def test_the_sample_is_uniform_by_seed_and_grows_with_its_size(tmp_path):
    path = write_numbers(tmp_path / "emails.csv", 200)
    drawn = [name for seed in range(60) for name in kit.read_enron(path, 20, seed).id]
    counts = pd.Series(drawn).value_counts().reindex(kit.read_enron(path, 200, 0).id)
    assert counts.sum() == 1200 and stats.chisquare(counts).pvalue > 0.001
    small, large = (kit.read_enron(path, size, 1).id.tolist() for size in (20, 50))
    assert set(small) < set(large) and small == sorted(small, key=drawn_number)


def drawn_number(name):
    """The number of a message in its file."""
    return int(name.split("/")[-1][:-1])


def test_the_sample_is_of_the_whole_of_a_long_file(tmp_path):
    path = tmp_path / "emails.csv"
    rows = "".join(f'a/{i}.,"Subject: x\n\nbody {i}"\n' for i in range(50_000))
    path.write_text(f"file,message\n{rows}")
    frame = kit.read_enron(path, 300, 0)
    numbers = frame.id.map(drawn_number)
    assert frame.text.tolist() == [f"body {n}" for n in numbers]
    assert numbers.is_monotonic_increasing and numbers.is_unique
    assert stats.kstest(numbers / 50_000, "uniform").pvalue > 0.001


def test_emails_csv_with_other_columns_or_long_fields(tmp_path):
    path = tmp_path / "emails.csv"
    long = "long " * 60_000
    raws = [enron_message(long), "", "NA"]
    frame = pd.DataFrame({"message": raws, "file": ["a/1.", "a/2.", "NA"]})
    frame.to_csv(path)  # an index first, and quotes only where needed
    rows = kit.read_enron(path, 10, 0)
    assert rows.id.tolist() == ["a/1.", "a/2.", "NA"] and set(rows.label) == {"enron"}
    assert rows.text[0] == long.strip() and rows.text[1] == ""
    path.write_text("spam,text\n1,hello\n")
    with pytest.raises(kit.KitError, match="columns file and message"):
        kit.read_enron(path, 10, 0)


def test_large_corpora_are_sampled_by_nsamp_and_seed(email_folder):
    def mails(**options):
        frame = kit.load("email", email_folder, **options).frame
        return frame.id[frame.label == "enron"].tolist()

    few, more, others = mails(nsamp=5), mails(nsamp=8), mails(nsamp=5, seed=1)
    assert len(few) == len(others) == 30 and len(more) == 48 and len(mails()) == 60
    assert set(few) < set(more) and few != others and mails(nsamp=None) == mails()


def test_a_second_start_reads_no_archive(imdb_archive, monkeypatch):
    first = kit.load("imdb", imdb_archive)
    monkeypatch.setattr(kit.tarfile, "open", None)  # opening one would fail
    second = kit.load("imdb", imdb_archive)
    assert second.texts == first.texts and second.digest == first.digest
    assert second.classes == first.classes


def test_a_changed_file_is_read_again(email_folder, tmp_path):
    shutil.copytree(email_folder, tmp_path, dirs_exist_ok=True)
    before = kit.load("email", tmp_path)
    (path,) = tmp_path.rglob("emails.csv")
    write_emails_csv(path, ["only this one"])
    after = kit.load("email", tmp_path)
    assert (before.y == 0).sum() == 60 and after.texts[0] == "only this one"
    assert (after.y == 0).sum() == 1


# ---------------------------------------------------------------------------- Dataset


def dataset(*rows, name="own", classes=None):
    """A Dataset of (label, text), with more than enough other texts of each class."""
    frame = pd.DataFrame(rows, columns=["label", "text"])
    frame["id"] = frame.index.astype(str)
    frame["label"] = pd.Categorical(frame.label, classes)
    return kit.Dataset(frame[["id", "text", "label"]], name)


def test_copies_contradictions_and_empty_texts_are_left_out_and_counted():
    others = [(label, f"{label} {i}") for label in "ab" for i in range(10)]
    rows = [
        ("a", "One text."), ("a", "one  TEXT!"), ("b", "Both say so"),
        ("a", "both say so..."), ("a", ""), ("b", " --- "), ("b", "Another"),
    ]  # fmt: skip
    data = dataset(*rows, *others).cleaned()
    assert data.texts[:2] == ["One text.", "Another"] and len(data) == 22
    counts = {"empty": 2, "duplicate": 1, "both labels": 2}
    assert data.dropped == counts
    assert data.cleaned().dropped == counts  # what was counted stays counted
    assert len(dataset(*rows, *others).cleaned(keep_duplicates=True)) == 27


def test_the_first_of_several_copies_stays_where_it_stood():
    rows = [("ab"[i % 2], f"text {i % 30}") for i in range(90)]
    data = dataset(*rows).take(np.arange(89, -1, -1)).cleaned()
    assert data.frame.id.tolist() == [str(i) for i in range(89, 59, -1)]


def test_texts_are_alike_if_their_words_are():
    words = "Ähnlich groß café x1 你好".split()
    seps = [" ", "  ", "\n", "_", "-", "... ", "\u3000"]
    rng = np.random.default_rng(0)
    chosen = [rng.choice(words, rng.integers(0, 3)).tolist() for _ in range(300)]
    texts = []
    for some in chosen:
        change = rng.choice([str.upper, str.lower, str.title])
        sep = rng.choice(seps)
        texts.append(rng.choice(["", "(", "!"]) + sep.join(map(change, some)) + sep)
    keys = kit.folded(texts)
    meant = [" ".join(some).casefold() for some in chosen]
    assert len(set(zip(meant, keys))) == len(set(meant)) == len(set(keys))
    assert ((keys == 0) == [not some for some in chosen]).all()


def test_classes_numbers_and_digest_say_what_a_dataset_holds():
    rows = [("b", "two"), ("a", "one"), ("b", "three")]
    data = dataset(*rows)
    assert data.classes == ("a", "b") and data.y.tolist() == [1, 0, 1]
    assert data.texts == ["two", "one", "three"] and len(data) == 3
    assert dataset(*rows).digest == data.digest
    assert data.take([1, 0, 2]).take([1, 0, 2]).digest == data.digest
    others = [
        data.take([1, 0, 2]), data.take([0, 1]), dataset(*rows[:2], ("a", "three")),
        dataset(*rows[:2], ("b", "tree")), dataset(*rows, classes=["b", "a"]),
        dataclasses.replace(data, frame=data.frame.assign(id=["x", "1", "2"])),
    ]  # fmt: skip
    assert len({data.digest, *(other.digest for other in others)}) == 7


def test_draws_are_stratified_repeatable_and_fresh(imdb_archive):
    data = kit.load("imdb", imdb_archive)
    train, test = data.draw(50, seed=1, repeat=0)
    assert (len(train), len(test)) == (70, 30)
    assert train.y.sum() == 35 and test.y.sum() == 15
    assert not set(train.frame.id) & set(test.frame.id)
    again, other, third = (
        data.draw(50, seed=seed, repeat=repeat)[0]
        for seed, repeat in ((1, 0), (1, 1), (2, 0))
    )
    assert again.digest == train.digest
    assert len({train.digest, other.digest, third.digest}) == 3
    assert sum(map(len, data.draw(None))) == 120


def test_the_corpora_give_nsamp_of_each_class_or_nothing(imdb_archive):
    with pytest.raises(kit.KitError, match="nsamp 61 is more than the 60 .* neg"):
        kit.load("imdb", imdb_archive).draw(61)


def test_own_texts_give_what_they_have_up_to_nsamp():
    data = kit.load(topics(red=40, green=10, blue=25)).cleaned()
    train, test = data.draw(20)
    parts = [pd.Series(part.frame.label).value_counts() for part in (train, test)]
    assert sum(parts).to_dict() == {"red": 20, "green": 10, "blue": 20}
    assert parts[1].to_dict() == {"red": 6, "green": 3, "blue": 6}
    assert train.classes == test.classes == ("blue", "green", "red")
    assert sum(map(len, data.draw(None))) == 75


def test_a_larger_part_contains_the_smaller_ones():
    data = kit.load(topics(red=40, green=20, blue=10)).draw(None)[0]
    parts = [data.part(share) for share in (0.01, 0.2, 0.5, 1)]
    sizes = [np.bincount(part.y).tolist() for part in parts]
    assert sizes == [[1, 1, 1], [1, 3, 6], [4, 7, 14], [7, 14, 28]]
    for small, large in zip(parts, parts[1:]):
        assert set(small.frame.id) < set(large.frame.id)
        for number, size in enumerate(np.bincount(small.y)):
            first = large.frame.id[large.y == number][:size]
            assert small.frame.id[small.y == number].tolist() == first.tolist()
    assert parts[-1].digest == data.digest
