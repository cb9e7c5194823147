"""`tyo cancel gara`, `k k timer cha?`: a sentence that calls off what waits to be done, or asks for it.

The contract has no command for it, since it asks nothing of the lights; where a model says so (`none`), the service
asks here. Only a sentence of nothing but such words, a place and an hour calls anything off.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from batti import meaning
from batti.command import Action
from batti.errors import BattiError
from batti.home import Entity, Home
from batti.lexicon import key
from batti.lookup import Lookup
from batti.paths import read_yaml
from batti.schema import HERE
from batti.serve.jobs import Job
from batti.serve.lights import Light, targets
from batti.sound import fold
from batti.text import normalize

_SURE = 0.97  # certainty from which a place is named
_HALF_A_DAY = 12  # hours after which a clock shows the same
_PARTS: Mapping[str, frozenset[int]] = {
    "morning": frozenset(range(12)),
    "day": frozenset(range(10, 18)),
    "evening": frozenset(range(12, 24)),
    "night": frozenset((*range(18, 24), *range(6))),
}  # a kind of words of the clock -> the hours that it leaves
_TIME = re.compile(r"(?<!\d)(\d{1,2})[:.](\d\d)(?!\d)")  # of normalized text: digits of any script


@dataclass(frozen=True)
class CallOff:
    """What is called off: what is to be done to any of these lights (None: to any at all), at one of these hours (None:
    at any), at a minute, if one was said; all of it, or what was accepted last."""

    lights: frozenset[Light] | None = None
    hours: frozenset[int] | None = None
    every: bool = False
    minute: int | None = None

    def among(self, waiting: Iterable[Job], home: Home) -> list[Job]:
        """Which of the jobs that wait are called off."""
        meant = [job for job in waiting if self._is_there(job, home) and self._is_then(_time(job, home))]
        if self.every:
            return meant
        at_the_hour = [job for job in meant if self.hours is not None and _time(job, home).minute == (self.minute or 0)]
        return sorted(at_the_hour or meant, key=lambda job: job.created)[-1:]

    def _is_there(self, job: Job, home: Home) -> bool:
        return self.lights is None or not self.lights.isdisjoint(_lights_of(job, home))

    def _is_then(self, time: datetime) -> bool:
        return (self.hours is None or time.hour in self.hours) and self.minute in (None, time.minute)


def asked(sentence: str, home: Home) -> CallOff | None:
    """What a sentence calls off; None where it is not one that calls anything off."""
    said = normalize(sentence)
    times = _TIME.findall(said)
    words = {word: fold(word) for word in key(_TIME.sub(r" \1 ", said)).split()}
    sounds = set(words.values())
    verbs = _verbs(sounds)
    if verbs.isdisjoint(sounds) or ("?" in sentence and _words("asks_to").isdisjoint(sounds)) or len(times) > 1:
        return None
    every, clock = _words("every") | meaning.every(), _words("clock", *_PARTS)
    known = verbs | every | clock | _words("timers", "asks_to", "beside")
    rest = [word for word, sound in words.items() if sound not in known]
    hours, lights = None, None
    if times or not clock.isdisjoint(sounds):
        numbers = {word: number for word in rest if (number := meaning.in_digits(words[word])).isdigit()}
        if len(numbers) != 1:
            return None
        [(word, number)] = numbers.items()
        rest.remove(word)
        hours = _hours(int(number), sounds)
    if rest:
        place, certainty = Lookup(home).find(" ".join(rest))
        if place is None or place == HERE or certainty < _SURE:
            return None
        lights = _lights_in(place, home)
    return CallOff(lights, hours, not every.isdisjoint(sounds), int(times[0][1]) if times else None)


def speaks_of_it(sentence: str) -> bool:
    """Whether a sentence calls a timer off among other things: `hall ko timer cancel gara ani bhancha bala`."""
    sounds = {fold(word) for word in key(sentence).split()}
    return not _verbs(sounds).isdisjoint(sounds) and not _words("timers").isdisjoint(sounds)


def _verbs(sounds: Collection[str]) -> frozenset[str]:
    """The folded words that call off: some do so where timers are spoken of."""
    return _words("calls_off") if _words("timers", "every").isdisjoint(sounds) else _words("calls_off", "of_a_timer")


def asks_what_waits(sentence: str) -> bool:
    """Whether a sentence asks what is yet to be done and nothing else: `k k timer cha?`."""
    sounds = [fold(word) for word in key(sentence).split()]
    known = _words("timers", "every", "asks_what", "beside") | meaning.every()
    needed = (_words("timers", "every"), _words("asks_what"))
    return known.issuperset(sounds) and not any(some.isdisjoint(sounds) for some in needed)


def _hours(said: int, sounds: Collection[str]) -> frozenset[int]:
    """The hours of the day that a number is, in the parts of the day that are said: `10` is two, `rati 10` one."""
    hours = {said} if said > _HALF_A_DAY else {said % _HALF_A_DAY, said % _HALF_A_DAY + _HALF_A_DAY}
    parts = (hours_of for part, hours_of in _PARTS.items() if not _words(part).isdisjoint(sounds))
    return frozenset(hours.intersection(*parts))


def _time(job: Job, home: Home) -> datetime:
    """When a job is due, on the clock of the home."""
    return datetime.fromtimestamp(job.run_at, ZoneInfo(home.time_zone))


def _lights_in(place: Entity | str, home: Home) -> frozenset[Light] | None:
    """The lights of a place; None for those of the whole house."""
    if isinstance(place, str):
        return None
    light = place.name if place.kind == "light" else None
    return frozenset(targets(home, Action(room=place.room or place.name, light=light, action="turn_off")))


def _lights_of(job: Job, home: Home) -> set[Light]:
    """The lights that a job is about, as far as the home has them still."""
    found = {state.key for state in job.states}
    for action in job.actions:
        with suppress(BattiError):
            found.update(targets(home, action))
    return found


@cache
def _words(*kinds: str) -> frozenset[str]:
    """Folded words of some kinds."""
    data: Mapping[str, Sequence[str]] = read_yaml("replies", "cancelling.yaml")
    return frozenset(fold(key(word)) for kind in kinds for word in data.get(kind, ()))
