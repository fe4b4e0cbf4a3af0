"""Reminders: who is to be told what today. Rows of `notice` are facts for a channel to put into words, each once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete, select

from billing import news, outages, receipts, windows
from billing.prepared import Prepared
from billing.tables import Account, Meter, Notice, Premises, Property, Reading, Reminder

VERIFICATION_DAYS = (60, 30, 7)
VERIFICATION_LATE = 14
"""So many days after the last one it is still told, once, that it was missed."""
CATCHING_UP = 3
"""A reminder whose day had no daytime left, or no worker, still comes within so many days."""
DUE_DAYS = (3, 0)
NEW_BILL_DAYS = 5
MORNING, EVENING = 9, 21
KEYS_AT_ONCE = 500
STALE, KEPT = timedelta(days=31), timedelta(days=730)
_OLDEST = Prepared(
    select(Notice.id)
    .where(Notice.resident_id == bindparam("resident_id"), Notice.channel == bindparam("channel"))
    .where(col(Notice.sent_at).is_(None))
    .order_by(col(Notice.created_at), col(Notice.id))
    .limit(1)
)


@dataclass(frozen=True)
class _Wish:
    """A reminder with its account and house, and the local day."""

    reminder: Reminder
    account: Account
    house: Property
    today: date
    now: datetime

    @property
    def is_daytime(self) -> bool:
        """Whether people may be written to where the house is; at an hour of their own also at night."""
        local = self.now.astimezone(ZoneInfo(self.house.timezone))
        if self.reminder.minute is not None:
            return local.hour * 60 + local.minute >= self.reminder.minute
        return MORNING <= local.hour < EVENING


def remind(
    db: Session,
    *,
    resident_id: int,
    account_id: int,
    kind: str,
    channel: str,
    day: int | None = None,
    once_at: datetime | None = None,
    minute: int | None = None,
) -> Reminder:
    """Switch a reminder on, or change its day and minute of the day. once_at: one more that comes once, beside those
    that go on."""
    row = db.exec(
        select(Reminder).where(
            Reminder.resident_id == resident_id,
            Reminder.account_id == account_id,
            Reminder.kind == kind,
            Reminder.channel == channel,
            Reminder.once_at == once_at,
        )
    ).first()
    row = row or Reminder(resident_id=resident_id, account_id=account_id, kind=kind, channel=channel, once_at=once_at)
    row.day, row.minute = day, minute
    db.add(row)
    db.flush()
    return row


def going(db: Session, *, resident_id: int, account_id: int, now: datetime) -> list[Reminder]:
    """The reminders that are still to come on any channel, oldest first."""
    query = select(Reminder).where(
        Reminder.resident_id == resident_id,
        Reminder.account_id == account_id,
        or_(col(Reminder.once_at).is_(None), col(Reminder.once_at) > now),
    )
    return list(db.exec(query.order_by(col(Reminder.id))).all())


def drop(db: Session, reminders: Sequence[Reminder]) -> None:
    """Switch reminders off."""
    for row in reminders:
        db.delete(row)
    db.flush()


def forget_past(db: Session, now: datetime) -> None:
    """Delete what was to come once and can come no more."""
    db.execute(delete(Reminder).where(col(Reminder.once_at) < now - timedelta(days=CATCHING_UP)))


def prepare(db: Session, now: datetime) -> int:
    """Write the notices of the day for everybody who wished for them; a second run adds nothing. Returns how many."""
    added = keep(db, due(db, now))
    forget_past(db, now)
    return added


def due(db: Session, now: datetime) -> list[Notice]:
    """What is to be told now and is not written down yet: reads only. By the clock of each house, from nine to nine;
    emergencies, and what a resident wants at an hour of their own, at any time."""
    rows = db.exec(
        select(Reminder, Account, Property)
        .join(Account, col(Account.id) == col(Reminder.account_id))
        .join(Premises, col(Premises.id) == col(Account.premises_id))
        .join(Property, col(Property.id) == col(Premises.property_id))
    ).all()
    found: dict[str, Notice] = {}
    for reminder, account, house in rows:
        wish = _Wish(reminder, account, house, windows.local_date(now, house), now)
        occasions = _OCCASIONS[reminder.kind] if reminder.once_at is None else _once
        for occasion, facts in occasions(db, wish):
            if not (wish.is_daytime or facts.get("is_emergency") or facts.get("once")):
                continue
            key = f"{reminder.resident_id}:{reminder.account_id}:{reminder.kind}:{reminder.channel}:{occasion}"
            found[key] = Notice(
                resident_id=reminder.resident_id,
                account_id=reminder.account_id,
                kind=reminder.kind,
                channel=reminder.channel,
                unique_key=key,
                facts=facts,
                created_at=now,
            )
    known = set(_known(db, list(found)))
    return [notice for key, notice in found.items() if key not in known]


def keep(db: Session, notices: Sequence[Notice]) -> int:
    """Write notices down, each once whoever else does so at this moment. Returns how many were new."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    added = 0
    for notice in notices:
        values = notice.model_dump(exclude={"id"})
        statement = insert(Notice).values(**values).on_conflict_do_nothing(index_elements=["unique_key"])
        added += len(db.execute(statement.returning(col(Notice.id))).all())
    return added


def _known(db: Session, keys: list[str]) -> Iterator[str]:
    for at in range(0, len(keys), KEYS_AT_ONCE):
        query = select(Notice.unique_key).where(col(Notice.unique_key).in_(keys[at : at + KEYS_AT_ONCE]))
        yield from db.exec(query).all()


def forget_old(db: Session, now: datetime) -> None:
    """Delete what nobody could be told of in time, and what was told so long ago that no occasion asks for it again."""
    old = and_(col(Notice.sent_at).is_(None), col(Notice.created_at) < now - STALE)
    db.execute(delete(Notice).where(or_(old, col(Notice.created_at) < now - KEPT)))


def waiting(
    db: Session, *where: ColumnElement[bool], channels: Sequence[str] | None = None, limit: int = 100
) -> list[Notice]:
    """Notices nobody has sent, oldest first: all, or those of some channels, or that some conditions hold for."""
    query = select(Notice).where(col(Notice.sent_at).is_(None), *where)
    query = query.order_by(col(Notice.created_at), col(Notice.id))
    if channels is not None:
        query = query.where(col(Notice.channel).in_(channels))
    return list(db.exec(query.limit(limit)).all())


def next_for(db: Session, resident_id: int, channel: str) -> Notice | None:
    """The oldest notice that waits for a resident on a channel."""
    found = _OLDEST.run(db, {"resident_id": resident_id, "channel": channel})
    return db.get_one(Notice, found[0].id) if found else None


def _once(db: Session, wish: _Wish) -> Iterator[tuple[str, dict[str, Any]]]:
    """At the moment wished for, unless what it was about is done: readings handed in, nothing owed."""
    at = wish.reminder.once_at
    if at is None or not at <= wish.now < at + timedelta(days=CATCHING_UP):
        return
    if wish.reminder.kind == "submit_readings":
        window = windows.window_for(db, wish.account, wish.today)
        done = window.is_open and not _missing(db, wish.account, window.period)
    else:
        done = wish.reminder.kind == "pay" and receipts.balance(db, wish.account.id, wish.today).kopecks <= 0
    if not done:
        yield f"once:{at.isoformat()}", {"once": True}


def _missing(db: Session, account: Account, period: date) -> Sequence[str]:
    """Resources of the meters that lack their reading of a month."""
    read = select(Reading.meter_id).where(
        Reading.period == period, col(Reading.status).in_(("submitted", "accepted")), Reading.kind == "current"
    )
    return db.exec(
        select(Meter.resource).where(
            Meter.account_id == account.id,
            col(Meter.archived_on).is_(None),
            col(Meter.is_automatic).is_(False),
            col(Meter.id).not_in(read),
        )
    ).all()


def _readings(db: Session, wish: _Wish) -> Iterator[tuple[str, dict[str, Any]]]:
    """On the first and the last day of the window, or the resident's own day, while a meter lacks its reading."""
    window = windows.window_for(db, wish.account, wish.today)
    if not window.is_open:
        return
    days = {window.start, window.end} if wish.reminder.day is None else {_day(wish)}
    if wish.today not in days:
        return
    if missing := _missing(db, wish.account, window.period):
        facts = {
            "period": window.period.isoformat(),
            "end": window.end.isoformat(),
            "is_last_day": wish.today == window.end,
            "resources": sorted(set(missing)),
        }
        yield wish.today.isoformat(), facts


def _payment(db: Session, wish: _Wish) -> Iterator[tuple[str, dict[str, Any]]]:
    """When a bill has come, three days before its due day and on it, or on the resident's own day: while one owes."""
    found = receipts.balance(db, wish.account.id, wish.today)
    if found.receipt is None or found.kopecks <= 0:
        return
    issued = found.receipt.issued_on
    if wish.reminder.day is None and issued <= wish.today <= issued + timedelta(days=NEW_BILL_DAYS):
        period = found.receipt.period.isoformat()
        facts = {"kopecks": found.kopecks, "due_on": found.receipt.due_on.isoformat(), "new_bill": period}
        yield f"bill:{period}", facts
    due = found.receipt.due_on
    days = {due - timedelta(days=ago) for ago in DUE_DAYS} if wish.reminder.day is None else {_day(wish)}
    if wish.today in days:
        yield wish.today.isoformat(), {"kopecks": found.kopecks, "due_on": due.isoformat()}


def _verification(db: Session, wish: _Wish) -> Iterator[tuple[str, dict[str, Any]]]:
    """Sixty, thirty and seven days before a meter's verification runs out, and once after it has."""
    meters = db.exec(
        select(Meter).where(
            Meter.account_id == wish.account.id,
            col(Meter.archived_on).is_(None),
            col(Meter.next_verification_on) >= wish.today - timedelta(days=VERIFICATION_LATE),
        )
    ).all()
    for meter in meters:
        if meter.next_verification_on is None:
            continue
        left = (meter.next_verification_on - wish.today).days
        step = next((days for days in VERIFICATION_DAYS if days - CATCHING_UP < left <= days), None)
        if step is not None or left < 0:
            facts = {
                "resource": meter.resource,
                "place": meter.place,
                "serial": meter.serial,
                "until": meter.next_verification_on.isoformat(),
                "is_late": left < 0,
            }
            yield f"{meter.id}:{meter.next_verification_on}:{'late' if step is None else step}", facts


def _outage(db: Session, wish: _Wish) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every outage at the flat, once."""
    for outage in outages.at_account(db, wish.account.id, wish.now):
        facts = {
            "resources": outage.resources,
            "start_at": outage.start_at.isoformat(),
            "end_at": outage.end_at.isoformat() if outage.end_at else None,
            "is_emergency": outage.kind == "EMERGENCY",
        }
        yield str(outage.id), facts


def _news(db: Session, wish: _Wish) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every announcement for the house, once."""
    for one in news.at_account(db, wish.account.id, wish.now):
        yield str(one.id), {"title": one.title, "body": one.body, "is_emergency": one.kind == "EMERGENCY"}


_OCCASIONS = {
    "submit_readings": _readings,
    "pay": _payment,
    "verification": _verification,
    "outage": _outage,
    "news": _news,
}


def _day(wish: _Wish) -> date:
    return windows.clipped(wish.today.replace(day=1), wish.reminder.day or 1)
