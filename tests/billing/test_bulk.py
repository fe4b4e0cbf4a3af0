"""Many rows with one statement, on both databases."""

from sqlmodel import Session, col, select

from billing import bulk
from billing.tables import AuditEntry
from tests.conftest import NOW


def test_ids_come_in_the_order_of_the_rows(undone: Session) -> None:
    said = [None, {"single": "12.5"}, {"day": "100", "night": "50"}, {"text": 'a "quoted", {braced} \\ word'}]
    rows = [
        {
            "at": NOW, "actor": "system", "channel": "import", "action": "submit", "subject": "reading",
            "subject_id": 500 - at, "account_id": None, "after": after,
        }
        for at, after in enumerate(said)
    ]  # fmt: skip
    ids = bulk.add(undone, AuditEntry, rows)
    found = undone.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
    assert [(row.id, row.at, row.subject_id, row.account_id, row.after) for row in found] == [
        (number, NOW, 500 - at, None, after) for at, (number, after) in enumerate(zip(ids, said, strict=True))
    ]
