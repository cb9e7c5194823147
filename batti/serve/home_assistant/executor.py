"""The lights of a home that Home Assistant has; see `Executor`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from batti.command import Action
from batti.errors import BattiError, quote
from batti.home import Home
from batti.serve import lights
from batti.serve.home_assistant import looks
from batti.serve.home_assistant.client import Client, State, Unanswered, Unreachable
from batti.serve.lights import LOWEST, Effect, Light, LightState, Outcome, Problem

_log = logging.getLogger("batti.serve")
_Data: TypeAlias = dict[str, Any]


def entities_of(home: Home) -> dict[Light, str]:
    """The lights of a home that have an `entity`, in the order of the home."""
    known: dict[Light, str | None] = {(room.name, None): room.entity for room in home.rooms}
    known |= {(room.name, light.name): light.entity for room in home.rooms for light in room.lights}
    return {key: entity for key in lights.lights_of(home) if (entity := known[key])}


@dataclass
class _Call:
    """One call of a service: for the lights of one place that are told the same. `actions` are their indexes."""

    place: str
    turn_on: bool
    data: _Data
    lights: list[Light] = field(default_factory=list)
    actions: set[int] = field(default_factory=set)
    problem: Problem | None = None
    detail: str = ""


class HomeAssistant:
    """Carries out what Home Assistant's lights are told. `transition` is seconds, for lights that change gradually."""

    def __init__(self, client: Client, transition: float | None = None) -> None:
        self.client, self._transition = client, transition

    async def run(self, home: Home, actions: Sequence[Action]) -> list[Outcome]:
        """See `Executor`. What a place is told in several actions is one call."""
        entities = entities_of(home)
        asked = [[key for key in lights.targets(home, action) if key in entities] for action in actions]
        try:
            known = await self._states(entities, {key for keys in asked for key in keys})
        except BattiError as error:
            return [_unreached(action, keys, str(error)) for action, keys in zip(actions, asked, strict=True)]
        now = {key: looks.state_of(key, known.get(entity)) for key, entity in entities.items()}
        unknown = _unknown(entities, known)
        outcomes, plan = [], _Plan()
        for index, (action, keys) in enumerate(zip(actions, asked, strict=True)):
            outcomes.append(lights.applied(action, [now[key] for key in keys], unknown - plan.lights))
            plan.add(index, outcomes[-1])
            now |= {effect.after.key: effect.after for effect in outcomes[-1].effects if not effect.problem}
        for calls in plan.rounds():
            await asyncio.gather(*(self._call(call, entities, known) for call in calls))
        return [_came_of(index, outcome, plan.calls) for index, outcome in enumerate(outcomes)]

    async def states(self, home: Home) -> list[LightState]:
        """See `Executor`; lights without an `entity` are left out, and an unknown one counts as not reachable."""
        entities = entities_of(home)
        try:
            known = await self._states(entities, entities)
        except BattiError:
            known = {}
        unknown = _unknown(entities, known)
        states = [looks.state_of(key, known.get(entity)) for key, entity in entities.items()]
        return [replace(one, reachable=one.reachable and one.key not in unknown) for one in states]

    async def restore(self, home: Home, states: Sequence[LightState]) -> list[Effect]:
        """See `Executor`; a colour comes back as the nearest that the command language names."""
        entities = entities_of(home)
        wanted = {state.key: state for state in states if state.key in entities}
        try:
            known = await self._states(entities, wanted)
        except BattiError:
            return [Effect(state, state, "unreachable") for state in wanted.values()]
        now = {key: looks.state_of(key, known.get(entities[key])) for key in wanted}
        effects = lights.restored(wanted.values(), now)
        plan = _Plan()
        for effect in effects:
            if not effect.problem and effect.before.look != effect.after.look:
                plan.tell(0, effect.after.room, effect.after.key, *_whole(effect.after))
        for calls in plan.rounds():
            await asyncio.gather(*(self._call(call, entities, known) for call in calls))
        return [_effect(effect, 0, plan.calls) for effect in effects]

    async def check(self, home: Home) -> None:
        """See `Executor`; connects once, so that a token that is refused is told. What does not answer yet may do so
        later."""
        if not entities_of(home):
            hint = f"make its file: batti home import --home-assistant {self.client.url} --out FILE"
            raise BattiError(f"the home {quote(home.name)} has no lights of Home Assistant", hint)
        try:
            await self.client.connect()
        except Unreachable as error:
            _log.warning("%s", error)
        finally:
            await self.client.close()

    async def close(self) -> None:
        """See `Executor`."""
        await self.client.close()

    async def _states(self, entities: Mapping[Light, str], keys: Iterable[Light]) -> Mapping[str, State]:
        return await self.client.states([entities[key] for key in keys])

    async def _call(self, call: _Call, entities: Mapping[Light, str], known: Mapping[str, State]) -> None:
        """Calls once; what went wrong is noted."""
        named = [entities[key] for key in call.lights]
        gradual = all(known[one]["attributes"].get("supported_features", 0) & looks.TRANSITION for one in named)
        timed = {"transition": self._transition} if self._transition is not None and gradual else {}
        try:
            await self.client.call("turn_on" if call.turn_on else "turn_off", named, {**call.data, **timed})
        except Unanswered as error:
            call.problem, call.detail = "unsure", str(error)
        except BattiError as error:
            call.problem, call.detail = "unreachable", str(error)


class _Plan:
    """Calls to be made, by what each light is told and in which order."""

    def __init__(self) -> None:
        self._told: dict[Light, list[tuple[str, bool, _Data, set[int]]]] = {}
        self.calls: list[_Call] = []

    @property
    def lights(self) -> Set[Light]:
        """Those that are told something."""
        return self._told.keys()

    def add(self, index: int, outcome: Outcome) -> None:
        """Adds what the lights are told; nothing where they are only looked at, or stepped to where they are."""
        action = outcome.action
        for effect in outcome.effects:
            idle = action.action == "get_state" or (action.brightness_step and effect.before.look == effect.after.look)
            if not effect.problem and not idle:
                data = _data(action, effect, effect.after.key in self._told)
                self.tell(index, action.room, effect.after.key, effect.after.on, data)

    def tell(self, index: int, place: str, key: Light, turn_on: bool, data: _Data) -> None:
        """Adds what a light is told, to what it is told already if that is possible."""
        told = self._told.setdefault(key, [])
        if told and told[-1][1] and turn_on:
            place, _, earlier, indexes = told.pop()
            told.append((place, True, _merged(earlier, data), indexes | {index}))
        else:
            told.append((place, turn_on, data, {index}))

    def rounds(self) -> list[list[_Call]]:
        """The calls: all of a round may be made at once, each round after the one before."""
        made: list[list[_Call]] = []
        for key, told in self._told.items():
            for number, (place, turn_on, data, indexes) in enumerate(told):
                if number == len(made):
                    made.append([])
                call = next((one for one in made[number]
                             if (one.place, one.turn_on, one.data) == (place, turn_on, data)), None)  # fmt: skip
                if call is None:
                    made[number].append(call := _Call(place, turn_on, data))
                call.lights.append(key)
                call.actions |= indexes
        self.calls = [call for calls in made for call in calls]
        return made


def _data(action: Action, effect: Effect, is_told: bool) -> _Data:
    """What `light.turn_on` is told for an action; `is_told` says that the light is told something before it."""
    after = effect.after
    if action.action == "adjust_brightness":
        step = action.brightness_step
        # Home Assistant takes a step that ends at 0 for off, steps from a light that is off begin there, and one of
        # two that became one call would be lost.
        if step and not is_told and effect.before.on and LOWEST < after.brightness < 1:
            return {"brightness_step_pct": round(100 * step)}
        return {"brightness_pct": round(100 * after.brightness)}
    if action.action == "change_color":
        return looks.color_data(after.color) if after.color else {"color_temp_kelvin": after.color_temp}
    return {}


def _whole(state: LightState) -> tuple[bool, _Data]:
    """What a light is told to look like a state."""
    if not state.on:
        return False, {}
    data: _Data = {"brightness_pct": round(100 * state.brightness)} if state.abilities.brightness else {}
    if state.color:
        data |= looks.color_data(state.color)
    elif state.color_temp:
        data["color_temp_kelvin"] = state.color_temp
    return True, data


_ALIKE = ({"brightness_pct", "brightness_step_pct"}, {"color_name", "rgb_color", "color_temp_kelvin"})


def _merged(earlier: _Data, later: _Data) -> _Data:
    """Both in one; of keys that say the same thing the later."""
    told = [keys for keys in _ALIKE if keys & later.keys()]
    return {key: value for key, value in earlier.items() if not any(key in keys for keys in told)} | later


def _unknown(entities: Mapping[Light, str], known: Mapping[str, State]) -> set[Light]:
    """The lights that are there, but nobody knows how they are."""
    return {key for key, entity in entities.items() if known.get(entity, {}).get("state") == looks.UNKNOWN}


def _unreached(action: Action, keys: Sequence[Light], why: str) -> Outcome:
    gone = [LightState(*key, reachable=False) for key in keys]
    return Outcome.of(action, [Effect(state, state, "unreachable") for state in gone], why if gone else "")


def _came_of(index: int, outcome: Outcome, calls: Sequence[_Call]) -> Outcome:
    """The outcome as the calls turned out."""
    effects = [_effect(effect, index, calls) for effect in outcome.effects]
    said = [call.detail for call in calls if index in call.actions and call.detail]
    return Outcome.of(outcome.action, effects, "; ".join(dict.fromkeys(said)))


def _effect(effect: Effect, index: int, calls: Sequence[_Call]) -> Effect:
    failed = [one for one in calls if one.problem and index in one.actions and effect.after.key in one.lights]
    if not failed or effect.problem:
        return effect
    return replace(effect, after=effect.before, problem=failed[0].problem)
