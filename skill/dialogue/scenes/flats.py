"""Несколько счетов: which flat is spoken about, and choosing another."""

import re

from billing import accounts
from billing.tables import Account
from skill.dialogue.flat import account_of
from skill.dialogue.meaning.addressing import OF_A_FLAT, meant, name, names
from skill.dialogue.phrases import phrase
from skill.dialogue.scenes.linking import SCENE as LINKING
from skill.dialogue.talk import Talk
from skill.dialogue.turn import Reply
from skill.understanding import Understanding

SAYS_WHICH = re.compile(r"\b(какой|какая|какие|каких|какую|какому|список|перечисли|мои|сколько)\b")
MONEY = re.compile(r"\bсколько\b(?! (?:у меня )?(?:квартир|сч[её]т|адрес))|\bдолг|\bзаплатить|\bплатить")
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
            return talk.reply("flats.one", address=name(talk, current))
        if len(linked) == 1:
            talk.session.scene, talk.session.step = LINKING.name, "number"
            return talk.reply("flats.only", address=name(talk, current), expecting="account")
        chosen = meant(talk, linked)
        if chosen is not None:
            return self._choose(talk, chosen)
        if SAYS_WHICH.search(talk.turn.text.lower()):
            return talk.reply("flats.current", address=name(talk, current), all=names(talk, linked))
        if len(linked) == 2:
            return self._choose(talk, next(account for account in linked if account.id != current.id))
        return self._ask(talk, linked)

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """The flat that was asked for."""
        assert talk.resident is not None  # noqa: S101 - only a resident is asked
        linked = accounts.accounts_of(talk.db, talk.resident.id)
        chosen = meant(talk, linked)
        if chosen is not None:
            return self._choose(talk, chosen)
        if said.intent in {"no", "back", "stop"}:
            talk.session.close()
            return talk.reply("flats.kept", address=name(talk, account_of(talk)))
        return self._ask(talk, linked) if said.intent in {"switch_account", "yes"} else None

    def help(self, talk: Talk) -> str | None:
        """How to name a flat."""
        return talk.say("flats.help")

    def _choose(self, talk: Talk, account: Account) -> Reply:
        talk.session.account_id = account.id
        talk.session.close()
        talk.session.suspended, talk.session.then = [], []
        if MONEY.search(talk.turn.text.lower()):
            talk.session.aside = phrase("flats.how_much", 0)
            return talk.reply("flats.now", address=name(talk, account))
        if talk.session.about.get("intent") in OF_A_FLAT:
            talk.session.aside = str(talk.session.about["text"])
            return talk.reply("flats.now", address=name(talk, account))
        return talk.reply("flats.chosen", address=name(talk, account))

    def _ask(self, talk: Talk, linked: list[Account]) -> Reply:
        talk.session.scene, talk.session.step = self.name, "which"
        buttons = tuple(name(talk, account) for account in linked[:BUTTONS])
        return talk.reply("flats.which", all=names(talk, linked), buttons=buttons)


SCENE = Flats()
