from pathlib import Path

import pytest

from camdash.app.session.address import Link, of_image, parse
from camdash.app.viewer.modes import Mode
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.looks import OWN_SCALE
from tests.conftest import small_card

ONE = Checkpoint("one", Path("one"), "a" * 64, small_card(classes=2))
TWO = Checkpoint("two", Path("two"), "b" * 64, small_card(classes=3))
BOTH = [ONE, TWO]


def test_a_link_names_checkpoints_class_and_view() -> None:
    asked = {"checkpoint": "two", "with": "one", "class": "Part 2", "view": "difference"}
    assert parse(asked, BOTH) == Link(TWO, ONE, "Part 2", Mode.DIFFERENCE)


def test_a_link_names_image_panels_look_and_cells() -> None:
    asked = {"sample": "foot", "show": "top", "look": "own", "cells": "grid", "panels": "class-0,average"}
    found = parse(asked, BOTH)
    assert (found.sample, found.show, found.look, found.grid) == ("foot", "top", OWN_SCALE, True)
    assert found.panels == ("class-0", "average")
    assert parse({"enlarged": "average"}, BOTH).enlarged == "average"
    assert parse({"image": "0123456789abcdef"}, BOTH).image == "0123456789abcdef"
    assert found.ignored == ()


def test_an_upload_is_named_by_its_digest_and_never_by_its_name() -> None:
    assert of_image(None, "ab" * 32) == {"sample": None, "image": "abababababababab"}
    assert of_image("foot", "ab" * 32) == {"sample": "foot", "image": None}


def test_an_empty_link_asks_for_nothing() -> None:
    assert parse({}, BOTH) == Link()
    assert parse({}, []) == Link()


@pytest.mark.parametrize(
    "key", ["checkpoint", "with", "class", "view", "sample", "image", "show", "look", "cells", "enlarged"]
)
def test_what_is_not_known_is_ignored_and_said(key: str) -> None:
    found = parse({key: "nonsense"}, BOTH)
    assert (found.checkpoint, found.second, found.class_name, found.view) == (None, None, "", None)
    assert len(found.ignored) == 1
    assert "nonsense" in found.ignored[0]


def test_a_checkpoint_is_not_compared_with_itself() -> None:
    assert parse({"with": "one"}, BOTH).second is None
    assert parse({"checkpoint": "two", "with": "two"}, BOTH).second is None


def test_a_class_must_be_one_of_the_chosen_checkpoints() -> None:
    assert parse({"class": "Part 2"}, BOTH).class_name == ""
    assert parse({"class": "Part 2", "with": "two"}, BOTH).class_name == "Part 2"


def test_a_difference_needs_two_checkpoints() -> None:
    assert parse({"view": "difference"}, BOTH).view is None


def test_an_unknown_value_is_shown_letter_by_letter_and_not_at_length() -> None:
    (sentence,) = parse({"checkpoint": "[x](http://example.invalid)" + 1000 * "y"}, BOTH).ignored
    assert "[x](" not in sentence
    assert len(sentence) < 200
