"""What cannot be shown: a page for who looks with a browser, JSON for programs."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from skill.settings import Settings

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}


@pytest.fixture
def operator(app: Flask, settings: Settings) -> FlaskClient:
    client = app.test_client()
    client.post("/console/login", data={"name": "Анна", "password": settings.password_of_console})
    return client


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/bill/an.old.link", "Попросите у помощника новую"),
        ("/nowhere", "Такой страницы нет"),
        ("/console/9999", "Такого разговора нет"),
    ],
)
def test_a_browser_gets_a_page(operator: FlaskClient, path: str, said: str) -> None:
    answer = operator.get(path, headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    html = answer.get_data(as_text=True)
    assert said in html
    assert "<h1>" in html
    assert "error" not in html
    assert operator.get("/page/paper.css").status_code == 200


def test_a_form_that_is_refused_is_told_on_a_page(operator: FlaskClient) -> None:
    answer = operator.post("/console/code", data={"number": "1"}, headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert "Откройте её заново" in answer.get_data(as_text=True)


@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
def test_a_program_gets_json(client: FlaskClient, accept: str) -> None:
    answer = client.get("/bill/an.old.link", headers={"Accept": accept})
    assert (answer.status_code, answer.json["error"]["code"]) == (404, "404")


def test_the_api_is_json_for_a_browser_too(client: FlaskClient) -> None:
    answer = client.get("/api/v1/nowhere", headers=BROWSER)
    assert (answer.status_code, answer.json["text"]) == (404, "Такой страницы нет.")
