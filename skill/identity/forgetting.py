"""«Забудьте меня»: what of a person is deleted, what is emptied, and what stays and why (152-ФЗ ст. 21).

Readings, bills and payments stay: the company keeps them by law, on the account and not on the person.
"""

from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import col, delete, select

from billing import accounts, tickets
from billing.tables import AccountLink, ChannelIdentity, Notice, Reminder, Resident
from skill import outbox
from skill.calls import VoiceCall
from skill.dialogue.feedback import Feedback
from skill.dialogue.person.handoffs import Handoff
from skill.dialogue.person.transcript import TranscriptLine
from skill.dialogue.tables import DialogueSession
from skill.dialogue.talk import Talk
from skill.dialogue.turn import session_name
from skill.identity import consent
from skill.identity.oauth import OAuthGrant
from skill.identity.reach import PushAddress
from skill.identity.tables import ResidentPin
from speech.telephony import recording

OF_A_PERSON = (
    TranscriptLine, Handoff, Feedback, ResidentPin, Reminder, Notice, PushAddress, AccountLink, ChannelIdentity,
)  # fmt: skip
"""Rows deleted by whose they are."""
OF_A_TALK = (TranscriptLine, Handoff)
"""Rows deleted by the conversation: before the account was linked they were nobody's."""
EMPTIED = ("resident", "ticket", "voice_call", "outgoing_message", "dialogue_session", "oauth_grant")
"""Tables whose rows stay for the company or the PBX, or are known by other keys, without what tells of the person."""
KEPT = {
    "consent": "proves that it was given and taken back",
    "autopay": "the consent to payments that were made; the order has ended, its token is gone",
    "payment": "where its fiscal receipt went belongs to the receipt (54-ФЗ)",
    "account_contact": "the company's own record of how an account's owner is reached",
    "api_token": "stands for a device, which is linked to nobody now",
    "answered_turn": "known by the delivery alone; deleted after `turns_kept_days`",
    "audit_entry": "the trail of the books, on a number that leads to nobody now",
}


def erase(talk: Talk, resident_id: int) -> None:
    """Forget a person on all channels. The consent is withdrawn."""
    db, now, channel = talk.db, talk.now, talk.turn.channel
    consent.withdraw(db, resident_id, now)
    for account in accounts.accounts_of(db, resident_id):
        accounts.unlink(db, resident_id=resident_id, account_id=account.id, channel=channel, now=now)
    _drop_messages(talk, resident_id)
    talks = db.exec(select(TranscriptLine.session_key).where(TranscriptLine.resident_id == resident_id).distinct())
    _erase_talks(talk, [*talks.all(), session_name(talk.turn)])
    tickets.forget(db, resident_id)
    for table in OF_A_PERSON:
        db.execute(delete(table).where(col(table.resident_id) == resident_id))
    db.execute(update(OAuthGrant).where(col(OAuthGrant.resident_id) == resident_id).values(resident_id=None))
    db.execute(update(Resident).where(col(Resident.id) == resident_id).values(display_name=None))


def erase_talk(talk: Talk) -> None:
    """Forget what was said in this conversation, by whomever: all that is kept of somebody who linked no account."""
    _drop_messages(talk)
    _erase_talks(talk, [session_name(talk.turn)])


def _erase_talks(talk: Talk, keys: Sequence[str]) -> None:
    db, folder = talk.db, talk.settings.line_recordings
    calls = db.exec(select(VoiceCall.call_id).where(col(VoiceCall.session_key).in_(keys))).all()
    db.execute(update(VoiceCall).where(col(VoiceCall.call_id).in_(calls)).values(caller="", message=""))
    if folder is not None:
        for call in calls:
            recording.file_of(folder, call).unlink(missing_ok=True)
    for table in OF_A_TALK:
        db.execute(delete(table).where(col(table.session_key).in_(keys)))
    db.execute(delete(DialogueSession).where(col(DialogueSession.key).in_(keys)))


def _drop_messages(talk: Talk, resident_id: int = 0) -> None:
    """Nothing that waits goes out any more, neither to messengers nor as SMS."""
    known = talk.db.exec(select(PushAddress).where(PushAddress.resident_id == resident_id)).all()
    for channel, user in [(talk.turn.channel, talk.turn.user_key), *((one.channel, one.user_key) for one in known)]:
        outbox.drop(talk.db, channel, user)
        if channel == "telephone":
            outbox.drop(talk.db, "sms", user)
