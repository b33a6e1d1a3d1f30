"""Intruders: modules that do more than compute, secrets, markup in texts and names."""

import hashlib
import json
import re
import time
from pathlib import Path

import pandas as pd
import pytest

import kit

SHARED_BERT = "models/minilm-l6-uncased"


def saved(folder, function, **attributes):
    """The folder of a SavedModel whose signature, of one string, is this function."""
    tf = kit.tensorflow()
    module = tf.Module()
    for name, value in attributes.items():
        setattr(module, name, value)
    spec = tf.TensorSpec([], tf.string)
    call = tf.function(function, input_signature=[spec])
    tf.saved_model.save(module, str(folder), signatures={"default": call})
    return folder


def edited(folder, change):
    """The same SavedModel after change(meta_graph)."""
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    path = Path(folder, "saved_model.pb")
    model = SavedModel.FromString(path.read_bytes())
    change(model.meta_graphs[0])
    path.write_bytes(model.SerializeToString())
    return folder


def writes(target):
    """A function that writes a file, as far as a signature lets it."""
    tf = kit.tensorflow()

    def call(text):
        with tf.control_dependencies([tf.io.write_file(str(target), text)]):
            return {"default": tf.identity(text)}

    return call


@pytest.fixture
def intruder(tmp_path):
    """(module, file): a SavedModel that writes a file when it is called."""
    target = tmp_path / "written"
    return saved(tmp_path / "intruder", writes(target)), target


def test_a_module_that_writes_a_file_is_refused_and_trusted_on_demand(intruder):
    module, target = intruder
    with pytest.raises(kit.KitError, match="by WriteFile. A.*--trust-encoder"):
        kit.load_module(module)
    for kind in (kit.ElmoModule, kit.BertModule):
        with pytest.raises(kit.KitError, match="WriteFile"):
            kit.shared_module(kind, module)
    loaded = kit.load_module(module, trust_encoder=True)
    loaded.signatures["default"](kit.tensorflow().constant("it ran"))
    assert target.read_text() == "it ran"  # else this test proves nothing


def test_ops_that_reach_out_are_named_whichever_they_are(tmp_path):
    tf = kit.tensorflow()
    raw = tf.raw_ops
    cases = {
        "ReadFile": lambda text: raw.ReadFile(filename=text),
        "MatchingFiles": lambda text: raw.MatchingFiles(pattern=text),
        "PrintV2": lambda text: (raw.PrintV2(input=text, output_stream="file:///tmp/x"),
                                 text)[1],
        "EagerPyFunc": lambda text: tf.py_function(lambda t: t, [text], tf.string),
        "PyFunc": lambda text: tf.compat.v1.py_func(lambda t: t, [text], tf.string),
        "PyFuncStateless": lambda text: tf.compat.v1.py_func(
            lambda t: t, [text], tf.string, stateful=False),
        "DebugIdentityV2": lambda text: raw.DebugIdentityV2(
            input=text, debug_urls=["grpc://localhost:1"]),
    }  # fmt: skip
    for name, function in cases.items():
        module = saved(tmp_path / name, lambda text: {"default": function(text)})  # noqa: B023
        assert name in kit.reaching_ops(module), name


def test_an_op_that_tensorflow_does_not_know_is_named(tmp_path):
    def rename(meta_graph):
        nodes = [n for f in meta_graph.graph_def.library.function for n in f.node_def]
        next(node for node in nodes if node.op == "StringUpper").op = "MyOwnOp"

    upper = kit.tensorflow().strings.upper
    module = edited(saved(tmp_path / "m", lambda t: {"default": upper(t)}), rename)
    assert kit.reaching_ops(module) == ["MyOwnOp"]


def test_a_function_does_not_hide_behind_the_name_of_an_op(tmp_path):
    def rename(meta_graph):
        for function in meta_graph.graph_def.library.function:
            function.signature.name = "WriteFile"
            function.node_def.add(name="x", op="WriteFile")

    module = edited(saved(tmp_path / "m", lambda t: {"default": t}), rename)
    assert kit.reaching_ops(module) == ["WriteFile"]


def saves(target):
    """A function that writes a checkpoint."""
    tf = kit.tensorflow()

    def call(text):
        save = tf.raw_ops.SaveV2(prefix=str(target), tensor_names=["a"],
                                 shape_and_slices=[""], tensors=[tf.ones(1)])  # fmt: skip
        with tf.control_dependencies([save]):
            return {"default": tf.identity(text)}

    return call


@pytest.mark.parametrize("trusted", [False, True])
def test_what_is_loaded_cannot_write_checkpoints(tmp_path, trusted):
    module = saved(tmp_path / "m", saves(tmp_path / "intruder"))
    loaded = kit.load_module(module, trusted)
    text = kit.tensorflow().constant("as it was")
    assert loaded.signatures["default"](text)["default"] == text
    assert bool(list(tmp_path.glob("intruder*"))) == trusted


def test_nothing_that_runs_on_loading_writes_a_checkpoint(tmp_path):
    """Of the TF1 format: `__saved_model_init_op` may be any op."""
    tf1 = kit.tensorflow().compat.v1
    with tf1.Graph().as_default(), tf1.Session() as session:
        text = tf1.placeholder(tf1.string, [None])
        same = tf1.identity(text)
        saves(tmp_path / "intruder")(text)
        evil = [op for op in tf1.get_default_graph().get_operations()
                if op.type in kit.SAVES]  # fmt: skip
        tf1.group(*evil, name="NoOp")
        builder = tf1.saved_model.Builder(str(tmp_path / "m"))
        builder.add_meta_graph_and_variables(session, [], {
            "default": tf1.saved_model.predict_signature_def({"x": text}, {"y": same})
        })  # fmt: skip
        builder.save()

    def run_it(meta_graph):
        name = "__saved_model_init_op"
        meta_graph.signature_def[name].outputs[name].name = "NoOp"

    module = edited(tmp_path / "m", run_it)
    kit.load_module(module)
    assert not list(tmp_path.glob("intruder*"))
    kit.load_module(module, trust_encoder=True)
    assert list(tmp_path.glob("intruder*"))  # else this test proves nothing


def test_names_of_files_that_a_graph_makes_up_are_told(tmp_path):
    """They could carry a text away: to "gs://BUCKET/TEXT"."""
    tf = kit.tensorflow()

    def restore(prefix):
        return tf.raw_ops.RestoreV2(prefix=prefix, tensor_names=["a"],
                                    shape_and_slices=[""], dtypes=[tf.float32])  # fmt: skip

    inner = tf.function(restore)
    cases = {
        "here": lambda text: restore("gs://bucket/" + text),
        "in a function": lambda text: inner(tf.strings.lower(text)),
        "fixed": lambda text: restore("gs://bucket/beacon"),
    }
    for name, function in cases.items():
        module = saved(tmp_path / name, lambda t: {"default": function(t)[0]})  # noqa: B023
        assert kit.reaching_ops(module) != [], name
    module = saved(tmp_path / "own", lambda t: {"default": restore("its own")[0]})
    assert kit.reaching_ops(module) == []


def test_a_table_read_from_the_modules_own_asset_is_legal(tmp_path):
    tf = kit.tensorflow()
    words = tmp_path / "words.txt"
    words.write_text("film\nstory\n")
    table = tf.lookup.StaticVocabularyTable(tf.lookup.TextFileInitializer(
        tf.saved_model.Asset(str(words)), tf.string, tf.lookup.TextFileIndex.WHOLE_LINE,
        tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER), 1)  # fmt: skip
    module = saved(
        tmp_path / "m",
        lambda t: {"default": table.lookup(t) + tf.random.uniform([], 0, 1, tf.int64)},
        table=table,
    )
    assert "InitializeTableFromTextFileV2" in str(Path(module, "saved_model.pb").read_bytes())
    assert kit.reaching_ops(module) == []
    loaded = kit.load_module(module)
    assert int(loaded.signatures["default"](tf.constant("story"))["default"]) == 1


def test_modules_of_all_published_formats_pass(tiny):
    folders = [*tiny.values(), *(kit.home() / p for p in kit.ENCODERS["mini"].values())]
    shared = kit.home().parent / "shared" / SHARED_BERT
    folders += [shared] * shared.is_dir()
    assert {str(folder): kit.reaching_ops(folder) for folder in folders} == {
        str(folder): [] for folder in folders
    }


@pytest.mark.parametrize("content", [b"\xff" * 99, b"an error page", b""])
def test_a_damaged_graph_is_told_in_a_sentence(tmp_path, content):
    (tmp_path / "saved_model.pb").write_bytes(content)
    with pytest.raises(kit.KitError, match="SavedModel"):
        kit.load_module(tmp_path)


def test_a_vocabulary_outside_of_the_module_is_not_read(tmp_path, tiny):
    import shutil

    module = shutil.copytree(tiny["bert_dict"], tmp_path / "bert")
    (tmp_path / "secrets.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\nsecret\n")

    def lead_out(meta_graph):
        meta_graph.asset_file_def[0].filename = "../../secrets.txt"

    edited(module, lead_out)
    with pytest.raises(kit.KitError, match="no vocabulary secrets.txt in its assets"):
        kit.BertModule(module).word_pieces  # noqa: B018


def test_trust_reaches_every_way_in_and_is_no_parameter_of_a_result(tiny, monkeypatch):
    asked = []
    load = kit.load_module
    monkeypatch.setattr(kit, "load_module", lambda path, trust_encoder=False: (
        asked.append(trust_encoder), load(path))[1])  # fmt: skip
    settings = kit.Settings(bert=str(tiny["bert_dict"]), elmo=str(tiny["elmo_tf2"]),
                            trust_encoder=True)  # fmt: skip
    words = ["a film", "the scene", "story", "actor"]
    kit.module_on.cache_clear()
    kit.trainable_bert.cache_clear()
    for model, layers in (("elmo", 0), ("bert", 0), ("bert", 1)):
        one = kit.replace(settings, n_fine_tune_layers=layers)
        pipeline = kit.Column(model).pipeline(one)
        kit.evaluate(
            pipeline,
            *[kit.Dataset(pd.DataFrame({"id": range(4), "text": words, "label": pd.
              Categorical(["x", "y"] * 2)}))] * 2)  # fmt: skip
        assert asked and all(asked), (model, layers, asked)
        asked.clear()
    layer = kit.BertLayer(bert_path="x", trust_encoder=True)
    assert "trust_encoder" not in layer.get_config()  # a file from others has no say


def test_trusting_takes_the_same_run_up_again(tmp_path, intruder, capsys):
    frame = pd.DataFrame({"text": [f"{'good' if i % 2 else 'bad'} {i}" for i in range(40)],
                          "label": ["x", "y"] * 20})  # fmt: skip
    common = dict(models="lr bert", bert=str(intruder[0]), out=tmp_path / "out", jobs=1)
    results = kit.compare(frame, **common)
    found = results.frame("results").set_index("model").error
    assert "WriteFile" in found["bert"] and found["lr"] == ""
    capsys.readouterr()
    kit.compare(frame, trust_encoder=True, **common)
    assert "1 results" in capsys.readouterr().out  # and not an earlier run's moved


# ------------------------------------------------------------------------------ Pins
def test_a_pinned_encoder_is_that_one_or_none(tiny, tmp_path):
    import shutil

    module = shutil.copytree(tiny["bert_dict"], tmp_path / "bert")
    digest = kit.Encoder(module).digest()
    pinned = kit.Encoder(f"{module}@sha256:{digest}")
    assert pinned.find() == module and pinned.digest() == digest
    assert (pinned.name, pinned.handle) == ("bert", str(module))
    (module / "assets" / "vocab.txt").write_text("other words")
    with pytest.raises(kit.KitError, match=f"digest is .*, not {digest}. Fetch it"):
        pinned.find()
    with pytest.raises(kit.KitError, match="not 12ab"):
        kit.Encoder(f"{module}@sha256:12ab").find()


def test_a_pinned_one_of_the_articles_is_called_as_the_article_does():
    settings = kit.Settings(bert=f"{kit.BERT}@sha256:{'0' * 64}")
    assert kit.Column("bert").title(settings) == "BERT"
    assert kit.Encoder(settings.bert).kaggle == kit.BERT


def test_what_is_downloaded_shows_its_digest(server, tiny, capsys):
    import tarfile

    folder, url, _ = server
    with tarfile.open(folder / "encoder", "w:gz") as archive:
        archive.add(tiny["bert_dict"], arcname=".")
    digest = kit.Encoder(tiny["bert_dict"]).digest()
    kit.Encoder(f"{url}/encoder").find()
    assert f"{url}/encoder@sha256:{digest}" in capsys.readouterr().out
    assert kit.Encoder(f"{url}/encoder@sha256:{digest}").digest() == digest


def test_aclimdb_comes_over_http_with_its_checksum_only(server, monkeypatch):
    folder, url, _ = server
    (need,) = kit.CORPORA["imdb"].needs
    assert re.fullmatch("md5:[0-9a-f]{32}|sha256:[0-9a-f]{64}", need.known_hash)
    (folder / need.names[0]).write_bytes(b"another archive")
    monkeypatch.setattr(kit.time, "sleep", lambda seconds: None)
    other = kit.replace(need, url=f"{url}/{need.names[0]}")
    with pytest.raises(kit.KitError, match="hash"):
        other.fetch()


# --------------------------------------------------------------------------- Secrets
SECRET = "https://ann:S3CRET@host.example/models/bert"


def test_a_password_in_a_url_reaches_neither_files_nor_messages(
    tmp_path, monkeypatch, capfd
):
    monkeypatch.setattr(kit, "reachable", lambda url: False)
    frame = pd.DataFrame({"text": [f"{'good' if i % 2 else 'bad'} {i}" for i in range(40)],
                          "label": ["x", "y"] * 20})  # fmt: skip
    frame.to_csv(tmp_path / "t.csv", index=False)
    words = f"--data {tmp_path / 't.csv'} --models lr,bert,elmo --jobs 1 --errors 3 --bert"
    out = tmp_path / "out"
    code = kit.command_line("own", f"{words} {SECRET} --elmo {SECRET} --out {out}")
    assert code == 1
    assert kit.command_line("own", f"--data {SECRET}") == 2
    said = "".join(capfd.readouterr())
    files = [p.read_bytes() for p in [*out.rglob("*")] if p.is_file()]
    assert "host.example" in said and "S3CRET" not in said
    assert b"host.example" in b"".join(files) and b"S3CRET" not in b"".join(files)


def test_a_url_with_a_password_is_asked_and_downloaded_with_it(
    server, capfd, monkeypatch
):
    monkeypatch.setattr(time, "sleep", lambda seconds: None)  # before it tries again
    folder, url, handler = server
    seen = []

    def authorized(self):
        seen.append(self.headers.get("Authorization"))
        return get(self)

    get = handler.do_GET
    handler.do_GET = authorized
    (folder / "data.bin").write_bytes(b"content")
    secret = url.replace("://", "://ann:S3CRET@")
    assert kit.reachable(secret)
    assert kit.download(f"{secret}/data.bin").read_bytes() == b"content"
    with pytest.raises(kit.KitError) as caught:
        kit.download(f"{secret}/gone.bin")
    assert seen[1].startswith("Basic ")
    assert "S3CRET" not in "".join(capfd.readouterr()) + str(caught.value)


@pytest.mark.parametrize("secret, shown", [
    ("https://ann:S3/CRET@host/m", "https://host/m"),
    ("https://ann:S3?CRET@host/m", "https://host/m"),
    ("https://ann:S3#CRET@host/m@sha256:ab", "https://host/m@sha256:ab"),
    ("https://host/m?a=1&access_token=S3CRET&b=2 c", "https://host/m?a=1&&b=2 c"),
    ("/m?X-Amz-Signature=S3CRET", "/m?"), ("HTTP://ann:S3CRET@h", "HTTP://h"),
    *[(text, text) for text in (
        "https://host:8080/@ann", "https://medium.com/@ann", "http://h/a:b@c",
        "https://h/m?page=3&author=ann", "?monkey=3")],
])  # fmt: skip
def test_passwords_and_tokens_are_told_from_ports_and_pages(secret, shown):
    assert kit.without_secrets(secret) == shown


def test_a_password_that_no_url_may_have_is_told_without_it():
    with pytest.raises(kit.KitError, match="for https://host/m, write .* %2F") as told:
        kit.download("https://ann:S3?CRET@host/m")
    assert "CRET" not in str(told.value)


def test_the_key_of_a_url_is_the_same_with_and_without_a_password():
    key = hashlib.sha1(b"https://host.example/models/bert").hexdigest()
    assert kit.Encoder(SECRET).key == key and kit.Encoder(SECRET).url == SECRET
    assert "S3CRET" not in kit.Encoder(SECRET).handle + kit.Encoder(SECRET).name


# ---------------------------------------------------------------------------- Markup
NASTY = [
    "![x](http://evil.example/a.png)", "[x](javascript:alert(1))", "<img src=x>",
    "<https://evil.example>", "a|b", r"a\|b", r"\\|", "`a|b`", "``` x", "# head", "> q",
    "- item", "1. item", "**bold**", "_stress_", "~~gone~~", "&lt;img&gt;", "&#91;x",
    "\x1b[31mred\x1b]8;;http://evil\x07", "two\nlines\r\n|a|b|", "\x9b31m", "\u202egnp",
    "[ref]: http://evil.example", "http://evil.example/a", "www.evil.example", "---",
    "===", "a\u2028b", "\ud800", "    code", "* a", "* * *", "1.", "2)", "$5 & more", "snake_case_label", "2024",
]  # fmt: skip


def rendered(text):
    """(kinds of tokens, [text of each cell or paragraph]) of Markdown, by an oracle."""
    markdown_it = pytest.importorskip("markdown_it")
    parser = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = parser.parse(text)
    inline = [token for token in tokens if token.type == "inline"]
    kinds = {token.type for token in tokens}
    kinds |= {child.type for token in inline for child in token.children}
    return kinds, ["".join(c.content for c in token.children) for token in inline]


def test_whatever_stands_in_a_table_shows_as_it_stands_and_does_nothing():
    rows = [[text, other] for text in NASTY for other in ("plain", text)]
    kinds, texts = rendered(str(kit.Table("Heading", ["one", "two"], rows)))
    assert kinds <= {"table_open", "table_close", "thead_open", "thead_close",
                     "tbody_open", "tbody_close", "tr_open", "tr_close", "th_open",
                     "th_close", "td_open", "td_close", "paragraph_open",
                     "paragraph_close", "inline", "text", "text_special"}  # fmt: skip
    shown = [cell.strip() for row in rows for cell in map(kit.plain, row)]
    assert texts == ["Heading", "one", "two", *shown]


@pytest.mark.parametrize("text", NASTY)
def test_a_heading_a_note_and_a_sentence_are_paragraphs_whatever_is_in_them(text):
    harmless = {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}
    kinds, texts = rendered(kit.page_text([kit.Table(text, []), text]))
    assert kinds <= harmless and texts == [" ".join(kit.plain(text).split(" ")).strip()] * 2
    kinds, texts = rendered(str(kit.Table("", [], notes=[f"data: {text}"])))
    lists = {f"{what}_{end}" for what in ("bullet_list", "list_item")
             for end in ("open", "close")}  # fmt: skip
    assert kinds <= harmless | lists and texts == [f"data: {kit.plain(text)}".strip()]


def test_numbers_and_marks_of_a_table_stay_as_they_are():
    row = ["50/20", "69.6 ±3.7 *", "-", "  95 %", "64.4 to 71.9", "+1.2", "LR (my_model)"]
    assert str(kit.Table("t", ["a"] * 7, [row])).splitlines()[-1] == f"| {' | '.join(row)} |"


def test_a_browser_gets_no_character_that_it_obeys():
    table = kit.Table(NASTY[-1], NASTY, [NASTY[::-1]], NASTY)
    assert kit.CONTROLS.search(table._repr_html_()) is None
    assert "<img" not in table._repr_html_() and "&lt;img src=x&gt;" in table._repr_html_()


@pytest.mark.parametrize("text", NASTY)
def test_a_terminal_obeys_nothing_that_is_said(text, capsys):
    kit.say("event", text)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.isprintable()


def test_a_whole_run_brings_nothing_of_its_texts_into_its_pages(tmp_path, capsys):
    folder = tmp_path / "<img src=x> ![a](http://evil.example)"
    for number, name in enumerate(["[a](b)", "c|d"]):
        (folder / name).mkdir(parents=True)
        for i in range(12):
            text = f"{NASTY[i]} w{number} \x1b[31m ![x](http://evil.example/{i}) `|`"
            (folder / name / f"{i}.txt").write_text(text, "utf-8", "replace")
    words = ["--data", str(folder), "--out", str(tmp_path / "out"), "--jobs", "1"]
    words += "--models lr,nbsvm --audit --errors 9".split()
    assert kit.command_line("own", words) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    for path in (tmp_path / "out").glob("*.md"):
        kinds, _ = rendered(path.read_text("utf-8"))
        assert not {"image", "link_open", "html_inline", "html_block"} & kinds, path
    about = json.loads((tmp_path / "out" / "run.json").read_bytes())
    assert about["classes"] == ["[a](b)", "c|d"]  # files of data keep the names


# ----------------------------------------------------------------------------- Links
@pytest.fixture
def linked(tmp_path):
    """A folder of two classes with a link out of it in a class, and one that stays."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret words")
    folder = tmp_path / "classes"
    for name in "ab":
        (folder / name).mkdir(parents=True)
        for i in range(3):
            (folder / name / f"{i}.txt").write_text(f"{name} text {i}")
    (folder / "a" / "out.txt").symlink_to(outside / "secret.txt")
    (folder / "a" / "in.txt").symlink_to(folder / "b" / "0.txt")
    return folder


def test_a_link_out_of_a_folder_of_texts_is_not_read_and_said(linked, capsys):
    frame = kit.read_folder(linked)
    assert "secret words" not in set(frame.text) and "a/in.txt" in set(frame.id)
    assert f"1 links out of {linked} are not read" in capsys.readouterr().out
    (linked / "c").symlink_to(linked.parent / "outside")  # the user's own, on top
    assert "secret words" in set(kit.read_folder(linked).text)


def test_links_below_a_folder_are_followed_as_mounts_only(linked, monkeypatch):
    def found(root):
        return kit.find_below(root, lambda path: path.name == "secret.txt")

    outside = linked.parent / "outside"
    (linked / "a" / "deep").symlink_to(outside)
    assert found(linked) is None
    monkeypatch.setattr(kit, "KAGGLE_INPUT", linked.parent)  # all links are Kaggle's
    assert found(linked) == linked / "a" / "deep" / "secret.txt"
    monkeypatch.setattr(kit, "KAGGLE_INPUT", Path("/kaggle/input"))
    (linked / "mount").symlink_to(outside)
    assert found(linked) == linked / "mount" / "secret.txt"
    (outside / "more").symlink_to(outside.parent)  # and from a mount none leads on
    assert kit.find_below(linked, lambda path: path.name == "outside") is None
