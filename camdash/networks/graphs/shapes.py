"""The shapes of a graph's values for an image of one size, told before anything runs."""

from collections.abc import Mapping
from math import prod

import onnx
from onnx import ModelProto, TensorProto, helper

from camdash.errors import CheckpointError
from camdash.networks.graphs.reading import Graph, damage_said
from camdash.words.sentence import say

Shapes = Mapping[str, tuple[int, ...]]

LARGEST_VALUE = 1_000_000_000
"""Numbers of one value, for one image: 4 GB. The first layer of a large network makes 67 million of 1024 x 1024."""

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
        CheckpointError: its nodes do not fit each other, or a value would not fit into memory.
    """
    with damage_said(said):
        model = onnx.shape_inference.infer_shapes(_outline(graph, size), data_prop=True)
    found: dict[str, tuple[int, ...]] = {}
    for value in (*model.graph.input, *model.graph.value_info, *model.graph.output):
        tensor = value.type.tensor_type
        if tensor.HasField("shape") and all(side.HasField("dim_value") for side in tensor.shape.dim):
            found[value.name] = tuple(side.dim_value for side in tensor.shape.dim)
    if any(prod(shape) > LARGEST_VALUE for shape in found.values()):
        rows, columns = size
        raise CheckpointError(
            say(
                "{name} would need too much memory for an input of {rows} x {columns} pixels.",
                name=said,
                rows=rows,
                columns=columns,
            )
        )
    return found


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
