"""Work by the clock: reminders each once, jobs that fail, the worker as a process."""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from billing import notices, store
from billing.tables import Notice
from fixtures.demo_company import DemoSummary
from skill import jobs, log, notifying
from skill.app import Service
from skill.outbox import Sender
from skill.settings import Settings
from tests.skill.letters.posting import CALLER, PHONE, Caller, Gateway, put
from tests.skill.talking import Clock, linked


def test_reminders_go_out_by_the_clock_each_once(
    either_engine: Engine, clock: Clock, settings: Settings, gateway: Gateway, demo: DemoSummary
) -> None:
    linked(either_engine, "telephone", CALLER, demo.account.id, clock())
    service = Service(settings, either_engine, clock)
    assert "по SMS" in Caller(service)("напоминай передать показания").text
    clock.forward(days=9)  # the last day of the window
    clock.forward(hours=-9)  # half past three at night
    assert jobs.run_due(service)["reminders"] == 0
    clock.forward(hours=9)
    assert [jobs.run_due(service).get("reminders") for _ in range(3)] == [1, None, None]
    clock.forward(minutes=20)
    assert jobs.run_due(service)["reminders"] == 0
    Sender(either_engine, settings, clock).send_due()
    assert [body["messages"][0]["text"] for body, _ in gateway.taken] == [
        "Напоминаю: показания нужно передать до 30 ноября."
    ]


def noticed(engine: Engine, resident: int, account: int, number: int, at: datetime) -> None:
    """As many pieces of news for a resident on the telephone."""
    with store.transaction(engine) as db:
        for key in range(number):
            db.add(Notice(
                resident_id=resident, account_id=account, kind="news", channel="telephone", created_at=at,
                unique_key=f"{resident}:{key}", facts={"title": "собрание", "body": "", "is_emergency": False},
            ))  # fmt: skip


def test_those_who_cannot_be_reached_keep_nobody_back(
    either_engine: Engine, clock: Clock, settings: Settings, gateway: Gateway, demo: DemoSummary
) -> None:
    account = demo.account.id
    noticed(either_engine, linked(either_engine, "telephone", "8", account, clock()), account, 501, clock())
    resident = linked(either_engine, "telephone", CALLER, account, clock())
    service = Service(settings, either_engine, clock)
    Caller(service)("напоминай передать показания")
    noticed(either_engine, resident, account, 1, clock())
    assert notifying.run(service) == 1


def test_old_notices_are_forgotten(either_engine: Engine, clock: Clock, settings: Settings, demo: DemoSummary) -> None:
    """A month is too long to be told of; what was told is remembered, lest it is told again."""
    resident = linked(either_engine, "telephone", CALLER, demo.account.id, clock())
    noticed(either_engine, resident, demo.account.id, 2, clock())
    with store.transaction(either_engine) as db:
        db.exec(select(Notice)).first().sent_at = clock()
    service = Service(settings, either_engine, clock)
    for days, left in ((30, 2), (2, 1), (1000, 0)):
        clock.forward(days=days)
        notifying.forget(service)
        with store.reading(either_engine) as db:
            assert len(db.exec(select(Notice)).all()) == left


def test_a_job_that_fails_does_not_keep_the_others(
    engine: Engine,
    clock: Clock,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(_: Service) -> int:
        raise ValueError("a fault of ours")

    log.configure()
    own = (jobs.Job("broken", timedelta(hours=1), broken), jobs.Job("sound", timedelta(hours=1), lambda _: 1))
    monkeypatch.setattr(jobs, "JOBS", own)
    service = Service(settings, engine, clock)
    assert jobs.run_due(service) == {"sound": 1}
    assert jobs.run_due(service) == {}
    assert "job failed" in capsys.readouterr().err


def test_the_worker_sends_until_it_is_told_to_stop(
    engine: Engine, clock: Clock, settings: Settings, gateway: Gateway
) -> None:
    put(engine, clock, "sms", PHONE)
    engine.dispose()
    told = {"ZHKU_DATA_DIR": str(settings.data_dir), "ZHKU_SMS_URL": gateway.url, "PATH": os.environ["PATH"]}
    process = subprocess.Popen([sys.executable, "-m", "skill.cli", "worker"], env=told, stderr=subprocess.PIPE)
    for _ in range(600):
        if gateway.taken or process.poll() is not None:
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert gateway.taken == [({"to": PHONE, "text": "Привет, https://x.example"}, "")], said
    assert process.returncode == 0


def test_a_new_bill_is_told_of(engine: Engine, clock: Clock, demo: DemoSummary) -> None:
    resident = linked(engine, "alice", "me", demo.rich.id, clock())
    with store.transaction(engine) as db:
        notices.remind(db, resident_id=resident, account_id=demo.rich.id, kind="pay", channel="alice")
    clock.forward(days=-19)  # the second of November: October's bill came yesterday
    with store.transaction(engine) as db:
        assert notices.prepare(db, clock()) == 1
        assert notices.prepare(db, clock()) == 0
        facts = db.exec(select(Notice.facts)).one()
    assert facts["new_bill"] == "2026-10-01"
