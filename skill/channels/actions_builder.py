"""Google Assistant: the Actions Builder webhook, and the Actions SDK body before it.

Google closed both in June 2023; the door is for recorded bodies and for tools that still speak them.
"""

from skill.channels.body import Body, items, name, text, texts
from skill.channels.channel import Assistant, link_of, open_title, phrases
from skill.channels.dialogflow_es import rich
from skill.channels.limits import capabilities, clip
from skill.dialogue.turn import Kind, Reply, Turn
from speech.recognition import Hypothesis
from speech.wording import to_words

OPENING = frozenset({"actions.intent.MAIN", "actions.intent.LAUNCH"})
CLOSING = frozenset({"actions.intent.CANCEL"})


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
        kind=_kind(intent, said),
        screen="RICH_RESPONSE" in texts(body, "device", "capabilities"),
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
    if link_of(reply) and turn.screen:
        opening = {"name": open_title(), "open": {"url": reply.link}}
        prompt["content"] = {"card": {"title": open_title(), "text": clip(reply.text, limits.text), "button": opening}}
    if reply.buttons and turn.screen and not reply.end:
        prompt["suggestions"] = [{"title": title[: limits.title]} for title in reply.buttons[: limits.buttons]]
    answer: Body = {"session": {"id": name(body, "session", "id"), "params": {}}, "prompt": prompt}
    if reply.end:
        answer["scene"] = {"name": text(body, "scene", "name"), "next": {"name": "actions.scene.END_CONVERSATION"}}
    return answer


def _kind(intent: str, said: tuple[Hypothesis, ...]) -> Kind:
    if said:
        return "text"
    if intent in OPENING:
        return "start"
    return "silence" if intent.startswith("actions.intent.NO_INPUT") else "event"


def _hypotheses(body: Body, intent: str) -> tuple[Hypothesis, ...]:
    if intent in OPENING:
        return ()
    if intent in CLOSING:
        return phrases(["хватит"])
    raw = [text(said, "query") for inputs in items(body, "inputs") for said in items(inputs, "rawInputs")]
    return phrases([text(body, "intent", "query"), *raw])


def _sdk(reply: Reply) -> Body:
    if reply.end:
        return {"expectUserResponse": False, "finalResponse": {"richResponse": rich(reply)}}
    prompt = {"richInitialPrompt": rich(reply)}
    expected = {"inputPrompt": prompt, "possibleIntents": [{"intent": "actions.intent.TEXT"}]}
    return {"expectUserResponse": True, "expectedInputs": [expected]}


CHANNEL = Assistant("actions_builder", read, write, secret=lambda settings: settings.actions_builder_secret)
