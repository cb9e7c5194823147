"""How a phrase is worded and spelled: varied, dressed in small talk, in a style of writing.

`dress` chooses a phrase, varies it by a rule of `compose`, exchanges words of one class, puts polite
and chatty words around it and spells it in one of the styles of `noise`; its slots stay open.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from batti.dataset import amounts, noise, numbers
from batti.dataset.bank import Found, Sayable, bank
from batti.dataset.compose import varied
from batti.lexicon import Lexicon

T = TypeVar("T")
# A hundred draws of a style of writing: choosing from it is quicker than by weights.
_STYLES = tuple(s for s, n in zip(noise.STYLES, (31, 15, 13, 12, 5, 9, 3, 12), strict=True) for _ in range(n))
_SLOT = 0xE100  # private-use characters from here on stand for the segments with slots
_SLOTS = re.compile("([\ue100-\uf8ff])")


@dataclass(frozen=True)
class Dressed:
    """A phrase as it is worded and spelled this time.

    `parts` are words and, at every second place, the index of the segment whose slot stands there.
    """

    one: Sayable
    rule: str
    style: str
    parts: tuple[str | int, ...]

    @property
    def has_slots(self) -> bool:
        return len(self.parts) > 1


def dress(lex: Lexicon, rng: Random) -> Dressed:
    """A phrase of the bank in words and spelling of the moment."""
    one, rule = varied(pick(pick(bank().draws, rng), rng), rng, lex)
    return dressed(one, rule, lex, rng)


def dressed(one: Sayable, rule: str, lex: Lexicon, rng: Random) -> Dressed:
    """The phrase, made by `rule`, in words and spelling of the moment."""
    style = pick(_STYLES, rng)
    segments = zip(one.phrase.segments, one.swaps, strict=True)
    said = [chr(_SLOT + i) if s.slot else _swap(s.text, found, lex, rng) for i, (s, found) in enumerate(segments)]
    words = noise.respell("".join(said), style, rng)
    words = _struck(_wrap(words, one, lex, rng), one, style, lex, rng)
    parts = _SLOTS.split(unicodedata.normalize("NFC", words).strip())
    return Dressed(one, rule, style, tuple(ord(p) - _SLOT if i % 2 else p for i, p in enumerate(parts)))


def pick(choices: Sequence[T], rng: Random) -> T:
    """One of them: what `rng.choice` does, and quicker."""
    return choices[int(rng.random() * len(choices))]


def _swap(text: str, found: tuple[Found, ...], lex: Lexicon, rng: Random) -> str:
    """The text with some words exchanged for others of their class."""
    if not found:
        return text
    out, at = [], 0
    for start, end, index in found:
        out.append(text[at:start])
        out.append(text[start:end] if rng.random() < 0.55 else pick(lex.swaps.classes[index], rng))
        at = end
    return "".join(out) + text[at:]


def _wrap(words: str, one: Sayable, lex: Lexicon, rng: Random) -> str:
    """Words that ask nothing: a wake phrase, an address, a reason, a particle."""
    script = "en" if one.english and rng.random() < 0.85 else one.script
    counted = amounts.counts(lex, "ne" if script == "roman" else script)

    def has(kind: str) -> bool:
        return bool(lex.fillers[kind][script])

    def some(kind: str) -> str:
        said = pick(lex.fillers[kind][script], rng)
        return numbers.others(said, script, lex, rng) if counted and rng.random() < 0.7 else said

    if rng.random() < 0.09 and has("openings"):
        words = f"{some('openings')} {words}"
    if rng.random() < 0.05 and has("reasons_before"):
        words = f"{some('reasons_before')}{pick((', ', ' ', ', '), rng)}{words}"
    elif rng.random() < 0.05 and has("reasons_after"):
        words = f"{words}{pick((', ', ' '), rng)}{some('reasons_after')}"
    if rng.random() < 0.05 and has("wake"):
        words = f"{some('wake')} {words}"
    if rng.random() < 0.06 and has("endings"):
        words = f"{words} {some('endings')}"
    if rng.random() < 0.03 and has("hesitations"):
        at = pick([m.start() for m in re.finditer(" ", words)] or [0], rng)
        words = f"{words[:at]} {some('hesitations')} {words[at:].lstrip()}"
    return words


def _struck(words: str, one: Sayable, style: str, lex: Lexicon, rng: Random) -> str:
    """The whole sentence with the noises that are not of single words."""
    if "recognizer" in style:
        words = words if one.phrase.asked_by_its_mark else noise.strip_punctuation(words, rng)
        roll = rng.random()
        if roll < 0.17:
            words = noise.repeat_word(words, rng)
        elif roll < 0.27:
            said = lex.fillers["hesitations"][one.script]
            hesitation = pick(said, rng) if rng.random() < 0.4 and said else ""
            words = noise.say_again(words, rng, hesitation)
        elif roll < 0.35:
            words = noise.false_start(words, rng)
    if rng.random() < 0.03:
        words = noise.mix_scripts(words, rng)
    if style != "clean" and rng.random() < 0.08:
        words = noise.join_words(words, rng)
    elif rng.random() < 0.3:
        marks = "!.। " if one.phrase.asked_by_its_mark else "?!.। "
        words = words.rstrip(marks) if rng.random() < 0.6 else words + pick((".", "!", "..", " "), rng)
    return words
