"""Отвязать и удалить: a flat is unlinked, or everything kept of a person is erased, after a yes."""

import re
from dataclasses import replace

from billing import accounts
from skill.dialogue.flat import account_of
from skill.dialogue.meaning.plain import is_question
from skill.dialogue.person import transcript
from skill.dialogue.talk import Talk, remark
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import Reply
from skill.identity import forgetting, oauth
from skill.understanding import Understanding
from speech import wording

ASKED = frozenset({"kept_data", "recorded", "overheard"})
"""Questions about what becomes of what is said here; they leave an open question open."""
CALL = "telephone"
EVERYTHING = (
    "данны", "соглас", "все ", "всё ", "забудь меня", "забудьте меня", "сотри", "стереть", "обо мне", "про меня",
    "истори", "голос", "меня из", "запис", "разговор", "переписк", "отовсюду",
)  # fmt: skip
WHOM = re.compile(r"\b(?:кому|куда)\b.*\b(?:переда|отда|слива|продае)")
"""Asked is not what is kept, but who gets it."""
KEPT = re.compile(r"^(а |и )?(показани|счета?|квитанц|долг)\w*( тоже| останут\w+| удал\w+| пропад\w+)?$")
"""A question what becomes of it."""


class Privacy:
    """The scene of leaving. Steps: unlink, erase, and talk: a stranger's conversation is erased."""

    name = "privacy"
    intents = frozenset({"unlink"}) | ASKED
    anywhere = ASKED

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Tell what is kept; ask before anything is undone."""
        if said.intent in ASKED and WHOM.search(talk.turn.text.lower()) and talk.session.scene != "linking":
            given = talk.reply("privacy.given")
            return remark(talk, given) if talk.session.scene else given
        if said.intent in ASKED:
            return _kept(talk, said.intent)
        text = talk.turn.text.lower() + " "
        if talk.resident is None:
            return self._ask_stranger(talk)
        talk.session.scene = self.name
        if any(word in text for word in EVERYTHING):
            return self._ask(talk, "erase")
        return self._ask(talk, "unlink")

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """Yes does it, no leaves all as it was."""
        if said.intent in {"no", "back", "stop"}:
            talk.session.close()
            return talk.reply("privacy.kept")
        if talk.session.step == "talk" and said.intent == "yes":
            return self._erase_talk(talk)
        if said.intent != "yes" or talk.resident is None:
            if said.intent == "unlink" and is_question(talk.turn.text):
                return Reply(self.help(talk) or "", buttons=YES_NO, expecting="yes_no")
            if KEPT.search(talk.turn.text.lower()):
                return Reply(self.help(talk) or "", buttons=YES_NO, expecting="yes_no")
            return self.begin(talk, said) if said.intent == "unlink" else None
        return self._erase(talk) if talk.session.step == "erase" else self._unlink(talk)

    def help(self, talk: Talk) -> str | None:
        """What will be gone and what stays."""
        return talk.say(f"privacy.help_{talk.session.step}", days=str(transcript.KEPT.days))

    def _ask(self, talk: Talk, step: str) -> Reply:
        talk.session.step = step
        address = accounts.address_of(talk.db, account_of(talk))
        home = f"{address.street}, дом {address.house}, квартира {address.flat}"
        return talk.reply(f"privacy.{step}", address=home, buttons=YES_NO, expecting="yes_no")

    def _ask_stranger(self, talk: Talk) -> Reply:
        """Of somebody with no account only the words of the conversation are kept."""
        talk.session.scene, talk.session.step = self.name, "talk"
        days = str(transcript.KEPT.days)
        return talk.reply("privacy.talk", days=days, buttons=YES_NO, expecting="yes_no")

    def _erase_talk(self, talk: Talk) -> Reply:
        forgetting.erase_talk(talk)
        _forget_conversation(talk)
        talk.erased = True
        return talk.reply("privacy.talk_erased")

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
        forgetting.erase(talk, talk.resident.id)
        talk.is_now(None)
        _forget_conversation(talk)
        talk.erased = True
        return talk.reply("privacy.erased")


def _kept(talk: Talk, asked: str) -> Reply:
    """What is kept of a person and how long (152-ФЗ ст. 14), what of the voice, and who hears or reads it."""
    talk.beside = "remark" if talk.session.scene else ""
    if asked == "kept_data" and (talk.session.scene, talk.session.step) == ("linking", "consent"):
        return talk.reply("linking.help_consent", buttons=YES_NO, expecting="yes_no")
    recorded = talk.turn.channel == CALL and talk.settings.line_recordings is not None
    key = {"kept_data": "data" if talk.resident else "data_stranger", "overheard": "overheard"}.get(
        asked, "recorded_call" if recorded else "recorded"
    )
    days, sound = str(transcript.KEPT.days), talk.settings.line_recordings_kept_days
    kept = f"{sound} {wording.plural(sound, 'день', 'дня', 'дней')}"
    erase = talk.say("privacy.erase_how") if talk.resident else ""
    told = talk.reply(f"privacy.{key}", days=days, sound=kept, erase=erase)
    if not talk.session.scene or not talk.session.last:
        return told
    last = Reply.from_json(talk.session.last)
    return replace(told, buttons=last.buttons, expecting=last.expecting)


def _forget_conversation(talk: Talk) -> None:
    talk.session.close()
    talk.session.forget()
    talk.session.about, talk.session.told, talk.session.question = {}, {}, {}
    talk.session.account_id, talk.session.unlocked = None, False


SCENE = Privacy()
