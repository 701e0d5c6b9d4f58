"""Batch norms go into the convolutions before them, and nothing else does."""

import torch
from torch import nn

from camdash.networks.architectures.folding import fold_batch_norm


class ActivatedNorm(nn.BatchNorm2d):
    """A batch norm that activates too, as other libraries have them."""

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return torch.relu(super().forward(values))


def network(norm: type[nn.BatchNorm2d]) -> nn.Sequential:
    normed = norm(4)
    normed.running_mean = torch.tensor([0.5, -0.5, 1.0, 0.0])
    return nn.Sequential(nn.Conv2d(1, 4, 3), normed).eval()


def test_a_batch_norm_is_folded_and_changes_nothing() -> None:
    made, inputs = network(nn.BatchNorm2d), torch.randn(2, 1, 8, 8)
    expected = made(inputs)
    fold_batch_norm(made)
    assert isinstance(made[1], nn.Identity)
    torch.testing.assert_close(made(inputs), expected)


def test_a_norm_that_does_more_than_a_batch_norm_stays() -> None:
    made, inputs = network(ActivatedNorm), torch.randn(2, 1, 8, 8)
    expected = made(inputs)
    fold_batch_norm(made)
    assert isinstance(made[1], ActivatedNorm)
    torch.testing.assert_close(made(inputs), expected)
