"""A speaker becomes a resident by the account's number and the code on its bill."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import Engine

from billing import store
from fixtures.demo_company import DemoSummary
from skill.dialogue.turn import Turn
from skill.identity import linking
from skill.identity.linking import Outcome
from skill.settings import Settings
from tests.skill.talking import Clock, Ledger, Resident


def test_number_and_code_link_the_account(stranger: Resident, demo: DemoSummary) -> None:
    assert "номер лицевого счёта" in stranger.says("привяжи мой лицевой счёт")
    assert "шесть цифр" in stranger.says(demo.account.number)
    assert "согласны" in stranger.says(demo.account.bill_code)
    answer = stranger.says("да")
    assert answer.startswith("Готово, счёт привязан: Примерск, улица Лесная, дом 5, квартира 12.")


def test_spoken_digits_do_as_well(stranger: Resident) -> None:
    stranger.says("привязать счёт")
    stranger.says("один ноль ноль пять один два")
    stranger.says("четыре восемь два девять один три")
    assert stranger.says("да").startswith("Готово")


def test_number_and_code_in_one_breath(stranger: Resident, demo: DemoSummary) -> None:
    stranger.says("привязать счёт")
    stranger.says(f"счёт {demo.account.number}, код {demo.account.bill_code}")
    assert stranger.says("да, согласен").startswith("Готово")


def test_the_reading_that_needed_the_account_is_taken_up_again(
    stranger: Resident, demo: DemoSummary, ledger: Ledger
) -> None:
    assert stranger.says("холодная вода 125").startswith("Сначала найдём вашу квартиру")
    stranger.says(demo.account.number)
    stranger.says(demo.account.bill_code)
    assert "олодная вода 125" in stranger.says("да")
    stranger.says("да")
    assert ledger.newest()["COLD_WATER"] == 125


def test_an_unknown_account_is_answered_like_a_wrong_code(stranger: Resident, demo: DemoSummary) -> None:
    answers = []
    for number, code in ((demo.account.number, "000000"), ("777777", demo.account.bill_code)):
        other = Resident(stranger.engine, stranger.settings, stranger.clock)
        other.says("привязать счёт")
        answers.append((other.says(number), other.says(code)))
    assert answers[0] == answers[1]
    assert "не подошли" in answers[0][1]


def test_guessing_locks_for_a_while(stranger: Resident, demo: DemoSummary, clock: Clock) -> None:
    stranger.says("привязать счёт")
    for attempt in range(5):
        stranger.says(demo.account.number)
        answer = stranger.says(f"00000{attempt}")
    assert "Слишком много" in answer
    stranger.says("привязать счёт")
    stranger.says(demo.account.number)
    assert "Слишком много" in stranger.says(demo.account.bill_code)
    clock.forward(minutes=31)
    stranger.says("привязать счёт")
    stranger.says(demo.account.number)
    assert "согласны" in stranger.says(demo.account.bill_code)


def tried(stranger: Resident, number: str, code: str) -> str:
    stranger.says("привязать счёт")
    stranger.says(number)
    return stranger.says(code)


def test_ones_own_code_in_between_does_not_help_to_guess_those_of_others(stranger: Resident, demo: DemoSummary) -> None:
    own = demo.account.number, demo.account.bill_code
    for number in ("700001", "700002"):
        assert "Слишком много" not in tried(stranger, number, "000000")
    assert "согласны" in tried(stranger, *own)
    for number in ("700003", "700004"):
        assert "Слишком много" not in tried(stranger, number, "000000")
    assert "Слишком много" in tried(stranger, "700005", "000000")
    assert "Слишком много" in tried(stranger, *own)


def test_the_right_code_forgives_the_wrong_ones_for_that_number(stranger: Resident, demo: DemoSummary) -> None:
    for _ in range(3):
        for _ in range(4):
            assert "Слишком много" not in tried(stranger, demo.account.number, "000000")
        assert "согласны" in tried(stranger, demo.account.number, demo.account.bill_code)


def test_guesses_made_at_once_are_all_counted(
    either_engine: Engine, settings: Settings, demo: DemoSummary, now: datetime
) -> None:
    def guess(_: int) -> Outcome:
        with store.transaction(either_engine) as db:
            turn = Turn("chat", "guesser", "s")
            return linking.verify(db, turn, demo.account.number, "000000", now=now, settings=settings)

    with ThreadPoolExecutor(5) as pool:
        assert sum(bool(outcome.locked_minutes) for outcome in pool.map(guess, range(5))) == 1


def test_no_leaves_the_linking(stranger: Resident) -> None:
    stranger.says("привязать счёт")
    assert "не привязан" in stranger.says("нет, не надо")
