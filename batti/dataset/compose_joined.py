"""Rules of `compose` that put a request beside another, or beside what is not asked."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import replace
from random import Random

from batti.dataset.bank import Compiled, Sayable, bank
from batti.dataset.compose_negatives import forbidden, needless, other_device, refused, told
from batti.dataset.compose_requests import (
    all_but,
    at_time,
    can_be_timed,
    case_of_room,
    clause_of,
    excepted,
    grouped,
    named_light,
    segments_of,
    several_rooms,
    words_of,
)
from batti.dataset.phrases import GROUP_SLOTS, LIGHT_SLOTS, ROOM_SLOTS, Phrase, Segment, kind_of
from batti.dataset.rewrite import chosen, meant, renamed, reworded, room_at
from batti.lexicon import Lexicon

_MORE = (1,) * 12 + (2,) * 6 + (3,) * 2  # requests that are joined to one
_OF_SEVERAL = 0.3  # requests beside others
_TRIED = 8  # requests, for one that can be asked of the rest
_IN_FULL = 0.4  # corrections that say all of a request again
_SHORT = 45  # characters of a phrase that says little besides what it asks


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


def and_the_rest(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """A request for some rooms, and another for all others: `A ra B bala, baki nibhau`."""
    some = _some_rooms(one, rng, lex)
    words = segments_of(words_of("rest", one, rng, lex))
    rooms = dict.fromkeys(m.place for m in some.phrase.meanings)
    tried = (all_but(rng.choice(bank().simple[one.language]), words, tuple(rooms)) for _ in range(_TRIED))
    rest = next(filter(None, tried), None)
    if rest is None or any(m.done == "query" for m in (*some.phrase.meanings, *rest.phrase.meanings)):
        return None
    return _both(one, some, rest, rng, lex)


def beside_unasked(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """A request beside what is forbidden, told, needless or of other things: `A nabala, B ko bala`."""
    rules = (forbidden, told, needless, other_device) if one.verb else (refused, refused, other_device)
    nothing = rng.choice(rules)(one, rng, lex)
    other = _some_rooms(rng.choice(bank().simple[one.language]), rng, lex)
    if nothing is None:
        return None
    first, then = (nothing, other) if rng.random() < 0.6 else (other, nothing)
    return _both(one, first, then, rng, lex, "besides")


def set_right(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """Several requests, or one for several rooms, and what is said of one of these said again and otherwise:
    `A nilo, B rato, hoina A hariyo`."""
    again = rng.choice(bank().simple[one.language])
    both = _of_some(one, rng, lex)
    if both is None or len(again.phrase.meanings) > 1:
        return None
    names = _free_slots(again.phrase, {s.slot for s in both.phrase.segments})
    if names is None:
        return None
    places = [*dict.fromkeys(m.place for m in both.phrase.meanings)]
    wrong = rng.choice(places)
    segments, right = renamed(again.phrase, names | {"A": wrong})
    meanings = [m for at in places for m in (right if at == wrong else both.phrase.meanings) if m.place == at]
    link = Segment(words_of("denied", one, rng, lex))
    return reworded(one, (*both.phrase.segments, link, *segments), meanings)


def taken_back(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """Several requests, or one for several rooms, and one of these taken back: `A, B ra C nibhau, B chai pardaina`."""
    some = _of_some(one, rng, lex)
    if some is None:
        return None
    wrong = rng.choice([*dict.fromkeys(m.place for m in some.phrase.meanings)])
    words = segments_of(chosen(lex.composition["corrected"][one.language]["after"], rng))
    back = [replace(s, slot=wrong) if s.slot else s for s in words]
    left = [m for m in some.phrase.meanings if m.place != wrong]
    return reworded(one, (*some.phrase.segments, *back), left)


def _of_some(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """Two requests for a room each, or one for several."""
    if rng.random() < _OF_SEVERAL:
        return several_rooms(one, rng, lex)
    both = _both(one, one, rng.choice(bank().simple[one.language]), rng, lex)
    return both if both and len(both.phrase.text) <= 2 * _SHORT else None


def _part(one: Compiled, rng: Random, lex: Lexicon) -> Sayable:
    if rng.random() < 0.6:
        return one
    return rng.choice((several_rooms, grouped, excepted, named_light))(one, rng, lex) or one


def _some_rooms(one: Compiled, rng: Random, lex: Lexicon) -> Sayable:
    """The request, now and then for several rooms."""
    return (several_rooms(one, rng, lex) if rng.random() < _OF_SEVERAL else None) or one


def _both(
    like: Compiled, first: Sayable, then: Sayable, rng: Random, lex: Lexicon, links: str = "joins"
) -> Sayable | None:
    names = _free_slots(then.phrase, {s.slot for s in first.phrase.segments})
    if names is None:
        return None
    segments, meanings = renamed(then.phrase, names)
    link = Segment(words_of(links, like, rng, lex))
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
    more = (rng.choice(bank().simple[one.language]) for _ in range(rng.choice(_MORE)))
    parts = [_some_rooms(part, rng, lex) for part in (one, *more)]
    if not all(can_be_timed(part.phrase) for part in parts):
        return None
    now = rng.randrange(len(parts) + 1)  # the one that is for now; of none at the end
    said = []
    for i, part in enumerate(parts):
        if i == now:
            word = Segment(words_of("now", one, rng, lex))
            said.append(reworded(part, (word, Segment(" "), *part.phrase.segments), part.phrase.meanings))
        else:  # a time behind a request might be the next one's
            said.append(at_time(part, chosen(lex.composition["timed"][part.language]["before"], rng)))
    return _all(one, said, rng, lex)


def joined_one_in_time(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """Two to four requests, one of which has a time inside it: `A 10 minute pachi nibhau ani B bala`."""
    parts = [one, *(rng.choice(bank().simple[one.language]) for _ in range(rng.choice(_MORE)))]
    later = rng.randrange(len(parts))
    if not all(can_be_timed(part.phrase) for part in parts) or "," in parts[later].phrase.text:
        return None  # a reason beside the request would take the time
    # Before the first request or behind the last one it would be a time of them all.
    timed = _in_its_time(parts[later], later == 0, later + 1 == len(parts), rng, lex)
    first, last = ([_some_rooms(part, rng, lex) for part in some] for some in (parts[:later], parts[later + 1 :]))
    return timed and _all(one, [*first, timed, *last], rng, lex)


def _in_its_time(one: Compiled, first: bool, last: bool, rng: Random, lex: Lexicon) -> Sayable | None:
    """The request with a time that is its own beside others."""
    words = lex.composition["timed"][one.language]
    if one.english:
        return at_time(one, chosen(words["before" if last else "after"], rng), last)
    if not first and rng.random() < 0.4:
        return at_time(one, chosen(words["before"], rng))
    at = room_at(one.phrase) + 1
    if one.light_word:
        at, _, end = one.light_word
    else:
        case = at < len(one.phrase.segments) and case_of_room(one.phrase.segments[at].text)
        end = len(case.group().rstrip()) if case else 0
    text = one.phrase.segments[at].text if end else ""
    if not re.match(r"\s+\w", text[end:]):  # nothing is said behind it, or something is glued to it
        return None
    parts, when = clause_of(chosen(words["before"], rng))
    around = (Segment(text[:end] + " "), *parts, Segment(text[end:]))
    segments = (*one.phrase.segments[:at], *around, *one.phrase.segments[at + 1 :])
    return reworded(one, segments, meant(one, when=when))


def corrected(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """A room that is named and not meant: `B hoina, A ko batti bala`, `B ko batti bala, hoina A ko`, or
    `B bala, hoina A bala`."""
    words = lex.composition["corrected"][one.language]
    if rng.random() < 0.33:
        wrong = [replace(s, slot="B") if s.slot == "A" else s for s in one.phrase.segments]
        if len(one.phrase.text) < _SHORT and rng.random() < _IN_FULL:
            right = (Segment(words_of("denied", one, rng, lex)), *one.phrase.segments)
        else:
            right = segments_of(words_of("instead", one, rng, lex))
        return reworded(one, (*wrong, *right), one.phrase.meanings)
    if rng.random() < 0.5:
        segments = (*segments_of(chosen(words["before"], rng)), *one.phrase.segments)
    else:
        segments = (*one.phrase.segments, *segments_of(chosen(words["after"], rng)))
    return reworded(one, segments, one.phrase.meanings)


def mentioned(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """`ma B ma chu, A ko batti bala`: a room that is only talked about."""
    return reworded(
        one, (*segments_of(words_of("mentioned", one, rng, lex)), *one.phrase.segments), one.phrase.meanings
    )
