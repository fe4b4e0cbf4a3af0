"""What is written to the log says nothing personal."""

import json
from pathlib import Path

import pytest
import structlog

from skill.channels.channel import assistants
from skill.log import configure, masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("счёт 1005120001 закрыт", "счёт *** закрыт"),
        ("+7 912 345-67-89", "+***"),
        ("POST /alice/s3cr3t HTTP/1.1", "POST /alice/*** HTTP/1.1"),
        ("GET /bill/WzEsMCwwXQ.aR-x_1 HTTP/1.1", "GET /bill/*** HTTP/1.1"),
        ("POST /bill/WzEsMCwwXQ.aR-x_1/pay?a=b", "POST /bill/***/pay?a=b"),
        ("/pay/sandbox/sbx-1?back=", "/pay/sandbox/***?back="),
        ("https://api.telegram.org/bot123:AAE-x_y/sendMessage", "https://api.telegram.org/bot***/sendMessage"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("показание 125,4 за 2026 год", "показание 125,4 за 2026 год"),
    ],
)
def test_account_numbers_telephones_tokens_and_secrets_are_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


def test_every_assistants_secret_is_masked() -> None:
    for name in assistants():
        assert masked(f"/{name}/s3cr3t") == f"/{name}/***"


def test_what_lies_inside_is_masked_too(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    structlog.get_logger().error(
        "message breaks the contract",
        problems=["ivan@example.ru, счёт 100512", {"token": "abc", "by": ("+7 912 345-67-89", 7)}],
        file=Path("/bill/secret"),
    )
    line = json.loads(capsys.readouterr().err)
    assert line["problems"] == ["***, счёт ***", {"token": "***", "by": ["+***", 7]}]
    assert line["file"] == "/bill/***"


def test_a_traceback_is_masked_too(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    try:
        raise ValueError("account 1005120001")
    except ValueError as error:
        structlog.get_logger().error("request failed", exc_info=error, token="abc")
    line = json.loads(capsys.readouterr().err)
    assert "1005120001" not in line["exception"]
    assert "ValueError" in line["exception"]
    assert line["token"] == "***"
