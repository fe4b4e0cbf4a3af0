"""The last question asked again of something else («а за свет?», «а в прошлом?»), and what the talk is about."""

import re
from typing import Any

from billing.windows import month_start
from skill.dialogue.company import today
from skill.dialogue.meaning.asked import months, services, span
from skill.dialogue.meaning.plain import LEADS, plain
from skill.dialogue.meaning.pointing import fits, table
from skill.dialogue.talk import Talk
from skill.understanding import Understanding
from skill.understanding.slots import extract

DOUBTFUL = 0.5
"""How sure a meaning is that only what was said before gives."""
SHORT = 6
"""So many words at most leave the question to what was said before."""
ELLIPSIS = re.compile(rf"^{LEADS}(?:а|и|там|тогда|теперь|также|тоже|лучше)\b")
TOPICS = frozenset(
    {
        "account_details", "bailiffs", "balance", "benefits", "card_fails", "charges", "collectors", "contacts",
        "contested", "court", "create_ticket", "due_date", "empty_flat", "explain_bill", "forecast", "guests",
        "last_reading", "meter_replaced", "meter_verification", "meter_verified", "mismatch", "new_meter",
        "night_hours", "no_meter", "norms", "notice", "opening_debt", "other_company", "outages", "paid_wrong", "pay",
        "payment_history", "payment_status", "penalty", "reading_window", "recalculation", "saving_tips",
        "send_receipt", "set_reminder", "submit_reading", "tariffs", "temperature", "ticket_status", "zone_meter",
    }
)  # fmt: skip
"""Intents that a short question after them may be about."""
TROUBLES = frozenset({"create_ticket", "outages"})
"""Intents that tell what is wrong."""
OF_A_SERVICE = frozenset(
    {"balance", "charges", "explain_bill", "forecast", "pay", "due_date", "saving_tips", "tariffs"}
)
SERVICE = frozenset({"resource", "services"})
WHY_SO_MUCH = re.compile(
    rf"{LEADS}(почему|отчего|с чего|чего|за что) (это |так |такая |такой |такое |столько |вдруг |там |у меня )*"
    r"(много|мало|дорог\w+|дороже|столько|больше|меньше|вырос\w*|выросл\w+|подорожал\w*|такая|такой|такое)( так\w*)?"
)
BEFORE = re.compile(
    rf"{LEADS}(?:(?:в|за) )?(позапрошл|прошл|предыдущ|том\b|тот\b)\w*(?: месяц\w*)?"
    r"(?: (?P<sum>сколько|какая сумма|какой сч[её]т)(?: было| начислили| вышло| приш\w+| был)*)?"
)
"""«А в прошлом?», of which month nothing is said."""


def pointed(talk: Talk, text: str) -> Understanding | None:
    """What a phrase that only points means after what was asked last."""
    about = talk.session.about
    for entry in table()["pointing"].values():
        meant = entry["after"].get(about.get("intent")) or entry["after"].get(about.get("topic"))
        if meant is not None and fits(entry["words"], text):
            return Understanding(meant, about["slots"], DOUBTFUL)
    return None


def asked_again(talk: Talk, text: str) -> Understanding | None:
    """The last question asked again of another resource, zone or month, or of another flat."""
    about, words = talk.session.about, text.split()
    if not about or len(words) > SHORT:
        return None
    intent, again = str(about["intent"]), table()["again"]
    said = extract("charges", text) | extract(intent, text) | _before(talk, text)
    changed: dict[str, Any] = {
        name: said[name] for name in ("resource", "zone", "place", "period", "date_or_day") if name in said
    }
    if changed.keys() == {"date_or_day"} and intent == "submit_reading":  # «завтра» is no reading
        return None
    if intent in OF_A_SERVICE and "resource" not in changed:
        others = services(Understanding(intent, {}, 1.0), text)
        changed |= {"services": others} if others else {}
    if not changed and not (len(words) <= SHORT // 2 and "там" in words):
        return None
    if changed and not ELLIPSIS.match(text) and len(words) > SHORT // 2:
        return None
    if (before := BEFORE.fullmatch(text)) is not None and before["sum"] and intent == "explain_bill":
        intent = "charges"
    for name in ("resource", "services", "period"):
        if name in changed:
            intent = again[name].get(intent, intent)
    dropped = SERVICE | {"place"} if SERVICE & changed.keys() else set()
    kept = {name: value for name, value in about["slots"].items() if name not in dropped}
    return Understanding(intent, kept | changed, DOUBTFUL)


def _before(talk: Talk, text: str) -> dict[str, str]:
    """The month before the one spoken of, for «а в прошлом?»; the newest bill is of the month before this."""
    found = BEFORE.fullmatch(text)
    if found is None:
        return {}
    spoken, on = Understanding("charges", dict(talk.session.about["slots"]), 1.0), today(talk)
    told = months(spoken, on) if talk.session.about["intent"] == "last_reading" else []
    over = talk.session.about["intent"] == "last_reading" and span(str(talk.session.about["text"]))
    newest = told[0] if told else month_start(on, 0 if over else -1)  # after «за год» it is the month gone by
    if found[1] == "позапрошл":
        return {"period": f"{month_start(newest, -2):%Y-%m}"}
    named = [] if over else months(spoken, on)
    return {"period": f"{month_start(min([*named, newest]), -1):%Y-%m}"}


def of_the_same(talk: Talk, said: Understanding) -> Understanding:
    """«Почему так дорого» after a service was spoken of is asked of that service."""
    text, about = talk.turn.text, talk.session.about
    spoken = about.get("slots", {}).get("services")
    if said.intent == "explain_bill" and about.get("intent") == "tariffs" and WHY_SO_MUCH.fullmatch(plain(text)):
        return Understanding("tariffs", about["slots"], DOUBTFUL)
    if said.intent != "explain_bill" or not spoken or about["intent"] not in OF_A_SERVICE:
        return said
    if not WHY_SO_MUCH.fullmatch(plain(text)):
        return said
    return Understanding(said.intent, {**said.slots, "services": spoken}, said.confidence)


def notes(talk: Talk, said: Understanding) -> None:
    """Keep what the conversation is about now."""
    if said.intent in TOPICS:
        kept = {name: value for name, value in said.slots.items() if name in {"resource", "zone", "place", "period"}}
        if named := services(said, talk.turn.text):
            kept["services"] = named
        before, text = talk.session.about, talk.turn.text
        same = before if before.get("intent") == said.intent else {}
        if same and ELLIPSIS.match(plain(text)):
            text = before["text"]
        talk.session.about = {
            "intent": said.intent,
            "slots": kept,
            "text": text,
            "missing": same.get("missing", False),
            "matter": same.get("matter", ""),
            "trouble": before["text"] if before.get("intent") in TROUBLES else before.get("trouble", ""),
            "before": before.get("intent", ""),
            "reminded": same.get("kind") or same.get("reminded", ""),
        }
