"""Несколько счетов: which flat is spoken about, and choosing another."""

import re
from dataclasses import replace

from billing import accounts
from billing.tables import Account
from skill.dialogue.company import phone_told
from skill.dialogue.flat import account_of
from skill.dialogue.meaning import whose
from skill.dialogue.meaning.addressing import OF_A_FLAT, meant, name, names, nickname
from skill.dialogue.phrases import phrase
from skill.dialogue.scenes.linking import SCENE as LINKING
from skill.dialogue.talk import Talk
from skill.dialogue.turn import SENTENCE_END, Reply
from skill.understanding import Understanding, understand

NAMES = re.compile(
    r"\b(?:где|посмотреть|забыл\w?|помню|знаю|потерял\w?|какой|какая|каков|назови|скажи|подскажи|напомни|продиктуй|узнать)"
)
SAYS_WHICH = re.compile(
    r"\b(какой|какая|какие|каких|какую|какому|список|перечисли|мои|сколько"
    r"|у (?:меня|нас) (?:две|три|четыре|несколько|\d))\b"
)
NUMBER = re.compile(
    r"\bлицев\w*|\bномер\w* (?:моего |нашего |моей )?сч[её]та"
    r"|\b(?:какой|назов\w+|скаж\w+) (?:у (?:меня|нас) |мой |наш )?номер"
)
"""The account's own number is asked for."""
FORGOTTEN = re.compile(r"забыл|не помню|не знаю|потерял")
MONEY = re.compile(r"\bсколько\b(?! (?:у меня )?(?:квартир|сч[её]т|адрес))|\bдолг|\bзаплатить|\bплатить")
OF_METERS = frozenset({"correct", "submit_reading"})
"""After them the readings of the other flat are taken: those said before are none of its own."""
BEHALF = re.compile(r"\b(?:за|для|вместо|от имени) ")
"""Readings are handed in for a relative; «у мамы» is another flat."""
ANOTHER = re.compile(r"\bдобав|\bпривя|\bдруг(?:ую|ая|ой)\b|\bещ[её] одн")
WANTED = OF_A_FLAT | {"submit_reading"}
SURE = 0.5
BUTTONS = 5


class Flats:
    """The scene of accounts. Its question is which account is meant."""

    name = "flats"
    intents = frozenset({"switch_account", "which_flat"})
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Switch to the account named, tell which one is chosen, or ask."""
        if talk.resident is None and FORGOTTEN.search(talk.turn.text.lower()):
            return talk.reply("linking.no_bill", phone=phone_told(talk))
        if talk.resident is None:
            return LINKING.before(talk)
        linked = accounts.accounts_of(talk.db, talk.resident.id)
        if said.intent == "which_flat":
            return self.ask(talk, linked)
        current, of_kin = account_of(talk), whose.is_of_kin(talk.turn.text)
        text = talk.turn.text.lower()
        if NUMBER.search(text) and NAMES.search(text) and not of_kin:
            account = meant(talk, linked) or current
            return talk.reply("flats.number", number=account.number, address=name(talk, account))
        if len(linked) == 1 and not of_kin and SAYS_WHICH.search(talk.turn.text.lower()):
            return talk.reply("flats.one", address=name(talk, current))
        if len(linked) == 1 and (request := _on_behalf(talk)):
            talk.session.aside = request
            return talk.reply("flats.on_behalf", address=name(talk, current))
        if len(linked) == 1:
            talk.session.scene, talk.session.step = LINKING.name, "number"
            only = talk.reply("flats.only", address=name(talk, current), expecting="account")
            return replace(only, asks=SENTENCE_END.split(only.text)[-1])
        chosen = meant(talk, linked)
        if chosen is not None:
            return self._choose(talk, chosen)
        if whose.only_whose(talk.turn.text) and not of_kin:
            unnamed = [account for account in linked if not nickname(talk, account)]
            return self._choose(talk, unnamed[0] if len(unnamed) == 1 else linked[0])
        if SAYS_WHICH.search(talk.turn.text.lower()) and not of_kin:
            return talk.reply("flats.current", address=name(talk, current), all=names(talk, linked))
        others = [account for account in linked if account.id != current.id]
        if len(others) == 1 and not (of_kin and (nickname(talk, others[0]) or not talk.session.about)):
            return self._choose(talk, others[0])
        return self.ask(talk, linked)

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """The flat that was asked for."""
        assert talk.resident is not None  # noqa: S101 - only a resident is asked
        linked = accounts.accounts_of(talk.db, talk.resident.id)
        chosen = meant(talk, linked)
        if chosen is not None:
            return self._choose(talk, chosen)
        if SAYS_WHICH.search(talk.turn.text.lower()):
            return self.ask(talk, linked)
        if said.intent in {"no", "back", "stop"}:
            talk.session.close()
            return talk.reply("flats.kept", address=name(talk, account_of(talk)))
        return self.ask(talk, linked) if said.intent in {"switch_account", "yes"} else None

    def help(self, talk: Talk) -> str | None:
        """How to name a flat."""
        return talk.say("flats.help")

    def _choose(self, talk: Talk, account: Account) -> Reply:
        talk.session.account_id, talk.flat_named = account.id, True
        talk.session.aside = _asked_of(talk, str(talk.session.draft.get("asked", talk.turn.text)))
        talk.session.close()
        talk.session.suspended, talk.session.then = [], []
        return talk.reply("flats.now" if talk.session.aside else "flats.chosen", address=name(talk, account))

    def ask(self, talk: Talk, linked: list[Account]) -> Reply:
        """Ask which; what is asked of it waits (`asked` in the draft)."""
        talk.session.scene, talk.session.step = self.name, "which"
        talk.session.draft = talk.session.draft or {"asked": talk.turn.text}
        buttons = tuple(name(talk, account) for account in linked[:BUTTONS])
        return talk.reply("flats.which", all=names(talk, linked, "или"), buttons=buttons)


def _on_behalf(talk: Talk) -> str:
    """The readings to be taken of the only flat linked: «за бабушку показания передать»; empty for anything else."""
    text = talk.turn.text.lower()
    if not BEHALF.search(text) or ANOTHER.search(text):
        return ""
    request = whose.without_kin(talk.turn.text)
    said = understand(request, talk.turn.channel)
    return request if said.intent == "submit_reading" and said.confidence >= SURE else ""


def _asked_of(talk: Talk, text: str) -> str:
    """What is asked of the flat that was chosen: in the phrase that names it, else just before; empty for nothing."""
    if MONEY.search(text.lower()):
        return phrase("flats.how_much", 0)
    request = whose.without_kin(text)
    said = understand(request, talk.turn.channel)
    if request != text and not whose.only_whose(text) and said.intent in WANTED and said.confidence >= SURE:
        return request
    if said.intent == "pay" and said.confidence >= SURE:
        return request
    if talk.session.about.get("intent") in OF_METERS:
        return phrase("flats.hand_in", 0)
    if talk.session.about.get("intent") in OF_A_FLAT:
        return whose.without_kin(str(talk.session.about["text"]))
    return ""


SCENE = Flats()
