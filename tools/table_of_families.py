"""Print how exact the maps of torchvision's and timm's networks are: `python -m tools.table_of_families [NAME ...]`.

Each network is built with seeded random weights, taken apart, and compared with itself, whole, on a random input. At
level B the hottest cell of the foremost class is taken away, too. The largest ones need 8 GB of memory; give names to
see some alone.
"""

import argparse
from collections.abc import Iterator

import torch
from torch import nn

from camdash.evidence.removal import removals
from camdash.networks.architectures.building import build, family_of
from camdash.networks.architectures.families import FAMILIES
from camdash.networks.architectures.recognition import fixed_input
from camdash.networks.architectures.split import SplitNetwork, random_input, split
from camdash.networks.heads.head import Level
from camdash.networks.preparation import prepare
from camdash.networks.shapes import Activations, Logits, Maps
from tools.random_weights import enliven

CLASSES, CHANNELS = 5, 1


def row_of(architecture: str) -> tuple[str, str, str, str, str, str]:
    """Return name, level, residual, gap of the removal, what is unplaced, and the grid, as a line of the table."""
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
    level, gap = divided.head.level.value, gap_of(divided, activations, maps, logits)
    return architecture, level, f"{divided.deviation or 0:.1e}", gap, f"{share:.2g}", grid


def gap_of(divided: SplitNetwork, activations: Activations, maps: Maps, logits: Logits) -> str:
    """Return by how much the logit of the foremost class loses more without its hottest cell than the map says.

    It is in parts of what the map says. Other levels than B have a dash: at A nothing is missed, at C nothing is asked.
    """
    if divided.head.level is not Level.B:
        return "-"
    removal = removals(divided.head, activations, maps, logits.argmax(1).tolist())[0]
    return f"{removal.gap / abs(removal.said):+.2f}" if removal.said else "-"


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
    yield "| network | level | residual | gap | unplaced | cell i lies on pixel |"
    yield "| --- | --- | ---: | ---: | ---: | --- |"
    for name in names:
        yield f"| {' | '.join(row_of(name))} |"


def coverage() -> str:
    """Say how many of torchvision's builders of classifiers have a map."""
    from torchvision import models  # here, so that `camdash.networks.preparation` comes before it

    builders = models.list_models(module=models)
    mapped = {name for family in FAMILIES if family.no_map is None for name in family.builders}
    count = len(mapped.intersection(builders))
    without = ", ".join(name for name in builders if name not in mapped) or "none"
    share = f"{count} of {len(builders)} ({count / len(builders):.1%})"
    return f"{share} of torchvision's classifiers have a map. Without one: {without}."


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="torchvision's names, by default all, or timm/NAME")
    names = parser.parse_args().names or [name for family in FAMILIES for name in family.builders]
    prepare()
    for line in table_of(names):
        print(line, flush=True)
    print(f"\n{coverage()}")


if __name__ == "__main__":
    main()
