"""Readings beside other readings: the last one, a usual month, and one that the billing did not take."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from statistics import median

from sqlmodel import col, select

from billing import accounts, forecast
from billing.meters import MeterView
from billing.tables import Reading
from billing.windows import month_start
from skill.dialogue.flat import Flat, account_of
from skill.dialogue.meaning.asked import months
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.naming import capital, meter_name, month_name
from skill.dialogue.readings import past
from skill.dialogue.readings.gathering import SERIAL, YES_NO, Gathering
from skill.dialogue.readings.readback import reason_of, values_shown
from skill.dialogue.talk import Talk, after
from skill.dialogue.turn import SENTENCE_END, Reply
from skill.understanding import Understanding
from speech import wording

READINGS = frozenset({"submit_reading", "correct"})
"""What readings are handed in, or set right, with."""
MONTHS = 12
"""So many months back a meter is compared with itself."""


def previous(gathering: Gathering) -> Reply | None:
    """«А сколько было?»: the last reading of the meter asked about; the question stays open."""
    entry = gathering.asked
    if gathering.step not in {"value", "confirm", "doubt", "guess"} or entry is None or entry.meter is None:
        return None
    meter = gathering.flat.meter(entry.meter)
    if not meter.last:
        return None
    gathering.talk.beside = "help"
    values = {register: last.value for register, last in meter.last.items()}
    expecting, buttons = ("number", ()) if gathering.step == "value" else ("yes_no", YES_NO)
    return gathering.talk.reply(
        f"readings.previous.{expecting}",
        meter=gathering.flat.name(meter),
        values=values_shown(values, meter),
        day=wording.day(max(last.taken_at for last in meter.last.values())),
        expecting=expecting,
        buttons=buttons,
    )


def beside(gathering: Gathering) -> Reply | None:
    """What is asked beside the open question: which meter, which month; None: neither of these."""
    text = gathering.talk.turn.text
    if points_at("here", text):
        return here(gathering)
    return of_month(gathering) if points_at("which_month", text) else None


def here(gathering: Gathering) -> Reply:
    """«А какой это счётчик, какой квартиры?»: what is spoken of, and the question that is open again."""
    talk, flat, entry = gathering.talk, gathering.flat, gathering.asked
    talk.beside = "help"
    address = accounts.address_of(talk.db, account_of(talk))
    home = f"{address.street}, дом {address.house}, квартира {address.flat}"
    if entry is None or entry.meter is None:
        told = talk.say("readings.here", home=home)
    else:
        meter = flat.meter(entry.meter)
        name = capital(meter_name(meter, flat.meters))
        told = talk.say("readings.here_meter", Meter=name, serial=meter.serial[-SERIAL:], home=home)
    if gathering.step == "value":
        return replace(open_question(talk), text=f"{told} {talk.say('readings.here_value')}")
    return asked_again(talk, told)


def of_month(gathering: Gathering) -> Reply:
    """«Это за какой месяц?»: the month that readings count for, and the question that is open again."""
    return asked_again(gathering.talk, gathering.talk.say("readings.of_month", month=month_name(gathering.flat.period)))


def of_period(flat: Flat, meter: MeterView) -> dict[str, Decimal]:
    """What a meter shows by the readings of this month."""
    return {zone: last.value for zone, last in meter.last.items() if last.period == flat.period}


def used(gathering: Gathering) -> Reply:
    """What was used this month by what is booked already, and the question that is open again."""
    talk, period = gathering.talk, gathering.flat.period
    lines = past.used(talk, gathering.flat, [period], [])
    return asked_again(talk, talk.say("history.used", month=month_name(period), lines=lines) if lines else "")


def of_now(gathering: Gathering, said: Understanding, reply: Reply) -> Reply:
    """The reply, after the month that readings are taken for where another one was named."""
    talk, period = gathering.talk, gathering.flat.period
    named = months(said, gathering.flat.today) if said.intent in READINGS else []
    if not named or period in named or points_at("same", talk.turn.text):
        return reply
    return after(talk.say("readings.only_now", month=month_name(period)), reply)


def asked_again(talk: Talk, told: str) -> Reply:
    """What was asked about, and the question that is open again."""
    talk.beside = "help"
    question = open_question(talk)
    return replace(question, text=f"{told} {SENTENCE_END.split(question.text)[-1]}".strip())


def open_question(talk: Talk) -> Reply:
    """The open question as it was asked."""
    return Reply.from_json(talk.session.question or talk.session.last)


def usual(gathering: Gathering) -> Reply:
    """«Это много?»: what the meters of the draft use in other months, and the question that is open again."""
    talk, flat = gathering.talk, gathering.flat
    meters = [flat.meter(entry.meter) for entry in gathering.draft.entries if entry.meter is not None]
    lines = usual_lines(talk, flat, meters)
    talk.beside = "help"
    key = "readings.usual" if lines else "readings.nothing_usual"
    return talk.reply(key, lines=", ".join(lines), buttons=YES_NO, expecting="yes_no")


def declined(talk: Talk, flat: Flat) -> str:
    """That the billing did not take a reading of this month, and why; empty when nothing is to be given anew."""
    row = talk.db.exec(
        select(Reading)
        .where(
            col(Reading.meter_id).in_([meter.id for meter in flat.left()]),
            Reading.period == flat.period,
            Reading.status == "declined",
        )
        .order_by(col(Reading.id).desc())
    ).first()
    if row is None:
        return ""
    name, reason = flat.name(flat.meter(row.meter_id)), reason_of(row.decline_text or "")
    return talk.say("history.declined", meter=name, value=wording.reading(row.value.normalize()), reason=reason)


def usual_lines(talk: Talk, flat: Flat, meters: list[MeterView]) -> list[str]:
    """«холодная вода 8,5 м³»: the median month of each meter; of one that has twins, the median of its readings."""
    used = forecast.monthly_use(talk.db, flat.home.account_id, flat.period)
    lines = []
    for meter in meters:
        months = {month: volume for month, volume in used.get(meter.resource, {}).items() if month < flat.period}
        if sum(other.resource == meter.resource for other in flat.meters) > 1:
            months = _own_months(talk, flat, meter)
        if months:
            usual = round(median(months.values()), 1)
            lines.append(f"{flat.name(meter)} {wording.quantity(usual, meter.unit)}")
    return lines


def _own_months(talk: Talk, flat: Flat, meter: MeterView) -> dict[date, Decimal]:
    """What a meter has used by the readings of the last year, by month."""
    rows = talk.db.exec(
        select(Reading).where(
            Reading.meter_id == meter.id,
            col(Reading.period) >= month_start(flat.period, -MONTHS),
            col(Reading.period) < flat.period,
            col(Reading.status).in_(past.LIVE),
        )
    ).all()
    months: dict[date, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.consumption is not None:
            months[row.period] += row.consumption
    return months
