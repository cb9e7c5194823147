"""What was asked back, and the answer to it: `ho`, `hoina`, or the room that is meant."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from batti import lexicon
from batti.command import Command
from batti.home import Entity, Home
from batti.lookup import Lookup
from batti.schema import HERE
from batti.serve.phrases import no_words, yes_words
from batti.serve.replies import Speaker
from batti.serve.talk import Answer, Talk, Wish, changes_all
from batti.text import normalize

SECONDS = 60.0
"""That a question waits for its answer."""
_MOST = 256  # questions that wait
_SHORT = 3  # words, at most, of an answer that names a room
_SURE = 0.97  # certainty from which nothing but a name was said
_MARKS = " .,!?।"


async def answered(talk: Talk, said: str, before: str, wish: Wish) -> tuple[Answer, Wish] | None:
    """What comes of `said` as the answer to what was asked back about `before`, and how that is to be taken from now
    on; None where it is no answer to that.

    The one who asks need not remember more than the sentence: what was asked is worked out again.
    """
    [understood] = await talk.understand([before], wish)
    result = understood.result
    readings = [command for command, _ in result.readings if command.actions] if result.needs_confirmation else []
    whole = changes_all(result.command)  # who asked before it need not say again that this was wanted
    words = normalize(said).strip(_MARKS)
    if (readings or whole) and words in yes_words():
        wish = replace(wish, confirm=True)
        return await talk.say(before, wish), wish
    if (readings or whole or HERE in result.command.rooms) and words in no_words():
        return Answer("none", Speaker(talk.house.home(), before).unchanged(), Command.none()), wish
    room, light = await asyncio.to_thread(_named, talk.house.home(), words)
    if not room:
        return None
    meant = [one for one in readings if one.rooms == (room,) and all(light in (None, a.light) for a in one.actions)]
    if len(meant) == 1:
        return await talk.do(meant[0], wish, before), wish
    if HERE in result.command.rooms and room in {one.name for one in talk.house.home().rooms}:
        # Where one thing was asked about, and not the whole house, its room said is a yes to it.
        wish = replace(wish, room=room, confirm=wish.confirm or (len(readings) == 1 and not whole))
        return await talk.say(before, wish), wish
    return None


async def said_after(talk: Talk, said: str, before: str | None, wish: Wish) -> Answer:
    """What comes of `said`, which may be the answer to what was asked back about `before`."""
    found = await answered(talk, said, before, wish) if before is not None else None
    return found[0] if found else await talk.say(said, wish)


def _named(home: Home, said: str) -> tuple[str | None, str | None]:
    """The room, group or `all` that a few normalized words name, and the light in it. More than a name names nothing
    here: `hall hoina` means another, and `hall nibhau` is a sentence of its own."""
    words, lookup = said.split(), Lookup(home)
    if len(words) > 1 and words[-1] in yes_words():  # hall ho
        words.pop()

    def found(some: Sequence[str]) -> Entity | str | None:
        what, certainty = lookup.find(" ".join(some))
        return what if certainty >= _SURE and what != HERE else None

    place = found(words) if len(words) <= _SHORT else None
    rest = (words[:at] + words[at + 1 :] for at, word in enumerate(words) if word not in _fillers())
    own = map(normalize, place.names) if isinstance(place, Entity) else ()
    if place is None or (" ".join(words) not in own and any(some and found(some) == place for some in rest)):
        return None, None
    return (place, None) if isinstance(place, str) else (place.room or place.name, place.name if place.room else None)


@cache
def _fillers() -> frozenset[str]:
    """What may stand beside a name and says nothing: `hall ko batti`."""
    frames = lexicon.load().frames
    return frozenset((*frames["endings"], *frames["room_words"], *frames["lamp_words"]))


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
        if conversation and answer.status in ("needs_confirmation", "needs_room"):
            self._open[conversation] = _Question(sentence, wish, time.monotonic() + SECONDS)
            while len(self._open) > _MOST:
                self._open.popitem(last=False)
        return answer

    def asks(self, conversation: str | None) -> bool:
        """Whether a question of this conversation waits for its answer."""
        question = self._open.get(conversation or "")
        return question is not None and question.until > time.monotonic()
