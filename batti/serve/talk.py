"""From what somebody said to what is done about it: understood, asked back, carried out, answered."""

from __future__ import annotations

import asyncio
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from batti import prompt
from batti.backends.onnx import OnnxBackend
from batti.command import Action, Command
from batti.errors import BattiError, did_you_mean, quote
from batti.home import Entity, Home
from batti.interpreter import Interpreter, Result
from batti.lamps import Place
from batti.lookup import lookup_of
from batti.schema import ALL, HERE
from batti.serve import asking, cancelling, jobs, places
from batti.serve.cancelling import CallOff
from batti.serve.errors import Invalid
from batti.serve.house import House
from batti.serve.jobs import Job
from batti.serve.lights import Outcome
from batti.serve.models import Model, Models
from batti.serve.replies import Deed, Reply, Speaker
from batti.text import MAX_CHARS, align

Status: TypeAlias = Literal[
    "done", "partly", "failed", "scheduled", "cancelled", "answered",
    "needs_confirmation", "needs_room", "none", "unknown_room",
]  # fmt: skip
"""What came of it: `partly` where some of it could not be done; the last four have done nothing."""
_AT_ONCE = 8  # sentences of a batch between which other requests are read


@dataclass(frozen=True)
class Understood:
    """What a sentence is taken for, and by which model."""

    result: Result
    model: str


@dataclass(frozen=True)
class Answer:
    """What came of a request. `command` is what was done or is asked about; `understood` is None for a document."""

    status: Status
    reply: Reply
    command: Command
    understood: Understood | None = None
    outcomes: tuple[Outcome, ...] = ()
    scheduled: tuple[Job, ...] = ()


@dataclass(frozen=True)
class Wish:
    """How a request is to be taken: `room` is the speaker's, `here` what was answered to which place is meant, `meant`
    what was answered to which reading is, `confirm` says yes to what is asked back, `ask_before_all` has the whole
    house asked about however sure the model is."""

    room: str | None = None
    model: str | None = None
    confirm: bool = False
    ask_before_all: bool = False
    here: tuple[Place, ...] = ()
    meant: Command | None = None


class Talk:
    """See `say` and `do`."""

    def __init__(self, house: House, models: Models) -> None:
        self.house, self.models = house, models

    async def understand(self, sentences: Sequence[str], wish: Wish) -> list[Understood]:
        """What sentences are taken for, in order. Raises Invalid for a room or a model that is not there."""
        model, interpreter = await self.ready(wish)
        found: list[Understood] = []
        for start in range(0, len(sentences), _AT_ONCE):
            some = sentences[start : start + _AT_ONCE]
            readings = await model.read(interpreter.home, some)
            results = map(interpreter.result, some, readings)
            found += [Understood(_taken(wish, result, interpreter.home), model.name) for result in results]
        return found

    async def ready(self, wish: Wish, besides: Sequence[str] = ()) -> tuple[Model, Interpreter]:
        """The model that is to be asked, and what its readings mean where the speaker is. Raises Invalid, with a hint
        at the models and the names that may be said `besides`."""
        if wish.model is not None and wish.model not in self.models.names:
            hint = did_you_mean(wish.model, [*self.models.names, *besides])
            raise Invalid(BattiError(f"there is no model {quote(wish.model)}", hint), "model")
        model = await self.models.get(wish.model)
        home = self.house.home()
        room = home.rooms[0].name if wish.room is None and len(home.rooms) == 1 else wish.room
        try:
            return model, Interpreter(model.backend, home, room)
        except BattiError as error:
            raise Invalid(error, "room") from None

    async def say(self, sentence: str, wish: Wish) -> Answer:
        """Understands a sentence and does what it asks for, or asks back, or says why not.

        Without `confirm` nothing is done of what the model is not sure of.
        """
        [understood] = await self.understand([sentence], wish)
        result, speaker = understood.result, Speaker(self.house.home(), sentence)
        if result.impossible:
            return Answer("none", speaker.cannot(result.impossible), result.command, understood)
        askable = [command for command, _ in result.readings if command.actions]
        if result.needs_confirmation and askable:
            if not wish.confirm:
                return Answer("needs_confirmation", speaker.question(askable), askable[0], understood)
            return await self._act(askable[0], speaker, sentence, wish, understood)
        if result.command.intent == "none":
            return await self._nothing(sentence, understood, speaker, wish)
        if result.command.intent == "unknown_room":
            reply = await self._no_such_room(sentence, understood, speaker)
            return Answer("unknown_room", reply, result.command, understood)
        return await self._act(result.command, speaker, sentence, wish, understood)

    async def do(self, command: Command, wish: Wish, sentence: str = "") -> Answer:
        """Does what a document asks for. Raises Invalid where it asks for what the home does not have."""
        home = self.house.home()
        speaker = Speaker(home, sentence)
        if not command.actions:
            status: Literal["none", "unknown_room"] = "none" if command.intent == "none" else "unknown_room"
            return Answer(status, speaker.nothing() if status == "none" else speaker.no_such_room(), command)
        if faults := home.check(command):
            raise Invalid(BattiError.of(faults), "command")
        _, interpreter = await self.ready(wish)
        return await self._act(interpreter.at_home(command), speaker, sentence, wish)

    async def _act(
        self, command: Command, speaker: Speaker, sentence: str, wish: Wish, understood: Understood | None = None
    ) -> Answer:
        if HERE in command.rooms:
            return Answer("needs_room", speaker.which_room(), command, understood)
        asks = [action for action in command.actions if action.action == "get_state"]
        if wish.ask_before_all and not wish.confirm and changes_all(command):
            reply = speaker.question([command], whole_house=True)
            return Answer("needs_confirmation", reply, command, understood)
        now = [one for one in command.actions if one in asks or not (one.after or one.at)]
        later = [one for one in command.actions if one not in now]
        said = time.time()
        waited = await self.house.waiting() if later else []
        scheduled = await self.house.accept(later, sentence, said)
        outcomes = await self.house.perform(now, sentence, said) if now else []
        came = iter(outcomes)
        due = {action: job.run_at for job in scheduled for action in job.actions}
        deeds = [Deed(one, next(came) if one in now else None, due.get(one)) for one in command.actions]
        # What is to be called off is not done beside other things, and is not passed over in silence.
        uncalled = await self.house.waiting() if cancelling.speaks_of_it(sentence) else None
        alike = [] if uncalled is not None else [one for one in waited if jobs.is_alike(one, scheduled, speaker.home)]
        reply = speaker.told(deeds, uncalled, alike)
        status = _status(now, outcomes, bool(scheduled))
        return Answer(status, reply, command, understood, tuple(outcomes), tuple(scheduled))

    async def _nothing(self, sentence: str, understood: Understood, speaker: Speaker, wish: Wish) -> Answer:
        """Says that nothing was asked of the lights, or calls off what waits, or tells it."""
        command = understood.result.command
        waiting = await self.house.waiting()
        if cancelling.asks_what_waits(sentence):
            return Answer("answered", speaker.what_waits(waiting), command, understood, scheduled=tuple(waiting))
        if asking.asks_when(sentence):
            coming = await asyncio.to_thread(asking.concerned, sentence, waiting, speaker.home)
            reply = speaker.what_waits(coming) if coming or not waiting else speaker.nothing_there()
            return Answer("answered", reply, command, understood, scheduled=tuple(coming))
        call_off = await asyncio.to_thread(cancelling.asked, sentence, speaker.home)
        if call_off is None:
            is_of_it = cancelling.speaks_of_it(sentence)  # beside another request
            if is_of_it and (other := await self._besides(sentence, wish)):
                return await self._act(other.result.command, speaker, sentence, wish, other)
            reply = speaker.neither(waiting) if is_of_it else await self._unasked(sentence, waiting, speaker)
            return Answer("none", reply, command, understood)
        if ended := await self._called_off(call_off, speaker.home):
            reply = speaker.called_off(ended, await self.house.waiting())
            return Answer("cancelled", reply, command, understood, scheduled=tuple(ended))
        if call_off.gone:
            near = await asyncio.to_thread(lookup_of(speaker.home).near, call_off.gone)
            return Answer("unknown_room", speaker.no_such_room(call_off.gone, near), command, understood)
        return Answer("none", speaker.nothing_waits(await self.house.waiting()), command, understood)

    async def _besides(self, sentence: str, wish: Wish) -> Understood | None:
        """What a sentence surely asks of the lights besides calling off, where a model took all of it for none."""
        if not (rest := await asyncio.to_thread(cancelling.besides, sentence, self.house.home())):
            return None
        [found] = await self.understand([rest], wish)
        command = found.result.command
        is_clear = command.actions and not found.result.needs_confirmation
        return found if is_clear and not {ALL, HERE} & {*command.rooms} else None

    async def _called_off(self, call_off: CallOff, home: Home) -> list[Job]:
        """What was called off. What has begun meanwhile, or was called off by another, is left to them, and what was
        meant is looked for anew: two who say "cancel that" at once are not both for the same job."""
        while meant := call_off.among(await self.house.waiting(), home):
            ended: list[Job] = []
            for job in meant:
                taken, rest = call_off.parted(job, home)
                if told := await self.house.shorten(job, rest):
                    ended.append(replace(told, actions=taken.actions, states=taken.states))
            if ended:
                return ended
        return []

    async def _unasked(self, sentence: str, waiting: Sequence[Job], speaker: Speaker) -> Reply:
        """What is said to who asks nothing of the lights; who forbids something hears what waits there."""
        if not waiting or not asking.forbids(sentence):
            return speaker.nothing()
        return speaker.nothing(await asyncio.to_thread(asking.concerned, sentence, waiting, speaker.home))

    async def _no_such_room(self, sentence: str, understood: Understood, speaker: Speaker) -> Reply:
        """What the place was called is asked of a model that points at words."""
        return speaker.no_such_room(*await self.called(sentence, understood))

    async def called(self, sentence: str, understood: Understood) -> tuple[str, list[Entity]]:
        """What a sentence calls the place that the home does not have, and what may be meant; nothing where the model
        points at no words."""
        model = await self.models.get(understood.model)
        if not isinstance(model.backend, OnnxBackend):
            return "", []
        return await model.call(_called, model.backend, self.house.home(), sentence)


def _taken(wish: Wish, result: Result, home: Home) -> Result:
    """The result as somebody answered that it is to be taken."""
    if wish.meant:
        result = replace(result, command=wish.meant, other=None)
    other = (places.at(result.other[0], wish.here, home), result.other[1]) if result.other else None
    return replace(result, command=places.at(result.command, wish.here, home), other=other)


def changes_all(command: Command) -> bool:
    """Whether something is done to the whole house."""
    return ALL in command.rooms and any(action.action != "get_state" for action in command.actions)


def _called(backend: OnnxBackend, home: Home, sentence: str) -> tuple[str, list[Entity]]:
    """What a sentence calls the place that the home does not have, and what may be meant."""
    said, origin = align(sentence)
    if not 0 < len(said) <= MAX_CHARS:
        return "", []
    try:
        tokens, lookup = backend.answer(home, said, Command.unknown_room())
    except ValueError:  # alone it is read otherwise than it was among others
        return "", []
    marked = [place for entry in prompt.decode_answer(tokens) for place in (entry.place, *entry.excepts)]
    for place in marked:
        if not isinstance(place, str):
            name = said[place[0] : place[1] + 1]
            if lookup.find(name, said)[0] is None:
                shown = unicodedata.normalize("NFC", sentence)[origin[place[0]] : origin[place[1]] + 1]
                return shown, lookup.near(name)
    return "", []


def _status(now: Sequence[Action], outcomes: Sequence[Outcome], scheduled: bool) -> Status:
    if not now:
        return "scheduled"
    if not any(outcome.done for outcome in outcomes):
        return "partly" if scheduled else "failed"  # who reads failed may ask again, and have the rest done twice
    if any(outcome.missed or not outcome.done for outcome in outcomes):
        return "partly"
    return "answered" if all(action.action == "get_state" for action in now) else "done"

