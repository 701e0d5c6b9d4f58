"""What stands in a file beside a network and takes no part in its logits: losses, thresholds, metrics, counters."""

import re

from torch import Tensor

from camdash.networks.files.state_dicts import COUNTER, COUNTS, SIGMOID_SIGNS
from camdash.networks.text import printable
from camdash.words.sentence import joined, say, say_many

OF_LOSSES = re.compile(r"(?:^|\.)(?:criterion|loss|loss_fn|loss_function|losses)\.")
"""Parts of names of a loss, whatever it holds."""

LOSS = re.compile(
    r"(?:^|[._])(?:criterion|criterions|criteria|loss|losses|lossfn|bce|ce|crossentropy|focal|metric|metrics|"
    r"acc|accuracy|auc|auroc|f1|confmat|recall|precision|ema_updates|optimizer|queue|queue_ptr)\d*(?:[._]|$)",
    re.IGNORECASE,
)
"""Parts of names of what only training needs, where it is no layer."""

OF_LAYERS = frozenset(
    (
        *("weight", "bias", "running_mean", "running_var", "num_batches_tracked", "in_proj_weight", "in_proj_bias"),
        *("weight_g", "weight_v", "weight_u", "original0", "original1", "coral_bias"),
        *("p", "alpha", "beta", "gamma", "scale", "gate", "cls_token", "pos_embed"),
    )
)
"""Last parts of the names of what a network computes with: GeM pooling's exponent is `p`."""

CLASS_WEIGHT = re.compile(r"(?:class|label|cls)_?weight", re.IGNORECASE)
"""The weight of each class in a loss, by a name like a layer's."""

PLAIN = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+)*")
MOST_NAMED = 6


def is_beside(name: str, value: Tensor, classes: int) -> bool:
    """Return whether a tensor outside of a whole network takes no part in the logits of its head.

    Args:
        name: in the file.
        value: the tensor; its shape and type are looked at.
        classes: outputs of the head.
    """
    last = name.rpartition(".")[2]
    if last in (*SIGMOID_SIGNS, *COUNTS, COUNTER) or OF_LOSSES.search(name):
        return True
    if LOSS.search(name):
        return value.ndim < 2 or last not in OF_LAYERS
    if last in OF_LAYERS or last.endswith(("_bias", "_weight")) or not PLAIN.fullmatch(name):
        return bool(CLASS_WEIGHT.fullmatch(last)) and _is_of_classes(tuple(value.shape), classes)
    return not value.is_floating_point() or _is_of_classes(tuple(value.shape), classes)


def said_beside(names: tuple[str, ...]) -> str:
    """Say which tensors stand beside the network."""
    return say_many(
        "{count} tensor beside the network left out ({names})",
        "{count} tensors beside the network left out ({names})",
        len(names),
        names=first_of(names),
    )


def first_of(names: tuple[str, ...]) -> str:
    """Return the first names, and how many more there are."""
    listed, more = joined(", ", [printable(name, 60) for name in names[:MOST_NAMED]]), len(names) - MOST_NAMED
    if more <= 0:
        return listed
    return say_many("{names} and {count} more", "{names} and {count} more", more, names=listed)


def said_constants(names: tuple[str, ...]) -> list[str]:
    """Say of numbers among what was left out that the network may compute with, and which fields of a card say them."""
    said: list[str] = []
    for name in names:
        last = name.rpartition(".")[2]
        if last in ("mean", "image_mean", "pixel_mean"):
            said.append(
                say(
                    "{name} is left out: if the network normalised its input by it, say mean and std in the card",
                    name=printable(name, 60),
                )
            )
        if last == "temperature":
            said.append(
                say(
                    "{name} is left out: if the network divided its logits by it, say temperature in the card",
                    name=printable(name, 60),
                )
            )
    return said[:MOST_NAMED]


def _is_of_classes(shape: tuple[int, ...], classes: int) -> bool:
    """Return whether numbers are one, one for each class, one for each two classes, or one for each channel."""
    lengths = tuple(length for length in shape if length != 1)
    return lengths in ((), (classes,), (classes, classes), (classes, 2, 2), (3,))
