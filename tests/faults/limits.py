"""What one case may cost: a second of computing, and 200 MB."""

import contextlib
import resource
import signal
from pathlib import Path

SECONDS, MEGABYTES = 1.0, 200
WAIT = 60  # times as long, when it waits for what never comes, as from a pipe
SAFETY = 2 << 30  # bytes more than before, at which Python gives up by itself
PROCESS = Path("/proc/self")


class TooMuch(BaseException):
    """A case took too long or too much: no Exception, for the kit catches those."""


def memory(what):
    """VmRSS or VmHWM, the present or the highest memory of this process, in bytes."""
    (line,) = [li for li in (PROCESS / "status").read_text().splitlines() if what in li]
    return int(line.split()[1]) << 10


@contextlib.contextmanager
def limits(seconds=SECONDS, megabytes=MEGABYTES):
    """Raise TooMuch where the block computes longer, waits for ever, or grows by more.
    Seconds are the process's own, so that a machine with other work is no finding."""
    if not (hasattr(signal, "setitimer") and PROCESS.is_dir()):
        yield
        return

    def ring(number, _):
        wait = 1 if number == signal.SIGPROF else WAIT
        raise TooMuch(f"more than {wait * seconds:g} s")

    alarms = (signal.SIGPROF, signal.ITIMER_PROF), (signal.SIGALRM, signal.ITIMER_REAL)
    before = [signal.signal(number, ring) for number, _ in alarms]
    allowed = resource.getrlimit(resource.RLIMIT_DATA)
    pages = int((PROCESS / "statm").read_text().split()[5])
    (PROCESS / "clear_refs").write_text("5")  # the highest is the present one
    start = memory("VmRSS")
    try:
        resource.setrlimit(
            resource.RLIMIT_DATA,
            (pages * resource.getpagesize() + SAFETY, allowed[1]),
        )
        for (_, timer), time in zip(alarms, (seconds, WAIT * seconds)):
            signal.setitimer(timer, time)
        yield
    finally:
        for (number, timer), handler in zip(alarms, before):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)
        resource.setrlimit(resource.RLIMIT_DATA, allowed)
    grown = (memory("VmHWM") - start) >> 20
    if grown > megabytes:
        raise TooMuch(f"{grown} MB")
