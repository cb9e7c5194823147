"""Places that are told by the first and the last of them: `101 dekhi 103`, which the contract has no form for."""

from __future__ import annotations

import re
from functools import cache

from batti import spoken, told
from batti.said import Said

_ENDS_IN_A_NUMBER = re.compile(r"\d+$")
_A_NUMBER = r"(?<![\d:.])\|?\d{1,4}(?![\d:.%])"
_ONE = rf"(?:{_A_NUMBER}|\|)"


def is_a_range(said: Said) -> bool:
    """Whether a sentence asks something of all that lies between two places: `101 dekhi 103`, `rooms 101 to 104`, `gate
    dekhi hall samma`. What is said of times is not looked at, but for a number that a place is called by."""
    marked = _with_marks(said)
    if not said.has_no_time:
        return _from_its_number().search(marked) is not None
    if _between_two().search(spoken.with_digits(marked)) or (said.has_no_value and _between_numbers().search(marked)):
        return True
    return any(all(map(said.lookup.surely, found.groups())) for found in _from_to().finditer(said.sentence))


def _with_marks(said: Said) -> str:
    """The sentence with a mark and no more for each place, but for the number that it ends in."""
    sentence = said.sentence
    for span in reversed(said.spans):
        number = _ENDS_IN_A_NUMBER.search(said.text(span))
        sentence = f"{sentence[: span[0]]}|{number[0] if number else ''}{sentence[span[1] + 1 :]}"
    return sentence


@cache
def _between_two() -> re.Pattern[str]:
    """Matches a place and another one up to which all of them are meant: `101 dekhi |103`, `101 bata 103 samma`."""
    since, out_of, until, rooms, of = map(
        spoken.pattern_of, ("since", "out_of", "as_far_as", "room_words", "of_room")
    )
    first, last = rf"{_ONE}(?: ?{of})?(?: {rooms})?", rf"(?:{rooms} )?{_ONE}"
    return re.compile(rf"{first} (?:{since} {last}|{out_of} {last}(?: {rooms})? ?{until}\b)")


@cache
def _between_numbers() -> re.Pattern[str]:
    """The same of numbers that can be nothing but places: `101 to 103`, `101-103`."""
    through, rooms = map(spoken.pattern_of, ("through", "room_words"))
    return re.compile(rf"{_A_NUMBER}(?: {through} (?:{rooms} )?| ?- ?){_A_NUMBER}")


@cache
def _from_its_number() -> re.Pattern[str]:
    """The same behind the number of a place, and no clock: the `1 to 3` of `bed 1 to 3`."""
    return re.compile(rf"\|\d{{1,4}} {spoken.pattern_of('through')} \d{{1,4}}(?![\d:.%]| ?{told.any_time()}\b)")


@cache
def _from_to() -> re.Pattern[str]:
    """Matches the first and the last of places that were not marked: `gate dekhi hall samma`."""
    since, out_of, until = map(spoken.pattern_of, ("since", "out_of", "as_far_as"))
    return re.compile(rf"\b([a-z]+(?: ko [a-z]+)?) (?:{since}|{out_of}) ([a-z]+(?: ko [a-z]+)?) ?{until}")
