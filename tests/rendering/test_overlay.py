import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from camdash.rendering.color import colors, opacities
from camdash.rendering.looks import CLASSIC, EVIDENCE, LOOKS, OWN_SCALE, POSITIVE
from camdash.rendering.overlay import overlay
from camdash.rendering.scale import Look, Scale, scales

GREY = np.array([[0, 100, 200, 255]], np.uint8)
VALUES = np.array([[-4, 0, 2, 4]], np.float32)


def _scale(look: Look) -> Scale:
    return scales([VALUES], look)[0]


def test_the_strongest_evidence_at_full_opacity_is_the_ends_of_the_table() -> None:
    drawn = overlay(GREY, VALUES, _scale(EVIDENCE), 1)
    np.testing.assert_array_equal(drawn[0, 0], EVIDENCE.table[0])
    np.testing.assert_array_equal(drawn[0, 3], EVIDENCE.table[255])


def test_half_the_limit_at_full_opacity_is_an_even_blend() -> None:
    color = colors(EVIDENCE, np.array([0.75], np.float32))[0]
    drawn = overlay(GREY, VALUES, _scale(EVIDENCE), 1)[0, 2]
    np.testing.assert_allclose(drawn, (200 + color) / 2, atol=1)


@pytest.mark.parametrize("look", [EVIDENCE, POSITIVE, OWN_SCALE])
def test_no_evidence_leaves_the_radiograph_untouched(look: Look) -> None:
    np.testing.assert_array_equal(overlay(GREY, VALUES, _scale(look), 1)[0, 1], [100, 100, 100])


def test_positive_leaves_evidence_against_untouched() -> None:
    np.testing.assert_array_equal(overlay(GREY, VALUES, _scale(POSITIVE), 1)[0, 0], [0, 0, 0])


@pytest.mark.parametrize("look", LOOKS)
def test_no_opacity_leaves_the_radiograph_untouched(look: Look) -> None:
    drawn = overlay(GREY, VALUES, _scale(look), 0)
    np.testing.assert_array_equal(drawn, np.repeat(GREY[..., None], 3, axis=2))


@pytest.mark.parametrize("look", LOOKS)
def test_what_the_network_did_not_see_is_left_untouched(look: Look) -> None:
    values = VALUES.copy()
    values[0, 2] = np.nan
    np.testing.assert_array_equal(overlay(GREY, values, _scale(look), 1)[0, 2], [200, 200, 200])


@pytest.mark.parametrize("look", LOOKS)
def test_a_flat_map_leaves_the_radiograph_untouched(look: Look) -> None:
    zeros = np.zeros_like(VALUES)
    drawn = overlay(GREY, zeros, scales([zeros], look)[0], 1)
    np.testing.assert_array_equal(drawn, np.repeat(GREY[..., None], 3, axis=2))


def test_classic_is_an_even_blend_of_jet_and_radiograph() -> None:
    drawn = overlay(GREY, VALUES, _scale(CLASSIC), 0.5)
    np.testing.assert_allclose(drawn[0, 0], [0, 0, 64], atol=1)
    np.testing.assert_allclose(drawn[0, 3], [192, 128, 128], atol=1)


def test_over_black_an_overlay_is_color_alone_and_black_where_nothing_was_seen() -> None:
    values = np.array([[-4, np.nan, 4]], np.float32)
    drawn = overlay(np.zeros(values.shape, np.uint8), values, _scale(CLASSIC), 1.0)
    np.testing.assert_array_equal(drawn[0], [[0, 0, 128], [0, 0, 0], [128, 0, 0]])


@given(st.sampled_from(LOOKS), st.floats(0, 1), st.integers(0, 255), st.integers(0, 2**31))
def test_an_overlay_is_within_a_level_of_the_formula(look: Look, opacity: float, level: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(0, 2, (8, 9)).astype(np.float32)
    grey = np.full(values.shape, level, np.uint8)
    scale = scales([values], look)[0]
    drawn = overlay(grey, values, scale, opacity)
    assert np.abs(drawn - _formula(grey, values, scale, opacity)).max() <= 1


def _formula(grey: NDArray[np.uint8], values: NDArray[np.float32], scale: Scale, opacity: float) -> NDArray[np.float64]:
    positions = np.clip((values.astype(float) - scale.low) / (scale.high - scale.low), 0, 1).ravel()
    color = colors(scale.look, positions.astype(np.float32))
    share = opacities(scale.look, positions.astype(np.float32), opacity)[:, None]
    mixed = grey.ravel()[:, None] * (1 - share) + color * share
    return np.asarray(np.round(mixed).reshape(*grey.shape, 3), np.float64)
