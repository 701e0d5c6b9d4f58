"""A grid is measured where it is known to lie: for torchvision's networks, and for layers one by one."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from camdash.networks.architectures.building import build, features_of
from camdash.networks.architectures.families import Family
from camdash.networks.architectures.geometry import grid_of
from camdash.networks.architectures.of_timm.coordinates import even_grid, measured_grid
from camdash.networks.placement import Grid
from tests.networks.zoo import SMALLEST, SMALLEST_LAYERED

TORCHVISIONS = SMALLEST | SMALLEST_LAYERED


@pytest.mark.parametrize("architecture", TORCHVISIONS)
def test_torchvisions_networks_are_measured_where_their_layers_say(architecture: str) -> None:
    family: Family = TORCHVISIONS[architecture]
    features = features_of(build(architecture, 3, 1), family)
    expected = grid_of(features, family.branches)
    found = measured_grid(features, 1, (256, 320))
    assert found is not None
    assert (found.stride, found.offset) == pytest.approx((expected.stride, expected.offset))


@pytest.mark.parametrize(
    ("layers", "stride", "offset"),
    [
        ([nn.Conv2d(1, 2, 3, padding=1)], 1, 0),
        ([nn.Conv2d(1, 2, 2, stride=2)], 2, 0.5),
        ([nn.Conv2d(1, 2, 3, stride=2)], 2, 1),
        ([nn.Conv2d(1, 2, 3, dilation=2)], 1, 2),
        ([nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(1, 2, 3, stride=2)], 2, 1),  # TensorFlow's "same", of an even side
        ([nn.ReflectionPad2d(1), nn.AvgPool2d(3, 2)], 2, 0),
        ([nn.AvgPool2d(2), nn.AvgPool2d(2)], 4, 1.5),
        ([nn.MaxPool2d(3, 2, 1), nn.ReLU(inplace=True), nn.BatchNorm2d(1)], 2, 0),
        ([nn.PixelUnshuffle(4)], 4, 1.5),
    ],
)
def test_stride_and_offset_by_hand(layers: list[nn.Module], stride: float, offset: float) -> None:
    found = measured_grid(nn.Sequential(*layers).eval(), 1, (64, 64))
    assert found is not None
    assert (found.stride, found.offset) == pytest.approx((stride, offset))


class Made(nn.Module):
    """A module that is a function."""

    def __init__(self, function: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, inputs: Tensor) -> Any:
        return self.function(inputs)


def branches(inputs: Tensor) -> Tensor:
    """Centred on pixel 2 i + 0.5, and on 2 i."""
    return nn.functional.avg_pool2d(inputs, 2) + inputs[:, :, ::2, ::2]


def gated(inputs: Tensor) -> Tensor:
    gate = inputs.mean((2, 3), keepdim=True).sigmoid()
    return inputs[:, :, ::2, ::2] * gate.expand(-1, -1, 32, 32)


def attended(inputs: Tensor) -> Tensor:
    tokens = inputs[:, :, ::4, ::4].flatten(2).transpose(1, 2)
    mixed = nn.functional.scaled_dot_product_attention(tokens, tokens, tokens)
    return (tokens + mixed).transpose(1, 2).reshape(1, 1, 16, 16)


def summed(inputs: Tensor) -> Tensor:
    added = inputs[:, :, ::4, ::4].clone()
    added += added.amax((2, 3), keepdim=True)
    return added


@pytest.mark.parametrize(
    ("function", "stride", "offset"),
    [(branches, 2, 0.25), (gated, 2, 0), (attended, 4, 0), (summed, 4, 0)],
)
def test_branches_gates_and_attention(function: Callable[[Tensor], Tensor], stride: float, offset: float) -> None:
    """The mean of branches is taken; a gate moves nothing; attention leaves each token where it is."""
    found = measured_grid(Made(function), 1, (64, 64))
    assert found is not None
    assert (found.stride, found.offset) == pytest.approx((stride, offset))


def enlarged(inputs: Tensor) -> Tensor:
    return nn.functional.conv_transpose2d(inputs[:, :, ::32, ::32], torch.ones(1, 1, 2, 2), stride=2)


def folded(inputs: Tensor) -> Tensor:
    """Each cell is as near to the left edge as to the right one."""
    return (inputs + inputs.flip(3))[:, :, ::16, ::16]


def gathered(inputs: Tensor) -> Tensor:
    """Four cells, four pixels apart, where an even spread has 16."""
    return inputs[:, :, :4, 24:40:4]


def refused(inputs: Tensor) -> Tensor:
    assert inputs.shape[2] % 7 == 0
    return inputs


@pytest.mark.parametrize("function", [enlarged, folded, refused])
def test_cells_that_are_mixed_in_unknown_ways_are_not_measured(function: Callable[[Tensor], Tensor]) -> None:
    assert measured_grid(Made(function), 1, (64, 64)) is None


def test_cells_that_are_too_near_to_each_other_are_no_grid() -> None:
    assert measured_grid(Made(gathered), 1, (64, 64)) == Grid(4, 24)
    assert measured_grid(Made(lambda inputs: inputs[:, :, :4, 24:28]), 1, (64, 64)) is None


def test_an_even_grid_by_hand() -> None:
    """Four cells of eight pixels: the first is centred between pixels 3 and 4."""
    assert even_grid(32, 4) == Grid(8, 3.5)


def test_measuring_changes_no_weight() -> None:
    layer = nn.Sequential(nn.Conv2d(1, 1, 3), nn.BatchNorm2d(1))
    before = [value.clone() for value in layer.state_dict().values()]
    measured_grid(layer.eval(), 1, (32, 32))
    for value, other in zip(layer.state_dict().values(), before, strict=True):
        torch.testing.assert_close(value, other, rtol=0, atol=0)
