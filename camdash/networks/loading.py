"""A checkpoint made ready to run: weights read, network built, split, checked, on its device."""

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from camdash.errors import CheckpointError, UsageError
from camdash.networks.architectures.arithmetic import apply_arithmetic, is_max_pooled
from camdash.networks.architectures.building import (
    GEM,
    as_pooled,
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
from camdash.networks.architectures.prediction_only import MeanOfNetworks, WholeNetwork
from camdash.networks.architectures.recognition import fixed_input, head_renames, replaced_of
from camdash.networks.architectures.split import (
    CHECK_SHAPE,
    SplitNetwork,
    check_finite,
    fitting_input,
    random_input,
    split,
)
from camdash.networks.cards.card import GRAPH, Card, Checkpoint
from camdash.networks.cards.familiarity import FamiliarityCheck, check_beside, content_beside, fits, own_check
from camdash.networks.endings import familiarity_path
from camdash.networks.files.content import Content
from camdash.networks.files.weights import StoredWeights, in_float32
from camdash.networks.heads.linear import LinearHead
from camdash.networks.heads.secant import NoExactSharesError
from camdash.networks.hubs.stored import Opened, as_file, opened_checkpoint, stored_of
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.preparation import prepare
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
    network, channels = _built(checkpoint, stored)
    card, family = checkpoint.card, family_of(checkpoint.card.architecture)
    side, by_max = _only_input(card, stored), is_max_pooled(card)
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
    """Build and check the split network of a checkpoint that has exact maps, for PyTorch to run.

    Raises:
        CheckpointError: as `load`.
    """
    if checkpoint.members:
        raise CheckpointError(
            say("{name} is an ensemble, so there are no gradient-based maps of it.", name=checkpoint.name)
        )
    _refuse_graph(checkpoint)
    network, channels = _built(checkpoint, _read_weights(checkpoint)[0])
    card = checkpoint.card
    divided = split(
        network, family_of(card.architecture), channels, torch.device(device), is_max_pooled=is_max_pooled(card)
    )
    if not isinstance(divided.head, LinearHead):
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
    network, channels = _built(checkpoint, _read_weights(checkpoint)[0])
    card = checkpoint.card
    whole = as_pooled(network, family_of(card.architecture), is_max_pooled=is_max_pooled(card))
    return WholeNetwork(whole.to(device), channels, torch.device(device), "")


def _built(checkpoint: Checkpoint, stored: StoredWeights) -> tuple[nn.Module, int]:
    """Return the network with its weights, and its input channels.

    Raises:
        CheckpointError: the weights do not fit the card.
    """
    prepare()  # for whoever came in by no door
    check_fit(checkpoint, stored)
    family = family_of(checkpoint.card.architecture)
    channels = stored.shapes[f"{family.first}.weight"][1]
    return _filled(_outline(checkpoint, stored, channels), _own(stored, family)), channels


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


def _outline(checkpoint: Checkpoint, stored: StoredWeights, channels: int) -> nn.Module:
    """Return the network without numbers, once it is known that the card's input size passes through it.

    Raises:
        CheckpointError: the input is too small for it.
    """
    card = checkpoint.card
    side = _only_input(card, stored)
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


def _only_input(card: Card, stored: StoredWeights) -> int | tuple[int, int] | None:
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
