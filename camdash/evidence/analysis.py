"""One forward pass: prediction and the maps of all classes."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from camdash.errors import CamdashError, CheckpointError, DecoderError, ImageError
from camdash.evidence.ensembles import mean_of_maps, spread_of
from camdash.evidence.maps import EvidenceMaps
from camdash.evidence.prediction import Prediction, predict
from camdash.evidence.removal import Removal, removals
from camdash.images.radiograph import Radiograph
from camdash.networks.architectures.prediction_only import WholeNetwork
from camdash.networks.cards.card import Checkpoint, Preprocessing
from camdash.networks.cards.familiarity import FamiliarityCheck
from camdash.networks.engines.batches import in_parts_that_fit
from camdash.networks.heads.head import Level
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.placement import Placement
from camdash.networks.preprocessing import network_input, place
from camdash.networks.shapes import Inputs, Maps, Pooled
from camdash.shapes import CellShares, Float64, PerClass
from camdash.words.sentence import joined, say

MOST_THREADS, MOST_AT_ONCE = 8, 100_000_000
"""Network inputs that are made at once, and the pixels of all of them: each takes four bytes a pixel meanwhile."""


@dataclass(frozen=True)
class Familiarity:
    """Whether an image looks like what a checkpoint was trained on.

    Attributes:
        score: one minus the cosine of its pooled activations to the k-th nearest training image's, in [0, 2].
        threshold: the largest score that counts as familiar: 95 % of held-out training images lie below it.
    """

    score: float
    threshold: float

    @property
    def familiar(self) -> bool:
        """Whether the score lies within the threshold."""
        return self.score <= self.threshold


@dataclass(frozen=True, eq=False)
class PlacedMaps:
    """The maps of all classes, and where the radiograph lies in the network's input that they are of."""

    maps: EvidenceMaps
    placement: Placement

    @property
    def on_padding(self) -> PerClass:
        """The part of each class's evidence that lies on padding, in logits."""
        return self.maps.on_padding(self._padding_share)

    @property
    def average_on_padding(self) -> float:
        """The part of the average map's evidence that lies on padding, in logits."""
        return float((self.maps.average * self._padding_share).mean())

    @property
    def _padding_share(self) -> CellShares:
        rows, columns = self.maps.maps.shape[1:]
        return self.placement.padding_share((rows, columns))


@dataclass(frozen=True, eq=False)
class Analysis:
    """What one forward pass of one checkpoint says of one radiograph.

    Attributes:
        prediction: what the maps add up to, where there are maps.
        checkpoint: whose network it was.
        placed: the maps with their place; None where the network has no exact ones.
        familiarity: None where the checkpoint has no check.
        engine: what ran the network, in words; empty where there are no maps.
        no_map: why there are no maps, a sentence; empty where there are.
        level: how far the maps may be read, "A", "B" or "C"; see `camdash.networks.heads.head.Level`. Empty where there
            are none.
        exactness: what the level means, in sentences; empty where there are no maps.
        removal: at level B, what the hottest cell of the foremost class does to its logit; else None.
        spread: of an ensemble how far its members are apart for each class: the standard deviation of their logits, or
            of their values in their unit; see `camdash.evidence.ensembles.spread_of`. None for a network alone.
    """

    prediction: Prediction
    checkpoint: Checkpoint
    placed: PlacedMaps | None = None
    familiarity: Familiarity | None = None
    engine: str = ""
    no_map: str = ""
    level: str = ""
    exactness: str = ""
    removal: Removal | None = None
    spread: PerClass | None = None

    @property
    def has_maps(self) -> bool:
        """Whether there are maps; `maps` and `placement` raise a ValueError where there are none."""
        return self.placed is not None

    @property
    def maps(self) -> EvidenceMaps:
        """The maps of all classes."""
        return self._placed.maps

    @property
    def in_unit(self) -> EvidenceMaps:
        """The maps of all classes in the unit of the output: what a regression's values are in, else logits."""
        return self.maps.scaled(self.prediction.output.scale, self.prediction.output.offset)

    @property
    def placement(self) -> Placement:
        """Where the radiograph lies in the network's input."""
        return self._placed.placement

    @property
    def unplaced(self) -> PerClass:
        """The part of each logit that has no place in the image: evidence + bias + unplaced = logit."""
        return self._placed.maps.unplaced

    @property
    def on_padding(self) -> PerClass:
        """The part of each class's evidence that lies on padding, in logits."""
        return self._placed.on_padding

    @property
    def average_on_padding(self) -> float:
        """The part of the average map's evidence that lies on padding, in logits."""
        return self._placed.average_on_padding

    @property
    def _placed(self) -> PlacedMaps:
        if self.placed is None:
            raise ValueError(self.no_map)
        return self.placed


@dataclass(frozen=True)
class Failed:
    """Why a file has no analysis.

    Attributes:
        sentence: the reason.
        can_retry: whether the file itself was not refused: its decoder failed, so it may be tried again.
        is_unreadable: whether no checkpoint would have one, since the file cannot be read.
    """

    sentence: str
    can_retry: bool = False
    is_unreadable: bool = False

    @classmethod
    def of(cls, error: CamdashError) -> "Failed":
        """Return what an error says of the file that was read or analysed."""
        return cls(str(error), isinstance(error, DecoderError), isinstance(error, ImageError))


Outcome = Analysis | Failed
"""What comes of a file."""


def analysis_in(outcome: Outcome) -> Analysis | None:
    """Return the analysis; None where there is none."""
    return outcome if isinstance(outcome, Analysis) else None


def failure_in(outcome: Outcome) -> Failed | None:
    """Return why there is no analysis; None where there is one."""
    return outcome if isinstance(outcome, Failed) else None


def is_familiar(analysis: Analysis) -> bool | None:
    """Return whether the radiograph looks like the checkpoint's training images; None where that is not known."""
    return analysis.familiarity.familiar if analysis.familiarity else None


def analyse(radiograph: Radiograph, loaded: LoadedCheckpoint) -> Analysis:
    """Run the network once, and return prediction and maps, where it has exact ones.

    Raises:
        CheckpointError: the logits are not finite.
    """
    return analyse_batch([radiograph], loaded)[0]


def analyse_batch(radiographs: Sequence[Radiograph], loaded: LoadedCheckpoint) -> list[Analysis]:
    """Run the network once over several radiographs, and return prediction and maps of each, in their order.

    One without exact maps runs once for each of them. A batch that does not fit the device's memory is halved until
    its parts do.

    Raises:
        ImageError: a radiograph cannot be brought to the network's input; none of the others is analysed then.
        CheckpointError: the logits of one are not finite, or not even one radiograph fits the device.
    """
    if not radiographs:
        return []
    if loaded.members:
        return _together(radiographs, loaded)
    if loaded.whole is not None:
        return [_predicted(radiograph, loaded.checkpoint, loaded.whole) for radiograph in radiographs]
    inputs = _inputs(radiographs, loaded.checkpoint.card.preprocessing, loaded.network.channels)
    is_rough = loaded.network.head.level is Level.B
    passed = loaded.maps_pooled_and_activations if is_rough else loaded.maps_and_pooled
    maps, pooled, *activations = in_parts_that_fit(passed, inputs)
    evidence = _sums(maps, pooled, loaded)
    familiarities = _familiarities(pooled, loaded.familiarity)
    analyses = [
        _analysis(radiograph, own, familiarity, loaded)
        for radiograph, own, familiarity in zip(radiographs, evidence, familiarities, strict=True)
    ]
    if not is_rough:
        return analyses
    found = removals(loaded.network.head, activations[0], maps, [one.prediction.foremost for one in analyses])
    return [replace(one, removal=removal) for one, removal in zip(analyses, found, strict=True)]


def _together(radiographs: Sequence[Radiograph], loaded: LoadedCheckpoint) -> list[Analysis]:
    """Run the members of an ensemble, one after the other over the same inputs."""
    inputs = _inputs(radiographs, loaded.checkpoint.card.preprocessing, loaded.channels)
    if loaded.no_map:
        logits = np.stack([_logits(inputs, member) for member in loaded.members])
        return [_apart(logits[:, place], loaded) for place in range(len(radiographs))]
    found = [_evidence(inputs, member) for member in loaded.members]
    return [_mean(one, list(own), loaded) for one, *own in zip(radiographs, *found, strict=True)]


def _apart(logits: Float64[NDArray[np.float64], "members classes"], loaded: LoadedCheckpoint) -> Analysis:
    """Return the mean answer of members whose maps have no mean."""
    prediction = predict(loaded.checkpoint.card, logits.mean(axis=0))
    return Analysis(prediction, loaded.checkpoint, no_map=loaded.no_map, spread=_spread(logits, prediction))


def _mean(radiograph: Radiograph, members: Sequence[EvidenceMaps], loaded: LoadedCheckpoint) -> Analysis:
    """Return the mean answer of members with its maps; the level is the worst of theirs."""
    if any(own.maps.shape != members[0].maps.shape for own in members):
        raise CheckpointError(
            say(
                "The members of {name} divide this radiograph into different grids, so their maps have no mean. "
                "Use one of them alone.",
                name=loaded.checkpoint.name,
            )
        )
    card, evidence = loaded.checkpoint.card, mean_of_maps(members)
    prediction = predict(card, evidence.logits)
    heads = [member.network.head for member in loaded.members]
    worst = max(head.level.value for head in heads)
    exactness = dict.fromkeys(head.exactness for head in heads if head.level.value == worst)
    return Analysis(
        prediction,
        loaded.checkpoint,
        PlacedMaps(evidence, place(radiograph.shape, card.preprocessing, loaded.members[0].network.grid)),
        engine=joined(" ", dict.fromkeys(member.slot.words for member in loaded.members)),
        level=worst,
        exactness=joined(" ", exactness),
        spread=_spread(np.stack([own.logits for own in members]), prediction),
    )


def _spread(logits: Float64[NDArray[np.float64], "members classes"], prediction: Prediction) -> PerClass:
    """Return how far members are apart, in the unit of the output."""
    spread: PerClass = spread_of(logits, excludes=prediction.excludes) * abs(prediction.output.scale)
    return spread


def _logits(inputs: Inputs, loaded: LoadedCheckpoint) -> Float64[NDArray[np.float64], "n classes"]:
    """Return the logits of one network for a batch of inputs."""
    if loaded.whole is None:
        return np.stack([own.logits for own in _evidence(inputs, loaded)])
    whole = loaded.whole
    one_by_one = torch.cat([whole.logits(inputs[place : place + 1]).cpu() for place in range(len(inputs))])
    return one_by_one.numpy().astype(np.float64)


def _evidence(inputs: Inputs, loaded: LoadedCheckpoint) -> list[EvidenceMaps]:
    """Return the maps of each input."""
    maps, pooled = in_parts_that_fit(loaded.maps_and_pooled, inputs)
    return _sums(maps, pooled, loaded)


def _sums(maps: Maps, pooled: Pooled, loaded: LoadedCheckpoint) -> list[EvidenceMaps]:
    """Return maps with all that adds up to the logits."""
    network = loaded.network
    unplaced = network.head.unplaced(maps, pooled).numpy()
    return [EvidenceMaps(own, network.bias, rest) for own, rest in zip(maps.numpy(), unplaced, strict=True)]


def _inputs(radiographs: Sequence[Radiograph], how: Preprocessing, channels: int) -> Inputs:
    """Return the network inputs, several made at once: a GPU is done with a batch before one thread has the next."""
    at_once = min(len(radiographs), MOST_THREADS, MOST_AT_ONCE // max(one.values.size for one in radiographs))
    if at_once < 2:
        return torch.cat([network_input(radiograph, how, channels) for radiograph in radiographs])
    with ThreadPoolExecutor(at_once) as threads:
        made = threads.map(lambda radiograph: network_input(radiograph, how, channels), radiographs)
        return torch.cat(list(made))


def _familiarities(pooled: Pooled, check: FamiliarityCheck | None) -> list[Familiarity | None]:
    if check is None:
        return [None] * len(pooled)
    return [Familiarity(score, check.threshold) for score in check.distances(pooled).tolist()]


def _analysis(
    radiograph: Radiograph, evidence: EvidenceMaps, familiarity: Familiarity | None, loaded: LoadedCheckpoint
) -> Analysis:
    card = loaded.checkpoint.card
    prediction = predict(card, evidence.logits)
    placement = place(radiograph.shape, card.preprocessing, loaded.network.grid)
    placed = PlacedMaps(evidence, placement)
    head = loaded.network.head
    return Analysis(
        prediction,
        loaded.checkpoint,
        placed,
        familiarity,
        loaded.slot.words,
        level=head.level.value,
        exactness=head.exactness,
    )


def _predicted(radiograph: Radiograph, checkpoint: Checkpoint, network: WholeNetwork) -> Analysis:
    card = checkpoint.card
    inputs = network_input(radiograph, card.preprocessing, network.channels)
    logits = network.logits(inputs)[0].cpu().numpy().astype(np.float64)
    return Analysis(predict(card, logits), checkpoint, no_map=network.sentence)
