"""Авария: safety first, then 112 or 104 and the dispatcher. From any state, for anybody."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from skill.dialogue.company import company_of, emergency_phone
from skill.dialogue.meaning import dangers, troubles
from skill.dialogue.meaning.houses import house_named
from skill.dialogue.meaning.plain import asks, is_question, plain
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.person.callback import is_over
from skill.dialogue.phrases import phrases
from skill.dialogue.scenes.operator import SCENE as OPERATOR
from skill.dialogue.talk import Talk, after, remark
from skill.dialogue.tickets import calls, when, words
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import Reply, spoken
from skill.understanding import Understanding
from speech.numerals import numbers

PLACE = re.compile(r"\b(?:улиц\w*|ул|проспект\w*|переул\w+|дом|дома|подъезд\w*|этаж\w*|квартир\w+|кв)\b")
ORDINAL = re.compile(r"\b(?:перв|втор|трет|четверт|пят|шест|седьм|восьм|девят|десят)\w+")
"""Where it is: whoever tells that wants somebody to come."""
SURE = 0.8
"""From this confidence on a phrase that states something belongs to another topic."""
TELLING = frozenset({"correct", "create_ticket", "emergency", "feedback", "outages", "out_of_scope", "ticket_status"})
"""Intents that more of the danger may sound like, however sure."""
LEAST, MOST = 4, 5
"""Letters that tell something; phrases of a danger that are kept."""
_KIN = {"above": "water", "heat": "water"}
"""Dangers with one advice's worth of difference."""


class Emergency:
    """The scene of dangers. Its only question is whether the dispatcher is to be told."""

    name = "emergency"
    intents = calls.INTENTS | {"emergency"}
    anywhere = intents

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """What to do now, whom to call, and the offer to tell the dispatcher."""
        if said.intent in calls.INTENTS:
            return calls.reply(talk, said.intent)
        text = talk.turn.text
        if is_over(text) and not is_question(text):
            return self._over(talk)
        known = str(talk.session.draft.get("danger", "")) if talk.session.scene == self.name else ""
        told = dangers.of(text, said, "")
        if known and (dangers.agreed(text) or points_at("send_it", text)):
            return self._told(talk, "")
        if known and _is_the_same(known, told) and (more := self._more(talk) or self._noted(talk)) is not None:
            return more
        if not known and (after_call := calls.after_it(talk)) is not None:
            return after_call
        if known and dangers.AFRAID.search(plain(text)):
            return _calmed(talk)
        left, before = _unfinished(talk), _told_before(talk)
        talk.session.put_by()
        talk.session.scene, talk.session.step = self.name, "dispatcher"
        told = dangers.of(text, said, before)
        danger = dangers.in_a_lift(text) if told == "lift" else known if told == "other" and known else told
        talk.session.draft = {"danger": danger, "left": left, "told": [before, text] if before else [text]}
        talk.session.about = _about(talk.session.draft)
        text = f"{talk.say(f'emergency.do.{danger}')} {_numbers(talk)} {talk.say('emergency.tell')}"
        return Reply(text, buttons=YES_NO, expecting="yes_no")

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """Yes: the dispatcher sees the conversation first of all in the queue."""
        draft, text = talk.session.draft, talk.turn.text
        more = dangers.beside_yes(text)
        called = dangers.CALLED.search(plain(text)) is not None
        if called and said.intent not in {"no", "stop", "back"} and (told := self._more(talk)) is not None:
            return told
        if (
            (said.intent == "yes" and dangers.is_yes(text))
            or more
            or dangers.agreed(text)
            or points_at("send_it", text)
        ):
            return self._told(talk, more)
        if said.intent == "yes":
            talk.beside = "help"
            return talk.reply("emergency.asked", buttons=YES_NO, expecting="yes_no")
        if is_over(text):
            return self._over(talk)
        if dangers.is_ordinary(text, str(draft["danger"])):
            _as_request(talk)
            return None
        leaves = said.intent in {"no", "stop", "back", "operator"}
        spoken_of = called or any(form.search(plain(text)) for form in (dangers.NOT_AT_HOME, dangers.CANNOT))
        if (spoken_of or not leaves) and (told := self._more(talk)) is not None:
            return told
        if said.intent in {"out_of_scope", "child", "sorrow"} and dangers.AFRAID.search(plain(text)):
            return _calmed(talk)
        belongs = said.intent in TELLING or said.confidence < SURE or _is_a_place(talk)
        belongs = (not leaves and belongs) or (leaves and dangers.is_grave(text))
        if belongs and (noted := self._noted(talk)) is not None:
            return noted
        if said.intent in {"out_of_scope", "child", "sorrow"} and not is_question(text):
            return _calmed(talk)
        if said.intent not in {"no", "stop", "back"}:
            return None
        talk.session.close()
        return _with(talk, Reply(f"{talk.say('emergency.not_told')} {_numbers(talk)}"), str(draft.get("left", "")))

    def _told(self, talk: Talk, more: str) -> Reply:
        """The dispatcher knows; then what was asked in the same breath. Of whom and when the answer tells already."""
        draft, asked = talk.session.draft, plain(more)
        reply = _with(talk, OPERATOR.hand_over(talk, "emergency"), str(draft.get("left", "")))
        talk.session.about = _about(draft)
        if not more or reply.handoff or dangers.COMING.search(asked):
            return reply
        if dangers.WHAT_NOW.fullmatch(asked):
            return after(reply.text, Reply(talk.say(f"emergency.wait.{draft['danger']}")))
        if len(asked.split()) > 1 and not PLACE.search(asked):
            talk.session.then = [more]
        return reply

    def _more(self, talk: Talk) -> Reply | None:
        """What is said beside yes and no: help is called already, what is done, who comes, what to do; None: something
        else."""
        text, danger = plain(talk.turn.text), str(talk.session.draft["danger"])
        key = next((key for key, fits in _KINDS.items() if fits(text)), "")
        talk.beside = "help"
        if key == "emergency.coming":
            of_lift = "_lift" if danger.startswith("lift") else ""
            return talk.reply(f"{key}{of_lift}", phone=emergency_phone(talk), buttons=YES_NO, expecting="yes_no")
        if key == "emergency.obeyed" and (asks(talk.turn.text) or dangers.WHAT_NOW.fullmatch(text)):
            what = f"{talk.say(f'emergency.wait.{danger}')} {talk.say('emergency.tell')}"
            return Reply(what, buttons=YES_NO, expecting="yes_no")
        if key == "emergency.to_call":
            own = talk.say("emergency.gas_number") if danger == "gas" else ""
            what = f"{own} {_numbers(talk)} {talk.say('emergency.tell')}".strip()
            return Reply(what, buttons=YES_NO, expecting="yes_no")
        if key:
            return talk.reply(key, phone=emergency_phone(talk), buttons=YES_NO, expecting="yes_no")
        if dangers.is_advice_asked(talk.turn.text):
            what = f"{talk.say(f'emergency.do.{danger}')} {talk.say('emergency.number')} {talk.say('emergency.tell')}"
            return Reply(what, buttons=YES_NO, expecting="yes_no")
        talk.beside = ""
        return None

    def _noted(self, talk: Talk) -> Reply | None:
        """What is told of the danger, or where it is: it goes with the call, which still wants its yes."""
        text = talk.turn.text
        if not (dangers.is_told(text) or when.is_told(text)) or len(plain(text)) < LEAST:
            return None
        talk.session.draft["told"] = [*talk.session.draft["told"][:MOST], text]
        told = words.said_back(troubles.brief(words.kept(text)))
        talk.beside = "help"
        return talk.reply("emergency.noted", told=told, buttons=YES_NO, expecting="yes_no")

    def _over(self, talk: Talk) -> Reply:
        """A false alarm, or one that is over: an open question stays open."""
        if talk.session.scene == self.name:
            left = str(talk.session.draft.get("left", ""))
            talk.session.close()
            return _with(talk, talk.reply("emergency.over"), left)
        return remark(talk, talk.reply("emergency.over"))

    def help(self, talk: Talk) -> str | None:
        """What to do and the numbers again."""
        danger = str(talk.session.draft.get("danger", "other"))
        return f"{talk.say(f'emergency.do.{danger}')} {_numbers(talk)} {talk.say('emergency.tell')}"


_KINDS: dict[str, Callable[[str], object]] = {
    "emergency.called": dangers.CALLED.search,
    "emergency.coming": lambda text: dangers.SENT_YET.fullmatch(text) or dangers.COMING.search(text),
    "emergency.obeyed_still": lambda text: dangers.OBEYED.search(text) and dangers.STILL.search(text),
    "emergency.obeyed": dangers.OBEYED.search,
    "emergency.not_at_home": dangers.NOT_AT_HOME.search,
    "emergency.to_call": dangers.TO_CALL.search,
    "emergency.cannot": dangers.CANNOT.search,
}
"""What may be said at the question, and how it is answered; the first that fits."""


def _is_the_same(known: str, told: str) -> bool:
    """Whether what is told now is no other danger than the one known: water from above is water."""
    return told == "other" or _KIN.get(told, told) == _KIN.get(known, known.split("_")[0])


def _about(draft: dict[str, Any]) -> dict[str, Any]:
    """What is spoken of, for «что мне делать пока» after the call."""
    return {"intent": "emergency", "slots": {}, "text": str(draft["told"][0]), "danger": str(draft["danger"])}


def _is_a_place(talk: Talk) -> bool:
    """Whether it is said where the danger is: whoever tells that wants somebody to come."""
    text = plain(talk.turn.text)
    counted = numbers(PLACE.sub(" ", text)) or ORDINAL.search(text) is not None
    return bool(counted) and (PLACE.search(text) is not None or house_named(talk) is not None)


def _calmed(talk: Talk) -> Reply:
    key = "emergency.calm_child" if dangers.CHILD.search(talk.turn.text.lower()) else "emergency.calm"
    return talk.reply(key, buttons=YES_NO, expecting="yes_no")


def _as_request(talk: Talk) -> None:
    """No danger after all: what was told becomes the words of an ordinary request (`calls.ordinary`)."""
    text = talk.turn.text
    more = [text] if when.is_told(text) else []
    told = ", ".join(words.kept(one).rstrip(" .!,") for one in [*talk.session.draft["told"], *more])
    talk.session.close()
    talk.turn = replace(talk.turn, hypotheses=spoken(told))


def _told_before(talk: Talk) -> str:
    """What a request that is being made already says of the trouble: «лифт», and then «застряла»."""
    if talk.session.about.get("intent") == "emergency" and talk.session.scene != "ticket":
        return str(talk.session.about["text"])
    draft = talk.session.draft if talk.session.scene == "ticket" else {}
    return str(draft.get("details") or draft.get("about") or "")


def _unfinished(talk: Talk) -> str:
    """What the danger interrupted and is given up: `readings`, `pay`, `ticket`; empty when nothing was under way."""
    open_now = [talk.session.scene, *(kept["scene"] for kept in talk.session.suspended)]
    if talk.session.scene == "emergency":
        return str(talk.session.draft.get("left", ""))
    return next((name for name in open_now if f"emergency.left.{name}" in phrases()), "")


def _with(talk: Talk, reply: Reply, left: str) -> Reply:
    """The reply, and that what was interrupted has not been done; a question stays last."""
    if not left or reply.handoff or reply.expecting != "command":
        return reply
    return replace(reply, text=f"{reply.text} {talk.say(f'emergency.left.{left}')}")


def _numbers(talk: Talk) -> str:
    """112, and the company's own emergency number where there is one."""
    company = company_of(talk)
    own = company.emergency_phone or company.dispatch_phone if company else None
    return talk.say("emergency.numbers", phone=own) if own else talk.say("emergency.number")


SCENE = Emergency()
