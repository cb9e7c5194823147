"""The models that are offered, and how many who ask at once are answered together."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from batti import backends
from batti.backends import Backend, Reading
from batti.chat import ChatBackend, Said
from batti.errors import BattiError
from batti.home import Home
from batti.serve.errors import Busy

SHIPPED = "batti"
"""The name of the model that comes with the package."""
T = TypeVar("T")
_TOGETHER = 8  # sentences that are read together at most
_AS_LONG = 1.4  # times the length of another sentence, up to which reading both together pays
_REMEMBERED = 512  # sentences whose reading is kept
MOST_WAITING = 512
"""Sentences that may wait for one model; more are sent away."""


@dataclass(eq=False)
class _Asked:
    home: Home
    sentences: Sequence[str]
    answer: asyncio.Future[list[Reading]]

    def goes_with(self, other: _Asked) -> bool:
        """Whether reading both together is sooner done: a batch takes as long as its longest sentence."""
        mine, theirs = (max(map(len, one.sentences)) for one in (self, other))
        return self.home is other.home and max(mine, theirs) <= _AS_LONG * min(mine, theirs)


class Model:
    """One model; sentences of requests that come while it reads are read together next, on one thread."""

    def __init__(self, name: str, backend: Backend) -> None:
        self.name, self.backend = name, backend
        self._waiting: list[_Asked] = []
        self._lock = threading.Lock()
        self._home: Home | None = None
        self._known: OrderedDict[str, Reading] = OrderedDict()  # readings about this home: people repeat themselves
        self._count = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"model-{name[:20]}")

    async def read(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        """One reading a sentence. Raises Busy, or BattiError where the model cannot be asked."""
        if home is not self._home:
            self._home = home
            self._known.clear()
        found = {sentence: self._known[sentence] for sentence in sentences if sentence in self._known}
        new = [sentence for sentence in dict.fromkeys(sentences) if sentence not in found]
        if new:
            found |= zip(new, await self._ask(home, new), strict=True)
        if home is self._home:
            self._remember(found)
        return [found[sentence] for sentence in sentences]

    def _remember(self, found: dict[str, Reading]) -> None:
        for sentence, reading in found.items():
            if reading.confidence:  # an answer that was none may be better another time
                self._known[sentence] = reading
                self._known.move_to_end(sentence)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    async def _ask(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        if self._count and self._count + len(sentences) > MOST_WAITING:
            raise Busy("too many sentences wait already")
        loop = asyncio.get_running_loop()
        asked = _Asked(home, sentences, loop.create_future())
        with self._lock:
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
        """Who waits longest, and those that go with that; who went away is left out."""
        with self._lock:
            waiting = [one for one in self._waiting if not one.answer.done()]
            together = waiting[:1]
            for one in waiting[1:]:
                count = sum(len(other.sentences) for other in together)
                if count + len(one.sentences) <= _TOGETHER and one.goes_with(together[0]):
                    together.append(one)
            self._waiting = [one for one in waiting if one not in together]
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
        async for piece in _in_thread(self.backend.stream(home, sentence)):
            yield self.backend.reading(home, piece) if isinstance(piece, Said) else piece


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


async def _in_thread(pieces: Iterator[T]) -> AsyncIterator[T]:
    """What an iterator that blocks gives; it ends soon where nobody listens any more."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[T | Exception | None] = asyncio.Queue()
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
        self._changed, self._chosen = 0, ""
        self._loaded: dict[str, Model] = {}
        self._loading = asyncio.Lock()

    @property
    def chosen(self) -> str:
        """The name of the model that answers where a request names none."""
        try:
            changed = self._choice.stat().st_mtime_ns
            if changed != self._changed:
                self._changed, self._chosen = changed, self._choice.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):  # none was made, or somebody else wrote there
            return self.names[0]
        return self._chosen if self._chosen in self.names else self.names[0]

    def streams(self, name: str) -> bool:
        """Whether one of `names` is a language model: what it writes can be passed on; it points at no words."""
        return name != SHIPPED and backends.runtime_of(name) != "onnx"

    async def choose(self, name: str) -> None:
        """Makes one of `names` the model that answers, once it can be loaded. Raises BattiError where it cannot be, or
        where the choice cannot be kept."""
        await self.get(name)
        try:
            self._choice.parent.mkdir(parents=True, exist_ok=True)
            written = self._choice.with_name(f".{self._choice.name}.{os.getpid()}")  # others may choose just now
            written.write_text(name, encoding="utf-8")
            written.replace(self._choice)
        except OSError as error:
            problem = f"the choice of a model cannot be kept in '{self._choice}': {error.strerror}"
            raise BattiError(problem, "check its folder and its rights") from None

    async def get(self, name: str | None = None) -> Model:
        """The model of one of `names`, or the chosen one. Raises BattiError where it cannot be loaded."""
        name = name or self.chosen
        if name not in self._loaded:
            async with self._loading:
                if name not in self._loaded:
                    backend = await asyncio.to_thread(backends.load, None if name == SHIPPED else name)
                    self._loaded[name] = Model(name, backend)
        return self._loaded[name]
