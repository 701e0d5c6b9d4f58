"""Files in checkpoint folders as they were last seen: one pass over each folder, and nothing is opened."""

import os
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from camdash.errors import CheckpointError
from camdash.networks.endings import CARD, FAMILIARITY, bare_name, card_path, ending_of, familiarity_path
from camdash.networks.text import printable
from camdash.words.sentence import say

State = tuple[int, int, int | None, int | None, tuple[int, int, int]]


@dataclass(frozen=True)
class Entry:
    """A file in a checkpoint folder as it was last seen; hashable, so that what was read of it can be cached.

    Attributes:
        path: the file, or a link to it.
        size: bytes.
        modified_ns: when its content was changed last.
        card_modified_ns: when the card beside it was; None where there is none.
        familiarity_modified_ns: when the familiarity check beside it was; None where there is none.
        identity: what else changes when another file takes its place: device, inode, time of the last change of it.
    """

    path: Path
    size: int
    modified_ns: int
    card_modified_ns: int | None
    familiarity_modified_ns: int | None = None
    identity: tuple[int, int, int] = (0, 0, 0)

    @property
    def name(self) -> str:
        """The file's name without its ending, fit to be shown."""
        return printable(bare_name(self.path.name))

    @property
    def changed_ns(self) -> int:
        """When anything of it was changed last, by the clock of its disk."""
        times = self.modified_ns, self.identity[2], self.card_modified_ns, self.familiarity_modified_ns
        return max(time for time in times if time is not None)


class Sight(NamedTuple):
    """A file as a look into its folder finds it: what an entry is made from, without the cost of making one.

    Attributes:
        path: the file, or a link to it.
        state: size, time of modification, and the other numbers of an entry, in its order.
    """

    path: str
    state: State

    def entry(self) -> Entry:
        """Return the entry."""
        return Entry(Path(self.path), *self.state)


def entries(folders: Iterable[Path]) -> list[Entry]:
    """Return the checkpoint files directly in the folders, by folder and then by name.

    All files with the ending of a checkpoint are among them, whatever they are, but no folders. One that several
    folders or links lead to is there once.
    """
    return [sight.entry() for sight in look(folders)]


def look(folders: Iterable[Path]) -> list[Sight]:
    """Return what `entries` makes entries from: one look into each folder, and at each file once."""
    found: dict[str, Sight] = {}
    for folder in folders:
        content, real = _content(folder), os.path.realpath(folder)
        for name in sorted(content):
            item = content[name]
            if not (ending := ending_of(name)) or _is_folder(item):
                continue
            place = os.path.realpath(item.path) if item.is_symlink() else f"{real}{os.sep}{name}"
            if place not in found and (state := _state(item, len(ending), content)) is not None:
                found[place] = Sight(item.path, state)
    return list(found.values())


def entry_of(path: Path) -> Entry:
    """Return the entry of one file.

    Raises:
        CheckpointError: it cannot be found.
    """
    companions = card_path(path), familiarity_path(path)
    status = _status(path)
    if status is None:
        raise CheckpointError(say("The checkpoint {path} cannot be found.", path=printable(str(path))))
    return Entry(path, *_numbers(status, *(_modified(str(other)) for other in companions)))


def _content(folder: Path) -> dict[str, os.DirEntry[str]]:
    """Return what a folder holds, by name; nothing where it is none, or may not be read."""
    try:
        with os.scandir(folder) as items:
            return {item.name: item for item in items}
    except (OSError, ValueError):
        return {}


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir()
    except OSError:  # a link that leads in a circle
        return False


def _state(item: os.DirEntry[str], ending: int, content: Container[str]) -> State | None:
    """Return the numbers of a file, None where it is gone by now; `content` holds the names in its folder."""
    status = _status(item.path)
    if status is None:
        return None
    name, path = item.name[:-ending], item.path[:-ending]
    card = _modified(path + CARD) if name + CARD in content else None
    familiarity = _modified(path + FAMILIARITY) if name + FAMILIARITY in content else None
    return _numbers(status, card, familiarity)


def _numbers(status: os.stat_result, card: int | None, familiarity: int | None) -> State:
    identity = status.st_dev, status.st_ino, status.st_ctime_ns
    return status.st_size, status.st_mtime_ns, card, familiarity, identity


def _status(path: str | Path) -> os.stat_result | None:
    """Return a file's state; that of the link itself where it leads nowhere; None where there is nothing."""
    for status in (os.stat, os.lstat):
        try:
            return status(path)
        except (OSError, ValueError):
            continue
    return None


def _modified(path: str) -> int | None:
    status = _status(path)
    return None if status is None else max(status.st_mtime_ns, status.st_ctime_ns)
