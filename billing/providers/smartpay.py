"""SmartPay: a bill paid in Sber's own window, which Salute opens; there is no page to send anybody to.

From Sber's documentation (developers.sber.ru, Салют → Монетизация → Платежи):
- «Прием платежей через SmartApp API», «Этапы оплаты»: the Bearer token, the address, and that a bill's state is asked
  for when its window closes;
- «Создание счета на оплату», «API SmartPay»: the body; `ptype` 0 is a payment in one step, sums are in kopecks,
  `order_id` is taken once in a service, `order_bundle` makes the fiscal receipt (54-ФЗ) and adds up to `amount`,
  `expiration_date` ends the time to pay;
- «Получение данных по счету»: GET /invoices/{id}, and /invoices/0 with service_id and order_id for an id not known;
- «Статусы счета»: what counts as paid is `confirmed` alone (`paid` is money held by a payment in two steps).
Numbers of taxes (`tax_system`, `tax_type`) and that an answer repeats the order are told by Sber's own client library.

Not to be found in public: the form of a telephone number; how the way and the subject of payment (ФФД 1.2) are marked
in `order_bundle`, so they are not; whether a repeated `order_id` is refused, so the bill of that order is looked up.
Refunds are made in Sber's cabinet: a request that is repeated would give the money back twice.
"""

import hashlib
import ssl
import uuid
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, NoReturn
from urllib.parse import quote

import certifi
import httpx

from billing.providers.provider import BadWebhook, Event, Item, Order, ProviderFailed, RefundOrder, Started

API_URL = "https://smartpay.devices.sberbank.ru/smartpay/v1"
TIMEOUT = httpx.Timeout(connect=1, write=0.5, read=3.5, pool=0.5)
"""Seconds: an assistant waits for seven, and the way there and the conversation have their share."""
STATUSES = {
    "created": "PROCESSING",
    "executed": "PROCESSING",
    "paid": "PROCESSING",
    "confirmed": "DONE",
    "cancelled": "ERROR",
    "reversed": "ERROR",
    "refunded": "ERROR",
}
ONE_STEP = 0
TIME_TO_PAY = timedelta(minutes=20)
"""What SmartPay gives by itself; it is told so all the same, so that a bill left unpaid is known to be over."""
LONGEST_ITEM, LONGEST_EMAIL = 128, 100


class SmartPay:
    """token and service_id of the SmartPay project; tax_system and tax_type as SmartPay numbers them (0: the general
    system; 0: without VAT). ca_file: further certificates to trust, for chains that end at the Минцифры root."""

    name = "smartpay"
    gives_back = False

    def __init__(
        self,
        token: str,
        service_id: str,
        *,
        tax_system: int = 0,
        tax_type: int = 0,
        api_url: str = API_URL,
        ca_file: str = "",
    ) -> None:
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._service, self._api, self._ca_file = service_id, api_url.rstrip("/"), ca_file
        self._tax_system, self._tax_type = tax_system, tax_type

    def start(self, order: Order) -> Started:
        """A bill for the window; an order that has one already keeps it."""
        invoice = {**_purchaser(order), "order": self._order(order)}
        answer = self._call("POST", "/invoices", json={"ptype": ONE_STEP, "invoice": invoice})
        named = _invoice_id(answer)
        if not named:
            which = {"service_id": self._service, "order_id": order_id(order)}
            found = self._call("GET", "/invoices/0", params=which)
            over = STATUSES.get(str(found.get("invoice_status"))) in (None, "ERROR")
            named = "" if over or _sum(found) != order.kopecks else _invoice_id(found)
        if not named:
            raise ProviderFailed(f"SmartPay made no bill: error {_error(answer)}")
        return Started(named, "")

    def ask(self, external_id: str) -> Event:
        """How a bill stands. One that is paid without telling its sum is not believed."""
        answer = self._call("GET", f"/invoices/{quote(external_id, safe='')}")
        told, kopecks = str(answer.get("invoice_status", "")), _sum(answer)
        if told not in STATUSES:
            raise ProviderFailed(f"SmartPay told no state of the bill: error {_error(answer)}")
        if STATUSES[told] == "DONE" and kopecks is None:
            raise ProviderFailed("SmartPay told no sum of a bill that is paid")
        reason = told if STATUSES[told] == "ERROR" else None
        taken_back = told in {"reversed", "refunded"}
        return Event(external_id, STATUSES[told], kopecks, reason, untouched=told == "created", taken_back=taken_back)

    def charge(self, order: Order, token: str) -> NoReturn:
        """SmartPay keeps no means of paying for us."""
        raise ProviderFailed("SmartPay takes no money without its payer")

    def webhook(self, headers: Mapping[str, str], body: bytes, now: float, address: str) -> NoReturn:
        """SmartPay calls nobody: the assistant does, and it is not believed."""
        raise BadWebhook("SmartPay sends no webhooks")

    def refund(self, order: RefundOrder) -> NoReturn:
        """Made in Sber's cabinet."""
        raise ProviderFailed("money paid through SmartPay is given back in Sber's cabinet")

    def _order(self, order: Order) -> dict[str, Any]:
        lines = order.items or (Item(order.purpose, order.kopecks),)
        asked = {
            "order_id": order_id(order),
            "service_id": self._service,
            "amount": order.kopecks,
            "currency": "RUB",
            "purpose": order.payee or order.purpose,
            "description": order.purpose,
            "language": "ru-RU",
            "tax_system": self._tax_system,
            "order_bundle": [self._line(place, item) for place, item in enumerate(lines, 1)],
        }
        if order.ordered_at is None:
            return asked
        until = order.ordered_at + TIME_TO_PAY
        return asked | {
            "order_date": order.ordered_at.isoformat(timespec="seconds"),
            "expiration_date": until.isoformat(timespec="seconds"),
        }

    def _line(self, place: int, item: Item) -> dict[str, Any]:
        return {
            "position_id": place,
            "name": item.title[:LONGEST_ITEM],
            "quantity": {"value": 1, "measure": "шт."},
            "item_code": f"zhku-{place}",
            "item_price": item.kopecks,
            "item_amount": item.kopecks,
            "currency": "RUB",
            "tax_type": self._tax_type,
        }

    def _call(self, method: str, path: str, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - as httpx takes them
        """An answer of SmartPay's, a refusal of a request included. Raises ProviderFailed without one."""
        try:
            with httpx.Client(timeout=TIMEOUT, headers=self._headers, verify=_trusted(self._ca_file)) as http:
                answer = http.request(method, self._api + path, **request)
            told = answer.json()
        except (httpx.HTTPError, OSError, ValueError) as failed:
            raise ProviderFailed(f"SmartPay did not answer: {type(failed).__name__}") from failed
        if answer.status_code in (401, 403) or answer.is_server_error or not isinstance(told, dict):
            raise ProviderFailed(f"SmartPay did not take it: {answer.status_code}")
        return told


@cache
def _trusted(ca_file: str) -> ssl.SSLContext:
    trusted = ssl.create_default_context(cafile=certifi.where())
    if ca_file:
        trusted.load_verify_locations(cafile=ca_file)
    return trusted


def order_id(order: Order) -> str:
    """The order's name: a UUID made of its key, so that the same order asked for again is the same."""
    return str(uuid.UUID(bytes=hashlib.sha256(order.key.encode()).digest()[:16]))


def _purchaser(order: Order) -> dict[str, Any]:
    """Where the fiscal receipt goes; the payer may name another address in the window."""
    contact = order.check.contact if order.check else ""
    if not contact or len(contact) > LONGEST_EMAIL:
        return {}
    return {"purchaser": {"email" if "@" in contact else "phone": contact}}


def _invoice_id(answer: dict[str, Any]) -> str:
    named = answer.get("invoice_id")
    return str(named) if isinstance(named, str | int) and not isinstance(named, bool) and named else ""


def _sum(answer: dict[str, Any]) -> int | None:
    """Kopecks of the order in an answer."""
    invoice = answer.get("invoice")
    order = invoice.get("order") if isinstance(invoice, dict) else None
    told = order.get("amount") if isinstance(order, dict) else None
    if isinstance(told, str) and told.isdecimal():
        return int(told)
    return told if isinstance(told, int) and not isinstance(told, bool) else None


def _error(answer: dict[str, Any]) -> str:
    error = answer.get("error")
    return str(error.get("error_code", ""))[:20] if isinstance(error, dict) else ""
