"""The card of weights that a hub tells of: what it says, over what is assumed for the weights alone."""

import json
from dataclasses import replace
from typing import Any

from camdash.errors import CheckpointError
from camdash.networks.architectures.building import family_of
from camdash.networks.architectures.of_timm.builders import builder_name
from camdash.networks.cards.arithmetic import arithmetic_of
from camdash.networks.cards.card import GRAPH, GUESSES, PREPARING, REQUIRED, Card, Fit
from camdash.networks.cards.output import Output, output_of
from camdash.networks.cards.parsing import card_from, card_json
from camdash.networks.cards.presets import PRESETS
from camdash.networks.files.weights import Told
from camdash.networks.hubs.of_timm.configurations import for_channels
from camdash.networks.text import printable
from camdash.words.sentence import say

TENSORFLOW = "tf_"
"""Begins timm's names of networks that pad as TensorFlow does."""


def with_told(card: Card, told: Told, channels: int) -> Card:
    """Return the card that was assumed for weights, with what a hub says of them.

    Args:
        card: the one that was assumed.
        told: what the hub says.
        channels: input channels of the network.

    Raises:
        CheckpointError: a value that the hub gives makes no sense.
    """
    if not told.fields:
        return card
    known = PRESETS.get(told.fields.get("preset", ""), {})
    given = {key: value for key, value in told.fields.items() if key != "class_names" or _are_for(value, card)}
    if "class_names" in told.guessed and "class_names" not in card.assumed:
        given.pop("class_names", None)  # the file itself names them
    if told.averaged:
        given |= {key: for_channels(given[key], channels) for key in ("mean", "std") if key in given}
    is_timms = bool(card.prepared_as) and "input_size" not in given
    own = _own(card) if is_timms or not card.prepared_as else _without_preparation(card)
    fields = {key: value for key, value in own.items() if key not in known} | given
    is_sized = card.architecture != GRAPH and family_of(card.architecture).fixed_side is not None
    if is_sized and "input_size" not in card.assumed:
        fields["input_size"] = card.preprocessing.input_size  # the only one that the weights take
    try:
        made = card_from(fields)
    except (TypeError, ValueError, RecursionError) as error:
        reason = str(error)
        raise CheckpointError(say("{name} cannot be used: {reason}.", name=told.where, reason=reason)) from error
    unsaid = {key for key in card.assumed if (key not in given and key not in known) or key in told.guessed}
    unsaid |= {"fit"} if card.prepared_as and not is_timms and "fit" not in given else set()
    possible = REQUIRED if "class_names" in unsaid else GUESSES  # as for a card that names the classes alone
    assumed = tuple(key for key in possible if key in unsaid)
    prepared_as = card.prepared_as if is_timms else ""
    return replace(made, assumed=assumed, output=_output(told, card), prepared_as=prepared_as)


def told_in(text: str, where: str) -> Told | None:
    """Return what a file of camdash's own tells of a network without a card; None where it says nothing of use.

    Args:
        text: JSON with `fields` and `guessed`; empty for nothing.
        where: the file, for the error's sentence.
    """
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(fields := found.get("fields"), dict):
        return None
    guessed = found.get("guessed")
    return Told(where, fields, guessed=tuple(key for key in REQUIRED if isinstance(guessed, list) and key in guessed))


def filled(card: Card, told: Told, where: str) -> Card:
    """Return a card with what a hub says of the network's arithmetic and output, where the card does not say it.

    Args:
        card: the card.
        told: what the hub says.
        where: the file that the card stands in.

    Raises:
        CheckpointError: the card names an architecture of the same weights that pads otherwise.
    """
    wanted, named = builder_name(told.architecture), builder_name(card.architecture)
    if wanted != named and wanted.removeprefix(TENSORFLOW) == named.removeprefix(TENSORFLOW):
        raise CheckpointError(
            say(
                "The card in {name} says {architecture}, which pads otherwise than the network of these weights. "
                "Let it say {wanted}.",
                name=where,
                architecture=printable(card.architecture, 60),
                wanted=told.architecture,
            )
        )
    said = {key: value for key, value in told.fields.items() if key not in card.arithmetic.said}
    arithmetic = arithmetic_of(card.arithmetic.said | said)
    return replace(card, arithmetic=arithmetic, output=_output(told, card) if card.output.assumed else card.output)


def _output(told: Told, card: Card) -> Output:
    """Return what a hub says of the output; the card's own where it says nothing, or not for so many classes."""
    if "output" not in told.fields:
        return card.output
    try:
        found = output_of(told.fields, len(card.class_names))
    except ValueError:
        return card.output
    if "output" not in told.guessed:
        return found
    return replace(found, assumed=say("That each label stands on its own (sigmoid) is assumed, as in torchxrayvision."))


def _own(card: Card) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(card_json(card))
    return fields


def _without_preparation(card: Card) -> dict[str, Any]:
    """Return the fields of a card that was prepared as for other weights, without what these say of the input."""
    return {key: value for key, value in _own(card).items() if key not in PREPARING} | {"fit": Fit.STRETCH.value}


def _are_for(names: Any, card: Card) -> bool:
    return isinstance(names, list | tuple) and len(names) == len(card.class_names)


def sources_of(told: Told) -> dict[str, str]:
    """Return where each field of a card comes from that a hub tells: its documents, or a preset that it stands for."""
    name = told.fields.get("preset", "")
    preset: str = say("preset {name}", name=name)
    return {**dict.fromkeys(PRESETS.get(name, {}), preset), **dict.fromkeys(told.fields, told.where), **told.sources}
