"""Which amounts and times a lexicon has the words to say anew, by language; others stay as a phrase has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from batti.lexicon import Lexicon

ALL_NUMBERS = range(101)


@cache
def counts(lex: Lexicon, language: str) -> bool:
    """Whether each number that the lexicon has is said in a language."""
    return all(getattr(number, language) for number in lex.numbers.values())


@cache
def tells_time(lex: Lexicon, language: str) -> bool:
    """Whether any time, length of time and colour temperature can be said in a language."""
    return not lacking(lex, language)


@cache
def lacking(lex: Lexicon, language: str) -> tuple[str, ...]:
    """The lists that have not what it takes for that."""
    return tuple(dict.fromkeys((*_numbers(lex, language), *_lengths(lex, language), *_clock(lex, language))))


def _numbers(lex: Lexicon, language: str) -> Iterator[str]:
    if not all(n in lex.numbers and getattr(lex.numbers[n], language) for n in ALL_NUMBERS):
        yield "numbers 0 to 100"
    if not _both(lex.frames["hundreds"][language], "{r}"):
        yield "hundreds"
    kelvin = lex.frames["kelvin"]
    if not (_both(kelvin[language], "{h") and kelvin["digits"] and kelvin["units"][language]):
        yield "kelvin"


def _lengths(lex: Lexicon, language: str) -> Iterator[str]:
    times = lex.times
    spoken_units = {language, "en", *(("en_one",) if language == "en" else ())}
    if not all(unit[one] for unit in times["units"].values() for one in spoken_units):
        yield "units"
    if not times["special_durations"]:
        yield "special_durations"
    if not any(row.get(language) for row in times["fractions"]):
        yield "fractions"
    if not times["compound"][language]:
        yield "compound"


def _clock(lex: Lexicon, language: str) -> Iterator[str]:
    times = lex.times
    if not times["special_times"] or not all(row.get(language) for row in times["special_times"]):
        yield "special_times"
    if not any(row.get(language) for row in times["parts_of_day"]):
        yield "parts_of_day"
    yield from (name for name in ("clock", "figures") if not times[name])
    if not times["any_minute"][language]:
        yield "any_minute"
    if not all(row.get(language) for row in times["irregular_clock"]):
        yield "irregular_clock"
    if language == "en" and not all(_both(patterns, "{m") for patterns in times["am_pm"].values()):
        yield "am_pm"


def _both(patterns: Iterable[str], slot: str) -> bool:
    """Whether some patterns have the slot and some have not."""
    return {slot in pattern for pattern in patterns} == {True, False}
