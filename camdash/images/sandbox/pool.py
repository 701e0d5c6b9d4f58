"""Strangers' files decoded in other processes, so that no file can crash, stall or swell this one."""

import atexit
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

from camdash.errors import DecoderError
from camdash.images.limits import LONGEST_DECODING, check_size
from camdash.images.radiograph import Radiograph
from camdash.images.sandbox.decoder_process import DecoderProcess, ProcessLostError
from camdash.words.sentence import joined, say

PROCESSES = 2
"""Each takes about 100 MB; more only helps where many people upload at the same moment."""

STARTS = 3
"""Processes that may be found dead or hanging before one takes a file."""


class DecodingPool:
    """A few processes that decode, each started when it is first needed; any number of threads may call.

    A process is asked whether it is ready before it gets a file, so one that died while it waited costs no file. A
    file whose process dies at work is tried once more in a new one: the system may have run out of memory.

    Attributes:
        seconds: how long a file may take. It counts from the moment that the file's turn has come, so that waiting
            for a process to start is in it, and waiting for other files is not. A second try has as long again.
    """

    def __init__(self, processes: int = PROCESSES, seconds: float = LONGEST_DECODING) -> None:
        self.seconds = seconds
        self._closed = False
        self._changed = threading.Condition()
        self._free = [_Place() for _ in range(processes)]  # the last used is the first to be used

    def decode(self, data: bytes) -> Radiograph:
        """Decode a file's content, as `decoding.decode` does, in another process.

        Raises:
            ImageError: as there.
            DecoderError: the file took too long, crashed two processes, or no process could be started.
        """
        check_size(len(data))
        with self._place() as place:
            try:
                return self._tried(place, data)
            except ProcessLostError:
                place.end()
            try:
                return self._tried(place, data)
            except ProcessLostError as error:
                raise DecoderError(say("The decoder crashed on this file. Export the radiograph again.")) from error

    def warm(self) -> None:
        """Start every process that is not running, so that the first file need not wait for it."""
        with self._changed:
            for place in self._free if not self._closed else ():
                place.clear()
                with suppress(DecoderError):  # the first file says so
                    place.started()

    def close(self) -> None:
        """End all processes; busy ones when their file is decoded. Later files have a process of their own each."""
        with self._changed:
            self._closed = True
            for place in self._free:
                place.end()

    def _tried(self, place: "_Place", data: bytes) -> Radiograph:
        """Return the answer of a place's process.

        Raises:
            ImageError, DecoderError: as in `decode`.
            ProcessLostError: the process died over the file.
        """
        until = time.monotonic() + self.seconds
        late = say("Decoding took longer than {seconds:g} s and was stopped.", seconds=self.seconds)
        try:
            process = place.ready(until)
        except TimeoutError as error:
            raise DecoderError(joined(" ", [late, say("Try again later.")])) from error
        try:
            return process.decode(data, until)
        except TimeoutError as error:
            raise DecoderError(joined(" ", [late, say("Export a smaller image.")])) from error

    @contextmanager
    def _place(self) -> Iterator["_Place"]:
        """Wait for a free place; give it back with a process that can be used again, or with none."""
        with self._changed:
            self._changed.wait_for(lambda: self._free)
            place = self._free.pop()
            for other in self._free:
                other.clear()
        try:
            yield place
        finally:
            place.clear()
            with self._changed:
                if self._closed:
                    place.end()
                self._free.append(place)
                self._changed.notify()


class _Place:
    """Room for one process, which is started when it is needed."""

    def __init__(self) -> None:
        self._process: DecoderProcess | None = None

    def started(self) -> DecoderProcess:
        """Return the process, a new one where there is none."""
        if self._process is None:
            self._process = DecoderProcess()
        return self._process

    def ready(self, until: float) -> DecoderProcess:
        """Return a process that says it is ready.

        One that was there already has half of the time, in case it hangs; one that is started now has all the rest.

        Raises:
            TimeoutError: the last said nothing in time.
            DecoderError: none could be started.
        """
        failure: Exception | None = None
        half = until if self._process is None else (time.monotonic() + until) / 2
        for start in range(STARTS):
            process = self.started()
            try:
                process.ask_whether_ready(until if start else half)
            except (TimeoutError, ProcessLostError) as error:
                failure = error
                self.end()
                if time.monotonic() >= until:
                    break
            else:
                return process
        if isinstance(failure, TimeoutError):
            raise failure
        raise DecoderError(say("No decoder could be started. Try again later.")) from failure

    def clear(self) -> None:
        """End a process that died or cannot be used any more."""
        if self._process is not None and not (self._process.usable and self._process.lives):
            self.end()

    def end(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.end()
            self._process = None


@cache
def shared_pool() -> DecodingPool:
    """Return the pool of this process, which ends with it."""
    pool = DecodingPool()
    atexit.register(pool.close)
    return pool
