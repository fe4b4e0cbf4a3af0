"""Which of several flats a phrase names, and what each is called."""

import re

from sqlmodel import select

from billing import accounts
from billing.tables import Account, AccountLink
from skill.dialogue.flat import account_of
from skill.dialogue.naming import listed
from skill.dialogue.talk import Talk
from speech.numerals import numbers, segments

ORDER = {"перв": 0, "втор": 1, "трет": 2, "четверт": 3}
PLACES = ("первую", "вторую", "третью", "четвёртую")
OF_A_FLAT = frozenset(
    {
        "balance", "charges", "due_date", "explain_bill", "explain_debt", "forecast", "last_reading", "pay",
        "payment_history", "payment_status", "penalty", "send_receipt", "unlink",
    }
)  # fmt: skip
"""Questions about a flat: what was asked of one is answered for another at once."""
OUTRIGHT = re.compile(
    r"\bквартир\w*\W+(номер\W+)?[\w-]+|\b(перв|втор|трет|четв[её]рт)\w*\W+(квартир|адрес|лицев|сч[её]т\w{0,2}\b)"
    r"|\b(?:о|за)плати(?:ть|те)? (?:перв|втор|трет|четв[её]рт)(?:ую|ью)\b"
    r"|\b(на|по|за|для|в) (перв|втор|трет|четв[её]рт)(ую|ой|ому|ом|ья|ью|ьей)\b"
    r"(?!\W+\w*(счетчик|счётчик|числ|месяц|недел|день))"
)
"""A flat is named, and not merely a number or an ordinal."""
BY_NUMBER = re.compile(
    r"\b(?:кв|квартир\w*|лицев\w*(?: сч[её]т\w*)?|л/?с)\b\W*(?:номер\W+)?\d+"
    r"|\b(?:на|по|за|для|в) (?:перв|втор|трет|четв[её]рт)(?:ую|ой|ью|ьей)\b(?!\W+\w*(?:вод|холод|горяч|неделю))"
)
"""The flat whose readings follow: an ordinal there is a meter's."""
_BEFORE_A_FLAT = frozenset({"на", "по", "за", "для", "в", "о", "об", "про"})
_FEMININE = ("ую", "ью", "ой", "ей")
_NO_FLAT = ("вод", "холод", "горяч", "недел", "зон", "заявк", "очеред", "цифр", "групп")
ALL = re.compile(
    r"\b(?:обе|оба|обоим|обеим|вс(?:е|ем|ех) квартир\w*|все сч[её]та|за две)\b"
    r"|\bдв(?:е|ум|ух) квартир\w*|\bдв(?:а|ум|ух) сч[её]т\w*"
    r"|\bпо всем\b|\bза вс[её] вместе\b"
)
"""Every flat of the speaker's."""
NOT_THIS = re.compile(r"\bдруг(ая|ой|ую|ое) (квартир|адрес)|\bне (та|эта|ту|эту|тот|этот) (квартир|адрес)")
KINDS = frozenset({"улица", "проспект", "переулок", "проезд", "шоссе", "бульвар", "набережная", "площадь"})


def is_named(talk: Talk) -> bool:
    """Whether the phrase names one of the speaker's flats."""
    return talk.resident is not None and meant(talk, accounts.accounts_of(talk.db, talk.resident.id)) is not None


def is_vague(talk: Talk) -> bool:
    """Whether a phrase names a street where several of the speaker's flats are, and nothing closer."""
    if talk.resident is None or len(talk.flats) < 2:
        return False
    linked, words = accounts.accounts_of(talk.db, talk.resident.id), re.findall(r"[а-я]+|\d+", talk.turn.text.lower())
    fits = [_likeness(talk, account, words, set()) for account in linked]
    return max(fits) > 0 and fits.count(max(fits)) > 1


def meant(talk: Talk, linked: list[Account]) -> Account | None:
    """The account that the phrase names by its nickname, street, flat, number or place in the list."""
    if talk.flat_meant is not None:
        return next((account for account in linked if account.id == talk.flat_meant.id), None)
    text = talk.turn.text.lower().replace("ё", "е")
    bare = re.sub(r"\bкв(?:артир\w*)?\b", " ", text)  # a number after the word is no reading, and not counted as one
    words = [*re.findall(r"[а-я]+|\d+", text), *numbers(text), *numbers(bare)]
    ordinals_said = _flats_by_ordinal(text)
    fits = {account.id: _likeness(talk, account, words, ordinals_said) for account in linked}
    best = [account for account in linked if fits[account.id] == max(fits.values()) > 0]
    if len(best) == 1:
        return best[0]
    for stem, place in ORDER.items():
        if any(word.startswith(stem) for word in words) and place < len(linked):
            return linked[place]
    return None


def _flats_by_ordinal(text: str) -> set[str]:
    """The numbers of flats that ordinals name («за седьмую»).

    >>> _flats_by_ordinal("а теперь за сорок вторую"), _flats_by_ordinal("за вторую неделю")
    ({'42'}, set())
    """
    words = re.findall(r"\w+", text)
    found = set()
    for i, before in enumerate(words):
        for end in (i + 3, i + 2) if before in _BEFORE_A_FLAT else ():
            named, after = words[i + 1 : end], "".join(words[end : end + 1])
            if not named or not named[-1].endswith(_FEMININE) or after.startswith(_NO_FLAT):
                continue
            said = segments(" ".join(named))
            if len(said) == 1 and said[0].kind == "ordinal" and said[0].end == len(named) and not said[0].start:
                found.add(said[0].digits)
                break
    return found


def _likeness(talk: Talk, account: Account, words: list[str], ordinals_said: set[str]) -> int:
    """How much of the account the words name; ordinals_said: numbers of flats said as ordinals."""
    address = accounts.address_of(talk.db, account)
    street = [word for word in re.findall(r"[а-я]+", address.street.lower()) if len(word) > 4 and word not in KINDS]
    own = (nickname(talk, account) or "").lower()
    stems = [name[:-2] for name in street] + ([own[:-1]] if len(own) > 3 else [])
    named = sum(any(word.startswith(stem) for word in words) for stem in stems)
    named_flat = address.flat in words and any(word.startswith("кв") for word in words)
    flat = named_flat or address.flat in ordinals_said
    return named + 2 * flat + 4 * (account.number in words)


def other(talk: Talk, *, by_place: bool = True) -> Account | None:
    """The flat that a phrase names outright, if it is not the one spoken about. by_place: an ordinal names it too."""
    form = OUTRIGHT if by_place else BY_NUMBER
    text = talk.turn.text.lower()
    if talk.resident is None or (form.search(text) is None and not _flats_by_ordinal(text)):
        return None
    named = meant(talk, accounts.accounts_of(talk.db, talk.resident.id))
    return named if named is not None and named.id != account_of(talk).id else None


def ordinals(talk: Talk, here: Account) -> list[str]:
    """The places in the list of the speaker's other flats: «вторую»."""
    linked = accounts.accounts_of(talk.db, talk.resident.id) if talk.resident else []
    return [place for place, account in zip(PLACES, linked, strict=False) if account.id != here.id]


def corrected(talk: Talk) -> Account | None:
    """The flat that a phrase amid a question means («на садовой», «не та квартира»), whether spoken about or not; None
    where it names none: an ordinal alone may be a meter's."""
    text = talk.turn.text.lower()
    if talk.resident is None or len(talk.flats) < 2:
        return None
    linked, current = accounts.accounts_of(talk.db, talk.resident.id), account_of(talk)
    if talk.flat_meant is not None:
        return meant(talk, linked)
    if NOT_THIS.search(text) and len(linked) == 2:
        return next(account for account in linked if account.id != current.id)
    if any(stem in text for stem in ORDER) and OUTRIGHT.search(text) is None and not _flats_by_ordinal(text):
        return None
    return meant(talk, linked)


def names(talk: Talk, linked: list[Account], conjunction: str = "и") -> str:
    """All of them in a row."""
    return listed([name(talk, account) for account in linked], conjunction)


def name(talk: Talk, account: Account) -> str:
    """The resident's own name for the flat, else its address without the town."""
    address = accounts.address_of(talk.db, account)
    return nickname(talk, account) or f"{address.street}, дом {address.house}, квартира {address.flat}"


def short(talk: Talk, account: Account) -> str:
    """«квартира 12» where all the speaker's flats are in one house, else as `name` calls it."""
    assert talk.resident is not None  # noqa: S101
    linked = accounts.accounts_of(talk.db, talk.resident.id)
    homes = {(address.street, address.house) for one in linked if (address := accounts.address_of(talk.db, one))}
    if nickname(talk, account) or len(homes) > 1:
        return name(talk, account)
    return f"квартира {accounts.address_of(talk.db, account).flat}"


def nickname(talk: Talk, account: Account) -> str | None:
    """The resident's own name for the flat, if it has one."""
    assert talk.resident is not None  # noqa: S101
    row = talk.db.exec(
        select(AccountLink).where(AccountLink.resident_id == talk.resident.id, AccountLink.account_id == account.id)
    ).first()
    return row.nickname if row else None
