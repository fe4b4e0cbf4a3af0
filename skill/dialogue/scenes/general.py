"""Greetings, help, thanks, goodbye, silence, and what to say when nothing was understood."""

from dataclasses import replace

from skill.dialogue.talk import Talk
from skill.dialogue.turn import Reply
from skill.understanding import Understanding


class General:
    """Everything that belongs to no topic. Besides its intents it is given start, event, silence and misunderstood."""

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
                return replace(talk.reply("general.bye"), end=True)
            case "event" | "thanks" | "yes" | "back":
                return _still_open(talk, talk.reply(f"general.{said.intent}"))
            case "silence":
                return _still_open(talk, talk.reply("general.silence"))
            case "misunderstood" | "out_of_scope":
                return _still_open(talk, talk.reply("general.misunderstood", phone=_phone(talk)))
            case _:
                return _still_open(talk, talk.reply("general.not_yet", phone=_phone(talk)))

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """No question of its own is ever open."""
        return None

    def help(self, talk: Talk) -> str | None:
        """What the skill does, with a phrase to say."""
        return talk.say("general.help" if talk.resident else "general.help_unknown")


def _start(talk: Talk) -> Reply:
    key = "general.start" if talk.resident else "general.start_unknown"
    buttons = ("Передать показания", "Помощь") if talk.resident else ("Привязать счёт", "Помощь")
    return talk.reply(key, company=talk.settings.company, buttons=buttons)


def _help(talk: Talk) -> Reply:
    text = (talk.scene.help(talk) if talk.scene else None) or SCENE.help(talk) or ""
    return _still_open(talk, Reply(text))


def _repeat(talk: Talk) -> Reply:
    return Reply.from_json(talk.session.last) if talk.session.last else talk.reply("general.nothing_to_repeat")


def _still_open(talk: Talk, reply: Reply) -> Reply:
    """Keep listening for the answer to the question that is open, with its buttons."""
    if not talk.session.scene or not talk.session.last:
        return reply
    last = Reply.from_json(talk.session.last)
    return replace(reply, buttons=last.buttons, expecting=last.expecting)


def _phone(talk: Talk) -> str:
    number = talk.settings.operator_phone
    return talk.say("general.phone", phone=number) if number else ""


SCENE = General()
