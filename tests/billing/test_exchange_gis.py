"""ГИС ЖКХ: devices, readings, order notices, acknowledgements."""

from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from billing import store
from billing.exchange.export import export
from billing.tables import Meter, Organization
from fixtures.demo_company import DemoSummary
from tests.billing.files import TODAY


def test_gis_gets_only_devices_it_knows(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    with store.transaction(demo_books) as db:
        meter = db.get(Meter, demo.account.meters[0].id)
        assert meter is not None
        meter.gis_guid = "2c1d0b0e-1111-4222-8333-444455556666"
    with store.reading(demo_books) as db:
        assert export(db, "gis-readings", company, date(2026, 10, 1), tmp_path / "gis.csv", TODAY) == 1
    assert (tmp_path / "gis.csv").read_text("utf-8").splitlines() == [
        "device_guid;serial;resource;t1;t2;t3;date;period_year;period_month",
        f"2c1d0b0e-1111-4222-8333-444455556666;{demo.account.meters[0].serial};1;115;;;2026-10-24;2026;10",
    ]
