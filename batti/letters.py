"""Letters that tell like things apart at the end of a name: block b, `ब्लक ख`, `टनेल ए`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from string import ascii_lowercase

from batti import lexicon


def is_letter(said: str) -> bool:
    """Whether it is a letter and nothing more: b, `bi`, `ख`."""
    return is_written(said) or lexicon.key(said) in lexicon.load().frames["letters_heard"]


def is_written(said: str) -> bool:
    """Whether it is a letter as it is written: b, `ख`."""
    return lexicon.key(said) in _every()


def at_end(name: str) -> frozenset[str]:
    """What may tell like things apart at the end of a name: b of `block b`, kha of `ब्लक ख`, a or e of `टनेल ए`."""
    words = _without_endings(lexicon.key(name).split())
    last = words[-1] if words else ""
    if numbered := _NUMBERED.fullmatch(last):  # 9a, class 9b, a9
        last = numbered[1] or numbered[2]
    elif len(words) < 2:
        last = ""
    return frozenset({last, lexicon.load().frames["letters_heard"].get(last, "")} & _every())


def at_start(name: str) -> frozenset[str]:
    """What may tell like things apart at the start of a name: b of `B block` and of `बी ब्लक`."""
    first, *more = lexicon.key(name).split() or [""]
    if not is_latin(first) or not more or more[0] in lexicon.load().frames["of"]:  # `di ko kotha` is a sister's
        return frozenset()
    return frozenset({first, lexicon.load().frames["letters_heard"].get(first, "")} & _every())


def is_lettered(said: str) -> bool:
    """Whether it ends in a Latin letter, which is no ending: flat b, `flat bi ma`, room 1b; not `ghar ka`."""
    words = _without_endings(lexicon.key(said).split())
    last = words[-1] if words else ""
    return (len(words) > 1 and is_latin(last)) or bool(_LETTER_BEHIND.fullmatch(last))


def is_latin(word: str) -> bool:
    """Whether a word in lower case is a Latin letter, written or as it is heard."""
    return (len(word) == 1 and word.isascii() and word.isalpha()) or word in lexicon.load().frames["letters_heard"]


def _without_endings(words: Sequence[str]) -> Sequence[str]:
    while words and words[-1] in lexicon.load().frames["behind_letters"]:
        words = words[:-1]
    return words


def written(words: Sequence[str]) -> Iterator[list[str]]:
    """Folded words with the letter that they end in as it is written, if it is one as it is heard: `tunnel bi`."""
    words, heard = _without_endings(words), lexicon.load().frames["letters_heard"]
    if len(words) > 1 and words[-1] in heard:
        yield [*words[:-1], heard[words[-1]]]


def heard(name: str) -> Iterator[str]:
    """How a name that is a letter, with a number or without, may be heard: `bi` for room B, `e1`, `a 1` and `e 1` for
    A1, `3e` for 3A."""
    if lettered := _LETTERED.fullmatch(lexicon.key(name)):
        before, letter, behind = lettered.groups()
        frames = lexicon.load().frames
        ways = [way for way, one in frames["letters_heard"].items() if one == letter]
        if before or behind:
            ways += frames["letter_names"][ascii_lowercase.index(letter) :][:1]
        yield from (f"{before}{way}{behind}" for way in ways)
        if behind:
            yield from (f"{way} {behind}" for way in (letter, *ways))


_NUMBERED = re.compile("[0-9]+([a-z]+)|([a-z]{1,2})[0-9]+")
_LETTER_BEHIND = re.compile("[0-9]+[a-z]")
_LETTERED = re.compile("([0-9]*)([a-z])([0-9]*)")


@cache
def _every() -> frozenset[str]:
    return frozenset((*ascii_lowercase, *lexicon.load().frames["letters"]))
