"""Dates and periods that an utterance names: «двадцать пятого», «12.11», «в пятницу», «за август 2026», «летом»."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from skill.understanding.markers import Marker, words
from skill.understanding.text import sound

_DAYS = {
    "перв": 1, "втор": 2, "трет": 3, "четверт": 4, "пят": 5, "шест": 6, "седьм": 7, "восьм": 8, "девят": 9, "десят": 10,
    "одиннадцат": 11, "двенадцат": 12, "тринадцат": 13, "четырнадцат": 14, "пятнадцат": 15, "шестнадцат": 16,
    "семнадцат": 17, "восемнадцат": 18, "девятнадцат": 19, "двадцат": 20, "тридцат": 30,
}  # fmt: skip
_ENDING = re.compile(r"(ого|ово|ому|ом|ое|ье|ьего|его|ево|ем|ье|ьим|ым|им)$")
_CASES = ("ом", "ем", "им", "ым")
"""«двадцать третьим» is a day only beside a month or «числом»."""
_TENS = {sound("двадцать"): 20, sound("тридцать"): 30, sound("двацать"): 20, sound("трицать"): 30}
_STEMS = {sound(stem): day for stem, day in _DAYS.items()}
_WRITTEN_DATE = re.compile(r"(?<![\d.,])(\d{1,2})\.(\d{1,2})(?:\.(\d{2,4}))?(?![\d.,]*\d)")
_WRITTEN_DAY = re.compile(r"(?<!\d)(\d{1,2})[- ]?(?:го|е|ого|му|ое)(?![а-я])")
_SPOKEN_YEAR = re.compile(
    r"\b(?:две тысячи )?двадцать (перв|втор|трет|четверт|пят|шест|седьм|восьм|девят)(?:ый|ого|ом|ий|ьего|ьем|ой)\b"
)
_NUMERIC_MONTH = re.compile(r"(?<![\d.,])(0?[1-9]|1[0-2])[./](20[23]\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20[23]\d)(?!\d)")
_SPOKEN_DAY = re.compile(r"(?:перв|втор|трет|твер|пят|шест|дьм|сьм|вят|сят|дцат)(?:ого|ое|ье|ьего)\b")
_NUMERIC_PERIOD = re.compile(r"(?<!\d)20[23]\d-(?:0[1-9]|1[0-2])(?!\d)")
_BEFORE_MAY = re.compile(r"(?:за|в|с|по|до|на|числа|начала|конца|начале|конце|\d+|[а-я]+(?:ого|ое|ье))$")
_NOT_A_DAY = re.compile(r"раз|этаж|подъезд|квартир|счетчик|тариф|групп|категор|очеред|платеж|лицев|квартал|зон|год")
_NOT_A_DAY_BEFORE = re.compile(r"кнопк|подъезд|этаж|тариф|зон|т1|т2")
_MONEY = re.compile(r"(?:р|руб\w*|рубл\w*|коп\w*)$")
_REMIND = re.compile(r"(?:нап[оа]м(?:ни|нит[ье]|ин\w+)|(?:звякн|маякн|толкн|шумн|черкн|свистн|пихн)\w+)$")
_TAKEN_DOWN = re.compile(r"(?:с|со|до|от|к|по|на|числа|сня\w+|сним\w+|списа\w+|дата|датой|датируй\w*)$")


@dataclass(frozen=True, slots=True)
class Dates:
    """What was found, and the words (of `text.split()`) that numbers must not be taken from."""

    day: str | None
    period: str | None
    taken: frozenset[int]


def find(text: str, found: list[Marker], *, readings: bool = False) -> Dates:
    """The date or day, the period, and their words. `readings`: numbers with a dot are rather readings than dates."""
    parts = words(text)
    taken: set[int] = set()
    period = _period(text, parts, found, taken, readings=readings)
    day = _day(text, parts, found, taken, readings=readings)
    of_the_day = day and (("-" in day and period in MONTHS) or (day.isdigit() and period == "this_month"))
    return Dates(day, None if of_the_day else period, frozenset(taken))


MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


def _day(text: str, parts: list[str], found: list[Marker], taken: set[int], *, readings: bool) -> str | None:
    months = {marker.start: int(marker.meaning) for marker in found if marker.slot == "month"}
    pieces = text.lower().split()
    for i, piece in enumerate(pieces):
        written = _WRITTEN_DATE.search(piece)
        if written and i not in taken and _is_date(written, i, parts, pieces, readings=readings):
            taken.add(i)
            return f"{int(written[2]):02d}-{int(written[1]):02d}"
    if not months and len(set(_SPOKEN_DAY.findall(" ".join(parts)))) > 1:
        return None
    number = _ordinal(parts, months, taken) or _written_day(text, pieces, parts, months, taken)
    if number:
        value, at = number
        month = months.get(at + 1) or (months.get(at + 2) if at + 1 < len(parts) and parts[at + 1] == "числа" else None)
        return f"{month:02d}-{value:02d}" if month else str(value)
    weekday = next((marker.meaning for marker in found if marker.slot == "weekday"), None)
    return weekday or next((marker.meaning for marker in found if marker.slot == "day"), None)


def _is_date(written: re.Match[str], at: int, parts: list[str], pieces: list[str], *, readings: bool) -> bool:
    """«с 12.11» is a date, «хол 12.11» a reading."""
    if not (1 <= int(written[1]) <= 31 and 1 <= int(written[2]) <= 12):
        return False
    if written[3] and len(written[3]) in (2, 4) and (len(written[3]) == 2 or written[3].startswith("20")):
        return True
    if at == 0 and _heads_readings(pieces):
        return True
    if len(written[2]) != 2:
        return False
    before, after = parts[at - 1] if at else "", parts[at + 1] if at + 1 < len(parts) else ""
    if not readings and not _MONEY.match(after):
        return True
    return bool(_TAKEN_DOWN.match(before)) or (pieces[at].endswith(":") and not re.match(r"[а-я]", before[-1:]))


def _heads_readings(pieces: list[str]) -> bool:
    """«22.11 хвс 340 гвс 220»: whole numbers follow, so the first one is the day."""
    numbers = [piece.strip(",;:.") for piece in pieces[1:] if piece[:1].isdigit()]
    return bool(numbers) and all(number.isdigit() for number in numbers)


def _ordinal(parts: list[str], months: dict[int, int], taken: set[int]) -> tuple[int, int] | None:
    for i, last, value in _ordinals(parts):
        part, after = parts[last], "".join(parts[last + 1 : last + 2])
        if (part.endswith(_CASES) and last + 1 not in months and not after.startswith("числ")) or taken.intersection(
            range(i, last + 1)
        ):
            continue
        if _NOT_A_DAY.match(after) or (i and _NOT_A_DAY_BEFORE.match(parts[i - 1])):
            continue
        if part.endswith(("ое", "ье")) and not _dated(parts, i, last, months):
            continue
        first = i
        if value < 10 and i and (tens := _TENS.get(sound(parts[i - 1]))):
            value, first = value + tens, i - 1
        if value > 31:
            continue
        taken.update(range(first, last + 1))
        return value, last
    return None


def _ordinals(parts: list[str]) -> Iterator[tuple[int, int, int]]:
    """First and last word and value of each ordinal; recognition cuts «пятна дцатого» in two."""
    for i, part in enumerate(parts):
        for last, word in ((i, part), (i + 1, part + "".join(parts[i + 1 : i + 2]))):
            ending = _ENDING.search(word)
            value = _STEMS.get(sound(word[: ending.start()])) if ending else None
            if value is not None and last < len(parts):
                yield i, last, value
                break


def _dated(parts: list[str], first: int, last: int, months: dict[int, int]) -> bool:
    around = parts[max(0, first - 3) : last + 2]
    return last + 1 in months or any(
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
        elif (bare := piece.strip(".,!?")).isdecimal() and len(bare) < 3 and _is_day(text, parts, i, months):
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
    reminded = before in ("на", "каждое") and re.search("нап[оа]м", text.lower()) is not None
    reminded = reminded or bool(_REMIND.match(before))
    heads = before == "сегодня" and after.isalpha() and parts[-1][:1].isdigit()
    return named or reminded or heads or (before in ("до", "с", "после") and _is_about_terms(text))


def _is_about_terms(text: str) -> bool:
    return bool(re.search(r"плат|показан|переда|срок|приним|опозда|напом|успе", text.lower()))


def _period(text: str, parts: list[str], found: list[Marker], taken: set[int], *, readings: bool) -> str | None:
    written = None
    for i, piece in enumerate(text.split()):
        if numeric := _NUMERIC_PERIOD.search(piece):
            written = written or numeric[0]
        elif numeric := _NUMERIC_MONTH.search(piece):
            written = written or f"{numeric[2]}-{int(numeric[1]):02d}"
        else:
            continue
        taken.add(i)
    if written:
        return written
    plain = " ".join(parts)
    months = [marker for marker in found if marker.slot == "month" and _is_month(marker, parts)]
    months = [marker for marker in months if not _BESIDE.search(" ".join(parts[: marker.start]))]
    if readings and len({month.meaning for month in months}) > 1:
        return None
    month = months[0] if months else None
    if year := _year(plain, parts, month, taken):
        return f"{year}-{month.meaning}" if month else year
    if month:
        return MONTHS[int(month.meaning) - 1]
    if _EITHER_MONTH.search(plain):
        return None
    for name, wording in _RELATIVE:
        if wording.search(plain):
            return name
    return next((marker.meaning for marker in found if marker.slot == "season"), None)


def _year(plain: str, parts: list[str], month: Marker | None, taken: set[int]) -> str | None:
    """«2026 года», «за 2025», «в марте две тысячи двадцать шестого»."""
    if spoken := _SPOKEN_YEAR.search(plain):
        first = plain[: spoken.start()].count(" ")
        last = first + spoken[0].count(" ")
        named = "".join(parts[last + 1 : last + 2]).startswith("год") or (month and month.start == first - 1)
        if named or spoken[0].startswith("две"):
            taken.update(range(first, last + 1))
            return f"202{_UNITS[spoken[1]]}"
    year = _YEAR.search(plain)
    if not year or not (month or re.search(rf"{year[1]} ?(?:г|год)|(?:за|в|на) {year[1]}", plain)):
        return None
    taken.update(i for i, part in enumerate(parts) if part.startswith(year[1]))
    return year[1]


def _is_month(marker: Marker, parts: list[str]) -> bool:
    """«мая» is also how children write «моя»."""
    return marker.word != "мая" or bool(marker.start and _BEFORE_MAY.match(parts[marker.start - 1]))


_BESIDE = re.compile(r"\b(?:не за|не в|после)$")
_EITHER_MONTH = re.compile(
    r"\bэт\w+ (?:месяц\w*|.*месяц\w*) .*\bили .*(?:следующ|прошл|будущ)|или (?:уже )?(?:в|за) следующ"
)
_UNITS = {"перв": 1, "втор": 2, "трет": 3, "четверт": 4, "пят": 5, "шест": 6, "седьм": 7, "восьм": 8, "девят": 9}
_RELATIVE = (
    ("next_month", re.compile(r"(?:сл[еи]д\w*|будущ\w+) мес[яеи]ц|\bна тот мес[яеи]ц")),
    (
        "last_month",
        re.compile(
            r"(?:прошл|предыдущ|минувш|истекш)\w+ мес[яеи]ц|\b(?:тот|том) мес(?:[яеи]ц|\b)|прошломесячн|месяц назад"
        ),
    ),
    ("this_month", re.compile(r"(?:эт|текущ|нынешн)\w+ мес[яеи]ц|конц\w+ месяца|на конец месяца|месяц \w*кончится")),
    ("this_year", re.compile(r"(?:эт|текущ|нынешн)\w+ год|с начала года")),
)
