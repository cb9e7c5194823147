"""The language of each word of a sentence, its script, and how far the sentence mixes languages.

A word is looked up among the words of the lexicon and of the phrase bank. One that is not there (a slip, a rare
word) is told by its letters and by the words around it. Devanagari is read in Latin letters first, so that लाइट is
as English as light.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from typing import Any, NamedTuple

from batti import lexicon
from batti.dataset.bank import bank
from batti.lexicon import key
from batti.paths import read_yaml, resources

EN, NE, NEITHER = "en", "ne", "un"
LANGUAGES = (EN, NE)
SCRIPTS = ("Latin", "Devanagari", "mixed", "none")

# \w leaves out Devanagari vowel signs and joiners; digits are words of their own: 40le, 3pm.
_WORD = re.compile(r"\d+|(?:(?!\d)[\w'’\u0900-\u0963\u0970-\u097f\u200c\u200d])+")
_LATIN = re.compile(r"[A-Za-z]")
_DEVANAGARI = re.compile(r"[\u0904-\u0939\u0958-\u0961]")
_LEAST_STEM = 3  # letters
_LENT = 1.0
"""Nepali sentences hold English words far oftener than English ones Nepali, so that a word of both counts as
Nepali only if it is so much more frequent there (as a logarithm)."""


class Tagged(NamedTuple):
    """A word of a sentence with its language: English, Nepali or neither (digits and names)."""

    word: str
    language: str


def script(text: str) -> str:
    """The script of the letters: one of `SCRIPTS`."""
    latin, devanagari = bool(_LATIN.search(text)), bool(_DEVANAGARI.search(text))
    return "mixed" if latin and devanagari else "Latin" if latin else "Devanagari" if devanagari else "none"


def words(text: str) -> list[str]:
    """The words and the runs of digits in a text."""
    return [word for word in _WORD.findall(unicodedata.normalize("NFC", text)) if key(word)]


def tag(text: str, names: Collection[str] = ()) -> list[Tagged]:
    """The words of a text with their languages; `names` are keys of words that a home's own names hold."""
    said = words(text)
    found = [_known(key(word)) or (NEITHER if key(word) in names else None) for word in said]
    around = Counter(language for language in found if language in LANGUAGES)
    return [Tagged(w, one or _guess(key(w), around)) for w, one in zip(said, found, strict=True)]


def mixing(tagged: Iterable[Tagged]) -> float:
    """The code-mixing index of a sentence, 0 to 100 (Das & Gambäck 2014): 100 * (1 - max(w_i) / (n - u))."""
    counts = Counter(one.language for one in tagged if one.language in LANGUAGES)
    return 100 * (1 - max(counts.values()) / counts.total()) if counts else 0.0


def labelled() -> dict[str, list[list[Tagged]]]:
    """Sentences labelled by hand, by the sort that they are; see the comments of the file."""
    sorts: dict[str, list[list[Tagged]]] = {}
    for line in resources("tongue", "labelled.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            sentences = sorts.setdefault(line.removeprefix("== "), [])
        elif line and not line.startswith("#"):
            sentences.append([Tagged(*one.rsplit("/", 1)) for one in line.split()])
    return sorts


def accuracy(sentences: Iterable[list[Tagged]]) -> tuple[int, int]:
    """How many words of labelled sentences the tagger gets right, and how many there are."""
    pairs = [pair for one in sentences for pair in zip(tag(" ".join(w for w, _ in one)), one, strict=True)]
    return sum(ours == theirs for ours, theirs in pairs), len(pairs)


@lru_cache(maxsize=1 << 18)
def _known(word: str) -> str | None:
    """The language of a word that is known, with a case ending or without."""
    if not re.search("[a-z]", word):
        return NEITHER
    word = word.lstrip("0123456789")  # 3pm
    stems = [word.removesuffix(ending) for ending in _endings() if len(word) >= len(ending) + _LEAST_STEM]
    # Stems that are told before words that are counted: रुममा is the English room, however often Nepali has it.
    vocabularies = (_told(), _names(), _counted())
    languages = (known[stem] for known in vocabularies for stem in (word, *stems) if stem in known)
    return next(languages, None)


@cache
def _endings() -> tuple[str, ...]:
    beside = read_yaml("tongue", "words.yaml")["endings"]
    return tuple(sorted((*map(key, lexicon.load().frames["endings"]), *beside), key=len, reverse=True))


@cache
def _told() -> dict[str, str]:
    """Key of a word -> its language, as the resource has it."""
    told = read_yaml("tongue", "words.yaml")
    english = {key(word): EN for base, spelled in told["english"].items() for word in (base, *spelled)}
    return english | {key(word): NE for word in told["nepali"]}


@cache
def _counted() -> dict[str, str]:
    """Key of a word -> the language in whose text it is more frequent."""
    sure, likely = _counts()
    totals = {language: sure[language].total() for language in LANGUAGES}
    known = dict.fromkeys(likely, EN)
    for word in sure[EN].keys() | sure[NE].keys():
        en, ne = (sure[language][word] / totals[language] for language in LANGUAGES)
        known[word] = EN if not ne or (en and math.log(en / ne) > -_LENT) else NE
    return known


@cache
def _names() -> dict[str, str]:
    """Keys of the names of people, mountains and towns that are no words besides."""
    return dict.fromkeys(_capitals() - _counted().keys(), NEITHER)


@cache
def _capitals() -> frozenset[str]:
    """Keys of all names; capitals tell them in the lexicon."""
    lex = lexicon.load()
    people = (word for person in lex.people for word in person.en if word[:1].isupper())
    return frozenset(key(word) for name in (*people, *lex.frames["proper"]) for word in words(name))


def _counts() -> tuple[dict[str, Counter[str]], Counter[str]]:
    """How often words stand in English and in Nepali text, and in what is probably English."""
    lex = lexicon.load()
    sure: dict[str, Counter[str]] = {EN: Counter(), NE: Counter()}
    likely: Counter[str] = Counter()
    for one in (*lex.places, *lex.people, *lex.groups, *lex.adjectives, *lex.numbers.values()):
        if not any(word[:1].isupper() for word in one.en[:1]):
            sure[EN].update(key(word) for said in one.en for word in words(said))
            sure[NE].update(key(word) for said in one.ne for word in words(said))
    for one in (*lex.lights, *lex.devices):  # their Nepali names are English respelled as often as not
        sure[EN].update(key(word) for said in one.en for word in words(said))
    in_english = read_yaml("tongue", "words.yaml")["english_voices"]
    for phrase in (phrase for voice in bank().voices for phrase in voice):
        # Of the other voices a phrase may be taken for English that is not.
        into = sure[NE] if not phrase.english else sure[EN] if phrase.phrase.voice in in_english else likely
        said = [word for segment in phrase.phrase.segments if not segment.slot for word in words(segment.text)]
        into.update(key(word) for word in said if not (word[:1].isupper() and key(word) in _capitals()))
    return sure, likely


def _guess(word: str, around: Counter[str]) -> str:
    """The more probable language by the letters of the word and the languages of the words around it."""
    by_letters = _by_letters(word)
    return max(LANGUAGES, key=lambda language: by_letters[language] + 2 * math.log(around[language] + 1))


@lru_cache(maxsize=1 << 18)
def _by_letters(word: str) -> dict[str, float]:
    """The logarithm of the probability of each language."""
    model = _model()
    return dict(zip(map(str, model.classes_), model.predict_log_proba([word])[0].tolist(), strict=True))


@cache
def _model() -> Any:
    """Naive Bayes over the pieces of up to four letters of the words that are known."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    known = dict(sorted((_counted() | _told()).items()))
    model = make_pipeline(CountVectorizer(analyzer="char_wb", ngram_range=(1, 4)), MultinomialNB(fit_prior=False))
    return model.fit(list(known), list(known.values()))
