"""Where a network's arithmetic centres its grid cells, computed from its convolutions and pooling.

For a layer with kernel k, stride s, padding p and dilation d, and an input whose cells are `stride` apart and
begin at `offset`, the output's cells are `stride * s` apart and begin at `offset + stride * (d (k - 1) / 2 - p)`
(Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural Networks", sections 2 and 3).
"""

from collections.abc import Mapping

from torch import nn

from camdash.networks.placement import Grid

Branches = Mapping[str, tuple[str, ...]]

MERGING = ("PatchMerging", "PatchMergingV2")
"""Swin's layers that join two by two cells, by their classes' names; no module in them does so."""


def grid_of(features: nn.Module, branches: Branches) -> Grid:
    """Return the geometry of the grid at the end of `features`, in pixels of its input.

    Args:
        features: layers in a row, or blocks.
        branches: the way through blocks with parallel branches; see `Family`.
    """
    return _through(features, Grid(stride=1.0, offset=0.0), branches)


def _through(module: nn.Module, grid: Grid, branches: Branches) -> Grid:
    if isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
        return _after(module, grid)
    if type(module).__name__ in MERGING:
        return _spread(grid, kernel=2, stride=2)
    names = branches.get(type(module).__name__)
    children = module.children() if names is None else (module.get_submodule(name) for name in names)
    for child in children:
        grid = _through(child, grid, branches)
    return grid


def _after(layer: nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d, grid: Grid) -> Grid:
    kernel, stride, padding = _side(layer.kernel_size), _side(layer.stride), _side(layer.padding)
    dilation = 1 if isinstance(layer, nn.AvgPool2d) else _side(layer.dilation)
    return _spread(grid, kernel=dilation * (kernel - 1) + 1, stride=stride, padding=padding)


def _spread(grid: Grid, kernel: int, stride: int, padding: int = 0) -> Grid:
    """Return the grid of windows of `kernel` cells, `stride` cells apart."""
    return Grid(stride=grid.stride * stride, offset=grid.offset + grid.stride * ((kernel - 1) / 2 - padding))


def _side(value: object) -> int:
    side = value[0] if isinstance(value, tuple) else value
    if not isinstance(side, int):
        raise TypeError(f"a layer's geometry must be given in whole pixels, not as {value!r}")
    return side
