"""Evidence maps: the exact, signed share of each grid cell in each class's logit.

A class activation map (Zhou et al. 2016, "Learning Deep Features for Discriminative Localization", eq. 2) is
S_k = sum over channels of w_kc A_c. Since global average pooling is linear, mean(S_k) + bias_k is logit k.
What takes its place for other heads stands in `camdash.networks.heads`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from camdash.shapes import Cells, CellShares, Float32, Maps, PerClass


@dataclass(frozen=True, eq=False)
class EvidenceMaps:
    """Raw, signed maps in logits: the mean of map k, plus bias k, plus what of it is unplaced, is logit k.

    Attributes:
        maps: one per class.
        bias: of the head: its answer to an empty grid.
        placeless: of each logit, the part that has no place in the image; None for zeros.
    """

    maps: Maps
    bias: Float32[NDArray[np.float32], " classes"]
    placeless: Float32[NDArray[np.float32], " classes"] | None = None

    @property
    def unplaced(self) -> PerClass:
        """The part of each logit that has no place in the image."""
        unplaced: PerClass = np.zeros(len(self.bias)) if self.placeless is None else self.placeless.astype(np.float64)
        return unplaced

    @property
    def logits(self) -> PerClass:
        """Evidence, bias and what is unplaced."""
        return self.evidence + self.bias + self.unplaced

    @property
    def evidence(self) -> PerClass:
        """The mean of each map over its cells, in logits."""
        evidence: PerClass = self.maps.mean(axis=(1, 2), dtype=np.float64)
        return evidence

    @property
    def average(self) -> Cells:
        """The mean map over all classes.

        It shows where the network responds, not why it chose: taking it away from every class changes no
        probability, since softmax ignores what is common to all.
        """
        average: Cells = self.maps.mean(axis=0, dtype=np.float64).astype(np.float32)
        return average

    @property
    def contrast(self) -> Maps:
        """Each class's map minus the average.

        Its mean plus the centred bias is log p_k minus the mean of log p over the classes.
        """
        contrast: Maps = (self.maps - self.maps.mean(axis=0, dtype=np.float64)).astype(np.float32)
        return contrast

    def scaled(self, scale: float, offset: float) -> "EvidenceMaps":
        """Return the maps of the values logit x scale + offset; they add up to these as before."""
        if scale == 1 and offset == 0:
            return self
        bias = (self.bias * scale + offset).astype(np.float32)
        placeless = None if self.placeless is None else (self.placeless * scale).astype(np.float32)
        return EvidenceMaps((self.maps * scale).astype(np.float32), bias, placeless)

    def on_padding(self, padding_share: CellShares) -> PerClass:
        """Return the part of each class's evidence that lies on padding, in logits.

        Args:
            padding_share: the share of each cell that is padding.
        """
        evidence: PerClass = (self.maps * padding_share).mean(axis=(1, 2), dtype=np.float64)
        return evidence
