"""A time that is told by its beginning and its end: `6 baje dekhi 8 baje samma`, which the contract has no form for."""

from __future__ import annotations

import re
from functools import cache

from batti import spoken, told
from batti.said import Said

_BETWEEN = r"(?: [a-z]+){0,5}?"  # words of what is done, between the beginning and the end
_DIGITAL = re.compile(r"\d[:.]\d\d")


def is_a_span(said: Said) -> bool:
    """Whether a sentence asks that something be so from one clock up to another, whatever its answer has of it."""
    return is_told(said.sentence, timed=not said.has_no_time)


def is_told(sentence: str, timed: bool) -> bool:
    """Whether a normalized sentence tells a clock, and another up to which. Numbers alone are clocks only where the
    answer has a time (`timed`): `6 dekhi 8 samma` may be rooms, and `from 20 to 50` levels."""
    digits = spoken.with_digits(sentence)
    found = [match[0] for pattern in _spans() for match in pattern.finditer(digits)]
    return any(timed or _clock_word().search(one) or _DIGITAL.search(one) for one in found)


@cache
def _spans() -> tuple[re.Pattern[str], ...]:
    """Patterns of a clock and another up to which it goes on, each in digits."""
    since, till, through, between, and_ = map(_any, ("since", "till", "through", "between", "and"))
    clock = rf"(?<![\d:.])\d{{1,2}}(?:[:.]\d\d)?(?![\d:.]*\d)(?: ?{_any('clock_words')})?"
    # The 3 of `6 baje dekhi 3 ghanta samma` is no clock.
    end = rf"{clock}(?! ?(?:%|{told.units()}\b))"
    digital = r"(?<![\d:.])\d{1,2}[:.]\d\d(?![\d:.]*\d)"
    part = r"(?: [a-z]+){0,3}?"  # of the day: `6 in the morning to 8`
    return (
        re.compile(rf"{clock}{part} ?{since}\b,?{_BETWEEN} {end}{part} ?{till}\b"),
        re.compile(rf"{clock}{part} ?{since}\b,?(?: [a-z]+)? {end}(?<=[a-z])\b"),
        re.compile(rf"\b{_any('from')} {clock}{part} {through} (?:[a-z]+ )?{end}"),
        re.compile(rf"\b{between} {clock}{part} {and_} (?:[a-z]+ )?{end}"),
        re.compile(rf"{clock} ?- ?{end}(?<=[a-z])\b"),  # and no `6 to 8`, six minutes before eight
        re.compile(rf"{clock}(?<=[a-z])(?: {through} | ?- ?){end}"),
        re.compile(rf"{digital}(?: (?:{since}|{through}) | ?- ?){digital}"),
    )


@cache
def _clock_word() -> re.Pattern[str]:
    return re.compile(rf"\d ?{_any('clock_words')}(?![a-rt-z])")


@cache
def _any(kind: str) -> str:
    return spoken.any_of(told.words_of_spans(kind))
