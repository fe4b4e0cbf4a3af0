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
    assert heard(caller) == ["позовите оператора", "нет другой ***"]


def test_a_number_said_in_three_breaths_is_heard_to_its_end(caller: Talker) -> None:
    caller.says("позовите оператора")
    caller.says("нет")
    assert caller.says("восемь девятьсот шестнадцать") == "Слушаю дальше."
    assert caller.says("девятьсот восемьдесят семь") == "Так, дальше."
    assert "последние цифры 65 43" in caller.says("шестьдесят пять сорок три")
    assert caller.phones() == ["+79169876543"]


def test_a_number_begun_beside_no_question_goes_on(engine: Engine, settings: Settings, clock: Clock) -> None:
    stranger = Talker(engine, settings, clock, "chat", "somebody")
    stranger.says("позовите оператора")
    assert stranger.says("мой номер восемь девятьсот шестнадцать") == "Слушаю дальше."
    assert "последние цифры 65 43" in stranger.says("987 65 43")
    assert stranger.phones() == ["+79169876543"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (["запишите мой телефон 8 916", "987 65 43"], ["запишите мой телефон ***", "***"]),
        (["мой телефон 89169876", "543, звоните"], ["мой телефон ***", "*** звоните"]),
        (["девять один шесть", "девять восемь семь", "ну шесть пять четыре три"], ["***", "***", "***"]),
        (["холодная 125", "да", "148"], ["холодная 125", "да", "148"]),
        (["свет", "день 91234", "ночь 5678"], ["свет", "день ***", "ночь 5678"]),
    ],
)
def test_a_number_over_several_phrases_is_masked_in_all_of_them(
    caller: Talker, said: list[str], kept: list[str]
) -> None:
    for phrase in said:
        caller.says(phrase)
    assert heard(caller) == kept


def heard(caller: Talker) -> list[str]:
    """What is kept of the resident's words."""
    with store.reading(caller.engine) as db:
        return [line.text for line in db.exec(select(TranscriptLine).where(TranscriptLine.speaker == "resident"))]
