"""The cells of every CSV file."""

import csv
import io
from pathlib import Path

import pytest

from camdash.evidence import overview, worklist
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.files.safe_csv import Cell, cell, csv_file, csv_line
from camdash.rendering.files.tables import comparison_csv, worklist_csv
from tests.conftest import small_card

FORMULAS = [
    *("=1+1", "+1", "-1", "@SUM(A1)"),
    *("\t=1", "\rx", "\nx", "\tx"),
    *("＝1+1", "＋1", "－1", "＠SUM", "﹦1", "﹢1", "﹣1", "﹫x", "−1"),
    *("  =1", "\u00a0=1", "\u3000＝1", "\u200b=1", "\ufeff-1", "\x00=1", "\x1b+1", "\u202e=1", " \t@x"),
]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_a_spreadsheet_would_calculate_is_marked(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "hand.png", "a=b", "1-2", "(-)", "'=x", "Ä+", "手.png", "#N/A", "   "])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


def test_numbers_and_what_is_not_known_are_written_as_they_are() -> None:
    values: list[Cell] = [-0.5, -3, 1e-320, True, None, float("-inf")]
    assert csv_line(values) == "-0.5,-3,1e-320,True,,-inf\r\n"


def test_a_number_is_read_back_as_the_same_number() -> None:
    assert float(csv_line([-0.1 - 0.2]).strip()).hex() == (-0.1 - 0.2).hex()


def test_a_line_end_within_a_cell_does_not_end_the_row() -> None:
    assert list(csv.reader(io.StringIO(csv_line(["a\r\nb", 'c"d', "e"]), newline=""))) == [["a\r\nb", 'c"d', "e"]]


def test_what_does_not_show_or_turns_the_text_around_is_written_out() -> None:
    assert csv_line(["abc\u202egnp.exe", "\x1b[2J", "\u202e=1", 0.5]) == "abc\\u202egnp.exe,\\x1b[2J,'\\u202e=1,0.5\r\n"


def test_what_unicode_cannot_write_is_escaped() -> None:
    assert csv_file([["\udcff.png"]]) == b"\xef\xbb\xbf\\udcff.png\r\n"


def test_every_text_of_a_worklist_and_of_a_comparison_is_guarded_and_no_figure_is() -> None:
    evil = Checkpoint("=checkpoint", Path("x"), "a" * 64, small_card())
    listed = worklist.Line("=file", "b" * 64, "@class", 0.5, "-class", -1.5, -2.5, error="+error")
    compared = overview.Line(listed, worklist.Line("=file", "b" * 64, "＝class", -0.25), agreement=-0.75)
    _, first = _read(worklist_csv([listed], evil))
    assert first == [
        *("'=file", "b" * 64, "'=checkpoint", "a" * 64, "'@class", "0.5", "'-class", "-1.5", "-2.5", "", "", ""),
        "'+error",
    ]
    _, second = _read(comparison_csv([compared], evil, evil))
    assert second == [
        *("'=file", "b" * 64, "'=checkpoint", "a" * 64, "'=checkpoint", "a" * 64),
        *("'@class", "0.5", "'-class", "-1.5", "-2.5", "", "", ""),
        *("'＝class", "-0.25", "", "", "", "", "", "", "", "-0.75", "'+error"),
    ]


def _read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
