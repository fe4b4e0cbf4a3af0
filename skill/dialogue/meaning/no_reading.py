"""Numbers that are no readings where none are spoken of: a sum after talk of money, a day after a reminder, an age, the
number of a house, «с 3 по 10 ноября»."""

import re

from skill.dialogue.flat import Flat
from skill.dialogue.meaning.houses import names_a_street
from skill.dialogue.meaning.plain import LEADS, plain
from skill.dialogue.readings.draft import Entry
from skill.dialogue.readings.objections import Objections
from skill.dialogue.talk import Talk
from skill.understanding import Understanding
from skill.understanding.slots import extract, may_have_numbers
from speech.numerals import Segment, segments

DOUBTFUL = 0.5
PAID = frozenset({"payment_status", "payment_history"})
"""After these a bare sum is a payment that is looked for."""
OWED = frozenset({"balance", "charges", "due_date", "explain_bill", "explain_debt", "forecast", "penalty"})
"""After these it is what is to be paid."""
OF_READINGS = frozenset({"", "last_reading", "reading_window", "submit_reading", "usual", "disown_reading"})
"""After these a bare number may well be a reading."""
COUNTED = re.compile(r"\b(?:должн\w+ быть|посчита\w+|насчита\w+|начисл\w+|выставил\w+|получается|выходит)\b")
"""Numbers that are held against the bill."""
AGES = range(60, 110)
MONTH_DAYS, LEAST_SUM = 31, 100
BARE = re.compile(
    rf"{LEADS}(?:(?:это|если|лучше|тогда|на|я|сумма|ровно|всего|где то|примерно|заплачу|оплачу) )*#(?: рублей| руб)?"
)
"""A phrase of one number («#») and nothing to tell what it is."""
AFTER = re.compile(
    r"(?:год\w*|лет|годик\w*|час\w*|минут\w*|дн\w+|день|сут\w+|недел\w+|месяц\w*|числ\w+|человек\w*|этаж\w*|подъезд\w*|раз\w?"
    r"|процент\w*|градус\w*|метр\w*|руб\w*|январ\w+|феврал\w+|март\w?|апрел\w+|ма[яй]|июн\w+|июл\w+|август\w?|сентябр\w+"
    r"|октябр\w+|ноябр\w+|декабр\w+)$"
)
"""The word after a number that is an age, a time, a date, a sum."""
BEFORE = re.compile(r"(?:дом\w?|д|кв|квартир\w*|корпус|этаж\w?|подъезд\w?|улиц\w+)$")
ADDRESS = re.compile(r"\b(?:дом|кв|квартира|корпус)\w* \d")
SPAN = re.compile(r"\b(?:со? |от )# (?:\w+ )?(?:по|до) #")
"""«С 3 по 10»: days."""


def meant(talk: Talk, said: Understanding) -> Understanding | None:
    """What a phrase heard as readings means instead; None where it may be one."""
    text = plain(talk.turn.text)
    doubtful = said.intent in {"submit_reading", "correct"} or said.confidence < DOUBTFUL
    told = segments(text) if doubtful and may_have_numbers(text) else []
    if not told:
        address = said.intent == "submit_reading" and not said.slots and ADDRESS.search(text)
        return _unknown() if address else None
    about = talk.session.about.get("intent", "")
    if about in OWED and COUNTED.search(text):
        return Understanding("explain_bill", dict(talk.session.about["slots"]), DOUBTFUL)
    if len(told) == 1 and BARE.fullmatch(_with_marks(text, told)):
        return None if about in OF_READINGS else _bare(talk, about, told[0])
    named = "resource" in extract("submit_reading", talk.turn.text)
    if all(_is_other(text, one) for one in told) or (SPAN.search(_with_marks(text, told)) and len(told) == 2):
        return _unknown()
    return _unknown() if not named and names_a_street(talk) else None


def _bare(talk: Talk, about: str, one: Segment) -> Understanding | None:
    """A number alone, after something else than readings was spoken of."""
    if about == "set_reminder" and 1 <= one.value <= MONTH_DAYS and "kind" in talk.session.about:
        same = {name: talk.session.about[name] for name in ("kind", "row", "once")}
        return Understanding("set_reminder", {"date_or_day": str(int(one.value)), **same}, DOUBTFUL)
    if about == "benefits" and one.value in AGES:
        return Understanding("benefits", {"of": "capital_repair"}, DOUBTFUL)
    if _may_be_read(talk, one):
        return None
    if about in PAID | {"pay"} and one.value >= LEAST_SUM:
        return Understanding("payment_status", {"amount": f"{one.value:f}"}, DOUBTFUL)
    if about in OWED and one.value >= LEAST_SUM:
        return Understanding("pay", {"amount": f"{one.value:f}"}, DOUBTFUL)
    return _unknown()


def _unknown() -> Understanding:
    return Understanding("out_of_scope", {}, 0.0)


def _may_be_read(talk: Talk, one: Segment) -> bool:
    """Whether one of the meters that are left may show the number."""
    if talk.resident is None:
        return False
    flat = Flat(talk)
    books = Objections(talk, flat)
    return any(books.likely(Entry(loose=[f"{one.value:f}"]), meter) for meter in flat.left())


def _is_other(text: str, one: Segment) -> bool:
    words = text.split()
    after, before = "".join(words[one.end : one.end + 1]), "".join(words[max(0, one.start - 1) : one.start])
    return bool(AFTER.match(after) or BEFORE.match(before) or one.unit == "rub")


def _with_marks(text: str, told: list[Segment]) -> str:
    """The text with «#» for each number."""
    words, at = text.split(), 0
    parts = list[str]()
    for one in told:
        parts += [*words[at : one.start], "#"]
        at = one.end
    return " ".join([*parts, *words[at:]])
