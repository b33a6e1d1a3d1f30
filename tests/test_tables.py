"""Own texts: every form of table, the guess of the columns, and what is refused."""

import gzip
import json
import os
import re
import subprocess
import sys
import time
import zipfile

import numpy as np
import pandas as pd
import pytest
from conftest import topics

import kit

ODD = [  # what breaks a careless reader; cp1252 has all of these characters
    'commas, semicolons; "quotes"', "two\nlines", "a\ttab and a | bar", "'single'",
    "naïve café – 5 €", "NA", "null", "  spaces around  ", "=1+2", 'ends with "', "0",
    "two\n\nparagraphs, quoted: \"yes\"", "back\\slash", "#hashtag",
]  # fmt: skip


def odd_frame():
    """A frame text, label of odd texts and ordinary ones in two classes."""
    frame = pd.DataFrame({"text": ODD, "label": ["red", "blue"] * (len(ODD) // 2)})
    return pd.concat([frame, topics(red=12, blue=12)], ignore_index=True)


def as_json_lines(frame):
    """The bytes of a JSON Lines file."""
    return frame.to_json(orient="records", lines=True, force_ascii=False).encode()


def as_csv(frame, encoding="utf-8", **options):
    """The bytes of a CSV file."""
    return frame.to_csv(index=False, **options).encode(encoding)


def zipped(name, content):
    """Write a .zip of one file, with the leavings of a Mac beside it."""

    def write(path):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("data/", "")
            archive.writestr(f"data/{name}", content)
            archive.writestr(f"__MACOSX/data/._{name}", "leavings")

    return write


def write_folders(folder):
    for row in odd_frame().itertuples():
        (folder / row.label).mkdir(parents=True, exist_ok=True)
        (folder / row.label / f"{row.Index:02}.txt").write_bytes(row.text.encode())
    (folder / "without-texts").mkdir()
    (folder / "readme.txt").write_text("about the folder")


def nameless_zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(""), as_csv(odd_frame()))


# Each writes odd_frame() to a path of this name: bytes, or a function that writes.
FORMS = {
    "commas.csv": as_csv(odd_frame()),
    "semicolons.csv": as_csv(odd_frame(), sep=";"),
    "tabs.tsv": as_csv(odd_frame(), sep="\t"),
    "bars.txt": as_csv(odd_frame(), sep="|"),
    "all quoted.CSV": as_csv(odd_frame(), quoting=1),
    "windows lines.csv": as_csv(odd_frame(), lineterminator="\r\n"),
    "bom.csv": as_csv(odd_frame(), "utf-8-sig"),
    "quoted and bom.csv": as_csv(odd_frame(), "utf-8-sig", quoting=1),
    "utf-16.csv": as_csv(odd_frame(), "utf-16"),
    "utf-16 big.tsv": b"\xfe\xff" + as_csv(odd_frame(), "utf-16-be", sep="\t"),
    "cp1252.csv": as_csv(odd_frame(), "cp1252", sep=";"),
    "packed.csv.gz": gzip.compress(as_csv(odd_frame())),
    "packed.tsv.gz": gzip.compress(as_csv(odd_frame(), "utf-16", sep="\t")),
    "packed.csv.zip": zipped("inside.csv", as_csv(odd_frame())),
    "packed.zip": zipped("inside.tsv", as_csv(odd_frame(), sep="\t")),
    "lines.jsonl": as_json_lines(odd_frame()),
    "lines bom.ndjson": b"\xef\xbb\xbf" + as_json_lines(odd_frame()),
    "lines.json": as_json_lines(odd_frame()).replace(b"\n", b"\r\n\r\n"),
    "escaped.jsonl": odd_frame().to_json(orient="records", lines=True).encode(),
    "list.json": odd_frame().to_json(orient="records", indent=1).encode(),
    "packed.jsonl.gz": gzip.compress(as_json_lines(odd_frame())),
    "packed.jsonl.zip": zipped("inside.jsonl", as_json_lines(odd_frame())),
    "nameless.zip": nameless_zip,
    "lines.zip": zipped("inside.jsonl", as_json_lines(odd_frame())),
    "table.parquet": lambda path: odd_frame().to_parquet(path),
    "short.pq": lambda path: odd_frame().astype("category").to_parquet(path),
    "folders": write_folders,
}


def written(path, content):
    """The path, after its content has been written: bytes, text, or by a function."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if callable(content):
        content(path)
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_table_gives_the_same_texts(tmp_path, name):
    path = written(tmp_path / name, FORMS[name])
    data, expected = kit.load(path), odd_frame()
    if path.is_dir():  # is read class by class
        expected = expected.sort_values("label", kind="stable")
    assert data.texts == expected.text.tolist()
    assert [data.classes[number] for number in data.y] == expected.label.tolist()
    assert data.classes == ("blue", "red") and data.frame.id.is_unique
    assert data.source == str(path) and data.title == name
    assert data.dropped == {"no text": 0, "no label": 0}


def test_a_path_may_be_a_string(tmp_path):
    path = written(tmp_path / "reviews.2024.csv", FORMS["commas.csv"])
    assert kit.load(str(path)).texts == kit.load(path).texts


def test_a_file_of_a_folder_is_called_by_its_class_and_name(tmp_path):
    data = kit.load(written(tmp_path / "folders", FORMS["folders"]))
    assert data.frame.id[0] == "blue/01.txt"
    (tmp_path / "folders" / "blue" / "01.txt").write_bytes(b"stray \xe9 byte")
    assert kit.load(tmp_path / "folders").texts[0] == "stray \ufffd byte"


def test_long_texts_and_short_rows_are_read(tmp_path):
    long = "long, " * 60_000
    path = written(tmp_path / "t.csv", f'text,label\n"{long}",a\nx,b\ny,a\nno label\n')
    data = kit.load(path)
    assert data.texts == [long, "x", "y"] and data.dropped["no label"] == 1


def test_a_table_called_like_a_corpus_is_ones_own(tmp_path):
    for name in ("imdb.csv", "email.csv"):
        path = written(tmp_path / name, as_csv(topics(red=30, blue=12, few=3)))
        data = kit.load(path).cleaned()
        assert not data.corpus.balanced and data.classes == ("blue", "red")
        assert sum(map(len, data.draw(20))) == 32


# ------------------------------------------------------------------------- DataFrames


def test_a_frame_is_read_and_left_as_it_is():
    frame = odd_frame()
    frame.index = [7] * len(frame)  # of no use, as after a concat
    before = frame.copy()
    data = kit.load(frame.rename(columns={"text": "body"}))
    assert data.texts == frame.text.tolist() and data.source == "a DataFrame"
    pd.testing.assert_frame_equal(frame, before)
    assert data.cleaned().take([1, 0]).texts == data.cleaned().texts[1::-1]
    for kind in ("category", "object", "string"):
        other = kit.load(frame.astype(kind).reset_index(drop=True))
        assert other.texts == data.texts and other.digest == data.digest


def test_columns_of_a_frame_may_be_numbers():
    frame = topics(red=12, blue=12)
    frame = pd.DataFrame({0: frame.text, 1: frame.text * 9, 2: frame.label})
    assert kit.load(frame, text=0, label=2).texts == frame[0].tolist()
    assert kit.load(frame, text=1).texts == frame[1].tolist()
    with pytest.raises(kit.KitError, match="no column 7 .*are: 0, 1, 2"):
        kit.load(frame, text=7)


def test_one_column_is_not_text_and_label_both():
    with pytest.raises(kit.KitError, match="'text' cannot be text and label"):
        kit.load(topics(red=12, blue=12), text="text", label="text")


def test_half_characters_do_no_harm(tmp_path):
    frame = topics(red=12, blue=12)
    lines = as_json_lines(frame) + b'{"text": "cut \\ud83d here", "label": "red"}\n'
    lines = lines.replace(b'"text"', b'"\\ud800": "", "text"', 1)
    data = kit.load(written(tmp_path / "cut.jsonl", lines)).cleaned()
    assert len(data) == 25 and data.texts[-1].encode() and data.digest
    columns = {"text": [*frame.text, "cut \ud83d"], "label": [*frame.label, "red"]}
    data = kit.load(pd.DataFrame(columns, dtype=object)).cleaned()
    assert len(data) == 25 and data.texts[-1].encode() and data.digest


def test_names_of_files_that_are_no_utf8_do_no_harm(tmp_path):
    for number in range(24):
        name = f"folder/caf\udce9 {number % 2}/t\udce9 {number}.txt"
        written(tmp_path / name, f"text {number} of {'red' if number % 2 else 'blue'}")
    path = written(tmp_path / "caf\udce9.csv", as_csv(topics(red=12, blue=12)))
    for data in (kit.load(tmp_path / "folder"), kit.load(path)):
        data.cleaned().frame.to_csv(tmp_path / "ids.csv")
        assert len(data.classes) == 2 and data.digest
        assert (data.name + data.title + data.source + "".join(data.classes)).encode()


# ------------------------------------------------------------- The guess of the columns

FEW = [f"{number % 3}" for number in range(60)]
SHORT = [f"short {number}" for number in range(60)]
LONG = [f"a text that is far longer than all the others, {n}" for n in range(60)]
GUESSES = {  # the columns, and what is said of them
    "by their names": (
        dict(text=SHORT, title=LONG, label=FEW, other=FEW),
        "text: text; label: label, 3 classes",
    ),
    "by names of any case": (
        dict(Review=LONG, Sentiment=FEW), "text: Review; label: Sentiment, 3 classes",
    ),
    "by what they hold": (
        dict(subject=SHORT, mail=LONG, team=FEW, month=SHORT),
        "text: mail; label: team, 3 classes",
    ),
    "a length and few values": (
        dict(v1=FEW, v2=SHORT), "text: v2; label: v1, 3 classes",
    ),
    "titles before descriptions": (
        {"Class Index": FEW, "Title": SHORT, "Description": LONG},
        "text: Description; label: Class Index, 3 classes",
    ),
    "with an id": (
        dict(id=[f"{n}" for n in range(60)], comment_text=LONG, target=FEW),
        "text: comment_text; label: target, 3 classes; id: id",
    ),
    "with an id that is none": (
        dict(id=["1", "1", *range(58)], comment=LONG, topic=FEW),
        "text: comment; label: topic, 3 classes",
    ),
    "with an index": (
        {"": range(60), "text": LONG, "label": FEW},
        "text: text; label: label, 3 classes",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", GUESSES)
def test_columns_are_guessed_and_the_guess_is_said(tmp_path, capsys, case):
    columns, said = GUESSES[case]
    frame = pd.DataFrame(columns)
    data = kit.load(written(tmp_path / "table.csv", as_csv(frame)))
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.split("columns")[1].strip() == said
    text = said.split(";")[0].removeprefix("text: ")
    assert data.texts == frame[text].tolist() and data.classes == ("0", "1", "2")


def test_empty_columns_without_a_name_are_no_harm(tmp_path):
    rows = "".join(f'{label},"{text}",,,\n' for label, text in zip(FEW, LONG))
    path = written(tmp_path / "spam.csv", f"v1,v2,,,\n{rows}")  # as Kaggle's own is
    data = kit.load(path)
    assert data.texts == LONG and data.classes == ("0", "1", "2")


def test_named_columns_go_before_every_guess(tmp_path, capsys):
    frame = pd.DataFrame(
        dict(id=SHORT, text=LONG, label=FEW, body=SHORT, team=["x", "y"] * 30, key=LONG)
    )
    options = dict(text="body", label="team", id="key")
    for source in (frame, written(tmp_path / "table.csv", as_csv(frame))):
        data = kit.load(source, **options)
        assert data.texts == SHORT and data.frame.id.tolist() == LONG
        assert data.classes == ("x", "y")
        assert "text: body; label: team, 2 classes; id: key" in capsys.readouterr().out


def test_rows_without_an_id_are_called_by_their_number():
    frame = pd.DataFrame({"text": [None, *LONG], "label": ["0", *FEW]})
    ids = kit.load(frame).frame.id
    assert [int(str(name).split()[-1]) for name in ids] == [*range(1, 61)]


UNCLEAR = {
    "two long columns": (dict(a=LONG, b=LONG, label=FEW), "text", "likely: a, b"),
    "two names of texts": (
        dict(text=SHORT, body=SHORT, label=FEW), "text", "likely: text, body",
    ),
    "no words at all": (dict(a=range(60), label=[0, 1] * 30), "text", "likely: none"),
    "two columns of few values": (
        dict(text=LONG, a=FEW, b=FEW), "label", "likely: a, b",
    ),
    "two names of labels": (
        dict(text=LONG, topic=FEW, team=FEW), "label", "likely: topic, team",
    ),
    "no column of few values": (dict(text=LONG, n=range(60)), "label", "likely: none"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNCLEAR)
def test_what_is_unclear_is_asked_with_the_columns_and_the_option(case):
    columns, what, likely = UNCLEAR[case]
    with pytest.raises(kit.KitError) as caught:
        kit.load(pd.DataFrame(columns))
    said = str(caught.value)
    assert f"Which column is the {what}?" in said and likely in said
    assert f"are: {', '.join(columns)};" in said
    assert f"--{what}-column NAME" in said and f"{what}=..." in said


# ----------------------------------------------------------------------------- Labels

LABELS = {  # values in the cells, and the classes in their order
    "words": (["spam", " ham", "Ham", "spam "], ("Ham", "ham", "spam")),
    "whole numbers": ([10, 9, -1, 100], ("-1", "9", "10", "100")),
    "numbers in words": (["10", "9", "-1", "100"], ("-1", "9", "10", "100")),
    "numbers with a gap": ([2.0, 1.0, 10.0, None], ("1", "2", "10")),
    "fractions": ([0.5, 10.0, 2.0, 0.25], ("0.25", "0.5", "2", "10")),
    "truth": ([True, False, True, False], ("False", "True")),
    "truth with a gap": ([True, False, None, False], ("False", "True")),
    "a mixture": ([1, "1", 1.0, "one"], ("1", "one")),
    "leading zeros": (["01", "002", "10", "01"], ("01", "002", "10")),
    "words for missing": (["NA", "None", "nan", "null"], ("NA", "None", "nan", "null")),
}


@pytest.mark.parametrize("case", LABELS)
def test_labels_are_ordered_classes_whatever_they_are(tmp_path, case):
    values, classes = LABELS[case]
    frame = pd.DataFrame({"text": LONG, "label": pd.Series(values * 15, dtype=object)})
    sources = [frame, written(tmp_path / "lines.jsonl", as_json_lines(frame))]
    if case not in ("a mixture", "truth with a gap"):
        plain = frame.infer_objects()
        plain.to_parquet(tmp_path / "table.parquet")
        sources += [plain, tmp_path / "table.parquet"]
    if case not in ("a mixture", "leading zeros"):  # CSV knows no kinds
        sources.append(written(tmp_path / "table.csv", as_csv(frame)))
    as_class = [
        "" if v is None else f"{v:g}" if type(v) is float else str(v).strip()
        for v in values * 15
    ]
    for source in sources:
        data = kit.load(source)
        assert data.classes == classes
        assert [classes[number] for number in data.y] == [*filter(None, as_class)]
        assert data.dropped["no label"] == as_class.count("")


def test_labels_that_are_no_numbers_stay_what_the_file_says(tmp_path):
    for values, classes in [
        ((b"01", b"1", b"2"), ("01", "1", "2")),
        ((b"9007199254740992", b"9007199254740993", b""),
         ("9007199254740992", "9007199254740993")),
        ((b"1.0", b"2", b""), ("1", "2")),
    ]:
        rows = [b"%d,text %d,%b" % (i, i, values[i % 3]) for i in range(60)]
        path = written(tmp_path / "t.csv", b"\n".join([b"n,text,label", *rows]))
        assert kit.load(path, label="label").classes == classes


def test_texts_that_swallowed_rows_are_counted_and_said(tmp_path, capsys):
    for turn in (1, -1):  # the label last, or first
        rows = [["text", "label"], *([t, la] for t, la in zip(SHORT, FEW))]
        rows[7][0], rows[30][0] = '"' + rows[7][0], rows[30][0] + '"'
        lines = "\n".join(",".join(row[::turn]) for row in rows).encode()
        assert len(kit.load(written(tmp_path / "t.csv", lines))) == 60 - 23
        assert "1 texts hold rows of the table, as where" in capsys.readouterr().out


def test_texts_of_several_lines_are_nothing_to_tell_of(tmp_path, capsys):
    letter = "Dear Ann,\nBob, Ann, and I, too\n0, 1\nyours, Bob\nAnn, that is\nend "
    frame = pd.DataFrame({"label": ["Ann", "Bob"] * 20})
    for place in (0, 1):
        frame.insert(place, "text", [f"{letter}{i}" for i in range(40)])
        assert len(kit.load(written(tmp_path / "t.csv", as_csv(frame)))) == 40
        assert "quote" not in capsys.readouterr().out
        del frame["text"]


@pytest.mark.parametrize("kind", ["boolean", "Int64", "Float64", "category", "string"])
def test_pandas_own_kinds_of_columns_are_labels_too(kind):
    values = ["no", "yes"] if kind in ("category", "string") else [False, True]
    labels = pd.Series([*values * 20, None, None], dtype=object)
    if values[1] is True:
        labels = labels.astype("boolean")
    frame = topics(red=21, blue=21).assign(label=labels.astype(kind))
    classes = {"boolean": ("False", "True"), "Int64": ("0", "1"), "Float64": ("0", "1")}
    data = kit.load(frame)
    assert data.classes == classes.get(kind, ("no", "yes")) and len(data) == 40
    assert data.y.tolist() == [0, 1] * 20 and data.dropped["no label"] == 2


def test_rows_without_label_or_text_are_left_out_and_counted(tmp_path, capsys):
    rows = [{"text": t, "label": la} for t, la in zip(LONG, FEW)]
    rows += [{"text": "no label", "label": None}, {"text": "none at all"}]
    rows += [{"text": "blank", "label": "  "}, {"text": None, "label": "1"}]
    rows += [{"label": "2"}, {"text": None, "label": None}]
    lines = "\n".join(map(json.dumps, rows))
    table = 'text,label\n{}no label,\n"none at all",""\nblank,"  "\n,1\n"",2\n,\n'
    table = table.format("".join(f'"{t}",{la}\n' for t, la in zip(LONG, FEW)))
    sources = {"a.jsonl": lines, "b.csv": table}
    for name, content in sources.items():
        data = kit.load(written(tmp_path / name, content))
        assert data.texts == LONG
        assert data.dropped == {"no text": 3, "no label": 4}
    about = kit.compare(data, "dummy", jobs=1).report.dataset.dropped
    assert about["no text"] == 3 and about["empty"] == 0
    assert "3 no text, 4 no label" in capsys.readouterr().out


def test_small_classes_are_left_out_and_named():
    frame = topics(red=20, blue=10, not_sure=9, rare=1)
    twice = [topics(copies=9)] * 2  # 18 texts, of which 9 differ
    frame = pd.concat([frame, *twice], ignore_index=True)
    data = kit.load(frame).cleaned()
    assert data.classes == ("blue", "red") and len(data) == 30
    named = {reason: n for reason, n in data.dropped.items() if "class" in reason}
    assert {n for reason, n in named.items() if "not_sure" in reason} == {9}
    assert {n for reason, n in named.items() if "rare" in reason} == {1}
    assert {n for reason, n in named.items() if "copies" in reason} == {9}
    assert len(named) == 3 and all("fewer than 10" in reason for reason in named)
    kept = kit.load(frame).cleaned(keep_duplicates=True)
    assert kept.classes == ("blue", "copies", "red") and len(kept) == 48
    with pytest.raises(kit.KitError, match="Two classes of 10 .*blue 9, red 12"):
        kit.load(topics(red=12, blue=9)).cleaned()


@pytest.mark.parametrize("count", [2, 3, 77, 300])
def test_any_number_of_classes_is_loaded_and_drawn(count):
    sizes = {f"class{number}": 10 + number % 3 for number in range(count)}
    data = kit.load(topics(**sizes)).cleaned()
    assert set(data.classes) == set(sizes) and len(data) == sum(sizes.values())
    for nsamp in (4, 11, None):
        train, test = data.draw(nsamp)
        assert train.classes == test.classes == data.classes
        assert len(set(train.y)) == len(set(test.y)) == count
        counts = np.bincount([*train.y, *test.y])
        expected = [min(sizes[name], nsamp or 99) for name in data.classes]
        assert counts.tolist() == expected
        assert len(test) == pytest.approx(0.3 * sum(expected), abs=1)


# ------------------------------------------------------------------- What is refused


def table(**columns):
    """The bytes of a CSV file with these columns."""
    return as_csv(pd.DataFrame(columns))


GOOD = table(id=range(60), text=LONG, label=FEW)
FLAGS = {name: ["0", "1"] * 30 for name in ("toxic", "severe", "insult", "threat")}


def lists(*where):
    """JSON Lines with lists in the cells of these columns."""
    rows = [{"text": text, "label": label} for text, label in zip(LONG, FEW)]
    rows = [row | {name: [row[name], "x"] for name in where} for row in rows]
    return "\n".join(map(json.dumps, rows))


def late_number():
    """JSON Lines with 1,500 texts and then a number in a text's place."""
    rows = [{"text": f"{LONG[0]} {n}", "label": str(n % 2)} for n in range(1500)]
    return "\n".join(map(json.dumps, [*rows, {"text": 5, "label": "1"}]))


def bytes_for_texts(path):
    texts = [text.encode() for text in LONG]
    pd.DataFrame({"text": texts, "label": FEW}).to_parquet(path)


RUBBISH = np.random.default_rng(0).bytes(5000)
NO_ZEROS = RUBBISH.replace(b"\0", b"1")
JSON_ROWS = '{"text": "a", "label": "b"}\n\n{"text": "c", "label": "d"}\n'
ZIP_OF_ONE = zipped("a.csv", GOOD)


def zip_with(old, new):
    """Write a .zip with some of its bytes replaced."""

    def write(path):
        ZIP_OF_ONE(path)
        path.write_bytes(path.read_bytes().replace(old, new))

    return write


def parquet_with(old, new):
    """Write a Parquet with some of its bytes replaced."""

    def write(path):
        pd.DataFrame({"text": LONG, "label": FEW}).to_parquet(
            path, compression=None, write_page_checksum=new == b"bar")  # fmt: skip
        raw = path.read_bytes()
        assert old in raw and len(old) == len(new)
        path.write_bytes(raw.replace(old, new))

    return write


def cut_zip(path):
    ZIP_OF_ONE(path)
    path.write_bytes(path.read_bytes()[:-30])


def zip_of_two(path):
    ZIP_OF_ONE(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("data/b.csv", GOOD)


def zip_of_none(path):
    zipfile.ZipFile(path, "w").close()


def locked_zip(path):
    """A .zip whose entries say that they are encrypted."""
    ZIP_OF_ONE(path)
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = raw.find(mark)
        while place >= 0:
            raw[place + offset] |= 1
            place = raw.find(mark, place + 1)
    path.write_bytes(raw)


def folder_of_one(path):
    written(path / "only" / "a.txt", "a text")
    written(path / "notes" / "a.md", "no text")


# File, content, options; and what stands in the one sentence that follows.
BAD = {
    "a label that is not there": (
        "t.csv", GOOD, "--label-column lable",
        "'lable'", "Did you mean label?", "id, text, label",
    ),
    "a text that is not there": (
        "t.csv", GOOD, "--text-column Text_", "'Text_'", "Did you mean text?",
    ),
    "an id that is not there": (
        "t.csv", GOOD, "--id-column number", "'number'", "id, text, label",
    ),
    "an id as label": (
        "t.csv", GOOD, "--label-column id",
        "'id'", "60 different values", "'10'", "--label-column",
    ),
    "a column of numbers called label": (
        "t.csv", table(text=LONG, label=range(60)), "",
        "'label'", "60 different values", "--label-column",
    ),
    "free text as label": (
        "t.csv", table(text=SHORT, body=LONG), "--text-column text --label-column body",
        "'body'", "60 different values", "a text that is far", "--label-column",
    ),
    "few long texts as label": (
        "t.csv", table(text=LONG, label=["a " * 99, "b"] * 30), "",
        "'label'", "'a a a", "free text", "--label-column",
    ),
    "more classes than there can be": (
        "t.csv", table(text=LONG * 20, label=np.arange(1200) // 2), "",
        "'label'", "600 different values", "--label-column",
    ),
    "flags of several labels": (
        "t.csv", table(id=SHORT, comment_text=LONG, **FLAGS), "",
        "toxic, severe, insult, threat", "several labels", "--label-column",
    ),
    "several names for the label": (
        "t.csv", GOOD, "--label-column id,label", "id,label", "one label",
    ),
    "lists as labels, guessed": ("t.jsonl", lists("label"), "", "'label'", "list"),
    "lists as labels, named": (
        "t.jsonl", lists("label"), "--label-column label", "'label'", "list",
    ),
    "lists as texts, guessed": ("t.jsonl", lists("text"), "", "'text'", "list"),
    "lists as texts, named": (
        "t.jsonl", lists("text"), "--text-column text --label-column label",
        "'text'", "list",
    ),
    "numbers as texts": (
        "t.csv", table(n=range(60), a=FEW), "--text-column n --label-column a",
        "'n'", "int", "--text-column",
    ),
    "a number among the texts": ("t.jsonl", late_number(), "", "'text'", "int", "5"),
    "bytes as texts": (
        "t.parquet", bytes_for_texts, "--text-column text",
        "'text'", "bytes", "--text-column",
    ),
    "one class": (
        "t.csv", table(text=LONG, label="spam"), "",
        "'label'", "one class only, 'spam'",
    ),
    "no labels": ("t.csv", table(text=LONG, label=""), "", "'label'", "no labels"),
    "classes that are too small": (
        "t.csv", as_csv(topics(red=12, blue=9)), "", "blue 9, red 12", "10 or more",
    ),
    "an empty file": ("t.csv", b"", "", "t.csv is empty"),
    "an empty packed file": ("t.csv.gz", gzip.compress(b""), "", "t.csv.gz is empty"),
    "an empty list": ("t.json", "[]", "", "t.json has no rows"),
    "white space only": ("t.jsonl", " \n\n", "", "t.jsonl is empty"),
    "a header only": ("t.csv", "text,label\n", "", "t.csv has no rows"),
    "a broken line of JSON": (
        "t.jsonl", f'{JSON_ROWS}{{"text": "a" "label": 1}}', "", "t.jsonl, line 4",
    ),
    "half a line of JSON": ("t.jsonl", f'{JSON_ROWS}{{"te', "", "t.jsonl, line 4"),
    "a broken list of JSON": (
        "t.json", '[{"text": "a", "label": "b"},\n {"text": "a" "label": 1}]', "",
        "t.json", "line 2",
    ),
    "JSON without names": ("t.jsonl", '["a", "b"]\n["c", "d"]', "", "t.jsonl"),
    "JSON of single values": ("t.jsonl", '"a"\n"b"', "", "object with names"),
    "half of UTF-16": ("t.jsonl", b"\xff\xfe{\0}\0\n", "", "t.jsonl"),
    "a table in half of UTF-16": (
        "t.csv", GOOD.decode().encode("utf-16") + b"x", "", "t.csv",
    ),
    "binary rubbish": ("t.csv", RUBBISH, "", "t.csv is no table", "zero bytes"),
    "a zero late in a table": ("t.csv", GOOD * 9999 + b"a,\0b\n", "", "zero bytes"),
    "a zero in UTF-16": (
        "t.csv", "text,label\na,b\0c\n".encode("utf-16"), "", "zero bytes",
    ),
    "packed rubbish": ("t.csv.gz", gzip.compress(RUBBISH), "", "t.csv.gz is no table"),
    "rubbish without zeros": ("t.csv", NO_ZEROS, "", "t.csv"),
    "rubbish called JSON": ("t.jsonl", NO_ZEROS, "", "t.jsonl, line 1"),
    "rubbish called Parquet": ("t.parquet", RUBBISH, "", "t.parquet is no Parquet"),
    "a number without an end": ("t.jsonl", '{"a": %s}' % ("9" * 5000), "", "line 1"),
    "such a one in a list": ("t.json", '[{"a": %s}]' % ("9" * 5000), "", "no JSON"),
    "brackets without an end": (
        "t.jsonl", '{"text": "a"}\n' + "[" * 99_999, "", "t.jsonl, line 2 is no JSON",
    ),
    "Parquet of no UTF-8": (
        "t.parquet", parquet_with(b"far", b"f\xe9r"), "", "t.parquet is no Parquet",
    ),
    "Parquet with other checksums": (
        "t.parquet", parquet_with(b"far", b"bar"), "", "t.parquet is no Parquet",
    ),
    "Parquet with other metadata": (
        "t.parquet", parquet_with(b'"pandas_type": "u', b'"pandas_type"; "u'), "",
        "t.parquet is no Parquet",
    ),
    "a folder of none": ("t", lambda path: path.mkdir(), "", "subfolders", "none"),
    "a folder of one class": ("t", folder_of_one, "", "subfolders", "only"),
    "two columns of one name": (
        "t.csv", "text,label,label\na,b,c\n", "", "t.csv", "two columns", "'label'",
    ),
    "two such columns in quotes": (
        "t.csv", '"a, ""b""";"a, ""b""";label\nx;y;z\n', "",
        "two columns", "'a, \"b\"'",
    ),
    "a row with more fields": (
        "t.csv", "text,label\na,b\nc, and d,e\n", "", "t.csv", "line 3",
    ),
    "all rows with more fields": (
        "t.csv", "text,label\n" + "c, and d,e\n" * 9, "", "t.csv", "quotes",
    ),
    "a quote that is open": ("t.csv", 'text,label\na,b\n"c,d\ne,f\n', "", "t.csv"),
    "a .gz that is cut": (
        "t.csv.gz", gzip.compress(GOOD)[:-20], "", "t.csv.gz is damaged", "again",
    ),
    "a .gz with wrong bytes": (
        "t.csv.gz", gzip.compress(RUBBISH)[:200] + b"\0" * 99, "", "is damaged",
    ),
    "a .zip that is none": ("t.zip", GOOD, "", "t.zip is damaged", "again"),
    "a .zip that is cut": ("t.zip", cut_zip, "", "t.zip is damaged", "again"),
    "a .zip with wrong bytes": (
        "t.zip", zip_with(b"far", b"bar"), "", "t.zip is damaged", "again",
    ),
    "a .zip of two files": (
        "t.zip", zip_of_two, "", "holds 2 files", "data/a.csv, data/b.csv", "unpack it",
    ),
    "a .zip of none": ("t.zip", zip_of_none, "", "t.zip holds 0 files"),
    "a .zip with a password": ("t.zip", locked_zip, "", "t.zip", "password"),
    "a spreadsheet": ("Book.XLSX", b"PK\3\4", "", "Book.XLSX is no table", "CSV"),
    "an archive of many": ("t.tar.gz", b"\x1f\x8b", "", "t.tar.gz is no table"),
    "nothing": ("t.csv", lambda path: None, "", "t.csv is not there"),
}  # fmt: skip


def refusal(capsys, path, options=""):
    """The one sentence with which the command line ends, with exit code 2."""
    asked = ["--data", str(path), "--models", "dummy", *options.split()]
    code = kit.command_line("own", [*asked, "--out", str(path.parent / "results")])
    said = capsys.readouterr().err.strip()
    assert code == 2, said
    assert said.startswith("error: ") and len(said.splitlines()) == 1
    assert not (path.parent / "results").exists()
    return said


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_in_one_sentence(tmp_path, capsys, case):
    name, content, options, *words = BAD[case]
    said = refusal(capsys, written(tmp_path / name, content), options)
    assert [word for word in words if word not in said] == [], said
    lines = set(re.findall(r"line \d+", said))
    assert len(lines) < 2, said  # of two numbers one would be wrong


def test_the_same_sentences_meet_a_program():
    frame = pd.DataFrame({"text": LONG, "label": FEW, "other": LONG})
    for options, words in [
        (dict(label="lable"), "Did you mean label"),
        (dict(label="other"), "free text"),
        (dict(label="text,label"), "one label"),
        (dict(text="body"), "'body' .*are: text, label, other"),
    ]:
        with pytest.raises(kit.KitError, match=words):
            kit.load(frame, **options)
    twice = frame.rename(columns={"other": "label"})
    with pytest.raises(kit.KitError, match="two columns named 'label'"):
        kit.load(twice)
    with pytest.raises(kit.KitError, match="no rows"):
        kit.load(frame[:0])
    with pytest.raises(kit.KitError, match="imbd is not there. Did you mean imdb?"):
        kit.load("imbd")


WITHOUT_PARQUET = """
import sys
sys.modules["pyarrow"] = sys.modules["fastparquet"] = None  # as if not installed
import kit
assert kit.command_line("own", ["--data", "t.parquet"]) == 2
assert kit.load("imdb", "imdb").digest == kit.load("imdb", "imdb").digest
assert kit.load("t.csv").cleaned().classes == ("blue", "red")
"""


def test_without_a_reader_for_parquet_all_else_is_read(tmp_path, imdb_archive):
    topics(red=12, blue=12).to_parquet(tmp_path / "t.parquet")
    written(tmp_path / "t.csv", as_csv(topics(red=12, blue=12)))
    (tmp_path / "imdb").mkdir()
    os.link(imdb_archive, tmp_path / "imdb" / imdb_archive.name)
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_PARQUET], cwd=tmp_path, text=True,
        env=os.environ | {"PYTHONPATH": str(kit.home())}, capture_output=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    (said,) = [line for line in ran.stderr.splitlines() if line.startswith("error")]
    assert "t.parquet" in said and "pip install pyarrow" in said
    assert "Traceback" not in ran.stderr


@pytest.mark.slow
def test_a_plain_table_that_is_called_packed_is_read_as_it_is(tmp_path):
    (tmp_path / "t.csv.gz").write_bytes(GOOD)
    (tmp_path / "t.csv").write_bytes(GOOD)
    named, plain = (kit.load(tmp_path / name).frame for name in ("t.csv.gz", "t.csv"))
    pd.testing.assert_frame_equal(named, plain)


def test_a_large_table_costs_little_more_than_pandas_needs(tmp_path):
    frame = topics(red=3000, blue=3000)
    frame = pd.concat([frame] * 40, ignore_index=True)
    path = written(tmp_path / "large.csv", as_csv(frame))

    def seconds(read):
        started = time.perf_counter()
        assert len(read(path)) == 240_000
        return time.perf_counter() - started

    pairs = [(seconds(kit.load), seconds(pd.read_csv)) for _ in range(5)]
    ours, pandas = map(min, zip(*pairs))
    assert ours < 6 * pandas  # 3.3 on a quiet machine: zeros, lines, lengths, labels
