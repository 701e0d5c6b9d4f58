"""A checkpoint made ready to run: weights read, network built, split, checked, on its device."""

import os
from dataclasses import dataclass

import torch

from camdash.errors import CheckpointError, UsageError
from camdash.networks.architectures import build, family_of
from camdash.networks.card import Checkpoint
from camdash.networks.split import SplitNetwork, split
from camdash.networks.weights import read_weights

DEVICE_VARIABLE = "CAMDASH_DEVICE"


@dataclass(frozen=True, eq=False)
class LoadedCheckpoint:
    """A checkpoint and its split network."""

    checkpoint: Checkpoint
    network: SplitNetwork


def preferred_device() -> torch.device:
    """Return the device of `CAMDASH_DEVICE`, else CUDA where there is one, else the CPU.

    Raises:
        UsageError: the variable names no device that is here.
    """
    wanted = os.environ.get(DEVICE_VARIABLE) or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise UsageError(f"{DEVICE_VARIABLE} is {wanted!r}, which is no device of this machine. Try cpu.") from error
    return device


def free_device_memory() -> None:
    """Give back what the device's allocator keeps for later, once a network was let go."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def load(checkpoint: Checkpoint, device: torch.device | str) -> LoadedCheckpoint:
    """Build and check the network of a checkpoint.

    Raises:
        CheckpointError: the weights do not fit the card, or the split network does not add up.
    """
    weights, _ = read_weights(checkpoint.path)
    card = checkpoint.card
    family = family_of(card.architecture)
    first = weights.get(f"{family.first}.weight")
    if first is None or first.ndim != 4 or first.shape[1] not in (1, 3):
        raise CheckpointError(
            f"{checkpoint.name} has no first convolution {family.first!r} with 1 or 3 input channels, "
            f"as {card.architecture} needs."
        )
    channels = first.shape[1]
    _check_channels(checkpoint, channels)
    network = build(card.architecture, len(card.class_names), channels)
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise CheckpointError(
            f"The weights of {checkpoint.name} do not fit {card.architecture} with {len(card.class_names)} classes: "
            f"{_first_lines(str(error))}"
        ) from error
    return LoadedCheckpoint(checkpoint, split(network, family, channels, torch.device(device)))


def _check_channels(checkpoint: Checkpoint, channels: int) -> None:
    how = checkpoint.card.preprocessing
    for key, values in (("mean", how.mean), ("std", how.std)):
        if len(values) not in (1, channels):
            raise CheckpointError(
                f"The card of {checkpoint.name} gives {len(values)} values of {key}, "
                f"but the network has {channels} input channel{'s' if channels > 1 else ''}."
            )


def _first_lines(message: str) -> str:
    return " ".join(line.strip() for line in message.splitlines()[1:3])[:300]
