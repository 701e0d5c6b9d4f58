"""EfficientNets of efficientnet_pytorch and of MONAI: timm's `tf_efficientnet`, by names of their own.

All three pad as TensorFlow does. timm pads by each input's size; the two others by the size that the network was built
for. Where the sizes differ by a multiple of 32, every convolution pads alike.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from torch import Tensor

from camdash.networks.files.weights import StoredWeights, Told
from camdash.words.sentence import say

ROOTS = ("_conv_stem", "_bn0", "_blocks", "_conv_head", "_bn1", "_fc")
"""What the names of a network begin with, in the order of its layers."""

OUTSIDE = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2", "_fc": "classifier"}
"""timm's names of the layers outside of blocks."""

SQUEEZING = {"_se_reduce": "se.conv_reduce", "_se_expand": "se.conv_expand"}
WIDENED = SQUEEZING | {
    **{"_expand_conv": "conv_pw", "_bn0": "bn1", "_depthwise_conv": "conv_dw", "_bn1": "bn2"},
    **{"_project_conv": "conv_pwl", "_bn2": "bn3"},
}
"""timm's names of the layers in a block that widens its channels first."""

PLAIN = SQUEEZING | {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
"""Those in a block that does not."""

BLOCK = re.compile(r"_blocks\.(?:(?P<stage>\d{1,3})\.)?(?P<number>\d{1,3})\.(?P<layer>_.+)")
"""A name in a block, whose number counts all blocks; MONAI's has the number of a stage before it."""

COLORS = 3
"""Input channels of a network for colored images."""

STRIDE = 32
"""Pixels between the cells of the last grid."""


@dataclass(frozen=True)
class Kind:
    """An EfficientNet.

    Attributes:
        name: timm's.
        side: of the input that its maker builds it for, in pixels.
    """

    name: str
    side: int


KINDS = {
    (16, 1280): Kind("tf_efficientnet_b0", 224),
    (23, 1280): Kind("tf_efficientnet_b1", 240),
    (23, 1408): Kind("tf_efficientnet_b2", 260),
    (26, 1536): Kind("tf_efficientnet_b3", 300),
    (32, 1792): Kind("tf_efficientnet_b4", 380),
    (39, 2048): Kind("tf_efficientnet_b5", 456),
    (45, 2304): Kind("tf_efficientnet_b6", 528),
    (55, 2560): Kind("tf_efficientnet_b7", 600),
    (61, 2816): Kind("tf_efficientnet_b8", 672),
    (88, 5504): Kind("tf_efficientnet_l2", 800),
}
"""By the number of blocks, and the channels of the last grid."""


Inside = Mapping[str, Tensor]
"""The tensors of one network, by their names without its prefix."""


def brought(stored: StoredWeights) -> StoredWeights:
    """Return the weights of an EfficientNet by timm's names; as they are, where they are not of these makers."""
    networks = _networks(stored.tensors)
    kinds = {prefix: kind for prefix, inside in networks.items() if (kind := _kind(inside))}
    if not kinds:
        return stored
    names = {prefix + old: prefix + new for prefix in kinds for old, new in _timms_names(networks[prefix]).items()}
    tensors = {names.get(name, name): value for name, value in stored.tensors.items()}
    if len(tensors) < len(stored.tensors):
        return stored  # two names became one
    prefix, kind = next(iter(kinds.items()))
    is_monais = any(_is_nested(name) for name in networks[prefix])
    is_colored = networks[prefix]["_conv_stem.weight"].shape[1] == COLORS
    preset = "imagenet" if is_colored and not is_monais else "unit"
    fields = {"preset": preset, "input_size": [kind.side, kind.side]}
    return replace(
        stored,
        tensors=tensors,
        metadata=stored.metadata | {"arch": kind.name},
        conversions=(*stored.conversions, *_said(kind, "MONAI" if is_monais else "efficientnet_pytorch")),
        told=Told(say("weights"), fields, {}, ("input_size", "fit"), architecture=f"timm/{kind.name}"),
    )


def _said(kind: Kind, maker: str) -> tuple[str, str]:
    return (
        say("names of {maker}'s EfficientNet brought to those of timm's {name}", maker=maker, name=kind.name),
        say(
            "padding follows the input size of the card; {maker} pads for the size that the network was built for, "
            "usually {side} x {side}, which is the same where both differ by a multiple of {stride}",
            maker=maker,
            side=kind.side,
            stride=STRIDE,
        ),
    )


def _networks(tensors: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """Return what may be networks: by their prefixes, their tensors by the names without them."""
    found: dict[str, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        parts = name.split(".")
        place = next((place for place, part in enumerate(parts) if part in ROOTS), None)
        if place is not None:
            prefix = "".join(f"{part}." for part in parts[:place])
            found.setdefault(prefix, {})[name.removeprefix(prefix)] = value
    return found


def _kind(inside: Inside) -> Kind | None:
    """Return which EfficientNet the tensors are those of; None for none that is known."""
    stem, head = inside.get("_conv_stem.weight"), inside.get("_conv_head.weight")
    if stem is None or head is None or stem.ndim != 4 or head.ndim != 4:
        return None
    return KINDS.get((len(_blocks(inside)), head.shape[0]))


def _timms_names(inside: Inside) -> dict[str, str]:
    """Return timm's names by the maker's; a stage of blocks begins where their channels change."""
    names = {name: _of_layer(name, OUTSIDE) for name in inside if not name.startswith("_blocks.")}
    stage, place, width = -1, 0, 0
    for _, own in sorted(_blocks(inside).items()):
        last = inside.get(own.get("_project_conv.weight", ""))
        channels = 0 if last is None or not last.ndim else last.shape[0]
        stage, place = (stage, place + 1) if channels == width else (stage + 1, 0)
        width, layers = channels, WIDENED if "_expand_conv.weight" in own else PLAIN
        names |= {name: f"blocks.{stage}.{place}.{_of_layer(layer, layers)}" for layer, name in own.items()}
    return names


def _blocks(inside: Inside) -> dict[int, dict[str, str]]:
    """Return the names in each block by the names of its layers, by the block's number in the whole network."""
    found: dict[int, dict[str, str]] = {}
    for name in inside:
        if (block := BLOCK.fullmatch(name)) is not None:
            found.setdefault(int(block["number"]), {})[block["layer"]] = name
    return found


def _is_nested(name: str) -> bool:
    """Return whether a name has the number of a stage before that of its block, as MONAI's have."""
    block = BLOCK.fullmatch(name)
    return block is not None and block["stage"] is not None


def _of_layer(name: str, layers: Mapping[str, str]) -> str:
    layer, _, rest = name.partition(".")
    return f"{layers.get(layer, layer)}.{rest}"
