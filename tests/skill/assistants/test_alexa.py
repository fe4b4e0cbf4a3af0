"""Amazon Alexa: silence where she wants it, speech that no slot took, cards in the application, Amazon's signature."""

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from skill.app import create_app
from skill.sandbox import Sandbox, amazon
from skill.settings import Settings
from tests.skill.assistants.asking import post, recorded, with_text
from tests.skill.talking import Clock, Ledger


def test_alexa_speaks_only_where_she_may(client: FlaskClient) -> None:
    assert "Здравствуйте" in post(client, "alexa", recorded("alexa/launch"))["response"]["outputSpeech"]["text"]
    assert post(client, "alexa", recorded("alexa/session_ended"))["response"] == {}


def intent(name: str) -> dict[str, Any]:
    """An intent without slots."""
    body = recorded("alexa/help")
    body["request"]["intent"] = {"name": name}
    return body


def test_speech_that_no_slot_took_is_asked_for_again(client: FlaskClient) -> None:
    answer = post(client, "alexa", intent("AMAZON.FallbackIntent"))
    assert "помощь" in answer["response"]["outputSpeech"]["text"]
    assert "Ничего не слышно" not in answer["response"]["outputSpeech"]["text"]


def test_the_conversation_starts_over(client: FlaskClient) -> None:
    answer = post(client, "alexa", intent("AMAZON.StartOverIntent"))
    assert "Здравствуйте" in answer["response"]["outputSpeech"]["text"]


def test_nothing_is_promised_before_the_skill_is_opened(client: FlaskClient) -> None:
    body = recorded("alexa/phrase_in_a_slot")
    body["request"]["type"] = "CanFulfillIntentRequest"
    assert post(client, "alexa", body)["response"] == {"canFulfillIntent": {"canFulfill": "NO"}}


def test_a_stranger_gets_the_linking_page_as_a_card(settings: Settings, engine: Engine, clock: Clock) -> None:
    own = settings.model_copy(update={"oauth_client_id": "amazon"})
    client = create_app(own, engine=engine, clock=clock).test_client()
    body = recorded("alexa/phrase_in_a_slot")
    assert post(client, "alexa", body)["response"]["card"] == {"type": "LinkAccount"}


def test_the_bill_is_a_card_in_the_application(client: FlaskClient, residents: None) -> None:
    body = recorded("alexa/phrase_in_a_slot")
    for number, said in enumerate(("что в счёте за октябрь", "не нужно", "что в счёте за октябрь")):
        body["request"] |= {"requestId": f"r{number}"}
        body["request"]["intent"]["slots"]["phrase"]["value"] = said
        answer = post(client, "alexa", body)
    assert "Горячая вода: 1\u00a0889" in answer["response"]["card"]["content"]


@pytest.fixture
def signed(settings: Settings, engine: Engine, clock: Clock, tmp_path: Path) -> Any:
    """Post a body of now to a server that believes Amazon's signature only; `change` spoils the call."""
    with Sandbox() as sandbox:
        root = tmp_path / "root.pem"
        root.write_bytes(amazon.root())
        own = settings.model_copy(
            update={"alexa_signed": True, "alexa_certificates": sandbox.amazon, "alexa_roots": str(root)}
        )
        client = create_app(own, engine=engine, clock=clock).test_client()

        def send(**change: Any) -> int:
            raw = amazon.launched(clock() + change.get("later", timedelta()))
            chain = sandbox.amazon + change.get("chain", amazon.chain(clock(), change.get("host", amazon.HOST)))
            headers = {"SignatureCertChainUrl": change.get("url", chain)}
            headers["Signature-256"] = base64.b64encode(change.get("signature", amazon.signature(raw))).decode()
            return client.post("/alexa/secret", data=change.get("raw", raw), headers=headers).status_code

        yield send


def test_a_call_signed_by_amazon_is_let_in(signed: Any) -> None:
    assert signed() == 200


@pytest.mark.parametrize(
    "change",
    [
        {"signature": b"x" * 256},
        {"raw": b'{"version": "1.0"}'},
        {"later": timedelta(seconds=200)},
        {"later": timedelta(seconds=-200)},
        {"host": "echo-api.evil.example"},
        {"chain": "../elsewhere.pem"},
        {"url": "https://evil.example/echo.api/chain.pem"},
        {"url": ""},
    ],
    ids=str,
)
def test_a_call_that_amazon_did_not_sign_so_is_refused(signed: Any, change: dict[str, Any]) -> None:
    assert signed(**change) == 401


def test_slower_speech_is_speech_with_breaks(client: FlaskClient) -> None:
    post(client, "alexa", with_text("alexa", "помощь", 1))
    speech = post(client, "alexa", with_text("alexa", "говори помедленнее", 2))["response"]["outputSpeech"]
    assert speech["type"] == "SSML"
    assert '<break time="500ms"/>' in speech["ssml"]


def test_a_slot_that_takes_several_values_is_read_whole(client: FlaskClient, residents: None) -> None:
    body = with_text("alexa", "", 1)
    values = [{"type": "Simple", "value": value} for value in ("холодная вода", "125")]
    body["request"]["intent"]["slots"] = {"said": {"name": "said", "slotValue": {"type": "List", "values": values}}}
    assert "сто двадцать пять" in post(client, "alexa", body)["response"]["outputSpeech"]["text"]


@pytest.mark.parametrize("name", ["AMAZON.NextIntent", "AMAZON.MoreIntent"])
def test_going_on_is_no_yes_to_a_booking(client: FlaskClient, residents: None, ledger: Ledger, name: str) -> None:
    before = ledger.newest()
    post(client, "alexa", with_text("alexa", "холодная вода 125", 1))
    body = with_text("alexa", "", 2)
    body["request"]["intent"] = {"name": name}
    assert "да" in post(client, "alexa", body)["response"]["outputSpeech"]["text"]
    assert ledger.newest() == before
