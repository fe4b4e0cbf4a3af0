"""Readings put back into sentences: what was said, what it uses and costs, what the books object to."""

from collections.abc import Mapping
from decimal import Decimal

from billing.meters import MeterView
from billing.readings import Finding, Preview
from skill.dialogue.flat import Flat
from skill.dialogue.naming import capital, listed, month_name, register_name
from skill.dialogue.phrases import phrases
from skill.dialogue.readings.draft import Entry
from skill.dialogue.talk import Talk
from skill.dialogue.turn import SENTENCE_END
from speech import wording


def _shown(value: Decimal) -> str:
    return wording.reading(value.normalize())


def values_shown(values: Mapping[str, Decimal], meter: MeterView) -> str:
    """«123,4», or «день 123 и ночь 45» for a meter of several registers."""
    if len(meter.registers) == 1:
        return _shown(next(iter(values.values())))
    said = [name for name in meter.registers if name in values]
    return listed([f"{register_name(name)} {_shown(values[name])}" for name in said])


def shown(value: str) -> str:
    """Written digits as a resident writes them: «123,4», without zeros in front."""
    return _shown(Decimal(value))


def read_back(talk: Talk, flat: Flat, previews: list[tuple[MeterView, Preview]]) -> str:
    """The readings with consumption and cost, in the order said, as one sentence without its full stop."""
    if len(previews) > 1 and all(_nothing_used(preview) for _, preview in previews):
        lines = [f"{flat.name(meter)} {values_shown(preview.values, meter)}" for meter, preview in previews]
        return ", ".join(lines) + talk.say("readings.all_same")
    text = "; ".join(_line(talk, flat, meter, preview) for meter, preview in previews)
    costs = [preview.cost_kopecks for _, preview in previews]
    known = [cost for cost in costs if cost is not None]
    if not any(known) or len(known) < len(costs):
        return text
    key = "readings.cost" if len(known) == 1 else "readings.total"
    return text + talk.say(key, money=wording.money(round(sum(known), -2)))


def _line(talk: Talk, flat: Flat, meter: MeterView, preview: Preview) -> str:
    kind = "nothing_used" if _nothing_used(preview) else "one" if preview.consumption else "first"
    line = talk.say(
        f"readings.{kind}",
        meter=flat.name(meter),
        values=values_shown(preview.values, meter) + _instead(talk, meter, preview),
        used=wording.quantity(sum(preview.consumption.values(), Decimal(0)), meter.unit),
    )
    return line + (talk.say("readings.cut") if preview.truncated else "")


def _nothing_used(preview: Preview) -> bool:
    return any(finding.code == "SAME_AS_PREVIOUS" for finding in preview.findings)


def _instead(talk: Talk, meter: MeterView, preview: Preview) -> str:
    """« вместо 125» where the books hold another value for this month."""
    if not preview.replaces or preview.replaces == preview.values:
        return ""
    return talk.say("readings.instead", values=values_shown(preview.replaces, meter))


def finding_sentence(talk: Talk, kind: str, finding: Finding, flat: Flat, entry: Entry) -> str:
    """The sentence for what the books object to; kind: `block`, `doubt` or `guess`."""
    meter = flat.meter(entry.meter)
    both = kind == "guess" and "said" in entry.guess
    of_guess = "_BOTH" if both else "_END" if kind == "guess" and "end" in entry.guess else ""
    key = f"readings.{kind}.{finding.code}{of_guess}"
    if key not in phrases():
        key = f"readings.{kind}.other"
    register = str(finding.facts.get("zone", meter.registers[0]))
    value = Decimal(entry.values.get(register, "0"))
    previous, used = _compared(finding, meter, register, value)
    guess = {name: Decimal(guessed) for name, guessed in entry.guess.get("values", {}).items()}
    other = entry.guess.get("meter")
    return talk.say(
        key,
        Meter=capital(flat.name(meter)),
        meter=flat.name(meter),
        value=_shown(value) if len(meter.registers) == 1 else values_shown(entry.decimals(), meter),
        previous=_shown(previous),
        used=wording.quantity(used, meter.unit),
        digits=str(meter.digits_int),
        decimals=str(meter.digits_frac),
        month=month_name(flat.period),
        window=f"с {flat.window.start.day} по {flat.window.end.day} число",
        guess=values_shown(guess, meter) if guess else "",
        other=flat.name(flat.meter(other)) if other else "",
        company=str(finding.facts.get("organization", "")),
        said=shown(entry.guess["said"]) if both else "",
        reason=_because(str(finding.facts.get("message", ""))),
    )


def reason_of(message: str) -> str:
    """What the company says, as a sentence after another; empty when it says nothing."""
    bare = message.strip().rstrip(".")
    return f" {capital(bare)}." if bare else ""


def _because(message: str) -> str:
    """What the company says, as the end of a sentence («… — расход больше обычного»); empty when it says nothing."""
    bare = "; ".join(sentence.rstrip(".") for sentence in SENTENCE_END.split(message.strip()))
    return f" — {bare if bare[1:2].isupper() else bare[:1].lower() + bare[1:]}" if bare else ""


def _compared(finding: Finding, meter: MeterView, register: str, value: Decimal) -> tuple[Decimal, Decimal]:
    """What the books compared the value with, and the consumption that comes out."""
    previous, used = finding.facts.get("previous"), finding.facts.get("consumption")
    if isinstance(used, Decimal) and len(meter.registers) == 1:
        return value - used, used
    if not isinstance(previous, Decimal):
        last = meter.last.get(register)
        previous = last.value if last else Decimal(0)
    return previous, used if isinstance(used, Decimal) else max(value - previous, Decimal(0))
