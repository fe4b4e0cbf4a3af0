"""Refused checks, interference and meters whose verification ran out: when readings do not count."""

from datetime import date
from decimal import Decimal

from sqlmodel import select

from billing import acts
from billing.tables import Act, Meter
from tests.billing.village import Village, month
from tests.conftest import NOW


def draw(village: Village, kind: str, on: date, since: date | None = None) -> None:
    acts.draw(
        village.db, account_id=1, code="COLD_WATER", kind=kind, drawn_on=on, since=since, now=NOW, actor="operator:1"
    )


def test_from_the_second_refused_check_on_readings_do_not_count(village: Village) -> None:
    draw(village, "NO_ACCESS", date(2026, 4, 10))
    village.read(month(4), "6")
    assert village.bill(month(4))[1]["COLD_WATER"].method == "M"
    draw(village, "NO_ACCESS", date(2026, 5, 31))
    village.read(month(5), "6")
    water = village.bill(month(5))[1]["COLD_WATER"]
    assert (water.charged_kopecks, water.excess_kopecks) == (2100_00, 1400_00)
    assert water.explanation["why"] == "no_access"


def test_a_check_that_took_place_ends_it_and_nothing_is_given_back(village: Village) -> None:
    for day in (date(2026, 4, 10), date(2026, 4, 20)):
        draw(village, "NO_ACCESS", day)
    village.bill(month(4))
    for act in village.db.exec(select(Act)).all():
        acts.settle(village.db, act_id=act.id, on=date(2026, 5, 15), now=NOW, actor="operator:1")
    village.read(month(5), "12", months=2)
    water = village.bill(month(5))[1]["COLD_WATER"]
    assert (water.method, water.volume, water.recalculated_kopecks) == ("M", Decimal(6), 0)  # May's half of the 12 m³


def test_interference_is_charged_tenfold_for_three_months_and_on(village: Village) -> None:
    for number in (1, 2, 3, 4):
        village.read(month(number), "6")
        village.bill(month(number))
    draw(village, "INTERFERENCE", date(2026, 5, 20))
    village.read(month(5), "6")
    water = village.bill(month(5))[1]["COLD_WATER"]
    assert (water.charged_kopecks, water.multiplier, water.explanation["why"]) == (7000_00, 10, "interference")
    assert water.recalculated_kopecks == 2 * (7000_00 - 300_00)  # March and April; three months with May
    assert [one["period"] for one in water.explanation["recalculation"]] == ["2026-03-01", "2026-04-01"]
    village.read(month(6), "6")
    water = village.bill(month(6))[1]["COLD_WATER"]
    assert (water.charged_kopecks, water.recalculated_kopecks) == (7000_00, 0)


def test_interference_known_to_be_younger_is_charged_from_its_month(village: Village) -> None:
    for number in (3, 4):
        village.read(month(number), "6")
        village.bill(month(number))
    draw(village, "INTERFERENCE", date(2026, 5, 20), since=date(2026, 4, 30))
    water = village.bill(month(5))[1]["COLD_WATER"]
    assert water.recalculated_kopecks == 7000_00 - 300_00


def test_interference_that_is_gone_ends_with_its_month(village: Village) -> None:
    village.read(month(4), "6")
    village.bill(month(4))
    draw(village, "INTERFERENCE", date(2026, 5, 20), since=date(2026, 5, 1))
    acts.settle(village.db, act_id=village.db.exec(select(Act.id)).one(), on=date(2026, 5, 31), now=NOW, actor="x")
    assert village.bill(month(5))[1]["COLD_WATER"].multiplier == 10
    village.read(month(6), "6")
    assert village.bill(month(6))[1]["COLD_WATER"].charged_kopecks == 300_00


def test_a_reading_made_after_the_verification_ran_out_does_not_count(village: Village) -> None:
    for number in (1, 2, 3):
        village.read(month(number), "5")
    village.db.get(Meter, 1).next_verification_on = date(2026, 4, 20)
    village.read(month(4), "9")  # on the 21st
    water = village.bill(month(4))[1]["COLD_WATER"]
    assert (water.method, water.volume) == ("A", Decimal(5))
    village.db.get(Meter, 1).next_verification_on = date(2032, 4, 20)
    village.read(month(5), "7")
    water = village.bill(month(5))[1]["COLD_WATER"]
    assert (water.charged_kopecks, water.recalculated_kopecks) == (350_00, 0)


def test_a_reading_made_on_the_last_day_of_the_verification_counts(village: Village) -> None:
    village.db.get(Meter, 1).next_verification_on = date(2026, 4, 21)
    village.read(month(4), "9")
    assert village.bill(month(4))[1]["COLD_WATER"].method == "M"
