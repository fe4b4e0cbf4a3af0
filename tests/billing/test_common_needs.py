"""Common needs: by the norm, set right once a year by the house's meter, or charged as the company found them."""

from decimal import Decimal

from billing import house
from billing.tables import Property
from tests.billing.village import Village, month


def test_common_needs_are_set_right_once_a_year_by_the_houses_meter(village: Village) -> None:
    """Water in common: the norm 0.1 m³ a metre, 5 m³ for the flat; the house's meter 20 m³ more than the flat, less."""
    village.service("COMMON_COLD_WATER", "common", "50")
    village.norm("COMMON_COLD_WATER", "0.1")
    village.db.get(Property, 1).area = Decimal(200)
    for number in range(1, 13):
        village.read(month(number), "6")
        assert village.bill(month(number))[1]["COMMON_COLD_WATER"].charged_kopecks == 250_00
        village.house_meter("COLD_WATER", month(number), "18")
    village.read(month(13), "6")
    line = village.bill(month(13))[1]["COMMON_COLD_WATER"]
    assert line.recalculated_kopecks == 12 * (150_00 - 250_00)  # (18 − 6) × 50 / 200 = 3 m³
    assert len(line.explanation["recalculation"]) == 12
    village.read(month(14), "6")
    assert village.bill(month(14))[1]["COMMON_COLD_WATER"].recalculated_kopecks == 0


def test_a_year_that_is_not_whole_is_not_set_right(village: Village) -> None:
    village.service("COMMON_COLD_WATER", "common", "50")
    village.norm("COMMON_COLD_WATER", "0.1")
    village.read(month(12), "6")
    village.bill(month(12))
    village.house_meter("COLD_WATER", month(12), "18")
    village.read(month(13), "6")
    assert village.bill(month(13))[1]["COMMON_COLD_WATER"].recalculated_kopecks == 0


def test_only_the_first_quarter_sets_the_year_right(village: Village) -> None:
    assert list(house.ADJUSTED_IN) == [1, 2, 3]
    village.service("COMMON_COLD_WATER", "common", "50")
    village.norm("COMMON_COLD_WATER", "0.1")
    village.bill(month(12))
    for number in range(1, 13):
        village.house_meter("COLD_WATER", month(number), "18")
    assert village.bill(month(16))[1]["COMMON_COLD_WATER"].recalculated_kopecks == 0


def test_a_company_may_charge_what_it_found_month_by_month(village: Village) -> None:
    village.service("COMMON_ELECTRICITY", "common", "6")
    village.norm("COMMON_ELECTRICITY", "1")
    village.db.get(Property, 1).area = Decimal(200)
    village.house_meter("COMMON_ELECTRICITY", month(4), "120")
    line = village.bill(month(4))[1]["COMMON_ELECTRICITY"]
    assert (line.volume, line.charged_kopecks, line.explanation["basis"]) == (Decimal(30), 180_00, "common_by_meter")
    assert village.bill(month(5))[1]["COMMON_ELECTRICITY"].charged_kopecks == 300_00
