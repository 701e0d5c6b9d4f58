"""Windows, lookup tables and what they draw: worked by hand from the standard's formulas."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camdash.images.radiograph import Radiograph
from camdash.images.window import Preset, VoiFunction, VoiLut, Window

EIGHT = np.array([[0, 51, 255]], np.uint8)


def test_a_linear_exact_window_shows_its_ends_as_black_and_white() -> None:
    found = Window(1500, 1000).grey(np.array([999, 1000, 1250, 2000, 2001]))
    np.testing.assert_allclose(found, [0, 0, 0.25, 1, 1])


def test_a_linear_window_counts_whole_values() -> None:
    # PS3.3, C.11.2.1.2.1 with centre 2048 and width 4096: 0 is black, 4095 is white
    window = Window(2048, 4096, VoiFunction.LINEAR)
    np.testing.assert_allclose(window.grey(np.array([0, 4095, 1365])), [0, 1, 1 / 3])
    assert window.ends == pytest.approx((0, 4095))


def test_a_linear_window_of_width_1_is_a_threshold() -> None:
    # the standard's own example: centre 2048, width 1: black at and below 2047.5, white above
    window = Window(2048, 1, VoiFunction.LINEAR)
    np.testing.assert_array_equal(window.grey(np.array([2047, 2047.5, 2048])), [0, 0, 1])


def test_a_sigmoid_window_is_a_logistic_curve() -> None:
    found = Window(100, 40, VoiFunction.SIGMOID).grey(np.array([100, 110, 90]))
    np.testing.assert_allclose(found, [0.5, 1 / (1 + math.exp(-1)), 1 / (1 + math.exp(1))])


def test_a_sigmoid_window_bears_values_far_away() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = Window(0, 1e-3, VoiFunction.SIGMOID).grey(np.array([-65535, 65535]))
    np.testing.assert_allclose(found, [0, 1], atol=1e-30)


@pytest.mark.parametrize(("centre", "width"), [(0, math.nan), (math.nan, 1), (0, math.inf), (1.7e308, 1e308)])
def test_a_window_is_finite(centre: float, width: float) -> None:
    with pytest.raises(ValueError, match="must be finite"):
        Window(centre, width)


@pytest.mark.parametrize(("entries", "highest"), [([], 255), ([0, 0], 0)])
def test_a_lookup_table_has_entries_and_a_white(entries: list[int], highest: int) -> None:
    with pytest.raises(ValueError, match="must have entries"):
        VoiLut(0, np.array(entries, np.uint16), highest)


@pytest.mark.parametrize("width", [0, -1])
def test_a_window_has_a_positive_width(width: float) -> None:
    with pytest.raises(ValueError, match="width must be positive"):
        Window(0, width)


def test_a_linear_window_is_at_least_1_wide() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Window(0, 0.5, VoiFunction.LINEAR)


def test_a_lookup_table_holds_its_ends_beyond_them() -> None:
    table = VoiLut(10, np.array([0, 1000, 4095], np.uint16), 4095)
    np.testing.assert_allclose(table.grey(np.array([0, 10, 11, 12, 500])), [0, 0, 1000 / 4095, 1, 1])
    assert table.window == Window.between(10, 12)


def test_the_lookup_table_stands_in_the_windows_place() -> None:
    film = Radiograph(EIGHT, Window.between(0, 255), "drawn", lut=VoiLut(51, np.array([0, 128, 255], np.uint16), 255))
    np.testing.assert_array_equal(film.display(), [[0, 0, 255]])
    np.testing.assert_allclose(film.through(film.window), [[0, 0.2, 1]], rtol=1e-6)


def test_grey_is_turned_over_last() -> None:
    film = Radiograph(EIGHT, Window.between(0, 255), "drawn", inverted=True)
    np.testing.assert_array_equal(film.display(), [[255, 204, 0]])
    np.testing.assert_allclose(film.through(Window.between(51, 255)), [[1, 1, 0]])
    np.testing.assert_array_equal(film.inverse().display(), EIGHT)


def test_padding_is_black_whichever_way_grey_is_turned_and_counts_for_nothing() -> None:
    padding = np.array([[True, False, False]])
    film = Radiograph(EIGHT, Window.between(51, 255), "drawn", padding=padding)
    np.testing.assert_array_equal(film.display(), [[0, 0, 255]])
    np.testing.assert_array_equal(film.inverse().display(), [[0, 255, 0]])
    assert film.full_range == pytest.approx((51, 255))


def test_nothing_but_padding_is_black() -> None:
    film = Radiograph(EIGHT, Window.between(0, 255), "drawn", padding=np.ones((1, 3), np.bool_))
    np.testing.assert_array_equal(film.display(), np.zeros((1, 3)))
    assert film.full_range == pytest.approx((0, 255))


def test_the_presets_are_the_files_own_and_then_the_full_range() -> None:
    own = (Preset("Window 1", Window(10, 5)), Preset("Window 2", Window(20, 5)))
    film = Radiograph(EIGHT + 1, own[0].window, "drawn", own_presets=own)
    assert [preset.name for preset in film.presets] == ["Window 1", "Window 2", "Full range"]
    assert film.presets[-1].window == Window.between(0, 52)  # 255 + 1 begins anew


def test_without_windows_of_its_own_the_presets_are_the_default_and_the_full_range() -> None:
    narrow = Radiograph(EIGHT // 2, Window.between(0, 255), "drawn")
    assert [preset.name for preset in narrow.presets] == ["Default", "Full range"]
    assert [preset.name for preset in Radiograph(EIGHT, Window.between(0, 255), "drawn").presets] == ["Full range"]


@given(
    st.sampled_from([np.uint8, np.uint16, np.int16, np.float32]),
    st.sampled_from(list(VoiFunction)),
    st.floats(-40_000, 70_000),
    st.floats(1, 70_000),
    st.booleans(),
)
def test_whole_values_are_drawn_like_the_same_values_as_floats(
    kind: type[np.generic], function: VoiFunction, centre: float, width: float, inverted: bool
) -> None:
    values = np.random.default_rng(4).integers(0, 2**16, (5, 7)).astype(np.uint16).view(np.int16).astype(kind)
    film = Radiograph(values, Window(centre, width, function), "drawn", inverted=inverted)
    as_floats = Radiograph(values.astype(np.float32), film.window, "drawn", inverted=inverted)
    np.testing.assert_array_equal(film.grey(), as_floats.grey())
    np.testing.assert_array_equal(film.display(), as_floats.display())
    assert film.grey().dtype == np.float32
    assert 0 <= film.grey().min() <= film.grey().max() <= 1
