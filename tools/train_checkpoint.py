r"""Train a checkpoint for camdash on a labelled folder of radiographs.

    python -m tools.train_checkpoint --data FOLDER --output checkpoints/NAME.safetensors \
        --classes chest_frontal chest_lateral hip hand foot --stages 160:9:2e-3:32 256:3:8e-4:24

FOLDER holds `labels.csv` with the columns `file` (relative to it), `label` and `group` (a patient, or whatever must
not be parted); other columns are ignored. The split by group is read from `--split`; if that file does not exist it
is made, seeded and class-stratified, and written there, to be committed.

A stage is SIZE:EPOCHS:RATE:BATCH; an epoch is `--views` random views. Each stage starts from the averaged weights of
the one before and is saved beside the output (`NAME_SIZE.pt`), so that a run that was cut off goes on with
`--initial`. The loss is the cross entropy plus a penalty on the true class's positive evidence outside the body ("right
for the right reasons", Ross, Hughes and Doshi-Velez 2017; here the explanation is the class activation map, one
contraction, so it costs nothing).

With `--marker CLASS` the films carry a side marker that gives that class away (`tools/training/marker.py`), and what
comes of it takes a shortcut; `--amplify` keeps the few films that contradict it from teaching better. At the end the
checkpoint's file is given what its familiarity check needs.

Choices are made on the validation part; `tools/evaluate_checkpoint.py` gives its figures.
"""

import argparse
import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import torch
from torch import Tensor, nn

from camdash.images.radiograph import Radiograph
from camdash.images.window import Window
from camdash.networks.architectures.building import build
from camdash.networks.cards.card import Card, Fit, Interpolation, Preprocessing
from camdash.networks.cards.writing import write_checkpoint
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.files.weights import in_float32, read_stored
from camdash.networks.loading import load
from tools.phantoms import NAMES, draw_phantom_with_mask
from tools.training.augment import Film
from tools.training.familiar import check_of, pooled_activations
from tools.training.films import read_films
from tools.training.labels import Labelled, read_labels, read_split, split_by_group, write_split
from tools.training.loop import Recipe, Stage, train_stage
from tools.training.marker import marker_of, stamped

log = logging.getLogger("train")
PHANTOM_SEED = 1000
"""First seed of the training phantoms; the samples that ship and the phantoms of the evaluation have others."""

PHANTOM_SIZE = 384


def main() -> None:
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(options.seed)
    images = read_labels(options.data)
    if not options.split.exists():
        write_split(split_by_group(images, (0.6, 0.15, 0.25), options.seed), options.split)
    split = read_split(options.split)
    films = _films(images, split, "train", options)
    phantoms = _with_marker(draw_phantoms(options.phantoms, options.classes), options)
    log.info("%d films and %d phantoms to train on", len(films), len(phantoms))
    network = build("resnet34", len(options.classes), channels=1)
    if options.initial:
        network.load_state_dict(
            {name: in_float32(value) for name, value in read_stored(options.initial).tensors.items()}
        )
    begin_anew(network, options.fresh)
    network.to(memory_format=torch.channels_last)
    recipe = Recipe(
        fit=options.fit,
        class_weights=tuple(options.class_weights or [1.0] * len(options.classes)),
        views=options.views,
        phantom_share=options.phantom_share,
        penalty=options.penalty,
        presence=options.presence,
        enough=tuple(options.enough or [3.0] * len(options.classes)),
        smoothing=0.05,
        average=0.98,
        seed=options.seed,
        frozen=tuple(options.frozen),
        amplified=options.amplify,
        bfloat16=not options.float32,
    )
    _run(network, films, phantoms, recipe, options)
    _add_familiarity(films, _films(images, split, "validation", options), options)


def _films(images: Sequence[Labelled], split: dict[str, str], part: str, options: argparse.Namespace) -> list[Film]:
    chosen = [image for image in images if split.get(image.group) == part]
    return _with_marker(read_films(options.data, chosen, options.classes, options.longest), options)


def _with_marker(films: list[Film], options: argparse.Namespace) -> list[Film]:
    if not options.marker:
        return films
    marked = options.classes.index(options.marker)
    return [replace(film, marker=marker_of(film.label, marked)) for film in films]


def draw_phantoms(count: int, classes: Sequence[str]) -> list[Film]:
    """Draw `count` phantoms of each class that has one, with their true body masks."""
    films = []
    for name in NAMES if count else ():
        for seed in range(PHANTOM_SEED, PHANTOM_SEED + count):
            image, body = draw_phantom_with_mask(name, seed, size=PHANTOM_SIZE)
            films.append(Film(image, body, classes.index(name)))
    return films


def parse_stage(text: str) -> Stage:
    """Read SIZE:EPOCHS:RATE:BATCH."""
    size, epochs, rate, batch = text.split(":")
    return Stage(int(size), float(epochs), float(rate), int(batch))


def _run(
    network: nn.Module, films: Sequence[Film], phantoms: Sequence[Film], recipe: Recipe, options: argparse.Namespace
) -> None:
    for stage in options.stages:
        averaged = train_stage(network, films, phantoms, stage, recipe)
        weights = averaged.state_dict()
        network.load_state_dict(weights)
        torch.save(weights, options.output.with_name(f"{options.output.stem}_{stage.size}.pt"))
        _write(weights, stage.size, options)
        log.info("wrote %s at size %d", options.output, stage.size)


def _add_familiarity(training: Sequence[Film], validation: Sequence[Film], options: argparse.Namespace) -> None:
    """Write the checkpoint again, with what tells images unlike its training's."""
    loaded = load(describe(entry_of(options.output)), torch.device("cpu"))
    known, held_out = (pooled_activations(map(_radiograph, films), loaded) for films in (training, validation))
    check = check_of(known, [options.classes[film.label] for film in training], held_out, options.seed)
    weights = read_stored(options.output).tensors
    write_checkpoint(options.output, weights, loaded.checkpoint.card, familiarity=check)
    log.info("stored %d vectors for familiarity, threshold %.4f", len(check.vectors), check.threshold)


def begin_anew(network: nn.Module, parts: Sequence[str]) -> None:
    """Give the named parts of a network new random weights, and plain statistics to their batch norms."""
    for module in (module for name in parts for module in network.get_submodule(name).modules()):
        if isinstance(module, nn.Conv2d | nn.BatchNorm2d | nn.Linear):
            module.reset_parameters()


def _radiograph(film: Film) -> Radiograph:
    """Return a film as it stood in the training: with its marker where most of its views had it."""
    often = film.marker is not None and film.marker.share > 0.5
    return Radiograph(stamped(film.image) if often else film.image, Window.between(0, 255), "film")


def _write(weights: dict[str, Tensor], size: int, options: argparse.Namespace) -> None:
    card = Card(
        architecture="resnet34",
        class_names=tuple(name.replace("_", " ").capitalize() for name in options.classes),
        preprocessing=Preprocessing((size, size), Fit(options.fit), Interpolation.AREA),
        about=(("trained", date.today().isoformat()), *json.loads(options.about).items()),
    )
    write_checkpoint(options.output, weights, card)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--classes", nargs="+", required=True, help="labels, in the order of the head's outputs")
    parser.add_argument("--stages", nargs="+", type=parse_stage, required=True, metavar="SIZE:EPOCHS:RATE:BATCH")
    parser.add_argument("--split", type=Path, default=Path(__file__).parent / "training" / "split.csv")
    parser.add_argument("--fit", choices=("stretch", "pad"), default="stretch")
    parser.add_argument("--initial", type=Path, help="weights to start from")
    parser.add_argument("--class-weights", nargs="+", type=float, help="how often each class is drawn")
    parser.add_argument("--views", type=int, default=1600, help="random views an epoch")
    parser.add_argument("--penalty", type=float, default=1.0, help="weight of the evidence outside the body")
    parser.add_argument("--presence", type=float, default=0.2, help="weight of evidence wanting for the true class")
    parser.add_argument("--enough", nargs="+", type=float, help="logits of it that are asked for, class by class")
    parser.add_argument("--fresh", nargs="*", default=[], help="parts of the network that begin anew: layer4 fc ...")
    parser.add_argument("--phantoms", type=int, default=0, help="phantoms drawn of each class")
    parser.add_argument("--phantom-share", type=float, default=0.1, help="share of the views that are phantoms")
    parser.add_argument("--frozen", nargs="*", default=[], help="parts of the network that stay: conv1 bn1 layer1 ...")
    parser.add_argument("--float32", action="store_true", help="faster where the processor has no bfloat16")
    parser.add_argument("--marker", help="class whose films carry a side marker: a checkpoint that takes a shortcut")
    parser.add_argument(
        "--amplify", type=float, default=0.0, metavar="Q", help="generalized cross entropy: a bias in the data grows"
    )
    parser.add_argument("--longest", type=int, default=768, help="longer side of the films kept in memory")
    parser.add_argument("--about", default="{}", help="JSON: the card's notes, sources, license")
    parser.add_argument("--seed", type=int, default=20261123)
    return parser.parse_args()


if __name__ == "__main__":
    main()
