"""Amazon Alexa, a custom skill's endpoint. Free speech reaches a skill only as slots, so the slots are the phrase."""

from skill.channels.amazon import signed_by_amazon
from skill.channels.body import Body, items, name, part, text
from skill.channels.channel import UNPLACED, Assistant, Call, phrases
from skill.channels.limits import capabilities, clip
from skill.channels.slower import slowed
from skill.dialogue.turn import Kind, Reply, Turn
from skill.settings import Settings
from speech.recognition import Hypothesis
from speech.wording import to_words

BUILT_IN = {
    "HelpIntent": "помощь",
    "StopIntent": "хватит",
    "CancelIntent": "хватит",
    "NavigateHomeIntent": "хватит",
    "YesIntent": "да",
    "NoIntent": "нет",
    "RepeatIntent": "повтори",
    "MoreIntent": "дальше",
    "NextIntent": "дальше",
    "PreviousIntent": "назад",
    "ResumeIntent": "повтори",
    "PauseIntent": "хватит",
}
"""Alexa's own intents, with or without the prefix `AMAZON.`, as phrases."""
AFRESH = "StartOverIntent"
CARD_LIMIT, SSML_LIMIT = 7000, 8000
ANSWERED_ALOUD = frozenset({"LaunchRequest", "IntentRequest"})
"""Speech in the answer to any other request makes it invalid."""


def read(body: Body) -> Turn:
    """The turn in a request to the skill."""
    session, system, said = part(body, "session"), part(body, "context", "System"), _hypotheses(body)
    request_id = name(body, "request", "requestId")
    return Turn(
        channel="alexa",
        user_key=name(session, "user", "userId") or name(system, "user", "userId"),
        session_key=name(session, "sessionId"),
        hypotheses=said,
        kind=_kind(body, said),
        turn_key=request_id or None,
        sequence=0 if session.get("new") is True else None,
        screen=False,
        can_link=True,
        access_token=text(session, "user", "accessToken") or text(system, "user", "accessToken"),
    )


def write(reply: Reply, turn: Turn, body: Body) -> Body:
    """The response: aloud, with the question repeated when nobody answers; silent where Alexa wants silence.

    What there is to look at, or the way to our linking page, goes to the Alexa application as a card.
    """
    if text(body, "request", "type") == "CanFulfillIntentRequest":
        return {"version": "1.0", "response": {"canFulfillIntent": {"canFulfill": "NO"}}}
    if text(body, "request", "type") not in ANSWERED_ALOUD:
        return {"version": "1.0", "response": {}}
    words = clip(to_words(reply.text), capabilities("alexa").text)
    speech = {"type": "PlainText", "text": words}
    if reply.slow:
        speech = {"type": "SSML", "ssml": slowed(words, SSML_LIMIT)}
    response: Body = {"outputSpeech": speech, "shouldEndSession": reply.end}
    if not reply.end:
        response["reprompt"] = {"outputSpeech": speech}
    if turn.can_link and reply.linking:
        response["card"] = {"type": "LinkAccount"}
    elif reply.card is not None:
        rows = "\n".join(f"{title}: {value}" for title, value in reply.card.rows)
        response["card"] = {"type": "Simple", "title": reply.card.title, "content": clip(rows, CARD_LIMIT)}
    return {"version": "1.0", "response": response}


def ours(body: Body, settings: Settings) -> bool:
    """Whether the skill is one of those let in."""
    allowed = settings.alexa_skill_ids
    called = {
        text(body, "session", "application", "applicationId"),
        text(body, "context", "System", "application", "applicationId"),
    }
    return not allowed or bool(called & allowed)


def authentic(call: Call, settings: Settings) -> bool:
    """Whether Amazon signed the call, where the settings want that."""
    return not settings.alexa_signed or signed_by_amazon(call, settings)


def _kind(body: Body, said: tuple[Hypothesis, ...]) -> Kind:
    if said:
        return "text"
    intent = text(body, "request", "intent", "name").removeprefix("AMAZON.")
    return "start" if text(body, "request", "type") == "LaunchRequest" or intent == AFRESH else "event"


def _hypotheses(body: Body) -> tuple[Hypothesis, ...]:
    """What was said: the slots' words, or the phrase that an intent of Alexa's own stands for."""
    intent = part(body, "request", "intent")
    if text(body, "request", "type") != "IntentRequest":
        return ()
    called = text(intent, "name").removeprefix("AMAZON.")
    slots = (value for slot in part(intent, "slots").values() for value in _values(slot))
    said = phrases([" ".join(slots) or BUILT_IN.get(called, "")])
    return said if said or called == AFRESH else (UNPLACED,)


def _values(slot: object) -> list[str]:
    """What a slot took: one value, or those of a slot that takes several."""
    several = [text(one, "value") for one in items(slot, "slotValue", "values")]
    return [value for value in several or [text(slot, "value")] if value]


CHANNEL = Assistant("alexa", read, write, secret=lambda settings: settings.alexa_secret, ours=ours, authentic=authentic)
