"""A folder as people have them: every file gets a report that says what it is, and none breaks the others."""

import os
import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from camdash.networks.catalog.folders import entries, entry_of
from camdash.networks.report import IntakeReport, intake
from tests.networks.zoo import SMALLEST, TINY, card_of, network, saved, state

GOOD = {
    **{f"{architecture}.pth": architecture for architecture in SMALLEST},
    "bare.bin": TINY,
    "nested.pt": TINY,
    "compiled-and-parallel.ckpt": TINY,
    "averaged.pth": TINY,
    "lightning.ckpt": TINY,
    "half.safetensors": TINY,
    "bfloat16.pth": TINY,
    "old-format.pth": TINY,
    "dropout-before-head.pth": TINY,
    "squeezenet1_1.pth": "squeezenet1_1",
}
"""Files that load, and the architecture of each."""

BAD = {
    "wrong-classes.pth": r"The weights of wrong-classes do not fit .* with 2 classes: its head has 3 outputs",
    "extra-layer.pth": r"could not be recognised .* closest is shufflenet_v2_x0_5: Unexpected keys: 1 \(gate\.weight\)",
    "lost-layer.pth": r"The closest is shufflenet_v2_x0_5: Missing keys: 5 \(conv5\.0\.weight, conv5\.1\.weight",
    "not-finite.pth": r"logits are not finite numbers: its weights are damaged",
    "whole-numbers.pth": r"stored in whole numbers",
    "truncated.pth": r"truncated\.pth is damaged or cut short",
    "truncated.safetensors": r"truncated\.safetensors is not a whole safetensors file",
    "empty.pth": r"empty\.pth is empty\.",
    "picture.pth": r"picture\.pth is not a checkpoint: its format is not recognised",
    "archive.pth": r"archive\.pth is a ZIP archive, but no checkpoint",
    "whole-network.pth": r"holds something other than weights \(torchvision\.models\.shufflenetv2\.ShuffleNetV2\)",
    "malicious.pth": r"cannot be read without running code",
    "sparse-2-gb.pth": r"sparse-2-gb\.pth is not a checkpoint",
    "sparse-5-gb.pth": r"sparse-5-gb\.pth is larger than 4 GB, so it was not read",
    "bad-card.pth": r"The card in bad-card\.json lacks class_names, input_size, fit",
    "other.pth": r"other\.pth holds no state dict",
    "four-channels.pth": r"unexpected keys: 1 \(conv1\.0\.weight \[24, 4, 3, 3\] for \[24, 3, 3, 3\]\)",
}
"""Files that do not, and the sentence of each."""


@dataclass
class Runs:
    """An object that makes a folder when it is unpickled."""

    marker: str

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (self.marker,)


def write_good(folder: Path) -> None:
    for architecture in (*SMALLEST, "squeezenet1_1"):
        saved(folder / f"{architecture}.pth", state(architecture), **card_of(architecture))
    tiny = state()
    saved(folder / "bare.bin")
    saved(folder / "nested.pt", {"model": {"state_dict": tiny}, "optimizer": {"state": {}}, "epoch": 3})
    saved(folder / "compiled-and-parallel.ckpt", {f"module._orig_mod.{name}": value for name, value in tiny.items()})
    averaged = {"n_averaged": torch.tensor(9)} | {f"module.{name}": value for name, value in tiny.items()}
    saved(folder / "averaged.pth", {"model_ema": averaged})
    lightning = {f"model.net.{name}": value for name, value in tiny.items()} | {"criterion.weight": torch.ones(3)}
    saved(folder / "lightning.ckpt", {"state_dict": lightning, "hyper_parameters": {"lr": 0.1}, "callbacks": {}})
    half = {name: value.half() if value.is_floating_point() else value for name, value in tiny.items()}
    save_file(half, folder / "half.safetensors")
    saved(folder / "bfloat16.pth", {name: value.bfloat16() for name, value in tiny.items()})
    torch.save(tiny, folder / "old-format.pth", _use_new_zipfile_serialization=False)
    saved(folder / "dropout-before-head.pth", {name.replace("fc.", "fc.1."): value for name, value in tiny.items()})


def write_bad(folder: Path) -> None:
    tiny, first = state(), "conv1.0.weight"
    saved(folder / "wrong-classes.pth", tiny, **card_of(TINY, class_names=["One", "Two"]))
    saved(folder / "extra-layer.pth", tiny | {"gate.weight": torch.ones(1)})
    saved(folder / "lost-layer.pth", {name: value for name, value in tiny.items() if not name.startswith("conv5")})
    saved(folder / "not-finite.pth", tiny | {"fc.bias": torch.full((3,), torch.nan)})
    saved(folder / "whole-numbers.pth", tiny | {"fc.weight": torch.ones(3, 1024, dtype=torch.int8)})
    saved(folder / "other.pth", {"epoch": 3, "accuracy": 0.9})
    saved(folder / "four-channels.pth", tiny | {first: torch.ones(24, 4, 3, 3)})
    whole = saved(folder / "truncated.pth").read_bytes()
    (folder / "truncated.pth").write_bytes(whole[: len(whole) // 2])
    save_file(tiny, folder / "truncated.safetensors")
    whole = (folder / "truncated.safetensors").read_bytes()
    (folder / "truncated.safetensors").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.pth").write_bytes(b"")
    (folder / "picture.pth").write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(100))
    with zipfile.ZipFile(folder / "archive.pth", "w") as archive:
        archive.writestr("notes/readme.txt", "no weights here")
    torch.save(network(TINY), folder / "whole-network.pth")
    torch.save({"state_dict": tiny, "callbacks": Runs(str(folder / "it ran"))}, folder / "malicious.pth")
    for name, size in (("sparse-2-gb.pth", 2 * 10**9), ("sparse-5-gb.pth", 5 * 10**9)):
        with (folder / name).open("wb") as sparse:
            sparse.truncate(size)
    saved(folder / "bad-card.pth", tiny, architecture=TINY)
    (folder / "folder.pth").mkdir()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("checkpoints")
    write_good(made)
    write_bad(made)
    return made


@pytest.fixture(scope="module")
def reports(folder: Path) -> dict[str, IntakeReport]:
    return {entry.path.name: intake(entry) for entry in entries([folder])}


def test_every_file_of_the_folder_has_a_report_and_a_folder_is_none_of_them(reports: dict[str, IntakeReport]) -> None:
    assert len(reports) >= 25
    assert set(reports) == set(GOOD) | set(BAD)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_loaded_and_named(reports: dict[str, IntakeReport], name: str) -> None:
    report = reports[name]
    assert report.error is None
    assert (report.usable, report.architecture) == (True, GOOD[name])
    assert report.keys is not None
    assert report.keys.perfect
    assert (report.no_map is not None) == (report.deviation is None)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_has_one_sentence_that_says_what_is_wrong(reports: dict[str, IntakeReport], name: str) -> None:
    report = reports[name]
    assert not report.usable
    assert report.error is not None
    assert report.error.endswith(".")
    assert "\n" not in report.error
    assert report.checkpoint is None


@pytest.mark.parametrize("name", BAD)
def test_the_sentence_is_the_right_one(reports: dict[str, IntakeReport], name: str) -> None:
    assert re.search(BAD[name], reports[name].error or "")


def test_nothing_in_a_file_ran(reports: dict[str, IntakeReport], folder: Path) -> None:
    assert "malicious.pth" in reports
    assert not (folder / "it ran").exists()


def test_a_folder_named_as_a_checkpoint_is_said_to_be_one(folder: Path) -> None:
    assert intake(entry_of(folder / "folder.pth")).error == "folder.pth is a folder, not a checkpoint."


@pytest.mark.parametrize("name", ["sparse-2-gb.pth", "sparse-5-gb.pth", "picture.pth"])
def test_what_is_none_of_ours_is_refused_unread(reports: dict[str, IntakeReport], name: str) -> None:
    assert (reports[name].sha256, reports[name].stored_as) == (None, None)


@pytest.mark.parametrize("name", ["whole-network.pth", "malicious.pth"])
def test_pickled_code_comes_with_a_recipe_of_three_lines(reports: dict[str, IntakeReport], name: str) -> None:
    recipe = reports[name].recipe
    assert recipe is not None
    assert len(recipe.splitlines()) == 3


def vanish(path: Path) -> None:
    path.unlink()


def shrink(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


@pytest.mark.parametrize("change", [vanish, shrink])
def test_a_file_that_changes_after_it_was_listed_is_a_sentence(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = saved(tmp_path / "tiny.pth")
    (entry,) = entries([tmp_path])
    change(path)
    assert intake(entry).error in (
        "tiny.pth cannot be read: No such file or directory.",
        "tiny.pth is damaged or cut short: its list of members cannot be read.",
    )
