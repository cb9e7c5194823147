"""What a sentence says of a place and the answer does not hold: a lamp told apart, one of two places.

The contract has no form for either: `baithak nibhau, jhumar bahek`, `hall athawa kitchen bala`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from itertools import pairwise

from batti import meaning, spoken
from batti.lookup import Lookup
from batti.said import Said


def is_a_lamp_apart(rooms: Collection[str], said: Said) -> bool:
    """Whether a lamp of one of these rooms, which are meant as a whole, is named besides."""
    if not any(entity.kind == "light" and entity.room in rooms for entity in said.lookup.entities):
        return False
    words = spoken.words_of(said.without_places)
    return any(_stands_in(name, words) for name in _lamps(rooms, said.lookup))


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
    return any(words[at : at + len(name)] == name for at in range(len(words) - len(name) + 1))


@cache
def _either() -> re.Pattern[str]:
    """Matches what stands between two places of which either is meant: ` ko batti athawa `."""
    of, lamp, either = map(spoken.pattern_of, ("of_room", "lamp_words", "either"))
    return re.compile(rf"(?: ?{of})?(?: {lamp})? {either} (?:the )?")
