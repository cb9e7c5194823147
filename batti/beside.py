"""What stands beside the words that a model marked for a place, and may belong to it.

A letter or a number (`[hostel] a`, `[kitchen] 2`), the room of a lamp (`the [chandelier] in the kitchen`): models leave
them out where no home that they learned from had the like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain

from batti import another, letters, lexicon, meaning, spoken
from batti.home import Entity
from batti.lookup import Lookup
from batti.prompt import Asked, Span
from batti.said import Said
from batti.sound import fold

_NEXT = re.compile(r" ([a-z]{1,2})(?![a-z0-9'])(?: ([a-z]+))?")
_TWO_NUMBERS = re.compile(r" (\d+) ?/ ?(\d+)(?![\d%])")
_NO_WORDS = frozenset("bcdfg")  # letters that chats use for no word, as they do k for ko, n for and, r for ra
_DIGITS, _PERCENT, _HALF_A_DAY = re.compile(r"\d+"), 100, 12
_LONGEST = 3  # words of a room that a lamp is said to be in
_SURE = 0.9  # certainty from which a room is one of the home


def letter(place: Span, said: Said) -> str:
    """The letter behind the words that were marked, which models take for an article, if it is none."""
    if behind_number := _letter_of_a_number().match(said.sentence, place[1] + 1):
        return behind_number[1] if said.text(place)[-1:].isdigit() else ""
    behind = _NEXT.match(said.sentence, place[1] + 1)
    if not behind or not letters.is_latin(behind[1]) or letters.at_end(said.text(place)):
        return ""
    is_article = behind[1] == "a" and behind[2] in lexicon.load().frames["behind_article"]
    return "" if is_article else behind[1]


def is_an_article(marked: str, lookup: Lookup) -> bool:
    """Whether a model marked a word that names are said with or without, and nothing here is told by it: the a of `a
    light off`."""
    return marked in lexicon.load().frames["dropped_words"] and lookup.find(marked)[0] is None


def is_of_a_clock(place: Span, said: Said) -> bool:
    """Whether a model marked what stands behind an hour, and nothing here is called so: the am of `6 am`."""
    text, last = said.text(place), said.around(place)[0].split()[-1:]
    is_hour = any(map(spoken.number, last)) and text in lexicon.load().times["spans"]["clock_words"]
    return is_hour and not said.lookup.is_a_name(fold(text))


def is_name(name: str, letter: str) -> bool:
    """Whether the letter behind a name is certainly part of it: no word of chats, or an a behind a word for
    a kind of place, where it is neither an article nor a hesitation."""
    frames, of_what = lexicon.load().frames, name.rpartition(" ")[2]
    return letter in _NO_WORDS or (letter == "a" and (of_what in frames["premises"] or of_what in frames["room_words"]))


def number(place: Span, said: Said) -> str:
    """The number behind the words that were marked, if it counts nothing (`hall 2 ota batti`) and is no value."""
    return _number_behind(place, said) if said.has_no_value else ""


def number_of_its_name(place: Span, said: Said) -> str:
    """The same where something is asked that a number says, and another one says it: the 2 of `bath 2 20%`."""
    behind = _number_behind(place, said)
    return "" if behind and int(behind) in set(chain.from_iterable(map(_numbers_of, said.asked))) else behind


def _number_behind(place: Span, said: Said) -> str:
    behind = _number().match(said.sentence, place[1] + 1)
    if not behind or _counts(behind) or said.text(place)[-1:].isdigit():
        return ""
    is_excepted = any(behind.start(1) == first for one in said.asked for first, _ in one.excepts)
    return "" if is_excepted else behind[1]


def _numbers_of(entry: Asked) -> Iterator[int]:
    """The numbers by which what is asked may have been said: 20 of a fifth, 6 and 18 of six in the evening."""
    for value in entry.doing.values():
        if isinstance(value, str):
            said = [*map(int, _DIGITS.findall(value))]
            yield from (n for number in said for n in (number, number % _HALF_A_DAY))
        else:
            yield round(value if value > 1 else _PERCENT * abs(value))


def side(place: Span, said: Said) -> str:
    """The side behind the words that were marked, if with it they name something else and it is no place by itself: the
    mathi of `A block mathi`."""
    behind = _side().match(said.sentence, place[1] + 1)
    if not behind or not meaning.is_a_side(fold(behind[1])) or said.lookup.is_a_name(fold(behind[1])):
        return ""
    name = said.text(place)
    is_other = said.lookup.surely(f"{name} {behind[1]}") != said.lookup.surely(name)
    return behind[1] if is_other else ""


def is_one_of_numbers(place: Span, said: Said) -> bool:
    """Whether two numbers stand behind the place that may be a half, or those of two of its kind: `bath 1/2`."""
    behind = _TWO_NUMBERS.match(said.sentence, place[1] + 1)
    return behind is not None and all(said.lookup.surely(f"{said.text(place)} {number}") for number in behind.groups())


def begun(place: Span, said: Said) -> str:
    """The word before the words that were marked, if with it they are surely a group and it alone names nothing: the up
    of `up [stair]`, that a recognizer writes apart; or if only a number was marked of what is called so."""
    before = said.around(place)[0].split()[-1:]
    if not before or not said.around(place)[0].endswith(" ") or spoken.number(before[0]):
        return ""
    if fold(before[0]) in meaning.every():  # `both [dorm a] and dorm c` are not the dorms
        return ""
    both = said.lookup.surely(f"{before[0]} {said.text(place)}")
    if both is None or both == said.lookup.surely(said.text(place)):  # `second floor ko [101]`
        return ""
    if spoken.number(said.text(place)):
        return before[0]
    if both.kind != "group":
        return ""
    return before[0] if said.lookup.find(before[0])[0] is None and not meaning.is_known(fold(before[0])) else ""


def numbered(said: Said) -> Entity | None:
    """What is told by a number of several words, none of which a model marked: `one o one off`."""
    if not (said.has_no_value and said.has_no_time):
        return None
    words = said.without_places.split()
    numbers = [at for at, word in enumerate(words) if spoken.number(word)]
    between = lexicon.load().frames["nought"]
    first, last = (numbers[0], numbers[-1]) if numbers else (0, 0)
    if first == last or not all(at in numbers or words[at] in between for at in range(first, last)):
        return None
    return said.lookup.surely(" ".join(words[first : last + 1]))


def has_number(sentence: str) -> bool:
    """Whether a number stands there that counts nothing."""
    return any(not _counts(found) for found in _number().finditer(f" {sentence}"))


def _counts(number: re.Match[str]) -> bool:
    return number[2] in lexicon.load().frames["counted"]


def room(found: Entity, place: Span, said: Said) -> str:
    """Of a lamp the words of a room that it is said to be in and that is not its own, if there are such; they are no
    other entry's place."""
    if found.kind != "light":
        return ""
    before, behind = said.around(place)
    right_behind = (inside[1] for pattern in _room_behind() if (inside := pattern.match(behind)))
    ways = [way for way in right_behind if _is_a_room(way, said)]
    if inside := _before_its_room().match(behind):
        words = behind[inside.end() :].split()[:_LONGEST]
        ways += [" ".join(words[:n]) for n in range(len(words), 0, -1)]
    if lying := _lying_in().search(before):
        ways += spoken.last_words(before[: lying.start()].split(), _LONGEST)
    for way in ways:
        named, sure = said.lookup.find(way)
        if isinstance(named, Entity) and sure > _SURE and named.kind == "room":
            return way if named.name != found.room else ""
        telling = [word for word in spoken.words_of(way) if not meaning.is_light(word)]
        if named is None and telling and all(meaning.is_place(word) or meaning.is_person(word) for word in telling):
            return way
    return ""


@cache
def _side() -> re.Pattern[str]:
    return re.compile(rf" (?:{spoken.pattern_of('of_room')} )?([a-z]+)\b")


@cache
def _number() -> re.Pattern[str]:
    """Matches a number that may be part of a name, and the word behind it: ` nambar 2 ko`."""
    return re.compile(rf" (?:{spoken.pattern_of('before_number')}\.? )?([1-9]\d{{0,2}})(?![\d%:./])(?: ([a-z]+))?")


@cache
def _letter_of_a_number() -> re.Pattern[str]:
    """Matches a letter of another alphabet that may belong to a number before it: ` kha`."""
    return re.compile(rf" ({spoken.pattern_of('letters')})(?![a-z0-9'])")


@cache
def _before_its_room() -> re.Pattern[str]:
    """Matches what stands between a lamp and its room: `light in the`."""
    lamp, inside = map(spoken.pattern_of, ("lamp_words", "inside_its_room"))
    return re.compile(rf"(?: {lamp})?(?: {inside})+ ")


def _is_a_room(way: str, said: Said) -> bool:
    """Whether the words are those of a room, here or anywhere: the aadha of `jhumar aadha ma` only sounds like one."""
    words, frames = way.split(), lexicon.load().frames
    if not {*frames["switches"], *frames["between_rooms"]}.isdisjoint(words):  # `jhumar bal bathroom ma nibhau`
        return False
    is_place = any(word in another.written_places() or meaning.is_room(fold(word)) for word in words)
    return is_place or said.lookup.surely(way) is not None


@cache
def _room_behind() -> list[re.Pattern[str]]:
    """Match a room right behind its lamp, by as many words as a name may have: ` bathroom ma`, ` didi ko kothama`."""
    lamp, inside = map(spoken.pattern_of, ("lamp_words", "in_a_room"))
    names = (rf"[a-z]+(?: [a-z0-9]+){{{more}}}" for more in reversed(range(_LONGEST)))
    return [re.compile(rf"(?: {lamp})? ({name}) ?{inside}\b") for name in names]


@cache
def _lying_in() -> re.Pattern[str]:
    """Matches what stands between a room and the lamp in it: `ma bhako`."""
    lying, inside = map(spoken.pattern_of, ("lying_in", "in_a_group"))
    return re.compile(rf"(?: {inside})? {lying} $")
