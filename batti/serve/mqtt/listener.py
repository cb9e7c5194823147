"""Commands that come over MQTT: text or JSON in, a JSON answer and the words to say out.

A command is acknowledged to the broker once it has been dealt with; what was not is delivered again, by a broker that
keeps the session for a minute. The journal tells what was done already.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from batti.command import Action, Command
from batti.document import validated
from batti.errors import BattiError
from batti.serve import schemas
from batti.serve.dialogue import said_after
from batti.serve.errors import Busy, Invalid
from batti.serve.jobs import Job
from batti.serve.mqtt.broker import Broker
from batti.serve.mqtt.journal import BEGUN, Journal
from batti.serve.mqtt.link import Heard, Link, Unreached
from batti.serve.talk import Talk, Wish

KEEP = 60
"""Seconds for which the broker keeps commands while nobody listens: those from before are not done any more."""
MOST_BYTES = 65536
MOST_ID = 200
_RETRY, _PAUSE = 5.0, 0.2  # seconds for which the broker is waited for, and between two times
_log = logging.getLogger("batti.mqtt")


@dataclass(frozen=True)
class Asked:
    """A command: a sentence or a document, how it is to be taken, the sentence that it answers a question about, and
    its sender's own `id` for it, if it has one."""

    sentence: str
    wish: Wish
    document: dict[str, Any] | str | None = None
    answers: str | None = None
    id: str | None = None

    def command(self, groups: frozenset[str]) -> Command | None:
        """The command of the document, None if there is none. Raises BattiError."""
        if isinstance(self.document, str):
            return Command.from_yaml(self.document, groups=groups)
        return Command.from_dict(self.document, groups=groups) if self.document is not None else None


def asked(payload: bytes, room: str | None) -> Asked:
    """The command of a message: a JSON object as `POST /v1/commands` takes it and `id`, or else text. `room` is where
    the speaker is, if the topic tells. Raises BattiError."""
    if len(payload) > MOST_BYTES:
        raise BattiError(f"the command has {len(payload)} bytes", f"send {MOST_BYTES} at most")
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BattiError(f"the command is not UTF-8 text (byte {error.start})", "send UTF-8") from None
    data = _object(text)
    given = data.pop("id", None)
    if given is not None and not (isinstance(given, str | int) and 0 < len(str(given)) <= MOST_ID):
        raise BattiError("id is neither text nor a number", f"give each command one of {MOST_ID} characters at most")
    do = validated(schemas.Do, data if data or text.lstrip().startswith("{") else {"sentence": text.strip()})
    wish = Wish(do.room or room, do.model, do.confirm, do.ask_before_all)
    document = do.yaml if do.command is None else do.command
    return Asked(do.sentence or "", wish, document, do.answers, None if given is None else str(given))


def _object(text: str) -> dict[str, Any]:
    """The JSON object that a text is, an empty one for plain words. Raises BattiError for broken JSON."""
    if not text.lstrip().startswith("{"):
        return {}
    try:
        data: dict[str, Any] = json.loads(text)
        json.dumps(data, ensure_ascii=False).encode()  # half a character can be read, and neither kept nor answered
    except (ValueError, RecursionError) as error:
        raise BattiError(f"the command is not valid JSON: {error}", 'write it like {"sentence": "..."}') from None
    return data


class Listener:
    """Deals with one command after the other; see `run`. Topics: BASE/command (BASE/command/ROOM for a speaker in that
    room) in; BASE/result, BASE/reply and BASE/status out."""

    def __init__(self, broker: Broker, talk: Talk, journal: Journal, base: str) -> None:
        self._talk, self._journal, self._base = talk, journal, base
        self._waiting: asyncio.Queue[Heard] = asyncio.Queue()
        self._ending = asyncio.Event()
        gone = (f"{base}/status", "offline")
        self.link = Link(broker, broker.client_id, self._hear, self._begin, will=gone, keep=KEEP)

    async def run(self) -> None:
        """Deals with commands until `stop`; what is begun then is ended first."""
        ending = asyncio.create_task(self._ending.wait())
        while not self._ending.is_set():
            getting = asyncio.create_task(self._waiting.get())
            await asyncio.wait((getting, ending), return_when=asyncio.FIRST_COMPLETED)
            if getting.done() and not self._ending.is_set():
                await self._deal(getting.result())
            getting.cancel()
        ending.cancel()

    def end(self) -> None:
        """Lets `run` end; the broker keeps what has not been begun."""
        self._ending.set()

    async def close(self) -> None:
        """Says that nobody listens any more, and leaves."""
        if self.link.is_up:
            with suppress(Unreached):
                await self.link.send(f"{self._base}/status", "offline", retain=True)
        await self.link.stop()

    def _hear(self, message: Heard) -> None:
        self._waiting.put_nowait(message)

    async def _begin(self, kept: bool) -> None:
        if not kept:
            self._journal.forget_passing()
        await self.link.subscribe([f"{self._base}/command", f"{self._base}/command/+"], fresh=True)
        await self.link.send(f"{self._base}/status", "online", retain=True)

    async def _deal(self, message: Heard) -> None:
        room = message.topic.removeprefix(f"{self._base}/command").removeprefix("/") or None
        try:
            if message.retained:  # it would be there again for whoever subscribes later
                raise BattiError("a command that is retained is not done", "send it without retain")
            command = asked(message.payload, room)
        except BattiError as error:
            answer = json.dumps(_refusal(error, "refused", None), ensure_ascii=False)
        else:
            answer = await self._talk.house.whole(self._answered(message, command))
        if await self._tell(answer):
            message.acknowledge()

    async def _answered(self, message: Heard, command: Asked) -> str:
        """The answer to a command, which is carried out if it has not been before."""
        digest = hashlib.sha256(message.topic.encode() + b"\0" + message.payload).hexdigest()
        key = f"id {command.id}" if command.id else f"delivery {message.number} {digest}"
        known = self._journal.answer(key) if command.id or message.again else None
        if known:
            return known
        if known == BEGUN and not await self._may_be_repeated(command):
            problem = "the program ended while it was at it, so it may or may not have been done"
            data = _refusal(BattiError(problem, "look, and say it again"), "interrupted", command.id)
        else:
            self._journal.begin(key, passing=not command.id)
            data = await self._done(command)
        answer = json.dumps(data, ensure_ascii=False)
        self._journal.end(key, answer)
        return answer

    async def _may_be_repeated(self, command: Asked) -> bool:
        """Whether doing it twice comes to the same as doing it once."""
        try:
            document = command.command(self._talk.house.home().group_names)
            actions: tuple[Action, ...] = document.actions if document else ()
            if document is None:
                sentences = [one for one in (command.sentence, command.answers) if one]
                readings = [one.result.readings for one in await self._talk.understand(sentences, command.wish)]
                actions = tuple(one for some in readings for reading, _ in some for one in reading.actions)
        except (BattiError, Invalid, Busy):
            return True  # it is refused again
        return Job("", 0.0, actions).may_be_repeated

    async def _done(self, command: Asked) -> dict[str, Any]:
        home = self._talk.house.home()
        try:
            document = command.command(home.group_names)
            doing = self._talk.do(document, command.wish, command.sentence) if document else (
                said_after(self._talk, command.sentence, command.answers, command.wish))
            answer = await doing
        except (BattiError, Invalid) as error:
            return _refusal(error, "refused", command.id)
        except Exception:
            _log.exception("a command failed")
            return _refusal(BattiError("an error of the program", "see its log"), "failed", command.id)
        data = schemas.done(answer, home.time_zone)
        for told, outcome in zip(data["outcomes"], answer.outcomes, strict=True):
            told["detail"] = outcome.detail
        return {"id": command.id, **data}

    async def _tell(self, answer: str) -> bool:
        """Publishes an answer, however long the broker is away; False where the program is to end before."""
        told = json.loads(answer)
        wrong = "; ".join(f"{one['problem']}: {one['hint']}".removesuffix(": ") for one in told.get("errors", ()))
        said = told["reply"]["text"] if "reply" in told else wrong
        waiting = [(f"{self._base}/result", answer), *([(f"{self._base}/reply", said)] if said else [])]
        while waiting and (not self._ending.is_set() or self.link.is_up):
            try:
                await self.link.reached(_RETRY)
                await self.link.send(*waiting[0])
                waiting.pop(0)
            except Unreached:
                await asyncio.sleep(_PAUSE)
        return not waiting


def _refusal(error: BattiError | Invalid, status: str, given: str | None) -> dict[str, Any]:
    faults = error.faults if isinstance(error, Invalid) else error.listed
    said = [{"where": one.where, "problem": one.problem, "hint": one.hint} for one in faults]
    return {"id": given, "status": status, "errors": said}
