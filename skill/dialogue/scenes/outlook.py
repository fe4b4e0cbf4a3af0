"""Сколько выйдет и как тратить меньше: the coming bill and saving tips, both from the household's own readings."""

from billing import forecast, receipts
from billing.forecast import Anomaly, Forecast
from billing.resources import FACTS, Resource
from billing.tables import ReceiptLine
from billing.windows import month_start
from skill.dialogue.company import today
from skill.dialogue.flat import Flat, home_of
from skill.dialogue.gate import barred
from skill.dialogue.meaning.asked import MONTHS, resources, service_name, services
from skill.dialogue.naming import capital, listed, month_name
from skill.dialogue.phrases import phrases
from skill.dialogue.scenes.charges import SCENE as CHARGES
from skill.dialogue.talk import Talk, after
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

SAVABLE = ("HOT_WATER", "ELECTRICITY", "COLD_WATER", "HEAT", "GAS")
YEAR, GONE = 12, 6
"""A month that was so many months ago at most is asked about as gone, another one as to come."""
ROUND = -3
"""A forecast is said in tens of roubles."""


class Outlook(Topic):
    """The scene of the forecast and of saving."""

    name = "outlook"
    intents = frozenset({"forecast", "saving_tips"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The forecast, or a tip."""
        if (bar := barred(talk, money=True)) is not None:
            return bar
        if said.intent == "saving_tips":
            return _tip(talk, said)
        named = MONTHS.index(str(said.slots["period"])) + 1 if said.slots.get("period") in MONTHS else 0
        this = today(talk).month
        if named and 0 < (this - named) % YEAR <= GONE:
            return CHARGES.begin(talk, said)
        return _forecast(talk, services(said, talk.turn.text), other=bool(named) and named != this)


def _forecast(talk: Talk, codes: list[str], *, other: bool) -> Reply:
    """Of the services named, else of the whole bill. other: a month further on was asked about, which nobody can tell
    yet."""
    period = month_start(today(talk))
    found = forecast.forecast(talk.db, home_of(talk).account_id, period)
    if found is None:
        return talk.reply("outlook.too_early")
    reply = _of_services(talk, found, codes) if codes else _of_bill(talk, found)
    return after(talk.say("outlook.only_this"), reply) if other else reply


def _of_bill(talk: Talk, found: Forecast) -> Reply:
    low, expected, high = (wording.money(round(kopecks, ROUND)) for kopecks in (found.low, found.expected, found.high))
    key = "outlook.forecast" if low != high else "outlook.exact"
    return talk.reply(key, month=month_name(found.period), expected=expected, low=low, high=high)


def _of_services(talk: Talk, found: Forecast, codes: list[str]) -> Reply:
    """Each service named, and together where they are several."""
    month, known = month_name(found.period), [code for code in codes if found.services.get(code, (0, 0, 0))[1]]
    if not known:
        return talk.reply("outlook.no_service", services=listed([service_name(code) for code in codes]))
    low, expected, high = (
        wording.money(round(sum(found.services[code][at] for code in known), ROUND)) for at in range(3)
    )
    lines = [f"{service_name(code)} {wording.money(round(found.services[code][1], ROUND))}" for code in known]
    if len(known) > 1 and low == high:
        return talk.reply("outlook.services_exact", month=month, lines=listed(lines), sum=expected)
    if len(known) > 1:
        return talk.reply("outlook.services", month=month, lines=listed(lines), sum=expected, low=low, high=high)
    key = "outlook.service" if low != high else "outlook.service_exact"
    name = service_name(known[0])
    return talk.reply(key, month=month, Service=capital(name), sum=expected, low=low, high=high)


def _tip(talk: Talk, said: Understanding) -> Reply:
    """What is odd first; else the tip for what was named, or for what costs most."""
    flat = Flat(talk)
    wanted = resources(said, talk.turn.text)
    odd = [
        one
        for one in forecast.anomalies(talk.db, flat.home.account_id, month_start(flat.today))
        if flat.knows(one.meter_id)
    ]
    odd = [one for one in odd if not wanted or one.resource in wanted]
    if odd:
        return _odd(talk, flat, odd[0])
    receipt = receipts.latest(talk.db, flat.home.account_id)
    lines = receipts.lines(talk.db, receipt.id) if receipt else []
    own = [line for line in lines if line.code in (wanted or SAVABLE) and line.charged_kopecks]
    if not own:
        code = next((code for code in wanted if f"outlook.tip.{code}" in phrases()), "HOT_WATER")
        return talk.reply(f"outlook.tip.{code}")
    line = max(own, key=lambda line: line.charged_kopecks)
    return Reply(f"{capital(_cost(talk, line))} {talk.say(f'outlook.tip.{line.code}')}")


def _cost(talk: Talk, line: ReceiptLine) -> str:
    return talk.say(
        "outlook.cost",
        service=service_name(line.code),
        volume=wording.quantity(round(line.volume, 2), FACTS[Resource(line.code)].unit),
        sum=wording.money(line.charged_kopecks),
    )


def _odd(talk: Talk, flat: Flat, one: Anomaly) -> Reply:
    meter = flat.meter(one.meter_id)
    return talk.reply(
        f"outlook.odd.{one.kind}",
        meter=flat.name(meter),
        Meter=capital(flat.name(meter)),
        volume=wording.quantity(round(one.volume, 1), meter.unit),
        usual=wording.quantity(round(one.usual, 1), meter.unit),
    )


SCENE = Outlook()
