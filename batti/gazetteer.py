"""What a network is told of the home: which characters of a sentence look like a name of it.

A tag for each character, from an exact match of words as they sound, or of words a slip away from
those of the home. It is a hint: places that no tag marks are found too, and a tag may be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from batti import meaning, sound, spoken

NOTHING = 0
KINDS = ("room", "group", "light")
TAGS = 1 + 2 * len(KINDS)
"""Nothing, and for each kind the first character of a name and those that follow."""
_SLIP = 0.75  # similarity from which an unknown word is taken for one of the home's
_MIN_SLIP = 4  # letters: shorter words are never taken for others
_LONGEST = 5  # words in a name
_REMEMBERED = 4096  # unknown words whose nearest one is kept


@dataclass(frozen=True)
class _Word:
    """A word of a sentence as the home would say it, and its characters."""

    said: str
    start: int
    end: int


@lru_cache(maxsize=1 << 16)
def _forms_of(name: str) -> tuple[tuple[str, ...], ...]:
    return _forms(tuple(spoken.words_of(name)))


@lru_cache(maxsize=1 << 16)
def _forms(heard: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The words of a name as they may be said: `dai ROOM` and `dai` for dai ko kotha."""
    words = tuple([word for word in map(meaning.shared, heard) if word])
    telling = tuple([word for word in words if word not in meaning.SHARED])
    forms = [words] if telling == words else [words, telling]
    if len(heard) == 2 and not (heard[0].isdigit() or heard[1].isdigit()):  # bed room, bedroom
        forms.append((sound.fold("".join(heard)),))
    # A name that is a number and no more (14) is one; the 3 of room 3 may as well be a level.
    return tuple([form for form in forms if len(form) > 1 or (form and (form == heard or _tells(form[0])))])


def _tells(word: str) -> bool:
    """Whether the word alone may be a name: a small number may as well be a level, `kotha` any room."""
    return word not in meaning.SHARED and (not word.isdigit() or len(word) > 2)


@lru_cache(maxsize=1 << 16)
def _heard_as(token: str) -> tuple[tuple[str, int], ...]:
    """The word as it sounds, whole and without each case ending, and how many characters that keeps."""
    said = meaning.shared(meaning.heard(token))
    if not said:
        return ((said, len(token)),)
    stems = (token.removesuffix(e) for e in spoken.endings() if len(token) > len(e) + 1 and token.endswith(e))
    return ((said, len(token)), *((meaning.shared(meaning.heard(stem)), len(stem)) for stem in stems))


class Gazetteer:
    """The names of a home, as pairs of name and kind (`room`, `group`, `light`).

    `others` are what else its things may be called, each as its words (`spoken.words_of`).
    """

    def __init__(self, names: Iterable[tuple[str, str]], others: Iterable[tuple[tuple[str, ...], str]] = ()) -> None:
        self._kinds: dict[tuple[str, ...], int] = {}
        tags = {kind: 1 + 2 * i for i, kind in enumerate(KINDS)}
        for name, kind in names:
            for form in _forms_of(name):
                self._kinds.setdefault(form, tags[kind])
        for words, kind in others:
            for form in _forms(words):
                self._kinds.setdefault(form, tags[kind])
        self._beginnings = frozenset(words[0] for words in self._kinds)
        self._vocabulary = sorted({word for words in self._kinds for word in words})
        self._known = frozenset(self._vocabulary)
        self._long = [word for word in self._vocabulary if len(word) >= _MIN_SLIP and not word.isdigit()]
        self._meant = lru_cache(maxsize=_REMEMBERED)(self._nearest)  # sentences have many words in common

    def tags(self, normalized: str) -> list[int]:
        """A tag for each character of a normalized sentence."""
        found = [NOTHING] * len(normalized)
        words = self._words(normalized)
        at = 0
        while at < len(words):
            if words[at].said not in self._beginnings:
                at += 1
                continue
            for last in range(min(at + _LONGEST, len(words)), at, -1):
                tag = self._kinds.get(tuple([word.said for word in words[at:last]]))
                if tag is not None:
                    start, end = words[at].start, words[last - 1].end
                    found[start:end] = [tag] + [tag + 1] * (end - start - 1)
                    at = last - 1
                    break
            at += 1
        return found

    def _words(self, normalized: str) -> list[_Word]:
        words: list[_Word] = []
        before: re.Match[str] | None = None
        for match in sound.TOKEN.finditer(normalized):
            if before and words and words[-1].said not in self._known:
                pair = before.group() + match.group()  # `bed room`, `mathil lo`
                joined, kept = self._heard(pair)
                if joined in self._known:
                    words[-1] = _Word(joined, before.start(), match.end() - len(pair) + kept)
                    before = None
                    continue
            said, kept = self._heard(match.group())
            if said:
                words.append(_Word(said, match.start(), match.start() + kept))
            before = match if said else None
        return self._mended(words)

    def _heard(self, token: str) -> tuple[str, int]:
        """The word as the home would say it, its case ending off, and how many characters it keeps."""
        forms = _heard_as(token)
        for form in forms:
            if form[0] in self._known:
                return form
        return forms[0]

    def _mended(self, words: list[_Word]) -> list[_Word]:
        """The words with those that are a slip away from one of the home's taken for it."""
        for i, word in enumerate(words):
            if len(word.said) >= _MIN_SLIP and word.said not in self._known and (meant := self._meant(word.said)):
                words[i] = _Word(meant, word.start, word.end)
        return words

    def _nearest(self, said: str) -> str | None:
        """The word of the home that is a slip away from an unknown one, if any is."""
        found = process.extractOne(said, self._long, scorer=OSA.normalized_similarity, score_cutoff=_SLIP)
        return found[0] if found else None
