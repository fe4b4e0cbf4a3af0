"""What is written to the log says nothing personal."""

import json

import pytest
import structlog

from skill.log import configure, masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("счёт 1005120001 закрыт", "счёт *** закрыт"),
        ("+7 912 345-67-89", "+***"),
        ("POST /alice/s3cr3t HTTP/1.1", "POST /alice/*** HTTP/1.1"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("показание 125,4 за 2026 год", "показание 125,4 за 2026 год"),
    ],
)
def test_account_numbers_telephones_tokens_and_secrets_are_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


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
