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
from batti.train.integers import PRODUCT
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
    return any(node.op_type == PRODUCT for node in onnx.load(folder / "encoder.onnx").graph.node)


def _weights(model: onnx.ModelProto) -> Iterator[tuple[str, _Array]]:
    """The weights by their names in the network. That of a product has lost its own: it is known by its bias."""
    stored = {one.name: one for one in model.graph.initializer}
    for name, one in stored.items():
        if name.startswith(_PREFIX):
            yield name.removeprefix(_PREFIX), _values(one)
    made = {out: node for node in model.graph.node for out in node.output}
    for node in model.graph.node:
        bias = next((name for name in map(_plain, node.input) if name.startswith(_PREFIX)), "")
        if not bias.endswith(".bias"):
            continue
        name = f"{bias.removeprefix(_PREFIX).removesuffix('bias')}weight"
        if node.op_type == PRODUCT:
            numbers, scale = (_values(stored[_plain(one)]) for one in (node.input[1], node.input[3]))
            yield name, (numbers * scale).T
        elif node.op_type == "Add":
            [product] = (made[one] for one in node.input if one in made and made[one].op_type == "MatMul")
            yield name, _values(stored[_plain(product.input[1])]).T


def _plain(name: str) -> str:
    return name.removesuffix(".full")


def _values(one: onnx.TensorProto) -> _Array:
    return np.asarray(numpy_helper.to_array(one), dtype=np.float32)
