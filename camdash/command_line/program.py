"""The command line as a program: what it does with standard streams, signals and its end.

The command runs in a thread of its own, and this one waits. A signal is so answered at once, whatever library is at
work or half loaded, and never in the middle of a row. At the end nothing is waited for: no faster engine that is still
being made, no decoder that is still busy.
"""

import contextlib
import os
import signal
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import NoReturn

from camdash.command_line.streams import Output, Remarks
from camdash.command_line.tally import Tally
from camdash.command_line.text import printable
from camdash.errors import CamdashError, is_out_of_memory
from camdash.words.sentence import joined, say

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 5.0
"""Seconds for the row that is being written when a signal comes; it takes a blink, unless nobody reads the output."""

FAILED = 1


def run() -> NoReturn:
    """Run the command that the arguments name, and leave with its status; 128 + the signal where one stopped it."""
    open_missing_streams()
    tally = Tally()
    stop = Stop(tally)
    for number in STOPS:
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup, and what a shell runs in the background
            signal.signal(number, stop)
    threading.excepthook = _say_failed
    try:
        status = _in_a_thread(tally).result()
    except SystemExit as end:  # of the parser, which has said why
        status = end.code if isinstance(end.code, int) else FAILED
    except (MemoryError, ImportError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        Remarks(sys.stderr).say(say("There is too little memory to start."))
        status = FAILED
    if tally.then and status == 0:
        os.execv(tally.then[0], tally.then)  # signals are the server's own from here on
    leave(status)


def _in_a_thread(tally: Tally) -> Future[int]:
    """Start the command in a thread that is given no signal: one taken there would not wake this one, which stops."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        return ThreadPoolExecutor(1, "command").submit(_command, tally)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _command(tally: Tally) -> int:
    from camdash.command_line.main import main  # here, so that a signal in the meantime is answered

    return main(None, tally)


def open_missing_streams() -> None:
    """Let standard streams that are closed lead nowhere, so that no file which is opened later takes their place.

    `sys.stdout` stays None, for without it there is nothing to compute for.
    """
    opened = os.open(os.devnull, os.O_RDWR)
    while opened <= 2:
        os.set_inheritable(opened, True)
        opened = os.open(os.devnull, os.O_RDWR)
    os.close(opened)
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.dup(2), "w")  # the parser would turn to standard output


class Stop:
    """What a signal does: the row that is being written is finished, and a sentence says where the command stopped."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._called = False

    def __call__(self, number: int, _: FrameType | None) -> None:
        """End the process; at once when called again."""
        if self._called:
            os._exit(128 + number)
        self._called = True
        self._tally.stopped.set()
        whole = self._tally.lock.acquire(timeout=PATIENCE)
        remarks = Remarks(sys.stderr)
        remarks.clear()
        if whole:
            with contextlib.suppress(CamdashError):
                self._tally.finish()
        remarks.say(self._tally.sentence)
        leave(128 + number, flush=whole)


def leave(status: int, *, flush: bool = True) -> NoReturn:
    """End the process with a status, and its decoders with it.

    Args:
        status: the exit status; 1 in place of 0 where the results cannot be written.
        flush: whether standard output is waited for.
    """
    remarks = Remarks(sys.stderr)
    if flush and sys.stdout is not None:
        try:
            Output(sys.stdout).flush()
        except CamdashError as error:
            remarks.say(str(error))
            status = status or FAILED
    remarks.flush()
    for child in _children():
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    os._exit(status)


def _children() -> list[int]:
    """Return the processes that this one has started, where the system lists them; else they end with their input."""
    lists = Path("/proc/self/task").glob("*/children")
    try:
        return [int(number) for one in lists for number in one.read_text().split()]
    except OSError:
        return []


def _say_failed(failed: threading.ExceptHookArgs) -> None:
    kind, error = failed.exc_type.__name__, printable(str(failed.exc_value))
    failure = say("A task in the background failed; the results do not depend on it.")
    Remarks(sys.stderr).say(joined(" ", [failure, f"{kind}: {error}"]))
