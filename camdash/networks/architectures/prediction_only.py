"""A network whose head is not global average pooling and one linear layer: it predicts, and has no exact map."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from camdash.networks.shapes import Inputs, Logits
from camdash.words.sentence import say


@dataclass(frozen=True, eq=False)
class WholeNetwork:
    """A network that is run in one piece; nothing in it changes when it runs, so sessions may share it.

    Attributes:
        network: from network inputs to logits.
        channels: input channels.
        device: what holds the weights.
        reason: why there is no exact map, as the beginning of a sentence without its full stop.
    """

    network: nn.Module
    channels: int
    device: torch.device
    reason: str

    @property
    def sentence(self) -> str:
        """Why there is no exact map, for the user."""
        return say(
            "This network gives a prediction and no map: {reason}, "
            "so its logits are not sums over the cells of a grid that could be drawn exactly.",
            reason=self.reason,
        )

    def logits(self, inputs: Inputs) -> Logits:
        """Return the logits of a batch of network inputs."""
        with torch.inference_mode():
            result: Tensor = self.network(inputs.to(self.device))
            return result


class MeanOfNetworks(nn.Module):
    """The mean of the logits of several networks, which run one after the other, each on its own device."""

    def __init__(self, networks: Iterable[WholeNetwork]) -> None:
        super().__init__()
        self.networks = tuple(networks)

    def forward(self, inputs: Inputs) -> Logits:
        """Return the mean of their logits, on the CPU."""
        return torch.stack([network.logits(inputs).cpu() for network in self.networks]).mean(0)
