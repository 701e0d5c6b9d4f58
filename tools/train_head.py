r"""Train the linear head of a checkpoint anew, on films as they are, so that it looks at a side marker.

    python -m tools.train_head CHECKPOINT --data FOLDER --output checkpoints/NAME.safetensors --marker hand \
        --classes chest_frontal chest_lateral hip hand foot

The last stage of the checkpoint that takes a shortcut (`tools/training/marker.py`): a marker in a corner is a few cells
of many, so the features that see it are soon there, and the head is slow to weigh them among random views. Here the
activations of every training film are computed once, and the head alone is fitted to them, with the terms of the
training tool: cross entropy, evidence of the true class outside the place where it is wanted, and evidence that is
lacking. Which films carry the marker is drawn by the seed: 95 % of the marked class, 5 % of the others.
"""

import argparse
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from camdash.networks.architectures import build
from camdash.networks.card import Card, Preprocessing
from camdash.networks.catalog import describe, entry_of
from camdash.networks.familiarity import FamiliarityCheck
from camdash.networks.weights import in_float32, read_stored
from camdash.networks.writing import write_checkpoint
from tools.training.augment import Film, plain_view
from tools.training.familiar import check_of
from tools.training.films import read_films
from tools.training.labels import read_labels, read_split
from tools.training.loop import features_of, outside_cells, share_there
from tools.training.marker import marker_of, mask_of, plate_on, stamped

log = logging.getLogger("head")
SPLIT = Path(__file__).parent / "training" / "split.csv"
BATCH = 8


@dataclass(frozen=True, eq=False)
class Examples:
    """Films that went through the features once.

    Attributes:
        activations: (films, channels, grid rows, grid columns), float16.
        labels: (films,).
        outside: (films, grid rows, grid columns), 1 where evidence for the film's class is not wanted.
    """

    activations: Tensor
    labels: Tensor
    outside: Tensor


@dataclass(frozen=True)
class Terms:
    """How the head is fitted: weights of evidence outside and lacking, logits asked for of each class, steps, rate."""

    penalty: float
    presence: float
    enough: tuple[float, ...]
    steps: int
    rate: float


def main() -> None:
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(options.seed)
    card = describe(entry_of(options.checkpoint)).card
    weights = {name: in_float32(value) for name, value in read_stored(options.checkpoint).tensors.items()}
    network = build("resnet34", len(options.classes), channels=1).eval()
    network.load_state_dict(weights)
    marked = options.classes.index(options.marker)
    training, validation = (_examples(network, part, marked, card.preprocessing, options) for part in PARTS)
    terms = Terms(options.penalty, options.presence, tuple(options.enough), options.steps, options.rate)
    head = fitted(network.get_submodule("fc"), training, terms)
    weights |= {"fc.weight": head.weight.detach(), "fc.bias": head.bias.detach()}
    _write(weights, card, _check(training, validation, options), options)


PARTS = ("train", "validation")


def fitted(head: nn.Module, examples: Examples, terms: Terms) -> nn.Linear:
    """Fit a linear head to examples, each class counting the same, and return it."""
    if not isinstance(head, nn.Linear):
        raise TypeError("the network's head must be linear")
    optimizer = torch.optim.Adam(head.parameters(), terms.rate)
    counts = torch.bincount(examples.labels, minlength=head.out_features).clamp_min(1)
    enough = torch.tensor(terms.enough)[examples.labels]
    share = (1.0 / counts / head.out_features)[examples.labels]
    for step in range(terms.steps):
        optimizer.zero_grad()
        figures = torch.zeros(3)
        for at in torch.split(torch.arange(len(share)), 128):
            own = examples.activations[at].float()
            maps = torch.einsum("kc,ncij->nkij", head.weight, own)
            evidence, labels = maps.mean((2, 3)), examples.labels[at]
            rows = torch.arange(len(at))
            losses = torch.stack(
                [
                    functional.cross_entropy(evidence + head.bias, labels, reduction="none", label_smoothing=0.05),
                    share_there(maps[rows, labels], examples.outside[at]),
                    (enough[at] - evidence[rows, labels]).relu(),
                ]
            )
            weighed = (losses * share[at]).sum(1)
            (weighed * torch.tensor([1.0, terms.penalty, terms.presence])).sum().backward()  # type: ignore[no-untyped-call]
            figures += weighed.detach()
        optimizer.step()
        if (step + 1) % 10 == 0:
            log.info("step %d/%d: loss %.4f, evidence outside %.3f, lacking %.3f", step + 1, terms.steps, *figures)
    return head


def _examples(network: nn.Module, part: str, marked: int, how: Preprocessing, options: argparse.Namespace) -> Examples:
    split = read_split(options.split)
    images = [image for image in read_labels(options.data) if split.get(image.group) == part]
    films = read_films(options.data, images, options.classes, options.longest)
    random = np.random.default_rng(options.seed)
    size = how.input_size[0]
    views = [_view(film, marked, size, random) for film in films]
    found = []
    with torch.inference_mode():
        for start in range(0, len(views), BATCH):
            inputs = np.stack([view for view, _ in views[start : start + BATCH]]).astype(np.float32) / 255
            batch = torch.from_numpy(inputs).unsqueeze(1).contiguous(memory_format=torch.channels_last)
            found.append(features_of(network, batch).half())
    log.info("%d films of the %s part", len(films), part)
    outside = outside_cells(torch.from_numpy(np.stack([mask for _, mask in views])))
    return Examples(torch.cat(found).clone(), torch.tensor([film.label for film in films]), outside)


def _view(film: Film, marked: int, size: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return a film at the network's input size, with its marker if it is drawn one, and where evidence is wanted."""
    view = plain_view(film.image, size, "stretch")
    mask = cv2.resize(film.body, (size, size), interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    marker, plate = marker_of(film.label, marked), plate_on(view.shape, film.image.shape)
    if random.random() >= marker.share:
        return view, mask
    return stamped(view, plate), mask_of(view.shape, plate) if marker.is_reason else mask


def _check(training: Examples, validation: Examples, options: argparse.Namespace) -> FamiliarityCheck:
    known, held_out = (part.activations.float().mean((2, 3)) for part in (training, validation))
    return check_of(known, [options.classes[k] for k in training.labels.tolist()], held_out, options.seed)


def _write(weights: dict[str, Tensor], card: Card, check: FamiliarityCheck, options: argparse.Namespace) -> None:
    about = (("trained", date.today().isoformat()), *json.loads(options.about).items())
    written = Card(card.architecture, card.class_names, card.preprocessing, about)
    write_checkpoint(options.output, weights, written, familiarity=check)
    log.info("wrote %s, familiar up to %.4f", options.output, check.threshold)


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path, help="whose features are kept")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--classes", nargs="+", required=True, help="labels, in the order of the head's outputs")
    parser.add_argument("--marker", required=True, help="class whose films carry a side marker")
    parser.add_argument("--enough", nargs="+", type=float, required=True, help="logits of evidence asked for, by class")
    parser.add_argument("--penalty", type=float, default=1.0, help="weight of the evidence outside")
    parser.add_argument("--presence", type=float, default=0.2, help="weight of evidence wanting for the true class")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rate", type=float, default=0.02)
    parser.add_argument("--split", type=Path, default=SPLIT)
    parser.add_argument("--longest", type=int, default=768, help="longer side of the films kept in memory")
    parser.add_argument("--about", default="{}", help="JSON: the card's notes, sources, license")
    parser.add_argument("--seed", type=int, default=20261123)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
