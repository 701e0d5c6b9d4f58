"""A network in two parts: features up to the last grid of activations, and a head."""

from dataclasses import dataclass, replace
from math import isqrt

import torch
from torch import Tensor, nn

from camdash.errors import CheckpointError
from camdash.networks.architectures.building import as_pooled, features_of, take_head
from camdash.networks.architectures.families import Family
from camdash.networks.architectures.folding import fold_batch_norm
from camdash.networks.architectures.geometry import grid_of
from camdash.networks.architectures.of_timm.builders import FAILURES
from camdash.networks.architectures.of_timm.coordinates import even_grid, measured_grid
from camdash.networks.architectures.of_timm.dividing import NoRowOfLayersError, divide
from camdash.networks.heads.head import Head, Level
from camdash.networks.heads.linear import LinearHead
from camdash.networks.heads.linear import class_activation_maps as class_activation_maps
from camdash.networks.placement import Grid
from camdash.networks.shapes import Bias, Inputs, Logits, Weight
from camdash.networks.text import printable
from camdash.shapes import Float
from camdash.words.sentence import say

TOLERANCE = 1e-4
"""Largest accepted difference of a logit from the undivided network's, in parts of the largest logit's size."""

MEASURED, PERIOD = 256, 64
"""The side of the input with which a grid is measured, in pixels; what a side has over a multiple of `PERIOD` is added.

A network that pads an input by its size centres its cells by that size too.
"""

CHECK_SHAPE = (192, 160)
"""Rows and columns of the random input of the check: not square, so that swapped axes are seen."""


@dataclass(frozen=True, eq=False)
class SplitNetwork:
    """Features and head; nothing in it changes when it runs, so sessions may share it.

    Attributes:
        features: from network inputs to activations.
        head: from activations to the maps of all classes.
        grid: where the cells of the grid are centred.
        channels: input channels.
        deviation: the check's result: the largest difference between evidence + bias and a logit of the network as it
            was built from its weights, whole, in parts of the largest logit; None before the check.
        shape: rows and columns of the only input that it takes; None where it takes others.
    """

    features: nn.Module
    head: Head
    grid: Grid
    channels: int
    deviation: float | None = None
    shape: tuple[int, int] | None = None

    @property
    def device(self) -> torch.device:
        """The device that holds the weights."""
        return self.head.bias.device

    @property
    def bias(self) -> Bias:
        """The head's answer to an empty grid."""
        return self.head.bias

    @property
    def weight(self) -> Weight:
        """The class weights; a ValueError where the head is not global average pooling and one linear layer."""
        if not isinstance(self.head, LinearHead):
            raise ValueError("only a linear head has class weights")  # noqa: TRY004 - of the network, not of an argument
        return self.head.weight

    def activations(self, inputs: Inputs) -> Float[Tensor, "n channels *grid"]:
        """Return the head's input for a batch of network inputs: one forward pass."""
        with torch.inference_mode():
            sent = inputs.pin_memory() if self.device.type == "cuda" else inputs
            moved = sent.to(self.device, memory_format=_memory_format(self.device), non_blocking=True)
            result: Tensor = self.features(moved)
            return result


def split(
    network: nn.Module,
    family: Family,
    channels: int,
    device: torch.device,
    side: int | tuple[int, int] | None = None,
    *,
    is_max_pooled: bool = False,
    size: tuple[int, int] | None = None,
) -> SplitNetwork:
    """Split a network in eval mode at the head's input, and check the split.

    The network itself is used up: its batch norms are folded into its convolutions, its weights move to `device`.

    Args:
        network: the network, whole.
        family: its family.
        channels: its input channels.
        device: where it is to be.
        side: of the input of a network that takes one size alone, or its rows and columns, in pixels.
        is_max_pooled: whether the head reads the largest activation of each channel, in place of the mean.
        size: rows and columns of the inputs that it is meant for; those of the check by default.

    Raises:
        NoExactSharesError: the head cannot be taken apart; nothing was folded then.
        CheckpointError: the split network's logits are not the undivided one's within `TOLERANCE`.
    """
    if family.general:
        inputs = fitting_input(network, channels, side, size)
        is_free = side is None and inputs.shape[2:] == CHECK_SHAPE
        return _split_in_general(network, inputs, device, size or _sides(inputs), is_free=is_free)
    inputs = random_input(channels, side)
    with torch.inference_mode():
        reference = as_pooled(network, family, is_max_pooled=is_max_pooled)(inputs)
    head = take_head(network, family, device, is_max_pooled=is_max_pooled)
    features = features_of(network, family)
    grid = grid_of(features, family.branches)
    fold_batch_norm(features)
    features.requires_grad_(False).to(device)
    features.to(memory_format=_memory_format(device))
    divided = SplitNetwork(features, head, grid, channels)
    return replace(divided, deviation=check_split(divided, inputs, reference))


def _split_in_general(
    network: nn.Module,
    inputs: Inputs,
    device: torch.device,
    size: tuple[int, int],
    *,
    is_free: bool,
) -> SplitNetwork:
    """Split a network of timm's, and check the split; none of its batch norms is folded.

    Args:
        network: the network, whole.
        inputs: the input of the check.
        device: where it is to be.
        size: rows and columns of the inputs that it is meant for.
        is_free: whether it takes other sizes of input too.

    Raises:
        NoExactSharesError: it cannot be taken apart, or what was taken for its head is not all of it.
        CheckpointError: its logits are no numbers.
    """
    with torch.inference_mode():
        reference = network(inputs)
    check_finite(reference)
    shape = _sides(inputs)
    features, head = divide(network, inputs, size, device)
    measured = shape if not is_free else (MEASURED + size[0] % PERIOD, MEASURED + size[1] % PERIOD)
    grid = None if head.level is Level.C else measured_grid(features, inputs.shape[1], measured)
    features.requires_grad_(False).to(device)
    only = None if is_free else shape
    divided = SplitNetwork(features, head, grid or even_grid(shape[1], 1), inputs.shape[1], shape=only)
    if grid is None:
        found = divided.activations(inputs).shape
        cells = found[3] if len(found) == 4 else isqrt(found[2] - 1)
        divided = replace(divided, grid=even_grid(shape[1], cells))
    try:
        return replace(divided, deviation=check_split(divided, inputs, reference))
    except (CheckpointError, *FAILURES) as error:
        raise NoRowOfLayersError(say("its head is more than layers in a row")) from error


def _sides(inputs: Inputs) -> tuple[int, int]:
    return inputs.shape[2], inputs.shape[3]


def fitting_input(
    network: nn.Module, channels: int, side: int | tuple[int, int] | None, size: tuple[int, int] | None
) -> Inputs:
    """Return the random input of the check; where a network of timm's does not take it, one of its card's size.

    Some take any size that is a multiple of some number, which nothing tells.

    Raises:
        CheckpointError: it takes neither.
    """
    for shape in (side, size):
        inputs = random_input(channels, shape)
        try:
            with torch.inference_mode():
                network(inputs)
        except FAILURES as error:
            failure = error
        else:
            return inputs
    reason, said = printable(str(failure) or type(failure).__name__, 200), " x ".join(str(n) for n in _sides(inputs))
    raise CheckpointError(
        say("An input of {size} pixels does not pass through the network: {reason}.", size=said, reason=reason)
    )


def _memory_format(device: torch.device) -> torch.memory_format:
    """Return how activations lie in memory: channels last on the CPU, else contiguous, faster on a GPU in float32."""
    return torch.channels_last if device.type == "cpu" else torch.contiguous_format


def random_input(channels: int, side: int | tuple[int, int] | None = None) -> Inputs:
    """Return the seeded random input of the check, a batch of one, in [0, 1): square where it has a `side`."""
    shape = CHECK_SHAPE if side is None else (side, side) if isinstance(side, int) else side
    return torch.rand(1, channels, *shape, generator=torch.Generator().manual_seed(0))


def check_split(divided: SplitNetwork, inputs: Inputs, reference: Logits) -> float:
    """Compare evidence + bias + unplaced with the logits of the network as built, unsplit and unfolded.

    Whether it is the network that was trained, no comparison can tell: only its weights are there.

    Args:
        divided: the split network.
        inputs: a batch of network inputs.
        reference: the undivided network's logits for it.

    Returns:
        The largest difference, in parts of the largest logit.

    Raises:
        CheckpointError: they differ by more than `TOLERANCE` of the largest logit's size, or are not finite.
    """
    check_finite(reference)
    activations = divided.activations(inputs)
    if not divided.head.takes(tuple(activations.shape)):
        raise CheckpointError(
            say(
                "The activations before pooling have the shape {shape}, "
                "which does not fit a head of {channels} channels.",
                shape=str(tuple(activations.shape)),
                channels=divided.head.channels,
            )
        )
    maps = divided.head.maps(activations)
    unplaced = divided.head.unplaced(maps, divided.head.pooled(activations))
    deviation = (maps.mean((2, 3)) + unplaced + divided.bias - reference.to(divided.device)).abs().max()
    relative = float(deviation / reference.abs().max().clamp_min(1e-12))
    if not relative <= TOLERANCE:
        raise CheckpointError(
            say(
                "The maps of this network would not add up: evidence + bias misses its logits by {deviation:.2g} of "
                "the largest logit, and at most {limit:g} is accepted.",
                deviation=relative,
                limit=TOLERANCE,
            )
        )
    return relative


def check_finite(logits: Logits) -> None:
    """Raise a CheckpointError unless all logits are finite numbers."""
    if not torch.isfinite(logits).all():
        raise CheckpointError(
            say("The network's logits are not finite numbers: its weights are damaged. Use another checkpoint.")
        )
