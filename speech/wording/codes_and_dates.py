"""Telephone numbers, codes, dates and times to words."""

import re

from speech.wording.inflection import Case, cardinal, counted, months, ordinal
from speech.wording.rules import START, UNIT, Rules, asked_case, grouped, word_before

CODES = Rules()
DATES = Rules()

_MONTH = "|".join(months())
_CLOCK = r"(?:[01]?\d|2[0-4]):[0-5]\d"


@CODES.add(r"(?<!\w)(\+7|8)[ -]?\(?(\d{3})\)?[ -]?(\d{3})[ -]?(\d{2})[ -]?(\d{2})(?!\d)")
def _telephone(found: re.Match[str]) -> str:
    start = "плюс семь" if found[1] == "+7" else "восемь"
    return ", ".join([start, *(grouped(group) for group in found.groups()[1:])])


@CODES.add(
    r"(сч[её]т[а-я]*|номер[а-я]*|л/с|код[а-я]*|ИНН|индекс[а-я]*)(:? ?(?:номер )?)(\d{4,})(?![\d.,]*\d| ?(?:₽|руб))",
    re.I,
)
def _code(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}{grouped(found[3])}"


@CODES.add(rf"(?<!\d ){START}(?<!:)(?:0\d+|\d{{7,}})(?![\d.,:]*\d)(?! ?(?:{UNIT}))")
def _row_of_figures(found: re.Match[str]) -> str:
    return grouped(found[0])


@CODES.add(r"\b[TТ]([1-3])\b")
def _tariff_zone(found: re.Match[str]) -> str:
    return f"тэ {cardinal(int(found[1]))}"


@DATES.add(START + r"(\d{1,2})\.(\d{2})\.(\d{4})(?: ?(?:г\.|года|год))?(?!\d)")
def _dotted_date(found: re.Match[str]) -> str:
    return _date(found, int(found[1]), int(found[2]), int(found[3]))


@DATES.add(START + r"(\d{4})-(\d{2})-(\d{2})(?!\d)")
def _iso_date(found: re.Match[str]) -> str:
    return _date(found, int(found[3]), int(found[2]), int(found[1]))


@DATES.add(rf"{START}(\d{{2}})\.(\d{{2}})(?![\d.]*\d| ?(?:{UNIT}))")
def _short_date(found: re.Match[str]) -> str:
    return _date(found, int(found[1]), int(found[2]), None)


def _date(found: re.Match[str], number: int, month: int, year: int | None) -> str:
    """The day's case is what is asked, else the genitive («когда?»); «на», «за» and «по» take its nominative form."""
    if not (1 <= number <= 31 and 1 <= month <= 12):
        return re.sub(r"[.-]", ", ", found[0]) if year else found[0]
    words = f"{ordinal(number, _day_case(found), 'n')} {months()[month - 1]}"
    return f"{words} {ordinal(year, 'g')} года" if year else words


def _day_case(found: re.Match[str]) -> Case:
    if word_before(found) in ("сегодня", "завтра", "вчера", "послезавтра", "это"):
        return "n"
    return asked_case(found, "g")


_DAY = r"(\d{1,2})(?:-?(?:го|ого|е|ое))?"


_OF_MONTH = rf"(?= (?:{_MONTH}|каждого|следующ|включит))|( числ[а-я]+)"


@DATES.add(rf"{START}{_DAY} ?[-–—] ?{_DAY}(?:{_OF_MONTH})")
def _days(found: re.Match[str]) -> str:
    start = "" if word_before(found) in ("с", "со") else "с "
    noun = " число" if found[3] else ""
    return f"{start}{ordinal(int(found[1]), 'g', 'n')} по {ordinal(int(found[2]), 'a', 'n')}{noun}"


@DATES.add(rf"\b([Сс]о?) {_DAY} (по|до) {_DAY}(?:{_OF_MONTH})")
def _days_from(found: re.Match[str]) -> str:
    up_to = found[3] == "по"
    noun = (" число" if up_to else " числа") if found[5] else ""
    last = ordinal(int(found[4]), "a" if up_to else "g", "n")
    return f"{found[1]} {ordinal(int(found[2]), 'g', 'n')} {found[3]} {last}{noun}"


@DATES.add(rf"{START}{_DAY} ?(?=(?:{_MONTH})\b)", re.I)
def _day_of_month(found: re.Match[str]) -> str:
    return ordinal(int(found[1]), _day_case(found), "n") + " "


@DATES.add(START + r"(\d{1,2})(?:-?(?:го|е|му|м))? (числ(?:ом|о|а|у|е))\b")
def _day_number(found: re.Match[str]) -> str:
    endings: dict[str, Case] = {"о": "n", "а": "g", "у": "d", "м": "i", "е": "p"}
    return f"{ordinal(int(found[1]), endings[found[2][-1]], 'n')} {found[2]}"


@DATES.add(
    r"\b((?:январ|феврал|март|апрел|ма[йяею]|июн|июл|август|сентябр|октябр|ноябр|декабр)[а-я]{0,2}) (20\d\d)\b(?! ?г)",
    re.I,
)
def _month_and_year(found: re.Match[str]) -> str:
    return f"{found[1]} {ordinal(int(found[2]), 'g')} года"


_YEAR_ENDINGS: dict[str, Case] = {"годом": "i", "года": "g", "год": "n", "годах": "p"}


@DATES.add(START + r"(\d{4})(?: ?[-–—] ?(\d{4}))? (годах|году|годом|года|годы|год|гг\.?|г\.?)(?!\w)")
def _year(found: re.Match[str]) -> str:
    within = asked_case(found) == "a"
    if found[2]:
        return f"{ordinal(int(found[1]), 'n')} – {ordinal(int(found[2]), 'n')} годы"
    if found[3] in ("г.", "г"):
        return f"{ordinal(int(found[1]), 'p')} году" if within else f"{ordinal(int(found[1]), 'g')} года"
    case = _YEAR_ENDINGS.get(found[3], "p" if within else "d")
    return f"{ordinal(int(found[1]), case)} {found[3]}"


@DATES.add(rf"(?<![\w,])({_CLOCK}) ?[-–—] ?({_CLOCK})(?!\d)")
def _hours(found: re.Match[str]) -> str:
    (start, start_minutes), (end, end_minutes) = (part.split(":") for part in (found[1], found[2]))
    if start_minutes == end_minutes == "00":
        return f"с {cardinal(int(start), 'g')} до {counted(int(end), 'час', 'g')}"
    return f"с {found[1]} до {found[2]}"


@DATES.add(rf"(?<![\w,])({_CLOCK})(?::[0-5]\d)?(?!\d)(?: ?(?:ч\.|час[а-я]*))?")
def _time(found: re.Match[str]) -> str:
    hours, minutes = (int(part) for part in found[1].split(":"))
    asked = asked_case(found)
    case: Case = asked if asked in "gdi" else "n"
    if not minutes:
        return counted(hours, "час", case)
    return f"{cardinal(hours, case)} {'ноль ' if minutes < 10 else ''}{cardinal(minutes, case)}"
