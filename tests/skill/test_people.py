"""What is never kept, anger, PIN locks, working hours, waiting reminders, topics taken up again."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from billing import notices, store
from billing.tables import AccountLink, ChannelIdentity, Reminder
from fixtures.demo_company import DemoSummary
from skill.dialogue.engine import converse
from skill.dialogue.feedback import Feedback
from skill.dialogue.meaning import temper
from skill.dialogue.person.transcript import TranscriptLine
from skill.dialogue.turn import Turn, spoken
from skill.identity import masking
from skill.settings import Settings
from tests.skill.talking import Clock, Resident


@pytest.mark.parametrize(
    "said",
    [
        "4276 3800 1234 5679",
        "номер карты 2200123456789019",
        "четыре два семь шесть три восемь ноль ноль один два три четыре пять шесть семь девять",
    ],
)
def test_a_card_number_is_noticed(said: str) -> None:
    assert masking.card_said(said)
    assert masking.kept(said, "command") == "***"


@pytest.mark.parametrize(
    "said",
    ["холодная 00125 горячая 00148 свет 006375", "лицевой счёт 100512", "плюс семь девятьсот шестнадцать 123 45 67"],
)
def test_readings_and_accounts_are_no_cards(said: str) -> None:
    assert not masking.card_said(said)


def test_a_secret_is_masked_whole_and_a_reading_is_kept() -> None:
    assert masking.kept("четыре восемь два девять один три", "code") == "***"
    assert masking.kept("холодная 125", "number") == "холодная 125"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь", "***"),
        ("звоните, плюс семь девять один шесть, один два три сорок пять 67 вечером", "звоните, плюс *** вечером"),
        ("восемь четыреста девяносто пять э-э двести двадцать два тридцать три сорок четыре, дом", "***, дом"),
        ("холодная 125 горячая 148\nтел. восемь 916 сто двадцать три 45 67", "холодная 125 горячая 148\nтел. ***"),
        ("холодная 912 горячая 148 свет шесть тысяч триста", "холодная 912 горячая 148 свет шесть тысяч триста"),
        ("шесть тысяч двести двадцать девять тысяча восемьсот тридцать восемь",) * 2,
    ],
)
def test_a_telephone_said_in_words_is_masked_and_readings_stay(said: str, kept: str) -> None:
    assert masking.kept(said, "command") == kept


@pytest.mark.parametrize("said", ["безобразие, уже третий раз звоню", "ВЕРНИТЕ МОИ ДЕНЬГИ", "да вы издеваетесь!!"])
def test_anger_is_noticed(said: str) -> None:
    assert temper.signs(said) == 1


@pytest.mark.parametrize("said", ["холодная сто двадцать пять", "какой тариф на газ", "застрахуйте квартиру", "хлеба"])
def test_calm_words_are_calm(said: str) -> None:
    assert temper.signs(said) == 0


def test_an_angry_resident_gets_to_a_person_sooner(resident: Resident) -> None:
    resident.says("безобразие почему такой долг!!")
    resident.says("нет")
    resident.says("это просто кошмар, надоело!!")
    assert "?" in resident.says("кракозябры фыр фыр")
    assert resident.last.expecting == "yes_no"


def test_three_wrong_pins_lock_the_money_for_a_while(resident: Resident, demo: DemoSummary, clock: Clock) -> None:
    def says(text: str, session: str) -> str:
        turn = Turn("alice", resident.name, session, spoken(text), screen=False)
        return converse(resident.engine, turn, now=clock(), settings=resident.settings).text

    for line in ("привязать счёт", demo.account.number, demo.account.bill_code, "да"):
        says(line, "a")
    for line in ("сколько я должен", "4821", "4821"):
        answer = says(line, "a")
    assert "₽" in answer
    says("сколько я должен", "b")
    says("1111", "b")
    says("2222", "b")
    assert "Слишком много" in says("3333", "b")
    says("сколько я должен", "b")
    assert "₽" not in says("4821", "b")
    clock.forward(minutes=16)
    says("сколько я должен", "c")
    assert "₽" in says("4821", "c")


def test_a_forgotten_pin_is_set_anew_with_the_code_of_the_bill(resident: Resident, demo: DemoSummary) -> None:
    def says(text: str) -> str:
        turn = Turn("alice", resident.name, "s", spoken(text), screen=False)
        return converse(resident.engine, turn, now=resident.clock(), settings=resident.settings).text

    for line in ("привязать счёт", demo.account.number, demo.account.bill_code, "да"):
        says(line)
    for line in ("сколько я должен", "4821", "4821"):
        says(line)
    resident.clock.forward(minutes=20)
    says("сколько я должен")
    assert "четыре" in says(demo.account.bill_code).lower()
    says("1234")
    assert "₽" in says("1234")


def test_at_night_operators_answer_tomorrow(resident: Resident, clock: Clock) -> None:
    clock.forward(hours=11)
    assert "8:00 до 20:00" in resident.says("позовите оператора")


def test_a_reminder_that_comes_once_is_said_once_and_listed_no_more(resident: Resident, clock: Clock) -> None:
    resident.says("напомни завтра в девять передать показания")
    clock.forward(days=1)
    with store.transaction(resident.engine) as db:
        assert notices.prepare(db, clock()) == 1
        assert notices.prepare(db, clock()) == 0
    assert "Напоминаю передать показания, как обещала." in resident.says("")
    assert "обещала" not in resident.says("")
    assert "Напоминаний нет" in resident.says("какие у меня напоминания")


def test_a_waiting_reminder_is_said_once_at_the_start(resident: Resident, demo: DemoSummary, clock: Clock) -> None:
    resident.says("напомни передать показания двадцать первого числа")
    with store.transaction(resident.engine) as db:
        assert notices.prepare(db, clock()) == 1
        assert db.exec(select(AccountLink)).one()
    assert "показания нужно передать до 30 ноября" in resident.says("")
    assert "показания нужно передать" not in resident.says("")


def test_two_interrupted_topics_are_taken_up_one_after_the_other(resident: Resident) -> None:
    resident.says("холодная 125")
    resident.says("засор в раковине")
    assert "олодная вода 125" in resident.says("да")
    assert "аписано" in resident.says("да")


def test_erasing_leaves_no_word_of_the_person(resident: Resident) -> None:
    for line in ("какой тариф на газ", "напомни об оплате", "оценка 5", "удали мои данные", "да"):
        resident.says(line)
    with store.reading(resident.engine) as db:
        for table in (Feedback, Reminder, AccountLink, ChannelIdentity):
            assert db.exec(select(table)).all() == []
        assert "тариф" not in " ".join(line.text for line in db.exec(select(TranscriptLine)).all())


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("сколько платить", "8 030 ₽ 61 коп"),
        ("передать показания", "По какому счётчику"),
        ("почему так дорого", "больше прошлого"),
        ("нет воды", "тключен"),
        ("напомни двадцатого", "напомнить"),
        ("выключи напоминания", "Напоминаний нет"),
        ("оплатить", "8 030 ₽ 61 коп"),
        ("отключения", "тключен"),
        ("привязать счёт", "привязан"),
        ("удали мои данные", "далить"),
        ("отключи автоплатёж", "не подключён"),
        ("напомни об оплате", "об оплате"),
        ("оператор", "отрудник"),
        ("помощь", "показания"),
        ("хватит", "свидания"),
    ],
)
def test_what_we_advise_to_say_is_understood(resident: Resident, said: str, heard: str) -> None:
    assert heard in resident.says(said)


@pytest.mark.parametrize("said", ["да верно", "ага верно", "запишите", "всё правильно", "да записывайте"])
def test_a_yes_in_other_words_books(resident: Resident, said: str) -> None:
    resident.says("холодная 125")
    assert "аписано" in resident.says(said)


@pytest.mark.parametrize(("folder", "told"), [(None, "не записываю"), (Path("calls"), "звук звонка хранится 30 дней")])
def test_whether_a_call_is_kept_as_sound_is_told_as_it_is(
    folder: Path | None, told: str, engine: Engine, settings: Settings, clock: Clock
) -> None:
    settings = settings.model_copy(update={"line_recordings": folder})
    turn = Turn("telephone", "caller", "s", spoken("вы записываете разговор"), screen=False)
    assert told in converse(engine, turn, now=clock(), settings=settings).text
