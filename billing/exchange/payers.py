"""Whose account a row of a registry is about: the surest identifier that it has decides."""

from collections.abc import Iterable, Sequence
from typing import Any, Self

import sqlalchemy
from sqlalchemy import Select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from billing.exchange.rows import BadCell, Row
from billing.tables import Account, Receipt

SURENESS = ("document_id", "gis_service_id", "els", "account")
"""The payment document names its payer best, then идентификатор ЖКУ, then ЕЛС, then the company's own number."""
LATIN, CYRILLIC = "ABCEHKMOPTXY", "АВСЕНКМОРТХУ"
TO_CYRILLIC, TO_LATIN = str.maketrans(LATIN, CYRILLIC), str.maketrans(CYRILLIC, LATIN)


class Payers:
    """The accounts that a batch names, by identifier."""

    def __init__(self) -> None:
        self._by: dict[str, dict[str, int]] = {name: {} for name in SURENESS}
        self._by_holder: dict[str, set[str]] = {}

    @classmethod
    def of(cls, db: Session, organization_id: int, batch: Sequence[Row]) -> Self:
        """Look up everything that a batch names, with a few queries."""
        payers = cls()
        own = col(Account.organization_id) == organization_id
        said = {name: {row.cells[name] for row in batch if name in row.cells} for name in SURENESS}
        documents = (
            sqlalchemy.select(col(Receipt.document_id), col(Receipt.account_id))
            .join(Account, col(Account.id) == col(Receipt.account_id))
            .where(own, col(Receipt.document_id).in_(_spellings(said["document_id"])))
        )
        queries = {
            "document_id": documents,
            "gis_service_id": _by(col(Account.gis_service_id), _spellings(said["gis_service_id"])).where(own),
            "els": _by(col(Account.els), _spellings(said["els"])).where(own),
            "account": _by(col(Account.number), said["account"]).where(own),
        }
        for name, query in queries.items():
            if said[name]:
                payers._by[name] = {_plain(found or ""): account_id for found, account_id in db.execute(query).all()}
        payers._add_holders(db, organization_id, batch)
        return payers

    def find(self, row: Row) -> int:
        """The account's id. Raises BadCell, with whose name the payer bears if nothing else fits."""
        for name in SURENESS:
            found = self._by[name].get(_plain(row.cells.get(name, "")))
            if found is not None:
                return found
        told = next((row.cells[name] for name in reversed(SURENESS) if name in row.cells), "")
        namesakes = self._by_holder.get(row.cells.get("payer", "").casefold(), set())
        hint = f"; the payer has the name of account {', '.join(sorted(namesakes))}: look at it" if namesakes else ""
        raise BadCell(f"no account {told}: INVALID_ACCOUNT_NUMBER{hint}")

    def _add_holders(self, db: Session, organization_id: int, batch: Sequence[Row]) -> None:
        """Accounts of the payers that no identifier told, by their holder's name: for a person to look at."""
        names = {row.cells["payer"] for row in batch if "payer" in row.cells and not self._is_told(row)}
        if names:
            query = sqlalchemy.select(col(Account.holder_name), col(Account.number)).where(
                col(Account.organization_id) == organization_id, col(Account.holder_name).in_(names)
            )
            for name, number in db.execute(query).all():
                self._by_holder.setdefault((name or "").casefold(), set()).add(number)

    def _is_told(self, row: Row) -> bool:
        return any(_plain(row.cells.get(name, "")) in self._by[name] for name in SURENESS)


def _by(column: Mapped[Any], values: Iterable[str]) -> Select[tuple[Any, int]]:
    return sqlalchemy.select(column, col(Account.id)).where(column.in_(list(values)))


def _plain(identifier: str) -> str:
    """Letters of ЕЛС are typed in either alphabet and case."""
    return identifier.upper().translate(TO_CYRILLIC)


def _spellings(identifiers: Iterable[str]) -> set[str]:
    plain = {_plain(one) for one in identifiers}
    latin = {one.translate(TO_LATIN) for one in plain}
    return {spelt for one in plain | latin for spelt in (one, one.lower())} | set(identifiers)
