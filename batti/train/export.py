"""A trained network as ONNX graphs that run without torch, with checksums beside them.

Two graphs: `encoder` (run once for a sentence) and `decoder` (once for an answer token).
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import warnings
from collections.abc import Mapping
from itertools import chain, islice
from pathlib import Path

import onnx
import onnxruntime as ort
import torch
from torch import Tensor, nn

from batti import prompt
from batti.backends.onnx import FORMAT
from batti.errors import BattiError
from batti.gazetteer import TAGS
from batti.grammar import MAX_ENTRIES
from batti.text import ALPHABET
from batti.train import quantize, stream
from batti.train.fused import OPERATORS, FusedAttention, FusedDecoderBlock, pointed
from batti.train.model import Network, Shape
from batti.train.run import Recipe, load_network, of_one

_SEED, _BATCH, _BATCHES = 5, 32, 8  # of the sentences on which the ranges of 8-bit products are found
_LONGEST = 80 * MAX_ENTRIES  # tokens of an answer; the grammar ends it sooner


class _Encoder(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, tags: Tensor, words: Tensor | None = None) -> tuple[Tensor, ...]:
        memory, groups = self.network.encode(ids, tags, words)
        sides = (block.sentence_keys(groups) for block in self.network.decoder)  # type: ignore[operator]
        return memory, memory.transpose(1, 2), *sides


class _Decoder(_Encoder):
    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self.blocks = nn.ModuleList(FusedDecoderBlock(block) for block in network.decoder)  # type: ignore[arg-type]
        self.turns = network.turns(_LONGEST, 0, network.out.weight)

    def forward(  # type: ignore[override]
        self, tokens: Tensor, ids: Tensor, memory: Tensor, targets: Tensor, *sides: Tensor
    ) -> tuple[Tensor, ...]:
        network = self.network
        x = network.embed_tokens(tokens, pointed(memory, tokens))
        presents: list[Tensor] = []
        there = network.there(ids)[:, 0, 0].to(torch.int32)
        for i, block in enumerate(self.blocks):
            look, past = (sides[first + 2 * i : first + 2 * i + 2] for first in (0, len(sides) // 2))
            x, present = block(x, past, look, self.turns, there)
            presents += present
        scores = network.logits(network.out_norm(x), targets, ids)[:, -1]
        return scores.softmax(-1), *presents


def _examples(network: Network) -> dict[str, dict[str, Tensor]]:
    s = network.shape
    batch, chars, said, head = 3, 20, 4, s.width // s.heads
    sides = {"looked": -(-chars // s.merge), "past": said}
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
            "targets": torch.randn(batch, s.width, chars),
            **{
                name: torch.randn(batch, s.heads, length, head)
                for side, length in sides.items()
                for name in _layers(side, s.decoder_layers)
            },
        },
    }


def _layers(side: str, layers: int) -> list[str]:
    """Names of the keys and values that each layer of the decoder has of something."""
    return [f"{side}_{what}_{layer}" for layer in range(layers) for what in ("keys", "values")]


_SENTENCE = {0: "batch", 1: "chars"}
_AXES = {
    "ids": _SENTENCE,
    "tags": _SENTENCE,
    "words": _SENTENCE,
    "memory": _SENTENCE,
    "targets": {0: "batch", 2: "chars"},
    "sides": {1: "batch", 3: "groups"},
    "looked": {0: "batch", 2: "groups"},
    "tokens": {0: "batch"},
    "past": {0: "batch", 2: "said"},
    "present": {0: "batch", 2: "said_now"},
    "probabilities": {0: "batch", 1: "choices"},
}


def export(run: Path, out: Path, weights: str = "int8") -> None:
    """Write the ONNX graphs and `model.json` of a run. Raises BattiError where there is no run."""
    network, recipe = load_network(run)
    write(network, out, weights, _training(run, recipe))


def _training(run: Path, recipe: Recipe) -> dict[str, float]:
    """Steps, sentences in each, and minutes of a run; nothing of one that is the mean of others."""
    metrics = run / "metrics.json"
    try:
        history = json.loads(metrics.read_text(encoding="utf-8")) if metrics.exists() else []
    except ValueError:
        raise BattiError(f"{metrics} is damaged", "run its training again, which writes it anew") from None
    if not history:
        return {}
    last = history[-1]
    return {"steps": last["step"], "batch": recipe.batch, "minutes": round(last["seconds"] / 60, 1)}


def write(network: Network, out: Path, weights: str = "int8", training: Mapping[str, float] | None = None) -> None:
    """Write a network, and how it was trained, as a model folder; it cannot be trained any more afterwards."""
    for block in network.encoder:
        block.attention = FusedAttention(block.attention)  # type: ignore[arg-type]
    parts = {"encoder": _Encoder(network), "decoder": _Decoder(network)}
    outputs = _outputs(network.shape.decoder_layers)
    graphs = {name: _graph(parts[name], example, outputs[name]) for name, example in _examples(network).items()}
    if weights == "int8":
        feeds = _feeds(graphs, network)
        graphs = {name: quantize.in_integers(graph, feeds[name]) for name, graph in graphs.items()}
    out.mkdir(parents=True, exist_ok=True)
    with of_one(out):
        for name, graph in graphs.items():
            onnx.save(quantize.halved(graph), out / f"{name}.onnx")
        write_manifest(out, network.shape, training or {})


def _outputs(layers: int) -> dict[str, list[str]]:
    sides = [f"sides_{layer}" for layer in range(layers)]
    return {"encoder": ["memory", "targets", *sides], "decoder": ["probabilities", *_layers("present", layers)]}


def _graph(part: nn.Module, example: dict[str, Tensor], outputs: list[str]) -> onnx.ModelProto:
    axes = {one: _AXES[one.split("_")[0]] for one in (*example, *outputs)}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells what it leaves as it is
        path = Path(folder) / "graph.onnx"
        torch.onnx.export(
            part.eval(), tuple(example.values()), path, input_names=list(example), output_names=outputs,
            dynamic_axes=axes, opset_version=20, dynamo=False, custom_opsets={OPERATORS: 1},
        )  # fmt: skip
        graph = onnx.load(path)
    onnx.checker.check_model(graph)
    return graph


def _feeds(graphs: dict[str, onnx.ModelProto], network: Network) -> dict[str, list[quantize.Feed]]:
    """What goes into the graphs as they read sentences made for it and say the answers."""
    sessions = {name: ort.InferenceSession(graph.SerializeToString()) for name, graph in graphs.items()}
    names = [one.name for one in sessions["decoder"].get_inputs()]
    feeds: dict[str, list[quantize.Feed]] = {"encoder": [], "decoder": []}
    sentences = stream.Stream(_SEED, _BATCH, words=network.shape.words)
    for batch in islice(sentences, _BATCHES):
        sentence = {name: values.numpy() for name, values in batch.items()}
        answers = sentence.pop("answers")
        memory, targets, *sides = sessions["encoder"].run(None, sentence)
        past = [*network.empty_past(_BATCH, network.out.weight).flatten(0, 1).numpy()]
        feeds["encoder"].append(sentence)
        for step in range(answers.shape[1] - 1):
            said = answers[:, step : step + 1], sentence["ids"], memory, targets, *chain.from_iterable(sides), *past
            feeds["decoder"].append(dict(zip(names, said, strict=True)))
            past = sessions["decoder"].run(None, feeds["decoder"][-1])[1:]
    return feeds


def write_manifest(out: Path, shape: Shape, training: Mapping[str, float]) -> None:
    """`model.json`: format, shape, how it was trained, and the SHA-256 of each graph."""
    graphs = sorted(out.glob("*.onnx"))
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in graphs}
    manifest = {
        "format": FORMAT,
        "vocabulary": prompt.VOCABULARY,
        "alphabet": ALPHABET,
        "shape": shape.model_dump(mode="json"),
        "training": dict(training),
        "sha256": sums,
    }
    (out / "model.json").write_text(json.dumps(manifest, indent=2) + "\n")
