"""Calls from us to a resident, by Asterisk's call files: a file put into its spool folder is a call it makes.

Off unless `line_outgoing_folder` is set. The dialplan's side is in speech/telephony/README.md.
"""

import os
import secrets
import uuid
from datetime import datetime

from sqlmodel import Session as Database

from skill.calls import VoiceCall, number_of
from skill.settings import Settings

LONGEST_MESSAGE = 500
CALL_FILE = """Channel: {channel}
MaxRetries: 1
RetryTime: 600
WaitTime: 40
Context: voiceline
Extension: out
Priority: 1
Setvar: CALLID={call_id}
"""


class NoCall(ValueError):
    """A call that is not made; the message says why."""


def order(db: Database, settings: Settings, number: str, message: str, *, now: datetime, local: datetime) -> str:
    """Have a resident called and told the message, after which the conversation is as in any call. The call's UUID.

    Anybody may pick up a telephone: the message must hold nothing personal.
    local: now where the resident lives. Raises NoCall: switched off, no telephone number, outside the hours.
    """
    if settings.line_outgoing_folder is None:
        raise NoCall("calls out are switched off (line_outgoing_folder)")
    dialled = number_of(number)
    if not dialled:
        raise NoCall("no telephone number")
    if not _in_hours(settings.line_outgoing_hours, local):
        raise NoCall(f"calls are made {settings.line_outgoing_hours}")
    call_id = str(uuid.uuid4())
    db.add(VoiceCall(call_id=call_id, caller=dialled, message=message[:LONGEST_MESSAGE], began_at=now))
    db.flush()
    channel = settings.line_outgoing_channel.format(number=dialled.removeprefix("+"))
    _put(settings, f"{call_id}.call", CALL_FILE.format(channel=channel, call_id=call_id))
    return call_id


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
