"""Spelling as people make it: named, seeded transformations that do not change what is meant.

Each works on one word or one sentence and takes a `random.Random`. Digits are never touched, nor
the first two letters of a word by a slip of the finger, so that `nabala` stays a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from random import Random

from batti import lexicon
from batti.text import is_devanagari

WORD = re.compile(r"[^\W\d_]+(?:[\u0900-\u0963]+[^\W\d_]*)*", re.UNICODE)
_VOWELS = frozenset("aeiou")
_UNTOUCHED = 3  # letters: shorter words (on, off, ko, ma) carry too much to be mistyped


def _respell(word: str, pairs: Sequence[tuple[str, str]], rng: Random) -> str:
    """One applicable pair, at one of its places; the word itself where none applies."""
    for _ in range(4):
        old, new = rng.choice(pairs)
        places = [m.start() for m in re.finditer(re.escape(old), word)]
        if places:
            at = rng.choice(places)
            return word[:at] + new + word[at + len(old) :]
    return word


def chat_spelling(word: str, rng: Random) -> str:
    """x for ch, v for bh, clipped endings: `chha` becomes `xa`."""
    spelling = lexicon.load().spelling
    if len(word) <= 2:
        return word
    if rng.random() < 0.3:
        for old, new in rng.sample(spelling["chat_endings"], 6):
            if word.endswith(old) and len(word) > len(old) - (new == "6"):
                return word[: -len(old)] + str(new)
    return _respell(word, spelling["chat"], rng)


def traditional_spelling(word: str, rng: Random) -> str:
    """Long vowels and aspirates written out: `batti` becomes `baatti`, `nilo` `neelo`."""
    return _respell(word, lexicon.load().spelling["traditional"], rng) if len(word) > 2 else word


def drop_vowels(word: str, rng: Random) -> str:
    """`kitchen` becomes `ktchn`: inner vowels left out."""
    if len(word) < 4:
        return word
    rate = rng.choice((0.4, 0.7, 1.0))
    inner = (c for c in word[1:-1] if c not in _VOWELS or rng.random() > rate)
    last = "" if word[-1] == "e" and rng.random() < 0.5 else word[-1]
    return word[0] + "".join(inner) + last


def double_letters(word: str, rng: Random) -> str:
    """`off` becomes `offf`, `oi` `oiii`: one letter held down."""
    at = len(word) - 1 if rng.random() < 0.6 else rng.randrange(len(word))
    return word[:at] + word[at] * rng.choice((2, 2, 3)) + word[at + 1 :]


@cache
def _neighbours() -> dict[str, str]:
    rows = lexicon.load().spelling["keyboard"]
    near: dict[str, str] = {}
    for r, row in enumerate(rows):
        for i, c in enumerate(row):
            beside = row[max(0, i - 1) : i] + row[i + 1 : i + 2]
            for other in (r - 1, r + 1):
                if 0 <= other < len(rows):
                    beside += rows[other][max(0, i - 1) : i + 1]
            near[c] = beside
    return near


def typo(word: str, rng: Random) -> str:
    """One slip: a neighbouring key, two letters exchanged, one left out or struck twice."""
    if len(word) <= _UNTOUCHED:
        return word
    at = rng.randrange(2, len(word))
    kind = rng.randrange(4)
    c = word[at]
    if kind == 0:
        return word[:at] + rng.choice(_neighbours().get(c.lower(), c)) + word[at + 1 :]
    if kind == 1 and at + 1 < len(word):
        return word[:at] + word[at + 1] + c + word[at + 2 :]
    if kind == 2:
        return word[:at] + word[at + 1 :]
    return word[:at] + c + word[at:]


def devanagari_spelling(word: str, rng: Random) -> str:
    """Hrasva for dirgha, a missing halanta or chandrabindu, sibilants and ba/va exchanged."""
    return _respell(word, lexicon.load().spelling["devanagari"], rng)


def split_word(word: str, rng: Random) -> str:
    """A recognizer hears two words: `bhancha` becomes `bhan cha`."""
    if len(word) < 6:
        return word
    at = rng.randrange(2, len(word) - 2)
    while at < len(word) and is_devanagari(word[at]) and not word[at].isalpha():  # never before a sign
        at += 1
    return word[:at] + " " + word[at:] if at < len(word) - 1 else word


def join_words(sentence: str, rng: Random) -> str:
    """A recognizer or a hasty thumb leaves one space out, never beside a digit or after `na`."""
    places = [m.start(1) for m in re.finditer(r"(?<=[^\W\d]{2})( )(?=[^\W\d]{2})", sentence)]
    places = [p for p in places if not re.search(r"\b(?:na|no|not|ra)$", sentence[:p], re.I)]
    if not places:
        return sentence
    at = rng.choice(places)
    return sentence[:at] + sentence[at + 1 :]


def repeat_word(sentence: str, rng: Random) -> str:
    """`kitchen ko` becomes `kitchen kitchen ko`: said twice while thinking."""
    words = list(re.finditer(r"(?<!\S)[^\W\d]\S{2,}(?= )", sentence))
    if not words:
        return sentence
    match = rng.choice(words)
    return sentence[: match.end()] + " " + match.group() + sentence[match.end() :]


WordNoise = Callable[[str, Random], str]
ROMAN: dict[str, WordNoise] = {
    "chat": chat_spelling,
    "traditional": traditional_spelling,
    "vowels": drop_vowels,
    "double": double_letters,
    "typo": typo,
    "split": split_word,
}
DEVANAGARI: dict[str, WordNoise] = {"devanagari": devanagari_spelling, "split": split_word}

STYLES: dict[str, dict[str, float]] = {
    "clean": {},
    "chat": {"chat": 0.35, "vowels": 0.08, "double": 0.03, "devanagari": 0.1},
    "traditional": {"traditional": 0.4, "devanagari": 0.1},
    "hasty": {"typo": 0.25, "vowels": 0.06, "chat": 0.1, "devanagari": 0.15},
    "terse": {"vowels": 0.4, "typo": 0.1, "devanagari": 0.1},
    "recognizer": {"split": 0.06, "traditional": 0.1, "chat": 0.05, "devanagari": 0.15},
    "mixed": {"chat": 0.15, "traditional": 0.15, "typo": 0.06, "devanagari": 0.2},
}
"""How often, per word, each noise strikes in one style of writing."""


def respell(text: str, style: str, rng: Random, strength: float = 1.0) -> str:
    """A stretch of a sentence as written in one style; the number of words may grow by a split."""
    rates = STYLES[style]
    if not rates:
        return text

    def word(match: re.Match[str]) -> str:
        w = match.group()
        functions = DEVANAGARI if is_devanagari(w) else ROMAN
        for name, rate in rates.items():
            if name in functions and rng.random() < rate * strength:
                w = functions[name](w, rng)
        return w

    return WORD.sub(word, text)
