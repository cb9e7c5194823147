"""A home without hardware: lights that have state. The reference for every other executor.

>>> import asyncio
>>> from batti import Command, Home
>>> from batti.serve.simulated import SimulatedHome
>>> lights = SimulatedHome()
>>> command = Command.from_dict({"actions": [{"room": "kitchen", "action": "turn_on"}]})
>>> [outcome] = asyncio.run(lights.run(Home.default(), command.actions))
>>> outcome.effects[0].after.on
True
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeAlias

from batti.command import Action
from batti.home import Home
from batti.serve import lights
from batti.serve.lights import Effect, Light, LightState, Outcome

States: TypeAlias = Mapping[Light, LightState]
Change: TypeAlias = Callable[[States], Iterable[LightState]]


class Memory(Protocol):
    """Where states are kept; safe to call from several threads, and from several processes if it outlives one."""

    def read(self) -> States:
        """What is known."""
        ...

    def update(self, change: Change) -> None:
        """Keeps the states that `change` makes of what is known, as one step that nothing comes between."""
        ...


class InMemory:
    """States of one process."""

    def __init__(self) -> None:
        self._states: dict[Light, LightState] = {}
        self._lock = threading.Lock()

    def read(self) -> States:
        """A copy."""
        return dict(self._states)

    def update(self, change: Change) -> None:
        """See `Memory`."""
        with self._lock:
            self._states |= {state.key: state for state in change(dict(self._states))}


class SimulatedHome:
    """The lights of any home, all off at first; see `Executor`. Deterministic: equal commands give equal states.

    `unlike` are lights that do not begin as the others do: other abilities, unreachable, already on.
    """

    def __init__(self, memory: Memory | None = None, unlike: Iterable[LightState] = ()) -> None:
        self._memory = memory or InMemory()
        self._unlike = {state.key: state for state in unlike}

    async def run(self, home: Home, actions: Sequence[Action]) -> list[Outcome]:
        """See `Executor`; all the actions are one step."""
        outcomes: list[Outcome] = []

        def change(known: States) -> list[LightState]:
            before = self._all(home, known)
            now = dict(before)
            outcomes.clear()  # a memory may try again
            for action in actions:
                outcomes.append(lights.applied(action, [now[key] for key in lights.targets(home, action)]))
                now |= {effect.after.key: effect.after for effect in outcomes[-1].effects}
            return [state for key, state in now.items() if before[key] != state]

        if all(action.action == "get_state" for action in actions):
            change(await asyncio.to_thread(self._memory.read))
        else:
            await asyncio.to_thread(self._memory.update, change)
        return outcomes

    async def states(self, home: Home) -> list[LightState]:
        """See `Executor`."""
        return list(self._all(home, await asyncio.to_thread(self._memory.read)).values())

    async def restore(self, home: Home, states: Sequence[LightState]) -> list[Effect]:
        """See `Executor`."""
        effects: list[Effect] = []

        def change(known: States) -> list[LightState]:
            effects[:] = lights.restored(states, self._all(home, known))
            return [effect.after for effect in effects]

        await asyncio.to_thread(self._memory.update, change)
        return effects

    async def check(self, home: Home) -> None:
        """Nothing to be wrong."""

    async def close(self) -> None:
        """Nothing to end."""

    def _all(self, home: Home, known: States) -> dict[Light, LightState]:
        fresh = {key: self._unlike.get(key) or LightState(*key) for key in lights.lights_of(home)}
        return {key: known.get(key, state) for key, state in fresh.items()}
