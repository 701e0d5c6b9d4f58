"""A vision transformer's head: it reads one class token, which attention fills from the patches.

Each layer adds to the class token, for each head and patch, attention(class, patch) times the patch's values, through
the output weights. The sum of these over layers and heads is what a patch gives. The rest has no place: the token's
start, what it gives to itself, and its MLPs. Attention is held as it is, and so is the deviation of the layer norm.
"""

from dataclasses import dataclass
from math import isqrt

import torch
from torch import Tensor, nn
from torch.nn import functional

from camdash.networks.heads.head import Level
from camdash.networks.heads.secant import applied, checked_layers, secant_slopes
from camdash.networks.shapes import Bias, Inputs, Logits, Maps, Pooled
from camdash.shapes import Float

Given = Float[Tensor, "n channels tokens"]
"""What the class token is the sum of: first what has no place, then what each patch gave, row by row."""


class ClassTokenParts(nn.Module):
    """The layers of torchvision's vision transformer up to its last norm; they give the parts of the class token."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        encoder = network.get_submodule("encoder")
        self.conv_proj = network.get_submodule("conv_proj")
        self.class_token = network.get_parameter("class_token")
        self.pos_embedding = encoder.get_parameter("pos_embedding")
        self.layers = encoder.get_submodule("layers")

    def forward(self, inputs: Inputs) -> Given:
        """Return the parts of the class token."""
        patches = self.conv_proj(inputs).flatten(2).transpose(1, 2)
        start = self.class_token.expand(len(inputs), -1, -1)
        tokens = torch.cat([start, patches], 1) + self.pos_embedding
        given = torch.zeros_like(patches)
        for layer in self.layers.children():
            whole, own = _attended(layer.get_submodule("self_attention"), layer.get_submodule("ln_1")(tokens))
            tokens, given = tokens + whole, given + own
            tokens = tokens + layer.get_submodule("mlp")(layer.get_submodule("ln_2")(tokens))
        unplaced = tokens[:, :1] - given.sum(1, keepdim=True)
        return torch.cat([unplaced, given], 1).transpose(1, 2)


def _attended(attention: nn.Module, tokens: Tensor) -> tuple[Tensor, Tensor]:
    """Return what attention adds to each token, and what each patch adds to the class token, the first one."""
    heads, out = int(getattr(attention, "num_heads")), attention.get_submodule("out_proj")  # noqa: B009 - untyped
    weight, bias = out.get_parameter("weight"), out.get_parameter("bias")
    projected = functional.linear(
        tokens, attention.get_parameter("in_proj_weight"), attention.get_parameter("in_proj_bias")
    )
    query, key, value = projected.reshape(*tokens.shape[:2], 3, heads, -1).permute(2, 0, 3, 1, 4)
    mixed = functional.scaled_dot_product_attention(query, key, value)
    whole = functional.linear(mixed.transpose(1, 2).flatten(2), weight, bias)
    shares = (query[:, :, :1] @ key.transpose(2, 3) / query.shape[-1] ** 0.5).softmax(-1)
    own = (shares.transpose(2, 3) * value)[:, :, 1:].transpose(1, 2).flatten(2)
    return whole, functional.linear(own, weight)


@dataclass(frozen=True, eq=False)
class ClassTokenHead:
    """Layer norm and a linear layer on the class token.

    Attributes:
        layers: the norm and the linear layer.
        bias: the answer to a class token of zeros.
    """

    layers: tuple[nn.LayerNorm, nn.Linear]
    bias: Bias

    level = Level.C

    @classmethod
    def of(cls, norm: nn.LayerNorm, linear: nn.Linear) -> "ClassTokenHead":
        """Return the head of these layers."""
        empty = linear.weight.new_zeros(1, linear.in_features)
        with torch.inference_mode():
            return cls((norm, linear), checked_layers((norm, linear), empty)[0])

    @property
    def channels(self) -> int:
        """How long the class token is."""
        return self.layers[1].in_features

    @property
    def exactness(self) -> str:
        """What the level means, in a sentence."""
        return self.level.sentence

    def takes(self, shape: tuple[int, ...]) -> bool:
        """Return whether parts of a class token have this shape."""
        return len(shape) == 3 and shape[1] == self.channels and isqrt(shape[2] - 1) ** 2 == shape[2] - 1

    def maps(self, activations: Given) -> Maps:
        """Return the map of every class."""
        with torch.inference_mode():
            cells = activations[:, :, 1:].float() * (activations.shape[2] - 1)
            maps = self._slopes(self.pooled(activations)) @ cells
            side = isqrt(cells.shape[2])
            return maps.reshape(len(maps), -1, side, side)

    def logits(self, activations: Given) -> Logits:
        """Return the logits."""
        with torch.inference_mode():
            values = self.pooled(activations)
            for layer in self.layers:
                values = applied(layer, values)
            return values

    def pooled(self, activations: Given) -> Pooled:
        """Return the class token."""
        return activations.float().sum(2)

    def unplaced(self, maps: Maps, pooled: Pooled) -> Logits:
        """Return the rest of each logit, once evidence and bias are taken away."""
        with torch.inference_mode():
            token = pooled.to(self.bias.device)
            change = (self._slopes(token) @ token[:, :, None])[:, :, 0]
            return change.to(maps.device) - maps.mean((2, 3))

    def _slopes(self, pooled: Pooled) -> Tensor:
        return secant_slopes(self.layers, pooled, torch.zeros_like(pooled[:1]))
