"""What happens in the house, as server-sent events; one look at the store serves all who listen."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from batti.errors import BattiError
from batti.serve.house import House
from batti.serve.jobs import Event
from batti.serve.protocol import Closing

MOST = 64
"""Listeners of one process."""
_EVERY = 0.25  # seconds between two looks for what other processes did
_HEARTBEAT = 15.0  # seconds after which a dead client is noticed


class Feed:
    """The events of the store, read as long as somebody listens."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._recent: deque[Event] = deque(maxlen=1000)
        self._news = asyncio.Condition()
        self._reader: asyncio.Task[None] | None = None
        self.listeners = 0

    async def listen(self, last: int | None) -> AsyncIterator[str]:
        """Server-sent events: what happened after number `last`, or first all as it is; then what happens."""
        self.listeners += 1
        try:
            store = self._house.store
            latest = await asyncio.to_thread(store.last_event)
            if last is not None and not 0 <= last <= latest:  # a number that is yet to come is of another store
                last = None
            missed = [] if last is None else await asyncio.to_thread(store.events, last)
            if last is None or (missed and missed[0].seq > last + 1):  # more may be missed than is kept
                last = latest
                yield event("snapshot", await self.snapshot(), last)
                missed = []
            for one in missed:
                last = one.seq
                yield event(one.kind, one.data, one.seq)
            self._begin()
            async for text in self._follow(last):
                yield text
        finally:
            self.listeners -= 1

    async def snapshot(self) -> dict[str, Any]:
        """All that the events change: lights and what is scheduled."""
        states = await self._house.states()
        waiting = await asyncio.to_thread(self._house.store.jobs)
        zone = self._house.home().time_zone
        return {"lights": [state.to_dict() for state in states], "schedule": [job.to_dict(zone) for job in waiting]}

    async def _follow(self, last: int) -> AsyncIterator[str]:
        beat = time.monotonic()
        while not Closing.now:
            for one in [one for one in self._recent if one.seq > last]:
                last = one.seq
                yield event(one.kind, one.data, one.seq)
            if time.monotonic() - beat > _HEARTBEAT:
                beat = time.monotonic()
                yield ": still there\n\n"
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0), self._news:
                    await self._news.wait()

    def _begin(self) -> None:
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        """Reads the store while somebody listens."""
        while self.listeners and not Closing.now:
            self._house.happened.clear()
            with suppress(BattiError):  # a store that is lost may come back
                await self._look()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._house.happened.wait(), _EVERY)

    async def _look(self) -> None:
        store = self._house.store
        last = self._recent[-1].seq if self._recent else max(0, await asyncio.to_thread(store.last_event) - 100)
        if found := await asyncio.to_thread(store.events, last):
            self._recent.extend(found)
            async with self._news:
                self._news.notify_all()


def event(kind: str, data: Any, number: int | None = None) -> str:
    """One server-sent event."""
    lines = [f"id: {number}"] if number is not None else []
    return "\n".join([*lines, f"event: {kind}", f"data: {json.dumps(data, ensure_ascii=False)}", "", ""])
