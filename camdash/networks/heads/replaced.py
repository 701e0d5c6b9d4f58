"""A head of several layers in the place of a linear one, told from the names and shapes of its weights.

People who fine-tune a network often replace its last layer by a sequence such as linear, ReLU, dropout, linear. Its
names tell the place of each layer with weights. Activations and dropout have none: between two linear layers the first
place without weights is taken for an activation, all others for dropout.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from torch import nn

Shapes = Mapping[str, tuple[int, ...]]

ACTIVATIONS: Mapping[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "hardswish": nn.Hardswish,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "none": nn.Identity,
}
"""By their names in a card."""

USUAL = "relu"

NAMED = re.compile(r"(\d+)\.(weight|bias|running_mean|running_var|num_batches_tracked)")
MOST_LAYERS = 100


@dataclass(frozen=True)
class ReplacedHead:
    """A sequence of layers with weights at some of its places.

    Attributes:
        root: the name of the sequence in the network.
        shapes: of its weights, by their names in the sequence.
        layers: the places of its layers with weights, in order.
    """

    root: str
    shapes: Shapes
    layers: tuple[int, ...]

    @property
    def width(self) -> int:
        """How many values its first layer takes."""
        return self._sides(self.layers[0])[0]

    @property
    def classes(self) -> int:
        """How many values its last layer gives."""
        return self._sides(self.layers[-1])[1]

    def reads_joined(self, channels: int) -> bool:
        """Whether it reads two values of each of so many channels, as fastai's heads do.

        Those begin with a joined pooling and a flattening; the first layer with weights is a batch norm.
        """
        first = self.layers[0]
        return self.width == 2 * channels and first == 2 and f"{first}.running_mean" in self.shapes

    @property
    def activations(self) -> tuple[int, ...]:
        """The places that are taken for activations."""
        linear = [place for place in self.layers if len(self.shapes[f"{place}.weight"]) == 2]
        free = ((place for place in range(one, other) if place not in self.layers) for one, other in pairwise(linear))
        return tuple(place for places in free if (place := next(places, None)) is not None)

    @property
    def is_whole(self) -> bool:
        """Whether each layer gives what the next one takes, and a linear one comes last."""
        sides = [self._sides(place) for place in self.layers]
        fits = all(one[1] == other[0] for one, other in pairwise(sides))
        return fits and len(self.shapes[f"{self.layers[-1]}.weight"]) == 2

    def named(self, classes: int) -> dict[str, tuple[int, ...]]:
        """Return names in the network and shapes, had it so many classes."""
        last = f"{self.layers[-1]}."
        return {
            f"{self.root}.{name}": (classes, *shape[1:]) if name.startswith(last) and shape else shape
            for name, shape in self.shapes.items()
        }

    def module(self, activation: str) -> nn.Sequential:
        """Return the sequence, in eval mode, untrained."""
        made: dict[str, nn.Module] = {}
        for place in range(self.layers[-1] + 1):
            made[str(place)] = ACTIVATIONS[activation]() if place in self.activations else self._layer(place)
        return nn.Sequential(OrderedDict(made)).eval()

    def _layer(self, place: int) -> nn.Module:
        if place not in self.layers:
            return nn.Identity()
        inputs, outputs = self._sides(place)
        if len(self.shapes[f"{place}.weight"]) == 2:
            return nn.Linear(inputs, outputs, bias=f"{place}.bias" in self.shapes)
        return nn.BatchNorm1d(inputs) if f"{place}.running_mean" in self.shapes else nn.LayerNorm(inputs)

    def _sides(self, place: int) -> tuple[int, int]:
        """Return how many values a layer takes and gives."""
        shape = self.shapes[f"{place}.weight"]
        return shape[-1], shape[0]


def replaced_head(shapes: Shapes, root: str) -> ReplacedHead | None:
    """Return the sequence of layers in place of a linear head; None where there is none.

    Args:
        shapes: names and shapes of a network's weights.
        root: the dotted name of the module in whose place the sequence stands.
    """
    own = {name.removeprefix(f"{root}."): shape for name, shape in shapes.items() if name.startswith(f"{root}.")}
    found = [NAMED.fullmatch(name) for name in own]
    weights = [name for name, shape in own.items() if name.endswith(".weight") and len(shape) in (1, 2)]
    places = sorted(int(name.partition(".")[0]) for name in weights)
    if None in found or len(places) < 2 or places[-1] > MOST_LAYERS:
        return None
    sequence = ReplacedHead(root, own, tuple(places))
    return sequence if sequence.is_whole and all(_is_of(name, places) for name in own) else None


def _is_of(name: str, places: list[int]) -> bool:
    return int(name.partition(".")[0]) in places
