"""One rule for all of timm's networks: `forward_features` gives a grid, and `forward_head` is layers in a row.

The layers of the head are those that run when the head runs, in that order. Whether they are all that it does is for
the check of the split to say: it compares evidence + bias with the logits of the network, run whole.
"""

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from camdash.networks.architectures.of_timm.builders import FAILURES
from camdash.networks.architectures.of_timm.class_token import (
    TimmClassTokenParts,
    is_plain_transformer,
    pools_a_token,
)
from camdash.networks.architectures.of_timm.conversion import Call, is_pooling, plain_layers, window_layers
from camdash.networks.heads.head import Head
from camdash.networks.heads.secant import NoExactSharesError
from camdash.networks.heads.taking_apart import take_apart, take_class_token
from camdash.networks.shapes import Activations, Inputs
from camdash.words.sentence import Sentence, say


class NoRowOfLayersError(NoExactSharesError):
    """A network does not end in a grid and layers in a row.

    Attributes:
        reason: the beginning of a sentence without its full stop.
    """

    def __init__(self, reason: Sentence) -> None:
        self.reason = reason
        Exception.__init__(self, say("The network has no exact map: {reason}.", reason=reason))


class GridOf(nn.Module):
    """A network of timm's up to its last grid of activations: (n, channels, rows, columns).

    Args:
        network: the network; its head is not run.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.width = int(getattr(network, "num_features", 0))
        self.prefix = int(getattr(network, "num_prefix_tokens", 0) or 0)

    def forward(self, inputs: Inputs) -> Activations:
        """Return the grid of activations.

        Raises:
            NoRowOfLayersError: `forward_features` gives neither a grid, with channels first or last, nor tokens, row by
                row, after those without a place.
        """
        network: Any = self.network
        found = network.forward_features(inputs)
        if isinstance(found, Tensor) and found.ndim == 4:
            last = found.shape[3] == self.width != found.shape[1]
            return found.permute(0, 3, 1, 2) if last else found
        if isinstance(found, Tensor) and found.ndim == 3 and found.shape[2] == self.width:
            tokens = found[:, self.prefix :]
            rows = max(round((tokens.shape[1] * inputs.shape[2] / inputs.shape[3]) ** 0.5), 1)
            if tokens.shape[1] % rows == 0:
                return tokens.transpose(1, 2).reshape(len(tokens), self.width, rows, -1)
        raise NoRowOfLayersError(say("it does not end in one grid of activations"))


def divide(network: nn.Module, inputs: Inputs, size: tuple[int, int], device: torch.device) -> tuple[nn.Module, Head]:
    """Return features and head of a network of timm's, in eval mode; they share its weights.

    Args:
        network: the network, whole; it stays as it is.
        inputs: a batch that passes through it.
        size: rows and columns of the inputs that it is meant for.
        device: where the head is to be.

    Raises:
        NoExactSharesError: it does not end in a grid and layers in a row.
    """
    if pools_a_token(network):
        return _divided_at_the_token(network, device)
    norm, calls = _run(network, inputs)
    trunk = network if norm is None else _with(network, norm=nn.Identity())
    features: nn.Module = GridOf(trunk)
    layers = plain_layers(calls)
    window = window_layers(calls)
    if window is not None and _is_within(features, size, calls[0].layer):
        layers = window
    elif window is not None:
        features = nn.Sequential(features, network.get_submodule("pre_logits"))
        layers = layers[next(place for place, layer in enumerate(layers) if is_pooling(layer)) :]
    if norm is not None:
        first = [] if any(is_pooling(layer) for layer in layers) else [nn.AdaptiveAvgPool2d(1)]
        layers = [*plain_layers([norm], pooled=False), *first, *layers]
    try:
        head = take_apart([layer.requires_grad_(False).to(device) for layer in layers])
    except (*FAILURES, StopIteration) as error:
        raise NoRowOfLayersError(say("its head is more than layers in a row")) from error
    return features, head


def _is_within(features: nn.Module, size: tuple[int, int], window: nn.Module) -> bool:
    """Return whether the grid of an input of this size is no larger than a window."""
    width = next(layer.in_channels for layer in features.modules() if isinstance(layer, nn.Conv2d))
    with torch.inference_mode():
        grid = features(torch.zeros(1, width, *size)).shape[2:]
    return all(length <= side for length, side in zip(grid, window.kernel_size, strict=True))  # type: ignore[arg-type]


def _divided_at_the_token(network: nn.Module, device: torch.device) -> tuple[nn.Module, Head]:
    if not is_plain_transformer(network):
        raise NoRowOfLayersError(say("its head reads a class token, which is filled in a way that is not followed"))
    ending = [network.get_submodule(name).requires_grad_(False).to(device) for name in ("norm", "head")]
    return TimmClassTokenParts(network), take_class_token(*ending)


def _run(network: nn.Module, inputs: Inputs) -> tuple[Call | None, list[Call]]:
    """Run a network; return its last norm, where that is a layer norm and what it gives goes to the head, and the head.

    Raises:
        NoRowOfLayersError: its features or its head cannot be run by themselves.
    """
    made: Any = network
    try:
        with torch.inference_mode():
            norm = getattr(network, "norm", None)
            with _recorded([norm] if isinstance(norm, nn.LayerNorm) else []) as norms:
                found = made.forward_features(inputs)
            with _recorded(layer for layer in network.modules() if _is_one(layer)) as calls:
                made.forward_head(found)
    except FAILURES as error:
        raise NoRowOfLayersError(say("its head is not divided from its features")) from error
    return (norms[0] if len(norms) == 1 and norms[0].result is found else None), calls


def _is_one(layer: nn.Module) -> bool:
    """Return whether a layer is not made of others alone."""
    return not any(layer.children()) or any(True for _ in layer.parameters(recurse=False))


@contextmanager
def _recorded(layers: Iterable[nn.Module]) -> Iterator[list[Call]]:
    """Note which of these layers run, in the order in which they begin."""
    calls: list[Call] = []

    def begin(layer: nn.Module, args: tuple[Any, ...]) -> None:
        calls.append(Call(layer, args[0] if args else None))

    def end(layer: nn.Module, _: object, result: object) -> None:
        call = next(call for call in reversed(calls) if call.layer is layer)
        call.result = result

    chosen = list(layers)
    handles = [layer.register_forward_pre_hook(begin) for layer in chosen]
    handles += [layer.register_forward_hook(end) for layer in chosen]
    try:
        yield calls
    finally:
        for handle in handles:
            handle.remove()


def _with(network: nn.Module, **changed: nn.Module) -> nn.Module:
    """Return a network with other children, and all else the same; the network itself stays as it is."""
    other = copy.copy(network)
    other._modules = {**network._modules, **changed}
    return other
