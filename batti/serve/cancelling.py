"""`tyo cancel gara`: a sentence that calls off what waits to be done.

The contract has no command for it, since it asks nothing of the lights; where a model says so (`none`), the service
asks here. Only a sentence of nothing but such words, a place and an hour calls anything off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from batti import meaning
from batti.errors import BattiError
from batti.home import Entity, Home
from batti.lexicon import key
from batti.lookup import Lookup
from batti.paths import read_yaml
from batti.schema import HERE
from batti.serve.jobs import Job
from batti.serve.lights import Light, lights_of, targets
from batti.sound import fold

_SURE = 0.97  # certainty from which a place is named
_HALF_A_DAY = 12  # hours after which a clock shows the same


@dataclass(frozen=True)
class CallOff:
    """What is called off: what is to be done to any of these lights (None: to any at all), at an hour of the clock; all
    of it, or what was accepted last."""

    lights: frozenset[Light] | None = None
    hour: int | None = None
    every: bool = False

    def among(self, waiting: Iterable[Job], home: Home) -> list[Job]:
        """Which of the jobs that wait are called off."""
        meant = [job for job in waiting if self._is_there(job, home) and self._is_then(job, home)]
        return meant if self.every else sorted(meant, key=lambda job: job.created)[-1:]

    def _is_there(self, job: Job, home: Home) -> bool:
        return self.lights is None or not self.lights.isdisjoint(_lights_of(job, home))

    def _is_then(self, job: Job, home: Home) -> bool:
        hour = datetime.fromtimestamp(job.run_at, ZoneInfo(home.time_zone)).hour
        return self.hour is None or (hour - self.hour) % _HALF_A_DAY == 0


def asked(sentence: str, home: Home) -> CallOff | None:
    """What a sentence calls off; None where it is not one that calls anything off."""
    words = {word: fold(word) for word in key(sentence).split()}
    sounds = set(words.values())
    of_a_timer = not _words("timers", "every").isdisjoint(sounds)
    verbs = _words("calls_off", "of_a_timer") if of_a_timer else _words("calls_off")
    if verbs.isdisjoint(sounds) or ("?" in sentence and _words("asks_to").isdisjoint(sounds)):
        return None
    every, clock = _words("every") | meaning.every(), _words("clock")
    known = verbs | every | clock | _words("timers", "asks_to", "beside")
    rest = [word for word, sound in words.items() if sound not in known]
    all_of_them, hour = not every.isdisjoint(sounds), None
    if not clock.isdisjoint(sounds):
        numbers = [number for word in rest if (number := meaning.in_digits(fold(word))).isdigit()]
        rest = [word for word in rest if not meaning.in_digits(fold(word)).isdigit()]
        if len(numbers) != 1:
            return None
        hour = int(numbers[0])
    if not rest:
        return CallOff(None, hour, all_of_them)
    place, certainty = Lookup(home).find(" ".join(rest))
    if place is None or place == HERE or certainty < _SURE:
        return None
    return CallOff(_lights_in(place, home), hour, all_of_them)


def _lights_in(place: Entity | str, home: Home) -> frozenset[Light] | None:
    """The lights of a place; None for those of the whole house."""
    if isinstance(place, str):
        return None
    if place.kind == "light":
        return frozenset({(place.room or "", place.name)})
    return frozenset(light for light in lights_of(home) if light[0] in home.rooms_of(place.name))


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
    return frozenset(fold(key(word)) for kind in kinds for word in data[kind])
