"""The chest: one phantom for both views; the lateral view is the frontal one turned by 90 degrees.

Coordinates in cm: x to the patient's left, y toward the feet, z toward the back; the origin amid the lungs.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from tools.phantoms.solids import Array, Ellipsoid, RoundCone, Solid, rotation
from tools.phantoms.tissues import (
    CORTICAL,
    FAT,
    LUNG,
    SOFT,
    Tissue,
    Tissues,
    bone,
    bone_chain,
    fat_lobules,
    long_bone,
    moved,
)

RIB_WIDTHS = (5.6, 8.4, 10.4, 11.8, 12.8, 13.5, 13.9, 14.1, 13.9, 13.2)
RIB_DEPTHS = (3.9, 5.8, 7.2, 8.2, 8.8, 9.1, 9.2, 9.1, 8.8, 8.2)
RIB_DROPS = (2.6, 4.2, 5.6, 6.6, 7.4, 8.0, 8.4, 8.4, 8.0, 7.0)


def chest(rng: Generator, arms_raised: bool) -> Tissues:
    """Return the chest; the arms hang for a frontal view and are raised for a lateral one, all else is one trunk."""
    holes = _heart_and_vessels(rng)
    breadth = rng.uniform(0.93, 1.05)
    tissues = _trunk(rng) + _arms(rng, arms_raised)
    tissues += _lungs(rng, holes) + _airway() + _spine()
    for side in (-1, 1):
        tissues += _ribs(rng, side) + _shoulder(rng, side)
    tissues += _sternum() + _stomach(rng)
    return moved(tissues, np.diag([breadth, 1.0, 1.0]))


def _torso() -> tuple[Solid, ...]:
    trunk = Ellipsoid.at((0, 8, -0.4), (16.4, 34, 12.2))
    neck = RoundCone.between((0, -10, 0.5), (0, -26, 0), 6.2, 5.4)
    yoke = [RoundCone.between((side * 3, -13.5, 1), (side * 14.5, -10.8, 1), 4.4, 4.2) for side in (-1, 1)]
    return (trunk, neck, *yoke)


def _trunk(rng: Generator) -> Tissues:
    torso = _torso()
    tissues = [Tissue(SOFT, torso)]
    tissues += fat_lobules(rng, 14, ((-13, -12, -8), (13, 18, 6)), ((1.5, 2, 1), (5, 7, 2.5)))
    if rng.random() < 0.4:
        size = rng.uniform(3.5, 5.5)
        for side in (-1, 1):
            breast = Ellipsoid.at((side * 8, 6.5, -10.5), (size, size, 3.4))
            tissues.append(Tissue(FAT, (breast,), torso[:1]))
    return tissues


def _arms(rng: Generator, raised: bool) -> Tissues:
    tissues: Tissues = []
    for side in (-1, 1):
        head = np.array([side * 15.6, -13.4, -1.0]) if raised else np.array([side * 16.6, -10.6, 1.0])
        elbow = np.array([side * rng.uniform(12, 15), -36, -14]) if raised else np.array([side * 24, 20, 2])
        flesh = RoundCone.between(head, elbow, 4.2, 4.2)
        tissues.append(Tissue(SOFT, (flesh,), _torso()))
        along = (elbow - head) / np.linalg.norm(elbow - head)
        tissues += bone([Ellipsoid.at(head, (2.3, 2.3, 2.3))], 0.15)
        tissues += long_bone(head + 1.2 * along, elbow, (1.6, 1.15, 1.6), 0.4)
    return tissues


def _heart_and_vessels(rng: Generator) -> tuple[Solid, ...]:
    size = rng.uniform(0.88, 1.15)
    tilt = rotation(z=rng.uniform(28, 42))
    heart = Ellipsoid.at((2.7, 6.4, -3.6), np.array([7.0, 5.2, 4.8]) * size, tilt)
    mediastinum = RoundCone.between((0, -15, 1.5), (0.2, 9, 1.0), 2.2, 3.2)
    aorta = RoundCone.between((1.9, -5.0, 1.5), (1.6, 16, 5.6), 1.7, 1.5)
    return heart, mediastinum, aorta


def _lungs(rng: Generator, middle: tuple[Solid, ...]) -> Tissues:
    tissues: Tissues = []
    breath = rng.uniform(-1.2, 1.2)
    for side in (-1, 1):
        level = 8.6 + breath + (0.9 if side > 0 else 0) + 8.0
        dome = Ellipsoid.at((side * 6.2, level, -1.4), (7.9, 8.0, 10.4), rotation(x=-9))
        shape = Ellipsoid.at((side * 6.9, 5.5, -0.8), (6.5, 19.5, 9.4), rotation(x=-5, z=side * 4.0))
        tissues.append(Tissue(LUNG - SOFT, (shape,), (*middle, dome)))
        tissues += _lung_vessels(rng, side, shape)
    return tissues


def _lung_vessels(rng: Generator, side: int, lung: Ellipsoid) -> Tissues:
    root = np.array([side * 3.2, -0.5, 0.8])
    tissues: Tissues = [Tissue(SOFT - LUNG, (Ellipsoid.at(root, (1.0, 2.0, 1.2)),))]
    inverse = np.linalg.inv(lung.axes)
    tips = [(root + rng.normal(0, 0.5, 3), _unit(rng.normal((side * 0.8, 0.2, 0), 0.9)), 0.42) for _ in range(10)]
    while tips:
        start, direction, radius = tips.pop()
        end = start + direction * rng.uniform(1.2, 2.6)
        if radius < 0.11 or np.linalg.norm(inverse @ (end - lung.center)) > 0.93 or end[1] > 9:
            continue
        tissues.append(Tissue(SOFT - LUNG, (RoundCone(start, end, radius, 0.85 * radius),)))
        for _ in range(2):
            tips.append((end, _unit(direction + rng.normal(0, 0.38, 3)), radius * rng.uniform(0.66, 0.86)))
    return tissues


def _unit(vector: Array) -> Array:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float64)


def _airway() -> Tissues:
    trachea = RoundCone.between((0, -26, 0), (0.3, -3.6, 1.6), 0.95, 0.9)
    bronchi = [RoundCone.between((0.3, -3.6, 1.6), (side * 3.4, -0.8, 1.6), 0.75, 0.6) for side in (-1, 1)]
    return [Tissue(-SOFT, (trachea,)), *(Tissue(-0.7 * SOFT, (tube,)) for tube in bronchi)]


def _spine() -> Tissues:
    tissues: Tissues = []
    y = -24.0
    for index in range(17):
        height = 1.6 + 0.085 * index
        y += height
        wide = 1.15 + 0.05 * index
        tissues += _vertebra(np.array([0, y, _spine_depth(y)]), wide, 0.455 * height)
        y += 0.16
    return tissues


def _spine_depth(y: float) -> float:
    """Return z of the vertebrae at a level: the thoracic kyphosis."""
    return float(4.3 + 1.9 * np.cos((y - 1) / 11))


def _vertebra(center: Array, wide: float, half: float) -> Tissues:
    across, deep = np.array([wide - half / 2, 0, 0]), np.array([0, 0, 0.55 * wide])
    body: list[Solid] = [RoundCone(center - step, center + step, half, half) for step in (across, deep)]
    body += [RoundCone(center + deep - across, center + deep + across, half, half)]
    tissues = bone(body, 0.07)
    back = center + np.array([0, 0.2, 2.5])
    tissues += bone([RoundCone(back, back + np.array([0, 1.7, 1.6]), 0.42, 0.3)], 0.06)
    for side in (-1, 1):
        pedicle = center + np.array([side * 0.72 * wide, -0.25, 2.0])
        tissues += bone([Ellipsoid.at(pedicle, (0.45, 0.6, 0.9))], 0.07)
        tip = pedicle + np.array([side * 1.9, -0.2, 0.9])
        tissues += bone([RoundCone(pedicle, tip, 0.42, 0.38)], 0.07)
    return tissues


def _ribs(rng: Generator, side: int) -> Tissues:
    tissues: Tissues = []
    thick = rng.uniform(0.9, 1.12)
    for index, (wide, deep, drop) in enumerate(zip(RIB_WIDTHS, RIB_DEPTHS, RIB_DROPS, strict=True)):
        angle = np.radians(np.linspace(13, 152, 16))
        fraction = np.linspace(0, 1, 16)
        x = side * wide * np.sin(angle) ** 0.9
        level = -15.2 + 2.42 * index
        z = _spine_depth(level) + 1.3 + deep * (np.cos(angle) - 1)
        y = level - 0.9 * np.sin(np.pi * fraction * 2.2) * (fraction < 0.45) + drop * fraction**1.25
        radii = thick * np.interp(fraction, (0, 0.1, 0.8, 1), (0.5, 0.48, 0.52, 0.66))
        tissues += bone_chain(np.stack([x, y, z], axis=1), radii, 0.13)
    return tissues


def _shoulder(rng: Generator, side: int) -> Tissues:
    lift = rng.uniform(-0.8, 0.8)
    inner = [(1.7, -10.6, -6.2), (4.6, -11.4, -6.4), (8.4, -12.3, -4.6)]
    collarbone = np.array([*inner, (12, -13.2 - lift, -2), (15.2, -13.6 - lift, 0.4)])
    tissues = bone_chain(collarbone * (side, 1, 1), (0.8, 0.62, 0.55, 0.6, 0.75), 0.16)
    blade = Ellipsoid.at((side * 12.6, -5.2, 6.2), (3.4, 7.2, 0.45), rotation(y=side * 32, z=side * -10))
    tissues.append(Tissue(0.55 * (CORTICAL - SOFT), (blade,)))
    edge = np.array([(14.6, -10.2, 3.6), (13.9, -6.5, 4.6), (11.4, 0.8, 6.0)])
    tissues += bone_chain(edge * (side, 1, 1), 0.42, 0.14)
    ridge = np.array([(9.6, -8.2, 7.2), (13.2, -11.4, 5.8), (16.2, -13.2, 2.6)])
    tissues += bone_chain(ridge * (side, 1, 1), (0.35, 0.5, 0.75), 0.14)
    return tissues + bone([Ellipsoid.at((side * 14.9, -10.4, 2.2), (0.9, 1.9, 1.3))], 0.15)


def _sternum() -> Tissues:
    handle = RoundCone.between((0, -9.4, -6.9), (0, -5.8, -8.6), 0.65, 0.55)
    wings = [RoundCone.between((side * 1.9, -9.2, -6.9), (side * 0.9, -5.9, -8.6), 0.6, 0.5) for side in (-1, 1)]
    body = [RoundCone.between((x, -5.2, -8.8), (x, 4.6, -11.2), 0.5, 0.55) for x in (-0.9, 0, 0.9)]
    return bone([handle, *wings], 0.12) + bone(body, 0.12)


def _stomach(rng: Generator) -> Tissues:
    if rng.random() < 0.3:
        return []
    bubble = Ellipsoid.at((6.8, 13.6, -2.0), rng.uniform((1.4, 0.9, 1.2), (3.0, 1.8, 2.6)))
    return [Tissue(-0.9 * SOFT, (bubble,))]
