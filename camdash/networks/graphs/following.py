"""Shapes that depend on others: those of values which a graph computes from the shapes of its own values.

Exporters write such arithmetic where the input's size is free. Only small whole numbers are followed, one node after
another, so that no graph takes long.
"""

from collections.abc import Mapping, MutableMapping
from math import prod

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto, TypeProto, helper, numpy_helper

MOST_FOLLOWED = 64
"""Numbers of one value that is followed; shapes are far shorter."""

FOLLOWED = frozenset(
    (
        *("Add", "Cast", "Concat", "Constant", "Div", "Equal", "Floor", "Gather", "Identity", "Max", "Min", "Mod"),
        *("Mul", "Neg", "ReduceProd", "Reshape", "Shape", "Size", "Slice", "Squeeze", "Sub", "Unsqueeze", "Where"),
    )
)
"""Operators that exporters make shapes with; none makes more numbers than it reads and its attributes hold."""

Types = Mapping[str, TypeProto]
Values = MutableMapping[str, TensorProto]


def followed(outline: ModelProto, known: Types) -> Types:
    """Return the types of a graph's values, as far as they are known.

    Args:
        outline: the graph, for an image of one size.
        known: what is known already.
    """
    types = dict(known)
    types |= {one.name: helper.make_tensor_type_proto(one.data_type, one.dims) for one in outline.graph.initializer}
    weights = [one for one in outline.graph.initializer if _is_followed(types[one.name]) and _has_numbers(one)]
    values: Values = {one.name: one for one in weights}
    version = max((one.version for one in outline.opset_import if not one.domain), default=1)
    for node in outline.graph.node:
        if any(name and sides_of(types.get(name)) is None for name in node.output):
            types |= _types_after(node, types, values, outline, version)
        value = _value(node, types, values, version)
        if value is not None:
            values[node.output[0]] = value
    return types


def sides_of(kind: TypeProto | None) -> tuple[int, ...] | None:
    """Return the shape that a type says; None where an axis is free, or nothing is said."""
    if kind is None or not kind.tensor_type.HasField("shape"):
        return None
    sides = kind.tensor_type.shape.dim
    return tuple(side.dim_value for side in sides) if all(side.HasField("dim_value") for side in sides) else None


def _types_after(node: NodeProto, types: Types, values: Values, outline: ModelProto, version: int) -> Types:
    """Return the types of what a node makes; none where they cannot be told."""
    read = {name for name in node.input if name}
    if not read <= set(types):
        return {}
    try:
        found: Types = onnx.shape_inference.infer_node_outputs(
            onnx.defs.get_schema(node.op_type, version),
            node,
            {name: types[name] for name in read},
            {name: values[name] for name in read if name in values},
            opset_imports=list(outline.opset_import),
            ir_version=outline.ir_version,
        )
    except (onnx.shape_inference.InferenceError, onnx.defs.SchemaError, ValueError):
        return {}
    return found


def _value(node: NodeProto, types: Types, values: Values, version: int) -> TensorProto | None:
    """Return the numbers that a node makes, where they are few and follow from shapes; else None."""
    if node.op_type not in FOLLOWED or len(node.output) != 1 or not _is_followed(types.get(node.output[0])):
        return None
    if node.op_type in ("Shape", "Size"):
        sides = sides_of(types.get(node.input[0]))
        return None if sides is None else _of_shape(node, sides)
    read = [name for name in node.input if name]
    if any(name not in values for name in read):
        return None
    from onnx.reference import ReferenceEvaluator  # here: few graphs need it

    inputs = [helper.make_tensor_value_info(name, values[name].data_type, None) for name in dict.fromkeys(read)]
    output = helper.make_tensor_value_info(node.output[0], TensorProto.INT64, None)
    graph = helper.make_graph([node], "one", inputs, [output])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)])
    with np.errstate(all="ignore"):
        (found,) = ReferenceEvaluator(made).run(None, {name: numpy_helper.to_array(values[name]) for name in read})
    return numpy_helper.from_array(np.asarray(found), node.output[0])


def _of_shape(node: NodeProto, sides: tuple[int, ...]) -> TensorProto:
    ends = {one.name: one.i for one in node.attribute}
    part = np.array(sides, np.int64)[ends.get("start", 0) : ends.get("end", len(sides))]
    value = np.array(prod(sides), np.int64) if node.op_type == "Size" else part
    return numpy_helper.from_array(value, node.output[0])


def _is_followed(kind: TypeProto | None) -> bool:
    sides = sides_of(kind)
    return sides is not None and prod(sides) <= MOST_FOLLOWED


def _has_numbers(tensor: TensorProto) -> bool:
    """Tell whether a weight is there with its numbers: outlines leave those of large ones out."""
    return any(field.name.endswith("_data") for field, _ in tensor.ListFields())
