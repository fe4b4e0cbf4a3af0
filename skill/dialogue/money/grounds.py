"""On what a line of a bill rests, in words: the norm and why, the average, corrected months (ПП 354)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from skill.dialogue.naming import month_name
from skill.dialogue.phrases import phrases
from skill.dialogue.talk import Talk
from speech import wording


def ground(talk: Talk, explanation: Mapping[str, Any]) -> str:
    """«показаний не было, начислили по среднему»; empty for what a meter showed.

    explanation: of a receipt's line, as `billing.charges` makes it.
    """
    basis = str(explanation.get("basis", ""))
    key = f"charges.ground.{basis}"
    if basis == "norm":
        key = f"charges.ground.norm.{explanation.get('why', 'no_meter')}"
    elif basis == "hot_two_component" and any(one.get("how") == "average" for one in explanation.get("meters", ())):
        key = "charges.ground.average"
    if key not in phrases():
        return ""
    times = Decimal(str(explanation.get("multiplier", "1")))
    dearer = talk.say("charges.ground.times", times=wording.reading(times.normalize())) if times > 1 else ""
    return talk.say(key) + dearer


def corrections(talk: Talk, explanation: Mapping[str, Any]) -> str:
    """«перерасчёт за август и сентябрь: минус 120 ₽»; empty without one."""
    rows = list(explanation.get("recalculation", ()))
    if not rows:
        return ""
    months = [month_name(date.fromisoformat(row["period"])) for row in rows]
    span = months[0] if len(months) == 1 else f"{months[0]} – {months[-1]}"
    return talk.say("charges.recalculated", months=span, sum=signed(talk, sum(row["now"] - row["was"] for row in rows)))


def signed(talk: Talk, kopecks: int) -> str:
    """«минус 120 ₽», «плюс 120 ₽»."""
    key = "charges.minus" if kopecks < 0 else "charges.plus"
    return talk.say(key, sum=wording.money(abs(kopecks)))
