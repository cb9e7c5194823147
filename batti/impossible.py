"""What a sentence tells that no light or clock has: 36 hours from now, 25 o'clock, 9000 kelvin, 140%.

A network that has learned no such value copies another one in its stead, which nobody has said: to ask whether that is
meant would be absurd, and a yes to it would do something else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Literal, TypeAlias

from batti import spoken, told
from batti.command import Command
from batti.text import normalize
from batti.values import seconds_of

Impossible: TypeAlias = Literal["too_long", "no_length", "no_clock", "no_kelvin", "no_level", "not_understood"]
"""Why: longer than a day; no time at all; no hour of a day; no white; no brightness; a length that is possible, but was
misread."""
IN_WORDS: Mapping[Impossible, str] = {
    "too_long": "no light waits longer than a day; say 24 hours or less",
    "no_length": "0 is no length of time; say how long",
    "no_clock": "no clock shows such a time; say one from 00:00 to 23:59",
    "no_kelvin": "no light has such a white; say 1900 to 6500 kelvin",
    "no_level": "no light has such a brightness; say 1% to 100%",
    "not_understood": "the length of time was not understood; say it in a larger unit, hours for minutes",
}
"""What is wrong and what to say, where no house answers in the tongue of the sentence."""
_A_DAY = 86_400  # seconds
_LAST_HOUR, _LAST_MINUTE, _MIDNIGHT = 23, 59, (24, "00:00")
_WHITES = range(1900, 6501)  # kelvin, of the command language
_BRIGHTEST = 100  # percent
_MANY = 100  # units of time from which networks do not read them in full
_GLUED = re.compile(r"(?<=[a-z])(pachh?i|samm?a?)\b")  # घण्टापछि


def comment(why: Impossible) -> str:
    """What is wrong and what to say, as the last line of a YAML document."""
    return f"# impossible: {IN_WORDS[why]}\n"


def impossible(sentence: str, command: Command) -> Impossible | None:
    """What a sentence asks for that its command cannot have; None where it has nothing of the kind."""
    if not _has_an_amount(command):
        return None
    said = _GLUED.sub(r" \1", normalize(sentence))
    return next(_impossible(spoken.with_digits(said), command), None)


def _has_an_amount(command: Command) -> bool:
    """Whether there is anything in a command that may stand for another amount."""
    return any(
        action.after or action.at or action.for_ or action.color_temp or action.brightness or action.brightness_step
        for action in command.actions
    )


def _impossible(said: str, command: Command) -> Iterator[Impossible]:
    lengths = {seconds_of(length) for action in command.actions for length in (action.after, action.for_) if length}
    clocks = {action.at for action in command.actions if action.at}
    kelvins = {action.color_temp for action in command.actions if action.color_temp}
    if lengths:
        yield from _of_length([*told.lengths(said), *_days(said)], lengths)
    if clocks and (said_so := _clocks(said)) and not any(_is_a_clock(*clock, clocks) for clock in said_so):
        yield "no_clock"
    white = told.kelvins(said) if kelvins else []
    if white and {*_WHITES, *kelvins}.isdisjoint(white):
        yield "no_kelvin"
    if _is_too_bright(told.levels(said), command):
        yield "no_level"


def _is_too_bright(said: Sequence[int], command: Command) -> bool:
    """Whether more than all of the brightness is told, and a level understood that nobody told: `140% hoina, 40%`."""
    amounts = (level for action in command.actions for level in (action.brightness, action.brightness_step) if level)
    understood = {round(_BRIGHTEST * abs(level)) for level in amounts}
    return any(level > _BRIGHTEST for level in said) and not understood <= {*said}


def _of_length(said: Sequence[tuple[int, int]], understood: set[int]) -> Iterator[Impossible]:
    """What is wrong with the lengths of time that are told, of which these were understood."""
    seconds = {length for _, length in said}
    if not said or understood <= seconds | {sum(length for _, length in said)}:  # `36 ghanta hoina, 2 ghanta pachi`
        return
    if max(seconds) > _A_DAY:
        yield "too_long"
    elif max(seconds) == 0:
        yield "no_length"
    elif {length for many, length in said if many >= _MANY} - understood:
        yield "not_understood"


def _days(said: str) -> list[tuple[int, int]]:
    """Lengths of time in days, or in what is longer, as of days."""
    return [(int(found[1]), int(found[1]) * _A_DAY) for found in _any_days().finditer(said)]


def _clocks(said: str) -> list[tuple[int, int]]:
    """The hours and minutes that are told in digits."""
    return [*told.digital(said), *((hour, 0) for hour in told.hours(said))]


def _is_a_clock(hour: int, minute: int, understood: Collection[str]) -> bool:
    if hour == _MIDNIGHT[0] and _MIDNIGHT[1] in understood:
        return True
    return hour <= _LAST_HOUR and minute <= _LAST_MINUTE


@cache
def _any_days() -> re.Pattern[str]:
    return re.compile(rf"\b(\d{{1,4}}) ?{spoken.pattern_of('days')}(?!\w)")

