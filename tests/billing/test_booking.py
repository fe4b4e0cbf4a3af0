"""Booking a reading: what is kept, what is replaced, what is refused."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from billing import readings, store, tariffs
from billing.readings import Booking, NotAccepted
from billing.tables import Account, AuditEntry, CheckRule, Norm, Organization, Reading, ResourceOwner, Tariff
from fixtures.demo_company import DemoSummary

TODAY = date(2026, 11, 21)
NOVEMBER = date(2026, 11, 1)


def submit(db: Session, now: datetime, meter_id: int, key: str = "turn-1", **values: str) -> Booking:
    return readings.submit(
        db,
        meter_id=meter_id,
        values={zone: Decimal(value) for zone, value in values.items()},
        taken_at=TODAY,
        now=now,
        channel="alice",
        source="alice",
        idempotency_key=key,
    )


def test_a_reading_is_booked_with_its_consumption_and_cost(
    demo_books: Engine, demo: DemoSummary, now: datetime
) -> None:
    cold = demo.account.meters[0]
    assert cold.last["single"].value == Decimal("115.000")
    with store.transaction(demo_books) as db:
        booking = submit(db, now, cold.id, single="125")
    assert booking.period == NOVEMBER
    assert booking.consumption == {"single": Decimal(10)}
    assert booking.cost_kopecks == 523_40  # 10 m³ at 52.34
    with store.reading(demo_books) as db:
        row = db.get(Reading, booking.reading_ids[0])
        assert row is not None
        assert (row.value, row.status, row.channel) == (Decimal("125.000"), "submitted", "alice")


def test_zones_are_booked_together(demo_books: Engine, demo: DemoSummary, now: datetime) -> None:
    light = demo.rich.meters[-1]
    with store.transaction(demo_books) as db:
        booking = submit(db, now, light.id, day="6229", night="1838")
    assert booking.consumption == {"day": Decimal(234), "night": Decimal(87)}
    assert booking.cost_kopecks == 1_899_66  # 234 × 7.04 + 87 × 2.90


def test_a_repeated_request_books_nothing_twice(demo_books: Engine, demo: DemoSummary, now: datetime) -> None:
    cold = demo.account.meters[0]
    with store.transaction(demo_books) as db:
        first = submit(db, now, cold.id, single="125")
    with store.transaction(demo_books) as db:
        again = submit(db, now, cold.id, single="125")
    assert again.duplicate
    assert again.reading_ids == first.reading_ids
    assert (again.consumption, again.cost_kopecks) == (first.consumption, first.cost_kopecks)


def test_the_same_value_said_again_is_a_duplicate(demo_books: Engine, demo: DemoSummary, now: datetime) -> None:
    cold = demo.account.meters[0]
    with store.transaction(demo_books) as db:
        submit(db, now, cold.id, key="monday", single="125")
        again = submit(db, now, cold.id, key="tuesday", single="125")
        rows = db.exec(select(Reading).where(Reading.meter_id == cold.id, Reading.period == NOVEMBER)).all()
    assert again.duplicate
    assert len(rows) == 1


def test_another_value_in_the_same_window_replaces_the_first(
    demo_books: Engine, demo: DemoSummary, now: datetime
) -> None:
    cold = demo.account.meters[0]
    with store.transaction(demo_books) as db:
        submit(db, now, cold.id, key="first", single="125")
        better = submit(db, now, cold.id, key="second", single="123")
        rows = db.exec(
            select(Reading).where(Reading.meter_id == cold.id, Reading.period == NOVEMBER).order_by(col(Reading.id))
        ).all()
    assert better.replaced
    assert better.consumption == {"single": Decimal(8)}
    assert [(row.value, row.status) for row in rows] == [(Decimal(125), "superseded"), (Decimal(123), "submitted")]


def test_a_key_used_for_another_value_is_refused(demo_books: Engine, demo: DemoSummary, now: datetime) -> None:
    cold = demo.account.meters[0]
    with store.transaction(demo_books) as db:
        submit(db, now, cold.id, key="turn-1", single="125")
        with pytest.raises(readings.KeyReused):
            submit(db, now, cold.id, key="turn-1", single="126")


def test_a_doubtful_value_needs_a_yes(demo_books: Engine, demo: DemoSummary, now: datetime) -> None:
    cold = demo.account.meters[0]
    with store.transaction(demo_books) as db:
        with pytest.raises(NotAccepted) as refused:
            submit(db, now, cold.id, single="138")
        assert [finding.code for finding in refused.value.findings] == ["UNUSUAL"]
        booking = readings.submit(
            db,
            meter_id=cold.id,
            values={"single": Decimal(138)},
            taken_at=TODAY,
            now=now,
            channel="alice",
            source="alice",
            idempotency_key="turn-2",
            confirmed=frozenset({"UNUSUAL"}),
        )
    assert booking.consumption == {"single": Decimal(23)}


def test_an_accepted_reading_is_not_replaced(demo_books: Engine, demo: DemoSummary, now: datetime) -> None:
    cold = demo.account.meters[0]
    with store.transaction(demo_books) as db:
        booking = submit(db, now, cold.id, single="125")
        assert readings.accept(db, reading_ids=booking.reading_ids, now=now, actor="operator:1") == 1
        with pytest.raises(NotAccepted) as refused:
            submit(db, now, cold.id, key="turn-2", single="126")
    assert [finding.code for finding in refused.value.findings] == ["ALREADY_ACCEPTED"]


def test_an_unknown_meter_is_refused(demo_books: Engine, now: datetime) -> None:
    with store.transaction(demo_books) as db, pytest.raises(NotAccepted) as refused:
        submit(db, now, 10**6, single="1")
    assert refused.value.findings[0].code == "METER_NOT_FOUND"


def test_another_companys_resource_is_refused(demo_books: Engine, demo: DemoSummary, now: datetime) -> None:
    """The house's electricity went over to the power company: its readings are no longer ours."""
    light = demo.account.meters[2]
    with store.transaction(demo_books) as db:
        power = db.exec(select(Organization).where(Organization.kind == "RSO")).one()
        owner = db.exec(
            select(ResourceOwner).where(ResourceOwner.property_id == 1, ResourceOwner.resource == "ELECTRICITY")
        ).one()
        owner.organization_id = power.id
        db.flush()
        with pytest.raises(NotAccepted) as refused:
            submit(db, now, light.id, single="6375")
    (finding,) = refused.value.findings
    assert finding.code == "METER_RESOURCE_OWNED_BY_ANOTHER_ORGANIZATION"
    assert finding.facts == {"organization": "Примерская энергосбытовая компания"}


def test_the_preview_books_nothing(demo_books: Engine, demo: DemoSummary) -> None:
    cold = demo.account.meters[0]
    with store.reading(demo_books) as db:
        seen = readings.preview(db, meter_id=cold.id, values={"single": Decimal("125.5")}, today=TODAY)
        assert seen.values == {"single": Decimal("125.5")}
        assert seen.consumption == {"single": Decimal("10.5")}
        assert seen.cost_kopecks == 549_57  # 10.5 × 52.34 = 549.57
        assert db.exec(select(Reading).where(Reading.period == NOVEMBER)).first() is None


def test_decimals_that_are_not_taken_are_cut_off(demo_books: Engine, demo: DemoSummary) -> None:
    light = demo.account.meters[2]
    with store.reading(demo_books) as db:
        seen = readings.preview(db, meter_id=light.id, values={"single": Decimal("6375.9")}, today=TODAY)
    assert seen.values == {"single": Decimal(6375)}
    assert seen.truncated


def test_every_booking_leaves_a_trace(demo_books: Engine, demo: DemoSummary, now: datetime) -> None:
    cold = demo.account.meters[0]
    with store.transaction(demo_books) as db:
        submit(db, now, cold.id, key="first", single="125")
        submit(db, now, cold.id, key="second", single="123")
        entries = db.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
    assert [(entry.action, entry.channel, entry.at) for entry in entries] == [
        ("submit", "alice", now),
        ("replace", "alice", now),
    ]
    assert entries[1].before == {"single": "125.000"}
    assert entries[1].after == {"single": "123.000"}


def test_a_company_sets_its_own_limits_and_levels(demo_books: Engine, demo: DemoSummary) -> None:
    cold = demo.account.meters[0]
    with store.transaction(demo_books) as db:
        db.add(CheckRule(organization_id=1, code="UNUSUAL", resource="COLD_WATER", limit=Decimal(5)))
        db.add(CheckRule(organization_id=1, code="UNUSUAL", level="review"))
        db.flush()
        found = readings.check(db, meter_id=cold.id, values={"single": Decimal(125)}, today=TODAY)
    assert [(finding.code, finding.level, finding.facts["limit"]) for finding in found] == [("UNUSUAL", "review", 5)]


def test_a_check_that_keeps_the_books_consistent_cannot_be_switched_off(demo_books: Engine) -> None:
    with pytest.raises(IntegrityError), store.transaction(demo_books) as db:
        db.add(CheckRule(organization_id=1, code="LESS_THAN_PREVIOUS", level="off"))


def test_a_declined_reading_counts_no_more_and_another_may_be_given(
    demo_books: Engine, demo: DemoSummary, now: datetime
) -> None:
    cold = demo.account.meters[0]
    with store.transaction(demo_books) as db:
        first = submit(db, now, cold.id, key="first", single="125")
        declined = readings.decline(
            db, reading_ids=first.reading_ids, code="PHOTO", text="На фото другое число", now=now, actor="operator:1"
        )
        again = submit(db, now, cold.id, key="second", single="124")
        entries = db.exec(select(AuditEntry.action).order_by(col(AuditEntry.id))).all()
    assert declined == 1
    assert not again.replaced
    assert again.consumption == {"single": Decimal(9)}
    assert entries == ["submit", "decline", "submit"]


def test_what_the_billing_has_taken_cannot_be_declined(demo_books: Engine, demo: DemoSummary, now: datetime) -> None:
    with store.transaction(demo_books) as db:
        booking = submit(db, now, demo.account.meters[0].id, single="125")
        readings.accept(db, reading_ids=booking.reading_ids, now=now, actor="operator:1")
        assert readings.decline(db, reading_ids=booking.reading_ids, code="LATE", now=now, actor="operator:1") == 0


@pytest.mark.parametrize(
    "spoiled", [{"status": "declined"}, {"decline_code": "PHOTO"}, {"decline_text": "На фото другое число"}]
)
def test_a_decline_has_a_code_and_only_a_decline_has(demo_books: Engine, spoiled: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), store.transaction(demo_books) as db:
        db.execute(update(Reading).where(col(Reading.id) == 1).values(**spoiled))


def test_the_cost_of_hot_water_in_two_components(undone: Session) -> None:
    undone.add(Organization(id=1, name="УК", spoken_name="УК", inn="0012345675"))
    undone.flush()
    for resource, price in (("HOT_WATER_CARRIER", "52.34"), ("HEAT", "2614.70")):
        undone.add(Tariff(organization_id=1, resource=resource, price=Decimal(price), valid_from=date(2020, 1, 1)))
    undone.flush()
    volumes = {"single": Decimal(5)}
    assert tariffs.cost(undone, 1, "HOT_WATER", volumes, NOVEMBER) is None
    undone.add(
        Norm(organization_id=1, resource="HEAT", unit="m3", value=Decimal("0.0645"), valid_from=date(2020, 1, 1))
    )
    undone.flush()
    assert tariffs.cost(undone, 1, "HOT_WATER", volumes, NOVEMBER) == 1104_94  # as on the bill


def test_the_cost_is_at_the_price_of_the_flats_group(demo_books: Engine, demo: DemoSummary, now: datetime) -> None:
    with store.transaction(demo_books) as db:
        account = db.get(Account, demo.account.id)
        assert account is not None
        account.tariff_group = "rural"
        db.add(
            Tariff(
                organization_id=demo.organization_id,
                resource="COLD_WATER",
                group="rural",
                price=Decimal(40),
                valid_from=date(2026, 1, 1),
            )
        )
        db.flush()
        assert submit(db, now, demo.account.meters[0].id, single="125").cost_kopecks == 400_00
