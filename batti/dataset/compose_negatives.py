"""Rules of `compose` that leave nothing to do: sentences much like a request, after which no light changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from batti.dataset.bank import KINDS, Compiled, Sayable, Where, particle, request_verb
from batti.dataset.phrases import STRANGE_SLOTS, Meaning
from batti.dataset.rewrite import chosen, cut, renamed, reworded
from batti.lexicon import Lexicon


def _nothing(one: Compiled, where: Where, word: str) -> Sayable:
    """The phrase with the word there replaced by one that leaves nothing to do."""
    at, start, end = where
    segments = list(one.phrase.segments)
    segments[at] = cut(segments[at], start, end, word)
    return reworded(one, segments, (), "none")


def other_device(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """The same request for a fan or a door: nothing for the lights to do."""
    assert one.light_word
    device = chosen(lex.devices, rng)
    words = {"deva": device.deva, "en": device.en or device.ne, "ne": device.ne or device.en}[one.language]
    return _nothing(one, one.light_word, rng.choice(words or device.words))


def forbidden(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """The same sentence with its imperative forbidden: `bala` becomes `nabala`, and nothing is asked."""
    assert one.verb
    where, prohibitive = one.verb
    return _nothing(one, where, rng.choice(lex.swaps.classes[prohibitive]))


def other_deed(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """Something else to be done with the light, after which it shines as before: `kinideu` for `bala`."""
    deed = chosen(lex.composition["other_deeds"][one.language], rng)
    if one.english:
        return _other_english_deed(one, deed) if one.refusable else None
    if not one.verb:
        return None
    glue = rng.choice(("", "", " "))
    return _nothing(one, one.verb[0], deed + glue + chosen(lex.composition["for_somebody"][one.language], rng))


def _other_english_deed(one: Compiled, deed: str) -> Sayable | None:
    """`wipe the kitchen light` for `turn the kitchen light on`: the verb is the first word, its particle any."""
    first, *rest = one.phrase.segments
    if verb := request_verb().match(first.text):
        first = cut(first, 0, verb.end(), deed)
    segments = [s if s.slot else replace(s, text=particle().sub("", s.text)) for s in (first, *rest)]
    return reworded(one, segments, (), "none")


def asked_whether(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """`bhancha ko batti nibhau` as a question, `nibhayau?`: what has been done is asked, and nothing is to be."""
    [meaning] = one.phrase.meanings
    tense = rng.choice(("past.you", "done.you"))
    return _retold(one, tense, [replace(meaning, done="query")], "?" if rng.random() < 0.5 else "", rng, lex)


def told(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """`nibhaisake`, `nibhauchu`: somebody has done it already, or will."""
    return _retold(one, rng.choice(("done.me", "will")), (), "", rng, lex)


def needless(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """`batti balnu pardaina`: what need not be done, or must not."""
    behind = chosen(lex.frames["needless"][one.script], rng)

    def said(word: str) -> str:
        if rng.random() < 0.6:
            for ending, other in lex.frames["infinitives"]:
                word = re.sub(f"{ending}$", other, word)
        return f"{word} {behind}"

    return _retold(one, "purp", (), "", rng, lex, said)


def _retold(
    one: Compiled,
    tense: str,
    meanings: Sequence[Meaning],
    mark: str,
    rng: Random,
    lex: Lexicon,
    said_as: Callable[[str], str] = str,
) -> Sayable | None:
    """The phrase with its imperative in another tense, where the verb is known in it."""
    assert one.verb
    (at, start, end), prohibitive = one.verb
    said = one.phrase.segments[at].text[start:end]
    verb = lex.swaps.ids[prohibitive].removesuffix(".not")
    doing = "do" if verb in ("on.do", "off.do") else verb  # `off gara` has the forms of `gara`
    words = lex.swaps.of(f"{doing}.{tense}", one.script)
    if not words:
        return None
    before = said.split()[0] + " " if doing != verb else ""
    segments = list(one.phrase.segments)
    segments[at] = cut(segments[at], start, end, before + said_as(rng.choice(words)))
    if mark:
        segments[-1] = replace(segments[-1], text=segments[-1].text.rstrip("!.। ") + mark)
    return reworded(one, segments, meanings, "act" if meanings else "none")


def refused(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """The same sentence after `no need to` or its like."""
    before = chosen(lex.frames["refusal"]["before"], rng)
    first, *rest = one.phrase.segments
    return reworded(one, (cut(first, 0, 1, f"{before} {first.text[:1].lower()}"), *rest), (), "none")


def strange(one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """The same asked of a place that the home does not have."""
    slot = one.phrase.meanings[0].place
    segments, meanings = renamed(one.phrase, {slot: STRANGE_SLOTS[0]})
    kind = KINDS[slot]
    segments = [replace(s, passes_for=kind) if s.slot == STRANGE_SLOTS[0] else s for s in segments]
    return reworded(one, segments, meanings, "unknown")
