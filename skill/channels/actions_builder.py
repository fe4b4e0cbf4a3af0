"""Google Assistant: the Actions Builder webhook, and the Actions SDK body before it.

Google closed both in June 2023; the door is for recorded bodies and for tools that still speak them.
"""

from skill.channels.body import Body, items, name, text, texts
from skill.channels.channel import Assistant, Call, link_of, open_title, phrases
from skill.channels.cloudtokens import signed_by_google
from skill.channels.dialogflow_es import TO_GOOGLE, flagged, rich
from skill.channels.limits import capabilities, clip
from skill.dialogue.turn import Kind, Reply, Turn
from skill.settings import Settings
from speech.recognition import Hypothesis
from speech.wording import to_words

OPENING = frozenset({"actions.intent.MAIN", "actions.intent.LAUNCH", "actions.intent.PLAY_GAME"})
CLOSING = frozenset({"actions.intent.CANCEL", "actions.intent.NO_INPUT_FINAL"})


def read(body: Body) -> Turn:
    """The turn in a webhook request; words with which an action is invoked are no phrase to answer."""
    intent = text(body, "intent", "name") or next((text(one, "intent") for one in items(body, "inputs")), "")
    said = _hypotheses(body, intent)
    session = name(body, "session", "id") or name(body, "conversation", "conversationId")
    who = name(body, "user", "params", "userId") or name(body, "user", "gaiamint") or name(body, "user", "userId")
    return Turn(
        channel="actions_builder",
        user_key=who or session,
        session_key=session,
        hypotheses=said,
        kind="ping" if _is_check(body, intent) else _kind(intent, said),
        screen=_has_screen(body),
    )


def write(reply: Reply, turn: Turn, body: Body) -> Body:
    """The webhook response, in the dialect of the request."""
    if "inputs" in body:
        return _sdk(reply)
    limits = capabilities("actions_builder")
    prompt: Body = {
        "override": False,
        "firstSimple": {"speech": clip(to_words(reply.text), limits.text), "text": clip(reply.text, limits.text)},
    }
    if reply.card is not None and turn.screen:
        cells = [{"cells": [{"text": title}, {"text": value}]} for title, value in reply.card.rows]
        columns = [{"header": column} for column in ("Услуга", "Сумма")]
        prompt["content"] = {"table": {"title": reply.card.title, "columns": columns, "rows": cells}}
    if link_of(reply) and turn.screen:
        opening = {"name": open_title(), "open": {"url": reply.link}}
        prompt["content"] = {"card": {"title": open_title(), "text": clip(reply.text, limits.text), "button": opening}}
    if reply.buttons and turn.screen and not reply.end:
        prompt["suggestions"] = [{"title": title[: limits.title]} for title in reply.buttons[: limits.buttons]]
    answer: Body = {"session": {"id": name(body, "session", "id"), "params": {}}, "prompt": prompt}
    if reply.end:
        answer["scene"] = {"name": text(body, "scene", "name"), "next": {"name": "actions.scene.END_CONVERSATION"}}
    return answer


def authentic(call: Call, settings: Settings) -> bool:
    """Whether Google signed the call for our project, where the settings name one."""
    token = call.headers.get("google-assistant-signature", "")
    return not settings.actions_project or signed_by_google(token, settings, now=call.now)


def _has_screen(body: Body) -> bool:
    surface = [text(one, "name") for one in items(body, "surface", "capabilities")]
    return "RICH_RESPONSE" in texts(body, "device", "capabilities") or "actions.capability.SCREEN_OUTPUT" in surface


def _is_check(body: Body, intent: str) -> bool:
    """Whether Google only asks if we live."""
    return flagged(body, "is_health_check") or intent == "actions.intent.HEALTH_CHECK"


def _kind(intent: str, said: tuple[Hypothesis, ...]) -> Kind:
    if said:
        return "text"
    if intent in OPENING:
        return "start"
    return "silence" if intent.startswith("actions.intent.NO_INPUT") else "event"


def _hypotheses(body: Body, intent: str) -> tuple[Hypothesis, ...]:
    if intent in OPENING or TO_GOOGLE.fullmatch(intent):
        return ()
    if intent in CLOSING or flagged(body, "is_final_reprompt"):
        return phrases(["хватит"])
    raw = [text(said, "query") for inputs in items(body, "inputs") for said in items(inputs, "rawInputs")]
    return phrases([text(body, "intent", "query"), *raw])


def _sdk(reply: Reply) -> Body:
    if reply.end:
        return {"expectUserResponse": False, "finalResponse": {"richResponse": rich(reply)}}
    prompt = {"richInitialPrompt": rich(reply)}
    expected = {"inputPrompt": prompt, "possibleIntents": [{"intent": "actions.intent.TEXT"}]}
    return {"expectUserResponse": True, "expectedInputs": [expected]}


CHANNEL = Assistant(
    "actions_builder", read, write, secret=lambda settings: settings.actions_builder_secret, authentic=authentic
)
