"""What is done by the clock: reminders, standing orders, payments asked after, old records deleted.

Any number of processes may look at the clock: each piece of time is claimed in the database by one of them.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel, col, select
from sqlmodel import Session as Database

from billing import store
from skill import calls, checkout, notifying
from skill.app import Service
from skill.dialogue import record

log = structlog.get_logger()


class JobRun(SQLModel, table=True):
    """The last piece of time that a job was done in."""

    __tablename__ = "job_run"
    name: str = Field(primary_key=True, max_length=40)
    slot: str = Field(max_length=20)


@dataclass(frozen=True)
class Job:
    """every: how much time a run is good for; run: safe to repeat, returns how much it did."""

    name: str
    every: timedelta
    run: Callable[[Service], int]


def forget(service: Service) -> int:
    """Delete conversations and records of calls that were kept long enough."""
    now, settings = service.clock(), service.settings
    record.forget(service.engine, now=now, settings=settings)
    with store.transaction(service.engine) as db:
        calls.forget(db, now=now, kept_days=settings.calls_kept_days)
    return 0


JOBS = (
    Job("reminders", timedelta(minutes=15), notifying.run),
    Job("autopay", timedelta(hours=1), checkout.pay_by_themselves),
    Job("payments", timedelta(minutes=5), checkout.catch_up),
    Job("refunds", timedelta(minutes=5), checkout.give_back),
    Job("forget", timedelta(days=1), forget),
    Job("forget_notices", timedelta(days=1), notifying.forget),
)


def run_due(service: Service) -> dict[str, int]:
    """Do what nobody has done yet in this piece of time; how much was done, by job.

    A job that fails is told of and tried in the next piece of time; the others are done all the same.
    """
    done = {}
    with ThreadPoolExecutor(1) as worker:
        for job in JOBS:
            if not _is_ours(service, job):
                continue
            future = worker.submit(job.run, service)
            if (error := future.exception()) is not None:
                log.error("job failed", job=job.name, exc_info=error)
                continue
            done[job.name] = future.result()
            if done[job.name]:
                log.info("job done", job=job.name, count=done[job.name])
    return done


def _is_ours(service: Service, job: Job) -> bool:
    """Whether the job is to be done now, and by this process."""
    slot = _slot(job, service.clock())
    with store.reading(service.engine) as db:
        fresh = db.exec(select(JobRun.slot).where(JobRun.name == job.name)).first() != slot
    return fresh and _claim(service, job.name, slot)


def _slot(job: Job, now: datetime) -> str:
    seconds = int(job.every.total_seconds())
    return str(int(now.timestamp()) // seconds * seconds)


def _claim(service: Service, name: str, slot: str) -> bool:
    with store.transaction(service.engine) as db:
        later = update(JobRun).where(col(JobRun.name) == name, col(JobRun.slot) != slot).values(slot=slot)
        return db.connection().execute(later).rowcount == 1 or _insert(db, name, slot)


def _insert(db: Database, name: str, slot: str) -> bool:
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(JobRun).values(name=name, slot=slot).on_conflict_do_nothing(index_elements=["name"])
    return db.connection().execute(statement.returning(col(JobRun.name))).first() is not None
