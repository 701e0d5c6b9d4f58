"""Presets: a card's named way from a radiograph to an input."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from camdash.errors import CheckpointError
from camdash.networks.cards.card import Card, Fit, Interpolation, Preprocessing
from camdash.networks.cards.parsing import card_json, parse_card, unused_fields
from camdash.networks.cards.presets import PRESETS
from camdash.networks.catalog.folders import entry_of
from camdash.networks.report import intake
from tests.networks.zoo import network, saved


def card(**fields: object) -> Card:
    return parse_card(json.dumps({"architecture": "densenet121", "class_names": ["A", "B"]} | fields), "a.json")


@pytest.mark.parametrize("name", PRESETS)
def test_with_a_preset_neither_size_nor_fit_is_required(name: str) -> None:
    found = card(preset=name)
    how = found.preprocessing
    assert (found.preset, how.interpolation) == (name, Interpolation.AREA)
    assert list(how.input_size) == PRESETS[name]["input_size"]
    assert how.fit == PRESETS[name]["fit"]
    assert parse_card(card_json(found), "a.json") == found
    assert unused_fields(("preset",), found) == ()


def test_what_the_card_says_counts() -> None:
    how = card(preset="imagenet", input_size=[96, 96], mean=[0.5]).preprocessing
    assert (how.input_size, how.mean, how.std) == ((96, 96), (0.5,), (0.229, 0.224, 0.225))
    assert (how.fit, how.resize) == (Fit.CROP, None)
    assert card(preset="imagenet").preprocessing.resize == 256


def test_the_greys_of_torchxrayvision_are_between_minus_and_plus_1024() -> None:
    how = card(preset="torchxrayvision").preprocessing
    assert [(grey - how.mean[0]) / how.std[0] for grey in (0, 0.5, 1)] == pytest.approx([-1024, 0, 1024])


@pytest.mark.parametrize("value", ["imagnet", 1, ["imagenet"], {}])
def test_an_unknown_preset_is_a_sentence_that_lists_them(value: object) -> None:
    with pytest.raises(CheckpointError, match="preset must be one of imagenet, half, unit, torchxrayvision, torchx"):
        card(preset=value)


@pytest.mark.parametrize(
    ("name", "size", "fit", "resize"),
    [
        ("timm/resnet10t.c3_in1k", (176, 176), Fit.CROP, 201),  # 176 / 0.875 = 201.1
        ("timm/resnet50.a1_in1k", (224, 224), Fit.CROP, 235),  # 224 / 0.95 = 235.8
        ("timm/resnet50", (224, 224), Fit.CROP, 235),
        ("timm/coat_lite_medium_384.in1k", (384, 384), Fit.STRETCH, None),
    ],
)
def test_timms_name_is_a_preset(name: str, size: tuple[int, int], fit: Fit, resize: int | None) -> None:
    found = card(preset=name)
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    assert found.preprocessing == Preprocessing(size, fit, Interpolation.AREA, resize, 0.0, mean, std)
    assert found.preset == name
    assert parse_card(card_json(found), "a.json") == found


@pytest.mark.parametrize(("tag", "mean"), [("ns_jft_in1k", 0.485), ("ap_in1k", 0.5)])
def test_the_tag_says_which_weights_are_meant(tag: str, mean: float) -> None:
    """Those that were trained with adversarial examples saw other values."""
    how = card(preset=f"timm/tf_efficientnet_b0.{tag}").preprocessing
    assert how.mean[0] == pytest.approx(mean)


def test_what_the_card_says_counts_before_timms_preset() -> None:
    how = card(preset="timm/resnet50.a1_in1k", input_size=[96, 96], mean=[0.5], std=[0.25]).preprocessing
    assert (how.input_size, how.fit, how.resize, how.mean, how.std) == ((96, 96), Fit.CROP, None, (0.5,), (0.25,))


@pytest.mark.parametrize(
    "name", ["timm/resnet5000", "timm/resnet50.nonsense", "timm/", "timm/hf_hub:a/b", "timm/a.b.c"]
)
def test_a_name_that_timm_does_not_know_is_a_sentence(name: str) -> None:
    said = f"The card in a.json cannot be used: preset '{name}' names no network or weights that timm knows."
    with pytest.raises(CheckpointError) as raised:
        card(preset=name)
    assert str(raised.value) == said


def test_what_no_card_can_say_is_a_sentence() -> None:
    """Where timm enlarges the border of an image, there is no field for it."""
    with pytest.raises(CheckpointError, match=r"preset .* prepares images in a way that no card can say"):
        card(preset="timm/deepseek_vit_412m.deepseek_v4_1_flash")


def test_the_report_says_which_fields_come_from_timms_preset(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.pth", dict(network("resnet18").state_dict()))
    fields = {"architecture": "resnet18", "class_names": ["A", "B", "C"], "preset": "timm/resnet50.a1_in1k"}
    path.with_suffix(".json").write_text(json.dumps(fields | {"mean": [0.5]}))
    report = intake(entry_of(path))
    assert report.error is None
    sources = {field.name: field.source for field in report.fields}
    assert (sources["input_size"], sources["std"]) == ("preset timm/resnet50.a1_in1k",) * 2
    assert sources["mean"] == "m.json"


def test_timm_is_not_imported_for_another_preset() -> None:
    script = (
        "import json, sys; from camdash.networks.cards.parsing import parse_card; "
        'parse_card(json.dumps({"architecture": "resnet18", "class_names": ["A"], "preset": "unit"}), "a"); '
        'sys.exit("timm" in sys.modules)'
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_without_a_preset_size_and_fit_are_required() -> None:
    with pytest.raises(CheckpointError, match="lacks input_size, fit"):
        card()
