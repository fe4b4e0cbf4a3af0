"""What answers do to a draft of readings: a yes, a no, a correction, another meter's name, a number said in pieces."""

import re
from dataclasses import replace
from decimal import Decimal

from skill.dialogue.naming import capital, listed
from skill.dialogue.readings.draft import Entry
from skill.dialogue.readings.gathering import SERIAL, YES_NO, Gathering
from skill.dialogue.readings.partly import denied, either
from skill.dialogue.readings.readback import shown
from skill.dialogue.turn import Reply

SWAPPED = "SWAPPED_METERS"
TWO = 2
"""«Три или тринадцать»: so many values at most are wavered between."""
READ_BACK = frozenset({"confirm", "doubt", "guess"})
"""Steps that wait for a yes to values just said."""
NOT_BUT = re.compile(r"\bне\b.*\b(а|это)\b|\bа не\b")
DENIES = re.compile(r"\b(нет|не)\b")
RATHER = re.compile(r"\W*(?:(?:а|ой|ну|так|блин) )*(?:нет|вс[её][- ]таки|точнее|вернее|стоп|погоди\w*)\b")
"""«А нет, всё-таки сто двадцать пять», after a value was written down."""
OOPS = re.compile(r"\W*(?:ой|ох|ах|упс|стоп|точнее|вернее)\b")
ORDINAL = re.compile(r"\b(?:перв|втор|трет)\w+")
THIS = re.compile(r"\b(нет|не|это|эт|вообще то)\b")
"""«нет, это горячая» speaks of the value just read back, «а горячая» of another one."""


class Answering(Gathering):
    """One turn's work on the draft, with what the resident answers to its questions."""

    def is_answered(self, asked: Entry, said: Entry) -> bool:
        """Whether what was said answers the open question rather than speaks of another meter."""
        if asked.meter is None:
            return said.resource in (None, asked.resource) or asked.resource is None
        if said.resource is not None or said.place is not None:
            return False
        alone = len(self.draft.entries) == 1 and not self.is_elsewhere(asked, said)
        return self.step in {"value", "person", "guess", "doubt", "rest"} or (self.step == "confirm" and alone)

    def renamed(self, named: Entry) -> Reply | None:
        """A meter is named without a value after values were read back: the value is that meter's, or another is to
        come. None: the name says no more than that the meter's value is to come.
        """
        asked, known = self.asked, self.draft.about(named)
        at_place = [one for one in self.draft.entries if one.place == named.place and one.values and not named.resource]
        if self.step == "confirm" and named.place and at_place and len(at_place) < len(self.draft.entries):
            known = at_place[0] if len(at_place) == 1 else None
        elif self.step == "confirm" and named.place and len(at_place) > 1:
            return self.wrong()
        if self.step not in {*READ_BACK, "fix"} or asked is None:
            return None
        other = asked.guess.get("meter")
        if self.step == "guess" and other is not None:
            return self.guessed() if named.fits(self.flat.meter(int(other))) else self.not_guessed()
        said = self.talk.turn.text.lower()
        points = THIS.search(said) is not None
        told = len(self.draft.entries) == 1 or ORDINAL.search(said) is not None
        if known is not None and self.step == "confirm" and told and not DENIES.search(said):
            return self.next()  # «125» … «холодная», «первая холодная»: just what was read back
        if known is not None:
            return self.wrong(known) if known.values else None
        return self.meant_for(named) if len(self.draft.entries) == 1 and self.step != "fix" and points else None

    def without_rejected(self, said: list[Entry]) -> list[Entry]:
        """«Не холодная, а горячая» of what was just read back: only the other meter is meant."""
        known = [entry for entry in said if self.draft.about(entry) is not None]
        bare = not any(entry.gives for entry in said)
        if self.step not in READ_BACK or not bare or len(said) != 2 or len(known) != 1:
            return said
        return [entry for entry in said if entry not in known] if NOT_BUT.search(self.talk.turn.text.lower()) else said

    def repeats(self, said: list[Entry]) -> bool:
        """Whether the values are those just read back («да, двадцать пять»)."""
        drafted = {Decimal(value) for entry in self.draft.entries for value in entry.values.values()}
        named = {Decimal(value) for entry in said for value in [*entry.values.values(), *entry.loose]}
        return bool(named) and named <= drafted

    def only_names(self, said: list[Entry]) -> bool:
        """Whether nothing but the meter just read back is named («да, холодная»)."""
        values = any(entry.gives for entry in said)
        return not values and all(self.draft.about(entry) is not None for entry in said)

    def of_booked(self, said: list[Entry], *, mistaken: bool) -> list[Entry]:
        """A bare value said for a mistake in what was just written down is that meter's. mistaken: a mistake was
        spoken of; where only «а нет» was said, it is what the meter may show."""
        begun = self.step == "which" and not self.draft.entries and not self._of_left(said)
        rather = self.step == "rest" and RATHER.match(self.talk.turn.text.lower()) is not None
        certain = begun or (self.step == "rest" and mistaken)
        oops = certain or rather or (self.step == "rest" and OOPS.match(self.talk.turn.text.lower()) is not None)
        if oops and len(said) == 1 and len(said[0].loose) == 1 and (said[0].resource or said[0].place):
            fitting = [meter for meter in map(self.flat.meter, self.draft.booked) if said[0].fits(meter)]
            fitting = [meter for meter in fitting if self.books.acceptable(said[0], meter)]
            return (
                [replace(said[0], resource=fitting[0].resource, place=fitting[0].place)] if len(fitting) == 1 else said
            )
        if not (certain or rather) or len(said) != 1 or len(said[0].loose) != 1 or said[0].resource or said[0].place:
            return said
        meters = [self.flat.meter(number) for number in self.draft.booked]
        if len(meters) > 1 or not certain:
            meters = [meter for meter in meters if self.books.acceptable(said[0], meter)]
        if len(meters) != 1:
            return said
        return [replace(said[0], resource=meters[0].resource, place=meters[0].place)]

    def _of_left(self, said: list[Entry]) -> bool:
        """Whether a value is what a meter would show that is still to be read."""
        return len(said) == 1 and any(self.books.likely(said[0], meter) for meter in self.flat.left())

    def twins(self, entry: Entry) -> str:
        """The meters that an entry may mean, with the ends of their numbers; empty where no resource is named."""
        meters = self.fitting(entry) if entry.resource else []
        ends = [f"{self.flat.name(meter)} с номером на {meter.serial[-SERIAL:]}" for meter in meters]
        return listed(ends, "или") if ends else ""

    def is_elsewhere(self, entry: Entry, said: Entry) -> bool:
        """Whether a bare value is not what the entry's meter would show, but what one other does that is left."""
        if self.books.likely(said, self.flat.meter(entry.meter)):
            return False
        drafted = {other.meter for other in self.draft.entries}
        others = [meter for meter in self.flat.left() if meter.id not in drafted and self.books.likely(said, meter)]
        return len(others) == 1

    def said_so_far(self, asked: Entry, said: Entry) -> Reply:
        """A number is being said in parts: it is kept, and the next part waited for."""
        self.talk.beside = "help"
        asked.values, asked.loose = {}, []
        asked.forget()
        asked.stopped = {self.flat.meter(asked.meter).registers[0]: said.loose[0]}
        return self._ask("value", "readings.so_far", "number", value=shown(said.loose[0]))

    def several(self, asked: Entry, said: list[Entry]) -> Reply | None:
        """More numbers than the meter asked about shows («сто двадцать пять или шесть»): which is it?"""
        if asked.meter is None or asked.gives or self.step != "value" or not all(entry.is_bare for entry in said):
            return None
        meter, values = self.flat.meter(asked.meter), [value for entry in said for value in entry.loose]
        left = [[one for one in self.flat.left() if self.books.likely(Entry(loose=[v]), one)] for v in values]
        if len(values) <= len(meter.registers) or all(len(meters) == 1 for meters in left):
            return None
        name = self.flat.name(meter)
        return self.talk.reply("readings.several", meter=name, Meter=capital(name), expecting="number")

    def denies(self) -> bool:
        """«Не двадцать» of what was just read back: the right number is to come."""
        values = [value for entry in self.draft.entries for value in entry.values.values()]
        return self.step in READ_BACK and any(denied(self.talk.turn.text, value) for value in values)

    def wavers(self, said: list[Entry]) -> Reply | None:
        """«Шесть тысяч двести три или тринадцать, не разберу»: which of the two, before any is read back."""
        asked, count = self.asked, sum(len(entry.loose) for entry in said)
        if count > TWO or len({(entry.resource, entry.place) for entry in said}) != 1:
            return None
        bare = said[0].is_bare and asked is not None and asked.meter is not None
        named = asked if bare and asked is not None else replace(said[0], loose=[])
        meters = [self.flat.meter(named.meter)] if named.meter is not None else self.fitting(named)
        two = either(self.talk.turn.text, meters[0]) if len(meters) == 1 else None
        if two is None:
            return None
        meter, (first, second) = meters[0], two
        self.draft.entries = [entry for entry in self.draft.entries if entry.meter != meter.id]
        rejected = {meter.registers[0]: first}
        self.draft.entries.append(Entry(meter.id, meter.resource, meter.place, rejected=rejected))
        name = capital(self.flat.name(meter))
        return self._ask("value", "readings.either", "number", Meter=name, first=first, second=second)

    def on(self) -> Reply:
        """«Давай дальше», «на чём мы остановились»: the next meter, or the question that is open."""
        if self.step not in {"which", "rest"} or self.draft.entries:
            self.talk.beside = "help"
            return self.next()
        told = str(self.talk.session.question.get("text", ""))
        left = [meter for meter in self.flat.left() if self.flat.name(meter) in told] or self.flat.left()
        self.draft.entries = [Entry(left[0].id, left[0].resource, left[0].place)] if left else []
        return self.next()

    def sure(self) -> Reply:
        """The resident stands by a doubtful value."""
        if self.asked is not None:
            self.asked.sure += self.books.doubts(self.asked)
        return self.next()

    def guessed(self) -> Reply:
        """The guess was right: take it instead of what was said."""
        entry = self.asked
        if entry is not None and "meter" in entry.guess:
            self._swap(entry, int(entry.guess["meter"]))
        elif entry is not None:
            entry.values |= entry.guess["values"]
            entry.forget()
        return self.next()

    def not_guessed(self) -> Reply:
        """The guess was wrong: the value is doubted as it was said."""
        entry = self.asked
        if entry is not None:
            code = str(entry.guess.get("code", ""))
            for one in self.draft.entries:
                if one is entry or one.meter == entry.guess.get("meter"):
                    one.refused.append(code)
            entry.guess = {}
            if self.books.stopped(entry):
                return self.wrong()
        return self.next()

    def wrong(self, named: Entry | None = None) -> Reply:
        """The resident rejects what was read back, or the entry named: ask for what is right."""
        entry = named or self.asked
        if entry is None or entry.meter is None:
            return self.next()
        if named is None and self.step == "confirm" and len(self.draft.entries) > 1:
            return self._ask("fix", "readings.fix_what", "meter")
        self._put_last(entry)
        name = self.flat.name(self.flat.meter(entry.meter))
        stopped = bool(entry.values) and self.books.stopped(entry)
        rejected, entry.values, entry.loose = entry.values, {}, []
        entry.forget()
        entry.rejected = rejected
        entry.stopped = rejected if stopped else {}
        return self._ask("value", "readings.fix_value", "number", meter=name, Meter=capital(name))

    def fix_booked(self) -> Reply:
        """What was written down is wrong: the right number, where only one meter has any, else which meter it is."""
        period = self.flat.period
        written = [one for one in self.flat.meters if any(last.period == period for last in one.last.values())]
        booked = [meter for meter in self.flat.meters if meter.id in self.draft.booked] or written
        if len(booked) != 1:
            self.draft.entries = []
            return self._ask("which", "readings.fix_booked", "meter")
        meter, name = booked[0], self.flat.name(booked[0])
        self.draft.entries = [Entry(meter.id, meter.resource, meter.place)]
        return self._ask("value", "readings.fix_written", "number", meter=name)

    def dropped(self) -> Reply:
        """What was not agreed to is not written; what was written before stays."""
        return self.talk.reply("readings.dropped_rest" if self.draft.booked else "readings.dropped")

    def restored(self) -> Reply:
        """The value that was rejected is right after all («ой, погоди… да, правильно»)."""
        if self.asked is not None and self.asked.rejected:
            self.asked.values = self.asked.rejected
            self.asked.forget()
        return self.next()

    def meant_for(self, other: Entry) -> Reply | None:
        """«Нет, это горячая»: the value just read back is another meter's; None if that meter is not clear."""
        entry = self.asked
        if entry is not None and other.resource is None:  # «ой, это в ванной»
            same = replace(other, resource=entry.resource)
            other = same if any(same.fits(meter) for meter in self.flat.meters) else other
        meters = self.fitting(other)
        if entry is None or len(meters) != 1:
            return None
        meant = Entry(resource=other.resource, place=other.place, loose=list(entry.values.values()))
        meant.sure, meant.refused = [SWAPPED], [SWAPPED]  # the resident has just told which meter it is
        self.draft.entries = [one for one in self.draft.entries if one is not entry] + [meant]
        return self.next()

    def insisted(self) -> Reply:
        """The dial shows what the books refuse: offer a person."""
        stopped = self.asked.stopped if self.asked is not None else {}
        value = shown(next(iter(stopped.values()), "0"))
        return self._ask("person", "readings.insisted", "yes_no", YES_NO, value=value)

    def leave(self, entry: Entry) -> Reply:
        """An entry is put off; the rest of the draft goes on."""
        self.draft.entries.remove(entry)
        return self.next()

    def _swap(self, entry: Entry, other_id: int) -> None:
        """The entry was meant for the other meter; if that one has a value too, it was meant for this one. To change
        them back is not offered."""
        other = next((known for known in self.draft.entries if known.meter == other_id), None)
        meter = self.flat.meter(other_id)
        if other is not None:
            other.meter, other.resource, other.place = entry.meter, entry.resource, entry.place
        entry.meter, entry.resource, entry.place = meter.id, meter.resource, meter.place
        for moved in [entry] if other is None else [entry, other]:
            moved.forget()
            moved.refused = [SWAPPED]
