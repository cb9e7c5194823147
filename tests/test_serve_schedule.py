"""What is for later: moments, the store that processes share, and the house that does it."""

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import postgres
import pytest
from helpers import PATIENCE, home_of

from batti.command import Action
from batti.errors import BattiError
from batti.home import Home
from batti.serve.executor import Executor
from batti.serve.house import House
from batti.serve.jobs import Job, jobs_of, moment, new_id
from batti.serve.lights import LightState
from batti.serve.simulated import SimulatedHome
from batti.serve.store import Store

HOME = home_of({"name": "hall", "lights": [{"name": "lamp"}]}, "kitchen", groups={"upstairs": ["hall"]})
KATHMANDU = "Asia/Kathmandu"


def action(**asked: Any) -> Action:
    return Action.model_validate({"room": "kitchen", "action": "turn_on", **asked})


def at(text: str, zone: str = KATHMANDU) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


# --- moments -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "now", "due"),
    [
        ({"after": "1h30m"}, "2026-11-27 23:00", "2026-11-28 00:30"),
        ({"at": "06:30"}, "2026-11-27 06:29:59", "2026-11-27 06:30"),
        ({"at": "06:30"}, "2026-11-27 06:30", "2026-11-28 06:30"),
        ({"at": "00:00"}, "2026-12-31 12:00", "2027-01-01 00:00"),
        ({"after": "2h", "at": "06:30"}, "2026-11-27 05:00", "2026-11-28 06:30"),
    ],
)
def test_the_moment_on_the_clock_of_the_home(asked: dict[str, str], now: str, due: str) -> None:
    assert moment(action(**asked), at(now), KATHMANDU) == at(due)


@pytest.mark.parametrize(
    ("sentence", "asked", "now", "due"),
    [
        ("turn on the kitchen tomorrow at 6:30 pm", "18:30", "2026-11-27 13:22", "2026-11-28 18:30"),
        ("भोलि बेलुका ६ बजे kitchen को बत्ती बाल", "18:00", "2026-11-27 13:22", "2026-11-28 18:00"),
        ("bholi beluka 6 baje kitchen bala", "18:00", "2026-11-27 19:00", "2026-11-28 18:00"),
        ("beluka 6 baje kitchen bala", "18:00", "2026-11-27 13:22", "2026-11-27 18:00"),
        ("bholi exam cha, 9 baje kitchen nibhau", "21:00", "2026-11-27 13:22", "2026-11-27 21:00"),
        ("aaja bihana 6 baje kitchen bala", "06:00", "2026-11-27 13:22", "2026-11-28 06:00"),
    ],
)
def test_who_says_tomorrow_means_no_clock_of_today(sentence: str, asked: str, now: str, due: str) -> None:
    [made] = jobs_of([action(at=asked)], sentence, at(now), HOME)
    assert made.run_at == at(due)


def test_kathmandu_is_a_quarter_to_six_ahead() -> None:
    assert moment(action(at="05:45"), at("2026-11-27 23:59", "UTC"), KATHMANDU) == at("2026-11-28 00:00", "UTC")


def test_an_hour_that_the_clock_leaves_out_is_not_lost() -> None:
    now = at("2026-03-29 00:30", "Europe/London")  # at 01:00 it becomes 02:00
    due = moment(action(at="01:30"), now, "Europe/London")
    assert due is not None and now < due <= now + 2 * 3600


def test_what_is_due_together_is_one_job_in_the_order_said() -> None:
    asked = [action(after="10m"), action(), action(room="hall", after="10m"), action(after="5m")]
    made = jobs_of(asked, "said", 1000.0, HOME)
    assert [(job.run_at, job.actions) for job in made] == [(1300, (asked[3],)), (1600, (asked[0], asked[2]))]


# --- the store ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    with postgres.cluster() as made:
        yield made.url


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """The place of an empty store."""
    if request.param == "sqlite":
        yield tmp_path / "state" / "batti.sqlite"
        return
    url = request.getfixturevalue("postgres_url")
    yield url
    import sqlalchemy as sql

    engine = sql.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS batti_jobs, batti_lights, batti_events")
    engine.dispose()


@pytest.fixture
def store(where: Path | str) -> Iterator[Store]:
    opened = Store.open(where)
    yield opened
    opened.close()


def job(run_at: float = 100.0, **fields: Any) -> Job:
    return Job(new_id(), run_at, (action(after="1m"),), sentence="बत्ती", created=40.0, **fields)


def test_jobs_come_back_as_they_were_also_after_reopening(store: Store, where: Path | str) -> None:
    undo = Job(new_id(), 50.0, states=(LightState("hall", "lamp", True, 0.4, "blue", None),))
    store.add([job(), undo])
    again = Store.open(where)
    assert again.jobs() == store.jobs() == [undo, *store.jobs()[1:]]
    assert again.jobs()[1].actions == (action(after="1m"),)
    again.close()


def test_a_job_is_claimed_once_and_again_when_its_lease_is_over(store: Store) -> None:
    store.add([job()])
    assert store.due(99.0) == []
    [due] = store.due(100.0)
    assert [store.claim(due, 100.0, 30.0) for _ in range(3)] == [True, False, False]
    assert store.due(129.0) == []
    [left] = store.due(130.0)
    assert left.status == "running"
    assert [store.claim(left, 130.0, 30.0) for _ in range(2)] == [True, False]
    assert store.end(left, "done") and not store.end(left, "done")
    assert store.due(1e9) == []


def test_lights_are_kept_and_changed_one_step_at_a_time(store: Store) -> None:
    lights = SimulatedHome(store)
    for step in (action(), action(action="adjust_brightness", brightness=0.3)):
        asyncio.run(lights.run(HOME, [step]))
    [kitchen] = store.read().values()
    assert kitchen == LightState("kitchen", None, True, 0.3)


def test_events_are_numbered_and_the_old_ones_let_go(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batti.serve.store.KEPT_EVENTS", 20)
    first = store.publish("lights", {"नाम": 1})
    assert store.last_event() == first
    assert [(event.kind, event.data) for event in store.events(first - 1)] == [("lights", {"नाम": 1})]
    assert store.events(first) == []
    for n in range(210):
        last = store.publish("lights", n)
    assert len(store.events(0, 5000)) <= 20 + 100
    assert store.events(last - 1)[0].data == 209


def test_a_store_that_cannot_be_had_is_said_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no database " * 100)
    for where in (tmp_path / "file", "nonsense", "postgresql://me:secret@127.0.0.1:1/x", "mongodb://x"):
        with pytest.raises(BattiError) as caught:
            Store.open(where)
        assert "secret" not in str(caught.value)
        assert "+psycopg" not in str(caught.value)  # what nobody wrote
        assert len(str(caught.value).splitlines()) == 1


def _race(where: Path | str, barrier: Any, won: Any) -> None:
    store = Store.open(where)
    lights = SimulatedHome(store)
    barrier.wait(PATIENCE)
    for due in store.due(100.0):
        if store.claim(due, 100.0, 30.0):
            won.put(due.id)
            asyncio.run(lights.run(HOME, [action(action="adjust_brightness", brightness_step=0.02)]))
    store.close()


def test_processes_that_race_do_each_job_once_and_lose_no_change(store: Store, where: Path | str) -> None:
    count, processes = 30, 3
    store.add([job() for _ in range(count)])
    context = multiprocessing.get_context("spawn")
    barrier, won = context.Barrier(processes), context.Queue()
    racing = [context.Process(target=_race, args=(where, barrier, won)) for _ in range(processes)]
    for one in racing:
        one.start()
    ids = [won.get(timeout=PATIENCE) for _ in range(count)]
    for one in racing:
        one.join(PATIENCE)
    assert len(set(ids)) == count and won.empty()
    assert store.read()["kitchen", None].brightness == pytest.approx(0.02 * count)


# --- the house ---------------------------------------------------------------------------------


def housed(store: Store, do: Callable[[House], Awaitable[None]], executor: Executor | None = None) -> None:
    """Runs `do` in a house that is awake."""

    async def run() -> None:
        house = House(store, executor or SimulatedHome(store), lambda: HOME, grace=60.0)
        house.start()
        try:
            await do(house)
        finally:
            await house.stop()

    asyncio.run(run())


async def until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 10
    while not true():
        assert time.monotonic() < ends
        await asyncio.sleep(0.02)


def on(store: Store, room: str = "kitchen", light: str | None = None) -> bool:
    state = store.read().get((room, light))
    return state is not None and state.on


def test_what_is_for_later_is_done_then_and_told(store: Store) -> None:
    async def do(house: House) -> None:
        [made] = await house.accept([action(after="1s")], "kitchen ko batti 1 second pachi bala")
        assert not on(store)
        await until(lambda: on(store))
        assert time.time() - made.run_at < 0.5
        await until(lambda: store.jobs(("done",)) != [])
        [done] = store.jobs(("done",))
        assert (done.id, done.detail) == (made.id, "Kitchen ko batti baliyo.")
        await until(lambda: len(store.events(0)) == 3)
        kinds = [(event.kind, event.data["status"] if event.kind == "schedule" else "") for event in store.events(0)]
        assert kinds == [("schedule", "waiting"), ("lights", ""), ("schedule", "done")]

    housed(store, do)


def test_for_gives_back_what_was_before(store: Store) -> None:
    async def do(house: House) -> None:
        await house.perform([action(action="adjust_brightness", brightness=0.3), action(action="turn_off")])
        await house.perform([action(action="change_color", color="red", **{"for": "1s"})])
        assert store.read()["kitchen", None].look == (True, 0.3, "red", None)
        await until(lambda: not on(store))
        assert store.read()["kitchen", None].look == (False, 0.3, None, 2700)

    housed(store, do)


def test_the_later_word_counts_for_the_end_of_for(store: Store) -> None:
    async def do(house: House) -> None:
        hall = {"room": "hall", "for": "1h"}
        await house.perform([action(**hall), action(**{"for": "1h"})])
        await house.perform([action(room="hall", light="lamp", action="turn_off")])  # the lamp stays off then
        await house.perform([action(room="kitchen", action="change_color", color="red")])  # and the kitchen ends
        undone = {state.key for job in store.jobs() for state in job.states}
        assert undone == {("hall", None), ("kitchen", None)}
        await house.perform([action(**{"for": "2h", "action": "change_color", "color": "blue"})])
        [kitchen] = [job for job in store.jobs() if job.states[0].room == "kitchen"]
        assert not kitchen.states[0].on  # as before the first of the two
        assert kitchen.run_at > time.time() + 3700

    housed(store, do)


def test_what_was_not_done_has_no_end(store: Store) -> None:
    async def do(house: House) -> None:
        [outcome] = await house.perform([action(**{"for": "1h"})])
        assert outcome.problem == "unreachable"
        assert store.jobs() == []

    housed(store, do, SimulatedHome(store, [LightState("kitchen", reachable=False)]))


def test_late_jobs_are_done_or_reported_and_never_lost(store: Store) -> None:
    now = time.time()
    late, missed = replace(job(now - 30), sentence="bala"), replace(job(now - 90), actions=(action(room="hall"),))
    undo = Job(new_id(), now - 9999, states=(LightState("hall", "lamp", True),))
    gone = replace(job(now - 5), actions=(action(room="attic"),))
    begun = replace(job(now - 20), actions=(action(action="toggle"),), status="running")
    store.add([late, missed, undo, gone, begun])

    async def do(house: House) -> None:
        await until(lambda: not store.jobs())

    housed(store, do)
    ended = {made.id: store.job(made.id) for made in (late, missed, undo, gone, begun)}
    statuses = [ended[made.id].status for made in (late, missed, undo, gone, begun)]  # type: ignore[union-attr]
    assert statuses == ["done", "missed", "done", "cancelled", "interrupted"]
    assert on(store) and on(store, "hall", "lamp") and not on(store, "hall")
    assert ended[gone.id].detail == "the home has no such place any more"  # type: ignore[union-attr]


def test_cancelled_is_cancelled(store: Store) -> None:
    async def do(house: House) -> None:
        [made] = await house.accept([action(after="1s")])
        cancelled = await house.cancel(made.id)
        assert cancelled is not None and cancelled.status == "cancelled"
        assert await house.cancel(made.id) is None
        assert await house.cancel("nonsense") is None
        await asyncio.sleep(1.2)
        assert not on(store)

    housed(store, do)


def test_an_executor_that_breaks_loses_no_other_job(store: Store) -> None:
    class Broken(SimulatedHome):
        async def run(self, home: Home, actions: Any) -> Any:
            if actions[0].room == "hall":
                raise RuntimeError("broken")
            return await super().run(home, actions)

    async def do(house: House) -> None:
        await house.accept([action(room="hall", after="1s"), action(after="1s")])
        await house.accept([action(action="change_color", color="red", after="1s")])
        await until(lambda: not store.jobs())
        assert [len(store.jobs((status,))) for status in ("failed", "done")] == [1, 1]

    housed(store, do, Broken(store))
