"""Pooled activations of many images, and the familiarity check that they make."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from camdash.images.radiograph import Radiograph
from camdash.networks.cards.familiarity import MOST_VECTORS, FamiliarityCheck, unit
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.preprocessing import network_input

KEPT = 0.95
"""Share of the validation images within the threshold."""


def pooled_activations(radiographs: Iterable[Radiograph], loaded: LoadedCheckpoint) -> Tensor:
    """Return the pooled activations of radiographs, through camdash's own preprocessing: (images, channels)."""
    network, how = loaded.network, loaded.checkpoint.card.preprocessing
    inputs = (network_input(radiograph, how, network.channels) for radiograph in radiographs)
    loaded.accelerate()
    return torch.cat([loaded.maps_and_pooled(one)[1] for one in inputs])


def check_of(training: Tensor, labels: Sequence[str], validation: Tensor, seed: int) -> FamiliarityCheck:
    """Return a check of at most `MOST_VECTORS` training vectors whose threshold keeps `KEPT` of the validation images.

    Args:
        training: (images, channels), pooled activations.
        labels: of the training images; each label keeps as many vectors as any other, as far as it has them.
        validation: (images, channels), of images that were not trained on.
        seed: of the choice, where there are more than are kept.
    """
    places = balanced(labels, MOST_VECTORS, seed)
    vectors = unit(training[places]).half().float()
    distances = FamiliarityCheck(vectors, 0.0).distances(validation)
    source = f"{len(places)} training images; keeps {KEPT:.0%} of {len(validation)} validation images"
    return FamiliarityCheck(vectors, float(torch.quantile(distances, KEPT)), source)


def balanced(labels: Sequence[str], most: int, seed: int) -> list[int]:
    """Return at most `most` places of `labels`, sorted, taken in turns from each label."""
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed)).tolist()
    turns: dict[str, int] = {}
    ranked = []
    for place in order:
        turns[labels[place]] = turns.get(labels[place], 0) + 1
        ranked.append((turns[labels[place]], place))
    return sorted(place for _, place in sorted(ranked)[:most])


def area_under_curve(known: NDArray[np.float32], unlike: NDArray[np.float32]) -> float:
    """Return the area under the ROC curve: the share of pairs in which the unlike image scores higher, ties by half."""
    higher = (unlike[:, None] > known[None, :]).mean(dtype=np.float64)
    return float(higher + (unlike[:, None] == known[None, :]).mean(dtype=np.float64) / 2)
