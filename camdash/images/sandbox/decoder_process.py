"""One process that decodes, and the pipes to it: see `pool`, which keeps a few of them."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

from camdash.errors import DecoderError, ImageError
from camdash.images.radiograph import Radiograph
from camdash.images.sandbox.serialization import PING, READY, receive_answer, receive_bytes, send_bytes
from camdash.images.sandbox.timed_pipes import TimedPipe
from camdash.words.sentence import say

ROOT = Path(__file__).resolve().parents[3]
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "LANG", "PYTHONPATH", "VIRTUAL_ENV")
"""What of the environment a decoder needs; the rest may hold secrets."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Idle threads reserve address space, of which a decoder has little."""

CLEAN_MEMORY = {"MALLOC_PERTURB_": "255", "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0", "PYTHONMALLOC": "malloc"}
"""One process decodes the files of all visitors. With these glibc gives zeros, and overwrites what is freed
(mallopt(3), M_PERTURB): a decoder that left some of its picture unwritten would show black, never another's film.
Not so below 1,024 bytes, as a picture of 31 x 32 pixels: NumPy keeps freed arrays of that size for itself, and no
setting of it clears them."""

LONGEST_END = 5.0
"""Seconds to wait for a killed process; one that the system itself holds up is left to it."""


class ProcessLostError(Exception):
    """A process died, or answered rubbish."""


class DecoderProcess:
    """A process that decodes one file after the other. One thread at a time may use it.

    Attributes:
        usable: whether it waits for a file; not while it has one, nor after it was lost or late.
    """

    def __init__(self) -> None:
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | ONE_THREAD | CLEAN_MEMORY
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "camdash.images.sandbox.worker"],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env=environment,
                pipesize=2**20,  # a film in few steps
                start_new_session=True,  # Ctrl-C at the terminal is not for it
            )
        except OSError as error:
            raise DecoderError(say("No decoder could be started. Try again later.")) from error
        self._pipes = [TimedPipe(cast(IO[bytes], end)) for end in (self._process.stdin, self._process.stdout)]
        self._files = io.BufferedWriter(self._pipes[0])
        self._answers: io.BufferedReader = io.BufferedReader(self._pipes[1])
        self.usable = True

    @property
    def lives(self) -> bool:
        """Whether the process has not ended; asking also reaps one that has."""
        return self._process.poll() is None

    def ask_whether_ready(self, until: float) -> None:
        """Wait until the process says that it is ready for a file; a new one says so when its imports are done.

        Raises:
            ProcessLostError: it died, or answered rubbish.
            TimeoutError: it had said nothing by then, on the monotonic clock.
        """
        with self._asked(until):
            send_bytes(self._files, PING)
            if receive_bytes(self._answers, most=len(READY)) != READY:
                raise ProcessLostError

    def decode(self, data: bytes, until: float) -> Radiograph:
        """Return the radiograph of a file's content.

        Raises:
            ImageError: the process refuses the file; the sentence says why.
            ProcessLostError, TimeoutError: as in `ask_whether_ready`.
        """
        with self._asked(until):
            send_bytes(self._files, data)
            answer = receive_answer(self._answers)
        if isinstance(answer, ImageError):
            raise answer
        return answer

    def end(self) -> None:
        """End the process, whatever it does, and close the pipes to it."""
        self.usable = False
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(LONGEST_END)
        for pipe in (self._files, self._answers):
            with suppress(OSError):  # what was not sent will never be
                pipe.close()

    @contextmanager
    def _asked(self, until: float) -> Iterator[None]:
        """Not usable until it has answered; translate what pipes to a dead process or rubbish in them give."""
        self.usable = False
        for pipe in self._pipes:
            pipe.until = until
        try:
            yield
        except TimeoutError:
            raise
        except (OSError, EOFError, ValueError) as error:
            raise ProcessLostError from error
        self.usable = True
