"""Outages (отключения): what is off at a flat now or soon."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from billing.tables import Account, Outage, OutageScope, Premises, ResourceOwner

SOON = timedelta(days=7)


def at_account(db: Session, account_id: int, now: datetime, ahead: timedelta = SOON) -> list[Outage]:
    """Published outages that touch an account's flat, going on or beginning within `ahead`: the soonest first.

    Every company that serves the house counts, not only the account's own.
    """
    account = db.get(Account, account_id)
    if account is None:
        return []
    premises = db.get(Premises, account.premises_id)
    assert premises is not None  # noqa: S101 - a foreign key
    return at_house(db, premises.property_id, now, ahead, premises_id=premises.id, company=account.organization_id)


def at_house(
    db: Session,
    property_id: int,
    now: datetime,
    ahead: timedelta = SOON,
    *,
    premises_id: int | None = None,
    company: int | None = None,
) -> list[Outage]:
    """Published outages at a house; of single flats only the flat's own."""
    companies = set(
        db.exec(select(ResourceOwner.organization_id).where(ResourceOwner.property_id == property_id)).all()
    )
    if company is not None:
        companies.add(company)
    touched = select(OutageScope.outage_id).where(
        OutageScope.property_id == property_id,
        or_(col(OutageScope.premises_id).is_(None), col(OutageScope.premises_id) == premises_id),
    )
    everywhere = and_(col(Outage.all_houses).is_(True), col(Outage.organization_id).in_(companies))
    query = (
        select(Outage)
        .where(
            Outage.status == "PUBLISHED",
            Outage.start_at <= now + ahead,
            or_(col(Outage.end_at).is_(None), col(Outage.end_at) > now),
            or_(everywhere, col(Outage.id).in_(touched)),
        )
        .order_by(col(Outage.start_at))
    )
    return list(db.exec(query).all())


def publish(
    db: Session,
    *,
    organization_id: int,
    kind: str,
    resources: Sequence[str],
    start_at: datetime,
    end_at: datetime | None = None,
    reason: str | None = None,
    text_for_resident: str | None = None,
    property_ids: Sequence[int] = (),
    premises_ids: Sequence[int] = (),
) -> Outage:
    """Announce an outage at houses and flats; with neither, at every house of the company.

    Raises ValueError when it ends before it starts or names no resource.
    """
    if not resources:
        raise ValueError("an outage is of at least one resource")
    if end_at is not None and end_at <= start_at:
        raise ValueError("an outage ends after it starts")
    outage = Outage(
        organization_id=organization_id,
        kind=kind,
        resources=list(resources),
        reason=reason,
        text_for_resident=text_for_resident,
        start_at=start_at,
        end_at=end_at,
        all_houses=not property_ids and not premises_ids,
    )
    db.add(outage)
    db.flush()
    for property_id in property_ids:
        db.add(OutageScope(outage_id=outage.id, property_id=property_id))
    for premises in db.exec(select(Premises).where(col(Premises.id).in_(premises_ids))).all():
        db.add(OutageScope(outage_id=outage.id, property_id=premises.property_id, premises_id=premises.id))
    db.flush()
    return outage


def cancel(db: Session, outage_id: int) -> None:
    """Take an announcement back. Raises LookupError."""
    outage = db.get(Outage, outage_id)
    if outage is None:
        raise LookupError(f"no outage {outage_id}")
    outage.status = "CANCELLED"
    db.flush()
