"""Words as they are heard: folded by sound, compared, their endings and numbers read.

Spellings that sound alike are one (bh/v, chh/ch/x, aa/a), words that mean the same by the lexicon are
nearly one (bhancha, kitchen; dai, brother), and some tell little (kotha, room, ko).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from zlib import crc32

from rapidfuzz.distance import OSA

from batti import lexicon
from batti.lexicon import Concept

_FEW = 0.2  # share of vowels up to which a word is taken to lack some
_ABBREVIATED = 0.78  # `conf` for `conference`
_OTHER_WORD = 0.8  # of the similarity of two words that mean different things
TRANSLATED = 0.94  # a translation counts a little less than the name itself
_NOTHING: frozenset[str] = frozenset()
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


@lru_cache(maxsize=20000)
def _consonants(word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouyh]", "", word))


def _without_vowels(short: str, long: str) -> float:
    """Similarity by consonants, where the shorter word is written with few or no vowels: `ktchn`."""
    bones = _consonants(short), _consonants(long)
    if min(map(len, bones)) < 3:
        return 0.0
    rest = iter(long)
    left_out = bones[0] == bones[1] and all(c in rest for c in short)  # nothing but vowels is missing
    few = sum(c in "aeiou" for c in short) <= _FEW * len(short)
    return 0.94 * OSA.normalized_similarity(*bones) if left_out or few else 0.0


@lru_cache(maxsize=50000)
def similar(a: str, b: str) -> float:
    """Similarity of two folded words, 0 to 1; numbers are alike only if they are the same."""
    short, long = sorted((a, b), key=len)
    abbreviated = len(short) >= 3 and len(long) >= len(short) + 3 and long.startswith(short)
    whole = spelled_alike(a, b)
    return max(whole, _ABBREVIATED) if abbreviated and not long.isdigit() else whole


def spelled_alike(a: str, b: str) -> float:
    """The same without abbreviations: of words run together, which begin like many a word."""
    if a == b:
        return 1.0
    if a.isdigit() or b.isdigit():
        return 0.0
    return max(float(OSA.normalized_similarity(a, b)), _without_vowels(*sorted((a, b), key=len)))


@cache
def _light_words() -> frozenset[str]:
    return frozenset(map(fold, lexicon.load().frames["light_words"]))


@cache
def _light_stems() -> tuple[str, ...]:
    stems = lexicon.load().frames["light_stems"]
    return tuple(dict.fromkeys((*map(fold, stems), *stems)))  # `roim` is nearer to room than to what it sounds like


@lru_cache(maxsize=20000)
def is_light(word: str) -> bool:
    """Whether the word is one of the light ones, well or badly spelled; bhai is no bad spelling of batti."""
    if word in _light_words() or word in _meanings():
        return word in _light_words()
    return any(word[:1] == stem[0] and len(word) > 2 and similar(stem, word) >= 0.75 for stem in _light_stems())


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
            found.setdefault(" ".join(words_of(said)), []).append(concept)
    return {k: tuple(concepts) for k, concepts in found.items()}


def translations(name: str) -> set[str]:
    """Other ways of saying a name by the lexicon, of the whole or of some words in it."""
    words = words_of(name)
    said: set[str] = set()
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            other = _other_words(" ".join(words[start:end]))
            said |= {" ".join((*words[:start], word, *words[end:])) for word in other}
    return said


@lru_cache(maxsize=1 << 14)
def _other_words(said: str) -> frozenset[str]:
    """What else may be said for a name or a part of it, by the lexicon."""
    concepts = _synonyms().get(said) or _synonyms().get(said.removesuffix("s"), ())
    other = {lexicon.key(word) for concept in concepts for word in concept.words}
    return frozenset(name for name in other if not _is_vague(name))


def _is_vague(name: str) -> bool:
    """Whether it leaves open who is meant, and would lead on to somebody else (kaka, uncle, mama)."""
    vague = lexicon.load().frames["vague"]
    telling = [word.removesuffix("s") for word in name.split() if not is_light(fold(word))]
    return bool(telling) and all(word in vague for word in telling)


def _meaning(word: str) -> frozenset[str]:
    return _meanings().get(word) or _meanings().get(word.removesuffix("s"), _NOTHING)


def words_of(said: str, numbers: bool = True) -> list[str]:
    """Folded words of a name, endings inside it off (`aamako kotha`), numbers in digits if asked."""
    return list(_words_of(said, numbers))


@lru_cache(maxsize=1 << 14)
def _words_of(said: str, numbers: bool) -> tuple[str, ...]:
    words = lexicon.key(re.sub(r"['’]s\b", "", said)).split()
    inner = [word.removesuffix("ko") if len(word) > 4 or _meaning(fold(word[:-2])) else word for word in words[:-1]]
    folded = [fold(word) for word in (*inner, *words[-1:])]
    folded = [word for word, before in zip(folded, ["", *folded], strict=False) if word != before or word.isdigit()]
    return tuple(_in_digits(folded) if numbers else folded)


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


@lru_cache(maxsize=1 << 17)
def alike(a: str, b: str) -> float:
    """Similarity of two words by sound or by meaning."""
    by_sound = similar(a, b)
    if by_sound < TRANSLATED and _meaning(a) & _meaning(b):
        return TRANSLATED
    return _OTHER_WORD * by_sound if differ(a, b) else by_sound


def differ(a: str, b: str) -> bool:
    """Whether the words are known and mean different things: `maili`, `saili`."""
    meanings = _meaning(a), _meaning(b)
    return a != b and all(meanings) and not meanings[0] & meanings[1]


@cache
def _people() -> frozenset[str]:
    said = {lexicon.key(word) for person in lexicon.load().people for word in person.words}
    return frozenset(fold(word) for word in said if " " not in word)


def is_person(word: str) -> bool:
    """Whether the folded word is a kin term, a role or a given name of the lexicon."""
    return word in _people()


@cache
def _adjectives() -> dict[str, str]:
    adjectives = lexicon.load().adjectives
    folded = ([fold(lexicon.key(said)) for said in adjective.words] for adjective in adjectives)
    return {word: words[0] for words in folded for word in words}


def adjective(word: str) -> str:
    """The one form of a folded adjective in any language: `naya` is new; nothing for other words."""
    return _adjectives().get(word, "")


def readings(said: str) -> Iterator[list[str]]:
    """The words of what was said, with and without hesitations, false starts and a case ending at the end."""
    words = words_of(said)
    if words:
        yield words
    fluent = words_of(_hesitations().sub("", said))
    if fluent and fluent != words:
        yield fluent
    begun_once = [word for word, after in zip(fluent, [*fluent[1:], ""], strict=False) if not _is_start(word, after)]
    if begun_once != fluent:  # `ge gate`
        yield begun_once
    pairs = zip(fluent, [*fluent[1:], ""], strict=False)
    once = [word for word, after in pairs if not _meaning(word) & _meaning(after)]
    if once != fluent:  # `grandma's hajurama`
        yield once
    plain = words_of(said, numbers=False)
    if plain != words:  # `cha` is six, and half of `bhan cha`
        yield plain
    words = fluent or words
    for ending in map(fold, _endings()):
        if len(words) > 1 and words[-1] == ending:
            yield words[:-1]
        elif words and len(words[-1]) > len(ending) + 2 and words[-1].endswith(ending):
            yield [*words[:-1], words[-1].removesuffix(ending)]


def _is_start(word: str, after: str) -> bool:
    """Whether a word is the next one begun: `bhan bhancha`, `ge gate`."""
    if word.isdigit() or is_light(word) or not 1 < len(word) < len(after):
        return False
    return after.startswith(word) or (len(word) == 2 and after[0] == word[0])


@cache
def devices() -> frozenset[tuple[str, ...]]:
    """Folded words of what is in a house and no light."""
    return frozenset(tuple(words_of(said)) for device in lexicon.load().devices for said in device.words)


def is_thing(words: tuple[str, ...]) -> bool:
    """Whether the folded words name a place, a group, a light or a person of the lexicon."""
    return " ".join(words) in _synonyms()


@cache
def every() -> frozenset[str]:
    """Folded words for all of a kind, said before a name."""
    return frozenset(map(fold, lexicon.load().frames["every"]))


_ROOM, _LAMP = "ROOM", "LAMP"
SHARED = frozenset({_ROOM, _LAMP})
"""What `shared` makes of the words for a room and for a light."""


@cache
def _shared() -> dict[str, str]:
    frames = lexicon.load().frames
    found = dict.fromkeys(map(fold, frames["dropped_words"]), "")
    found |= dict.fromkeys(map(fold, frames["room_words"]), _ROOM)
    return found | dict.fromkeys(map(fold, frames["lamp_words"]), _LAMP)


def shared(word: str) -> str:
    """A folded word, or what it has in common with others: kotha, room; batti, light; nothing for ko, the."""
    return _shared().get(word, word)


def is_lamp(word: str) -> bool:
    """Whether the folded word is one for a light."""
    return shared(word) == _LAMP


@lru_cache(maxsize=1 << 15)
def heard(token: str) -> str:
    """A token of a normalized sentence as it sounds; a number word in digits."""
    word = fold(token)
    return _number_words().get(word, word)


_TOKEN = re.compile(r"[a-z0-9]+")


@lru_cache(maxsize=1 << 16)
def _number_of(token: str, numbers: int) -> int:
    return 1 + crc32(fold(token).encode()) % (numbers - 1)


def word_ids(normalized: str, numbers: int) -> list[int]:
    """For each character of a normalized sentence the number (below `numbers`) of its word, 0 between words.

    Words that sound alike have one number, and now and then two that do not (hashing trick: Weinberger
    et al. 2009).
    """
    ids = [0] * len(normalized)
    for match in _TOKEN.finditer(normalized):
        ids[match.start() : match.end()] = [_number_of(match.group(), numbers)] * (match.end() - match.start())
    return ids


@cache
def endings() -> tuple[str, ...]:
    """Case endings that may be glued to a name, longest first."""
    return tuple(ending for ending in _endings() if " " not in ending)
