"""The checkpoints on disk: found in folders, identified by a digest, each with its card."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open

from camdash.errors import CheckpointError, UsageError
from camdash.networks.architectures import family_of, recognise
from camdash.networks.card import METADATA_KEY, Card, Checkpoint, assumed_card, parse_card
from camdash.networks.weights import SUFFIXES, read_weights

SHIPPED = Path(__file__).resolve().parents[2] / "checkpoints"
FOLDERS_VARIABLE = "CAMDASH_CHECKPOINTS"
LARGEST_CARD = 1_000_000
"""Bytes; a card is a page of text."""


@dataclass(frozen=True)
class Entry:
    """A file in a checkpoint folder as it was last seen; hashable, so that what was read of it can be cached."""

    path: Path
    size: int
    modified_ns: int
    card_modified_ns: int | None

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem


def checkpoint_folders() -> list[Path]:
    """Return the shipped folder, then those of the environment's path list `CAMDASH_CHECKPOINTS`."""
    others = [Path(part) for part in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if part]
    return [SHIPPED, *others]


def entries(folders: Iterable[Path]) -> list[Entry]:
    """Return the checkpoint files directly in the folders, by folder and then by name. Only the folders are read."""
    found: dict[Path, Entry] = {}
    for folder in folders:
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
        for path in paths:
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
    card = card_path(path)
    return Entry(path, status.st_size, status.st_mtime_ns, card.stat().st_mtime_ns if card.is_file() else None)


def card_path(path: Path) -> Path:
    """Return where the card of a checkpoint stands, if it is not in its metadata."""
    return path.with_suffix(".json")


def describe(entry: Entry) -> Checkpoint:
    """Read a checkpoint's digest and card, without building the network.

    Raises:
        CheckpointError: the file or its card cannot be used.
    """
    path = entry.path
    card = _card_of(path)
    if card is None:
        tensors, _ = read_weights(path)
        architecture = recognise({name: tuple(value.shape) for name, value in tensors.items()})
        head = tensors[f"{family_of(architecture).head}.weight"]
        card = assumed_card(architecture, head.shape[0])
    family_of(card.architecture)
    return Checkpoint(entry.name, path, digest(path), card)


def digest(path: Path) -> str:
    """Return the sha256 of a file's content, in hexadecimal."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


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


def _first(known: Sequence[Entry]) -> Entry:
    if not known:
        raise UsageError(f"There is no checkpoint. Put one into {SHIPPED}, or name its folder in {FOLDERS_VARIABLE}.")
    return known[0]


def _card_of(path: Path) -> Card | None:
    if path.suffix == ".safetensors":
        try:
            with safe_open(path, framework="pt") as opened:
                text = (opened.metadata() or {}).get(METADATA_KEY)
        except (SafetensorError, OSError) as error:
            raise CheckpointError(f"{path.name} is not a whole safetensors file: {error}.") from error
        if text is not None:
            return parse_card(text, path.name)
    beside = card_path(path)
    if not beside.is_file():
        return None
    if beside.stat().st_size > LARGEST_CARD:
        raise CheckpointError(f"The card {beside.name} is too large to be one.")
    try:
        return parse_card(beside.read_text(encoding="utf-8"), beside.name)
    except (OSError, UnicodeDecodeError) as error:
        raise CheckpointError(f"The card {beside.name} cannot be read: {error}.") from error
