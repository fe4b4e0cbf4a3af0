"""The command line, as somebody at a terminal meets it."""

from collections.abc import Callable

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
