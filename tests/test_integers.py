"""Products of 8-bit integers put together: the same answers to the last bit, by fewer operators."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="needs onnx: pip install '.[train]'")
ort = pytest.importorskip("onnxruntime", reason="needs onnxruntime: pip install batti")
pytest.importorskip("torch", reason="needs torch: pip install '.[train]'")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from batti.train import integers, quantize  # noqa: E402

WIDTH, KERNEL, OUT = 16, 3, 24


def model() -> Any:
    """A convolution as a product of what is moved about, as `quantize_static` writes it; its input is used besides."""
    drawn = np.random.default_rng(1)
    stored = {
        "pads": np.array([0, 1, 0, 0, 1, 0], dtype=np.int64),
        "axis": np.array([1], dtype=np.int64),
        "scale": np.float32(0.02),
        "zero": np.uint8(120),
        "weight": drawn.integers(-127, 128, size=(KERNEL * WIDTH, OUT)).astype(np.int8),
        "weight_scale": drawn.uniform(0.001, 0.01, OUT).astype(np.float32),
        "weight_zero": np.zeros(OUT, dtype=np.int8),
        "bias": drawn.normal(size=OUT).astype(np.float32),
    }
    stored |= {f"first_{i}": np.array([i], dtype=np.int64) for i in range(KERNEL)}
    stored |= {f"end_{i}": np.array([i - KERNEL + 1 or 1000], dtype=np.int64) for i in range(KERNEL)}
    slices = [f"slice_{i}" for i in range(KERNEL)]
    nodes = [
        helper.make_node("Relu", ["x"], ["made"]),
        helper.make_node("Pad", ["made", "pads"], ["wide"]),
        *(helper.make_node("Slice", ["wide", f"first_{i}", f"end_{i}", "axis"], [slices[i]]) for i in range(KERNEL)),
        helper.make_node("Concat", slices, ["around"], axis=-1),
        helper.make_node("QuantizeLinear", ["around", "scale", "zero"], ["around_q"]),
        helper.make_node("DequantizeLinear", ["around_q", "scale", "zero"], ["around_d"]),
        helper.make_node("DequantizeLinear", ["weight", "weight_scale", "weight_zero"], ["weight_d"], axis=1),
        helper.make_node("MatMul", ["around_d", "weight_d"], ["product"]),
        helper.make_node("Add", ["bias", "product"], ["y"]),
        helper.make_node("QuantizeLinear", ["made", "scale", "zero"], ["made_q"]),
        helper.make_node("DequantizeLinear", ["made_q", "scale", "zero"], ["besides"]),
    ]
    graph = helper.make_graph(
        nodes, "test", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", "chars", WIDTH])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("y", "besides")],
        [numpy_helper.from_array(np.asarray(values), name) for name, values in stored.items()],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid(integers.OPERATORS, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def answer(graph: Any, x: np.ndarray) -> list[np.ndarray]:
    return ort.InferenceSession(graph.SerializeToString()).run(None, {"x": x})


@pytest.mark.parametrize("batch", [1, 4])
def test_the_answers_are_the_same_to_the_last_bit(batch: int) -> None:
    x = np.random.default_rng(2).normal(size=(batch, 9, WIDTH)).astype(np.float32)
    wanted, _ = answer(model(), x)
    given, besides = answer(integers.fused(model()), x)
    assert np.array_equal(wanted, given)
    assert np.array_equal(besides, np.maximum(x, 0))  # what leaves the graph was not to be quantized


def test_a_product_is_one_operator_and_what_it_reads_moves_in_8_bits() -> None:
    graph = integers.fused(model()).graph
    kinds = Counter(node.op_type for node in graph.node)
    assert kinds == {"Relu": 1, "QuantizeLinear": 1, "Pad": 1, "Slice": KERNEL, "Concat": 1, integers.PRODUCT: 1}
    order = [node.op_type for node in graph.node]
    assert order.index("QuantizeLinear") < order.index("Pad")
    used = {name for node in graph.node for name in node.input}
    assert {one.name for one in graph.initializer} <= used


def _product(weight: np.ndarray) -> Any:
    """x (batch, rows) by a weight, and a bias, as a network's graph has it."""
    stored = {"weight": weight, "bias": np.zeros(weight.shape[1], dtype=np.float32)}
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "weight"], ["product"]), helper.make_node("Add", ["product", "bias"], ["y"])],
        "test", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", len(weight)])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", weight.shape[1]])],
        [numpy_helper.from_array(values, name) for name, values in stored.items()],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid(integers.OPERATORS, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9)


@pytest.mark.parametrize("rows", [64, 65])
@pytest.mark.parametrize("batch", [1, 48])
def test_no_sum_is_too_large_for_a_processor_that_adds_in_16_bits(rows: int, batch: int) -> None:
    """The inputs that add up highest and lowest for each column; nothing is cut off, whatever the processor."""
    weight = np.random.default_rng(3).standard_t(2, size=(rows, 24)).astype(np.float32)
    ends = np.array([[1.0], [-1.0]], dtype=np.float32) * np.ones(rows, dtype=np.float32)
    made = quantize.in_integers(_product(weight), [{"x": ends}])
    stored = {one.name: numpy_helper.to_array(one) for one in made.graph.initializer}
    numbers, scale = stored["weight_quantized"].astype(int), stored["weight_scale"] * stored["x_scale"]
    assert np.abs(numbers).max() > 100  # not for want of numbers
    for x in (*np.sign(weight.T), *-np.sign(weight.T)):
        [given] = answer(made, np.tile(x, (batch, 1)))
        read = np.clip(np.rint(x / stored["x_scale"]) + stored["x_zero_point"], 0, 255) - stored["x_zero_point"]
        assert np.allclose(given, read @ numbers * scale, rtol=1e-5, atol=1e-5)
