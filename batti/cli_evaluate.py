"""`batti evaluate`: measure models on labelled sentences."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

_IN = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("data", nargs=-1, required=True, type=_IN)
@click.option("--model", "models", multiple=True, metavar="MODEL",
              help="Folder, .gguf file, URL#NAME of an API, or baseline:NAME; again for each model to compare. "
              "The shipped model without it.")
@click.option("--train", multiple=True, type=_IN, metavar="FILE", help="What baselines learn from; may be repeated.")
@click.option("--results", type=_OUT, help="Write the figures as JSON.")
@click.option("--markdown", type=_OUT, help="Write the report as a Markdown page.")
@click.option("--html", "page", type=_OUT, help="Write the report as one HTML page.")
@click.option("--errors", type=click.IntRange(min=0), default=5, show_default=True,
              help="How many errors of each cause to show, in every output; of held-out sentences always none.")
@click.option("--robustness", is_flag=True, help="Also against the strength of noise and the number of rooms.")
@click.option("--thesis", is_flag=True, help="DATA are .json files of the thesis; measure by its own metrics.")
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), help="Date for the report; none without it.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True,
              help="The same seed, the same result.")
def evaluate(
    data: tuple[Path, ...], models: tuple[str, ...], train: tuple[Path, ...], results: Path | None,
    markdown: Path | None, page: Path | None, errors: int, robustness: bool, thesis: bool, date: datetime | None,
    seed: int,
) -> None:
    """Measure models on labelled sentences: .jsonl with its homes beside it, or golden .yaml.

    Sentences under a folder called `heldout` are measured and never shown.
    """
    from batti.dataset.records import write_lines
    from batti.dataset.whole import prepare
    from batti.evaluate import benchmark, report
    from batti.evaluate.html import page as html

    if thesis and robustness:
        raise click.UsageError("--robustness does not go with --thesis")
    prepare(results, markdown, page)
    names = models or (None,)
    benchmark.check_train(names, train)
    day = date.date().isoformat() if date else None
    if thesis:
        found = benchmark.thesis(data, names, train=train, seed=seed, date=day)
    else:
        found = benchmark.benchmark(
            data, names, train=train, seed=seed, errors=errors, date=day, with_robustness=robustness
        )
    click.echo(report.text(found))
    if results:
        found.write(results)
    if markdown:
        write_lines(markdown, [report.markdown(found)])
    if page:
        write_lines(page, [html(found)])
