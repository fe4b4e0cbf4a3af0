"""Sentences residents say: templates from sentences.txt with numbers and slots filled in, by a seed."""

import random
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from num2words import num2words  # type: ignore[import-untyped]  # has no annotations

DIGIT_LIMIT = 9
_SLOT = re.compile(r"\{(\w+)\}")


def _lines(name: str) -> list[str]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


@cache
def slots() -> dict[str, list[str]]:
    """Slot name → its choices, from slots.txt."""
    table = (line.partition(":") for line in _lines("slots.txt"))
    return {name: [choice.strip() for choice in choices.split("|")] for name, _, choices in table}


@cache
def templates() -> tuple[list[str], list[int]]:
    """The sentence templates and their weights."""
    found, weights = [], []
    for line in _lines("sentences.txt"):
        weight, _, rest = line.partition(" ")
        found.append(rest if weight.isdigit() else line)
        weights.append(int(weight) if weight.isdigit() else 1)
    return found, weights


def in_words(number: int) -> str:
    """A whole number in Russian words, as the lexicon writes them."""
    return str(num2words(number, lang="ru"))


def reading(rng: random.Random) -> str:
    """A meter reading or another quantity, said the ways people say one."""
    spread = rng.random()
    for limit, low, high in (
        (0.14, 0, 9), (0.24, 10, 19), (0.34, 20, 99), (0.50, 100, 999), (0.78, 1000, 9999), (0.92, 10000, 99999),
    ):  # fmt: skip
        if spread < limit:
            number = rng.randint(low, high)
            said = in_words(number)
            bare_thousand = 1000 <= number < 2000 and rng.random() < 0.5
            return said.removeprefix("одна ") if bare_thousand else said
    if spread < 0.95:
        return in_words(rng.randint(1, 9) * 100)
    return " ".join(in_words(rng.choice((rng.randint(0, 99), rng.randint(100, 999)))) for _ in range(rng.randint(2, 3)))


def digits(rng: random.Random) -> str:
    """A string of digits or pairs, as an account number or a code is dictated."""
    if rng.random() < 0.6:
        return " ".join(in_words(rng.randint(0, DIGIT_LIMIT)) for _ in range(rng.randint(2, 6)))
    return " ".join(in_words(rng.randint(0, 99)) for _ in range(rng.randint(2, 4)))


def decimal(rng: random.Random) -> str:
    """A reading with a fraction: «сто двадцать целых пять десятых», «двенадцать и три», «семь запятая ноль пять»."""
    whole, fraction = in_words(rng.choice((rng.randint(0, 99), rng.randint(100, 9999)))), rng.randint(1, 999)
    style = rng.random()
    if style < 0.5:
        place = rng.choice(("десятых", "сотых", "тысячных"))
        limit = {"десятых": 9, "сотых": 99, "тысячных": 999}[place]
        between = rng.choice(("целых", "и", "и", "целых и", "запятая", "точка"))
        return f"{whole} {between} {in_words(fraction % limit + 1)} {place}"
    if style < 0.65:
        return f"{whole} {rng.choice(('запятая', 'точка'))} {in_words(fraction)}"
    if style < 0.85:
        return f"{whole} {rng.choice(('запятая', 'точка', 'и', 'целых'))} {digits(rng)}"
    return f"{whole} {rng.choice(('с половиной', 'и пять', 'с четвертью'))}"


def ordinal(rng: random.Random) -> str:
    return str(num2words(rng.randint(1, 31), lang="ru", to="ordinal", case=rng.choice("ng"), gender=rng.choice("mfn")))


def number(rng: random.Random) -> str:
    return in_words(rng.choice((rng.randint(0, 9), rng.randint(1, 250))))


GENERATED = {"reading": reading, "digits": digits, "decimal": decimal, "ordinal": ordinal, "number": number}


@cache
def number_words() -> frozenset[str]:
    """The words of whole numbers below a million, in the nominative."""
    values = (*range(21), *range(30, 101, 10), *range(200, 1000, 100), 1000, 2000, 5000)
    return frozenset(word for value in values for word in in_words(value).split()) | {"один", "одно"}


def sentence(rng: random.Random) -> str:
    """One sentence a resident might say."""
    found, weights = templates()
    chosen = rng.choices(found, weights)[0]
    return _SLOT.sub(lambda m: GENERATED[m[1]](rng) if m[1] in GENERATED else rng.choice(slots()[m[1]]), chosen)


def short_number(rng: random.Random) -> str:
    """One word or two of a number: what a recogniser confuses most."""
    spread = rng.random()
    if spread < 0.45:
        return in_words(rng.randint(0, DIGIT_LIMIT))
    if spread < 0.6:
        return in_words(rng.randint(10, 19))
    if spread < 0.72:
        return in_words(rng.randint(2, 9) * 10)
    if spread < 0.88:
        return in_words(rng.randint(1, 9) * 100)
    return rng.choice(("тысяча", "одна", "две", "одно", "две тысячи", "пять тысяч", "да", "нет", "верно"))


def sentences(count: int, seed: int) -> Iterator[str]:
    rng = random.Random(seed)
    return (sentence(rng) for _ in range(count))
