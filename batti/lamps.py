"""Lamps of several rooms that a sentence names once: `A ko table lamp nibhau, B ko chai bala`, `A ra B dubai ko spot`.

What a model marks is one span a room, and of the lamp's own words one span in all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from batti import lexicon, meaning, spoken
from batti.home import Entity
from batti.lookup import Lookup
from batti.prompt import Asked, Span, text_of
from batti.said import Said
from batti.schema import HERE
from batti.sound import TOKEN, fold
from batti.text import normalize

Place = Entity | str
_SURE = 0.7  # certainty from which the other room has such a lamp
_CALLED_LAMP, _MAYBE = 0.8, 0.5  # certainty of what is called lamp and no more; of it where another may be meant


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


def called_lamp(found: Found, said: Said) -> Found:
    """What is found, or the one lamp that is called lamp and no more, where that is said: right behind its room, or of
    the room of the speaker; in doubt behind another word, which may tell which lamp (`salt lamp`)."""
    room = found.places[0]
    if found.entry.excepts or not (room == HERE or (isinstance(room, Entity) and room.kind == "room")):
        return found
    if found.span:
        behind = _lamp_behind().match(said.around(found.span)[1])
        words, before = ([behind[1]] if behind else []), ""
    elif found.entry.place == HERE:
        words, before = TOKEN.findall(said.without_places), said.without_places
    else:
        return found
    for word in words:
        called = [one for one in said.lookup.entities if one.kind == "light" and word in _only_lamp(one)]
        its = [one for one in called if room == HERE or (isinstance(room, Entity) and one.room == room.name)]
        if len(its) == 1:
            is_first = not before or re.search(rf"(?:^|[,.!?;|] ?){word}\b", before)
            sure = min(found.sure[0], _CALLED_LAMP if room == HERE else 1.0, 1.0 if is_first else _MAYBE)
            return replace(found, places=(its[0], *found.places[1:]), sure=(sure, *found.sure[1:]))
    return found


def _only_lamp(lamp: Entity) -> set[str]:
    """The names of a lamp that are a word for one and nothing more, and not for all the light of a room."""
    frames = lexicon.load().frames
    return {*map(normalize, lamp.names)}.intersection(frames["lamp_words"]).difference(frames["plain_lights"])


@cache
def _lamp_behind() -> re.Pattern[str]:
    """Matches a lamp right behind its room: ` ko lamp`."""
    of, lamp = map(spoken.pattern_of, ("in_a_group", "lamp_words"))
    return re.compile(rf" ?(?:{of} )?({lamp})\b")


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
