"""One local HTTP server for all messengers. It refuses what they refuse and keeps what it took."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from flask import Flask, Response, jsonify, request
from werkzeug.serving import WSGIRequestHandler, make_server

from skill.channels.limits import contracts
from skill.sandbox import amazon, bots
from skill.sandbox import smartpay as smartpay_service

Answer = tuple[Response, int]
OK = 200
TELEGRAM_TOKEN = "1:sandbox"  # noqa: S105 - opens nothing but this sandbox
LOOK_SECONDS = 0.05
"""How often it looks whether it is to end."""


@dataclass(frozen=True)
class Sent:
    """A call that was taken: whose, which method or path, what it said, the file that came with it."""

    channel: str
    what: str
    body: dict[str, Any]
    file: bytes = b""


@dataclass
class Sandbox:
    """The clouds on one port of this machine. recordings: voice messages by file name; updates: what a bot that asks is
    told, by channel; failing: how many calls will be turned away first, with what status; smartpay: bills of Sber's
    window; tell: is given what was taken."""

    host: str = "127.0.0.1"
    port: int = 0
    sent: list[Sent] = field(default_factory=list)
    recordings: dict[str, bytes] = field(default_factory=dict)
    subscriptions: list[dict[str, Any]] = field(default_factory=list)
    webhooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    updates: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    failing: list[int] = field(default_factory=list)
    smartpay: smartpay_service.SmartPay = field(default_factory=smartpay_service.SmartPay)
    tell: Callable[[Sent], object] = lambda _sent: None

    def __enter__(self) -> Self:
        app = Flask("sandbox", static_folder=None)
        app.before_request(self._turned_away)
        app.register_blueprint(bots.blueprint, url_prefix="/bots")
        app.register_blueprint(amazon.blueprint, url_prefix="/echo.api")
        for rule, view in (
            ("/telegram/bot<token>/<method>", self._telegram),
            ("/telegram/file/bot<token>/<path:name>", self._file),
            ("/max/<what>", self._max),
            ("/max/files/<name>", self._file),
            ("/whatsapp/<number>", self._whatsapp_media),
            ("/whatsapp/<number>/<what>", self._whatsapp),
            ("/whatsapp/files/<name>", self._file),
            ("/viber/pa/send_message", self._viber),
            ("/viber/pa/<method>", self._viber_account),
            ("/smartpay/invoices", self._bills),
            ("/smartpay/invoices/<invoice_id>", self.smartpay.bill),
            ("/service/files/<name>", self._file),
            ("/service/v3/conversations/<conversation>/activities", self._activity),
            ("/service/v3/conversations/<conversation>/activities/<replied>", self._activity),
        ):
            app.add_url_rule(rule, rule, view, methods=["GET", "POST", "DELETE"])
        self._server = make_server(self.host, self.port, app, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(LOOK_SECONDS,), name="sandbox", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.host}:{self._server.server_port}"

    @property
    def amazon(self) -> str:
        """Its store of Amazon's certificates."""
        return f"{self.url}/echo.api/"

    def settings(self) -> dict[str, Any]:
        """Settings with which a server takes this for the real platforms."""
        return {
            "telegram_secret": "sandbox-secret",
            "telegram_token": TELEGRAM_TOKEN,
            "telegram_provider_token": "sandbox-provider",
            "telegram_api": f"{self.url}/telegram",
            "max_secret": "sandbox-secret",
            "max_token": "sandbox",
            "max_api": f"{self.url}/max",
            "whatsapp_app_secret": "sandbox-secret",
            "whatsapp_verify_token": "sandbox-word",
            "whatsapp_token": "sandbox",
            "whatsapp_api": f"{self.url}/whatsapp",
            "viber_token": "sandbox-token",
            "viber_api": f"{self.url}/viber",
            "bot_app_id": "sandbox-bot",
            "bot_password": "sandbox",
            "bot_login": f"{self.url}/bots",
            "bot_metadata": f"{self.url}/bots/metadata",
            "smartpay_token": smartpay_service.TOKEN,
            "smartpay_service_id": smartpay_service.SERVICE,
            "smartpay_api": f"{self.url}/smartpay",
        }

    def _turned_away(self) -> Answer | None:
        return (jsonify({"error": "try again"}), self.failing.pop(0)) if self.failing else None

    def _telegram(self, token: str, method: str) -> Answer:
        if token != TELEGRAM_TOKEN:
            return jsonify({"ok": False, "error_code": 401, "description": "Unauthorized"}), 401
        if method == "setWebhook":
            self.webhooks["telegram"] = _body()
        if method == "deleteWebhook":
            self.webhooks.pop("telegram", None)
        if method == "getUpdates":
            return self._telegram_updates()
        if method in ("getWebhookInfo", "setWebhook", "deleteWebhook"):
            return jsonify({"ok": True, "result": {"url": self.webhooks.get("telegram", {}).get("url", "")}}), 200
        if method == "getFile":
            return jsonify({"ok": True, "result": {"file_path": request.values["file_id"]}}), 200
        body = {"method": method, **_body()}
        if problems := [] if "voice" in request.files else contracts()["telegram"].problems(body):
            return jsonify({"ok": False, "error_code": 400, "description": "; ".join(problems)}), 400
        self._keep("telegram", method, body, "voice")
        return jsonify({"ok": True, "result": {"message_id": len(self.sent)}}), 200

    def _telegram_updates(self) -> Answer:
        """What was not asked past yet; nothing while there is a webhook."""
        if "telegram" in self.webhooks:
            return jsonify({"ok": False, "error_code": 409, "description": "Conflict"}), 409
        left = [one for one in self.updates.get("telegram", []) if one["update_id"] >= _body().get("offset", 0)]
        return jsonify({"ok": True, "result": left}), 200

    def _max_updates(self) -> Answer:
        """The same in MAX: the marker is the number of updates taken."""
        waiting = self.updates.get("max", [])
        return jsonify({"updates": waiting[int(request.args.get("marker", 0)) :], "marker": len(waiting)}), 200

    def _max(self, what: str) -> Answer:
        if what == "upload":
            self._keep("max", what, {}, "data")
            return jsonify({"token": f"file-{len(self.sent)}"}), 200
        if request.headers.get("Authorization") != "sandbox":
            return jsonify({"code": "verify.token", "message": "Invalid access_token"}), 401
        if what == "uploads":
            return jsonify({"url": f"{self.url}/max/upload"}), 200
        if what == "updates":
            return self._max_updates()
        if what == "subscriptions":
            if request.method == "POST":
                self.subscriptions.append(_body())
            if request.method == "DELETE":
                self.subscriptions = [one for one in self.subscriptions if one["url"] != request.args["url"]]
            return jsonify({"subscriptions": self.subscriptions, "success": True}), 200
        if what == "messages" and contracts()["max"].problems(_body()):
            return jsonify({"code": "proto.payload", "message": "bad message"}), 400
        self._keep("max", what, {**_body(), "to": request.args.to_dict()})
        return jsonify({"success": True, "message": {"body": {"mid": f"mid.{len(self.sent)}"}}}), 200

    def _whatsapp_media(self, number: str) -> Answer:
        if not _bearer():
            return jsonify({"error": {"code": 190}}), 401
        return jsonify({"url": f"{self.url}/whatsapp/files/{number}", "id": number, "mime_type": "audio/ogg"}), 200

    def _whatsapp(self, number: str, what: str) -> Answer:
        if not _bearer():
            return jsonify({"error": {"code": 190}}), 401
        if what == "messages" and (problems := contracts()["whatsapp"].problems(_body())):
            return jsonify({"error": {"code": 100, "message": "; ".join(problems)}}), 400
        self._keep("whatsapp", what, _body(), "file")
        return jsonify({"id": f"media-{len(self.sent)}", "messages": [{"id": f"wamid.{len(self.sent)}"}]}), 200

    def _viber(self) -> Answer:
        if request.headers.get("X-Viber-Auth-Token") != "sandbox-token":
            return jsonify({"status": 2, "status_message": "invalidAuthToken"}), 200
        if problems := contracts()["viber"].problems(_body()):
            return jsonify({"status": 3, "status_message": "; ".join(problems)}), 200
        self._keep("viber", "send_message", _body())
        return jsonify({"status": 0, "status_message": "ok", "message_token": len(self.sent)}), 200

    def _viber_account(self, method: str) -> Answer:
        if method == "set_webhook":
            self.webhooks["viber"] = _body()
        return jsonify({"status": 0, "webhook": self.webhooks.get("viber", {}).get("url", "")}), 200

    def _bills(self) -> Answer:
        answer, status = self.smartpay.bills()
        if status == OK:
            made = f"{self.url}/smartpay/invoices/{answer.get_json()['invoice_id']}"
            to_pay = f"curl -X POST -H 'Authorization: Bearer {smartpay_service.TOKEN}' {made}"
            self._keep("salute", "invoice", {**_body(), "text": to_pay})
        return answer, status

    def _activity(self, conversation: str, replied: str = "") -> Answer:
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in bots.granted:
            return jsonify({"error": {"code": "Unauthorized"}}), 401
        if problems := contracts()["bot_framework"].problems(_body()):
            return jsonify({"error": {"code": "BadArgument", "message": "; ".join(problems)}}), 400
        self._keep("bot_framework", f"{conversation}/{replied}", _body())
        return jsonify({"id": f"activity-{len(self.sent)}"}), 200

    def _file(self, name: str, token: str = "") -> Response:
        found = self.recordings.get(name)
        return Response(found, content_type="audio/ogg") if found is not None else Response(status=404)

    def _keep(self, channel: str, what: str, body: dict[str, Any], file: str = "") -> None:
        came = request.files.get(file)
        self.sent.append(Sent(channel, what, body, came.read() if came else b""))
        self.tell(self.sent[-1])


class _Quiet(WSGIRequestHandler):
    """Says nothing of calls: `Sandbox.sent` has them."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else request.form.to_dict()


def _bearer() -> bool:
    return request.headers.get("Authorization") == "Bearer sandbox"
