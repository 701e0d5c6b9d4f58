"""Strangers' files decoded in other processes, so that no file can crash, stall or swell this one."""

import atexit
import contextlib
import io
import os
import queue
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from typing import cast

from camdash.errors import ImageError
from camdash.images.limits import LONGEST_DECODING, check_size
from camdash.images.radiograph import Radiograph
from camdash.images.wire import receive_answer, receive_bytes, send_bytes

PROCESSES = 2
"""Each takes about 100 MB; more only helps where many people upload at the same moment."""

ROOT = Path(__file__).resolve().parents[2]
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "LANG", "PYTHONPATH", "VIRTUAL_ENV")
"""What of the environment a decoder needs; the rest may hold secrets."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Idle threads reserve address space, of which a worker has little."""


class DecodingPool:
    """A few processes that decode, each started when it is first needed; any number of threads may call.

    Attributes:
        seconds: after so long a file is given up.
    """

    def __init__(self, processes: int = PROCESSES, seconds: float = LONGEST_DECODING) -> None:
        self.seconds = seconds
        self._closed = False
        self._places: queue.LifoQueue[_Worker | None] = queue.LifoQueue()  # the last used is the first to be used
        for _ in range(processes):
            self._places.put(None)

    def decode(self, data: bytes) -> Radiograph:
        """Decode a file's content, as `decoding.decode` does, in another process.

        Raises:
            ImageError: as there; or the file took too long; or it crashed its decoder, which is replaced.
        """
        check_size(len(data))
        worker = self._places.get()
        try:
            worker = worker or _Worker()
            return worker.ask(data, self.seconds)
        finally:
            self._places.put(self._kept(worker))

    def warm(self) -> None:
        """Start every process that is not running, so that the first file need not wait for it."""
        for worker in self._idle():
            self._places.put(worker or _Worker())

    def close(self) -> None:
        """End all processes; busy ones when their file is decoded."""
        self._closed = True
        for worker in self._idle():
            self._places.put(self._kept(worker))

    def _kept(self, worker: "_Worker | None") -> "_Worker | None":
        """Return a worker that can be used again; end any other."""
        if worker is None or (worker.usable and not self._closed):
            return worker
        worker.end()
        return None

    def _idle(self) -> "list[_Worker | None]":
        idle = []
        with contextlib.suppress(queue.Empty):
            while True:
                idle.append(self._places.get_nowait())
        return idle


class _Worker:
    """One process and the pipes to it.

    Attributes:
        usable: whether it waits for a file; not while it has one, nor after it was lost.
    """

    def __init__(self) -> None:
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | ONE_THREAD
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "camdash.images.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env=environment,
                pipesize=2**20,  # a film in few steps
                start_new_session=True,  # Ctrl-C at the terminal is not for it
            )
        except OSError as error:
            raise ImageError("No decoder could be started. Try again later.") from error
        self._files = cast(io.BufferedWriter, self._process.stdin)
        self._answers = cast(io.BufferedReader, self._process.stdout)
        self._ready = False
        self.usable = True

    def ask(self, data: bytes, seconds: float) -> Radiograph:
        """Return the radiograph, or raise ImageError with the worker's sentence, or with one on its loss."""
        self.usable = False
        late = threading.Event()
        try:
            self._await_start()
            answer = self._answer(data, seconds, late)
        except (OSError, EOFError, ValueError) as error:
            if late.is_set():
                raise ImageError(
                    f"The file takes longer than {seconds:g} seconds to decode, so it was given up. Export it smaller."
                ) from error
            raise ImageError("The file crashed its decoder, so it is refused. Export the radiograph again.") from error
        self.usable = not late.is_set()
        if isinstance(answer, ImageError):
            raise answer
        return answer

    def end(self) -> None:
        """End the process, whatever it does, and close the pipes to it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._files, self._answers):
            with contextlib.suppress(OSError):  # what was not sent will never be
                pipe.close()

    def _await_start(self) -> None:
        if not self._ready:
            receive_bytes(self._answers, most=16)
            self._ready = True

    def _answer(self, data: bytes, seconds: float, late: threading.Event) -> Radiograph | ImageError:
        def give_up() -> None:
            late.set()
            self._process.kill()  # which ends all waiting on the pipes

        timer = threading.Timer(seconds, give_up)
        timer.start()
        try:
            send_bytes(self._files, data)
            return receive_answer(self._answers)
        finally:
            timer.cancel()
            timer.join()


@cache
def shared_pool() -> DecodingPool:
    """Return the pool of this process, which ends with it."""
    pool = DecodingPool()
    atexit.register(pool.close)
    return pool
