"""From the modules between activations and logits to a head."""

from collections.abc import Iterable, Iterator, Sequence

from torch import nn

from camdash.networks.heads.class_token import ClassTokenHead
from camdash.networks.heads.generalised_mean import GeneralisedMean
from camdash.networks.heads.head import Head
from camdash.networks.heads.layered import LayeredHead
from camdash.networks.heads.linear import LinearHead
from camdash.networks.heads.pooling import JoinedPooling, MaxPooling, MeanPooling, Pooling
from camdash.networks.heads.secant import OF_ONE_NUMBER, NoExactSharesError

IDLE = (nn.Identity, nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.AlphaDropout, nn.FeatureAlphaDropout, nn.Flatten)
"""Layers that change nothing in a prediction: a pooled vector is always taken flat."""

CONCATENATED = "AdaptiveConcatPool2d"
"""fastai's pooling, by its class's name: the largest value of each channel, then the mean of each."""


def take_apart(modules: Iterable[nn.Module]) -> Head:
    """Return the head that these modules are, run one after the other; without a pooling among them, it comes first.

    Raises:
        NoExactSharesError: it has a layer whose exact shares are not known.
    """
    layers = [layer for module in modules for layer in _flat(module) if not isinstance(layer, IDLE)]
    found = [(place, pooling) for place, layer in enumerate(layers) if (pooling := _pooling(layer)) is not None]
    place, pooling = found[0] if found else (-1, MeanPooling())
    local, rest = tuple(layers[: max(place, 0)]), tuple(layers[place + 1 :])
    if len(rest) == 1 and not local and pooling == MeanPooling() and isinstance(rest[0], nn.Linear):
        return linear_head(rest[0])
    for layer in local:
        if not _takes_each_cell(layer):
            raise NoExactSharesError(layer)
    if rest and not isinstance(rest[-1], nn.Linear):
        raise NoExactSharesError(rest[-1])
    return LayeredHead.of(_channels(local, pooling, rest), local, pooling, rest)


def take_class_token(norm: nn.Module, linear: nn.Module) -> Head:
    """Return the head that reads one token by a layer norm and a linear layer.

    Raises:
        NoExactSharesError: they are other layers.
    """
    if not isinstance(norm, nn.LayerNorm):
        raise NoExactSharesError(norm)
    if not isinstance(linear, nn.Linear):
        raise NoExactSharesError(linear)
    return ClassTokenHead.of(norm, linear)


def linear_head(layer: nn.Linear) -> LinearHead:
    """Return global average pooling and this layer."""
    bias = layer.weight.new_zeros(layer.out_features) if layer.bias is None else layer.bias
    return LinearHead(layer.weight.detach(), bias.detach())


def _channels(local: Sequence[nn.Module], pooling: Pooling, rest: Sequence[nn.Module]) -> int:
    """Return how many channels a head takes, which the first of its layers with weights tells."""
    layers = [*((layer, 1) for layer in local), *((layer, pooling.places) for layer in rest)]
    for layer, places in layers:
        if not isinstance(layer, OF_ONE_NUMBER):
            return _inputs(layer) // places
    raise NoExactSharesError(layers[0][0])


def _flat(module: nn.Module) -> Iterator[nn.Module]:
    if isinstance(module, GeneralisedMean):
        if not module.has_shares:
            raise NoExactSharesError(module)
        yield from module.parts()
        return
    if type(module).forward is not nn.Sequential.forward:
        yield module
        return
    for child in module.children():
        yield from _flat(child)


def _pooling(layer: nn.Module) -> Pooling | None:
    if isinstance(layer, nn.AdaptiveAvgPool2d):
        size = layer.output_size
        rows, columns = size if isinstance(size, tuple) else (size, size)
        return MeanPooling(int(rows or 1), int(columns or 1))
    if isinstance(layer, nn.AdaptiveMaxPool2d) and layer.output_size in (1, (1, 1)):
        return MaxPooling()
    return JoinedPooling((MaxPooling(), MeanPooling())) if type(layer).__name__ == CONCATENATED else None


def _takes_each_cell(layer: nn.Module) -> bool:
    if isinstance(layer, nn.Conv2d):
        return (layer.kernel_size, layer.stride, layer.padding) == ((1, 1), (1, 1), (0, 0))
    return isinstance(layer, (*OF_ONE_NUMBER, nn.LayerNorm, nn.BatchNorm2d))


def _inputs(layer: nn.Module) -> int:
    """Return how many channels a layer with weights takes."""
    if isinstance(layer, nn.Linear):
        return layer.in_features
    if isinstance(layer, nn.Conv2d):
        return layer.in_channels
    if isinstance(layer, nn.LayerNorm):
        return layer.normalized_shape[-1]
    if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
        return layer.num_features
    raise NoExactSharesError(layer)
