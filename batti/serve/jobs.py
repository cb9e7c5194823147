"""What is to be done later: jobs, and the moment that `after` and `at` mean."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from batti.command import Action, Command
from batti.days import is_of_tomorrow
from batti.errors import BattiError
from batti.home import Home
from batti.serve.lights import Light, LightState, lights_of, targets
from batti.values import seconds_of

Status: TypeAlias = Literal["waiting", "running", "done", "failed", "missed", "cancelled", "interrupted", "superseded"]
"""`missed`: too late when somebody was there to do it; `interrupted`: begun, and nobody knows whether it was done;
`superseded`: the end of a `for` that a later command made idle."""
OPEN: tuple[Status, ...] = ("waiting", "running")
ENDED: tuple[Status, ...] = ("done", "failed", "missed", "cancelled", "interrupted", "superseded")
WAITING: tuple[Status, ...] = ("waiting",)


def due(action: Action, sentence: str, now: float, home: Home) -> float | None:
    """When an action that a sentence asked for is due in a home: see `moment`."""
    tomorrow = bool(action.at and not action.after) and is_of_tomorrow(action.at or "", sentence, _names(home))
    return moment(action, now, home.time_zone, tomorrow)


def _names(home: Home) -> list[str]:
    return [name for one in home.entities() for name in one.names]


def moment(action: Action, now: float, zone: str, tomorrow: bool = False) -> float | None:
    """When an action is due, in seconds since 1970; None for now. `at` is the next such time on the home's clock, or
    the next one that is not of today."""
    if not action.after and not action.at:
        return None
    base = now + (seconds_of(action.after) if action.after else 0)
    if not action.at:
        return base
    hour, minute = map(int, action.at.split(":"))
    day = datetime.fromtimestamp(base, ZoneInfo(zone)).replace(hour=hour, minute=minute, second=0, microsecond=0)
    found = day.timestamp()
    return found if found > base and not tomorrow else (day + timedelta(days=1)).timestamp()


def jobs_of(actions: Iterable[Action], sentence: str, now: float, home: Home) -> list[Job]:
    """The jobs of what is not for now: one for each moment, in order."""
    when_due: dict[float, list[Action]] = {}
    for action in actions:
        if (when := due(action, sentence, now, home)) is not None:
            when_due.setdefault(when, []).append(action)
    return [Job(new_id(), when, tuple(when_due[when]), sentence=sentence, created=now) for when in sorted(when_due)]


def undo_of(action: Action, states: Sequence[LightState], sentence: str, now: float) -> Job:
    """The job that ends what `for` begins: it gives the lights the look of these states again."""
    return Job(new_id(), now + seconds_of(action.for_ or ""), (), tuple(states), sentence, now)


def left_of(job: Job, home: Home) -> Job | None:
    """What a home has still of what a job is about: the job as it is, a new one of the rest, or None."""
    actions = tuple(one for one in job.actions if not home.check(Command.of([one], home.group_names)))
    states = tuple(state for state in job.states if state.key in lights_of(home))
    if (actions, states) == (job.actions, job.states):
        return job
    return replace(job, id=new_id(), actions=actions, states=states) if actions or states else None


def lights_about(job: Job, home: Home) -> set[Light]:
    """The lights that a job is about, as far as the home has them still."""
    return {state.key for state in job.states}.union(*(_targets(action, home) for action in job.actions))


def parted(job: Job, keys: Collection[Light], home: Home) -> tuple[Job, Job | None]:
    """What of a job is done to these lights, and a new job of the rest, None for no rest. What cannot be said without
    them is not parted: a room without one of its lamps."""
    taken, left = list[Action](), list[Action]()
    for action in job.actions:
        about = _targets(action, home)
        rooms = [room for room in home.rooms_of(action.room) if room not in action.except_] if about else []
        inside = [room for room in rooms if all(light in keys for light in about if light[0] == room)]
        if not about.intersection(keys):
            left.append(action)
        elif len(inside) == len(rooms) or {light for light in about if light[0] in inside} != about.intersection(keys):
            taken.append(action)
        else:
            taken += [action.model_copy(update={"room": room, "except_": ()}) for room in inside]
            left.append(action.model_copy(update={"except_": (*action.except_, *inside)}))
    states, kept = ([state for state in job.states if (state.key in keys) is of_them] for of_them in (True, False))
    rest = replace(job, id=new_id(), actions=tuple(left), states=tuple(kept)) if left or kept else None
    return replace(job, actions=tuple(taken), states=tuple(states)), rest


def is_alike(job: Job, others: Iterable[Job], home: Home) -> bool:
    """Whether a job is to do what another does, to one of the same lights."""
    about, kinds = lights_about(job, home), {action.action for action in job.actions}
    return any(
        action.action in kinds and not about.isdisjoint(_targets(action, home))
        for other in others
        for action in other.actions
    )


def _targets(action: Action, home: Home) -> set[Light]:
    with suppress(BattiError):
        return {*targets(home, action)}
    return set()


def at_once(action: Action) -> Action:
    """The action without its times."""
    return action.model_copy(update={"after": None, "at": None, "for_": None})


def new_id() -> str:
    """An id that no other process gives."""
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Job:
    """Something to be done at a time (seconds since 1970): `actions`, or lights to be given back the look of `states`.

    `sentence` is what somebody said, `detail` what came of it, in English.
    """

    id: str
    run_at: float
    actions: tuple[Action, ...] = ()
    states: tuple[LightState, ...] = ()
    sentence: str = ""
    created: float = 0.0
    status: Status = "waiting"
    detail: str = ""

    @property
    def may_be_repeated(self) -> bool:
        """Whether doing it twice comes to the same as doing it once."""
        return not any(action.action == "toggle" or action.brightness_step for action in self.actions)

    @property
    def is_undo(self) -> bool:
        """Whether it ends what `for` began."""
        return not self.actions

    def to_dict(self, zone: str) -> dict[str, Any]:
        """Plain data for people: the time on the clock of a zone, and the lights that an undo is about."""
        data = {"id": self.id, "run_at": datetime.fromtimestamp(self.run_at, ZoneInfo(zone)).isoformat(),
                "status": self.status, "kind": "undo" if self.is_undo else "do", "sentence": self.sentence,
                "detail": self.detail}  # fmt: skip
        lights = [{"room": state.room, "light": state.light} for state in self.states]
        return {**data, "actions": [action.to_dict() for action in self.actions], "lights": lights}

    def body(self) -> str:
        """What does not change while it waits, as JSON."""
        return json.dumps({
            "actions": [action.to_dict() for action in self.actions],
            "states": [state.to_dict() for state in self.states],
            "sentence": self.sentence, "created": self.created, "detail": self.detail,
        }, ensure_ascii=False)  # fmt: skip

    @classmethod
    def of(cls, row: Any) -> Job:
        """The job of a row of the store."""
        body = json.loads(row.body)
        actions = tuple(map(Action.model_validate, body.pop("actions")))
        states = tuple(map(LightState.from_dict, body.pop("states")))
        return cls(row.id, row.run_at, actions, states, status=row.status, **body)


@dataclass(frozen=True)
class Event:
    """Something that happened: `lights` (states) or `schedule` (jobs); `seq` orders them over all processes."""

    seq: int
    at: float
    kind: str
    data: Any
