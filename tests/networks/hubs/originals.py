"""The hubs' own networks, with random weights: they write the files and give the logits that ours must equal."""

import os
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load_any
from tests.networks.of_timm.zoo import logits_of
from tools.random_weights import enliven

os.environ["HF_HUB_OFFLINE"] = "1"

NAMES = ("Hand", "Foot", "Chest")


def library(name: str) -> Any:
    """Import a hub's library; what it warns of on its way is its own affair."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module(name)


def alive(make: Callable[[], nn.Module]) -> nn.Module:
    """Return a network with seeded random weights, biases and statistics, none of which vanishes."""
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(7)
        network = make()
        for value in network.parameters():
            if value.ndim == 1:
                value.data += 0.1 * torch.randn_like(value)
        enliven(network)
    return network.eval()


def settled(network: nn.Module, channels: int, side: int) -> nn.Module:
    """Give batch norms the statistics of seeded random inputs, so that deep networks with gates answer to them."""
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    network.train()
    for norm in norms:
        norm.momentum = None  # the mean of what is seen
        norm.reset_running_stats()
    with torch.random.fork_rng(devices=[]), torch.inference_mode():
        torch.manual_seed(9)
        network(torch.rand(8, channels, side, side))
    return network.eval()


def lukemelas_efficientnet(name: str) -> nn.Module:
    """Return an untrained EfficientNet of efficientnet_pytorch, of three classes: `b0`, say."""
    network: nn.Module = library("efficientnet_pytorch").EfficientNet.from_name(f"efficientnet-{name}", num_classes=3)
    return network


def monais_efficientnet(name: str, channels: int) -> nn.Module:
    """Return an untrained EfficientNet of MONAI, of three classes."""
    network: nn.Module = library("monai.networks.nets").EfficientNetBN(
        f"efficientnet-{name}", pretrained=False, spatial_dims=2, in_channels=channels, num_classes=3
    )
    return network


def inputs(channels: int, side: int) -> Tensor:
    """Return a seeded batch of one input in [0, 1)."""
    return torch.rand(1, channels, side, side, generator=torch.Generator().manual_seed(3))


def saved_folder(network: Any, path: Path, processor: Mapping[str, Any] | None = None, **options: Any) -> Path:
    """Let a network of transformers write its folder, with what its processor would say."""
    transformers = library("transformers")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    network.save_pretrained(path, **options)
    if processor is not None:
        getattr(transformers, processor["kind"])(
            **{key: value for key, value in processor.items() if key != "kind"}
        ).save_pretrained(path)
    return path


def loaded_from(path: Path) -> LoadedCheckpoint:
    """Describe and load a checkpoint as the page does."""
    return load_any(describe(entry_of(path)), "cpu")


def check_same(loaded: LoadedCheckpoint, batch: Tensor, wanted: Tensor) -> None:
    """Fail unless our logits are the hub's own within 1e-4 of the largest."""
    found, wanted = logits_of(loaded, batch), wanted.detach()
    torch.testing.assert_close(found, wanted, rtol=0, atol=1e-4 * float(wanted.abs().max()))
