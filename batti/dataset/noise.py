"""Spelling as people make it: named, seeded transformations that do not change what is meant.

Each works on one word (`WORDS`) or one sentence (`SENTENCES`) and takes a `random.Random`. Digits
are never touched, nor the first two letters of a word by a slip of the finger, so that `nabala`
stays a refusal; and a word never becomes another that means something else (`keeps_meaning`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from random import Random
from zlib import crc32

from batti import lexicon
from batti.dataset.pieces import in_pieces
from batti.text import is_devanagari

WORD = re.compile(r"[^\W\d_]+(?:[\u0900-\u0963]+[^\W\d_]*)*", re.UNICODE)
_VOWELS = frozenset("aeiou")
_UNTOUCHED = 3  # letters: shorter words (on, off, ko, ma) carry too much to be mistyped


def _respell(word: str, pairs: Sequence[tuple[str, str]], rng: Random) -> str:
    """One applicable pair, at one of its places; the word itself where none applies."""
    for _ in range(4 if pairs else 0):
        old, new = rng.choice(pairs)
        places = [m.start() for m in re.finditer(re.escape(old), word)]
        if places:
            at = rng.choice(places)
            return word[:at] + new + word[at + len(old) :]
    return word


def chat_spelling(word: str, rng: Random) -> str:
    """x for ch, v for bh, clipped endings, English cut short: `chha` becomes `xa`, `you` `u`."""
    spelling = lexicon.load().spelling
    endings = spelling["chat_endings"]
    short = spelling["chat_words"].get(word.lower())
    if short:
        return str(rng.choice(short))
    if len(word) <= 2:
        return word
    if rng.random() < 0.3:
        for old, new in rng.sample(endings, min(6, len(endings))):
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
    """A recognizer or a hasty thumb leaves one space out, never beside a digit or after `na` and its like."""
    # A private-use character stands for a name that is not chosen yet.
    places = [m.start(1) for m in re.finditer(r"(?<=[^\W\d]{2}|.[\ue100-\uf8ff])( )(?=[^\W\d]{2})", " " + sentence)]
    places = [p - 1 for p in places]
    places = [p for p in places if not _never_joined().search(sentence[:p])]
    if not places:
        return sentence
    at = rng.choice(places)
    return sentence[:at] + sentence[at + 1 :]


@cache
def _never_joined() -> re.Pattern[str]:
    words = "|".join(lexicon.load().frames["never_joined"]) or "(?!)"
    return re.compile(rf"\b(?:{words})$", re.IGNORECASE)


def repeat_word(sentence: str, rng: Random) -> str:
    """`kitchen ko` becomes `kitchen kitchen ko`: said twice while thinking."""
    words = list(re.finditer(r"(?<!\S)[^\W\d]\S{2,}(?= )", sentence))
    if not words:
        return sentence
    match = rng.choice(words)
    return sentence[: match.end()] + " " + match.group() + sentence[match.end() :]


def say_again(sentence: str, rng: Random, hesitation: str = "") -> str:
    """`kitchen ko light` becomes `kitchen ko um kitchen ko light`: two or three words said over while thinking."""
    word = "[^\\W\\d]\\S+|[\ue100-\uf8ff]\\S*"  # no numbers; names that are not chosen yet are words too
    runs = [m for n in (1, 2) for m in re.finditer(rf"(?<!\S)(?=((?:{word})(?: (?:{word})){{{n}}})(?!\S))", sentence)]
    if not runs:
        return sentence
    run = rng.choice(runs)
    said, end = run[1], run.end(1)
    return " ".join((sentence[:end], hesitation, said) if hesitation else (sentence[:end], said)) + sentence[end:]


def homophone(word: str, rng: Random) -> str:
    """A recognizer writes another word that sounds alike: `batti` becomes `bhatti`."""
    alike = _homophones().get(word.lower())
    return rng.choice(alike) if alike else word


def pieces(word: str, rng: Random) -> str:
    """A recognizer that listens for English writes English words: `pokhari` becomes `pay carry`."""
    return in_pieces(word, rng) if len(word) > _UNTOUCHED else word


@cache
def _homophones() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word, heard in lexicon.load().spelling["homophones"]:
        found.setdefault(word, []).append(heard)
    return found


def false_start(sentence: str, rng: Random) -> str:
    """The opening words said twice, or begun and broken off: `bhan bhancha ko batti`."""
    opening = re.match(r"[^\W\d_]{3,}(?:\s[^\W\d_]{2,})?(?=\s)", sentence)
    if not opening:
        return sentence
    words = opening.group()
    if rng.random() < 0.5:
        return f"{words} {sentence}"
    at = min(3, len(words.split()[0]) - 1)
    while at < len(words) and not words[at - 1 : at + 1].isalpha():  # never between a letter and its sign
        at += 1
    begun = words[:at]
    return f"{begun} {sentence}" if keeps_meaning(sentence, begun) else sentence


def mix_scripts(sentence: str, rng: Random) -> str:
    """One word of the other script, of the same meaning: `bhancha ko बत्ती bala`."""
    lex = lexicon.load()
    found = [(s, e, lex.swaps.other_script[c]) for s, e, c in lex.swaps.find(sentence) if c in lex.swaps.other_script]
    if not found:
        return sentence
    start, end, other = rng.choice(found)
    return sentence[:start] + rng.choice(lex.swaps.classes[other]) + sentence[end:]


def strip_punctuation(sentence: str, rng: Random) -> str:
    """As a recognizer writes: no punctuation but inside numbers and times."""
    return re.sub(r"(?<!\d)[.,](?!\d)|[!?।;]|[.,](?=\s|$)", "", sentence)


def keeps_meaning(word: str, said: str) -> bool:
    """Whether `said` is no known word, or one that may mean what `word` may mean."""
    meanings = lexicon.load().meanings
    meant = meanings.get(word.lower(), frozenset())
    if said.lower() in meanings:
        return bool(meanings[said.lower()] & meant)
    return not any(meanings.get(part.lower(), meant) - meant for part in said.split()) if " " in said else True


WordNoise = Callable[[str, Random], str]
SentenceNoise = Callable[[str, Random], str]
ROMAN: dict[str, WordNoise] = {
    "chat": chat_spelling,
    "traditional": traditional_spelling,
    "vowels": drop_vowels,
    "double": double_letters,
    "typo": typo,
    "split": split_word,
    "homophone": homophone,
    "pieces": pieces,
}
DEVANAGARI: dict[str, WordNoise] = {"devanagari": devanagari_spelling, "split": split_word, "homophone": homophone}
WORDS = ROMAN | DEVANAGARI
SENTENCES: dict[str, SentenceNoise] = {
    "join": join_words,
    "repeat": repeat_word,
    "again": say_again,
    "false start": false_start,
    "mixed scripts": mix_scripts,
    "no punctuation": strip_punctuation,
}
NAMES = (*WORDS, *SENTENCES)

STYLES: dict[str, dict[str, float]] = {
    "clean": {},
    "chat": {"chat": 0.35, "vowels": 0.08, "double": 0.03, "devanagari": 0.1},
    "traditional": {"traditional": 0.4, "devanagari": 0.1},
    "hasty": {"typo": 0.25, "vowels": 0.06, "chat": 0.1, "devanagari": 0.15},
    "terse": {"vowels": 0.4, "typo": 0.1, "devanagari": 0.1},
    "recognizer": {"split": 0.06, "traditional": 0.1, "chat": 0.05, "homophone": 0.15, "devanagari": 0.15},
    "foreign recognizer": {"pieces": 0.55, "homophone": 0.1},
    "mixed": {"chat": 0.15, "traditional": 0.15, "typo": 0.06, "devanagari": 0.2},
}
"""How often, per word, each noise strikes in one style of writing."""
_VARIANTS = 8


_DICE = Random()  # sown anew for every variant: to make one each time takes longer than the variant


@lru_cache(maxsize=1 << 18)
def _variant(name: str, word: str, number: int) -> str:
    """One of the ways in which a noise may strike a word: a table in place of the work."""
    _DICE.seed(crc32(f"{name} {word} {number}".encode()))
    said = WORDS[name](word, _DICE)
    return said if said == word or keeps_meaning(word, said) else word


def strike(name: str, word: str, rng: Random) -> str:
    """The word with the named noise; unchanged where that would change the meaning."""
    return _variant(name, word, int(rng.random() * _VARIANTS))


def _words(text: str) -> list[str]:
    """The text cut in parts, every second one a word."""
    parts: list[str] = []
    at = 0
    for match in WORD.finditer(text):
        parts += text[at : match.start()], match.group()
        at = match.end()
    parts.append(text[at:])
    return parts


def respell(text: str, style: str, rng: Random, strength: float = 1.0) -> str:
    """A stretch of a sentence as written in one style; the number of words may grow by a split."""
    table = _table(style)
    if not strength or not any(table):
        return text
    parts = _words(text)
    for index in range(1, len(parts), 2):
        struck = rng.random() / strength
        # One noise a word: two on one word would leave little of it.
        for name, below in table[is_devanagari(parts[index])]:
            if struck < below:
                parts[index] = strike(name, parts[index], rng)
                break
    return "".join(parts)


@cache
def _table(style: str) -> tuple[tuple[tuple[str, float], ...], ...]:
    """The noises of a style for a Latin and for a Devanagari word, with their rates added up."""
    tables = ({n: r for n, r in STYLES[style].items() if n in known} for known in (ROMAN, DEVANAGARI))
    return tuple(tuple(zip(rates, accumulate(rates.values()), strict=True)) for rates in tables)


def apply(name: str, sentence: str, rng: Random, strength: float) -> str:
    """One named noise: it strikes `strength` (0 to 1) of the words, or of the sentences. Raises KeyError."""
    if name in SENTENCES:
        return SENTENCES[name](sentence, rng) if rng.random() < strength else sentence

    parts = _words(sentence)
    for index in range(1, len(parts), 2):
        if name in (DEVANAGARI if is_devanagari(parts[index]) else ROMAN) and rng.random() < strength:
            parts[index] = strike(name, parts[index], rng)
    return "".join(parts)
