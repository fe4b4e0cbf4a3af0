"""How accounts' owners are reached: e-mail addresses and telephone numbers, given by the company or by them."""

import re
from datetime import datetime

from sqlmodel import Session, select

from billing import audit
from billing.tables import AccountContact

EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,185}\.[^@\s,;<>\".]{2,}")
RUSSIAN = re.compile(r"(?:\+?7|8)?(\d{10})")


class BadContact(ValueError):
    """No e-mail address, or no telephone number."""


def tidy(kind: str, said: str) -> str:
    """An address in small letters, a number as +7…. Raises BadContact.

    >>> tidy("phone", "8 (912) 345-67-89")
    '+79123456789'
    """
    if kind == "email":
        if not EMAIL.fullmatch(said.strip()):
            raise BadContact(f"not an e-mail address: {said}")
        return said.strip().lower()
    found = RUSSIAN.fullmatch(re.sub(r"[\s()-]", "", said))
    if found is None:
        raise BadContact(f"not a telephone number: {said}")
    return f"+7{found[1]}"


def of_account(db: Session, account_id: int, kind: str) -> str:
    """The address or number; empty when there is none."""
    query = select(AccountContact.value).where(AccountContact.account_id == account_id, AccountContact.kind == kind)
    return db.exec(query).first() or ""


def keep(db: Session, account_id: int, kind: str, said: str, *, now: datetime, actor: str, channel: str) -> bool:
    """Note a contact in place of the one before; whether it is another one. Raises BadContact."""
    value = tidy(kind, said)
    query = select(AccountContact).where(AccountContact.account_id == account_id, AccountContact.kind == kind)
    row = db.exec(query).first()
    if row is not None and row.value == value:
        return False
    row = row or AccountContact(account_id=account_id, kind=kind, value=value)
    row.value = value
    db.add(row)
    db.flush()
    audit.record(
        db,
        now=now,
        actor=actor,
        channel=channel,
        action="contact",
        subject="account",
        subject_id=account_id,
        account_id=account_id,
        after={"kind": kind},
    )
    return True


def masked(value: str) -> str:
    """What may be said of a contact to somebody who knows it: «и•••@mail.ru», «•••67-89».

    >>> masked("ivan@mail.ru"), masked("+79123456789")
    ('i•••@mail.ru', '•••67-89')
    """
    name, at, domain = value.partition("@")
    return f"{name[0]}•••@{domain}" if at else f"•••{value[-4:-2]}-{value[-2:]}"
