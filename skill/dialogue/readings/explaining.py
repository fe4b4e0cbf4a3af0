"""Questions and remarks about what was just read back: «что значит пять кубов», «почему 262 рубля», «в прошлый раз было
четыре куба». They are answered with the last value, what was used and its price, and never change a reading."""

import re
from decimal import Decimal

from billing.meters import MeterView
from billing.readings import Preview
from skill.dialogue.meaning.plain import plain
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.naming import capital, listed, register_name
from skill.dialogue.readings import agreeing, comparing
from skill.dialogue.readings.answering import READ_BACK, Answering
from skill.dialogue.readings.draft import entries_of, meters_named
from skill.dialogue.readings.readback import values_shown
from skill.dialogue.turn import Reply
from skill.understanding.slots import extract
from speech import wording
from speech.numerals import segments

ASKS = re.compile(
    r"\b(?:что|чего|ч[её]|как|как(?:ой|ие|ая|ое|их|ую)|откуда|почему|отчего|зачем|с чего|разве|неужели|сколько|куда)\b"
)
MARVELS = re.compile(
    r"\b(?:прошл\w+|раньше|до этого|обычно|всегда|сосед\w*|не мо(?:жет|гло) быть|не мог\w*|ого|ничего себе"
    r"|ужас\w*|кошмар\w*|много\w*|мало\w*|дорог\w*|неужто|вс[её] равно)\b"
)
"""Words of one who wonders at a number, or compares it with another."""
WAS = re.compile(r"\b(?:в |за )?(?:прошл\w+|предыдущ\w+|раньше|до этого)\b.*\bбыл[оаи]?\b|\bбыл[оаи]?\b.*\bпрошл\w+")
"""What the dial, or the use, was before."""
SETS_RIGHT = re.compile(
    r"\b(?:запиши|пиши|поставь|исправь|замени|измени)\w*|\bнадо\b|\bдолжно быть\b|\bвернее\b|\bточнее\b|\bкак в\b"
    r"|\bсейчас\b|\bтеперь\b|\bстало\b|\bто же\b|\bтак же\b|\bошиб\w+|\bне .+ а\b"
)
MUCH = re.compile(r"\b(?:много|мало|многовато|нормально)\b")
ALONE = 2
"""So many meters are explained one by one; of more, the dearest."""


def explained(gathering: Answering) -> Reply | None:
    """The answer to a question or a remark about what was read back, with the question that is open again; None where
    the phrase is none."""
    talk, text = gathering.talk, plain(gathering.talk.turn.text)
    if talk.session.step not in READ_BACK:
        return None
    if points_at("what_before", text):
        return comparing.previous(gathering)
    wonders = any(points_at(name, text) for name in ("so_dear", "what_price", "altogether"))
    if not wonders and not _is_about(gathering, text):
        return None
    if MUCH.search(text) and not ASKS.search(text):
        return comparing.usual(gathering)
    told = _told(gathering)
    if not told and (before := comparing.previous(gathering)) is not None:
        return before
    return comparing.asked_again(talk, told) if told else gathering.next()


def of_rest(gathering: Answering) -> Reply | None:
    """«А почему пять кубов», «а всего» after a reading was booked: what was used, and what is left; None for other
    phrases."""
    said, text = segments(gathering.talk.turn.text), plain(gathering.talk.turn.text)
    asks = ASKS.search(text) and not SETS_RIGHT.search(text) and not points_at("plus", text)
    whole = points_at("altogether", text)
    if gathering.step != "rest" or not (whole or (asks and said and all(one.unit for one in said))):
        return None
    return comparing.used(gathering)


def is_agreed(gathering: Answering) -> bool:
    """«Да, пять кубов»: a yes that says once more what was used, or what it costs; «запишите пока холодную»: what was
    read back, by its meters' names."""
    if gathering.step == "confirm" and (named := agreeing.named(gathering.talk.turn.text)):
        meant = {meter.id for meter in meters_named(gathering.talk.turn.text, gathering.flat.meters)}
        return meant == {entry.meter for entry in gathering.draft.entries} and _is_name(named)
    said, text = segments(gathering.talk.turn.text), gathering.talk.turn.text
    if gathering.step != "confirm" or "?" in text or ASKS.search(plain(text)) or not agreeing.begins(text):
        return False
    if not said or not all(one.unit for one in said) or agreeing.kind_of(text):
        return False
    told = {used for _, _, used, _ in _tried(gathering)} | _costs(gathering)
    return all(one.value in told for one in said)


def _is_name(words: str) -> bool:
    """Whether each of the words names a meter."""
    return all(any(one.tells for one in entries_of(extract("submit_reading", word))) for word in words.split())


def _is_about(gathering: Answering, text: str) -> bool:
    """Whether the numbers of a phrase are those read back, or uses and sums, and are asked about or wondered at."""
    said = segments(gathering.talk.turn.text)
    if not said or SETS_RIGHT.search(text) or _is_of_another(gathering):
        return False
    if WAS.search(text):
        return True
    asks, measured = ASKS.search(text) is not None, all(one.unit for one in said)
    wonders = asks or MARVELS.search(text) is not None
    was = re.search(r"\bбыл[оаи]?\b", text) is not None
    if (points_at("plus", text) and not asks) or not (wonders or measured or was):
        return False  # a plain correction: the books need not be asked
    shown = {last.value for meter in _meters(gathering) for last in meter.last.values()}
    if was and all(one.value in shown for one in said):
        return True
    drafted = {value for entry in gathering.draft.entries for value in entry.decimals().values()}
    told = {used for _, _, used, _ in _tried(gathering)} | _costs(gathering)
    if measured and all(one.value in told for one in said):
        return True
    return wonders and all(one.unit or one.value in drafted | shown | told for one in said)


def _is_of_another(gathering: Answering) -> bool:
    """Whether a meter is named that was not read back: «и горячая пять кубов»."""
    named = {entry.resource for entry in entries_of(extract("submit_reading", gathering.talk.turn.text))} - {None}
    return bool(named - {meter.resource for meter in _meters(gathering)})


def _meters(gathering: Answering) -> list[MeterView]:
    return [gathering.flat.meter(entry.meter) for entry in gathering.draft.entries if entry.meter is not None]


def _tried(gathering: Answering) -> list[tuple[MeterView, Preview, Decimal, int]]:
    """Each meter read back that has used anything, with how much that is and its kopecks (0: the price is unknown)."""
    entries = [entry for entry in gathering.draft.entries if entry.meter is not None and entry.values]
    tried = [(gathering.flat.meter(entry.meter), gathering.books.tried(entry)) for entry in entries]
    return [
        (meter, found, sum(found.consumption.values(), Decimal(0)), found.cost_kopecks or 0)
        for meter, found in tried
        if isinstance(found, Preview) and found.consumption
    ]


def _costs(gathering: Answering) -> set[Decimal]:
    """The sums that were read back, in roubles, and all of them together."""
    costs = [kopecks for _, _, _, kopecks in _tried(gathering)]
    return {Decimal(round(one, -2) // 100) for one in [*costs, sum(costs)] if one}


def _told(gathering: Answering) -> str:
    """«Холодная вода: 120 минус прошлые 115, вышло 5 м³ по 52 ₽ 34 коп., примерно 262 ₽.»"""
    talk, tried = gathering.talk, _tried(gathering)
    said = {one.value for one in segments(talk.turn.text)}
    meant = [
        one for one in tried if said & {one[2], Decimal(round(one[3], -2) // 100), *one[1].values.values()}
    ] or tried
    meant = meant if len(meant) <= ALONE else [max(meant, key=lambda one: one[3])]
    if len(meant) != 1:
        lines = [f"{gathering.flat.name(meter)} {_cost(gathering, found, meter)}" for meter, found, _, _ in meant]
        return f"{capital('; '.join(lines))}." if lines else ""
    meter, found, _, _ = meant[0]
    previous = {zone: last.value for zone, last in meter.last.items()}
    return talk.say(
        "readings.explained",
        Meter=capital(gathering.flat.name(meter)),
        values=values_shown(found.values, meter),
        previous=values_shown(previous, meter),
        cost=_cost(gathering, found, meter),
    )


def _cost(gathering: Answering, found: Preview, meter: MeterView) -> str:
    """What was used, by zones, and what that costs."""
    used = sum(found.consumption.values(), Decimal(0))
    shown = wording.quantity(used, meter.unit)
    if len(found.consumption) > 1:
        zones = [
            f"{register_name(zone)} {wording.quantity(one, meter.unit)}" for zone, one in found.consumption.items()
        ]
        shown = listed(zones)
    if not found.cost_kopecks or not used:
        return shown
    money = wording.money(round(found.cost_kopecks, -2))
    if len(found.consumption) > 1:
        return shown + gathering.talk.say("readings.cost", money=money)
    price = wording.money(round(found.cost_kopecks / used))
    return shown + gathering.talk.say("readings.price", price=price, money=money)
