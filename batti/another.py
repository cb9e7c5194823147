"""What stands beside a place and makes it another one: `upstairs [kitchen]`, `[bhancha] najik ko kotha`.

Models mark the name that they know, and leave out what tells that something else is meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from itertools import takewhile

from batti import lexicon, meaning, spoken
from batti.home import Entity
from batti.lookup import Lookup
from batti.prompt import Span
from batti.said import Said
from batti.sound import fold
from batti.text import normalize

_NUMBER_BEFORE, _NUMBER_BEHIND = re.compile(r"\d ?%? $"), re.compile(r" \d")
_ENDS_IN_A_WORD = re.compile(r"[a-z0-9] ?$")
_SAME = 0.76  # likeness of two words for somebody from which they may be one
_SHORTEST = 3  # letters of a word for somebody
_LONGEST = 3  # words of a group that a place is said to be in


def is_another(found: Entity, place: Span, said: Said) -> bool:
    """Whether something else is meant than what the marked words name."""
    return (
        _is_the_other(found, place, said)
        or _is_next_to(found, place, said)
        or _is_a_part(found, place, said)
        or _is_the_first_of_a_name(found, place, said)
        or _is_somebodys(found, place, said)
        or _is_a_relatives(found, place, said)
        or _is_elsewhere(found, place, said)
        or _is_in_another_house(place, said)
        or _is_out_of_a_number(place, said)
        or _is_of_a_kind(found, place, said)
        or _is_a_namesake(found, place, said)
        or _is_an_ending(found, place, said)
        or _is_a_lamp_told_apart(found, place, said)
        or _is_for_a_lamp(found, place, said)
        or _is_one_of_what_was_said(found, place, said)
        or _is_what_somebody_says(place, said)
        or (found.kind == "light" and bool(_apart().search(said.text(place))))
    )


def is_by_a_place(sentence: str) -> bool:
    """Whether a room is told by what it lies beside: `the room opposite the bathroom`."""
    return bool(_room_beside().search(sentence))


def _is_the_other(found: Entity, place: Span, said: Said) -> bool:
    """Whether another one of its kind is meant, which nothing tells: `the other [hostel]`, `dosro [library]`."""
    before, _ = said.around(place)
    if not _ENDS_IN_A_WORD.search(before):
        return False
    *more, last = before.split()
    first = said.text(place).partition(" ")[0]
    is_later = last in _which() or (last == "second" and more[-1:] == ["the"])  # `in a second hall off`
    is_numbered = is_later and fold(last) not in _words_of(found) and not meaning.ordinal(fold(first))
    return is_numbered or last in lexicon.load().frames["another"]


def _is_of_a_kind(found: Entity, place: Span, said: Said) -> bool:
    """Whether a room is told by its number and by what such rooms are for, which the model left out and this is not:
    `meeting [room 1]` for class 1."""
    before, _ = said.around(place)
    room, _, number = said.text(place).partition(" ")
    if not (number.isdigit() and meaning.is_room(fold(room)) and _ENDS_IN_A_WORD.search(before)):
        return False
    kind = fold(before.split()[-1])
    is_its_own = any(meaning.alike(kind, word) >= _SAME for word in _words_of(found))
    return meaning.tells_a_place(kind) and not meaning.is_light(kind) and not is_its_own


def _is_a_namesake(found: Entity, place: Span, said: Said) -> bool:
    """Whether somebody else is told by a name of their own before the title that the place is called by: `suresh [dai
    ko kotha]` for Rajan dai's."""
    before, _ = said.around(place)
    if not _ENDS_IN_A_WORD.search(before):
        return False
    who, titles = fold(before.split()[-1]), spoken.words_of(said.text(place))[:1]
    return any(map(spoken.is_title, titles)) and meaning.is_given(who) and who not in _words_of(found)


def _is_an_ending(found: Entity, place: Span, said: Said) -> bool:
    """Whether the one word that was marked is a case ending or the speaker, and nobody's of whom anything is: the i of
    `[ma] sutne kotha` for ma ko kotha, the mother's."""
    text, (_, behind) = said.text(place), said.around(place)
    if text not in spoken.endings() or text in map(normalize, found.names):
        return False
    return {*behind.split()[:1]}.isdisjoint(lexicon.load().frames["of_room"])


def _is_a_lamp_told_apart(found: Entity, place: Span, said: Said) -> bool:
    """Whether a lamp or its brightness is told by an adjective that tells a room from its like: `[thulo] batti`, the
    big light, where there is a thulo kotha. A room that is called Thulo and no more has its light."""
    text, (_, behind) = said.text(place), said.around(place)
    words = [*map(fold, (f"{text}{behind}" if behind.startswith(" ") else text).split())]
    told = [*takewhile(meaning.adjective, words)]
    if any(any(spoken.stems((word,))) for word in told):  # the light of what is outside: bahirako batti
        return False
    after = words[len(told) : len(told) + 1]
    if found.kind == "light" or not told or not any(meaning.is_lamp(word) or word in _brightness() for word in after):
        return False
    names = (name for name in map(spoken.words_of, found.names) if len(name) == len(told))
    return not any(all(meaning.alike(*pair) >= _SAME for pair in zip(name, told, strict=True)) for name in names)


@cache
def _brightness() -> frozenset[str]:
    return frozenset(map(fold, lexicon.load().frames["brightness"]))


def _is_for_a_lamp(found: Entity, place: Span, said: Said) -> bool:
    """Whether what was marked tells of a lamp too, and the word for one is right behind: the tv light, in a home with a
    tv room."""
    _, behind = said.around(place)
    lamp = behind.split()[:1] if behind.startswith(" ") else []
    is_lamp = any(meaning.is_lamp(fold(word)) for word in lamp)
    return is_lamp and found.kind == "room" and said.lookup.is_lamp_or_room(found, f"{said.text(place)} {lamp[0]}")


def _is_one_of_what_was_said(found: Entity, place: Span, said: Said) -> bool:
    """Whether only an adjective is said, with what makes one of those that were spoken of: `thulo chai`, the big one,
    where there is a thulo kotha; unless another place is told by its like: `sano kotha bala, thulo chai nibhau`."""
    text, (_, behind) = said.text(place), said.around(place)
    words = spoken.words_of(text)
    if found.kind == "light" or not all(map(meaning.adjective, words)) or text in map(normalize, found.names):
        return False
    others = [spoken.words_of(said.text(span)) for span in said.spans if span != place]
    is_told_apart = any(any(map(meaning.adjective, other)) for other in others)
    return not is_told_apart and bool(_the_one().match(behind))


@cache
def _the_one() -> re.Pattern[str]:
    return re.compile(rf" ?{spoken.pattern_of('one_of_them')}\b")


def _is_what_somebody_says(place: Span, said: Said) -> bool:
    """Whether a word for saying was marked behind somebody, that sounds like a place: `chhora bhanchh nilo banau`."""
    first, before = said.text(place).split()[0], spoken.words_of(said.around(place)[0])[-1:]
    return first in lexicon.load().frames["says"] and any(map(meaning.is_person, before))


def _words_of(found: Entity) -> Collection[str]:
    return {word for name in found.names for word in spoken.words_of(name)}


def _is_next_to(found: Entity, place: Span, said: Said) -> bool:
    """Whether it is said to lie beside the place: `bhancha najik ko kotha`."""
    if found.kind == "light" or any(_nearby().search(name) for name in map(normalize, found.names)):
        return False
    before, behind = said.around(place)
    last = said.text(place).split()[-1:]
    return bool(_lying_beside().search(before) or _nearby().match(behind) or any(map(_nearby().fullmatch, last)))


def _is_a_part(found: Entity, place: Span, said: Said) -> bool:
    """Whether something in the place is meant, that the model left out or took for one besides: `[room 101] ko
    bathroom`, `[second floor] bathroom`, `[kitchen] ko [corridor]`."""
    if found.kind == "light":
        return False
    after = next((span for span in said.spans if span > place), None)
    _, behind = said.around(place)
    if after and _of_it().fullmatch(behind):
        named, _ = said.lookup.find(said.text(after))
        if not isinstance(named, Entity) or (named.room or named.name) in said.lookup.rooms_of(found.name):
            return False
        return named.kind == "light" or (behind != " " and named.kind == "room")
    inside = (_in_room() if found.kind == "room" else _in_group()).match(behind)
    return inside is not None and inside[1] in written_places()


def _is_the_first_of_a_name(found: Entity, place: Span, said: Said) -> bool:
    """Whether a word that names no place by itself stands right before another one, and may tell which of its kind is
    meant: `[family] [bath]`, where there is a family room."""
    after = next((span for span in said.spans if span > place), None)
    word = fold(said.text(place))
    if found.kind != "room" or after is None or said.sentence[place[1] + 1 : after[0]] != " " or " " in word:
        return False
    is_kind = all(map(meaning.is_place, spoken.words_of(said.text(after))))
    return is_kind and not meaning.is_place(word) and not said.lookup.is_a_name(word)


def _is_somebodys(found: Entity, place: Span, said: Said) -> bool:
    """Whether it is said to be that of somebody whose it is not: `babu ko [baithak]`, `chhora ko [jhumar]`."""
    owner = _of_somebody().search(said.around(place)[0])
    who = fold(owner[1]) if owner else ""
    if len(who) < _SHORTEST or not meaning.is_person(who):  # bha of bhako sounds like ba, the father
        return False
    names = [*found.names, *(" ".join(telling) for telling in said.lookup.telling(found.room or ""))]
    return not any(meaning.alike(who, word) >= _SAME for name in names for word in spoken.words_of(name))


def _is_a_relatives(found: Entity, place: Span, said: Said) -> bool:
    """Whether it is that of somebody who is told by whose they are, and not the other's: `sunita ko dai ko kotha`."""
    relative = _of_a_relative().match(said.text(place))
    who = fold(relative[1]) if relative else ""
    return meaning.is_kin(who) and not any(meaning.alike(who, word) >= _SAME for word in _words_of(found))


def _is_elsewhere(found: Entity, place: Span, said: Said) -> bool:
    """Whether a group of the home is said right before the place that does not lie in it: `upstairs [kitchen]`."""
    before, _ = said.around(place)
    if found.kind == "group" or not said.lookup.groups or not _ENDS_IN_A_WORD.search(before):
        return False
    rooms = said.lookup.group_at_end(spoken.words_of(before)) or _rooms_of(before, said.lookup)
    return bool(rooms) and (found.room or found.name) not in rooms


def _is_in_another_house(place: Span, said: Said) -> bool:
    """Whether it is said to be in another house: `arko flat ko [balcony]`."""
    return bool(_of_another_house().search(said.around(place)[0]))


def _is_out_of_a_number(place: Span, said: Said) -> bool:
    """Whether a case ending between two numbers was marked: the bata of `60 बाट 20`, which is heard as a bath."""
    before, behind = said.around(place)
    is_between = _NUMBER_BEFORE.search(before) and _NUMBER_BEHIND.match(behind)
    return bool(is_between) and said.text(place) in lexicon.load().frames["out_of"]


def _rooms_of(before: str, lookup: Lookup) -> Collection[str]:
    """The rooms of the group that stands before a place in the genitive, by whatever name: `tala ko [kausi]`."""
    ending = _in_a_group().search(before)
    for said in spoken.last_words(before[: ending.start()].split(), _LONGEST) if ending else ():
        named = lookup.surely(said)
        if named and named.kind == "group":
            return lookup.rooms_of(named.name)
    return ()


@cache
def _which() -> frozenset[str]:
    """Words for the second, third and later ones of a kind; a second is a length of time too."""
    later = lexicon.load().frames["ordinals"][1:]
    return frozenset(word for words in later for word in words) - {"second"}


@cache
def _in_a_group() -> re.Pattern[str]:
    """Matches the case ending between a group and what lies in it."""
    return re.compile(rf" ?{spoken.pattern_of('in_a_group')} $")


@cache
def _of_another_house() -> re.Pattern[str]:
    """Matches what another house is called, before what is in it: `arko ghar ko `, `the other flat's `."""
    another, house, of = map(spoken.pattern_of, ("another", "premises", "of_room"))
    return re.compile(rf"\b{another} {house}(?: ?{of}|'s) $")


@cache
def _apart() -> re.Pattern[str]:
    """Matches a word for a light that is apart from what was said before it: `reading. lights`."""
    return re.compile(rf"[a-z]{{3}}[.!?] {spoken.pattern_of('lamp_words')}$")


@cache
def _nearby() -> re.Pattern[str]:
    """Matches what is said behind a place of another one: ` ko chheu`."""
    return re.compile(rf" ?(?:{spoken.pattern_of('of_room')} )?{spoken.pattern_of('nearby')}\b")


@cache
def _lying_beside() -> re.Pattern[str]:
    """Matches what is said before a place of another one: `next to the `."""
    beside, inside, ours = map(spoken.pattern_of, ("lying_beside", "before_its_room", "ours"))
    return re.compile(rf"\b{beside} (?:(?:{inside}|{ours}) )?$")


@cache
def _room_beside() -> re.Pattern[str]:
    rooms, beside = map(spoken.pattern_of, ("room_words", "lying_beside"))
    return re.compile(rf"\b{rooms} {beside} ")


@cache
def _of_it() -> re.Pattern[str]:
    """Matches what stands between a place and what is in it: ` ko `, or no word at all."""
    return re.compile(rf" ?(?:{spoken.pattern_of('of_room')} )?")


@cache
def _in_room() -> re.Pattern[str]:
    """Matches what is in a room, and a case ending, a lamp or the end behind it: ` ko bathroom ma`."""
    return re.compile(rf" ?{spoken.pattern_of('of_room')} {_what_is_there()}")


@cache
def _in_group() -> re.Pattern[str]:
    """The same in a group: ` bathroom ma`, ` ko bathroom light`."""
    return re.compile(rf" (?:{spoken.pattern_of('in_a_group')} )?{_what_is_there()}")


def _what_is_there() -> str:
    cases, lamps = map(spoken.pattern_of, ("case_of_room", "lamp_words"))
    return rf"([a-z]{{3,}}?)(?: ?{cases}\b| {lamps}\b|$)"


@cache
def written_places() -> frozenset[str]:
    """Single words for places as they are written, and for what a home may be besides: batti only sounds like one."""
    words = lexicon.load()
    places = frozenset(key for place in words.places for key in place.keys)
    return (places | {*words.frames["premises"]}) - {*words.frames["room_words"], *words.frames["switches"]}


@cache
def _of_somebody() -> re.Pattern[str]:
    """Matches an owner before what is owned: `babu ko `, `babuko `; not the grandfather (baje) of `9 baje ko`."""
    return re.compile(rf"(?<![a-z\d])(?<!\d )([a-z]{{3,}}?) ?{spoken.pattern_of('of_room')} $")


@cache
def _of_a_relative() -> re.Pattern[str]:
    """Matches two owners, of whom the one is told by the other: `sunita ko dai ko `."""
    of = spoken.pattern_of("of_room")
    return re.compile(rf"[a-z]{{3,}}? ?{of} ([a-z]{{2,}}?) ?{of} ")
