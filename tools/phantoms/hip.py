"""The pelvis and hips, seen from the front.

Coordinates in cm: x to the patient's left, y toward the feet, z toward the back; the origin at the pelvic inlet.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from tools.phantoms.solids import Ellipsoid, RoundCone, rotation
from tools.phantoms.tissues import (
    CORTICAL,
    SOFT,
    SPONGY,
    Tissue,
    Tissues,
    arc,
    bone,
    bone_chain,
    chain,
    fat_lobules,
    fused,
    moved,
    shaft,
)

HEAD = np.array([9.3, 5.2, -0.5])


def hip(rng: Generator) -> Tissues:
    """Return the pelvis with both femora."""
    tissues = _flesh(rng) + _lumbar_spine() + _sacrum()
    turn = rng.uniform(-6, 6)
    for side in (-1, 1):
        half = _innominate(rng) + _femur(rng, turn + rng.uniform(-3, 3))
        tissues += moved(half, np.diag([side, 1.0, 1.0]))
    return moved(tissues, np.diag([rng.uniform(0.93, 1.05), 1.0, 1.0]))


def _flesh(rng: Generator) -> Tissues:
    girth = rng.uniform(0.95, 1.12)
    trunk = Ellipsoid.at((0, -8, 0), (17.2 * girth, 30, 10.2 * girth))
    thighs = [RoundCone.between((s * 8.2, 3, 0), (s * 10.4, 36, 0), 9.5 * girth, 7.2 * girth) for s in (-1, 1)]
    flanks = [RoundCone.between((s * 5.5, -22, 0), (s * 8.2, 3, 0), 9.0 * girth, 9.5 * girth) for s in (-1, 1)]
    tissues = [Tissue(SOFT, (trunk, *thighs, *flanks))]
    tissues += fat_lobules(rng, 16, ((-13, -18, -6), (13, 8, 6)), ((1, 1, 1), (5, 5, 3)))
    for _ in range(int(rng.integers(1, 9))):
        center, radii = rng.uniform((-9, -15, -5), (9, 2, 0)), rng.uniform(0.4, 1.5, 3)
        tissues.append(Tissue(float(rng.uniform(0.5, 0.9)) * -SOFT, (Ellipsoid.at(center, radii),)))
    return tissues


def _lumbar_spine() -> Tissues:
    tissues: Tissues = []
    for y in (-21.6, -17.9, -14.2, -10.6):
        across, deep = np.array([1.7, 0, 0]), np.array([0, 0, 0.8])
        center = np.array([0, y, 1.5])
        tissues += bone([RoundCone(center - s, center + s, 1.35, 1.35) for s in (across, deep)], 0.16)
        tissues += bone([RoundCone.between((0, y + 0.4, 4), (0, y + 1.8, 6.4), 0.5, 0.5)], 0.15)
        for side in (-1, 1):
            tissues += bone([Ellipsoid.at((side * 1.7, y - 0.4, 3.6), (0.55, 0.8, 0.8))], 0.18)
            tissues += bone([RoundCone.between((side * 2, y, 3.6), (side * 4.6, y - 0.5, 3.8), 0.5, 0.4)], 0.12)
            tissues += bone([RoundCone.between((side * 1.5, y + 0.4, 4.4), (side * 1.7, y + 2.4, 4.6), 0.6, 0.6)], 0.14)
    return tissues


def _sacrum() -> Tissues:
    halves = [RoundCone.between((side * 2.7, -7.2, 3.2), (side * 0.7, 0.2, 6.4), 1.75, 0.7) for side in (-1, 0, 1)]
    wings = [RoundCone.between((side * 3.2, -7.4, 3.2), (side * 4.3, -5.2, 3.8), 1.4, 1.0) for side in (-1, 1)]
    top = RoundCone.between((-1.9, -8.2, 2.2), (1.9, -8.2, 2.2), 1.1, 1.1)
    tissues = bone([*halves, *wings, top], 0.13)
    for index, (x, y) in enumerate(((2.3, -5.9), (2.0, -4.0), (1.6, -2.3), (1.2, -0.9))):
        for side in (-1, 1):
            hole = RoundCone.between((side * x, y, 4 + 0.6 * index), (side * (x + 0.35), y + 0.2, 5), 0.42, 0.36)
            tissues.append(Tissue(-0.8 * (SPONGY - SOFT), (hole,)))
            rim = arc((side * x, y, 5), ((side * 0.62, 0, 0), (0, -0.55, 0)), -20, 170, 9)
            tissues += chain(0.6 * (CORTICAL - SOFT), rim, 0.12)
    tissues += bone_chain([(0, -8, 6.0), (0, -5, 6.8), (0, -2.5, 7.4)], 0.45, 0.15)
    return tissues + bone_chain([(0, 0.9, 7.2), (0, 2.0, 7.0), (0.1, 2.9, 6.3)], (0.6, 0.5, 0.35), 0.12)


def _innominate(rng: Generator) -> Tissues:
    """Return the left hip bone: wing, column, pubis and ischium of bone; crest, pelvic brim and socket on it."""
    column = [
        RoundCone.between((5.2, -6.6, 3.2), (6.3, -2.8, 2.4), 0.8, 0.95),
        RoundCone.between((6.3, -2.8, 2.4), (8.1, 1.7, 0.8), 0.95, 1.35),
    ]
    brim = arc((0.4, 1.4, 0), ((6.3, 0, 0), (0, -6.0, 3.0)), -58, 50, 20)
    tissues = _wing(rng) + bone(column, 0.13) + _pubis_and_ischium(rng)
    return tissues + bone_chain(brim, 0.32, 0.26) + _socket()


def _wing(rng: Generator) -> Tissues:
    turn = rotation(z=22 + rng.uniform(-4, 4))
    center = np.array([9.6, -5.6, 1.0])
    blade = Ellipsoid.at(center, (5.1, 7.4, 0.8), turn)
    rim = arc((0, 0, 0), ((5.0, 0, 0), (0, -7.3, 0)), 0, 176, 30) @ turn.T + center
    fan = arc((0, 0, 0), ((3.8, 0, 0), (0, -5.0, 0)), -30, 200, 13) @ turn.T + center
    root = np.array([9.6, 2.2, 1.0])
    crest = bone_chain(rim, np.interp(np.linspace(0, 1, 30), (0, 0.2, 0.85, 1), (0.5, 0.42, 0.36, 0.25)), 0.16)
    shade = CORTICAL - SOFT
    cones = tuple(RoundCone(root, tip, 1.0, 0.42) for tip in fan)
    front = RoundCone.between((11.0, 1.4, 1.0), rim[0], 0.9, 0.45)
    return [Tissue(0.55 * shade, (blade, front, *cones)), *crest]


def _socket() -> Tissues:
    roof = arc(HEAD, ((2.8, 0, 0), (0, -2.8, 0)), 0, 215, 26)
    return bone_chain(roof, np.interp(np.linspace(0, 1, 26), (0, 0.35, 1), (0.2, 0.42, 0.22)), 0.25)


def _pubis_and_ischium(rng: Generator) -> Tissues:
    thick = rng.uniform(0.9, 1.08)
    nodes = [(6.8, 4.9, -2), (5.0, 6.4, -3.6), (3.0, 7.5, -4.6), (1.5, 8.0, -5), (1.25, 9.6, -4.8)]
    upper = shaft(nodes, np.array((1.3, 1.05, 0.95, 1.15, 0.95)) * thick, 0.16)
    nodes = [(1.8, 10.4, -4.6), (3.0, 11.6, -3), (4.8, 13.0, -1), (6.6, 12.4, 1.4)]
    lower = shaft(nodes, np.array((0.75, 0.7, 0.85, 1.3)) * thick, 0.16)
    nodes = [(7.6, 6.6, 1.4), (7.7, 9.2, 2), (6.9, 12.2, 1.6)]
    rear = shaft(nodes, np.array((1.5, 1.3, 1.45)) * thick, 0.16)
    return upper + fused(lower, rear)


def _femur(rng: Generator, turn: float) -> Tissues:
    ball = bone([Ellipsoid.at((0, 0, 0), (2.4, 2.4, 2.4))], 0.14)
    neck = bone([RoundCone.between((0.6, 0.5, 0), (3.9, 3.4, 0), 1.7, 2.1)], 0.16)
    greater = shaft([(4.9, 1.5, 0.6), (5.3, 3.6, 0.4), (4.6, 6.2, 0)], (0.75, 1.3, 1.75), 0.15)
    lesser = bone([RoundCone.between((3.0, 6.0, 0.9), (2.5, 6.8, 1.1), 1.0, 0.7)], 0.14)
    nodes = [(4.3, 5.4, 0), (4.2, 8.0, 0), (3.9, 12, -0.4), (2.7, 32, -1)]
    stem = shaft(nodes, (2.0, 1.75, 1.45, 1.38), (0.2, 0.45, 0.62, 0.64))
    crest = bone_chain([(4.6, 2.2, 1.4), (3.9, 4.4, 1.9), (2.8, 6.2, 1.6)], 0.3, 0.14)
    leg = fused(ball, neck, greater, lesser, stem) + crest
    return moved(leg, rotation(z=turn, y=rng.uniform(-12, 12)), HEAD)
