"""What is to be done only where something else is on or off: `if the kitchen light is on turn off the hall`.

The contract has no conditions; what is asked about here is not done by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from batti import lexicon, meaning, spoken
from batti.home import Entity
from batti.lookup import Lookup
from batti.sound import fold

_LONGEST = 3  # words of a place in a condition
_SURE = 0.9  # certainty from which it is one of the home
_SWITCHED = {"turn_on": True, "turn_off": False}


def is_of_another(sentence: str, actions: Iterable[Mapping[str, Any]], lookup: Lookup) -> bool:
    """Whether a normalized sentence asks for these actions only where another place is on or off, or where they would
    change nothing: `garage bala if it's on`, of which one was heard wrongly."""
    doing = [action for action in actions if action["action"] != "get_state"]
    rooms = {action["room"] for action in doing}
    for words, lit in _conditions(sentence):
        if _is_the_same(words):
            if doing and all(_SWITCHED.get(action["action"]) is lit for action in doing):
                return True
        elif (named := _named(words, lookup)) and rooms and (named.room or named.name) not in rooms:
            return True
    return False


def _conditions(sentence: str) -> Iterator[tuple[list[str], bool]]:
    """The words before each `is on`, and whether it is on."""
    for pattern in (_in_english(), _in_nepali()):
        for found in pattern.finditer(sentence):
            yield found["what"].split(), found["lit"] is not None


def _is_the_same(words: list[str]) -> bool:
    """Whether a condition is of what is spoken of already: `if it's on`, `if the light is on`."""
    same = lexicon.load().frames["spoken_of"]
    return all(word in same or meaning.is_lamp(fold(word)) for word in words)


def _named(words: list[str], lookup: Lookup) -> Entity | None:
    """What of the home these words end in."""
    for said in spoken.last_words([word for word in words if not meaning.is_lamp(fold(word))], _LONGEST):
        named, sure = lookup.find(said)
        if isinstance(named, Entity):
            return named if sure > _SURE else None
    return None


@cache
def _in_english() -> re.Pattern[str]:
    """Matches `if the kitchen light is on`, and not `if ba is on the phone`."""
    condition, lit, dark = map(spoken.pattern_of, ("conditions", "is_lit", "is_dark"))
    what = r"(?P<what>[a-z]+(?: [a-z]+){0,4}?)"
    return re.compile(rf"\b{condition} {what}(?:'s| is| are) (?:(?P<lit>{lit})|{dark})\b(?! (?:the|a|an|his|her|my)\b)")


@cache
def _in_nepali() -> re.Pattern[str]:
    """Matches `kitchen ko batti baleko cha bhane`."""
    lit, dark, then = map(spoken.pattern_of, ("is_lit", "is_dark", "if_it_is"))
    return re.compile(rf"\b(?P<what>[a-z]+(?: [a-z]+){{0,4}}) (?:(?P<lit>{lit})|{dark}) {then}\b")
