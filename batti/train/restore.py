"""The network of a model folder in a form that can be trained: its weights are read back from the ONNX graphs.

Nothing else has to be shipped for that. What is kept in 8-bit integers comes back as they stand for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from batti.backends.onnx import GRAPHS
from batti.errors import BattiError
from batti.train.model import Network, Shape

_PREFIX = "network."
_Array = NDArray[np.float32]


def restore(folder: Path) -> Network:
    """The network of a folder that `export` wrote, ready for use. Raises BattiError."""
    try:
        shape = Shape.model_validate(json.loads((folder / "model.json").read_text(encoding="utf-8"))["shape"])
        graphs = [onnx.load(folder / f"{name}.onnx") for name in GRAPHS]
    except (OSError, ValueError, KeyError) as error:
        raise BattiError(f"no batti model in '{folder}': {str(error).splitlines()[0]}",
                         "name a folder with a model.json") from None  # fmt: skip
    network = Network(shape)
    found = {name: torch.from_numpy(values.copy()) for graph in graphs for name, values in _weights(graph)}
    wanted = network.state_dict()
    other = [name for name in wanted if name not in found or found[name].shape != wanted[name].shape]
    if other:
        raise BattiError(f"'{folder}' cannot be taken apart: {other[0]} is not where it is looked for",
                         "use a model that this version of batti exported")  # fmt: skip
    network.load_state_dict({name: found[name] for name in wanted})
    return network.eval()


def is_in_integers(folder: Path) -> bool:
    """Whether the weights of matrix products are kept in 8-bit integers."""
    return any(node.op_type == "DequantizeLinear" for node in onnx.load(folder / "encoder.onnx").graph.node)


def _weights(model: onnx.ModelProto) -> Iterator[tuple[str, _Array]]:
    """The weights by their names in the network. That of a product has lost its own: it is known by its bias."""
    stored = {one.name: one for one in model.graph.initializer}
    for name, one in stored.items():
        if name.startswith(_PREFIX):
            yield name.removeprefix(_PREFIX), _values(one)
    made = {out: node for node in model.graph.node for out in node.output}
    for add in model.graph.node:
        if add.op_type != "Add":
            continue
        bias = next((name for name in map(_plain, add.input) if name.startswith(_PREFIX)), "")
        product = next((made[one] for one in add.input if one in made and made[one].op_type == "MatMul"), None)
        if bias.endswith(".bias") and product is not None:
            layer = bias.removeprefix(_PREFIX).removesuffix("bias")
            yield f"{layer}weight", _factor(product.input[1], stored, made).T


def _plain(name: str) -> str:
    return name.removesuffix(".full")


def _factor(name: str, stored: dict[str, onnx.TensorProto], made: dict[str, onnx.NodeProto]) -> _Array:
    """The second side of a product, (in, out)."""
    if (node := made.get(name)) is not None and node.op_type == "DequantizeLinear":
        numbers, scale, zero = (_values(stored[_plain(one)]) for one in node.input)
        return (numbers - zero) * scale
    return _values(stored[_plain(name)])


def _values(one: onnx.TensorProto) -> _Array:
    return np.asarray(numpy_helper.to_array(one), dtype=np.float32)
