"""Does a card fit the weights it stands beside?"""

from camdash.errors import CheckpointError
from camdash.networks.architectures.arithmetic import check_arithmetic
from camdash.networks.architectures.building import family_of
from camdash.networks.architectures.matching import KeyMatch
from camdash.networks.architectures.recognition import (
    CHANNELS,
    class_count_of,
    fixed_input,
    is_small_first,
    match_keys,
)
from camdash.networks.cards.card import Checkpoint, Preprocessing
from camdash.networks.files.weights import StoredWeights
from camdash.words.sentence import joined, say, say_many


def check_fit(checkpoint: Checkpoint, stored: StoredWeights) -> None:
    """Compare a card with the names and shapes of the weights.

    Raises:
        CheckpointError: they do not fit each other.
    """
    name, card, shapes = checkpoint.name, checkpoint.card, stored.shapes
    family = family_of(card.architecture)
    first = shapes.get(f"{family.first}.weight", ())
    if len(first) != 4 or first[1] not in CHANNELS:
        raise CheckpointError(
            say(
                "{name} has no first convolution {layer} with 1 or 3 input channels, as {architecture} needs.",
                name=name,
                layer=repr(family.first),
                architecture=card.architecture,
            )
        )
    _check_card(checkpoint, first[1], fixed_input(card.architecture, shapes))
    if is_small_first(family, shapes):
        _check_first(checkpoint)
    count = len(card.logit_names)
    matched = match_keys(card.architecture, shapes, count)
    if not matched.perfect:
        raise CheckpointError(
            say_many(
                "The weights of {name} do not fit {architecture} with {count} classes: {reason}",
                "The weights of {name} do not fit {architecture} with {count} classes: {reason}",
                count,
                name=name,
                architecture=card.architecture,
                reason=_misfit(matched, class_count_of(family, shapes), count),
            )
        )


def check_channels(name: str, how: Preprocessing, channels: int) -> None:
    """Refuse a card whose numbers are for another count of input channels.

    Raises:
        CheckpointError: they are.
    """
    for key, values in (("mean", how.mean), ("std", how.std)):
        if len(values) not in (1, channels):
            raise CheckpointError(
                say_many(
                    "The card of {name} gives {given} values of {key}, but the network has {count} input channel.",
                    "The card of {name} gives {given} values of {key}, but the network has {count} input channels.",
                    channels,
                    name=name,
                    given=len(values),
                    key=key,
                )
            )


def _check_first(checkpoint: Checkpoint) -> None:
    """Ask for what no shape tells of a first convolution of 3 x 3."""
    said = checkpoint.card.arithmetic
    if said.first_stride is None or said.first_pooling is None:
        raise CheckpointError(
            say(
                "The first convolution of {name} is 3 x 3, as in ResNets for small images. Its shape does not tell its "
                "stride, nor whether pooling follows. Say both in the card: {fields}, or what it was trained with.",
                name=checkpoint.name,
                fields='"first_stride": 1, "first_pooling": "none"',
            )
        )


def _misfit(matched: KeyMatch, outputs: int, count: int) -> str:
    """Say what does not fit a network of `count` classes: the number of outputs alone, where that is known."""
    if outputs in (1, count):
        return matched.sentence
    return say_many(
        "its head has {count} output ({names}).",
        "its head has {count} outputs ({names}).",
        outputs,
        names=joined(", ", matched.unexpected),
    )


def _check_card(checkpoint: Checkpoint, channels: int, side: int | None) -> None:
    name, how = checkpoint.name, checkpoint.card.preprocessing
    check_arithmetic(checkpoint.card, name)
    check_channels(name, how, channels)
    if checkpoint.card.transform_input and channels != 3:
        raise CheckpointError(
            say("The card of {name} says transform_input, which a network of 1 channel cannot have.", name=name)
        )
    if side is not None and how.input_size != (side, side):
        raise CheckpointError(
            say(
                "The weights of {name} accept only {side} x {side} pixels; "
                "set input_size to [{side}, {side}] in the card.",
                name=name,
                side=side,
            )
        )
