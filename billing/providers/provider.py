"""What a payment provider is to us."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


class ProviderFailed(Exception):
    """The provider did not take the order or did not answer; it may be tried again with the same key."""


class BadWebhook(ValueError):
    """A webhook that is not the provider's: wrong signature or address, too old, or not to be read."""


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


@dataclass(frozen=True)
class Item:
    """A line of a fiscal receipt (чек, 54-ФЗ). settled: for what was supplied already, else paid in advance."""

    title: str
    kopecks: int
    settled: bool = True


@dataclass(frozen=True)
class Check:
    """A fiscal receipt: where it goes (an e-mail address or a telephone number as +7…) and what it lists."""

    contact: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Order:
    """key: idempotency key; kopecks: sum with the fee; method: SBP_QR, CARD …; purpose: text for the bank.

    period, account_number, els, service_id, document_id: what the payment is for, as ГИС ЖКХ is told; recipient: None
    when the company's requisites are not known. save: the payer agrees that the means of paying is kept.
    payee: the company's name; items: what is paid, line by line; ordered_at: aware, UTC.
    """

    key: str
    kopecks: int
    method: str
    purpose: str
    return_url: str
    period: date | None = None
    account_number: str | None = None
    els: str | None = None
    service_id: str | None = None
    document_id: str | None = None
    recipient: Recipient | None = None
    check: Check | None = None
    save: bool = False
    payee: str = ""
    items: tuple[Item, ...] = ()
    ordered_at: datetime | None = None


@dataclass(frozen=True)
class Started:
    """external_id: the provider's name of the payment; pay_url: where the resident pays (a page, or an SBP link)."""

    external_id: str
    pay_url: str


@dataclass(frozen=True)
class Event:
    """What a provider reports. status: PROCESSING, WITHDRAWN, DONE or ERROR; kopecks: sum with the fee, when told.

    token, title: the provider's name of the kept means of paying, and what to call it («MIR *4477»).
    fiscal: what became of the fiscal receipt. untouched: nobody has begun to pay;
    taken_back: an ERROR after DONE, the money that came is gone.
    """

    external_id: str
    status: str
    kopecks: int | None = None
    reason: str | None = None
    token: str = ""
    title: str = ""
    fiscal: str | None = None
    untouched: bool = False
    taken_back: bool = False


@dataclass(frozen=True)
class Returned:
    """A provider reports a refund. done: the money went back; else it will not."""

    external_id: str
    done: bool


@dataclass(frozen=True)
class RefundOrder:
    """payment: the provider's name of the payment."""

    payment: str
    kopecks: int
    key: str
    check: Check | None = None


@dataclass(frozen=True)
class RefundAnswer:
    """external_id: the provider's name of the refund; done: None while it is on its way."""

    external_id: str
    done: bool | None


class Provider(Protocol):
    """name: as in payment.provider; gives_back: refunds can be asked of it. start, charge and refund raise
    ProviderFailed; webhook raises BadWebhook."""

    name: str
    gives_back: bool

    def start(self, order: Order) -> Started: ...

    def charge(self, order: Order, token: str) -> Event:
        """Take the money by a kept means of paying, without the payer."""
        ...

    def webhook(self, headers: Mapping[str, str], body: bytes, now: float, address: str) -> Event | Returned | None:
        """What a webhook tells, or None for one that says nothing about payments.

        now: seconds since the epoch; address: of who sent it.
        """
        ...

    def ask(self, external_id: str) -> Event:
        """How a payment stands, for webhooks that never came."""
        ...

    def refund(self, order: RefundOrder) -> RefundAnswer: ...
