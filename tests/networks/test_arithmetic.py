"""Networks with the same names and shapes that compute differently: their card says how, and the logits are right."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from torch import Tensor, nn

from camdash.errors import CheckpointError
from camdash.networks.architectures.split import TOLERANCE
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.engines.onnx_engine import checked_onnx_engine
from camdash.networks.heads.head import Level
from camdash.networks.loading import load, load_any
from camdash.networks.report import intake
from tests.conftest import split_of
from tests.networks.zoo import CLASSES, card_of, images, network, saved, state


def of_torchvision(architecture: str, *dilated: bool) -> nn.Module:
    """Return torchvision's own network with dilation in place of strides."""
    made: nn.Module = torchvision.models.get_model(
        architecture, weights=None, num_classes=CLASSES, replace_stride_with_dilation=list(dilated)
    )
    made.load_state_dict(state(architecture))
    return made.eval()


TIMM_18 = {
    8: {"layer3.0.conv2": 2, "layer3.1.conv1": 2, "layer3.1.conv2": 2}
    | {"layer4.0.conv1": 2, "layer4.0.conv2": 4, "layer4.1.conv1": 4, "layer4.1.conv2": 4},
    16: {"layer4.0.conv2": 2, "layer4.1.conv1": 2, "layer4.1.conv2": 2},
}
"""Dilations of timm's resnet18 by output stride, as timm 1.0.31 builds it; torchvision has none of them."""


def of_timm(output_stride: int) -> nn.Module:
    made = copy.deepcopy(network("resnet18"))
    for stage in ("layer3", "layer4")[{8: 0, 16: 1}[output_stride] :]:
        for layer in made.get_submodule(stage).modules():
            if isinstance(layer, nn.Conv2d):
                layer.stride = (1, 1)
    for name, dilation in TIMM_18[output_stride].items():
        layer = made.get_submodule(name)
        assert isinstance(layer, nn.Conv2d)
        layer.dilation, layer.padding = (dilation, dilation), (dilation, dilation)
    return made


def as_monai(inputs: Tensor, architecture: str, *, stride: int, pooled: bool) -> Tensor:
    """Return the logits of MONAI's ResNet without biases (`bias_downsample=False`): its forward pass, step by step."""
    made: Any = network(architecture)
    found = nn.functional.conv2d(inputs, made.conv1.weight, stride=stride, padding=3)  # conv1_t_size 7
    found = torch.relu(made.bn1(found))
    if pooled:  # not no_max_pool
        found = nn.functional.max_pool2d(found, kernel_size=3, stride=2, padding=1)
    found = made.layer4(made.layer3(made.layer2(made.layer1(found))))
    logits: Tensor = made.fc(found.mean((2, 3)))
    return logits


def largest(inputs: Tensor, architecture: str) -> Tensor:
    """Return the logits of a network whose head reads the largest activation of each channel."""
    made: Any = copy.deepcopy(network(architecture))
    if hasattr(made, "avgpool"):
        made.avgpool = nn.AdaptiveMaxPool2d(1)
        logits: Tensor = made(inputs)
        return logits
    return made.classifier(torch.relu(made.features(inputs)).amax((2, 3)))  # type: ignore[no-any-return]


def loaded(folder: Path, architecture: str, **card: object) -> Any:
    path = saved(folder / "m.pth", state(architecture), **card_of(architecture, **card))
    return load_any(describe(entry_of(path)), "cpu")


def logits_of(ready: Any, inputs: Tensor) -> Tensor:
    if ready.whole is not None:
        return ready.whole.logits(inputs)  # type: ignore[no-any-return]
    maps, _ = ready.maps_and_pooled(inputs)
    return maps.mean((2, 3)) + torch.from_numpy(ready.network.bias)  # type: ignore[no-any-return]


@pytest.mark.parametrize(("output_stride", "dilated"), [(8, (False, True, True)), (16, (False, False, True))])
@pytest.mark.parametrize("architecture", ["resnet50", "resnext50_32x4d"])
def test_output_stride_is_torchvisions_dilation_in_place_of_strides(
    tmp_path: Path, architecture: str, output_stride: int, dilated: tuple[bool, ...]
) -> None:
    ready = loaded(tmp_path, architecture, output_stride=output_stride)
    with torch.inference_mode():
        expected = of_torchvision(architecture, *dilated)(images())
    torch.testing.assert_close(logits_of(ready, images()), expected, rtol=1e-4, atol=1e-5)
    assert ready.network.grid.stride == pytest.approx(output_stride)
    assert ready.maps_and_pooled(images())[0].shape[2:] == (192 // output_stride, 160 // output_stride)


@pytest.mark.parametrize("output_stride", [8, 16])
def test_output_stride_of_a_network_of_basic_blocks_is_timms(tmp_path: Path, output_stride: int) -> None:
    ready = loaded(tmp_path, "resnet18", output_stride=output_stride)
    with torch.inference_mode():
        expected = of_timm(output_stride)(images())
    torch.testing.assert_close(logits_of(ready, images()), expected, rtol=1e-4, atol=1e-5)
    assert ready.network.grid.stride == pytest.approx(output_stride)


@pytest.mark.parametrize("architecture", ["resnet18", "resnet50"])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("pooled", [True, False])
def test_first_stride_and_first_pooling_are_those_of_monais_resnet(
    tmp_path: Path, architecture: str, stride: int, pooled: bool
) -> None:
    fields = {"first_stride": stride, "first_pooling": "max" if pooled else "none"}
    ready = loaded(tmp_path, architecture, **fields)
    with torch.inference_mode():
        expected = as_monai(images(96, 80), architecture, stride=stride, pooled=pooled)
    torch.testing.assert_close(logits_of(ready, images(96, 80)), expected, rtol=1e-4, atol=1e-5)
    assert ready.network.grid.stride == pytest.approx(8 * stride * (2 if pooled else 1))


def test_without_its_card_such_a_network_has_other_logits(tmp_path: Path) -> None:
    """So the report says what the weights do not tell."""
    with torch.inference_mode():
        right = as_monai(images(), "resnet18", stride=1, pooled=True)
    wrong = logits_of(loaded(tmp_path, "resnet18"), images())
    assert float((wrong - right).abs().max()) > 0.01 * float(right.abs().max())


@pytest.mark.parametrize("architecture", ["resnet18", "densenet121", "efficientnet_b0", "googlenet"])
def test_pooling_by_the_largest_activation_adds_up_at_level_b(tmp_path: Path, architecture: str) -> None:
    ready = loaded(tmp_path, architecture, pooling="max")
    with torch.inference_mode():
        expected = largest(images(), architecture)
    torch.testing.assert_close(logits_of(ready, images()), expected, rtol=1e-4, atol=1e-5)
    assert ready.network.head.level is Level.B
    winners = (ready.maps_and_pooled(images())[0] != 0).sum()
    assert int(winners) > 0


def test_what_the_card_says_of_torchvisions_own_changes_nothing(tmp_path: Path) -> None:
    usual = {"output_stride": 32, "first_stride": 2, "first_pooling": "max", "pooling": "average"}
    ready = loaded(tmp_path, "resnet18", **usual)
    with torch.inference_mode():
        torch.testing.assert_close(logits_of(ready, images()), network("resnet18")(images()), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("fields", [{"output_stride": 8}, {"first_stride": 1, "first_pooling": "none"}], ids=str)
def test_onnx_runtime_computes_the_same(tmp_path: Path, fields: dict[str, object]) -> None:
    path = saved(tmp_path / "m.pth", state("resnet18"), **card_of("resnet18", **fields))
    ready = load(describe(entry_of(path)), "cpu")
    expected = ready.maps_and_pooled(images())[0]
    found = checked_onnx_engine(ready.engine).maps_and_pooled(images())[0]  # type: ignore[arg-type]
    assert float((found - expected).abs().max()) <= TOLERANCE * float(expected.abs().max())
    assert split_of(ready).grid.stride < 32


@pytest.mark.parametrize(
    ("architecture", "fields", "sentence"),
    [
        ("densenet121", {"output_stride": 16}, "says output_stride, which camdash can do for ResNets only"),
        ("efficientnet_b0", {"first_stride": 1}, "says first_stride, which camdash can do for ResNets only"),
        ("googlenet", {"first_pooling": "none"}, "says first_pooling, which camdash can do for ResNets only"),
        ("squeezenet1_1", {"pooling": "max"}, "says pooling, but squeezenet1_1 has a head of its own"),
        ("resnet18", {"pooling": "sum"}, "pooling must be one of average, max, not 'sum'"),
        ("resnet18", {"first_pooling": False}, "first_pooling must be one of max, none, not False"),
        ("resnet18", {"output_stride": 4}, "output_stride must be one of 8, 16, 32, not 4"),
        ("resnet18", {"first_stride": 2.0}, "first_stride must be one of 1, 2, not 2.0"),
    ],
)
def test_what_a_network_cannot_do_is_refused_with_the_field(
    tmp_path: Path, architecture: str, fields: dict[str, object], sentence: str
) -> None:
    path = saved(tmp_path / "m.pth", state(architecture), **card_of(architecture, **fields))
    with pytest.raises(CheckpointError, match=sentence):
        describe(entry_of(path))
    assert not intake(entry_of(path)).usable


def test_the_report_says_what_the_weights_do_not_tell_and_which_fields_would(tmp_path: Path) -> None:
    bare = intake(entry_of(saved(tmp_path / "bare.pth", state("resnet18")))).assumptions
    assert bare is not None
    assert "do not tell strides, dilation, padding, pooling, activations" in bare
    assert "taken as in torchvision's resnet18" in bare
    assert bare.endswith("A card can say pooling, output_stride, first_stride, first_pooling.")
    card = card_of("resnet18", first_stride=1, first_pooling="none")
    told = intake(entry_of(saved(tmp_path / "told.pth", state("resnet18"), **card)))
    assert told.assumptions is not None
    assert "The card says first_stride 1, first_pooling none; all else is taken as" in told.assumptions
    assert told.assumptions.endswith("A card can say pooling, output_stride.")
    assert {field.name: (field.value, field.source) for field in told.fields}["first_stride"] == ("1", "told.json")


@pytest.mark.parametrize(("architecture", "end"), [("densenet121", "say pooling."), ("squeezenet1_1", "are wrong.")])
def test_no_field_is_offered_that_would_be_refused(tmp_path: Path, architecture: str, end: str) -> None:
    found = intake(entry_of(saved(tmp_path / "m.pth", state(architecture)))).assumptions
    assert found is not None
    assert found.endswith(end)


def test_the_grid_of_a_dilated_network_lies_where_a_linear_one_puts_its_cells(tmp_path: Path) -> None:
    """Cells 16 pixels apart, the first on pixel 0, as torchvision's ResNets have them 32 apart."""
    grid = loaded(tmp_path, "resnet50", output_stride=16).network.grid
    np.testing.assert_allclose([grid.stride, grid.offset], [16, 0], atol=1e-9)
