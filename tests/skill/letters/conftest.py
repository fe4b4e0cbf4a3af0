"""An SMS gateway and a mail server of our own, really spoken to."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from sqlalchemy import Engine

from billing import contacts, store
from fixtures.demo_company import DemoSummary
from skill.outbox import Sender
from skill.settings import Settings
from tests.skill.letters.posting import Gateway, Mailbox
from tests.skill.talking import Clock


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
