"""ONNX Runtime as an engine on the CPU: its convolutions take about 0.7 of PyTorch's time (docs/measurements.md)."""

from dataclasses import dataclass

import onnxruntime
import torch
from onnxruntime.capi.onnxruntime_pybind11_state import (
    Fail,
    InvalidArgument,
    InvalidGraph,
    InvalidProtobuf,
    NotImplemented,  # noqa: A004
    RuntimeException,
)
from torch import Tensor

from camdash.errors import CheckpointError
from camdash.networks.architectures.split import TOLERANCE
from camdash.networks.engines.engine import TorchEngine, thread_count
from camdash.networks.engines.onnx_graph import ACTIVATIONS, INPUT, MAPS, POOLED, onnx_model
from camdash.networks.graphs.reading import reason_of
from camdash.networks.heads.head import Head
from camdash.networks.heads.linear import LinearHead
from camdash.networks.shapes import Inputs, Maps, Pooled
from camdash.shapes import Float
from camdash.words.sentence import say

CHECK_SHAPE = (2, 224, 256)
"""Batch, rows and columns of the check: another batch and another size than those of the pass that is recorded."""

NOTHING_BUT_FATAL = 4

RUNTIME_ERRORS = (Fail, InvalidArgument, InvalidGraph, InvalidProtobuf, NotImplemented, RuntimeException)


@dataclass(frozen=True, eq=False)
class OnnxEngine:
    """A session of ONNX Runtime on the CPU; it may be run by several threads at once.

    Attributes:
        session: gives maps and pooled activations, or the activations of a grid in place of the maps.
        head: makes maps of those, by PyTorch; None where the session gives maps.
    """

    session: onnxruntime.InferenceSession
    head: Head | None = None

    @property
    def name(self) -> str:
        """ONNX Runtime's version and the device."""
        return f"ONNX Runtime {onnxruntime.__version__}, CPU"

    def maps_and_pooled(self, inputs: Inputs) -> tuple[Maps, Pooled]:
        """Return maps and pooled activations; see `Engine`."""
        first = MAPS if self.head is None else ACTIVATIONS
        found, pooled = (torch.from_numpy(one) for one in self.session.run([first, POOLED], {INPUT: inputs.numpy()}))
        return found if self.head is None else self.head.maps(found), pooled

    def activations(self, inputs: Inputs) -> Float[Tensor, "n channels *grid"]:
        """Return the input of the head; see `Engine`. A session that gives maps has none to give."""
        return torch.from_numpy(self.session.run([ACTIVATIONS], {INPUT: inputs.numpy()})[0])


def onnx_engine(model: bytes, head: Head | None = None) -> OnnxEngine:
    """Return the engine of an ONNX model, and of the head where the model gives no maps.

    Raises:
        CheckpointError: ONNX Runtime does not take the model.
    """
    return OnnxEngine(session_of(model), head)


def session_of(model: bytes) -> onnxruntime.InferenceSession:
    """Return a session of ONNX Runtime on the CPU; raise as `onnx_engine`."""
    onnxruntime.disable_telemetry_events()  # where a program imported it before camdash could set the variable
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = thread_count()
    # Threads that spin while they wait take the cores from other sessions, and gain nothing measurable.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # An arena keeps the most that was ever needed, for each size of input; without it memory is given back.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = NOTHING_BUT_FATAL  # what it says of a stranger's graph is said once, in a sentence
    options.enable_mem_pattern = False
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except RUNTIME_ERRORS as error:
        reason = reason_of(error)
        raise CheckpointError(say("ONNX Runtime does not take the network: {reason}.", reason=reason)) from error


def checked_onnx_engine(original: TorchEngine) -> OnnxEngine:
    """Make the ONNX engine of a network and compare it with PyTorch on a random input.

    Raises:
        CheckpointError: it cannot be made, or a map differs by more than `TOLERANCE` of the largest logit,
            or the pooled activations by more than that of the largest of them.
    """
    head = original.network.head
    made = onnx_engine(onnx_model(original.network), None if isinstance(head, LinearHead) else head)
    batch, rows, columns = CHECK_SHAPE
    seeded = torch.Generator().manual_seed(1)
    inputs = torch.rand(batch, original.network.channels, rows, columns, generator=seeded)
    deviation = _deviation(original, made, inputs)
    if not deviation <= TOLERANCE:
        raise CheckpointError(
            say(
                "ONNX Runtime misses PyTorch's maps by {deviation:.2g} of the largest logit, "
                "and at most {limit:g} is accepted.",
                deviation=deviation,
                limit=TOLERANCE,
            )
        )
    return made


def _deviation(original: TorchEngine, made: OnnxEngine, inputs: Inputs) -> float:
    expected, expected_pooled = original.maps_and_pooled(inputs)
    try:
        found, pooled = made.maps_and_pooled(inputs)
    except RUNTIME_ERRORS as error:
        reason = reason_of(error)
        raise CheckpointError(say("ONNX Runtime cannot run the network: {reason}.", reason=reason)) from error
    logits = expected.mean((2, 3)) + original.network.bias.cpu()
    own = (pooled - expected_pooled).abs().max() / expected_pooled.abs().max().clamp_min(1e-12)
    return float(torch.maximum((found - expected).abs().max() / logits.abs().max().clamp_min(1e-12), own))
