"""Телефоны, адрес, часы работы: who to call and where to go, open to everybody."""

import re

from billing.tables import Organization
from skill.dialogue import office
from skill.dialogue.company import company_of
from skill.dialogue.naming import days_aloud
from skill.dialogue.person import callback
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from skill.understanding.slots import extract

NIGHT = ("авар", "ночь", "дежур", "срочн")
OF_BY_DAY = re.compile(r"не (?:\w+ )?авар\w+|(?:обычн|прост)\w+ диспетчер\w*|обычн\w+.*")
"""«Не аварийную, обычную»."""
PLACE = (
    "где",
    "адрес",
    "контор",
    "офис",
    "находи",
    "куда",
    "прийти",
    "прием",
    "график",
    "работает",
    "часы",
    "открыт",
    "открыва",
    "закрыва",
    "найти",
    "доехать",
    "добраться",
    "скольк",
    "режим",
)


class Contacts(Topic):
    """The scene of contacts."""

    name = "contacts"
    intents = frozenset({"contacts"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The number, or the place and the hours, as was asked."""
        company = company_of(talk)
        if company is None:
            return talk.reply("contacts.unknown")
        text = talk.turn.text.lower().replace("ё", "е")
        day = said.slots.get("date_or_day") or extract("contacts", talk.turn.text).get("date_or_day")
        if "телефон" not in text and isinstance(day, str) and (of_day := office.on_day(talk, company, day)) is not None:
            return of_day
        danger = "звон" in text and callback.in_danger(talk) is not None
        phone = talk.settings.operator_phone or company.dispatch_phone or company.office_phone
        if company.emergency_phone and (danger or any(stem in OF_BY_DAY.sub("", text) for stem in NIGHT)):
            return talk.reply("contacts.night", phone=company.emergency_phone)
        if company.emergency_phone and phone and "диспетчер" in text:
            return talk.reply("contacts.dispatcher", phone=phone, emergency=company.emergency_phone)
        hours = hours_of(talk, company)
        if "телефон" in text and "адрес" in text and phone and company.address:
            return talk.reply("contacts.both", phone=phone, address=company.address, hours=hours)
        if hours and "звон" not in text and ("date_or_day" in said.slots or any(stem in text for stem in PLACE)):
            return talk.reply("contacts.office", address=company.address or company.spoken_name, hours=hours)
        if not phone:
            return talk.reply("contacts.unknown")
        return talk.reply("contacts.phone", phone=phone, hours=hours)


def hours_of(talk: Talk, company: Organization) -> str:
    """«пн-чт 8:00–17:00, пт 8:00–16:00»; the days in words where nothing can be shown."""
    name = str if talk.turn.screen else days_aloud
    return ", ".join(f"{name(days)} {hours}" for days, hours in company.work_hours.items())


SCENE = Contacts()
