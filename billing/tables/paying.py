"""What paying needs beside the payments: how an account's owner is reached, and standing orders."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from billing.columns import Kopecks, UtcDateTime
from billing.resources import one_of

CONTACT_KINDS = ("email", "phone")


class AccountContact(SQLModel, table=True):
    """How the company reaches an account's owner: an e-mail address, or a telephone number as +7…."""

    __tablename__ = "account_contact"
    __table_args__ = (
        UniqueConstraint("account_id", "kind"),
        CheckConstraint(one_of("kind", CONTACT_KINDS), "kind"),
        CheckConstraint("length(value) BETWEEN 3 AND 254", "value"),
    )
    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    kind: str
    value: str


class Autopay(SQLModel, table=True):
    """A resident's consent that bills are paid by themselves (автоплатёж); at most one of an account is not ended.

    payment_id: the payment whose means of paying is kept; token: the provider's name of that, empty until it tells, and
    again when the order ends; title: what the means of paying is called. day: of the month, null: when a bill comes.
    limit_kopecks: a dearer bill is not paid. noticed_for, noticed_on: the period told of last, and the local day of it.
    """

    __tablename__ = "autopay"
    __table_args__ = (
        CheckConstraint("day IS NULL OR day BETWEEN 1 AND 31", "day"),
        CheckConstraint("limit_kopecks > 0", "limit_kopecks"),
        Index(
            "uq_autopay_going",
            "account_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    resident_id: int | None = Field(default=None, foreign_key="resident.id")
    payment_id: int = Field(foreign_key="payment.id")
    provider: str
    token: str = ""
    title: str = ""
    day: int | None = None
    limit_kopecks: int = Field(sa_type=Kopecks)
    channel: str
    agreed_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    noticed_for: date | None = None
    noticed_on: date | None = None
