"""How much work a graph is: the multiplications of its nodes, told from shapes before anything runs."""

from collections.abc import Callable, Mapping
from math import prod

from onnx import NodeProto

from camdash.networks.graphs.nodes import attribute

Sides = Mapping[str, tuple[int, ...]]


def multiplications(node: NodeProto, shapes: Sides) -> int:
    """Return how many numbers a node multiplies or compares, beside one for each that it makes; 0 where few.

    Args:
        node: of the graph.
        shapes: of the graph's values and weights; an unknown one counts as of no axes.
    """
    made = prod(shapes.get(node.output[0], ()))
    if node.op_type == "Einsum":
        return _of_sums(node, shapes)
    each = EACH.get(node.op_type)
    return 0 if each is None else made * each(node, [shapes.get(name, ()) for name in node.input])


def _of_sums(node: NodeProto, shapes: Sides) -> int:
    """Return the product of the lengths of all axes that a sum over indices names."""
    terms = attribute(node, "equation", "").replace(" ", "").partition("->")[0].split(",")
    lengths: dict[str, int] = {}
    for term, name in zip(terms, node.input, strict=False):
        shape = shapes.get(name, ())
        if "." in term or len(term) != len(shape):
            return prod(prod(shapes.get(one, ())) for one in node.input)
        lengths |= dict(zip(term, shape, strict=True))
    return prod(lengths.values())


EACH: Mapping[str, Callable[[NodeProto, list[tuple[int, ...]]], int]] = {
    "Conv": lambda node, shapes: prod(shapes[1][1:]),  # noqa: ARG005
    "Gemm": lambda node, shapes: shapes[0][0 if attribute(node, "transA", 0) else -1] if shapes[0] else 1,
    "MatMul": lambda node, shapes: shapes[0][-1] if shapes[0] else 1,  # noqa: ARG005
    "LRN": lambda node, shapes: int(attribute(node, "size", 1)),  # noqa: ARG005
    **dict.fromkeys(
        ("AveragePool", "MaxPool", "LpPool"),
        lambda node, shapes: prod(attribute(node, "kernel_shape", [])),  # noqa: ARG005
    ),
}
"""How many multiplications each number takes that a node makes."""
