"""Text and sound through our own doors: real HTTP bodies, the real Vosk, the real espeak-ng."""

import io
import math
import struct
import wave
from importlib.resources import files
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import select

from billing import store
from fixtures.demo_company import DemoSummary
from skill.app import create_app
from skill.dialogue.tables import ApiToken
from skill.identity import tokens
from skill.settings import Settings
from speech.audio import decode
from speech.recognition import transcribe
from tests.skill.talking import Clock, Ledger


@pytest.fixture
def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def recording(name: str) -> bytes:
    """A recorded human number (see fixtures/speech/CREDITS)."""
    return files("fixtures").joinpath("speech", name).read_bytes()


def silence(seconds: float, rate: int = 8000) -> bytes:
    """A WAV of digital silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate)
        wav.writeframes(bytes(2 * int(seconds * rate)))
    return out.getvalue()


def test_a_reading_in_text(client: FlaskClient, bearer: dict[str, str], ledger: Ledger) -> None:
    answer = client.post("/api/v1/utterance", json={"text": "холодная вода 125"}, headers=bearer).get_json()
    assert answer["buttons"] == ["Да", "Нет"]
    assert answer["expecting"] == "yes_no"
    assert "сто двадцать пять" in answer["speech"]
    answer = client.post("/api/v1/utterance", json={"text": "да", "session": answer["session"]}, headers=bearer)
    assert "аписано" in answer.get_json()["text"]
    assert ledger.newest()["COLD_WATER"] == 125


def test_a_recorded_human_number_is_heard_and_booked(
    client: FlaskClient, bearer: dict[str, str], ledger: Ledger
) -> None:
    client.post("/api/v1/utterance", json={"text": "передать показания холодной воды"}, headers=bearer)
    answer = client.post("/api/v1/audio", data=recording("number_125.wav"), headers=bearer).get_json()
    assert answer["heard"] == "сто двадцать пять"
    assert "125" in answer["text"]
    client.post("/api/v1/utterance", json={"text": "да"}, headers=bearer)
    assert ledger.newest()["COLD_WATER"] == 125


def test_what_curl_calls_a_form_is_heard_and_read_all_the_same(client: FlaskClient, bearer: dict[str, str]) -> None:
    form = "application/x-www-form-urlencoded"
    typed = client.post("/api/v1/utterance", data='{"text": "холодная вода"}', headers=bearer, content_type=form)
    assert typed.get_json()["expecting"] == "number"
    spoken = client.post("/api/v1/audio", data=recording("number_125.wav"), headers=bearer, content_type=form)
    assert spoken.get_json()["heard"] == "сто двадцать пять"


def test_the_answer_can_be_heard(client: FlaskClient, bearer: dict[str, str]) -> None:
    client.post("/api/v1/utterance", json={"text": "передать показания холодной воды"}, headers=bearer)
    headers = bearer | {"Accept": "audio/wav"}
    answer = client.post("/api/v1/audio?rate=8000", data=recording("number_125.wav"), headers=headers)
    assert answer.content_type == "audio/wav"
    assert "125" in unquote(answer.headers["X-Zhku-Text"])
    assert unquote(answer.headers["X-Zhku-Buttons"]) == "Да|Нет"
    sound = decode(answer.data)
    assert sound.rate == 8000
    heard = transcribe(sound.samples, sound.rate)
    assert "холодная" in heard[0].text


def test_a_spoken_answer_brings_its_link_along(
    settings: Settings, engine: Engine, clock: Clock, bearer: dict[str, str]
) -> None:
    public = settings.model_copy(update={"public_url": "https://zhku.example"})
    client = create_app(public, engine=engine, clock=clock).test_client()
    headers = bearer | {"Accept": "audio/wav"}
    answer = client.post("/api/v1/utterance", json={"text": "пришлите квитанцию"}, headers=headers)
    assert unquote(answer.headers["X-Zhku-Link"]).startswith("https://zhku.example/bill/")


def test_a_request_sent_again_has_one_effect(client: FlaskClient, bearer: dict[str, str]) -> None:
    headers = bearer | {"Idempotency-Key": "k-1"}
    first = client.post("/api/v1/utterance", json={"text": "помощь"}, headers=headers).get_json()
    assert client.post("/api/v1/utterance", json={"text": "помощь"}, headers=headers).get_json() == first
    again = client.post("/api/v1/utterance", json={"text": "помощь"}, headers=bearer).get_json()
    assert again["text"] != first["text"]


def test_silence_is_answered_with_a_sentence(client: FlaskClient, bearer: dict[str, str]) -> None:
    answer = client.post("/api/v1/audio", data=silence(3), headers=bearer)
    assert answer.status_code == 200
    assert "слышно" in answer.get_json()["text"]


def test_a_tone_is_no_number(client: FlaskClient, bearer: dict[str, str]) -> None:
    tone = struct.pack("<16000h", *(int(9000 * math.sin(2 * math.pi * 440 * at / 8000)) for at in range(16000)))
    answer = client.post("/api/v1/audio?rate=8000&encoding=s16le", data=tone, headers=bearer).get_json()
    assert answer["heard"] == ""


@pytest.mark.parametrize(
    ("sound", "status"),
    [
        (b"", 422),
        (b"not a sound at all" * 100, 415),
        (silence(61), 413),
        (recording("number_125.wav")[:20], 422),
    ],
    ids=["empty", "not audio", "too long", "truncated"],
)
def test_what_cannot_be_heard_is_refused_with_a_sentence(
    client: FlaskClient, bearer: dict[str, str], sound: bytes, status: int
) -> None:
    answer = client.post("/api/v1/audio", data=sound, headers=bearer)
    assert answer.status_code == status
    assert answer.get_json()["text"]


def test_three_hours_are_refused_before_they_are_decoded(client: FlaskClient, bearer: dict[str, str]) -> None:
    header = bytearray(silence(0.1))
    answer = client.post("/api/v1/audio", data=bytes(header) + bytes(9_000_000), headers=bearer)
    assert answer.status_code == 413


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic x"}])
def test_without_a_valid_token_nothing_is_said(client: FlaskClient, header: dict[str, str]) -> None:
    for path in ("/api/v1/utterance", "/api/v1/audio"):
        answer = client.post(path, json={"text": "помощь"}, headers=header)
        assert answer.status_code == 401
        assert "Ключ доступа" in answer.get_json()["text"]


def test_a_revoked_token_is_worth_nothing(
    client: FlaskClient, engine: Engine, bearer: dict[str, str], clock: Clock
) -> None:
    with store.transaction(engine) as db:
        row = db.exec(select(ApiToken)).one()
        assert tokens.revoke(db, row.id, now=clock())
        assert not tokens.revoke(db, row.id, now=clock())
    assert client.post("/api/v1/utterance", json={"text": "помощь"}, headers=bearer).status_code == 401


def test_tokens_are_kept_as_hashes(engine: Engine, token: str) -> None:
    with store.reading(engine) as db:
        assert token not in str(db.exec(select(ApiToken)).one().model_dump())


@pytest.mark.parametrize(
    "sent",
    [
        b'{"txt": 1}',
        b"{",
        b"[]",
        b'{"text": true}',
        b'{"text": ["a"]}',
        b'{"text":"a","session":{"a":1}}',
        b"\xff",
        b"",
    ],
)
def test_a_malformed_body_is_refused_in_words(client: FlaskClient, bearer: dict[str, str], sent: bytes) -> None:
    answer = client.post("/api/v1/utterance", data=sent, headers=bearer, content_type="application/json")
    assert answer.status_code == 400
    assert answer.get_json()["text"] == "Не получилось разобрать запрос."


@pytest.mark.parametrize("sent", [{"json": {"text": 125.3, "session": 7}}, {"data": {"text": "125,3", "session": "7"}}])
def test_a_shortcut_sends_a_number_or_a_form(
    client: FlaskClient, bearer: dict[str, str], sent: dict[str, dict[str, object]]
) -> None:
    asked = {"text": "передать показания холодной воды", "session": "7"}
    client.post("/api/v1/utterance", json=asked, headers=bearer)
    answer = client.post("/api/v1/utterance", headers=bearer, **sent).get_json()
    assert "125,3" in answer["text"]
    assert answer["session"] == "7"


def test_half_a_character_is_no_fault_of_ours(client: FlaskClient, bearer: dict[str, str]) -> None:
    answer = client.post("/api/v1/utterance", data=rb'{"text":"\ud83d"}', headers=bearer)
    assert answer.status_code == 200


def test_too_large_bodies_are_refused(client: FlaskClient, bearer: dict[str, str], settings: Settings) -> None:
    big = b'{"text":"' + b"x" * 2_000_000 + b'"}'
    answer = client.post("/api/v1/utterance", data=big, headers=bearer, content_type="application/json")
    assert answer.status_code == 413
    sound = bytes(settings.max_audio_bytes + 1)
    assert client.post("/api/v1/audio", data=sound, headers=bearer).status_code == 413


def test_an_upload_from_a_form(client: FlaskClient, bearer: dict[str, str]) -> None:
    form = {"file": (io.BytesIO(recording("number_148.wav")), "voice.wav")}
    answer = client.post("/api/v1/audio", data=form, headers=bearer).get_json()
    assert answer["heard"] == "сто сорок восемь"


def test_the_page_and_its_visitor(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for name in ("page.css", "page.js"):
        assert client.get(f"/page/{name}").status_code == 200
    assert client.get("/page/../settings.py").status_code == 404
    token = client.post("/api/v1/visit").get_json()["token"]
    answer = client.post("/api/v1/utterance", json={"text": ""}, headers={"Authorization": f"Bearer {token}"})
    assert "привязать счёт" in answer.get_json()["text"]


def test_a_visitor_links_with_number_and_code(client: FlaskClient, demo: DemoSummary) -> None:
    headers = {"Authorization": f"Bearer {client.post('/api/v1/visit').get_json()['token']}"}
    for said in ("привязать счёт", demo.account.number, demo.account.bill_code, "да"):
        answer = client.post("/api/v1/utterance", json={"text": said}, headers=headers).get_json()
    assert "Лесная" in answer["text"]


def test_an_address_gets_so_many_visitors_an_hour(settings: Settings, engine: Engine, clock: Clock) -> None:
    few = settings.model_copy(update={"visitors_per_hour": 2})
    client = create_app(few, engine=engine, clock=clock).test_client()
    assert [client.post("/api/v1/visit").status_code for _ in range(3)] == [200, 200, 429]


def test_no_file_of_the_page_comes_from_another_host(client: FlaskClient) -> None:
    for path in ("/", "/page/page.css", "/page/page.js"):
        text = client.get(path).get_data(as_text=True)
        assert "http://" not in text
        assert "https://" not in text


def test_health_waits_for_no_writer(client: FlaskClient, engine: Engine) -> None:
    with store.transaction(engine):
        assert client.get("/healthz").get_json() == {"status": "ok"}


def test_health_metrics_and_description(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    client.post("/alice/secret", json={"session": {"new": True}, "request": {}})
    assert 'zhku_turns_total{channel="alice"}' in client.get("/metrics").get_data(as_text=True)
    assert "/api/v1/audio" in client.get("/openapi.json").get_json()["paths"]


def test_an_unknown_path_and_method_are_told_in_json(client: FlaskClient) -> None:
    assert client.get("/nothing").get_json()["error"]["code"] == "404"
    assert client.get("/alice/secret").status_code == 405
