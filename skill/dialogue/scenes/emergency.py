"""Авария: safety first, then 112 or 104 and the dispatcher. From any state, for anybody."""

import re
from dataclasses import replace
from functools import cache
from importlib.resources import files

import yaml

from skill.dialogue.company import company_of
from skill.dialogue.meaning.houses import house_named
from skill.dialogue.meaning.plain import is_question, plain
from skill.dialogue.person.callback import is_over
from skill.dialogue.phrases import phrases
from skill.dialogue.scenes.operator import SCENE as OPERATOR
from skill.dialogue.talk import Talk, remark
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech.numerals import numbers

CHILD = re.compile(
    r"\bя (ещ[её] )?(реб[её]нок|маленьк)"
    r"|\bмне (только |уже )?([3-9]|1[01]|три|четыре|пять|шесть|семь|восемь|девять|десять"
    r"|одиннадцать) (лет|год)"
)
SOMEBODY = re.compile(
    r"\b(доч|сын|реб[её]н|дети|детей|вну[кч]|бабушк|дедушк|мам|муж|жен|сосед"
    r"|человек|люди|людей|подруг|друг|кто-то|кто то)"
)
CALLED = re.compile(r"\b(вызвал\w*|позвонил\w*|дозвонил\w*|едут|выехал\w*|приехал\w*)\b")
"""Help is on its way."""
COMING = re.compile(
    r"\b(?:кто|когда|через сколько|сколько ждать|как быстро|скоро ли|скоро)\b.{0,20}\b"
    r"(?:приед|будут|будет|придут|прид[её]т|почин|помож|спас|вытащ|освобод|ждать)"
    r"|^(?:а |ну |и )*(?:когда|через сколько|скоро|долго ждать|сколько ждать|как скоро|кто)$"
)
"""Who will come, and when."""
OBEYED = re.compile(r"\b(?<!не )(перекрыл|выключил|обесточил|открыл|закрыл|вышл|вышел|нажал|отош[её]?л|отошла)\w*\b")
"""What was advised has been done."""
PLACE = re.compile(r"\b(?:улиц\w*|ул|проспект\w*|переул\w+|дом|дома|подъезд\w*|этаж\w*|квартир\w+|кв)\b")
ORDINAL = re.compile(r"\b(?:перв|втор|трет|четверт|пят|шест|седьм|восьм|девят|десят)\w+")
"""Where it is: whoever tells that wants somebody to come."""
ADVICE = re.compile(
    r"\b(окн|выход|выйти|откры|закры|трога|выключ|включ|перекр|кран|делать|ждать|двер|опасн|взорв|долго|звонить|позвонить|номер)"
)
ONESELF = re.compile(r"\b(я|мы|меня|нас|мне|нам)\b")


class Emergency:
    """The scene of dangers. Its only question is whether the dispatcher is to be told."""

    name = "emergency"
    intents = frozenset({"emergency"})
    anywhere = frozenset({"emergency"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """What to do now, whom to call, and the offer to tell the dispatcher."""
        if is_over(talk.turn.text) and not is_question(talk.turn.text):
            return self._over(talk)
        known = str(talk.session.draft.get("danger", "")) if talk.session.scene == self.name else ""
        told = _danger(talk.turn.text, said, "")
        if known and told in {known, "other"} and (more := self._more(talk)) is not None:
            return more
        left, before = _unfinished(talk), _told_before(talk)
        talk.session.put_by()
        talk.session.scene, talk.session.step = self.name, "dispatcher"
        told = _danger(talk.turn.text, said, before)
        danger = _in_a_lift(talk.turn.text) if told == "lift" else known if told == "other" and known else told
        talk.session.draft = {"danger": danger, "left": left}
        text = f"{talk.say(f'emergency.do.{danger}')} {_numbers(talk)} {talk.say('emergency.tell')}"
        return Reply(text, buttons=YES_NO, expecting="yes_no")

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """Yes: the dispatcher sees the conversation first of all in the queue."""
        left = str(talk.session.draft.get("left", ""))
        if said.intent == "yes":
            return _with(talk, OPERATOR.hand_over(talk, "emergency"), left)
        if is_over(talk.turn.text):
            return self._over(talk)
        called = CALLED.search(plain(talk.turn.text)) is not None and said.intent != "no"
        if (called or said.intent not in {"no", "stop", "back", "operator"}) and (told := self._more(talk)) is not None:
            return told
        if said.intent in {"out_of_scope", "child", "sorrow"} and not is_question(talk.turn.text):
            key = "emergency.calm_child" if CHILD.search(talk.turn.text.lower()) else "emergency.calm"
            return talk.reply(key, buttons=YES_NO, expecting="yes_no")
        if said.intent not in {"no", "stop", "back"}:
            return None
        talk.session.close()
        return _with(talk, Reply(f"{talk.say('emergency.not_told')} {_numbers(talk)}"), left)

    def _more(self, talk: Talk) -> Reply | None:
        """What is said beside yes and no: help is called already, where it is, what to do; None: something else."""
        text, draft = plain(talk.turn.text), talk.session.draft
        if CALLED.search(text):
            talk.beside = "help"
            return talk.reply("emergency.called", buttons=YES_NO, expecting="yes_no")
        if COMING.search(text):
            talk.beside = "help"
            key = "emergency.coming_lift" if str(draft["danger"]).startswith("lift") else "emergency.coming"
            return talk.reply(key, buttons=YES_NO, expecting="yes_no")
        if OBEYED.search(text):
            talk.beside = "help"
            return talk.reply("emergency.obeyed", buttons=YES_NO, expecting="yes_no")
        counted = numbers(PLACE.sub(" ", text)) or ORDINAL.search(text) is not None
        if counted and (PLACE.search(text) is not None or house_named(talk) is not None):
            return _with(talk, OPERATOR.hand_over(talk, "emergency"), str(draft.get("left", "")))
        if not ADVICE.search(text):
            return None
        what = talk.say(f"emergency.do.{draft['danger']}")
        talk.beside = "help"
        return Reply(
            f"{what} {talk.say('emergency.number')} {talk.say('emergency.tell')}", buttons=YES_NO, expecting="yes_no"
        )

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


def _told_before(talk: Talk) -> str:
    """What a request that is being made already says of the trouble: «лифт», and then «застряла»."""
    draft = talk.session.draft if talk.session.scene == "ticket" else {}
    return str(draft.get("details") or draft.get("about") or "")


def _danger(text: str, said: Understanding, before: str) -> str:
    """Which danger it is: `gas`, `fire`, `spark`, `lift`, `water`, `heat` or `other` (`dangers.yaml`)."""
    for told in (text, before):
        lowered = f" {told.lower().replace('ё', 'е')}"
        for name, stems in _stems().items():
            if any(stem in lowered for stem in stems):
                return name
    resource = said.slots.get("resource")
    return {"gas": "gas", "electricity": "spark", "heat": "water"}.get(str(resource), "other")


def _in_a_lift(text: str) -> str:
    """Who is stuck: the speaker, a child that speaks, or somebody else."""
    lowered = text.lower()
    if CHILD.search(lowered):
        return "lift_child"
    return "lift_other" if SOMEBODY.search(lowered) and not ONESELF.search(lowered) else "lift"


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


@cache
def _stems() -> dict[str, list[str]]:
    return dict(yaml.safe_load(files("skill.dialogue").joinpath("dangers.yaml").read_text("utf-8")))


def _numbers(talk: Talk) -> str:
    """112, and the company's own emergency number where there is one."""
    company = company_of(talk)
    own = company.emergency_phone or company.dispatch_phone if company else None
    return talk.say("emergency.numbers", phone=own) if own else talk.say("emergency.number")


SCENE = Emergency()
