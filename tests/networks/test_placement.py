"""Where a radiograph lies in the network's input: cell <-> network pixel <-> radiograph pixel, worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from camdash.evidence.maps import EvidenceMaps
from camdash.networks.cards.card import Fit, Preprocessing
from camdash.networks.placement import Grid, Placement
from camdash.networks.preprocessing import place

RESNET_GRID = Grid(stride=32, offset=0)
TILES = Grid(stride=32, offset=15.5)
"""The geometry of cells that tile the input, as of a patch embedding."""


def stretched(grid: Grid = RESNET_GRID) -> Placement:
    """100 x 200 stretched to 64 x 64: 0.64 and 0.32 network pixels per pixel."""
    return place((100, 200), Preprocessing((64, 64), Fit.STRETCH), grid)


def padded(grid: Grid = RESNET_GRID) -> Placement:
    """100 x 50 padded to 64 x 64: it becomes 64 x 32, with 16 columns of padding on either side."""
    return place((100, 50), Preprocessing((64, 64), Fit.PAD), grid)


def cropped(grid: Grid = RESNET_GRID) -> Placement:
    """100 x 200 cropped to 64 x 64: it becomes 64 x 128, of which 32 columns on either side are cut."""
    return place((100, 200), Preprocessing((64, 64), Fit.CROP, resize=64), grid)


@st.composite
def placements(draw: st.DrawFn) -> Placement:
    """Any radiograph in any input, fitted in any way, under a grid of any plausible geometry."""
    sides = st.integers(1, 400)
    how = Preprocessing(
        input_size=(draw(st.integers(16, 160)), draw(st.integers(16, 160))),
        fit=draw(st.sampled_from(list(Fit))),
        resize=draw(st.none() | st.integers(16, 300)),
    )
    grid = Grid(stride=float(draw(st.sampled_from([8, 16, 32]))), offset=draw(st.sampled_from([0.0, 7.5, 14.0, 15.5])))
    return place((draw(sides), draw(sides)), how, grid)


def test_stretch_scales_each_axis_by_its_own_factor() -> None:
    placement = stretched()
    assert placement.scale == pytest.approx((0.64, 0.32))
    assert placement.origin == pytest.approx((0, 0))
    # the centre of pixel 0 lies 0.5 * 0.64 = 0.32 network pixels from the edge: network pixel -0.18, cell -0.18 / 32
    assert placement.cells_of_pixels(0)[0] == pytest.approx(-0.18 / 32)
    assert placement.pixel_of_cell(0, 1) == pytest.approx(32.5 / 0.64 - 0.5)
    assert placement.pixel_of_cell(1, 1) == pytest.approx(32.5 / 0.32 - 0.5)
    assert (placement.seen(0), placement.seen(1)) == ((0, 100), (0, 200))


def test_pad_centres_the_radiograph_and_cells_may_lie_beside_it() -> None:
    placement = padded()
    assert placement.scale == pytest.approx((0.64, 0.64))
    assert placement.origin == pytest.approx((0, 16))
    assert placement.pixel_of_cell(1, 0) == pytest.approx((0.5 - 16) / 0.64 - 0.5)
    assert placement.pixel_of_cell(1, 1) == pytest.approx((32.5 - 16) / 0.64 - 0.5)
    assert (placement.seen(0), placement.seen(1)) == ((0, 100), (0, 50))


def test_crop_leaves_the_outer_pixels_unseen() -> None:
    placement = cropped()
    assert placement.scale == pytest.approx((0.64, 0.64))
    assert placement.origin == pytest.approx((0, -32))
    # pixel 49's centre lies at 49.5 * 0.64 - 32 = -0.32, outside; pixel 50's at 0.32; pixel 149's at 63.68
    assert (placement.seen(0), placement.seen(1)) == ((0, 100), (50, 150))
    assert placement.pixel_of_cell(1, 0) == pytest.approx(32.5 / 0.64 - 0.5)


def test_crop_without_a_resize_takes_the_inputs_larger_side() -> None:
    placement = place((50, 100), Preprocessing((64, 96), Fit.CROP), RESNET_GRID)
    assert placement.scale == pytest.approx((96 / 50, 192 / 100))
    assert placement.origin == pytest.approx((-16, -48))


def test_crop_to_less_than_the_input_is_padded() -> None:
    placement = place((100, 100), Preprocessing((64, 64), Fit.CROP, resize=32), RESNET_GRID)
    assert placement.scale == pytest.approx((0.32, 0.32))
    assert placement.origin == pytest.approx((16, 16))
    assert placement.seen(0) == (0, 100)


def test_a_radiograph_at_the_inputs_own_size_has_cell_i_on_pixel_32_i() -> None:
    placement = place((96, 128), Preprocessing((96, 128), Fit.STRETCH), RESNET_GRID)
    assert [placement.pixel_of_cell(1, cell) for cell in range(4)] == pytest.approx([0, 32, 64, 96])


def test_an_offset_of_the_grid_moves_the_cells_by_network_pixels() -> None:
    assert stretched(TILES).pixel_of_cell(0, 0) == pytest.approx(16 / 0.64 - 0.5)


@given(placements(), st.sampled_from([0, 1]))
def test_from_pixel_to_cell_and_back_is_the_same_pixel(placement: Placement, axis: int) -> None:
    cells = placement.cells_of_pixels(axis)
    assert len(cells) == placement.radiograph_shape[axis]
    back = [placement.pixel_of_cell(axis, cell) for cell in cells]
    np.testing.assert_allclose(back, np.arange(len(cells)), atol=1e-6)


@given(placements(), st.sampled_from([0, 1]))
def test_neighbouring_pixels_are_scale_over_stride_cells_apart(placement: Placement, axis: int) -> None:
    steps = np.diff(placement.cells_of_pixels(axis))
    np.testing.assert_allclose(steps, placement.scale[axis] / placement.grid.stride, rtol=1e-6)


@given(placements(), st.sampled_from([0, 1]))
def test_what_is_seen_are_the_pixels_whose_centres_lie_in_the_input(placement: Placement, axis: int) -> None:
    start, stop = placement.seen(axis)
    pixels = placement.cells_of_pixels(axis) * placement.grid.stride + placement.grid.offset
    inside = (pixels >= -0.5 - 1e-6) & (pixels <= placement.input_shape[axis] - 0.5 + 1e-6)
    assert 0 <= start <= stop <= placement.radiograph_shape[axis]
    assert inside[start:stop].all()
    assert not inside[: max(start - 1, 0)].any()
    assert not inside[stop + 1 :].any()


def test_nothing_lies_on_padding_when_there_is_none() -> None:
    np.testing.assert_allclose(stretched().padding_share((2, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(cropped().padding_share((2, 2)), 0, atol=1e-12)


def test_padding_share_of_cells_that_tile_the_input_by_hand() -> None:
    # 16 columns of padding on either side of 64: half of each 32-pixel tile
    np.testing.assert_allclose(padded(TILES).padding_share((2, 2)), np.full((2, 2), 0.5))


def test_padding_share_of_a_resnets_cells_by_hand() -> None:
    # cells are centred on pixels 0 and 32, so their tiles are [0, 16.5] and [16.5, 64]; the film covers [16, 48]
    left, right = 1 - 0.5 / 16.5, 1 - 31.5 / 47.5
    np.testing.assert_allclose(padded().padding_share((2, 2)), [[left, right], [left, right]])


def test_padding_on_both_axes_is_what_the_film_does_not_cover() -> None:
    placement = place((100, 100), Preprocessing((64, 64), Fit.CROP, resize=32), TILES)
    # the film covers the middle 32 x 32 of 64 x 64: a quarter of each tile
    np.testing.assert_allclose(placement.padding_share((2, 2)), np.full((2, 2), 0.75))


@given(placements())
def test_shares_lie_between_0_and_1_and_weighted_by_the_tiles_area_give_the_paddings_area(placement: Placement) -> None:
    count = [max(1, round(length / placement.grid.stride)) for length in placement.input_shape]
    share = placement.padding_share((count[0], count[1]))
    assert share.min() >= 0
    assert share.max() <= 1
    total = placement.input_shape[0] * placement.input_shape[1]
    covered = np.prod(
        [
            max(0.0, min(inside, origin + own * scale) - max(0.0, origin))
            for inside, origin, own, scale in zip(
                placement.input_shape, placement.origin, placement.radiograph_shape, placement.scale, strict=True
            )
        ]
    )
    areas = np.outer(*(tile_lengths(placement, axis, count[axis]) for axis in (0, 1)))
    assert float((share * areas).sum()) == pytest.approx(total - covered, abs=1e-6 * total)


def tile_lengths(placement: Placement, axis: int, count: int) -> NDArray[np.float64]:
    """Return the lengths of the cells' tiles, from half way to half way, in network pixels."""
    centres = placement.grid.offset + 0.5 + placement.grid.stride * np.arange(count)
    inner = np.clip((centres[1:] + centres[:-1]) / 2, 0, placement.input_shape[axis])
    return np.diff(np.concatenate([[0], inner, [placement.input_shape[axis]]]))


@given(placements(), st.integers(0, 2**32 - 1))
def test_evidence_on_padding_and_on_the_film_is_the_evidence(placement: Placement, seed: int) -> None:
    share = placement.padding_share((3, 4))
    maps = np.random.default_rng(seed).normal(0, 3, (5, 3, 4)).astype(np.float32)
    evidence = EvidenceMaps(maps, np.zeros(5, np.float32))
    together = evidence.on_padding(share) + evidence.on_padding(1 - share)
    np.testing.assert_allclose(together, evidence.evidence, atol=1e-6)


def test_evidence_on_padding_by_hand() -> None:
    maps = np.array([[[2, -4], [6, 0]], [[1, 1], [1, 1]]], np.float32)
    share = padded(TILES).padding_share((2, 2))
    on_padding = EvidenceMaps(maps, np.zeros(2, np.float32)).on_padding(share)
    np.testing.assert_allclose(on_padding, [0.5, 0.5])  # half of the means 1 and 1
