"""The command line, as somebody at a terminal meets it."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from billing import store
from skill.cli import app
from skill.settings import Settings

Zhku = Callable[..., Result]


@pytest.fixture
def zhku(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Zhku:
    """Run `zhku` with its data in a folder of its own."""
    monkeypatch.setenv("ZHKU_DATA_DIR", str(settings.data_dir))
    monkeypatch.delenv("ZHKU_VOSK_MODEL", raising=False)
    return lambda *words, **given: CliRunner().invoke(app, list(words), **given)


def test_the_demo_company_is_loaded_once(zhku: Zhku, settings: Settings) -> None:
    first = zhku("db", "demo")
    assert first.exit_code == 0
    assert "100512" in first.output
    assert not store.is_empty(store.connect(settings.database))
    assert zhku("db", "demo").exit_code == 1


def test_a_token_is_issued_listed_and_revoked(zhku: Zhku) -> None:
    zhku("db", "demo")
    token = zhku("tokens", "issue", "--account", "100512", "--name", "phone").output.strip()
    assert len(token) > 40
    listed = zhku("tokens", "list").output
    assert "phone" in listed
    assert token not in listed
    assert zhku("tokens", "revoke", "1").exit_code == 0
    assert zhku("tokens", "revoke", "1").exit_code == 1
    assert zhku("tokens", "issue", "--account", "nobody", "--name", "x").exit_code == 1


def test_chat_talks_in_the_terminal(zhku: Zhku) -> None:
    answer: Result = zhku("chat", "--user", "anna", input="помощь\nхватит\n")
    assert answer.exit_code == 0
    assert "Здравствуйте" in answer.output
    assert "привязать счёт" in answer.output


def test_models_are_listed_and_an_unknown_one_is_refused(zhku: Zhku) -> None:
    assert "vosk-model-small-ru-0.22" in zhku("models", "list").output
    for words in (("models", "use", "vosk-model-ru-0.42"), ("models", "download", "no-such-model")):
        assert zhku(*words).exit_code == 1


def test_the_password_of_the_operators_page_is_shown_and_set(zhku: Zhku) -> None:
    made = zhku("password").output.strip()
    assert len(made) > 20
    assert zhku("password", "--set", input="short\nshort\n").exit_code == 1
    assert zhku("password", "--set", input="correct horse 7\ncorrect horse 7\n").exit_code == 0
    assert zhku("password").output.strip() == "correct horse 7"


@pytest.mark.parametrize(
    ("variable", "value", "code", "told"),
    [
        ("ZHKU_PORT", "abc", 2, "ZHKU_PORT: Input should be a valid integer"),
        ("ZHKU_SMTP_SECURITY", "bogus", 2, "ZHKU_SMTP_SECURITY: Input should be 'starttls'"),
        ("ZHKU_ALICE_SKILL_IDS", "abc", 2, "alice_skill_ids"),
        ("ZHKU_CONFIG", "{folder}/broken.toml", 2, "wrong settings"),
        ("ZHKU_CONFIG", "{folder}/nosuch.toml", 1, "nosuch.toml: No such file"),
        ("ZHKU_LAW_FILE", "{folder}/broken.toml", 2, "wrong settings"),
        ("ZHKU_LAW_FILE", "{folder}/nosuch.yaml", 1, "nosuch.yaml: No such file"),
        ("ZHKU_DATA_DIR", "{folder}/broken.toml", 1, "broken.toml: "),
        ("ZHKU_DATABASE_URL", "nonsense", 2, "ZHKU_DATABASE_URL: "),
        ("ZHKU_DATABASE_URL", "mysql://u:hush@h/b", 2, "ZHKU_DATABASE_URL: no books on mysql"),
        ("ZHKU_DATABASE_URL", "postgresql://u:hush@127.0.0.1:1/b", 1, "the database: connection"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(
    zhku: Zhku, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, value: str, code: int, told: str
) -> None:
    (tmp_path / "broken.toml").write_text("port = = 5\n")
    monkeypatch.setenv(variable, value.format(folder=tmp_path))
    answer = zhku("keys", "list", catch_exceptions=False)
    assert (answer.exit_code, len(answer.output.splitlines())) == (code, 1)
    assert told in answer.output
    assert "hush" not in answer.output


def test_settings_with_a_slip_are_warned_of(zhku: Zhku, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "zhku.toml").write_text("prot = 5\nport = 9000\n")
    monkeypatch.setenv("ZHKU_CONFIG", str(tmp_path / "zhku.toml"))
    monkeypatch.setenv("ZHKU_PROT", "5")
    monkeypatch.setenv("ZHKU_VOSK_MODEL", "")
    answer = zhku("settings", catch_exceptions=False)
    slips = f"prot in {tmp_path}/zhku.toml"
    assert answer.exit_code == 0
    told = [line for line in answer.output.splitlines() if line.startswith("no such setting")]
    assert told == [f"no such setting, it counts for nothing: {slip}" for slip in ("ZHKU_PROT", slips)]


def test_a_taken_port_is_told_in_one_line(zhku: Zhku) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = zhku("serve", "--port", str(taken.getsockname()[1]), catch_exceptions=False)
    assert answer.exit_code == 1
    assert "ddress already in use" in answer.output.splitlines()[-1]


@pytest.mark.parametrize(
    "words",
    [
        ("export", "accounts", "2026-10", "--to", "{folder}/nosuch/a.csv"),
        ("export", "accounts", "2026-10", "--to", "{folder}/taken.csv"),
        ("export", "accounts", "2026-10", "--to", "{folder}/nosuch/a.xlsx"),
        ("import", "accounts", "{folder}/a.csv", "--bad-rows", "{folder}/nosuch/x.csv"),
        ("import", "accounts", "{folder}/a.csv", "--bad-rows", "{folder}/taken.csv"),
        ("demo", "--out", "{folder}/nosuch/x.wav"),
    ],
)
def test_a_file_that_cannot_be_written_leaves_nothing(zhku: Zhku, tmp_path: Path, words: tuple[str, ...]) -> None:
    zhku("db", "demo")
    (tmp_path / "taken.csv").mkdir()
    (tmp_path / "a.csv").write_text("account\n1\n")
    answer = zhku(*(word.format(folder=tmp_path) for word in words), catch_exceptions=False)
    assert answer.exit_code in (1, 2)
    assert not list(tmp_path.glob("*.part"))


def test_what_is_missing_is_named(zhku: Zhku) -> None:
    assert "no company is in the books yet" in zhku("keys", "issue", "1C", "--scope", "accounts:read").output
    assert "ZHKU_LINE_ARI_URL" in zhku("call", "+79160000000", "Здравствуйте").output
    assert zhku("understanding", "ask", " ").exit_code == 2
