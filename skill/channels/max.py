"""MAX, the national messenger: a bot's webhook and calls (dev.max.ru)."""

from dataclasses import replace

import httpx

from skill.channels.body import Body, find, items, name, number, part, text
from skill.channels.calls import download, rows, same, verdict
from skill.channels.channel import (
    Arrival,
    Call,
    Messenger,
    Poll,
    Verdict,
    link_of,
    open_title,
    phrases,
    pressed,
    title_of,
)
from skill.channels.commands import START, command
from skill.channels.limits import capabilities, pieces
from skill.channels.unread import unread, worded
from skill.channels.voice import to_say, voice_message
from skill.dialogue.turn import Kind, Reply, Turn
from skill.settings import Settings
from speech.recognition import Hypothesis

UPDATES = ["message_created", "message_callback", "bot_started"]
NOT_READY = "attachment.not.ready"


def authentic(call: Call, settings: Settings) -> bool:
    """Whether the header holds the secret that was given with the subscription."""
    return same(call.headers.get("X-Max-Bot-Api-Secret", ""), settings.max_secret)


def read(body: Body) -> list[Arrival]:
    """A message, a pressed button or the start of a dialog; everything else asks for no answer."""
    match text(body, "update_type"):
        case "message_created":
            return _message(part(body, "message"))
        case "message_callback":
            return _pressed(body)
        case "bot_started":
            user = name(body, "user", "user_id")
            key = f"{user}:{name(body, 'timestamp')}"
            return [_arrival(user, "start", (), key)] if user else []
    return []


def write(reply: Reply, arrival: Arrival) -> list[Body]:
    """Messages, the phrases as buttons that send their title; a spoken question is answered aloud too."""
    limits = capabilities("max")
    messages: list[Body] = [{"to": arrival.to, "text": piece} for piece in pieces(reply.text, limits.text)]
    titles = tuple(title[: limits.title] for title in reply.buttons[: limits.buttons])
    buttons: list[list[Body]] = [[{"type": "message", "text": title} for title in row] for row in rows(titles)]
    if link_of(reply):
        buttons.insert(0, [{"type": "link", "text": open_title(), "url": reply.link}])
    if buttons:
        messages[-1]["attachments"] = [{"type": "inline_keyboard", "payload": {"buttons": buttons}}]
    if arrival.voice:
        messages.append({"to": arrival.to, "say": to_say(reply)})
    return messages


def send(http: httpx.Client, settings: Settings, message: Body) -> Verdict:
    """Post a message, an acknowledgement of a button, or an uploaded voice message."""
    headers = {"Authorization": settings.max_token}
    if "callback_id" in message:
        params = {"callback_id": message["callback_id"]}
        return verdict(http.post(f"{settings.max_api}/answers", params=params, json={}, headers=headers))
    content = {key: value for key, value in message.items() if key not in ("to", "say")}
    if "say" in message:
        place = http.post(f"{settings.max_api}/uploads", params={"type": "audio"}, headers=headers)
        if not place.is_success:
            return verdict(place)
        uploaded = http.post(
            text(place.json(), "url"), files={"data": ("answer.ogg", voice_message(message["say"], settings))}
        )
        token = text(place.json(), "token") or text(uploaded.json(), "token")
        content["attachments"] = [{"type": "audio", "payload": {"token": token}}]
    answer = http.post(f"{settings.max_api}/messages", params=message["to"], json=content, headers=headers)
    if answer.is_client_error and NOT_READY in answer.text:
        return Verdict(again_in=2)
    return verdict(answer)


def fetch(http: httpx.Client, settings: Settings, voice: Body) -> bytes:
    """A voice message by its address."""
    return download(http, voice["url"], api=settings.max_api)


def keep_subscribed(http: httpx.Client, settings: Settings) -> bool:
    """Subscribe again if MAX has dropped us, which it does silently after 8 hours without a good answer.

    Returns whether that was needed; without a public address there is nothing to subscribe. Raises httpx.HTTPError.
    """
    if not settings.public_url:
        return False
    headers, wanted = {"Authorization": settings.max_token}, f"{settings.public_url}/max"
    answer = http.get(f"{settings.max_api}/subscriptions", headers=headers)
    answer.raise_for_status()
    if any(text(one, "url") == wanted for one in items(answer.json(), "subscriptions")):
        return False
    content = {"url": wanted, "update_types": UPDATES, "secret": settings.max_secret}
    http.post(f"{settings.max_api}/subscriptions", json=content, headers=headers).raise_for_status()
    return True


def call_nobody(http: httpx.Client, settings: Settings) -> None:
    """Take every subscription of the bot away. Raises httpx.HTTPError."""
    headers, place = {"Authorization": settings.max_token}, f"{settings.max_api}/subscriptions"
    for one in items(http.get(place, headers=headers).raise_for_status().json(), "subscriptions"):
        http.delete(place, params={"url": text(one, "url")}, headers=headers).raise_for_status()


def ask(http: httpx.Client, settings: Settings, marker: int | None, held: int) -> tuple[list[Body], int | None]:
    """GET /updates: the marker tells MAX that those before it were taken. Raises httpx.HTTPError."""
    query: dict[str, str | int] = {"timeout": held, "types": ",".join(UPDATES)}
    if marker is not None:
        query["marker"] = marker
    answer = http.get(f"{settings.max_api}/updates", params=query, headers={"Authorization": settings.max_token})
    found = answer.raise_for_status().json()
    told = number(found, "marker")
    return items(found, "updates"), marker if told is None else int(told)


def _message(message: Body) -> list[Arrival]:
    """What was written, or said, or passed on from somebody else's message."""
    sender, body, forwarded = part(message, "sender"), part(message, "body"), _forwarded(message)
    user, said = name(sender, "user_id"), command(text(body, "text") or text(forwarded, "text"))
    talk = text(message, "recipient", "chat_type") in ("dialog", "")
    if not user or find(sender, "is_bot") is True or not talk:
        return []
    key = name(body, "mid") or name(message, "timestamp")
    if said == START:
        return [_arrival(user, "start", (), key)]
    attached = [*items(body, "attachments"), *items(forwarded, "attachments")]
    if any(one.get("type") in ("image", "video") for one in attached):
        said = worded(said, "max")
    voice = {} if said.strip() else next(filter(None, map(_recording, attached)), {})
    heard = phrases([said, *(() if voice else map(_transcription, attached))])
    arrival = _arrival(user, "text" if heard or voice else "event", heard, key, voice=bool(voice))
    if heard or voice:
        return [replace(arrival, voice=voice)]
    first = next(iter(attached), {})
    return [replace(arrival, unread=unread(text(first, "type"), text(first, "filename")))]


def _forwarded(message: Body) -> Body:
    """The message passed on; what a reply answers to is no part of it."""
    return part(message, "link", "message") if text(message, "link", "type") == "forward" else {}


def _recording(attachment: Body) -> Body:
    url = text(attachment, "payload", "url") if attachment.get("type") == "audio" else ""
    return {"url": url, "transcription": _transcription(attachment)} if url else {}


def _transcription(attachment: Body) -> str:
    """What MAX itself heard: all there is of a recording that came without its address."""
    return text(attachment, "transcription") if attachment.get("type") == "audio" else ""


def _pressed(body: Body) -> list[Arrival]:
    """A button under a message: acknowledged wherever it is, answered in a dialog."""
    callback, message = part(body, "callback"), part(body, "message")
    user, press = name(callback, "user", "user_id"), name(callback, "callback_id")
    if not user:
        return []
    sent, shown = text(callback, "payload"), items(message, "body", "attachments")
    titles = (title_of(find(one, "payload", "buttons"), "payload", sent) for one in shown)
    said = command(pressed(sent, next(filter(None, titles), "")))
    heard = () if said == START else phrases([said])
    kind: Kind = "start" if said == START else "text" if heard else "event"
    if text(message, "recipient", "chat_type") not in ("dialog", ""):
        kind = "ping"
    return [replace(_arrival(user, kind, heard, press), aside=({"callback_id": press},) if press else ())]


def _arrival(user: str, kind: Kind, said: tuple[Hypothesis, ...], key: str, *, voice: bool = False) -> Arrival:
    turn = Turn(
        channel="max",
        user_key=user,
        session_key=user,
        hypotheses=said,
        kind=kind,
        turn_key=key or None,
        source="voice_message" if voice else "messenger",
    )
    return Arrival(turn, {"user_id": user})


CHANNEL = Messenger(
    "max",
    enabled=lambda settings: bool(settings.max_secret),
    authentic=authentic,
    read=read,
    write=write,
    send=send,
    fetch=fetch,
    keep=keep_subscribed,
    poll=Poll(lambda settings: bool(settings.max_token), call_nobody, ask),
)
