"""Names for the classes of a checkpoint without a card, written as a card beside it."""

import json
import stat
from pathlib import Path

import pytest

from camdash.errors import CheckpointError, WriteError
from camdash.networks.cards.card import Checkpoint, Fit
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.catalog.naming import named_card, write_card
from camdash.networks.report import intake
from tests.conftest import card_fields, random_network, save_state_dict

NAMES = ("Skull", "Knee", "Spine")


@pytest.fixture
def bare(tmp_path: Path) -> Checkpoint:
    """A ResNet-18 of three classes without a card."""
    return described(save_state_dict(tmp_path / "bare.pth", random_network("resnet18", 3).state_dict()))


def described(path: Path) -> Checkpoint:
    return describe(entry_of(path))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_written_card_names_the_classes_and_says_what_is_still_a_guess(bare: Checkpoint) -> None:
    written = write_card(bare, named_card(bare.card, [" Skull", "Knee", "Spine "]))
    assert written == bare.path.with_name("bare.json")
    card = described(bare.path).card
    assert card.class_names == NAMES
    assert (card.architecture, card.preprocessing) == (bare.card.architecture, bare.card.preprocessing)
    assert card.assumed == ("input_size", "fit")
    assert card.guess == "Input size is a guess. That exactly one class is right (softmax) is assumed."
    assert json.loads(written.read_text())["guessed"] == ["input_size", "fit"]
    report = intake(entry_of(bare.path))
    assert report.usable
    assert {one.name: one.source for one in report.fields if one.name in ("class_names", "fit")} == {
        "class_names": "bare.json",
        "fit": "bare.json, a guess",
    }


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["a", "A ", "b"], "must differ from each other, by more than case and spaces"),
        (["a", "ａ", "b"], "must differ"),  # full width
        (["a", "a\u200b", "b"], "must differ"),  # a sign that is not seen
        (["a", "", "b"], "one of them is empty"),
        (["a", "  ", "b"], "one of them is empty"),
        (["a", "b\x07", "c"], "must be without control characters"),
        (["a", "b\ud800", "c"], "lone surrogates"),
        (["a", "b\u202e", "c"], "direction of writing"),
        (["a", "x" * 201, "c"], "at most 200 characters"),
        (["a", "b"], "There are 2 names for 3 classes. Give each class one name, in the order of the outputs."),
        (["a", "b", "c", "d"], "There are 4 names for 3 classes"),
        (["a"], "There is 1 name for 3 classes"),
    ],
)  # fmt: skip
def test_names_that_no_card_may_have_are_refused_in_a_sentence(bare: Checkpoint, names: list[str], why: str) -> None:
    with pytest.raises(CheckpointError) as refused:
        named_card(bare.card, names)
    assert why in str(refused.value)
    assert str(refused.value).startswith(("The class names", "There "))
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("content", ["{}", json.dumps(card_fields()), ""])
def test_a_card_that_is_there_is_never_changed(bare: Checkpoint, content: str) -> None:
    bare.path.with_name("bare.json").write_text(content)
    with pytest.raises(CheckpointError, match=r"^bare\.json is there already, and was not changed"):
        write_card(bare, named_card(bare.card, NAMES))
    assert bare.path.with_name("bare.json").read_text() == content


def test_a_link_to_nowhere_in_the_cards_place_is_not_followed(bare: Checkpoint, tmp_path: Path) -> None:
    bare.path.with_name("bare.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(CheckpointError, match="is there already"):
        write_card(bare, named_card(bare.card, NAMES))
    assert not (tmp_path / "elsewhere.json").exists()


def test_a_file_that_was_replaced_gets_no_card(bare: Checkpoint) -> None:
    text = named_card(bare.card, NAMES)
    save_state_dict(bare.path, random_network("resnet18", 4).state_dict())
    with pytest.raises(CheckpointError, match=r"^bare\.pth was replaced just now"):
        write_card(bare, text)
    assert files(bare.path.parent) == ["bare.pth"]


@pytest.mark.parametrize("other", ["bare.pt", "bare.pth.tar", "bare.safetensors", "bare.onnx"])
def test_a_card_that_would_count_for_another_file_too_is_not_written(bare: Checkpoint, other: str) -> None:
    bare.path.with_name(other).write_bytes(b"x")
    with pytest.raises(CheckpointError, match=rf"^bare\.json would be the card of {other} too"):
        write_card(bare, named_card(bare.card, NAMES))
    assert not bare.path.with_name("bare.json").exists()


def test_what_the_disk_refuses_is_said_with_the_reason_and_leaves_nothing_behind(tmp_path: Path) -> None:
    # 251 letters and ".pth" are the longest name there is; with ".json" it is one byte too long.
    path = save_state_dict(tmp_path / ("x" * 251 + ".pth"), random_network("resnet18", 3).state_dict())
    checkpoint = described(path)
    with pytest.raises(WriteError, match=r"could not be written to .*: File name too long\. Download it"):
        write_card(checkpoint, named_card(checkpoint.card, NAMES))
    assert files(tmp_path) == [path.name]


def test_a_card_is_as_readable_as_its_checkpoint_and_nothing_else_is_left(bare: Checkpoint) -> None:
    bare.path.chmod(0o640)
    written = write_card(bare, named_card(bare.card, NAMES))
    assert stat.S_IMODE(written.stat().st_mode) == 0o640
    assert files(written.parent) == ["bare.json", "bare.pth"]


def test_names_of_all_scripts_are_written_as_they_are(bare: Checkpoint) -> None:
    names = ("Schädel", "膝", '<b>Spine</b> \\ "quoted"')
    write_card(bare, named_card(bare.card, names))
    assert described(bare.path).card.class_names == names
    assert described(bare.path).card.preprocessing.fit is Fit.STRETCH


def test_no_card_is_written_that_would_count_as_that_of_an_ensemble(tmp_path: Path) -> None:
    path = save_state_dict(tmp_path / "best.ensemble.pth", dict(random_network("resnet18", 3).state_dict()))
    with pytest.raises(CheckpointError, match="would count as that of an ensemble"):
        write_card(described(path), "{}")
    assert files(tmp_path) == ["best.ensemble.pth"]
