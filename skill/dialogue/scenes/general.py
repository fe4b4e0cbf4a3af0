"""Greetings, help, thanks, goodbye, silence, and what to say when nothing was understood or must not be said."""

import re
from dataclasses import replace

from skill.dialogue import progress
from skill.dialogue.meaning import temper
from skill.dialogue.meaning.plain import is_question
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.naming import listed
from skill.dialogue.person import handoffs
from skill.dialogue.phrases import phrases
from skill.dialogue.reminders import reminding
from skill.dialogue.talk import Talk, remark, still_open
from skill.dialogue.turn import OFFER, Reply, session_name
from skill.understanding import Understanding

CHOICES = ("Передать показания", "Сколько платить", "Отключения", "Позвать оператора")
PUBLIC_CHOICES = ("Привязать счёт", "Тарифы", "Отключения", "Позвать оператора")
TO_DELETE = frozenset({"delete_reading", "delete_what"})
"""«Удали», with nothing named."""
WAITING = frozenset({"wait", "returned", "unclear", "louder", "shorter"})
"""What keeps the open question waiting."""
ABOUT_US = frozenset({"robot", "well", "joke"})
NAME = re.compile(r"\b(?:зовут|звать|величать|имя|обращаться|называть)\b")
BY_WHAT = frozenset({"link_sent", "photo", "voice_message"})
"""In what form something may be sent."""
HEARTFELT = frozenset({"crisis", "ill", "infirm", "child", "sorrow", "wishes", "apology"})
"""What wants a kind word before all else, or an ambulance."""
CALL = "telephone"
QUIETER = re.compile(r"\bтише|потише")
OURS = re.compile(r"\b(?:вод[аыуе]\b|счетчик|показани|квартир|квитанц|свет[аеу]?\b|плат[ие]|отоплени|жкх|тариф)")
"""Words that are about a flat, whatever else is."""
FOREIGN = 0.7
"""From this confidence on a phrase is surely about something else than a flat."""


class General:
    """Everything that belongs to no topic. Besides its intents it is given start, event, silence and card, and
    what no topic understands."""

    name = "general"
    intents = (
        frozenset({"help", "repeat", "thanks", "stop", "back", "yes", "no", "go_on"})
        | WAITING
        | ABOUT_US
        | BY_WHAT
        | HEARTFELT
        | TO_DELETE
    )
    anywhere = frozenset({"help", "repeat", "thanks"}) | TO_DELETE | WAITING | ABOUT_US | BY_WHAT | HEARTFELT

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Answer, leaving an open topic open."""
        match said.intent:
            case "start":
                return _start(talk)
            case "help":
                return _help(talk)
            case "repeat":
                return _repeat(talk)
            case "unclear":
                return _unclear(talk)
            case "returned" | "silence" if _is_asked(talk) and (said.intent == "returned" or _was_silent(talk)):
                return _asked_once_more(talk, said.intent)
            case "infirm" if _is_asked(talk):
                return _asked_once_more(talk, said.intent)
            case "louder" | "shorter":
                return _in_another_voice(talk, said.intent)
            case "go_on":
                talk.session.suspended, talk.session.put_off = [talk.session.put_off], {}
                asked = points_at("written_yet", talk.turn.text)
                return talk.reply("general.not_written_yet" if asked else "general.go_on")
            case "no" if talk.session.told and "?" not in str(talk.session.told["text"]):
                return remark(talk, talk.reply("general.as_you_like"))
            case "stop" | "no":
                return replace(_bye(talk), end=True)
            case "child" | "sorrow" if talk.session.scene == "emergency" and talk.scene is not None:
                return talk.scene.answer(talk, said) or _misunderstood(talk, said)
            case intent if intent in HEARTFELT | BY_WHAT:
                return remark(talk, talk.reply(f"general.{said.intent}"))
            case "robot" if NAME.search(talk.turn.text.lower()):
                key = "name_asked" if _is_asked(talk) else "name"
                return remark(talk, talk.reply(f"general.{key}", company=talk.settings.company))
            case "thanks" | "robot" | "well" | "joke" if _is_asked(talk):
                return remark(talk, talk.reply(f"general.{said.intent}_asked", company=talk.settings.company))
            case "delete_reading":
                return remark(talk, talk.reply("readings.delete"))
            case "delete_what":
                return remark(talk, talk.reply("general.delete_what"))
            case "returned":
                return remark(talk, talk.reply("general.yes"))
            case "event" | "thanks" | "yes" | "back" | "silence" | "card" | "wait" | "robot" | "well" | "joke":
                return remark(talk, talk.reply(f"general.{said.intent}", company=talk.settings.company))
            case _:
                return _misunderstood(talk, said)

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """No question of its own is ever open."""
        return None

    def help(self, talk: Talk) -> str | None:
        """What the skill does, with a phrase to say."""
        return talk.say("general.help" if talk.resident else "general.help_unknown")


def _start(talk: Talk) -> Reply:
    key = "general.start" if talk.resident else "general.start_unknown"
    buttons = ("Передать показания", "Сколько платить", "Помощь") if talk.resident else ("Привязать счёт", "Помощь")
    reply = talk.reply(key, company=talk.settings.company, buttons=buttons)
    if talk.session.scene and talk.session.question:
        open_question = Reply.from_json(talk.session.question)
        again = talk.say("general.return", question=open_question.question)
        return replace(open_question, text=f"{progress.told(reply.text)} {again}")
    reminder = reminding.due(talk)
    return replace(reply, text=f"{reply.text} {reminder}") if reminder else reply


def _bye(talk: Talk) -> Reply:
    """Goodbye, with what was put off and stays undone."""
    names = dict.fromkeys(kept["scene"] for kept in talk.session.suspended)
    talk.session.suspended = []
    undone = [talk.say(key) for name in names if (key := f"general.unfinished.{name}") in phrases()]
    if not undone and (waits := handoffs.current(talk.db, session_name(talk.turn))) and waits.reason != "emergency":
        return talk.reply("general.bye_in_queue")
    return talk.reply("general.bye_unfinished", what=listed(undone)) if undone else talk.reply("general.bye")


def _help(talk: Talk) -> Reply:
    text = (talk.scene.help(talk) if talk.scene else None) or SCENE.help(talk) or ""
    return _helping(talk, text)


def _repeat(talk: Talk) -> Reply:
    talk.beside = "remark"
    told = talk.session.told or talk.session.last
    return Reply.from_json(told) if told else talk.reply("general.nothing_to_repeat")


def _unclear(talk: Talk) -> Reply:
    """«Не поняла»: the open question is put in other words, what was told is told once more."""
    reason = talk.scene.help(talk) if talk.scene and _is_asked(talk) else None
    if reason or not talk.session.told:
        return _helping(talk, reason or SCENE.help(talk) or "")
    return _again(talk, "general.once_more")


def _was_silent(talk: Talk) -> bool:
    """Whether the turn before was a silence as well."""
    return talk.session.last.get("text") in phrases()["general.silence"]


def _asked_once_more(talk: Talk, why: str) -> Reply:
    """After a wait, a second silence, or «мне девяносто лет»: the open question again."""
    asked = Reply.from_json(talk.session.question or talk.session.last)
    return remark(talk, talk.reply(f"general.{why}_asked", question=asked.question))


def _in_another_voice(talk: Talk, wish: str) -> Reply:
    """«Громче», «не слышу»: how that is done, and what was told once more; of «тише» and «короче» only how."""
    call = ".call" if talk.turn.channel == CALL else ".device"
    told = talk.say(f"general.{wish}{call}" if wish == "louder" else f"general.{wish}")
    if talk.session.told and wish == "louder" and not QUIETER.search(talk.turn.text.lower()):
        return replace(_repeat(talk), text=f"{told} {_repeat(talk).text}")
    asked = "" if _is_asked(talk) else f" {talk.say('general.yes')}"
    return remark(talk, Reply(f"{told}{asked}"))


def _again(talk: Talk, key: str) -> Reply:
    told = _repeat(talk)
    return replace(told, text=f"{talk.say(key)} {told.text}")


def _misunderstood(talk: Talk, said: Understanding) -> Reply:
    """What kind of answer is waited for, then what can be said to the open question; choices where none is open.

    Anger is met calmly, and a question about the open question is answered.
    """
    asked, misses = _is_asked(talk), talk.session.misses
    if temper.signs(talk.turn.text):
        return remark(talk, talk.reply("general.rude"))
    if temper.is_sad(talk.turn.text):
        return remark(talk, talk.reply("general.sorrow"))
    helping = talk.scene.help(talk) if talk.scene and (misses > 1 or is_question(talk.turn.text)) else None
    if asked and helping:
        return _helping(talk, helping)
    key = f"general.missed.{talk.session.last.get('expecting')}"
    if asked and key in phrases():
        return remark(talk, talk.reply(key))
    if misses > 1 and not asked:
        talk.beside = "remark"
        return talk.reply("general.choices", buttons=CHOICES if talk.resident else PUBLIC_CHOICES)
    of_the_flat = OURS.search(talk.turn.text.lower().replace("ё", "е")) is not None
    foreign = said.intent == "out_of_scope" and said.confidence >= FOREIGN and not (asked or of_the_flat)
    return remark(talk, talk.reply("general.declined" if foreign else "general.misunderstood"))


def _is_asked(talk: Talk) -> bool:
    """Whether a question is open that wants an answer, not merely an offer."""
    return bool(talk.session.scene) and talk.session.step != OFFER


def _helping(talk: Talk, text: str) -> Reply:
    talk.beside = "help"
    return still_open(talk, Reply(text))


SCENE = General()
