"""Finding accounts (лицевые счета) and who may speak for them."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from billing import audit, autopay
from billing.prepared import Prepared
from billing.tables import (
    Account,
    AccountLink,
    ChannelIdentity,
    Organization,
    Premises,
    Property,
    Resident,
    ResourceOwner,
)


@dataclass(frozen=True)
class Address:
    """street: "улица Лесная"; house: "5"; flat: "12"; text: all of it on one line, with the city."""

    street: str
    house: str
    flat: str
    text: str


@dataclass(frozen=True)
class Speaker:
    """A resident as far as most questions need: the id."""

    id: int


@dataclass(frozen=True)
class Home:
    """A flat as far as every question about it needs: ids, and the zones whose calendars its house and company keep."""

    account_id: int
    organization_id: int
    property_id: int
    timezone: str
    company_timezone: str


_HOMES = Prepared(
    columns(
        col(Account.id), col(Account.organization_id), col(Premises.property_id), col(Property.timezone),
        col(Organization.timezone),
    )
    .join(AccountLink, col(AccountLink.account_id) == col(Account.id))
    .join(Premises, col(Premises.id) == col(Account.premises_id))
    .join(Property, col(Property.id) == col(Premises.property_id))
    .join(Organization, col(Organization.id) == col(Account.organization_id))
    .where(col(AccountLink.resident_id) == bindparam("resident_id"))
    .order_by(col(AccountLink.id))
)  # fmt: skip

_COMPANIES = Prepared(columns(Organization).order_by(col(Organization.id)))
_COMPANY = Prepared(columns(Organization).where(col(Organization.id) == bindparam("organization_id")))


def companies(db: Session) -> list[Organization]:
    """Every company in the books, its columns only."""
    return _COMPANIES.like(db, Organization, {})


def company(db: Session, organization_id: int) -> Organization:
    """The company with this id, its columns only."""
    [found] = _COMPANY.like(db, Organization, {"organization_id": organization_id})
    return found


def find(db: Session, number: str, organization_id: int | None = None) -> list[Account]:
    """Open accounts with this number; several when companies share it."""
    query = select(Account).where(Account.number == number.strip(), col(Account.closed_on).is_(None))
    if organization_id is not None:
        query = query.where(Account.organization_id == organization_id)
    return list(db.exec(query.order_by(col(Account.id))).all())


def code_matches(account: Account, said: str) -> bool:
    """Whether the code a resident named is the one printed on the bill; spaces between digits do not matter."""
    return hmac.compare_digest("".join(said.split()).encode(), account.bill_code.encode())


def accounts_of(db: Session, resident_id: int) -> list[Account]:
    """Accounts a resident may speak for, in the order they were linked."""
    query = (
        select(Account)
        .join(AccountLink, col(AccountLink.account_id) == col(Account.id))
        .where(AccountLink.resident_id == resident_id)
        .order_by(col(AccountLink.id))
    )
    return list(db.exec(query).all())


def homes_of(db: Session, resident_id: int) -> list[Home]:
    """The flats of the accounts a resident may speak for, in the order of `accounts_of`."""
    return [Home(*row) for row in _HOMES.run(db, {"resident_id": resident_id})]


def resident_of(db: Session, channel: str, external_id: str) -> Resident | None:
    """Who a channel's user is, if we have met."""
    return db.exec(
        select(Resident)
        .join(ChannelIdentity, col(ChannelIdentity.resident_id) == col(Resident.id))
        .where(ChannelIdentity.channel == channel, ChannelIdentity.external_digest == digest(channel, external_id))
    ).first()


def digest(channel: str, external_id: str) -> str:
    """What is kept instead of a channel's user id."""
    return hashlib.sha256(f"{channel}\0{external_id}".encode()).hexdigest()


def link(db: Session, *, channel: str, external_id: str, account_id: int, verified_how: str, now: datetime) -> Resident:
    """Let a channel's user speak for an account. Linking again changes nothing."""
    db.exec(select(Account.id).where(Account.id == account_id).with_for_update()).one()  # one link at a time
    resident = resident_of(db, channel, external_id) or _meet(db, channel, external_id, now)
    known = select(AccountLink).where(AccountLink.resident_id == resident.id, AccountLink.account_id == account_id)
    if db.exec(known).first() is None:
        row = AccountLink(resident_id=resident.id, account_id=account_id, verified_how=verified_how, verified_at=now)
        db.add(row)
        db.flush()
        after = {"resident": resident.id, "verified_how": verified_how}
        audit.record_row(db, row, now, f"resident:{resident.id}", channel, "link", after)
    return resident


def unlink(db: Session, *, resident_id: int, account_id: int, channel: str, now: datetime) -> bool:
    """Take the right back; False when there was none. A standing order of theirs ends with it."""
    row = db.exec(
        select(AccountLink).where(AccountLink.resident_id == resident_id, AccountLink.account_id == account_id)
    ).first()
    if row is None:
        return False
    actor, before = f"resident:{resident_id}", {"resident": resident_id, "verified_how": row.verified_how}
    audit.record_row(db, row, now, actor, channel, "unlink", before=before)
    db.delete(row)
    db.flush()
    autopay.left(db, account_id, resident_id, now=now, actor=actor, channel=channel)
    return True


def name_account(db: Session, *, resident_id: int, account_id: int, nickname: str | None) -> None:
    """Give an account the resident's own name ("дача"). Raises LookupError when it is not linked."""
    row = db.exec(
        select(AccountLink).where(AccountLink.resident_id == resident_id, AccountLink.account_id == account_id)
    ).first()
    if row is None:
        raise LookupError("the account is not linked")
    row.nickname = nickname
    db.add(row)


def address_of(db: Session, account: Account) -> Address:
    """Where the account's flat is."""
    house, unit = db.exec(
        select(Property, Premises.unit)
        .join(Premises, col(Premises.property_id) == col(Property.id))
        .where(Premises.id == account.premises_id)
    ).one()
    text = f"{house.city}, {house.street}, дом {house.house}, квартира {unit}"
    return Address(house.street, house.house, unit, text)


def keeper_of(db: Session, account: Account, resource: str) -> Organization:
    """Which company takes readings of a resource at the account's house: its own, unless another owns the resource."""
    owner = db.exec(
        select(Organization)
        .join(ResourceOwner, col(ResourceOwner.organization_id) == col(Organization.id))
        .join(Premises, col(Premises.property_id) == col(ResourceOwner.property_id))
        .where(Premises.id == account.premises_id, ResourceOwner.resource == resource)
    ).first()
    return owner or db.exec(select(Organization).where(Organization.id == account.organization_id)).one()


def _meet(db: Session, channel: str, external_id: str, now: datetime) -> Resident:
    resident = Resident(created_at=now)
    db.add(resident)
    db.flush()
    identity = ChannelIdentity(
        resident_id=resident.id, channel=channel, external_digest=digest(channel, external_id), first_seen_at=now
    )
    db.add(identity)
    db.flush()
    return resident
