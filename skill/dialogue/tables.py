"""What the conversation keeps in the database: open sessions, answered turns, tokens, failed linkings."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from billing.columns import UtcDateTime


class DialogueSession(SQLModel, table=True):
    """A conversation between two turns. `key` is a hash of channel, user and session; `state` is a `Session`."""

    __tablename__ = "dialogue_session"
    key: str = Field(primary_key=True, max_length=64)
    state: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    sequence: int | None = None
    updated_at: datetime = Field(sa_type=UtcDateTime)


class AnsweredTurn(SQLModel, table=True):
    """A delivery that was answered: the same delivery again gets the same reply and has no second effect."""

    __tablename__ = "answered_turn"
    __table_args__ = (Index("ix_answered_turn_at", "at"),)
    key: str = Field(primary_key=True, max_length=64)
    reply: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    at: datetime = Field(sa_type=UtcDateTime)


class ApiToken(SQLModel, table=True):
    """A personal bearer token, kept as a SHA-256 of 256 random bits; it stands for one speaker on one channel."""

    __tablename__ = "api_token"
    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    channel: str = Field(max_length=20)
    user_key: str = Field(max_length=64)
    name: str = Field(max_length=100)
    created_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LinkAttempts(SQLModel, table=True):
    """Wrong codes given by one speaker, or for one account number (`subject` is a hash of either)."""

    __tablename__ = "link_attempts"
    subject: str = Field(primary_key=True, max_length=64)
    failures: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
