"""Write the synthetic demo corpora, in the formats of the originals.

    python demo/make_demo.py                     # writes beside this file
    python demo/make_demo.py --out FOLDER --seed 1

Three files come out, byte for byte the same on every run with the same seed:
`emails.csv` (office mail), `fradulent_emails.txt` (advance-fee letters, sic) and
`aclImdb_v1.tar.gz` (film reviews). All text is invented: templates from the phrase
banks beside this file, filled by a seeded random generator. Only the standard library.

Contents: the writer, film reviews, office mail, advance-fee letters, mail formats,
files, command line.
"""

import argparse
import base64
import csv
import gzip
import io
import quopri
import random
import re
import tarfile
import textwrap
from datetime import datetime, timedelta
from pathlib import Path

import phrases_letters
import phrases_mail
import phrases_reviews

NOTICE = "synthetic demo corpus, see README.md beside it"


# ---------------------------------------------------------------- the writer
SLOT = re.compile(r"\{(\w+)(?::(\d+)-(\d+))?\}")
# Where "a" must become "an"; the exceptions sound like "you" or "won".
AN = re.compile(r"\b(a) (?=(?!one|uni|us[eu]|eu|uto)[aeiou]|hour|honest|heir)", re.I)
TAIL = 1.25  # above 1 the end of a word list is rarer than its beginning


class Writer:
    """Fills templates from a bank of phrases; within a document it avoids repeats."""

    def __init__(self, rng, bank):
        self.rng, self.bank = rng, bank
        self.begin()

    def begin(self, **fixed):
        """Start a document; the slots in `fixed` keep one value throughout it."""
        self.fixed, self.used = {}, set()
        for slot, template in fixed.items():
            self.fixed[slot] = self.fill(template)

    def chance(self, share):
        """True in `share` of the calls."""
        return self.rng.random() < share

    def pick(self, phrases, tail=1.0):
        """A phrase, if possible one that this document does not have yet."""
        for _ in range(6):
            phrase = phrases[int(len(phrases) * self.rng.random() ** tail)]
            if phrase not in self.used:
                break
        self.used.add(phrase)
        return phrase

    def fill(self, template):
        """The template with every slot filled, and those in what was filled in."""
        while SLOT.search(template):
            template = SLOT.sub(self.fill_slot, template, count=1)
        return template

    def fill_slot(self, match):
        """What stands for one slot: a number, a fixed value or a phrase of the bank."""
        slot, low, high = match.groups()
        if low:
            return str(self.rng.randint(int(low), int(high)))
        return self.fixed.get(slot) or self.pick(self.bank[slot], TAIL)

    def sentence(self, phrases):
        """A filled phrase, with a capital letter in front and `an` where it belongs."""
        text = AN.sub(r"\1n ", self.fill(self.pick(phrases)))
        return text[0].upper() + text[1:]


def distinct(make, count):
    """`count` texts from `make()` that differ in more than case and punctuation."""
    texts = {}
    while len(texts) < count:
        text = make()
        texts.setdefault(re.sub(r"\W+", " ", text).lower(), text)
    return list(texts.values())


# ---------------------------------------------------------------- film reviews
def sided(side):
    """The forms that both sides share, filled with the words of one."""
    return [form.replace("SIDE", side) for form in phrases_reviews.FORMS]


WORDS_OF_FILMS = phrases_reviews.WORDS
SENTIMENT = {
    True: {"form": sided("good"), **phrases_reviews.GOOD},
    False: {"form": sided("bad"), **phrases_reviews.BAD},
}
VERDICT = {True: phrases_reviews.GOOD_VERDICT, False: phrases_reviews.BAD_VERDICT}
HOPES = {True: "expect_low", False: "expect_high"}  # who gains by the surprise
# Most judgements lie in the adjective alone; "turned" praises by denying blame.
ASPECTS = [
    "acting",
    "plot",
    "pace",
    "music",
    "camera",
    "talk",
    "ending",
    "effects",
    "people",
    "direction",
    "sets",
    "whole",
    "turned",
] + 30 * ["form"]
RATINGS = {True: (7, 8, 9, 10), False: (4, 3, 2, 1)}
# Share of the sentences that agree with the rating, from lukewarm to emphatic.
AGREEMENT = (0.69, 0.75, 0.80, 0.85)
EARLY = (1, 2, 4, 5)  # how often a review opens with 0, 1, 2, 3 judgements
FIRST_WORD = 0.10  # by how much those agree more often than later ones
NAMES = (
    "I ",
    *(name for slot in ("first", "place") for name in WORDS_OF_FILMS[slot]),
    *phrases_reviews.NEUTRAL["hero"],
)  # keep their capital within a sentence
TALK_SHARES = {"judge": 50, "plot": 24, "aside": 18, "mixed": 8}  # in percent


class Review:
    """One review while it is written: its side, its firmness, its sentences so far."""

    def __init__(self, writer, good, strength):
        self.writer, self.good = writer, good
        self.agreement = AGREEMENT[strength]
        self.sentences, self.side = [], None
        self.length = min(320, max(72, int(writer.rng.lognormvariate(5.05, 0.42))))
        person = "{first} {last}"
        writer.begin(
            lead=person,
            support=person,
            director=person,
            composer=person,
            title=writer.pick(phrases_reviews.TITLES),
        )

    def words(self):
        """Number of words so far."""
        return sum(len(sentence.split()) for sentence in self.sentences)

    def neutral(self, name):
        """Add a sentence that takes no side."""
        self.sentences.append(self.writer.sentence(phrases_reviews.NEUTRAL[name]))

    def judge(self, phrases, side):
        """Add a sentence that takes a side, joined to the one before it."""
        text = self.writer.sentence(phrases)
        turns = side != self.side
        if self.side is not None and self.writer.chance(0.5 if turns else 0.15):
            text = self.joined("turn" if turns else "same", text)
        self.sentences.append(text)
        self.side = side

    def speak_of(self, aspect, firmness=0.0):
        """Add a judgement on one aspect, mostly on the side of the rating."""
        agrees = self.writer.chance(self.agreement + firmness)
        side = self.good if agrees else not self.good
        self.judge(SENTIMENT[side][aspect], side)

    def joined(self, kind, text):
        """The sentence after a "But" or an "Also"; names and "I" keep their capital."""
        joint = self.writer.sentence(phrases_reviews.LEAD_IN[kind])
        if not text.startswith(NAMES):
            text = text[0].lower() + text[1:]
        return f"{joint} {text}"

    def open(self):
        """How a review begins: where it was seen, what was hoped, what it is about."""
        chance = self.writer.chance
        for _ in range(self.writer.rng.choices(range(4), EARLY)[0]):
            self.speak_of(self.writer.rng.choice(ASPECTS), FIRST_WORD)
        if chance(0.4):
            self.neutral("opener")
        if chance(0.25):
            self.neutral(HOPES[self.good if chance(0.65) else not self.good])
        for _ in range(self.writer.rng.choice((0, 0, 0, 1, 1, 2))):
            self.neutral("plot")

    def go_on(self):
        """One more sentence of the body: plot, an aside, both sides, or a judgement."""
        rng = self.writer.rng
        kind = rng.choices(list(TALK_SHARES), TALK_SHARES.values())[0]
        if kind == "judge":
            self.speak_of(rng.choice(ASPECTS))
        elif kind == "mixed":
            self.sentences.append(self.writer.sentence(phrases_reviews.MIXED))
        else:
            self.neutral(kind)

    def close(self):
        """The last word, which most reviews have, and nearly all mean."""
        if self.side is None or self.writer.chance(0.8):
            side = self.good if self.writer.chance(0.9) else not self.good
            self.judge(VERDICT[side], side)

    def text(self):
        """The sentences, in most reviews in paragraphs as the original has them."""
        rng, pieces = self.writer.rng, []
        break_share = rng.choice((0, 0.12, 0.2))
        for sentence in self.sentences:
            pieces += [sentence, "<br /><br />" if rng.random() < break_share else " "]
        return "".join(pieces[:-1])


def write_review(writer, good, strength):
    """A review of 60 to 350 words on the `good` side or the other."""
    review = Review(writer, good, strength)
    review.open()
    while review.words() < review.length - 8:
        review.go_on()
    review.close()
    return review.text()


def reviews(seed, part, good, count):
    """`count` pairs (rating, text) of one class; `good` None takes both and rates 0."""
    bank = {**phrases_reviews.NEUTRAL, **WORDS_OF_FILMS}
    writer = Writer(random.Random(f"{seed} reviews {part} {good}"), bank)
    ratings = {}

    def make():
        side = writer.chance(0.5) if good is None else good
        strength = writer.rng.choices(range(4), (3, 4, 4, 4))[0]
        text = write_review(writer, side, strength)
        ratings[text] = 0 if good is None else RATINGS[side][strength]
        return text

    return [(ratings[text], text) for text in distinct(make, count)]


# ---------------------------------------------------------------- office mail
COMMON_SHARE = 0.045  # mail that could be of either kind, and must be guessed


def common_ground(writer, greetings, endings):
    """A short businesslike mail about money, as both kinds of sender write it."""
    count = writer.rng.randint(2, 5)
    body = [writer.sentence(phrases_mail.SHARED) for _ in range(count)]
    parts = [" ".join(body)]
    if writer.chance(0.5):
        parts.insert(0, writer.rng.choice(greetings))
    if writer.chance(0.6):
        parts.append(writer.rng.choice(endings))
    return "\n\n".join(parts)


def one_liner(writer):
    """An answer of one or two sentences."""
    count = writer.rng.randint(1, 2)
    return " ".join(writer.sentence(phrases_mail.ONE_LINERS) for _ in range(count))


def thought(writer, kind):
    """One sentence of a memo: of its kind, or what comes to mind besides."""
    kinds = phrases_mail.KINDS
    other = kinds[writer.rng.choice(list(kinds))]
    choices = (kinds[kind], phrases_mail.SMALL_TALK, other, phrases_mail.SHARED)
    return writer.sentence(writer.rng.choices(choices, (70, 16, 10, 4))[0])


def memo(writer):
    """A mail of one kind, with now and then a thought of another kind in it."""
    kind = writer.rng.choice(list(phrases_mail.KINDS))
    count = writer.rng.choice((2, 3, 4, 5, 6, 7, 8, 10, 13))
    body = [thought(writer, kind) for _ in range(count)]
    in_paragraphs = kind == "newsletter" or writer.chance(0.15)
    text = ("\n\n" if in_paragraphs else " ").join(body)
    if kind != "newsletter" and writer.chance(0.7):
        text = writer.fill("{hello},\n\n") + text
    return text


def signature(writer):
    """What stands under a mail: a word, a name, sometimes a telephone."""
    text = "\n\n" + writer.fill("{bye}") + "\n" + writer.fixed["me"].split()[0]
    if writer.chance(0.2):
        text = writer.fill(
            f"\n\n{writer.fixed['me']}\nCalder Ridge Energy\n"
            "{n:200-899}-555-{n:1000-9999}"
        )
    if writer.chance(0.08):
        text += "\n\n" + writer.sentence(phrases_mail.LEGAL_FOOTER)
    return text


def quoted(writer, text):
    """The mail that is answered or passed on, below the answer."""
    heading = writer.fill("From: {first} {last}\nSent: {day}\nTo: {me}\nSubject: ")
    heading += writer.fill(writer.pick(phrases_mail.SUBJECTS))
    if writer.chance(0.3):
        lines = f"{heading}\n{text}".split("\n")
        return "\n\n" + "\n".join("> " + line for line in lines)
    return f"\n\n-----Original Message-----\n{heading}\n\n{text}"


def wrapped(text, width):
    """The text with its lines broken at `width` characters, as mail programs did."""
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False) for line in text.split("\n")
    )


def office_mail(writer):
    """The body of one office mail."""
    writer.begin(me="{first} {last}", to="{first}")
    if writer.chance(COMMON_SHARE):
        return common_ground(
            writer,
            ("Hello,", "Dear Sir,", writer.fill("{to},")),
            ("Regards", "Thank you", "Best regards"),
        )
    text = one_liner(writer) if writer.chance(0.25) else memo(writer)
    if writer.chance(0.7):
        text += signature(writer)
    if writer.chance(0.3):
        write = one_liner if writer.chance(0.4) else memo
        text += quoted(writer, write(writer))
    return wrapped(text, 78) if writer.chance(0.6) else text


# ---------------------------------------------------------------- advance-fee letters
def people(story):
    """Who writes and who died, as templates; some stories are told by women."""
    man, woman = "{mr} {man} {last}", "{mrs} {woman} {last}"
    return {"me": woman if story in phrases_letters.BY_WOMEN else man, "dead": man}


def letter_body(writer, story):
    """The sentences of a letter, its tale told in order but never in full."""
    tale = phrases_letters.TALES[story]
    told = iter(sorted(writer.rng.sample(range(1, len(tale)), 7)))
    sentences = [writer.sentence(tale[:1])]
    for step in phrases_letters.STORIES[story].split():
        if step == "tale":
            sentences.append(writer.sentence([tale[next(told)]]))
        elif writer.chance(0.75):
            sentences.append(writer.sentence(phrases_letters.STEPS[step]))
    return sentences


def follow_up(writer):
    """A short second letter, which counts on the first."""
    count = writer.rng.randint(2, 5)
    return [writer.sentence(phrases_letters.FOLLOW_UPS) for _ in range(count)]


def careless(writer, text):
    """The haste of the genre: all capitals, or no space after a full stop."""
    if writer.chance(0.08):
        return text.upper()
    if writer.chance(0.15):
        return text.replace(". ", ".").replace(", ", ",")
    return text


def letter(writer):
    """The body of one advance-fee letter."""
    story = writer.rng.choice(list(phrases_letters.STORIES))
    writer.begin(
        **people(story),
        bank="{bank}",
        land="{land}",
        town="{town}",
        sum="{sum}",
        office="{office}",
        ministry="{ministry}",
    )
    if writer.chance(COMMON_SHARE):
        return common_ground(
            writer,
            ("Hello,", "Dear Sir,", "Sir,"),
            ("Regards", "Thank you", "Best regards"),
        )
    short = writer.chance(0.15)
    sentences = follow_up(writer) if short else letter_body(writer, story)
    if writer.chance(0.10):
        sentences.insert(1, writer.sentence(phrases_mail.SHARED))
    if writer.chance(0.03):
        sentences.insert(2, "\n" + writer.sentence(phrases_letters.FROM_R))
    gap = writer.rng.choice((" ", " ", "\n\n"))
    text = writer.fill("{hello},\n\n") + gap.join(sentences)
    text += "\n\n" + writer.fill("{bye},\n{me}")
    if writer.chance(0.15):
        text += "\n\n" + "_" * 50 + "\n" + writer.sentence(phrases_letters.ADVERTS)
    return wrapped(careless(writer, text), writer.rng.choice((60, 72, 78, 900)))


def french_letter(writer):
    """A letter in French, of which the original holds a few."""
    writer.begin(me="Mademoiselle {woman} {last}")
    body = [writer.sentence(phrases_letters.FRENCH) for _ in range(6)]
    return wrapped("Cher ami,\n\n" + " ".join(body) + writer.fill("\n\n{me}"), 72)


# ---------------------------------------------------------------- mail formats
HTML_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\n", "<br>\n"))


def smart(text):
    """The text with the curly quotes and signs that make a charset matter."""
    return text.replace("'", "’").replace("US$", "£").replace(" - ", " – ")


def as_html(text):
    """The text as the body of a small web page."""
    for sign, escaped in HTML_ESCAPES:
        text = text.replace(sign, escaped)
    return f'<html><body><font face="Arial" size=2>{text}</font></body></html>'


def head(content_type, encoding="8bit"):
    """The MIME lines of a header."""
    return [f"Content-Type: {content_type}", f"Content-Transfer-Encoding: {encoding}"]


def plain(text, charset="utf-8", declared="utf-8"):
    """An unencoded body; `declared` differs where senders get their charset wrong."""
    return head(f'text/plain; charset="{declared}"'), text.encode(charset, "replace")


def quoted_printable(text):
    """A Latin body in quoted-printable."""
    return (
        head('text/plain; charset="iso-8859-1"', "quoted-printable"),
        quopri.encodestring(text.encode("latin-1", "replace")),
    )


def base64_text(text):
    """A UTF-8 body in base64."""
    return (
        head("text/plain; charset=utf-8", "base64"),
        base64.encodebytes(smart(text).encode()).rstrip(),
    )


def html(text):
    """A body that is a web page only."""
    page = as_html(text).encode("latin-1", "replace")
    return head('text/html; charset="iso-8859-1"'), page


def bare(text):
    """A body without any MIME line, as old programs wrote it."""
    return [], text.encode("ascii", "replace")


def joined_parts(kind, parts, boundary):
    """A multipart body from pairs (header lines, bytes)."""
    mark = f"--{boundary}".encode()
    body = b"This is a multi-part message in MIME format.\n\n"
    for lines, content in parts:
        body += mark + b"\n" + "\n".join(lines).encode() + b"\n\n" + content + b"\n"
    header = f'Content-Type: multipart/{kind}; boundary="{boundary}"'
    return [header], body + mark + b"--"


def alternative(text, boundary="----=_Part_0_1027"):
    """The same text as plain text and as a web page."""
    return joined_parts("alternative", [quoted_printable(text), html(text)], boundary)


def with_attachment(text):
    """A text in two ways, and a picture that nobody can open: a nested multipart."""
    picture = (
        [
            'Content-Type: image/jpeg; name="passport.jpg"',
            "Content-Transfer-Encoding: base64",
        ],
        base64.encodebytes(bytes(range(48, 208))).rstrip(),
    )
    inner = alternative(text, "=_inner_77")
    return joined_parts("mixed", [inner, picture], "==Multipart_Boundary_x33b1")


def only_web_page_inside(text):
    """A multipart whose one text part is a web page."""
    return joined_parts("mixed", [html(text)], "0-1957-1086=:26956")


# How often each form occurs; the wrong charsets are meant.
FORMS = [
    (60, plain),
    (6, lambda text: plain(smart(text))),
    (6, quoted_printable),
    (4, base64_text),
    (4, html),
    (5, alternative),
    (2, with_attachment),
    (1, only_web_page_inside),
    (3, bare),
    (3, lambda text: plain(smart(text), "cp1252", "iso-8859-1")),
    (2, lambda text: plain(smart(text), "cp1252", "utf-8")),
    (2, lambda text: plain(smart(text), "latin-1", "us-ascii")),
    (1, lambda text: plain(smart(text), "latin-1", "x-unknown")),
    (1, lambda text: plain(smart(text), "utf-8", "iso-8859-1")),
]


def mail_date(moment):
    """The date as mail headers write it, whatever the locale."""
    names = moment.ctime().split()
    return f"{names[0]}, {moment.day} {names[1]} {moment.year} {moment:%H:%M:%S} +0000"


# ---------------------------------------------------------------- files
LETTERS, LETTER_COPIES, FRENCH_LETTERS = 1300, 40, 2
MAILS, MAIL_COPIES = 1300, 70
FIRST_LETTER, FIRST_MAIL = datetime(2002, 10, 31, 8, 11, 39), datetime(2000, 1, 3, 8)
REVIEW_PARTS = [  # folder, side, count, in the order of the original archive
    ("test/neg", False, 60),
    ("test/pos", True, 60),
    ("train/neg", False, 1300),
    ("train/pos", True, 1300),
    ("train/unsup", None, 300),
]
EPOCH = 1_000_000_000  # the time of every file in the archive
ARCHIVE_README = """\
This is a SYNTHETIC demo corpus in the layout of the Large Movie Review Dataset v1.0.
No review in it was written by a person, no film in it exists, and nothing should be
concluded from it. It serves to try out programs that read the original archive.

Files are named <id>_<rating>.txt: 1 to 4 in neg, 7 to 10 in pos, 0 in unsup.
"""


def name_of(writer):
    """An address-like name, `first.last`, from the fixed name of the document."""
    return re.sub(r"[^a-z.]", "", ".".join(writer.fixed["me"].lower().split()[-2:]))


def separators(rng):
    """Endless mbox lines; a few name another mailbox, as in the original."""
    moment = FIRST_LETTER
    while True:
        sender = "From R@T" if rng.random() < 0.004 else "From r"
        yield moment, f"{sender}  {moment.ctime()}"
        moment += timedelta(seconds=rng.randint(9_000, 220_000))


def envelope(writer, text, separator, moment):
    """A letter's bytes in the mbox: separator, headers, body."""
    address = f"{name_of(writer)}{writer.rng.randint(1, 999)}@freemail.example"
    shares, forms = zip(*FORMS)
    lines, body = writer.rng.choices(forms, shares)[0](text)
    header = [
        separator,
        f"Return-Path: <{address}>",
        f"Message-Id: <{writer.rng.randrange(16**10):010x}@freemail.example>",
        f'From: "{writer.fixed["me"]}" <{address}>',
        f"Reply-To: {address}",
        "To: R@M",
        f"Date: {mail_date(moment)}",
        "Subject: " + writer.fill(writer.pick(phrases_letters.SUBJECTS)),
        "MIME-Version: 1.0",
        *lines,
        f"X-Demo: {NOTICE}",
        "Status: RO",
    ]
    return "\n".join(header).encode() + b"\n\n" + body + b"\n\n"


def all_letters(writer):
    """Pairs (text, fixed names): letters, copies sent to others, letters in French."""
    names = {}

    def make():
        text = letter(writer)
        names[text] = writer.fixed
        return text

    texts = distinct(make, LETTERS)
    copies = writer.rng.sample(texts, LETTER_COPIES)
    pairs = [(text, names[text]) for text in texts + copies]
    for _ in range(FRENCH_LETTERS):
        pairs.append((french_letter(writer), writer.fixed))
    writer.rng.shuffle(pairs)
    return pairs


def write_letters(path, seed):
    """Write the mbox of letters; returns how many."""
    rng = random.Random(f"{seed} letters")
    writer = Writer(rng, phrases_letters.WORDS)
    pairs = all_letters(writer)
    with open(path, "wb") as file:
        for (text, fixed), (moment, separator) in zip(pairs, separators(rng)):
            writer.begin()
            writer.fixed = fixed
            file.write(envelope(writer, text, separator, moment))
    return len(pairs)


def office_message(writer, text, folder, moment):
    """A mail with headers as they stand in the column `message`."""
    sender, to = name_of(writer), writer.fill("{first}.{last}").lower()
    return "\n".join(
        [
            f"Message-ID: <{writer.rng.randint(10**6, 10**8)}.JavaMail.demo@sage>",
            f"Date: {mail_date(moment)}",
            f"From: {sender}@calderridge.example",
            f"To: {to}@calderridge.example",
            "Subject: " + writer.fill(writer.pick(phrases_mail.SUBJECTS)),
            "Mime-Version: 1.0",
            "Content-Type: text/plain; charset=us-ascii",
            "Content-Transfer-Encoding: 7bit",
            f"X-From: {writer.fixed['me']}",
            f"X-Folder: \\{writer.fixed['me'].replace(' ', '_')}\\{folder}",
            f"X-Demo: {NOTICE}",
            "",
            text,
        ]
    )


def all_mails(writer):
    """Pairs (file, message) in the order of the files; some stand in two folders."""
    names = {}

    def make():
        text = office_mail(writer)
        names[text] = writer.fixed
        return text

    texts = distinct(make, MAILS)
    texts += writer.rng.sample(texts, MAIL_COPIES)
    rows = []
    for number, text in enumerate(texts, 1):
        writer.begin()
        writer.fixed = names[text]
        moment = FIRST_MAIL + timedelta(minutes=writer.rng.randint(0, 900_000))
        folder = writer.rng.choice(phrases_mail.FOLDERS)
        first, last = name_of(writer).split(".")
        message = office_message(writer, text, folder, moment)
        rows.append((f"{last}-{first[0]}/{folder}/{number}.", message))
    return sorted(rows)


def write_mails(path, seed):
    """Write the table of office mail; returns how many."""
    rows = all_mails(Writer(random.Random(f"{seed} mail"), phrases_mail.WORDS))
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        table.writerow(("file", "message"))
        table.writerows(rows)
    return len(rows)


def add_file(archive, name, text):
    """Put one text file into the archive, with nothing of this machine or day in it."""
    content = text.encode()
    entry = tarfile.TarInfo(f"aclImdb/{name}")
    entry.size, entry.mtime, entry.mode = len(content), EPOCH, 0o664
    archive.addfile(entry, io.BytesIO(content))


def write_reviews(path, seed):
    """Write the archive of film reviews; returns how many."""
    count = 0
    with (
        open(path, "wb") as raw,
        gzip.GzipFile("", "wb", 9, raw, mtime=EPOCH) as packed,
        tarfile.TarFile("", "w", packed, format=tarfile.USTAR_FORMAT) as archive,
    ):
        add_file(archive, "README", ARCHIVE_README)
        for part, good, size in REVIEW_PARTS:
            for number, (rating, text) in enumerate(reviews(seed, part, good, size)):
                add_file(archive, f"{part}/{number}_{rating}.txt", text)
            count += size
    return count


# ---------------------------------------------------------------- command line
FILES = {
    "emails.csv": write_mails,
    "fradulent_emails.txt": write_letters,
    "aclImdb_v1.tar.gz": write_reviews,
}


def main(argv=None):
    """Write the three files and say so in one line each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, write in FILES.items():
        path = options.out / name
        count = write(path, options.seed)
        print(f"{name:22}{count:6,} documents {path.stat().st_size:10,} bytes")


if __name__ == "__main__":
    main()
