"""Передать показания: which meter, what it shows, a question when that cannot be right, read back, yes, booked."""

from dataclasses import replace

from skill.dialogue.company import phone_told
from skill.dialogue.meaning import addressing
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.naming import capital, month_name
from skill.dialogue.readings import (
    agreeing,
    asking,
    comparing,
    explaining,
    in_parts,
    later,
    moving,
    other_flat,
    showing,
)
from skill.dialogue.readings.answering import READ_BACK, Answering
from skill.dialogue.readings.dial import dial_value
from skill.dialogue.readings.draft import Entry, entries_of
from skill.dialogue.readings.heard import ANSWERS, heard, put
from skill.dialogue.readings.numbered import chosen
from skill.dialogue.readings.relative import left_out, unused
from skill.dialogue.scenes.broken_meter import SCENE as BROKEN
from skill.dialogue.scenes.linking import SCENE as LINKING
from skill.dialogue.scenes.operator import SCENE as OPERATOR
from skill.dialogue.talk import Talk, after
from skill.dialogue.turn import SENTENCE_END, Reply
from skill.understanding import Understanding

CERTAIN = 0.6
"""Nothing is booked on a yes, or dropped on a no, that is less sure."""
MUCH = ("much", "so_much", "why_used")
"""Ways to wonder at what was used."""
YES, NO = Understanding("yes", {}, 1.0), Understanding("no", {}, 1.0)


class Readings:
    """The scene of meter readings: says who answers what; `Answering` knows what to ask next."""

    name = "readings"
    intents = comparing.READINGS
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Open the topic with whatever was said already."""
        if talk.resident is None:
            return LINKING.before(talk)
        talk.session.scene = self.name
        gathering = Answering(talk)
        if not gathering.flat.meters:
            talk.session.close()
            return talk.reply("readings.no_meters", phone=phone_told(talk))
        entries = put(talk, gathering, entries_of(said.slots))
        kept, waits = talk.session.put_off, talk.session.waits()
        if waits and kept["scene"] == self.name and kept["draft"].get("entries"):
            talk.session.step, talk.session.draft = "which", kept["draft"]  # all of it is read back again
            gathering = Answering(talk)
            return self._told(talk, gathering, entries) if any(entry.tells for entry in entries) else gathering.next()
        if points_at("delete", talk.turn.text) and not any(entry.gives for entry in entries):
            talk.session.step = "which"
            return talk.reply("readings.delete", expecting="meter")
        if (wavering := gathering.wavers(entries)) is not None:
            return wavering
        gathering.draft.entries = entries
        if not entries and (refused := comparing.declined(talk, gathering.flat)):
            return after(refused, gathering.next())
        if not entries and len(talk.flats) > 1:
            reply = gathering.next()
            return replace(reply, text=gathering.of_flat(reply.text))
        if said.intent == "correct" and not any(entry.tells for entry in entries):
            return gathering.fix_booked()
        return comparing.of_now(gathering, said, gathering.next())

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """What was said to the open question; other topics are left to others."""
        gathering = Answering(talk)
        if said.intent in BROKEN.intents or (talk.session.step == "value" and points_at("broken", talk.turn.text)):
            return BROKEN.amid_readings(talk, gathering)
        if (told := asking.asked(gathering, said)) is not None:
            return told
        if (told := moving.moved(gathering)) is not None:
            return told
        if talk.session.step in READ_BACK and (agreed := self._agreed(talk, gathering, said)) is not None:
            return agreed
        if (told := explaining.explained(gathering) or explaining.of_rest(gathering)) is not None:
            return told
        if points_at("skip", talk.turn.text) and (skipped := later.skipped(talk, gathering)) is not None:
            return skipped
        if points_at("go_on", talk.turn.text):
            return gathering.on()
        if gathering.denies():
            return gathering.wrong()
        if (told := comparing.beside(gathering)) is not None:
            return told
        if talk.session.step in READ_BACK and any(points_at(name, talk.turn.text) for name in MUCH):
            return comparing.usual(gathering)
        if (flat := addressing.corrected(talk)) is not None:
            return other_flat.turned_to(talk, gathering, said, flat)
        entries = chosen(gathering) or gathering.without_rejected(put(talk, gathering, heard(talk, said)))
        entries = gathering.of_booked(entries, mistaken=said.intent == "correct" or points_at("wrong", talk.turn.text))
        if said.intent == "yes" and (gathering.repeats(entries) or gathering.only_names(entries)):
            entries = []
        named = {entry.resource for entry in entries if not any(one.gives for one in entries)}
        drafted = {entry.resource for entry in gathering.draft.entries}
        waits = left_out(talk.turn.text) | (named - drafted if points_at("cannot", talk.turn.text) else set())
        if talk.session.step in READ_BACK and named and named <= waits:
            talk.beside = "help"
            return after(talk.say("readings.waits"), gathering.next())
        if (reply := self._instead(talk, gathering, said, entries)) is not None:
            return reply
        if any(entry.tells for entry in entries):
            return comparing.of_now(gathering, said, self._told(talk, gathering, entries))
        if said.intent in ANSWERS:
            return self._decided(talk, gathering, said)
        if (
            said.intent == "last_reading"
            and not {"resource", "period"} & said.slots.keys()
            and (before := comparing.previous(gathering))
        ):
            return before
        if points_at("left", talk.turn.text) and talk.session.step in {"rest", "which"}:
            return gathering.left_of(gathering.flat.left())
        if said.intent == "submit_reading" or (talk.session.step in READ_BACK and points_at("roubles", talk.turn.text)):
            return gathering.next()
        return None

    def _agreed(self, talk: Talk, gathering: Answering, said: Understanding) -> Reply | None:
        """A yes with more in the same breath books first; a yes with a doubt in it books nothing. None: neither."""
        text = talk.turn.text
        goes_on = agreeing.goes_on(text)
        if explaining.is_agreed(gathering) or (goes_on and talk.session.step == "confirm"):
            return gathering.book()
        if goes_on and talk.session.step == "doubt":
            return gathering.sure()
        if any(entry.tells for entry in put(talk, gathering, heard(talk, said))):
            return None
        agrees = said.intent == "yes" or (said.intent == "out_of_scope" and agreeing.begins(text))
        if agrees and (kind := agreeing.kind_of(text)):
            return gathering.wrong() if kind == "no" else gathering.next()
        if talk.session.step != "confirm":
            return None
        if agreeing.is_enough(text) or agreeing.is_all(text):  # «всё» answers «всё верно?»
            booked, left = gathering.book(), talk.session.scene
            talk.session.close()
            return after(SENTENCE_END.split(booked.text)[0], talk.reply("readings.later")) if left else booked
        rest = agreeing.question(text, talk.turn.channel)
        if points_at("which_month", rest):
            month = month_name(gathering.flat.period)
            return after(talk.say("readings.of_month", month=month), gathering.book())
        talk.session.then = [rest] if rest and not points_at("left", rest) else talk.session.then
        return gathering.book() if rest else None

    def _instead(self, talk: Talk, gathering: Answering, said: Understanding, entries: list[Entry]) -> Reply | None:
        """What is said instead of an answer: put off, given up, asked what comes out, insisted on; None: it is not."""
        text, step, asked = talk.turn.text, talk.session.step, gathering.asked
        given = any(entry.gives for entry in entries)
        if points_at("result", text) and not given and said.slots.get("period") is None:
            if step in READ_BACK:
                talk.beside = "help"
                return gathering.next()
            return comparing.used(gathering) if step == "rest" else None
        wrong = points_at("wrong", text) and len(entries) > 1
        if step == "rest" and not given and (wrong or points_at("delete", text)):
            if wrong:
                return gathering.fix_booked()
            gathering.draft.entries = []
            talk.session.draft, talk.session.step = gathering.draft.dump(), "which"
            return talk.reply("readings.delete", expecting="meter")
        if (
            step == "which"
            and asked is not None
            and points_at("both", text)
            and (same := unused(gathering.flat, asked))
        ):
            gathering.draft.entries.remove(asked)
            return self._told(talk, gathering, same)
        if step in {"which", "value", "rest"} and (told := showing.shown_where(gathering)):
            talk.beside = "help"
            return replace(comparing.open_question(talk), text=told)
        if step == "rest" and not given and (points_at("enough", text) or points_at("later", text)):
            return self._decided(talk, gathering, NO)
        if step in {"which", "rest"} and not given and points_at("at_once", text):
            talk.beside = "help"
            return replace(comparing.open_question(talk), text=talk.say("readings.at_once"))
        insists = not given and points_at("insists", text)
        if asked is not None and insists and step == "guess":
            asked.stopped = dict(asked.values)
            return gathering.insisted()
        if asked is not None and asked.stopped and (insists or asked.repeated(entries)):
            agrees = step == "person" and (insists or agreeing.begins(text))
            return self._decided(talk, gathering, YES) if agrees else gathering.insisted()
        weak = said.intent in ANSWERS or said.intent == "submit_reading" or said.confidence < CERTAIN
        spared = step in {"value", "rest"} or (step == "which" and bool(entries))
        if weak and not given and spared and points_at("cannot", text):
            return later.unseen(talk, gathering, entries)
        if not given and step in {"which", "value", "rest"} and points_at("by_others", text):
            return later.by_others(talk, gathering, entries)
        if given or step == "rest":
            return None
        if weak and (points_at("later", text) or points_at("cancel", text)):
            return later.put_off(talk, gathering, entries, is_later=points_at("later", text))
        return None

    def help(self, talk: Talk) -> str | None:
        """Help that fits the open question."""
        gathering = Answering(talk)
        asked, step = gathering.asked, talk.session.step
        if told := showing.shown_where(gathering):
            return told
        if step == "value" and asked is not None and asked.meter is not None:
            name = gathering.flat.name(gathering.flat.meter(asked.meter))
            return talk.say("readings.help_value", meter=name, Meter=capital(name))
        if step in READ_BACK or step == "fix":
            return talk.say("readings.help_confirm")
        if step == "which" and asked is not None and (twins := gathering.twins(asked)):
            return talk.say("readings.help_twin", meters=twins)
        some = gathering.flat.left() or gathering.flat.meters
        return talk.say("readings.help_which", meters=gathering.flat.names(some))

    def _decided(self, talk: Talk, gathering: Answering, said: Understanding) -> Reply:
        intent, step = said.intent, talk.session.step
        if said.confidence < CERTAIN and step in READ_BACK and intent in {"yes", "no"}:
            return gathering.next()
        wrong = intent == "correct" and bool(gathering.draft.booked) and said.confidence >= CERTAIN
        if intent in {"no", "correct"} and step == "rest" and (wrong or points_at("wrong", talk.turn.text)):
            return gathering.fix_booked()
        match intent, step:
            case "yes", "confirm":
                return gathering.book()
            case "yes", "doubt":
                return gathering.sure()
            case "yes", "guess":
                return gathering.guessed()
            case "no", "guess":
                return gathering.not_guessed()
            case "no" | "correct", "confirm" | "doubt" | "guess":
                return gathering.wrong()
            case "yes", "value" if gathering.asked is not None and gathering.asked.stopped:
                return gathering.insisted()
            case "yes", "person":
                talk.session.close()
                return OPERATOR.hand_over(talk, "asked")
            case "no", "person":
                return gathering.next()
            case "yes", "value":
                return gathering.restored()
            case "yes" | "correct", _:
                return gathering.next()
        unsaved = bool(gathering.draft.entries) and step != "rest"
        talk.session.close()
        if intent == "back":
            return talk.reply("readings.kept") if step == "rest" else gathering.dropped()
        if step == "rest" and intent == "no":
            return talk.reply("readings.later")
        if step == "rest":
            return replace(talk.reply("readings.later_bye"), end=True)
        if intent == "no":
            return gathering.dropped()
        bye = "readings.later_bye" if gathering.draft.booked else "general.bye_unsaved" if unsaved else "general.bye"
        return replace(talk.reply(bye), end=True)

    def _told(self, talk: Talk, gathering: Answering, entries: list[Entry]) -> Reply:
        """Values or meters were named: bare values answer the open question, the rest speaks for itself."""
        asked = gathering.asked
        if len(entries) == 1 and not entries[0].gives and (reply := gathering.renamed(entries[0])):
            return reply
        if (wavering := gathering.wavers(entries)) is not None:
            return wavering
        if asked is not None and len(entries) == 1 and asked.meter is not None and entries[0].is_bare:
            said, goes_on = in_parts.joined(talk, gathering.books, gathering.flat.meter(asked.meter), asked, entries[0])
            if goes_on:
                return gathering.said_so_far(asked, said)
            entries = [said]
        if asked is not None and (reply := gathering.several(asked, entries)) is not None:
            return reply
        moving.without_moved(gathering, entries)
        moving.without_unplaced(gathering, entries)
        before = list(gathering.draft.entries)
        for entry in entries:
            known = gathering.draft.about(entry)
            if asked is not None and len(entries) == 1 and gathering.is_answered(asked, entry):
                if asked.meter is not None and len(entry.loose) == 1:
                    meter = gathering.flat.meter(asked.meter)
                    register = (asked.missing(meter) or meter.registers)[0]
                    entry.loose = [dial_value(talk, gathering.flat, meter, register, entry.loose[0])]
                gathering.take(asked, entry)
            elif known is not None and known in before:
                before.remove(known)  # «холодные 880 и 193» are two meters
                if asked is not None and asked is not known and not asked.gives and asked in gathering.draft.entries:
                    gathering.draft.entries.remove(asked)
                gathering.take(known, entry)
            else:
                gathering.add(entry)
        return gathering.next()


SCENE = Readings()
