"""Enlargement: a map's cells drawn where the network has them, on the radiograph's pixels.

The usual `cv2.resize` of a map to the radiograph's size puts it half a cell off, for it assumes that the cells tile
the picture; a network's cells are centred on `Placement.grid`. Smooth edges are drawn, not known: the grid itself
can be had too.
"""

import numpy as np
from numpy.typing import NDArray

from camdash.networks.placement import Placement
from camdash.shapes import Cells, Drawn, Float32


def enlarge(values: Cells, placement: Placement, smooth: bool = True) -> Drawn:
    """Return a map at each radiograph pixel, in the map's units.

    Args:
        values: the map; its edge values are held beyond its outermost cell centres. A cell that is NaN is not known
            (in a difference: one of the two networks did not see it), nor is any pixel it has a share in.
        placement: where the radiograph lies in the network's input.
        smooth: bilinear between cell centres; else the value of the nearest cell.

    Returns:
        The values; NaN where the network saw nothing.
    """
    vertical, horizontal = (_weights(placement, axis, values.shape[axis], smooth) for axis in (0, 1))
    unknown = np.isnan(values)
    enlarged: NDArray[np.float32] = vertical @ (np.where(unknown, 0, values).astype(np.float32) @ horizontal.T)
    if unknown.any():
        enlarged[vertical @ (unknown.astype(np.float32) @ horizontal.T) > 0] = np.nan
    for axis in (0, 1):
        start, stop = placement.seen(axis)
        rows = enlarged if axis == 0 else enlarged.T
        rows[:start] = np.nan
        rows[stop:] = np.nan
    return enlarged


def _weights(placement: Placement, axis: int, count: int, smooth: bool) -> Float32[NDArray[np.float32], "pixels cells"]:
    """Return the share that each cell has in each pixel; rows sum to 1."""
    cells = np.clip(placement.cells_of_pixels(axis), 0, count - 1)
    if not smooth:
        cells = np.floor(cells + 0.5)
    distance = np.abs(cells[:, None] - np.arange(count))
    weights: NDArray[np.float32] = np.clip(1 - distance, 0, 1).astype(np.float32)
    return weights
