"""In which language and script a sentence is, and what a place is called in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from batti import lexicon
from batti.lexicon import Concept, key
from batti.serve.phrases import Tongue, telling_words
from batti.text import is_devanagari

_WORD = re.compile(r"[a-z]+")
_NOT = "na"  # before the verb of what is not to be done
_SHORTEST = 4  # letters of a word whose ending tells nothing


def tongue_of(sentence: str) -> Tongue:
    """Devanagari where there is any; else English where its small words outnumber those of Nepali.

    Where neither has any ("kitchen light off", "hall nanibhau"), Nepali if a word is none of English that the lexicon
    knows, or is a Nepali verb or greeting by its looks.
    """
    if is_devanagari(sentence):
        return "deva"
    words = _WORD.findall(sentence.casefold())
    telling = telling_words()
    english, nepali = (sum(word in telling[one] for word in words) for one in ("english", "nepali"))
    if english == nepali == 0:
        nepali = sum(_is_nepali(word) for word in words)
    return "ne" if nepali and nepali >= english else "en"


def _is_nepali(word: str) -> bool:
    """Whether a word that tells of no language is Nepali all the same: one of the lexicon, or by its looks."""
    if word in _english():
        return False
    telling = telling_words()
    plain = word.removeprefix(_NOT)
    looks_so = len(word) > _SHORTEST and word.endswith(tuple(telling.get("nepali_endings", ())))
    said = (plain in telling.get(kind, ()) or word in telling.get(kind, ()) for kind in ("nepali", "nepali_talk"))
    return looks_so or any(said) or word in _nepali()


@cache
def _concepts() -> dict[str, Concept]:
    """Key of a name -> what it names."""
    lex = lexicon.load()
    named = (one for one in (*lex.lights, *lex.groups, *lex.places))
    return {said: one for one in named for said in one.keys}


@cache
def _english() -> frozenset[str]:
    return frozenset(word for one in _all() for name in one.en for word in key(name).split())


@cache
def _nepali() -> frozenset[str]:
    return frozenset(word for one in _all() for name in one.ne for word in key(name).split())


def _all() -> Iterable[Concept]:
    lex = lexicon.load()
    return (*lex.places, *lex.people, *lex.groups, *lex.lights, *lex.adjectives, *lex.numbers.values())


def called(names: Sequence[str], tongue: Tongue, sentence: str = "") -> str:
    """Of the names that a home gives a thing (its own first), the one to use in a tongue.

    As the sentence has it, by a name of the home or of the lexicon; else a name of that language and script; else what
    the lexicon calls such a thing. In Latin letters Nepali takes a home's own name as it is: garage, hall.
    """
    fitting = [name for name in names if is_devanagari(name) == (tongue == "deva")]
    known = [(name, _concepts()[key(name)]) for name in names if key(name) in _concepts()]
    of_lexicon = [name for _, one in known for name in getattr(one, tongue)]
    if said := _said(fitting, sentence) or _said(of_lexicon, sentence):
        return said
    in_tongue = [name for name, one in known if name in fitting and key(name) in map(key, getattr(one, tongue))]
    own = in_tongue or (fitting if tongue != "en" else [])
    best: str = next(iter((*own, *of_lexicon, *fitting, *names)))
    return best


def _said(names: Iterable[str], sentence: str) -> str | None:
    """The longest of the names that begins at a word of the sentence."""
    text = f" {unicodedata.normalize('NFC', sentence).casefold()}"
    inside = [name for name in names if f" {name.casefold()}" in text]
    return max(inside, key=len, default=None)
