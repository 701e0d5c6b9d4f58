"""Checkpoints without exact maps, for the tests of the page."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
import torchvision
from torch import nn

from tests.conftest import card_fields, save_state_dict

NAMES = ("Part 0", "Part 1", "Part 2", "Part 3", "Skull")
STEEP = 1e4
"""Spread of the first layer's weights: without training, two films hardly differ, and their answers must be seen to."""
REASON = "its head has a layer LayerNorm whose shares are not exact"


def save_mapless(folder: Path, name: str, names: Sequence[str] = NAMES, seed: int = 3) -> Path:
    """Write a small network whose head has a layer norm between linear layers, with its card, to `folder`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = torchvision.models.shufflenet_v2_x0_5(weights=None)
        network.fc = nn.Sequential(nn.Linear(1024, 8), nn.LayerNorm(8), nn.Linear(8, len(names)))
        nn.init.normal_(network.fc[0].weight, std=STEEP)
    fields = card_fields(architecture="shufflenet_v2_x0_5", class_names=list(names))
    (folder / f"{name}.json").write_text(json.dumps(fields))
    return save_state_dict(folder / f"{name}.pth", network.state_dict())
