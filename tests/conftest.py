"""Builders of what the tests need: small real networks, checkpoints, radiographs and image files."""

import tests.checked_shapes  # noqa: F401

# isort: split
import copy
import hashlib
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from hypothesis import settings
from numpy.typing import NDArray
from torch import Tensor, nn

from camdash.images.radiograph import Radiograph
from camdash.images.window import Window
from camdash.networks.architectures.families import RESNET
from camdash.networks.architectures.geometry import grid_of
from camdash.networks.architectures.split import SplitNetwork
from camdash.networks.cards.card import Card, Checkpoint, Fit, Preprocessing
from camdash.networks.cards.output import SOFTMAX, assumed_output
from camdash.networks.cards.writing import write_checkpoint
from camdash.networks.engines.engine import TorchEngine
from camdash.networks.heads.linear import LinearHead
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.preparation import prepare
from tests.fast import HERE, is_fast
from tests.pictures import image_bytes as image_bytes
from tests.pictures import opencv_bytes as opencv_bytes
from tests.pictures import speckle as speckle
from tools.random_weights import enliven

prepare()
settings.register_profile("camdash", deadline=None, max_examples=50)
settings.load_profile("camdash")
torch.set_num_threads(1)  # threads that wait for each other make small networks 20 times slower on a busy machine

SHARED = Path(os.environ.get("CAMDASH_SHARED", Path(__file__).resolve().parents[2] / "shared"))
"""Real radiographs, where the machine has them."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the files of other tests unread where only fast ones are asked for: importing them takes half a minute."""
    asked = config.getoption("markexpr") == "fast" and collection_path.is_relative_to(HERE)
    return True if asked and not is_fast(collection_path) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if is_fast(item.path):
            item.add_marker(pytest.mark.fast)


def random_network(architecture: str = "resnet18", classes: int = 5, channels: int = 1) -> nn.Module:
    """Return torchvision's own network in eval mode with seeded random weights and batch norm statistics."""
    return copy.deepcopy(_random_network(architecture, classes, channels))


@cache
def _random_network(architecture: str, classes: int, channels: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        network: nn.Module = torchvision.models.get_model(architecture, weights=None, num_classes=classes)
        if channels != 3:
            network.conv1 = nn.Conv2d(channels, 64, 7, stride=2, padding=3, bias=False)
        enliven(network)
    return network.eval()


def random_images(channels: int, rows: int, columns: int, count: int = 1) -> Tensor:
    """Return a seeded batch of network inputs in [0, 1)."""
    return torch.rand(count, channels, rows, columns, generator=torch.Generator().manual_seed(rows * columns))


def state_digest(module: nn.Module) -> str:
    """Return a digest of every number and name in a module's state."""
    found = hashlib.sha256()
    for name, value in module.state_dict().items():
        found.update(name.encode() + value.contiguous().numpy().tobytes())
    return found.hexdigest()


def small_card(classes: int = 5, size: tuple[int, int] = (64, 96), fit: Fit = Fit.STRETCH) -> Card:
    """Return a card for a small resnet18."""
    names = tuple(f"Part {k}" for k in range(classes))
    return Card("resnet18", names, Preprocessing(size, fit), output=SOFTMAX if classes > 1 else assumed_output(1))


def card_fields(**changed: object) -> dict[str, Any]:
    """Return the fields of a valid card, as in its JSON; None takes a field away."""
    fields: dict[str, Any] = {
        "architecture": "resnet18",
        "class_names": ["Part 0", "Part 1", "Part 2", "Part 3", "Part 4"],
        "input_size": [64, 96],
        "fit": "stretch",
    }
    return {key: value for key, value in (fields | changed).items() if value is not None}


def save_checkpoint(folder: Path, name: str = "small", card: Card | None = None, *, channels: int = 1) -> Path:
    """Write a random resnet18 with its card (float32) to `folder/name.safetensors`."""
    card = card or small_card()
    path = folder / f"{name}.safetensors"
    network = random_network("resnet18", len(card.logit_names), channels)
    write_checkpoint(path, network.state_dict(), card, half=False)
    return path


def save_state_dict(path: Path, state: Mapping[str, object] | None = None) -> Path:
    """Write a pickled state dict, by default that of a random resnet18 with one channel and five classes."""
    torch.save(random_network().state_dict() if state is None else dict(state), path)
    return path


def loaded(
    features: nn.Module, weight: Tensor, bias: Sequence[float], how: Preprocessing, channels: int = 1
) -> LoadedCheckpoint:
    """Return a checkpoint ready to run around any features and head, such as some whose answer is known."""
    names = tuple(f"Part {k}" for k in range(len(bias)))
    network = SplitNetwork(
        features.eval(), LinearHead(weight, torch.tensor(bias)), grid_of(features, RESNET.branches), channels
    )
    return LoadedCheckpoint.of(Checkpoint("known", Path("known"), "0" * 64, Card("resnet18", names, how)), network)


def split_of(loaded: LoadedCheckpoint) -> SplitNetwork:
    """Return the split network of a checkpoint that PyTorch runs."""
    if not isinstance(loaded.engine, TorchEngine):
        raise TypeError(f"{loaded.engine.name} is not PyTorch")
    return loaded.engine.network


def radiograph(values: NDArray[Any]) -> Radiograph:
    """Return a radiograph of these values; 0 is black and 255 white."""
    return Radiograph(values.astype(np.float32), Window.between(0, 255), "drawn")


@pytest.fixture(scope="session")
def real_radiographs() -> list[Path]:
    """A few real radiographs of each class; a test that asks for them is skipped where there are none."""
    folders = sorted(path for path in (SHARED / "radiographs").glob("*") if path.is_dir())
    found = [file for folder in folders for file in sorted(folder.glob("*.*"))[:2]]
    if not found:
        pytest.skip(f"no real radiographs in {SHARED / 'radiographs'}")
    return found
