import io
import sys
from pathlib import Path

import pytest

from camdash.command_line.explaining.progress_line import CLEAR, ProgressLine
from camdash.command_line.main import main
from tests.command_line.conftest import json_lines


class Terminal(io.StringIO):
    """Somebody watches."""

    def isatty(self) -> bool:
        return True


def test_each_progress_is_written_over_the_last_and_the_line_is_left_empty() -> None:
    terminal = Terminal()
    line = ProgressLine(terminal, 3)
    line.show(1)
    line.show(2)
    line.clear()
    written = terminal.getvalue().split(CLEAR)
    assert written[0] == written[-1] == ""
    assert [text[:6] for text in written[1:-1]] == ["1 of 3", "2 of 3"]
    assert all(text.endswith(" left") for text in written[1:-1])


@pytest.mark.parametrize(
    "line",
    [(io.StringIO(), 3, False), (Terminal(), 1, False), (Terminal(), 3, True)],
    ids=["no terminal", "one file", "quiet"],
)
def test_nothing_is_written_where_nobody_watches(line: tuple[io.StringIO, int, bool]) -> None:
    terminal, of, quiet = line
    shown = ProgressLine(terminal, of, quiet=quiet)
    shown.show(1)
    shown.clear()
    assert terminal.getvalue() == ""


def test_explain_says_on_a_terminal_how_far_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["explain", "--json", str(folder)]) == 1
    assert [word for word in ("1 of 4 · ", "4 of 4 · ") if word in terminal.getvalue()] == ["1 of 4 · ", "4 of 4 · "]
    assert terminal.getvalue().endswith(CLEAR)
    assert len(json_lines(capsys.readouterr().out)) == 4
