"""Every change of a reading, of money or of a link leaves its trace: who, through which channel, when, from what."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, col, select

from billing import accounts, audit, autopay, contacts, devices, packets, payments, readings, received, refunds
from billing.providers.provider import Event, RefundAnswer, Started
from billing.received import Operation
from billing.tables import (
    AccountContact,
    AccountLink,
    AuditEntry,
    Autopay,
    Meter,
    Payment,
    Reading,
    Refund,
)
from fixtures.demo_company import DemoSummary

WATCHED: tuple[type[SQLModel], ...] = (Reading, Payment, Refund, AccountLink, Autopay, AccountContact)


class Walk:
    """The demo company's books and one moment after another."""

    def __init__(self, db: Session, demo: DemoSummary, now: datetime) -> None:
        self.db, self.demo, self.now = db, demo, now
        self.cold = demo.account.meters[0].id
        self.payment: Payment | None = None
        self.resident = 0

    def who(self, actor: str, channel: str) -> dict[str, Any]:
        return {"now": self.now, "actor": actor, "channel": channel}

    def submit(self, value: str, key: str) -> readings.Booking:
        return readings.submit(
            self.db, meter_id=self.cold, values={"single": Decimal(value)}, taken_at=self.now.date(), source="alice",
            idempotency_key=key, confirmed=frozenset({"UNUSUAL"}), **self.who("resident:1", "alice"),
        )  # fmt: skip

    def order(self) -> None:
        self.payment = payments.create(
            self.db, account_id=self.demo.account.id, amount_kopecks=500_00, method="CARD", provider="sandbox",
            idempotency_key="p", **self.who("resident:1", "alice"),
        )  # fmt: skip

    def tell(self, status: str, *, taken_back: bool = False) -> None:
        event = Event("ext", status, token="t", taken_back=taken_back)
        payments.report(self.db, "sandbox", event, now=self.now)

    def give_back(self) -> None:
        refunds.refund(
            self.db, payment_id=self.payment.id, amount_kopecks=100_00, idempotency_key="r",
            **self.who("operator:1", "console"),
        )  # fmt: skip

    def end_refund(self) -> None:
        row = self.db.exec(select(Refund)).one()
        refunds.refunded(self.db, row.id, RefundAnswer("ref", done=True), now=self.now)

    def link(self) -> None:
        found = accounts.link(
            self.db, channel="alice", external_id="me", account_id=self.demo.account.id, verified_how="operator",
            now=self.now,
        )  # fmt: skip
        self.resident = found.id

    def unlink(self) -> None:
        accounts.unlink(
            self.db, resident_id=self.resident, account_id=self.demo.account.id, channel="alice", now=self.now
        )

    def agree(self) -> None:
        autopay.agree(
            self.db, self.payment, resident_id=self.resident, limit_kopecks=1000_00, day=None,
            **self.who("resident:1", "web"),
        )  # fmt: skip

    def send_packet(self) -> None:
        meter = self.db.get_one(Meter, self.demo.account.meters[1].id)
        meter.is_automatic = meter.submits_automatically = True
        key = devices.add(self.db, organization_id=1, name="d", inputs={0: (meter.id, "single")}, now=self.now)
        last_days = self.now.replace(day=29)
        assert devices.take(self.db, packets.read({"key": key, "ch0": 148}), last_days).submitted == 1


STEPS: list[tuple[str, Callable[[Walk], object], str, str]] = [
    ("a reading is booked", lambda walk: walk.submit("125", "1"), "resident:1", "alice"),
    ("a reading is replaced", lambda walk: walk.submit("126", "2"), "resident:1", "alice"),
    (
        "a reading is accepted",
        lambda walk: readings.accept(
            walk.db,
            reading_ids=walk.db.exec(select(Reading.id).where(Reading.status == "submitted")).all(),
            **walk.who("key:1", "api"),
        ),
        "key:1",
        "api",
    ),
    ("a meter sends by itself", Walk.send_packet, "meter:", "device"),
    ("a resident is linked", Walk.link, "resident:", "alice"),
    ("a payment is ordered", Walk.order, "resident:1", "alice"),
    ("bills are to pay themselves", Walk.agree, "resident:1", "web"),
    (
        "the provider takes the order",
        lambda walk: payments.started(walk.db, walk.payment.id, Started("ext", ""), now=walk.now, channel="alice"),
        "sandbox",
        "alice",
    ),
    ("the money comes", lambda walk: walk.tell("DONE"), "provider:sandbox", "webhook"),
    ("money is to be given back", Walk.give_back, "operator:1", "console"),
    ("money is given back", Walk.end_refund, "provider:sandbox", "webhook"),
    ("the bank takes the money back", lambda walk: walk.tell("ERROR", taken_back=True), "provider:sandbox", "webhook"),
    (
        "others took money",
        lambda walk: received.register(
            walk.db,
            [Operation(walk.demo.account.id, 700, "op", walk.now.date())],
            provider="registry:1",
            **walk.who("system", "import"),
        ),
        "system",
        "import",
    ),
    (
        "bills no longer pay themselves",
        lambda walk: autopay.end(walk.db, walk.demo.account.id, **walk.who("resident:1", "alice")),
        "resident:1",
        "alice",
    ),
    (
        "a contact is noted",
        lambda walk: contacts.keep(
            walk.db, walk.demo.account.id, "phone", "89123456789", **walk.who("system", "import")
        ),
        "system",
        "import",
    ),
    ("a resident is unlinked", Walk.unlink, "resident:", "alice"),
]


def books(db: Session) -> dict[tuple[str, object], dict[str, Any]]:
    """Every watched row as it is now."""
    db.flush()
    return {
        (table.__name__, row.id): row.model_dump()
        for table in WATCHED
        for row in db.exec(select(table)).all()  # type: ignore[attr-defined]
    }


def entries(db: Session) -> list[AuditEntry]:
    return list(db.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all())


def test_every_change_leaves_its_trace(undone_demo: Session, demo: DemoSummary, now: datetime) -> None:
    walk = Walk(undone_demo, demo, now)
    for name, step, actor, channel in STEPS:
        walk.now += timedelta(seconds=1)
        before, known = books(walk.db), len(entries(walk.db))
        step(walk)
        assert books(walk.db) != before, f"{name}: nothing changed"
        fresh = entries(walk.db)[known:]
        assert fresh, f"{name}: no trace"
        for entry in fresh:
            assert entry.actor.startswith(actor), name
            assert (entry.channel, entry.account_id) == (channel, demo.account.id), name
            assert entry.at >= walk.now, name


def test_the_trail_tells_from_what_to_what(undone_demo: Session, demo: DemoSummary, now: datetime) -> None:
    walk = Walk(undone_demo, demo, now)
    walk.submit("125", "1")
    walk.submit("126", "2")
    latest = audit.trail(walk.db, account_id=demo.account.id)[0]
    assert (latest.action, latest.before, latest.after) == ("replace", {"single": "125.000"}, {"single": "126.000"})


def test_what_fails_leaves_no_trace(undone_demo: Session, demo: DemoSummary, now: datetime) -> None:
    walk = Walk(undone_demo, demo, now)
    known = len(entries(walk.db))
    with pytest.raises(readings.NotAccepted):
        walk.submit("1", "1")
    assert len(entries(walk.db)) == known
