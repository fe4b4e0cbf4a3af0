"""The trail of every change."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from billing.columns import UtcDateTime


class AuditEntry(SQLModel, table=True):
    """Who changed what, when, through which channel, from what to what (журнал изменений). Rows are only added.

    actor: "resident:7", "operator:3", "key:12", "system"; subject: table and id, "reading:15".
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject", "subject_id"),)
    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str
    channel: str
    action: str
    subject: str
    subject_id: int
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    after: dict[str, Any] | None = Field(default=None, sa_type=JSON)
