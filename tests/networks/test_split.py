"""The split network is the original network, in two parts, and a split that is not is refused."""

import copy
import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock

from camdash.errors import CheckpointError
from camdash.networks.architectures.building import build, features_of, head_of
from camdash.networks.architectures.families import RESNET
from camdash.networks.architectures.folding import fold_batch_norm
from camdash.networks.architectures.geometry import grid_of
from camdash.networks.architectures.split import (
    TOLERANCE,
    SplitNetwork,
    check_split,
    class_activation_maps,
    random_input,
    split,
)
from camdash.networks.heads.linear import LinearHead
from tests.conftest import random_images, random_network, state_digest

CPU = torch.device("cpu")


class PreActivation(BasicBlock):  # type: ignore[misc]  # torchvision has no types
    """A residual block that forgets its last activation: it returns the sum."""

    def forward(self, x: Tensor) -> Tensor:
        inner = self.relu(self.bn1(self.conv1(x)))
        total: Tensor = self.bn2(self.conv2(inner)) + x
        return total


def perturbed(features: nn.Module, weight: Tensor | None = None) -> SplitNetwork:
    """Return a split of the standard random network whose features or head are not the network's."""
    own_weight, bias = head_of(random_network(), RESNET)
    grid = grid_of(features, RESNET.branches)
    return SplitNetwork(features.eval(), LinearHead(own_weight if weight is None else weight, bias), grid, 1)


def check(divided: SplitNetwork) -> None:
    """Compare a split with the standard random network, unsplit."""
    inputs = random_input(1)
    with torch.inference_mode():
        check_split(divided, inputs, random_network()(inputs))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("classes", [5, 7])
@pytest.mark.parametrize("shape", [(96, 96), (128, 96)])
def test_mean_of_a_map_plus_bias_is_the_logit_of_the_original_network(
    channels: int, classes: int, shape: tuple[int, int]
) -> None:
    original = random_network("resnet18", classes, channels)
    divided = split(random_network("resnet18", classes, channels), RESNET, channels, CPU)
    inputs = random_images(channels, *shape, count=2)
    with torch.inference_mode():
        logits = original(inputs)
    maps = class_activation_maps(divided.activations(inputs), divided.weight)
    assert maps.shape == (2, classes, shape[0] // 32, shape[1] // 32)
    sums = maps.mean((2, 3)) + divided.bias
    assert float((sums - logits).abs().max() / logits.abs().max()) < TOLERANCE
    np.testing.assert_array_equal(sums.argmax(1).numpy(), logits.argmax(1).numpy())


def test_a_bottleneck_network_adds_up_too() -> None:
    original = random_network("resnet50", 3, 1)
    divided = split(random_network("resnet50", 3, 1), RESNET, 1, CPU)
    inputs = random_images(1, 64, 96)
    with torch.inference_mode():
        logits = original(inputs)
    maps = class_activation_maps(divided.activations(inputs), divided.weight)
    np.testing.assert_allclose(maps.mean((2, 3)) + divided.bias, logits, atol=TOLERANCE * float(logits.abs().max()))


def test_the_unperturbed_split_passes_the_check() -> None:
    check(perturbed(features_of(random_network(), RESNET)))


def test_a_split_before_the_last_block_is_refused_with_the_figure() -> None:
    features = features_of(random_network(), RESNET)
    features[-1] = features[-1][:-1]  # type: ignore[index]
    with pytest.raises(
        CheckpointError, match=r"misses its logits by [\d.e+]+ of the largest logit, and at most 0\.0001"
    ):
        check(perturbed(features))


def test_a_split_before_the_last_stage_is_refused_for_its_shape() -> None:
    features = features_of(random_network(), RESNET)[:-1]
    with pytest.raises(CheckpointError, match=r"shape \(1, 256, 12, 10\), which does not fit a head of 512 channels"):
        check(perturbed(features))


def test_a_split_after_pooling_and_flattening_is_refused_for_its_shape() -> None:
    features = features_of(random_network(), RESNET).extend([nn.AdaptiveAvgPool2d(1), nn.Flatten()])
    with pytest.raises(CheckpointError, match=r"shape \(1, 512\)"):
        check(perturbed(features))


def test_a_split_that_misses_the_last_activation_is_refused_with_the_figure() -> None:
    features = features_of(random_network(), RESNET)
    block = features[-1][-1]  # type: ignore[index]
    block.__class__ = PreActivation
    with pytest.raises(CheckpointError, match=r"misses its logits by [\d.e+]+"):
        check(perturbed(features))


def test_a_head_with_two_rows_swapped_is_refused_with_the_figure() -> None:
    weight, _ = head_of(random_network(), RESNET)
    with pytest.raises(CheckpointError, match=r"misses its logits by [\d.e+]+"):
        check(perturbed(features_of(random_network(), RESNET), weight[[1, 0, 2, 3, 4]]))


def test_a_batch_norm_that_is_dropped_and_not_folded_is_refused_with_the_figure() -> None:
    features = features_of(random_network(), RESNET)
    features[1] = nn.Identity()
    with pytest.raises(CheckpointError, match=r"misses its logits by [\d.e+]+"):
        check(perturbed(features))


def test_a_network_of_which_a_stage_is_computed_twice_is_refused_when_it_is_split() -> None:
    class Twice(nn.Module):
        def __init__(self, network: nn.Module) -> None:
            super().__init__()
            self.network = network

        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = 2 * self.network(x)
            return result

        def get_submodule(self, target: str) -> nn.Module:
            return self.network.get_submodule(target)

    with pytest.raises(CheckpointError, match=r"misses its logits by 0\.5 of the largest logit"):
        split(Twice(random_network()), RESNET, 1, CPU)


def test_a_network_whose_logits_are_not_finite_is_refused() -> None:
    network = random_network()
    with torch.no_grad():
        network.get_parameter("layer1.0.conv1.weight")[0, 0, 0, 0] = float("nan")
    with pytest.raises(CheckpointError, match="not finite numbers: its weights are damaged"):
        split(network, RESNET, 1, CPU)


def test_folded_batch_norm_computes_the_same_activations_and_none_is_left() -> None:
    plain, folded = features_of(random_network(), RESNET), features_of(random_network(), RESNET)
    fold_batch_norm(folded)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in folded.modules())
    with torch.inference_mode():
        expected, found = plain(random_images(1, 96, 64)), folded(random_images(1, 96, 64))
    assert float((expected - found).abs().max() / expected.abs().max()) < 1e-5


def test_a_batch_norm_before_its_convolution_is_not_folded_into_it() -> None:
    module = nn.Sequential(nn.BatchNorm2d(4), nn.Conv2d(4, 4, 3), nn.ReLU())
    fold_batch_norm(module)
    assert [type(child).__name__ for child in module] == ["BatchNorm2d", "Conv2d", "ReLU"]


@pytest.mark.parametrize("head", ["linear", "dropout before linear"])
def test_only_a_linear_head_is_split(head: str) -> None:
    network = build("resnet18", 5, 1)
    assert [tuple(part.shape) for part in head_of(network, RESNET)] == [(5, 512), (5,)]
    if head != "linear":
        network.fc = nn.Sequential(nn.Dropout(0.5), nn.Linear(512, 5))
        with pytest.raises(CheckpointError, match="is not a linear layer, so the maps would not be exact"):
            head_of(network, RESNET)


def test_the_same_input_gives_the_same_maps_bit_for_bit() -> None:
    divided = split(random_network(), RESNET, 1, CPU)
    first, second = (divided.activations(random_images(1, 96, 96)) for _ in range(2))
    assert torch.equal(first, second)


def test_activations_are_made_without_autograd_and_leave_the_input_alone() -> None:
    divided = split(random_network(), RESNET, 1, CPU)
    inputs = random_images(1, 64, 64)
    before = inputs.clone()
    activations = divided.activations(inputs)
    assert not activations.requires_grad
    assert torch.equal(inputs, before)
    assert all(parameter.grad is None for parameter in divided.features.parameters())


def test_threads_that_share_a_network_get_the_sequential_answers_and_change_nothing() -> None:
    divided = split(random_network(), RESNET, 1, CPU)
    before = state_digest(divided.features)
    inputs = [random_images(1, 64, 32 * k) for k in (1, 2, 3, 4)] * 3
    alone = [divided.activations(each) for each in inputs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(divided.activations, inputs))
    for expected, found in zip(alone, together, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    assert state_digest(divided.features) == before


def test_a_network_is_freed_when_it_is_no_longer_used_without_waiting_for_the_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        divided = split(build("resnet18", 5, 1), RESNET, 1, CPU)
        divided.activations(random_images(1, 64, 64))
        watched = weakref.ref(divided.features)
        convolution = weakref.ref(next(m for m in divided.features.modules() if isinstance(m, nn.Conv2d)))
        del divided
        assert watched() is None
        assert convolution() is None
    finally:
        gc.enable()


def test_splitting_a_copy_leaves_the_original_network_alone() -> None:
    original = random_network()
    before = state_digest(original)
    split(copy.deepcopy(original), RESNET, 1, CPU)
    assert state_digest(original) == before
