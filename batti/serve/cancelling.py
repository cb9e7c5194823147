"""`tyo cancel gara`, `k k timer cha?`: a sentence that calls off what waits to be done, or asks for it.

The contract has no command for it, since it asks nothing of the lights; where a model says so (`none`), the service
asks here. Only a sentence of nothing but such words, a place and an hour calls anything off.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from batti import days, meaning
from batti.home import Home
from batti.lexicon import key, load
from batti.lookup import Lookup, lookup_of
from batti.paths import read_yaml
from batti.schema import HERE
from batti.serve import jobs
from batti.serve.jobs import Job
from batti.serve.lights import Light, lights_in
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
_QUARTERS = {"quarter_to": (-1, "45"), "quarter_past": (0, "15"), "half_past": (0, "30")}
_DAYS = ("today", "tomorrow")  # 0 and 1 days from now
_BESIDE_ITS_TIMER = 3  # words behind a place among which its timer is: `hall ko batti ko timer`
_WORD = re.compile(r"[a-z]+|\d+")
_EVENING = frozenset(range(15, 21))  # of which no hour is said: at ten it is night
_TIME = re.compile(r"(?<!\d)(\d{1,2})[:.](\d\d)(?!\d)")  # of normalized text: digits of any script


@dataclass(frozen=True)
class CallOff:
    """What is called off: what is to be done to any of these lights (None: to any at all), at one of these hours (None:
    at any), at a minute, if one was said, and so many days from now: `every` job, all of a place where no hour is said,
    else what was accepted last. `gone` is a place that the home does not have, as it was said: what waits may be of a
    room that it had."""

    lights: frozenset[Light] | None = None
    hours: frozenset[int] | None = None
    every: bool = False
    minute: int | None = None
    day: int | None = None
    gone: str = ""

    def among(self, waiting: Iterable[Job], home: Home, now: float | None = None) -> list[Job]:
        """Which of the jobs that wait are called off."""
        today = _clock(time.time() if now is None else now, home)
        meant = [job for job in waiting if self._is_there(job, home) and self._is_then(_time(job, home), today)]
        if self.every or (self.hours is None and (self.gone or self.lights is not None)):
            return meant
        if self.hours is None:  # all that one sentence made
            last = max((job.created for job in meant), default=0.0)
            return [job for job in meant if job.created == last]
        at_the_hour = [job for job in meant if _time(job, home).minute == (self.minute or 0)]
        return sorted(at_the_hour or meant, key=lambda job: job.created)[-1:]

    def parted(self, job: Job, home: Home) -> tuple[Job, Job | None]:
        """What of a job that is meant is called off, and what of it is left as it is about other places too."""
        return (job, None) if self.lights is None else jobs.parted(job, self.lights, home)

    def _is_there(self, job: Job, home: Home) -> bool:
        if self.gone:
            return any(normalize(room) == self.gone for room in _rooms_of(job))
        return self.lights is None or not self.lights.isdisjoint(jobs.lights_about(job, home))

    def _is_then(self, then: datetime, now: datetime) -> bool:
        if self.day is not None and then.date() != now.date() + timedelta(days=self.day):
            return False
        return (self.hours is None or then.hour in self.hours) and self.minute in (None, then.minute)


def asked(sentence: str, home: Home) -> CallOff | None:
    """What a sentence calls off; None where it is not one that calls anything off."""
    said, quarter = _without_quarter(normalize(sentence))
    times = [*_TIME.findall(said), *([("", quarter)] if quarter else [])]
    words = {word: fold(word) for word in key(_TIME.sub(r" \1 ", said)).split()}
    sounds = set(words.values())
    verbs = _verbs(sounds)
    if verbs.isdisjoint(sounds) or ("?" in sentence and _words("asks_to").isdisjoint(sounds)) or len(times) > 1:
        return None
    every, clock = _words("every") | meaning.every(), _words("clock", *_PARTS)
    known = verbs | every | clock | _words("timers", "asks_to", "beside", "joints")
    known |= days.of("tomorrow") | days.of("today")
    rest = [word for word, sound in words.items() if sound not in known]
    hours, lights, gone = None, None, ""
    if times or not clock.isdisjoint(sounds):
        numbers = {word: number for word in rest if (number := meaning.in_digits(words[word])).isdigit()}
        if len(numbers) > 1 or (not numbers and (times or _words(*_PARTS).isdisjoint(sounds))):
            return None
        for word in numbers:
            rest.remove(word)
        hours = _hours([*map(int, numbers.values())], sounds)
    if rest:
        lookup, name = lookup_of(home), " ".join(rest)
        place, certainty = lookup.find(name)
        if place is None and _is_a_timer_of(name, said, lookup):
            gone = name
        elif place is None or place == HERE or certainty < _SURE:
            return None
        else:
            lights = None if isinstance(place, str) else frozenset(lights_in(place, home))
    day = next((n for n, kind in enumerate(_DAYS) if not days.of(kind).isdisjoint(sounds)), None)
    return CallOff(lights, hours, not every.isdisjoint(sounds), int(times[0][1]) if times else None, day, gone)


def _without_quarter(said: str) -> tuple[str, str]:
    """A normalized sentence with `6` for the `paune 7` in it, and the minutes that this tells: 45; none without one."""
    for kind, (hours, minutes) in _QUARTERS.items():
        for before, number in pairwise(_WORD.finditer(said)):
            hour = meaning.in_digits(fold(number[0]))
            if fold(before[0]) in _words(kind) and hour.isdigit() and said[before.end() : number.start()].isspace():
                return f"{said[: before.start()]}{int(hour) + hours}{said[number.end() :]}", minutes
    return said, ""


def _is_a_timer_of(name: str, said: str, lookup: Lookup) -> bool:
    """Whether a timer is said to be of what `name` calls: `hall ko timer`, `the hall timer`; and that is no device."""
    words = [word[0] for word in _WORD.finditer(said)]
    own = name.split()
    if not _words("joints").isdisjoint(own) or any(len(own) > 1 and lookup.surely(word) for word in own):
        return False  # `kitchen bala ra hall ko timer`
    at = next((i for i in range(len(words)) if words[i : i + len(own)] == own), len(words))
    behind = [fold(word) for word in words[at + len(own) :][:_BESIDE_ITS_TIMER]]
    return not _words("timers").isdisjoint(behind) and not lookup.is_device(name, said)


def speaks_of_it(sentence: str) -> bool:
    """Whether a sentence calls a timer off among other things: `hall ko timer cancel gara ani bhancha bala`."""
    sounds = {fold(word) for word in key(sentence).split()}
    return not _verbs(sounds).isdisjoint(sounds) and not _words("timers").isdisjoint(sounds)


def besides(sentence: str, home: Home) -> str:
    """What a sentence asks besides calling off: the `bhancha bala` of `bhancha bala ani hall ko timer cancel gara`;
    nothing where it does not part in two such."""
    parts: list[list[str]] = [[]]
    for word in sentence.replace(",", " , ").split():
        if word == "," or fold(key(word)) in _words("joints"):
            parts.append([])
        else:
            parts[-1].append(word)
    said = [" ".join(part) for part in parts if part]
    others = [part for part in said if not (speaks_of_it(part) and asked(part, home))]
    if len(others) != len(said) - 1 or any(_is_a_place(part, home) for part in others):
        return ""
    return ", ".join(others)


def _is_a_place(said: str, home: Home) -> bool:
    """Whether nothing but names was said, which may be those of a timer too: `kitchen ra hall ko timer`."""
    names = {fold(word) for one in home.entities() for name in one.names for word in key(name).split()}
    switches = {fold(key(word)) for word in load().frames["switches"]}
    sounds = {fold(word) for word in key(said).split()}
    return not any(word in switches or word not in names | _words("beside") for word in sounds)


def _verbs(sounds: Collection[str]) -> frozenset[str]:
    """The folded words that call off: some do so where timers are spoken of."""
    return _words("calls_off") if _words("timers", "every").isdisjoint(sounds) else _words("calls_off", "of_a_timer")


def asks_what_waits(sentence: str) -> bool:
    """Whether a sentence asks what is yet to be done and nothing else: `k k timer cha?`."""
    sounds = [fold(word) for word in key(sentence).split()]
    known = _words("timers", "every", "asks_what", "beside", "joints") | meaning.every()
    needed = (_words("timers", "every"), _words("asks_what"))
    return known.issuperset(sounds) and not any(some.isdisjoint(sounds) for some in needed)


def _hours(said: Sequence[int], sounds: Collection[str]) -> frozenset[int]:
    """The hours of the day that a number is, if one is said, in the parts of the day that are said: `10` is two, `rati
    10` one."""
    alone = {*range(2 * _HALF_A_DAY)} if _words("evening").isdisjoint(sounds) else _EVENING
    hours = set() if said else {*alone}
    for hour in said:
        hours |= {hour} if hour > _HALF_A_DAY else {hour % _HALF_A_DAY, hour % _HALF_A_DAY + _HALF_A_DAY}
    parts = (hours_of for part, hours_of in _PARTS.items() if not _words(part).isdisjoint(sounds))
    return frozenset(hours.intersection(*parts))


def _time(job: Job, home: Home) -> datetime:
    """When a job is due, on the clock of the home."""
    return _clock(job.run_at, home)


def _clock(moment: float, home: Home) -> datetime:
    return datetime.fromtimestamp(moment, ZoneInfo(home.time_zone))


def _rooms_of(job: Job) -> set[str]:
    """What the rooms are called that a job is about, whether the home has them or not."""
    return {action.room for action in job.actions} | {state.room for state in job.states}


@cache
def _words(*kinds: str) -> frozenset[str]:
    """Folded words of some kinds."""
    data: Mapping[str, Sequence[str]] = read_yaml("replies", "cancelling.yaml")
    return frozenset(fold(key(word)) for kind in kinds for word in data.get(kind, ()))
