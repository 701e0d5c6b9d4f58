"""Where a network's arithmetic centres its grid cells, computed from its convolutions and pooling.

For a layer with kernel k, stride s, padding p and dilation d, and an input whose cells are `stride` apart and
begin at `offset`, the output's cells are `stride * s` apart and begin at `offset + stride * (d (k - 1) / 2 - p)`
(Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural Networks", sections 2 and 3).
"""

from torch import nn
from torchvision.models.googlenet import Inception
from torchvision.models.inception import InceptionA, InceptionB, InceptionC, InceptionD, InceptionE
from torchvision.models.regnet import ResBottleneckBlock
from torchvision.models.resnet import BasicBlock, Bottleneck
from torchvision.models.shufflenetv2 import InvertedResidual

from camdash.networks.placement import Grid

MAIN_PATH: dict[type[nn.Module], tuple[str, ...]] = {
    BasicBlock: ("conv1", "conv2"),
    Bottleneck: ("conv1", "conv2", "conv3"),
    ResBottleneckBlock: ("f",),
    InvertedResidual: ("branch2",),
    Inception: ("branch1",),
    InceptionA: ("branch1x1",),
    InceptionB: ("branch3x3",),
    InceptionC: ("branch1x1",),
    InceptionD: ("branch3x3_1", "branch3x3_2"),
    InceptionE: ("branch1x1",),
}
"""For blocks with parallel branches, the children of one branch; all branches of a block are centred alike.

The branches of Inception v3 that pool do so by functions, which are no modules; those named here do not.
"""


def grid_of(features: nn.Module) -> Grid:
    """Return the geometry of the grid at the end of `features`, in pixels of its input."""
    return _through(features, Grid(stride=1.0, offset=0.0))


def _through(module: nn.Module, grid: Grid) -> Grid:
    if isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
        return _after(module, grid)
    names = MAIN_PATH.get(type(module))
    children = module.children() if names is None else (module.get_submodule(name) for name in names)
    for child in children:
        grid = _through(child, grid)
    return grid


def _after(layer: nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d, grid: Grid) -> Grid:
    kernel, stride, padding = _side(layer.kernel_size), _side(layer.stride), _side(layer.padding)
    dilation = 1 if isinstance(layer, nn.AvgPool2d) else _side(layer.dilation)
    centre = dilation * (kernel - 1) / 2 - padding
    return Grid(stride=grid.stride * stride, offset=grid.offset + grid.stride * centre)


def _side(value: object) -> int:
    side = value[0] if isinstance(value, tuple) else value
    if not isinstance(side, int):
        raise TypeError(f"a layer's geometry must be given in whole pixels, not as {value!r}")
    return side
