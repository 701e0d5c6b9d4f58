"""A checkpoint that is ready to run: what is known of its network, and the engine that runs it."""

from collections.abc import Sequence
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
from camdash.words.sentence import say


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
        members: of an ensemble its checkpoints, which run one after the other; it has no network of its own.
    """

    checkpoint: Checkpoint
    split: NetworkFacts | None = None
    whole: WholeNetwork | None = None
    familiarity: FamiliarityCheck | None = None
    members: tuple["LoadedCheckpoint", ...] = ()

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
        if self.members:
            return _no_mean_map(self.members)
        return "" if self.whole is None else self.whole.sentence

    @property
    def channels(self) -> int:
        """Its input channels."""
        if self.members:
            return self.members[0].channels
        return self.network.channels if self.whole is None else self.whole.channels

    @property
    def network(self) -> NetworkFacts:
        """What is known of its split network."""
        if self.split is None:
            raise ValueError(self.no_map or "an ensemble has no network of its own")
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
        """Begin to make a faster engine in the background, once; see `camdash.networks.engines.acceleration`.

        Of an ensemble each call begins with one member.
        """
        if self.members:
            return next(filter(None, (member.accelerate() for member in self.members)), None)
        return None if self.split is None else accelerate(self.split.slot)


def _no_mean_map(members: Sequence[LoadedCheckpoint]) -> str:
    """Return why the maps of these members have no mean, a sentence; empty where they have one."""
    for member in members:
        if member.no_map:
            return say("The member {name} has no map. {reason}", name=member.checkpoint.name, reason=member.no_map)
    first = members[0]
    other = next((member for member in members if member.network.grid != first.network.grid), None)
    if other is None:
        return ""
    return say(
        "This ensemble gives a prediction and no map: the cells of {first} and {other} lie in other places, so their "
        "maps have no mean.",
        first=first.checkpoint.name,
        other=other.checkpoint.name,
    )
