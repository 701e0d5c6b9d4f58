"""Small networks as timm itself builds them, with random weights and batch norm statistics."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import timm
import torch
from torch import Tensor, nn

from camdash.networks.architectures.building import family_of
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load_any
from tests.networks.zoo import CLASSES, card_of, saved
from tools.random_weights import enliven

torch.set_num_threads(1)


@cache
def network(name: str, channels: int = 3, **options: Any) -> nn.Module:
    """Return timm's own network of three classes in eval mode; do not change it."""
    with seeded():
        made: Any = timm.create_model(name, num_classes=CLASSES, in_chans=channels, **options)
        enliven(made)
        for parameter in made.get_submodule(family_of(f"timm/{name}").head).parameters():
            nn.init.normal_(parameter, 0, 0.3)
    found: nn.Module = made.eval()
    return found


@contextmanager
def seeded() -> Iterator[None]:
    """Let PyTorch's random numbers be the same at each run, and others' stay as they are."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        yield


def side_of(name: str) -> int:
    """Return the side of the only input that a network takes, else a small one."""
    about = timm.get_pretrained_cfg(name)
    return int(about.input_size[-1]) if about.fixed_input_size else 96


def inputs_of(name: str, channels: int = 3) -> Tensor:
    """Return a seeded batch of two inputs."""
    side = side_of(name)
    return torch.rand(2, channels, side, side, generator=torch.Generator().manual_seed(3))


def loaded(folder: Path, name: str, content: Mapping[str, Any] | None = None, **card: object) -> LoadedCheckpoint:
    """Save a network's weights, with a card that names it, and load them; `content` stands for the weights."""
    side = side_of(name)
    fields = card_of(f"timm/{name}", **({"input_size": [side, side]} | card))
    return load_any(described(folder, network(name).state_dict() if content is None else content, **fields), "cpu")


def described(folder: Path, content: Mapping[str, Any], **card: object) -> Any:
    """Save what `torch.save` takes, with a card where fields are given; return what is known of it."""
    return describe(entry_of(saved(folder / "m.pth", dict(content), **card)))


def logits_of(checkpoint: LoadedCheckpoint, inputs: Tensor) -> Tensor:
    """Return evidence + bias + unplaced; of a network without maps its logits; of an ensemble the members' mean."""
    if checkpoint.members:
        return torch.stack([logits_of(member, inputs) for member in checkpoint.members]).mean(0)
    if checkpoint.whole is not None:
        return checkpoint.whole.logits(inputs)
    maps, pooled = checkpoint.maps_and_pooled(inputs)
    unplaced = checkpoint.network.head.unplaced(maps, pooled)
    return maps.mean((2, 3)) + torch.from_numpy(checkpoint.network.bias) + unplaced
