"""Data recombination for the thesis protocol: its own sentences with other rooms in them, and with two for one.

Jia and Liang, "Data Recombination for Neural Semantic Parsing" (ACL 2016). What the rooms are called is learned from
the rows alone: no list of ours is used.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from batti.dataset.thesis_text import entries

Row = tuple[str, str]
"""A sentence and its answer: `kitchen: turn_off bathroom: brightness=0.2`."""

_OFTEN = 10  # sentences that a word must be in
_SURE = 0.97  # of them speak of one room
_OFTEN_IN = 0.05  # share of a room's sentences, or of its words that another stands behind
_EVERYWHERE = 0.75  # of the rooms: a word often said with so many is no part of a name
_STOPS = ".,!?"
_AND = (" ra ", " and ")


@dataclass(frozen=True, slots=True)
class Span:
    """Words `start` to `end` of a sentence name this room."""

    start: int
    end: int
    room: str


class Recombination:
    """What the rooms of some rows are called, and other rows made of them."""

    def __init__(self, rows: Sequence[Row]) -> None:
        alone = [*_of_one_room(rows)]
        by_room = _by_room(alone)
        self._telling = _telling(by_room)
        self._behind = _behind(alone, self._telling, by_room)
        self.names = self._names(rows)
        self._weights = [count for _, _, count in self.names]

    def row(self, row: Row, rng: Random) -> Row | None:
        """The row with other rooms in it, or with two where it has one; None where its rooms are not told for sure."""
        words, done = row[0].split(), _done(row[1])
        spans = self._spans(words)
        if not spans or [span.room for span in spans] != list(dict.fromkeys(room for room, _ in done)):
            return None
        twice = len(spans) == 1 and rng.random() < 0.5
        drawn = self._drawn(len(spans) + twice, rng)
        if twice:
            said = [rng.choice(_AND).join(name for _, name in drawn)]
            answer = [(room, what) for room, _ in drawn for _, what in done]
        else:
            said = [name for _, name in drawn]
            other = {span.room: room for span, (room, _) in zip(spans, drawn, strict=True)}
            answer = [(other[room], what) for room, what in done]
        return _with(words, spans, said), " ".join(f"{room}: {what}" for room, what in answer)

    def _drawn(self, count: int, rng: Random) -> list[tuple[str, str]]:
        """So many (room, name) of distinct rooms, as often as they are said."""
        drawn: dict[str, str] = {}
        while len(drawn) < count:
            ((room, name, _),) = rng.choices(self.names, self._weights)
            drawn.setdefault(room, name)
        return list(drawn.items())

    def _spans(self, words: Sequence[str]) -> list[Span]:
        bare = _bare(words)
        spans: list[Span] = []
        at = 0
        while at < len(bare):
            end = at + 1
            if room := self._telling.get(bare[at]):
                while end < len(bare) and words[end - 1][-1:] not in _STOPS and bare[end] in self._behind[room]:
                    end += 1
                spans.append(Span(at, end, room))
            at = end
        return spans

    def _names(self, rows: Sequence[Row]) -> list[tuple[str, str, int]]:
        """(room, name, how often it is said)."""
        said: Counter[tuple[str, str]] = Counter()
        for command, _ in rows:
            words = command.split()
            for span in self._spans(words):
                said[span.room, " ".join(_bare(words[span.start : span.end]))] += 1
        return [(room, name, count) for (room, name), count in said.items() if count >= _OFTEN]


def _done(output: str) -> list[tuple[str, str]]:
    """The rooms of an answer, each with what is done there."""
    return [(room, what) for room, _, what in (entry.partition(": ") for entry in entries(output))]


def _bare(words: Sequence[str]) -> list[str]:
    """The words without capitals, and without the stops behind them."""
    return [word.lower().rstrip(_STOPS) for word in words]


OfOneRoom = tuple[str, list[str]]
"""A room, and the words of a sentence that speaks of no other."""


def _of_one_room(rows: Sequence[Row]) -> Iterator[OfOneRoom]:
    for command, output in rows:
        rooms = {room for room, _ in _done(output)}
        if len(rooms) == 1:
            yield rooms.pop(), _bare(command.split())


def _by_room(alone: Sequence[OfOneRoom]) -> dict[str, Counter[str]]:
    """Room -> words, each with the number of its sentences that have it; "" is in all of them."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for room, words in alone:
        found[room].update({"", *words})
    return found


def _telling(by_room: Mapping[str, Counter[str]]) -> dict[str, str]:
    """Words that tell of one room -> the room."""
    words = {word for found in by_room.values() for word in found if word}
    best = {word: max(by_room, key=lambda room: by_room[room][word]) for word in words}
    return {
        word: room
        for word, room in best.items()
        if (count := sum(found[word] for found in by_room.values())) >= _OFTEN and by_room[room][word] >= _SURE * count
    }


def _behind(
    alone: Sequence[OfOneRoom], telling: Mapping[str, str], by_room: Mapping[str, Counter[str]]
) -> defaultdict[str, set[str]]:
    """Room -> the words that are a part of its names behind another: "room", "kotha", and not "ko" or "lights"."""
    follow: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for room, words in alone:
        follow[room].update(after for word, after in pairwise(words) if telling.get(word) == room)
    spread = Counter(word for found in by_room.values() for word in found if found[word] >= _OFTEN_IN * found[""])
    often = defaultdict(set)
    for room, found in follow.items():
        often[room] = {word for word, count in found.items()
                       if count >= _OFTEN_IN * found.total() and spread[word] < _EVERYWHERE * len(by_room)}  # fmt: skip
    return often


def _with(words: Sequence[str], spans: Sequence[Span], said: Sequence[str]) -> str:
    """The sentence with these names at these spans, each with the stops that were behind it."""
    parts, at = [], 0
    for span, name in zip(spans, said, strict=True):
        last = words[span.end - 1]
        parts += [*words[at : span.start], name + last[len(last.rstrip(_STOPS)) :]]
        at = span.end
    return " ".join([*parts, *words[at:]])
