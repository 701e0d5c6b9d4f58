"""Folders of timm, and any other whose `config.json` names no type of network: weights by their own names."""

from collections.abc import Mapping, Sequence
from typing import Any

from camdash.errors import CheckpointError
from camdash.networks.endings import CONFIG
from camdash.networks.files.state_dicts import clean
from camdash.networks.files.weights import StoredWeights, Told
from camdash.networks.hubs.documents import number
from camdash.networks.hubs.folders import FolderContent
from camdash.networks.hubs.labels import distinct
from camdash.networks.text import printable
from camdash.words.sentence import say

CROPPED = 0.875
"""The share of the shorter side that timm keeps where a configuration does not say it."""


def stored_in(content: FolderContent, *, values: bool) -> StoredWeights:
    """Return the weights of a folder by their own names, with what its configuration says of them.

    Raises:
        CheckpointError: the folder cannot be read, or its configuration makes no sense.
    """
    tensors, metadata = content.tensors(values=values)
    layout = clean({printable(name): value for name, value in tensors.items()})
    said = content.config.get("architecture")
    arch = {"arch": said} if isinstance(said, str) else {}
    return StoredWeights(layout.tensors, arch | metadata, layout.conversions, layout.ignored, told=_told(content))


def _told(content: FolderContent) -> Told:
    where = f"{content.said}/{CONFIG}"
    config = content.config.get("pretrained_cfg")
    try:
        fields = preprocessing_fields(config) if isinstance(config, dict) else {}
    except ValueError as error:
        reason = str(error)
        raise CheckpointError(say("{name} cannot be used: {reason}.", name=where, reason=reason)) from error
    names = content.config.get("label_names")
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        fields["class_names"] = distinct(names)
    return Told(where, fields, averaged=True)


def preprocessing_fields(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a card that say the same as timm's `pretrained_cfg`; no fit where a card cannot say it.

    Raises:
        ValueError: a value in it makes no sense; in words, without a full stop.
    """
    if not config:
        return {}
    fields: dict[str, Any] = {
        key: [*config[key]] for key in ("mean", "std") if isinstance(config.get(key), list | tuple)
    }
    fields |= {"interpolation": "nearest" if config.get("interpolation") == "nearest" else "area"}
    size = config.get("input_size")
    if not isinstance(size, list | tuple) or len(size) != 3 or not all(type(side) is int for side in size):
        return fields
    fields["input_size"] = [*size[1:]]
    share, mode = number(config, "crop_pct", CROPPED), config.get("crop_mode") or "center"
    if not 0 < share <= 1:
        raise ValueError(say("{key} is not a share", key="crop_pct"))
    if mode == "center":
        return fields | {"fit": "crop", "resize": int(max(size[1:]) / share)}
    return fields | ({"fit": "stretch"} if mode == "squash" and share == 1 else {})


def for_channels(values: Sequence[float], channels: int) -> list[float]:
    """Return timm's means or deviations for a network's input channels: one channel takes the mean of all."""
    return [*values] if len(values) in (0, channels) else [sum(values) / len(values)]
