"""Several requests in one breath («запиши холодную 125 и оплати»): they are taken one after another.

What is told at once comes first. What asks back comes after it, the next as soon as the one before is done, so that
every yes answers one question.
"""

import re

from skill.dialogue.meaning import mixed, troubles
from skill.dialogue.meaning.plain import asks, is_question, plain
from skill.dialogue.meaning.pointing import meaning_of, points_at
from skill.understanding import Understanding, understand
from skill.understanding.slots import extract
from speech.numerals import numbers

SURE = 0.7
"""Every part is as sure as this, or the phrase is one request."""
TOLD = frozenset(
    {
        "balance", "charges", "contacts", "due_date", "explain_bill", "forecast", "last_reading", "meter_verification",
        "news", "norms", "outages", "payment_history", "payment_status", "penalty", "reading_window", "tariffs",
        "ticket_status",
    }
)  # fmt: skip
"""What is answered at once."""
DONE = frozenset({"create_ticket", "operator", "pay", "send_receipt", "set_pin", "set_reminder", "submit_reading"})
"""What may ask back; a person comes last, since the conversation is theirs then."""
FIRST = "set_pin"
"""What money is told after."""
_LEAD = r"(?:ещ[её]|заодно|потом|затем|пожалуйста|мне|сразу|также|тоже|после этого)"
_ASKS = (
    r"когда|сколько|как|как(?:ой|ая|ое|ие|ую|ов|ова|ово|овы)|почему|где|до какого|кому|куда|будет|есть ли|хочу узнать"
    r"|(?:скажи|подскажи|узнай|посмотри|покажи|назови|проверь)(?:те)?"
)
TELL_ME = re.compile(
    r"^(?:скажи|подскажи|узнай|посмотри|назови|проверь)(?:те)?(?: мне)?\s+"
    r"(?=(?:когда|сколько|как(?:ой|ая|ое|ие|ую)?|почему|где|до какого|кому|куда|будет|есть)\b)",
    re.IGNORECASE,
)
"""What leads in a question tells nothing of what it asks."""
_DOES = (
    r"(?:запиши|прими|передай|оплати|заплати|вызови|пришли|отправь|вышли|скинь|напомни|поставь|оставь|оформи"
    r"|пошли|позови|соедини)(?:те)?"
)
_TO_DO = r"(?:оплатить|заплатить|вызвать|узнать|получить|передать|записать|оставить)"
AND = re.compile(
    rf"\s*[,.;]?\s+(?:(?:и|а|да|плюс|{_LEAD})\s+)+(?=(?:{_ASKS}|{_DOES}|{_TO_DO})\b)|\s*[,.;]\s+(?={_DOES}\b)"
    rf"|\s*[,.;?!]+\s+(?=(?:{_ASKS})\b)",
    re.IGNORECASE,
)
ASKED_TO = re.compile(r"\b((?:под)?скажи(?:те)?),\s+", re.IGNORECASE)
"""The comma in «подскажите, когда платить» parts nothing."""
GREETS = re.compile(
    r"^(?:\W*(?:здравствуй(?:те)?|привет\w*|добр(?:ый день|ый вечер|ое утро)|подскажите|скажите|пожалуйста|будьте добры"
    r"|хочу узнать|хотел(?:а|ось)? бы узнать|интересует|вопрос)\b\W*)+(?=\w)",
    re.IGNORECASE,
)
"""What comes before the first question."""
REMINDS = re.compile(r"\bнапомни", re.IGNORECASE)
"""«Напомни передать показания и оплатить» is one request."""
ALONE = re.compile(r"(?:о|за)плати(?:те|ть)?( пожалуйста)?", re.IGNORECASE)
"""One word that is a request by itself; any other part has two words at least."""
PAYS = re.compile(r"(?:о|за)плати(?:те|ть)?\b(?!.*\b(?:когда|сколько|как|где)\b)", re.IGNORECASE)
TAKES_BACK = re.compile(r"\b(?:отмен|отзов|сним|закр|убер|удал|не надо|не нужн)\w*", re.IGNORECASE)
"""What is to be undone is left to the whole phrase."""
BEGINS_READINGS = re.compile(r"показани", re.IGNORECASE)
LEAST, MOST = 2, 4
DANGER = "emergency"
"""It is taken alone, whatever stands beside it."""
ANSWERS = frozenset({"yes", "no"})
OF_BOTH = frozenset({"recalculation"})
"""What only the whole phrase tells: «воды не было неделю, почему полная сумма»."""

_DECLINED = r"(?:нет|не надо|не нужно|не хочу|не сейчас|потом|позже|попозже|пока нет|рано)"
DECLINES = re.compile(
    r"\W*(?:ну |да |ой )?"
    rf"(?P<no>{_DECLINED}(?:[ ,]+(?:{_DECLINED}|спасибо|пока|еще|ещё|не буду|сам[аи]?|передумала?))*)"
    r"(?:[ ,.;!]+(?:а|и|но|ну|лучше|просто|сначала|вообще|(?:под)?скажи(?:те)?|узнать|хочу узнать)\b|[,.;!]+)"
    r"[ ,]*(?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
"""«Нет, потом. А за какой месяц?»"""
ASKS_OF = re.compile(
    r"(?:за|по|на|до|с|в|во|о|об|от|у|к) (?:как\w+|скольк\w+|чего|что|чем|чей|чью|кого|кому|кем)\b", re.IGNORECASE
)

Request = tuple[str, Understanding]


def requests(text: str, channel: str) -> list[Request]:
    """The requests of a phrase with their meanings, in the order to take them; none when it is a single one."""
    if with_readings := _with_readings(text, channel):
        return with_readings
    parts = _parts(text)
    if not 1 < len(parts) <= MOST or not all(map(_whole, parts)) or meaning_of("anytime", plain(text)) in OF_BOTH:
        return []
    said = [(part, meant(part, channel)) for part in parts]
    intents = {one.intent for _, one in said}
    if len(intents) != len(said) or not intents <= TOLD | DONE:
        return []
    if any(one.confidence < SURE or _is_bare(part, one) or TAKES_BACK.search(part) for part, one in said):
        return []
    return sorted(said, key=_turn)


def _with_readings(text: str, channel: str) -> list[Request]:
    """Readings and what else a message brings; alone where nobody understands the rest, none where it is all one."""
    found = mixed.apart(text)
    if found is None or meaning_of("anytime", plain(text)) in OF_BOTH:
        return []
    readings, rest = found
    told = Understanding("submit_reading", extract("submit_reading", readings), 1.0)
    if any(points_at(name, rest) for name in ("same", "plus", "by_others")):
        return []  # «свет как в прошлый раз» is a reading too
    for parts in (_parts(rest), mixed.CUT.split(rest), [rest]):
        said = [(part, meant(part, channel)) for part in parts if part]
        if any(one.intent == DANGER and one.confidence >= SURE for _, one in said):
            return said[:1] if len(said) == 1 else []
        intents = {one.intent for _, one in said}
        sure = all(one.confidence >= SURE and _whole(part) for part, one in said)
        if sure and len(said) == len(intents) < MOST and intents <= (TOLD | DONE) - {"submit_reading"}:
            return sorted([(readings, told), *said], key=_turn)
    return [(readings, told)] if understand(text, channel).intent == "out_of_scope" else []


def beside_readings(text: str, channel: str) -> list[Request]:
    """`requests` where readings are awaited already: the readings come first."""
    return sorted(_with_readings(text, channel), key=lambda one: one[1].intent != "submit_reading")


def _turn(one: Request) -> tuple[bool, bool, bool]:
    """What is told at once comes first, a person last."""
    return (one[1].intent != FIRST, one[1].intent in DONE, one[1].intent == "operator")


def meant(part: str, channel: str) -> Understanding:
    """What one request of a breath means: «оплати за май» pays."""
    if meaning_of("anytime", plain(part)) == FIRST:
        return Understanding(FIRST, {}, 1.0)
    said = understand(TELL_ME.sub("", part), channel)
    if said.confidence < SURE and (sure := meaning_of("always", plain(part))) is not None:
        return Understanding(sure, extract(sure, part), SURE)
    if said.confidence < SURE and said.intent != "emergency" and troubles.is_told(part) and not is_question(part):
        return Understanding("create_ticket", {}, SURE)
    pays = PAYS.match(part) is not None and said.intent not in {"pay", "due_date"}
    return Understanding("pay", extract("pay", part), 1.0) if pays else said


def beside_answer(text: str, channel: str, expecting: str | None) -> list[Request]:
    """What is asked for in one breath with the answer to an open question («да, и скажи сколько платить»).

    The answer comes first, as it is; none when there is nothing but an answer.
    """
    answer, *rest = _parts(text)
    if not rest or len(rest) >= MOST or not all(map(_whole, rest)):
        return []
    first, said = understand(answer, channel, expecting=expecting), [(one, meant(one, channel)) for one in rest]
    if first.intent not in ANSWERS and not (expecting == "number" and numbers(answer)):
        return []
    if any(one.intent not in TOLD | DONE or one.confidence < SURE for _, one in said):
        return []
    return [(answer, first), *said]


def declined(text: str) -> tuple[str, str] | None:
    """A no and the question after it; None without either.

    >>> declined("нет, потом. а за какой месяц"), declined("нет, не та квартира")
    (('нет, потом', 'за какой месяц'), None)
    """
    found = DECLINES.fullmatch(text)
    rest = found["rest"].strip(" ,.;") if found else ""
    if found is None or len(rest.split()) < LEAST or not (asks(rest) or ASKS_OF.match(rest)):
        return None
    return found["no"], rest


def _parts(text: str) -> list[str]:
    """The phrase cut where a request begins; a reminder keeps all it is about."""
    text = ASKED_TO.sub(r"\1 ", text)
    parts = [part.strip(" ,.;?!") for part in AND.split(GREETS.sub("", text))]
    for at, part in enumerate(parts):
        if REMINDS.search(part) and at + 1 < len(parts) and re.match(_TO_DO, parts[at + 1], re.IGNORECASE):
            return [*parts[:at], text[text.index(part) :].strip(" ,.;")]
    return parts


def _whole(part: str) -> bool:
    return len(part.split()) >= LEAST or ALONE.fullmatch(part) is not None


def _is_bare(part: str, said: Understanding) -> bool:
    """A reading without its meter or its value, unless readings are only begun («передай показания»)."""
    given = said.slots.get("values") and said.slots.get("resource")
    return said.intent == "submit_reading" and not given and not BEGINS_READINGS.search(part)
