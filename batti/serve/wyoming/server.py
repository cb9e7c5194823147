"""`batti wyoming`: sentences come from Home Assistant (https://github.com/OHF-Voice/wyoming), and go back to it as
intents where these can say what is asked for; what they cannot say is carried out here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, TypeAlias, cast

from wyoming.asr import Transcript
from wyoming.event import Event, async_read_event, async_write_event
from wyoming.handle import Handled, NotHandled
from wyoming.info import Attribution, Describe, HandleModel, HandleProgram, Info, IntentModel, IntentProgram
from wyoming.intent import Intent, IntentsStart, IntentsStop, NotRecognized, Recognize
from wyoming.ping import Ping, Pong

from batti import __version__
from batti.command import Command
from batti.errors import BattiError
from batti.home import Home
from batti.schema import HERE, folded
from batti.serve import lights
from batti.serve.dialogue import Dialogue
from batti.serve.errors import Busy, Invalid
from batti.serve.home_assistant.client import Client
from batti.serve.home_assistant.executor import HomeAssistant
from batti.serve.replies import Deed, Speaker
from batti.serve.talk import Answer, Wish
from batti.serve.wyoming.intents import SEVERAL, intents_of, version_of

IDLE_SECONDS = 60.0
"""After which a client that says nothing is let go."""
MOST_CLIENTS = 64
_LARGEST = 1 << 16  # bytes of a line, and of what an event carries
LANGUAGES = ["ne", "en"]
Network: TypeAlias = IPv4Network | IPv6Network
_log = logging.getLogger("batti.serve")


@dataclass(frozen=True)
class Spoken:
    """A sentence with what Home Assistant says of where it came from."""

    text: str
    conversation: str | None = None
    device: str | None = None
    satellite: str | None = None

    @classmethod
    def of(cls, event: Event) -> Spoken:
        """The sentence of a `transcript` or `recognize` event."""
        one = Transcript.from_event(event) if Transcript.is_type(event.type) else Recognize.from_event(event)
        about = one.context if isinstance(one.context, dict) else {}
        ids = (about.get(key) for key in ("conversation_id", "device_id", "satellite_id"))
        return cls(str(one.text), *(one if isinstance(one, str) else None for one in ids))


class Wyoming:
    """Answers events. `room` is where sentences come from whose satellite is in no area that the home knows."""

    def __init__(self, dialogue: Dialogue, executor: HomeAssistant, room: str | None = None) -> None:
        self._dialogue, self._talk, self._executor, self._room = dialogue, dialogue.talk, executor, room

    async def answer(self, event: Event) -> list[Event]:
        """What to send back for an event; nothing for one that is none of ours."""
        if Describe.is_type(event.type):
            return [info().event()]
        if Ping.is_type(event.type):
            return [Pong(text=Ping.from_event(event).text).event()]
        if not (Transcript.is_type(event.type) or Recognize.is_type(event.type)):
            return []
        spoken = Spoken.of(event)
        context = {"conversation_id": spoken.conversation} if spoken.conversation else None
        try:
            return await self._talk.house.whole(self._said(spoken, context))
        except (BattiError, Invalid, Busy) as error:
            return [NotHandled(str(error), context).event()]

    async def _said(self, spoken: Spoken, context: dict[str, Any] | None) -> list[Event]:
        if not self._dialogue.asks(spoken.conversation):
            [understood] = await self._talk.understand([spoken.text], Wish())
            command = understood.result.command
            wish = Wish(room=await self._where(spoken) if HERE in command.rooms else None)
            if not understood.result.needs_confirmation and command.actions:
                if HERE in command.rooms:
                    [understood] = await self._talk.understand([spoken.text], wish)
                if events := await self._as_intents(spoken.text, understood.result.command, context):
                    return events
        else:
            wish = Wish(room=await self._where(spoken))
        answer = await self._dialogue.say(spoken.text, wish, spoken.conversation)
        return [_event(answer, context)]

    async def _as_intents(self, sentence: str, command: Command, context: dict[str, Any] | None) -> list[Event]:
        """The intents of a command, with the reply; none where they cannot say it to this Home Assistant."""
        home = self._talk.house.home()
        if HERE in command.rooms or await self._are_held(command, home):
            return []
        states = {state.key: state for state in await self._executor.states(home)}
        intents = intents_of(command, home, states)
        if not intents or (len(intents) > 1 and version_of(self._executor.client.version) < SEVERAL):
            return []
        # Said once: Home Assistant joins the texts of all.
        intents[0].text, intents[0].context = _reply(home, sentence, command, states), context
        if len(intents) == 1:
            return [intents[0].event()]
        return [IntentsStart(context).event(), *map(Intent.event, intents), IntentsStop(context).event()]

    async def _are_held(self, command: Command, home: Home) -> bool:
        """Whether the house is to give lights of a command their former look, as it does when `for` is over: only what
        is carried out here ends that."""
        held = {state.key for job in await self._talk.house.waiting() for state in job.states}
        return any(not held.isdisjoint(lights.targets(home, action)) for action in command.actions)

    async def _where(self, spoken: Spoken) -> str | None:
        """The room of the area in which the satellite, or the device that was spoken to, is."""
        if spoken.device or spoken.satellite:
            try:
                area = await _area_of(self._executor.client, spoken.device, spoken.satellite)
            except BattiError as error:
                _log.warning("the room of the satellite is not known: %s", error)
                area = None
            rooms = self._talk.house.home().rooms
            found = [room.name for room in rooms if room.area == area] if area else []
            found += [room.name for room in rooms if area and folded(room.name) == folded(area.replace("_", " "))]
            if found:
                return found[0]
        return self._room


async def _area_of(client: Client, device: str | None, satellite: str | None) -> str | None:
    if satellite:
        entry = await client.ask("config/entity_registry/get", entity_id=satellite)
        if entry.get("area_id"):
            return str(entry["area_id"])
        device = device or entry.get("device_id")
    devices = await client.ask("config/device_registry/list") if device else []
    return next((one["area_id"] for one in devices if one["id"] == device), None)


def _reply(home: Home, sentence: str, command: Command, states: dict[lights.Light, lights.LightState]) -> str:
    """What is said when the intents of a command were carried out."""
    deeds, now = [], dict(states)
    for action in command.actions:
        outcome = lights.applied(action, [now[key] for key in lights.targets(home, action) if key in now])
        now |= {effect.after.key: effect.after for effect in outcome.effects}
        deeds.append(Deed(action, outcome))
    return Speaker(home, sentence).told(deeds).text


def _event(answer: Answer, context: dict[str, Any] | None) -> Event:
    """`handled` where something was done or answered, else why not; a question is not handled before its answer."""
    text = answer.reply.text
    if answer.status in ("done", "partly", "scheduled", "cancelled", "answered"):
        return Handled(text, context).event()
    if answer.status in ("none", "unknown_room"):
        return NotRecognized(text, context).event()
    return NotHandled(text, context).event()


def info() -> Info:
    """What this server is, as Home Assistant asks it."""
    about: dict[str, Any] = {
        "name": "batti", "attribution": Attribution(name="batti", url=""),
        "installed": True, "version": __version__,
        "description": "Lights in Nepali and English, as people in Nepal say it",
    }  # fmt: skip
    model = {**about, "languages": LANGUAGES}
    return Info(
        intent=[IntentProgram(models=[IntentModel(**model)], **about)],
        handle=[HandleProgram(models=[HandleModel(**model)], supports_home_control=True, **about)],
    )


class _Short:
    """What an event is read from: no more than `_LARGEST` bytes at once, whatever a client says that will come."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def readline(self) -> bytes:
        return await self._reader.readline()

    async def readexactly(self, size: int) -> bytes:
        if size > _LARGEST:
            raise ValueError("an event is too large")
        return await self._reader.readexactly(size)


class Server:
    """Listens for clients of some networks, and of this machine."""

    def __init__(self, wyoming: Wyoming, allowed: Sequence[Network] = ()) -> None:
        self._wyoming, self._allowed = wyoming, allowed
        self._clients: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Begins to listen; returns the port. Raises BattiError."""
        try:
            self._server = await asyncio.start_server(self._client, host, port, limit=_LARGEST)
        except OSError as error:
            problem = f"{host}:{port} cannot be listened at: {error.strerror or error}"
            raise BattiError(problem, "choose another --host or --port") from None
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Listens no more, and lets clients go; what is being done is done to its end."""
        if self._server is not None:
            self._server.close()
        for client in list(self._clients):
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        try:
            if self._is_welcome(writer.get_extra_info("peername")) and len(self._clients) <= MOST_CLIENTS:
                await self._converse(reader, writer)
        except (OSError, EOFError, TimeoutError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass  # gone, too slow, or what it said is none of this protocol
        finally:
            self._clients.discard(task)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        events = cast(asyncio.StreamReader, _Short(reader))
        while True:
            async with asyncio.timeout(IDLE_SECONDS):
                event = await async_read_event(events)
            if event is None:
                return
            for answer in await self._wyoming.answer(event):
                async with asyncio.timeout(IDLE_SECONDS):
                    await async_write_event(answer, writer)

    def _is_welcome(self, peer: tuple[Any, ...] | None) -> bool:
        if not peer:
            return False
        address = ip_address(str(peer[0]).split("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        return address.is_loopback or any(address in network for network in self._allowed)
