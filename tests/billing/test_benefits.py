"""Privileges, compensations and subsidies: whose bill they lower, and by how much."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing import audit, benefits
from billing.tables import Account, Benefit, Meter
from tests.billing.village import Village, month
from tests.conftest import NOW


def grant(village: Village, code: str, **more: Any) -> Benefit:
    return benefits.grant(village.db, account_id=1, code=code, valid_from=month(1), now=NOW, actor="operator:1", **more)


def test_a_privilege_lowers_the_lines_it_is_for_within_the_norm(village: Village) -> None:
    grant(village, "DISABLED")
    village.read(month(4), "20")  # the norm for two is 14 m³
    receipt, lines = village.bill(month(4))
    water = lines["COLD_WATER"]
    assert (water.charged_kopecks, water.privilege_kopecks) == (1000_00, 350_00)  # half of 14 × 50
    assert lines["SEWAGE"].privilege_kopecks == 280_00  # the water's norms hold for it
    assert lines["MAINTENANCE"].privilege_kopecks == 0
    assert receipt.privilege_kopecks == 630_00
    assert receipt.to_pay_kopecks == receipt.charged_kopecks - 630_00
    assert water.explanation["privilege"] == {
        "category": "DISABLED", "title": "Инвалиды", "percent": "50", "within_norm": True, "people": None,
        "kopecks": 350_00,
    }  # fmt: skip


@pytest.mark.parametrize(("volume", "privilege"), [("13.999", 349_98), ("14", 350_00), ("14.001", 350_00)])
def test_the_edge_of_the_norm(village: Village, volume: str, privilege: int) -> None:
    grant(village, "DISABLED")
    village.read(month(4), volume)
    assert village.bill(month(4))[1]["COLD_WATER"].privilege_kopecks == privilege


def test_a_privilege_of_one_of_two_people_is_half_of_it(village: Village) -> None:
    grant(village, "DISABLED", people=1)
    village.read(month(4), "10")
    assert village.bill(month(4))[1]["COLD_WATER"].privilege_kopecks == 125_00


def test_of_two_privileges_on_one_service_the_better_is_given(village: Village) -> None:
    grant(village, "LARGE_FAMILY")
    grant(village, "DISABLED")
    village.read(month(4), "10")
    water = village.bill(month(4))[1]["COLD_WATER"]
    assert (water.privilege_kopecks, water.explanation["privilege"]["category"]) == (250_00, "DISABLED")


@pytest.mark.parametrize(("until", "privilege"), [(date(2026, 3, 31), 0), (date(2026, 4, 1), 150_00)])
def test_a_privilege_holds_through_its_last_day(village: Village, until: date, privilege: int) -> None:
    grant(village, "DISABLED", valid_to=until)
    village.read(month(4), "6")
    assert village.bill(month(4))[1]["COLD_WATER"].privilege_kopecks == privilege


def test_the_multipliers_excess_is_not_lowered(village: Village) -> None:
    grant(village, "DISABLED")
    village.db.get(Meter, 1).archived_on = date(2025, 12, 31)
    water = village.bill(month(4))[1]["COLD_WATER"]
    assert (water.charged_kopecks, water.excess_kopecks, water.privilege_kopecks) == (2100_00, 1400_00, 350_00)


def test_a_compensation_and_a_subsidy_are_told_and_paid_apart(village: Village) -> None:
    grant(village, "DISABLED", kind="compensation")
    benefits.grant_subsidy(
        village.db, account_id=1, monthly_kopecks=700_00, valid_from=month(1), now=NOW, actor="operator:1"
    )
    village.read(month(4), "6")
    receipt, lines = village.bill(month(4))
    assert receipt.privilege_kopecks == 0
    assert receipt.to_pay_kopecks == receipt.charged_kopecks
    assert receipt.compensation_kopecks == 150_00 + 120_00 + 700_00
    assert lines["COLD_WATER"].explanation["compensation"]["kopecks"] == 150_00


def test_a_subsidy_is_for_six_months(village: Village) -> None:
    subsidy = benefits.grant_subsidy(
        village.db, account_id=1, monthly_kopecks=700_00, valid_from=month(1), now=NOW, actor="operator:1"
    )
    assert subsidy.valid_to == date(2026, 6, 30)
    village.read(month(6), "6")
    assert village.bill(month(6))[0].compensation_kopecks == 700_00
    village.read(month(7), "6")
    assert village.bill(month(7))[0].compensation_kopecks == 0


@pytest.mark.parametrize(
    ("income", "minimum", "charged", "expected"),
    [
        (30_000_00, 10_000_00, 20_000_00, 2_400_00),  # 3 × 3000 − 22 % of 30 000
        (30_000_00, 20_000_00, 20_000_00, 5_700_00),  # half the minimum: half the share, 9000 − 3300
        (45_000_00, 10_000_00, 20_000_00, 0),  # 22 % of the income is more than the standard
        (30_000_00, 10_000_00, 2_000_00, 2_000_00),  # no more than is charged
    ],
)
def test_what_a_family_may_ask_for(income: int, minimum: int, charged: int, expected: int) -> None:
    assert benefits.subsidy(3_000_00, 3, income, Decimal(22), minimum, charged) == expected


def test_a_category_brings_payments_without_commission_and_a_trace(village: Village) -> None:
    grant(village, "AGE_80")
    assert village.db.get(Account, 1).without_commission
    entry = audit.trail(village.db, account_id=1)[0]
    assert (entry.subject, entry.action, entry.after["category"]) == ("benefit", "grant", "AGE_80")


def test_an_unknown_category_is_refused(village: Village) -> None:
    with pytest.raises(benefits.UnknownCategory, match="KIND_PERSON"):
        grant(village, "KIND_PERSON")
