"""A trained network as ONNX graphs that run without torch, with checksums beside them.

Two graphs: `encoder` (run once for a sentence) and `decoder` (once for an answer token). The weights of
matrix products are 8-bit integers, scaled in blocks, and their other side is quantized position by
position: but for rounding, an answer does not depend on the sentences that are read with it, as it does under
ONNX Runtime's dynamic quantization with its one scale a tensor. Other weights keep half precision, as in training.
"""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from torch import Tensor, nn

from batti import prompt
from batti.backends.onnx import FORMAT
from batti.gazetteer import TAGS
from batti.text import ALPHABET
from batti.train.model import Network
from batti.train.scratch import Recipe, load_network

_LARGE = 4096  # bytes from which a weight is worth halving
_BLOCK = 64  # weights that share a scale
_IN_INTEGERS = 4  # ONNX Runtime's accuracy level: the products themselves are of 8-bit integers
WEIGHTS = ("int8", "half")
"""How the weights of matrix products can be stored."""


class _Encoder(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, tags: Tensor, words: Tensor | None = None) -> tuple[Tensor, Tensor]:
        memory = self.network.encode(ids, tags, words)
        return memory, self.network.memory_keys(memory)


class _Decoder(_Encoder):
    def forward(  # type: ignore[override]
        self, tokens: Tensor, ids: Tensor, memory: Tensor, keys: Tensor, past: Tensor
    ) -> tuple[Tensor, Tensor]:
        network = self.network
        x = network.embed_answer(tokens, memory)
        x, present = network.step(x, past, past.shape[4], None, keys, (ids > 0)[:, None, None, :])
        return network.scores(x, memory, ids)[:, -1].exp(), present


def _examples(network: Network) -> dict[str, dict[str, Tensor]]:
    s = network.shape
    batch, chars, said, head = 3, 20, 4, s.width // s.heads
    ids = torch.randint(1, prompt.CHARS, (batch, chars))
    sentence = {"ids": ids, "tags": torch.randint(0, TAGS, (batch, chars))}
    if s.words:
        sentence["words"] = torch.randint(0, s.words, (batch, chars))
    return {
        "encoder": sentence,
        "decoder": {
            "tokens": torch.randint(0, prompt.VOCABULARY, (batch, 1)),
            "ids": ids,
            "memory": torch.randn(batch, chars, s.width),
            "keys": torch.randn(s.decoder_layers, 2, batch, s.heads, chars, head),
            "past": torch.randn(s.decoder_layers, 2, batch, s.heads, said, head),
        },
    }


_SENTENCE = {0: "batch", 1: "chars"}
_KEYS = {2: "batch", 4: "chars"}
_AXES = {
    "encoder": {"ids": _SENTENCE, "tags": _SENTENCE, "words": _SENTENCE, "memory": _SENTENCE, "keys": _KEYS},
    "decoder": {
        "tokens": {0: "batch"},
        "ids": _SENTENCE,
        "memory": _SENTENCE,
        "keys": _KEYS,
        "past": {2: "batch", 4: "said"},
        "probabilities": {0: "batch", 1: "choices"},
        "present": {2: "batch", 4: "said_now"},
    },
}
_OUTPUTS = {"encoder": ["memory", "keys"], "decoder": ["probabilities", "present"]}


def export(run: Path, out: Path, weights: str = "int8") -> None:
    """Write the ONNX graphs and `model.json` of a run. Raises BattiError where there is no run."""
    network, recipe = load_network(run)
    out.mkdir(parents=True, exist_ok=True)
    parts = {"encoder": _Encoder(network), "decoder": _Decoder(network)}
    for name, example in _examples(network).items():
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / f"{name}.onnx"
            torch.onnx.export(
                parts[name].eval(), tuple(example.values()), plain, input_names=list(example),
                output_names=_OUTPUTS[name], dynamic_axes=_AXES[name], opset_version=20, dynamo=False,
            )  # fmt: skip
            graph = onnx.load(plain)
        onnx.checker.check_model(graph)
        onnx.save(_halved(_in_integers(graph) if weights == "int8" else graph), out / f"{name}.onnx")
    write_manifest(out, recipe)


def _in_integers(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with its matrix products by constant weights in 8-bit integers."""
    logging.getLogger("onnxruntime.quantization").setLevel(logging.WARNING)  # it names every node
    quantizer = MatMulNBitsQuantizer(
        model, bits=8, block_size=_BLOCK, is_symmetric=True, accuracy_level=_IN_INTEGERS
    )
    quantizer.process()
    made: onnx.ModelProto = quantizer.model.model
    return made


def _halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with its large weights in half precision, cast back as it is loaded."""
    graph = model.graph
    casts = []
    for weight in graph.initializer:
        if weight.data_type == TensorProto.FLOAT and len(weight.raw_data) > _LARGE:
            name, values = weight.name, numpy_helper.to_array(weight)
            weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
            casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.node.insert(0, cast)
    return model


def write_manifest(out: Path, recipe: Recipe) -> None:
    """`model.json`: format, shape, and the SHA-256 of each graph."""
    graphs = sorted(out.glob("*.onnx"))
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in graphs}
    manifest = {
        "format": FORMAT,
        "vocabulary": prompt.VOCABULARY,
        "alphabet": ALPHABET,
        "shape": recipe.shape.model_dump(mode="json"),
        "sha256": sums,
    }
    (out / "model.json").write_text(json.dumps(manifest, indent=2) + "\n")
