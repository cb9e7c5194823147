"""What was asked back, and the answer to it: `ho`, or the room that is meant."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, replace

from batti.schema import HERE
from batti.serve.phrases import yes_words
from batti.serve.talk import Answer, Talk, Wish
from batti.text import normalize

SECONDS = 60.0
"""That a question waits for its answer."""
_MOST = 256  # questions that wait
_SHORT = 3  # words, at most, of an answer that names a room: more is a sentence of its own


async def answered(talk: Talk, said: str, before: str, wish: Wish) -> Answer | None:
    """What comes of `said` as the answer to what was asked back about `before`; None where it is no answer to that.

    The one who asks need not remember more than the sentence: what was asked is worked out again.
    """
    [understood] = await talk.understand([before], wish)
    readings = [command for command, _ in understood.result.readings if command.actions]
    if understood.result.needs_confirmation and readings:
        if normalize(said).strip(" .,!") in yes_words():
            return await talk.say(before, replace(wish, confirm=True))
        rooms = await _rooms(talk, said, wish)
        meant = [command for command in readings if command.rooms == rooms]
        return await talk.do(meant[0], wish, before) if len(meant) == 1 else None
    if HERE in understood.result.command.rooms:
        rooms = await _rooms(talk, said, wish)
        if len(rooms) == 1 and rooms[0] in {room.name for room in talk.house.home().rooms}:
            return await talk.say(before, replace(wish, room=rooms[0]))
    return None


async def _rooms(talk: Talk, said: str, wish: Wish) -> tuple[str, ...]:
    """The rooms that a few words name."""
    if len(said.split()) > _SHORT:
        return ()
    [heard] = await talk.understand([f"{said} ko batti bala"], Wish(model=wish.model))
    return heard.result.command.rooms


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
        answer: Answer | None = None
        if question and question.until > time.monotonic():
            answer = await answered(self.talk, sentence, question.sentence, question.wish)
            if answer is not None:  # which may be asked back again, about the same sentence
                sentence = question.sentence
        answer = answer or await self.talk.say(sentence, wish)
        if conversation and answer.status in ("needs_confirmation", "needs_room"):
            self._open[conversation] = _Question(sentence, wish, time.monotonic() + SECONDS)
            while len(self._open) > _MOST:
                self._open.popitem(last=False)
        return answer

    def asks(self, conversation: str | None) -> bool:
        """Whether a question of this conversation waits for its answer."""
        question = self._open.get(conversation or "")
        return question is not None and question.until > time.monotonic()
