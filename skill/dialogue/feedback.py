"""What residents say of the service."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from billing.columns import UtcDateTime


class Feedback(SQLModel, table=True):
    """An opinion (отзыв) with a rating of 1 to 5 where one was given."""

    __tablename__ = "feedback"
    id: int = Field(default=None, primary_key=True)
    resident_id: int | None = Field(default=None, index=True)
    channel: str = Field(max_length=20)
    rating: int | None = None
    text: str
    at: datetime = Field(sa_type=UtcDateTime)
