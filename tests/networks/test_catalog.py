"""The checkpoints on disk: found in folders, each with its digest and its card."""

import hashlib
import json
import os
from pathlib import Path

import pytest
import torch

from camdash.errors import CheckpointError, UsageError
from camdash.networks.cards.card import FIVE_CLASSES, Fit
from camdash.networks.cards.parsing import assumed_card
from camdash.networks.cards.writing import write_checkpoint
from camdash.networks.catalog import checkpoints as catalog
from camdash.networks.catalog.checkpoints import checkpoint_folders, describe, find
from camdash.networks.catalog.folders import LARGEST_CARD, entries, entry_of
from tests.conftest import card_fields, random_network, save_checkpoint, save_state_dict, small_card

TINY = {"fc.weight": torch.ones(2, 2)}
"""Enough for what reads the card alone."""

ASSUMED = "That exactly one class is right (softmax) is assumed."


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    return path


def tiny(path: Path) -> Path:
    """Write a checkpoint that has a card and hardly any weights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_checkpoint(path, TINY, small_card())
    return path


def test_checkpoints_are_listed_by_folder_and_then_by_name_and_other_files_are_not(tmp_path: Path) -> None:
    for name in ("b/z.pth", "b/a.safetensors", "a/m.ckpt", "a/README.md", "a/m.json", "a/LICENSE", "a/deeper/n.pth"):
        touch(tmp_path / name)
    found = [entry.path for entry in entries([tmp_path / "b", tmp_path / "a", tmp_path / "none"])]
    assert found == [tmp_path / "b/a.safetensors", tmp_path / "b/z.pth", tmp_path / "a/m.ckpt"]


def test_a_folder_named_twice_is_listed_once(tmp_path: Path) -> None:
    touch(tmp_path / "a/m.pth")
    (tmp_path / "again").symlink_to(tmp_path / "a")
    assert len(entries([tmp_path / "a", tmp_path / "a", tmp_path / "again"])) == 1


def test_the_shipped_folder_comes_first_and_then_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMDASH_CHECKPOINTS", os.pathsep.join(["/one", "", "/two"]))
    assert checkpoint_folders() == [catalog.SHIPPED, Path("/one"), Path("/two")]
    monkeypatch.delenv("CAMDASH_CHECKPOINTS")
    assert checkpoint_folders() == [catalog.SHIPPED]


def test_an_entry_changes_when_its_file_or_its_card_does(tmp_path: Path) -> None:
    path = touch(tmp_path / "m.pth")
    first = entry_of(path)
    assert first == entry_of(path)
    assert hash(first) == hash(entry_of(path))
    (tmp_path / "m.json").write_text("{}")
    second = entry_of(path)
    path.write_bytes(b"more")
    assert len({first, second, entry_of(path)}) == 3


def test_the_name_is_the_files_without_its_ending(tmp_path: Path) -> None:
    assert entry_of(touch(tmp_path / "resnet34.v2.pth")).name == "resnet34.v2"


def test_a_checkpoint_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"gone\.pth cannot be found\.$"):
        entry_of(tmp_path / "gone.pth")


def test_a_card_in_the_metadata_is_read_and_the_digest_is_the_files(tmp_path: Path) -> None:
    path = tiny(tmp_path / "small.safetensors")
    checkpoint = describe(entry_of(path))
    assert (checkpoint.name, checkpoint.card) == ("small", small_card())
    assert checkpoint.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_card_beside_the_file_is_read(tmp_path: Path) -> None:
    path = save_state_dict(tmp_path / "mine.pth", TINY)
    (tmp_path / "mine.json").write_text(json.dumps(card_fields(fit="pad", notes="Über allem")), encoding="utf-8")
    card = describe(entry_of(path)).card
    assert (card.preprocessing.fit, card.text("notes"), card.assumed) == (Fit.PAD, "Über allem", ())


def test_a_card_that_an_editor_of_windows_saved_is_read(tmp_path: Path) -> None:
    path = save_state_dict(tmp_path / "mine.pth", TINY)
    (tmp_path / "mine.json").write_text(json.dumps(card_fields(fit="pad")), encoding="utf-8-sig")
    assert describe(entry_of(path)).card.preprocessing.fit is Fit.PAD


def test_the_metadata_goes_before_a_card_beside_the_file(tmp_path: Path) -> None:
    path = tiny(tmp_path / "small.safetensors")
    (tmp_path / "small.json").write_text(json.dumps(card_fields(fit="pad")))
    assert describe(entry_of(path)).card.preprocessing.fit is Fit.STRETCH


@pytest.mark.parametrize("classes", [5, 7])
def test_a_bare_state_dict_is_recognised_and_its_card_assumed(tmp_path: Path, classes: int) -> None:
    state = {f"module.{name}": value for name, value in random_network("resnet18", classes).state_dict().items()}
    card = describe(entry_of(save_state_dict(tmp_path / "bare.pth", {"state_dict": state}))).card
    assert (card.architecture, card.class_names[0], len(card.class_names)) == ("resnet18", "Class 0", classes)
    assert (card.preprocessing.input_size, card.preprocessing.fit) == ((1024, 1024), Fit.STRETCH)
    assert set(card.assumed) == {"architecture", "class_names", "input_size", "fit"}


@pytest.mark.parametrize(
    ("architecture", "channels", "classes", "guess"),
    [
        ("resnet34", 1, 5, "No card: class names and input size are guesses."),
        ("resnet34", 3, 5, "No card: classes are only numbered, and the input size is a guess. " + ASSUMED),
        ("resnet34", 1, 4, "No card: classes are only numbered, and the input size is a guess. " + ASSUMED),
        ("resnet50", 1, 5, "No card: classes are only numbered, and the input size is a guess. " + ASSUMED),
    ],
)
def test_the_five_body_parts_are_assumed_for_the_users_own_network_alone(
    tmp_path: Path, architecture: str, channels: int, classes: int, guess: str
) -> None:
    state = random_network(architecture, classes, channels).state_dict()
    card = describe(entry_of(save_state_dict(tmp_path / "bare.pth", state))).card
    own = guess.startswith("No card: class names")
    assert card.class_names == (FIVE_CLASSES if own else tuple(f"Class {k}" for k in range(classes)))
    assert card.guess == guess


def test_the_input_size_of_a_vision_transformer_is_no_guess() -> None:
    card = assumed_card("vit_b_16", 5, 64, 3)
    assert card.assumed == ("architecture", "class_names", "fit")
    assert card.guess == "No card: classes are only numbered, and the fit to the input is a guess. " + ASSUMED


def test_a_bare_state_dict_without_batch_norms_counters_is_recognised(tmp_path: Path) -> None:
    state = {n: v for n, v in random_network().state_dict().items() if not n.endswith("num_batches_tracked")}
    assert describe(entry_of(save_state_dict(tmp_path / "bare.pth", state))).card.architecture == "resnet18"


def test_a_bare_state_dict_of_another_architecture_is_refused_and_no_card_is_asked_for(tmp_path: Path) -> None:
    """A card that names an architecture is refused too where names and shapes are not that architecture's."""
    with pytest.raises(CheckpointError, match=r"could not be recognised .* names and shapes of torch") as refused:
        describe(entry_of(save_state_dict(tmp_path / "bare.pth", TINY)))
    assert "card" not in str(refused.value)


def test_a_card_that_names_an_unknown_architecture_is_refused_with_those_that_can_be_used(tmp_path: Path) -> None:
    path = save_state_dict(tmp_path / "mine.pth", TINY)
    (tmp_path / "mine.json").write_text(json.dumps(card_fields(architecture="perceptron")))
    with pytest.raises(CheckpointError, match="'perceptron' is not one that camdash can split: resnet18, resnet34"):
        describe(entry_of(path))


def test_a_damaged_card_is_named_with_its_own_file(tmp_path: Path) -> None:
    path = save_state_dict(tmp_path / "mine.pth", TINY)
    for content, sentence in (
        (b"{", "is not valid JSON"), (b"\xff\xfe{", "is not UTF-8 text"), (b" " * (LARGEST_CARD + 1), "is too large"),
    ):  # fmt: skip
        (tmp_path / "mine.json").write_bytes(content)
        with pytest.raises(CheckpointError, match=rf"card (in )?mine\.json {sentence}"):
            describe(entry_of(path))


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("content", [b"", b"not weights at all"])
def test_a_broken_file_without_a_card_is_named(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = touch(tmp_path / f"broken{suffix}")
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=rf"^broken\{suffix} "):
        describe(entry_of(path))


def test_find_by_name_by_path_and_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tiny(tmp_path / "shipped/zebra.safetensors"), tiny(tmp_path / "own/ant.safetensors")
    folders = [tmp_path / "shipped", tmp_path / "own"]
    assert find(None, folders).path == first
    assert find("ant", folders).path == second
    elsewhere = tiny(tmp_path / "elsewhere/bee.safetensors")
    assert find(str(elsewhere), folders).path == elsewhere
    monkeypatch.chdir(elsewhere.parent)
    assert find("bee.safetensors", folders).name == "bee"


def test_a_name_that_is_nowhere_is_answered_with_the_candidates(tmp_path: Path) -> None:
    tiny(tmp_path / "ant.safetensors")
    tiny(tmp_path / "bee.safetensors")
    with pytest.raises(UsageError, match=r"^There is no checkpoint 'cat'\. There are: ant, bee\.$"):
        find("cat", [tmp_path])


def test_a_name_that_two_files_have_is_ambiguous_and_a_path_is_not(tmp_path: Path) -> None:
    paths = [tiny(tmp_path / "a/same.safetensors"), save_state_dict(tmp_path / "a/same.pth", TINY)]
    with pytest.raises(UsageError, match=r"'same' is ambiguous; give one of the paths: .*") as caught:
        find("same", [tmp_path / "a"])
    assert all(str(path) in str(caught.value) for path in paths)
    assert find(str(paths[1]), [tmp_path / "a"]).path == paths[1]


def test_no_checkpoint_at_all_is_answered_with_where_to_put_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^There is no checkpoint\. Put one into .* CAMDASH_CHECKPOINTS\.$"):
        find(None, [tmp_path])


def test_a_checkpoint_is_a_key_by_its_content_and_card_and_not_by_its_place(tmp_path: Path) -> None:
    one, copy = tiny(tmp_path / "a/m.safetensors"), touch(tmp_path / "b/m.safetensors")
    copy.write_bytes(one.read_bytes())
    assert describe(entry_of(one)) == describe(entry_of(copy))
    assert hash(describe(entry_of(one))) == hash(describe(entry_of(copy)))
    other = save_checkpoint(tmp_path, "m")
    assert describe(entry_of(one)) != describe(entry_of(other))


def test_a_folder_with_a_configuration_and_no_weights_is_said_to_be_one(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    with pytest.raises(UsageError, match=r"is a folder without weights\. camdash looks for model\.safetensors"):
        find(str(folder), [tmp_path])
