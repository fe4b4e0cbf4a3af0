"""Readings handed in as a list: «1 - 125, 2 - 148», «первый сто двадцать пять, второй сто сорок восемь»."""

import re

from speech.numerals import numbers

_METER = r"(?:сч[её]тчик\w*|сч\b\.?|прибор\w*)"
_SIGN = r"[)\].:=–—-]"
_ORDERS = ("перв", "втор", "трет", "четв[её]рт", "пят", "шест")
_COUNTS = ("один", "два", "три", "четыре", "пять", "шесть")
_ORDER = re.compile(
    rf"(?<!\w)(?:на\s+|по\s+)?(?:{'|'.join(_ORDERS)})\w{{2,4}}(?:\s+{_METER})?\s*{_SIGN}?", re.IGNORECASE
)
_COUNT = re.compile(
    rf"(?<!\w)(?:{_METER}\s*)?(?:номер|№|n)\s*(?P<n>[1-9]|{'|'.join(_COUNTS)})\b\s*{_SIGN}*"
    rf"|(?<!\w){_METER}\s*(?P<m>[1-9]|{'|'.join(_COUNTS)})\b\s*{_SIGN}*",
    re.IGNORECASE,
)
_DIGIT = re.compile(
    rf"(?<![^\s,;])(?P<n>[1-9])(?:\s*-?(?:[йяе]|[ыои]й|[ая]я)\b\s*{_METER}?\s*{_SIGN}?|\s*{_METER}\s*{_SIGN}?|\s*{_SIGN}+)"
    r"(?=\D*\d)",
    re.IGNORECASE,
)
_ZONES = re.compile(
    rf"(?:тариф|зон)\w*\s*(?:№|номер)?\s*(?:[1-3]|{'|'.join(_COUNTS)})"
    rf"|(?:[1-3]|(?:{'|'.join(_ORDERS)})\w+)\s*-?(?:\w{{1,2}}\s)?\s*(?:тариф|зон)"
    r"|(?<!\w)[тt]\s?-?[123](?!\d)",
    re.IGNORECASE,
)
LEAST = 2
"""So many of them make a list."""


def items(text: str) -> list[tuple[int, str]]:
    """The place in the list and the words of each item; empty where the text is no list of readings.

    >>> items("1 - 125 2 - 148"), items("первый сто, второй двести"), items("холодная 125")
    ([(1, '125'), (2, '148')], [(1, 'сто'), (2, 'двести')], [])
    """
    if _ZONES.search(text):
        return []
    for form in (_COUNT, _DIGIT, _ORDER):
        found = [(_rank(mark), mark) for mark in form.finditer(text)]
        if len(found) < LEAST or [rank for rank, _ in found] != list(range(1, len(found) + 1)):
            continue
        ends = [mark.start() for _, mark in found[1:]] + [len(text)]
        told = [text[mark.end() : end].strip(" \t\r\n,;") for (_, mark), end in zip(found, ends, strict=True)]
        if all(map(numbers, told)):
            return [(rank, item) for (rank, _), item in zip(found, told, strict=True)]
    return []


def unnumbered(text: str) -> str:
    """The text without the numbers of its items.

    >>> unnumbered("1) холодная 125 2) горячая 148")
    'холодная 125, горячая 148'
    """
    return ", ".join(item for _, item in items(text)) or text


def _rank(mark: re.Match[str]) -> int:
    named = mark.groupdict()
    said = (named.get("n") or named.get("m") or "").lower()
    if said.isdecimal():
        return int(said)
    if said:
        return _COUNTS.index(said) + 1
    return next(at for at, order in enumerate(_ORDERS, 1) if re.search(order, mark[0], re.IGNORECASE))
