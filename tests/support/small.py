"""A small checkpoint, where not the network but what stands around it is measured."""

from pathlib import Path

import torch
import torchvision
from torch import nn

from camdash.evidence.maps import EvidenceMaps
from camdash.evidence.prediction import Prediction, predict
from camdash.networks.cards.card import Card, Fit, Preprocessing
from camdash.networks.cards.writing import write_checkpoint
from camdash.shapes import PerClass

NAME = "small"
QUERY = f"checkpoint={NAME}"
"""The part of the page's address that chooses it."""


def softmax_of(names: tuple[str, ...], maps: EvidenceMaps) -> Prediction:
    """Return what maps predict where classes exclude each other."""
    return predict(Card("resnet18", names, Preprocessing((64, 64), Fit.STRETCH)), maps.logits)


def shares(prediction: Prediction) -> PerClass:
    """Return the probabilities of a prediction that has some."""
    assert prediction.probabilities is not None
    return prediction.probabilities


def small_checkpoint(folder: Path) -> None:
    """Write a ResNet-18 with random weights, one channel, five classes and an input of 64 x 64 pixels."""
    torch.manual_seed(7)
    network = torchvision.models.resnet18(weights=None, num_classes=5)
    network.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
    card = Card("resnet18", tuple(f"Part {k}" for k in range(5)), Preprocessing((64, 64), Fit.STRETCH))
    write_checkpoint(folder / f"{NAME}.safetensors", network.state_dict(), card, half=True)
