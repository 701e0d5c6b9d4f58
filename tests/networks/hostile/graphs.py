"""ONNX files that would do harm, or are none."""

import struct
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from onnx import AttributeProto, ModelProto, TensorProto, helper

from tests.networks.hostile.case import Case
from tests.networks.onnx_graphs import FEATURES, NODES, POOLED, WEIGHTS, card, model, saved

node = helper.make_node


def graph(name: str, made: Callable[[], ModelProto | bytes], sentence: str | None) -> Case:
    return Case(f"graph-{name}.onnx", lambda path: saved(path, made()), sentence)


def changed(change: Callable[[ModelProto], Any]) -> Callable[[], ModelProto]:
    """Return what makes the right model and changes it."""

    def made() -> ModelProto:
        right = model(card=card())
        change(right)
        return right

    return made


def external(right: ModelProto) -> None:
    tensor = right.graph.initializer[2]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")


def claimed(right: ModelProto) -> None:
    """Let a tensor claim 2 GB and hold 16 bytes."""
    right.graph.initializer[2].dims[:] = [2**15, 2**14]


def negative(right: ModelProto) -> None:
    right.graph.initializer[2].dims[:] = [-2, -2]


def controlled(kind: str) -> ModelProto:
    body = helper.make_graph([], "body", [], [])
    return model([node(kind, ["image"], ["out"], body=body)])


def hidden_graph(right: ModelProto) -> None:
    """Let a known operator carry a graph of its own."""
    right.graph.node[0].attribute.append(AttributeProto(name="x", type=AttributeProto.INT, g=right.graph))


def custom(right: ModelProto) -> None:
    right.graph.node[1].domain = "com.example"
    right.opset_import.append(helper.make_opsetid("com.example", 1))


def large() -> ModelProto:
    """Return a graph that makes a petabyte of one image by putting it behind itself, again and again."""
    doubled = [node("Concat", [f"v{k}"] * 8, [f"v{k + 1}"], axis=2) for k in range(12)]
    return model(
        [node("Identity", ["image"], ["v0"]), *doubled, node("Flatten", ["v12"], ["out"])], weights={}, card=card()
    )


def hidden_size() -> ModelProto:
    """Return a graph that makes as many numbers as the image's brightest pixel says, a billion times as many."""
    nodes = [
        node("ReduceMax", ["image"], ["brightest"], keepdims=0),
        node("Cast", ["brightest"], ["whole"], to=TensorProto.INT64),
        node("Mul", ["whole", "billion"], ["count"]),
        node("Unsqueeze", ["count", "front"], ["shape"]),
        node("ConstantOfShape", ["shape"], ["many"]),
        node("ReduceSum", ["many"], ["sum"], keepdims=0),
        node("Add", ["right", "sum"], ["out"]),
    ]
    weights = {**WEIGHTS, "billion": np.array(10**9), "front": np.array([0])}
    last = node("Gemm", ["flat", "h", "c"], ["right"], transB=1)
    return model([*POOLED, last, *nodes], weights=weights, card=card())


def squared(count: int, kind: str) -> ModelProto:
    """Return a graph that makes large squares of ones, and multiplies them or only adds them."""
    made = [node("ConstantOfShape", ["shape"], ["v0"])]
    made += [node(kind, [f"v{k}", f"v{k}"], [f"v{k + 1}"]) for k in range(count)]
    ends = [
        node("ReduceSum", [f"v{count}"], ["sum"], keepdims=0),
        node("Gemm", ["flat", "h", "c"], ["right"], transB=1),
        node("Add", ["right", "sum"], ["out"]),
    ]
    weights = {**WEIGHTS, "shape": np.array([20_000, 20_000])}
    return model([*POOLED, *made, *ends], weights=weights, card=card())


def functions(right: ModelProto) -> None:
    right.functions.add(name="Relu", domain="")


def text_weights(right: ModelProto) -> None:
    right.graph.initializer.append(TensorProto(name="t", dims=[1], data_type=TensorProto.STRING, string_data=[b"x"]))


def unfit_name(right: ModelProto) -> None:
    right.graph.node[1].op_type = "\x1b[2J\u202eevil"


def no_stride(right: ModelProto) -> None:
    right.graph.node[0].attribute.append(helper.make_attribute("strides", [0, 0]))


def many_nodes() -> ModelProto:
    return model([node("Identity", ["image"], [f"v{k}"]) for k in range(20_001)], weights={}, outputs=["v0"])


def circle() -> ModelProto:
    return model([node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"])], weights={}, outputs=["b"])


def two_images(right: ModelProto) -> None:
    right.graph.input.append(helper.make_tensor_value_info("second", TensorProto.FLOAT, [1]))


def nested() -> bytes:
    """Return protocol buffers nested deeper than any reader goes down: a graph in an attribute in a node in a graph."""
    inner = b""
    for _ in range(500):
        for tag in (b"\x32", b"\x2a", b"\x0a"):
            inner = tag + _varint(len(inner)) + inner
    return b"\x08\x08\x3a" + _varint(len(inner)) + inner


def _varint(value: int) -> bytes:
    made = b""
    while value >= 128:
        made, value = made + bytes([value & 127 | 128]), value >> 7
    return made + bytes([value])


def _right() -> bytes:
    content: bytes = model(card=card()).SerializeToString()
    return content


UNTOLD = "cannot be told for an input of 2 x 2 pixels, so it is not run. Save it with a fixed input size."
NOT_WHOLE = "is not a whole ONNX file"
RANDOM = np.random.default_rng(5).bytes(2000)

CASES: tuple[Case, ...] = (
    graph("right", lambda: model(card=card()), None),
    graph("external", changed(external), "keeps its weights in other files, which are not opened"),
    graph("custom", changed(custom), "has operators of com.example, which are not run"),
    *(graph(kind, partial(controlled, kind), f"operator {kind}, which is not run") for kind in ("Loop", "If", "Scan")),
    graph("hidden-graph", changed(hidden_graph), "operator Conv, which is not run"),
    graph(
        "chance", lambda: model([*NODES[:4], node("RandomNormal", [], ["out"], shape=[1, 2])]), "RandomNormal, which"
    ),
    graph("two-gigabytes", changed(claimed), "a tensor in it has another size than its shape"),
    graph("negative", changed(negative), "another size than its shape"),
    graph("functions", changed(functions), "has functions, training steps or sparse weights"),
    graph("texts", changed(text_weights), "weights of a type that is not read"),
    graph("unfit-name", changed(unfit_name), "which is not run"),
    graph("large", large, "would need too much memory"),
    graph("hidden-size", hidden_size, UNTOLD),
    graph("long-products", partial(squared, 2, "MatMul"), "would take too long for an input of 2 x 2 pixels"),
    graph("long-sums", partial(squared, 300, "Add"), "would take too long for an input of 2 x 2 pixels"),
    graph("many-nodes", many_nodes, "more nodes or tensors than any network"),
    graph("circle", circle, NOT_WHOLE),
    graph("no-stride", changed(no_stride), UNTOLD),
    graph("two-images", changed(two_images), "has 2 inputs, and not one image"),
    graph(
        "two-outputs", lambda: model(outputs=["out", "flat"]), "has 2 outputs .out, flat., and none is called logits"
    ),
    graph("no-image", lambda: model(image=("n", 7)), "is not an image"),
    graph("seven-channels", lambda: model(image=("n", 7, 2, 2)), "is not an image"),
    graph("grid-as-output", lambda: model(FEATURES, outputs=["grid"], card=card()), "gives an output of the shape"),
    graph("no-logits", lambda: model(POOLED, outputs=["grid"]), "does not tell how many outputs|shape"),
    graph("missing-weight", lambda: model(weights={}), NOT_WHOLE),
    graph(
        "not-a-number",
        lambda: model(weights={**WEIGHTS, "c": np.array([np.nan, 0], np.float32)}, card=card()),
        "not finite",
    ),
    graph("cut", lambda: _right()[:-150], NOT_WHOLE),
    graph("cut-early", lambda: _right()[:20], NOT_WHOLE),
    graph("random", lambda: b"\x08\x08" + RANDOM, NOT_WHOLE),
    graph("noise", lambda: RANDOM, NOT_WHOLE),
    graph("empty", lambda: b"", "is empty"),
    graph("long-claim", lambda: b"\x08\x08\x3a\xff\xff\xff\xff\x07" + bytes(100), NOT_WHOLE),
    graph("nested", nested, NOT_WHOLE),
    graph("zeros", lambda: bytes(1000), NOT_WHOLE),
    graph("web-page", lambda: b"<!DOCTYPE html>404", "it is a web page"),
    graph("pointer", lambda: b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    graph("card-of-no-sense", lambda: model(card={"class_names": 3}), "lacks input_size, fit"),
    graph("floats", lambda: struct.pack("<500f", *range(500)), NOT_WHOLE),
)
