"""Letters that tell like things apart at the end of a name: block b, `ब्लक ख`, `टनेल ए`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from string import ascii_lowercase

from batti import lexicon


def is_letter(said: str) -> bool:
    """Whether it is a letter and nothing more: b, `bi`, `ख`."""
    return lexicon.key(said) in {*_every(), *lexicon.load().frames["letters_heard"]}


def at_end(name: str) -> frozenset[str]:
    """What may tell like things apart at the end of a name: b of `block b`, kha of `ब्लक ख`, a or e of `टनेल ए`."""
    frames = lexicon.load().frames
    words = lexicon.key(name).split()
    while words and words[-1] in frames["behind_letters"]:
        words.pop()
    last = words[-1] if words else ""
    if numbered := _NUMBERED.fullmatch(last):  # 9a, class 9b
        return frozenset({numbered[1]} & _every())
    last = last if len(words) > 1 else ""
    return frozenset({last, frames["letters_heard"].get(last, "")} & _every())


def written(words: Sequence[str]) -> Iterator[list[str]]:
    """Folded words with the letter that they end in as it is written, if it is one as it is heard: `tunnel bi`."""
    frames = lexicon.load().frames
    while words and words[-1] in frames["behind_letters"]:
        words = words[:-1]
    if len(words) > 1 and words[-1] in frames["letters_heard"]:
        yield [*words[:-1], frames["letters_heard"][words[-1]]]


def heard(words: Sequence[str]) -> Iterator[str]:
    """How a folded name that is a letter, with a number or without, may be heard: `bi` for room B, `e1` for A1."""
    if len(words) == 1 and (name := _LETTERED.fullmatch(words[0])):
        ways = lexicon.load().frames["letters_heard"].items()
        yield from (f"{way}{name[2]}" for way, letter in ways if letter == name[1])


_NUMBERED = re.compile("[0-9]+([a-z]+)")
_LETTERED = re.compile("([a-z])([0-9]*)")


@cache
def _every() -> frozenset[str]:
    return frozenset((*ascii_lowercase, *lexicon.load().frames["letters"]))
