"""timm's layers as PyTorch's own, with which a head is taken apart; weights are shared, nothing is copied."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from camdash.networks.heads.secant import OF_ONE_NUMBER


@dataclass(eq=False)
class Call:
    """A layer that ran.

    Attributes:
        layer: the layer.
        inputs: its first argument.
        result: what it returned; None before it did.
    """

    layer: nn.Module
    inputs: object
    result: object = None


def plain_layers(calls: Sequence[Call], *, pooled: bool | None = None) -> list[nn.Module]:
    """Return the layers of a head, in the order in which they ran, as PyTorch's own.

    What follows the pooling is made for vectors. A layer that is not known is returned as it is. Where two linear
    layers were given the same vector, one that gives the mean of their answers takes their place.

    Args:
        calls: the layers.
        pooled: whether they begin with vectors; by default where there is no pooling among them.
    """
    found: list[nn.Module] = []
    if pooled is None:
        pooled = not any(is_pooling(call.layer) for call in calls)
    last: Call | None = None
    for call in calls:
        if last is not None and last.inputs is call.inputs and _are_linear(found[-1], call.layer):
            found[-1] = _mean_of(found[-1], call.layer)
            continue
        pooling = _pooling(call.layer)
        found.append(pooling or _plain(call.layer, pooled=pooled))
        pooled, last = pooled or pooling is not None, call
    return found


def window_layers(calls: Sequence[Call]) -> list[nn.Module] | None:
    """Return the layers of a head that begins with one window over the whole grid, as that of timm's VGG does.

    A smaller grid is brought to the window's size by means of its cells. None where the head begins otherwise.
    """
    first = calls[0].layer if calls else None
    if not isinstance(first, nn.Conv2d) or first.kernel_size == (1, 1):
        return None
    rest = [call for call in calls[1:] if not is_pooling(call.layer)]
    return [nn.AdaptiveAvgPool2d(first.kernel_size), _as_linear(first), *plain_layers(rest, pooled=True)]


def is_pooling(layer: nn.Module) -> bool:
    """Return whether a layer is a pooling that is known."""
    return _pooling(layer) is not None


def _are_linear(*layers: nn.Module) -> bool:
    return all(type(layer) is nn.Linear and layer.bias is not None for layer in layers)


def _mean_of(one: nn.Module, other: nn.Module) -> nn.Module:
    """Return a linear layer that gives the mean of what two give, as distilled networks answer."""
    made = copy.copy(one)
    made._parameters = {
        name: nn.Parameter((one.get_parameter(name) + other.get_parameter(name)) / 2, requires_grad=False)
        for name in ("weight", "bias")
    }
    return made


def _pooling(layer: nn.Module) -> nn.Module | None:
    name = type(layer).__name__
    if isinstance(layer, nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d):
        return layer
    if name == "FastAdaptiveAvgPool":
        return nn.AdaptiveAvgPool2d(1)
    if name == "FastAdaptiveMaxPool":
        return nn.AdaptiveMaxPool2d(1)
    return None


def _plain(layer: nn.Module, *, pooled: bool) -> nn.Module:
    name = type(layer).__name__
    if isinstance(layer, nn.Conv2d) and pooled:
        return _linear(layer)
    if isinstance(layer, nn.BatchNorm2d) and name in BATCH_NORMS:
        return _batch_norm(layer, nn.BatchNorm1d if pooled else nn.BatchNorm2d)
    if isinstance(layer, nn.LayerNorm) and name in LAYER_NORMS:
        return _layer_norm(layer)
    if isinstance(layer, nn.Linear) and name == "Linear" and not pooled:
        return _convolution(layer)
    return ACTIVATIONS[name]() if name in ACTIVATIONS and not isinstance(layer, OF_ONE_NUMBER) else layer


def _linear(layer: nn.Conv2d) -> nn.Module:
    """Return a convolution of one cell as a linear layer; one of more cells as it is."""
    if type(layer) is not nn.Conv2d or layer.kernel_size != (1, 1) or layer.groups != 1:
        return layer
    return _as_linear(layer)


def _as_linear(layer: nn.Conv2d) -> nn.Linear:
    weight = layer.weight.flatten(1)
    made = nn.Linear(weight.shape[1], weight.shape[0], bias=layer.bias is not None, device="meta")
    made._parameters = {"weight": nn.Parameter(weight, requires_grad=False), "bias": layer._parameters["bias"]}
    return made


def _convolution(layer: nn.Linear) -> nn.Module:
    weight = nn.Parameter(layer.weight[:, :, None, None], requires_grad=False)
    made = nn.Conv2d(layer.in_features, layer.out_features, 1, bias=layer.bias is not None, device="meta")
    made._parameters = {"weight": weight, "bias": layer._parameters["bias"]}
    return made


def _batch_norm(layer: nn.BatchNorm2d, kind: type[nn.BatchNorm1d] | type[nn.BatchNorm2d]) -> nn.Module:
    made = kind(layer.num_features, eps=layer.eps, affine=layer.affine, device="meta").eval()
    made._parameters = dict(layer._parameters)
    made._buffers = dict(layer._buffers)
    return made


def _layer_norm(layer: nn.LayerNorm) -> nn.Module:
    made = nn.LayerNorm(layer.normalized_shape, eps=layer.eps, elementwise_affine=False)
    made.weight, made.bias = layer.weight, layer.bias
    return made


BATCH_NORMS = ("BatchNorm2d", "BatchNormAct2d")
"""The activation of the second is a layer of its own, which runs within it."""

LAYER_NORMS = ("LayerNorm", "LayerNorm2d", "LayerNormFp32", "LayerNorm2dFp32")

ACTIVATIONS: Mapping[str, Callable[[], nn.Module]] = {
    "Swish": nn.SiLU,
    "Mish": nn.Mish,
    "Sigmoid": nn.Sigmoid,
    "Tanh": nn.Tanh,
    "HardSwish": nn.Hardswish,
    "HardSigmoid": nn.Hardsigmoid,
    "GELU": nn.GELU,
    "GELUTanh": lambda: nn.GELU("tanh"),
}
"""timm's own, by their classes' names."""
