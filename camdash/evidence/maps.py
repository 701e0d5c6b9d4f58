"""Evidence maps: the exact, signed share of each grid cell in each class's logit.

A class activation map (Zhou et al. 2016, "Learning Deep Features for Discriminative Localization", eq. 2) is
S_k = sum over channels of w_kc A_c. Since global average pooling is linear, mean(S_k) + bias_k is logit k.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class EvidenceMaps:
    """Raw, signed maps in logits: the mean of map k plus bias k is logit k.

    Attributes:
        maps: (classes, grid rows, grid columns), float32.
        bias: (classes,), float32.
    """

    maps: NDArray[np.float32]
    bias: NDArray[np.float32]

    @property
    def evidence(self) -> NDArray[np.float64]:
        """The mean of each map over its cells: (classes,), in logits."""
        evidence: NDArray[np.float64] = self.maps.mean(axis=(1, 2), dtype=np.float64)
        return evidence

    @property
    def average(self) -> NDArray[np.float32]:
        """The mean map over all classes: (grid rows, grid columns).

        It shows where the network responds, not why it chose: taking it away from every class changes no
        probability, since softmax ignores what is common to all.
        """
        average: NDArray[np.float32] = self.maps.mean(axis=0, dtype=np.float64).astype(np.float32)
        return average

    @property
    def contrast(self) -> NDArray[np.float32]:
        """Each class's map minus the average: (classes, grid rows, grid columns).

        Its mean plus the centred bias is log p_k minus the mean of log p over the classes.
        """
        contrast: NDArray[np.float32] = (self.maps - self.maps.mean(axis=0, dtype=np.float64)).astype(np.float32)
        return contrast

    def on_padding(self, padding_share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the part of each class's evidence that lies on padding: (classes,), in logits.

        Args:
            padding_share: (grid rows, grid columns), the share of each cell that is padding.
        """
        evidence: NDArray[np.float64] = (self.maps * padding_share).mean(axis=(1, 2), dtype=np.float64)
        return evidence
