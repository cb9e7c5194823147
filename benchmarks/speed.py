"""Cold start, warm latency, throughput, memory and size of the shipped model, as JSON.

One thread, a sentence with two actions, the default home. Cold is the whole `batti "..."` process. Throughput is of the
usual sentences of `batti bench` on two threads, one after another and 512 at once, in turn.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import click

SENTENCE = "kitchen ko batti off gara ra baithak ko light 40% ma dim garnus"
COLD, WARM = 7, 200
TURNS, TOGETHER = 15, 512


def cold() -> float:
    """Median seconds of a whole process."""
    command = [sys.executable, "-m", "batti", SENTENCE]
    times = []
    for _ in range(COLD):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def throughput() -> dict[str, int]:
    """Median sentences a second, one by one and together."""
    from batti import Interpreter
    from batti.evaluate.subjects import cases

    interpreter = Interpreter.load(threads=2)
    usual = [case.sentence for case in cases()]
    some = usual * (TOGETHER // len(usual))
    ways = {
        "one_by_one_per_second": lambda: [interpreter(sentence) for sentence in some],
        "together_per_second": lambda: interpreter.batch(some),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(TURNS):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            rates[name].append(len(some) / (time.perf_counter() - began))
    return {name: round(statistics.median(kept)) for name, kept in rates.items()}


@click.command(help=__doc__)
@click.argument("results", type=click.Path(dir_okay=False, path_type=Path), required=False)
def main(results: Path | None) -> None:
    from batti import Interpreter
    from batti.backends.onnx import shipped

    figures: dict[str, float] = {"cold_s": round(cold(), 2)}
    interpreter = Interpreter.load()
    interpreter(SENTENCE)
    times = []
    for _ in range(WARM):
        began = time.perf_counter()
        interpreter(SENTENCE)
        times.append(1000 * (time.perf_counter() - began))
    times.sort()
    figures["warm_p50_ms"] = round(times[WARM // 2], 1)
    figures["warm_p95_ms"] = round(times[WARM * 95 // 100], 1)
    figures["memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    figures |= throughput()
    figures["model_mb"] = round(sum(p.stat().st_size for p in shipped().glob("*.onnx")) / 1e6, 1)
    text = json.dumps(figures, indent=2)
    if results:
        results.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
