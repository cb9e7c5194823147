"""The one form in which a sentence reaches a model, and an answer comes back.

In: character ids of normalized text. Out: one token for each structural element; a place is marked
by two pointers, to its first and its last character in the sentence. `baithak nilo ani 40% ma` is
answered by `[0][6] [blue] [0][6] [level] [40] [end]`. Which room of the home those characters
name is not the model's business but `lookup`'s, and what `hall 22:50, gate 20 minutes later` makes is not its sum:
of the gate it says `[at] [22] [50] [after] [20] [m]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from batti.command import COLORS
from batti.schema import ALL, HERE
from batti.text import ALPHABET
from batti.values import later, seconds_of

Span = tuple[int, int]
"""First and last character of a place in the normalized sentence."""

CHARS = len(ALPHABET) + 1
"""Size of the character vocabulary; id 0 is padding."""
_CHAR_ID = {c: i + 1 for i, c in enumerate(ALPHABET)}

PAD, START, END, NONE, WHOLE, SPEAKER, EXCEPT = range(7)
SIMPLE = ("turn_on", "turn_off", "toggle", "get_state")
WHENS = ("after", "at", "for")
UNITS = ("h", "m", "s")
_WORDS = (*SIMPLE, "level", "up", "down", *COLORS, "kelvin", *WHENS, *UNITS)
WORD = {word: EXCEPT + 1 + i for i, word in enumerate(_WORDS)}
"""Token ids of actions, colours, times and units."""
NUMBER = EXCEPT + 1 + len(_WORDS)
"""Id of the number 0; the numbers to 100 follow."""
VOCABULARY = NUMBER + 101
"""Ids from here on point at characters of the sentence."""
_SAID = {token: word for word, token in WORD.items()}
_PLACES = {ALL: WHOLE, HERE: SPEAKER}


@dataclass(frozen=True)
class Asked:
    """One entry of an answer before the look-up: its place is marked, not yet known."""

    place: Span | str  # a span, `all` or `here`
    doing: dict[str, Any]  # the contract's keys from `action` on
    excepts: tuple[Span, ...] = field(default=())
    chained: tuple[str, ...] = field(default=())  # lengths by which its time is later than one that is told of another

    def told(self, when: str) -> str:
        """The time or length as it is told, which `chained` makes later."""
        return later(self.doing[when], -_seconds(self.chained)) if when != "for" else str(self.doing[when])


def reckoned(told: Iterable[tuple[str, str]]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The times of an entry that are told in this order, and the lengths by which one of them is later than it is told:
    an `after` that comes behind a time of day or another delay."""
    times: dict[str, str] = {}
    chained: list[str] = []
    for when, value in told:
        if when == "after" and not times.keys().isdisjoint(("after", "at")):
            chained.append(value)
        else:
            times[when] = value
    if chained:
        key = "at" if "at" in times else "after"
        times[key] = later(times[key], _seconds(chained))
    return times, tuple(chained)


def _seconds(lengths: Sequence[str]) -> int:
    return sum(map(seconds_of, lengths))


def text_of(span: Span, sentence: str) -> str:
    """The words of a place; never half a number."""
    first, last = span
    while first and sentence[first - 1 : first + 1].isdigit():
        first -= 1
    while last + 1 < len(sentence) and sentence[last : last + 2].isdigit():
        last += 1
    return sentence[first : last + 1]


def encode_text(normalized: str) -> list[int]:
    """Character ids of normalized text."""
    return [_CHAR_ID[c] for c in normalized]


def pad(rows: Sequence[Sequence[int]], multiple: int = 1) -> NDArray[np.int64]:
    """Rows of ids as one array, padded at the end with 0; as wide as the longest, or the next multiple."""
    longest = max(1, *map(len, rows), 1)
    out = np.zeros((len(rows), -(-longest // multiple) * multiple), dtype=np.int64)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return out


def encode_answer(asked: Iterable[Asked]) -> list[int]:
    """Tokens of an answer, `END` included; nothing asked is `NONE`."""
    tokens = [token for entry in asked for _, part in parts(entry) for token in part]
    return [*(tokens or [NONE]), END]


def parts(entry: Asked) -> Iterator[tuple[str, list[int]]]:
    """An entry's tokens by what they say: `place`, `except` (before these the bare word, without a name),
    `action`, and the times by their own names."""
    yield "place", _place_tokens(entry.place)
    if entry.excepts:
        yield "", [EXCEPT]
        for span in entry.excepts:
            yield "except", _place_tokens(span)
    yield "action", _amount_tokens(entry.doing)
    for when in WHENS:
        if when in entry.doing:
            yield when, _time_tokens(when, entry.told(when), entry.chained if when != "for" else ())


def _place_tokens(place: Span | str) -> list[int]:
    return [_PLACES[place]] if isinstance(place, str) else [VOCABULARY + end for end in place]


def _time_tokens(when: str, told: str, chained: Sequence[str]) -> list[int]:
    clock = [NUMBER + int(part) for part in told.split(":")] if when == "at" else _length_tokens(told)
    return [WORD[when], *clock, *(token for more in chained for token in (WORD["after"], *_length_tokens(more)))]


def _length_tokens(length: str) -> list[int]:
    return [token for n, unit in re.findall(r"(\d+)([hms])", length) for token in (NUMBER + int(n), WORD[unit])]


def _amount_tokens(doing: Mapping[str, Any]) -> list[int]:
    if doing["action"] in SIMPLE:
        return [WORD[doing["action"]]]
    if "brightness" in doing:
        return [WORD["level"], NUMBER + round(doing["brightness"] * 100)]
    if "brightness_step" in doing:
        step = round(doing["brightness_step"] * 100)
        return [WORD["up" if step > 0 else "down"], NUMBER + abs(step)]
    if "color" in doing:
        return [WORD[doing["color"]]]
    hundreds, rest = divmod(doing["color_temp"], 100)
    return [WORD["kelvin"], NUMBER + hundreds, NUMBER + rest]


class _Reader:
    """Reads back what `encode_answer` wrote; the grammar has seen to it that it is well-formed."""

    def __init__(self, tokens: Sequence[int]) -> None:
        self.tokens, self.at = tokens, 0

    def peek(self) -> int:
        return self.tokens[self.at] if self.at < len(self.tokens) else END

    def next(self) -> int:
        self.at += 1
        return self.tokens[self.at - 1]

    def number(self) -> int:
        return self.next() - NUMBER

    def span(self) -> Span:
        return self.next() - VOCABULARY, self.next() - VOCABULARY

    def entry(self) -> Asked:
        named = {token: place for place, token in _PLACES.items()}
        place = named[self.next()] if self.peek() in named else self.span()
        excepts: list[Span] = []
        if self.peek() == EXCEPT:
            self.next()
            while self.peek() >= VOCABULARY:
                excepts.append(self.span())
        doing = self.amount()
        times, chained = reckoned(self.times())
        return Asked(place, doing | times, tuple(excepts), chained)

    def times(self) -> Iterator[tuple[str, str]]:
        while (when := _SAID.get(self.peek(), "")) in WHENS:
            self.next()
            yield when, f"{self.number():02d}:{self.number():02d}" if when == "at" else self.duration()

    def amount(self) -> dict[str, Any]:
        word = _SAID[self.next()]
        if word in SIMPLE:
            return {"action": word}
        if word == "level":
            return {"action": "adjust_brightness", "brightness": self.number() / 100}
        if word in ("up", "down"):
            step = self.number() / 100
            return {"action": "adjust_brightness", "brightness_step": step if word == "up" else -step}
        if word == "kelvin":
            return {"action": "change_color", "color_temp": 100 * self.number() + self.number()}
        return {"action": "change_color", "color": word}

    def duration(self) -> str:
        said = ""
        while NUMBER <= self.peek() < VOCABULARY:
            said += f"{self.number()}{_SAID[self.next()]}"
        return said


def decode_answer(tokens: Sequence[int]) -> list[Asked]:
    """The entries that the tokens say; empty where nothing is asked."""
    reader = _Reader(tokens)
    if reader.peek() in (NONE, END):
        return []
    asked = []
    while reader.peek() != END:
        asked.append(reader.entry())
    return asked


def in_order(asked: Sequence[Asked]) -> list[int]:
    """The numbers of the entries in the order in which the sentence names their places, as the contract has it.

    Only neighbours of which the same is asked may change places: `hall nilo, den rato, hoina hall hariyo` begins with
    the hall, though what is asked of it comes last.
    """
    order: list[int] = []
    for _, run in groupby(range(len(asked)), key=lambda i: (isinstance(asked[i].place, str), asked[i].doing)):
        order += sorted(run, key=lambda i: (0, 0) if isinstance(place := asked[i].place, str) else place)
    return order
