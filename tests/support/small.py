"""A small checkpoint, where not the network but what stands around it is measured."""

from pathlib import Path

import torch
import torchvision
from torch import nn

from camdash.networks.cards.card import Card, Fit, Preprocessing
from camdash.networks.cards.writing import write_checkpoint

NAME = "small"
QUERY = f"checkpoint={NAME}"
"""The part of the page's address that chooses it."""


def small_checkpoint(folder: Path) -> None:
    """Write a ResNet-18 with random weights, one channel, five classes and an input of 64 x 64 pixels."""
    torch.manual_seed(7)
    network = torchvision.models.resnet18(weights=None, num_classes=5)
    network.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
    card = Card("resnet18", tuple(f"Part {k}" for k in range(5)), Preprocessing((64, 64), Fit.STRETCH))
    write_checkpoint(folder / f"{NAME}.safetensors", network.state_dict(), card, half=True)
