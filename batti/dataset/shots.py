"""Phrases of the bank said in a given home, with their labels: examples for a language model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from pydantic import ValidationError

from batti.command import Action, Command
from batti.dataset import phrases
from batti.dataset.bank import Sayable, compiled
from batti.dataset.phrases import PERSON_SLOT, PLACE_SLOTS, Meaning, kind_of
from batti.dataset.speaker import doing_of
from batti.errors import BattiError
from batti.home import Entity, Home
from batti.lexicon import script_of
from batti.lookup import Lookup
from batti.text import normalize

_SAID = 2000
"""Phrases that are tried: examples enough for a run, and a second of work."""
Chosen = Mapping[str, Entity | None]
"""What of the home stands in each place slot; None for a place that it does not have."""


@dataclass(frozen=True)
class Shot:
    sentence: str
    command: Command


class _Unfit(Exception):
    """The home cannot fill the phrase."""


class Shots:
    """Phrases of the bank that can be said in a home, each once, by language and intent."""

    def __init__(self, home: Home, english_words: frozenset[str], rng: Random) -> None:
        teller = _Teller(home, rng)
        self._said: dict[tuple[str, str], list[Shot]] = {}
        for phrase in rng.sample(phrases.load(), _SAID):
            one = compiled(phrase)
            try:
                shot = teller.tell(one)
            except _Unfit:
                continue
            language = _language(one, shot.sentence, english_words)
            self._said.setdefault((language, shot.command.intent), []).append(shot)

    def draw(self, language: str, intents: list[str], rng: Random) -> list[Shot]:
        """One for each intent that there is one for."""
        pools = [self._said.get((language, intent)) for intent in intents]
        return [rng.choice(pool) for pool in pools if pool]


def _language(one: Sayable, sentence: str, english_words: frozenset[str]) -> str:
    if one.language != "ne":
        return {"en": "english", "deva": "devanagari"}[one.language]
    words = set(re.findall(r"[a-z]+", sentence.lower()))
    return "code-mixed" if words & english_words else "romanized"


class _Teller:
    """Says phrases in one home."""

    def __init__(self, home: Home, rng: Random) -> None:
        self.home, self.rng = home, rng
        self.lookup = Lookup(home)
        entities = home.entities()
        told_apart = Counter(one.name for one in entities)
        self.things = [one for one in entities if told_apart[one.name] == 1]

    def tell(self, one: Sayable) -> Shot:
        """The phrase with places of this home and the writer's own amounts. Raises _Unfit."""
        if PERSON_SLOT in one.phrase.slots:  # a home may have nobody's room
            raise _Unfit
        chosen = self._choose(one)
        values: dict[str, Any] = {}
        words: list[str] = []
        for segment in one.phrase.segments:
            thing = chosen.get(segment.slot)
            words.append(self._mention(thing, segment.text, one.english) if thing else segment.text)
            if segment.slot and segment.slot[0] not in PLACE_SLOTS:
                kind = kind_of(segment.slot)
                values[segment.slot] = int(segment.value) if kind in ("pct", "k") else segment.value
        return Shot("".join(words), self._command(one, chosen, values))

    def _choose(self, one: Sayable) -> dict[str, Entity | None]:
        chosen: dict[str, Entity | None] = {}
        for place in one.places:
            if place.strange:
                self._check_strange(one, place.slot)
                chosen[place.slot] = None
            elif place.slot not in chosen:
                free = [t for t in self.things if t.kind == place.kind and t not in chosen.values()]
                if beside := chosen.get(place.light_of):
                    free = [t for t in free if t.room == beside.name]
                elif place.lamps > 1:
                    rooms = Counter(t.room for t in free)
                    free = [t for t in free if rooms[t.room] >= place.lamps]
                chosen[place.slot] = thing = self._pick(free)
                if place.light_of and not beside:
                    room = self._pick([t for t in self.things if t.kind == "room" and t.name == thing.room])
                    chosen[place.light_of] = room
        return chosen

    def _check_strange(self, one: Sayable, slot: str) -> None:
        said = next(s.text for s in one.phrase.segments if s.slot == slot)
        if self.lookup.find(normalize(said))[0] is not None:
            raise _Unfit

    def _pick(self, pool: list[Entity]) -> Entity:
        if not pool:
            raise _Unfit
        return self.rng.choice(pool)

    def _mention(self, thing: Entity, instead_of: str, english: bool) -> str:
        names = [name for name in thing.names if script_of(name) == script_of(instead_of)]
        return thing.name if english or not names else self.rng.choice(names)

    def _command(self, one: Sayable, chosen: Chosen, values: Mapping[str, Any]) -> Command:
        if one.phrase.kind != "act":
            return Command.none() if one.phrase.kind == "none" else Command.unknown_room()
        try:
            actions = [Action.model_validate(_action(m, chosen, values)) for m in one.phrase.meanings]
            command = Command.of(actions, self.home.group_names)
        except (BattiError, ValidationError):
            raise _Unfit from None
        if self.home.check(command):  # such as an exception that is not in the group
            raise _Unfit
        return command


def _action(meaning: Meaning, chosen: Chosen, values: Mapping[str, Any]) -> dict[str, Any]:
    thing = chosen.get(meaning.place)
    place: dict[str, Any] = {"room": thing.room or thing.name if thing else meaning.place}
    if thing and thing.kind == "light":
        place["light"] = thing.name
    excepts = [out.name for slot in meaning.excepts if (out := chosen.get(slot))]
    if excepts:
        place["except"] = excepts
    return place | doing_of(meaning, values)
