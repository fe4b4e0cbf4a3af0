"""Позвать человека: the conversation goes into the operators' queue with its transcript, or a call back is agreed."""

import re
from dataclasses import replace

from billing import contacts
from skill import letters
from skill.dialogue.company import emergency_phone, local, phone_told
from skill.dialogue.flat import home_of
from skill.dialogue.meaning import temper
from skill.dialogue.person import callback, handoffs
from skill.dialogue.person.handoffs import Handoff
from skill.dialogue.talk import Talk, still_open
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import OFFER, Reply, session_name
from skill.understanding import Understanding
from speech.numerals import numbers
from speech.wording import digits as in_groups

CALL = "telephone"
SPEAKERS = frozenset({"alice", "marusia", "salute", "alexa"})
PHONE = re.compile(r"\+?[78]?((?![78]9)\d{10})")
BEGUN = re.compile(r"[78]\d{2,9}|9\d{1,8}")
"""So much of a number may be said before a breath is taken."""
WANTS_A_CALL = re.compile(r"перезвон|позвони|звонок|набери")
REFUSES = re.compile(
    r"\bне (хочу|буду|дам|скажу|надо|нужно|помню|знаю)\b|\bбез (звонка|телефона|номера)|нет (телефона|номера)"
)
WAITING = frozenset({"queue", "no_operator", "call_me"})
"""What is said while a person is waited for (`callback`)."""


class Operator:
    """The scene of a hand-off. Steps: offer (after failures), known (whether to call the number we have), phone."""

    name = "operator"
    intents = frozenset({"operator"}) | WAITING
    anywhere = intents

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Hand over at once when asked; after failures offer it first."""
        if said.intent in WAITING:
            return self._waiting(talk, said.intent)
        if said.intent != "operator":
            return self._offer(talk)
        danger = talk.session.scene == "emergency"
        return self.hand_over(talk, "emergency" if danger else "anger" if talk.session.anger else "asked")

    def _offer(self, talk: Talk) -> Reply:
        """After failures; where there is danger nobody is asked twice."""
        if talk.session.scene == "emergency":
            return self.hand_over(talk, "emergency")
        talk.session.misses = 0
        talk.session.suspend()
        talk.session.scene, talk.session.step = self.name, OFFER
        key = "operator.offer_angry" if temper.signs(talk.turn.text) else "operator.offer"
        return talk.reply(key, buttons=YES_NO, expecting="yes_no")

    def _waiting(self, talk: Talk, asked: str) -> Reply:
        """How long, «не надо», or a number to call: said while a person is waited for."""
        handoff = handoffs.current(talk.db, session_name(talk.turn)) or _open(talk, "asked")
        if asked == "call_me" and not (phone := callback.phone(talk.turn.text)):
            talk.session.scene, talk.session.step = self.name, "phone"
            return self._heard(talk, callback.begun(talk.turn.text)) or talk.reply(
                "operator.phone", expecting="account"
            )
        if asked == "call_me":
            return self._agreed(talk, phone)
        if talk.session.scene == self.name and handoff.reason != "emergency":
            talk.session.close()
        if asked == "no_operator":
            talk.session.close()
            handoffs.close(talk.db, handoff, talk.now)
            return talk.reply("operator.not_wanted")
        talk.beside = "remark"
        if handoff.reason == "emergency":
            return still_open(talk, talk.reply("operator.danger_waiting", phone=emergency_phone(talk)))
        if handoff.phone:
            return talk.reply("operator.will_call", phone=in_groups(handoff.phone[-4:]), hours=_hours(talk))
        place = str(handoffs.place(talk.db, handoff)) if handoff.status == "waiting" else ""
        if talk.turn.channel == CALL and place and _is_open(talk):
            return talk.reply("operator.place_on_call", place=place)
        key = "operator.place" if place and _is_open(talk) else "operator.later" if place else "operator.noted"
        return talk.reply(key, place=place, hours=_hours(talk))

    def hand_over(self, talk: Talk, reason: str) -> Reply:
        """Put the conversation into the queue and say what happens next."""
        talk.session.put_by()
        talk.session.misses = 0
        handoff = handoffs.current(talk.db, session_name(talk.turn)) or _open(talk, reason)
        calls_back = reason != "emergency" and WANTS_A_CALL.search(talk.turn.text.lower()) is not None
        if talk.turn.channel == CALL and not calls_back and (_is_open(talk) or reason == "emergency"):
            return replace(talk.reply("operator.connecting"), handoff=True)
        if phone := callback.phone(talk.turn.text):
            return self._agreed(talk, phone)
        if talk.turn.channel in SPEAKERS | {CALL} or WANTS_A_CALL.search(talk.turn.text.lower()):
            return self._call_back(talk)
        if reason == "emergency":
            return talk.reply("operator.danger")
        place = str(handoffs.place(talk.db, handoff)) if handoff.status == "waiting" else ""
        key = "operator.queued" if place and _is_open(talk) else "operator.tomorrow" if place else "operator.noted"
        return talk.reply(key, place=place, hours=_hours(talk))

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """A yes to the offer, or the number to call back."""
        if talk.session.step == OFFER:
            return self._offered(talk, said)
        if talk.session.step == "known" and said.intent == "yes":
            return self._agreed(talk, str(talk.session.draft["phone"]))
        number = re.sub(r"\D", "", "".join(numbers(talk.turn.text)))
        if number and (told := self._heard(talk, number)) is not None:
            return told
        if talk.session.step == "known" and said.intent in {"no", "correct"}:
            talk.session.step, talk.session.draft = "phone", {}
            return talk.reply("operator.phone", expecting="account")
        if said.intent in {"no", "back", "stop"} or REFUSES.search(talk.turn.text.lower()):
            talk.session.close()
            danger = callback.in_danger(talk) is not None
            return talk.reply("operator.danger" if danger else "operator.no_phone", phone=phone_told(talk))
        return talk.reply("operator.phone_again", expecting="account") if number else None

    def _heard(self, talk: Talk, digits: str) -> Reply | None:
        """A number to call, or so much of it as was said in one breath; None where it is none."""
        whole = str(talk.session.draft.get("begun", "")) + digits
        found = PHONE.fullmatch(digits) or PHONE.fullmatch(whole)
        if found:
            return self._agreed(talk, f"+7{found[1]}")
        if not BEGUN.fullmatch(whole):
            talk.session.draft = {}
            return None
        talk.session.step, talk.session.draft = "phone", {"begun": whole}
        return talk.reply("operator.phone_on", expecting="account")

    def help(self, talk: Talk) -> str | None:
        """What will happen, and what to say now."""
        key = {OFFER: "help_offer", "known": "help_known"}.get(talk.session.step, "help")
        return talk.say(f"operator.{key}")

    def _call_back(self, talk: Talk) -> Reply:
        """Offer the number the caller speaks from, or the owner's; ask for one where none is known."""
        calls_from = letters.phone_of(talk.turn)
        phone = calls_from or (contacts.of_account(talk.db, home_of(talk).account_id, "phone") if talk.resident else "")
        talk.session.scene = self.name
        if not phone:
            talk.session.step = "phone"
            return talk.reply("operator.phone", expecting="account")
        talk.session.step, talk.session.draft = "known", {"phone": phone}
        key = "operator.call_from" if calls_from else "operator.call_known"
        facts = {"phone": in_groups(phone[-4:]), "hours": _hours(talk)}
        return talk.reply(key, buttons=YES_NO, expecting="yes_no", **facts)

    def _agreed(self, talk: Talk, phone: str) -> Reply:
        """Note the number in the hand-off."""
        handoff = handoffs.current(talk.db, session_name(talk.turn)) or _open(talk, "asked")
        handoff.phone = phone
        talk.db.add(handoff)
        talk.session.close()
        return talk.reply("operator.will_call", phone=in_groups(phone[-4:]), hours=_hours(talk))

    def _offered(self, talk: Talk, said: Understanding) -> Reply | None:
        if said.intent == "yes":
            return self.hand_over(talk, "failed")
        if said.intent != "no":
            return None
        talk.session.close()
        return talk.reply("operator.go_on")


def _open(talk: Talk, reason: str) -> Handoff:
    handoff = Handoff(
        session_key=session_name(talk.turn),
        channel=talk.turn.channel,
        resident_id=talk.resident.id if talk.resident else None,
        account_id=home_of(talk).account_id if talk.resident else None,
        reason=reason,
        created_at=talk.now,
    )
    talk.db.add(handoff)
    talk.db.flush()
    return handoff


def _is_open(talk: Talk) -> bool:
    """Whether operators are at work now (`operator_hours`, local time, «8:00–20:00»)."""
    start, end = (part.strip() for part in talk.settings.operator_hours.split("–"))
    now = local(talk)
    return _minutes(start) <= now.hour * 60 + now.minute < _minutes(end)


def _hours(talk: Talk) -> str:
    """«8:00 до 20:00», after «с»."""
    return talk.settings.operator_hours.replace("–", " до ")


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


SCENE = Operator()
