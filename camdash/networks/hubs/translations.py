"""Names and values of Hugging Face's networks, brought to those of torchvision's."""

import re
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]
"""A pattern for a whole name, and what becomes of a name that fits it; an empty one is left out."""

Tensors = dict[str, Tensor]

WINDOW = 7
"""Cells along a side of the windows in torchvision's Swin transformers."""

JOINED = ("query", "key", "value")
"""Three linear layers of an attention, which torchvision keeps as one, in this order."""


def renamed(tensors: Mapping[str, Tensor], rules: Sequence[Rule]) -> Tensors:
    """Return the tensors by their new names; one that fits no rule keeps its name, one that becomes nothing goes."""
    found = ((_renamed(name, rules), value) for name, value in tensors.items())
    return {name: value for name, value in found if name}


def of_resnet(tensors: Mapping[str, Tensor]) -> Tensors:
    """Return a ResNet's weights by torchvision's names."""
    return renamed(tensors, RESNET)


def of_vit(tensors: Mapping[str, Tensor]) -> Tensors:
    """Return a vision transformer's weights as torchvision has them: query, key and value in one layer."""
    return joined_attention(renamed(tensors, VIT), "in_proj_{part}")


def of_convnext(tensors: Mapping[str, Tensor]) -> Tensors:
    """Return a ConvNeXt's weights as torchvision has them: a scale for each channel of a map."""
    return {
        name: value.reshape(-1, 1, 1) if name.endswith(".layer_scale") else value
        for name, value in renamed(tensors, CONVNEXT).items()
    }


def of_swin(tensors: Mapping[str, Tensor]) -> Tensors:
    """Return a Swin transformer's weights as torchvision has them, with the places in its windows."""
    found = joined_attention(renamed(tensors, SWIN), "qkv.{part}")
    table = "relative_position_bias_table"
    tables = [name for name in found if name.endswith(table)]
    return found | {name.replace(table, "relative_position_index"): window_places() for name in tables}


def joined_attention(tensors: Mapping[str, Tensor], joined: str) -> Tensors:
    """Put query, key and value of each attention into one, where all three are there and fit each other."""
    found = dict(tensors)
    for name in [name for name in tensors if re.fullmatch(r".+\.query\.(weight|bias)", name)]:
        before, _, part = name.rpartition(".query.")
        own = [f"{before}.{one}.{part}" for one in JOINED]
        values = [tensors[one] for one in own if one in tensors]
        if len(values) == len(own) and len({value.shape for value in values}) == 1 and values[0].ndim:
            found |= {f"{before}.{joined.format(part=part)}": torch.cat(values)}
            found = {one: value for one, value in found.items() if one not in own}
    return found


def window_places(side: int = WINDOW) -> Tensor:
    """Return where the table of relative positions has the bias of each pair of cells in a window: one long list."""
    cells = torch.cartesian_prod(torch.arange(side), torch.arange(side))
    apart = cells[:, None] - cells[None] + side - 1
    return (apart[:, :, 0] * (2 * side - 1) + apart[:, :, 1]).flatten()


def _renamed(name: str, rules: Sequence[Rule]) -> str:
    for pattern, write in rules:
        if (found := pattern.fullmatch(name)) is not None:
            return write(found)
    return name


def rule(pattern: str, written: str, *more: int) -> Rule:
    """Return a rule: `{0}`, `{1}` ... are the groups of the pattern; numbers have `more` added, in their order."""

    def write(found: re.Match[str]) -> str:
        numbers = iter(more)
        groups = [str(int(text) + next(numbers, 0)) if text.isdecimal() else text for text in found.groups()]
        return written.format(*groups)

    return re.compile(pattern), write


NUMBER = r"(\d{1,3})"

RESNET: tuple[Rule, ...] = (
    rule(r"resnet\.embedder\.embedder\.convolution\.(\w+)", "conv1.{0}"),
    rule(r"resnet\.embedder\.embedder\.normalization\.(\w+)", "bn1.{0}"),
    rule(rf"resnet\.encoder\.stages\.{NUMBER}\.layers\.{NUMBER}\.layer\.{NUMBER}\.convolution\.(\w+)",
         "layer{0}.{1}.conv{2}.{3}", 1, 0, 1),
    rule(rf"resnet\.encoder\.stages\.{NUMBER}\.layers\.{NUMBER}\.layer\.{NUMBER}\.normalization\.(\w+)",
         "layer{0}.{1}.bn{2}.{3}", 1, 0, 1),
    rule(rf"resnet\.encoder\.stages\.{NUMBER}\.layers\.{NUMBER}\.shortcut\.convolution\.(\w+)",
         "layer{0}.{1}.downsample.0.{2}", 1),
    rule(rf"resnet\.encoder\.stages\.{NUMBER}\.layers\.{NUMBER}\.shortcut\.normalization\.(\w+)",
         "layer{0}.{1}.downsample.1.{2}", 1),
    rule(r"classifier\.1\.(\w+)", "fc.{0}"),
)  # fmt: skip

_VIT = rf"vit\.encoder\.layer\.{NUMBER}\."
_TO_VIT = "encoder.layers.encoder_layer_{0}."
VIT: tuple[Rule, ...] = (
    rule(r"vit\.embeddings\.cls_token", "class_token"),
    rule(r"vit\.embeddings\.position_embeddings", "encoder.pos_embedding"),
    rule(r"vit\.embeddings\.patch_embeddings\.projection\.(\w+)", "conv_proj.{0}"),
    rule(_VIT + r"layernorm_before\.(\w+)", _TO_VIT + "ln_1.{1}"),
    rule(_VIT + r"layernorm_after\.(\w+)", _TO_VIT + "ln_2.{1}"),
    rule(_VIT + r"attention\.attention\.(query|key|value)\.(\w+)", _TO_VIT + "self_attention.{1}.{2}"),
    rule(_VIT + r"attention\.output\.dense\.(\w+)", _TO_VIT + "self_attention.out_proj.{1}"),
    rule(_VIT + r"intermediate\.dense\.(\w+)", _TO_VIT + "mlp.0.{1}"),
    rule(_VIT + r"output\.dense\.(\w+)", _TO_VIT + "mlp.3.{1}"),
    rule(r"vit\.layernorm\.(\w+)", "encoder.ln.{0}"),
    rule(r"vit\.pooler\.dense\.(\w+)", ""),
    rule(r"classifier\.(\w+)", "heads.head.{0}"),
)


def _staged(pattern: str, written: str) -> Rule:
    """Return a rule whose first number is a stage: torchvision has the layers of stage n under 2 n + 1."""
    return re.compile(pattern), lambda found: written.format(*(2 * int(found[1]) + 1, *found.groups()[1:]))


def _merged(pattern: str, written: str, more: int) -> Rule:
    """Return a rule whose first number is a stage beside which two stages are joined."""
    return re.compile(pattern), lambda found: written.format(*(2 * int(found[1]) + more, *found.groups()[1:]))


_CONVNEXT = rf"convnext\.encoder\.stages\.{NUMBER}\.layers\.{NUMBER}\."
CONVNEXT: tuple[Rule, ...] = (
    rule(r"convnext\.embeddings\.patch_embeddings\.(\w+)", "features.0.0.{0}"),
    rule(r"convnext\.embeddings\.layernorm\.(\w+)", "features.0.1.{0}"),
    _staged(_CONVNEXT + r"dwconv\.(\w+)", "features.{0}.{1}.block.0.{2}"),
    _staged(_CONVNEXT + r"layernorm\.(\w+)", "features.{0}.{1}.block.2.{2}"),
    _staged(_CONVNEXT + r"pwconv1\.(\w+)", "features.{0}.{1}.block.3.{2}"),
    _staged(_CONVNEXT + r"pwconv2\.(\w+)", "features.{0}.{1}.block.5.{2}"),
    _staged(_CONVNEXT + r"layer_scale_parameter", "features.{0}.{1}.layer_scale"),
    _merged(rf"convnext\.encoder\.stages\.{NUMBER}\.downsampling_layer\.{NUMBER}\.(\w+)", "features.{0}.{1}.{2}", 0),
    rule(r"convnext\.layernorm\.(\w+)", "classifier.0.{0}"),
    rule(r"classifier\.(weight|bias)", "classifier.2.{0}"),
)

_SWIN = rf"swin\.encoder\.layers\.{NUMBER}\.blocks\.{NUMBER}\."
_TO_SWIN = "features.{0}.{1}."
SWIN: tuple[Rule, ...] = (
    rule(r"swin\.embeddings\.patch_embeddings\.projection\.(\w+)", "features.0.0.{0}"),
    rule(r"swin\.embeddings\.norm\.(\w+)", "features.0.2.{0}"),
    _staged(_SWIN + r"layernorm_before\.(\w+)", _TO_SWIN + "norm1.{2}"),
    _staged(_SWIN + r"layernorm_after\.(\w+)", _TO_SWIN + "norm2.{2}"),
    _staged(_SWIN + r"attention\.self\.(query|key|value)\.(\w+)", _TO_SWIN + "attn.{2}.{3}"),
    _staged(_SWIN + r"attention\.self\.relative_position_bias_table", _TO_SWIN + "attn.relative_position_bias_table"),
    rule(_SWIN + r"attention\.self\.relative_position_index", ""),
    _staged(_SWIN + r"attention\.output\.dense\.(\w+)", _TO_SWIN + "attn.proj.{2}"),
    _staged(_SWIN + r"intermediate\.dense\.(\w+)", _TO_SWIN + "mlp.0.{2}"),
    _staged(_SWIN + r"output\.dense\.(\w+)", _TO_SWIN + "mlp.3.{2}"),
    _merged(rf"swin\.encoder\.layers\.{NUMBER}\.downsample\.(norm|reduction)\.(\w+)", "features.{0}.{1}.{2}", 2),
    rule(r"swin\.layernorm\.(\w+)", "norm.{0}"),
    rule(r"classifier\.(\w+)", "head.{0}"),
)
