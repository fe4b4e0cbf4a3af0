"""Shown text to spoken words, and the small forms that replies are written with."""

import re
from datetime import date
from decimal import Decimal

from num2words import num2words

MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()


def to_words(text: str) -> str:
    """A shown reply as it is spoken: no figure is left."""
    return re.sub(r"\d+", lambda m: num2words(int(m.group()), lang="ru"), text)


def plural(n: int, one: str, few: str, many: str) -> str:
    """The form that agrees with n: 1 кубометр, 2 кубометра, 5 кубометров, 21 кубометр."""
    n = abs(n) % 100
    if 11 <= n <= 14:
        return many
    return one if n % 10 == 1 else few if 2 <= n % 10 <= 4 else many


def money(kopecks: int) -> str:
    """«1 234 ₽ 56 коп.»; whole roubles without kopecks: «1 234 ₽»."""
    roubles, rest = divmod(abs(kopecks), 100)
    sign = "−" if kopecks < 0 else ""
    return f"{sign}{roubles:,} ₽".replace(",", "\u00a0") + (f" {rest:02d} коп." if rest else "")


def reading(value: Decimal) -> str:
    """A meter reading as shown: «123,4»."""
    return f"{value:f}".replace(".", ",")


def quantity(value: Decimal, unit: str) -> str:
    """«3,2 м³»."""
    return f"{reading(value)}\u00a0{unit}"


def day(date: date) -> str:
    """«25 октября»."""
    return f"{date.day} {MONTHS[date.month - 1]}"


def digits(text: str) -> str:
    """A long number in groups as people read it out: «00 123 456 78» → two to three digits a group."""
    return " ".join(re.findall(r"\d{1,3}", text))


def cardinal(n: int, *, feminine: bool = False) -> str:
    """A whole number in words: двадцать один, feminine двадцать одна."""
    return num2words(n, lang="ru", gender="f" if feminine else "m")
