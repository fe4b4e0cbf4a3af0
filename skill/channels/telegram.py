"""Telegram, a bot's webhook and calls (Bot API 10). The answer to a message travels in the HTTP answer itself."""

import httpx
import structlog

from skill.channels import telegram_payments
from skill.channels.body import Body, find, items, name, number, part, text
from skill.channels.calls import download, rows, same, verdict
from skill.channels.channel import Arrival, Call, Messenger, Poll, Verdict, phrases, pressed, title_of, with_link
from skill.channels.commands import START, command
from skill.channels.limits import capabilities, pieces
from skill.channels.unread import PHRASES, unread, worded
from skill.channels.voice import to_say, voice_message
from skill.dialogue.turn import Kind, Reply, Turn
from skill.settings import Settings

UPDATES = ["message", "callback_query", "pre_checkout_query"]
SOUNDS = ("voice", "audio", "video_note")
CONTENTS = (*PHRASES, "poll", "dice", "story", "game", "checklist")
"""What a resident may send beside words and sounds; all else is a service note."""
log = structlog.get_logger()


def authentic(call: Call, settings: Settings) -> bool:
    """Whether the header holds the secret that was given with setWebhook."""
    return same(call.headers.get("X-Telegram-Bot-Api-Secret-Token", ""), settings.telegram_secret)


def read(body: Body) -> list[Arrival]:
    """A message or a pressed button of a private chat; edits, groups, channels and service notes ask for nothing."""
    press = part(body, "callback_query")
    message = part(press, "message") if press else part(body, "message")
    who = part(press or message, "from")
    user, chat = name(who, "id"), find(message, "chat", "id") or find(who, "id")
    private = text(message, "chat", "type") in ("private", "")
    if not private or not user or find(who, "is_bot") is True or not isinstance(chat, int):
        return []
    said = command(_pressed(press) if press else text(message, "text") or worded(text(message, "caption"), "telegram"))
    heard = () if said == START else phrases([said])
    voice = {} if heard or press else _recording(message)
    unreadable = "" if press or heard or voice or said == START else _unread(message)
    if not (press or heard or voice or unreadable or said == START):
        return []
    kind: Kind = "start" if said == START else "text" if heard or voice else "event"
    turn = Turn(
        channel="telegram",
        user_key=user,
        session_key=str(chat),
        hypotheses=heard,
        kind=kind,
        turn_key=name(body, "update_id") or None,
        source="voice_message" if voice else "messenger",
    )
    press_id = name(press, "id")
    acknowledged: Body = {"method": "answerCallbackQuery", "callback_query_id": press_id}
    return [Arrival(turn, {"chat_id": chat}, voice, (acknowledged,) if press_id else (), unreadable)]


def write(reply: Reply, arrival: Arrival) -> list[Body]:
    """sendMessage, with the phrases as a keyboard under the text field; a spoken question is answered aloud too."""
    limits = capabilities("telegram")
    texts = pieces(with_link(reply), limits.text)
    messages: list[Body] = [{"method": "sendMessage", **arrival.to, "text": piece} for piece in texts]
    titles = tuple(title[: limits.title] for title in reply.buttons[: limits.buttons])
    keyboard = [[{"text": title} for title in row] for row in rows(titles)]
    if not arrival.unread:  # the open question's keyboard stays
        messages[-1]["reply_markup"] = (
            {"keyboard": keyboard, "resize_keyboard": True, "one_time_keyboard": True}
            if titles
            else {"remove_keyboard": True}
        )
    if arrival.voice:
        messages.append({"method": "sendVoice", **arrival.to, "say": to_say(reply)})
    return messages


def at_once(_body: Body, messages: list[Body]) -> tuple[Body, list[Body]]:
    """The first message is the answer to the webhook."""
    return (messages[0], messages[1:]) if messages else ({}, [])


def send(http: httpx.Client, settings: Settings, message: Body) -> Verdict:
    """Call a method of the Bot API."""
    url = f"{settings.telegram_api}/bot{settings.telegram_token}/{message['method']}"
    content = {key: value for key, value in message.items() if key not in ("method", "say")}
    if message["method"] == "sendInvoice":
        content["provider_token"] = settings.telegram_provider_token
    if "say" in message:
        files = {"voice": ("answer.ogg", voice_message(message["say"], settings), "audio/ogg")}
        answer = http.post(url, data=content, files=files)
    else:
        answer = http.post(url, json=content)
    found = verdict(answer)
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return Verdict(again_in=float(find(answer.json(), "parameters", "retry_after") or 1))
    return found


def fetch(http: httpx.Client, settings: Settings, voice: Body) -> bytes:
    """A recording by its file id."""
    api = f"{settings.telegram_api}/bot{settings.telegram_token}"
    answer = http.get(f"{api}/getFile", params={"file_id": voice["file_id"]})
    answer.raise_for_status()
    path = text(answer.json(), "result", "file_path")
    return download(
        http, f"{settings.telegram_api}/file/bot{settings.telegram_token}/{path}", api=settings.telegram_api
    )


def keep_webhook(http: httpx.Client, settings: Settings) -> bool:
    """Have updates sent here again if they are not; whether that was needed. Raises httpx.HTTPError."""
    if not settings.public_url or not settings.telegram_token:
        return False
    api, wanted = f"{settings.telegram_api}/bot{settings.telegram_token}", f"{settings.public_url}/telegram"
    known = part(http.get(f"{api}/getWebhookInfo").raise_for_status().json(), "result")
    if fault := text(known, "last_error_message"):
        log.warning("deliveries failed", channel="telegram", reason=fault, waiting=known.get("pending_update_count"))
    if text(known, "url") == wanted:
        return False
    hook = {"url": wanted, "secret_token": settings.telegram_secret, "allowed_updates": UPDATES}
    http.post(f"{api}/setWebhook", json=hook).raise_for_status()
    return True


def call_nobody(http: httpx.Client, settings: Settings) -> None:
    """Take the webhook away. Raises httpx.HTTPError."""
    http.post(f"{settings.telegram_api}/bot{settings.telegram_token}/deleteWebhook").raise_for_status()


def ask(http: httpx.Client, settings: Settings, marker: int | None, held: int) -> tuple[list[Body], int | None]:
    """getUpdates: to ask for the next ones tells Telegram that those before were taken. Raises httpx.HTTPError."""
    content: Body = {"timeout": held, "allowed_updates": UPDATES}
    if marker is not None:
        content["offset"] = marker
    answer = http.post(f"{settings.telegram_api}/bot{settings.telegram_token}/getUpdates", json=content)
    updates = items(answer.raise_for_status().json(), "result")
    last = max((number(update, "update_id") or 0 for update in updates), default=None)
    return updates, marker if last is None else int(last) + 1


def _recording(message: Body) -> Body:
    """A voice message, a round video's sound, or a sound sent as a file."""
    sounds = [part(message, kind) for kind in SOUNDS]
    document = part(message, "document")
    if text(document, "mime_type").startswith("audio/"):
        sounds.append(document)
    for sound in sounds:
        if file_id := text(sound, "file_id"):
            return {"file_id": file_id, "seconds": number(sound, "duration") or 0}
    return {}


def _pressed(press: Body) -> str:
    """The phrase of a button under a message, whose title stands there."""
    keyboard = find(press, "message", "reply_markup", "inline_keyboard")
    return pressed(text(press, "data"), title_of(keyboard, "callback_data", text(press, "data")))


def _unread(message: Body) -> str:
    """The phrase for what cannot be read; empty for a service note."""
    sent = next((kind for kind in CONTENTS if message.get(kind)), "")
    return unread(sent, *(text(message, "document", told) for told in ("mime_type", "file_name"))) if sent else ""


CHANNEL = Messenger(
    "telegram",
    enabled=lambda settings: bool(settings.telegram_secret),
    authentic=authentic,
    read=read,
    write=write,
    send=send,
    fetch=fetch,
    at_once=at_once,
    keep=keep_webhook,
    till=telegram_payments.TILL,
    poll=Poll(lambda settings: bool(settings.telegram_token), call_nobody, ask),
)
