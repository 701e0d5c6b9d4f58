"""Presets: a card's named way from a radiograph to an input."""

import json

import pytest

from camdash.errors import CheckpointError
from camdash.networks.cards.card import Card, Fit, Interpolation, card_json, parse_card, unused_fields
from camdash.networks.cards.presets import PRESETS


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


def test_without_a_preset_size_and_fit_are_required() -> None:
    with pytest.raises(CheckpointError, match="lacks input_size, fit"):
        card()
