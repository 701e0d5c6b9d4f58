"""What was read of the files in the checkpoint folders, kept as long as they lie there unchanged."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from camdash.errors import CheckpointError
from camdash.networks.cards.card import Checkpoint
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import Entry, Sight, look
from camdash.networks.files.pickled import UNREADABLE, unexpected

TICK_NS = 50_000_000
"""Nanoseconds in which a second change of a file may leave no trace: the clock of disks goes in steps."""


@dataclass(frozen=True)
class Described:
    """A file, and what it is.

    Attributes:
        entry: the file as it was seen.
        checkpoint: the checkpoint; None where it cannot be used.
        error: why not, a sentence; None where it can, as far as its header and its card tell.
    """

    entry: Entry
    checkpoint: Checkpoint | None
    error: str | None


class Descriptions:
    """The files of the folders, each read once for each state of it; safe to share between threads.

    That a file cannot be used is kept too, so that a thousand of them cost no more than a look at the folder.

    Args:
        clock: the time, in nanoseconds.
    """

    def __init__(self, clock: Callable[[], int] = time.time_ns) -> None:
        self._clock = clock
        self._kept: dict[Sight, tuple[Described, bool]] = {}
        self._lock = Lock()

    def look(self, folders: Iterable[Path]) -> tuple[Described, ...]:
        """Return what lies in the folders now, in their order; what is gone is forgotten."""
        seen, found = self._clock(), look(folders)
        with self._lock:
            self._kept = {sight: self._known(sight) or _described(sight.entry(), seen) for sight in found}
            return tuple(one for one, _ in self._kept.values())

    def _known(self, sight: Sight) -> tuple[Described, bool] | None:
        known = self._kept.get(sight)
        return known if known is not None and known[1] else None


def _described(entry: Entry, seen: int) -> tuple[Described, bool]:
    """Return what a file is, and whether that holds: not where it was changed just then, and perhaps once more."""
    return described(entry), not 0 <= seen - entry.changed_ns < TICK_NS


def described(entry: Entry) -> Described:
    """Read what a file's header and card say."""
    try:
        return Described(entry, describe(entry), None)
    except CheckpointError as error:
        return Described(entry, None, str(error))
    except UNREADABLE:
        return Described(entry, None, unexpected(entry.path))
