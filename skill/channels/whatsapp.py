"""WhatsApp Cloud API: webhook and calls of Meta's Graph."""

from collections.abc import Iterator, Mapping

import httpx

from skill.channels.body import Body, items, name, part, text
from skill.channels.calls import download, same, signed, verdict
from skill.channels.channel import Arrival, Call, Messenger, Verdict, phrases, pressed, with_link
from skill.channels.commands import START, command
from skill.channels.limits import capabilities, clip, pieces
from skill.channels.unread import unread, worded
from skill.channels.voice import to_say, voice_message
from skill.dialogue.turn import Kind, Reply, Turn
from skill.settings import Settings

SILENT = frozenset(
    {
        "call_permission_reply",
        "edit",
        "ephemeral",
        "errors",
        "hsm",
        "keep_in_chat",
        "pin",
        "poll_update",
        "reaction",
        "revoke",
    }
)
"""Messages that nobody waits for an answer to, also as the type of an unsupported or an interactive one."""
SOUNDS = ("audio", "voice")
OPENED = "request_welcome"
"""A chat opened for the first time."""
FEW_BUTTONS, SHORT_TITLE, BODY_OF_BUTTONS = 3, 20, 1024


def authentic(call: Call, settings: Settings) -> bool:
    """Whether Meta signed the raw bytes with the app's secret."""
    scheme, _, given = call.headers.get("X-Hub-Signature-256", "").partition("=")
    return scheme == "sha256" and signed(call.raw, settings.whatsapp_app_secret, given)


def handshake(query: Mapping[str, str], settings: Settings) -> str | None:
    """The challenge back, if the address is verified with our word."""
    known = same(query.get("hub.verify_token", ""), settings.whatsapp_verify_token)
    return query.get("hub.challenge", "") if known and query.get("hub.mode") == "subscribe" else None


def read(body: Body) -> list[Arrival]:
    """Every message of every change; deliveries, read marks and number changes ask for nothing."""
    return [
        arrival for value in _values(body) for message in items(value, "messages") if (arrival := _one(value, message))
    ]


def write(reply: Reply, arrival: Arrival) -> list[Body]:
    """Texts, the last with up to three buttons, or a list of up to ten; a spoken question is answered aloud too."""
    limits = capabilities("whatsapp")
    base: Body = {
        "phone_number_id": arrival.to["phone_number_id"],
        "messaging_product": "whatsapp",
        **{key: value for key, value in arrival.to.items() if key in ("to", "recipient")},
    }
    titles = reply.buttons[: limits.buttons]
    texts = pieces(with_link(reply), BODY_OF_BUTTONS if titles else limits.text)
    messages = [{**base, "type": "text", "text": {"body": piece}} for piece in texts]
    if titles:
        messages[-1] = {**base, "type": "interactive", "interactive": _interactive(texts[-1], titles)}
    if arrival.voice:
        messages.append({**base, "say": to_say(reply)})
    return messages


def send(http: httpx.Client, settings: Settings, message: Body) -> Verdict:
    """Post a message; a voice message is uploaded first."""
    url, headers = f"{settings.whatsapp_api}/{message['phone_number_id']}", _bearer(settings)
    content = {key: value for key, value in message.items() if key not in ("phone_number_id", "say")}
    if "say" in message:
        files = {"file": ("answer.ogg", voice_message(message["say"], settings), "audio/ogg; codecs=opus")}
        uploaded = http.post(f"{url}/media", data={"messaging_product": "whatsapp"}, files=files, headers=headers)
        if not uploaded.is_success:
            return verdict(uploaded)
        content |= {"type": "audio", "audio": {"id": name(uploaded.json(), "id")}}
    return verdict(http.post(f"{url}/messages", json=content, headers=headers))


def fetch(http: httpx.Client, settings: Settings, voice: Body) -> bytes:
    """A voice message by its media id: first its address, then, with the same key, the sound."""
    answer = http.get(f"{settings.whatsapp_api}/{voice['id']}", headers=_bearer(settings))
    answer.raise_for_status()
    return download(http, text(answer.json(), "url"), api=settings.whatsapp_api, headers=_bearer(settings))


def _values(body: Body) -> Iterator[Body]:
    for entry in items(body, "entry"):
        for change in items(entry, "changes"):
            if text(change, "field") in ("messages", ""):
                yield part(change, "value")


def _one(value: Body, message: Body) -> Arrival | None:
    if text(message, "type") == "system":
        return _renumbered(value, message)
    phone, kind = name(message, "from"), text(message, "type")
    who = _scoped(value, message, phone)
    if not (phone or who) or {kind, text(message, kind, "type")} & SILENT or name(message, "group_id"):
        return None
    written = START if kind == OPENED else command(_said(message, kind))
    said, media = () if written == START else phrases([written]), _recording(message, kind)
    what: Kind = "start" if written == START else "text" if said or media else "event"
    turn = Turn(
        channel="whatsapp",
        user_key=who or phone,
        session_key=who or phone,
        hypotheses=said,
        kind=what,
        turn_key=name(message, "id") or None,
        source="voice_message" if media else "messenger",
    )
    to = {"phone_number_id": name(value, "metadata", "phone_number_id")}
    to |= {"to": phone} if phone else {"recipient": who}
    file = [text(message, "document", told) for told in ("mime_type", "filename")]
    unreadable = unread(kind, *file) if what == "event" else ""
    return Arrival(turn, to, {"id": media} if media else {}, unread=unreadable, formerly=phone if who else "")


def _renumbered(value: Body, message: Body) -> Arrival | None:
    """Somebody's new number: nothing to answer, but the link moves along."""
    system = part(message, "system")
    old, new = name(system, "customer") or name(message, "from"), name(system, "wa_id") or name(system, "new_wa_id")
    if not old or not new or text(system, "type") not in ("user_changed_number", "customer_changed_number"):
        return None
    turn = Turn("whatsapp", new, new, kind="ping", turn_key=name(message, "id") or None)
    return Arrival(turn, {"phone_number_id": name(value, "metadata", "phone_number_id"), "to": new}, formerly=old)


def _scoped(value: Body, message: Body, phone: str) -> str:
    """The business-scoped id of who wrote, which outlives a change of number; empty while Meta sends none."""
    profiles = [one for one in items(value, "contacts") if not phone or name(one, "wa_id") == phone]
    return name(message, "from_user_id") or (name(profiles[0], "user_id") if profiles else "")


def _recording(message: Body, kind: str) -> str:
    """The media id of a voice message, or of a sound sent as a file."""
    sound = kind in SOUNDS or text(message, "document", "mime_type").startswith("audio/")
    return name(message, kind, "id") if sound else ""


def _said(message: Body, kind: str) -> str:
    """What was typed or chosen; the id of a chosen row of ours is the whole phrase, its title may be cut."""
    match kind:
        case "text":
            return text(message, "text", "body")
        case "button":
            return pressed(text(message, "button", "payload"), text(message, "button", "text"))
        case "interactive":
            chosen = part(message, "interactive", "button_reply") or part(message, "interactive", "list_reply")
            return pressed(text(chosen, "id"), text(chosen, "title"))
    return worded(text(message, kind, "caption"), "whatsapp")


def _interactive(shown: str, titles: tuple[str, ...]) -> Body:
    if len(titles) <= FEW_BUTTONS and all(len(title) <= SHORT_TITLE for title in titles):
        buttons = [{"type": "reply", "reply": {"id": title, "title": title}} for title in titles]
        return {"type": "button", "body": {"text": shown}, "action": {"buttons": buttons}}
    limit = capabilities("whatsapp").title
    chosen = [{"id": title[:200], "title": clip(title, limit)} for title in titles]
    return {
        "type": "list",
        "body": {"text": shown},
        "action": {"button": "Варианты", "sections": [{"title": "Варианты", "rows": chosen}]},
    }


def _bearer(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.whatsapp_token}"}


CHANNEL = Messenger(
    "whatsapp",
    enabled=lambda settings: bool(settings.whatsapp_app_secret),
    authentic=authentic,
    read=read,
    write=write,
    send=send,
    fetch=fetch,
    handshake=handshake,
)
