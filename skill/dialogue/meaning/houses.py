"""Which of the company's houses a phrase names («Лесная, пять»)."""

import re

from sqlmodel import col, select

from billing.tables import Property
from skill.dialogue.talk import Talk
from speech.numerals import numbers

KINDS = frozenset({"улица", "проспект", "переулок", "проезд", "шоссе", "бульвар", "набережная", "площадь"})


def house_named(talk: Talk) -> Property | None:
    """The company's house whose street and number a phrase names."""
    text = talk.turn.text.lower().replace("ё", "е")
    words = re.findall(r"[а-я]+", text)
    said = {*re.findall(r"\d+[а-я]?", text), *numbers(text)}
    rows = talk.db.exec(select(Property).order_by(col(Property.id))).all()
    fitting = [row for row in rows if any(word.startswith(stem(row.street)) for word in words)]
    exact = [row for row in fitting if row.house.lower() in said]
    return exact[0] if exact else fitting[0] if len(fitting) == 1 and not said else None


def names_a_street(talk: Talk) -> bool:
    """Whether a phrase names a street on which the company has a house."""
    words = re.findall(r"[а-я]+", talk.turn.text.lower().replace("ё", "е"))
    streets = talk.db.exec(select(Property.street).distinct()).all()
    return any(word.startswith(stem(street)) for street in streets for word in words)


def stem(street: str) -> str:
    """The part of a street's name that its cases share: «лесн» of «улица Лесная»."""
    names = [word for word in re.findall(r"[а-я]+", street.lower().replace("ё", "е")) if word not in KINDS]
    longest = max(names, key=len, default="")
    return longest[: max(3, len(longest) - 2)]
