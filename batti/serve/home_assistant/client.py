"""A client of Home Assistant's WebSocket API (https://developers.home-assistant.io/docs/api/websocket).

It connects when it is asked something, and again after it was cut off. What may be asked twice is; what may not,
such as a call of a service, is sent once, and whoever asked is told whether it left this machine.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidURI, WebSocketException

from batti.errors import BattiError, quote

CONNECT_SECONDS = 4.0
READ_SECONDS = 4.5
"""That Home Assistant has for an answer from what it knows, connecting included."""
CALL_SECONDS = 10.0
"""That lights have for what they are told; Home Assistant answers when they are done."""
_PING_SECONDS = 1.5  # between pings, and for their answers: a server that is gone is found out within 4 s
_LOOK = "see whether Home Assistant runs"
_LARGEST = 1 << 26  # bytes of a message: all states of a large house
State: TypeAlias = dict[str, Any]
"""`state`, a text, and `attributes`."""
_Answers: TypeAlias = asyncio.Queue[dict[str, Any] | None]
Result = TypeVar("Result")


class Unreachable(BattiError):
    """Home Assistant could not be asked, and nothing was done."""


class Refused(BattiError):
    """Home Assistant refuses the token."""


class Failed(BattiError):
    """Home Assistant answered that it could not do it."""


class Unanswered(BattiError):
    """It was sent and not answered: nobody knows whether it was done."""


class Client:
    """One connection, for one event loop. `url` is that of the web page, such as http://homeassistant.local:8123."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.version = url.rstrip("/"), ""
        self._address, self._token = _address(self.url), token
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._connecting = asyncio.Lock()
        self._last = 0
        self._waiting: dict[int, _Answers] = {}

    # --- questions -------------------------------------------------------------------------------
    async def ask(self, kind: str, seconds: float = READ_SECONDS, **fields: Any) -> Any:
        """The result of a command that changes nothing. Raises Unreachable, Refused or Failed."""

        async def asking() -> Any:
            async with self._sent(kind, fields) as (_, answers):
                return await self._result(answers)

        return await self._twice(asking, seconds)

    async def states(self, entities: Sequence[str]) -> dict[str, State]:
        """The states of entities as they are now; those that Home Assistant does not have are left out."""

        async def asking() -> dict[str, State]:
            async with self._sent("subscribe_entities", {"entity_ids": list(entities)}) as (number, answers):
                await self._result(answers)
                event = (await self._next(answers))["event"]
            await self._write({"id": self._number(), "type": "unsubscribe_events", "subscription": number})
            return {name: {"state": one["s"], "attributes": one.get("a", {})}
                    for name, one in event.get("a", {}).items()}  # fmt: skip

        return await self._twice(asking, READ_SECONDS) if entities else {}

    async def _twice(self, asking: Callable[[], Awaitable[Result]], seconds: float) -> Result:
        """Asks again where the connection broke, as it may have long before."""
        try:
            async with asyncio.timeout(seconds):
                try:
                    return await asking()
                except Unanswered:
                    return await asking()
        except Unanswered as error:
            raise Unreachable(error.problem, error.hint) from None
        except TimeoutError:
            if self._socket is not None:
                self._drop(self._socket)
            raise self._unreachable(f"no answer within {seconds:g} s") from None

    # --- calls -----------------------------------------------------------------------------------
    async def call(self, service: str, entities: Sequence[str], data: dict[str, Any]) -> None:
        """Calls a service of lights, once. Raises Unreachable (not sent), Unanswered (may be done), Failed."""
        fields = {"domain": "light", "service": service, "service_data": data, "target": {"entity_id": list(entities)}}
        async with self._sent("call_service", fields) as (_, answers):
            try:
                async with asyncio.timeout(CALL_SECONDS):
                    await self._result(answers)
            except TimeoutError:
                raise Unanswered(f"the lights did not answer within {CALL_SECONDS:g} s", _LOOK) from None

    # --- the connection --------------------------------------------------------------------------
    async def connect(self) -> None:
        """Connects, unless it is connected. Raises Unreachable or Refused."""
        async with self._connecting:
            if self._socket is not None:
                return
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    self._socket = await self._opened()
            except TimeoutError:
                raise self._unreachable(f"no answer within {CONNECT_SECONDS:g} s") from None
            except OSError as error:
                raise self._unreachable(error.strerror or str(error)) from None
            except (WebSocketException, ValueError, KeyError, TypeError, AttributeError):
                raise self._unreachable("what answers there is not Home Assistant") from None
            self._reader = asyncio.create_task(self._read(self._socket))

    async def close(self) -> None:
        """Ends the connection."""
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()
        if self._reader is not None:
            await self._reader

    async def _opened(self) -> ClientConnection:
        socket = await connect(
            self._address, max_size=_LARGEST, ping_interval=_PING_SECONDS, ping_timeout=_PING_SECONDS,
            open_timeout=None, close_timeout=1, compression=None, proxy=None,
        )  # fmt: skip
        try:
            self.version = json.loads(await socket.recv())["ha_version"]
            await socket.send(json.dumps({"type": "auth", "access_token": self._token}))
            said = json.loads(await socket.recv())["type"]
        except BaseException:
            socket.transport.abort()
            raise
        if said != "auth_ok":
            await socket.close()
            raise Refused(f"Home Assistant at {self.url} refuses the token",
                          "make a long-lived access token on your profile page there")  # fmt: skip
        return socket

    async def _read(self, socket: ClientConnection) -> None:
        """Gives each message to whoever waits for it, until the connection ends."""
        try:
            async for text in socket:
                message = json.loads(text)
                if (queue := self._waiting.get(message.get("id"))) is not None:
                    queue.put_nowait(message)
        except (WebSocketException, OSError, ValueError):
            pass  # as good as ended
        if self._socket is socket:
            self._socket = None
        for queue in self._waiting.values():
            queue.put_nowait(None)

    @asynccontextmanager
    async def _sent(self, kind: str, fields: dict[str, Any]) -> AsyncIterator[tuple[int, _Answers]]:
        """Sends a command; yields its number and the queue of what comes back, None at the end of the connection."""
        await self.connect()
        number = self._number()
        answers = self._waiting[number] = asyncio.Queue()
        try:
            await self._write({"id": number, "type": kind, **fields})
            yield number, answers
        finally:
            del self._waiting[number]

    async def _write(self, message: dict[str, Any]) -> None:
        socket = self._socket
        if socket is None:
            raise self._lost()
        try:
            await socket.send(json.dumps(message))
        except (WebSocketException, OSError):
            self._drop(socket)
            raise self._lost() from None

    def _number(self) -> int:
        self._last += 1
        return self._last

    async def _next(self, answers: _Answers) -> dict[str, Any]:
        message = await answers.get()
        if message is None:
            raise self._lost()
        return message

    async def _result(self, answers: _Answers) -> Any:
        message = await self._next(answers)
        if not message.get("success"):
            error = message.get("error", {})
            raise Failed(f"Home Assistant says: {error.get('message') or error.get('code')}", "see its log")
        return message.get("result")

    def _drop(self, socket: ClientConnection) -> None:
        """Lets go of a connection that does not answer; whoever waits for something on it is told."""
        if self._socket is socket:
            self._socket = None
        socket.transport.abort()

    def _lost(self) -> Unanswered:
        return Unanswered(f"the connection to Home Assistant at {self.url} was lost", _LOOK)

    def _unreachable(self, why: str) -> Unreachable:
        return Unreachable(f"Home Assistant at {self.url} cannot be reached: {why}",
                           "check the address, and whether it runs")  # fmt: skip


def _address(url: str) -> str:
    """http://host:8123 -> ws://host:8123/api/websocket. Raises BattiError."""
    try:
        parts = urlsplit(url)
        if "@" in parts.netloc:  # it is not shown, as messages show addresses
            raise BattiError("the address of Home Assistant holds a user or a password", "leave them out")
        if parts.scheme not in ("http", "https") or not parts.hostname or (parts.port or 1) < 1:
            raise ValueError
    except (ValueError, InvalidURI):
        problem = f"{quote(url)} is not the address of Home Assistant"
        raise BattiError(problem, "write it as in the browser, like http://homeassistant.local:8123") from None
    return f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}{parts.path}/api/websocket"
