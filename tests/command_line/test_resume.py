"""A run that was stopped goes on: what is done stays, and the end is that of a run that was never stopped."""

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from camdash.command_line.explaining.output import UNFINISHED, OutputFolder
from camdash.command_line.explaining.resume import to_do
from camdash.command_line.explaining.written import writing
from camdash.command_line.main import main
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from tests.command_line.conftest import json_lines, run, start
from tests.conftest import card_fields, image_bytes, save_checkpoint, save_state_dict, small_card, speckle


def arguments(folder: Path, shipped: Path, output: Path, *more: str) -> list[str]:
    checkpoint = str(shipped / "small.safetensors")
    return ["explain", "--json", "--checkpoint", checkpoint, "--output", str(output), *more, str(folder)]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory, shipped: Path) -> tuple[Path, Path, str]:
    """The films, the folder of a run that was never stopped, and what it printed."""
    folder = tmp_path_factory.mktemp("films")
    for k in range(11):
        (folder / f"film{k:02}.png").write_bytes(image_bytes(speckle(40 + k, 50)))
    (folder / "film05broken.png").write_bytes(image_bytes(speckle(40, 50))[:300])
    output = tmp_path_factory.mktemp("whole") / "out"
    whole = run(*arguments(folder, shipped, output))
    assert whole.returncode == 1
    return folder, output, whole.stdout


@pytest.mark.parametrize(("lines", "how"), [(1, signal.SIGKILL), (6, signal.SIGKILL), (3, signal.SIGTERM)])
def test_a_run_that_was_killed_is_resumed_to_the_very_same_end(
    stopped: tuple[Path, Path, str], tmp_path: Path, shipped: Path, lines: int, how: signal.Signals
) -> None:
    films, whole, printed = stopped
    output = tmp_path / "out"
    running = start(*arguments(films, shipped, output))
    assert running.stdout is not None
    for _ in range(lines):
        running.stdout.readline()
    running.send_signal(how)  # the rest of the rows does not fit the pipe: it cannot be done yet
    running.communicate()
    before = contents(output)
    table = before["predictions.csv"]
    done = table.count(b"\r\n") - 1
    assert lines <= done < 12
    assert table.endswith(b"\r\n")
    assert contents(whole)["predictions.csv"].startswith(table)
    assert UNFINISHED in before
    drawn = {path: path.stat().st_mtime_ns for path in output.glob("*.png") if path.stem[:6] < f"film{done - 2:02}"}

    resumed = run(*arguments(films, shipped, output, "--resume"))
    assert resumed.returncode == 1
    assert f"{done} of 12 files are done already" in resumed.stderr
    assert resumed.stdout == printed
    assert contents(output) == contents(whole)
    assert {path: path.stat().st_mtime_ns for path in drawn} == drawn


def test_without_resume_a_stopped_run_is_refused_and_not_touched(
    stopped: tuple[Path, Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    films, whole, _ = stopped
    shutil.copytree(whole, tmp_path / "out")
    (tmp_path / "out" / UNFINISHED).write_text("This run is not finished.")
    before = contents(tmp_path / "out")
    assert main(["explain", "--output", str(tmp_path / "out"), str(films)]) == 2
    said = capsys.readouterr().err
    assert (
        f"{tmp_path / 'out'} holds a run that was stopped. Continue it with --resume, or give another folder." in said
    )
    assert contents(tmp_path / "out") == before


def cut(whole: Path, output: Path, lines: int, tail: bytes = b"") -> None:
    """Make the folder of a run that was stopped after so many lines and part of one more."""
    shutil.copytree(whole, output)
    table = (whole / "predictions.csv").read_bytes().splitlines(keepends=True)
    (output / "predictions.csv").write_bytes(b"".join(table[: lines + 1]) + tail)
    (output / UNFINISHED).write_text("This run is not finished.")


def test_a_half_written_line_is_dropped_and_its_file_done_again(
    stopped: tuple[Path, Path, str], tmp_path: Path, shipped: Path
) -> None:
    films, whole, printed = stopped
    half = (whole / "predictions.csv").read_bytes().splitlines()[4][:50]
    cut(whole, tmp_path / "out", 3, half)
    resumed = run(*arguments(films, shipped, tmp_path / "out", "--resume"))
    assert "3 of 12 files are done already" in resumed.stderr
    assert resumed.stdout == printed
    assert contents(tmp_path / "out") == contents(whole)


def test_a_finished_run_is_resumed_without_a_pass_and_a_new_file_finds_its_place(
    stopped: tuple[Path, Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    films = tmp_path / "films"
    shutil.copytree(stopped[0], films)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAMDASH_ENGINE", "torch")
    (films / "film05broken.png").unlink()
    assert main(["explain", "--json", "--output", "out", "films"]) == 0
    first = capsys.readouterr().out
    before = {path: path.stat().st_mtime_ns for path in Path("out").glob("*.png")}
    assert main(["explain", "--json", "--resume", "--output", "out", "films"]) == 0
    assert capsys.readouterr().out == first
    (films / "film00a.png").write_bytes(image_bytes(speckle(60, 70)))
    assert main(["explain", "--json", "--resume", "--output", "out", "films"]) == 0
    rows = json_lines(capsys.readouterr().out)
    assert [row["file"] for row in rows] == sorted(str(path.relative_to(tmp_path)) for path in films.iterdir())
    assert [row for row in rows if row["file"] != "films/film00a.png"] == json_lines(first)
    table = Path("out/predictions.csv").read_text().splitlines()
    assert [line.partition(",")[0] for line in table[1:]] == [row["file"] for row in rows]
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert not [path for path in Path("out").iterdir() if "earlier" in path.name]


def test_a_file_whose_content_has_changed_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, rows in (("a.png", 40), ("b.png", 50)):
        Path(name).write_bytes(image_bytes(speckle(rows, 50)))
    main(["explain", "--json", "--output", "out", "a.png", "b.png"])
    first = json_lines(capsys.readouterr().out)
    Path("b.png").write_bytes(image_bytes(speckle(60, 50)))
    assert main(["explain", "--json", "--resume", "--output", "out", "a.png", "b.png"]) == 0
    second = json_lines(capsys.readouterr().out)
    assert second[0] == first[0]
    assert second[1]["sha256"] != first[1]["sha256"]
    assert len(Path("out/predictions.csv").read_text().splitlines()) == 3


def test_a_file_that_could_not_be_read_is_tried_again_and_one_that_is_broken_keeps_its_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.png", "late.png"):
        Path(name).write_bytes(image_bytes(speckle(40, 50)))
    Path("broken.png").write_bytes(b"")
    names = ["a.png", "late.png", "broken.png"]
    Path("late.png").rename("elsewhere.png")
    assert main(["explain", "--json", "--output", "out", *names]) == 1
    first = json_lines(capsys.readouterr().out)
    assert [row["error"] is None for row in first] == [True, False, False]
    Path("elsewhere.png").rename("late.png")
    assert main(["explain", "--json", "--resume", "--output", "out", *names]) == 1
    second = json_lines(capsys.readouterr().out)
    assert [row["error"] is None for row in second] == [True, True, False]
    assert (second[0], second[2]) == (first[0], first[2])


def test_an_error_that_was_not_the_files_own_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.png").write_bytes(image_bytes(speckle(40, 50)))
    main(["explain", "--output", "out", "a.png"])
    header, line = Path("out/predictions.csv").read_text().splitlines()
    file, sha256, name, digest, *figures = line.split(",")
    empty = ",".join([file, sha256, name, digest, *[""] * (len(figures) - 1), "The file crashed its decoder."])
    Path("out/predictions.csv").write_bytes(f"{header}\r\n{empty}\r\n".encode())
    capsys.readouterr()
    assert main(["explain", "--json", "--resume", "--output", "out", "a.png"]) == 0
    (row,) = json_lines(capsys.readouterr().out)
    assert row["error"] is None


def test_a_run_of_another_checkpoint_is_not_resumed_nor_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.png").write_bytes(image_bytes(speckle(40, 50)))
    assert main(["explain", "--output", "out", "a.png"]) == 0
    before = contents(Path("out"))
    same_classes = save_checkpoint(tmp_path, "other", small_card(size=(96, 64)))
    other_classes = save_checkpoint(tmp_path, "seven", small_card(7))
    for path, sentence in (
        (same_classes, "out/predictions.csv was written with another checkpoint (small, sha256 "),
        (other_classes, "out/predictions.csv has other columns than this run would write"),
    ):
        assert main(["explain", "--resume", "--checkpoint", str(path), "--output", "out", "a.png"]) == 2
        assert sentence in capsys.readouterr().err
        assert contents(Path("out")) == before


def test_a_stopped_run_is_not_resumed_with_another_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    save_state_dict(tmp_path / "own.pth")
    for name in ("a.png", "b.png"):
        Path(name).write_bytes(image_bytes(speckle(40, 50)))
    arguments = ["explain", "--checkpoint", "own.pth", "--output", "out", "a.png"]
    Path("own.json").write_text(json.dumps(card_fields()))
    with OutputFolder(Path("out")) as folder:
        checkpoint = describe(entry_of(Path("own.pth")))
        with writing(folder, checkpoint, [], keep=False):
            pass  # stopped before its first row
    Path("own.json").write_text(json.dumps(card_fields(std=[0.5])))
    assert main([*arguments, "--resume"]) == 2
    assert "was made with another checkpoint, or with another card" in capsys.readouterr().err
    Path("own.json").write_text(json.dumps(card_fields()))
    assert main([*arguments, "--resume"]) == 0


def test_a_finished_run_is_not_continued_with_another_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The card is in no column, so a table would mix the answers of two cards under one digest."""
    monkeypatch.chdir(tmp_path)
    save_state_dict(tmp_path / "own.pth")
    for name in ("a.png", "b.png"):
        Path(name).write_bytes(image_bytes(speckle(40, 50)))
    arguments = ["explain", "--checkpoint", "own.pth", "--output", "out"]
    Path("own.json").write_text(json.dumps(card_fields()))
    assert main([*arguments, "a.png"]) == 0
    before = Path("out/predictions.csv").read_bytes()
    Path("own.json").write_text(json.dumps(card_fields(std=[0.5])))
    assert main([*arguments, "--resume", "a.png", "b.png"]) == 2
    assert "was made with another checkpoint, or with another card" in capsys.readouterr().err
    assert Path("out/predictions.csv").read_bytes() == before
    Path("own.json").write_text(json.dumps(card_fields()))
    assert main([*arguments, "--resume", "a.png", "b.png"]) == 0
    assert len(Path("out/predictions.csv").read_bytes().splitlines()) == 3


def test_rows_of_files_that_are_not_given_any_more_are_kept_in_another_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, rows in (("a.png", 40), ("b.png", 50)):
        Path(name).write_bytes(image_bytes(speckle(rows, 50)))
    assert main(["explain", "--output", "out", "a.png", "b.png"]) == 0
    before = Path("out/predictions.csv").read_bytes()
    assert main(["explain", "--resume", "--output", "out", "b.png"]) == 0
    assert Path("out/predictions.earlier.csv").read_bytes() == before
    assert len(Path("out/predictions.csv").read_text().splitlines()) == 2


def test_to_resume_where_nothing_is_begins_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.png").write_bytes(image_bytes(speckle(40, 50)))
    assert main(["explain", "--json", "--resume", "--output", "out", "a.png"]) == 0
    assert len(json_lines(capsys.readouterr().out)) == 1
    assert len(Path("out/predictions.csv").read_text().splitlines()) == 2


def test_a_file_that_is_named_twice_has_two_rows_after_a_stop_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    odd = os.fsdecode(b"=\xff\n.png")
    for name, rows in ((odd, 40), ("b.png", 50)):
        Path(name).write_bytes(image_bytes(speckle(rows, 50)))
    assert main(["explain", "--output", "out", odd, "b.png", odd]) == 0
    whole = Path("out/predictions.csv").read_bytes()
    lines = whole.splitlines(keepends=True)
    Path("out/predictions.csv").write_bytes(b"".join(lines[:3]))  # the first name has a line end in it
    capsys.readouterr()
    assert main(["explain", "--json", "--resume", "--output", "out", odd, "b.png", odd]) == 0
    assert [row["file"] for row in json_lines(capsys.readouterr().out)] == [odd, "b.png", odd]
    assert Path("out/predictions.csv").read_bytes().count(b"\xff") == 0
    assert len(Path("out/predictions.csv").read_bytes().split(b"small,")) == 4


def test_a_batch_is_run_as_a_whole_so_that_its_figures_do_not_depend_on_the_stop() -> None:
    done: dict[str, object] = {"error": None}
    assert to_do([done, done, None, done, done, done, done, None, done], 4) == [0, 1, 2, 3, 4, 5, 6, 7]
    assert to_do([done, done, None], 2) == [2]
    assert to_do([done] * 5, 2) == []
    assert to_do([None] * 3, 2) == [0, 1, 2]
