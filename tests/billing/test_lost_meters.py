"""Meters taken out of use without a last reading (ПП 354 п. 59, 60)."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing.tables import Meter, Reading, Register
from tests.billing.village import Village, add, month


def test_a_meter_taken_away_without_a_reading_is_charged_by_the_average_for_three_months(village: Village) -> None:
    """ПП 354 п. 59 а and п. 60: lost in May, the average until July, then the norm with its multiplier."""
    village.db.get(Meter, 1).archived_on = date(2026, 5, 11)
    for number in (1, 2, 3, 4):
        village.read(month(number), "5")
    lines = [village.bill(month(number))[1]["COLD_WATER"] for number in (5, 6, 7, 8)]
    assert [(line.method, line.charged_kopecks) for line in lines] == [("A", 250_00)] * 3 + [("N", 2100_00)]
    assert (lines[-1].explanation["why"], lines[-1].multiplier) == ("no_meter", 3)


def test_months_without_readings_before_a_meter_was_taken_away_are_of_the_three(village: Village) -> None:
    village.db.get(Meter, 1).archived_on = date(2026, 6, 11)
    for number in (1, 2, 3):
        village.read(month(number), "5")
    lines = [village.bill(month(number))[1]["COLD_WATER"] for number in (4, 5, 6, 7)]
    assert [line.method for line in lines] == ["A", "A", "A", "N"]
    assert lines[-1].explanation["why"] == "no_meter"


def test_a_meter_taken_away_where_too_little_is_known_of_it_pays_the_norm_alone(village: Village) -> None:
    village.db.get(Meter, 1).archived_on = date(2026, 5, 11)
    water = village.bill(month(5))[1]["COLD_WATER"]
    assert (water.explanation["why"], water.multiplier, water.charged_kopecks) == ("no_history", 1, 700_00)
    water = village.bill(month(6))[1]["COLD_WATER"]
    assert (water.explanation["why"], water.multiplier) == ("no_meter", 3)


def another_meter(village: Village, **facts: Any) -> Meter:
    """Another one of cold water."""
    meter = Meter(organization_id=1, account_id=1, resource="COLD_WATER", serial="00555", **facts)
    add(village.db, meter)
    add(village.db, Register(id=2000, meter_id=meter.id, zone="single"))
    return meter


def read_other(village: Village, meter: Meter, period: date, volume: str) -> None:
    taken = period + timedelta(days=20)
    row = Reading(
        meter_id=meter.id, register_id=2000, period=period, taken_on=taken, value=Decimal(volume),
        consumption=Decimal(volume), channel="test", source="other", submitted_at=datetime.combine(taken, time(9), UTC),
    )  # fmt: skip
    add(village.db, row)


@pytest.mark.parametrize("installed_on", [None, date(2026, 4, 11)])
def test_a_meter_taken_away_beside_another_is_charged_for_its_days(village: Village, installed_on: date | None) -> None:
    village.db.get(Meter, 1).archived_on = date(2026, 4, 11)
    other = another_meter(village, installed_on=installed_on)
    for number in (1, 2, 3):
        village.read(month(number), "6")
    read_other(village, other, month(4), "3")
    water = village.bill(month(4))[1]["COLD_WATER"]
    assert (water.method, water.volume) == ("A", Decimal(6) * 10 / 30 + 3)
    read_other(village, other, month(5), "4")
    water = village.bill(month(5))[1]["COLD_WATER"]
    assert (water.method, water.volume) == ("M", 4)


def test_a_meter_taken_away_of_which_little_is_known_does_not_bring_the_norm_upon_another(village: Village) -> None:
    village.db.get(Meter, 1).archived_on = date(2026, 4, 11)
    read_other(village, another_meter(village), month(4), "3")
    water = village.bill(month(4))[1]["COLD_WATER"]
    assert (water.method, water.volume) == ("M", 3)
