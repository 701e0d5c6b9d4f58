"""MONAI's networks: its logits, and what is its own in a ResNet."""

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from camdash.networks.cards.arithmetic import FirstPooling
from camdash.networks.catalog.folders import entry_of
from camdash.networks.placement import Grid
from camdash.networks.report import intake
from tests.networks.hubs.originals import alive, check_same, inputs, library, loaded_from


def saved(network: nn.Module, path: Path) -> Path:
    torch.save(network.state_dict(), path)
    return path


def test_its_densenet_has_its_own_logits(tmp_path: Path) -> None:
    nets = library("monai.networks.nets")
    network = alive(lambda: nets.DenseNet121(spatial_dims=2, in_channels=1, out_channels=3))
    loaded = loaded_from(saved(network, tmp_path / "monai.pth"))
    card = loaded.checkpoint.card
    assert (card.architecture, card.preset) == ("densenet121", "unit")
    assert "Input size is a guess" in card.guess or "input size is a guess" in card.guess
    check_same(loaded, inputs(1, 96), network(inputs(1, 96)))


@pytest.fixture(scope="module")
def resnet() -> nn.Module:
    """Its ResNet-18 of two dimensions: the first stride is 1."""
    nets = library("monai.networks.nets")
    return alive(lambda: nets.resnet18(spatial_dims=2, n_input_channels=1, num_classes=3))


def test_its_resnet_has_its_own_logits_and_a_finer_grid(resnet: nn.Module, tmp_path: Path) -> None:
    path = saved(resnet, tmp_path / "monai.pth")
    loaded, report = loaded_from(path), intake(entry_of(path))
    arithmetic = loaded.checkpoint.card.arithmetic
    assert (arithmetic.first_stride, arithmetic.first_pooling) == (1, FirstPooling.MAX)
    assert loaded.network.grid == Grid(stride=16, offset=0)
    assert any("first_stride 1 and first_pooling max assumed" in said for said in report.conversions)
    check_same(loaded, inputs(1, 64), resnet(inputs(1, 64)))


@pytest.mark.parametrize(("said", "stride"), [({}, 1), ({"first_stride": 2}, 2)])
def test_a_card_that_says_nothing_of_strides_leaves_them_as_monai_s(
    resnet: nn.Module, said: dict[str, int], stride: int, tmp_path: Path
) -> None:
    path = saved(resnet, tmp_path / "monai.pth")
    fields = {"architecture": "resnet18", "class_names": ["A", "B", "C"], "input_size": [64, 64], "fit": "stretch"}
    path.with_suffix(".json").write_text(json.dumps(fields | said))
    assert loaded_from(path).checkpoint.card.arithmetic.first_stride == stride
