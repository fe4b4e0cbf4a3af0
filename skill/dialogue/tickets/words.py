"""The words of a request, as it is kept."""

import re

from skill.dialogue.meaning import troubles
from skill.identity import masking

LONGEST = 500

COMPLAINT = re.compile(r"жалоб|жаловат|претензи")
ASKS = re.compile(r"\bмо[яейю]+\b|статус|рассмотр|ответ|номер|где|когда|\d")
SHORT_COMPLAINT = 6
OF_WHOM = re.compile(r"\b(жалоб\w+|претензи\w+|(?:по)?жаловаться) на (?!вас\b|тебя\b)\w+")
RECALCULATION = re.compile(r"пере ?ра[сc]ч[её]т|пересч[её]т|пересчита")
DAMAGE = re.compile(r"ущерб|возмест|возмещ|\bакт\b")
"""Somebody is to pay for what was spoiled: that takes an act, drawn up within 12 hours (ПП 354, п. 152)."""
_MONTH = r"(?:янв|фев|март|апр|ма[йя]|июн|июл|авг|сент|окт|нояб|дек)\w*"
DAYS = re.compile(
    rf"(?:(?:нас|меня|не было|это|дома|примерно|был[ои]?|в отпуске|уезжали) )*со? \w+(?: {_MONTH})? (?:по|до) \w+"
    rf"(?: {_MONTH})?[.!]?"
    rf"|(?:(?:весь|целый|в|за|почти) )+{_MONTH}[.!]?"
)
"""Since when and until when: «с 1 по 28 октября», «весь октябрь»."""
OF_THE_OFFICE = re.compile(r"\bжалоб|жаловат|\bакт\b|ущерб")
"""No worker comes for it."""
UNREASONED = re.compile(
    r"\W*(?:(?:немедленно|срочно|тогда|прошу|требую|хочу|сделай(?:те)?|сделать|мне|нужен|надо|нужно|нам|все|всё|сч[её]т|сумму"
    r"|заново|пожалуйста|это|квартплату|пересчита(?:й|йте|ть|ете)|пере ?расч[её]т|правильно)\W*)+"
)
"""A recalculation asked for, and not told of what or why."""


LEADS_ON = re.compile(
    r"^(?:(?:нет|да|ну|ой|а то|а|и|только|это|вот|забыла?(?: сказать)?|ещ[её])[ ,]+)+(?=\S+ \S)", re.IGNORECASE
)


FORGOTTEN = re.compile(r",?\s+забыла?(?: сказать| добавить)?$", re.IGNORECASE)


def kept(text: str) -> str:
    """What is kept of a description: no greeting, no «добавь, что», no stammer, no capitals, nothing secret."""
    text = more["more"] if (more := troubles.MORE.match(text)) else text
    text = text.capitalize() if text.isupper() else text
    told = troubles.STAMMER.sub(r"\1", troubles.LEAD.sub("", text.strip()))
    return masking.for_workers(told[:LONGEST].rstrip(".!"))


def said_back(details: str) -> str:
    """A request as it is read out: who listens need not hear a telephone number."""
    return masking.answered(masking.without_phones(details))


def added(text: str) -> str:
    """A phrase as it is put after what was told: «а то домофон не работает», «Добавьте, что у соседей тоже»."""
    return FORGOTTEN.sub("", LEADS_ON.sub("", text.strip().rstrip(" .!?")))


def wished(text: str) -> str:
    """«Лифт не работал, верните деньги» as a request for a recalculation."""
    return f"Прошу перерасчёт: {text}"
