"""Привязать лицевой счёт: its number and the code printed on the bill make the speaker a resident.

Nothing is told of an account until number and code fit together, not even whether it exists; nothing is linked before
the resident consents to the processing of personal data.
"""

import re
from dataclasses import replace

from billing import accounts
from skill.dialogue import door
from skill.dialogue.company import phone_told
from skill.dialogue.flat import account_of
from skill.dialogue.meaning.plain import is_question
from skill.dialogue.phrases import phrase
from skill.dialogue.scenes.records import office_of
from skill.dialogue.talk import Talk, after
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import OFFER, SENTENCE_END, Reply
from skill.identity import consent, linking, sent_codes
from skill.understanding import Understanding, understand
from skill.understanding.enumerated import unnumbered
from speech.numerals import numbers, segments

CODE_DIGITS = 6
NOT_ALL = re.compile(
    r"\bне вес[ья]\b|\bне вс[её]\b|\bне до конца\b|\bне полност|\bне договор|\bтам (?:ещ[её]|дальше)\b|\bдальше ещ[её]"
)
"""More digits of the account's number follow."""
LEAST_DIGITS = 3
"""Fewer are no account's number yet."""
ONLY_NUMBERS = re.compile(r"\W*\d{4,}\W+\d+\W*")
"""The account's number and the code, with nothing else."""
ANOTHER = re.compile(r"\bещ[её]\b|\bдруг|\bвтор|добав")
WHERE_IS_IT = re.compile(r"\b(его|е[её]|их|он|она|это|этот|номер\w*|код\w*|сч[её]т\w*|квитанци\w*|платежк\w*)\b")
"""A question about what is asked for."""
NOT_IT = re.compile(r"\bне (?:тот|то|та|такой)\b|\bошиб|\bперепутал|\bномер сч")
"""The account's number said before was wrong."""
AGREED = re.compile(
    r"\bсоглас(?:ен|на|ны)\b|\b(?:даю|дам) согласие|\bсогласие даю|\bразрешаю\b|\bне (?:против|возражаю)\b"
)
REFUSED = re.compile(r"\bне (?:соглас|даю|дам|разрешаю)")
SURE = 0.5
LIKE_A_NUMBER = frozenset({"correct", "link_account", "no", "out_of_scope", "pay", "submit_reading", "yes"})
"""Intents that a number said in pieces sounds like."""
MATTER_WORDS = 3
"""So many words beside its numbers has a request of something else."""


class Linking:
    """The scene of linking. Steps: number, code, consent; `offer` asks whether one more account is to be linked."""

    name = "linking"
    intents = frozenset({"link_account"})
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Ask for the account's number, unless it was said already, or was just given on our page."""
        if said.intent == "linked" and talk.resident is not None:
            return self._done(talk)
        if talk.resident is not None and door.KNOWN.search(talk.turn.text.lower()):
            return talk.reply("linking.known", address=accounts.address_of(talk.db, account_of(talk)).text)
        if talk.resident is not None and not _digits(said) and not ANOTHER.search(talk.turn.text.lower()):
            talk.session.scene, talk.session.step = self.name, OFFER
            text = talk.say("linking.already", address=accounts.address_of(talk.db, account_of(talk)).text)
            return Reply(text, buttons=YES_NO, expecting="yes_no")
        talk.session.scene = self.name
        return self._take(talk, "number", _digits(said))

    def before(self, talk: Talk) -> Reply:
        """Link first; the phrase that needed it is taken up again afterwards."""
        if (kept := talk.session.suspended[-1:]) and kept[0]["scene"] == self.name:
            return self._still_asked(talk)
        talk.session.scene = self.name
        if ONLY_NUMBERS.fullmatch(talk.turn.text) and len((digits := _groups(talk.turn.text))[-1]) == CODE_DIGITS:
            return self._take(talk, "number", digits)
        if number := door.only_number(talk.turn.text):
            return self._take(talk, "number", [number])
        talk.session.aside = talk.turn.text
        return after(talk.say("linking.needed"), self._ask(talk, "number"))

    def _still_asked(self, talk: Talk) -> Reply:
        """Something else was asked for at the door: nothing said so far is forgotten, and it waits for its turn."""
        session, text = talk.session, talk.turn.text
        session.resume()
        wanted = [understand(one, talk.turn.channel).intent for one in (session.aside, text)]
        if session.aside and wanted[0] != wanted[1]:
            session.then = [*session.then, text]
        else:
            session.aside = text
        if session.step == "consent":
            return after(talk.say("linking.first_consent"), self._ask_consent(talk))
        return after(talk.say("linking.needed"), self._ask(talk, session.step))

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """Digits go to the open question; «нет» and «хватит» leave."""
        if talk.session.step == OFFER:
            return self._one_more(talk, said)
        if talk.session.step == "consent":
            return self._consent(talk, said)
        if door.is_a_reading(talk.turn.text):
            return None
        if aside := door.aside(talk.session.step, talk.turn.text):
            talk.beside = "help"
            return talk.reply(f"linking.{aside}", office=office_of(talk), expecting=_expecting(talk.session.step))
        begun = str(talk.session.draft.get("begun") or talk.session.draft.get("number", ""))
        digits = _groups(talk.turn.text)
        if begun and NOT_ALL.search(talk.turn.text.lower()):
            return self._begun(talk, begun + "".join(digits))
        if digits and not _is_another_matter(talk.turn.text, said, digits):
            return self._take(talk, self._meant(talk, digits), digits)
        if talk.session.step == "code" and talk.settings.send_codes and sent_codes.is_wanted(talk.turn.text):
            number = str(talk.session.draft["number"])
            sent_codes.send(talk.db, talk.settings, number, now=talk.now, channel=talk.turn.channel)
            return talk.reply("linking.code_sent", expecting="code")
        if door.NO_BILL.search(talk.turn.text.lower().replace("ё", "е")):
            return self._without_bill(talk)
        ours = said.confidence < SURE or said.intent == "link_account" or WHERE_IS_IT.search(talk.turn.text.lower())
        if is_question(talk.turn.text) and ours:
            talk.beside = "help"
            return Reply(self.help(talk) or "", expecting=_expecting(talk.session.step))
        if said.intent in {"no", "back", "stop"}:
            talk.session.close()
            talk.session.aside = ""
            return talk.reply("linking.cancelled")
        if said.intent in {"link_account", "yes", "submit_reading", "correct"}:
            return self._ask(talk, talk.session.step)
        return None

    def _meant(self, talk: Talk, digits: list[str]) -> str:
        """The step that the digits are for: «ой, не тот, 100512» after the code was asked for is the number again."""
        again = talk.session.step == "code" and len(digits) == 1 and NOT_IT.search(talk.turn.text.lower())
        return "number" if again else talk.session.step

    def help(self, talk: Talk) -> str | None:
        """Where to find the number, or the code."""
        step = talk.session.step if talk.session.step in {"code", "consent"} else "number"
        text = talk.say(f"linking.help_{step}")
        return f"{text} {talk.say('linking.help_send')}" if step == "code" and talk.settings.send_codes else text

    def _without_bill(self, talk: Talk) -> Reply:
        """No bill at hand: a code can be sent, or the office tells number and code."""
        sends = talk.session.step == "code" and talk.settings.send_codes
        phone = "" if sends else phone_told(talk)
        key = "linking.help_send" if sends else "linking.no_bill"
        talk.beside = "help"
        return talk.reply(key, phone=phone, expecting=_expecting(talk.session.step))

    def _one_more(self, talk: Talk, said: Understanding) -> Reply | None:
        if door.is_a_reading(talk.turn.text):
            return None
        if said.intent == "yes" or _digits(said):
            return self._take(talk, "number", _digits(said))
        if said.intent != "no":
            return None
        talk.session.close()
        return talk.reply("general.as_you_like")

    def _consent(self, talk: Talk, said: Understanding) -> Reply | None:
        """152-ФЗ ст. 9: nothing is linked before the resident agrees."""
        text = talk.turn.text.lower()
        if said.intent in {"no", "back", "stop"} or REFUSED.search(text):
            talk.session.close()
            talk.session.aside, talk.session.then = "", []
            return talk.reply("linking.no_consent")
        return self._finish(talk, said) if said.intent == "yes" or AGREED.search(text) else None

    def _take(self, talk: Talk, step: str, digits: list[str]) -> Reply:
        if step == "number" and digits:
            begun = str(talk.session.draft.get("begun", ""))
            if len(begun + "".join(digits)) < LEAST_DIGITS:
                return self._begun(talk, begun + "".join(digits))
            digits = [begun + digits[0], *digits[1:]]
            if len(digits) > 1 and len(digits[-1]) == CODE_DIGITS:
                return self._link(talk, "".join(digits[:-1]), digits[-1])
            talk.session.draft = {"number": "".join(digits)}
            return self._ask(talk, "code")
        code = "".join(digits)
        if step == "code" and 0 < len(code) < CODE_DIGITS:
            code = str(talk.session.draft.get("code", "")) + code
            talk.session.draft = {**talk.session.draft, "code": code if len(code) < CODE_DIGITS else ""}
            if len(code) < CODE_DIGITS:
                talk.session.step = "code"
                return talk.reply("linking.go_on_code", expecting="code")
        if step == "code" and len(code) == CODE_DIGITS:
            return self._link(talk, talk.session.draft["number"], code)
        if step == "code" and len(digits) > 1 and len(digits[-1]) == CODE_DIGITS:  # the number once more, and the code
            return self._link(talk, "".join(digits[:-1]), digits[-1])
        return self._ask(talk, step)

    def _begun(self, talk: Talk, digits: str) -> Reply:
        """So much of the number: the rest is waited for."""
        talk.session.scene, talk.session.step, talk.session.draft = self.name, "number", {"begun": digits}
        return talk.reply("linking.go_on", expecting="account")

    def _link(self, talk: Talk, number: str, code: str) -> Reply:
        outcome = linking.verify(talk.db, talk.turn, number, code, now=talk.now, settings=talk.settings)
        if outcome.locked_minutes:
            talk.session.close()
            talk.session.aside = ""
            return talk.reply("linking.locked", minutes=f"{outcome.locked_minutes} мин.")
        if outcome.account_id is None:
            talk.session.draft = {}
            talk.session.step = "number"
            return replace(talk.reply("linking.wrong", expecting="account"), linking=True)
        talk.session.draft = {"account": outcome.account_id, "how": outcome.how}
        if talk.resident is not None and consent.is_given(talk.db, talk.resident.id):
            return self._finish(talk, None)
        return self._ask_consent(talk)

    def _ask_consent(self, talk: Talk) -> Reply:
        talk.session.step = "consent"
        return talk.reply("linking.consent", buttons=YES_NO, expecting="yes_no")

    def _finish(self, talk: Talk, agreed: Understanding | None) -> Reply:
        """Link the account whose number and code fitted, and keep the consent just given."""
        account_id = int(talk.session.draft["account"])
        resident = linking.link(talk.db, talk.turn, account_id, str(talk.session.draft["how"]), now=talk.now)
        talk.is_now(resident)
        if agreed is not None:
            consent.give(
                talk.db,
                resident.id,
                channel=talk.turn.channel,
                text=phrase("linking.consent", 0),
                utterance=talk.turn.text,
                now=talk.now,
            )
        talk.session.account_id = account_id
        return self._done(talk)

    def _done(self, talk: Talk) -> Reply:
        talk.session.close()
        kept = talk.session.suspended[-1:]
        if kept and kept[0]["scene"] == "outages" and talk.session.about.get("intent") == "outages":
            talk.session.suspended.pop()  # «на какой улице?» is known now
            talk.session.aside = talk.session.aside or str(talk.session.about["text"])
        linked = talk.say("linking.linked", address=accounts.address_of(talk.db, account_of(talk)).text)
        return Reply(linked) if talk.session.aside else after(linked, talk.reply("linking.next"))

    def _ask(self, talk: Talk, step: str) -> Reply:
        before = talk.session.scene, talk.session.step, talk.session.last.get("expecting")
        again = before == (self.name, step, _expecting(step))
        talk.session.scene, talk.session.step = self.name, step
        asked = talk.reply(f"linking.{step}_again" if again else f"linking.{step}", expecting=_expecting(step))
        return replace(asked, linking=step == "number", asks=SENTENCE_END.split(asked.text)[0])


def _expecting(step: str) -> str:
    return "account" if step == "number" else "code"


def _groups(text: str) -> list[str]:
    """The numbers of an answer; written ones as they are grouped, since a space parts the number from the code."""
    text = unnumbered(text)
    written = re.findall(r"\d+", text)
    return written if len(written) > 1 else [number for number in numbers(text) if number.isdecimal()]


def _digits(said: Understanding) -> list[str]:
    return [str(value) for value in said.slots.get("values", ()) if str(value).isdecimal()]


def _is_another_matter(text: str, said: Understanding, digits: list[str]) -> bool:
    """«Мусор за двоих начисляют»: a request whose few digits are no part of a number or code."""
    few = len("".join(digits)) < CODE_DIGITS and said.intent not in LIKE_A_NUMBER and said.confidence >= SURE
    counted = sum(one.end - one.start for one in segments(text))
    return few and len(text.split()) - counted >= MATTER_WORDS


SCENE = Linking()
