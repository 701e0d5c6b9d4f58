"""Heads written down as ONNX graphs: from the activations of a grid to logits and the maps of all classes.

Batch and grid are free, so nodes compute from the grid's shape what depends on it. What the secant rule measures is
recorded as PyTorch computes it.
"""

import json
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from camdash.errors import CheckpointError
from camdash.networks.engines.onnx_graph import LOGITS, MAPS, POOLED, Recorder
from camdash.networks.graphs.ending import POOLING_KEY
from camdash.networks.heads.head import Head
from camdash.networks.heads.layered import LayeredHead
from camdash.networks.heads.linear import LinearHead
from camdash.networks.heads.pooling import JoinedPooling, MaxPooling, MeanPooling, Pooling
from camdash.networks.heads.secant import OF_ONE_NUMBER, applied, secant
from camdash.words.sentence import say

Results = dict[str, Tensor | str]

GRID = [2, 3]
"""The axes of rows and columns."""


def write_head(graph: Recorder, head: Head, activations: Tensor) -> tuple[Results, dict[str, str]]:
    """Add the nodes of a head to a graph.

    Returns:
        the results by name: logits, maps, and pooled activations; and texts for the file's metadata.

    Args:
        graph: where the activations were recorded.
        head: at level A or B.
        activations: of the recorded pass.

    Raises:
        CheckpointError: a layer of the head has no translation.
    """
    pooled = graph.node("ReduceMean", [activations, GRID], keepdims=0)
    if isinstance(head, LinearHead):
        weight = head.weight.float()
        logits = graph.node("Gemm", [pooled, weight, head.bias.float()], transB=1)
        maps = graph.node("Conv", [activations, weight[:, :, None, None]], kernel_shape=[1, 1])
        return {LOGITS: logits, MAPS: maps, POOLED: pooled}, {}
    if isinstance(head, LayeredHead):
        results, notes = _layered(graph, head, activations)
        return results | {POOLED: pooled}, notes
    raise CheckpointError(say("A head that reads one token has no translation to ONNX."))


def _layered(graph: Recorder, head: LayeredHead, activations: Tensor) -> tuple[Results, dict[str, str]]:
    cells, nothing = activations, torch.zeros_like(activations[:1, :, :1, :1])
    for layer in head.local:
        cells, nothing = _forward(graph, layer, cells), applied(layer, nothing)
    pooled = head.pooling.pooled(cells)
    graph.node("Identity", [_pooled(graph, head.pooling, cells)], pooled)
    points, there = [(pooled, head.empty)], head.empty
    for layer in head.rest:
        there = applied(layer, there)
        points.append((_forward(graph, layer, points[-1][0]), there))
    slopes = graph.name(_last_slopes(head.rest, pooled.shape[1]))
    for layer, (here, empty) in zip(head.rest[-2::-1], points[-3::-1], strict=False):
        slopes = _back(graph, layer, slopes, here, empty)
    change = graph.node("Sub", [cells, nothing]) if head.local else graph.name(cells)
    maps = _shares(graph, head.pooling, slopes, change, cells.shape[1])
    return {LOGITS: points[-1][0], MAPS: maps}, _note(graph, head.pooling, cells, pooled)


def _note(graph: Recorder, pooling: Pooling, cells: Tensor, pooled: Tensor) -> dict[str, str]:
    """Return what the file says of means over parts of the grid, for which ONNX has no operator; else nothing."""
    if not isinstance(pooling, MeanPooling) or pooling.places == 1:
        return {}
    fields = {
        "cells": graph.name(cells),
        "vector": graph.name(pooled),
        "rows": pooling.rows,
        "columns": pooling.columns,
    }
    return {POOLING_KEY: json.dumps(fields)}


def _last_slopes(rest: Sequence[nn.Module], width: int) -> Tensor:
    """Return the slopes of the logits by what the last layer reads: (1, classes, width)."""
    return rest[-1].get_parameter("weight")[None] if rest else torch.eye(width)[None]


def _forward(graph: Recorder, layer: nn.Module, values: Tensor) -> Tensor:
    """Add a layer's own nodes; return its result."""
    if isinstance(layer, nn.Linear):
        result = applied(layer, values)
        weights = [layer.weight] if layer.bias is None else [layer.weight, layer.bias]
        graph.node("Gemm", [values, *weights], result, transB=1)
    elif isinstance(layer, nn.LayerNorm):
        result = applied(layer, values)
        _layer_norm(graph, layer, values, result)
    elif isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
        result = applied(layer, values)
        graph.node("BatchNormalization", [values, *_norm_weights(layer)], result, epsilon=layer.eps)
    else:
        with graph:
            result = applied(layer, values)
    return result


def _layer_norm(graph: Recorder, layer: nn.LayerNorm, values: Tensor, result: Tensor) -> None:
    """Add a norm over the channels, which are the second axis."""
    ones = torch.ones(layer.normalized_shape)
    weights = [ones if layer.weight is None else layer.weight, 0 * ones if layer.bias is None else layer.bias]
    if values.ndim == 2:
        graph.node("LayerNormalization", [values, *weights], result, axis=-1, epsilon=layer.eps)
        return
    last = graph.node("Transpose", [values], perm=[0, 2, 3, 1])
    normed = graph.node("LayerNormalization", [last, *weights], axis=-1, epsilon=layer.eps)
    graph.node("Transpose", [normed], result, perm=[0, 3, 1, 2])


def _norm_weights(layer: nn.BatchNorm1d | nn.BatchNorm2d) -> list[Tensor]:
    mean, variance = layer.get_buffer("running_mean"), layer.get_buffer("running_var")
    ones = torch.ones_like(mean)
    return [
        ones if layer.weight is None else layer.weight,
        0 * ones if layer.bias is None else layer.bias,
        mean,
        variance,
    ]


def _back(graph: Recorder, layer: nn.Module, slopes: str, here: Tensor, there: Tensor) -> str:
    """Add the slopes by a layer's input, (n, classes, width), of those by its output; see `secant_slopes`."""
    if isinstance(layer, nn.Linear):
        return graph.node("MatMul", [slopes, layer.weight])
    if isinstance(layer, nn.BatchNorm1d):
        weight, _, _, variance = _norm_weights(layer)
        return graph.node("Mul", [slopes, weight / (variance + layer.eps).sqrt()])
    if isinstance(layer, nn.LayerNorm):
        return _back_through_norm(graph, layer, slopes, here)
    if not isinstance(layer, OF_ONE_NUMBER):
        raise CheckpointError(
            say("A head with the layer {name} has no translation to ONNX.", name=type(layer).__name__)
        )
    with graph:
        own = secant(layer, here, there)
    return graph.node("Mul", [slopes, graph.node("Unsqueeze", [own, [1]])])


def _back_through_norm(graph: Recorder, layer: nn.LayerNorm, slopes: str, here: Tensor) -> str:
    weighted = slopes if layer.weight is None else graph.node("Mul", [slopes, layer.weight])
    centred = graph.node("Sub", [weighted, graph.node("ReduceMean", [weighted, [2]], keepdims=1)])
    change = graph.node("Sub", [here, graph.node("ReduceMean", [here, [1]], keepdims=1)])
    variance = graph.node("ReduceMean", [graph.node("Mul", [change, change]), [1]], keepdims=1)
    deviation = graph.node("Sqrt", [graph.node("Add", [variance, torch.tensor(layer.eps)])])
    return graph.node("Div", [centred, graph.node("Unsqueeze", [deviation, [2]])])


def _pooled(graph: Recorder, pooling: Pooling, cells: Tensor) -> str:
    """Add a pooling; return its vector, (n, width)."""
    if isinstance(pooling, MaxPooling):
        return graph.node("ReduceMax", [cells, GRID], keepdims=0)
    if isinstance(pooling, MeanPooling) and pooling.places == 1:
        return graph.node("ReduceMean", [cells, GRID], keepdims=0)
    if isinstance(pooling, MeanPooling):
        down, across = _weights(graph, pooling.rows, cells, 2), _weights(graph, pooling.columns, cells, 3)
        parts = graph.node("MatMul", [graph.node("MatMul", [down, cells]), graph.node("Transpose", [across])])
        return graph.node("Flatten", [parts], axis=1)
    if isinstance(pooling, JoinedPooling):
        return graph.node("Concat", [_pooled(graph, part, cells) for part in pooling.parts], axis=1)
    raise _untranslated(pooling)


def _shares(graph: Recorder, pooling: Pooling, slopes: str, change: str, channels: int) -> str:
    """Add what each cell gives, times the number of cells: (n, classes, grid rows, grid columns); see `Pooling`."""
    flat = graph.node("Reshape", [change, [0, 0, -1]])
    if isinstance(pooling, JoinedPooling):
        lengths = [channels * part.places for part in pooling.parts]
        own = graph.nodes("Split", [slopes, lengths], len(lengths), axis=2)
        made = [_shares(graph, part, of, change, channels) for part, of in zip(pooling.parts, own, strict=True)]
        return graph.node("Sum", made)
    if isinstance(pooling, MaxPooling):
        found = graph.node("MatMul", [_amounts(graph, slopes, flat), _winners(graph, flat)])
    elif isinstance(pooling, MeanPooling) and pooling.places == 1:
        found = graph.node("MatMul", [slopes, flat])
    elif isinstance(pooling, MeanPooling):
        found = _in_parts(graph, pooling, slopes, change, flat, channels)
    else:
        raise _untranslated(pooling)
    grid = graph.node("Shape", [change], start=2)
    return graph.node("Reshape", [found, graph.node("Concat", [[0, 0], grid], axis=0)])


def _in_parts(graph: Recorder, pooling: MeanPooling, slopes: str, change: str, flat: str, channels: int) -> str:
    """Add the shares of means over parts of the grid: of each part its slopes, by a cell's weight in its mean."""
    parts = pooling.places
    by_part = graph.node("Transpose", [graph.node("Reshape", [slopes, [0, -1, channels, parts]])], perm=[0, 1, 3, 2])
    rows = graph.node("Reshape", [by_part, [0, -1, channels]])
    each = graph.node(
        "Reshape",
        [graph.node("MatMul", [rows, flat]), graph.node("Concat", [[0, -1, parts], _count(graph, flat)], axis=0)],
    )
    down, across = _times_count(graph, pooling.rows, change, 2), _times_count(graph, pooling.columns, change, 3)
    spread = graph.node("Mul", [graph.node("Unsqueeze", [down, [1, 3]]), graph.node("Unsqueeze", [across, [0, 2]])])
    weights = graph.node("Reshape", [spread, [parts, -1]])
    return graph.node("ReduceSum", [graph.node("Mul", [each, weights]), [2]], keepdims=0)


def _amounts(graph: Recorder, slopes: str, flat: str) -> str:
    """Add what the largest value of each channel gives: (n, classes, channels)."""
    largest = graph.node("ReduceMax", [flat, [2]], keepdims=0)
    count = graph.node("Cast", [_count(graph, flat)], to=1)
    return graph.node("Mul", [slopes, graph.node("Unsqueeze", [graph.node("Mul", [largest, count]), [1]])])


def _winners(graph: Recorder, flat: str) -> str:
    """Add ones where a channel has its largest value, the first of equals, and zeros else: (n, channels, cells)."""
    winners = graph.node("ArgMax", [flat], axis=2, keepdims=1)
    return graph.node("Cast", [graph.node("Equal", [winners, _places(graph, _count(graph, flat))])], to=1)


def _count(graph: Recorder, flat: str) -> str:
    return graph.node("Shape", [flat], start=2)


def _places(graph: Recorder, count: str) -> str:
    """Add 0, 1, ... up to a count of shape (1,)."""
    limit = graph.node("Squeeze", [count, [0]])
    return graph.node("Range", [torch.tensor(0), limit, torch.tensor(1)])


def _times_count(graph: Recorder, parts: int, cells: Tensor | str, axis: int) -> str:
    count = graph.node("Cast", [graph.node("Shape", [cells], start=axis, end=axis + 1)], to=1)
    return graph.node("Mul", [_weights(graph, parts, cells, axis), count])


def _weights(graph: Recorder, parts: int, cells: Tensor | str, axis: int) -> str:
    """Add the weight of each cell in the mean of each of `parts` parts of an axis: (parts, count).

    Part p reaches from cell floor(p count / parts) to before cell ceil((p + 1) count / parts).
    """
    count = graph.node("Shape", [cells], start=axis, end=axis + 1)
    place = torch.arange(parts)[:, None]
    begin = graph.node("Div", [graph.node("Mul", [place, count]), torch.tensor(parts)])
    rounded = graph.node("Add", [graph.node("Mul", [place + 1, count]), torch.tensor(parts - 1)])
    end, cell = graph.node("Div", [rounded, torch.tensor(parts)]), _places(graph, count)
    inside = graph.node("And", [graph.node("GreaterOrEqual", [cell, begin]), graph.node("Less", [cell, end])])
    length: list[Any] = [graph.node("Cast", [each], to=1) for each in (inside, graph.node("Sub", [end, begin]))]
    return graph.node("Div", length)


def _untranslated(pooling: Pooling) -> CheckpointError:
    return CheckpointError(say("The pooling {name} has no translation to ONNX.", name=type(pooling).__name__))
