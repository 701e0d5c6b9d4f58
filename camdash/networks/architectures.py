"""The architectures whose maps are exact: convolutions, global average pooling and one linear layer.

Each family says which of its modules lead to the input of global average pooling (after the residual sum and
all activations) and where its linear head is. Names are those of torchvision's builders.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
import torchvision
from torch import Tensor, nn

from camdash.errors import CheckpointError


@dataclass(frozen=True)
class Family:
    """A family of architectures that is split in the same way.

    Attributes:
        builders: torchvision's builder names.
        path: the children that lead from the input to the input of global average pooling, in order.
        head: the dotted name of the linear head.
        first: the dotted name of the first convolution.
    """

    builders: tuple[str, ...]
    path: tuple[str, ...]
    head: str
    first: str


RESNET = Family(
    builders=(
        "resnet18",
        "resnet34",
        "resnet50",
        "resnet101",
        "resnet152",
        "resnext50_32x4d",
        "resnext101_32x8d",
        "resnext101_64x4d",
        "wide_resnet50_2",
        "wide_resnet101_2",
    ),
    path=("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"),
    head="fc",
    first="conv1",
)

FAMILIES = (RESNET,)


def family_of(architecture: str) -> Family:
    """Return the family of a builder's name.

    Raises:
        CheckpointError: no family has it; the sentence names those that can be used.
    """
    for family in FAMILIES:
        if architecture in family.builders:
            return family
    known = ", ".join(name for family in FAMILIES for name in family.builders)
    raise CheckpointError(f"The architecture {architecture!r} is not one that camdash can split: {known}.")


def build(architecture: str, class_count: int, channels: int) -> nn.Module:
    """Build an untrained network with `class_count` outputs and `channels` input channels, in eval mode."""
    family = family_of(architecture)
    builder: Callable[..., nn.Module] = torchvision.models.get_model_builder(architecture)
    network = builder(weights=None, num_classes=class_count)
    first = network.get_submodule(family.first)
    if isinstance(first, nn.Conv2d) and first.in_channels != channels:
        _replace(network, family.first, _with_channels(first, channels))
    return network.eval()


def features_of(network: nn.Module, family: Family) -> nn.Sequential:
    """Return the part of the network before global average pooling; it shares the network's modules."""
    return nn.Sequential(*(network.get_submodule(name) for name in family.path))


def head_of(network: nn.Module, family: Family) -> tuple[Tensor, Tensor]:
    """Return the linear head's weight (classes, channels) and bias (classes,)."""
    head = network.get_submodule(family.head)
    if not isinstance(head, nn.Linear):
        raise CheckpointError(f"The head {family.head!r} is not a linear layer, so the maps would not be exact.")
    bias = head.bias if head.bias is not None else torch.zeros(head.out_features)
    return head.weight.detach(), bias.detach()


def recognise(shapes: dict[str, tuple[int, ...]]) -> str:
    """Return the builder's name whose parameters have these names and shapes.

    Args:
        shapes: the state dict's names and shapes, prefixes taken off.

    Raises:
        CheckpointError: none matches.
    """
    for family in FAMILIES:
        head, first = shapes.get(f"{family.head}.weight"), shapes.get(f"{family.first}.weight")
        if head is None or first is None or len(head) != 2 or len(first) != 4:
            continue
        for name in family.builders:
            if _shapes(name, head[0], first[1]) == _essential(shapes):
                return name
    raise CheckpointError(
        "The architecture could not be recognised from the names and shapes of the weights. "
        "Put a card beside the file that names it."
    )


@cache
def _shapes(architecture: str, class_count: int, channels: int) -> frozenset[tuple[str, tuple[int, ...]]]:
    with torch.device("meta"):
        state = build(architecture, class_count, channels).state_dict()
    return _essential({name: tuple(value.shape) for name, value in state.items()})


def _essential(shapes: dict[str, tuple[int, ...]]) -> frozenset[tuple[str, tuple[int, ...]]]:
    return frozenset((name, shape) for name, shape in shapes.items() if not name.endswith("num_batches_tracked"))


def _with_channels(layer: nn.Conv2d, channels: int) -> nn.Conv2d:
    return nn.Conv2d(
        channels,
        layer.out_channels,
        layer.kernel_size,  # type: ignore[arg-type]
        layer.stride,  # type: ignore[arg-type]
        layer.padding,  # type: ignore[arg-type]
        bias=layer.bias is not None,
    )


def _replace(network: nn.Module, name: str, module: nn.Module) -> None:
    parent, _, child = name.rpartition(".")
    setattr(network.get_submodule(parent), child, module)
