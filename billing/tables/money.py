"""Services, receipts and payments. Money is whole kopecks."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from billing.columns import Kopecks, Price, Ratio, UtcDateTime, Volume
from billing.resources import CHARGEABLE, one_of

BASES = ("metered", "sewage", "hot_two_component", "area", "person", "fixed", "common", "heating")
METHODS = ("M", "A", "N", "O")
PAYMENT_STATUSES = ("CREATED", "PROCESSING", "WITHDRAWN", "DONE", "ERROR")
PAYMENT_METHODS = ("SBP_QR", "CARD", "SBER_PAY", "BANK_LINK", "CASH", "REGISTRY", "BANK_TRANSFER", "AUTOPAY")

MOST_KOPECKS = 10**11 - 1
"""The largest sum that is taken from anybody, a kopeck less than a billion roubles; the columns hold many together."""


class Service(SQLModel, table=True):
    """What a company charges at a house (услуга); without a house, at all of them.

    basis: metered — by meter, average or norm; sewage — all the water; hot_two_component — carrier and heat;
    area, person, fixed — price times that; common — norm times the flat's area (КР на СОИ); heating — by the house's
    meter or the norm, see billing.heating. months: in which it is charged, null for all (heating: data/law.yaml);
    all_year: heating is paid in twelve equal parts.
    """

    __tablename__ = "service"
    __table_args__ = (
        CheckConstraint(one_of("code", CHARGEABLE), "code"),
        CheckConstraint(one_of("basis", BASES), "basis"),
        Index("uq_service_scope", "organization_id", "code", text("coalesce(property_id, 0)"), unique=True),
    )
    id: int = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id")
    property_id: int | None = Field(default=None, foreign_key="property.id")
    code: str
    title: str
    basis: str
    meter_possible: bool = True
    months: list[int] | None = Field(default=None, sa_type=JSON)
    all_year: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class Receipt(SQLModel, table=True):
    """A month's bill (платёжный документ). to_pay = opening + charged + recalculated − privilege + penalty − paid.

    opening: debt, or advance below zero; paid: came since the receipt before, through `paid_through`;
    document_id: идентификатор платёжного документа в ГИС ЖКХ; compensation: compensations and subsidies of the month,
    paid apart from the bill and no part of to_pay.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("account_id", "period"),
        CheckConstraint(
            "to_pay_kopecks = opening_kopecks + charged_kopecks + recalculated_kopecks - privilege_kopecks"
            " + penalty_kopecks - paid_kopecks",
            "to_pay",
        ),
        CheckConstraint("charged_kopecks >= 0 AND penalty_kopecks >= 0 AND privilege_kopecks >= 0", "amounts"),
        CheckConstraint("compensation_kopecks >= 0", "compensation"),
        CheckConstraint("document_id IS NULL OR length(document_id) = 18", "document_id"),
        CheckConstraint("due_on > period", "due_on"),
        Index("ix_receipt_period_account_id", "period", "account_id"),
    )
    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    period: date
    document_id: str | None = Field(default=None, unique=True)
    opening_kopecks: int = Field(default=0, sa_type=Kopecks)
    charged_kopecks: int = Field(default=0, sa_type=Kopecks)
    recalculated_kopecks: int = Field(default=0, sa_type=Kopecks)
    privilege_kopecks: int = Field(default=0, sa_type=Kopecks)
    penalty_kopecks: int = Field(default=0, sa_type=Kopecks)
    paid_kopecks: int = Field(default=0, sa_type=Kopecks)
    to_pay_kopecks: int = Field(default=0, sa_type=Kopecks)
    compensation_kopecks: int = Field(default=0, sa_type=Kopecks, sa_column_kwargs={"server_default": "0"})
    paid_through: date
    issued_on: date
    due_on: date


class ReceiptLine(SQLModel, table=True):
    """One service of a receipt. method: M meter, A average of past months, N norm, O other.

    charged includes excess: what the multiplier (повышающий коэффициент) added. Payments pay the receipt, not a line,
    so to_pay = opening + charged + recalculated − privilege + penalty, and all lines together make the receipt's
    to_pay + paid. explanation: how it was reckoned, see billing.charges.
    """

    __tablename__ = "receipt_line"
    __table_args__ = (
        UniqueConstraint("receipt_id", "code"),
        CheckConstraint(one_of("code", CHARGEABLE), "code"),
        CheckConstraint(one_of("method", METHODS), "method"),
        CheckConstraint(one_of("volume_kind", ("I", "O")), "volume_kind"),
        CheckConstraint(
            "to_pay_kopecks = opening_kopecks + charged_kopecks + recalculated_kopecks - privilege_kopecks"
            " + penalty_kopecks",
            "to_pay",
        ),
        CheckConstraint("excess_kopecks BETWEEN 0 AND charged_kopecks", "excess"),
        CheckConstraint("multiplier >= 1", "multiplier"),
    )
    id: int = Field(default=None, primary_key=True)
    receipt_id: int = Field(foreign_key="receipt.id")
    code: str
    title: str
    method: str
    volume_kind: str = "I"
    volume: Decimal = Field(sa_type=Volume)
    price: Decimal | None = Field(default=None, sa_type=Price)
    multiplier: Decimal = Field(default=Decimal(1), sa_type=Ratio)
    opening_kopecks: int = Field(default=0, sa_type=Kopecks)
    charged_kopecks: int = Field(default=0, sa_type=Kopecks)
    excess_kopecks: int = Field(default=0, sa_type=Kopecks)
    recalculated_kopecks: int = Field(default=0, sa_type=Kopecks)
    privilege_kopecks: int = Field(default=0, sa_type=Kopecks)
    penalty_kopecks: int = Field(default=0, sa_type=Kopecks)
    to_pay_kopecks: int = Field(default=0, sa_type=Kopecks)
    explanation: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Payment(SQLModel, table=True):
    """Money of a resident (платёж). CREATED → PROCESSING → WITHDRAWN → DONE; ERROR instead, or once it is taken back.

    contact: where the fiscal receipt goes (54-ФЗ), an e-mail address or telephone number; fiscal_status: as told of it.

    amount, account, receipt and period never change; fee is on top of the amount; paid_on: local day it was withdrawn.
    """

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        UniqueConstraint("provider", "external_id"),
        CheckConstraint("amount_kopecks > 0 AND fee_kopecks >= 0", "amounts"),
        CheckConstraint(one_of("status", PAYMENT_STATUSES), "status"),
        CheckConstraint(one_of("method", PAYMENT_METHODS), "method"),
        CheckConstraint("status NOT IN ('WITHDRAWN', 'DONE') OR paid_on IS NOT NULL", "paid_on"),
        Index("ix_payment_account_id_paid_on", "account_id", "paid_on"),
    )
    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    receipt_id: int | None = Field(default=None, foreign_key="receipt.id")
    period: date | None = None
    amount_kopecks: int = Field(sa_type=Kopecks)
    fee_kopecks: int = Field(default=0, sa_type=Kopecks)
    method: str
    provider: str
    status: str = "CREATED"
    error: str | None = None
    external_id: str | None = None
    idempotency_key: str
    pay_url: str | None = None
    contact: str | None = None
    fiscal_status: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    paid_on: date | None = None


class Refund(SQLModel, table=True):
    """Money given back (возврат); all refunds of a payment together are no more than the payment."""

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        CheckConstraint("amount_kopecks > 0", "amount"),
        CheckConstraint(one_of("status", ("CREATED", "DONE", "ERROR")), "status"),
    )
    id: int = Field(default=None, primary_key=True)
    payment_id: int = Field(foreign_key="payment.id", index=True)
    amount_kopecks: int = Field(sa_type=Kopecks)
    status: str = "CREATED"
    external_id: str | None = None
    idempotency_key: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    done_on: date | None = None
