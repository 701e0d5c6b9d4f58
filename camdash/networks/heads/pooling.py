"""Poolings: how a grid becomes one vector, and how what speaks for the vector is shared among the cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn
from torch.nn import functional

from camdash.networks.shapes import Activations
from camdash.shapes import Float

Values = Float[Tensor, "n width"]
Slopes = Float[Tensor, "classes width"]
OneGrid = Float[Tensor, "channels grid_rows grid_columns"]
Shares = Float[Tensor, "classes grid_rows grid_columns"]

AT_ONCE = 2**26
"""Numbers that are held at once while shares are made."""


@runtime_checkable
class Pooling(Protocol):
    """A pooling; width = channels times `places`."""

    @property
    def places(self) -> int:
        """How many values it makes of a channel."""

    @property
    def is_mean(self) -> bool:
        """Whether each value is a mean of cells, so that a cell's share depends on no other cell."""

    def pooled(self, cells: Activations) -> Values:
        """Return the vector of each grid."""

    def shares(self, slopes: Slopes, cells: OneGrid) -> Shares:
        """Return what each cell gives to `slopes @ pooled`, times the number of cells: its mean is the whole.

        Args:
            slopes: of each class by each value of the vector.
            cells: the grid, its value for an empty grid taken away.
        """


@dataclass(frozen=True)
class MeanPooling:
    """Means over `rows` x `columns` parts of the grid, as `nn.AdaptiveAvgPool2d` divides it; flattened."""

    rows: int = 1
    columns: int = 1

    is_mean = True

    @property
    def places(self) -> int:
        """How many values it makes of a channel."""
        return self.rows * self.columns

    def pooled(self, cells: Activations) -> Values:
        """Return the vector of each grid."""
        if self.places == 1:
            return cells.mean((2, 3))
        return functional.adaptive_avg_pool2d(cells, (self.rows, self.columns)).flatten(1)

    def shares(self, slopes: Slopes, cells: OneGrid) -> Shares:
        """Return what each cell gives, by its weight in the means that it enters; see `Pooling`."""
        if self.places == 1:
            return torch.einsum("kc,cij->kij", slopes, cells)
        down = _weights(self.rows, cells.shape[1], cells).mul_(cells.shape[1])
        across = _weights(self.columns, cells.shape[2], cells).mul_(cells.shape[2])
        each, at_once = slopes.reshape(-1, len(cells), self.rows, self.columns), max(1, AT_ONCE // cells.numel())
        parts = (each[begin : begin + at_once] for begin in range(0, len(each), at_once))
        return torch.cat([((down.T @ part @ across) * cells).sum(1) for part in parts])


@dataclass(frozen=True)
class MaxPooling:
    """The largest value of each channel: its share goes to the cell that has it, the first of equals."""

    places = 1
    is_mean = False

    def pooled(self, cells: Activations) -> Values:
        """Return the vector of each grid."""
        return cells.amax((2, 3))

    def shares(self, slopes: Slopes, cells: OneGrid) -> Shares:
        """Return what each cell gives; see `Pooling`."""
        largest, winners = cells.flatten(1).max(1)
        count = cells[0].numel()
        found = slopes.new_zeros(len(slopes), count).index_add_(1, winners, slopes * largest * count)
        return found.reshape(-1, *cells.shape[1:])


@dataclass(frozen=True)
class JoinedPooling:
    """Several poolings, one vector after the other."""

    parts: Sequence[Pooling]

    @property
    def places(self) -> int:
        """How many values it makes of a channel."""
        return sum(part.places for part in self.parts)

    @property
    def is_mean(self) -> bool:
        """Whether each value is a mean of cells."""
        return all(part.is_mean for part in self.parts)

    def pooled(self, cells: Activations) -> Values:
        """Return the vector of each grid."""
        return torch.cat([part.pooled(cells) for part in self.parts], 1)

    def shares(self, slopes: Slopes, cells: OneGrid) -> Shares:
        """Return what each cell gives; see `Pooling`."""
        ends = [len(cells) * sum(part.places for part in self.parts[: place + 1]) for place in range(len(self.parts))]
        own = torch.tensor_split(slopes, ends[:-1], 1)
        return torch.stack([part.shares(of, cells) for part, of in zip(self.parts, own, strict=True)]).sum(0)


class AdaptiveConcatPool2d(nn.Module):
    """fastai's pooling: the largest value of each channel, then the mean of each."""

    def forward(self, cells: Activations) -> Float[Tensor, "n width 1 1"]:
        """Return both of each grid."""
        return torch.cat([cells.amax((2, 3), keepdim=True), cells.mean((2, 3), keepdim=True)], 1)


def _weights(parts: int, count: int, like: Tensor) -> Tensor:
    """Return the weight of each of `count` cells in the mean of each of `parts` parts: (parts, count)."""
    place = torch.arange(count, device=like.device)
    begin = torch.arange(parts, device=like.device)[:, None] * count // parts
    end = -(-(torch.arange(parts, device=like.device)[:, None] + 1) * count // parts)
    return ((place >= begin) & (place < end)).to(like.dtype) / (end - begin)
