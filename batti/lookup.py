"""What somebody called a place, found among the names of a home by sound and spelling.

Names are compared word by word after folding the spellings that sound alike (bh/v, chh/ch/x, aa/a).
Words that tell little (kotha, room, ko) count little; words that mean the same by the lexicon
(bhancha, kitchen; dai, brother) count as the same. The best name wins if it is close enough.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz.distance import JaroWinkler, Levenshtein

from batti import lexicon
from batti.home import Entity, Home
from batti.lexicon import Concept
from batti.schema import ALL, HERE

ENOUGH = 0.74
"""The least similarity (0 to 1) at which a name counts as said; tuned on generated homes."""
_SURE = 0.95  # similarity from which a home's own name comes before the common names
_LIGHT_WEIGHT = 0.25
_NOTHING: frozenset[str] = frozenset()
_TRANSLATED = 0.97  # a word's translation counts a little less than the word
_FOLDS = (
    ("chh", "C"), ("ch", "C"), ("x", "C"), ("sh", "s"), ("ph", "f"), ("bh", "b"), ("th", "t"),
    ("dh", "d"), ("kh", "k"), ("gh", "g"), ("jh", "j"), ("ck", "k"), ("q", "k"), ("v", "b"),
    ("w", "b"), ("z", "j"), ("aa", "a"), ("ee", "i"), ("oo", "u"), ("ou", "u"), ("ei", "ai"),
)  # fmt: skip


@lru_cache(maxsize=20000)
def fold(word: str) -> str:
    """A normalized word as it sounds: `bhanchha`, `vancha` and `bhaancha` are `banCa`."""
    for spelled, sound in _FOLDS:
        word = word.replace(spelled, sound)
    word = re.sub(r"c(?=[eiy])", "s", word).replace("c", "k")
    word = re.sub(r"(?<=[a-zC])y$", "i", word)
    return re.sub(r"([^0-9])\1+", r"\1", word)


@lru_cache(maxsize=50000)
def _similar(a: str, b: str) -> float:
    """Similarity of two folded words, 0 to 1; numbers are alike only if they are the same."""
    if a == b:
        return 1.0
    if a.isdigit() or b.isdigit():
        return 0.0
    whole = Levenshtein.normalized_similarity(a, b)
    bones = [re.sub(r"[aeiouyh]", "", word) for word in (a, b)]
    if min(map(len, bones)) >= 3:
        whole = max(whole, 0.94 * Levenshtein.normalized_similarity(*bones))
    if min(len(a), len(b)) >= 4:
        whole = max(whole, 0.9 * JaroWinkler.similarity(a, b) if a[0] == b[0] else 0.0)
    return whole


@cache
def _light_words() -> frozenset[str]:
    return frozenset(map(fold, lexicon.load().frames["light_words"]))


@cache
def _endings() -> tuple[str, ...]:
    return tuple(sorted(lexicon.load().frames["endings"], key=len, reverse=True))


@cache
def _number_words() -> dict[str, str]:
    words = lexicon.load().numbers.items()
    return {fold(lexicon.key(word)): str(n) for n, concept in words for word in concept.words}


@cache
def _meanings() -> dict[str, frozenset[str]]:
    """Folded single word -> ids of what it means, by the lexicon."""
    words = lexicon.load()
    found: dict[str, set[str]] = {}
    for concept in (*words.places, *words.people, *words.adjectives, *words.groups, *words.lights):
        for said in concept.words:
            k = lexicon.key(said)
            if " " not in k:
                found.setdefault(fold(k), set()).add(concept.id)
    return {word: frozenset(ids) for word, ids in found.items()}


@cache
def _synonyms() -> dict[str, tuple[Concept, ...]]:
    """Key of a whole name -> the concepts that it names."""
    words = lexicon.load()
    found: dict[str, list[Concept]] = {}
    for concept in (*words.places, *words.groups, *words.lights, *words.people):
        for said in concept.words:
            found.setdefault(" ".join(_words(said)), []).append(concept)
    return {k: tuple(concepts) for k, concepts in found.items()}


def _translations(name: str) -> set[str]:
    """Other ways of saying a name by the lexicon: of the whole, or of the person whose room it is."""
    words = _words(name)
    said = {word for concept in _synonyms().get(" ".join(words), ()) for word in concept.words}
    telling = [word for word in words if word not in _light_words()]
    if len(telling) < len(words) and telling:
        for person in {" ".join(telling), " ".join(telling).removesuffix("s")}:
            said |= {f"{w} kotha" for concept in _synonyms().get(person, ()) for w in concept.words}
    return said


def _meaning(word: str) -> frozenset[str]:
    return _meanings().get(word) or _meanings().get(word.removesuffix("s"), _NOTHING)


def _words(said: str) -> list[str]:
    """Folded words of a name, numbers in digits, endings inside it off (`aamako kotha`)."""
    words = lexicon.key(re.sub(r"['’]s\b", "", said)).split()
    out: list[str] = []
    for i, word in enumerate(words):
        if i + 1 < len(words) and len(word) > 4:
            word = word.removesuffix("ko")
        folded = fold(word)
        number = _number_words().get(folded)
        if number and out and out[-1] == "100" and len(out) > 1 and out[-2].isdigit():
            out[-2:] = [str(100 * int(out[-2]) + int(number))]  # "dui saya dui": 202
        else:
            out.append(number or folded)
    return out


@dataclass(frozen=True)
class _Name:
    """One way of naming an entity."""

    entity: int
    words: tuple[str, ...]
    weights: tuple[float, ...]
    total: float
    heavy: str  # the telling words as one
    digits: str
    factor: float

    @classmethod
    def of(cls, entity: int, words: Sequence[str], factor: float = 1.0) -> _Name:
        weights = _weights(words)
        return cls(entity, tuple(words), weights, sum(weights), _heavy(words), re.sub(r"\D", "", _heavy(words)), factor)


def _weights(words: Sequence[str]) -> tuple[float, ...]:
    weights = tuple(_LIGHT_WEIGHT if word in _light_words() else 1.0 for word in words)
    return weights if any(w == 1.0 for w in weights) else (1.0,) * len(words)


def _heavy(words: Sequence[str]) -> str:
    return "".join(w for w in words if w not in _light_words()) or "".join(words)


def _aligned(said: _Name, name: _Name) -> float:
    """Share of the weight on both sides that is matched, each word with its best free partner."""
    pairs = []
    for i, a in enumerate(said.words):
        for j, b in enumerate(name.words):
            alike = _similar(a, b)
            if alike < 0.9 and _meaning(a) & _meaning(b):
                alike = _TRANSLATED
            if alike > 0.5:
                pairs.append((alike, i, j))
    matched, left, right = 0.0, set(range(len(said.words))), set(range(len(name.words)))
    for alike, i, j in sorted(pairs, reverse=True):
        if i in left and j in right:
            left.remove(i)
            right.remove(j)
            matched += alike * (said.weights[i] + name.weights[j])
    return matched / (said.total + name.total)


def similarity(said: _Name, name: _Name) -> float:
    """How much `said` is `name`: by its words, or by its telling words run together."""
    joined = 0.97 * _similar(said.heavy, name.heavy) if said.digits == name.digits else 0.0
    return name.factor * max(_aligned(said, name), joined)


class Lookup:
    """The names of one home, ready to be looked up; made once and shared."""

    def __init__(self, home: Home) -> None:
        self.entities = home.entities()
        self.groups = home.group_names
        self.rooms_of = home.rooms_of
        rooms = {e.name: e.names for e in self.entities if e.kind == "room"}
        names: dict[tuple[int, tuple[str, ...]], _Name] = {}

        def add(index: int, said: str, factor: float = 1.0) -> None:
            words = tuple(_words(said))
            if words and ((index, words) not in names or names[index, words].factor < factor):
                names[index, words] = _Name.of(index, words, factor)

        for index, entity in enumerate(self.entities):
            for name in entity.names:
                add(index, name)
                for room in rooms.get(entity.room or "", ()):
                    add(index, f"{room} {name}")
                for word in _translations(name):
                    add(index, word, _TRANSLATED)
        self._names = list(names.values())
        frames = lexicon.load().frames
        self._common = {
            place: {tuple(_words(name)) for name in said}
            for place, said in ((HERE, frames["here"]), (ALL, [*frames["whole"], home.name]))
        }

    def find(self, said: str, sentence: str = "") -> tuple[Entity | str | None, float]:
        """What `said` (normalized) names, and how certain that is (0 to 1).

        An entity of the home, `here`, `all`, or None for nothing in this home. Where lights of one
        name stand in several rooms, the room that `sentence` names is meant.
        """
        readings = [*_readings(said)]
        scored = self._scored(readings)
        best = max(scored.values(), default=0.0)
        if best < _SURE:  # a home's own name comes before the common ones
            for place, names in self._common.items():
                if any(tuple(words) in names for words in readings):
                    return place, 1.0
        if best < ENOUGH:
            return None, _certainty(ENOUGH - best)
        equal = [index for index, score in scored.items() if score > best - 1e-6]
        chosen = self._in_sentence(equal, sentence) if len(equal) > 1 else equal[0]
        others = max((score for index, score in scored.items() if index not in equal), default=0.0)
        return self.entities[chosen], _certainty(min(best - ENOUGH, best - others))

    def _scored(self, readings: list[list[str]]) -> dict[int, float]:
        """The similarity of each entity, by its best name."""
        queries = [_Name.of(0, words) for words in readings]
        scores: dict[int, float] = {}
        for name in self._names:
            score = max((similarity(query, name) for query in queries), default=0.0)
            scores[name.entity] = max(score, scores.get(name.entity, 0.0))
        return scores

    def _in_sentence(self, equal: list[int], sentence: str) -> int:
        """Of entities of one name, the one whose room is named; the first where none is."""
        words = set(_words(sentence))
        for index in equal:
            room = self.entities[index].room
            spoken = (set(n.words) - _light_words() for n in self._names if self.entities[n.entity].name == room)
            if any(telling and telling <= words for telling in spoken):
                return index
        return equal[0]


def _certainty(margin: float) -> float:
    """A probability from how far a similarity is from changing the answer."""
    return 1.0 / (1.0 + math.exp(-(1.0 + 30.0 * margin)))


def _readings(said: str) -> Iterable[list[str]]:
    """The words of what was said, with and without a case ending at the end."""
    words = _words(said)
    if words:
        yield words
    for ending in map(fold, _endings()):
        if len(words) > 1 and words[-1] == ending:
            yield words[:-1]
        elif words and len(words[-1]) > len(ending) + 2 and words[-1].endswith(ending):
            yield [*words[:-1], words[-1].removesuffix(ending)]
