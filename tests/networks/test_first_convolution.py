"""First convolutions that people exchange: one with a bias, and that of a ResNet for small images."""

import copy
from pathlib import Path

import pytest
import torch
from torch import nn

from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loading import load
from camdash.networks.report import intake
from tests.conftest import split_of
from tests.networks.zoo import TINY, card_of, images, network, saved


def replaced(architecture: str, name: str, layer: nn.Conv2d) -> nn.Module:
    """Return a network with this first convolution, with random numbers."""
    made = copy.deepcopy(network(architecture))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        for parameter in layer.parameters():
            nn.init.normal_(parameter, std=0.3)
    parent, _, child = name.rpartition(".")
    setattr(made.get_submodule(parent), child, layer)
    return made.eval()


def check_logits(path: Path, made: nn.Module) -> None:
    loaded = load(describe(entry_of(path)), "cpu")
    with torch.inference_mode():
        expected = made(images())
    sums = loaded.maps_and_pooled(images())[0].mean((2, 3)) + split_of(loaded).bias
    torch.testing.assert_close(sums, expected, rtol=0, atol=1e-4 * float(expected.abs().max()))


@pytest.mark.parametrize("with_card", [True, False])
def test_one_with_a_bias_gives_the_networks_own_logits(tmp_path: Path, with_card: bool) -> None:
    made = replaced(TINY, "conv1.0", nn.Conv2d(3, 24, 3, 2, 1))
    check_logits(saved(tmp_path / "m.pth", made.state_dict(), **(card_of(TINY) if with_card else {})), made)


def test_a_resnets_for_small_images_asks_for_its_stride(tmp_path: Path) -> None:
    made = replaced("resnet18", "conv1", nn.Conv2d(3, 64, 3, padding=1, bias=False))
    path = saved(tmp_path / "bare.pth", made.state_dict())
    error = intake(entry_of(path)).error or ""
    assert error.startswith("The first convolution of bare is 3 x 3, as in ResNets for small images.")
    assert '"first_stride": 1, "first_pooling": "none"' in error
    half = saved(tmp_path / "half.pth", made.state_dict(), **card_of("resnet18", first_stride=1))
    assert "Its shape does not tell its stride" in (intake(entry_of(half)).error or "")
    made.maxpool = nn.Identity()
    card = card_of("resnet18", first_stride=1, first_pooling="none")
    check_logits(saved(tmp_path / "told.pth", made.state_dict(), **card), made)


def test_a_bias_of_another_length_is_refused(tmp_path: Path) -> None:
    content = network(TINY).state_dict() | {"conv1.0.bias": torch.ones(7)}
    assert "conv1.0.bias [7] for [24]" in (intake(entry_of(saved(tmp_path / "m.pth", content))).error or "")
