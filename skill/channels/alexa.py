"""Amazon Alexa, a custom skill's endpoint. Free speech reaches a skill only as slots, so the slots are the phrase."""

from skill.channels.body import Body, name, part, text
from skill.channels.channel import Assistant, phrases
from skill.channels.limits import capabilities, clip
from skill.dialogue.turn import Kind, Reply, Turn
from skill.settings import Settings
from speech.recognition import Hypothesis
from speech.wording import to_words

BUILT_IN = {
    "HelpIntent": "помощь",
    "StopIntent": "хватит",
    "CancelIntent": "хватит",
    "YesIntent": "да",
    "NoIntent": "нет",
    "RepeatIntent": "повтори",
}
"""Alexa's own intents, with or without the prefix `AMAZON.`, as phrases."""
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
        screen=False,
    )


def write(reply: Reply, turn: Turn, body: Body) -> Body:  # noqa: ARG001 - the signature of every channel
    """The response: aloud, with the question repeated when nobody answers; silent where Alexa wants silence."""
    if text(body, "request", "type") not in ANSWERED_ALOUD:
        return {"version": "1.0", "response": {}}
    speech = {"type": "PlainText", "text": clip(to_words(reply.text), capabilities("alexa").text)}
    response: Body = {"outputSpeech": speech, "shouldEndSession": reply.end}
    if not reply.end:
        response["reprompt"] = {"outputSpeech": speech}
    return {"version": "1.0", "response": response}


def ours(body: Body, settings: Settings) -> bool:
    """Whether the skill is one of those let in."""
    allowed = settings.alexa_skill_ids
    called = {
        text(body, "session", "application", "applicationId"),
        text(body, "context", "System", "application", "applicationId"),
    }
    return not allowed or bool(called & allowed)


def _kind(body: Body, said: tuple[Hypothesis, ...]) -> Kind:
    if said:
        return "text"
    match text(body, "request", "type"):
        case "LaunchRequest":
            return "start"
        case "IntentRequest":
            return "silence"
    return "event"


def _hypotheses(body: Body) -> tuple[Hypothesis, ...]:
    intent = part(body, "request", "intent")
    if text(body, "request", "type") != "IntentRequest":
        return ()
    slots = [text(slot, "value") for slot in part(intent, "slots").values()]
    built_in = BUILT_IN.get(text(intent, "name").removeprefix("AMAZON."), "")
    return phrases([" ".join(filter(None, slots)) or built_in])


CHANNEL = Assistant("alexa", read, write, secret=lambda settings: settings.alexa_secret, ours=ours)
