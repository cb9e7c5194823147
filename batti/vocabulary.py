"""The words of a home's names, and which of them a word that was said is like."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from batti import meaning, sound

ENOUGH = 0.5
"""Similarity (0 to 1) from which two words may be partners."""
_REMEMBERED = 4096  # words said


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


def _near(said: str, words: list[str]) -> list[int]:
    """Where the words stand whose spelling is so near that they may be like it."""
    found = process.extract(said, words, scorer=OSA.normalized_similarity, score_cutoff=ENOUGH, limit=None)
    return [index for _, _, index in found]
