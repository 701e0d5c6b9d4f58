"""ONNX files as checkpoints: cut before their pooling, with maps that add up to what the whole graph gives."""

import copy
import dataclasses
import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from onnx import NodeProto, TensorProto, helper
from torch import Tensor, nn

from camdash.errors import CheckpointError
from camdash.evidence.analysis import analyse
from camdash.evidence.verification import verify
from camdash.networks.architectures.building import family_of
from camdash.networks.architectures.split import SplitNetwork, split
from camdash.networks.cards.card import GRAPH, MOST_CLASSES, Checkpoint
from camdash.networks.cards.output import OutputKind
from camdash.networks.catalog.checkpoints import describe, find
from camdash.networks.catalog.folders import entry_of
from camdash.networks.catalog.naming import named_card, write_card
from camdash.networks.engines.engine import TorchEngine
from camdash.networks.engines.onnx_export import export
from camdash.networks.files.weights import opened_checkpoint
from camdash.networks.gradients import stage_names
from camdash.networks.graphs import reading
from camdash.networks.graphs.ending import ending_of
from camdash.networks.graphs.geometry import grid_in
from camdash.networks.graphs.reading import read_graph
from camdash.networks.graphs.shapes import shapes_of
from camdash.networks.graphs.work import multiplications
from camdash.networks.heads.head import Level
from camdash.networks.heads.linear import LinearHead
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load_any, load_divided, load_split, load_undivided
from camdash.networks.placement import Grid
from camdash.networks.report import intake
from tests.conftest import radiograph, random_images, speckle
from tests.networks import zoo
from tests.networks.onnx_graphs import (
    BIAS,
    FEATURES,
    HEAD,
    IMAGE,
    LOGITS,
    MAPS,
    NODES,
    POOLED,
    WEIGHTS,
    Array,
    card,
    checked,
    constant,
    model,
    saved,
)
from tests.networks.test_onnx_export import HEADS, around, checkpoint_of

ONE = torch.tensor(IMAGE)[None, None]
node = helper.make_node


def described(path: Path) -> Checkpoint:
    return describe(entry_of(path))


def loaded(path: Path) -> LoadedCheckpoint:
    return load_any(described(path), "cpu")


def summed(ready: LoadedCheckpoint, inputs: Tensor) -> Tensor:
    """Return evidence + bias."""
    maps, _ = ready.maps_and_pooled(inputs)
    return maps.mean((2, 3)) + torch.from_numpy(ready.network.bias)


def test_values_that_are_worked_by_hand(tmp_path: Path) -> None:
    ready = loaded(saved(tmp_path / "drawn.onnx", checked(model(card=card()))))
    maps, pooled = ready.maps_and_pooled(torch.cat([ONE, 0 * ONE]))
    np.testing.assert_allclose(maps[0], MAPS, rtol=1e-6)
    np.testing.assert_allclose(pooled, [[2.5, 0.25], [0.0, 3.0]], rtol=1e-6)
    np.testing.assert_allclose(ready.network.bias, BIAS)
    np.testing.assert_allclose(summed(ready, ONE), [LOGITS], rtol=1e-6)
    assert (ready.network.grid, ready.network.head.level) == (Grid(1, 0), Level.A)
    assert ready.slot.words.startswith("ONNX Runtime 1.")
    assert ready.accelerate() is None


AXES: dict[str, Array] = {"axes": np.array([2, 3]), "behind": np.array([-1, -2])}
SPREAD: dict[str, Array] = {"s": HEAD.T.copy(), "k": HEAD[:, :, None, None].copy(), "half": HEAD / 2}
ENDINGS: dict[str, tuple[Sequence[NodeProto], int]] = {
    "mean by its axes": ((node("ReduceMean", ["grid", "axes"], ["flat"], keepdims=0),), 18),
    "mean by axes from behind": ((node("ReduceMean", ["grid", "behind"], ["flat"], keepdims=0),), 18),
    "mean by an attribute": ((node("ReduceMean", ["grid"], ["flat"], axes=[2, 3], keepdims=0),), 13),
    "squeezed": ((node("GlobalAveragePool", ["grid"], ["mean"]), node("Squeeze", ["mean", "axes"], ["flat"])), 17),
    "average of a window of all": (
        (node("AveragePool", ["grid"], ["mean"], kernel_shape=[2, 2]), node("Flatten", ["mean"], ["flat"])),
        17,
    ),
    "dropout between": (
        (*POOLED[2:3], node("Flatten", ["mean"], ["long"]), node("Dropout", ["long"], ["flat"])),
        17,
    ),
}


@pytest.mark.parametrize(("pooling", "opset"), ENDINGS.values(), ids=ENDINGS)
def test_every_way_to_write_the_pooling(pooling: Sequence[NodeProto], opset: int, tmp_path: Path) -> None:
    image = (1, 1, 2, 2)
    made = checked(model([*FEATURES, *pooling, NODES[-1]], weights={**WEIGHTS, **AXES}, image=image, opset=opset))
    ready = loaded(saved(tmp_path / "drawn.onnx", made))
    np.testing.assert_allclose(ready.maps_and_pooled(ONE)[0][0], MAPS, rtol=1e-6)


LINEAR: dict[str, Sequence[NodeProto]] = {
    "transposed": (node("Gemm", ["flat", "s", "c"], ["out"]),),
    "with factors": (node("Gemm", ["flat", "half", "c"], ["out"], transB=1, alpha=2.0),),
    "product and sum": (node("MatMul", ["flat", "s"], ["bare"]), node("Add", ["bare", "c"], ["out"])),
    "sum the other way": (node("MatMul", ["flat", "s"], ["bare"]), node("Add", ["c", "bare"], ["out"])),
    "a convolution of one cell": (node("Conv", ["mean", "k", "c"], ["cell"]), node("Flatten", ["cell"], ["out"])),
}


@pytest.mark.parametrize("linear", LINEAR.values(), ids=LINEAR)
def test_every_way_to_write_the_linear_layer(linear: Sequence[NodeProto], tmp_path: Path) -> None:
    made = checked(model([*POOLED, *linear], weights={**WEIGHTS, **SPREAD}, card=card()))
    ready = loaded(saved(tmp_path / "drawn.onnx", made))
    assert isinstance(ready.network.head, LinearHead)
    np.testing.assert_allclose(ready.maps_and_pooled(ONE)[0][0], MAPS, rtol=1e-6)
    np.testing.assert_allclose(summed(ready, ONE), [LOGITS], rtol=1e-6)


@pytest.mark.parametrize("kind", ["Relu", "Sigmoid", "Tanh", "HardSwish", "LeakyRelu", "Elu", "Softplus"])
def test_layers_after_pooling_are_level_b_and_add_up(kind: str, tmp_path: Path) -> None:
    ends = (node(kind, ["hidden"], ["bent"]), node("Gemm", ["bent", "h", "c"], ["out"], transB=1))
    nodes = [*POOLED, node("Gemm", ["flat", "h", "c"], ["hidden"], transB=1), *ends]
    path = saved(tmp_path / "drawn.onnx", checked(model(nodes, card=card())))
    ready = loaded(path)
    assert ready.network.head.level is Level.B
    expected = load_undivided(described(path), "cpu").logits(ONE)
    np.testing.assert_allclose(summed(ready, ONE), expected, rtol=1e-5)


def test_norms_silu_and_clip_after_pooling_add_up(tmp_path: Path) -> None:
    numbers = {
        "one": np.array([1.5, -1], np.float32),
        "two": np.array([0.5, 2], np.float32),
        "low": np.array(0, np.float32),
        "high": np.array(6, np.float32),
    }
    nodes = [
        *POOLED,
        node("LayerNormalization", ["flat", "one", "two"], ["normed"], axis=-1),
        node("Sigmoid", ["normed"], ["gate"]),
        node("Mul", ["normed", "gate"], ["bent"]),
        node("BatchNormalization", ["bent", "one", "two", "one", "two"], ["scaled"]),
        node("Clip", ["scaled", "low", "high"], ["cut"]),
        node("Gemm", ["cut", "h", "c"], ["out"], transB=1),
    ]
    path = saved(tmp_path / "drawn.onnx", checked(model(nodes, weights={**WEIGHTS, **numbers}, card=card())))
    ready = loaded(path)
    assert (ready.no_map, ready.network.head.level) == ("", Level.B)
    np.testing.assert_allclose(summed(ready, ONE), load_undivided(described(path), "cpu").logits(ONE), rtol=1e-5)


GELU = {"rest": np.array(1.0), "half": np.array(0.5), "root": np.array(2**0.5)}


@pytest.mark.parametrize(("root", "level"), [(2**0.5, Level.B), (1.0, None)])
def test_a_gelu_that_was_written_out_is_known_by_its_values(root: float, level: Level | None, tmp_path: Path) -> None:
    numbers = {name: value.astype(np.float32) for name, value in (GELU | {"root": np.array(root)}).items()}
    nodes = [
        *POOLED,
        node("Gemm", ["flat", "h", "c"], ["hidden"], transB=1),
        node("Div", ["hidden", "root"], ["scaled"]),
        node("Erf", ["scaled"], ["bent"]),
        node("Add", ["bent", "rest"], ["raised"]),
        node("Mul", ["hidden", "raised"], ["twice"]),
        node("Mul", ["twice", "half"], ["gelu"]),
        node("Gemm", ["gelu", "h", "c"], ["out"], transB=1),
    ]
    path = saved(tmp_path / "drawn.onnx", checked(model(nodes, weights={**WEIGHTS, **numbers}, card=card())))
    ready = loaded(path)
    if level is None:
        assert "its graph has Mul between the last grid and the logits" in ready.no_map
        return
    assert ready.network.head.level is level
    np.testing.assert_allclose(summed(ready, ONE), load_undivided(described(path), "cpu").logits(ONE), rtol=1e-5)


def test_a_file_that_says_any_batch_and_takes_one_image_is_run_image_by_image(tmp_path: Path) -> None:
    nodes = [*FEATURES, POOLED[2], node("Reshape", ["mean", "one"], ["flat"]), NODES[-1]]
    weights = {**WEIGHTS, "one": np.array([1, 2])}
    ready = loaded(saved(tmp_path / "drawn.onnx", checked(model(nodes, weights=weights, card=card()))))
    assert ready.no_map == ""
    path = saved(
        tmp_path / "other.onnx", model([*nodes, node("Exp", ["out"], ["end"])], weights=weights, outputs=["end"])
    )
    whole = loaded(path).whole
    assert whole is not None
    np.testing.assert_allclose(whole.logits(torch.cat([ONE, ONE])), np.exp([LOGITS, LOGITS]), rtol=1e-5)


def test_where_pooling_comes_last_the_head_begins_with_the_last_convolution_of_each_cell(tmp_path: Path) -> None:
    nodes = [
        *FEATURES,
        node("Conv", ["grid", "k", "c"], ["cells"], kernel_shape=[1, 1]),
        node("Relu", ["cells"], ["bent"]),
        node("GlobalAveragePool", ["bent"], ["mean"]),
        node("Flatten", ["mean"], ["out"]),
    ]
    ready = loaded(saved(tmp_path / "drawn.onnx", checked(model(nodes, weights={**WEIGHTS, **SPREAD}, card=card()))))
    np.testing.assert_allclose(ready.network.bias, [0.5, 0])
    np.testing.assert_allclose(ready.maps_and_pooled(ONE)[0][0], [[[3, 2], [3, 4]], [[1, 5], [8, 11]]], rtol=1e-6)


def test_where_nothing_but_pooling_follows_the_grid_it_is_the_map(tmp_path: Path) -> None:
    nodes = [*FEATURES, node("GlobalAveragePool", ["grid"], ["mean"]), node("Flatten", ["mean"], ["out"])]
    ready = loaded(saved(tmp_path / "drawn.onnx", checked(model(nodes, card=card()))))
    assert ready.network.head.level is Level.A
    np.testing.assert_allclose(summed(ready, ONE), [[2.5, 0.25]], rtol=1e-6)


@pytest.mark.parametrize(
    ("operator", "kind"), [("Softmax", "softmax"), ("LogSoftmax", "softmax"), ("Sigmoid", "sigmoid")]
)
def test_what_makes_probabilities_is_left_out_and_says_what_the_output_is(
    operator: str, kind: str, tmp_path: Path
) -> None:
    made = checked(model([*NODES, node(operator, ["out"], ["shares"])], outputs=["shares"]))
    path = saved(tmp_path / "drawn.onnx", made)
    checkpoint = described(path)
    assert checkpoint.card.output.kind == kind
    assert f"since the graph ends in {operator}." in checkpoint.card.guess
    saved(path, checked(model([*NODES, node(operator, ["out"], ["shares"])], outputs=["shares"], card=card())))
    np.testing.assert_allclose(summed(loaded(path), ONE), [LOGITS], rtol=1e-6)
    assert intake(entry_of(path)).conversions == (f"{operator} at the end left out",)


@pytest.mark.parametrize(
    ("output", "operator"),
    [
        *((kind, "Softmax") for kind in ("sigmoid", "binary", "regression", "ordinal")),
        *((kind, "Sigmoid") for kind in ("softmax", "regression")),
    ],
)
def test_a_card_that_contradicts_the_graphs_end_is_refused(output: str, operator: str, tmp_path: Path) -> None:
    nodes = [*NODES, node(operator, ["out"], ["shares"])]
    path = saved(tmp_path / "drawn.onnx", model(nodes, outputs=["shares"], card=card(output=output)))
    with pytest.raises(CheckpointError, match=rf"says that its output is {output}, but its graph ends in {operator}\."):
        described(path)


def test_probabilities_of_unknown_origin_are_refused(tmp_path: Path) -> None:
    ends = (node("Softmax", ["out"], ["shares"]), node("Mul", ["shares", "one"], ["same"]))
    weights = {**WEIGHTS, "one": np.array([1], np.float32)}
    path = saved(tmp_path / "drawn.onnx", model([*NODES, *ends], weights=weights, outputs=["same"], card=card()))
    with pytest.raises(CheckpointError, match="drawn gives probabilities, and where they are made is not known"):
        loaded(path)


LABELS: dict[str, Array] = {
    **{f"h{k}": HEAD[k : k + 1] for k in (0, 1)},
    **{f"c{k}": BIAS[k : k + 1] for k in (0, 1)},
    "last": np.array([1]),
    "low": np.array(1e-7, np.float32),
    "high": np.array(1 - 1e-7, np.float32),
    "most": np.array(0.6, np.float32),
    "single": np.array(1.0, np.float32),
}
EACH = [
    *POOLED,
    *(node("Gemm", ["flat", f"h{k}", f"c{k}"], [f"one{k}"], transB=1) for k in (0, 1)),
]
SIGMOIDS = [*EACH, *(node("Sigmoid", [f"one{k}"], [f"p{k}"]) for k in (0, 1))]
PUT_TOGETHER: dict[str, Sequence[NodeProto]] = {
    "joined": (node("Concat", ["p0", "p1"], ["out"], axis=1),),
    "joined and cut": (
        node("Concat", ["p0", "p1"], ["both"], axis=-1),
        node("Clip", ["both", "low", "high"], ["out"]),
    ),
    "each cut": (
        *(node("Clip", [f"p{k}", "low", "high"], [f"cut{k}"]) for k in (0, 1)),
        node("Concat", ["cut0", "cut1"], ["out"], axis=1),
    ),
    "stacked": (
        *(node("Squeeze", [f"p{k}", "last"], [f"short{k}"]) for k in (0, 1)),
        *(node("Unsqueeze", [f"short{k}", "last"], [f"long{k}"]) for k in (0, 1)),
        node("Concat", ["long0", "long1"], ["out"], axis=1),
    ),
    "converted": (
        *(node("Cast", [f"p{k}"], [f"double{k}"], to=TensorProto.DOUBLE) for k in (0, 1)),
        node("Concat", ["double0", "double1"], ["both"], axis=1),
        node("Cast", ["both"], ["out"], to=TensorProto.FLOAT),
    ),
}


@pytest.mark.parametrize("end", PUT_TOGETHER.values(), ids=PUT_TOGETHER)
def test_sigmoids_of_single_labels_are_left_out_wherever_they_are_put_together(
    end: Sequence[NodeProto], tmp_path: Path
) -> None:
    nodes = [*SIGMOIDS, *end]
    path = saved(tmp_path / "drawn.onnx", checked(model(nodes, weights={**WEIGHTS, **LABELS}, image=("n", 1, 2, 2))))
    output = described(path).card.output
    assert output.kind is OutputKind.SIGMOID
    assert "since the graph ends in Sigmoid." in output.assumed
    assert intake(entry_of(path)).conversions == ("Sigmoid at the end left out",)
    np.testing.assert_allclose(load_undivided(described(path), "cpu").logits(ONE), [LOGITS], rtol=1e-6)
    ready = loaded(path)
    if end[-1].op_type == "Concat" and len(end) == 1:
        assert ready.network.head.level is Level.A
        np.testing.assert_allclose(ready.maps_and_pooled(ONE)[0][0], MAPS, rtol=1e-6)


UNKNOWN_ORIGIN: dict[str, Sequence[NodeProto]] = {
    "written out": (
        *NODES[:-1],
        node("Gemm", ["flat", "h", "c"], ["right"], transB=1),
        node("Neg", ["right"], ["turned"]),
        node("Exp", ["turned"], ["raised"]),
        node("Add", ["raised", "single"], ["under"]),
        node("Div", ["single", "under"], ["out"]),
    ),
    "cut far inside": (
        *SIGMOIDS,
        node("Concat", ["p0", "p1"], ["both"], axis=1),
        node("Clip", ["both", "low", "most"], ["out"]),
    ),
    "multiplied": (*SIGMOIDS, node("Mul", ["p0", "p1"], ["both"]), node("Concat", ["both", "p1"], ["out"], axis=1)),
    "one of a softmax": (
        node("Gemm", ["flat", "h", "c"], ["right"], transB=1),
        node("Softmax", ["right"], ["shares"]),
        node("Gather", ["shares", "last"], ["first"], axis=1),
        node("Concat", ["first", "first"], ["out"], axis=1),
    ),
}
UNKNOWN_ORIGIN["one of a softmax"] = (*POOLED, *UNKNOWN_ORIGIN["one of a softmax"])


@pytest.mark.parametrize("nodes", UNKNOWN_ORIGIN.values(), ids=UNKNOWN_ORIGIN)
def test_probabilities_that_no_sum_gives_away_are_refused(nodes: Sequence[NodeProto], tmp_path: Path) -> None:
    path = saved(tmp_path / "drawn.onnx", checked(model(nodes, weights={**WEIGHTS, **LABELS}, card=card())))
    with pytest.raises(CheckpointError, match=r"drawn gives probabilities, .* without its sigmoid or softmax"):
        loaded(path)


def test_logits_between_0_and_1_are_logits_where_a_layer_follows_the_last_sigmoid(tmp_path: Path) -> None:
    nodes = [
        *POOLED,
        node("Sigmoid", ["flat"], ["bent"]),
        node("Gemm", ["bent", "small", "middle"], ["out"], transB=1),
    ]
    small: dict[str, Array] = {"small": HEAD / 100, "middle": np.array([0.5, 0.4], np.float32)}
    made = checked(model(nodes, weights={**WEIGHTS, **small}, card=card()))
    assert intake(entry_of(saved(tmp_path / "drawn.onnx", made))).usable


def test_a_file_of_more_than_two_gigabytes_is_refused_as_what_camdash_does_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path / "drawn.onnx", model())
    monkeypatch.setattr(reading, "LARGEST_GRAPH", 100)
    with pytest.raises(CheckpointError, match=r"drawn\.onnx is too large: camdash reads ONNX files up to 2 GB\."):
        described(path)


def test_a_file_for_one_image_at_a_time_runs_a_batch(tmp_path: Path) -> None:
    ready = loaded(saved(tmp_path / "drawn.onnx", checked(model(image=(1, 1, 2, 2)))))
    two = summed(ready, torch.cat([ONE, 0 * ONE]))
    np.testing.assert_allclose(two, [LOGITS, [6.5, -4]], rtol=1e-6)


def test_channels_may_come_last(tmp_path: Path) -> None:
    first = node("Transpose", ["image"], ["turned"], perm=[0, 3, 1, 2])
    convolution = node("Conv", ["turned", "w", "b"], ["made"], kernel_shape=[1, 1])
    made = checked(model([first, convolution, *NODES[1:]], image=("n", 2, 2, 1)))
    ready = loaded(saved(tmp_path / "drawn.onnx", made))
    np.testing.assert_allclose(ready.maps_and_pooled(ONE)[0][0], MAPS, rtol=1e-6)


def test_the_size_of_the_graph_is_that_of_the_card(tmp_path: Path) -> None:
    path = saved(tmp_path / "drawn.onnx", model(image=("n", 1, 6, 4)))
    assert described(path).card.preprocessing.input_size == (6, 4)
    assert "input_size" not in described(path).card.assumed
    saved(path, model(image=("n", 1, 6, 4), card=card((2, 2))))
    with pytest.raises(CheckpointError, match=r"accepts only 6 x 4 pixels; set input_size to \[6, 4\] in the card"):
        described(path)


def window(**attributes: Any) -> NodeProto:
    return node("Conv", ["image", "w3"], ["made"], **attributes)


ALONE = np.ones((2, 1, 3, 3), np.float32)
PADS = node("Pad", ["image", "pads"], ["wide"])
GRIDS: dict[str, tuple[Sequence[NodeProto], tuple[float, float] | None]] = {
    "stride and padding": ((window(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),), (2, 0)),
    "no padding": ((window(strides=[2, 2]),), (2, 1)),
    "dilation": ((window(dilations=[2, 2], pads=[1, 1, 1, 1]),), (1, 1)),
    "padding behind": ((window(strides=[2, 2], pads=[0, 0, 1, 1]),), (2, 1)),
    "same, upper": ((window(strides=[2, 2], auto_pad="SAME_UPPER"),), (2, 1)),
    "same, lower": ((window(strides=[2, 2], auto_pad="SAME_LOWER"),), (2, 0)),
    "valid": ((window(strides=[2, 2], auto_pad="VALID"),), (2, 1)),
    "a node that pads": ((PADS, node("Conv", ["wide", "w3"], ["made"], strides=[2, 2])), (2, -1)),
    "rows and columns differ": ((window(strides=[2, 1], pads=[1, 1, 1, 1]),), None),
    "two layers": (
        (
            window(strides=[2, 2], pads=[1, 1, 1, 1]),
            node("AveragePool", ["made"], ["next"], kernel_shape=[2, 2], strides=[2, 2]),
        ),
        (4, 1),
    ),
}


@pytest.mark.parametrize(("nodes", "grid"), GRIDS.values(), ids=GRIDS)
def test_where_cells_are_centred(nodes: Sequence[NodeProto], grid: tuple[float, float] | None, tmp_path: Path) -> None:
    weights = {"w3": ALONE, "h": HEAD, "c": BIAS, "pads": np.array([0, 0, 2, 2, 0, 0, 0, 0])}
    last = nodes[-1].output[0]
    rest = [node("GlobalAveragePool", [last], ["mean"]), *NODES[3:]]
    path = saved(tmp_path / "drawn.onnx", checked(model([*nodes, *rest], weights=weights, card=card((8, 8)))))
    ready = loaded(path)
    if grid is None:
        assert "the place of its cells cannot be told from its graph" in ready.no_map
        return
    assert ready.network.grid == Grid(*grid)
    centre = saved_centre(path, grid)
    assert centre == pytest.approx(grid[1] + grid[0])


def turned(*between: NodeProto, last: str) -> list[NodeProto]:
    """Return a grid that is brought to channels last, changed there and brought back."""
    return [
        node("Transpose", ["made"], ["behind"], perm=[0, 2, 3, 1]),
        *between,
        node("Transpose", [last], ["next"], perm=[0, 3, 1, 2]),
    ]


FRONT: dict[str, Array] = {
    "front": np.array([0]),
    "four": np.array([4]),
    "one": np.array([1]),
    "rows": np.array([3, 2, 1, 0]),
    "flat3": np.array([0, 2, 6, 6]),
    "strips": np.array([0, 6, 6, 2]),
    "many": np.ones((1, 1, 4, 4), np.float32),
    "behind_pads": np.array([0, 1, 1, 0, 0, 1, 1, 0]),
}
MOVED: dict[str, tuple[Sequence[NodeProto], tuple[float, float] | None]] = {
    "rows one after the other": (
        turned(node("Concat", ["behind", "behind"], ["long"], axis=1), last="long"),
        None,
    ),
    "rows from behind": (turned(node("Concat", ["behind", "behind"], ["long"], axis=-3), last="long"), None),
    "rows left out": (
        turned(node("Slice", ["behind", "front", "four", "one"], ["cut"]), last="cut"),
        None,
    ),
    "rows in another order": (
        turned(node("Gather", ["behind", "rows"], ["mixed"], axis=1), last="mixed"),
        None,
    ),
    "split by rows": (turned(node("Split", ["behind"], ["upper", "lower"], axis=1), last="upper"), None),
    "reshaped": (turned(node("Reshape", ["behind", "flat3"], ["other"]), last="other"), None),
    "batch and rows changed": (
        turned(node("Transpose", ["behind"], ["across"], perm=[0, 2, 1, 3]), last="across"),
        None,
    ),
    "turned twice": (
        [
            node("Transpose", ["made"], ["behind"], perm=[0, 2, 3, 1]),
            node("Transpose", ["behind"], ["more"], perm=[0, 2, 3, 1]),
            node("Transpose", ["more"], ["next"], perm=[0, 2, 3, 1]),
        ],
        None,
    ),
    "channels one after the other": (
        turned(node("Concat", ["behind", "behind"], ["wide"], axis=3), node("Relu", ["wide"], ["bent"]), last="bent"),
        (1, 1),
    ),
    "channels, first": ([node("Concat", ["made", "made"], ["next"], axis=1)], (1, 1)),
    "channels, first, from behind": ([node("Concat", ["made", "made"], ["next"], axis=-3)], (1, 1)),
    "reshaped to the same": (turned(node("Reshape", ["behind", "strips"], ["same"]), last="same"), (1, 1)),
    "one cell spread over many": (
        [
            node("MaxPool", ["made"], ["single"], kernel_shape=[6, 6]),
            node("Add", ["single", "many"], ["next"]),
        ],
        None,
    ),
    "padded, channels last": (turned(node("Pad", ["behind", "behind_pads"], ["wide"]), last="wide"), (1, 0)),
}


@pytest.mark.parametrize(("nodes", "grid"), MOVED.values(), ids=MOVED)
def test_a_map_is_drawn_only_where_rows_and_columns_stay_what_they_are(
    nodes: Sequence[NodeProto], grid: tuple[float, float] | None, tmp_path: Path
) -> None:
    first = node("Conv", ["image", "w3"], ["made"], kernel_shape=[3, 3])
    weights = {"w3": ALONE, **FRONT}
    made = checked(model([first, *nodes, node("GlobalAveragePool", ["next"], ["out"])], weights=weights))
    with opened_checkpoint(saved(tmp_path / "drawn.onnx", made)) as content:
        graph = read_graph(content)
    shapes = shapes_of(graph, (8, 8), "drawn")
    assert grid_in(graph, "next", shapes) == (None if grid is None else Grid(*grid))


def saved_centre(path: Path, grid: tuple[float, float]) -> float:
    """Return on which row cell 1 is centred, as the network itself says: the mean row of what moves that cell."""
    ready = loaded(path)
    rows = []
    for row in range(8):
        image = torch.zeros(1, 1, 8, 8)
        image[0, 0, row] = 1
        rows.append(float(ready.maps_and_pooled(image)[0][0, 0, 1].sum()))
    seen = np.array(rows)
    return float((seen * np.arange(8)).sum() / seen.sum())


def divided(architecture: str) -> SplitNetwork:
    """Return torchvision's own network, split."""
    network = copy.deepcopy(zoo.network(architecture))
    return split(network, family_of(architecture), 3, torch.device("cpu"))


@pytest.mark.parametrize("architecture", ["googlenet", "densenet121", "regnet_y_400mf", "resnet18"])
def test_the_grid_of_a_network_of_torchvisions_is_that_of_its_modules(architecture: str, tmp_path: Path) -> None:
    own = divided(architecture)
    path = saved(tmp_path / "m.onnx", export(checkpoint_of(3), own).content)
    with opened_checkpoint(path) as content:
        graph = read_graph(content)
    last = [str(one.input[0]) for one in graph.model.graph.node if one.op_type == "ReduceMean"][-1]
    assert grid_in(graph, last, shapes_of(graph, (96, 128), "m")) == own.grid


@pytest.mark.parametrize("architecture", [zoo.TINY, "squeezenet1_1", "mobilenet_v3_small"])
def test_what_camdash_wrote_comes_back_with_the_same_maps(architecture: str, tmp_path: Path) -> None:
    own, checkpoint = divided(architecture), checkpoint_of(3)
    path = saved(tmp_path / "m.onnx", export(checkpoint, own).content)
    after = loaded(path)
    assert (after.network.head.level, after.network.grid) == (own.head.level, own.grid)
    assert after.checkpoint.card == dataclasses.replace(checkpoint.card, architecture=GRAPH)
    inputs = random_images(3, 128, 96, 2)
    (expected, pooled), (found, averages) = TorchEngine(own).maps_and_pooled(inputs), after.maps_and_pooled(inputs)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4 * float(expected.abs().max()))
    torch.testing.assert_close(averages, pooled, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(after.network.bias, own.bias, rtol=1e-6)


@pytest.mark.parametrize("name", ["linear", "parts", "largest", "joined", "norms", "pooling last", "elu", "silu"])
def test_a_head_that_camdash_wrote_comes_back(name: str, tmp_path: Path) -> None:
    own = around(*HEADS[name])
    path = saved(tmp_path / "drawn.onnx", export(checkpoint_of(3), own).content)
    ready, inputs = loaded(path), random_images(1, 64, 96, 2)
    expected = own.head.maps(own.activations(inputs))
    assert ready.no_map == ""
    assert ready.network.head.level is own.head.level
    found = ready.maps_and_pooled(inputs)[0]
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4 * float(expected.abs().max()))


@pytest.mark.parametrize(
    "wrong", ["[", "3", '{"rows": 0}', '{"rows": 3, "columns": 2, "vector": "none", "cells": "x"}']
)
def test_what_a_file_says_of_its_pooling_and_makes_no_sense_is_not_used(wrong: str, tmp_path: Path) -> None:
    made = model(card=card())
    helper.set_model_props(made, {"camdash": json.dumps(card()), "camdash.pooling": wrong})
    np.testing.assert_allclose(summed(loaded(saved(tmp_path / "drawn.onnx", made)), ONE), [LOGITS], rtol=1e-6)


def test_a_file_that_says_another_pooling_than_it_has_gets_no_map(tmp_path: Path) -> None:
    made = model(weights={**WEIGHTS, "b": np.array([0, 0.5], np.float32)}, card=card((4, 6)))
    stated = {"rows": 1, "columns": 1, "vector": "flat", "cells": "made"}
    helper.set_model_props(made, {"camdash": json.dumps(card((4, 6))), "camdash.pooling": json.dumps(stated)})
    ready = loaded(saved(tmp_path / "drawn.onnx", made))
    assert "what was taken for its last layers gives other logits than its graph" in ready.no_map


@pytest.mark.parametrize("architecture", ["mobilenet_v2", zoo.TINY])
def test_a_network_that_pytorch_wrote_gives_its_logits_and_maps(architecture: str, tmp_path: Path) -> None:
    network, path = zoo.network(architecture), tmp_path / "written.onnx"
    free = {"image": {0: "n", 2: "rows", 3: "columns"}, "out": {0: "n"}}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        shown = (torch.zeros(1, 3, 96, 128),)
        torch.onnx.export(
            network, shown, path, input_names=["image"], output_names=["out"], dynamic_axes=free, dynamo=False
        )
    path.with_suffix(".json").write_text(json.dumps(card((96, 128), 3)))
    ready, batch = loaded(path), random_images(3, 96, 128, 2)
    with torch.inference_mode():
        expected = network(batch)
    torch.testing.assert_close(summed(ready, batch), expected, rtol=0, atol=1e-4 * float(expected.abs().max()))
    assert (ready.network.grid, ready.network.head.level) == (Grid(32, 0), Level.A)


def test_both_poolings_together_are_the_layer_that_heads_know(tmp_path: Path) -> None:
    nodes = [
        *FEATURES,
        node("GlobalMaxPool", ["grid"], ["largest"]),
        node("GlobalAveragePool", ["grid"], ["mean"]),
        node("Concat", ["largest", "mean"], ["both"], axis=1),
        node("Flatten", ["both"], ["flat"]),
        node("Gemm", ["flat", "wide", "c"], ["out"], transB=1),
    ]
    wide = np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.float32)
    with opened_checkpoint(saved(tmp_path / "drawn.onnx", model(nodes, weights={**WEIGHTS, "wide": wide}))) as content:
        graph = read_graph(content)
    ending = ending_of(graph, "out", shapes_of(graph, (2, 2), "drawn"))
    pooled = ending.layers[0](torch.tensor([[[[1.0, 2.0], [3.0, 4.0]], [[1.0, 0.0], [0.0, 0.0]]]]))
    torch.testing.assert_close(pooled.flatten(1), torch.tensor([[4.0, 1.0, 2.5, 0.25]]))


def spread(count: int) -> list[NodeProto]:
    """Return nodes that put one grid of the image for each of so many classes, and pool them."""
    return [
        node("AveragePool", ["image"], ["grid"], kernel_shape=[1, 1]),
        constant("shape", [1, count, 2, 2]),
        node("Expand", ["grid", "shape"], ["all"]),
        node("GlobalAveragePool", ["all"], ["logits"]),
    ]


@pytest.mark.parametrize("count", [6_000, 100_000])
def test_many_grids_that_are_logits_take_no_square_of_them(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch, "eye", lambda size: pytest.fail(f"a square of {size} numbers a side was made"))
    made = model(spread(count), weights={}, image=("n", 1, 2, 2), outputs=["logits"])
    made.graph.output[0].CopyFrom(helper.make_tensor_value_info("logits", 1, list("nkij")))
    path = saved(tmp_path / "drawn.onnx", made)
    if count > MOST_CLASSES:
        with pytest.raises(CheckpointError, match="does not tell how many outputs it gives"):
            described(path)
    else:
        assert len(described(path).card.class_names) == count


def test_pooling_that_makes_thousands_of_logits_gives_no_map(tmp_path: Path) -> None:
    nodes = [*spread(6_000), node("Flatten", ["logits"], ["out"])]
    ready = loaded(saved(tmp_path / "drawn.onnx", checked(model(nodes, weights={}, image=(1, 1, 2, 2)))))
    assert "pooling makes a logit of each of 6000 grids" in ready.no_map
    assert ready.whole is not None
    np.testing.assert_allclose(ready.whole.logits(ONE), np.full((1, 6_000), 2.5), rtol=1e-6)


WORK = {"image": (1, 3, 8, 6), "w": (4, 3, 5, 2), "made": (1, 4, 4, 5), "a": (2, 7), "b": (7, 3), "c": (2, 3)}


@pytest.mark.parametrize(
    ("work", "count"),
    [
        (node("Conv", ["image", "w"], ["made"]), 80 * 30),
        (node("MaxPool", ["image"], ["made"], kernel_shape=[5, 2]), 80 * 10),
        (node("LRN", ["made"], ["made"], size=5), 80 * 5),
        (node("MatMul", ["a", "b"], ["c"]), 6 * 7),
        (node("Gemm", ["a", "b"], ["c"]), 6 * 7),
        (node("Gemm", ["b", "a"], ["d"], transA=1), 7),
        (node("Einsum", ["a", "b"], ["c"], equation="ij, jk -> ik"), 2 * 7 * 3),
        (node("Einsum", ["a", "b"], ["c"], equation="...j,jk->...k"), 14 * 21),
        (node("Add", ["a", "a"], ["a"]), 0),
    ],
    ids=lambda value: value.op_type if isinstance(value, NodeProto) else "",
)
def test_multiplications_are_counted(work: NodeProto, count: int) -> None:
    assert multiplications(work, WORK) == count


WIDE: dict[str, Array] = {**WEIGHTS, "h": np.arange(16, dtype=np.float32).reshape(2, 8)}


def test_a_linear_layer_that_reads_each_cell_gives_each_its_share(tmp_path: Path) -> None:
    nodes = [*FEATURES, node("Flatten", ["grid"], ["flat"]), node("Gemm", ["flat", "h", "c"], ["out"], transB=1)]
    ready = loaded(saved(tmp_path / "drawn.onnx", checked(model(nodes, weights=WIDE, image=("n", 1, 2, 2)))))
    cells = np.array([[[1, 2], [3, 4]], [[1, 0], [0, 0]]])
    shares = (WIDE["h"].reshape(2, 2, 2, 2) * cells).sum(1)
    np.testing.assert_allclose(ready.maps_and_pooled(ONE)[0][0], 4 * shares, rtol=1e-6)
    np.testing.assert_allclose(summed(ready, ONE), [shares.sum((1, 2)) + BIAS], rtol=1e-6)


def generalised(path: Path, root: float) -> Path:
    """Save a graph of the mean of cubes, a power of that, and a linear layer, as PyTorch's exporter writes GeM."""
    numbers = {"least": 1e-6, "three": 3.0, "root": root}
    weights = {**WEIGHTS, **{name: np.array(value, np.float32) for name, value in numbers.items()}}
    nodes = [
        *FEATURES,
        node("Clip", ["grid", "least"], ["cut"]),
        node("Pow", ["cut", "three"], ["cubes"]),
        node("GlobalAveragePool", ["cubes"], ["mean"]),
        node("Pow", ["mean", "root"], ["pooled"]),
        node("Flatten", ["pooled"], ["flat"], axis=1),
        node("Gemm", ["flat", "h", "c"], ["out"], transB=1),
    ]
    return saved(path, checked(model(nodes, weights=weights, card=card())))


def test_the_root_of_a_generalised_mean_is_known(tmp_path: Path) -> None:
    """Of the cubes 1, 8, 27, 64 and 1, 0, 0, 0 each cell has its part of the third root of their mean."""
    path = generalised(tmp_path / "drawn.onnx", 1 / 3)
    ready = loaded(path)
    assert (ready.no_map, ready.network.head.level) == ("", Level.B)
    first = np.array([[1, 8], [27, 64]]) / 100 * 25 ** (1 / 3)
    second = np.array([[1, 0], [0, 0]]) * 0.25 ** (1 / 3)
    maps = 4 * np.einsum("kc,cij->kij", HEAD, np.stack([first, second]))
    np.testing.assert_allclose(ready.maps_and_pooled(ONE)[0][0], maps, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(summed(ready, ONE), load_undivided(described(path), "cpu").logits(ONE), rtol=1e-5)


@pytest.mark.parametrize("power", [2.0, -0.5, 1 / 12])
def test_a_power_that_is_no_root_has_no_map(power: float, tmp_path: Path) -> None:
    ready = loaded(generalised(tmp_path / "drawn.onnx", power))
    assert "its graph has Pow between the last grid and the logits" in ready.no_map


def test_a_graph_that_cannot_be_cut_predicts_and_says_why_it_has_no_map(tmp_path: Path) -> None:
    nodes = [*POOLED, node("Exp", ["flat"], ["bent"]), node("Gemm", ["bent", "h", "c"], ["out"], transB=1)]
    path = saved(tmp_path / "drawn.onnx", checked(model(nodes)))
    ready = loaded(path)
    assert ready.no_map.startswith("This network gives a prediction and no map: its graph has Exp between ")
    assert ready.whole is not None
    np.testing.assert_allclose(ready.whole.logits(ONE), [HEAD @ np.exp([2.5, 0.25]) + BIAS], rtol=1e-5)
    analysis = analyse(radiograph(speckle(20, 30)), ready)
    assert (analysis.has_maps, analysis.no_map) == (False, ready.no_map)
    report = intake(entry_of(path))
    assert (report.usable, report.no_map) == (True, ready.no_map)


def test_an_analysis_adds_up_and_is_verified_by_the_whole_graph(tmp_path: Path) -> None:
    path = saved(tmp_path / "drawn.onnx", model(card=card((6, 4))))
    ready, film = loaded(path), radiograph(speckle(20, 30))
    analysis = analyse(film, ready)
    assert analysis.maps.maps.shape == (2, 6, 4)
    assert (analysis.level, analysis.engine) == ("A", ready.slot.words)
    assert verify(film, analysis, load_undivided(ready.checkpoint, "cpu")) < 1e-6


def test_the_report_says_what_was_found(tmp_path: Path) -> None:
    path = saved(tmp_path / "drawn.onnx", model(card=card(pooling="max", notes="drawn")))
    report = intake(entry_of(path))
    assert (report.usable, report.error) == (True, None)
    assert (report.stored_as, report.architecture, report.channels, report.parameters) == ("ONNX", GRAPH, 1, 10)
    assert report.level == "A"
    assert report.deviation is not None
    assert report.deviation < 1e-6
    assert report.unused == ("The card's field pooling was not used: the ONNX graph says it.",)
    sources = {field.name: field.source for field in report.fields}
    assert (sources["architecture"], sources["notes"]) == ("graph", "drawn.onnx")


def test_without_a_card_classes_are_numbered_and_can_be_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "drawn.onnx", model())
    checkpoint = described(path)
    assert checkpoint.card.class_names == ("Class 0", "Class 1")
    assert checkpoint.card.architecture == GRAPH
    assert "That exactly one class is right (softmax) is assumed." in checkpoint.card.guess
    write_card(checkpoint, named_card(checkpoint.card, ["Hand", "Foot"]))
    assert described(path).card.class_names == ("Hand", "Foot")


def test_one_output_is_of_unknown_meaning(tmp_path: Path) -> None:
    weights = {**WEIGHTS, "h": HEAD[:1], "c": BIAS[:1]}
    checkpoint = described(saved(tmp_path / "drawn.onnx", model(weights=weights)))
    assert checkpoint.card.output.kind is OutputKind.UNKNOWN


def test_a_card_beside_needs_no_architecture_and_may_name_another(tmp_path: Path) -> None:
    path = saved(tmp_path / "drawn.onnx", model())
    for fields in (card(), card(architecture="resnet18")):
        path.with_suffix(".json").write_text(json.dumps(fields))
        assert described(path).card.architecture == GRAPH
        assert loaded(path).no_map == ""
    path.with_suffix(".json").write_text(json.dumps({"class_names": ["A", "B"]}))
    with pytest.raises(CheckpointError, match=r"lacks input_size, fit\."):
        described(path)


def test_an_onnx_card_beside_weights_is_refused(tmp_path: Path) -> None:
    path = zoo.saved(tmp_path / "m.pth", **zoo.card_of(GRAPH))
    with pytest.raises(CheckpointError, match="The architecture 'ONNX graph' is not one that camdash can split"):
        described(path)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"classes": 3}, r"gives an output of the shape \(1, 2\), but its card names 3 outputs\."),
        ({"mean": [0.1, 0.2, 0.3]}, "gives 3 values of mean, but the network has 1 input channel"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(fields: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    path = saved(tmp_path / "drawn.onnx", model(card=card(**fields)))
    assert intake(entry_of(path)).error is not None
    with pytest.raises(CheckpointError, match=sentence):
        loaded(path)


def test_a_file_that_was_replaced_since_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "drawn.onnx", model(card=card()))
    checkpoint = described(path)
    saved(path, model(card=card(notes="another")))
    for load in (load_any, load_undivided):
        with pytest.raises(CheckpointError, match=r"drawn\.onnx was replaced while it was being loaded"):
            load(checkpoint, "cpu")


def test_pytorch_does_not_run_it_so_there_are_no_stages_and_nothing_to_export(tmp_path: Path) -> None:
    checkpoint = described(saved(tmp_path / "drawn.onnx", model(card=card())))
    assert stage_names(checkpoint.card) == ()
    for load in (load_split, load_divided):
        with pytest.raises(CheckpointError, match="drawn is an ONNX graph, which PyTorch does not run"):
            load(checkpoint, "cpu")


def test_it_is_found_by_name_and_as_the_first(tmp_path: Path) -> None:
    saved(tmp_path / "drawn.onnx", model(card=card()))
    assert find(None, [tmp_path]).name == find("drawn", [tmp_path]).name == "drawn"


def test_of_several_outputs_the_one_called_logits_is_taken(tmp_path: Path) -> None:
    nodes = [*NODES, node("Identity", ["out"], ["logits"])]
    ready = loaded(saved(tmp_path / "drawn.onnx", model(nodes, outputs=["grid", "flat", "logits"], card=card())))
    np.testing.assert_allclose(summed(ready, ONE), [LOGITS], rtol=1e-6)


def test_a_graph_made_of_constants_is_followed(tmp_path: Path) -> None:
    nodes = [
        *FEATURES,
        constant("where", [2, 3]),
        node("ReduceMean", ["grid", "where"], ["flat"], keepdims=0),
        NODES[-1],
    ]
    ready = loaded(saved(tmp_path / "drawn.onnx", checked(model(nodes, opset=18, card=card()))))
    np.testing.assert_allclose(ready.maps_and_pooled(ONE)[0][0], MAPS, rtol=1e-6)


def test_a_module_of_pytorch_is_not_needed(tmp_path: Path) -> None:
    ready = loaded(saved(tmp_path / "drawn.onnx", model(card=card())))
    assert isinstance(ready.network.head, LinearHead)
    assert not isinstance(ready.network.head, nn.Module)
