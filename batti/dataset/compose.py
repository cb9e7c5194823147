"""Rules that make another sentence out of one of the phrase bank, its meaning known, and how often each does.

A rule takes a compiled phrase and gives a phrase that can be said in its place, or None where the
bank or the words leave no way. The words are in `resources/lexicon/composition.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from batti.dataset.bank import KINDS, Compiled, Sayable
from batti.dataset.compose_joined import (
    and_the_rest,
    beside_unasked,
    corrected,
    excepted_and_more,
    joined,
    joined_in_time,
    joined_one_in_time,
    mentioned,
    set_right,
    taken_back,
)
from batti.dataset.compose_negatives import (
    asked_whether,
    forbidden,
    needless,
    other_deed,
    other_device,
    refused,
    strange,
    told,
)
from batti.dataset.compose_requests import (
    can_be_timed,
    excepted,
    grouped,
    here,
    in_devanagari,
    lying,
    named_light,
    several_rooms,
    timed,
    whole,
)
from batti.dataset.phrases import Phrase
from batti.dataset.rewrite import Wordless
from batti.lexicon import Lexicon


@dataclass(frozen=True)
class Rule:
    name: str
    rate: float  # how often, where it applies
    applies: Callable[[Compiled], bool]
    make: Callable[[Compiled, Random, Lexicon], Sayable | None]
    timed: bool = True  # whether a time may be added: beside what is only talked about or set right, it would be that's


def _simple(one: Compiled) -> bool:
    return one.simple


def _is_forbiddable(one: Compiled) -> bool:
    """Whether it is a simple request for the lights of a room that can be turned into one for nothing."""
    return one.simple and bool(one.light_word) and bool(one.verb or one.refusable)


def _is_switched(phrase: Phrase) -> bool:
    """Whether it is one thing on or off, and now."""
    return all(m.done in ("on", "off") and not m.when for m in phrase.meanings)


def _is_switched_by_a_verb(one: Compiled) -> bool:
    return bool(one.verb or one.refusable) and _is_switched(one.phrase)


RULES = (
    Rule("joined", 0.10, _simple, joined),
    Rule("joined in time", 0.04, _simple, joined_in_time),
    Rule("one in time", 0.05, _simple, joined_one_in_time),
    Rule("set right", 0.02, _simple, set_right, timed=False),
    Rule("taken back", 0.03, _simple, taken_back, timed=False),
    Rule("and the rest", 0.03, _simple, and_the_rest),
    Rule("beside unasked", 0.03, _is_forbiddable, beside_unasked, timed=False),
    Rule("mentioned", 0.04, _simple, mentioned, timed=False),
    Rule("several rooms", 0.07, _simple, several_rooms),
    Rule("group", 0.05, _simple, grouped),
    Rule("corrected", 0.05, _simple, corrected),
    Rule("here", 0.03, _simple, here),
    Rule("lying", 0.02, _simple, lying),
    Rule("whole house", 0.03, _simple, whole),
    Rule("excepted", 0.03, _simple, excepted),
    Rule("excepted and more", 0.02, _simple, excepted_and_more),
    Rule("named light", 0.05, lambda one: one.simple and bool(one.light_word), named_light),
    Rule("other device", 0.05, lambda one: bool(one.light_word), other_device),
    Rule("other deed", 0.03, _is_switched_by_a_verb, other_deed),
    Rule("forbidden", 0.05, lambda one: bool(one.verb), forbidden),
    Rule("needless", 0.03, lambda one: bool(one.verb), needless),
    Rule("asked whether", 0.04, lambda one: bool(one.verb) and _is_switched(one.phrase), asked_whether),
    Rule("told", 0.03, lambda one: bool(one.verb) and _is_switched(one.phrase), told),
    Rule("refused", 0.10, lambda one: one.refusable, refused),
    Rule(
        "strange place",
        0.05,
        lambda one: (
            one.phrase.kind == "act" and one.phrase.meanings[0].place in KINDS and not one.phrase.meanings[0].excepts
        ),
        strange,
    ),
    Rule("in devanagari", 0.12, lambda one: one.english, in_devanagari),
)
TIMED = 0.06
"""How often a time is added where none is said."""


def varied(one: Compiled, rng: Random, lex: Lexicon) -> tuple[Sayable, str]:
    """The phrase, or one made of it, and the name of the rule that made it."""
    rule = _rolled(one, rng)
    made, name = (made_by(rule, one, rng, lex) or one, rule.name) if rule else (one, "")
    if (rule is None or rule.timed) and rng.random() < TIMED and can_be_timed(made.phrase):
        with suppress(Wordless):
            return timed(made, rng, lex), "timed" if not name else f"{name}, timed"
    return made, name


def _rolled(one: Compiled, rng: Random) -> Rule | None:
    roll = rng.random()
    return next((rule for below, rule in _rules(one) if roll < below), None)


def made_by(rule: Rule, one: Compiled, rng: Random, lex: Lexicon) -> Sayable | None:
    """What a rule makes of a phrase; None where the phrase, or a lexicon without the words for it, leaves no way."""
    try:
        return rule.make(one, rng, lex)
    except Wordless:
        return None


def _rules(one: Compiled) -> tuple[tuple[float, Rule], ...]:
    """The rules that apply to a phrase of the bank, their rates added up; found out once."""
    known: tuple[tuple[float, Rule], ...] | None = one.notes.get("rules")
    if known is None:
        rules = [rule for rule in RULES if rule.applies(one)]
        known = tuple(zip(accumulate(rule.rate for rule in rules), rules, strict=True))
        one.notes["rules"] = known
    return known
