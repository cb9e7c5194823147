"""What a sentence asks for beside what the contract has a word for: `kun kun batti baleko cha?`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from batti import lexicon, meaning, spoken
from batti.home import Entity, Home
from batti.lexicon import key
from batti.lookup import lookup_of
from batti.paths import read_yaml
from batti.serve.cancelling import CallOff
from batti.serve.jobs import Job
from batti.serve.lights import lights_in
from batti.text import normalize

_LONGEST, _MOST_WORDS = 3, 24  # words of a name, and words of a sentence among which names are looked for


def asks_which(sentence: str) -> bool:
    """Whether it asks which lights are so: `kun kun batti baleko cha?`."""
    return asks_how_many(sentence) or _says("which", sentence)


def asks_how_many(sentence: str) -> bool:
    """Whether it asks for their number: `kati ota batti baleko cha?`."""
    return _says("how_many", sentence)


def asks_for_dark(sentence: str) -> bool:
    """Whether those are asked for that are off, and not those that are on."""
    frames = lexicon.load().frames
    said = {*key(normalize(sentence)).split()}
    return not said.isdisjoint(frames["is_dark"]) and said.isdisjoint(frames["is_lit"])


def asks_when(sentence: str) -> bool:
    """Whether it asks when a light will be switched: `when will the kitchen turn on?`, `batti kahile nibhchha?`."""
    return _says("when", sentence) and _says("switching", sentence)


def forbids(sentence: str) -> bool:
    """Whether it tells what is not to be done: `hall ko batti nanibhau`."""
    return _says("forbids", sentence)


def is_of_lights(sentence: str) -> bool:
    """Whether a sentence that asks nothing of the lights is about them all the same."""
    return any(map(meaning.is_lamp, spoken.words_of(normalize(sentence)))) or _says("forbids_of_lights", sentence)


def concerned(sentence: str, waiting: Sequence[Job], home: Home) -> list[Job]:
    """Which of the jobs that wait are about the places that are named in a sentence; all where none is."""
    lights = {light for place in _places(sentence, home) for light in lights_in(place, home)}
    return CallOff(frozenset(lights), every=True).among(waiting, home) if lights else [*waiting]


def _places(sentence: str, home: Home) -> list[Entity]:
    """What of the home a sentence names, by as many words as there are for it."""
    said, lookup, found, i = key(normalize(sentence)).split()[:_MOST_WORDS], lookup_of(home), [], 0
    while i < len(said):
        ways = ((many, lookup.surely(" ".join(said[i : i + many]))) for many in range(_LONGEST, 0, -1))
        many, place = next((way for way in ways if way[1]), (1, None))
        found += [place] if place else []
        i += many
    return found


def _says(kind: str, sentence: str) -> bool:
    return bool(_any_of(kind).search(key(normalize(sentence))))


@cache
def _any_of(kind: str) -> re.Pattern[str]:
    """Matches one of the words, or groups of words, of a kind; a star in them is any ending."""
    return re.compile(rf"\b{pattern_of(kind)}")


@cache
def words(kind: str) -> tuple[str, ...]:
    """The words of a kind, as they are written there."""
    data: Mapping[str, Sequence[str]] = read_yaml("replies", "asking.yaml")
    return tuple(data.get(kind, ()))


def pattern_of(kind: str) -> str:
    """The pattern of any word of a kind, up to its end."""
    said = (re.escape(key(one.rstrip("*"))) + (r"\w*" if one.endswith("*") else "") for one in words(kind))
    return rf"(?:{'|'.join(said) or '(?!)'})(?!\w)"
