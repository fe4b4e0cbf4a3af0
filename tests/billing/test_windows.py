"""Reporting windows: real companies' days, wrapped and overridden, at the edges of months."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from billing import store, windows
from billing.tables import Account, Meter, Organization, Premises, Property, ReportingWindow
from billing.windows import Rule, Window, window_on


@pytest.mark.parametrize(
    ("on", "is_open", "period"),
    [
        (date(2026, 11, 19), False, date(2026, 11, 1)),
        (date(2026, 11, 20), True, date(2026, 11, 1)),
        (date(2026, 11, 25), True, date(2026, 11, 1)),
        (date(2026, 11, 26), False, date(2026, 12, 1)),
        (date(2026, 12, 31), False, date(2027, 1, 1)),
    ],
)
def test_the_usual_window_is_from_the_20th_to_the_25th(on: date, is_open: bool, period: date) -> None:
    window = window_on([], on)
    assert (window.is_open, window.period) == (is_open, period)


@pytest.mark.parametrize(
    ("on", "is_open", "period"),
    [
        (date(2027, 1, 31), True, date(2027, 1, 1)),
        (date(2027, 2, 1), True, date(2027, 1, 1)),
        (date(2027, 2, 3), True, date(2027, 1, 1)),
        (date(2027, 2, 4), False, date(2027, 2, 1)),
        (date(2028, 2, 29), True, date(2028, 2, 1)),
    ],
)
def test_moscow_water_wraps_from_the_15th_to_the_3rd(on: date, is_open: bool, period: date) -> None:
    window = window_on([Rule(15, 3)], on)
    assert (window.is_open, window.period) == (is_open, period)


def test_days_are_clipped_to_short_months() -> None:
    assert window_on([Rule(28, 31)], date(2027, 2, 28)) == Window(
        date(2027, 2, 28), date(2027, 2, 28), True, date(2027, 2, 1), False
    )


def test_december_has_its_own_window() -> None:
    rules = [Rule(15, 25), Rule(1, 12, month=12)]
    assert window_on(rules, date(2026, 12, 5)).is_open
    assert not window_on(rules, date(2026, 12, 20)).is_open
    assert window_on(rules, date(2026, 12, 20)).period == date(2027, 1, 1)


def test_a_closed_december_sends_readings_to_january() -> None:
    window = window_on([Rule(15, 25), Rule(month=12, closed=True)], date(2026, 12, 16))
    assert window == Window(date(2027, 1, 15), date(2027, 1, 25), False, date(2027, 1, 1), False)


@pytest.mark.parametrize(
    ("on", "strict"),
    [(date(2026, 11, 25), False), (date(2026, 11, 26), True), (date(2026, 11, 30), True), (date(2026, 12, 1), False)],
)
def test_a_strict_window_refuses_until_its_day(on: date, strict: bool) -> None:
    assert window_on([Rule(20, 25, strict_until_day=30)], on).strict is strict


def test_strictness_may_last_into_the_next_month() -> None:
    rules = [Rule(20, 25, strict_until_day=19)]
    assert window_on(rules, date(2026, 12, 19)).strict
    assert window_on(rules, date(2026, 12, 20)).is_open


@pytest.mark.parametrize(("rule", "on"), [(Rule(20, 25, 22), date(2026, 11, 26)), (Rule(15, 3, 31), date(2026, 12, 4))])
def test_strictness_that_ends_inside_the_window_is_none(rule: Rule, on: date) -> None:
    window = window_on([rule], on)
    assert (window.is_open, window.strict) == (False, False)


@pytest.mark.parametrize(
    ("on", "strict"), [(date(2026, 12, 4), True), (date(2026, 12, 10), True), (date(2026, 12, 11), False)]
)
def test_a_wrapped_window_may_be_strict_too(on: date, strict: bool) -> None:
    assert window_on([Rule(15, 3, strict_until_day=10)], on).strict is strict


def test_no_month_open_is_an_error() -> None:
    with pytest.raises(ValueError, match="every month is closed"):
        window_on([Rule(month=month, closed=True) for month in range(1, 13)], date(2026, 11, 21))


def test_the_day_is_the_houses_own() -> None:
    evening = datetime(2026, 11, 25, 20, 30, tzinfo=UTC)
    house = {"organization_id": 1, "city": "Примерск", "street": "улица Лесная", "house": "1"}
    assert windows.local_date(evening, Property(**house, timezone="Europe/Moscow")) == date(2026, 11, 25)
    assert windows.local_date(evening, Property(**house, timezone="Asia/Vladivostok")) == date(2026, 11, 26)


def test_days_left_counts_today() -> None:
    assert windows.days_left(window_on([], date(2026, 11, 25)), date(2026, 11, 25)) == 1
    assert windows.days_left(window_on([], date(2026, 11, 26)), date(2026, 11, 26)) == 0


def test_the_house_goes_before_the_company_and_the_resource_before_any(books: Engine) -> None:
    with store.transaction(books) as db:
        meter = a_meter(db)
        add(db, start_day=1, end_day=5)
        assert windows.window_for(db, meter, date(2026, 11, 2)).is_open
        add(db, resource="COLD_WATER", start_day=6, end_day=10)
        assert windows.window_for(db, meter.id, date(2026, 11, 7)).is_open
        add(db, property_id=1, start_day=11, end_day=15)
        assert windows.window_for(db, meter, date(2026, 11, 12)).is_open
        assert not windows.window_for(db, meter, date(2026, 11, 7)).is_open
        account = db.get(Account, meter.account_id)
        assert account is not None
        assert windows.window_for(db, account, date(2026, 11, 12)).is_open


def test_an_unknown_meter_has_no_window(books: Engine) -> None:
    with store.transaction(books) as db, pytest.raises(LookupError):
        windows.window_for(db, 77, date(2026, 11, 2))


def add(db: Session, **fields: object) -> None:
    db.add(ReportingWindow(organization_id=1, **fields))
    db.flush()


def a_meter(db: Session) -> Meter:
    db.add(Organization(id=1, name="УК", spoken_name="УК", inn="0012345675"))
    db.flush()
    db.add(Property(id=1, organization_id=1, city="Примерск", street="улица Лесная", house="1"))
    db.flush()
    db.add(Premises(id=1, property_id=1, unit="1"))
    db.flush()
    db.add(Account(id=1, organization_id=1, premises_id=1, number="1", bill_code="000001", opened_on=date(2020, 1, 1)))
    db.flush()
    meter = Meter(id=1, organization_id=1, account_id=1, resource="COLD_WATER", serial="1")
    db.add(meter)
    db.flush()
    return meter
