"""One-time codes on their way: to the telephone number or e-mail address that the company has of an account's owner."""

from datetime import datetime, timedelta

from sqlmodel import Session as Database
from sqlmodel import col, func, select

from billing import accounts, audit, contacts
from skill import letters
from skill.dialogue.phrases import phrase
from skill.dialogue.turn import digest
from skill.identity import codes
from skill.identity.tables import OneTimeCode
from skill.settings import Settings

AN_HOUR, A_DAY = 3, 8
WAYS = (("sms", "phone"), ("email", "email"))
"""Carriers with the kind of contact each needs, the one tried first first."""
WANTED = ("смс", "sms", "эсэмэс", "пришли", "отправ", "вышли", "скинь", "на почту", "нет код", "не вижу код")
"""Words with which somebody who cannot find the code on the bill asks for another one."""


def is_wanted(text: str) -> bool:
    """Whether a phrase asks for a code to be sent."""
    lowered = text.lower()
    return any(word in lowered for word in WANTED)


def send(db: Database, settings: Settings, number: str, *, now: datetime, channel: str) -> None:
    """Send a code for an account, by SMS or else e-mail. Whoever asks learns nothing: not whether the account exists,
    nor whether it can be reached, nor that too many codes were asked for."""
    found = accounts.find(db, number)
    if not settings.send_codes or len(found) != 1 or _too_many(db, found[0].id, now):
        return
    account_id = found[0].id
    ways = [(carrier, contacts.of_account(db, account_id, kind)) for carrier, kind in WAYS]
    way = next((way for way in ways if way[1] and letters.can(settings, way[0])), None)
    if way is None:
        return
    code = codes.issue(db, account_id, now)
    text = phrase("linking.letter", 0, code=code)
    name = digest("code", str(account_id), code, now.isoformat())
    letters.put(db, *way, text, name=name, now=now, subject=phrase("linking.letter_subject", 0))
    audit.record(
        db,
        now=now,
        actor="stranger",
        channel=channel,
        action="one_time_code",
        subject="account",
        subject_id=account_id,
        account_id=account_id,
        after={"by": way[0]},
    )


def _too_many(db: Database, account_id: int, now: datetime) -> bool:
    """More codes for an account than its owner could want: the rest would only wake them up."""

    def since(ago: timedelta) -> int:
        query = select(func.count()).select_from(OneTimeCode).where(OneTimeCode.account_id == account_id)
        return db.exec(query.where(col(OneTimeCode.expires_at) > now - ago + codes.VALID)).one()

    return since(timedelta(hours=1)) >= AN_HOUR or since(timedelta(days=1)) >= A_DAY
