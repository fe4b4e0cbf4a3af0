"""A company of one's own by `zhku company`, then its flats, on an empty store without the demo."""

from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from billing import store
from billing.tables import Account, Organization
from skill.app import open_books
from skill.cli import app
from skill.commands.db import load_demo_if_empty
from skill.settings import Settings

FLATS = "ЛС;Город;Улица;Дом;Квартира;Код\n700100;Примерск;улица Новая;2;14;445566\n"


def test_a_company_and_its_flats_enter_empty_books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHKU_DATA_DIR", str(tmp_path))
    entered = CliRunner().invoke(app, ["company", "fixtures/company.yaml"])
    assert (entered.exit_code, "zhku import accounts" in entered.output) == (0, True)
    (tmp_path / "flats.csv").write_text(FLATS, "utf-8")
    loaded = CliRunner().invoke(app, ["import", "accounts", str(tmp_path / "flats.csv")])
    assert loaded.exit_code == 0, loaded.output
    engine = store.connect(Settings().database)
    with store.reading(engine) as db:
        assert [row.inn for row in db.query(Organization)] == ["0011223344"]
        assert [row.number for row in db.query(Account)] == ["700100"]
    engine.dispose()


def test_a_file_with_a_slip_is_refused_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHKU_DATA_DIR", str(tmp_path))
    slip = tmp_path / "ours.yaml"
    slip.write_text("company: {name: Мы, spoken_name: мы, inn: 12}\n", "utf-8")
    answer = CliRunner().invoke(app, ["company", str(slip)])
    assert answer.exit_code == 1
    assert "company.inn" in answer.output


def test_a_postgresql_gets_the_demo_company_only_by_its_name(empty_url: str) -> None:
    engine = open_books(Settings(database_url=empty_url))
    unasked = load_demo_if_empty(engine, Console())
    assert unasked == (engine.dialect.name == "sqlite")
    assert unasked or load_demo_if_empty(engine, Console(), asked=True)
    engine.dispose()
