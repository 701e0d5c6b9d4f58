"""The hand and wrist, palm on the film.

Coordinates in cm: x across with the thumb on the left, y from the fingertips toward the elbow, z through the hand;
the origin at the wrist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from tools.phantoms.solids import Array, Ellipsoid, RoundCone, Solid, rotation
from tools.phantoms.tissues import SOFT, Tissue, Tissues, bone, fat_lobules, fused, long_bone, moved, shaft


@dataclass(frozen=True)
class Digit:
    """A ray of the hand: where its metacarpal starts, its angle from straight up and its bones' lengths in cm."""

    base: tuple[float, float, float]
    angle: float
    lengths: tuple[float, ...]
    width: float


DIGITS = (
    Digit((-2.25, -0.75, -0.9), -44, (4.5, 3.1, 2.3), 1.08),
    Digit((-1.55, -1.55, 0), -11, (6.6, 4.0, 2.4, 1.8), 1.0),
    Digit((-0.45, -1.75, 0.1), -2, (6.4, 4.5, 2.9, 1.9), 1.0),
    Digit((0.5, -1.55, 0.1), 7, (5.7, 4.2, 2.7, 1.9), 0.95),
    Digit((1.4, -1.15, 0), 17, (5.3, 3.3, 1.9, 1.7), 0.88),
)

CARPALS = (
    ((-1.35, 0.45, -0.2), (0.55, 0.95, 0.6), 35),
    ((-0.15, 0.75, 0), (0.78, 0.66, 0.7), 0),
    ((0.98, 0.55, 0.1), (0.68, 0.58, 0.6), -25),
    ((1.15, 0.62, -0.8), (0.42, 0.48, 0.45), 0),
    ((-2.0, -0.35, -0.4), (0.68, 0.60, 0.6), 30),
    ((-1.2, -0.72, 0), (0.48, 0.60, 0.6), 15),
    ((-0.22, -0.55, 0), (0.60, 1.0, 0.7), 0),
    ((0.82, -0.52, 0.1), (0.68, 0.80, 0.7), 20),
)


def hand(rng: Generator) -> Tissues:
    """Return a hand with its wrist and forearm."""
    spread = rng.uniform(0.6, 1.7)
    size = rng.uniform(0.9, 1.1)
    thick = rng.uniform(0.9, 1.12)
    flesh: list[Solid] = _palm()
    bones: Tissues = []
    for index, digit in enumerate(DIGITS):
        lean = rng.uniform(0.55, 1.25) if index == 0 else spread
        digit_bones, digit_flesh = _digit(digit, lean, thick, rng)
        bones += digit_bones
        flesh += digit_flesh
    for center, radii, turn in CARPALS:
        bones += bone([Ellipsoid.at(center, np.array(radii) * 1.02, rotation(z=turn))], 0.09)
    bones += _forearm(rng, thick)
    fat = fat_lobules(rng, 12, ((-3, -8, -0.6), (3, 12, 0.6)), ((0.3, 0.6, 0.2), (1.2, 2.5, 0.6)))
    return moved([Tissue(SOFT, tuple(flesh)), *fat, *bones], np.eye(3) * size)


def _digit(digit: Digit, lean: float, thick: float, rng: Generator) -> tuple[Tissues, list[Solid]]:
    joint = np.asarray(digit.base, dtype=np.float64)
    tissues: Tissues = []
    flesh: list[Solid] = []
    angle = digit.angle * (0.8 + 0.2 * lean)
    last = len(digit.lengths) - 1
    for index, long in enumerate(digit.lengths):
        along = rotation(z=angle) @ np.array([0, -1.0, 0.0])
        tip = joint + along * long
        tissues += _phalanx(joint, tip, index if index < last else 3, digit.width * thick)
        if index:
            girth = digit.width * (1.02 - 0.09 * index)
            flesh.append(RoundCone(joint, tip + (along * 0.15 if index == last else 0), girth + 0.04, girth - 0.08))
        else:
            flesh.append(RoundCone(joint, tip, 1.25, 1.15))
        joint = tip + along * rng.uniform(0.11, 0.2)
        angle += digit.angle * 0.5 * (lean - 0.8) if index == 0 else rng.uniform(-3, 3)
    return tissues, flesh


def _phalanx(joint: Array, tip: Array, index: int, width: float) -> Tissues:
    radii = ((0.72, 0.40, 0.66), (0.68, 0.40, 0.50), (0.56, 0.32, 0.44), (0.46, 0.20, 0.30))[index]
    base, shaft, head = (width * radius for radius in radii)
    return long_bone(joint, tip, (base, shaft, head), (0.19, 0.17, 0.13, 0.08)[index] * width)


def _palm() -> list[Solid]:
    wrist: Solid = Ellipsoid.at((0, 9.5, 0), (3.2, 14, 1.7))
    heel: Solid = Ellipsoid.at((-0.1, -1.2, -0.2), (3.3, 3.6, 1.7))
    palm: Solid = Ellipsoid.at((-0.2, -4.4, 0), (3.7, 4.2, 1.5))
    thenar: Solid = RoundCone.between((-1.8, -0.4, -0.9), (-3.4, -4.0, -0.8), 1.5, 0.8)
    arm: Solid = RoundCone.between((0, 4, 0), (0.2, 30, 0), 2.0, 4.2)
    return [wrist, heel, palm, thenar, arm]


def _forearm(rng: Generator, thick: float) -> Tissues:
    gap = rng.uniform(0.9, 1.1)
    shells = (0.10, 0.18, 0.26, 0.28)
    radius = [(-1.25, 2.65, 0), (-1.15, 4.6, 0), (-1.2 * gap, 11, 0), (-1.3 * gap, 28, 0)]
    ulna = [(1.4, 2.45, 0.2), (1.35, 4.2, 0.2), (1.25 * gap, 11, 0.1), (0.9 * gap, 28, 0)]
    styloid = bone([RoundCone.between((-1.95, 2.5, 0), (-2.0, 1.6, 0), 0.55, 0.3)], 0.1)
    end = bone([RoundCone.between((-1.4, 2.75, 0), (-0.3, 2.75, 0), 1.02, 0.95)], 0.12)
    point = bone([RoundCone.between((1.85, 2.3, 0.2), (1.9, 1.55, 0.2), 0.3, 0.2)], 0.06)
    tissues = fused(shaft(radius, np.array((0.95, 0.8, 0.66, 0.7)) * thick, shells), end, styloid)
    return tissues + fused(shaft(ulna, np.array((0.62, 0.5, 0.52, 0.66)) * thick, shells), point)
