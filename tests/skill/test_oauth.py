"""Linking on a platform: our page, the code, the tokens, and the topic that waited for it."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import select

from billing import store
from fixtures.demo_company import DemoSummary
from skill.dialogue.phrases import phrase
from skill.identity.oauth import OAuthCode, OAuthGrant
from skill.settings import Settings
from tests.skill.talking import Clock, Ledger

BACK = "https://social.yandex.net/broker/redirect"
QUERY = {"response_type": "code", "client_id": "yandex", "redirect_uri": BACK, "state": "стейт/1"}
CLIENT = {"client_id": "yandex", "client_secret": "word"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url="",
        alice_secret="secret",
        oauth_client_id="yandex",
        oauth_client_secret="word",
    )


def fill_in(client: FlaskClient, demo: DemoSummary, **other: str) -> Any:
    """Send the form of the page; the HTTP answer."""
    form = {"number": demo.account.number, "code": demo.account.bill_code, "consent": "yes", "decision": "yes"}
    return client.post("/oauth/authorize", query_string=QUERY, data=form | other)


def granted(client: FlaskClient, demo: DemoSummary) -> str:
    """The code that the platform gets."""
    return parse_qs(urlsplit(fill_in(client, demo).headers["Location"]).query)["code"][0]


def exchange(client: FlaskClient, code: str, /, **other: str) -> Any:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **CLIENT}
    return client.post("/oauth/token", data=form | other)


def alice(number: int, said: str = "", token: str = "", **other: Any) -> dict[str, Any]:
    body = json.loads(Path("fixtures/requests/alice/start.json").read_text("utf-8"))
    body["session"] |= {"message_id": number, "new": number == 0}
    if token:
        body["session"]["user"]["access_token"] = token
    body["request"] |= {"command": said, "original_utterance": said or "запусти навык", "nlu": {}}
    return body | other


def say(client: FlaskClient, body: dict[str, Any]) -> dict[str, Any]:
    return client.post("/alice/secret", json=body).get_json()["response"]


def test_linking_continues_what_it_interrupted(client: FlaskClient, demo: DemoSummary, ledger: Ledger) -> None:
    answer = say(client, alice(1, "холодная вода 125"))
    assert answer["directives"] == {"start_account_linking": {}}
    token = exchange(client, granted(client, demo)).get_json()["access_token"]
    done = alice(2, token=token, account_linking_complete_event={})
    del done["request"]
    answer = say(client, done)
    assert "125" in answer["text"]
    assert "directives" not in answer
    say(client, alice(3, "да", token=token))
    assert ledger.newest()["COLD_WATER"] == 125


def test_a_device_that_cannot_link_is_not_asked_to(client: FlaskClient) -> None:
    body = alice(1, "холодная вода 125")
    body["meta"]["interfaces"] = {"screen": {}}
    assert "directives" not in say(client, body)


def test_the_page_is_russian_and_fits_a_telephone(client: FlaskClient) -> None:
    answer = client.get("/oauth/authorize", query_string=QUERY)
    html = answer.get_data(as_text=True)
    assert 'lang="ru"' in html
    assert 'name="viewport"' in html
    assert set(re.findall(r'<label for="(\w+)"', html)) == {"number", "code"}
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert client.get("/oauth/authorize.css").status_code == 200


def test_the_state_comes_back_untouched(client: FlaskClient, demo: DemoSummary) -> None:
    answer = fill_in(client, demo)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(BACK + "?")
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["state"] == ["стейт/1"]


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": BACK + "/"},
        {"redirect_uri": "https://evil.example"},
        {"client_id": "x"},
        {"response_type": "token"},
    ],
    ids=str,
)
def test_a_wrong_address_or_client_is_never_redirected_to(client: FlaskClient, change: dict[str, str]) -> None:
    answer = client.get("/oauth/authorize", query_string=QUERY | change)
    assert answer.status_code == 400
    assert phrase("oauth.wrong_link", 0) in answer.get_data(as_text=True)


def test_a_wrong_code_from_the_bill_is_told_and_guessing_is_locked(client: FlaskClient, demo: DemoSummary) -> None:
    for _ in range(4):
        page = fill_in(client, demo, code="000000").get_data(as_text=True)
        assert phrase("oauth.wrong", 0) in page
        assert 'value="yes" required checked>' in page
    assert "Попробуйте через 30 мин." in fill_in(client, demo, code="000000").get_data(as_text=True)
    assert fill_in(client, demo).status_code == 400


def test_nobody_has_agreed_before_they_were_asked(client: FlaskClient) -> None:
    page = client.get("/oauth/authorize", query_string=QUERY).get_data(as_text=True)
    assert "Даю согласие" in page
    assert "checked" not in page


def test_no_consent_no_linking(client: FlaskClient, demo: DemoSummary) -> None:
    assert fill_in(client, demo, consent="").status_code == 400
    cancelled = fill_in(client, demo, decision="no").headers["Location"]
    assert parse_qs(urlsplit(cancelled).query)["error"] == ["access_denied"]


def test_what_was_typed_is_shown_as_text_only(client: FlaskClient, demo: DemoSummary) -> None:
    html = fill_in(client, demo, number='"><script>alert(1)</script>').get_data(as_text=True)
    assert "<script" not in html


def test_the_tokens_are_within_the_limits_of_yandex(client: FlaskClient, demo: DemoSummary) -> None:
    answer = exchange(client, granted(client, demo))
    tokens = answer.get_json()
    assert len(answer.get_data()) <= 5000
    assert len(tokens["access_token"]) <= 2048
    assert tokens["token_type"].lower() == "bearer"
    assert 1 <= tokens["expires_in"] <= 4294967296


def test_nothing_that_opens_a_door_is_kept(client: FlaskClient, demo: DemoSummary, engine: Engine) -> None:
    code = granted(client, demo)
    tokens = exchange(client, code).get_json()
    with store.reading(engine) as db:
        kept = repr(db.exec(select(OAuthCode)).all()) + repr(db.exec(select(OAuthGrant)).all())
    assert not any(secret in kept for secret in (code, tokens["access_token"], tokens["refresh_token"]))


@pytest.mark.parametrize(
    "change",
    [{"client_secret": "x"}, {"redirect_uri": "https://evil.example"}, {"code": "x"}, {"grant_type": "password"}],
    ids=str,
)
def test_a_token_needs_the_right_client_code_and_address(
    client: FlaskClient, demo: DemoSummary, change: dict[str, str]
) -> None:
    assert exchange(client, granted(client, demo), **change).status_code in (400, 401)


def test_a_code_is_good_once_and_for_ten_minutes(client: FlaskClient, demo: DemoSummary, clock: Clock) -> None:
    code = granted(client, demo)
    first = exchange(client, code).get_json()
    assert exchange(client, code).status_code == 400
    assert refresh(client, first["refresh_token"]).status_code == 400
    code = granted(client, demo)
    clock.now += timedelta(minutes=11)
    assert exchange(client, code).status_code == 400


def test_old_codes_are_forgotten(client: FlaskClient, demo: DemoSummary, engine: Engine, clock: Clock) -> None:
    granted(client, demo)
    clock.now += timedelta(days=2)
    granted(client, demo)
    with store.reading(engine) as db:
        assert len(db.exec(select(OAuthCode)).all()) == 1


def refresh(client: FlaskClient, token: str) -> Any:
    return client.post("/oauth/token", data={"grant_type": "refresh_token", "refresh_token": token, **CLIENT})


def test_a_refreshed_token_replaces_the_old_one(client: FlaskClient, demo: DemoSummary) -> None:
    old = exchange(client, granted(client, demo)).get_json()["refresh_token"]
    new = refresh(client, old).get_json()["refresh_token"]
    assert refresh(client, old).status_code == 400
    assert refresh(client, new).status_code == 200


def test_a_revoked_token_takes_the_link_back(client: FlaskClient, demo: DemoSummary) -> None:
    tokens = exchange(client, granted(client, demo)).get_json()
    assert "Здравствуйте" in say(client, alice(0, token=tokens["access_token"]))["text"]
    assert "directives" not in say(client, alice(1, "холодная вода 125", token=tokens["access_token"]))
    assert client.post("/oauth/revoke", data={"token": tokens["access_token"], **CLIENT}).status_code == 200
    assert refresh(client, tokens["refresh_token"]).status_code == 400
    body = alice(2, "холодная вода 125", token=tokens["access_token"])
    body["session"]["session_id"] = "later"
    assert say(client, body)["directives"] == {"start_account_linking": {}}


def test_a_flat_unlinked_by_voice_leaves_the_platform_without_its_right(
    client: FlaskClient, demo: DemoSummary, engine: Engine
) -> None:
    token = exchange(client, granted(client, demo)).get_json()["access_token"]
    say(client, alice(0, token=token))
    say(client, alice(2, "отвяжи квартиру", token))
    assert "отвязана" in say(client, alice(3, "да", token))["text"]
    with store.reading(engine) as db:
        assert all(row.revoked_at is not None for row in db.exec(select(OAuthGrant)).all())


def test_without_a_client_there_is_no_page(settings: Settings, engine: Engine, clock: Clock) -> None:
    from skill.app import create_app

    off = create_app(settings.model_copy(update={"oauth_client_id": ""}), engine=engine, clock=clock).test_client()
    for path in ("/oauth/authorize", "/oauth/token", "/oauth/revoke"):
        assert off.post(path).status_code == 404
