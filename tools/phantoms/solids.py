"""Convex solids and where a parallel beam enters and leaves them.

Lengths are in cm; x runs to the right of the film, y down it, z along the beam. A ray is a point (x, y); what it meets
of a convex solid is one interval of z. Intervals add up to any shape: see `tissues`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Interval = tuple[Array, Array]
Bounds = tuple[float, float, float, float]


def rotation(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Array:
    """Return the matrix that turns a column about x, then y, then z, by these angles in degrees."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(np.radians([x, y, z])), np.sin(np.radians([x, y, z]))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return np.asarray(about_z @ about_y @ about_x, dtype=np.float64)


class Solid(Protocol):
    """A convex body that a ray along z meets in one interval."""

    def bounds(self) -> Bounds:
        """Return the shadow's box: least x, greatest x, least y, greatest y, in cm."""

    def interval(self, x: Array, y: Array) -> Interval:
        """Return z of entry and exit; (inf, -inf) where the ray misses."""

    def moved(self, turn: Array, shift: Array) -> Solid:
        """Return the solid mapped by the matrix, a rotation, mirror or scale, then shifted."""


@dataclass(frozen=True, eq=False)
class Ellipsoid:
    """An ellipsoid; the columns of `axes` are its semi-axes, as vectors in cm."""

    center: Array
    axes: Array

    @classmethod
    def at(cls, center: ArrayLike, radii: ArrayLike, turn: Array | None = None) -> Ellipsoid:
        """Make one from a center, three radii along x, y and z, and a rotation applied to them."""
        axes = np.diag(np.asarray(radii, dtype=np.float64))
        return cls(np.asarray(center, dtype=np.float64), axes if turn is None else turn @ axes)

    def bounds(self) -> Bounds:
        """Return the shadow's box, in cm."""
        half = np.linalg.norm(self.axes, axis=1)
        x, y = self.center[:2]
        return float(x - half[0]), float(x + half[0]), float(y - half[1]), float(y + half[1])

    def interval(self, x: Array, y: Array) -> Interval:
        """Solve |inverse(axes) (p - center)| = 1 for z."""
        inverse = np.linalg.inv(self.axes)
        form = inverse.T @ inverse
        dx, dy = x - self.center[0], y - self.center[1]
        linear = form[0, 2] * dx + form[1, 2] * dy
        constant = form[0, 0] * dx**2 + 2 * form[0, 1] * dx * dy + form[1, 1] * dy**2 - 1
        inside = linear**2 - form[2, 2] * constant
        half = np.sqrt(np.maximum(inside, 0)) / form[2, 2]
        middle = self.center[2] - linear / form[2, 2]
        return np.where(inside > 0, middle - half, np.inf), np.where(inside > 0, middle + half, -np.inf)

    def moved(self, turn: Array, shift: Array) -> Ellipsoid:
        """Return the ellipsoid mapped by the matrix, then shifted."""
        return Ellipsoid(turn @ self.center + shift, turn @ self.axes)


@dataclass(frozen=True, eq=False)
class RoundCone:
    """The convex hull of two spheres: a capsule where the radii agree, a sphere where the ends do.

    It is the union of the spheres at start + t (end - start), t in [0, 1], whose radius runs linearly. On a ray the
    exit is the maximum over t of z(t) + sqrt(q(t)), q = A t^2 + B t + C: for A < 0 a concave function, whose maximum
    has a closed form. For A >= 0 (one sphere's shadow covers the other's) the hull of the two spheres' intervals is
    taken: exact for a capsule seen end-on, a little small for a cone.
    """

    start: Array
    end: Array
    start_radius: float
    end_radius: float

    @classmethod
    def between(cls, start: ArrayLike, end: ArrayLike, start_radius: float, end_radius: float) -> RoundCone:
        """Make one from two centers and two radii, in cm."""
        return cls(np.asarray(start, np.float64), np.asarray(end, np.float64), start_radius, end_radius)

    def bounds(self) -> Bounds:
        """Return the shadow's box, in cm."""
        (x, y, _), (u, v, _), r, s = self.start.tolist(), self.end.tolist(), self.start_radius, self.end_radius
        return min(x - r, u - s), max(x + r, u + s), min(y - r, v - s), max(y + r, v + s)

    def interval(self, x: Array, y: Array) -> Interval:
        """Return z of entry and exit from the closed form above."""
        dx, dy, dz = self.end - self.start
        widening = self.end_radius - self.start_radius
        a = float(widening**2 - dx**2 - dy**2)
        b = 2 * (self.start_radius * widening + dx * (x - self.start[0]) + dy * (y - self.start[1]))
        c = self.start_radius**2 - (x - self.start[0]) ** 2 - (y - self.start[1]) ** 2
        if a > -1e-9:
            return _two_spheres(float(self.start[2]), float(self.end[2]), c, a + b + c)
        peak = c - b**2 / (4 * a)
        reach = np.sqrt(np.maximum(peak, 0))
        middle, width = -b / (2 * a), reach / np.sqrt(-a)
        low, high = np.maximum(middle - width, 0), np.minimum(middle + width, 1)
        hit = (peak > 0) & (low < high)
        lead = dz * reach / np.sqrt(a * (a - dz**2))
        first, last = (np.minimum(np.maximum(middle + shift, low), high) for shift in (-lead, lead))
        near, far = self._surface(first, (a, b, c), -1), self._surface(last, (a, b, c), 1)
        return np.where(hit, near, np.inf), np.where(hit, far, -np.inf)

    def _surface(self, t: Array, quadratic: tuple[float, Array, Array], sign: int) -> Array:
        a, b, c = quadratic
        half = np.sqrt(np.maximum((a * t + b) * t + c, 0))
        return np.asarray(self.start[2] + t * (self.end[2] - self.start[2]) + sign * half)

    def moved(self, turn: Array, shift: Array) -> RoundCone:
        """Return the cone with its ends mapped and its radii scaled by the cube root of the determinant.

        Exact for rotations, mirrors and uniform scales; an uneven scale keeps the cone round.
        """
        scale = abs(float(np.linalg.det(turn))) ** (1 / 3)
        start, end = turn @ self.start + shift, turn @ self.end + shift
        return RoundCone(start, end, scale * self.start_radius, scale * self.end_radius)


def _two_spheres(start_z: float, end_z: float, start_square: Array, end_square: Array) -> Interval:
    near, far = np.full(start_square.shape, np.inf), np.full(start_square.shape, -np.inf)
    for z, square in ((start_z, start_square), (end_z, end_square)):
        half = np.sqrt(np.maximum(square, 0))
        near = np.where(square > 0, np.minimum(near, z - half), near)
        far = np.where(square > 0, np.maximum(far, z + half), far)
    return near, far
