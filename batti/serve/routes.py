"""The paths about sentences: understood, explained, carried out."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from batti.backends import Reading
from batti.backends.onnx import OnnxBackend
from batti.command import Command
from batti.errors import BattiError, quote
from batti.explain import at_home
from batti.explain import explain as explained
from batti.interpreter import Interpreter
from batti.serve import chat_api, metrics, schemas
from batti.serve.dialogue import said_after
from batti.serve.errors import Busy, Invalid
from batti.serve.feed import event
from batti.serve.models import Model
from batti.serve.problems import Problem
from batti.serve.schemas import Ask, AskMany, Do
from batti.serve.service import Service
from batti.serve.talk import Understood, Wish

SSE = "text/event-stream"
REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": said}
    for status, said in {
        400: "the body is not readable", 401: "a token is needed", 403: "Host or Origin is of somebody else",
        413: "too large", 422: "something in it is wrong: `errors` names the fields", 429: "too many requests",
        503: "the model, the store or the lights cannot be asked now",
    }.items()
}  # fmt: skip
_EVENTS: dict[int | str, dict[str, Any]] = {200: {"content": {SSE: {}}}}
router = APIRouter(prefix="/v1", responses=REFUSED)


def service_of(request: Request) -> Service:
    """The parts of the service that a request is to."""
    made: Service = request.app.state.service
    return made


def as_json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON response; the schemas describe it, and are not gone through again."""
    return Response(json.dumps(data, ensure_ascii=False).encode(), status, headers, "application/json")


@router.post("/interpret", response_model=schemas.Interpretation, tags=["sentences"])
async def interpret(request: Request, ask: Ask) -> Response:
    """Says what a sentence asks for. Nothing is done."""
    [understood] = await _understood(request, [ask.sentence], ask.wish())
    return as_json(schemas.interpretation(understood))


@router.post("/interpret/batch", response_model=schemas.Interpretations, tags=["sentences"])
async def interpret_batch(request: Request, ask: AskMany) -> Response:
    """Says what sentences ask for, in order. Nothing is done."""
    results = await _understood(request, ask.sentences, ask.wish())
    return as_json({"results": [schemas.interpretation(one) for one in results]})


@router.post("/interpret/stream", response_class=StreamingResponse, responses=_EVENTS, tags=["sentences"])
async def interpret_stream(request: Request, ask: Ask) -> Response:
    """The YAML as the model writes it, as events `piece` ({"text": ...}), then `result` (as /v1/interpret answers) or
    `problem`. A model that does not write word by word gives one piece."""
    talk = service_of(request).talk
    model, interpreter = await talk.ready(ask.wish())
    return StreamingResponse(streamed(model, interpreter, ask.sentence), media_type=SSE)


async def streamed(model: Model, interpreter: Interpreter, sentence: str) -> AsyncIterator[str]:
    """The events of `interpret_stream`; what goes wrong once they have begun is the last of them."""
    try:
        async for piece in model.stream(interpreter.home, sentence):
            if isinstance(piece, Reading):
                understood = Understood(interpreter.result(sentence, piece), model.name)
                _count([understood])
                yield event("result", schemas.interpretation(understood))
            else:
                yield event("piece", {"text": piece})
    except BattiError as error:
        yield event("problem", {"detail": error.problem, "hint": error.hint})
    except Busy as error:
        yield event("problem", {"detail": str(error), "hint": "ask again soon"})


@router.post("/explain", response_model=dict[str, Any], tags=["sentences"])
async def explain(request: Request, ask: Ask) -> Response:
    """Says which words of a sentence were taken for what, and how sure each part is. Nothing is done."""
    model, interpreter = await service_of(request).talk.ready(ask.wish())
    if not isinstance(model.backend, OnnxBackend):
        error = BattiError(f"the model {quote(model.name)} points at no words", "choose one that does, such as batti")
        raise Invalid(error, "model")
    found = await model.call(explained, model.backend, interpreter.home, ask.sentence)
    return as_json(at_home(found, interpreter).to_dict())


@router.post("/commands", response_model=schemas.Done, tags=["commands"])
async def carry_out(request: Request, asked: Do) -> Response:
    """Carries out a sentence or a document, now or at its time, and says what came of it.

    What the model is not sure of is asked back (`needs_confirmation`), and so is the whole house with
    `ask_before_all`: send the same again with `confirm: true`, or one of the readings as `command`.
    """
    service = service_of(request)
    home = service.house.home()
    command: Command | None = None
    try:
        if asked.command is not None:
            command = Command.from_dict(asked.command, groups=home.group_names)
        elif asked.yaml is not None:
            command = Command.from_yaml(asked.yaml, groups=home.group_names)
    except BattiError as error:
        raise Invalid(error, "command" if asked.command is not None else "yaml") from None
    talk, wish, sentence = service.talk, asked.wish(), asked.sentence or ""
    answer = await service.house.whole(
        talk.do(command, wish, sentence) if command else said_after(talk, sentence, asked.answers, wish))
    if answer.understood:
        _count([answer.understood])
    for outcome in answer.outcomes:
        metrics.ACTIONS.labels(outcome.action.action, outcome.problem or "done").inc()
    return as_json(schemas.done(answer, home.time_zone))


@router.post("/chat/completions", response_model=chat_api.ChatAnswer, responses=_EVENTS, tags=["OpenAI"])
async def chat(request: Request, asked: chat_api.ChatRequest) -> Response:
    """The last message of the user is the sentence. The model `house` carries it out and replies; every other answers
    with the YAML document, and nothing is done."""
    service = service_of(request)
    model: Model | None = None
    if asked.model != chat_api.HOUSE:
        model, _ = await service.talk.ready(Wish(model=asked.model or None), [chat_api.HOUSE])
    said = chat_api.pieces(service, model, asked.messages)
    name = model.name if model else chat_api.HOUSE
    if asked.stream:
        return StreamingResponse(chat_api.streamed(name, said), media_type=SSE)
    text = "".join([piece async for piece in said]).rstrip(" ")
    return as_json(chat_api.answer(name, text, asked.messages))


async def _understood(request: Request, sentences: Sequence[str], wish: Wish) -> list[Understood]:
    began = time.perf_counter()
    found = await service_of(request).talk.understand(sentences, wish)
    metrics.READING.observe(time.perf_counter() - began)
    _count(found)
    return found


def _count(found: Sequence[Understood]) -> None:
    for one in found:
        metrics.SENTENCES.labels(one.result.command.intent, one.model).inc()
        if one.result.needs_confirmation:
            metrics.UNSURE.inc()
