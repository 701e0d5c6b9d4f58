"""Probabilities at a graph's end that are not its last operator: sigmoids of single labels, put together afterwards."""

from onnx import GraphProto, NodeProto, TensorProto, helper

from camdash.networks.graphs.nodes import Nodes, attribute

MOVED = frozenset(
    (
        *("Cast", "Dropout", "Flatten", "Gather", "Identity", "Reshape", "Slice", "Squeeze", "Transpose"),
        "Unsqueeze",
    )
)
"""Operators that move numbers and change none, so that a sigmoid may stand before them or behind."""

FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE)

LAYERS = frozenset(
    (
        *("BatchNormalization", "Conv", "Einsum", "Gemm", "GroupNormalization", "InstanceNormalization"),
        *("LayerNormalization", "MatMul"),
    )
)
"""Operators behind which no number is a probability any more."""

SHARES = frozenset(("HardSigmoid", "Sigmoid", "Softmax"))
WRITTEN_OUT = frozenset(("Div", "Reciprocal"))
"""With an exponential before them they may be a sigmoid or a softmax."""

MOST_MOVES = 50
CLIPPED = 0.01
"""How far from 0 and 1 probabilities may be cut; cut logits would not be told from them."""


def with_one_sigmoid(graph: GraphProto, output: str) -> str:
    """Let sigmoids that are put together at a graph's end be one sigmoid, behind all of them.

    Args:
        graph: gets nodes more, if it has such an end.
        output: the name of what it gives.

    Returns:
        The name of the same numbers, as the new sigmoid makes them; `output` where there is none.
    """
    nodes = Nodes(graph)
    if output not in nodes.maker or nodes.maker[output].op_type == "Sigmoid":
        return output
    moved = _Moved(graph, nodes)
    logits = moved.before_sigmoid(output, MOST_MOVES)
    if logits is None:
        return output
    name = moved.fresh()
    graph.node.extend([*moved.made, helper.make_node("Sigmoid", [logits], [name])])
    return name


def may_be_probabilities(graph: GraphProto, output: str) -> bool:
    """Tell whether a sigmoid or a softmax, in one piece or written out, stands behind a graph's last layer."""
    nodes, rest, seen = Nodes(graph), [output], set[str]()
    kinds: set[str] = set()
    while rest:
        name = rest.pop()
        node = nodes.maker.get(name)
        if name in seen or node is None or node.op_type in LAYERS:
            continue
        seen.add(name)
        kinds.add(node.op_type)
        rest += node.input
    return bool(kinds & SHARES) or ("Exp" in kinds and bool(kinds & WRITTEN_OUT))


class _Moved:
    """Copies of nodes that stand behind sigmoids, on what the sigmoids read.

    Attributes:
        made: the copies, in their order.
    """

    def __init__(self, graph: GraphProto, nodes: Nodes) -> None:
        self.made: list[NodeProto] = []
        self._nodes = nodes
        self._names: dict[str, str | None] = {}
        self._used = {name for node in graph.node for name in (*node.input, *node.output)}
        self._count = 0

    def fresh(self) -> str:
        """Return a name that no value has."""
        while True:
            name, self._count = f"camdash.moved.{self._count}", self._count + 1
            if name not in self._used:
                return name

    def before_sigmoid(self, name: str, moves: int) -> str | None:
        """Return the value whose sigmoid is this one; None where it is no sigmoid, or of too many moves."""
        if name not in self._names:
            self._names[name] = self._found(name, moves)
        return self._names[name]

    def _found(self, name: str, moves: int) -> str | None:
        node = self._nodes.maker.get(name)
        if node is None or not moves:
            return None
        if node.op_type == "Sigmoid":
            return str(node.input[0])
        if node.op_type == "Clip" and _spares(node, self._nodes):
            return self.before_sigmoid(node.input[0], moves - 1)
        count = len(node.input) if node.op_type == "Concat" else 1
        if node.op_type != "Concat" and not _moves(node, name):
            return None
        sources = [self.before_sigmoid(source, moves - 1) for source in node.input[:count]]
        if None in sources:
            return None
        copied = NodeProto()
        copied.CopyFrom(node)
        del copied.input[:], copied.output[:]
        copied.name = ""
        copied.input.extend([*(source for source in sources if source is not None), *node.input[count:]])
        copied.output.append(self.fresh())
        self.made.append(copied)
        return str(copied.output[0])


def _moves(node: NodeProto, name: str) -> bool:
    is_same = node.op_type in MOVED and len(node.input) > 0 and node.output[0] == name
    return is_same and (node.op_type != "Cast" or attribute(node, "to", 0) in FLOATS)


def _spares(node: NodeProto, nodes: Nodes) -> bool:
    """Tell whether a clip leaves all probabilities but those next to 0 and 1."""
    ends = [attribute(node, "min", 0.0), attribute(node, "max", 1.0)]
    for place, name in enumerate(node.input[1:]):
        found = nodes.constant(name) if name else None
        if name and (found is None or found.size != 1):
            return False
        ends[place] = ends[place] if found is None else float(found.reshape(-1)[0])
    return bool(ends[0] <= CLIPPED and ends[1] >= 1 - CLIPPED)
