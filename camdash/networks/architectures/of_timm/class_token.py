"""timm's vision transformers that read a class token: what it is the sum of (see `heads/class_token.py`)."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from camdash.networks.heads.class_token import Given
from camdash.networks.shapes import Inputs


class TimmClassTokenParts(nn.Module):
    """The layers of timm's `VisionTransformer` up to its last norm; they give the parts of the class token.

    Registers and other tokens without a place in the image count as what has no place.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, inputs: Inputs) -> Given:
        """Return the parts of the class token."""
        network: Any = self.network
        tokens = network.norm_pre(network.patch_drop(network._pos_embed(network.patch_embed(inputs))))
        prefix = network.num_prefix_tokens
        given = torch.zeros_like(tokens[:, prefix:])
        for block in network.blocks:
            whole, own = _attended(block.attn, block.norm1(tokens), prefix)
            tokens, given = tokens + block.ls1(whole), given + block.ls1(own)
            tokens = tokens + block.ls2(block.mlp(block.norm2(tokens)))
        unplaced = tokens[:, :1] - given.sum(1, keepdim=True)
        return torch.cat([unplaced, given], 1).transpose(1, 2)


def _attended(attention: Any, tokens: Tensor, prefix: int) -> tuple[Tensor, Tensor]:
    """Return what attention adds to each token, and what each patch adds to the class token, the first one."""
    projected = attention.qkv(tokens).reshape(*tokens.shape[:2], 3, attention.num_heads, -1).permute(2, 0, 3, 1, 4)
    query, key, value = attention.q_norm(projected[0]), attention.k_norm(projected[1]), projected[2]
    mixed = functional.scaled_dot_product_attention(query, key, value)
    shares = (query[:, :, :1] @ key.transpose(2, 3) * attention.scale).softmax(-1)
    own = (shares.transpose(2, 3) * value)[:, :, prefix:].transpose(1, 2).flatten(2)
    return attention.proj(mixed.transpose(1, 2).flatten(2)), functional.linear(own, attention.proj.weight)


def pools_a_token(network: nn.Module) -> bool:
    """Return whether the head reads a token that the network adds to those of its patches."""
    return getattr(network, "global_pool", None) == "token"


def is_plain_transformer(network: nn.Module) -> bool:
    """Return whether it is timm's `VisionTransformer` with the usual blocks, and a norm and a linear layer as its head.

    Its class, blocks and attention are told by their names: a class derived from it may compute otherwise.
    """
    made: Any = network
    if type(network).__name__ != "VisionTransformer" or made.attn_pool is not None:
        return False
    return (
        not list(made.fc_norm.children())
        and not list(made.fc_norm.parameters())
        and all(type(block).__name__ == "Block" and _is_plain(block.attn) for block in made.blocks)
    )


def _is_plain(attention: Any) -> bool:
    return (
        type(attention).__name__ == "Attention" and attention.gate is None and isinstance(attention.norm, nn.Identity)
    )
