"""Передать показания: which meter, what it shows, a question when that cannot be right, read back, yes, booked."""

from dataclasses import replace

from skill.dialogue.company import phone_of
from skill.dialogue.comparing import declined, here, previous, usual
from skill.dialogue.context import points_at
from skill.dialogue.dial import dial_value
from skill.dialogue.draft import Entry, entries_of
from skill.dialogue.gathering import Gathering
from skill.dialogue.scenes.linking import SCENE as LINKING
from skill.dialogue.talk import Talk, after
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from skill.understanding.slots import extract

ANSWERS = frozenset({"yes", "no", "correct", "back", "stop"})
READ_BACK = frozenset({"confirm", "doubt", "guess"})
"""Steps that wait for a yes to values just said."""
CERTAIN = 0.6
"""Nothing is booked on a yes, or dropped on a no, that is less sure."""
UNSURE = 0.6
"""Below it an intent of another topic counts for less than the name of a meter."""


class Readings:
    """The scene of meter readings: says who answers what; `Gathering` knows what to ask next."""

    name = "readings"
    intents = frozenset({"submit_reading", "correct"})
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Open the topic with whatever was said already."""
        if talk.resident is None:
            return LINKING.before(talk)
        talk.session.scene = self.name
        gathering = Gathering(talk)
        if not gathering.flat.meters:
            talk.session.close()
            number = phone_of(talk)
            return talk.reply("readings.no_meters", phone=talk.say("general.phone", phone=number) if number else "")
        entries = entries_of(said.slots)
        gathering.draft.entries = entries
        if not entries and (refused := declined(talk, gathering.flat)):
            return after(refused, gathering.next())
        if said.intent == "correct" and not any(_tells(entry) for entry in entries):
            talk.session.step = "which"
            return talk.reply("readings.fix_booked", expecting="meter")
        return gathering.next()

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """What was said to the open question; other topics are left to others."""
        gathering = Gathering(talk)
        if points_at("here", talk.turn.text):
            return here(gathering)
        if talk.session.step in READ_BACK and points_at("much", talk.turn.text):
            return usual(gathering)
        entries = _heard(talk, said)
        if said.intent == "yes" and gathering.repeats(entries):
            entries = []
        if any(_tells(entry) for entry in entries):
            return self._told(talk, gathering, entries)
        if said.intent in ANSWERS:
            return self._decided(talk, gathering, said)
        if (
            said.intent == "last_reading"
            and not {"resource", "period"} & said.slots.keys()
            and (before := previous(gathering))
        ):
            return before
        if points_at("left", talk.turn.text) and not gathering.draft.entries:
            return gathering.next()
        if said.intent == "submit_reading" or (talk.session.step in READ_BACK and points_at("roubles", talk.turn.text)):
            return gathering.next()
        return None

    def help(self, talk: Talk) -> str | None:
        """Help that fits the open question."""
        gathering = Gathering(talk)
        asked, step = gathering.asked, talk.session.step
        if step == "value" and asked is not None and asked.meter is not None:
            return talk.say("readings.help_value", meter=gathering.flat.name(gathering.flat.meter(asked.meter)))
        if step in READ_BACK or step == "fix":
            return talk.say("readings.help_confirm")
        some = gathering.flat.left() or gathering.flat.meters
        return talk.say("readings.help_which", meters=gathering.flat.names(some))

    def _decided(self, talk: Talk, gathering: Gathering, said: Understanding) -> Reply:
        intent, step = said.intent, talk.session.step
        if said.confidence < CERTAIN and step in READ_BACK and intent in {"yes", "no"}:
            return gathering.next()
        if intent in {"no", "correct"} and step != "rest" and points_at("cancel", talk.turn.text):
            talk.session.close()
            return talk.reply("readings.dropped")
        if intent in {"no", "correct"} and step == "rest" and points_at("wrong", talk.turn.text):
            talk.session.step = "which"
            return talk.reply("readings.fix_booked", expecting="meter")
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
            case "yes", "value":
                return gathering.restored()
            case "yes" | "correct", _:
                return gathering.next()
        unsaved = bool(gathering.draft.entries) and step != "rest"
        talk.session.close()
        if intent == "back":
            return talk.reply("readings.dropped")
        if step == "rest" and intent == "no":
            return talk.reply("readings.later")
        if step == "rest":
            return replace(talk.reply("readings.later_bye"), end=True)
        if intent == "no":
            return talk.reply("readings.dropped")
        return replace(talk.reply("general.bye_unsaved" if unsaved else "general.bye"), end=True)

    def _told(self, talk: Talk, gathering: Gathering, entries: list[Entry]) -> Reply:
        """Values or meters were named: bare values answer the open question, the rest speaks for itself."""
        asked = gathering.asked
        for entry in entries:
            if asked is not None and len(entries) == 1 and _answers(gathering, asked, entry):
                if asked.meter is not None and len(entry.loose) == 1:
                    meter = gathering.flat.meter(asked.meter)
                    register = (asked.missing(meter) or meter.registers)[0]
                    entry.loose = [dial_value(talk, gathering.flat, meter, register, entry.loose[0])]
                gathering.take(asked, entry)
            elif (known := gathering.draft.about(entry)) is not None:
                gathering.take(known, entry)
            else:
                left = entry.loose or entry.values  # a value for another meter: the one asked for is left for later
                gathering.draft.entries = [
                    old
                    for old in gathering.draft.entries
                    if old.values or old.loose or (old.meter is not None and not (left and old is asked))
                ]
                gathering.draft.entries.append(entry)
        return gathering.next()


def _heard(talk: Talk, said: Understanding) -> list[Entry]:
    """Meters and values in the phrase, whatever its intent: «свет» or «нет, двести» speak of readings here.

    A phrase that surely means another topic («какой тариф на холодную воду») is left to it.
    """
    if said.intent == "submit_reading":
        return entries_of(said.slots)
    if said.intent not in ANSWERS and said.confidence >= UNSURE:
        return []
    return entries_of(extract("submit_reading", talk.turn.text))


def _answers(gathering: Gathering, asked: Entry, said: Entry) -> bool:
    """Whether what was said answers the open question rather than speaks of another meter."""
    if asked.meter is None:
        return said.resource in (None, asked.resource) or asked.resource is None
    if said.resource is not None or said.place is not None:
        return False
    alone = len(gathering.draft.entries) == 1
    return gathering.step in {"value", "guess", "doubt", "rest"} or (gathering.step == "confirm" and alone)


def _tells(entry: Entry) -> bool:
    return bool(entry.loose or entry.values or entry.resource or entry.place)


SCENE = Readings()
