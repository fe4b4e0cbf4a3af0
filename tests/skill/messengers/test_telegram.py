"""Telegram: commands, recordings of every kind, what cannot be read, bills paid inside the chat."""

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import select

from billing import store
from billing.tables import Payment
from skill.app import create_app
from skill.channels import telegram as telegram_channel
from skill.outbox import Sender
from skill.sandbox import Sandbox
from skill.settings import Settings
from tests.skill.messengers.delivering import Deliver, recorded, shown, telegram, with_text
from tests.skill.talking import Clock


def test_a_recording_that_is_none_gets_a_sentence(deliver: Deliver, sandbox: Sandbox) -> None:
    sandbox.recordings["number_125.wav"] = b"not a recording"
    assert "Не получилось прослушать" in deliver("telegram", recorded("telegram/voice")).get_json()["text"]


def test_a_recording_that_cannot_be_fetched_gets_a_sentence(deliver: Deliver, sandbox: Sandbox) -> None:
    sandbox.failing = [500, 500, 500]
    assert "Не получилось прослушать" in deliver("telegram", recorded("telegram/voice")).get_json()["text"]


def test_a_recording_is_asked_for_again(deliver: Deliver, sandbox: Sandbox, residents: None) -> None:
    deliver("telegram", with_text("telegram", "передать показания холодной воды", 1))
    sandbox.failing = [502]
    assert "125" in deliver("telegram", recorded("telegram/voice")).get_json()["text"]


@pytest.mark.parametrize(
    "content",
    [
        {"video_note": {"file_id": "number_125.wav", "length": 240, "duration": 4}},
        {"audio": {"file_id": "number_125.wav", "duration": 4, "mime_type": "audio/mpeg"}},
        {"document": {"file_id": "number_125.wav", "mime_type": "audio/x-wav", "file_name": "a.wav"}},
        {"voice": {"file_id": "number_125.wav"}},
    ],
    ids=lambda content: next(iter(content)),
)
def test_a_recording_of_every_kind_is_heard(deliver: Deliver, residents: None, content: dict[str, Any]) -> None:
    deliver("telegram", with_text("telegram", "передать показания холодной воды", 1))
    assert "125" in deliver("telegram", telegram(2, **content)).get_json()["text"]


@pytest.mark.parametrize("seconds", [600, 10**400])
def test_a_long_recording_is_not_even_fetched(deliver: Deliver, seconds: int) -> None:
    answer = deliver("telegram", telegram(1, voice={"file_id": "nowhere.wav", "duration": seconds})).get_json()
    assert "слишком длинная" in answer["text"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"photo": [{"file_id": "f"}]}, "Фото я пока не читаю"),
        ({"photo": [{"file_id": "f"}], "caption": "вот, смотрите"}, "Фото я пока не читаю"),
        ({"document": {"file_id": "f", "mime_type": "image/heic"}}, "Фото я пока не читаю"),
        ({"document": {"file_id": "f", "file_name": "квитанция.pdf"}}, "Файлы я не открываю"),
        ({"animation": {"file_id": "f"}, "document": {"file_id": "f"}}, "Видео я пока не смотрю"),
        ({"sticker": {"file_id": "s", "emoji": "👍"}}, "Стикеры я не понимаю"),
        ({"location": {"latitude": 55.7, "longitude": 37.6}}, "Местоположение мне не нужно"),
        ({"contact": {"phone_number": "+79990000000", "first_name": "Пётр"}}, "Контакт мне не нужен"),
        ({"voice": {"duration": 3}}, "Не получилось прослушать"),
        ({"poll": {"question": "Ставим шлагбаум?"}}, "прочитать не могу"),
        ({"pinned_message": {"message_id": 1}}, None),
    ],
)
def test_what_cannot_be_read_is_said_and_leaves_the_question_open(
    deliver: Deliver, residents: None, content: dict[str, Any], told: str | None
) -> None:
    deliver("telegram", with_text("telegram", "передать показания холодной воды", 1))
    answer = deliver("telegram", telegram(2, **content)).get_json()
    assert told in answer["text"] if told else answer == {}
    assert "вода 125" in deliver("telegram", with_text("telegram", "125", 3)).get_json()["text"].lower()


@pytest.mark.parametrize(("caption", "told"), [("125", "125"), ("почему так дорого", "больше прошлого")])
def test_a_caption_that_says_something_is_read(deliver: Deliver, residents: None, caption: str, told: str) -> None:
    deliver("telegram", with_text("telegram", "передать показания холодной воды", 1))
    answer = deliver("telegram", telegram(2, photo=[{"file_id": "f"}], caption=caption)).get_json()
    assert told in answer["text"]


def test_what_cannot_be_read_leaves_the_keyboard_of_the_question(deliver: Deliver, residents: None) -> None:
    asked = deliver("telegram", with_text("telegram", "холодная вода 125", 1)).get_json()
    assert "keyboard" in asked["reply_markup"]
    answer = deliver("telegram", telegram(2, sticker={"file_id": "s"})).get_json()
    assert "reply_markup" not in answer


def test_digits_in_the_code_of_a_button_are_no_reading(deliver: Deliver, residents: None) -> None:
    deliver("telegram", with_text("telegram", "передать показания холодной воды", 1))
    body = recorded("telegram/callback")
    body["callback_query"]["data"] = "menu:125"
    body["callback_query"]["message"]["voice"] = {"file_id": "number_125.wav", "duration": 2}  # the bot's own answer
    assert deliver("telegram", body).get_json()["text"] == "Слушаю вас."


def test_a_button_that_sends_a_code_means_what_stands_on_it(deliver: Deliver, residents: None) -> None:
    body = recorded("telegram/callback")
    body["callback_query"]["data"] = "menu:2"
    rows = [[{"text": "Помощь", "callback_data": "menu:1"}], [{"text": "Сколько платить", "callback_data": "menu:2"}]]
    body["callback_query"]["message"]["reply_markup"] = {"inline_keyboard": rows}
    assert "8 030" in deliver("telegram", body).get_json()["text"].replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("/start flat-12", "Здравствуйте"),
        ("/start@zhku_bot", "Здравствуйте"),
        ("/help@zhku_bot", "показания"),
        ("/balance", "8 030 ₽"),
        ("/weather", "показания"),
    ],
)
def test_a_command_is_a_phrase(deliver: Deliver, residents: None, command: str, told: str) -> None:
    answer = deliver("telegram", with_text("telegram", command, 1)).get_json()
    assert told in answer["text"].replace("\u00a0", " ")


@pytest.fixture
def invoice(deliver: Deliver, sender: Sender, sandbox: Sandbox, residents: None) -> dict[str, Any]:
    """The invoice that the demo account's resident got for thousand roubles."""
    for number, text in enumerate(("оплатить тысячу рублей", "да")):
        deliver("telegram", with_text("telegram", text, number))
    sender.send_due()
    return next(sent.body for sent in sandbox.sent if sent.what == "sendInvoice")


def question(invoice: dict[str, Any], **change: Any) -> dict[str, Any]:
    """What Telegram asks before it takes the money."""
    query = {"id": "p-1", "from": {"id": 7000000111}, "currency": "RUB", "total_amount": 100000}
    return {"update_id": 90, "pre_checkout_query": {**query, "invoice_payload": invoice["payload"], **change}}


def money(invoice: dict[str, Any], charge: str, number: int) -> dict[str, Any]:
    """What Telegram sends when it has taken the money."""
    done = {"currency": "RUB", "total_amount": 100000, "invoice_payload": invoice["payload"]}
    return telegram(number, successful_payment={**done, "telegram_payment_charge_id": charge})


def test_a_bill_is_paid_in_the_chat_and_booked_once(
    deliver: Deliver, sender: Sender, sandbox: Sandbox, engine: Engine, invoice: dict[str, Any]
) -> None:
    assert (invoice["currency"], invoice["prices"][0]["amount"]) == ("RUB", 100000)
    assert invoice["provider_token"] == "sandbox-provider"
    assert deliver("telegram", question(invoice)).get_json() == {
        "method": "answerPreCheckoutQuery",
        "pre_checkout_query_id": "p-1",
        "ok": True,
    }
    for number in (91, 92):
        deliver("telegram", money(invoice, "charge-1", number))
    sender.send_due()
    assert shown(sandbox.sent[-1]).startswith("Оплата 1 000 ₽ прошла")
    with store.reading(engine) as db:
        booked = db.exec(select(Payment).where(Payment.provider == "telegram")).all()
    assert [(row.status, row.amount_kopecks, row.external_id) for row in booked] == [("DONE", 100000, "charge-1")]
    assert deliver("telegram", question(invoice)).get_json()["ok"] is False


def test_an_invoice_for_more_than_is_still_owed_takes_no_money(
    deliver: Deliver, sender: Sender, sandbox: Sandbox, engine: Engine, invoice: dict[str, Any], clock: Clock
) -> None:
    """Two invoices of different sums stay in the chat: whoever paid the whole bill is not let pay the part too."""
    for number, said in enumerate(("оплатить", "да")):
        answer = deliver("telegram", with_text("telegram", said, 10 + number)).get_json()
    assert "Прежняя ссылка больше не нужна" in answer["text"]
    sender.send_due()
    whole = [sent.body for sent in sandbox.sent if sent.what == "sendInvoice"][-1]
    kopecks = whole["prices"][0]["amount"]
    assert deliver("telegram", question(whole, total_amount=kopecks)).get_json()["ok"] is True
    paid = money(whole, "charge-1", 91)
    paid["message"]["successful_payment"]["total_amount"] = kopecks
    deliver("telegram", paid)
    answer = deliver("telegram", question(invoice)).get_json()
    assert answer["ok"] is False
    assert "больше вашего долга" in answer["error_message"]


def test_money_taken_twice_for_one_bill_is_not_lost(deliver: Deliver, engine: Engine, invoice: dict[str, Any]) -> None:
    for number, charge in ((91, "charge-1"), (92, "charge-2"), (93, "charge-2")):
        deliver("telegram", money(invoice, charge, number))
    with store.reading(engine) as db:
        booked = db.exec(select(Payment.external_id).where(Payment.status == "DONE", Payment.provider == "telegram"))
        assert sorted(map(str, booked)) == ["charge-1", "charge-2"]


@pytest.mark.parametrize(
    "change",
    [{"total_amount": 100}, {"currency": "USD"}, {"from": {"id": 5}}, {"invoice_payload": "x"}],
    ids=lambda change: next(iter(change)),
)
def test_money_is_not_taken_for_what_we_did_not_ask(
    deliver: Deliver, invoice: dict[str, Any], change: dict[str, Any]
) -> None:
    answer = deliver("telegram", question(invoice, **change)).get_json()
    assert answer["ok"] is False
    assert "не от нас" in answer["error_message"]


def test_money_for_no_bill_of_ours_books_nothing(
    deliver: Deliver, sender: Sender, sandbox: Sandbox, engine: Engine
) -> None:
    deliver("telegram", money({"payload": "x"}, "charge-9", 1))
    sender.send_due()
    assert "счёт для него не нашёлся" in shown(sandbox.sent[-1])
    with store.reading(engine) as db:
        assert db.exec(select(Payment).where(Payment.provider == "telegram")).all() == []


def test_updates_are_sent_here_again_when_they_are_not(settings: Settings, sandbox: Sandbox) -> None:
    with httpx.Client() as http:
        assert telegram_channel.keep_webhook(http, settings) is True
        assert telegram_channel.keep_webhook(http, settings) is False
    hook = sandbox.webhooks["telegram"]
    assert (hook["url"], hook["secret_token"]) == ("https://zhku.example/telegram", "sandbox-secret")
    assert "pre_checkout_query" in hook["allowed_updates"]


def test_an_invoice_carries_what_the_fiscal_receipt_lists(
    settings: Settings, engine: Engine, clock: Clock, sandbox: Sandbox, residents: None
) -> None:
    fiscal = settings.model_copy(update={"fiscal_receipts": True, "fiscal_tax_system": 2})
    client = create_app(fiscal, engine=engine, clock=clock).test_client()
    headers = {"X-Telegram-Bot-Api-Secret-Token": settings.telegram_secret}
    for number, text in enumerate(("оплатить тысячу рублей", "да")):
        client.post("/telegram", json=with_text("telegram", text, number), headers=headers)
    Sender(engine, fiscal, clock).send_due()
    invoice = next(sent.body for sent in sandbox.sent if sent.what == "sendInvoice")
    receipt = json.loads(invoice["provider_data"])["receipt"]
    assert (invoice["need_email"], invoice["send_email_to_provider"], receipt["tax_system_code"]) == (True, True, 2)
    (line,) = receipt["items"]
    assert line["description"].startswith("ЖКУ")
    assert (line["amount"], line["vat_code"]) == ({"value": "1000.00", "currency": "RUB"}, 1)


def test_without_receipts_nobody_is_asked_for_an_address(invoice: dict[str, Any]) -> None:
    assert invoice.keys().isdisjoint({"need_email", "provider_data"})
