"""The undivided network on the very image: it agrees with what the maps add up to, and finds it when it does not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from camdash.evidence.analysis import analyse
from camdash.evidence.verification import verified_words, verify
from camdash.images.decoding import decode
from camdash.networks.cards.arithmetic import Arithmetic, Pooling
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loading import load, load_undivided
from tests.conftest import image_bytes, save_checkpoint, small_card, speckle


@pytest.mark.parametrize("pooling", [None, Pooling.MAX])
def test_the_undivided_network_gives_what_the_maps_add_up_to(tmp_path: Path, pooling: Pooling | None) -> None:
    card = replace(small_card(), arithmetic=Arithmetic(pooling=pooling))
    checkpoint = describe(entry_of(save_checkpoint(tmp_path, card=card)))
    radiograph = decode(image_bytes(speckle(90, 120)))
    analysis = analyse(radiograph, load(checkpoint, "cpu"))
    undivided = load_undivided(checkpoint, "cpu")
    assert verify(radiograph, analysis, undivided) < 1e-5
    wrong = replace(analysis.prediction, logits=analysis.prediction.logits + np.array([0, 0, 0.01, 0, 0]))
    largest = np.abs(analysis.prediction.logits).max()
    assert verify(radiograph, replace(analysis, prediction=wrong), undivided) == pytest.approx(0.01 / largest, rel=1e-2)


def test_a_logit_that_differs_is_said_to_differ() -> None:
    assert verified_words(2.04e-7) == (
        "The whole network, run on this very image, gives these logits within 2.0e-07 of the largest."
    )
    assert "gives other logits, by 2.0e-03 of the largest" in verified_words(2e-3)
    assert "gives other logits" in verified_words(float("nan"))
