"""A graph cut at one of its values: what leads there, and nothing else."""

from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper

from camdash.networks.graphs.reading import Graph


def cut(graph: Graph, name: str) -> bytes:
    """Return the model that gives one value of a graph, in float32.

    Args:
        graph: the graph.
        name: of the value.
    """
    own = graph.model.graph
    nodes = _leading_to(own, name)
    read = {source for node in nodes for source in node.input}
    made = ModelProto(ir_version=graph.model.ir_version, opset_import=graph.model.opset_import)
    made.graph.name = "camdash"
    made.graph.node.extend(nodes)
    made.graph.initializer.extend(tensor for tensor in own.initializer if tensor.name in read)
    made.graph.input.extend(value for value in own.input if value.name == graph.input or value.name in read)
    made.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    content: bytes = made.SerializeToString()
    return content


def _leading_to(graph: GraphProto, name: str) -> list[NodeProto]:
    """Return the nodes on which a value depends, in their order."""
    wanted, found = {name}, list[NodeProto]()
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            found.append(node)
    return found[::-1]
