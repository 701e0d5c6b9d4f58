"""`predictions.csv`: whole lines, in the order of the files, that are read again as they were written."""

import csv
import io
import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from camdash.command_line.explaining.predictions import Predictions, as_read, earlier_lines
from camdash.command_line.main import main
from camdash.errors import UsageError, WriteError
from tests.conftest import image_bytes, save_checkpoint, small_card, speckle

HEADER = ["file", "sha256", "error"]


def table(folder: Path, *lines: list[str]) -> Path:
    predictions = Predictions(folder, [HEADER])
    for line in lines:
        predictions.append(line)
    predictions.close()
    return folder / "predictions.csv"


def test_each_line_is_in_the_file_as_soon_as_it_is_appended(tmp_path: Path) -> None:
    predictions = Predictions(tmp_path, [HEADER])
    predictions.append(["a.png", "12", None])
    assert (tmp_path / "predictions.csv").read_bytes() == b"file,sha256,error\r\na.png,12,\r\n"
    predictions.append(["b.png", "34", "=1"])
    assert (tmp_path / "predictions.csv").read_bytes().endswith(b"b.png,34,'=1\r\n")
    predictions.close()


@pytest.mark.parametrize("name", ["a.png", 'a "b",c.png', "a\r\nb.png", "a\nb.png", "=a.png", "\udcff.png", "手.png"])
def test_a_line_is_read_again_as_it_was_written(tmp_path: Path, name: str) -> None:
    assert earlier_lines(table(tmp_path, [name, "12", ""]), HEADER) == [as_read([name, "12", ""])]


@pytest.mark.parametrize("name", ["b.png", "b\r\nb.png", "手手.png"])
def test_a_last_line_that_was_cut_anywhere_is_left_out(tmp_path: Path, name: str) -> None:
    whole = table(tmp_path, ["a.png", "12", "One."], [name, "34", "Two."]).read_bytes()
    first = whole.index(b"One.\r\n") + 6
    for length in range(first, len(whole)):
        (tmp_path / "predictions.csv").write_bytes(whole[:length])
        assert earlier_lines(tmp_path / "predictions.csv", HEADER) == [("a.png", "12", "One.")], length
    (tmp_path / "predictions.csv").write_bytes(whole)
    assert len(earlier_lines(tmp_path / "predictions.csv", HEADER)) == 2


@pytest.mark.parametrize(
    "content", [b"", b"file,sha256\r\n", b"file,sha256,mistake\r\n", b"\x89PNG\r\n\x1a\n", b"\xff\xfe\r\n", b"x" * 10]
)
def test_another_table_or_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "predictions.csv").write_bytes(content)
    with pytest.raises(
        UsageError, match=r"predictions\.csv (has other columns|is not a table).* Give another folder\.$"
    ):
        earlier_lines(tmp_path / "predictions.csv", HEADER)


def test_a_line_for_which_there_is_no_room_leaves_no_part_of_itself(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    predictions = Predictions(tmp_path, [HEADER])
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        predictions.append(["a.png", "12", ""])
        with pytest.raises(WriteError, match="File too large"):
            predictions.append(["b.png", "x" * 200, ""])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    predictions.append(["c.png", "34", ""])
    predictions.close()
    lines = (tmp_path / "predictions.csv").read_bytes()
    assert lines == b"file,sha256,error\r\na.png,12,\r\nc.png,34,\r\n"


@pytest.mark.parametrize("happens", [Path.unlink, Path.touch], ids=["gone", "replaced"])
def test_a_table_that_has_gone_or_was_replaced_is_not_written_to_in_silence(
    tmp_path: Path, happens: Callable[[Path], None]
) -> None:
    predictions = Predictions(tmp_path, [HEADER])
    path = tmp_path / "predictions.csv"
    path.rename(tmp_path / "moved.csv")
    path.write_bytes(b"")
    happens(path)
    with pytest.raises(WriteError, match=r"predictions\.csv"):
        predictions.append(["a.png", "12", ""])
    predictions.close()
    assert (tmp_path / "moved.csv").read_bytes() == b"file,sha256,error\r\n"


def test_no_cell_of_the_table_becomes_a_formula_and_no_figure_is_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    card = small_card(2)
    evil = card.__class__(card.architecture, ("=cmd|' /C calc'!A0", "＋two"), card.preprocessing)
    save_checkpoint(tmp_path, "-evil", evil)
    files = ["=1+1.png", "@x.png", "+x.png"]
    for name in files:
        Path(name).write_bytes(image_bytes(speckle(40, 50)))
    Path("=bad.png").write_bytes(b"no image")
    arguments = ["explain", "--checkpoint", "./-evil.safetensors", "--output", "out", *files, "=bad.png"]
    assert main(arguments) == 1
    header, *lines = csv.reader(io.StringIO(Path("out/predictions.csv").read_text(encoding="utf-8"), newline=""))
    assert [line[0] for line in lines] == [f"'{name}" for name in [*files, "=bad.png"]]
    assert {line[2] for line in lines} == {"'-evil"}
    assert {line[4] for line in lines[:3]} <= {"'=cmd|' /C calc'!A0", "'＋two"}
    assert "logits.=cmd|' /C calc'!A0" in header
    level = header.index("level")
    assert {line[level] for line in lines[:3]} == {"A"}
    figures = [cell for line in lines[:3] for cell in (*line[5:level], *line[level + 1 : -4]) if cell]
    assert any(cell.startswith("-") for cell in figures)
    assert all(float(cell) == float(cell) for cell in figures)


def test_a_file_name_that_is_no_unicode_and_one_with_a_line_end_are_one_line_each_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a long name loses its middle
    names = [os.fsdecode(b"\xff.png"), "two\nlines.png", "\x1b[2J.png", "\u202egnp.png"]
    for file in names:
        Path(file).write_bytes(image_bytes(speckle(40, 50)))
    assert main(["explain", "--output", "out", *names]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.startswith("file")
    shown = [r"\udcff.png", r"two\nlines.png", r"\u001b[2J.png", r"\u202egnp.png"]
    assert [line.split("  ")[0] for line in lines] == shown
