"""Many people, one device: whose turn it is, and how long the line is.

Sessions take turns in the order in which they asked, one piece of work each and one piece at a time, so that two
hundred radiographs of one person do not hold up the single one of another. A piece is one forward pass, or one batch.

All pieces of a device run in one thread of its own, at a lower priority of the operating system: a person who only
looks at what is there feels nothing of it, and the libraries beneath keep one pool of threads and of memory, not one
for every session.
"""

import os
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from camdash.errors import BusyError
from camdash.words.sentence import say_many

T = TypeVar("T")

LONGEST = 100
"""Pieces that may wait; one more is refused."""

TICK = 0.5
"""Seconds between two questions whether somebody still waits for a piece."""

NICENESS, LEAST = 5, 19
"""How far the device's thread steps back, in the units of nice(1), and the least priority there is. Linux alone keeps
priorities by thread; elsewhere all stays as it is."""


class Abandoned(Exception):  # noqa: N818 - no error: nobody is left to be told
    """The work was dropped before it began, because nobody waits for it any more."""


class DeviceQueue:
    """A bounded, fair queue before one device."""

    def __init__(self, longest: int = LONGEST, tick: float = TICK) -> None:
        self._longest = longest
        self._tick = tick
        self._lock = threading.Lock()
        self._busy = False
        self._line: OrderedDict[str, deque[threading.Event]] = OrderedDict()
        self._thread: int | None = None
        self._place = ThreadPoolExecutor(1, "device", self._step_back)

    def run(self, session: str, work: Callable[[], T], alive: Callable[[], bool]) -> T:
        """Wait for the session's turn, do the work in the device's thread, and return what it returns.

        Work that calls this itself goes on at once: it has its turn already.

        Args:
            session: who asks.
            work: one forward pass, or one batch; what it raises is raised here.
            alive: whether somebody still waits; asked every tick while waiting, and before work that had to wait. It
                may raise, which drops the work too.

        Raises:
            Abandoned: `alive` said no.
            BusyError: too many pieces wait already.
        """
        if threading.get_ident() == self._thread:
            return work()
        turn = self._ask(session)
        try:
            self._wait(turn, alive)
            return self._place.submit(work).result()
        finally:
            self._leave(session, turn)

    @property
    def waiting(self) -> int:
        """How many pieces wait; the one on the device is not counted."""
        with self._lock:
            return self._count()

    def ahead(self, session: str) -> int:
        """Return how many pieces come before the session's next one, that on the device included."""
        with self._lock:
            order = list(self._line)
            return self._busy + (order.index(session) if session in order else len(order))

    def _ask(self, session: str) -> threading.Event:
        turn = threading.Event()
        with self._lock:
            if not self._busy:
                self._busy = True
                turn.set()
                return turn
            if (count := self._count()) >= self._longest:
                raise BusyError(
                    say_many(
                        "{count} analysis is waiting; try again in a minute.",
                        "{count} analyses are waiting; try again in a minute.",
                        count,
                    )
                )
            self._line.setdefault(session, deque()).append(turn)
        return turn

    def _wait(self, turn: threading.Event, alive: Callable[[], bool]) -> None:
        if turn.is_set():
            return
        come = False
        while not come:
            come = turn.wait(self._tick)
            if not alive():
                raise Abandoned

    def _leave(self, session: str, turn: threading.Event) -> None:
        with self._lock:
            if turn.is_set():
                self._next()
                return
            turns = self._line[session]
            turns.remove(turn)
            if not turns:
                del self._line[session]

    def _next(self) -> None:
        """Give the turn to the session that has waited longest; what else it waits for goes to the line's end."""
        self._busy = bool(self._line)
        if not self._busy:
            return
        session, turns = self._line.popitem(last=False)
        turns.popleft().set()
        if turns:
            self._line[session] = turns

    def _count(self) -> int:
        return sum(len(turns) for turns in self._line.values())

    def _step_back(self) -> None:
        self._thread = threading.get_ident()
        if sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, 0, min(os.getpriority(os.PRIO_PROCESS, 0) + NICENESS, LEAST))


_queues: dict[str, DeviceQueue] = {}
_making = threading.Lock()


def queue_of(device: str) -> DeviceQueue:
    """Return the queue before a device, the same one for all who ask; by the name that torch gives the device."""
    with _making:
        if device not in _queues:
            _queues[device] = DeviceQueue()
        return _queues[device]
