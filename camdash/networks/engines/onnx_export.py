"""A checkpoint written as one ONNX file: from a network input to the logits and the maps of all classes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from camdash.errors import CheckpointError
from camdash.networks.architectures.split import TOLERANCE, SplitNetwork
from camdash.networks.cards.arithmetic import AS_TORCHVISION
from camdash.networks.cards.card import FIVE_CLASSES, GUESSES, METADATA_KEY, PREPARING, Card, Checkpoint, numbered
from camdash.networks.cards.output import OutputKind, assumed_output
from camdash.networks.cards.parsing import card_json
from camdash.networks.engines.engine import TorchEngine
from camdash.networks.engines.onnx_engine import CHECK_SHAPE, RUNTIME_ERRORS, session_of
from camdash.networks.engines.onnx_graph import (
    BIAS,
    INPUT,
    LOGITS,
    MAPS,
    OPSET,
    POOLED,
    RECORDED_SHAPE,
    Recorder,
    result_shape,
)
from camdash.networks.engines.onnx_heads import write_head
from camdash.networks.graphs.ending import OUTPUT_KEY, TOLD_KEY
from camdash.networks.graphs.reading import reason_of
from camdash.networks.heads.head import Level
from camdash.words.sentence import say


@dataclass(frozen=True)
class Exported:
    """An ONNX file.

    Attributes:
        content: of the file.
        deviation: how far ONNX Runtime's logits and maps are from PyTorch's, in parts of the largest logit.
        has_card: whether the card stands in its metadata.
        opset: the version of its operators.
    """

    content: bytes
    deviation: float
    has_card: bool
    opset: int = OPSET


def export(checkpoint: Checkpoint, network: SplitNetwork) -> Exported:
    """Write a network down, run what was written, and compare it with PyTorch on a random input.

    The file gives `logits` (n, classes), `maps` (n, classes, grid rows, grid columns), `bias` (classes) and `pooled`
    (n, channels); the mean of a map plus its bias is the logit. Batch and size are free.

    Args:
        checkpoint: what the network was loaded from; its card goes into the file, if it was not assumed.
        network: at level A or B, on the CPU.

    Raises:
        CheckpointError: it has no translation, or ONNX Runtime computes something else.
    """
    metadata = _metadata(checkpoint)
    content = _model(network, metadata)
    deviation = _deviation(content, network)
    if not deviation <= TOLERANCE:
        raise CheckpointError(
            say(
                "The ONNX graph of {name} gives other logits or maps, by {deviation:.2g} of the largest logit, "
                "so it was not written.",
                name=checkpoint.name,
                deviation=deviation,
            )
        )
    return Exported(content, deviation, METADATA_KEY in metadata)


def _metadata(checkpoint: Checkpoint) -> dict[str, str]:
    """Return the texts of the file: the card, without what the graph says, if there is one.

    What tells of the output may stand in the weights alone, and they are gone; then the file says it.
    """
    card, output = checkpoint.card, checkpoint.card.output
    would_be = assumed_output(len(card.class_names), is_own=card.class_names == FIVE_CLASSES).kind
    is_told = bool(output.assumed) and output.kind not in (would_be, OutputKind.UNKNOWN)
    if "class_names" in card.assumed:
        told = _told(card)
        texts = {TOLD_KEY: json.dumps(told, ensure_ascii=False)} if told["fields"] else {}
        return texts | ({OUTPUT_KEY: output.kind.value} if is_told else {})
    output = replace(output, assumed="") if is_told else output
    return {METADATA_KEY: card_json(replace(card, arithmetic=AS_TORCHVISION, transform_input=None, output=output))}


def _told(card: Card) -> dict[str, Any]:
    """Return what is known of a network without a card: fields of one, and which of them are a guess."""
    fields = json.loads(card_json(replace(card, arithmetic=AS_TORCHVISION, transform_input=None, about=(), preset="")))
    unknown = {"architecture", *(key for key in GUESSES if key in card.assumed)}
    if card.class_names == numbered(len(card.class_names)):
        unknown.add("class_names")
    if {*GUESSES} <= {*card.assumed}:
        unknown |= {*PREPARING}
    kept = {key: value for key, value in fields.items() if key not in unknown}
    return {"fields": kept, "guessed": [key for key in card.assumed if key in kept]}


def _model(network: SplitNetwork, metadata: Mapping[str, str]) -> bytes:
    if network.head.level is Level.C:
        raise CheckpointError(say("A head that reads one token has no translation to ONNX."))
    inputs = torch.zeros(1, network.channels, *RECORDED_SHAPE)
    graph = Recorder(inputs)
    with torch.no_grad():
        with graph:
            activations = network.features(inputs)
        found, notes = write_head(graph, network.head, activations)
    classes = len(network.bias)
    results: dict[str, Tensor | str] = {
        LOGITS: found[LOGITS],
        MAPS: found[MAPS],
        BIAS: graph.name(network.bias.float()),
        POOLED: found[POOLED],
    }
    shapes: dict[str, list[str | int]] = {
        LOGITS: result_shape(classes, 2),
        MAPS: result_shape(classes, 4),
        BIAS: [classes],
        POOLED: result_shape(network.head.channels, 2),
    }
    return graph.model(network.channels, results, shapes, {**metadata, **notes})


def _deviation(content: bytes, network: SplitNetwork) -> float:
    """Return how far a graph's logits and maps are from PyTorch's, in parts of the largest logit."""
    batch, rows, columns = CHECK_SHAPE
    inputs = torch.rand(batch, network.channels, rows, columns, generator=torch.Generator().manual_seed(1))
    expected = TorchEngine(network).maps_and_pooled(inputs)[0]
    wanted = expected.mean((2, 3)) + network.bias
    try:
        logits, maps, bias = session_of(content).run([LOGITS, MAPS, BIAS], {INPUT: inputs.numpy()})
    except RUNTIME_ERRORS as error:
        reason = reason_of(error)
        raise CheckpointError(say("ONNX Runtime cannot run the network: {reason}.", reason=reason)) from error
    found = torch.from_numpy(maps)
    summed = found.mean((2, 3)) + torch.from_numpy(bias)
    misses = [(found - expected).abs().max()]
    misses += [(each - wanted).abs().max() for each in (torch.from_numpy(logits), summed)]
    return float(max(misses) / wanted.abs().max().clamp_min(1e-12))
