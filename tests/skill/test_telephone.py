"""The conversation of a call, turn by turn, and what the dialplan asks about it."""

import uuid
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from billing import store
from fixtures.demo_company import DemoSummary
from skill import calls
from skill.app import Service
from skill.calls import VoiceCall, number_of
from skill.channels.telephone import TelephoneConversation, opener
from skill.routes import voiceline
from skill.settings import Settings
from speech.recognition import Hypothesis
from speech.telephony.conversation import Caller, Ending, Keyed, Prompt
from tests.skill.talking import Clock, Ledger, linked

CALL = "00000000-0000-4000-8000-000000000001"
NUMBER = "+79000000012"


@pytest.fixture
def service(engine: Engine, settings: Settings, clock: Clock) -> Service:
    return Service(settings, engine, clock)


@pytest.fixture
def call(service: Service, demo: DemoSummary) -> TelephoneConversation:
    """A call from the demo account's resident."""
    linked(service.engine, "telephone", NUMBER, demo.account.id, service.clock())
    return begun(service, Caller(CALL, "audiosocket", NUMBER))


@pytest.fixture
def lookups(service: Service) -> FlaskClient:
    return doors(service)


def doors(service: Service) -> FlaskClient:
    app = Flask("lookups")
    voiceline.mount(app, service)
    return app.test_client()


def begun(service: Service, caller: Caller) -> TelephoneConversation:
    conversation = opener(service)(caller)
    assert isinstance(conversation, TelephoneConversation)
    conversation.opening()
    return conversation


def said(text: str) -> tuple[Hypothesis, ...]:
    return (Hypothesis(text, 0.9, ()),)


def test_a_reading_by_voice_and_a_yes_by_key(call: TelephoneConversation, ledger: Ledger) -> None:
    prompt = call.heard(said("холодная сто двадцать пять"))
    assert "125" in prompt.text
    assert (prompt.expecting, prompt.choices) == ("yes_no", ("Да", "Нет"))
    call.keyed(Keyed("choice", "Да"))
    assert ledger.newest()["COLD_WATER"] == 125


def test_a_reading_by_keys_with_the_star_as_point(call: TelephoneConversation, ledger: Ledger) -> None:
    call.heard(said("передать показания холодной воды"))
    assert "125,4" in call.keyed(Keyed("number", "125.4")).text
    call.keyed(Keyed("choice", "Да"))
    assert ledger.newest()["COLD_WATER"] == Decimal("125.4")


def test_the_main_menu_is_on_the_keys_when_nothing_is_asked(call: TelephoneConversation) -> None:
    prompt = call.heard(said("спасибо"))
    assert prompt.choices[0] == "Передать показания"
    assert "счётчик" in call.keyed(Keyed("choice", prompt.choices[0])).text


def test_silence_is_asked_again_then_keys_then_a_person(call: TelephoneConversation) -> None:
    question = call.heard(said("холодная сто двадцать пять"))
    first, second, third = (call.silent(times) for times in (1, 2, 3))
    assert first.text == f"Вас не слышно. {question.text}"
    assert second.text == "Пока тихо. Можно ответить кнопками: 1 — да, 2 — нет. Ноль — оператор."
    assert (first.expecting, second.choices) == ("yes_no", ("Да", "Нет"))
    assert third.then == "operator"


def test_a_number_by_keys_is_explained_to_who_stays_silent(call: TelephoneConversation) -> None:
    call.heard(said("передать показания холодной воды"))
    assert "решётку" in call.silent(2).text


def test_zero_and_the_word_operator_hand_over(call: TelephoneConversation) -> None:
    assert call.keyed(Keyed("operator")).then == "operator"
    assert call.heard(said("соедините с оператором")).then == "operator"


def test_a_star_repeats_and_a_wrong_key_is_told(call: TelephoneConversation) -> None:
    question = call.heard(said("холодная сто двадцать пять"))
    assert call.keyed(Keyed("repeat")).text == question.text
    assert call.keyed(Keyed("unknown", "7")).text.startswith("Такой кнопки сейчас нет. Можно ответить кнопками")


def test_slower_on_request(call: TelephoneConversation) -> None:
    usual = call.heard(said("холодная сто двадцать пять")).words_per_minute
    slower = call.heard(said("говори медленнее")).words_per_minute
    assert usual is not None
    assert slower is not None
    assert slower < usual


@pytest.mark.parametrize("words", ["говорите громче", "вас плохо слышно", "алло я вас не слышу"])
def test_louder_on_request_and_the_question_again(call: TelephoneConversation, words: str) -> None:
    question = call.heard(said("холодная сто двадцать пять"))
    louder = call.heard(said(words))
    assert louder.text == f"Говорю громче. {question.text}"
    assert (louder.expecting, question.gain) == ("yes_no", 1.0)
    assert louder.gain > 1.5
    assert call.heard(said("громче")).gain <= 2.6
    assert call.keyed(Keyed("choice", "Да")).gain > 1.5


def test_goodbye_ends_the_call_and_the_dialplan_hangs_up(call: TelephoneConversation, lookups: FlaskClient) -> None:
    assert call.heard(said("до свидания")).then == "hangup"
    call.ended(Ending("hangup", 12.3))
    assert lookups.get(f"/voiceline/calls/{CALL}/next").text == "hangup"


@pytest.mark.parametrize("outcome", ["operator", "gone", "failed"])
def test_any_other_end_leads_to_a_person(call: TelephoneConversation, lookups: FlaskClient, outcome: str) -> None:
    call.ended(Ending(outcome))  # type: ignore[arg-type]  # the values of Outcome
    assert lookups.get(f"/voiceline/calls/{CALL}/next").text == "operator"


def test_a_call_nobody_knows_of_leads_to_a_person(lookups: FlaskClient) -> None:
    assert lookups.get(f"/voiceline/calls/{uuid.uuid4()}/next").text == "operator"


def test_the_announced_number_tells_who_calls(service: Service, lookups: FlaskClient, demo: DemoSummary) -> None:
    linked(service.engine, "telephone", NUMBER, demo.account.id, service.clock())
    assert lookups.get(f"/voiceline/calls/{CALL}?from=89000000012").text == "ok"
    conversation = begun(service, Caller(CALL, "audiosocket"))
    assert "125" in conversation.heard(said("холодная сто двадцать пять")).text


def test_a_withheld_number_is_a_stranger(service: Service) -> None:
    conversation = begun(service, Caller(CALL, "audiosocket"))
    assert conversation.heard(said("передать показания")).expecting == "account"


def test_only_announced_calls_are_taken_if_so_set(service: Service) -> None:
    strict = Service(
        service.settings.model_copy(update={"line_announced_calls_only": True}), service.engine, service.clock
    )
    assert opener(strict)(Caller(CALL, "audiosocket")) is None
    doors(strict).get(f"/voiceline/calls/{CALL}")
    assert opener(strict)(Caller(CALL, "audiosocket")) is not None


def test_the_announcement_comes_first_and_cannot_be_talked_into(service: Service) -> None:
    told = "Разговор записывается."
    settings = service.settings.model_copy(update={"line_announcement": told})
    conversation = opener(Service(settings, service.engine, service.clock))(Caller(CALL, "audiosocket"))
    assert conversation is not None
    prompt: Prompt = conversation.opening()
    assert prompt.before == told
    assert prompt.text.startswith("Здравствуйте!")


def test_recording_is_announced(service: Service, tmp_path: Path) -> None:
    settings = service.settings.model_copy(update={"line_recordings": tmp_path})
    conversation = opener(Service(settings, service.engine, service.clock))(Caller(CALL, "audiosocket"))
    assert conversation is not None
    assert conversation.opening().before == "Разговор записывается."


def test_lookups_are_for_the_pbx_only(service: Service, lookups: FlaskClient) -> None:
    path = f"/voiceline/calls/{CALL}/next"
    assert lookups.get(path, environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 403
    assert lookups.get(path, headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 403
    secret = doors(Service(service.settings.model_copy(update={"line_secret": "s"}), service.engine, service.clock))
    assert secret.get(path).status_code == 403
    assert secret.get(f"{path}?key=s", environ_base={"REMOTE_ADDR": "203.0.113.7"}).text == "operator"
    assert lookups.get("/voiceline/calls/1/next").status_code == 404


def test_records_are_kept_no_longer_than_set(service: Service, call: TelephoneConversation, clock: Clock) -> None:
    call.ended(Ending("hangup"))
    with store.transaction(service.engine) as db:
        calls.forget(db, now=clock() + timedelta(days=200), kept_days=180)
        assert db.get(VoiceCall, CALL) is None


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("79123456789", "+79123456789"),
        ("8 (912) 345-67-89", "+79123456789"),
        ("9123456789", "+79123456789"),
        ("+48221234567", "+48221234567"),
        ("anonymous", ""),
        ("101", ""),
        ("", ""),
    ],
)
def test_numbers_are_written_one_way(given: str, number: str) -> None:
    assert number_of(given) == number
