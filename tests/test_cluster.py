"""Several machines: Dask does the work, and the numbers stay what they were."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import topics

import kit


def until(happened, seconds=240):
    """Wait until something has happened."""
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)


class Machines:
    """A scheduler and workers, each a process that knows nothing of the kit."""

    def __init__(self, folder, workers):
        folder.mkdir()
        self.folder, self.file = folder, folder / "scheduler.json"
        self.workers = []
        where = ["--scheduler-file", str(self.file), "--host", "127.0.0.1"]
        self.scheduler = self.start("scheduler", *where, "--port", "0")
        try:
            until(self.file.exists)
        except BaseException:
            self.stop()
            raise
        self.address = pd.read_json(self.file, typ="series").address
        self.workers = [
            self.start("worker", self.address, "--nthreads", "1", "--no-nanny",
                       "--host", "127.0.0.1", "--local-directory", str(folder))
            for _ in range(workers)
        ]  # fmt: skip

    def start(self, what, *words):
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *words]
        environment = os.environ | {"KIT_CACHE": str(self.folder / "cache")}
        environment.pop("PYTHONPATH", None)
        with open(self.folder / "log.txt", "ab") as log:
            return subprocess.Popen(
                [*command, "--no-dashboard"], cwd=self.folder, env=environment,
                stdout=log, stderr=log)  # fmt: skip

    def stop(self):
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()


@pytest.fixture
def machines(tmp_path):
    """Two workers and their scheduler on the loopback address."""
    pytest.importorskip("distributed")
    started = Machines(tmp_path / "machines", 2)
    yield started
    started.stop()


def after_results(monkeypatch, count, act):
    """Do something when so many results are kept."""
    kept, real = [], kit.Run.keep

    def keep(run, task, outcome):
        real(run, task, outcome)
        kept.append(task)
        if len(kept) == count:
            act()

    monkeypatch.setattr(kit.Run, "keep", keep)
    return kept


def command(out, *words):
    """Run the kit's command line on a small table in the current folder."""
    options = "--data texts.csv --nsamp 30 --maxtokens 30 --bert bert_dict --jobs 2"
    return kit.command_line("own", options, ["--out", str(out), *words])


def rows_of(out, name):
    """A result file without its seconds, and the digests of its rows."""
    rows = pd.read_csv(out / f"{name}.csv", dtype=str, keep_default_na=False)
    return rows.drop(columns=[c for c in rows if c.endswith(("seconds", "check"))])


@pytest.fixture
def table(tmp_path, monkeypatch, tiny):
    """A folder with a table and an encoder, in which the run happens."""
    folder = tmp_path / "here"
    folder.mkdir()
    topics(billing=40, returns=40, login=40).to_csv(folder / "texts.csv", index=False)
    (folder / "bert_dict").symlink_to(tiny["bert_dict"])
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.slow
def test_a_killed_worker_costs_nothing_and_the_files_are_the_same(
    machines, table, monkeypatch, capfd
):
    words = ["--models", "lr rf nbsvm bert", "--tune", "lr", "--repeats", "2"]
    monkeypatch.setenv("KIT_CACHE", str(table / "one"))
    assert command(table / "alone", *words) == 0
    monkeypatch.setenv("KIT_CACHE", str(table / "two"))
    kept = after_results(monkeypatch, 2, machines.workers[0].kill)
    code = command(table / "away", *words, "--cluster", machines.address)
    said = "".join(capfd.readouterr())
    assert code == 0 and len(kept) == 10 and machines.workers[0].wait() < 0, said
    assert "2 worker(s), 2 thread(s)" in said and "goes to each worker" in said
    for name in ("results", "predictions", "history"):
        expected = rows_of(table / "alone", name)
        pd.testing.assert_frame_equal(rows_of(table / "away", name), expected)
    scores = [rows_of(table / out, "tuning").sort_values(["repeat", "point", "fold"])
              for out in ("alone", "away")]  # fmt: skip
    pd.testing.assert_frame_equal(*(s.reset_index(drop=True) for s in scores))


@pytest.mark.slow
def test_a_scheduler_that_dies_ends_the_run_with_a_sentence_and_it_goes_on(
    machines, table, monkeypatch, capfd
):
    kept = after_results(monkeypatch, 2, machines.scheduler.kill)
    words = ["--models", "lr rf nbsvm dummy", "--repeats", "3"]
    out = table / "out"
    assert command(out, *words, "--cluster", machines.address) == 1
    assert "The Dask scheduler is gone" in capfd.readouterr().out
    assert 2 <= len(kept) < 12 and len(rows_of(out, "results")) == len(kept)
    done = len(kept)
    assert command(out, *words) == 0 and len(kept) == 12  # without what was done
    assert f"{done} results" in capfd.readouterr().out


@pytest.mark.slow
def test_ctrl_c_leaves_no_work_running_there(tmp_path):
    beats = tmp_path / "beats"

    def beat(path):
        while True:
            path.write_text(str(time.time()))
            time.sleep(0.01)

    def interrupt():
        until(beats.exists)
        os.kill(os.getpid(), signal.SIGINT)

    with kit.cluster("local", 1):
        threading.Thread(target=interrupt).start()
        with pytest.raises(KeyboardInterrupt):
            list(kit.in_waves([(beat, beats)] * 5))

        def silent():
            before = beats.read_text()
            time.sleep(0.5)
            return beats.read_text() == before

        until(silent)
        assert list(kit.in_waves([(pow, 2, 5)])) == [(0, 32)]  # the worker is free


@pytest.mark.slow
def test_workers_that_wait_cost_less_than_a_tenth():
    """Of calls that sleep, so that two cores show eight workers."""
    distributed = pytest.importorskip("distributed")
    import joblib

    seconds, each, shares = 0.25, 4, {}
    for count in (1, 2, 4, 8):
        with distributed.Client(
            n_workers=count, threads_per_worker=1, processes=False,
            dashboard_address=None, set_as_default=False,
        ) as client, joblib.parallel_config(backend="dask", client=client):  # fmt: skip
            list(kit.in_waves([(pow, 2, 5)] * count))
            for _ in range(3):  # other work on this machine is none of ours
                started = time.perf_counter()
                list(kit.in_waves([(time.sleep, seconds)] * each * count))
                share = each * seconds / (time.perf_counter() - started)
                shares[count] = max(share, shares.get(count, 0))
                if share >= 0.9:
                    break
    assert min(shares.values()) >= 0.9, shares


def test_a_worker_that_computes_with_something_else_is_told():
    here = kit.computed_with()
    assert kit.called_there(here, pow, {0: 2, 1: 5}, []) == 32
    assert kit.called_there(here, pow, {1: 5}, [0], 2) == 32
    for name in here:
        with pytest.raises(kit.KitError, match=f"{name} .*, and this machine 0.1"):
            kit.called_there(here | {name: "0.1"}, pow, {0: 2, 1: 5}, [])


def test_libraries_of_encoders_are_compared_where_both_have_them(monkeypatch):
    there = {"numpy": "2.0", "tensorflow": "2.18.0", "openvino": "2025.1"}

    def version(name):
        if name not in there:
            raise kit.importlib.metadata.PackageNotFoundError(name)
        return there[name]

    monkeypatch.setattr(kit.importlib.metadata, "version", version)
    kit.computed_with.cache_clear()
    try:
        here = kit.computed_with()
        assert there.items() <= here.items() and "tokenizers" not in here
        assert kit.called_there(here | {"tokenizers": "1"}, pow, {0: 2, 1: 5}, []) == 32
        for name in ("tensorflow", "openvino"):
            with pytest.raises(kit.KitError, match=f"has {name} {there[name]}, and"):
                kit.called_there(here | {name: "0.1"}, pow, {}, [])
    finally:
        kit.computed_with.cache_clear()


def test_what_is_no_address_leaves_no_client_and_shows_no_password(capfd):
    distributed = pytest.importorskip("distributed")
    before = set(distributed.Client._instances)
    for address in ("nonsense", "tcp://ann:S3CRET@no.such.host.invalid:8786"):
        with pytest.raises(kit.KitError, match="no Dask scheduler") as caught:
            with kit.cluster(address):
                pass
        assert "S3CRET" not in str(caught.value) + str(caught.value.__cause__)
    assert set(distributed.Client._instances) == before
    assert "S3CRET" not in "".join(capfd.readouterr())


def test_a_worker_with_another_encoder_is_told(tiny):
    encoder = kit.BertFeatures(tiny["bert_dict"]).fit([])
    assert kit.has_encoder(encoder.path, encoder.identity_)
    assert not kit.has_encoder("not/here", encoder.identity_)
    texts = "film", "film scene"
    batches = [encoder._prepare([text])[0] for text in texts]
    for text, (features, fits) in zip(texts, kit.encoded_there(encoder, batches)):
        assert fits == 1
        np.testing.assert_array_equal(features, encoder.transform([text]))
    encoder.identity_ = "0" * 64
    for call in (kit.has_encoder, kit.encoder_here):
        with pytest.raises(kit.KitError, match="another encoder .*, not 00000000"):
            call(encoder.path, encoder.identity_)
    with pytest.raises(kit.KitError, match="another encoder"):
        kit.encoded_there(encoder, [[[2, 3]]])


def test_a_cluster_without_dask_is_a_sentence(monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, "distributed", None)
    topics(billing=12, login=12).to_csv(tmp_path / "texts.csv", index=False)
    data = ["--data", str(tmp_path / "texts.csv"), "--out", str(tmp_path / "out")]
    assert kit.command_line("own", data, "--models lr --cluster local") == 2
    assert "pip install" in capsys.readouterr().err
    assert not Path(tmp_path / "out").exists()


def test_results_that_came_in_any_order_are_put_in_the_order_of_the_tasks(tmp_path):
    data = kit.load(topics(billing=30, login=30)).cleaned()
    options = kit.Options(models="lr dummy", nsamp=30, repeats=2)
    run = kit.Run(data, options, tmp_path / "out")
    for task in reversed([*run.tasks()]):
        run.keep(task, kit.attempt(task, *run.split(task.repeat)))
    before = rows_of(tmp_path / "out", "results")
    run.results.sort(run.tasks())
    after = rows_of(tmp_path / "out", "results")
    assert after.model.tolist() == ["lr", "dummy"] * 2
    assert after.repeat.tolist() == ["0", "0", "1", "1"]
    pd.testing.assert_frame_equal(after, before[::-1].reset_index(drop=True))
