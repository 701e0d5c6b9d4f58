"""The network of a checkpoint, built anew from its weights and its card."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from camdash.errors import CheckpointError
from camdash.networks.architectures.arithmetic import apply_arithmetic, is_max_pooled
from camdash.networks.architectures.building import (
    GEM,
    family_of,
    outline,
    own_pooling,
    put_first,
    put_generalised_mean,
    put_head,
)
from camdash.networks.architectures.families import Family
from camdash.networks.architectures.fitting import check_fit
from camdash.networks.architectures.matching import COUNTER
from camdash.networks.architectures.recognition import fixed_input, head_renames, replaced_of
from camdash.networks.architectures.split import CHECK_SHAPE
from camdash.networks.cards.card import Card, Checkpoint
from camdash.networks.files.weights import StoredWeights, in_float32
from camdash.networks.preparation import prepare
from camdash.words.sentence import say


def rebuilt(checkpoint: Checkpoint, stored: StoredWeights) -> tuple[nn.Module, int]:
    """Build the network of a checkpoint; return it with its weights, and its input channels.

    Raises:
        CheckpointError: the weights do not fit the card.
    """
    prepare()  # for whoever came in by no door
    check_fit(checkpoint, stored)
    family = family_of(checkpoint.card.architecture)
    channels = stored.shapes[f"{family.first}.weight"][1]
    return _filled(_outline(checkpoint, stored, channels), _own(stored, family)), channels


def _outline(checkpoint: Checkpoint, stored: StoredWeights, channels: int) -> nn.Module:
    """Return the network without numbers, once it is known that the card's input size passes through it.

    Raises:
        CheckpointError: the input is too small for it.
    """
    card = checkpoint.card
    side = only_input(card, stored)
    options: dict[str, Any] = {} if side is None else {"image_size": side}
    if family_of(card.architecture).transforms_input:
        options["transform_input"] = bool(card.transform_input)
    network = outline(card.architecture, len(card.logit_names), channels, **options)
    put_first(network, family_of(card.architecture), stored.shapes)
    apply_arithmetic(network, card.arithmetic)
    if (replaced := replaced_of(stored.shapes, family_of(card.architecture))) is not None:
        put_head(network, replaced, card.arithmetic.head_activation)
        if is_max_pooled(card) and own_pooling(network):
            raise CheckpointError(
                say("The card of {name} says pooling, but its head reads maxima and means.", name=checkpoint.name)
            )
    if GEM in stored.shapes:
        if card.arithmetic.pooling is not None:
            raise CheckpointError(
                say("The card of {name} says pooling, but its weights have GeM pooling.", name=checkpoint.name)
            )
        put_generalised_mean(network, stored.shapes[GEM])
    for name, epsilon in (stored.told.epsilons if stored.told else {}).items():
        network.get_submodule(name).eps = epsilon  # type: ignore[assignment]
    shape = card.preprocessing.input_size
    if family_of(card.architecture).general:
        return network  # it has numbers, which pass through no outline
    if shape[0] >= CHECK_SHAPE[0] and shape[1] >= CHECK_SHAPE[1]:
        return network  # the check of the split runs on less; an outline's pass imports PyTorch's compiler
    try:
        network(torch.empty(1, channels, *shape, device="meta"))
    except RuntimeError as error:
        size = " x ".join(str(length) for length in shape)
        raise CheckpointError(
            say("An input of {size} pixels is too small for {architecture}.", size=size, architecture=card.architecture)
        ) from error
    return network


def only_input(card: Card, stored: StoredWeights) -> int | tuple[int, int] | None:
    """Return the side, or rows and columns, of the only input that a network takes; None for one that takes any."""
    side = fixed_input(card.architecture, stored.shapes)
    return card.preprocessing.input_size if side is None and family_of(card.architecture).sized_by_card else side


def _own(stored: StoredWeights, family: Family) -> dict[str, Tensor]:
    renames = head_renames(stored.shapes, family)
    return {
        renames.get(name, name): in_float32(value)
        for name, value in stored.tensors.items()
        if not name.startswith(family.auxiliary)
    }


def _filled(network: nn.Module, weights: Mapping[str, Tensor]) -> nn.Module:
    """Give a network without numbers its weights, and step counters of zero where the file has none."""
    outline = network.state_dict()
    state = OrderedDict(weights)
    state |= {name: torch.tensor(0) for name in outline if name.endswith(COUNTER) and name not in weights}
    for name, value in outline.items():
        if value.is_floating_point() and not state[name].is_floating_point():
            numbers = say("complex numbers") if state[name].is_complex() else say("whole numbers")
            raise CheckpointError(
                say(
                    "The weight {name} is stored in {numbers}, not in floating point. Quantised networks are not run.",
                    name=name,
                    numbers=numbers,
                )
            )
    versions = {"_metadata": vars(outline)["_metadata"]}  # of the modules; without them MNASNet refuses
    vars(state).update(versions)
    try:
        network.load_state_dict(state, assign=True)
    except RuntimeError as error:
        raise CheckpointError(say("The weights do not fit: {reason}", reason=str(error)[:300])) from error
    return network.requires_grad_(False)
