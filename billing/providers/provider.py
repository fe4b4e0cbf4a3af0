"""What a payment provider is to us."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class ProviderFailed(Exception):
    """The provider did not take the order or did not answer; it may be tried again with the same key."""


class BadWebhook(ValueError):
    """A webhook that is not the provider's: wrong signature, too old, or not to be read."""


@dataclass(frozen=True)
class Order:
    """key: idempotency key; kopecks: sum with the fee; method: SBP_QR, CARD …; purpose: text for the bank.

    period, account_number: what the payment is for, as ГИС ЖКХ is told.
    """

    key: str
    kopecks: int
    method: str
    purpose: str
    return_url: str
    period: date | None = None
    account_number: str | None = None


@dataclass(frozen=True)
class Started:
    """external_id: the provider's name of the payment; pay_url: where the resident pays (a page, or an SBP link)."""

    external_id: str
    pay_url: str


@dataclass(frozen=True)
class Event:
    """What a provider reports. status: PROCESSING, WITHDRAWN, DONE or ERROR; kopecks: sum with the fee, when told."""

    external_id: str
    status: str
    kopecks: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class RefundOrder:
    """payment: the provider's name of the payment."""

    payment: str
    kopecks: int
    key: str


@dataclass(frozen=True)
class RefundAnswer:
    """external_id: the provider's name of the refund."""

    external_id: str
    done: bool


class Provider(Protocol):
    """name: as in payment.provider. start and refund raise ProviderFailed; webhook raises BadWebhook."""

    name: str

    def start(self, order: Order) -> Started: ...

    def webhook(self, headers: Mapping[str, str], body: bytes, now: float) -> Event | None:
        """The event of a webhook, or None for one that says nothing about a payment. now: seconds since the epoch."""
        ...

    def refund(self, order: RefundOrder) -> RefundAnswer: ...
