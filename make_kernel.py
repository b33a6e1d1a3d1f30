"""A notebook with the kit in it, ready for Kaggle: one folder, one push.

python make_kernel.py imdb --user NAME --repeats 5 --accelerator NvidiaTeslaT4
python make_kernel.py own --user NAME --source NAME/my-set --data my-set/train.csv
kaggle kernels push -p kernel-imdb

All other options are those of the run script. The data sets and models that it needs
are attached, the internet is off. The notebook alone runs on Colab, too.
"""

import argparse
import json
import re
import sys
import unicodedata
from pathlib import Path

import kit

# Kaggle's names of its machines; of others it says nothing, and runs on a CPU.
ACCELERATORS = """NvidiaTeslaT4 NvidiaTeslaT4Highmem NvidiaTeslaP100 NvidiaL4 NvidiaL4X1
NvidiaTeslaA100 NvidiaH100 NvidiaRtxPro6000 TpuV38 Tpu1VmV38 TpuV5E8 TpuV6E8""".split()
DATASET = re.compile(r"[\w-]+/[\w-]+(/\d+)?")  # OWNER/DATASET, or a version of it

RUN = """import kit

if kit.command_line({name!r}, {words}) == 2:
    raise RuntimeError("nothing has run; the error above says why")"""


def make_parser():
    """The parser of what is not the run script's own."""
    parser = kit.Parser(prog="make_kernel.py", description=__doc__, allow_abbrev=False,
                        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem", type=lambda name: kit.problem_of(name, ())[0],
                        metavar=f"{{{','.join([*kit.CORPORA, 'own'])}}}")
    parser.add_argument("--user", required=True, help="your name on Kaggle")
    parser.add_argument("--source", action="append", default=[], help="OWNER/DATASET "
                        "or Kaggle's name of a model, to attach; may be repeated")
    parser.add_argument("--competition", help="whose data to attach, by its short name")
    parser.add_argument("--data", default="auto", help="DATASET or "
                        "DATASET/FILE (with --submit: the competition's)")
    parser.add_argument("--accelerator", default="", help="such as "
                        "NvidiaTeslaT4 (default: none)")
    parser.add_argument("--title", help="of the notebook, at least 5 characters")
    parser.add_argument("--folder", help="to write (default: kernel-PROBLEM)")
    return parser


def encoders(corpus, given):
    """The Encoders that the parsed words of a run script ask for."""
    if given["demo"]: given.setdefault("encoders", "mini")
    known = kit.Options.__dataclass_fields__.keys() & given.keys()
    options = kit.Options(**{option: given[option] for option in known})
    rows = kit.labelled([("id", "text", label) for label in "ab" * 9], ["a", "b"])
    example = kit.Dataset(rows, corpus=corpus)  # since Options suit a data set
    settings = options.settings(example)[0]
    return [kit.Encoder(handle) for column in options.columns(example)
            for handle in column.algorithm.encoders(settings)]


def address(asked):
    """(title, address at Kaggle, accelerator) of the notebook; a KitError for what
    Kaggle's program would refuse, or pass over in silence."""
    title = asked.title or f"Does transfer pay {asked.problem}"
    # As Kaggle makes it: ü becomes u, and ß ss.
    letters = unicodedata.normalize("NFKD", title.casefold())
    letters = letters.encode("ascii", "ignore").decode()
    slug = re.sub("[^a-z0-9]+", "-", letters).strip("-")
    machines = {name.lower(): name for name in ["", *ACCELERATORS]}
    machine = machines.get(asked.accelerator.lower())
    strange = [one for one in asked.source
               if not (DATASET.fullmatch(one) or kit.KAGGLE_HANDLE.match(one))]
    for wrong, sentence in (
        (machine is None, f"--accelerator {asked.accelerator} is none of "
         f"{', '.join(ACCELERATORS)}.{kit.nearest(asked.accelerator, ACCELERATORS)}"),
        (not re.fullmatch(r"[\w-]+", asked.user), f"--user {asked.user}: Kaggle's name "
         "of you has no spaces; it is in the address of your page."),
        (len(title) < 5 or not slug, f"--title {title}: Kaggle wants five characters "
         "or more, and letters or digits among them."),
        (strange, f"--source {' '.join(strange)} is no OWNER/DATASET and no name of a "
         f"model, as {kit.BERT}.")):
        if wrong: raise kit.KitError(sentence)
    return title, f"{asked.user}/{slug}", machine


def kernel(asked, words):
    """(metadata, words of the run) for what is asked here and words of the run script;
    a KitError if Kaggle would lack something."""
    corpus = kit.CORPORA.get(asked.problem, kit.OWN)
    given = vars(kit.make_parser(asked.problem).parse_args(words))
    found, demo = encoders(corpus, given), given["demo"]
    title, place, machine = address(asked)
    models = {one for one in asked.source if kit.KAGGLE_HANDLE.match(one)}
    data = set(asked.source) - models
    mounts = {one.split("/")[1] for one in data} | {asked.competition} - {None}
    texts = asked.data
    if texts == "auto" and given.get("submit"): texts = asked.competition or texts
    path, named = kit.KAGGLE_INPUT / texts, texts != "auto"
    strange = ", ".join(one.handle for one in found if not (
        one.kaggle or one.ships or one.handle.startswith("/kaggle/input/")))
    for wrong, sentence in (
        (given.get("save") or given.get("cluster") or given.get("engine") == "openvino",
         "Kaggle has no skops, openvino and distributed, and nothing can be installed "
         "without the internet: leave out --save, --engine and --cluster."),
        (strange, f"{strange} cannot be attached; give Kaggle's name of an encoder, as "
         f"in {kit.BERT}."),
        (not mounts and (demo or any(one.ships for one in found)), "Small encoders and "
         "demo are not on Kaggle: make a data set there of the folders encoders/ and "
         "demo/, and name it with --source OWNER/DATASET."),
        (not (named or demo or corpus.needs), "Which texts? Name them: --data "
         "DATASET/FILE --source OWNER/DATASET."),
        (named and not mounts & {*path.parts}, f"--data {asked.data} is in no attached "
         "data set; name it with --source OWNER/DATASET or --competition NAME.")):
        if wrong: raise kit.KitError(sentence)
    if not (named or demo): data |= {need.kaggle for need in corpus.needs}
    return {
        "id": place, "title": title, "code_file": "notebook.ipynb",
        "language": "python", "kernel_type": "notebook", "is_private": True,
        "enable_internet": False, "enable_gpu": machine.startswith("Nvidia"),
        "enable_tpu": machine.startswith("Tpu"), "machine_shape": machine,
        "dataset_sources": sorted(data),
        "competition_sources": [asked.competition] * bool(asked.competition),
        "kernel_sources": [],
        "model_sources": sorted(models | {one.kaggle for one in found} - {""}),
    }, [*words, "--data", str(path)] if named else words


def main(*argv):
    """Write the folder; returns the exit code, 2 for what cannot be, in a sentence."""
    try:
        asked, words = make_parser().parse_known_args(kit.command_words(argv))
        metadata, words = kernel(asked, words)
    except kit.KitError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except SystemExit: return 0  # --help
    source = Path(kit.__file__).read_text(encoding="utf-8")
    run = RUN.format(name=asked.problem, words=words)
    python = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [{"cell_type": "code", "metadata": {}, "execution_count": None, "outputs":
              [], "source": text} for text in (f"%%writefile kit.py\n{source}", run)]
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {"kernelspec": python},
                "cells": cells}
    folder = Path(asked.folder or f"kernel-{asked.problem}")
    for name, content in (
            ("notebook.ipynb", notebook), ("kernel-metadata.json", metadata)):
        kit.write_atomically(folder / name, json.dumps(content, indent=1).encode())
    print(f"{folder} is ready: kaggle kernels push -p {folder}")
    return 0


if __name__ == "__main__":
    kit.leave(main())
