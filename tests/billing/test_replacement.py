"""Replacing a meter in the middle of a month."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import select

from billing import meters, replacement
from billing.replacement import BadReplacement, NewMeter
from billing.tables import Meter, Reading, Register
from tests.billing.village import Village, month

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


def read_new(
    village: Village, meter: Meter, period: date, value: str, consumption: str, now: datetime, months: int = 1
) -> None:
    register = village.db.exec(select(Register.id).where(Register.meter_id == meter.id)).one()
    village.db.add(
        Reading(
            meter_id=meter.id, register_id=register, period=period, taken_on=period.replace(day=21),
            value=Decimal(value), consumption=Decimal(consumption), months=months, channel="test", source="other",
            submitted_at=now,
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


def billed_on_the_old_meter_until(village: Village, last: int) -> int:
    """Read until April, estimated from May on: 6 m³ a month. Kopecks of the cold water."""
    for number in (1, 2, 3, 4):
        village.read(month(number), "6")
    return sum(village.bill(month(number))[1]["COLD_WATER"].charged_kopecks for number in range(4, last + 1))


def water_of(village: Village, number: int) -> int:
    """Kopecks of a month's cold water with the recalculation."""
    line = village.bill(month(number))[1]["COLD_WATER"]
    return line.charged_kopecks + line.recalculated_kopecks


def test_months_estimated_on_a_meter_that_was_gone_already_are_charged_once(village: Village, now: datetime) -> None:
    charged = billed_on_the_old_meter_until(village, 7)
    new = put(village, now, final="126")  # on 10 May: 2 since April's 124
    read_new(village, new, month(8), "9", "9", now, months=3)
    lines = village.bill(month(8))[1]
    water, corrected = lines["COLD_WATER"], lines["COLD_WATER"].explanation["recalculation"]
    assert water.charged_kopecks == 150_00  # 3 m³ in each of June, July, August
    assert [(one["period"], one["now"]) for one in corrected] == [
        ("2026-05-01", 100_00),
        ("2026-06-01", 150_00),
        ("2026-07-01", 150_00),
    ]
    assert {meter["meter_id"] for meter in corrected[-1]["meters"]} == {new.id}
    assert charged + water.charged_kopecks + water.recalculated_kopecks == (6 + 2 + 9) * 50_00
    assert lines["SEWAGE"].recalculated_kopecks == (2 + 3 + 3 - 18) * 40_00
    read_new(village, new, month(9), "13", "4", now)
    assert water_of(village, 9) == 4 * 50_00


def test_the_new_meter_may_be_read_long_after_it_was_entered(village: Village, now: datetime) -> None:
    charged = billed_on_the_old_meter_until(village, 6)
    new = put(village, now, final="126")
    charged += water_of(village, 7)  # nobody has read it: the average again
    read_new(village, new, month(8), "9", "9", now, months=3)
    charged += water_of(village, 8)
    assert charged == (6 + 2 + 9) * 50_00


def test_what_the_new_meter_showed_in_the_month_it_came_is_charged_with_the_next(
    village: Village, now: datetime
) -> None:
    charged = billed_on_the_old_meter_until(village, 6)
    new = put(village, now, final="126")
    read_new(village, new, MAY, "3", "3", now)
    read_new(village, new, JULY, "9", "6", now, months=2)
    assert charged + water_of(village, 7) == (6 + 2 + 3 + 6) * 50_00


def test_a_meter_replaced_twice_before_the_office_knew_is_charged_once(village: Village, now: datetime) -> None:
    charged = billed_on_the_old_meter_until(village, 8)
    second = put(village, now, final="126")
    new = replacement.replace(
        village.db, meter_id=second.id, final={"single": Decimal(4)}, on=date(2026, 6, 20), now=now, actor="operator:1",
        new=NewMeter("00778", {"single": Decimal(0)}, digits_int=5, digits_frac=3, submit_frac=0),
    )  # fmt: skip
    read_new(village, new, month(9), "12", "12", now, months=3)
    assert charged + water_of(village, 9) == (6 + 2 + 4 + 12) * 50_00


def test_a_failed_meter_that_was_gone_already_brings_no_norm_for_the_months_after(
    village: Village, now: datetime
) -> None:
    village.db.get(Meter, 1).next_verification_on = date(2026, 5, 31)
    charged = billed_on_the_old_meter_until(village, 7)
    new = put(village, now, final="126")
    read_new(village, new, month(8), "9", "9", now, months=3)
    assert charged + water_of(village, 8) == (6 + 2 + 9) * 50_00


def test_two_zones_take_the_place_of_one_in_the_months_estimated(village: Village, now: datetime) -> None:
    charged = billed_on_the_old_meter_until(village, 6)
    new = put(village, now, final="126", zones={"day": Decimal(0), "night": Decimal(0)})
    for register in village.db.exec(select(Register.id).where(Register.meter_id == new.id)).all():
        village.db.add(
            Reading(
                meter_id=new.id, register_id=register, period=JULY, taken_on=date(2026, 7, 21), value=Decimal(4),
                consumption=Decimal(4), months=2, channel="test", source="other", submitted_at=now,
            )
        )  # fmt: skip
    village.db.flush()
    assert charged + water_of(village, 7) == (6 + 2 + 4 + 4) * 50_00


def test_a_late_reading_of_a_meter_that_is_gone_sets_its_month_right(village: Village) -> None:
    for number in (1, 2, 3):
        village.read(date(2026, number, 1), "6")
    village.bill(date(2026, 4, 1))
    village.read(date(2026, 4, 1), "8")
    village.db.get(Meter, 1).archived_on = date(2026, 4, 30)
    water = village.bill(MAY)[1]["COLD_WATER"]
    assert (water.method, water.volume, water.recalculated_kopecks) == ("A", Decimal("6.5"), 100_00)


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
