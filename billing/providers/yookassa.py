"""ЮKassa through its own SDK, cards and СБП; install with `pip install 'zhku-voice[yookassa]'`.

Its webhooks are not signed, so nothing in them is believed but the payment's id: the payment itself is then asked of
the API. For housing bills the shop must pass a payment order, which goes on to ГИС ЖКХ.
"""

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import requests
from yookassa import Configuration, Payment, Refund  # type: ignore[import-untyped]  # the SDK has no types
from yookassa.client import ApiClient  # type: ignore[import-untyped]  # the SDK has no types
from yookassa.domain.exceptions import ApiError  # type: ignore[import-untyped]  # the SDK has no types

from billing.providers.provider import (
    BadWebhook,
    Event,
    Order,
    ProviderFailed,
    RefundAnswer,
    RefundOrder,
    Started,
)

TIMEOUT_SECONDS = 10
STATUSES = {"pending": "PROCESSING", "waiting_for_capture": "PROCESSING", "succeeded": "DONE", "canceled": "ERROR"}


@dataclass(frozen=True)
class Recipient:
    """Where the money of housing bills goes: the company's requisites."""

    name: str
    inn: str
    kpp: str
    bank_name: str
    bic: str
    account: str
    correspondent_account: str


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
    """shop_id and secret_key of the shop; api_url is another only in tests. The SDK keeps one shop a process."""

    name = "yookassa"

    def __init__(
        self, shop_id: str, secret_key: str, recipient: Recipient, api_url: str = "https://api.yookassa.ru/v3"
    ) -> None:
        self._recipient = recipient
        Configuration.configure(shop_id, secret_key, api_url=api_url)

    def start(self, order: Order) -> Started:
        """An order for a page to pay on, or for an SBP link."""
        by_sbp = order.method == "SBP_QR"
        request: dict[str, Any] = {
            "amount": _amount(order.kopecks),
            "capture": True,
            "description": order.purpose[:128],
            "confirmation": {"type": "qr"} if by_sbp else {"type": "redirect", "return_url": order.return_url},
            "payment_order": self._payment_order(order),
        }
        if by_sbp:
            request["payment_method_data"] = {"type": "sbp"}
        answer = _ask(lambda: _Payment.create(request, order.key))
        confirmation = answer.confirmation
        link = confirmation.confirmation_data if by_sbp else confirmation.confirmation_url
        return Started(answer.id, link)

    def webhook(self, headers: Mapping[str, str], body: bytes, now: float) -> Event | None:
        """Believes only the id, and asks the API for the rest."""
        try:
            told = json.loads(body)
            event, payment_id = str(told["event"]), str(told["object"]["id"])
        except (ValueError, KeyError, TypeError) as unreadable:
            raise BadWebhook("the body cannot be read") from unreadable
        if not event.startswith("payment."):
            return None
        answer = _ask(lambda: _Payment.find_one(payment_id))
        reason = answer.cancellation_details.reason if answer.cancellation_details else None
        return Event(answer.id, STATUSES[answer.status], _kopecks(answer.amount.value), reason)

    def refund(self, order: RefundOrder) -> RefundAnswer:
        """Give a payment back, wholly or in part."""
        answer = _ask(
            lambda: _Refund.create({"payment_id": order.payment, "amount": _amount(order.kopecks)}, order.key)
        )
        return RefundAnswer(answer.id, answer.status == "succeeded")

    def _payment_order(self, order: Order) -> dict[str, Any]:
        recipient = self._recipient
        told: dict[str, Any] = {
            "type": "utilities",
            "amount": _amount(order.kopecks),
            "payment_purpose": order.purpose[:210],
            "recipient": {
                "name": recipient.name,
                "inn": recipient.inn,
                "kpp": recipient.kpp,
                "bank": {
                    "name": recipient.bank_name[:45],
                    "bic": recipient.bic,
                    "account": recipient.account,
                    "correspondent_account": recipient.correspondent_account,
                },
            },
        }
        if order.account_number:
            told["account_number"] = order.account_number
        if order.period:
            told["payment_period"] = {"month": order.period.month, "year": order.period.year}
        return told


def _ask(call: Callable[[], Any]) -> Any:  # noqa: ANN401 - the SDK has no types
    try:
        return call()
    except (ApiError, requests.RequestException, AttributeError) as failed:
        # the SDK trips over its own error handling, with AttributeError, when there was no answer at all
        raise ProviderFailed(f"ЮKassa did not take it: {type(failed).__name__}") from failed


def _amount(kopecks: int) -> dict[str, str]:
    return {"value": f"{kopecks // 100}.{kopecks % 100:02d}", "currency": "RUB"}


def _kopecks(value: Decimal) -> int:
    return int(value * 100)
