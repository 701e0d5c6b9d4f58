"""How much of the visitors' files may be held: what one tab may take, and all tabs together.

A file is counted when its upload is announced, before any of it is read, and until it is removed. What is unpacked
from ZIP files counts too. One visitor with two tabs is two tabs here: Streamlit knows no visitors.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from camdash.errors import CamdashError
from camdash.images.limits import LARGEST_SESSION, MEGABYTE, MOST_FILES
from camdash.settings import uploads_megabytes
from camdash.words.sentence import say

SHARE = 0.5
"""Of the memory of the machine, where the variable says nothing: the rest is for networks, decoding and the system."""

LEAST = LARGEST_SESSION
"""Bytes for all tabs on a machine that says that it has less than twice as much."""

CONTAINER = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Where Linux says how much memory a container has: cgroups of version 2, and of version 1."""


class FullError(CamdashError):
    """There is no room for one more file."""


class Held(Protocol):
    """Who holds the uploads that have arrived."""

    def sizes(self, tab: str) -> list[int]:
        """Return the bytes of each file of a tab."""

    def total(self) -> int:
        """Return the bytes of all files of all tabs."""


class Room:
    """The room for uploads of a server; any thread may ask.

    Attributes:
        most: bytes of all files of all tabs.
    """

    def __init__(self, held: Held, most: int) -> None:
        self.most = most
        self._held = held
        self._lock = threading.Lock()
        self._arriving: dict[str, list[int]] = {}
        self._unpacked: dict[str, int] = {}

    @contextmanager
    def reserved(self, tab: str, size: int) -> Iterator[None]:
        """Keep room for a file of at most so many bytes while it arrives.

        Raises:
            FullError: there is none, with what to do about it.
        """
        with self._lock:
            self._check(tab, size)
            self._arriving.setdefault(tab, []).append(size)
        try:
            yield
        finally:
            with self._lock:
                self._arriving[tab].remove(size)
                if not self._arriving[tab]:
                    del self._arriving[tab]

    def arriving(self, tab: str) -> int:
        """Return how many files of a tab are on their way."""
        with self._lock:
            return len(self._arriving.get(tab, ()))

    def held(self) -> int:
        """Return the bytes of all files that have arrived, and of what was unpacked from them."""
        with self._lock:
            return self._held.total() + sum(self._unpacked.values())

    def left(self, tab: str) -> int:
        """Return how many bytes more a tab may take; what it has unpacked already is not counted as taken."""
        with self._lock:
            own = self._unpacked.get(tab, 0)
            return own + min(LARGEST_SESSION - self._taken(tab), self.most - self._taken_by_all())

    def unpacked(self, tab: str, size: int) -> None:
        """Note how many bytes a tab holds of what was in its ZIP files."""
        with self._lock:
            self._unpacked[tab] = size

    def leave(self, tab: str) -> None:
        """Forget a tab that is closed."""
        with self._lock:
            self._unpacked.pop(tab, None)

    def _check(self, tab: str, size: int) -> None:
        if len(self._held.sizes(tab)) + len(self._arriving.get(tab, ())) >= MOST_FILES:
            raise FullError(say("A tab holds at most {count} files. Remove some before adding more.", count=MOST_FILES))
        if self._taken(tab) + size > LARGEST_SESSION:
            said = say(
                "A tab holds at most {size:,} MB, including files unpacked from ZIP files. "
                "Remove some before adding more.",
                size=LARGEST_SESSION // MEGABYTE,
            )
            raise FullError(said)
        if self._taken_by_all() + size > self.most:
            said = say(
                "The server is full: it holds at most {size:,} MB of files for all visitors "
                "together. Try again later, or add fewer files.",
                size=self.most // MEGABYTE,
            )
            raise FullError(said)

    def _taken(self, tab: str) -> int:
        return sum(self._held.sizes(tab)) + sum(self._arriving.get(tab, ())) + self._unpacked.get(tab, 0)

    def _taken_by_all(self) -> int:
        arriving = sum(sum(sizes) for sizes in self._arriving.values())
        return self._held.total() + arriving + sum(self._unpacked.values())


def most_of_all_tabs() -> int:
    """Return how many bytes the files of all tabs may take: `CAMDASH_UPLOADS_MB`, else half of the memory.

    Raises:
        UsageError: the variable is no whole number above zero.
    """
    wanted = uploads_megabytes()
    return max(LEAST, int(SHARE * _memory())) if wanted is None else wanted * MEGABYTE


def _memory() -> int:
    """Return the bytes of memory of this machine, or of this container where that has less."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in CONTAINER:
        try:
            text = path.read_text().strip()
        except OSError:  # not Linux, or no such container
            continue
        if text.isdigit():  # "max" where there is no limit
            found.append(int(text))
    return min(found)
