"""Whose flat a phrase speaks of: one of the speaker's own, a relative's («а у мамы»), a neighbour's."""

import re

from skill.dialogue.meaning.addressing import ALL, OF_A_FLAT, is_named
from skill.dialogue.meaning.plain import LEADS, plain
from skill.dialogue.talk import Talk
from skill.understanding import Understanding
from speech.numerals import numbers

_KIN = (
    r"мам\w{0,5}|мать|матер\w+|отец|отца|отцу|пап\w{0,4}|бабушк\w{1,2}|бабул\w{1,2}|дедушк\w{1,2}|дед|деда|деду"
    r"|доч\w{1,4}|сына?|сыну|сестр\w{1,2}|брат[ау]?|тещ\w{1,2}|тест[яью]|свекров\w{1,2}|свекр[ау]|родител\w+"
    r"|т[её]т\w{1,2}|дяд\w|внук[ау]?|внучк\w|друг|друг[ау]|подруг\w"
)
_OWNED = r"(?:мамин|папин|бабушкин|дедушкин|тещин|сестрин|бабулин|тетин|родительск)\w*"
_OF_KIN = rf"(?:(?:за|у|для|про) (?:мо(?:ю|ей|его|их) )?(?:{_KIN})|{_OWNED})"
KIN = re.compile(
    rf"\b{_OF_KIN}\b|\b(?:счет\w?|квартир\w|долг|баланс|показани\w) (?:мо(?:ю|ей|его|их) )?(?:{_KIN})\b"
    rf"|\b(?:должн[аы]|должен|платит|платят)(?: там| моя| мой| мои)* (?:{_KIN})\b"
    rf"|\b(?:{_KIN}) (?:мне |там |сколько )*(?:должн[аы]|должен|платит|платят)\b"
)
"""A relative's flat or bill, whoever pays it."""
OTHERS = re.compile(
    r"\bсосед\w*|\bчуж(ой|ого|ому|ую|их|ая)\b|\bдруго(й|го|му) (квартир\w+|человек\w*|лицев\w+|абонент\w*)"
)
ONLY_WHOSE = re.compile(
    rf"{LEADS}(?:теперь |тогда )?(?:{_OF_KIN}|у (?:меня|нас)(?: самой| самого)?)"
    r"(?: (?:сколько|как|какой|какая|что|там|долг|сумма|квартира|квартиру|выходит|платить|тогда))*"
)
"""«А у мамы?», «а у меня сколько»: what was asked of one flat is asked of another."""
AT_A_FLAT = frozenset({"last_reading", "submit_reading"})
"""What a relative's flat is named for in earnest."""
OWED = re.compile(r"\bсколько\b|\bдолг|\b(?:за)?плат")
DOUBTFUL = 0.5
"""From this confidence on a phrase speaks for itself."""
FLAT = re.compile(r"(?<!за )\bкв(?:артир\w*)? (?:номер )?(\w+)\b(?! (?:тысяч|рубл))")
"""A flat's number; what follows «за квартиру» is a sum."""
BEFORE = re.compile(
    r"\b(?:по|в|за|на|для|у|про) (?:мо[йе]й? |нашей )?(\d{1,4}|[а-я]+(?:ую|ой|ью|ей)) квартир[еуыо]й?\b"
)
"""«По 7 квартире», «за седьмую квартиру»."""


def meant(talk: Talk, said: Understanding) -> Understanding | None:
    """A relative's flat, or one's own after it («а у мамы?», «а у меня?»), where no question is open; money of a flat
    that is not linked is refused where it is asked for."""
    text, of_kin, alone = talk.turn.text, is_of_kin(talk.turn.text), only_whose(talk.turn.text)
    after_one = talk.session.about.get("intent") == "balance" and said.intent != "pay"
    if after_one and ALL.search(text.lower()) and len(talk.flats) > 1:
        return Understanding("balance", {}, DOUBTFUL)
    if not (of_kin or alone) or not talk.flats:
        return None
    several, unclear = len(talk.flats) > 1, said.intent == "out_of_scope" or said.confidence < DOUBTFUL
    owed = unclear and OWED.search(text.lower()) is not None
    if owed and not alone and not several:
        return Understanding("balance", {}, DOUBTFUL)
    asked = owed or (not unclear and (said.intent in AT_A_FLAT or (several and said.intent in OF_A_FLAT)))
    return Understanding("switch_account", {}, 1.0) if (several or of_kin if alone else asked) else None


def is_of_others(talk: Talk) -> bool:
    """Whether the phrase names a neighbour's or a relative's bill that is not one of the speaker's own flats."""
    text = plain(talk.turn.text)
    said = OTHERS.search(text) or KIN.search(text) or _flat_of(text)
    return bool(said) and not is_named(talk)


def is_of_kin(text: str) -> bool:
    """Whether a relative's flat is named."""
    return KIN.search(plain(text)) is not None


def only_whose(text: str) -> bool:
    """Whether a phrase tells nothing but whose flat is meant.

    >>> only_whose("А у мамы?"), only_whose("у мамы нет воды")
    (True, False)
    """
    return ONLY_WHOSE.fullmatch(plain(text)) is not None


def without_kin(text: str) -> str:
    """The phrase without whose flat it is about.

    >>> without_kin("передать показания за маму")
    'передать показания'
    """
    return re.sub(rf"\s*\b(?:{_OF_KIN}|{_KIN})\b", "", text, flags=re.IGNORECASE).strip()


def _flat_of(text: str) -> bool:
    """Whether a flat is named by its number."""
    found = FLAT.search(text) or BEFORE.search(text)
    return found is not None and bool(numbers(found[1]))
