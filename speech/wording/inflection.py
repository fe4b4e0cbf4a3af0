"""Russian number words in the case and gender they stand in, and the nouns that agree with them.

Cases are one letter: n(ominative), g(enitive), d(ative), a(ccusative, inanimate), i(nstrumental), p(repositional).
Genders: m, f, n(euter), and p for an ordinal in the plural.
"""

from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml
from num2words import num2words  # type: ignore[import-untyped]  # has no annotations

Case = Literal["n", "g", "d", "a", "i", "p"]
Gender = Literal["m", "f", "n", "p"]
CASES = "ngdaip"
LARGEST = 10**12

_LAST_WORD = {
    "f": {"один": "одна", "одного": "одной", "одному": "одной", "одним": "одной", "одном": "одной", "два": "две"},
    "n": {"один": "одно"},
}
_FRACTIONS = ("десятая", "сотая", "тысячная", "десятитысячная")


@cache
def word_data() -> dict[str, Any]:
    """words.yaml, beside this file."""
    data: dict[str, Any] = yaml.safe_load(files("speech.wording").joinpath("words.yaml").read_text(encoding="utf-8"))
    return data


@cache
def months() -> list[str]:
    """января … декабря."""
    names: list[str] = word_data()["months"].split()
    return names


def cardinal(n: int, case: Case = "n", gender: Gender = "m") -> str:
    """A whole number below 10¹² in words: двадцать один; feminine genitive двадцати одной.

    num2words gives a feminine number's millions the feminine too («одна миллион»), so only the last word is made
    feminine or neuter here.
    """
    if abs(n) >= LARGEST:
        raise ValueError("numbers are said up to 999 999 999 999")
    if n < 0:
        return "минус " + cardinal(-n, case, gender)
    words = str(num2words(n, lang="ru", case=case, animate=False)).split()
    if gender == "f" and case == "a" and words[-1] == "один":
        words[-1] = "одну"
    elif n % 1000:
        words[-1] = _LAST_WORD.get(gender, {}).get(words[-1], words[-1])
    return " ".join(words)


def ordinal(n: int, case: Case = "n", gender: Gender = "m") -> str:
    """двадцать пятый; neuter genitive двадцать пятого; gender p is the plural, двадцать пятых."""
    plural = gender == "p"
    words = num2words(
        n, lang="ru", to="ordinal", case=case, gender="m" if plural else gender, plural=plural, animate=False
    )
    return str(words)


def decimal(whole: str, fraction: str, case: Case = "n") -> str:
    """«123», «4» → сто двадцать три целых четыре десятых. From the fifth place on the figures are said in a row."""
    if len(fraction) > len(_FRACTIONS):
        row = " ".join(cardinal(int(figure)) for figure in fraction)
        return f"{cardinal(int(whole), case)} запятая {row}"
    parts = ((int(whole), "целая"), (int(fraction), _FRACTIONS[len(fraction) - 1]))
    return " ".join(f"{cardinal(n, case, 'f')} {_part(n, noun, case)}" for n, noun in parts)


def _part(n: int, noun: str, case: Case) -> str:
    """целая and its fractions are adjectives: две целых, not две целые."""
    return form(noun, n, "g") if case in "na" and not _ends_in_one(n) else form(noun, n, case)


def counted(n: int, noun: str, case: Case = "n") -> str:
    """The number with its noun: двадцать одна копейка, пяти рублей."""
    return f"{cardinal(n, case, gender(noun))} {form(noun, n, case)}"


def form(noun: str, n: int | None, case: Case = "n") -> str:
    """The noun as it stands after n; n None is a decimal: три целых две десятых кубометра."""
    if n is None:
        return _forms(noun)[1]
    if _ends_in_one(n):
        return _forms(noun)[CASES.index(case)]
    if case in "na" and _ends_in_few(n):
        return str(word_data()["nouns"][noun].get("few") or _forms(noun)[1])
    plural_case = "g" if case in "na" else case
    if noun == "человек" and plural_case == "g":
        return "человек"
    return _forms(noun)[6 + CASES.index(plural_case)]


def gender(noun: str) -> Gender:
    """The gender of a noun of the data file."""
    known: Gender = word_data()["nouns"][noun]["gender"]
    return known


def plural(n: int, one: str, few: str, many: str) -> str:
    """The form that agrees with n: 1 кубометр, 2 кубометра, 5 кубометров, 21 кубометр."""
    return one if _ends_in_one(n) else few if _ends_in_few(n) else many


def _ends_in_one(n: int) -> bool:
    return abs(n) % 10 == 1 and abs(n) % 100 != 11


def _ends_in_few(n: int) -> bool:
    return abs(n) % 10 in (2, 3, 4) and abs(n) % 100 not in (12, 13, 14)


@cache
def _forms(noun: str) -> list[str]:
    return [word.replace("_", " ") for word in word_data()["nouns"][noun]["forms"].split()]
