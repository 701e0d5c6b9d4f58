"""A long piece of work that goes on over many runs of a page: what is done stays, and it can be stopped."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")


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

    def take_up(self, about: object, items: Iterable[Key], keep: Callable[[Key, Row], bool]) -> None:
        """Take up the work on these items, with the rows that are not stale and that are to be kept.

        A row that a script adds which was replaced by a newer one goes to the rows that it began with.
        """
        keys = list(items)
        rows, work = self.rows if about == self.about else {}, self.work
        self.about, self.items = about, frozenset(keys)
        self.rows = {key: rows[key] for key in keys if key in rows and keep(key, rows[key])}
        if self.work != work:
            self.made, self.seconds = 0, 0.0
