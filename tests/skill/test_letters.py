"""SMS and e-mails, against a real mail server and a real HTTP gateway: sent once, again when refused for now."""

import email
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from sqlalchemy import Engine
from sqlmodel import col, select

from billing import accounts, contacts, notices, store
from billing.tables import Account, Notice
from fixtures.demo_company import DemoSummary
from skill import jobs, letters, log
from skill.app import Service
from skill.carriers.sms import filled
from skill.dialogue.turn import Reply, Turn, spoken
from skill.outbox import OutgoingMessage, Sender
from skill.settings import Settings
from tests.billing.shop import SECRET, SHOP_ID, opened
from tests.skill.talking import Clock

PHONE = "+79123456789"


@dataclass
class Gateway:
    """An SMS gateway: what it took; the statuses it answers first; what it says."""

    url: str = ""
    taken: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    failing: list[int] = field(default_factory=list)
    says: str = '{"status": "OK"}'


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    own = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            is_json = self.headers["Content-Type"] == "application/json"
            body = json.loads(raw) if is_json else {key: value[0] for key, value in parse_qs(raw).items()}
            status = own.failing.pop(0) if own.failing else 200
            if status == 200:
                own.taken.append((body, self.headers.get("Authorization", "")))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(own.says.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    own.url = f"http://127.0.0.1:{server.server_port}/send"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield own
    server.shutdown()
    server.server_close()


@dataclass
class Mailbox:
    """A mail server: what it took, and the answers it gives to recipients first."""

    port: int = 0
    taken: list[Any] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        self.taken.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    def known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=isinstance(data, LoginPassword) and data.password == b"pass")

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        own = Mailbox(probe.getsockname()[1])
    controller = Controller(
        own, hostname="127.0.0.1", port=own.port, authenticator=known, auth_required=True, auth_require_tls=False
    )
    controller.start()
    yield own
    controller.stop()


@pytest.fixture
def settings(tmp_path: Path, gateway: Gateway, mailbox: Mailbox) -> Settings:
    return Settings(
        data_dir=tmp_path,
        public_url="https://zhku.example",
        send_in_background=False,
        send_codes=True,
        sms_url=gateway.url,
        sms_body='{"messages": [{"to": "{phone}", "text": "{text}"}], "from": "ZHKU"}',
        sms_authorization="Bearer gateway-key",
        sms_taken='"OK"',
        smtp_host="127.0.0.1",
        smtp_port=mailbox.port,
        smtp_security="none",
        smtp_user="uk",
        smtp_password="pass",
        mail_from="УК «Пример» <bill@uk.example>",
    )


@pytest.fixture
def sender(engine: Engine, settings: Settings, clock: Clock) -> Sender:
    return Sender(engine, settings, clock)


@pytest.fixture
def reachable(engine: Engine, demo: DemoSummary, clock: Clock) -> int:
    """The demo account, whose owner's number and address the company knows; the account's id."""
    with store.transaction(engine) as db:
        for kind, value in (("phone", "8 912 345-67-89"), ("email", "Ivan@Example.org")):
            contacts.keep(db, demo.rich.id, kind, value, now=clock(), actor="system", channel="import")
    return demo.rich.id


def put(engine: Engine, clock: Clock, carrier: str, to: str, name: str = "a") -> None:
    with store.transaction(engine) as db:
        letters.put(db, carrier, to, "Привет, {link}", name=name, now=clock(), subject="Тема", link="https://x.example")


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


class Caller:
    """Somebody on the telephone, who sees nothing."""

    def __init__(self, service: Service, number: str = "+79001112233") -> None:
        self._service, self._number, self._count = service, number, 0

    def __call__(self, text: str) -> Reply:
        self._count += 1
        turn = Turn("telephone", self._number, "call", spoken(text), turn_key=str(self._count), screen=False)
        return self._service.reply_to(turn)


def linked(engine: Engine, clock: Clock, account_id: int, channel: str = "telephone") -> None:
    with store.transaction(engine) as db:
        accounts.link(
            db, channel=channel, external_id="+79001112233", account_id=account_id, verified_how="operator", now=clock()
        )


def test_a_caller_gets_the_providers_link_as_an_sms(
    engine: Engine, clock: Clock, settings: Settings, demo: DemoSummary, gateway: Gateway
) -> None:
    linked(engine, clock, demo.rich.id)
    with opened() as shop:
        paying = settings.model_copy(
            update={"yookassa_shop_id": SHOP_ID, "yookassa_secret_key": SECRET, "yookassa_api": shop.url}
        )
        say = Caller(Service(paying, engine, clock))
        say("оплатить тысячу рублей")
        said = say("да")
        assert "в SMS" in said.text
        assert "22 33" in said.text
        shop.down = True
        Sender(engine, paying, clock).send_due()
        assert gateway.taken == []
        shop.down = False
        clock.forward(minutes=5)
        Sender(engine, paying, clock).send_due()
        (own,) = shop.payments.values()
        text = gateway.taken[0][0]["messages"][0]["text"]
        assert own["confirmation"]["confirmation_url"] in text


def test_a_bill_is_sent_where_it_was_asked_to(
    engine: Engine, clock: Clock, settings: Settings, sender: Sender, mailbox: Mailbox, gateway: Gateway, reachable: int
) -> None:
    linked(engine, clock, reachable)
    say = Caller(Service(settings, engine, clock))
    assert say("пришли квитанцию на почту").text == "Отправила квитанцию за октябрь на почту i•••@example.org."
    assert "22 33" in say("пришли квитанцию по смс").text
    sender.send_due()
    assert "https://zhku.example/bill/" in mailbox.taken[0].get_content()
    assert gateway.taken[0][0]["messages"][0]["to"] == "+79001112233"


def test_a_code_comes_by_sms_and_links_the_account(
    engine: Engine,
    clock: Clock,
    settings: Settings,
    sender: Sender,
    gateway: Gateway,
    demo: DemoSummary,
    reachable: int,
) -> None:
    say = Caller(Service(settings, engine, clock))
    say("привязать счёт")
    say(demo.rich.number)
    assert "код уже отправлен" in say("у меня нет квитанции, пришлите код в смс").text
    sender.send_due()
    body = gateway.taken[0][0]["messages"][0]
    assert body["to"] == PHONE
    code = body["text"].split(": ")[1][:6]
    say(code)
    say("да, согласен")
    with store.reading(engine) as db:
        resident = accounts.resident_of(db, "telephone", "+79001112233")
        assert [own.number for own in accounts.accounts_of(db, resident.id)] == [demo.rich.number]


def test_asking_for_codes_tells_nothing_and_wakes_nobody_all_night(
    engine: Engine,
    clock: Clock,
    settings: Settings,
    sender: Sender,
    gateway: Gateway,
    demo: DemoSummary,
    reachable: int,
) -> None:
    say = Caller(Service(settings, engine, clock))
    answers = []
    for number in ("999999", demo.account.number, demo.rich.number):
        say("привязать счёт")
        say(number)
        answers.append(say("пришлите код").text)
        say("хватит")
    assert len(set(answers)) == 1
    for _ in range(6):
        say("привязать счёт")
        say(demo.rich.number)
        say("пришлите код")
        say("хватит")
    sender.send_due()
    assert len(gateway.taken) == 3


def test_reminders_go_out_by_the_clock_each_once(
    either_engine: Engine, clock: Clock, settings: Settings, gateway: Gateway, demo: DemoSummary
) -> None:
    linked(either_engine, clock, demo.account.id)
    service = Service(settings, either_engine, clock)
    assert "по SMS" in Caller(service)("напоминай передать показания").text
    clock.forward(days=9)  # the last day of the window
    clock.forward(hours=-9)  # half past three at night
    assert jobs.run_due(service)["reminders"] == 0
    clock.forward(hours=9)
    assert [jobs.run_due(service).get("reminders") for _ in range(3)] == [1, None, None]
    clock.forward(minutes=20)
    assert jobs.run_due(service)["reminders"] == 0
    Sender(either_engine, settings, clock).send_due()
    assert [body["messages"][0]["text"] for body, _ in gateway.taken] == [
        "Напоминаю: показания нужно передать до 30 ноября."
    ]


def test_a_job_that_fails_does_not_keep_the_others(
    engine: Engine,
    clock: Clock,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(_: Service) -> int:
        raise ValueError("a fault of ours")

    log.configure()
    own = (jobs.Job("broken", timedelta(hours=1), broken), jobs.Job("sound", timedelta(hours=1), lambda _: 1))
    monkeypatch.setattr(jobs, "JOBS", own)
    service = Service(settings, engine, clock)
    assert jobs.run_due(service) == {"sound": 1}
    assert jobs.run_due(service) == {}
    assert "job failed" in capsys.readouterr().err


def test_the_worker_sends_until_it_is_told_to_stop(
    engine: Engine, clock: Clock, settings: Settings, gateway: Gateway
) -> None:
    put(engine, clock, "sms", PHONE)
    engine.dispose()
    told = {"ZHKU_DATA_DIR": str(settings.data_dir), "ZHKU_SMS_URL": gateway.url, "PATH": os.environ["PATH"]}
    process = subprocess.Popen([sys.executable, "-m", "skill.cli", "worker"], env=told, stderr=subprocess.PIPE)
    for _ in range(600):
        if gateway.taken or process.poll() is not None:
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert gateway.taken == [({"to": PHONE, "text": "Привет, https://x.example"}, "")], said
    assert process.returncode == 0


def test_a_new_bill_is_told_of(engine: Engine, clock: Clock, demo: DemoSummary) -> None:
    with store.transaction(engine) as db:
        account = db.get_one(Account, demo.rich.id)
        resident = accounts.link(
            db, channel="alice", external_id="me", account_id=account.id, verified_how="operator", now=clock()
        )
        notices.remind(db, resident_id=resident.id, account_id=account.id, kind="pay", channel="alice")
    clock.forward(days=-19)  # the second of November: October's bill came yesterday
    with store.transaction(engine) as db:
        assert notices.prepare(db, clock()) == 1
        assert notices.prepare(db, clock()) == 0
        facts = db.exec(select(Notice.facts)).one()
    assert facts["new_bill"] == "2026-10-01"
