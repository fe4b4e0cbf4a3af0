"""Reminders that wait for the resident to come: said once at the start of a conversation, without sums of money."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from billing import notices
from billing.tables import Notice
from skill.dialogue.asked import service_name
from skill.dialogue.company import company_of
from skill.dialogue.naming import capital, listed
from skill.dialogue.talk import Talk
from speech import wording


def due(talk: Talk) -> str:
    """The oldest waiting notice of this resident on this channel as a sentence; empty without one."""
    if talk.resident is None:
        return ""
    for notice in notices.waiting(talk.db, talk.turn.channel, resident_id=talk.resident.id, limit=1):
        notice.sent_at = talk.now
        talk.db.add(notice)
        return sentence(talk, notice)
    return ""


def sentence(talk: Talk, notice: Notice) -> str:
    """A notice in words."""
    facts = notice.facts
    match notice.kind:
        case "submit_readings":
            return talk.say("reminders.notice.submit_readings", day=_day(facts["end"]))
        case "pay":
            return talk.say("reminders.notice.pay", day=_day(facts["due_on"]))
        case "verification":
            meter = service_name(facts["resource"])
            return talk.say("reminders.notice.verification", meter=meter, day=_day(facts["until"]))
        case "outage":
            company = company_of(talk)
            zone = ZoneInfo(company.timezone if company else "Europe/Moscow")
            begins = datetime.fromisoformat(facts["start_at"]).astimezone(zone)
            names = listed([service_name(code) for code in facts["resources"]])
            return talk.say("reminders.notice.outage", resources=names, start=f"{wording.day(begins)} {begins:%H:%M}")
        case _:
            return talk.say("reminders.notice.news", title=capital(str(facts["title"])))


def _day(iso: str) -> str:
    return wording.day(date.fromisoformat(iso))
