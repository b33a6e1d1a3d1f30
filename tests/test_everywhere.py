"""kit.py in other people's hands: pasted into a notebook, imported, run in a cell."""

import subprocess
import sys

import pytest
from test_compare import teams

import kit

SOURCE = (kit.home() / "kit.py").read_text(encoding="utf-8")


def run_cells(*cells, cwd):
    """The text that each cell printed, and its outputs, in a real kernel."""
    pytest.importorskip("ipykernel")
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    notebook = nbformat.v4.new_notebook(
        cells=list(map(nbformat.v4.new_code_cell, map(str.strip, cells))))  # fmt: skip
    client = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(cwd)}})  # fmt: skip
    client.execute()
    outputs = [cell.outputs for cell in notebook.cells]
    texts = ["".join(out.get("text", "") for out in one if out.output_type == "stream")
             for one in outputs]  # fmt: skip
    return texts, outputs


def kinds(outputs):
    """The kinds of data that a cell has shown."""
    return {kind for output in outputs for kind in output.get("data", {})}


CELLS = (
    """
stats, json, load = 5, "mine", "gone"
before = set(globals())
""",
    f"""print("before the kit")
{SOURCE}
mine = sorted(set(globals()) - before)
print("after the kit")
""",
    """
print(*(name for name in mine if name[0] != "_"))
print(stats, json)
""",
    """
stats = 1; time = 2; Path = 3; np = pd = dataclass = None
frame = __import__("pandas").read_csv("mail.csv")
data = kit.load(frame, text="body", label="team")
results = compare(data, models="lr nbsvm", repeats=3, jobs=2)
print(results.verdict()); results.table()
""",
    """
print(stats, time, Path, np)
print(*{value.__module__ for value in (DenseHead, Tokens, compare, KitError)})
print(type(results.report.columns[0].pipeline()[-1]).__module__)
print(Dataset is kit.Dataset, Column("lr").pipeline()[0])
""",
    """
import os, sys
print("tensorflow" in sys.modules, "matplotlib" in sys.modules)
print(sorted(os.listdir()))
""",
    """
words = "--data mail.csv --text-column body --label-column team --models lr,dummy"
code = command_line("own", words, "--jobs 1 --out out --repeats 2")
print("code", code)
""",
    """
command_line("own", words, "--jobs 1 --out tuned --tune lr")
""",
)


@pytest.fixture(scope="module")
def pasted(tmp_path_factory):
    """(texts, outputs) of a notebook whose second cell is the kit, and what follows."""
    folder = tmp_path_factory.mktemp("notebook")
    teams(20).to_csv(folder / "mail.csv", index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield run_cells(*CELLS, cwd=folder)


def test_what_else_stands_in_the_cell_of_the_kit_runs_once(pasted):
    assert pasted[0][1] == "before the kit\nafter the kit\n"


def test_a_pasted_kit_leaves_only_its_public_names(pasted):
    names, users = pasted[0][2].splitlines()
    new = set(names.split()) - {"before"}
    assert new | {"load"} == {"kit", *kit.__all__}  # load was the notebook's before
    assert users == "5 mine"


def test_names_of_the_user_do_not_harm_a_pasted_kit(pasted):
    texts, outputs = pasted
    assert "At 200 words it is not said whether transfer pays" in texts[3]
    assert "text/html" in kinds(outputs[3])
    assert texts[4].splitlines()[0] == "1 2 3 None"


def test_classes_of_a_pasted_kit_are_called_kit(pasted):
    _, modules, classifier, same = pasted[0][4].splitlines()
    assert modules == "kit" and classifier.startswith("sklearn")
    assert same == "True Tokens()"


def test_comparing_in_a_notebook_draws_and_writes_nothing(pasted):
    loaded, files = pasted[0][5].splitlines()
    assert loaded == "False False" and files == "['mail.csv']"


def test_the_command_line_in_a_notebook_shows_html_and_figures(pasted):
    texts, outputs = pasted
    assert texts[6].endswith("code 0\n") and "| tokens/length" not in texts[6]
    (page,) = [one.data for one in outputs[6] if "text/html" in one.get("data", {})]
    assert "not said whether transfer pays" in page["text/html"]
    assert page["text/html"].count("data:image/svg+xml") == 3  # accuracy, ROC, confusion
    # What a log of the notebook keeps ("Save version") has the numbers, too.
    assert "| tokens/length" in page["text/plain"] and "HTML object" not in str(outputs)


def test_a_cell_shows_no_exit_code_and_no_bar_that_stands_still(pasted):
    last = pasted[1][7]
    assert not any(one.output_type == "execute_result" for one in last)
    assert "  0%|" not in str(pasted[1][6:]) and "image/png" not in kinds(last)


@pytest.mark.slow
def test_a_run_script_in_a_notebook_ends_without_an_error(imdb_archive, tmp_path):
    (tmp_path / "data").mkdir()  # where a script without options finds it
    (tmp_path / "data" / imdb_archive.name).symlink_to(imdb_archive)
    options = f"--data {imdb_archive} --nsamp 40 --models lr,dummy --jobs 1"
    run = kit.home() / "run_imdb.py"
    _, outputs = run_cells(
        f"%run {run} {options} --out {tmp_path / 'out'}",
        f"import sys; sys.path.insert(0, r'{kit.home()}')\n{run.read_text()}",
        "%run " + str(run) + " --data nowhere",
        cwd=tmp_path)  # fmt: skip
    assert {"text/html", "text/plain"} <= kinds(outputs[0])
    assert not any(one.output_type == "error" for cell in outputs for one in cell)
    assert "--nsamp 1000 is more than the 60" in str(outputs[1])
    assert "not there" in str(outputs[2])


def test_a_kit_that_came_alone_runs_as_a_script(imdb_archive, tmp_path):
    (tmp_path / "kit.py").write_text(SOURCE)

    def run(*words):
        command = [sys.executable, str(tmp_path / "kit.py"), *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    options = ["--data", str(imdb_archive), "--nsamp", "40", "--models", "lr,dummy"]
    done = run("imdb", *options, "--jobs", "1", "--out", "out folder")
    assert done.returncode == 0 and "| tokens/length" in done.stdout, done.stderr
    assert (tmp_path / "out folder" / "results.csv").exists()
    for words in ((), ("--demo",)):
        done = run(*words)
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
        assert "as in imdb --demo" in done.stderr
