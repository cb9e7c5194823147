"""Exact and partial match as the contract's section on scoring defines them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any

Document = Mapping[str, Any]
Pair = tuple[str, str]
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
    found = 0
    for place, entries in _by_place(wanted).items():
        found += _most_common(entries, _by_place(got).get(place, []))
    return found / max(_pairs(wanted), _pairs(got))


def _place(action: Document) -> tuple[str, str]:
    return str(action["room"]), str(action.get("light", ""))


def _by_place(actions: Sequence[Document]) -> dict[tuple[str, str], list[Document]]:
    places: dict[tuple[str, str], list[Document]] = {}
    for action in actions:
        places.setdefault(_place(action), []).append(action)
    return places


def _most_common(a: Sequence[Document], b: Sequence[Document]) -> int:
    """Pairs in common under the best pairing of the entries of one place."""
    few, many = sorted((a, b), key=len)
    if len(many) > _PAIRED:  # beyond any sentence; in order then
        return sum(map(_common, few, many))
    return max(sum(map(_common, few, some)) for some in permutations(many, len(few)))


def _items(action: Document) -> Counter[Pair]:
    return Counter((key, repr(float(v) if isinstance(v, int) else v)) for key, v in action.items())


def _common(a: Document, b: Document) -> int:
    return sum((_items(a) & _items(b)).values())


def _pairs(actions: Sequence[Document]) -> int:
    return sum(len(action) for action in actions)
