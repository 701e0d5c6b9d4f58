"""Engines: what runs a split network. Each takes a batch of network inputs and gives the maps of all classes."""

from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import torch
from torch import Tensor

from camdash.networks.architectures.split import SplitNetwork
from camdash.networks.shapes import Inputs, Maps, Pooled
from camdash.shapes import Float
from camdash.words.sentence import joined


class Engine(Protocol):
    """What runs a network; sessions share it, and nothing in it changes when it runs."""

    @property
    def name(self) -> str:
        """What it is and where it runs, for people."""

    def maps_and_pooled(self, inputs: Inputs) -> tuple[Maps, Pooled]:
        """Return the maps and the pooled activations of one forward pass, float32, on the CPU."""

    def activations(self, inputs: Inputs) -> Float[Tensor, "n channels *grid"]:
        """Return the input of the head of one forward pass, on the device of the head."""


@dataclass(frozen=True, eq=False)
class TorchEngine:
    """PyTorch itself, on the device of the network."""

    network: SplitNetwork

    @property
    def name(self) -> str:
        """PyTorch's version and the device."""
        return f"PyTorch {torch.__version__.partition('+')[0]}, {str(self.network.device).upper()}"

    def maps_and_pooled(self, inputs: Inputs) -> tuple[Maps, Pooled]:
        """Return maps and pooled activations; see `Engine`."""
        activations = self.network.activations(inputs)
        head = self.network.head
        return head.maps(activations).cpu(), head.pooled(activations).cpu()

    def activations(self, inputs: Inputs) -> Float[Tensor, "n channels *grid"]:
        """Return the input of the head; see `Engine`."""
        return self.network.activations(inputs)


class EngineSlot:
    """The engine in use for a checkpoint; it can be exchanged while others run.

    Exchanging it is one assignment, and a pass reads it once: each pass runs as a whole on one engine, and an engine
    that was exchanged is freed when the last pass on it has ended.

    Attributes:
        engine: the engine in use.
        remark: why it is not a faster one, as a sentence; empty where there is nothing to say.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.remark = ""
        self._untaken = Lock()

    @property
    def words(self) -> str:
        """What runs the network, and why it is not a faster engine, for people."""
        return joined(" ", [f"{self.engine.name}.", self.remark])

    def claim(self) -> bool:
        """Return True to the first who asks, who may then exchange the engine."""
        return self._untaken.acquire(blocking=False)


def thread_count() -> int:
    """Return how many threads an engine on the CPU may use: PyTorch's, by default one a core."""
    return torch.get_num_threads()
