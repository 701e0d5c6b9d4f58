"""What stands in a file beside a network and takes no part in its logits: losses, thresholds, metrics, counters."""

import re

from torch import Tensor

from camdash.networks.files.state_dicts import COUNTER, COUNTS, SIGMOID_SIGNS
from camdash.networks.text import printable
from camdash.words.sentence import joined, say, say_many

OF_LOSSES = re.compile(r"(?:^|\.)(?:criterion|loss|loss_fn|loss_function|losses)\.")
"""Parts of names of a loss, whatever it holds."""

LOSS = re.compile(
    r"(?:^|[._])(?:criterion|criterions|criteria|loss|losses|lossfn|bce|crossentropy|focalloss|ema_updates|"
    r"optimizer|queue|queue_ptr)\d*(?:[._]|$)",
    re.IGNORECASE,
)
"""Parts of names of a loss, an optimizer, an average of weights or a queue of contrastive training."""

OF_A_LOSS = frozenset(("weight", "alpha", "gamma"))
"""Last parts of names that a loss gives its weights of the classes, and its scalars, as layers do theirs."""

METRIC = re.compile(
    r"(?:^|[._])(?:ce|metric|metrics|acc|accuracy|auc|auroc|f1|confmat|recall|precision)\d*(?:[._]|$)", re.IGNORECASE
)
"""Parts of names of a metric; a layer may be called so too."""

STATE = re.compile(
    r"tp|fp|tn|fn|confmat|preds?|targets?|total|correct|count|value|mean_value|thresholds?|(?:sum|num|total)_\w+",
    re.IGNORECASE,
)
"""Last parts of names in a metric: what it has counted up to now."""

OF_LAYERS = frozenset(
    (
        *("weight", "bias", "running_mean", "running_var", "num_batches_tracked", "in_proj_weight", "in_proj_bias"),
        *("weight_g", "weight_v", "weight_u", "original0", "original1", "coral_bias"),
        *("p", "alpha", "beta", "gamma", "scale", "gate", "cls_token", "pos_embed"),
    )
)
"""Last parts of the names of what a network computes with: GeM pooling's exponent is `p`."""

OF_CLASSES = re.compile(
    r"(?:class|label|cls)_?weights?|(?:sample|loss|pos|neg)_?weights|(?:\w+_)?thresh(?:old)?s?|confmat|confusion_matrix|"
    r"(?:class|label|cls)_?(?:counts?|freqs?|frequency|frequencies)|cls_num_list|samples_per_(?:cls|class)",
    re.IGNORECASE,
)
"""Last parts of names of numbers for each class, or each two of them, that no logit is made of."""

SCALAR = re.compile(
    r"(?:global_)?step|epoch|(?:best_)?(?:loss|score|acc|auc|auroc|f1|metric)|lr|learning_rate|temperature|num_updates|"
    r"(?:ema_)?decay",
    re.IGNORECASE,
)
"""Last parts of names of single numbers that no logit is made of; of a temperature the report says more."""

OF_INPUT = re.compile(r"(?:image_|pixel_|norm_|input_|img_)?(?:mean|std)", re.IGNORECASE)
"""Last parts of names of what a normalisation of the input holds; the report says more of it."""

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
    if not value.is_floating_point() and last not in OF_LAYERS and PLAIN.fullmatch(name):
        return True
    if LOSS.search(name):
        return last not in OF_LAYERS or (last in OF_A_LOSS and value.ndim < 2)
    if METRIC.search(name) and STATE.fullmatch(last):
        return True
    shape = tuple(length for length in value.shape if length != 1)
    is_plain = PLAIN.fullmatch(name) is not None
    if OF_INPUT.fullmatch(last):
        return is_plain and shape in ((), (3,))
    if SCALAR.fullmatch(last):
        return is_plain and shape == ()
    return (is_plain or last.endswith("weight")) and _is_of_classes(last, shape, classes)


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


def _is_of_classes(last: str, shape: tuple[int, ...], classes: int) -> bool:
    """Return whether numbers by this name are of classes: of `classes` of them, where it is not 0."""
    if not OF_CLASSES.fullmatch(last):
        return False
    return shape in ((), (classes,), (classes, classes), (classes, 2, 2)) or (not classes and len(shape) == 1)
