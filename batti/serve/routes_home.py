"""The paths about the house: its lights, its schedule, the home file, the models, and how the service is."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response, StreamingResponse

from batti.errors import BattiError, did_you_mean, quote
from batti.home import Home
from batti.serve import chat_api, feed, metrics, schemas
from batti.serve.errors import Invalid
from batti.serve.guard import COOKIE, same, session
from batti.serve.jobs import ENDED, OPEN
from batti.serve.problems import Problem, in_a_header, problem
from batti.serve.routes import REFUSED, SSE, as_json, service_of

_HOME = {
    "name": "Ghar",
    "rooms": [{"name": "bedroom", "aliases": ["sutne kotha"], "lights": [{"name": "table lamp"}]}, {"name": "hall"}],
    "groups": [{"name": "upstairs", "aliases": ["mathi"], "rooms": ["bedroom"]}],
}  # fmt: skip
_HOME_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {
    "application/json": {"schema": {"type": "object"}, "example": _HOME},
    "application/yaml": {"schema": {"type": "string"}, "example": Home.from_dict(_HOME).to_yaml()},
}}}  # fmt: skip
_HOME_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {
    "application/json": {"example": _HOME}, "application/yaml": {"schema": {"type": "string"}}}}}  # fmt: skip
_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "there is no such thing"}}
_CHANGED: dict[int | str, dict[str, Any]] = {412: {"model": Problem, "description": "changed by somebody else since"}}
CANCELLED, UNUSED = "Batti-Cancelled", "Batti-Unused"
router = APIRouter(responses=REFUSED)


@router.get("/v1/lights", response_model=schemas.Lights, tags=["house"])
async def lights(request: Request) -> Response:
    """Every light as it is."""
    return as_json({"lights": [state.to_dict() for state in await service_of(request).house.states()]})


@router.get("/v1/events", response_class=StreamingResponse, tags=["house"],
            responses={200: {"content": {SSE: {}}}})  # fmt: skip
async def events(request: Request, last_event_id: Annotated[int | None, Header()] = None) -> Response:
    """What happens, as server-sent events: first `snapshot` (lights and schedule), then `lights` (those that changed),
    `schedule` (a job, as it is now) and `home` (it was changed: read it again). Resumes after Last-Event-ID."""
    listening = service_of(request).feed
    if listening.listeners >= feed.MOST:
        return problem(503, "busy", "too many listen already", headers={"Retry-After": "10"})
    return StreamingResponse(listening.listen(last_event_id), media_type=SSE)


@router.get("/v1/schedule", response_model=schemas.Schedule, tags=["schedule"])
async def schedule(request: Request, ended: Annotated[bool, Query(description="what is over instead")] = False
                   ) -> Response:  # fmt: skip
    """What waits for its time; or what became of the rest, of the last seven days: done, failed, missed, cancelled."""
    service = service_of(request)
    found = await asyncio.to_thread(service.store.jobs, ENDED if ended else OPEN)
    zone = service.house.home().time_zone
    return as_json({"jobs": [job.to_dict(zone) for job in found]})


@router.delete("/v1/schedule/{job_id}", response_model=schemas.JobOf, responses=_MISSING, tags=["schedule"])
async def cancel(request: Request, job_id: str) -> Response:
    """Cancels what waits for its time."""
    service = service_of(request)
    job = await service.house.whole(service.house.cancel(job_id))
    if job is None:
        return problem(404, "not-found", "nothing of this id waits for its time")
    return as_json(job.to_dict(service.house.home().time_zone))


@router.get("/v1/home", response_model=dict[str, Any], responses=_HOME_ANSWER, tags=["home"])
async def home(request: Request) -> Response:
    """The home: JSON, or YAML where `Accept: application/yaml` asks for it. `ETag` tells one version from another;
    `Batti-Unused` says why an edited home file is not used, with ` | ` between faults."""
    file = service_of(request).home_file
    headers = {"ETag": file.tag()}
    if fault := file.fault():
        headers[UNUSED] = in_a_header(fault)
    return _shown(request, file.home(), headers)


@router.put("/v1/home", response_model=dict[str, Any], openapi_extra=_HOME_BODY, responses=_HOME_ANSWER | _CHANGED,
            tags=["home"])  # fmt: skip
async def change_home(request: Request, if_match: Annotated[str | None, Header()] = None) -> Response:
    """Changes the home, if nothing in it is wrong; else says all that is. With `If-Match`, only if nobody else changed
    it in between. What waits for a place that is no more there is cancelled; `Batti-Cancelled` says how many jobs."""
    service = service_of(request)
    changed = await _sent(request)
    await asyncio.to_thread(service.home_file.replace, changed, if_match)
    headers = {"ETag": service.home_file.tag()}
    await service.house.publish("home", {"tag": headers["ETag"]})
    cancelled = await service.house.whole(service.house.forget_gone())
    if cancelled:
        headers[CANCELLED] = str(len(cancelled))
    return _shown(request, changed, headers)


@router.post("/v1/home/check", response_model=dict[str, Any], openapi_extra=_HOME_BODY, responses=_HOME_ANSWER,
             tags=["home"])  # fmt: skip
async def check_home(request: Request) -> Response:
    """Says all that is wrong with a home. Nothing is changed."""
    return _shown(request, await _sent(request), {})


async def _sent(request: Request) -> Home:
    """The home in a request. Raises Invalid with all that is wrong with it."""
    body = await request.body()
    try:
        text = body.decode("utf-8-sig")
        if "yaml" in request.headers.get("content-type", ""):
            return Home.from_yaml(text, "home")
        return Home.from_dict(await request.json())
    except BattiError as error:
        raise Invalid(error) from None
    except (ValueError, RecursionError):
        raise Invalid(BattiError("the home is not readable", "send JSON, or YAML as application/yaml")) from None


def _shown(request: Request, home: Home, headers: dict[str, str]) -> Response:
    if "yaml" in request.headers.get("accept", ""):
        return Response(home.to_yaml(), headers=headers, media_type="application/yaml")
    return as_json(home.to_dict(), headers=headers)


@router.get("/v1/models", response_model=schemas.ModelList, tags=["models", "OpenAI"])
async def models(request: Request) -> Response:
    """The models, `chosen` the one that answers where a request names none; and `house`, which is for chat only."""
    return as_json(_listed(request))


@router.put("/v1/models/chosen", response_model=schemas.ModelList, tags=["models"])
async def choose_model(request: Request, choice: schemas.Choice) -> Response:
    """Chooses the model that answers where a request names none; it stays chosen."""
    known = service_of(request).models
    if choice.id not in known.names:
        raise Invalid(BattiError(f"there is no model {quote(choice.id)}", did_you_mean(choice.id, known.names)), "id")
    await known.choose(choice.id)
    return as_json(_listed(request))


def _listed(request: Request) -> dict[str, Any]:
    known = service_of(request).models
    one = {"object": "model", "created": 0, "owned_by": "batti"}
    data = [{"id": name, **one, "chosen": name == known.chosen, "streams": known.streams(name)} for name in known.names]
    return {"object": "list", "data": [*data, {"id": chat_api.HOUSE, **one, "chosen": False, "streams": False}]}


@router.post("/v1/session", status_code=204, tags=["service"])
async def log_in(request: Request, shown: schemas.Token) -> Response:
    """Gives the page that shows the token a cookie, with which it needs it no more."""
    token = service_of(request).settings.token()
    if not token or not same(shown.token, token):
        return problem(401, "token", "this is not the token of the service", headers={"WWW-Authenticate": "Bearer"})
    answer = Response(status_code=204)
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, session(token), max_age=30 * 86400, httponly=True, samesite="strict", secure=secure)
    return answer


@router.get("/v1/health/live", response_model=schemas.Health, tags=["service"])
async def live() -> Response:
    """Whether the process answers."""
    return as_json({"status": "ok", "detail": ""})


@router.get("/v1/health/ready", response_model=schemas.Health, tags=["service"])
async def ready(request: Request) -> Response:
    """Whether sentences can be understood and carried out: the model is loaded, and the store answers. `detail` says
    why an edited home file is not used."""
    service = service_of(request)
    try:
        await asyncio.to_thread(service.store.ping)
    except BattiError as error:
        return as_json({"status": "failing", "detail": str(error)}, 503)
    return as_json({"status": "ok", "detail": await asyncio.to_thread(service.home_file.fault)})


@router.get("/metrics", response_class=Response, tags=["service"],
            responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}})  # fmt: skip
async def figures(request: Request) -> Response:
    """Figures for Prometheus."""
    waiting = await asyncio.to_thread(service_of(request).store.jobs)
    return Response(metrics.text(len(waiting)), media_type=metrics.MEDIA)
