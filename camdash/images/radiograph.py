"""The radiograph: one channel of values in the file's own units, and what turns them into grey."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from camdash.images.window import Preset, VoiLut, Window
from camdash.shapes import Drawn, Grey, Mask, Shaped
from camdash.words.sentence import say

Values = Shaped[NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.int16] | NDArray[np.float32], "rows columns"]

FLOAT = say("float")
"""How values are stored, in words; of whole numbers see `depth_of`."""

FULL_RANGE, DEFAULT = say("Full range"), say("Default")
"""Names of windows."""


def depth_of(bits: int) -> str:
    """Return in words how whole values of so many bits are stored."""
    return say("{bits} bits", bits=bits)


def size_facts(rows: int, columns: int, bits: str) -> tuple[tuple[str, str], ...]:
    """Return the facts of a picture that says nothing else of itself."""
    return (say("Rows"), str(rows)), (say("Columns"), str(columns)), (say("Bits"), bits)


@dataclass(frozen=True, eq=False)
class Radiograph:
    """A decoded radiograph; it never holds a patient's data.

    `values` are as the file means them, of either polarity; only `grey()`, `display()` and `through()` promise that
    brighter is denser.

    Attributes:
        values: uint8, uint16, int16 or float32, finite, in modality units (PS3.3, C.11.1).
        window: the default window, through which it is displayed and given to a network, unless there is a `lut`.
        encoding: what the file was, in words ("PNG, 8 bits").
        lut: the default lookup table, which then holds in the window's place; `window` is where a reader may start.
        inverted: whether grey is turned over, last of all (MONOCHROME1, or the presentation shape INVERSE).
        padding: the pixels that are no part of the image: black, and left out of ranges.
        own_presets: the windows and tables that the file brings, the default first.
        facts: what the file says of itself, (name, value), from a list of harmless facts only.
        may_hold_names: False only where the file says that nothing is burned into the pixels (Burned In Annotation,
            0028,0301, is NO); no raster file can say so.
        notes: what was done with the file that a reader should know ("The first of 3 pages.").
    """

    values: Values
    window: Window
    encoding: str
    lut: VoiLut | None = None
    inverted: bool = False
    padding: Mask | None = None
    own_presets: tuple[Preset, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    may_hold_names: bool = True
    notes: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.values.shape
        return rows, columns

    @cached_property
    def full_range(self) -> tuple[float, float]:
        """The lowest and the highest value without padding; where all are one value, the highest is above it."""
        seen = self.values if self.padding is None or self.padding.all() else self.values[~self.padding]
        low, high = float(seen.min()), float(seen.max())
        return low, high if high > low else low + max(1, abs(low))

    @property
    def presets(self) -> tuple[Preset, ...]:
        """The windows to choose from: the default first, then the file's others, then the full range."""
        full = Preset(FULL_RANGE, Window.between(*self.full_range))
        if self.own_presets:
            return (*self.own_presets, full)
        return (full,) if self.window == full.window else (Preset(DEFAULT, self.window, self.lut), full)

    def grey(self) -> Drawn:
        """Return the radiograph through its default window or table, in [0, 1], brighter = denser."""
        return self.through(self.lut or self.window)

    def display(self) -> Grey:
        """Return the radiograph as grey levels through its default window or table, 0 to 255."""
        voi = self.lut or self.window
        return self._drawn(lambda values: np.round(self._turned(voi, values) * 255).astype(np.uint8))

    def through(self, voi: Window | VoiLut) -> Drawn:
        """Return the radiograph through another window or table, turned over as ever, in [0, 1]."""
        return self._drawn(lambda values: self._turned(voi, values))

    def inverse(self) -> "Radiograph":
        """Return the same radiograph with black and white exchanged, for files whose tag is wrong."""
        return replace(self, inverted=not self.inverted)

    def _turned(self, voi: Window | VoiLut, values: NDArray[Any]) -> NDArray[np.float32]:
        grey = voi.grey(values)
        return (1 - grey if self.inverted else grey).astype(np.float32)

    def _drawn(self, picture_of: Callable[[NDArray[Any]], NDArray[Any]]) -> NDArray[Any]:
        """Return the picture of the values, by way of a table of all possible ones where these are few."""
        if self.values.dtype == np.float32:
            picture = picture_of(self.values)
        else:
            unsigned = np.dtype(f"u{self.values.itemsize}")
            every = np.arange(2 ** (8 * unsigned.itemsize), dtype=unsigned)
            picture = np.asarray(cv2.LUT(self.values.view(unsigned), picture_of(every.view(self.values.dtype))))
        if self.padding is not None:
            picture[self.padding] = 0
        return picture
