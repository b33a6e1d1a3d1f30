"""The tokenizer: id by id equal to bert-tensorflow's FullTokenizer."""

import random
import sys
import unicodedata

import numpy as np
import pytest
import tiny_encoders

import kit

NASTY = [
    "", " ", "\n\t\r", "\0\ufffd", "[CLS] [SEP] [MASK] [unused1]", "don't stop-me_now!!",
    "Ünïcödé àéîõü ÅÄÖ ñ", "ΣΑΣ ΟΔΟΣ", "İstanbul ıI", "straße ẞ", "ﬁ ﬂ", "中文字 mixed中文",
    "한국어 テスト", "e\u0301clair e\u0301", "a\u200bb\u200dc\u2028d\u2029e\u00a0f\u3000g",
    "x" * 200, "x" * 201, "é" * 101, "\u202ertl", "🙂👍🏽", "a\x1cb\x85c", "①②③", "$^`+<=>|~",
    "½ ² ª º", "\ue000 \U000f0000 \u0378", "豈 \uf900", "´ ¨ ¸", "Ǆ ǅ ǆ", "ⅷ Ⅷ", "ſ K Å",
    "\u1fef \u037e", "a..b...c", "##ing ##", "http://a.b/c?d=e&f#g", "\u0345\u0301 \u0301a",
]  # fmt: skip


def random_strings(count):
    """Words, all of Unicode, and mixtures of both."""
    rng = random.Random(0)
    codes = [c for c in range(0x2FFFF) if not 0xD800 <= c < 0xE000]
    letters = "abcdefgABCDEFG .,'-éÉßñ中\u0301\u00a0\n0123"
    for number in range(count):
        if number % 3:
            yield "".join(rng.choices(letters, k=rng.randint(1, 60)))
        else:
            yield "".join(map(chr, rng.choices(codes, k=rng.randint(1, 30))))


@pytest.fixture(scope="module")
def vocab_file(tmp_path_factory):
    return tiny_encoders.vocabulary_file(
        tmp_path_factory.mktemp("vocabulary") / "model"
    )


def same_ids(vocab_file, strings, do_lower_case):
    ours = kit.WordPieces(vocab_file, do_lower_case)
    reference = kit.full_tokenizer(vocab_file, do_lower_case)
    for text, ids, expected in zip(strings, ours.ids(strings), reference(strings)):
        assert ids[1:-1] == expected, (text, [hex(ord(c)) for c in text])


@pytest.mark.parametrize("do_lower_case", [True, False])
def test_ids_equal_full_tokenizers_on_thousands_of_strings(vocab_file, do_lower_case):
    same_ids(vocab_file, NASTY + list(random_strings(3000)), do_lower_case)


def test_every_character_of_unicode_is_treated_as_full_tokenizer_does(vocab_file):
    assigned = (chr(c) for c in range(sys.maxunicode + 1) if not 0xD800 <= c < 0xE000)
    characters = [c for c in assigned if unicodedata.category(c) not in ("Cn", "Co")]
    plain = [c for c in characters if "CJK" not in unicodedata.name(c, "")]
    plain = [c for c in plain if "HANGUL SYLLABLE" not in unicodedata.name(c, "")]
    lines = [f"a{c}b " for c in plain]
    joined = ["".join(lines[i : i + 50]) for i in range(0, len(lines), 50)]
    same_ids(vocab_file, joined, True)


@pytest.mark.slow
def test_ids_equal_full_tokenizers_with_berts_vocabulary(shared, email_folder):
    path = shared / "models" / "minilm-l6-uncased" / "assets" / "vocab.txt"
    reviews = kit.load_imdb(shared / "data" / "aclImdb_v1.tar.gz").texts[::60]
    same_ids(str(path), NASTY + list(random_strings(1000)) + reviews, True)


def test_without_the_rust_library_full_tokenizer_serves(vocab_file, monkeypatch):
    fast = kit.WordPieces(vocab_file, True)
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    slow = kit.WordPieces(vocab_file, True)
    assert slow._encode.__qualname__.startswith("full_tokenizer")
    strings = ["The film walked.", "Ünknown 中 words"]
    assert slow.ids(strings) == fast.ids(strings)


def test_the_triplet_is_padded_and_cut_as_in_the_article(vocab_file):
    pieces = kit.WordPieces(vocab_file, True)
    ids, masks, segments = pieces.triplet(["film", "story " * 30], 8)
    film, story = pieces.vocabulary["film"], pieces.vocabulary["story"]
    assert ids.tolist() == [[2, film, 3, 0, 0, 0, 0, 0], [2, *[story] * 6, 3]]
    assert masks.tolist() == [[1, 1, 1, 0, 0, 0, 0, 0], [1] * 8]
    assert not segments.any() and ids.dtype == np.int32
