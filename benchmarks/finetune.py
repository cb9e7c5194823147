"""How fast language models of Llama 3.2 1B's shape are trained: tokens a second, memory, utilization, losses, kernels.

    python benchmarks/finetune.py base FOLDER            # the model, with random weights
    python benchmarks/finetune.py case NAME FOLDER OUT   # one case of finetune.yaml -> OUT/NAME.json

Each case is a run of `batti train`'s own trainer that is watched. `finetune_all.py` runs all of them.
"""

from __future__ import annotations

import faulthandler
import json
import os
import re
import shutil
import sys
import time
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

if any(word.endswith("unsloth") for word in sys.argv) and find_spec("unsloth"):
    import unsloth  # noqa: F401  # it changes the libraries below, and is to come before them

import click
import torch
import yaml
from torch.profiler import ProfilerActivity, profile
from transformers import TrainerCallback

from batti.errors import BattiError
from batti.train import bases, language, rows
from batti.train.recipe import Recipe, Shape

HERE = Path(__file__).parent
SENTENCES = Path("dataset/data/train.jsonl")
CUDA = torch.cuda.is_available()
SIDE, PRODUCTS = (8192, 50) if CUDA else (256, 5)
KINDS = {  # of kernels, by their names; the first that fits
    "between GPUs": r"nccl",
    "optimizer": r"adam|multi_tensor",
    "attention": r"flash|fmha|attention|softmax_warp",
    "4 bits": r"dequantize|quantize_blockwise|kgemm_4bit",
    "matrix products": r"gemm|nvjet|cutlass|wgmma|xmma|cublas|splitk",
    "dropout": r"dropout|philox|distribution",
    "copies": r"memcpy|memset|copy|catarray",
    "sums and norms": r"reduce|norm",
    "one by one": r"elementwise|vectorized|triton|pointwise",
}


class Watch(TrainerCallback):  # type: ignore[misc]
    """Seconds and tokens of each step, and the kernels of the last ones where they are asked for."""

    def __init__(self, profiled: int) -> None:
        self.ended, self.tokens, self.profiled = list[float](), list[int](), profiled
        self.profile: profile | None = None
        self.mean = 0.0

    def on_train_begin(self, args: Any, state: Any, control: Any, train_dataloader: Any = None, **_: Any) -> None:
        lengths = [len(row) for row in train_dataloader.dataset["input_ids"]] if train_dataloader else []
        self.mean = sum(lengths) / max(1, len(lengths))

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self.profiled and state.global_step == state.max_steps - self.profiled:
            self.profile = profile(activities=[ProfilerActivity.CUDA if CUDA else ProfilerActivity.CPU])
            self.profile.start()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if CUDA:
            torch.cuda.synchronize()
        self.ended.append(time.perf_counter())
        if self.profile and state.global_step == state.max_steps:
            self.profile.stop()

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        counts = [int(logs[key]) for key in language.COUNTS if key in (logs or {})]
        if counts and "loss" in logs:
            self.tokens.append(counts[0])

    def kernels(self) -> dict[str, Any] | None:
        """Shares of the GPU's time, and how much of the time it was busy."""
        if self.profile is None:
            return None
        spent = {event.key: _spent(event) for event in self.profile.key_averages() if _spent(event) > 0}
        spent = dict(sorted(spent.items(), key=lambda one: -one[1]))
        whole, kinds = sum(spent.values()), defaultdict[str, float](float)
        for name, microseconds in spent.items():
            kinds[_kind(name)] += microseconds / whole
        wall = 1e6 * (self.ended[-1] - self.ended[-1 - self.profiled])
        return {
            "busy": round(whole / wall, 3),
            "kinds": {kind: round(share, 4) for kind, share in sorted(kinds.items(), key=lambda one: -one[1])},
            "kernels": {name[:100]: round(spent[name] / whole, 4) for name in list(spent)[:20]},
        }  # fmt: skip


def _spent(event: Any) -> float:
    if not CUDA:
        return float(event.self_cpu_time_total)
    return float(event.self_device_time_total) if event.device_type == torch.autograd.DeviceType.CUDA else 0.0


def _kind(name: str) -> str:
    return next((kind for kind, words in KINDS.items() if re.search(words, name, re.IGNORECASE)), "others")


def plan(dry: bool) -> dict[str, Any]:
    """What `finetune.yaml` says, made small where nothing is to be measured."""
    found: dict[str, Any] = yaml.safe_load((HERE / "finetune.yaml").read_text(encoding="utf-8"))
    return found | {key: found["dry"][key] for key in found["dry"] if dry and key != "set"}


def matrix_rate() -> float:
    """Floating-point operations a second in products of large matrices, in bfloat16: what there is to be used."""
    device = "cuda" if CUDA else "cpu"
    left, right = (torch.randn(SIDE, SIDE, device=device, dtype=torch.bfloat16) for _ in range(2))
    for number in range(PRODUCTS + 10):
        if number == 10:
            _wait()
            began = time.perf_counter()
        left @ right
    _wait()
    return PRODUCTS * 2 * SIDE**3 / (time.perf_counter() - began)


def _wait() -> None:
    if CUDA:
        torch.cuda.synchronize()


def measured(name: str, base: Path, work: Path, dry: bool) -> dict[str, Any]:
    """One case. Raises what its run raises."""
    said = plan(dry)
    case = said["cases"][name]
    changes = [*said["common"], f"base={base}", f"steps={said['steps']}", *case["set"]]
    recipe = Recipe.load(Path(f"configs/{case['recipe']}.yaml"), [*changes, *(said["dry"]["set"] if dry else ())])
    if CUDA:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    rate, watch = matrix_rate(), Watch(said["profiled"] if case.get("profile") else 0)
    found = language.train(recipe, work, watchers=[watch])
    first, last = said["skip"] - 1, said["steps"] - said["profiled"] - 1
    counted = len(watch.tokens) > last and watch.tokens[last] > watch.tokens[first]
    counts = watch.tokens if counted else [round(watch.mean * recipe.batch * step) for step in range(said["steps"])]
    seconds, tokens = watch.ended[last] - watch.ended[first], counts[last] - counts[first]
    steps = sorted(b - a for a, b in zip(watch.ended[first:last], watch.ended[first + 1 : last + 1], strict=True))
    operations = (6 if recipe.method == "full" else 4) * _matrices(Shape(**said["shape"])) * tokens / seconds
    return {
        "tokens_counted": counted,  # or else by the rows' mean length
        "tokens_per_second": round(tokens / seconds), "tokens_per_step": round(tokens / (last - first)),
        "ms_per_step": round(1000 * steps[len(steps) // 2], 1),
        "utilization": round(operations / found["processes"] / rate, 4), "matrix_TFLOPs": round(rate / 1e12, 1),
        **{key: found[key] for key in ("processes", "device", "peak_memory", "trainable", "parameters")},
        "losses": [entry["loss"] for entry in found["history"] if "loss" in entry],
        "steps_ms": [round(1000 * (b - a), 1) for a, b in zip(watch.ended, watch.ended[1:], strict=False)],
        "torch": torch.__version__, "profile": watch.kernels(), "recipe": case["recipe"], "set": case["set"],
    }  # fmt: skip


def _matrices(shape: Shape) -> int:
    """Weights in the layers' matrices. Two operations each for a token forwards, two or four backwards; the head is
    left out, as it is only asked for answers, and so is attention over a few hundred tokens."""
    kept = shape.width * shape.kv_heads // shape.heads
    return shape.layers * (2 * shape.width**2 + 2 * shape.width * kept + 3 * shape.width * shape.feed_forward)


@click.group()
def main() -> None:
    """See the head of this file."""


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--dry", is_flag=True)
def base(folder: Path, dry: bool) -> None:
    """Make the model, with random weights, and a tokenizer of the sentences."""
    said = plan(dry)
    shape = Shape(**said["shape"])
    learned = rows.read([SENTENCES], 0, True)
    texts = dict.fromkeys(part["content"] for row in learned for part in (*row.asked, {"content": row.answer}))
    tokenizer = bases.tokenizer_of(texts, shape.vocabulary)
    tokenizer.chat_template = bases.CHAT
    with torch.device("cuda" if CUDA else "cpu"):
        model = bases.llama(shape, tokenizer, seed=1, vocabulary=said["embeddings"]).to(torch.bfloat16)
    for part in (model, tokenizer):
        part.save_pretrained(folder)
    click.echo(f"{folder}: {sum(weight.numel() for weight in model.parameters()):,} weights")


@main.command()
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--work", type=click.Path(path_type=Path), default=Path("out/finetune"), help="Where it runs.")
@click.option("--dry", is_flag=True)
def case(name: str, folder: Path, out: Path, work: Path, dry: bool) -> None:
    """Measure the case NAME on the model in FOLDER."""
    began, first = time.perf_counter(), os.environ.get("RANK", "0") == "0"
    needed = plan(dry)["cases"][name].get("needs")
    if first:
        shutil.rmtree(work / name, ignore_errors=True)
    faulthandler.dump_traceback_later(0.6 * plan(dry)["cases"][name].get("seconds", 100))  # what hangs says where
    try:
        if needed and find_spec(needed) is None:
            raise BattiError(f"{needed} is not installed", f"pip install {needed}")
        found = measured(name, folder, work / name, dry)
    except Exception as error:  # what a case fails of is its result
        found = {"error": f"{type(error).__name__}: {str(error)[:500]}"}
        if not isinstance(error, BattiError):
            _record(first, out, name, found)
            raise
    _record(first, out, name, found | {"whole_s": round(time.perf_counter() - began, 1)})
    if first:
        shutil.rmtree(work / name, ignore_errors=True)


def _record(first: bool, out: Path, name: str, found: dict[str, Any]) -> None:
    if first:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{name}.json").write_text(json.dumps({"case": name, **found}, indent=1) + "\n", encoding="utf-8")
        told = ("error", "tokens_per_second", "ms_per_step", "utilization", "peak_memory")
        click.echo(json.dumps({"case": name} | {key: found[key] for key in told if key in found}))


if __name__ == "__main__":
    main()
