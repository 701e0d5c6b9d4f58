"""An ONNX file read without trust: one graph of known operators, whole in its file, or a sentence.

Protocol buffers carry no code. What could do harm is refused before ONNX Runtime sees it: files that it would open
(external data), operators of other makers, control flow, functions, and tensors that claim more than the file holds.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod

import onnx
from google.protobuf.message import DecodeError
from onnx import AttributeProto, ModelProto, NodeProto, TensorProto, ValueInfoProto, helper

from camdash.errors import CheckpointError, is_out_of_memory
from camdash.networks.files.content import Content
from camdash.networks.graphs.operators import KNOWN
from camdash.networks.graphs.probabilities import with_one_sigmoid
from camdash.networks.text import printable
from camdash.words.sentence import say

LARGEST_GRAPH = 2_000_000_000
"""Bytes; protocol buffers end at two gibibytes."""

MOST_NODES, MOST_TENSORS, MOST_AXES = 20_000, 20_000, 8
CHANNELS = (1, 3)

OWN_DOMAINS = ("", "ai.onnx")
NUMBERS = frozenset(
    (
        *(TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE, TensorProto.BOOL),
        *(TensorProto.INT8, TensorProto.INT16, TensorProto.INT32, TensorProto.INT64),
        *(TensorProto.UINT8, TensorProto.UINT16, TensorProto.UINT32, TensorProto.UINT64),
    )
)
PLAIN = frozenset(
    (
        *(AttributeProto.FLOAT, AttributeProto.INT, AttributeProto.STRING, AttributeProto.TENSOR),
        *(AttributeProto.FLOATS, AttributeProto.INTS, AttributeProto.STRINGS),
    )
)
"""Types of attributes; the others hold graphs, or tensors of another kind."""

LOGITS = "logits"
"""The output that is taken where there are several."""

LONGEST_REASON = 200

FAULTS = (
    *(DecodeError, onnx.checker.ValidationError),
    *(ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RuntimeError),
)
"""What is raised where bytes, nodes, or attributes make no sense."""


@dataclass(frozen=True, eq=False)
class Graph:
    """A graph from one image to one vector of numbers.

    Attributes:
        model: as it stands in the file; sigmoids that are put together at its end are one, behind the rest.
        input: the name of the image.
        output: the name of the vector.
        channels: of the image: 1 or 3.
        size: rows and columns of the image; None for one that is free.
        one_at_a_time: whether the batch is fixed to one image.
        channels_last: whether the image is (n, rows, columns, channels).
    """

    model: ModelProto
    input: str
    output: str
    channels: int
    size: tuple[int | None, int | None]
    one_at_a_time: bool
    channels_last: bool

    @property
    def metadata(self) -> Mapping[str, str]:
        """The texts that the file carries."""
        return {entry.key: entry.value for entry in self.model.metadata_props}

    @property
    def parameters(self) -> int:
        """How many floating point numbers its weights are."""
        floats = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE)
        return sum(prod(one.dims) for one in self.model.graph.initializer if one.data_type in floats)


def read_graph(content: Content) -> Graph:
    """Read an ONNX file that is open; the digest of the content is the caller's to take, afterwards.

    Raises:
        CheckpointError: it is damaged, holds what is not run, or is no classifier of images.
    """
    said = content.said
    if content.size > LARGEST_GRAPH:
        raise CheckpointError(say("{name} is too large: camdash reads ONNX files up to 2 GB.", name=said))
    with damage_said(said):
        model = ModelProto.FromString(content.reader().read())
        _check(model, said)
        onnx.checker.check_model(model)
        return _graph(model, said)


@contextmanager
def damage_said(said: str) -> Iterator[None]:
    """Let what goes wrong with a graph that makes no sense be a sentence.

    Args:
        said: the file's name.

    Raises:
        CheckpointError: in place of an error of a library, or of Python.
    """
    try:
        yield
    except FAULTS as error:
        if is_out_of_memory(error):
            raise
        raise CheckpointError(
            say("{name} is not a whole ONNX file, or is damaged: {reason}.", name=said, reason=reason_of(error))
        ) from error


def reason_of(error: Exception) -> str:
    """Return what a library says of a stranger's file, in one short line that is fit to be shown."""
    return printable(" ".join(str(error).split()), LONGEST_REASON).rstrip(".") or type(error).__name__


def _check(model: ModelProto, said: str) -> None:
    """Refuse what is not run.

    Raises:
        CheckpointError: it is there.
    """
    graph = model.graph
    if len(graph.node) > MOST_NODES or len(graph.initializer) > MOST_TENSORS:
        raise CheckpointError(say("{name} has more nodes or tensors than any network that is known here.", name=said))
    if model.functions or model.training_info or graph.sparse_initializer:
        raise CheckpointError(
            say("{name} has functions, training steps or sparse weights, which are not run.", name=said)
        )
    for node in graph.node:
        _check_node(node, said)
    for tensor in _tensors(model):
        _check_tensor(tensor, said)


def _check_node(node: NodeProto, said: str) -> None:
    if node.domain not in OWN_DOMAINS:
        domain = printable(node.domain, 60)
        raise CheckpointError(say("{name} has operators of {domain}, which are not run.", name=said, domain=domain))
    held = any(one.HasField("g") or one.graphs or one.ref_attr_name or one.type not in PLAIN for one in node.attribute)
    if node.op_type not in KNOWN or held:
        kind = printable(node.op_type, 60)
        raise CheckpointError(say("{name} has the operator {kind}, which is not run.", name=said, kind=kind))


def _tensors(model: ModelProto) -> Iterator[TensorProto]:
    yield from model.graph.initializer
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t


def _check_tensor(tensor: TensorProto, said: str) -> None:
    if tensor.data_location == TensorProto.EXTERNAL or tensor.external_data:
        raise CheckpointError(
            say("{name} keeps its weights in other files, which are not opened. Save it as one file.", name=said)
        )
    if tensor.data_type not in NUMBERS or tensor.HasField("segment"):
        raise CheckpointError(say("{name} has weights of a type that is not read.", name=said))
    impossible = len(tensor.dims) > MOST_AXES or any(side < 0 for side in tensor.dims)
    if impossible or not _is_filled(tensor):
        raise CheckpointError(say("{name} is damaged: a tensor in it has another size than its shape.", name=said))


def _is_filled(tensor: TensorProto) -> bool:
    """Tell whether as many numbers are there as the shape says."""
    count = prod(tensor.dims)
    if tensor.HasField("raw_data"):
        return len(tensor.raw_data) == int(count * helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize)
    fields = (tensor.float_data, tensor.int32_data, tensor.int64_data, tensor.double_data, tensor.uint64_data)
    return sum(len(field) for field in fields) == int(count)


def _graph(model: ModelProto, said: str) -> Graph:
    """Return the graph of one image and one vector.

    Raises:
        CheckpointError: it is another one.
    """
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [one for one in model.graph.input if one.name not in weights]
    if len(inputs) != 1:
        count = len(inputs)
        raise CheckpointError(say("{name} has {inputs} inputs, and not one image.", name=said, inputs=count))
    batch, *sides = _shape(inputs[0])
    places = _places(sides)
    if places is None or batch not in (None, 1) or _type(inputs[0]) != TensorProto.FLOAT:
        raise CheckpointError(
            say(
                "The input of {name} is not an image: (n, channels, rows, columns) in float32, of 1 or 3 channels.",
                name=said,
            )
        )
    channels, rows, columns = (sides[place] for place in places)
    output = with_one_sigmoid(model.graph, _output(model, said))
    return Graph(model, inputs[0].name, output, channels or 1, (rows, columns), batch == 1, places[0] == 2)


def _places(sides: list[int | None]) -> tuple[int, int, int] | None:
    """Return where channels, rows and columns stand among the last three sides; None for no image."""
    if len(sides) != 3:
        return None
    if sides[0] in CHANNELS:
        return 0, 1, 2
    return (2, 0, 1) if sides[2] in CHANNELS else None


def _output(model: ModelProto, said: str) -> str:
    outputs = list(model.graph.output)
    chosen = outputs if len(outputs) == 1 else [one for one in outputs if one.name == LOGITS]
    if len(chosen) != 1:
        names = printable(", ".join(one.name for one in outputs), 100)
        raise CheckpointError(
            say(
                "{name} has {outputs} outputs ({names}), and none is called {logits}.",
                name=said,
                outputs=len(outputs),
                names=names,
                logits=LOGITS,
            )
        )
    if _type(chosen[0]) != TensorProto.FLOAT:
        raise CheckpointError(say("The output of {name} is not float32.", name=said))
    return str(chosen[0].name)


def _type(value: ValueInfoProto) -> int:
    return value.type.tensor_type.elem_type


def _shape(value: ValueInfoProto) -> list[int | None]:
    """Return the lengths of a value's axes, None for one that is free; of no tensor one free length."""
    tensor = value.type.tensor_type
    if not tensor.HasField("shape") or not tensor.shape.dim:
        return [None]
    return [side.dim_value if side.HasField("dim_value") and side.dim_value > 0 else None for side in tensor.shape.dim]
