"""Some thousand broken mails, tables, archives, caches and folders, the same each time.

The long run is python -m tests.faults --cases 1000000.
"""

import csv
import email.message
import io

import pytest

from .fuzz import FOUND, fuzz, wrong
from .kinds import KINDS, kit
from .limits import MEGABYTES, TooMuch, limits

hypothesis = pytest.importorskip("hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

steady = settings(max_examples=80, deadline=None, derandomize=True, database=None)
# Cases of each kind: together some 7 seconds of computing.
CASES = {"mails": 1000, "tables": 400, "mailboxes": 100, "archives": 200,
         "caches": 150, "folders": 4}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_broken_input_ends_in_a_sentence_or_in_the_same_numbers(name):
    found = [str(one) for one in fuzz(name, 0, range(CASES[name])) if one]
    assert found == []


@pytest.fixture(scope="module")
def kinds():
    names = "mails", "tables", "mailboxes", "archives"
    made = {name: KINDS[name]() for name in names}
    yield made
    for kind in made.values():
        kind.close()


KEPT = sorted(path for path in FOUND.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", KEPT, ids=[f"{p.parent.name}/{p.name}" for p in KEPT])
def test_what_was_found_once_stays_mended(path, kinds):
    name = path.parent.name
    assert wrong(kinds[name], name, path.read_bytes()) == ""


def test_a_case_is_the_same_each_time_and_most_are_different(kinds):
    for kind in kinds.values():
        cases = [kind.case(1, number) for number in range(20)]
        assert cases == [kind.case(1, number) for number in range(20)]
        assert len(set(cases)) > 15


@pytest.mark.parametrize("name, owner, part, change", [
    ("mails", kit.Mail, "text", lambda text: b""),
    ("tables", kit.TableFile, "frame", lambda frame: frame[1:])])  # fmt: skip
def test_the_fuzzer_finds_what_is_wrong(name, owner, part, change, monkeypatch):
    right = getattr(owner, part)
    monkeypatch.setattr(owner, part, lambda self: change(right(self)))
    assert any(fuzz(name, 0, range(30)))


def test_what_takes_a_second_or_much_memory_is_found():
    with pytest.raises(TooMuch, match="s$"), limits(0.2):
        while True:
            pass
    with pytest.raises(TooMuch, match="MB"), limits():
        len(bytearray(MEGABYTES + 100 << 20))
    with limits():
        pass


# ------------------------------------------------------------------------ Properties
bodies = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.just("\n"))


@steady
@given(bodies, st.sampled_from(["base64", "quoted-printable", "8bit"]), st.booleans())
def test_a_mail_that_pythons_library_writes_is_read_as_it_was_written(text, how, two):
    message = email.message.EmailMessage()
    message["Subject"], message["From"] = "no part of the text", "a@b.c"
    message.set_content(text, cte=how)
    if two:
        message.add_attachment(b"no text", maintype="application", subtype="x")
    got = kit.Mail(message.as_bytes()).text()
    if not kit.HTML_DOCUMENT.match(text):
        assert got.split() == text.split()


@steady
@given(st.binary(max_size=400))
def test_any_bytes_are_a_mail_or_none(raw):
    with limits():
        assert isinstance(kit.Mail(raw).text(), str)


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
tables = st.integers(2, 4).flatmap(lambda width: st.lists(
    st.lists(cells, min_size=width, max_size=width), min_size=2, max_size=8))  # fmt: skip


@pytest.fixture(scope="module")
def a_table(kinds):
    return kinds["tables"]


@steady
@given(tables, st.sampled_from(",;\t|"), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_a_table_that_pythons_library_writes_is_read_as_that_reads_it(
    a_table, rows, separator, quoting
):
    out = io.StringIO(newline="")
    header = [f"column {number}" for number in range(len(rows[0]))]
    csv.writer(out, delimiter=separator, quoting=quoting).writerows([header, *rows])
    a_table.check(out.getvalue().encode())


@steady
@given(st.lists(st.binary(max_size=12), max_size=8))
def test_a_file_of_any_bytes_is_a_table_or_a_sentence(a_table, parts):
    a_table.check(b",".join(parts) + b"\n" + b'"'.join(parts))

