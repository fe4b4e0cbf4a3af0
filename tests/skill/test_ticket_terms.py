"""Until when a request is, as it is said at other hours of the day, on the telephone, and when the term has passed."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from billing import store, tickets
from fixtures.demo_company import DemoSummary
from speech import wording
from tests.skill.talking import Resident


def made(resident: Resident, moscow: str, text: str) -> str:
    """A request made on 21 November at an hour of Moscow; the answer to the yes."""
    hour, minute = map(int, moscow.split(":"))
    resident.clock.now = datetime(2026, 11, 21, (hour - 3) % 24, minute, tzinfo=UTC)
    resident.says(text)
    return resident.says("да")


@pytest.mark.parametrize(
    ("at", "text", "term"),
    [
        ("12:30", "унитаз засорился", "в течение двух часов, до 14:30"),
        ("12:33", "унитаз засорился", "в течение двух часов, до 14:30"),
        ("22:10", "унитаз засорился", "в течение двух часов, ночью до 0:10"),
        ("22:00", "унитаз засорился", "в течение двух часов, до полуночи"),
        ("22:30", "мусоропровод забит", "завтра до 9:30"),
        ("12:30", "мусоропровод забит", "в течение двух часов, до 14:30"),
        ("12:30", "в подъезде автомат выбивает", "в течение трёх часов, до 15:30"),
        ("9:00", "капает кран", "в течение суток, завтра до 9:00"),
        ("9:00", "штукатурка на стене треснула", "до 26 ноября"),
        ("9:00", "домофон не работает", "до 29 ноября"),
    ],
)
def test_a_term_is_said_as_people_say_it(resident: Resident, at: str, text: str, term: str) -> None:
    assert term in made(resident, at, text)


def test_a_term_is_spoken_in_its_case(resident: Resident) -> None:
    answer = wording.to_words(made(resident, "12:30", "унитаз засорился"))
    assert "номер один принята, справиться должны в течение двух часов, до четырнадцати тридцати." in answer


def test_the_day_is_named_anew_every_day(resident: Resident) -> None:
    made(resident, "12:30", "капает кран на кухне")
    assert "Срок завтра до 12:30." in resident.says("что с моей заявкой")
    resident.clock.forward(hours=20)
    assert "Срок сегодня до 12:30." in resident.says("что с моей заявкой")


def test_a_term_that_has_passed_is_admitted(resident: Resident) -> None:
    made(resident, "12:30", "капает кран на кухне")
    resident.clock.forward(days=1, hours=1)
    answer = resident.says("что с моей заявкой")
    assert "Срок был сегодня до 12:30 и, к сожалению, прошёл." in answer
    assert "оператор" in answer


def test_a_term_put_off_is_the_new_day(resident: Resident, engine: Engine, demo: DemoSummary) -> None:
    made(resident, "12:30", "капает кран на кухне")
    with store.transaction(engine) as db:
        [ticket] = tickets.of_account(db, demo.account.id)
        tickets.move(
            db, ticket.id, "DEFERRED", now=resident.clock(), actor="o", channel="c", deadline=date(2026, 11, 25)
        )
    assert resident.says("что с моей заявкой").endswith("отложена. Срок до 25 ноября.")


def test_what_was_said_a_while_ago_is_not_joined(resident: Resident) -> None:
    made(resident, "12:30", "капает кран на кухне")
    resident.clock.forward(minutes=20)
    resident.says("лифт не работает")
    resident.says("да")
    assert "сняла" not in resident.says("это одна заявка")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("за сколько должны починить лифт", "исправить в течение суток"),
        ("какой срок устранить течь трубы", "останавливают в течение получаса"),
        ("за сколько часов должны прочистить канализацию", "исправить в течение двух часов"),
        ("какой срок чтобы исправить штукатурку", "исправить в течение пяти суток"),
    ],
)
def test_terms_are_told_to_strangers_too(stranger: Resident, asked: str, told: str) -> None:
    assert told in stranger.says(asked)
