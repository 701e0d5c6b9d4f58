"""The card of an ensemble: checkpoints that answer together, named in `NAME.ensemble.json`.

It names `members`, and may say what is the ensemble's own: thresholds, a temperature, free text. All else its members
say, and in that they must agree: the mean of their logits has a meaning only then.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from camdash.errors import CheckpointError
from camdash.networks.cards.arithmetic import AS_TORCHVISION
from camdash.networks.cards.card import ABOUT, REQUIRED, Card, Checkpoint, Preprocessing
from camdash.networks.cards.output import FIELDS, Output, output_of
from camdash.networks.cards.parsing import card_fields
from camdash.networks.cards.values import names, words
from camdash.networks.endings import is_ensemble
from camdash.networks.text import printable
from camdash.words.sentence import say

MEMBERS = "members"
MOST_MEMBERS = 20
KNOWN = frozenset((MEMBERS, *FIELDS, *ABOUT))
OWN = ("thresholds", "temperature")
"""What the card of an ensemble may say anew; members that differ in it need that."""


def ensemble_fields(text: str, where: str) -> dict[str, Any]:
    """Return the fields of an ensemble's card as they stand in its JSON.

    Args:
        text: the JSON.
        where: the file it stands in, for the error's sentence.

    Raises:
        CheckpointError: it is no JSON object, or names no members.
    """
    return card_fields(text, where, (MEMBERS,))


def members_of(fields: Mapping[str, Any], where: str) -> tuple[str, ...]:
    """Return the files that an ensemble's card names: in its folder or beneath it, with forward slashes.

    Raises:
        CheckpointError: they are too few or too many, or a name leads elsewhere or to another ensemble.
    """
    try:
        found = names(fields.get(MEMBERS), MEMBERS, MOST_MEMBERS)
        if len(found) < 2:
            raise ValueError(say("members must be two files or more"))  # noqa: TRY301 (said as the others are)
        for name in found:
            _check_path(name)
        if len({PurePosixPath(name) for name in found}) < len(found):
            raise ValueError(say("members must be files that differ"))  # noqa: TRY301
    except (TypeError, ValueError, RecursionError) as error:
        reason = str(error)
        raise CheckpointError(say("The card in {name} cannot be used: {reason}.", name=where, reason=reason)) from error
    return found


def _check_path(name: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or not path.name:
        raise ValueError(
            say("members must be files beside the card or beneath its folder, not {name}", name=repr(name))
        )
    if is_ensemble(path.name):
        raise ValueError(say("the member {name} is itself an ensemble; name its members", name=printable(name)))


def card_together(fields: Mapping[str, Any], where: str, members: Sequence[Checkpoint]) -> Card:
    """Return the card of an ensemble: what its members agree in, and what its own card says.

    Args:
        fields: of its own card.
        where: the file that they stand in.
        members: its members, two or more.

    Raises:
        CheckpointError: two members differ in what they must agree in, or a field makes no sense.
    """
    first = members[0]
    for other in members[1:]:
        _check_alike(first, other)
    try:
        output = _output(fields, members)
        about = tuple((key, words(fields[key], key)) for key in ABOUT if fields.get(key))
    except (TypeError, ValueError, RecursionError) as error:
        reason = str(error)
        raise CheckpointError(say("The card in {name} cannot be used: {reason}.", name=where, reason=reason)) from error
    return replace(
        first.card,
        architecture=" + ".join(dict.fromkeys(member.card.architecture for member in members)),
        about=about,
        assumed=tuple(key for key in REQUIRED if any(key in member.card.assumed for member in members)),
        preset="",
        untold=tuple(dict.fromkeys(one for member in members for one in member.card.untold)),
        alike=first.card.alike
        if all(member.card.architecture == first.card.architecture for member in members)
        else (),
        prepared_as="",
        transform_input=None,
        arithmetic=AS_TORCHVISION,
        output=output,
        members=tuple(member.name for member in members),
        network="",
        head="",
    )


def _check_alike(first: Checkpoint, other: Checkpoint) -> None:
    one, two = _compared(first.card), _compared(other.card)
    for key, value in one.items():
        if value != two[key]:
            raise CheckpointError(
                say(
                    "The members {first} and {other} differ in {field}: {one} and {two}. "
                    "Members of an ensemble must agree in it.",
                    first=first.name,
                    other=other.name,
                    field=key,
                    one=_written(value),
                    two=_written(two[key]),
                )
            )


def _compared(card: Card) -> dict[str, Any]:
    """Return what the members of an ensemble must agree in, by the card's fields."""
    how = {one.name: getattr(card.preprocessing, one.name) for one in dataclass_fields(Preprocessing)}
    return {"class_names": card.class_names, **_meaning(card.output), **how}


def _meaning(output: Output) -> dict[str, Any]:
    return {"output": output.kind, "unit": output.unit, "scale": output.scale, "offset": output.offset}


def _output(fields: Mapping[str, Any], members: Sequence[Checkpoint]) -> Output:
    """Return what the mean of the logits means.

    Raises:
        ValueError: a field makes no sense, or is needed since the members differ in it.
    """
    outputs, card = [member.card.output for member in members], members[0].card
    given = {key: fields[key] for key in FIELDS if fields.get(key) is not None}
    for key in OWN:
        if key not in given and any(getattr(one, key) != getattr(outputs[0], key) for one in outputs):
            raise ValueError(say("its members differ in {field}, so it must say its own", field=key))
    if not given:
        return next((one for one in outputs if one.assumed), outputs[0])  # a guess of one is a guess of all
    own = {key: given[key] if key in given else getattr(outputs[0], key) for key in FIELDS if key != "output"}
    kind = given.get("output", outputs[0].kind.value)
    said = {key: value for key, value in own.items() if key in given or value != getattr(Output(), key)}
    found = output_of({**said, "output": kind}, len(card.class_names))
    is_assumed = all(one.assumed for one in outputs)
    for key, value in _meaning(outputs[0]).items():
        if not is_assumed and _meaning(found)[key] != value:
            raise ValueError(say("its {field} is not that of its members", field=key))
    guess = "" if "output" in given else next((one.assumed for one in outputs if one.assumed), "")
    return replace(found, assumed=guess)


def _written(value: object) -> str:
    return printable(json.dumps(value, ensure_ascii=False), 80)
