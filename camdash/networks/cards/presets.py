"""Named ways from a radiograph to an input: what a card's field `preset` stands for."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from camdash.networks.cards.values import shown
from camdash.networks.hubs.of_timm.configurations import PREFIX, preset_fields
from camdash.words.sentence import say

IMAGENET = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
"""Means and deviations of ImageNet's colors, with which torchvision's weights were trained."""

XRAYVISION = {"fit": "crop", "interpolation": "area", "mean": 0.5, "std": 1 / 2048}
"""Grey from -1024 to 1024 in the middle square (torchxrayvision.datasets: normalize, XRayCenterCrop, XRayResizer)."""

PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "imagenet": {"input_size": [224, 224], "fit": "crop", "resize": 256, "interpolation": "area", **IMAGENET},
        "half": {"input_size": [224, 224], "fit": "stretch", "interpolation": "area", "mean": 0.5, "std": 0.5},
        "unit": {"input_size": [224, 224], "fit": "stretch", "interpolation": "area", "mean": 0.0, "std": 1.0},
        "torchxrayvision": {"input_size": [224, 224], **XRAYVISION},
        "torchxrayvision-512": {"input_size": [512, 512], **XRAYVISION},
    }
)
"""The fields of a card that each stands for. Where they come from stands in docs/checkpoints.md."""


def preset_of(name: object) -> Mapping[str, Any]:
    """Return the fields that a preset stands for: one of `PRESETS`, or `timm/` and the name of timm's weights.

    Raises:
        ValueError: there is no such preset; in words, without a full stop.
    """
    if isinstance(name, str) and name.startswith(PREFIX):
        return preset_fields(name)
    if not isinstance(name, str) or name not in PRESETS:
        known = ", ".join((*PRESETS, f"{PREFIX}NAME"))
        raise ValueError(say("preset must be one of {known}, not {value}", known=known, value=shown(name)))
    return PRESETS[name]


def with_preset(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a card with those that its preset stands for and that it does not give itself.

    Raises:
        ValueError: there is no such preset; in words, without a full stop.
    """
    name = fields.get("preset")
    if name is None:
        return dict(fields)
    preset = dict(preset_of(name))
    own = fields.keys() & {"fit", "input_size"}
    if own and "resize" not in fields:
        preset.pop("resize", None)  # it belongs to the preset's own size and fit
    return preset | dict(fields)
