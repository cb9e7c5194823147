"""A trained network as ONNX graphs that run without torch, and the card and checksums beside them.

Three graphs: `names` (run once for a home), `encoder` (once for a sentence) and `decoder` (once for
an answer token). Matrix weights are stored as 8-bit integers (dynamic quantization).
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from batti import prompt
from batti.train.model import Network
from batti.train.scratch import Recipe, load_network

FORMAT = 1


class _Names(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, kinds: Tensor) -> Tensor:
        return self.network.encode_names(ids, kinds)


class _Encoder(_Names):
    def forward(self, ids: Tensor, names: Tensor) -> Tensor:
        mask = torch.ones(1, names.shape[0], dtype=torch.bool)
        return self.network.memory_keys(self.network.encode(ids, names[None], mask))


class _Decoder(_Names):
    def forward(
        self, tokens: Tensor, ids: Tensor, memory: Tensor, past: Tensor, names: Tensor, owner: Tensor
    ) -> tuple[Tensor, Tensor]:
        network = self.network
        entities = (owner.T @ names) / owner.sum(0).clamp(min=1.0)[:, None]
        batch = tokens.shape[0]
        x = network.embed_answer(tokens, entities[None].expand(batch, -1, -1))
        mask = (ids > 0)[:, None, None, :]
        x, present = network.step(x, past, past.shape[4], None, memory, mask)
        name_mask = torch.ones(1, names.shape[0], dtype=torch.bool)
        p = network.probabilities(x, names[None], name_mask, owner[None])
        return p[:, -1], present


def _examples(network: Network) -> dict[str, dict[str, Tensor]]:
    s = network.shape
    batch, chars, names, entities, said = 3, 20, 7, 5, 4
    head = s.width // s.heads
    ids = torch.randint(1, prompt.CHARS, (batch, chars))
    owner = torch.zeros(names, entities)
    owner[torch.arange(names), torch.arange(names) % entities] = 1.0
    vectors = torch.randn(names, s.width)
    return {
        "names": {"ids": torch.randint(1, prompt.CHARS, (names, 9)), "kinds": torch.ones(names, dtype=torch.long)},
        "encoder": {"ids": ids, "names": vectors},
        "decoder": {
            "tokens": torch.randint(0, prompt.VOCABULARY, (batch, 1)),
            "ids": ids,
            "memory": torch.randn(s.decoder_layers, 2, batch, s.heads, chars, head),
            "past": torch.randn(s.decoder_layers, 2, batch, s.heads, said, head),
            "names": vectors,
            "owner": owner,
        },
    }


_AXES = {
    "names": {"ids": {0: "names", 1: "name_chars"}, "kinds": {0: "names"}, "vectors": {0: "names"}},
    "encoder": {"ids": {0: "batch", 1: "chars"}, "names": {0: "names"}, "memory": {2: "batch", 4: "chars"}},
    "decoder": {
        "tokens": {0: "batch"},
        "ids": {0: "batch", 1: "chars"},
        "memory": {2: "batch", 4: "chars"},
        "past": {2: "batch", 4: "said"},
        "names": {0: "names"},
        "owner": {0: "names", 1: "entities"},
        "probabilities": {0: "batch", 1: "choices"},
        "present": {2: "batch", 4: "said_now"},
    },
}
_OUTPUTS = {"names": ["vectors"], "encoder": ["memory"], "decoder": ["probabilities", "present"]}


def export(run: Path, out: Path) -> None:
    """Write the ONNX graphs and `model.json` of a run. Raises BattiError where there is no run."""
    network, recipe = load_network(run)
    out.mkdir(parents=True, exist_ok=True)
    parts = {"names": _Names(network), "encoder": _Encoder(network), "decoder": _Decoder(network)}
    for name, example in _examples(network).items():
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / f"{name}.onnx"
            torch.onnx.export(
                parts[name].eval(), tuple(example.values()), plain, input_names=list(example),
                output_names=_OUTPUTS[name], dynamic_axes=_AXES[name], opset_version=18, dynamo=False,
            )  # fmt: skip
            quantize_dynamic(plain, out / f"{name}.onnx", weight_type=QuantType.QInt8, per_channel=True)
        onnx.checker.check_model(str(out / f"{name}.onnx"))
    write_manifest(out, recipe)


def write_manifest(out: Path, recipe: Recipe) -> None:
    """`model.json`: format, shape, and the SHA-256 of each graph."""
    graphs = sorted(out.glob("*.onnx"))
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in graphs}
    manifest = {
        "format": FORMAT,
        "vocabulary": prompt.VOCABULARY,
        "alphabet": prompt.ALPHABET,
        "shape": recipe.shape.model_dump(mode="json"),
        "sha256": sums,
    }
    (out / "model.json").write_text(json.dumps(manifest, indent=2) + "\n")
