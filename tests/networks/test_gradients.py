"""Grad-CAM at a stage is what captum and grad-cam make of the original, unsplit network."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam
from numpy.typing import NDArray
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import Tensor, nn

from camdash.errors import UsageError
from camdash.networks.architectures.building import family_of
from camdash.networks.architectures.split import SplitNetwork, class_activation_maps, split
from camdash.networks.gradients import GRAD_CAM, METHODS, Stage, slope_pass, stage_names, stage_of, stages
from tests.conftest import random_images, random_network, small_card

CLASSES, SHAPE = 4, (96, 128)
TOLERANCE = 1e-4


def channels_of(architecture: str) -> int:
    return 1 if architecture.startswith("resnet") else 3


def divided(architecture: str = "resnet18") -> SplitNetwork:
    channels = channels_of(architecture)
    original = random_network(architecture, CLASSES, channels)
    return split(original, family_of(architecture), channels, torch.device("cpu"))


def stages_of(network: SplitNetwork, architecture: str = "resnet18") -> list[Stage]:
    return stages(network.features, family_of(architecture))


def assert_same(found: Tensor, expected: Tensor) -> None:
    """Compare two maps; the error is relative to the largest value."""
    assert found.shape == expected.shape
    assert expected.abs().max() > 0
    assert (found - expected).abs().max() / expected.abs().max() < TOLERANCE


@pytest.mark.parametrize(
    ("architecture", "names"),
    [
        ("resnet18", ["layer4", "layer3", "layer2"]),
        ("resnet50", ["layer4", "layer3", "layer2"]),
        ("densenet121", ["closing_relu", "features.transition3.conv", "features.transition2.conv"]),
        ("mobilenet_v2", ["features", "features.13", "features.6"]),
        ("regnet_x_400mf", ["trunk_output", "trunk_output.block3", "trunk_output.block2"]),
    ],
)
def test_the_last_three_grids_are_offered_by_the_names_of_pytorch(architecture: str, names: list[str]) -> None:
    network = divided(architecture)
    found = stages(network.features, family_of(architecture))
    assert [stage.name for stage in found] == names
    assert [stage.grid.stride for stage in found] == pytest.approx([32, 16, 8])
    assert found[0].grid == network.grid
    assert stage_names(replace(small_card(CLASSES), architecture=architecture)) == tuple(names)
    assert stage_of(network, family_of(architecture), names[1]) == found[1]
    with pytest.raises(UsageError, match=names[0]):
        stage_of(network, family_of(architecture), "layer9")


@pytest.mark.parametrize("place", range(3))
def test_a_map_is_captums_layer_grad_cam_without_its_negative_part(place: int) -> None:
    network, inputs = divided(), random_images(1, *SHAPE)
    stage = stages_of(network)[place]
    maps = slope_pass(network, inputs, stage).maps[GRAD_CAM.id]
    original = random_network("resnet18", CLASSES)
    attributed = LayerGradCam(original, original.get_submodule(stage.name))
    for k in range(CLASSES):
        assert_same(maps[0, k], attributed.attribute(inputs, target=k)[0, 0].detach().relu())


@pytest.mark.parametrize("place", range(3))
def test_a_map_is_grad_cams_once_it_is_scaled_and_resized_as_there(place: int) -> None:
    network, inputs = divided(), random_images(1, *SHAPE)
    stage = stages_of(network)[place]
    maps = slope_pass(network, inputs, stage).maps[GRAD_CAM.id][0]
    original = random_network("resnet18", CLASSES)
    with GradCAM(model=original, target_layers=[original.get_submodule(stage.name)]) as extractor:
        for k in [k for k in range(CLASSES) if maps[k].max() > 0]:
            found = extractor(input_tensor=inputs, targets=[ClassifierOutputTarget(k)])[0]
            assert_same(torch.from_numpy(drawn_there(maps[k])), torch.from_numpy(found))


def drawn_there(values: Tensor) -> NDArray[np.float32]:
    """Return what grad-cam draws of a map: scaled to [0, 1], resized to the input, and scaled again."""
    return min_max(cv2.resize(min_max(values.numpy()), SHAPE[::-1]))


def min_max(values: NDArray[Any]) -> NDArray[np.float32]:
    above = values - values.min()
    scaled: NDArray[np.float32] = above / (1e-7 + above.max())
    return scaled


@pytest.mark.parametrize("architecture", ["resnet18", "densenet121", "efficientnet_b0", "mnasnet0_5", "regnet_x_400mf"])
def test_the_last_stage_gives_the_positive_part_of_the_class_activation_map_over_its_cells(architecture: str) -> None:
    network, inputs = divided(architecture), random_images(channels_of(architecture), *SHAPE)
    found = slope_pass(network, inputs, stages_of(network, architecture)[0])
    maps = class_activation_maps(network.activations(inputs), network.weight)
    assert_same(found.maps[GRAD_CAM.id], maps.relu() / maps[0, 0].numel())
    assert_same(found.logits, maps.mean((2, 3)) + network.bias)


def test_each_stage_gives_the_same_logits_and_its_own_grid() -> None:
    network, inputs = divided(), random_images(1, *SHAPE)
    passes = [slope_pass(network, inputs, stage) for stage in stages_of(network)]
    assert [tuple(one.maps[GRAD_CAM.id].shape) for one in passes] == [(1, 4, 3, 4), (1, 4, 6, 8), (1, 4, 12, 16)]
    for one in passes:
        assert torch.allclose(one.logits, passes[0].logits, rtol=1e-5)


def test_radiographs_of_a_batch_do_not_mix() -> None:
    network = divided()
    batch = torch.rand(3, 1, *SHAPE, generator=torch.Generator().manual_seed(5))
    stage = stages_of(network)[1]
    together = slope_pass(network, batch, stage).maps[GRAD_CAM.id]
    for place in range(3):
        alone = slope_pass(network, batch[place : place + 1], stage).maps[GRAD_CAM.id]
        assert_same(together[place], alone[0])


def test_the_network_is_left_without_slopes_and_as_it_was() -> None:
    network, inputs = divided(), random_images(1, *SHAPE)
    before = network.activations(inputs)
    slope_pass(network, inputs, stages_of(network)[2])
    assert all(parameter.grad is None and not parameter.requires_grad for parameter in network.features.parameters())
    assert torch.equal(network.activations(inputs), before)
    assert isinstance(network.features, nn.Sequential)


def test_each_method_has_a_name_and_says_that_it_does_not_add_up() -> None:
    assert len({method.id for method in METHODS}) == len(METHODS)
    for method in METHODS:
        assert "does not add up" in method.about
        assert method.name in method.introduction
