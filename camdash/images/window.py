"""From values to grey: windows, their VOI functions and lookup tables (DICOM PS3.3, C.11.2)."""

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from camdash.shapes import Float64, Shaped, UInt16


class VoiFunction(Enum):
    """How a window turns values into grey; the values are DICOM's own words for it (VOI LUT Function, 0028,1056)."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@dataclass(frozen=True)
class Window:
    """A window in the units of the radiograph's values.

    Attributes:
        centre: the value in the middle; finite, as both ends are.
        width: positive; at least 1 for LINEAR.
        function: LINEAR_EXACT shows `centre - width / 2` as black and `centre + width / 2` as white (PS3.3,
            C.11.2.1.3.2); LINEAR counts whole values, so that black is `centre - 0.5 - (width - 1) / 2` and white
            `centre - 0.5 + (width - 1) / 2` (C.11.2.1.2.1); SIGMOID never quite reaches either (C.11.2.1.3.1).
    """

    centre: float
    width: float
    function: VoiFunction = VoiFunction.LINEAR_EXACT

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, self.ends)):
            raise ValueError("a window's ends must be finite numbers")
        if not self.width > 0:
            raise ValueError(f"a window's width must be positive, not {self.width}")
        if self.function is VoiFunction.LINEAR and self.width < 1:
            raise ValueError(f"a LINEAR window's width must be at least 1, not {self.width}")

    @classmethod
    def between(cls, low: float, high: float) -> "Window":
        """Return the window that shows `low` as black and `high` as white."""
        return cls((low + high) / 2, high - low)

    @property
    def ends(self) -> tuple[float, float]:
        """The values that become black and white; for SIGMOID those of the line through its middle."""
        if self.function is VoiFunction.LINEAR:
            return self.centre - self.width / 2, self.centre + self.width / 2 - 1
        return self.centre - self.width / 2, self.centre + self.width / 2

    def grey(self, values: Shaped[NDArray[Any], "*any"]) -> Float64[NDArray[np.float64], "*any"]:
        """Return the values through the window, in [0, 1]."""
        grey = values.astype(np.float64)  # extreme floats overflow in single
        if self.function is VoiFunction.SIGMOID:
            grey -= self.centre
            grey *= -4 / self.width
            np.exp(np.minimum(grey, 700, out=grey), out=grey)  # exp(710) overflows, and 1 / exp(700) is 0 in single
            grey += 1
            return np.divide(1, grey, out=grey)
        low, high = self.ends
        if high == low:  # a LINEAR window of width 1 is a threshold
            return (grey > low).astype(np.float64)
        grey -= low
        grey /= high - low
        return np.clip(grey, 0, 1, out=grey)


@dataclass(frozen=True, eq=False)
class VoiLut:
    """A lookup table from values to grey (VOI LUT Sequence, PS3.3, C.11.2.1.1).

    Attributes:
        first: the value that the first entry stands for; values below take it, values beyond the last take the last.
        entries: at least one, 0 to `highest`.
        highest: what an entry of white is.
    """

    first: int
    entries: UInt16[NDArray[np.uint16], " entries"]
    highest: int

    def __post_init__(self) -> None:
        if not len(self.entries) or self.highest < 1:
            raise ValueError("a lookup table must have entries, and white must be above 0")

    def grey(self, values: Shaped[NDArray[Any], "*any"]) -> Float64[NDArray[np.float64], "*any"]:
        """Return the values through the table, in [0, 1]."""
        places = np.clip(np.round(values.astype(np.float64)) - self.first, 0, len(self.entries) - 1)
        return np.clip(self.entries[places.astype(np.intp)] / self.highest, 0, 1)

    @property
    def window(self) -> Window:
        """The window over the values that the table tells apart: where a reader may start from."""
        return Window.between(self.first, self.first + max(len(self.entries) - 1, 1))


@dataclass(frozen=True, eq=False)
class Preset:
    """A window, or a lookup table, with its name for the reader; the name is never text from the file.

    Attributes:
        name: such as "Window 1" or "Full range".
        window: the window; of a table the window over its values, which is not the table.
        lut: the table, which then holds in the window's place.
    """

    name: str
    window: Window
    lut: VoiLut | None = None
