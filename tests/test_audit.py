"""The audit finds each trap that is set for it, and nothing in a clean corpus."""

import itertools
import random

import numpy as np
import pytest
from conftest import GOOD, PLAIN, SEPARATOR, letter, write_emails_csv

import kit
import run_email


def dataset(texts, labels, name="imdb"):
    """A Dataset of these texts."""
    ids = [str(number) for number in range(len(texts))]
    classes = kit.CORPORA[name].classes
    return kit.Dataset(name, "here", classes, texts, np.array(labels), ids, {})


def world(per_class=60, length=30, add=lambda label, rng: ""):
    """Texts of random words without any trap; add(label, rng) may put one in."""
    rng = random.Random(0)
    labels = [number % 2 for number in range(2 * per_class)]
    syllables = "ba de fi go lu ma ne pi ro su".split()
    words = PLAIN + GOOD + ["".join(s) for s in itertools.product(syllables, repeat=3)]
    texts = [" ".join(rng.choices(words, k=length)) + add(c, rng) for c in labels]
    return texts, labels


def findings(data, nsamp=40, **changes):
    """The sentences of the audit's first table."""
    tables = kit.audit(data, *kit.draw(data, nsamp), [kit.Settings(**changes)])
    return [note for note in tables[0].notes if note.startswith(("TRAP", "LOOK"))]


def test_a_clean_corpus_has_no_trap():
    data = dataset(*world())
    tables = kit.audit(data, *kit.draw(data, 40), [kit.Settings()])
    assert "no trap found" in tables[0].notes and findings(data) == []


def test_copies_across_the_split_are_counted():
    texts, labels = world()
    data = dataset(texts * 2, labels * 2)
    train, test = kit.draw(data, 120)  # all of it: 72 test texts
    seen = {kit.folded(text) for text in train.texts}
    across = sum(kit.folded(text) in seen for text in test.texts)
    rows = {row[0]: row[1] for row in kit.all_copies(data, train, test, [])}
    assert rows["texts that repeat an earlier one"] == 120
    assert rows["test texts that stand in the training part"] == across > 40
    assert any("stand in the training part" in line for line in findings(data, 120))


def test_texts_of_both_classes_are_a_trap():
    texts, labels = world()
    data = dataset([*texts, texts[0].upper()], [*labels, 1 - labels[0]])
    assert "TRAP: 2 of 121 (1.7 %) texts that stand in both classes" in findings(data)


def test_near_copies_share_half_of_their_phrases():
    texts, _ = world(10)
    words = texts[0].split()
    few, many = words.copy(), words.copy()
    few[5] = "other"
    many[::3] = ["other"] * len(many[::3])
    near = kit.near_copies([" ".join(few), " ".join(many), texts[3]], texts[:3])
    assert near.tolist() == [True, False, False]
    assert kit.near_copies([texts[0], texts[1], " ".join(few)]).tolist() == [
        True, False, True,
    ]  # fmt: skip


def test_what_only_the_articles_recipe_makes_equal_is_counted():
    texts, labels = world()
    numbered = [f"{text} {number}" for number, text in enumerate(texts * 2)]
    data = dataset(numbered, labels * 2)  # digits go, and the end beyond 50 words
    lines = [line for line in findings(data, 120) if "recipe" in line]
    assert "at 50/20 makes equal to a training text" in lines[0]


def test_one_word_that_tells_the_class_is_found():
    data = dataset(*world(add=lambda label, rng: " javamail" if label else ""))
    (trap, *_) = findings(data)
    assert trap == "TRAP: one word alone tells the class: javamail (100.0 %)"


def test_a_word_of_one_class_only_is_to_be_looked_at():
    def add(label, rng):
        return " oddity" if label and rng.random() < 0.4 else ""

    (look,) = findings(dataset(*world(add=add)), 60)
    share = int(look.split("oddity (")[1].split(" %")[0])
    assert look.startswith("LOOK") and 25 < share < 55


def test_one_word_rules_against_counting():
    labels = np.array([0, 0, 0, 0, 1, 1])
    rules = kit.one_word_rules(["a b", "a", "a c", "c", "c", "c b b"], labels)
    assert rules.loc["a", [0, 1, "texts", "accuracy"]].tolist() == [0.75, 0, 3, 0.875]
    assert rules.loc["b", [0, 1, "texts", "accuracy"]].tolist() == [0.25, 0.5, 2, 0.625]


@pytest.mark.parametrize(
    "text, language",
    [
        ("the cat and the dog of this house", "English"),
        ("je vous prie et les autres dans une maison", "French"),
        ("der Hund und das Haus ist nicht mit ein", "German"),
        ("xyzzy plugh", "none known"),
    ],
)
def test_languages_are_told_by_function_words(text, language):
    assert kit.language_of(text) == language


def multipart(number):
    """A letter in two parts, which str() of its payload turns into objects."""
    headers = b'Content-Type: multipart/mixed; boundary="b"\n'
    text = world(60)[0][60 + number]
    parts = b"--b\nContent-Type: text/plain\n\n" + text.encode()
    return letter(parts + b"\n--b--\n", headers)


@pytest.fixture
def naive_folder(tmp_path):
    """Mail whose letters are multiparts, with copies in the other class."""
    texts, _ = world(40)
    write_emails_csv(tmp_path / "emails.csv", texts[:50] + texts[:10])
    letters = b"".join(multipart(number) for number in range(50))
    (tmp_path / "fradulent_emails.txt").write_bytes(letters)
    assert SEPARATOR in letters
    return tmp_path


def audit_of(folder, tmp_path, *options):
    """audit.md of a run on a folder."""
    out = tmp_path / "out"
    common = ["--data", str(folder), "--models", "dummy", "--nsamp", "40"]
    code = run_email.main([*common, "--audit", "--out", str(out), *options])
    assert code == 0
    return (out / "audit.md").read_text()


def test_the_articles_own_protocol_shows_its_three_leaks(naive_folder, tmp_path):
    naive = audit_of(naive_folder, tmp_path, "--keep-duplicates", "--payload", "naive")
    (told,) = [line for line in naive.splitlines() if "TRAP: one word" in line]
    assert "emailmessagemessage (100.0 %)" in told
    assert "cleaned in 0.0 % of enron and 100.0 % of fraud" in naive
    assert "test texts that stand in the training part" in naive.split("The classes")[0]
    raw = audit_of(naive_folder, tmp_path, "--keep-duplicates", "--payload", "raw")
    (told,) = [line for line in raw.splitlines() if "TRAP: one word" in line]
    assert "messageid (100.0 %)" in told
    clean = audit_of(naive_folder, tmp_path)
    assert "TRAP: one word" not in clean and "dropped before: 10 duplicate" in clean
