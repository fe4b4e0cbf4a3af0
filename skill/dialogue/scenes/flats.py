"""Несколько счетов: which flat is spoken about, and choosing another."""

import re

from sqlmodel import select

from billing import accounts
from billing.tables import Account, AccountLink
from skill.dialogue.flat import account_of
from skill.dialogue.naming import listed
from skill.dialogue.scenes.linking import SCENE as LINKING
from skill.dialogue.talk import Talk
from skill.dialogue.turn import Reply
from skill.understanding import Understanding

ORDER = {"перв": 0, "втор": 1, "трет": 2, "четверт": 3}
SAYS_WHICH = re.compile(r"\b(какой|какая|какую|какому|список|перечисли|мои|сколько)\b")
BUTTONS = 5


class Flats:
    """The scene of accounts. Its question is which account is meant."""

    name = "flats"
    intents = frozenset({"switch_account"})
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Switch to the account named, tell which one is chosen, or ask."""
        if talk.resident is None:
            return LINKING.before(talk)
        linked = accounts.accounts_of(talk.db, talk.resident.id)
        current = account_of(talk)
        if len(linked) == 1 and SAYS_WHICH.search(talk.turn.text.lower()):
            return talk.reply("flats.one", address=_name(talk, current))
        if len(linked) == 1:
            talk.session.scene, talk.session.step = LINKING.name, "number"
            return talk.reply("flats.only", address=_name(talk, current), expecting="account")
        meant = _meant(talk, linked)
        if meant is not None:
            return self._choose(talk, meant)
        if SAYS_WHICH.search(talk.turn.text.lower()):
            return talk.reply("flats.current", address=_name(talk, current), all=_names(talk, linked))
        if len(linked) == 2:
            return self._choose(talk, next(account for account in linked if account.id != current.id))
        return self._ask(talk, linked)

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """The flat that was asked for."""
        assert talk.resident is not None  # noqa: S101 - only a resident is asked
        linked = accounts.accounts_of(talk.db, talk.resident.id)
        meant = _meant(talk, linked)
        if meant is not None:
            return self._choose(talk, meant)
        if said.intent in {"no", "back", "stop"}:
            talk.session.close()
            return talk.reply("flats.kept", address=_name(talk, account_of(talk)))
        return self._ask(talk, linked) if said.intent in {"switch_account", "yes"} else None

    def help(self, talk: Talk) -> str | None:
        """How to name a flat."""
        return talk.say("flats.help")

    def _choose(self, talk: Talk, account: Account) -> Reply:
        talk.session.account_id = account.id
        talk.session.close()
        talk.session.suspended = []
        return talk.reply("flats.chosen", address=_name(talk, account))

    def _ask(self, talk: Talk, linked: list[Account]) -> Reply:
        talk.session.scene, talk.session.step = self.name, "which"
        buttons = tuple(_name(talk, account) for account in linked[:BUTTONS])
        return talk.reply("flats.which", all=_names(talk, linked), buttons=buttons)


def _meant(talk: Talk, linked: list[Account]) -> Account | None:
    """The account that the phrase names by its nickname, street, house, number or place in the list."""
    text = talk.turn.text.lower().replace("ё", "е")
    words = re.findall(r"[а-я]+|\d+", text)
    fitting = [account for account in linked if _is_named(talk, account, words)]
    if len(fitting) == 1:
        return fitting[0]
    for stem, place in ORDER.items():
        if any(word.startswith(stem) for word in words) and place < len(linked):
            return linked[place]
    return None


def _is_named(talk: Talk, account: Account, words: list[str]) -> bool:
    address = accounts.address_of(talk.db, account)
    street = [word for word in re.findall(r"[а-я]+", address.street.lower()) if len(word) > 4 and word != "улица"]
    nickname = (_nickname(talk, account) or "").lower()
    stems = [name[:-2] for name in street] + ([nickname[:-1]] if len(nickname) > 3 else [])
    return account.number in words or any(word.startswith(stem) for word in words for stem in stems)


def _names(talk: Talk, linked: list[Account]) -> str:
    return listed([_name(talk, account) for account in linked])


def _name(talk: Talk, account: Account) -> str:
    address = accounts.address_of(talk.db, account)
    return _nickname(talk, account) or f"{address.street}, дом {address.house}, квартира {address.flat}"


def _nickname(talk: Talk, account: Account) -> str | None:
    assert talk.resident is not None  # noqa: S101
    row = talk.db.exec(
        select(AccountLink).where(AccountLink.resident_id == talk.resident.id, AccountLink.account_id == account.id)
    ).first()
    return row.nickname if row else None


SCENE = Flats()
