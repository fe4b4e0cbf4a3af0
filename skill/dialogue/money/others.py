"""Whose bill a phrase asks about: somebody else's, of which nothing is told to whoever asks."""

import re

from skill.dialogue.meaning.addressing import is_named
from skill.dialogue.talk import Talk
from speech.numerals import numbers

KIN = (
    r"мам\w{1,2}|мать|матер\w+|отца|пап[уы]|бабушк\w|дедушк\w|доч\w{1,3}|сына?|сестр\w|брата|тещ\w|свекров\w"
    r"|родител\w+|друга|подруг\w"
)
OTHERS = re.compile(
    rf"\bсосед\w*|\bчуж(ой|ого|ому|ую|их|ая)\b|\b(за|у|счет|квартиру|долг) ({KIN})\b"
    r"|\b(мамин|папин|бабушкин|дедушкин|тещин|сестрин)\w*|\bдруго(й|го|му) (квартир\w+|человек\w*|лицев\w+|абонент\w*)"
)

FLAT = re.compile(r"(?<!за )\bкв(?:артир\w*)? (?:номер )?(\w+)\b(?! (?:тысяч|рубл))")
"""A flat's number; what follows «за квартиру» is a sum."""


def is_of_others(talk: Talk) -> bool:
    """Whether the phrase names a neighbour's or a relative's bill that is not one of the speaker's own flats."""
    text = talk.turn.text.lower().replace("ё", "е")
    said = OTHERS.search(text) or _flat_of(text)
    return bool(said) and not is_named(talk)


def _flat_of(text: str) -> bool:
    """Whether a flat is named by its number."""
    found = FLAT.search(text)
    return found is not None and bool(numbers(found[1]))
