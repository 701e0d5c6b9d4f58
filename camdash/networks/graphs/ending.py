"""Where a graph ends: what makes its logits probabilities, and how its last grid becomes the logits."""

import json
from dataclasses import dataclass

import torch
from onnx import NodeProto
from torch import nn

from camdash.networks.cards.output import OutputKind
from camdash.networks.graphs.layers import IDLE, is_grid, layer_of, local_layer, pooling_of
from camdash.networks.graphs.nodes import Nodes, attribute
from camdash.networks.graphs.reading import Graph
from camdash.networks.graphs.shapes import Shapes
from camdash.words.sentence import say

PROBABILITIES = {"Softmax": OutputKind.SOFTMAX, "LogSoftmax": OutputKind.SOFTMAX, "Sigmoid": OutputKind.SIGMOID}
"""Operators that make probabilities of logits, and what the logits mean then."""

MOST_LAYERS = 50

POOLING_KEY = "camdash.pooling"
"""The metadata key by which camdash says, in its own files, where it wrote means over parts of the grid.

The check at loading says whether it is true.
"""

OUTPUT_KEY = "camdash.output"
"""The metadata key by which camdash says, in its own files without a card, what it took the logits for."""

TOLD_KEY = "camdash.told"
"""The metadata key by which it says there what else was known, as JSON: `fields` of a card, and which are `guessed`."""

MOST_PARTS = 64
"""Along an axis."""


MOST_POOLED = 5000
"""Classes of which pooling makes the logits, so that a map of each takes a square of them: 100 MB."""


@dataclass(frozen=True)
class Logits:
    """Where the logits are.

    Attributes:
        name: of the value.
        operator: what makes probabilities of them at the graph's end; empty where nothing does.
    """

    name: str
    operator: str = ""

    @property
    def kind(self) -> OutputKind | None:
        """What the graph says of their meaning; None where it says nothing."""
        return PROBABILITIES.get(self.operator)


@dataclass(frozen=True, eq=False)
class Ending:
    """From the last grid to the logits.

    Attributes:
        activations: the name of the last grid; empty where there is none.
        layers: from there to the logits, with a pooling among them.
        reason: why there is none, as the beginning of a sentence without its full stop.
        classes: how many logits there are; 0 where that is not known.
    """

    activations: str = ""
    layers: tuple[nn.Module, ...] = ()
    reason: str = ""
    classes: int = 0


def logits_of(graph: Graph) -> Logits:
    """Return the logits: the graph's output, or what its last operator makes probabilities of."""
    nodes, name = Nodes(graph.model.graph), graph.output
    node = _before_idle(name, nodes, {})
    if node is None or node.op_type not in PROBABILITIES:
        return Logits(name)
    if node.op_type != "Sigmoid" and attribute(node, "axis", -1) not in (-1, 1):
        return Logits(name)
    return Logits(node.input[0], node.op_type)


def ending_of(graph: Graph, logits: str, shapes: Shapes) -> Ending:
    """Return how the last grid becomes the logits.

    Args:
        graph: the graph.
        logits: the name of the logits.
        shapes: of the graph's values, as far as they are known.
    """
    nodes, name, stated = Nodes(graph.model.graph), logits, _stated_pooling(graph)
    after: list[nn.Module] = []
    for _ in range(MOST_LAYERS):
        if stated is not None and name == stated[0]:
            return _from_pooling(stated[1], after, nodes, shapes)
        node = _before_idle(name, nodes, shapes)
        if node is None:
            return Ending(reason=say("its graph has no pooling of a grid"))
        pooling = pooling_of(node, nodes, shapes)
        if pooling is not None:
            return _from_pooling(pooling, after, nodes, shapes)
        found = layer_of(node, nodes)
        if found is None:
            return Ending(
                reason=say("its graph has {operator} between the last grid and the logits", operator=node.op_type)
            )
        layer, name = found
        after.insert(0, layer)
    return Ending(reason=say("its graph has no pooling of a grid"))


def _stated_pooling(graph: Graph) -> tuple[str, tuple[nn.Module, str]] | None:
    """Return the vector that the file says to be means over parts, with the pooling and its grid; None for no word."""
    try:
        fields = json.loads(graph.metadata.get(POOLING_KEY, "null"))
        rows, columns = (int(fields[key]) for key in ("rows", "columns"))
        vector, cells = str(fields["vector"]), str(fields["cells"])
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
        return None
    is_right = 1 <= rows <= MOST_PARTS and 1 <= columns <= MOST_PARTS
    return (vector, (nn.AdaptiveAvgPool2d((rows, columns)), cells)) if is_right else None


def _before_idle(name: str, nodes: Nodes, shapes: Shapes) -> NodeProto | None:
    """Return the node that makes a value, before those that change nothing about a vector; None where there is none."""
    for _ in range(MOST_LAYERS):
        node = nodes.maker.get(name)
        if node is None or node.op_type not in IDLE or is_grid(shapes.get(node.input[0], ())):
            return node
        name = node.input[0]
    return None


def _from_pooling(pooling: tuple[nn.Module, str], after: list[nn.Module], nodes: Nodes, shapes: Shapes) -> Ending:
    """Return the ending; where pooling comes last, it begins before the last convolution of each cell."""
    layer, grid = pooling
    if after:
        return Ending(grid, (layer, *after), classes=_outputs(after[-1]))
    classes = shapes.get(grid, (0, 0))[1]
    if not classes:
        return Ending(reason=say("the number of its classes is not known before it runs"))
    if classes > MOST_POOLED:
        return Ending(reason=say("pooling makes a logit of each of {count} grids", count=classes), classes=classes)
    name, local = grid, list[nn.Module]()
    for _ in range(MOST_LAYERS):
        node = _before_idle(name, nodes, {})
        found = None if node is None else local_layer(node, nodes)
        if found is None:
            break
        local.insert(0, found[0])
        name = found[1]
        if isinstance(found[0], nn.Conv2d):
            return Ending(name, (*local, layer), classes=classes)
    same = nn.Linear(classes, classes, bias=False)
    same.weight = nn.Parameter(torch.eye(classes), requires_grad=False)
    return Ending(grid, (layer, same), classes=classes)


def _outputs(layer: nn.Module) -> int:
    return layer.out_features if isinstance(layer, nn.Linear) else 0
