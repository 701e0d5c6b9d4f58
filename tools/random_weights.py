"""Random weights whose activations vanish nowhere: without training, those of many networks do."""

import torch
from torch import nn


def enliven(network: nn.Module) -> None:
    """Give the batch norms of a network random numbers, from PyTorch's own generator, as training leaves them."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.0)
            nn.init.normal_(module.bias, 0, 0.2)
            module.running_mean = torch.randn(module.num_features) * 0.2
            module.running_var = torch.rand(module.num_features) + 0.5
