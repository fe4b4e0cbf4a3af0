"""Отвязать и удалить: a flat is unlinked, or everything kept of a person is erased, after a yes."""

import re

from billing import accounts
from skill.dialogue.context import is_question
from skill.dialogue.flat import account_of
from skill.dialogue.talk import Talk
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import Reply, session_name
from skill.identity import consent, oauth
from skill.understanding import Understanding

EVERYTHING = ("данны", "соглас", "все ", "всё ", "забудь", "сотри", "стереть", "обо мне", "истори", "голос", "меня из")


KEPT = re.compile(r"^(а |и )?(показани|счета?|квитанц|долг)\w*( тоже| останут\w+| удал\w+| пропад\w+)?$")
"""A question what becomes of it."""


class Privacy:
    """The scene of leaving. Steps: unlink, erase."""

    name = "privacy"
    intents = frozenset({"unlink"})
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Ask before anything is undone."""
        text = talk.turn.text.lower() + " "
        if talk.resident is None:
            return talk.reply("privacy.nothing")
        talk.session.scene = self.name
        if any(word in text for word in EVERYTHING):
            return self._ask(talk, "erase")
        return self._ask(talk, "unlink")

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """Yes does it, no leaves all as it was."""
        if said.intent in {"no", "back", "stop"}:
            talk.session.close()
            return talk.reply("privacy.kept")
        if said.intent != "yes" or talk.resident is None:
            if said.intent == "unlink" and is_question(talk.turn.text):
                return Reply(self.help(talk) or "", buttons=YES_NO, expecting="yes_no")
            if KEPT.search(talk.turn.text.lower()):
                return Reply(self.help(talk) or "", buttons=YES_NO, expecting="yes_no")
            return self.begin(talk, said) if said.intent == "unlink" else None
        return self._erase(talk) if talk.session.step == "erase" else self._unlink(talk)

    def help(self, talk: Talk) -> str | None:
        """What will be gone and what stays."""
        return talk.say("privacy.help_erase" if talk.session.step == "erase" else "privacy.help_unlink")

    def _ask(self, talk: Talk, step: str) -> Reply:
        talk.session.step = step
        address = accounts.address_of(talk.db, account_of(talk))
        home = f"{address.street}, дом {address.house}, квартира {address.flat}"
        return talk.reply(f"privacy.{step}", address=home, buttons=YES_NO, expecting="yes_no")

    def _unlink(self, talk: Talk) -> Reply:
        assert talk.resident is not None  # noqa: S101 - asked before
        account = account_of(talk)
        oauth.take_back(talk.db, talk.resident.id, talk.now, account.id)
        accounts.unlink(
            talk.db, resident_id=talk.resident.id, account_id=account.id, channel=talk.turn.channel, now=talk.now
        )
        _forget_conversation(talk)
        talk.is_now(talk.resident)
        if not talk.flats:
            talk.is_now(None)
        return talk.reply("privacy.unlinked")

    def _erase(self, talk: Talk) -> Reply:
        assert talk.resident is not None  # noqa: S101 - asked before
        oauth.take_back(talk.db, talk.resident.id, talk.now)
        key = session_name(talk.turn)
        consent.erase(talk.db, talk.resident.id, session_key=key, channel=talk.turn.channel, now=talk.now)
        talk.is_now(None)
        _forget_conversation(talk)
        return talk.reply("privacy.erased")


def _forget_conversation(talk: Talk) -> None:
    talk.session.close()
    talk.session.suspended, talk.session.aside = [], ""
    talk.session.account_id, talk.session.unlocked = None, False


SCENE = Privacy()
