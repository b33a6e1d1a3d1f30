"""The audit finds each trap that is set for it, and nothing in a clean corpus."""

import itertools
import random

import numpy as np
import pandas as pd
import pytest
from conftest import GOOD, PLAIN, write_emails_csv
from test_compare import TOPICS, teams

import kit
import run_email
import run_own


def dataset(texts, y, classes=("neg", "pos")):
    """A Dataset of these texts, of classes by their numbers."""
    label = pd.Categorical.from_codes(y, list(classes))
    ids = [str(number) for number in range(len(texts))]
    return kit.Dataset(pd.DataFrame({"id": ids, "text": texts, "label": label}))


def world(per_class=60, length=30, classes=2, add=lambda label, rng: ""):
    """Texts of random words without any trap; add(label, rng) may put one in."""
    rng = random.Random(0)
    labels = [number % classes for number in range(classes * per_class)]
    syllables = "ba de fi go lu ma ne pi ro su".split()
    words = PLAIN + GOOD + ["".join(s) for s in itertools.product(syllables, repeat=3)]
    texts = [" ".join(rng.choices(words, k=length)) + add(c, rng) for c in labels]
    return texts, labels


def audited(data, nsamp=40):
    """The Audit of a data set's first draw."""
    return kit.Audit(data, *data.draw(nsamp), [kit.Settings()])


def findings(data, nsamp=40):
    """The sentences about its traps."""
    return [line for line in audited(data, nsamp).traps() if line != "no trap found"]


def copies(data, nsamp):
    """How many texts there are of each kind of copy."""
    return {what: number for what, number, *_ in audited(data, nsamp).copies}


@pytest.mark.parametrize("classes", [2, 5])
def test_a_clean_corpus_has_no_trap(classes):
    data = dataset(*world(classes=classes), "abcde"[:classes])
    audit = audited(data)
    assert audit.traps() == ["no trap found"] and findings(data) == []
    assert "no trap found" in audit.tables[0].notes
    sizes = [row[:2] for row in audit.tables[1].rows]
    assert sizes == [[name, "60"] for name in data.classes]


def test_copies_across_the_split_are_counted():
    texts, labels = world()
    data = dataset(texts * 2, labels * 2)
    train, test = data.draw(120)  # all of it: 72 test texts
    seen = {text.lower() for text in train.texts}
    across = sum(text.lower() in seen for text in test.texts)
    found = copies(data, 120)
    assert found["texts that repeat an earlier one"] == 120
    assert found["test texts that stand in the training part"] == across > 40
    assert any("stand in the training part" in line for line in findings(data, 120))


def test_texts_of_two_classes_are_a_trap():
    texts, labels = world()
    data = dataset([*texts, texts[0].upper()], [*labels, 1 - labels[0]])
    assert "TRAP: 2 of 121 (1.7 %) texts that stand in two classes" in findings(data)


def test_near_copies_share_half_of_their_phrases():
    texts, _ = world(10)
    words = texts[0].split()
    few, many = words.copy(), words.copy()
    few[5] = "other"
    many[::3] = ["other"] * len(many[::3])
    near = kit.near_copies([" ".join(few), " ".join(many), texts[3]], texts[:3])
    assert near.tolist() == [0, -1, -1]
    among = kit.near_copies([texts[0], texts[1], " ".join(few)])
    assert among.tolist() == [2, -1, 0]


def test_near_copies_with_different_labels_are_to_be_looked_at():
    texts, labels = world(classes=3)
    for number in range(0, 15, 3):  # five texts of class 0 again, hardly changed, as 1
        texts.append(f"{texts[number]} indeed")
        labels.append(1)
    lines = findings(dataset(texts, labels, "abc"), 65)
    (line,) = [line for line in lines if "near copy of another class" in line]
    assert line.startswith("LOOK: 10 of ") and line.endswith("which label is right?")


def test_what_only_the_articles_recipe_makes_equal_is_counted():
    texts, labels = world()
    numbered = [f"{text} {number}" for number, text in enumerate(texts * 2)]
    data = dataset(numbered, labels * 2)  # digits go, and the end beyond 50 words
    lines = [line for line in findings(data, 120) if "recipe" in line]
    assert "at 50/20 makes equal to a training text" in lines[0]


def test_one_word_that_tells_the_class_is_found():
    data = dataset(*world(add=lambda label, rng: " javamail" if label else ""))
    (trap, *_) = findings(data)
    assert trap == "TRAP: one word alone tells a class: javamail (100.0 %)"


def test_one_word_that_tells_one_of_many_classes_is_found():
    def add(label, rng):
        return " javamail" if label == 3 else ""

    data = dataset(*world(classes=5, add=add), "abcde")
    (trap, *_) = findings(data, 60)
    assert trap == "TRAP: one word alone tells a class: javamail (100.0 %)"
    audit = audited(data, 60)
    rules = {table.heading: table for table in audit.tables}
    (heading,) = [name for name in rules if name.startswith("The words that alone")]
    assert rules[heading].rows[0] == ["javamail", "d", "100.0", "0.0", "100.0"]


def test_a_word_of_one_class_only_is_to_be_looked_at():
    def add(label, rng):
        return " oddity" if label and rng.random() < 0.4 else ""

    (look,) = findings(dataset(*world(add=add)), 60)
    share = int(look.split("oddity (")[1].split(" %")[0])
    assert look.startswith("LOOK") and 25 < share < 55 and "% of pos" in look


def test_one_word_rules_against_counting():
    y = np.array([0, 0, 0, 0, 1, 1])
    rules = kit.one_word_rules(["a b", "a", "a c", "c", "c", "c b b"], y, 2)
    columns = ["class", "inside", "outside", "texts", "accuracy"]
    assert rules.loc["a", columns].tolist() == [0, 0.75, 0, 3, 0.875]
    assert rules.loc["b", columns].tolist() == [1, 0.5, 0.25, 2, 0.625]
    assert rules.loc["c", columns].tolist() == [1, 1, 0.5, 4, 0.75]


def test_one_word_rules_of_many_classes_are_one_against_the_rest():
    texts, y = world(classes=4)
    rules = kit.one_word_rules(texts, np.array(y), 4)
    has = np.array([[word in text.split() for word in rules.index[:20]]
                    for text in texts])  # fmt: skip
    for place, (_, rule) in enumerate(rules.head(20).iterrows()):
        own = np.array(y) == rule["class"]
        shares = [has[own == c, place].mean() for c in (True, False)]
        assert [rule.inside, rule.outside] == pytest.approx(shares)
        assert rule.accuracy == pytest.approx(0.5 + (shares[0] - shares[1]) / 2)


def test_labels_that_hardly_differ_in_their_words_are_named():
    frame = teams(60)
    told = frame.team.isin(["billing", "returns"])
    frame.loc[told, "body"] = frame.body[told].replace(
        TOPICS["returns"] + [word.capitalize() for word in TOPICS["returns"]],
        "refund", regex=True)  # fmt: skip
    frame.loc[told, "body"] = frame.body[told].replace(TOPICS["billing"], "refund",
                                                       regex=True)  # fmt: skip
    audit = audited(kit.load(frame, text="body", label="team"), 60)
    first, second, cosine = audit.alike[0]
    assert {first, second} == {"billing", "returns"} and cosine > 0.5
    assert all(cosine - other > 0.3 for *_, other in audit.alike[1:])
    (table,) = [t for t in audit.tables if t.heading.startswith("Classes most alike")]
    assert table.rows[0] == [first, second, f"{cosine:.2f}"]


@pytest.mark.parametrize("trace, what", [
    ("\n<email.message.Message object at 0x7f3a2b10>", "printed Python objects"),
    ("\nReceived: from here", "mail headers"),
    (" <br />", "HTML tags"),
    ("\n" + "QUJD" * 20, "encoded blocks"),
])  # fmt: skip
@pytest.mark.parametrize("classes", [2, 4])
def test_traces_of_how_one_class_was_got_are_traps(trace, what, classes):
    def add(label, rng):
        return trace if label == 1 else ""

    lines = findings(dataset(*world(classes=classes, add=add), "abcd"[:classes]))
    (told,) = [line for line in lines if line.startswith(f"TRAP: {what}")]
    assert "in 0.0 % of a and 100.0 % of b" in told


@pytest.fixture
def leaky_folder(tmp_path):
    """Mail with copies, and letters that are no mail at all but printed objects."""
    texts, _ = world(40)
    write_emails_csv(tmp_path / "emails.csv", texts[:50] + texts[:10])
    separator = b"From r  Thu Oct 31 08:11:39 2002\nReturn-Path: <a@b.c>\n\n"
    letters = b"".join(
        separator + f"{text} <email.message.Message object at 0x7f{n:06x}>\n\n".encode()
        for n, text in enumerate(world(60)[0][60:110]))  # fmt: skip
    (tmp_path / "fradulent_emails.txt").write_bytes(letters)
    return tmp_path


def audit_of(run, data, tmp_path, *options):
    """audit.md of a run."""
    out = tmp_path / "out"
    common = ["--data", str(data), "--models", "dummy", "--nsamp", "40", "--jobs", "1"]
    assert run.main([*common, "--audit", "--out", str(out), *options]) == 0
    return (out / "audit.md").read_text()


def test_a_leak_is_shown_on_the_command_line(leaky_folder, tmp_path, capsys):
    naive = audit_of(run_email, leaky_folder, tmp_path, "--keep-duplicates")
    assert "TRAP: one word alone tells a class: emailmessagemessage" in naive
    assert "cleaned in 0.0 % of enron and 100.0 % of fraud" in naive
    said = capsys.readouterr().out
    assert naive.strip() in said and said.index("Audit of") < said.index("seconds")
    assert "10 duplicate" not in naive
    clean = audit_of(run_email, leaky_folder, tmp_path)
    assert "dropped before: 10 duplicate" in clean


def test_the_audit_of_own_texts_names_their_classes(tmp_path):
    teams(50).to_csv(tmp_path / "mail.csv", index=False)
    columns = ["--text-column", "body", "--label-column", "team"]
    page = audit_of(run_own, tmp_path / "mail.csv", tmp_path, *columns)
    for name in TOPICS:
        assert f"| {name} " in page
    assert "Classes most alike in their words" in page and "50 " in page
