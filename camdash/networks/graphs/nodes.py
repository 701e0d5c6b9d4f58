"""A graph's nodes by what they make, and its constants."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper
from torch import Tensor


class Nodes:
    """The nodes of a graph, by the names of what they make.

    Attributes:
        maker: the node that makes a value.
    """

    def __init__(self, graph: GraphProto) -> None:
        self.maker: Mapping[str, NodeProto] = {name: node for node in graph.node for name in node.output if name}
        self._weights: Mapping[str, TensorProto] = {tensor.name: tensor for tensor in graph.initializer}

    def constant(self, name: str) -> NDArray[Any] | None:
        """Return a value that no image changes; None for another one."""
        for _ in range(len(self.maker) + 1):
            if name in self._weights:
                return numpy_helper.to_array(self._weights[name])
            node = self.maker.get(name)
            if node is None or node.op_type not in ("Constant", "Identity"):
                return None
            if node.op_type == "Constant":
                return _held(node)
            name = node.input[0]
        return None

    def tensor(self, name: str) -> Tensor | None:
        """Return a constant as a tensor of float32; None for another value."""
        found = self.constant(name)
        return None if found is None else torch.from_numpy(np.array(found, dtype=np.float32))

    def whole_numbers(self, node: NodeProto, key: str, place: int) -> list[int] | None:
        """Return a list of whole numbers that newer operators have as an input and older ones as an attribute."""
        if len(node.input) > place and node.input[place]:
            found = self.constant(node.input[place])
            return None if found is None else [int(number) for number in found.reshape(-1)]
        numbers: list[int] | None = attribute(node, key, None)
        return numbers

    def moving(self, node: NodeProto) -> list[str]:
        """Return the inputs of a node that an image changes."""
        return [name for name in node.input if name and self.constant(name) is None]


def attribute(node: NodeProto, key: str, otherwise: Any) -> Any:
    """Return an attribute of a node, with a number or a list as Python has it; `otherwise` where it has none."""
    for one in node.attribute:
        if one.name == key:
            value = helper.get_attribute_value(one)
            if isinstance(value, bytes):
                return value.decode("utf-8", "replace")
            return list(value) if one.type in (onnx.AttributeProto.INTS, onnx.AttributeProto.FLOATS) else value
    return otherwise


def _held(node: NodeProto) -> NDArray[Any] | None:
    """Return what a constant holds; None for a text."""
    for one in node.attribute:
        if one.name == "value":
            return numpy_helper.to_array(one.t)
        if one.name in ("value_float", "value_floats", "value_int", "value_ints"):
            return np.array(helper.get_attribute_value(one))
    return None
