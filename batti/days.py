"""Which day a sentence says that a clock is of: `bholi beluka 6 baje`, `at 6 pm tomorrow`.

The command language has the clock alone, which means the next time that it comes; who does it later asks here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache

from batti import lexicon, meaning, told
from batti.lexicon_shape import SCRIPTS
from batti.sound import fold
from batti.text import normalize

_TOKEN = re.compile(r"[a-z]+|\d+(?:[:.]\d+)?|[,!?]|\.(?!\d)")
_BREAKS = frozenset(",!?.")
_NEAR = 3  # words between a clock and the day behind it: `6 baje ko bholi`
_HALF_A_DAY, _A_DAY = 12, 24  # hours
_HALF_AN_HOUR = 30  # minutes


def is_of_tomorrow(at: str, sentence: str, names: Collection[str] = ()) -> bool:
    """Whether a sentence says of a clock (`18:30`) that it is tomorrow's. Words of `names` name no day: a hall may be
    called Bholi."""
    words = _with_hours(_TOKEN.findall(normalize(sentence)))
    if of("tomorrow").isdisjoint(map(fold, words)):
        return False
    own = {word for name in names for word in _TOKEN.findall(normalize(name))}
    days = [i for i, word in enumerate(words) if word not in own and fold(word) in of("tomorrow") | of("today")]
    if not any(fold(words[i]) in of("tomorrow") for i in days):
        return False
    clocks = [i for i, word in enumerate(words) if i not in days and _is_number(word)]
    told = [i for i in clocks if _may_be(words[i], at)] or clocks
    said = [day for at_ in told if (day := _day_of(at_, words, days, clocks)) is not None]
    if not clocks:  # it is told in words: at noon
        said = [day for day in days if not _is_of_something_else(words[day + 1 :])]
    return bool(said) and fold(words[said[0]]) in of("tomorrow")


def _with_hours(words: Sequence[str]) -> list[str]:
    """The words with a number word before baje in digits: cha is six there, and else it is."""
    digits = [meaning.in_digits(fold(word)) for word in words]
    before_clock = [i + 1 < len(words) and words[i + 1] in told.hour_words() for i in range(len(words))]
    return [n if n.isdigit() and is_hour else word
            for word, n, is_hour in zip(words, digits, before_clock, strict=True)]  # fmt: skip


def _day_of(clock: int, words: Sequence[str], days: Sequence[int], clocks: Sequence[int]) -> int | None:
    """Where the day is said that a clock is of: directly behind it, else before it, else anywhere behind it."""
    behind = [day for day in days if day > clock and not any(clock < other < day for other in clocks)]
    behind = [day for day in behind if not _is_of_something_else(words[day + 1 :], _is_broken(words[clock:day]))]
    near = [day for day in behind if day - clock <= _NEAR and not any(0 < other - day <= _NEAR for other in clocks)]
    before = [day for day in days if day < clock and not _is_of_something_else(words[day + 1 : clock + 1])]
    free = [day for day in behind if not any(other > day for other in clocks)]
    return next((found for found in (*near[:1], *before[-1:], *free[:1])), None)


def _is_broken(words: Sequence[str]) -> bool:
    """Whether a comma or the end of a sentence is among the words."""
    return not _BREAKS.isdisjoint(words)


def _is_of_something_else(words: Sequence[str], broken: bool = False) -> bool:
    """Whether these words behind a day, up to the clock or the end, tell what else is then: `bholi [exam cha,] 9 baje`.
    `broken`: a comma parts the day from the clock before it."""
    parts = _parts(words)
    first = next(parts, [])
    if any(fold(word) in of("of_another_day") for word in first):
        return True
    goes_on = broken or next(parts, None) is not None
    return goes_on and any(word.isalpha() and fold(word) not in _parts_of_day() for word in first)


def _parts(words: Sequence[str]) -> Iterator[list[str]]:
    """The words between commas and the ends of sentences; a last comma begins nothing."""
    part: list[str] = []
    for i, word in enumerate(words):
        if word in _BREAKS and i < len(words) - 1:
            yield part
            part = []
        elif word not in _BREAKS:
            part.append(word)
    yield part


def _is_number(word: str) -> bool:
    return word[0].isdigit() or (fold(word) not in of("of_another_day") and meaning.in_digits(fold(word)).isdigit())


def _may_be(word: str, at: str) -> bool:
    """Whether a number is the hour of a clock, or the next one: the 8 of `paune 8`."""
    digits = re.split("[:.]", word)[0] if word[0].isdigit() else meaning.in_digits(fold(word))
    said, hour = int(digits), int(at[:2])
    if said > _A_DAY:  # 1830, or no clock at all
        return len(digits) > 2 and said // 100 % _HALF_A_DAY == hour % _HALF_A_DAY
    hours = {hour, hour + 1} if int(at[3:]) > _HALF_AN_HOUR else {hour}  # paune 8, 10 to 8
    return said % _HALF_A_DAY in {hour % _HALF_A_DAY for hour in hours}


@cache
def of(kind: str) -> frozenset[str]:
    """Folded words that say a day, `tomorrow` or `today`, or that tell what else is then (`of_another_day`)."""
    return frozenset(fold(lexicon.key(word)) for word in lexicon.load().times[kind])


@cache
def _parts_of_day() -> frozenset[str]:
    parts = lexicon.load().times["parts_of_day"]
    said = (words for part in parts for script in SCRIPTS for words in part.get(script, ()))
    return frozenset(fold(word) for words in said for word in lexicon.key(words).split())
