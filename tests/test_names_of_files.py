"""The files of `a.b.png` are called after `a.b`, whoever writes them."""

from pathlib import Path

import pytest

import camdash
from camdash.command_line.main import main
from tests.conftest import image_bytes, save_checkpoint, speckle


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "study.v1" / "a.b.png"
    path.parent.mkdir()
    path.write_bytes(image_bytes(speckle(40, 50)))
    return path


@pytest.fixture
def checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAMDASH_DEVICE", "cpu")
    return save_checkpoint(tmp_path, "small.v2")


def test_from_python(film: Path, checkpoint: Path, tmp_path: Path) -> None:
    written = camdash.explain(film, checkpoint).save(tmp_path / "out")
    assert {path.name[: path.name.index("_", 4)] for path in written} == {"a.b_small.v2"}


def test_from_the_command_line(film: Path, checkpoint: Path, tmp_path: Path) -> None:
    assert main(["explain", "--checkpoint", str(checkpoint), "--output", str(tmp_path / "out"), str(film)]) == 0
    written = [path for path in (tmp_path / "out").iterdir() if not path.name.startswith("predictions.csv")]
    assert len(written) == 7
    assert {path.name[: path.name.index("_", 4)] for path in written} == {"a.b_small.v2"}
