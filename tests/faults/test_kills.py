"""Runs that are killed, run beside others, or find their disk full or read-only."""

import contextlib
import os
import subprocess
import time
from pathlib import Path

import pytest

from .kills import KILLED, difference, kill_and_compare, rows_of, start, undisturbed

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", KILLED)
def test_a_killed_run_goes_on_and_ends_as_an_undisturbed_one(kind):
    assert kill_and_compare(kind, 0, 0) == ""


def together(kind, folders, cache):
    """Runs of a kind into folders at the same time; what differs in each."""
    expected, _ = undisturbed(kind)
    processes = [start(kind, folder, cache) for folder in folders]
    for process in processes:
        process.join(600)
    assert [process.exitcode for process in processes] == [0] * len(folders)
    return [difference(rows_of(folder), expected) for folder in folders]


def test_runs_at_once_on_one_cache_agree(tmp_path):
    folders = [tmp_path / str(number) for number in range(3)]
    assert together("encoding", folders, tmp_path / "cache") == [""] * 3


def test_of_two_runs_in_one_folder_the_second_is_told_and_writes_nothing(tmp_path):
    out, cache = tmp_path / "out", tmp_path / "cache"
    expected, _ = undisturbed("plain")
    first = start("plain", out, cache)
    while not (out / "run.json").exists():
        assert first.is_alive()
        time.sleep(0.01)
    second = start("plain", out, cache)
    second.join(600)
    first.join(600)
    assert (first.exitcode, second.exitcode) == (0, 2)
    assert difference(rows_of(out), expected) == ""
    said = Path(f"{out}.log").read_text()
    assert "Traceback" not in said and str(first.pid) in said


@pytest.fixture
def mounted(tmp_path):
    """mount(size, read_only) -> a folder that is a small file system of its own."""
    places = []

    def mount(size="2m", read_only=False, fill=None):
        place = tmp_path / f"mount {len(places)}"
        place.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)],
            capture_output=True, text=True)  # fmt: skip
        if done.returncode:
            pytest.skip(f"may not mount: {done.stderr.strip()}")
        places.append(place)
        if fill:
            fill(place)
        if read_only:
            subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        return place

    try:
        yield mount
    except FileNotFoundError:
        pytest.skip("there is no mount")
    finally:
        for place in places:
            subprocess.run(["umount", "-l", str(place)], check=False)


def full(place):
    """Fill a file system to its last byte."""
    with contextlib.suppress(OSError), open(place / "filler", "wb") as file:
        while True:
            file.write(os.urandom(4096))
            file.flush()


@pytest.mark.parametrize("how", [{"fill": full}, {"read_only": True}])
def test_a_cache_that_is_full_or_read_only_costs_no_result(mounted, tmp_path, how):
    expected, _ = undisturbed("encoding")
    process = start("encoding", tmp_path / "out", mounted(**how))
    process.join(600)
    assert process.exitcode == 0
    assert difference(rows_of(tmp_path / "out"), expected) == ""


@pytest.mark.parametrize("how", [{"fill": full}, {"read_only": True}])
def test_results_that_cannot_be_written_are_told_in_a_sentence(mounted, tmp_path, how):
    place = mounted(**how)
    process = start("plain", place / "out", tmp_path / "cache", tmp_path / "log")
    process.join(600)
    said = (tmp_path / "log").read_text()
    assert process.exitcode in (1, 2), said
    assert "Traceback" not in said and "error: " in said
