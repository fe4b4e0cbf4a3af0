"""Google Dialogflow ES, a fulfilment webhook: API v2, and the v1 bodies that recordings still hold."""

import base64
import re

from skill.channels.body import Body, find, items, name, part, text
from skill.channels.calls import same
from skill.channels.channel import Assistant, Call, link_of, open_title, phrases
from skill.channels.cloudtokens import issued_by_google
from skill.channels.commands import START, command
from skill.channels.limits import capabilities, clip
from skill.dialogue.turn import Kind, Reply, Turn
from skill.settings import Settings
from speech.recognition import Hypothesis
from speech.wording import to_words

EVENT = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_.-][A-Za-z0-9]+)+|WELCOME")
"""An event's name stands where the phrase would: `actions_intent_OPTION`, `GOOGLE_ASSISTANT_WELCOME`, `my-event`."""
CLOSING = "actions_intent_CANCEL"
TO_GOOGLE = re.compile(
    r"actions[._]intent[._](?:PERMISSION|SIGN_IN|NEW_SURFACE|TRANSACTION_\w+|DELIVERY_ADDRESS|PLACE|LINK|MEDIA_STATUS"
    r"|REGISTER_UPDATE|CONFIGURE_UPDATES)"
)
"""Google's own questions: the words beside them were said to Google, a yes among them is none to us."""
SILENCE = re.compile(r"no[_-]input", re.IGNORECASE)
APART = {"FACEBOOK_MEDIA": "channels.no_picture", "FACEBOOK_LOCATION": "channels.no_location"}
TELEPHONE, SCREEN = "GOOGLE_TELEPHONY", "actions.capability.SCREEN_OUTPUT"
SPEAKERS = (
    ("user", "userId"),
    ("data", "from", "id"),
    ("data", "sender", "id"),
    ("data", "message", "from", "id"),
    ("data", "callback_query", "from", "id"),
    ("data", "event", "user"),
    ("data", "source", "userId"),
)
"""Where in the payload each names who speaks: Google, Telegram's two forms, Facebook and Viber, Slack, LINE."""
GOOGLE_SUGGESTIONS, GOOGLE_TITLE = 8, 25


def read(body: Body) -> Turn:
    """The turn in a webhook request."""
    said, session = _hypotheses(body), _session(body)
    response_id = name(body, "responseId") or name(body, "id")
    return Turn(
        channel="dialogflow_es",
        user_key=_who(body) or session,
        session_key=session,
        hypotheses=said,
        kind=_kind(body, said),
        turn_key=response_id or None,
        screen=_has_screen(body),
    )


def write(reply: Reply, turn: Turn, body: Body) -> Body:  # noqa: ARG001 - the signature of every channel
    """The webhook response; for an old Google Assistant agent also in its own words."""
    limits = capabilities("dialogflow_es")
    shown = clip(reply.text, limits.text)
    if "result" in body and "queryResult" not in body:
        return {"speech": shown, "displayText": shown, "fulfillmentText": shown, "source": "zhku-voice"}
    messages: list[Body] = [{"text": {"text": [shown]}}]
    if short := [title for title in reply.buttons if len(title) <= limits.title][: limits.buttons]:
        messages.append({"quickReplies": {"title": "", "quickReplies": short}})
    if reply.card is not None:
        rows = "\n".join(f"{title}: {value}" for title, value in reply.card.rows)
        messages.append({"card": {"title": reply.card.title, "subtitle": rows}})
    if link_of(reply):
        messages.append({"card": {"title": open_title(), "buttons": [{"text": open_title(), "postback": reply.link}]}})
    answer: Body = {"fulfillmentText": shown, "fulfillmentMessages": messages}
    if text(body, "originalDetectIntentRequest", "source") == "google":
        answer["payload"] = {"google": {"expectUserResponse": not reply.end, "richResponse": rich(reply)}}
    return answer


def authentic(call: Call, settings: Settings) -> bool:
    """Whether what Dialogflow was told to send came along: a Basic password, an ID token of Google's, or nothing."""
    scheme, _, given = call.headers.get("Authorization", "").partition(" ")
    if settings.dialogflow_caller:
        return scheme.lower() == "bearer" and issued_by_google(given.strip(), settings, now=call.now)
    if not settings.dialogflow_password:
        return True
    try:
        login = base64.b64decode(given, validate=True).decode("utf-8", errors="replace")
    except ValueError:
        return False
    return scheme.lower() == "basic" and same(login.partition(":")[2], settings.dialogflow_password)


def rich(reply: Reply) -> Body:
    """The reply as Google Assistant's rich response."""
    speech = clip(to_words(reply.text), 640)
    found: Body = {"items": [{"simpleResponse": {"textToSpeech": speech, "displayText": clip(reply.text, 640)}}]}
    if reply.buttons and not reply.end:
        found["suggestions"] = [{"title": title[:GOOGLE_TITLE]} for title in reply.buttons[:GOOGLE_SUGGESTIONS]]
    return found


def apart(_turn: Turn, body: Body) -> str:
    """What Facebook's residents send beside words: Dialogflow hands it over as events."""
    return APART.get(_asked(body), "")


def _who(body: Body) -> str:
    """The speaker, by the name that the messenger behind Dialogflow knows; names of two messengers may be the same."""
    asked = part(body, "originalDetectIntentRequest")
    for way in SPEAKERS:
        if who := name(asked, "payload", *way):
            return f"{text(asked, 'source')}:{who}"
    return ""


def _has_screen(body: Body) -> bool:
    """Whether there is something to read on: not on the telephone, nor on a speaker of Google's."""
    asked = part(body, "originalDetectIntentRequest")
    surface = {text(one, "name") for one in items(asked, "payload", "surface", "capabilities")}
    return text(asked, "source") != TELEPHONE and (not surface or SCREEN in surface)


def flagged(asked: Body, flag: str) -> bool:
    """Whether Google Assistant says so in an argument of its inputs."""
    told = [one for inputs in items(asked, "inputs") for one in items(inputs, "arguments")]
    return any(text(one, "name").lower() == flag and find(one, "boolValue") is True for one in told)


def _session(body: Body) -> str:
    return name(body, "session").rpartition("/sessions/")[2] or name(body, "sessionId")


def _kind(body: Body, said: tuple[Hypothesis, ...]) -> Kind:
    if said:
        return "text"
    if SILENCE.search(_asked(body)):
        return "silence"
    return "start" if _asked(body) == START or _asked(body).upper().endswith("WELCOME") else "event"


def _asked(body: Body) -> str:
    return command(text(body, "queryResult", "queryText") or text(body, "result", "resolvedQuery"))


def _hypotheses(body: Body) -> tuple[Hypothesis, ...]:
    asked = _asked(body)
    original = find(body, "originalDetectIntentRequest") or find(body, "originalRequest")
    payload = part(original, "payload") or part(original, "data")
    if asked == CLOSING or flagged(payload, "is_final_reprompt"):
        return phrases(["хватит"])
    if asked == START or asked.upper().endswith("WELCOME") or TO_GOOGLE.fullmatch(asked):
        return ()  # what stands beside a welcome are the words with which the agent was called
    raw = [text(said, "query") for inputs in items(payload, "inputs") for said in items(inputs, "rawInputs")]
    return phrases(phrase for phrase in [asked, *raw] if not EVENT.fullmatch(phrase.strip()))


CHANNEL = Assistant(
    "dialogflow_es",
    read,
    write,
    secret=lambda settings: settings.dialogflow_es_secret,
    authentic=authentic,
    apart=apart,
)
