"""Telegram, a bot's webhook and calls (Bot API 10). The answer to a message travels in the HTTP answer itself."""

import httpx

from skill.channels.body import Body, find, name, part, text
from skill.channels.calls import download, rows, same, verdict
from skill.channels.channel import Arrival, Call, Messenger, Verdict, phrases, with_link
from skill.channels.limits import capabilities, pieces
from skill.channels.voice import voice_message
from skill.dialogue.phrases import phrase
from skill.dialogue.turn import Kind, Reply, Turn
from skill.settings import Settings

COMMANDS = {"/help": "помощь", "/stop": "хватит"}


def authentic(call: Call, settings: Settings) -> bool:
    """Whether the header holds the secret that was given with setWebhook."""
    return same(call.headers.get("X-Telegram-Bot-Api-Secret-Token", ""), settings.telegram_secret)


def read(body: Body) -> list[Arrival]:
    """A message or a pressed button of a private chat; edits, groups and channels ask for nothing.

    Telegram asks before it takes money: no, as no bill is ever sent there.
    """
    if asked := name(body, "pre_checkout_query", "id"):
        refusal = {
            "method": "answerPreCheckoutQuery",
            "pre_checkout_query_id": asked,
            "ok": False,
            "error_message": phrase("channels.no_bill", 0),
        }
        turn = Turn("telegram", name(body, "pre_checkout_query", "from", "id"), "", kind="ping", turn_key=asked)
        return [Arrival(turn, {}, aside=(refusal,))]
    pressed = part(body, "callback_query")
    message = part(pressed, "message") if pressed else part(body, "message")
    who = part(pressed or message, "from")
    user, chat = name(who, "id"), find(message, "chat", "id") or find(who, "id")
    private = text(message, "chat", "type") in ("private", "")
    if not private or not user or find(who, "is_bot") is True or not isinstance(chat, int):
        return []
    said = text(pressed, "data") if pressed else text(message, "text") or text(message, "caption")
    start = said.split(maxsplit=1)[:1] == ["/start"]
    heard = () if start else phrases([COMMANDS.get(said.strip(), said)])
    voice = part(message, "voice") or part(message, "audio")
    kind: Kind = "start" if start else "text" if heard or voice else "event"
    turn = Turn(
        channel="telegram",
        user_key=user,
        session_key=str(chat),
        hypotheses=heard,
        kind=kind,
        turn_key=name(body, "update_id") or None,
        source="voice_message" if voice and not heard else "messenger",
    )
    press = name(pressed, "id")
    aside: tuple[Body, ...] = ({"method": "answerCallbackQuery", "callback_query_id": press},) if press else ()
    file_id = text(voice, "file_id")
    return [Arrival(turn, {"chat_id": chat}, {"file_id": file_id} if file_id and not heard else {}, aside)]


def write(reply: Reply, arrival: Arrival) -> list[Body]:
    """sendMessage, with the phrases as a keyboard under the text field; a spoken question is answered aloud too."""
    limits = capabilities("telegram")
    texts = pieces(with_link(reply), limits.text)
    messages: list[Body] = [{"method": "sendMessage", **arrival.to, "text": piece} for piece in texts]
    titles = tuple(title[: limits.title] for title in reply.buttons[: limits.buttons])
    keyboard = [[{"text": title} for title in row] for row in rows(titles)]
    messages[-1]["reply_markup"] = (
        {"keyboard": keyboard, "resize_keyboard": True, "one_time_keyboard": True}
        if titles
        else {"remove_keyboard": True}
    )
    if arrival.voice:
        messages.append({"method": "sendVoice", **arrival.to, "say": reply.text})
    return messages


def at_once(_body: Body, messages: list[Body]) -> tuple[Body, list[Body]]:
    """The first message is the answer to the webhook."""
    return (messages[0], messages[1:]) if messages else ({}, [])


def send(http: httpx.Client, settings: Settings, message: Body) -> Verdict:
    """Call a method of the Bot API."""
    url = f"{settings.telegram_api}/bot{settings.telegram_token}/{message['method']}"
    content = {key: value for key, value in message.items() if key not in ("method", "say")}
    if "say" in message:
        files = {"voice": ("answer.ogg", voice_message(message["say"]), "audio/ogg")}
        answer = http.post(url, data=content, files=files)
    else:
        answer = http.post(url, json=content)
    found = verdict(answer)
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return Verdict(again_in=float(find(answer.json(), "parameters", "retry_after") or 1))
    return found


def fetch(http: httpx.Client, settings: Settings, voice: Body) -> bytes:
    """A voice message by its file id."""
    api = f"{settings.telegram_api}/bot{settings.telegram_token}"
    answer = http.get(f"{api}/getFile", params={"file_id": voice["file_id"]})
    answer.raise_for_status()
    path = text(answer.json(), "result", "file_path")
    return download(
        http, f"{settings.telegram_api}/file/bot{settings.telegram_token}/{path}", api=settings.telegram_api
    )


CHANNEL = Messenger(
    "telegram",
    enabled=lambda settings: bool(settings.telegram_secret),
    authentic=authentic,
    read=read,
    write=write,
    send=send,
    fetch=fetch,
    at_once=at_once,
)
