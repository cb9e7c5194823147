"""A house whose lamps are on an MQTT broker and whose commands come over it, in one process."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from batti import lexicon
from batti.alone import alone
from batti.errors import BattiError, quote
from batti.serve.homefile import HomeFile
from batti.serve.house import House
from batti.serve.models import Models
from batti.serve.mqtt.broker import Broker
from batti.serve.mqtt.executor import LIMIT, MqttLights
from batti.serve.mqtt.journal import Journal
from batti.serve.mqtt.listener import Listener
from batti.serve.store import Store
from batti.serve.talk import Talk, Wish

BASE = "batti"


@dataclass(frozen=True)
class Options:
    """`state` is the folder of what is kept; `base` is what the topics begin with; with `wait` a broker that is not
    there at first is waited for."""

    home: Path
    state: Path
    models: tuple[str, ...] = ()
    base: str = BASE
    grace: float = 900.0
    wait: bool = False


def base_of(topic: str) -> str:
    """What topics begin with. Raises BattiError for what is no topic."""
    base = topic.strip("/")
    if not base or any(char in "+#$" or not char.isprintable() for char in base):
        raise BattiError(f"{quote(topic)} is no topic", "write a plain word, like batti")
    return base


def run(broker: Broker, options: Options) -> None:
    """Listens until it is told to end (SIGINT, SIGTERM). Raises BattiError where that cannot begin."""
    logging.basicConfig(format="batti: %(message)s", level=logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    with _alone(options.state):
        asyncio.run(_listen(broker, options))


async def _listen(broker: Broker, options: Options) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    home_file = HomeFile(options.home)
    store = Store.open(options.state / "batti.sqlite")
    executor = MqttLights(broker, store)
    await executor.check(home_file.home())
    house = House(store, executor, home_file.home, options.grace)
    talk = Talk(house, Models(options.models, options.state / "model"))
    journal = Journal(options.state / "mqtt.sqlite")
    listener = Listener(broker, talk, journal, options.base)
    try:
        await _reached(listener, talk, stop, None if options.wait else LIMIT)
        if not stop.is_set():
            await _deal(listener, house, stop, f"{broker.shown}, topic {options.base}/command")
    finally:
        await listener.close()
        journal.close()
        store.close()


async def _reached(listener: Listener, talk: Talk, stop: asyncio.Event, seconds: float | None) -> None:
    """The broker is there, and the model ready. Raises Unreached where it is not, in so many seconds."""
    listener.link.start()
    if seconds is not None:
        await listener.link.reached(seconds)
    await talk.understand([lexicon.load().first_sentence], Wish())  # what is slow at first is read now
    while not listener.link.is_up and not stop.is_set():
        await asyncio.sleep(0.1)


async def _deal(listener: Listener, house: House, stop: asyncio.Event, where: str) -> None:
    """Deals with commands until it is told to end, or fails."""
    house.start()
    try:
        await house.states()  # so that the first command finds the lamps known
        print(f"batti listens at {where}", flush=True)
        dealing, ending = asyncio.create_task(listener.run()), asyncio.create_task(stop.wait())
        await asyncio.wait((dealing, ending), return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        listener.end()
        await dealing
    finally:
        await house.stop()


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """No other process has the same folder: two with one client id would push each other out of the broker."""
    with ExitStack() as held:
        try:
            state.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = state / "mqtt.lock"
            lock.touch()
            problem = f"another listener has the folder '{state}'"
            held.enter_context(alone(lock, problem, "stop it, or give another --state"))
        except OSError as error:
            raise BattiError(f"the folder '{state}' cannot be used: {error.strerror}", "give another --state") from None
        yield  # what fails from here on is no fault of the folder
