"""Any head of layers: each cell for itself, pooling, then layers on one vector. The secant rule takes it apart."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from camdash.networks.heads.head import Level
from camdash.networks.heads.pooling import Pooling
from camdash.networks.heads.secant import AFFINE, applied, checked_layers, secant_slopes
from camdash.networks.shapes import Activations, Bias, Logits, Maps, Pooled
from camdash.shapes import Float
from camdash.words.sentence import joined, say


@dataclass(frozen=True, eq=False)
class LayeredHead:
    """Layers on each cell, pooling, layers on the pooled vector.

    A cell is measured by what it changes: its own layers' answer minus their answer to nothing. Where pooling is a
    mean and all layers after it are affine, a cell's share is its own alone, so the level is A, else B.

    Attributes:
        channels: of the activations.
        local: the layers before pooling, which take each cell for itself.
        pooling: makes one vector of a grid.
        rest: the layers on that vector, the last one linear; none where pooling comes last.
        empty: the vector of an empty grid, (1, width).
        bias: the answer to an empty grid.
    """

    channels: int
    local: tuple[nn.Module, ...]
    pooling: Pooling
    rest: tuple[nn.Module, ...]
    empty: Float[Tensor, "1 width"]
    bias: Bias

    @classmethod
    def of(
        cls, channels: int, local: tuple[nn.Module, ...], pooling: Pooling, rest: tuple[nn.Module, ...]
    ) -> "LayeredHead":
        """Return the head of these layers.

        Raises:
            NoExactSharesError: the secant rule does not hold for one of them.
        """
        weight = next(value for layer in (*rest, *local) for value in layer.parameters())
        with torch.inference_mode():
            empty = pooling.pooled(_through(local, weight.new_zeros(1, channels, 1, 1)))
            return cls(channels, local, pooling, rest, empty, checked_layers(rest, empty)[0])

    @property
    def level(self) -> Level:
        """How far the maps may be read."""
        own = self.pooling.is_mean and all(isinstance(layer, AFFINE) for layer in self.rest)
        return Level.A if own else Level.B

    @property
    def exactness(self) -> str:
        """What the level means, and whether evidence against a class is cut, in sentences."""
        if self.rest or not self.local or not isinstance(self.local[-1], nn.ReLU):
            return self.level.sentence
        cut = say("Evidence against a class is cut: in no cell is it more than the bias.")
        return joined(" ", [self.level.sentence, cut])

    def takes(self, shape: tuple[int, ...]) -> bool:
        """Return whether activations of this shape fit."""
        return len(shape) == 4 and shape[1] == self.channels

    def maps(self, activations: Activations) -> Maps:
        """Return the map of every class."""
        with torch.inference_mode():
            cells = _through(self.local, activations.float())
            nothing = _through(self.local, torch.zeros_like(activations[:1, :, :1, :1], dtype=cells.dtype))
            grids = (cells[place : place + 1] for place in range(len(cells)))
            return torch.stack([self._maps_of_one(grid, grid - nothing) for grid in grids])

    def logits(self, activations: Activations) -> Logits:
        """Return the logits."""
        with torch.inference_mode():
            return _through(self.rest, self.pooling.pooled(_through(self.local, activations.float())))

    def pooled(self, activations: Activations) -> Pooled:
        """Return the mean of each channel."""
        return activations.float().mean((2, 3))

    def unplaced(self, maps: Maps, pooled: Pooled) -> Logits:  # noqa: ARG002 - other heads need it
        """Return zeros: all evidence has its place."""
        return maps.new_zeros(maps.shape[:2])

    def _maps_of_one(self, cells: Activations, change: Activations) -> Tensor:
        slopes = secant_slopes(self.rest, self.pooling.pooled(cells), self.empty)
        return self.pooling.shares(slopes[0], change[0])


def _through(layers: tuple[nn.Module, ...], values: Tensor) -> Tensor:
    for layer in layers:
        values = applied(layer, values)
    return values
