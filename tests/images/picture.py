"""A smooth picture by a formula, as a film has: what noise cannot show (folded values, a curve, a wrong scale)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def picture(rows: int = 61, columns: int = 47) -> NDArray[np.float64]:
    """Return the picture, in [0, 1], brighter = higher: that of the files of `reports`, whose README has it."""
    y, x = np.mgrid[:rows, :columns]
    bell = np.exp(-(((x - 0.35 * columns) / (0.2 * columns)) ** 2))
    grey = bell * (0.3 + 0.7 * y / (rows - 1)) + 0.15 * x / (columns - 1)
    scaled: NDArray[np.float64] = (grey - grey.min()) / np.ptp(grey)
    return scaled


def film(highest: int = 4095, dtype: type[np.integer[Any]] = np.uint16) -> NDArray[Any]:
    """Return the picture in whole values from 0 to the highest."""
    return np.rint(picture() * highest).astype(dtype)
