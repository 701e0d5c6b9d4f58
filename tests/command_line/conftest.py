"""A checkpoint folder for the command line, and what it prints."""

import json
from pathlib import Path
from typing import Any

import pytest

from camdash.networks import catalog
from tests.conftest import image_bytes, save_checkpoint, speckle


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one checkpoint, `small`: a random resnet18 of five parts with an input of 64 x 96."""
    folder = tmp_path_factory.mktemp("checkpoints")
    save_checkpoint(folder)
    return folder


@pytest.fixture(autouse=True)
def only_the_small_checkpoint(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command line find that folder alone, and run on the CPU."""
    monkeypatch.setattr(catalog, "SHIPPED", shipped)
    monkeypatch.delenv(catalog.FOLDERS_VARIABLE, raising=False)
    monkeypatch.setenv("CAMDASH_DEVICE", "cpu")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two radiographs, one of them deeper, a broken one, an empty one, and files that are no images."""
    (tmp_path / "films/deeper").mkdir(parents=True)
    (tmp_path / "films/b.png").write_bytes(image_bytes(speckle(40, 50)))
    (tmp_path / "films/deeper/a.jpg").write_bytes(image_bytes(speckle(50, 40), "JPEG"))
    (tmp_path / "films/a.png").write_bytes(image_bytes(speckle(40, 50))[:200])
    (tmp_path / "films/c.png").write_bytes(b"")
    (tmp_path / "films/notes.txt").write_text("no image")
    return tmp_path / "films"


def json_lines(text: str) -> list[dict[str, Any]]:
    """Return the object of each line; every line must be one."""
    return [json.loads(line) for line in text.splitlines()]
