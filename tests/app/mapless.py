"""Checkpoints without exact maps, for the tests of the page."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
import torchvision

from tests.conftest import card_fields, save_state_dict

NAMES = ("Part 0", "Part 1", "Part 2", "Part 3", "Skull")
REASON = "SqueezeNet's head is a convolution and a ReLU before pooling"


def save_mapless(folder: Path, name: str, names: Sequence[str] = NAMES, seed: int = 3) -> Path:
    """Write a small SqueezeNet with its card to `folder`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = torchvision.models.squeezenet1_1(weights=None, num_classes=len(names))
    fields = card_fields(architecture="squeezenet1_1", class_names=list(names))
    (folder / f"{name}.json").write_text(json.dumps(fields))
    return save_state_dict(folder / f"{name}.pth", network.state_dict())
