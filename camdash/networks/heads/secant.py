"""The secant rule: exact slopes of layers, measured from what an empty grid gives to what this grid gives.

It is DeepLIFT's rescale rule (Shrikumar et al. 2017, section 3.5.2) with the empty grid as its reference. The slope
of a function of one number is its change divided by the change of the number, so slopes times changes add up to the
change of the logits, layer after layer. Layer norm is linear but for its division by the standard deviation: held
where it is, its slope times the vector is exactly what it adds to its bias, provided that an empty grid's vector is
the same everywhere. Gradients through a layer norm would add up to nothing.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from camdash.errors import CheckpointError
from camdash.networks.heads.generalised_mean import Power, Root
from camdash.shapes import Float
from camdash.words.sentence import say

Vector = Float[Tensor, "n width"]
Empty = Float[Tensor, "1 width"]
Slopes = Float[Tensor, "n classes width"]

OF_ONE_NUMBER = (
    *(nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.ELU, nn.SELU, nn.CELU, nn.GELU, nn.SiLU, nn.Mish, nn.Softplus),
    *(nn.Hardswish, nn.Hardsigmoid, nn.Hardtanh, nn.Sigmoid, nn.Tanh, Power, Root),
)
"""Layers that take each number for itself."""

AFFINE = (nn.Linear, nn.BatchNorm1d)
KNOWN = (*OF_ONE_NUMBER, *AFFINE, nn.LayerNorm)


class NoExactSharesError(CheckpointError):
    """A head has a layer whose shares are not known.

    Attributes:
        reason: the beginning of a sentence without its full stop.
    """

    def __init__(self, layer: nn.Module) -> None:
        self.reason = say("its head has a layer {name} whose shares are not exact", name=type(layer).__name__)
        super().__init__(say("The network has no exact map: {reason}.", reason=self.reason))


def applied(layer: nn.Module, values: Tensor) -> Tensor:
    """Return a layer's answer; channels are the second axis, for layer norm too, in whose modules they are the last."""
    if isinstance(layer, nn.LayerNorm):
        last = values.movedim(1, -1)
        normed = functional.layer_norm(last, layer.normalized_shape, layer.weight, layer.bias, layer.eps)
        return normed.movedim(-1, 1)
    result: Tensor = layer(values.clone() if getattr(layer, "inplace", False) else values)
    return result


def checked_layers(layers: Sequence[nn.Module], empty: Empty) -> Tensor:
    """Return the answer to the vector of an empty grid, once it is known that the rule holds for these layers.

    Raises:
        NoExactSharesError: it does not hold for one of them.
    """
    for layer in layers:
        steady = torch.allclose(empty, empty.mean(1, keepdim=True), rtol=1e-6, atol=1e-12)
        if not isinstance(layer, KNOWN) or (isinstance(layer, nn.LayerNorm) and not steady):
            raise NoExactSharesError(layer)
        empty = applied(layer, empty)
    return empty


def secant_slopes(layers: Sequence[nn.Module], pooled: Vector, empty: Empty) -> Slopes:
    """Return the slopes of the last layer's outputs by the pooled vector; slopes @ (pooled - empty) is their change.

    Args:
        layers: those after pooling, in order, the last one linear; or none.
        pooled: what pooling makes of each grid.
        empty: what it makes of an empty one, (1, width).
    """
    if not layers:
        return torch.eye(pooled.shape[1], dtype=pooled.dtype, device=pooled.device).expand(len(pooled), -1, -1)
    points = [(pooled, empty)]
    for layer in layers[:-1]:
        here, there = points[-1]
        points.append((applied(layer, here), applied(layer, there)))
    found = layers[-1].get_parameter("weight")[None]
    for layer, (here, there) in zip(layers[-2::-1], points[-2::-1], strict=True):
        found = _back(layer, found, here, there)
    return found.expand(len(pooled), -1, -1)


def _back(layer: nn.Module, slopes: Tensor, here: Tensor, there: Tensor) -> Tensor:
    """Return slopes by a layer's input, of slopes by its output."""
    if isinstance(layer, nn.Linear):
        return slopes @ layer.weight
    if isinstance(layer, nn.BatchNorm1d):
        return slopes * _scale(layer)
    if isinstance(layer, nn.LayerNorm):
        weighted = slopes if layer.weight is None else slopes * layer.weight
        deviation = here.var(1, unbiased=False).add(layer.eps).sqrt()
        return (weighted - weighted.mean(2, keepdim=True)) / deviation[:, None, None]
    return slopes * secant(layer, here, there)[:, None]


def _scale(layer: nn.BatchNorm1d) -> Tensor:
    """Return what batch norm in eval mode multiplies each number by."""
    deviation = (layer.get_buffer("running_var") + layer.eps).sqrt()
    return (1 if layer.weight is None else layer.weight) / deviation


def secant(layer: nn.Module, here: Tensor, there: Tensor) -> Tensor:
    """Return (f(here) - f(there)) / (here - there); where they meet, the slope around them, by a central difference."""
    precision = torch.finfo(here.dtype).eps
    change, size = here - there, here.abs() + there.abs()
    meet = change.abs() <= precision ** (2 / 3) * size
    middle, half = (here + there) / 2, precision ** (1 / 3) / 2 * torch.where(size > 0, size, 1)
    around = (applied(layer, middle + half) - applied(layer, middle - half)) / (2 * half)
    return torch.where(meet, around, (applied(layer, here) - applied(layer, there)) / torch.where(meet, 1, change))
