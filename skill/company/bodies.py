"""What the company's own systems send to the REST API: each model is also its schema in the OpenAPI document."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from billing.tables.money import MOST_KOPECKS

LARGEST_ID = 2_147_483_647
Id = Annotated[int, Field(ge=1, le=LARGEST_ID, strict=True)]
Kopecks = Annotated[int, Field(ge=1, le=MOST_KOPECKS, strict=True)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]+$")]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=5000, pattern=r"^[^\x00]+$")]
Value = Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=3)]
Month = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("no moment of any calendar") from error


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Zone = Literal["single", "day", "night", "peak", "halfpeak"]


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one would be lost."""

    model_config = ConfigDict(extra="forbid")


class NewReading(Body):
    """A reading of one meter, all its zones together."""

    meter_id: Id
    values: Annotated[dict[Zone, Value], Field(min_length=1, max_length=3)]
    taken_at: date | None = None
    confirmed: Annotated[list[Text], Field(max_length=20)] = []


class Readings(Body):
    """Submitted readings that the billing has taken to account."""

    reading_ids: Annotated[list[Id], Field(min_length=1, max_length=1000)]


class NewPayment(Body):
    """A payment that another system took."""

    account_id: Id
    amount_kopecks: Kopecks
    paid_on: date
    operation_id: Text
    period: Month | None = None


class NewRefund(Body):
    """Money to be given back."""

    amount_kopecks: Kopecks


class Rows(Body):
    """Rows as a file would hold them: names of columns and their cells, all text."""

    rows: Annotated[list[dict[Text, Annotated[str, Field(max_length=300)]]], Field(min_length=1, max_length=500)]


class NewTicket(Body):
    """A request of a resident that came to the company another way."""

    account_id: Id
    category: Text
    details: LongText
    is_emergency: bool = False
    contact: Text | None = None


class NewOutage(Body):
    """An outage; without houses it is at all of them."""

    kind: Literal["SCHEDULED", "EMERGENCY"]
    resources: Annotated[list[Text], Field(min_length=1, max_length=7)]
    start_at: Moment
    end_at: Moment | None = None
    reason: LongText | None = None
    text_for_resident: LongText | None = None
    property_ids: Annotated[list[Id], Field(max_length=1000)] = []


class NewNews(Body):
    """An announcement; an emergency one says until when it holds."""

    title: Text
    body: LongText
    kind: Literal["COMMON", "EMERGENCY"] = "COMMON"
    property_id: Id | None = None
    valid_before: Moment | None = None


class TicketChange(Body):
    """A step of a request."""

    status: Literal["OPEN", "IN_PROGRESS", "COMPLETED", "CLOSED", "DEFERRED", "DECLINED"]
    answer: LongText | None = None
    deadline: date | None = None


class Page(Body):
    """Which part of a list: rows after an id, at most so many."""

    after: Annotated[int, Field(ge=0, le=LARGEST_ID)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class AccountsPage(Page):
    """Accounts, or those with a number."""

    number: Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=r"^[^\x00]+$")] | None = None


class MetersPage(Page):
    """Meters, or those with a serial number."""

    serial: Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=r"^[^\x00]+$")] | None = None


class ReadingsPage(Page):
    """Readings of a month."""

    period: Month


class TicketsPage(Page):
    """Requests, or those in a state."""

    status: Literal["OPEN", "IN_PROGRESS", "COMPLETED", "CLOSED", "DEFERRED", "DECLINED"] | None = None


def instant(moment: datetime | None) -> str | None:
    """An instant as the API writes it."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
