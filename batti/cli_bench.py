"""`batti bench`: how fast models are on this machine."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.option("--model", "models", multiple=True, metavar="MODEL",
              help="Model folder, .gguf file or URL#NAME; may be given again. The shipped model without it.")
@click.option("--against", metavar="MODEL",
              help="Compare with a .gguf file; llama-3.2-1b is one of its exact shape with random weights (0.8 GB).")
@click.option("--rounds", type=click.IntRange(min=1), default=8, show_default=True,
              help="Rounds in which the models take turns, at least.")
@click.option("--seconds", type=click.FloatRange(min=0), default=10.0, show_default=True,
              help="The rounds go on until so much time is over.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads of every model; else what each chooses.")
@click.option("--curves/--no-curves", default=True, show_default=True,
              help="Also how the cost grows with sentence, home, batch and threads.")
@click.option("--json", "out", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures as JSON too.")
def bench(
    models: tuple[str, ...], against: str | None, rounds: int, seconds: float, threads: int | None,
    curves: bool, out: Path | None,
) -> None:  # fmt: skip
    """Measure latency, cold start, throughput, memory and size on this machine.

    Models take turns, so that their ratio holds on a busy machine too. A table, then one line of JSON.
    """
    from batti.dataset.records import write_lines
    from batti.dataset.whole import prepare
    from batti.evaluate import bench as measuring
    from batti.evaluate import bench_table

    prepare(out)
    report = measuring.bench(models or ("",), against, rounds=rounds, seconds=seconds, threads=threads, curves=curves)
    for line in bench_table.lines(report):
        click.echo(line)
    if out:
        write_lines(out, [json.dumps(report, indent=2, ensure_ascii=False)])
    click.echo(json.dumps(report, ensure_ascii=False))
