"""Folders of timm, whose `config.json` names no type: the weights are read by their own names."""

import json
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import save_file

from camdash.networks.cards.card import Card
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.report import intake
from tests.networks.hubs.originals import NAMES, loaded_from
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
