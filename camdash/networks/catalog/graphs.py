"""The card of an ONNX file, where the graph itself says architecture, channels, and often the input's size."""

from dataclasses import replace

from camdash.errors import CheckpointError
from camdash.networks.architectures.fitting import check_channels
from camdash.networks.cards.arithmetic import AS_TORCHVISION
from camdash.networks.cards.card import ASSUMED_SIDE, GRAPH, LARGEST_INPUT, MOST_CLASSES, Card
from camdash.networks.cards.output import Output, OutputKind
from camdash.networks.cards.parsing import assumed_card
from camdash.networks.catalog.told import told_in, with_told
from camdash.networks.graphs.ending import OUTPUT_KEY, TOLD_KEY, Logits, ending_of, logits_of
from camdash.networks.graphs.reading import Graph, damage_said
from camdash.networks.graphs.shapes import Shapes, shapes_of
from camdash.words.sentence import say

TRIED_SIDE = 224
"""Pixels of an image whose shapes are told to find the number of classes, where the size is free."""

CONTRADICTIONS = {
    OutputKind.SOFTMAX: (OutputKind.SIGMOID, OutputKind.BINARY, OutputKind.REGRESSION, OutputKind.ORDINAL),
    OutputKind.SIGMOID: (OutputKind.SOFTMAX, OutputKind.REGRESSION),
}
"""What a card cannot say of an output of which a graph makes probabilities."""


def graph_card(graph: Graph, given: Card | None, said: str) -> Card:
    """Return the card of an ONNX file: the one that was found, what the graph says filled in; else one that is assumed.

    Args:
        graph: what the file holds.
        given: the card in the file or beside it; None where there is none.
        said: the file's name.

    Raises:
        CheckpointError: the card does not fit the graph, or there is none and the graph says too little.
    """
    with damage_said(said):
        return _card(graph, given, said)


def _card(graph: Graph, given: Card | None, said: str) -> Card:
    logits = logits_of(graph)
    if given is None:
        return _assumed(graph, logits, said)
    card = replace(given, arithmetic=AS_TORCHVISION, transform_input=None)
    check_channels(said, card.preprocessing, graph.channels)
    _check_size(graph, card.preprocessing.input_size, said)
    if logits.kind is None:
        return card
    if card.output.assumed:
        return replace(card, output=_output(logits, card.output))
    if card.output.kind in CONTRADICTIONS[logits.kind]:
        raise CheckpointError(
            say(
                "The card of {name} says that its output is {kind}, but its graph ends in {operator}.",
                name=said,
                kind=card.output.kind.value,
                operator=logits.operator,
            )
        )
    return card


def _assumed(graph: Graph, logits: Logits, said: str) -> Card:
    rows, columns = (side or ASSUMED_SIDE for side in graph.size)
    is_fixed = None not in graph.size
    if max(rows, columns) > LARGEST_INPUT:
        raise CheckpointError(say("{name} takes an input that is too large for camdash.", name=said))
    count, (label, grade) = _class_count(graph, logits, said), _signs(graph, logits)
    side = rows if is_fixed else None
    card = assumed_card(GRAPH, count, side, graph.channels, sigmoid_sign=label, ordinal_sign=grade)
    how = replace(card.preprocessing, input_size=(rows, columns))
    card = replace(card, preprocessing=how, output=_output(logits, card.output))
    told = told_in(graph.metadata.get(TOLD_KEY, ""), said)
    if told is None:
        return card
    card = with_told(card, told, graph.channels)
    check_channels(said, card.preprocessing, graph.channels)
    _check_size(graph, card.preprocessing.input_size, said)
    return card


def _signs(graph: Graph, logits: Logits) -> tuple[str, str]:
    """Return what in a file of camdash's own tells that its logits are labels, and grades; empty for nothing."""
    kind = "" if logits.operator else graph.metadata.get(OUTPUT_KEY, "")
    is_label, is_grade = kind == OutputKind.SIGMOID.value, kind == OutputKind.ORDINAL.value
    return OUTPUT_KEY if is_label else "", OUTPUT_KEY if is_grade else ""


def _output(logits: Logits, assumed: Output) -> Output:
    """Return what the graph's end says of the output, else what is assumed."""
    if logits.kind is OutputKind.SIGMOID:
        why = say(
            "Each label is taken on its own (sigmoid), since the graph ends in {operator}.", operator=logits.operator
        )
        return Output(OutputKind.SIGMOID, assumed=why)
    if logits.kind is OutputKind.SOFTMAX and assumed.kind is OutputKind.SOFTMAX:
        why = say("Exactly one class is right (softmax), since the graph ends in {operator}.", operator=logits.operator)
        return Output(assumed=why)
    return assumed


def _class_count(graph: Graph, logits: Logits, said: str) -> int:
    """Return how many logits a graph gives.

    Raises:
        CheckpointError: the graph does not say it, or there are too many.
    """
    size = (graph.size[0] or TRIED_SIDE, graph.size[1] or TRIED_SIDE)
    count = _count(graph, logits, shapes_of(graph, size, said))
    if not 1 <= count <= MOST_CLASSES:
        raise CheckpointError(
            say("{name} does not tell how many outputs it gives. Write a card beside it with class_names.", name=said)
        )
    return count


def _count(graph: Graph, logits: Logits, shapes: Shapes) -> int:
    shape = shapes.get(logits.name, ())
    if len(shape) == 2:
        return shape[1]
    return ending_of(graph, logits.name, shapes).classes


def _check_size(graph: Graph, size: tuple[int, int], said: str) -> None:
    if any(own not in (None, given) for own, given in zip(graph.size, size, strict=True)):
        rows, columns = (own or given for own, given in zip(graph.size, size, strict=True))
        raise CheckpointError(
            say(
                "{name} accepts only {rows} x {columns} pixels; set input_size to [{rows}, {columns}] in the card.",
                name=said,
                rows=rows,
                columns=columns,
            )
        )
