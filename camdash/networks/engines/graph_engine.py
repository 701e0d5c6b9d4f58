"""A stranger's ONNX graph, run by ONNX Runtime on the CPU: cut before its pooling, or in one piece."""

from dataclasses import dataclass, replace

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from camdash.errors import CheckpointError
from camdash.networks.architectures.prediction_only import WholeNetwork
from camdash.networks.architectures.split import SplitNetwork, check_finite, check_split
from camdash.networks.engines.engine import TorchEngine
from camdash.networks.engines.onnx_engine import RUNTIME_ERRORS, session_of
from camdash.networks.graphs.cutting import cut
from camdash.networks.graphs.ending import Ending, ending_of, logits_of
from camdash.networks.graphs.geometry import grid_in
from camdash.networks.graphs.probabilities import may_be_probabilities
from camdash.networks.graphs.reading import Graph, damage_said, reason_of
from camdash.networks.graphs.shapes import check_known, shapes_of
from camdash.networks.heads.secant import NoExactSharesError
from camdash.networks.heads.taking_apart import take_apart
from camdash.networks.placement import Grid
from camdash.networks.shapes import Activations, Inputs, Logits, Maps, Pooled
from camdash.words.sentence import say

CPU = torch.device("cpu")
PROBED = 2
"""Random images that are run at loading."""

ONE = 1e-3
"""How near to one a sum of probabilities is."""


class GraphModule(nn.Module):
    """From network inputs to one value of a graph; for PyTorch a layer like any other, without weights of its own."""

    def __init__(self, graph: Graph, name: str) -> None:
        super().__init__()
        self._session: onnxruntime.InferenceSession = session_of(cut(graph, name))
        self._input, self._one_at_a_time, self._channels_last = graph.input, graph.one_at_a_time, graph.channels_last

    def forward(self, inputs: Inputs) -> Tensor:
        """Return the value of each input.

        Raises:
            CheckpointError: ONNX Runtime cannot run the graph for an input of this size.
        """
        images = inputs.permute(0, 2, 3, 1) if self._channels_last else inputs
        batches = torch.tensor_split(images, len(images)) if self._one_at_a_time else (images,)
        return torch.cat([self._run(batch) for batch in batches])

    def _run(self, images: Tensor) -> Tensor:
        try:
            (found,) = self._session.run(None, {self._input: np.ascontiguousarray(images.numpy())})
        except RUNTIME_ERRORS as error:
            reason = reason_of(error)
            raise CheckpointError(say("ONNX Runtime cannot run the network: {reason}.", reason=reason)) from error
        return torch.from_numpy(found)


@dataclass(frozen=True, eq=False)
class GraphEngine:
    """ONNX Runtime up to the last grid, then the head.

    Attributes:
        network: its features are a `GraphModule`.
    """

    network: SplitNetwork

    @property
    def name(self) -> str:
        """ONNX Runtime's version and the device."""
        return f"ONNX Runtime {onnxruntime.__version__}, CPU"

    def maps_and_pooled(self, inputs: Inputs) -> tuple[Maps, Pooled]:
        """Return maps and pooled activations; see `Engine`."""
        return TorchEngine(self.network).maps_and_pooled(inputs)

    def activations(self, inputs: Inputs) -> Activations:
        """Return the input of the head; see `Engine`."""
        return self.network.activations(inputs)


def divide(graph: Graph, classes: int, size: tuple[int, int], said: str) -> SplitNetwork | WholeNetwork:
    """Return a graph in two parts, checked against the graph in one piece; in one piece where it has no exact maps.

    Args:
        graph: the graph.
        classes: how many logits its card names.
        size: rows and columns of the input by its card.
        said: the file's name.

    Raises:
        CheckpointError: it cannot be run, has another number of logits, or its two parts do not add up.
    """
    with damage_said(said):
        return _divided(graph, classes, size, said)


def _divided(graph: Graph, classes: int, size: tuple[int, int], said: str) -> SplitNetwork | WholeNetwork:
    shapes, inputs = shapes_of(graph, size, said), _random_inputs(graph, size)
    check_known(graph, shapes, size, said)
    try:
        whole, reference = _run_whole(graph, inputs)
    except CheckpointError:
        graph = replace(graph, one_at_a_time=True)  # some say that any batch is taken, and take one image
        whole, reference = _run_whole(graph, inputs)
    _check_logits(graph, reference, classes, said)
    ending = ending_of(graph, logits_of(graph).name, shapes)
    grid = grid_in(graph, ending.activations, shapes) if ending.activations else None
    if ending.activations and grid is None:
        ending = Ending(reason=say("the place of its cells cannot be told from its graph"))
    if grid is None:
        return replace(whole, reason=ending.reason)
    try:
        return _checked(graph, ending, grid, inputs, reference)
    except NoExactSharesError as error:
        return replace(whole, reason=error.reason)
    except CheckpointError:
        return replace(whole, reason=say("what was taken for its last layers gives other logits than its graph"))


def undivided(graph: Graph, reason: str) -> WholeNetwork:
    """Return a graph in one piece, from the input to the logits.

    Raises:
        CheckpointError: ONNX Runtime does not take it.
    """
    return WholeNetwork(GraphModule(graph, logits_of(graph).name), graph.channels, CPU, reason)


def _checked(graph: Graph, ending: Ending, grid: Grid, inputs: Inputs, reference: Logits) -> SplitNetwork:
    head = take_apart(ending.layers)
    divided = SplitNetwork(GraphModule(graph, ending.activations), head, grid, graph.channels)
    return replace(divided, deviation=check_split(divided, inputs, reference))


def _run_whole(graph: Graph, inputs: Inputs) -> tuple[WholeNetwork, Tensor]:
    whole = undivided(graph, "")
    with torch.inference_mode():
        return whole, whole.network(inputs)


def _random_inputs(graph: Graph, size: tuple[int, int]) -> Inputs:
    """Return two random images, the second one normalised and of high contrast."""
    seeded = torch.Generator().manual_seed(0)
    shape = (1, graph.channels, *size)
    return torch.cat([torch.rand(shape, generator=seeded), 2 * torch.randn(shape, generator=seeded)])


def _check_logits(graph: Graph, logits: Tensor, classes: int, said: str) -> None:
    """Refuse what is no vector of logits, one for each class.

    Raises:
        CheckpointError: it is none.
    """
    if tuple(logits.shape) != (PROBED, classes):
        raise CheckpointError(
            say(
                "{name} gives an output of the shape {shape}, but its card names {classes} outputs.",
                name=said,
                shape=str((1, *logits.shape[1:])),
                classes=classes,
            )
        )
    check_finite(logits)
    if not logits_of(graph).operator and _are_shares(graph, logits):
        raise CheckpointError(
            say(
                "{name} gives probabilities, and where they are made is not known. "
                "Save it without its sigmoid or softmax.",
                name=said,
            )
        )


def _are_shares(graph: Graph, logits: Tensor) -> bool:
    """Tell whether numbers between 0 and 1 are probabilities: by their sums, or by what made them."""
    if not bool(((logits >= 0) & (logits <= 1 + ONE)).all()):
        return False
    is_whole = logits.shape[1] > 1 and bool(((logits.sum(1) - 1).abs() < ONE).all())
    return is_whole or may_be_probabilities(graph.model.graph, graph.output)
