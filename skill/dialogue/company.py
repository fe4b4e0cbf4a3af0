"""The company a turn is about, and the day at its houses."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from billing import accounts
from billing.tables import Organization
from skill.dialogue.flat import home_of
from skill.dialogue.talk import Talk

KEEPERS = ("UO", "TSJ", "RC", "RSO", "KR", "TKO", "OGV")
"""Whom a stranger means by «вы», in this order."""


def company_of(talk: Talk) -> Organization | None:
    """Who keeps the account spoken about; for a stranger the company whose skill this is. None in empty books."""
    if talk.resident is not None:
        return accounts.company(talk.db, home_of(talk).organization_id)
    rows = accounts.companies(talk.db)
    return min(rows, key=lambda row: KEEPERS.index(row.kind), default=None)


def local(talk: Talk) -> datetime:
    """The time at the company's houses."""
    if talk.resident is not None:
        return talk.now.astimezone(ZoneInfo(home_of(talk).company_timezone))
    company = company_of(talk)
    return talk.now.astimezone(ZoneInfo(company.timezone if company else "Europe/Moscow"))


def today(talk: Talk) -> date:
    """The day at the company's houses."""
    return local(talk).date()


def phone_of(talk: Talk) -> str:
    """The number of the dispatcher; empty when none is known."""
    company = company_of(talk)
    return talk.settings.operator_phone or (company.dispatch_phone if company else "") or ""


def phone_told(talk: Talk) -> str:
    """The sentence with the dispatcher's number; empty when none is known."""
    number = phone_of(talk)
    return talk.say("general.phone", phone=number) if number else ""


def emergency_phone(talk: Talk) -> str:
    """Where danger is reported: the company's own number, else the one number for all."""
    company = company_of(talk)
    return (company.emergency_phone if company else None) or "112"
