"""Tissues: shapes built of solids, each with the attenuation by which it differs from what surrounds it.

Linear attenuation coefficients are per cm, at 60 keV (a trunk's beam) and at 40 keV (a limb's): mass attenuation
coefficient times density, both for the ICRU-44 tissues of NIST's tables
(https://physics.nist.gov/PhysRefData/XrayMassCoef/tab4.html); spongy bone is a mixture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from tools.phantoms.solids import Array, Ellipsoid, Interval, RoundCone, Solid

TRUNK_BEAM, LIMB_BEAM = 0, 1

SOFT = np.array([0.217, 0.285])
FAT = np.array([0.188, 0.228])
LUNG = np.array([0.053, 0.070])
CORTICAL = np.array([0.604, 1.278])
SPONGY = np.array([0.300, 0.520])


@dataclass(frozen=True, eq=False)
class Tissue:
    """A shape and how much more it attenuates than its surroundings.

    Attributes:
        attenuation: difference of the linear attenuation coefficients, per cm, shape (2,); negative for lung and gas.
        solids: their union is the shape. What lies between two of them on a ray counts as inside, so they must touch.
        holes: carved out of the shape, exactly.
    """

    attenuation: Array
    solids: tuple[Solid, ...]
    holes: tuple[Solid, ...] = ()

    def moved(self, turn: Array, shift: Array) -> Tissue:
        """Return the tissue mapped by the matrix, then shifted by cm."""
        solids = tuple(solid.moved(turn, shift) for solid in self.solids)
        return Tissue(self.attenuation, solids, tuple(hole.moved(turn, shift) for hole in self.holes))


Tissues = list[Tissue]


def moved(tissues: Iterable[Tissue], turn: Array, shift: ArrayLike = (0.0, 0.0, 0.0)) -> Tissues:
    """Return all tissues mapped by the matrix (a rotation, mirror or scale), then shifted by cm."""
    return [tissue.moved(turn, np.asarray(shift, dtype=np.float64)) for tissue in tissues]


def carved_length(near: Array, far: Array, holes: Sequence[Interval]) -> Array:
    """Return the length in cm of the intervals [near, far] outside all holes, by inclusion and exclusion."""
    if not holes:
        return np.asarray(np.maximum(far - near, 0))
    (enter, leave), *others = holes
    within = carved_length(np.maximum(near, enter), np.minimum(far, leave), others)
    return carved_length(near, far, others) - within


def chain(attenuation: Array, points: ArrayLike, radii: ArrayLike) -> Tissues:
    """Return a tube along a polyline: capsules minus the spheres that neighbors share.

    Each ray's sum is exact up to the thin wedges outside a bend, whatever lies behind one another: use it for ribs
    and rings. `points` has shape (n, 3); `radii` is one radius or n, in cm.
    """
    nodes = np.asarray(points, dtype=np.float64)
    sizes = np.broadcast_to(np.asarray(radii, dtype=np.float64), (len(nodes),))
    links = zip(nodes[:-1], nodes[1:], sizes[:-1], sizes[1:], strict=True)
    tubes = [Tissue(attenuation, (RoundCone(a, b, float(r), float(s)),)) for a, b, r, s in links]
    shared = zip(nodes[1:-1], sizes[1:-1], strict=True)
    return tubes + [Tissue(-attenuation, (RoundCone(node, node, float(r), float(r)),)) for node, r in shared]


def ring(attenuation: Array, center: ArrayLike, semi_axes: ArrayLike, tube: float, pieces: int = 48) -> Tissues:
    """Return a torus as a closed chain; `semi_axes` has shape (2, 3): the ellipse's two semi-axes, in cm."""
    points = arc(center, semi_axes, 0, 360, pieces + 1)
    closing = RoundCone(points[0], points[0], tube, tube)
    return [*chain(attenuation, points, tube), Tissue(-attenuation, (closing,))]


def arc(center: ArrayLike, semi_axes: ArrayLike, start: float, stop: float, count: int) -> Array:
    """Return (count, 3) points center + cos(angle) first + sin(angle) second, angles in degrees."""
    angles = np.radians(np.linspace(start, stop, count))
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.asarray(np.asarray(center) + circle @ np.asarray(semi_axes), dtype=np.float64)


def fat_lobules(rng: Generator, count: int, box: ArrayLike, sizes: ArrayLike) -> Tissues:
    """Return ellipsoids of more or less fat; `box` and `sizes`, shape (2, 3), bound their centers and radii in cm."""
    blobs = [Ellipsoid.at(rng.uniform(*np.asarray(box)), rng.uniform(*np.asarray(sizes))) for _ in range(count)]
    return [Tissue(rng.uniform(0.3, 1) * (FAT - SOFT), (blob,)) for blob in blobs]


def bone_chain(points: ArrayLike, radii: ArrayLike, cortex: float) -> Tissues:
    """Return a bony tube: a cortical chain with a spongy one inside; `cortex` is the shell's thickness in cm."""
    outer = np.asarray(radii, dtype=np.float64)
    inner = np.maximum(outer - cortex, 0.02)
    return chain(CORTICAL - SOFT, points, outer) + chain(SPONGY - CORTICAL, points, inner)


def bone(solids: Sequence[Solid], cortex: float | Sequence[float]) -> Tissues:
    """Return one bone: the union of solids in cortical bone, with the shrunken solids of spongy bone inside."""
    shells = [cortex] * len(solids) if isinstance(cortex, float) else list(cortex)
    inner = tuple(_shrunk(solid, shell) for solid, shell in zip(solids, shells, strict=True))
    return [Tissue(CORTICAL - SOFT, tuple(solids)), Tissue(SPONGY - CORTICAL, inner)]


def long_bone(start: ArrayLike, end: ArrayLike, radii: tuple[float, float, float], cortex: float) -> Tissues:
    """Return a waisted bone from tip to tip; radii at base, shaft and head; the shell is thick at the shaft only."""
    (base, shaft, head), (a, b) = radii, (np.asarray(start, np.float64), np.asarray(end, np.float64))
    along = (b - a) / np.linalg.norm(b - a)
    first, last = a + base * along, b - head * along
    nodes = [first, first + 0.34 * (last - first), first + 0.68 * (last - first), last]
    outer = (base, shaft, shaft * 0.97, head)
    inner = (base - 0.35 * cortex, shaft - cortex, shaft * 0.97 - cortex, head - 0.35 * cortex)
    return [Tissue(CORTICAL - SOFT, _links(nodes, outer)), Tissue(SPONGY - CORTICAL, _links(nodes, inner))]


def shaft(points: ArrayLike, radii: ArrayLike, shells: ArrayLike) -> Tissues:
    """Return one bone along a polyline; radii and thicknesses of the shell at its n points, in cm."""
    nodes, outer = list(np.asarray(points, dtype=np.float64)), np.asarray(radii, dtype=np.float64)
    inner = outer - np.asarray(shells, dtype=np.float64)
    return [
        Tissue(CORTICAL - SOFT, _links(nodes, outer.tolist())),
        Tissue(SPONGY - CORTICAL, _links(nodes, inner.tolist())),
    ]


def fused(*bones: Tissues) -> Tissues:
    """Return bones as one: the union of their cortical shapes, and of their spongy insides."""
    shapes = [tissue for tissues in bones for tissue in tissues]
    cortical = tuple(solid for shape in shapes if shape.attenuation[0] > 0 for solid in shape.solids)
    spongy = tuple(solid for shape in shapes if shape.attenuation[0] < 0 for solid in shape.solids)
    return [Tissue(CORTICAL - SOFT, cortical), Tissue(SPONGY - CORTICAL, spongy)]


def _links(nodes: Sequence[Array], radii: Sequence[float]) -> tuple[RoundCone, ...]:
    links = zip(nodes[:-1], nodes[1:], radii[:-1], radii[1:], strict=True)
    return tuple(RoundCone(a, b, max(r, 0.02), max(s, 0.02)) for a, b, r, s in links)


def _shrunk(solid: Solid, shell: float) -> Solid:
    if isinstance(solid, Ellipsoid):
        radii = np.linalg.norm(solid.axes, axis=0)
        return Ellipsoid(solid.center, solid.axes * np.maximum(1 - shell / radii, 0.05))
    if isinstance(solid, RoundCone):
        start, end = max(solid.start_radius - shell, 0.02), max(solid.end_radius - shell, 0.02)
        return RoundCone(solid.start, solid.end, start, end)
    raise TypeError(f"cannot shrink {type(solid).__name__}")
