"""The long run: python -m tests.faults --cases 1000000 [--kind mails] [--kills 100]

Without --kind all kinds are tried, as many as SHARES says. What is found is printed,
and kept as a small case in tests/faults/found, which the tests try from then on.
"""

import argparse
import multiprocessing
import os
import sys
import time

from .fuzz import chunk
from .kills import KILLED, kill_and_compare
from .kinds import KINDS

SHARES = {"mails": 1, "tables": 0.01, "mailboxes": 0.01, "archives": 0.01,
          "caches": 0.001, "folders": 0.001}  # fmt: skip
CHUNK = {"mails": 2000, "folders": 20}  # cases of one worker at a time; others 200


def jobs_of(names, cases, seed, only):
    """The ranges of cases, by kind."""
    for name in names:
        count = cases if only else max(int(cases * SHARES[name]), 1)
        size = CHUNK.get(name, 200)
        for start in range(0, count, size):
            yield name, seed, start, min(start + size, count)


def main():
    """Try, say how it goes every few seconds, and how it ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--kills", type=int, default=0, help="also kill so many runs")
    parser.add_argument("--no-keep", action="store_true", help="only print what is found")
    options = parser.parse_args()
    jobs = list(jobs_of([options.kind] if options.kind else KINDS, options.cases,
                        options.seed, options.kind))  # fmt: skip
    total, done, findings, started = sum(j[3] - j[2] for j in jobs), 0, 0, time.monotonic()
    shown = started
    context = multiprocessing.get_context("spawn")
    with context.Pool(options.jobs, maxtasksperchild=20) as pool:
        for count, found in pool.imap_unordered(chunk, jobs):
            done, findings = done + count, findings + len(found)
            for one in found:
                print(one, "" if options.no_keep else one.keep(), flush=True)
            if time.monotonic() - shown > 15 or done == total:
                shown = time.monotonic()
                print(f"{done:,} of {total:,} cases, {findings} findings, "
                      f"{shown - started:.0f} s", flush=True)  # fmt: skip
    for number in range(options.kills):
        kind = list(KILLED)[number % len(KILLED)]
        what = kill_and_compare(kind, options.seed, number)
        findings += bool(what)
        print(f"kill {number + 1} of {options.kills} ({kind}): {what or 'equal'}", flush=True)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
