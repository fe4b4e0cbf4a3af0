"""What the conversation keeps of who is speaking: consents, PINs, one-time codes."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from billing.columns import UtcDateTime


class Consent(SQLModel, table=True):
    """Agreement to the processing of personal data (согласие, 152-ФЗ ст. 9): which text, when, in what words.

    text_hash: SHA-256 of the words that were read out; utterance: what was answered. The row outlives the link.
    """

    __tablename__ = "consent"
    id: int = Field(default=None, primary_key=True)
    resident_id: int = Field(index=True)
    channel: str = Field(max_length=20)
    version: str = Field(max_length=20)
    text_hash: str = Field(max_length=64)
    utterance: str = Field(max_length=200)
    given_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ResidentPin(SQLModel, table=True):
    """Four digits that open money matters on a speaker others can hear. Kept as scrypt; empty: none is wanted."""

    __tablename__ = "resident_pin"
    resident_id: int = Field(primary_key=True)
    salt: str = Field(default="", max_length=32)
    digest: str = Field(default="", max_length=64)
    failures: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OneTimeCode(SQLModel, table=True):
    """Six digits the company gave an account's owner instead of the code on the bill. Kept as scrypt, used once."""

    __tablename__ = "one_time_code"
    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(index=True)
    salt: str = Field(max_length=32)
    digest: str = Field(max_length=64)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
