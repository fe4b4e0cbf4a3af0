"""Outages, announcements, answers, requests and reminders."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from billing import accounts, news, notices, outages, readings, tickets
from billing.tables import Account, Article, Meter, News, Notice, Outage, Premises, Reminder, Resident, Ticket
from billing.tickets import TooManyTickets
from fixtures.demo_company import DemoSummary

TODAY = date(2026, 11, 21)
HOUR = timedelta(hours=1)


@pytest.fixture
def account(undone_demo: Session, demo: DemoSummary) -> Any:
    return undone_demo, undone_demo.get(Account, demo.account.id)


def announce(db: Session, now: datetime, **fields: Any) -> Outage:
    usual = {
        "organization_id": 1,
        "kind": "SCHEDULED",
        "resources": ["HOT_WATER"],
        "start_at": now,
        "end_at": now + HOUR,
    }
    return outages.publish(db, **usual | fields)


def texts(found: list[Outage]) -> list[str | None]:
    return [outage.reason for outage in found if outage.reason and outage.reason.startswith("test")]


def test_an_outage_is_heard_at_its_house_and_flat_only(account: Any, now: datetime) -> None:
    db, own = account
    premises = db.get(Premises, own.premises_id)
    other_flat = db.exec(
        select(Premises).where(Premises.property_id == premises.property_id, Premises.id != premises.id)
    ).first()
    announce(db, now, reason="test everywhere")
    announce(db, now, reason="test house", property_ids=[premises.property_id])
    announce(db, now, reason="test flat", premises_ids=[premises.id])
    announce(db, now, reason="test other flat", premises_ids=[other_flat.id])
    announce(db, now, reason="test other house", property_ids=[premises.property_id + 1])
    assert texts(outages.at_account(db, own.id, now)) == ["test everywhere", "test house", "test flat"]


def test_an_outage_is_heard_from_a_week_before_until_its_end(account: Any, now: datetime) -> None:
    db, own = account
    announce(db, now, reason="test over", start_at=now - 2 * HOUR, end_at=now)
    announce(db, now, reason="test soon", start_at=now + timedelta(days=7), end_at=None)
    announce(db, now, reason="test later", start_at=now + timedelta(days=7, seconds=1), end_at=None)
    assert texts(outages.at_account(db, own.id, now)) == ["test soon"]


def test_another_companys_outage_is_heard_where_it_serves_the_house(account: Any, now: datetime) -> None:
    db, own = account
    announce(db, now, reason="test power", organization_id=2, resources=["ELECTRICITY"])
    assert texts(outages.at_account(db, own.id, now)) == []
    away = db.exec(select(Account).where(Account.organization_id == 1, Account.number == "300501")).one()
    assert texts(outages.at_account(db, away.id, now)) == ["test power"]


def test_a_cancelled_outage_is_not_heard(account: Any, now: datetime) -> None:
    db, own = account
    outage = announce(db, now, reason="test cancelled")
    outages.cancel(db, outage.id)
    assert texts(outages.at_account(db, own.id, now)) == []


@pytest.mark.parametrize("fields", [{"resources": []}, {"end_at": datetime(2026, 1, 1).astimezone()}])
def test_an_outage_that_makes_no_sense_is_refused(account: Any, now: datetime, fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="an outage"):
        announce(account[0], now, **fields)


def test_emergencies_come_before_other_news_and_end(account: Any, now: datetime) -> None:
    db, own = account
    for title, kind, until in (
        ("test common", "COMMON", None),
        ("test urgent", "EMERGENCY", now + HOUR),
        ("test past", "EMERGENCY", now),
    ):
        db.add(News(organization_id=1, kind=kind, title=title, body="…", published_at=now - HOUR, valid_before=until))
    db.flush()
    found = [one.title for one in news.at_account(db, own.id, now) if one.title.startswith("test")]
    assert found == ["test urgent", "test common"]


def test_urgent_news_must_say_until_when(account: Any, now: datetime) -> None:
    db, _ = account
    db.add(News(organization_id=1, kind="EMERGENCY", title="x", body="y", published_at=now))
    with pytest.raises(IntegrityError):
        db.flush()


def test_a_question_finds_its_answer(account: Any) -> None:
    db, _ = account
    db.add(Article(slug="test-roof", title="Почему капает с крыши", body="…", keywords="сосульки снег"))
    db.add(Article(slug="test-hours", title="Часы работы офиса", body="…", keywords="когда открыто приём график"))
    db.flush()
    assert news.answers(db, 1, "с крыши падают сосульки")[0].slug == "test-roof"
    assert news.answers(db, 1, "зелёная ворона") == []
    assert news.answers(db, 1, "что это такое и как с этим быть") == []


def ask(db: Session, own: Account, now: datetime, key: str = "t1", **fields: Any) -> Ticket:
    usual = {"resident_id": None, "category": "PLUMBING", "details": "Гудит кран", "channel": "alice"}
    return tickets.create(db, account=own, now=now, idempotency_key=key, **usual | fields)


def test_a_request_gets_a_number_and_a_deadline(account: Any, now: datetime) -> None:
    db, own = account
    first, second = ask(db, own, now), ask(db, own, now, key="t2", is_emergency=True)
    assert second.number == first.number + 1
    assert (first.deadline, first.due_at) == (date(2026, 11, 29), None)
    assert (second.deadline, second.due_at) == (date(2026, 11, 22), now + timedelta(days=1))
    assert ask(db, own, now).id == first.id


def test_a_leaking_pipe_is_an_emergency_of_half_an_hour(account: Any, now: datetime) -> None:
    db, own = account
    ticket = ask(db, own, now, details="Течёт труба в ванной")
    assert (ticket.is_emergency, ticket.due_at) == (True, now + HOUR / 2)
    tickets.move(db, ticket.id, "DEFERRED", now=now, actor="o", channel="c", deadline=TODAY + timedelta(days=2))
    assert (ticket.deadline, ticket.due_at) == (date(2026, 11, 23), None)


def test_a_trouble_added_to_a_request_keeps_the_earlier_term(account: Any, now: datetime) -> None:
    db, own = account
    ticket = ask(db, own, now)
    steps = {"actor": "resident:1", "channel": "alice"}
    tickets.add(db, ticket.id, "лифт не работает", now=now, **steps)
    assert (ticket.details, ticket.due_at) == ("Гудит кран, лифт не работает", now + timedelta(days=1))
    tickets.add(db, ticket.id, "домофон молчит", now=now, **steps)
    assert (ticket.deadline, ticket.is_emergency) == (date(2026, 11, 22), False)
    tickets.add(db, ticket.id, "труба течёт", now=now, **steps)
    assert (ticket.due_at, ticket.is_emergency) == (now + HOUR / 2, True)
    assert tickets.add(db, ticket.id, "а" * 2000, now=now, **steps) is None
    tickets.move(db, ticket.id, "COMPLETED", now=now, **steps)
    assert tickets.add(db, ticket.id, "капает", now=now, **steps) is None


def test_a_request_goes_through_its_states(account: Any, now: datetime) -> None:
    db, own = account
    ticket = ask(db, own, now)
    steps = {"now": now, "actor": "operator:1", "channel": "console"}
    tickets.move(db, ticket.id, "IN_PROGRESS", **steps)
    tickets.move(db, ticket.id, "COMPLETED", answer="Заменили прокладку", **steps)
    assert ticket in tickets.of_account(db, own.id, only_active=True)
    tickets.move(db, ticket.id, "CLOSED", **steps)
    assert (ticket.answer, ticket.closed_at) == ("Заменили прокладку", now)
    assert ticket not in tickets.of_account(db, own.id, only_active=True)
    with pytest.raises(ValueError, match="does not become"):
        tickets.move(db, ticket.id, "OPEN", **steps)


def test_a_deadline_is_at_most_45_days_away_at_the_house(account: Any) -> None:
    db, own = account
    midnight, last = datetime(2026, 11, 21, 21, 30, tzinfo=UTC), date(2027, 1, 6)  # the 22nd in Moscow
    ticket, steps = ask(db, own, midnight), {"now": midnight, "actor": "o", "channel": "c"}
    tickets.move(db, ticket.id, "DEFERRED", deadline=last, **steps)
    with pytest.raises(ValueError, match="45 days"):
        tickets.move(db, ticket.id, "DEFERRED", deadline=last + timedelta(days=1), **steps)


def test_ten_requests_a_day_are_enough_but_an_emergency_is_always_taken(account: Any, now: datetime) -> None:
    db, own = account
    resident = Resident(created_at=now)
    db.add(resident)
    db.flush()
    for number in range(10):
        ask(db, own, now, key=f"many-{number}", resident_id=resident.id)
    with pytest.raises(TooManyTickets):
        ask(db, own, now, key="eleventh", resident_id=resident.id)
    assert ask(db, own, now, key="flood", resident_id=resident.id, is_emergency=True).id
    assert ask(db, own, now + timedelta(days=1, seconds=1), key="tomorrow", resident_id=resident.id).id


def wished(db: Session, own: Account, now: datetime, kind: str, day: int | None = None) -> int:
    resident = accounts.link(db, channel="alice", external_id="me", account_id=own.id, verified_how="demo", now=now)
    notices.remind(db, resident_id=resident.id, account_id=own.id, kind=kind, channel="alice", day=day)
    return resident.id


def told(db: Session, kind: str) -> list[dict[str, Any]]:
    return [notice.facts for notice in notices.waiting(db, channels=["alice"]) if notice.kind == kind]


def test_readings_are_reminded_of_on_the_last_day_once(account: Any, now: datetime) -> None:
    db, own = account
    wished(db, own, now, "submit_readings")
    assert notices.prepare(db, now) == 0
    last_day = now + timedelta(days=9)  # 30 November, the end of the demo company's window
    assert (notices.prepare(db, last_day), notices.prepare(db, last_day)) == (1, 0)
    assert told(db, "submit_readings") == [
        {
            "period": "2026-11-01",
            "end": "2026-11-30",
            "is_last_day": True,
            "resources": ["COLD_WATER", "ELECTRICITY", "HOT_WATER"],
        }
    ]


def test_meters_that_were_read_are_not_reminded_of(account: Any, now: datetime, demo: DemoSummary) -> None:
    db, own = account
    wished(db, own, now, "submit_readings", day=21)
    for meter in demo.account.meters:
        value = demo.account.next_values[meter.resource]
        readings.submit(
            db, meter_id=meter.id, values={"single": value}, taken_at=TODAY, now=now, channel="alice", source="alice",
            idempotency_key=str(meter.id), confirmed=frozenset({"UNUSUAL"}),
        )  # fmt: skip
    assert notices.prepare(db, now) == 0


def test_a_debt_is_reminded_of_on_the_residents_own_day(account: Any, now: datetime) -> None:
    db, own = account
    wished(db, own, now, "pay", day=21)
    assert notices.prepare(db, now) == 1
    assert told(db, "pay")[0]["due_on"] == "2026-11-16"


@pytest.mark.parametrize(
    ("days", "expected"),
    [(61, 0), (60, 1), (58, 1), (57, 0), (30, 1), (15, 0), (7, 1), (0, 0), (-1, 1), (-14, 1), (-15, 0)],
)
def test_a_verification_is_reminded_of_in_time(account: Any, now: datetime, days: int, expected: int) -> None:
    db, own = account
    for meter in db.exec(select(Meter).where(Meter.account_id == own.id)).all():
        meter.next_verification_on = TODAY + timedelta(days=days if meter.resource == "COLD_WATER" else 400)
    wished(db, own, now, "verification")
    assert notices.prepare(db, now) == expected
    assert notices.prepare(db, now) == 0


def test_a_verification_is_not_reminded_of_at_night(account: Any, now: datetime) -> None:
    db, own = account
    meter = db.exec(select(Meter).where(Meter.account_id == own.id)).first()
    meter.next_verification_on = TODAY + timedelta(days=7)
    wished(db, own, now, "verification")
    assert notices.prepare(db, now + timedelta(hours=12)) == 0  # half past midnight in Moscow
    assert notices.prepare(db, now + timedelta(hours=21)) == 1


def test_outages_and_news_are_told_once(account: Any, now: datetime) -> None:
    db, own = account
    wished(db, own, now, "outage")
    wished(db, own, now, "news")
    notices.prepare(db, now)
    known = len(notices.waiting(db))
    announce(db, now, reason="test")
    db.add(News(organization_id=1, title="test", body="…", published_at=now))
    db.flush()
    assert notices.prepare(db, now) == 2
    assert notices.prepare(db, now) == 0
    assert len(notices.waiting(db)) == known + 2


def test_a_reminder_that_comes_once_comes_at_its_moment_even_at_night_and_never_again(
    account: Any, now: datetime
) -> None:
    db, own = account
    resident_id = wished(db, own, now, "submit_readings", day=30)
    at = now + timedelta(hours=11)  # half past eleven in the evening in Moscow
    for _ in range(2):
        notices.remind(
            db, resident_id=resident_id, account_id=own.id, kind="submit_readings", channel="alice", once_at=at
        )
    assert notices.prepare(db, now) == 0
    assert notices.prepare(db, at + timedelta(minutes=15)) == 1
    assert told(db, "submit_readings") == [{"once": True}]
    assert notices.prepare(db, at + timedelta(days=1)) == 0
    notices.prepare(db, at + timedelta(days=4))
    assert [row.day for row in db.exec(select(Reminder)).all()] == [30]


def test_a_reminder_of_every_month_comes_at_its_hour(account: Any, now: datetime) -> None:
    db, own = account
    resident_id = wished(db, own, now, "submit_readings")
    wish = {"resident_id": resident_id, "account_id": own.id, "kind": "submit_readings", "channel": "alice", "day": 21}
    row = notices.remind(db, **wish, minute=21 * 60 + 30)  # beyond nine in the evening, which is asked for
    assert notices.prepare(db, now) == 0
    evening = now.replace(hour=18, minute=30)  # half past nine in Moscow
    assert (notices.prepare(db, evening - timedelta(minutes=1)), notices.prepare(db, evening)) == (0, 1)
    assert notices.prepare(db, evening + timedelta(minutes=15)) == 0
    notices.remind(db, **wish)
    assert row.minute is None


def test_what_is_done_is_not_reminded_of_once_more(account: Any, now: datetime, demo: DemoSummary) -> None:
    db, own = account
    resident_id = wished(db, own, now, "pay")
    notices.remind(db, resident_id=resident_id, account_id=own.id, kind="submit_readings", channel="alice", once_at=now)
    for meter in demo.account.meters:
        readings.submit(
            db, meter_id=meter.id, values={"single": demo.account.next_values[meter.resource]}, taken_at=TODAY, now=now,
            channel="alice", source="alice", idempotency_key=str(meter.id), confirmed=frozenset({"UNUSUAL"}),
        )  # fmt: skip
    assert notices.prepare(db, now) == 0


def test_a_reminder_can_be_switched_off(account: Any, now: datetime) -> None:
    db, own = account
    resident_id = wished(db, own, now, "pay", day=21)
    notices.drop(db, notices.going(db, resident_id=resident_id, account_id=own.id, now=now))
    assert notices.going(db, resident_id=resident_id, account_id=own.id, now=now) == []
    assert notices.prepare(db, now) == 0
    assert db.exec(select(Notice)).all() == []
