"""What the books object to in the values said: a stop, a doubt that wants one more yes, a guess at what was meant."""

from dataclasses import replace
from decimal import Decimal

from billing import readings
from billing.meters import MeterView
from billing.readings import Finding, NotAccepted, Preview
from skill.dialogue.flat import Flat
from skill.dialogue.readings.draft import Draft, Entry, as_said
from skill.dialogue.talk import Talk

FINAL = frozenset(
    {
        "METER_AUTOMATIC",
        "METER_ARCHIVED",
        "METER_RESOURCE_OWNED_BY_ANOTHER_ORGANIZATION",
        "METER_VERIFICATION_MISSED",
        "READING_WINDOW_CLOSED",
        "ALREADY_ACCEPTED",
    }
)
"""Findings that no other value would change."""
DISPUTED = frozenset({"LESS_THAN_PREVIOUS", "TOO_BIG", "EXTERNAL"})
"""Stops that may be wrong while the dial is right: a person can look into them."""
BESIDE_THE_VALUE = frozenset({"METER_VERIFICATION_MISSED", "READING_WINDOW_CLOSED"})
"""Doubts that are not about the value: a yes to one of them says nothing of it."""
READ_BACK = frozenset({"SAME_AS_PREVIOUS"})
"""Doubts that the read-back tells of itself: the yes to it is the yes to them."""
SHORTER = 2
"""So many digits less than the last value: it may be what was used."""


class Objections:
    """The books' opinion of entries in one turn."""

    def __init__(self, talk: Talk, flat: Flat) -> None:
        self._db = talk.db
        self._flat = flat
        self._outcomes: dict[tuple[int | None, tuple[tuple[str, str], ...]], Preview | NotAccepted] = {}

    def tried(self, entry: Entry) -> Preview | NotAccepted:
        """What the books would make of an entry; asked once a turn for the same values."""
        key = (entry.meter, tuple(sorted(entry.values.items())))
        if key not in self._outcomes:
            meter = self._flat.meter(entry.meter)
            try:
                self._outcomes[key] = readings.preview(
                    self._db, meter_id=meter.id, values=entry.decimals(), today=self._flat.today
                )
            except NotAccepted as refused:
                self._outcomes[key] = refused
        return self._outcomes[key]

    def booked(self, entry: Entry) -> dict[str, str]:
        """The values as the books keep them: without digits that are not taken."""
        found = self.tried(entry)
        if not isinstance(found, Preview):
            return entry.values
        return {zone: as_said(value) for zone, value in found.values.items()}

    def findings(self, entry: Entry) -> list[Finding]:
        """Everything the books have to say of the entry's values."""
        return self.tried(entry).findings

    def unchanged(self, entry: Entry) -> dict[str, str]:
        """What a meter showed before, where «ноль» was said of it: nothing was used. Empty for any other value."""
        meter = self._flat.meter(entry.meter)
        nothing = bool(entry.values) and not any(entry.decimals().values())
        if not nothing or set(entry.values) != set(meter.last):
            return {}
        if all(len(str(int(last.value))) < SHORTER for last in meter.last.values()):  # a new dial may well show it
            return {}
        return {register: as_said(last.value) for register, last in meter.last.items()}

    def stopped(self, entry: Entry) -> bool:
        """Whether no yes would book these values."""
        return any(finding.level == "block" for finding in self.findings(entry))

    def doubts(self, entry: Entry) -> list[str]:
        """Codes that the next yes answers: those about the value together, one beside it alone."""
        found = [finding.code for finding in self.findings(entry) if finding.level == "confirm"]
        doubts = [code for code in found if code not in entry.sure]
        return doubts[:1] if BESIDE_THE_VALUE.intersection(doubts[:1]) else doubts

    def likely(self, entry: Entry, meter: MeterView) -> bool:
        """Whether the values said are what this meter would show now, so that its name need not be asked."""
        return any(meter.id == left.id for left in self._flat.left()) and self.acceptable(entry, meter)

    def acceptable(self, entry: Entry, meter: MeterView) -> bool:
        """Whether the books would take the values said as this meter's without a question."""
        trial = replace(entry, loose=list(entry.loose), values=dict(entry.values))
        trial.settle(meter)
        if not entry.loose or trial.missing(meter):
            return False
        return not any(finding.level != "review" for finding in self.findings(trial))

    def guess(self, finding: Finding, entry: Entry, draft: Draft) -> dict[str, object]:
        """What may have been meant instead by an entry, as kept with the entry; empty if the books have no idea."""
        guess = finding.facts.get("guess")
        if guess:
            return {"code": finding.code, "values": {zone: str(value) for zone, value in guess.items()}}
        other = finding.facts.get("other_meter_id")
        if isinstance(other, int) and self._flat.knows(other):
            said = next((entry for entry in draft.entries if entry.meter == other and entry.values), None)
            both = {"said": next(iter(said.values.values()))} if said else {}
            if said is not None and (both["said"] in entry.values.values() or self._refuses(entry, said)):
                return {}
            return {"code": finding.code, "meter": other, **both}
        return self._rise(finding, entry)

    def _refuses(self, entry: Entry, said: Entry) -> bool:
        """Whether the value of another meter cannot be this one's."""
        trial = replace(entry, loose=[], values=dict(said.values))
        return any(finding.level == "block" for finding in self.findings(trial))

    def _rise(self, finding: Finding, entry: Entry) -> dict[str, object]:
        """A value much shorter than the last one may tell what was used («пять кубов», «ноль»)."""
        meter = self._flat.meter(entry.meter)
        if finding.code != "LESS_THAN_PREVIOUS" or len(entry.values) > 1:
            return {}
        [(zone, said)] = entry.decimals().items()
        last = meter.last[zone].value if zone in meter.last else Decimal(0)
        if len(str(int(last))) - len(str(int(said))) < SHORTER:
            return self._end(finding, entry, str(int(last)))
        value = as_said(last + said)
        return {} if self._doubted(entry, {zone: value}) else {"code": finding.code, "values": {zone: value}}

    def _end(self, finding: Finding, entry: Entry, last: str) -> dict[str, object]:
        """Of a value by one digit shorter than the last one only the end may have been said («сорок семь» of 147)."""
        [(zone, said)] = entry.values.items()
        if not said.isdecimal() or not 1 < len(said) < len(last):
            return {}
        values = {zone: last[: -len(said)] + said}
        doubted = int(values[zone]) <= int(last) or self._doubted(entry, values)
        return {} if doubted else {"code": finding.code, "values": values, "end": said}

    def _doubted(self, entry: Entry, values: dict[str, str]) -> bool:
        trial = replace(entry, values=values)
        return any(one.level != "review" and one.code not in READ_BACK for one in self.findings(trial))
