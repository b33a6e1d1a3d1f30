"""Kernels for Kaggle: what its own program makes of them, and how they run there."""

import http.server
import json
import os
import shlex
import subprocess
import sys
import threading

import pandas as pd
import pytest
from conftest import topics
from test_everywhere import run_cells

import kit
import make_kernel

NEEDED = {name: sorted(need.kaggle for need in corpus.needs)
          for name, corpus in kit.CORPORA.items()}  # fmt: skip


def made(folder, *words):
    """(metadata, sources of the cells) of a kernel made with these words."""
    assert make_kernel.main([*words, "--user", "me", "--folder", str(folder)]) == 0
    metadata = json.loads((folder / "kernel-metadata.json").read_text())
    notebook = json.loads((folder / metadata["code_file"]).read_text())
    return metadata, [cell["source"] for cell in notebook["cells"]]


@pytest.mark.parametrize("name", kit.CORPORA)
def test_a_kernel_has_the_kit_the_run_and_all_it_needs(name, tmp_path):
    metadata, (first, second) = made(tmp_path, name, "--repeats", "5")
    source = (kit.home() / "kit.py").read_text(encoding="utf-8")
    assert first == f"%%writefile kit.py\n{source}"
    assert f"kit.command_line('{name}', ['--repeats', '5'])" in second
    assert metadata["dataset_sources"] == NEEDED[name]
    assert metadata["model_sources"] == sorted([kit.BERT, kit.ELMO])
    assert metadata["id"] == f"me/does-transfer-pay-{name}"
    assert not metadata["enable_internet"] and not metadata["enable_gpu"]
    assert metadata["machine_shape"] == ""


@pytest.mark.parametrize(
    "words, expected",
    [
        ("imdb --models lr,svm", {"model_sources": []}),
        ("imdb --models lr,nbsvm,blend", {"model_sources": []}),
        ("imdb --models bert", {"model_sources": [kit.BERT]}),
        ("imdb --models bert --bert me/b/tensorFlow2/x/1",
         {"model_sources": ["me/b/tensorFlow2/x/1"]}),
        ("imdb --accelerator NvidiaTeslaT4",
         {"enable_gpu": True, "machine_shape": "NvidiaTeslaT4"}),
        ("imdb --accelerator TpuV5E8", {"enable_gpu": False, "enable_tpu": True}),
        ("imdb --accelerator nvidiateslat4",
         {"enable_gpu": True, "machine_shape": "NvidiaTeslaT4"}),
        ("imdb --title Größen-Überprüfung!",
         {"id": "me/grossen-uberprufung", "title": "Größen-Überprüfung!"}),
        ("own --data a/b.csv --source me/a/3", {"dataset_sources": ["me/a/3"]}),
        ("imdb --demo --source me/kit", {"dataset_sources": ["me/kit"]}),
        ("email --encoders mini --source me/kit",
         {"dataset_sources": ["me/kit", *NEEDED["email"]], "model_sources": []}),
        ("imdb --data reviews --source me/reviews", {"dataset_sources": ["me/reviews"]}),
        ("own --data a-b/c.csv --source me/a-b --source me/b/tensorFlow2/x/1 "
         "--models lr --text-column t",
         {"dataset_sources": ["me/a-b"], "model_sources": ["me/b/tensorFlow2/x/1"]}),
        ("own --data spooky/train.zip --competition spooky --models lr",
         {"competition_sources": ["spooky"], "dataset_sources": []}),
    ],
)  # fmt: skip
def test_what_a_run_needs_is_attached_and_no_more(words, expected, tmp_path):
    metadata, _ = made(tmp_path, *words.split())
    assert {name: metadata[name] for name in expected} == expected


def test_a_submission_reads_the_folder_of_its_competition(tmp_path):
    words = "own --competition nlp-getting-started --submit --models lr".split()
    metadata, (_, run) = made(tmp_path, *words)
    place = str(kit.KAGGLE_INPUT / "nlp-getting-started")
    assert str(["--submit", "--models", "lr", "--data", place]) in run
    assert metadata["competition_sources"] == ["nlp-getting-started"]


@pytest.mark.parametrize(
    "words, told",
    [
        ("imdb --modles lr", "Did you mean --models?"),
        ("imdb --models lr,bret", "Did you mean bert?"),
        ("imbd", "imbd is none of imdb, email, own. Did you mean imdb?"),
        ("imdb --accelerator T4", "T4 is none of NvidiaTeslaT4, "),
        ("imdb --accelerator NvidiaTeslaT5", "Did you mean NvidiaTeslaT4?"),
        ("imdb --title ab", "five characters"),
        ("imdb --title 日本語日本語", "letters or digits"),
        ("imdb --source my-set", "--source my-set is no OWNER/DATASET"),
        ("imdb --user 'me you'", "--user me you: Kaggle's name"),
        ("own --submit", "--data DATASET/FILE"),
        ("imdb --bert my/folder", "my/folder cannot be attached"),
        ("imdb --demo", "--source OWNER/DATASET"),
        ("imdb --encoders mini", "--source OWNER/DATASET"),
        ("own", "--data DATASET/FILE"),
        ("imdb --save", "leave out --save"),
        ("own --data my-set/a.csv", "is in no attached data set"),
    ],
)
def test_what_kaggle_would_lack_is_told_before(words, told, tmp_path, capsys):
    options = ["--user", "me", *shlex.split(words), "--folder", str(tmp_path / "kernel")]
    assert make_kernel.main(options) == 2
    said = capsys.readouterr().err
    assert told in said and len(said.splitlines()) == 1
    assert not (tmp_path / "kernel").exists()


class Kaggle(http.server.BaseHTTPRequestHandler):
    """Stands in for Kaggle's server: keeps what it is sent, and accepts it."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.server.received.append((self.path, json.loads(body)))
        answer = {"ref": "me/x", "url": "https://x.org/me/x", "versionNumber": 7}
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


# Kaggle's own program with another address of its server.
PUSH = """
import sys
from kagglesdk import kaggle_env
kaggle_env._env_to_endpoint[kaggle_env.KaggleEnv.PROD] = sys.argv.pop()
from kaggle.cli import main
main()
"""


def test_kaggles_own_program_takes_the_folder_as_it_is(tmp_path):
    if not kit.is_installed("kaggle"):  # which logs in when it is imported
        pytest.skip("needs the package kaggle")
    words = "imdb --models lr,bert --accelerator NvidiaTeslaT4"
    metadata, cells = made(tmp_path / "kernel", *words.split())
    login = {"KAGGLE_USERNAME": "me", "KAGGLE_KEY": "0" * 32,
             "KAGGLE_CONFIG_DIR": str(tmp_path), "HOME": str(tmp_path)}  # fmt: skip
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Kaggle) as server:
        server.received = []
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        command = [sys.executable, "-c", PUSH, "kernels", "push", "-p",
                   str(tmp_path / "kernel"), url]  # fmt: skip
        done = subprocess.run(command, env=os.environ | login, timeout=120,
                              capture_output=True, text=True)  # fmt: skip
        server.shutdown()
    assert "Kernel version 7 successfully pushed" in done.stdout, done.stderr
    assert "title does not resolve" not in done.stdout
    (path, sent), = [one for one in server.received if "SaveKernel" in one[0]]
    assert sent["slug"] == metadata["id"] and sent["newTitle"] == metadata["title"]
    assert sent["language"], sent["kernelType"] == ("python", "notebook")
    assert sent["datasetDataSources"] == NEEDED["imdb"]
    assert sent["modelDataSources"] == [kit.BERT]
    assert sent["enableGpu"] and not sent["enableInternet"] and sent["isPrivate"]
    assert sent["machineShape"] == "NvidiaTeslaT4"
    notebook = json.loads(sent["text"])
    assert [cell["source"] for cell in notebook["cells"]] == cells


def run_on_kaggle(folder, mounts, cells):
    """The texts that the cells of a kernel print where these mounts and the folder
    "working" are Kaggle's, and the folder's results.csv."""
    working = folder / "working"
    working.mkdir()
    there = f"""
from pathlib import Path
import kit
kit.KAGGLE_INPUT, kit.KAGGLE_WORKING = Path({str(mounts)!r}), Path({str(working)!r})
kit.KAGGLE_SITE = "http://127.0.0.1:9"
"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Batch")
        texts, outputs = run_cells(cells[0], there, cells[1], cwd=working)
    assert not [one for cell in outputs for one in cell if one.output_type == "error"]
    results = pd.read_csv(working / "results.csv", keep_default_na=False)
    return texts[2], results


SMALL = ["--nsamp", "50", "--jobs", "1", "--models"]


@pytest.fixture
def mounts(tmp_path, tiny, imdb_archive, email_folder):
    """Kaggle's mounts of the article's data (one in each layout) and encoders."""
    folder = tmp_path / "input"
    owner, slug = kit.CORPORA["imdb"].needs[0].kaggle.split("/")
    place = folder / "datasets" / owner / slug
    place.mkdir(parents=True)
    (place / imdb_archive.name).symlink_to(imdb_archive)
    for data in email_folder.iterdir():
        (folder / data.name).symlink_to(data)
    for handle, name in ((kit.ELMO, "elmo_tf1"), (kit.BERT, "bert_dict")):
        place = folder.joinpath(*handle.split("/")[1:])
        place.parent.mkdir(parents=True)
        place.symlink_to(tiny[name])
    return folder


@pytest.mark.parametrize("name, models, encoders", [
    ("imdb", "lr,svm,elmo,bert", {kit.ELMO, kit.BERT}), ("email", "lr,svm", set())])
def test_the_articles_kernels_run_on_kaggle(name, models, encoders, mounts, tmp_path):
    metadata, cells = made(tmp_path / "kernel", name, *SMALL, models)
    text, results = run_on_kaggle(tmp_path, mounts, cells)
    assert "Traceback" not in text and "error:" not in text
    assert results.model.tolist() == models.split(",")
    assert (results.error == "").all()
    assert set(results.encoder) - {""} == encoders
    # The SVM is that of the corpus, here as in the run scripts.
    params = json.loads(results.set_index("model").params["svm"])
    kernel = kit.CORPORA[name].svm.get("kernel", "rbf")
    assert params["classifier__kernel"] == kernel
    for file in ("table.md", "accuracy.png", "run.json", "predictions.csv"):
        assert (tmp_path / "working" / file).exists()


def test_a_kernel_of_ones_own_texts_finds_them(tmp_path):
    folder = tmp_path / "input" / "datasets" / "me" / "my-set"  # the newer layout
    folder.mkdir(parents=True)
    table = folder / "mail.csv"
    topics(sales=30, tax=30).to_csv(table, index=False)
    words = "own --data my-set --source me/my-set --models lr,dummy --jobs 1"
    _, (first, second) = made(tmp_path / "kernel", *words.split())
    second = second.replace("/kaggle/input", str(tmp_path / "input"))
    text, results = run_on_kaggle(tmp_path, tmp_path / "input", (first, second))
    assert results.model.tolist() == ["lr", "dummy"]
    assert results.source.tolist() == [str(table)] * 2


def test_a_kernel_that_cannot_run_ends_in_an_error(tmp_path):
    nbclient = pytest.importorskip("nbclient")
    (tmp_path / "input").mkdir()
    _, cells = made(tmp_path / "kernel", "imdb", "--models", "dummy")
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="nothing has run"):
        run_on_kaggle(tmp_path, tmp_path / "input", cells)


def test_the_script_is_thin():
    lines = (kit.home() / "make_kernel.py").read_text().splitlines()
    assert len(lines) <= 155 and max(map(len, lines)) <= 88
