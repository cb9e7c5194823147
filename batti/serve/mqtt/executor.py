"""Carries commands out on the lamps of an MQTT broker.

Lamps are always told what to become, never to change by something: a message that arrives twice does no harm. What a
lamp then says of itself is what was done; from one that says nothing nobody knows, and that is what is answered.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from batti.command import Action
from batti.errors import BattiError, quote
from batti.home import Home
from batti.serve import lights
from batti.serve.lights import Effect, Light, LightState, Outcome, Problem
from batti.serve.mqtt.broker import Broker
from batti.serve.mqtt.lamps import Lamp, Wanted, abilities_of, lamp_of, told
from batti.serve.mqtt.link import Heard, Link, Unreached
from batti.serve.simulated import InMemory, Memory
from batti.wiring import Mqtt

LIMIT = 4.5
"""Seconds after which everything that was asked for has an answer."""
REPORT = 3.0
"""Seconds that a lamp has to say what became of it; to say so again where it is so already, a third of that."""
_FIRST = 1.5  # seconds for which the first word of lamps is waited for after a connection
_log = logging.getLogger("batti.mqtt")


@dataclass
class _Light:
    """A light that has a lamp. `heard` counts what it said of itself; `away` are topics that say it is not there;
    `doubted` is whether it has said nothing yet, or nothing since it did not answer."""

    mqtt: Mqtt
    lamp: Lamp
    state: LightState
    heard: int = 0
    away: frozenset[str] = frozenset()
    doubted: bool = True

    @property
    def now(self) -> LightState:
        """As far as is known."""
        return replace(self.state, reachable=not self.away)

    @property
    def is_known(self) -> bool:
        """Whether there is a state to begin from: its own word, or what it was told where it says nothing."""
        return self.heard > 0 or not self.mqtt.reports


class MqttLights:
    """See `Executor`. Lights of the home without `mqtt` are none of its lights. What lamps were told that do not report
    is kept in `memory`."""

    def __init__(self, broker: Broker, memory: Memory | None = None) -> None:
        self._memory = memory or InMemory()
        self._lights: dict[Light, _Light] = {}
        self._by_topic: dict[str, list[Light]] = {}
        self._home: Home | None = None
        self._news = asyncio.Event()
        self._turn = asyncio.Lock()  # between looking at states and sending what follows from them
        self._settled = 0.0  # when the first word of the lamps is waited for no longer
        self.link = Link(broker, f"{broker.client_id}-{uuid.uuid4().hex[:8]}", self._hear, self._begin)

    async def check(self, home: Home) -> None:
        """See `Executor`; the broker is not asked."""
        if not home.lamps():
            raise BattiError(f"no light of {quote(home.name)} has a lamp", "write mqtt: beneath one (docs/mqtt.md)")

    async def run(self, home: Home, actions: Sequence[Action]) -> list[Outcome]:
        """See `Executor`."""
        end = _clock() + LIMIT
        async with self._turn:
            await self._ready(home, end)
            before = self._now()
            unknown = {key for key, light in self._lights.items() if not light.is_known}
            outcomes, wanted = _planned(home, actions, before, unknown)
            heard = {key: self._lights[key].heard for key in wanted}
            missed = await self._send(wanted)
        missed |= await self._await_reports(wanted, before, heard, missed, end)
        return [self._came(outcome, wanted, missed) for outcome in outcomes]

    async def states(self, home: Home) -> list[LightState]:
        """See `Executor`."""
        async with self._turn:
            await self._ready(home, _clock() + LIMIT)
            known = {key for key, light in self._lights.items() if light.is_known}
            return [replace(one, reachable=one.reachable and one.key in known) for one in self._now().values()]

    async def restore(self, home: Home, states: Sequence[LightState]) -> list[Effect]:
        """See `Executor`. A light that was off keeps its new look for when it is next on: lamps that are off cannot
        be told a look without going on."""
        end = _clock() + LIMIT
        async with self._turn:
            await self._ready(home, end)
            before = self._now()
            effects = lights.restored(states, before)
            wanted = {one.after.key: Wanted(one.after, True, True) for one in effects if not one.problem}
            heard = {key: self._lights[key].heard for key in wanted}
            missed = await self._send(wanted)
        missed |= await self._await_reports(wanted, before, heard, missed, end)
        return [self._effect(effect, wanted, missed) for effect in effects]

    async def close(self) -> None:
        """See `Executor`."""
        await self.link.stop()

    # --- what lamps say --------------------------------------------------------------------------
    def _hear(self, message: Heard) -> None:
        message.acknowledge()
        for key in self._by_topic.get(message.topic, ()):
            light = self._lights[key]
            said = light.lamp.said(message.topic, message.payload)
            if said.reachable is not None:
                light.away = light.away - {message.topic} if said.reachable else light.away | {message.topic}
            if said.look:
                light.state = told(light.state, said.look)
                light.heard, light.doubted = light.heard + 1, False
        self._news.set()

    async def _begin(self, kept: bool) -> None:
        """Subscribes, and asks every lamp how it is: much may have happened while nobody listened."""
        await self._listen(self._lights.values())
        self._settled = _clock() + _FIRST

    async def _listen(self, new: Collection[_Light]) -> None:
        await self.link.subscribe(list(dict.fromkeys(topic for light in new for topic in light.lamp.topics)))
        for question in dict.fromkeys(light.lamp.question() for light in new):
            if question:
                await self.link.send(*question)

    # --- what there is ---------------------------------------------------------------------------
    async def _ready(self, home: Home, end: float) -> None:
        """Knows the lamps of a home, and has heard from them if that can be had in time."""
        self.link.start()
        new = await self._wired(home)
        try:
            await self.link.reached(end - _clock())
            if new:
                await self._listen(new)
                self._settled = _clock() + _FIRST
        except Unreached as error:
            _log.warning("%s", error.problem)
            return
        while any(not light.is_known and not light.away for light in self._lights.values()):
            if not await self._something(min(self._settled, end)):
                break

    async def _wired(self, home: Home) -> list[_Light]:
        """Takes up the lamps of a home, if they are others; those that are to be asked though the link is up."""
        if home is self._home or home == self._home:
            return []
        kept = await asyncio.to_thread(self._memory.read)
        had, self._lights = self._lights, {}
        for key, mqtt in home.lamps().items():
            known = had.get(key)
            self._lights[key] = known if known and known.mqtt == mqtt else _fresh(key, mqtt, kept.get(key))
        self._by_topic = {}
        for key, light in self._lights.items():
            for topic in light.lamp.topics:
                self._by_topic.setdefault(topic, []).append(key)
        self._home = home
        return [light for key, light in self._lights.items() if light is not had.get(key)] if self.link.is_up else []

    def _now(self) -> dict[Light, LightState]:
        up = self.link.is_up
        states = (light.now for light in self._lights.values())
        return {state.key: replace(state, reachable=state.reachable and up) for state in states}

    async def _something(self, end: float) -> bool:
        """Waits for a word of a lamp; False where none comes in time."""
        try:
            self._news.clear()  # who waits already is woken all the same
            async with asyncio.timeout_at(end):
                await self._news.wait()
        except TimeoutError:
            return False
        return True

    # --- what lamps are told ---------------------------------------------------------------------
    async def _send(self, wanted: Mapping[Light, Wanted]) -> dict[Light, Problem]:
        """Sends all at once; those of which nobody knows whether the broker has them."""
        keys = list(wanted)
        came = await asyncio.gather(*(self._tell_lamp(key, wanted[key]) for key in keys))
        missed: dict[Light, Problem] = {key: "unsure" for key, arrived in zip(keys, came, strict=True) if not arrived}
        silent = [wanted[key].look for key in keys if key not in missed and not self._lights[key].mqtt.reports]
        if silent:
            await asyncio.to_thread(self._memory.update, lambda _: silent)
        return missed

    async def _tell_lamp(self, key: Light, wanted: Wanted) -> bool:
        light = self._lights[key]
        before, light.state = light.state, wanted.look  # what comes next begins from there
        try:
            await self.link.send(*light.lamp.order(wanted))
        except Unreached as error:
            _log.warning("%s", error.problem)
            light.state = before
            return False
        return True

    async def _await_reports(
        self, wanted: Mapping[Light, Wanted], before: Mapping[Light, LightState], heard: Mapping[Light, int],
        sent: Collection[Light], end: float,
    ) -> dict[Light, Problem]:  # fmt: skip
        """Waits until the lamps say that they have the look; those of which nobody knows it."""
        began = _clock()
        sure = {key for key in wanted if not self._lights[key].doubted}
        same = {key for key in sure if before[key].look == wanted[key].look.look}
        open_ = {key for key in wanted if key not in sent and self._lights[key].mqtt.reports}
        while open_:
            open_ = {key for key in open_ if not self._has(key, wanted[key].look, heard[key])}
            wait = REPORT / 3 if open_ <= same else REPORT
            if not open_ or not await self._something(min(began + wait, end)):
                break
        missed: dict[Light, Problem] = {}
        for key in open_:
            light = self._lights.get(key)
            silent = light is None or light.heard == heard[key]
            if light is None or (silent and key not in same) or light.state.on != wanted[key].look.on:
                missed[key] = "unsure"
                if light and silent:
                    light.state, light.doubted = light.state.looking(before[key]), True
        return missed

    def _has(self, key: Light, look: LightState, heard: int) -> bool:
        """Whether a lamp has said since that it has a look."""
        light = self._lights.get(key)
        if light is None or light.heard == heard:
            return False
        state = light.state
        near = abs(state.brightness - look.brightness) <= 0.02
        return state.on == look.on and (not look.on or (near and state.look[2:] == look.look[2:]))

    # --- what came of it -------------------------------------------------------------------------
    def _came(self, outcome: Outcome, wanted: Mapping[Light, Wanted], missed: Mapping[Light, Problem]) -> Outcome:
        effects = [self._effect(effect, wanted, missed) for effect in outcome.effects]
        return Outcome.of(outcome.action, effects, self._detail(effects))

    def _effect(self, effect: Effect, wanted: Mapping[Light, Wanted], missed: Mapping[Light, Problem]) -> Effect:
        key = effect.after.key
        if effect.problem or key not in wanted:
            return effect
        if key in missed:
            return Effect(effect.before, effect.before, missed[key])
        light = self._lights.get(key)
        is_last = effect.after.look == wanted[key].look.look
        return replace(effect, after=light.now) if light and is_last else effect

    def _detail(self, effects: Iterable[Effect]) -> str:
        if not self.link.is_up:
            return f"the broker at {self.link.broker.shown} is not reached: {self.link.problem}"
        known = [(effect, light) for effect in effects if (light := self._lights.get(effect.after.key))]
        assumed = [_called(effect.after) for effect, one in known if not one.mqtt.reports and not effect.problem]
        silent = [_called(effect.after) for effect, _ in known if effect.problem in ("unsure", "unreachable")]
        said = [f"assumed, as it does not report its state: {', '.join(assumed)}"] if assumed else []
        return "; ".join(said + ([f"no word from: {', '.join(silent)}"] if silent else []))


def _planned(
    home: Home, actions: Sequence[Action], before: Mapping[Light, LightState], unknown: Collection[Light]
) -> tuple[list[Outcome], dict[Light, Wanted]]:
    """What the actions make of the lights one after the other, and what each light is to be told for all of them."""
    now, outcomes, wanted = dict(before), list[Outcome](), dict[Light, Wanted]()
    for action in actions:
        states = [now[key] for key in lights.targets(home, action) if key in now]
        outcomes.append(lights.applied(action, states, set(unknown) - wanted.keys()))
        for effect in outcomes[-1].effects if action.action != "get_state" else ():
            if effect.problem:
                continue
            key, had = effect.after.key, wanted.get(effect.after.key, Wanted(effect.after))
            now[key] = effect.after
            wanted[key] = Wanted(effect.after, had.brightness or action.action == "adjust_brightness",
                                 had.color or action.action == "change_color")  # fmt: skip
    return outcomes, wanted


def _fresh(key: Light, mqtt: Mqtt, kept: LightState | None) -> _Light:
    able = abilities_of(mqtt)
    state = LightState(*key, color_temp=max(2700, able.color_temp[0]) if able.color_temp else None, abilities=able)
    if kept and not mqtt.reports:
        state = state.looking(kept)
    return _Light(mqtt, lamp_of(mqtt), state)


def _called(state: LightState) -> str:
    return f"{state.light} ({state.room})" if state.light else state.room


def _clock() -> float:
    return asyncio.get_running_loop().time()
