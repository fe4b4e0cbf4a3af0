"""Logging: one JSON object a line on stderr, with everything personal masked."""

import logging
import re
import sys
from collections.abc import Mapping

import structlog
from structlog.typing import EventDict, WrappedLogger

SECRET_KEYS = frozenset({"authorization", "token", "access_token", "auth_token", "sub", "phone", "code", "text"})
DIGITS = re.compile(r"\d(?:[\s-]?\d){4,}")
BEARER = re.compile(r"(?i)(bearer\s+)\S+")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
ROW = re.compile(r"(?s)(DETAIL:).*?(?=\n\n|\n\[SQL|\nCONTEXT|\nHINT|\Z)")
"""PostgreSQL's own words of a row that it refuses."""
PATH_SECRET = re.compile(
    r"(/(?:alice|marusia|salute|alexa|dialogflow_es|dialogflow_cx|actions_builder|bill|pay/sandbox)/|/bot(?=\d+:))"
    r"[^\s/?\"']+"
)
"""Webhooks of assistants, what a link to a bill or a payment opens with, Telegram's token in its API's addresses."""


def masked(text: str) -> str:
    """Account and telephone numbers, e-mail addresses, tokens and webhook secrets replaced by stars.

    >>> masked("счёт 100512, Bearer abc")
    'счёт ***, Bearer ***'
    """
    for secret in (ROW, BEARER, PATH_SECRET):
        text = secret.sub(r"\1***", text)
    return DIGITS.sub("***", EMAIL.sub("***", text))


def _mask(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:  # noqa: ARG001 - structlog's signature
    for key, value in event.items():
        if key != "timestamp":
            event[key] = _kept(key, value)
    return event


def _kept(key: str, value: object) -> object:
    """What may be written of a value, and of whatever lies inside it."""
    if key.lower() in SECRET_KEYS:
        return "***"
    if isinstance(value, Mapping):
        return {masked(str(name)): _kept(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_kept("", inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | float) else masked(str(value))


def configure() -> None:
    """Set logging up for a process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _mask,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # stderr as it is now, not as it was here
    )
