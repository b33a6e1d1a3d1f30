"""kit.py in other people's hands: imported, pasted, run in a notebook; its own shape."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import kit

ROOT = Path(kit.__file__).parent
SOURCE = (ROOT / "kit.py").read_text()
TREE = ast.parse(SOURCE)


def python(code, folder, **options):
    """Run code in a fresh interpreter in a folder; its output."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", code, *options.get("argv", [])],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_loads_no_heavy_library_and_does_nothing(tmp_path):
    code = "import sys, kit; print([m for m in ('tensorflow', 'matplotlib', 'keras', "
    code += (
        "'hyperopt', 'tokenizers', 'kagglehub', 'bs4', 'pooch') if m in sys.modules])"
    )
    assert python(code, tmp_path).strip() == "[]"
    assert list(tmp_path.iterdir()) == []


def test_pasted_into_a_cell_it_runs(imdb_archive, tmp_path):
    code = "source = open(r'%s').read(); exec(compile(source, '<cell>', 'exec'))\n" % (
        ROOT / "kit.py"
    )
    code += "import sys; assert 'tensorflow' not in sys.modules\n"
    code += "assert BertLayer(0).pooling == 'mean'\n"
    code += (
        f"print(command_line('imdb', '--data {imdb_archive} --models lr,rf --jobs 2 "
    )
    code += "--nsamp 40 --repeats 2'))"
    out = python(code, tmp_path)
    assert out.strip().endswith("0") and (tmp_path / "results" / "table.md").exists()


@pytest.mark.slow
def test_a_notebook_shows_html_and_figures(imdb_archive, tiny, tmp_path):
    pytest.importorskip("ipykernel")
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    options = f"--data {imdb_archive} --nsamp 40 --models lr,bert --jobs 1"
    options += f" --bert {tiny['bert_dict']} --out {tmp_path / 'out'}"
    cells = [
        f"%run {ROOT / 'run_imdb.py'} {options}",
        f"%cd {tmp_path}\n" + (ROOT / "run_imdb.py").read_text(),  # pasted, no options
    ]
    cells.insert(1, f"import sys; sys.path.insert(0, r'{ROOT}'); import kit")
    cells[2:] = [f"kit.command_line('imdb', '{options}')"]
    notebook = nbformat.v4.new_notebook(
        cells=list(map(nbformat.v4.new_code_cell, cells))
    )
    nbclient.NotebookClient(notebook, timeout=120).execute()
    for cell in (notebook.cells[0], notebook.cells[-1]):
        kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
        assert {"text/html", "image/png"} <= kinds


def defined_names():
    """Module-level names and the line of their first definition."""
    names = {}
    for node in TREE.body:
        targets = getattr(node, "targets", [getattr(node, "target", node)])
        for target in targets:
            name = getattr(target, "name", getattr(target, "id", None))
            names.setdefault(name, node.lineno)
    return names


def test_everything_flows_downhill():
    names = defined_names()
    uphill = [
        (node.id, node.lineno)
        for node in ast.walk(TREE)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        and names.get(node.id, 0) > node.lineno
    ]  # fmt: skip
    assert uphill == []


def test_banners_stand_in_the_order_of_the_contents():
    banners = re.findall(r"^# -{10,} (.+)$", SOURCE, re.MULTILINE)
    contents = " ".join(kit.__doc__.split("Contents: ")[1].split()).rstrip(".")
    assert banners == contents.split("; ")
    assert not re.search("misc|util|helper", " ".join(banners), re.IGNORECASE)


def functions():
    return [n for n in ast.walk(TREE) if isinstance(n, ast.FunctionDef)]


def test_functions_are_short_and_public_ones_documented():
    lengths = sorted(f.end_lineno - f.lineno + 1 for f in functions())
    assert lengths[len(lengths) // 2] <= 12 and lengths[-1] <= 50
    assert lengths[int(0.9 * len(lengths))] <= 30
    top = [n for n in TREE.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    assert [n.name for n in top if not ast.get_docstring(n)] == []
    assert max(map(len, SOURCE.splitlines())) <= 88


@pytest.mark.parametrize("name", ["run_email.py", "run_imdb.py"])
def test_run_scripts_are_thin(name):
    assert len((ROOT / name).read_text().splitlines()) <= 40


def test_the_readme_documents_every_option():
    readme = (ROOT / "README.md").read_text()
    options = kit.make_parser("imdb")._option_string_actions
    missing = [name for name in options if name.startswith("--") and name not in readme]
    assert missing == []
