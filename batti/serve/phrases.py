"""The phrases of replies: data of `resources/replies`, one file a tongue, checked when it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from string import Formatter
from typing import Any, Literal, TypeAlias, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from batti.command import COLORS
from batti.paths import read_yaml, resources

Tongue: TypeAlias = Literal["en", "ne", "deva"]
"""English, Nepali in Latin letters, Nepali in Devanagari; the names are those of the lexicon."""
TONGUES: tuple[Tongue, ...] = get_args(Tongue)
CODES: Mapping[Tongue, str] = {"en": "en", "ne": "ne-Latn", "deva": "ne"}
"""The tags of BCP 47, for screen readers and voices."""
_NAME = {"room": "name", "rooms": "name", "light": "name", "light_in": "room name", "own": "name", "group": "name",
         "here": "", "all": "", "all_but": "excepts", "group_but": "name excepts"}  # fmt: skip
_STEP = {"brighter": "subject is level", "dimmer": "subject is level"}
_DO = {"turn_on": "subject is", "turn_off": "subject is", "brightness": "subject is level",
       "color": "subject is color", "color_temp": "subject is white"}  # fmt: skip
_LATER = _DO | _STEP | {"toggle": "subject is"}
SLOTS: Mapping[str, Mapping[str, str]] = {
    "verb": {"one": "", "many": ""},
    "subject": _NAME,
    "done": _DO | {"brighter": "subject is", "dimmer": "subject is", "no_brighter": "subject is",
                   "no_dimmer": "subject is", "already_off": "subject is", "brighter_to": "subject is level",
                   "dimmer_to": "subject is level"},
    "will": _LATER,
    "ask": _LATER | {"get_state": "subject is", "restore": "subject is"},
    "state": {"lit": "subject is", "lit_with": "subject is details", "dark": "subject is",
              "others_dark": "subject is", "others_lit": "subject is", "many_lit": "count", "many_dark": "count",
              "level": "level"},
    "problem": dict.fromkeys(("no_brightness", "no_color", "no_color_temp", "no_light", "unreachable", "unsure"),
                             "subject is"),
    "sentence": {"plain": "clause", "timed": "clause when", "ask_one": "clause", "ask_two": "clause other",
                 "ask_all": "clause", "one_time": "", "which_room": "", "none": "", "as_they_are": "",
                 "still_waits": "clause", "waits": "clause", "nothing_waits": "", "nothing_there": "",
                 "called_off": "clause", "also_waits": "clause",
                 "unknown_room": "", "unknown_name": "said", "did_you_mean": "names"},
    "impossible": dict.fromkeys(("too_long", "no_length", "no_clock", "no_kelvin", "no_level", "not_understood"), ""),
    "when": {"after": "duration", "at": "time", "tomorrow": "at", "for": "duration"},
    "time": dict.fromkeys(("morning", "day", "evening", "night", "small_hours"), "clock"),
    "colors": dict.fromkeys(COLORS, ""),
}  # fmt: skip
"""Section -> phrase -> the slots that it may have."""


class Phrases(BaseModel):
    """The phrases of one tongue; the sections are those of `SLOTS`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    and_: str = Field(alias="and")
    or_: str = Field(alias="or")
    comma: str
    verb: dict[str, str]
    subject: dict[str, str]
    done: dict[str, str]
    will: dict[str, str]
    ask: dict[str, str]
    state: dict[str, str]
    problem: dict[str, str]
    sentence: dict[str, str]
    impossible: dict[str, str]
    when: dict[str, str]
    hour: tuple[str, str]
    minute: tuple[str, str]
    second: tuple[str, str]
    time: dict[str, str]
    percent: str
    digits: str = Field(min_length=10, max_length=10)
    colors: dict[str, str]
    whites: dict[int, str]
    kelvin: str

    @model_validator(mode="after")
    def _complete(self) -> Phrases:
        faults = [fault for section, phrases in SLOTS.items() for fault in _faults(section, phrases, self)]
        if faults:
            raise ValueError("; ".join(faults))
        return self


def _faults(section: str, phrases: Mapping[str, str], given: Phrases) -> Iterator[str]:
    """What is missing, is too much, or has a slot that nothing fills."""
    have: dict[str, str] = getattr(given, section)
    for name in sorted(phrases.keys() ^ have.keys()):
        yield f"{section}.{name} is {'missing' if name in phrases else 'not known'}"
    for name in phrases.keys() & have.keys():
        for slot in slots(have[name]) - set(phrases[name].split()):
            yield f"{section}.{name} has the slot {{{slot}}}, which nothing fills"


def slots(phrase: str) -> set[str]:
    """The names of the slots of a phrase."""
    return {name for _, name, _, _ in Formatter().parse(phrase) if name is not None}


def read(text: str) -> Phrases:
    """Phrases from YAML. Raises ValueError with all that is wrong."""
    return Phrases.model_validate(yaml.safe_load(text))


@cache
def load(tongue: Tongue) -> Phrases:
    """The phrases of a tongue."""
    return read(resources("replies", f"{tongue}.yaml").read_text(encoding="utf-8"))


@cache
def telling_words() -> Mapping[str, frozenset[str]]:
    """`english` and `nepali`: words in Latin letters that tell which of the two a sentence is in, and more that do
    where it has none of these; `yes`, `no` and what may be said beside them."""
    data: Mapping[str, Any] = read_yaml("replies", "tongue.yaml")
    return {language: frozenset(words) for language, words in data.items()}
