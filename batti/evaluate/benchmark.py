"""Measure models on files: everything that goes into a results file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from batti import __version__
from batti.backends import Backend
from batti.dataset.cases import cases_of, label, read_sources, sha256
from batti.errors import BattiError, quote
from batti.evaluate import figures, models, statistics, thesis_words
from batti.evaluate.figures import Scored
from batti.evaluate.results import DataFile, Model, Results, ThesisFigures
from batti.evaluate.run import run

Measured = tuple[Model, Backend]


def benchmark(
    data: Sequence[Path],
    names: Sequence[str | None],
    *,
    train: Sequence[Path] = (),
    seed: int = 1,
    errors: int = 0,
    date: str | None = None,
    with_robustness: bool = False,
) -> Results:
    """Measure models on labelled sentences. Raises BattiError."""
    sources = read_sources(data)
    cases = cases_of(sources)
    found, scored, curves = [], list[tuple[str, Scored]](), []
    for model, backend in _load(names, train):
        outcomes = run(backend, cases, model.name)
        found.append(figures.figures(model, outcomes, seed=seed, errors=errors))
        scored.append((model.name, [(one.exact, one.partial) for one in outcomes]))
        if with_robustness:
            from batti.evaluate.robustness import robustness  # what makes sentences is slow to import

            curves.append(robustness(model, backend, cases, seed))
    files = [
        DataFile(name=one.name, sha256=one.sha256, homes_sha256=one.homes_sha256, sentences=len(one.cases),
                 held_out=any(case.held_out for case in one.cases))
        for one in sources
    ]  # fmt: skip
    return _results(
        files, train, seed, date, figures=tuple(found), comparisons=figures.compare(scored, seed),
        robustness=tuple(curves),
    )  # fmt: skip


def thesis(
    data: Sequence[Path],
    names: Sequence[str | None],
    *,
    train: Sequence[Path] = (),
    seed: int = 1,
    date: str | None = None,
) -> Results:
    """Measure models on files of the thesis by its own metrics; no sentence of it is shown. Raises BattiError."""
    parts = [thesis_words.read(path) for path in data]
    rows = [row for part in parts for row in part]
    home = thesis_words.home_of(output for _, output in rows)
    found, scored = [], list[tuple[str, Scored]]()
    for model, backend in _load(names, train):
        some = thesis_words.scores(rows, backend, home)
        exact, partial, but_levels = figures.rates(some, seed)
        found.append(ThesisFigures(model=model, exact=exact, partial=partial, exact_but_levels=but_levels))
        scored.append((model.name, [(one[0], one[1]) for one in some]))
    files = [
        DataFile(name=label(path), sha256=sha256(path), sentences=len(part))
        for path, part in zip(data, parts, strict=True)
    ]
    return _results(files, train, seed, date, thesis=tuple(found), comparisons=figures.compare(scored, seed))


def _load(names: Sequence[str | None], train: Sequence[Path]) -> list[Measured]:
    """Every model before the first is asked, so that a slip in the last name costs no hours."""
    described = models.describe_all(names)
    return [(model, models.load(name, train)) for model, name in zip(described, names, strict=True)]


def _results(files: list[DataFile], train: Sequence[Path], seed: int, date: str | None, **found: object) -> Results:
    return Results.model_validate({
        "batti": __version__, "date": date, "seed": seed, "resamples": statistics.RESAMPLES, "data": tuple(files),
        "train": tuple(DataFile(name=label(path), sha256=sha256(path)) for path in train), **found,
    })  # fmt: skip


def check_train(names: Sequence[str | None], train: Sequence[Path]) -> None:
    """Raises BattiError where `train` is given and no baseline is there to learn from it."""
    if train and not any(name and name.startswith(models.BASELINE) for name in names):
        hint = "add --model baseline:NAME, or leave --train out"
        raise BattiError(f"nothing learns from {quote(str(train[0]))}", hint)
