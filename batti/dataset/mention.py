"""How people name the things of a home: as listed, by another word, cut short, by initials, with a title."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from batti.dataset import names
from batti.dataset.homes import RandomHome
from batti.lexicon import Concept, Lexicon, key
from batti.spoken import initials


def mention(home: RandomHome, index: int, script: str, english: bool, lexicon: Lexicon, rng: Random) -> str:
    """How somebody names a thing of the home: as listed, by a synonym, or cut short."""
    thing = home.things[index]
    listed = thing.listed_in(script)
    words = names.spoken_words(thing.concept, script, english, rng)
    roll = rng.random()
    if roll < 0.015 and script == "roman" and (short := _only_initials(home, index)):
        return short
    if 0.015 < roll < 0.04 and (titled := _titled(home, index, script, lexicon, rng)):
        return titled
    if roll < 0.04:
        pool: Sequence[str] = thing.listed
    elif listed and (roll < 0.62 or not words):
        pool = listed
    else:
        pool = words or thing.listed
    said = pool[int(rng.random() * len(pool))]
    if rng.random() < 0.12:
        short = names.shorten(said, lexicon)
        if short and home.owner.get(key(short), index) == index:
            return short
    return said


def _only_initials(home: RandomHome, index: int) -> str:
    """The initials of the thing's name, where they are nothing else's."""
    short = initials(home.things[index].name)
    others = (name for i, thing in enumerate(home.things) if i != index for name in thing.listed)
    if not short.isascii() or home.owner.get(short, index) != index or short in map(initials, others):
        return ""
    return short


def _titled(home: RandomHome, index: int, script: str, lexicon: Lexicon, rng: Random) -> str:
    """Somebody's room with what he or she is called besides, where it is somebody's: `Ramesh dai ko kotha`."""
    thing, titles = home.things[index], lexicon.frames["titles"]
    person = names.person_of(thing.concept, lexicon)
    called = map(key, (*titles["roman"], *titles["deva"]))
    if person is None or not titles[script] or not person.keys.isdisjoint(called):
        return ""
    said = next((name for name in thing.listed_in(script) for word in person.words if name.startswith(word)), "")
    titled = with_title(said, person, titles[script], rng)
    return titled if home.owner.get(key(titled), index) == index else ""


def with_title(said: str, person: Concept, titles: Sequence[str], rng: Random) -> str:
    """What begins with the person's name, with a title behind that; nothing where it does not."""
    word = max((word for word in person.words if said.startswith(word)), key=len, default="")
    return f"{word} {rng.choice(titles)}{said[len(word):]}" if word else ""
