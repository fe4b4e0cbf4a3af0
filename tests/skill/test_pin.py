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
