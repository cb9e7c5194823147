"""Runs the server of `batti wyoming` until it is told to end."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from batti import lexicon
from batti.errors import BattiError, quote
from batti.interpreter import Interpreter
from batti.serve.dialogue import Dialogue
from batti.serve.home_assistant.executor import HomeAssistant
from batti.serve.service import Service, service
from batti.serve.settings import Settings, is_loopback
from batti.serve.talk import Wish
from batti.serve.wyoming.server import Network, Server, Wyoming

_TYPE = "_wyoming._tcp.local."
_HOST = 40  # characters of this machine's name: what is announced has 63 at most
_log = logging.getLogger("batti.serve")


@dataclass(frozen=True)
class Listening:
    """Where the server is, who may come besides this machine, and whether the network is told."""

    host: str
    port: int
    allow: tuple[str, ...] = ()
    announce: bool = True


def run(settings: Settings, listening: Listening, room: str | None) -> None:
    """Serves until SIGTERM or Ctrl-C. Raises BattiError where that cannot begin."""
    networks = [_network(one) for one in listening.allow]
    if not is_loopback(listening.host) and not networks:
        problem = f"anybody who reaches {listening.host} could switch the lights"
        raise BattiError(problem, "say with --allow who may, such as the address of Home Assistant")
    asyncio.run(_serve(service(settings), listening, networks, room))


async def _serve(made: Service, listening: Listening, networks: Sequence[Network], room: str | None) -> None:
    executor = made.house.executor
    assert isinstance(executor, HomeAssistant)  # the command line asks for its address
    await executor.check(made.home_file.home())
    model, interpreter = await made.talk.ready(Wish())
    room = Interpreter(model.backend, interpreter.home, room).room if room else None  # as the home calls it
    await made.talk.understand([lexicon.load().first_sentence], Wish())  # what is slow at first is read now
    server = Server(Wyoming(Dialogue(made.talk), executor, room), networks)
    port = await server.start(listening.host, listening.port)
    made.house.start()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    told: AsyncZeroconf | None = None
    try:
        told = await _announced(listening.host, port) if listening.announce else None
        shown = f"[{listening.host}]" if ":" in listening.host else listening.host
        print(f"batti listens at tcp://{shown}:{port}", flush=True)
        await ended.wait()
    finally:  # what was begun is ended, whatever the network said
        if told is not None:
            await told.async_unregister_all_services()
            await told.async_close()
        await server.stop()
        await made.house.stop()
        made.store.close()


async def _announced(host: str, port: int) -> AsyncZeroconf | None:
    """Tells the network that the server is there, so that Home Assistant finds it; None where there is no network."""
    try:
        _, _, _, _, found = min(socket.getaddrinfo(host, port))  # a name may have several; IPv4 comes first
        address = _own_address() if ip_address(found[0]).is_unspecified else str(found[0])
        zeroconf = AsyncZeroconf(interfaces=[address])
    except OSError as error:
        _log.warning("the network cannot be told that batti is here (%s): add it by hand, or say --no-announce", error)
        return None
    name = f"batti-{socket.gethostname().split('.')[0][:_HOST]}-{port}"
    about = AsyncServiceInfo(_TYPE, f"{name}.{_TYPE}", parsed_addresses=[address], port=port, server=f"{name}.local.")
    await zeroconf.async_register_service(about, allow_name_change=True)
    return zeroconf


def _own_address() -> str:
    """The address of this machine in its network: of the interface that multicasts leave by."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.connect(("224.0.0.251", 1))
        return str(one.getsockname()[0])


def _network(said: str) -> Network:
    try:
        return ip_network(said, strict=False)
    except ValueError:
        raise BattiError(f"{quote(said)} is no address", "write it like 192.168.1.10 or 192.168.1.0/24") from None
