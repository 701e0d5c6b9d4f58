"""From a radiograph to a network input, and where the radiograph then lies in it."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from camdash.errors import ImageError
from camdash.images.radiograph import Radiograph
from camdash.networks.cards.card import Fit, Interpolation, Preprocessing
from camdash.networks.placement import Grid, Placement
from camdash.shapes import Drawn, Float32
from camdash.words.sentence import say

RESAMPLING = {
    Interpolation.BILINEAR: cv2.INTER_LINEAR,
    Interpolation.AREA: cv2.INTER_AREA,
    Interpolation.BICUBIC: cv2.INTER_CUBIC,
    Interpolation.NEAREST: cv2.INTER_NEAREST_EXACT,  # INTER_NEAREST draws up to half a pixel off
}

MOST_PIXELS = 100_000_000
"""Of the resized radiograph, before a crop: 400 MB of float32."""


def place(shape: tuple[int, int], how: Preprocessing, grid: Grid) -> Placement:
    """Return where a radiograph of `shape` (rows, columns) lies in the network's input."""
    resized = _resized_shape(shape, how)
    origin = [(inside - length) // 2 for inside, length in zip(how.input_size, resized, strict=True)]
    scale = [length / own for length, own in zip(resized, shape, strict=True)]
    return Placement(shape, how.input_size, (scale[0], scale[1]), (float(origin[0]), float(origin[1])), grid)


def network_input(
    radiograph: Radiograph, how: Preprocessing, channels: int
) -> Float32[Tensor, "1 {channels} rows columns"]:
    """Return the network input through the radiograph's default window.

    Resized, padded with the pad value or cropped (both centred), then mean and std; a network of three channels
    gets the grey image thrice.

    Raises:
        ImageError: the radiograph is a strip so narrow that before its crop it would fill the memory.
    """
    rows, columns = _resized_shape(radiograph.shape, how)
    if rows * columns > MOST_PIXELS:
        own = " x ".join(str(length) for length in radiograph.shape)
        raise ImageError(
            say("An image of {size} pixels is too narrow for this checkpoint, which crops it. Cut it first.", size=own)
        )
    resized = cv2.resize(radiograph.grey(), (columns, rows), interpolation=RESAMPLING[how.interpolation])
    canvas = _on_canvas(np.asarray(resized, np.float32), how)
    planes = [
        (canvas - np.float32(mean)) / np.float32(std)
        for mean, std in zip(_per_channel(how.mean, channels), _per_channel(how.std, channels), strict=True)
    ]
    return torch.from_numpy(np.stack(planes)).unsqueeze(0)


def _resized_shape(shape: tuple[int, int], how: Preprocessing) -> tuple[int, int]:
    if how.fit is Fit.STRETCH:
        return how.input_size
    if how.fit is Fit.PAD:
        scale = min(how.input_size[0] / shape[0], how.input_size[1] / shape[1])
    else:
        scale = (how.resize or max(how.input_size)) / min(shape)
    return max(round(shape[0] * scale), 1), max(round(shape[1] * scale), 1)


def _on_canvas(resized: Drawn, how: Preprocessing) -> Float32[NDArray[np.float32], "input_rows input_columns"]:
    """Put the resized image centred on the input; what exceeds it is cut, the rest is the pad value."""
    if resized.shape == how.input_size:
        return resized
    canvas = np.full(how.input_size, how.pad_value, np.float32)
    spans = []
    for inside, length in zip(how.input_size, resized.shape, strict=True):
        start = (inside - length) // 2
        first, last = max(start, 0), min(start + length, inside)
        spans.append((slice(first, last), slice(first - start, last - start)))
    canvas[spans[0][0], spans[1][0]] = resized[spans[0][1], spans[1][1]]
    return canvas


def _per_channel(values: tuple[float, ...], channels: int) -> tuple[float, ...]:
    return values if len(values) == channels else values * channels
