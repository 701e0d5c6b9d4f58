"""torchxrayvision's networks: its logits, its labels, its thresholds, its grey values."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from camdash.networks.cards.card import Card, Fit
from camdash.networks.cards.output import OutputKind
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.preprocessing import network_input
from camdash.networks.report import intake
from tests.conftest import radiograph, random_network
from tests.networks.hubs.originals import alive, check_same, inputs, library, loaded_from

KNOWN = torch.linspace(0.1, 0.9, 18)


@pytest.fixture(scope="module")
def original() -> nn.Module:
    """Its DenseNet-121, as it is trained: without thresholds it gives its logits."""
    return alive(lambda: library("torchxrayvision").models.DenseNet(weights=None))


def card_of(path: Path) -> Card:
    return describe(entry_of(path)).card


def saved(path: Path, network: nn.Module, thresholds: Tensor = KNOWN, prefix: str = "", **beside: Any) -> Path:
    state = {f"{prefix}{name}": value for name, value in network.state_dict().items()}
    torch.save({"state_dict": state | {f"{prefix}op_threshs": thresholds}, **beside}, path)
    return path


@pytest.mark.parametrize("prefix", ["", "model."])
def test_its_densenet_has_its_own_logits_labels_and_thresholds(
    original: nn.Module, prefix: str, tmp_path: Path
) -> None:
    loaded = loaded_from(saved(tmp_path / "xrv.ckpt", original, prefix=prefix))
    card, how = loaded.checkpoint.card, loaded.checkpoint.card.preprocessing
    assert list(card.class_names) == library("torchxrayvision").datasets.default_pathologies
    assert (card.architecture, card.preset) == ("densenet121", "torchxrayvision")
    assert (card.output.kind, card.output.assumed) == (OutputKind.SIGMOID, "")
    assert card.output.thresholds == pytest.approx(KNOWN.tolist())
    assert (how.input_size, how.fit) == ((224, 224), Fit.CROP)
    assert card.guess == "Class names are a guess."
    check_same(loaded, inputs(1, 224) * 2048 - 1024, original(inputs(1, 224) * 2048 - 1024))


def test_labels_in_the_file_count_and_are_no_guess(original: nn.Module, tmp_path: Path) -> None:
    names = [f"Label {place}" for place in range(17)] + [""]
    card = card_of(saved(tmp_path / "xrv.pt", original, pathologies=names))
    assert card.class_names == (*names[:17], "Class (17)")
    assert card.guess == ""


def test_without_the_threshold_of_a_label_none_is_used(original: nn.Module, tmp_path: Path) -> None:
    unknown = KNOWN.clone()
    unknown[3:5] = torch.nan
    report = intake(entry_of(saved(tmp_path / "xrv.pt", original, unknown)))
    assert report.card is not None
    assert (report.card.output.kind, report.card.output.thresholds) == (OutputKind.SIGMOID, ())
    assert "no threshold used, since op_threshs lacks those of 2 labels" in report.conversions


def test_thresholds_are_read_from_a_safetensors_file(original: nn.Module, tmp_path: Path) -> None:
    save_file(dict(original.state_dict()) | {"op_threshs": KNOWN}, tmp_path / "xrv.safetensors")
    assert card_of(tmp_path / "xrv.safetensors").output.thresholds == pytest.approx(KNOWN.tolist())


def test_a_resnet_takes_the_larger_input(tmp_path: Path) -> None:
    report = intake(entry_of(saved(tmp_path / "xrv.pt", random_network("resnet18", 18, 1))))
    assert report.card is not None
    assert (report.card.preset, report.card.preprocessing.input_size) == ("torchxrayvision-512", (512, 512))
    assert "preset torchxrayvision-512, as op_threshs is torchxrayvision's" in report.conversions
    sources = {field.name: field.source for field in report.fields}
    assert (sources["mean"], sources["preset"]) == ("preset torchxrayvision-512", "weights")


def test_without_the_buffer_its_shapes_are_a_guess(original: nn.Module, tmp_path: Path) -> None:
    torch.save(original.state_dict(), tmp_path / "bare.pth")
    card = card_of(tmp_path / "bare.pth")
    assert (card.preset, card.output.kind) == ("torchxrayvision", OutputKind.SIGMOID)
    assert card.class_names[0] == "Atelectasis"
    assert {"class_names", "input_size", "fit"} <= {*card.assumed}
    assert "(sigmoid) is assumed, as in torchxrayvision" in card.guess


def test_the_preset_gives_its_own_grey_values() -> None:
    """torchxrayvision's own functions: from -1024 to 1024, the middle square, then the size."""
    xrv = library("torchxrayvision")
    values = np.linspace(0, 255, 300 * 224).reshape(300, 224)
    wanted = xrv.datasets.XRayCenterCrop()(xrv.datasets.normalize(values, 255)[None])
    how = preset("torchxrayvision")
    found = network_input(radiograph(values), how, 1)[0].numpy()
    assert found.shape == wanted.shape == (1, 224, 224)
    np.testing.assert_allclose(found, wanted, atol=0.05)


def preset(name: str):  # type: ignore[no-untyped-def]
    from camdash.networks.cards.parsing import card_from

    return card_from({"architecture": "densenet121", "class_names": ["A", "B"], "preset": name}).preprocessing
