"""ЮKassa through its own SDK, cards and СБП; install with `pip install 'zhku-voice[yookassa]'`.

Its webhooks are not signed, so nothing in them is believed but the payment's id: the payment itself is then asked of
the API, and the sender's address can be held against ЮKassa's list of networks too. For housing bills the shop must
pass a payment order, which goes on to ГИС ЖКХ. Its cash registers make the fiscal receipt (54-ФЗ) from what we pass.
"""

import functools
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from ipaddress import ip_address, ip_network
from typing import Any

import requests
from yookassa import Configuration, Payment, Refund  # type: ignore[import-untyped]  # the SDK has no types
from yookassa.client import ApiClient  # type: ignore[import-untyped]  # the SDK has no types
from yookassa.domain.common import SecurityHelper  # type: ignore[import-untyped]  # the SDK has no types
from yookassa.domain.exceptions import ApiError  # type: ignore[import-untyped]  # the SDK has no types

from billing.providers.provider import (
    BadWebhook,
    Check,
    Event,
    Order,
    ProviderFailed,
    Recipient,
    RefundAnswer,
    RefundOrder,
    Returned,
    Started,
)

API_URL = "https://api.yookassa.ru/v3"
TIMEOUT_SECONDS = 10
STATUSES = {"pending": "PROCESSING", "waiting_for_capture": "PROCESSING", "succeeded": "DONE", "canceled": "ERROR"}
REFUNDS = {"succeeded": True, "canceled": False}
LONGEST_DESCRIPTION, LONGEST_ITEM, LONGEST_PURPOSE, LONGEST_BANK = 128, 128, 210, 45


class _Client(ApiClient):  # type: ignore[misc]  # the SDK has no types
    """The SDK's client, which would wait for ever."""

    def get_session(self) -> requests.Session:
        session: requests.Session = super().get_session()
        session.request = functools.partial(session.request, timeout=TIMEOUT_SECONDS)  # type: ignore[method-assign]  # the SDK passes no timeout
        return session


class _Payment(Payment):  # type: ignore[misc]  # the SDK has no types
    def __init__(self) -> None:
        self.client = _Client()


class _Refund(Refund):  # type: ignore[misc]  # the SDK has no types
    def __init__(self) -> None:
        self.client = _Client()


class YooKassa:
    """shop_id and secret_key of the shop; api_url is another only in tests. The SDK keeps one shop a process.

    vat_code, tax_system: as ЮKassa numbers them in a fiscal receipt (1: without VAT; None: as the shop is set up).
    check_address: refuse webhooks that do not come from ЮKassa's networks.
    """

    name = "yookassa"
    gives_back = True

    def __init__(
        self,
        shop_id: str,
        secret_key: str,
        *,
        vat_code: int = 1,
        tax_system: int | None = None,
        check_address: bool = False,
        api_url: str = API_URL,
    ) -> None:
        self._vat_code, self._tax_system, self._check_address = vat_code, tax_system, check_address
        Configuration.configure(shop_id, secret_key, api_url=api_url)

    def start(self, order: Order) -> Started:
        """An order for a page to pay on, or for an SBP link."""
        by_sbp = order.method == "SBP_QR"
        request = self._request(order) | {
            "confirmation": {"type": "qr"} if by_sbp else {"type": "redirect", "return_url": order.return_url},
        }
        if by_sbp:
            request["payment_method_data"] = {"type": "sbp"}
        if order.save:
            request["save_payment_method"] = True
        answer = _ask(lambda: _Payment.create(request, order.key))
        if answer.confirmation is None:
            raise ProviderFailed(f"ЮKassa gave no link: {answer.status}")
        link = answer.confirmation.confirmation_data if by_sbp else answer.confirmation.confirmation_url
        return Started(answer.id, link)

    def charge(self, order: Order, token: str) -> Event:
        """Take the money by the kept means of paying: no confirmation is asked of the payer."""
        request = self._request(order) | {"payment_method_id": token}
        return _event(_ask(lambda: _Payment.create(request, order.key)))

    def webhook(self, headers: Mapping[str, str], body: bytes, now: float, address: str) -> Event | Returned | None:
        """Believes only the id, and asks the API for the rest."""
        if self._check_address and not _is_theirs(address):
            raise BadWebhook("the webhook does not come from ЮKassa's networks")
        try:
            told = json.loads(body)
            event, named = str(told["event"]), str(told["object"]["id"])
        except (ValueError, KeyError, TypeError) as unreadable:
            raise BadWebhook("the body cannot be read") from unreadable
        if event.startswith("refund."):
            answer = _ask(lambda: _Refund.find_one(named))
            return Returned(answer.id, REFUNDS[answer.status]) if answer.status in REFUNDS else None
        return self.ask(named) if event.startswith("payment.") else None

    def ask(self, external_id: str) -> Event:
        """How a payment stands."""
        return _event(_ask(lambda: _Payment.find_one(external_id)))

    def refund(self, order: RefundOrder) -> RefundAnswer:
        """Give a payment back, wholly or in part; by СБП it may take a while."""
        request: dict[str, Any] = {"payment_id": order.payment, "amount": _amount(order.kopecks)}
        if order.check:
            request["receipt"] = self._receipt(order.check)
        answer = _ask(lambda: _Refund.create(request, order.key))
        return RefundAnswer(answer.id, REFUNDS.get(answer.status))

    def _request(self, order: Order) -> dict[str, Any]:
        request: dict[str, Any] = {
            "amount": _amount(order.kopecks),
            "capture": True,
            "description": order.purpose[:LONGEST_DESCRIPTION],
        }
        if order.recipient:
            request["payment_order"] = _payment_order(order, order.recipient)
        if order.check:
            request["receipt"] = self._receipt(order.check)
        return request

    def _receipt(self, check: Check) -> dict[str, Any]:
        """What the cash register prints, as FFD 1.2 has it: a service, paid wholly or in advance."""
        by_mail = "@" in check.contact
        receipt: dict[str, Any] = {
            "customer": {"email": check.contact} if by_mail else {"phone": check.contact.removeprefix("+")},
            "items": [
                {
                    "description": item.title[:LONGEST_ITEM],
                    "quantity": "1.000",
                    "measure": "piece",
                    "amount": _amount(item.kopecks),
                    "vat_code": self._vat_code,
                    "payment_subject": "service",
                    "payment_mode": "full_payment" if item.settled else "advance",
                }
                for item in check.items
            ],
        }
        return receipt if self._tax_system is None else receipt | {"tax_system_code": self._tax_system}


def _payment_order(order: Order, recipient: Recipient) -> dict[str, Any]:
    """Платёжное поручение: at least one identifier that ГИС ЖКХ knows the bill by is there."""
    told: dict[str, Any] = {
        "type": "utilities",
        "amount": _amount(order.kopecks),
        "payment_purpose": order.purpose[:LONGEST_PURPOSE],
        "recipient": {
            "name": recipient.name,
            "inn": recipient.inn,
            "kpp": recipient.kpp,
            "bank": {
                "name": recipient.bank_name[:LONGEST_BANK],
                "bic": recipient.bic,
                "account": recipient.account,
                "correspondent_account": recipient.correspondent_account,
            },
        },
    }
    known = {
        "account_number": order.account_number,
        "unified_account_number": order.els,
        "service_id": order.service_id,
        "payment_document_id": order.document_id,
    }
    told |= {name: value for name, value in known.items() if value}
    if order.period:
        told["payment_period"] = {"month": order.period.month, "year": order.period.year}
    return told


def _event(answer: Any) -> Event:  # noqa: ANN401 - the SDK has no types
    reason = answer.cancellation_details.reason if answer.cancellation_details else None
    kept = answer.payment_method if answer.payment_method and answer.payment_method.saved else None
    return Event(
        answer.id,
        STATUSES[answer.status],
        _kopecks(answer.amount.value),
        reason,
        token=kept.id if kept else "",
        title=(kept.title or "") if kept else "",
        fiscal=answer.receipt_registration,
    )


def _is_theirs(address: str) -> bool:
    try:
        sender = ip_address(address)
    except ValueError:
        return False
    return any(sender in ip_network(network) for network in SecurityHelper.YOOKASSA_NETWORKS)


def _ask(call: Callable[[], Any]) -> Any:  # noqa: ANN401 - the SDK has no types
    try:
        return call()
    except (ValueError, TypeError) as wrong:  # the SDK looks at a request before it goes out
        raise ProviderFailed(f"ЮKassa would not take it: {wrong}") from wrong
    except ApiError as refused:
        said = refused.content or {}
        raise ProviderFailed(f"ЮKassa did not take it: {said.get('code')} {said.get('parameter', '')}") from refused
    except (requests.RequestException, AttributeError) as failed:
        # the SDK trips over its own error handling, with AttributeError, when there was no answer at all
        raise ProviderFailed(f"ЮKassa did not answer: {type(failed).__name__}") from failed


def _amount(kopecks: int) -> dict[str, str]:
    return {"value": f"{kopecks // 100}.{kopecks % 100:02d}", "currency": "RUB"}


def _kopecks(value: Decimal) -> int:
    return int(value * 100)
