"""Where a network centres the cells of its grid, measured: a pass with coordinates in the place of values.

The input holds in each pixel its own column. A layer that looks through a window gives the coordinate in the middle of
the window; what takes each cell for itself, as activations, norms and linear layers over channels do, keeps it; where
branches meet, the mean of theirs is taken. Attention leaves each token where it is. So the last grid holds for each
cell the column that it is centred on, whatever the layers are called (`geometry.py` knows only torchvision's).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.weak import WeakTensorKeyDictionary

from camdash.networks.architectures.of_timm.builders import FAILURES
from camdash.networks.placement import Grid

TOLERANCE = 0.01
"""Pixels by which the cells of a measured grid may lie off their even places."""


LEAST, MOST = 0.2, 1.4
"""How far the cells of a measured grid may be apart, in parts of an even spread over the input.

Windows without padding have no cells near the edges, so theirs are nearer to each other than an even spread.
"""

MARGIN = 2
"""Cells on each side that are not looked at."""


class UnknownPlacesError(Exception):
    """An operation moves cells in a way that is not known."""


def measured_grid(features: nn.Module, channels: int, shape: tuple[int, int]) -> Grid | None:
    """Return where the cells at the end of `features` are centred, in pixels of its input.

    None where that cannot be measured, because cells are mixed in ways that are not known.

    Args:
        features: from network inputs to a grid, (n, channels, rows, columns).
        channels: input channels.
        shape: rows and columns of the input with which it is measured.
    """
    inputs = torch.arange(shape[1], dtype=torch.float32).expand(1, channels, *shape).contiguous()
    try:
        with torch.no_grad(), _Coordinates(inputs):
            found = features(inputs)
    except (UnknownPlacesError, *FAILURES):
        return None
    columns = found.mean((0, 1, 2)).double()
    even, measured = even_grid(shape[1], len(columns)), _grid_of(columns)
    return measured if measured and LEAST <= measured.stride / even.stride <= MOST else None


def even_grid(side: int, cells: int) -> Grid:
    """Return the grid whose cells divide a side evenly: what is assumed where it cannot be measured."""
    stride = side / cells
    return Grid(stride=stride, offset=(stride - 1) / 2)


def _grid_of(columns: Tensor) -> Grid | None:
    """Return the grid with these columns; None where they are not evenly spread at whole strides.

    The outer cells are left out: padding may stand in the middle of their windows.
    """
    margin = min(max(len(columns) - 2, 0) // 2, MARGIN)
    inner = columns[margin : len(columns) - margin]
    if len(inner) < 2:
        return None
    steps = inner.diff()
    stride = round(float(steps.median()))
    if stride < 1 or float((steps - stride).abs().max()) > TOLERANCE:
        return None
    places = torch.arange(len(inner)) + margin
    return Grid(stride=float(stride), offset=round(float((inner - stride * places).mean()) * 64) / 64)


class _Coordinates(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Carry coordinates through the operations of this thread; what no coordinate enters is computed as it is."""

    def __init__(self, inputs: Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._carriers: WeakTensorKeyDictionary = WeakTensorKeyDictionary()
        self._carriers[inputs] = True

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        named = dict(kwargs or {})
        carriers = [each for each in tree_leaves((args, named)) if isinstance(each, Tensor) and each in self._carriers]
        if not carriers or func.overloadpacket.__name__ in FRESH:
            return func(*args, **named)
        result = _after(func, args, named, carriers)
        tree_map(self._mark, result)
        return result

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Say that nothing here needs protection from PyTorch's compiler, which would be imported for that."""
        return False

    def _mark(self, value: Any) -> None:
        if isinstance(value, Tensor):
            self._carriers[value] = True


def _after(func: Any, args: Sequence[Any], named: Mapping[str, Any], carriers: list[Tensor]) -> Any:
    """Return what an operation makes of coordinates."""
    name = func.overloadpacket.__name__
    if name in MOVING:
        return func(*args, **named)
    if name in WINDOWED:
        return WINDOWED[name](*args)
    if name in PRODUCTS:
        left, right = args[-2:] if name in ("addmm", "baddbmm") else args[:2]
        return _product(left, right, carriers)
    if "scaled_dot_product" in name:
        return _with_the_rest(_product(args[0], args[2], carriers), func)
    if name in SUMS:
        return _mean_like(func(*args, **named), carriers[0], args)
    return _each_for_itself(func, name, args, named, carriers)


def _each_for_itself(
    func: Any, name: str, args: Sequence[Any], named: Mapping[str, Any], carriers: list[Tensor]
) -> Any:
    """Return the mean of the coordinates that enter, of those that have a place of their own in the result.

    What is the same everywhere moves nothing: a gate, as of squeeze and excitation, or a mean over all tokens.
    """
    in_place = name.endswith("_") and not name.endswith("__")
    shape = args[0].shape if in_place else _first(func(*args, **named)).shape
    own = [each for each in carriers if each.shape == shape]
    if not own:
        own = [each for each in carriers if _goes_into(each.shape, shape)]
    if not own:
        raise UnknownPlacesError(name)
    own = [each for each in own if each.numel() and float(each.min()) < float(each.max())] or own
    kept = torch.stack([each.expand(shape) for each in own]).mean(0)
    if in_place:
        return args[0].copy_(kept)
    return _with_the_rest(kept, func)


def _with_the_rest(result: Tensor, func: Any) -> Any:
    """Return a result with as many empty tensors as an operation returns beside its first, which nothing reads."""
    count = len(func._schema.returns)
    return result if count == 1 else (result, *(result.new_zeros(0) for _ in range(count - 1)))


def _first(result: Any) -> Tensor:
    value: Tensor = result[0] if isinstance(result, tuple | list) else result
    return value


def _goes_into(own: torch.Size, shape: torch.Size) -> bool:
    pairs = zip(reversed(own), reversed(shape), strict=False)
    return len(own) <= len(shape) and all(one in (1, other) for one, other in pairs)


def _product(left: Tensor, right: Tensor, carriers: list[Tensor]) -> Tensor:
    """Return the coordinates of a product of matrices: each row of the left one stays where it is."""
    shape = torch.Size((*left.shape[:-1], right.shape[-1]))
    if any(each is left for each in carriers):
        return left.mean(-1, keepdim=True).expand(shape).contiguous()
    return right.mean(-2, keepdim=True).expand(shape).contiguous()


def _mean_like(result: Any, values: Tensor, args: Sequence[Any]) -> Any:
    """Return the mean in place of a sum or an extreme over the same axes."""
    first = _first(result)
    axes = args[1] if len(args) > 1 and args[1] is not None else list(range(values.ndim))
    axes = [axes] if isinstance(axes, int) else list(axes) or list(range(values.ndim))
    kept = values.mean(axes, keepdim=first.ndim == values.ndim).reshape(first.shape)
    return (kept, *result[1:]) if isinstance(result, tuple | list) else kept


def _windowed(inputs: Tensor, kernel: Any, stride: Any, padding: Any, dilation: Any, *, ceil: bool = False) -> Tensor:
    """Return the coordinates in the middle of windows: of an even one, the mean of the two middles on each axis."""
    for axis in (2, 3):
        place = axis - 2
        k, s, p, d = (_of(each, place) for each in (kernel, stride, padding, dilation))
        length, reach = inputs.shape[axis], d * (k - 1) + 1
        count = (math.ceil if ceil else math.floor)((length + 2 * p - reach) / s) + 1
        middle = torch.arange(count, dtype=torch.float64) * s - p + (reach - 1) / 2
        below, above = (bound.long().clamp(0, length - 1) for bound in (middle.floor(), middle.ceil()))
        inputs = (inputs.index_select(axis, below) + inputs.index_select(axis, above)) / 2
    return inputs


def _of(value: Any, place: int) -> int:
    if isinstance(value, int):
        return value
    found = value[place] if len(value) > 1 else value[0]
    return int(found)


def _convolution(
    inputs: Tensor, weight: Tensor, _: Any, stride: Any, padding: Any, dilation: Any, transposed: bool, *__: Any
) -> Tensor:
    if inputs.ndim == 3:  # over channels that were pooled before, for a gate
        return inputs.mean((1, 2), keepdim=True).expand(-1, weight.shape[0], inputs.shape[2]).contiguous()
    if transposed:
        raise UnknownPlacesError("convolution")
    seen = _windowed(inputs.mean(1, keepdim=True), weight.shape[2:], stride, padding, dilation)
    return seen.expand(-1, weight.shape[0], -1, -1).contiguous()


def _max_pool(
    inputs: Tensor, kernel: Any, stride: Any = (), padding: Any = 0, dilation: Any = 1, ceil: bool = False
) -> Any:
    seen = _windowed(inputs, kernel, stride or kernel, padding, dilation, ceil=ceil)
    return seen, seen.new_zeros(0)


def _average_pool(
    inputs: Tensor, kernel: Any, stride: Any = (), padding: Any = 0, ceil: bool = False, *_: Any
) -> Tensor:
    return _windowed(inputs, kernel, stride or kernel, padding, 1, ceil=ceil)


MOVING = frozenset(
    (
        *("view", "_unsafe_view", "reshape", "permute", "transpose", "t", "slice", "select", "expand", "squeeze"),
        *("unsqueeze", "cat", "stack", "split", "split_with_sizes", "unbind", "clone", "alias", "detach", "roll"),
        *("flip", "index", "index_select", "gather", "unfold", "as_strided", "_to_copy", "constant_pad_nd"),
        *("reflection_pad2d", "replication_pad2d", "pixel_shuffle", "pixel_unshuffle", "_adaptive_avg_pool2d"),
        *("upsample_nearest2d", "upsample_bilinear2d", "upsample_bicubic2d", "mean", "as_strided_", "_reshape_alias"),
        *("transpose_", "squeeze_", "unsqueeze_", "channel_shuffle", "native_channel_shuffle", "unsafe_split"),
        *("im2col", "repeat", "lift_fresh", "diagonal", "narrow"),
    )
)
"""Operations that bring values elsewhere, or make means of them: they do so with coordinates too."""

FRESH = frozenset(
    ("new_zeros", "new_ones", "new_empty", "new_full", "zeros_like", "ones_like", "empty_like", "full_like")
)
"""Operations whose results have nothing of what they are given but its shape and type."""

PRODUCTS = frozenset(("mm", "addmm", "bmm", "baddbmm", "matmul"))
SUMS = frozenset(("sum", "amax", "amin", "max", "var", "std", "var_mean", "logsumexp"))

WINDOWED: Mapping[str, Callable[..., Any]] = {
    "convolution": _convolution,
    "max_pool2d_with_indices": _max_pool,
    "avg_pool2d": _average_pool,
}
