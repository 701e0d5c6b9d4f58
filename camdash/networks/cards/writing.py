"""Write a checkpoint: weights as safetensors, with its card in the metadata."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from camdash.networks.cards.card import METADATA_KEY, Card
from camdash.networks.cards.familiarity import FamiliarityCheck, metadata_of, stored_tensors
from camdash.networks.cards.parsing import card_json


def write_checkpoint(
    path: Path,
    weights: Mapping[str, Tensor],
    card: Card,
    *,
    half: bool = True,
    familiarity: FamiliarityCheck | None = None,
) -> None:
    """Write weights and card to a safetensors file; the same weights and card give the same bytes.

    Args:
        path: where to; the ending should be `.safetensors`.
        weights: a state dict.
        card: what the weights are for.
        half: store convolution and linear weights as float16; batch norm's numbers stay float32.
        familiarity: what tells images unlike the training's; stored in half precision.
    """
    stored = {name: _stored(value, half).contiguous() for name, value in weights.items()}
    if familiarity is not None:
        stored |= stored_tensors(familiarity)
    save_file(stored, path, metadata={METADATA_KEY: card_json(card), **metadata_of(familiarity)})


def _stored(value: Tensor, half: bool) -> Tensor:
    return value.to(torch.float16) if half and value.is_floating_point() and value.ndim > 1 else value.clone()
