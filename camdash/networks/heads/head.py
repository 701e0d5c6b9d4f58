"""What a head gives: an exact sum for every class, and how exactly taking cells away follows it."""

from enum import Enum
from typing import Protocol, runtime_checkable

from torch import Tensor

from camdash.networks.shapes import Bias, Logits, Maps, Pooled
from camdash.shapes import Float
from camdash.words.sentence import say


class Level(Enum):
    """How far a map may be read. The sum is exact at each level.

    Attributes:
        A: taking the activations of cells away changes the logit by exactly what the map says.
        B: it does so approximately.
        C: part of the sum has no place in the image.
    """

    A = "A"
    B = "B"
    C = "C"

    @property
    def sentence(self) -> str:
        """What it means, for the user."""
        if self is Level.A:
            return say("The sum is exact, and so is each cell: without it, the logit changes by what the map says.")
        if self is Level.B:
            return say("The sum is exact; a single cell is not: without it, the logit changes by roughly what it says.")
        return say(
            "The sum is exact, but a part of it has no place in the image: it is unplaced, and not drawn. "
            "A single cell is not exact."
        )


@runtime_checkable
class Head(Protocol):
    """The part of a network from activations to logits; nothing in it changes when it runs.

    For each class: mean of the map + bias + unplaced = logit.
    """

    @property
    def channels(self) -> int:
        """How many channels the activations have."""

    @property
    def bias(self) -> Bias:
        """The head's answer to an empty grid: all activations zero."""

    @property
    def level(self) -> Level:
        """How far the maps may be read."""

    @property
    def exactness(self) -> str:
        """What the level means, and what else limits the maps, in sentences."""

    def takes(self, shape: tuple[int, ...]) -> bool:
        """Return whether activations of this shape fit."""

    def maps(self, activations: Float[Tensor, "n channels *grid"]) -> Maps:
        """Return the map of every class, signed, in logits."""

    def logits(self, activations: Float[Tensor, "n channels *grid"]) -> Logits:
        """Return the logits, as the layers themselves give them."""

    def pooled(self, activations: Float[Tensor, "n channels *grid"]) -> Pooled:
        """Return the activations without their places, for the check for unlike images."""

    def unplaced(self, maps: Maps, pooled: Pooled) -> Logits:
        """Return the part of each logit that has no place in the image; zero at levels A and B."""
