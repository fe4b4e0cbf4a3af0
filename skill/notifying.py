"""Reminders on their way: prepared from the books, put into words, handed to messengers and SMS.

A channel that cannot be written to unasked (a smart speaker) keeps its reminders for the next conversation.
"""

from datetime import datetime

from sqlmodel import Session as Database

from billing import notices, store
from billing.tables import Notice
from skill import letters, outbox
from skill.app import Service
from skill.channels.channel import Arrival, messengers
from skill.dialogue.reminders import reminding
from skill.dialogue.turn import Reply, Turn
from skill.identity import reach
from skill.settings import Settings

AT_ONCE = 500


def run(service: Service) -> int:
    """Prepare the reminders of this moment and send what can be sent; how many were queued."""
    now = service.clock()
    with store.reading(service.engine) as db:
        due = notices.due(db, now)
    with store.transaction(service.engine) as db:
        notices.keep(db, due)
        notices.forget_past(db, now)
    with store.transaction(service.engine) as db:
        waiting = notices.waiting(db, reach.known(), channels=reachable(service.settings), limit=AT_ONCE)
        return sum(_push(db, notice, now) for notice in waiting)


def reachable(settings: Settings) -> list[str]:
    """Channels on which a resident can be written to unasked."""
    names = [one.name for one in messengers().values() if one.enabled(settings)]
    return [*names, "telephone"] if letters.can(settings, "sms") else names


def forget(service: Service) -> int:
    """Delete notices that are of no use any more."""
    with store.transaction(service.engine) as db:
        notices.forget_old(db, service.clock())
    return 0


def _push(db: Database, notice: Notice, now: datetime) -> bool:
    """Queue a reminder for its messenger, or as an SMS for somebody who telephones; False where nobody is known."""
    address = reach.of(db, notice.resident_id, notice.channel)
    if address is None:
        return False
    notice.sent_at = now
    text = reminding.sentence(db, notice)
    if notice.channel == "telephone":
        letters.put(db, "sms", address.to["phone"], text, name=notice.unique_key, now=now)
    else:
        turn = Turn(notice.channel, address.user_key, "", turn_key=notice.unique_key)
        messages = messengers()[notice.channel].write(Reply(text), Arrival(turn, address.to))
        outbox.put(db, turn, messages, now=now)
    db.add(notice)
    return True
