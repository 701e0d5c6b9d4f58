"""ONNX Runtime runs timm's networks too, where it knows their operations and they take any size."""

import copy

import pytest
import torch

from camdash.errors import CheckpointError
from camdash.networks.architectures.building import family_of
from camdash.networks.architectures.split import TOLERANCE, SplitNetwork, split
from camdash.networks.engines.engine import TorchEngine
from camdash.networks.engines.onnx_engine import checked_onnx_engine
from tests.networks.of_timm.zoo import inputs_of, network, side_of


def divided(name: str) -> SplitNetwork:
    family = family_of(f"timm/{name}")
    side = side_of(name) if family.sized_by_card else None
    return split(copy.deepcopy(network(name)), family, 3, torch.device("cpu"), side)


@pytest.mark.parametrize("name", ["resnet10t", "efficientnet_lite0", "mobilenetv3_small_050", "regnety_002"])
def test_onnx_runtime_gives_pytorchs_maps(name: str) -> None:
    original = TorchEngine(divided(name))
    made = checked_onnx_engine(original)
    (expected, pooled), (found, averages) = (one.maps_and_pooled(inputs_of(name)) for one in (original, made))
    largest = float((expected.mean((2, 3)) + original.network.bias).abs().max())
    torch.testing.assert_close(found, expected, rtol=0, atol=TOLERANCE * largest)
    torch.testing.assert_close(averages, pooled, rtol=0, atol=TOLERANCE * float(pooled.abs().max()))


@pytest.mark.parametrize(
    ("name", "reason"),
    [("vit_tiny_patch16_224", "one token"), ("swin_tiny_patch4_window7_224", "inputs of one size alone")],
)
def test_others_stay_on_pytorch(name: str, reason: str) -> None:
    with pytest.raises(CheckpointError, match=rf"{reason} has no translation to ONNX"):
        checked_onnx_engine(TorchEngine(divided(name)))
