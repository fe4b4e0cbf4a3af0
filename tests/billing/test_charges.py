"""The charging formulas, with sums worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import charges, recalculation
from billing.charges import MeterVolume, NormCount, NoTariff, Warmth, allocate
from billing.recalculation import Past
from billing.tables import Tariff
from billing.tariffs import Prices, Step, kopecks, priced, prices_from

SINGLE: Prices = {"single": (Step(Decimal(0), Decimal("52.34")),)}
NOVOSIBIRSK: Prices = {
    "single": (
        Step(Decimal(0), Decimal("4.12")),
        Step(Decimal(3900), Decimal("6.18")),
        Step(Decimal(6000), Decimal("7.36")),
    )
}
BOUNDS = (Decimal(0), Decimal(3900), Decimal(6000))
MOSENERGOSBYT: Prices = {
    "day": tuple(Step(above, Decimal(price)) for above, price in zip(BOUNDS, ("7.61", "8.12", "8.22"), strict=True)),
    "night": tuple(Step(above, Decimal(price)) for above, price in zip(BOUNDS, ("3.27", "3.48", "3.53"), strict=True)),
}


def volumes(**zones: str) -> list[MeterVolume]:
    return [MeterVolume(1, zone, Decimal(volume)) for zone, volume in zones.items()]


def test_a_meters_volume_times_the_price() -> None:
    line = charges.metered("COLD_WATER", "ХВС", volumes(single="10.5"), SINGLE)
    assert line.charged == 549_57
    assert (line.method, line.volume, line.price) == ("M", Decimal("10.5"), Decimal("52.34"))
    assert line.explanation["parts"] == [{"zone": "single", "volume": "10.5", "price": "52.34"}]


def test_two_meters_make_one_line() -> None:
    pair = [MeterVolume(1, "single", Decimal(3)), MeterVolume(2, "single", Decimal(4))]
    assert charges.metered("COLD_WATER", "ХВС", pair, SINGLE).charged == 366_38


@pytest.mark.parametrize(
    ("kwh", "expected"),
    [("3900", 16_068_00), ("3900.5", 16_071_09), ("4000", 16_686_00), ("6000", 29_046_00), ("6001", 29_053_36)],
)
def test_electricity_ranges_of_novosibirsk(kwh: str, expected: int) -> None:
    assert charges.metered("ELECTRICITY", "Свет", volumes(single=kwh), NOVOSIBIRSK).charged == expected


def test_ranges_hold_for_all_zones_together() -> None:
    # 5000 kWh: 3900 at the first prices, 1100 at the second, day and night each in the proportion 4 to 1
    line = charges.metered("ELECTRICITY", "Свет", volumes(day="4000", night="1000"), MOSENERGOSBYT)
    assert line.charged == kopecks(
        3120 * Decimal("7.61") + 880 * Decimal("8.12") + 780 * Decimal("3.27") + 220 * Decimal("3.48")
    )


@given(st.decimals(0, 20_000, places=3, allow_nan=False), st.decimals(0, 20_000, places=3, allow_nan=False))
def test_no_volume_is_lost_between_ranges(day: Decimal, night: Decimal) -> None:
    parts = priced({"day": day, "night": night}, MOSENERGOSBYT)
    assert parts is not None
    assert sum(part.volume for part in parts) == day + night
    assert all(part.volume >= 0 for part in parts)


def test_without_a_meter_the_norm_is_charged_with_its_multiplier_shown_apart() -> None:
    line = charges.by_norm("COLD_WATER", "ХВС", NormCount(Decimal(3), "person", Decimal("6.935")), SINGLE, Decimal(3))
    plain = 1088_93  # 20.805 m³ at 52.34
    assert line.charged == 3266_80
    assert line.excess == 3266_80 - plain
    assert (line.method, line.multiplier, line.volume) == ("N", Decimal(3), Decimal("20.805"))


def test_hot_water_in_two_components() -> None:
    heat: Prices = {"single": (Step(Decimal(0), Decimal("2614.70")),)}
    line = charges.two_component("HOT_WATER", "ГВС", volumes(single="5"), SINGLE, Warmth(Decimal("0.0645"), heat))
    assert line.charged == 1104_94  # 5 × 52.34 + 0.3225 × 2614.70


def test_hot_water_in_two_components_without_a_meter() -> None:
    heat: Prices = {"single": (Step(Decimal(0), Decimal("2614.70")),)}
    count = NormCount(Decimal(2), "person", Decimal("2.5"))
    line = charges.by_norm("HOT_WATER", "ГВС", count, SINGLE, Decimal("1.5"), warmth=Warmth(Decimal("0.0645"), heat))
    assert (line.charged, line.excess) == (1657_41, 552_47)  # 1.5 × 1104.94075
    assert line.explanation["why"] == "no_meter"


def test_sewage_is_all_the_water() -> None:
    cold = charges.metered("COLD_WATER", "ХВС", volumes(single="7"), SINGLE)
    hot = charges.metered("HOT_WATER", "ГВС", volumes(single="5"), SINGLE)
    line = charges.sewage("SEWAGE", "Водоотведение", [cold, hot], {"single": (Step(Decimal(0), Decimal("47.86")),)})
    assert (line.volume, line.charged, line.method) == (Decimal(12), 574_32, "M")


def test_common_needs_go_by_area() -> None:
    line = charges.common(
        "COMMON_ELECTRICITY", "ОДН", Decimal("54.3"), Decimal("2.5"), {"single": (Step(Decimal(0), Decimal("6.12")),)}
    )
    assert (line.volume, line.charged, line.volume_kind) == (Decimal("135.75"), 830_79, "O")


def test_common_needs_by_the_houses_meter_go_by_area_too() -> None:
    line = charges.common_share(
        "COMMON_ELECTRICITY",
        "ОДН",
        Decimal("54.3"),
        Decimal(3000),
        Decimal(1200),
        {"single": (Step(Decimal(0), Decimal("6.12")),)},
    )
    assert (line.volume, line.charged, line.method) == (Decimal("21.72"), 132_93, "M")


def test_a_new_scale_ends_the_ranges_of_the_old_one() -> None:
    def row(above: str, price: str, since: date) -> Tariff:
        return Tariff(
            organization_id=1, resource="ELECTRICITY", range_from=Decimal(above), price=Decimal(price), valid_from=since
        )

    old = [row("0", "5", date(2025, 1, 1)), row("3900", "6", date(2025, 1, 1)), row("6000", "7", date(2025, 1, 1))]
    new = [row("0", "5.5", date(2026, 1, 1)), row("4200", "6.5", date(2026, 1, 1))]
    assert [(step.above, step.price) for step in prices_from(old + new)["single"]] == [
        (Decimal(0), Decimal("5.5")), (Decimal(4200), Decimal("6.5")),
    ]  # fmt: skip
    dearer = row("6000", "7.7", date(2025, 7, 1))
    assert [step.price for step in prices_from([*old, dearer])["single"]] == [5, 6, Decimal("7.7")]


@pytest.mark.parametrize(("kwh", "expected"), [("7020", 28_922_40), ("10800", 52_282_80), ("10801", 52_290_16)])
def test_wider_ranges_of_homes_heated_by_electricity(kwh: str, expected: int) -> None:
    scale = zip(("0", "7020", "10800"), ("4.12", "6.18", "7.36"), strict=True)
    prices: Prices = {"single": tuple(Step(Decimal(above), Decimal(price)) for above, price in scale)}
    assert charges.metered("ELECTRICITY", "Свет", volumes(single=kwh), prices).charged == expected


def test_a_service_without_a_price_is_an_error() -> None:
    with pytest.raises(NoTariff, match="COLD_WATER"):
        charges.metered("COLD_WATER", "ХВС", volumes(single="1"), {})


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (["6", "5", "4"], "5"),
        (["6", "5"], None),
        (["1", "1", "1", "1", "1", "1", "100"], "1"),
        (["1", "1", "2"], "1.333"),
    ],
)
def test_the_average_is_of_six_months_and_at_least_three(months: list[str], expected: str | None) -> None:
    found = recalculation.average_volume([Decimal(month) for month in months])
    assert found == (Decimal(expected) if expected else None)


def test_a_volume_of_several_months_is_spread_without_loss() -> None:
    each, last = recalculation.spread(Decimal(10), 3)
    assert (each, last) == (Decimal("3.333"), Decimal("3.334"))


@given(st.integers(0, 50) | st.integers(0, 10**8), st.integers(1, 24))
def test_no_part_of_a_volume_is_below_zero(litres: int, months: int) -> None:
    volume = Decimal(litres).scaleb(-3)
    each, last = recalculation.spread(volume, months)
    assert min(each, last) >= 0
    assert each * (months - 1) + last == volume


def test_an_estimated_month_is_reckoned_anew() -> None:
    past = Past(date(2026, 9, 1), 261_70, Decimal(5), (MeterVolume(1, "single", Decimal(5), "average"),))
    correction = recalculation.correct(
        past, {(1, "single"): Decimal(3)}, lambda volumes: charges.cost("COLD_WATER", volumes, SINGLE)
    )
    assert (correction.was, correction.now) == (261_70, 157_02)
    line = recalculation.with_corrections(
        charges.metered("COLD_WATER", "ХВС", volumes(single="3"), SINGLE), [correction]
    )
    assert line.recalculated == -104_68
    assert line.explanation["recalculation"][0]["period"] == "2026-09-01"


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=12))
def test_a_split_loses_no_kopeck(amount: int, weights: list[int]) -> None:
    shares = allocate(amount, weights)
    assert sum(shares) == amount
    assert len(shares) == len(weights)
