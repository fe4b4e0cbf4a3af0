"""Сколько стоит единица и сколько положено без счётчика: tariffs and norms, open to everybody."""

import re
from collections.abc import Iterable
from datetime import date

from sqlmodel import col, select

from billing import tariffs
from billing.resources import FACTS, Resource
from billing.tables import Norm, Organization, Tariff
from billing.tariffs import Prices
from billing.windows import clipped, month_start
from skill.dialogue.company import company_of, today
from skill.dialogue.meaning.asked import months, service_name, service_unit, services
from skill.dialogue.naming import capital, listed, month_name, register_name, resource_name
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording
from speech.numerals import numbers, segments

SINCE = re.compile(r"с как(ого|их|ой)|давно|когда|менял")
RISES = re.compile(r"повы[шс]|подорож|вырас|измен|подним|нов(ый|ые|ая) (тариф|цен)|рост\b|процент")
WHY = re.compile(r"почему|отчего|с чего|(кто|кем) .*(устан|утвер|назнач|придум|повы)|дорог")
WHILE_AGO = re.compile(r"\bгод назад\b|\bв том году\b")
YEAR = re.compile(r"\b(20\d\d)\b")
LAST = 31
"""Of a month: prices change with its first day, and hold on its last."""
SHARED = {2: "двоих", 3: "троих", 4: "четверых", 5: "пятерых", 6: "шестерых", 7: "семерых"}
TOGETHER = {"двое": 2, "двои": 2, "трое": 3, "трои": 3, "четвер": 4, "пятер": 5, "шестер": 6, "семер": 7}
IN_ROUBLES = re.compile(r"рубл|деньг|денег|по деньгам")
UNITS = {"m3": "м³", "kwh": "кВт⋅ч"}
"""A unit as it is heard, and as a bill has it."""
USUAL = ("COLD_WATER", "HOT_WATER", "ELECTRICITY")


class PricesTopic(Topic):
    """The scene of tariffs and norms."""

    name = "prices"
    intents = frozenset({"tariffs", "norms"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The price or the norm of what was asked about."""
        company = company_of(talk)
        wanted = services(said, talk.turn.text)
        if company is None:
            return talk.reply("prices.unknown")
        text = talk.turn.text.lower()
        if said.intent == "tariffs" and WHY.search(text):
            return talk.reply("prices.why")
        if said.intent == "tariffs" and RISES.search(text):
            return _to_come(talk, company, wanted)
        if said.intent == "tariffs" and SINCE.search(text):
            return _since(talk, company, wanted)
        if said.intent == "norms":
            return self._norms(talk, company, wanted)
        zone = said.slots.get("zone", "")
        zones = [str(name) for name in (zone if isinstance(zone, list) else [zone])]
        if (year := YEAR.search(text)) and "period" not in said.slots:
            said = Understanding(said.intent, {**said.slots, "period": year[1]}, said.confidence)
        past = months(said, today(talk), WHILE_AGO.sub("в прошлом году", text))
        if past and past[-1] < month_start(today(talk)):
            return _of_the_past(talk, company, wanted, past)
        return _of_volume(talk, company, wanted) or self._tariffs(talk, company, wanted, zones)

    def _tariffs(self, talk: Talk, company: Organization, wanted: list[str], asked: list[str]) -> Reply:
        on = today(talk)
        lines = []
        for resource in wanted or USUAL:
            prices = tariffs.prices_on(talk.db, company.id, resource, on)
            if prices:
                lines.append(_price_line(talk, resource, prices, list(filter(None, asked)), ranges=bool(wanted)))
        if not lines:
            return talk.reply("prices.no_tariff", resource=_names(wanted))
        more = talk.say("prices.more") if not wanted else ""
        return talk.reply("prices.tariffs", lines=capital(", ".join(lines)), more=more)

    def _norms(self, talk: Talk, company: Organization, wanted: list[str]) -> Reply:
        rows = _norms_on(talk, company, wanted or USUAL, today(talk))
        about = talk.session.about
        before = str(about.get("text", "")) if about.get("intent") == "norms" else ""
        people = _people(talk.turn.text) or _people(before)
        if IN_ROUBLES.search(talk.turn.text.lower()) and (costs := _costs(talk, company, rows, people or 1)):
            told = ", ".join(f"{name} {wording.money(sum_)}" for name, sum_ in costs)
            whole, who = wording.money(sum(sum_ for _, sum_ in costs)), SHARED.get(people, "одного")
            return talk.reply(
                "prices.norms_cost" if len(costs) > 1 else "prices.norm_cost", people=who, lines=told, sum=whole
            )
        if people > 1 and (shared := [row for row in rows if row.unit != "m2"]):
            lines = [f"{resource_name(row.resource)} {_whole(row, people)}" for row in shared]
            return talk.reply("prices.norms_of", people=SHARED.get(people, f"{people} человек"), lines=", ".join(lines))
        lines = [_norm_line(talk, row) for row in rows]
        if not lines:
            return talk.reply("prices.no_norm", resource=_names(wanted))
        return talk.reply("prices.norms", lines=", ".join(lines))


def _costs(talk: Talk, company: Organization, rows: list[Norm], people: int) -> list[tuple[str, int]]:
    """What a month by the norm costs so many people: a resource's name and kopecks, at the price of the first range."""
    costs = []
    for row in rows:
        prices = tariffs.prices_on(talk.db, company.id, row.resource, today(talk))
        if row.unit != "m2" and "single" in prices:
            costs.append((resource_name(row.resource), tariffs.kopecks(prices["single"][0].price * row.value * people)))
    return costs


def _of_the_past(talk: Talk, company: Organization, wanted: list[str], past: list[date]) -> Reply:
    """The prices of months that are over, as far as the books hold them; never those of today instead."""
    codes = [code for code in wanted or USUAL if tariffs.prices_on(talk.db, company.id, code, today(talk))]
    spans = [list(dict.fromkeys(_price_at(talk, company, code, month) for month in past)) for code in codes]
    known = [(code, [price for price in prices if price]) for code, prices in zip(codes, spans, strict=True)]
    lines = [f"{service_name(code)} {', потом '.join(prices)}" for code, prices in known if prices]
    when = month_name(past[0]) if len(past) == 1 else f"{past[0].year} год"
    if not lines:
        days = [row.valid_from for row in _tariffs(talk, company, wanted) if row.valid_from <= today(talk)]
        return talk.reply("prices.not_then", when=when, day=_day(max(days))) if days else talk.reply("prices.unknown")
    return talk.reply("prices.then", when=when, lines=", ".join(lines))


def _price_at(talk: Talk, company: Organization, code: str, month: date) -> str:
    """«52 ₽ 34 коп./м³» at the end of a month; empty where the books do not know it."""
    prices, unit = tariffs.prices_on(talk.db, company.id, code, clipped(month, LAST)), service_unit(code)
    if not prices:
        return ""
    zones = {"single": prices["single"]} if "single" in prices else prices
    parts = []
    for name, steps in zones.items():
        price = wording.money(tariffs.kopecks(steps[0].price)) + (f"/{unit}" if unit else "")
        parts.append(" ".join(filter(None, [register_name(name), price])))
    return listed(parts)


def _people(text: str) -> int:
    """For how many people a norm is asked («нас трое», «на троих»); 0 when nothing is said of it."""
    said = re.findall(r"\w+", text.lower().replace("ё", "е"))
    named = next((count for stem, count in TOGETHER.items() if any(word.startswith(stem) for word in said)), 0)
    counted = re.search(r"(\w+) человек", " ".join(said))
    count = numbers(counted[1]) if counted else []
    return int(count[0]) if count and count[0].isdecimal() else named


def _whole(row: Norm, people: int) -> str:
    """The norm of all of them together: «20,805 м³»."""
    return wording.quantity(row.value * people, FACTS[Resource(row.resource)].unit)


def _price_line(talk: Talk, resource: str, prices: Prices, asked: list[str], *, ranges: bool) -> str:
    """«электричество: день 7,04 ₽, ночь 2,90 ₽»; the first range, with the next one where there are ranges.

    asked: the zones named.
    """
    unit = service_unit(resource)
    zones = {name: steps for name, steps in prices.items() if not asked or name in asked} or dict(prices)
    if not asked and "single" in zones:
        zones = {"single": zones["single"]}
    parts = []
    for name, steps in zones.items():
        price = wording.money(tariffs.kopecks(steps[0].price)) + (f"/{unit}" if unit else "")
        parts.append(" ".join(filter(None, [register_name(name), price])))
    line = f"{service_name(resource)}: {listed(parts)}"
    steps = next(iter(zones.values()))
    if asked or len(steps) == 1 or not ranges:
        return line
    step = talk.say(
        "prices.range",
        volume=wording.quantity(steps[1].above, unit),
        price=wording.money(tariffs.kopecks(steps[1].price)),
    )
    return line + step


def _of_volume(talk: Talk, company: Organization, wanted: list[str]) -> Reply | None:
    """«Пять кубов холодной»: what so much costs, of the usual services where none with this unit is named; None where
    no amount is named, or a price depends on the hour."""
    said = segments(talk.turn.text)
    unit = UNITS.get(said[0].unit) if len(said) == 1 else None
    measured = [one for one in wanted if service_unit(one) == unit] or [
        one for one in USUAL if service_unit(one) == unit
    ]
    lines = []
    for service in measured if unit else ():
        prices = tariffs.prices_on(talk.db, company.id, service, today(talk))
        parts = tariffs.priced({"single": said[0].value}, prices) if "single" in prices else None
        if parts:
            lines.append(f"{service_name(service)} {wording.money(tariffs.total(parts))}")
    if not lines or unit is None:
        return None
    return talk.reply("prices.of_volume", volume=wording.quantity(said[0].value, unit), lines=listed(lines))


def _since(talk: Talk, company: Organization, wanted: list[str]) -> Reply:
    """From which day the prices hold that are told."""
    rows = _tariffs(talk, company, wanted)
    days = [row.valid_from for row in rows if row.valid_from <= today(talk)]
    return talk.reply("prices.since", day=_day(max(days))) if days else talk.reply("prices.why")


def _to_come(talk: Talk, company: Organization, wanted: list[str]) -> Reply:
    """The next change of a price that is in the books."""
    rows = sorted(_tariffs(talk, company, wanted), key=lambda row: row.valid_from)
    following = next((row for row in rows if row.valid_from > today(talk)), None)
    if following is None:
        return talk.reply("prices.no_change")
    price, unit = wording.money(tariffs.kopecks(following.price)), service_unit(following.resource)
    facts = {"day": _day(following.valid_from), "service": service_name(following.resource)}
    return Reply(talk.say("prices.to_come", price=f"{price}/{unit}" if unit else price, **facts))


def _day(on: date) -> str:
    """«1 июля 2026 года»."""
    return f"{wording.day(on)} {on.year} года"


def _tariffs(talk: Talk, company: Organization, wanted: list[str]) -> list[Tariff]:
    rows = talk.db.exec(
        select(Tariff).where(Tariff.organization_id == company.id, col(Tariff.resource).in_(wanted or USUAL))
    )
    return list(rows.all())


def norm_lines(talk: Talk, company: Organization, wanted: Iterable[str], on: date) -> list[str]:
    """«холодная вода 6,935 м³ на человека», of the resources that have a norm."""
    return [_norm_line(talk, row) for row in _norms_on(talk, company, wanted, on)]


def _norm_line(talk: Talk, row: Norm) -> str:
    unit = FACTS[Resource(row.resource)].unit
    return talk.say(
        "prices.norm_area" if row.unit == "m2" else "prices.norm_person",
        resource=resource_name(row.resource),
        value=wording.quantity(row.value, unit),
    )


def _norms_on(talk: Talk, company: Organization, wanted: Iterable[str], on: date) -> list[Norm]:
    rows = talk.db.exec(
        select(Norm)
        .where(Norm.organization_id == company.id, col(Norm.valid_from) <= on, col(Norm.unit) != "m3")
        .order_by(col(Norm.valid_from))
    ).all()
    newest = {row.resource: row for row in rows}
    return [newest[resource] for resource in wanted if resource in newest]


def _names(wanted: list[str]) -> str:
    return listed([service_name(code) for code in wanted]) if wanted else ""


SCENE = PricesTopic()
