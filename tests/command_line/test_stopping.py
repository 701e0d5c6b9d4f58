"""Signals: what is done stays, a sentence says where the command stopped, and nothing is left behind."""

import contextlib
import os
import pty
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from tests.command_line.conftest import PATIENCE, environment, first_line, json_lines, no_trace, rest, start

STOPS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
BETWEEN = 0.02
"""Seconds between two looks at a child."""


def children(process: subprocess.Popen[str]) -> list[int]:
    lists = Path(f"/proc/{process.pid}/task").glob("*/children")
    return [int(number) for path in lists for number in path.read_text().split()]


def lives(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def all_gone(numbers: list[int]) -> bool:
    """Wait until processes have ended: one that was killed takes a moment on a busy machine."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / BETWEEN)):
        if not any(lives(number) for number in numbers):
            return True
        pause.wait(BETWEEN)
    return False


def wait_until(process: subprocess.Popen[str], what: str) -> None:
    """Wait until a child has loaded a library, by its name."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / BETWEEN)):
        if what in Path(f"/proc/{process.pid}/maps").read_text():
            return
        assert process.poll() is None
        pause.wait(BETWEEN)
    pytest.fail(f"{what} was never loaded")


@pytest.mark.parametrize(("how", "status"), STOPS)
def test_a_signal_between_two_rows_stops_there_with_a_sentence(
    films: Path, tmp_path: Path, shipped: Path, how: signal.Signals, status: int
) -> None:
    checkpoint = str(shipped / "small.safetensors")
    output = ["--output", str(tmp_path / "out")] if how is signal.SIGINT else []
    running = start("explain", "--json", "--checkpoint", checkpoint, *output, str(films))
    first = first_line(running)
    decoders = children(running)
    assert decoders
    running.send_signal(how)
    out, said = rest(running)
    rows = json_lines(first + out)  # every line is whole
    assert running.returncode == status
    assert no_trace(said)
    advice = " What is done stays. Run the same command with --resume to continue." if output else ""
    assert said.endswith(f"camdash: Stopped after {len(rows)} of 12 radiographs.{advice}\n")
    assert 1 <= len(rows) < 12
    assert all_gone(decoders)
    if output:
        assert len((tmp_path / "out/predictions.csv").read_text().splitlines()) == len(rows) + 1
        assert not list((tmp_path / "out").glob(".*"))


def test_a_table_of_what_is_done_is_printed_at_a_stop(films: Path, tmp_path: Path, shipped: Path) -> None:
    output, checkpoint = tmp_path / "out", str(shipped / "small.safetensors")
    running = start("explain", "--checkpoint", checkpoint, "--output", str(output), str(films))
    pause, table = threading.Event(), output / "predictions.csv"
    while running.poll() is None and not (table.exists() and table.read_bytes().count(b"\n") > 1):
        pause.wait(BETWEEN)
    running.send_signal(signal.SIGINT)
    out, said = rest(running)
    assert running.returncode == 130
    done = len(table.read_text().splitlines()) - 1
    assert len(out.splitlines()) == done + 1
    assert f"Stopped after {done} of 12 radiographs." in said


@pytest.mark.parametrize("library", ["_struct", "libtorch_cpu", "libtorch_python"])
@pytest.mark.parametrize(("how", "status"), STOPS[:2])
def test_a_signal_while_the_libraries_are_loaded_gives_a_sentence(
    films: Path, shipped: Path, library: str, how: signal.Signals, status: int
) -> None:
    running = start("explain", "--checkpoint", str(shipped / "small.safetensors"), str(films))
    wait_until(running, library)
    running.send_signal(how)
    out, said = rest(running)
    assert (running.returncode, out) == (status, "")
    assert said.startswith("camdash: Stopped")
    assert no_trace(said)


def test_a_second_signal_ends_it_at_once_where_nobody_reads_its_output(films: Path, shipped: Path) -> None:
    running = start("explain", "--json", "--checkpoint", str(shipped / "small.safetensors"), str(films))
    first_line(running)
    running.send_signal(signal.SIGTERM)
    pause = threading.Event()
    while running.poll() is None:  # the pipe is full, and nobody reads it
        running.send_signal(signal.SIGTERM)
        pause.wait(BETWEEN)
    rest(running)
    assert running.returncode == 143


def test_a_signal_that_is_ignored_as_under_nohup_stays_ignored(films: Path, shipped: Path) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    checkpoint = str(shipped / "small.safetensors")
    running = start("explain", "--json", "--checkpoint", checkpoint, str(films), preexec_fn=ignore)
    first = first_line(running)
    os.kill(running.pid, signal.SIGHUP)
    out, _ = rest(running)
    assert running.returncode == 1  # of the broken film
    assert len(json_lines(first + out)) == 12


def test_the_listing_of_checkpoints_stops_too(tmp_path: Path) -> None:
    running = start("checkpoints", env=environment(CAMDASH_CHECKPOINTS=str(tmp_path)))
    wait_until(running, "libtorch_cpu")
    running.send_signal(signal.SIGINT)
    _, said = rest(running)
    assert (running.returncode, said) == (130, "camdash: Stopped.\n")


def test_ctrl_c_at_a_terminal_leaves_whole_lines(films: Path, shipped: Path) -> None:
    ours, theirs = pty.openpty()
    checkpoint = str(shipped / "small.safetensors")
    running = start("explain", "--checkpoint", checkpoint, str(films), stdin=theirs, stderr=theirs, stdout=theirs)
    os.close(theirs)
    shown = b""
    while b"1 of 12" not in shown:
        shown += os.read(ours, 4096)
    running.send_signal(signal.SIGINT)
    with contextlib.suppress(OSError):  # the terminal is closed on the other side
        while more := os.read(ours, 4096):
            shown += more
    os.close(ours)
    assert running.wait(PATIENCE) == 130
    lines = [line.rstrip("\r").rpartition("\x1b[K")[2] for line in shown.decode().rstrip().split("\n")]
    table = lines[lines.index(next(line for line in lines if line.startswith("file "))) :]
    begins = str(films)[:20]  # a long name loses its middle
    assert [line.startswith(begins) for line in table[1:-1]] == [True] * (len(table) - 2)
    assert table[-1] == f"camdash: Stopped after {len(table) - 2} of 12 radiographs."
