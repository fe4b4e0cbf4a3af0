"""ПИН-код on a speaker in the room: what is asked first, and what is taken up again after it."""

from datetime import datetime

import pytest
from sqlalchemy import Engine

from fixtures.demo_company import DemoSummary
from skill.dialogue.engine import converse
from skill.dialogue.turn import Turn, spoken
from skill.settings import Settings
from tests.skill.storytelling import Say
from tests.skill.talking import linked


@pytest.fixture
def say(engine: Engine, settings: Settings, demo: DemoSummary, now: datetime) -> Say:
    """A speaker whose PIN was set in a conversation before this one."""
    linked(engine, "alice", "HOME", demo.account.id, now)

    def say(text: str, session: str = "today") -> str:
        turn = Turn("alice", "HOME", session, hypotheses=spoken(text), screen=False)
        return converse(engine, turn, now=now, settings=settings).text.replace("\u00a0", " ")

    for line in ("поставь пин", "4821", "4821"):
        say(line, "before")
    return say


def test_the_old_pin_is_asked_for_before_it_is_changed(say: Say) -> None:
    assert say("поменяй пин") == "Назовите ваш пин-код, четыре цифры."
    assert say("4821") == "Спасибо. Назовите новый пин-код, четыре цифры."
    say("1357")
    assert say("1357") == "Пин-код сохранён."


def test_the_old_pin_is_asked_for_before_it_is_taken_away(say: Say) -> None:
    say("убери пин")
    assert say("4821") == "Спасибо. Хорошо, без пин-кода."


def test_taken_away_instead_of_said_the_sum_follows_it(say: Say) -> None:
    assert say("сколько я должен") == "Назовите ваш пин-код, четыре цифры."
    assert say("убери пин") == "Сначала назовите нынешний пин-код, четыре цифры."
    assert say("4821").startswith("Спасибо. Хорошо, без пин-кода. Долг 8 030 ₽ 61 коп.")


def test_a_pin_that_is_not_given_is_not_taken_away(say: Say) -> None:
    say("сколько я должен")
    say("убери пин")
    assert say("хватит").startswith("Хорошо, о деньгах не говорим.")
    assert say("сколько я должен") == "Четыре цифры пин-кода, пожалуйста."


CODE = "482913"
"""What is printed on the bill of the demo account."""


def test_a_lock_holds_for_the_code_on_the_bill_too(say: Say) -> None:
    """It is told when the PIN would be asked for, and nothing that is said opens, in whatever conversation."""
    say("сколько я должен")
    for wrong in ("1111", "222222"):
        say(wrong)
    assert "через 15 мин." in say("333333")
    assert "через 15 мин." in say("сколько я должен")
    assert "через 15 мин." in say("поменяй пин", "another")
    assert "защитить" not in say(CODE, "another")


def test_the_code_on_the_bill_opens_nothing_once_the_pin_was_asked_for_and_locked_elsewhere(say: Say) -> None:
    say("сколько я должен", "another")
    say("сколько я должен")
    for wrong in ("1111", "2222", "3333"):
        say(wrong)
    assert "через 15 мин." in say(CODE, "another")


def test_a_forgotten_pin_is_set_anew_by_the_code_on_the_bill(say: Say) -> None:
    say("сколько я должен")
    assert "защитить" in say(CODE)
