"""Finding accounts and who may speak for them."""

from datetime import datetime

import pytest
from sqlmodel import Session, select

from billing import accounts, audit
from billing.tables import Account, ChannelIdentity
from fixtures.demo_company import DemoSummary


@pytest.fixture
def own(undone_demo: Session, demo: DemoSummary) -> Account:
    found = undone_demo.get(Account, demo.account.id)
    assert found is not None
    return found


def linked(db: Session, account: Account, now: datetime, external_id: str = "someone") -> int:
    how = "code_on_bill"
    return accounts.link(
        db, channel="alice", external_id=external_id, account_id=account.id, verified_how=how, now=now
    ).id


def test_an_account_is_found_by_its_number_as_it_is_written(undone_demo: Session, own: Account) -> None:
    assert accounts.find(undone_demo, " 100512 ") == [own]
    assert accounts.find(undone_demo, "0100512") == []
    assert accounts.find(undone_demo, "100512", organization_id=2) == []


def test_a_closed_account_is_not_found(undone_demo: Session, own: Account, now: datetime) -> None:
    own.closed_on = now.date()
    undone_demo.flush()
    assert accounts.find(undone_demo, "100512") == []


@pytest.mark.parametrize(("said", "right"), [("482913", True), ("482 913", True), ("482914", False), ("", False)])
def test_the_code_on_the_bill_proves_the_flat(own: Account, said: str, right: bool) -> None:
    assert accounts.code_matches(own, said) is right


def test_linking_twice_changes_nothing(undone_demo: Session, own: Account, now: datetime) -> None:
    assert linked(undone_demo, own, now) == linked(undone_demo, own, now)
    resident = accounts.resident_of(undone_demo, "alice", "someone")
    assert resident is not None
    assert accounts.accounts_of(undone_demo, resident.id) == [own]
    assert [entry.action for entry in audit.trail(undone_demo, account_id=own.id)] == ["link"]


def test_the_same_id_on_another_channel_is_somebody_else(undone_demo: Session, own: Account, now: datetime) -> None:
    linked(undone_demo, own, now)
    assert accounts.resident_of(undone_demo, "telegram", "someone") is None


def test_a_channels_user_id_is_not_kept(undone_demo: Session, own: Account, now: datetime) -> None:
    linked(undone_demo, own, now, "+79001234567")
    kept = undone_demo.exec(select(ChannelIdentity)).one()
    assert "9001234567" not in kept.model_dump_json()


def test_a_link_can_be_named_and_taken_back(undone_demo: Session, own: Account, now: datetime) -> None:
    resident_id = linked(undone_demo, own, now)
    accounts.name_account(undone_demo, resident_id=resident_id, account_id=own.id, nickname="дача")
    unlink = {"resident_id": resident_id, "account_id": own.id, "channel": "alice", "now": now}
    assert accounts.unlink(undone_demo, **unlink)
    assert not accounts.unlink(undone_demo, **unlink)
    assert accounts.accounts_of(undone_demo, resident_id) == []
    with pytest.raises(LookupError):
        accounts.name_account(undone_demo, resident_id=resident_id, account_id=own.id, nickname="дача")


def test_an_address_is_told_in_parts_and_whole(undone_demo: Session, own: Account) -> None:
    found = accounts.address_of(undone_demo, own)
    assert (found.street, found.house, found.flat) == ("улица Лесная", "5", "12")
    assert found.text == "Примерск, улица Лесная, дом 5, квартира 12"


def test_light_is_sent_to_the_company_that_takes_it(undone_demo: Session, own: Account) -> None:
    assert accounts.keeper_of(undone_demo, own, "ELECTRICITY").kind == "RC"
    away = undone_demo.exec(select(Account).where(Account.number == "300501", Account.organization_id == 1)).one()
    assert accounts.keeper_of(undone_demo, away, "ELECTRICITY").spoken_name == "Примерская энергосбытовая компания"
    assert accounts.keeper_of(undone_demo, away, "COLD_WATER").kind == "RC"
