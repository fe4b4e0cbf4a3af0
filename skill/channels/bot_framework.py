"""Microsoft Bot Framework (Azure Bot Service, Direct Line): activities in, activities out."""

import re
from urllib.parse import quote, urlsplit

import httpx

from skill.channels.body import Body, NotABody, find, items, name, parse, part, text
from skill.channels.calls import download, verdict
from skill.channels.channel import Arrival, Call, Messenger, Verdict, link_of, open_title, phrases, pressed
from skill.channels.cloudtokens import access_token, issued_by_the_service
from skill.channels.commands import START, command
from skill.channels.limits import capabilities, pieces
from skill.channels.unread import unread, worded
from skill.dialogue.turn import Kind, Reply, Turn
from skill.settings import Settings
from speech.wording import to_words

MENTION = re.compile(r"<at>.*?</at>")
"""How Teams marks that the bot is spoken to."""
OWN_SERVICES = (".botframework.com", ".skype.com")
"""Where attachments lie; a recording anywhere else is not fetched, for its address is the user's."""
PLACES = ("Place", "GeoCoordinates")
RECEIPT = "application/vnd.microsoft.card.receipt"
ADDRESS = ("serviceUrl", "conversation", "from", "recipient", "id")
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def authentic(call: Call, settings: Settings) -> bool:
    """Whether the service's own token came along, made for our bot, this channel and this address.

    With `bot_emulator` the bot is one of the local emulator: then only this machine is let in, and only answers to it.
    """
    try:
        body = parse(call.raw)
    except NotABody:
        body = {}
    if settings.bot_emulator:
        return call.address in LOCAL and urlsplit(text(body, "serviceUrl")).hostname in LOCAL
    scheme, _, token = call.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and issued_by_the_service(
        token.strip(), settings, channel=text(body, "channelId"), service=text(body, "serviceUrl"), now=call.now
    )


def read(body: Body) -> list[Arrival]:
    """A message, or somebody other than the bot joining; bots, groups and the rest ask for no answer."""
    kind, user = text(body, "type"), name(body, "from", "id")
    bot = name(body, "recipient", "id")
    joined = kind == "conversationUpdate" and any(
        name(member, "id") not in ("", bot) for member in items(body, "membersAdded")
    )
    alone = find(body, "conversation", "isGroup") is not True and find(body, "from", "role") != "bot"
    if not user or not name(body, "conversation", "id") or not alone or not (kind == "message" or joined):
        return []
    words = MENTION.sub("", text(body, "text"))
    written = command(worded(words, "bot_framework") if _is_pictured(body) else words)
    opened = joined or written == START
    said = () if opened else phrases([written, pressed(_value(body), "")])
    voice = {} if said or opened else _recording(body)
    what: Kind = "start" if opened else "text" if said or voice else "event"
    turn = Turn(
        channel="bot_framework",
        user_key=f"{name(body, 'channelId')}:{user}",
        session_key=name(body, "conversation", "id"),
        hypotheses=said,
        kind=what,
        turn_key=name(body, "id") or None,
        source="voice_message" if voice else "messenger",
    )
    unreadable = _unread(body) if what == "event" else ""
    return [Arrival(turn, {key: body[key] for key in ADDRESS if body.get(key)}, voice, unread=unreadable)]


def write(reply: Reply, arrival: Arrival) -> list[Body]:
    """Activities with the sides changed over; the phrases as suggested actions that say themselves."""
    limits, to = capabilities("bot_framework"), arrival.to
    base: Body = {
        "type": "message",
        "from": {"id": name(to, "recipient", "id") or "bot"},
        "recipient": {"id": name(to, "from", "id")},
        "conversation": {"id": name(to, "conversation", "id")},
        "inputHint": "acceptingInput" if reply.end else "expectingInput",
    }
    if name(to, "id"):
        base["replyToId"] = name(to, "id")
    messages = [
        {"to": text(to, "serviceUrl"), **base, "text": piece, "speak": to_words(piece)}
        for piece in pieces(reply.text, limits.text)
    ]
    if reply.card is not None:
        items_of = [{"title": title, "price": value} for title, value in reply.card.rows]
        receipt = {"title": reply.card.title, "items": items_of}
        messages[-1]["attachments"] = [{"contentType": RECEIPT, "content": receipt}]
    actions = [{"type": "imBack", "title": title, "value": title} for title in reply.buttons[: limits.buttons]]
    if link_of(reply):
        actions.insert(0, {"type": "openUrl", "title": open_title(), "value": reply.link})
    if actions:
        messages[-1]["suggestedActions"] = {"actions": actions}
    return messages


def send(http: httpx.Client, settings: Settings, message: Body) -> Verdict:
    """Post an activity to the conversation's service."""
    content = {key: value for key, value in message.items() if key != "to"}
    place = f"{message['to'].rstrip('/')}/v3/conversations/{quote(content['conversation']['id'], safe='')}/activities"
    if replied := content.get("replyToId"):
        place += f"/{quote(replied, safe='')}"
    headers = {} if settings.bot_emulator else {"Authorization": f"Bearer {access_token(http, settings)}"}
    return verdict(http.post(place, json=content, headers=headers))


def fetch(http: httpx.Client, settings: Settings, voice: Body) -> bytes:
    """A recording by its address at Microsoft's or at the conversation's own service."""
    place, service = urlsplit(voice["url"]), voice["service"]
    if not (place.hostname or "").endswith(OWN_SERVICES) and place.netloc != urlsplit(service).netloc:
        raise httpx.UnsupportedProtocol("a recording is fetched from Bot Framework's services only")
    headers = {} if settings.bot_emulator else {"Authorization": f"Bearer {access_token(http, settings)}"}
    return download(http, voice["url"], api=service, headers=headers)


def _recording(body: Body) -> Body:
    for attachment in items(body, "attachments"):
        if text(attachment, "contentType").startswith("audio/") and (url := text(attachment, "contentUrl")):
            return {"url": url, "service": text(body, "serviceUrl")}
    return {}


def _is_pictured(body: Body) -> bool:
    return any(text(one, "contentType").startswith(("image/", "video/")) for one in items(body, "attachments"))


def _unread(body: Body) -> str:
    """The phrase for attachments and places; empty where there are none."""
    if sent := items(body, "attachments"):
        named = (text(one, told) for one in sent for told in ("contentType", "name"))
        return unread("file" if any(text(one, "contentUrl") for one in sent) else "", *named)
    placed = any(text(one, "type") in PLACES for one in items(body, "entities"))
    return unread("location") if placed else ""


def _value(body: Body) -> str:
    """What a button or an adaptive card sent instead of a text."""
    value = find(body, "value")
    return value if isinstance(value, str) else text(part(body, "value"), "text")


CHANNEL = Messenger(
    "bot_framework",
    enabled=lambda settings: bool(settings.bot_app_id) or settings.bot_emulator,
    authentic=authentic,
    read=read,
    write=write,
    send=send,
    fetch=fetch,
)
