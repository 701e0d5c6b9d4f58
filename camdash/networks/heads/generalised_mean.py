"""GeM pooling: the mean of the activations' p-th powers, and the p-th root of it (Radenovic et al. 2018).

It is taken apart into what the secant rule knows: a power of each cell, the mean, a root of each channel. With the
root's slope from an empty grid to this one, a cell's share of a channel is its part of the sum of the powers.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from camdash.networks.shapes import Activations
from camdash.shapes import Float

LEAST = 1e-6
"""Smaller activations count as this, as in all common code of GeM pooling: a root has no slope at zero."""

LARGEST = 7
"""The largest exponent: the powers of what is just above `LEAST` are still told apart in single precision."""


class Power(nn.Module):
    """The power of each number of a grid.

    Args:
        exponents: one, or one for each channel.
    """

    def __init__(self, exponents: Float[Tensor, " exponents"]) -> None:
        super().__init__()
        self.register_buffer("exponents", exponents[:, None, None])

    def forward(self, cells: Activations) -> Activations:
        """Return the powers of what is not less than `LEAST`."""
        return cells.clamp(min=LEAST).pow(self.get_buffer("exponents"))


class Root(nn.Module):
    """The power of each number of a vector by exponents below one; numbers below zero count as zero.

    Args:
        exponents: one, or one for each number: 1 / p.
    """

    def __init__(self, exponents: Float[Tensor, " exponents"]) -> None:
        super().__init__()
        self.register_buffer("exponents", exponents)

    def forward(self, values: Float[Tensor, "n width"]) -> Float[Tensor, "n width"]:
        """Return the roots."""
        return values.relu().pow(self.get_buffer("exponents"))


class GeneralisedMean(nn.Module):
    """GeM pooling, with its exponent as a weight.

    Args:
        shape: of the exponent: one number, or one for each channel.
    """

    def __init__(self, shape: Sequence[int] = (1,)) -> None:
        super().__init__()
        self.p = nn.Parameter(torch.full(tuple(shape), 3.0))

    def forward(self, cells: Activations) -> Float[Tensor, "n channels 1 1"]:
        """Return the generalised mean of each channel."""
        exponents = self.p.reshape(-1, 1, 1)
        return cells.clamp(min=LEAST).pow(exponents).mean((2, 3), keepdim=True).pow(1 / exponents)

    @property
    def has_shares(self) -> bool:
        """Whether all exponents are such that shares can be computed: above 0, and at most `LARGEST`."""
        return bool(((self.p > 0) & (self.p <= LARGEST)).all())

    def parts(self) -> Iterator[nn.Module]:
        """Yield the layers that it is, one after the other."""
        exponents = self.p.detach().flatten()
        yield from (Power(exponents), nn.AdaptiveAvgPool2d(1), Root(1 / exponents))


def exponents_of(layers: Sequence[nn.Module]) -> list[float]:
    """Return the exponents of the GeM pooling among the layers before a head's pooling; none where it has another."""
    powers = (layer.get_buffer("exponents") for layer in layers if isinstance(layer, Power))
    return [float(value) for exponents in powers for value in exponents.flatten()]


def is_exponent(shape: tuple[int, ...], channels: int) -> bool:
    """Return whether a weight of this shape is one exponent, or one for each of so many channels."""
    return tuple(length for length in shape if length != 1) in ((), (channels,))
