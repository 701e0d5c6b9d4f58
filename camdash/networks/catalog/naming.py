"""Names for the classes of a checkpoint that has no card: checked, and written as a card beside its file."""

import errno
import os
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from camdash.errors import CheckpointError, WriteError
from camdash.networks.cards.card import GUESSES, MOST_CLASSES, Card, Checkpoint
from camdash.networks.cards.parsing import card_json, parse_card
from camdash.networks.cards.values import names
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import LARGEST_CARD, entry_of, is_checkpoint_folder
from camdash.networks.endings import FOLDER_CARD, bare_name, card_path, ending_of, is_ensemble
from camdash.networks.text import printable
from camdash.words.sentence import joined, say, say_many

NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EMLINK)
"""What disks answer that know no second name of a file."""


def named_card(card: Card, wanted: Sequence[str]) -> str:
    """Return the JSON of a card with other class names, by the rules for every card; the rest stays a guess.

    Args:
        card: the assumed one.
        wanted: a name for each class, in the head's order.

    Raises:
        CheckpointError: there are too few or too many, or the rules refuse one.
    """
    if len(wanted) != len(card.class_names):
        raise CheckpointError(
            say_many(
                "There is {count} name for {classes} classes. Give each class one name, in the order of the outputs.",
                "There are {count} names for {classes} classes. Give each class one name, in the order of the outputs.",
                len(wanted),
                classes=len(card.class_names),
            )
        )
    try:
        checked = names(list(wanted), say("The class names"), MOST_CLASSES)
    except ValueError as error:
        raise CheckpointError(joined("", [str(error), "."])) from error
    guesses = tuple(key for key in GUESSES if key in card.assumed)
    text = card_json(replace(card, class_names=checked, assumed=guesses))
    if len(text.encode()) > LARGEST_CARD:
        raise CheckpointError(say("The class names are too long: a card holds at most a million bytes."))
    parse_card(text, say("this form"))
    return text


def write_card(checkpoint: Checkpoint, text: str) -> Path:
    """Write a card beside a checkpoint that has none, whole or not at all; return where.

    Raises:
        CheckpointError: it has a card by now, it was replaced, or the card would be another file's too.
        WriteError: the folder does not let it.
    """
    path, target = checkpoint.path, card_path(checkpoint.path)
    said = printable(target.name)
    taken = CheckpointError(
        say("{name} is there already, and was not changed. Edit it, or delete it first.", name=said)
    )
    if os.path.lexists(target):
        raise taken
    now = describe(entry_of(path))
    if (now.sha256, now.card) != (checkpoint.sha256, checkpoint.card):
        raise CheckpointError(
            say(
                "{name} was replaced just now, so no card was written. Choose Refresh and try again.",
                name=printable(path.name),
            )
        )
    if is_ensemble(target.name):
        raise CheckpointError(
            say("The card of {name} would count as that of an ensemble. Rename the file.", name=printable(path.name))
        )
    try:
        if others := _others(path):
            too = printable(others[0])
            raise CheckpointError(
                say(
                    "{name} would be the card of {other} too, so it was not written. Rename a file.",
                    name=said,
                    other=too,
                )
            )
        _write(target, text.encode(), stat.S_IMODE(path.stat().st_mode) & 0o666)
    except FileExistsError as error:
        raise taken from error
    except OSError as error:
        folder = printable(str(target.parent))
        reason = error.strerror or say("the disk refused")
        raise WriteError(
            say(
                "{name} could not be written to {folder}: {reason}. Download it and put it there.",
                name=said,
                folder=folder,
                reason=reason,
            )
        ) from error
    return target


def _others(path: Path) -> list[str]:
    """Return the checkpoints in the folder that have the same name but for the ending, and so the same card."""
    if os.path.isdir(path):  # noqa: PTH112 - its card is its own
        return []
    name = bare_name(path.name)
    found = (other for other in os.listdir(path.parent) if other != path.name and ending_of(other))  # noqa: PTH208 (names)
    folder = path.parent / name
    shared = [name] if is_checkpoint_folder(folder) and not os.path.lexists(folder / FOLDER_CARD) else []
    return sorted([*shared, *(other for other in found if bare_name(other) == name and not is_ensemble(other))])


def _write(target: Path, content: bytes, mode: int) -> None:
    """Write a new file, which appears under its name when all of it is there.

    Raises:
        FileExistsError: something has that name.
        OSError: the disk refuses.
    """
    handle, hidden = tempfile.mkstemp(prefix=".camdash-", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(hidden).chmod(mode)
        try:
            os.link(hidden, target)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            _exclusively(target, content)
    finally:
        Path(hidden).unlink(missing_ok=True)


def _exclusively(target: Path, content: bytes) -> None:
    """Write a new file where the disk knows no second names; what is half written goes away again."""
    with target.open("xb") as file:
        try:
            file.write(content)
        except OSError:
            target.unlink(missing_ok=True)
            raise
