"""A network that torchvision does not have: one entry makes it recognised, split and registered."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from camdash.errors import CheckpointError
from camdash.networks.architectures import building, recognition
from camdash.networks.architectures.families import Family
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loading import load
from camdash.networks.placement import Grid
from tests.conftest import split_of
from tests.networks.zoo import card_of, images, saved


class Fork(nn.Module):
    """Two convolutions side by side, each with a stride of two, and their sum."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(channels, 8, 3, stride=2, padding=1)
        self.wide = nn.Conv2d(channels, 8, 5, stride=2, padding=2)

    def forward(self, inputs: Tensor) -> Tensor:
        both: Tensor = self.narrow(inputs) + self.wide(inputs)
        return both.relu()


class Forks(nn.Module):
    """Two of them, global average pooling, a linear head."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.entry = nn.Conv2d(3, 8, 3, padding=1)
        self.first, self.second = Fork(8), Fork(8)
        self.answer = nn.Linear(8, num_classes)

    def forward(self, inputs: Tensor) -> Tensor:
        logits: Tensor = self.answer(self.second(self.first(self.entry(inputs))).mean((2, 3)))
        return logits


FORKS = Family(
    builders=("forks",),
    path=("entry", "first", "second"),
    head="answer",
    first="entry",
    branches={"Fork": ("narrow",)},
    builder=lambda _, num_classes: Forks(num_classes),
)


@pytest.fixture
def original() -> nn.Module:
    """A network with random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        return Forks(3).eval()


@pytest.mark.parametrize("with_card", [True, False])
def test_a_network_with_a_builder_of_its_own_is_recognised_split_and_registered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, original: nn.Module, with_card: bool
) -> None:
    for module in (building, recognition):
        monkeypatch.setattr(module, "FAMILIES", (*module.FAMILIES, FORKS))
    path = saved(tmp_path / "forks.pth", original.state_dict(), **(card_of("forks") if with_card else {}))
    loaded = load(describe(entry_of(path)), "cpu")
    assert loaded.checkpoint.card.architecture == "forks"
    assert loaded.network.grid == Grid(stride=4, offset=0)
    maps, _ = loaded.engine.maps_and_pooled(images())
    with torch.inference_mode():
        torch.testing.assert_close(maps.mean((2, 3)) + split_of(loaded).bias, original(images()), rtol=1e-4, atol=1e-5)


def test_without_an_entry_it_is_refused(tmp_path: Path, original: nn.Module) -> None:
    path = saved(tmp_path / "forks.pth", original.state_dict())
    with pytest.raises(CheckpointError, match="could not be recognised"):
        describe(entry_of(path))
