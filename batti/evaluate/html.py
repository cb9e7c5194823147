"""The report as one HTML page that needs nothing else: tables, charts and errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from batti.evaluate import report
from batti.evaluate.causes import CAUSES
from batti.evaluate.report import Table
from batti.evaluate.results import Curve, Mistake, Results
from batti.evaluate.svg import COLOURS, Line, chart
from batti.paths import resources

_TENTHS = tuple(step / 5 for step in range(6))
# Nothing is fetched, whatever a sentence holds.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def page(results: Results) -> str:
    """The whole page."""
    style, script = (resources(f"report/{name}").read_text(encoding="utf-8") for name in ("style.css", "script.js"))
    tables = [table for table in report.tables(results) if table.rows]
    chief = "".join(_section(table) for table in tables if table.chief)
    rest = "".join(_folded(table) for table in tables if not table.chief)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>batti: evaluation</title>\n<style>\n{style}</style>\n</head>\n<body>\n<h1>Evaluation</h1>\n"
        f'<p class="quiet">{escape(report.facts(results))}</p>\n'
        f"{chief}{_charts(results)}{_errors(results)}<h2>In detail</h2>\n{rest}"
        f"<script>\n{script}</script>\n</body>\n</html>"
    )


def _section(table: Table) -> str:
    return f"<section>\n<h2>{escape(table.title)}</h2>\n{_table(table)}</section>\n"


def _folded(table: Table) -> str:
    return f"<details>\n<summary>{escape(table.title)}</summary>\n{_table(table)}</details>\n"


def _table(table: Table) -> str:
    kinds = [' class="word"' if i < table.left else "" for i in range(len(table.head))]
    head = "".join(
        f'<th scope="col"{kind}><button type="button">{escape(cell)}</button></th>'
        for kind, cell in zip(kinds, table.head, strict=True)
    )
    rows = "\n".join(
        "<tr>" + "".join(f"<td{kind}>{escape(cell)}</td>" for kind, cell in zip(kinds, row, strict=True)) + "</tr>"
        for row in table.rows
    )
    note = f'<p class="quiet">{escape(table.note)}</p>\n' if table.note else ""
    return (f'{note}<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n'
            "</table></div>\n")  # fmt: skip


def _charts(results: Results) -> str:
    drawn = [*_confidence(results), *_robustness(results)]
    if not drawn:
        return ""
    names = [one.model.name for one in results.figures]
    key = "".join(f'<li class="s{i % COLOURS}">● <span>{escape(name)}</span></li>' for i, name in enumerate(names))
    grid = f'<ul class="key">{key}</ul>\n<div class="charts">\n{"".join(drawn)}</div>\n'
    return f"<section>\n<h2>Charts</h2>\n{grid}</section>\n"


def _figure(title: str, svg: str) -> str:
    return f"<figure>\n<h3>{escape(title)}</h3>\n{svg}\n</figure>\n"


def _confidence(results: Results) -> Iterator[str]:
    """Reliability, and accuracy against coverage; a line a model."""
    if not results.figures:
        return
    title = "Reliability: accuracy by confidence"
    lines = [
        Line(one.model.name, [(row.confidence, row.accuracy) for row in one.confidence.bins])
        for one in results.figures
    ]
    yield _figure(title, chart(title, "confidence", "exact", lines, x_ticks=_TENTHS, diagonal=True, percent=True))
    title = "Accuracy where the surest are answered"
    lines = [
        Line(one.model.name, [(row.coverage, row.accuracy) for row in one.confidence.coverage])
        for one in results.figures
    ]
    low = _floor([y for line in lines for _, y in line.points])
    yield _figure(title, chart(title, "coverage", "exact", lines, x_ticks=_TENTHS, y_low=low, percent=True))


def _robustness(results: Results) -> Iterator[str]:
    """A chart for each noise, and one for the number of rooms; a line a model."""
    if not results.robustness:
        return
    noises = [curve.name for curve in results.robustness[0].noise]
    for i, name in enumerate(noises):
        yield _curves(f"Noise: {name}", "strength", results, [one.noise[i] for one in results.robustness])
    yield _curves("Larger homes", "rooms, at least", results, [one.rooms for one in results.robustness])


def _curves(title: str, x_label: str, results: Results, curves: Sequence[Curve]) -> str:
    lines = []
    for one, curve in zip(results.robustness, curves, strict=True):
        points = [(point.at, point.exact.value or 0.0) for point in curve.points]
        bounds = [(point.exact.low or 0.0, point.exact.high or 0.0) for point in curve.points]
        lines.append(Line(one.model.name, points, bounds))
    ticks = [point.at for point in curves[0].points]
    return _figure(title, chart(title, x_label, "exact", lines, x_ticks=ticks))


def _floor(values: Sequence[float]) -> float:
    """A tenth below all values, so that small differences are seen."""
    return max(0, int(10 * min(values, default=0)) - 1) / 10


def _errors(results: Results) -> str:
    groups = [
        f"<details>\n<summary>{escape(model)}: {escape(row.cause)} ({row.count})</summary>\n"
        f'<p class="quiet">{escape(CAUSES[row.cause])}; {len(row.shown)} shown</p>\n'
        f"{''.join(map(_error, row.shown))}</details>\n"
        for model, row in report.shown(results)
    ]
    if not groups:
        return ""
    box = '<input class="filter" type="search" placeholder="Filter the errors" aria-label="Filter the errors">\n'
    return f'<section class="errors">\n<h2>Errors, the commonest cause first</h2>\n{box}{"".join(groups)}</section>\n'


def _error(one: Mistake) -> str:
    said, expected, given = map(escape, report.mistake_lines(one))
    other = "".join(f", {cause}" for cause in one.causes[1:])
    more = f'<p class="quiet">also{other[1:]}</p>\n' if other else ""
    return (f'<div class="error">\n<p class="said" dir="auto">{said}</p>\n<p>{expected}</p>\n<p>{given}</p>\n{more}'
            "</div>\n")  # fmt: skip
