"""The chat endpoint that clients of OpenAI's API know: the last thing that the user says is the sentence."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from batti.backends import Reading
from batti.errors import BattiError
from batti.impossible import comment, impossible
from batti.serve.dialogue import said_after
from batti.serve.errors import Busy, Invalid
from batti.serve.models import Model
from batti.serve.service import Service
from batti.serve.talk import Wish

HOUSE = "house"
"""The name of the model that carries out what it is asked, and says so; the others answer with the YAML document."""


class Part(BaseModel):
    """A part of a message; only text is read."""

    model_config = ConfigDict(extra="allow")

    type: str
    text: str = ""


class Message(BaseModel):
    """A message of the conversation."""

    model_config = ConfigDict(extra="allow")

    role: str
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return " ".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class ChatRequest(BaseModel):
    """As OpenAI's; what a house has no use for, such as `temperature`, is not looked at."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"example": {
        "model": "batti", "messages": [{"role": "user", "content": "bhancha ko batti nibhau"}]}})  # fmt: skip

    model: Annotated[str, Field(max_length=500)] = ""
    messages: Annotated[list[Message], Field(min_length=1, max_length=500)]
    stream: StrictBool = False


class ChatChoice(BaseModel):
    """The answer."""

    index: int
    message: dict[str, Any]
    finish_reason: str


class ChatAnswer(BaseModel):
    """As OpenAI's."""

    id: str
    object: str
    created: int
    model: str
    choices: list[ChatChoice]
    usage: dict[str, int]


def sentences_of(messages: Sequence[Message]) -> tuple[str, str | None]:
    """What the user says, and the sentence before it where the house asked back about that."""
    said = [message.text for message in messages if message.role == "user"]
    asked_back = len(messages) > 2 and messages[-2].role == "assistant" and messages[-2].text.rstrip().endswith("?")
    return said[-1] if said else "", said[-2] if asked_back and len(said) > 1 else None


async def pieces(service: Service, model: Model | None, messages: Sequence[Message]) -> AsyncIterator[str]:
    """The answer as it comes: the YAML of a model, or, without one, the reply of the house."""
    sentence, before = sentences_of(messages)
    if model is None:
        answer = await service.house.whole(said_after(service.talk, sentence, before, Wish()))
        for word in answer.reply.text.split(" "):
            yield f"{word} "
        return
    async for piece in model.stream(service.house.home(), sentence):
        if not isinstance(piece, Reading):
            yield piece
        elif why := impossible(sentence, piece.command):  # which the model has written as something else by now
            yield comment(why)


def answer(model: str, text: str, messages: Sequence[Message]) -> dict[str, Any]:
    """A `ChatAnswer`; tokens are counted as words, as the models here have tokens of their own."""
    said = sum(len(message.text.split()) for message in messages)
    usage = {"prompt_tokens": said, "completion_tokens": len(text.split())}
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage["total_tokens"] = sum(usage.values())
    return {**_head("chat.completion", model), "choices": [choice], "usage": usage}


async def streamed(model: str, said: AsyncIterator[str]) -> AsyncIterator[str]:
    """The answer as server-sent events; what goes wrong once they have begun as OpenAI's clients read it there."""
    head = _head("chat.completion.chunk", model)

    def chunk(delta: dict[str, str], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return f"data: {json.dumps({**head, 'choices': [choice]}, ensure_ascii=False)}\n\n"

    yield chunk({"role": "assistant", "content": ""})
    try:
        async for piece in said:
            yield chunk({"content": piece})
        yield chunk({}, "stop")
    except (BattiError, Invalid, Busy) as error:
        kind = "unavailable" if isinstance(error, BattiError) else type(error).__name__.lower()
        wrong = {"error": {"message": str(error), "type": kind, "param": None}}
        yield f"data: {json.dumps(wrong, ensure_ascii=False)}\n\n"
    yield "data: [DONE]\n\n"


def _head(kind: str, model: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": model}
