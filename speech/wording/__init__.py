"""Shown text to spoken words, and the small forms that replies are written with."""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from speech.wording.amounts import AMOUNTS
from speech.wording.codes_and_dates import CODES, DATES
from speech.wording.inflection import cardinal, months, plural
from speech.wording.rules import code_groups
from speech.wording.spelling import abbreviations_in_words, addresses_in_words, letters_in_words, normalised, tidied

__all__ = ["cardinal", "day", "digits", "money", "plural", "quantity", "reading", "to_words"]

NO_BREAK = "\u00a0"
FIGURES = re.compile(r"\d|\b[IVX]")
"""What the rules for codes, dates and amounts begin with; Roman ones too."""


@lru_cache(maxsize=2048)
def to_words(text: str) -> str:
    """A shown reply as it is spoken: no figure, no Latin letter, no abbreviation or sign is left.

    «до 25 октября к оплате 1 234,56 ₽» → «до двадцать пятого октября к оплате одна тысяча двести тридцать четыре рубля
    пятьдесят шесть копеек». Numbers stand in the case that the word before them or the noun after them asks for, else
    in the nominative, as people read a list. Text that is words already comes back the same.
    """
    text = addresses_in_words(normalised(text))
    if FIGURES.search(text):
        for rules in (CODES, DATES, AMOUNTS):
            text = rules.applied(text)
    return tidied(letters_in_words(abbreviations_in_words(text)))


def money(kopecks: int) -> str:
    """«1 234 ₽ 56 коп.»; whole roubles «1 234 ₽»; less than a rouble «56 коп.»; owed back «−50 ₽»."""
    roubles, rest = divmod(abs(kopecks), 100)
    parts = [f"{roubles:,}".replace(",", NO_BREAK) + f"{NO_BREAK}₽"] if roubles or not rest else []
    parts += [f"{rest}{NO_BREAK}коп."] if rest else []
    return ("−" if kopecks < 0 else "") + " ".join(parts)


def reading(value: Decimal) -> str:
    """A meter reading as shown, places kept: «123,4»."""
    return f"{value:f}".replace(".", ",")


def quantity(value: Decimal, unit: str) -> str:
    """An amount without needless zeros: «3,2 м³»."""
    figures = f"{value:f}"
    if "." in figures:
        figures = figures.rstrip("0").rstrip(".")
    return f"{figures.replace('.', ',')}{NO_BREAK}{unit}"


def day(date: date) -> str:
    """«25 октября»."""
    return f"{date.day} {months()[date.month - 1]}"


def digits(text: str) -> str:
    """A long number in groups as people read it out: 0012345678 → «001 234 56 78»."""
    return " ".join(code_groups(re.sub(r"\D", "", text)))
