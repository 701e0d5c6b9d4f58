"""What the browser needs to show a radiograph through another window than its own."""

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from camdash.app.viewer.header import WindowHeader, WindowNumbers
from camdash.images.radiograph import Radiograph
from camdash.images.window import Window

# Level 1: differences of neighbors leave little to find for more work.
_EFFORT = 1


@dataclass(frozen=True)
class PackedValues:
    """A radiograph's own values for the browser, without loss.

    Attributes:
        values: made by `packed`.
        padding: 1 where a pixel is padding, else 0, one byte a pixel, deflated; empty where there is none.
    """

    values: bytes
    padding: bytes

    @classmethod
    def of(cls, radiograph: Radiograph) -> "PackedValues":
        """Pack the values of a radiograph."""
        padding = radiograph.padding
        sent = b"" if padding is None else zlib.compress(padding.astype(np.uint8).tobytes(), _EFFORT)
        return cls(packed(radiograph.values), sent)


@dataclass(frozen=True, eq=False)
class Windowing:
    """How a radiograph is windowed in the browser.

    Attributes:
        image: names the radiograph; the browser drops its window when another one comes.
        radiograph: its windows and its range.
        preset: which of its presets the picture was drawn through.
        sent: its values; None until the browser has asked for them.
    """

    image: str
    radiograph: Radiograph
    preset: int = 0
    sent: PackedValues | None = None


def described_windows(windowing: Windowing, bounds: tuple[int, int, int]) -> WindowHeader:
    """Return what the browser is told; `bounds`: the bytes where values and padding start, and the end."""
    radiograph = windowing.radiograph
    return {
        "image": windowing.image,
        "kind": radiograph.values.dtype.name,
        "range": radiograph.full_range,
        "presets": [
            {"name": one.name, "window": _numbers(one.window), "table": one.lut is not None}
            for one in radiograph.presets
        ],
        "preset": windowing.preset,
        "inverted": radiograph.inverted,
        "padded": radiograph.padding is not None,
        "bounds": bounds,
    }


def _numbers(window: Window) -> WindowNumbers:
    return {"centre": window.centre, "width": window.width, "function": window.function.value}


def packed(values: NDArray[Any]) -> bytes:
    """Return (rows, columns) of numbers of 1, 2 or 4 bytes, without loss and smaller than deflating them would.

    The bits of each number as the difference from its left neighbor's, folded so that small ones of either sign are
    small (2d, or -2d - 1); the low bytes of all of them, then the next ones; deflated (RFC 1950).
    """
    size = values.dtype.itemsize
    bits = np.ascontiguousarray(values).view(f"u{size}")
    steps = bits.copy()
    steps[:, 1:] -= bits[:, :-1]
    signed = steps.view(f"i{size}")
    folded = ((signed << 1) ^ (signed >> (8 * size - 1))).astype(f"<i{size}")
    planes = np.moveaxis(folded[..., None].view(np.uint8), -1, 0)
    return zlib.compress(planes.tobytes(), _EFFORT)
