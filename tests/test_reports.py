"""Learning curves, errors, heaviest words and figures, against small known worlds."""

import itertools
import json
import sys
import tarfile

import numpy as np
import pytest
from conftest import BAD, GOOD, write_imdb_archive

import kit
import run_imdb


@pytest.fixture(scope="module")
def curve_run(tmp_path_factory):
    """The folder of a run with a learning curve, errors and all figures."""
    folder = tmp_path_factory.mktemp("curve")
    archive = write_imdb_archive(folder / "aclImdb_v1.tar.gz", per_class=260)
    options = ["--data", str(archive), "--nsamp", "250", "--models", "lr", "dummy"]
    options += ["--learning-curve", "--errors", "3", "--repeats", "2"]
    options += ["--out", str(folder / "out")]
    assert run_imdb.main(options) == 0
    return folder / "out"


def test_curves_go_from_100_to_all():
    assert kit.curve_sizes(1000) == [100, 200, 500, 1000]
    assert kit.curve_sizes(12_500) == [100, 200, 500, 1000, 2000, 5000, 10_000, 12_500]
    assert kit.curve_sizes(100) == [100]


def test_smaller_training_parts_lie_within_larger_ones(imdb_archive):
    train, _ = kit.draw(kit.load_imdb(imdb_archive), 60)
    parts = [kit.part_of(train, share) for share in (0.25, 0.5, 1)]
    ids = [set(part.ids) for part in parts]
    assert ids[0] < ids[1] < ids[2]
    assert [np.bincount(part.labels).tolist() for part in parts] == [
        [10, 10], [21, 21], [42, 42],
    ]  # fmt: skip
    assert parts[2].ids == train.ids


def test_a_learning_curve_has_one_test_part_and_growing_training_parts(curve_run):
    curve = kit.read_rows(curve_run / "learning_curve.csv")
    whole = kit.read_rows(curve_run / "results.csv")
    assert sorted({int(row["nsamp"]) for row in curve}) == [100, 200]
    assert {int(row["nsamp"]) for row in whole} == {250}
    assert {row["n_test"] for row in curve + whole} == {"150"}
    sizes = {(row["nsamp"], row["n_train"]) for row in curve + whole}
    assert sizes == {("100", "140"), ("200", "280"), ("250", "350")}
    assert len(curve) == 2 * 2 * 2 and len(whole) == 2 * 2
    predictions = kit.read_rows(curve_run / "predictions.csv")
    assert len(predictions) == 2 * 2 * 150  # of the whole draws only


def test_the_curves_table_shows_means_and_the_last_steps_gain(curve_run):
    rows = kit.read_rows(curve_run / "learning_curve.csv")
    rows += kit.read_rows(curve_run / "results.csv")

    def mean(size):
        scores = [
            r["accuracy"] for r in rows if (r["model"], r["nsamp"]) == ("lr", size)
        ]
        return 100 * np.mean(list(map(float, scores)))

    lines = (curve_run / "learning_curve.md").read_text().splitlines()
    cells = {line.split("|")[1].strip(): line.split("|")[2].strip() for line in lines
             if line.startswith("|")}  # fmt: skip
    assert float(cells["100"].split()[0]) == pytest.approx(mean("100"), abs=0.051)
    gain = mean("250") - mean("200")
    assert float(cells["200 to 250"]) == pytest.approx(gain, abs=0.051)


def test_the_same_command_takes_up_a_killed_curve(curve_run, tmp_path, capsys):
    folder = tmp_path / "out"
    folder.mkdir()
    for file in curve_run.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    about = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(about | {"finished": False}))
    rows = (folder / "learning_curve.csv").read_text().splitlines(keepends=True)
    (folder / "learning_curve.csv").write_text("".join(rows[:-3]))
    asked = about["asked"]
    options = ["--data", asked["data"], "--nsamp", "250", "--models", "lr", "dummy"]
    options += ["--learning-curve", "--errors", "3", "--repeats", "2"]
    assert run_imdb.main([*options, "--out", str(folder)]) == 0
    assert "9 results of" in capsys.readouterr().out
    again = kit.read_rows(folder / "learning_curve.csv")
    scores = {(r["nsamp"], r["repeat"], r["model"]): r["accuracy"] for r in again}
    before = kit.read_rows(curve_run / "learning_curve.csv")
    assert scores == {
        (r["nsamp"], r["repeat"], r["model"]): r["accuracy"] for r in before
    }


def test_a_curve_that_could_not_start_is_refused(capsys):
    assert run_imdb.main(["--learning-curve", "--nsamp", "50"]) == 2
    assert "starts at 100" in capsys.readouterr().err


def test_all_documents_of_the_smaller_class(tmp_path):
    archive = write_imdb_archive(tmp_path / "aclImdb_v1.tar.gz", per_class=30)
    options = ["--data", str(archive), "--nsamp", "all", "--models", "dummy"]
    assert run_imdb.main([*options, "--out", str(tmp_path / "out")]) == 0
    (row,) = kit.read_rows(tmp_path / "out" / "results.csv")
    assert row["nsamp"] == "30" and row["n_train"] == "42"


class Predictions:
    """Stands for ResultFiles: rows of predictions.csv by column."""

    def __init__(self, **rows):
        self.rows = {
            column: [
                dict(zip(("doc", "label", "predicted", "score"), row)) for row in some
            ]
            for column, some in rows.items()
        }

    def of(self, name, column, settings):
        return self.rows[column]


def test_the_most_missed_come_first_and_the_worst_of_equals():
    files = Predictions(
        lr=[("a", 1, 0, -3.0), ("b", 1, 0, -1.0), ("c", 0, 0, -2.0), ("d", 0, 1, 1.0)],
        rf=[("a", 1, 0, 0.1), ("b", 1, 0, 0.3), ("c", 0, 1, 0.2), ("d", 0, 0, 0.4)],
        dummy=[("a", 1, 0, 0), ("b", 1, 0, 0), ("c", 0, 0, 0), ("d", 0, 0, 0)],
    )
    missed = kit.most_missed(files, files.rows, None, 10)
    assert [(m["doc"], m["wrong"], len(m["far"])) for m in missed] == [
        ("a", 2, 2), ("b", 2, 2), ("d", 1, 2), ("c", 1, 2),
    ]  # fmt: skip
    assert missed[0]["scores"] == {"lr": [-3.0], "rf": [0.1]}
    assert len(kit.most_missed(files, files.rows, None, 1)) == 1


def test_errors_are_shown_with_class_scores_and_beginning(curve_run):
    text = (curve_run / "errors.md").read_text()
    wrong = {
        row["doc"] for row in kit.read_rows(curve_run / "predictions.csv")
        if row["model"] == "lr" and row["label"] != row["predicted"]
    }  # fmt: skip
    shown = [line.split("|")[1].strip() for line in text.splitlines()
             if line.startswith("| train/")]  # fmt: skip
    assert len(shown) == min(3, len(wrong)) and set(shown) <= wrong


@pytest.mark.parametrize("name", ["lr", "svm", "rf", "gbm", "nbsvm"])
def test_the_heaviest_words_are_those_that_make_the_classes(imdb_archive, name):
    train, _ = kit.draw(kit.load_imdb(imdb_archive), 60)
    settings = kit.Settings()
    table = kit.words_table(train, {name: name}, settings, count=3)
    heaviest = {row[1]: set(row[2].replace(",", "").split()) for row in table.rows}
    for words, own, other in ((GOOD, "pos", "neg"), (BAD, "neg", "pos")):
        assert len(set(words) & heaviest[own]) >= 2 > len(set(words) & heaviest[other])


def test_a_model_without_named_words_has_no_weights(imdb_archive):
    train, _ = kit.draw(kit.load_imdb(imdb_archive), 60)
    table = kit.words_table(train, {"dummy": "dummy"}, kit.Settings())
    assert table.rows == []


def test_roc_curves_are_the_mean_over_the_draws():
    labels, perfect = [0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]
    rows = [dict(repeat=r, label=c, score=s if r else 1 - s)
            for r in (0, 1) for c, s in zip(labels, perfect)]  # fmt: skip
    grid, mean = kit.roc_curve_of(rows)
    assert mean[50] == pytest.approx(0.5) and len(grid) == 101  # of 0 and 1


def test_one_draw_has_wilsons_interval():
    low, high = kit.interval_of(np.array([0.8]), 600)
    assert low == pytest.approx(0.766, abs=1e-3) and high == pytest.approx(
        0.830, abs=1e-3
    )
    several = np.array([0.78, 0.80, 0.82])
    assert kit.interval_of(several, 600) == kit.corrected_interval(several, 3 / 7)


def test_every_figure_is_drawn(curve_run):
    for name in ("accuracy", "roc", "confusion", "learning_curve"):
        assert (curve_run / f"{name}.png").read_bytes().startswith(b"\x89PNG"), name


def luminance(colour):
    """How light a colour is in grey, 0..1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_models_are_told_apart_without_colours():
    looks = [kit.style_of(name) for name in kit.ALGORITHMS]
    assert len({look["marker"] for look in looks}) == len(looks)
    assert len({look["linestyle"] for look in looks}) == len(looks)
    greys = [luminance(look["color"]) for look in looks]
    assert min(abs(a - b) for a, b in zip(greys, greys[1:])) > 0.1


def test_a_models_failure_costs_neither_errors_nor_figures(tmp_path):
    from conftest import add_file

    archive = tmp_path / "aclImdb_v1.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        for name, number in itertools.product(("neg", "pos"), range(30)):
            unique = name + "abcdefghij"[number // 10] + "abcdefghij"[number % 10]
            words = " ".join(unique + letter for letter in "uvw")
            add_file(packed, f"aclImdb/train/{name}/{number}_1.txt", words)
    out = tmp_path / "out"
    options = ["--data", str(archive), "--nsamp", "20", "--models", "lr", "nbsvm"]
    assert run_imdb.main([*options, "--errors", "2", "--out", str(out)]) == 1
    assert "no token occurs" in (out / "table.md").read_text()
    assert (out / "errors.md").exists() and (out / "confusion.png").exists()


def test_the_words_shown_are_those_of_the_model_that_was_scored(curve_run, tmp_path):
    asked = json.loads((curve_run / "run.json").read_text())["asked"]
    data = kit.load_imdb(asked["data"], nsamp=250)
    train, _ = kit.draw(data, 250)
    settings = kit.Settings(seed=kit.seed_of_repeat(0, 0))
    table = kit.words_table(train, {"lr": "LR"}, settings)
    shown = (curve_run / "errors.md").read_text()
    assert all(row[2] in shown for row in table.rows)


def test_cells_cannot_break_a_table():
    table = kit.as_markdown(["a", "b"], [["x|y", "<br /> two\nlines"]])
    (row,) = table.splitlines()[2:]
    assert row.count(" | ") == 1 and r"x\|y" in row and r"\<br /> two lines" in row


def test_a_terminal_that_knows_ascii_only(curve_run, tmp_path):
    import os
    import subprocess

    asked = json.loads((curve_run / "run.json").read_text())["asked"]
    command = [sys.executable, "run_imdb.py", "--data", asked["data"], "--nsamp", "40"]
    command += ["--models", "lr", "dummy", "--repeats", "2", "--out", str(tmp_path)]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=kit.home(), env=environment, capture_output=True)
    assert done.returncode == 0 and b"Traceback" not in done.stderr
