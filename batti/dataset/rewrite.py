"""The steps of the rules that make another phrase out of one: words cut, a place exchanged, slots renamed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any, TypeVar

from batti.dataset.bank import Compiled, Sayable
from batti.dataset.phrases import Meaning, Phrase, Segment

T = TypeVar("T")


def reworded(like: Sayable, segments: Sequence[Segment], meanings: Sequence[Meaning], kind: str = "act") -> Sayable:
    """Other words with another meaning, told as the phrase is."""
    slots = frozenset(s.slot for s in segments if s.slot)
    phrase = Phrase(tuple(segments), kind, tuple(meanings), like.phrase.voice, like.phrase.line, slots)
    return Sayable(phrase, like.script, like.english)


def meant(one: Sayable, **otherwise: Any) -> list[Meaning]:
    """What the phrase means, with something else in each of its meanings."""
    return [replace(meaning, **otherwise) for meaning in one.phrase.meanings]


def renamed(phrase: Phrase, names: Mapping[str, str]) -> tuple[list[Segment], list[Meaning]]:
    """The phrase with other letters for its slots."""
    segments = [
        replace(s, slot=names.get(s.slot, s.slot), light_of=names.get(s.light_of, s.light_of)) for s in phrase.segments
    ]

    def done(text: str) -> str:
        sign = text[0] if text[0] in "+-" else ""
        return sign + names.get(text[len(sign) :], text[len(sign) :])

    meanings = [
        replace(
            m,
            place=names.get(m.place, m.place),
            done=done(m.done),
            excepts=tuple(names.get(e, e) for e in m.excepts),
            when=tuple((key, names.get(value, value)) for key, value in m.when),
        )
        for m in phrase.meanings
    ]
    return segments, meanings


def room_at(phrase: Phrase) -> int:
    """The segment of the one room."""
    return next(i for i, s in enumerate(phrase.segments) if s.slot == "A")


def placed(
    one: Compiled, segments: Sequence[Segment], parts: Sequence[Segment], meanings: Sequence[Meaning]
) -> Sayable:
    """The phrase, of these segments, with something else in the place of its one room."""
    at = room_at(one.phrase)
    return reworded(one, (*segments[:at], *parts, *segments[at + 1 :]), meanings)


class Wordless(Exception):
    """The lexicon has no words for what a rule wants to say."""


def chosen(words: Sequence[T], rng: Random) -> T:
    """One of the words of the lexicon. Raises Wordless where there are none."""
    if not words:
        raise Wordless
    return rng.choice(words)


def cut(segment: Segment, start: int, end: int, instead: str = "") -> Segment:
    """The segment with other words, or none, from `start` to `end`."""
    return replace(segment, text=segment.text[:start] + instead + segment.text[end:])
