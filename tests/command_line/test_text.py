"""Text of strangers on a terminal."""

import io
import json

import pytest

from camdash.command_line.streams import Output
from camdash.command_line.table import write_table
from camdash.command_line.text import encodable, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hand.png", "hand.png"),
        ("Händ 手 99.9\u00a0%\u2009x", "Händ 手 99.9\u00a0%\u2009x"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x1b[2J\x07\x7f", r"\u001b[2J\u0007\u007f"),
        ("\x9b31m", r"\u009b31m"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\u2066x\u2069\u200f", r"\u2066x\u2069\u200f"),
        ("a\u2028b\u2029\x85", r"a\u2028b\u2029\u0085"),
        ("\udcff\ud800", r"\udcff\ud800"),
        ("\U000e0001\uffff", r"\udb40\udc01\uffff"),
    ],
)
def test_what_is_not_seen_or_turns_the_rest_over_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_an_escape_is_read_by_json_as_the_character_it_stands_for() -> None:
    text = "\x1b\n\u202e\udcff\U000e0001é手"
    assert json.loads(f'"{printable(text)}"') == text
    assert json.loads(f'"{encodable(printable(text), "ascii")}"') == text


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "é手\U0001f9b4"), ("latin-1", r"é\u624b\ud83e\uddb4"), ("ascii", r"\u00e9\u624b\ud83e\uddb4")],
)
def test_what_the_terminal_cannot_show_is_escaped(encoding: str, shown: str) -> None:
    content = io.BytesIO()
    out = Output(io.TextIOWrapper(content, encoding=encoding))
    out.write("é手\U0001f9b4\n\x1b[1m")
    out.flush()
    assert content.getvalue().decode(encoding) == shown + "\n\\u001b[1m"


def test_a_row_of_a_table_is_one_line_whatever_stands_in_it() -> None:
    shown = io.StringIO()
    write_table(shown, ["file", "error"], [["a\nb", "c\rd"], ["long name", ""]])
    assert shown.getvalue().splitlines() == ["file       error", r"a\nb       c\rd", "long name"]


def test_a_long_name_in_a_table_loses_its_middle_and_a_long_sentence_does_not() -> None:
    shown = io.StringIO()
    write_table(shown, ["file", "error"], [["a" * 50 + "b" * 50, "c" * 100]])
    assert shown.getvalue().splitlines()[1] == "a" * 29 + "…" + "b" * 30 + "  " + "c" * 100
