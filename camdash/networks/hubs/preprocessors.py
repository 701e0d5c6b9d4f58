"""How a folder of Hugging Face brings an image to its network, as the fields of a card."""

from collections.abc import Mapping
from typing import Any

from camdash.networks.hubs.documents import number
from camdash.words.sentence import say

LARGEST = 255.0
"""The largest grey of the images that Hugging Face's processors are given."""

WHOLE_IMAGE = 384
"""Pixels from which on ConvNeXt's processor shows the whole image, in place of a crop."""

SHORTER_SIDE = ("CLIP", "Bit", "MobileNetV1", "MobileNetV2", "MobileViT")
"""Kinds of processors that read a number as the shorter side; others, such as DeiT's, stretch the image to a square."""

OWN_CROP = ("Levit", "PoolFormer")
"""Kinds of processors that bring the shorter side to another length than they say before they crop."""

OF_PROCESSORS = ("Fast", "Pil", "ImageProcessor", "FeatureExtractor")
"""What a processor's name ends in, after its kind."""

SMOOTHED = (1, 2, 3, 4, 5)
"""Pillow's kernels. All of them smooth an image that is made smaller, as `area` does and OpenCV's others do not."""


def preprocessing_fields(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a card that say the same as `preprocessor_config.json`, as far as it says something.

    Raises:
        ValueError: a value in it makes no sense; in words, without a full stop.
    """
    if not said:
        return {}
    return {**_sizes(said), **_resampling(said), **_scale(said)}


def _sizes(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return input size, fit and size before a crop; no fit where a card cannot say it."""
    size = said.get("size")
    kind = str(said.get("image_processor_type") or said.get("feature_extractor_type") or "")
    if said.get("do_resize") is False or size is None:
        return {}
    if kind.startswith("ConvNext"):
        return _of_convnext(_edge(size), number(said, "crop_pct", 224 / 256))
    if said.get("do_center_crop") and said.get("crop_size") is not None:
        inside = _rectangle(said["crop_size"])
        is_crop = _keeps_shape(size, kind) and not kind.startswith(OWN_CROP)
        return {"input_size": inside, **({"fit": "crop", "resize": _edge(size)} if is_crop else {})}
    if _keeps_shape(size, kind):
        return {"input_size": [_edge(size), _edge(size)]}  # the shape of each image is kept, so no one size is right
    return {"input_size": _rectangle(size), "fit": "stretch"}


def _of_convnext(edge: int, share: float) -> dict[str, Any]:
    if edge >= WHOLE_IMAGE:
        return {"input_size": [edge, edge], "fit": "stretch"}
    if not 0 < share <= 1:
        raise ValueError(say("{key} is not a share", key="crop_pct"))
    return {"input_size": [edge, edge], "fit": "crop", "resize": int(edge / share)}


def _keeps_shape(size: Any, kind: str) -> bool:
    """Tell whether the image keeps its shape: a size gives its shorter side alone."""
    if isinstance(size, dict):
        return "shortest_edge" in size
    for ending in OF_PROCESSORS:
        kind = kind.removesuffix(ending)
    return kind in SHORTER_SIDE


def _edge(size: Any) -> int:
    if isinstance(size, dict):
        return _length(size.get("shortest_edge", size.get("height")))
    return _length(size)


def _rectangle(size: Any) -> list[int]:
    if isinstance(size, dict) and "height" in size:
        return [_length(size["height"]), _length(size.get("width"))]
    edge = _edge(size)
    return [edge, edge]


def _length(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(say("{key} is not a number of pixels", key="size"))  # noqa: TRY004 (the file's fault, not a bug)
    return value


def _resampling(said: Mapping[str, Any]) -> dict[str, Any]:
    kernel = said.get("resample")
    if kernel == 0 and not isinstance(kernel, bool):
        return {"interpolation": "nearest"}
    return {"interpolation": "area"} if kernel in SMOOTHED else {}


def _scale(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return mean and std for values in [0, 1]; a processor that does not rescale works on [0, 255]."""
    factor = number(said, "rescale_factor", 1 / LARGEST) if said.get("do_rescale", True) else 1.0
    if factor <= 0:
        raise ValueError(say("{key} is not positive", key="rescale_factor"))
    whole = factor * LARGEST
    if not said.get("do_normalize", True):
        return {"mean": 0.0, "std": 1 / whole}
    if said.get("image_mean") is None or said.get("image_std") is None:
        return {}
    mean, std = _numbers(said, "image_mean"), _numbers(said, "image_std")
    return {"mean": [value / whole for value in mean], "std": [value / whole for value in std]}


def _numbers(said: Mapping[str, Any], key: str) -> list[float]:
    values = said[key] if isinstance(said[key], list) else [said[key]]
    return [number({key: value}, key, 0.0) for value in values]
