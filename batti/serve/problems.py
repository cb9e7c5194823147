"""Errors as problem documents (RFC 9457) that name the field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from itertools import accumulate
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.responses import Response

from batti.document import path
from batti.errors import BattiError, Fault
from batti.schema import finding
from batti.serve.errors import Busy, Conflict, Invalid

MEDIA = "application/problem+json"
MOST_IN_A_HEADER = 2000
"""Characters of such a text: many a proxy refuses an answer whose head has 4 KiB."""
_EXAMPLE: Any = {
    "type": "urn:batti:problem:invalid", "title": "Unprocessable Content", "status": 422,
    "detail": "this home has no room or group 'garden'",
    "errors": [{"field": "command.actions[0].room", "detail": "this home has no room or group 'garden'",
                "hint": "use one of: kitchen, living room"}],
}  # fmt: skip


class FieldError(BaseModel):
    """One thing that is wrong."""

    field: str = Field(description="where: a path of keys in the request, or a line of a file; empty for all of it")
    detail: str
    hint: str = Field(description="what to do about it; may be empty")


class Problem(BaseModel):
    """A problem document."""

    model_config = {"json_schema_extra": {"example": _EXAMPLE}}

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


def problem(
    status: int, kind: str, detail: str, faults: Iterable[Fault] = (), headers: Mapping[str, str] | None = None,
    request: Request | None = None,
) -> Response:  # fmt: skip
    """A response that says what is wrong; to a request of a chat client also as OpenAI's clients read it."""
    body: dict[str, Any] = {"type": f"urn:batti:problem:{kind}", "title": HTTPStatus(status).phrase, "status": status}
    body["detail"] = detail
    if errors := [{"field": one.where, "detail": one.problem, "hint": one.hint} for one in faults]:
        body["errors"] = errors
    if request is not None and request.url.path.startswith("/v1/chat/"):
        body["error"] = {"message": detail, "type": kind, "param": errors[0]["field"] if errors else None}
    text = json.dumps(body, ensure_ascii=False)
    return Response(text.encode("utf-8", "replace"), status, dict(headers or {}), MEDIA)


def in_a_header(text: str) -> str:
    """A text as the value of a header, which is one line of ASCII: ` | ` parts its lines, and other characters are
    written as Python escapes them. What would be too long for clients is counted."""
    lines = [_in_ascii(line)[:MOST_IN_A_HEADER] for line in text.splitlines()]
    ends = [*accumulate(map(len, lines))]
    shown = sum(end <= MOST_IN_A_HEADER for end in ends)
    more = [f"{len(lines) - shown} more"] if shown < len(lines) else []
    return " | ".join([*lines[:shown], *more])


def _in_ascii(line: str) -> str:
    plain = (char if " " <= char <= "~" else char.encode("unicode_escape").decode() for char in line.strip())
    return "".join(plain)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, Invalid)
    return problem(422, "invalid", error.faults[0].problem, error.faults, request=request)


def _unreadable(request: Request, error: Exception) -> Response:
    """What FastAPI finds wrong with a request."""
    assert isinstance(error, RequestValidationError)
    faults = [_fault(one) for one in error.errors()]
    return problem(422, "invalid", faults[0].problem, faults, request=request)


def _fault(error: Mapping[str, Any]) -> Fault:
    """A fault in this program's words; FastAPI's paths begin with the part of the request."""
    loc = tuple(error["loc"])[1:]
    if error["type"] == "json_invalid":
        return Fault("", f"the request is not valid JSON: {error['ctx']['error']}", "send a JSON object")
    if error["type"] == "missing" and not loc:
        return Fault("", "the request is empty", "send a JSON object")
    if isinstance(error.get("input"), bytes):  # as a body stays that is not said to be JSON
        return Fault("", "the request is not sent as JSON", "send JSON with Content-Type: application/json")
    found = finding(cast(ErrorDetails, {**error, "loc": loc}))
    return Fault(path(found.loc), found.problem, found.hint or "see /v1/openapi.json")


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    return problem(error.status_code, kind, str(error.detail), headers=error.headers)


def _failed(request: Request, error: Exception) -> Response:
    """What a model, the store or a file of the server does not do."""
    assert isinstance(error, BattiError)
    return problem(503, "unavailable", error.problem, [Fault("", error.problem, error.hint)], request=request)


def _busy(_: Request, error: Exception) -> Response:
    return problem(503, "busy", "too many sentences wait already", headers={"Retry-After": "1"})


def _conflict(_: Request, error: Exception) -> Response:
    return problem(412, "changed", "the home was changed by somebody else since; read it again")


def install(app: FastAPI) -> None:
    """Has every error of the app answered so, and described so."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _as_problems(plain())
        return plain()

    app.openapi = openapi  # type: ignore[method-assign]
    handlers = {Invalid: _invalid, RequestValidationError: _unreadable, HTTPException: _refused, BattiError: _failed,
                Busy: _busy, Conflict: _conflict}  # fmt: skip
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def _as_problems(described: dict[str, Any]) -> None:
    """FastAPI describes every answer as JSON; errors have a media type of their own."""
    for methods in described["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if status >= "400" and "application/json" in answer.get("content", {}):
                    answer["content"] = {MEDIA: answer["content"].pop("application/json")}
