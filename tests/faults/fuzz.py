"""Runs cases under their limits, makes what was found small, and keeps it."""

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from .kinds import KINDS, kit
from .limits import TooMuch, limits

FOUND = Path(__file__).resolve().parent / "found"
# A resumed run is several fits, and a report: no reader of one document.
SECONDS = {"folders": 30}


@dataclass(frozen=True)
class Finding:
    """A case in which the kit does what it may not."""

    kind: str
    number: int
    what: str
    content: bytes

    def __str__(self):
        return f"{self.kind} {self.number}: {self.what} ({len(self.content):,} bytes)"

    def keep(self, folder=FOUND):
        """Write the content as a named case, for the tests to try for ever."""
        digest = hashlib.sha256(self.content).hexdigest()[:8]
        path = Path(folder) / self.kind / f"{digest}{KINDS[self.kind].suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content)
        return path


def wrong(kind, name, content):
    """What is wrong with what the kit makes of a content; "" for nothing."""
    try:
        with limits(SECONDS.get(name, 1.0)):
            kind.check(content)
    except kit.KitError:
        return ""
    except (Exception, TooMuch, RecursionError) as error:
        return f"{type(error).__name__}: {kit.one_line(error, 200)}"
    return ""


def smaller(kind, name, content, what, tries=300):
    """A part of a content with which the same kind of thing goes wrong."""
    step = len(content) // 2
    while step and tries > 0:
        at = 0
        while at < len(content) and tries > 0:
            part, tries = content[:at] + content[at + step :], tries - 1
            if wrong(kind, name, part).split(":")[0] == what.split(":")[0]:
                content = part
            else:
                at += step
        step //= 2
    return content


def fuzz(name, seed, numbers):
    """Yield for each number None, or the Finding of its case, made small."""
    kind = KINDS[name]()
    with contextlib.closing(kind):
        for number in numbers:
            content = kind.case(seed, number)
            what = wrong(kind, name, content)
            if what and not content.startswith(b"["):
                content = smaller(kind, name, content, what)
            yield Finding(name, number, what, content) if what else None


def chunk(job):
    """(how many cases ran, findings) of a range of numbers: for workers."""
    name, seed, start, stop = job
    return stop - start, [found for found in fuzz(name, seed, range(start, stop)) if found]
