"""Weights of an ONNX graph made small: matrix products in 8-bit integers, other large weights in half precision.

The products have a scale for each column of a weight, and one for what is multiplied by it, found beforehand on
sentences (static quantization): an answer does not depend on the sentences that are read with it, as it does
under dynamic quantization with its scale for whatever comes.

x86 processors without 8-bit dot products (VNNI) add two neighbouring products in 16 bits and cut off what is too
large for them (`vpmaddubsw`). The scales are such that nothing ever is: 0.4 bits of a weight instead of the whole
bit that quantizing to 7 costs, and the answers are the same on every processor.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from batti.train import integers

Feed = Mapping[str, NDArray[Any]]
"""The inputs of a graph, by name."""
_LARGE = 4096  # bytes from which a weight is worth halving


class _Feeds(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, feeds: Iterable[Feed]) -> None:
        self._feeds = iter(feeds)

    def get_next(self) -> Feed | None:
        return next(self._feeds, None)


def in_integers(model: onnx.ModelProto, feeds: Iterable[Feed]) -> onnx.ModelProto:
    """The graph with its matrix products by constant weights in 8-bit integers, their ranges those of these inputs."""
    logging.getLogger().setLevel(max(logging.getLogger().level, logging.ERROR))  # it advises on the root logger
    weights = {one.name: one for one in model.graph.initializer}
    products = [node for node in model.graph.node if node.op_type == "MatMul"]
    others = [node.name for node in products if node.input[1] not in weights]
    ranges = {name: _ranges(numpy_helper.to_array(weights[name]))
              for name in (node.input[1] for node in products) if name in weights}  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        plain, made = Path(folder) / "plain.onnx", Path(folder) / "made.onnx"
        onnx.save(model, plain)
        quantize_static(
            plain, made, _Feeds(feeds), quant_format=QuantFormat.QDQ, op_types_to_quantize=["MatMul"], per_channel=True,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, nodes_to_exclude=others,
            extra_options={"OpTypesToExcludeOutputQuantization": ["MatMul"], "TensorQuantOverrides": ranges},
        )  # fmt: skip
        return integers.fused(onnx.load(made))


def _ranges(weight: NDArray[np.float32]) -> list[dict[str, Any]]:
    """For each column of a (rows, columns) weight the range that is numbered from -127 to 127: as far as the largest
    sum of two neighbouring rows of one sign."""
    even = np.pad(weight, ((0, len(weight) % 2), (0, 0)))
    sums = [np.maximum(side, 0).reshape(-1, 2, weight.shape[1]).sum(axis=1).max(axis=0) for side in (even, -even)]
    return [{"axis": 1, "rmin": -most, "rmax": most} for most in np.maximum(*sums)]


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with its large single-precision weights in half precision, cast back where they are used.

    Of a table only the rows that were looked up are cast, so that it does not grow in memory.
    """
    graph = model.graph
    large = {w.name: w for w in graph.initializer if w.data_type == TensorProto.FLOAT and len(w.raw_data) > _LARGE}
    for name, weight in large.items():
        weight.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float16), name))
    nodes: list[onnx.NodeProto] = []
    cast: set[str] = set()
    for node in graph.node:
        if node.op_type == "Gather" and node.input[0] in large:
            rows = node.output[0]
            node.output[0] = f"{rows}.half"
            nodes += [node, helper.make_node("Cast", [node.output[0]], [rows], to=TensorProto.FLOAT)]
            continue
        for i, name in enumerate(node.input):
            if name in large:
                node.input[i] = f"{name}.full"
                if name not in cast:
                    nodes.append(helper.make_node("Cast", [name], [f"{name}.full"], to=TensorProto.FLOAT))
                cast.add(name)
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    return model
