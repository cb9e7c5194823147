"""A satellite and a recognizer of the Wyoming protocol, on loopback, in a thread: nobody speaks, all else is real."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event, async_read_event, async_write_event
from wyoming.info import AsrModel, AsrProgram, Attribution, Describe, Info, Satellite
from wyoming.ping import Ping, Pong
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.satellite import RunSatellite

_ABOUT: dict[str, Any] = {"attribution": Attribution("", ""), "installed": True, "description": "", "version": "1"}
_EARS = Info(asr=[AsrProgram(name="ears", models=[AsrModel(name="ears", languages=["en"], **_ABOUT)], **_ABOUT)])
_HEARD = (RunPipeline(PipelineStage.ASR, PipelineStage.HANDLE), AudioStart(16000, 2, 1),
          AudioChunk(rate=16000, width=2, channels=1, audio=bytes(3200)), AudioStop())  # fmt: skip


class Corner:
    """A satellite in an area, at `port`, and the recognizer of what it hears, at `ears`: Home Assistant connects."""

    def __init__(self, area: str) -> None:
        self._infos = (Info(satellite=Satellite(name="Corner", area=area, **_ABOUT)), _EARS)
        self._said, self._loop = "", asyncio.new_event_loop()
        self._satellite: asyncio.StreamWriter | None = None
        self._begun = threading.Event()
        self._servers = [self._loop.run_until_complete(
            asyncio.start_server(partial(self._converse, info), "127.0.0.1", 0)) for info in self._infos]  # fmt: skip
        self.port, self.ears = (server.sockets[0].getsockname()[1] for server in self._servers)
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def hears(self, said: str) -> None:
        """Somebody says something there."""
        assert self._begun.wait(30), "Home Assistant does not come to the satellite"
        self._said = said
        asyncio.run_coroutine_threadsafe(self._hear(), self._loop).result(10)

    async def _hear(self) -> None:
        assert self._satellite is not None
        for one in _HEARD:
            await async_write_event(one.event(), self._satellite)

    async def _converse(self, info: Info, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            while event := await async_read_event(reader):
                for answer in self._answers(info, event, writer):
                    await async_write_event(answer, writer)
        writer.close()

    def _answers(self, info: Info, event: Event, writer: asyncio.StreamWriter) -> Iterator[Event]:
        if Describe.is_type(event.type):
            yield info.event()
        elif Ping.is_type(event.type):
            yield Pong(text=Ping.from_event(event).text).event()
        elif RunSatellite.is_type(event.type):
            self._satellite = writer
            self._begun.set()
        elif AudioStop.is_type(event.type):  # all that the recognizer is given
            yield Transcript(self._said).event()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        for server in self._servers:
            server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
            self._loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        self._loop.close()


@contextmanager
def satellite(area: str) -> Iterator[Corner]:
    corner = Corner(area)
    try:
        yield corner
    finally:
        corner.stop()
