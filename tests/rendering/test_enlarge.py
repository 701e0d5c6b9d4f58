import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from camdash.networks.placement import Grid, Placement
from camdash.rendering.enlarge import enlarge

# Cells on network pixels 0, 4, 8, ...; the radiograph fills the input as it is.
PLAIN = Placement((9, 9), (9, 9), (1, 1), (0, 0), Grid(4, 0))
MAP = np.array([[0, 4, 8], [8, 12, 16], [0, 0, -8]], np.float32)


def test_a_cell_centre_has_the_cells_own_value() -> None:
    np.testing.assert_allclose(enlarge(MAP, PLAIN)[::4, ::4], MAP, atol=1e-6)


def test_between_two_cell_centres_lies_their_mean() -> None:
    drawn = enlarge(MAP, PLAIN)
    assert drawn[0, 2] == pytest.approx(2)
    assert drawn[2, 0] == pytest.approx(4)
    assert drawn[2, 2] == pytest.approx(6)


def test_edge_values_are_held_beyond_the_outermost_centres() -> None:
    offset = Placement((16, 16), (16, 16), (1, 1), (0, 0), Grid(4, 4))
    drawn = enlarge(MAP, offset)
    np.testing.assert_allclose(drawn[:5, :5], 0, atol=1e-6)
    np.testing.assert_allclose(drawn[12:, 12:], -8, atol=1e-6)


def test_the_grid_as_it_is_has_no_values_but_those_of_its_cells() -> None:
    drawn = enlarge(MAP, PLAIN, smooth=False)
    np.testing.assert_allclose(drawn[0], [0, 0, 4, 4, 4, 4, 8, 8, 8], atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "origin", "rows", "columns"),
    [
        ((9, 13), (0, -2), (0, 9), (2, 11)),
        ((13, 9), (-2, 0), (2, 11), (0, 9)),
        ((12, 14), (-1, -3), (1, 10), (3, 12)),
    ],
    ids=["at the sides", "above and below", "all around, nowhere alike"],
)
def test_a_crop_leaves_what_the_network_did_not_see_without_a_value(
    shape: tuple[int, int], origin: tuple[int, int], rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    # Of the radiograph's pixels the network saw nine rows and nine columns, from the crop's edge on.
    seen = np.zeros(shape, np.bool_)
    seen[slice(*rows), slice(*columns)] = True
    drawn = enlarge(MAP, Placement(shape, (9, 9), (1, 1), origin, Grid(4, 0)))
    np.testing.assert_array_equal(np.isfinite(drawn), seen)
    np.testing.assert_allclose(drawn[seen].reshape(9, 9)[::4, ::4], MAP, atol=1e-6)


def test_padding_shifts_the_cells() -> None:
    padded = Placement((9, 5), (9, 9), (1, 1), (0, 2), Grid(4, 0))
    np.testing.assert_allclose(enlarge(MAP, padded)[0], [2, 3, 4, 5, 6], atol=1e-6)


def test_a_map_of_one_cell_is_the_same_everywhere() -> None:
    np.testing.assert_allclose(enlarge(np.array([[3]], np.float32), PLAIN), 3, atol=1e-6)


@given(arrays(np.float32, (3, 3), elements=st.floats(-9, 9, width=32)), st.booleans())
def test_no_value_lies_beyond_those_of_the_map(values: np.ndarray, smooth: bool) -> None:
    drawn = enlarge(values, PLAIN, smooth)
    assert drawn.dtype == np.float32
    assert drawn.min() >= values.min() - 1e-4
    assert drawn.max() <= values.max() + 1e-4


@given(arrays(np.float32, (2, 3, 3), elements=st.floats(-9, 9, width=32)), st.booleans())
def test_the_enlarged_sum_is_the_sum_of_the_enlarged(pair: np.ndarray, smooth: bool) -> None:
    together = enlarge(pair[0] + pair[1], PLAIN, smooth)
    np.testing.assert_allclose(together, enlarge(pair[0], PLAIN, smooth) + enlarge(pair[1], PLAIN, smooth), atol=1e-4)


@pytest.mark.parametrize("smooth", [True, False])
def test_a_cell_that_is_not_known_leaves_only_its_own_pixels_unknown(smooth: bool) -> None:
    known = np.where(np.eye(3)[0], np.nan, MAP).astype(np.float32)  # the left column is not known
    drawn, whole = enlarge(known, PLAIN, smooth), enlarge(MAP, PLAIN, smooth)
    # The cells lie on columns 0, 4 and 8: a smooth edge reaches to column 3, the grid's to the middle between them.
    edge = 4 if smooth else 2
    assert np.isnan(drawn[:, :edge]).all()
    np.testing.assert_allclose(drawn[:, edge:], whole[:, edge:], atol=1e-6)
