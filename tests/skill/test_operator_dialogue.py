"""A person is asked for when none is at work: the number we know is offered before another one is asked for."""

from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from billing import contacts, store
from fixtures.demo_company import DemoSummary
from skill.dialogue.engine import converse
from skill.dialogue.person.handoffs import Handoff
from skill.dialogue.person.transcript import TranscriptLine
from skill.dialogue.turn import Turn, spoken
from skill.settings import Settings
from tests.skill.talking import Clock, linked

CALLER = "+79161234567"


class Talker:
    """Somebody who speaks on one channel."""

    def __init__(self, engine: Engine, settings: Settings, clock: Clock, channel: str, name: str) -> None:
        self.engine, self.settings, self.clock, self.channel, self.name = engine, settings, clock, channel, name

    def says(self, text: str) -> str:
        turn = Turn(self.channel, self.name, "s", hypotheses=spoken(text), screen=False)
        return converse(self.engine, turn, now=self.clock(), settings=self.settings).text.replace("\u00a0", " ")

    def phones(self) -> list[str]:
        with store.reading(self.engine) as db:
            return list(db.exec(select(Handoff.phone)).all())


@pytest.fixture
def caller(engine: Engine, settings: Settings, clock: Clock, demo: DemoSummary) -> Talker:
    """The resident of the demo account on the telephone, late in the evening."""
    linked(engine, "telephone", CALLER, demo.account.id, clock())
    clock.forward(hours=10)
    return Talker(engine, settings, clock, "telephone", CALLER)


def test_the_number_the_caller_speaks_from_is_offered_masked(caller: Talker) -> None:
    answer = caller.says("позовите оператора")
    assert answer == (
        "Сотрудники отвечают с 8:00 до 20:00. Перезвонить на номер, с которого вы звоните, на конце 45 67?"
    )
    assert CALLER[-7:] not in answer
    assert "Вам перезвонят, сотрудники работают с 8:00 до 20:00" in caller.says("да")
    assert caller.phones() == [CALLER]


def test_another_number_is_taken_instead(caller: Talker) -> None:
    caller.says("позовите оператора")
    assert "на этот номер" in caller.says("помощь")
    assert "65 43" in caller.says("нет, лучше 9169876543")
    assert caller.phones() == ["+79169876543"]


def test_a_no_asks_for_a_number_and_a_second_one_does_without(caller: Talker) -> None:
    caller.says("позовите оператора")
    assert "номер" in caller.says("нет")
    assert "без звонка" in caller.says("нет")
    assert caller.phones() == [""]


def test_a_speaker_offers_the_owners_number(
    engine: Engine, settings: Settings, clock: Clock, demo: DemoSummary, now: datetime
) -> None:
    linked(engine, "alice", "HOME", demo.account.id, now)
    with store.transaction(engine) as db:
        contacts.keep(db, demo.account.id, "phone", CALLER, now=now, actor="operator", channel="console")
    speaker = Talker(engine, settings, clock, "alice", "HOME")
    assert "заканчивается на 45 67?" in speaker.says("позови оператора")
    speaker.says("да")
    assert speaker.phones() == [CALLER]


def test_a_number_said_in_words_is_noted_for_the_call_and_masked_in_the_conversation(caller: Talker) -> None:
    caller.says("позовите оператора")
    caller.says("нет другой восемь девятьсот шестнадцать девятьсот восемьдесят семь шестьдесят пять сорок три")
    assert caller.phones() == ["+79169876543"]
    with store.reading(caller.engine) as db:
        said = [line.text for line in db.exec(select(TranscriptLine).where(TranscriptLine.speaker == "resident"))]
    assert said == ["позовите оператора", "нет другой ***"]
