"""Where things lie: radiograph pixel <-> network pixel <-> grid cell, all on pixel centres.

Indices count pixel centres (the first pixel is 0, its edges are -0.5 and 0.5). A radiograph is scaled to the
network's input and put at an origin; what exceeds the input is not seen, what the radiograph does not fill is
padding. Cell i of the grid is centred on network pixel `grid_offset + grid_stride * i`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from camdash.shapes import CellShares, Float64


@dataclass(frozen=True)
class Grid:
    """The geometry of a network's last activations: cell i is centred on input pixel `offset + stride * i`."""

    stride: float
    offset: float


@dataclass(frozen=True)
class Placement:
    """How a radiograph lies in the network's input. All pairs are (rows, columns).

    Attributes:
        radiograph_shape: the radiograph's own size, in pixels.
        input_shape: the network input's size, in pixels.
        scale: network pixels per radiograph pixel.
        origin: the network-pixel edge on which the radiograph's top left edge lies; negative for a crop.
        grid: the geometry of the activations' grid.
    """

    radiograph_shape: tuple[int, int]
    input_shape: tuple[int, int]
    scale: tuple[float, float]
    origin: tuple[float, float]
    grid: Grid

    def cell_affine(self, axis: int) -> tuple[float, float]:
        """Return (a, b) such that radiograph pixel index p lies at cell coordinate a * p + b on `axis`."""
        scale = self.scale[axis]
        slope = scale / self.grid.stride
        return slope, (self.origin[axis] + 0.5 * scale - 0.5 - self.grid.offset) / self.grid.stride

    def cells_of_pixels(self, axis: int) -> Float64[NDArray[np.float64], " pixels"]:
        """Return the cell coordinate of each radiograph pixel on `axis` (not clamped to the grid)."""
        slope, intercept = self.cell_affine(axis)
        return slope * np.arange(self.radiograph_shape[axis], dtype=np.float64) + intercept

    def pixel_of_cell(self, axis: int, cell: float) -> float:
        """Return the radiograph pixel index on which `cell` is centred; it may lie outside the radiograph."""
        slope, intercept = self.cell_affine(axis)
        return (cell - intercept) / slope

    def seen(self, axis: int) -> tuple[int, int]:
        """Return the half-open range of radiograph pixels whose centres the network saw on `axis`."""
        centres = self.origin[axis] + (np.arange(self.radiograph_shape[axis]) + 0.5) * self.scale[axis]
        inside = np.flatnonzero((centres >= 0) & (centres <= self.input_shape[axis]))
        return (int(inside[0]), int(inside[-1]) + 1) if len(inside) else (0, 0)

    def padding_share(self, grid_shape: tuple[int, int]) -> CellShares:
        """Return, for each cell, the share of its tile that lies on padding.

        A cell's tile reaches half way to its neighbours, the outermost tiles to the input's edge.
        """
        covered = [self._covered(axis, grid_shape[axis]) for axis in (0, 1)]
        return 1 - np.outer(covered[0], covered[1])

    def _covered(self, axis: int, count: int) -> Float64[NDArray[np.float64], " cells"]:
        middles = self.grid.offset + self.grid.stride * (np.arange(count - 1) + 0.5) + 0.5
        edges = np.concatenate([[0.0], np.clip(middles, 0, self.input_shape[axis]), [float(self.input_shape[axis])]])
        start = self.origin[axis]
        stop = start + self.radiograph_shape[axis] * self.scale[axis]
        lengths = np.diff(edges)
        overlap = np.clip(np.minimum(edges[1:], stop) - np.maximum(edges[:-1], start), 0, None)
        share: NDArray[np.float64] = np.divide(overlap, lengths, out=np.ones(count), where=lengths > 0)
        return share.clip(0, 1)
