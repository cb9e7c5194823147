"""Hypothesis strategies over every answer that a model can give about a sentence."""

from typing import Any

from hypothesis import strategies as st

from batti.command import ACTIONS, COLORS
from batti.grammar import MAX_CHAINED, MAX_ENTRIES, MAX_EXCEPTS, MAX_PLACE
from batti.prompt import Asked, Span, reckoned
from batti.values import duration_of, seconds_of

_DAY = 24 * 60 * 60


def _spans(chars: int) -> st.SearchStrategy[Span]:
    def longer(first: int) -> st.SearchStrategy[Span]:
        return st.integers(first, min(chars, first + MAX_PLACE) - 1).map(lambda last: (first, last))

    return st.integers(0, chars - 1).flatmap(longer)


def _amounts(action: str) -> st.SearchStrategy[dict[str, Any]]:
    if action == "adjust_brightness":
        levels = st.integers(1, 100).map(lambda n: {"brightness": n / 100})
        return levels | st.integers(-100, 100).filter(bool).map(lambda n: {"brightness_step": n / 100})
    if action == "change_color":
        colors = st.sampled_from(COLORS).map(lambda color: {"color": color})
        return colors | st.integers(1900, 6500).map(lambda kelvin: {"color_temp": kelvin})
    return st.just({})


def _whens() -> st.SearchStrategy[dict[str, str]]:
    seconds = st.integers(1, 59) | st.integers(1, 59).map(lambda n: 60 * n) | st.integers(1, 86399)
    times = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda t: f"{t[0]:02}:{t[1]:02}")
    one_of = st.fixed_dictionaries(
        {}, optional={"after": seconds.map(duration_of), "at": times, "for": seconds.map(duration_of)}
    )
    return st.just({}) | one_of


def _chained(times: dict[str, str]) -> st.SearchStrategy[list[str]]:
    """Lengths by which the one time is later than another; no delay is longer than a day."""
    if len({"after", "at"} & times.keys()) != 1:
        return st.just([])
    most = (_DAY - seconds_of(times.get("after", "1s"))) // MAX_CHAINED
    return st.lists(st.integers(1, most).map(duration_of), max_size=MAX_CHAINED) if most else st.just([])


@st.composite
def _entries(draw: st.DrawFn, chars: int) -> Asked:
    spans = _spans(chars)
    place = draw(st.sampled_from(["all", "here"]) if chars == 0 else st.sampled_from(["all", "here"]) | spans)
    excepts = draw(st.just([]) | st.lists(spans, max_size=MAX_EXCEPTS)) if chars and place != "here" else []
    action = draw(st.sampled_from(ACTIONS))
    times = draw(_whens())
    lengths = [("after", length) for length in draw(_chained(times))]
    told = [(when, times[when]) for when in ("after", "at") if when in times]
    last = [("for", times["for"])] if "for" in times else []
    times, chained = reckoned([*told, *lengths, *last])
    return Asked(place, {"action": action, **draw(_amounts(action)), **times}, tuple(excepts), chained)


@st.composite
def answers(draw: st.DrawFn, most: int = MAX_ENTRIES) -> tuple[int, list[Asked]]:
    """The length of a sentence and what a model may answer about it."""
    chars = draw(st.integers(0, 12) | st.integers(13, 400))
    return chars, draw(st.lists(_entries(chars), max_size=most))
