"""report.html: all of a run on one page, safe, without another file, in a browser."""

import base64
import html
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as tree
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from conftest import topics

import kit

pytestmark = pytest.mark.figures

NASTY = ('<script>alert(1)</script> [a](http://x.test/a) ![b](http://x.test/b.png) '
         '<img src=http://x.test/c onerror=alert(1)> "\'&amp; \x08 \u202e')  # fmt: skip
CLASSES = ("<b>win</b>", "$5 & $6", "c\x07afé")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """(Results of a run on hostile texts, its folder)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        frame = topics(alpha=30, beta=30, gamma=30)
        frame["text"] = NASTY + " " + frame.text
        frame.loc[::7, "label"] = "gamma"  # so that some are missed
        frame["label"] = frame.label.map(dict(zip(("alpha", "beta", "gamma"), CLASSES)))
        frame["id"] = [f"<script>alert({number})</script>" for number in range(90)]
        folder = tmp_path_factory.mktemp("page") / "out"
        results = kit.compare(
            kit.load(frame), "lr nbsvm dummy", folder, repeats=2, jobs=1, errors=90,
            audit=True, tune="lr", search="random", budget=2)  # fmt: skip
        yield results, folder


@pytest.fixture(scope="module")
def page(run):
    """The text of report.html."""
    return (run[1] / "report.html").read_text(encoding="utf-8")


class Elements(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


def test_the_answer_comes_first_and_all_of_the_run_follows(page, run):
    results, folder = run
    text = Elements(page).text
    headings = ["Result", "Other measures", "What is taken for what", "Tuning",
                "Errors, and words that weigh", "The data's traps", "How it was made"]  # fmt: skip
    assert re.findall(r"<h2>(.+?)</h2>", page) == [*map(html.escape, headings)]
    assert text.index(results.verdict()) < text.index("tokens/length")
    cells = {cell for part in results.pages.values() for table in part
             if isinstance(table, kit.Table) for row in table.rows for cell in row}  # fmt: skip
    shown = " ".join(text.split())
    assert [c for c in cells if " ".join(kit.plain(c).split()) not in shown] == []
    about = json.loads((folder / "run.json").read_text())
    for told in (results.report.dataset.digest, about["versions"]["numpy"],
                 "left out: none", "kit.compare(...)", "<b>win</b> (25)"):  # fmt: skip
        assert told in text


def test_every_figure_is_inside_and_sharp(page, run):
    images = [about for tag, about in Elements(page).tags if tag == "img"]
    drawn = {path.stem.replace("_", " ") for path in run[1].glob("*.png")}
    assert {image["alt"] for image in images} == drawn and "roc" in drawn
    for image in images:
        kind, data = image["src"].split(",", 1)
        assert kind == "data:image/svg+xml;base64"
        root = tree.fromstring(base64.b64decode(data))  # control characters would end it
        assert root.tag.endswith("svg")
    confusion = next(i for i in images if i["alt"] == "confusion")["src"]
    drawn = tree.fromstring(base64.b64decode(confusion.split(",")[1]))
    words = {"".join(one.itertext()) for one in drawn.iter() if one.tag.endswith("text")}
    assert {"$5 & $6", "<b>win</b>", "true class", "predicted"} <= words


def test_what_a_document_says_stays_text(page):
    elements = Elements(page)
    known = set("""html head meta title style body div h1 h2 p ul li table thead tbody
                   tr th td figure img dl dt dd code""".split())  # fmt: skip
    assert {tag for tag, _ in elements.tags} <= known
    names = {name for _, attributes in elements.tags for name in attributes}
    assert not [name for name in names if name.startswith("on")] and "href" not in names
    sources = [a["src"] for _, a in elements.tags if "src" in a]
    assert all(source.startswith("data:image/svg+xml;") for source in sources)
    assert "<script>alert(1)</script>" in elements.text
    assert "[a](http://x.test/a)" in elements.text and "url(" not in page
    assert "default-src 'none'" in page


def test_the_pages_style_is_its_own():
    """No rule of the page reaches what else a notebook shows."""
    rules = re.sub(r"@media[^{]*\{", "", kit.STYLE)
    for selectors in re.findall(r"([^{}]+)\{", rules):
        for selector in selectors.split(","):
            assert selector.strip().startswith(".kit-page.kit-page.kit-page"), selector


def test_a_page_is_written_again_with_the_command(tmp_path, monkeypatch):
    topics(alpha=20, beta=20).to_csv(tmp_path / "my set.csv", index=False)
    monkeypatch.chdir(tmp_path)
    words = "--data 'my set.csv' --models lr,dummy --jobs 1 --out out"
    assert kit.command_line("own", words) == 0
    text = Elements((tmp_path / "out" / "report.html").read_text()).text
    assert "run_own.py --data 'my set.csv' --models lr,dummy" in text
    assert kit.command_line("own", words) == 0  # another page is moved aside with it
    (aside,) = (tmp_path / "out").glob("earlier-*")
    assert (aside / "report.html").exists() and (aside / "measures.md").exists()


def browser():
    """The path of a headless browser, or the test is skipped."""
    names = "chromium chromium-browser google-chrome google-chrome-stable chrome".split()
    found = next(filter(None, map(shutil.which, names)), None)
    return found or pytest.skip("needs Chromium or Chrome")


LOOK = """<!DOCTYPE html><title>waiting</title><body style="margin: 0">
<iframe id="frame" style="width: 400px; height: 800px; border: 0" srcdoc="{page}">
</iframe><script>
window.alert = () => {{ document.title = "alerted" }};
frame.onload = () => {{
  const inner = frame.contentDocument, root = inner.documentElement;
  frame.contentWindow.alert = window.alert;
  const images = [...inner.images].filter(image => image.naturalWidth > 100).length;
  const wide = [...inner.querySelectorAll(".wide, figure")].every(
    one => one.getBoundingClientRect().right <= 400);
  document.body.append(JSON.stringify({{title: inner.title, wide_by: root.scrollWidth - root.clientWidth,
    images, wide, scripts: inner.scripts.length, state: document.title,
    side: getComputedStyle(inner.querySelector("td")).textAlign}}), "END");
}};
</script>"""


def test_a_browser_shows_the_page_on_a_phone_and_runs_nothing(page, run, tmp_path):
    path = tmp_path / "look.html"
    path.write_text(LOOK.format(page=html.escape(page)), encoding="utf-8")
    done = subprocess.run(
        [browser(), "--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom",
         f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000",
         path.as_uri()], capture_output=True, text=True, timeout=120)  # fmt: skip
    found = re.search(r"(\{\"title\".*?\})END", html.unescape(done.stdout), re.DOTALL)
    assert found, done.stderr
    seen = json.loads(found[1])
    assert seen["title"] == "own texts: does transfer learning pay?"
    assert seen["wide_by"] == 0 and seen["wide"]  # only tables scroll, in their frames
    assert seen["scripts"] == 0 and seen["state"] == "waiting"
    assert seen["images"] == len(list(run[1].glob("*.png"))) and seen["side"] == "left"


def cut_report():
    """A Report of a search that was interrupted, and of a column with fewer draws."""
    results = kit.Results(classes=("no", "yes"))
    place = {"maxtokens": 50, "maxtokenlen": 20, "nsamp": 9, "seed": 0, "n_train": 9,
             "n_test": 4, "encode_seconds": 0, "fit_seconds": 1, "predict_seconds": 0,
             "roc_auc": 0.7, "f1": 0.7, "balanced_accuracy": 0.7,
             "params": "{}"}  # fmt: skip
    judged = {"label": [0, 1, 0, 1], "predicted": [0, 1, 1, 1], "score": [0, 1, 1, 1.0]}
    for model, draws in (("lr", 2), ("rf", 2), ("rf_tuned", 2), ("svm", 1)):
        for repeat in range(draws):
            row = {"model": model, "repeat": repeat}
            results.append("results", [place | row | {"accuracy": 0.75}])
            frame = pd.DataFrame(judged).assign(
                doc=list("abcd"), maxtokens=50, maxtokenlen=20, **row)  # fmt: skip
            results.append("predictions", frame)
    results.append("searches", [place | {
        "model": "rf_tuned", "repeat": 1, "search": "grid", "ended": "interrupted",
        "points": 2, "seconds": 1, "score_in_folds": 0.7, "best": "{}"}])  # fmt: skip
    frame = pd.DataFrame({"id": ["a", "b"], "text": ["a", "b"]})
    frame["label"] = pd.Categorical(["no", "yes"])
    columns = tuple(kit.Column(*c) for c in (("lr",), ("rf",), ("rf", True), ("svm",)))
    report = kit.Report(results, kit.Dataset(frame), columns, (kit.Settings(),), draws=2)
    results.report, results.interrupted = report, True
    return report


def test_what_was_cut_short_is_marked_in_table_figures_and_page():
    report = cut_report()
    table = report.table()
    (row, *_) = table.rows
    assert [cell.endswith("†") for cell in row[1:]] == [False, False, True, True]
    note = "† cut short: RF tuned at 50/20 (search ended after 2 point(s)); " \
           "SVM at 50/20 (1 of 2 draws)"  # fmt: skip
    assert note in table.notes and note in report.tuning_table().notes
    assert report.tuning_table().rows[0][3].endswith("†")
    figure = kit.Figures(report).accuracy()
    assert figure.get_supxlabel().startswith("† cut short: RF tuned")
    marks = [text.get_text() for text in figure.axes[0].texts]
    assert sum("†" in mark for mark in marks) == 2
    results = report.results
    results.pages = {"table": [table]}
    results.describe(encoders={}, versions={}, hardware={})
    shown = Elements(kit.Page(results).document()).text
    assert shown.index("This run was interrupted; † cut short") < shown.index("Result")


def test_what_is_whole_has_no_mark(run):
    report = run[0].report
    assert report.cuts() == [] and "†" not in str(report.table())


@pytest.mark.parametrize("width", [80, 100])
def test_a_wide_table_fits_a_terminal(width):
    header = ["tokens/length", *(f"model {n} (mini)" for n in range(8))]
    rows = [["200/100", *(f"7{n}.1 ±0.{n} *" for n in range(8))],
            ["  95 %", *(f"{n}1.5 to 99.9" for n in range(8))]]  # fmt: skip
    table = kit.Table("A heading " * 15, header, rows, ["a note " * 30])
    text = table.fitted(width)
    assert max(map(len, text.splitlines())) <= width
    for cell in {cell for row in [header, *rows] for cell in row}:
        assert cell.strip() in text
    assert text.count("|   95 %") == text.count("| tokens/length") > 1


def test_long_cells_are_wrapped_not_cut():
    long = " ".join(f"word{number}" for number in range(40))
    text = kit.Table("", ["document", "begins"], [["a", long], ["b", "short"]]).fitted(80)
    assert max(map(len, text.splitlines())) <= 80
    assert all(word in text for word in long.split())


def test_a_terminal_gets_tables_of_its_own_width(run, monkeypatch, capsys):
    monkeypatch.setattr(kit.sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    kit.show(run[0])
    lines = capsys.readouterr().out.splitlines()
    tables = [line for line in lines if line.startswith("|") and "alert" not in line]
    assert tables and max(map(len, tables)) <= 80


def test_text_is_flush_left_and_numbers_are_flush_right():
    table = kit.Table("", ["what", "n", "mean"], [["a", "1.5", "70.1 ±0.2"], ["b", "-", ""]])
    sides = re.findall(r"<td[^>]*text-align: (\w+)", table._repr_html_())
    assert sides == ["left", "right", "left"] * 2


def width_of(text):
    """How wide a text of a figure is, and its figure, in pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    renderer = FigureCanvasAgg(text.figure).get_renderer()
    return text.get_window_extent(renderer).width, text.figure.bbox.width


def test_titles_and_sources_fit_on_one_line_whatever_they_are():
    report = cut_report()
    long = "/kaggle/input/" + "a-very-long-name/" * 12 + "train.csv"
    object.__setattr__(report.dataset, "title", "my $x$ texts " * 30)
    report.data_note = f"data: {long}"
    for figure in kit.Figures(report).all().values():
        title, source = figure._suptitle, figure._supxlabel
        for text in (title, source):
            own, whole = width_of(text)
            assert own <= whole and "\n" not in text.get_text()
        assert "…" in title.get_text() and "train.csv" in source.get_text()


def test_a_bad_column_does_not_stretch_the_axis():
    good, bad = [np.array([0.97, 0.99]), np.array([0.96, 0.98])], np.array([0.71, 0.73])
    assert kit.bulk([*good, bad]) == (0.96, 0.99)
    assert kit.bulk([*good, np.array([0.93])]) == (0.93, 0.99)  # no such far cry
    assert kit.bulk([good[0], bad]) == (0.71, 0.99)  # one of two is not the exception


def test_roc_curves_show_the_corner_in_which_they_differ():
    grid = np.linspace(0, 1, 1001)
    good, bad = (np.minimum(grid * 90, 1) ** 0.5, np.minimum(grid * 1.2, 1))
    lr, dummy = kit.Column("lr"), kit.Column("dummy")
    curves = {("a", lr): (grid, good), ("b", lr): (grid, good), ("a", dummy): (grid, bad)}
    assert kit.Figures.corner(curves) == 0.05
    assert kit.Figures.corner({("a", lr): (grid, bad)}) == 1
    assert kit.Figures.corner({}) == 1


def test_areas_stand_in_the_legend_and_in_a_table(run):
    report = run[0].report
    figure = kit.Figures(report).roc()
    (legend,) = figure.legends
    table = report.measures_table().frame().set_index("tokens/length")
    for text, column in zip(legend.get_texts(), report.columns):
        area = report.results.of("results", column, report.settings[0]).roc_auc.mean()
        title = column.title(report.settings[0])
        assert text.get_text() == f"{title}: AUC {100 * area:.1f}"
        cell = table.loc["200/100 roc auc", title]
        assert cell.startswith(f"{100 * area:.2f}")


def test_the_same_failure_is_told_once(capsys):
    data = kit.load(topics(alpha=20, beta=20))
    results = kit.compare(data, "lr elmo bert", repeats=2, jobs=1, elmo="nowhere/at/all",
                          bert="nowhere/at/all")  # fmt: skip
    (note,) = [note for note in results.table().notes if "failed" in note]
    assert note.startswith("elmo, bert failed: ") and "nowhere" in note
    said = capsys.readouterr().out.splitlines()
    assert sum("nowhere" in line for line in said) == 1
