"""`zhku import`, `export`, `bill`, `keys`, `devices` on a demo company of their own."""

import codecs
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from sqlmodel import select
from typer.testing import CliRunner

from billing import keys, receipts, received, store
from billing.received import Operation
from billing.tables import Device, Reading, Receipt
from fixtures.demo_company import DemoSummary
from skill.commands import books

OURS = ["--company", "0012345675"]
Run = Callable[..., Result]
DECEMBER_BEGINS = datetime(2026, 11, 30, 21, tzinfo=UTC)
"""Midnight where the demo company is."""


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the commands' clock."""
    return lambda moment: monkeypatch.setattr(books, "utc_now", lambda: moment)


@pytest.fixture
def run(demo_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: Callable[[datetime], None]) -> Run:
    at(DECEMBER_BEGINS)
    monkeypatch.setenv("ZHKU_DATABASE_URL", demo_url)
    monkeypatch.setenv("ZHKU_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(books.app, list(words), catch_exceptions=False)


def test_a_file_is_loaded_and_its_bad_rows_are_told(run: Run, demo: DemoSummary, tmp_path: Path, demo_url: str) -> None:
    cold = demo.account.meters[0].serial
    (tmp_path / "r.csv").write_text(f"period;serial;resource;t1\n2026-11;{cold};ХВС;125\n2026-11;0;ХВС;1\n", "utf-8")
    dry = run("import", "readings", "r.csv", *OURS, "--dry-run")
    assert "2 rows: 1 would be added, 0 would be changed, 0 as they were, 1 bad" in dry.output
    strict = run("import", "readings", "r.csv", *OURS, "--strict")
    assert strict.exit_code == 1
    assert "line 3: no meter 0 of COLD_WATER\nnothing was loaded: 1 bad rows" in strict.output
    real = run("import", "readings", "r.csv", *OURS, "--bad-rows", "bad.csv")
    assert real.exit_code == 1
    assert "line 3: no meter 0 of COLD_WATER" in real.output
    assert "no meter 0" in (tmp_path / "bad.csv").read_text("utf-8-sig")
    assert "loaded before" in run("import", "readings", "r.csv", *OURS).output
    engine = store.connect(demo_url)
    with store.reading(engine) as db:
        assert len(db.exec(select(Reading).where(Reading.source == "import")).all()) == 1
    engine.dispose()


def test_a_file_that_is_no_table_changes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("привет", "utf-8")
    result = run("import", "payments", "x.csv", *OURS)
    assert (result.exit_code, "nothing was loaded" in result.output) == (1, True)


def test_a_file_without_rows_and_a_stray_one_are_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("# nothing\n", "utf-8")
    empty = run("import", "sberbank-readings", "x.csv", *OURS)
    assert (empty.exit_code, empty.output.strip()) == (1, "no row of sberbank-readings is in x.csv")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("r.csv", "period;serial;resource;t1\n2026-11;0;ХВС;1\n")
        packed.writestr("фото.jpg", "яШ")
    assert "nothing was loaded: фото.jpg: no column of readings" in run("import", "readings", "a.zip", *OURS).output


@pytest.mark.parametrize(("kind", "name"), [("readings", "a.pdf"), ("clientbank", "cb.xlsx"), ("sberbank", "s.PDF")])
def test_a_file_is_not_written_under_a_false_ending(run: Run, tmp_path: Path, kind: str, name: str) -> None:
    wrong = run("export", kind, "2026-10", "--to", name, *OURS)
    assert (wrong.exit_code, "is not written as" in wrong.output) == (2, True)
    assert not list(tmp_path.glob("*.[px]*"))


def test_only_payments_have_a_layout(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("columns: [operation_id, account, amount, paid_on]", "utf-8")
    (tmp_path / "x.txt").write_text("1;100512;11.50;20.11.2026\n", "utf-8")
    wrong = run("import", "accounts", "x.txt", "--layout", "ours.yaml", *OURS)
    assert (wrong.exit_code, "only payments" in wrong.output) == (2, True)
    assert "1 added" in run("import", "payments", "x.txt", "--layout", "ours.yaml", *OURS).output


def test_a_month_is_exported_and_billed(run: Run, tmp_path: Path) -> None:
    assert "211 rows in readings-2026-10.csv" in run("export", "readings", "2026-10", *OURS).output
    written = (tmp_path / "readings-2026-10.csv").read_bytes()
    assert written.startswith(codecs.BOM_UTF8)  # else Excel shows no Russian letters
    assert len(written.splitlines()) == 212
    assert "60 issued, 0 were there" in run("bill", "2026-11", *OURS).output
    again = run("bill", "2026-11", *OURS).output
    assert "0 issued, 60 were there" in again
    assert "key rate" not in again


@pytest.mark.parametrize(
    ("month", "moment", "told"),
    [
        ("2026-11", DECEMBER_BEGINS - timedelta(seconds=1), "2026-11 is not over"),
        ("2027-06", DECEMBER_BEGINS, "2027-06 is not over"),
        ("2026-09", DECEMBER_BEGINS, "2026-10 is billed already: months are billed in their order"),
    ],
)
def test_a_month_out_of_its_turn_is_not_billed(
    run: Run, at: Callable[[datetime], None], demo_url: str, month: str, moment: datetime, told: str
) -> None:
    at(moment)
    engine = store.connect(demo_url)
    with store.reading(engine) as db:
        before = len(db.exec(select(Receipt)).all())
    result = run("bill", month, *OURS)
    assert (result.exit_code, result.output.strip()) == (1, told)
    with store.reading(engine) as db:
        assert len(db.exec(select(Receipt)).all()) == before
    engine.dispose()


def test_an_old_key_rate_is_told(run: Run, at: Callable[[datetime], None]) -> None:
    at(DECEMBER_BEGINS + timedelta(days=31))
    told = "penalties use the key rate of 2025-10-27: add newer ones (ZHKU_LAW_FILE)"
    assert told in run("bill", "2026-12", *OURS).output


def test_debts_are_written_as_of_the_day_where_the_company_is(
    run: Run, demo: DemoSummary, demo_url: str, tmp_path: Path
) -> None:
    """At midnight of 1 December what was paid on that day is no debt."""
    whole = len(debts(run, tmp_path))
    engine = store.connect(demo_url)
    with store.transaction(engine) as db:
        first = date(2026, 12, 1)
        owed = receipts.balance(db, demo.rich.id, first).kopecks
        paid = [Operation(demo.rich.id, owed, "1", first)]
        received.register(db, paid, provider="test", now=DECEMBER_BEGINS, actor="test", channel="test")
    engine.dispose()
    assert len(debts(run, tmp_path)) == whole - 1


def debts(run: Run, folder: Path) -> list[str]:
    """The rows of today's debts."""
    run("export", "sberbank-debts", "2026-11", *OURS, "--to", "debts.txt")
    return (folder / "debts.txt").read_text("cp1251").splitlines()


@pytest.mark.parametrize(
    "words", [("export", "readings", "2026-13", *OURS), ("bill", "november", *OURS), ("bill", "2026-11")]
)
def test_what_is_said_wrong_is_told(run: Run, words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert "not a month" in result.output or "name one company" in result.output


def test_keys_are_made_listed_and_revoked(run: Run, demo_url: str) -> None:
    key = run("keys", "issue", "1C", "--scope", "accounts:read", *OURS).output.strip()
    engine = store.connect(demo_url)
    with store.reading(engine) as db:
        assert keys.holder(db, key) is not None
    assert "1C" in run("keys", "list").output
    assert run("keys", "revoke", "1").exit_code == 0
    with store.reading(engine) as db:
        assert keys.holder(db, key) is None
    engine.dispose()
    told = run("keys", "issue", "x", "--scope", "everything", "--company", "1").output
    assert "no scope everything; scopes are accounts:read" in told


def test_a_device_is_added(run: Run, demo: DemoSummary, demo_url: str) -> None:
    result = run("devices", "add", "стояк", "--meter", f"0:{demo.account.meters[0].serial}", *OURS)
    assert len(result.output.strip()) == 32
    cold = demo.account.meters[0].serial
    for wrong, told in (
        ("0:nothing", "not INPUT:SERIAL"),
        (f"²:{cold}", "not INPUT:SERIAL"),
        (f"0:{cold}:bogus", "zones are single"),
    ):
        refused = run("devices", "add", "x", "--meter", wrong, *OURS)
        assert (refused.exit_code, told in refused.output) == (1, True)
    engine = store.connect(demo_url)
    with store.reading(engine) as db:
        assert len(db.exec(select(Device)).all()) == 1
    engine.dispose()
