"""A house: its lights and its schedule, for one process of those that share a store.

Each process has APScheduler as its clock: it wakes at the moment of every job that it accepted, and once a second
for those of others. What is due lies in the store, where one process gets it: APScheduler's own store forgets a job
before it is done and knows no second process.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from batti.command import Action, Command
from batti.errors import BattiError
from batti.home import Home
from batti.serve import jobs, lights, metrics
from batti.serve.executor import Executor
from batti.serve.jobs import WAITING, Job, Status
from batti.serve.lights import Effect, LightState, Outcome
from batti.serve.replies import Deed, Speaker
from batti.serve.store import Store

T = TypeVar("T")
GRACE = 15 * 60.0
"""Seconds by which a job may be late, as after a power cut, and still be done. The end of a `for` always is."""
LEASE = 30.0
"""Seconds that a process has for a job before others take it for dead."""
_LONGEST = 20.0  # seconds that an executor has, which is to say when it cannot
_EVERY, _EVERY_WHEN_LOST = 1.0, 5.0  # seconds between two looks at the store
_SWITCHES = ("turn_on", "turn_off", "toggle")  # the last word about a light, also about the end of a `for`
_GONE = "the home has no such place any more"
_log = logging.getLogger("batti.serve")


class House:
    """Carries actions out, now and later. Safe to use from one event loop; the store keeps processes apart."""

    def __init__(self, store: Store, executor: Executor, home: Callable[[], Home], grace: float = GRACE) -> None:
        self.store, self.executor, self.home, self.grace = store, executor, home, grace
        self.happened = asyncio.Event()  # something was published here
        self._clock = AsyncIOScheduler(timezone=UTC)
        self._under_way: set[asyncio.Task[Any]] = set()
        self._seen: Home | None = None  # whose places all jobs have that wait

    def start(self) -> None:
        """Begins to do what is due, in the running event loop."""
        self._clock.add_job(self.sweep, "interval", seconds=_EVERY, next_run_time=_time(time.time()), coalesce=True)
        self._clock.start()

    async def stop(self) -> None:
        """Begins nothing more, and ends when what was begun is done."""
        self._clock.shutdown(wait=False)
        while self._under_way:
            await asyncio.gather(*self._under_way, return_exceptions=True)
        await self.executor.close()

    async def whole(self, doing: Coroutine[Any, Any, T]) -> T:
        """What is awaited, done to its end though the one who waits goes away or this process is told to end."""
        task = asyncio.create_task(doing)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    # --- now -------------------------------------------------------------------------------------
    async def perform(self, actions: Sequence[Action], sentence: str = "", said: float | None = None) -> list[Outcome]:
        """Carries actions out now, whatever their `after` and `at`; what `for` begins is sure to end. `said` is when
        the sentence was: what one sentence makes is accepted at one time."""
        home, said = self.home(), said or time.time()
        lasting = [(i, action) for i, action in enumerate(actions) if _lasts(action)]
        undoing = {i: await self._hold(home, action, sentence, said) for i, action in lasting}
        outcomes = await self.executor.run(home, [jobs.at_once(action) for action in actions])
        outcomes = [Outcome(a, o.effects, o.problem, o.detail) for a, o in zip(actions, outcomes, strict=True)]
        for i, outcome in enumerate(outcomes):
            if outcome.action.action in _SWITCHES and i not in undoing and outcome.done:
                keys = [effect.after.key for effect in outcome.effects]
                await self._tell_of_jobs(await asyncio.to_thread(self.store.release, keys))
        for i, (undo, others) in undoing.items():
            if outcomes[i].done or others:
                await self._tell_of_jobs([undo, *others])
            else:
                await asyncio.to_thread(self.store.end, undo, "cancelled")
        await self._tell_of_lights(effect for outcome in outcomes for effect in outcome.effects)
        return outcomes

    async def _hold(self, home: Home, action: Action, sentence: str, said: float) -> tuple[Job, list[Job]]:
        """Accepts the end of an action with `for` before it is begun; also the jobs whose lights it took over."""
        before = lights.seen_in(await self.executor.states(home), lights.targets(home, action))
        made = replace(jobs.undo_of(action, before, sentence, time.time()), created=said)
        undo, others = await asyncio.to_thread(self.store.hold, made)
        self._wake(undo)
        return undo, others

    async def states(self) -> list[LightState]:
        """Every light as it is."""
        return await self.executor.states(self.home())

    # --- later -----------------------------------------------------------------------------------
    async def accept(self, actions: Sequence[Action], sentence: str = "", said: float | None = None) -> list[Job]:
        """Accepts those of the actions that are for later; once this returns, they are not lost. See `perform` for
        `said`."""
        made = jobs.jobs_of(actions, sentence, said or time.time(), self.home())
        if made:
            await asyncio.to_thread(self.store.add, made)
        for job in made:
            self._wake(job)
        await self._tell_of_jobs(made)
        return made

    async def waiting(self) -> list[Job]:
        """What is yet to be done, by its time."""
        return await asyncio.to_thread(self.store.jobs, WAITING)

    async def cancel(self, job_id: str) -> Job | None:
        """Cancels a job that waits and returns it; None if there is none that waits."""
        job = await asyncio.to_thread(self.store.job, job_id)
        if job is None or not await asyncio.to_thread(self.store.end, job, "cancelled", "", WAITING):
            return None
        return await self._told(job)

    async def shorten(self, job: Job, rest: Job | None, detail: str = "") -> Job | None:
        """Cancels a job that waits and returns it, and accepts what is left of it instead; None if it waits no more."""
        if not await asyncio.to_thread(self.store.shorten, job, rest, detail):
            return None
        told = await self._told(job)
        if rest:
            self._wake(rest)
            await self._tell_of_jobs([rest])
        return told

    async def forget_gone(self) -> list[Job]:
        """Cancels what waits for places that the home has no more, and returns it; of a job that is about others too
        these stay."""
        home, ended = self.home(), []
        for job in await self.waiting():
            rest = jobs.left_of(job, home)
            if rest is not job and (one := await self.shorten(job, rest, _GONE)):
                ended.append(one)
        return ended

    async def sweep(self) -> None:
        """Begins all that is due, once what waits for places that an edited home file has no more is cancelled."""
        try:
            if (home := self.home()) is not self._seen and home is not Home.default():  # whose file may be amiss
                await self.forget_gone()
            self._seen = home
            due = await asyncio.to_thread(self.store.due, time.time())
        except BattiError as error:
            _log.error("what is due cannot be seen: %s", error)
            await asyncio.sleep(_EVERY_WHEN_LOST)  # the clock begins no second look meanwhile
            return
        except asyncio.CancelledError:
            if self._clock.running:
                raise
            return  # the clock was stopped meanwhile: no fault to be logged
        for job in due:
            task = asyncio.create_task(self._take(job))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _take(self, job: Job) -> None:
        """Does a job, unless another process was first; if the store is lost in between, what its lease says counts."""
        try:
            await self._taken(job)
        except BattiError as error:
            _log.error("what became of the job %s is not noted: %s", job.id, error)

    async def _taken(self, job: Job) -> None:
        now = time.time()
        if not await asyncio.to_thread(self.store.claim, job, now, LEASE):
            return
        if job.status == "running" and not job.may_be_repeated:
            status: Status = "interrupted"
            detail = "the process that began it ended, and it is not done a second time"
        elif not job.is_undo and now - job.run_at > self.grace:
            status, detail = "missed", f"nobody was there to do it for {now - job.run_at:.0f} s"
        else:
            status, detail = await self._done(job)
        await asyncio.to_thread(self.store.end, job, status, detail)
        metrics.JOBS.labels(status).inc()
        await self._told(job)

    async def _done(self, job: Job) -> tuple[Status, str]:
        try:
            async with asyncio.timeout(_LONGEST):
                if job.is_undo:
                    effects = await self.executor.restore(self.home(), job.states)
                    await self._tell_of_lights(effects)
                    return "done", ""
                home = self.home()
                if faults := home.check(Command.of(job.actions, home.group_names)):
                    raise BattiError.of(faults)
                outcomes = await self.perform(job.actions, job.sentence)
        except TimeoutError:
            return "failed", f"not done within {_LONGEST:.0f} s"
        except BattiError as error:  # such as a room that the home has no more
            return "failed", str(error)
        except Exception:
            _log.exception("the job %s failed", job.id)
            return "failed", "an error of the program; see its log"
        deeds = [Deed(one.action, one) for one in outcomes]
        said = Speaker(self.home(), job.sentence).told(deeds).text
        return ("done" if any(outcome.done for outcome in outcomes) else "failed"), said

    def _wake(self, job: Job) -> None:
        self._clock.add_job(self.sweep, "date", run_date=_time(job.run_at), misfire_grace_time=None)

    # --- news ------------------------------------------------------------------------------------
    async def publish(self, kind: str, data: Any) -> None:
        """Tells everybody who listens, in all processes."""
        await asyncio.to_thread(self.store.publish, kind, data)
        self.happened.set()

    async def _tell_of_lights(self, effects: Iterable[Effect]) -> None:
        changed = {one.after.key: one.after for one in effects if one.before != one.after}
        if changed:
            await self.publish("lights", [state.to_dict() for state in changed.values()])

    async def _tell_of_jobs(self, some: Iterable[Job]) -> None:
        for job in some:
            await self.publish("schedule", job.to_dict(self.home().time_zone))

    async def _told(self, job: Job) -> Job:
        """The job as the store has it now, after everybody was told."""
        now = await asyncio.to_thread(self.store.job, job.id)
        await self._tell_of_jobs([now or job])
        return now or job


def _lasts(action: Action) -> bool:
    return action.for_ is not None and action.action != "get_state"


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
