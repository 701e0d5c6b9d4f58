"""Several networks that answer together: the mean of their logits and maps, and how far they are apart.

Evidence is linear in the maps, so on one grid the mean map, the mean bias and the mean of what is unplaced add up to
the mean logit, as exactly as each member's do.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from camdash.evidence.maps import EvidenceMaps
from camdash.shapes import Float64, Maps, PerClass


def mean_of_maps(members: Sequence[EvidenceMaps]) -> EvidenceMaps:
    """Return the mean maps, biases, and parts without a place.

    Args:
        members: of one radiograph, on one grid, with the same classes.

    Raises:
        ValueError: their grids have other numbers of cells.
    """
    maps: Maps = np.stack([member.maps for member in members]).mean(axis=0, dtype=np.float64).astype(np.float32)
    bias: NDArray[np.float32] = (
        np.stack([member.bias for member in members]).mean(axis=0, dtype=np.float64).astype("f4")
    )
    unplaced: PerClass = np.stack([member.unplaced for member in members]).mean(axis=0)
    return EvidenceMaps(maps, bias, unplaced.astype(np.float32) if unplaced.any() else None)


def spread_of(logits: Float64[NDArray[np.float64], "members classes"], *, excludes: bool) -> PerClass:
    """Return the standard deviation of each class's logit over the members, with their number minus one below.

    Args:
        logits: each member's.
        excludes: whether exactly one class is right. Then what all classes of a member have in common changes no
            probability, and is taken away first.
    """
    own = logits - logits.mean(axis=1, keepdims=True) if excludes and logits.shape[1] > 1 else logits
    spread: PerClass = own.std(axis=0, ddof=1)
    return spread
