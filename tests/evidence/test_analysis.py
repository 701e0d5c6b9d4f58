"""What comes of a file: an analysis with or without maps, or a sentence."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from camdash.errors import CheckpointError, DecoderError, ImageError
from camdash.evidence.analysis import Failed, Familiarity, analyse, analyse_batch, analysis_in, failure_in, is_familiar
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loading import load_any
from camdash.networks.preprocessing import network_input
from tests.app.mapless import NAMES, save_mapless
from tests.conftest import radiograph, speckle
from tests.evidence.test_worklist import analysis
from tests.support.small import shares

FAILED = Failed("It is empty.")


def test_what_came_of_a_file_is_an_analysis_or_a_failure() -> None:
    one = analysis([1.0, 2.0])
    assert (analysis_in(one), failure_in(one)) == (one, None)
    assert (analysis_in(FAILED), failure_in(FAILED)) == (None, FAILED)


@pytest.mark.parametrize(
    ("error", "failed"),
    [
        (ImageError("It is empty."), Failed("It is empty.", can_retry=False, is_unreadable=True)),
        (DecoderError("It crashed."), Failed("It crashed.", can_retry=True, is_unreadable=True)),
        (CheckpointError("It is not finite."), Failed("It is not finite.", can_retry=False, is_unreadable=False)),
    ],
)
def test_an_error_says_whose_fault_it_is_and_whether_to_try_again(error: ImageError, failed: Failed) -> None:
    assert Failed.of(error) == failed


def test_whether_an_image_is_familiar_is_not_known_without_a_check() -> None:
    one = analysis([1.0, 2.0])
    assert is_familiar(one) is None
    assert is_familiar(replace(one, familiarity=Familiarity(0.1, 0.2))) is True
    assert is_familiar(replace(one, familiarity=Familiarity(0.3, 0.2))) is False


def test_a_network_without_exact_maps_gives_its_own_logits_and_says_why_there_is_no_map(tmp_path: Path) -> None:
    loaded = load_any(describe(entry_of(save_mapless(tmp_path, "squeeze"))), "cpu")
    films = [radiograph(speckle(40 + k, 90)) for k in range(2)]
    found = analyse_batch(films, loaded)
    assert loaded.whole is not None
    for film, one in zip(films, found, strict=True):
        inputs = network_input(film, loaded.checkpoint.card.preprocessing, loaded.whole.channels)
        expected = loaded.whole.logits(inputs)[0].numpy()
        np.testing.assert_allclose(one.prediction.logits, expected, rtol=1e-5, atol=1e-6)
        assert one.prediction.logits.dtype == np.float64
        assert one.prediction.class_names == NAMES
        assert shares(one.prediction).sum() == pytest.approx(1)
        assert one.checkpoint == loaded.checkpoint
        assert one.no_map == loaded.whole.sentence
        assert not one.has_maps
    assert analyse(films[1], loaded).prediction.logits == pytest.approx(found[1].prediction.logits)
