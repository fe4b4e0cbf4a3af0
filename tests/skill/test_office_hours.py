"""The hours of a day, as a company writes them."""

from datetime import date

import pytest

from billing.tables import Organization
from skill.dialogue.office import hours_on

MONDAY, FRIDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 29)


@pytest.mark.parametrize(
    ("written", "monday", "friday", "sunday"),
    [
        ({"пн-чт": "8:00–17:00", "пт": "8:00–16:00", "сб-вс": "выходной"}, "8:00–17:00", "8:00–16:00", ""),
        ({"Пн – Пт": "9:00-18:00"}, "9:00-18:00", "9:00-18:00", None),
        ({"пн, ср, пт": "10:00–19:00"}, "10:00–19:00", "10:00–19:00", None),
        ({"ежедневно": "круглосуточно"}, "круглосуточно", "круглосуточно", "круглосуточно"),
        ({"по будням": "9:00–18:00"}, None, None, None),
    ],
)
def test_the_hours_of_a_day(
    written: dict[str, str], monday: str | None, friday: str | None, sunday: str | None
) -> None:
    company = Organization(name="УК", work_hours=written)
    assert [hours_on(company, day) for day in (MONDAY, FRIDAY, SUNDAY)] == [monday, friday, sunday]
