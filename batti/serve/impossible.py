"""What a sentence tells that no light or clock has: 36 hours from now, 25 o'clock, 9000 kelvin.

A network that has learned no such value copies another one in its stead, which nobody has said: to ask whether that is
meant would be absurd, and a yes to it would do something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal, TypeAlias

from batti import spoken
from batti.command import Command
from batti.serve.asking import pattern_of
from batti.text import normalize
from batti.values import seconds_of

Impossible: TypeAlias = Literal["too_long", "no_length", "no_clock", "no_kelvin", "not_understood"]
"""Why: longer than a day; no time at all; no hour of a day; no white; a length that is possible, but was misread."""
_A_DAY = 86_400  # seconds
_LAST_HOUR, _LAST_MINUTE, _MIDNIGHT = 23, 59, ("24", "00:00")
_WHITES = range(1900, 6501)  # kelvin, of the command language
_MANY = 100  # units of time from which networks do not read them in full
_KELVIN = re.compile(r"(?<![\d.])(?:(\d{2,6}) ?(?:kelvin|kelbin|kelwin)|(\d{4,6}) ?k)\b")  # `room 101 k light warm`
_DIGITAL = re.compile(r"(?<![\d:.])(\d{1,2}):(\d\d)(?![\d:])")
_GLUED = re.compile(r"(?<=[a-z])(pachh?i|samm?a?)\b")  # घण्टापछि


def impossible(sentence: str, command: Command) -> Impossible | None:
    """What a sentence asks for that its command cannot have; None where it has nothing of the kind."""
    said = _GLUED.sub(r" \1", normalize(sentence))
    return next(_impossible(spoken.with_digits(said), command), None)


def _impossible(said: str, command: Command) -> Iterator[Impossible]:
    lengths = {seconds_of(length) for action in command.actions for length in (action.after, action.for_) if length}
    clocks = {action.at for action in command.actions if action.at}
    kelvins = {action.color_temp for action in command.actions if action.color_temp}
    if lengths:
        yield from _of_length([*spoken.lengths(said), *_days(said)], lengths)
    if clocks and (told := [_is_a_clock(*clock, clocks) for clock in _clocks(said)]) and not any(told):
        yield "no_clock"
    white = {int(found[1] or found[2]) for found in _KELVIN.finditer(said)}
    if kelvins and white and white.isdisjoint((*_WHITES, *kelvins)):
        yield "no_kelvin"


def _of_length(told: Sequence[tuple[int, int]], understood: set[int]) -> Iterator[Impossible]:
    """What is wrong with the lengths of time that are told, of which these were understood."""
    seconds = {length for _, length in told}
    if not told or understood <= seconds | {sum(length for _, length in told)}:  # `36 ghanta hoina, 2 ghanta pachi`
        return
    if max(seconds) > _A_DAY:
        yield "too_long"
    elif max(seconds) == 0:
        yield "no_length"
    elif {length for many, length in told if many >= _MANY} - understood:
        yield "not_understood"


def _days(said: str) -> list[tuple[int, int]]:
    """Lengths of time in days, or in what is longer, as of days."""
    return [(int(found[1]), int(found[1]) * _A_DAY) for found in _any_days().finditer(said)]


def _clocks(said: str) -> Iterator[tuple[str, str]]:
    """The hours and minutes that are told in digits."""
    yield from ((found[1], found[2]) for found in _DIGITAL.finditer(said))
    yield from ((found[1], "") for found in _hours().finditer(said))


def _is_a_clock(hour: str, minute: str, understood: set[str]) -> bool:
    if hour == _MIDNIGHT[0] and _MIDNIGHT[1] in understood:
        return True
    return int(hour) <= _LAST_HOUR and int(minute or 0) <= _LAST_MINUTE


@cache
def _any_days() -> re.Pattern[str]:
    return re.compile(rf"\b(\d{{1,4}}) ?{pattern_of('days')}")


@cache
def _hours() -> re.Pattern[str]:
    """Matches an hour without minutes: `25 baje`."""
    return re.compile(rf"(?<![\d:.])(\d{{1,2}}) ?{pattern_of('clock')}")
