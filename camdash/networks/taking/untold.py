"""What the weights of one file leave open, what is taken for it, and which field of a card tells it."""

from collections.abc import Collection

from camdash.networks.architectures.building import family_of
from camdash.networks.architectures.recognition import replaced_of
from camdash.networks.cards.card import Card
from camdash.networks.files.weights import StoredWeights
from camdash.networks.heads.replaced import USUAL
from camdash.networks.taking.beside import said_constants
from camdash.words.sentence import joined, say

MANY_POOLINGS = "classification_head"
"""Part of the names of segmentation_models.pytorch's classifiers, which are made with either pooling."""


def untold(stored: StoredWeights, card: Card, given: Collection[str]) -> tuple[str, ...]:
    """Say what is a guess about a network because of what stands in its file, a sentence each.

    Args:
        stored: its weights, by the network's own names.
        card: its card.
        given: the fields that the card itself gives.
    """
    if stored.told is not None:
        return ()  # a hub's networks are known
    return (*_activation(stored, card), *_pooling(stored, card), *_constants(stored, given))


def _activation(stored: StoredWeights, card: Card) -> tuple[str, ...]:
    replaced = replaced_of(stored.shapes, family_of(card.architecture))
    if replaced is None or not replaced.activations or card.arithmetic.head_activation is not None:
        return ()
    return (
        say(
            "Between the layers of the head {activation} is assumed. A card can say head_activation.", activation=USUAL
        ),
    )


def _pooling(stored: StoredWeights, card: Card) -> tuple[str, ...]:
    is_open = any(MANY_POOLINGS in name for name in stored.found) and card.arithmetic.pooling is None
    return (say("Average pooling before the head is assumed. A card can say pooling."),) if is_open else ()


def _constants(stored: StoredWeights, given: Collection[str]) -> tuple[str, ...]:
    told = {"mean", "temperature"} & {*given}
    names = tuple(name for name in stored.ignored if not any(name.endswith(field) for field in told))
    return tuple(joined("", [said, "."]) for said in said_constants(names))
