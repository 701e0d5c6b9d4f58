"""Every family: recognised by its weights, split exactly, registered by its own arithmetic, released when let go."""

import copy
import gc
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torchcam.methods import CAM
from torchvision.ops import SqueezeExcitation

from camdash.networks.architectures.building import blueprint, build, family_of, features_of
from camdash.networks.architectures.families import FAMILIES, GOOGLENET, INCEPTION_V3, LAYERED, LINEAR
from camdash.networks.architectures.geometry import grid_of
from camdash.networks.architectures.recognition import recognise
from camdash.networks.architectures.split import class_activation_maps
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load, load_any
from camdash.networks.placement import Grid
from tests.conftest import split_of
from tests.networks.zoo import SMALLEST, SMALLEST_LAYERED, card_of, images, network, saved, state
from tests.support.memory import resident_at_best

OFFSETS = {
    "resnet18": 0,
    "regnet_x_400mf": 0,
    "densenet121": 14,
    "efficientnet_b0": 0,
    "mobilenet_v2": 0,
    "mnasnet0_5": 0,
    "shufflenet_v2_x0_5": 0,
    "googlenet": 22,
    "inception_v3": 37,
}
"""Cell i of each family's grid is centred on pixel 32 i + this."""

EDGES = [name for family in FAMILIES for name in dict.fromkeys((family.builders[0], family.builders[-1]))]
"""The first and the last architecture of each family."""

ALIKE = [
    "resnet50",
    "wide_resnet50_2",
    "resnext50_32x4d",
    "efficientnet_b1",
    "efficientnet_b2",
    "vit_b_32",
    "regnet_y_400mf",
]
"""Architectures with the same names and other shapes, or the other way round."""


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LoadedCheckpoint]:
    """The smallest network of each family, saved, read, split and checked."""
    folder = tmp_path_factory.mktemp("families")
    return {architecture: loaded(folder, architecture) for architecture in SMALLEST}


def loaded(folder: Path, architecture: str, **card: object) -> LoadedCheckpoint:
    path = saved(folder / f"{architecture}.pth", state(architecture), **card_of(architecture, **card))
    return load(describe(entry_of(path)), "cpu")


@pytest.mark.parametrize("architecture", EDGES + ALIKE)
def test_an_architecture_is_recognised_by_names_and_shapes_alone(architecture: str) -> None:
    outline = blueprint(architecture, 7, 1).state_dict()
    assert recognise({name: tuple(value.shape) for name, value in outline.items()}).architecture == architecture


@pytest.mark.parametrize("architecture", SMALLEST)
def test_evidence_plus_bias_is_the_logit_of_torchvisions_own_network(
    checkpoints: dict[str, LoadedCheckpoint], architecture: str
) -> None:
    divided = split_of(checkpoints[architecture])
    with torch.inference_mode():
        expected = network(architecture)(images())
    maps = class_activation_maps(divided.activations(images()), divided.weight)
    torch.testing.assert_close(maps.mean((2, 3)) + divided.bias, expected, rtol=1e-4, atol=1e-5)
    assert divided.deviation is not None
    assert divided.deviation < 1e-4


@pytest.mark.parametrize("architecture", SMALLEST)
def test_our_maps_are_torchcams(checkpoints: dict[str, LoadedCheckpoint], architecture: str) -> None:
    divided, family = split_of(checkpoints[architecture]), SMALLEST[architecture]
    hooked = copy.deepcopy(network(architecture))
    with CAM(hooked, target_layer=family.path[-1], fc_layer=family.head) as extractor, torch.no_grad():
        logits = hooked(images())
        theirs = [extractor(class_idx=k, scores=logits, normalized=False)[0] for k in range(3)]
    ours = class_activation_maps(divided.activations(images()), divided.weight)[0]
    error = (torch.cat(theirs) - ours).abs().max() / ours.abs().max()
    assert float(error) < 1e-4


@pytest.mark.parametrize("architecture", SMALLEST)
def test_the_grid_is_computed_from_convolutions_and_pooling(architecture: str) -> None:
    family = SMALLEST[architecture]
    features = features_of(build(architecture, 3, 1), family)
    assert grid_of(features, family.branches) == Grid(stride=32, offset=OFFSETS[architecture])


@pytest.mark.parametrize("architecture", [family.builders[-1] for family in LINEAR])
def test_the_largest_of_a_family_is_centred_as_the_smallest(architecture: str) -> None:
    family = family_of(architecture)
    features = features_of(blueprint(architecture, 3, 1), family)
    assert grid_of(features, family.branches) == Grid(stride=32, offset=OFFSETS[family.builders[0]])


def linearise(module: nn.Module) -> None:
    """Make a network linear and positive, each layer centred as it was.

    A convolution keeps the centre of its window, over all its inputs alike; max pooling is average pooling;
    activations and gates let everything through. So a cell sees a small field, centred as its true one.
    """
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d):
            rows, columns = child.kernel_size
            nn.init.zeros_(child.weight)
            child.weight.data[:, :, rows // 2, columns // 2] = 1 / child.weight.shape[1]
            if child.bias is not None:
                nn.init.zeros_(child.bias)
        elif isinstance(child, nn.MaxPool2d):
            setattr(module, name, nn.AvgPool2d(child.kernel_size, child.stride, child.padding, child.ceil_mode))
        elif isinstance(child, nn.ReLU | nn.ReLU6 | nn.SiLU | SqueezeExcitation):
            setattr(module, name, nn.Identity())
        else:
            linearise(child)


@pytest.mark.parametrize("architecture", SMALLEST)
def test_a_linearised_copy_is_centred_where_the_grid_says(architecture: str, monkeypatch: pytest.MonkeyPatch) -> None:
    features = features_of(build(architecture, 3, 1), SMALLEST[architecture])
    grid = grid_of(features, SMALLEST[architecture].branches)
    linearise(features)
    monkeypatch.setattr(torch.nn.functional, "max_pool2d", torch.nn.functional.avg_pool2d)  # Inception v3 calls it
    inputs = torch.ones(1, 1, 480, 448, requires_grad=True)  # ones: Inception's functional ReLU lets them through
    features(inputs)[0, :, 7, 6].sum().backward()
    assert inputs.grad is not None
    field = inputs.grad[0, 0].double().numpy()
    assert not field[[0, -1]].any()
    assert not field[:, [0, -1]].any(), "the input cuts the field"
    rows, columns = np.indices(field.shape)
    centre = [(field * axis).sum() / field.sum() for axis in (rows, columns)]
    np.testing.assert_allclose(centre, [grid.offset + 32 * 7, grid.offset + 32 * 6], atol=0.01)


def test_a_network_of_one_channel_is_recognised_and_split(tmp_path: Path) -> None:
    for architecture in ("densenet121", "efficientnet_b0", "shufflenet_v2_x0_5"):
        path = saved(tmp_path / f"{architecture}.pth", build(architecture, 4, 1).state_dict())
        checkpoint = load(describe(entry_of(path)), "cpu")
        assert (checkpoint.checkpoint.card.architecture, checkpoint.network.channels) == (architecture, 1)


@pytest.mark.parametrize("family", [GOOGLENET, INCEPTION_V3])
def test_transform_input_is_the_cards_to_say_and_then_part_of_the_network(tmp_path: Path, family: Any) -> None:
    architecture = family.builders[0]
    original = copy.deepcopy(network(architecture))
    original.transform_input = True  # type: ignore[assignment]
    divided = split_of(loaded(tmp_path, architecture, transform_input=True))
    with torch.inference_mode():
        expected = original(images())
    maps = class_activation_maps(divided.activations(images()), divided.weight)
    torch.testing.assert_close(maps.mean((2, 3)) + divided.bias, expected, rtol=1e-4, atol=1e-5)
    assert divided.grid.offset == pytest.approx(OFFSETS[architecture])


def test_no_family_lacks_exact_maps() -> None:
    assert not any(family.no_map for family in (*LINEAR, *LAYERED))


@pytest.mark.parametrize("architecture", [*SMALLEST, *SMALLEST_LAYERED])
def test_a_network_that_is_let_go_is_gone_at_once_without_the_garbage_collector(
    tmp_path: Path, architecture: str
) -> None:
    path = saved(tmp_path / "m.pth", state(architecture), **card_of(architecture))
    checkpoint = describe(entry_of(path))
    gc.disable()
    try:
        held = load_any(checkpoint, "cpu")
        whole = split_of(held).features if held.whole is None else held.whole.network
        parts: list[weakref.ref[Any]] = [weakref.ref(whole), *(weakref.ref(part) for part in whole.parameters())]
        del held, whole
        assert [part for part in parts if part() is not None] == []
    finally:
        gc.enable()


def test_memory_is_flat_over_twenty_loads(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.pth", state("resnet18"), **card_of("resnet18"))  # 45 MB
    checkpoint = describe(entry_of(path))
    for _ in range(3):
        load(checkpoint, "cpu")
    before = resident_at_best()
    for _ in range(20):
        load(checkpoint, "cpu")
    assert resident_at_best() - before < 90e6  # 20 networks that stay would be 900 MB
