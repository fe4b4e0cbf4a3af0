"""The demo company, the village, and a file of law of one's own."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from billing import law, store
from billing.tables import (
    Account,
    Meter,
    Norm,
    Organization,
    Premises,
    Property,
    Register,
    Service,
    Tariff,
)
from tests.billing.village import LONG_AGO, Village, add


@pytest.fixture
def company(demo_books: Engine) -> Organization:
    """The demo company."""
    with store.reading(demo_books) as db:
        return db.get_one(Organization, 1)


@pytest.fixture
def village(undone: Session) -> Village:
    add(undone, Organization(id=1, name="ТСЖ «Слобода»", spoken_name="ТСЖ Слобода", inn="0012345675", kind="TSJ"))
    add(undone, Property(id=1, organization_id=1, city="Примерск", street="улица Речная", house="2"))
    add(undone, Premises(id=1, property_id=1, unit="1", area=Decimal(50)))
    add(
        undone,
        Account(
            id=1,
            organization_id=1,
            premises_id=1,
            number="0012345",
            bill_code="123456",
            registered=2,
            opened_on=LONG_AGO,
        ),
    )
    add(undone, Meter(id=1, organization_id=1, account_id=1, resource="COLD_WATER", serial="00123"))
    add(undone, Register(id=1, meter_id=1, zone="single"))
    for code, basis, price in (
        ("COLD_WATER", "metered", "50"),
        ("SEWAGE", "sewage", "40"),
        ("MAINTENANCE", "area", "30"),
    ):
        add(undone, Service(organization_id=1, code=code, title=code.capitalize(), basis=basis))
        add(undone, Tariff(organization_id=1, resource=code, price=Decimal(price), valid_from=LONG_AGO))
    if undone.get_bind().dialect.name == "postgresql":  # its counters know nothing of the ids given above
        for table in ("organization", "property", "premises", "account", "meter", "register"):
            counter = f"pg_get_serial_sequence('{table}', 'id')"
            undone.connection().execute(text(f"SELECT setval({counter}, greatest(nextval({counter}), 1000))"))
    add(undone, Norm(organization_id=1, resource="COLD_WATER", value=Decimal(7), valid_from=LONG_AGO))
    return Village(undone)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Makes a text the company's file of law, which holds while the test runs."""

    def use(text: str) -> None:
        (tmp_path / "law.yaml").write_text(text)
        law.use_own(tmp_path / "law.yaml")

    yield use
    law.use_own(None)
