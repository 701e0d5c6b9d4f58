"""A split network written down as an ONNX graph: the operations of one small pass are recorded, with their weights.

PyTorch's exporters take seconds, in which no other thread of Python goes on, and change modules that others are
using; the networks that camdash splits consist of the few operations below. An operation that is not among them is
refused, and whether the graph computes the same is for the engine's check to say.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from camdash.errors import CheckpointError
from camdash.networks.architectures.split import SplitNetwork
from camdash.networks.heads.head import Level
from camdash.networks.heads.linear import LinearHead
from camdash.words.sentence import say

OPSET, IR_VERSION = 18, 8
"""Of ONNX's operators and files: the first in which the axes of ReduceMean are an input; any later runtime reads it."""

INPUT, LOGITS, MAPS, BIAS, POOLED, ACTIVATIONS = "input", "logits", "maps", "bias", "pooled", "activations"

RECORDED_SHAPE = (96, 80)
"""Rows and columns of the recorded pass: small, and no less than Inception v3 takes."""

aten = torch.ops.aten


def onnx_model(network: SplitNetwork) -> bytes:
    """Return the ONNX model from a network input (n, channels, rows, columns) to maps and pooled activations.

    The maps are (n, classes, grid rows, grid columns), the pooled activations (n, c). Where the head is not linear the
    activations stand in place of the maps. Batch and size are free. The model is kept in memory; nothing is written to
    disk.

    Raises:
        CheckpointError: an operation of the network is not among those that are known.
    """
    if network.head.level is Level.C:
        raise CheckpointError(say("A head that reads one token has no translation to ONNX."))
    if network.shape is not None:
        raise CheckpointError(say("A network that takes inputs of one size alone has no translation to ONNX."))
    inputs = torch.zeros(1, network.channels, *RECORDED_SHAPE)
    weight = network.head.weight.float()[:, :, None, None] if isinstance(network.head, LinearHead) else None
    recorder = Recorder(inputs)
    with torch.no_grad(), recorder:
        activations = network.features(inputs)
        first = {ACTIVATIONS: activations} if weight is None else {MAPS: torch.conv2d(activations, weight)}
        results = first | {POOLED: activations.mean((2, 3))}
    shapes = {name: result_shape(value.shape[1], value.ndim) for name, value in results.items()}
    return recorder.model(network.channels, results, shapes)


def result_shape(width: int, axes: int) -> list[str | int]:
    """Return the shape of a result by its names in the graph: the batch, `width`, and the grid where it has one."""
    return ["n", width, *("grid_rows", "grid_columns")[: axes - 2]]


class Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Write down the operations of this thread, and of no other: nodes, and the weights that they read.

    What is computed of weights alone is not written down: its result is a weight.
    """

    def __init__(self, inputs: Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._names = {id(inputs): INPUT}
        self._alive = [inputs]  # an id is a tensor's own only as long as the tensor lives
        self._computed = {id(inputs)}
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if not any(id(value) in self._computed for value in tree_leaves(args)):
            return result
        if func in SAME_VALUES:
            self._call(result, self.name(args[0]))
            self._computed.add(id(result))
        elif func in TRANSLATIONS:
            TRANSLATIONS[func](self, args, result)
        else:
            raise CheckpointError(say("The operation {name} has no translation to ONNX.", name=str(func)))
        return result

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Say that nothing here needs protection from PyTorch's compiler, which would be imported for that."""
        return False

    def node(self, kind: str, inputs: Sequence[Any], *results: Tensor, **attributes: Any) -> str:
        """Add a node that makes `results` (none: a value that torch has no tensor for); return its first name."""
        names = self.nodes(kind, inputs, max(len(results), 1), **attributes)
        for result, name in zip(results, names, strict=False):
            self._call(result, name)
            self._computed.add(id(result))
        return names[0]

    def nodes(self, kind: str, inputs: Sequence[Any], count: int, **attributes: Any) -> list[str]:
        """Add a node that makes so many values; return their names."""
        names = [f"{kind}_{len(self._nodes)}_{place}" for place in range(count)]
        self._nodes.append(helper.make_node(kind, [self.name(each) for each in inputs], names, **attributes))
        return names

    def name(self, value: Any) -> str:
        """Return the name of a tensor, or of whole numbers; a new one becomes a weight. A name is its own."""
        if isinstance(value, str):
            return value
        if id(value) not in self._names:
            tensor = value if isinstance(value, Tensor) else torch.tensor(value)
            self._call(value, f"weight_{len(self._weights)}")
            array = tensor.detach().contiguous().numpy()
            self._weights.append(numpy_helper.from_array(array, self._names[id(value)]))
        return self._names[id(value)]

    def _call(self, value: Any, name: str) -> None:
        self._names[id(value)] = name
        self._alive.append(value)

    def model(
        self,
        channels: int,
        results: Mapping[str, Tensor | str],
        shapes: Mapping[str, Sequence[str | int]],
        metadata: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return the model that gives `results`, by their names.

        Args:
            channels: of the input.
            results: tensors that were recorded, or the names of nodes' results.
            shapes: of each; a text names a length that is free.
            metadata: texts that the file carries.
        """
        for name, value in results.items():
            self.node("Identity", [value])
            self._nodes[-1].output[0] = name
        single = onnx.TensorProto.FLOAT
        graph = helper.make_graph(
            self._nodes,
            "camdash",
            [helper.make_tensor_value_info(INPUT, single, ["n", channels, "rows", "columns"])],
            [helper.make_tensor_value_info(name, single, shapes[name]) for name in results],
            self._weights,
        )
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        helper.set_model_props(model, dict(metadata or {}))
        content: bytes = model.SerializeToString()
        return content


Translation = Callable[[Recorder, Sequence[Any], Any], object]


def _convolution(graph: Recorder, args: Sequence[Any], result: Tensor) -> None:
    inputs, weight, bias, stride, padding, dilation, transposed, _, groups = args
    if transposed:
        raise CheckpointError(say("A transposed convolution has no translation to ONNX."))
    values = [inputs, weight] if bias is None else [inputs, weight, bias]
    graph.node("Conv", values, result, strides=stride, pads=[*padding, *padding], dilations=dilation, group=groups)


def _max_pool(graph: Recorder, args: Sequence[Any], result: Sequence[Tensor]) -> None:
    defaults: tuple[Any, ...] = ([0, 0], [1, 1], False)
    inputs, kernel, stride, padding, dilation, ceil = (*args, *defaults[len(args) - 3 :])
    pads = [*padding, *padding]
    shape = {"kernel_shape": kernel, "strides": stride, "pads": pads, "dilations": dilation, "ceil_mode": int(ceil)}
    graph.node("MaxPool", [inputs], result[0], **shape)


def _average_pool(graph: Recorder, args: Sequence[Any], result: Tensor) -> None:
    defaults: tuple[Any, ...] = ([0, 0], False, True)
    inputs, kernel, stride, padding, ceil, with_padding = (*args, *defaults[len(args) - 3 :])
    shape = {"kernel_shape": kernel, "strides": stride or kernel, "pads": [*padding, *padding], "ceil_mode": int(ceil)}
    graph.node("AveragePool", [inputs], result, count_include_pad=int(with_padding), **shape)


def _batch_norm(graph: Recorder, args: Sequence[Any], result: Sequence[Tensor]) -> None:
    inputs, weight, bias, mean, variance, _, _, epsilon = args
    graph.node("BatchNormalization", [inputs, weight, bias, mean, variance], result[0], epsilon=epsilon)


def _silu(graph: Recorder, args: Sequence[Any], result: Tensor) -> None:
    graph.node("Mul", [args[0], graph.node("Sigmoid", [args[0]])], result)


def _gelu(graph: Recorder, args: Sequence[Any], result: Tensor) -> None:
    scaled = graph.node("Mul", [args[0], torch.tensor(0.5**0.5)])
    half = graph.node("Mul", [args[0], torch.tensor(0.5)])
    graph.node("Mul", [half, graph.node("Add", [graph.node("Erf", [scaled]), torch.tensor(1.0)])], result)


def _hard_sigmoid(graph: Recorder, args: Sequence[Any], result: Tensor) -> None:
    graph.node("HardSigmoid", [args[0]], result, alpha=1 / 6, beta=0.5)


def _clamp(graph: Recorder, args: Sequence[Any], result: Tensor) -> None:
    graph.node("Clip", [args[0], *(torch.tensor(float(end)) for end in args[1:])], result)


def _mean(graph: Recorder, args: Sequence[Any], result: Tensor) -> None:
    graph.node("ReduceMean", [args[0], list(args[1])], result, keepdims=int(len(args) > 2 and args[2]))


def _view(graph: Recorder, args: Sequence[Any], result: Tensor) -> None:
    """Translate a view that divides or unites channels, and keeps the batch and the grid, which are free."""
    inputs, shape = args
    if tuple(shape[:1]) + tuple(shape[-2:]) != tuple(inputs.shape[:1]) + tuple(inputs.shape[-2:]):
        own, wanted = str(tuple(inputs.shape)), str(tuple(shape))
        raise CheckpointError(say("A view of {own} as {wanted} has no translation to ONNX.", own=own, wanted=wanted))
    batch, grid = graph.node("Shape", [inputs], end=1), graph.node("Shape", [inputs], start=-2)
    target = graph.node("Concat", [batch, list(shape[1:-2]), grid], axis=0)
    graph.node("Reshape", [inputs, target], result)


def _transpose(graph: Recorder, args: Sequence[Any], result: Tensor) -> None:
    order = list(range(result.ndim))
    order[args[1]], order[args[2]] = order[args[2]], order[args[1]]
    graph.node("Transpose", [args[0]], result, perm=order)


def _split(graph: Recorder, args: Sequence[Any], result: Sequence[Tensor]) -> None:
    axis = args[2] if len(args) > 2 else 0
    graph.node("Split", [args[0], [part.shape[axis] for part in result]], *result, axis=axis)


def _concatenate(graph: Recorder, args: Sequence[Any], result: Tensor) -> None:
    graph.node("Concat", args[0], result, axis=args[1] if len(args) > 1 else 0)


def _leaky_relu(graph: Recorder, args: Sequence[Any], result: Tensor) -> None:
    graph.node("LeakyRelu", [args[0]], result, alpha=float(args[1]) if len(args) > 1 else 0.01)


def _elu(graph: Recorder, args: Sequence[Any], result: Tensor) -> None:
    defaults: tuple[Any, ...] = (1.0, 1.0)
    inputs, alpha, scale = (*args, *defaults[len(args) - 1 :])[:3]
    kind, more = ("Elu", {}) if scale == 1 else ("Selu", {"gamma": float(scale)})
    graph.node(kind, [inputs], result, alpha=float(alpha), **more)


def _of_numbers(kind: str) -> Translation:
    """Return the translation of an operation on tensors of one type, of which any may be a mere number."""
    return lambda graph, args, result: graph.node(
        kind, [value if isinstance(value, Tensor) else torch.tensor(float(value)) for value in args], result
    )


def _plain(kind: str, count: int) -> Translation:
    """Return the translation of an operation that reads `count` tensors and has no attributes."""
    return lambda graph, args, result: graph.node(kind, args[:count], result)


SAME_VALUES = frozenset({aten.clone.default, aten.as_strided_.default})
"""What changes only how values lie in memory."""

TRANSLATIONS: Mapping[Any, Translation] = {
    aten.convolution.default: _convolution,
    aten.native_batch_norm.default: _batch_norm,
    aten.relu.default: _plain("Relu", 1),
    aten.relu_.default: _plain("Relu", 1),
    aten.sigmoid.default: _plain("Sigmoid", 1),
    aten.silu.default: _silu,
    aten.silu_.default: _silu,
    aten.hardsigmoid.default: _hard_sigmoid,
    aten.hardsigmoid_.default: _hard_sigmoid,
    aten.hardswish.default: _plain("HardSwish", 1),
    aten.hardswish_.default: _plain("HardSwish", 1),
    aten.gelu.default: _gelu,
    aten.hardtanh.default: _clamp,
    aten.hardtanh_.default: _clamp,
    aten.clamp.default: _clamp,
    aten.pow.Tensor_Tensor: _plain("Pow", 2),
    aten.tanh.default: _plain("Tanh", 1),
    aten.leaky_relu.default: _leaky_relu,
    aten.elu.default: _elu,
    aten.add.Tensor: _plain("Add", 2),
    aten.add_.Tensor: _plain("Add", 2),
    aten.mul.Tensor: _of_numbers("Mul"),
    aten.sub.Tensor: _plain("Sub", 2),
    aten.div.Tensor: _of_numbers("Div"),
    aten.abs.default: _plain("Abs", 1),
    aten.le.Tensor: _plain("LessOrEqual", 2),
    aten.gt.Scalar: _of_numbers("Greater"),
    aten.where.self: _plain("Where", 3),
    aten.mean.dim: _mean,
    aten.max_pool2d_with_indices.default: _max_pool,
    aten.avg_pool2d.default: _average_pool,
    aten.view.default: _view,
    aten.transpose.int: _transpose,
    aten.split.Tensor: _split,
    aten.cat.default: _concatenate,
}
