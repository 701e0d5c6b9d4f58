"""The foot: one phantom for the dorsoplantar and the lateral view.

Coordinates in cm: x across with the great toe on the left, y from the toes toward the heel, z from the sole (0) up the
leg, so that the beam of a dorsoplantar view runs along z.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from tools.phantoms.solids import Array, Ellipsoid, RoundCone, Solid, rotation
from tools.phantoms.tissues import SOFT, Tissue, Tissues, bone, fat_lobules, fused, long_bone, moved, shaft

# Metatarsals from base to head, and the widths of their bones.
RAYS: tuple[tuple[tuple[float, float, float], tuple[float, float, float], float], ...] = (
    ((-1.9, -14.4, 4.0), (-2.7, -20.0, 1.7), 1.45),
    ((-0.6, -14.2, 4.6), (-0.9, -20.9, 1.6), 0.9),
    ((0.5, -13.9, 4.3), (0.6, -20.3, 1.5), 0.86),
    ((1.6, -13.3, 3.6), (2.0, -19.4, 1.4), 0.86),
    ((2.7, -12.1, 2.5), (3.4, -18.2, 1.2), 0.9),
)
# Radii in cm at base, shaft and head of a toe's three bones.
PHALANGES = ((0.60, 0.36, 0.48), (0.46, 0.34, 0.40), (0.38, 0.20, 0.26))
ANKLE = np.array([0.0, -7.0, 7.4])


def foot(rng: Generator, plantar_flexion: float) -> Tissues:
    """Return a foot and its leg, flexed at the ankle by degrees from the right angle."""
    thick = rng.uniform(0.92, 1.1)
    flesh: list[Solid] = _sole()
    tissues: Tissues = []
    for index, (base, head, width) in enumerate(RAYS):
        bones, pads = _ray(rng, index, np.array(base), np.array(head), width * thick)
        tissues += bones
        flesh += pads
    tissues += _hindfoot() + _midfoot()
    leg, calf = _leg(thick)
    turn = rotation(x=-plantar_flexion)
    tissues += moved(leg, turn, ANKLE)
    flesh += [solid.moved(turn, ANKLE) for solid in calf]
    fat = fat_lobules(rng, 10, ((-2, -18, 1.5), (2, -3, 4)), ((0.4, 0.6, 0.3), (1.4, 2.4, 1.0)))
    return moved([Tissue(SOFT, tuple(flesh)), *fat, *tissues], np.eye(3) * rng.uniform(0.92, 1.06))


def _ray(rng: Generator, index: int, base: Array, head: Array, width: float) -> tuple[Tissues, list[Solid]]:
    tissues = long_bone(base, head, (0.82 * width**0.5 * 0.9, 0.44 * width, 0.66 * width), 0.2)
    girth = 1.35 if index == 0 else 1.0
    flesh: list[Solid] = [RoundCone(base, head, 1.6, 1.25 * girth)]
    lengths = (3.3, 2.4) if index == 0 else (2.5 - 0.12 * index, 1.15 - 0.06 * index, 0.9)
    angle = float(np.degrees(np.arctan2(head[0] - base[0], base[1] - head[1])))
    angle = angle * 0.3 + (rng.uniform(0, 14) if index == 0 else -1.6 * index + rng.uniform(-3, 3))
    joint = np.array([head[0], head[1], max(head[2] - 0.1, 1.1)])
    for bone_index, long in enumerate(lengths):
        along = rotation(z=angle) @ np.array([0, -1.0, -0.06])
        joint = joint + along * 0.14
        tip = joint + along * long
        shape = PHALANGES[bone_index if index else 2 * bone_index]
        scale = min(width, 1.25)
        tissues += long_bone(joint, tip, (shape[0] * scale, shape[1] * scale, shape[2] * scale), 0.12)
        flesh.append(RoundCone(joint, tip + along * 0.2, 0.98 * girth, 0.8 * girth))
        joint = tip
    return tissues, flesh


def _sole() -> list[Solid]:
    return [
        Ellipsoid.at((0.2, -4.4, 3.6), (3.5, 5.2, 3.7)),
        RoundCone.between((0.2, -6, 4.4), (0.0, -13.5, 3.5), 3.4, 3.2),
        RoundCone.between((-1.2, -13, 3.6), (-1.8, -18.5, 2.1), 2.9, 2.0),
        RoundCone.between((1.4, -9, 2.6), (2.4, -16.5, 1.9), 2.6, 1.9),
        RoundCone.between((0.0, -6, 5.5), (0.0, -9, 6.0), 3.6, 3.0),
    ]


def _hindfoot() -> Tissues:
    heel: list[Solid] = [
        RoundCone.between((0.3, -2.5, 2.9), (0.5, -6.2, 3.6), 1.95, 1.65),
        RoundCone.between((0.5, -6.2, 3.6), (1.1, -9.2, 3.5), 1.65, 1.15),
        RoundCone.between((-0.4, -6.2, 4.4), (-0.9, -7.4, 4.7), 0.9, 0.6),
    ]
    talus: list[Solid] = [
        Ellipsoid.at((-0.1, -7.0, 6.5), (1.9, 2.4, 1.5)),
        RoundCone.between((-0.3, -8.2, 6.1), (-0.9, -10.3, 5.7), 1.2, 1.25),
        RoundCone.between((0.2, -5.4, 6.0), (0.2, -4.6, 5.9), 0.9, 0.5),
    ]
    return bone(heel, 0.16) + bone(talus, 0.15)


def _midfoot() -> Tissues:
    blocks: tuple[tuple[ArrayLike, ArrayLike, float], ...] = (
        ((-1.1, -11.95, 5.2), (1.6, 0.62, 1.35), 8),
        ((1.7, -11.0, 3.3), (1.2, 1.5, 1.15), -12),
        ((-1.9, -13.35, 4.3), (0.85, 1.05, 1.4), 5),
        ((-0.7, -13.25, 4.9), (0.62, 0.78, 1.0), 0),
        ((0.35, -12.95, 4.5), (0.62, 0.95, 1.1), -5),
    )
    tissues: Tissues = []
    for center, radii, turn in blocks:
        tissues += bone([Ellipsoid.at(center, radii, rotation(z=turn, x=-14))], 0.12)
    for x in (-3.2, -2.2):
        tissues += bone([Ellipsoid.at((x, -19.3, 0.75), (0.4, 0.55, 0.35))], 0.08)
    return tissues


def _leg(thick: float) -> tuple[Tissues, list[Solid]]:
    """Return the leg's bones and flesh, with the ankle's axis at the origin and the leg along z."""
    shin = [(-0.1, 0.1, 2.6), (-0.2, 0.1, 5.5), (-0.4, 0.2, 11), (-0.4, 0.4, 34)]
    tissues = shaft(shin, np.array([1.75, 1.35, 1.2, 1.3]) * thick, (0.13, 0.25, 0.4, 0.5))
    plafond: list[Solid] = [RoundCone.between((-1.3, 0, 1.95), (1.0, 0, 2.1), 1.15, 1.15)]
    malleolus: list[Solid] = [RoundCone.between((-1.9, 0.1, 1.6), (-2.1, 0.1, -0.2), 0.95, 0.6)]
    tissues = fused(tissues, bone(plafond, 0.14), bone(malleolus, 0.12))
    fibula = [(2.2, 0.7, -1.0), (2.25, 0.7, 1.8), (2.1, 0.7, 6), (1.9, 0.6, 34)]
    tissues += shaft(fibula, np.array([0.7, 0.8, 0.55, 0.6]) * thick, (0.1, 0.14, 0.25, 0.28))
    calf: list[Solid] = [
        RoundCone.between((0, 0.2, 1), (0, 0.6, 9), 3.4, 3.5),
        RoundCone.between((0, 0.6, 9), (0, 1.0, 34), 3.5, 5.4),
        RoundCone.between((0, 3.4, 0), (0, 2.6, 9), 1.6, 1.8),
    ]
    return tissues, calf
