"""What the books know beside sums is said: on what a line rests, who helps to pay, readings that were not taken."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from billing import meters, readings, receipts, store
from billing.tables import ReceiptLine
from fixtures.demo_company import DemoSummary
from skill.dialogue.engine import converse
from skill.dialogue.turn import Turn, spoken
from skill.settings import Settings
from tests.skill.talking import Clock, Resident, linked


def explained(engine: Engine, demo: DemoSummary, code: str, explanation: dict[str, Any], **changes: Any) -> None:
    """The line of the newest bill as the reckoning of another household would have made it."""
    with store.transaction(engine) as db:
        receipt = receipts.latest(db, demo.account.id)
        assert receipt is not None
        line = db.exec(
            select(ReceiptLine).where(col(ReceiptLine.receipt_id) == receipt.id, col(ReceiptLine.code) == code)
        ).one()
        line.explanation = explanation
        for name, value in changes.items():
            setattr(line, name, value)
        lowered = int(changes.get("privilege_kopecks", 0))
        line.to_pay_kopecks -= lowered
        receipt.privilege_kopecks, receipt.to_pay_kopecks = (
            receipt.privilege_kopecks + lowered,
            receipt.to_pay_kopecks - lowered,
        )


@pytest.mark.parametrize(
    ("explanation", "heard"),
    [
        ({"basis": "average"}, "показаний не было, начислили по среднему расходу"),
        ({"basis": "norm", "why": "no_history"}, "для среднего расхода их пока мало, начислили по нормативу"),
        ({"basis": "norm", "why": "failed"}, "срок поверки счётчика истёк, начислили по нормативу"),
        ({"basis": "norm", "why": "no_meter", "multiplier": "1.5"}, "по нормативу с коэффициентом 1,5"),
        (
            {"basis": "meter", "recalculation": [{"period": "2026-08-01", "was": 30000, "now": 18000}]},
            "перерасчёт за август: минус 120 ₽",
        ),
    ],
)
def test_a_line_of_the_bill_tells_on_what_it_rests(
    resident: Resident, engine: Engine, demo: DemoSummary, explanation: dict[str, Any], heard: str
) -> None:
    explained(engine, demo, "ELECTRICITY", explanation)
    assert heard in resident.says("сколько начислили за свет").lower()


def test_the_norm_is_the_reason_of_a_larger_bill(resident: Resident, engine: Engine, demo: DemoSummary) -> None:
    explained(engine, demo, "ELECTRICITY", {"basis": "norm", "why": "no_readings"})
    assert "показаний не было больше трёх месяцев" in resident.says("почему за свет так много")


def test_a_benefit_is_told_with_where_it_lowers_most(resident: Resident, engine: Engine, demo: DemoSummary) -> None:
    explained(engine, demo, "ELECTRICITY", {}, privilege_kopecks=500_00)
    explained(engine, demo, "COLD_WATER", {}, privilege_kopecks=100_00)
    answer = resident.says("какая у меня льгота")
    assert "минус 600 ₽" in answer
    assert "электричество 500 ₽ и холодная вода 100 ₽" in answer


def test_a_declined_reading_is_told_with_the_reason(
    resident: Resident, engine: Engine, demo: DemoSummary, clock: Clock
) -> None:
    with store.transaction(engine) as db:
        today = clock().date()
        cold = next(m for m in meters.meters_of(db, demo.account.id, today) if m.resource == "COLD_WATER")
        booked = readings.submit(
            db, meter_id=cold.id, values={"single": Decimal(124)}, taken_at=today, now=clock(), channel="chat",
            source="other", idempotency_key="k",
        )  # fmt: skip
        readings.decline(
            db, reading_ids=booked.reading_ids, code="MISREAD", now=clock(), actor="billing", text="число не читается"
        )
    answer = resident.says("какие последние показания")
    assert "не приняли: холодная вода 124. Число не читается." in answer
    assert "холодная вода 115" in answer
    resident.says("холодная 125")
    resident.says("да")
    assert "не приняли" not in resident.says("какие последние показания")


def test_months_of_a_long_debt_are_named_four_at_a_time_aloud(resident: Resident, demo: DemoSummary) -> None:
    def says(text: str) -> str:
        turn = Turn("chat", "aloud", "s", spoken(text), screen=False)
        return converse(resident.engine, turn, now=resident.clock(), settings=resident.settings).text

    linked(resident.engine, "chat", "aloud", demo.rich.id, resident.clock())
    assert "6 месяцев" in says("откуда такой долг")
    some = says("да")
    assert "Май" in some
    assert "август" in some
    assert "сентябрь" not in some
    assert "Сентябрь" in says("да")


def test_a_payment_is_for_the_month_named_else_for_the_oldest(
    engine: Engine, settings: Settings, clock: Clock, demo: DemoSummary
) -> None:
    debtor = Resident(engine, settings, clock)
    linked(engine, "chat", debtor.name, demo.rich.id, clock())
    for words in ("оплати долг за сентябрь", "да", "оплати тысячу", "да"):
        debtor.says(words)
    with store.reading(engine) as db:
        made = [row for row in receipts.payments(db, demo.rich.id) if row.status == "CREATED"]
    assert sorted((row.period, row.amount_kopecks) for row in made if row.period) == [
        (date(2026, 5, 1), 1000_00),
        (date(2026, 9, 1), 7657_19),
    ]
