"""What a caller gets when a request cannot be answered: a status, a code, and a sentence that can be spoken.

Programs get it as JSON; who looks with a browser gets a page.
"""

import json
from importlib.resources import files

import structlog
from flask import Flask, Response, has_request_context, render_template_string, request
from werkzeug.exceptions import HTTPException

from skill.app import Service

SENTENCES = {
    400: "Не получилось разобрать запрос.",
    401: "Ключ доступа не подходит. Получите новый в управляющей компании.",
    403: "Доступ закрыт.",
    404: "Такой страницы нет.",
    405: "Так обратиться не получится.",
    409: "Так не получится: запрос не сходится с тем, что уже записано.",
    413: "Слишком длинное сообщение. Скажите короче, пожалуйста.",
    415: "Такую запись прочитать не получается.",
    422: "Это не похоже на запись голоса. Попробуйте записать ещё раз.",
    429: "Слишком много запросов. Подождите немного.",
    503: "Сейчас много обращений. Повторите через минуту.",
}
NOT_FOUND = 404
HTML = "text/html; charset=utf-8"
POLICY = "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'"
TROUBLE = "Что-то пошло не так, мы уже разбираемся. Повторите чуть позже, пожалуйста."
STALE = "Ссылка на квитанцию не действует: ей больше месяца или она скопирована не целиком. \
Попросите у помощника новую: «пришли квитанцию»."
AT_THE_CONSOLE = {
    403: "Страница открыта слишком давно или не отсюда. Откройте её заново и повторите.",
    404: "Такого разговора нет.",
    409: "Этот разговор ведёт другой оператор, или он уже закончен.",
}
API = ("/api/", "/oauth/token", "/oauth/revoke", "/openapi.json", "/healthz", "/metrics")
TITLES = {404: "Здесь ничего нет"}
log = structlog.get_logger()


def problem(status: int, message: str, code: str | None = None, sentence: str | None = None) -> Response:
    """A refusal as JSON: `error` for the developer, `text` for the resident."""
    said = sentence or SENTENCES.get(status, TROUBLE)
    body = {"error": {"code": code or str(status), "message": message}, "text": said}
    return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json")


def refused(error: HTTPException) -> Response:
    """What a caller gets who asked for what there is not, or may not."""
    status = error.code or 500
    answer = _page(status) if _is_browser() else problem(status, error.description or error.name)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            answer.headers[name] = value
    return answer


def failed(error: Exception) -> Response:
    """A fault of ours: logged with its traceback and told without it."""
    log.error("request failed", exc_info=error)
    return _page(500) if _is_browser() else problem(500, "internal error")


def _is_browser() -> bool:
    """Whether a person looks: a browser names HTML first. What takes anything is a program, and so is the API."""
    if not has_request_context():
        return False
    kinds = request.accept_mimetypes
    wants = kinds["text/html"] > kinds["application/json"]
    return wants and not request.path.startswith(API)


def _page(status: int) -> Response:
    """The same for a person to read, with a way on."""
    said, way = SENTENCES.get(status, TROUBLE), ("/", "К помощнику")
    if status == NOT_FOUND and request.path.startswith("/bill/"):
        said = STALE
    if request.path.startswith("/console"):
        said, way = AT_THE_CONSOLE.get(status, said), ("/console", "К очереди")
    title = TITLES.get(status, "Не получилось")
    html = files("skill").joinpath("page", "trouble.html").read_text("utf-8")
    answer = Response(render_template_string(html, title=title, said=said, way=way), status, content_type=HTML)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def mount(app: Flask, service: Service) -> None:  # noqa: ARG001 - the same signature as every door
    """Add the handlers."""
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, failed)
