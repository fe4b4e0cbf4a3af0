"""Viber, a public account's webhook and calls. Bots get no voice notes there."""

import httpx

from skill.channels.body import Body, name, part, text
from skill.channels.calls import signed, verdict
from skill.channels.channel import Arrival, Call, Messenger, Verdict, phrases, with_link
from skill.channels.commands import START, command
from skill.channels.limits import capabilities, clip, pieces
from skill.channels.unread import unread, worded
from skill.dialogue.turn import Kind, Reply, Turn
from skill.settings import Settings

TOO_MANY = 12
EVENTS = ["conversation_started"]
"""Besides messages, which always come."""


def authentic(call: Call, settings: Settings) -> bool:
    """Whether Viber signed the raw bytes with the account's token; some set-ups pass the signature as `?sig=`."""
    given = call.headers.get("X-Viber-Content-Signature", "") or call.query.get("sig", "")
    return signed(call.raw, settings.viber_token, given)


def read(body: Body) -> list[Arrival]:
    """A message or an opened conversation; groups, deliveries, subscriptions and failures ask for nothing."""
    event, message = text(body, "event"), part(body, "message")
    user = name(body, "sender" if event == "message" else "user", "id")
    if event not in ("message", "conversation_started") or not user or name(body, "chat_id"):
        return []
    told = text(message, "text")
    words = told if text(message, "type") == "text" else worded(told, "viber")
    written = START if event == "conversation_started" else command(words)
    said = () if written == START else phrases([written])
    kind: Kind = "start" if written == START else "text" if said else "event"
    turn = Turn(
        channel="viber",
        user_key=user,
        session_key=user,
        hypotheses=said,
        kind=kind,
        turn_key=name(body, "message_token") or None,
        source="messenger",
    )
    unreadable = unread(text(message, "type"), text(message, "file_name"), otherwise="channels.no_written")
    return [Arrival(turn, {"receiver": user}, unread=unreadable if kind == "event" else "")]


def write(reply: Reply, arrival: Arrival) -> list[Body]:
    """Text messages, the last with the keyboard: it lives only until the next message."""
    limits = capabilities("viber")
    messages: list[Body] = [
        {**arrival.to, "type": "text", "text": piece, "min_api_version": 1}
        for piece in pieces(with_link(reply), limits.text)
    ]
    if titles := reply.buttons[: limits.buttons]:
        buttons = [
            {"Columns": 6, "Rows": 1, "Text": clip(title, limits.title), "ActionType": "reply", "ActionBody": title}
            for title in titles
        ]
        messages[-1]["keyboard"] = {"Type": "keyboard", "DefaultHeight": False, "Buttons": buttons}
    return messages


def at_once(body: Body, messages: list[Body]) -> tuple[Body, list[Body]]:
    """Whoever has not subscribed yet can be greeted in the HTTP answer only, once and without a receiver."""
    if text(body, "event") != "conversation_started" or not messages:
        return {}, messages
    return {key: value for key, value in messages[0].items() if key != "receiver"}, []


def send(http: httpx.Client, settings: Settings, message: Body) -> Verdict:
    """Send a message. Viber answers 200 to everything: `status` tells."""
    content = {**message, "sender": {"name": settings.viber_name[:28]}}
    headers = {"X-Viber-Auth-Token": settings.viber_token}
    answer = http.post(f"{settings.viber_api}/pa/send_message", json=content, headers=headers)
    if not answer.is_success:
        return verdict(answer)
    status = part({"answer": answer.json()}, "answer").get("status")
    if status == TOO_MANY:
        return Verdict(again_in=5)
    return Verdict() if status == 0 else Verdict(refused=f"status {status}")


def keep_webhook(http: httpx.Client, settings: Settings) -> bool:
    """Have events sent here again if they are not; whether that was needed. Raises httpx.HTTPError."""
    if not settings.public_url:
        return False
    headers, wanted = {"X-Viber-Auth-Token": settings.viber_token}, f"{settings.public_url}/viber"
    account = http.post(f"{settings.viber_api}/pa/get_account_info", json={}, headers=headers).raise_for_status()
    if text(account.json(), "webhook") == wanted:
        return False
    hook = {"url": wanted, "event_types": EVENTS, "send_name": False, "send_photo": False}
    http.post(f"{settings.viber_api}/pa/set_webhook", json=hook, headers=headers).raise_for_status()
    return True


CHANNEL = Messenger(
    "viber",
    enabled=lambda settings: bool(settings.viber_token),
    authentic=authentic,
    read=read,
    write=write,
    send=send,
    at_once=at_once,
    keep=keep_webhook,
)
