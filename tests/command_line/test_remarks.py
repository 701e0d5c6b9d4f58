"""What the command line says beside its results."""

import logging
from pathlib import Path

import pytest

from camdash.command_line.main import main
from camdash.rendering.files.export import WARNING
from tests.conftest import image_bytes, save_checkpoint, small_card, speckle


@pytest.fixture
def film(tmp_path: Path) -> str:
    path = tmp_path / "film.png"
    path.write_bytes(image_bytes(speckle(40, 50)))
    return str(path)


@pytest.mark.parametrize("output", [[], ["--json"]], ids=["table", "json"])
def test_whoever_writes_overlays_is_warned_once_of_names_in_the_pixels(
    tmp_path: Path, film: str, output: list[str], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert main(["explain", *output, "--output", str(tmp_path / "out"), film, film]) == 0
    assert [one.message for one in caplog.records if one.levelname == "WARNING"] == [WARNING]
    assert "names or dates burned into its pixels" in WARNING
    assert WARNING not in capsys.readouterr().out


def test_a_run_that_goes_on_writes_overlays_and_is_warned_too(
    tmp_path: Path, film: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    arguments = ["explain", "--output", str(tmp_path / "out"), film]
    assert main(arguments) == 0
    caplog.clear()
    assert main([*arguments, "--resume"]) == 0
    said = [one.message for one in caplog.records]
    assert WARNING in said
    assert "1 of 1 files are done already" in said


def test_without_overlays_there_is_nothing_to_warn_of(film: str, caplog: pytest.LogCaptureFixture) -> None:
    assert main(["explain", film]) == 0
    assert WARNING not in caplog.text


def test_of_very_many_classes_the_overlays_that_are_written_are_named(
    tmp_path: Path, film: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = save_checkpoint(tmp_path, "many", small_card(classes=60))
    out = tmp_path / "out"
    assert main(["explain", "--checkpoint", str(path), "--output", str(out), film]) == 0
    assert "Of 60 classes, overlays of the 50 most probable are written. The raw maps have all classes." in caplog.text
    assert len(list(out.glob("*.png"))) == 51
    with (out / "predictions.csv").open(encoding="utf-8") as table:
        assert table.readline().count("logits.") == 60
