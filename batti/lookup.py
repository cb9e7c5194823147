"""What somebody called a place, found among the names of a home by sound and spelling.

Names are compared word by word (`sound` says how alike two words are); words that tell little (kotha,
room, ko) hardly count. The best name wins if it is close enough.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from batti import lexicon, sound
from batti.gazetteer import Gazetteer
from batti.home import Entity, Home
from batti.schema import ALL, HERE
from batti.text import normalize

ENOUGH = 0.76
"""The least similarity (0 to 1) at which a name counts as said; tuned on generated homes."""
_NEAR, _NEARLY_AS_NEAR = 0.62, 0.1  # similarity at which a name is worth asking about, and how far behind the best
_SURE = 0.95  # similarity from which a home's own name comes before the common names
_WORD = 0.5  # similarity of two words from which they may be partners
_JOINED = 0.98  # words run together
_WORD_FOR_WORD = 1.01  # the very words of a name: before one of the same words in another order
_NEARLY = 0.9  # similarity from which whole names, light words included, may be compared
_PART = 0.82  # what a part of a name (`cabin` for `CEO cabin`) counts
_CONTRARY = 0.7  # what a name counts whose adjective is another, or that is somebody's
_READING = 1e-4  # what a later reading of what was said counts less
_STRANGER = 0.8  # of what is found nowhere: the rest is in the home by a name that nobody listed; see docs/log.md
_REMEMBERED = 1024  # things said whose look-up is kept
_ACROSS = 0.86  # what the words of several names of one thing count together


@dataclass(frozen=True)
class _Name:
    """One way of naming an entity: its telling words, and the rest."""

    entity: int
    telling: tuple[str, ...]
    light: frozenset[str]
    joined: str  # the telling words as one
    whole: str  # all the words as one
    digits: str
    factor: float = 1.0

    @classmethod
    def of(cls, entity: int, *parts: Sequence[str], factor: float = 1.0) -> _Name:
        """A name of one part, or of two: a light's after its room's. Each part tells something."""
        words = [word for part in parts for word in part]
        telling = tuple(dict.fromkeys(word for part in parts for word in _telling(part)))
        joined = "".join(telling)
        light = frozenset(sound.adjective(word) or word for word in words if word not in telling)
        return cls(entity, telling, light, joined, "".join(words), re.sub(r"\D", "", joined), factor)


def _telling(words: Sequence[str]) -> Sequence[str]:
    return [word for word in words if not sound.is_light(word)] or words


def _matched(said: _Name, name: _Name) -> float:
    """Sum of the similarities of words that are each other's best free partner."""
    if len(said.telling) == len(name.telling) == 1:
        return sound.alike(said.telling[0], name.telling[0])
    pairs = [(sound.alike(a, b), i, j) for i, a in enumerate(said.telling) for j, b in enumerate(name.telling)]
    total, left, right = 0.0, set(range(len(said.telling))), set(range(len(name.telling)))
    for alike, i, j in sorted(pairs, reverse=True):
        if alike < _WORD:
            break
        if i in left and j in right:
            left.remove(i)
            right.remove(j)
            total += alike
    return total


def similarity(said: _Name, name: _Name) -> float:
    """How much `said` is `name`, 0 to 1, a little more word for word: by its telling words, by these run
    together, or as a part.

    The other words (kotha, room, ko) only decide between names that are otherwise alike.
    """
    matched = _matched(said, name)
    score = 2 * matched / (len(said.telling) + len(name.telling))
    if said.digits == name.digits:
        whole = sound.spelled_alike(said.whole, name.whole)
        if whole == 1.0:
            return name.factor * _WORD_FOR_WORD
        if not _differ(said, name):
            joined = sound.spelled_alike(said.joined, name.joined)
            score = max(score, _JOINED * joined, _JOINED * whole if whole > _NEARLY else 0.0)  # `shrineroom`
    if len(name.telling) > len(said.telling) and (not said.joined.isdigit() or _is_its_number(said, name)):
        score = max(score, _PART * matched / len(said.telling))
    missing = len(said.light ^ name.light) / (1 + len(said.light | name.light))
    other = _CONTRARY if _contrary(said.light, name.light) or _owned(said, name) else 1.0
    return name.factor * score * (1 - 0.03 * missing) * other


def _differ(said: _Name, name: _Name) -> bool:
    """Whether a word of what was said, as long as the name, means something else than every word of it."""
    if len(said.telling) != len(name.telling):
        return False
    return any(all(sound.differ(word, other) for other in name.telling) for word in said.telling)


def _owned(said: _Name, name: _Name) -> bool:
    """Whether somebody is named whom the name does not have: Sita's small shop is not the small shop."""
    if float(OSA.normalized_similarity(said.joined, name.joined)) >= ENOUGH:  # `re sep son`
        return False
    people = filter(sound.is_person, said.telling)
    return any(all(sound.alike(one, word) < ENOUGH for word in name.telling) for one in people)


def _contrary(said: frozenset[str], name: frozenset[str]) -> bool:
    """Whether both have an adjective and not the same: the new kitchen is not the old one."""
    ours, theirs = (frozenset(filter(sound.adjective, words)) for words in (said, name))
    return bool(ours and theirs) and not ours & theirs


def _is_its_number(said: _Name, name: _Name) -> bool:
    """Whether `room 3` is short for `guest room 3`, by number and kind of place, or `103` for `shop 103`."""
    return said.digits == name.digits and (bool(said.light & name.light) or len(said.digits) > 2)


class Lookup:
    """The names of one home, ready to be looked up; made once and shared."""

    def __init__(self, home: Home) -> None:
        self.entities = home.entities()
        self.groups = home.group_names
        self.rooms_of = home.rooms_of
        rooms = {e.name: e.names for e in self.entities if e.kind == "room"}
        names: dict[tuple[int, tuple[str, ...]], _Name] = {}

        def add(index: int, *said: str, factor: float = 1.0) -> None:
            parts = [part for part in map(sound.words_of, said) if part]
            words = tuple(word for part in parts for word in part)
            if words and ((index, words) not in names or names[index, words].factor < factor):
                names[index, words] = _Name.of(index, *parts, factor=factor)

        hints: dict[tuple[str, str], None] = {}
        for index, entity in enumerate(self.entities):
            for name in entity.names:
                add(index, name)
                for room in rooms.get(entity.room or "", ()):
                    add(index, room, name)
            # The names of one thing mean the same, so that their translations are much the same too.
            translated = sorted(set[str]().union(*map(sound.translations, entity.names)))
            for word in translated:
                add(index, word, factor=sound.TRANSLATED)
            hints |= {(word, entity.kind): None for word in (*entity.names, *translated)}
            if entity.kind == "group":  # `sabai pod`
                hints |= {(name[:-1], entity.kind): None for name in entity.names if name.endswith("s")}
        self.gazetteer = Gazetteer(hints)
        self._names = list(names.values())
        self._joined = [name.joined for name in self._names]
        self._read = lru_cache(maxsize=_REMEMBERED)(self._what)  # people say the same few names
        self._words: list[set[str]] = [set() for _ in self.entities]
        for named in self._names:
            self._words[named.entity].update(named.telling)
        self._by_word: dict[str, list[int]] = {}
        for i, named in enumerate(self._names):
            for word in named.telling:
                self._by_word.setdefault(word, []).append(i)
        frames = lexicon.load().frames
        self._premises = [sound.words_of(name) for name in frames["premises"]]
        self._common = {
            place: {tuple(sound.words_of(name)) for name in said}
            for place, said in ((HERE, frames["here"]), (ALL, [*frames["whole"], home.name]))
        }

    def find(self, said: str, sentence: str = "") -> tuple[Entity | str | None, float]:
        """What `said` (normalized) names, and how certain that is (0 to 1).

        An entity of the home, `here`, `all`, or None for nothing in this home. Where lights of one
        name stand in several rooms, the room that `sentence` names is meant; where nothing tells
        which, it is the first, and as uncertain as there are others.
        """
        readings, scored = self._read(said)
        best = max(scored.values(), default=0.0)
        if best < _SURE:  # a home's own name comes before the common ones
            for place, names in self._common.items():
                if any(tuple(words) in names for words in readings):
                    return place, 1.0
        if best < ENOUGH:
            if any(words[0] in sound.every() and words[1:] in self._premises for words in readings if words[1:]):
                return ALL, 1.0  # `jamma office`
            return self._all_of(readings) or (None, _STRANGER * _certainty(ENOUGH - best))
        equal = [index for index, score in scored.items() if score > best - 1e-6]
        if len(equal) > 1:
            several = self._plural(readings) if not sound.every().isdisjoint(sound.words_of(sentence)) else None
            if several:
                return several
            chosen = self._in_sentence(equal, sentence)
            return self.entities[equal[0] if chosen is None else chosen], 1 / len(equal) if chosen is None else 1.0
        others = max((score for index, score in scored.items() if index != equal[0]), default=0.0)
        return self.entities[equal[0]], _certainty(min(best - ENOUGH, best - others))

    def near(self, said: str, most: int = 3) -> list[Entity]:
        """What `said` may have been meant for, closest first, where it names nothing of this home for sure."""
        _, scored = self._read(normalize(said))
        least = max(_NEAR, max(scored.values(), default=0.0) - _NEARLY_AS_NEAR)
        close = sorted((index for index in scored if scored[index] >= least), key=lambda index: -scored[index])
        return [self.entities[index] for index in close[:most]]

    def _what(self, said: str) -> tuple[list[list[str]], dict[int, float]]:
        """The readings of what was said, and the similarity of each entity that it may be."""
        readings = [*sound.readings(said)]
        return readings, self._scored(readings)

    def _all_of(self, readings: list[list[str]]) -> tuple[Entity, float] | None:
        """The group meant by `all himals` or `sabai pod`."""
        return self._plural([words[1:] for words in readings if len(words) > 1 and words[0] in sound.every()])

    def _plural(self, readings: list[list[str]]) -> tuple[Entity, float] | None:
        """The group whose name was said, in the plural or not."""
        scored = self._scored([*readings, *([*words[:-1], f"{words[-1]}s"] for words in readings)])
        groups = {index: score for index, score in scored.items() if self.entities[index].kind == "group"}
        best = max(groups, key=lambda index: groups[index], default=0)
        return (self.entities[best], _certainty(groups[best] - ENOUGH)) if groups.get(best, 0.0) >= ENOUGH else None

    def is_device(self, said: str, sentence: str) -> bool:
        """Whether what `said` (normalized) names is a fan, a door or their like, nothing of this home, and
        the sentence is not about its light (`lift bhitra ko batti`)."""
        if any(map(sound.is_lamp, sound.words_of(sentence))):
            return False
        readings, scored = self._read(said)
        best = max(scored.values(), default=0.0)
        known = [words for words in map(tuple, readings) if words in sound.devices()]
        # What is a place too (home theatre, lift) is one where the home has it by any name.
        return any(best < (ENOUGH if sound.is_thing(words) else _SURE) for words in known)

    def _scored(self, readings: list[list[str]]) -> dict[int, float]:
        """The similarity of each entity, by its best name."""
        queries = [_Name.of(0, words) for words in readings]
        scores: dict[int, float] = {}
        for name in self._candidates(queries):
            # Every word counts before an ending is taken off: `pasal bhitra` may be a name, and `bhitra` means in.
            score = max((similarity(query, name) - i * _READING for i, query in enumerate(queries)), default=0.0)
            scores[name.entity] = max(score, scores.get(name.entity, 0.0))
        for entity, score in scores.items():
            scores[entity] = max(score, *(_ACROSS * self._across(query, entity) for query in queries))
        return scores

    def _across(self, query: _Name, entity: int) -> float:
        """How much of what was said is in the names of an entity taken together: `MD's cabin` where
        it is called CEO cabin and MD's room."""
        words = self._words[entity]
        if len(query.telling) < 2 or query.digits != "".join(w for w in query.telling if w.isdigit() and w in words):
            return 0.0
        return sum(max(sound.alike(said, word) for word in words) for said in query.telling) / len(query.telling)

    def _candidates(self, queries: list[_Name]) -> Iterator[_Name]:
        """The names that share a word with what was said, or look like it run together."""
        near: set[int] = set()
        for query in queries:
            for said in query.telling:
                for word, where in self._by_word.items():
                    if sound.alike(said, word) >= _WORD:
                        near.update(where)
            for whole in {query.joined, query.whole}:  # `baith ak`, where `baith` looks like batti
                alike = process.extract(
                    whole, self._joined, scorer=OSA.normalized_similarity, score_cutoff=_WORD, limit=None
                )
                near.update(index for _, _, index in alike)
        return (self._names[index] for index in sorted(near))

    def _in_sentence(self, equal: list[int], sentence: str) -> int | None:
        """Of entities that match alike, the one whose room is named in the sentence."""
        words = set(sound.words_of(sentence))
        for index in equal:
            room = self.entities[index].room
            spoken = (set(n.telling) for n in self._names if self.entities[n.entity].name == room)
            if any(telling <= words for telling in spoken):
                return index
        return None


def _certainty(margin: float) -> float:
    """A probability from how far a similarity is from changing the answer."""
    return 1.0 / (1.0 + math.exp(-(1.0 + 30.0 * margin)))
