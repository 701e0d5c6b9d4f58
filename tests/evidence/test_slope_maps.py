"""Grad-CAM of one radiograph: its maps, its prediction and where its cells lie, in one value."""

import numpy as np
import pytest

from camdash.errors import CheckpointError, UsageError
from camdash.evidence import slope_maps as module
from camdash.evidence.analysis import analyse
from camdash.evidence.slope_maps import slope_maps
from camdash.networks.architectures.building import family_of
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.gradients import slope_pass, stage_names, stage_of
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load
from camdash.networks.preprocessing import network_input, place
from tests.conftest import radiograph, save_checkpoint, speckle, split_of

FILM = radiograph(speckle(60, 90))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedCheckpoint:
    return load(describe(entry_of(save_checkpoint(tmp_path_factory.mktemp("checkpoints")))), "cpu")


def stages(loaded: LoadedCheckpoint) -> tuple[str, ...]:
    return stage_names(loaded.checkpoint.card)


def test_the_maps_are_those_of_the_stage_and_lie_on_its_grid(loaded: LoadedCheckpoint) -> None:
    card, network = loaded.checkpoint.card, split_of(loaded)
    for name in stages(loaded):
        found = slope_maps(FILM, loaded.checkpoint, network, name)
        stage = stage_of(network, family_of(card.architecture), name)
        passed = slope_pass(network, network_input(FILM, card.preprocessing, network.channels), stage)
        assert found.maps.keys() == passed.maps.keys()
        for method, maps in found.maps.items():
            np.testing.assert_allclose(maps, passed.maps[method][0].numpy(), rtol=1e-5, atol=1e-6)
            assert maps.min() >= 0
        assert found.placement == place(FILM.shape, card.preprocessing, stage.grid)
        assert (found.stage, found.checkpoint) == (name, loaded.checkpoint)


def test_the_prediction_is_that_of_the_exact_maps(loaded: LoadedCheckpoint) -> None:
    found = slope_maps(FILM, loaded.checkpoint, split_of(loaded), stages(loaded)[-1]).prediction
    expected = analyse(FILM, loaded).prediction
    np.testing.assert_allclose(found.logits, expected.logits, rtol=1e-4, atol=1e-5)
    assert found.class_names == expected.class_names
    assert found.logits.dtype == np.float64


def test_a_stage_that_is_not_there_is_named_with_those_that_are(loaded: LoadedCheckpoint) -> None:
    with pytest.raises(UsageError, match=r"There are no maps at layer9\. Choose one of "):
        slope_maps(FILM, loaded.checkpoint, split_of(loaded), "layer9")


def test_too_little_memory_is_a_sentence_and_another_error_is_a_bug(
    loaded: LoadedCheckpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(words: str) -> None:
        def failing(*_: object) -> None:
            raise RuntimeError(words)

        monkeypatch.setattr(module, "slope_pass", failing)

    name = stages(loaded)[-1]
    fail("DefaultCPUAllocator: can't allocate memory")
    sentence = f"^There is too little memory for maps at {name}\\. Choose a later layer\\.$"
    with pytest.raises(CheckpointError, match=sentence):
        slope_maps(FILM, loaded.checkpoint, split_of(loaded), name)
    fail("a bug")
    with pytest.raises(RuntimeError, match="a bug"):
        slope_maps(FILM, loaded.checkpoint, split_of(loaded), name)
