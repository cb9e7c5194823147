"""The seam between a command and the lights that carry it out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from batti.command import Action
from batti.home import Home
from batti.serve.lights import Effect, LightState, Outcome


class Executor(Protocol):
    """What has lights. Each method is to end within seconds, whatever the lights do: what cannot be reached is an
    outcome with a `problem`, never an exception; and nothing is done twice that may have been done once."""

    async def check(self, home: Home) -> None:
        """Raises BattiError for what does not get better by waiting, such as a home that has none of its lights."""
        ...

    async def run(self, home: Home, actions: Sequence[Action]) -> list[Outcome]:
        """Carries the actions out in order, now, and says what came of each.

        Every place is one of this home, and none is `here`; `after`, `at` and `for` are kept by the caller,
        and are not looked at. `get_state` changes nothing: its effects have the state before and after alike.
        """
        ...

    async def states(self, home: Home) -> list[LightState]:
        """Every light of the home as it is now, rooms in the order of the home."""
        ...

    async def restore(self, home: Home, states: Sequence[LightState]) -> list[Effect]:
        """Gives lights the look that they had, as when the time of `for` is over; lights that are gone are left out."""
        ...

    async def close(self) -> None:
        """Ends connections, if there are any."""
        ...
