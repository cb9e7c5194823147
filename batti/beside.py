"""What stands beside the words that a model marked for a place, and may belong to it.

A letter or a number (`[hostel] a`, `[kitchen] 2`), the room of a lamp (`the [chandelier] in the kitchen`), the floor of
a room (`upstairs [kitchen]`): models leave them out where no home that they learned from had the like.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache

from batti import letters, lexicon, meaning, spoken
from batti.home import Entity
from batti.lookup import Lookup
from batti.prompt import Span, text_of
from batti.schema import HERE
from batti.sound import fold
from batti.text import normalize

_NEXT = re.compile(r" ([a-z]{1,2})(?![a-z0-9'])(?: ([a-z]+))?")
_NO_WORDS = frozenset("bcdfg")  # letters that chats use for no word, as they do k for ko, n for and, r for ra
_ENDS_IN_A_NUMBER = re.compile(r"\d+$")
_ENDS_IN_A_WORD = re.compile(r"[a-z0-9] ?$")
_SAME = 0.76  # likeness of two words for somebody from which they may be one
_SHORTEST = 3  # letters of a word for somebody
_LONGEST = 3  # words of a room that a lamp is said to be in
_SURE = 0.9  # certainty from which a room or floor is one of the home


def around(place: Span, sentence: str, spans: Sequence[Span]) -> tuple[str, str]:
    """What stands before a place and behind it, up to the next ones that were marked."""
    begin = max((last + 1 for _, last in spans if last < place[0]), default=0)
    end = min((first for first, _ in spans if first > place[1]), default=len(sentence))
    return sentence[begin : place[0]], sentence[place[1] + 1 : end]


def letter(place: Span, sentence: str) -> str:
    """The letter behind the words that were marked, which models take for an article, if it is none."""
    if behind_number := _letter_of_a_number().match(sentence, place[1] + 1):
        return behind_number[1] if text_of(place, sentence)[-1:].isdigit() else ""
    behind = _NEXT.match(sentence, place[1] + 1)
    if not behind or not letters.is_latin(behind[1]) or letters.at_end(text_of(place, sentence)):
        return ""
    is_article = behind[1] == "a" and behind[2] in lexicon.load().frames["behind_article"]
    return "" if is_article else behind[1]


def is_name(said: str, letter: str) -> bool:
    """Whether the letter behind what was said is certainly part of a name: no word of chats, or an a behind a word for
    a kind of place, where it is neither an article nor a hesitation."""
    frames, of_what = lexicon.load().frames, said.rpartition(" ")[2]
    return letter in _NO_WORDS or (letter == "a" and (of_what in frames["premises"] or of_what in frames["room_words"]))


def number(place: Span, sentence: str) -> str:
    """The number behind the words that were marked, if it counts nothing: `hall 2 ota batti`."""
    behind = _number().match(sentence, place[1] + 1)
    return "" if not behind or _counts(behind) or text_of(place, sentence)[-1:].isdigit() else behind[1]


def has_number(sentence: str) -> bool:
    """Whether a number stands there that counts nothing."""
    return any(not _counts(found) for found in _number().finditer(f" {sentence}"))


def _counts(number: re.Match[str]) -> bool:
    return number[2] in lexicon.load().frames["counted"]


def room(found: Entity, place: Span, sentence: str, spans: Sequence[Span], lookup: Lookup) -> str:
    """Of a lamp the words of a room that it is said to be in and that is not its own, if there are such; they are no
    other entry's place."""
    if found.kind != "light":
        return ""
    before, behind = around(place, sentence, spans)
    ways: list[str] = []
    if inside := _before_its_room().match(behind):
        words = behind[inside.end() :].split()[:_LONGEST]
        ways += [" ".join(words[:n]) for n in range(len(words), 0, -1)]
    if lying := _lying_in().search(before):
        words = before[: lying.start()].split()[-_LONGEST:]
        ways += [" ".join(words[n:]) for n in range(len(words))]
    for said in ways:
        named, sure = lookup.find(said)
        if isinstance(named, Entity) and sure > _SURE and named.kind == "room":
            return said if named.name != found.room else ""
        telling = [word for word in spoken.words_of(said) if not meaning.is_light(word)]
        if named is None and telling and all(meaning.is_place(word) or meaning.is_person(word) for word in telling):
            return said
    return ""


def is_elsewhere(found: Entity, place: Span, sentence: str, spans: Sequence[Span], lookup: Lookup) -> bool:
    """Whether a group of the home is said right before the place that does not lie in it: `upstairs [kitchen]`."""
    before, _ = around(place, sentence, spans)
    if found.kind == "group" or not lookup.groups or not _ENDS_IN_A_WORD.search(before):
        return False
    rooms = lookup.group_at_end(spoken.words_of(before)) or _rooms_of(before, lookup)
    return bool(rooms) and (found.room or found.name) not in rooms


def _rooms_of(before: str, lookup: Lookup) -> Collection[str]:
    """The rooms of the group that stands before a place in the genitive, by whatever name: `tala ko [kausi]`."""
    ending = _in_a_group().search(before)
    words = before[: ending.start()].split()[-_LONGEST:] if ending else []
    for n in range(len(words)):
        named, sure = lookup.find(" ".join(words[n:]))
        if isinstance(named, Entity) and named.kind == "group" and sure > _SURE:
            return lookup.rooms_of(named.name)
    return ()


def is_next_to(found: Entity, place: Span, sentence: str, spans: Sequence[Span]) -> bool:
    """Whether it is said to lie beside the place, which is then another one: `bhancha najik ko kotha`."""
    if found.kind == "light" or any(_nearby().search(name) for name in map(normalize, found.names)):
        return False
    before, behind = around(place, sentence, spans)
    last = text_of(place, sentence).split()[-1:]
    return bool(_lying_beside().search(before) or _nearby().match(behind) or any(map(_nearby().fullmatch, last)))


def is_a_part(found: Entity, place: Span, sentence: str, spans: Sequence[Span], lookup: Lookup) -> bool:
    """Whether something in the place is meant, that the model left out or took for one besides: `[room 101] ko
    bathroom`, `[second floor] bathroom`, `[kitchen] ko [corridor]`."""
    if found.kind == "light":
        return False
    after = next((span for span in spans if span > place), None)
    behind = around(place, sentence, spans)[1]
    if after and _of_it().fullmatch(behind):
        named, _ = lookup.find(text_of(after, sentence))
        if not isinstance(named, Entity) or lookup.rooms_of(found.name).count(named.room or named.name):
            return False
        return named.kind == "light" or (behind != " " and named.kind == "room")
    inside = (_in_room() if found.kind == "room" else _in_group()).match(behind)
    return inside is not None and inside[1] in _written_places()


def is_somebodys(found: Entity, place: Span, sentence: str, spans: Sequence[Span], lookup: Lookup) -> bool:
    """Whether it is said to be that of somebody whose it is not: `babu ko [baithak]`, `chhora ko [jhumar]`."""
    before, _ = around(place, sentence, spans)
    owner = _of_somebody().search(before)
    who = fold(owner[1]) if owner else ""
    if len(who) < _SHORTEST or not meaning.is_person(who):  # bha of bhako sounds like ba, the father
        return False
    names = [*found.names, *(" ".join(telling) for telling in lookup.telling(found.room or ""))]
    return not any(meaning.alike(who, word) >= _SAME for name in names for word in spoken.words_of(name))


def is_beside_something(place: Span | str, sentence: str) -> bool:
    """Whether a room is told by what it lies beside, where none but the speaker's was found: `the room opposite the
    bathroom`."""
    return place == HERE and bool(_room_beside().search(sentence))


def is_a_range(spans: Sequence[Span], sentence: str, numbers: bool, lookup: Lookup) -> bool:
    """Whether places are told by the first and the last of them: `101 dekhi 103`, `rooms 101 to 104`, `gate dekhi hall
    samma`; `numbers` says whether those in the sentence can only be places."""
    marked = _with_marks(spans, sentence)
    if _between_two().search(marked) or (numbers and _between_numbers().search(marked)):
        return True
    for found in _from_to().finditer(sentence):
        ends = [lookup.find(said) for said in found.groups()]
        if all(isinstance(named, Entity) and sure > _SURE for named, sure in ends):
            return True
    return False


def _with_marks(spans: Sequence[Span], sentence: str) -> str:
    """The sentence with a mark and no more for each place, but for the number that it ends in."""
    for span in reversed(spans):
        number = _ENDS_IN_A_NUMBER.search(text_of(span, sentence))
        sentence = f"{sentence[: span[0]]}|{number[0] if number else ''}{sentence[span[1] + 1 :]}"
    return sentence


def is_another(place: Span, sentence: str, spans: Sequence[Span]) -> bool:
    """Whether another one of its kind is meant, which nothing tells: `the other [hostel]`."""
    before, _ = around(place, sentence, spans)
    return bool(_ENDS_IN_A_WORD.search(before)) and before.split()[-1] in lexicon.load().frames["another"]


@cache
def _number() -> re.Pattern[str]:
    """Matches a number that may be part of a name, and the word behind it: ` nambar 2 ko`."""
    return re.compile(rf" (?:{spoken.pattern_of('before_number')}\.? )?([1-9]\d{{0,2}})(?![\d%:.])(?: ([a-z]+))?")


@cache
def _letter_of_a_number() -> re.Pattern[str]:
    """Matches a letter of another alphabet that may belong to a number before it: ` kha`."""
    return re.compile(rf" ({spoken.pattern_of('letters')})(?![a-z0-9'])")


@cache
def _before_its_room() -> re.Pattern[str]:
    """Matches what stands between a lamp and its room: `light in the`."""
    lamp, inside = map(spoken.pattern_of, ("lamp_words", "inside_its_room"))
    return re.compile(rf"(?: {lamp})?(?: {inside})+ ")


@cache
def _lying_in() -> re.Pattern[str]:
    """Matches what stands between a room and the lamp in it: `ma bhako`."""
    lying, inside = map(spoken.pattern_of, ("lying_in", "in_a_group"))
    return re.compile(rf"(?: {inside})? {lying} $")


@cache
def _in_a_group() -> re.Pattern[str]:
    """Matches the case ending between a group and what lies in it."""
    return re.compile(rf" ?{spoken.pattern_of('in_a_group')} $")


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
def _written_places() -> frozenset[str]:
    """Single words for places as they are written, and for what a home may be besides: batti only sounds like one."""
    words = lexicon.load()
    places = frozenset(key for place in words.places for key in place.keys)
    return (places | {*words.frames["premises"]}) - {*words.frames["room_words"], *words.frames["switches"]}


@cache
def _between_two() -> re.Pattern[str]:
    """Matches a place and another one up to which all of them are meant: `101 dekhi |103`."""
    since, rooms = map(spoken.pattern_of, ("since", "room_words"))
    return re.compile(rf"{_ONE}(?: ?{spoken.pattern_of('of_room')})?(?: {rooms})? {since} (?:{rooms} )?{_ONE}")


@cache
def _between_numbers() -> re.Pattern[str]:
    """The same of numbers that can be nothing but places: `101 to 103`, `101-103`."""
    through, rooms = map(spoken.pattern_of, ("through", "room_words"))
    return re.compile(rf"{_A_NUMBER}(?: {through} (?:{rooms} )?| ?- ?){_A_NUMBER}")


_A_NUMBER = r"(?<![\d:.])\|?\d{1,4}(?![\d:.%])"
_ONE = rf"(?:{_A_NUMBER}|\|)"


@cache
def _from_to() -> re.Pattern[str]:
    """Matches the first and the last of places that were not marked: `gate dekhi hall samma`."""
    since, until = map(spoken.pattern_of, ("since", "as_far_as"))
    return re.compile(rf"\b([a-z]+(?: ko [a-z]+)?) {since} ([a-z]+(?: ko [a-z]+)?) ?{until}")


@cache
def _of_somebody() -> re.Pattern[str]:
    """Matches an owner before what is owned: `babu ko `, `babuko `; not the grandfather (baje) of `9 baje ko`."""
    return re.compile(rf"(?<![a-z\d])(?<!\d )([a-z]{{3,}}?) ?{spoken.pattern_of('of_room')} $")
