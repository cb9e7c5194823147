"""From what a model gave to its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

import numpy as np

from batti import metrics
from batti.evaluate import statistics
from batti.evaluate.causes import CAUSES, causes
from batti.evaluate.results import (
    BinRow,
    CauseRow,
    Comparison,
    Confidence,
    CoverageRow,
    Figures,
    KeyRow,
    Mistake,
    Model,
    Rate,
    Row,
)
from batti.evaluate.run import Outcome, short
from batti.text import is_devanagari

NOTHING = "(nothing to do)"
UNASKED = "not asked back"
FEW = "(rows of fewer than 10)"
_LEAST_HELD_OUT = 10  # sentences in a row: fewer would tell which of them went wrong
_SHARES = tuple(share / 100 for share in range(5, 101, 5))


def script(text: str) -> str:
    """`devanagari`, `latin` or `both`."""
    deva = is_devanagari(text)
    latin = any(char.isascii() and char.isalpha() for char in text)
    return "both" if deva and latin else "devanagari" if deva else "latin"


def _of_actions(key: str) -> Callable[[Outcome], Iterable[str]]:
    """The values of a key in the expected actions, each once."""
    return lambda one: dict.fromkeys(str(a[key]) for a in one.case.expected["actions"]) or (NOTHING,)


BREAKDOWNS: dict[str, Callable[[Outcome], Iterable[str]]] = {
    "set": lambda one: (one.case.group,),
    "home": lambda one: (one.case.home_name,),
    "intent": lambda one: (str(one.case.expected["intent"]),),
    "action": _of_actions("action"),
    "room": _of_actions("room"),
    "script": lambda one: (script(one.case.text),),
    "tag": lambda one: dict.fromkeys(one.case.tags),
}
"""By what the sentences are told apart; a sentence may be in several rows, or in none."""


def figures(model: Model, outcomes: Sequence[Outcome], *, seed: int, errors: int) -> Figures:
    """All figures of one model; at most `errors` errors are shown of each cause."""
    sure = [one for one in outcomes if one.confidence >= one.case.home.confirm_below]
    return Figures(
        model=model,
        all=_row("all", outcomes, seed),
        unasked=_row(UNASKED, sure, seed) if sure else None,
        by={name: _breakdown(outcomes, of, seed) for name, of in BREAKDOWNS.items()},
        keys=_keys(outcomes),
        confidence=_confidence(outcomes),
        causes=_causes(outcomes, errors),
    )


def rates(hits: Sequence[Sequence[float | None]], seed: int) -> list[Rate]:
    """The rates of some columns, a row a sentence; None is a sentence that a rate has nothing to do with."""
    table = np.array(hits, dtype=float)  # None becomes nan
    counts = ~np.isnan(table)
    found = statistics.ratios(np.where(counts, table, 0.0), counts, seed)
    sums, of = np.nansum(table, axis=0), counts.sum(axis=0)
    return [
        Rate(hits=round(float(total), 4), of=int(n), value=one.value, low=one.low, high=one.high)
        for one, total, n in zip(found, sums, of, strict=True)
    ]


def _row(name: str, outcomes: Sequence[Outcome], seed: int) -> Row:
    found = rates([(o.exact, o.partial, o.false_action, o.wrong_place) for o in outcomes], seed)
    ece = statistics.calibration_error([o.confidence for o in outcomes], [o.exact for o in outcomes])
    exact, partial, false_actions, wrong_place = found
    return Row(
        name=name, exact=exact, partial=partial, false_actions=false_actions, wrong_place=wrong_place, ece=ece
    )


def _breakdown(outcomes: Sequence[Outcome], of: Callable[[Outcome], Iterable[str]], seed: int) -> tuple[Row, ...]:
    """A row for each value, by name; small ones with held-out sentences are put together."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        for name in of(outcome):
            groups.setdefault(name, []).append(outcome)
    few: dict[int, Outcome] = {}
    for name, some in list(groups.items()):
        if len(some) < _LEAST_HELD_OUT and any(one.case.held_out for one in some):
            few.update((id(one), one) for one in groups.pop(name))
    rows = [_row(name, groups[name], seed) for name in sorted(groups)]
    return (*rows, *([_row(FEW, list(few.values()), seed)] if few else []))


def _keys(outcomes: Iterable[Outcome]) -> tuple[KeyRow, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    for one in outcomes:
        counts += metrics.key_counts(one.case.expected, one.given)
    return tuple(_key(key, *(counts[key, what] for what in ("expected", "given", "right"))) for key in metrics.KEYS)


def _key(key: str, expected: int, given: int, right: int) -> KeyRow:
    def share(hits: float, of: int) -> float | None:
        return round(hits / of, 4) if of else None

    return KeyRow(
        key=key, expected=expected, given=given, right=right,
        precision=share(right, given), recall=share(right, expected), f1=share(2 * right, expected + given),
    )  # fmt: skip


def _confidence(outcomes: Sequence[Outcome]) -> Confidence:
    sure, right = [o.confidence for o in outcomes], [o.exact for o in outcomes]
    return Confidence(
        ece=statistics.calibration_error(sure, right),
        bins=tuple(BinRow(**one._asdict()) for one in statistics.reliability(sure, right)),
        coverage=tuple(CoverageRow(**one._asdict()) for one in statistics.coverage_curve(sure, right, _SHARES)),
    )


def _causes(outcomes: Iterable[Outcome], errors: int) -> tuple[CauseRow, ...]:
    """The errors by their gravest cause, the commonest first; the surest errors are shown first."""
    groups: dict[str, list[tuple[Outcome, tuple[str, ...]]]] = {}
    for one in outcomes:
        if not one.exact:
            found = causes(one.case.expected, one.given)
            groups.setdefault(found[0], []).append((one, found))
    gravity = list(CAUSES)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), gravity.index(item[0])))
    return tuple(
        CauseRow(cause=cause, count=len(some), shown=tuple(_shown(some)[:errors])) for cause, some in ordered
    )


def _shown(some: Iterable[tuple[Outcome, tuple[str, ...]]]) -> list[Mistake]:
    """Those that may be shown: what is held out stays unread."""
    open_ones = [(one, found) for one, found in some if not one.case.held_out]
    return [
        Mistake(
            set=one.case.group, home=one.case.home_name, text=one.case.text, expected=short(one.case.expected),
            given=short(one.given), confidence=round(one.confidence, 4), causes=found,
        )
        for one, found in sorted(open_ones, key=lambda item: -item[0].confidence)
    ]  # fmt: skip


Scored = Sequence[tuple[bool, float]]
"""Exact and partial match of one sentence after the other."""


def compare(models: Sequence[tuple[str, Scored]], seed: int) -> tuple[Comparison, ...]:
    """Every two models, on the same sentences."""
    return tuple(_comparison(a, b, seed) for a, b in combinations(models, 2))


def _comparison(a: tuple[str, Scored], b: tuple[str, Scored], seed: int) -> Comparison:
    pairs = list(zip(a[1], b[1], strict=True))
    only_a = sum(one[0] and not other[0] for one, other in pairs)
    only_b = sum(other[0] and not one[0] for one, other in pairs)
    difference, partial = rates([(float(x[0]) - float(y[0]), x[1] - y[1]) for x, y in pairs], seed)
    return Comparison(
        a=a[0], b=b[0], only_a=only_a, only_b=only_b, p_value=float(f"{statistics.mcnemar(only_a, only_b):.3g}"),
        difference=difference, partial_difference=partial,
    )  # fmt: skip
