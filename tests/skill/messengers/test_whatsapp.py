"""WhatsApp Cloud: several messages in one delivery, the handshake, business-scoped ids, groups."""

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
