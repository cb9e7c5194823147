"""Who may ask, how much, how often and for how long: what stands before every request."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from starlette.responses import Response

from batti.serve import metrics
from batti.serve.problems import problem

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_BYTES = 256 * 1024
"""Of the body of a request; a home of 500 rooms has less."""
BODY_SECONDS = 10.0
ANSWER_SECONDS = 60.0
SEND_SECONDS = 15.0
"""That a client may take to accept a piece of an answer before it is taken for dead."""
COOKIE = "batti_session"
_OPEN = ("/v1/health/", "/v1/session")  # without a token; the page is open too, as it has no secret
_GUARDED = ("/v1/", "/metrics")
STREAMS = ("/v1/events", "/v1/interpret/stream")
_MOST_CLIENTS = 10_000  # whose rates are remembered
_CSP = "; ".join((
    "default-src 'self'", "img-src 'self' data:", "object-src 'none'", "base-uri 'none'", "form-action 'self'",
    "frame-ancestors 'none'",
))  # fmt: skip
_HEADERS = tuple((name.encode(), value.encode()) for name, value in {
    "content-security-policy": _CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "microphone=(self), camera=(), geolocation=()",
}.items())  # fmt: skip
_log = logging.getLogger("batti.serve")


class Rates:
    """A bucket a client: `rate` requests a second, and twice as many at once; 0 for any number."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, client: str, now: float) -> float:
        """Seconds until the client may ask again, 0 for now."""
        if not self.rate:
            return 0.0
        if len(self._left) > _MOST_CLIENTS:
            self._left = {one: kept for one, kept in self._left.items() if now - kept[1] < 60}
        most = 2 * self.rate
        left, since = self._left.get(client, (most, now))
        left = min(most, left + (now - since) * self.rate)
        self._left[client] = (max(0.0, left - 1), now)
        return 0.0 if left >= 1 else (1 - left) / self.rate


def session(token: str) -> str:
    """What the cookie of a page holds that has shown the token: not the token itself."""
    return hmac.new(token.encode(), b"batti session", hashlib.sha256).hexdigest()


def same(shown: str, token: str) -> bool:
    """Whether they are the same, in a time that does not tell how much of it is."""
    return hmac.compare_digest(shown.encode(), token.encode())


class Guard:
    """ASGI middleware around the whole app."""

    def __init__(self, app: Any, token: str = "", hosts: tuple[str, ...] = (), rate: float = 0.0) -> None:
        self._app, self._token = app, token
        self._hosts = {"localhost", *(host.casefold() for host in hosts)}
        self._rates = Rates(rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        guarded = _Answer(send, scope["path"])
        try:
            await self._answer(scope, receive, guarded, headers)
        finally:
            metrics.REQUESTS.labels(getattr(scope.get("route"), "path", "other"), guarded.status).inc()

    async def _answer(self, scope: Scope, receive: Receive, guarded: _Answer, headers: Mapping[str, str]) -> None:
        refusal = self._refusal(scope, headers)
        if refusal is None:
            refusal, receive = await _whole(receive, headers)
        if refusal is not None:
            await refusal(scope, receive, guarded.send)
            return
        try:
            async with asyncio.timeout(None if scope["path"] in STREAMS else ANSWER_SECONDS):
                await self._app(scope, receive, guarded.send)
        except TimeoutError:
            if not guarded.status:
                await problem(503, "slow", "there was no answer in time")(scope, receive, guarded.send)
        except Exception:
            _log.exception("%s %s failed", scope["method"], scope["path"])
            if not guarded.status:
                await problem(500, "error", "an error of the program; see its log")(scope, receive, guarded.send)

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._known(host):
            return problem(403, "host", "the service does not go by this name; start it with --allow-host NAME")
        if origin is not None and not _is_of(origin, host):
            return problem(403, "origin", "pages of other sites may not ask this service")
        client = scope["client"][0] if scope.get("client") else ""
        if wait := self._rates.wait(client, time.monotonic()):
            return problem(429, "rate", "too many requests", headers={"Retry-After": str(int(wait) + 1)})
        path = scope["path"]
        if self._token and path.startswith(_GUARDED) and not path.startswith(_OPEN) and not self._shown(headers):
            return problem(401, "token", "a token is needed", headers={"WWW-Authenticate": "Bearer"})
        return None

    def _known(self, host: str) -> bool:
        """Whether the Host header names this service: an address, or a name that it was told. A page of another
        site whose name was made to lead here (DNS rebinding) has that name there."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
            return name in self._hosts or bool(ip_address(name))
        except ValueError:
            return False

    def _shown(self, headers: Mapping[str, str]) -> bool:
        kind, _, shown = headers.get("authorization", "").partition(" ")
        if kind.casefold() == "bearer" and same(shown.strip(), self._token):
            return True
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return cookie is not None and same(cookie.value, session(self._token))


def _is_of(origin: str, host: str) -> bool:
    """Whether a page came from the host that it asks."""
    try:
        return urlsplit(origin).netloc.casefold() == host.casefold()
    except ValueError:  # no address at all
        return False


class _Answer:
    """Sends an answer with the headers that each has, and gives up on who does not take it."""

    def __init__(self, send: Send, path: str) -> None:
        self._send, self._path = send, path
        self.status = 0  # none yet

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message.get("headers", ()), *_HEADERS]
            if not any(name == b"cache-control" for name, _ in headers):
                kept = b"no-store" if self._path.startswith(_GUARDED) else b"no-cache"  # the page is asked about anew
                headers.append((b"cache-control", kept))
            message = {**message, "headers": headers}
        async with asyncio.timeout(SEND_SECONDS):
            await self._send(message)


async def _whole(receive: Receive, headers: Mapping[str, str]) -> tuple[Response | None, Receive]:
    """The whole body, in time and not too large, to be received at once; or why not."""
    length = headers.get("content-length", "0")
    if length.isdigit() and int(length) > MOST_BYTES:
        return _too_large(), receive
    if length == "0" and "transfer-encoding" not in headers:
        return None, receive
    body, more = b"", True
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return problem(400, "gone", "the client went away"), receive
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > MOST_BYTES:
                    return _too_large(), receive
    except TimeoutError:
        return problem(408, "slow", "the request did not come in time", headers={"Connection": "close"}), receive
    whole = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> MutableMapping[str, Any]:
        return whole.pop() if whole else await receive()

    return None, again


def _too_large() -> Response:
    return problem(413, "large", f"a request has {MOST_BYTES} bytes at most", headers={"Connection": "close"})
