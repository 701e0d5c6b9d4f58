"""Real networks of every family, as torchvision builds them, with random weights and batch norm statistics."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import torch
import torchvision
from torch import Tensor, nn

from camdash.networks.architectures.families import LAYERED, LINEAR, Family
from camdash.networks.files.state_dicts import clean, find_state_dict
from camdash.networks.files.weights import StoredWeights
from tools.random_weights import enliven

torch.set_num_threads(1)  # threads that wait for each other make small networks 20 times slower on a busy machine

SMALLEST: dict[str, Family] = {family.builders[0]: family for family in LINEAR}
"""The smallest architecture of each family that ends in global average pooling and one linear layer."""

SMALLEST_LAYERED: dict[str, Family] = {family.builders[0]: family for family in LAYERED if not family.class_token}
"""The smallest of each family whose head has more layers, and takes any size."""

TINY = "shufflenet_v2_x0_5"
"""The smallest of all: 1.4 MB."""

CLASSES = 3


@cache
def network(architecture: str, classes: int = CLASSES) -> nn.Module:
    """Return torchvision's own network of three channels in eval mode, auxiliary heads and all; do not change it."""
    options: dict[str, Any] = {"init_weights": False} if architecture in ("googlenet", "inception_v3") else {}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        made: nn.Module = torchvision.models.get_model(architecture, weights=None, num_classes=classes, **options)
        enliven(made)
    return made.eval()


def state(architecture: str = TINY, classes: int = CLASSES) -> dict[str, Tensor]:
    """Return the names and weights of a real network."""
    return dict(network(architecture, classes).state_dict())


def saved(path: Path, content: object | None = None, **card: object) -> Path:
    """Save what `torch.save` takes (the tiny network by default), with a card beside it where fields are given."""
    torch.save(state() if content is None else content, path)
    if card:
        path.with_suffix(".json").write_text(json.dumps(card))
    return path


def stored_of(content: object) -> StoredWeights:
    """Return what a file of this content holds, without writing it; see `camdash.networks.files.weights`."""
    tensors, opened = find_state_dict(content, "a.pth")
    layout = clean(tensors)
    said = opened + layout.conversions
    return StoredWeights(layout.tensors, {}, said, layout.ignored, opened=opened, found=tensors)


def card_of(architecture: str, **more: object) -> dict[str, object]:
    """Return the fields of a card for three classes."""
    names = [f"Part {k}" for k in range(CLASSES)]
    return {"architecture": architecture, "class_names": names, "input_size": [96, 128], "fit": "stretch"} | more


def images(rows: int = 192, columns: int = 160) -> Tensor:
    """Return a seeded batch of one network input of three channels in [0, 1)."""
    return torch.rand(1, 3, rows, columns, generator=torch.Generator().manual_seed(3))
