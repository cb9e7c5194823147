"""The places that an answer names and does no more: `hall`, `in the kitchen`, `baithak ko jhumar`, `hall ra kausi`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from batti import lexicon, meaning, spoken
from batti.command import Command, one_form
from batti.home import Entity, Home
from batti.lamps import Place
from batti.lookup import Lookup, lookup_of
from batti.schema import ALL, HERE
from batti.serve import asking
from batti.serve.consent import is_yes
from batti.sound import fold
from batti.text import normalize

_SHORT = 3  # words, at most, of a name in an answer, but for those that say nothing
_SHORT_OF_A_LAMP = 5  # ... of a lamp and its room
_SURE = 0.97  # certainty from which nothing but a name was said
_SURE_OF_BOTH = 0.7  # ... of a lamp, where its room is named surely
_MARKS = " .!?"


def named(home: Home, said: str) -> tuple[Place, ...]:
    """What a few words name: rooms, groups, lamps or `all`. More than names names nothing here: `hall hoina` means
    another, and `hall nibhau` is a sentence of its own."""
    words, lookup = normalize(said).strip(_MARKS), lookup_of(home)
    if whole := _one(words.replace(",", " ").split(), lookup):  # a name may have an and in it
        return (whole,)
    each = [_one(some.split(), lookup) for some in _joint().split(words)]
    found = [one for one in each if one is not None]
    return tuple(dict.fromkeys(found)) if len(found) == len(each) else ()


def is_here(home: Home, said: str) -> bool:
    """Whether an answer names no place but the one where the speaker is: `yaha`, `yo kotha`."""
    return lookup_of(home).find(normalize(said).strip(_MARKS))[0] == HERE


def is_of_them(said: str) -> bool:
    """Whether an answer means all that it was asked about: `dubai`, `both of them`, `duitai batti`."""
    words = f" {normalize(said).strip(_MARKS)} "
    rest = _them().sub(" ", words)
    return rest != words and all(word in _beside_all() or is_yes(word) for word in rest.split())


def at(command: Command, places: Sequence[Place], home: Home) -> Command:
    """The command with these places for `here`."""
    if not places or HERE not in command.rooms:
        return command
    moved = [
        action.to_dict() | where
        for action in command.actions
        for where in (map(key_of, places) if action.room == HERE else ({},))
    ]
    return Command.from_dict({"actions": one_form(moved)}, groups=home.group_names)


def key_of(place: Place) -> dict[str, str]:
    """How an action tells a place."""
    if isinstance(place, str):
        return {"room": place}
    return {"room": place.room, "light": place.name} if place.room else {"room": place.name}


def _one(words: Sequence[str], lookup: Lookup) -> Place | None:
    """The place that the words name, whatever stands before and behind a name in an answer."""
    ways = (words, _without_what_is_outside(words))
    return next((place for way in ways if (place := _named(way, lookup) or _lamp_in_its_room(way, lookup))), None)


def _without_what_is_outside(words: Sequence[str]) -> Sequence[str]:
    """`kitchen` of `in the kitchen please` and of `ho, kitchen`."""
    before = {*lexicon.load().frames["before_its_room"], *asking.words("beside_a_name")}
    while len(words) > 1 and (words[0] in before or is_yes(words[0])):
        words = words[1:]
    behind = {*lexicon.load().frames["endings"], *asking.words("beside_a_name")}
    while len(words) > 1 and (words[-1] in behind or is_yes(words[-1])):  # hall ho, aama ko kotha ko
        words = words[:-1]
    return words


def _named(words: Sequence[str], lookup: Lookup) -> Place | None:
    """What all of the words are the name of, but for what is said beside any name."""
    if words and all(word in _beside_all() or _is_all(word, lookup) for word in words):
        return ALL if any(_is_all(word, lookup) for word in words) else None
    place = _found(words, lookup) if sum(not _is_filler(word) for word in words) <= _SHORT else None
    rest = ([*words[:i], *words[i + 1 :]] for i, word in enumerate(words) if not _is_filler(word))
    own = map(normalize, place.names) if isinstance(place, Entity) else ()
    if place is None or (" ".join(words) not in own and any(some and _found(some, lookup) == place for some in rest)):
        return None
    return place


def _lamp_in_its_room(words: Sequence[str], lookup: Lookup) -> Place | None:
    """The lamp that is said with the room in which it is: `baithak ko jhumar`, `the chandelier in the living room`."""
    is_short = sum(not _is_filler(word) for word in words) <= _SHORT_OF_A_LAMP
    lamp, certainty = lookup.find(" ".join(words)) if is_short else (None, 0.0)
    if not isinstance(lamp, Entity) or lamp.kind != "light" or certainty < _SURE_OF_BOTH:
        return None
    ways = ((words[:i], words[i:]) for i in range(1, len(words)))
    for room, name in (pair for way in ways for pair in (way, way[::-1])):
        there = _named(_without_what_is_outside(room), lookup)
        called, _ = lookup.find(" ".join(name))  # lamps of one name are told apart by the room
        if isinstance(there, Entity) and there.name == lamp.room and _is_called(called, lamp):
            return lamp
    return None


def _is_called(called: Place | None, lamp: Entity) -> bool:
    return isinstance(called, Entity) and called.kind == "light" and called.name == lamp.name


def _is_all(word: str, lookup: Lookup) -> bool:
    return fold(word) in _every() or _found([word], lookup) == ALL


def _found(words: Sequence[str], lookup: Lookup) -> Place | None:
    what, certainty = lookup.find(" ".join(words))
    return what if certainty >= _SURE and what != HERE else None


def _is_filler(word: str) -> bool:
    """Whether it says nothing beside a name, with an ending that is glued to it or without: kothako."""
    endings = lexicon.load().frames["endings"]
    return word in _fillers() or any(word.removesuffix(ending) in _fillers() for ending in endings)


@cache
def _every() -> frozenset[str]:
    """Folded words for all that do not mean those that are spoken of."""
    return frozenset(meaning.every()) - {*map(fold, asking.words("of_them"))}


@cache
def _them() -> re.Pattern[str]:
    """Matches a word for all that are spoken of."""
    return re.compile(rf"(?<= )(?:{spoken.any_of(asking.words('of_them'))})(?= )")


@cache
def _joint() -> re.Pattern[str]:
    """Matches what stands between two places."""
    return re.compile(rf" ?, ?(?:and )?| (?:{'|'.join(lexicon.load().frames['between_rooms'])}) ")


@cache
def _beside_all() -> frozenset[str]:
    """What may stand beside a word for all of them and says no more: `all of the lights`, `ghar bhari`."""
    frames = lexicon.load().frames
    return _fillers() | {*frames["before_its_room"], *frames["throughout"], "them"}


@cache
def _fillers() -> frozenset[str]:
    """What may stand beside a name and says nothing: `hall ko batti`."""
    frames = lexicon.load().frames
    return frozenset((*frames["endings"], *frames["room_words"], *frames["lamp_words"]))
