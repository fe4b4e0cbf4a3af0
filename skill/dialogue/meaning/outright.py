"""What the words of a phrase mean whatever the model makes of them, by what is open and was spoken of."""

import re

from skill.dialogue import door
from skill.dialogue.company import today
from skill.dialogue.meaning import of_what_was_told, undoing
from skill.dialogue.meaning.pointing import meaning_of, points_at
from skill.dialogue.reminders import following
from skill.dialogue.talk import Talk
from skill.dialogue.tickets import adding, joining
from skill.dialogue.topic import GO_ON
from skill.dialogue.turn import OFFER
from skill.understanding import Understanding
from skill.understanding.enumerated import items
from skill.understanding.slots import extract
from speech.numerals import numbers

TELLING = frozenset({"returned", "unclear", "wait"})
"""Remarks that are none where a number comes with them."""
OF_METERS = frozenset({"", "last_reading", "reading_window", "submit_reading"})
"""What is spoken of where the last readings may be meant once more."""


AWAITING = frozenset({"which", "value", "rest"})
"""Steps of the readings where a meter or its value is awaited, and nothing would be lost."""
GATHERING = frozenset({"readings"})
"""Scenes where a no asks for something else instead."""
ENTERS = re.compile(r"(?:\w+ )*забейте(?: \w+)*")
"""«Забейте» may want the values entered."""
NOT_SEEN = frozenset(
    {"insisted", "no_such", "none", "none_of_day", "none_then", "not_yet", "proof", "when", "status.CREATED"}
)
"""Answers after which «я же заплатила» is said of a payment that is not in the books."""


def meant(talk: Talk, text: str) -> Understanding | None:
    """What the words mean whatever the model makes of them."""
    free = not talk.session.scene or talk.session.step == OFFER
    if (left := _waved_off(talk, text)) is not None:
        return left
    if (told := of_what_was_told.meant(talk, text)) is not None:
        return told
    if free and (asked := following.asked(talk) or _insists(talk)) is not None:
        return asked
    if free and talk.session.waits() and _goes_on(talk):
        return Understanding("go_on", {}, 1.0)
    remark = meaning_of("remarks", text)
    if remark == "robot" and talk.session.scene == "linking" and door.WHO.search(text):
        remark = None  # it answers at the door, and asks on
    of_request = remark == "photo" and talk.session.scene == "ticket"
    if remark is not None and not of_request and not (remark in TELLING and numbers(talk.turn.text)):
        return Understanding(remark, {}, 1.0)
    if (intent := meaning_of("anytime", text)) is not None:
        return Understanding(intent, extract(intent, talk.turn.text), 1.0)
    if (undone := undoing.meant(talk, text)) is not None:
        return undone
    if points_at("goodbye", talk.turn.text) or (not talk.session.scene and points_at("calls_later", text)):
        return Understanding("stop", {}, 1.0)
    if (talk.session.scene, talk.session.step) == ("charges", OFFER) and GO_ON.fullmatch(talk.turn.text):
        return Understanding("yes", {}, 1.0)
    if free and talk.session.about.get("intent") == "create_ticket" and (more := _of_a_request(talk)) is not None:
        return more
    belongs = points_at("together", talk.turn.text) or points_at("talk_to", talk.turn.text)
    if (talk.session.scene, talk.session.step) == ("ticket", "confirm") and belongs:
        return Understanding("create_ticket", {}, 1.0)
    if (free or talk.session.scene == "readings") and items(talk.turn.text):
        return Understanding("submit_reading", extract("submit_reading", talk.turn.text), 1.0)
    return _of_readings(talk, free=free)


def _insists(talk: Talk) -> Understanding | None:
    """«Так я же заплатила» of a payment that has not come: the last one that came is no answer to it."""
    told = {sentence.removeprefix("payments.") for sentence in talk.session.told_of if sentence.startswith("payments.")}
    if NOT_SEEN.isdisjoint(told) or not points_at("insists_paid", talk.turn.text):
        return None
    return Understanding("payment_status", {"insists": True}, 1.0)


def _waved_off(talk: Talk, text: str) -> Understanding | None:
    """«Ладно, забей», «да ну его»: a no to what is offered, the end of what is asked for, and never a yes."""
    session, asked = talk.session, talk.session.last.get("expecting")
    if (asked == "command" and session.step == OFFER) or not points_at("waved_off", text):
        return None
    if not session.scene and any(sentence.startswith("reminders.") for sentence in session.told_of):
        return Understanding("cancel_reminder", {"pointed": True}, 1.0)
    if not session.scene:
        return Understanding("no", {}, 1.0) if session.told else None
    if session.scene in GATHERING or asked != "yes_no":
        enters = session.scene in GATHERING and ENTERS.fullmatch(text)
        return Understanding("out_of_scope", {}, 0.0) if enters else Understanding("back", {}, 1.0)
    return Understanding("no", {}, 1.0)


def _of_readings(talk: Talk, *, free: bool) -> Understanding | None:
    """What is said of readings that are awaited, or were spoken of. free: no question is open."""
    text, amid = talk.turn.text, talk.session.scene == "readings"
    if amid and talk.session.step == "rest" and points_at("much", text):
        return Understanding("usual", {}, 1.0)
    asks_of_last = amid and points_at("was", text)
    if asks_of_last and "resource" in (of_last := extract("last_reading", text)):
        return Understanding("last_reading", of_last, 1.0)
    of_meters = free and talk.session.about.get("intent", "") in OF_METERS - {""}
    if of_meters and (points_at("recorded", text) or points_at("what_before", text)):
        return Understanding("last_reading", extract("last_reading", text), 1.0)
    if of_meters and points_at("written_yet", text):
        return Understanding("last_reading", extract("last_reading", text) | {"period": f"{today(talk):%Y-%m}"}, 1.0)
    if (of_meters or amid) and (points_at("last_day", text) or points_at("any_day", text)):
        return Understanding("reading_window", {}, 1.0)
    if amid and talk.session.step in AWAITING and points_at("enough_thanks", text):
        return Understanding("stop", {}, 1.0)
    if amid and points_at("missed", text):
        return Understanding("reading_window", {}, 1.0)
    if amid and points_at("trouble", text) and not numbers(text):
        return Understanding("create_ticket", extract("create_ticket", text), 1.0)
    if amid and points_at("dark", text):
        return Understanding("hard_to_see", {}, 1.0)
    if amid and points_at("same", text):
        return Understanding("submit_reading", extract("submit_reading", text), 1.0)
    return None


def _of_a_request(talk: Talk) -> Understanding | None:
    """What is said of the request made just now: that it is not needed, or what belongs to it."""
    if points_at("not_needed", talk.turn.text):
        intent = "withdraw_ticket"
    elif adding.is_particular(talk):
        intent = "create_ticket"
    else:
        return None
    return Understanding(intent, {}, 1.0) if joining.just_made(talk) else None


def _goes_on(talk: Talk) -> bool:
    """Whether what was put off is to be taken up, or is asked about: «продолжим», «а показание записалось?»."""
    of_readings = talk.session.put_off.get("scene") == "readings" and points_at("written_yet", talk.turn.text)
    return of_readings or points_at("go_on", talk.turn.text)
