"""Gathering readings: from what was said so far to the next question, the read-back and the booking."""

from dataclasses import replace

from billing import readings
from billing.meters import MeterView
from billing.readings import Finding, Preview
from skill.dialogue.flat import Flat, account_of
from skill.dialogue.meaning.addressing import short
from skill.dialogue.naming import capital, listed, month_name, register_name
from skill.dialogue.readings.draft import Draft, Entry, as_said
from skill.dialogue.readings.objections import DISPUTED, FINAL, READ_BACK, Objections
from skill.dialogue.readings.readback import finding_sentence, read_back, shown, values_shown
from skill.dialogue.talk import Talk, after
from skill.dialogue.turn import Reply

YES_NO = ("Да", "Нет")
SERIAL = 4
"""So many last digits of a serial number are told."""
LONGEST = 12
"""More digits than these are several readings that were not told apart: nobody can hear them read back."""
ALOUD = 3
"""More readings than these are counted, not named once more, where nothing can be shown."""


class Gathering:
    """One turn's work on the draft. Steps of the scene: which, value, guess, doubt, confirm, fix, rest."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.flat = Flat(talk)
        known = Draft.load(talk.session.draft)
        entries = [entry for entry in known.entries if entry.meter is None or self.flat.knows(entry.meter)]
        self.draft = Draft(entries, [number for number in known.booked if self.flat.knows(number)])
        self.books = Objections(talk, self.flat)
        self._changed: list[Entry] = []

    @property
    def step(self) -> str:
        """Which question is open."""
        return self.talk.session.step

    @property
    def asked(self) -> Entry | None:
        """The entry that the open question is about."""
        return self.draft.entries[-1] if self.draft.entries else None

    def next(self) -> Reply:
        """The next question that the draft leaves open; the read-back when it leaves none."""
        for entry in list(self.draft.entries):
            self._settle(entry)
        for entry in list(self.draft.entries):
            reply = self._which(entry)
            if reply is None and entry.meter is not None:  # without one it was merged into another entry
                reply = self._missing(entry) or self._objection(entry)
            if reply is not None:
                return reply
        if self.draft.entries and self._is_booked():
            return self._booked("already")
        if self.draft.entries:
            same = len(self.draft.entries) - len(self._changed) if self._changed else 0
            entries = self._changed if same > 1 else self.draft.entries
            previews = [(self.flat.meter(entry.meter), self.books.tried(entry)) for entry in entries]
            text = read_back(self.talk, self.flat, [(meter, p) for meter, p in previews if isinstance(p, Preview)])
            text += self.talk.say("readings.as_before") if same > 1 else ""
            for entry in entries:
                entry.values = self.books.booked(entry)
            text = self.of_flat(text, "of_flat")
            return self._ask("confirm", "readings.confirm", "yes_no", YES_NO, readings=text, Readings=capital(text))
        some = self.flat.left() or self.flat.meters
        if len(some) == 1:
            self.draft.entries = [Entry(some[0].id, some[0].resource, some[0].place)]
            return self.next()
        return self._ask("which", "readings.which", "meter", self.flat.buttons(some), meters=self.flat.names(some))

    def of_flat(self, text: str, key: str = "at_flat") -> str:
        """The text with the flat before it, where the speaker has several: a yes must not book for another one."""
        if len(self.talk.flats) == 1 or self.talk.flat_named:
            return text
        flat = short(self.talk, account_of(self.talk))
        return self.talk.say(f"readings.{key}", flat=flat, Flat=capital(flat), text=text)

    def take(self, entry: Entry, said: Entry) -> None:
        """Put what was said of an entry's meter into it."""
        if self.step in {"confirm", "fix"} and entry.values:
            self._changed.append(entry)
        entry.take(said, self.flat.meter(entry.meter) if entry.meter is not None else None)

    def add(self, said: Entry) -> None:
        """Another meter is spoken of: the one asked for is left for later."""
        asked = self.asked
        if self.step == "confirm":
            self._changed.append(said)
        self.draft.entries = [
            old for old in self.draft.entries if old.gives or (old.meter is not None and old is not asked)
        ]
        self.draft.entries.append(said)

    def book(self) -> Reply:
        """Write the draft into the books and say what is left for this month."""
        replaced, known = False, True
        for entry in self.draft.entries:
            meter = self.flat.meter(entry.meter)
            booking = readings.submit(
                self.talk.db,
                meter_id=meter.id,
                values=entry.decimals(),
                taken_at=self.flat.today,
                now=self.talk.now,
                channel=self.talk.turn.channel,
                source=self.talk.turn.source,
                idempotency_key=f"{self.talk.key}:{meter.id}",
                confirmed=READ_BACK.union(entry.sure),
            )
            replaced, known = replaced or booking.replaced, known and booking.duplicate
        key = "already" if known else "replaced" if replaced else "booked"
        return self._booked(key)

    def _booked(self, key: str) -> Reply:
        """What of the draft is in the books now, and what is left for this month."""
        named = [(self.flat.meter(entry.meter), entry.decimals()) for entry in self.draft.entries]
        self.draft.booked = [meter.id for meter, _ in named]
        lines = [f"{self.flat.name(meter)} {values_shown(values, meter)}" for meter, values in named]
        if len(lines) > ALOUD and not self.talk.turn.screen:
            lines = [self.talk.say("readings.count", count=str(len(lines)))]
        told = self.talk.say(f"readings.{key}", readings=", ".join(lines), month=month_name(self.flat.period))
        return after(told, self._rest())

    def _is_booked(self) -> bool:
        """Whether the books hold just these values for this month already."""
        previews = [self.books.tried(entry) for entry in self.draft.entries]
        return all(isinstance(one, Preview) and one.replaces == one.values for one in previews)

    def _rest(self) -> Reply:
        self.flat.read_again()
        left = self.flat.left()
        self.talk.session.close()
        if not left:
            return self.talk.reply("readings.done", month=month_name(self.flat.period))
        return self.left_of(left)

    def left_of(self, left: list[MeterView]) -> Reply:
        """Ask for what is left."""
        self.talk.session.scene = "readings"
        entries = [Entry(meter.id, meter.resource, meter.place) for meter in left] if len(left) == 1 else []
        self.draft = Draft(entries, self.draft.booked)
        key = "readings.rest_one" if len(left) == 1 else "readings.rest"
        return self._ask("rest", key, "meter", self.flat.buttons(left), meters=self.flat.names(left))

    def _settle(self, entry: Entry) -> None:
        """Find the entry's meter where its name leaves no choice; the same meter named twice is one entry."""
        if entry.meter is not None or entry.resource is None:
            return
        fitting = self.fitting(entry)
        if len(fitting) == 1:
            entry.settle(fitting[0])
            return
        again = [
            other
            for other in self.draft.entries
            if other.meter is not None and other.resource == entry.resource and entry.place in (None, other.place)
        ]
        if not fitting and len(again) == 1:
            self._merge(entry, again[0])

    def _merge(self, entry: Entry, known: Entry) -> None:
        """Both speak of one meter: what was said later counts."""
        self.draft.entries.remove(entry)
        self.take(known, entry)

    def fitting(self, entry: Entry) -> list[MeterView]:
        """Meters that the entry may mean; one that hangs in no such place, if there is none else."""
        nameless = entry.resource is None and entry.place is None
        taken = {other.meter for other in self.draft.entries if not (nameless and other.values)}
        free = [meter for meter in self.flat.meters if meter.id not in taken]
        anywhere = replace(entry, place=None) if entry.resource else entry
        return [meter for meter in free if entry.fits(meter)] or [meter for meter in free if anywhere.fits(meter)]

    def _which(self, entry: Entry) -> Reply | None:
        """Settle which meter the entry means, or ask."""
        if entry.meter is not None:
            entry.settle(self.flat.meter(entry.meter))
            return None
        fitting = self.fitting(entry)
        likely = [meter for meter in fitting if self.books.likely(entry, meter)] if len(fitting) > 1 else fitting
        if len(likely) == 1:
            known = next((one for one in self.draft.entries if one.meter == likely[0].id), None)
            if known is not None:
                self._merge(entry, known)
                known.settle(likely[0])
                return self._objection(known)
            entry.settle(likely[0])
            return None
        self._put_last(entry)
        if not fitting and (own := self._of_resource(entry)) is not None:
            return self._other_registers(entry, own)
        if not fitting:
            self.draft.entries.remove(entry)
            return after(self.talk.say("readings.no_meter", asked=self.flat.asked_name(entry)), self.next())
        values = [*entry.values.values(), *entry.loose]
        if any(len(value) > LONGEST for value in values):
            self.draft.entries.remove(entry)
            return after(self.talk.say("readings.too_many"), self.next())
        key = "readings.which_for" if values else "readings.which_twin" if entry.resource else "readings.which"
        value = listed([shown(value) for value in values]) if values else ""
        return self._ask(
            "which", key, "meter", self.flat.buttons(fitting), meters=self.flat.names(fitting, "или"), value=value
        )

    def _of_resource(self, entry: Entry) -> MeterView | None:
        """The only meter of the resource named, whatever registers were said; None if it has its reading."""
        meters = [meter for meter in self.flat.meters if meter.resource == entry.resource]
        taken = any(other.meter == meter.id for other in self.draft.entries for meter in meters)
        return meters[0] if len(meters) == 1 and not taken else None

    def _other_registers(self, entry: Entry, meter: MeterView) -> Reply | None:
        """Zones or values were said that the meter does not have («день 6375» of a meter without zones)."""
        values = [*entry.values.values(), *entry.loose]
        entry.values, entry.loose = {}, values if len(values) == len(meter.registers) == 1 else []
        entry.settle(meter)
        if entry.values:
            return None
        zones = [register_name(register) for register in meter.registers]
        several = len(zones) > 1
        told = self.talk.say(
            "readings.zones" if several else "readings.no_zones",
            Meter=capital(self.flat.name(meter)),
            zones=listed(zones) if several else "",
        )
        self._open("value")
        return Reply(told, expecting="number")

    def _missing(self, entry: Entry) -> Reply | None:
        """Ask for the registers that have no value yet."""
        meter = self.flat.meter(entry.meter)
        if entry.values:  # «ой, ночь 1810» after both were booked: the day stays
            booked = {zone: last.value for zone, last in meter.last.items() if last.period == self.flat.period}
            entry.values = {zone: as_said(value) for zone, value in booked.items()} | entry.values
        missing = [register_name(register) for register in entry.missing(meter)]
        if not missing:
            return None
        self._put_last(entry)
        name = self.flat.name(meter)
        if entry.values:
            return self._ask("value", "readings.register", "number", Meter=capital(name), register=missing[0])
        if len(missing) > 1:
            name = f"{name}, {listed(missing)}"
        return self._ask("value", "readings.value", "number", meter=name, Meter=capital(name))

    def _objection(self, entry: Entry) -> Reply | None:
        """What the books object to: a guess at what was meant, a doubt that wants one more yes, or a stop."""
        entry.values = self.books.unchanged(entry) or entry.values
        findings = self.books.findings(entry)
        stopped = self.books.stopped(entry)
        for finding in findings:
            answered = finding.code in entry.refused or finding.code in entry.sure
            entry.guess = {} if answered else self.books.guess(finding, entry, self.draft)
            if entry.guess:
                return self._question("guess", finding, entry)
            if finding.level == "block":
                return self._blocked(entry, finding)
            if not stopped and finding.level == "confirm" and finding.code not in {*entry.sure, *READ_BACK}:
                return self._question("doubt", finding, entry)
        return None

    def _question(self, kind: str, finding: Finding, entry: Entry) -> Reply:
        self._put_last(entry)
        self._open(kind)
        sentence = finding_sentence(self.talk, kind, finding, self.flat, entry)
        return Reply(sentence, buttons=YES_NO, expecting="yes_no")

    def _blocked(self, entry: Entry, finding: Finding) -> Reply:
        sentence = finding_sentence(self.talk, "block", finding, self.flat, entry)
        if finding.code not in FINAL:
            stopped, entry.values = entry.values, {}
            entry.forget()
            entry.stopped = stopped if finding.code in DISPUTED else {}
            self._put_last(entry)
            self._open("value")
            return Reply(sentence, expecting="number")
        self.draft.entries.remove(entry)
        if self.draft.entries:
            return after(sentence, self.next())
        self.talk.session.close()
        return Reply(sentence)

    def _put_last(self, entry: Entry) -> None:
        """The entry asked about is the last one."""
        self.draft.entries.remove(entry)
        self.draft.entries.append(entry)

    def _open(self, step: str) -> None:
        self.talk.session.step, self.talk.session.draft = step, self.draft.dump()

    def _ask(self, step: str, key: str, expecting: str, buttons: tuple[str, ...] = (), **facts: str) -> Reply:
        self._open(step)
        return self.talk.reply(key, buttons=buttons, expecting=expecting, **facts)
