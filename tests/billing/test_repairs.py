"""By when troubles are seen to: by category and by law, at the house's own clock, and as a company has it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from billing import law, repairs

MOSCOW = "Europe/Moscow"


def at(moment: str, zone: str = MOSCOW) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone))


def due(details: str, taken: str, zone: str = MOSCOW) -> str:
    """The end as a clock of the house shows it: «21 13:00», or the day alone."""
    found = repairs.due(details, at(taken, zone), zone)
    return f"{found.at.astimezone(ZoneInfo(zone)):%d %H:%M}" if found.at else f"{found.on:%d}"


@pytest.mark.parametrize(
    ("details", "ends"),
    [
        ("Течёт труба на кухне", "21 13:00"),
        ("батарея капает в комнате", "21 13:00"),
        ("кран на батарее подтекает", "21 13:00"),
        ("засор канализации", "21 14:30"),
        ("унитаз забился", "21 14:30"),
        ("мусоропровод засорился", "21 14:30"),
        ("мусоропровод не закрывается", "22 12:30"),
        ("на щитке выбивает автомат", "21 15:30"),
        ("капает кран в ванной", "22 12:30"),
        ("кран холодной воды капает", "22 12:30"),
        ("на кухне капает кран холодной воды", "22 12:30"),
        ("бачок подтекает", "22 12:30"),
        ("протекает крыша", "22 12:30"),
        ("водосточная труба течёт", "26"),
        ("разбито окно в подъезде", "22 12:30"),
        ("в подъезде не закрывается дверь", "22 12:30"),
        ("штукатурка отваливается", "26"),
        ("лифт опять второй день не работает", "22 12:30"),
        ("у лифта на этаже не горит лампа", "28"),
        ("батареи еле тёплые", "21 14:30"),
        ("слабый напор воды", "21 14:30"),
        ("в квартире шестнадцать градусов", "21 14:30"),
        ("в комнате 15 градусов", "21 14:30"),
        ("в комнате 25 градусов", "29"),
        ("нет света в квартире", "21 14:30"),
        ("нужен акт о заливе, ущерб", "22 00:30"),
        ("домофон не работает", "29"),
        ("кран гудит, труба холодная, батарею покрасили", "29"),
        ("кран в течение недели не чинят", "29"),
        ("счётчик холодной воды сломался", "29"),
        ("разбито окно на кухне", "29"),
        ("не горит фонарь во дворе", "29"),
    ],
)
def test_a_term_is_that_of_the_trouble(details: str, ends: str) -> None:
    assert due(details, "2026-11-21 12:30") == ends


def test_of_two_troubles_the_first_to_end_decides() -> None:
    assert due("не горит лампа в подъезде и лифт не работает", "2026-11-21 12:30") == "22 12:30"


def test_panes_wait_longer_in_summer() -> None:
    assert due("разбито стекло в подъезде", "2026-07-01 12:30") == "04"


@pytest.mark.parametrize(
    ("taken", "ends"),
    [
        ("2026-11-21 20:59", "21 22:59"),
        ("2026-11-21 21:00", "21 23:00"),
        ("2026-11-21 22:30", "22 09:30"),
        ("2026-11-21 23:30", "22 10:00"),
        ("2026-11-21 03:00", "21 10:00"),
    ],
)
def test_a_chute_is_cleared_between_8_and_23(taken: str, ends: str) -> None:
    assert due("мусоропровод забит", taken) == ends


def test_days_and_hours_are_those_of_the_house() -> None:
    night = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
    assert repairs.due("не горит лампа в подъезде", night, "Asia/Omsk").on == date(2026, 11, 29)
    assert repairs.due("мусоропровод забит", night, "Asia/Omsk").at == datetime(2026, 11, 22, 4, tzinfo=UTC)


def test_every_rule_names_its_act() -> None:
    assert all(rule.act for rule in law.repairs().values())
    assert {rule.task for rule in law.repairs().values()} == {"fix", "stop", "check", "act"}


def test_a_company_shortens_terms_and_adds_its_own(own: Callable[[str], None]) -> None:
    own("repairs: {lift: {within: 12 hours}, usual: {within: 5 days}, intercom: {what: [домофон], within: 3 days}}")
    assert due("лифт не работает", "2026-11-21 12:30") == "22 00:30"
    assert due("скрипит перила", "2026-11-21 12:30") == "26"
    assert due("домофон молчит", "2026-11-21 12:30") == "24"


@pytest.mark.parametrize(
    "row",
    [
        "{hours: [22, 8]}",
        "{hours: [8, 8]}",
        "{hours: [8, 24]}",
        "{hours: [-1, 8]}",
        "{within: soon}",
        "{within: 2 moons}",
        "{what: ['(']}",
        "{hourly: 1}",
    ],
)
def test_a_term_that_cannot_be_read_is_refused_at_once(own: Callable[[str], None], row: str) -> None:
    with pytest.raises(law.BadLawFile, match="repairs"):
        own(f"repairs: {{lift: {row}}}")
