"""Several flats, and what the resident calls them."""

from datetime import datetime

import pytest
from sqlalchemy import Engine

from billing import accounts, store
from fixtures.demo_company import DemoSummary
from skill.settings import Settings
from tests.skill.talking import Clock, Resident, linked


@pytest.fixture
def owner(engine: Engine, settings: Settings, clock: Clock, demo: DemoSummary, now: datetime) -> Resident:
    """The owner of two flats, one of which is called «мама»."""
    resident = Resident(engine, settings, clock)
    known = linked(engine, "chat", resident.name, demo.account.id, now)
    linked(engine, "chat", resident.name, demo.rich.id, now)
    with store.transaction(engine) as db:
        accounts.name_account(db, resident_id=known, account_id=demo.rich.id, nickname="мама")
    return resident


def test_a_flat_is_called_by_its_own_name(owner: Resident) -> None:
    owner.says("сколько я должен")
    assert owner.says("а у мамы?").startswith("Квартира: мама. К оплате 47 010 ₽ 23 коп.")
    assert "квартира 12. Долг 8 030 ₽ 61 коп." in owner.says("а у меня?")


def test_what_a_named_flat_owes_is_not_told_of_another(owner: Resident) -> None:
    assert owner.says("сколько должна мама").startswith("Квартира: мама. Долг 47 010 ₽ 23 коп.")


def test_a_name_that_no_flat_has_is_asked_about(owner: Resident) -> None:
    owner.says("сколько я должен")
    assert owner.says("а у тёщи?") == "Какая квартира нужна: улица Лесная, дом 5, квартира 12 или мама?"


def test_a_flat_named_with_its_readings_is_named_once(owner: Resident) -> None:
    assert owner.says("показания за маму").startswith("Квартира: мама. По какому счётчику?")
