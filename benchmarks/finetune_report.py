"""Results of `finetune_all.py` into docs/results/finetune_gpu.json, finetune_thesis.json and the tables of finetune.md.

    python benchmarks/finetune_report.py RESULTS_FOLDER

Only what stands between `<!-- NAME -->` and `<!-- /NAME -->` in the page is written anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import yaml

HERE = Path(__file__).parent
Figures = dict[str, Any]
THESIS = (
    "own Llamas of 30 M parameters on the thesis's train.json, scored on its val.json; bases are pre-trained on "
    "sentences of this project alone"
)
KEPT = ("method", "device", "parameters", "trainable", "steps", "best_step", "seconds", "tokens", "tokens_per_second",
        "peak_memory", "scores", "before")  # fmt: skip
LABELS = {"lora": "LoRA", "qlora": "QLoRA", "full": "full", "scratch": "no pre-training, all weights",
          "found": "LoRA as the search found"}  # fmt: skip


def read(folder: Path) -> dict[str, Figures]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def gpu(found: dict[str, Figures], said: Figures) -> Figures:
    """The cases in their order, those of two GPUs beside their like on one, and NAME.before.json of former code."""
    cases = {name: found[name] for name in said["cases"] if name in found}
    measured = [case for case in cases.values() if "error" not in case]
    return {
        "what": "training of Llama 3.2 1B's shape with random weights: benchmarks/finetune.py",
        "device": measured[0]["device"] if measured else None, "torch": measured[0]["torch"] if measured else None,
        "before": {name: found[f"{name}.before"] for name in cases if f"{name}.before" in found},
        "compared": [made for pair in said["compared"] if (made := compared(pair, cases))], "cases": cases,
    }  # fmt: skip


def compared(pair: dict[str, str], cases: dict[str, Figures]) -> Figures | None:
    one, two, wide = (cases.get(pair.get(key, ""), {}) for key in ("one", "two", "wide"))
    if "losses" not in one or "losses" not in two:
        return None
    apart = [abs(a - b) for a, b in zip(one["losses"], two["losses"], strict=True)]
    rate = one["tokens_per_second"]
    return {
        **pair, "losses_one": one["losses"], "losses_two": two["losses"],
        "largest_difference": round(max(apart), 5),
        "largest_difference_relative": round(max(d / a for d, a in zip(apart, one["losses"], strict=True)), 6),
        "quicker": round(two["tokens_per_second"] / rate, 2),
        "quicker_wide": round(wide["tokens_per_second"] / rate, 2) if "losses" in wide else None,
    }  # fmt: skip


def thesis(found: dict[str, Figures], former: Figures) -> Figures:
    """The bases and runs of today; a former run stays, marked, where today has none of its name."""
    bases = {name.removeprefix("own-"): kept(run) for name, run in found.items()
             if name.startswith("own-") and "scores" in run}  # fmt: skip
    runs = {name.removeprefix("thesis-"): kept(run) for name, run in found.items()
            if name.startswith("thesis-") and "scores" in run}  # fmt: skip
    if not runs:
        return former
    stays = {name: run | ({} if name == "scratch" else {"of_a_former_base": True})
             for name, run in former.get("runs", {}).items() if name not in runs}  # fmt: skip
    return {"what": THESIS, "bases": bases, "runs": stays | runs}


def kept(run: Figures) -> Figures:
    validation = [{key: e[key] for key in ("step", "eval_loss", "eval_exact") if key in e}
                  for e in run["history"] if "eval_loss" in e]  # fmt: skip
    return {key: run[key] for key in KEPT} | {"validation": validation}


def gpu_tables(made: Figures) -> str:
    lines = ["| run | GPUs | tokens a second | ms a step | GPU memory | of the matrix rate | loss, first, last |",
             "| --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    cases = dict[str, Figures]()
    for name, case in made["cases"].items():
        cases |= {name: case} | ({f"{name}, before": made["before"][name]} if name in made["before"] else {})
    for name, case in cases.items():
        if "error" in case:
            lines.append(f"| {name} | - | {case['error'].split(';')[0].removeprefix('BattiError: ')[:80]} | | | | |")
            continue
        about = "" if case.get("tokens_counted", True) else "about "
        lines.append(
            f"| {name} | {case['processes']} | {about}{case['tokens_per_second']:,} | {case['ms_per_step']:,.0f} "
            f"| {case['peak_memory'] / 1e9:.1f} GB | {case['utilization']:.1%} "
            f"| {case['losses'][0]:.3f}, {case['losses'][-1]:.3f} |"
        )
    if made["compared"]:
        lines += ["", "| two GPUs | one GPU | quicker, same batch | with its batch on each | losses apart at most |",
                  "| --- | --- | --- | --- | --- |"]  # fmt: skip
    for pair in made["compared"]:
        wide = f"{pair['quicker_wide']:.2f} times" if pair["quicker_wide"] else "-"
        apart = f"{pair['largest_difference']:.4f} ({pair['largest_difference_relative']:.2%})"
        lines.append(f"| {pair['two']} | {pair['one']} | {pair['quicker']:.2f} times | {wide} | {apart} |")
    return "\n".join([*lines, *kernels(cases)])


def kernels(cases: dict[str, Figures]) -> list[str]:
    """Where the GPU's time went, in the cases that were looked into."""
    seen = {name: case["profile"] for name, case in cases.items() if case.get("profile")}
    if not seen:
        return []
    kinds = list(dict.fromkeys(kind for one in seen.values() for kind in one["kinds"]))
    lines = ["", f"| GPU time | busy | {' | '.join(kinds)} |", "| --- " * (2 + len(kinds)) + "|"]
    for name, one in seen.items():
        shares = " | ".join(f"{one['kinds'].get(kind, 0):.0%}" for kind in kinds)
        lines.append(f"| {name} | {one['busy']:.0%} | {shares} |")
    return lines


def thesis_table(made: Figures) -> str:
    lines = ["| run | exact | partial | without brightness | validation loss | minutes | GPU memory | trained |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    for name, run in made["runs"].items():
        label = titled(name) + (" (on an earlier base)" if run.get("of_a_former_base") else "")
        if run["before"]:
            lines.append(f"| {titled(name).split(',')[0]}, before | {shares(run['before'])} | - | - | - | - |")
        loss = "(over everything)" if name == "scratch" else f"{min(e['eval_loss'] for e in run['validation']):.4f}"
        lines.append(
            f"| {label} | {shares(run['scores'])} | {loss} | {run['seconds'] / 60:.2f} "
            f"| {run['peak_memory'] / 1e9:.2f} GB | {run['trainable'] / 1e6:.1f} M |"
        )
    return "\n".join(lines)


def titled(name: str) -> str:
    method, _, base = name.partition("-")
    if base == "found":
        method, base = "found", "instruct"
    return f"{base}, {LABELS[method]}" if base else LABELS[method]


def shares(scores: Figures) -> str:
    return " | ".join(f"{scores[key]:.1%}" for key in ("exact", "partial", "exact_without_brightness"))


def rewritten(page: str, name: str, text: str) -> str:
    begins, ends = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, begun, rest = page.partition(begins)
    _, ended, after = rest.partition(ends)
    if not begun or not ended:
        raise click.ClickException(f"docs/finetune.md has no <!-- {name} --> and {ends}")
    return f"{before}{begins}\n{text}\n\n{ends}{after}"


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--docs", type=click.Path(path_type=Path), default=Path("docs"), show_default=True)
def main(folder: Path, docs: Path) -> None:
    """Write what FOLDER holds into the documentation."""
    found = read(folder)
    said = yaml.safe_load((HERE / "finetune.yaml").read_text(encoding="utf-8"))
    page, results = docs / "finetune.md", docs / "results"
    former = json.loads((results / "finetune_thesis.json").read_text(encoding="utf-8"))
    made = {"gpu": gpu(found, said), "thesis": thesis(found, former)}
    for name, figures in made.items():
        (results / f"finetune_{name}.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    text = rewritten(page.read_text(encoding="utf-8"), "gpu", gpu_tables(made["gpu"]))
    page.write_text(rewritten(text, "thesis", thesis_table(made["thesis"])), encoding="utf-8")
    click.echo(f"{page}: {len(made['gpu']['cases'])} cases, {len(made['thesis']['runs'])} runs")


if __name__ == "__main__":
    main()
