"""Google Dialogflow CX, a webhook of API v3. Bodies are partial by design: often only a tag."""

from skill.channels.body import Body, name, part, text
from skill.channels.channel import UNPLACED, Assistant, link_of, open_title, phrases
from skill.channels.dialogflow_es import authentic
from skill.channels.limits import capabilities, clip
from skill.channels.slower import slowed
from skill.dialogue.turn import Kind, Reply, Turn
from speech.recognition import Hypothesis
from speech.wording import to_words


def read(body: Body) -> Turn:
    """The turn in a webhook request: what was typed, heard or dialled; what could not be placed is asked for again."""
    said = phrases(text(body, key) for key in ("text", "transcript", "dtmfDigits"))
    if not said and "no-match" in text(body, "triggerEvent").lower():
        said = (UNPLACED,)
    session = name(body, "sessionInfo", "session").rpartition("/sessions/")[2]
    return Turn(
        channel="dialogflow_cx",
        user_key=session,
        session_key=session,
        hypotheses=said,
        kind=_kind(body, said),
        turn_key=name(body, "detectIntentResponseId") or None,
        screen=not part(body, "payload", "telephony"),
    )


def write(reply: Reply, turn: Turn, body: Body) -> Body:  # noqa: ARG001 - the signature of every channel
    """The webhook response; buttons and cards of Dialogflow Messenger, words to be spoken on the telephone."""
    limits = capabilities("dialogflow_cx")
    messages: list[Body] = [{"text": {"text": [clip(reply.text, limits.text)]}}]
    if not turn.screen:
        words = clip(to_words(reply.text), limits.text)
        messages.append({"outputAudioText": {"ssml": slowed(words, limits.text)} if reply.slow else {"text": words}})
    rich: list[Body] = []
    if reply.card is not None:
        rows = [f"{title}: {value}" for title, value in reply.card.rows]
        rich.append({"type": "description", "title": reply.card.title, "text": rows})
    chips = [{"text": title[: limits.title]} for title in reply.buttons[: limits.buttons]]
    if link_of(reply):
        chips.insert(0, {"text": open_title(), "link": reply.link})
    if chips:
        rich.append({"type": "chips", "options": chips})
    if rich and turn.screen:
        messages.append({"payload": {"richContent": [rich]}})
    if reply.end:
        messages.append({"endInteraction": {}})
    return {"fulfillmentResponse": {"messages": messages, "mergeBehavior": "REPLACE"}}


def _kind(body: Body, said: tuple[Hypothesis, ...]) -> Kind:
    if said:
        return "text"
    event = text(body, "triggerEvent").lower()
    if "no-input" in event:
        return "silence"
    intent = text(body, "intentInfo", "displayName").lower() if text(body, "triggerIntent") else ""
    return "start" if part(body, "sessionInfo") and "welcome" in event + intent else "event"


CHANNEL = Assistant(
    "dialogflow_cx", read, write, secret=lambda settings: settings.dialogflow_cx_secret, authentic=authentic
)
