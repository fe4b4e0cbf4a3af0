"""Who helps to pay, and whom the company asks, as the resident hears it: from the books to the sentence."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from billing import benefits, billrun, external, store
from billing.tables import ExternalCheck
from fixtures.demo_company import DemoSummary
from tests.skill.talking import Clock, Ledger, Resident

NOVEMBER = date(2026, 11, 1)


def billed(resident: Resident, engine: Engine, demo: DemoSummary, grant: Callable[[Session], object]) -> None:
    """November is handed in and billed after a support was granted."""
    with store.transaction(engine) as db:
        grant(db)
    resident.says("холодная 125 горячая 148 свет 6375")
    resident.says("да")
    resident.clock.forward(days=12)
    with store.transaction(engine) as db:
        assert billrun.issue_for(db, [demo.account.id], NOVEMBER, resident.clock().date()).issued == 1


def test_a_privilege_is_the_reason_of_a_smaller_line(resident: Resident, engine: Engine, demo: DemoSummary) -> None:
    def grant(db: Session) -> object:
        return benefits.grant(
            db, account_id=demo.account.id, code="DISABLED", valid_from=NOVEMBER, now=resident.clock(), actor="operator"
        )

    billed(resident, engine, demo, grant)
    answer = resident.says("почему за электричество меньше")
    assert answer == "В последнем счёте электричество меньше на 848 ₽, сумму уменьшила льгота."
    answer = resident.says("какая у меня льгота")
    assert answer.startswith("Льгота в счёте за ноябрь: минус 2 440 ₽ 41 коп., из них горячая вода 813 ₽ 42 коп.")


def test_a_compensation_is_paid_apart_from_the_bill(resident: Resident, engine: Engine, demo: DemoSummary) -> None:
    def grant(db: Session) -> object:
        return benefits.grant(
            db, account_id=demo.account.id, code="DISABLED", kind="compensation", valid_from=NOVEMBER,
            now=resident.clock(), actor="operator",
        )  # fmt: skip

    billed(resident, engine, demo, grant)
    answer = resident.says("почему льготу сняли")
    assert answer == (
        "Льготу вам выплачивают деньгами: компенсация 2 440 ₽ 41 коп. придёт отдельно, из счёта её не вычитают."
    )
    assert "расход снизился" in resident.says("почему за электричество меньше")


def test_a_subsidy_is_told_with_its_sum(resident: Resident, engine: Engine, demo: DemoSummary) -> None:
    def grant(db: Session) -> object:
        return benefits.grant_subsidy(
            db, account_id=demo.account.id, monthly_kopecks=1500_00, valid_from=NOVEMBER, now=resident.clock(),
            actor="operator",
        )  # fmt: skip

    billed(resident, engine, demo, grant)
    answer = resident.says("когда придёт моя субсидия")
    assert answer == "Субсидия 1 500 ₽ в месяц приходит отдельно, из счёта её не вычитают."


class Supplier:
    """A resource supplier's own server: what it answers to a reading."""

    def __init__(self) -> None:
        self.answer: dict[str, str] = {"level": "ok"}
        supplier = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(supplier.answer).encode())

            def log_message(self, *_: object) -> None:
                """Silence."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


@pytest.fixture
def supplier(engine: Engine, demo: DemoSummary, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supplier]:
    monkeypatch.setattr(external, "answers", external.Answers())  # what other tests' servers answered is forgotten
    found = Supplier()
    url = f"http://127.0.0.1:{found.server.server_port}/validate"
    with store.transaction(engine) as db:
        db.add(ExternalCheck(organization_id=demo.organization_id, url=url))
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_the_suppliers_refusal_is_told_with_its_reason_and_another_value_is_taken(
    resident: Resident, supplier: Supplier, ledger: Ledger
) -> None:
    supplier.answer = {"level": "block", "code": "LIMIT", "message": "расход больше договорного"}
    answer = resident.says("холодная 125")
    assert answer == (
        "Холодная вода: компания не приняла число 125 — расход больше договорного. Проверьте и назовите ещё раз."
    )
    supplier.answer = {"level": "ok"}
    assert "холодная вода 124" in resident.says("124").lower()
    resident.says("да")
    assert ledger.newest()["COLD_WATER"] == 124


def test_the_suppliers_doubt_wants_a_yes(resident: Resident, supplier: Supplier, ledger: Ledger) -> None:
    supplier.answer = {"level": "confirm", "message": "в прошлом году было меньше"}
    answer = resident.says("холодная 125")
    assert answer == "Холодная вода: у компании есть сомнение — в прошлом году было меньше. Записать 125?"
    assert "расход 10 м³" in resident.says("да")
    resident.says("да")
    assert ledger.newest()["COLD_WATER"] == 125


def test_a_suppliers_server_that_is_down_holds_nobody_up(
    resident: Resident, supplier: Supplier, clock: Clock, ledger: Ledger
) -> None:
    supplier.answer = {"level": "nonsense"}
    resident.says("холодная 125")
    resident.says("да")
    assert ledger.newest()["COLD_WATER"] == 125
