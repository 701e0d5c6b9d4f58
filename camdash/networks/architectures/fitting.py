"""Does a card fit the weights it stands beside?"""

from camdash.errors import CheckpointError
from camdash.networks.architectures.arithmetic import check_arithmetic
from camdash.networks.architectures.building import family_of
from camdash.networks.architectures.recognition import CHANNELS, class_count_of, fixed_input, match_keys
from camdash.networks.cards.card import Checkpoint
from camdash.networks.files.weights import StoredWeights


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
            f"{name} has no first convolution {family.first!r} with 1 or 3 input channels, "
            f"as {card.architecture} needs."
        )
    _check_card(checkpoint, first[1], fixed_input(card.architecture, shapes))
    count = len(card.class_names)
    matched = match_keys(card.architecture, shapes, count)
    if not matched.perfect:
        outputs = class_count_of(family, shapes)
        said = matched.sentence
        if outputs not in (1, count):
            said = f"its head has {outputs} outputs ({', '.join(matched.unexpected)})."
        raise CheckpointError(f"The weights of {name} do not fit {card.architecture} with {count} classes: {said}")


def _check_card(checkpoint: Checkpoint, channels: int, side: int | None) -> None:
    name, how = checkpoint.name, checkpoint.card.preprocessing
    check_arithmetic(checkpoint.card, name)
    for key, values in (("mean", how.mean), ("std", how.std)):
        if len(values) not in (1, channels):
            raise CheckpointError(
                f"The card of {name} gives {len(values)} values of {key}, "
                f"but the network has {channels} input channel{'s' if channels > 1 else ''}."
            )
    if checkpoint.card.transform_input and channels != 3:
        raise CheckpointError(f"The card of {name} says transform_input, which a network of 1 channel cannot have.")
    if side is not None and how.input_size != (side, side):
        raise CheckpointError(
            f"The weights of {name} accept only {side} x {side} pixels; set input_size to [{side}, {side}] in the card."
        )
