"""What numbers a sentence tells: lengths of time, hours of the clock, colour temperatures, levels.

Networks read few of the values that people say, and copy one that they know instead of any other; what was said stands
in the sentence.
"""

from __future__ import annotations

import re
from functools import cache

from batti import lexicon, spoken

LOW_LEVEL = 10
"""Percent below which a level is so rare that a number may be part of a name."""
_SECONDS = (("s", 1), ("m", 60), ("h", 3600))
_A_NUMBER = r"(?<![\d:.])(?<!\d )"  # of its own: the 30 of `10 30 pm` and the 100 of `2 100 kelvin` are parts of one
_ORDINAL, _ALONE = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)\b"), re.compile(r"(?<!\d)(\d{1,2})(?!\d|st|nd|rd|th)")
_DIGITAL = re.compile(r"(?<![\d:.])(\d{1,2}):(\d\d)(?![\d:])")


def lengths(sentence: str) -> list[tuple[int, int]]:
    """The lengths of time that a normalized sentence tells in digits: how many whole ones of its unit, and in seconds.

    `1:30 ghanta` is one and a half hours, as `1.5 ghanta` is."""
    said = ((found, seconds) for pattern, seconds in _units() for found in pattern.finditer(sentence))
    return [(int(found[1]), round(_amount(found) * seconds)) for found, seconds in said]


def _amount(found: re.Match[str]) -> float:
    """How many of its unit."""
    if found[2] == ":":
        return int(found[1]) + int(found[3]) / 60
    return float(f"{found[1]}.{found[3] or 0}")


def length_behind(number: int, sentence: str) -> tuple[int, str] | None:
    """The length right behind a number of its own, which is no part of it: (2, "h") behind the 20 of `hall 20 2h`."""
    found = ((one, unit) for pattern, unit in _behind_numbers() for one in pattern.finditer(sentence))
    return next(((int(one[2]), unit) for one, unit in found if one[1] == str(number)), None)


def digital(sentence: str) -> list[tuple[int, int]]:
    """The hours and minutes that a normalized sentence tells as clocks show them, also such as no clock has: 25:00."""
    return [(int(found[1]), int(found[2])) for found in _DIGITAL.finditer(sentence)]


def delay(sentence: str) -> int:
    """The minutes of a delay that is told as clocks show it and that no hour has: `in 0:30`; 0 where none is."""
    found = _delay().search(sentence)
    return int(next(filter(None, found.groups()))) if found else 0


def ordinals(sentence: str) -> set[int]:
    """The numbers that tell which one and no amount: the 1 of `1st kitchen then hall`."""
    return {int(found) for found in _ORDINAL.findall(sentence)} - {*map(int, _ALONE.findall(sentence))}


def is_by_a_quarter(sentence: str) -> bool:
    """Whether a clock is told by what is between it and the hour that is shown as one: `sadhe 8:00 baje`."""
    return bool(_quarter().search(sentence))


def lacks_its_hour(sentence: str) -> bool:
    """Whether a half or a quarter of an hour is told, and not of which: `at half past`."""
    return bool(_past().search(spoken.with_digits(sentence)))


def hours(sentence: str) -> list[int]:
    """The hours that it tells without minutes, also such as no clock has: `25 baje`."""
    return [int(found[1]) for found in _hours().finditer(sentence)]


def kelvins(sentence: str) -> list[int]:
    """The colour temperatures that it tells in kelvin, also such as no light has."""
    return [int(next(filter(None, found.groups()))) for found in _kelvin().finditer(sentence)]


def levels(sentence: str) -> list[int]:
    """The percent that it tells, also more than there is: 140."""
    return [int(found) for found in _levels().findall(sentence)]


def decimal_levels(sentence: str) -> list[float]:
    """The percent that it tells with a point in them: 12.5."""
    return [float(found) for found in _decimal_levels().findall(sentence)]


def is_within_a_number(number: int, sentence: str) -> bool:
    """Whether its digits stand only inside a longer number: the 40 of `4040`."""
    digits = re.findall(r"\d+", spoken.with_digits(sentence))
    return str(number) not in digits and any(str(number) in one for one in digits)


def watts(sentence: str) -> list[int]:
    """How strong a bulb it tells of, in watts, which no brightness is: `40w`."""
    return [int(found) for found in _watts().findall(sentence)]


def words_of_spans(kind: str) -> frozenset[str]:
    """The words of a kind that a span of time is told by, as they are written; baje of the `clock_words`."""
    return frozenset(map(lexicon.key, lexicon.load().times["spans"].get(kind, ()))) - {""}


@cache
def hour_words() -> frozenset[str]:
    """What stands behind an hour, as it is written: baje."""
    return words_of_spans("clock_words")


def units() -> str:
    """The pattern of any word for a length of time."""
    return spoken.any_of(word for one, _ in _SECONDS for word in _words_of(one))


@cache
def any_time() -> str:
    """The pattern of what a number of a time is told by: `minute`, `baje`."""
    return spoken.any_of({*hour_words(), *(word for one, _ in _SECONDS for word in (one, *_words_of(one)))})


def _words_of(unit: str) -> set[str]:
    said = lexicon.load().times["units"][unit].values()
    return {lexicon.key(word) for words in said for word in words} - {""}


@cache
def _units() -> list[tuple[re.Pattern[str], int]]:
    said = ((spoken.any_of(_words_of(unit)), seconds) for unit, seconds in _SECONDS)
    return [(re.compile(rf"{_A_NUMBER}(\d+)(?:([:.])(\d+))? ?{words}\b"), seconds) for words, seconds in said]


@cache
def _behind_numbers() -> list[tuple[re.Pattern[str], str]]:
    """Matches a number and the length behind it, for each unit."""
    said = ((spoken.any_of({unit, *_words_of(unit)}), unit) for unit, _ in _SECONDS)
    return [(re.compile(rf"(?<![\d:.])(\d+) (\d+) ?{words}\b"), unit) for words, unit in said]


@cache
def _hours() -> re.Pattern[str]:
    return re.compile(rf"{_A_NUMBER}(\d{{1,2}}) ?{spoken.any_of(hour_words())}(?!\w)")


@cache
def _quarter() -> re.Pattern[str]:
    return re.compile(rf"\b{spoken.any_of(words_of_spans('quarters'))} {_DIGITAL.pattern}")


@cache
def _delay() -> re.Pattern[str]:
    """Matches minutes behind no hour, with what makes a delay of them before or behind: `in 0:30`, `0:30 pachi`."""
    frames = [frame.partition("{d}") for said in lexicon.load().times["after"].values() for frame in said]
    said = ({lexicon.key(frame[end]) for frame in frames} for end in (0, 2))
    before, behind = (words - {"", *spoken.endings()} for words in said)  # `0:30 ma` is at half past midnight
    minutes = r"(?<![\d:.])00?:(\d\d)(?![\d:])"
    return re.compile(rf"\b{spoken.any_of(before)} {minutes}|{minutes} {spoken.any_of(behind)}\b")


@cache
def _past() -> re.Pattern[str]:
    return re.compile(rf"\b{spoken.any_of(words_of_spans('past'))}\b(?! ?\d)")


@cache
def _kelvin() -> re.Pattern[str]:
    """Matches `2700 kelvin`, `2700 k` and `500k`; the k of `room 101 k light` is a case ending."""
    units = lexicon.load().frames["kelvin"]["units"].values()
    words = {lexicon.key(word) for said in units for word in said} - {"", "k"}
    return re.compile(rf"{_A_NUMBER}(?:(\d{{2,6}}) ?{spoken.any_of(words)}|(\d{{4,6}}) ?k|(\d{{3}})k)\b")


@cache
def _levels() -> re.Pattern[str]:
    return re.compile(rf"(\d+) ?{_percent()}")


@cache
def _decimal_levels() -> re.Pattern[str]:
    return re.compile(rf"(?<![\d.:])(\d+\.\d+) ?{_percent()}")


def _percent() -> str:
    return spoken.any_of({"%", *lexicon.load().frames["percent"]})


@cache
def _watts() -> re.Pattern[str]:
    return re.compile(rf"(?<![\d.:])(\d+) ?{spoken.pattern_of('watts')}\b")
