"""The radiograph: one channel of values, brighter = higher, and the window it is shown through."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Window:
    """A display window in the units of the radiograph's values; values at its edges become black and white."""

    centre: float
    width: float

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise ValueError(f"a window's width must be positive, not {self.width}")

    @classmethod
    def between(cls, low: float, high: float) -> "Window":
        """Return the window that shows `low` as black and `high` as white."""
        return cls((low + high) / 2, high - low)


@dataclass(frozen=True, eq=False)
class Radiograph:
    """A decoded radiograph; it never holds a patient's data.

    Attributes:
        values: (rows, columns), uint8, uint16 or float32; brighter = higher.
        window: the default window, through which it is displayed and given to a network.
        encoding: what the file was, in words ("PNG, 8 bits").
    """

    values: NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]
    window: Window
    encoding: str

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.values.shape
        return rows, columns

    def grey(self) -> NDArray[np.float32]:
        """Return the values through the default window: (rows, columns), float32 in [0, 1]."""
        low = self.window.centre - self.window.width / 2
        number = np.float64 if self.values.dtype == np.float32 else np.float32  # extreme floats overflow in single
        values: NDArray[Any] = self.values.astype(number)
        scaled = (values - number(low)) / number(self.window.width)
        clipped: NDArray[np.float32] = np.clip(scaled, 0, 1).astype(np.float32)
        return clipped

    def display(self) -> NDArray[np.uint8]:
        """Return the values through the default window as grey levels: (rows, columns), 0 to 255."""
        return np.round(self.grey() * 255).astype(np.uint8)
