"""The models that are offered, and how many who ask at once are answered together."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from batti import backends
from batti.backends import Backend, Reading
from batti.chat import ChatBackend, Said
from batti.home import Home
from batti.serve.errors import Busy

SHIPPED = "batti"
"""The name of the model that comes with the package."""
T = TypeVar("T")
_TOGETHER = 8  # sentences that are read together at most
MOST_WAITING = 512
"""Sentences that may wait for one model; more are sent away."""


@dataclass
class _Asked:
    home: Home
    sentences: Sequence[str]
    answer: asyncio.Future[list[Reading]]


class Model:
    """One model; sentences of requests that come while it reads are read together next, on one thread."""

    def __init__(self, name: str, backend: Backend) -> None:
        self.name, self.backend = name, backend
        self._waiting: deque[_Asked] = deque()
        self._count = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"model-{name[:20]}")

    @property
    def streams(self) -> bool:
        """Whether its answers come word by word."""
        return isinstance(self.backend, ChatBackend)

    async def read(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        """One reading a sentence. Raises Busy, or BattiError where the model cannot be asked."""
        if self._count and self._count + len(sentences) > MOST_WAITING:
            raise Busy
        loop = asyncio.get_running_loop()
        asked = _Asked(home, sentences, loop.create_future())
        self._waiting.append(asked)
        self._count += len(sentences)
        loop.run_in_executor(self._thread, self._work, loop)
        try:
            return await asked.answer
        finally:
            self._count -= len(sentences)

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """Reads what waits, as much as may be read together; called once for each who asks, so often for nothing."""
        together = self._next()
        if not together:
            return
        try:
            readings = self.backend.generate(together[0].home, [text for one in together for text in one.sentences])
        except Exception as error:
            loop.call_soon_threadsafe(_fail, together, error)
            return
        loop.call_soon_threadsafe(_answer, together, readings)

    def _next(self) -> list[_Asked]:
        """Those who wait first and about the same home, up to so many sentences; who went away is left out."""
        together: list[_Asked] = []
        while self._waiting:
            one = self._waiting[0]
            count = sum(len(other.sentences) for other in together)
            if together and (one.home is not together[0].home or count + len(one.sentences) > _TOGETHER):
                break
            self._waiting.popleft()
            if not one.answer.done():
                together.append(one)
        return together

    async def call(self, function: Callable[..., T], *args: Any) -> T:
        """What a function gives that uses the model, in its turn."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: function(*args))

    async def stream(self, home: Home, sentence: str) -> AsyncIterator[str | Reading]:
        """The pieces of the answer as they come, then the reading. Raises BattiError."""
        if not isinstance(self.backend, ChatBackend):
            [reading] = await self.read(home, [sentence])
            yield reading.command.to_yaml()
            yield reading
            return
        said = ""
        async for piece in _in_thread(self.backend.stream(home, sentence)):
            said += piece
            yield piece
        yield self.backend.reading(home, Said(said))


def _answer(together: Sequence[_Asked], readings: Sequence[Reading]) -> None:
    at = 0
    for one in together:
        if not one.answer.done():
            one.answer.set_result(list(readings[at : at + len(one.sentences)]))
        at += len(one.sentences)


def _fail(together: Sequence[_Asked], error: Exception) -> None:
    for one in together:
        if not one.answer.done():
            one.answer.set_exception(error)


async def _in_thread(pieces: Iterator[str]) -> AsyncIterator[str]:
    """What an iterator that blocks gives; it ends soon where nobody listens any more."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[str | Exception | None] = asyncio.Queue()
    stopped = threading.Event()

    def run() -> None:
        ended: Exception | None = None
        try:
            for piece in pieces:
                if stopped.is_set():
                    return
                loop.call_soon_threadsafe(queue.put_nowait, piece)
        except Exception as error:
            ended = error
        loop.call_soon_threadsafe(queue.put_nowait, ended)

    threading.Thread(target=run, daemon=True).start()
    try:
        while (piece := await queue.get()) is not None:
            if isinstance(piece, Exception):
                raise piece
            yield piece
    finally:
        stopped.set()


class Models:
    """The models by their names, each loaded when it is first asked; the choice is shared by the processes."""

    def __init__(self, offered: Sequence[str], choice: Path) -> None:
        self.names = tuple(dict.fromkeys([*offered, SHIPPED]))
        self._choice = choice
        self._loaded: dict[str, Model] = {}
        self._loading = asyncio.Lock()

    @property
    def chosen(self) -> str:
        """The name of the model that answers where a request names none."""
        try:
            name = self._choice.read_text(encoding="utf-8").strip()
        except OSError:
            name = ""
        return name if name in self.names else self.names[0]

    async def choose(self, name: str) -> None:
        """Makes one of `names` the model that answers, once it can be loaded. Raises BattiError."""
        await self.get(name)
        self._choice.parent.mkdir(parents=True, exist_ok=True)
        written = self._choice.with_name(f".{self._choice.name}.new")
        written.write_text(name, encoding="utf-8")
        written.replace(self._choice)

    async def get(self, name: str | None = None) -> Model:
        """The model of one of `names`, or the chosen one. Raises BattiError where it cannot be loaded."""
        name = name or self.chosen
        if name not in self._loaded:
            async with self._loading:
                if name not in self._loaded:
                    backend = await asyncio.to_thread(backends.load, None if name == SHIPPED else name)
                    self._loaded[name] = Model(name, backend)
        return self._loaded[name]
