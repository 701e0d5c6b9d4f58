"""The processes that decode for this one, to be killed by tests."""

import contextlib
import os
import signal
import subprocess
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tests.pictures import opencv_bytes

SLOW = 5000, 5000
AT_WORK = 20 * 2**20
"""Bytes that a decoder of the slow file takes beyond those that it takes when it is ready."""


def workers() -> list[int]:
    """Return the processes, those that died and were not reaped among them."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True
    )
    lines = [line.split(maxsplit=1) for line in listed.stdout.splitlines()]
    return [int(pid) for pid, command in lines if "camdash.images.sandbox.worker" in command or "<defunct>" in command]


def kill(*processes: int) -> None:
    """Kill processes, and wait until they are dead; whoever started them finds that out by itself."""
    for process in processes:
        os.kill(process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):  # found out, and reaped
            os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)


def wait_until_at_work(process: int, ready: int, coming: Future[Any]) -> None:
    """Wait until a process is at work on the slow file, which is `coming`; `ready` is the memory of one that waits."""
    while memory(process) < ready + AT_WORK:
        assert not coming.done()


@cache
def slow_file() -> bytes:
    """Return a file of 50 MB unpacked, over which a decoder is busy for a while."""
    return opencv_bytes(np.zeros(SLOW, np.uint16), ".png")


def memory(process: int) -> int:
    """Return the bytes of memory that a process has in use."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
