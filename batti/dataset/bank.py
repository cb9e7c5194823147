"""The phrase bank made ready for use: what can be found out about a phrase once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from batti import lexicon
from batti.dataset import phrases
from batti.dataset.phrases import Phrase
from batti.lexicon import Lexicon

Swap = tuple[int, int, int]
"""Start and end of an exchangeable word in a segment, and its class."""


@cache
def _any_word(kind: str, without: tuple[str, ...] = ()) -> re.Pattern[str]:
    """Matches any of the words of a list in frames.yaml, whole, in any case; `*` is any ending."""
    words = [word for word in lexicon.load().frames[kind] if word not in without]
    body = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words)
    return re.compile(rf"(?<![\w\u0900-\u097f])(?:{body})(?![\w\u0900-\u097f])", re.IGNORECASE)


@dataclass(frozen=True)
class Compiled:
    """A phrase with what can be found out about it once."""

    phrase: Phrase
    script: str
    english: bool
    swaps: tuple[tuple[Swap, ...], ...]  # per segment
    joinable: bool
    verb: tuple[int, int, int, int] | None  # segment, start, end of its only imperative; class that forbids
    refusable: bool  # an English imperative that a refusal may stand before
    light_word: tuple[int, int, int] | None  # segment, start, end of the only word for "light"


def _compile(phrase: Phrase, lex: Lexicon) -> Compiled:
    literal = " ".join(s.text for s in phrase.segments if not s.slot)
    script = lexicon.script_of(literal or phrase.text)
    english_words, nepali_words = (_any_word(f"{name}_words").findall(literal) for name in ("english", "nepali"))
    english = script == "roman" and len(english_words) > len(nepali_words)
    swaps = tuple(tuple(lex.swaps.find(s.text)) if not s.slot else () for s in phrase.segments)
    lights = [
        (i, start, end)
        for i, found in enumerate(swaps)
        for start, end, index in found
        if lex.swaps.ids[index].startswith("light.")
    ]
    # Only a light word right behind the place is what the request is about; "hey batti" is not.
    beside = [(i, s, e) for i, s, e in lights if s < 12 and i and phrase.segments[i - 1].slot == "A"]
    places = [s for s in phrase.segments if s.slot and s.slot[0] in phrases.PLACE_SLOTS]
    simple = (
        phrase.kind == "act"
        and [s.slot for s in places] == ["A"]
        and all(m.place == "A" and not m.when and m.done not in ("query", "toggle") for m in phrase.meanings)
    )
    joinable = simple and len(phrase.text) < 60 and not re.search(r"[?.!;।]", phrase.text)
    only = beside[0] if len(lights) == 1 and beside and phrase.kind == "act" and len(phrase.meanings) == 1 else None
    verb = _only_verb(phrase, swaps, lex)
    return Compiled(phrase, script, english, swaps, joinable, verb, english and _refusable(phrase, lex), only)


def _refusable(phrase: Phrase, lex: Lexicon) -> bool:
    verbs = "|".join(lex.frames["refusal"]["verbs"])
    return (
        phrase.kind == "act"
        and len(phrase.meanings) == 1
        and bool(re.match(rf"(?:{verbs})\b", phrase.text, re.I))
        # The verb's own particle ("turn on") is no second request.
        and not _any_word("turning_words", without=("on", "off")).search(phrase.text)
        and not re.search(r"[.;!?]|\band\b", phrase.text, re.IGNORECASE)
    )


def _only_verb(
    phrase: Phrase, swaps: tuple[tuple[Swap, ...], ...], lex: Lexicon
) -> tuple[int, int, int, int] | None:
    """The imperative of a phrase that has one verb and one action, and the class of its prohibitive."""
    verbs = [
        (i, start, end, lex.swaps.prohibitive[index])
        for i, found in enumerate(swaps)
        for start, end, index in found
        if index in lex.swaps.prohibitive
    ]
    if len(verbs) != 1 or phrase.kind != "act" or len(phrase.meanings) != 1 or phrase.meanings[0].excepts:
        return None
    # Nothing but the verb may carry the request: not a correction, not a question.
    turned = "?" in phrase.text or _any_word("turning_words").search(phrase.text)
    return None if turned or phrase.meanings[0].done == "query" else verbs[0]


@dataclass
class Bank:
    by_voice: list[list[Compiled]]
    joinable: dict[tuple[str, bool], list[Compiled]]  # by script and whether it is English


@cache
def bank() -> Bank:
    """The phrase bank, compiled."""
    lex = lexicon.load()
    voices: dict[str, list[Compiled]] = {}
    joinable: dict[tuple[str, bool], list[Compiled]] = {}
    for phrase in phrases.load():
        compiled = _compile(phrase, lex)
        voices.setdefault(phrase.voice, []).append(compiled)
        if compiled.joinable:
            joinable.setdefault((compiled.script, compiled.english), []).append(compiled)
    return Bank(list(voices.values()), joinable)
