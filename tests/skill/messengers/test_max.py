"""MAX: the subscription kept alive, forwarded messages, the platform's own transcription as a second opinion."""

from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from skill.channels import max as max_channel
from skill.channels.calls import clients
from skill.outbox import Sender
from skill.sandbox import Sandbox, amazon
from skill.settings import Settings
from speech.audio import to_wav
from tests.skill.messengers.delivering import Deliver, recorded, shown, with_text


def test_max_is_subscribed_again_when_it_has_dropped_us(settings: Settings, sandbox: Sandbox, sender: Sender) -> None:
    with httpx.Client() as http:
        assert max_channel.keep_subscribed(http, settings) is True
        assert max_channel.keep_subscribed(http, settings) is False
    sandbox.subscriptions.clear()
    sender.keep_connected()
    assert sandbox.subscriptions[0]["url"] == "https://zhku.example/max"


def test_a_forwarded_message_is_read(deliver: Deliver, sender: Sender, sandbox: Sandbox, residents: None) -> None:
    body = with_text("max", "", 1)
    body["message"]["body"] = None
    body["message"]["link"] = {"type": "forward", "message": {"mid": "m", "text": "холодная вода 125"}}
    deliver("max", body)
    sender.send_due()
    assert "125" in shown(sandbox.sent[-1])


def test_the_platforms_transcription_serves_where_the_recording_cannot_be_fetched(
    deliver: Deliver, sender: Sender, sandbox: Sandbox, residents: None
) -> None:
    body = recorded("max/voice")
    audio = {"url": "http://127.0.0.1:9/a.ogg", "token": "t"}
    spoken = {"type": "audio", "payload": audio, "transcription": "холодная вода сто двадцать пять"}
    body["message"]["body"]["attachments"] = [spoken]
    deliver("max", body)
    sender.send_due()
    assert "125" in shown(sandbox.sent[0])


def test_a_sticker_is_not_taken_for_silence(deliver: Deliver, sender: Sender, sandbox: Sandbox) -> None:
    body = with_text("max", "", 1)
    body["message"]["body"] |= {"text": None, "attachments": [{"type": "sticker", "payload": {"code": "c"}}]}
    deliver("max", body)
    deliver("max", with_text("max", "/start", 2))
    sender.send_due()
    assert "Стикеры я не понимаю" in shown(sandbox.sent[0])
    assert "Здравствуйте" in shown(sandbox.sent[1])


@pytest.mark.parametrize(
    ("attachment", "told"),
    [
        ({"type": "location", "latitude": 55.7, "longitude": 37.6}, "Местоположение мне не нужно"),
        ({"type": "contact", "payload": {"vcf_info": "BEGIN:VCARD"}}, "Контакт мне не нужен"),
        ({"type": "file", "payload": {"token": "t"}, "filename": "счётчик.JPG"}, "Фото я пока не читаю"),
        ({"type": "video", "payload": {"token": "t"}}, "Видео я пока не смотрю"),
        ({"type": "share", "payload": {"url": "https://example.com/125"}}, "Ссылки я не открываю"),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_what_max_attaches_is_called_by_its_name(
    deliver: Deliver, sender: Sender, sandbox: Sandbox, attachment: dict[str, Any], told: str
) -> None:
    body = with_text("max", "", 1)
    body["message"]["body"] |= {"text": None, "attachments": [attachment]}
    deliver("max", body)
    sender.send_due()
    assert told in shown(sandbox.sent[0])


def test_a_button_that_sends_a_code_means_what_stands_on_it(
    deliver: Deliver, sender: Sender, sandbox: Sandbox, residents: None
) -> None:
    body = recorded("max/callback")
    body["callback"]["payload"] = "menu_17"
    row = [{"type": "callback", "text": "Сколько платить", "payload": "menu_17"}]
    keyboard = {"type": "inline_keyboard", "payload": {"buttons": [row]}}
    body["message"] = {"recipient": {"chat_type": "dialog"}, "body": {"attachments": [keyboard]}}
    deliver("max", body)
    sender.send_due()
    assert "8 030 ₽" in shown(sandbox.sent[-1])


def test_a_button_pressed_in_a_chat_is_acknowledged_only(deliver: Deliver, sender: Sender, sandbox: Sandbox) -> None:
    deliver("max", recorded("max/callback_in_a_chat"))
    sender.send_due()
    assert [sent.what for sent in sandbox.sent] == ["answers"]


def test_the_root_of_max_is_trusted_for_max_only(settings: Settings, tmp_path: Path) -> None:
    root = tmp_path / "root.pem"
    root.write_bytes(amazon.root())
    own = settings.model_copy(update={"max_ca_file": str(root)})
    with clients(own, 5) as https:
        assert https("max") is https("max")
        assert https("telegram") is https("whatsapp")
        assert https("max") is not https("telegram")


def test_a_recording_without_its_address_is_read_from_what_max_heard(
    deliver: Deliver, sender: Sender, sandbox: Sandbox, residents: None
) -> None:
    body = recorded("max/voice")
    heard = {"type": "audio", "payload": {"token": "t"}, "transcription": "холодная вода сто двадцать пять"}
    body["message"]["body"]["attachments"] = [heard]
    deliver("max", body)
    sender.send_due()
    assert "125" in shown(sandbox.sent[-1])


def test_what_max_heard_stands_where_we_hear_nothing(
    deliver: Deliver, sender: Sender, sandbox: Sandbox, residents: None
) -> None:
    sandbox.recordings["silence.wav"] = to_wav(np.zeros(16_000, np.int16), 16_000)
    body = recorded("max/voice")
    audio = {"url": f"{sandbox.url}/max/files/silence.wav", "token": "t"}
    spoken = {"type": "audio", "payload": audio, "transcription": "холодная вода сто двадцать пять"}
    body["message"]["body"]["attachments"] = [spoken]
    deliver("max", body)
    sender.send_due()
    assert "125" in shown(sandbox.sent[0])
