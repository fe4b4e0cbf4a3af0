"""Sums of money, amounts with units, ordinals, Roman numerals and bare numbers to words."""

import re

from speech.wording.inflection import (
    LARGEST,
    Case,
    Gender,
    cardinal,
    counted,
    decimal,
    form,
    gender,
    ordinal,
    word_data,
)
from speech.wording.rules import START, UNIT, WHOLE, Rules, after, asked_case, full_stop, grouped, whole, word_before

AMOUNTS = Rules()

_PER = rf"((?: ?/ ?(?:{UNIT}))?)"


@AMOUNTS.add(rf"([-−]?){START}({WHOLE}) ?(?:₽|руб\.|руб|рубл[а-я]+),? ?(\d\d?) ?(?:копе[а-я]+|коп\.|коп){_PER}")
def _roubles_and_kopecks(found: re.Match[str]) -> str:
    return _sum(found[1], found[2], int(found[3]), asked_case(found)) + _per(found[4]) + full_stop(found, found[0])


@AMOUNTS.add(rf"([-−]?){START}({WHOLE})[.,](\d{{1,2}}) ?(?:₽|рубл[а-я]+|руб\.|руб\b|р\.){_PER}")
def _decimal_roubles(found: re.Match[str]) -> str:
    return (
        _sum(found[1], found[2], int(found[3].ljust(2, "0")), asked_case(found))
        + _per(found[4])
        + full_stop(found, found[0])
    )


def _sum(sign: str, figures: str, kopecks: int, case: Case) -> str:
    roubles, words = whole(figures), _amount_words(figures, None, "рубль", case)
    if kopecks:
        words = f"{words} {counted(kopecks, 'копейка', case)}" if roubles else counted(kopecks, "копейка", case)
    return ("минус " if sign else "") + words


def _per(unit: str) -> str:
    """«/м³» → « за кубометр»."""
    return f" за {form(noun_of(unit.lstrip(' /')), 1, 'a')}" if unit else ""


def noun_of(unit: str) -> str:
    """The noun for a unit as written: м³ → кубометр."""
    units: dict[str, str] = word_data()["units"]
    return next(noun for pattern, noun in units.items() if re.fullmatch(pattern, unit))


@AMOUNTS.add(rf"{START}({WHOLE})(?:[.,](\d+))? ?[-–—] ?({WHOLE})(?:[.,](\d+))? ?({UNIT}){_PER}")
def _range_of_amounts(found: re.Match[str]) -> str:
    noun = noun_of(found[5])
    first = _number(found[1], found[2], "g", gender(noun))
    return f"от {first} до {_amount_words(found[3], found[4], noun, 'g')}{_per(found[6])}{full_stop(found, found[0])}"


@AMOUNTS.add(rf"([-−]?){START}({WHOLE})(?:[.,](\d+))? ?({UNIT})(?: ?({UNIT}))?{_PER}")
def _amount(found: re.Match[str]) -> str:
    words = _amount_words(found[2], found[3], noun_of(found[4]), asked_case(found))
    second = f" {form(noun_of(found[5]), 5)}" if found[5] else ""
    return ("минус " if found[1] else "") + words + second + _per(found[6]) + full_stop(found, found[0])


def _amount_words(figures: str, fraction: str | None, noun: str, case: Case) -> str:
    n = whole(figures)
    counted_by = 5 if n >= LARGEST else None if fraction else n
    return f"{_number(figures, fraction, case, gender(noun))} {form(noun, counted_by, case)}"


def _number(figures: str, fraction: str | None, case: Case, gender: Gender) -> str:
    n = whole(figures)
    if n >= LARGEST:
        return grouped(figures)
    return decimal(str(n), fraction, case) if fraction else cardinal(n, case, gender)


_SUFFIX = "|".join(sorted(word_data()["ordinal_suffixes"], key=len, reverse=True))


@AMOUNTS.add(rf"{START}(\d{{1,4}})-({_SUFFIX})(?![а-яё-])")
def _ordinal_with_suffix(found: re.Match[str]) -> str:
    case, gender = word_data()["ordinal_suffixes"][found[2]]
    return ordinal(int(found[1]), case, gender)


@AMOUNTS.add(rf"{START}(\d{{1,4}})-(?:ти|и|ми|ю)(?![а-яё-])")
def _cardinal_with_suffix(found: re.Match[str]) -> str:
    return cardinal(int(found[1]), "g")


_COMPOUND_STARTS = {1: "одно", 40: "сорока", 90: "девяносто", 100: "сто"}


@AMOUNTS.add(rf"{START}(\d{{1,3}})-(?=[а-яё]{{4,}})")
def _compound(found: re.Match[str]) -> str:
    """«2-комнатная» → двухкомнатная."""
    n = int(found[1])
    return _COMPOUND_STARTS.get(n, cardinal(n, "g").replace(" ", ""))


@AMOUNTS.add(r"\b(X{0,3}(?:IX|IV|V?I{0,3}))\b(?= ([а-яё]+))")
def _roman(found: re.Match[str]) -> str:
    """A Roman numeral before a noun it can count; case and gender are the noun's."""
    for kind, nouns in word_data()["roman"].items():
        for stem in nouns["stems"]:
            ending = found[2].removeprefix(stem)
            if found[1] and found[2].startswith(stem) and ending in nouns["endings"]:
                return ordinal(_roman_value(found[1]), nouns["endings"][ending], kind)
    return found[0]


@AMOUNTS.add(r"\b(?:X{1,3}(?:IX|IV|V?I{0,3})|I[IVX]{1,3}|VI{1,3})\b")
def _lone_roman(found: re.Match[str]) -> str:
    n = _roman_value(found[0])
    return ordinal(n) if n else found[0]


def _roman_value(figures: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10}[figure] for figure in figures]
    return sum(-value if value < max(values[i:]) else value for i, value in enumerate(values))


@AMOUNTS.add(r"\b(\d) ?/ ?(\d|10)\b(?! ?/)")
def _fraction(found: re.Match[str]) -> str:
    """«1/2» → одна вторая, but a house «5/2» or «дом 1/2» is said with дробь."""
    above, below = int(found[1]), int(found[2])
    if not 0 < above < below or _LABELS.fullmatch(word_before(found)):
        return f"{above} дробь {below}"
    return f"{cardinal(above, 'n', 'f')} {ordinal(below, 'n', 'f') if above == 1 else ordinal(below, 'g', 'p')}"


@AMOUNTS.add(r"(?<=\d) ?к ?(?=\d)")
def _building(_found: re.Match[str]) -> str:
    return " корпус "


@AMOUNTS.add(r"(?<=\d)\.(?=\d+\.\d)|(?<=\d\.\d)\.(?=\d)")
def _point(_found: re.Match[str]) -> str:
    return " точка "


@AMOUNTS.add(rf"{START}(\d{{1,3}}) ((?:этаж|подъезд|корпус|квартал|тариф)(?:[еу]|(?!\w)))")
def _counted_place(found: re.Match[str]) -> str:
    """«на 3 этаже» → на третьем этаже; «3 этажа» is a number of them and left alone."""
    cases: dict[str, Case] = {"е": "p", "у": "d"}
    return f"{ordinal(int(found[1]), cases.get(found[2][-1], 'n'))} {found[2]}"


@AMOUNTS.add(r"(?<=\d)/(?=\d)")
def _stroke(_found: re.Match[str]) -> str:
    return " дробь "


@AMOUNTS.add(r"(?<=\d) ?[–—] ?(?=\d)|(?<=\d)-(?=\d)")
def _range(_found: re.Match[str]) -> str:
    return " — "


@AMOUNTS.add(r"(?<![\w)])[-−](?=\d)")
def _minus(_found: re.Match[str]) -> str:
    return "минус "


@AMOUNTS.add(rf"(?<![\d.,])({WHOLE})[.,](\d+)(?![\d.]*\d)")
def _decimal(found: re.Match[str]) -> str:
    return _number(found[1], found[2], asked_case(found), "m")


@AMOUNTS.add(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
def _edge(_found: re.Match[str]) -> str:
    return " "


@AMOUNTS.add(WHOLE)
def _bare(found: re.Match[str]) -> str:
    n = whole(found[0])
    if n >= LARGEST or (len(found[0]) > 1 and found[0].startswith("0")):
        return grouped(found[0])
    case, gender = _agreement(n, found)
    return cardinal(n, case, gender)


_LABELS = re.compile(
    r"(?:дом|корпус|квартир|подъезд|этаж|строени|участ|комнат|помещени|номер|литер|секци|пункт)[а-я]*|кв|д|дробь"
)


_OBLIQUE_ENDINGS: dict[str, Case] = {"ами": "i", "ями": "i", "ах": "p", "ях": "p", "ам": "d", "ям": "d"}


def _agreement(n: int, found: re.Match[str]) -> tuple[Case, Gender]:
    """Case and gender of a bare number, from the words around it. After «квартира» or «дом» it is a label: nominative.
    Else the ending of the next word tells: 21 минута, 2 заявки, в 5 домах, с 3 квартирами."""
    if _LABELS.fullmatch(word_before(found)):
        return "n", "m"
    case = asked_case(found)
    following = re.match(r" ([а-яё]{3,})(?: ([а-яё]{3,}))?", after(found))
    if not following or following[1] in word_data()["not_counted"]:
        return case, "m"
    adjective, noun = following[1], following[2] or ""
    if not re.search(r"(?:ые|(?<!н)(?<!т)ие|ых|их|ым|им|ыми|ими|ая|яя|ое|ее|ую|юю|ой|ого)$", adjective):
        adjective, noun = "", adjective
    for ending, oblique in _OBLIQUE_ENDINGS.items():
        if noun.endswith(ending):
            return oblique, "m"
    return case, _gender_by_ending(n, case, adjective, noun)


def _gender_by_ending(n: int, case: Case, adjective: str, noun: str) -> Gender:
    if n % 100 in (11, 12):
        return "m"
    if n % 10 == 1:
        if adjective.endswith(("ая", "яя", "ую", "юю", "ой")) or (noun.endswith(("а", "я", "у", "ю")) and case in "na"):
            return "f"
        if noun.endswith(("и", "ы")) and case == "g":
            return "f"
        return "n" if noun.endswith(("ие", "ье", "сло", "сто", "ство", "кно")) and case in "na" else "m"
    return "f" if n % 10 == 2 and noun.endswith(("и", "ы")) and case in "na" else "m"
