"""The phantoms: lengths worked by hand, Beer-Lambert's law, and laws of projection."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.draw_samples import MARKED, SAMPLE_SEEDS, draw_samples
from tools.phantoms import NAMES, draw_phantom, draw_phantom_with_mask
from tools.phantoms.chest import chest
from tools.phantoms.film import Exposure, Marker, detect
from tools.phantoms.projection import Field, project
from tools.phantoms.solids import Array, Ellipsoid, RoundCone, Solid, rotation
from tools.phantoms.tissues import LIMB_BEAM, SOFT, TRUNK_BEAM, Tissue, Tissues, chain, moved, ring
from tools.training.marker import mask_of, plate_on

ONE = np.array([1.0, 1.0])
ANGLES = st.floats(-180, 180)


def chord(solid: Solid, x: float, y: float) -> float:
    near, far = solid.interval(np.array([x]), np.array([y]))
    return float(np.maximum(far - near, 0)[0])


def volume(tissues: Tissues, side: float = 12, size: int = 240) -> float:
    field = Field(0, 0, side, size)
    return float(project(tissues, field, TRUNK_BEAM).sum() * field.pixel**2)


@pytest.mark.parametrize("turn", [np.eye(3), rotation(30, 50, 70)])
def test_chord_of_a_sphere_is_twice_the_leg_of_a_right_triangle(turn: Array) -> None:
    sphere = Ellipsoid.at((1, 2, 3), (5, 5, 5), turn)
    assert chord(sphere, 1, 2) == pytest.approx(10)
    assert chord(sphere, 4, 2) == pytest.approx(8)
    assert chord(sphere, 1, 7.01) == pytest.approx(0)


def test_chord_of_an_ellipsoid_follows_its_semi_axes() -> None:
    ellipsoid = Ellipsoid.at((0, 0, 0), (2, 3, 4))
    assert chord(ellipsoid, 0, 0) == pytest.approx(8)
    assert chord(ellipsoid, 1.2, 0) == pytest.approx(8 * 0.8)
    assert chord(ellipsoid.moved(rotation(x=90), np.zeros(3)), 0, 0) == pytest.approx(6)


def test_chord_of_a_capsule_side_on_is_that_of_a_cylinder() -> None:
    capsule = RoundCone.between((-3, 0, 0), (3, 0, 0), 1, 1)
    assert chord(capsule, 0, 0) == pytest.approx(2)
    assert chord(capsule, 2, 0.6) == pytest.approx(1.6)
    assert chord(capsule, 3.6, 0) == pytest.approx(1.6)
    assert chord(capsule, 4.01, 0) == pytest.approx(0)


def test_chord_of_a_capsule_end_on_is_its_length_and_a_cap_at_each_end() -> None:
    capsule = RoundCone.between((0, 0, -3), (0, 0, 3), 1, 1)
    assert chord(capsule, 0, 0) == pytest.approx(8)
    assert chord(capsule, 0.6, 0) == pytest.approx(6 + 1.6)


def test_chord_of_a_tilted_capsule_is_the_diameter_over_the_sine_of_its_angle_to_the_beam() -> None:
    capsule = RoundCone.between((-5, 0, -5), (5, 0, 5), 1, 1)
    assert chord(capsule, 0, 0) == pytest.approx(2 * np.sqrt(2))


def test_chord_of_a_cone_side_on_is_twice_the_radius_of_its_section() -> None:
    # Radii 2 and 1, 5 apart: the flank's angle has the sine 1/5; the section above the middle has radius 1.5 / cos.
    cone = RoundCone.between((0, 0, 0), (5, 0, 0), 2, 1)
    assert chord(cone, 2.5, 0) == pytest.approx(2 * 1.5 / np.sqrt(1 - 0.2**2))


def test_chord_of_a_torus_along_its_axis_is_that_of_its_tube() -> None:
    field = Field(0, 0, 10, 1001)
    torus = project(ring(ONE, (0, 0, 0), ((3, 0, 0), (0, 3, 0)), 1.0, pieces=96), field, TRUNK_BEAM)
    across = torus[500]
    for distance, expected in ((3.0, 2.0), (3.6, 1.6), (2.4, 1.6), (0.0, 0.0), (4.2, 0.0)):
        column = round((distance + 5) / field.pixel - 0.5)
        assert across[column] == pytest.approx(expected, abs=0.01)


def test_volume_of_a_torus_is_two_pi_squared_major_minor_squared() -> None:
    torus = ring(ONE, (0, 0, 0), ((3, 0, 0), (0, 3, 0)), 1.0)
    assert volume(torus) == pytest.approx(2 * np.pi**2 * 3, rel=0.01)


def test_a_hole_takes_its_own_length_from_the_ray_once() -> None:
    holes = Ellipsoid.at((0, 0, 0), (1, 1, 1)), Ellipsoid.at((0, 0, 1), (1, 1, 1))
    shape = Tissue(ONE, (Ellipsoid.at((0, 0, 0), (5, 5, 5)),), holes)
    line = project([shape], Field(0, 0, 0.01, 1), TRUNK_BEAM)
    assert line[0, 0] == pytest.approx(10 - 3, abs=1e-3)


@settings(deadline=None, max_examples=25)
@given(ANGLES, ANGLES, ANGLES)
def test_turning_a_solid_keeps_its_volume(x: float, y: float, z: float) -> None:
    turn = rotation(x, y, z)
    ellipsoid = [Tissue(ONE, (Ellipsoid.at((0.2, 0.1, 0.3), (1, 2, 3)),))]
    capsule = [Tissue(ONE, (RoundCone.between((-2, 0.5, 0), (1, 1, 1), 1, 1),))]
    length = float(np.sqrt(9 + 0.25 + 1))
    assert volume(moved(ellipsoid, turn)) == pytest.approx(4 / 3 * np.pi * 6, rel=0.01)
    assert volume(moved(capsule, turn)) == pytest.approx(np.pi * length + 4 / 3 * np.pi, rel=0.01)


@settings(deadline=None, max_examples=15)
@given(ANGLES, ANGLES)
def test_turning_a_bent_chain_keeps_its_volume(x: float, y: float) -> None:
    bent = chain(ONE, [(-3, 0, 0), (0, 0.4, 0.3), (2, 1, 1)], 0.7)
    assert volume(moved(bent, rotation(x, y))) == pytest.approx(volume(bent), rel=0.01)


@settings(deadline=None)
@given(ANGLES, ANGLES, ANGLES)
def test_rotations_keep_lengths(x: float, y: float, z: float) -> None:
    turn = rotation(x, y, z)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)


def test_a_slab_lets_through_what_beer_and_lambert_say() -> None:
    slab = [Tissue(SOFT, (Ellipsoid.at((0, 0, 0), (1e4, 1e4, 5)),))]
    field = Field(0, 0, 10, 16)
    exposure = Exposure(quanta=1e12, blur=0, detail=0, gamma=1, black=0, white=255)
    for beam, attenuation in ((TRUNK_BEAM, 0.217), (LIMB_BEAM, 0.285)):
        density = detect(project(slab, field, beam), exposure, np.random.default_rng(0))
        np.testing.assert_allclose(np.exp(-density), np.exp(-attenuation * 10), rtol=1e-3)


def test_quantum_noise_is_the_root_of_the_count() -> None:
    exposure = Exposure(quanta=400, blur=0, detail=0, gamma=1, black=0, white=255)
    density = detect(np.full((256, 256), 2.0), exposure, np.random.default_rng(0))
    assert density.std() == pytest.approx(1 / 20, rel=0.03)


def test_the_two_chest_views_project_one_volume() -> None:
    phantom = chest(np.random.default_rng(3), arms_raised=False)
    field = Field(0, 0, 120, 480)
    frontal = project(phantom, field, TRUNK_BEAM)
    lateral = project(moved(phantom, rotation(y=90)), field, TRUNK_BEAM)
    assert lateral.sum() == pytest.approx(frontal.sum(), rel=0.01)
    # What is level with the diaphragm in one view is level with it in the other.
    np.testing.assert_allclose(lateral[230:260].sum(axis=1), frontal[230:260].sum(axis=1), rtol=0.03)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_and_a_seed_fix_the_phantom(name: str) -> None:
    image = draw_phantom(name, 5, size=96)
    assert image.shape == (96, 96)
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, draw_phantom(name, 5, size=96))
    assert np.abs(image.astype(int) - draw_phantom(name, 6, size=96)).mean() > 1


@pytest.mark.parametrize("name", NAMES)
def test_the_body_is_brighter_than_the_air_around_it(name: str) -> None:
    image, body = draw_phantom_with_mask(name, 7005, size=128, marker=False)
    assert set(np.unique(body)) == {0, 1}
    assert image[body == 1].mean() > image[body == 0].mean() + 10


def test_the_marker_changes_only_its_corner() -> None:
    with_marker = draw_phantom("hand", 7005, size=256).astype(int)
    without = draw_phantom("hand", 7005, size=256, marker=False).astype(int)
    rows, columns = np.nonzero(with_marker != without)
    assert 0 < rows.size < 0.01 * with_marker.size
    assert np.ptp(rows) < 26
    assert np.ptp(columns) < 26


def test_a_marker_stands_where_it_is_told_to() -> None:
    stamped = Marker("L", x=0.9, y=0.1, height=0.05).stamp(np.zeros((400, 400), np.uint8))
    rows, columns = np.nonzero(stamped)
    assert (rows.min() + rows.max()) / 2 == pytest.approx(40, abs=4)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(360, abs=6)
    assert stamped.max() == 250


def test_draw_samples_writes_one_film_a_class_and_two_with_a_marker(tmp_path: Path) -> None:
    paths = draw_samples(tmp_path, size=64)
    assert list(SAMPLE_SEEDS) == list(NAMES)
    assert [path.stem for path in paths] == [*NAMES, *(f"{name}_marked" for name in MARKED)]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


def test_the_marked_samples_differ_from_the_others_by_their_markers_alone(tmp_path: Path) -> None:
    draw_samples(tmp_path, size=128)
    for name in MARKED:
        plain, marked = (cv2.imread(str(tmp_path / f"{stem}.png"), 0) for stem in (name, f"{name}_marked"))
        assert plain is not None
        assert marked is not None
        differs = (plain != marked).mean()
        assert mask_of(marked.shape, plate_on(marked.shape, marked.shape)).mean() / 2 < differs < 0.03
