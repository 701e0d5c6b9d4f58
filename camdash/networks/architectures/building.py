"""The networks of the recognised families: built, with numbers or without, and divided into features and head."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from camdash.errors import CheckpointError
from camdash.networks.architectures.families import FAMILIES, Family
from camdash.networks.architectures.matching import Shapes
from camdash.networks.architectures.of_timm.builders import is_timms, timm_family
from camdash.networks.architectures.of_timm.index import is_builder
from camdash.networks.heads.class_token import ClassTokenParts
from camdash.networks.heads.generalised_mean import GeneralisedMean
from camdash.networks.heads.head import Head
from camdash.networks.heads.linear import LinearHead
from camdash.networks.heads.pooling import AdaptiveConcatPool2d
from camdash.networks.heads.replaced import USUAL, ReplacedHead
from camdash.networks.heads.taking_apart import take_apart, take_class_token
from camdash.networks.shapes import Bias, Weight
from camdash.networks.text import printable
from camdash.shapes import Float
from camdash.words.sentence import say

GEM = "gem.p"
"""The name of the exponent of GeM pooling that a file has beside a network."""


class InputTransform(nn.Module):
    """Bring an input normalised with ImageNet's mean and std to mean 0.5 and std 0.5, as `transform_input` does."""

    def __init__(self) -> None:
        super().__init__()
        scale, shift = torch.tensor([0.229, 0.224, 0.225]) / 0.5, (torch.tensor([0.485, 0.456, 0.406]) - 0.5) / 0.5
        self.register_buffer("scale", scale.reshape(3, 1, 1), persistent=False)
        self.register_buffer("shift", shift.reshape(3, 1, 1), persistent=False)

    def forward(self, inputs: Float[Tensor, "n 3 rows columns"]) -> Float[Tensor, "n 3 rows columns"]:
        """Return the transformed batch."""
        return inputs * self.get_buffer("scale") + self.get_buffer("shift")


class ChannelsFirst(nn.Module):
    """Bring (n, rows, columns, channels) to (n, channels, rows, columns)."""

    def forward(self, inputs: Float[Tensor, "n rows columns channels"]) -> Float[Tensor, "n channels rows columns"]:
        """Return the same values in the other order."""
        return inputs.permute(0, 3, 1, 2)


class _Outlines(TorchFunctionMode):
    """Make parameters on the meta device: shapes without numbers."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        options = dict(kwargs or {})
        if func is torch.empty:
            options["device"] = "meta"
        return func(*args, **options)


class _Unfilled(TorchFunctionMode):
    """Leave out the random numbers with which builders fill parameters: an outline has room for none.

    On the meta device they come from Python code that imports PyTorch's compiler, which takes seconds.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        return args[0] if func in (Tensor.normal_, Tensor.uniform_) else func(*args, **(kwargs or {}))


def family_of(architecture: str) -> Family:
    """Return the family of a builder's name.

    Raises:
        CheckpointError: no family has it; the sentence names those that can be used.
    """
    if is_timms(architecture):
        return timm_family(architecture)
    for family in FAMILIES:
        if architecture in family.builders:
            return family
    known = ", ".join(name for family in FAMILIES for name in family.builders)
    said = printable(repr(architecture), 60)
    if is_builder(architecture):
        raise CheckpointError(
            say(
                "torchvision has no architecture {name}, but timm has: say {wanted} in the card.",
                name=said,
                wanted=f'"architecture": "timm/{architecture}"',
            )
        )
    raise CheckpointError(
        say("The architecture {name} is not one that camdash can split: {known}.", name=said, known=known)
    )


def build(architecture: str, class_count: int, channels: int, **options: Any) -> nn.Module:
    """Build an untrained network with `class_count` outputs and `channels` input channels, in eval mode.

    Auxiliary heads are left out; `options` go to the family's builder, by default torchvision's.
    """
    family = family_of(architecture)
    if family.general:
        options |= {"in_chans": channels}
    if family.auxiliary:
        options |= {"aux_logits": False, "init_weights": False}
    network = (family.builder or _of_torchvision)(architecture, num_classes=class_count, **options)
    first = network.get_submodule(family.first)
    if isinstance(first, nn.Conv2d) and first.in_channels != channels and not family.general:
        _replace(network, family.first, _with_channels(first, channels))
    return network.eval()


def blueprint(architecture: str, class_count: int, channels: int, **options: Any) -> nn.Module:
    """Build the network on the meta device: names, shapes and arithmetic, but no numbers and no memory."""
    family = family_of(architecture)
    by_values = family.outlined_by_values and not family.general
    with _Outlines() if by_values else torch.device("meta"), _Unfilled():
        return build(architecture, class_count, channels, **options).to("meta")


def outline(architecture: str, class_count: int, channels: int, **options: Any) -> nn.Module:
    """Build the network without numbers, but for those that no file holds: buffers that are computed when it is built.

    Where they cannot be computed so, all numbers are there.
    """
    if not family_of(architecture).general:
        return blueprint(architecture, class_count, channels, **options)
    with _Outlines(), _Unfilled():
        network = build(architecture, class_count, channels, **options)
    stored = network.state_dict()
    if any(value.is_meta for name, value in network.named_buffers() if name not in stored):
        return build(architecture, class_count, channels, **options)
    return network


def features_of(network: nn.Module, family: Family) -> nn.Sequential:
    """Return the part of the network before its head; it shares the network's modules and their names."""
    if family.class_token:
        return nn.Sequential(OrderedDict(tokens=ClassTokenParts(network)))
    first = {"transform_input": InputTransform()} if getattr(network, "transform_input", False) else {}
    last: dict[str, nn.Module] = {"closing_relu": nn.ReLU()} if family.closing_relu else {}
    last |= {"channels_first": ChannelsFirst()} if family.channels_last else {}
    parts = {name: network.get_submodule(name) for name in family.path}
    return nn.Sequential(OrderedDict({**first, **parts, **last}))


def head_of(network: nn.Module, family: Family) -> tuple[Weight, Bias]:
    """Return the linear head's weight and bias."""
    head = network.get_submodule(family.head)
    if not isinstance(head, nn.Linear):
        name = repr(family.head)
        raise CheckpointError(say("The head {name} is not a linear layer, so the maps would not be exact.", name=name))
    bias = head.bias if head.bias is not None else torch.zeros(head.out_features)
    return head.weight.detach(), bias.detach()


def take_head(network: nn.Module, family: Family, device: torch.device, *, is_max_pooled: bool = False) -> Head:
    """Return the head, brought to a device; it shares the network's modules.

    Args:
        network: the network.
        family: its family.
        device: where the head is to be.
        is_max_pooled: whether the largest activation of each channel is read, in place of the mean.

    Raises:
        NoExactSharesError: it has no exact shares.
    """
    root = network.get_submodule(family.head_root)
    layers = [part for part in root.modules() if [*part.parameters(recurse=False)]]
    own = (layer.to(device) for layer in own_pooling(network))
    pooling = [nn.AdaptiveMaxPool2d(1)] if is_max_pooled else [*own]
    if family.is_linear and (len(layers) > 1 or pooling):
        return take_apart([*pooling, root.requires_grad_(False).to(device)])
    if not family.ending:
        weight, bias = head_of(network, family)
        return LinearHead(weight.to(device), bias.to(device))
    modules = [network.get_submodule(name).requires_grad_(False).to(device) for name in family.ending]
    return take_class_token(*modules) if family.class_token else take_apart(modules)


def as_pooled(network: nn.Module, family: Family, *, is_max_pooled: bool = False) -> nn.Module:
    """Return a network that pools as it was trained, whole; it shares the network's modules.

    Args:
        network: the network, whose own code takes the mean of each channel or a joined pooling.
        family: its family.
        is_max_pooled: whether the largest activation of each channel is read.
    """
    means = [layer for layer in own_pooling(network) if isinstance(layer, GeneralisedMean)]
    pooling = [nn.AdaptiveMaxPool2d(1)] if is_max_pooled else means
    if not pooling:
        return network
    head = network.get_submodule(family.head_root)
    return nn.Sequential(features_of(network, family), *pooling, nn.Flatten(), head).eval()


def put_generalised_mean(network: nn.Module, shape: Sequence[int]) -> None:
    """Give a network GeM pooling, under the name `GEM`; its own code does not run it, see `as_pooled`."""
    network.add_module(GEM.partition(".")[0], GeneralisedMean(shape).to("meta"))


def put_first(network: nn.Module, family: Family, shapes: Shapes) -> None:
    """Give the first convolution a bias, and a kernel of 3 x 3, where a file has them; the stride stays."""
    first = network.get_submodule(family.first)
    kernel, has_bias = tuple(shapes[f"{family.first}.weight"][2:]), f"{family.first}.bias" in shapes
    if not isinstance(first, nn.Conv2d) or (kernel == first.kernel_size and has_bias == (first.bias is not None)):
        return
    padding = first.padding if kernel == first.kernel_size else tuple(length // 2 for length in kernel)
    stride: Any = first.stride
    made = nn.Conv2d(first.in_channels, first.out_channels, kernel, stride, padding, bias=has_bias)  # type: ignore[arg-type]
    _replace(network, family.first, made.to("meta").eval())


def put_head(network: nn.Module, head: ReplacedHead, activation: str | None) -> None:
    """Put a sequence of layers in the place of the linear head, with these activations; by default the usual ones.

    One that reads two values of each channel has a joined pooling before it.
    """
    linear = network.get_submodule(head.root)
    if isinstance(linear, nn.Linear) and head.reads_joined(linear.in_features):
        _replace(network, "avgpool", AdaptiveConcatPool2d())
    _replace(network, head.root, head.module(activation or USUAL).to("meta"))


def own_pooling(network: nn.Module) -> list[nn.Module]:
    """Return the pooling that `put_head` or `put_generalised_mean` put before the head; else nothing."""
    return [layer for layer in network.children() if isinstance(layer, AdaptiveConcatPool2d | GeneralisedMean)]


def _of_torchvision(architecture: str, **options: Any) -> nn.Module:
    from torchvision.models import get_model  # here, so that `camdash.networks.preparation` comes before it

    network: nn.Module = get_model(architecture, weights=None, **options)
    return network


def _with_channels(layer: nn.Conv2d, channels: int) -> nn.Conv2d:
    return nn.Conv2d(
        channels,
        layer.out_channels,
        layer.kernel_size,  # type: ignore[arg-type]
        layer.stride,  # type: ignore[arg-type]
        layer.padding,  # type: ignore[arg-type]
        bias=layer.bias is not None,
    )


def _replace(network: nn.Module, name: str, module: nn.Module) -> None:
    parent, _, child = name.rpartition(".")
    setattr(network.get_submodule(parent), child, module)
