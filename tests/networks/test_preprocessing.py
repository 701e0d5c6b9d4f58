"""From a radiograph to the network's input, worked by hand, and as a law: things land where Placement says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from camdash.errors import ImageError
from camdash.images.radiograph import Radiograph
from camdash.images.window import Window
from camdash.networks.cards.card import Fit, Interpolation, Preprocessing
from camdash.networks.placement import Grid, Placement
from camdash.networks.preprocessing import network_input, place
from tests.conftest import radiograph

GRID = Grid(stride=32, offset=0)


def plane(values: list[list[float]], how: Preprocessing) -> NDArray[np.float32]:
    """Return the one-channel network input of these grey levels (0 to 255)."""
    inputs = network_input(radiograph(np.array(values)), how, 1)
    assert inputs.shape == (1, 1, *how.input_size)
    found: NDArray[np.float32] = inputs[0, 0].numpy()
    assert found.dtype == np.float32
    return found


def test_stretch_by_nearest_repeats_pixels() -> None:
    found = plane([[0, 255], [51, 102]], Preprocessing((4, 4), Fit.STRETCH, Interpolation.NEAREST))
    np.testing.assert_allclose(found, np.kron([[0, 1], [0.2, 0.4]], np.ones((2, 2))), rtol=1e-6)


def test_stretch_is_bilinear_between_pixel_centres() -> None:
    # output centres lie on -0.25, 0.25, 0.75 and 1.25 of the two pixels; beyond the outer ones the edge is held
    found = plane([[0, 255]], Preprocessing((1, 4), Fit.STRETCH))
    np.testing.assert_allclose(found, [[0, 0.25, 0.75, 1]], atol=1e-6)


def test_area_takes_the_mean_of_what_a_pixel_covers() -> None:
    found = plane([[0, 51, 102, 255]], Preprocessing((1, 2), Fit.STRETCH, Interpolation.AREA))
    np.testing.assert_allclose(found, [[0.1, 0.7]], atol=1e-6)


def test_pad_is_centred_and_has_the_pad_value() -> None:
    found = plane([[255] * 4] * 2, Preprocessing((4, 4), Fit.PAD, pad_value=0.25))
    np.testing.assert_allclose(found, np.repeat([[0.25], [1], [1], [0.25]], 4, axis=1))


def test_an_odd_row_of_padding_goes_below() -> None:
    how = Preprocessing((4, 4), Fit.PAD)
    np.testing.assert_allclose(plane([[255] * 4] * 3, how), [[1] * 4] * 3 + [[0] * 4])
    assert place((3, 4), how, GRID).origin == pytest.approx((0, 0))


def test_crop_keeps_the_middle() -> None:
    found = plane([[0, 51, 102, 255]] * 2, Preprocessing((2, 2), Fit.CROP, resize=2))
    np.testing.assert_allclose(found, [[0.2, 0.4]] * 2, rtol=1e-6)


def test_crop_of_a_radiograph_that_is_too_small_is_padded() -> None:
    found = plane([[255] * 2] * 2, Preprocessing((4, 4), Fit.CROP, resize=2, pad_value=0.5))
    np.testing.assert_allclose(found, np.pad(np.ones((2, 2)), 1, constant_values=0.5))


def test_mean_and_std_come_after_scaling_and_padding() -> None:
    found = plane([[0, 255]], Preprocessing((2, 2), Fit.PAD, pad_value=0.5, mean=(0.5,), std=(0.25,)))
    np.testing.assert_allclose(found, [[-2, 2], [0, 0]])


def test_three_channels_get_the_grey_image_thrice() -> None:
    inputs = network_input(radiograph(np.array([[0, 51], [102, 255]])), Preprocessing((2, 2), Fit.STRETCH), 3)
    assert inputs.shape == (1, 3, 2, 2)
    np.testing.assert_allclose(inputs[0], [[[0, 0.2], [0.4, 1]]] * 3, rtol=1e-6)


def test_each_channel_has_its_own_mean_and_std() -> None:
    how = Preprocessing((1, 1), Fit.STRETCH, mean=(0.0, 0.5, 1.0), std=(1.0, 0.5, 0.25))
    inputs = network_input(radiograph(np.array([[255]])), how, 3)
    np.testing.assert_allclose(inputs[0, :, 0, 0], [1, 1, 0])


def test_the_network_sees_the_default_window() -> None:
    values = np.array([[500, 1000], [1500, 3000]], np.uint16)
    inputs = network_input(Radiograph(values, Window(1500, 1000), "PNG"), Preprocessing((2, 2), Fit.STRETCH), 1)
    np.testing.assert_allclose(
        inputs[0, 0], np.array([[0, 0], [0.5, 1]])
    )  # 1000 is black, 2000 is white, beyond is clipped


def test_the_radiograph_is_not_changed() -> None:
    values = np.arange(12, dtype=np.uint8).reshape(3, 4)
    kept = values.copy()
    network_input(Radiograph(values, Window.between(0, 255), "PNG"), Preprocessing((3, 4), Fit.STRETCH), 1).add_(1)
    np.testing.assert_array_equal(values, kept)


@pytest.mark.parametrize("fit", list(Fit))
@pytest.mark.parametrize("interpolation", list(Interpolation))
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (9, 1), (2, 300)])
def test_the_smallest_radiographs_fill_their_share_of_the_input(
    fit: Fit, interpolation: Interpolation, shape: tuple[int, int]
) -> None:
    how = Preprocessing((8, 6), fit, interpolation)
    found = plane(np.full(shape, 255.0).tolist(), how)
    placement = place(shape, how, GRID)
    lengths = [
        min(inside, round(origin + own * scale)) - max(0, origin)
        for inside, origin, own, scale in zip(how.input_size, placement.origin, shape, placement.scale, strict=True)
    ]
    assert float(found.sum()) == pytest.approx(lengths[0] * lengths[1])


def test_a_strip_so_narrow_that_a_crop_would_fill_the_memory_is_refused() -> None:
    strip = Radiograph(np.zeros((2, 60_000), np.uint8), Window.between(0, 255), "PNG")
    with pytest.raises(ImageError, match="image of 2 x 60000 pixels is too narrow"):
        network_input(strip, Preprocessing((512, 512), Fit.CROP), 1)


SMOOTH = {Interpolation.BILINEAR: 0.06, Interpolation.BICUBIC: 0.06, Interpolation.AREA: 0.3}
"""Network pixels by which a spot may be off; OpenCV's area is not quite linear where one axis grows, one shrinks."""


@st.composite
def fittings(draw: st.DrawFn) -> tuple[tuple[int, int], Preprocessing]:
    """A radiograph's size and a way to fit it, both often odd."""
    shape = draw(st.integers(60, 200)), draw(st.integers(60, 200))
    size = draw(st.integers(64, 128)), draw(st.integers(64, 128))
    resize = draw(st.none() | st.integers(64, 160))
    how = Preprocessing(size, draw(st.sampled_from(list(Fit))), draw(st.sampled_from(list(SMOOTH))), resize)
    return shape, how


@given(fittings(), st.floats(0, 1), st.floats(0, 1))
def test_a_bright_spot_lands_on_the_network_pixel_that_placement_says(
    fitting: tuple[tuple[int, int], Preprocessing], down: float, across: float
) -> None:
    np.testing.assert_allclose(missed_by(*fitting, down, across), 0, atol=SMOOTH[fitting[1].interpolation])


@pytest.mark.parametrize("fit", list(Fit))
@pytest.mark.parametrize("shape", [(60, 75), (201, 127), (97, 63)])
def test_nearest_jumps_from_pixel_to_pixel_but_is_centred_over_many_places(fit: Fit, shape: tuple[int, int]) -> None:
    how = Preprocessing((128, 64), fit, Interpolation.NEAREST)
    misses = [missed_by(shape, how, part, 1 - part) for part in np.linspace(0, 1, 40)]
    np.testing.assert_allclose(np.mean(misses, axis=0), 0, atol=0.1)


def missed_by(shape: tuple[int, int], how: Preprocessing, down: float, across: float) -> NDArray[np.float64]:
    """Return by how many network pixels the centroid of a spot in the input misses what Placement says."""
    placement = place(shape, how, GRID)
    spread = [max(2 / scale, 1.5) for scale in placement.scale]
    spot = [spot_on(placement, axis, part, spread[axis]) for axis, part in ((0, down), (1, across))]
    profiles = [np.exp(-0.5 * ((np.arange(shape[axis]) - spot[axis]) / spread[axis]) ** 2) for axis in (0, 1)]
    found = network_input(radiograph(255 * np.outer(*profiles)), how, 1)[0, 0].numpy().astype(np.float64)
    rows, columns = np.indices(found.shape)
    centroid = np.array([(found * rows).sum(), (found * columns).sum()]) / found.sum()
    expected = [placement.cells_of_pixels(axis)[0] * 32 + spot[axis] * placement.scale[axis] for axis in (0, 1)]
    return np.asarray(centroid - expected)


def spot_on(placement: Placement, axis: int, part: float, spread: float) -> float:
    """Return a place for a spot, `part` of the way along what is seen, clear of every edge."""
    start, stop = placement.seen(axis)
    low, high = start + 4 * spread, stop - 1 - 4 * spread
    assert low <= high, "the spot does not fit"
    return low + part * (high - low)
