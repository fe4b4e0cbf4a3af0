"""Calls from us to a resident: Asterisk makes them, told by its REST interface (ARI) or by a file in its spool folder.

Off unless `line_ari_url` or `line_outgoing_folder` is set. The dialplan's side is in speech/telephony/README.md.
"""

import os
import secrets
import uuid
from datetime import datetime

import httpx
from sqlmodel import Session as Database

from skill.calls import VoiceCall, number_of
from skill.settings import Settings

LONGEST_MESSAGE = 500
RINGING_SECONDS = 40
CONTEXT, EXTENSION = "voiceline", "out"
ARI_SECONDS = 10.0
ALREADY_MADE = 409
CALL_FILE = """Channel: {channel}
MaxRetries: 1
RetryTime: 600
WaitTime: {ringing}
Context: {context}
Extension: {extension}
Priority: 1
Setvar: CALLID={call_id}
"""


class NoCall(ValueError):
    """A call that is not made; the message says why."""


def order(db: Database, settings: Settings, number: str, message: str, *, now: datetime, local: datetime) -> str:
    """Have a resident called and told the message, after which the conversation is as in any call. The call's UUID.

    Anybody may pick up a telephone: the message must hold nothing personal.
    local: now where the resident lives. Raises NoCall: switched off, no telephone number, no message, outside the
    hours, refused by Asterisk; httpx.HTTPError or OSError: Asterisk is out of reach.
    """
    if not enabled(settings):
        raise NoCall("calls out are switched off (ZHKU_LINE_ARI_URL, ZHKU_LINE_OUTGOING_FOLDER)")
    dialled = number_of(number)
    if not dialled:
        raise NoCall("no telephone number")
    if not message.strip():
        raise NoCall("no message: a resident is not called to hear nothing")
    if not _in_hours(settings.line_outgoing_hours, local):
        raise NoCall(f"calls are made {settings.line_outgoing_hours}")
    call_id = str(uuid.uuid4())
    db.add(VoiceCall(call_id=call_id, caller=dialled, message=message[:LONGEST_MESSAGE], began_at=now))
    db.flush()
    channel = settings.line_outgoing_channel.format(number=dialled.removeprefix("+"))
    (_ring if settings.line_ari_url else _file)(settings, call_id, channel)
    return call_id


def enabled(settings: Settings) -> bool:
    """Whether calls can be made at all."""
    return bool(settings.line_ari_url) or settings.line_outgoing_folder is not None


def _ring(settings: Settings, call_id: str, channel: str) -> None:
    """POST /channels/{channelId}: a channel of our own naming, so that the same order twice rings once."""
    answer = httpx.post(
        f"{settings.line_ari_url.rstrip('/')}/channels/{call_id}",
        params={
            "endpoint": channel,
            "context": CONTEXT,
            "extension": EXTENSION,
            "priority": 1,
            "timeout": RINGING_SECONDS,
        },
        json={"variables": {"CALLID": call_id}},
        auth=(settings.line_ari_user, settings.line_ari_password),
        timeout=ARI_SECONDS,
    )
    if answer.is_server_error:
        answer.raise_for_status()
    if not answer.is_success and answer.status_code != ALREADY_MADE:
        raise NoCall(f"Asterisk refused the call: {answer.status_code} {answer.text[:200]}")


def _file(settings: Settings, call_id: str, channel: str) -> None:
    text = CALL_FILE.format(
        channel=channel, call_id=call_id, ringing=RINGING_SECONDS, context=CONTEXT, extension=EXTENSION
    )
    _put(settings, f"{call_id}.call", text)


def _put(settings: Settings, name: str, text: str) -> None:
    """Write beside the spool folder and move: Asterisk takes a file as soon as it is there, whole or not."""
    folder = settings.line_outgoing_folder
    assert folder is not None  # noqa: S101 - order has looked
    draft = folder.parent / f".zhku-{secrets.token_hex(8)}"
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, folder / name)  # noqa: PTH105 - the atomic one


def _in_hours(hours: str, local: datetime) -> bool:
    start, end = ((int(part[:-3]), int(part[-2:])) for part in hours.split("–"))
    return start <= (local.hour, local.minute) < end
