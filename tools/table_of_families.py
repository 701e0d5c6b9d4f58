"""Print how exact the maps of torchvision's and timm's networks are: `python -m tools.table_of_families [NAME ...]`.

Each network is built with seeded random weights, taken apart, and compared with itself, whole, on a random input. The
largest ones need 8 GB of memory; give names to see some alone.
"""

import argparse
from collections.abc import Iterator

import torch
from torch import nn

from camdash.networks.architectures.building import build, family_of
from camdash.networks.architectures.families import FAMILIES
from camdash.networks.architectures.recognition import fixed_input
from camdash.networks.architectures.split import random_input, split
from camdash.networks.preparation import prepare
from tools.random_weights import enliven

CLASSES, CHANNELS = 5, 1


def row_of(architecture: str) -> tuple[str, str, str, str, str]:
    """Return name, level, residual, what is unplaced, and the geometry of the grid, as a line of the table."""
    network, family = _alive(architecture), family_of(architecture)
    shapes = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    side = fixed_input(architecture, shapes) or (family.usual_side if family.sized_by_card else None)
    divided = split(network, family, CHANNELS, torch.device("cpu"), side)
    activations = divided.activations(random_input(CHANNELS, side))
    maps, pooled = divided.head.maps(activations), divided.head.pooled(activations)
    unplaced = divided.head.unplaced(maps, pooled)
    logits = maps.mean((2, 3)) + divided.bias + unplaced
    share = float(unplaced.abs().max() / logits.abs().max().clamp_min(1e-12))
    grid = f"{divided.grid.stride:g} i + {divided.grid.offset:g}"
    return architecture, divided.head.level.value, f"{divided.deviation or 0:.1e}", f"{share:.2g}", grid


def _alive(architecture: str) -> nn.Module:
    """Return a network with random weights whose activations vanish nowhere, as some do where they are untrained."""
    torch.manual_seed(0)
    network = build(architecture, CLASSES, CHANNELS)
    enliven(network)
    for value in network.get_submodule(family_of(architecture).head).parameters():
        nn.init.normal_(value, 0, 0.1)
    return network


def table_of(names: list[str]) -> Iterator[str]:
    """Yield the lines of a table in Markdown; a network is let go before the next one is built."""
    yield "| network | level | residual | unplaced | cell i lies on pixel |"
    yield "| --- | --- | ---: | ---: | --- |"
    for name in names:
        yield f"| {' | '.join(row_of(name))} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="torchvision's names, by default all, or timm/NAME")
    names = parser.parse_args().names or [name for family in FAMILIES for name in family.builders]
    prepare()
    for line in table_of(names):
        print(line, flush=True)


if __name__ == "__main__":
    main()
