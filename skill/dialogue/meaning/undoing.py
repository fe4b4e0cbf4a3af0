"""«Удали», «отключи все», «поставьте»: what is to go, or to come, is told by what was spoken of, else asked."""

import re

from skill.dialogue.meaning.plain import LEADS
from skill.dialogue.talk import Talk
from skill.dialogue.turn import OFFER
from skill.understanding import Understanding

_THIS = r"(?:вообще|все же|вс[её]-таки|лучше|тогда|давай(?:те)?|совсем|это|его|ее|пожалуйста|отсюда|просто|уже|потом)"
BARE = re.compile(
    rf"{LEADS}(?:{_THIS} )*(?:удали|убери|сотри|стереть|удалить|убрать|стирай|убирай|удаляй)(?:те)?(?: {_THIS})*"
)
"""Nothing is named."""
ALL_OFF = re.compile(
    rf"{LEADS}(?:{_THIS} )*(?:отключи|выключи|убери|отмени|сними|останови|отключай|выключай)(?:те)?(?: {_THIS}| их)*"
    r" (?:все|обе|оба)(?: их| сразу| напомин\w+| уведомлен\w+)*"
)
BIDS = re.compile(rf"{LEADS}(?:{_THIS} )*(?:по|о)став(?:ь|ьте|ить)(?: {_THIS})*")
"""No opinion, though it sounds like one."""
AMID = frozenset({"rest", "which"})
"""Steps of the readings where nothing is read back that could be meant."""
OF_METERS = frozenset({"correct", "disown_reading", "last_reading", "submit_reading"})
OF_TICKETS = frozenset({"create_ticket", "ticket_status"})


def meant(talk: Talk, text: str) -> Understanding | None:
    """The plain phrase as it is meant; None where it says what is to go, or answers an open question."""
    session = talk.session
    about, free = session.about.get("intent"), not session.scene or session.step == OFFER
    told = " ".join(session.told_of)
    reminders = about == "set_reminder" or "reminders." in told
    if BIDS.fullmatch(text) and free and "pin." in told:
        return Understanding("set_pin", {}, 1.0)
    if ALL_OFF.fullmatch(text) and free and (reminders or about is None):
        return Understanding("cancel_reminder", {}, 1.0)
    if not BARE.fullmatch(text) or not (free or (session.scene == "readings" and session.step in AMID)):
        return None
    if not free or about in OF_METERS or "readings." in told:
        return Understanding("delete_reading", {}, 1.0)
    if reminders:
        return Understanding("cancel_reminder", {"pointed": True}, 1.0)
    if about in OF_TICKETS:
        return Understanding("withdraw_ticket", {}, 1.0)
    return Understanding("set_pin" if "pin." in told else "delete_what", {}, 1.0)
