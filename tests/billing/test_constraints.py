"""The database itself keeps the books sound: what every table forbids, read off its definition and off its refusals."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, select

from billing import tables
from billing.tables import Account, Act, Benefit, HouseVolume, Norm, Payment, Reading, Receipt, ReceiptLine, Tariff
from fixtures.demo_company import DemoSummary

OURS = [getattr(tables, name).__table__ for name in tables.__all__]
MONEY = [table for table in OURS if any(column.name.endswith("kopecks") for column in table.columns)]
ALIKE = {"resident", "audit_entry", "news", "outage"}
"""Tables whose rows may be alike: a person, a trace, a text."""


def checks_of(table: Table) -> str:
    return " ; ".join(str(one.sqltext) for one in table.constraints if isinstance(one, CheckConstraint))


def unique_sets(table: Table) -> list[list[str]]:
    constraints = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    found = [[column.name for column in one.columns] for one in constraints]
    found += [[str(part) for part in one.expressions] for one in table.indexes if one.unique]
    return found + [[column.name] for column in table.columns if column.unique]


@pytest.mark.parametrize("table", OURS, ids=lambda table: table.name)
def test_a_table_refers_to_others_by_foreign_keys_and_knows_its_rows_apart(table: Table) -> None:
    known = {one.name for one in OURS} | {"replaces"}
    loose = [c.name for c in table.c if c.name.endswith("_id") and c.name[:-3] in known and not c.foreign_keys]
    assert loose == []
    assert unique_sets(table) or table.name in ALIKE


@pytest.mark.parametrize("table", MONEY, ids=lambda table: table.name)
def test_money_is_whole_kopecks_and_held_by_a_check(table: Table) -> None:
    money = [column for column in table.c if column.name.endswith("kopecks")]
    assert {column.type.python_type for column in money} == {int}
    assert [column.name for column in money if column.name not in checks_of(table)] == []


@pytest.mark.parametrize("table", OURS, ids=lambda table: table.name)
def test_a_status_or_a_kind_is_one_of_a_list(table: Table) -> None:
    named = [name for name in ("status", "kind") if name in table.c and table.name != "import_run"]
    assert [name for name in named if f"{name} IN (" not in checks_of(table)] == []


def spoil(cls: type[SQLModel], **wrong: object) -> Any:
    return pytest.param(cls, wrong, id=f"{cls.__name__}-{'-'.join(wrong)}")


MAY = date(2026, 5, 1)
BASE: dict[type[SQLModel], dict[str, object]] = {
    Act: {"account_id": 1, "code": "COLD_WATER", "kind": "NO_ACCESS", "drawn_on": MAY},
    Benefit: {"account_id": 1, "kind": "privilege", "category": "X", "percent": Decimal(50), "valid_from": MAY},
    HouseVolume: {"property_id": 1, "code": "HEAT", "period": MAY, "volume": Decimal(1)},
    Norm: {"organization_id": 1, "resource": "HEAT", "unit": "m3", "value": Decimal(1), "valid_from": MAY},
    Tariff: {"organization_id": 1, "resource": "HEAT", "price": Decimal(1), "valid_from": MAY},
}
OTHER: dict[type[SQLModel], dict[str, object]] = {
    Act: {"account_id": 2},
    Benefit: {"account_id": 2},
    HouseVolume: {"period": date(2026, 6, 1)},
    Norm: {"resource": "GAS"},
    Tariff: {"resource": "GAS"},
}
"""What makes another row of it: then only what is wrong in it can be refused."""


@pytest.mark.parametrize(
    ("cls", "wrong"),
    [
        spoil(Act, account_id=10**6),
        spoil(Act, kind="RUMOUR"),
        spoil(Act, since=date(2026, 5, 2)),
        spoil(Act, settled_on=date(2026, 4, 30)),
        spoil(Benefit, account_id=10**6),
        spoil(Benefit, percent=Decimal(0)),
        spoil(Benefit, percent=None),
        spoil(Benefit, kind="subsidy"),
        spoil(Benefit, monthly_kopecks=100),
        spoil(Benefit, people=0),
        spoil(Benefit, valid_to=date(2026, 4, 30)),
        spoil(HouseVolume, property_id=10**6),
        spoil(HouseVolume, volume=Decimal(-1)),
        spoil(HouseVolume, code="LIGHT"),
        spoil(Norm, unit="flat"),
        spoil(Norm, value=Decimal(-1)),
        spoil(Tariff, price=Decimal(-1)),
        spoil(Tariff, zone="evening"),
        spoil(Tariff, valid_to=date(2026, 4, 30)),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(
    undone_demo: Session, cls: type[SQLModel], wrong: dict[str, object]
) -> None:
    undone_demo.add(cls(**BASE[cls]))
    undone_demo.flush()  # as it should be, it is taken
    undone_demo.add(cls(**(BASE[cls] | OTHER[cls] | wrong)))
    with pytest.raises(IntegrityError):
        undone_demo.flush()


@pytest.mark.parametrize("cls", list(BASE), ids=lambda cls: cls.__name__)
def test_the_same_row_twice_is_refused(undone_demo: Session, cls: type[SQLModel]) -> None:
    undone_demo.add_all([cls(**BASE[cls]), cls(**BASE[cls])])
    with pytest.raises(IntegrityError):
        undone_demo.flush()


@pytest.mark.parametrize(
    ("cls", "wrong"),
    [
        spoil(Receipt, to_pay_kopecks=1),
        spoil(Receipt, charged_kopecks=-1),
        spoil(Receipt, compensation_kopecks=-1),
        spoil(Receipt, due_on=date(2020, 1, 1)),
        spoil(Receipt, account_id=10**6),
        spoil(ReceiptLine, to_pay_kopecks=-(10**9)),
        spoil(ReceiptLine, excess_kopecks=10**9),
        spoil(ReceiptLine, code="LIGHT"),
        spoil(ReceiptLine, receipt_id=10**6),
        spoil(Payment, amount_kopecks=0),
        spoil(Payment, fee_kopecks=-1),
        spoil(Payment, paid_on=None),
        spoil(Payment, account_id=10**6),
        spoil(Reading, value=Decimal(-1)),
        spoil(Reading, months=0),
        spoil(Reading, source="gossip"),
        spoil(Reading, meter_id=10**6),
        spoil(Account, registered=-1),
        spoil(Account, number=""),
        spoil(Account, closed_on=date(1999, 1, 1)),
    ],
)
def test_a_row_of_the_books_cannot_be_spoiled(
    undone_demo: Session, demo: DemoSummary, cls: type[SQLModel], wrong: dict[str, object]
) -> None:
    row = undone_demo.exec(select(cls)).first()
    for name, value in wrong.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError):
        undone_demo.flush()
