"""What Salute sends around a payment, and what is read out of the answers."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import col, select

from billing import receipts, store
from billing.tables import Payment
from fixtures.demo_company import DemoSummary
from tests.skill.assistants.asking import post, recorded
from tests.skill.talking import Clock

THOUSAND = 1000_00


class Say:
    """The demo account's resident at a device that has the window."""

    def __init__(self, client: FlaskClient) -> None:
        self._client, self._count = client, 0

    def __call__(self, text: str, **device: Any) -> dict[str, Any]:
        self._count += 1
        return post(self._client, "salute", said(text, self._count, **device))

    def pays(self, amount: str = "оплатить тысячу рублей") -> dict[str, Any]:
        self(amount)
        return self("да")


def said(text: str, number: int, *, screen: object = True, project: str = "p-1", user: str = "sub-1") -> dict[str, Any]:
    """A phrase as Salute sends it."""
    body = recorded("salute/phrase")
    body["messageId"] = number
    body["uuid"]["sub"] = user
    body["payload"]["message"]["original_text"] = text
    body["payload"]["device"]["capabilities"]["screen"]["available"] = screen
    body["payload"]["app_info"] = {"projectId": project, "systemName": "zhku"}
    return body


def finished(invoice: object, code: object = 0, *, user: str = "sub-1", name: str = "SERVER_ACTION") -> dict[str, Any]:
    """What Salute sends when the window is gone."""
    body = recorded("salute/pay_result")
    body["messageName"], body["uuid"]["sub"] = name, user
    body["payload"]["server_action"]["parameters"]["payment_response"] = {"response_code": code, "invoice_id": invoice}
    return body


def pronounced(answer: dict[str, Any]) -> str:
    return answer["payload"]["pronounceText"]


def payments_of(engine: Engine) -> list[Payment]:
    with store.reading(engine) as db:
        query = select(Payment).where(Payment.provider == "smartpay").order_by(col(Payment.id))
        return list(db.exec(query).all())


def owed(engine: Engine, demo: DemoSummary, clock: Clock) -> int:
    with store.reading(engine) as db:
        return receipts.balance(db, demo.account.id, clock().date()).kopecks


def invoice_in(answer: dict[str, Any]) -> str:
    """The bill that an answer opens the window with."""
    assert answer["messageName"] == "POLICY_RUN_APP"
    return answer["payload"]["server_action"]["parameters"]["invoice_id"]


def link_in(answer: dict[str, Any]) -> str:
    """The link that an answer offers."""
    buttons = answer["payload"]["suggestions"]["buttons"]
    return next(one["action"]["deep_link"] for one in buttons if one["action"]["type"] == "deep_link")
