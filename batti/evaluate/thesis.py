"""The thesis protocol: our kind of network, trained on the thesis's train split alone, from nothing or from the shipped
weights, scored on its other splits.

`python -m batti.evaluate.thesis TRAIN TEST...` trains for some minutes and prints the figures. Neither the
sentences nor weights trained on them are kept: no licence came with them.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from batti.dataset import records
from batti.dataset.thesis_text import Figures, figures, read
from batti.errors import BattiError, missing
from batti.text import normalize

_TIMED = 100  # sentences asked one by one


def score(rows: Sequence[tuple[str, str]], answers: Sequence[str], trained_on: Collection[str]) -> Figures:
    """Figures of all rows, and of those whose normalized command was not trained on."""
    new = [i for i, (command, _) in enumerate(rows) if normalize(command) not in trained_on]
    unseen = figures([rows[i] for i in new], [answers[i] for i in new])
    return {**figures(rows, answers), "unseen": unseen}


def run(train: Path, tests: Sequence[Path], recipe: Path) -> Figures:
    """Train on one file and score on the others. Raises BattiError."""
    from batti.train import thesis_network  # torch is slow to import, and may not be there

    settings = thesis_network.Recipe.load(recipe)
    rows, sets = read(train), {path.stem: read(path) for path in tests}
    if len(sets) < len(tests):
        raise BattiError("two test files have one name", "the figures go by these names: rename one of them")
    began = time.monotonic()
    network = thesis_network.train(rows, settings)
    minutes = (time.monotonic() - began) / 60
    trained_on = {normalize(command) for command, _ in rows}
    return {
        "trained_on": {"file": train.name, "count": len(rows), "minutes": round(minutes, 1)}
        | ({"start": str(settings.start)} if settings.start else {}),
        "parameters": sum(weight.numel() for weight in network.parameters()),
        "ms_per_sentence": _milliseconds(network, [command for command, _ in next(iter(sets.values()))]),
        "sets": {
            name: score(some, network.answer([command for command, _ in some]), trained_on)
            for name, some in sets.items()
        },
    }


def _milliseconds(network: Any, commands: Sequence[str]) -> float:
    """The median time of an answer, sentences asked one by one."""
    times = []
    for command in commands[:_TIMED]:
        began = time.perf_counter()
        network.answer([command])
        times.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(times), 1)


def _shown(results: Figures) -> str:
    head = f"{'set':12} {'sentences':>9} {'exact':>7} {'partial':>7} {'exact without brightness':>24}"
    lines = [head]
    for name, all_rows in results["sets"].items():
        for title, row in ((name, all_rows), (f"{name}, new", all_rows["unseen"])):
            shares = f"{row['exact']:7.1%} {row['partial']:7.1%} {row['exact_without_brightness']:24.1%}"
            lines.append(f"{title:12} {row['count']:9} {shares}")
    return "\n".join(lines)


@click.command()
@click.argument("train", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("tests", nargs=-1, required=True, metavar="TEST...", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--recipe", default="configs/thesis.yaml", show_default=True, type=click.Path(path_type=Path))
@click.option("--results", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here as JSON.")
def main(train: Path, tests: tuple[Path, ...], recipe: Path, results: Path | None) -> None:
    """Train on TRAIN alone; score on each TEST ("new" are the sentences that TRAIN does not have)."""
    try:
        found = run(train, tests, recipe)
        if results:
            records.write_lines(results, [json.dumps(found, indent=2)])
    except BattiError as error:
        _fail(str(error))
    except ModuleNotFoundError as error:
        _fail(str(missing("the thesis protocol", error.name, "train")))
    click.echo(_shown(found))


def _fail(problem: str) -> NoReturn:
    for line in problem.splitlines():
        click.echo(f"batti: {line}", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
