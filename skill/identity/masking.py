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
    return answered(text)


def answered(text: str) -> str:
    """What may be kept of a reply of ours: it repeats no secret in words."""
    return LONG.sub(STARS, EMAIL.sub(STARS, text))


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
