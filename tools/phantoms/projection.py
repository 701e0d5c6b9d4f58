"""Line integrals of tissues along a parallel beam."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tools.phantoms.solids import Array, Bounds, Interval, Solid
from tools.phantoms.tissues import Tissue, carved_length


@dataclass(frozen=True)
class Field:
    """The square that the film covers: its center and side in cm, and its side in pixels."""

    x: float
    y: float
    side: float
    size: int

    @property
    def pixel(self) -> float:
        """Return a pixel's side in cm."""
        return self.side / self.size

    def window(self, bounds: Bounds) -> tuple[slice, slice]:
        """Return the rows and columns whose pixel centers may lie in the box."""
        left, top = self.x - self.side / 2, self.y - self.side / 2
        columns = self._pixel(bounds[0] - left), self._pixel(bounds[1] - left + self.pixel)
        rows = self._pixel(bounds[2] - top), self._pixel(bounds[3] - top + self.pixel)
        return slice(*rows), slice(*columns)

    def _pixel(self, offset: float) -> int:
        return int(min(max(offset / self.pixel, 0), self.size))

    def rays(self, rows: slice, columns: slice) -> Interval:
        """Return x (1, columns) and y (rows, 1) of the pixel centers, in cm."""
        x = self.x - self.side / 2 + self.pixel * (np.arange(columns.start, columns.stop) + 0.5)
        y = self.y - self.side / 2 + self.pixel * (np.arange(rows.start, rows.stop) + 0.5)
        return x[None, :], y[:, None]


def project(tissues: Iterable[Tissue], field: Field, beam: int) -> Array:
    """Return the line integral of the attenuation over each pixel's ray, without unit, shape (size, size).

    `beam` picks the energy: `TRUNK_BEAM` or `LIMB_BEAM`.
    """
    integral = np.zeros((field.size, field.size))
    for tissue in tissues:
        rows, columns = field.window(_shadow(tissue.solids))
        if rows.start < rows.stop and columns.start < columns.stop:
            integral[rows, columns] += float(tissue.attenuation[beam]) * length(tissue, field, rows, columns)
    return integral


def length(tissue: Tissue, field: Field, rows: slice, columns: slice) -> Array:
    """Return the length in cm that each ray of the window runs inside the tissue."""
    near, far = _hull(tissue.solids, field, rows, columns)
    return carved_length(near, far, [_hull((hole,), field, rows, columns) for hole in tissue.holes])


def _hull(solids: tuple[Solid, ...], field: Field, rows: slice, columns: slice) -> Interval:
    shape = (rows.stop - rows.start, columns.stop - columns.start)
    near, far = np.full(shape, np.inf), np.full(shape, -np.inf)
    for solid in solids:
        own_rows, own_columns = _overlap(field.window(solid.bounds()), (rows, columns))
        if own_rows.start >= own_rows.stop or own_columns.start >= own_columns.stop:
            continue
        part = (
            slice(own_rows.start - rows.start, own_rows.stop - rows.start),
            slice(own_columns.start - columns.start, own_columns.stop - columns.start),
        )
        enter, leave = solid.interval(*field.rays(own_rows, own_columns))
        near[part], far[part] = np.minimum(near[part], enter), np.maximum(far[part], leave)
    return near, far


def _shadow(solids: tuple[Solid, ...]) -> Bounds:
    left, right, top, bottom = zip(*(solid.bounds() for solid in solids), strict=True)
    return min(left), max(right), min(top), max(bottom)


def _overlap(first: tuple[slice, slice], second: tuple[slice, slice]) -> tuple[slice, slice]:
    rows, columns = (slice(max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(first, second, strict=True))
    return rows, columns
