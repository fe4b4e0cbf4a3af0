"""Reminders that wait for the resident to come: said once at the start of a conversation, without sums of money."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session as Database

from billing import notices
from billing.tables import Account, Notice, Organization
from skill.dialogue.meaning.asked import service_name
from skill.dialogue.naming import capital, listed, month_name
from skill.dialogue.phrases import phrase
from skill.dialogue.talk import Talk
from speech import wording


def due(talk: Talk) -> str:
    """The oldest waiting notice of this resident on this channel as a sentence; empty without one."""
    if talk.resident is None:
        return ""
    notice = notices.next_for(talk.db, talk.resident.id, talk.turn.channel)
    if notice is None:
        return ""
    notice.sent_at = talk.now
    talk.db.add(notice)
    return sentence(talk.db, notice)


def sentence(db: Database, notice: Notice) -> str:
    """A notice in words, the next variant for every notice."""

    def say(key: str, **facts: str) -> str:
        return phrase(f"reminders.notice.{key}", notice.id, **facts)

    facts = notice.facts
    match notice.kind:
        case _ if facts.get("once"):
            return say("once", what=phrase(f"reminders.what.{notice.kind}", 0))
        case "pay" if facts.get("autopay"):
            return say("autopay", day=wording.day(_paid_on(db, notice))) if facts["on"] else say("autopay_dear")
        case "pay" if facts.get("new_bill"):
            return say("bill", month=month_name(date.fromisoformat(facts["new_bill"])), day=_day(facts["due_on"]))
        case "submit_readings":
            return say("submit_readings", day=_day(facts["end"]))
        case "pay":
            return say("pay", day=_day(facts["due_on"]))
        case "verification":
            meter = service_name(facts["resource"])
            key = "verification_late" if facts.get("is_late") else "verification"
            return say(key, meter=meter, day=_day(facts["until"]))
        case "outage":
            begins = datetime.fromisoformat(facts["start_at"]).astimezone(_zone(db, notice))
            names = listed([service_name(code) for code in facts["resources"]])
            return say("outage", resources=names, start=f"{wording.day(begins)} {begins:%H:%M}")
        case _:
            return say("news", title=capital(str(facts["title"])))


def _paid_on(db: Database, notice: Notice) -> date:
    """The day of a payment that makes itself: never before the day after it is told."""
    told = (notice.sent_at or notice.created_at).astimezone(_zone(db, notice)).date()
    return max(date.fromisoformat(notice.facts["on"]), told + timedelta(days=1))


def _zone(db: Database, notice: Notice) -> ZoneInfo:
    account = db.get_one(Account, notice.account_id)
    return ZoneInfo(db.get_one(Organization, account.organization_id).timezone)


def _day(iso: str) -> str:
    return wording.day(date.fromisoformat(iso))
