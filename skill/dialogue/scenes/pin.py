"""ПИН-код: four digits before money is spoken of on a speaker that others in the room can hear."""

import re

from billing import accounts
from skill.dialogue.flat import account_of
from skill.dialogue.meaning.plain import LEADS, plain
from skill.dialogue.talk import Talk, still_open
from skill.dialogue.turn import Reply
from skill.identity import pins
from skill.identity.spoken_secrets import opens, sealed
from skill.understanding import Understanding
from speech.numerals import numbers

BILL_CODE_DIGITS = 6
UNWANTED = re.compile(
    r"\bне (надо|нужн\w+|нужен|хочу|буду|спрашивай\w*)\b|\bбез (пин|кода|него)"
    r"|\b(убери|убрать|отключ|отмен|удали|сними|снять)"
)
"""No PIN is wanted, or the one that is set is to go."""
WHY = re.compile(
    rf"{LEADS}(?:почему|зачем|для чего|с чего|что за|как(?:ой|ие|ую)|какие такие|что это за)"
    r"(?: (?:это|он|они|вам|так|такой|такие|пин|пин ?код|код|цифры|нужен|нужны|надо|еще|вдруг|его|их|назвать))*"
)
"""«А зачем», «какие цифры»."""
HIDES = re.compile(r"\bникто|\bникому|\bне (?:\w+ )?(?:слыш|услыш|узна|знал|вслух|говори|называ|произнос|озвучива)")
"""Sums are not to be heard by others."""


class Pin:
    """The scene of the PIN. Steps: new, again (setting it), ask. It is opened by `gate` too, before money is named."""

    name = "pin"
    intents = frozenset({"set_pin"})
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Set another PIN, or take it away; the old one is asked for first."""
        hides = HIDES.search(talk.turn.text.lower()) is not None
        if talk.resident is None or not pins.is_shared(talk.turn.channel, screen=talk.turn.screen):
            return talk.reply("pin.private" if hides else "pin.elsewhere")
        known = pins.state(talk.db, talk.resident.id) == "set"
        if known and not talk.session.unlocked:
            talk.session.aside = talk.turn.text
            return self._ask(talk, "ask")
        if UNWANTED.search(talk.turn.text.lower()) and not hides:
            return self._open(talk, "", "pin.declined")
        if (digits := _digits(talk)) and len(digits) == pins.DIGITS:
            talk.session.scene, talk.session.step = self.name, "new"
            return self._taken(talk, digits)
        return self._ask(talk, "new", "another" if known else "new")

    def before(self, talk: Talk) -> Reply | None:
        """The question to ask before money is named; None when it may be named. The phrase is taken up again after."""
        if talk.resident is None or talk.session.unlocked:
            return None
        if not pins.is_shared(talk.turn.channel, screen=talk.turn.screen):
            return None
        known = pins.state(talk.db, talk.resident.id)
        if known == "declined":
            return None
        talk.session.aside = talk.turn.text
        return self._ask(talk, "ask" if known == "set" else "new")

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """Digits answer the question; «не нужно» does without, «хватит» leaves."""
        if digits := _digits(talk):
            return self._taken(talk, digits)
        if WHY.fullmatch(plain(talk.turn.text)):
            talk.beside = "help"
            return still_open(talk, Reply(self.help(talk) or ""))
        unwanted = UNWANTED.search(talk.turn.text.lower()) is not None
        if talk.session.step != "ask" and (said.intent == "no" or unwanted):
            return self._open(talk, "", "pin.declined")
        if said.intent == "set_pin" and talk.session.step == "ask":
            return self._first(talk)
        if said.intent in {"no", "back", "stop"}:
            talk.session.close()
            talk.session.aside, talk.session.then = "", []
            return talk.reply("pin.cancelled")
        return self._ask(talk, talk.session.step) if said.intent == "yes" else None

    def help(self, talk: Talk) -> str | None:
        """What the PIN is for, and what to do without it."""
        return talk.say("pin.help_ask" if talk.session.step == "ask" else "pin.help_new")

    def _first(self, talk: Talk) -> Reply:
        """The PIN is to be changed or taken away while it is asked for: it is asked for first all the same."""
        before, talk.session.aside = talk.session.aside, talk.turn.text
        if before and "пин" not in before.lower():
            talk.session.then = [before]
        return talk.reply("pin.ask_first", expecting="code")

    def _taken(self, talk: Talk, digits: str) -> Reply:
        step = talk.session.step
        if step == "ask" and len(digits) == BILL_CODE_DIGITS:
            return self._by_bill(talk, digits)
        if len(digits) != pins.DIGITS:
            return self._ask(talk, step)
        if step == "ask":
            return self._check(talk, digits)
        if step == "new":
            salt, digest = sealed(digits)
            talk.session.draft = {"salt": salt, "digest": digest}
            return self._ask(talk, "again")
        if opens(digits, talk.session.draft["salt"], talk.session.draft["digest"]):
            return self._open(talk, digits, "pin.set")
        talk.session.step = "new"
        return talk.reply("pin.differ", expecting="code")

    def _check(self, talk: Talk, digits: str) -> Reply:
        assert talk.resident is not None  # noqa: S101 - only a resident is asked
        check = pins.check(talk.db, talk.resident.id, digits, talk.now)
        if check.right:
            talk.session.unlocked = True
            talk.session.close()
            return talk.reply("pin.right")
        return self._locked(talk) or talk.reply("pin.wrong", expecting="code")

    def _locked(self, talk: Talk) -> Reply | None:
        """What is said while too many wrong ones keep it shut."""
        minutes = pins.locked_minutes(talk.db, talk.resident.id, talk.now) if talk.resident else 0
        if not minutes:
            return None
        talk.session.close()
        talk.session.aside, talk.session.then = "", []
        return talk.reply("pin.locked", minutes=f"{minutes} мин.")

    def _by_bill(self, talk: Talk, digits: str) -> Reply:
        """A forgotten PIN is set anew by the code on the bill; wrong codes count as wrong PINs, and lock as they do."""
        if accounts.code_matches(account_of(talk), digits):
            return self._locked(talk) or self._ask(talk, "new")
        return self._check(talk, digits)

    def _open(self, talk: Talk, digits: str, key: str) -> Reply:
        assert talk.resident is not None  # noqa: S101 - only a resident is asked
        pins.keep(talk.db, talk.resident.id, digits)
        talk.session.unlocked = True
        talk.session.close()
        return Reply(talk.say(key))

    def _ask(self, talk: Talk, step: str, key: str = "") -> Reply:
        if step == "ask" and (locked := self._locked(talk)):
            return locked
        talk.session.scene, talk.session.step = self.name, step
        return talk.reply(f"pin.{key or step}", expecting="code")


def _digits(talk: Talk) -> str:
    return "".join(number for number in numbers(talk.turn.text) if number.isdecimal())


SCENE = Pin()
