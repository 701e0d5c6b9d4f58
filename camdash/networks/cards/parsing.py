"""A card as JSON, read and written, and the card that is assumed where there is none."""

import json
from collections.abc import Collection, Mapping
from dataclasses import fields as dataclass_fields
from typing import Any

from camdash.errors import CheckpointError
from camdash.networks.cards.arithmetic import Arithmetic, arithmetic_of
from camdash.networks.cards.card import (
    ABOUT,
    ASSUMED_SIDE,
    FIVE_CLASSES,
    GUESSES,
    LARGEST_INPUT,
    MOST_CLASSES,
    MOST_NAMED,
    OWN_NETWORK,
    PARTS,
    PREPARING,
    REQUIRED,
    Card,
    Fit,
    Interpolation,
    Preprocessing,
    numbered,
)
from camdash.networks.cards.output import FIELDS, assumed_output, output_of
from camdash.networks.cards.presets import with_preset
from camdash.networks.cards.values import choice, lengths, names, numbers, some_of, text, truth, without_repeats, words
from camdash.networks.text import printable
from camdash.words.sentence import say, say_many

LONGEST_PART = 200
"""Characters of the name of a network or a head."""

KNOWN = frozenset(
    (
        *REQUIRED,
        *PREPARING,
        *ABOUT,
        "preset",
        "transform_input",
        "guessed",
        *PARTS,
        *FIELDS,
        *(one.name for one in dataclass_fields(Arithmetic)),
    )
)
PRIVATE = ("x_", "_")
"""What a field begins with that its writer keeps for themself."""
LARGEST_NUMBER = 1e6
"""The largest size of a mean or a std: far beyond any that makes sense for values in [0, 1]."""


def parse_card(text: str, where: str) -> Card:
    """Read a card from JSON.

    Args:
        text: the JSON.
        where: the file it stands in, for the error's sentence.

    Raises:
        CheckpointError: it is no JSON object, a required field is missing, or a value makes no sense.
    """
    return card_of(card_fields(text, where), where)


def card_fields(text: str, where: str, required: Collection[str] = REQUIRED) -> dict[str, Any]:
    """Return the fields of a card as they stand in its JSON, `required` among them; raise as `parse_card`."""
    try:
        fields = json.loads(text, object_pairs_hook=without_repeats)
    except (ValueError, RecursionError) as error:
        reason = str(error)
        raise CheckpointError(
            say("The card in {name} is not valid JSON: {reason}.", name=where, reason=reason)
        ) from error
    if not isinstance(fields, dict):
        keys = ", ".join(required)
        raise CheckpointError(
            say("The card in {name} must be a JSON object with the keys {keys}.", name=where, keys=keys)
        )
    try:
        missing = [key for key in required if key not in with_preset(fields)]
    except ValueError:
        missing = []  # the preset itself is refused when the card is made
    if missing:
        keys = ", ".join(missing)
        raise CheckpointError(say("The card in {name} lacks {keys}. Add what is missing.", name=where, keys=keys))
    return fields


def card_of(fields: Mapping[str, Any], where: str) -> Card:
    """Return the card whose fields these are; raise as `parse_card`."""
    try:
        return card_from(fields)
    except (TypeError, ValueError, RecursionError) as error:
        reason = str(error)
        raise CheckpointError(say("The card in {name} cannot be used: {reason}.", name=where, reason=reason)) from error


def unused_fields(given: Collection[str], card: Card, known: Collection[str] = KNOWN) -> tuple[str, ...]:
    """Return a sentence for each field that a card gives and nothing uses: unknown, or without its `fit`.

    Args:
        given: the names of the card's fields.
        card: what was made of them.
        known: the names that are used.
    """
    unknown = sorted(name for name in given if name not in known and not name.startswith(PRIVATE))
    said: list[str] = [
        say("The card's field {name} is not known and was not used.", name=printable(name))
        for name in unknown[:MOST_NAMED]
    ]
    more = len(unknown) - MOST_NAMED
    if more > 0:
        said.append(
            say_many(
                "{count} more field of the card is not known and was not used.",
                "{count} more fields of the card are not known and were not used.",
                more,
            )
        )
    how = card.preprocessing
    if card.members:
        return tuple(said)
    if how.resize is not None and how.fit is not Fit.CROP:
        said.append(say("The card's field {name} was not used: it needs {fit}.", name="resize", fit='"fit": "crop"'))
    if how.pad_value > 0 and how.fit is not Fit.PAD:
        said.append(say("The card's field {name} was not used: it needs {fit}.", name="pad_value", fit='"fit": "pad"'))
    return tuple(said)


def said_by_graph(given: Collection[str]) -> tuple[str, ...]:
    """Return a sentence for each field of an ONNX file's card that the graph says itself; `given` are their names."""
    own = ("transform_input", *(one.name for one in dataclass_fields(Arithmetic)))
    return tuple(
        say("The card's field {name} was not used: the ONNX graph says it.", name=name) for name in own if name in given
    )


def assumed_card(
    architecture: str,
    class_count: int,
    side: int | None = None,
    channels: int = 1,
    *,
    sigmoid_sign: str = "",
    ordinal_sign: str = "",
    usual: int | None = None,
) -> Card:
    """Return the card of a bare state dict: grey / 255, stretched, and the names by their number.

    Args:
        architecture: torchvision's builder name.
        class_count: outputs.
        side: of the only square input that the weights take; None for 1024 pixels, which is a guess.
        channels: input channels; the names of the five body parts are assumed for `OWN_NETWORK` alone.
        sigmoid_sign: the name of a weight that only a training of independent labels leaves; empty for none.
        ordinal_sign: the name of biases that only a head of ordered grades has; empty for none.
        usual: the side that is guessed in place of 1024 pixels.
    """
    is_own = (architecture, channels, class_count) == OWN_NETWORK and not ordinal_sign
    names = FIVE_CLASSES if is_own else numbered(class_count + bool(ordinal_sign))
    length = side or usual or ASSUMED_SIDE
    how = Preprocessing((length, length), Fit.STRETCH)
    assumed = tuple(key for key in REQUIRED if not (side and key == "input_size"))
    output = assumed_output(class_count, sigmoid_sign=sigmoid_sign, ordinal_sign=ordinal_sign, is_own=is_own)
    return Card(architecture, names, how, assumed=assumed, output=output)


def card_json(card: Card) -> str:
    """Return the card as JSON, as `parse_card` reads it."""
    how = card.preprocessing
    fields: dict[str, Any] = {
        "architecture": card.architecture,
        "class_names": card.class_names,
        "input_size": how.input_size,
        "fit": how.fit,
        "interpolation": how.interpolation,
        "pad_value": how.pad_value,
        "mean": how.mean,
        "std": how.std,
    }
    if card.preset:
        fields["preset"] = card.preset
    if how.resize is not None:
        fields["resize"] = how.resize
    if card.transform_input is not None:
        fields["transform_input"] = card.transform_input
    guessed = [key for key in GUESSES if key in card.assumed]
    if guessed and "class_names" not in card.assumed:  # else there is no card, and all of it is assumed
        fields["guessed"] = guessed
    fields |= {key: name for key in PARTS if (name := getattr(card, key))}
    fields |= card.arithmetic.said | card.output.said
    if card.members:
        fields["members"] = card.members
    return json.dumps(fields | dict(card.about), ensure_ascii=False)


def card_from(said: Mapping[str, Any]) -> Card:
    """Return the card whose fields these are.

    Raises:
        ValueError: a value makes no sense; in words, without a full stop. Or a TypeError or RecursionError.
    """
    fields = with_preset(said)
    if not isinstance(fields["architecture"], str):
        raise ValueError(say('architecture must be a builder\'s name such as "resnet34"'))  # noqa: TRY004 (the card's fault, not a bug)
    class_names = names(fields["class_names"], "class_names", MOST_CLASSES)
    return Card(
        architecture=fields["architecture"],
        class_names=class_names,
        preprocessing=_preprocessing(fields),
        about=tuple((key, words(fields[key], key)) for key in ABOUT if fields.get(key)),
        assumed=some_of(fields.get("guessed"), GUESSES, "guessed"),
        transform_input=truth(fields.get("transform_input"), "transform_input"),
        arithmetic=arithmetic_of(fields),
        output=output_of(fields, len(class_names), is_own=class_names == FIVE_CLASSES),
        preset=fields.get("preset") or "",
        network=text(fields.get("network"), "network", LONGEST_PART),
        head=text(fields.get("head"), "head", LONGEST_PART),
    )


def _preprocessing(fields: Mapping[str, Any]) -> Preprocessing:
    rows, columns = lengths(fields["input_size"], "input_size", LARGEST_INPUT)
    resize = fields.get("resize")
    std = numbers(fields.get("std", 1.0), "std", LARGEST_NUMBER)
    if not all(value > 0 for value in std):
        raise ValueError(say("std must be positive"))
    pad_value = numbers(fields.get("pad_value", 0.0), "pad_value", LARGEST_NUMBER)[0]
    if not 0 <= pad_value <= 1:
        raise ValueError(say("pad_value must lie in [0, 1]"))
    return Preprocessing(
        input_size=(rows, columns),
        fit=choice(Fit, fields["fit"], "fit"),
        interpolation=choice(Interpolation, fields.get("interpolation", "bilinear"), "interpolation"),
        resize=None if resize is None else lengths([resize, resize], "resize", LARGEST_INPUT)[0],
        pad_value=pad_value,
        mean=numbers(fields.get("mean", 0.0), "mean", LARGEST_NUMBER),
        std=std,
    )
