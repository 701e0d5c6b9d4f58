"""MONAI's networks: DenseNet by torchvision's names, and what is its own in a ResNet."""

import re
from collections.abc import Mapping
from dataclasses import replace

from torch import Tensor

from camdash.networks.files.weights import StoredWeights, Told
from camdash.networks.hubs.translations import Rule, renamed, rule
from camdash.words.sentence import say

DENSENET: tuple[Rule, ...] = (
    rule(r"(features\.denseblock\d\.denselayer\d{1,3})\.layers\.(\w+)\.(\w+)", "{0}.{1}.{2}"),
    rule(r"class_layers\.out\.(\w+)", "classifier.{0}"),
)

BIAS = re.compile(r"layer[1-4]\.0\.downsample\.0\.bias")
"""A bias that MONAI's ResNets have in their shortcuts, and no other's."""


def brought(stored: StoredWeights) -> StoredWeights:
    """Return the weights of MONAI's network by torchvision's names; as they are, where they are not MONAI's."""
    names = stored.tensors
    if "class_layers.out.weight" in names:
        said = say("names of MONAI's DenseNet brought to torchvision's")
        return _with(stored, renamed(names, DENSENET), said, Told(say("weights"), {"preset": "unit"}, {}, SIZES))
    if any(BIAS.fullmatch(name) for name in names):
        said = say(
            "biases of MONAI's shortcuts moved into the batch norms after them; first_stride 1 and first_pooling max "
            "assumed, as MONAI's ResNets have them (a card can say others)"
        )
        fields = {"preset": "unit", "first_stride": 1, "first_pooling": "max"}
        return _with(stored, without_biases(names), said, Told(say("weights"), fields, {}, SIZES))
    return stored


SIZES = ("input_size", "fit")
"""Fields of the preset that no weight of MONAI's tells."""


def without_biases(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a ResNet's weights with each shortcut's bias taken from the mean of the batch norm that follows it."""
    found = dict(tensors)
    for name in [name for name in tensors if BIAS.fullmatch(name)]:
        bias, mean = found.pop(name), name.replace("downsample.0.bias", "downsample.1.running_mean")
        if mean in found and found[mean].shape == bias.shape:
            found[mean] = found[mean] - bias
    return found


def _with(stored: StoredWeights, tensors: dict[str, Tensor], said: str, told: Told) -> StoredWeights:
    return replace(stored, tensors=tensors, conversions=(*stored.conversions, said), told=told)
