"""What was asked back, and the answer to it: `ho`, or the room that is meant."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, replace

from batti.command import Command
from batti.serve.phrases import yes_words
from batti.serve.talk import Answer, Talk, Wish
from batti.text import normalize

SECONDS = 60.0
"""That a question waits for its answer."""
_MOST = 256  # questions that wait


@dataclass(frozen=True)
class _Question:
    sentence: str
    wish: Wish
    answer: Answer
    until: float


class Dialogue:
    """Talk that goes on from sentence to sentence, told apart by the ids of conversations."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self._open: OrderedDict[str, _Question] = OrderedDict()

    async def say(self, sentence: str, wish: Wish, conversation: str | None = None) -> Answer:
        """See `Talk.say`; what answers a question of this conversation is about what was said before it."""
        question = self._open.pop(conversation, None) if conversation else None
        answer = await self._answered(sentence, question) if question and question.until > time.monotonic() else None
        answer = answer or await self.talk.say(sentence, wish)
        if conversation and answer.status in ("needs_confirmation", "needs_room"):
            asked = question.sentence if question and answer.status == "needs_confirmation" else sentence
            self._open[conversation] = _Question(asked, wish, answer, time.monotonic() + SECONDS)
            while len(self._open) > _MOST:
                self._open.popitem(last=False)
        return answer

    def asks(self, conversation: str | None) -> bool:
        """Whether a question of this conversation waits for its answer."""
        question = self._open.get(conversation or "")
        return question is not None and question.until > time.monotonic()

    async def _answered(self, said: str, question: _Question) -> Answer | None:
        """What the answer makes of it; None where it is no answer but something new."""
        if question.answer.status == "needs_confirmation" and normalize(said).strip(" .,!") in yes_words():
            return await self.talk.say(question.sentence, replace(question.wish, confirm=True))
        if len(said.split()) > 3:
            return None
        [heard] = await self.talk.understand([f"{said} ko batti bala"], Wish(model=question.wish.model))
        rooms = heard.result.command.rooms
        if question.answer.status == "needs_room":
            known = {room.name for room in self.talk.house.home().rooms}
            if len(rooms) == 1 and rooms[0] in known:
                return await self.talk.say(question.sentence, replace(question.wish, room=rooms[0]))
            return None
        fitting = [command for command in _readings(question) if command.rooms == rooms]
        return await self.talk.do(fitting[0], question.wish, question.sentence) if len(fitting) == 1 else None


def _readings(question: _Question) -> list[Command]:
    understood = question.answer.understood
    readings = understood.result.readings if understood else []
    return [command for command, _ in readings if command.actions]
