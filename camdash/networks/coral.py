"""Heads of ordered grades as CORAL trains them: one row of weights, and a bias for each step between two grades.

Cao, Mirjalili and Raschka 2020, "Rank consistent ordinal regression for neural networks": logit k = w x + b_k, the
log-odds that the grade is above step k. Written out, that is a linear layer whose rows are all alike.
"""

import re
from collections.abc import Mapping

from torch import Tensor

from camdash.words.sentence import say_many

PACKAGE = re.compile(r"^(.*)coral_bias$")
"""The biases of coral-pytorch's layer; before the name, the layer's own."""

BIASES = ("linear_1_bias", "coral_bias", "ordinal_bias")
"""Names under which training scripts keep the biases beside a network's last layer."""

MOST_STEPS, MOST_NUMBERS = 1000, 10_000_000
"""Of a head that is written out; a file that asks for more is no such head."""


def written_out(tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], str, tuple[str, ...]]:
    """Write the head of CORAL out as a linear layer.

    Args:
        tensors: a state dict with the network's own names.

    Returns:
        The state dict, the name of the biases (empty where there is no such head), and what was done, a phrase each.
    """
    found = _of_package(tensors) or _beside_last_layer(tensors)
    if found is None:
        return dict(tensors), "", ()
    head, row, bias = found
    steps, own = tensors[bias], tensors.get(f"{head}bias")
    kept = {name: value for name, value in tensors.items() if name not in (row, bias, f"{head}bias")}
    kept[f"{head}weight"] = tensors[row].expand(len(steps), -1).contiguous()
    kept[f"{head}bias"] = steps if own is None else steps + own
    said = say_many(
        "one row of weights with {count} bias (CORAL) written out as {count} output",
        "one row of weights with {count} biases (CORAL) written out as {count} outputs",
        len(steps),
    )
    return kept, bias, (said,)


def _of_package(tensors: Mapping[str, Tensor]) -> tuple[str, str, str] | None:
    """Return what coral-pytorch's layer is called, with its dot, and its row and its biases."""
    for name in tensors:
        if matched := PACKAGE.match(name):
            head, row = matched[1], f"{matched[1]}coral_weights.weight"
            if row in tensors and _fits(tensors[row], tensors[name]) and f"{head}bias" not in tensors:
                return head, row, name
    return None


def _beside_last_layer(tensors: Mapping[str, Tensor]) -> tuple[str, str, str] | None:
    """Return the only layer with one row, with its dot, its row, and the biases that stand beside it."""
    rows = [name for name, value in tensors.items() if name.endswith(".weight") and value.ndim == 2 and len(value) == 1]
    biases = [name for name in BIASES if name in tensors]
    if len(rows) != 1 or len(biases) != 1 or not _fits(tensors[rows[0]], tensors[biases[0]]):
        return None
    head = rows[0].removesuffix("weight")
    own = tensors.get(f"{head}bias")
    return (head, rows[0], biases[0]) if own is None or own.shape == (1,) else None


def _fits(row: Tensor, steps: Tensor) -> bool:
    is_head = row.ndim == 2 and len(row) == 1 and row.is_floating_point() and steps.is_floating_point()
    return is_head and steps.ndim == 1 and 0 < len(steps) <= MOST_STEPS and row.shape[1] * len(steps) <= MOST_NUMBERS
