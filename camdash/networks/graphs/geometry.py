"""Where a graph centres the cells of a grid, from its convolutions, poolings and paddings.

The rule for a window stands in `camdash.networks.architectures.geometry`. Here rows and columns are followed apart,
since a graph may treat them differently, and a padding of its own may differ before and behind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from onnx import NodeProto

from camdash.networks.graphs.nodes import Nodes, attribute
from camdash.networks.graphs.operators import KEEPING, POINTWISE, WINDOWS
from camdash.networks.graphs.reading import Graph
from camdash.networks.graphs.shapes import Shapes
from camdash.networks.placement import Grid

TO_FIRST, TO_LAST = [0, 3, 1, 2], [0, 2, 3, 1]
"""Transpositions from channels last to channels first, and back."""

SIDES = 4
"""Axes of a grid whose channels come last; with channels first there may be more, before rows and columns."""


@dataclass(frozen=True)
class _Axis:
    """The cells of a value by rows, or by columns: how many there are and where they are centred."""

    cells: int
    grid: Grid


@dataclass(frozen=True)
class _Place:
    """The cells of a value by rows and columns, how many windows lead to it, and whether its channels come last."""

    axes: tuple[_Axis, _Axis]
    windows: int
    channels_last: bool

    @property
    def cells(self) -> tuple[int, int]:
        """How many rows and columns there are."""
        return self.axes[0].cells, self.axes[1].cells

    def first_of(self, rank: int) -> int:
        """Return which axis of a value with so many axes its rows are; its columns are the next one."""
        return 1 if self.channels_last else rank - 2

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Tell whether rows and columns of a shape are those cells."""
        begin = self.first_of(len(shape))
        has_axes = len(shape) == SIDES if self.channels_last else len(shape) > 2
        return has_axes and shape[begin : begin + 2] == self.cells


def grid_in(graph: Graph, activations: str, shapes: Shapes) -> Grid | None:
    """Return where the cells of a grid, channels first, are centred on the image; None where that cannot be told.

    Args:
        graph: the graph.
        activations: the name of the grid.
        shapes: of the graph's values, as far as they are known; that of the image is.
    """
    nodes, sides = Nodes(graph.model.graph), shapes[graph.input]
    rows, columns = sides[1:3] if graph.channels_last else sides[2:4]
    start = Grid(1.0, 0.0)
    found = {graph.input: _Place((_Axis(rows, start), _Axis(columns, start)), 0, graph.channels_last)}
    for node in graph.model.graph.node:
        place = _after(node, nodes, found, shapes)
        if place is not None:
            found |= {name: place for name in node.output if name and _is_possible(place, shapes.get(name))}
        if activations in node.output:
            break
    place, shape = found.get(activations), shapes.get(activations, ())
    if place is None or place.axes[0].grid != place.axes[1].grid:
        return None
    if place.channels_last or len(shape) != SIDES or not place.fits(shape):
        return None
    return place.axes[0].grid


def _is_possible(place: _Place, shape: tuple[int, ...] | None) -> bool:
    """Tell whether a value of this shape may have those cells; of an unknown shape any may."""
    return shape is None or place.fits(shape)


def _after(node: NodeProto, nodes: Nodes, found: Mapping[str, _Place], shapes: Shapes) -> _Place | None:
    """Return where the cells of a node's result are; None where that cannot be told, or it has none."""
    if node.op_type in WINDOWS:
        return _window(node, nodes, found)
    if node.op_type == "Pad":
        return _padded(node, nodes, found)
    if node.op_type not in POINTWISE and node.op_type not in KEEPING:
        return None
    places = [found[name] for name in node.input if name in found]
    if not places or any(_lattice(place) != _lattice(places[0]) for place in places):
        return None
    place = max(places, key=lambda place: place.windows)
    if node.op_type == "Transpose":
        return _transposed(node, place)
    return place if node.op_type in POINTWISE or KEEPS[node.op_type](node, nodes, place, shapes) else None


def _lattice(place: _Place) -> tuple[object, ...]:
    """Return what places must have in common to stand in one value."""
    return place.cells, [axis.grid.stride for axis in place.axes], place.channels_last


def _window(node: NodeProto, nodes: Nodes, found: Mapping[str, _Place]) -> _Place | None:
    place = found.get(node.input[0])
    kernel = attribute(node, "kernel_shape", None) or _of_weight(node, nodes)
    if place is None or place.channels_last or kernel is None or len(kernel) != 2:
        return None
    strides, dilations = attribute(node, "strides", [1, 1]), attribute(node, "dilations", [1, 1])
    spans = [dilation * (side - 1) + 1 for dilation, side in zip(dilations, kernel, strict=True)]
    pads = attribute(node, "pads", [0, 0, 0, 0])
    rows, columns = (
        _seen(place.axes[axis], node, spans[axis], strides[axis], (pads[axis], pads[axis + 2])) for axis in (0, 1)
    )
    return _Place((rows, columns), place.windows + 1, channels_last=False)


def _seen(axis: _Axis, node: NodeProto, span: int, stride: int, pads: tuple[int, int]) -> _Axis:
    """Return the axis of windows of `span` cells, `stride` cells apart."""
    kind = attribute(node, "auto_pad", "NOTSET")
    if kind.startswith("SAME"):
        cells = -(-axis.cells // stride)
        missing = max((cells - 1) * stride + span - axis.cells, 0)
        before = missing // 2 if kind == "SAME_UPPER" else missing - missing // 2
    else:
        before, behind = (0, 0) if kind == "VALID" else pads
        whole = axis.cells + before + behind - span
        cells = whole // stride + 1
        if attribute(node, "ceil_mode", 0) and whole % stride and cells * stride < axis.cells + before:
            cells += 1
    return _Axis(cells, _moved(axis.grid, (span - 1) / 2 - before, stride))


def _moved(grid: Grid, cells: float, stride: int = 1) -> Grid:
    """Return the grid whose first cell lies so many cells further, and whose cells are `stride` of them apart."""
    return Grid(grid.stride * stride, grid.offset + grid.stride * cells)


def _of_weight(node: NodeProto, nodes: Nodes) -> list[int] | None:
    weight = nodes.constant(node.input[1]) if node.op_type == "Conv" else None
    return None if weight is None else list(weight.shape[2:])


def _padded(node: NodeProto, nodes: Nodes, found: Mapping[str, _Place]) -> _Place | None:
    place, pads = found.get(node.input[0]), nodes.whole_numbers(node, "pads", 1)
    if place is None or pads is None or len(pads) != 8 or len(node.input) > 3:
        return None
    begin = place.first_of(SIDES)
    rows, columns = (
        _Axis(axis.cells + pads[side] + pads[side + SIDES], _moved(axis.grid, -pads[side]))
        for axis, side in zip(place.axes, (begin, begin + 1), strict=True)
    )
    return replace(place, axes=(rows, columns))


def _transposed(node: NodeProto, place: _Place) -> _Place | None:
    """Return where the cells are after a transposition that leaves rows and columns in their order."""
    order = attribute(node, "perm", [])
    if place.channels_last:
        return replace(place, channels_last=False) if order == TO_FIRST else None
    if order == TO_LAST:
        return replace(place, channels_last=True)
    rank = len(order)
    return place if rank >= SIDES and order[-2:] == [rank - 2, rank - 1] else None


def _reshape_keeps(node: NodeProto, nodes: Nodes, place: _Place, shapes: Shapes) -> bool:  # noqa: ARG001
    """Tell whether rows and columns of a result are those of what it was made from."""
    before, after = shapes.get(node.input[0], ()), shapes.get(node.output[0], ())
    if place.channels_last:
        return before == after and place.fits(after)
    return place.fits(before) and len(after) >= SIDES and place.fits(after)


def _axis_keeps(node: NodeProto, nodes: Nodes, place: _Place, shapes: Shapes) -> bool:  # noqa: ARG001
    return _are_outer([attribute(node, "axis", 0)], node, place, shapes)


def _slice_keeps(node: NodeProto, nodes: Nodes, place: _Place, shapes: Shapes) -> bool:
    axes = nodes.whole_numbers(node, "axes", 3)
    return axes is not None and _are_outer(axes, node, place, shapes)


def _are_outer(axes: list[int], node: NodeProto, place: _Place, shapes: Shapes) -> bool:
    """Tell whether axes of what a node reads are of the batch or of channels."""
    shape = next((shapes[name] for name in node.input if name in shapes), ())
    begin = place.first_of(len(shape))
    return place.fits(shape) and not {axis % len(shape) for axis in axes} & {begin, begin + 1}


KEEPS: Mapping[str, Callable[[NodeProto, Nodes, _Place, Shapes], bool]] = {
    "Concat": _axis_keeps,
    "Gather": _axis_keeps,
    "Reshape": _reshape_keeps,
    "Slice": _slice_keeps,
    "Split": _axis_keeps,
}
