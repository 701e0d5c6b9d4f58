"""What a GPU computes is what the processor computes. `benchmarks/gpu_check.sh` runs these where there is one."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from camdash.evidence.analysis import Analysis, analyse, analyse_batch
from camdash.images.radiograph import Radiograph
from camdash.networks.cards.card import Card, Fit, Preprocessing
from camdash.networks.cards.writing import write_checkpoint
from camdash.networks.catalog.checkpoints import SHIPPED, describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import free_device_memory, load
from tests.conftest import radiograph, random_network, speckle

pytestmark = [pytest.mark.cuda, pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch sees no GPU here")]

GPU, CPU = "cuda", "cpu"
CLOSE = 1e-4
"""Of the largest logit."""

FAMILIES = ("resnet18", "resnet50", "regnet_y_400mf", "densenet121", "efficientnet_b0", "mobilenet_v2")
SAMPLES = sorted((Path(__file__).parents[2] / "camdash/app/samples").glob("*.png"))


@pytest.fixture(autouse=True)
def freed() -> Iterator[None]:
    """Let no test find what another left on the device."""
    free_device_memory()
    yield
    free_device_memory()


def checkpoint(folder: Path, architecture: str = "resnet18", side: int = 256, name: str = "") -> Path:
    card = Card(architecture, tuple(f"Part {k}" for k in range(5)), Preprocessing((side, side - 32), Fit.PAD))
    path = folder / f"{name or architecture}.safetensors"
    write_checkpoint(path, random_network(architecture, channels=3).state_dict(), card, half=False)
    return path


def loaded(path: Path, device: str) -> LoadedCheckpoint:
    return load(describe(entry_of(path)), device)


def films(count: int) -> list[Radiograph]:
    return [radiograph(speckle(300 + k, 260)) for k in range(count)]


def difference(one: Analysis, other: Analysis) -> float:
    """Return the largest difference of a map's value or a logit, in parts of the largest logit."""
    largest = np.abs(other.prediction.logits).max()
    logits: NDArray[np.float64] = np.abs(one.prediction.logits - other.prediction.logits)
    return float(max(np.abs(one.maps.maps - other.maps.maps).max(), logits.max()) / largest)


@pytest.mark.parametrize("architecture", FAMILIES)
def test_maps_and_logits_are_those_of_the_processor(architecture: str, tmp_path: Path) -> None:
    path = checkpoint(tmp_path, architecture)
    found = analyse_batch(films(3), loaded(path, GPU))
    expected = analyse_batch(films(3), loaded(path, CPU))
    assert "CUDA" in found[0].engine
    assert max(difference(*pair) for pair in zip(found, expected, strict=True)) <= CLOSE


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_the_checkpoint_that_ships_says_the_same_of_each_sample(sample: Path) -> None:
    film = radiograph(np.asarray(Image.open(sample).convert("L")))
    path = SHIPPED / "body-parts.safetensors"
    found, expected = analyse(film, loaded(path, GPU)), analyse(film, loaded(path, CPU))
    assert difference(found, expected) <= CLOSE
    assert found.prediction.foremost == expected.prediction.foremost
    assert found.familiarity is not None
    assert expected.familiarity is not None
    assert found.familiarity.score == pytest.approx(expected.familiarity.score, abs=1e-5)


def test_evidence_and_bias_add_up_to_the_logits(tmp_path: Path) -> None:
    found = loaded(checkpoint(tmp_path), GPU)
    analysis = analyse(films(1)[0], found)
    total = analysis.maps.maps.mean((1, 2)) + found.network.bias
    np.testing.assert_allclose(total, analysis.prediction.logits, rtol=0, atol=CLOSE * np.abs(total).max())


def test_tf32_is_off_and_what_it_would_cost_is_seen(tmp_path: Path) -> None:
    """With ten bits of mantissa the maps are more than ten times as far off, so the switch matters."""
    path = checkpoint(tmp_path, "resnet50")
    on_gpu, expected = loaded(path, GPU), analyse(films(1)[0], loaded(path, CPU))
    assert not torch.backends.cudnn.allow_tf32
    assert not torch.backends.cuda.matmul.allow_tf32
    without = difference(analyse(films(1)[0], on_gpu), expected)
    assert without <= CLOSE
    torch.backends.cudnn.allow_tf32 = True
    try:
        assert difference(analyse(films(1)[0], on_gpu), expected) > 10 * without
    finally:
        torch.backends.cudnn.allow_tf32 = False


def test_a_batch_without_memory_is_halved_and_right(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = checkpoint(tmp_path, side=1024)
    on_gpu, many = loaded(path, GPU), films(16)
    expected = [analyse(one, on_gpu) for one in many]
    first_convolution = 16 * 64 * 512 * 496 * 4
    total = torch.cuda.get_device_properties(0).total_memory
    free_device_memory()
    torch.cuda.set_per_process_memory_fraction(0.9 * first_convolution / total)
    try:
        with caplog.at_level(logging.WARNING):
            found = analyse_batch(many, on_gpu)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert any("no memory for a batch of 16: halved" in message for message in caplog.messages)
    assert max(difference(*pair) for pair in zip(found, expected, strict=True)) <= CLOSE


def test_memory_is_flat_over_twenty_switches_of_two_checkpoints(tmp_path: Path) -> None:
    paths = [checkpoint(tmp_path, name=name) for name in ("one", "two")]
    film, held = films(1)[0], []
    for turn in range(20):
        on_gpu = loaded(paths[turn % 2], GPU)
        analyse(film, on_gpu)
        del on_gpu
        free_device_memory()
        held.append((torch.cuda.memory_allocated(), torch.cuda.memory_reserved()))
    assert held[1:] == held[1:2] * 19


def test_sixteen_at_once_have_the_maps_of_their_own_radiographs(tmp_path: Path) -> None:
    on_gpu, many = loaded(checkpoint(tmp_path), GPU), films(16)
    expected = [analyse(one, on_gpu) for one in many]
    with ThreadPoolExecutor(16) as threads:
        for _ in range(5):
            found = list(threads.map(lambda one: analyse(one, on_gpu), many))
            assert max(difference(*pair) for pair in zip(found, expected, strict=True)) <= CLOSE / 10
