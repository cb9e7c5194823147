"""Yes and no, as people say them: `ho`, `hajur ho`, `hunchha gara`, `pardaina bhayo`, `not now`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal, TypeAlias

from batti.serve.phrases import telling_words
from batti.text import normalize

_Kind: TypeAlias = Literal["no", "yes", "polite", "particles"]
_KINDS: tuple[_Kind, ...] = ("no", "yes", "polite", "particles")  # of a word in several the first
_SILENT = 3  # letters of a word from which its last a may be silent: हुन्छ, hunchha
_WORD = re.compile(r"[a-z0-9%']+")


def consents(said: str) -> bool | None:
    """Whether an answer says yes (True) or no (False) and nothing else; None where it says neither, or both.

    What is only polite (`la`, `hajur`) says yes where it stands alone: `hajur, hoina` is a no.
    """
    words = words_of(said)
    kinds = [kind for kind, _ in _parted(words)]
    if not kinds or None in kinds:
        return None
    if "yes" in kinds or "no" in kinds:
        return None if {"yes", "no"} <= {*kinds} else "yes" in kinds
    return True if "polite" in kinds else None


def behind_yes(said: str) -> str:
    """What is said behind a yes: `nibhau` of `ho nibhau`; nothing where no yes is said first, or no more than it."""
    words = words_of(said)
    at = 0
    for kind, many in _parted(words):
        if kind is None or kind == "no":
            break
        at += many
    return " ".join(words[at:]) if consents(" ".join(words[:at])) else ""


def is_yes(word: str) -> bool:
    """Whether one normalized word says yes."""
    return consents(word) is True


def words_of(said: str) -> list[str]:
    """The words of an answer, normalized."""
    return _WORD.findall(normalize(said))


def _parted(words: Sequence[str]) -> Iterator[tuple[_Kind | None, int]]:
    """The kinds of the words, some of which belong together (`not now`), and how many words each is."""
    known, at = _known(), 0
    sounds = [*map(_spoken, words)]
    while at < len(words):
        ways = (many for many in range(len(words) - at, 0, -1) if tuple(sounds[at : at + many]) in known)
        many = next(ways, 0)
        kind = known[tuple(sounds[at : at + many])] if many else None
        if kind == "no" and at and words[at] in _particles():  # `gara na` asks for it
            kind = "particles"
        yield kind, many or 1
        at += many or 1


@cache
def _known() -> dict[tuple[str, ...], _Kind]:
    """Words as they are spoken, one or several -> what they say."""
    found: dict[tuple[str, ...], _Kind] = {}
    for kind in reversed(_KINDS):
        found |= {tuple(map(_spoken, words_of(said))): kind for said in telling_words().get(kind, ())}
    return found


@cache
def _particles() -> frozenset[str]:
    return frozenset(map(normalize, telling_words().get("particles", ())))


def _spoken(word: str) -> str:
    """A word without the last vowel that nobody speaks, and that Devanagari does not write: हुन्छ is hunchh."""
    return word[:-1] if word.endswith("a") and len(word) > _SILENT else word
