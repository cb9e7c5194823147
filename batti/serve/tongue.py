"""In which language and script a sentence is, and what a place is called in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from batti import lexicon, meaning, spoken
from batti.home import Home
from batti.lexicon import Concept, key
from batti.lookup import Lookup
from batti.serve.phrases import Tongue, telling_words
from batti.sound import consonants, fold
from batti.text import is_devanagari, normalize

_WORD = re.compile(r"[a-z]+")
_WORD_OF_ANY = re.compile(r"[^\s.,!?।]+")
_LONGEST, _MOST_WORDS = 4, 32  # words of a name, and words of a sentence among which names are looked for
_ALIKE = 0.8  # similarity of two spellings of one word
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

    As the sentence has it, by a name of the home or of the lexicon and spelled as there; else a name of that language
    and script; else what the lexicon calls such a thing. In Latin letters Nepali takes a home's own name as it is:
    garage, hall. A name that is known in Latin letters alone is said in Devanagari as it was said there.
    """
    fitting = [name for name in names if is_devanagari(name) == (tongue == "deva")]
    known = [(name, _concepts()[key(name)]) for name in names if key(name) in _concepts()]
    of_lexicon = [name for _, one in known for name in getattr(one, tongue)]
    if said := _said(fitting, sentence):
        return said
    if said := _said(of_lexicon, sentence):
        right = (*fitting, *(name for _, one in known for name in one.en)) if tongue == "ne" else ()
        return next((name for name in right if _is_slip(said, name)), said)  # the lexicon's English is written well
    if tongue != "deva" and (said := _mistyped(fitting, sentence)):
        return said
    if tongue == "deva" and not fitting and (said := _as_it_was_said(tuple(names), sentence)):
        return said
    in_tongue = [name for name, one in known if name in fitting and key(name) in map(key, getattr(one, tongue))]
    own = in_tongue or (fitting if tongue != "en" else [])
    best: str = next(iter((*own, *of_lexicon, *fitting, *names)))
    return best


def _is_slip(said: str, name: str) -> bool:
    """Whether one word is another, cut short (`bathrm`, `kitch`) or spelled otherwise (`kichen`): the lexicon knows how
    people mistype, and nobody wants to be told so."""
    short, full = key(said), key(name)
    if " " in short + full or short[:1] != full[:1]:
        return False
    letters = iter(full)
    return all(letter in letters for letter in short) or _is_spelled_like(short, full)


def _is_spelled_like(word: str, name: str) -> bool:
    if fold(word) == fold(name) or OSA.normalized_similarity(word, name) >= _ALIKE:
        return True
    return consonants(fold(word)) == consonants(fold(name)) and len(word) < len(name)


def _mistyped(names: Iterable[str], sentence: str) -> str | None:
    """Which of the names of one word a word of the sentence is a slip of."""
    words = [word for word in map(spoken.without_ending, key(normalize(sentence)).split()) if len(word) > _SHORTEST]
    called_so = [(name, key(name)) for name in names]
    slips = (name for name, one in called_so for word in words if word[0] == one[:1] and _is_spelled_like(word, one))
    return next(slips, None)


@lru_cache(maxsize=256)
def _as_it_was_said(names: tuple[str, ...], sentence: str) -> str | None:
    """What a sentence in Devanagari calls a thing whose names are all in Latin letters, without its case ending."""
    lookup = Lookup(Home.from_dict({"rooms": [{"name": names[0], "aliases": names[1:]}]}))
    words = [word for word in _WORD_OF_ANY.findall(unicodedata.normalize("NFC", sentence)) if is_devanagari(word)]
    words = words[:_MOST_WORDS]
    runs = (words[i : i + many] for many in range(_LONGEST, 0, -1) for i in range(len(words) - many + 1))
    lamps = [meaning.is_lamp(fold(key(name)).split()[-1]) for name in names]
    for run in runs:
        if (any(lamps) or not meaning.is_lamp(fold(key(run[-1])))) and lookup.surely(normalize(" ".join(run))):
            return _without_case(" ".join(run), lookup)
    return None


def _without_case(said: str, lookup: Lookup) -> str:
    """A name without the case endings that are glued to it: आमा of आमाको, whose own मा is none."""
    shorter = _case().sub("", said)
    return _without_case(shorter, lookup) if shorter != said and lookup.surely(normalize(shorter)) else said


@cache
def _case() -> re.Pattern[str]:
    """Matches a case ending that is glued to the end of a word in Devanagari."""
    return re.compile(rf"{spoken.any_of(lexicon.load().devanagari_endings)}$")


@cache
def _behind() -> str:
    """The pattern of what may stand behind a name: case endings that are glued to it, and the end of the word."""
    endings = (*lexicon.load().frames["endings"], *lexicon.load().devanagari_endings, "'s", "’s")
    return rf"{spoken.any_of(endings)}*(?![a-z\u0900-\u0963])"


def _said(names: Iterable[str], sentence: str) -> str | None:
    """The longest of the names that is said in the sentence, with a case ending or without."""
    text = f" {unicodedata.normalize('NFC', sentence).casefold()}"
    inside = [name for name in names if f" {name.casefold()}" in text]
    inside = [name for name in inside if re.search(rf" {re.escape(name.casefold())}{_behind()}", text)]
    return max(inside, key=len, default=None)
