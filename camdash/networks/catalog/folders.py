"""Files in checkpoint folders as they were last seen: one pass over each folder; only ensembles' cards are opened."""

import os
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from camdash.errors import CheckpointError
from camdash.networks.cards.ensemble import ensemble_fields, members_of
from camdash.networks.endings import (
    CARD,
    CONFIG,
    FAMILIARITY,
    IN_FOLDERS,
    PREPROCESSOR,
    SUFFIXES,
    bare_name,
    card_path,
    ending_of,
    familiarity_path,
    is_ensemble,
)
from camdash.networks.files.regular_files import small_content
from camdash.networks.text import printable
from camdash.words.sentence import say

Own = tuple[int, int, int | None, int | None, tuple[int, int, int], bool]
"""Size, times of it, of its card and of its familiarity check, what else changes with it, whether it is a folder."""

Members = tuple[tuple[str, Own | None], ...]
"""What an ensemble's card names, each as it was seen; None where it is missing."""

State = tuple[int, int, int | None, int | None, tuple[int, int, int], bool, Members]

LARGEST_CARD = 1_000_000
"""Bytes; a card is a page of text."""

OF_WEIGHTS = (".safetensors", ".bin", ".safetensors.index.json", ".bin.index.json")
"""Endings of the files in a folder that may hold its weights."""


@dataclass(frozen=True)
class Entry:
    """A file in a checkpoint folder as it was last seen; hashable, so that what was read of it can be cached.

    Attributes:
        path: the file, or a link to it; or a folder that is a checkpoint as a whole.
        size: bytes.
        modified_ns: when its content was changed last.
        card_modified_ns: when the card beside it was; None where there is none.
        familiarity_modified_ns: when the familiarity check beside it was; None where there is none.
        identity: what else changes when another file takes its place: device, inode, time of the last change of it
            (of a folder: the last change of anything in it that matters).
        is_folder: whether it is such a folder.
        members: of an ensemble what its card names, as it was seen.
    """

    path: Path
    size: int
    modified_ns: int
    card_modified_ns: int | None
    familiarity_modified_ns: int | None = None
    identity: tuple[int, int, int] = (0, 0, 0)
    is_folder: bool = False
    members: Members = ()

    @property
    def name(self) -> str:
        """The file's name without its ending, or the folder's, fit to be shown."""
        return printable(self.path.name if self.is_folder else bare_name(self.path.name))

    @property
    def is_ensemble(self) -> bool:
        """Whether it is a card that names several checkpoints."""
        return is_ensemble(self.path.name) and not self.is_folder

    @property
    def changed_ns(self) -> int:
        """When anything of it was changed last, by the clock of its disk."""
        times = [self.modified_ns, self.identity[2], self.card_modified_ns, self.familiarity_modified_ns]
        for _, seen in self.members:
            times += [] if seen is None else [seen[1], seen[2], seen[3], seen[4][2]]
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
    """Return the checkpoints directly in the folders, by folder and then by name.

    All files with the ending of a checkpoint are among them, whatever they are; of the folders those that hold
    `config.json` and a file of weights. One that several folders or links lead to is there once. A folder among
    `folders` that is a checkpoint as a whole is there itself, and nothing in it.
    """
    return [sight.entry() for sight in look(folders)]


def look(folders: Iterable[Path]) -> list[Sight]:
    """Return what `entries` makes entries from: one look into each folder, and at each file once.

    Nothing is opened but the cards of ensembles, which say at what else to look.
    """
    found: dict[str, Sight] = {}
    for folder in folders:
        real = os.path.realpath(folder)
        if (whole := _folder_state(str(folder))) is not None:
            found.setdefault(real, Sight(str(folder), (*whole, ())))
            continue
        content = _content(folder)
        for name in sorted(content):
            item = content[name]
            ending, is_folder = ending_of(name), _is_folder(item)
            if (not ending and not is_folder) or _is_card_of_one(name, content):
                continue
            place = os.path.realpath(item.path) if item.is_symlink() else f"{real}{os.sep}{name}"
            if place in found:
                continue
            whole = _folder_state(item.path) if is_folder else None
            state = (*whole, ()) if whole else None if is_folder else _state(item, len(ending), content)
            if state is not None:
                found[place] = Sight(item.path, state)
    return list(found.values())


def _is_card_of_one(name: str, content: Container[str]) -> bool:
    """Return whether a card that is named like an ensemble's is that of one checkpoint: `best.ensemble.pth`."""
    return is_ensemble(name) and any(name[: -len(CARD)] + ending in content for ending in SUFFIXES)


def entry_of(path: Path) -> Entry:
    """Return the entry of one file, or of one folder.

    Raises:
        CheckpointError: it cannot be found.
    """
    found = _own(path)
    if found is None:
        raise CheckpointError(say("The checkpoint {path} cannot be found.", path=printable(str(path))))
    return Entry(path, *found, _members(path))


def ensemble_text(path: Path) -> str:
    """Return the card of an ensemble.

    Raises:
        CheckpointError: it cannot be read, or is no text.
    """
    said = printable(path.name)
    try:
        return small_content(path, LARGEST_CARD, said=said).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CheckpointError(say("The card {name} is not UTF-8 text. Save it as UTF-8.", name=said)) from error


def _members(path: Path) -> Members:
    """Return how the members of an ensemble are seen; none of any other file, and of a card that cannot be used."""
    if not is_ensemble(path.name):
        return ()
    try:
        said = printable(path.name)
        names = members_of(ensemble_fields(ensemble_text(path), said), said)
    except CheckpointError:
        return ()
    return tuple((name, _own(path.parent / name)) for name in names)


def _own(path: Path) -> Own | None:
    if (folder := _folder_state(str(path))) is not None:
        return folder
    status = _status(path)
    companions = card_path(path), familiarity_path(path)
    return None if status is None else _numbers(status, *(_modified(str(other)) for other in companions))


def is_checkpoint_folder(path: str | Path) -> bool:
    """Tell whether a folder is a checkpoint as a whole: it holds `config.json` and a file of weights."""
    return _folder_state(str(path)) is not None


def _content(folder: str | Path) -> dict[str, os.DirEntry[str]]:
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
    return *_numbers(status, card, familiarity), _members(Path(item.path)) if is_ensemble(item.name) else ()


def _folder_state(path: str) -> Own | None:
    """Return the numbers of a folder that is a checkpoint: of all in it that may matter; None for any other."""
    own = _status(path)
    if own is None or _status(os.path.join(path, CONFIG)) is None:  # noqa: PTH118 - a look is counted in microseconds
        return None
    names = _content(path)
    if not any(name in names for name in IN_FOLDERS):
        return None
    matter = [name for name in names if name in (CONFIG, PREPROCESSOR) or name.endswith(OF_WEIGHTS)]
    found = [status for name in matter if (status := _status(names[name].path)) is not None]
    changed = max(status.st_ctime_ns for status in (own, *found))
    where = Path(path)
    card, familiarity = (_modified(str(other)) for other in (card_path(where), familiarity_path(where)))
    size, modified = sum(status.st_size for status in found), max(status.st_mtime_ns for status in (own, *found))
    return size, modified, card, familiarity, (own.st_dev, own.st_ino, changed), True


def _numbers(status: os.stat_result, card: int | None, familiarity: int | None) -> Own:
    identity = status.st_dev, status.st_ino, status.st_ctime_ns
    return status.st_size, status.st_mtime_ns, card, familiarity, identity, False


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
