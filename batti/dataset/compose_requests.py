"""Rules of `compose` that ask for something: of other places, in two requests, at a time, in another script."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import replace
from functools import lru_cache
from random import Random

from batti.dataset import phrases
from batti.dataset.bank import KINDS, Compiled, Sayable, bank
from batti.dataset.phrases import (
    GROUP_SLOTS,
    LIGHT_SLOTS,
    PERSON_SLOT,
    ROOM_SLOTS,
    STRANGE_SLOTS,
    Phrase,
    Segment,
    kind_of,
)
from batti.dataset.rewrite import cut, meant, placed, renamed, reworded, room_at
from batti.lexicon import Lexicon
from batti.schema import ALL, HERE

_NEPALI_OF = re.compile(r"\s?(?:ko|ka|को)\s")
_NEPALI_CASE = re.compile(r"\s?(?:ko|ma|को|मा)\s+")
_SEVERAL = (2,) * 13 + (3,) * 5 + (4, 5)  # rooms of one request
_MORE = (1,) * 12 + (2,) * 6 + (3,) * 2  # requests that are joined to one
_SHORT = 45  # characters of a phrase that says little besides what it asks
_ENGLISH = re.compile(r"[a-z']+", re.IGNORECASE)
_DEVANAGARI_NAME = "कोठा"  # in the place of any name: its letters tell in which ones the name is to be written
_segments = lru_cache(maxsize=4096)(phrases.segments)
_clause = lru_cache(maxsize=4096)(phrases.clause)


def _words(kind: str, one: Sayable, rng: Random, lex: Lexicon) -> str:
    """Words of a kind in the phrase's language."""
    words: list[str] = lex.composition[kind][one.language]
    return rng.choice(words)


# -- in place of the one room of a simple phrase ---------------------------------------------------
def several_rooms(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """`A ra B ko batti bala`: the same for two to five rooms."""
    if len(one.phrase.meanings) > 1:
        return None
    surface = one.phrase.segments[room_at(one.phrase)]
    slots = ROOM_SLOTS[: rng.choice(_SEVERAL)]
    last = _words("links", one, rng, lex)
    between = rng.choice((", ", ", ", ", ", last, last, " "))
    parts = [surface]
    for slot in slots[1:]:
        parts += [Segment(last if slot == slots[-1] else between), replace(surface, slot=slot)]
    return placed(one, one.phrase.segments, parts, [replace(one.phrase.meanings[0], place=slot) for slot in slots])


def grouped(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """`mathi ko sabai batti bala`: a group in the place of the room."""
    segments = list(one.phrase.segments)
    at = room_at(one.phrase)
    if one.light_word and rng.random() < 0.45:
        every = _words("every", one, rng, lex)
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
    case = _NEPALI_CASE.match(segments[at + 1].text)
    if not case:
        return None
    segments[at + 1] = cut(segments[at + 1], 0, case.end())
    del segments[at]
    return reworded(one, segments, meant(one, place=HERE))


def whole(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """The whole house in the place of the room."""
    if one.english:
        return None
    words = Segment(_words("whole", one, rng, lex))
    return placed(one, one.phrase.segments, [words], meant(one, place=ALL))


def excepted(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """All but one to four rooms in the place of the room."""
    parts = _segments(_words("excepted", one, rng, lex))
    rooms = tuple(s.slot for s in parts if s.slot)
    meanings = meant(one, place=ALL, excepts=rooms)
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
    if index != at + 1 or not (_NEPALI_OF.fullmatch(between) or not between.strip()):
        return None
    segments[index] = cut(segments[index], 0, end)
    light: Sequence[Segment] = [replace(segments[at], slot="L")]
    if rng.random() < 0.5:
        light = _segments(_words("light_of", one, rng, lex))
    return placed(one, segments, light, meant(one, place="L"))


# -- beside another request, or another room -------------------------------------------------------
def joined(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """Two to four requests in one breath: for one room each, or for several, a group, a light or all but some;
    at times the last one set right."""
    said: Sayable | None = _part(one, rng, lex)
    more = rng.choice(_MORE)
    for i in range(more):
        # Many say the same words for each place: `bhancha off, baithak off`.
        part = one if rng.random() < 0.25 else rng.choice(bank().simple[one.language])
        right = corrected(part, rng, lex) if i + 1 == more and rng.random() < 0.12 else None
        said = said and _both(one, said, right or _part(part, rng, lex), rng, lex)
    return said


def excepted_and_more(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """All but some, and another request beside it: `A ra B bahek sabai nibhau ani C madhuro para`."""
    some = excepted(one, rng, lex) if len(one.phrase.text) < _SHORT else None
    other = rng.choice(bank().simple[one.language])
    return some and _all(one, (some, other) if rng.random() < 0.7 else (other, some), rng, lex)


def _part(one: Compiled, rng: Random, lex: Lexicon) -> Sayable:
    if rng.random() < 0.6:
        return one
    return rng.choice((several_rooms, grouped, excepted, named_light))(one, rng, lex) or one


def _both(like: Compiled, first: Sayable, then: Sayable, rng: Random, lex: Lexicon) -> Sayable | None:
    names = _free_slots(then.phrase, {s.slot for s in first.phrase.segments})
    if names is None:
        return None
    segments, meanings = renamed(then.phrase, names)
    link = Segment(_words("joins", like, rng, lex))
    return reworded(like, (*first.phrase.segments, link, *segments), (*first.phrase.meanings, *meanings))


def _all(like: Compiled, parts: Sequence[Sayable], rng: Random, lex: Lexicon) -> Sayable | None:
    said: Sayable | None = parts[0]
    for part in parts[1:]:
        said = said and _both(like, said, part, rng, lex)
    return said


def _free_slots(phrase: Phrase, used: Set[str]) -> dict[str, str] | None:
    """Each slot of the phrase with one of its kind that is not used yet; None where there are not enough."""
    names: dict[str, str] = {}
    kinds = (ROOM_SLOTS, GROUP_SLOTS, LIGHT_SLOTS)
    for slot in (s.slot for s in phrase.segments if s.slot):
        if slot in names:
            return None
        alike = next((some for some in kinds if slot in some), [kind_of(slot) + nth for nth in ("", "2", "3", "4")])
        free = next((one for one in alike if one not in used and one not in names.values()), None)
        if free is None:
            return None
        names[slot] = free
    return names


def joined_in_time(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """Two to four requests, each with a time of its own, or one for now: `A ahile nibhau ani B 10 minute pachi`."""
    parts = [one, *(rng.choice(bank().simple[one.language]) for _ in range(rng.choice(_MORE)))]
    if not all(can_be_timed(part.phrase) for part in parts):
        return None
    now = rng.randrange(len(parts) + 1)  # the one that is for now; of none at the end
    said = []
    for i, part in enumerate(parts):
        if i == now:
            word = Segment(_words("now", one, rng, lex))
            said.append(reworded(part, (word, Segment(" "), *part.phrase.segments), part.phrase.meanings))
        else:  # a time behind a request might be the next one's
            said.append(_at_time(part, rng.choice(lex.composition["timed"][part.language]["before"])))
    return _all(one, said, rng, lex)


def joined_one_in_time(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """Two to four requests, one of which has a time inside it: `A 10 minute pachi nibhau ani B bala`."""
    parts = [one, *(rng.choice(bank().simple[one.language]) for _ in range(rng.choice(_MORE)))]
    later = rng.randrange(len(parts))
    if not all(can_be_timed(part.phrase) for part in parts) or "," in parts[later].phrase.text:
        return None  # a reason beside the request would take the time
    # Before the first request or behind the last one it would be a time of them all.
    timed = _in_its_time(parts[later], later == 0, later + 1 == len(parts), rng, lex)
    return timed and _all(one, [*parts[:later], timed, *parts[later + 1 :]], rng, lex)


def _in_its_time(one: Compiled, first: bool, last: bool, rng: Random, lex: Lexicon) -> Sayable | None:
    """The request with a time that is its own beside others."""
    words = lex.composition["timed"][one.language]
    if one.english:
        return _at_time(one, rng.choice(words["before" if last else "after"]), last)
    if not first and rng.random() < 0.4:
        return _at_time(one, rng.choice(words["before"]))
    at = room_at(one.phrase) + 1
    if one.light_word:
        at, _, end = one.light_word
    else:
        case = at < len(one.phrase.segments) and _NEPALI_CASE.match(one.phrase.segments[at].text)
        end = len(case.group().rstrip()) if case else 0
    text = one.phrase.segments[at].text if end else ""
    if not re.match(r"\s+\w", text[end:]):  # nothing is said behind it, or something is glued to it
        return None
    parts, when = _clause(rng.choice(words["before"]))
    around = (Segment(text[:end] + " "), *parts, Segment(text[end:]))
    segments = (*one.phrase.segments[:at], *around, *one.phrase.segments[at + 1 :])
    return reworded(one, segments, meant(one, when=when))


def corrected(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """A room that is named and not meant: `B hoina, A ko batti bala`, or `B ko batti bala, hoina A ko`."""
    words = lex.composition["corrected"][one.language]
    if rng.random() < 0.33:
        wrong = [replace(s, slot="B") if s.slot == "A" else s for s in one.phrase.segments]
        right = _segments(_words("instead", one, rng, lex))
        return reworded(one, (*wrong, *right), one.phrase.meanings)
    if rng.random() < 0.5:
        segments = (*_segments(rng.choice(words["before"])), *one.phrase.segments)
    else:
        segments = (*one.phrase.segments, *_segments(rng.choice(words["after"])))
    return reworded(one, segments, one.phrase.meanings)


def mentioned(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """`ma B ma chu, A ko batti bala`: a room that is only talked about."""
    return reworded(one, (*_segments(_words("mentioned", one, rng, lex)), *one.phrase.segments), one.phrase.meanings)


# -- a time for a request without one --------------------------------------------------------------
def timed(one: Sayable, rng: Random, lex: Lexicon) -> Sayable:
    """The request after, at or for a time that is said before or behind it."""
    words = lex.composition["timed"][one.language]
    several = len({m.place for m in one.phrase.meanings}) > 1 and rng.random() < 0.3
    before = not several and rng.random() < 0.5
    choices = lex.composition["timed_all"][one.language] if several else words["before" if before else "after"]
    return _at_time(one, rng.choice(choices), before)


def _at_time(one: Sayable, said_time: str, before: bool = True) -> Sayable:
    """The request with a time before it or behind it."""
    parts, when = _clause(said_time)
    segments = one.phrase.segments
    segments = (*parts, Segment(" "), *segments) if before else (*segments, *parts)
    return reworded(one, segments, meant(one, when=when), one.phrase.kind)


def can_be_timed(phrase: Phrase) -> bool:
    return (
        phrase.kind == "act"
        and not any(m.when or m.done == "query" for m in phrase.meanings)
        and not any(s.slot in ("dur", "time") for s in phrase.segments)
        and not re.search(r"[?.!।;]|pachi|pachhi|पछि|later|after", phrase.text)
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
