"""Learning curves, errors, heaviest words and figures, against small known worlds."""

import itertools
import json
import tarfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import BAD, GOOD, add_file, topics, write_imdb_archive
from scipy import stats
from sklearn import metrics
from test_compare import TOPICS, loaded, teams

import kit
import run_imdb

pytestmark = pytest.mark.figures


@pytest.fixture(scope="module")
def module_cache(tmp_path_factory):
    """A cache for what a whole module shares."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def curve_run(tmp_path_factory, module_cache):
    """(folder of results, options) of a run with a learning curve and all figures."""
    folder = tmp_path_factory.mktemp("curve")
    archive = write_imdb_archive(folder / "aclImdb_v1.tar.gz", per_class=260)
    options = ["--data", str(archive), "--nsamp", "250", "--models", "lr", "dummy"]
    options += ["--learning-curve", "--errors", "3", "--repeats", "2", "--jobs", "1"]
    assert run_imdb.main(options, ["--out", str(folder / "out")]) == 0
    return folder / "out", options


@pytest.fixture(scope="module")
def four(module_cache):
    """The Report of three simple models on four classes, five draws."""
    results = kit.compare(loaded(), "lr nbsvm dummy", repeats=5, jobs=1)
    return results.report


def csv(folder, name):
    return pd.read_csv(folder / f"{name}.csv", keep_default_na=False)


def test_curves_go_from_100_to_all():
    assert kit.curve_sizes(1000) == [100, 200, 500, 1000]
    assert kit.curve_sizes(12_500) == [100, 200, 500, 1000, 2000, 5000, 10_000, 12_500]
    assert kit.curve_sizes(100) == [100]


def test_smaller_training_parts_lie_within_larger_ones(imdb_archive):
    train, _ = kit.load("imdb", imdb_archive).draw(60)
    parts = [train.part(share) for share in (0.25, 0.5, 1)]
    ids = [set(part.frame.id) for part in parts]
    assert ids[0] < ids[1] < ids[2]
    assert [np.bincount(part.y).tolist() for part in parts] == [
        [10, 10], [21, 21], [42, 42],
    ]  # fmt: skip
    assert parts[2].texts == train.texts


def test_a_learning_curve_has_one_test_part_and_growing_training_parts(curve_run):
    folder, _ = curve_run
    curve, whole = csv(folder, "learning_curve"), csv(folder, "results")
    both = pd.concat([curve, whole])
    assert sorted(curve.nsamp.unique()) == [100, 200] and set(whole.nsamp) == {250}
    assert set(both.n_test) == {150}
    assert set(zip(both.nsamp, both.n_train)) == {(100, 140), (200, 280), (250, 350)}
    assert len(curve) == 2 * 2 * 2 and len(whole) == 2 * 2
    assert len(csv(folder, "predictions")) == 2 * 2 * 150  # of the whole draws only


def test_the_curves_table_shows_means_and_the_last_steps_gain(curve_run):
    folder, _ = curve_run
    rows = pd.concat([csv(folder, name) for name in ("learning_curve", "results")])
    mean = 100 * rows[rows.model == "lr"].groupby("nsamp").accuracy.mean()
    lines = (folder / "learning_curve.md").read_text().splitlines()
    cells = {line.split("|")[1].strip(): line.split("|")[2].strip() for line in lines
             if line.startswith("|")}  # fmt: skip
    for size in (100, 200, 250):
        shown = float(cells[str(size)].split()[0])
        assert shown == pytest.approx(mean[size], abs=0.051)
    assert float(cells["200 to 250"]) == pytest.approx(mean[250] - mean[200], abs=0.051)


def test_the_same_command_takes_up_a_killed_curve(curve_run, tmp_path, capsys):
    before, options = curve_run
    folder = tmp_path / "out"
    folder.mkdir()
    for file in before.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    about = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(about | {"finished": False}))
    for name, lost in (("learning_curve", slice(1, 4)), ("results", slice(-1, None))):
        rows = (folder / f"{name}.csv").read_text().splitlines(keepends=True)
        del rows[lost]
        (folder / f"{name}.csv").write_text("".join(rows))
    assert run_imdb.main(options, ["--out", str(folder)]) == 0
    assert "8 results of" in capsys.readouterr().out
    for name, kept in (("learning_curve", 5), ("results", 3)):
        key = ["nsamp", "repeat", "model"]
        again, old = (csv(place, name).set_index(key).sort_index()
                      for place in (folder, before))  # fmt: skip
        assert again.accuracy.equals(old.accuracy)
        assert (again.fit_seconds == old.fit_seconds).sum() == kept  # not done again
    assert len(csv(folder, "predictions")) == 2 * 2 * 150  # one for each, as before


def test_a_curve_that_could_not_start_is_refused(capsys):
    assert run_imdb.main(["--learning-curve", "--nsamp", "50"]) == 2
    assert "starts at 100" in capsys.readouterr().err
    with pytest.raises(kit.KitError, match="100 documents per class, and there are 67"):
        kit.compare(kit.load(topics(a=67, b=67)), models="lr", learning_curve=True)


def test_all_documents_of_the_smaller_class(tmp_path):
    archive = write_imdb_archive(tmp_path / "aclImdb_v1.tar.gz", per_class=30)
    options = ["--data", str(archive), "--nsamp", "all", "--models", "dummy"]
    assert run_imdb.main([*options, "--out", str(tmp_path / "out"), "--jobs", "1"]) == 0
    (row,) = csv(tmp_path / "out", "results").itertuples()
    assert row.nsamp == 30 and row.n_train == 42


def curve_report(**means):
    """A Report of learning curves with these means by model, at 100, 200, 400."""
    results = kit.Results()
    place = {"maxtokens": 200, "maxtokenlen": 100, "dataset": "own", "seed": 0,
             "repeat": 0, "n_train": 9, "n_test": 9, "error": ""}  # fmt: skip
    for model, values in means.items():
        for size, value in zip((100, 200, 400), values):
            name = "results" if size == 400 else "learning_curve"
            row = {"model": model, "nsamp": size, "accuracy": value}
            results.append(name, [place | row])
    columns = tuple(map(kit.Column, means))
    settings = kit.Settings(nsamp=400, maxtokens=200, maxtokenlen=100)
    return kit.Report(results, loaded(), columns, (settings,))


@pytest.mark.parametrize(
    "bert, told",
    [
        ((0.70, 0.90, 0.92), "BERT with 141 labels a class is as good as NBSVM with"),
        ((0.80, 0.82, 0.90), "BERT with 100 or fewer labels"),
        ((0.50, 0.60, 0.79), "no number of labels tried makes BERT as good as NBSVM"),
    ],
)
def test_what_transfer_saves_in_labels_is_read_off_the_curves(bert, told):
    report = curve_report(nbsvm=(0.6, 0.7, 0.8), lr=(0.7, 0.7, 0.7), bert=bert)
    assert told in report.saving(report.settings[0])
    assert curve_report(nbsvm=(0.6, 0.7, 0.8)).saving(report.settings[0]) == ""


def errors_report(**rows):
    """A Report of predictions (doc, label, predicted, score) by model."""
    results = kit.Results()
    place = {"dataset": "own", "maxtokens": 50, "maxtokenlen": 20, "repeat": 0}
    for model, some in rows.items():
        names = ("doc", "label", "predicted", "score")
        results.append(
            "predictions",
            [place | {"model": model} | dict(zip(names, row)) for row in some],
        )
    frame = pd.DataFrame({"id": list("abcd"), "text": ["x  y\nz"] * 4})
    frame["label"] = pd.Categorical(["pos", "pos", "neg", "neg"], ["neg", "pos"])
    columns = tuple(map(kit.Column, rows))
    return kit.Report(results, kit.Dataset(frame), columns, (kit.Settings(),))


def test_the_most_missed_come_first_and_the_worst_of_equals():
    report = errors_report(
        lr=[("a", 1, 0, -3.0), ("b", 1, 0, -1.0), ("c", 0, 0, -2.0), ("d", 0, 1, 1.0)],
        rf=[("a", 1, 0, 0.1), ("b", 1, 0, 0.3), ("c", 0, 1, 0.2), ("d", 0, 0, 0.4)],
        dummy=[("a", 1, 0, 0), ("b", 1, 0, 0), ("c", 0, 0, 0), ("d", 0, 0, 0)],
    )
    settings = report.settings[0]
    missed = report.most_missed(settings, 10)
    assert list(zip(missed.doc, missed.wrong, missed.times)) == [
        ("a", 2, 2), ("b", 2, 2), ("d", 1, 2), ("c", 1, 2),
    ]  # fmt: skip
    assert missed.said.tolist() == ["LR neg, RF neg"] * 2 + ["LR pos", "RF pos"]
    assert len(report.most_missed(settings, 1)) == 1
    table = report.errors_table(settings, 1)
    assert table.rows == [["a", "pos", "2 of 2", "LR neg, RF neg", "x y z"]]


def test_errors_are_shown_with_class_and_beginning(curve_run):
    folder, _ = curve_run
    text, said = (folder / "errors.md").read_text(), csv(folder, "predictions")
    lr = said[said.model == "lr"]
    wrong = set(lr.doc[lr.label != lr.predicted])
    shown = [line.split("|")[1:4] for line in text.splitlines()
             if line.startswith("| train/")]  # fmt: skip
    docs = {doc.strip() for doc, _, _ in shown}
    assert len(docs) == len(shown) == min(3, len(wrong)) and docs <= wrong
    assert all(doc.split("/")[1] == label.strip() for doc, label, _ in shown)


@pytest.fixture(scope="module")
def simple_report(tmp_path_factory, module_cache):
    """The Report of the five simple models on the toy reviews, and its first draw."""
    archive = write_imdb_archive(tmp_path_factory.mktemp("x") / "aclImdb_v1.tar.gz")
    data = kit.load("imdb", archive)
    results = kit.compare(data, "lr svm rf gbm nbsvm dummy", nsamp=60, jobs=1)
    return results.report, data.cleaned().draw(60)[0]


@pytest.mark.parametrize("name", ["lr", "svm", "rf", "gbm", "nbsvm"])
def test_the_heaviest_words_are_those_that_make_the_classes(simple_report, name):
    report, train = simple_report
    report = replace(report, columns=(kit.Column(name),))
    table = kit.words_table(report, train, report.settings[0])
    heaviest = {row[1]: " ".join(row[2].split(", ")[:3]).split() for row in table.rows}
    for words, own, other in ((GOOD, "pos", "neg"), (BAD, "neg", "pos")):
        right, wrong = (len(set(words) & set(heaviest[c])) for c in (own, other))
        assert right >= 2 > wrong  # NBSVM's may be pairs of words


@pytest.mark.parametrize("name", ["lr", "rf", "nbsvm"])
def test_every_class_has_heaviest_words(four, name):
    train, _ = four.dataset.draw(1000)
    model = kit.Column(name).pipeline().fit(train.texts, train.y)
    weights = kit.word_weights(model, train)
    for number, words in enumerate(TOPICS.values()):
        heaviest = " ".join(weights.loc[number].nlargest(4).index).split()
        assert len(set(heaviest) & set(words)) >= 2


def test_a_model_without_named_words_has_no_weights(simple_report, tiny):
    report, train = simple_report
    only_dummy = replace(report, columns=(kit.Column("dummy"), kit.Column("bert")))
    assert kit.words_table(only_dummy, train, report.settings[0]).rows == []
    for name in ("dummy", "svm", "bert"):  # of four classes the SVM's are of pairs
        train, _ = loaded().draw(12)
        model = kit.Column(name).pipeline(kit.Settings(bert=str(tiny["bert_dict"])))
        assert kit.word_weights(model.fit(train.texts, train.y), train) is None


def test_the_words_shown_are_those_of_the_model_that_was_scored(curve_run):
    folder, options = curve_run
    train, _ = kit.load("imdb", options[1], nsamp=250).cleaned().draw(250)
    model = kit.Column("lr").pipeline(kit.Settings(seed=kit.seed_of_repeat(0, 0)))
    weights = kit.word_weights(model.fit(train.texts, train.y), train)
    shown = (folder / "errors.md").read_text()
    for line in weights.to_numpy():
        words = weights.columns[np.argsort(-line, kind="stable")[: kit.SHOWN_WORDS]]
        assert ", ".join(words) in shown


def test_the_interval_is_the_corrected_ts_of_draws_and_documents(four):
    settings, column = four.settings[0], four.columns[0]
    values = four.values(column, settings).to_numpy()
    shares = [(np.sum(y == said) + 2) / (len(y) + 4)
              for y, said, _ in four.judged(column, settings)[:4]]  # fmt: skip
    of_documents = np.mean([p * (1 - p) / len(four.judged(column, settings)[0][0])
                            for p in shares])  # fmt: skip
    variance = (10 * of_documents + 4 * values.var(ddof=1)) / 14
    error = np.sqrt((1 / 5 + 3 / 7) * variance)
    low, high = 100 * (values.mean() + stats.t.ppf([0.025, 0.975], 14) * error)
    cell = four.table().frame().iloc[1]["LR"]
    assert cell == f"{low:.1f} to {min(high, 100):.1f}"


def test_a_single_draw_that_was_all_right_is_not_certain():
    rows = [("a", 1, 1, 0.5), ("b", 1, 1, 0.5), ("c", 0, 0, -0.5), ("d", 0, 0, -0.5)]
    report = errors_report(lr=rows)
    row = {"maxtokens": 50, "maxtokenlen": 20, "model": "lr", "repeat": 0, "nsamp": 4,
           "seed": 0, "n_train": 9, "n_test": 4, "accuracy": 1.0}  # fmt: skip
    report.results.append("results", [row])
    low, high = report.estimate(report.columns[0], report.settings[0]).interval()
    assert low < 0.9 < 1 <= high  # four of four are right of a coin with 0.9, too


def test_roc_curves_are_the_mean_over_draws_and_classes(four):
    y, right = np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9])
    draws = [(y, None, np.stack([-s, s], axis=1)) for s in (right, 1 - right)]
    grid, mean = kit.Figures.roc_curve(draws)
    assert mean[len(grid) // 2] == pytest.approx(0.5)  # of 0 and 1
    column, settings = four.columns[0], four.settings[0]
    grid, mean = kit.Figures.roc_curve(four.judged(column, settings))
    rows = four.results.of("results", column, settings)
    assert metrics.auc(grid, mean) == pytest.approx(rows.roc_auc.mean(), abs=0.01)


def test_every_figure_is_drawn(curve_run):
    folder, _ = curve_run
    for name in ("accuracy", "roc", "confusion", "learning_curve"):
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG"), name
    drawn = {path.stem for path in folder.glob("*.png")}
    assert drawn == {"accuracy", "roc", "confusion", "learning_curve"}


def test_the_accuracy_figure_shows_means_and_intervals(four):
    (axes,) = kit.Figures(four).accuracy().axes
    for container, column in zip(axes.containers, four.columns):
        line, _, (bars,) = container.lines
        found = four.estimate(column, four.settings[0])
        assert line.get_ydata()[0] == pytest.approx(100 * found.mean)
        ends = bars.get_segments()[0][:, 1]
        expected = 100 * np.clip(found.interval(), 0, 1)
        np.testing.assert_allclose(sorted(ends), expected)


def test_the_confusion_matrix_is_scikit_learns(four):
    column, settings = four.columns[0], four.settings[0]
    said = four.results.of("predictions", column, settings)
    ours = four.confusion(column, settings)
    theirs = metrics.confusion_matrix(said.label, said.predicted)
    np.testing.assert_array_equal(ours, theirs)
    assert len(kit.Figures(four).confusion().axes) == 3  # a panel for each model
    table = four.confusion_table(settings).frame()
    names = four.dataset.classes
    shares = 100 * theirs / theirs.sum(axis=1, keepdims=True)
    for row in table.itertuples(index=False):
        true, predicted = names.index(row[0]), names.index(row[1])
        assert true != predicted and row.LR == f"{shares[true, predicted]:.1f}"
    assert "dummy" not in table


def test_many_classes_have_their_confusions_in_a_table():
    classes = [f"team{a}{b}" for a, b in itertools.product("abcde", "vwxyz")]
    frame = teams(10, classes)
    frame["body"] = frame.body.str.replace("teama[vw]", "teama", regex=True, case=False)
    report = kit.compare(loaded(frame), "lr", jobs=1).report
    figures = kit.Figures(report)
    assert figures.confusion() is None and "confusion" not in figures.all()
    rows = report.confusion_table(report.settings[0]).rows
    assert set(rows[0][:2]) == {"teamav", "teamaw"} and len(rows) <= 20


@pytest.mark.parametrize("classes", [5, 20])
def test_some_classes_have_one_readable_matrix(classes):
    names = [f"team{a}{b}" for a, b in itertools.product("abcde", "vwxyz")][:classes]
    report = kit.compare(loaded(teams(12, names)), "nbsvm dummy", jobs=1).report
    (axes,) = kit.Figures(report).confusion().axes  # of the best simple model
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert labels == sorted(names)


def luminance(colour):
    """How light a colour is in grey, 0..1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.filterwarnings("error::UserWarning")
def test_long_names_of_classes_leave_the_matrix_its_room():
    frame = topics(red=12, blue=12)
    data = kit.load(frame.assign(label=frame.label + " and many words more" * 4))
    report = kit.compare(data, models="lr", jobs=1).report
    figure = kit.Figures(report).confusion()
    figure.canvas.draw()
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert [label[:4] for label in labels] == ["blue", "red "]
    assert all("…" in label and len(label) <= 20 for label in labels)


def test_models_are_told_apart_without_colours():
    looks = [kit.Figures.style(kit.Column(name)) for name in kit.ALGORITHMS]
    assert len({look["marker"] for look in looks}) == len(looks)
    assert len({look["linestyle"] for look in looks}) == len(looks)
    greys = [luminance(look["color"]) for look in looks]
    assert min(abs(a - b) for a, b in zip(greys, greys[1:])) > 0.1
    tuned = kit.Figures.style(kit.Column("lr", tuned=True))
    assert tuned != looks[0] and tuned["color"] == looks[0]["color"]


def test_an_algorithm_more_changes_no_published_number(monkeypatch):
    settings = kit.Settings(nsamp=1000, maxtokens=100, maxtokenlen=100)
    before = kit.CORPORA["imdb"].article(settings)
    new = {"new": kit.ALGORITHMS["lr"]} | kit.ALGORITHMS
    monkeypatch.setattr(kit, "ALGORITHMS", new)
    assert kit.CORPORA["imdb"].article(settings) == before
    assert before["bert"] == pytest.approx(0.791)


def test_a_models_failure_costs_neither_errors_nor_figures(tmp_path):
    archive = tmp_path / "aclImdb_v1.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        for name, number in itertools.product(("neg", "pos"), range(30)):
            unique = name + "abcdefghij"[number // 10] + "abcdefghij"[number % 10]
            words = " ".join(unique + letter for letter in "uvw")
            add_file(packed, f"aclImdb/train/{name}/{number}_1.txt", words)
    out = tmp_path / "out"
    options = ["--data", str(archive), "--nsamp", "20", "--models", "lr", "nbsvm"]
    options += ["--errors", "2", "--out", str(out), "--jobs", "1"]
    assert run_imdb.main(options) == 1
    assert "no token occurs" in (out / "table.md").read_text()
    assert (out / "errors.md").exists() and (out / "confusion.png").exists()


def test_cells_cannot_break_a_table():
    table = kit.Table("head", ["a", "b"], [["x|y", "<br /> two\nlines"]], ["a note"])
    text = str(table)
    (row,) = [line for line in text.splitlines() if "two" in line]
    assert row.count(" | ") == 1 and r"x\|y" in row and r"\<br /> two lines" in row
    assert text.startswith("head\n") and text.endswith("- a note")


def test_a_notebook_shows_cells_whole_and_harmless():
    long = " ".join(["word"] * 40)
    table = kit.Table("<b>head", ["a"], [[long], ["<script>"]] * 40, ["<i>note"])
    page = table._repr_html_()
    assert page.count(long) == 40 and "..." not in page  # pandas cuts at 50 characters
    assert page.count("&lt;script&gt;") == 40 and "<script>" not in page
    assert "&lt;b&gt;head" in page and "&lt;i&gt;note" in page
