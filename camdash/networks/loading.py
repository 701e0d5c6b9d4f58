"""A checkpoint made ready to run: weights read, network built, split, checked, on its device."""

import hashlib
import os
from collections.abc import Callable
from typing import TypeVar

import torch

from camdash.errors import CheckpointError, UsageError
from camdash.networks.architectures.arithmetic import is_max_pooled
from camdash.networks.architectures.building import (
    as_pooled,
    family_of,
)
from camdash.networks.architectures.prediction_only import MeanOfNetworks, WholeNetwork
from camdash.networks.architectures.split import (
    SplitNetwork,
    check_finite,
    fitting_input,
    random_input,
    split,
)
from camdash.networks.cards.card import GRAPH, Checkpoint
from camdash.networks.cards.familiarity import FamiliarityCheck, check_beside, content_beside, fits, own_check
from camdash.networks.endings import familiarity_path
from camdash.networks.files.content import Content
from camdash.networks.files.weights import StoredWeights
from camdash.networks.heads.linear import LinearHead
from camdash.networks.heads.secant import NoExactSharesError
from camdash.networks.hubs.stored import Opened, as_file, opened_checkpoint, stored_of
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.rebuilding import only_input, rebuilt
from camdash.networks.taking.take import taken
from camdash.networks.text import printable
from camdash.settings import DEVICE_VARIABLE
from camdash.words.sentence import joined, say

Read = TypeVar("Read")


def preferred_device() -> torch.device:
    """Return the device of `CAMDASH_DEVICE`, else CUDA where there is one, else the CPU.

    Raises:
        UsageError: the variable names no device that is here.
    """
    wanted = os.environ.get(DEVICE_VARIABLE) or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError, NotImplementedError, ImportError) as error:
        raise UsageError(
            say(
                "{setting} is {device}, which is not available on this machine. Try cpu.",
                setting=DEVICE_VARIABLE,
                device=repr(wanted),
            )
        ) from error
    return device


def free_device_memory() -> None:
    """Give back what the device's allocator keeps for later, once a network was let go."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def load(checkpoint: Checkpoint, device: torch.device | str) -> LoadedCheckpoint:
    """Build and check the network of a checkpoint that has exact maps.

    Raises:
        CheckpointError: the weights do not fit the card, the split network does not add up, or its architecture has
            no exact map (`load_any` takes those too).
    """
    loaded = load_any(checkpoint, device)
    if loaded.no_map:
        raise CheckpointError(joined(": ", [checkpoint.name, loaded.no_map]))
    return loaded


def load_any(checkpoint: Checkpoint, device: torch.device | str) -> LoadedCheckpoint:
    """Build and check the network of a checkpoint, with exact maps where its architecture has them.

    Raises:
        CheckpointError: the weights do not fit the card, or the check failed.
    """
    if checkpoint.members:
        return _load_together(checkpoint, device)
    if checkpoint.card.architecture == GRAPH:
        return _loaded_graph(checkpoint)
    stored, check = _read_weights(checkpoint)
    found = _divided(checkpoint, stored, torch.device(device))
    if isinstance(found, WholeNetwork):
        return LoadedCheckpoint(checkpoint, whole=found)
    _check_familiarity(checkpoint, found, check)
    return LoadedCheckpoint.of(checkpoint, found, check)


def load_divided(checkpoint: Checkpoint, device: torch.device | str) -> SplitNetwork | WholeNetwork:
    """Build and check the network of a checkpoint for PyTorch to run: split where its architecture has exact maps.

    Raises:
        CheckpointError: as `load_any`.
    """
    if checkpoint.members:
        raise CheckpointError(say("{name} is an ensemble. Take one of its members.", name=checkpoint.name))
    _refuse_graph(checkpoint)
    return _divided(checkpoint, _read_weights(checkpoint)[0], torch.device(device))


def _divided(checkpoint: Checkpoint, stored: StoredWeights, device: torch.device) -> SplitNetwork | WholeNetwork:
    network, channels = rebuilt(checkpoint, stored)
    card, family = checkpoint.card, family_of(checkpoint.card.architecture)
    side, by_max = only_input(card, stored), is_max_pooled(card)
    reason = family.no_map
    if reason is None:
        try:
            size = card.preprocessing.input_size
            return split(network, family, channels, device, side, is_max_pooled=by_max, size=size)
        except NoExactSharesError as error:
            reason = error.reason
    network = as_pooled(network, family, is_max_pooled=by_max)
    inputs = random_input(channels, side)
    if family.general:
        inputs = fitting_input(network.cpu(), channels, side, card.preprocessing.input_size)
    whole = WholeNetwork(network.to(device), channels, device, reason)
    check_finite(whole.logits(inputs))
    return whole


def _load_together(checkpoint: Checkpoint, device: torch.device | str) -> LoadedCheckpoint:
    """Load the members of an ensemble.

    Raises:
        CheckpointError: one of them cannot be used, or takes other input channels.
    """
    members = tuple(load_any(member, device) for member in checkpoint.members)
    first = members[0]
    for other in members[1:]:
        if other.channels != first.channels:
            raise CheckpointError(
                say(
                    "The members {first} and {other} differ in input channels: {one} and {two}. "
                    "Members of an ensemble must agree in it.",
                    first=first.checkpoint.name,
                    other=other.checkpoint.name,
                    one=first.channels,
                    two=other.channels,
                )
            )
    return LoadedCheckpoint(checkpoint, members=members)


def _check_familiarity(checkpoint: Checkpoint, divided: SplitNetwork, check: FamiliarityCheck | None) -> None:
    if check is not None and not fits(check, divided.head.channels):
        raise CheckpointError(
            say("The familiarity check of {name} does not fit its network. Create it again.", name=checkpoint.name)
        )


def _loaded_graph(checkpoint: Checkpoint) -> LoadedCheckpoint:
    """Make an ONNX file ready to run, by ONNX Runtime on the CPU; raise as `load_any`."""
    from camdash.networks.engines.graph_engine import GraphEngine, divide
    from camdash.networks.graphs.reading import read_graph

    graph, check = _read(checkpoint, lambda content: read_graph(as_file(content)))
    card = checkpoint.card
    found = divide(graph, len(card.logit_names), card.preprocessing.input_size, checkpoint.name)
    if isinstance(found, WholeNetwork):
        return LoadedCheckpoint(checkpoint, whole=found)
    _check_familiarity(checkpoint, found, check)
    return LoadedCheckpoint.by(checkpoint, found, GraphEngine(found), check)


def _refuse_graph(checkpoint: Checkpoint) -> None:
    if checkpoint.card.architecture == GRAPH:
        raise CheckpointError(
            say("{name} is an ONNX graph, which PyTorch does not run. Use the weights.", name=checkpoint.name)
        )


def load_split(checkpoint: Checkpoint, device: torch.device | str) -> SplitNetwork:
    """Build and check the split network of a checkpoint whose head is one linear layer, for gradients.

    Raises:
        CheckpointError: as `load_divided`; or it has no such head.
    """
    if checkpoint.members:
        raise CheckpointError(
            say("{name} is an ensemble, so there are no gradient-based maps of it.", name=checkpoint.name)
        )
    divided = load_divided(checkpoint, device)
    if not isinstance(divided, SplitNetwork) or not isinstance(divided.head, LinearHead):
        raise CheckpointError(
            say("{name} has a head of several layers, so there are no gradient-based maps of it.", name=checkpoint.name)
        )
    return divided


def load_undivided(checkpoint: Checkpoint, device: torch.device | str) -> WholeNetwork:
    """Build the network as its weights are, not split and with nothing folded, to compare its logits with.

    Of an ensemble it gives the mean of its members' logits.

    Raises:
        CheckpointError: the weights do not fit the card.
    """
    if checkpoint.members:
        wholes = [load_undivided(member, device) for member in checkpoint.members]
        return WholeNetwork(MeanOfNetworks(wholes), wholes[0].channels, torch.device("cpu"), "")
    if checkpoint.card.architecture == GRAPH:
        from camdash.networks.engines.graph_engine import undivided
        from camdash.networks.graphs.reading import read_graph

        return undivided(_read(checkpoint, lambda content: read_graph(as_file(content)))[0], "")
    network, channels = rebuilt(checkpoint, _read_weights(checkpoint)[0])
    card = checkpoint.card
    whole = as_pooled(network, family_of(card.architecture), is_max_pooled=is_max_pooled(card))
    return WholeNetwork(whole.to(device), channels, torch.device(device), "")


def _read_weights(checkpoint: Checkpoint) -> tuple[StoredWeights, FamiliarityCheck | None]:
    stored, check = _read(checkpoint, lambda content: stored_of(content, checkpoint.path))
    return taken(stored, checkpoint.card), check


def _read(checkpoint: Checkpoint, read: Callable[[Opened], Read]) -> tuple[Read, FamiliarityCheck | None]:
    """Read a file's content and its familiarity check, each once, and only if they are what was described.

    Raises:
        CheckpointError: one of them was replaced since, or cannot be read.
    """
    path = checkpoint.path
    with opened_checkpoint(path) as content:
        stored = read(content)
        check = own_check(content, path) if isinstance(content, Content) else None
        if content.sha256() != checkpoint.sha256:
            raise CheckpointError(say("{name} was replaced while it was being loaded. Try again.", name=content.said))
    data = content_beside(path)
    if ("" if data is None else hashlib.sha256(data).hexdigest()) != checkpoint.familiarity_sha256:
        said = printable(familiarity_path(path).name)
        raise CheckpointError(
            say(
                "{name} was replaced while {checkpoint} was being loaded. Try again.",
                name=said,
                checkpoint=checkpoint.name,
            )
        )
    if check is None and data is not None:
        check = check_beside(data, familiarity_path(path), checkpoint.sha256)
    return stored, check
