"""«Пришлите квитанцию на почту» where the company knows no address: asked for in a chat, explained by voice."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from billing import contacts, store
from fixtures.demo_company import DemoSummary
from skill.dialogue.engine import converse
from skill.dialogue.person.transcript import TranscriptLine
from skill.dialogue.turn import Turn, spoken
from skill.settings import Settings
from tests.skill.talking import linked


def talker(engine: Engine, settings: Settings, demo: DemoSummary, now: datetime, channel: str) -> Callable[[str], str]:
    linked(engine, channel, "me", demo.account.id, now)

    def says(text: str) -> str:
        turn = Turn(channel, "me", "s", hypotheses=spoken(text), screen=channel == "telegram")
        return converse(engine, turn, now=now, settings=settings).text.replace("\u00a0", " ")

    return says


def address(engine: Engine, demo: DemoSummary) -> str:
    with store.reading(engine) as db:
        return contacts.of_account(db, demo.account.id, "email")


def test_an_address_is_asked_for_checked_and_kept_after_a_yes(
    engine: Engine, settings: Settings, demo: DemoSummary, now: datetime
) -> None:
    says = talker(engine, settings, demo, now, "telegram")
    assert says("пришлите квитанцию на почту").startswith("На какую почту прислать?")
    assert "не похоже на адрес" in says("иван собака мейл ру")
    assert "латинскими буквами" in says("помощь")
    assert says("Ivan.Petrov@mail.ru") == "Записать почту ivan.petrov@mail.ru и присылать квитанции на неё?"
    assert address(engine, demo) == ""
    assert says("да") == "Отправила квитанцию за октябрь на почту i•••@mail.ru."
    assert address(engine, demo) == "ivan.petrov@mail.ru"
    assert "i•••@mail.ru" in says("пришлите квитанцию на почту")
    with store.reading(engine) as db:
        assert not [line for line in db.exec(select(TranscriptLine.text)).all() if "petrov@mail.ru" in line]


def test_a_no_asks_again_and_leaves_without_an_address(
    engine: Engine, settings: Settings, demo: DemoSummary, now: datetime
) -> None:
    says = talker(engine, settings, demo, now, "telegram")
    says("пришлите квитанцию на почту")
    says("ivan@mail.ru")
    assert "адрес почты" in says("нет")
    assert "без почты" in says("не надо")
    assert address(engine, demo) == ""


@pytest.mark.parametrize("channel", ["telephone", "actions_builder"])
def test_by_voice_it_is_said_how_to_give_the_address(
    engine: Engine, settings: Settings, demo: DemoSummary, now: datetime, channel: str
) -> None:
    says = talker(engine, settings, demo, now, channel)
    answer = says("пришлите квитанцию на почту")
    if channel in {"actions_builder"}:  # a shared speaker asks for a PIN first
        answer = says("не нужно")
    assert "Напишите его нам в чат или назовите диспетчеру. Телефон диспетчера" in answer
