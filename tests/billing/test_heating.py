"""Heating by the norm, by the house's meter and by the flats' own, in the heating period and all the year."""

from datetime import date
from decimal import Decimal

import pytest

from billing import billrun, receipts
from billing.tables import Account, Meter, Premises, Property, Reading, Register
from tests.billing.village import Village, month
from tests.conftest import NOW


def heated(village: Village, **more: object) -> None:
    """Heat at 2000 roubles, the norm 0.03 Гкал a metre; a house of 200 m², of which the flat has 50."""
    village.service("HEAT", "heating", "2000", **more)
    village.norm("HEAT", "0.03")
    village.db.get(Property, 1).area = Decimal(200)


@pytest.mark.parametrize(("number", "is_charged"), [(4, True), (5, False), (9, False), (10, True)])
def test_heating_by_the_norm_in_the_heating_period(village: Village, number: int, is_charged: bool) -> None:
    heated(village)
    line = village.bill(month(number))[1].get("HEAT")
    assert (line is not None) is is_charged
    if line is not None:
        assert (line.volume, line.charged_kopecks, line.method) == (Decimal("1.5"), 3000_00, "N")


def test_heating_in_twelve_parts(village: Village) -> None:
    heated(village, all_year=True)
    line = village.bill(month(6))[1]["HEAT"]
    assert (line.volume, line.charged_kopecks) == (Decimal("0.875"), 1750_00)  # 1.5 × 7 / 12
    assert line.explanation["heated_months"] == 7


def test_a_company_sets_its_own_heating_period(village: Village) -> None:
    heated(village, months=[11, 12, 1, 2, 3])
    assert "HEAT" not in village.bill(month(4))[1]
    assert "HEAT" in village.bill(month(11))[1]


def test_heating_by_the_houses_meter_goes_by_area(village: Village) -> None:
    heated(village)
    village.house_meter("HEAT", month(4), "5")
    line = village.bill(month(4))[1]["HEAT"]
    assert (line.volume, line.charged_kopecks, line.method) == (Decimal("1.25"), 2500_00, "M")


def a_heat_meter(village: Village, meter_id: int, account_id: int) -> None:
    village.db.add(Meter(id=meter_id, organization_id=1, account_id=account_id, resource="HEAT", serial=f"h{meter_id}"))
    village.db.flush()
    village.db.add(Register(id=meter_id, meter_id=meter_id, zone="single"))
    village.db.flush()


def heat_read(village: Village, meter_id: int, period: date, volume: str, months: int = 1) -> None:
    row = Reading(
        meter_id=meter_id,
        register_id=meter_id,
        period=period,
        taken_on=period.replace(day=20),
        value=Decimal(100 + period.month),
        consumption=Decimal(volume),
        months=months,
        channel="test",
        source="other",
        submitted_at=NOW,
    )
    village.db.add(row)
    village.db.flush()


def test_heating_by_formula_3_1_with_a_meter_of_the_flats_own(village: Village) -> None:
    """The house 10 Гкал; the flat of 50 m² counted 1.2; the other 150 m² are taken at 0.024 a metre: 3.6."""
    heated(village)
    a_heat_meter(village, 7, 1)
    heat_read(village, 7, month(4), "1.2")
    village.house_meter("HEAT", month(4), "10")
    line = village.bill(month(4))[1]["HEAT"]
    assert line.volume == Decimal("2.5")  # 1.2 + 50 / 200 × (10 − 4.8)
    assert line.charged_kopecks == 5000_00
    assert line.explanation["flats_volume"] == "1.200"


def test_all_flats_of_a_house_together_pay_what_its_meter_counted(village: Village) -> None:
    heated(village)
    for at, area in ((2, "70"), (3, "80")):
        village.db.add(Premises(id=at, property_id=1, unit=str(at), area=Decimal(area)))
        village.db.flush()
        village.db.add(
            Account(id=at, organization_id=1, premises_id=at, number=str(at), bill_code="000000", opened_on=month(1))
        )
        village.db.flush()
    for at, volume in ((1, "0.9"), (2, "1.7")):
        a_heat_meter(village, 6 + at, at)
        heat_read(village, 6 + at, month(4), volume)
    village.house_meter("HEAT", month(4), "7.5")
    billrun.issue_for(village.db, [1, 2, 3], month(4), month(5))
    volumes = [
        line.volume
        for at in (1, 2, 3)
        for line in receipts.lines(village.db, receipts.latest(village.db, at).id)
        if line.code == "HEAT"
    ]
    assert abs(sum(volumes) - Decimal("7.5")) <= Decimal("0.0000003")


def test_a_silent_heat_meter_is_charged_by_the_heating_periods_average_and_set_right(village: Village) -> None:
    heated(village)
    a_heat_meter(village, 7, 1)
    for number, volume in ((1, "1.5"), (2, "1.3"), (3, "0.8"), (5, "0"), (6, "0")):
        heat_read(village, 7, month(number), volume)
    for number in (10, 11):
        village.house_meter("HEAT", month(number), "8")
    line = village.bill(month(10))[1]["HEAT"]
    assert (line.method, line.explanation["meters"][0]["volume"]) == ("A", "1.200")  # of January to March
    heat_read(village, 7, month(11), "2.0", months=2)
    line = village.bill(month(11))[1]["HEAT"]
    assert line.recalculated_kopecks == -400_00  # October: 1.0 instead of 1.2
    assert line.explanation["meters"][0]["volume"] == "1.000"


def test_heating_in_twelve_parts_by_the_houses_meter_is_set_right_in_the_new_year(village: Village) -> None:
    heated(village, all_year=True)
    for number in range(1, 13):
        line = village.bill(month(number))[1]["HEAT"]
        assert line.charged_kopecks == 1750_00
    for number in (1, 2, 3, 4, 10, 11):
        village.house_meter("HEAT", month(number), "8")
    village.bill(month(13))  # December is not known yet
    village.house_meter("HEAT", month(12), "8")
    line = village.bill(month(14))[1]["HEAT"]
    assert line.recalculated_kopecks == 7 * 4000_00 - 12 * 1750_00  # 8 Гкал × 50 / 200 in seven months
    assert {one["reason"] for one in line.explanation["recalculation"]} == {"year"}
    assert line.charged_kopecks == 2333_33  # 56 / 12 × 50 / 200 × 2000
    assert village.bill(month(15))[1]["HEAT"].recalculated_kopecks == 0
