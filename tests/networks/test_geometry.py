"""The grid's geometry: computed from the layers, and measured on linearised copies of the real networks."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from camdash.networks.architectures.building import build, features_of
from camdash.networks.architectures.families import RESNET
from camdash.networks.architectures.geometry import grid_of
from camdash.networks.placement import Grid


@pytest.mark.parametrize("architecture", RESNET.builders)
def test_every_resnet_centres_cell_i_on_pixel_32_i(architecture: str) -> None:
    with torch.device("meta"):
        features = features_of(build(architecture, 5, 1), RESNET)
    assert grid_of(features, RESNET.branches) == Grid(stride=32, offset=0)


@pytest.mark.parametrize(
    ("layers", "stride", "offset"),
    [
        ([nn.Conv2d(1, 1, 3, padding=1)], 1, 0),
        ([nn.Conv2d(1, 1, 2, stride=2)], 2, 0.5),  # pixels 0 and 1 make cell 0
        ([nn.Conv2d(1, 1, 16, stride=16)], 16, 7.5),
        ([nn.Conv2d(1, 1, 3, stride=2)], 2, 1),  # no padding: cell 0 is centred on pixel 1
        ([nn.Conv2d(1, 1, 3, dilation=2)], 1, 2),
        ([nn.AvgPool2d(2), nn.AvgPool2d(2)], 4, 1.5),
        ([nn.Conv2d(1, 1, 7, stride=2, padding=3), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], 4, 0),
        ([nn.Conv2d(1, 1, 3, stride=2, padding=1), nn.BatchNorm2d(1), nn.AvgPool2d(2)], 4, 1),
    ],
)
def test_stride_and_offset_by_hand(layers: list[nn.Module], stride: float, offset: float) -> None:
    assert grid_of(nn.Sequential(*layers), {}) == Grid(stride=stride, offset=offset)


def test_a_geometry_that_is_not_in_whole_pixels_is_a_bug_and_says_so() -> None:
    with pytest.raises(TypeError, match="whole pixels, not as 'same'"):
        grid_of(nn.Sequential(nn.Conv2d(1, 1, 3, padding="same")), {})


def linearised(architecture: str) -> nn.Module:
    """Return the real features as a linear, positive network in float64.

    Equal positive weights that sum to one, so that nothing overflows; batch norm and activations are the identity;
    max pooling is average pooling. With equal weights all channels of a layer are equal, so one of them is computed.
    """
    features = features_of(build(architecture, 3, 1), RESNET)
    _linearise(features)
    return features.double()


def _linearise(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d):
            single = nn.Conv2d(1, 1, child.kernel_size, child.stride, child.padding, bias=False)  # type: ignore[arg-type]
            setattr(module, name, single)
            nn.init.constant_(single.weight, 1 / single.weight.numel())
        elif isinstance(child, nn.BatchNorm2d | nn.ReLU):
            setattr(module, name, nn.Identity())
        elif isinstance(child, nn.MaxPool2d):
            setattr(module, name, nn.AvgPool2d(3, 2, 1, count_include_pad=True))
        else:
            _linearise(child)


def centroid_of_field(features: nn.Module, size: int, cell: tuple[int, int]) -> tuple[float, float]:
    """Return the centroid of what one cell sees of a square one-channel input: the gradient, as a distribution."""
    inputs = torch.zeros(1, 1, size, size, dtype=torch.float64, requires_grad=True)
    features(inputs)[0, 0, cell[0], cell[1]].backward()
    assert inputs.grad is not None
    field = inputs.grad[0, 0].numpy()
    assert not field[[0, -1]].any()
    assert not field[:, [0, -1]].any(), "the input cuts the field"
    rows, columns = np.indices(field.shape)
    return float((field * rows).sum() / field.sum()), float((field * columns).sum() / field.sum())


@pytest.mark.parametrize(("architecture", "size", "cell"), [("resnet34", 1024, (16, 15)), ("resnet50", 640, (10, 9))])
def test_centres_measured_on_the_linearised_network_are_32_i(
    architecture: str, size: int, cell: tuple[int, int]
) -> None:
    found = centroid_of_field(linearised(architecture), size, cell)
    grid = grid_of(features_of(build(architecture, 3, 1), RESNET), RESNET.branches)
    expected = [grid.offset + grid.stride * index for index in cell]
    assert expected == pytest.approx([32 * index for index in cell])
    np.testing.assert_allclose(found, expected, atol=0.1)


@pytest.mark.parametrize("make", [lambda: nn.MaxPool2d(3, 2, 1), lambda: nn.MaxPool2d(2, ceil_mode=True)])
def test_max_pooling_is_centred_where_its_window_is(make: Callable[[], nn.Module]) -> None:
    pooling = make()
    image = torch.zeros(1, 1, 9, 9)
    grid = grid_of(nn.Sequential(pooling), {})
    reached = []
    for pixel in range(9):
        single = image.clone()
        single[0, 0, pixel, 4] = 1
        if pooling(single)[0, 0, 2].max() > 0:
            reached.append(pixel)
    assert np.mean(reached) == pytest.approx(grid.offset + 2 * grid.stride)
