"""Viber: the greeting in the webhook's answer, what cannot be read."""

import httpx

from skill.channels import viber
from skill.outbox import Sender
from skill.sandbox import Sandbox
from skill.settings import Settings
from tests.skill.messengers.delivering import Deliver, recorded, shown, with_text


def test_viber_greets_in_the_answer_itself(deliver: Deliver, sender: Sender, sandbox: Sandbox) -> None:
    answer = deliver("viber", recorded("viber/conversation_started")).get_json()
    assert "Здравствуйте" in answer["text"]
    assert "receiver" not in answer
    assert sender.send_due() == 0


def test_a_picture_is_not_read_but_its_caption_is(
    deliver: Deliver, sender: Sender, sandbox: Sandbox, residents: None
) -> None:
    for number, text in enumerate(("", "холодная вода 125")):
        body = with_text("viber", text, number)
        body["message"] |= {"type": "picture", "media": "https://dl.example/p.jpg"}
        deliver("viber", body)
    sender.send_due()
    assert "Фото я пока не читаю" in shown(sandbox.sent[0])
    assert "125" in shown(sandbox.sent[1])


def test_viber_is_offered_no_voice_message(deliver: Deliver, sender: Sender, sandbox: Sandbox) -> None:
    for number, kind in enumerate(("picture", "video", "file", "sticker", "contact", "location", "url", "rich_media")):
        body = with_text("viber", "", number)
        body["message"] = {"type": kind}
        deliver("viber", body)
    sender.send_due()
    assert len(sandbox.sent) == 8
    assert not any("голос" in shown(sent) for sent in sandbox.sent)


def test_start_opens_the_conversation(deliver: Deliver, sender: Sender, sandbox: Sandbox) -> None:
    deliver("viber", with_text("viber", "/start", 1))
    sender.send_due()
    assert "Здравствуйте" in shown(sandbox.sent[0])


def test_a_group_is_told_nothing(deliver: Deliver, sender: Sender, residents: None) -> None:
    deliver("viber", {**with_text("viber", "долг", 1), "chat_id": "дом 5"})
    assert sender.send_due() == 0


def test_events_are_sent_here_again_when_they_are_not(settings: Settings, sandbox: Sandbox) -> None:
    with httpx.Client() as http:
        assert viber.keep_webhook(http, settings) is True
        assert viber.keep_webhook(http, settings) is False
    assert sandbox.webhooks["viber"]["url"] == "https://zhku.example/viber"
