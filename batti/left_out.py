"""What a sentence says of a place and the answer does not hold: a lamp told apart, one of two places.

The contract has no form for either: `baithak nibhau, jhumar bahek`, `hall athawa kitchen bala`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from itertools import pairwise

from batti import another, lexicon, meaning, spoken, told
from batti.lookup import Lookup
from batti.prompt import Asked
from batti.said import Said
from batti.sound import fold

_SAME = 0.9  # likeness of a word to one of a lamp's name from which it is that


def is_a_lamp_apart(rooms: Collection[str], said: Said) -> bool:
    """Whether a lamp of one of these rooms, which are meant as a whole, is named besides."""
    if not any(entity.kind == "light" and entity.room in rooms for entity in said.lookup.entities):
        return False
    words = spoken.words_of(said.without_places)
    contrasted = (found[1] for found in _apart().finditer(said.without_places))
    apart = [spoken.words_of(one) for one in contrasted if one.split()[-1] not in spoken.endings()]  # `kotha ma chai`
    return any(
        _stands_in(name, words) or any(_ends_alike(_telling(name), one) for one in apart)
        for name in _lamps(rooms, said.lookup)
    )


def is_a_number_left_out(said: Said) -> bool:
    """Whether one of several that are told by their numbers is named with a value behind it, and nothing asked of it:
    the first of `bath 1 20 bath 2 40`."""
    names = {tuple(spoken.words_of(name)) for one in said.lookup.entities for name in one.names}
    named = (found[1] for found in _numbered_with_a_value().finditer(said.without_places))
    return bool(said.spans) and any(tuple(spoken.words_of(name)) in names for name in named)


def is_a_place_left_out(said: Said) -> bool:
    """Whether a place that the home does not have is switched in a part of its own of the sentence, and nothing asked
    of it: the terrace of `hall off, terrace off`; unless something is corrected."""
    if not said.spans or not meaning.denials().isdisjoint(map(fold, said.sentence.split())):
        return False
    switched = (found[1] for found in _switched().finditer(said.without_places))
    rooms, closed = another.written_places(), lexicon.load().frames["premises"]  # `pasal banda`
    return any(word in rooms and word not in closed and said.lookup.find(word)[0] is None for word in switched)


@cache
def _switched() -> re.Pattern[str]:
    return re.compile(rf"(?:^|[,.;] ?|\b{spoken.pattern_of('between_rooms')} )(?:the )?([a-z]+){spoken.switched()}")


def is_anothers_level(entry: Asked, said: Said) -> bool:
    """Whether a level is asked of a place behind which another number stands that may be one: the 40 of `upper deck
    20, lower 40`; or the number of one of its kind was taken for a level: `cottage ek haina dui`."""
    if isinstance(entry.place, str) or "brightness" not in entry.doing:
        return False
    level, behind = round(100 * entry.doing["brightness"]), said.around(entry.place)[1]
    right_behind = _level_behind().match(behind)
    before = re.search(rf"([a-z]+) {level}(?!\d)", behind)
    is_behind_another = before and (meaning.adjective(fold(before[1])) or meaning.is_a_side(fold(before[1])))
    if right_behind and int(right_behind[1]) != level and is_behind_another:
        return True
    is_told = level < told.LOW_LEVEL and not _percent(level).search(spoken.with_digits(said.sentence))
    return is_told and said.lookup.surely(f"{said.text(entry.place)} {level}") is not None


@cache
def _level_behind() -> re.Pattern[str]:
    """Matches two digits right behind a place that count nothing: ` 20`."""
    return re.compile(rf" (\d\d)(?![\d:./]| ?{spoken.pattern_of('counted')}\b)")


@cache
def _percent(level: int) -> re.Pattern[str]:
    return re.compile(rf"(?<!\d){level} ?(?:%|p[aei]?r|pratis|pct)")


@cache
def _numbered_with_a_value() -> re.Pattern[str]:
    """Matches what is called by a number, before another number that counts nothing: `bath 1 20`."""
    return re.compile(rf"(?<![a-z])([a-z]+ \d+) \d+(?![\d:./]| ?{spoken.pattern_of('counted')}\b)")


def is_one_of_two(said: Said) -> bool:
    """Whether something is to be done in one of two places that were marked, whichever: `hall athawa kitchen`."""
    if all(one.doing["action"] == "get_state" for one in said.asked):
        return False
    between = (said.sentence[last + 1 : first] for (_, last), (first, _) in pairwise(said.spans))
    return any(map(_either().fullmatch, between))


def _lamps(rooms: Collection[str], lookup: Lookup) -> Iterator[list[str]]:
    """Folded words of the names of their lamps that tell one: of jhumar, not of light 2."""
    for lamp in lookup.entities:
        if lamp.kind == "light" and lamp.room in rooms:
            for words in map(spoken.words_of, lamp.names):
                if not all(meaning.is_light(word) or word.isdigit() for word in words):
                    yield words


def _stands_in(name: list[str], words: list[str]) -> bool:
    """Whether a name is among the words, and nobody who is called by it: `Ranjana bahini, studio nibhau`."""
    ends = (at + len(name) for at in range(len(words) - len(name) + 1) if words[at : at + len(name)] == name)
    return not all(any(map(spoken.is_title, words[end : end + 1])) for end in ends)


def _telling(name: list[str]) -> list[str]:
    """What of a lamp's name is said without the word for a lamp: padhne of `padhne batti`."""
    return [word for word in name if not meaning.is_light(word)]


def _ends_alike(telling: list[str], words: list[str]) -> bool:
    last = words[-len(telling) :]
    return len(last) == len(telling) and all(map(_is_same, telling, last))


def _is_same(word: str, said: str) -> bool:
    return meaning.alike(word, said) >= _SAME


@cache
def _apart() -> re.Pattern[str]:
    """Matches what is excepted, or contrasted with what was said before: `padhne bahek`, `padhne chai nanibhau`."""
    lamp, but = map(spoken.pattern_of, ("lamp_words", "told_apart"))
    return re.compile(rf"([a-z]+(?: [a-z]+){{0,2}}?)(?: {lamp})? {but}\b")


@cache
def _either() -> re.Pattern[str]:
    """Matches what stands between two places of which either is meant: ` ko batti athawa `."""
    of, lamp, either = map(spoken.pattern_of, ("of_room", "lamp_words", "either"))
    return re.compile(rf"(?: ?{of})?(?: {lamp})? {either} (?:the )?")
