"""A company enters the books by a file: who it is, when it takes readings, what it charges and at what price.

Houses, flats and meters come with `billing.exchange`. Loaded again, the file brings the books to what it says: days of
readings and answers are replaced, a price that holds from a day is set right. What was billed stays as it is.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session, SQLModel, col, delete, select

from billing import store
from billing.resources import CHARGEABLE, Resource, Zone
from billing.tables import Article, Norm, Organization, ReportingWindow, Service, Tariff
from billing.tables.money import BASES
from billing.tables.organizations import ORGANIZATION_KINDS


class BadCompany(Exception):
    """The file tells of no company; the message names the place and what is wrong there."""


def _among(*known: str) -> AfterValidator:
    def check(said: str) -> str:
        if said not in known:
            raise ValueError(f"{said!r} is none of {', '.join(known)}")
        return said

    return AfterValidator(check)


def _zone(said: str) -> str:
    try:
        ZoneInfo(said)
    except (LookupError, OSError, ValueError) as error:
        raise ValueError(f"{said!r} is no time zone") from error
    return said


Amount = Annotated[Decimal, Field(ge=0)]
Code = Annotated[str, _among(*CHARGEABLE)]
Day = Annotated[int, Field(ge=1, le=31)]
Month = Annotated[int, Field(ge=1, le=12)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CompanyEntry(_Entry):
    """Who it is: the columns of `billing.tables.Organization`."""

    name: str
    spoken_name: str
    kind: Annotated[str, _among(*ORGANIZATION_KINDS)] = "UO"
    inn: Annotated[str, Field(pattern=r"^(\d{10}|\d{12})$")]
    kpp: Annotated[str, Field(pattern=r"^\d{9}$")] | None = None
    ogrn: str | None = None
    dispatch_phone: str | None = None
    emergency_phone: str | None = None
    office_phone: str | None = None
    address: str | None = None
    work_hours: dict[str, str] = {}
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Moscow"
    bank_account: str | None = None
    bank_name: str | None = None
    bank_bic: str | None = None
    bank_correspondent_account: str | None = None


class WindowEntry(_Entry):
    """Days on which readings are taken; of a resource or of a month of the year where one is named."""

    start_day: Day
    end_day: Day
    strict_until_day: Day | None = None
    resource: Annotated[str, _among(*Resource)] | None = None
    month: Month | None = None
    closed: bool = False


class ServiceEntry(_Entry):
    """What is charged at all houses."""

    code: Code
    title: str
    basis: Annotated[str, _among(*BASES)]
    meter_possible: bool = True
    months: list[Month] | None = None
    all_year: bool = False


class TariffEntry(_Entry):
    """Roubles a unit from a day on."""

    resource: Code
    zone: Annotated[str, _among(*Zone)] = Zone.SINGLE.value
    group: str = ""
    range_from: Amount = Decimal(0)
    price: Amount
    valid_from: date
    act: str | None = None


class NormEntry(_Entry):
    """A month's consumption without a meter from a day on."""

    resource: Code
    unit: Annotated[str, _among("person", "m2", "m3")] = "person"
    value: Amount
    valid_from: date
    act: str | None = None


class ArticleEntry(_Entry):
    """An answer to a question that residents ask often."""

    slug: str
    title: str
    body: str
    keywords: str = ""


class CompanyFile(_Entry):
    """The whole file."""

    company: CompanyEntry
    windows: Annotated[list[WindowEntry], Field(min_length=1)]
    services: list[ServiceEntry] = []
    tariffs: list[TariffEntry] = []
    norms: list[NormEntry] = []
    articles: list[ArticleEntry] = []


def read(text: str) -> CompanyFile:
    """The file's content. Raises BadCompany."""
    try:
        return CompanyFile.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise BadCompany(f"no YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BadCompany(f"{place}: {first['msg']}") from error


def found(db: Session, told: CompanyFile) -> Organization:
    """The company as the file tells of it, new or changed; it is known by its ИНН and КПП."""
    entry = told.company
    company = db.exec(
        select(Organization).where(
            Organization.inn == entry.inn,
            col(Organization.kpp).is_(None) if entry.kpp is None else Organization.kpp == entry.kpp,
        )
    ).first()
    company = company or Organization(**entry.model_dump())
    company.sqlmodel_update(entry.model_dump())
    db.add(company)
    db.flush()
    store.keep(db)
    of_company = col(ReportingWindow.property_id).is_(None)
    db.execute(delete(ReportingWindow).where(col(ReportingWindow.organization_id) == company.id, of_company))
    db.execute(delete(Article).where(col(Article.organization_id) == company.id))
    _add(db, ReportingWindow, company, told.windows)
    _add(db, Article, company, told.articles)
    _bring(db, Service, company, told.services, ("code",))
    _bring(db, Tariff, company, told.tariffs, ("resource", "zone", "group", "range_from", "valid_from"))
    _bring(db, Norm, company, told.norms, ("resource", "unit", "valid_from"))
    return company


def _add(db: Session, table: type[SQLModel], company: Organization, entries: Sequence[_Entry]) -> None:
    db.add_all(table(organization_id=company.id, **entry.model_dump()) for entry in entries)
    db.flush()


def _bring(
    db: Session,
    table: type[Service] | type[Tariff] | type[Norm],
    company: Organization,
    entries: Sequence[_Entry],
    key: Sequence[str],
) -> None:
    """Rows with the same key are changed, the others added; none is taken away."""

    def named(row: Any) -> tuple[object, ...]:  # noqa: ANN401 - a row or an entry
        return tuple(getattr(row, name) for name in key)

    rows = db.exec(select(table).where(table.organization_id == company.id)).all()
    known = {named(row): row for row in rows if getattr(row, "property_id", None) is None}
    for entry in entries:
        row = known.get(named(entry)) or table(organization_id=company.id, **entry.model_dump())
        row.sqlmodel_update(entry.model_dump())
        db.add(row)
    db.flush()
