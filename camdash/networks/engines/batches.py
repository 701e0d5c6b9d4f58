"""Batches that do not fit the device's memory: halved until their parts do."""

import logging
from collections.abc import Callable

import torch
from torch import Tensor

from camdash.errors import CheckpointError
from camdash.words.sentence import say

log = logging.getLogger(__name__)


Results = tuple[Tensor, ...]


def in_parts_that_fit(run: Callable[[Tensor], Results], inputs: Tensor) -> Results:
    """Return `run` of a batch of at least one; where the device has no memory for it, of its parts, put together.

    Args:
        run: from a batch of network inputs to tensors with one result each, along the first axis.
        inputs: the batch.

    Raises:
        CheckpointError: the device has no memory for a single one.
    """
    results: list[Results] = []
    size, halvings, done = len(inputs), 0, 0
    while done < len(inputs):
        result = _unless_out_of_memory(run, inputs[done : done + size])
        if result is not None:
            results.append(result)
            done += size
        elif size == 1:
            raise CheckpointError(
                say("The device has no memory for this radiograph. Close other programs, or use the CPU.")
            )
        else:
            size, halvings = (size + 1) // 2, halvings + 1
    if halvings:
        log.warning("no memory for a batch of %d: halved %d times, to %d at a time", len(inputs), halvings, size)
    return results[0] if len(results) == 1 else tuple(torch.cat(parts) for parts in zip(*results, strict=True))


def _unless_out_of_memory(run: Callable[[Tensor], Results], inputs: Tensor) -> Results | None:
    try:
        return run(inputs)
    except torch.OutOfMemoryError:
        pass  # leaving this block frees what the failed run held
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return None
