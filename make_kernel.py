"""A notebook with the kit in it, ready for Kaggle: one folder, one push.

python make_kernel.py imdb --user NAME --repeats 5 --accelerator NvidiaTeslaT4
python make_kernel.py own --user NAME --source OWNER/my-set --data my-set/train.csv
kaggle kernels push -p kernel-imdb

All other options are those of the run script. The data sets and models that it needs
are attached, the internet is off. The notebook alone runs on Colab, too.
"""

import argparse
import json
import re
import sys
from pathlib import Path

import kit

METADATA = "kernel-metadata.json"  # as Kaggle's own program expects it
RUN = """import kit

if kit.command_line({name!r}, {words}) == 2:
    raise RuntimeError("nothing has run; the error above says why")"""


def make_parser():
    """The parser of what is not the run script's own."""
    parser = kit.Parser(prog="make_kernel.py", description=__doc__, allow_abbrev=False,
                        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem", choices=[*kit.CORPORA, "own"])
    parser.add_argument("--user", required=True, help="your name on Kaggle")
    parser.add_argument("--title", help="of the notebook, at least 5 characters")
    parser.add_argument("--folder", help="to write (default: kernel-PROBLEM)")
    parser.add_argument("--accelerator", help="as NvidiaTeslaT4 (default: none)")
    parser.add_argument("--source", action="append", default=[], help="OWNER/DATASET "
                        "or Kaggle's name of a model, to attach; may be repeated")
    parser.add_argument("--competition", help="whose data to attach, by its short name")
    parser.add_argument("--data", default="auto", help="DATASET or DATASET/FILE")
    return parser


def encoders(corpus, given):
    """The Encoders that the parsed words of a run script ask for, all to be had."""
    if given["demo"]: given.setdefault("encoders", "mini")
    known = kit.Options.__dataclass_fields__.keys() & given.keys()
    options = kit.Options(**{option: given[option] for option in known})
    rows = kit.labelled([("id", "text", label) for label in "ab" * 9], ["a", "b"])
    example = kit.Dataset(rows, corpus=corpus)  # since Options suit a data set
    settings = options.settings(example)[0]
    found = [kit.Encoder(handle) for column in options.columns(example)
             for handle in column.algorithm.encoders(settings)]
    for one in found:
        if not (one.kaggle or one.ships or one.handle.startswith("/kaggle/input/")):
            raise kit.KitError(f"{one.handle} cannot be attached; give Kaggle's name "
                               f"of the encoder, as in {kit.BERT}.")
    return found


def kernel(asked, words):
    """(metadata, words of the run) for what is asked here and words of the run script;
    a KitError if Kaggle would refuse it, or lack something."""
    corpus = kit.CORPORA.get(asked.problem, kit.OWN)
    given = vars(kit.make_parser(asked.problem).parse_args(words))
    found = encoders(corpus, given)
    models = {one for one in asked.source if kit.KAGGLE_HANDLE.match(one)}
    data = set(asked.source) - models
    mounts = {one.split("/")[-1] for one in data} | {asked.competition} - {None}
    if not mounts and (given["demo"] or any(one.ships for one in found)):
        raise kit.KitError("Small encoders and demo are not on Kaggle: make a data set "
                           "there of the folders encoders/ and demo/, and name it with "
                           "--source OWNER/DATASET.")
    if asked.data != "auto":
        path = kit.KAGGLE_INPUT / asked.data
        words = [*words, "--data", str(path)]
        if not mounts & set(path.parts):
            raise kit.KitError(f"--data {asked.data} is in no attached data set; name "
                               "it with --source OWNER/DATASET or --competition NAME.")
    elif not given["demo"]:
        data |= {need.kaggle for need in corpus.needs}
        if not corpus.needs:
            raise kit.KitError("Which texts? Name them: --data DATASET/FILE --source "
                               "OWNER/DATASET.")
    title = asked.title or f"Does transfer pay {asked.problem}"
    accelerator = asked.accelerator or ""
    return {
        "id": f"{asked.user}/{re.sub('[^a-z0-9]+', '-', title.lower()).strip('-')}",
        "title": title, "code_file": "notebook.ipynb", "language": "python",
        "kernel_type": "notebook", "is_private": True, "enable_internet": False,
        "enable_gpu": "nvidia" in accelerator.lower(),
        "enable_tpu": "tpu" in accelerator.lower(), "machine_shape": accelerator,
        "dataset_sources": sorted(data), "kernel_sources": [],
        "competition_sources": [asked.competition] * bool(asked.competition),
        "model_sources": sorted(models | {one.kaggle for one in found} - {""}),
    }, words


def notebook(*cells):
    """A Jupyter notebook of code cells, as JSON data."""
    python = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {"kernelspec": python},
            "cells": [{"cell_type": "code", "metadata": {}, "execution_count": None,
                       "outputs": [], "source": cell} for cell in cells]}


def main(*argv):
    """Write the folder; returns the exit code, 2 for what cannot be, with a sentence."""
    try:
        asked, words = make_parser().parse_known_args(kit.command_words(argv))
        metadata, words = kernel(asked, words)
    except kit.KitError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    source = Path(kit.__file__).read_text(encoding="utf-8")
    cells = notebook(f"%%writefile kit.py\n{source}",
                     RUN.format(name=asked.problem, words=words))
    folder = Path(asked.folder or f"kernel-{asked.problem}")
    for name, content in ((metadata["code_file"], cells), (METADATA, metadata)):
        kit.write_atomically(folder / name, json.dumps(content, indent=1).encode())
    print(f"{folder} is ready: kaggle kernels push -p {folder}")
    return 0


if __name__ == "__main__":
    kit.leave(main())
