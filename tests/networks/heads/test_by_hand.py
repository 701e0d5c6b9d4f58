"""Tiny heads of each kind, their maps and biases worked by hand, each beside its own answer."""

import math
from collections.abc import Sequence

import pytest
import torch
from captum.attr import DeepLift
from torch import Tensor, nn

from camdash.errors import CheckpointError
from camdash.networks.heads.head import Head, Level
from camdash.networks.heads.layered import LayeredHead
from camdash.networks.heads.linear import LinearHead
from camdash.networks.heads.taking_apart import take_apart

TWO_CELLS = torch.tensor([[[[1.0, 3.0]], [[2.0, 0.0]]]])
"""Two channels on a grid of one row: the cells are (1, 2) and (3, 0), their mean is (2, 1)."""


def linear(weight: Sequence[Sequence[float]], bias: Sequence[float]) -> nn.Linear:
    layer = nn.Linear(len(weight[0]), len(weight))
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weight))
        layer.bias.copy_(torch.tensor(bias))
    return layer.eval()


def check(head: Head, level: Level, bias: Sequence[float], maps: Sequence[Sequence[float]]) -> None:
    """Compare with what was worked by hand: for each class its bias and the map's cells."""
    assert head.level is level
    torch.testing.assert_close(head.bias, torch.tensor(bias, dtype=torch.float32))
    expected = torch.tensor(maps, dtype=torch.float32)[None, :, None, :]
    torch.testing.assert_close(head.maps(TWO_CELLS), expected, rtol=1e-5, atol=1e-5)


def test_pooling_and_a_linear_layer_are_class_activation_maps() -> None:
    head = take_apart([nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(), linear([[1, -1]], [0.5])])
    assert isinstance(head, LinearHead)
    check(head, Level.A, [0.5], [[1 - 2, 3 - 0]])


def test_without_a_pooling_of_its_own_a_head_reads_the_mean() -> None:
    assert isinstance(take_apart([linear([[1, -1]], [0.5])]), LinearHead)


def test_a_convolution_and_a_relu_before_pooling_are_cut_at_zero_in_each_cell() -> None:
    """SqueezeNet's: relu(w a + b) - relu(b), so that nothing speaks against a class by more than its bias."""
    convolution = nn.Conv2d(2, 2, 1)
    with torch.no_grad():
        convolution.weight.copy_(torch.tensor([[1.0, -1.0], [-1.0, -1.0]])[:, :, None, None])
        convolution.bias.copy_(torch.tensor([0.5, 2.0]))  # type: ignore[union-attr]
    head = take_apart([nn.Dropout(), convolution, nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d((1, 1))])
    check(head, Level.A, [0.5, 2.0], [[0 - 0.5, 3.5 - 0.5], [0 - 2, 0 - 2]])


def test_a_layer_norm_of_each_cell_measures_from_its_own_bias() -> None:
    """Swin's: the cells (1, 2) and (3, 0) become (-1, 1) and (1, -1), times the norm's weight (2, 1)."""
    norm = nn.LayerNorm(2, eps=1e-12)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([2.0, 1.0]))
        norm.bias.copy_(torch.tensor([0.25, -1.0]))
    head = take_apart([norm, nn.AdaptiveAvgPool2d(1), linear([[1, 3]], [0.5])])
    check(head, Level.A, [0.25 - 3 + 0.5], [[-2 + 3, 2 - 3]])


def test_a_layer_norm_after_pooling_is_held_at_the_images_own_deviation() -> None:
    """ConvNeXt's: the mean (2, 1) deviates by 0.5, w g = (2, 3) less its mean is (-0.5, 0.5): slopes of (-1, 1)."""
    norm = nn.LayerNorm(2, eps=1e-12)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([2.0, 1.0]))
        norm.bias.copy_(torch.tensor([0.25, -1.0]))
    head = take_apart([nn.AdaptiveAvgPool2d(1), norm, nn.Flatten(), linear([[1, 3]], [0.5])])
    check(head, Level.B, [0.25 - 3 + 0.5], [[-1 + 2, -3 + 0]])


def test_a_hard_swish_between_two_linear_layers_is_a_secant() -> None:
    """MobileNetV3's: u = 2 * 2 - 1 + 0 = 3, of an empty grid 0; hard swish of 3 is 3, of 0 is 0: the slope is 1.

    The second unit is u = 1 + 2 = 3 of an empty grid's 1: (3 - 1 * 4 / 6) / 2 = 7 / 6.
    """
    first = linear([[2, -1], [1, 0]], [0, 1])
    head = take_apart(
        [nn.AdaptiveAvgPool2d(1), nn.Flatten(), first, nn.Hardswish(), nn.Dropout(), linear([[1, 6]], [0])]
    )
    cells = [(2 * 1 - 2) + 7 * 1, (2 * 3 - 0) + 7 * 3]
    check(head, Level.B, [6 * 4 / 6], [cells])


def test_a_batch_norm_after_pooling_scales_and_moves() -> None:
    norm = nn.BatchNorm1d(2, eps=0).eval()
    norm.running_mean, norm.running_var = torch.tensor([1.0, 0.0]), torch.tensor([4.0, 0.25])
    head = take_apart([nn.AdaptiveAvgPool2d(1), nn.Flatten(), norm, linear([[2, 1]], [0.5])])
    check(head, Level.A, [2 * -0.5 + 0.5], [[1 + 2 * 2, 3 + 0]])


def test_the_largest_value_of_a_channel_belongs_to_its_cell() -> None:
    """Largest: (3, 2), of the second and the first cell; each is a mean of two cells, so its share is doubled."""
    head = take_apart([nn.AdaptiveMaxPool2d(1), nn.Flatten(), linear([[1, -1]], [0.5])])
    check(head, Level.B, [0.5], [[-2 * 2, 2 * 3]])


class AdaptiveConcatPool2d(nn.Module):
    """fastai's: the largest value of each channel, then the mean of each."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Return both."""
        return torch.cat([inputs.amax((2, 3), keepdim=True), inputs.mean((2, 3), keepdim=True)], 1)


def test_fastais_pooling_is_the_largest_and_the_mean() -> None:
    head = take_apart([AdaptiveConcatPool2d(), nn.Flatten(), linear([[1, -1, 10, 100]], [0.5])])
    check(head, Level.B, [0.5], [[-4 + 10 + 200, 6 + 30 + 0]])


def test_a_pooled_grid_that_is_flattened_gives_back_to_the_cells_of_each_part() -> None:
    """Two cells are pooled to three: the first, the mean of both, the second. Weights 1, 4, -1 and 0, 0, 1."""
    head = take_apart([nn.AdaptiveAvgPool2d((1, 3)), nn.Flatten(), linear([[1, 4, -1, 0, 0, 1]], [0.5])])
    assert head.channels == 2
    check(head, Level.A, [0.5], [[2 * (1 * 1 + 2 * 1), 2 * (2 * 3 - 3 + 0)]])


def test_where_nothing_changes_the_slope_is_that_around_it() -> None:
    """u = 0 of both: the slope of GELU at 0 is one half."""
    head = take_apart([linear([[1, -2]], [0]), nn.GELU(), linear([[2]], [0])])
    check(head, Level.B, [0], [[0.5 * 2 * (1 - 4), 0.5 * 2 * 3]])


def test_a_secant_is_no_gradient() -> None:
    """u = 2 - 1 - 2 = -1 of an empty grid's -2: ReLU gives 0 of both. And u = 1 of -2 gives a third, not one."""
    head = take_apart([linear([[1, -1], [2, -1]], [-2, -2]), nn.ReLU(), linear([[1, 3]], [0])])
    check(head, Level.B, [0], [[(2 - 2) * 1.0, 6 * 1.0]])


def test_a_small_change_across_a_bend_is_no_meeting() -> None:
    """u = (2 + 2 * 1 - 3) / 1e6 = 1e-6 of an empty grid's -3e-6: ReLU changes by a quarter of that."""
    head = take_apart([linear([[1e-6, 2e-6]], [-3e-6]), nn.ReLU(), linear([[1e6]], [0])])
    check(head, Level.B, [0], [[0.25 * 5, 0.25 * 3]])


@pytest.mark.parametrize(
    "layers",
    [
        [nn.Conv2d(2, 2, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Linear(2, 3)],
        [nn.Softmax(1), nn.Linear(2, 3)],
        [nn.Linear(2, 3), nn.Softmax(1)],
        [linear([[1, 0], [0, 1]], [0, 1]), nn.LayerNorm(2), nn.Linear(2, 3)],
    ],
    ids=["cells mixed", "all numbers together", "no linear layer at the end", "an empty grid that is not even"],
)
def test_a_head_whose_shares_are_not_known_is_refused(layers: list[nn.Module]) -> None:
    with pytest.raises(CheckpointError, match=r"its head has a layer \w+ whose shares are not exact"):
        take_apart(layers)


def test_taking_a_cell_away_changes_the_answer_by_what_the_map_says_at_level_a() -> None:
    generator = torch.Generator().manual_seed(1)
    cells = torch.randn(1, 6, 4, 5, generator=generator)
    convolution = nn.Conv2d(6, 8, 1)
    layers = nn.Sequential(convolution, nn.GELU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3)).eval()
    head = take_apart([layers])
    assert isinstance(head, LayeredHead)
    assert head.level is Level.A
    without = cells.clone()
    without[:, :, 1, 2] = 0
    with torch.inference_mode():
        change = layers(cells) - layers(without)
    torch.testing.assert_close(change, head.maps(cells)[:, :, 1, 2] / 20, rtol=1e-4, atol=1e-6)


def test_at_level_b_it_does_not() -> None:
    cells = torch.randn(1, 6, 4, 5, generator=torch.Generator().manual_seed(1))
    layers = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LayerNorm(6), nn.Linear(6, 3)).eval()
    without = cells.clone()
    without[:, :, 1, 2] = 0
    with torch.inference_mode():
        change = layers(cells) - layers(without)
    share = take_apart([layers]).maps(cells)[:, :, 1, 2] / 20
    assert float((change - share).abs().max()) > 1e-3
    assert math.isfinite(float(share.abs().max()))


@pytest.mark.filterwarnings("ignore:Setting forward")
def test_a_head_of_layers_is_captums_deeplift() -> None:
    """Its rescale rule, measured from an empty grid: multipliers times activations, for each class."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        first, last = nn.Linear(6, 9), nn.Linear(9, 4)
        network = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), first, nn.ReLU(), nn.Dropout(), last).eval()
        cells = torch.randn(2, 6, 3, 4, requires_grad=True)
    theirs = DeepLift(network)
    maps = take_apart([network]).maps(cells.detach())
    for k in range(4):
        expected = theirs.attribute(cells, torch.zeros_like(cells), target=k).sum(1) * 12
        torch.testing.assert_close(maps[:, k], expected.detach(), rtol=1e-4, atol=1e-5)
