"""The service as an ASGI app: what it is made of, and where its paths are."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from batti import __version__, lexicon
from batti.serve import problems, routes, routes_home
from batti.serve.guard import Guard
from batti.serve.service import service
from batti.serve.settings import Settings
from batti.serve.talk import Wish

PAGE = Path(__file__).parent / "page"
_ABOUT = """What people in Nepal say to their lights, understood and carried out.

Errors are problem documents (RFC 9457) that name the field. A question never acts; what the model is not sure of is
asked back and done only with `confirm: true`; an unknown room never becomes another one or the whole house.
"""


class _Page(Mount):
    """The page has every path that the service does not have."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        own = scope["path"].startswith(("/v1/", "/metrics"))
        return (Match.NONE, {}) if own else super().matches(scope)


def create(settings: Settings | None = None) -> FastAPI:
    """The app of one process, with the settings of its environment where none are given."""
    settings = settings or Settings.passed_on()
    logging.getLogger("apscheduler").setLevel(logging.ERROR)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        made = service(settings)
        await made.talk.understand([lexicon.load().first_sentence], Wish())  # what is slow at first is read now
        made.house.start()
        app.state.service = made
        yield
        await made.house.stop()
        made.store.close()

    guard = Middleware(Guard, token=settings.token(), hosts=settings.hosts, rate=settings.rate)
    app = FastAPI(title="batti", version=__version__, description=_ABOUT, lifespan=life, middleware=[guard],
                  openapi_url="/v1/openapi.json", docs_url=None, redoc_url=None)  # fmt: skip
    problems.install(app)
    app.include_router(routes.router)
    app.include_router(routes_home.router)
    app.router.routes.append(_Page("/", app=StaticFiles(directory=PAGE, html=True)))
    return app
