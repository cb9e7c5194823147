"""uvicorn's HTTP, with an end to waiting: a client that says nothing, or half of something, is let go."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
"""That a client has for the head of a request, from its first byte or from connecting."""
MOST_HEAD = 64 * 1024
"""Bytes of the head of a request."""
MOST_REQUESTS = 50
"""Of one connection; then the client connects again, and the process that is less busy is sooner there to take it."""
MOST_CONNECTIONS = 500
"""Of one process; more are closed at once, so that those who are served go on being served."""


class Closing:
    """Whether this process is about to end; streams look at it, as nobody else would end them."""

    now = False


class Protocol(HttpToolsProtocol):
    """One connection."""

    _patience: asyncio.TimerHandle | None = None
    _requests = 0
    _head = 0  # bytes that came of it

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.close()
            return
        self._await_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._head += len(data) if self._patience is not None else 0  # a head that is whole waits for nothing
        if self._head > MOST_HEAD and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")
        between = self.cycle is None or self.cycle.response_complete
        if between and self._patience is None and not self.transport.is_closing():
            self._await_head()

    def on_headers_complete(self) -> None:
        self._no_more_waiting()
        self._requests += 1
        if self._requests >= MOST_REQUESTS:
            self.headers.append((b"connection", b"close"))  # which the answer repeats
        super().on_headers_complete()
        if self._requests >= MOST_REQUESTS:
            self.cycle.keep_alive = False

    def connection_lost(self, exc: Exception | None) -> None:
        self._no_more_waiting()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        Closing.now = True
        super().shutdown()

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing: a client that asks for WebSockets, or HTTP/2, is answered in HTTP/1.1. uvicorn would log that a
        library is missing, and this service has no use for it."""

    def _await_head(self) -> None:
        self._head = 0
        self._patience = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _no_more_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
