"""Lamps of several rooms that a sentence names once: `A ko table lamp nibhau, B ko chai bala`, `A ra B dubai ko spot`.

What a model marks is one span a room, and of the lamp's own words one span in all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from batti import lexicon, meaning, spoken
from batti.home import Entity
from batti.lookup import Lookup
from batti.prompt import Asked, Span, text_of
from batti.sound import fold
from batti.text import normalize

Place = Entity | str
_SURE = 0.7  # certainty from which the other room has such a lamp


@dataclass(frozen=True)
class Found:
    """An entry, what its place and its exceptions are (None: nothing of this home), and how certain each is."""

    entry: Asked
    places: tuple[Place | None, ...]
    sure: tuple[float, ...]

    @property
    def lamp(self) -> Entity | None:
        place = self.places[0]
        return place if isinstance(place, Entity) and place.kind == "light" else None

    @property
    def span(self) -> Span | None:
        return None if isinstance(self.entry.place, str) else self.entry.place


def of_each(found: Sequence[Found], sentence: str, lookup: Lookup) -> list[Found]:
    """The entries with a room exchanged for its lamp where another entry names the lamp for both, and with one more
    for each further room whose lamp `both` of them tells."""
    marked = sorted((one for one in found if one.span), key=lambda one: one.span or (0, 0))
    lamps: dict[Span, tuple[Entity, float]] = {}
    for before, one, after in zip([None, *marked], marked, [*marked[1:], None], strict=False):
        other = _said_before(before, one, after, sentence, lookup) or _said_behind(one, after, sentence, lookup)
        if one.span and other and (same := _lamp_of(one, other, sentence, lookup)):
            lamps[one.span] = same
    out = []
    for one in found:
        lamp, sure = lamps.get(one.span or (-1, -1), (None, 1.0))
        first = replace(one, places=(lamp, *one.places[1:]), sure=(sure, *one.sure[1:])) if lamp else one
        out += [first, *_of_both(one, sentence, lookup)]
    return out


def _said_before(
    before: Found | None, one: Found, after: Found | None, sentence: str, lookup: Lookup
) -> Entity | None:
    """The lamp said before the room, of which then no thing is said, or which is the next of the lamp's rooms."""
    if not (before and before.lamp and before.span and one.span):
        return None
    whose, *more = spoken.words_of(sentence[one.span[1] + 1 : after.span[0] if after and after.span else None]) or [""]
    if spoken.is_of(whose) and not any(map(meaning.is_lamp, more)):  # `A ko table lamp nibhau, B ko chai bala`
        return before.lamp
    if meaning.is_lamp(whose):  # `in A and the B light`
        return None
    between = spoken.words_of(sentence[before.span[1] + 1 : one.span[0]])
    rooms = _words_of(before.lamp.room, lookup)
    ways = rooms & {*between}  # `the spots in A and B`
    joined = ways and {*between} <= rooms | _joining() | _inside() and not _joining().isdisjoint(between)
    return before.lamp if joined and before.entry.doing == one.entry.doing else None


def _said_behind(one: Found, after: Found | None, sentence: str, lookup: Lookup) -> Entity | None:
    """The lamp of the next room, to which this one is joined: `A ra B ko spot`."""
    if not (after and after.lamp and after.span and one.span and after.entry.doing == one.entry.doing):
        return None
    named = spoken.words_of(text_of(after.span, sentence))
    between = spoken.words_of(sentence[one.span[1] + 1 : after.span[0]])
    joined = not _words_of(after.lamp.room, lookup).isdisjoint(named) and {*between} <= _joining()
    return after.lamp if joined else None


def _lamp_of(one: Found, other: Entity, sentence: str, lookup: Lookup) -> tuple[Entity, float] | None:
    """The lamp of the entry's room that is called as the other is."""
    room = one.places[0]
    if not (isinstance(room, Entity) and room.kind == "room" and room.name != other.room and one.span):
        return None
    lamp, sure = lookup.find(f"{text_of(one.span, sentence)} {normalize(other.name)}", sentence)
    return (lamp, sure) if isinstance(lamp, Entity) and lamp.room == room.name and sure > _SURE else None


def _of_both(one: Found, sentence: str, lookup: Lookup) -> list[Found]:
    """The lamps of the other rooms that are named before `both of them`: `A ra B dubai ko spot`."""
    if not (one.lamp and one.span):
        return []
    words = spoken.words_of(sentence[: one.span[0]])
    while words and spoken.is_of(words[-1]):
        words.pop()
    if not words or words.pop() not in meaning.every():
        return []
    others = (lamp for lamp in lookup.entities if lamp.kind == "light" and lamp.name == one.lamp.name)
    rooms = (lamp for lamp in others if lamp.room != one.lamp.room and lookup.is_told(lamp.room or "", words))
    return [replace(one, places=(lamp, *one.places[1:])) for lamp in rooms]


def _words_of(room: str | None, lookup: Lookup) -> frozenset[str]:
    """The telling words of all names of a room."""
    return frozenset(word for telling in lookup.telling(room or "") for word in telling)


@cache
def _joining() -> frozenset[str]:
    """Folded words between two rooms of which the same is asked."""
    return frozenset(map(fold, lexicon.load().frames["between_rooms"]))


@cache
def _inside() -> frozenset[str]:
    """Folded words between a lamp and its rooms, besides."""
    return meaning.every() | {*map(fold, lexicon.load().frames["before_its_room"])}
