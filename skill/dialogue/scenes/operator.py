"""Позвать человека: the conversation goes into the operators' queue with its transcript, or a call back is agreed."""

import re
from dataclasses import replace

from billing import contacts
from skill import letters
from skill.dialogue import handoffs
from skill.dialogue.company import local, phone_of
from skill.dialogue.flat import home_of
from skill.dialogue.handoffs import Handoff
from skill.dialogue.talk import Talk
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import OFFER, Reply, session_name
from skill.understanding import Understanding
from speech.numerals import numbers
from speech.wording import digits as in_groups

CALL = "telephone"
SPEAKERS = frozenset({"alice", "marusia", "salute", "alexa"})
PHONE = re.compile(r"\+?([78])?(\d{10})")


class Operator:
    """The scene of a hand-off. Steps: offer (after failures), known (whether to call the number we have), phone."""

    name = "operator"
    intents = frozenset({"operator"})
    anywhere = frozenset({"operator"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Hand over at once when asked; after failures offer it first."""
        if said.intent != "operator":
            talk.session.suspend()
            talk.session.scene, talk.session.step = self.name, OFFER
            return talk.reply("operator.offer", buttons=YES_NO, expecting="yes_no")
        return self.hand_over(talk, "anger" if talk.session.anger else "asked")

    def hand_over(self, talk: Talk, reason: str) -> Reply:
        """Put the conversation into the queue and say what happens next."""
        talk.session.close()
        talk.session.suspended, talk.session.misses = [], 0
        handoff = handoffs.current(talk.db, session_name(talk.turn)) or _open(talk, reason)
        if talk.turn.channel == CALL and (_is_open(talk) or reason == "emergency"):
            return replace(talk.reply("operator.connecting"), handoff=True)
        if talk.turn.channel in SPEAKERS | {CALL}:
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
        number = "".join(numbers(talk.turn.text))
        found = PHONE.fullmatch(re.sub(r"\D", "", number))
        if found:
            return self._agreed(talk, f"+7{found[2]}")
        if talk.session.step == "known" and said.intent in {"no", "correct"}:
            talk.session.step, talk.session.draft = "phone", {}
            return talk.reply("operator.phone", expecting="account")
        if said.intent in {"no", "back", "stop"}:
            talk.session.close()
            return talk.reply("operator.no_phone", phone=_phone(talk))
        return talk.reply("operator.phone_again", expecting="account") if number else None

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


def _phone(talk: Talk) -> str:
    number = phone_of(talk)
    return talk.say("general.phone", phone=number) if number else ""


SCENE = Operator()
