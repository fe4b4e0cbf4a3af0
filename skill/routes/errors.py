"""What a caller gets when a request cannot be answered: a status, a code, and a sentence that can be spoken."""

import json

import structlog
from flask import Flask, Response
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
TROUBLE = "Что-то пошло не так, мы уже разбираемся. Повторите чуть позже, пожалуйста."
log = structlog.get_logger()


def problem(status: int, message: str, code: str | None = None, sentence: str | None = None) -> Response:
    """A refusal as JSON: `error` for the developer, `text` for the resident."""
    said = sentence or SENTENCES.get(status, TROUBLE)
    body = {"error": {"code": code or str(status), "message": message}, "text": said}
    return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json")


def refused(error: HTTPException) -> Response:
    """What a caller gets who asked for what there is not, or may not."""
    answer = problem(error.code or 500, error.description or error.name)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            answer.headers[name] = value
    return answer


def failed(error: Exception) -> Response:
    """A fault of ours: logged with its traceback and told without it."""
    log.error("request failed", exc_info=error)
    return problem(500, "internal error")


def mount(app: Flask, service: Service) -> None:  # noqa: ARG001 - the same signature as every door
    """Add the handlers."""
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, failed)
