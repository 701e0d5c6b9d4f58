"""Draw a phantom: anatomy, pose and film, all from a name and a seed."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from tools.phantoms.chest import chest
from tools.phantoms.film import Collimation, Exposure, Image, Marker, collimate, detect, develop
from tools.phantoms.foot import foot
from tools.phantoms.hand import hand
from tools.phantoms.hip import hip
from tools.phantoms.projection import Field, project
from tools.phantoms.solids import Array, rotation
from tools.phantoms.tissues import LIMB_BEAM, TRUNK_BEAM, Tissues, moved

# Turns a foot, toes up and sole on the film, to its lateral view: the toes to the left, the leg up.
SIDEWAYS = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [-1.0, 0.0, 0.0]])


@dataclass(frozen=True, eq=False)
class Scene:
    """A posed phantom: its tissues, the film's center (x, y) and side in cm, the beam, and the range of the gamma."""

    tissues: Tissues
    x: float
    y: float
    side: float
    beam: int
    gamma: tuple[float, float]


CHEST_GAMMA = (0.75, 1.35)
HIP_GAMMA = (1.2, 2.1)
LIMB_GAMMA = (0.6, 1.05)


def draw_phantom(name: str, seed: int, size: int = 1024, marker: bool = True) -> Image:
    """Return the film, shape (size, size), denser is brighter; the same for the same arguments."""
    return draw_phantom_with_mask(name, seed, size, marker)[0]


def draw_phantom_with_mask(name: str, seed: int, size: int = 1024, marker: bool = True) -> tuple[Image, Image]:
    """Return the film and its body mask: 1 where a ray crosses tissue inside the collimated field, else 0.

    Raises:
        KeyError: no phantom has that name.
    """
    anatomy, pose, film = np.random.default_rng([seed, zlib.crc32(name.encode())]).spawn(3)
    scene = SCENES[name](anatomy)
    turn = rotation(x=pose.normal(0, 2.5), y=pose.normal(0, 2.5), z=pose.normal(0, 4.0))
    zoom = pose.uniform(0.88, 1.2)
    shift = pose.normal(0, 0.025, 2) * scene.side
    field = Field(scene.x + shift[0], scene.y + shift[1], scene.side * zoom, size)
    integral = project(moved(scene.tissues, turn), field, scene.beam)
    if pose.random() < 0.5:
        integral = integral[:, ::-1]
    return _expose(np.maximum(integral, 0), _exposure(film, scene.gamma), film, marker)


def _expose(integral: Array, exposure: Exposure, rng: Generator, marker: bool) -> tuple[Image, Image]:
    size = integral.shape[0]
    collimation, label = _collimation(rng), _marker(rng)
    body = (integral > 1e-3) & collimation.field(size)
    image = collimate(develop(detect(integral, exposure, rng), body, exposure), collimation)
    return (label.stamp(image) if marker else image), body.astype(np.uint8)


def _exposure(rng: Generator, gamma: tuple[float, float]) -> Exposure:
    return Exposure(
        quanta=float(np.exp(rng.uniform(np.log(400), np.log(8000)))),
        blur=rng.uniform(0.0006, 0.0018),
        detail=rng.uniform(0.5, 1.6),
        gamma=rng.uniform(*gamma),
        black=rng.uniform(0, 30),
        white=rng.uniform(205, 250),
    )


def _collimation(rng: Generator) -> Collimation:
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=np.float64)
    outside = float(rng.choice([0.0, 8.0, 235.0], p=[0.6, 0.2, 0.2]))
    margins = rng.uniform(-0.03, 0.06, 4)
    tilt = rotation(z=rng.normal(0, 1.2))[:2, :2]
    if rng.random() < 0.35:
        return Collimation(corners * 1.1 - 0.05, outside)
    left, top, right, bottom = margins
    corners = np.array([(left, top), (1 - right, top), (1 - right, 1 - bottom), (left, 1 - bottom)])
    return Collimation((corners - 0.5) @ tilt.T + 0.5, outside)


def _marker(rng: Generator) -> Marker:
    letter = str(rng.choice(["L", "R"]))
    x = rng.uniform(0.08, 0.13) if rng.random() < 0.5 else rng.uniform(0.87, 0.92)
    y = rng.uniform(0.08, 0.14) if rng.random() < 0.75 else rng.uniform(0.84, 0.92)
    return Marker(letter, x, y, rng.uniform(0.025, 0.05))


def _chest_frontal(rng: Generator) -> Scene:
    return Scene(chest(rng, arms_raised=False), 0, 0.5, 37, TRUNK_BEAM, CHEST_GAMMA)


def _chest_lateral(rng: Generator) -> Scene:
    return Scene(moved(chest(rng, arms_raised=True), rotation(y=90)), -1.5, 0.5, 37, TRUNK_BEAM, CHEST_GAMMA)


def _hip(rng: Generator) -> Scene:
    x, y, side = (0, 1, 42) if rng.random() < 0.7 else (9, 5, 26)
    return Scene(hip(rng), x, y, side, TRUNK_BEAM, HIP_GAMMA)


def _hand(rng: Generator) -> Scene:
    turn = rotation(z=rng.choice([0, 180]) + rng.normal(0, 12))
    x, y, _ = turn @ np.array([0, -4.5, 0])
    return Scene(moved(hand(rng), turn), x, y, rng.uniform(24, 36), LIMB_BEAM, LIMB_GAMMA)


def _foot(rng: Generator) -> Scene:
    if rng.random() < 0.5:
        tissues = moved(foot(rng, rng.uniform(-5, 15)), SIDEWAYS)
        return Scene(tissues, -11.5, -9.5, rng.uniform(31, 36), LIMB_BEAM, LIMB_GAMMA)
    turn = rotation(z=rng.choice([0, 180]) + rng.normal(0, 12))
    x, y, _ = turn @ np.array([0, -11, 0])
    return Scene(moved(foot(rng, rng.uniform(35, 70)), turn), x, y, rng.uniform(30, 38), LIMB_BEAM, LIMB_GAMMA)


SCENES: dict[str, Callable[[Generator], Scene]] = {
    "chest_frontal": _chest_frontal,
    "chest_lateral": _chest_lateral,
    "hip": _hip,
    "hand": _hand,
    "foot": _foot,
}
