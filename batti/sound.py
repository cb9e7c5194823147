"""What words sound like: folded, and compared.

Spellings that sound alike are one: bh/v, chh/ch/x, aa/a.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from zlib import crc32

from rapidfuzz.distance import OSA

_FEW = 0.2  # share of vowels up to which a word is taken to lack some
_ABBREVIATED = 0.78  # `conf` for `conference`
_DIPHTHONG = 0.95  # what words count that are alike but for ai and e, au and o
_REVOWELED = 0.8  # what words count of which only vowels are others
_SHORT_O = 0.93  # what words count that are alike but for o and a: ब्लक, अक्सफोर्ड
_ENGLISH = 0.93  # what words count that are alike but for how English vowels are spelled: spare, स्पेयर
SHORTEST = 3
"""Letters of an abbreviation."""
_CLASSES = str.maketrans("gdbfjCeiou", "ktppssaaaa", "hy")
_WITHIN_A_CLASS = 0.4  # of a letter's difference, where both letters are of one class
_FOLDS = (
    ("baby", "bebi"), ("daddy", "dyadi"), ("nanny", "nyani"),  # as they are said: no bhabhi, dadi, nani
    ("chh", "C"), ("ch", "C"), ("xh", "C"), ("x", "C"), ("sh", "s"), ("ph", "f"), ("bh", "b"), ("th", "t"),
    ("dh", "d"), ("kh", "k"), ("gh", "g"), ("jh", "j"), ("ck", "k"), ("q", "k"), ("v", "b"),
    ("w", "b"), ("z", "j"), ("aa", "a"), ("ee", "i"), ("oo", "u"), ("ou", "u"), ("ei", "ai"),
)  # fmt: skip
_SOFT_C = re.compile(r"c(?=[eiy]|$)")
_VOWEL_Y = re.compile(r"(?<=[a-zC])y(?![aeiou])")
_REPEATED = re.compile(r"([^0-9])\1+")


@lru_cache(maxsize=20000)
def fold(word: str) -> str:
    """A normalized word as it sounds: `bhanchha`, `vancha` and `bhaancha` are `banCa`."""
    for spelled, sound in _FOLDS:
        word = word.replace(spelled, sound)
    word = _SOFT_C.sub("s", word).replace("c", "k")
    return _REPEATED.sub(r"\1", _VOWEL_Y.sub("i", word))


@lru_cache(maxsize=20000)
def consonants(word: str) -> str:
    """What is left of a folded word without its vowels, y and h."""
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouyh]", "", word))


_VOWELS = re.compile("[aeiou]")
_YA, _AYA = re.compile("(?<=[^aeiou])ya"), re.compile("aya(?=l)")


def is_without_vowels(word: str) -> bool:
    """Whether a folded word is written without any vowel."""
    return not _VOWELS.search(word)


@lru_cache(maxsize=20000)
def _has_few_vowels(word: str) -> bool:
    return sum(map(word.count, "aeiou")) <= _FEW * len(word)


def _without_vowels(short: str, long: str) -> float:
    """Similarity by consonants, where the shorter word is written with few or no vowels: `ktchn`."""
    ours, theirs = consonants(short), consonants(long)
    if len(short) > 1 and short == _VOWELS.sub("", long):  # `hl`: an h counts where it is written
        return 0.94
    if len(ours) < 3 or len(theirs) < 3:
        return 0.94 if ours == theirs and len(ours) == 2 and is_without_vowels(short) else 0.0  # `gm`, `dck`
    if _has_few_vowels(short):
        return 0.94 * OSA.normalized_similarity(ours, theirs)
    rest = iter(long)
    return 0.94 if ours == theirs and all(c in rest for c in short) else 0.0  # nothing but vowels is missing


@lru_cache(maxsize=50000)
def similar(a: str, b: str) -> float:
    """Similarity of two folded words, 0 to 1; numbers are alike only if they are the same."""
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    abbreviated = len(short) >= SHORTEST and len(long) >= len(short) + 3 and long.startswith(short)
    whole = spelled_alike(a, b)
    return max(whole, _ABBREVIATED) if abbreviated and not long.isdigit() else whole


def spelled_alike(a: str, b: str) -> float:
    """The same without abbreviations: of words run together, which begin like many a word."""
    if a == b:
        return 1.0
    if a.isdigit() or b.isdigit():
        return 0.0
    by_consonants = _without_vowels(a, b) if len(a) <= len(b) else _without_vowels(b, a)
    by_vowels = _DIPHTHONG * _alike_as(_without_diphthongs, a, b)
    by_short_o = _SHORT_O * _alike_as(_in_nepali, a, b) if len(a) > 3 or len(b) > 3 else 0.0
    by_english = _ENGLISH * _alike_as(_as_in_english, a, b) if len(a) > 3 and len(b) > 3 else 0.0
    spelled = float(OSA.normalized_similarity(a, b))
    return max(spelled, by_consonants, by_vowels, by_short_o, by_english, _of_other_vowels(a, b))


def heard_alike(a: str, b: str, letters: int) -> float:
    """Similarity of two folded names as a recognizer hears them, by how much of `letters` is different.

    Letters of one class are nearly the same: all vowels, b p f, d t, g k, s j ch (sound classes: Dolgopolsky 1964).
    """
    other = float(OSA.distance(classes(a), classes(b)))
    return 1.0 - (other + _WITHIN_A_CLASS * max(0.0, OSA.distance(a, b) - other)) / letters


_SOUNDS = ("aeiou", "td", "kg", "pbf", "sCj", "mn", "lr", "dr", "ub")  # letters that a recognizer takes for each other
_HARD_TO_HEAR = {"h": 0.2, "y": 0.3, "r": 0.35, **dict.fromkeys("aeiou", 0.4)}  # of a letter, where it is left out
_LEFT_OUT = 0.8  # of any other


def _taken_for(one: str, other: str) -> float:
    """What it counts that a letter was heard as another."""
    if one == other:
        return 0.0
    return 0.3 if any(one in sounds and other in sounds for sounds in _SOUNDS) else 1.0


@lru_cache(maxsize=1 << 16)
def misheard(said: str, called: str) -> float:
    """How far apart two folded names are, in letters, to a recognizer that knows no word of the language.

    The weighted edit distance (Wagner and Fischer 1974): vowels and neighbouring consonants are near each other, h and
    r hardly heard.
    """
    above = [0.0]
    for c in called:
        above.append(above[-1] + _HARD_TO_HEAR.get(c, _LEFT_OUT))
    for heard in said:
        extra = _HARD_TO_HEAR.get(heard, _LEFT_OUT)
        row = [above[0] + extra]
        for i, c in enumerate(called):
            missing = row[i] + _HARD_TO_HEAR.get(c, _LEFT_OUT)
            row.append(min(above[i] + _taken_for(heard, c), above[i + 1] + extra, missing))
        above = row
    return above[-1]


@lru_cache(maxsize=20000)
def classes(word: str) -> str:
    """The classes of a folded word's letters, each once: `kukurkogar` and `kukorkokar` are `kakarkakar`."""
    return _REPEATED.sub(r"\1", word.translate(_CLASSES))


def _of_other_vowels(a: str, b: str) -> float:
    """Similarity of longer words that only vowels tell apart, as a recognizer hears a name: `primula` for `pramila`."""
    ours = consonants(a)
    return _REVOWELED if len(a) == len(b) and len(ours) > SHORTEST and ours == consonants(b) else 0.0


def _alike_as(written: Callable[[str], str], a: str, b: str) -> float:
    """Similarity of two words that are both written another way; 0 where that changes neither."""
    plain = written(a), written(b)
    return 0.0 if plain == (a, b) else float(OSA.normalized_similarity(*plain))


@lru_cache(maxsize=20000)
def _without_diphthongs(word: str) -> str:
    """Many write e for ai and o for au: `बेठक`, `शोचालय`."""
    return word.replace("ai", "e").replace("au", "o")


@lru_cache(maxsize=20000)
def _in_nepali(word: str) -> str:
    """How English vowels are written in Nepali: the short o is an a, the short a may be ya (`ब्लक`, `च्याम्बर`), and oi
    aya (`टायलेट`)."""
    return _YA.sub("a", _AYA.sub("ai", word.replace("o", "a")))


_AIR, _OW = re.compile("[ei]yar|air|are$|ier"), re.compile("ob(?=[^aeiou])")


@lru_cache(maxsize=20000)
def _as_in_english(word: str) -> str:
    """What English vowels sound like that Devanagari writes out: the air of stairs (`स्टेयर`) and the ow of downstairs,
    of which the w is folded to a b."""
    return _OW.sub("au", _AIR.sub("er", word))


TOKEN = re.compile(r"[a-z0-9]+")
"""A word of a normalized sentence."""


@lru_cache(maxsize=1 << 16)
def _number_of(token: str, numbers: int) -> int:
    return 1 + crc32(fold(token).encode()) % (numbers - 1)


def word_ids(normalized: str, numbers: int) -> list[int]:
    """For each character of a normalized sentence the number (below `numbers`) of its word, 0 between words.

    Words that sound alike have one number, and now and then two that do not (hashing trick: Weinberger
    et al. 2009).
    """
    ids = [0] * len(normalized)
    for match in TOKEN.finditer(normalized):
        ids[match.start() : match.end()] = [_number_of(match.group(), numbers)] * (match.end() - match.start())
    return ids
