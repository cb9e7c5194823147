"""Lights: their state, which of them an action is about, and what an action makes of them.

Nothing here knows where the lights are: the simulated home uses it as it is, and what speaks to real
lights uses the parts that it needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, TypeAlias

from batti.command import Action
from batti.home import Entity, Home

Light: TypeAlias = tuple[str, str | None]
"""A light by its room and its own name; None is the room's own light, which has no name."""
Problem: TypeAlias = Literal["no_brightness", "no_color", "no_color_temp", "no_light", "unreachable", "unsure"]
"""Why a light was not changed: it cannot, is not there, does not answer, or nobody knows whether it was."""
LOWEST = 0.01
"""The level at which steps downwards end: less light is not darkness."""


@dataclass(frozen=True)
class Abilities:
    """What a light can do; `color_temp` is the range in kelvin, None for a light of one white."""

    brightness: bool = True
    color: bool = True
    color_temp: tuple[int, int] | None = (1900, 6500)


@dataclass(frozen=True)
class LightState:
    """One light as it is. `brightness` (0.01 to 1) is kept while the light is off; of `color` (a name of the
    command language) and `color_temp` (kelvin) one is set, or none for a light of one white."""

    room: str
    light: str | None = None
    on: bool = False
    brightness: float = 1.0
    color: str | None = None
    color_temp: int | None = 2700
    reachable: bool = True
    abilities: Abilities = Abilities()

    @property
    def key(self) -> Light:
        """Which light it is."""
        return self.room, self.light

    @property
    def look(self) -> tuple[bool, float, str | None, int | None]:
        """What can be seen and changed: on, brightness, color, color_temp."""
        return self.on, self.brightness, self.color, self.color_temp

    def looking(self, other: LightState) -> LightState:
        """This light with the look of another state."""
        return replace(self, on=other.on, brightness=other.brightness, color=other.color, color_temp=other.color_temp)

    def to_dict(self) -> dict[str, Any]:
        """Plain data with every key."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LightState:
        """The state of `to_dict`, also after a way through JSON; keys that it does not know are left out."""
        known = {field.name for field in fields(cls)}
        kept = {name: value for name, value in data.items() if name in known}
        able = dict(kept["abilities"])
        kelvin = able["color_temp"]
        return cls(**kept | {"abilities": Abilities(**able | {"color_temp": tuple(kelvin) if kelvin else None})})


@dataclass(frozen=True)
class Effect:
    """What came of one light: its state before and after, and why it was left as it was, if it was."""

    before: LightState
    after: LightState
    problem: Problem | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of one action. `problem` is set where nothing of it was done; `detail` may say more in English."""

    action: Action
    effects: tuple[Effect, ...] = ()
    problem: Problem | None = None
    detail: str = ""

    @classmethod
    def of(cls, action: Action, effects: Iterable[Effect], detail: str = "") -> Outcome:
        """The outcome of an action on these lights: undone where it was done to none of them."""
        effects = tuple(effects)
        missed = [effect.problem for effect in effects if effect.problem]
        nothing: Problem | None = (missed[0] if missed else "no_light") if len(missed) == len(effects) else None
        return cls(action, effects, nothing, detail)

    @property
    def done(self) -> bool:
        """Whether it was done, to some of the lights at least."""
        return self.problem is None

    @property
    def missed(self) -> tuple[Effect, ...]:
        """The lights to which it was not done."""
        return tuple(effect for effect in self.effects if effect.problem)


def lights_of(home: Home) -> list[Light]:
    """Every light of a home: each room has one of its own, and its named ones."""
    return [(room.name, name) for room in home.rooms for name in (None, *(light.name for light in room.lights))]


def targets(home: Home, action: Action) -> list[Light]:
    """The lights that an action is about. Raises BattiError for a place that the home does not have."""
    rooms = set(home.rooms_of(action.room)) - set(action.except_)
    known = [light for light in lights_of(home) if light[0] in rooms]
    return [light for light in known if action.light in (None, light[1])]


def lights_in(place: Entity, home: Home) -> list[Light]:
    """The lights of a room, of a group or of one light of the home."""
    light = place.name if place.kind == "light" else None
    return targets(home, Action(room=place.room or place.name, light=light, action="turn_off"))


def applied(action: Action, states: Sequence[LightState], unknown: Collection[Light] = ()) -> Outcome:
    """What an action makes of the lights that it is about; toggled together, they go off if one is on.

    `unknown` are lights that are there, but nobody knows how they are: these can be told what to become, and not be
    asked, nor changed from what they are.
    """
    if action.action in ("get_state", "toggle") or action.brightness_step:
        states = [replace(one, reachable=one.reachable and one.key not in unknown) for one in states]
    lit = any(state.on and state.reachable for state in states)
    return Outcome.of(action, [_effect(action, state, lit) for state in states])


def _effect(action: Action, state: LightState, lit: bool) -> Effect:
    problem = problem_of(action, state)
    return Effect(state, state if problem else _changed(action, state, lit), problem)


def problem_of(action: Action, state: LightState) -> Problem | None:
    """Why a light cannot do what is asked of it, or None."""
    able = state.abilities
    if not state.reachable:
        return "unreachable"
    if action.action == "adjust_brightness" and not able.brightness:
        return "no_brightness"
    if action.color and not able.color:
        return "no_color"
    if action.color_temp and not able.color_temp:
        return "no_color_temp"
    return None


def _changed(action: Action, state: LightState, lit: bool) -> LightState:
    match action.action:
        case "turn_on":
            return replace(state, on=True)
        case "turn_off":
            return replace(state, on=False)
        case "toggle":
            return replace(state, on=not lit)
        case "adjust_brightness":
            return _brightened(action, state)
        case "change_color":
            return _colored(action, state)
        case _:
            return state


def _brightened(action: Action, state: LightState) -> LightState:
    if action.brightness is not None:
        return replace(state, on=True, brightness=action.brightness)
    step = action.brightness_step or 0.0
    if not state.on and step <= 0:  # less of no light is no light
        return state
    level = (state.brightness if state.on else 0.0) + step
    return replace(state, on=True, brightness=round(min(1.0, max(LOWEST, level)), 2))


def _colored(action: Action, state: LightState) -> LightState:
    if action.color:
        return replace(state, on=True, color=action.color, color_temp=None)
    low, high = state.abilities.color_temp or (0, 0)
    kelvin = min(high, max(low, action.color_temp or low))
    return replace(state, on=True, color=None, color_temp=kelvin)


def restored(before: Iterable[LightState], now: Mapping[Light, LightState]) -> list[Effect]:
    """The lights as they were before, where they are still there."""
    known = [(state, now[state.key]) for state in before if state.key in now]
    return [
        Effect(one, one.looking(state)) if one.reachable else Effect(one, one, "unreachable") for state, one in known
    ]


def seen_in(states: Iterable[LightState], keys: Collection[Light]) -> list[LightState]:
    """The states of some lights, in the order of the lights."""
    by_key = {state.key: state for state in states}
    return [by_key[key] for key in keys if key in by_key]
