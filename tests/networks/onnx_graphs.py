"""Small ONNX graphs, made by hand: a convolution with weights that are known, pooling, and one linear layer."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

Array = NDArray[Any]

CONVOLUTION = np.array([1.0, -2.0], np.float32).reshape(2, 1, 1, 1)
SHIFT = np.array([0.0, 3.0], np.float32)
HEAD = np.array([[1.0, 2.0], [3.0, -1.0]], np.float32)
BIAS = np.array([0.5, -1.0], np.float32)
"""Of the image [[1, 2], [3, 4]] the activations are [[1, 2], [3, 4]] and [[1, 0], [0, 0]]."""

IMAGE = [[1.0, 2.0], [3.0, 4.0]]
MAPS = np.array([[[3, 2], [3, 4]], [[2, 6], [9, 12]]])
LOGITS = [3.5, 6.25]
"""The means of the maps are 3 and 7.25."""

WEIGHTS: Mapping[str, Array] = {"w": CONVOLUTION, "b": SHIFT, "h": HEAD, "c": BIAS}

FEATURES = (
    helper.make_node("Conv", ["image", "w", "b"], ["made"], kernel_shape=[1, 1]),
    helper.make_node("Relu", ["made"], ["grid"]),
)
POOLED = (
    *FEATURES,
    helper.make_node("GlobalAveragePool", ["grid"], ["mean"]),
    helper.make_node("Flatten", ["mean"], ["flat"], axis=1),
)
NODES = (*POOLED, helper.make_node("Gemm", ["flat", "h", "c"], ["out"], transB=1))
SHAPES = {"grid": "nkij"}
"""Of outputs that are no vector: a letter for each axis."""

FREE = ("n", 1, "rows", "columns")


def model(
    nodes: Sequence[NodeProto] = NODES,
    *,
    weights: Mapping[str, Array] = WEIGHTS,
    image: Sequence[int | str] = FREE,
    outputs: Sequence[str] = ("out",),
    opset: int = 17,
    card: Mapping[str, object] | None = None,
) -> ModelProto:
    """Return a model with these nodes; by default the one that is described above."""
    single = TensorProto.FLOAT
    graph = helper.make_graph(
        list(nodes),
        "drawn",
        [helper.make_tensor_value_info("image", single, list(image))],
        [helper.make_tensor_value_info(name, single, list(SHAPES.get(name, "nk"))) for name in outputs],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    if card is not None:
        helper.set_model_props(made, {"camdash": json.dumps(card)})
    return made


def card(size: tuple[int, int] = (2, 2), classes: int = 2, **more: object) -> dict[str, object]:
    """Return the fields of a card for an ONNX file."""
    names = [f"Part {k}" for k in range(classes)]
    return {"class_names": names, "input_size": list(size), "fit": "stretch"} | more


def saved(path: Path, made: ModelProto | bytes) -> Path:
    """Write a model, or any bytes."""
    path.write_bytes(made if isinstance(made, bytes) else made.SerializeToString())
    return path


def constant(name: str, values: Sequence[int]) -> NodeProto:
    """Return a node that makes whole numbers."""
    return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(np.array(values, np.int64)))


def checked(made: ModelProto) -> ModelProto:
    """Return a model that is right by ONNX's own check."""
    onnx.checker.check_model(made)
    return made
