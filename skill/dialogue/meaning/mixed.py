"""Readings and another matter in one message: «хвс 121, гвс 147, и ещё лампочка в подъезде не горит»."""

import re

from skill.understanding.slots import extract, may_have_numbers
from speech.numerals import segments

_ASKS = (
    r"когда|сколько|как|как(?:ой|ая|ое|ие|ую|ов|ова|ово|овы)|почему|где|до какого|кому|куда|будет"
    r"|есть ли|хочу|хотел\w*|можно"
    r"|(?:под)?скажи(?:те)?|узнай(?:те)?|пришли(?:те)?|вызови(?:те)?|вышли(?:те)?|скинь(?:те)?"
    r"|напомни(?:те)?|позови(?:те)?"
)
_THINGS = r"у нас|в подъезде|лифт\w*|домофон\w*|кран\w*|батаре\w+|лампочк\w*|унитаз\w*|труб\w+|потолок|крыша"
CUT = re.compile(
    rf"\s*[,.;!?\n]+(?:\s+|$)|\s+(?:(?:и|а|да|плюс|ещ[её]|также|заодно|кстати)\s+)+|\s+(?=(?:{_ASKS}|{_THINGS})\b)",
    re.IGNORECASE,
)
"""Where one matter may end and another begin."""
HANGING = re.compile(r"(?:\s+(?:и|а|да|плюс|ещ[её]|также|заодно|кстати))+$", re.IGNORECASE)
OF_READINGS = re.compile(
    r"(?:[хг]вс|хол\w*|гор|горяч\w+|вод[аыуе]|свет\w?|эл\w*|газ[ауе]?|тепло|день|ночь|дн[её]м|дневн\w+|ночн\w+|пик\w*|т[123]?"
    r"|кухн\w+|ванн\w+|туалет\w*|сануз\w+|сч[её]тчик\w*|показани\w+|переда(?:ю|м|ем|ть)|запиши(?:те)?|прими(?:те)?|вот"
    r"|мои|наши|за|на|в|по|это|м3|м|куб\w*|квт\w*|ч|у|меня|нас|там|сегодня|ноябр\w+|декабр\w+|январ\w+|феврал\w+|март\w?"
    r"|апрел\w+|ма[йя]|июн\w+|июл\w+|август\w?|сентябр\w+|октябр\w+|месяц\w*|первый|второй|перв\w+|втор\w+)",
    re.IGNORECASE,
)
"""Words that say which meter a number is of."""
METER = re.compile(r"[хг]вс|холодн|горяч|свет|электр|газ", re.IGNORECASE)
TURNS_AWAY = re.compile(
    r"\bне (?:на |в |с |по )?(?:[хг]вс|холодн|горяч|свет|электр|газ|кухн|ванн|туалет|дн|ноч)\w*,? а\b"
    r"|\bа не (?:на |в |с |по )?(?:[хг]вс|холодн|горяч|свет|электр|газ|кухн|ванн|туалет|дн|ноч)",
    re.IGNORECASE,
)
"""«Ой, не горячая, а холодная 121» speaks of one matter."""
MANNERS = re.compile(
    r"(?:здравствуй(?:те)?|привет\w*|добр\w+|день|вечер|утро|ночи|спасибо|пожалуйста|алло|девушка|заранее|большое|вам"
    r"|и|ещ[её])",
    re.IGNORECASE,
)


def apart(text: str) -> tuple[str, str] | None:
    """The readings of a message and the rest of it; None where it is not made of both.

    >>> apart("ХВС 121, ГВС 147, и еще в подъезде лампочка не горит")
    ('ХВС 121, ГВС 147', 'в подъезде лампочка не горит')
    >>> apart("в квартире 16 градусов, батареи холодные"), apart("хвс 121, гвс 147")
    (None, None)
    """
    if not may_have_numbers(text) or TURNS_AWAY.search(text):
        return None
    readings, rest, at = list[str](), "", 0
    for cut in [*CUT.finditer(text), None]:
        end = cut.start() if cut else len(text)
        chunk, joint = text[at:end], cut[0] if cut else ""
        at = cut.end() if cut else end
        if _are_readings(chunk):
            readings.append(chunk.strip())
        elif not _is_manners(chunk):
            rest += chunk + joint
    if not readings:
        rest, readings = _at_the_end(rest)
    rest = HANGING.sub("", rest.strip(" ,.;!?\n")).strip(" ,.;!?\n")
    told = ", ".join(readings)
    slots = extract("submit_reading", told) if told and rest else {}
    return (told, rest) if slots.get("values") and slots.get("resource") else None


def _at_the_end(text: str) -> tuple[str, list[str]]:
    """«Лифт не работает холодная сто двадцать»: what comes before the readings at the end, and these."""
    words = text.split()
    for at, word in enumerate(words):
        if at and METER.match(word) and _are_readings(end := " ".join(words[at:])):
            return " ".join(words[:at]), [end]
    return text, []


def _are_readings(chunk: str) -> bool:
    """Whether a part of a message has numbers, and nothing but the names of their meters beside them."""
    said, words = segments(chunk), chunk.split()
    spoken = {at for one in said for at in range(one.start, one.end)}
    others = [part for at, word in enumerate(words) if at not in spoken for part in re.findall(r"\w+", word)]
    return bool(said) and all(OF_READINGS.fullmatch(word) or word.isdecimal() for word in others)


def _is_manners(chunk: str) -> bool:
    return all(MANNERS.fullmatch(word) for word in re.findall(r"\w+", chunk))
