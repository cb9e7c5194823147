"""A run as GGUF files for llama.cpp and Ollama, each through a gate: what it answers worse is told, or refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from batti.backends.llama_cpp import LlamaCppBackend
from batti.dataset import records
from batti.errors import BattiError
from batti.train import gguf_file, merge, rows, score
from batti.train.rows import Row

Figures = dict[str, Any]
_SYSTEM, _USER = "\x01system\x01", "\x01user\x01"


def export(run: Path, out: Path, quants: Sequence[str], sentences: int, tolerance: float) -> list[Figures]:
    """Write RUN-QUANT.gguf files with a Modelfile each; gives what each answered. Raises BattiError.

    `tolerance` is the share of exact answers (0 to 1) that a file may lose against the model as it was trained.
    """
    model, tokenizer, recipe = merge.load(run)
    judged = rows.read(recipe.data.validation, sentences, recipe.data.home)
    wanted = score.answers(model, tokenizer, judged, recipe.data.answer_tokens)
    found: list[Figures] = [{"file": "transformers", "bytes": None, **score.scores(judged, wanted)}]
    try:
        for quant in quants:
            path = out / f"{run.name}-{quant}.gguf"
            trial = path.with_name(f"trial-{path.name}")
            gguf_file.write(model, tokenizer, trial, quant)
            found.append(_gate(trial, path, judged, wanted, recipe.data.answer_tokens, found[0], tolerance))
            records.write_lines(out / f"Modelfile.{quant}", modelfile(tokenizer, path.name))
    finally:
        records.write_lines(out / "gate.json", [json.dumps(found, indent=1)])
    return found


def _gate(
    trial: Path, path: Path, judged: Sequence[Row], wanted: Sequence[str], tokens: int, whole: Figures, tolerance: float
) -> Figures:
    """The figures of a file, which gets its name if it is good enough. Raises BattiError."""
    said = answers(trial, judged, tokens)
    found = {
        "file": path.name, "bytes": trial.stat().st_size, **score.scores(judged, said),
        "same_answers": sum(a.strip() == b.strip() for a, b in zip(wanted, said, strict=True)) / len(judged),
    }  # fmt: skip
    lost = whole["exact"] - found["exact"]
    if lost > tolerance:
        trial.unlink()
        raise BattiError(f"{path.name} would lose {lost:.1%} of exact answers ({whole['exact']:.1%} before)",
                         "take a larger --quant, or allow it with --tolerance")  # fmt: skip
    trial.replace(path)
    return found


def answers(path: Path, judged: Sequence[Row], tokens: int) -> list[str]:
    """What llama.cpp answers, held to no grammar: the gate is about the weights."""
    model = LlamaCppBackend.load(path, torch.get_num_threads())  # as many as OMP_NUM_THREADS says
    return [model.reply(row.asked, tokens) for row in tqdm(judged, desc=path.name, disable=None)]


def modelfile(tokenizer: Any, name: str) -> list[str]:
    """Ollama's description of a file: its prompt is the one that was trained with."""
    asked = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": _USER}]
    prompt, alone = (
        tokenizer.apply_chat_template(some, tokenize=False, add_generation_prompt=True).removeprefix(
            tokenizer.bos_token or ""
        ) for some in (asked, asked[1:])
    )  # fmt: skip
    both = f"{{{{ if .System }}}}{prompt}{{{{ else }}}}{alone}{{{{ end }}}}{{{{ .Response }}}}"
    template = both.replace(_SYSTEM, "{{ .System }}").replace(_USER, "{{ .Prompt }}")
    return [
        f"# ollama create batti -f Modelfile.{name.rsplit('-', 1)[-1].removesuffix('.gguf')}",
        "# The system message tells of the home: see docs/finetune.md.",
        f"FROM ./{name}", f'TEMPLATE """{template}"""', "PARAMETER temperature 0",
        f'PARAMETER stop "{tokenizer.eos_token}"',
    ]  # fmt: skip
