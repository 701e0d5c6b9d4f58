"""The fields of a card that say what a network computes and its weights do not tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from camdash.networks.cards.values import choice, one_of

STRIDES = {"output_stride": (8, 16, 32), "first_stride": (1, 2)}
"""Fields that are one of a few numbers."""


class FirstPooling(StrEnum):
    """What follows a ResNet's first convolution."""

    MAX = "max"
    NONE = "none"


class Pooling(StrEnum):
    """How the activations are pooled before the head."""

    AVERAGE = "average"
    MAX = "max"


class HeadActivation(StrEnum):
    """What stands between the linear layers of a head that took the place of a single one."""

    RELU = "relu"
    GELU = "gelu"
    SILU = "silu"
    HARDSWISH = "hardswish"
    LEAKY_RELU = "leaky_relu"
    ELU = "elu"
    TANH = "tanh"
    SIGMOID = "sigmoid"
    NONE = "none"


@dataclass(frozen=True)
class Arithmetic:
    """What a network computes and the names and shapes of its weights do not tell; None: as torchvision's does.

    Attributes:
        output_stride: pixels between cells of the grid, had the first convolution and pooling torchvision's strides:
            8 or 16 for a ResNet whose last stages are dilated in place of their strides; 32.
        first_stride: stride of a ResNet's first convolution: 1 or 2.
        first_pooling: what follows it: max pooling or nothing.
        pooling: before the head.
        head_activation: between the linear layers of a head of several.
    """

    output_stride: int | None = None
    first_stride: int | None = None
    first_pooling: FirstPooling | None = None
    pooling: Pooling | None = None
    head_activation: HeadActivation | None = None

    @property
    def said(self) -> dict[str, Any]:
        """The fields that are not None, by name."""
        return {key: value for key, value in vars(self).items() if value is not None}


AS_TORCHVISION = Arithmetic()
"""That of a card which says none of it."""


def arithmetic_of(fields: Mapping[str, Any]) -> Arithmetic:
    """Return what the fields of a card say; raise a ValueError where that makes no sense."""
    strides = {key: one_of(fields.get(key), STRIDES[key], key) for key in STRIDES}
    first_pooling, pooling = fields.get("first_pooling"), fields.get("pooling")
    between = fields.get("head_activation")
    return Arithmetic(
        **strides,
        first_pooling=None if first_pooling is None else choice(FirstPooling, first_pooling, "first_pooling"),
        pooling=None if pooling is None else choice(Pooling, pooling, "pooling"),
        head_activation=None if between is None else choice(HeadActivation, between, "head_activation"),
    )
