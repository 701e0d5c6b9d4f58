"""The configurations that timm ships of its weights; timm is imported when the first of them is asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from camdash.networks.hubs.documents import number
from camdash.networks.text import printable
from camdash.words.sentence import say

PREFIX = "timm/"
CROPPED = 0.875
"""The share of the shorter side that timm keeps where a configuration does not say it."""

INTERPOLATIONS = {"bilinear": "area", "bicubic": "area", "nearest": "nearest"}
"""By timm's names. Pillow's resampling, which timm uses, takes all pixels into account where an image becomes smaller;
so does `area`, and OpenCV's bilinear and bicubic do not."""


def configuration(said: str) -> dict[str, Any] | None:
    """Return timm's configuration of weights; None where it has no such network, or no such weights of it.

    Args:
        said: a network's name, with or without the tag of its weights, and with or without `timm/`.
    """
    import timm  # a second of imports, which nobody waits for without need

    name = said.removeprefix(PREFIX)
    if not timm.is_model(name.partition(".")[0]):
        return None
    try:
        found = timm.get_pretrained_cfg(name)
    except RuntimeError:  # the tag is not known
        return None
    return None if found is None else dict(found.to_dict())


def preset_fields(said: str) -> dict[str, Any]:
    """Return the fields of a card that say the same as timm's configuration of weights.

    Args:
        said: `timm/` and the network's name, with or without the tag of its weights.

    Raises:
        ValueError: timm does not know them, or prepares images as no card can say; in words, without a full stop.
    """
    found, name = configuration(said), printable(repr(said), 60)
    if found is None:
        raise ValueError(say("preset {name} names no network or weights that timm knows", name=name))
    fields = preparing_fields(found)
    if "fit" not in fields:
        raise ValueError(say("preset {name} prepares images in a way that no card can say", name=name))
    return fields


def preparing_fields(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a card that say the same as a configuration; no fit where a card cannot say it.

    Raises:
        ValueError: a value makes no sense; in words, without a full stop.
    """
    values = {key: config.get(key) for key in ("mean", "std")}
    fields: dict[str, Any] = {key: list(value) for key, value in values.items() if isinstance(value, list | tuple)}
    interpolation = config.get("interpolation")
    if isinstance(interpolation, str) and interpolation in INTERPOLATIONS:
        fields["interpolation"] = INTERPOLATIONS[interpolation]
    size = config.get("input_size")
    if not isinstance(size, list | tuple) or len(size) != 3 or not all(type(side) is int for side in size):
        return fields
    fields["input_size"] = list(size[1:])
    share, mode = number(config, "crop_pct", CROPPED), config.get("crop_mode") or "center"
    if not 0 < share <= 1:
        raise ValueError(say("{key} is not a share", key="crop_pct"))
    if mode == "center":
        return fields | {"fit": "crop", "resize": int(max(size[1:]) / share)}
    return fields | ({"fit": "stretch"} if mode == "squash" and share == 1 else {})


def for_channels(values: Sequence[float], channels: int) -> list[float]:
    """Return timm's means or deviations for a network's input channels: one channel takes the mean of all.

    What is no number stays, for the check of the card to name.
    """
    if len(values) in (0, channels) or not all(isinstance(value, int | float) for value in values):
        return [*values]
    return [sum(values) / len(values)]
