"""Dates and periods that an utterance names: «двадцать пятого», «12.11», «в пятницу», «за август 2026», «летом»."""

import re
from dataclasses import dataclass

from skill.understanding.markers import Marker, words
from skill.understanding.text import sound

_DAYS = {
    "перв": 1, "втор": 2, "трет": 3, "четверт": 4, "пят": 5, "шест": 6, "седьм": 7, "восьм": 8, "девят": 9, "десят": 10,
    "одиннадцат": 11, "двенадцат": 12, "тринадцат": 13, "четырнадцат": 14, "пятнадцат": 15, "шестнадцат": 16,
    "семнадцат": 17, "восемнадцат": 18, "девятнадцат": 19, "двадцат": 20, "тридцат": 30,
}  # fmt: skip
_ENDING = re.compile(r"(ого|ово|ому|ом|ое|ье|ьего|его|ево|ем|ье)$")
_TENS = {sound("двадцать"): 20, sound("тридцать"): 30, sound("двацать"): 20, sound("трицать"): 30}
_STEMS = {sound(stem): day for stem, day in _DAYS.items()}
_WRITTEN_DATE = re.compile(r"(?<![\d.,])(\d{1,2})\.(\d{1,2})(?:\.(\d{2,4}))?(?![\d.,]*\d)")
_WRITTEN_DAY = re.compile(r"(?<!\d)(\d{1,2})[- ]?(?:го|е|ого|му|ое)(?![а-я])")
_BARE_NUMBER_OF_MONTH = re.compile(r"(?<!\d)(\d{1,2}) ?(?:числ\w*|чис)")
_YEAR = re.compile(r"(?<!\d)(20[23]\d)(?!\d)")
_NUMERIC_PERIOD = re.compile(r"(?<!\d)20[23]\d-(?:0[1-9]|1[0-2])(?!\d)")
_BEFORE_MAY = re.compile(r"(?:за|в|с|по|до|на|числа|начала|конца|начале|конце|\d+|[а-я]+(?:ого|ое|ье))$")
_NOT_A_DAY = re.compile(r"раз|этаж|подъезд|квартир|счетчик|тариф|групп|категор|очеред|платеж|лицев|квартал")


@dataclass(frozen=True, slots=True)
class Dates:
    """What was found, and the words (of `text.split()`) that numbers must not be taken from."""

    day: str | None
    period: str | None
    taken: frozenset[int]


def find(text: str, found: list[Marker]) -> Dates:
    """The date or day, the period, and their words."""
    parts = words(text)
    taken: set[int] = set()
    day = _day(text, parts, found, taken)
    period = _period(text, parts, found, taken)
    return Dates(day, None if day and "-" in day and period in _MONTH_NAMES else period, frozenset(taken))


_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


def _day(text: str, parts: list[str], found: list[Marker], taken: set[int]) -> str | None:
    months = {marker.start: int(marker.meaning) for marker in found if marker.slot == "month"}
    pieces = text.lower().split()
    for i, piece in enumerate(pieces):
        written = _WRITTEN_DATE.search(piece)
        if written and _is_date(written, i, parts, pieces):
            taken.add(i)
            return f"{int(written[2]):02d}-{int(written[1]):02d}"
    if (
        len(re.findall(r"(?:перв|втор|трет|твер|пят|шест|дьм|сьм|вят|сят|дцат)(?:ого|ое|ье|ьего)\b", " ".join(parts)))
        > 1
        and not months
    ):
        return None
    number = _ordinal(parts, months, taken) or _written_day(text, pieces, parts, months, taken)
    if number:
        value, at = number
        month = months.get(at + 1) or (months.get(at + 2) if at + 1 < len(parts) and parts[at + 1] == "числа" else None)
        return f"{month:02d}-{value:02d}" if month else str(value)
    weekday = next((marker.meaning for marker in found if marker.slot == "weekday"), None)
    return weekday or next((marker.meaning for marker in found if marker.slot == "day"), None)


def _is_date(written: re.Match[str], at: int, parts: list[str], pieces: list[str]) -> bool:
    """«с 12.11» is a date, «хол 12.11» a reading."""
    if not (1 <= int(written[1]) <= 31 and 1 <= int(written[2]) <= 12):
        return False
    if written[3] and len(written[3]) in (2, 4) and (len(written[3]) == 2 or written[3].startswith("20")):
        return True
    if at == 0 and _heads_readings(pieces):
        return True
    before = parts[at - 1] if at else ""
    return len(written[2]) == 2 and before in ("с", "со", "до", "от", "к", "по", "на", "числа")


def _heads_readings(pieces: list[str]) -> bool:
    """«22.11 хвс 340 гвс 220»: whole numbers follow, so the first one is the day."""
    numbers = [piece.strip(",;:.") for piece in pieces[1:] if piece[:1].isdigit()]
    return bool(numbers) and all(number.isdigit() for number in numbers)


def _ordinal(parts: list[str], months: dict[int, int], taken: set[int]) -> tuple[int, int] | None:
    for i, part in enumerate(parts):
        ending = _ENDING.search(part)
        value = _STEMS.get(sound(part[: ending.start()])) if ending else None
        if value is None or (part.endswith(("ом", "ем")) and i + 1 not in months):
            continue
        after = parts[i + 1] if i + 1 < len(parts) else ""
        if _NOT_A_DAY.match(after) or (part.endswith(("ое", "ье")) and not _dated(parts, i, months)):
            continue
        first = i
        if value < 10 and i and (tens := _TENS.get(sound(parts[i - 1]))):
            value, first = value + tens, i - 1
        if value > 31:
            continue
        taken.update(range(first, i + 1))
        return value, i
    return None


def _dated(parts: list[str], at: int, months: dict[int, int]) -> bool:
    around = parts[max(0, at - 3) : at + 2]
    return at + 1 in months or any(
        word in ("число", "по", "на", "каждое", "за", "сегодня", "уже", "завтра") or word.startswith("числ")
        for word in around
    )


def _written_day(
    text: str, pieces: list[str], parts: list[str], months: dict[int, int], taken: set[int]
) -> tuple[int, int] | None:
    for i, piece in enumerate(pieces):
        written = _WRITTEN_DAY.match(piece)
        after = parts[i + 1] if i + 1 < len(parts) else ""
        if written and not _NOT_A_DAY.match(after):
            value = int(written[1])
        elif (bare := piece.strip(".,!?")).isdigit() and len(bare) < 3 and _is_day(text, parts, i, months):
            value = int(bare)
        else:
            continue
        if 1 <= value <= 31:
            taken.add(i)
            return value, i
    return None


def _is_day(text: str, parts: list[str], at: int, months: dict[int, int]) -> bool:
    """«20 числа», «20 мая», «20 го», «до 20» where terms are spoken of."""
    before, after = parts[at - 1] if at else "", parts[at + 1] if at + 1 < len(parts) else ""
    named = after.startswith("числ") or at + 1 in months or before.startswith("числ") or after in ("го", "е")
    reminded = before == "на" and "напом" in text.lower()
    return named or reminded or (before in ("до", "с", "после") and _is_about_terms(text))


def _is_about_terms(text: str) -> bool:
    return bool(re.search(r"плат|показан|переда|срок|приним|опозда|напом", text.lower()))


def _period(text: str, parts: list[str], found: list[Marker], taken: set[int]) -> str | None:
    plain = " ".join(parts)
    for i, piece in enumerate(text.split()):
        if numeric := _NUMERIC_PERIOD.search(piece):
            taken.add(i)
            return numeric[0]
    year = _YEAR.search(plain)
    month = next((marker for marker in found if marker.slot == "month" and _is_month(marker, parts)), None)
    if year and not (month or re.search(year[1] + r" ?(?:г|год)", plain) or re.search(r"за " + year[1], plain)):
        year = None
    if year:
        taken.update(i for i, part in enumerate(parts) if part.startswith(year[1]))
    if month:
        return f"{year[1]}-{month.meaning}" if year else _MONTH_NAMES[int(month.meaning) - 1]
    if year:
        return year[1]
    for name, wording in _RELATIVE:
        if wording.search(plain):
            return name
    return next((marker.meaning for marker in found if marker.slot == "season"), None)


def _is_month(marker: Marker, parts: list[str]) -> bool:
    """«мая» is also how children write «моя»."""
    return marker.word != "мая" or bool(marker.start and _BEFORE_MAY.match(parts[marker.start - 1]))


_RELATIVE = (
    ("last_month", re.compile(r"(?:прошл|предыдущ|минувш|истекш)\w+ мес[яеи]ц|\b(?:тот|том) мес[яеи]ц|прошломесячн")),
    ("next_month", re.compile(r"(?:след[уа]ю?щ|будущ)\w+ мес[яеи]ц")),
    ("this_month", re.compile(r"(?:эт|текущ|нынешн)\w+ мес[яеи]ц|конц\w+ месяца")),
    ("this_year", re.compile(r"(?:эт|текущ|нынешн)\w+ год|с начала года")),
)
