"""What must never be written down: card numbers, codes, PINs, account numbers."""

import re

from speech.numerals import segments

SECRET = frozenset({"account", "code"})
"""What a reply may be expecting whose answer is a secret."""
STARS = "***"
LONG = re.compile(r"\d(?:[ -]?\d){4,}")
EMAIL = re.compile(r"[^@\s,;<>\"«»]+@[^@\s,;<>\"«»]+")
CARD = re.compile(r"(?<!\d)[2-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{4}(?:[ -]?\d{1,3})?(?!\d)")
CARD_LENGTHS = range(16, 20)
PHONE = re.compile(r"[78]?9\d{9}|[78]\d{10}")
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


def without_phones(text: str) -> str:
    """The text with stars for telephone numbers, said in words too; readings beside them stay.

    >>> without_phones("мой восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь, до обеда")
    'мой ***, до обеда'
    """
    line = re.sub(r"\s", " ", text)
    said, words = segments(line), [(word.start(), word.end()) for word in re.finditer(r"\S+", line)]
    last = len(said)
    while last:
        first = last - 1
        while first and BETWEEN.fullmatch(line[words[said[first - 1].end - 1][1] : words[said[first].start][0]]):
            first -= 1
        found = [at for at in range(first, last) if PHONE.fullmatch("".join(one.digits for one in said[at:last]))]
        if found:
            begin, end = words[said[found[0]].start][0], words[said[last - 1].end - 1][1]
            text = text[:begin] + STARS + text[begin + len(text[begin:end].rstrip(".,;:!?")) :]
        last = found[0] if found else last - 1
    return text


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
