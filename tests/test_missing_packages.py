"""What is not installed: the line for pip before anything runs, and only if needed.

Needs none of the optional packages itself, so that it also runs where they are absent.
"""

import sys

import pandas as pd
import pytest
from conftest import enron_message, letter, topics, write_emails_csv

import kit

OPTIONAL = ("tensorflow", "tokenizers", "pooch", "kagglehub", "bs4", "matplotlib",
            "hyperopt", "skops")  # fmt: skip


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """None of the optional packages can be imported; but pyarrow, on which pandas, once
    it has seen it, depends. (Where that is absent, too, CI runs these tests again.)"""
    for package in OPTIONAL:
        monkeypatch.setitem(sys.modules, package, None)


@pytest.fixture
def own(tmp_path):
    """The options of a small run on a table of three classes."""
    table = tmp_path / "mail.csv"
    topics(sales=30, tax=30, sport=30).to_csv(table, index=False)
    return ["--data", str(table), "--jobs", "1", "--out", str(tmp_path / "out")]


def refused(capsys, tmp_path, *words):
    """The one sentence of a run that wrote nothing."""
    assert kit.command_line(*words) == 2
    said = capsys.readouterr()
    assert len(said.err.splitlines()) == 1 and "repeat 1" not in said.out
    assert not (tmp_path / "out").exists()
    return said.err.strip()


def test_simple_models_need_none_of_them_and_lose_the_figures_only(
    own, tmp_path, capsys
):
    models = "--models lr svm rf gbm nbsvm dummy --tune lr --errors 2 --audit"
    assert kit.command_line("own", own, models) == 0
    said = capsys.readouterr().out
    assert said.count("none will be drawn: pip install matplotlib") == 1
    assert said.index("pip install matplotlib") < said.index("repeat 1")
    assert "pip install" not in said.split("matplotlib", 1)[1]
    files = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"results.csv", "table.md", "errors.md", "run.json"} <= files
    assert not [name for name in files if name.endswith(".png")]


@pytest.mark.parametrize(
    "model, line",
    [
        ("elmo", "pip install tensorflow"),
        ("bert", "pip install tensorflow tokenizers"),
        ("blend", "pip install tensorflow tokenizers"),
    ],
)
def test_an_encoder_asks_for_its_packages_first(own, tmp_path, capsys, model, line):
    said = refused(capsys, tmp_path, "own", own, "--models lr", model)
    assert said.endswith(line)
    assert "needs what is not installed here" in said


def test_what_is_there_is_not_asked_for(own, tmp_path, capsys, monkeypatch):
    there = "tensorflow", "matplotlib"
    seen = kit.is_installed
    monkeypatch.setattr(kit, "is_installed", lambda name: name in there or seen(name))
    said = refused(capsys, tmp_path, "own", own, "--models bert")
    assert said.startswith("error: BERT needs") and said.endswith("install tokenizers")


def test_hyperopt_is_asked_for_where_it_searches(own, tmp_path, capsys):
    said = refused(capsys, tmp_path, "own", own, "--models lr --tune --search hyperopt")
    assert said.endswith("pip install hyperopt")


def test_parquet_asks_for_its_reader_and_the_cache_does_without(
    tmp_path, capsys, monkeypatch
):
    seen = kit.is_installed
    monkeypatch.setattr(kit, "is_installed",
                        lambda name: name != "pyarrow" and seen(name))  # fmt: skip
    (tmp_path / "mail.parquet").write_bytes(b"PAR1")
    words = "--models lr --out", str(tmp_path / "out")
    said = refused(capsys, tmp_path, "own", "--data", tmp_path / "mail.parquet", *words)
    assert said.endswith("mail.parquet needs what is not installed here: pip install "
                         "pyarrow")  # fmt: skip
    frame = pd.DataFrame({"text": ["a"]})
    assert kit.cached_frame("thing", 1, lambda: frame) is frame
    assert "pip install pyarrow" in capsys.readouterr().out


def test_mail_in_html_asks_for_its_reader(tmp_path, capsys):
    write_emails_csv(tmp_path / "emails.csv", [enron_message("buy")])
    (tmp_path / "fradulent_emails.txt").write_bytes(letter(b"Dear friend"))
    words = "--models lr --out", str(tmp_path / "out")
    said = refused(capsys, tmp_path, "email", "--data", tmp_path, *words)
    assert said.endswith("pip install beautifulsoup4")


def test_downloads_ask_for_theirs(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(kit, "reachable", lambda url: True)
    monkeypatch.setattr(kit, "KAGGLE_INPUT", tmp_path)
    monkeypatch.chdir(tmp_path)
    words = "--models lr --out", str(tmp_path / "out")
    said = refused(capsys, tmp_path, "imdb", *words)
    assert said.endswith("pip install pooch")
    said = refused(capsys, tmp_path, "email", *words)
    assert said.endswith("pip install kagglehub")
    with pytest.raises(kit.KitError, match="pip install kagglehub"):
        kit.Encoder("me/my-bert/tensorFlow2/base/1").find()
    with pytest.raises(kit.KitError, match="pip install pooch"):  # has a URL, too
        kit.Encoder(kit.ELMO).find()


def test_a_package_of_another_name_for_pip_is_called_by_it():
    assert not kit.is_installed("bs4") and not kit.is_installed("no.such.package")
    kit.require("Nothing")
    kit.require("Tables", "pandas")
    with pytest.raises(kit.KitError, match="pip install beautifulsoup4 skops$"):
        kit.require("This", "bs4", "pandas", "skops")
