"""Announcements, and answers to common questions."""

import re
from datetime import datetime
from importlib.resources import files

from sqlalchemy import or_
from sqlmodel import Session, col, select

from billing.tables import Account, Article, News, Premises

STEM = 5
"""Letters of a word that are compared: Russian endings come after."""
EMPTY = frozenset(files("billing").joinpath("data", "empty_words.txt").read_text("utf-8").split())
"""Words that tell nothing of what a question is about."""


def at_account(db: Session, account_id: int, now: datetime, limit: int = 5) -> list[News]:
    """Announcements for an account's house that hold now, emergencies first, then the newest."""
    found = db.exec(
        select(News)
        .join(Account, col(Account.organization_id) == col(News.organization_id))
        .join(Premises, col(Premises.id) == col(Account.premises_id))
        .where(
            Account.id == account_id,
            or_(col(News.property_id).is_(None), col(News.property_id) == col(Premises.property_id)),
            News.published_at <= now,
            or_(col(News.valid_before).is_(None), col(News.valid_before) > now),
        )
        .order_by(col(News.kind).desc(), col(News.published_at).desc())
        .limit(limit)
    ).all()
    return list(found)


def answers(db: Session, organization_id: int | None, question: str, limit: int = 3) -> list[Article]:
    """Articles that share most words with a question, best first; the company's own before the general ones."""
    asked = _stems(question)
    rows = db.exec(
        select(Article).where(
            or_(col(Article.organization_id).is_(None), col(Article.organization_id) == organization_id)
        )
    ).all()
    scored = [
        (len(asked & _stems(f"{row.title} {row.keywords}")), row.organization_id is not None, row) for row in rows
    ]
    scored.sort(key=lambda entry: (-entry[0], not entry[1], entry[2].id))
    return [row for score, _, row in scored if score][:limit]


def _stems(text: str) -> set[str]:
    words = re.findall(r"[а-яa-z0-9]+", text.lower().replace("ё", "е"))
    return {word[:STEM] for word in words if len(word) > 2 and word not in EMPTY}
