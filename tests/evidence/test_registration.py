"""The heat of a small bright spot lies on the spot, for a network whose answer is known."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from camdash.evidence.analysis import Analysis, analyse
from camdash.networks.architectures.geometry import grid_of
from camdash.networks.cards.card import Fit, Preprocessing
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.placement import Grid, Placement
from camdash.networks.preprocessing import place
from camdash.rendering.enlarge import enlarge
from tests.conftest import loaded, radiograph, split_of

PLACES = 50
MARGIN = 70
"""Network pixels that a spot keeps clear of the input's border: its heat reaches up to 64."""


def known_network(how: Preprocessing) -> LoadedCheckpoint:
    """Return five strided convolutions with positive weights by hand, as a resnet's are placed: stride 32, offset 0.

    The kernel (1, 2, 1) halves the resolution by interpolation, so five of them spread a point over the cells
    around it in proportion to their nearness: the centroid of its map is the point.
    """
    kernel = torch.outer(torch.tensor([1.0, 2.0, 1.0]), torch.tensor([1.0, 2.0, 1.0])) / 4
    layers: list[nn.Module] = []
    for _ in range(5):
        convolution = nn.Conv2d(1, 1, 3, stride=2, padding=1, bias=False)
        convolution.weight = nn.Parameter(kernel[None, None], requires_grad=False)
        layers += [convolution, nn.ReLU()]
    return loaded(nn.Sequential(*layers), torch.tensor([[1.0]]), [0.0], how)


def centroid(heat: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the row and the column on which the heat is centred; pixels that were not seen carry none."""
    seen = np.nan_to_num(heat.astype(np.float64))
    rows, columns = np.indices(heat.shape)
    return np.array([(seen * rows).sum() / seen.sum(), (seen * columns).sum() / seen.sum()])


def registered(analysis: Analysis) -> NDArray[np.float32]:
    return enlarge(analysis.maps.maps[0], analysis.placement)


def usual(analysis: Analysis) -> NDArray[np.float32]:
    """Return the map as every overlay of the field draws it: resized to the radiograph."""
    rows, columns = analysis.placement.radiograph_shape
    resized: NDArray[np.float32] = cv2.resize(analysis.maps.maps[0], (columns, rows), interpolation=cv2.INTER_LINEAR)
    return resized


def misses(
    how: Preprocessing, shape: tuple[int, int], draw: Callable[[Analysis], NDArray[np.float32]]
) -> NDArray[np.float64]:
    """Return how far the heat's centroid lies from each of 50 random spots, in network pixels: (50, 2), signed."""
    known, random, found = known_network(how), np.random.default_rng(5), []
    placement = place(shape, how, known.network.grid)
    for _ in range(PLACES):
        row, column = (int(random.integers(*corners(placement, axis))) for axis in (0, 1))
        spot = np.zeros(shape)
        spot[row : row + 3, column : column + 3] = 255
        drawn = draw(analyse(radiograph(spot), known))
        found.append((centroid(drawn) - [row + 1, column + 1]) * placement.scale)
    return np.array(found)


def corners(placement: Placement, axis: int) -> tuple[int, int]:
    """Return the half-open range of a spot's first pixels that keep it seen and clear of the input's border."""
    start, stop = placement.seen(axis)
    edges = np.array([MARGIN, placement.input_shape[axis] - MARGIN])
    low, high = (edges - placement.origin[axis]) / placement.scale[axis]
    return max(int(low) + 1, start), min(int(high), stop) - 3


CASES = [
    (Preprocessing((256, 320), Fit.STRETCH), (256, 320)),
    (Preprocessing((256, 320), Fit.STRETCH), (201, 333)),
    (Preprocessing((320, 256), Fit.PAD), (301, 230)),
    (Preprocessing((256, 256), Fit.PAD), (231, 256)),
    (Preprocessing((256, 256), Fit.CROP, resize=288), (277, 301)),
]


def test_the_known_network_is_centred_as_a_resnet_is() -> None:
    assert grid_of(split_of(known_network(CASES[0][0])).features, {}) == Grid(stride=32, offset=0)


@pytest.mark.parametrize(("how", "shape"), CASES)
def test_registered_heat_misses_the_spot_by_less_than_half_a_network_pixel(
    how: Preprocessing, shape: tuple[int, int]
) -> None:
    distances = np.hypot(*misses(how, shape, registered).T)
    assert distances.mean() < 0.5


def test_the_usual_enlargement_is_half_a_cell_off_down_and_right() -> None:
    how, shape = CASES[0]
    down, across = misses(how, shape, usual).mean(axis=0)
    assert down > 10
    assert across > 10
    np.testing.assert_allclose([down, across], 15.5, atol=2)
