"""Why an answer is wrong: what it got wrong, the gravest first."""

from __future__ import annotations

from collections.abc import Iterator

from batti.metrics import Document, aligned, differing, place_of

CAUSES = {
    "refusal missed": "acted or answered where the light was not to be touched",
    "wrong place": "another place than the one that was said, or without its exception",
    "place invented": "a place that nobody named, besides the right ones",
    "place missed": "a place that was named is left out",
    "action": "the right place, another thing done to it",
    "level": "another brightness, or a step for a level",
    "colour": "another colour or colour temperature",
    "time": "another delay, time of day or duration",
    "refusal wrong": "refused what could be done, or for the other reason",
    "entry missed": "one of several things to be done to a place is left out",
    "entry extra": "one thing more is done to a place than was asked",
    "order": "all is right but the order",
}
"""The causes and what they mean, the gravest first."""

_OF_KEYS = {
    "except": "wrong place",
    "brightness": "level", "brightness_step": "level",
    "color": "colour", "color_temp": "colour",
    "after": "time", "at": "time", "for": "time",
}  # fmt: skip


def causes(expected: Document, given: Document) -> tuple[str, ...]:
    """The causes of a wrong answer, the gravest first; `order` where nothing else differs."""
    wanted, got = expected["actions"], given["actions"]
    if not wanted:
        return ("refusal missed",) if got else ("refusal wrong",)
    if not got:
        return ("refusal wrong",)
    found = {*_of_places(wanted, got), *_of_entries(wanted, got)} or {"order"}
    return tuple(cause for cause in CAUSES if cause in found)


def _of_places(wanted: list[Document], got: list[Document]) -> Iterator[str]:
    """One place for another, as far as the numbers go; then those too few or too many."""
    named, answered = {place_of(a) for a in wanted}, {place_of(b) for b in got}
    missed, invented = len(named - answered), len(answered - named)
    if missed and invented:
        yield "wrong place"
    if missed != invented:
        yield "place missed" if missed > invented else "place invented"


def _of_entries(wanted: list[Document], got: list[Document]) -> Iterator[str]:
    """What differs in the places that both have."""
    named, answered = {place_of(a) for a in wanted}, {place_of(b) for b in got}
    for a, b in aligned(wanted, got):
        if a and b:
            wrong = differing(a, b)
            if "action" in wrong:  # its level or colour goes with it
                wrong = {"action", *(key for key in wrong if _OF_KEYS.get(key) in ("time", "wrong place"))}
            yield from ("action" if key == "action" else _OF_KEYS[key] for key in wrong)
        elif a and place_of(a) in answered:
            yield "entry missed"
        elif b and place_of(b) in named:
            yield "entry extra"
