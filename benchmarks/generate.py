"""How many labelled sentences a second one core makes, as JSON."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from batti.dataset import generate

_WARM_UP, _MEASURED = 40, 160  # chunks


@click.command(help=__doc__)
@click.argument("results", type=click.Path(dir_okay=False, path_type=Path), required=False)
def main(results: Path | None) -> None:
    began = time.perf_counter()
    generate.ready()
    chunks = generate.chunks(seed=1, per_home=60, workers=1)
    for _ in range(_WARM_UP):
        next(chunks)
    warm = time.perf_counter()
    sentences = sum(len(next(chunks).lines) for _ in range(_MEASURED))
    took = time.perf_counter() - warm
    chunks.close()
    figures = {"sentences_per_second_a_core": round(sentences / took), "start_s": round(warm - began, 2)}
    print(json.dumps(figures))
    if results:
        results.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
