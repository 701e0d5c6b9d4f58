"""Whether what the maps add up to is what the network says: the undivided network, run on the very image."""

import numpy as np

from camdash.evidence.analysis import Analysis
from camdash.images.radiograph import Radiograph
from camdash.networks.architectures.prediction_only import WholeNetwork
from camdash.networks.preprocessing import network_input
from camdash.words.sentence import say

MOST = 1e-4
"""The largest accepted difference, in parts of the largest logit."""


def verify(radiograph: Radiograph, analysis: Analysis, network: WholeNetwork) -> float:
    """Run the undivided network on a radiograph, and compare its logits with those of an analysis.

    Args:
        radiograph: the radiograph, as it was analysed.
        analysis: what was said of it.
        network: the analysis's network as its weights are, from `load_undivided`.

    Returns:
        The largest difference of a logit, in parts of the largest logit.

    Raises:
        ImageError: the radiograph cannot be brought to the network's input.
    """
    inputs = network_input(radiograph, analysis.checkpoint.card.preprocessing, network.channels)
    own = network.logits(inputs)[0].cpu().numpy().astype(np.float64)
    return float(np.abs(own - analysis.prediction.logits).max() / max(np.abs(own).max(), 1e-12))


def verified_words(difference: float) -> str:
    """Return what the comparison found, in a sentence."""
    if not difference <= MOST:
        return say(
            "The whole network, run on this very image, gives other logits, by {difference} of the largest.",
            difference=f"{difference:.1e}",
        )
    return say(
        "The whole network, run on this very image, gives these logits within {difference} of the largest.",
        difference=f"{difference:.1e}",
    )
