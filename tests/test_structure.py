"""The shape of kit.py: downhill, small, in order, light to import."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import kit

ROOT = Path(kit.__file__).parent
SOURCE = (ROOT / "kit.py").read_text(encoding="utf-8")
TREE = ast.parse(SOURCE)
FUNCTIONS = [node for node in ast.walk(TREE) if isinstance(node, ast.FunctionDef)]
TOP = [node for node in TREE.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]


def defined_names():
    """Module-level names and the line of their first definition."""
    names = {}
    for node in TREE.body:
        for target in getattr(node, "targets", [getattr(node, "target", node)]):
            name = getattr(target, "name", getattr(target, "id", None))
            names.setdefault(name, node.lineno)
    return names


def test_everything_flows_downhill():
    names = defined_names()
    uphill = [
        f"line {node.lineno}: {node.id}, defined in line {names[node.id]}"
        for node in ast.walk(TREE)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        and names.get(node.id, 0) > node.lineno
    ]  # fmt: skip
    assert uphill == []


def test_the_kit_is_small():
    assert len(SOURCE.splitlines()) <= 7150
    assert len(TOP) <= 220
    assert max(map(len, SOURCE.splitlines())) <= 88


def test_functions_are_short():
    lengths = {f"{f.name}:{f.lineno}": f.end_lineno - f.lineno + 1 for f in FUNCTIONS}
    assert sorted(lengths.values())[len(lengths) // 2] <= 8
    assert {name: length for name, length in lengths.items() if length > 45} == {}


def test_whatever_stands_at_top_level_says_what_it_is():
    assert [node.name for node in TOP if not ast.get_docstring(node)] == []


def test_banners_stand_in_the_order_of_the_contents():
    banners = re.findall(r"^# -{10,} (.+)$", SOURCE, re.MULTILINE)
    contents = " ".join(kit.__doc__.split("Contents: ")[1].split()).rstrip(".")
    assert banners == contents.split("; ")
    assert not re.search("misc|util|helper", " ".join(banners), re.IGNORECASE)


def dotted(node):
    """The name that an expression spells, as in joblib.Parallel; "" if it is none."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


def used_names():
    """[(dotted name, line)] of all that kit.py imports or mentions in its code."""
    found = []
    for node in ast.walk(TREE):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(f"{node.module}.{a.name}", node.lineno) for a in node.names]
        else:
            found.append((dotted(node), getattr(node, "lineno", 0)))
    return found


def test_nothing_is_pickled():
    told = "pickle|shelve|marshal|dill|joblib.*dump|joblib.*load|allow_pickle"
    assert [(name, line) for name, line in used_names() if re.search(told, name)] == []
    assert "allow_pickle" not in SOURCE


def test_only_in_waves_calls_workers():
    (home,) = [node for node in TOP if node.name == "in_waves"]
    lines = [line for name, line in used_names() if name.endswith("Parallel")]
    assert lines and all(home.lineno <= line <= home.end_lineno for line in lines)
    others = "multiprocessing|concurrent.futures|ThreadPool"
    assert [name for name, _ in used_names() if re.search(others, name)] == []
    assert "n_jobs=" not in SOURCE  # of scikit-learn's own workers, which nobody counts


def test_models_are_known_to_the_algorithms_only():
    names, told = set(kit.ALGORITHMS), []
    for node in ast.walk(TREE):
        if isinstance(node, ast.Compare):
            parts = {getattr(part, "value", 0) for part in ast.walk(node)
                     if isinstance(part, ast.Constant)}  # fmt: skip
            told += [ast.unparse(node)] * bool(names & parts)
    assert told == []


HEAVY = ("tensorflow", "keras", "matplotlib", "hyperopt", "dask", "tokenizers",
         "kagglehub", "bs4", "pooch", "tqdm", "IPython")  # fmt: skip


def test_importing_loads_no_heavy_library_and_does_nothing(tmp_path):
    code = f"""
import logging, os, signal, sys, joblib, numpy as np, pandas, sklearn
def state():
    handlers = logging.root.handlers[:], signal.getsignal(signal.SIGINT)
    return dict(os.environ), handlers, np.random.get_state()[1].tolist()
before, names = state(), set(globals()) | {{"before", "names", "kit"}}
import kit
assert before == state()
print([name for name in {HEAVY} if name in sys.modules])
from kit import *
print(*sorted(set(globals()) - names))
print([name for name in {HEAVY} if name in sys.modules])
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1",
                                "KIT_CACHE": str(tmp_path / "cache")}  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment,
                          capture_output=True, text=True, timeout=120)  # fmt: skip
    assert done.returncode == 0, done.stderr
    loaded, names, loaded_by_star = done.stdout.splitlines()
    assert loaded == loaded_by_star == "[]" and done.stderr == ""
    assert names.split() == sorted(kit.__all__) and 10 <= len(kit.__all__) <= 18
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["run_email.py", "run_imdb.py", "run_own.py"])
def test_run_scripts_are_thin(name):
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= 40
