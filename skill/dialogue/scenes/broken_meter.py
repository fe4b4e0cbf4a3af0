"""Счётчик неисправен: which one, what is charged meanwhile, a request to the company that keeps it.

ПП 354: a failed meter is reported at once (п. 81(13)); until it works the charge is the average, for three months at
most, then the norm (п. 59, 60).
"""

from dataclasses import replace
from decimal import Decimal

from billing import accounts
from billing.meters import MeterView
from skill.dialogue.flat import Flat, account_of
from skill.dialogue.gate import barred
from skill.dialogue.naming import capital, meter_name
from skill.dialogue.readings.answering import Answering
from skill.dialogue.readings.draft import Entry, entries_of
from skill.dialogue.scenes.ticket import SCENE as TICKET
from skill.dialogue.talk import Talk, after
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from skill.understanding.slots import extract
from speech import wording


class BrokenMeter:
    """The scene of a meter that does not work. Its question is which one."""

    name = "broken_meter"
    intents = frozenset({"broken_meter"})
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """What is known of it is not asked for again."""
        return barred(talk) or self._told(talk, Entry(), _entries(talk))

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """The meter that was asked for, or more of its name."""
        entries = _entries(talk)
        if any(entry.tells for entry in entries):
            return self._told(talk, Entry(**talk.session.draft), entries)
        if said.intent in {"no", "back", "stop"}:
            talk.session.close()
            return talk.reply("general.as_you_like")
        return self._told(talk, Entry(), entries) if said.intent in {"yes", "broken_meter"} else None

    def help(self, talk: Talk) -> str | None:
        """How to name a meter."""
        flat = Flat(talk)
        return talk.say("broken_meter.which", meters=flat.names(flat.meters, "или"))

    def amid_readings(self, talk: Talk, gathering: Answering) -> Reply:
        """While its reading is waited for: that one is left out, the others are gone on with after the request."""
        named, asked = _entries(talk), gathering.asked
        resource = next((entry.resource for entry in named if entry.resource), None)
        known = [entry for entry in gathering.draft.entries if entry.meter is not None and entry.resource == resource]
        entry = known[0] if known else asked if resource is None and asked is not None else None
        meter = gathering.flat.meter(entry.meter) if entry is not None and entry.meter is not None else None
        if meter is None or entry is None:
            talk.session.suspend()
            return self.begin(talk, Understanding(self.name, {}, 1.0))
        gathering.draft.entries.remove(entry)
        left = [other for other in gathering.flat.left() if other.id != meter.id]
        if gathering.draft.entries or left:
            reply = gathering.next() if gathering.draft.entries else gathering.left_of(left)
            talk.session.question = reply.to_json()
            talk.session.suspend()
        return self._reported(talk, gathering.flat, meter, named)

    def _told(self, talk: Talk, before: Entry, entries: list[Entry]) -> Reply:
        """The request, or which of the meters that may be meant; before: what was said of it until now."""
        flat = Flat(talk)
        said = next((entry for entry in entries if entry.resource or entry.place), Entry())
        named = Entry(resource=said.resource or before.resource, place=said.place or before.place)
        fitting = [meter for meter in flat.meters if named.fits(meter)]
        if len(fitting) == 1:
            return self._reported(talk, flat, fitting[0], entries)
        if not flat.meters:
            return TICKET.propose(talk, talk.turn.text)
        talk.session.scene, talk.session.step = self.name, "which"
        talk.session.draft = {"resource": named.resource, "place": named.place} if fitting else {}
        some = fitting or flat.meters
        names = flat.names(some, "или")
        asked = talk.reply("broken_meter.which", meters=names, buttons=flat.buttons(some), expecting="meter")
        return asked if fitting else after(talk.say("readings.no_meter", asked=flat.asked_name(named)), asked)

    def _reported(self, talk: Talk, flat: Flat, meter: MeterView, entries: list[Entry]) -> Reply:
        """A request that says which meter, and what it shows if that was said; or whom to tell instead."""
        talk.session.close()
        keeper = accounts.keeper_of(talk.db, account_of(talk), meter.resource)
        if keeper.id != flat.home.organization_id:
            phone = talk.say("general.phone", phone=keeper.dispatch_phone) if keeper.dispatch_phone else ""
            name = capital(flat.name(meter))
            return talk.reply("broken_meter.elsewhere", Meter=name, company=keeper.name, phone=phone)
        shows = next((value for entry in entries for value in [*entry.values.values(), *entry.loose]), "")
        told = f"неисправен счётчик {meter_name(meter, flat.meters, 'gen')}"
        details = f"{told}, на нём {wording.reading(Decimal(shows))}" if shows else told
        asked = TICKET.propose(talk, details)
        return replace(asked, text=talk.say("broken_meter.confirm", details=details), asks="")


def _entries(talk: Talk) -> list[Entry]:
    """Meters and values that the phrase names."""
    return entries_of(extract("submit_reading", talk.turn.text))


SCENE = BrokenMeter()
