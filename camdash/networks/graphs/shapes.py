"""The shapes of a graph's values for an image of one size, told before anything runs."""

from collections.abc import Mapping
from math import prod

import onnx
from onnx import ModelProto, TensorProto, helper

from camdash.errors import CheckpointError
from camdash.networks.graphs.following import followed, sides_of
from camdash.networks.graphs.reading import Graph, damage_said
from camdash.networks.graphs.work import multiplications
from camdash.words.sentence import say

Shapes = Mapping[str, tuple[int, ...]]

LARGEST_VALUE = 1_000_000_000
"""Numbers of one value, for one image: 4 GB. The first layer of a large network makes 67 million of 1024 x 1024."""

MOST_NUMBERS, MOST_MULTIPLICATIONS = 100_000_000_000, 10_000_000_000_000
"""Of all values together, for one image. The largest networks multiply 2e12 times, which takes minutes."""

IR_VERSION = 8
"""Of the outline: from 4 on, weights need not stand among the inputs."""

SMALL = 4096
"""Bytes of weights whose values may be shapes."""


def shapes_of(graph: Graph, size: tuple[int, int], said: str) -> Shapes:
    """Return the shapes of all values that are known for one image of `size`, (rows, columns).

    Args:
        graph: the graph.
        size: of the image.
        said: the file's name.

    Raises:
        CheckpointError: its nodes do not fit each other, a value would not fit into memory, or all of it takes too
            long.
    """
    outline = _outline(graph, size)
    with damage_said(said):
        found = _inferred(outline)
        _check_work(outline, found, size, said)
    return found


def check_known(graph: Graph, shapes: Shapes, size: tuple[int, int], said: str) -> None:
    """Refuse a graph with a value whose shape is not known: it could fill the memory, or never end.

    Args:
        graph: the graph.
        shapes: of its values, as far as they are known.
        size: of the image, (rows, columns).
        said: the file's name.

    Raises:
        CheckpointError: it has one.
    """
    rows, columns = size
    read = {name for node in graph.model.graph.node for name in node.input} | {graph.output}
    if any(name in read and name not in shapes for node in graph.model.graph.node for name in node.output if name):
        raise CheckpointError(
            say(
                "The shapes inside {name} cannot be told for an input of {rows} x {columns} pixels, so it is not run. "
                "Save it with a fixed input size.",
                name=said,
                rows=rows,
                columns=columns,
            )
        )


def _inferred(outline: ModelProto) -> dict[str, tuple[int, ...]]:
    """Return the shapes of all values that are known."""
    graph = onnx.shape_inference.infer_shapes(outline, data_prop=True).graph
    types = {value.name: value.type for value in (*graph.input, *graph.value_info, *graph.output)}
    if any(name and sides_of(types.get(name)) is None for node in graph.node for name in node.output):
        types = dict(followed(outline, types))
    weights = {tensor.name for tensor in graph.initializer}
    known = {name: sides_of(kind) for name, kind in types.items() if name not in weights}
    return {name: sides for name, sides in known.items() if sides is not None}


def _check_work(outline: ModelProto, shapes: Shapes, size: tuple[int, int], said: str) -> None:
    """Refuse what does not fit into memory, or takes too long.

    Raises:
        CheckpointError: it is so.
    """
    rows, columns = size
    if any(prod(shape) > LARGEST_VALUE for shape in shapes.values()):
        raise CheckpointError(
            say(
                "{name} would need too much memory for an input of {rows} x {columns} pixels.",
                name=said,
                rows=rows,
                columns=columns,
            )
        )
    sides = {tensor.name: tuple(tensor.dims) for tensor in outline.graph.initializer} | dict(shapes)
    products = sum(multiplications(node, sides) for node in outline.graph.node)
    if products > MOST_MULTIPLICATIONS or sum(prod(shape) for shape in shapes.values()) > MOST_NUMBERS:
        raise CheckpointError(
            say(
                "{name} would take too long for an input of {rows} x {columns} pixels.",
                name=said,
                rows=rows,
                columns=columns,
            )
        )


def _outline(graph: Graph, size: tuple[int, int]) -> ModelProto:
    """Return the graph without the numbers of large weights, for one image of a size."""
    own = graph.model.graph
    made = ModelProto(ir_version=IR_VERSION, opset_import=graph.model.opset_import)
    made.graph.name = "outline"
    made.graph.node.extend(own.node)
    for tensor in own.initializer:
        is_small = tensor.ByteSize() <= SMALL
        outline = tensor if is_small else TensorProto(name=tensor.name, dims=tensor.dims, data_type=tensor.data_type)
        made.graph.initializer.append(outline)
    shape = (1, *size, graph.channels) if graph.channels_last else (1, graph.channels, *size)
    made.graph.input.append(helper.make_tensor_value_info(graph.input, TensorProto.FLOAT, shape))
    for output in own.output:
        made.graph.output.append(helper.make_tensor_value_info(output.name, output.type.tensor_type.elem_type, None))
    return made
