"""WhatsApp Cloud: several messages in one delivery, the handshake, business-scoped ids, groups."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from skill.outbox import Sender
from skill.sandbox import Sandbox
from tests.skill.messengers.delivering import Deliver, recorded, shown, with_text


def test_two_messages_in_one_delivery_get_two_answers(deliver: Deliver, sender: Sender, sandbox: Sandbox) -> None:
    deliver("whatsapp", recorded("whatsapp/two_messages"))
    sender.send_due()
    assert len(sandbox.sent) == 2


def test_whatsapp_checks_the_address(client: FlaskClient) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "sandbox-word", "hub.challenge": "1158201444"}
    assert client.get("/whatsapp", query_string=query).get_data(as_text=True) == "1158201444"
    assert client.get("/whatsapp", query_string={**query, "hub.verify_token": "x"}).status_code == 403


def test_somebody_known_by_a_business_scoped_id_only(deliver: Deliver, sender: Sender, sandbox: Sandbox) -> None:
    body = with_text("whatsapp", "помощь", 1)
    value = body["entry"][0]["changes"][0]["value"]
    value["contacts"] = [{"profile": {"name": "И"}, "user_id": "RU.77"}]
    del value["messages"][0]["from"]
    value["messages"][0]["from_user_id"] = "RU.77"
    deliver("whatsapp", body)
    sender.send_due()
    assert (sandbox.sent[0].body["recipient"], "to" in sandbox.sent[0].body) == ("RU.77", False)


def test_a_group_is_told_nothing(deliver: Deliver, sender: Sender, sandbox: Sandbox, residents: None) -> None:
    body = with_text("whatsapp", "долг", 1)
    body["entry"][0]["changes"][0]["value"]["messages"][0]["group_id"] = "g-1"
    deliver("whatsapp", body)
    assert sender.send_due() == 0


def test_a_new_number_is_the_same_resident(deliver: Deliver, sender: Sender, sandbox: Sandbox, residents: None) -> None:
    deliver("whatsapp", recorded("whatsapp/number_changed"))
    assert sender.send_due() == 0
    body = with_text("whatsapp", "долг", 2)
    change = recorded("whatsapp/number_changed")["entry"][0]["changes"][0]["value"]["messages"][0]["system"]
    body["entry"][0]["changes"][0]["value"]["messages"][0]["from"] = change["wa_id"]
    deliver("whatsapp", body)
    sender.send_due()
    assert "8 030 ₽" in shown(sandbox.sent[-1])


def test_the_business_scoped_id_takes_the_place_of_the_number(
    deliver: Deliver, sender: Sender, sandbox: Sandbox, residents: None
) -> None:
    body = with_text("whatsapp", "долг", 1)
    body["entry"][0]["changes"][0]["value"]["contacts"][0]["user_id"] = "RU.77"
    deliver("whatsapp", body)
    sender.send_due()
    assert "8 030 ₽" in shown(sandbox.sent[-1])


def test_the_number_in_a_buttons_id_is_no_reading(
    deliver: Deliver, sender: Sender, sandbox: Sandbox, residents: None
) -> None:
    body = recorded("whatsapp/button_reply")
    reply = {"type": "button_reply", "button_reply": {"id": "menu-125", "title": "Сколько платить"}}
    body["entry"][0]["changes"][0]["value"]["messages"][0]["interactive"] = reply
    deliver("whatsapp", body)
    sender.send_due()
    assert "8 030 ₽" in shown(sandbox.sent[-1])


def of_kind(kind: str, **content: Any) -> dict[str, Any]:
    """A message of this kind and content."""
    body = with_text("whatsapp", "", 1)
    message = body["entry"][0]["changes"][0]["value"]["messages"][0]
    del message["text"]
    message |= {"type": kind, **content}
    return body


@pytest.mark.parametrize(
    ("kind", "content", "told"),
    [
        ("location", {"location": {"latitude": 55.7, "longitude": 37.6}}, "Местоположение мне не нужно"),
        ("contacts", {"contacts": [{"name": {"formatted_name": "Пётр"}}]}, "Контакт мне не нужен"),
        ("document", {"document": {"id": "1", "mime_type": "application/pdf"}}, "Файлы я не открываю"),
        ("document", {"document": {"id": "1", "filename": "schet.jpeg"}}, "Фото я пока не читаю"),
        ("unsupported", {"unsupported": {"type": "poll_creation"}}, "прочитать не могу"),
        ("request_welcome", {}, "Здравствуйте"),
    ],
)
def test_what_comes_without_words_gets_its_own_answer(
    deliver: Deliver, sender: Sender, sandbox: Sandbox, kind: str, content: dict[str, Any], told: str
) -> None:
    deliver("whatsapp", of_kind(kind, **content))
    sender.send_due()
    assert told in shown(sandbox.sent[0])


@pytest.mark.parametrize("unsupported", ["reaction", "pin", "poll_update"])
def test_a_note_that_whatsapp_cannot_hand_over_asks_for_nothing(
    deliver: Deliver, sender: Sender, unsupported: str
) -> None:
    deliver("whatsapp", of_kind("unsupported", unsupported={"type": unsupported}))
    assert sender.send_due() == 0


def test_a_permission_to_call_asks_for_nothing(deliver: Deliver, sender: Sender) -> None:
    deliver("whatsapp", of_kind("interactive", interactive={"type": "call_permission_reply"}))
    assert sender.send_due() == 0
