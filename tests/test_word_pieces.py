"""The tokenizer: id by id equal to bert-tensorflow's FullTokenizer."""

import random

import numpy as np
import pandas as pd
import pytest
import tiny_encoders
from absl import flags
from bert.tokenization import FullTokenizer
from conftest import review

import kit

# Where both are known to differ: a few hundred code points, most of them younger than
# Python's tables; and the last sigma of a Greek word in capitals, which Python writes
# in its other form.
NASTY = [
    "", " ", "\n\t\r", "\0\ufffd", "[CLS] [SEP] [MASK] [unused1]", "don't stop-me_now!",
    "Ünïcödé àéîõü ÅÄÖ ñ", "σας ΟΔΟΙ", "İstanbul ıI", "straße ẞ", "ﬁ ﬂ", "中文mixed中",
    "한국어 テスト", "e\u0301clair e\u0301", "a\u200bb\u200dc\u2028d\u2029e\u00a0f",
    "x" * 200, "x" * 201, "é" * 101, "\u202ertl", "🙂👍🏽", "a\x1cb\x85c", "$^`+<=>|",
    "½ ² ª º", "豈 \uf900", "´ ¨ ¸", "Ǆ ǅ ǆ", "ⅷ Ⅷ", "ſ K Å", "שלום עולם", "مرحبا بكم",
    "\u1fef \u037e", "a..b...c", "##ing ##", "http://a.b/c?d=e&f#g", "\u0345\u0301a",
    "Приветствую, ЁЖ и Й", "Việt Nam", "हिन्दी पाठ", "ภาษาไทย", "“quoted” – … ’s", "€ £",
    "an old phone's \ue415 \U000fe334",  # for private use: some tweets have them
]  # fmt: skip
LETTERS = (
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzABCDEFG .,'-!?()[]#@/éÉßñçøåÄö"
    "üŁžΑβγδЖщяЙё中文字日本語한국\u0301\u00a0\n\t0123456789½€“”…–🙂"
)


def made_texts(count):
    """Reviews, words of a few letters, and strings of many scripts."""
    rng = random.Random(0)
    for number in range(count):
        if number % 3 == 0:
            yield review(number % 2, number)
        elif number % 3 == 1:
            yield " ".join(
                "".join(rng.choices(LETTERS[:75], k=rng.randint(1, 9)))
                for _ in range(12)
            )
        else:
            yield "".join(rng.choices(LETTERS, k=rng.randint(1, 80)))


def full_tokenizer(vocab_file, do_lower_case):
    """texts -> ids by bert-tensorflow: the reference, a hundred times slower."""
    if not flags.FLAGS.is_parsed():  # it reads a flag that nobody else defines
        flags.FLAGS.mark_as_parsed()
    tokenizer = FullTokenizer(str(vocab_file), do_lower_case)
    convert = tokenizer.convert_tokens_to_ids
    return lambda texts: [convert(tokenizer.tokenize(text)) for text in texts]


@pytest.fixture(scope="module")
def vocab_file(tmp_path_factory):
    return tiny_encoders.vocabulary_file(
        tmp_path_factory.mktemp("vocabulary") / "model"
    )


@pytest.fixture(scope="module")
def shipped_vocabulary():
    """The 8,000 or so pieces of the small BERT beside the kit."""
    (path,) = (kit.home() / kit.ENCODERS["mini"]["bert"] / "assets").glob("vocab*")
    return str(path)


def same_ids(vocab_file, strings, do_lower_case):
    strings = list(strings)
    ours = kit.WordPieces(vocab_file, do_lower_case)
    reference = full_tokenizer(vocab_file, do_lower_case)
    for text, ids, expected in zip(strings, ours.ids(strings), reference(strings)):
        assert ids[0] == ours.cls and ids[-1] == ours.sep
        assert ids[1:-1] == expected, (text, [hex(ord(c)) for c in text])
    return len(strings)


@pytest.mark.parametrize("do_lower_case", [True, False])
def test_ids_equal_full_tokenizers_on_thousands_of_strings(
    vocab_file, shipped_vocabulary, do_lower_case
):
    same_ids(vocab_file, [*NASTY, *made_texts(900)], do_lower_case)
    same_ids(shipped_vocabulary, [*NASTY, *made_texts(900)], do_lower_case)


@pytest.mark.slow
def test_ids_equal_full_tokenizers_on_real_texts(shared):
    path = shared / "models" / "minilm-l6-uncased" / "assets" / "vocab.txt"
    texts = kit.load("imdb", shared / "data" / "aclImdb_v1.tar.gz").texts[::200]
    mail = kit.load("email", shared / "data" / "kaggle" / "input", nsamp=100)
    texts += [text[:2000] for text in mail.texts[::16]]
    for table in sorted((shared / "data" / "sets").glob("*.csv")):
        texts += pd.read_csv(table).text[::20].tolist()
    assert same_ids(str(path), texts, True) > 1500
    same_ids(str(path), texts[::10], False)


def test_the_triplet_is_padded_and_cut_as_in_the_article(vocab_file):
    pieces = kit.WordPieces(vocab_file, True)
    ids, masks, segments = pieces.triplet(["film", "story " * 30], 8)
    film, story = pieces.vocabulary["film"], pieces.vocabulary["story"]
    assert ids.tolist() == [[2, film, 3, 0, 0, 0, 0, 0], [2, *[story] * 6, 3]]
    assert masks.tolist() == [[1, 1, 1, 0, 0, 0, 0, 0], [1] * 8]
    assert not segments.any() and ids.dtype == np.int32


def test_a_limit_leaves_room_for_the_two_marks(vocab_file):
    pieces = kit.WordPieces(vocab_file, True)
    whole = pieces.ids(["film story actor", ""])
    assert [len(ids) for ids in whole] == [5, 2]
    for limit in (1, 2, 4, 5, 9):
        cut = pieces.ids(["film story actor", ""], limit)
        room = max(limit - 2, 0)
        assert cut == [[2, *ids[1:-1][:room], 3] for ids in whole]


ENGLISH = """The train to the coast was an hour late again last night, and nobody
could tell us why. I would not buy this product again, the box was broken and half of
the glasses were gone. What is the capital of the country with the most people?"""
OTHERS = {
    "German": "Der Zug an die Küste hatte gestern Abend wieder eine Stunde Verspätung, "
    "und niemand konnte uns sagen, woran es eigentlich lag.",
    "French": "La commande est arrivée avec trois jours de retard et le vendeur ne "
    "répond toujours pas aux messages que je lui ai envoyés.",
    "Turkish": "Otelin konumu harikaydı fakat odalar çok küçüktü ve geceleri "
    "gürültüden uyuyamadık.",
    "Russian": "Фильм начался очень интересно, но под конец я едва не уснул, хотя "
    "актёры играли хорошо.",
    "Chinese": "这家餐厅的菜很好吃，但是服务员的态度非常差，我们等了一个多小时才上菜。",
    "Hindi": "फ़िल्म की कहानी बहुत अच्छी थी लेकिन अंत में सब कुछ बहुत जल्दी खत्म हो गया।",
}


def is_foreign(text, pieces):
    per_word, unknown = pieces.fit_to([text])
    return per_word > kit.FOREIGN_PIECES or unknown > kit.FOREIGN_UNKNOWN


def test_pieces_per_word_and_unknown_ones_tell_another_language():
    folder = kit.Encoder("encoders/bert-mini").find()
    pieces = kit.WordPieces(folder / "assets" / "vocab.txt", True)
    assert not is_foreign(ENGLISH, pieces)
    assert not is_foreign("LOL!!! :-) 2day @ 17:30 www.example.com/a/b?c=1 " + ENGLISH,
                          pieces)  # fmt: skip
    for language, text in OTHERS.items():
        assert is_foreign(text, pieces), language
    assert pieces.fit_to(["", "12 !"]) == (0, 0)


def test_texts_in_another_language_are_noted_before_an_english_encoder_reads_them(
    capsys,
):
    from test_blend import reviews

    texts, y = reviews(60)
    foreign = [f"{list(OTHERS.values())[i % 3]} {text}" for i, text in enumerate(texts)]
    for kind, noted in ((texts, False), (foreign, True)):
        frame = kit.pd.DataFrame({"text": kind, "label": y})
        results = kit.compare(kit.load(frame), models="lr bert", encoders="mini",
                              maxtokens=20)  # fmt: skip
        notes = [n for n in results.table().notes if "another language" in n]
        assert len(notes) == noted
        said = capsys.readouterr().out
        assert ("another language" in said) == noted
        if noted:
            assert notes[0].startswith("bert-mini seems to know another language")
            assert said.index("another language") < said.index("BERT (mini)")
