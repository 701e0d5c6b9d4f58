"""ONNX Runtime gives the maps of PyTorch for every family that has exact maps."""

import copy

import pytest
import torch

from camdash.networks.architectures.building import family_of
from camdash.networks.architectures.split import TOLERANCE, split
from camdash.networks.engines.engine import TorchEngine
from camdash.networks.engines.onnx_engine import checked_onnx_engine
from tests.networks.zoo import SMALLEST, images, network


@pytest.mark.parametrize("architecture", SMALLEST)
def test_onnx_runtime_gives_pytorchs_maps(architecture: str) -> None:
    divided = split(copy.deepcopy(network(architecture)), family_of(architecture), 3, torch.device("cpu"))
    original = TorchEngine(divided)
    made = checked_onnx_engine(original)
    expected, pooled = original.maps_and_pooled(images())
    largest = float((expected.mean((2, 3)) + divided.bias).abs().max())
    maps, averages = made.maps_and_pooled(images())
    torch.testing.assert_close(maps, expected, rtol=0, atol=TOLERANCE * largest)
    torch.testing.assert_close(averages, pooled, rtol=0, atol=TOLERANCE * float(pooled.abs().max()))
