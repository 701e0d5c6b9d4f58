"""Folders of timm, whose `config.json` names no type: the weights are read by their own names."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import torchvision
from safetensors.torch import save_file

from camdash.networks.cards.card import Card
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.report import intake
from tests.networks.hubs.originals import NAMES, loaded_from
from tests.networks.of_timm.zoo import network as timms_network
from tests.networks.zoo import network

HOW = {"input_size": [3, 288, 288], "crop_pct": 0.9, "mean": [0.1, 0.2, 0.3], "std": [1.0, 1.0, 1.0]}


def folder(path: Path, **config: Any) -> Path:
    path.mkdir()
    save_file(dict(network("resnet18").state_dict()), path / "model.safetensors")
    said = {"architecture": "resnet18", "num_classes": 3, "label_names": NAMES, "pretrained_cfg": HOW} | config
    (path / "config.json").write_text(json.dumps(said))
    return path


def card_of(path: Path) -> Card:
    return describe(entry_of(path)).card


def test_its_configuration_says_classes_and_preprocessing(tmp_path: Path) -> None:
    loaded = loaded_from(folder(tmp_path / "timm"))
    card, how = loaded.checkpoint.card, loaded.checkpoint.card.preprocessing
    assert (card.architecture, card.class_names) == ("resnet18", NAMES)
    assert (how.input_size, how.fit, how.resize, how.mean) == ((288, 288), "crop", 320, (0.1, 0.2, 0.3))
    assert loaded.no_map == ""


@pytest.mark.parametrize(
    ("changed", "fit", "assumed"),
    [
        ({"crop_mode": "squash", "crop_pct": 1.0}, "stretch", False),
        ({"crop_mode": "border"}, "stretch", True),
    ],
)
def test_what_a_card_cannot_say_is_a_guess(changed: dict[str, Any], fit: str, assumed: bool, tmp_path: Path) -> None:
    card = card_of(folder(tmp_path / "timm", pretrained_cfg=HOW | changed))
    assert (card.preprocessing.fit, "fit" in card.assumed) == (fit, assumed)


def test_a_network_that_only_looks_like_another_is_not_taken_for_it(tmp_path: Path) -> None:
    """It is taken for what it says that it is, in the folder's own input size, or refused."""
    report = intake(entry_of(folder(tmp_path / "timm", architecture="resnetblur18")))
    if report.card is None:
        assert "says that it is a resnetblur18" in (report.error or "")
    else:
        assert report.card.architecture == "timm/resnetblur18"
        assert report.card.preprocessing.input_size == (288, 288)


def test_a_folder_with_any_other_configuration_is_read_as_its_file_is(tmp_path: Path) -> None:
    path = folder(tmp_path / "run")
    (path / "config.json").write_text('{"lr": 0.1}')
    assert card_of(path).class_names == ("Class 0", "Class 1", "Class 2")


def test_a_network_of_one_channel_takes_the_mean_of_three(tmp_path: Path) -> None:
    """timm keeps three means where `in_chans` is 1: it is no fault of a card."""
    path = folder(tmp_path / "timm")
    made = torchvision.models.resnet18(weights=None, num_classes=3)
    made.conv1 = torch.nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    save_file(made.state_dict(), path / "model.safetensors")
    how = loaded_from(path).checkpoint.card.preprocessing
    assert how.mean == pytest.approx((0.2,))
    assert how.std == pytest.approx((1.0,))


def of_timm(path: Path, **config: Any) -> Path:
    """A folder of a network that torchvision lacks: without a configuration it is prepared as timm's weights are."""
    folder(path)
    save_file(dict(timms_network("resnet10t").state_dict()), path / "model.safetensors")
    (path / "config.json").write_text(json.dumps({"architecture": "resnet10t"} | config))
    return path


def test_named_classes_leave_it_said_how_images_are_prepared(tmp_path: Path) -> None:
    state = timms_network("resnet10t").state_dict()
    names = [f"Part {place}" for place in range(len(state["fc.bias"]))]
    named = of_timm(tmp_path / "timm", label_names=names)
    report = intake(entry_of(named))
    assert report.card is not None
    assert report.card.guess.startswith("No card: images are prepared as for timm's resnet10t.")
    assert {field.name: field.source for field in report.fields}["mean"] == "timm's resnet10t"
    torch.save({"arch": "resnet10t", "state_dict": state, "class_names": names}, tmp_path / "m.pth")
    assert card_of(tmp_path / "m.pth").guess.startswith("No card: images are prepared as for timm's resnet10t.")


def test_a_size_of_its_own_is_not_said_to_be_timm_s(tmp_path: Path) -> None:
    """The size before the crop is timm's for another input size: it is not mixed with the folder's own."""
    card = card_of(of_timm(tmp_path / "timm", pretrained_cfg=HOW | {"crop_mode": "border"}))
    how = card.preprocessing
    assert (how.input_size, how.fit, how.resize) == ((288, 288), "stretch", None)
    assert ("fit" in card.assumed, card.prepared_as) == (True, "")
