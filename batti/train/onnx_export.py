"""A small language model as one ONNX graph: tokens in, scores of the next token out.

The graph keeps nothing of what came before: each token of an answer reads the whole prompt again. That is good
enough for a model of some million parameters and its short prompts; for others there is GGUF.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
from torch import Tensor, nn

from batti.dataset import records
from batti.errors import BattiError
from batti.train import merge, rows, score

_LARGEST = 200_000_000
"""Parameters of a model that is called small."""
_CHECKED = 8  # sentences on which the graph must answer as the model does


class _Scores(nn.Module):
    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, tokens: Tensor) -> Tensor:
        """(1, T) -> (1, T, vocabulary)."""
        scores: Tensor = self.model(input_ids=tokens, attention_mask=torch.ones_like(tokens), use_cache=False).logits
        return scores


def export(run: Path, out: Path) -> None:
    """Write `model.onnx` and the tokenizer; the graph's answers are checked. Raises BattiError."""
    model, tokenizer, recipe = merge.load(run)
    size = sum(weight.numel() for weight in model.parameters())
    if size > _LARGEST:
        raise BattiError(f"{size / 1e6:.0f} M parameters are too many for this kind of graph", "export --to gguf")
    out.mkdir(parents=True, exist_ok=True)
    path = out / "model.onnx"
    model.set_attn_implementation("eager")
    torch.onnx.export(
        _Scores(model), (torch.ones(1, 8, dtype=torch.long),), path, input_names=["tokens"],
        output_names=["scores"], dynamic_axes={"tokens": {1: "length"}, "scores": {1: "length"}}, opset_version=20,
        dynamo=False,
    )  # fmt: skip
    tokenizer.save_pretrained(out)
    judged = rows.read(recipe.data.validation, _CHECKED, recipe.data.home)
    wanted = score.answers(model, tokenizer, judged, recipe.data.answer_tokens)
    said = [answer(path, tokenizer, row.asked, recipe.data.answer_tokens) for row in judged]
    if said != wanted:
        path.unlink()
        raise BattiError("the graph answers otherwise than the model", "export --to gguf")
    records.write_lines(out / "model.json", [json.dumps({"kind": "language", "run": run.name})])


def answer(path: Path, tokenizer: Any, asked: Any, most: int) -> str:
    """A greedy answer of the graph to messages, of at most so many tokens."""
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    tokens = tokenizer.apply_chat_template(asked, add_generation_prompt=True, return_dict=True)["input_ids"]
    said: list[int] = []
    while len(said) < most:
        [scores] = session.run(None, {"tokens": np.array([[*tokens, *said]], dtype=np.int64)})
        said.append(int(scores[0, -1].argmax()))
        if said[-1] == tokenizer.eos_token_id:
            break
    text: str = tokenizer.decode(said, skip_special_tokens=True)
    return text
