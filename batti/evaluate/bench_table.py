"""A benchmark's report as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Report = Mapping[str, Any]


def lines(report: Report) -> Iterator[str]:
    """The lines of all tables."""
    machine = report["machine"]
    load = "" if machine["load"] is None else f", load {machine['load']:.1f} before the run"
    yield f"{machine['processor']}, {machine['cores']} cores{load}"
    if machine["load"] is not None and machine["load"] > 0.5:
        yield "Others work on this machine: what has several threads suffers most; with --threads 1 all suffer alike."
    yield ""
    yield from _table(_models(report["models"]))
    yield ""
    for name, model in report["models"].items():
        yield from _parts(name, model)
    for ratio in report["ratios"]:
        yield (
            f"{ratio['of']} takes {_interval(ratio)} times as long as {ratio['to']}, and "
            f"{_interval(ratio['cpu'])} times its CPU time ({ratio['rounds']} rounds in turn)"
        )
    for name, curves in report.get("curves", {}).items():
        for what, points in curves.items():
            yield f"{name}, ms by {what}: " + "  ".join(f"{size:g}: {ms:.3g}" for size, ms in points)


def _interval(ratio: Mapping[str, float]) -> str:
    return f"{ratio['ratio']:.3g} (95%: {ratio['low']:.3g} to {ratio['high']:.3g})"


def _models(models: Report) -> Iterator[Sequence[str]]:
    yield ("model", "p50 ms", "p95", "p99", "CPU ms", "cold s", "memory MB", "file MB", "threads", "per s", "floor ms")
    for name, one in models.items():
        latency, rate = one["latency_ms"], one["per_second"]
        yield (
            name,
            *(f"{latency[key]:.1f}" for key in ("p50", "p95", "p99")),
            _figure(one["cpu_ms"], ".1f"),
            _figure(one.get("cold_s"), ".2f"),
            _figure(one.get("memory_mb"), ".0f"),
            _figure(one.get("file_mb"), ".1f"),
            str(one["threads"] or "-"),
            " / ".join(f"{value:.3g}" for value in rate.values()),
            _figure(one.get("floor", {}).get("ms"), ".2f"),
        )


def _figure(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _parts(name: str, model: Report) -> Iterator[str]:
    if model["note"]:
        yield f"{name}: {model['note']}"
    phases = [f"{phase} {ms:.1f} ms" for phase, ms in model["phases_ms"].items()]
    counts = [f"{count:.0f} {what}" for what, count in model["counts"].items()]
    each = [f"{ms:.2f} ms for each {what}" for what, ms in model["each_ms"].items()]
    if phases:
        yield f"{name}: {', '.join(phases)}; {', '.join([*counts, *each])}"
    if least := model.get("floor"):
        rates = least["rates"]
        yield (
            f"{name}: {least['bytes'] / 1e6:.0f} MB of weights at {rates['bytes'] / 1e9:.1f} GB/s take "
            f"{least['read_ms']:.2f} ms, {least['operations'] / 1e9:.2f} G operations at "
            f"{rates['operations'] / 1e9:.0f} G/s take {least['compute_ms']:.2f} ms; measured "
            f"{least['measured_ms']:.1f} ms, {least['measured_ms'] / least['ms']:.1f} times the floor"
        )
    if phases:
        yield ""


def _table(rows: Iterator[Sequence[str]]) -> Iterator[str]:
    """Columns side by side, the first to the left."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        first, *others = (f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join([f"{first.strip():<{widths[0]}}", *others])
