"""Check 22: a company's own billing is asked about a reading, over a real connection."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlmodel import Session

from billing import external, readings
from billing.readings import NotAccepted
from billing.tables import ExternalCheck
from fixtures.demo_company import DemoSummary

TODAY = date(2026, 11, 21)


class Billing:
    """A company's server: what it answers, and what it was asked."""

    def __init__(self) -> None:
        self.status, self.answer = 200, json.dumps({"level": "ok"})
        self.asked: list[tuple[str | None, dict[str, Any]]] = []
        billing = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                billing.asked.append((self.headers["Authorization"], json.loads(body)))
                self.send_response(billing.status)
                self.end_headers()
                self.wfile.write(billing.answer.encode())

            def log_message(self, *_: object) -> None:
                """Silence."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/validate"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def says(self, level: str, code: str = "", message: str = "") -> None:
        self.answer = json.dumps({"level": level, "code": code, "message": message})


@pytest.fixture
def billing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Billing]:
    monkeypatch.setattr(external, "answers", external.Answers())
    company = Billing()
    yield company
    company.server.shutdown()
    company.server.server_close()


@pytest.fixture
def books(undone_demo: Session, billing: Billing, demo: DemoSummary) -> Session:
    undone_demo.add(ExternalCheck(organization_id=demo.organization_id, url=billing.url, token="t0ken"))
    undone_demo.flush()
    return undone_demo


def codes(db: Session, demo: DemoSummary, value: str = "125") -> list[tuple[str, str]]:
    meter_id = demo.account.meters[0].id
    found = readings.check(db, meter_id=meter_id, values={"single": Decimal(value)}, today=TODAY)
    return [(finding.code, finding.level) for finding in found]


def test_a_company_with_nothing_against_it_is_not_noticed(books: Session, billing: Billing, demo: DemoSummary) -> None:
    assert codes(books, demo) == []
    token, question = billing.asked[0]
    assert token == "Bearer t0ken"
    serial = demo.account.meters[0].serial
    assert question == {
        "account": "100512", "serial": serial, "resource": "COLD_WATER", "period": "2026-11", "taken_on": "2026-11-21",
        "values": {"single": "125.000"}, "previous": {"single": "115.000"},
    }  # fmt: skip


@pytest.mark.parametrize("level", ["block", "confirm", "review"])
def test_the_answer_decides(books: Session, billing: Billing, demo: DemoSummary, level: str) -> None:
    billing.says(level, "SEALS", "Сначала опломбируйте счётчик")
    assert codes(books, demo) == [("EXTERNAL", level)]


def test_a_reading_the_company_refuses_is_not_booked_and_its_message_comes_along(
    books: Session, billing: Billing, demo: DemoSummary, now: datetime
) -> None:
    billing.says("block", "SEALS", "Сначала опломбируйте счётчик")
    with pytest.raises(NotAccepted) as refused:
        book(books, demo, now)
    assert refused.value.findings[0].facts == {"code": "SEALS", "message": "Сначала опломбируйте счётчик"}


def test_a_doubt_of_the_company_needs_a_yes(books: Session, billing: Billing, demo: DemoSummary, now: datetime) -> None:
    billing.says("confirm", "HIGH")
    with pytest.raises(NotAccepted):
        book(books, demo, now)
    assert book(books, demo, now, confirmed=frozenset({"EXTERNAL"})).reading_ids


def test_a_reading_is_asked_about_once(books: Session, billing: Billing, demo: DemoSummary, now: datetime) -> None:
    meter_id = demo.account.meters[0].id
    readings.preview(books, meter_id=meter_id, values={"single": Decimal(125)}, today=TODAY)
    book(books, demo, now)
    assert len(billing.asked) == 1


def test_what_is_refused_anyway_is_not_asked_about(books: Session, billing: Billing, demo: DemoSummary) -> None:
    assert codes(books, demo, "3") == [("LESS_THAN_PREVIOUS", "block")]
    assert billing.asked == []


@pytest.mark.parametrize(
    ("status", "answer"), [(500, "{}"), (404, "no"), (200, "not json"), (200, "[]"), (200, '{"level": "perhaps"}')]
)
def test_a_broken_answer_is_skipped(
    books: Session, billing: Billing, demo: DemoSummary, status: int, answer: str
) -> None:
    billing.status, billing.answer = status, answer
    assert codes(books, demo) == []


def test_a_server_that_failed_is_left_alone_for_a_while(books: Session, billing: Billing, demo: DemoSummary) -> None:
    billing.status = 500
    codes(books, demo)
    billing.status = 200
    billing.says("block")
    assert codes(books, demo, "126") == []
    assert len(billing.asked) == 1


def test_a_silent_server_is_not_waited_for(undone_demo: Session, billing: Billing, demo: DemoSummary) -> None:
    with socket.socket() as silent:  # takes connections, says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        undone_demo.add(ExternalCheck(organization_id=demo.organization_id, url=url, timeout_ms=100))
        undone_demo.flush()
        assert codes(undone_demo, demo) == []


def book(db: Session, demo: DemoSummary, now: datetime, confirmed: frozenset[str] = frozenset()) -> readings.Booking:
    return readings.submit(
        db,
        meter_id=demo.account.meters[0].id,
        values={"single": Decimal(125)},
        taken_at=TODAY,
        now=now,
        channel="alice",
        source="alice",
        idempotency_key="turn-1",
        confirmed=confirmed,
    )
