"""What all is said of, where a model took it for the whole house: a group of the home, or a place that it is not.

Models learn `hostel bhari` in homes that are a hostel, and `office ko sabai` in offices.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from batti import lexicon, meaning, spoken
from batti.home import Entity
from batti.lookup import Lookup
from batti.prompt import Asked
from batti.schema import ALL
from batti.sound import fold

_SURE = 0.9  # certainty from which a group is one of the home


def group(sentence: str, lookup: Lookup) -> tuple[Entity, float] | None:
    """The group that all is said of: `hostel ko sabai batti`, `hostel bhari`, where a home has more than a hostel."""
    for found in _all_of_a_group().finditer(sentence):
        said = next(filter(None, found.groups()))
        named, sure = lookup.find(said)
        if isinstance(named, Entity) and named.kind == "group" and sure > _SURE:
            return named, sure
    return None


def without_what_is_there(asked: Sequence[Asked], sentence: str) -> Sequence[Asked]:
    """What is asked without everything, where a model took for it all that is in a place: `all rooms on [first
    floor]` is that floor."""
    said = [*re.finditer(rf"\b{spoken.pattern_of('every')}\b", sentence)]
    marked = [one.place for one in asked if not isinstance(one.place, str)]
    if len(said) != 1 or not any(_in_its_place().fullmatch(sentence[said[0].end() : first]) for first, _ in marked):
        return asked
    return [one for one in asked if one.place != ALL or one.excepts]


@cache
def _in_its_place() -> re.Pattern[str]:
    """Matches what stands between a word for all and the place in which all is meant: ` the lights on the `."""
    inside, ours = map(spoken.pattern_of, ("before_its_room", "ours"))
    return re.compile(rf"(?: [a-z]+){{0,3}} {inside} (?:(?:{inside}|{ours}) )*")


@cache
def _all_of_a_group() -> re.Pattern[str]:
    """Matches what all is said of in the genitive, or with a word for all of it behind: `hostel ko sabai`."""
    every, of, through = map(spoken.pattern_of, ("every", "of_room", "throughout"))
    return re.compile(rf"\b([a-z]{{2,}}?) ?{of} {every}\b|\b([a-z]{{3,}}?) ?{through}\b")


def is_elsewhere(sentence: str, lookup: Lookup) -> bool:
    """Whether all is said of what the home neither is nor has: `office ko sabai batti nibhau`, `all the lights in the
    office`."""
    for found in _all_of_what().finditer(sentence):
        said = next(filter(None, found.groups()))
        kinds = (all(map(_is_another_place, words)) for words in spoken.readings(said))
        if any(kinds) and lookup.find(said)[0] is None:
            return True
    return False


def is_any(sentence: str) -> bool:
    """Whether some room is meant, and not all of them: `kunai kotha ko batti bala`."""
    return bool(_any_room().search(sentence))


@cache
def _any_room() -> re.Pattern[str]:
    some, rooms = map(spoken.pattern_of, ("some", "room_words"))
    return re.compile(rf"\b{some} {rooms}")


def _is_another_place(word: str) -> bool:
    return meaning.is_of_another_house(word) or word in _premises()


@cache
def _premises() -> frozenset[str]:
    return frozenset(map(fold, lexicon.load().frames["premises"]))


@cache
def _all_of_what() -> re.Pattern[str]:
    """Matches what all is said of, in Nepali before it and in English behind it."""
    every, cases, inside, ours = map(spoken.pattern_of, ("every", "case_of_room", "before_its_room", "ours"))
    before = rf"\b([a-z]{{2,}}?) ?{cases} {every}\b"
    behind = rf"\b{every}\b.* {inside} (?:(?:{inside}|{ours}|{every}) )*([a-z]{{3,}})\b"
    return re.compile(f"{before}|{behind}")
