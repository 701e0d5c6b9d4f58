"""An ensemble in a folder of checkpoints: a card that names others."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from camdash.errors import CheckpointError
from camdash.networks.cards.card import Checkpoint
from camdash.networks.cards.ensemble import card_together, ensemble_fields, members_of
from camdash.networks.cards.parsing import card_json
from camdash.networks.catalog.folders import Entry, ensemble_text, entry_of
from camdash.networks.endings import ending_of
from camdash.networks.text import printable
from camdash.words.sentence import say

Describe = Callable[[Entry], Checkpoint]


def describe_together(entry: Entry, describe: Describe) -> Checkpoint:
    """Read an ensemble's card, and the digests and cards of its members.

    Args:
        entry: the ensemble's card.
        describe: reads a member.

    Raises:
        CheckpointError: the card cannot be used, or a member.
    """
    text, said = ensemble_text(entry.path), printable(entry.path.name)
    fields = ensemble_fields(text, said)
    names = members_of(fields, said)
    members = _told_apart(names, [_member(entry.path, name, describe) for name in names])
    card = card_together(fields, said, members)
    return Checkpoint(entry.name, entry.path, _digest(text, members), card, members=members)


def _member(path: Path, name: str, describe: Describe) -> Checkpoint:
    try:
        return describe(entry_of(path.parent / name))
    except CheckpointError as error:
        reason, own = str(error), printable(name)
        raise CheckpointError(say("The member {name} cannot be used. {reason}", name=own, reason=reason)) from error


def _told_apart(names: Sequence[str], members: Sequence[Checkpoint]) -> tuple[Checkpoint, ...]:
    """Return members whose names differ: by their folders too, where their files are called alike."""
    if len({member.name for member in members}) == len(members):
        return tuple(members)
    paths = (printable(name.removesuffix(ending_of(name))) for name in names)
    return tuple(replace(member, name=path) for member, path in zip(members, paths, strict=True))


def _digest(text: str, members: tuple[Checkpoint, ...]) -> str:
    found = hashlib.sha256(text.encode())
    for member in members:
        found.update(f"\n{member.sha256} {card_json(member.card)}".encode("utf-8", "backslashreplace"))
    return found.hexdigest()
