"""Microsoft Bot Framework: the service's token, the sides changed over, what asks for no answer."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from sqlalchemy import Engine

from skill.app import create_app
from skill.channels.cloudtokens import ISSUER
from skill.outbox import Sender
from skill.sandbox import Sandbox, bots
from skill.settings import Settings
from tests.skill.messengers.delivering import Deliver, recorded, shown, with_text
from tests.skill.talking import Clock


def test_the_bot_does_not_greet_itself(deliver: Deliver, sender: Sender, sandbox: Sandbox) -> None:
    deliver("bot_framework", recorded("bot_framework/bot_joins"))
    assert sender.send_due() == 0
    deliver("bot_framework", recorded("bot_framework/resident_joins"))
    sender.send_due()
    sent = sandbox.sent[-1]
    assert (sent.what, sent.body["replyToId"]) == ("c1|livechat/a1", "a1")
    assert (sent.body["from"]["id"], sent.body["recipient"]["id"]) == ("bot@x", "dl_user1")


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://example.com"},
        {"aud": "another-bot"},
        {"exp": -3600},
        {"nbf": 3600},
        {"serviceurl": "https://evil.example/"},
        {"kid": "unknown"},
        {"signed_with": "another key"},
        {"channelId": "nowhere"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_bot_framework_token_must_be_right_in_every_part(
    change: dict[str, Any], client: FlaskClient, settings: Settings, clock: Clock
) -> None:
    now, body = clock().timestamp(), with_text("bot_framework", "помощь", 1)
    claims = {"iss": ISSUER, "aud": settings.bot_app_id, "nbf": now, "exp": now + 60, "serviceurl": body["serviceUrl"]}
    body |= {key: value for key, value in change.items() if key == "channelId"}
    claims |= {key: now + value if key in ("exp", "nbf") else value for key, value in change.items() if key in claims}
    key = RSAKey.generate_key(2048) if "signed_with" in change else None
    token = bots.token(claims, signed_with=key, kid=change.get("kid", "sandbox"))
    headers = {"Authorization": f"Bearer {token}"}
    assert client.post("/bot_framework", json=body, headers=headers).status_code == 401


def test_the_emulator_is_let_in_from_this_machine_only(
    settings: Settings, engine: Engine, clock: Clock, sandbox: Sandbox
) -> None:
    local = settings.model_copy(update={"bot_emulator": True, "bot_app_id": ""})
    client = create_app(local, engine=engine, clock=clock).test_client()
    body = {**with_text("bot_framework", "помощь", 1), "serviceUrl": "http://localhost:53559"}
    assert client.post("/bot_framework", json=body).status_code == 200
    assert client.post("/bot_framework", json={**body, "serviceUrl": "https://evil.example"}).status_code == 401
    stranger = {"REMOTE_ADDR": "203.0.113.7"}
    assert client.post("/bot_framework", json=body, environ_base=stranger).status_code == 401


def test_a_recording_is_heard(deliver: Deliver, sender: Sender, sandbox: Sandbox, residents: None) -> None:
    deliver("bot_framework", with_text("bot_framework", "передать показания холодной воды", 1))
    body = with_text("bot_framework", "", 2)
    del body["text"]
    sound = {"contentType": "audio/wav", "contentUrl": "https://directline.botframework.com/files/number_125.wav"}
    deliver("bot_framework", {**body, "attachments": [sound]})
    sender.send_due()
    assert "125" in shown(sandbox.sent[-1])


def test_a_recording_at_a_strangers_address_is_not_fetched(deliver: Deliver, sender: Sender, sandbox: Sandbox) -> None:
    body = with_text("bot_framework", "", 2)
    sound = {"contentType": "audio/wav", "contentUrl": "https://10.0.0.1/secret"}
    deliver("bot_framework", {**body, "attachments": [sound]})
    sender.send_due()
    assert "Не получилось прослушать" in shown(sandbox.sent[-1])


@pytest.mark.parametrize(
    "change",
    [
        {"conversation": {"id": "c1", "isGroup": True}},
        {"from": {"id": "dl_user1", "role": "bot"}},
        {"type": "typing"},
        {"type": "invoke", "name": "adaptiveCard/action"},
        {"type": "endOfConversation"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_groups_bots_and_signals_get_no_answer(deliver: Deliver, sender: Sender, change: dict[str, Any]) -> None:
    assert deliver("bot_framework", {**with_text("bot_framework", "долг", 1), **change}).get_json() == {}
    assert sender.send_due() == 0


def test_the_mention_of_the_bot_is_not_part_of_the_phrase(
    deliver: Deliver, sender: Sender, sandbox: Sandbox, residents: None
) -> None:
    deliver("bot_framework", with_text("bot_framework", "<at>Помощник</at> холодная вода 125", 1))
    sender.send_due()
    assert "125" in shown(sandbox.sent[-1])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"attachments": [{"contentType": "application/pdf", "contentUrl": "https://x/a"}]}, "Файлы я не открываю"),
        ({"attachments": [{"contentType": "video/mp4", "contentUrl": "https://x/a"}]}, "Видео я пока не смотрю"),
        ({"entities": [{"type": "Place", "geo": {"latitude": 55.7}}]}, "Местоположение мне не нужно"),
        ({"value": "menu_125"}, "Слушаю вас."),
        ({"text": "/start"}, "Здравствуйте"),
        ({"text": "GET_STARTED"}, "Здравствуйте"),
    ],
)
def test_what_comes_without_words_gets_its_own_answer(
    deliver: Deliver, sender: Sender, sandbox: Sandbox, content: dict[str, Any], told: str
) -> None:
    deliver("bot_framework", {**with_text("bot_framework", "", 1), **content})
    sender.send_due()
    assert told in shown(sandbox.sent[0])
