"""What names and shapes of weights do not tell of a network: said by its card, done to it, and named in its report.

Two networks with the same names and shapes can compute differently: with other strides, dilation or pooling. MONAI's
ResNets, timm's `output_stride` and `global_pool`, and torchvision's `replace_stride_with_dilation` are such.
"""

from torch import nn

from camdash.errors import CheckpointError
from camdash.networks.architectures.building import family_of
from camdash.networks.architectures.families import RESNET
from camdash.networks.cards.arithmetic import Arithmetic, FirstPooling, Pooling
from camdash.networks.cards.card import Card
from camdash.words.sentence import joined, say

DILATED = {8: ("layer3", "layer4"), 16: ("layer4",), 32: ()}
"""The stages of a ResNet that are dilated in place of their strides, by output stride."""

OF_THE_HEAD = ("pooling", "head_activation")
"""Fields for every network that ends in pooling and one linear layer, or in what took its place."""


def check_arithmetic(card: Card, said: str) -> None:
    """Refuse a card that says of an architecture what is not known for it.

    Raises:
        CheckpointError: it does, or the architecture is not one that is known.
    """
    family = family_of(card.architecture)
    fields = [key for key in card.arithmetic.said if key not in OF_THE_HEAD]
    if fields and family is not RESNET:
        raise CheckpointError(
            say("The card of {name} says {field}, which camdash can do for ResNets only.", name=said, field=fields[0])
        )
    fitting = OF_THE_HEAD if family.is_linear else ("head_activation",) if family.takes_replaced_head else ()
    told = next((key for key in OF_THE_HEAD if key in card.arithmetic.said and key not in fitting), "")
    if told:
        raise CheckpointError(
            say(
                "The card of {name} says {field}, but {architecture} has a head of its own.",
                name=said,
                field=told,
                architecture=card.architecture,
            )
        )


def apply_arithmetic(network: nn.Module, arithmetic: Arithmetic) -> nn.Module:
    """Change a ResNet as torchvision builds it to what its card says; return it."""
    if arithmetic.first_stride is not None:
        network.get_submodule("conv1").stride = (arithmetic.first_stride, arithmetic.first_stride)  # type: ignore[assignment]
    if arithmetic.first_pooling is FirstPooling.NONE:
        network.maxpool = nn.Identity()
    dilation = 1
    for stage in DILATED[arithmetic.output_stride or 32]:
        before, dilation = dilation, 2 * dilation
        _dilate(network.get_submodule(stage), before, dilation)
    return network


def is_max_pooled(card: Card) -> bool:
    """Return whether the head reads the largest activation of each channel, in place of the mean."""
    return card.arithmetic.pooling is Pooling.MAX


def assumptions(card: Card) -> str:
    """Say what the weights' names and shapes do not tell, what is taken for it, and which fields of a card tell it."""
    family, said = family_of(card.architecture), card.arithmetic.said
    told = ", ".join(f"{key} {value}" for key, value in said.items())
    fields = ["pooling"] if family.is_linear else []
    fields += ["output_stride", "first_stride", "first_pooling"] if family is RESNET else []
    left = [key for key in fields if key not in said]
    source, _, name = card.architecture.rpartition("/")
    untold = say(
        "Names and shapes of the weights do not tell strides, dilation, padding, pooling, activations, and constants "
        "such as batch norm's epsilon."
    )
    more = say("A card can say {fields}.", fields=", ".join(left)) if left else ""
    return joined(" ", [untold, _taken(source or "torchvision", name, told), card.fits_alike, more])


def _taken(source: str, architecture: str, told: str) -> str:
    """Say what is taken for what the weights do not tell; `told` is what the card says, empty where it says nothing."""
    if told:
        return say(
            "The card says {told}; all else is taken as in {source}'s {architecture}: if the network was made "
            "otherwise, its logits are wrong.",
            told=told,
            source=source,
            architecture=architecture,
        )
    return say(
        "They are taken as in {source}'s {architecture}: if the network was made otherwise, its logits are wrong.",
        source=source,
        architecture=architecture,
    )


def _dilate(stage: nn.Module, before: int, dilation: int) -> None:
    """Dilate a stage in place of its stride; its first convolution as much as the stage before it."""
    spread = before
    for layer in stage.modules():
        if isinstance(layer, nn.Conv2d):
            layer.stride = (1, 1)
            if layer.kernel_size == (3, 3):
                layer.dilation, layer.padding = (spread, spread), (spread, spread)
                spread = dilation
