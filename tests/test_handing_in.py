"""Files to hand in: predictions of any table, submissions of real layouts."""

import json
import random
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
from conftest import review, topics

import kit
import run_own

FAST = ["--models", "nbsvm,lr,dummy", "--nsamp", "20", "--repeats", "2", "--jobs", "1"]


@pytest.fixture
def kept(tmp_path):
    """(folder of a kept LR of three classes, the model)."""
    frame = topics(a=20, b=20, c=20).rename(columns={"text": "headline"})
    data = kit.load(frame, text="headline")
    results = kit.compare(data, models="lr", jobs=1, save=True, out=tmp_path / "run")
    return str(tmp_path / "run" / "model"), results.model


def fresh(n, **more):
    """A table of n unlabelled texts in two columns of strings, with ids."""
    texts = topics(a=n // 3, b=n // 3, c=n - 2 * (n // 3)).text
    return pd.DataFrame({"key": [f"{i:05d}" for i in range(n)], "headline": texts,
                         "author": [f"somebody who wrote {t}" for t in texts], **more})


def predicted(tmp_path):
    said = pd.read_csv(tmp_path / "out" / "predicted.csv", dtype=str)
    return said.astype({name: float for name in said if name.startswith("prob")})


@pytest.mark.parametrize("name", ["new.csv", "new.tsv", "new.csv.gz", "new.zip",
                                  "new.jsonl", "new.parquet"])  # fmt: skip
def test_a_table_of_any_kind_is_predicted_row_by_row(kept, tmp_path, name, capsys):
    table, path = fresh(4500), tmp_path / name
    table.loc[7, "headline"] = None
    if name.endswith("parquet"):
        table.to_parquet(path)
    elif name.endswith("jsonl"):
        table.to_json(path, orient="records", lines=True)
    elif name == "new.zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("inside.csv", table.to_csv(index=False))
    else:
        table.to_csv(path, index=False, sep="\t" if "tsv" in name else ",")
    folder, model = kept
    words = ["--predict", str(path), "--model", folder, "--out", str(tmp_path / "out"),
             "--id-column", "key"]  # fmt: skip
    assert run_own.main(words) == 0
    said = predicted(tmp_path)
    assert list(said.columns) == ["id", "label", "probability_a", "probability_b",
                                  "probability_c"]  # fmt: skip
    assert said.id.tolist() == table.key.tolist()
    shares = model.predict_proba(table.headline.fillna(""))
    assert np.array_equal(said.iloc[:, 2:].to_numpy(), shares)
    assert said.label.tolist() == model.predict(table.headline.fillna("")).tolist()
    shown = capsys.readouterr().out
    # The column that the model was fitted on; others are longer.
    assert "text: headline; id: key" in shown and "4500 texts of" in shown
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["predicted.csv"]


def test_another_text_column_can_be_named_and_rows_are_counted(kept, tmp_path, capsys):
    fresh(9).drop(columns=["headline", "key"]).to_csv(tmp_path / "new.csv", index=False)
    words = ["--predict", str(tmp_path / "new.csv"), "--model", kept[0], "--out",
             str(tmp_path / "out")]  # fmt: skip
    assert run_own.main([*words, "--text-column", "author"]) == 0
    assert predicted(tmp_path).id.tolist() == list("012345678")
    assert run_own.main([*words, "--text-column", "authors"]) == 2
    assert "Did you mean author?" in capsys.readouterr().err


def test_predictions_appear_whole_or_not_at_all(kept, tmp_path, capsys, monkeypatch):
    new, out = tmp_path / "new.csv", tmp_path / "out"
    words = ["--predict", str(new), "--model", kept[0], "--out", str(out)]
    fresh(30).to_csv(new, index=False)
    assert run_own.main(words) == 0
    before = (out / "predicted.csv").read_bytes()
    text = fresh(5000).to_csv(index=False)
    new.write_text(text + "1,2,3,4,5\n")  # the last row is no row
    assert run_own.main(words) == 2
    assert "no regular table" in capsys.readouterr().err
    says = kit.KeptModel.predict_proba
    def interrupted(self, texts, calls=[]):
        calls.append(1)
        if len(calls) > 1: raise KeyboardInterrupt
        return says(self, texts)
    new.write_text(text)
    monkeypatch.setattr(kit.KeptModel, "predict_proba", interrupted)
    assert run_own.main(words) == 1
    assert (out / "predicted.csv").read_bytes() == before
    assert [path.name for path in out.iterdir()] == ["predicted.csv"]


def test_a_late_byte_of_another_encoding_repeats_no_row(kept, tmp_path):
    text = fresh(4100).to_csv(index=False)
    content = text.encode() + "09999,l’été a0,x\n".encode("cp1252")
    (tmp_path / "new.csv").write_bytes(content)
    assert run_own.main(["--predict", str(tmp_path / "new.csv"), "--model", kept[0],
                         "--out", str(tmp_path / "out"), "--id-column", "key"]) == 0
    said = predicted(tmp_path)
    assert len(said) == 4101 and said.id.is_unique


def test_rows_without_the_key_of_the_text_are_empty_texts(kept, tmp_path):
    rows = [{"headline": f"a{i}", "id": i} for i in range(2000)]
    lines = [json.dumps(row) for row in [*rows, {"title": "no text, no id"}]]
    (tmp_path / "new.jsonl").write_text("\n".join(lines))
    kit.predict_table(kept[1], tmp_path / "new.jsonl", tmp_path / "out")
    said = predicted(tmp_path)
    assert said.id[1999] == "1999" and pd.isna(said.id[2000])
    assert np.allclose(said.iloc[2000, 2:].astype(float), kept[1].predict_proba([""]))


def test_numbers_are_no_texts_to_predict_either(kept, tmp_path):
    fresh(9).assign(headline=range(9)).to_parquet(tmp_path / "new.parquet")
    with pytest.raises(kit.KitError, match="'headline' holds int values such as 0"):
        kit.predict_table(kept[1], tmp_path / "new.parquet", tmp_path / "out")
    assert not [*(tmp_path / "out").iterdir()]


def test_memory_does_not_grow_with_the_rows(kept, tmp_path, monkeypatch):
    fresh(4100).to_csv(tmp_path / "new.csv", index=False)
    held = []
    says = kit.KeptModel.predict_proba
    monkeypatch.setattr(kit.KeptModel, "predict_proba", lambda self, texts: (
        held.append(len(texts)), says(self, texts))[1])  # fmt: skip
    kit.predict_table(kept[1], tmp_path / "new.csv", tmp_path / "out")
    assert held == [2000, 2000, 100]


def test_features_of_predicted_texts_are_kept_nowhere(tiny, tmp_path):
    data = kit.load(topics(a=12, b=12))
    results = kit.compare(data, models="bert", bert=str(tiny["bert_dict"]), jobs=1,
                          save=True, out=tmp_path / "run")
    store = kit.feature_store(str(kit.cache_folder() / "features.sqlite"))
    before = store.written
    assert before > 0
    fresh(30).to_csv(tmp_path / "new.csv", index=False)
    restored = kit.restore(tmp_path / "run" / "model")
    for model in (results.model, restored):
        kit.predict_table(model, tmp_path / "new.csv", tmp_path / "out", "headline")
        assert store.written == before and kit.feature_store().memory == {}


def test_half_of_the_words_of_predict_is_a_sentence(tmp_path, capsys):
    for words, told in ((["--predict", "x.csv"], "--model FOLDER .* is missing"),
                        (["--model", "x"], "--predict TABLE .* is missing"),
                        (["--predict", "x.csv", "--model", "x"], "x.csv is no file"),
                        (["--predict", __file__, "--model", "x"], "no kept model"),
                        (["--predict", __file__, "--model", "x", "--models", "lr",
                          "--data", "y", "--demo", "--submit"],
                         "no run: leave out --data, --demo, --submit, --models")):
        assert run_own.main(words) == 2
        assert re.search(told, capsys.readouterr().err)


# --------------------------------------------------- competitions, as they are mounted
def write(folder, name, frame, inside=None):
    """A CSV or TSV, in a zip if the name says so."""
    folder.mkdir(parents=True, exist_ok=True)
    kind = inside or name
    text = frame.to_csv(index=False, sep="\t" if ".tsv" in kind else ",")
    if name.endswith(".zip"):
        with zipfile.ZipFile(folder / name, "w") as archive:
            archive.writestr(inside or name.removesuffix(".zip"), text)
    else:
        (folder / name).write_text(text, encoding="utf-8")


def submit(folder, tmp_path, *words):
    """(exit code, the submission as strings)."""
    out = tmp_path / "out"
    code = run_own.main(["--data", str(folder), "--submit", "--out", str(out), *FAST,
                         *words])  # fmt: skip
    path = out / "submission.csv"
    return code, pd.read_csv(path, dtype=str) if path.exists() else None


def disasters(folder):
    """nlp-getting-started: keyword and location often empty, a target of 0 and 1."""
    n = 60
    train = pd.DataFrame({
        "id": range(1, n + 1), "keyword": [None, "fire", "ablaze"] * 20,
        "location": [None, "Birmingham", "Est. September 2012 - Bristol"] * 20,
        "text": [review(i % 2, i) for i in range(n)], "target": [0, 1] * 30})  # fmt: skip
    test = train.drop(columns="target").assign(
        id=range(900, 900 + n), text=[review(i % 2, f"t{i}") for i in range(n)])
    sample = pd.DataFrame({"id": test.id[::-1], "target": 0})
    frames = {"train": train, "test": test, "sample_submission": sample}
    for name, frame in frames.items():
        write(folder, f"{name}.csv", frame)
    return sample, [str(i % 2) for i in range(n)][::-1]


def test_nlp_getting_started_gets_a_class_of_0_or_1(tmp_path, capsys):
    folder = tmp_path / "nlp-getting-started"
    sample, right = disasters(folder)
    code, found = submit(folder, tmp_path)
    assert code == 0 and list(found.columns) == ["id", "target"]
    assert found.id.tolist() == sample.id.astype(str).tolist()
    assert set(found.target) == {"0", "1"}
    assert (found.target == right).mean() > 0.9
    shown = capsys.readouterr().out
    assert "text: text; label: target, 2 classes; id: id" in shown
    assert "60 rows id, target, the class, by" in shown
    assert (tmp_path / "out" / "results.csv").exists()


def test_spooky_authors_get_a_probability_of_each_class(tmp_path):
    folder, names = tmp_path / "spooky-author-identification", ["EAP", "HPL", "MWS"]
    train = topics(EAP=25, MWS=25, HPL=25).rename(columns={"label": "author"})
    train.insert(0, "id", [f"id{26305 + i}" for i in range(75)])
    test = topics(EAP=9, HPL=9, MWS=9)
    right, test = test.label, test[["text"]].assign(id=[f"id{i:05d}" for i in range(27)])
    sample = pd.DataFrame({"id": test.id, **dict(zip(names, (.403, .287, .309)))})
    write(folder, "train.zip", train, "train.csv")
    write(folder, "test.zip", test[["id", "text"]].sample(frac=1, random_state=0),
          "test.csv")  # fmt: skip
    write(folder, "sample_submission.zip", sample, "sample_submission.csv")
    code, found = submit(folder, tmp_path)
    assert code == 0 and list(found.columns) == ["id", *names]
    assert found.id.tolist() == sample.id.tolist()
    shares = found[names].astype(float)
    assert np.allclose(shares.sum(axis=1), 1)
    assert (shares.idxmax(axis=1) == right).mean() > 0.9


def test_movie_phrases_come_as_tsv_in_zip_and_get_five_classes(tmp_path, capsys):
    folder = tmp_path / "sentiment-analysis-on-movie-reviews"
    train = topics(**{f"s{i}": 20 for i in range(5)})
    train = pd.DataFrame({
        "PhraseId": range(1, 101), "SentenceId": np.arange(100) // 4 + 1,
        "Phrase": train.text, "Sentiment": train.label.str[1:].astype(int)})  # fmt: skip
    test = train.drop(columns="Sentiment").assign(PhraseId=range(156061, 156161))
    test.loc[3, "Phrase"] = " "  # such phrases are there
    sample = pd.DataFrame({"PhraseId": test.PhraseId, "Sentiment": 2})
    write(folder, "train.tsv.zip", train)
    write(folder, "test.tsv.zip", test)
    write(folder, "sampleSubmission.csv", sample)
    code, found = submit(folder, tmp_path)
    assert code == 0 and list(found.columns) == ["PhraseId", "Sentiment"]
    assert found.PhraseId.tolist() == sample.PhraseId.astype(str).tolist()
    assert (found.Sentiment == train.Sentiment.astype(str)).mean() > 0.9
    assert "text: Phrase; label: Sentiment, 5 classes; id: PhraseId" in (
        capsys.readouterr().out)  # fmt: skip


def test_quora_asks_for_a_prediction_that_train_calls_target(tmp_path):
    folder, rng = tmp_path / "quora-insincere-questions-classification", random.Random(0)
    def qids(n):  # some are all digits, and begin with 0
        return [f"{rng.randrange(10**6):020d}" if i % 3 else f"{i:018x}ab"
                for i in range(n)]  # fmt: skip
    train = pd.DataFrame({"qid": qids(60), "target": [0, 1] * 30,
                          "question_text": [review(i % 2, i) for i in range(60)]})
    test = pd.DataFrame({"qid": qids(30), "question_text": [
        review(i % 2, f"q{i}") for i in range(30)]})  # fmt: skip
    sample = test[["qid"]].assign(prediction=0)
    write(folder, "train.csv", train[["qid", "question_text", "target"]])
    write(folder, "test.csv", test)
    write(folder, "sample_submission.csv", sample)
    write(folder, "embeddings.zip", pd.DataFrame({"word": ["a"], "vector": [1]}))
    code, found = submit(folder, tmp_path)
    assert code == 0 and list(found.columns) == ["qid", "prediction"]
    assert found.qid.tolist() == test.qid.tolist()  # to the digit
    assert (found.prediction == [str(i % 2) for i in range(30)]).mean() > 0.9


def test_a_sample_of_halves_asks_for_the_probability_of_class_1(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(kit, "RESAMPLES", 10)  # others test the deviation
    folder = tmp_path / "nlp-getting-started"
    sample, right = disasters(folder)
    write(folder, "sample_submission.csv", sample.assign(target=0.5))
    code, found = submit(folder, tmp_path, "--metric", "roc_auc")
    shares = found.target.astype(float)
    assert code == 0 and shares.between(0, 1).all() and shares.nunique() > 10
    assert ((shares > 0.5) == (np.array(right) == "1")).mean() > 0.9
    assert "the probability, by" in capsys.readouterr().out


def test_effective_arguments_a_layout_that_was_not_built_for(tmp_path, capsys):
    """feedback-prize-effectiveness: essays in folders beside the tables, classes that
    the sample orders otherwise, ids of letters, two columns of classes in train."""
    folder, names = tmp_path / "feedback-prize", ["Ineffective", "Adequate", "Effective"]
    train = topics(Adequate=40, Effective=25, Ineffective=20)
    rng = random.Random(1)
    def frame(topics, n):
        return pd.DataFrame({
            "discourse_id": [f"{rng.getrandbits(48):012x}" for _ in range(n)],
            "essay_id": [f"{rng.getrandbits(16):X}" for _ in range(n)],
            "discourse_text": topics.text,
            "discourse_type": [rng.choice(["Lead", "Claim"]) for _ in range(n)]})
    write(folder, "train.csv", frame(train, 85).assign(
        discourse_effectiveness=train.label))  # fmt: skip
    test = topics(Adequate=4, Effective=4, Ineffective=4)
    right, test = test.label, frame(test, 12)
    write(folder, "test.csv", test)
    sample = test[["discourse_id"]].assign(**dict.fromkeys(names, 1 / 3))
    write(folder, "sample_submission.csv", sample)
    for part in ("train", "test"):
        (folder / part).mkdir()
        (folder / part / "00066EA9880D.txt").write_text("An essay.")
    code, found = submit(folder, tmp_path)
    assert code == 0 and list(found.columns) == ["discourse_id", *names]
    assert found.discourse_id.tolist() == test.discourse_id.tolist()
    assert (found[names].astype(float).idxmax(axis=1) == right).all()
    assert "text: discourse_text; label: discourse_effectiveness" in (
        capsys.readouterr().out)  # fmt: skip


def test_other_ways_to_name_classes_and_rows(tmp_path):
    """Status_<class> columns; True/False asked for as 0/1; no ids, but an order."""
    train = topics(yes=20, no=20).assign(flag=lambda f: f.label == "yes")
    test = topics(yes=5, no=5)
    folder = tmp_path / "prefix"
    write(folder, "Train.csv", train[["text", "label"]])
    write(folder, "Test.csv", test[["text"]])
    write(folder, "SampleSubmission.csv", pd.DataFrame({
        "row": range(10), "Status_yes": 0.5, "Status_no": 0.5}))  # fmt: skip
    code, found = submit(folder, tmp_path)
    assert code == 0 and list(found.columns) == ["row", "Status_yes", "Status_no"]
    assert ((found.Status_yes.astype(float) > 0.5) == (test.label == "yes")).all()
    folder = tmp_path / "flags"
    write(folder, "train.csv", train[["text", "flag"]])
    write(folder, "test.csv", test[["text"]])
    write(folder, "sample_submission.csv", pd.DataFrame({"row": range(10), "flag": 0}))
    code, found = submit(folder, tmp_path)
    assert code == 0 and (found.flag == (test.label == "yes").astype(int).astype(
        str)).all()  # fmt: skip


TOXIC = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]


def test_several_labels_of_a_text_are_refused_in_a_sentence(tmp_path, capsys):
    folder = tmp_path / "jigsaw-toxic-comment-classification-challenge"
    train = pd.DataFrame({"id": [f"{i:016x}" for i in range(40)],
                          "comment_text": [review(i % 2, i) for i in range(40)],
                          **{name: [0, 1] * 20 for name in TOXIC}})  # fmt: skip
    write(folder, "train.csv.zip", train)
    write(folder, "test.csv.zip", train[["id", "comment_text"]])
    write(folder, "test_labels.csv.zip", train[["id", *TOXIC]])
    sample = train[["id"]].assign(**dict.fromkeys(TOXIC, 0.5))
    write(folder, "sample_submission.csv.zip", sample)
    code, found = submit(folder, tmp_path)
    assert code == 2 and found is None and not (tmp_path / "out").exists()
    told = capsys.readouterr().err
    assert "asks for 6 labels of each text (toxic, severe_toxic" in told
    assert "--label-column toxic" in told and told.count("\n") == 1
    assert f"--data {folder / 'train.csv.zip'} --label" in told  # what is there


@pytest.mark.parametrize("change, told", [
    (lambda f: (f / "test.csv").unlink(), "there is no test, but sample_submission"),
    (lambda f: [p.unlink() for p in f.iterdir()],
     "there is no train and test and sample_submission, but nothing"),
    (lambda f: write(f, "test.csv", pd.read_csv(f / "test.csv").iloc[1:]),
     "1 of 60 ids of the sample submission are not in test, such as 900"),
    (lambda f: write(f, "train.csv", pd.read_csv(f / "train.csv").drop(
        columns="target")), "train in .* has no column that test lacks"),
    (lambda f: write(f, "sample_submission.csv", pd.read_csv(f / "test.csv")[[
        "id"]]),
     "no column to fill beside id"),
    (lambda f: write(f, "sample_submission.csv", pd.read_csv(f / "test.csv")[
        ["id"]].assign(a=0.5, b=0.5)), "columns a, b are not the classes of column 'targ"),
    (lambda f: write(f, "train.csv", pd.read_csv(f / "train.csv").rename(
        columns=str.upper).rename(columns={"TARGET": "target"})), "no column in common"),
    (lambda f: [write(f, name, pd.read_csv(f / name).assign(
        keyword=lambda t: t.text).rename(columns={"text": "a", "keyword": "b"}))
        for name in ("train.csv", "test.csv")], "Which column is the text.* likely: "),
    (lambda f: write(f, "test.csv", pd.read_csv(f / "test.csv")[["id", "text"]].rename(
        columns={"text": "body"})), r"train and test both have .test: id, body"),
    (lambda f: write(f, "train.csv", pd.read_csv(f / "train.csv").assign(
        target=lambda t: t.id / 7)), "'target' has 60 .*: amounts, no classes"),
    (lambda f: write(f, "test.csv", pd.concat([pd.read_csv(f / "test.csv")] * 2)),
     "Column id of test has the same id twice"),
    (lambda f: write(f, "sample_submission.csv", pd.DataFrame({"row": [1], "y": 0})),
     "Nothing tells which text a row")])  # fmt: skip
def test_what_a_competition_lacks_is_named(tmp_path, capsys, change, told):
    folder = tmp_path / "nlp-getting-started"
    disasters(folder)
    change(folder)
    code, found = submit(folder, tmp_path)
    shown = capsys.readouterr().err
    assert code == 2 and found is None and re.search(told, shown), shown
    assert shown.count("\n") == 1 and not (tmp_path / "out").exists()


def test_submit_wants_a_folder(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("x\n")
    (tmp_path / "nlp-getting-started").mkdir()
    for path, told in (("a.csv", "is a file: unpack it."), ("b", "is not there."),
                       ("npl-getting-started", "Did you mean nlp-getting-started?")):
        assert submit(tmp_path / path, tmp_path)[0] == 2
        assert told in capsys.readouterr().err
    assert run_own.main(["--submit"]) == 2
    assert "with --submit a competition's folder" in capsys.readouterr().err


def test_a_sample_may_show_all_of_test_and_who_sees_the_score(tmp_path, capsys):
    """detecting-insults-in-social-commentary: dates that repeat are no ids."""
    folder, (train, test) = tmp_path / "insults", [pd.DataFrame({
        "Insult": [0, 1] * 20, "Date": "20120618192155Z",
        "Comment": [review(i % 2, f"{part}{i}") for i in range(40)]}) for part in "ab"]
    test = test[::-1].iloc[:30]
    write(folder, "train.csv", train)
    write(folder, "test.csv", test.drop(columns="Insult"))
    sample = test.assign(Insult=0, Usage="Public")
    write(folder, "sample_submission_null.csv", sample[5:])
    found = kit.Competition.read(folder)
    assert (found.id, found.targets) == ("Comment", ("Insult",))
    code, said = submit(folder, tmp_path)
    assert code == 0 and list(said.columns) == ["Insult", "Date", "Comment", "Usage"]
    assert (said.Insult == test.Insult[5:].astype(str).array).mean() > 0.8
    assert "5 texts of test are left out, as in" in capsys.readouterr().out
    assert submit(folder, tmp_path, "--id-column", "Date")[0] == 2
    assert "Column Date of test has the same id twice" in capsys.readouterr().err


def test_fractions_of_many_classes_are_no_answer(tmp_path, capsys):
    folder = tmp_path / "ratings"
    train = topics(a=20, b=20, c=20)
    write(folder, "train.csv", train)
    write(folder, "test.csv", train[["text"]])
    write(folder, "sample_submission.csv", pd.DataFrame({"id": range(60), "score": .5}))
    assert submit(folder, tmp_path)[0] == 2
    assert "one number (0.5) of each text, and there are 3" in capsys.readouterr().err


def test_the_best_of_the_draws_is_kept_and_handed_in_with_both_options(tmp_path):
    folder = tmp_path / "nlp-getting-started"
    disasters(folder)
    code, found = submit(folder, tmp_path, "--save")
    model = kit.restore(tmp_path / "out" / "model")
    test = pd.read_csv(folder / "test.csv")[::-1]
    assert code == 0 and found.target.tolist() == model.predict(test.text).tolist()
    assert model.card["dataset"]["title"] == "nlp-getting-started"


def test_names_of_files_tell_the_parts_of_a_competition(tmp_path):
    named = {"train.csv": "train", "Train.tsv.zip": "train", "train.zip": "train",
             "test.csv.gz": "test", "test_stage_2.csv": "test", "train.txt": "train",
             "labeledTrainData.tsv.zip": "train", "unlabeledTrainData.tsv.zip": "",
             "sampleSubmission.csv": "sample", "sample_submission.zip": "sample",
             "gender_submission.csv": "sample", "submission.csv": "", "train": "",
             "embeddings.zip": "", "readme.md": "", ".csv": "",
             "train.json": "train", "train.parquet": "train"}  # fmt: skip
    assert {name: kit.Competition.part_of(tmp_path / name) for name in named} == named
    assert kit.Competition.as_names(["1.0", "01", " a ", "1e5", "0.5", "-1"]) == [
        "1", "1", "a", "1e5", "0.5", "-1"]  # fmt: skip




def competition(folder, labels, sample, classes=("a", "b")):
    """A folder with 60 texts of two classes, called by these labels, and a sample."""
    train = topics(**dict.fromkeys(classes, 30))
    label = train.label.map(dict(zip(classes, labels)))
    train = pd.DataFrame({"id": range(60), "text": train.text, "label": label})
    write(folder, "train.csv", train)
    write(folder, "test.csv", train[["id", "text"]])
    write(folder, "sample_submission.csv", pd.DataFrame({"id": range(60), **sample}))
    return label.tolist()


def test_a_one_stands_for_the_class_that_the_sample_names(tmp_path, capsys):
    labels = competition(tmp_path / "p", ("real", "fake"), {"fake": 0.5})
    _, found = submit(tmp_path / "p", tmp_path)
    fake = np.array(labels) == "fake"
    assert ((found.fake.astype(float) > 0.5) == fake).mean() > 0.9
    competition(tmp_path / "t", ("yes", "no"), {"label": 0})
    _, found = submit(tmp_path / "t", tmp_path)
    assert (found.label == ["1"] * 30 + ["0"] * 30).mean() > 0.9
    for number in (0, 0.5):
        folder = tmp_path / f"u{number}"
        competition(folder, ("disaster", "not disaster"), {"label": number})
        assert submit(folder, tmp_path)[0] == 2
        assert "whether 1 is disaster or not disaster" in capsys.readouterr().err


def test_words_are_not_handed_in_for_numbers_nor_numbers_for_words(tmp_path, capsys):
    competition(tmp_path / "w", (0, 1), {"label": "neutral"})
    assert submit(tmp_path / "w", tmp_path)[0] == 2
    assert "has words (neutral) and train has numbers (0, 1)" in capsys.readouterr().err


def test_ids_are_found_whatever_their_case_and_type(tmp_path):
    labels = np.array(competition(tmp_path / "c", ("x", "y"), {"label": "x"}))
    order = np.random.default_rng(0).permutation(60)
    write(tmp_path / "c", "sample_submission.csv",
          pd.DataFrame({"Id": order, "label": "x"}))  # fmt: skip
    (tmp_path / "c" / "test.csv").unlink()
    texts = pd.read_csv(tmp_path / "c" / "train.csv")[["id", "text"]]
    texts.to_json(tmp_path / "c" / "test.json", orient="records", lines=True)
    code, found = submit(tmp_path / "c", tmp_path)
    assert code == 0 and found.Id.tolist() == order.astype(str).tolist()
    assert (found.label == labels[order]).mean() > 0.9


def test_a_submission_is_chosen_and_fitted_at_the_classes_own_shares(tmp_path):
    """Of 240 texts 24 are ones: so are a tenth of each draw."""
    folder = tmp_path / "rare"
    train = pd.concat([topics(a=216).assign(label=0), topics(b=24).assign(label=1)])
    train = train.assign(id=range(240))
    write(folder, "train.csv", train)
    write(folder, "test.csv", train[["id", "text"]])
    write(folder, "sample_submission.csv", pd.DataFrame({"id": range(240), "label": 0}))
    code, found = submit(folder, tmp_path, "--nsamp", "60")
    assert code == 0 and (found.label == train.label.astype(str).to_numpy()).mean() > 0.95
    rows = pd.read_csv(tmp_path / "out" / "predictions.csv")
    assert rows.label.mean() == pytest.approx(0.1, abs=0.02)
    rows = pd.read_csv(tmp_path / "out" / "results.csv")
    assert (rows.n_train + rows.n_test == 120).all()


def test_what_is_not_handed_in_is_said_and_a_failure(tmp_path, capsys):
    competition(tmp_path / "d", ("x", "y"), {"label": "x"})
    words = ["--models", "lr", "--time-limit", "0.0001s"]
    assert submit(tmp_path / "d", tmp_path, *words)[0] == 1
    assert "nothing is handed in: No model has a result" in capsys.readouterr().out


def test_ctrl_c_while_the_best_is_fitted_loses_no_result(tmp_path, capsys, monkeypatch):
    competition(tmp_path / "i", ("x", "y"), {"label": "x"})

    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(kit, "refitted", interrupted)
        assert submit(tmp_path / "i", tmp_path)[0] == 1
    before = (tmp_path / "out" / "results.csv").read_bytes()
    assert submit(tmp_path / "i", tmp_path)[0] == 0
    assert (tmp_path / "out" / "results.csv").read_bytes() == before
    assert "6 results" in capsys.readouterr().out
