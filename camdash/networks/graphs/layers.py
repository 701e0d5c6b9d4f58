"""Nodes between the last grid and the logits, as PyTorch's layers: what the room of heads takes apart.

A layer is taken for what its operator and its weights say. Whether the layers together give the graph's logits is for
the check at loading to say.
"""

from collections.abc import Callable, Mapping
from math import erf, sqrt
from operator import add, mul, truediv

import torch
from onnx import NodeProto
from torch import Tensor, nn

from camdash.networks.graphs.nodes import Nodes, attribute
from camdash.networks.graphs.shapes import Shapes
from camdash.networks.heads.generalised_mean import LARGEST, Root
from camdash.networks.heads.pooling import AdaptiveConcatPool2d

IDLE = frozenset(("Cast", "Dropout", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze"))
"""Operators that change nothing about a vector."""

MOST_OF_GELU = 6
"""Nodes, one after another, by which exporters write it."""

PROBES = (-3.0, -0.7, 0.4, 2.0)
SIMPLE: Mapping[str, Callable[..., float]] = {"Add": add, "Div": truediv, "Erf": erf, "Mul": mul}


def layer_of(node: NodeProto, nodes: Nodes) -> tuple[nn.Module, str] | None:
    """Return the layer on a vector that a node is, and what it reads; None for a node that is not known."""
    if (gate := _silu(node, nodes)) is not None:
        return nn.SiLU(), gate
    if (bent := _written_gelu(node, nodes)) is not None:
        return nn.GELU(), bent
    if node.op_type == "Concat":
        return _stacked(node, nodes)
    moving = nodes.moving(node)
    if len(moving) != 1:
        return None
    if node.op_type == "Add":
        return _sum(node, moving[0], nodes)
    if node.op_type in MADE:
        made = MADE[node.op_type](node, nodes)
        return None if made is None else (made.eval().requires_grad_(False), moving[0])
    return None


def pooling_of(node: NodeProto, nodes: Nodes, shapes: Shapes) -> tuple[nn.Module, str] | None:
    """Return the pooling of a whole grid that a node is, and what it reads; None for another node."""
    kind, source = node.op_type, node.input[0] if node.input else ""
    if kind == "Concat":
        return _joined(node, nodes, shapes)
    if kind in ("ReduceMean", "ReduceMax"):
        axes = nodes.whole_numbers(node, "axes", 1)
        if axes is None or {axis % 4 for axis in axes} != {2, 3} or len(shapes.get(source, (0, 0, 0, 0))) != 4:
            return None
    if kind in ("Flatten", "Reshape"):
        return _unpooled(shapes.get(source, ()), source)
    if kind in ("AveragePool", "MaxPool"):
        whole = shapes.get(source, ())[2:]
        if not whole or tuple(attribute(node, "kernel_shape", [])) != whole or any(attribute(node, "pads", [])):
            return None
    if kind in ("GlobalAveragePool", "ReduceMean", "AveragePool"):
        return nn.AdaptiveAvgPool2d(1), source
    return (nn.AdaptiveMaxPool2d(1), source) if kind in ("GlobalMaxPool", "ReduceMax", "MaxPool") else None


def local_layer(node: NodeProto, nodes: Nodes) -> tuple[nn.Module, str] | None:
    """Return the layer on each cell that a node is, a convolution of one cell or an activation, and what it reads."""
    if node.op_type != "Conv":
        return layer_of(node, nodes) if node.op_type in ACTIVATIONS else None
    weight = nodes.tensor(node.input[1])
    if weight is None or not _is_of_one_cell(node, weight):
        return None
    made = nn.Conv2d(weight.shape[1], weight.shape[0], 1, bias=len(node.input) > 2)
    _fill(made, weight, nodes.tensor(node.input[2]) if len(node.input) > 2 else None)
    return made.eval().requires_grad_(False), node.input[0]


def is_grid(shape: tuple[int, ...]) -> bool:
    """Tell whether a shape is that of a grid of several cells."""
    return len(shape) == 4 and shape[2] * shape[3] > 1


def _unpooled(shape: tuple[int, ...], source: str) -> tuple[nn.Module, str] | None:
    """Return the pooling that leaves each cell of a grid as it is, where the next layer reads them all."""
    return (nn.AdaptiveAvgPool2d(shape[2:]), source) if is_grid(shape) else None


def _joined(node: NodeProto, nodes: Nodes, shapes: Shapes) -> tuple[nn.Module, str] | None:
    parts = [nodes.maker.get(name) for name in node.input]
    found = [pooling_of(part, nodes, shapes) if part and part.op_type != "Concat" else None for part in parts]
    if len(found) != 2 or found[0] is None or found[1] is None or found[0][1] != found[1][1]:
        return None
    kinds = [type(one[0]) for one in found if one is not None]
    return (AdaptiveConcatPool2d(), found[0][1]) if kinds == [nn.AdaptiveMaxPool2d, nn.AdaptiveAvgPool2d] else None


def _silu(node: NodeProto, nodes: Nodes) -> str | None:
    """Return what a node reads that is x times sigmoid of x; None for another node."""
    if node.op_type != "Mul" or len(node.input) != 2:
        return None
    for source, gate in (node.input, reversed(node.input)):
        maker = nodes.maker.get(gate)
        if maker is not None and maker.op_type == "Sigmoid" and maker.input[0] == source:
            return str(source)
    return None


def _written_gelu(node: NodeProto, nodes: Nodes) -> str | None:
    """Return what a node reads whose sums, products and error functions are GELU; None for another node."""
    if node.op_type != "Mul":
        return None
    for source in _before_errors(node, nodes):
        found = [_computed(node.output[0], source, probe, nodes, MOST_OF_GELU) for probe in PROBES]
        wanted = [probe * (1 + erf(probe / sqrt(2))) / 2 for probe in PROBES]
        if all(one is not None and abs(one - own) < 1e-5 for one, own in zip(found, wanted, strict=True)):
            return source
    return None


def _before_errors(node: NodeProto, nodes: Nodes) -> list[str]:
    """Return what error functions before a node read, before that is scaled."""
    rest, found = [node], list[str]()
    for _ in range(2 * MOST_OF_GELU):
        if not rest:
            break
        one = rest.pop(0)
        before = [nodes.maker[name] for name in nodes.moving(one) if name in nodes.maker]
        if one.op_type == "Erf":
            found += [str(name) for other in before for name in nodes.moving(other)]
        else:
            rest += [other for other in before if other.op_type in ("Add", "Div", "Erf", "Mul")]
    return found


def _computed(name: str, source: str, probe: float, nodes: Nodes, depth: int) -> float | None:
    """Return a value where `source` is one number; None where that takes more than a few simple nodes."""
    if name == source:
        return probe
    constant, node = nodes.constant(name), nodes.maker.get(name)
    if constant is not None:
        return float(constant.reshape(-1)[0]) if constant.size == 1 else None
    if node is None or node.op_type not in SIMPLE or depth == 0:
        return None
    values = [_computed(one, source, probe, nodes, depth - 1) for one in node.input]
    return None if None in values else SIMPLE[node.op_type](*values)


def _linear(weight: Tensor, bias: Tensor | None) -> nn.Module | None:
    """Return a linear layer; `weight` is (outputs, inputs)."""
    if weight.ndim != 2 or (bias is not None and bias.numel() not in (1, len(weight))):
        return None
    made = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    _fill(made, weight, None if bias is None else bias.reshape(-1).expand(len(weight)))
    return made


def _fill(layer: nn.Module, weight: Tensor, bias: Tensor | None) -> None:
    layer.weight = nn.Parameter(weight.contiguous(), requires_grad=False)
    if bias is not None:
        layer.bias = nn.Parameter(bias.contiguous(), requires_grad=False)


def _gemm(node: NodeProto, nodes: Nodes) -> nn.Module | None:
    weight = nodes.tensor(node.input[1])
    bias = nodes.tensor(node.input[2]) if len(node.input) > 2 and node.input[2] else None
    if weight is None or weight.ndim != 2 or attribute(node, "transA", 0):
        return None
    weight = weight if attribute(node, "transB", 0) else weight.T
    return _linear(
        weight * attribute(node, "alpha", 1.0), None if bias is None else bias * attribute(node, "beta", 1.0)
    )


def _product(node: NodeProto, nodes: Nodes) -> nn.Module | None:
    weight = nodes.tensor(node.input[1])
    return None if weight is None or weight.ndim != 2 else _linear(weight.T, None)


def _sum(node: NodeProto, moving: str, nodes: Nodes) -> tuple[nn.Module, str] | None:
    """Return the linear layer that is a product and this sum."""
    product, (constant, *_) = nodes.maker.get(moving), [name for name in node.input if name != moving]
    bias = nodes.tensor(constant)
    if product is None or product.op_type != "MatMul" or bias is None or len(nodes.moving(product)) != 1:
        return None
    weight = nodes.tensor(product.input[1])
    if weight is None or weight.ndim != 2:
        return None
    made = _linear(weight.T, bias)
    return None if made is None else (made.eval().requires_grad_(False), product.input[0])


def _stacked(node: NodeProto, nodes: Nodes) -> tuple[nn.Module, str] | None:
    """Return the linear layer that several are, of the same vector and put together; None for another node."""
    if attribute(node, "axis", 0) not in (-1, 1):
        return None
    makers = [nodes.maker.get(name) for name in node.input]
    found = [layer_of(one, nodes) if one and one.op_type in ("Add", "Gemm", "MatMul") else None for one in makers]
    layers = [one[0] for one in found if one is not None and isinstance(one[0], nn.Linear)]
    sources = {one[1] for one in found if one is not None}
    if len(layers) < len(node.input) or len(sources) != 1:
        return None
    weights: list[Tensor] = [one.weight for one in layers]
    biases: list[Tensor] = [one.weight.new_zeros(one.out_features) if one.bias is None else one.bias for one in layers]
    made = _linear(torch.cat(weights), torch.cat(biases))
    return None if made is None else (made.eval().requires_grad_(False), sources.pop())


def _convolution(node: NodeProto, nodes: Nodes) -> nn.Module | None:
    """Return the linear layer that a convolution of one cell is, once it stands after pooling."""
    weight = nodes.tensor(node.input[1])
    bias = nodes.tensor(node.input[2]) if len(node.input) > 2 and node.input[2] else None
    return _linear(weight[:, :, 0, 0], bias) if weight is not None and _is_of_one_cell(node, weight) else None


def _is_of_one_cell(node: NodeProto, weight: Tensor) -> bool:
    moved = any(attribute(node, "pads", [])) or set(attribute(node, "strides", [1])) != {1}
    return tuple(weight.shape[2:]) == (1, 1) and attribute(node, "group", 1) == 1 and not moved


def _batch_norm(node: NodeProto, nodes: Nodes) -> nn.Module | None:
    values = [nodes.tensor(name) for name in node.input[1:5]]
    if len(values) != 4 or any(value is None or value.ndim != 1 for value in values):
        return None
    weight, bias, mean, variance = (value for value in values if value is not None)
    made = nn.BatchNorm1d(len(weight), eps=attribute(node, "epsilon", 1e-5))
    _fill(made, weight, bias)
    made.running_mean, made.running_var = mean, variance
    return made


def _layer_norm(node: NodeProto, nodes: Nodes) -> nn.Module | None:
    weight = nodes.tensor(node.input[1])
    bias = nodes.tensor(node.input[2]) if len(node.input) > 2 and node.input[2] else None
    if weight is None or weight.ndim != 1 or attribute(node, "axis", -1) not in (-1, 1):
        return None
    made = nn.LayerNorm(len(weight), eps=attribute(node, "epsilon", 1e-5))
    _fill(made, weight, torch.zeros_like(weight) if bias is None else bias)
    return made


def _clip(node: NodeProto, nodes: Nodes) -> nn.Module | None:
    low, high = attribute(node, "min", None), attribute(node, "max", None)
    if len(node.input) == 3:
        ends = [nodes.constant(name) for name in node.input[1:]]
        low, high = (None if end is None or end.size != 1 else float(end.reshape(-1)[0]) for end in ends)
    return None if low is None or high is None or not low < high else nn.Hardtanh(low, high)


def _hard_sigmoid(node: NodeProto, nodes: Nodes) -> nn.Module | None:  # noqa: ARG001 - as the others
    is_usual = abs(attribute(node, "alpha", 0.2) - 1 / 6) < 1e-6 and abs(attribute(node, "beta", 0.5) - 0.5) < 1e-6
    return nn.Hardsigmoid() if is_usual else None


def _root(node: NodeProto, nodes: Nodes) -> nn.Module | None:
    """Return the root that ends GeM pooling; None for other powers, which numbers below zero have too."""
    exponents = nodes.tensor(node.input[1])
    if exponents is None or not ((exponents * LARGEST > 1 - 1e-6) & (exponents < 1)).all():
        return None
    return Root(exponents.float().flatten())


def _gelu(node: NodeProto, nodes: Nodes) -> nn.Module | None:  # noqa: ARG001 - as the others
    return nn.GELU(attribute(node, "approximate", "none"))


Maker = Callable[[NodeProto, Nodes], nn.Module | None]

ACTIVATIONS: Mapping[str, Maker] = {
    "Relu": lambda node, nodes: nn.ReLU(),  # noqa: ARG005
    "Sigmoid": lambda node, nodes: nn.Sigmoid(),  # noqa: ARG005
    "Tanh": lambda node, nodes: nn.Tanh(),  # noqa: ARG005
    "Softplus": lambda node, nodes: nn.Softplus(),  # noqa: ARG005
    "HardSwish": lambda node, nodes: nn.Hardswish(),  # noqa: ARG005
    "LeakyRelu": lambda node, nodes: nn.LeakyReLU(attribute(node, "alpha", 0.01)),  # noqa: ARG005
    "Elu": lambda node, nodes: nn.ELU(attribute(node, "alpha", 1.0)),  # noqa: ARG005
    "Clip": _clip,
    "HardSigmoid": _hard_sigmoid,
    "Gelu": _gelu,
}
MADE: Mapping[str, Maker] = {
    **ACTIVATIONS,
    "Gemm": _gemm,
    "MatMul": _product,
    "Conv": _convolution,
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _layer_norm,
    "Pow": _root,
}
