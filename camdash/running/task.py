"""A long piece of work that goes on over many runs of a page: what is done stays, and it can be stopped."""

import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")


@dataclass(frozen=True)
class Progress:
    """How far a task is.

    Attributes:
        done: pieces that are done.
        of: pieces in all.
        here: pieces of those done that were done now; the others were done before.
        seconds: how long that took.
    """

    done: int
    of: int
    here: int
    seconds: float

    @property
    def rate(self) -> float | None:
        """Pieces in a second; None before the first."""
        return self.here / self.seconds if self.here and self.seconds > 0 else None

    @property
    def left(self) -> float | None:
        """Seconds that the rest takes at the present rate; None before the first piece."""
        return (self.of - self.done) / self.rate if self.rate else None


@dataclass
class Task(Generic[Key, Row]):
    """What is done of a piece of work, and how fast it goes.

    Attributes:
        about: what the rows are made with; those made with anything else are stale.
        items: the keys of all that is to be done.
        rows: what is done, by its keys.
        made: how many rows were made since this work began.
        seconds: how long that took.
        stopped: the work that the user stopped, as `work` returns it; any other goes on.
    """

    about: object = None
    items: frozenset[Key] = frozenset()
    rows: dict[Key, Row] = field(default_factory=dict)
    made: int = 0
    seconds: float = 0.0
    stopped: object = None

    @property
    def work(self) -> object:
        """What tells this work from any other: what it is about, and its items."""
        return self.about, self.items

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return Progress(len(self.rows), len(self.items), self.made, self.seconds)

    @property
    def is_stopped(self) -> bool:
        """Whether the user has stopped this work."""
        return self.stopped == self.work

    def take_up(self, about: object, items: Iterable[Key], keep: Callable[[Key, Row], bool]) -> None:
        """Take up the work on these items, with the rows that are not stale and that are to be kept."""
        keys = list(items)
        rows, work = self.rows if about == self.about else {}, self.work
        self.about, self.items = about, frozenset(keys)
        self.rows = {key: rows[key] for key in keys if key in rows and keep(key, rows[key])}
        if self.work != work:
            self.made, self.seconds = 0, 0.0

    def go_on(self, made: Iterable[tuple[Key, Row]], seconds: float, tell: Callable[[], object]) -> None:
        """Add rows as they are made, for about so many seconds, and `tell` after each; the first costs what it costs.

        Whatever ends it, what is done stays. It ends too when a newer run of the page has taken up the work.
        """
        rows = self.rows
        begun = last = time.monotonic()
        for key, row in made:
            if rows is not self.rows:
                return
            rows[key] = row
            now = time.monotonic()
            self.made += 1
            self.seconds += now - last
            last = now
            tell()
            if now - begun >= seconds:
                return

    def drop(self, is_gone: Callable[[Key], bool]) -> None:
        """Drop the rows of items that are gone."""
        self.rows = {key: row for key, row in self.rows.items() if not is_gone(key)}

    def stop(self) -> None:
        """Do no more of this work until `resume`."""
        self.stopped = self.work

    def resume(self) -> None:
        """Go on with what was stopped."""
        self.stopped = None
