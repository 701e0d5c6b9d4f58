"""Checkpoints without exact maps, for the tests of the page."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
import torchvision

from tests.conftest import card_fields, save_state_dict

NAMES = ("Part 0", "Part 1", "Part 2", "Part 3", "Skull")
REASON = "each logit is made from the largest activation of each channel"


def save_mapless(folder: Path, name: str, names: Sequence[str] = NAMES, seed: int = 3) -> Path:
    """Write a small network that pools by the largest activation, with its card, to `folder`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = torchvision.models.shufflenet_v2_x0_5(weights=None, num_classes=len(names))
    fields = card_fields(architecture="shufflenet_v2_x0_5", class_names=list(names), pooling="max")
    (folder / f"{name}.json").write_text(json.dumps(fields))
    return save_state_dict(folder / f"{name}.pth", network.state_dict())
