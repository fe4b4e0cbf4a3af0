"""Acts about meters (акты): refused checks and interference, and what they do to a bill (ПП 354 п. 60(3), 62)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from billing import audit, law
from billing.tables import Act
from billing.windows import month_start, months_between


@dataclass(frozen=True)
class Standing:
    """What acts say of a service in a month. refused: its readings do not count, the norm with its multiplier does;
    interfered: several norms are charged; months: earlier ones that are charged so too, oldest first."""

    refused: bool = False
    interfered: bool = False
    months: tuple[date, ...] = ()


def standing(acts: Sequence[Act], code: str, period: date) -> Standing:
    """Where a service of a flat stands in a month (its first day), with all acts of the flat."""
    following = month_start(period, 1)
    known = [act for act in acts if act.code == code and act.drawn_on < following]
    refused = [act for act in known if act.kind == "NO_ACCESS" and _open_on(act, following)]
    interference = [act for act in known if act.kind == "INTERFERENCE"]
    months = {month for act in interference for month in _interfered_months(act, period)}
    return Standing(
        refused=len(refused) >= law.refusals(),
        interfered=period in months,
        months=tuple(sorted(months - {period})),
    )


def _open_on(act: Act, day: date) -> bool:
    return act.settled_on is None or act.settled_on >= day


def _interfered_months(act: Act, period: date) -> list[date]:
    """From its beginning, but no more months than the law takes with that of the act, until it is settled."""
    drawn = month_start(act.drawn_on)
    earliest = month_start(drawn, 1 - law.interference()[1])
    first = max(month_start(act.since), earliest) if act.since is not None else earliest
    last = min(month_start(act.settled_on), period) if act.settled_on is not None else period
    return [month_start(first, ahead) for ahead in range(months_between(first, last) + 1)]


def draw(
    db: Session,
    *,
    account_id: int,
    code: str,
    kind: str,
    drawn_on: date,
    now: datetime,
    actor: str,
    since: date | None = None,
    number: str | None = None,
) -> Act:
    """Enter an act about a service's meter. The database refuses one that is there, or began after it was drawn."""
    act = Act(account_id=account_id, code=code, kind=kind, drawn_on=drawn_on, since=since, number=number)
    db.add(act)
    db.flush()
    audit.record_row(db, act, now, actor, "operator", "draw", {"kind": kind, "code": code, "on": drawn_on.isoformat()})
    return act


def settle(db: Session, *, act_id: int, on: date, now: datetime, actor: str) -> Act:
    """The check took place, or the interference is gone. Raises LookupError."""
    act = db.get(Act, act_id, with_for_update=True)
    if act is None:
        raise LookupError(f"no act {act_id}")
    act.settled_on = on
    db.flush()
    audit.record_row(db, act, now, actor, "operator", "settle", {"settled_on": on.isoformat()})
    return act
