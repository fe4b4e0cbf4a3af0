"""Which number a resident meant: everything that was heard, weighed by the dial it was read from."""

from decimal import Decimal

from billing import forecast
from billing.meters import MeterView
from skill.dialogue.flat import Flat
from skill.dialogue.talk import Talk
from speech.numerals import Dial, pool, rank

DAYS_A_MONTH = 30


def dial_value(talk: Talk, flat: Flat, meter: MeterView, register: str, understood: str) -> str:
    """The likeliest reading of a register among all hypotheses of the turn, as written digits.

    Where everything heard means the same number, or none of it fits the dial, that is `understood`.
    """
    candidates = pool((hypothesis.text, hypothesis.confidence) for hypothesis in talk.turn.hypotheses)
    if len(candidates) < 2:
        return understood
    last = meter.last.get(register)
    ranked = rank(
        candidates,
        Dial(meter.digits_int, meter.digits_frac),
        previous=last.value if last else None,
        daily_use=_daily_use(talk, flat, meter, register),
        days=(flat.today - last.taken_at).days if last else DAYS_A_MONTH,
    )
    return str(ranked[0].value) if ranked else understood


def _daily_use(talk: Talk, flat: Flat, meter: MeterView, register: str) -> Decimal | None:
    """What this kind of meter usually turns in a day; None without three months of history."""
    months = forecast.monthly_volumes(talk.db, meter.account_id, flat.period).get((meter.resource, register), {})
    if len(months) < 3:
        return None
    twins = sum(other.resource == meter.resource for other in flat.meters)
    return sum(months.values(), Decimal(0)) / len(months) / twins / DAYS_A_MONTH
