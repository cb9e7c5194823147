"""Starts the processes of the service."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.config import STARTUP_FAILURE

from batti.errors import BattiError
from batti.serve.settings import Settings

if TYPE_CHECKING:
    from batti.serve.service import Service

_FIGURES = "PROMETHEUS_MULTIPROC_DIR"  # is looked at when `metrics` is imported
_IDLE_SECONDS = 30
_LAST_SECONDS = 30
"""That requests have to end when the service is told to."""


def run(settings: Settings) -> None:
    """Serves until it is told to end. Raises BattiError where that cannot begin."""
    figures = tempfile.mkdtemp(prefix="batti-metrics-")
    os.environ[_FIGURES] = figures
    signal.signal(signal.SIGTERM, _end)  # uvicorn raises the signal again once it has ended well
    try:
        from batti.serve.service import service  # only now, see _FIGURES

        asyncio.run(_checked(service(settings)))
        settings.pass_on()
        os.environ.setdefault("MALLOC_ARENA_MAX", "2")  # a heap for each thread keeps what others have freed
        bound = _bound(settings)
        if settings.home and not Path(settings.home).exists():  # a new one, or mistyped
            used = "the default home is used until saving one on the page makes it"
            print(f"batti: there is no '{settings.home}'; {used}", file=sys.stderr, flush=True)
        address, port = bound.getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        print(f"batti listens at http://{shown}:{port}", flush=True)
        _serve(settings, bound)
    except KeyboardInterrupt:
        pass
    finally:
        shutil.rmtree(figures, ignore_errors=True)


async def _checked(made: Service) -> None:
    """What is wrong is said here, once and not by each process. Raises BattiError."""
    made.store.close()
    await made.house.executor.check(made.home_file.home())
    await made.models.get()


def _end(*_: object) -> None:
    raise SystemExit(0)


def _bound(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
    except OSError as error:
        bound.close()
        problem = f"{settings.host}:{settings.port} cannot be listened at: {error.strerror}"
        raise BattiError(problem, "choose another --host or --port") from None
    bound.set_inheritable(True)
    return bound


def _serve(settings: Settings, bound: socket.socket) -> None:
    config = uvicorn.Config(
        "batti.serve.app:create", factory=True, workers=settings.workers, http="batti.serve.protocol:Protocol",
        ws="none", log_level="warning", access_log=False, server_header=False, proxy_headers=False,
        timeout_keep_alive=_IDLE_SECONDS, timeout_graceful_shutdown=_LAST_SECONDS, backlog=512,
    )  # fmt: skip
    if settings.workers == 1:
        uvicorn.Server(config).run([bound])
        return
    from uvicorn.supervisors import Multiprocess

    processes = Multiprocess(config, sockets=[bound])
    processes.run()
    if any(one.exitcode == STARTUP_FAILURE for one in processes.processes):
        raise BattiError("a process of the service did not start", "what it said stands above")
