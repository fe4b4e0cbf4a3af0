"""The flat that a phrase names beside what it says: «долг по 7 квартире», «теперь вторая: хвс 880», «а по 12»."""

import re
from dataclasses import dataclass

from billing import accounts
from billing.tables import Account
from skill.dialogue.meaning.houses import stem
from skill.dialogue.meaning.plain import LEADS, plain
from skill.dialogue.talk import Talk
from speech.numerals import segments

_ORDINAL = r"(?:(?:двадцать|тридцать|сорок|[а-я]+десят|девяносто|сто) )?[а-я]+(?:ая|ую|ой|ья|ью|ьей|ей)"
_FIGURES = r"\d{1,4}(?:-?(?:я|й|ой|ую|ая|ей|ю))?"
_CARDINAL = r"(?:[а-я]+(?:дцать|десят|ста|сот|сто) )?[а-я]+"
_TO = r"(?:на|по|за|для|в|во|о|об|про|с|у) "
_HOME = r"(?:квартир[аеуыо]?[йю]?|кв)\b\.?"
_NO_FLAT = (
    r"(?! ?(?:тысяч|тыщ|рубл|р\b|руб\b|куб|квт|киловат|квартир|подъезд|этаж|д(?:ень|ня)|раз|счетчик|числ|месяц|недел"
    r"|вод|холод|горяч|зон|заявк|очеред|цифр|групп|строк|парадн|секци|лин|половин|смен|площадк|лестниц|комнат|кухн|ванн"
    r"|батаре[еюи]|труб|дом\b|дома\b|доме\b|корпус|стояк|кнопк|двер|год|сторон|минут|час|ступен|попытк|улиц|стоянк"
    r"|(?:янв|фев|март|апр|ма[йя]\b|июн|июл|авг|сент|окт|нояб|дек)))"
)
FORMS = (
    rf"(?:\b{_TO})?\b(?P<before>{_FIGURES}|{_ORDINAL}) {_HOME}",
    rf"(?:\b{_TO})?\b{_HOME} ?(?:номер |№ ?)?(?P<figures>\d{{1,4}})\b{_NO_FLAT}",
    rf"(?:\b{_TO})?\b{_HOME} (?:номер )?(?P<words>{_ORDINAL}|{_CARDINAL})\b{_NO_FLAT}",
    rf"\b{_TO}(?P<ordinal>{_ORDINAL}|\d{{1,4}}-?(?:й|ой|ую|ю|ей))\b{_NO_FLAT}",
    rf"\b(?:(?:о|за)плат|посчита|провер|посмотр|покаж|удал|убер|отвя)\w* (?P<done>{_ORDINAL})$",
    rf"^{LEADS}(?:теперь|тогда|дальше|следом) (?P<then>{_ORDINAL})\b{_NO_FLAT}",
    rf"^{LEADS}(?P<first>{_ORDINAL})\b(?= ?[:,—–-])",
    rf"\b(?P<far>{_ORDINAL})\b(?= (?:кухн|ванн|холод|горяч|свет|электр|день|ночь))",
)
"""How a flat is named among other words, in the order in which they are tried."""
OWED_BY = re.compile(r"(?:долг|должен|должна|плат\w+|сч[её]т|начисл\w+)\b.* по (?P<number>\d{1,4})$")
"""«Сколько долг по 7»."""
ALONE = re.compile(
    rf"{LEADS}(?:это |теперь |тогда |дальше |давай(?:те)? |только |лучше |что |как |нужна |нужно |нужен )*"
    rf"(?:(?:по|за|на|для|про) (?P<number>{_FIGURES})|(?P<ordinal>{_ORDINAL}))(?: (?:там|тоже|что|как|теперь))*"
)
"""«А по 12», «а первая», «теперь вторую»: nothing but which flat."""
FILLERS = frozenset(
    {
        "а", "в", "и", "ну", "да", "нет", "но", "это", "то", "там", "только", "лучше", "теперь", "тогда", "давай",
        "давайте", "все", "я", "у", "меня", "нас", "про", "надо", "нужна", "нужно", "нужен", "что", "как", "за", "по",
        "номер", "не", "имею", "виду", "случилось", "было", "именно", "вообще", "ой", "же", "тоже", "сейчас", "сначала",
        "сперва", "пока", "еще", "стоп", "стойте", "потом",
    }
)  # fmt: skip
"""Words that say nothing of what is wanted of the flat."""
HINT = re.compile(
    r"\d|\bкв|перв|втор|трет|четв[её]рт|пят|шест|сем|седьм|вос[еь]м|девят|четыр|\bтри|\bдв[аеу]|\bодин|десят|дцат|сорок|сот|кух|\bван|туал|убор|сануз|[ко][оа][рл]ид"
    r"|прихож|балкон|лодж|комнат|\bд(?:ень|н[яеё])|ноч|пик"
)
"""Without any of these no flat is named, nor a meter that hangs in one of them alone."""
NEIGHBOUR = re.compile(r"\bсосед|\b(?:над|под|рядом|из|между|возле|около|напротив)\b|\bчуж")
"""Another flat is spoken of, not asked about."""


@dataclass(frozen=True)
class Named:
    """A flat of the speaker's and the phrase without it.

    second: the part of the phrase that begins with the name of another flat.
    amid: there are words on both sides of the flat's name.
    bare: nothing is said but an ordinal or a number, which may be a meter's.
    """

    account: Account
    rest: str
    second: str = ""
    amid: bool = False
    bare: bool = False


def named(talk: Talk) -> Named | None:
    """The flat that a phrase names, of several; None where it names none."""
    if talk.resident is None or len(talk.flats) < 2:
        return None
    whole = re.sub(r"\s+", " ", talk.turn.text).strip(" .!?")
    text = whole.lower().replace("ё", "е")
    if NEIGHBOUR.search(text):
        return None
    linked = accounts.accounts_of(talk.db, talk.resident.id)
    if (alone := ALONE.fullmatch(plain(text))) is not None:
        account = _account(talk, linked, alone["number"] or alone["ordinal"], by_place=alone["ordinal"] is not None)
        return None if account is None else Named(account, "", bare=True)
    said = _spans(talk, linked, text) or _after_a_street(talk, linked, text)
    if said:
        (start, end), account = said[0]
        amid = start > 0 and end < len(whole)
        return Named(account, _joined(whole[:start], whole[end:]), _second(whole, said), amid)
    if (owed := OWED_BY.search(text)) is not None and (account := _account(talk, linked, owed["number"])) is not None:
        return Named(account, whole[: owed.start("number")].removesuffix(" по "))
    return None


def may_name(text: str) -> bool:
    """Whether a flat, or a meter of one flat only, may be named at all: that is known before the books are asked.

    >>> may_name("помощь"), may_name("а по 12")
    (False, True)
    """
    return HINT.search(text.lower()) is not None


def says_more(rest: str) -> bool:
    """Whether anything is said beside the flat.

    >>> says_more("а это"), says_more("а долг какой")
    (False, True)
    """
    return not set(plain(rest).split()) <= FILLERS


def _spans(talk: Talk, linked: list[Account], text: str) -> list[tuple[tuple[int, int], Account]]:
    """Where the text names flats, and which, in the order said."""
    found: list[tuple[tuple[int, int], Account]] = []
    for form in FORMS:
        for match in re.finditer(form, text):
            said = next(filter(None, match.groups()))
            span = match.span("done" if "done" in match.groupdict() else 0)
            account = _account(talk, linked, said, by_place=not said.isdecimal() and "far" not in match.groupdict())
            if account is not None and all(match.end() <= start or match.start() >= end for (start, end), _ in found):
                found.append((span, account))
    return sorted(found, key=lambda one: one[0])


def _after_a_street(talk: Talk, linked: list[Account], text: str) -> list[tuple[tuple[int, int], Account]]:
    """«За Лесную 7», «на Лесной пять двенадцать»: the flat, or the house and the flat, after the name of its street."""
    for account in linked:
        address = accounts.address_of(talk.db, account)
        street = re.search(rf"(?:\b{_TO})?\b{stem(address.street)}\w*[ ,]+(?:(?:дом|д)\b\.? ?)?", text)
        if street is None or address.flat == address.house:
            continue
        words = re.sub(r"\b(?:квартира|кв)\b\.?|[-,/]", " ", text[street.end() :])
        said = segments(words)[:1]
        if said and not said[0].start and said[0].digits in (address.flat, address.house + address.flat):
            last = list(re.finditer(r"\S+", words))[said[0].end - 1]
            return [((street.start(), street.end() + last.end()), account)]
    return []


def _second(whole: str, said: list[tuple[tuple[int, int], Account]]) -> str:
    """What is said from where another flat is named; empty where none is."""
    other = next((start for (start, _), account in said if account.id != said[0][1].id), None)
    return "" if other is None else whole[other:]


def _joined(before: str, after: str) -> str:
    return f"{before.rstrip()} {after.lstrip(' :,.;—–-')}".strip()


def _account(talk: Talk, linked: list[Account], said: str, *, by_place: bool = False) -> Account | None:
    """The flat of that number; else, for an ordinal, the one in that place of the list."""
    number = re.match(r"\d+", said)
    read = segments(said) if number is None else []
    if number is None and (len(read) != 1 or read[0].start or read[0].end != len(said.split())):
        return None
    digits = number[0] if number is not None else read[0].digits
    fitting = [one for one in linked if accounts.address_of(talk.db, one).flat == digits]
    if len(fitting) == 1:
        return fitting[0]
    place = int(digits) - 1
    return linked[place] if by_place and not fitting and 0 <= place < len(linked) else None
