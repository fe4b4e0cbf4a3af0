"""Привязать лицевой счёт: its number and the code printed on the bill make the speaker a resident.

Nothing is told of an account until number and code fit together, not even whether it exists.
"""

from skill.dialogue.talk import Talk, after
from skill.dialogue.turn import Reply
from skill.identity import linking
from skill.understanding import Understanding
from speech.numerals import numbers

CODE_DIGITS = 6


class Linking:
    """The scene of linking. Steps: number, code."""

    name = "linking"
    intents = frozenset({"link_account"})
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Ask for the account's number, unless it was said already."""
        if talk.resident is not None:
            return talk.reply("linking.already", address=linking.address(talk.db, talk.resident))
        talk.session.scene = self.name
        return self._take(talk, "number", _digits(said))

    def before(self, talk: Talk) -> Reply:
        """Link first; the phrase that needed it is taken up again afterwards."""
        talk.session.scene = self.name
        talk.session.aside = talk.turn.text
        return after(talk.say("linking.needed"), self._ask(talk, "number"))

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """Digits go to the open question; «нет» and «хватит» leave."""
        digits = [number for number in numbers(talk.turn.text) if number.isdecimal()]
        if digits:
            return self._take(talk, talk.session.step, digits)
        if said.intent in {"no", "back", "stop"}:
            talk.session.close()
            talk.session.aside = ""
            return talk.reply("linking.cancelled")
        if said.intent in {"link_account", "yes", "submit_reading", "correct"}:
            return self._ask(talk, talk.session.step)
        return None

    def help(self, talk: Talk) -> str | None:
        """Where to find the number, or the code."""
        return talk.say("linking.help_code" if talk.session.step == "code" else "linking.help_number")

    def _take(self, talk: Talk, step: str, digits: list[str]) -> Reply:
        if step == "number" and digits:
            if len(digits) > 1 and len(digits[-1]) == CODE_DIGITS:
                return self._link(talk, "".join(digits[:-1]), digits[-1])
            talk.session.draft = {"number": "".join(digits)}
            return self._ask(talk, "code")
        code = "".join(digits)
        if step == "code" and len(code) == CODE_DIGITS:
            return self._link(talk, talk.session.draft["number"], code)
        return self._ask(talk, step)

    def _link(self, talk: Talk, number: str, code: str) -> Reply:
        outcome = linking.link(talk.db, talk.turn, number, code, now=talk.now, settings=talk.settings)
        if outcome.locked_minutes:
            talk.session.close()
            return talk.reply("linking.locked", minutes=f"{outcome.locked_minutes} мин.")
        if outcome.resident is None:
            talk.session.draft = {}
            talk.session.step = "number"
            return talk.reply("linking.wrong", expecting="account")
        talk.resident = outcome.resident
        talk.session.close()
        linked = talk.say("linking.linked", address=linking.address(talk.db, outcome.resident))
        return Reply(linked) if talk.session.aside else after(linked, talk.reply("linking.next"))

    def _ask(self, talk: Talk, step: str) -> Reply:
        talk.session.scene, talk.session.step = self.name, step
        return talk.reply(f"linking.{step}", expecting="account" if step == "number" else "code")


def _digits(said: Understanding) -> list[str]:
    return [str(value) for value in said.slots.get("values", ()) if str(value).isdecimal()]


SCENE = Linking()
