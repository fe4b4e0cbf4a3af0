"""Why a bill differs from the last, what the next will be, and what looks odd."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from billing import benefits, explain, forecast, receipts, store
from billing.tables import Meter, Receipt, ReceiptLine, Tariff
from billing.windows import month_start
from fixtures.demo_company import DemoSummary
from tests.billing.village import Village, month
from tests.conftest import NOW


def test_more_water_is_a_difference_of_volume(village: Village) -> None:
    village.read(month(4), "5")
    village.bill(month(4))
    village.pay(date(2026, 5, 10), 1950_00)
    village.read(month(5), "7")
    village.bill(month(5))
    found = explain.explain_latest(village.db, 1)
    assert found is not None
    assert (found.total, found.volume, found.tariff) == (
        180_00,
        180_00,
        0,
    )  # 2 m³ of water and of sewage: 2 × (50 + 40)
    assert found.services[0].code == "COLD_WATER"
    assert (found.services[0].volume_before, found.services[0].volume_now) == (Decimal(5), Decimal(7))


def test_a_new_tariff_is_told_apart_from_the_volume(village: Village) -> None:
    village.db.add(Tariff(organization_id=1, resource="COLD_WATER", price=Decimal("55.5"), valid_from=date(2026, 5, 1)))
    village.read(month(4), "5")
    village.bill(month(4))
    village.pay(date(2026, 5, 10), 1950_00)
    village.read(month(5), "7")
    village.bill(month(5))
    found = explain.explain_latest(village.db, 1)
    assert found is not None
    water = found.services[0]
    assert (water.volume, water.tariff) == (100_00, 38_50)  # 2 m³ at the old 50.00; then 7 m³ dearer by 5.50
    assert found.total == found.volume + found.tariff


def test_a_multiplier_and_a_debt_are_told_apart(village: Village) -> None:
    village.db.get(Meter, 1).next_verification_on = date(2026, 4, 30)
    village.read(month(4), "5")
    village.bill(month(4))  # read
    village.bill(month(5))  # norm with the multiplier of three: the meter has failed
    found = explain.explain_latest(village.db, 1)
    assert found is not None
    assert found.multiplier == 1400_00
    assert found.debt == 1950_00  # April's bill, carried over
    assert _adds_up(found)


def test_a_recalculation_is_told_apart(village: Village) -> None:
    village.read(month(4), "5")
    village.bill(month(4))
    village.bill(month(5))  # the norm: 14 m³
    village.read(month(6), "10", months=2)
    village.bill(month(6))
    found = explain.explain_latest(village.db, 1)
    assert found is not None
    assert found.recalculation == -450_00 - 360_00  # 9 m³ less of water and of sewage
    assert found.services[0].explanation["recalculation"][0]["reason"] == "readings"
    assert _adds_up(found)


def _adds_up(found: explain.Difference) -> bool:
    parts = found.volume + found.tariff + found.multiplier + found.recalculation + found.privilege + found.penalty
    return found.total == parts + found.debt


CODES = ("COLD_WATER", "SEWAGE", "ELECTRICITY", "HEAT", "MAINTENANCE")
kopecks = st.integers(-(10**7), 10**7)
amounts = st.integers(0, 10**7)
volumes = st.decimals(0, 10**4, places=3, allow_nan=False)


@st.composite
def bills(draw: st.DrawFn) -> tuple[Receipt, list[ReceiptLine]]:
    """Any sound receipt: some services, with or without zones, each with any sums."""
    lines = []
    for code in draw(st.lists(st.sampled_from(CODES), unique=True)):
        zones = draw(st.sampled_from([("single",), ("day", "night"), ()]))
        parts = [
            {"zone": zone, "volume": str(draw(volumes)), "price": str(draw(st.decimals(0, 99, places=2)))}
            for zone in zones
        ]
        excess = draw(amounts)
        line = ReceiptLine(
            receipt_id=1,
            code=code,
            title=code,
            method="M",
            volume=sum((Decimal(part["volume"]) for part in parts), Decimal(0)) if parts else draw(volumes),
            opening_kopecks=draw(kopecks),
            charged_kopecks=excess + draw(amounts),
            excess_kopecks=excess,
            recalculated_kopecks=draw(kopecks),
            privilege_kopecks=draw(amounts),
            penalty_kopecks=draw(amounts),
            explanation={"parts": parts},
        )
        own = line.charged_kopecks + line.recalculated_kopecks - line.privilege_kopecks + line.penalty_kopecks
        line.to_pay_kopecks = line.opening_kopecks + own
        lines.append(line)
    receipt = Receipt(account_id=1, period=month(4), paid_through=month(5), issued_on=month(5), due_on=month(5))
    for name in ("opening", "charged", "recalculated", "privilege", "penalty"):
        setattr(receipt, f"{name}_kopecks", sum(getattr(line, f"{name}_kopecks") for line in lines))
    receipt.paid_kopecks = draw(amounts)
    receipt.to_pay_kopecks = sum(line.to_pay_kopecks for line in lines) - receipt.paid_kopecks
    assert receipts.violations(receipt, lines) == []
    return receipt, lines


@given(bills(), bills())
def test_the_parts_of_any_difference_add_up_to_the_kopeck(
    now: tuple[Receipt, list[ReceiptLine]], before: tuple[Receipt, list[ReceiptLine]]
) -> None:
    found = explain.explain(now[0], before[0], now[1], before[1])
    assert found.total == now[0].to_pay_kopecks - before[0].to_pay_kopecks
    assert _adds_up(found)
    assert sum(change.total for change in found.services) + found.debt == found.total


def test_every_difference_of_the_demo_company_adds_up(demo_books: Engine) -> None:
    with store.reading(demo_books) as db:
        for now in db.exec(select(Receipt).where(Receipt.period == date(2026, 10, 1))).all():
            before = db.exec(
                select(Receipt).where(Receipt.account_id == now.account_id, Receipt.period == date(2026, 9, 1))
            ).one()
            found = explain.explain(now, before, receipts.lines(db, now.id), receipts.lines(db, before.id))
            assert _adds_up(found)
            assert found.tariff == 0


def test_the_first_bill_has_nothing_to_compare_with(village: Village) -> None:
    village.read(month(4), "5")
    village.bill(month(4))
    assert explain.explain_latest(village.db, 1) is None


def test_a_privilege_is_told_apart_and_says_whose_it_is(village: Village) -> None:
    for number in (4, 5):
        village.read(month(number), "6")
        if number == 5:
            benefits.grant(village.db, account_id=1, code="DISABLED", valid_from=month(5), now=NOW, actor="operator:1")
        village.bill(month(number))
    found = explain.explain_latest(village.db, 1)
    assert found is not None
    assert found.privilege == -150_00 - 120_00  # half of the water and of the sewage
    assert found.services[0].explanation["privilege"]["title"] == "Инвалиды"
    assert _adds_up(found)


def test_a_forecast_rests_on_the_last_months(village: Village) -> None:
    for number, volume in ((1, "4"), (2, "6"), (3, "5"), (4, "7")):
        village.read(month(number), volume)
    village.bill(month(4))
    found = forecast.forecast(village.db, 1, month(5))
    assert found is not None
    assert found.fixed == 1500_00
    assert (found.low, found.expected, found.high) == (1500_00 + 4 * 90_00, 1500_00 + 6 * 90_00, 1500_00 + 7 * 90_00)
    assert (found.based_on_months, found.already_read, found.same_month_last_year) == (4, (), False)


def test_a_forecast_knows_of_privileges_and_of_the_heating_period(village: Village) -> None:
    village.service("HEAT", "heating", "2000")
    village.norm("HEAT", "0.03")
    benefits.grant(village.db, account_id=1, code="DISABLED", valid_from=month(1), now=NOW, actor="operator:1")
    for number in (1, 2, 3, 4):
        village.read(month(number), "5")
        village.bill(month(number))
    found = forecast.forecast(village.db, 1, month(5))
    assert found is not None
    assert found.fixed == 1500_00  # no heating in May
    assert found.expected == 1500_00 + 5 * 45_00  # half of the water and the sewage
    later = forecast.forecast(village.db, 1, date(2027, 1, 1))
    assert later is not None
    assert later.fixed == 1500_00 + 1500_00  # in January, half of 3000 for the heat


def test_heating_that_begins_is_expected_as_it_was_a_year_ago(village: Village) -> None:
    village.service("HEAT", "heating", "2000")
    village.norm("HEAT", "0.03")
    village.read(date(2025, 10, 1), "5")
    village.bill(date(2025, 10, 1))
    for number in (7, 8, 9):
        village.read(month(number), "5")
        village.bill(month(number))
    found = forecast.forecast(village.db, 1, month(10))
    assert found is not None
    assert found.fixed == 1500_00 + 3000_00


def test_a_reading_of_the_month_makes_the_forecast_exact(village: Village) -> None:
    for number in (1, 2, 3, 4):
        village.read(month(number), "5")
    village.bill(month(4))
    village.read(month(5), "3")
    found = forecast.forecast(village.db, 1, month(5))
    assert found is not None
    assert found.low == found.expected == found.high == 1500_00 + 3 * 90_00
    water = sum(found.services[code][1] for code in ("COLD_WATER", "SEWAGE"))
    assert water == 3 * 90_00
    assert found.expected == sum(expected for _, expected, _ in found.services.values())
    assert found.already_read == ("COLD_WATER",)


def test_two_months_are_too_few_for_a_forecast(village: Village) -> None:
    for number in (3, 4):
        village.read(month(number), "5")
    village.bill(month(4))
    assert forecast.forecast(village.db, 1, month(5)) is None


def test_a_forecast_of_the_demo_flat_holds_its_last_bill(demo_books: Engine, demo: DemoSummary) -> None:
    with store.reading(demo_books) as db:
        found = forecast.forecast(db, demo.account.id, date(2026, 11, 1))
        last = receipts.latest(db, demo.account.id)
    assert found is not None
    assert last is not None
    assert found.low <= last.charged_kopecks <= found.high
    assert found.same_month_last_year


@pytest.mark.parametrize(
    ("volumes", "kind"),
    [
        (["5", "5", "6", "4", "5", "5"], None),
        (["5", "5", "6", "4", "9", "9"], "LEAK"),
        (["5", "5", "6", "4", "5", "16"], "SPIKE"),
        (["5", "5", "6", "4", "5", "0"], "SILENT"),
        (["5", "5", "9", "9"], None),
    ],
)
def test_odd_months_are_noticed(village: Village, volumes: list[str], kind: str | None) -> None:
    for number, volume in enumerate(volumes, start=1):
        village.read(month(number), volume)
    found = forecast.anomalies(village.db, 1, month(len(volumes)))
    assert [one.kind for one in found] == ([kind] if kind else [])
    if found:
        assert (found[0].usual, found[0].months) == (Decimal(5), 4)


def test_the_history_spreads_a_reading_over_its_months(village: Village) -> None:
    village.read(month(4), "9", months=3)
    volumes = forecast.monthly_volumes(village.db, 1, month(4))
    assert volumes["COLD_WATER", "single"] == {month_start(month(4), -ago): Decimal(3) for ago in range(3)}
