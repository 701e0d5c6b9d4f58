"""The engine that runs a network: PyTorch first, then ONNX Runtime where it computes the same."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from camdash.errors import CheckpointError, UsageError
from camdash.evidence.analysis import analyse
from camdash.networks.architectures.geometry import grid_of
from camdash.networks.architectures.split import SplitNetwork
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.engines.acceleration import ENGINE_VARIABLE
from camdash.networks.engines.engine import EngineSlot, TorchEngine
from camdash.networks.engines.onnx_engine import OnnxEngine, checked_onnx_engine, onnx_engine
from camdash.networks.engines.onnx_graph import onnx_model
from camdash.networks.heads.linear import LinearHead
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load
from tests.conftest import radiograph, random_images, save_checkpoint, speckle, split_of


@pytest.fixture(autouse=True)
def _no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENGINE_VARIABLE, raising=False)


def ready(folder: Path, channels: int = 1) -> LoadedCheckpoint:
    return load(describe(entry_of(save_checkpoint(folder, channels=channels))), "cpu")


def accelerated(folder: Path) -> LoadedCheckpoint:
    loaded = ready(folder)
    finish(loaded.accelerate())
    return loaded


def finish(thread: Thread | None) -> None:
    assert thread is not None
    thread.join()


def around(*layers: nn.Module) -> TorchEngine:
    """Return the engine of a network of one channel that ends in four channels and has two classes."""
    features = nn.Sequential(*layers).eval()
    seeded = torch.Generator().manual_seed(3)
    weight, bias = torch.randn(2, 4, generator=seeded), torch.randn(2, generator=seeded)
    return TorchEngine(SplitNetwork(features, LinearHead(weight, bias), grid_of(features, {}), 1))


def test_a_checkpoint_begins_on_pytorch_and_goes_on_with_onnx_runtime(tmp_path: Path) -> None:
    loaded, film = ready(tmp_path), radiograph(speckle(70, 90))
    before = analyse(film, loaded)
    assert loaded.engine.name == f"PyTorch {torch.__version__.partition('+')[0]}, CPU"
    finish(loaded.accelerate())
    after = analyse(film, loaded)
    assert isinstance(loaded.engine, OnnxEngine)
    assert loaded.engine.name.startswith("ONNX Runtime 1.")
    largest = np.abs(before.prediction.logits).max()
    np.testing.assert_allclose(after.maps.maps, before.maps.maps, atol=1e-4 * largest)
    np.testing.assert_allclose(after.prediction.logits, before.prediction.logits, atol=1e-4 * largest)


@pytest.mark.parametrize("shape", [(1, 1, 64, 96), (3, 1, 160, 96), (2, 1, 33, 47)])
def test_batch_and_size_are_free(tmp_path: Path, shape: tuple[int, ...]) -> None:
    loaded = ready(tmp_path)
    expected = loaded.engine
    finish(loaded.accelerate())
    inputs = random_images(shape[1], shape[2], shape[3], shape[0])
    torch.testing.assert_close(loaded.maps_and_pooled(inputs), expected.maps_and_pooled(inputs), rtol=1e-4, atol=1e-4)


def test_maps_are_float32_and_the_same_bit_for_bit_each_time(tmp_path: Path) -> None:
    loaded, inputs = accelerated(tmp_path), random_images(1, 96, 64)
    (first, pooled), (second, _) = loaded.maps_and_pooled(inputs), loaded.maps_and_pooled(inputs)
    assert first.dtype == pooled.dtype == torch.float32
    assert torch.equal(first, second)


def test_threads_that_share_an_engine_get_the_sequential_answers(tmp_path: Path) -> None:
    loaded = accelerated(tmp_path)
    inputs = [random_images(1, 64, 32 * k) for k in (1, 2, 3, 4)] * 3
    alone = [loaded.maps_and_pooled(each) for each in inputs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(loaded.maps_and_pooled, inputs))
    for expected, found in zip(alone, together, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


def test_pytorchs_weights_are_let_go_without_waiting_for_the_collector(tmp_path: Path) -> None:
    gc.collect()
    gc.disable()
    try:
        loaded = ready(tmp_path)
        watched = weakref.ref(split_of(loaded).features)
        finish(loaded.accelerate())
        assert isinstance(loaded.engine, OnnxEngine)
        assert watched() is None
        session = weakref.ref(loaded.engine)
        del loaded
        assert session() is None
    finally:
        gc.enable()


def test_a_faster_engine_is_made_once(tmp_path: Path) -> None:
    loaded = ready(tmp_path)
    threads = [loaded.accelerate() for _ in range(3)]
    finish(threads[0])
    assert threads[1:] == [None, None]
    assert loaded.accelerate() is None


def test_the_interpreter_waits_for_the_thread_even_if_a_thread_began_it_for_which_it_does_not_wait(
    tmp_path: Path,
) -> None:
    loaded, made = ready(tmp_path), list[Thread | None]()
    daemon = Thread(target=lambda: made.append(loaded.accelerate()), daemon=True)
    daemon.start()
    daemon.join()
    assert made[0] is not None
    assert not made[0].daemon
    made[0].join()


def test_a_checkpoint_that_is_let_go_meanwhile_is_not_kept(tmp_path: Path) -> None:
    loaded = ready(tmp_path)
    watched = weakref.ref(loaded.slot)
    thread = loaded.accelerate()
    del loaded
    finish(thread)
    assert watched() is None


class Waiting(TorchEngine):
    """An engine that is in the middle of a pass until it is told to go on."""

    def maps_and_pooled(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        BEGUN.set()
        GO_ON.wait()
        return super().maps_and_pooled(inputs)


BEGUN, GO_ON = Event(), Event()


def test_a_pass_that_has_begun_ends_on_its_own_engine(tmp_path: Path) -> None:
    loaded, inputs = ready(tmp_path), random_images(1, 64, 96)
    original, expected = loaded.engine, loaded.maps_and_pooled(inputs)
    loaded.slot.engine = Waiting(split_of(loaded))
    with ThreadPoolExecutor(1) as pool:
        begun = pool.submit(loaded.maps_and_pooled, inputs)
        BEGUN.wait()
        loaded.slot.engine = original
        finish(loaded.accelerate())
        assert isinstance(loaded.engine, OnnxEngine)
        GO_ON.set()
        for found, own in zip(begun.result(), expected, strict=True):
            assert torch.equal(found, own)


def test_an_operation_without_translation_leaves_pytorch_in_use_and_is_named() -> None:
    engine = around(nn.Conv2d(1, 4, 3, padding=1), nn.LogSigmoid())
    loaded = EngineSlot(engine)
    with pytest.raises(CheckpointError, match=r"aten\.log_sigmoid_forward\.default has no translation to ONNX"):
        checked_onnx_engine(engine)
    assert loaded.engine is engine


def test_why_pytorch_stays_in_use_is_kept_for_the_page(tmp_path: Path) -> None:
    loaded = ready(tmp_path)
    split_of(loaded).features.append(nn.LogSigmoid())  # type: ignore[operator]
    finish(loaded.accelerate())
    assert isinstance(loaded.engine, TorchEngine)
    assert "aten.log_sigmoid_forward.default has no translation" in loaded.slot.remark


class DependsOnTheSize(nn.Module):
    """A layer that does something else for larger inputs, which one recorded pass cannot show."""

    def forward(self, inputs: Tensor) -> Tensor:
        return torch.relu(inputs) if inputs.shape[-1] > 128 else inputs


def test_a_graph_that_computes_something_else_is_refused_with_the_figure() -> None:
    with pytest.raises(CheckpointError, match=r"ONNX Runtime misses PyTorch's maps by [\d.e+-]+ of the largest logit"):
        checked_onnx_engine(around(nn.Conv2d(1, 4, 3, padding=1), DependsOnTheSize()))


def test_what_is_no_model_is_refused_with_a_sentence() -> None:
    with pytest.raises(CheckpointError, match="ONNX Runtime does not take the network"):
        onnx_engine(b"no model")


def test_recording_one_network_leaves_passes_of_other_threads_alone(tmp_path: Path) -> None:
    loaded, inputs = ready(tmp_path), random_images(1, 64, 96)
    expected = loaded.maps_and_pooled(inputs)
    with ThreadPoolExecutor(2) as pool:
        models = [pool.submit(onnx_model, split_of(loaded)) for _ in range(4)]
        for _ in range(8):
            torch.testing.assert_close(loaded.maps_and_pooled(inputs), expected)
        assert len({model.result() for model in models}) == 1


@pytest.mark.parametrize(("value", "kind"), [("torch", TorchEngine), ("onnx", OnnxEngine), ("auto", TorchEngine)])
def test_the_engine_can_be_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, kind: type[object]
) -> None:
    monkeypatch.setenv(ENGINE_VARIABLE, value)
    loaded = ready(tmp_path)
    assert isinstance(loaded.engine, kind)
    if value != "auto":
        assert loaded.accelerate() is None


def test_an_engine_that_does_not_exist_is_refused_with_the_choices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENGINE_VARIABLE, "steam")
    with pytest.raises(UsageError, match=r"CAMDASH_ENGINE is 'steam'\. It can be auto, torch, onnx"):
        ready(tmp_path)
