"""A faster engine for a network: made in the background while PyTorch serves, and taken if it computes the same."""

import logging
from threading import Thread
from weakref import ReferenceType, ref

from camdash.errors import CheckpointError, UsageError
from camdash.networks.engines.engine import EngineSlot, TorchEngine
from camdash.settings import ENGINE_VARIABLE as ENGINE_VARIABLE
from camdash.settings import Choice, engine_choice
from camdash.words.sentence import say

log = logging.getLogger(__name__)


def first_slot(original: TorchEngine) -> EngineSlot:
    """Return a slot with the engine with which a network begins.

    Raises:
        CheckpointError: ONNX Runtime was asked for, and does not compute the same.
        UsageError: it was asked for on another device than the CPU, or the choice is none.
    """
    if engine_choice() is not Choice.ONNX:
        return EngineSlot(original)
    if not _on_cpu(original):
        device = str(original.network.device)
        raise UsageError(
            say("{setting}=onnx runs on the CPU only; the device is {device}.", setting=ENGINE_VARIABLE, device=device)
        )
    from camdash.networks.engines.onnx_engine import checked_onnx_engine

    return EngineSlot(checked_onnx_engine(original))


def accelerate(slot: EngineSlot) -> Thread | None:
    """Begin to make a faster engine, once for each slot; return the thread that does so, None where there is none.

    It is meant to be called when a first radiograph was served, so that none waits for it. The interpreter waits for
    the thread at its end, whatever thread begins it: one that is killed within the runtime takes the process down.
    """
    original = slot.engine
    if not isinstance(original, TorchEngine) or not _on_cpu(original):
        return None
    if engine_choice() is not Choice.AUTO or not slot.claim():
        return None
    thread = Thread(target=_exchange, args=(ref(slot), original), name="camdash-acceleration", daemon=False)
    thread.start()
    return thread


def _exchange(slot: ReferenceType[EngineSlot], original: TorchEngine) -> None:
    """Put the faster engine into the slot, if the slot still lives."""
    from camdash.networks.engines.onnx_engine import (
        checked_onnx_engine,  # a second of imports, which no start waits for
    )

    try:
        made = checked_onnx_engine(original)
    except CheckpointError as error:
        log.warning("PyTorch stays in use: %s", error)
        _remark(slot, str(error))
        return
    living = slot()
    if living is not None:
        living.engine = made
        log.info("now in use: %s", made.name)


def _remark(slot: ReferenceType[EngineSlot], sentence: str) -> None:
    living = slot()
    if living is not None:
        living.remark = sentence


def _on_cpu(engine: TorchEngine) -> bool:
    return engine.network.device.type == "cpu"
