"""The operators' pages: the queue, a conversation to read, take, answer and close; one-time codes."""

import hmac
from importlib.resources import files

from flask import Flask, Response, abort, redirect, render_template_string, request, url_for
from werkzeug.wrappers import Response as Answer

from billing import accounts, audit, store
from skill import outbox
from skill.app import Service
from skill.console import shifts
from skill.console.people import person
from skill.console.shifts import Shift
from skill.console.throttle import Throttle
from skill.dialogue.person import handoffs, transcript
from skill.dialogue.person.handoffs import Handoff
from skill.identity import codes

COOKIE = "zhku_console"
LONGEST = 1000
LOOKED_AT_EVERY = 60
"""Seconds after which the queue is shown anew by itself."""
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


def mount(app: Flask, service: Service) -> None:
    """Add the pages under `/console`."""
    pages = Pages(service)
    both = ["GET", "POST"]
    app.add_url_rule("/console/login", "console_login", pages.login, methods=both)
    app.add_url_rule("/console/logout", "console_logout", pages.logout, methods=["POST"])
    app.add_url_rule("/console", "console_queue", pages.queue)
    app.add_url_rule("/console/<int:number>", "console_talk", pages.talk)
    app.add_url_rule("/console/<int:number>/<action>", "console_act", pages.act, methods=["POST"])
    app.add_url_rule("/console/code", "console_code", pages.code, methods=both)


class Pages:
    """The pages by name; all but the first are for operators at work."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._password = service.settings.password_of_console
        self._throttle = Throttle(attempts=5, seconds=300)

    def login(self) -> Answer:
        """The form, and the beginning of a shift."""
        if request.method == "GET":
            return _page("login.html")
        visitor, now = request.remote_addr or "", self._service.clock()
        if self._throttle.is_shut(visitor, now):
            return _page("login.html", 429, trouble="Слишком много попыток. Попробуйте через пять минут.")
        name = "".join(filter(str.isprintable, request.form.get("name", ""))).strip()[:60]
        said = request.form.get("password", "")
        if not name or not said or not hmac.compare_digest(said.encode(), self._password.encode()):
            self._throttle.failed(visitor, now)
            return _page("login.html", 403, name=name, trouble="Имя пустое или пароль не подошёл.")
        answer = redirect(url_for("console_queue"))
        with store.transaction(self._service.engine) as db:
            token = shifts.begin(db, name, self._password, now)
        longest, secure = shifts.LONGEST, request.is_secure
        answer.set_cookie(COOKIE, token, max_age=longest, httponly=True, samesite="Strict", secure=secure)
        return answer

    def logout(self) -> Answer:
        """The end of a shift, also for a cookie that was copied."""
        self._at_work()
        with store.transaction(self._service.engine) as db:
            shifts.end(db, request.cookies.get(COOKIE, ""), self._password)
        answer = redirect(url_for("console_login"))
        answer.delete_cookie(COOKIE, httponly=True, samesite="Strict", secure=request.is_secure)
        return answer

    def queue(self) -> Answer:
        """Who waits for an operator."""
        shift = self._at_work()
        with store.reading(self._service.engine) as db:
            rows = [(row, person(db, row)) for row in handoffs.queue(db)]
            answer = _page("queue.html", shift=shift, rows=rows)
        answer.headers["Refresh"] = str(LOOKED_AT_EVERY)
        return answer

    def talk(self, number: int) -> Answer:
        """A conversation."""
        shift = self._at_work()
        with store.reading(self._service.engine) as db:
            row = _found(db.get(Handoff, number))
            lines = transcript.lines(db, row.session_key)
            return _page("talk.html", shift=shift, row=row, lines=lines, who=person(db, row))

    def act(self, number: int, action: str) -> Answer:
        """Take a conversation, answer in it or close it."""
        shift = self._at_work()
        with store.transaction(self._service.engine) as db:
            row, now = _found(db.get(Handoff, number)), self._service.clock()
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

    def code(self) -> Answer:
        """A one-time code for an account's owner whom the operator has identified."""
        shift = self._at_work()
        if request.method == "GET":
            return _page("code.html", shift=shift)
        number = request.form.get("number", "").strip()[:30]
        with store.transaction(self._service.engine) as db:
            found = accounts.find(db, number)
            if len(found) != 1:
                return _page("code.html", 404, shift=shift, trouble="Такого счёта нет или он не один.")
            now, account = self._service.clock(), found[0]
            code = codes.issue(db, account.id, now)
            audit.record_row(db, account, now, f"operator:{shift.operator}", "console", "one_time_code")
        return _page("code.html", shift=shift, number=number, code=code)

    def _at_work(self) -> Shift:
        """Whose shift it is; whoever has none is sent to the form, and a form that is not theirs is refused."""
        token = request.cookies.get(COOKIE, "")
        with store.reading(self._service.engine) as db:
            shift = shifts.of(db, token, self._password, self._service.clock())
        if shift is None:
            abort(redirect(url_for("console_login")))
        if request.method == "POST" and not hmac.compare_digest(
            request.form.get("csrf", "").encode(), shift.csrf.encode()
        ):
            abort(403)
        return shift


def _found(row: Handoff | None) -> Handoff:
    if row is None:
        abort(404)
    return row


def _page(file: str, status: int = 200, **facts: object) -> Answer:
    folder = files("skill").joinpath("console")
    frame = folder.joinpath("frame.html").read_text("utf-8")
    body = render_template_string(folder.joinpath(file).read_text("utf-8"), **facts)
    html = render_template_string(frame, body=body, shift=facts.get("shift"))
    answer = Response(html, status=status, content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
