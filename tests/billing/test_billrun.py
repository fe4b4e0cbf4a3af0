"""The monthly run: what a flat is charged, month after month."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from billing import billrun, receipts, store
from billing.tables import Account, Meter, Organization, Reading, Receipt, ReceiptLine, Service, Tariff
from fixtures.demo_company import DemoSummary
from tests.billing.village import Village, month


def test_a_read_month(village: Village) -> None:
    village.read(month(4), "6")
    receipt, lines = village.bill(month(4))
    assert lines["COLD_WATER"].charged_kopecks == 300_00
    assert lines["SEWAGE"].charged_kopecks == 240_00
    assert lines["MAINTENANCE"].charged_kopecks == 1500_00
    assert (receipt.charged_kopecks, receipt.to_pay_kopecks) == (2040_00, 2040_00)
    assert (receipt.due_on, receipt.issued_on) == (date(2026, 5, 15), date(2026, 5, 1))


def test_a_silent_month_is_charged_by_the_average(village: Village) -> None:
    for number, volume in ((1, "4"), (2, "6"), (3, "5")):
        village.read(month(number), volume)
    _, lines = village.bill(month(4))
    assert (lines["COLD_WATER"].method, lines["COLD_WATER"].volume) == ("A", Decimal(5))
    assert lines["SEWAGE"].method == "A"
    assert lines["COLD_WATER"].explanation["basis"] == "average"


def test_after_three_silent_months_comes_the_norm(village: Village) -> None:
    for number in (1, 2, 3):
        village.read(month(number), "5")
    methods = [village.bill(month(number))[1]["COLD_WATER"].method for number in (4, 5, 6, 7, 8)]
    assert methods == ["A", "A", "A", "N", "N"]
    _, lines = village.bill(month(9))
    assert lines["COLD_WATER"].charged_kopecks == 700_00  # two people, 7 m³ each, no multiplier: the meter is sound
    assert lines["COLD_WATER"].excess_kopecks == 0


def test_a_new_meter_without_history_is_charged_by_the_norm_at_once(village: Village) -> None:
    village.read(month(3), "5")
    lines = [village.bill(month(number))[1]["COLD_WATER"] for number in (4, 5, 6, 7)]
    assert [line.method for line in lines] == ["N"] * 4
    assert [line.explanation["why"] for line in lines] == ["no_history"] * 3 + ["no_readings"]


def test_a_failed_meter_pays_the_multiplier_after_three_months(village: Village) -> None:
    meter = village.db.get(Meter, 1)
    meter.next_verification_on = date(2026, 3, 31)
    for number in (1, 2, 3):
        village.read(month(number), "5")
    lines = [village.bill(month(number))[1]["COLD_WATER"] for number in (4, 5, 6, 7)]
    assert [line.method for line in lines] == ["A", "A", "A", "N"]
    assert lines[-1].multiplier == 3
    assert (lines[-1].charged_kopecks, lines[-1].excess_kopecks) == (2100_00, 1400_00)


def test_no_meter_at_all_pays_the_multiplier_where_one_is_possible(village: Village) -> None:
    village.db.get(Meter, 1).archived_on = date(2025, 12, 31)
    _, lines = village.bill(month(4))
    assert (lines["COLD_WATER"].charged_kopecks, lines["COLD_WATER"].excess_kopecks) == (2100_00, 1400_00)
    village.db.exec(select(Service).where(Service.code == "COLD_WATER")).one().meter_possible = False
    _, lines = village.bill(month(5))
    assert (lines["COLD_WATER"].charged_kopecks, lines["COLD_WATER"].excess_kopecks) == (700_00, 0)


def test_a_meter_taken_out_of_use_later_stood_for_the_month(village: Village) -> None:
    village.db.get(Meter, 1).archived_on = date(2026, 5, 2)
    for number in (1, 2, 3):
        village.read(month(number), "5")
    water = village.bill(month(4))[1]["COLD_WATER"]
    assert (water.method, water.charged_kopecks, water.excess_kopecks) == ("A", 250_00, 0)


def test_a_meter_installed_later_did_not_stand_for_the_month(village: Village) -> None:
    village.db.get(Meter, 1).installed_on = date(2026, 5, 10)
    water = village.bill(month(4))[1]["COLD_WATER"]
    assert (water.explanation["why"], water.multiplier) == ("no_meter", 3)
    water = village.bill(month(5))[1]["COLD_WATER"]
    assert (water.method, water.explanation["why"], water.multiplier) == ("N", "no_history", 1)


def test_a_real_reading_after_estimates_brings_a_recalculation(village: Village) -> None:
    for number in (1, 2, 3):
        village.read(month(number), "5")
    village.bill(month(4))
    village.bill(month(5))  # two months by the average: 5 m³ each
    village.read(month(6), "9", months=3)  # in truth 3 m³ a month
    receipt, lines = village.bill(month(6))
    assert lines["COLD_WATER"].charged_kopecks == 150_00
    assert lines["COLD_WATER"].recalculated_kopecks == -200_00  # 2 × (3 − 5) × 50
    assert lines["SEWAGE"].recalculated_kopecks == -160_00
    assert receipt.recalculated_kopecks == -360_00
    corrections = lines["COLD_WATER"].explanation["recalculation"]
    assert [(one["period"], one["was"], one["now"]) for one in corrections] == [
        ("2026-04-01", 250_00, 150_00),
        ("2026-05-01", 250_00, 150_00),
    ]


def test_a_few_litres_over_many_months_are_billed(village: Village) -> None:
    village.read(month(3), "5")
    for number in range(4, 13):
        village.bill(month(number))
    village.read(month(13), "0.005", months=10)
    water = village.bill(month(13))[1]["COLD_WATER"]
    assert (water.volume, water.charged_kopecks) == (Decimal("0.005"), 25)


def test_a_month_charged_by_the_norm_is_recalculated_too(village: Village) -> None:
    village.read(month(3), "5")
    assert village.bill(month(4))[1]["COLD_WATER"].charged_kopecks == 700_00
    village.read(month(5), "8", months=2)
    _, lines = village.bill(month(5))
    assert lines["COLD_WATER"].charged_kopecks == 200_00
    assert lines["COLD_WATER"].recalculated_kopecks == 200_00 - 700_00


def test_a_reading_that_came_after_its_bill_is_reckoned_in_the_next(village: Village) -> None:
    for number in (1, 2, 3):
        village.read(month(number), "5")
    village.bill(month(4))  # the average, 5 m³
    village.read(month(4), "9")  # the window was still open
    village.read(month(5), "4")
    water = village.bill(month(5))[1]["COLD_WATER"]
    assert (water.charged_kopecks, water.recalculated_kopecks) == (200_00, 200_00)  # 4 m³ more for April
    village.read(month(6), "4")
    assert village.bill(month(6))[1]["COLD_WATER"].recalculated_kopecks == 0


def test_readings_that_a_bill_rests_on_are_accepted_with_it(village: Village) -> None:
    village.read(month(4), "5")
    village.read(month(5), "5")
    village.bill(month(4))
    rows = village.db.exec(select(Reading.period, Reading.status).order_by(col(Reading.period))).all()
    assert rows == [(month(4), "accepted"), (month(5), "submitted")]


def test_a_group_of_flats_has_its_own_price_where_there_is_one(village: Village) -> None:
    village.db.get(Account, 1).tariff_group = "rural"
    village.db.add(
        Tariff(organization_id=1, resource="COLD_WATER", group="rural", price=Decimal(35), valid_from=date(2026, 1, 1))
    )
    village.read(month(4), "6")
    _, lines = village.bill(month(4))
    assert lines["COLD_WATER"].charged_kopecks == 210_00
    assert lines["SEWAGE"].charged_kopecks == 240_00


def test_where_nobody_is_registered_the_owner_counts(village: Village) -> None:
    village.db.get(Account, 1).registered = 0
    assert village.bill(month(4))[1]["COLD_WATER"].volume == Decimal(7)


def test_months_that_were_never_charged_are_charged_with_the_reading(village: Village) -> None:
    village.read(month(6), "9", months=3)
    _, lines = village.bill(month(6))
    assert (lines["COLD_WATER"].charged_kopecks, lines["COLD_WATER"].recalculated_kopecks) == (450_00, 0)


def test_the_year_adds_up_whatever_was_estimated(village: Village) -> None:
    """Estimates and recalculations together charge exactly what the meter counted."""
    for number in (1, 2, 3):
        village.read(month(number), "5")
    charged = 0
    for number, volume, months in ((4, "", 0), (5, "10", 2), (6, "", 0), (7, "", 0), (8, "7", 3), (9, "2", 1)):
        if volume:
            village.read(month(number), volume, months)
        _, lines = village.bill(month(number))
        charged += lines["COLD_WATER"].charged_kopecks + lines["COLD_WATER"].recalculated_kopecks
    assert charged == (10 + 7 + 2) * 50_00


def test_running_a_month_twice_makes_no_second_bill(village: Village) -> None:
    village.read(month(4), "6")
    village.bill(month(4))
    report = billrun.issue_for(village.db, [1], month(4), date(2026, 5, 1))
    assert (report.issued, report.skipped) == (0, 1)


def test_an_account_with_a_later_bill_gets_no_earlier_one(village: Village) -> None:
    village.bill(month(5))
    report = billrun.issue_for(village.db, [1], month(4), date(2026, 6, 1))
    assert (report.issued, report.skipped) == (0, 0)
    assert report.problems == [("0012345", "2026-05 is billed already")]
    assert len(village.db.exec(select(Receipt)).all()) == 1


def test_an_account_without_a_price_is_reported_and_the_others_are_billed(village: Village) -> None:
    village.db.delete(village.db.exec(select(Tariff).where(Tariff.resource == "SEWAGE")).one())
    village.db.flush()
    village.read(month(4), "6")
    report = billrun.issue_for(village.db, [1], month(4), date(2026, 5, 1))
    assert report.problems == [("0012345", "no tariff for SEWAGE single")]
    assert report.issued == 0


def test_a_run_says_that_its_key_rate_is_old(village: Village, caplog: pytest.LogCaptureFixture) -> None:
    assert billrun.issue_for(village.db, [1], month(11), date(2026, 12, 1)).old_key_rate is None
    assert billrun.issue_for(village.db, [1], month(12), date(2027, 1, 1)).old_key_rate == date(2025, 10, 27)
    assert "penalties use the key rate of 2025-10-27" in caplog.text


def test_a_company_chose_the_due_day_of_february_2026(village: Village) -> None:
    village.db.get(Organization, 1).feb_2026_due = date(2026, 3, 10)
    assert [village.bill(month(number))[0].due_on.day for number in (1, 2, 3)] == [10, 10, 15]


def test_a_whole_company_in_one_run(demo_books: Engine, demo: DemoSummary) -> None:
    """The month the demo company is in: readings are missing, so everything metered is charged by the average."""
    seen: list[int] = []
    report = billrun.run(demo_books, demo.organization_id, date(2026, 11, 1), date(2026, 12, 1), seen.append)
    assert (report.issued, report.problems, sum(seen)) == (60, [], 60)
    with store.reading(demo_books) as db:
        rows = db.exec(select(Receipt)).all()
        lines = db.exec(select(ReceiptLine)).all()
    for receipt in rows:
        assert receipts.violations(receipt, [line for line in lines if line.receipt_id == receipt.id]) == []
    november = {row.id for row in rows if row.period == date(2026, 11, 1)}
    assert {line.method for line in lines if line.receipt_id in november and line.code == "COLD_WATER"} == {"A"}
    again = billrun.run(demo_books, demo.organization_id, date(2026, 11, 1), date(2026, 12, 1))
    assert (again.issued, again.skipped) == (0, 60)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("charged_kopecks", "lines do not add up to charged_kopecks"),
        ("to_pay_kopecks", "lines do not add up to to_pay and paid"),
    ],
)
def test_a_receipt_that_does_not_add_up_is_found_out(village: Village, field: str, wrong: str) -> None:
    village.read(month(4), "6")
    receipt, lines = village.bill(month(4))
    copies = [ReceiptLine(**line.model_dump()) for line in lines.values()]
    setattr(copies[0], field, getattr(copies[0], field) + 1)
    assert receipts.violations(receipt, copies) == [wrong]
