"""«Подожди, ещё напиши, что …», «дополни: …», «добавь к заявке 2 …»: more for a request, in so many words."""

import re

_WAITS = r"(?:подожд|погод|постой|стой|обожд|секунд|минут|стоп)\w*"
_LEAD = (
    rf"(?:(?:{_WAITS}|ой|а|и|да|ну|нет|так|вот|алло|пожалуйста|забыла?|кстати|тогда|слушай(?:те)?|девушка|ещ[её]|тоже"
    r"|можно|можете|надо|нужно|вы|там|сказать|теперь)\b\W*)*"
)
_ADDS = (
    r"(?:добав(?:ь|ьте|ить|ляй|ляйте)|(?:до|при|в)(?:пиши|пишите|писать|писывай(?:те)?)|дополни(?:те|ть)?"
    r"|напиши(?:те)?|укажи(?:те)?|(?<=ещё )запиши(?:те)?|(?<=еще )запиши(?:те)?)"
)
_WHERE = (
    r"(?P<where>(?:в|к) (?:(?:эт|т[уо]|сво|мо|перв|втор|последн|сам)\w* )*заявк\w+"
    r"(?:(?: под)? номер\w*)?(?: (?P<number>\d+)\b)?(?: (?:про|на|о|об|насч[её]т|по) (?P<thing>\w+)(?=,? что\b|,|:))?)"
)
_THERE = rf"(?:ещ[её]|туда|там|пожалуйста|и|что|также|(?:в|к) (?:не[её]|ней)|(?:эту |мою )?заявку|{_WHERE})"
MORE = re.compile(
    rf"^\W*{_LEAD}{_ADDS}[,:]? (?:{_THERE}[ ,:.]+)*"
    r"(?P<more>.+)",
    re.IGNORECASE | re.DOTALL,
)
_ANEW = re.compile(r"\b(?:не|нет|неправильно|неверно|лучше)\b", re.IGNORECASE)
_READINGS = re.compile(r"\bпоказани\w*.*\d|\d.*\bпоказани", re.IGNORECASE)
_ALSO = re.compile(r"\bещ[её]\b|\b(?:добав|допи|дополн|припи|впи)", re.IGNORECASE)


def told(text: str) -> str:
    """What is to be added; empty where the words do not say so.

    >>> told("подожди ещё напиши что темно в подъезде"), told("дополни: третий день")
    ('темно в подъезде', 'третий день')
    >>> told("нет, напиши лучше домофон"), told("темно в подъезде")
    ('', '')
    """
    found = MORE.match(text)
    if found is None:
        return ""
    if _READINGS.search(found["more"]):
        return ""
    head = text[: found.start("more")]
    return "" if _ANEW.search(head) and not _ALSO.search(head) else found["more"]


def names_the_request(text: str) -> bool:
    """Whether it is said that it goes into a request: «добавь к заявке: …».

    >>> names_the_request("добавь к заявке: пятый этаж"), names_the_request("добавь что пятый этаж")
    (True, False)
    """
    found = MORE.match(text)
    return found is not None and bool(found["where"])


def number_named(text: str) -> str:
    """The number of the request it goes into; empty where none is named.

    >>> number_named("добавь к заявке 2: пятый этаж"), number_named("добавь к заявке: пятый этаж")
    ('2', '')
    """
    found = MORE.match(text)
    return (found["number"] or "") if found is not None else ""


def thing_named(text: str) -> str:
    """What the request is about that it goes into; empty where that is not said.

    >>> thing_named("добавь к заявке на лифт, что кнопка горит"), thing_named("добавь к заявке: пятый этаж")
    ('лифт', '')
    """
    found = MORE.match(text)
    return (found["thing"] or "") if found is not None else ""
