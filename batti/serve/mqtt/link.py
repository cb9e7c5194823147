"""One connection to a broker, kept up: begun again with growing pauses, ready when all is subscribed."""

from __future__ import annotations

import asyncio
import logging
import math
import random
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiomqtt
from paho.mqtt.client import Client as Paho
from paho.mqtt.client import ConnectFlags, MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from batti.errors import BattiError, quote
from batti.serve.mqtt.broker import Broker

ANSWER = 3.0
"""Seconds that a broker has to answer."""
_KEEPALIVE = 15  # seconds after which a silent broker is asked whether it is there
_PAUSES = (0.2, 10.0)  # seconds between attempts, at first and at most
_STEADY = 10.0  # seconds after which a connection counts as a good one
_DOWN = 1.0  # seconds for which a broker is waited for that has been away for long
_NONE_RETAINED = SubscribeOptions.RETAIN_DO_NOT_SEND
_REFUSED = {  # what MQTT 5 calls the reasons for which nobody is let in
    "Not authorized": "user or password is wrong", "Bad user name or password": "user or password is wrong",
    "Unsupported protocol version": "it does not speak MQTT 5",
    "Client identifier not valid": "it refuses the client id",
    "Session taken over": "somebody else has the same client id",
}  # fmt: skip
_log = logging.getLogger("batti.mqtt")


class Unreached(BattiError):
    """The broker is not there, lets nobody in or does not answer."""


@dataclass(frozen=True)
class Heard:
    """A message. `again` is whether it may have been delivered before; `acknowledge` is to be called once it has been
    dealt with: what was not acknowledged is delivered again by a broker that kept the session."""

    topic: str
    payload: bytes
    retained: bool
    again: bool
    number: int
    acknowledge: Callable[[], None]


class _Client(aiomqtt.Client):
    """aiomqtt acknowledges at once and does not tell of repeats nor of sessions; this one leaves both to its owner."""

    def __init__(self, *args: Any, hear: Callable[[_Client, MQTTMessage], None], **options: Any) -> None:
        super().__init__(*args, **options)
        self.hear, self.session_kept = hear, False
        self._client.manual_ack_set(True)
        self._client.connect_timeout = ANSWER

    def acknowledge(self, message: MQTTMessage) -> None:
        """Tells the broker that a message was dealt with."""
        self._client.ack(message.mid, message.qos)

    def leave(self) -> None:
        """Lets go of a connection that came to nothing."""
        self._client.disconnect()

    def _on_connect(self, client: Paho, userdata: Any, flags: ConnectFlags, reason_code: ReasonCode,
                    properties: Properties | None = None) -> None:  # fmt: skip
        self.session_kept = flags.session_present
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_disconnect(self, client: Paho, *args: Any) -> None:
        if not self._connected.cancelled():  # else nobody waits for this connection any more
            super()._on_disconnect(client, *args)

    def _on_message(self, client: Paho, userdata: Any, message: MQTTMessage) -> None:
        self.hear(self, message)


class Link:
    """See `start`. `hear` gets the messages and must not fail; `begin` is awaited at each connection with whether the
    broker kept the session, before the link counts as up: it subscribes and asks for what it needs."""

    def __init__(
        self, broker: Broker, client_id: str, hear: Callable[[Heard], None], begin: Callable[[bool], Awaitable[None]],
        *, will: tuple[str, str] | None = None, keep: int = 0,
    ) -> None:  # fmt: skip
        self.broker, self._id, self._hear, self._begin = broker, client_id, hear, begin
        self._will = aiomqtt.Will(*will, qos=1, retain=True) if will else None
        self._keep = keep  # seconds for which the broker keeps the session while nobody is there
        self._tls = broker.tls_context()
        self._client: _Client | None = None
        self._up, self._refused, self._wanted = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._since = -math.inf  # when it last went up or down
        self._task: asyncio.Task[None] | None = None
        self.problem = "no answer"

    @property
    def is_up(self) -> bool:
        """Whether messages can be sent now."""
        return self._up.is_set()

    def start(self) -> None:
        """Begins to keep the connection up, in the running event loop."""
        self._task = self._task or asyncio.create_task(self._stay())

    async def stop(self) -> None:
        """Ends the connection in good order."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def reached(self, seconds: float) -> None:
        """Returns when the link is up. Raises Unreached if it is not within so many seconds, and sooner where it has
        been down for long or nobody is let in."""
        self._wanted.set()  # the next attempt is made now
        if self._since + ANSWER < _clock():
            seconds = min(seconds, _DOWN)
        waiting = [asyncio.create_task(event.wait()) for event in (self._up, self._refused)]
        try:
            await asyncio.wait(waiting, timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
        if not self.is_up:
            raise self._unreached()

    async def send(self, topic: str, payload: str, retain: bool = False) -> None:
        """Sends once and returns when the broker has it. Raises Unreached where nobody knows whether it has."""
        if self._client is None:
            raise self._unreached()
        try:
            await self._client.publish(topic, payload.encode(), 1, retain, timeout=ANSWER)
        except (aiomqtt.MqttError, ValueError) as error:
            raise Unreached(f"the broker at {self.broker.shown} did not answer: {error}", "") from None

    async def subscribe(self, topics: Sequence[str], *, fresh: bool = False) -> None:
        """Subscribes, if there is a connection: also to what is retained there, or with `fresh` only to what is sent
        from now on, and whether it was sent to be retained. Raises Unreached."""
        if not topics or self._client is None:
            return
        options = SubscribeOptions(qos=1, retainAsPublished=fresh, retainHandling=_NONE_RETAINED if fresh else 0)
        wanted = [(topic, options) for topic in topics]
        try:
            codes = await self._client.subscribe(wanted, timeout=ANSWER)
        except aiomqtt.MqttError as error:
            raise Unreached(f"the broker at {self.broker.shown} did not answer: {error}", "") from None
        refused = [topic for topic, code in zip(topics, codes, strict=False) if getattr(code, "is_failure", False)]
        if refused:
            raise Unreached(f"the broker at {self.broker.shown} refuses the topic {quote(refused[0])}",
                            "let this user read it")  # fmt: skip

    def _unreached(self) -> Unreached:
        problem = f"the broker at {self.broker.shown} is not reached: {self.problem}"
        return Unreached(problem, "check its address, and that it runs")

    async def _stay(self) -> None:
        self._since, pause = _clock(), _PAUSES[0]
        while True:
            try:
                await self._connected()
            except (aiomqtt.MqttError, BattiError, OSError, ValueError) as error:
                if self._up.is_set() and _clock() - self._since > _STEADY:
                    pause = _PAUSES[0]
                self._down(error)
            self._wanted.clear()
            with suppress(TimeoutError):  # not all at once when the broker is back, but when somebody waits
                async with asyncio.timeout(pause * random.uniform(0.8, 1.2)):
                    await self._wanted.wait()
            pause = min(_PAUSES[1], 2 * pause)
            self._refused.clear()

    async def _connected(self) -> None:
        """One connection, from its beginning to its end."""
        client = self._made()
        try:
            await client.__aenter__()
        except BaseException:
            client.leave()
            raise
        try:
            self._client = client
            await self._begin(client.session_kept)
            _log.info("connected to %s", self.broker.shown)
            self.problem, self._since = "the connection broke", _clock()
            self._up.set()
            async for _ in client.messages:  # none comes here, they go to `hear`: this ends with the connection
                pass
        finally:
            with suppress(aiomqtt.MqttError):
                await client.__aexit__(None, None, None)

    def _made(self) -> _Client:
        lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        lasting.SessionExpiryInterval = self._keep
        broker = self.broker
        return _Client(
            broker.host, broker.port, username=broker.user, password=broker.password, identifier=self._id,
            protocol=aiomqtt.ProtocolVersion.V5, clean_start=not self._keep, properties=lasting, will=self._will,
            tls_context=self._tls, timeout=ANSWER, keepalive=_KEEPALIVE, hear=self._heard,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],  # small packets are not to wait for others
        )  # fmt: skip

    def _heard(self, client: _Client, message: MQTTMessage) -> None:
        def acknowledge() -> None:
            client.acknowledge(message)

        self._hear(Heard(message.topic, bytes(message.payload), message.retain, message.dup, message.mid, acknowledge))

    def _down(self, error: Exception) -> None:
        code = getattr(error, "rc", None)
        said = str(code if isinstance(code, ReasonCode) else error)
        problem = _REFUSED.get(said, said)
        if self._up.is_set():
            self._since = _clock()
        if self._up.is_set() or problem != self.problem:  # the same is said once
            _log.warning("no connection to %s: %s", self.broker.shown, problem)
        self.problem = problem
        self._client = None
        self._up.clear()
        if said in _REFUSED or isinstance(error, ssl.SSLCertVerificationError):  # it is not to be had by waiting
            self._refused.set()


def _clock() -> float:
    return asyncio.get_running_loop().time()
