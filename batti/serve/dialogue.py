"""What was asked back, and the answer to it: `ho`, `hoina`, or the room that is meant; or the one that there is."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from batti.command import Action, Command, one_form
from batti.home import Home
from batti.lamps import Place
from batti.schema import HERE
from batti.serve.consent import behind_yes, consents
from batti.serve.places import is_here, is_of_them, key_of, named
from batti.serve.replies import Speaker
from batti.serve.talk import Answer, Talk, Understood, Wish, changes_all
from batti.serve.tongue import called, tongue_of

SECONDS = 60.0
"""That a question waits for its answer."""
_MOST = 256  # questions that wait


async def answered(talk: Talk, said: str, before: str, wish: Wish) -> tuple[Answer, Wish] | None:
    """What comes of `said` as the answer to what was asked back about `before`, and how that is to be taken from now
    on; None where it is no answer to that.

    The one who asks need not remember more than the sentence: what was asked is worked out again.
    """
    [understood] = await talk.understand([before], wish)
    result = understood.result
    readings = [command for command, _ in result.readings if command.actions] if result.needs_confirmation else []
    whole = changes_all(result.command)  # who asked before it need not say again that this was wanted
    says = consents(said)
    if (readings or whole) and says:
        wish = replace(wish, confirm=True)
        return await talk.say(before, wish), wish
    if (readings or whole or HERE in result.command.rooms) and says is False:
        return Answer("none", Speaker(talk.house.home(), before).unchanged(), Command.none()), wish
    if meant := await _said_again(talk, said, readings or ([result.command] if whole else []), wish):
        wish = replace(wish, confirm=True, meant=meant)  # of two readings, also when its room is asked for next
        return await talk.say(before, wish), wish
    home = talk.house.home()
    if is_of_them(said) and (both := _both(readings, home)):
        wish = replace(wish, confirm=True, meant=both)
        return await talk.say(before, wish), wish
    here = await asyncio.to_thread(named, home, said)
    if result.command.intent == "unknown_room" and not readings:
        return await _elsewhere(talk, here, (said, before), understood, wish)
    if not here:
        no_place = HERE in result.command.rooms and (says or await asyncio.to_thread(is_here, home, said))
        return (await talk.say(before, wish), wish) if no_place else None
    there = [one for one in readings if len(here) == 1 and _is_at(one, here[0])]
    if len(there) == 1:
        return await talk.do(there[0], wish, before), wish
    if HERE in result.command.rooms:
        # Where one thing was asked about, and not the whole house, its place said is a yes to it.
        wish = replace(wish, here=here, confirm=wish.confirm or (len(readings) <= 1 and not whole))
        return await talk.say(before, wish), wish
    return None


async def _elsewhere(
    talk: Talk, here: Sequence[Place], spoken: tuple[str, str], unknown: Understood, wish: Wish
) -> tuple[Answer, Wish] | None:
    """What was asked of a place that the home does not have, of the one place that is named instead."""
    said, before = spoken
    name, _ = await talk.called(before, unknown)
    if not name or len(here) != 1 or isinstance(here[0], str):
        return None
    there = called(here[0].names, tongue_of(before), said)
    again = before.replace(name, f"{here[0].room} ko {there}" if here[0].room else there, 1)
    [understood] = await talk.understand([again], wish)
    readings = [command for command, _ in understood.result.readings if command.actions]
    if not readings or not _is_at(readings[0], here[0]):
        return None
    if understood.result.needs_confirmation and len(readings) > 1 and not wish.confirm:
        return None  # what would be asked back is not about what was said
    wish = replace(wish, confirm=True)
    return await talk.say(again, wish), wish


def _both(readings: Sequence[Command], home: Home) -> Command | None:
    """What is asked of two places between which was asked; None where the readings differ in more than the place."""
    if len(readings) != 2 or not _is_same_elsewhere(*readings):
        return None
    actions = [action.to_dict() for one in readings for action in one.actions]
    return Command.from_dict({"actions": one_form(actions)}, groups=home.group_names)


def _is_same_elsewhere(one: Command, other: Command) -> bool:
    first, second = ([(*_doing(action), *_times(action)) for action in command.actions] for command in (one, other))
    return first == second and {*map(_place_of, one.actions)}.isdisjoint(map(_place_of, other.actions))


def _is_at(command: Command, place: Place) -> bool:
    """Whether all of it is done in one place; what is done to a room may be named by the room of a lamp of it."""
    where = key_of(place)
    return command.rooms == (where["room"],) and all(where.get("light") in (None, a.light) for a in command.actions)


async def _said_again(talk: Talk, said: str, asked: Sequence[Command], wish: Wish) -> Command | None:
    """What of that which was asked about is said once more behind a yes: `ho nibhau`, `yes, turn it off`."""
    again = behind_yes(said)
    if not again or not asked:
        return None
    [understood] = await talk.understand([again], replace(wish, room=None, here=(), meant=None))
    same = understood.result.command
    return next((one for one in asked if same.actions and _is_said_by(same, one)), None)


def _is_said_by(same: Command, asked: Command) -> bool:
    """Whether the same is to be done, in no other place and at no other time, either of which may be left out."""
    places, times = ([*map(key, asked.actions)] for key in (_place_of, _times))
    return {*map(_doing, same.actions)} == {*map(_doing, asked.actions)} and all(
        (action.room == HERE or _place_of(action) in places) and _times(action) in ((None, None, None), *times)
        for action in same.actions
    )


def _place_of(action: Action) -> tuple[str, str | None, tuple[str, ...]]:
    return action.room, action.light, action.except_


def _doing(action: Action) -> tuple[object, ...]:
    return action.action, action.brightness, action.brightness_step, action.color, action.color_temp


def _times(action: Action) -> tuple[str | None, ...]:
    return action.after, action.at, action.for_


async def said_after(talk: Talk, said: str, before: str | None, wish: Wish) -> Answer:
    """What comes of `said`, which may be the answer to what was asked back about `before`."""
    found = await answered(talk, said, before, wish) if before is not None else None
    return found[0] if found else await talk.say(said, wish)


@dataclass(frozen=True)
class _Question:
    sentence: str
    wish: Wish
    until: float


class Dialogue:
    """Talk that goes on from sentence to sentence, told apart by the ids of conversations."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self._open: OrderedDict[str, _Question] = OrderedDict()

    async def say(self, sentence: str, wish: Wish, conversation: str | None = None) -> Answer:
        """See `Talk.say`; what answers a question of this conversation is about what was said before it."""
        question = self._open.pop(conversation, None) if conversation else None
        found: tuple[Answer, Wish] | None = None
        if question and question.until > time.monotonic():
            found = await answered(self.talk, sentence, question.sentence, question.wish)
        if question and found:  # which may be asked back again, about the same sentence as it is taken now
            sentence, (answer, wish) = question.sentence, found
        else:
            answer = await self.talk.say(sentence, wish)
        if conversation and answer.status in ("needs_confirmation", "needs_room", "unknown_room"):
            self._open[conversation] = _Question(sentence, wish, time.monotonic() + SECONDS)
            while len(self._open) > _MOST:
                self._open.popitem(last=False)
        return answer

    def asks(self, conversation: str | None) -> bool:
        """Whether a question of this conversation waits for its answer."""
        question = self._open.get(conversation or "")
        return question is not None and question.until > time.monotonic()
