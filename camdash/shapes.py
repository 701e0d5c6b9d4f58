"""Arrays by their shapes, as annotations: a name is one length in all of a function's, or of a value's, arrays.

The tests check them at run time, by jaxtyping and beartype (`tests/checked_shapes.py`). Elsewhere `Float32[array,
"rows columns"]` is the array's type alone, and neither library is loaded or needed.
"""

import sys
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING or "jaxtyping" in sys.modules:
    from jaxtyping import Bool, Float, Float32, Float64, Shaped, UInt8, UInt16
else:

    class _Unchecked:
        """Takes an array's type and its shape, and gives the type."""

        def __class_getitem__(cls, item: tuple[Any, str]) -> Any:
            return item[0]

    Bool = Float = Float32 = Float64 = Shaped = UInt8 = UInt16 = _Unchecked

__all__ = ["Bool", "Float", "Float32", "Float64", "Shaped", "UInt8", "UInt16"]

Grey = UInt8[NDArray[np.uint8], "rows columns"]
"""A picture in grey."""

Picture = UInt8[NDArray[np.uint8], "rows columns 3"]
"""A picture in RGB."""

Plane = Shaped[NDArray[Any], "rows columns"]
"""Values of pixels, of any kind."""

Mask = Bool[NDArray[np.bool_], "rows columns"]
"""Which pixels."""

Drawn = Float32[NDArray[np.float32], "rows columns"]
"""Values at a picture's pixels."""

Cells = Float32[NDArray[np.float32], "grid_rows grid_columns"]
"""One map: a value for each cell of the grid."""

Maps = Float32[NDArray[np.float32], "classes grid_rows grid_columns"]
"""One map per class."""

CellShares = Float64[NDArray[np.float64], "grid_rows grid_columns"]
"""A part of each cell, in [0, 1]."""

PerClass = Float64[NDArray[np.float64], " classes"]
"""One number per class."""

Square = Float32[NDArray[np.float32], "side side"]
"""Values over the unit square."""
