"""What is asked of a request, while it is read back or after it was sent: who comes, what to do until then, a photo."""

import re

from skill.dialogue.company import phone_told
from skill.dialogue.meaning import dangers, more, troubles
from skill.dialogue.meaning.plain import LEADS, asks, plain
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.phrases import phrases
from skill.dialogue.talk import Talk
from skill.dialogue.tickets import calls, joining, when, words
from skill.dialogue.turn import OFFER
from skill.understanding import Understanding, understand
from skill.understanding.slots import extract

KINDS = ("not_fixed", "failed", "phone", "who", "photo", "known", "anonymous", "drink", "meanwhile")
"""Questions by their patterns `ticket_…` in `short/said.yaml`, in the order in which they are looked for."""
OF_A_METER = ("who_changes", "norm")
"""Of them those asked of a meter only."""
METER = re.compile(r"сч[её]тчик")
OF_REQUESTS = frozenset({"create_ticket", "recalculation", "ticket_status"})
OF_WATER = re.compile(r"ржав|мутн|грязн|рыж|желт|жёлт|пахн|воня|бел\w+ вод")
DONE = (
    r"(?:почин|исправ|сделал|сделан|заработал|устранил|налад|прочист|отремонтир|включил|дали|появил|пошл|восстанов"
    r"|решил"
    r"|разобрал|справил|приш[её]л|уехал|вернул)\w*"
)
GIVES_UP = re.compile(
    r"\b(?:отмен\w+|отбой|не (?:надо|нужн\w+|нужен|присыла\w+|приход\w+|приезжа\w+|вызыва\w+|актуальн\w+)"
    r"|неактуальн\w*|передумал\w*"
    r"|сними\w*|снимай\w*|снять|убери\w*|отзов\w+|отзыва\w+)\b"
)
IS_DONE = re.compile(
    rf"^(?:(?:ой|о|ура|спасибо|все|всё|уже|ну|вот|а|да|нет|сами?|сама|мне|нам|он|она|оно|они|слава богу|кажется"
    rf"|вроде|у нас|там"
    r"|муж|сын|сосед\w*|зять|внук|брат|папа|мастер|кто то|как раз|только что|сейчас"
    r"|свет\w?|вод[ауы]|горяч\w+|холодн\w+|отоплени\w|тепло|батаре\w+|газ\w?|лифт\w?|кран|домофон|дверь|лампочк\w"
    r"|электричество"
    rf"|ламп\w) )*{DONE}(?: (?:уже|сам\w*|все|спасибо|муж|мастер|свет|вод[ауы]|горяч\w+|холодн\w+|отоплени\w|тепло"
    rf"|газ|сын|сосед\w*"
    r"|электричество|лифт|наконец|слава богу|кран|домофон|у нас|нам|без вас|не надо|не нужно|можно не приходить"
    r"|приходить не надо))*$"
)
RESOURCE = re.compile(r"\b(?:свет|вод|горяч|холодн|отоплени|тепл|газ|электричеств)")
GIVEN = re.compile(r"\b(?:дали|включил\w*|появил\w*|пошл\w+|вернул\w*|приш[её]л)\b")
"""Of what alone a resource is given back: «дали» says of nothing else that a trouble is over."""
GOES_ON = re.compile(
    r"\b(?:но|опять|снова|все равно|не до конца|если|вдруг|показани\w*|плат\w+|напомин\w+|оплат\w+|не (?:почин"
    r"|исправ|сдел|заработ|дали|включ|появ)\w+)\b"
)
REFUND = re.compile(
    r"\b(?:деньги|плату|сумму)\b.*\b(?:вернут|вернете|снимут|спишут|отдадут)\b|\b(?:вернут"
    r"|вернете)\b.*\bденьги\b"
)
"""Money back for what was bad."""
CANCELS = re.compile(
    rf"{LEADS}(?:(?:можно|ее|эту|заявку|мою|хочу|надо|нужно|уже|пожалуйста|ой|все|лучше|тогда|как|ли) )*"
    r"отмен(?:ить|ите|и|яй|яйте|яю|а|яем)(?: (?:ее|заявку|можно|пожалуйста|мою|эту|уже|это|ли|вызов|мастера|тогда))*"
)
LONGEST = 9
OF_MAKING = frozenset({"create_ticket", "ticket_status", "recalculation", "repair_term"})
"""Intents of the scene of requests."""
MAKES = "create_ticket"


def meant(talk: Talk, text: str) -> Understanding | None:
    """A plain phrase said of the request that is read back, or was sent; None for any other.

    What is asked stands in the slot `asked`.
    """
    session = talk.session
    if (session.scene, session.step) == ("ticket", "confirm"):
        return _of_the_open_one(talk, text)
    free = not session.scene or session.step == OFFER
    if session.scene == "" and (further := _of_the_sent_one(talk, text)) is not None:
        return further
    if session.step == OFFER and session.draft.get("details") and points_at("particulars", text):
        return Understanding(MAKES, {}, 1.0)
    uncalled = session.scene == "" and session.about.get("intent") == "emergency" and calls.of(talk) is None
    if uncalled and points_at("send_it", text):  # «нет, не сильно», and then «давайте заявку»
        session.about["trouble"] = session.about["text"]
        return Understanding(MAKES, {"again": True}, 1.0)
    if not free or session.about.get("intent") not in OF_REQUESTS:
        return None
    about_one = session.about["intent"] == MAKES and troubles.is_told(str(session.about.get("text", "")))
    if session.about["intent"] == "recalculation" and not joining.just_made(talk):
        return None
    if session.scene == "" and points_at("send_it", text) and about_one and not joining.just_made(talk):
        return Understanding(MAKES, {"again": True}, 1.0)
    if is_undone(text):
        asks_whether = talk.turn.text.rstrip().endswith("?") and not GIVES_UP.search(text)
        return Understanding("ticket_status" if asks_whether else "withdraw_ticket", {}, 1.0)
    about = str(session.about.get("text", ""))
    if (asked := kind(talk.turn.text, about)) and session.scene == "" and (asked != "photo" or joining.just_made(talk)):
        return Understanding("ticket_status", {"asked": asked}, 1.0)
    if REFUND.search(text) and troubles.category(about) in {"plumbing", "heating", "electricity", "lift"}:
        return Understanding("recalculation", {}, 1.0)
    if session.scene == "" and words.BY_PHONE.search(text):
        return Understanding("ticket_status", {}, 1.0)
    if is_sent_asked(talk.turn.text) or (points_at("so_long", text) and joining.just_made(talk)):
        return Understanding("ticket_status", {}, 1.0)
    wishes = points_at("wish", text) and not asks(talk.turn.text.rstrip("?"))
    if (wishes or when.is_told(talk.turn.text)) and joining.just_made(talk):
        return Understanding(MAKES, {}, 1.0)
    return None


def _of_the_open_one(talk: Talk, text: str) -> Understanding | None:
    """What is said of the request that is read back: never the talk's other topics."""
    if points_at("still_asks", text) and talk.session.about.get("intent") == "outages":
        slots = extract("outages", talk.turn.text)
        return Understanding("outages", slots, 1.0) if "resource" in slots else Understanding(MAKES, {}, 1.0)
    if "sent" in talk.session.draft and points_at("undoes_first", text):
        return Understanding("withdraw_ticket", {"first": True}, 1.0)
    named = (
        "wish",
        "drop_last",
        "not_that",
        "what_written",
        "works_by_then",
        "still_asks",
        "the_first_was",
        "free",
        "asks_ahead",
    )
    belongs = when.is_told(talk.turn.text) or any(points_at(name, text) for name in named)
    return Understanding(MAKES, {}, 1.0) if belongs or more.told(talk.turn.text) else None


def _of_the_sent_one(talk: Talk, text: str) -> Understanding | None:
    """«Что вы там записали?», «дополни: …», of the request made just now, or of one that is named."""
    of_requests = talk.session.about.get("intent") in OF_REQUESTS
    if points_at("what_written", text) and (of_requests or "заявк" in text) and joining.just_made(talk):
        return Understanding("ticket_status", {"asked": "written"}, 1.0)
    adds = more.names_the_request(talk.turn.text) or (of_requests and more.told(talk.turn.text))
    danger = adds and understand(more.told(talk.turn.text), talk.turn.channel).intent == "emergency"
    if adds and not danger and joining.added_to(talk) is not None:
        return Understanding(MAKES, {}, 1.0)
    return None


def is_undone(text: str) -> bool:
    """Whether a plain phrase says that the trouble is over, or that nobody need come.

    >>> is_undone("о дали свет отмените"), is_undone("не надо уже починили"), is_undone("починили но опять течет")
    (True, True, False)
    """
    if len(text.split()) > LONGEST or GOES_ON.search(text):
        return False
    if CANCELS.fullmatch(text):
        return True
    over = re.search(rf"\b{DONE}", text) is not None
    if IS_DONE.fullmatch(text):
        return GIVEN.search(text) is None or RESOURCE.search(text) is not None or GIVES_UP.search(text) is not None
    return over and GIVES_UP.search(text) is not None


def kind(text: str, details: str) -> str:
    """What is asked of a request with these words; empty where nothing is.

    >>> kind("а можно фото приложить", "кран"), kind("что мне пока делать", "кран"), kind("кран течёт", "кран")
    ('photo', 'meanwhile', '')
    """
    of_a_meter = METER.search(details.lower()) is not None and METER.search(text.lower()) is None
    names = (*OF_A_METER, *KINDS) if of_a_meter else KINDS
    found = next((name for name in names if points_at(f"ticket_{name}", text)), "")
    if found not in OF_A_METER and calls.OTHER_MATTERS.search(plain(text)):
        return ""
    if found == "drink" and not OF_WATER.search(details.lower()):
        return ""
    return found


def told(talk: Talk, asked: str, details: str) -> str:
    """What is answered."""
    if asked == "meanwhile":
        trade = "plumbing" if troubles.LEAKS.search(details.lower()) else troubles.category(details)
        key = f"ticket.answers.meanwhile.{trade}"
        return talk.say(key if key in phrases() else "ticket.answers.meanwhile.other")
    key = "ticket.never_came" if asked == "failed" else f"ticket.answers.{asked}"
    return talk.say(key, phone=phone_told(talk))


def is_sent_asked(text: str) -> bool:
    """«Вы заявку отправили или нет?», of the request that is read back."""
    lowered = plain(text)
    return dangers.SENT_YET.fullmatch(lowered) is not None and not re.search(r"\bя\b", lowered)
