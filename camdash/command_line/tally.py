"""How far a command is, for whoever has to stop it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from camdash.words.sentence import joined, say


def _nothing() -> None:
    """Do nothing."""


@dataclass
class Tally:
    """How far a command is.

    Attributes:
        lock: held while a row is written, so that a stop comes between two rows.
        stopped: set when a stop is asked for: a lock is given to whoever comes first, which may be the next row.
        of: how many radiographs there are; none before they are known.
        done: how many have their row.
        resumable: whether what is done is in a folder, from which `--resume` goes on.
        finish: prints what is done and not printed yet; called with the lock held.
        then: the command that takes this process's place at a good end; empty for none.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    stopped: threading.Event = field(default_factory=threading.Event)
    of: int = 0
    done: int = 0
    resumable: bool = False
    finish: Callable[[], None] = _nothing
    then: tuple[str, ...] = ()

    @contextmanager
    def row(self) -> Iterator[None]:
        """Hold the lock for a row; once a stop is asked for, wait for the end of the process instead."""
        if self.stopped.is_set():
            threading.Event().wait()
        with self.lock:
            yield

    @property
    def sentence(self) -> str:
        """Where the command stopped, and how to go on."""
        if not self.of:
            return say("Stopped.")
        place = say("Stopped after {done} of {total} radiographs.", done=self.done, total=self.of)
        return joined(" ", [place, self.advice])

    @property
    def advice(self) -> str:
        """How to go on; empty where nothing is kept."""
        return say("What is done stays. Run the same command with --resume to continue.") if self.resumable else ""
