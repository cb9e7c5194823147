"""Exact and partial match as the contract's section on scoring defines them, and what else an answer is judged by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any

from batti.home import Home
from batti.schema import HERE

Document = Mapping[str, Any]
Pair = tuple[str, str]
Light = tuple[str, str | None]
"""A room and one of its named lights, or all the light in it."""

KEYS = ("room", "light", "except", "action", "brightness", "brightness_step", "color", "color_temp", "after", "at",
        "for")  # fmt: skip
_PAIRED = 6  # entries of one place that are paired in every way


def exact(expected: Document, given: Document) -> bool:
    """Whether the documents are equal, actions compared in order."""
    return all(expected[key] == given[key] for key in ("intent", "rooms", "actions"))


def partial(expected: Document, given: Document) -> float:
    """Pairs found / max(pairs expected, pairs given), entries aligned by place; 0 to 1.

    An expected empty document scores 1 if the answer is empty with the same intent, else 0.
    """
    wanted, got = expected["actions"], given["actions"]
    if not wanted or not got:
        return float(not wanted and not got and expected["intent"] == given["intent"])
    found = sum(_common(a, b) for a, b in aligned(wanted, got) if a and b)
    return found / max(_pairs(wanted), _pairs(got))


def aligned(
    wanted: Sequence[Document], got: Sequence[Document]
) -> Iterator[tuple[Document | None, Document | None]]:
    """Each expected entry beside the given one of its place that is most like it; None for one without partner."""
    places = _by_place(got)
    for place, entries in _by_place(wanted).items():
        yield from _paired(entries, places.pop(place, []))
    for rest in places.values():
        yield from ((None, entry) for entry in rest)


def place_of(action: Document) -> tuple[str, str]:
    """The room and the named light of an entry."""
    return str(action["room"]), str(action.get("light", ""))


def _by_place(actions: Sequence[Document]) -> dict[tuple[str, str], list[Document]]:
    places: dict[tuple[str, str], list[Document]] = {}
    for action in actions:
        places.setdefault(place_of(action), []).append(action)
    return places


def _paired(
    wanted: Sequence[Document], got: Sequence[Document]
) -> list[tuple[Document | None, Document | None]]:
    """The pairing of the entries of one place with the most pairs in common."""
    length = max(len(wanted), len(got))
    a, b = ([*some, *[None] * (length - len(some))] for some in (wanted, got))
    if length == 1 or length > _PAIRED:  # beyond any sentence; in order then
        return list(zip(a, b, strict=True))
    ways = (list(zip(a, some, strict=True)) for some in permutations(b))
    return max(ways, key=lambda way: sum(_common(one, other) for one, other in way if one and other))


def _value(value: Any) -> str:
    return repr(float(value) if isinstance(value, int) else value)


def _items(action: Document) -> Counter[Pair]:
    return Counter((key, _value(value)) for key, value in action.items())


def _common(a: Document, b: Document) -> int:
    return sum((_items(a) & _items(b)).values())


def _pairs(actions: Sequence[Document]) -> int:
    return sum(len(action) for action in actions)


def differing(a: Document, b: Document) -> set[str]:
    """The keys of two entries that are not the same in both."""
    return {key for key in a.keys() | b.keys() if key not in a or key not in b or _value(a[key]) != _value(b[key])}


def key_counts(expected: Document, given: Document) -> Counter[Pair]:
    """How often each key is `expected`, `given` and `right`, entries aligned by place."""
    counts: Counter[Pair] = Counter()
    for a, b in aligned(expected["actions"], given["actions"]):
        a, b = a or {}, b or {}
        wrong = differing(a, b)
        counts.update((key, "expected") for key in a)
        counts.update((key, "given") for key in b)
        counts.update((key, "right") for key in a if key not in wrong)
    return counts


def acts(document: Document) -> bool:
    """Whether it does anything but answer."""
    return any(action["action"] != "get_state" for action in document["actions"])


def false_action(expected: Document, given: Document) -> bool:
    """Whether something is done where nothing, or only an answer, was asked for."""
    return acts(given) and not acts(expected)


def wrong_place(expected: Document, given: Document, home: Home) -> bool | None:
    """Whether something is done to a light that nothing was to be done to.

    A group is its rooms here, and a room all its lights: what counts is which lights change. None
    where nothing was to be done, or nothing is.
    """
    if not acts(expected) or not acts(given):
        return None
    asked = _touched(expected, home)
    return any(light not in asked and (light[0], None) not in asked for light in _touched(given, home))


def _touched(document: Document, home: Home) -> set[Light]:
    lights: set[Light] = set()
    for action in document["actions"]:
        if action["action"] == "get_state":
            continue
        room, light = action["room"], action.get("light")
        inside = (room,) if room == HERE or light else home.rooms_of(room)
        lights |= {(name, light) for name in inside if name not in action.get("except", ())}
    return lights
