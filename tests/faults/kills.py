"""Runs that are killed at random moments, and go on: row by row as undisturbed ones."""

import contextlib
import functools
import json
import multiprocessing
import os
import random
import tempfile
import time
from pathlib import Path

import pandas as pd

from .kinds import kit, review

# What is killed: options of run_own.py on a table of 80 texts.
KILLED = {
    "plain": "--models lr,nbsvm,rf,dummy --repeats 4",
    "search": "--models lr --tune --search halving --repeats 2",
    "encoding": "--models bert,lr --bert {bert} --repeats 2 --text natural",
}
CONTEXT = multiprocessing.get_context("forkserver")


@functools.cache
def world():
    """The folder of the table and of a tiny encoder that the runs read."""
    folder = Path(tempfile.mkdtemp(prefix="kills-"))
    rows = [(review(i % 2, i), "ab"[i % 2]) for i in range(80)]
    pd.DataFrame(rows, columns=["text", "label"]).to_csv(folder / "t.csv", index=False)
    return folder


def save_encoder(path):
    """Write the tiny encoder; in a process of its own, as TensorFlow stays loaded."""
    import tiny_encoders

    tiny_encoders.save_bert_dict(path)


def run(words, cache, log):
    """One run in this process, for a process of its own; exits with its code."""
    os.environ["KIT_CACHE"] = str(cache)
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with open(log, "a") as out, contextlib.redirect_stdout(out), \
            contextlib.redirect_stderr(out):  # fmt: skip
        code = kit.command_line("own", words)
    os._exit(code)


def start(kind, out, cache, log=None):
    """A process that runs a kind of command into a folder; what it says is in a log."""
    # Imported once, in the server; one of the first two names is that of here.
    CONTEXT.set_forkserver_preload(["tests.faults.kinds", "faults.kinds", "tensorflow",
                                    "matplotlib.figure"])  # fmt: skip
    bert = world() / "bert"
    if kind == "encoding" and not bert.exists():
        make = CONTEXT.Process(target=save_encoder, args=[bert])
        make.start()
        make.join()
    words = f"--data {world() / 't.csv'} --jobs 1 --out {out} " + KILLED[kind]
    process = CONTEXT.Process(
        target=run, args=[words.format(bert=bert), cache, log or f"{out}.log"])
    process.start()
    return process


def rows_of(out):
    """The rows of the result files, sorted, less seconds; run.json's verdict, too."""
    found = {}
    for name in ("results", "predictions", "history", "searches", "tuning"):
        path = Path(out) / f"{name}.csv"
        if path.exists():
            frame = pd.read_csv(path, dtype=str, keep_default_na=False)
            timed = [c for c in frame if c.endswith("seconds")]  # and a digest of them
            frame = frame.drop(columns=[*timed, "source", "check"], errors="ignore")
            found[name] = sorted(frame.itertuples(index=False, name=None))
    about = json.loads((Path(out) / "run.json").read_bytes())
    found["finished"] = about["finished"]
    return found


@functools.cache
def undisturbed(kind):
    """(rows, seconds) of a run that nobody kills."""
    out, cache = world() / f"{kind}-whole", world() / f"{kind}-cache"
    started = time.monotonic()
    process = start(kind, out, cache)
    process.join()
    if process.exitcode:
        raise RuntimeError(Path(f"{out}.log").read_text()[-2000:])
    return rows_of(out), time.monotonic() - started


def difference(got, expected):
    """What differs between two runs' rows, in words; "" for nothing."""
    return "; ".join(
        f"{name}: {got.get(name)}" if name == "finished" else
        f"{name}: {len(got.get(name, ()))} rows for {len(expected[name])}"
        for name in expected if got.get(name) != expected[name])  # fmt: skip


def kill_and_compare(kind, seed, number, most=3):
    """Kill a run up to `most` times at moments of chance, let it end, and compare it:
    what differs, in words; "" for nothing."""
    expected, seconds = undisturbed(kind)
    rng = random.Random(f"{kind} {seed} {number}")
    out = world() / f"{kind}-{seed}-{number}"
    cache = world() / f"{kind}-{seed}-{number}-cache"
    for _ in range(rng.randrange(1, most + 1)):
        process = start(kind, out, cache)
        process.join(rng.uniform(0, seconds))
        process.kill()
        process.join()
    process = start(kind, out, cache)
    process.join()
    if process.exitcode:
        return f"exit code {process.exitcode}: {Path(f'{out}.log').read_text()[-500:]}"
    return difference(rows_of(out), expected)

