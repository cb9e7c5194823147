"""What somebody called a place, found among the names of a home by sound and spelling.

Names are compared word by word after folding the spellings that sound alike (bh/v, chh/ch/x, aa/a).
Words that tell little (kotha, room, ko) hardly count; words that mean the same by the lexicon
(bhancha, kitchen; dai, brother) count as the same. The best name wins if it is close enough.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from batti import lexicon
from batti.home import Entity, Home
from batti.lexicon import Concept
from batti.schema import ALL, HERE

ENOUGH = 0.76
"""The least similarity (0 to 1) at which a name counts as said; tuned on generated homes."""
_SURE = 0.95  # similarity from which a home's own name comes before the common names
_WORD = 0.5  # similarity of two words from which they may be partners
_FEW = 0.2  # share of vowels up to which a word is taken to lack some
_ABBREVIATED = 0.78  # `conf` for `conference`
_JOINED = 0.98  # words run together
_NEARLY = 0.9  # similarity from which whole names, light words included, may be compared
_NOTHING: frozenset[str] = frozenset()
_TRANSLATED = 0.94  # a translation counts a little less than the name itself
_PART = 0.82  # what a part of a name (`cabin` for `CEO cabin`) counts
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
    word = re.sub(r"c(?=[eiy]|$)", "s", word).replace("c", "k")
    word = re.sub(r"(?<=[a-zC])y(?![aeiou])", "i", word)
    return re.sub(r"([^0-9])\1+", r"\1", word)


def _without_vowels(short: str, long: str) -> float:
    """Similarity by consonants, where the shorter word is written with few or no vowels: `ktchn`."""
    bones = [re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouyh]", "", word)) for word in (short, long)]
    if min(map(len, bones)) < 3:
        return 0.0
    rest = iter(long)
    left_out = bones[0] == bones[1] and all(c in rest for c in short)  # nothing but vowels is missing
    few = sum(c in "aeiou" for c in short) <= _FEW * len(short)
    return 0.94 * Levenshtein.normalized_similarity(*bones) if left_out or few else 0.0


@lru_cache(maxsize=50000)
def _similar(a: str, b: str) -> float:
    """Similarity of two folded words, 0 to 1; numbers are alike only if they are the same."""
    if a == b:
        return 1.0
    if a.isdigit() or b.isdigit():
        return 0.0
    whole = Levenshtein.normalized_similarity(a, b)
    short, long = sorted((a, b), key=len)
    whole = max(whole, _without_vowels(short, long))
    if len(short) >= 3 and len(long) >= len(short) + 3 and long.startswith(short):
        whole = max(whole, _ABBREVIATED)
    return float(whole)


@cache
def _light_words() -> frozenset[str]:
    return frozenset(map(fold, lexicon.load().frames["light_words"]))


@cache
def _light_stems() -> tuple[str, ...]:
    return tuple(map(fold, lexicon.load().frames["light_stems"]))


@lru_cache(maxsize=20000)
def _is_light(word: str) -> bool:
    """Whether the word is one of the light ones, well or badly spelled."""
    return word in _light_words() or any(
        word[:1] == stem[0] and len(word) > 2 and _similar(stem, word) >= 0.75 for stem in _light_stems()
    )


@cache
def _hesitations() -> re.Pattern[str]:
    words = {lexicon.key(word) for said in lexicon.load().fillers["hesitations"].values() for word in said}
    return re.compile(rf"\b(?:{'|'.join(sorted(words - {''}, key=len, reverse=True))})\b")


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
    for said, ids in words.frames["vague"].items():
        found.setdefault(fold(said), set()).update(ids)
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
    """Other ways of saying a name by the lexicon, of the whole or of some words in it."""
    words = _words(name)
    said: set[str] = set()
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            inside = " ".join(words[start:end])
            concepts = _synonyms().get(inside) or _synonyms().get(inside.removesuffix("s"), ())
            other = {lexicon.key(word) for concept in concepts for word in concept.words}
            # A word that leaves open who is meant would lead on to somebody else (kaka, uncle, mama).
            other -= lexicon.load().frames["vague"].keys()
            said |= {" ".join((*words[:start], word, *words[end:])) for word in other}
    return said


def _meaning(word: str) -> frozenset[str]:
    return _meanings().get(word) or _meanings().get(word.removesuffix("s"), _NOTHING)


def _words(said: str, numbers: bool = True) -> list[str]:
    """Folded words of a name, endings inside it off (`aamako kotha`), numbers in digits if asked."""
    words = lexicon.key(re.sub(r"['’]s\b", "", said)).split()
    inner = [word.removesuffix("ko") if len(word) > 4 else word for word in words[:-1]]
    folded = [fold(word) for word in (*inner, *words[-1:])]
    folded = [word for word, before in zip(folded, ["", *folded], strict=False) if word != before or word.isdigit()]
    return _in_digits(folded) if numbers else folded


_OH = ("oh", "o")  # nought, between other digits


def _in_digits(words: list[str]) -> list[str]:
    """Number words as digits: `dui saya dui` and `two zero two` are 202."""
    out: list[str] = []
    run: list[str] = []
    for word in (*words, ""):
        number = "0" if run and word in _OH else _number_words().get(word, word)
        if number.isdigit():
            run.append(number)
            continue
        out += _joined_number(run)
        run = []
        if word:
            out.append(word)
    return out


def _joined_number(run: list[str]) -> list[str]:
    if len(run) > 1 and "100" in run[:2]:
        at = run.index("100")
        hundreds = int(run[0]) if at else 1
        return [str(100 * hundreds + sum(map(int, run[at + 1 : at + 2]))), *run[at + 2 :]]
    return ["".join(run)] if len(run) > 1 and all(len(n) == 1 for n in run) else run


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
    def of(cls, entity: int, words: Sequence[str], factor: float = 1.0) -> _Name:
        telling = tuple(dict.fromkeys(word for word in words if not _is_light(word))) or tuple(words)
        joined = "".join(telling)
        light = frozenset(words) - frozenset(telling)
        return cls(entity, telling, light, joined, "".join(words), re.sub(r"\D", "", joined), factor)


@lru_cache(maxsize=1 << 17)
def _alike(a: str, b: str) -> float:
    """Similarity of two words by sound or by meaning."""
    alike = _similar(a, b)
    return _TRANSLATED if alike < _TRANSLATED and _meaning(a) & _meaning(b) else alike


def _matched(said: _Name, name: _Name) -> float:
    """Sum of the similarities of words that are each other's best free partner."""
    if len(said.telling) == len(name.telling) == 1:
        return _alike(said.telling[0], name.telling[0])
    pairs = [(_alike(a, b), i, j) for i, a in enumerate(said.telling) for j, b in enumerate(name.telling)]
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
    """How much `said` is `name`, 0 to 1: by its telling words, by these run together, or as a part.

    The other words (kotha, room, ko) only decide between names that are otherwise alike.
    """
    matched = _matched(said, name)
    score = 2 * matched / (len(said.telling) + len(name.telling))
    if said.digits == name.digits:
        score = max(score, _JOINED * _similar(said.joined, name.joined))
        whole = _similar(said.whole, name.whole)
        if whole > _NEARLY:  # `shrineroom`
            score = max(score, _JOINED * whole)
    if len(name.telling) > len(said.telling) and not said.joined.isdigit():
        score = max(score, _PART * matched / len(said.telling))
    missing = len(said.light ^ name.light) / (1 + len(said.light | name.light))
    return name.factor * score * (1 - 0.03 * missing)


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
        self._joined = [name.joined for name in self._names]
        self._by_word: dict[str, list[int]] = {}
        for i, named in enumerate(self._names):
            for word in named.telling:
                self._by_word.setdefault(word, []).append(i)
        frames = lexicon.load().frames
        self._common = {
            place: {tuple(_words(name)) for name in said}
            for place, said in ((HERE, frames["here"]), (ALL, [*frames["whole"], home.name]))
        }

    def find(self, said: str, sentence: str = "") -> tuple[Entity | str | None, float]:
        """What `said` (normalized) names, and how certain that is (0 to 1).

        An entity of the home, `here`, `all`, or None for nothing in this home. Where lights of one
        name stand in several rooms, the room that `sentence` names is meant; where nothing tells
        which, it is the first, and as uncertain as there are others.
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
        if len(equal) > 1:
            chosen = self._in_sentence(equal, sentence)
            return self.entities[equal[0] if chosen is None else chosen], 1 / len(equal) if chosen is None else 1.0
        others = max((score for index, score in scored.items() if index != equal[0]), default=0.0)
        return self.entities[equal[0]], _certainty(min(best - ENOUGH, best - others))

    def _scored(self, readings: list[list[str]]) -> dict[int, float]:
        """The similarity of each entity, by its best name."""
        queries = [_Name.of(0, words) for words in readings]
        scores: dict[int, float] = {}
        for name in self._candidates(queries):
            score = max((similarity(query, name) for query in queries), default=0.0)
            scores[name.entity] = max(score, scores.get(name.entity, 0.0))
        return scores

    def _candidates(self, queries: list[_Name]) -> Iterator[_Name]:
        """The names that share a word with what was said, or look like it run together."""
        near: set[int] = set()
        for query in queries:
            for said in query.telling:
                for word, where in self._by_word.items():
                    if _alike(said, word) >= _WORD:
                        near.update(where)
            alike = process.extract(
                query.joined, self._joined, scorer=Levenshtein.normalized_similarity, score_cutoff=_WORD, limit=None
            )
            near.update(index for _, _, index in alike)
        return (self._names[index] for index in sorted(near))

    def _in_sentence(self, equal: list[int], sentence: str) -> int | None:
        """Of entities that match alike, the one whose room is named in the sentence."""
        words = set(_words(sentence))
        for index in equal:
            room = self.entities[index].room
            spoken = (set(n.telling) for n in self._names if self.entities[n.entity].name == room)
            if any(telling <= words for telling in spoken):
                return index
        return None


def _certainty(margin: float) -> float:
    """A probability from how far a similarity is from changing the answer."""
    return 1.0 / (1.0 + math.exp(-(1.0 + 30.0 * margin)))


def _readings(said: str) -> Iterable[list[str]]:
    """The words of what was said, with and without a case ending at the end."""
    words = _words(said)
    if words:
        yield words
    fluent = _words(_hesitations().sub("", said))
    if fluent and fluent != words:
        yield fluent
    plain = _words(said, numbers=False)
    if plain != words:  # `cha` is six, and half of `bhan cha`
        yield plain
    words = fluent or words
    for ending in map(fold, _endings()):
        if len(words) > 1 and words[-1] == ending:
            yield words[:-1]
        elif words and len(words[-1]) > len(ending) + 2 and words[-1].endswith(ending):
            yield [*words[:-1], words[-1].removesuffix(ending)]
