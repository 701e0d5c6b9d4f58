from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from camdash.evidence.analysis import Analysis, PlacedMaps
from camdash.evidence.maps import EvidenceMaps
from camdash.evidence.mean_map import SIDE, MeanMap, MeanMaps, regions
from camdash.networks.cards.card import Checkpoint
from camdash.networks.placement import Grid, Placement
from tests.conftest import small_card
from tests.support.small import softmax_of

NAMES = ("Hip", "Hand")
# A grid of 16 x 16 cells of 4 pixels, each centred on its tile.
GRID = Grid(4, 1.5)
STRETCHED = Placement((120, 90), (64, 64), (64 / 120, 64 / 90), (0, 0), GRID)
# Half as wide as high: 16 columns of padding on either side.
PADDED = Placement((128, 64), (64, 64), (0.5, 0.5), (0, 16), GRID)
# The middle half of the rows was seen.
CROPPED = Placement((128, 64), (64, 64), (1, 1), (-32, 0), GRID)


def analysis(values: NDArray[Any], predicted: int = 1, placement: Placement = STRETCHED) -> Analysis:
    """Return an analysis that predicts a class by its bias, whatever its map says."""
    maps = np.zeros((2, 16, 16), np.float32)
    maps[predicted] = values
    bias = np.zeros(2, np.float32)
    bias[predicted] = 1000
    evidence = EvidenceMaps(maps, bias)
    return Analysis(
        softmax_of(NAMES, evidence), Checkpoint("x", Path("x"), "0" * 64, small_card()), PlacedMaps(evidence, placement)
    )


def mean_of(*analyses: Analysis) -> MeanMap:
    sums = MeanMaps()
    for one in analyses:
        sums.add(one)
    (mean,) = sums.means()
    return mean


def shares(mean: MeanMap) -> dict[str, float]:
    return {one.region: one.evidence for one in mean.shares}


def cell(row: int, column: int, value: float = 1.0) -> NDArray[Any]:
    values = np.zeros((16, 16), np.float32)
    values[row, column] = value
    return values


@pytest.mark.parametrize(
    ("row", "column", "corner"),
    [
        (0, 0, "top left corner"),
        (0, 15, "top right corner"),
        (15, 0, "bottom left corner"),
        (15, 15, "bottom right corner"),
    ],
)
def test_evidence_in_one_corner_alone_gives_it_the_share_one(row: int, column: int, corner: str) -> None:
    # The outermost cell's centre lies at 1/32 of the side, its neighbour's at 3/32, where its weight is nought: within
    # the tenth.
    found = shares(mean_of(analysis(cell(row, column))))
    assert found.pop(corner) == pytest.approx(1)
    assert found.pop("outer tenth") == pytest.approx(1)
    assert list(found.values()) == pytest.approx([0, 0, 0])


def test_evidence_in_the_middle_gives_no_share_to_any_edge() -> None:
    assert list(shares(mean_of(analysis(cell(8, 8)))).values()) == pytest.approx([0] * 5)


def test_even_evidence_gives_each_region_the_share_of_its_area() -> None:
    found = mean_of(analysis(np.ones((16, 16)))).shares
    assert [one.area for one in found] == pytest.approx([0.36, 0.01, 0.01, 0.01, 0.01])
    assert [one.evidence for one in found] == pytest.approx([0.36, 0.01, 0.01, 0.01, 0.01])


def test_evidence_against_takes_no_part_in_the_shares() -> None:
    values = cell(0, 0, 2.0) + cell(15, 15, -7.0)
    assert shares(mean_of(analysis(values)))["top left corner"] == pytest.approx(1)


def test_without_positive_evidence_there_are_no_shares() -> None:
    assert mean_of(analysis(-np.ones((16, 16)))).shares == ()


def test_the_mean_is_that_of_the_maps() -> None:
    mean = mean_of(analysis(np.full((16, 16), 3.0)), analysis(np.full((16, 16), -1.0), placement=PADDED))
    np.testing.assert_allclose(mean.values, 1, rtol=1e-6)
    assert (mean.name, mean.count) == ("Hand", 2)


def test_a_body_that_moves_fades_and_a_marker_that_stays_does_not() -> None:
    found = shares(mean_of(*(analysis(cell(0, 0) + cell(4 + k, 8) - cell(5 + k, 8)) for k in range(8))))
    # The bodies cancel but for the first, an eighth of the marker, and the last, which is against.
    assert found["top left corner"] > 0.8


def test_padding_has_no_place_in_the_unit_square() -> None:
    values = np.zeros((16, 16), np.float32)
    values[:, :3] = values[:, 13:] = 50.0  # padding alone: the radiograph fills columns 4 to 11
    values[:, 4] = 1.0
    mean = mean_of(analysis(values, placement=PADDED))
    assert 0.9 < mean.values.max() <= 1  # the padding's 50 shows nowhere; no sample lies on the cell's very centre
    # Column 4 is the radiograph's first of eight: centred on 1/16 of its width.
    assert int(np.argmax(mean.values[25])) == SIDE // 16


def test_what_a_crop_did_not_see_stays_blank_until_another_saw_it() -> None:
    ones = np.ones((16, 16))
    cropped = mean_of(analysis(ones, placement=CROPPED))
    assert np.isnan(cropped.values[:12]).all()
    assert np.isfinite(cropped.values[14:36]).all()
    assert {one.region: one.area for one in cropped.shares}["top left corner"] == pytest.approx(0)
    both = mean_of(analysis(ones, placement=CROPPED), analysis(3 * ones, placement=STRETCHED))
    assert both.values[0, 0] == pytest.approx(3)
    assert both.values[25, 25] == pytest.approx(2)


def test_each_radiograph_counts_for_the_class_that_is_predicted_on_it() -> None:
    sums = MeanMaps()
    for predicted in (1, 0, 1):
        sums.add(analysis(np.full((16, 16), 1.0 + predicted), predicted))
    assert [(one.name, one.count) for one in sums.means()] == [("Hip", 1), ("Hand", 2)]
    assert [float(one.values.mean()) for one in sums.means()] == pytest.approx([1, 2])


def test_regions_are_the_tenths_of_the_square() -> None:
    found = regions()
    assert found["outer tenth"].sum() == SIDE**2 - (SIDE - 2 * SIDE // 10) ** 2
    corners = [region for name, region in found.items() if name != "outer tenth"]
    assert all((region & found["outer tenth"]).sum() == region.sum() for region in corners)
    assert np.sum(corners, axis=0).max() == 1


@given(seeds=st.lists(st.integers(0, 2**16), min_size=1, max_size=5), factor=st.floats(0.01, 100))
def test_neither_order_nor_size_changes_the_shares(seeds: list[int], factor: float) -> None:
    maps = [np.random.default_rng(seed).normal(size=(16, 16)) for seed in seeds]
    places = [STRETCHED, PADDED, CROPPED]
    one = mean_of(*(analysis(values, placement=places[k % 3]) for k, values in enumerate(maps)))
    turned = [analysis(factor * values, placement=places[k % 3]) for k, values in enumerate(maps)]
    other = mean_of(*reversed(turned))
    np.testing.assert_allclose(other.values, factor * one.values, rtol=1e-4, atol=1e-5 * factor)
    for before, after in zip(one.shares, other.shares, strict=True):
        assert 0 <= before.evidence <= 1
        assert after.evidence == pytest.approx(before.evidence, abs=1e-4)
