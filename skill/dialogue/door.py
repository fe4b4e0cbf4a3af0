"""What people say at the door, where the account's number or its code is asked for, instead of them."""

import re

from skill.dialogue.meaning import whose
from skill.dialogue.meaning.plain import plain
from skill.understanding.slots import extract
from speech.numerals import numbers, segments

LEAST_DIGITS, MOST_DIGITS = 6, 11
"""So many digits said with nothing else are an account's number, and no reading or sum; more are number and code."""
_BILL = r"(?:квитанц\w*|сч[её]т\w*|лицев\w*|бумаг\w*|бумаж\w*|платежк\w*|код\w*|номер\w*)"
_GONE = (
    r"(?:нету?|забыл\w*|не помню|не знаю|по?терял\w*|выбросил\w*|выкинул\w*|порвал\w*|сжег|сожгл\w*|не сохранил\w*"
    r"|не (?:могу )?най\w+|не наш\w+|не приход\w+|не прин\w+|не вижу|не было|не дали|не получа\w+)"
)
NO_BILL = re.compile(
    rf"\bтолько (?:что )?(?:купил|въехал|заехал|заселил)|\b(?:{_GONE}|без)\b.*\b{_BILL}|\b{_BILL}\b.*\b{_GONE}\b"
    r"|^(?:а |у меня )?(?:ее |его |их )?(?:нет|нету)(?: ее| его)?(?: под рукой| с собой| у меня| дома)+$"
    r"|^(?:а |у меня )?(?:ее|его|их) (?:нет|нету)$"
)
WITHOUT = re.compile(
    r"\bбез (?:него|нее|номера|сч[её]та|кода|этого)\b.*\b(?:никак|нельзя|можно)|\bникак без\b|\bникак нельзя без"
)
SAFE = re.compile(r"безопасн|мошенни|обманет|обманыва|опасно|украд|можно (?:ли )?(?:вам )?доверять|не развод")
ADDRESS = re.compile(r"\b(?:улиц|проспект|переул|дом\b|квартир[аы]\b|кв\b|адрес|фамили)")
"""Where the flat is, or whose, said instead of the account's number."""
VISITS = re.compile(r"\b(?:приехать|прийти|подойти|подъехать|приеду|приду|подойду|паспорт\w*)\b")
"""«А приехать можно», «паспорт хватит?»"""
SEEKS = re.compile(
    r"\b(?:найду|поищу|ищу|принесу|схожу|достану|возьму|гляну|посмотрю|надену|нашарю)\b(?!.*\bне\b)|\bминут(?:к|оч)"
)
WHO = re.compile(
    r"\b(?:вы|ты) (?:вообще )?кто\b|\bкто (?:вы|ты|это|говорит|такая|такой)\b|\bкуда (?:я )?(?:попал|дозвонил|позвонил)"
)
KNOWN = re.compile(r"\bоткуда\b.*\b(?:зна\w+|узна\w+|взял\w*|адрес)")
"""«Откуда вы мой адрес знаете»."""
BEHALF = re.compile(
    r"\b(?:она|он|они) (?:сам[аи]? )?не (?:может|могут|умеет|видит|слышит)|\bсоцработник|\bсоседк[еуи]|\bза сосед"
)


def only_number(text: str) -> str:
    """The account's number where nothing else is said; empty otherwise.

    >>> only_number("сто тысяч пятьсот двенадцать"), only_number("100512"), only_number("счёт 100512")
    ('100512', '100512', '')
    """
    words, said = plain(text).split(), numbers(text)
    counted = sum(one.end - one.start for one in segments(" ".join(words)))
    whole = len(said) == 1 and said[0].isdecimal() and LEAST_DIGITS <= len(said[0]) <= MOST_DIGITS
    return said[0] if whole and counted == len(words) else ""


def is_a_reading(text: str) -> bool:
    """Whether a meter is named with its value: no number of an account begins so.

    >>> is_a_reading("холодная сто двадцать"), is_a_reading("сто двадцать")
    (True, False)
    """
    slots = extract("submit_reading", text)
    return bool(slots.get("resource") and slots.get("values"))


def aside(step: str, text: str) -> str:
    """The phrase of `linking` that answers what is said instead of a number; empty for none."""
    lowered = text.lower().replace("ё", "е")
    if SAFE.search(lowered):
        return "safe"
    if WHO.search(lowered):
        return "who"
    if WITHOUT.search(lowered):
        return "without"
    if step == "number" and ADDRESS.search(lowered):
        return "by_address"
    if VISITS.search(lowered) and not numbers(text):
        return "visit"
    if SEEKS.search(lowered):
        return "waits"
    return "for_others" if not numbers(text) and (whose.is_of_kin(text) or BEHALF.search(lowered)) else ""
