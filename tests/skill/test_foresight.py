"""When a number said on the telephone is complete, judged before its turn is taken."""

import pytest
from sqlalchemy import Engine

from fixtures.demo_company import DemoSummary
from skill.app import Service
from skill.channels.telephone import TelephoneConversation, opener
from skill.settings import Settings
from speech.recognition import Hypothesis
from speech.telephony.conversation import Caller
from tests.skill.talking import Clock, Ledger, linked

NUMBER = "+79000000012"


@pytest.fixture
def asked(engine: Engine, settings: Settings, clock: Clock, demo: DemoSummary) -> TelephoneConversation:
    """A call in which the cold water's reading has been asked for; the last one was 115."""
    linked(engine, "telephone", NUMBER, demo.account.id, clock())
    call = begun(engine, settings, clock, NUMBER)
    assert call.heard(said("передать показания холодной воды")).expecting == "number"
    return call


def begun(engine: Engine, settings: Settings, clock: Clock, number: str) -> TelephoneConversation:
    call = opener(Service(settings, engine, clock))(
        Caller("00000000-0000-4000-8000-000000000001", "audiosocket", number)
    )
    assert isinstance(call, TelephoneConversation)
    call.opening()
    return call


def said(text: str, confidence: float = 0.9) -> tuple[Hypothesis, ...]:
    return (Hypothesis(text, confidence, ()),)


@pytest.mark.parametrize(
    "number",
    ["сто двадцать пять", "сто двадцать целых четыре десятых", "сто двадцать кубов", "ноль ноль один два пять"],
)
def test_what_will_be_answered_to_a_complete_number_is_known(asked: TelephoneConversation, number: str) -> None:
    foreseen = asked.foreseen(said(number))
    assert foreseen is not None
    assert "Холодная вода" in foreseen
    assert asked.heard(said(number)).text == foreseen


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("сто двадцать", "«пять» may follow"),
        ("пять тысяч", "«сто» may follow"),
        ("сто двадцать пять запятая", "the fraction follows"),
        ("один два пять", "the dial has more digits"),
        ("сто пять", "below the last reading"),
        ("девятьсот пять", "far above the last reading"),
        ("сейчас посмотрю", "no number"),
        ("оператор", "no number"),
    ],
)
def test_more_may_come(asked: TelephoneConversation, number: str, why: str) -> None:
    assert asked.foreseen(said(number)) is None, why


def test_what_was_hardly_heard_is_not_complete(asked: TelephoneConversation) -> None:
    assert asked.foreseen(said("сто двадцать пять", 0.3)) is None


def test_looking_ahead_changes_nothing(asked: TelephoneConversation, ledger: Ledger) -> None:
    before = ledger.newest()
    for _ in range(3):
        asked.foreseen(said("сто двадцать пять"))
    assert ledger.newest() == before
    assert "120,4" in asked.heard(said("сто двадцать целых четыре десятых")).text


def test_a_yes_is_never_looked_ahead_of(asked: TelephoneConversation, ledger: Ledger) -> None:
    before = ledger.newest()
    asked.heard(said("сто двадцать пять"))
    assert asked.foreseen(said("да")) is None
    assert ledger.newest() == before


def test_a_code_of_six_digits_is_complete_right_or_wrong(engine: Engine, settings: Settings, clock: Clock) -> None:
    call = begun(engine, settings, clock, "")
    call.heard(said("привязать счёт"))
    assert call.foreseen(said("сто тысяч пятьсот двенадцать")) is None
    assert call.heard(said("сто тысяч пятьсот двенадцать")).expecting == "code"
    assert call.foreseen(said("один два три четыре")) is None
    assert call.foreseen(said("один два три четыре пять шесть")) == ""


def test_a_call_that_has_said_nothing_yet(engine: Engine, settings: Settings, clock: Clock) -> None:
    assert begun(engine, settings, clock, "").foreseen(said("сто двадцать пять")) is None
