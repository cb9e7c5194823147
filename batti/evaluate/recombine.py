"""Data recombination for the thesis protocol: its own sentences with other rooms in them, and with two for one.

Jia and Liang, "Data Recombination for Neural Semantic Parsing" (ACL 2016). What the rooms are called is learned from
the rows alone: no list of ours is used.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

Row = tuple[str, str]
"""A sentence and its answer: `kitchen: turn_off bathroom: brightness=0.2`."""

_OFTEN = 10  # sentences that a word must be in
_SURE = 0.97  # of them speak of one room
_FOLLOWS = 0.05  # share of a room's words that a word stands behind
_EVERYWHERE = 0.75  # of the rooms: what stands behind the words of so many is no part of a name
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
        self._telling = _telling(rows)
        self._behind = _behind(rows, self._telling)
        self.names = self._names(rows)
        self._weights = [count for _, _, count in self.names]

    def row(self, row: Row, rng: Random) -> Row | None:
        """The row with other rooms in it, or with two where it has one; None where its rooms are not told for sure."""
        words, entries = row[0].split(), _entries(row[1])
        spans = self._spans(words)
        if not spans or [span.room for span in spans] != list(dict.fromkeys(room for room, _ in entries)):
            return None
        twice = len(spans) == 1 and rng.random() < 0.5
        drawn = self._drawn(len(spans) + twice, rng)
        if twice:
            said = [rng.choice(_AND).join(name for _, name in drawn)]
            answer = [(room, done) for room, _ in drawn for _, done in entries]
        else:
            said = [name for _, name in drawn]
            other = {span.room: room for span, (room, _) in zip(spans, drawn, strict=True)}
            answer = [(other[room], done) for room, done in entries]
        return _with(words, spans, said), " ".join(f"{room}: {done}" for room, done in answer)

    def _drawn(self, count: int, rng: Random) -> list[tuple[str, str]]:
        """So many (room, name) of distinct rooms, as often as they are said."""
        drawn: dict[str, str] = {}
        while len(drawn) < count:
            ((room, name, _),) = rng.choices(self.names, self._weights)
            drawn.setdefault(room, name)
        return list(drawn.items())

    def _spans(self, words: Sequence[str]) -> list[Span]:
        bare = [word.lower().rstrip(_STOPS) for word in words]
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
                said[span.room, " ".join(words[span.start : span.end]).lower().rstrip(_STOPS)] += 1
        return [(room, name, count) for (room, name), count in said.items() if count >= _OFTEN]


def _entries(output: str) -> list[tuple[str, str]]:
    from batti.evaluate.thesis import entries

    return [(room, done) for entry in entries(output) for room, _, done in [entry.partition(": ")]]


def _telling(rows: Sequence[Row]) -> dict[str, str]:
    """Words that tell of one room, in the sentences that speak of one."""
    rooms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for command, output in rows:
        named = {room for room, _ in _entries(output)}
        if len(named) == 1:
            for word in {word.lower().rstrip(_STOPS) for word in command.split()}:
                rooms[word].update(named)
    best = {word: (*found.most_common(1)[0], found.total()) for word, found in rooms.items()}
    return {word: room for word, (room, most, all_) in best.items() if all_ >= _OFTEN and most >= _SURE * all_}


def _behind(rows: Sequence[Row], telling: Mapping[str, str]) -> defaultdict[str, set[str]]:
    """Room -> the words that are a part of its names behind another: "room", "kotha", and not "ko" or "lights"."""
    follow: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for command, _ in rows:
        bare = [word.lower().rstrip(_STOPS) for word in command.split()]
        for word, after in zip(bare, bare[1:], strict=False):
            if room := telling.get(word):
                follow[room][after] += 1
    often = {room: {word for word, count in found.items() if count >= _FOLLOWS * found.total()}
             for room, found in follow.items()}  # fmt: skip
    spread = Counter(word for found in follow.values() for word in found)
    ours = {room: {word for word in found if spread[word] < _EVERYWHERE * len(follow)} for room, found in often.items()}
    return defaultdict(set, ours)


def _with(words: Sequence[str], spans: Sequence[Span], said: Sequence[str]) -> str:
    """The sentence with these names at these spans, each with the stops that were behind it."""
    parts, at = [], 0
    for span, name in zip(spans, said, strict=True):
        last = words[span.end - 1]
        parts += [*words[at : span.start], name + last[len(last.rstrip(_STOPS)) :]]
        at = span.end
    return " ".join([*parts, *words[at:]])
