"""Global average pooling and one linear layer: class activation maps."""

from dataclasses import dataclass

import torch
from torch.nn import functional

from camdash.networks.heads.head import Level
from camdash.networks.shapes import Activations, Bias, Logits, Maps, Pooled, Weight


@dataclass(frozen=True, eq=False)
class LinearHead:
    """Class weights and bias.

    Attributes:
        weight: the class weights.
        bias: of the linear layer, which is its answer to an empty grid.
    """

    weight: Weight
    bias: Bias

    level = Level.A

    @property
    def channels(self) -> int:
        """How many channels the activations have."""
        return self.weight.shape[1]

    @property
    def exactness(self) -> str:
        """What the level means, in a sentence."""
        return self.level.sentence

    def takes(self, shape: tuple[int, ...]) -> bool:
        """Return whether activations of this shape fit."""
        return len(shape) == 4 and shape[1] == self.channels

    def maps(self, activations: Activations) -> Maps:
        """Return the map of every class."""
        return class_activation_maps(activations, self.weight)

    def logits(self, activations: Activations) -> Logits:
        """Return the logits."""
        with torch.inference_mode():
            return functional.linear(self.pooled(activations), self.weight.float(), self.bias.float())

    def pooled(self, activations: Activations) -> Pooled:
        """Return the mean of each channel."""
        return activations.float().mean((2, 3))

    def unplaced(self, maps: Maps, pooled: Pooled) -> Logits:  # noqa: ARG002 - other heads need it
        """Return zeros: all evidence has its place."""
        return maps.new_zeros(maps.shape[:2])


def class_activation_maps(activations: Activations, weight: Weight) -> Maps:
    """Return the map of every class (Zhou et al. 2016, eq. 2): sum over channels of weight times activation.

    Args:
        activations: the input of global average pooling.
        weight: the class weights of the linear head.

    Returns:
        Signed, in logits.
    """
    with torch.inference_mode():
        return torch.einsum("kc,ncij->nkij", weight.float(), activations.float())
