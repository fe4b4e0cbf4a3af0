"""Greetings, help, thanks, goodbye, silence, and what to say when nothing was understood or must not be said."""

import re
from dataclasses import replace

from skill.dialogue import reminding, temper
from skill.dialogue.talk import Talk
from skill.dialogue.turn import Reply
from skill.understanding import Understanding

CHOICES = ("Передать показания", "Сколько платить", "Отключения", "Позвать оператора")
WHY = re.compile(r"(а )?(зачем|почему|для чего|а что|в смысле|как это)\b")
"""A question about the open question: its help answers it."""
PUBLIC_CHOICES = ("Привязать счёт", "Тарифы", "Отключения", "Позвать оператора")


class General:
    """Everything that belongs to no topic. Besides its intents it is given start, event, silence and card, and
    what no topic understands."""

    name = "general"
    intents = frozenset({"help", "repeat", "thanks", "stop", "back", "yes", "no"})
    anywhere = frozenset({"help", "repeat", "thanks"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Answer, leaving an open topic open."""
        match said.intent:
            case "start":
                return _start(talk)
            case "help":
                return _help(talk)
            case "repeat":
                return _repeat(talk)
            case "stop" | "no":
                talk.session.suspended = []
                return replace(talk.reply("general.bye"), end=True)
            case "event" | "thanks" | "yes" | "back" | "silence" | "card":
                return _still_open(talk, talk.reply(f"general.{said.intent}"))
            case _:
                return _still_open(talk, _misunderstood(talk))

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
    reminder = reminding.due(talk)
    return replace(reply, text=f"{reply.text} {reminder}") if reminder else reply


def _help(talk: Talk) -> Reply:
    text = (talk.scene.help(talk) if talk.scene else None) or SCENE.help(talk) or ""
    return _still_open(talk, Reply(text))


def _repeat(talk: Talk) -> Reply:
    return Reply.from_json(talk.session.last) if talk.session.last else talk.reply("general.nothing_to_repeat")


def _misunderstood(talk: Talk) -> Reply:
    """A hint at first; the second time choices, or what can be said to the open question. Rude words are met calmly."""
    if temper.is_rude(talk.turn.text):
        return talk.reply("general.rude")
    if talk.session.misses > 1 and not talk.session.scene:
        return talk.reply("general.choices", buttons=CHOICES if talk.resident else PUBLIC_CHOICES)
    if talk.scene and WHY.match(talk.turn.text.lower()) and (reason := talk.scene.help(talk)):
        return Reply(reason)
    if talk.session.misses == 1 and talk.session.last.get("expecting") == "yes_no":
        return talk.reply("general.yes_or_no")
    helping = talk.scene.help(talk) if talk.scene and talk.session.misses > 1 else None
    return Reply(helping) if helping else talk.reply("general.misunderstood")


def _still_open(talk: Talk, reply: Reply) -> Reply:
    """Keep listening for the answer to the question that is open, with its buttons."""
    if not talk.session.scene or not talk.session.last:
        return reply
    last = Reply.from_json(talk.session.last)
    return replace(reply, buttons=last.buttons, expecting=last.expecting)


SCENE = General()
