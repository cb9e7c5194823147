"""Random homes: rooms, named lights and groups under known, composed and invented names.

A model that sees a new home with every few sentences learns to read a home instead of knowing one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import product
from random import Random
from typing import Any

from batti.dataset import names
from batti.home import Home
from batti.lexicon import Concept, Lexicon, key, script_of
from batti.lexicon_shape import SCRIPTS
from batti.spoken import initials, translations
from batti.text import is_devanagari


@dataclass
class Thing:
    """One room, named light or group: what the home file lists and what people may say besides."""

    kind: str  # "room", "light" or "group"
    listed: list[str]
    concept: Concept
    room: int = -1  # of a light: index of its room
    rooms: list[int] = field(default_factory=list)  # of a group
    _scripts: dict[str, list[str]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        return self.listed[0]

    def listed_in(self, script: str) -> list[str]:
        """The listed names in a script (`roman` or `deva`)."""
        if script not in self._scripts:
            self._scripts[script] = [name for name in self.listed if script_of(name) == script]
        return self._scripts[script]


@dataclass
class RandomHome:
    things: list[Thing]
    owner: dict[str, int]  # normalized way of saying -> index of the thing

    @cached_property
    def run_together(self) -> frozenset[str]:
        """Every way of naming its things, without spaces, as a listener may hear them."""
        return frozenset(name.replace(" ", "") for name in self.owner)

    @cached_property
    def group_names(self) -> frozenset[str]:
        return frozenset(thing.name for thing in self.things if thing.kind == "group")

    def called(self, known: float, rng: Random) -> list[tuple[str, str]]:
        """The listed names with their kinds, and what else a share of the things may be called."""
        said: list[tuple[str, str]] = []
        for thing in self.things:
            words = (*thing.listed, *thing.concept.words) if rng.random() < known else thing.listed
            said += [(word, thing.kind) for word in words]
        return said

    def to_dict(self) -> dict[str, Any]:
        """The home as plain data, as `Home` reads it."""
        rooms: dict[int, dict[str, Any]] = {i: _named(self.things[i]) for i in self.of_kind("room")}
        for i in self.of_kind("light"):
            rooms[self.things[i].room].setdefault("lights", []).append(_named(self.things[i]))
        groups = [
            _named(self.things[i]) | {"rooms": [self.things[r].name for r in self.things[i].rooms]}
            for i in self.of_kind("group")
        ]
        return {"name": "home", "rooms": list(rooms.values())} | ({"groups": groups} if groups else {})

    def of_kind(self, kind: str) -> list[int]:
        return [i for i, thing in enumerate(self.things) if thing.kind == kind]


def _named(thing: Thing) -> dict[str, Any]:
    aliases = list(dict.fromkeys(thing.listed[1:]))
    return {"name": thing.name} | ({"aliases": aliases} if aliases else {})


_SERIES = (*[0] * 15, 1, 1, 1, 1, 2)  # rooms of one kind that a home has, told apart by number or letter: how many such


def _room_concept(lexicon: Lexicon, rng: Random, family: bool, alike: Sequence[names.Series]) -> Concept:
    """A room, of a lexicon without people or numbered rooms a place."""
    concept = _any_room(lexicon, rng, family, alike)
    return concept if concept.words else rng.choice(lexicon.places)


def _any_room(lexicon: Lexicon, rng: Random, family: bool, alike: Sequence[names.Series]) -> Concept:
    roll = rng.random()
    if roll < (0.45 if family else 0.08):
        return names.person_room(names.one_of(lexicon.people, rng), lexicon)
    if roll < 0.65 and alike:
        return rng.choice(alike).room(lexicon, rng) if rng.random() < 0.8 else names.numbered_room(lexicon, rng)
    if rng.random() < 0.08:
        return names.adjective_room(lexicon, rng)
    if rng.random() < 0.13:
        return names.invented(lexicon, rng)
    common = lexicon.frames["common"]
    if rng.random() < 0.45 and common:
        wanted = rng.choice(common)
        return next((c for c in lexicon.places if c.id == wanted), rng.choice(lexicon.places))
    return rng.choice(lexicon.places)


def _group_concept(lexicon: Lexicon, rng: Random) -> Concept:
    common = lexicon.frames["common_groups"]
    groups = [g for g in lexicon.groups if g.id in common] if rng.random() < 0.5 and common else lexicon.groups
    return names.one_of(groups, rng)


def _listed(concept: Concept, rng: Random) -> list[str]:
    """The name and aliases that the home's owner wrote down: some of the words, in some scripts."""
    words = list(concept.words)
    names = concept.en or concept.ne or concept.deva
    name = rng.choice(names) if rng.random() < 0.8 else rng.choice(words)
    count = min(len(words) - 1, rng.choice((0, 1, 2, 3, 3, 4, 5, 6)))
    aliases = [w for w in rng.sample(words, min(len(words), count + 1)) if w != name][:count]
    return [name, *aliases]


class _Builder:
    def __init__(self, lexicon: Lexicon, rng: Random) -> None:
        self.lexicon, self.rng = lexicon, rng
        self.home = RandomHome([], {})
        self.taken: set[str] = set()  # ids of the concepts that the home has

    def add(self, kind: str, concept: Concept, room: int = -1, rooms: Iterable[int] = ()) -> bool:
        """Add a thing unless one of its ways of being said belongs to another already."""
        near = self.lexicon.near.get(concept.id, frozenset())
        if near & self.taken and self.rng.random() < 0.5:
            return False
        if near and not near & self.taken and self.rng.random() < 0.3:
            concept = self._united(concept, near)
        keys = concept.keys
        if not keys or not self.home.owner.keys().isdisjoint(keys):
            return False
        index = len(self.home.things)
        self.home.owner.update(dict.fromkeys(keys, index))
        self.taken.add(concept.id)
        listed = _listed(concept, self.rng)
        if self.rng.random() < 0.08:
            listed += self._foreign(index)
        if self.rng.random() < 0.2:
            listed += self._owner(concept, index)
        if self.rng.random() < 0.03:
            listed += self._short(listed[0], index)
        self.home.things.append(Thing(kind, listed, concept, room, list(rooms)))
        return True

    def _united(self, concept: Concept, near: frozenset[str]) -> Concept:
        """The concept with the words of one that many homes do not tell from it."""
        others = [c for c in self.lexicon.places if c.id in near]
        if not others:
            return concept
        other = self.rng.choice(others)
        self.taken.add(other.id)
        return Concept(concept.id, concept.en + other.en, concept.ne + other.ne, concept.deva + other.deva)

    def _foreign(self, index: int) -> list[str]:
        """A family's own word for the thing, which elsewhere means something else or nothing."""
        rng, lexicon = self.rng, self.lexicon
        pool = names.invented(lexicon, rng) if rng.random() < 0.5 else rng.choice(lexicon.places)
        word = rng.choice(pool.words or ("",))
        if not word or key(word) in self.home.owner or pool.id in self.taken:
            return []
        self.home.owner[key(word)] = index
        self.taken.add(pool.id)
        return [word]

    def _short(self, name: str, index: int) -> list[str]:
        """An alias of a letter or two: lr, k, br1."""
        short = initials(name) or key(name)[:1]
        if not short.isascii() or not short or self.home.owner.setdefault(short, index) != index:
            return []
        return [short]

    def _owner(self, room: Concept, index: int) -> list[str]:
        """The person alone, by whom many call the room: `dai` for `dai ko kotha`."""
        person = names.person_of(room, self.lexicon)
        word = self.rng.choice(person.words) if person else ""
        if not word or self.home.owner.setdefault(key(word), index) != index:
            return []
        return [word]


def random_home(lexicon: Lexicon, rng: Random, max_names: int = 110) -> RandomHome:
    """A home of 1 to about 30 rooms, with named lights and groups more often than not."""
    build = _Builder(lexicon, rng)
    home = build.home
    wanted = rng.choice((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11, 12, 13, 14, 16, 18, 22, 28))
    family = rng.random() < 0.3
    alike = [*filter(None, (names.series(lexicon, rng) for _ in range(rng.choice(_SERIES))))]
    for _ in range(wanted * 2):
        if len(home.things) >= wanted:
            break
        build.add("room", _room_concept(lexicon, rng, family, alike))
    if rng.random() < 0.3:
        bedroom = next((t for t in home.things if t.concept.id == "bedroom"), None)
        alone = lexicon.frames["alone"]
        if bedroom and alone and home.owner.keys().isdisjoint(map(key, alone)):
            word = rng.choice(alone)
            bedroom.listed.append(word)
            home.owner[key(word)] = home.things.index(bedroom)
    rooms = home.of_kind("room")
    if rng.random() < 0.65:
        for _ in range(rng.choice((1, 1, 2, 3, 4))):
            concept = names.invented(lexicon, rng) if rng.random() < 0.1 else rng.choice(lexicon.lights)
            build.add("light", concept, room=rng.choice(rooms))
    if len(rooms) > 2 and rng.random() < 0.6:
        for _ in range(rng.choice((1, 2, 2, 3))):
            some = sorted(rng.sample(rooms, rng.randint(2, min(5, len(rooms)))))
            build.add("group", _group_concept(lexicon, rng), rooms=some)
    _trim(home, max_names)
    return home


def known(home: Home) -> RandomHome:
    """Somebody's own home, to say phrases over: its names, and what the lexicon has for them besides."""
    things: list[Thing] = []
    rooms = {room.name: i for i, room in enumerate(home.rooms)}
    for entity in home.entities():
        words = [*entity.names, *sorted(translations(*entity.names))]
        said: dict[str, list[str]] = {script: [] for script in SCRIPTS}
        for word in dict.fromkeys(words):
            said["deva" if is_devanagari(word) else "ne"].append(word)
        concept = Concept(f"home:{entity.name}", *(tuple(said[script]) for script in SCRIPTS))
        things.append(Thing(entity.kind, list(entity.names), concept, rooms.get(entity.room or "", -1)))
    for thing, group in zip([t for t in things if t.kind == "group"], home.groups, strict=True):
        thing.rooms = sorted(rooms[name] for name in group.rooms)
    owner = {k: i for i, thing in reversed([*enumerate(things)]) for k in thing.concept.keys}
    return RandomHome(things, owner)


def _trim(home: RandomHome, max_names: int) -> None:
    """Shorten the longest alias lists until the home has at most `max_names` names."""
    while sum(len(t.listed) for t in home.things) > max_names:
        max(home.things, key=lambda t: len(t.listed)).listed.pop()


@cache
def _common_names(lexicon: Lexicon) -> frozenset[str]:
    """What every home has: the house, the room that one is in, and light of every colour (`the blue light`)."""
    colors = (said for by_script in lexicon.colors.values() for words in by_script.values() for said in words)
    colored = (f"{color} {lamp}" for color, lamp in product(colors, lexicon.frames["lamp_words"]))
    here = (name for kind in ("whole", "here") for name in lexicon.frames[kind])
    return frozenset(map(key, (*here, *colored)))


def stranger(home: RandomHome, lexicon: Lexicon, rng: Random, kind: str) -> Concept | None:
    """A place or light that the home does not have, likelier than not to resemble what it has."""
    spoken = home.run_together
    for _ in range(12):
        roll = rng.random()
        if kind == "light":
            concept = rng.choice(lexicon.lights)
        elif kind == "group":
            concept = names.one_of(lexicon.groups, rng)
        elif roll < 0.15:
            concept = names.person_room(names.one_of(lexicon.people, rng), lexicon)
        elif roll < 0.25:
            concept = names.numbered_room(lexicon, rng)
        elif roll < 0.30:
            concept = names.adjective_room(lexicon, rng)
        elif roll < 0.36:
            concept = names.one_of(lexicon.groups, rng)
        elif roll < 0.42:
            concept = names.invented(lexicon, rng)
        elif roll < 0.52:
            concept = names.elsewhere(home.things[rng.choice(home.of_kind("room"))].concept, lexicon)
        else:
            concept = rng.choice(lexicon.places)
        near = lexicon.near.get(concept.id, frozenset())
        if not concept.keys or not concept.keys.isdisjoint(_common_names(lexicon)):
            continue
        confusable = any(k.replace(" ", "") in spoken for k in concept.keys)
        if not confusable and not any(t.concept.id in near for t in home.things):
            return concept
    return None
