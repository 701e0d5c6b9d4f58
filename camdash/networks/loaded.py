"""A checkpoint that is ready to run: what is known of its network, and the engine that runs it."""

from dataclasses import dataclass
from threading import Thread

import numpy as np
from numpy.typing import NDArray

from camdash.networks.architectures.prediction_only import WholeNetwork
from camdash.networks.architectures.split import SplitNetwork
from camdash.networks.cards.card import Checkpoint
from camdash.networks.cards.familiarity import FamiliarityCheck
from camdash.networks.engines.acceleration import accelerate, first_slot
from camdash.networks.engines.engine import Engine, EngineSlot, TorchEngine
from camdash.networks.heads.head import Head
from camdash.networks.placement import Grid
from camdash.networks.shapes import Activations, Inputs, Maps, Pooled
from camdash.shapes import Float32


@dataclass(frozen=True, eq=False)
class NetworkFacts:
    """What is known of a split network, whatever engine runs it.

    Attributes:
        grid: where the cells of the grid are centred.
        channels: input channels.
        head: makes maps of activations, and says how exact they are.
        bias: the head's answer to an empty grid.
        deviation: the result of the check of its split; see `SplitNetwork`.
        slot: the engine that runs it.
    """

    grid: Grid
    channels: int
    head: Head
    bias: Float32[NDArray[np.float32], " classes"]
    deviation: float | None
    slot: EngineSlot


@dataclass(frozen=True, eq=False)
class LoadedCheckpoint:
    """A checkpoint that is ready to run: its network is split, or `whole` where it has no exact maps.

    What belongs to maps raises a ValueError where the network has none.

    Attributes:
        checkpoint: the checkpoint.
        split: what is known of its network; None where that is not split.
        whole: its network where that is run in one piece; else None.
        familiarity: its check for unlike images; None where it has none.
    """

    checkpoint: Checkpoint
    split: NetworkFacts | None = None
    whole: WholeNetwork | None = None
    familiarity: FamiliarityCheck | None = None

    @classmethod
    def of(
        cls, checkpoint: Checkpoint, network: SplitNetwork, familiarity: FamiliarityCheck | None = None
    ) -> "LoadedCheckpoint":
        """Return a checkpoint around its split network; raise as `first_slot`."""
        return cls._around(checkpoint, network, first_slot(TorchEngine(network)), familiarity)

    @classmethod
    def by(
        cls,
        checkpoint: Checkpoint,
        network: SplitNetwork,
        engine: Engine,
        familiarity: FamiliarityCheck | None = None,
    ) -> "LoadedCheckpoint":
        """Return a checkpoint around its split network, which this engine runs, and no other."""
        return cls._around(checkpoint, network, EngineSlot(engine), familiarity)

    @classmethod
    def _around(
        cls, checkpoint: Checkpoint, network: SplitNetwork, slot: EngineSlot, familiarity: FamiliarityCheck | None
    ) -> "LoadedCheckpoint":
        bias = network.bias.float().cpu().numpy()
        facts = NetworkFacts(network.grid, network.channels, network.head, bias, network.deviation, slot)
        return cls(checkpoint, facts, familiarity=familiarity)

    @property
    def no_map(self) -> str:
        """Why it has no exact maps, a sentence; empty where it has them."""
        return "" if self.whole is None else self.whole.sentence

    @property
    def network(self) -> NetworkFacts:
        """What is known of its split network."""
        if self.split is None:
            raise ValueError(self.no_map)
        return self.split

    @property
    def slot(self) -> EngineSlot:
        """What holds the engine in use."""
        return self.network.slot

    @property
    def engine(self) -> Engine:
        """The engine in use; a faster one may have taken its place a moment later."""
        return self.slot.engine

    def maps_and_pooled(self, inputs: Inputs) -> tuple[Maps, Pooled]:
        """Return maps and pooled activations of a batch of network inputs, float32, on the CPU.

        Every pass of an analysis goes through here, or at level B through `maps_pooled_and_activations`.
        """
        return self.slot.engine.maps_and_pooled(inputs)

    def maps_pooled_and_activations(self, inputs: Inputs) -> tuple[Maps, Pooled, Activations]:
        """Return the same with the activations that the head makes them of, float32, on the CPU."""
        activations, head = self.slot.engine.activations(inputs), self.network.head
        return head.maps(activations).cpu(), head.pooled(activations).cpu(), activations.float().cpu()

    def accelerate(self) -> Thread | None:
        """Begin to make a faster engine in the background, once; see `camdash.networks.engines.acceleration`."""
        return None if self.split is None else accelerate(self.split.slot)
