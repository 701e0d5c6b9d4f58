import cv2
import numpy as np
import pytest

from camdash.rendering.color import STEPS, blend_table, colors, opacities, opencv_table, ramp
from camdash.rendering.looks import CLASSIC, EVIDENCE, LOOKS, OWN_SCALE, POSITIVE
from camdash.rendering.scale import Look


@pytest.mark.parametrize("look", LOOKS)
def test_a_table_has_256_rows_of_rgb(look: Look) -> None:
    assert look.table.shape == (256, 3)
    assert look.table.dtype == np.uint8


AGAINST_AND_FOR = {
    **{0: (30, 70, 250), 63: (34, 135, 252), 64: (34, 137, 252), 127: (92, 206, 255)},
    **{128: (255, 184, 46), 185: (255, 120, 24), 186: (255, 119, 24), 255: (238, 34, 24)},
}
GOLDEN = {
    EVIDENCE: AGAINST_AND_FOR,
    OWN_SCALE: AGAINST_AND_FOR,
    POSITIVE: {0: (150, 12, 50), 89: (214, 48, 30), 178: (252, 141, 24), 179: (252, 143, 24), 255: (255, 228, 84)},
    CLASSIC: {0: (0, 0, 128), 32: (0, 0, 255), 96: (2, 255, 254), 223: (255, 0, 0), 255: (128, 0, 0)},
}
"""The colors at the ends of each ramp and beside its bends, worked by hand: rows of a ramp of n lie at i / (n - 1)."""


@pytest.mark.parametrize("look", GOLDEN)
def test_each_table_has_the_colors_that_legends_and_readers_know(look: Look) -> None:
    found = {row: tuple(look.table[row].tolist()) for row in GOLDEN[look]}
    assert found == GOLDEN[look]


def test_a_ramp_is_straight_between_its_anchors() -> None:
    found = ramp((0, (0, 10, 200)), (0.5, (100, 10, 100)), (1, (100, 250, 0)), rows=5)
    assert found.tolist() == [[0, 10, 200], [50, 10, 150], [100, 10, 100], [100, 130, 50], [100, 250, 0]]
    assert found.dtype == np.uint8
    assert ramp((0, (0, 0, 0)), (1, (255, 255, 255))).tolist() == [[row] * 3 for row in range(256)]


def test_an_opencv_table_is_its_color_map_in_red_green_and_blue() -> None:
    table = opencv_table("viridis")
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    np.testing.assert_allclose(table[[0, 255]], [[68, 1, 84], [253, 231, 37]], atol=2)  # as matplotlib publishes it
    with pytest.raises(AttributeError):
        opencv_table("rainbows")


def test_evidence_against_is_blue_and_evidence_for_is_red() -> None:
    for row in EVIDENCE.table[:128].astype(int):
        assert row[2] > row[0] + 100
    for row in EVIDENCE.table[128:].astype(int):
        assert row[0] > row[2] + 100


def test_positive_grows_brighter_with_the_evidence() -> None:
    luminance = POSITIVE.table @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luminance) > -1).all()
    assert luminance[-1] > luminance[0] + 150


def test_classic_is_jet_in_rgb_blue_at_the_lowest_and_red_at_the_highest() -> None:
    np.testing.assert_array_equal(CLASSIC.table[[0, 255]], [[0, 0, 128], [128, 0, 0]])
    bgr = cv2.applyColorMap(np.array([[37]], np.uint8), cv2.COLORMAP_JET)[0, 0]
    np.testing.assert_array_equal(CLASSIC.table[37], bgr[::-1])


def test_a_color_between_two_rows_is_their_mean() -> None:
    rows = POSITIVE.table.astype(float)
    between = colors(POSITIVE, np.array([100.5 / 255], np.float32))
    np.testing.assert_allclose(between[0], (rows[100] + rows[101]) / 2, atol=1e-3)


def test_opacity_follows_the_strength_of_the_evidence_except_in_classic() -> None:
    positions = np.array([0, 0.25, 0.5, 1], np.float32)
    np.testing.assert_allclose(opacities(EVIDENCE, positions, 0.8), [0.8, 0.4, 0, 0.8], atol=1e-6)
    np.testing.assert_allclose(opacities(POSITIVE, positions, 0.8), [0, 0.2, 0.4, 0.8], atol=1e-6)
    np.testing.assert_allclose(opacities(CLASSIC, positions, 0.8), [0.8] * 4, atol=1e-6)


def test_the_blend_of_no_evidence_is_the_grey_itself() -> None:
    np.testing.assert_allclose(blend_table(EVIDENCE, 1)[STEPS // 2], [0, 0, 0, 1], atol=1e-6)


def test_the_two_signs_stay_apart_for_each_common_color_blindness() -> None:
    # Linear RGB matrices of Vienot, Brettel and Mollon 1999 for protanopia and deuteranopia.
    protan = np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]])
    deutan = np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]])
    linear = (EVIDENCE.table / 255) ** 2.2
    for blindness in (protan, deutan):
        against, favor = linear[127 - np.arange(128)] @ blindness.T, linear[128 + np.arange(128)] @ blindness.T
        assert (np.linalg.norm(against - favor, axis=1) > 0.5).all()
