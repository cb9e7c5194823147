"""A real `batti wyoming` on loopback, and a client of it."""

import asyncio
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hass import Hass
from helpers import BATTI, PATIENCE
from wyoming.asr import Transcript
from wyoming.client import AsyncTcpClient
from wyoming.event import Event


@contextmanager
def wyoming(state: Path, url: str, token: str, *options: str, port: int = 0) -> Iterator[int]:
    """Starts it; gives its port, and sees to it that it ends cleanly when it is told to."""
    command = [*BATTI, "wyoming", "--home-assistant", url, "--state", str(state), "--port", str(port), *options]
    log = state.with_suffix(".log")
    with log.open("a") as file:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=file, text=True, env=os.environ | {"HASS_TOKEN": token}
        )
    try:
        assert process.stdout is not None
        said = re.search(r"tcp://\S+:(\d+)", process.stdout.readline())
        assert said, log.read_text()
        yield int(said[1])
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0, log.read_text()
        assert "Traceback" not in log.read_text()
    finally:
        process.kill()
        process.wait()


@contextmanager
def wyoming_of(started: Hass, folder: Path) -> Iterator[int]:
    """One for the lights of a Home Assistant, which nobody else hears of; its files lie in the folder."""
    options = ("--home", str(started.home(folder)), "--no-announce")
    with wyoming(folder / "state", started.url, started.token, *options) as port:
        yield port


def say(port: int, text: str, **context: Any) -> list[Event]:
    """What comes back for a sentence."""
    return asyncio.run(_said(port, Transcript(text, context=context or None).event()))


async def _said(port: int, event: Event) -> list[Event]:
    events: list[Event] = []
    async with asyncio.timeout(PATIENCE), AsyncTcpClient("127.0.0.1", port) as client:
        await client.write_event(event)
        while (answer := await client.read_event()) is not None:
            events.append(answer)
            if answer.type != "intents-start" and (events[0].type != "intents-start" or answer.type == "intents-stop"):
                break
    return events


def ask(port: int, event: Event) -> Event:
    """The one answer to an event."""
    [answer] = asyncio.run(_said(port, event))
    return answer
