"""Many who ask one model at once: answered together, in order, and each with its own."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from helpers import home_of

from batti.backends import Reading
from batti.command import Command
from batti.errors import BattiError
from batti.home import Home
from batti.interpreter import Interpreter
from batti.serve import chat_api, models, routes
from batti.serve.errors import Busy, Invalid
from batti.serve.models import Model, Models

HALL, KITCHEN = home_of("hall"), home_of("kitchen")


class Counting:
    """Answers with how long a sentence is; notes what it is asked together, and waits until it may."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.may = threading.Event()
        self.may.set()

    def generate(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        self.may.wait(10)
        self.asked.append(list(sentences))
        if "broken" in sentences:
            raise BattiError("out of order")
        return [Reading(Command.none(), min(1.0, len(sentence) / 100)) for sentence in sentences]


async def waiting(model: Model, backend: Counting, sentences: Sequence[str]) -> list[asyncio.Task[list[Reading]]]:
    """Those who ask, all waiting behind a first one."""
    backend.may.clear()
    tasks = [asyncio.create_task(model.read(HALL, ["first"]))]
    await asyncio.sleep(0.05)
    tasks += [asyncio.create_task(model.read(HALL, [sentence])) for sentence in sentences]
    await asyncio.sleep(0.05)
    return tasks


def test_sentences_of_about_equal_length_are_read_together_and_none_waits_for_ever() -> None:
    async def run() -> None:
        backend = Counting()
        model = Model("m", backend)
        sentences = [f"{i:02}" + "x" * (10 if i % 2 else 60) for i in range(24)]
        tasks = await waiting(model, backend, sentences)
        backend.may.set()
        read = [reading for [reading] in await asyncio.gather(*tasks)]
        assert [reading.confidence for reading in read[1:]] == [len(sentence) / 100 for sentence in sentences]
        assert all(len({len(sentence) for sentence in some}) == 1 for some in backend.asked)
        assert [len(some) for some in backend.asked] == [1, 8, 8, 4, 4]
        assert sorted(sentence for some in backend.asked for sentence in some) == sorted(["first", *sentences])

    asyncio.run(run())


def test_who_goes_away_is_not_read_and_a_failure_is_of_those_together() -> None:
    async def run() -> None:
        backend = Counting()
        model = Model("m", backend)
        tasks = await waiting(model, backend, ["gone", "broken", "a sentence that is longer than both"])
        tasks[1].cancel()
        backend.may.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [list, asyncio.CancelledError, BattiError, list]
        assert not any("gone" in some for some in backend.asked)
        assert len(await model.read(HALL, ["after"])) == 1

    asyncio.run(run())


def test_what_was_read_is_remembered_for_its_home_and_no_failure_is() -> None:
    async def run() -> None:
        backend = Counting()
        model = Model("m", backend)
        asked = ((HALL, ["bala", "", "bala"]), (HALL, ["", "bala"]), (KITCHEN, ["bala"]), (HALL, ["bala"]))
        for home, sentences in asked:
            readings = await model.read(home, sentences)
            assert [reading.confidence for reading in readings] == [len(sentence) / 100 for sentence in sentences]
        assert backend.asked == [["bala", ""], [""], ["bala"], ["bala"]]
        for i in range(0, models._REMEMBERED + 10, 10):
            await model.read(HALL, [f"sentence {j}" for j in range(i, i + 10)])
        assert len(model._known) == models._REMEMBERED

    asyncio.run(run())


def test_too_many_are_sent_away() -> None:
    async def run() -> None:
        backend = Counting()
        model = Model("m", backend)
        tasks = await waiting(model, backend, [f"{i} words" for i in range(models.MOST_WAITING - 1)])
        with pytest.raises(Busy):
            await model.read(HALL, ["one more"])
        backend.may.set()
        assert len(await asyncio.gather(*tasks)) == models.MOST_WAITING
        assert len(await model.read(HALL, ["one more"])) == 1

    asyncio.run(run())


def test_a_choice_that_cannot_be_kept_is_an_error_and_a_spoilt_one_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BattiError, match="cannot be kept"):
        asyncio.run(Models((), tmp_path / "file" / "model").choose("batti"))
    (tmp_path / "model").write_bytes(b"\xff")
    assert Models(("other",), tmp_path / "model").chosen == "other"


# --- what goes wrong in a stream -----------------------------------------------------------------


class Full(Model):
    """One for which too many wait already."""

    async def read(self, home: Home, sentences: Sequence[str]) -> list[Reading]:
        raise Busy("too many sentences wait already")


def test_a_stream_tells_at_its_end_that_too_many_wait() -> None:
    async def run() -> str:
        model = Full("m", Counting())
        return "".join([text async for text in routes.streamed(model, Interpreter(model.backend, HALL), "bala")])

    assert asyncio.run(run()).startswith("event: problem\ndata: {\"detail\": \"too many")


@pytest.mark.parametrize(
    ("error", "kind"),
    [(BattiError("the store is gone"), "unavailable"), (Busy("too many"), "busy"),
     (Invalid(BattiError("no such model"), "model"), "invalid")],
)  # fmt: skip
def test_a_stream_of_chat_ends_with_what_went_wrong(error: Exception, kind: str) -> None:
    async def said() -> AsyncIterator[str]:
        yield "Bhancha "
        raise error

    async def run() -> list[str]:
        return [text async for text in chat_api.streamed("house", said())]

    *_, piece, wrong, end = asyncio.run(run())
    assert "Bhancha" in piece
    assert json.loads(wrong.removeprefix("data: "))["error"] == {"message": str(error), "type": kind, "param": None}
    assert end == "data: [DONE]\n\n"
