"""Rules of `compose` that ask for one thing: of other places, at a time, in another script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from random import Random

from batti import lexicon
from batti.dataset import phrases
from batti.dataset.bank import KINDS, Compiled, Sayable
from batti.dataset.phrases import (
    PERSON_SLOT,
    ROOM_SLOTS,
    STRANGE_SLOTS,
    Phrase,
    Segment,
)
from batti.dataset.rewrite import chosen, cut, meant, placed, reworded, room_at
from batti.lexicon import Lexicon
from batti.schema import ALL, HERE

_SEVERAL = (2,) * 13 + (3,) * 5 + (4, 5)  # rooms of one request
_ENGLISH = re.compile(r"[a-z']+", re.IGNORECASE)
_DEVANAGARI_NAME = "कोठा"  # in the place of any name: its letters tell in which ones the name is to be written
segments_of = lru_cache(maxsize=4096)(phrases.segments)
clause_of = lru_cache(maxsize=4096)(phrases.clause)


def words_of(kind: str, one: Sayable, rng: Random, lex: Lexicon) -> str:
    """Words of a kind in the phrase's language."""
    words: list[str] = lex.composition[kind][one.language]
    return chosen(words, rng)


@cache
def _ending(kind: str, then: str) -> re.Pattern[str]:
    endings = "|".join(lexicon.load().frames[kind]) or "(?!)"
    return re.compile(rf"\s?(?:{endings}){then}")


def case_of_room(text: str) -> re.Match[str] | None:
    """The case ending that a text behind a room begins with, and the spaces after it."""
    return _ending("case_of_room", r"\s+").match(text)


# -- in place of the one room of a simple phrase ---------------------------------------------------
def several_rooms(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """`A ra B ko batti bala`, `A ra B rato ani 40%`: the same for two to five rooms."""
    surface = one.phrase.segments[room_at(one.phrase)]
    slots = ROOM_SLOTS[: rng.choice(_SEVERAL)]
    last = words_of("links", one, rng, lex)
    between = rng.choice((", ", ", ", ", ", last, last, " "))
    parts = [surface]
    for slot in slots[1:]:
        parts += [Segment(last if slot == slots[-1] else between), replace(surface, slot=slot)]
    return placed(one, one.phrase.segments, parts, [m for slot in slots for m in meant(one, place=slot)])


def grouped(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """`mathi ko sabai batti bala`: a group in the place of the room."""
    segments = list(one.phrase.segments)
    at = room_at(one.phrase)
    if one.light_word and rng.random() < 0.45:
        every = words_of("every", one, rng, lex)
        if not one.english:
            index, start, _ = one.light_word
            segments[index] = cut(segments[index], start, start, every)
        elif at and segments[at - 1].text.endswith("the "):
            segments[at - 1] = cut(segments[at - 1], len(segments[at - 1].text) - 4, len(segments[at - 1].text), every)
    segments[at] = replace(segments[at], slot="G")
    return reworded(one, segments, meant(one, place="G"))


def here(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """The place left out: `ko batti bala` without `bhancha`."""
    segments, at = list(one.phrase.segments), room_at(one.phrase)
    if one.english or at + 1 >= len(segments):
        return None
    case = case_of_room(segments[at + 1].text)
    if not case:
        return None
    segments[at + 1] = cut(segments[at + 1], 0, case.end())
    del segments[at]
    return reworded(one, segments, meant(one, place=HERE))


def lying(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """Where the room lies: `tala pasal ko batti bala`, `the shop light downstairs`. It is the same room."""
    where, segments, at = words_of("lying", one, rng, lex), list(one.phrase.segments), room_at(one.phrase)
    if one.english:
        return reworded(one, (*segments, Segment(where)), one.phrase.meanings)
    if at and not segments[at - 1].text.endswith(" "):
        return None
    return reworded(one, (*segments[:at], Segment(where), *segments[at:]), one.phrase.meanings)


def whole(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """The whole house in the place of the room."""
    if one.english:
        return None
    words = Segment(words_of("whole", one, rng, lex))
    return placed(one, one.phrase.segments, [words], meant(one, place=ALL))


def excepted(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """All but one to four rooms in the place of the room."""
    parts = segments_of(words_of("excepted", one, rng, lex))
    return all_but(one, parts, tuple(s.slot for s in parts if s.slot))


def all_but(one: Compiled, parts: Sequence[Segment], rooms: Sequence[str]) -> Sayable | None:
    """All but these rooms, as the parts say it, in the place of the room; in English of its light."""
    meanings = meant(one, place=ALL, excepts=tuple(rooms))
    if not one.english:
        return placed(one, one.phrase.segments, parts, meanings)
    segments, at = list(one.phrase.segments), room_at(one.phrase)
    if not one.light_word or not at or not segments[at - 1].text.endswith("the "):
        return None
    index, start, end = one.light_word
    if index != at + 1 or segments[index].text[:start].strip():
        return None
    segments[index] = cut(segments[index], 0, end)
    return placed(one, segments, parts, meanings)


def named_light(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """A named light, with its room or without it, in the place of `A ko batti`."""
    if not one.light_word:
        return None
    segments, at = list(one.phrase.segments), room_at(one.phrase)
    index, start, end = one.light_word
    between = segments[index].text[:start]
    if index != at + 1 or not (_ending("of_room", r"\s").fullmatch(between) or not between.strip()):
        return None
    segments[index] = cut(segments[index], 0, end)
    light: Sequence[Segment] = [replace(segments[at], slot="L")]
    if rng.random() < 0.5:
        light = segments_of(words_of("light_of", one, rng, lex))
    return placed(one, segments, light, meant(one, place="L"))


# -- a time for a request without one --------------------------------------------------------------
def timed(one: Sayable, rng: Random, lex: Lexicon) -> Sayable:
    """The request after, at or for a time that is said before or behind it."""
    words = lex.composition["timed"][one.language]
    several = len({m.place for m in one.phrase.meanings}) > 1 and rng.random() < 0.3
    before = not several and rng.random() < 0.5
    choices = lex.composition["timed_all"][one.language] if several else words["before" if before else "after"]
    return at_time(one, chosen(choices, rng), before)


def at_time(one: Sayable, said_time: str, before: bool = True) -> Sayable:
    """The request with a time before it or behind it."""
    parts, when = clause_of(said_time)
    segments = one.phrase.segments
    segments = (*parts, Segment(" "), *segments) if before else (*segments, *parts)
    return reworded(one, segments, meant(one, when=when), one.phrase.kind)


def can_be_timed(phrase: Phrase) -> bool:
    return (
        phrase.kind == "act"
        and not any(m.when or m.done == "query" for m in phrase.meanings)
        and not any(s.slot in ("dur", "time") for s in phrase.segments)
        and not re.search("[?.!।;]", phrase.text)
        and not any(word in phrase.text for word in lexicon.load().frames["later"])
        and len(phrase.text) < 90
    )


# -- in another script -----------------------------------------------------------------------------
def in_devanagari(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """The English sentence in Devanagari, where each of its words is known in it: `टर्न अन द किचन लाइट`."""
    if PERSON_SLOT in one.phrase.slots:  # his room is told by these words, not by its name
        return None
    known = lex.in_devanagari
    segments = one.phrase.segments
    words = {segment: _ENGLISH.findall(segment.text.lower()) for segment in segments if not _is_place(segment)}
    if not all(word in known for said in words.values() for word in said):
        return None

    def spelled(word: re.Match[str]) -> str:
        return rng.choice(known[word.group().lower()])

    said = [
        replace(s, text=_ENGLISH.sub(spelled, s.text) if s in words else _DEVANAGARI_NAME)  # the home gives the name
        for s in segments
    ]
    return replace(reworded(one, said, one.phrase.meanings, one.phrase.kind), script="deva", english=False)


def _is_place(segment: Segment) -> bool:
    return segment.slot in (*KINDS, *STRANGE_SLOTS)
