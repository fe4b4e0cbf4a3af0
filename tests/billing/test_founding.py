"""A company of one's own, from its file to a reading that is taken on its days and at its price."""

from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest
from sqlmodel import Session, col, select

from billing import founding
from billing.tables import Article, Organization, ReportingWindow, Tariff

TEXT = files("fixtures").joinpath("company.yaml").read_text("utf-8")


def prices(db: Session, company: Organization) -> dict[tuple[str, date], Decimal]:
    rows = db.exec(select(Tariff).where(Tariff.organization_id == company.id)).all()
    return {(row.resource, row.valid_from): row.price for row in rows}


def test_a_company_is_entered_with_its_days_and_prices(undone: Session) -> None:
    company = founding.found(undone, founding.read(TEXT))
    assert (company.spoken_name, company.timezone) == ("управляющая компания Пример", "Europe/Samara")
    days = undone.exec(select(ReportingWindow).order_by(col(ReportingWindow.start_day))).all()
    assert [(row.resource, row.start_day, row.end_day) for row in days] == [(None, 15, 25), ("ELECTRICITY", 20, 26)]
    assert prices(undone, company)["COLD_WATER", date(2026, 7, 1)] == Decimal("52.34")


def test_the_file_loaded_again_changes_what_it_says_otherwise_and_doubles_nothing(undone: Session) -> None:
    first = founding.found(undone, founding.read(TEXT))
    dearer = TEXT.replace('"52.34"', '"55.00"').replace("start_day: 15", "start_day: 18")
    dearer = dearer.replace("slug: pass", "slug: yard")
    again = founding.found(undone, founding.read(dearer))
    assert again.id == first.id
    assert prices(undone, again)["COLD_WATER", date(2026, 7, 1)] == Decimal("55.00")
    assert len(prices(undone, again)) == 5
    assert {row.start_day for row in undone.exec(select(ReportingWindow)).all()} == {18, 20}
    assert [row.slug for row in undone.exec(select(Article)).all()] == ["yard"]


def test_a_new_price_is_a_row_beside_the_old_one(undone: Session) -> None:
    company = founding.found(undone, founding.read(TEXT))
    row = '  - {resource: COLD_WATER, price: "60.10", valid_from: 2027-07-01}\n\n# A month'
    founding.found(undone, founding.read(TEXT.replace("\n# A month", row)))
    water = {day: price for (resource, day), price in prices(undone, company).items() if resource == "COLD_WATER"}
    assert water == {date(2026, 7, 1): Decimal("52.34"), date(2027, 7, 1): Decimal("60.10")}


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("inn: 123", 'inn: "0011223344"', "company.inn"),
        ("timezone: Europe/Nowhere", "timezone: Europe/Samara", "no time zone"),
        ("start_day: 32", "start_day: 15", "windows.0.start_day"),
        ("COLD_WATRE, price", "COLD_WATER, price", "tariffs.0.resource"),
        ("prise:", "price:", "tariffs.0"),
        ("]windows:", "windows:", "no YAML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(wrong: str, right: str, told: str) -> None:
    assert right in TEXT
    with pytest.raises(founding.BadCompany, match=told):
        founding.read(TEXT.replace(right, wrong, 1))
