"""What a results file says, as tables: on a terminal, as a Markdown page; `html` makes a page of the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from batti.evaluate.causes import CAUSES
from batti.evaluate.results import CauseRow, Curve, Figures, Mistake, Rate, Results, Row

NONE = "-"
_SHARES = (0.8, 0.9, 0.95, 1.0)
NOISE = "By the share of the words, or of the sentences, that the noise strikes where it can."
LARGER = "Rooms that no sentence names are added; a home that has more keeps them."
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class Table:
    """Rows of texts under a title; the first `left` columns are words, the others figures."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: int = 1
    note: str = ""
    chief: bool = True  # whether it is among what a reader looks at first


def percent(value: float | None) -> str:
    return NONE if value is None else f"{value:.1%}"


def ranged(rate: Rate) -> str:
    """A share with its interval: `94.3% [91.7, 96.7]`."""
    if rate.value is None or rate.low is None or rate.high is None:
        return NONE
    return f"{rate.value:.1%} [{100 * rate.low:.1f}, {100 * rate.high:.1f}]"


def number(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}"


def plain(text: str) -> str:
    """One line of a sentence as it may be printed: control characters and marks of direction made visible."""
    return "".join(
        char if char.isprintable() or char in _JOINERS else char.encode("unicode_escape").decode() for char in text
    )


def tables(results: Results) -> list[Table]:
    """Every table of the report, in order."""
    return [
        *([_summary(results)] if results.figures else []),
        *([_thesis(results)] if results.thesis else []),
        *([_comparisons(results)] if results.comparisons else []),
        *([_coverage(results), _causes(results)] if results.figures else []),
        *chain.from_iterable(_details(one) for one in results.figures),
        *_robustness(results),
        _files(results),
    ]


_FIGURES = ("sentences", "exact [95%]", "partial", "false actions", "wrong place", "ECE")


def _figures(row: Row) -> tuple[str, ...]:
    return (
        str(row.count), ranged(row.exact), percent(row.partial.value), percent(row.false_actions.value),
        percent(row.wrong_place.value), number(row.ece),
    )  # fmt: skip


def _summary(results: Results) -> Table:
    rows = []
    for one in results.figures:
        sets = one.by["set"]
        whole = one.all if len(sets) > 1 else None
        rows += [(one.model.name, row.name, *_figures(row)) for row in (whole, one.unasked, *sets) if row]
    note = (
        "Exact: the whole document is right. False actions: of the sentences that ask for nothing, or only for an "
        "answer, those acted on. Wrong place: of the sentences that ask for something and are acted on, those that "
        "change a light nobody named. Not asked back: the sentences that are understood surely enough to be acted on "
        "at once. ECE: how far confidence and accuracy lie apart. The intervals are of a bootstrap over sentences: "
        "where all are right, it has no error to draw and says nothing."
    )
    return Table("Accuracy", ("model", "set", *_FIGURES), tuple(rows), 2, note)


def _thesis(results: Results) -> Table:
    rows = tuple(
        (one.model.name, str(one.exact.of), ranged(one.exact), ranged(one.partial), ranged(one.exact_but_levels))
        for one in results.thesis
    )
    note = (
        "Exact: the output is the same text, small letters and spaces apart. Partial: the share of `room: action` "
        "pairs found, of those expected or given, whichever are more."
    )
    head = ("model", "sentences", "exact [95%]", "partial [95%]", "exact but for levels [95%]")
    return Table("The thesis's metrics", head, rows, 1, note)


def _comparisons(results: Results) -> Table:
    rows = tuple(
        (one.a, one.b, str(one.only_a), str(one.only_b), f"{one.p_value:.3g}" if one.p_value else "< 1e-300",
         ranged(one.difference), ranged(one.partial_difference))
        for one in results.comparisons
    )  # fmt: skip
    head = ("a", "b", "only a right", "only b right", "p (McNemar)", "exact, a - b [95%]", "partial, a - b [95%]")
    note = "The exact McNemar test, two-sided, and a paired bootstrap; p is not corrected for how many are compared."
    return Table("Models compared", head, rows, 2, note)


def _coverage(results: Results) -> Table:
    rows = []
    for one in results.figures:
        shares = {round(row.coverage, 2): row for row in one.confidence.coverage}
        rows.append((one.model.name, *(
            f"{shares[share].accuracy:.1%} (≥ {shares[share].threshold:.2f})" for share in _SHARES
        )))  # fmt: skip
    head = ("model", *(f"{share:.0%} answered" for share in _SHARES))
    note = "Exact match where only the surest are answered, and the confidence from which that is."
    return Table("Accuracy against coverage", head, tuple(rows), 1, note)


def _causes(results: Results) -> Table:
    names = [one.model.name for one in results.figures]
    counts = [{row.cause: row.count for row in one.causes} for one in results.figures]
    found = sorted({cause for some in counts for cause in some}, key=lambda c: -max(some.get(c, 0) for some in counts))
    rows = tuple((cause, CAUSES[cause], *(str(some.get(cause, 0)) for some in counts)) for cause in found)
    return Table("Errors by cause", ("cause", "what that is", *names), rows, 2, "Each error by its gravest cause.")


def _details(one: Figures) -> Iterator[Table]:
    """The breakdowns of one model."""
    for name, rows in one.by.items():
        if rows and name != "set":
            some = tuple((row.name, *_figures(row)) for row in rows)
            yield Table(f"{one.model.name}: by {name}", (name, *_FIGURES), some, chief=False)
    keys = tuple(
        (row.key, str(row.expected), str(row.given), str(row.right), percent(row.precision), percent(row.recall),
         percent(row.f1))
        for row in one.keys
    )  # fmt: skip
    head = ("key", "expected", "given", "right", "precision", "recall", "F1")
    note = "Entries are aligned by place, as for the partial match."
    yield Table(f"{one.model.name}: by key", head, keys, 1, note, False)
    bins = tuple((str(row.sentences), number(row.confidence), percent(row.accuracy)) for row in one.confidence.bins)
    note = "15 bins that hold about as many sentences each; equal confidences are never divided."
    yield Table(f"{one.model.name}: confidence", ("sentences", "mean confidence", "exact"), bins, 0, note, False)


def _robustness(results: Results) -> Iterator[Table]:
    for one in results.robustness:
        name = one.model.name
        yield _curves(f"{name}: exact match under noise", "noise", one.noise, NOISE)
        yield _curves(f"{name}: exact match in larger homes", "at least so many", (one.rooms,), LARGER)


def _curves(title: str, first: str, curves: Sequence[Curve], note: str) -> Table:
    head = (first, *(f"{point.at:g}" for point in curves[0].points))
    rows = tuple((curve.name, *(percent(point.exact.value) for point in curve.points)) for curve in curves)
    return Table(title, head, rows, 1, note)


def _files(results: Results) -> Table:
    measured = [(one.name + (" (held out)" if one.held_out else ""), str(one.sentences), one.sha256)
                for one in results.data]  # fmt: skip
    learnt = [(f"{one.name} (learnt from)", NONE, one.sha256) for one in results.train]
    measured_models = [one.model for one in results.figures] + [one.model for one in results.thesis]
    models = [(one.name, NONE, one.checksum or NONE) for one in measured_models]
    head = ("file or model", "sentences", "SHA-256")
    return Table("Measured on", head, (*measured, *learnt, *models), 1, facts(results), False)


def facts(results: Results) -> str:
    """The run in a line."""
    when = f"{results.date}; " if results.date else ""
    return f"{when}batti {results.batti}, seed {results.seed}, {results.resamples} bootstrap resamples of the sentences"


def shown(results: Results) -> Iterator[tuple[str, CauseRow]]:
    """(model, errors of one cause), the commonest cause first, where there are errors to show."""
    return ((one.model.name, row) for one in results.figures for row in one.causes if row.shown)


def mistake_lines(one: Mistake) -> tuple[str, str, str]:
    """What was said, expected and given."""
    return (
        f"[{one.set}] {plain(one.text)}", f"expected {plain(one.expected)}",
        f"given    {plain(one.given)}  ({one.confidence:.2f})",
    )  # fmt: skip


def text(results: Results) -> str:
    """For a terminal: the errors, then the chief tables, so that the figures stand last."""
    lines = []
    for model, row in shown(results):
        lines.append(f"{model}: {row.cause} ({row.count}): {CAUSES[row.cause]}")
        for one in row.shown:
            said, *rest = mistake_lines(one)
            lines += [f"- {said}", *(f"    {line}" for line in rest)]
        lines.append("")
    chief = [table for table in tables(results) if table.chief and table.rows]
    ordered = [*chief[1:], *chief[:1]]  # accuracy last
    return "\n".join(chain(lines, *(_aligned(table) for table in ordered))).rstrip()


def _aligned(table: Table) -> Iterable[str]:
    cells = [table.head, *table.rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(table.head))]
    yield f"{table.title}"
    for row in cells:
        yield "  ".join(
            cell.ljust(width) if i < table.left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
    yield ""


def markdown(results: Results) -> str:
    """The report as a Markdown page."""
    parts = ["# Evaluation", facts(results) + "."]
    for table in tables(results):
        if table.rows:
            parts += [f"## {_cell(table.title)}", "\n".join(_piped(table)), *([table.note] if table.note else [])]
    for model, row in shown(results):
        parts.append(f"## {_cell(model)}: {row.cause} ({row.count})")
        for one in row.shown:
            said, *rest = map(_cell, mistake_lines(one))
            parts.append("\n".join((f"- {said}", *(f"  - {line}" for line in rest))))
    return "\n\n".join(parts)


def _piped(table: Table) -> Iterator[str]:
    marks = ["---" if i < table.left else "---:" for i in range(len(table.head))]
    for row in (table.head, marks, *table.rows):
        yield f"| {' | '.join(map(_cell, row))} |" if row is not marks else f"| {' | '.join(marks)} |"


def _cell(value: str) -> str:
    """A text that Markdown prints as it is."""
    escaped = "".join(f"\\{char}" if char in "\\`*_[]|<>#" else char for char in value)
    return escaped.replace("\n", " ")
