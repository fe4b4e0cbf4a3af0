"""Settings come from the environment and a file, are all described, and those the README names exist."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from skill.cli import app
from skill.commands.serve import open_doors
from skill.settings import Settings


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "zhku.toml"
    file.write_text('company = "УК «Ромашка»"\nport = 9000\n', "utf-8")
    monkeypatch.setenv("ZHKU_CONFIG", str(file))
    monkeypatch.setenv("ZHKU_PORT", "9001")
    assert (Settings().company, Settings().port) == ("УК «Ромашка»", 9001)


def test_a_wrong_value_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHKU_PORT", "no number")
    with pytest.raises(ValidationError, match="port"):
        Settings()


def test_the_secret_of_alice_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    made = Settings(data_dir=folder, alice_secret="").secret_of_alice
    assert made == Settings(data_dir=folder, alice_secret="").secret_of_alice
    assert (folder / "alice_secret").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_secret_is_written_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A disk that is full, or a process that dies, leaves nothing that would be taken for a secret."""

    def fails(*_: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fails)
        with pytest.raises(OSError, match="space"):
            _ = Settings(data_dir=tmp_path).secret_of_links
    assert list(tmp_path.iterdir()) == []
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: Settings(data_dir=tmp_path).secret_of_links, range(50)))) == 1


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "console_password").write_text("\n")
    with pytest.raises(ValueError, match="delete the file"):
        _ = Settings(data_dir=tmp_path).password_of_console


def test_the_sandbox_leaves_secrets_that_are_set() -> None:
    opened = open_doors(Settings(alice_secret="ours"))
    assert "alice_secret" not in opened
    assert {opened["salute_secret"], opened["payment_sandbox_secret"]} == {"sandbox"}


def test_every_setting_is_listed_with_its_meaning_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHKU_TELEGRAM_TOKEN", "123456:very-secret")
    monkeypatch.setenv("COLUMNS", "200")
    listed = CliRunner().invoke(app, ["settings"]).output
    assert "very-secret" not in listed
    for name, field in Settings.model_fields.items():
        assert field.description
        assert f"ZHKU_{name.upper()}" in listed


def test_the_settings_that_the_readme_names_exist() -> None:
    known = {f"ZHKU_{name.upper()}" for name in Settings.model_fields} | {"ZHKU_CONFIG", "ZHKU_VOSK_MODEL"}
    named = set(re.findall(r"ZHKU_[A-Z_]+[A-Z]", Path("README.md").read_text("utf-8")))
    assert named
    assert named <= known
