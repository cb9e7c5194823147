"""A trained network as ONNX graphs that run without torch, with checksums beside them.

Two graphs: `encoder` (run once for a sentence) and `decoder` (once for an answer token).
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import warnings
from itertools import islice
from pathlib import Path

import onnx
import onnxruntime as ort
import torch
from torch import Tensor, nn

from batti import prompt
from batti.backends.onnx import FORMAT
from batti.gazetteer import TAGS
from batti.grammar import MAX_ENTRIES
from batti.text import ALPHABET
from batti.train import quantize, stream
from batti.train.fused import OPERATORS, FusedAttention, FusedDecoderBlock
from batti.train.model import Network, Shape
from batti.train.scratch import load_network

_SEED, _BATCH, _BATCHES = 5, 32, 8  # of the sentences on which the ranges of 8-bit products are found
_LONGEST = 80 * MAX_ENTRIES  # tokens of an answer; the grammar ends it sooner


class _Encoder(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, tags: Tensor, words: Tensor | None = None) -> tuple[Tensor, Tensor]:
        memory = self.network.encode(ids, tags, words)
        return memory, self.network.memory_keys(memory)


class _Decoder(_Encoder):
    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self.blocks = nn.ModuleList(FusedDecoderBlock(block) for block in network.decoder)  # type: ignore[arg-type]
        self.turns = network.turns(_LONGEST, 0, network.out.weight)

    def forward(  # type: ignore[override]
        self, tokens: Tensor, ids: Tensor, memory: Tensor, keys: Tensor, past: Tensor
    ) -> tuple[Tensor, Tensor]:
        network = self.network
        x = network.embed_answer(tokens, memory)
        presents = []
        mask = (ids > 0)[:, None, None, :]
        for i, block in enumerate(self.blocks):
            x, present = block(x, past[i], keys[i], self.turns, None, mask)
            presents.append(present)
        scores = network.logits(network.out_norm(x), memory, ids)[:, -1]
        return scores.softmax(-1), torch.stack(presents)


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
    write(load_network(run)[0], out, weights)


def write(network: Network, out: Path, weights: str = "int8") -> None:
    """Write a network as a model folder; it cannot be trained any more afterwards."""
    for block in network.encoder:
        block.attention = FusedAttention(block.attention)  # type: ignore[arg-type]
    parts = {"encoder": _Encoder(network), "decoder": _Decoder(network)}
    graphs = {name: _graph(name, parts[name], example) for name, example in _examples(network).items()}
    if weights == "int8":
        feeds = _feeds(graphs, network)
        graphs = {name: quantize.in_integers(graph, feeds[name]) for name, graph in graphs.items()}
    out.mkdir(parents=True, exist_ok=True)
    for name, graph in graphs.items():
        onnx.save(quantize.halved(graph), out / f"{name}.onnx")
    write_manifest(out, network.shape)


def _graph(name: str, part: nn.Module, example: dict[str, Tensor]) -> onnx.ModelProto:
    axes = {one: _AXES[name][one] for one in (*example, *_OUTPUTS[name])}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells what it leaves as it is
        path = Path(folder) / f"{name}.onnx"
        torch.onnx.export(
            part.eval(), tuple(example.values()), path, input_names=list(example), output_names=_OUTPUTS[name],
            dynamic_axes=axes, opset_version=20, dynamo=False, custom_opsets={OPERATORS: 1},
        )  # fmt: skip
        graph = onnx.load(path)
    onnx.checker.check_model(graph)
    return graph


def _feeds(graphs: dict[str, onnx.ModelProto], network: Network) -> dict[str, list[quantize.Feed]]:
    """What goes into the graphs as they read sentences made for it and say the answers."""
    sessions = {name: ort.InferenceSession(graph.SerializeToString()) for name, graph in graphs.items()}
    feeds: dict[str, list[quantize.Feed]] = {"encoder": [], "decoder": []}
    sentences = stream.Stream(_SEED, _BATCH, words=network.shape.words)
    for batch in islice(sentences, _BATCHES):
        sentence = {name: values.numpy() for name, values in batch.items()}
        answers = sentence.pop("answers")
        memory, keys = sessions["encoder"].run(None, sentence)
        past = network.empty_past(_BATCH, network.out.weight).numpy()
        feeds["encoder"].append(sentence)
        for step in range(answers.shape[1] - 1):
            said = {"tokens": answers[:, step : step + 1], "ids": sentence["ids"], "memory": memory, "keys": keys}
            feeds["decoder"].append(said | {"past": past})
            past = sessions["decoder"].run(None, feeds["decoder"][-1])[1]
    return feeds


def write_manifest(out: Path, shape: Shape) -> None:
    """`model.json`: format, shape, and the SHA-256 of each graph."""
    graphs = sorted(out.glob("*.onnx"))
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in graphs}
    manifest = {
        "format": FORMAT,
        "vocabulary": prompt.VOCABULARY,
        "alphabet": ALPHABET,
        "shape": shape.model_dump(mode="json"),
        "sha256": sums,
    }
    (out / "model.json").write_text(json.dumps(manifest, indent=2) + "\n")
