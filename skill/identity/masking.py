"""What must never be written down: card numbers, codes, PINs, account numbers."""

import re
from collections.abc import Sequence

from speech.numerals import segments

SECRET = frozenset({"account", "code"})
"""What a reply may be expecting whose answer is a secret."""
STARS = "***"
LONG = re.compile(r"\d(?:[ -]?\d){4,}")
EMAIL = re.compile(r"[^@\s,;<>\"«»]+@[^@\s,;<>\"«»]+")
CARD = re.compile(r"(?<!\d)[2-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{4}(?:[ -]?\d{1,3})?(?!\d)")
CARD_LENGTHS = range(16, 20)
PHONE = re.compile(r"[78]?9\d{9}|[78]\d{10}")
MOBILE = re.compile(r"[78]?9\d{9}")
BETWEEN = re.compile(r"\W*(\w{1,2}\W+){0,2}")
"""What may stand between the parts of one telephone number: marks, «э», «ну»."""


def card_said(text: str) -> bool:
    """Whether somebody says or types the number of a bank card: in its groups of four, or with a right check digit."""
    typed = (found[0] for found in CARD.finditer(text))
    return any(not one.isdigit() or _luhn(one) for one in typed) or _card_in_words(text)


def kept(text: str, expecting: str) -> str:
    """What may be kept of a phrase: nothing of a secret, no long number.

    >>> kept("счёт 100512", "command")
    'счёт ***'
    """
    if card_said(text) or (expecting in SECRET and segments(text)):
        return STARS
    return answered(without_phones(text))


def answered(text: str) -> str:
    """What may be kept of a reply of ours: it repeats no secret in words."""
    return LONG.sub(STARS, EMAIL.sub(STARS, text))


def for_workers(text: str) -> str:
    """What may be kept of a request: nothing of a secret, but the telephone number to call before coming.

    >>> for_workers("карта 4276 1234 5678 9012"), for_workers("счёт 100512, звоните 8 916 123-45-67")
    ('***', 'счёт ***, звоните 8 916 123-45-67')
    """
    if card_said(text):
        return STARS
    parts, end = list[str](), len(text)
    for begin, after in _phones(text, PHONE):
        parts[:0] = [text[begin:after], answered(text[after:end])]
        end = begin
    return "".join([answered(text[:end]), *parts])


def without_phones(text: str) -> str:
    """The text with stars for telephone numbers, said in words too; readings beside them stay.

    >>> without_phones("мой восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь, до обеда")
    'мой ***, до обеда'
    """
    for begin, end in _phones(text, PHONE):
        text = text[:begin] + STARS + text[end:]
    return text


def over_turns(lines: Sequence[str]) -> list[str]:
    """What was said line after line with stars for every part of a mobile number that runs from one to the next.

    >>> over_turns(["мой восемь девятьсот шестнадцать", "сто двадцать три", "сорок пять шестьдесят семь, да"])
    ['мой ***', '***', '***, да']
    """
    kept, at = list(lines), [0]
    for line in lines:
        at.append(at[-1] + len(line) + 1)
    for begin, end in _phones("\n".join(lines), MOBILE):
        parts = [(max(begin, at[i]) - at[i], min(end, at[i + 1] - 1) - at[i]) for i in range(len(lines))]
        for i, (first, last) in enumerate(parts):
            if first < last:
                kept[i] = kept[i][:first] + STARS + kept[i][last:]
    return kept


def begins_with_digits(text: str) -> bool:
    """Whether a phrase may go on with a number begun before it."""
    said = segments(_line(text))
    return bool(said) and BETWEEN.fullmatch(" ".join(["", *text.split()[: said[0].start], ""])) is not None


def ends_with_digits(text: str) -> bool:
    """Whether a number that a phrase ends with may go on in the next."""
    said = segments(_line(text))
    return bool(said) and BETWEEN.fullmatch(" ".join(["", *text.split()[said[-1].end :], ""])) is not None


def without_first(text: str) -> str:
    """The text with stars for the number that it begins with."""
    first, words = segments(_line(text))[0], list(re.finditer(r"\S+", text))
    return text[: words[first.start].start()] + STARS + text[words[first.end - 1].end() :]


def _line(text: str) -> str:
    """The text with a space for every line break, so that words are counted as `segments` counts them."""
    return re.sub(r"\s", " ", text)


def _phones(text: str, form: re.Pattern[str]) -> list[tuple[int, int]]:
    """Where telephone numbers stand in a text, last first."""
    line = _line(text)
    said, words = segments(line), [(word.start(), word.end()) for word in re.finditer(r"\S+", line)]
    places, last = [], len(said)
    while last:
        first = last - 1
        while first and BETWEEN.fullmatch(line[words[said[first - 1].end - 1][1] : words[said[first].start][0]]):
            first -= 1
        found = [at for at in range(first, last) if form.fullmatch("".join(one.digits for one in said[at:last]))]
        if found:
            begin, end = words[said[found[0]].start][0], words[said[last - 1].end - 1][1]
            places.append((begin, begin + len(text[begin:end].rstrip(".,;:!?"))))
        last = found[0] if found else last - 1
    return places


def _card_in_words(text: str) -> bool:
    digits, end = "", -1
    for segment in segments(text):
        digits = digits + segment.digits if segment.start == end else segment.digits
        end = segment.end
        if len(digits) in CARD_LENGTHS and digits[0] in "23456" and _luhn(digits):
            return True
    return False


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
