"""`python -m camdash checkpoints`, sentence by sentence."""

import hashlib
import io
import json
from pathlib import Path

import pytest

from camdash.command_line.checkpoints import list_checkpoints
from camdash.command_line.main import main
from camdash.command_line.streams import Output
from camdash.networks.cards.writing import write_checkpoint
from camdash.networks.catalog import checkpoints as catalog
from camdash.networks.endings import ending_of
from camdash.networks.text import is_fit
from camdash.settings import FOLDERS_VARIABLE
from tests.command_line.conftest import json_lines
from tests.conftest import card_fields, random_network, save_state_dict, small_card
from tests.networks.hostile import CASES

KEYS = ["name", "file", "usable", "error", "architecture", "class_names", "input_size", "fit", "sha256"]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A second checkpoint folder, as a user names it."""
    monkeypatch.setenv(FOLDERS_VARIABLE, str(tmp_path))
    return tmp_path


def test_json_is_one_object_a_line_with_the_documented_keys(shipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["checkpoints", "--json"]) == 0
    (row,) = json_lines(capsys.readouterr().out)
    path = shipped / "small.safetensors"
    assert list(row)[: len(KEYS)] == KEYS
    assert {key: row[key] for key in KEYS} == {
        "name": "small",
        "file": str(path),
        "usable": True,
        "error": None,
        "architecture": "resnet18",
        "class_names": ["Part 0", "Part 1", "Part 2", "Part 3", "Part 4"],
        "input_size": [64, 96],
        "fit": "stretch",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def test_a_file_that_cannot_be_read_is_listed_with_its_sentence(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (own / "broken.safetensors").write_bytes(b"x")
    (own / "empty.pth").write_bytes(b"")
    assert main(["checkpoints", "--json"]) == 0
    rows = json_lines(capsys.readouterr().out)
    assert [(row["name"], row["usable"]) for row in rows] == [("small", True), ("broken", False), ("empty", False)]
    assert [list(row)[: len(KEYS)] for row in rows] == [KEYS] * 3
    assert rows[1]["error"].startswith("broken.safetensors is not a whole safetensors file")
    assert rows[2]["error"] == "empty.pth is empty."
    assert [rows[1][key] for key in ("architecture", "class_names", "input_size", "fit")] == [None] * 4
    assert rows[1]["sha256"] is None  # what is none of ours is refused unread


def test_a_good_card_beside_weights_that_do_not_fit_it_is_not_usable(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_checkpoint(own / "seven.safetensors", random_network("resnet18", 7).state_dict(), small_card(5))
    (own / "zero.pth").write_bytes(b"")
    (own / "zero.json").write_text(json.dumps(card_fields()))
    main(["checkpoints", "--json"])
    _, seven, zero = json_lines(capsys.readouterr().out)
    assert (seven["usable"], seven["architecture"]) == (False, "resnet18")
    assert seven["error"].startswith("The weights of seven do not fit resnet18 with 5 classes")
    assert (zero["usable"], zero["error"]) == (False, "zero.pth is empty.")


def test_the_table_is_for_people(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_state_dict(own / "bare.pth")
    (own / "empty.pth").write_bytes(b"")
    assert main(["checkpoints"]) == 0
    header, small, bare, empty = capsys.readouterr().out.splitlines()
    columns = ["name", "architecture", "classes", "input", "fit", "parameters", "check", "sha256", "error"]
    assert header.split() == columns
    assert "Part 0, Part 1, Part 2, Part 3, Part 4" in small
    assert "64 x 96" in small
    assert "Class 0, Class 1, Class 2, Class 3, Class 4" in bare
    assert empty.endswith("empty.pth is empty.")


def hostile(folder: Path) -> int:
    """Write what could do harm into a folder; return how many files of it cannot be used."""
    found = [case for number, case in enumerate(CASES) if case.name.startswith(("place", "name")) or number % 8 == 0]
    for case in found:
        case.write(folder / case.name)
    return sum(case.sentence is not None for case in found)


def test_a_hostile_folder_is_one_valid_line_for_each_file(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused = hostile(own)
    assert main(["checkpoints", "--json"]) == 0
    printed = capsys.readouterr().out
    printed.encode("utf-8")
    rows = json_lines(printed)
    assert len(rows) == 1 + len([path for path in own.iterdir() if ending_of(path.name)])
    assert sum(not row["usable"] for row in rows) == refused > 30
    assert (rows[0]["name"], rows[0]["usable"]) == ("small", True)
    assert all(is_fit(text) for row in rows for text in (row["name"], row["file"], row["error"] or ""))


def test_a_hostile_folder_is_a_table_with_a_line_for_each_file(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile(own)
    assert main(["checkpoints"]) == 0
    table = capsys.readouterr().out.partition("\n\nTo convert")[0]
    assert len(table.splitlines()) == 2 + len([path for path in own.iterdir() if ending_of(path.name)])
    assert is_fit(table.replace("\n", " "))


def test_where_the_output_is_no_utf8_the_lines_are_ascii_and_say_the_same(own: Path) -> None:
    save_state_dict(own / "Hüfte.pth")
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    list_checkpoints(Output(stream), as_json=True)
    stream.flush()
    rows = json_lines(stream.buffer.getvalue().decode("ascii"))
    assert [row["name"] for row in rows] == ["small", "Hüfte"]


def test_what_the_weights_do_not_tell_is_said_with_what_was_taken_for_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["checkpoints", "--json"])
    (row,) = json_lines(capsys.readouterr().out)
    assert "taken as in torchvision's resnet18" in row["assumptions"]


def test_no_checkpoint_at_all_is_an_empty_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(catalog, "SHIPPED", tmp_path / "none")
    assert main(["checkpoints", "--json"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("architecture", "first", "guess"),
    [
        ("resnet34", "Chest frontal", "No card: class names and input size are guesses."),
        (
            "resnet18",
            "Class 0",
            "No card: classes are only numbered, and the input size is a guess. "
            "That exactly one class is right (softmax) is assumed.",
        ),
    ],
)
def test_what_is_a_guess_is_said(
    own: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    architecture: str,
    first: str,
    guess: str,
) -> None:
    save_state_dict(own / "bare.pth", random_network(architecture).state_dict())
    main(["checkpoints", "--json"])
    small, bare = json_lines(capsys.readouterr().out)
    assert (small["guess"], bare["guess"], bare["class_names"][0]) == (None, guess, first)
    main(["checkpoints"])
    assert first in capsys.readouterr().out
    assert f"bare: {guess}" in caplog.messages
