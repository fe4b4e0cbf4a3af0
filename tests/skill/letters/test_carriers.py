"""SMS and e-mails: sent once, again when refused for now, never again when refused for good."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from billing import store
from skill import log
from skill.carriers.sms import filled
from skill.outbox import OutgoingMessage, Sender
from skill.settings import Settings
from tests.skill.letters.posting import PHONE, Gateway, Mailbox, put
from tests.skill.talking import Clock


def states(engine: Engine) -> list[str]:
    with store.reading(engine) as db:
        return list(db.exec(select(OutgoingMessage.state).order_by(col(OutgoingMessage.id))).all())


def test_an_sms_goes_to_the_gateway_once(engine: Engine, clock: Clock, sender: Sender, gateway: Gateway) -> None:
    put(engine, clock, "sms", PHONE)
    put(engine, clock, "sms", PHONE)
    sender.send_due()
    assert gateway.taken == [
        ({"messages": [{"to": PHONE, "text": "Привет, https://x.example"}], "from": "ZHKU"}, "Bearer gateway-key")
    ]


def test_a_gateway_may_want_a_form(engine: Engine, clock: Clock, settings: Settings, gateway: Gateway) -> None:
    form = settings.model_copy(update={"sms_form": True, "sms_body": '{"phones": "{phone}", "mes": "{text}"}'})
    put(engine, clock, "sms", PHONE)
    Sender(engine, form, clock).send_due()
    assert gateway.taken[0][0] == {"phones": PHONE, "mes": "Привет, https://x.example"}


def test_what_is_filled_in_stays_inside_its_string() -> None:
    text = '", "to": "+7000'
    assert filled({"to": "{phone}", "text": "{text}{else}"}, {"phone": PHONE, "text": text}) == {
        "to": PHONE,
        "text": text + "{else}",
    }


def test_a_gateway_in_trouble_is_tried_again(engine: Engine, clock: Clock, sender: Sender, gateway: Gateway) -> None:
    gateway.failing = [503, 500]
    put(engine, clock, "sms", PHONE)
    for expected in (0, 0, 1):
        sender.send_due()
        assert len(gateway.taken) == expected
        clock.forward(minutes=5)
    assert states(engine) == ["sent"]


def test_a_gateway_that_says_no_is_believed(
    engine: Engine, clock: Clock, sender: Sender, gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway.says = f'{{"status": "ERROR", "phone": "{PHONE}"}}'
    put(engine, clock, "sms", PHONE)
    log.configure()
    sender.send_due()
    assert states(engine) == ["refused"]
    assert PHONE[2:] not in capsys.readouterr().err


def test_an_e_mail_goes_to_the_mail_server(engine: Engine, clock: Clock, sender: Sender, mailbox: Mailbox) -> None:
    put(engine, clock, "email", "ivan@example.org")
    sender.send_due()
    (message,) = mailbox.taken
    assert (message["To"], message["Subject"]) == ("ivan@example.org", "Тема")
    assert message["From"] == "УК «Пример» <bill@uk.example>"
    assert message["Message-ID"].endswith("@uk.example>")
    assert message.get_content().strip() == "Привет, https://x.example"


def test_a_mail_server_that_is_busy_is_tried_again_and_a_no_is_believed(
    engine: Engine, clock: Clock, sender: Sender, mailbox: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure()
    mailbox.answers = ["451 come later"]
    put(engine, clock, "email", "ivan@example.org")
    sender.send_due()
    assert states(engine) == ["waiting"]
    clock.forward(minutes=5)
    sender.send_due()
    assert states(engine) == ["sent"]
    mailbox.answers = ["550 <nobody@example.org> is unknown"]
    put(engine, clock, "email", "nobody@example.org", name="b")
    sender.send_due()
    assert states(engine) == ["sent", "refused"]
    assert "nobody@example.org" not in capsys.readouterr().err


def test_a_mail_server_out_of_reach_is_tried_again(engine: Engine, clock: Clock, settings: Settings) -> None:
    nowhere = settings.model_copy(update={"smtp_port": 9})
    put(engine, clock, "email", "ivan@example.org")
    Sender(engine, nowhere, clock).send_due()
    assert states(engine) == ["waiting"]


def test_what_is_switched_off_sends_nothing(engine: Engine, clock: Clock, tmp_path: Path, gateway: Gateway) -> None:
    put(engine, clock, "sms", PHONE)
    Sender(engine, Settings(data_dir=tmp_path), clock).send_due()
    assert (states(engine), gateway.taken) == (["refused"], [])
