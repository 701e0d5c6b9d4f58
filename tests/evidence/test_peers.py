"""The same maps as three independent libraries make of the original, unsplit network."""

from typing import Any

import cv2
import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam
from numpy.typing import NDArray
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import Tensor
from torchcam.methods import CAM

from camdash.networks.architectures.families import RESNET
from camdash.networks.architectures.split import class_activation_maps, split
from tests.conftest import random_images, random_network

TOLERANCE = 1e-4

pytestmark = [
    pytest.mark.parametrize("channels", [1, 3]),
    pytest.mark.parametrize("classes", [5, 7]),
    pytest.mark.parametrize("shape", [(96, 96), (128, 96)]),
]


def own_maps(classes: int, channels: int, inputs: Tensor) -> NDArray[np.float32]:
    """Return camdash's maps of all classes: (classes, grid rows, grid columns)."""
    divided = split(random_network("resnet18", classes, channels), RESNET, channels, torch.device("cpu"))
    maps: NDArray[np.float32] = class_activation_maps(divided.activations(inputs), divided.weight)[0].numpy()
    return maps


def assert_same(found: NDArray[np.floating], expected: NDArray[np.floating]) -> None:
    """Compare two maps; the error is relative to the largest value."""
    assert found.shape == expected.shape
    assert np.abs(expected).max() > 0
    assert np.abs(found - expected).max() / np.abs(expected).max() < TOLERANCE


def test_torchcams_cam_is_the_map(channels: int, classes: int, shape: tuple[int, int]) -> None:
    inputs = random_images(channels, *shape)
    maps = own_maps(classes, channels, inputs)
    network = random_network("resnet18", classes, channels)
    with CAM(network, "layer4", "fc") as extractor:
        scores = network(inputs)
        for k in range(classes):
            assert_same(maps[k], extractor(k, scores, normalized=False)[0][0].numpy())


def test_captums_layer_grad_cam_is_the_map_over_its_cells(channels: int, classes: int, shape: tuple[int, int]) -> None:
    inputs = random_images(channels, *shape)
    maps = own_maps(classes, channels, inputs)
    network = random_network("resnet18", classes, channels)
    attributed = LayerGradCam(network, network.get_submodule("layer4"))
    for k in range(classes):
        assert_same(maps[k] / maps[k].size, attributed.attribute(inputs, target=k)[0, 0].detach().numpy())


def test_grad_cams_grad_cam_is_the_scaled_positive_part(channels: int, classes: int, shape: tuple[int, int]) -> None:
    inputs = random_images(channels, *shape)
    maps = own_maps(classes, channels, inputs)
    network = random_network("resnet18", classes, channels)
    positive = [k for k in range(classes) if maps[k].max() > 0]
    assert positive
    with GradCAM(model=network, target_layers=[network.get_submodule("layer4")]) as extractor:
        for k in positive:
            found = extractor(input_tensor=inputs, targets=[ClassifierOutputTarget(k)])[0]
            assert_same(scaled_positive_part(maps[k], shape), found)


def scaled_positive_part(values: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return what grad-cam draws of a map: its positive part over its cells, scaled, resized, and scaled again."""
    rows, columns = shape
    small = min_max((values / values.size).clip(min=0))
    return min_max(cv2.resize(small, (columns, rows)))


def min_max(values: NDArray[Any]) -> NDArray[np.float32]:
    above = values - values.min()
    scaled: NDArray[np.float32] = above / (1e-7 + above.max())
    return scaled
