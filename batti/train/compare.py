"""Runs side by side: a table of what each came to, and one plot of their validation losses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from batti.errors import BattiError

Figures = dict[str, Any]
COLUMNS = ("run", "method", "form", "exact", "partial", "loss", "minutes", "memory", "trainable")


def read(run: Path) -> Figures:
    """The figures of a finished run. Raises BattiError."""
    try:
        found: Figures = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
        return found if isinstance(found, dict) and "history" in found else _refuse(run)
    except (OSError, ValueError):
        return _refuse(run)


def _refuse(run: Path) -> Figures:
    raise BattiError(f"'{run}' holds no finished run of a language model", "train it to the end: batti train --out")


def rows(runs: Sequence[Path]) -> list[Figures]:
    """A row of figures for each run; its base as it was, too, where that was scored."""
    made: list[Figures] = []
    for run in runs:
        found = read(run)
        row = {
            "run": run.name, "method": found["method"], "form": found["form"],
            "loss": min((e["eval_loss"] for e in found["history"] if "eval_loss" in e), default=None),
            "minutes": round(found["seconds"] / 60, 2), "memory": found["peak_memory"],
            "trainable": found["trainable"], **_scored(found["scores"]),
        }  # fmt: skip
        if found["before"]:
            made.append({"run": run.name, "method": "before training", "form": found["form"],
                         **_scored(found["before"])})  # fmt: skip
        made.append(row)
    return made


def _scored(scores: Figures | None) -> Figures:
    scores = scores or {}
    return {key: scores[key] for key in ("exact", "partial", "exact_without_brightness", "fields") if key in scores}


def table(made: Sequence[Figures]) -> str:
    """The rows as a Markdown table, fields last."""
    fields = list(dict.fromkeys(key for row in made for key in row.get("fields", {})))
    head = [*COLUMNS, *fields]
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]
    for row in made:
        cells = [_said(key, row.get(key)) for key in COLUMNS]
        cells += [_said("exact", row.get("fields", {}).get(key)) for key in fields]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _said(key: str, value: Any) -> str:
    if value is None or value == "":
        return "-"
    if key in ("exact", "partial"):
        return f"{value:.1%}"
    if key == "memory":
        return f"{value / 1e9:.2f} GB"
    if key == "trainable":
        return f"{value:,}"
    return f"{value:.4f}" if key == "loss" else str(value)


def plot(runs: Sequence[Path], picture: Path) -> None:
    """The validation losses of all runs over their steps."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4))
    for run in runs:
        seen = [(e["step"], e["eval_loss"]) for e in read(run)["history"] if "eval_loss" in e]
        axes.plot(*zip(*seen, strict=True), marker="o", markersize=3, label=run.name)
    axes.set(xlabel="step", ylabel="validation loss")
    axes.legend()
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=120, bbox_inches="tight")
    pyplot.close(figure)
