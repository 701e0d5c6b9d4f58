"""The checkpoints on disk: found in folders, identified by a digest, each with its card."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from camdash.errors import CheckpointError, UsageError
from camdash.networks.architectures import family_of
from camdash.networks.card import METADATA_KEY, Card, Checkpoint, assumed_card, parse_card
from camdash.networks.familiarity import beside
from camdash.networks.recognition import check_said, class_count_of, fixed_input, recognise
from camdash.networks.weights import SUFFIXES, StoredWeights, read_header
from camdash.settings import FOLDERS_VARIABLE as FOLDERS_VARIABLE

SHIPPED = Path(__file__).resolve().parents[2] / "checkpoints"
LARGEST_CARD = 1_000_000
"""Bytes; a card is a page of text."""


@dataclass(frozen=True)
class Entry:
    """A file in a checkpoint folder as it was last seen; hashable, so that what was read of it can be cached."""

    path: Path
    size: int
    modified_ns: int
    card_modified_ns: int | None
    familiarity_modified_ns: int | None = None

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem


@dataclass(frozen=True)
class FoundCard:
    """A card, the name of the file it stood in, and the fields that it gave."""

    card: Card
    where: str
    given: frozenset[str]


def checkpoint_folders() -> list[Path]:
    """Return the shipped folder, then those of the environment's path list `CAMDASH_CHECKPOINTS`."""
    others = [Path(part) for part in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if part]
    return [SHIPPED, *others]


def entries(folders: Iterable[Path]) -> list[Entry]:
    """Return the checkpoint files directly in the folders, by folder and then by name. Only the folders are read."""
    found: dict[Path, Entry] = {}
    for folder in folders:
        for path in _content(folder):
            if path.suffix in SUFFIXES and path.is_file():
                found.setdefault(path.resolve(), entry_of(path))
    return list(found.values())


def entry_of(path: Path) -> Entry:
    """Return the entry of one file.

    Raises:
        CheckpointError: it cannot be found.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise CheckpointError(f"The checkpoint {path} cannot be found.") from error
    return Entry(path, status.st_size, status.st_mtime_ns, _modified(card_path(path)), _modified(beside(path)))


def card_path(path: Path) -> Path:
    """Return where the card of a checkpoint stands, if it is not in its metadata."""
    return path.with_suffix(".json")


def describe(entry: Entry) -> Checkpoint:
    """Read a checkpoint's digest and card, without building the network.

    Raises:
        CheckpointError: the file or its card cannot be used.
    """
    return describe_header(entry, read_header(entry.path))


def describe_header(entry: Entry, stored: StoredWeights) -> Checkpoint:
    """Return the checkpoint of a file whose header was read; raise as `describe`."""
    found = read_card(entry.path, stored.metadata)
    card = assumed(stored) if found is None else found.card
    family_of(card.architecture)
    return Checkpoint(entry.name, entry.path, digest(entry.path), card, familiarity_digest(entry))


def familiarity_digest(entry: Entry) -> str:
    """Return the sha256 of the familiarity check beside a checkpoint; empty where there is none."""
    return "" if entry.familiarity_modified_ns is None else digest(beside(entry.path))


def assumed(stored: StoredWeights) -> Card:
    """Return the card that is assumed for weights without one.

    Raises:
        CheckpointError: the architecture is not recognised.
    """
    architecture = recognise(stored.shapes)
    check_said(stored.metadata.get("arch", ""), architecture)
    count = class_count_of(family_of(architecture), stored.shapes)
    side = fixed_input(architecture, stored.shapes)
    return assumed_card(architecture, count) if side is None else assumed_card(architecture, count, side)


def digest(path: Path) -> str:
    """Return the sha256 of a file's content, in hexadecimal.

    Raises:
        CheckpointError: it cannot be read.
    """
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise CheckpointError(f"{path.name} cannot be read: {error.strerror}.") from error


def find(name: str | None, folders: Sequence[Path]) -> Entry:
    """Return the entry that a user means by a path, by a file's name without its ending, or by None (the default).

    Raises:
        UsageError: there is none, or more than one; the sentence names the candidates.
    """
    known = entries(folders)
    candidates = ", ".join(entry.name for entry in known) or "none"
    if name is None:
        return _first(known)
    if Path(name).is_file():
        return entry_of(Path(name))
    matching = [entry for entry in known if entry.name == name]
    if not matching:
        raise UsageError(f"There is no checkpoint {name!r}. There are: {candidates}.")
    if len(matching) > 1:
        paths = ", ".join(str(entry.path) for entry in matching)
        raise UsageError(f"The checkpoint name {name!r} is ambiguous; give one of the paths: {paths}.")
    return matching[0]


def _content(folder: Path) -> list[Path]:
    """Return what a folder holds, sorted; nothing where it is none, or may not be read."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _modified(path: Path) -> int | None:
    """Return when a file that may be there was changed, in nanoseconds; None where it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _first(known: Sequence[Entry]) -> Entry:
    if not known:
        raise UsageError(f"There is no checkpoint. Put one into {SHIPPED}, or name its folder in {FOLDERS_VARIABLE}.")
    return known[0]


def read_card(path: Path, metadata: Mapping[str, str]) -> FoundCard | None:
    """Return the card in a file's metadata, else the one beside it, else None.

    Raises:
        CheckpointError: it cannot be read or used.
    """
    text, where = metadata.get(METADATA_KEY), path.name
    if text is None:
        beside = card_path(path)
        if not beside.is_file():
            return None
        text, where = _text(beside), beside.name
    card = parse_card(text, where)
    return FoundCard(card, where, frozenset(json.loads(text)))


def _text(card: Path) -> str:
    if card.stat().st_size > LARGEST_CARD:
        raise CheckpointError(f"The card {card.name} is too large to be one.")
    try:
        return card.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CheckpointError(f"The card {card.name} cannot be read: {error}.") from error
