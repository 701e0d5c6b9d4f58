"""Several radiographs in one pass: each gets what it gets alone."""

from pathlib import Path

import numpy as np
import pytest

from camdash.errors import CheckpointError
from camdash.evidence.analysis import Analysis, analyse, analyse_batch
from camdash.images.radiograph import Radiograph
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load
from tests.conftest import radiograph, save_checkpoint, speckle


@pytest.fixture
def loaded(tmp_path: Path) -> LoadedCheckpoint:
    return load(describe(entry_of(save_checkpoint(tmp_path))), "cpu")


def films() -> list[Radiograph]:
    return [radiograph(speckle(50 + 10 * k, 90 - 20 * k)) for k in range(3)]


def assert_same(found: Analysis, expected: Analysis) -> None:
    np.testing.assert_allclose(found.maps.maps, expected.maps.maps, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found.prediction.logits, expected.prediction.logits, rtol=1e-5, atol=1e-5)
    assert found.placement == expected.placement
    assert found.checkpoint == expected.checkpoint


def test_each_radiograph_of_a_batch_gets_what_it_gets_alone_in_order(loaded: LoadedCheckpoint) -> None:
    together = analyse_batch(films(), loaded)
    assert len({one.placement.radiograph_shape for one in together}) == 3
    for found, film in zip(together, films(), strict=True):
        assert_same(found, analyse(film, loaded))


def test_an_empty_batch_runs_nothing(loaded: LoadedCheckpoint) -> None:
    assert analyse_batch([], loaded) == []


def test_logits_that_are_not_finite_are_refused(loaded: LoadedCheckpoint) -> None:
    loaded.network.bias.fill(float("nan"))
    with pytest.raises(CheckpointError, match="not finite numbers for this image"):
        analyse_batch(films(), loaded)
