"""The words of a home's names: which of them a word that was said is like, and which it is a slip of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from batti import lexicon, meaning, sound

ENOUGH = 0.5
"""Similarity (0 to 1) from which two words may be partners."""
_NEAR = 0.35  # similarity in spelling from which two words may sound that much alike: iain and kiten
_REMEMBERED = 4096  # words said
_VOWELS = re.compile("[aeiou]")
_LEAST = 4  # letters of a word in which a slip is looked for


class Vocabulary:
    """Folded words, ready to be compared with what is said."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = [*words]
        self._consonants = [*map(sound.consonants, self._words)]
        self._by_beginning: dict[str, list[str]] = {}
        self._by_meaning: dict[str, list[str]] = {}
        for word in self._words:
            self._by_beginning.setdefault(word[: sound.SHORTEST], []).append(word)
            for meant in meaning.senses(word):
                self._by_meaning.setdefault(meant, []).append(word)
        self.like = lru_cache(maxsize=_REMEMBERED)(self._like)  # the same words are said again and again

    def _like(self, said: str) -> tuple[str, ...]:
        """The words that are like one that was said (`meaning.alike`).

        Only those are compared that may be: similar in spelling or in consonants, with the same beginning
        or with the same meaning.
        """
        maybe = {self._words[i] for i in _near(said, self._words)}
        maybe.update(self._words[i] for i in _near(sound.consonants(said), self._consonants))
        maybe.update(self._by_beginning.get(said[: sound.SHORTEST], ()))
        for meant in meaning.senses(said):
            maybe.update(self._by_meaning.get(meant, ()))
        return tuple(word for word in maybe if meaning.alike(said, word) >= ENOUGH)


class Spelling:
    """Words as they are written, for those that quick thumbs made of them: `kicthen`, `lonuge`, `bedorm`."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted({word for word in words if len(word) >= _LEAST and word.isalpha()})

    def mended(self, said: str) -> str:
        """The words said, with each that nobody knows replaced by the one that it is a slip of."""
        return " ".join(map(self._word, said.split()))

    def _word(self, said: str) -> str:
        endings = lexicon.load().frames["of"]
        stem = next((said.removesuffix(of) for of in endings if said.endswith(of)), said)
        if not said.isalpha() or any(meaning.is_known(sound.fold(word)) or word in _proper() for word in (said, stem)):
            return said
        for word, rest in ((said, ""), (stem, said[len(stem) :])):
            if slip := self._slip_of(word):
                return slip + rest
        return said

    def _slip_of(self, said: str) -> str:
        """The word that it is a slip of; nothing where that may be two."""
        if len(said) < _LEAST:
            return _one_word([word for word in self._words if _lacks_vowels(said, word)])
        slips = [word for word in self._words if _is_slip(said, word)]
        return _one_word([word for word in slips if _is_turned(said, word)]) or _one_word(slips)


@cache
def _proper() -> frozenset[str]:
    """Proper names of one word that rooms are given: nobody's thumb makes Texas of terrace."""
    return frozenset(map(lexicon.key, lexicon.load().frames["proper"]))


def _one_word(some: list[str]) -> str:
    """The first of these, where they are one word in several spellings."""
    return some[0] if len({sound.consonants(sound.fold(word)) for word in some}) == 1 else ""


def _is_slip(said: str, word: str) -> bool:
    """Whether two letters changed places, or in a longer word one is missing, too many or another."""
    if abs(len(said) - len(word)) > 1 or OSA.distance(said, word) != 1:
        return False
    return _is_turned(said, word) or (len(word) > _LEAST and said[0] == word[0])


def _lacks_vowels(said: str, word: str) -> bool:
    """Whether a short word was typed without the vowels inside it: gte, ksi."""
    is_short = sound.SHORTEST <= len(said) < len(word) <= len(said) + 2 and said[0] + said[-1] == word[0] + word[-1]
    return is_short and said[1:-1] == _VOWELS.sub("", word[1:-1])


def _is_turned(said: str, word: str) -> bool:
    return sorted(said) == sorted(word)


def _near(said: str, words: list[str]) -> list[int]:
    """Where the words stand whose spelling is so near that they may be like it."""
    found = process.extract(said, words, scorer=OSA.normalized_similarity, score_cutoff=_NEAR, limit=None)
    return [index for _, _, index in found]
