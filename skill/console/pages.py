"""The operators' pages: the queue, a conversation to read, take, answer and close; one-time codes."""

import hmac
from dataclasses import dataclass
from importlib.resources import files

from flask import Flask, Response, abort, redirect, render_template_string, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response as Answer

from billing import accounts, audit, store
from skill import outbox
from skill.app import Service
from skill.console.throttle import Throttle
from skill.dialogue import handoffs, transcript
from skill.dialogue.handoffs import Handoff
from skill.identity import codes

COOKIE = "zhku_console"
SHIFT_SECONDS = 12 * 3600
LONGEST = 1000
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


@dataclass(frozen=True)
class Shift:
    """Who is at the console; csrf: what every form of theirs carries."""

    operator: str
    csrf: str


def mount(app: Flask, service: Service) -> None:
    """Add the pages under `/console`."""
    signer = URLSafeTimedSerializer(service.settings.password_of_console, salt="console")
    throttle = Throttle(attempts=5, seconds=300)

    def at_work() -> Shift:
        try:
            name = str(signer.loads(request.cookies.get(COOKIE, ""), max_age=SHIFT_SECONDS))
        except BadSignature:
            abort(redirect(url_for("console_login")))
        shift = Shift(name, str(signer.dumps([name, "form"])))
        if request.method == "POST" and not _own_form(signer, name):
            abort(403)
        return shift

    @app.route("/console/login", methods=["GET", "POST"])
    def console_login() -> Answer:
        if request.method == "GET":
            return _page("login.html")
        visitor, now = request.remote_addr or "", service.clock()
        if throttle.is_shut(visitor, now):
            return _page("login.html", 429, trouble="Слишком много попыток. Попробуйте через пять минут.")
        name, said = request.form.get("name", "").strip()[:60], request.form.get("password", "")
        if not name or not hmac.compare_digest(said.encode(), service.settings.password_of_console.encode()):
            throttle.failed(visitor, now)
            return _page("login.html", 403, trouble="Имя пустое или пароль не подошёл.")
        answer = redirect(url_for("console_queue"))
        secure = request.is_secure
        answer.set_cookie(
            COOKIE, str(signer.dumps(name)), max_age=SHIFT_SECONDS, httponly=True, samesite="Strict", secure=secure
        )
        return answer

    @app.get("/console")
    def console_queue() -> Answer:
        shift = at_work()
        with store.reading(service.engine) as db:
            return _page("queue.html", shift=shift, rows=handoffs.queue(db))

    @app.get("/console/<int:number>")
    def console_talk(number: int) -> Answer:
        shift = at_work()
        with store.reading(service.engine) as db:
            row = _found(db.get(Handoff, number))
            lines = transcript.lines(db, row.session_key)
            return _page("talk.html", shift=shift, row=row, lines=lines)

    @app.post("/console/<int:number>/<action>")
    def console_act(number: int, action: str) -> Answer:
        shift = at_work()
        with store.transaction(service.engine) as db:
            row, now = _found(db.get(Handoff, number)), service.clock()
            text = request.form.get("text", "").strip()[:LONGEST]
            if action == "take":
                handoffs.take(db, row, shift.operator, now)
            elif row.operator != shift.operator or row.status != "taken":
                abort(409)
            elif action == "answer" and text:
                handoffs.answer(db, row, text, now)
                outbox.push(db, row, now=now)
            elif action == "close":
                handoffs.close(db, row, now)
        return redirect(url_for("console_talk", number=number))

    @app.route("/console/code", methods=["GET", "POST"])
    def console_code() -> Answer:
        """A one-time code for an account's owner whom the operator has identified."""
        shift = at_work()
        if request.method == "GET":
            return _page("code.html", shift=shift)
        number = request.form.get("number", "").strip()[:30]
        with store.transaction(service.engine) as db:
            found = accounts.find(db, number)
            if len(found) != 1:
                return _page("code.html", 404, shift=shift, trouble="Такого счёта нет или он не один.")
            now, account = service.clock(), found[0]
            code = codes.issue(db, account.id, now)
            audit.record(
                db,
                now=now,
                actor=f"operator:{shift.operator}",
                channel="console",
                action="one_time_code",
                subject="account",
                subject_id=account.id,
                account_id=account.id,
            )
        return _page("code.html", shift=shift, number=number, code=code)


def _own_form(signer: URLSafeTimedSerializer, name: str) -> bool:
    try:
        return bool(signer.loads(request.form.get("csrf", ""), max_age=SHIFT_SECONDS) == [name, "form"])
    except BadSignature:
        return False


def _found(row: Handoff | None) -> Handoff:
    if row is None:
        abort(404)
    return row


def _page(name: str, status: int = 200, **facts: object) -> Answer:
    folder = files("skill").joinpath("console")
    frame = folder.joinpath("frame.html").read_text("utf-8")
    body = render_template_string(folder.joinpath(name).read_text("utf-8"), **facts)
    html = render_template_string(frame, body=body)
    answer = Response(html, status=status, content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
