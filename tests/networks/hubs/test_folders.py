"""A folder as a checkpoint: found, named, told from an older state, and refused in a sentence where it is not whole."""

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from camdash.errors import CheckpointError, UsageError
from camdash.networks.catalog.checkpoints import describe, find
from camdash.networks.catalog.descriptions import described
from camdash.networks.catalog.folders import entries, entry_of
from camdash.networks.catalog.naming import named_card, write_card
from camdash.networks.report import intake
from camdash.networks.text import is_fit
from tests.networks.zoo import TINY, saved, state

INDEX = "model.safetensors.index.json"


def folder_in(place: Path, name: str = "tiny") -> Path:
    """Write a small folder: the weights of the smallest network in one file, and a configuration."""
    path = place / name
    path.mkdir()
    save_file(state(), path / "model.safetensors")
    (path / "config.json").write_text("{}")
    return path


def sharded_in(place: Path) -> Path:
    """Write the same weights into two files, with their index."""
    path = place / "sharded"
    path.mkdir()
    names = sorted(state())
    halves = {"a.safetensors": names[::2], "b.safetensors": names[1::2]}
    for file, own in halves.items():
        save_file({name: state()[name] for name in own}, path / file)
    index = {name: file for file, own in halves.items() for name in own}
    (path / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": index}))
    (path / "config.json").write_text("{}")
    return path


def index_of(path: Path, **changed: Any) -> None:
    found = json.loads((path / INDEX).read_text())
    found["weight_map"] |= changed
    (path / INDEX).write_text(json.dumps(found))


def test_a_folder_of_checkpoints_lists_folders_beside_files(tmp_path: Path) -> None:
    saved(tmp_path / "a.pth")
    folder_in(tmp_path, "b.v2")
    (tmp_path / "c").mkdir()
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "config.json").write_text("{}")
    found = entries([tmp_path])
    assert [(entry.name, entry.is_folder) for entry in found] == [("a", False), ("b.v2", True)]
    assert entry_of(tmp_path / "b.v2") == found[1]


def test_a_folder_of_the_path_list_may_be_a_checkpoint_itself(tmp_path: Path) -> None:
    path = folder_in(tmp_path)
    assert [entry.path for entry in entries([path])] == [path]


def test_a_folder_is_found_by_its_name_and_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder_in(tmp_path)
    (tmp_path / "other").mkdir()
    assert find("tiny", [tmp_path]).path == path
    assert find(f"{path}/", []).path == path
    monkeypatch.chdir(path)
    assert find(".", []).path == path
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no checkpoint 'other'"):
        find("other", [tmp_path])


@pytest.mark.parametrize("file", ["config.json", "preprocessor_config.json", "model.safetensors"])
def test_entry_and_digest_change_with_each_file_that_matters(file: str, tmp_path: Path) -> None:
    path = folder_in(tmp_path)
    (path / "preprocessor_config.json").write_text("{}")
    before, digest = entry_of(path), describe(entry_of(path)).sha256
    if file.endswith(".json"):
        (path / file).write_text('{ "more": 1 }')
    else:
        save_file({name: value + 1 for name, value in state().items()}, path / file)
    assert entry_of(path) != before
    assert describe(entry_of(path)).sha256 != digest


def test_an_entry_changes_with_a_file_that_kept_its_size_and_its_time(tmp_path: Path) -> None:
    """`cp --preserve` and `rsync --times` put a file in place of another so."""
    config = folder_in(tmp_path) / "config.json"
    before, status = entry_of(config.parent), config.stat()
    while config.stat().st_ctime_ns == status.st_ctime_ns:  # the disk's clock goes in steps
        config.write_text("[]")
        os.utime(config, ns=(status.st_atime_ns, status.st_mtime_ns))
    after = entry_of(config.parent)
    assert (after.size, after.modified_ns) == (before.size, before.modified_ns)
    assert after != before


def test_other_files_do_not_change_the_digest(tmp_path: Path) -> None:
    path = folder_in(tmp_path)
    digest = describe(entry_of(path)).sha256
    (path / "README.md").write_text("a model")
    assert describe(entry_of(path)).sha256 == digest


def test_files_that_hold_parts_are_read_as_one(tmp_path: Path) -> None:
    whole, parts = intake(entry_of(folder_in(tmp_path))), intake(entry_of(sharded_in(tmp_path)))
    assert (parts.usable, parts.parameters, parts.deviation) == (True, whole.parameters, whole.deviation)


def test_the_page_s_card_is_written_into_the_folder(tmp_path: Path) -> None:
    path = folder_in(tmp_path)
    checkpoint = describe(entry_of(path))
    written = write_card(checkpoint, named_card(checkpoint.card, ["A", "B", "C"]))
    assert written == path / "camdash.json"
    assert describe(entry_of(path)).card.class_names == ("A", "B", "C")


def test_a_file_s_card_that_would_be_a_folder_s_too_is_not_written(tmp_path: Path) -> None:
    folder_in(tmp_path, "same")
    checkpoint = describe(entry_of(saved(tmp_path / "same.pth")))
    with pytest.raises(CheckpointError, match=r"same\.json would be the card of same too"):
        write_card(checkpoint, named_card(checkpoint.card, ["A", "B", "C"]))


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def huge(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(10**9)


def circle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def writing(text: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(text)

    return write


@pytest.mark.parametrize(
    ("file", "harm", "sentence"),
    [
        ("config.json", writing("{no json"), "config.json is not valid JSON"),
        ("config.json", writing("[" * 100_000), "config.json is not valid JSON"),
        ("config.json", writing("[1]"), "config.json is not a JSON object"),
        ("config.json", writing('{"model_type": ["resnet"]}'), r"of the type \['resnet'\]"),
        ("config.json", writing('{"model_type": "resnet"}'), "has no classifier"),
        ("config.json", huge, "config.json is too large"),
        ("config.json", pipe, "config.json is a named pipe"),
        ("config.json", circle, "config.json cannot be read"),
        ("config.json", writing('{"pretrained_cfg": {"input_size": [3, 9, 9], "crop_pct": "x"}}'), "crop_pct is not a"),
        ("config.json", writing('{"pretrained_cfg": {"input_size": [3, 0, 9]}}'), "input_size must lie between"),
        ("config.json", writing('{"pretrained_cfg": {"mean": ["x"]}}'), "mean must be a number"),
        (INDEX, huge, "index.json is too large"),
        (INDEX, writing("{}"), "does not say which file holds which weight"),
        (INDEX, writing('{"weight_map": {"a": 1}}'), "does not say which file holds which weight"),
        (INDEX, writing('{"weight_map": {"a": "/etc/passwd"}}'), r"names a file outside of its folder \('/etc/passwd'"),
        (INDEX, writing('{"weight_map": {"a": "../a.safetensors"}}'), "names a file outside of its folder"),
        (INDEX, writing('{"weight_map": {"a": ".."}}'), "names a file outside of its folder"),
        (INDEX, writing('{"weight_map": {"a": "a\\u0000b"}}'), "names a file outside of its folder"),
        (INDEX, writing('{"weight_map": {"a": "missing.safetensors"}}'), "missing.safetensors cannot be read"),
        (INDEX, writing('{"weight_map": {"a": "config.json"}}'), "config.json is not a checkpoint"),
        (INDEX, writing('{"weight_map": {"another": "a.safetensors"}}'), "a.safetensors does not hold another"),
        (INDEX, writing(json.dumps({"weight_map": {f"{k}": f"{k}.bin" for k in range(101)}})), "more than 100 files"),
        ("a.safetensors", writing("junk"), "a.safetensors is not a whole safetensors file"),
        ("a.safetensors", pipe, "a.safetensors is a named pipe"),
    ],
)
def test_a_folder_that_is_not_whole_is_a_sentence(
    file: str, harm: Callable[[Path], None], sentence: str, tmp_path: Path
) -> None:
    path = sharded_in(tmp_path)
    harm(path / file)
    entry = entry_of(path)
    report = intake(entry)
    assert re.search(sentence, report.error or ""), report.error
    assert is_fit(report.error or "")
    assert described(entry).checkpoint is None


def test_a_weight_in_two_files_is_a_sentence(tmp_path: Path) -> None:
    path = sharded_in(tmp_path)
    shutil.copy(path / "a.safetensors", path / "c.safetensors")
    index_of(path, more="c.safetensors")
    more = json.loads((path / INDEX).read_text())["weight_map"]
    more.pop("more")
    (path / INDEX).write_text(json.dumps({"weight_map": more | {sorted(state())[0]: "c.safetensors"}}))
    assert "in two files" in (intake(entry_of(path)).error or "")


def test_pickled_code_in_a_folder_is_not_run(tmp_path: Path) -> None:
    path = folder_in(tmp_path)
    (path / "model.safetensors").unlink()
    torch.save(torch.nn.Linear(2, 2), path / "pytorch_model.bin")
    report = intake(entry_of(path))
    assert "cannot be read without running code" in (report.error or "")
    assert report.recipe is not None


def test_the_smallest_network_is_what_the_folder_holds(tmp_path: Path) -> None:
    assert describe(entry_of(folder_in(tmp_path))).card.architecture == TINY
