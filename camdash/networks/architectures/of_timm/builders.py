"""timm's builders as families of architectures; timm is imported when the first of them is asked for.

An architecture of timm's is called `timm/NAME`, in cards and everywhere. A tag of weights may follow, as timm writes it
(`timm/NAME.TAG`): it says nothing about the network. In a file's `arch` and in a card's `preset` it says which
preprocessing is meant.
"""

from functools import cache
from typing import Any

from torch import nn

from camdash.errors import CheckpointError
from camdash.networks.architectures.families import Family
from camdash.networks.architectures.of_timm.index import POSITIONS, Shapes, positions_of
from camdash.networks.hubs.of_timm.configurations import PREFIX as PREFIX
from camdash.networks.text import printable
from camdash.words.sentence import say

FAILURES = (RuntimeError, ValueError, TypeError, AssertionError, AttributeError, LookupError)
"""What timm's networks raise where options, or an input's size, do not suit them."""


def is_timms(architecture: str) -> bool:
    """Return whether an architecture is called as timm's are."""
    return architecture.startswith(PREFIX)


def builder_name(architecture: str) -> str:
    """Return timm's own name of an architecture, without the tag of weights."""
    return architecture.removeprefix(PREFIX).partition(".")[0]


@cache
def timm_family(architecture: str) -> Family:
    """Return the family of one of timm's architectures; each is a family of its own.

    Raises:
        CheckpointError: timm has none of that name, or does not say where its first convolution and last layer are.
    """
    import timm  # a second of imports, which nobody waits for without one of its networks

    name = builder_name(architecture)
    if not timm.is_model(name):
        said = printable(repr(name), 60)
        raise CheckpointError(say("timm {version} has no network {name}.", version=timm.__version__, name=said))
    about = timm.get_pretrained_cfg(name)
    first, head = _first(about and about.first_conv), _first(about and about.classifier)
    if not first or not head:
        raise CheckpointError(
            say("timm does not say where the first convolution and the last layer of {name} are.", name=name)
        )
    return Family(
        builders=(architecture,),
        path=(),
        head=head,
        first=first,
        builder=built,
        fixed_side=_side_by_positions if about.fixed_input_size else None,
        sized_by_card=about.fixed_input_size,
        usual_side=int(about.input_size[-1]),
        outlined_by_values=True,
        general=True,
    )


def built(
    architecture: str, *, num_classes: int, in_chans: int, image_size: int | tuple[int, int] | None = None
) -> Any:
    """Return an untrained network of timm's.

    Args:
        architecture: `timm/NAME`, with a tag or without.
        num_classes: outputs.
        in_chans: input channels.
        image_size: rows and columns, of one that takes one size alone.

    Raises:
        CheckpointError: timm cannot build it so.
    """
    import timm

    name, options = builder_name(architecture), {} if image_size is None else {"img_size": image_size}
    try:
        network: nn.Module = timm.create_model(
            name, pretrained=False, num_classes=num_classes, in_chans=in_chans, **options
        )
    except FAILURES as error:
        reason = printable(str(error) or type(error).__name__, 200)
        raise CheckpointError(say("timm cannot build {name}: {reason}.", name=name, reason=reason)) from error
    return network


@cache
def _usual_positions(name: str) -> tuple[int, int]:
    """Return how many positions a vision transformer of the usual input size has, and the side of its patches."""
    import torch

    with torch.device("meta"):
        network = built(name, num_classes=2, in_chans=3)
    shapes = {own: tuple(value.shape) for own, value in network.state_dict().items()}
    size = getattr(getattr(network, "patch_embed", None), "patch_size", None)
    side = size[0] if isinstance(size, tuple) else size
    return positions_of(shapes), side if isinstance(side, int) else 0


def _side_by_positions(architecture: str, shapes: Shapes) -> int | None:
    """Return the side that a vision transformer takes, from the length of its position embedding; None where unknown.

    Beside its patches the embedding has as many entries as that of the usual size has.
    """
    from math import isqrt

    if POSITIONS not in shapes:
        return None
    usual, patch = _usual_positions(builder_name(architecture))
    side, count = timm_family(architecture).usual_side or 0, positions_of(shapes)
    if not usual or not patch or not side:
        return None
    return isqrt(max(count - (usual - (side // patch) ** 2), 1)) * patch


def _first(value: object) -> str:
    return value if isinstance(value, str) else str(value[0]) if isinstance(value, tuple | list) and value else ""
