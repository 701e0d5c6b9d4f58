"""The standard streams as functions: what a broken, closed or full one gives."""

import os
import sys
from collections.abc import Iterator
from typing import TextIO

import pytest

from camdash.command_line.main import main
from camdash.command_line.streams import Output, Remarks
from camdash.errors import WriteError


@pytest.fixture
def broken() -> Iterator[TextIO]:
    """A pipe that nobody reads any more; the interpreter ignores the signal, so that writing raises an error."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        yield stream


@pytest.fixture
def full() -> Iterator[TextIO]:
    with open("/dev/full", "w") as stream:  # noqa: PTH123 - a device
        yield stream


def test_a_reader_that_is_gone_is_named_and_nothing_is_tried_again(broken: TextIO) -> None:
    output = Output(broken)
    output.write("a line\n")
    with pytest.raises(WriteError, match=r"^Standard output was closed by the program that reads it\.$"):
        output.flush()
    output.write("another\n")
    output.flush()
    broken.close()  # as at the interpreter's end, which would write what is left


def test_a_line_that_does_not_wait_finds_the_reader_gone_too(broken: TextIO) -> None:
    with pytest.raises(WriteError, match="closed by the program that reads it"):
        Output(broken).write("x" * 10_000_000)


def test_a_full_disk_is_not_called_a_reader_that_is_gone(full: TextIO) -> None:
    output = Output(full)
    output.write("a line\n")
    with pytest.raises(WriteError, match=r"^Nothing can be written to standard output: No space left on device\.$"):
        output.flush()


def test_without_a_stream_the_results_have_nowhere_to_go() -> None:
    output = Output(None)
    for act in (output.flush, lambda: output.write("x")):
        with pytest.raises(WriteError, match=r"^Standard output is closed"):
            act()
    assert not output.isatty()


LONG = "x" * 10_000_000
"""More than a stream keeps back: writing it fails, and not only handing it over."""


@pytest.mark.parametrize("sentences", [("A sentence.", LONG), (LONG, "A sentence.")])
def test_remarks_that_nobody_reads_are_lost_without_an_error(broken: TextIO, sentences: tuple[str, str]) -> None:
    remarks = Remarks(broken)
    for sentence in sentences:
        remarks.say(sentence)
    remarks.clear()
    assert not remarks.isatty()
    broken.close()


@pytest.mark.parametrize("sentence", ["A sentence.", LONG])
def test_remarks_on_a_full_disk_and_without_a_stream_are_lost_without_an_error(full: TextIO, sentence: str) -> None:
    for stream in (full, None):
        Remarks(stream).say(sentence)
    full.close()


@pytest.mark.parametrize("arguments", [["checkpoints"], ["checkpoints", "--json"]])
def test_a_command_whose_reader_is_gone_fails_with_a_sentence(
    broken: TextIO, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", broken)
    assert main(arguments) == 1
    assert capsys.readouterr().err.endswith("camdash: Standard output was closed by the program that reads it.\n")
