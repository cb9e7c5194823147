"""What outlives a process: simulated lights, what is scheduled, and what happened.

SQLite in a file, shared by the processes of one machine, or PostgreSQL by URL, shared by several machines.
Every change is one transaction that has the store for itself, so that two processes never see half of one.
All methods block; call them from a thread.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.exc import SQLAlchemyError

from batti.errors import BattiError, missing
from batti.serve.jobs import OPEN, WAITING, Event, Job, Status
from batti.serve.lights import Light, LightState
from batti.serve.simulated import Change, States

KEPT_EVENTS = 1000
KEPT_DAYS = 7
_LOCK = 0x62617474  # of PostgreSQL's advisory locks: the one for changes
_BUSY = 10.0  # seconds that a change waits for another

_metadata = sql.MetaData()
_lights = sql.Table(
    "batti_lights", _metadata,
    sql.Column("room", sql.String, primary_key=True),
    sql.Column("light", sql.String, primary_key=True),  # empty for the room's own
    sql.Column("state", sql.Text, nullable=False),
)  # fmt: skip
_jobs = sql.Table(
    "batti_jobs", _metadata,
    sql.Column("id", sql.String, primary_key=True),
    sql.Column("run_at", sql.Float, nullable=False, index=True),
    sql.Column("status", sql.String, nullable=False, index=True),
    sql.Column("lease", sql.Float, nullable=False),
    sql.Column("ended", sql.Float),
    sql.Column("body", sql.Text, nullable=False),
)  # fmt: skip
_events = sql.Table(
    "batti_events", _metadata,
    sql.Column("seq", sql.Integer, primary_key=True, autoincrement=True),
    sql.Column("at", sql.Float, nullable=False),
    sql.Column("kind", sql.String, nullable=False),
    sql.Column("data", sql.Text, nullable=False),
)  # fmt: skip


class Store:
    """See `open`."""

    def __init__(self, engine: sql.Engine) -> None:
        self._engine = engine
        self._sqlite = engine.dialect.name == "sqlite"

    @classmethod
    def open(cls, where: Path | str) -> Store:
        """The store of a SQLite file, or of a URL such as postgresql://user@host/name. Raises BattiError."""
        shown = _shown(where)
        try:
            store = cls(_engine(where))
            with store._changing() as connection:
                _metadata.create_all(connection)
        except ImportError as error:
            raise missing(f"a store at {shown}", error.name, "serve") from None
        except (SQLAlchemyError, BattiError, OSError) as error:
            said = error.problem if isinstance(error, BattiError) else getattr(error, "strerror", "") or str(error)
            said = said.splitlines()[0].removeprefix("the store does not answer: ")
            problem = f"the store at {shown} cannot be used: {said}"
            raise BattiError(problem, "check the address and its rights") from None
        return store

    def close(self) -> None:
        """Ends its connections."""
        self._engine.dispose()

    def ping(self) -> None:
        """Raises BattiError where the store does not answer."""
        with self._reading() as connection:
            connection.execute(sql.select(sql.literal(1)))

    # --- lights: a `Memory` of the simulated home ------------------------------------------------
    def read(self) -> States:
        """Every light that was ever changed."""
        with self._reading() as connection:
            return _known(connection)

    def update(self, change: Change) -> None:
        """See `Memory`."""
        with self._changing() as connection:
            known = _known(connection)
            for state in change(known):
                where = {"room": state.room, "light": state.light or ""}
                text = json.dumps(state.to_dict(), ensure_ascii=False)
                if state.key in known:
                    row = sql.and_(_lights.c.room == where["room"], _lights.c.light == where["light"])
                    connection.execute(_lights.update().where(row).values(state=text))
                else:
                    connection.execute(_lights.insert().values(**where, state=text))

    # --- jobs ------------------------------------------------------------------------------------
    def add(self, jobs: Iterable[Job]) -> None:
        """Accepts jobs: from here on they are done, whatever befalls this process."""
        with self._changing() as connection:
            for job in jobs:
                _insert(connection, job)

    def hold(self, undo: Job) -> tuple[Job, list[Job]]:
        """Accepts the end of what `for` begins; where another is awaited for the same light, its former state stays
        the one to return to. Returns the job as it was accepted, and those that it changed."""
        keys = {state.key for state in undo.states}
        with self._changing() as connection:
            former, changed = _released(connection, keys)
            states = tuple(former.get(state.key, state) for state in undo.states)
            undo = replace(undo, states=states)
            _insert(connection, undo)
        return undo, changed

    def release(self, keys: Collection[Light]) -> list[Job]:
        """Lets go of what `for` was to end, for lights that were switched since; returns the jobs that this changed."""
        with self._changing() as connection:
            return _released(connection, set(keys))[1]

    def jobs(self, statuses: Collection[Status] = OPEN) -> list[Job]:
        """The jobs in some state, by their time."""
        query = sql.select(_jobs).where(_jobs.c.status.in_(statuses)).order_by(_jobs.c.run_at, _jobs.c.id)
        with self._reading() as connection:
            return [Job.of(row) for row in connection.execute(query)]

    def job(self, job_id: str) -> Job | None:
        """The job of an id."""
        with self._reading() as connection:
            row = connection.execute(sql.select(_jobs).where(_jobs.c.id == job_id)).first()
        return Job.of(row) if row else None

    def due(self, now: float) -> list[Job]:
        """What waits and whose time has come, and what nobody has finished whose lease is over."""
        waiting = sql.and_(_jobs.c.status == "waiting", _jobs.c.run_at <= now)
        left = sql.and_(_jobs.c.status == "running", _jobs.c.lease <= now)
        query = sql.select(_jobs).where(waiting | left).order_by(_jobs.c.run_at, _jobs.c.id)
        with self._reading() as connection:
            return [Job.of(row) for row in connection.execute(query)]

    def claim(self, job: Job, now: float, lease: float) -> bool:
        """Takes a job that is due, for `lease` seconds; of all processes that try, one gets it."""
        is_still = sql.and_(_jobs.c.id == job.id, _jobs.c.status == job.status, _jobs.c.lease <= now)
        claimed = _jobs.update().where(is_still).values(status="running", lease=now + lease)
        with self._changing() as connection:
            return connection.execute(claimed).rowcount == 1

    def end(self, job: Job, status: Status, detail: str = "", only: Collection[Status] = OPEN) -> bool:
        """Notes what became of a job; False where it is none of `only` any more."""
        with self._changing() as connection:
            return _end(connection, job.id, status, detail, only)

    def shorten(self, job: Job, rest: Job | None, detail: str) -> bool:
        """Cancels a job that waits, and accepts what is left of it instead; False where it waits no more."""
        with self._changing() as connection:
            ended = _end(connection, job.id, "cancelled", detail, WAITING)
            if ended and rest:
                _insert(connection, rest)
        return ended

    # --- events ----------------------------------------------------------------------------------
    def publish(self, kind: str, data: Any) -> int:
        """Notes that something happened; returns its number."""
        values = {"at": time.time(), "kind": kind, "data": json.dumps(data, ensure_ascii=False)}
        with self._changing() as connection:
            made = connection.execute(_events.insert().values(**values).returning(_events.c.seq))
            seq = int(made.scalar_one())
            if seq % 100 == 0:
                connection.execute(_events.delete().where(_events.c.seq <= seq - KEPT_EVENTS))
                old = _jobs.c.ended <= time.time() - KEPT_DAYS * 86400
                connection.execute(_jobs.delete().where(old))
        return seq

    def events(self, after: int, most: int = KEPT_EVENTS) -> list[Event]:
        """What happened after a number, in order."""
        query = sql.select(_events).where(_events.c.seq > after).order_by(_events.c.seq).limit(most)
        with self._reading() as connection:
            return [Event(row.seq, row.at, row.kind, json.loads(row.data)) for row in connection.execute(query)]

    def last_event(self) -> int:
        """The number of the latest event, 0 if there is none."""
        with self._reading() as connection:
            return connection.execute(sql.select(sql.func.max(_events.c.seq))).scalar() or 0

    # --- transactions ----------------------------------------------------------------------------
    @contextmanager
    def _reading(self) -> Iterator[sql.Connection]:
        with _answering(), self._engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def _changing(self) -> Iterator[sql.Connection]:
        """A transaction that has the store for itself."""
        with _answering(), self._engine.begin() as connection:
            if self._sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(sql.select(sql.func.pg_advisory_xact_lock(_LOCK)))
            yield connection


@contextmanager
def _answering() -> Iterator[None]:
    """Raises BattiError where the store does not answer, or not as it should."""
    try:
        yield
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        raise BattiError(f"the store does not answer: {said}", "see whether it runs, and has room") from error


def _shown(where: Path | str) -> str:
    """The address as it was given, without its password. Raises BattiError where it is none."""
    if isinstance(where, Path):
        return str(where)
    try:
        return sql.make_url(where).render_as_string(hide_password=True)
    except SQLAlchemyError:
        raise BattiError("the address of the store is no URL", "write postgresql://user@host/name") from None


def _engine(where: Path | str) -> sql.Engine:
    if isinstance(where, Path):
        where.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        where = f"sqlite:///{where}"
    url = where.replace("postgresql://", "postgresql+psycopg://", 1)
    if not url.startswith("sqlite"):
        return sql.create_engine(url, pool_pre_ping=True, pool_size=4, connect_args={"connect_timeout": 5})
    engine = sql.create_engine(url, connect_args={"timeout": _BUSY})

    @sql.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # `_changing` begins by itself, at once for writing
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # what is accepted outlives a power cut too

    return engine


def _known(connection: sql.Connection) -> dict[Light, LightState]:
    states = (LightState.from_dict(json.loads(row.state)) for row in connection.execute(sql.select(_lights)))
    return {state.key: state for state in states}


def _insert(connection: sql.Connection, job: Job) -> None:
    values = {"id": job.id, "run_at": job.run_at, "status": job.status, "lease": 0.0, "body": job.body()}
    connection.execute(_jobs.insert().values(**values))


def _end(connection: sql.Connection, job_id: str, status: Status, detail: str, only: Collection[Status]) -> bool:
    row = connection.execute(sql.select(_jobs).where(_jobs.c.id == job_id, _jobs.c.status.in_(only))).first()
    if row is None:
        return False
    body = replace(Job.of(row), detail=detail).body()
    values = {"status": status, "ended": time.time(), "body": body}
    connection.execute(_jobs.update().where(_jobs.c.id == job_id).values(**values))
    return True


def _released(connection: sql.Connection, keys: Collection[Light]) -> tuple[dict[Light, LightState], list[Job]]:
    """Takes lights out of what is to be given back its former look; returns these, and the jobs as they are now."""
    query = sql.select(_jobs).where(_jobs.c.status == "waiting").order_by(_jobs.c.run_at)
    former: dict[Light, LightState] = {}
    changed: list[Job] = []
    for job in map(Job.of, connection.execute(query).all()):
        taken = [state for state in job.states if state.key in keys]
        left = tuple(state for state in job.states if state.key not in keys)
        for state in taken:
            former.setdefault(state.key, state)
        if taken and left:
            changed.append(replace(job, states=left))
            values = {"body": changed[-1].body()}
            connection.execute(_jobs.update().where(_jobs.c.id == job.id).values(**values))
        elif taken:
            changed.append(replace(job, status="superseded"))
            _end(connection, job.id, "superseded", "", OPEN)
    return former, changed
