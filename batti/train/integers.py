"""Products in 8-bit integers as ONNX Runtime's own operator, one in the place of six.

`quantize_static` writes each as two dequantized sides, a product and the addition of a bias. ONNX Runtime puts that
together when it reads a graph, but for the bias; and what is quantized after it was only moved about (the neighbours
that a convolution sees) is moved in single precision. The answers are the same to the last bit.
"""

from __future__ import annotations

import onnx
from onnx import helper

from batti.train.fused import OPERATORS

PRODUCT = "MatMulIntegerToFloat"
"""The operator: both sides, their scales, their zeros (none is 0), the bias."""
_MOVING = ("Concat", "Slice", "Pad")


class _Graph:
    """What makes each value of a graph, and what uses it."""

    def __init__(self, nodes: list[onnx.NodeProto]) -> None:
        self._made = {out: node for node in nodes for out in node.output}
        self._users: dict[str, list[onnx.NodeProto]] = {}
        for node in nodes:
            for name in node.input:
                self._users.setdefault(name, []).append(node)

    def maker(self, name: str, *operators: str) -> onnx.NodeProto | None:
        """The node that makes a value, if it is one of these operators."""
        node = self._made.get(name)
        return node if node is not None and node.op_type in operators else None

    def is_moved_only(self, name: str) -> bool:
        """Whether all that uses the value moves or quantizes it."""
        return all(user.op_type in (*_MOVING, "QuantizeLinear") for user in self._users[name])


def fused(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with each product of dequantized sides and the addition after it as one operator."""
    nodes = list(model.graph.node)
    graph = _Graph(nodes)
    made: list[onnx.NodeProto] = []
    for node in nodes:
        made += _early(node, graph) if node.op_type == "QuantizeLinear" else [_product(node, graph) or node]
    outputs = [one.name for one in model.graph.output]
    del model.graph.node[:]
    model.graph.node.extend(_needed(_exact(made, outputs), outputs))
    used = {name for node in model.graph.node for name in node.input}
    stored = [one for one in model.graph.initializer if one.name in used]
    del model.graph.initializer[:]
    model.graph.initializer.extend(stored)
    return model


def _product(node: onnx.NodeProto, graph: _Graph) -> onnx.NodeProto | None:
    """The operator that does the work of an addition and of the product before it, if that is of 8-bit integers."""
    if node.op_type != "Add":
        return None
    product = next(filter(None, (graph.maker(name, "MatMul") for name in node.input)), None)
    sides = [graph.maker(name, "DequantizeLinear") for name in product.input] if product else []
    if not all(sides) or product is None:
        return None
    [bias] = (name for name in node.input if name not in product.output)
    (a, a_scale, a_zero), (b, b_scale, _) = (side.input for side in sides if side)  # a weight's zero is 0
    inputs = [a, b, a_scale, b_scale, a_zero, "", bias]
    return helper.make_node(PRODUCT, inputs, node.output, name=product.name, domain=OPERATORS)


def _early(node: onnx.NodeProto, graph: _Graph) -> list[onnx.NodeProto]:
    """What quantizes the value before it is moved about, and moves it in 8 bits."""
    _, scale, zero = node.input
    nodes: dict[str, onnx.NodeProto] = {}

    def quantized(name: str) -> str:
        out = node.output[0] if name == node.input[0] else f"{name}.quantized"
        mover = graph.maker(name, *_MOVING) if graph.is_moved_only(name) else None
        if out in nodes:
            return out
        if mover is None:
            nodes[out] = helper.make_node("QuantizeLinear", [name, scale, zero], [out], name=out)
            return out
        values = len(mover.input) if mover.op_type == "Concat" else 1
        inputs = [*map(quantized, mover.input[:values]), *mover.input[values:]]
        if mover.op_type == "Pad":
            inputs[2:3] = [zero]
        nodes[out] = onnx.NodeProto()
        nodes[out].CopyFrom(mover)
        nodes[out].name, nodes[out].input[:], nodes[out].output[:] = out, inputs, [out]
        return out

    quantized(node.input[0])
    return list(nodes.values())


def _exact(nodes: list[onnx.NodeProto], outputs: list[str]) -> list[onnx.NodeProto]:
    """The nodes, and the outputs of the graph, taking values as they were before they were quantized for a product."""
    before = {node.output[0]: node.input[0] for node in nodes if node.op_type == "QuantizeLinear"}
    back = {node.output[0]: before[node.input[0]] for node in nodes
            if node.op_type == "DequantizeLinear" and node.input[0] in before}  # fmt: skip
    named = {back[name]: name for name in outputs if name in back}
    kept = [node for node in nodes if node.output[0] not in back]
    for node in kept:
        for names in (node.input, node.output):
            exact = [back.get(name, name) for name in names]
            names[:] = [named.get(name, name) for name in exact]
    return kept


def _needed(nodes: list[onnx.NodeProto], outputs: list[str]) -> list[onnx.NodeProto]:
    """The nodes without those whose results nobody uses."""
    used, kept = set(outputs), []
    for node in reversed(nodes):
        if used.intersection(node.output):
            used.update(node.input)
            kept.append(node)
    return kept[::-1]
