"""Replacing a meter in the middle of a month."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import select

from billing import meters, replacement
from billing.replacement import BadReplacement, NewMeter
from billing.tables import Meter, Reading, Register
from tests.billing.village import Village

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def put(village: Village, now: datetime, final: str = "108", initial: str = "0", **changes: Any) -> Meter:
    usual = {"serial": "00777", "digits_int": 5, "digits_frac": 3, "submit_frac": 0}
    new = NewMeter(initial=changes.pop("zones", {"single": Decimal(initial)}), **usual | changes)
    values = {"single": Decimal(final)}
    return replacement.replace(
        village.db, meter_id=1, final=values, new=new, on=date(2026, 5, 10), now=now, actor="operator:1"
    )


def test_the_month_is_what_both_meters_counted(village: Village, now: datetime) -> None:
    village.read(date(2026, 4, 1), "6")  # the old meter shows 106
    village.bill(date(2026, 4, 1))
    new = put(village, now, initial="3")
    register = village.db.exec(select(Register.id).where(Register.meter_id == new.id)).one()
    village.db.add(
        Reading(
            meter_id=new.id, register_id=register, period=MAY, taken_on=date(2026, 5, 21), value=Decimal(7),
            consumption=Decimal(4), channel="test", source="other", submitted_at=now,
        )
    )  # fmt: skip
    village.db.flush()
    _, lines = village.bill(MAY)
    assert lines["COLD_WATER"].volume == 2 + 4
    assert lines["COLD_WATER"].method == "M"


def test_a_month_without_a_value_of_the_new_meter_is_what_the_old_one_counted(village: Village, now: datetime) -> None:
    village.read(date(2026, 4, 1), "6")
    village.bill(date(2026, 4, 1))
    put(village, now)
    _, lines = village.bill(MAY)
    assert (lines["COLD_WATER"].volume, lines["COLD_WATER"].method) == (2, "M")


def test_only_the_new_meter_is_asked_for(village: Village, now: datetime) -> None:
    village.read(date(2026, 4, 1), "6")
    new = put(village, now, initial="0.5")
    (view,) = meters.meters_of(village.db, 1, date(2026, 5, 11))
    assert (view.id, view.serial, view.last["single"].value) == (new.id, "00777", Decimal("0.5"))


def test_a_value_submitted_this_month_gives_way_to_the_final_one(village: Village, now: datetime) -> None:
    village.read(date(2026, 4, 1), "6")
    village.read(MAY, "1")
    put(village, now)
    may = village.db.exec(select(Reading).where(Reading.meter_id == 1, Reading.period == MAY)).all()
    assert sorted((row.kind, row.status, row.consumption) for row in may) == [
        ("current", "superseded", Decimal(1)),
        ("final", "submitted", Decimal(2)),
    ]


def read_new(village: Village, meter: Meter, period: date, value: str, consumption: str, now: datetime) -> None:
    register = village.db.exec(select(Register.id).where(Register.meter_id == meter.id)).one()
    village.db.add(
        Reading(
            meter_id=meter.id, register_id=register, period=period, taken_on=period.replace(day=21),
            value=Decimal(value), consumption=Decimal(consumption), channel="test", source="other", submitted_at=now,
        )
    )  # fmt: skip
    village.db.flush()


def test_what_was_counted_after_the_months_bill_is_charged_with_the_next(village: Village, now: datetime) -> None:
    village.read(date(2026, 4, 1), "6")
    village.bill(date(2026, 4, 1))
    village.read(MAY, "5")
    village.bill(MAY)
    new = put(village, now, final="114")  # 3 more than the 111 of the bill
    read_new(village, new, JUNE, "4", "4", now)
    _, lines = village.bill(JUNE)
    assert (lines["COLD_WATER"].charged_kopecks, lines["COLD_WATER"].recalculated_kopecks) == (200_00, 150_00)
    assert (lines["SEWAGE"].charged_kopecks, lines["SEWAGE"].recalculated_kopecks) == (160_00, 120_00)
    read_new(village, new, JULY, "5", "1", now)
    assert village.bill(JULY)[1]["COLD_WATER"].recalculated_kopecks == 0


def test_a_month_estimated_before_the_replacement_was_known_is_set_right(village: Village, now: datetime) -> None:
    for number in (1, 2, 3, 4):
        village.read(date(2026, number, 1), "6")
    village.bill(MAY)  # the average, 6 m³
    new = put(village, now, final="128")  # 4 since April's 124
    read_new(village, new, JUNE, "4", "4", now)
    water = village.bill(JUNE)[1]["COLD_WATER"]
    assert (water.charged_kopecks, water.recalculated_kopecks) == (200_00, -100_00)


def test_a_late_reading_of_a_meter_that_is_gone_sets_its_month_right(village: Village) -> None:
    for number in (1, 2, 3):
        village.read(date(2026, number, 1), "6")
    village.bill(date(2026, 4, 1))
    village.read(date(2026, 4, 1), "8")
    village.db.get(Meter, 1).archived_on = date(2026, 4, 30)
    water = village.bill(MAY)[1]["COLD_WATER"]
    assert (water.explanation["why"], water.recalculated_kopecks) == ("no_meter", 100_00)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"final": "105"}, "less than the previous"),
        ({"zones": {"day": Decimal(0)}}, "no known set of zones"),
    ],
)
def test_a_replacement_that_makes_no_sense_is_refused(
    village: Village, now: datetime, changes: dict[str, Any], reason: str
) -> None:
    village.read(date(2026, 4, 1), "6")
    with pytest.raises(BadReplacement, match=reason):
        put(village, now, **changes)


def test_a_meter_is_replaced_once(village: Village, now: datetime) -> None:
    put(village, now)
    with pytest.raises(BadReplacement, match="out of use"):
        put(village, now, serial="00778")
