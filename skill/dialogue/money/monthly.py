"""Which of the unpaid months a payer means: the last, the oldest, so many of them, or one that is to be named."""

import re
from datetime import date

from skill.dialogue.company import today
from skill.dialogue.meaning.asked import months
from skill.dialogue.meaning.plain import LEADS, plain
from skill.dialogue.money import late
from skill.dialogue.talk import Talk
from skill.understanding import Understanding
from skill.understanding.slots import extract
from speech.numerals import numbers

_BILL = r"(?:месяц\w*|сч[её]т\w*|квитанци\w+|начислени\w+)"
OLDEST = re.compile(r"сам(?:ый|ого|ую) (?:стар|давн|перв|ранн)\w+|\bстар(?:ый|ого) долг")
LAST = re.compile(
    rf"\bпоследн(?:ий|его|юю|ее) {_BILL}|\b(?:без|кроме|не считая|за вычетом) (?:вс\w+ |стар\w+ |прошл\w+ |само\w+ )?"
    rf"(?:долг|задолж)|\bтекущ(?:ие|ую|ее|ий сч[её]т)|\bтолько (?:что )?(?:за )?(?:последн|начислен)\w*|\bновые начисл"
)
ONE = re.compile(r"\b(?:один|1|какой-нибудь|любой) месяц(?!\w)|\bтолько (?:за )?месяц(?!\w)|\bмесяц (?:только|один)\b")
COUNT = re.compile(r"\b(?:за |только )(\w+) месяц(?:а|ев)\b(?! впер)")
_ALONE = rf"{LEADS}(?:тогда |давай(?:те)? |за |только |сам\w+ |лучше )*"
NAMED = re.compile(rf"{_ALONE}(?:последн|нов|свеж)\w+")
FIRST = re.compile(rf"{_ALONE}(?:стар|давн|перв|ранн)\w+")
"""The answer to «за какой месяц»."""


def meant(talk: Talk, text: str, *, amid: bool = False) -> list[date] | None:
    """The months a payer names without a month's own name, oldest first; none for «один месяц», None where he speaks of
    no month. amid: a payment is open, and a month's name alone, «последний» or «старый», answers."""
    owed = late.owed(talk)
    left, bill = list(owed.not_paid), owed.balance.receipt
    if not left or bill is None:
        return None
    if OLDEST.search(text) or (amid and FIRST.fullmatch(plain(text))):
        return left[:1]
    if LAST.search(text) or (amid and NAMED.fullmatch(plain(text))):
        return [bill.period] if bill.period in left else None
    if ONE.search(text):
        return left if len(left) == 1 else []
    if (counted := COUNT.search(text)) is not None and (said := numbers(counted[1])) and said[0].isdecimal():
        return left[: int(said[0])] if 1 < int(said[0]) <= len(left) else None
    return months(Understanding("pay", extract("pay", text), 1.0), today(talk), text) or None if amid else None
