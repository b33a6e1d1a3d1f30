"""One run a folder, and a resumed one that takes over nothing but its own whole rows."""

import json
import os
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from conftest import topics

import kit

FRAME = topics(red=20, green=20, blue=20)
OPTIONS = dict(models="lr dummy", repeats=2, jobs=1, tune="lr", seed=3)


def compare(out, **options):
    return kit.compare(FRAME, out=out, **OPTIONS | options)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The files of a run <bytes>, by name, and its measures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        folder = tmp_path_factory.mktemp("whole")
        patch.setattr(kit.Run, "finish", lambda *arguments: None)  # no report: killed
        results = compare(folder)
        names = [f"{name}.csv" for name in kit.FILES] + ["run.json"]
        files = {name: (folder / name).read_bytes() for name in names
                 if (folder / name).exists()}  # fmt: skip
        return files, measures(results)


def measures(results):
    """What must not change: measures and predictions, sorted."""
    key = ["model", "repeat"]
    rows = results.frame("results").sort_values(key)[[*key, "accuracy", "f1"]]
    said = results.frame("predictions").sort_values([*key, "doc"])
    return rows.reset_index(drop=True), said.reset_index(drop=True)


@pytest.fixture
def taken_up(whole, tmp_path, capsys, monkeypatch):
    """A function: change the files, take the run up; (fits, what was said)."""

    def go(change):
        for name, content in whole[0].items():
            (tmp_path / name).write_bytes(content)
        change(tmp_path)
        calls, evaluate = [], kit.evaluate
        monkeypatch.setattr(
            kit, "evaluate", lambda *a: calls.append(1) or evaluate(*a))
        monkeypatch.setattr(kit.Run, "finish", lambda *arguments: None)
        results = compare(tmp_path)
        for ours, expected in zip(measures(results), whole[1]):
            pd.testing.assert_frame_equal(ours, expected, check_exact=True)
        for name in ("results", "predictions", "tuning"):
            read = pd.read_csv(tmp_path / f"{name}.csv", keep_default_na=False)
            assert len(read) == len(results.frame(name))
        assert not results.frame("tuning").duplicated(["model", "repeat", "point",
                                                       "fold", "resource"]).any()
        return len(calls), capsys.readouterr().out

    return go


def lines(name, change):
    """A change of a folder: that of a file's lines."""

    def apply(folder):
        path = folder / name
        path.write_bytes(b"".join(change(path.read_bytes().splitlines(True))))

    return apply


def cell(name, row, column, value):
    """A change of a folder: another value in one cell."""

    def apply(folder):
        frame = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
        frame.loc[row, column] = value
        frame.to_csv(folder / name, index=False)

    return apply


def all_of(*changes):
    return lambda folder: [change(folder) for change in changes]


def other_run(folder):
    """Rows of a run with another seed stand in the files."""
    other = folder / "other"
    kit.compare(FRAME, out=other, **OPTIONS | {"seed": 4, "repeats": 1})
    for name in ("results.csv", "predictions.csv", "tuning.csv"):
        rows = (other / name).read_bytes().splitlines(True)[1:]
        with open(folder / name, "ab") as file:
            file.write(b"".join(rows))


# How many of the six results (and their searches) must be computed again; what is said.
DAMAGES = {
    "a digit of a measure": (cell("results.csv", 0, "accuracy", "0.5"), 1, "1 of res"),
    "another seed": (cell("results.csv", 1, "seed", "9"), 1, "1 of results.csv"),
    "no check": (cell("results.csv", 0, "check", ""), 1, "1 of results.csv"),
    "a prediction": (cell("predictions.csv", 0, "predicted", "2"), 1, "18 of predi"),
    "a line of predictions": (
        lines("predictions.csv", lambda rows: rows[:5] + rows[6:]), 1, "17 of predict"),
    "the header of predictions": (
        lines("predictions.csv", lambda rows: rows[1:]), 6, "of predictions.csv"),
    "all predictions": (lines("predictions.csv", lambda rows: []), 6, "of predictions"),
    "no predictions": (lambda f: (f / "predictions.csv").unlink(), 6, "of results.csv"),
    "doubled rows": (
        lines("results.csv", lambda rows: rows + rows[1:]), 0, "6 of results.csv"),
    "doubled predictions": (
        lines("predictions.csv", lambda rows: rows + rows[1:]), 6, "of results.csv"),
    "all doubled": (
        all_of(lines("results.csv", lambda rows: rows + rows[1:]),
               lines("tuning.csv", lambda rows: rows + rows[1:])), 0, "of tuning.csv"),
    "garbage": (
        lines("results.csv", lambda rows: rows[:2] + [b"\xff\x00\n", b"a,b\n", b'"\n']
              + rows[2:]), 1, "of results.csv"),
    "infinite numbers": (
        cell("results.csv", 0, "n_test", "inf"), 1, "1 of results.csv"),
    "another run's rows": (other_run, 3, "6 of results.csv"),
    "a score of a search": (cell("tuning.csv", 0, "score", "1.0"), 0, "1 of tuning"),
    "nothing": (lambda folder: None, 0, ""),
    "a cut search's end": (cell("searches.csv", 0, "ended", "x"), 1, "1 of searches"),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGES)
def test_what_is_damaged_is_set_aside_counted_and_computed_again(taken_up, case):
    change, fits, words = DAMAGES[case]
    again, said = taken_up(change)
    assert again == fits
    assert words in said and ("rows that are damaged" in said) == bool(words)


def test_what_was_set_aside_can_be_looked_at(taken_up, tmp_path, whole):
    taken_up(DAMAGES["a prediction"][0])
    (aside,) = tmp_path.glob("damaged-*")
    old = (aside / "predictions.csv").read_bytes()
    assert old != whole[0]["predictions.csv"] and len(old) > 1000


@pytest.mark.parametrize("text", ["[]", "7", '"x"', "{", "", "null", "[" * 5000])
def test_a_run_json_of_another_kind_is_an_earlier_run(
    whole, tmp_path, text, monkeypatch
):
    monkeypatch.setattr(kit.Run, "finish", lambda *arguments: None)
    for name, content in whole[0].items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "run.json").write_text(text)
    results = compare(tmp_path, models="dummy", tune=None)
    assert len(results.frame("results")) == 2
    assert len(list(tmp_path.glob("earlier-*"))) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("name", ["run.json", "results.csv"])
def test_a_pipe_in_place_of_a_file_is_told_and_not_waited_for(tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(kit.KitError, match=f"{name} is no regular file"):
        kit.Results(tmp_path, {"a": 1})


ROW = {"model": "lr", "repeat": 0, "maxtokens": 5, "maxtokenlen": 5, "label": 0,
       "predicted": 0}  # fmt: skip


def test_a_return_in_ids_and_classes_breaks_no_row_of_a_file(tmp_path):
    rows = [ROW | {"doc": f"a\r{i}", "dataset": "x\ry"} for i in range(3)]
    results = kit.Results(tmp_path, {"a": 1}, classes=("a\rb", "c", "d"))
    for row in rows:
        results.append("predictions", [row])
    results.close()
    again, others = results._read("predictions")
    assert others == 0
    pd.testing.assert_frame_equal(again, results.frame("predictions"))
    whole = pd.read_csv(tmp_path / "predictions.csv")
    assert whole.doc.tolist() == [row["doc"] for row in rows]


@pytest.mark.parametrize("odd", [2**53, None])
def test_no_row_is_lost_in_silence(odd):
    with pytest.raises(kit.KitError, match="row of predictions"):
        kit.Results().append("predictions", [ROW, ROW | {"maxtokens": odd}])


# -------------------------------------------------------------------- Two runs at once


CODE = """
import sys, time, kit
results = kit.Results(sys.argv[1], {"a": 1})
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other_process(tmp_path):
    """A process that has the folder out, until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, str(tmp_path / "out")],
        env=os.environ | {"PYTHONPATH": str(kit.home())}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    assert process.stdout.readline() == "open\n"
    yield process
    process.kill()
    process.communicate()


def listing(folder):
    return sorted((path.name, path.read_bytes()) for path in folder.iterdir())


def test_a_second_run_is_told_who_writes_there_and_writes_nothing(
    other_process, tmp_path, capsys
):
    FRAME.to_csv(tmp_path / "t.csv", index=False)
    before = listing(tmp_path / "out")
    words = ["--data", str(tmp_path / "t.csv"), "--models", "dummy", "--out",
             str(tmp_path / "out")]  # fmt: skip
    assert kit.command_line("own", words) == 2
    said = capsys.readouterr().err
    assert f"process {other_process.pid} on {kit.platform.node()}" in said
    assert time.strftime("since %Y-%m-") in said and said.count("\n") == 1
    assert listing(tmp_path / "out") == before
    other_process.kill()  # and nothing of it is in the way
    other_process.communicate()
    assert kit.command_line("own", words) == 0
    assert len(pd.read_csv(tmp_path / "out" / "results.csv")) == 1


def test_a_run_that_is_over_or_failed_lets_others_have_its_folder(tmp_path):
    compare(tmp_path, models="dummy", tune=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kit.Run, "finish", lambda *arguments: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            compare(tmp_path, models="dummy", tune=None)
    results = kit.Results(tmp_path, {"b": 1})
    with pytest.raises(kit.KitError, match=f"process {os.getpid()} "):
        kit.Results(tmp_path, {"b": 1})
    results.close()
    kit.Results(tmp_path, {"b": 1}).close()


def test_facts_that_come_late_do_not_go_to_another_run(tmp_path):
    first = kit.Results(tmp_path, {"a": 1})
    first.close()
    second = kit.Results(tmp_path, {"a": 2})
    first.describe(late=True)
    about = json.loads((tmp_path / "run.json").read_text())
    assert about["asked"] == {"a": 2} and "late" not in about
    second.close()
    first.describe(late=True)


def test_a_disk_without_locks_is_told_and_costs_no_run(tmp_path, monkeypatch, capsys):
    def acquire(*arguments, **options):
        raise NotImplementedError("no flock here")

    import filelock

    monkeypatch.setattr(filelock.FileLock, "acquire", acquire)
    results = compare(tmp_path, models="dummy", tune=None)
    assert results.about["finished"]
    assert "cannot be locked" in capsys.readouterr().out


# --------------------------------------------------------------- Many repeats, odd words


def test_100000_repeats_show_something_at_once(tmp_path, monkeypatch):
    started, seen = time.monotonic(), []

    def keep(run, task, outcome):
        seen.append((task.repeat, time.monotonic() - started))
        if len(seen) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(kit.Run, "keep", keep)
    monkeypatch.setattr(kit.Run, "finish", lambda *arguments: None)
    results = compare(None, models="dummy", tune=None, repeats=100_000)
    assert results.interrupted and [repeat for repeat, _ in seen] == [0, 1, 2]
    assert seen[0][1] < 20  # seconds; all draws would take minutes


def test_draws_are_the_same_however_late_they_are_made():
    data = kit.load(FRAME).cleaned()
    run = kit.Run(data, kit.Options(models="dummy", repeats=50), None)
    seen = [run.split(repeat)[1].frame.id.tolist() for repeat in [*range(50), 0, 49]]
    assert seen[0] == seen[-2] and seen[49] == seen[-1] and seen[0] != seen[1]
    assert seen[7] == data.draw(20, 0, 7)[1].frame.id.tolist()


def test_an_out_that_can_be_no_folder_is_told(tmp_path, capsys):
    FRAME.to_csv(tmp_path / "t.csv", index=False)
    words = ["--data", str(tmp_path / "t.csv"), "--models", "dummy", "--out", "a\0b"]
    assert kit.command_line("own", words) == 2
    assert "no folder to write to" in capsys.readouterr().err


def test_too_few_documents_are_told_with_what_was_left_out():
    frame = pd.DataFrame({"text": ["one", "two"], "label": [0, 1]})
    with pytest.raises(kit.KitError, match="Two classes of 10 .* left out: none"):
        kit.compare(frame, models="dummy")
    frame = pd.DataFrame({"text": ["same"] * 30 + ["", "-"] * 5, "label": [0, 1] * 20})
    with pytest.raises(kit.KitError, match="left out: 10 empty, 30 both labels"):
        kit.compare(frame, models="dummy")
    data = kit.load(frame)
    few = kit.Dataset(data.frame[:2], corpus=kit.CORPORA["imdb"])
    with pytest.raises(kit.KitError, match="2 documents .* too few to be split"):
        few.draw(None)
    with pytest.raises(kit.KitError, match="the 0 documents .* 30 both labels"):
        kit.Dataset(data.frame, corpus=kit.CORPORA["imdb"]).cleaned().draw(9)


def test_rows_of_one_run_have_one_check_and_others_another():
    rows = kit.typed([{"model": "lr", "repeat": 0, "maxtokens": 5, "maxtokenlen": 5,
                       "nsamp": 1, "seed": 0, "n_train": 1, "n_test": 1}],
                     kit.RESULT_COLUMNS)  # fmt: skip
    hashes = kit.row_hashes(rows)
    one, two = kit.Results(asked={"seed": 1}), kit.Results(asked={"seed": 2})
    assert one.check(hashes) == kit.Results(asked={"seed": 1}).check(hashes)
    assert one.check(hashes) != two.check(hashes)
    assert one.check(hashes) != one.check(hashes, np.uint64([7]))
    assert hashes == kit.row_hashes(rows.assign(check="x"))


def test_another_encoder_of_the_same_name_is_another_run(tmp_path, capsys):
    def started(encoders):
        results = kit.Results(tmp_path, {"a": 1}, encoders=encoders)
        results.close()
        return results.about["encoders"], list(tmp_path.glob("earlier-*"))

    assert started({"bert": "as it was"}) == ({"bert": "as it was"}, [])
    assert started({}) == ({"bert": "as it was"}, [])  # it is not here now
    assert started({"bert": "as it was", "elmo": "new"})[1] == []
    encoders, earlier = started({"bert": "changed"})
    assert encoders == {"bert": "changed"} and len(earlier) == 1
    assert "encoder bert is not what it was" in capsys.readouterr().out
